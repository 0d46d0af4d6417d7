"""Append-only, hash-chained events: who did what to what, and when.

Each event's hash covers its own content and the hash before it, so an altered, removed or reordered event breaks the
chain from there on.
"""

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from commenttrack.db import Base

FIRST_HASH = "0" * 64


class AuditEvent(Base):
    """One event. ``number`` counts from 1 without gaps."""

    __tablename__ = "audit_event"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[dt.datetime]
    actor: Mapped[str]
    # Name of the person, or of the rule or command that acted.
    action: Mapped[str]
    # A verb in the past, e.g. "letter frozen".
    subject: Mapped[str] = mapped_column(index=True)
    # Kind and id, e.g. "letter 4".
    details: Mapped[dict[str, Any]]
    previous_hash: Mapped[str]
    hash: Mapped[str] = mapped_column(unique=True)


class AuditTrailIsAppendOnly(RuntimeError):
    """Code tried to change or delete an event; that is a mistake in the program, never a person's request."""


@event.listens_for(AuditEvent, "before_update")
@event.listens_for(AuditEvent, "before_delete")
def _refuse(mapper: object, connection: object, target: AuditEvent) -> None:
    raise AuditTrailIsAppendOnly(f"audit event {target.number} cannot be changed")


def _hash(
    number: int, at: dt.datetime, actor: str, action: str, subject: str, details: dict[str, Any], previous: str
) -> str:
    content = [
        number,
        at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
        actor,
        action,
        subject,
        details,
        previous,
    ]
    return hashlib.sha256(
        json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    ).hexdigest()


# Any number will do, as long as nothing else in the database takes the same advisory lock.
_CHAIN_LOCK = 0x434F4D54


def record(session: Session, *, actor: str, action: str, subject: str, now: dt.datetime, **details: Any) -> AuditEvent:
    """Append one event in the caller's transaction. ``details`` must be JSON values."""
    if session.get_bind().dialect.name == "postgresql":
        # Two transactions must not read the same last hash. SQLite's BEGIN IMMEDIATE already lets one write at a time.
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _CHAIN_LOCK})
    last = session.execute(
        select(AuditEvent.number, AuditEvent.hash).order_by(AuditEvent.number.desc()).limit(1)
    ).first()
    number, previous = (last.number + 1, last.hash) if last else (1, FIRST_HASH)
    entry = AuditEvent(
        number=number,
        at=now,
        actor=actor,
        action=action,
        subject=subject,
        details=details,
        previous_hash=previous,
        hash=_hash(number, now, actor, action, subject, details, previous),
    )
    session.add(entry)
    session.flush()  # the next event of this transaction continues from this one's hash
    return entry


@dataclass(frozen=True, slots=True)
class Break:
    """Where the chain does not hold."""

    number: int
    why: str


def verify(session: Session) -> tuple[int, list[Break]]:
    """Walk the chain: the number of events, and every place where it is broken."""
    breaks: list[Break] = []
    previous, expected = FIRST_HASH, 1
    for entry in session.scalars(select(AuditEvent).order_by(AuditEvent.number)):
        if entry.number != expected:
            breaks.append(Break(expected, f"event {expected} is missing; the next one is {entry.number}"))
        if entry.previous_hash != previous:
            breaks.append(Break(entry.number, "does not continue from the event before it"))
        if entry.hash != _hash(
            entry.number, entry.at, entry.actor, entry.action, entry.subject, entry.details, entry.previous_hash
        ):
            breaks.append(Break(entry.number, "its content does not match its hash"))
        previous, expected = entry.hash, entry.number + 1
    return session.scalar(select(func.count()).select_from(AuditEvent)) or 0, breaks
