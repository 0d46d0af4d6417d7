"""The request's database session: reading on GET, and one transaction around everything that may change something."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from flask import Flask, current_app, g, has_request_context, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session, sessionmaker

from commenttrack.config import Settings
from commenttrack.db import make_engine, make_reading_sessions, make_sessions, transaction
from commenttrack.storage import Storage

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True)
class House:
    """What is made once for the app and used by every request."""

    settings: Settings
    writing: sessionmaker[Session]
    reading: sessionmaker[Session]
    storage: Storage
    clock: Callable[[], dt.datetime]


def furnish(app: Flask, settings: Settings, clock: Callable[[], dt.datetime]) -> None:
    """Make the engine, the sessions and the storage of an app."""
    engine = make_engine(settings.database_url)
    app.extensions["commenttrack"] = House(
        settings, make_sessions(engine), make_reading_sessions(engine), Storage(settings.storage_url), clock
    )
    app.teardown_appcontext(_close)


def house() -> House:
    """The current app's."""
    return cast(House, current_app.extensions["commenttrack"])


def session() -> Session:
    """The current request's session."""
    if "session" not in g:
        reads = has_request_context() and request.method in SAFE_METHODS
        g.session = house().reading() if reads else house().writing()
    return cast(Session, g.session)


def now() -> dt.datetime:
    """The moment of the current request, the same throughout it."""
    if "now" not in g:
        g.now = house().clock()
    return cast(dt.datetime, g.now)


def _close(error: BaseException | None) -> None:
    opened: Any = g.pop("session", None)
    if opened is not None:
        opened.close()


class TransactionalFlask(Flask):
    """Runs every request that may change something in one transaction; an answer of 400 and above changes nothing."""

    def dispatch_request(self) -> ResponseReturnValue:
        if request.method in SAFE_METHODS:
            return super().dispatch_request()
        with transaction(session()) as current:
            response = self.make_response(super().dispatch_request())
            if response.status_code >= 400:
                current.rollback()
            return response
