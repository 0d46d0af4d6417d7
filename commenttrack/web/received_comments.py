"""A member's comments in the ISO template: brought, matched to provisions, and recorded as the member's stances."""

from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from commenttrack.errors import Refused
from commenttrack.members.models import Organization
from commenttrack.members.permissions import Permission
from commenttrack.positions import receiving
from commenttrack.positions.comment_matrices import MemberComment
from commenttrack.positions.exchanging import standing_of
from commenttrack.positions.models import ExchangeUpload
from commenttrack.positions.stances import VIEW_WORDS, MemberView
from commenttrack.web import database
from commenttrack.web.access import requires, signed_in
from commenttrack.web.forms import Form
from commenttrack.web.frame import plural
from commenttrack.web.pages import document_frame, load

received_comments = Blueprint("received_comments", __name__, url_prefix="/dockets/<int:docket_id>/comments-received")

VIEWS = [(view.value, words) for view, words in VIEW_WORDS.items() if view is not MemberView.CANNOT_COMMENT]


@dataclass(frozen=True, slots=True)
class Row:
    """A comment with the provisions to choose from and what it seems to hold."""

    comment: MemberComment
    choices: list[tuple[str, str]]
    chosen: str
    held: str


@received_comments.post("/")
@requires(Permission.SIGN_OFFS)
def bring(docket_id: int) -> ResponseReturnValue:
    """Keep a member's filled template, then show what is in it."""
    _, document = document_frame(docket_id)
    file, organization = request.files.get("file"), request.form.get("organization", 0, int)
    if not organization or file is None or not file.filename:
        flash("Choose the member and its filled template.", "attention")
        return redirect(url_for("exchange.page", docket_id=docket_id), 303)
    upload = receiving.keep_template(
        database.session(),
        document,
        load(Organization, organization),
        data=file.read(),
        file_name=file.filename[-200:],
        storage=database.house().storage,
        actor=signed_in().person.name,
        now=database.now(),
    )
    return redirect(url_for("received_comments.look", docket_id=docket_id, upload_id=upload.id), 303)


@received_comments.get("/<int:upload_id>")
@requires(Permission.SIGN_OFFS)
def look(docket_id: int, upload_id: int) -> ResponseReturnValue:
    """Each comment with the provision its clause names; nothing is recorded by looking."""
    return _look(docket_id, _template(docket_id, upload_id), Form(None))


def _look(docket_id: int, upload: ExchangeUpload, form: Form, status: int = 200) -> ResponseReturnValue:
    organization = load(Organization, upload.extra_json["organization"])
    rows: list[Row] = []
    if not upload.problem and not upload.applied_at:
        provisions = standing_of(database.session(), upload.rule_document).provisions
        labelled = [(key, each.label) for key, each in provisions.items() if each.label]
        for comment in receiving.comments_of(database.session(), upload, storage=database.house().storage):
            meant = [(key, provisions[key].label) for key in comment.provisions]
            chosen = request.form.get(f"provision-{comment.row}", meant[0][0] if len(meant) == 1 else "")
            held = request.form.get(f"held-{comment.row}", receiving.proposed(comment).value)
            rows.append(Row(comment, meant or labelled, chosen, held))
    page = render_template(
        "web/exchange/comments.html", upload=upload, organization=organization, rows=rows, views=VIEWS, form=form,
        name=request.form.get("name", ""),
    )  # fmt: skip
    return page, status


@received_comments.post("/<int:upload_id>")
@requires(Permission.SIGN_OFFS)
def record(docket_id: int, upload_id: int) -> ResponseReturnValue:
    """Record the chosen comments as the member's stances: all, or none."""
    upload, form = _template(docket_id, upload_id), Form()
    known = dict(VIEWS)
    choices = {
        int(name.removeprefix("provision-")): receiving.Choice(key, MemberView(held))
        for name, key in request.form.items()
        if name.startswith("provision-") and key and name.removeprefix("provision-").isdecimal() and len(name) < 26
        if (held := request.form.get(f"held-{name.removeprefix('provision-')}", "")) in known
    }
    try:
        made = receiving.record_comments(
            database.session(),
            upload,
            choices,
            storage=database.house().storage,
            settings=database.house().settings,
            name=request.form.get("name", ""),
            actor=signed_in().person.name,
            now=database.now(),
        )
    except Refused as refusal:
        form.refuse(refusal)
        return _look(docket_id, _template(docket_id, upload_id), form, 409)
    flash(f"{plural(len(made), 'answer')} recorded as received by mail.", "done")
    return redirect(url_for("exchange.page", docket_id=docket_id), 303)


def _template(docket_id: int, upload_id: int) -> ExchangeUpload:
    document_frame(docket_id)
    upload = load(ExchangeUpload, upload_id)
    if upload.rule_document.docket_id != docket_id or upload.extra_json.get("template") != receiving.TEMPLATE:
        abort(404)
    return upload
