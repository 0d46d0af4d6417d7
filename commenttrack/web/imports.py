"""Bringing documents: by name, as a file or as pasted text; and the page that waits for what runs in the background."""

import io
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.file import FileField
from sqlalchemy import select
from wtforms import DateField, StringField, TextAreaField
from wtforms.validators import Length, Optional

from commenttrack import jobs
from commenttrack.errors import Refused
from commenttrack.jobs import Job, JobState
from commenttrack.members.permissions import Permission
from commenttrack.rulemaking import importing, other_forms
from commenttrack.web import database
from commenttrack.web.access import requires, signed_in
from commenttrack.web.forms import Form, stripped
from commenttrack.web.pages import docket_frame, load

imports = Blueprint("imports", __name__)

_WAYS = ("named", "file", "text")


class ImportForm(Form):
    """A document to import, in one of three ways."""

    named = StringField("Number, address or citation", filters=[stripped], validators=[Optional(), Length(max=500)])
    file = FileField("File of the document")
    text = TextAreaField("Text of the document", validators=[Optional(), Length(max=3_000_000)])
    title = StringField("Short title", filters=[stripped], validators=[Optional(), Length(max=300)])
    publication_date = DateField("Publication date", validators=[Optional()])
    internal_deadline = DateField("Sign-offs by", validators=[Optional()])

    def validate(self, extra_validators: Any = None) -> bool:
        """Exactly one of the three ways."""
        valid: bool = super().validate(extra_validators)
        given = [name for name in _WAYS if self[name].data]
        if len(given) == 1:
            return valid
        says = (
            "Name the document, choose its file or paste its text."
            if not given
            else "Bring one document at a time: by its name, as a file, or as pasted text."
        )
        field = self[given[0] if given else "named"]
        field.errors = [*field.errors, says]
        return False

    def upload(self) -> tuple[bytes, str]:
        """The bytes of the file or of the pasted text, and a name for them; nothing for a document to fetch."""
        if self.file.data:
            return self.file.data.read(), self.file.data.filename or "the file"
        return (self.text.data or "").encode(), "pasted text.txt"


@imports.route("/dockets/new", methods=["GET", "POST"])
@requires(Permission.MAP)
def bring() -> ResponseReturnValue:
    """Import a document into a new docket."""
    return _import(ImportForm())


@imports.route("/dockets/<int:docket_id>/documents/add", methods=["GET", "POST"])
@requires(Permission.MAP)
def add(docket_id: int) -> ResponseReturnValue:
    """Import a further document of a docket: a correction, an extension, a supplement, the final rule."""
    docket_frame(docket_id)
    return _import(ImportForm(), docket_id)


def _import(form: ImportForm, docket_id: int | None = None) -> ResponseReturnValue:
    if form.validate_on_submit():
        try:
            return _begin(form, docket_id)
        except Refused as refusal:
            form.refuse(refusal)
    template = "web/rulemaking/add_document.html" if docket_id else "web/rulemaking/import.html"
    page = render_template(template, form=form, unfinished=_unfinished() if docket_id is None else [])
    return page, 422 if form.is_submitted() else 200


def _begin(form: ImportForm, docket_id: int | None) -> ResponseReturnValue:
    """Keep what was brought and import it: small files at once, everything else in the background."""
    session, house, now = database.session(), database.house(), database.now()
    data, name = form.upload() if not form.named.data else (b"", "")
    wish = importing.Wish(
        actor=signed_in().person.name,
        named=form.named.data or "",
        file=house.storage.put(data) if name else "",
        file_name=name,
        size=len(data),
        docket=docket_id,
        title=form.title.data or "",
        publication_date=form.publication_date.data,
        internal_deadline=form.internal_deadline.data,
    )
    if wish.named or len(data) > importing.AT_ONCE_BYTES or data[:1024].find(b"%PDF-") >= 0:
        return redirect(url_for("imports.waiting", job_id=importing.ask(session, wish, now=now).id), 303)
    try:
        read = other_forms.read(data, name=name, publication_date=wish.publication_date)
        result = importing.store(session, wish, read, storage=house.storage, now=now)
    except Refused as refusal:
        session.rollback()
        return redirect(url_for("imports.waiting", job_id=importing.failed(session, wish, refusal, now=now).id), 303)
    return _arrived(result)


def _arrived(result: dict[str, Any]) -> ResponseReturnValue:
    for note in result.get("notes", ()):
        flash(note, "attention")
    if not result.get("notes"):
        flash("The document was imported. Check the dates above against the printed notice.", "done")
    return redirect(url_for("rulemaking.read", docket_id=result["docket"], document_id=result["document"]), 303)


def _unfinished() -> list[Job]:
    """Imports that wait, run or failed, the newest first."""
    rows = database.session().scalars(
        select(Job).where(Job.name == importing.IMPORT, Job.state != JobState.DONE).order_by(Job.id.desc()).limit(10)
    )
    return list(rows)


def _job(job_id: int) -> Job:
    job = load(Job, job_id)
    if job.name not in importing.NAMES:
        abort(404)
    return job


@imports.get("/imports/<int:job_id>")
@requires(Permission.MAP)
def waiting(job_id: int) -> ResponseReturnValue:
    """What an import is doing; the page looks again by itself and leads on when it is done."""
    job = _job(job_id)
    if job.state is JobState.DONE and job.name == importing.FETCH_TEXT:
        for note in job.result.get("notes", ()):
            flash(note, "attention")
        return redirect(
            url_for("redlines.show", docket_id=job.result["docket"], document_id=job.result["document"]), 303
        )
    if job.state is JobState.DONE:
        return _arrived(job.result)
    if job.payload.get("docket"):
        docket_frame(job.payload["docket"])
    return render_template("web/rulemaking/waiting.html", job=job, fetches_text=job.name == importing.FETCH_TEXT)


@imports.get("/imports/<int:job_id>/file")
@requires(Permission.MAP)
def kept_file(job_id: int) -> ResponseReturnValue:
    """The upload as it came, byte for byte."""
    job = _job(job_id)
    if not job.payload.get("file"):
        abort(404)
    data = database.house().storage.get(job.payload["file"])
    # Whatever it is, the browser must not open it.
    return send_file(
        io.BytesIO(data), "application/octet-stream", as_attachment=True, download_name=job.payload["file_name"]
    )


@imports.post("/imports/<int:job_id>/again")
@requires(Permission.MAP)
def again(job_id: int) -> ResponseReturnValue:
    """Try a failed import once more."""
    job = _job(job_id)
    jobs.run_again(database.session(), job)
    return redirect(url_for("imports.waiting", job_id=job.id), 303)
