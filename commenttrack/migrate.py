"""Alembic, driven from code: upgrade and downgrade of any database the app can use."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import OperationalError

from commenttrack.errors import Refused
from commenttrack.resources import folder


class DatabaseUnreachable(Refused):
    """No database answers at the configured address."""


class SchemaIsNotCurrent(Refused):
    """The database was made by another version of the program."""


def configuration() -> Config:
    """Alembic's configuration without an ini file."""
    config = Config()
    config.set_main_option("script_location", str(folder("migrations")).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


@contextmanager
def migration_connection(url: str) -> Iterator[Connection]:
    """A connection for changing tables, in one transaction.

    SQLite changes a table by copying it and dropping the old one, and with foreign keys on the drop would delete the
    rows that refer to it; so they are off here, and checked once at the end. The driver would commit before DDL
    unless BEGIN is ours.
    """
    engine = create_engine(url)
    sqlite = engine.dialect.name == "sqlite"
    if sqlite:

        @event.listens_for(engine, "connect")
        def _connect(connection: Any, record: Any) -> None:
            connection.isolation_level = None
            connection.execute("PRAGMA foreign_keys=OFF")
            connection.execute("PRAGMA journal_mode=WAL")

        @event.listens_for(engine, "begin")
        def _begin(connection: Any) -> None:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    try:
        with _connected(engine) as connection, connection.begin():
            yield connection
            if sqlite:
                broken = connection.execute(text("PRAGMA foreign_key_check")).all()
                if broken:
                    raise Refused(
                        f"The migration was undone: {len(broken)} rows would refer to nothing, e.g. {broken[0]}."
                    )
    finally:
        engine.dispose()


def _connected(engine: Engine) -> Connection:
    try:
        return engine.connect()
    except OperationalError as error:
        shown = engine.url.render_as_string(hide_password=True)
        raise DatabaseUnreachable(f"The database at {shown} cannot be used: {error.orig}") from error


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database up to a revision."""
    with migration_connection(url) as connection:
        config = configuration()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def downgrade(url: str, revision: str) -> None:
    """Take the database down to a revision; ``base`` leaves no table."""
    with migration_connection(url) as connection:
        config = configuration()
        config.attributes["connection"] = connection
        command.downgrade(config, revision)


def heads(url: str) -> tuple[str | None, str | None]:
    """The revision the database is at, and the one this program wants."""
    with migration_connection(url) as connection:
        present = MigrationContext.configure(connection).get_current_revision()
    return present, ScriptDirectory.from_config(configuration()).get_current_head()


def require_current(url: str) -> None:
    """Refuse to run on a database of another version."""
    present, wanted = heads(url)
    if present != wanted:
        raise SchemaIsNotCurrent(
            f"The database is at revision {present or 'none'} and this version needs {wanted}: "
            "run “commenttrack db upgrade” first."
        )
