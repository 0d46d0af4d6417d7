"""What leaves the desk: the preview, freezing, frozen versions and their files."""

import io

from flask import Blueprint, abort, flash, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, HiddenField, TextAreaField
from wtforms.validators import Length

from commenttrack import jobs
from commenttrack.errors import Refused
from commenttrack.jobs import Job, JobState
from commenttrack.letters import made_files, operations, recorded_content
from commenttrack.letters.attachments import attachments_of_version
from commenttrack.letters.made_files import Wanted
from commenttrack.letters.models import IssuedFile, Letter, LetterAttachment, LetterVersion
from commenttrack.members.permissions import Permission
from commenttrack.positions.approval import Blocking, blocking
from commenttrack.signoffs import finals
from commenttrack.signoffs.board import board, waits_for_judgement
from commenttrack.web import database
from commenttrack.web.access import requires, signed_in
from commenttrack.web.forms import Form, stripped
from commenttrack.web.letter_pages import as_printed
from commenttrack.web.letters import draft_warnings, letter_with_parts, numbered_parts, unprintable_in
from commenttrack.web.pages import letter_frame, load

SIGNING_COPY = "make the signers' copy"
MEDIA_TYPES = {
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}

versions = Blueprint("versions", __name__, url_prefix="/dockets/<int:docket_id>/draft")


class FreezeForm(Form):
    """Freezing, to be signed or to be filed; with a reason when something that should be there is missing."""

    seen = HiddenField()
    # The state that the page shows: nothing is fixed that nobody looked at.
    override = TextAreaField("Reason for freezing all the same", filters=[stripped], validators=[Length(max=2_000)])
    for_filing = BooleanField("This is the version to be filed")
    without_quorum = TextAreaField(
        "Reason for freezing it for filing although a condition is not met",
        filters=[stripped],
        validators=[Length(max=500)],
    )


@versions.get("/preview")
@requires(Permission.READ)
def preview(docket_id: int) -> str:
    """The letter as it stands, as a page; beside it the PDF, made on demand and kept."""
    letter = letter_with_parts(docket_id)
    session = database.session()
    job: Job | None = None
    try:
        shown = as_printed(session, letter, recorded_content.content_of_letter(letter), database.house().storage)
        job = made_files.job_for(session, letter, Wanted(".pdf"))
    except Refused as refusal:
        return render_template("web/letters/preview.html", letter=letter, readable=None, job=None, problem=str(refusal))
    return render_template("web/letters/preview.html", letter=letter, readable=shown, job=job, problem="")


@versions.get("/preview.pdf")
@requires(Permission.READ)
def preview_pdf(docket_id: int) -> ResponseReturnValue:
    """The draft as a PDF with the mark of a draft, when it was made of the letter as it stands."""
    letter = letter_with_parts(docket_id)
    return file_or(letter, Wanted(".pdf"), "draft.pdf", url_for("versions.preview", docket_id=docket_id))


@versions.post("/preview.pdf")
@requires(Permission.DRAFT)
def make_preview_pdf(docket_id: int) -> ResponseReturnValue:
    """Have the draft's PDF made: laying out a long letter takes longer than a request may."""
    job = made_files.ask_for(database.session(), letter_with_parts(docket_id), Wanted(".pdf"), now=database.now())
    return redirect(url_for("versions.making", docket_id=docket_id, job_id=job.id), 303)


@versions.get("/making/<int:job_id>")
@requires(Permission.READ)
def making(docket_id: int, job_id: int) -> ResponseReturnValue:
    """Waits for a file; then leads to it."""
    _, letter = letter_frame(docket_id)
    job = load(Job, job_id)
    if job.name != made_files.MAKE or job.payload["letter"] != letter.id:
        abort(404)
    earlier, state, suffix = job.payload["earlier"], job.payload["state"], job.payload["suffix"]
    if not earlier:
        back, file = url_for("versions.preview", docket_id=docket_id), "versions.preview_pdf"
        address = url_for(file, docket_id=docket_id)
    else:
        back = url_for("comparing.show", docket_id=docket_id, earlier=earlier, later=state)
        address = url_for("comparing.file", docket_id=docket_id, earlier=earlier, later=state, suffix=suffix[1:])
    return render_template("web/letters/making.html", job=job, back=back, address=address, redline=bool(earlier))


def file_or(letter: Letter, wanted: Wanted, name: str, otherwise: str) -> ResponseReturnValue:
    """The stored bytes of a file of the letter as it reads now, or the page on which it can be asked for."""
    job = made_files.job_for(database.session(), letter, wanted)
    if job is None or job.state is not JobState.DONE:
        return redirect(otherwise, 303)
    data = database.house().storage.get(job.result["file"])
    return send_file(io.BytesIO(data), MEDIA_TYPES[wanted.suffix], download_name=name)


