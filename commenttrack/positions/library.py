"""The library as people look through it: positions with what lists say of them, chosen by what a person asks for."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from commenttrack.positions.approval import ApprovalState, approval_state, overdue, with_approvals
from commenttrack.positions.models import Position, ProvisionPosition
from commenttrack.positions.nearest import Near, nearest
from commenttrack.rulemaking.models import Provision

SOON = dt.timedelta(days=60)
FILTERS = ("source", "topic", "owner", "consensus", "approval", "review", "used")


@dataclass(frozen=True, slots=True)
class Shelved:
    """A position in a list. ``uses`` counts the provisions it is mapped onto."""

    position: Position
    approval: ApprovalState
    overdue: bool
    due_soon: bool
    uses: int


def shelve(session: Session, *, today: dt.date, document_id: int | None = None) -> list[Shelved]:
    """All positions by source and place, with their uses in one document or in all of them."""
    used = select(ProvisionPosition.position_id, func.count()).group_by(ProvisionPosition.position_id)
    if document_id is not None:
        used = used.join(Provision).where(Provision.rule_document_id == document_id)
    uses = {row[0]: row[1] for row in session.execute(used)}
    return [
        Shelved(
            position,
            approval_state(position),
            overdue(position, today),
            position.review_by is not None and today <= position.review_by <= today + SOON,
            uses.get(position.id, 0),
        )
        for position in session.scalars(
            select(Position)
            .options(with_approvals(), joinedload(Position.source_document), joinedload(Position.owner))
            .order_by(Position.source_document_id, Position.place)
        )
    ]


def chosen(shelf: Sequence[Shelved], wanted: Mapping[str, str]) -> list[Shelved]:
    """The positions that fit every filter (:data:`FILTERS`); an empty or absent one lets everything through."""
    return [item for item in shelf if all(_fits(item, name, wanted.get(name, "")) for name in FILTERS)]


def _fits(item: Shelved, name: str, value: str) -> bool:
    position = item.position
    if not value:
        return True
    if name == "topic":
        return value in position.topics
    if name == "review":
        return {"overdue": item.overdue, "soon": item.due_soon, "none": position.review_by is None}.get(value, True)
    if name == "used":
        return {"yes": item.uses > 0, "no": item.uses == 0}.get(value, True)
    if name == "owner":
        return position.owner_id is None if value == "nobody" else value == str(position.owner_id)
    return value == {
        "source": str(position.source_document_id),
        "consensus": position.consensus.value,
        "approval": item.approval.value,
    }.get(name, value)


def nearest_positions(
    session: Session, heading: str, statement: str, *, leaving_out: frozenset[int] = frozenset(), top: int = 3
) -> list[tuple[Position, Near]]:
    """The positions of the library whose words come nearest to a wording."""
    shelf = {
        position.id: position
        for position in session.scalars(
            select(Position)
            .where(Position.id.not_in(leaving_out))
            .options(with_approvals(), joinedload(Position.source_document))
            .order_by(Position.id)
        )
    }
    texts = [(id_, f"{position.current.heading} {position.current.statement}") for id_, position in shelf.items()]
    return [(shelf[near.id], near) for near in nearest(f"{heading} {statement}", texts, top=top)]


def kin(position: Position, session: Session) -> frozenset[int]:
    """A position, the one it stands under, and those under it: they say the same by design."""
    below = session.scalars(select(Position.id).where(Position.parent_id == position.id))
    return frozenset({position.id, *below} | ({position.parent_id} if position.parent_id else set()))
