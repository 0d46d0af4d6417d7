"""The mapping out to other programs and back: downloads, the upload, what a file would do, and doing it."""

import io
import re
from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.file import FileField, FileRequired
from sqlalchemy import select
from wtforms import HiddenField

from commenttrack.errors import Refused
from commenttrack.letters.models import LetterPartLink
from commenttrack.members.models import Organization, OrganizationKind
from commenttrack.members.names import name_key
from commenttrack.members.permissions import Permission
from commenttrack.positions import exchanging
from commenttrack.positions.comment_matrices import Layout
from commenttrack.positions.exchange import STANCE_WORDS, Said
from commenttrack.positions.exchange_return import Change as RowChange
from commenttrack.positions.exchange_return import Outcome, Preview, WorkChange
from commenttrack.positions.grounds import written
from commenttrack.positions.models import ExchangeUpload, ProvisionAssignment, ProvisionPosition
from commenttrack.positions.stances import Stance
from commenttrack.positions.undo import Rows
from commenttrack.rulemaking.models import Provision
from commenttrack.web import database
from commenttrack.web.access import requires, signed_in
from commenttrack.web.forms import Form
from commenttrack.web.frame import plural
from commenttrack.web.pages import document_frame, load
from commenttrack.web.undoing import remembered
from commenttrack.wording import Change, difference, differs

exchange = Blueprint("exchange", __name__, url_prefix="/dockets/<int:docket_id>/exchange")

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_SHOWN = 300
"""Rows of one kind on the page; the file holds the rest, and all are applied."""


class BringForm(Form):
    """A file that came back."""

    file = FileField("The file", validators=[FileRequired("Choose the file.")])


class ApplyForm(Form):
    """Do what the page shows."""

    digest = HiddenField()


@exchange.get("/")
@requires(Permission.READ)
def page(docket_id: int) -> str:
    """What can be taken out and brought back, and the files that came."""
    return _page(docket_id, BringForm(None))


def _page(docket_id: int, form: BringForm) -> str:
    _, document = document_frame(docket_id)
    uploads = database.session().scalars(
        select(ExchangeUpload)
        .where(ExchangeUpload.rule_document_id == document.id)
        .order_by(ExchangeUpload.id.desc())
        .limit(20)
    )
    members = database.session().scalars(select(Organization))
    return render_template(
        "web/exchange/page.html",
        document=document,
        form=form,
        uploads=uploads.all(),
        members=sorted(
            (each for each in members if each.kind in (OrganizationKind.MEMBER, OrganizationKind.PARTNER)),
            key=lambda each: name_key(each.name),
        ),
    )


@exchange.get("/mapping.<kind>")
@requires(Permission.READ)
def download(docket_id: int, kind: str) -> ResponseReturnValue:
    """The mapping as a workbook or as CSV; with ``?all=1`` also the provisions without a position."""
    _, document = document_frame(docket_id)
    session, unmapped = database.session(), request.args.get("all") == "1"
    if kind == "xlsx":
        data, media = exchanging.exported_xlsx(session, document, unmapped=unmapped, now=database.now()), EXCEL
    elif kind == "csv":
        data, media = exchanging.exported_csv(session, document, unmapped=unmapped), "text/csv; charset=utf-8"
    else:
        abort(404)
    name = re.sub(r"\W+", "-", document.document_number or f"document-{document.id}").strip("-")
    return send_file(io.BytesIO(data), media, as_attachment=True, download_name=f"mapping-{name}.{kind}")


@exchange.get("/comments-<layout>.xlsx")
@requires(Permission.READ)
def comments(docket_id: int, layout: str) -> ResponseReturnValue:
    """The mapping as comments in the columns of ISO or of the Department of Defense."""
    _, document = document_frame(docket_id)
    if layout not in list(Layout):
        abort(404)
    data = exchanging.comments_xlsx(database.session(), document, Layout(layout), now=database.now())
    return send_file(io.BytesIO(data), EXCEL, as_attachment=True, download_name=f"comments-{layout}.xlsx")


@exchange.post("/")
@requires(Permission.MAP)
def bring(docket_id: int) -> ResponseReturnValue:
    """Keep a file that came back, then show what it would do."""
    _, document = document_frame(docket_id)
    form = BringForm()
    if not form.validate():
        return _page(docket_id, form), 422
    upload = exchanging.keep_upload(
        database.session(),
        document,
        data=form.file.data.read(),
        file_name=(form.file.data.filename or "the file")[-200:],
        storage=database.house().storage,
        actor=signed_in().person.name,
        now=database.now(),
    )
    return redirect(url_for("exchange.preview", docket_id=docket_id, upload_id=upload.id), 303)


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a row, as it stands and as the file has it."""

    name: str
    before: str
    after: str
    changes: list[Change]


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row of the file with the fields that differ."""

    row: int
    provision: str
    position: str
    sentence: str
    fields: list[Field]
    choice: int
    """What the form says when the file's side of a conflict is taken."""


