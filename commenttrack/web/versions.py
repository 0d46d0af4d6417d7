"""What leaves the desk: the preview, freezing, frozen versions and their files."""

import io

from flask import Blueprint, abort, flash, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue
from wtforms import TextAreaField
from wtforms.validators import Length

from commenttrack import jobs
from commenttrack.errors import Refused
from commenttrack.letters import operations
from commenttrack.letters.models import IssuedFile, Letter, LetterVersion
from commenttrack.letters.rendering import letter_pdf
from commenttrack.members.permissions import Permission
from commenttrack.positions.approval import Blocking, blocking
from commenttrack.web import database
from commenttrack.web.access import requires, signed_in
from commenttrack.web.forms import Form, stripped
from commenttrack.web.letter_pages import readable
from commenttrack.web.letters import letter_with_parts, numbered_parts, problems
from commenttrack.web.pages import letter_frame, load

SIGNING_COPY = "make the signers' copy"

versions = Blueprint("versions", __name__, url_prefix="/dockets/<int:docket_id>/draft")


class FreezeForm(Form):
    """Freezing; with a reason when positions behind the letter are expired or not approved."""

    override = TextAreaField("Reason for freezing all the same", filters=[stripped], validators=[Length(max=2_000)])


@versions.get("/preview")
@requires(Permission.READ)
def preview(docket_id: int) -> str:
    """The letter as it stands, as a page; beside it the PDF."""
    letter = letter_with_parts(docket_id)
    try:
        shown = readable(operations.content_of_letter(letter))
    except Refused as refusal:
        return render_template("web/letters/preview.html", letter=letter, readable=None, problem=str(refusal))
    return render_template("web/letters/preview.html", letter=letter, readable=shown, problem="")


@versions.get("/preview.pdf")
@requires(Permission.READ)
def preview_pdf(docket_id: int) -> ResponseReturnValue:
    """The draft as a PDF with the mark of a draft."""
    _, letter = letter_frame(docket_id)
    data = letter_pdf(operations.content_of_letter(letter))
    return send_file(io.BytesIO(data), "application/pdf", download_name="draft.pdf")


@versions.route("/freeze", methods=["GET", "POST"])
@requires(Permission.DRAFT)
def freeze(docket_id: int) -> ResponseReturnValue:
    """What will be fixed, what still warns, who will be asked; then fix it."""
    letter = letter_with_parts(docket_id)
    form = FreezeForm()
    if form.validate_on_submit():
        try:
            version = operations.freeze(
                database.session(),
                letter,
                override=form.override.data or "",
                actor=signed_in().person.name,
                now=database.now(),
            )
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
            flash(f"Version {version.number} is frozen. Now ask for signatures.", "done")
            return redirect(url_for("signoffs.board", docket_id=docket_id), 303)
    differences, unreadable = problems(letter)
    page = render_template(
        "web/letters/freeze.html",
        form=form,
        letter=letter,
        parts=numbered_parts(letter),
        problems=differences,
        unreadable=unreadable,
        suspect=operations.suspect_parts(letter),
        unapproved=_unapproved(letter),
        last=letter.versions[-1] if letter.versions else None,
        changed=_changed_since(letter),
    )
    return page, 422 if form.is_submitted() else 200


def _unapproved(letter: Letter) -> list[Blocking]:
    """Positions behind the letter as it stands that are expired or not approved."""
    links = operations.links_behind(part for part in letter.parts if part.included)
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


def _changed_since(letter: Letter) -> set[str]:
    """Keys of the parts that are new or reworded since the last frozen version."""
    if not letter.versions:
        return set()
    before = {part["key"]: part["digest"] for part in letter.versions[-1].parts_json}
    return {key for key, digest in operations.digests(letter).items() if before.get(key) != digest}


@versions.get("/versions/<int:number>")
@requires(Permission.READ)
def version(docket_id: int, number: int) -> str:
    """A frozen version, as it was fixed."""
    _, letter = letter_frame(docket_id)
    shown = next((each for each in letter.versions if each.number == number), None) or abort(404)
    return render_template(
        "web/letters/version.html",
        letter=letter,
        version=shown,
        readable=readable(operations.content_of_version(shown)),
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
