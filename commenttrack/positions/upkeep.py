"""Keeping the library: writing a position, approving a wording, saying whose it is and where the coalition stands."""

import datetime as dt
import hashlib
from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from commenttrack import audit
from commenttrack.errors import Conflict, Refused
from commenttrack.members.models import Person
from commenttrack.positions.models import (
    Consensus,
    Position,
    PositionApproval,
    PositionVersion,
    SourceDocument,
    SourceKind,
)
from commenttrack.positions.operations import Wording
from commenttrack.wording import folded

WRITTEN_HERE = "Written here"
"""The title of the source under which positions without a document stand."""


class AlreadyWritten(Conflict):
    """A position was written here in these very words, as by a second click; ``position`` is it."""

    def __init__(self, position: Position) -> None:
        super().__init__(f"Position {position.label} says this in the same words already. It was not written twice.")
        self.position = position


def write_position(
    session: Session,
    wording: Wording,
    *,
    parent: Position | None = None,
    topics: Sequence[str] = (),
    owner: Person | None = None,
    review_by: dt.date | None = None,
    actor: str,
    now: dt.datetime,
) -> Position:
    """Add a position that no document states; it is numbered among the others written here.

    Raises :class:`AlreadyWritten` when one of them says the same.
    """
    if wording.quotation.strip():
        raise Refused("A position that is written here has no source to quote from.")
    if parent is not None and not parent.source_document.written_here:
        raise Refused("A position that is written here can only stand under another that was written here.")
    version = wording.version(1, actor=actor, now=now)
    source = _own_source(session, now)
    for known in source.positions:
        if known.parent is parent and known.consensus is not Consensus.WITHDRAWN and _reads_as(known, wording):
            raise AlreadyWritten(known)
    place = session.scalar(select(func.max(Position.place)).where(Position.source_document_id == source.id))
    position = Position(
        source_document=source,
        parent=parent,
        label=_next_label(session, source, parent),
        place=0 if place is None else place + 1,
        consensus=Consensus.ALIGNED,
        topics=_topics(topics),
        start=0,
        end=0,
        owner=owner,
        review_by=review_by,
        versions=[version],
    )
    session.add(position)
    session.flush()  # the audit event names the id
    audit.record(
        session,
        actor=actor,
        action="position written",
        subject=f"position {position.id}",
        now=now,
        label=position.label,
        digest=version.wording_digest,
    )
    return position


def _reads_as(known: Position, wording: Wording) -> bool:
    return Wording.of(known.current).reads_as(wording)


def _own_source(session: Session, now: dt.datetime) -> SourceDocument:
    known = session.scalar(select(SourceDocument).where(SourceDocument.file_name == ""))
    if known is None:
        known = SourceDocument(
            title=WRITTEN_HERE, kind=SourceKind.OTHER, coalition=True, file_name="", sha256="", created_at=now
        )
        session.add(known)
        session.flush()  # positions are counted by its id
    return known


def _next_label(session: Session, source: SourceDocument, parent: Position | None) -> str:
    prefix = f"{parent.label}." if parent is not None else ""
    taken = set(session.scalars(select(Position.label).where(Position.source_document_id == source.id)))
    number = 1
    while f"{prefix}{number}" in taken:
        number += 1
    return f"{prefix}{number}"


def _topics(topics: Sequence[str]) -> list[str]:
    """Topics as they are kept: words in lower case joined by hyphens, each once."""
    return list(dict.fromkeys("-".join(folded(topic).lower().split()) for topic in topics if folded(topic)))


