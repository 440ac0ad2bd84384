"""The tables of the metadata DB as they are now: one description for both databases.

A fresh database is created from these; an existing one is brought here by the migrations, and a test
proves that both give the same schema. The statements in `queries/` name these columns.

- Names of states and kinds are text without CHECKs: a newer version adds values.
- One row of `lease` per shard of dags; an embedded database has the one shard 0.
- `dag_run` is unique by interval over scheduled and backfill runs only.
- Task instances, XComs and attempts go with their run; asset commits, events and what a backfill did outlive it.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    text,
)

from mulgil.stores.sql.column_types import Instant, Json

metadata = MetaData()

# SQLite gives an `INTEGER PRIMARY KEY` its numbers; a BIGINT one would get none.
_Serial = BigInteger().with_variant(Integer(), "sqlite")


def _of_run() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["dag_id", "run_id"], ["dag_run.dag_id", "dag_run.run_id"], ondelete="CASCADE")


lease = Table(
    "lease",
    metadata,
    Column("shard", Integer, primary_key=True, autoincrement=False),
    Column("owner", Text, nullable=False),
    Column("epoch", BigInteger, nullable=False),
)

dag = Table(
    "dag",
    metadata,
    Column("dag_id", Text, primary_key=True),
    Column("bundle", Text, nullable=False),
    Column("file", Text, nullable=False),
    Column("version_id", Text, nullable=False),
    Column("is_paused", Boolean, nullable=False),
    Column("is_stale", Boolean, nullable=False),
    Index("dag_by_file", "bundle", "file"),
)

dag_version = Table(
    "dag_version",
    metadata,
    Column("version_id", Text, primary_key=True),
    Column("dag_id", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("spec", Json, nullable=False),
    Column("snapshot", Text, nullable=False),
    Column("bundle", Text, nullable=False),
    Column("file", Text, nullable=False),
    Column("isolation", Text, nullable=False),
    Column("isolation_reason", Json),
    Column("published_at", Instant, nullable=False),
    Index("dag_version_number", "dag_id", "number", unique=True),
)

dag_schedule = Table(
    "dag_schedule",
    metadata,
    Column("dag_id", Text, primary_key=True),
    Column("scheduled_until", Instant),
    Column("has_run_once", Boolean, nullable=False),
)

import_failure = Table(
    "import_failure",
    metadata,
    Column("bundle", Text, primary_key=True),
    Column("file", Text, primary_key=True),
    Column("line", Integer),
    Column("error", Json, nullable=False),
    Column("traceback", Text, nullable=False),
    Column("at", Instant, nullable=False),
)

_UNIQUE_BY_INTERVAL = text("run_type IN ('scheduled', 'backfill')")
_ACTIVE = text("state IN ('queued', 'running')")

dag_run = Table(
    "dag_run",
    metadata,
    Column("dag_id", Text, primary_key=True),
    Column("run_id", Text, primary_key=True),
    Column("run_uid", Text, nullable=False),
    Column("run_type", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("interval_start", Instant, nullable=False),
    Column("interval_end", Instant, nullable=False),
    Column("version_id", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("conf", Json, nullable=False),
    Column("started_at", Instant),
    Column("ended_at", Instant),
    Column("reason", Json),
    Column("triggered_by", Text, nullable=False),
    Column("note", Text, nullable=False),
    Index("dag_run_uid", "run_uid", unique=True),
    Index(
        "dag_run_of_interval",
        "dag_id",
        "interval_start",
        "interval_end",
        unique=True,
        sqlite_where=_UNIQUE_BY_INTERVAL,
        postgresql_where=_UNIQUE_BY_INTERVAL,
    ),
    Index("dag_run_active", "created_at", sqlite_where=_ACTIVE, postgresql_where=_ACTIVE),
    Index("dag_run_newest", "interval_start"),
    Index("dag_run_newest_of_dag", "dag_id", "interval_start"),
    Index("dag_run_by_state", "dag_id", "state"),
)

task_instance = Table(
    "task_instance",
    metadata,
    Column("dag_id", Text, primary_key=True),
    Column("run_id", Text, primary_key=True),
    Column("task_id", Text, primary_key=True),
    Column("map_index", Integer, primary_key=True, autoincrement=False),
    Column("state", Text, nullable=False),
    Column("try_number", Integer, nullable=False),
    Column("max_tries", Integer, nullable=False),
    Column("clear_number", Integer, nullable=False),
    Column("lost_count", Integer, nullable=False),
    Column("attempt_id", Text),
    Column("reason", Json),
    Column("scheduled_at", Instant),
    Column("queued_at", Instant),
    Column("started_at", Instant),
    Column("ended_at", Instant),
    Column("retry_at", Instant),
    _of_run(),
    # Clustered by its key: a run's instances are one range, and an upsert touches one tree.
    sqlite_with_rowid=False,
)

attempt = Table(
    "attempt",
    metadata,
    Column("attempt_id", Text, primary_key=True),
    Column("dag_id", Text, nullable=False),
    Column("run_id", Text, nullable=False),
    Column("task_id", Text, nullable=False),
    Column("map_index", Integer, nullable=False),
    Column("try_number", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("executor", Text, nullable=False),
    Column("daemon_id", Text, nullable=False),
    Column("queued_at", Instant, nullable=False),
    Column("pid", Integer),
    Column("started_at", Instant),
    Column("ended_at", Instant),
    Column("outcome", Text),
    Column("error", Json),
    _of_run(),
    Index("attempt_of_run", "dag_id", "run_id", "task_id"),
    sqlite_with_rowid=False,
)

xcom = Table(
    "xcom",
    metadata,
    Column("dag_id", Text, primary_key=True),
    Column("run_id", Text, primary_key=True),
    Column("task_id", Text, primary_key=True),
    Column("map_index", Integer, primary_key=True, autoincrement=False),
    Column("key", Text, primary_key=True),
    Column("value", LargeBinary, nullable=False),
    _of_run(),
)

asset_commit = Table(
    "asset_commit",
    metadata,
    Column("connection_id", Text, primary_key=True),
    Column("table_name", Text, primary_key=True),
    Column("scope", Text, primary_key=True),
    Column("fence", BigInteger, primary_key=True, autoincrement=False),
    Column("write_id", Text, nullable=False),
    Column("producer", Text, nullable=False),
    Column("mode", Text, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("committed_at", Instant, nullable=False),
    Column("record", LargeBinary, nullable=False),
    Column("superseded_by", BigInteger),
    Column("dag_id", Text, nullable=False),
    Column("run_id", Text, nullable=False),
    Column("task_id", Text, nullable=False),
    Column("map_index", Integer, nullable=False),
    Column("attempt_id", Text, nullable=False),
    Index("asset_commit_of_run", "dag_id", "run_id"),
)

_UNANSWERED = text("answer IS NULL")

command = Table(
    "command",
    metadata,
    Column("number", _Serial, primary_key=True),
    Column("command_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("payload", Json, nullable=False),
    Column("submitted_at", Instant, nullable=False),
    Column("submitted_by", Text, nullable=False),
    Column("answer", Json),
    Index("command_id", "command_id", unique=True),
    Index("command_unanswered", "number", sqlite_where=_UNANSWERED, postgresql_where=_UNANSWERED),
    sqlite_autoincrement=True,
)

event = Table(
    "event",
    metadata,
    Column("seq", _Serial, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("kind", Text, nullable=False),
    Column("payload", Json, nullable=False),
    Column("dag_id", Text),
    Column("run_id", Text),
    Column("task_id", Text),
    Column("map_index", Integer),
    Index("event_of_dag", "dag_id", "seq"),
    sqlite_autoincrement=True,
)

_ACTIVE_BACKFILL = text("state IN ('running', 'paused', 'cancelling')")

backfill = Table(
    "backfill",
    metadata,
    Column("backfill_id", Integer, primary_key=True, autoincrement=False),
    Column("dag_id", Text, nullable=False),
    Column("range_start", Instant, nullable=False),
    Column("range_end", Instant, nullable=False),
    Column("is_reverse", Boolean, nullable=False),
    Column("max_active", Integer, nullable=False),
    Column("rerun", Text, nullable=False),
    Column("tasks", Json, nullable=False),
    Column("conf", Json, nullable=False),
    Column("state", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("ended_at", Instant),
    Index("backfill_active", "state", sqlite_where=_ACTIVE_BACKFILL, postgresql_where=_ACTIVE_BACKFILL),
    Index("backfill_of_dag", "dag_id"),
)

backfill_run = Table(
    "backfill_run",
    metadata,
    Column("backfill_id", Integer, primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("interval_start", Instant, nullable=False),
    Column("interval_end", Instant, nullable=False),
    Column("state", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("run_id", Text),
    Column("reason", Json),
    Column("started_at", Instant),
    Column("ended_at", Instant),
    ForeignKeyConstraint(["backfill_id"], ["backfill.backfill_id"], ondelete="CASCADE"),
    sqlite_with_rowid=False,
)

pool = Table(
    "pool",
    metadata,
    Column("name", Text, primary_key=True),
    Column("slots", Integer, nullable=False),
    Column("description", Text, nullable=False),
)

connection = Table(
    "connection",
    metadata,
    Column("connection_id", Text, primary_key=True),
    Column("conn_type", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("port", Integer),
    Column("schema", Text, nullable=False),
    Column("login", Text, nullable=False),
    Column("password", LargeBinary, nullable=False),
    Column("extra", LargeBinary, nullable=False),
    Column("description", Text, nullable=False),
)

variable = Table(
    "variable",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", LargeBinary, nullable=False),
    Column("description", Text, nullable=False),
)
