"""Alembic's entry: the caller hands over the connection (commenttrack.migrate), and the metadata when it compares."""

from typing import Any

from alembic import context

from commenttrack import full_text

config = context.config
connection = config.attributes["connection"]
sqlite = connection.dialect.name == "sqlite"
lost: dict[str, str] = full_text.triggers(connection) if sqlite else {}


def _keep_in_step(**step: Any) -> None:
    """After each step: a table that SQLite changed by copying it has its triggers again."""
    if sqlite:
        full_text.restore_triggers(connection, lost)
        lost.update(full_text.triggers(connection))


context.configure(
    connection=connection,
    target_metadata=config.attributes.get("metadata"),
    render_as_batch=sqlite,
    on_version_apply=_keep_in_step,
    # SQLite can roll table changes back once BEGIN is explicit; without this a failed migration would stay half done.
    transactional_ddl=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
