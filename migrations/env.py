"""Alembic's entry: the caller hands over the connection (commenttrack.migrate), and the metadata when it compares."""

from alembic import context

config = context.config
connection = config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=config.attributes.get("metadata"),
    render_as_batch=connection.dialect.name == "sqlite",
    # SQLite can roll table changes back once BEGIN is explicit; without this a failed migration would stay half done.
    transactional_ddl=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
