"""Files as sources."""

MESSAGES: dict[str, str] = {
    "files.broken": "{file} can't be read to its end: {detail}. Nothing was published.",
    "files.changed": (
        "{file} was written while it was read, so what was read of it may be half a file. Nothing was published; the "
        "next try reads it again. Let its writer finish under another name, and rename it."
    ),
    "files.column": (
        "{file} has no column {column!r}, which columns= names. Its columns: {columns}. Nothing was published."
    ),
    "files.column_guess": (
        "{file} has no column {column!r}, which columns= names; did you mean {guess!r}? Nothing was published."
    ),
    "files.column_twice": (
        "{file} has two columns called {column!r}: columns {first} and {second} of its header. Rename one in the file, "
        "or read it with header=False and names of your own in columns=. Nothing was published."
    ),
    "files.csv_long": (
        "{file} has a row of more than {size} MiB, which is more than a row may have. Is its quote= right? Nothing was "
        "published."
    ),
    "files.csv_no_names": (
        "CsvSource({path!r}, header=False) needs columns=…: without a header nothing else names the columns."
    ),
    "files.csv_quote": (
        "{file}, line {line}: a quoted field begins here that doesn't end as it should ({detail}). Correct the file, "
        "or say quote=None if its quotes are plain text. Nothing was published."
    ),
    "files.csv_row": (
        "{file}, line {line}: {found} fields instead of {expected}: {row}. Correct the file, or let the load accept "
        "such rows with max_bad_rows=…"
    ),
    "files.csv_value": (
        "{file}, line {line}: {value!r} in column {column!r} is no {type}. Correct the file, declare the column's "
        "type in columns=, or let the load accept such rows with max_bad_rows=…"
    ),
    "files.csv_wide": (
        "{file} looks like {encoding}: it begins with the bytes {bytes}. Say encoding={encoding!r}, or save it as "
        "UTF-8. Nothing was published."
    ),
    "files.cursor_unknown": "Files can't be read on by cursor={cursor!r}. Use one of: {known}.",
    "files.encoding_unknown": "There is no encoding {encoding!r}. Use a name such as 'utf-8', 'cp949' or 'latin-1'.",
    "files.excel_cell": (
        "{file}, sheet {sheet!r}, cell {cell}: {value!r} in column {column!r} is no {type}. Correct the cell, declare "
        "the column's type in columns=, or let the load accept such rows with max_bad_rows=…"
    ),
    "files.excel_column_twice": (
        "{file}, sheet {sheet!r}: two columns of the header are called {column!r} (cells {first} and {second}). "
        "Rename one. Nothing was published."
    ),
    "files.excel_header": (
        "{file}, sheet {sheet!r}: the header has no name in cell {cell}, below which there are values. Name the "
        "column, or choose columns by columns=. Nothing was published."
    ),
    "files.excel_missing": "Reading Excel files needs the extra `excel`: pip install 'mulgil[excel]'.",
    "files.excel_sheet": "{file} has no sheet {sheet!r}. Its sheets: {sheets}.",
    "files.json_broken": "{file}, record {record} or later: no JSON list of objects: {detail}. Nothing was published.",
    "files.json_column": (
        "{file}: no record has the field {column!r}, which columns= names. The first one has {found}. Nothing was "
        "published."
    ),
    "files.json_no_list": (
        "{file} holds no JSON list; found {found}. Name the field that holds it by records=, or read an object a line "
        "with JsonLinesSource."
    ),
    "files.json_no_path": "{file} has nothing at {path!r}, which records= names. Found: {found}.",
    "files.json_line": (
        "{file}, line {line}: {detail}. Correct the file, or let the load accept such rows with max_bad_rows=…"
    ),
    "files.json_line_value": (
        "{file}, line {line}, field {column!r}: {detail}. Correct the file, declare the field's type in columns=, or "
        "let the load accept such rows with max_bad_rows=…"
    ),
    "files.json_record": (
        "{file}, record {record}: {detail}. Correct the file, or let the load accept such rows with max_bad_rows=…"
    ),
    "files.json_value": (
        "{file}, record {record}, field {column!r}: {detail}. Correct the file, declare the field's type in columns=, "
        "or let the load accept such rows with max_bad_rows=…"
    ),
    "files.json_wide": (
        "{file} looks like {encoding}: it begins with the bytes {bytes}, and JSON is read in UTF-8. Save it as UTF-8. "
        "Nothing was published."
    ),
    "files.missing": "There is no file {file}. Correct the path; a relative one starts at the home.",
    "files.none": (
        "No file matches {path}. Correct the path (a relative one starts at the home), or say allow_empty=True if "
        "that is no error."
    ),
    "files.none_undeclared": (
        "No file matches {path}, and so nothing says which columns there are. Declare columns=…, or leave out "
        "allow_empty."
    ),
    "files.not_parquet": "{file} is no readable Parquet file: {detail}.",
    "files.not_text": (
        "{file}, line {line} (byte {byte}): the bytes {bytes} are no text in {encoding}. Say which encoding the file "
        "has by encoding=… (such as 'cp949' or 'latin-1'), or correct it. Nothing was published."
    ),
    "files.nothing_to_infer": (
        "{file} has no records, so there are no columns to infer. Declare columns=… of the source."
    ),
    "files.other_columns": (
        "{file} has other columns than the first file. Only there: {expected}. Only here: {found}. Declare columns=… "
        "to choose and type them, or load the files apart. Nothing was published."
    ),
    "files.unreadable": "{file} can't be read: {detail}.",
}
