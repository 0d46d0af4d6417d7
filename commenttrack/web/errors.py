"""Pages for what went wrong: what happened, what became of what was sent, and what to do next.

Three kinds of people see them: staff, a member behind a mailed link, who has no account and is shown no way into the
app, and a visitor who is neither.
"""

import time
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from flask import Flask, Response, current_app, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, MethodNotAllowed, RequestEntityTooLarge, TooManyRequests

from commenttrack.errors import Conflict, NotFound, Refused
from commenttrack.web import access, database
from commenttrack.web.frame import plural
from commenttrack.web.security import behind_a_link, limiter

_PAGES = {
    400: (
        "This request could not be read",
        "It came incomplete, or not from a page of ours. Nothing was changed.",
        "Open the page again and repeat what you did.",
    ),
    404: (
        "This page is not here",
        "It may have moved or been removed, or your account may not be allowed to open it.",
        "Look for it from the dockets. Your administrator can say what your account opens.",
    ),
    405: (
        "This page does not take that request",
        "Nothing was changed.",
        "Open the page itself and use its buttons.",
    ),
    409: (
        "Somebody else was first",
        "What you sent was about something that was changed while your page was open. Nothing of yours was stored.",
        "Open the page again, see what changed, and decide again.",
    ),
    413: ("This is too large", "", ""),
    422: ("This could not be done", "", "Nothing was changed. See to what stands in the way, then try again."),
    429: ("Too many requests in a short time", "", ""),
    500: ("Something broke on our side", "Nothing was changed.", ""),
}


@dataclass(frozen=True, slots=True)
class _Way:
    """A button that leads on."""

    label: str
    address: str


