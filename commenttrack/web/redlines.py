"""What a document does to the current CFR text: attaching that text, the redline, and the redline as a Word file."""

import io

from flask import Blueprint, abort, flash, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.file import FileField, FileRequired
from wtforms import DateField, IntegerField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, Regexp

from commenttrack.errors import Refused
from commenttrack.letters.files import render_redline
from commenttrack.members.permissions import Permission
from commenttrack.rulemaking import current_text, importing, redline_pages
from commenttrack.rulemaking.models import CurrentText, RuleDocument
from commenttrack.rulemaking.redline import Redline
from commenttrack.web import database
from commenttrack.web.access import requires, signed_in
from commenttrack.web.forms import Form, stripped
from commenttrack.web.pages import docket_frame, load

redlines = Blueprint("redlines", __name__, url_prefix="/dockets/<int:docket_id>/documents/<int:document_id>/redline")

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


class FileForm(Form):
    """Current CFR text as a file."""

    file = FileField("File with the current text", validators=[FileRequired("Choose the file.")])
    as_of = DateField("Text as of", validators=[Optional()])


class FetchForm(Form):
    """A part to fetch from eCFR."""

    title = IntegerField(
        "CFR title",
        validators=[InputRequired("Give the title, such as 15."), NumberRange(1, 50, "Titles go from 1 to 50.")],
    )
    part = StringField(
        "Part",
        filters=[stripped],
        validators=[
            InputRequired("Give the part, such as 774."),
            Length(max=10),
            Regexp(r"^[0-9]+[A-Za-z]?$", message="A part is a number, such as 774 or 1b."),
        ],
    )


def _document(docket_id: int, document_id: int) -> RuleDocument:
    docket_frame(docket_id)
    document = load(RuleDocument, document_id)
    if document.docket_id != docket_id:
        abort(404)
    return document


def redline_of(document: RuleDocument) -> Redline | None:
    """The redline against what is attached; None while nothing is."""
    session = database.session()
    texts = current_text.attached(session, document)
    return current_text.redline_of(session, document, texts, storage=database.house().storage)


@redlines.get("")
@requires(Permission.READ)
def show(docket_id: int, document_id: int) -> str:
    """Current → proposed, paragraph by paragraph; the instructions that were carried out and those that were not."""
    return _page(_document(docket_id, document_id), FileForm(formdata=None), _fetch_form(document_id))


def _fetch_form(document_id: int) -> FetchForm:
    cfr = load(RuleDocument, document_id).metadata_json.get("cfr") or [{}]
    return FetchForm(formdata=None, data={"title": cfr[0].get("title"), "part": cfr[0].get("part")})


def _page(document: RuleDocument, file_form: FileForm, fetch_form: FetchForm) -> str:
    found = redline_of(document)
    return render_template(
        "web/rulemaking/redline.html",
        document=document,
        texts=current_text.attached(database.session(), document),
        redline=found,
        summary=redline_pages.summary(found) if found else "",
        entries=list(redline_pages.entries(found)) if found else [],
        undone=[item for item in found.instructions if item.outcome == "not_applied"] if found else [],
        file_form=file_form,
        fetch_form=fetch_form,
    )


@redlines.post("/file")
@requires(Permission.MAP)
def attach(docket_id: int, document_id: int) -> ResponseReturnValue:
    """Attach current text from a file."""
    document, form = _document(docket_id, document_id), FileForm()
    if form.validate_on_submit():
        try:
            current_text.attach(
                database.session(),
                document,
                form.file.data.read(),
                name=form.file.data.filename or "current text.xml",
                source="a file",
                as_of=form.as_of.data,
                storage=database.house().storage,
                actor=signed_in().person.name,
                now=database.now(),
            )
        except Refused as refusal:
            form.refuse(refusal)
        else:
            flash("The current text is attached.", "done")
            return redirect(url_for("redlines.show", docket_id=docket_id, document_id=document_id), 303)
    return _page(document, form, _fetch_form(document_id)), 422


@redlines.post("/fetch")
@requires(Permission.MAP)
def fetch(docket_id: int, document_id: int) -> ResponseReturnValue:
    """Fetch current text from eCFR in the background."""
    document, form = _document(docket_id, document_id), FetchForm()
    if form.validate_on_submit():
        job = importing.ask_for_text(
            database.session(),
            document,
            form.title.data,
            form.part.data,
            actor=signed_in().person.name,
            now=database.now(),
        )
        return redirect(url_for("imports.waiting", job_id=job.id), 303)
    return _page(document, FileForm(formdata=None), form), 422


@redlines.post("/texts/<int:text_id>/take-away")
@requires(Permission.MAP)
def detach(docket_id: int, document_id: int, text_id: int) -> ResponseReturnValue:
    """Take an attached text away."""
    document, text = _document(docket_id, document_id), load(CurrentText, text_id)
    if text.rule_document_id != document.id:
        abort(404)
    current_text.detach(database.session(), text, actor=signed_in().person.name, now=database.now())
    flash("The text is no longer attached. Its file is kept.", "done")
    return redirect(url_for("redlines.show", docket_id=docket_id, document_id=document_id), 303)


@redlines.get("/word")
@requires(Permission.READ)
def word(docket_id: int, document_id: int) -> ResponseReturnValue:
    """The redline as a Word file with tracked changes."""
    document = _document(docket_id, document_id)
    found = redline_of(document)
    if found is None:
        abort(404)
    name = f"redline-{document.document_number or document.id}.docx"
    return send_file(io.BytesIO(render_redline(found, ".docx")), WORD, as_attachment=True, download_name=name)
