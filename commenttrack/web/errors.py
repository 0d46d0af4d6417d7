"""Pages for what went wrong."""

from flask import Flask, current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from commenttrack.errors import Conflict, NotFound, Refused
from commenttrack.web import database

_PAGES = {
    400: ("This request could not be read", "Go back, reload the page and try again."),
    404: ("This page is not here", "It may have moved, or it is not for this account."),
    405: ("This page does not take that request", "Go back and use the page’s own buttons."),
    409: ("Somebody else was first", "Reload the page to see what changed, then decide again."),
    413: ("This file is too large", "Files up to 50 MB can be uploaded."),
    422: ("This could not be done", "Read what stands in the way, then try again."),
    429: ("Too many attempts", "Wait a minute, then try again."),
    500: (
        "Something broke on our side",
        "Nothing was changed. Try again; if it happens again, tell the administrator.",
    ),
}


def set_up(app: Flask) -> None:
    """Register the pages."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(StaleDataError, _stale)
    app.register_error_handler(Exception, _broken)


def page(status: int, explanation: str = "") -> ResponseReturnValue:
    """The page of a status, with a sentence of its own when there is one."""
    title, what_to_do = _PAGES.get(status, _PAGES[500])
    database.session().rollback()
    return render_template(
        "web/errors/error.html",
        title=title,
        explanation=explanation,
        what_to_do=what_to_do,
        status=status,
        back=_came_from(),
    ), status


def _came_from() -> str:
    """The page of ours whose form was refused; empty when the browser does not say, or names another site."""
    referrer = request.referrer or ""
    return referrer if request.method == "POST" and referrer.startswith(request.host_url) else ""


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.code is not None and error.code < 400:
        return error
    # 403 would tell that something is there.
    status = 404 if error.code in (401, 403) else error.code or 500
    return page(status if status in _PAGES else 400)


def _csrf(error: CSRFError) -> ResponseReturnValue:
    return page(400, "The form had expired, or it did not come from this site. Nothing was changed.")


def _refused(error: Refused) -> ResponseReturnValue:
    if isinstance(error, NotFound):
        return page(404)
    return page(409 if isinstance(error, Conflict) else 422, str(error))


def _stale(error: StaleDataError) -> ResponseReturnValue:
    return page(409)


def _broken(error: Exception) -> ResponseReturnValue:
    current_app.extensions["commenttrack.log"].error(
        "request failed", path=request.path, method=request.method, exc_info=error
    )
    return page(500)
