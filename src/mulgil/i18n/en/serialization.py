"""English: dags in their stored form."""

MESSAGES: dict[str, str] = {
    "serialization.dag_invalid": (
        "The dag `{dag_id}` can't be stored: {detail}. Correct the value at that place in the dag."
    ),
    "serialization.dag_newer": (
        "This dag was stored in format {format} by a newer mulgil; this version reads formats up to {supported}. "
        "Upgrade mulgil here, or run all its processes with the same version."
    ),
    "serialization.dag_unreadable": (
        "A stored dag can't be read: {detail}. The DAG processor stores it anew when its file changes; "
        "touch the dag's file, or restore the metadata DB from a backup."
    ),
    "serialization.instant_out_of_range": (
        "{instant} lies before year 1 or after year 9999 in UTC. Choose a date that isn't the very first or last."
    ),
    "serialization.param_not_json": (
        "The dag `{dag_id}` has a param that is no JSON value: {where} is {value}. "
        "Use text, finite numbers, booleans, null, lists and dicts with text keys."
    ),
}
