"""English texts of the gateway."""

MESSAGES = {
    "gateway.answer_unsendable": "the answer to the task's question can't be handed over: {why}",
    "gateway.assignment_unsendable": (
        "the task can't be handed to a worker: {why}; what it is given are the run's conf, its params and the mapped "
        "values: make those smaller, or give it a name to look the data up by"
    ),
    "gateway.attempt_unknown": (
        "attempt {attempt_id} asked for something, but it isn't running any more: "
        "its task was cleared, marked or cancelled"
    ),
    "gateway.connection_misspelt": (
        "connection '{connection_id}' doesn't exist; did you mean '{nearest}'? See `mulgil connections list`"
    ),
    "gateway.connection_unknown": (
        "connection '{connection_id}' doesn't exist; create it with `mulgil connections set {connection_id} …`"
    ),
    "gateway.protocol_unsupported": (
        "this worker speaks task protocol {theirs}, the scheduler speaks {oldest} to {newest}: "
        "install the same version of mulgil on both"
    ),
    "gateway.reason_unsendable": "the task was to be ended",
    "gateway.unreadable": (
        "{what} is stored in a form that can't be read back ({kind}: {why}); set it anew, less deeply nested"
    ),
    "gateway.variable_misspelt": (
        "variable '{key}' doesn't exist; did you mean '{nearest}'? See `mulgil variables list`"
    ),
    "gateway.variable_unknown": "variable '{key}' doesn't exist; create it with `mulgil variables set {key} VALUE`",
    "gateway.xcoms_too_large": (
        "the XComs '{key}' of task '{task_id}' have {bytes} bytes together, more than the {limit} that can be handed "
        "over at once: return less from each mapped task, or write the data to a table and return its name"
    ),
}
