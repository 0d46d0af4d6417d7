"""The page behind the link that stops reminders. No account; it shows nothing of the letter and decides nothing."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from commenttrack.members.links import LinkUnknown
from commenttrack.signoffs import reminding
from commenttrack.web import database
from commenttrack.web.security import csrf, limiter
from commenttrack.web.signing import not_valid

reminders = Blueprint("reminders", __name__, url_prefix="/sign/<token>/reminders")
limiter.limit("60 per minute")(reminders)
reminders.register_error_handler(LinkUnknown, not_valid)


@reminders.get("")
def show(token: str) -> str:
    """Whether reminders come, and the button that stops them: opening the page changes nothing."""
    return render_template("web/signing/reminders.html", asked=reminding.find_reminded(database.session(), token))


# A mail program posts here without a page before it (RFC 8058), so it has no CSRF token to send. Whoever holds the link
# is the one who may stop the reminders, and nothing else can be done here.
@reminders.post("")
@csrf.exempt  # type: ignore[untyped-decorator]
def stop(token: str) -> ResponseReturnValue:
    """Send no more reminders."""
    reminding.stop(database.session(), token, now=database.now())
    if request.form.get("List-Unsubscribe") == "One-Click":
        return "", 204  # the mail program shows its own confirmation, and should not be sent elsewhere
    return redirect(url_for("reminders.show", token=token), 303)
