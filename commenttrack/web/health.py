"""Whether the program runs, and whether it can serve."""

from flask import Blueprint, Response, current_app
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from commenttrack.web import database

health = Blueprint("health", __name__)


@health.get("/healthz")
def healthz() -> Response:
    return Response("alive\n", mimetype="text/plain")


@health.get("/readyz")
def readyz() -> Response:
    """200 when the database answers and has its tables, else 503."""
    try:
        database.session().execute(text("SELECT id FROM docket LIMIT 1"))
    except SQLAlchemyError as error:
        current_app.logger.error("not ready: %s", type(error).__name__)
        return Response("the database does not answer or has no tables\n", 503, mimetype="text/plain")
    return Response("ready\n", mimetype="text/plain")
