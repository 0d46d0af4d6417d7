"""Dockets, importing a notice, and reading it."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.file import FileField, FileRequired
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload, selectinload
from wtforms import DateField, StringField
from wtforms.validators import Length, Optional

from commenttrack.errors import Refused
from commenttrack.illustration import illustration, load_association, load_library, load_rule
from commenttrack.members.permissions import Permission
from commenttrack.positions.models import Position, PositionVersion, ProvisionPosition, QuestionAnswer
from commenttrack.rulemaking import operations
from commenttrack.rulemaking.models import Docket, Note, Provision, Question, RuleDocument
from commenttrack.web import database, reading
from commenttrack.web.access import requires, signed_in
from commenttrack.web.forms import Form, stripped
from commenttrack.web.frame import frame_of, to_settle
from commenttrack.web.pages import docket_frame, load
from commenttrack.web.templating import eastern_day

rulemaking = Blueprint("rulemaking", __name__)


# ------------------------------------------------------------------------------------------------------------- dockets


@rulemaking.get("/")
@requires(Permission.READ)
def home() -> str:
    """All dockets, the one due next first."""
    session = database.session()
    frames = [frame_of(session, docket, database.now()) for docket in operations.dockets_by_deadline(session)]
    open_frames = [frame for frame in frames if frame.due is None or frame.due.days_left >= 0]
    closed = [frame for frame in frames if frame not in open_frames]
    return render_template("web/rulemaking/home.html", frames=open_frames, closed=closed)


class ImportForm(Form):
    """A notice to import."""

    file = FileField("Federal Register document", validators=[FileRequired("Choose the file of the notice.")])
    title = StringField("Short title", filters=[stripped], validators=[Optional(), Length(max=300)])
    publication_date = DateField("Publication date", validators=[Optional()])
    internal_deadline = DateField("Sign-offs by", validators=[Optional()])


@rulemaking.route("/dockets/new", methods=["GET", "POST"])
@requires(Permission.MAP)
def bring() -> ResponseReturnValue:
    """Import a notice into a new docket."""
    form = ImportForm()
    if form.validate_on_submit():
        try:
            document = operations.import_rule(
                database.session(),
                form.file.data.read(),
                name=form.file.data.filename or "notice.xml",
                storage=database.house().storage,
                title=form.title.data or None,
                publication_date=form.publication_date.data,
                internal_deadline=form.internal_deadline.data,
                actor=signed_in().person.name,
                now=database.now(),
            )
        except Refused as refusal:
            form.refuse(refusal)
        else:
            flash("The notice was imported. Check the dates above against the printed notice.", "done")
            return redirect(url_for("rulemaking.read", docket_id=document.docket_id), 303)
    return render_template("web/rulemaking/import.html", form=form), 422 if form.is_submitted() else 200


@rulemaking.post("/dockets/illustrative")
@requires(Permission.MAP)
def open_illustrative() -> ResponseReturnValue:
    """Open the illustrative docket: an invented rule, an invented association with members, and the real library."""
    session, actor, now = database.session(), signed_in().person.name, database.now()
    made = illustration(eastern_day(now))
    load_library(session, actor=actor, now=now)
    load_association(session, made, actor=actor, now=now)
    document = load_rule(session, made, storage=database.house().storage, actor=actor, now=now)
    flash("The illustrative docket is open. Everything about it is invented, and every page says so.", "done")
    return redirect(url_for("rulemaking.read", docket_id=document.docket_id), 303)


# ------------------------------------------------------------------------------------------------------------- reading


@dataclass(frozen=True, slots=True)
class ShownProvision:
    """A provision as the page sets it."""

    provision: Provision
    node: reading.Node
    runs: list[reading.Run]
    links: int
    """How many positions are mapped to it."""


@rulemaking.get("/dockets/<int:docket_id>/read")
@rulemaking.get("/dockets/<int:docket_id>/read/<int:document_id>/<key>")
@requires(Permission.READ)
def read(docket_id: int, document_id: int | None = None, key: str | None = None) -> str:
    """A passage of the document; with a key, the one that holds this provision, and the panel about it."""
    frame = docket_frame(docket_id)
    session = database.session()
    document = frame.document if document_id is None else load(RuleDocument, document_id)
    if document is None or document.docket_id != docket_id:
        abort(404)
    nodes = document_nodes(session, document)
    index = next((i for i, node in enumerate(nodes) if node.key == key), None) if key else 0
    if index is None:
        abort(404)
    cut = reading.passages(nodes)
    number = reading.passage_with(cut, index) if nodes else 0
    mapped, asked = _counts(session, document)
    shown = _shown(session, document, nodes, cut[number], mapped) if nodes else []
    return render_template(
        "web/rulemaking/read.html",
        document=document,
        nodes=nodes,
        branches=reading.outline(nodes, here=index, mapped=mapped, questions=asked) if nodes else [],
        shown=shown,
        notes=_notes(session, document, shown),
        previous=nodes[cut[number - 1].start] if number > 0 else None,
        next=nodes[cut[number].end] if nodes and cut[number].end < len(nodes) else None,
        above=[nodes[i] for i in reversed(reading.ancestors(nodes, cut[number].start))] if nodes else [],
        passage=(number + 1, len(cut)),
        panel=_panel(session, document, key) if key else None,
        view=request.args.get("view", "text"),
        question_count=sum(asked.values()),
        settle_count=len(to_settle(document)),
    )


def document_nodes(session: Session, document: RuleDocument) -> list[reading.Node]:
    """The document's provisions as nodes of its outline."""
    parent = aliased(Provision)
    rows = session.execute(
        select(Provision.key, parent.key, Provision.kind, Provision.number, Provision.label, Provision.heading)
        .outerjoin(parent, Provision.parent_id == parent.id)
        .where(Provision.rule_document_id == document.id)
        .order_by(Provision.place)
    )
    return reading.nodes_of((row[0], row[1], row[2].value, row[3], row[4], row[5]) for row in rows)


