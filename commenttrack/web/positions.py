"""The library of positions and the source documents they come from."""

from collections import Counter
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.file import FileField, FileRequired
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload
from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from commenttrack.errors import Refused
from commenttrack.members.permissions import Permission
from commenttrack.positions import operations, source_files
from commenttrack.positions.models import Consensus, Position, ProvisionPosition, SourceDocument
from commenttrack.rulemaking.models import Provision, RuleDocument
from commenttrack.web import database
from commenttrack.web.access import requires, signed_in
from commenttrack.web.forms import Form, stripped
from commenttrack.web.pages import docket_frame, load

positions = Blueprint("positions", __name__)


@positions.get("/positions")
@positions.get("/dockets/<int:docket_id>/positions")
@requires(Permission.READ)
def library(docket_id: int | None = None) -> str:
    """Positions by source, topic and consensus; inside a docket with where each is used."""
    frame = docket_frame(docket_id) if docket_id else None
    session = database.session()
    everything = session.scalars(
        select(Position)
        .options(selectinload(Position.versions), joinedload(Position.source_document))
        .order_by(Position.source_document_id, Position.place)
    ).all()
    document_id = frame.document.id if frame and frame.document else None
    used = _used(document_id)
    return render_template(
        "web/positions/library.html" if frame is None else "web/positions/docket_library.html",
        positions=[position for position in everything if _chosen(position, used)],
        total=len(everything),
        used=used,
        sources=session.scalars(select(SourceDocument).order_by(SourceDocument.id)).all(),
        topics=sorted(Counter(topic for position in everything for topic in position.topics)),
        consensus=list(Consensus),
        chosen={name: request.args.get(name, "") for name in ("source", "topic", "consensus", "used")},
    )


def _used(document_id: int | None) -> dict[int, int]:
    """How many provisions each position is mapped onto: in one document, or in all."""
    query = select(ProvisionPosition.position_id, func.count()).group_by(ProvisionPosition.position_id)
    if document_id is not None:
        query = query.join(Provision).where(Provision.rule_document_id == document_id)
    return {row[0]: row[1] for row in database.session().execute(query)}


def _chosen(position: Position, used: dict[int, int]) -> bool:
    wanted: Any = request.args
    return (
        wanted.get("source", "") in ("", str(position.source_document_id))
        and (not wanted.get("topic") or wanted["topic"] in position.topics)
        and wanted.get("consensus", "") in ("", position.consensus.value)
        and (wanted.get("used") != "yes" or position.id in used)
    )


@positions.get("/positions/<int:position_id>")
@requires(Permission.READ)
def position(position_id: int) -> str:
    """One position: wording, versions, source and span, and where it is used."""
    shown = load(Position, position_id)
    links = database.session().scalars(
        select(ProvisionPosition)
        .where(ProvisionPosition.position_id == shown.id)
        .options(
            joinedload(ProvisionPosition.provision).joinedload(Provision.rule_document).joinedload(RuleDocument.docket)
        )
        .order_by(ProvisionPosition.id)
    )
    return render_template("web/positions/position.html", position=shown, links=links.all())


class WordingForm(Form):
    """A new wording of a position."""

    heading = StringField("Heading", filters=[stripped], validators=[Length(max=500)])
    statement = TextAreaField(
        "Statement", filters=[stripped], validators=[InputRequired("Write what the coalition holds.")]
    )


@positions.route("/positions/<int:position_id>/wording", methods=["GET", "POST"])
@requires(Permission.MAP)
def revise(position_id: int) -> ResponseReturnValue:
    """Give a position a new wording; the earlier ones stay."""
    shown = load(Position, position_id)
    form = WordingForm(data={"heading": shown.current.heading, "statement": shown.current.statement})
    if form.validate_on_submit():
        try:
            operations.revise_position(
                database.session(),
                shown,
                heading=form.heading.data or "",
                statement=form.statement.data,
                actor=signed_in().person.name,
                now=database.now(),
            )
        except Refused as refusal:
            form.refuse(refusal)
        else:
            flash("The new wording stands. Mapped provisions are now marked for review.", "done")
            return redirect(url_for("positions.position", position_id=shown.id), 303)
    return render_template("web/positions/revise.html", position=shown, form=form), 422 if form.is_submitted() else 200


@positions.get("/sources")
@requires(Permission.READ)
def sources() -> str:
    """All source documents, the coalition's own and third parties'."""
    rows = database.session().scalars(
        select(SourceDocument)
        .options(selectinload(SourceDocument.positions), selectinload(SourceDocument.context))
        .order_by(SourceDocument.coalition.desc(), SourceDocument.id)
    )
    return render_template("web/positions/sources.html", sources=rows.all())


@positions.get("/sources/<int:source_id>")
@requires(Permission.READ)
def source(source_id: int) -> str:
    """One source document: what it is, its positions or its passages, who signed it."""
    return render_template("web/positions/source.html", source=load(SourceDocument, source_id))


class SourceForm(Form):
    """A document that states positions."""

    file = FileField("Document", validators=[FileRequired("Choose the file.")])


@positions.route("/sources/new", methods=["GET", "POST"])
@requires(Permission.MAP)
def bring_source() -> ResponseReturnValue:
    """Import a source document."""
    form = SourceForm()
    if form.validate_on_submit():
        try:
            read = source_files.read(form.file.data.read(), name=form.file.data.filename or "document")
            added = operations.import_source(
                database.session(), read, actor=signed_in().person.name, now=database.now()
            )
        except Refused as refusal:
            form.refuse(refusal)
        else:
            flash(f"{len(added.positions)} positions were read from the document.", "done")
            return redirect(url_for("positions.source", source_id=added.id), 303)
    return render_template("web/positions/import.html", form=form), 422 if form.is_submitted() else 200