def approve_version(
    session: Session,
    version: PositionVersion,
    *,
    approved_by: str,
    body: str,
    approved_on: dt.date,
    today: dt.date,
    actor: str,
    now: dt.datetime,
) -> PositionApproval:
    """Record that somebody, for a board or committee or alone, approved a wording. ``actor`` is who records it."""
    approved_by, body = folded(approved_by), folded(body)
    if not approved_by:
        raise Refused("Say who approved it.")
    if approved_on > today:
        raise Refused("The day of the approval lies in the future; record it when it has been given.")
    # PostgreSQL: the second of two clicks waits here, and then sees the approval of the first.
    session.execute(select(PositionVersion.id).where(PositionVersion.id == version.id).with_for_update())
    session.refresh(version, ["approvals"])
    for standing in version.standing_approvals:
        if (standing.approved_by, standing.body, standing.approved_on) == (approved_by, body, approved_on):
            raise Refused("This approval is recorded already.")
    approval = PositionApproval(
        approved_by=approved_by, body=body, approved_on=approved_on, recorded_by=actor, recorded_at=now, revoked_at=None
    )
    version.approvals.append(approval)
    audit.record(
        session,
        actor=actor,
        action="position approved",
        subject=f"position {version.position_id}",
        now=now,
        version=version.number,
        digest=version.wording_digest,
        approved_by=approved_by,
        body=body,
        approved_on=approved_on.isoformat(),
    )
    return approval


def revoke_approval(
    session: Session, approval: PositionApproval, *, reason: str, actor: str, now: dt.datetime
) -> PositionApproval:
    """Take an approval back; it stays on record with the reason."""
    if approval.revoked_at is not None:
        raise Refused("This approval was taken back already.")
    if not folded(reason):
        raise Refused("Say why the approval is taken back; the reason is kept.")
    approval.revoked_at, approval.revoked_by, approval.revoked_reason = now, actor, folded(reason)
    audit.record(
        session,
        actor=actor,
        action="position approval taken back",
        subject=f"position {approval.version.position_id}",
        now=now,
        version=approval.version.number,
        approval=approval.id,
        reason=approval.revoked_reason,
    )
    return approval


def look_after(
    session: Session,
    position: Position,
    *,
    owner: Person | None,
    review_by: dt.date | None,
    topics: Sequence[str],
    consensus: Consensus,
    reason: str = "",
    shown: str | None = None,
    actor: str,
    now: dt.datetime,
) -> None:
    """Say whose a position is, when it must be looked at again, what it is about, and where the coalition stands on it.

    A change of the consensus needs a reason: it decides whether a letter may rest on the position. ``shown`` is the
    :func:`state_digest` that a form was opened at; raises :class:`LookedAfterMeanwhile` when it is another by now.
    """
    if consensus is not position.consensus and not folded(reason):
        raise Refused("Say why the coalition’s consensus changes; the reason is kept in the trail.")
    before = _state(position)
    position.owner, position.review_by, position.consensus = owner, review_by, consensus
    kept = _topics(topics)
    if kept != position.topics:
        position.topics = kept
    after = _state(position)
    if after == before:
        return
    if shown is not None and shown != _digest(before):
        raise LookedAfterMeanwhile(before)
    audit.record(
        session,
        actor=actor,
        action="position looked after",
        subject=f"position {position.id}",
        now=now,
        before=before,
        after=after,
        reason=folded(reason),
    )


class LookedAfterMeanwhile(Conflict):
    """Somebody else said whose the position is or where it stands after the form was opened; says what stands now."""

    def __init__(self, stands: dict[str, object]) -> None:
        topics = ", ".join(stands["topics"]) if isinstance(stands["topics"], list) else ""
        super().__init__(
            "Nothing was kept: somebody changed this while your page was open. It says now: "
            f"owner {stands['owner'] or 'nobody'}; review by {stands['review_by'] or 'no day'}; "
            f"topics {topics or 'none'}; consensus {stands['consensus']}. "
            "Yours is below; keep it if it shall stand instead."
        )


def state_digest(position: Position) -> str:
    """What :func:`look_after` sets, as a digest for a form to say what its page showed."""
    return _digest(_state(position))


def _digest(state: dict[str, object]) -> str:
    return hashlib.sha256(repr(state).encode()).hexdigest()[:16]


def _state(position: Position) -> dict[str, object]:
    return {
        "owner": position.owner.name if position.owner else None,
        "review_by": position.review_by.isoformat() if position.review_by else None,
        "topics": list(position.topics),
        "consensus": position.consensus.value,
    }
