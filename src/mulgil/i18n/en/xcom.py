"""English: values that tasks hand to one another."""

MESSAGES: dict[str, str] = {
    "xcom.cannot_rebuild": (
        "The XCom holds an object of class `{name}`, which refused the stored contents: {detail}. "
        "Give new fields of the class a default, or clear the task that wrote the value."
    ),
    "xcom.is_file": ("The XCom's contents are in a file, not in the database row. Read the file that the row names."),
    "xcom.key_not_text": (
        "The XCom `{key}` of task `{task_id}` has a dict with a key of type {type} at {path}. "
        "Only text keys are stored: convert the keys with `str()`, or return a list of pairs."
    ),
    "xcom.name_taken": (
        "The class {type} can't be registered for XComs as `{name}`: {known} has that name. Give it another `name=`."
    ),
    "xcom.newer_format": (
        "This XCom was stored in format {format} by a newer mulgil; this version reads formats up to {supported}. "
        "Upgrade mulgil here, or run all its processes with the same version."
    ),
    "xcom.not_registrable": (
        "The class {type} can't be registered for XComs: it is neither a dataclass nor a msgspec Struct. "
        "Make it a dataclass, or hand on a dict."
    ),
    "xcom.too_large": (
        "The XCom `{key}` of task `{task_id}` takes {bytes} bytes; the limit is {limit}. XComs are for small values: "
        "write the data to a table or a file and hand on its name, or return an Arrow table, which has no such limit."
    ),
    "xcom.too_large_together": (
        "With `{key}` the XComs of task `{task_id}` take {bytes} bytes together; the limit is {limit}. Hand on fewer "
        "keys, or write the data to a table or a file and hand on its name."
    ),
    "xcom.too_deep": (
        "The XCom `{key}` of task `{task_id}` is nested more than {limit} levels deep below {path}, "
        "or contains itself. Return a flatter value."
    ),
    "xcom.unknown_class": (
        "The XCom holds an object of class `{name}`, which is not registered in this process. "
        "Import the module that registers it with `@register_type` in the dag file, "
        "and keep its registered name when it moves."
    ),
    "xcom.unknown_kind": (
        "The XCom holds a value of kind `{kind}`, which this version of mulgil doesn't know. "
        "Upgrade mulgil here, or run all its processes with the same version."
    ),
    "xcom.unreadable": (
        "The stored XCom can't be read: {detail}. Clear the task that wrote it, so that it is written anew."
    ),
    "xcom.unregistered_type": (
        "The XCom `{key}` of task `{task_id}` has an object of class {type} at {path}, which is not registered. "
        "Decorate the class with `@register_type`, or hand on a dict."
    ),
    "xcom.unsupported_type": (
        "The XCom `{key}` of task `{task_id}` has a value of type {type} at {path}, which can't be stored. "
        "Convert it to plain Python (for example `.item()`, `.tolist()`, `str()`), hand on an Arrow table, "
        "or write the data to a table and return its name."
    ),
}
