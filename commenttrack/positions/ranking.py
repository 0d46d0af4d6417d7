"""Suggestions on a stored document: which provisions a position bears on, and which positions a provision.

The index of a document is built once and kept for as long as its provisions have the same wordings. What people
accepted and set aside on the document changes the order of the rest.
"""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from commenttrack.positions.models import Consensus, Position
from commenttrack.positions.ranking_service import RankingService
from commenttrack.positions.source_documents import ParsedPosition
from commenttrack.positions.suggestion_index import SuggestionIndex, build
from commenttrack.positions.suggestions import Ranking, Suggestion
from commenttrack.positions.verdicts import feedback
from commenttrack.rulemaking.models import Provision, RuleDocument
from commenttrack.rulemaking.operations import parsed_rule

# A few dockets are worked on at a time; an index of a large rule takes some tens of megabytes.
_KEPT = 4
_indexes: OrderedDict[tuple[int, str], SuggestionIndex] = OrderedDict()
_lock = threading.Lock()


def _index(session: Session, document: RuleDocument) -> SuggestionIndex:
    wordings = hashlib.sha256()
    for digest in session.scalars(
        select(Provision.wording_digest).where(Provision.rule_document_id == document.id).order_by(Provision.place)
    ):
        wordings.update(digest.encode())
    key = (document.id, wordings.hexdigest())
    with _lock:
        if key in _indexes:
            _indexes.move_to_end(key)
            return _indexes[key]
    index = build(parsed_rule(session, document).provisions)
    with _lock:
        _indexes[key] = index
        while len(_indexes) > _KEPT:
            _indexes.popitem(last=False)
    return index


def positions_in_use(session: Session) -> list[Position]:
    """Positions that can be mapped: stated by the coalition and not withdrawn, by source and place."""
    return list(
        session.scalars(
            select(Position)
            .where(Position.consensus != Consensus.WITHDRAWN)
            .order_by(Position.source_document_id, Position.place)
            .options(selectinload(Position.versions), selectinload(Position.source_document))
        )
    )


def _parsed(positions: Sequence[Position]) -> list[ParsedPosition]:
    known = {position.id for position in positions}
    return [
        ParsedPosition(
            id=str(position.id),
            parent=str(position.parent_id) if position.parent_id in known else None,
            label=position.label,
            heading=position.current.heading,
            text=position.current.statement,
            start=position.start,
            end=position.end,
        )
        for position in positions
    ]


@dataclass(frozen=True, slots=True)
class Found:
    """Suggestions, best first, and sentences on services that were asked and did not answer."""

    suggestions: list[Suggestion]
    notes: tuple[str, ...] = ()


def provisions_for(
    session: Session,
    document: RuleDocument,
    positions: Sequence[Position],
    *,
    top: int = 10,
    service: RankingService | None = None,
) -> Found:
    """The best provisions (by key) for each position (by id, as text), without those set aside for it."""
    index, parsed, judged = _index(session, document), _parsed(positions), feedback(session, document)
    if service is not None:
        return Found(*service.provisions(index, parsed, top=top, feedback=judged))
    return Found(Ranking.of(index, parsed, feedback=judged).provisions_for_each_position(top=top))


def positions_for(
    session: Session,
    provision: Provision,
    positions: Sequence[Position],
    *,
    top: int = 10,
    service: RankingService | None = None,
) -> Found:
    """The best positions (by id, as text) for one provision, without those set aside for it."""
    document = provision.rule_document
    index, parsed, judged = _index(session, document), _parsed(positions), feedback(session, document)
    if service is not None:
        return Found(*service.positions(index, parsed, provision.key, top=top, feedback=judged))
    return Found(Ranking.of(index, parsed, feedback=judged).positions_for(provision.key, top=top))
