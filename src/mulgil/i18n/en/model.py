"""English: impossible values of the vocabulary."""

MESSAGES: dict[str, str] = {
    "model.interval_inverted": (
        "A data interval can't end before it starts: start {start}, end {end}. Swap or correct the two."
    ),
    "model.interval_not_utc": (
        "The bounds of a data interval must be in UTC: start {start}, end {end}. Convert them with `.astimezone(UTC)`."
    ),
}
