"""Undoing: what an action did to its rows, and putting them back unless somebody changed them since.

An action is wrapped in :func:`remembered`, which compares the rows it may touch before and after. A step goes back only
as a whole, and only while each of its rows still says what the action left there.
"""

import datetime as dt
import enum
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Date, Enum, Row, Table, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from commenttrack import audit
from commenttrack.db import Base, UTCDateTime
from commenttrack.errors import Conflict, Refused
from commenttrack.members.models import Person
from commenttrack.positions.models import UndoStep
from commenttrack.rulemaking.models import Provision

KEPT = 20
"""Steps kept for one person on one docket."""

_REVISION = "revision"


class NothingToUndo(Refused):
    """There is no such step, or not for this person."""


class ChangedSince(Conflict):
    """A row of the step no longer says what the action left there."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows an action may touch: those of a table in which ``column`` holds one of ``values``."""

    model: type[Base]
    column: str
    values: Sequence[int]


@contextmanager
def remembered(
    session: Session, docket_id: int, *touched: Rows, person: Person, done: str, now: dt.datetime
) -> Iterator[None]:
    """Run an action and keep what it did to the rows as one step of this person. ``done`` says it in words.

    Tables come in the order in which their rows can be made again: what others point to stands first. An action that
    changed nothing leaves no step.
    """
    session.flush()  # so that what is pending does not look like the action's doing
    before = [_snapshot(session, rows) for rows in touched]
    yield
    session.flush()  # the rows are compared in the database
    changes: list[dict[str, Any]] = []
    for rows, were in zip(touched, before, strict=True):
        are = _snapshot(session, rows)
        table = _table(rows.model.__tablename__)
        changes += [
            {"table": table.name, "id": key, "before": were.get(key), "after": are.get(key)}
            for key in sorted(were.keys() | are.keys())
            if _content(were.get(key)) != _content(are.get(key))
        ]
    if changes:
        session.add(UndoStep(docket_id=docket_id, person_id=person.id, done=done, done_at=now, changes_json=changes))
        session.flush()  # the new step counts among those that are kept
        _forget_old(session, docket_id, person)


def steps_of(session: Session, docket_id: int, person: Person) -> list[UndoStep]:
    """What this person did on the docket and can undo, the newest first."""
    return list(
        session.scalars(
            select(UndoStep)
            .where(UndoStep.docket_id == docket_id, UndoStep.person_id == person.id)
            .order_by(UndoStep.id.desc())
        )
    )


def undo(session: Session, docket_id: int, *, step_id: int | None = None, person: Person, now: dt.datetime) -> UndoStep:
    """Put back what a step of this person changed: the one named, else the last. The step is gone afterwards."""
    wanted = select(UndoStep).where(UndoStep.docket_id == docket_id, UndoStep.person_id == person.id)
    if step_id is not None:
        wanted = wanted.where(UndoStep.id == step_id)
    step = session.scalars(wanted.order_by(UndoStep.id.desc()).limit(1).with_for_update()).first()
    if step is None:
        raise NothingToUndo("There is nothing of yours to undo here.")
    session.flush()  # what is put back is read and written in the database, past the objects in memory
    for change in step.changes_json:
        _require_untouched(session, step, change)
    try:
        with session.begin_nested():
            _put_back(session, step.changes_json)
    except IntegrityError as clash:
        raise ChangedSince(
            f"“{step.done}” cannot be undone: what it changed has been replaced or removed since. Nothing was changed."
        ) from clash
    session.expire_all()
    audit.record(
        session,
        actor=person.name,
        action="undone",
        subject=f"docket {docket_id}",
        now=now,
        done=step.done,
        done_at=step.done_at.isoformat(),
        rows=[f"{change['table']} {change['id']}" for change in step.changes_json],
    )
    session.delete(step)
    session.flush()  # the next undo must not find it
    return step


def _require_untouched(session: Session, step: UndoStep, change: dict[str, Any]) -> None:
    table = _table(change["table"])
    row = session.execute(select(table).where(table.c.id == change["id"]).with_for_update()).first()
    if _content(None if row is None else _values(row)) == _content(change["after"]):
        return
    raise ChangedSince(
        f"“{step.done}” cannot be undone: somebody changed {_about(session, change)} since. Nothing was changed; "
        "look at how it stands now and change it by hand if it is still wrong."
    )


def _put_back(session: Session, changes: Sequence[dict[str, Any]]) -> None:
    # What was made goes in the reverse order, then what was taken away comes back in the order given.
    for change in reversed(changes):
        table = _table(change["table"])
        if change["before"] is None:
            session.execute(delete(table).where(table.c.id == change["id"]))
    for change in changes:
        table = _table(change["table"])
        if change["before"] is None:
            continue
        values = _decoded(table, change["before"])
        if change["after"] is None:
            session.execute(insert(table).values(**values))
            continue
        if _REVISION in values:
            # Not the earlier number: a form that was opened at it has not seen what happened between.
            values[_REVISION] = table.c[_REVISION] + 1
        session.execute(update(table).where(table.c.id == change["id"]).values(**values))


def _about(session: Session, change: dict[str, Any]) -> str:
    held = change["before"] or change["after"]
    provision = session.get(Provision, held["provision_id"]) if "provision_id" in held else None
    return provision.label or "a passage" if provision is not None else "it"


def _snapshot(session: Session, rows: Rows) -> dict[int, dict[str, Any]]:
    table = _table(rows.model.__tablename__)
    found = session.execute(select(table).where(table.c[rows.column].in_(list(rows.values))))
    return {row.id: _values(row) for row in found}


def _table(name: str) -> Table:
    return Base.metadata.tables[name]


def _values(row: Row[Any]) -> dict[str, Any]:
    return {name: _encoded(value) for name, value in row._mapping.items()}


def _content(values: dict[str, Any] | None) -> dict[str, Any] | None:
    """What a row says, without how often it was changed: changed there and back is unchanged."""
    return None if values is None else {name: value for name, value in values.items() if name != _REVISION}


def _encoded(value: Any) -> Any:
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    return value.value if isinstance(value, enum.Enum) else value


def _decoded(table: Table, values: dict[str, Any]) -> dict[str, Any]:
    return {name: _from_json(table.c[name], value) for name, value in values.items()}


def _from_json(column: Column[Any], value: Any) -> Any:
    if value is None:
        return None
    if isinstance(column.type, UTCDateTime):
        return dt.datetime.fromisoformat(value)
    if isinstance(column.type, Date):
        return dt.date.fromisoformat(value)
    if isinstance(column.type, Enum) and column.type.enum_class is not None:
        return column.type.enum_class(value)
    return value


def _forget_old(session: Session, docket_id: int, person: Person) -> None:
    for step in steps_of(session, docket_id, person)[KEPT:]:
        session.delete(step)
