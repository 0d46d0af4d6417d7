"""The workbench from the other side: one position, and the provisions of the docket that it may speak to."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from flask import Blueprint, abort, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from commenttrack.members.permissions import Permission
from commenttrack.positions import mapping as operations
from commenttrack.positions import ranking, verdicts
from commenttrack.positions.models import Position, SuggestionVerdict
from commenttrack.positions.suggestions import Suggestion, bears
from commenttrack.rulemaking.models import Provision, RuleDocument
from commenttrack.web import database
from commenttrack.web.access import requires
from commenttrack.web.mapping import context_of
from commenttrack.web.pages import document_frame
from commenttrack.web.suggesting import SHOWN, ranking_service
from commenttrack.web.undoing import steps
from commenttrack.wording import folded

mapping_positions = Blueprint("mapping_positions", __name__, url_prefix="/dockets/<int:docket_id>")

QUEUES = [("unmapped", "Not mapped"), ("mapped", "Mapped")]


@dataclass(frozen=True, slots=True)
class RankedProvision:
    """A provision that the position may speak to, in its context, with the words that say why."""

    provision: Provision
    context: Sequence[Provision]
    suggestion: Suggestion
    strong: bool


@dataclass(frozen=True, slots=True)
class SuggestedProvisions:
    """What is suggested for a position, what was set aside, and sentences on services that did not answer."""

    ranked: list[RankedProvision]
    set_aside: list[SuggestionVerdict]
    notes: tuple[str, ...]


@mapping_positions.get("/map/positions")
@requires(Permission.READ)
def work(docket_id: int) -> str:
    """The positions, one of them with what it says, and the provisions that it may speak to."""
    _, document = document_frame(docket_id)
    session = database.session()
    positions = ranking.positions_in_use(session)
    links = operations.links_of(session, document)
    mapped = {link.position_id for link in links}
    words = request.args.get("q", "").strip()
    show = request.args.get("show", QUEUES[0][0])
    queue = [each for each in positions if (each.id in mapped) == (show == "mapped") and _says(each, words)]
    selected = _selected(positions, queue)
    here = [link for link in links if selected and link.position_id == selected.id]
    return render_template(
        "web/mapping/positions.html",
        document=document,
        queues=QUEUES,
        totals={"mapped": len(mapped & {each.id for each in positions}), "unmapped": len(positions) - len(mapped)},
        show=show,
        words=words,
        queue=queue,
        selected=selected,
        here=url_for("mapping_positions.work", docket_id=docket_id, position=selected.id, show=show, q=words or None)
        if selected
        else "",
        links=here,
        suggested=_suggested(session, document, selected, {link.provision_id for link in here}) if selected else None,
        steps=steps(docket_id),
    )


def _says(position: Position, words: str) -> bool:
    said = f"{position.label} {position.current.heading} {position.current.statement} {position.source_document.title}"
    return all(word in said.casefold() for word in folded(words).casefold().split())


def _selected(positions: Sequence[Position], queue: Sequence[Position]) -> Position | None:
    wanted = request.args.get("position", type=int)
    if wanted is None:
        return queue[0] if queue else None
    return next((each for each in positions if each.id == wanted), None) or abort(404)


def _suggested(
    session: Session, document: RuleDocument, position: Position, mapped: Collection[int]
) -> SuggestedProvisions:
    # What a position under another says is read with the other's words.
    family = [each for each in (position, position.parent) if each is not None]
    found = ranking.provisions_for(session, document, family, top=SHOWN + len(mapped), service=ranking_service())
    wanted = [item for item in found.suggestions if item.position == str(position.id) and item.score > 0]
    provisions = {
        each.key: each
        for each in session.scalars(
            select(Provision).where(
                Provision.rule_document_id == document.id, Provision.key.in_([item.provision for item in wanted])
            )
        )
    }
    ranked = [
        RankedProvision(provisions[item.provision], context_of(provisions[item.provision]), item, bears(item.score))
        for item in wanted
        if provisions[item.provision].id not in mapped
    ]
    return SuggestedProvisions(ranked[:SHOWN], verdicts.provisions_set_aside(session, document, position), found.notes)
