"""The database: declarative base, naming convention, column types, engines, and ``transaction()``, the only commit."""

import datetime as dt
import enum
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, Engine, Enum, MetaData, Text, TypeDecorator, create_engine, event
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

NAMES = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UTCDateTime(TypeDecorator[dt.datetime]):
    """A moment, aware and in UTC on both sides; SQLite would hand back naive values. Naive input raises."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment needs a zone: {value!r}")
        return value.astimezone(dt.UTC)

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


class Base(DeclarativeBase):
    """Base of all tables: ``StrEnum`` by value with a CHECK, strings as TEXT, lists and dicts as JSON."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {  # noqa: RUF012 SQLAlchemy reads it from the class
        str: Text(),
        dt.datetime: UTCDateTime(),
        dict[str, Any]: JSON(),
        list[str]: JSON(),
        list[Any]: JSON(),
        enum.StrEnum: Enum(
            enum.StrEnum,
            native_enum=False,
            create_constraint=True,
            length=40,
            values_callable=lambda kind: [member.value for member in kind],
        ),
    }


def make_engine(url: str) -> Engine:
    """An engine for the app. On SQLite: WAL, foreign keys on, every transaction BEGIN IMMEDIATE.

    A deferred BEGIN lets two requests read the same row and both write it, and the second then fails or overwrites
    (measured: 400 of 480 concurrent read-modify-writes lost with the driver's default). BEGIN IMMEDIATE queues them.
    """
    if not url.startswith("sqlite"):
        # As many connections are kept as requests and jobs run at once with the usual settings: one more would be made
        # anew for each request, which takes the server longer than a whole answer.
        return create_engine(url, pool_pre_ping=True, pool_size=16, max_overflow=64)
    engine = create_engine(url, connect_args={"timeout": 10, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, record: Any) -> None:
        connection.isolation_level = None  # the driver's own implicit BEGIN would come before ours
        for pragma in ("journal_mode=WAL", "foreign_keys=ON", "synchronous=NORMAL", "busy_timeout=10000"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        read_only = connection.get_execution_options().get("read_only", False)
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return engine


def make_sessions(engine: Engine) -> sessionmaker[Session]:
    """Sessions whose objects stay readable after the commit, so that a page can still show them."""
    return sessionmaker(engine, expire_on_commit=False)


class ReadingSessionWrote(RuntimeError):
    """Code that may only read changed an object; that is a mistake in the program."""


def make_reading_sessions(engine: Engine) -> sessionmaker[Session]:
    """Sessions that only read. On SQLite they do not queue behind a writer, nor hold one up."""
    reading = sessionmaker(engine.execution_options(read_only=True), expire_on_commit=False, autoflush=False)
    event.listen(reading, "before_flush", _refuse_to_write)
    return reading


def _refuse_to_write(session: Session, *_: object) -> None:
    if session.new or session.deleted or session.dirty:
        raise ReadingSessionWrote("a session for reading changed an object")


@contextmanager
def transaction(session: Session) -> Iterator[Session]:
    """Run a block and commit it once, or roll everything back. Nothing else in the program commits."""
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