@versions.route("/freeze", methods=["GET", "POST"])
@requires(Permission.DRAFT)
def freeze(docket_id: int) -> ResponseReturnValue:
    """What will be fixed, what still warns, who will be asked; then fix it."""
    letter = letter_with_parts(docket_id)
    state = operations.state_digest(letter)
    form, gate = FreezeForm(data={"seen": state}), finals.gate_of_draft(database.session(), letter)
    unchanged = operations.reads_as_frozen(letter)
    if form.validate_on_submit():
        try:
            if form.seen.data != state:
                form.seen.data = state
                raise Refused("The letter was changed since you opened this page. Look at it again, then freeze it.")
            if unprintable := [warning.message for warning in unprintable_in(letter)]:
                raise operations.NotReadyToFreeze(unprintable)
            version = _frozen(letter, form)
            _queue_signing_copy(version)
        except operations.RestsOnUnapproved as refusal:
            form.refuse(refusal)
            form.form_errors[-1:] = ["Positions behind this letter are expired or not approved: give a reason below."]
        except operations.NotReadyToFreeze as refusal:
            database.session().rollback()
            form.form_errors.extend(refusal.problems)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            if form.for_filing.data:
                flash(f"Version {version.number} is frozen for filing. Now build the packet.", "done")
                return redirect(url_for("filing.packet", docket_id=docket_id), 303)
            missing = "".join(f" {sentence}" for sentence in gate.shortfalls)
            stale = waits_for_judgement(database.session(), letter, board(database.session(), letter))
            then = "Now judge what moved since organizations signed" if stale else "Now ask for signatures"
            flash(f"Version {version.number} is frozen. {then}.{missing}", "done")
            return redirect(url_for("signoffs.board", docket_id=docket_id), 303)
    warnings = draft_warnings(letter)
    last = letter.versions[-1] if letter.versions else None
    before = {part["key"]: part["digest"] for part in last.parts_json} if last else {}
    today = operations.digests(letter)
    page = render_template(
        "web/letters/freeze.html",
        form=form,
        letter=letter,
        parts=numbered_parts(letter),
        warnings=[warning for warning in warnings if warning.kind not in ("suspect", "position")],
        suspect=operations.suspect_parts(letter),
        unapproved=_unapproved(letter),
        last=last,
        changed={key for key, digest in today.items() if before.get(key) != digest},
        new=today.keys() - before.keys(),
        gone=before.keys() - today.keys(),
        head_changed=last is not None and last.head_json != letter.head_json,
        gate=gate,
        unchanged=unchanged,
    )
    return page, 422 if form.is_submitted() else 200


def _frozen(letter: Letter, form: FreezeForm) -> LetterVersion:
    """The version that the form asks for, frozen to be signed or for filing."""
    session, storage, actor, now = (
        database.session(),
        database.house().storage,
        signed_in().person.name,
        database.now(),
    )
    override = form.override.data or ""
    if not form.for_filing.data:
        return operations.freeze(session, letter, override=override, storage=storage, actor=actor, now=now)
    final = finals.freeze_for_filing(
        session,
        letter,
        without_quorum=form.without_quorum.data or "",
        override=override,
        storage=storage,
        actor=actor,
        now=now,
    )
    return final.letter_version


def _unapproved(letter: Letter) -> list[Blocking]:
    """Positions behind the letter as it stands that are expired or not approved."""
    links = recorded_content.links_behind(part for part in letter.parts if part.included)
    return blocking(database.session(), links, now=database.now())


def _queue_signing_copy(version: LetterVersion) -> None:
    """Have the PDF made that signers can take away; laying out a long letter takes longer than a request may."""
    jobs.queue(
        database.session(),
        name=SIGNING_COPY,
        key=f"signing copy of letter_version {version.id}",
        payload={"letter_version": version.id},
        now=database.now(),
    )


@versions.get("/versions/<int:number>")
@requires(Permission.READ)
def version(docket_id: int, number: int) -> str:
    """A frozen version, as it was fixed."""
    _, letter = letter_frame(docket_id)
    shown = next((each for each in letter.versions if each.number == number), None) or abort(404)
    session = database.session()
    return render_template(
        "web/letters/version.html",
        letter=letter,
        version=shown,
        gate=finals.gate_of_version(session, shown),
        readable=as_printed(session, letter, recorded_content.content_of_version(shown), database.house().storage),
        attached=attachments_of_version(shown),
    )


@versions.get("/files/<int:file_id>")
@requires(Permission.READ)
def issued(docket_id: int, file_id: int) -> ResponseReturnValue:
    """An issued file, byte for byte as it was stored."""
    _, letter = letter_frame(docket_id)
    found = load(IssuedFile, file_id)
    if found.letter_version_id not in [each.id for each in letter.versions]:
        abort(404)
    data = database.house().storage.get(found.storage_key)
    return send_file(io.BytesIO(data), found.media_type, download_name=found.name)


@versions.get("/attached/<int:file_id>")
@requires(Permission.READ)
def attached(docket_id: int, file_id: int) -> ResponseReturnValue:
    """A file that is filed with the letter."""
    _, letter = letter_frame(docket_id)
    found = load(LetterAttachment, file_id)
    if found.letter_id != letter.id:
        abort(404)
    data = database.house().storage.get(found.storage_key)
    return send_file(io.BytesIO(data), found.media_type, as_attachment=True, download_name=found.name)
