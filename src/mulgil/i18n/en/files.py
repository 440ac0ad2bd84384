"""Files as sources."""

MESSAGES: dict[str, str] = {
    "files.broken": "{file} can't be read to its end: {detail}. Nothing was published.",
    "files.none": "No file matches {path}. Correct the path; a relative one starts at the home.",
    "files.other_columns": "{file} has other columns than the first file. Expected: {expected}. Found: {found}.",
    "files.unreadable": "{file} can't be read: {detail}. A relative path starts at the home.",
}