def set_up(app: Flask) -> None:
    """Register the pages."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(TooManyRequests, _too_many)
    app.register_error_handler(RequestEntityTooLarge, _too_large)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(StaleDataError, _stale)
    app.register_error_handler(IntegrityError, _taken)
    app.register_error_handler(Exception, _broken)


def _page(status: int, happened: str = "", what_to_do: str = "", title: str = "") -> Response:
    """The page of a status, with sentences of its own when there are any."""
    usual = _PAGES[status]
    database.session().rollback()
    values = {
        "title": title or usual[0],
        "happened": happened or usual[1],
        "what_to_do": what_to_do or usual[2],
        "status": status,
        "happened_at": database.now(),
        "texts": _texts(),
        "by_link": behind_a_link(),
    }
    try:
        page = render_template("web/errors/error.html", ways=_ways(), **values)
    except SQLAlchemyError:
        # The account and the association's name stand in the database, and that may be what broke.
        template = current_app.jinja_env.get_template("web/errors/error.html")
        page = template.render(ways=(), account=None, association=str, **values)
    return make_response(page, status)


def _ways() -> list[_Way]:
    if behind_a_link():
        return [_Way("Back to the page of your link", address)] if (address := _page_of_the_link()) else []
    if access.account() is None:
        return [_Way("Sign in", url_for("security.login"))]
    back = _came_from()
    return [*([_Way("Back to the page", back)] if back else ()), _Way("To the dockets", url_for("rulemaking.home"))]


def _came_from() -> str:
    """The page of ours whose form was refused; empty when the browser does not say, or it can only be posted to."""
    referrer = request.referrer or ""
    if request.method != "POST" or not referrer.startswith(request.host_url):
        return ""
    adapter = current_app.create_url_adapter(request)
    return referrer if adapter and adapter.test(urlsplit(referrer).path, "GET") else ""


def _page_of_the_link() -> str:
    """What the mailed link itself opens. Such pages send no referrer, and some addresses behind them are no page."""
    if request.path.endswith("/reminders"):
        return quote(request.path)
    _, kind, token, *_ = [*request.path.split("/", 3), ""]
    return f"/{kind}/{quote(token, safe='')}/" if token else ""


def _texts() -> list[str]:
    """What somebody had written into the refused form, to be copied from the page: it is stored nowhere.

    Only what a page of ours sent, so that no other site can put words on ours; and neither passwords nor tokens.
    """
    headers = request.headers
    ours = headers.get("Sec-Fetch-Site") == "same-origin" or headers.get("Origin") == request.host_url.rstrip("/")
    if request.method != "POST" or not ours:
        return []
    try:
        fields = list(request.form.items(multi=True))
    except HTTPException:
        return []  # too large to be read
    return [value for name, value in fields if "password" not in name and len(value) > 60 and " " in value]


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.code is not None and error.code < 400:
        return error
    # 403 would tell that something is there.
    status = 404 if error.code in (401, 403) else error.code or 500
    if status == 404:
        return _not_here()
    page = _broke() if status >= 500 else _page(status if status in _PAGES else 400)
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        page.headers["Allow"] = ", ".join(error.valid_methods)
    return page


def _not_here() -> Response:
    if behind_a_link():
        return _page(404, "Nothing stands at this address.", "The page of your link shows everything that there is.")
    if access.account() is not None:
        return _page(404)
    if request.method in database.SAFE_METHODS:
        return _page(
            404,
            "The address may be mistyped, or cut short.",
            "If it came by mail, open it from the mail once more. If you have an account, sign in.",
        )
    return _page(
        404,
        "You may have been signed out since the page was opened. Nothing of what you sent was stored.",
        "Sign in, open the page again and send it once more.",
        title="You are not signed in",
    )


def _too_large(error: RequestEntityTooLarge) -> ResponseReturnValue:
    largest, text = (current_app.config[name] for name in ("MAX_CONTENT_LENGTH", "MAX_FORM_MEMORY_SIZE"))
    if (request.content_length or 0) > largest:
        sent = request.content_length or 0
        happened = f"You sent {_megabytes(sent)}; at most {_megabytes(largest)} can be sent at once."
        return _page(413, f"{happened} Nothing was stored.", "Choose a smaller file, or send several one by one.")
    happened = f"The text you sent is longer than a form takes: {_megabytes(text)}. Nothing was stored."
    return _page(413, happened, "Shorten it, or send it as a file.")


def _megabytes(count: int) -> str:
    return f"{count / 1_000_000:.1f}".removesuffix(".0") + " MB"


def _too_many(error: TooManyRequests) -> ResponseReturnValue:
    limit = limiter.current_limit
    # By the clock of the limiter, which is not the request's.
    seconds = max(1, limit.reset_at - int(time.time())) if limit else 60
    wait = plural(seconds, "second") if seconds <= 90 else plural(-(-seconds // 60), "minute")
    page = _page(429, "This request was not carried out, and nothing was changed.", f"Try again in {wait}.")
    page.headers["Retry-After"] = str(seconds)
    return page


def _csrf(error: CSRFError) -> ResponseReturnValue:
    return _page(
        400,
        "The page with the form had expired, or your browser keeps no cookies for this site. Nothing was changed.",
        "Open the page again and send the form once more.",
        title="The form had expired",
    )


def _refused(error: Refused) -> ResponseReturnValue:
    if isinstance(error, NotFound):
        return _not_here()
    if isinstance(error, Conflict):
        return _page(409, str(error), "Nothing of yours was stored. Open the page again, and decide on what it shows.")
    return _page(422, str(error))


def _stale(error: StaleDataError) -> ResponseReturnValue:
    return _page(409)


_UNIQUE_VIOLATION = "23505"  # PostgreSQL's code; on SQLite a second writer waits and then finds the first one's row


def _taken(error: IntegrityError) -> ResponseReturnValue:
    """What may be there once was made by two at the same moment, as by a double click: the database kept the first."""
    if getattr(error.orig, "sqlstate", "") == _UNIQUE_VIOLATION:
        return _page(409)
    return _broken(error)


def _broken(error: Exception) -> ResponseReturnValue:
    current_app.extensions["commenttrack.log"].error(
        "request failed", path=request.path, method=request.method, exc_info=error
    )
    return _broke()


def _broke() -> Response:
    whom = "write to the person who asked you" if behind_a_link() else "tell the administrator"
    return _page(500, what_to_do=f"Try again in a minute. If it happens again, {whom} and say when it happened.")
