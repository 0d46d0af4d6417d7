"""Whether a letter may rest on a position: its present wording is approved, its review is not overdue, it stands."""

import datetime as dt
import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from commenttrack.positions.models import Consensus, Position, PositionVersion, ProvisionPosition

_EASTERN = ZoneInfo("America/New_York")


class ApprovalState(enum.StrEnum):
    """Where a position's present wording stands with those who decide."""

    APPROVED = "approved"
    REWORDED = "reworded"
    UNAPPROVED = "unapproved"


@dataclass(frozen=True, slots=True)
class Blocking:
    """A position that a letter should not rest on, and each reason as a clause after its name."""

    position: Position
    reasons: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """For people: which position, and why."""
        return f"“{self.position.name}” ({self.position.label}) {' and '.join(self.reasons)}."


def approval_state(position: Position) -> ApprovalState:
    """Whether the present wording, only an earlier one, or none was approved."""
    if position.current.standing_approvals:
        return ApprovalState.APPROVED
    earlier = any(version.standing_approvals for version in position.versions)
    return ApprovalState.REWORDED if earlier else ApprovalState.UNAPPROVED


def overdue(position: Position, today: dt.date) -> bool:
    """Whether the day passed by which the position had to be looked at again."""
    return position.review_by is not None and position.review_by < today


def why_not(position: Position, today: dt.date) -> tuple[str, ...]:
    """Why a letter should not rest on a position today; empty when it may."""
    reasons = []
    if position.consensus is Consensus.WITHDRAWN:
        reasons.append("was withdrawn")
    state = approval_state(position)
    number = position.current.number
    if state is ApprovalState.REWORDED:
        reasons.append(f"is not approved as it reads now: version {number} is newer than what was approved")
    elif state is ApprovalState.UNAPPROVED:
        reasons.append(f"is not approved: nobody’s approval of version {number} is recorded")
    if overdue(position, today) and position.review_by is not None:
        due = position.review_by
        reasons.append(f"has expired: it had to be reviewed by {due:%B} {due.day}, {due.year}")
    return tuple(reasons)


def blocking(session: Session, links: Iterable[ProvisionPosition | int], *, now: dt.datetime) -> list[Blocking]:
    """The positions behind some links of the mapping (or their ids) that a letter should not rest on, by source."""
    ids = {link if isinstance(link, int) else link.id for link in links}
    if not ids:
        return []
    today = now.astimezone(_EASTERN).date()
    positions = session.scalars(
        select(Position)
        .where(Position.id.in_(select(ProvisionPosition.position_id).where(ProvisionPosition.id.in_(ids))))
        .options(with_approvals())
        .order_by(Position.source_document_id, Position.place)
    )
    return [Blocking(position, reasons) for position in positions if (reasons := why_not(position, today))]


def with_approvals() -> ORMOption:
    """How to load what :func:`why_not` looks at, in one query for all positions."""
    return selectinload(Position.versions).selectinload(PositionVersion.approvals)


def as_json(found: Sequence[Blocking]) -> list[dict[str, object]]:
    """What a frozen version remembers of the positions it was frozen on in spite of them."""
    return [
        {
            "position": item.position.id,
            "version": item.position.current.number,
            "name": f"{item.position.name} ({item.position.label})",
            "why": " and ".join(item.reasons),
        }
        for item in found
    ]
