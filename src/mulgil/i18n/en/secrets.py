"""English texts of encryption at rest."""

MESSAGES = {
    "secrets.key_file_malformed": (
        "the key file {path} holds no valid keys: each line must be one Fernet key; restore it from a backup"
    ),
    "secrets.key_file_missing": (
        "the key file {path} is missing, so stored connections and variables can't be read: "
        "restore it from a backup, or delete them and set them again"
    ),
    "secrets.key_file_not_made": "the key file {path} can't be created: {why}",
    "secrets.key_file_open_to_others": (
        "the key file {path} can be read or changed by other users: run `chmod 600 {path}`, "
        "and set the secrets anew if others had access"
    ),
    "secrets.key_file_unreadable": "the key file {path} can't be read: {why}",
    "secrets.wrong_key": (
        "a stored secret can't be decrypted with the keys in {path}: it was encrypted with another key or was damaged; "
        "restore the key file that belongs to this database, or set the connection or variable again"
    ),
}