def _counts(session: Session, document: RuleDocument) -> tuple[dict[str, int], dict[str, int]]:
    """How many positions are mapped to, and how many questions asked in, each provision, by key."""
    found = []
    for model in (ProvisionPosition, Question):
        rows = session.execute(
            select(Provision.key, func.count())
            .join(model, model.provision_id == Provision.id)
            .where(Provision.rule_document_id == document.id)
            .group_by(Provision.key)
        )
        found.append({row[0]: row[1] for row in rows})
    return found[0], found[1]


def _shown(
    session: Session,
    document: RuleDocument,
    nodes: list[reading.Node],
    passage: reading.Passage,
    mapped: dict[str, int],
) -> list[ShownProvision]:
    within = (
        Provision.rule_document_id == document.id,
        Provision.place >= passage.start,
        Provision.place < passage.end,
    )
    provisions = session.scalars(select(Provision).where(*within).order_by(Provision.place)).all()
    questions: dict[int, list[tuple[int, int, str]]] = {}
    for question in session.scalars(select(Question).join(Provision).where(*within)):
        questions.setdefault(question.provision_id, []).append((question.start, question.end, question.key))
    return [
        ShownProvision(
            provision,
            nodes[provision.place],
            reading.runs(
                provision.text,
                page_breaks=provision.details_json.get("page_breaks", ()),
                note_calls=provision.details_json.get("note_calls", ()),
                questions=questions.get(provision.id, ()),
            ),
            mapped.get(provision.key, 0),
        )
        for provision in provisions
    ]


def _notes(session: Session, document: RuleDocument, shown: list[ShownProvision]) -> dict[str, Note]:
    called = {note for item in shown for note in item.provision.details_json.get("notes", ())}
    called |= {run.note for item in shown for run in item.runs if run.note}
    rows = session.scalars(
        select(Note).where(Note.rule_document_id == document.id, Note.key.in_(called)).order_by(Note.place)
    )
    return {note.key: note for note in rows}


