"""Who gets to which page. Default deny: a view without a mark is refused to everybody."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from flask import Flask, abort, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from commenttrack.members.permissions import Permission, allowed
from commenttrack.web.accounts import Account

View = TypeVar("View", bound=Callable[..., Any])

PUBLIC = frozenset(
    {
        "static",
        "health.healthz",
        "health.readyz",
        "security.login",
        "security.logout",
        # Members have no account: the token in the mailed link is what lets them in.
        "signing.show",
        "signing.opened",
        "signing.decide",
        "signing.recorded",
        "signing.letter_file",
        "signing.attached",
        "answering.show",
        "answering.save",
        "answering.opened",
        "signing.owner",
        "signing.send_code",
        "signing.unlock",
        "signing.hand_on",
        "signing.handed_on",
        "reminders.show",
        "reminders.stop",
    }
)
"""Endpoints that need no account."""

SIGNED_IN = frozenset({"security.change_password"})
"""Endpoints for everybody with an account, whatever the role."""


def requires(permission: Permission) -> Callable[[View], View]:
    """Mark a view with the permission it asks for."""

    def mark(view: View) -> View:
        view.permission = permission  # type: ignore[attr-defined]
        return view

    return mark


def permission_of(app: Flask, endpoint: str) -> Permission | None:
    """The permission an endpoint asks for; None for one that is public, for everybody signed in, or unmarked."""
    return getattr(app.view_functions.get(endpoint), "permission", None)


def account() -> Account | None:
    """The signed-in account, or None."""
    return cast(Account, current_user._get_current_object()) if current_user.is_authenticated else None


def signed_in() -> Account:
    """The signed-in account of a view that asks for a permission."""
    found = account()
    if found is None:
        abort(404)
    return found


def may(permission: Permission) -> bool:
    """Whether the signed-in person may; templates ask it before they offer something."""
    found = account()
    return found is not None and allowed(found.role, permission)


def guard() -> ResponseReturnValue | None:
    """Refuse what is not marked or not allowed; what somebody may not see looks like what is not there."""
    endpoint = request.endpoint
    if endpoint is None or endpoint in PUBLIC:
        return None
    found = account()
    if found is None:
        if request.method in ("GET", "HEAD"):
            return redirect(url_for("security.login", next=request.full_path.rstrip("?")), 303)
        abort(404)
    if endpoint in SIGNED_IN:
        return None
    if found.must_change_password:
        return redirect(url_for("security.change_password"), 303)
    permission = permission_of(current_app, endpoint)
    if permission is None or not allowed(found.role, permission):
        abort(404)
    return None
