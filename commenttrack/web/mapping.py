"""The workbench: which position speaks to which provision, how, and what is asked for."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session
from wtforms import HiddenField, IntegerField, RadioField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from commenttrack.errors import Refused
from commenttrack.members.permissions import Permission
from commenttrack.positions import mapping as operations
from commenttrack.positions import ranking
from commenttrack.positions.coverage import Coverage
from commenttrack.positions.models import Position, ProvisionPosition
from commenttrack.positions.stances import Stance
from commenttrack.positions.suggestions import Suggestion, bears
from commenttrack.rulemaking.models import Provision, RuleDocument
from commenttrack.web import database
from commenttrack.web.access import requires, signed_in
from commenttrack.web.forms import Form, options, stripped
from commenttrack.web.pages import docket_frame, document_frame, load
from commenttrack.web.requested_text import changes, marked
from commenttrack.wording import text_as_requested

mapping = Blueprint("mapping", __name__, url_prefix="/dockets/<int:docket_id>")

STANCES = [
    ("support", "Support: adopt it as proposed"),
    ("support_with_change", "Support with change: adopt it with the text below, or as the request says"),
    ("oppose", "Oppose: do not adopt it"),
    ("clarify", "Clarify: say what it means"),
    ("neutral", "Neutral: no view"),
]
QUEUES = [
    ("unassigned", "Unaddressed"),
    ("suspect", "To review"),
    ("conflict", "Conflict"),
    ("addressed", "Addressed"),
    ("reviewed", "No comment"),
]
QUEUE_PAGE = 60


# ------------------------------------------------------------------------------------------------------- the workbench


@dataclass(frozen=True, slots=True)
class Ranked:
    """A position that may speak to the provision, with the words that say why."""

    position: Position
    suggestion: Suggestion
    strong: bool


@mapping.get("/map")
@requires(Permission.READ)
def work(docket_id: int) -> str:
    """The queue, one provision in its context, and the positions that may speak to it."""
    _, document = document_frame(docket_id)
    session = database.session()
    states = operations.coverage_of(session, document)
    links = operations.links_of(session, document)
    suspect = {link.provision_id for link in links if link.suspect}
    queue_name = request.args.get("show", "unassigned")
    queue = _queue(session, document, states, suspect, queue_name)
    selected = _selected(session, document, queue)
    page = max(0, request.args.get("page", 0, int))
    return render_template(
        "web/mapping/work.html",
        document=document,
        totals=Counter(states.values()),
        suspect_count=len(suspect),
        queues=QUEUES,
        queue_name=queue_name,
        queue=queue[page * QUEUE_PAGE : (page + 1) * QUEUE_PAGE],
        page=page,
        more=len(queue) > (page + 1) * QUEUE_PAGE,
        selected=selected,
        context=_context(session, selected) if selected else [],
        links=[link for link in links if selected and link.provision_id == selected.id],
        ranked=_ranked(session, selected) if selected else [],
        state=states.get(selected.id) if selected else None,
        changes=changes,
    )


def _queue(
    session: Session, document: RuleDocument, states: dict[int, Coverage], suspect: set[int], name: str
) -> list[Provision]:
    units = operations.provisions_to_cover(session, document)
    if name == "suspect":
        return [unit for unit in units if unit.id in suspect]
    return [unit for unit in units if states[unit.id].value == name]


def _selected(session: Session, document: RuleDocument, queue: list[Provision]) -> Provision | None:
    key = request.args.get("provision")
    if not key:
        return queue[0] if queue else None
    found = session.scalar(select(Provision).where(Provision.rule_document_id == document.id, Provision.key == key))
    return found or abort(404)


def _context(session: Session, provision: Provision) -> list[Provision]:
    """What the provision stands under, from the part down: its section's title and the lead-ins it completes."""
    above: list[Provision] = []
    current = provision.parent
    while current is not None:
        above.append(current)
        current = current.parent
    return above[::-1]


def _ranked(session: Session, provision: Provision) -> list[Ranked]:
    positions = {str(position.id): position for position in ranking.positions_in_use(session)}
    if not positions:
        return []
    mapped = set(
        session.scalars(select(ProvisionPosition.position_id).where(ProvisionPosition.provision_id == provision.id))
    )
    suggested = ranking.positions_for(session, provision, list(positions.values()), top=10 + len(mapped))
    return [
        Ranked(positions[item.position], item, bears(item.score))
        for item in suggested
        if int(item.position) not in mapped and item.score > 0
    ][:10]


@mapping.get("/matrix")
@requires(Permission.READ)
def matrix(docket_id: int) -> str:
    """The same data as a table: mapped provisions down, positions across."""
    _, document = document_frame(docket_id)
    links = operations.links_of(database.session(), document)
    cells = {(link.provision_id, link.position_id): link for link in links}
    uses = Counter(link.position_id for link in links)
    positions = {link.position_id: link.position for link in links}
    return render_template(
        "web/mapping/matrix.html",
        document=document,
        provisions=list({link.provision_id: link.provision for link in links}.values()),
        positions=sorted(positions.values(), key=lambda position: (position.source_document_id, position.place)),
        cells=cells,
        uses=uses,
    )


@mapping.post("/map/<int:provision_id>/reviewed")
@requires(Permission.MAP)
def reviewed(docket_id: int, provision_id: int) -> ResponseReturnValue:
    """Say that the letter says nothing about a provision, or take that back; then on to the next one."""
    provision = _provision(docket_id, provision_id)
    actor, session, now = signed_in().person.name, database.session(), database.now()
    if request.form.get("undo"):
        operations.unmark_reviewed(session, provision, actor=actor, now=now)
        return redirect(url_for("mapping.work", docket_id=docket_id, provision=provision.key), 303)
    operations.mark_reviewed(session, provision, actor=actor, now=now)
    return redirect(url_for("mapping.work", docket_id=docket_id, show=request.form.get("show") or None), 303)