@dataclass(frozen=True, slots=True)
class Panel:
    """What is known about the selected provision."""

    provision: Provision
    citation: str
    links: list[ProvisionPosition]
    questions: list[Question]
    answers: dict[int, QuestionAnswer]


def _panel(session: Session, document: RuleDocument, key: str) -> Panel:
    provision = session.scalars(
        select(Provision).where(Provision.rule_document_id == document.id, Provision.key == key)
    ).one()
    links = session.scalars(
        select(ProvisionPosition)
        .where(ProvisionPosition.provision_id == provision.id)
        .options(
            joinedload(ProvisionPosition.position).selectinload(Position.versions),
            joinedload(ProvisionPosition.position).joinedload(Position.source_document),
        )
        .order_by(ProvisionPosition.id)
    ).all()
    questions = session.scalars(select(Question).where(Question.provision_id == provision.id)).all()
    answers = session.scalars(
        select(QuestionAnswer).where(QuestionAnswer.question_id.in_([question.id for question in questions]))
    )
    return Panel(
        provision,
        citation_of(document, provision),
        list(links),
        list(questions),
        {answer.question_id: answer for answer in answers},
    )


def citation_of(document: RuleDocument, provision: Provision) -> str:
    """The citation to copy: ``proposed 15 CFR 7.2(a), 89 FR 5698, 5702``; where the volume is unknown, the document."""
    reference = document.metadata_json.get("fr_citation") or f"FR Doc. {document.document_number}"
    pin = f"{reference}, {provision.pages[0]}" if provision.pages else reference
    if provision.kind in ("preamble_heading", "preamble_paragraph", "table") or not provision.label:
        return pin
    return f"{'proposed ' if document.kind == 'proposed_rule' else ''}{provision.label}, {pin}"


@rulemaking.get("/dockets/<int:docket_id>/to-settle")
@requires(Permission.READ)
def settle(docket_id: int) -> str:
    """What was read without certainty or could not be read, with the text."""
    frame = docket_frame(docket_id)
    if frame.document is None:
        abort(404)
    leftovers: dict[str, Any] = frame.document.leftovers_json
    return render_template(
        "web/rulemaking/settle.html",
        document=frame.document,
        unparsed=leftovers.get("unparsed", []),
        ambiguities=leftovers.get("ambiguities", []),
    )


# -------------------------------------------------------------------------------------------------------------- search


@rulemaking.get("/search")
@requires(Permission.READ)
def search() -> str:
    """Dockets, provisions and positions that hold every word of the query."""
    query = request.args.get("q", "").strip()[:200]
    words = query.split()[:8]
    found: dict[str, Any] = {"dockets": [], "provisions": [], "positions": []}
    if words:
        session = database.session()
        found["dockets"] = session.scalars(
            select(Docket).where(*(_holds(word, Docket.title) for word in words)).limit(20)
        ).all()
        found["provisions"] = session.scalars(
            select(Provision)
            .where(*(_holds(word, Provision.text, Provision.heading, Provision.label) for word in words))
            .options(joinedload(Provision.rule_document).joinedload(RuleDocument.docket))
            .order_by(Provision.id)
            .limit(40)
        ).all()
        found["positions"] = session.scalars(
            select(Position)
            .join(PositionVersion)
            .where(
                *(_holds(word, PositionVersion.statement, PositionVersion.heading, Position.label) for word in words)
            )
            .options(selectinload(Position.versions), joinedload(Position.source_document))
            .distinct()
            .limit(20)
        ).all()
    return render_template("web/rulemaking/search.html", query=query, **found)


def _holds(word: str, *columns: Any) -> Any:
    return or_(*(column.icontains(word, autoescape=True) for column in columns))
