"""Backfills and their intervals."""

import sqlalchemy as sa
from alembic import op

from mulgil.stores.sql.column_types import Instant, Json

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the two tables, empty."""
    op.create_table(
        "backfill",
        sa.Column("backfill_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("dag_id", sa.Text, nullable=False),
        sa.Column("range_start", Instant, nullable=False),
        sa.Column("range_end", Instant, nullable=False),
        sa.Column("is_reverse", sa.Boolean, nullable=False),
        sa.Column("max_active", sa.Integer, nullable=False),
        sa.Column("rerun", sa.Text, nullable=False),
        sa.Column("tasks", Json, nullable=False),
        sa.Column("conf", Json, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("ended_at", Instant),
    )
    where = sa.text("state IN ('running', 'paused', 'cancelling')")
    op.create_index("backfill_active", "backfill", ["state"], sqlite_where=where, postgresql_where=where)
    op.create_index("backfill_of_dag", "backfill", ["dag_id"])
    op.create_table(
        "backfill_run",
        sa.Column("backfill_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("interval_start", Instant, nullable=False),
        sa.Column("interval_end", Instant, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("run_id", sa.Text),
        sa.Column("reason", Json),
        sa.Column("started_at", Instant),
        sa.Column("ended_at", Instant),
        sa.ForeignKeyConstraint(["backfill_id"], ["backfill.backfill_id"], ondelete="CASCADE"),
        sqlite_with_rowid=False,
    )
