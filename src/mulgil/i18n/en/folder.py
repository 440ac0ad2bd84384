"""Folders of files as tables."""

MESSAGES: dict[str, str] = {
    "folder.format": "Connection {connection} keeps its tables as {format!r}, which is no format. Formats: {known}.",
    "folder.grace": (
        "Connection {connection} keeps replaced files for grace={grace}, which is no number of seconds. Write such "
        "as 3600."
    ),
    "folder.lock_lost": (
        "{file} was removed or replaced while a task held it, so another task may be writing the table. Nothing was "
        "published; try again, and leave the lock files alone while tasks run."
    ),
    "folder.manifest_broken": (
        "The manifest {file} can't be read: {detail}. Restore it from a copy, together with the files beside it."
    ),
    "folder.no_folder": (
        "Connection {connection} names the folder {host}, and {folder}, in which it should be, doesn't exist. Create "
        "it, or correct the connection's host."
    ),
    "folder.no_root": "Connection {connection} of type files names no folder. Put the folder's path into its host.",
    "folder.no_snapshot": (
        "The tables {tables} were written all the time: {times} tries found no instant to read them together. Try "
        "again."
    ),
    "folder.not_held": (
        "The rows for {table} don't read back from {format} as they were written ({types}). Cast the columns that "
        "{format} can't hold to text or numbers, or keep the table as parquet. Nothing was published."
    ),
}
