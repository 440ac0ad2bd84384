"""English texts of the metadata stores."""

MESSAGES = {
    "store.backing_up": "Backing up {path} to {backup} …",
    "store.busy": (
        "the database {path} is busy: another process has held its write lock too long; try again, "
        "and if it stays busy look for a hung process or an open transaction in a database tool ({why})"
    ),
    "store.cannot_create": "the database {path} can't be created: {why}",
    "store.cannot_open": "the database {path} can't be opened: {why}; check that its folder exists and is yours",
    "store.check_damage": "{path} is damaged: {what}",
    "store.check_dangling": "table {table} has rows that refer to a missing row of table {parent}",
    "store.closed": "the metadata store is closed",
    "store.command_not_pending": "command {command_id} doesn't exist or is answered already; nothing was written",
    "store.creating": "Creating {path} (schema version {version}) …",
    "store.dag_id_taken": (
        "dag '{dag_id}' in {file} is already defined by {other_file} (bundle {other_bundle}): "
        "give one of them another dag_id, or delete the other file if the dag has moved"
    ),
    "store.dag_id_twice": "{file} defines dag '{dag_id}' twice: give each dag its own dag_id",
    "store.dag_missing": "dag '{dag_id}' isn't in the database; nothing was written",
    "store.damaged": (
        "the database {path} is damaged ({why}): stop mulgil, run `mulgil db check`, "
        "and restore a backup if it finds damage"
    ),
    "store.database_unsupported": (
        "this version can't use {kind} as its metadata database: give a file, or a URL such as sqlite:////path/mulgil.db"
    ),
    "store.default_pool_stays": "{pool} can't be deleted: tasks that name no pool use it; change its slots instead",
    "store.disk_full": "nothing was written to {path}, because the disk is full ({why}): free some space",
    "store.doorbell_failed": (
        "the scheduler's socket {path} can't be used: {why}; check the folder, "
        "or choose a shorter runtime folder by XDG_RUNTIME_DIR"
    ),
    "store.interval_taken": (
        "dag '{dag_id}' has a run of the interval {start} to {end} already: {other_run_id}; {run_id} was not created"
    ),
    "store.io_error": "the database {path} can't be read or written: {why}; check the disk",
    "store.lease_lost": (
        "another scheduler has taken over (epoch {newest}, this one has {epoch}); "
        "nothing was written and this one stops"
    ),
    "store.migrating": "Upgrading {path} from schema version {version} to {target} …",
    "store.migration_dangling": (
        "{path} was not upgraded: table {table} would refer to missing rows; "
        "the database is as it was, please report this with the output of `mulgil db check`"
    ),
    "store.network_file_system": (
        "{path} is on a network file system ({file_system}), where a database can't be kept safely: "
        "choose a home on a local disk with --home or MULGIL_HOME"
    ),
    "store.not_a_database": "{path} is not a mulgil database ({why}): move that file away or choose another home",
    "store.not_ours": "{path} is a database of another program: move that file away or choose another home",
    "store.not_unique": "a row with this identity exists already ({why}); nothing was written",
    "store.read_only": "the database {path} is read-only: {why}; check the permissions of the file and its folder",
    "store.run_exists": "dag '{dag_id}' has a run {run_id} already; nothing was written",
    "store.run_missing": "run {run_id} of dag '{dag_id}' isn't in the database; nothing was written",
    "store.run_of_row_missing": "a row belongs to a run or backfill that isn't in the database; nothing was written",
    "store.run_uid_taken": "the uid {run_uid} of run {run_id} of dag '{dag_id}' is used already; nothing was written",
    "store.schema_missing": "there is no database at {path} yet: run `mulgil db upgrade` or `mulgil up` to create it",
    "store.schema_newer": (
        "{path} has schema version {version}, newer than this program's {known}: "
        "install the mulgil that wrote it, or a later one"
    ),
    "store.schema_older": (
        "{path} has schema version {version}, this program needs {known}: "
        "stop mulgil and run `mulgil db upgrade`; it makes a backup first"
    ),
    "store.statement_failed": "the database {path} refused a statement: {why}; nothing was written",
    "store.used_after_fork": (
        "the store belongs to process {owner} and can't be used in its child {pid}: open another one"
    ),
}
