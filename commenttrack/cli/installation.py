"""The configured installation, for the commands that have to do with one."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from commenttrack.config import Settings
    from commenttrack.storage import Storage


def now() -> dt.datetime:
    """The present moment."""
    return dt.datetime.now(dt.UTC)


def read_settings() -> "Settings":
    """What the environment says."""
    from commenttrack.config import Settings

    return Settings.from_environment()


@contextmanager
def installation() -> "Iterator[tuple[Session, Storage]]":
    """A session on the configured, current database, committed at the end, and the storage."""
    from commenttrack.db import make_engine, make_sessions, transaction
    from commenttrack.migrate import require_current
    from commenttrack.storage import Storage

    settings = read_settings()
    require_current(settings.database_url)
    with make_sessions(make_engine(settings.database_url))() as session, transaction(session):
        yield session, Storage(settings.storage_url)
