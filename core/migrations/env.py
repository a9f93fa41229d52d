"""Alembic's entry: runs on the connection that `core.schema` hands over, so there is no second way to connect."""

from alembic import context

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=context.config.attributes.get("metadata"),
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=False,
    transaction_per_migration=False,
    transactional_ddl=True,  # on SQLite too: `core.database` begins transactions itself
)
context.run_migrations()