# ---------------------------------------------------------------------------------------------------------- one mapping


class MappingForm(Form):
    """What a position says about a provision. The requested text is edited on the proposed words."""

    revision = IntegerField(widget=HiddenField.widget, validators=[Optional()])
    stance = RadioField(
        "Stance", choices=options(STANCES), validators=[InputRequired("Choose a stance for this provision.")]
    )
    request_text = TextAreaField("Request", filters=[stripped], validators=[Length(max=5_000)])
    wanted = TextAreaField("Requested text", filters=[stripped], validators=[Length(max=50_000)])
    reason = TextAreaField("Reason", filters=[stripped], validators=[Length(max=20_000)])

    def said(self, provision: Provision) -> dict[str, Any]:
        """The keyword arguments of the operations."""
        return {
            "stance": Stance(self.stance.data),
            "reason": self.reason.data or "",
            "request": self.request_text.data or "",
            "requested_text": marked(provision.text, self.wanted.data) if self.wanted.data else "",
        }


@mapping.route("/map/<int:provision_id>/<int:position_id>", methods=["GET", "POST"])
@requires(Permission.MAP)
def accept(docket_id: int, provision_id: int, position_id: int) -> ResponseReturnValue:
    """Map a position onto a provision."""
    docket_frame(docket_id)
    provision, position = _provision(docket_id, provision_id), load(Position, position_id)
    form = MappingForm(data={"wanted": provision.text})
    if form.validate_on_submit() and request.form.get("act") != "preview":
        try:
            operations.map_position(
                database.session(),
                provision,
                position,
                actor=signed_in().person.name,
                now=database.now(),
                **_why(provision, position),
                **form.said(provision),
            )
        except Refused as refusal:
            form.refuse(refusal)
        else:
            flash(f"Mapped onto {provision.label or 'the passage'}.", "done")
            return redirect(url_for("mapping.work", docket_id=docket_id), 303)
    return _mapping_page(form, provision, position, None)


def _why(provision: Provision, position: Position) -> dict[str, Any]:
    """What the suggestion was based on, when there was one."""
    for ranked in _ranked(database.session(), provision):
        if ranked.position.id == position.id:
            return {"score": ranked.suggestion.score, "why": ranked.suggestion.why}
    return {}


@mapping.route("/mappings/<int:link_id>", methods=["GET", "POST"])
@requires(Permission.MAP)
def change(docket_id: int, link_id: int) -> ResponseReturnValue:
    """Change what a position says about a provision."""
    docket_frame(docket_id)
    link = _link(docket_id, link_id)
    form = MappingForm(
        data={
            "revision": link.revision,
            "stance": link.stance.value,
            "request_text": link.request,
            "wanted": text_as_requested(link.requested_text) or link.provision.text,
            "reason": link.reason,
        }
    )
    if form.validate_on_submit() and request.form.get("act") != "preview":
        try:
            operations.change_mapping(
                database.session(),
                link,
                expected_revision=form.revision.data,
                actor=signed_in().person.name,
                now=database.now(),
                **form.said(link.provision),
            )
        except operations.ChangedMeanwhile as conflict:
            form.refuse(conflict)
            return _mapping_page(form, link.provision, link.position, link, status=409)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            flash("The mapping was changed.", "done")
            return redirect(url_for("mapping.work", docket_id=docket_id, provision=link.provision.key), 303)
    return _mapping_page(form, link.provision, link.position, link)


def _mapping_page(
    form: MappingForm, provision: Provision, position: Position, link: ProvisionPosition | None, *, status: int = 0
) -> ResponseReturnValue:
    preview = request.form.get("act") == "preview"
    page = render_template(
        "web/mapping/form.html",
        form=form,
        provision=provision,
        position=position,
        link=link,
        context=_context(database.session(), provision),
        redline=changes(marked(provision.text, form.wanted.data or provision.text)),
        preview=preview,
    )
    return page, status or (422 if form.is_submitted() and not preview else 200)


@mapping.post("/mappings/<int:link_id>/unmap")
@requires(Permission.MAP)
def unmap(docket_id: int, link_id: int) -> ResponseReturnValue:
    """Take a position off a provision."""
    link = _link(docket_id, link_id)
    key = link.provision.key
    operations.unmap(database.session(), link, actor=signed_in().person.name, now=database.now())
    flash("The position was taken off. What it said stays in the trail.", "done")
    return redirect(url_for("mapping.work", docket_id=docket_id, provision=key), 303)


class ClearForm(Form):
    """Why a link still holds though a wording moved."""

    reason = TextAreaField("Why it still holds", filters=[stripped], validators=[InputRequired("Say why.")])


@mapping.post("/mappings/<int:link_id>/clear")
@requires(Permission.MAP)
def clear(docket_id: int, link_id: int) -> ResponseReturnValue:
    """Say that a link still holds."""
    link, form = _link(docket_id, link_id), ClearForm()
    if not form.validate():
        raise Refused("Say why the link still holds; the reason is kept with your name.")
    operations.clear_link(
        database.session(), link, reason=form.reason.data, actor=signed_in().person.name, now=database.now()
    )
    return redirect(url_for("mapping.work", docket_id=docket_id, provision=link.provision.key), 303)


def _provision(docket_id: int, provision_id: int) -> Provision:
    provision = load(Provision, provision_id)
    if provision.rule_document.docket_id != docket_id:
        abort(404)
    return provision


def _link(docket_id: int, link_id: int) -> ProvisionPosition:
    link = load(ProvisionPosition, link_id)
    if link.provision.rule_document.docket_id != docket_id:
        abort(404)
    return link