@exchange.get("/<int:upload_id>")
@requires(Permission.MAP)
def preview(docket_id: int, upload_id: int) -> ResponseReturnValue:
    """What the file would do, row by row; nothing is changed by looking."""
    return _preview(docket_id, _upload(docket_id, upload_id), ApplyForm(None))


def _preview(docket_id: int, upload: ExchangeUpload, form: ApplyForm, status: int = 200) -> ResponseReturnValue:
    if upload.problem or upload.applied_at:
        return render_template("web/exchange/upload.html", upload=upload, form=form), status
    found = exchanging.preview_of(database.session(), upload, storage=database.house().storage)
    form.digest.data = found.digest
    shown = {outcome: [_shown(change) for change in found.of(outcome)] for outcome in Outcome}
    work = {outcome: [_shown_work(each) for each in found.work if each.outcome is outcome] for outcome in Outcome}
    return render_template(
        "web/exchange/preview.html",
        upload=upload,
        preview=found,
        form=form,
        new=shown[Outcome.NEW],
        changed=[*shown[Outcome.CHANGED], *work[Outcome.CHANGED]],
        conflicts=[*shown[Outcome.CONFLICT], *work[Outcome.CONFLICT]],
        unchanged=len(shown[Outcome.UNCHANGED]),
        does_something=_does_something(found),
        most=MOST_SHOWN,
    ), status


def _does_something(found: Preview) -> bool:
    return bool(found.work or found.extra.rows) or any(
        change.outcome is not Outcome.UNCHANGED for change in found.changes
    )


def _shown(change: RowChange) -> ShownRow:
    before, after = _words(change.before), _words(change.after)
    fields = [Field(name, before[name], after[name], difference(before[name], after[name])) for name in after]
    return ShownRow(
        change.row,
        change.provision_label,
        f"Position {change.position_label}",
        change.sentence,
        [each for each in fields if differs(each.changes)],
        change.row,
    )


def _words(said: Said | None) -> dict[str, str]:
    said = said or Said("")
    return {
        "Stance": STANCE_WORDS[Stance(said.stance)] if said.stance else "",
        "Legal grounds": written(said.grounds),
        "Request": said.request,
        "Requested text": said.requested_text,
        "Reason": said.reason,
    }


def _shown_work(change: WorkChange) -> ShownRow:
    pairs = (("Owner", change.before.owner, change.after.owner), ("Due", change.before.due, change.after.due))
    sentence = "Somebody changed who sees to it since the file was made." if change.outcome is Outcome.CONFLICT else ""
    return ShownRow(
        change.row,
        change.provision_label,
        "Who sees to it",
        sentence,
        [Field(name, before, after, difference(before, after)) for name, before, after in pairs if before != after],
        -change.row,
    )


@exchange.post("/<int:upload_id>")
@requires(Permission.MAP)
def apply(docket_id: int, upload_id: int) -> ResponseReturnValue:
    """Do all of it, or nothing."""
    upload = _upload(docket_id, upload_id)
    form, session = ApplyForm(), database.session()
    chosen = (value for name, value in request.form.items() if name.startswith("conflict-"))
    take = {int(value) for value in chosen if re.fullmatch(r"-?[0-9]{1,9}", value)}
    provisions = session.scalars(select(Provision.id).where(Provision.rule_document_id == upload.rule_document_id))
    ids = list(provisions)
    links = session.scalars(select(ProvisionPosition.id).where(ProvisionPosition.provision_id.in_(ids))).all()
    try:
        with remembered(
            docket_id,
            Rows(ProvisionPosition, "provision_id", ids),
            Rows(LetterPartLink, "provision_position_id", links),
            Rows(ProvisionAssignment, "provision_id", ids),
            done=f"Applied {upload.file_name}",
        ):
            done = exchanging.apply(
                session,
                upload,
                storage=database.house().storage,
                digest=form.digest.data or "",
                take=take,
                actor=signed_in().person.name,
                now=database.now(),
            )
    except Refused as refusal:
        form.refuse(refusal)
        return _preview(docket_id, _upload(docket_id, upload_id), form, 409)
    left = f" {plural(done.left, 'conflict')} left as they stand." if done.left else ""
    flash(f"Applied: {done.mapped} new, {done.changed} changed, {done.assigned} given to somebody.{left}", "done")
    return redirect(url_for("exchange.page", docket_id=docket_id), 303)


@exchange.get("/<int:upload_id>/file")
@requires(Permission.MAP)
def kept_file(docket_id: int, upload_id: int) -> ResponseReturnValue:
    """The file as it came, byte for byte."""
    upload = _upload(docket_id, upload_id)
    data = database.house().storage.get(upload.storage_key)
    return send_file(io.BytesIO(data), "application/octet-stream", as_attachment=True, download_name=upload.file_name)


def _upload(docket_id: int, upload_id: int) -> ExchangeUpload:
    document_frame(docket_id)
    upload = load(ExchangeUpload, upload_id)
    if upload.rule_document.docket_id != docket_id or upload.extra_json.get("template"):
        abort(404)
    return upload
