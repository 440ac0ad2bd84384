"""What Alembic runs: the migrations, in the transaction that the caller has begun."""

from alembic import context

from mulgil.stores.sql.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite changes a table by rebuilding it.
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
