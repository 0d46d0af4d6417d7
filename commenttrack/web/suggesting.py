"""Suggested positions beside a provision of the workbench: what they rest on, and setting them aside."""

from dataclasses import dataclass
from typing import cast

from flask import Blueprint, abort, current_app, flash, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from commenttrack.members.permissions import Permission
from commenttrack.positions import ranking, verdicts
from commenttrack.positions.models import Position, ProvisionPosition, SuggestionVerdict
from commenttrack.positions.ranking_service import RankingService
from commenttrack.positions.suggestions import Suggestion, bears
from commenttrack.positions.undo import Rows
from commenttrack.rulemaking.models import Provision
from commenttrack.web import database
from commenttrack.web.access import requires, signed_in
from commenttrack.web.pages import load
from commenttrack.web.undoing import go_back, remembered

suggesting = Blueprint("suggesting", __name__, url_prefix="/dockets/<int:docket_id>")

SHOWN = 10


@dataclass(frozen=True, slots=True)
class Ranked:
    """A position that may speak to the provision, with the words that say why."""

    position: Position
    suggestion: Suggestion
    strong: bool


@dataclass(frozen=True, slots=True)
class Suggested:
    """What is suggested for a provision, what was set aside, and sentences on services that did not answer."""

    ranked: list[Ranked]
    set_aside: list[SuggestionVerdict]
    notes: tuple[str, ...]


def suggested_for(provision: Provision) -> Suggested:
    """The positions that may speak to a provision and are not mapped onto it, best first."""
    session = database.session()
    positions = {str(position.id): position for position in ranking.positions_in_use(session)}
    if not positions:
        return Suggested([], [], ())
    mapped = set(
        session.scalars(select(ProvisionPosition.position_id).where(ProvisionPosition.provision_id == provision.id))
    )
    found = ranking.positions_for(
        session, provision, list(positions.values()), top=SHOWN + len(mapped), service=ranking_service()
    )
    ranked = [
        Ranked(positions[item.position], item, bears(item.score))
        for item in found.suggestions
        if int(item.position) not in mapped and item.score > 0
    ]
    return Suggested(ranked[:SHOWN], verdicts.set_aside(session, provision), found.notes)


def ranking_service() -> RankingService | None:
    """The app's service, which remembers that it did not answer; None when none is configured."""
    settings = database.house().settings
    if not settings.embedding_url and not settings.rerank_url:
        return None
    return cast(RankingService, current_app.extensions.setdefault("ranking_service", RankingService(settings)))


@suggesting.post("/map/<int:provision_id>/<int:position_id>/not-relevant")
@requires(Permission.MAP)
def not_relevant(docket_id: int, provision_id: int, position_id: int) -> ResponseReturnValue:
    """Say that a suggested position does not bear on a provision, or take that back."""
    provision, position = load(Provision, provision_id), load(Position, position_id)
    if provision.rule_document.docket_id != docket_id:
        abort(404)
    session, actor, now = database.session(), signed_in().person.name, database.now()
    rows, named = Rows(SuggestionVerdict, "provision_id", [provision.id]), provision.label or "the passage"
    if request.form.get("undo"):
        with remembered(docket_id, rows, done=f"Suggested position {position.label} for {named} again"):
            verdicts.unreject_suggestion(session, provision, position, actor=actor, now=now)
        flash(f"Position {position.label} may be suggested here again.", "done")
    else:
        with remembered(docket_id, rows, done=f"Set position {position.label} aside for {named}"):
            verdicts.reject_suggestion(session, provision, position, actor=actor, now=now)
        flash(f"Position {position.label} is set aside for {named}. Suggestions like it come later.", "done")
    show, words = request.form.get("show") or None, request.args.get("q") or None
    return go_back(docket_id, "mapping.work", provision=provision.key, show=show, q=words)
