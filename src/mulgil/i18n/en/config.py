"""English texts of configuration."""

MESSAGES = {
    "config.file_unreadable": "the settings file {where} can't be read: {why}",
    "config.folder_not_a_folder": "{path} must be a folder but is something else: remove it and start again",
    "config.folder_not_made": "the folder {path} can't be created: {why}",
    "config.folder_of_another_user": (
        "the folder {path} belongs to user {owner}, not to this user ({user}): "
        "run mulgil as its owner, or have it removed"
    ),
    "config.folder_open_to_others": ("the folder {path} is open to other users (mode {mode}): run `chmod 700 {path}`"),
    "config.key_unknown": "{where}: there is no setting {name}; this section has: {known}",
    "config.key_unknown_near": "{where}: there is no setting {name}; did you mean '{nearest}'?",
    "config.section_not_a_table": "{where}: '{name}' is a section: write `[{name}]` and its settings below",
    "config.section_unknown": "{where}: there is no section {name}; there are: {known}",
    "config.section_unknown_near": "{where}: there is no section {name}; did you mean [{nearest}]?",
    "config.value_invalid": "{where}: {key} can't be {value}: {why}",
    "config.variable_invalid": "the environment variable {key} can't be '{value}': {why}",
    "config.variable_unknown": "the environment variable {name} names no setting; unset it, or use one of: {known}",
    "config.variable_unknown_near": "the environment variable {name} names no setting; did you mean {nearest}?",
}
