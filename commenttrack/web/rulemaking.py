"""Dockets, reading their documents, and searching."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased, joinedload

from commenttrack.illustration import approve_library, illustration, load_association, load_library, load_rule
from commenttrack.members.permissions import Permission
from commenttrack.positions.models import Position, ProvisionPosition, QuestionAnswer
from commenttrack.rulemaking import operations
from commenttrack.rulemaking.models import Docket, Note, Provision, Question, RuleDocument
from commenttrack.rulemaking.redline import RedlineParagraph
from commenttrack.search import Kind as FoundKind
from commenttrack.search import find as find_words
from commenttrack.web import database, finding, reading
from commenttrack.web.access import requires, signed_in
from commenttrack.web.frame import REGULATORY, frame_of, to_settle
from commenttrack.web.pages import docket_frame, load
from commenttrack.web.redlines import redline_of
from commenttrack.web.templating import eastern_day

rulemaking = Blueprint("rulemaking", __name__)

MOST_HITS = 200
MOST_FOUND = 20
"""Of each kind on the page of a search over everything."""


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


@rulemaking.post("/dockets/illustrative")
@requires(Permission.MAP)
def open_illustrative() -> ResponseReturnValue:
    """Open the illustrative docket: an invented rule, an invented association with members, and the real library."""
    session, actor, now = database.session(), signed_in().person.name, database.now()
    made = illustration(eastern_day(now))
    load_library(session, actor=actor, now=now)
    load_association(session, made, actor=actor, now=now)
    approve_library(session, made, now=now)
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
    citation: str
    orders: list[dict[str, Any]]
    """The amendatory instructions that stand in it."""
    notes: list[Note]
    """Notes of a table, which stand under it."""


@rulemaking.get("/dockets/<int:docket_id>/read")
@rulemaking.get("/dockets/<int:docket_id>/read/<int:document_id>")
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
    notes = _notes_of(session, document)
    shown = _shown(session, document, nodes, cut[number], mapped, notes) if nodes else []
    return render_template(
        "web/rulemaking/read.html",
        document=document,
        nodes=nodes,
        branches=reading.outline(nodes, here=index, mapped=mapped, questions=asked) if nodes else [],
        shown=shown,
        notes=_called(notes, shown),
        previous=nodes[cut[number - 1].start] if number > 0 else None,
        next=nodes[cut[number].end] if nodes and cut[number].end < len(nodes) else None,
        above=[nodes[i] for i in reversed(reading.ancestors(nodes, cut[number].start))] if nodes else [],
        passage=(number + 1, len(cut)),
        panel=_panel(session, document, key) if key else None,
        view=request.args.get("view", "text"),
        question_count=sum(asked.values()),
        settle_count=len(to_settle(document)),
        base_url=database.house().settings.base_url,
        limits=document.metadata_json.get("limits", ()),
        form_of_source=document.metadata_json.get("form", "xml"),
        others=[each for each in frame.docket.documents if each.id != document.id],
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
    notes: dict[str, Note],
) -> list[ShownProvision]:
    within = (
        Provision.rule_document_id == document.id,
        Provision.place >= passage.start,
        Provision.place < passage.end,
    )
    provisions = session.scalars(select(Provision).where(*within).order_by(Provision.place)).all()
    orders: dict[str, list[dict[str, Any]]] = {}
    for order in document.leftovers_json.get("instructions", ()):
        orders.setdefault(order.get("provision", ""), []).append(order)
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
            citation_of(document, provision),
            orders.get(provision.key, []),
            [notes[key] for key in provision.details_json.get("notes", ()) if key in notes]
            if provision.details_json.get("rows")
            else [],
        )
        for provision in provisions
    ]


def _notes_of(session: Session, document: RuleDocument) -> dict[str, Note]:
    rows = session.scalars(select(Note).where(Note.rule_document_id == document.id).order_by(Note.place))
    return {note.key: note for note in rows}


def _called(notes: dict[str, Note], shown: list[ShownProvision]) -> dict[str, Note]:
    """The notes of a passage in their order, without those that stand under their table."""
    called = {note for item in shown for note in item.provision.details_json.get("notes", ())}
    called |= {run.note for item in shown for run in item.runs if run.note}
    called -= {note.key for item in shown for note in item.notes}
    return {key: note for key, note in notes.items() if key in called}


@dataclass(frozen=True, slots=True)
class Panel:
    """What is known about the selected provision."""

    provision: Provision
    citation: str
    links: list[ProvisionPosition]
    questions: list[Question]
    answers: dict[int, QuestionAnswer]
    redline: list[RedlineParagraph]
    """What the document does to the current text at this citation, when that text is attached."""


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
        _redlined(document, provision),
    )


def _redlined(document: RuleDocument, provision: Provision) -> list[RedlineParagraph]:
    if provision.kind not in REGULATORY or not provision.label:
        return []
    found = redline_of(document)
    return [each for each in found.paragraphs if each.label == provision.label] if found else []


def citation_of(document: RuleDocument, provision: Provision) -> str:
    """The citation to copy: ``proposed 15 CFR 7.2(a), 89 FR 5698, 5702``; where the volume is unknown, the document."""
    reference = document.metadata_json.get("fr_citation") or f"FR Doc. {document.document_number}"
    pin = f"{reference}, {provision.pages[0]}" if provision.pages else reference
    if provision.kind in ("preamble_heading", "preamble_paragraph", "table") or not provision.label:
        return pin
    return f"{'proposed ' if document.kind == 'proposed_rule' else ''}{provision.label}, {pin}"


@rulemaking.get("/dockets/<int:docket_id>/documents/<int:document_id>/find")
@requires(Permission.READ)
def find(docket_id: int, document_id: int) -> str:
    """Every provision and note of a document that holds all the words of ``?q=``."""
    docket_frame(docket_id)
    document = load(RuleDocument, document_id)
    if document.docket_id != docket_id:
        abort(404)
    query = request.args.get("q", "").strip()[:200]
    pattern = finding.pattern_of(query)
    hits = _hits(document, pattern) if pattern else []
    return render_template(
        "web/rulemaking/find.html", document=document, query=query, hits=hits[:MOST_HITS], count=len(hits)
    )


@dataclass(frozen=True, slots=True)
class Hit:
    """A place that holds what was looked for; ``key`` is the provision to go to, ``note`` the key of a note."""

    key: str
    name: str
    page: int | None
    excerpts: list[list[tuple[str, bool]]]
    note: str = ""


def _hits(document: RuleDocument, pattern: finding.Pattern) -> list[Hit]:
    session = database.session()
    found: list[Hit] = []
    callers: dict[str, str] = {}
    for row in session.execute(
        select(
            Provision.key, Provision.label, Provision.heading, Provision.text, Provision.pages, Provision.details_json
        )
        .where(Provision.rule_document_id == document.id)
        .order_by(Provision.place)
    ):
        for note in row.details_json.get("notes", ()):
            callers.setdefault(note, row.key)
        cells = (cell for cells in row.details_json.get("rows", ()) for cell in cells)
        excerpts = pattern.excerpts([row.heading, row.text, " · ".join(cells), row.label])
        if excerpts:
            name = row.label or row.heading or f"{row.text[:60]}…"
            found.append(Hit(row.key, name, row.pages[0] if row.pages else None, excerpts))
    for note in session.scalars(select(Note).where(Note.rule_document_id == document.id).order_by(Note.place)):
        excerpts = pattern.excerpts([note.text])
        if excerpts and note.key in callers:
            found.append(Hit(callers[note.key], f"Note {note.number}", note.page, excerpts, note.key))
    return found


# -------------------------------------------------------------------------------------------------------------- search


@rulemaking.get("/search")
@requires(Permission.READ)
def search() -> str:
    """Dockets, positions, provisions and letters that hold every word of ``?q=``; with ``?docket=``, of one docket."""
    query = request.args.get("q", "").strip()[:200]
    chosen = request.args.get("docket", 0, int)
    within = load(Docket, chosen) if chosen else None
    hits = find_words(database.session(), query, docket=within, limit=MOST_FOUND + 1)
    found = {kind: [hit for hit in hits if hit.kind is kind] for kind in FoundKind}
    return render_template(
        "web/rulemaking/search.html", query=query, within=within, found=found, most=MOST_FOUND, searched=bool(query)
    )
