"""English texts of the wire between our processes."""

MESSAGES = {
    "messages.frame_too_long": "a message of {bytes} bytes is longer than the limit of {limit} bytes",
    "messages.frame_unwritable": "a message of kind {kind} can't be sent: {why}",
    "messages.frame_unreadable": (
        "a message from another mulgil process can't be read: {why}; check that all processes run the same version"
    ),
}
