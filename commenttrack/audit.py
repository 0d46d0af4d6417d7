"""Append-only, hash-chained events: who did what to what, and when.

Each event's hash covers its own content and the hash before it, so an altered, removed or reordered event breaks the
chain from there on. The head, a row of its own that moves with every event, says where the chain ends, so that events
removed from the end are missed too. The database itself refuses to change or delete an event and to move the head back.
Whoever may change the database's own rules could write a whole new chain: against that stands what left the house, the
number and hash that each certificate prints.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import DDL, Table, event, func, select, text
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


class AuditHead(Base):
    """The end of the chain: one row, moved in the transaction of each event."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    # Always 1.
    number: Mapped[int]
    hash: Mapped[str]


# The names of the guards begin with that of the table they came with: by it a migration that copies a table on SQLite
# finds the guards to make again (commenttrack.full_text.restore_triggers).
_SQLITE_GUARDS = (
    "CREATE TRIGGER audit_head_keeps BEFORE UPDATE ON audit_event"
    " BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END",
    "CREATE TRIGGER audit_head_holds BEFORE DELETE ON audit_event"
    " BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END",
    "CREATE TRIGGER audit_head_advances BEFORE UPDATE ON audit_head"
    " WHEN new.id <> old.id OR new.number <> old.number + 1"
    " BEGIN SELECT RAISE(ABORT, 'the head of the audit trail moves on by one event'); END",
    "CREATE TRIGGER audit_head_stays BEFORE DELETE ON audit_head"
    " BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END",
)
_POSTGRESQL_GUARDS = (
    "CREATE OR REPLACE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$"
    " BEGIN RAISE EXCEPTION 'the audit trail is append-only'; END $$",
    "CREATE TRIGGER audit_head_keeps BEFORE UPDATE OR DELETE ON audit_event"
    " FOR EACH ROW EXECUTE FUNCTION audit_is_append_only()",
    "CREATE TRIGGER audit_head_holds BEFORE TRUNCATE ON audit_event"
    " FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()",
    "CREATE TRIGGER audit_head_advances BEFORE UPDATE ON audit_head FOR EACH ROW"
    " WHEN (new.id <> old.id OR new.number <> old.number + 1) EXECUTE FUNCTION audit_is_append_only()",
    "CREATE TRIGGER audit_head_stays BEFORE DELETE ON audit_head FOR EACH ROW EXECUTE FUNCTION audit_is_append_only()",
)


@event.listens_for(AuditHead.__table__, "after_create")
def _guard(table: Table, connection: Any, **_: object) -> None:
    """The guards need both tables, and the head is made after the events: the tables of one file are made by name."""
    guards = _SQLITE_GUARDS if connection.dialect.name == "sqlite" else _POSTGRESQL_GUARDS
    for statement in guards:
        connection.execute(DDL(statement))  # type: ignore[no-untyped-call]


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
    session.flush()  # rows are locked before the head, by everybody: else two would wait for each other
    # Two transactions must not read the same last hash: PostgreSQL locks the head's row, SQLite's BEGIN IMMEDIATE lets
    # one write at a time anyway.
    head = session.get(AuditHead, 1, populate_existing=True, with_for_update=True)
    if head is None and session.get_bind().dialect.name == "postgresql":
        # There is no row to lock before the first event of all.
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _CHAIN_LOCK})
        head = session.get(AuditHead, 1, populate_existing=True, with_for_update=True)
    if head is None:
        head = AuditHead(id=1, number=0, hash=FIRST_HASH)
        session.add(head)
        session.flush()  # the guard of the head counts from the row as it was
    number, previous = head.number + 1, head.hash
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
    head.number, head.hash = number, entry.hash
    session.flush()  # the next event of this transaction continues from this one's hash
    return entry


@dataclass(frozen=True, slots=True)
class Break:
    """Where the chain does not hold."""

    number: int
    why: str


def verify(session: Session) -> tuple[int, list[Break]]:
    """Walk the chain to its head: the number of events, and every place where it is broken."""
    breaks: list[Break] = []
    previous, expected, after = FIRST_HASH, 1, None
    while True:
        walked = expected
        for number, entry in _every_event(session, after=after):
            if number != expected:
                breaks.append(Break(expected, f"{_missing(expected, number - 1)}; the next one is {number}"))
            if entry is None:
                breaks.append(Break(number, "its content cannot be read"))
            else:
                if entry.previous_hash != previous:
                    breaks.append(Break(number, "does not continue from the event before it"))
                if not _matches(entry):
                    breaks.append(Break(number, "its content does not match its hash"))
            previous, expected, after = entry.hash if entry else "", number + 1, number
        head: Any = session.execute(select(AuditHead.number, AuditHead.hash)).first()
        # On PostgreSQL events that others append meanwhile come with a head that has moved: they are walked too.
        if head is None or not isinstance(head.number, int) or head.number < expected or walked == expected:
            break
    if head is None:
        if expected > 1:
            breaks.append(Break(expected, "the row that says where the trail ends is missing"))
    elif not isinstance(head.number, int):
        breaks.append(Break(expected, "the row that says where the trail ends cannot be read"))
    elif head.number >= expected:
        breaks.append(Break(expected, f"{_missing(expected, head.number)} from the end of the trail"))
    elif (head.number, head.hash) != (expected - 1, previous):
        breaks.append(
            Break(expected - 1, f"the trail ends here, and its head says event {head.number} with another hash")
        )
    return session.scalar(select(func.count()).select_from(AuditEvent)) or 0, breaks


# What reading a value raises that no program of ours has written.
_UNREADABLE = (ValueError, TypeError, AttributeError)
_AT_A_TIME = 1_000


def _every_event(session: Session, *, after: int | None) -> Iterator[tuple[int, AuditEvent | None]]:
    """All events by number, or those after one; None for one that was altered so that it cannot even be read."""
    wanted = select(AuditEvent.number).order_by(AuditEvent.number)
    numbers = session.scalars(wanted if after is None else wanted.where(AuditEvent.number > after)).all()
    for start in range(0, len(numbers), _AT_A_TIME):
        yield from _events(session, numbers[start : start + _AT_A_TIME])


def _events(session: Session, numbers: Sequence[int]) -> list[tuple[int, AuditEvent | None]]:
    found = select(AuditEvent).where(AuditEvent.number.between(numbers[0], numbers[-1])).order_by(AuditEvent.number)
    try:
        return [(entry.number, entry) for entry in session.scalars(found)]
    except _UNREADABLE:
        middle = len(numbers) // 2
        if not middle:
            return [(numbers[0], None)]
        return _events(session, numbers[:middle]) + _events(session, numbers[middle:])


def _matches(entry: AuditEvent) -> bool:
    """Whether the content of an event is what its hash was made of."""
    try:
        return entry.hash == _hash(
            entry.number, entry.at, entry.actor, entry.action, entry.subject, entry.details, entry.previous_hash
        )
    except _UNREADABLE:
        return False


def _missing(first: int, last: int) -> str:
    return f"event {first} is missing" if first == last else f"events {first} to {last} are missing"
