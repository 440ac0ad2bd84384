"""The first schema."""

import sqlalchemy as sa
from alembic import op

from mulgil.stores.sql.column_types import Instant, Json

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create every table, and the default pool."""
    _lease()
    _dag()
    _dag_version()
    _dag_schedule()
    _import_failure()
    _dag_run()
    _task_instance()
    _attempt()
    _xcom()
    _asset_commit()
    _command()
    _event()
    _pool()
    _connection()
    _variable()
    op.execute("INSERT INTO pool (name, slots, description) VALUES ('default_pool', 128, '')")


def _lease() -> None:
    op.create_table(
        "lease",
        sa.Column("shard", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("epoch", sa.BigInteger, nullable=False),
    )


def _dag() -> None:
    op.create_table(
        "dag",
        sa.Column("dag_id", sa.Text, primary_key=True),
        sa.Column("bundle", sa.Text, nullable=False),
        sa.Column("file", sa.Text, nullable=False),
        sa.Column("version_id", sa.Text, nullable=False),
        sa.Column("is_paused", sa.Boolean, nullable=False),
        sa.Column("is_stale", sa.Boolean, nullable=False),
    )
    op.create_index("dag_by_file", "dag", ["bundle", "file"])


def _dag_version() -> None:
    op.create_table(
        "dag_version",
        sa.Column("version_id", sa.Text, primary_key=True),
        sa.Column("dag_id", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("spec", Json, nullable=False),
        sa.Column("snapshot", sa.Text, nullable=False),
        sa.Column("bundle", sa.Text, nullable=False),
        sa.Column("file", sa.Text, nullable=False),
        sa.Column("isolation", sa.Text, nullable=False),
        sa.Column("isolation_reason", Json),
        sa.Column("published_at", Instant, nullable=False),
    )
    op.create_index("dag_version_number", "dag_version", ["dag_id", "number"], unique=True)


def _dag_schedule() -> None:
    op.create_table(
        "dag_schedule",
        sa.Column("dag_id", sa.Text, primary_key=True),
        sa.Column("scheduled_until", Instant),
        sa.Column("has_run_once", sa.Boolean, nullable=False),
    )


def _import_failure() -> None:
    op.create_table(
        "import_failure",
        sa.Column("bundle", sa.Text, primary_key=True),
        sa.Column("file", sa.Text, primary_key=True),
        sa.Column("line", sa.Integer),
        sa.Column("error", Json, nullable=False),
        sa.Column("traceback", sa.Text, nullable=False),
        sa.Column("at", Instant, nullable=False),
    )


def _dag_run() -> None:
    op.create_table(
        "dag_run",
        sa.Column("dag_id", sa.Text, primary_key=True),
        sa.Column("run_id", sa.Text, primary_key=True),
        sa.Column("run_uid", sa.Text, nullable=False),
        sa.Column("run_type", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("interval_start", Instant, nullable=False),
        sa.Column("interval_end", Instant, nullable=False),
        sa.Column("version_id", sa.Text, nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("conf", Json, nullable=False),
        sa.Column("started_at", Instant),
        sa.Column("ended_at", Instant),
        sa.Column("reason", Json),
        sa.Column("triggered_by", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
    )
    where = sa.text("state IN ('queued', 'running')")
    op.create_index("dag_run_active", "dag_run", ["created_at"], sqlite_where=where, postgresql_where=where)
    op.create_index("dag_run_by_state", "dag_run", ["dag_id", "state"])
    op.create_index("dag_run_newest", "dag_run", ["interval_start"])
    op.create_index("dag_run_newest_of_dag", "dag_run", ["dag_id", "interval_start"])
    where = sa.text("run_type IN ('scheduled', 'backfill')")
    op.create_index(
        "dag_run_of_interval",
        "dag_run",
        ["dag_id", "interval_start", "interval_end"],
        unique=True,
        sqlite_where=where,
        postgresql_where=where,
    )
    op.create_index("dag_run_uid", "dag_run", ["run_uid"], unique=True)


def _task_instance() -> None:
    op.create_table(
        "task_instance",
        sa.Column("dag_id", sa.Text, primary_key=True),
        sa.Column("run_id", sa.Text, primary_key=True),
        sa.Column("task_id", sa.Text, primary_key=True),
        sa.Column("map_index", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("try_number", sa.Integer, nullable=False),
        sa.Column("max_tries", sa.Integer, nullable=False),
        sa.Column("clear_number", sa.Integer, nullable=False),
        sa.Column("lost_count", sa.Integer, nullable=False),
        sa.Column("attempt_id", sa.Text),
        sa.Column("reason", Json),
        sa.Column("scheduled_at", Instant),
        sa.Column("queued_at", Instant),
        sa.Column("started_at", Instant),
        sa.Column("ended_at", Instant),
        sa.Column("retry_at", Instant),
        sa.ForeignKeyConstraint(["dag_id", "run_id"], ["dag_run.dag_id", "dag_run.run_id"], ondelete="CASCADE"),
        sqlite_with_rowid=False,
    )


def _attempt() -> None:
    op.create_table(
        "attempt",
        sa.Column("attempt_id", sa.Text, primary_key=True),
        sa.Column("dag_id", sa.Text, nullable=False),
        sa.Column("run_id", sa.Text, nullable=False),
        sa.Column("task_id", sa.Text, nullable=False),
        sa.Column("map_index", sa.Integer, nullable=False),
        sa.Column("try_number", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("executor", sa.Text, nullable=False),
        sa.Column("daemon_id", sa.Text, nullable=False),
        sa.Column("queued_at", Instant, nullable=False),
        sa.Column("pid", sa.Integer),
        sa.Column("started_at", Instant),
        sa.Column("ended_at", Instant),
        sa.Column("outcome", sa.Text),
        sa.Column("error", Json),
        sa.ForeignKeyConstraint(["dag_id", "run_id"], ["dag_run.dag_id", "dag_run.run_id"], ondelete="CASCADE"),
        sqlite_with_rowid=False,
    )
    op.create_index("attempt_of_run", "attempt", ["dag_id", "run_id", "task_id"])


def _xcom() -> None:
    op.create_table(
        "xcom",
        sa.Column("dag_id", sa.Text, primary_key=True),
        sa.Column("run_id", sa.Text, primary_key=True),
        sa.Column("task_id", sa.Text, primary_key=True),
        sa.Column("map_index", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("value", sa.LargeBinary, nullable=False),
        sa.ForeignKeyConstraint(["dag_id", "run_id"], ["dag_run.dag_id", "dag_run.run_id"], ondelete="CASCADE"),
    )


def _asset_commit() -> None:
    op.create_table(
        "asset_commit",
        sa.Column("connection_id", sa.Text, primary_key=True),
        sa.Column("table_name", sa.Text, primary_key=True),
        sa.Column("scope", sa.Text, primary_key=True),
        sa.Column("fence", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("write_id", sa.Text, nullable=False),
        sa.Column("producer", sa.Text, nullable=False),
        sa.Column("mode", sa.Text, nullable=False),
        sa.Column("rows", sa.BigInteger, nullable=False),
        sa.Column("committed_at", Instant, nullable=False),
        sa.Column("record", sa.LargeBinary, nullable=False),
        sa.Column("superseded_by", sa.BigInteger),
        sa.Column("dag_id", sa.Text, nullable=False),
        sa.Column("run_id", sa.Text, nullable=False),
        sa.Column("task_id", sa.Text, nullable=False),
        sa.Column("map_index", sa.Integer, nullable=False),
        sa.Column("attempt_id", sa.Text, nullable=False),
    )
    op.create_index("asset_commit_of_run", "asset_commit", ["dag_id", "run_id"])


def _command() -> None:
    op.create_table(
        "command",
        sa.Column("number", _SERIAL, primary_key=True),
        sa.Column("command_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("payload", Json, nullable=False),
        sa.Column("submitted_at", Instant, nullable=False),
        sa.Column("submitted_by", sa.Text, nullable=False),
        sa.Column("answer", Json),
        sqlite_autoincrement=True,
    )
    op.create_index("command_id", "command", ["command_id"], unique=True)
    where = sa.text("answer IS NULL")
    op.create_index("command_unanswered", "command", ["number"], sqlite_where=where, postgresql_where=where)


def _event() -> None:
    op.create_table(
        "event",
        sa.Column("seq", _SERIAL, primary_key=True),
        sa.Column("at", Instant, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("payload", Json, nullable=False),
        sa.Column("dag_id", sa.Text),
        sa.Column("run_id", sa.Text),
        sa.Column("task_id", sa.Text),
        sa.Column("map_index", sa.Integer),
        sqlite_autoincrement=True,
    )
    op.create_index("event_of_dag", "event", ["dag_id", "seq"])


def _pool() -> None:
    op.create_table(
        "pool",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("slots", sa.Integer, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
    )


def _connection() -> None:
    op.create_table(
        "connection",
        sa.Column("connection_id", sa.Text, primary_key=True),
        sa.Column("conn_type", sa.Text, nullable=False),
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("port", sa.Integer),
        sa.Column("schema", sa.Text, nullable=False),
        sa.Column("login", sa.Text, nullable=False),
        sa.Column("password", sa.LargeBinary, nullable=False),
        sa.Column("extra", sa.LargeBinary, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
    )


def _variable() -> None:
    op.create_table(
        "variable",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("value", sa.LargeBinary, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
    )
