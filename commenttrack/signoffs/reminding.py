"""Reminders by the schedule: whom it reminds and when, and how a person stops it.

Each reminder is a transaction of its own that writes its row, its mail and its event, under a lock on the request and
a number that can be taken once: whenever a worker dies, the next one finds what was done and does the rest.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload, sessionmaker

from commenttrack import audit
from commenttrack.config import Settings
from commenttrack.db import transaction
from commenttrack.letters.models import Letter
from commenttrack.members.links import LinkUnknown, token_hash
from commenttrack.members.names import name_key
from commenttrack.rulemaking.models import Docket
from commenttrack.rulemaking.operations import deadline
from commenttrack.signoffs import campaign, links, operations, schedule
from commenttrack.signoffs.bounces import bounces_of
from commenttrack.signoffs.models import Retirement, SigningCampaign, SignOff, SignOffRequest
from commenttrack.signoffs.reading import decisions_close, subject_of
from commenttrack.signoffs.refusals import CannotBeAsked

SCHEDULE = "the schedule"
"""What the audit trail calls the one who reminds."""


# ------------------------------------------------------------------------------------------------------------ the plan


@dataclass(frozen=True, slots=True)
class Planned:
    """One undecided request: when it is reminded next, or why it is not."""

    request: SignOffRequest
    at: dt.datetime | None
    why: str
    """For people; empty when there is a moment."""


def plan(session: Session, letter: Letter, *, now: dt.datetime) -> tuple[Planned, ...]:
    """Everybody undecided with the next reminder, as if the schedule were on; in the order of their names."""
    return tuple(
        sorted(
            _plans(session, _undecided(session, SignOffRequest.letter_id == letter.id), now=now),
            key=lambda planned: name_key(planned.request.organization.name),
        )
    )


def _undecided(session: Session, *which: object) -> Sequence[SignOffRequest]:
    """Requests without a current decision, with everything the plan looks at."""
    decided = select(SignOff.request_id).where(SignOff.is_current)
    query = (
        select(SignOffRequest)
        .where(SignOffRequest.id.not_in(decided), *which)  # type: ignore[arg-type]
        .order_by(SignOffRequest.id)
        .options(
            joinedload(SignOffRequest.organization),
            joinedload(SignOffRequest.person),
            selectinload(SignOffRequest.reminders),
            joinedload(SignOffRequest.letter).joinedload(Letter.docket).selectinload(Docket.comment_dates),
        )
        .execution_options(populate_existing=True)
    )
    return session.scalars(query).all()


def _plans(session: Session, undecided: Collection[SignOffRequest], *, now: dt.datetime) -> list[Planned]:
    bounced = bounces_of(session, undecided)
    # A docket's date takes a query to work out, and many requests share it.
    due: dict[Docket, dt.date | None] = {}
    for docket in {request.letter.docket for request in undecided}:
        date = deadline(docket)
        due[docket] = date.date if date else None
    return [
        _plan_of(request, due[request.letter.docket], bounced=request.id in bounced, now=now) for request in undecided
    ]


def _plan_of(request: SignOffRequest, comment_date: dt.date | None, *, bounced: bool, now: dt.datetime) -> Planned:
    if request.reminders_stopped_at is not None:
        return Planned(request, None, "asked for no more reminders")
    if not request.person.email:
        return Planned(request, None, "has no e-mail address")
    if bounced:
        return Planned(request, None, "the last mail came back")
    sent = [reminder.reminded_at for reminder in request.reminders]
    internal = request.letter.docket.internal_deadline
    if not (internal or comment_date) and len(sent) >= schedule.MOST:
        # Without a deadline every reminder gives the link another month, and there would be no end.
        return Planned(request, None, f"was reminded {schedule.MOST} times, and there is no deadline")
    # Not when the link ends: a reminder brings a new one, which also tells of a deadline that was moved back.
    closes = campaign.closes_at(internal, comment_date, asked_at=request.asked_at)
    at = schedule.next_reminder(request.asked_at, sent, closes, now)
    return Planned(request, at, "" if at else "was reminded as often as may be before decisions close")


# ------------------------------------------------------------------------------------------------------------- doing it


_ON = select(SigningCampaign.letter_id).where(SigningCampaign.reminders)


def remind_due(sessions: sessionmaker[Session], *, now: dt.datetime, settings: Settings) -> int:
    """Write every reminder that is due; returns how many. Safe to run again, and by two workers at once.

    Letters whose campaign is off are left alone, as is everybody who decided, stopped reminders or cannot be reached.
    """
    if not schedule.is_open(now):
        return 0
    with sessions() as session, transaction(session):
        on = session.scalars(select(Letter).where(Letter.id.in_(_ON)).options(joinedload(Letter.docket)))
        taken = [letter.id for letter in on if decisions_close(letter.docket, asked_at=now) > now]
        may = (SignOffRequest.letter_id.in_(taken), SignOffRequest.reminders_stopped_at.is_(None))
        waiting = _undecided(session, *may)
        due = [planned.request.id for planned in _plans(session, waiting, now=now) if planned.at == now]
    written = 0
    for request_id in due:
        with sessions() as session, transaction(session):
            written += _remind(session, request_id, now=now, settings=settings)
    return written


def _remind(session: Session, request_id: int, *, now: dt.datetime, settings: Settings) -> bool:
    # Whoever comes second waits here, and then sees what the first one wrote.
    session.execute(select(SignOffRequest.id).where(SignOffRequest.id == request_id).with_for_update())
    waiting = _undecided(session, SignOffRequest.id == request_id, SignOffRequest.letter_id.in_(_ON))
    for planned in _plans(session, waiting, now=now):
        if planned.at == now:
            request = planned.request
            try:
                operations.invite(
                    session,
                    request.letter,
                    request.organization,
                    request.person,
                    actor=SCHEDULE,
                    now=now,
                    settings=settings,
                    by_schedule=True,
                )
            except CannotBeAsked:
                return False  # the person no longer signs for the organization; the staff see who is undecided
            return True
    return False


# ------------------------------------------------------------------------------------------------------------- stopping


def find_reminded(session: Session, token: str, *, lock: bool = False) -> SignOffRequest:
    """The request whose reminders a link can stop: that of any mail to the person asked now, also an older one.

    Raises :class:`~commenttrack.members.links.LinkUnknown`. Changes nothing; unlike a decision, stopping reminders
    never comes too late.
    """
    query = select(SignOffRequest).execution_options(populate_existing=True)
    if lock:
        query = query.with_for_update(of=SignOffRequest)
    found = session.scalar(query.where(SignOffRequest.token_hash == token_hash(token)))
    if found is not None:
        return found
    old = links.retired(session, token)
    if old is None or old.why is not Retirement.REPLACED:
        raise LinkUnknown
    found = session.scalars(query.where(SignOffRequest.id == old.request_id)).one()
    if found.person_id != old.person_id:
        raise LinkUnknown
    return found


def stop(session: Session, token: str, *, now: dt.datetime) -> SignOffRequest:
    """Send the person asked no more reminders. Doing it twice is the same as once; decisions stay open."""
    request = find_reminded(session, token, lock=True)
    if request.reminders_stopped_at is None:
        request.reminders_stopped_at = now
        audit.record(session, actor="the link", action="reminders stopped", subject=subject_of(request), now=now)
    return request
