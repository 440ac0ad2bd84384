"""Files as sources."""

MESSAGES: dict[str, str] = {
    "files.broken": "{file} can't be read to its end: {detail}. Nothing was published.",
    "files.column": (
        "{file} has no column {column!r}, which columns= names. Its columns: {columns}. Nothing was published."
    ),
    "files.column_guess": (
        "{file} has no column {column!r}, which columns= names; did you mean {guess!r}? Nothing was published."
    ),
    "files.csv_row": "{file}, row {row} (the header is row 1): {detail}. Nothing was published.",
    "files.csv_value": (
        "{file}, row {row} (the header is row 1): {value!r} in column {column!r} is no {type}. Correct the file, or "
        "declare the column's type in columns=. Nothing was published."
    ),
    "files.missing": "There is no file {file}. Correct the path; a relative one starts at the home.",
    "files.none": "No file matches {path}. Correct the path; a relative one starts at the home.",
    "files.not_parquet": "{file} is no readable Parquet file: {detail}.",
    "files.other_columns": "{file} has other columns than the first file. Expected: {expected}. Found: {found}.",
    "files.unreadable": "{file} can't be read: {detail}.",
}
