"""Who sees to a provision, and until when."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from commenttrack import audit
from commenttrack.members.models import Person
from commenttrack.positions.models import ProvisionAssignment
from commenttrack.rulemaking.models import Provision


def give(
    session: Session, provisions: Sequence[Provision], owner: Person | None, *, actor: str, now: dt.datetime
) -> list[Provision]:
    """Give provisions to a person, or to nobody; their days stay. Returns those that were somebody else's."""
    given = []
    for provision, row in _rows(session, provisions, actor, now):
        if row.owner_id == (owner.id if owner else None):
            continue
        row.owner_id, row.owner = (owner.id if owner else None), owner
        _changed(session, provision, row, actor, now, owner=owner.name if owner else None)
        given.append(provision)
    return given


def set_due(
    session: Session, provisions: Sequence[Provision], due: dt.date | None, *, actor: str, now: dt.datetime
) -> list[Provision]:
    """Set the day until which provisions are to be seen to, or none; their owners stay. Returns those that changed."""
    changed = []
    for provision, row in _rows(session, provisions, actor, now):
        if row.due == due:
            continue
        row.due = due
        _changed(session, provision, row, actor, now, due=due.isoformat() if due else None)
        changed.append(provision)
    return changed


def _rows(
    session: Session, provisions: Sequence[Provision], actor: str, now: dt.datetime
) -> list[tuple[Provision, ProvisionAssignment]]:
    known = {
        row.provision_id: row
        for row in session.scalars(
            select(ProvisionAssignment).where(ProvisionAssignment.provision_id.in_([each.id for each in provisions]))
        )
    }
    return [
        (
            each,
            known.get(each.id)
            or ProvisionAssignment(provision_id=each.id, owner_id=None, due=None, assigned_by=actor, assigned_at=now),
        )
        for each in provisions
    ]


def _changed(
    session: Session, provision: Provision, row: ProvisionAssignment, actor: str, now: dt.datetime, **said: str | None
) -> None:
    row.assigned_by, row.assigned_at = actor, now
    if row.owner is None and row.due is None:
        if row.id is not None:
            session.delete(row)
    else:
        session.add(row)
    audit.record(
        session,
        actor=actor,
        action="provision assigned",
        subject=f"provision {provision.id}",
        now=now,
        provision=provision.label or provision.key,
        **said,
    )
