"""Sign-in, CSRF, limits on attempts, and the headers of every response."""

import datetime as dt
from typing import Any, cast

from flask import Blueprint, Flask, Response, abort, request
from flask_limiter import Limiter, RouteLimit
from flask_limiter.util import get_remote_address
from flask_security.core import RoleMixin, Security
from flask_security.datastore import SQLAlchemySessionUserDatastore
from flask_security.signals import password_changed, user_authenticated
from flask_wtf.csrf import CSRFProtect
from werkzeug.local import LocalProxy

from commenttrack import audit
from commenttrack.config import Settings
from commenttrack.members.links import token_hash
from commenttrack.web import database
from commenttrack.web.accounts import SHORTEST_PASSWORD, Account

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
# A browser shows a PDF in a page of its own making, which needs an object and a style.
PDF_POLICY = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'"
# A mail as it is sent brings its own styles, since mail programs know no others; it is shown alone and may do nothing.
MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'; "
    "sandbox"
)

csrf = CSRFProtect()
limiter = Limiter(get_remote_address, storage_uri="memory://")


def limit_links(blueprint: Blueprint) -> None:
    """Limit requests to mailed links: each link by itself, and tries at links that do not exist by address.

    A whole association may sit behind one address, so requests to links that work do not add up there.
    """
    limit_each_link("60 per minute")(blueprint)
    limiter.limit("30 per minute", deduct_when=_not_found)(blueprint)


def limit_each_link(limits: str) -> RouteLimit:
    """Limit requests to a page behind mailed links, for each link by itself."""
    return limiter.limit(limits, key_func=_link)


def behind_a_link() -> bool:
    """Whether the request is for something behind a mailed link, where a member is who has no account."""
    return request.path.startswith(("/sign/", "/answer/"))


def _link() -> str:
    return token_hash(str((request.view_args or {}).get("token", "")))


def _not_found(response: Response) -> bool:
    return response.status_code == 404


class _Accounts(SQLAlchemySessionUserDatastore):
    """Accounts in the request's own session and transaction."""

    def commit(self) -> None:
        """Nothing: the request's transaction commits, and nothing else does."""


def set_up(app: Flask, settings: Settings) -> None:
    """Configure sign-in, CSRF, limits and headers of an app."""
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_NAME="commenttrack",
        SESSION_COOKIE_SECURE=settings.base_url.startswith("https://"),
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=dt.timedelta(hours=12),
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session: somebody may write on a part for an afternoon
        WTF_CSRF_SSL_STRICT=False,  # pages behind mailed links send no referrer
        SECURITY_URL_PREFIX=None,
        SECURITY_LOGIN_URL="/sign-in",
        SECURITY_LOGOUT_URL="/sign-out",
        SECURITY_LOGOUT_METHODS=["POST"],
        SECURITY_LOGOUT_CSRF=True,
        SECURITY_CHANGE_URL="/password",
        SECURITY_POST_LOGIN_VIEW="/",
        SECURITY_POST_LOGOUT_VIEW="/sign-in",
        SECURITY_POST_CHANGE_VIEW="/",
        SECURITY_LOGIN_USER_TEMPLATE="web/sign_in/sign_in.html",
        SECURITY_CHANGE_PASSWORD_TEMPLATE="web/sign_in/change_password.html",  # noqa: S106 (a template's name)
        SECURITY_CHANGEABLE=True,
        SECURITY_SEND_PASSWORD_CHANGE_EMAIL=False,
        SECURITY_PASSWORD_HASH="argon2",  # noqa: S106 (the name of the scheme)
        SECURITY_PASSWORD_SCHEMES=["argon2"],
        SECURITY_PASSWORD_SINGLE_HASH=True,  # argon2 salts by itself; a second secret would only be one more to lose
        SECURITY_PASSWORD_LENGTH_MIN=SHORTEST_PASSWORD,
        SECURITY_RETURN_GENERIC_RESPONSES=True,
        SECURITY_JOIN_USER_ROLES=False,
        SECURITY_FLASH_MESSAGES=True,
        SECURITY_DEFAULT_REMEMBER_ME=False,
        SECURITY_MSG_GENERIC_AUTHN_FAILED=("The address or the password is not right.", "error"),
        SECURITY_CLI_USERS_NAME=None,
        SECURITY_CLI_ROLES_NAME=None,
    )
    app.before_request(_refuse_nul)
    csrf.init_app(app)
    request_session = cast(Any, LocalProxy(database.session))
    Security(app, _Accounts(request_session, Account, RoleMixin))
    limiter.init_app(app)
    login = cast(Any, app.view_functions["security.login"])
    app.view_functions["security.login"] = limiter.limit("10 per minute; 60 per hour", methods=["POST"])(login)
    password_changed.connect(_password_changed, app)
    user_authenticated.connect(_signed_in, app)
    app.after_request(_headers)


def _refuse_nul() -> None:
    """Take no text with the character 0, which nobody types and PostgreSQL does not keep."""
    values = [value for sent in (request.args, request.form) for _, each in sent.lists() for value in each]
    names = [file.filename or "" for _, files in request.files.lists() for file in files]
    if any("\0" in text for text in (*values, *names)):
        abort(400)


def _password_changed(app: Flask, user: Any, **_: object) -> None:
    user.must_change_password = False
    audit.record(
        database.session(),
        actor=user.person.name,
        action="password changed",
        subject=f"account {user.id}",
        now=database.now(),
    )


def _signed_in(app: Flask, user: Any, **_: object) -> None:
    audit.record(
        database.session(), actor=user.person.name, action="signed in", subject=f"account {user.id}", now=database.now()
    )


def as_sent(html: str) -> Response:
    """A mail as mail programs show it, on a page of its own that may do nothing."""
    return Response(html, mimetype="text/html", headers={"Content-Security-Policy": MAIL_POLICY})


def _headers(response: Response) -> Response:
    headers = response.headers
    pdf = response.mimetype == "application/pdf"
    if headers.get("Content-Security-Policy") != MAIL_POLICY:
        headers["Content-Security-Policy"] = PDF_POLICY if pdf else CONTENT_SECURITY_POLICY
    headers["X-Frame-Options"] = "DENY"
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=()"
    headers["Referrer-Policy"] = "no-referrer" if behind_a_link() else "same-origin"
    if request.endpoint != "static" and "Cache-Control" not in headers:
        headers["Cache-Control"] = "no-store"
    if request.is_secure:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    return response
