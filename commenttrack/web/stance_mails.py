"""The mails about stances, for the staff: how they would read now, and as they were written."""

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from commenttrack.members.models import Organization
from commenttrack.members.notices import Notice
from commenttrack.members.permissions import Permission
from commenttrack.outbox import OutgoingMail
from commenttrack.positions.stance_notices import Mail, mails_to, preview
from commenttrack.web import database
from commenttrack.web.access import requires
from commenttrack.web.mail_notes import NoteForm, note_asked_for
from commenttrack.web.pages import docket_frame, load
from commenttrack.web.security import as_sent

stance_mails = Blueprint("stance_mails", __name__, url_prefix="/dockets/<int:docket_id>/stances")


@stance_mails.get("/mails/<mail>")
@requires(Permission.SIGN_OFFS)
def look(docket_id: int, mail: str) -> str:
    """A mail as it would be written now, as text."""
    docket_frame(docket_id)
    form = NoteForm(request.args)
    form.validate()
    return render_template(
        "web/stances/mail_preview.html",
        form=form,
        mail=_kind(mail),
        mails=list(Mail),
        notice=_notice(docket_id, mail),
        note=note_asked_for(),
    )


@stance_mails.get("/mails/<mail>/html")
@requires(Permission.SIGN_OFFS)
def look_html(docket_id: int, mail: str) -> ResponseReturnValue:
    """The same mail as mail programs show it, on a page of its own."""
    return as_sent(_notice(docket_id, mail).html)


def _kind(mail: str) -> Mail:
    if mail not in list(Mail):
        abort(404)
    return Mail(mail)


def _notice(docket_id: int, mail: str) -> Notice:
    return preview(
        database.session(),
        docket_frame(docket_id).docket,
        _kind(mail),
        note=note_asked_for(),
        now=database.now(),
        settings=database.house().settings,
    )


@stance_mails.get("/<int:organization_id>/mails/<int:mail_id>")
@requires(Permission.SIGN_OFFS)
def written(docket_id: int, organization_id: int, mail_id: int) -> str:
    """A mail to a member about its stances, as it was written; secrets are not in it."""
    organization, mail = _written(docket_id, organization_id, mail_id)
    return render_template("web/stances/mail.html", organization=organization, mail=mail)


@stance_mails.get("/<int:organization_id>/mails/<int:mail_id>/html")
@requires(Permission.SIGN_OFFS)
def written_html(docket_id: int, organization_id: int, mail_id: int) -> ResponseReturnValue:
    """The same mail as mail programs show it."""
    return as_sent(_written(docket_id, organization_id, mail_id)[1].html)


def _written(docket_id: int, organization_id: int, mail_id: int) -> tuple[Organization, OutgoingMail]:
    docket, organization = docket_frame(docket_id).docket, load(Organization, organization_id)
    found = next((each for each in mails_to(database.session(), docket, organization) if each.id == mail_id), None)
    return organization, found or abort(404)
