"""The write contract: declarations, sources, audits, ledgers and targets."""

MESSAGES: dict[str, str] = {
    "data.type_not_kept": (
        "Column {column} of the query is a {type}, which would not be kept as it is. "
        "Cast it in the query to another type."
    ),
    "data.transaction_retry": ("{target} refused, for now: {detail}"),
    "data.reject_too_long": ("Row {row}: the value of column {column} is longer than {type}: {value!r}."),
    "data.reject_null": ("Row {row} has no value in column {column}, which is declared not null."),
    "data.reject_misfit": ("Row {row}: {value} doesn't fit column {column}, which is {type}, unchanged."),
    "data.date_with_instant": (
        "The SQL compares {column} of {table}, a {type}, with an instant. The dag's time zone is {timezone}, and a "
        "date compared with an instant stands for its midnight in UTC (or is compared as text): another day than yours "
        "would be read. Compare it with a date: {{{{ data_interval_start | ds }}}}, {{{{ data_interval_end | ds }}}} "
        "or {{{{ ds }}}}."
    ),
    "data.instant_with_date": (
        "The SQL compares {column} of {table}, a {type}, with a date, which would stand for its midnight in UTC; the "
        "dag's time zone is {timezone}. Compare it with an instant: {{{{ data_interval_start }}}}, {{{{ "
        "data_interval_end }}}}."
    ),
    "data.memory_limit": (
        "Connection {connection} has memory_limit {value} in its extra, which is no amount of memory. Write it as "
        "'500MB' or '2GB'."
    ),
    "data.check_severity": ("A check's severity can't be {severity!r}. Use 'error', 'warn' or 'reject'."),
    "data.check_never_rejects": (
        "Only not_null and accepted_values say which rows are bad, so no other check takes "
        "severity={severity!r}. Use 'error' or 'warn'."
    ),
    "data.check_age": (
        "max_age= of freshness is a timedelta of at least zero, not {value}. Write `max_age=timedelta(hours=2)`."
    ),
    "data.check_reference_elsewhere": (
        "{file}:{line}: task {task_id!r}: check {check} refers to a table in connection {there!r}, and the "
        "rows go to {here!r}; one query can't read both. Copy the table by load() first."
    ),
    "data.check_reference_columns": (
        "foreign_key({columns}) refers to {to}: give as many columns in to=… as in the check."
    ),
    "data.check_references": (
        "foreign_key takes a Table in references=, not {value}. Write `references=Table('connection', 'schema.table')`."
    ),
    "data.source_column_stray": (
        "Column {column} of {table}, which is read by partitions, holds {value}: other programs wrote it in another "
        "form than mulgil's, and it doesn't compare as a date or instant should, so rows would be missed. Bring the "
        "column into one form (dates as 2013-01-05, timestamps in UTC as 2013-01-05T10:00:00.000000), or read by a "
        "query that converts it."
    ),
    "data.into_reject": (
        "{file}:{line}: rejects= of task {task_id!r} takes a Table, not {value}. Write `Table('connection', "
        "'schema.table')`."
    ),
    "data.rejects_same": (
        "The table of rejects can't be the table itself, {rejects}. Give it another name, or none: it is "
        "then called after the table."
    ),
    "data.rejects_elsewhere": (
        "The table of rejects {rejects} is in connection {there!r}, and the rows go to {here!r}; one "
        "transaction can't write both. Put it into {here!r}."
    ),
    "data.rejects_unlimited": (
        "{asked} sets rows aside, and nothing says how many may be. Give max_bad_rows=… (a count, or a "
        "fraction up to 1.0)."
    ),
    "data.out_of_partition": ("out_of_partition= can't be {word!r}. Use one of: {known}."),
    "data.partition_value_type": (
        "{table} is partitioned by the values of {column}, which is {type}: only text, integers, floats, booleans and "
        "dates can name partitions. Use grain='hour' or 'day' for a timestamp, or partition by another column."
    ),
    "data.partition_value_misfit": (
        "{value} names no partition of {table}: {column} is {type}. Give a value of that type, in quotes only where it "
        "is text."
    ),
    "data.column_stray": (
        "Column {column} of {table} holds {value}, which other programs wrote in another form than mulgil's and which "
        "doesn't compare as a date or instant should: rows would be missed or deleted wrongly. Nothing was published. "
        "Bring the column into one form (dates as 2013-01-05, timestamps in UTC as 2013-01-05T10:00:00.000000, with a "
        "final Z in a TIMESTAMPTZ column), or use another column."
    ),
    "data.rejects_without_limit": (
        "{table}: rows are set aside only where both a limit and a table of rejects are given. Give max_bad_rows=…."
    ),
    "data.check_row": ("Row {row} fails check {check}."),
    "data.row_outside_partition": (
        "Row {row} lies outside the partitions that this write replaces: {column} is {value}, and they are "
        "{partitions}."
    ),
    "data.row_without_partition": (
        "Row {row} has no value in the partition column {column}; it belongs to no partition."
    ),
    "data.mode_unfit": ("{file}:{line}: task {task_id!r}: {why}"),
    "data.mapped_replaces_same": (
        "{file}:{line}: mapped task {task_id!r} writes {table} in mode {mode}, and every map index would replace the "
        "same rows. Map over partition=…, or use append or merge."
    ),
    "data.no_columns": (
        "The data for {table} has neither rows nor columns, and the table doesn't exist yet. Declare "
        "columns=… of the Table or the source, so that an empty result can make it."
    ),
    "data.column_zone": (
        "Column {column} of {table} is {kept}, and the data brings {staged}: one of them knows its time zone "
        "and the other doesn't, so the instants are not the same. Say the zone in the source (timestamp[us, "
        "UTC]) or cast it in the query (AT TIME ZONE). Nothing was published."
    ),
    "data.column_not_there": (
        "Column {column} ({type}) is declared for {table}, which doesn't have it. Add it by ALTER TABLE, or "
        "let it be added by schema={{'new_columns': 'evolve'}}. Nothing was published."
    ),
    "data.column_declared": (
        "Column {column} of {table} is declared as {declared}, and the table has {kept}, which doesn't hold "
        "all its values. Declare it as it is, alter the table, or let it be widened by schema={{'types': "
        "'evolve'}}. Nothing was published."
    ),
    "data.value_too_long": (
        "Column {column} is {type}, and the value in row {row} is longer: {value!r}. Nothing was published. "
        "Shorten it at its source, declare a longer type, or max_bad_rows=…."
    ),
    "data.value_null": (
        "Column {column} is declared not null, and row {row} has no value in it. Nothing was published. Mend "
        "the row at its source, or declare max_bad_rows=…."
    ),
    "data.column_nameless": (
        "A column of the data for {table} has no name, or one with a zero byte in it. Give it one in the "
        "source or the query. Columns: {columns}."
    ),
    "data.column_undeclared": (
        "{table}: column {column!r} of the key or the partitions is not among columns=: {columns}. Declare "
        "it there, too."
    ),
    "data.column_name": (
        "{table} can't have a column named {column!r}: a name must not be empty, hold a zero byte, or stand "
        "twice (letter case aside)."
    ),
    "data.columns_empty": (
        "{table} declares columns= without any column. Name them with their types, or leave columns= out."
    ),
    "data.schema_rule_guess": ("{table}: schema= can't be {word!r}; did you mean {guess!r}? Known: {known}."),
    "data.schema_rule": ("{table}: schema= can't be {word!r}. Known: {known}."),
    "data.mode_option": (
        "{table} can't be written in mode {mode} with {option}=: only {modes} takes it. Leave it out, or choose "
        "another mode."
    ),
    "data.mode_needs_key": (
        "{table} can't be written in mode {mode}: rows are found again by the table's key. Give the Table key=[…]."
    ),
    "data.mode_needs_valid_from": (
        "{table} can't be written in mode scd2 without valid_from=: name the column that says since when a row is true."
    ),
    "data.option_column_missing": (
        "The data for {table} has no column {column}, which {option}= names. Columns: {columns}. Nothing was published."
    ),
    "data.option_column_type": (
        "{option}= of {table} names column {column} of type {type}, which it can't use: delete_flag needs a boolean or "
        "an integer, valid_from a date or a timestamp. Cast it in the source or the query. Nothing was published."
    ),
    "data.mode_column_missing": (
        "{table} has no column {column}, by which mode {mode} finds again what it wrote. Add it (ALTER TABLE … ADD "
        "COLUMN {column} {type}), or say how rows are found otherwise: dedup_key= for append, version_by= for merge. "
        "Nothing was published."
    ),
    "data.out_of_order": (
        "{table} is written in mode {mode}, which needs data intervals in their order: the one that ends at {end} "
        "comes after the one that ends at {until}. Nothing was published. Let one run go at a time "
        "(max_active_runs=1), oldest first; to write history anew, drop the table and run every interval in order."
    ),
    "data.rows_late": (
        "Rows for {table} change what the table knows already of that time or a later one; a version can only be "
        "followed by a newer one. Nothing was published. Rows: {sample}"
    ),
    "data.column_type_arrow": (
        "Column {column} has Arrow type {type}, which has no place in a table. Cast it to a simple type, or "
        "declare another."
    ),
    "data.value_misfit": (
        "Column {column} is {type}, and the value {value} in row {row} doesn't fit unchanged. Mend it in the "
        "source or the query, or give the column a wider type. Nothing was published."
    ),
    "data.bad_row_limit": (
        "max_bad_rows={limit} is no limit. Give a number of rows (100), or a fraction of them (0.01, at most 1.0)."
    ),
    "data.too_many_bad_rows": (
        "Too many bad rows: {found}, and max_bad_rows={limit}. Nothing was published; the table and its rejects are as "
        "they were. Mend these rows at their source, or raise the limit:\n{sample}"
    ),
    "data.sql_value_place": (
        "A value stands inside {quotes} of the SQL, where it can not be escaped safely. "
        "Put it into '…' or outside of quotes."
    ),
    "data.check_broken": (
        "Check {check} can't be run over the data for {table}: {detail}\nNothing was published; the table is as it was."
    ),
    "data.check_column": (
        "Check {check} of {table} names column {column!r}, which the data doesn't have. Columns: {columns}. Nothing "
        "was published."
    ),
    "data.check_column_guess": (
        "Check {check} of {table} names column {column!r}, which the data doesn't have; did you mean {guess!r}? "
        "Nothing was published."
    ),
    "data.check_empty": "The check {check} is given nothing to check. Name a column, a value or a bound.",
    "data.check_failed": (
        "Check {check} failed for {table}: {failing} rows. Nothing was published; the table is as it was. Rows: "
        "{sample}"
    ),
    "data.check_rows": (
        "Check {check} failed for {table}: the data has {rows} rows. Nothing was published; the table is as it was."
    ),
    "data.check_unknown": "`checks` has no {check!r}. Checks: {known}.",
    "data.check_unknown_guess": "`checks` has no {check!r}; did you mean {guess!r}? Checks: {known}.",
    "data.column_extra": (
        "The data for {table} has a column {column} ({type}) that the table doesn't have. Drop it from the source "
        "or the query, add it to the table by ALTER TABLE, or say on the Table what becomes of new columns: "
        "schema='evolve' adds them, schema='discard' leaves them out. Nothing was published."
    ),
    "data.column_missing": (
        "The data for {table} has no column {column} ({type}), which the table has. Add it to the source or the "
        "query, or say schema='evolve' on the Table, which puts NULL there. Nothing was published."
    ),
    "data.column_twice": (
        "The data for {table} has the column {column} twice (letter case aside). Rename one of them."
    ),
    "data.column_type": (
        "Column {column} of {table} is {kept}, and the data brings {staged}, whose values don't fit unchanged. "
        "Cast it in the source or the query, alter the table, or say on the Table schema='evolve', which widens the "
        "column where it then holds both, or schema='discard', which leaves out rows that don't fit. Nothing was "
        "published."
    ),
    "data.column_type_unknown": "Column {column} is declared as {type!r}, which is no type. Types: {known}.",
    "data.column_unsupported": "{target} can't hold column {column} of type {type}. Cast it to a simple type first.",
    "data.column_untyped": (
        "{table} doesn't exist yet and column {column} holds only NULLs, so its type is unknown. Declare the type "
        "(columns=… of the source, or a cast in the query)."
    ),
    "data.commit_unknown": (
        "The connection to the target of {table} broke while committing fence {fence}, and its ledger couldn't be "
        "asked: {detail}. The next try asks again; nothing is lost or doubled."
    ),
    "data.connection_file": (
        "Connection {connection} of type {type} names no file. Put the file's path into its host."
    ),
    "data.connection_folder": (
        "Connection {connection} names the file {host}, whose folder {folder} doesn't exist. Create the folder, or "
        "correct the connection's host."
    ),
    "data.connection_lost": "The connection to {target} broke: {detail}",
    "data.connection_type": (
        "Tables can't be kept in connection {connection} of type {type!r} (did you mean {guess!r}?). Types that "
        "can hold tables: {known}."
    ),
    "data.cursor_changed": (
        "{table}: this interval was read by the cursor {before}, and the source has the cursor {source} now, so nobody "
        "knows which rows it had read. Give the source its old cursor to run the interval again; or drop the table, "
        "which is then filled from the start. Nothing was published."
    ),
    "data.cursor_column": (
        "{source} has no column {column!r}, which is its cursor. Its columns: {columns}. Nothing was published."
    ),
    "data.cursor_mapped": (
        "Task {task_id!r} is mapped, and its source has a cursor: the map indexes would move one another's cursor. "
        "Write one load for each source."
    ),
    "data.cursor_mode": (
        "{file}:{line}: task {task_id!r} reads only what is new (cursor=), and mode {mode!r} would replace the rows of "
        "{table} that it had read before. Use mode='append' or mode='merge'."
    ),
    "data.cursor_null": (
        "{source}: row {row} of what was read has no value in the cursor column {column!r}, so it would be read "
        "never or always. Nothing was published. Give it a value, or leave such rows out of the query."
    ),
    "data.cursor_repeats": (
        "{file}:{line}: task {task_id!r} reads {source} with cursor='modified': a file that was changed is read again "
        "whole, and mode 'append' would double its rows in {table}. Use mode='merge', give dedup_key=, or use "
        "cursor='name'."
    ),
    "data.cursor_type": (
        "{source}: the cursor stands at {mark}, which is no value of column {column!r} of type {type}. Give Cursor an "
        "initial= of the column's type; if the column was changed, give the source another cursor column. Nothing was "
        "published."
    ),
    "data.cursor_unknown": (
        "{table}: this interval was loaded before {source} had a cursor, so nobody knows what it had read. Run the "
        "newest interval, which reads on, or load the table anew."
    ),
    "data.ledger_lost": (
        "{table} holds rows that runs have added (its column _mulgil_write says whose), but the ledger beside it, "
        "_mulgil_commits, knows no commit of it: how far {source} was read is lost, and everything would be added "
        "again. Bring the ledger back from a backup, or drop the table, which is then filled from the start. Nothing "
        "was published."
    ),
    "data.fault_injected": "The armed fault point {point} raised.",
    "data.fault_unreadable": "The fault {fault!r} can't be armed: {detail}. Points: {points}.",
    "data.grain_unknown": "{table} can't have grain {grain!r}. Grains: {known}.",
    "data.interval_not_whole_grains": "The interval {start} … {end} is not a whole number of {grain}s in {timezone}.",
    "data.into_no_table": (
        "{file}:{line}: into= takes a Table, not {value}. Write `Table('connection', 'schema.table')`."
    ),
    "data.key_repeated": "The key of {table} names a column twice: {key}.",
    "data.ledger_conflict": (
        "{table} is kept partitioned by {kept}; this task declares {declared}. Declare the table in the same way "
        "everywhere, or write to another table."
    ),
    "data.ledger_newer": (
        "The ledger entry of {table} has format {found}, written by a newer mulgil; this one knows format {known}. "
        "Upgrade mulgil."
    ),
    "data.mode_needs_partition": (
        "{table} can't be written in mode {mode}: replace_partition needs a table with partition_by and at least "
        "one partition, and no other mode takes partitions."
    ),
    "data.mode_unknown": "{file}:{line}: task {task_id!r} can't write {table} in mode {mode!r}. Modes: {known}.",
    "data.modes_differ": (
        "{file}:{line}: tasks {task_id!r} ({mode}) and {other!r} ({theirs}) write {table} in different modes, so "
        "that either could undo the other. Use one mode, or two tables; if it is meant, give each of them shared=True."
    ),
    "data.no_check": (
        "{file}:{line}: task {task_id!r} is given {value} in checks=, which takes a list of checks. Write "
        "`checks=[checks.not_null('id')]`."
    ),
    "data.no_literal": (
        "A value of type {type} can't be put into SQL: {value}. Convert it to text, a number or a date."
    ),
    "data.no_source": (
        "{file}:{line}: task {task_id!r} is given a {kind} as its source. Give a Table, a connector's source such as "
        "HttpSource, the result of a task (call it), a function that gives rows, a list of rows or a data frame. An "
        "iterator can be read once only, and a write that begins anew reads again: give the function that makes it."
    ),
    "data.not_a_number": (
        "Column {column} holds NaN, which {target} would keep as NULL. Let the source or the query turn it into "
        "NULL or a number."
    ),
    "data.partition_column_missing": (
        "{table} is partitioned by {column}, which is not among its columns: {found}. Add it, or correct partition_by."
    ),
    "data.partition_needed": (
        "{file}:{line}: task {task_id!r} replaces partitions of {table}, and nothing says which ({why}). Give "
        "partition=…, or mode='replace'."
    ),
    "data.partition_needed_mapped": (
        "Mapped task {task_id!r} replaces partitions of {table}, and every map index would replace the same. Map "
        "over partition=… ."
    ),
    "data.partition_null": (
        "{rows} rows for {table} have no value in the partition column {column}; they belong to no partition. "
        "Nothing was published."
    ),
    "data.partition_type": (
        "{table} is partitioned by {column} of type {type}, which grain {grain} can't cut: hours need a timestamp, "
        "days, months and years a DATE or a timestamp. Use grain='value' for other columns."
    ),
    "data.partition_unasked": (
        "{file}:{line}: task {task_id!r} writes {table} in mode {mode} and is given partition=…, which that mode "
        "doesn't use. Leave one of them out."
    ),
    "data.partition_unreadable": (
        "{partition!r} names no partition of grain {grain}. Write 2013, 2013-01, 2013-01-05 or 2013-01-05T06Z, as "
        "the grain is."
    ),
    "data.partition_value_required": (
        "A table with grain {grain} follows no interval: give partition=… to the load or transform."
    ),
    "data.partition_zone_required": (
        "{table} is partitioned by {column} of type {type} into {grain}s: say whose {grain}s by timezone=… of the "
        "table."
    ),
    "data.query_failed": "A query over the data failed: {detail}",
    "data.rows_column": "{source}: there is no column {column!r}, which is expected. Its columns: {columns}.",
    "data.rows_field": (
        "{source}, row {row}: the rows before it have no {column!r}. Give every row the same fields, or choose them by "
        "columns=. Nothing was published."
    ),
    "data.rows_frame": "{source} gave a frame that Arrow can't take: {detail}. Nothing was published.",
    "data.rows_index": (
        "{source} gave a frame whose index {name!r} would get lost, because it is no column. Call reset_index() on it. "
        "Nothing was published."
    ),
    "data.rows_none": (
        "{source} gave {kind}, and rows are expected: dicts, dataclasses, tuples (with columns=), data frames or Arrow "
        "tables, in a list or one by one."
    ),
    "data.rows_outside_partition": (
        "{rows} rows for {table} lie outside the partitions that this write replaces ({column}: {partitions}). "
        "Nothing was published. Rows: {sample}"
    ),
    "data.rows_row": "{source}, row {row}: {detail}. Tuples need columns=… of their length. Nothing was published.",
    "data.rows_value": (
        "{source}, row {row}, field {column!r}: {detail}. Correct it, declare the field's type in columns=, or let the "
        "load accept such rows with max_bad_rows=…"
    ),
    "data.schedule_misfit": (
        "{file}:{line}: task {task_id!r} replaces whole {grain}s of {table} ({timezone}), but dag {dag_id!r} is "
        "scheduled {schedule!r}, whose interval {start} … {end} is not a whole number of {grain}s: each run would "
        "delete the rows of its neighbours. Change the schedule, give the table another grain, or name partition=… "
        "."
    ),
    "data.select_failed": "select= can't run over the source ({columns}): {detail} Query: {select}",
    "data.source_column": "Column {column} can't be read as {type}: {detail}",
    "data.source_table_missing": (
        "There is no table {table} in connection {connection} to read from. Run the task that writes it first, "
        "or correct the name."
    ),
    "data.source_table_unwritten": (
        "There is no table {table} in connection {connection} yet. Task {writer!r} of this dag writes it: run that "
        "first."
    ),
    "data.sql_broken": "{file}:{line}: the SQL of task {task_id!r}, which writes {table}, is no template: {why}",
    "data.sql_failed": (
        "{file}:{line}: the SQL of task {task_id!r}, which writes {table}, failed on connection {connection!r} "
        "({host}): {detail}"
    ),
    "data.sql_question_mark": (
        "A SQL template can't hold a bare question mark. Write the value as {{{{ … }}}}; inside quotes it may stand."
    ),
    "data.sql_source_across": (
        "The query of SqlSource on {here!r} names {table}, a table of connection {there!r}; one query can't reach both."
    ),
    "data.sql_source_failed": "The query of SqlSource failed on connection {connection!r}: {detail}",
    "data.sql_template": "The SQL template can't be rendered: {why}. Template: {template}",
    "data.sqlite_schema": (
        "A SQLite file has no schemas, so there is no place for {table}. Call the table {name}, or main.{name}."
    ),
    "data.stale_write": (
        "{table}: newer writes replaced parts of what this one replaces, {times} times in a row. Nothing was "
        "published; try again when fewer tasks write the table."
    ),
    "data.table_name": "{name!r} names no table. Write 'table' or 'schema.table'.",
    "data.table_not_partitioned": (
        "{file}:{line}: task {task_id!r} can't write {table} in mode {mode}: the table has no partition_by. Add it "
        "to the Table, or use mode='replace'."
    ),
    "data.target_busy": "{target} was locked for {seconds} s by {holder}. Close that program, or try again later.",
    "data.target_failed": "{target} refused: {detail}",
    "data.timezone_unknown": "There is no time zone {timezone!r}. Use a name such as 'America/New_York' or 'UTC'.",
    "data.transform_across": (
        "{file}:{line}: transform {task_id!r} writes {table} in connection {here!r} and reads {other} in "
        "{there!r}; one query can't reach both. Copy one of them by load() first."
    ),
}
