"""What is told without being asked: the staff's daily digest, and news for everybody who joined.

Both are worked out from what is stored, so a worker that dies anywhere leaves nothing behind that the next one does not
find: a digest ends where its own event in the audit trail says, and news are keyed by the event and the decision.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import takewhile

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload, sessionmaker

from commenttrack import audit, outbox
from commenttrack.audit import AuditEvent
from commenttrack.config import Settings
from commenttrack.db import transaction
from commenttrack.letters.models import Letter
from commenttrack.members.models import OrganizationKind, Person
from commenttrack.signoffs import campaign, notices, schedule
from commenttrack.signoffs.bounces import BOUNCED
from commenttrack.signoffs.correspondence import write_lead_objected, write_text_moved
from commenttrack.signoffs.lifecycle import JOINING, Decision
from commenttrack.signoffs.models import SigningCampaign, SignOff, SignOffRequest
from commenttrack.signoffs.reading import (
    DECISION_WORDS,
    cosmetic_changes,
    decided_since,
    decisions_close,
    newest_version,
    signature_block,
    standing_decisions,
    subject_of,
    version_digests,
)

WRITTEN = "daily digest written"
_DECIDED = frozenset(f"sign-off {decision.value}" for decision in Decision)
_TOLD = _DECIDED | {"sign-off link opened", "sign-off handed on", "reminders stopped", "letter frozen", BOUNCED}
"""Events worth a mail. What the staff or the schedule did, such as asking, is none."""

Staff = Callable[[Session], Sequence[Person]]
"""Who gets the digest. Accounts belong to the pages, so whoever starts the worker says it."""


# ----------------------------------------------------------------------------------------------------- the daily digest


def write_staff_digests(sessions: sessionmaker[Session], *, staff: Staff, now: dt.datetime, settings: Settings) -> int:
    """Write the digest of every letter on which something happened until this morning; returns how many mails.

    Once a working day, however often it is called, and by two workers at once.
    """
    until = schedule.digest_until(now)
    if until is None:
        return 0
    with sessions() as session, transaction(session):
        campaigns = session.scalars(select(SigningCampaign.id).where(SigningCampaign.digests)).all()
    written = 0
    for campaign_id in campaigns:
        with sessions() as session, transaction(session):
            # Whoever comes second waits here, and then finds the first one's event.
            found = session.get_one(SigningCampaign, campaign_id, with_for_update=True)
            written += _write_staff_digest(session, found, staff, until=until, now=now, settings=settings)
    return written


def _write_staff_digest(
    session: Session,
    signing: SigningCampaign,
    staff: Staff,
    *,
    until: dt.datetime,
    now: dt.datetime,
    settings: Settings,
) -> int:
    letter = signing.letter
    events = news(session, letter, since=signing.started_at, until=until)
    readers = [person for person in staff(session) if person.email]
    if not any(event.action in _TOLD for event in events) or not readers:
        return 0
    mail = notices.compose_digest(
        digest_of(session, letter, events, until=until),
        link=f"{settings.base_url}/dockets/{letter.docket_id}/sign/",
    )
    through = events[-1].number
    for person in readers:
        assert person.email  # noqa: S101 (chosen by it)
        outbox.write(
            session,
            key=f"letter {letter.id} digest through {through} for person {person.id}",
            to_name=person.name,
            to_email=person.email,
            subject=mail.subject,
            text=mail.text,
            html=mail.html,
            about=f"letter {letter.id}",
            now=now,
        )
    audit.record(
        session,
        actor="the schedule",
        action=WRITTEN,
        subject=f"letter {letter.id}",
        now=now,
        through=through,
        persons=[person.id for person in readers],
    )
    return len(readers)


def news(session: Session, letter: Letter, *, since: dt.datetime, until: dt.datetime) -> list[AuditEvent]:
    """The events about a letter and its requests after those of the last digest, up to a moment; oldest first."""
    last = session.scalar(
        select(AuditEvent)
        .where(AuditEvent.subject == f"letter {letter.id}", AuditEvent.action == WRITTEN)
        .order_by(AuditEvent.number.desc())
        .limit(1)
    )
    after = last.details["through"] if last else 0
    requests = session.scalars(select(SignOffRequest.id).where(SignOffRequest.letter_id == letter.id))
    subjects = [f"letter {letter.id}", *(f"sign_off_request {request_id}" for request_id in requests)]
    events = session.scalars(
        select(AuditEvent)
        .where(AuditEvent.subject.in_(subjects), AuditEvent.number > after, AuditEvent.at >= since)
        .order_by(AuditEvent.number)
    )
    # Numbers follow the commits and moments the requests, so an event may be a little older than the one before it:
    # the digest ends at the first one that is too new, and the next digest goes on there.
    return list(takewhile(lambda event: event.at < until, events))


def digest_of(session: Session, letter: Letter, events: Sequence[AuditEvent], *, until: dt.datetime) -> notices.Digest:
    """The digest of some events, with how the letter stands now."""
    requests = {
        subject_of(request): request
        for request in session.scalars(
            select(SignOffRequest)
            .where(SignOffRequest.letter_id == letter.id)
            .options(joinedload(SignOffRequest.organization))
        )
    }
    standing = standing_decisions(session, letter.id)
    block = signature_block(session, newest_version(letter))
    decided = _decided(session, events)
    opened = {requests[event.subject].organization.name for event in events if event.action == "sign-off link opened"}
    docket = letter.docket
    return notices.Digest(
        association=letter.lead.name,
        docket=docket.title,
        identifiers=tuple(identifier.identifier for identifier in docket.identifiers),
        letter=letter.title,
        illustrative=docket.illustrative,
        until=campaign.moment_in_words(until),
        closes=(
            campaign.last_moment_in_words(decisions_close(docket, asked_at=until))
            if docket.internal_deadline or docket.comment_dates
            else ""
        ),
        decided=decided,
        handed_on=_handed_on(session, events, requests),
        bounced=tuple(
            notices.Told(
                requests[event.subject].organization.name, f"{event.details['address']}: {event.details['why']}"
            )
            for event in events
            if event.action == BOUNCED and event.subject in requests
        ),
        stopped=tuple(
            notices.Told(requests[event.subject].organization.name, "decides without being reminded")
            for event in events
            if event.action == "reminders stopped"
        ),
        opened=tuple(sorted(opened - {line.organization for line in decided}, key=str.casefold)),
        frozen=tuple(event.details["version"] for event in events if event.action == "letter frozen"),
        stale=tuple(entry.sign_off.organization.name for entry in block.stale),
        joined=len(block.current),
        asked=len(requests),
        undecided=len(requests) - len(standing),
    )


def _decided(session: Session, events: Sequence[AuditEvent]) -> tuple[notices.Told, ...]:
    """The decisions of the time, each as it was given, also where a later one replaced it."""
    ids = [event.details["sign_off"] for event in events if event.action in _DECIDED]
    rows = session.scalars(
        select(SignOff).where(SignOff.id.in_(ids)).order_by(SignOff.id).options(joinedload(SignOff.organization))
    )
    return tuple(
        notices.Told(
            sign_off.organization.name,
            f"{DECISION_WORDS[sign_off.decision].lower()}, by {sign_off.name}"
            + (f" (“{sign_off.reservation}”)" if sign_off.reservation else "")
            + (f"; received by mail, recorded by {sign_off.recorded_by}" if sign_off.recorded_by else ""),
            " ".join(sign_off.reason.split()),
        )
        for sign_off in rows
    )


def _handed_on(
    session: Session, events: Sequence[AuditEvent], requests: dict[str, SignOffRequest]
) -> tuple[notices.Told, ...]:
    handed = [event for event in events if event.action == "sign-off handed on"]
    ids = {event.details[side] for event in handed for side in ("from_person", "to_person")}
    names = {person.id: person.name for person in session.scalars(select(Person).where(Person.id.in_(ids)))}
    return tuple(
        notices.Told(
            requests[event.subject].organization.name,
            f"from {names[event.details['from_person']]} to {names[event.details['to_person']]}",
        )
        for event in handed
    )


# ------------------------------------------------------------------------------------------------ news for who joined


@dataclass(frozen=True, slots=True)
class _News:
    """One mail to write: to whom who joined, about what; ``objection`` is None when the text moved."""

    sign_off_id: int
    objection_id: int | None


def tell_joined(sessions: sessionmaker[Session], *, now: dt.datetime) -> int:
    """Tell everybody who joined that the text moved, or that a lead objected; returns how many mails were written.

    One mail for each event and decision, in the hours in which mail goes out. Who was asked again on the new version
    already, or was told that a change is cosmetic, is not told twice.
    """
    if not schedule.is_open(now):
        return 0
    with sessions() as session, transaction(session):
        todo = [
            each
            for signing in session.scalars(select(SigningCampaign).order_by(SigningCampaign.id))
            for each in _news_to_write(session, signing)
        ]
    written = 0
    for each in todo:
        with sessions() as session, transaction(session):
            written += _write_news(session, each, now=now)
    return written


def _news_to_write(session: Session, signing: SigningCampaign) -> list[_News]:
    letter = signing.letter
    if not letter.versions:
        return []
    newest, since = letter.versions[-1], signing.started_at
    standing = standing_decisions(session, letter.id)
    objections = [
        sign_off
        for sign_off in standing
        if sign_off.decision in (Decision.DECLINED, Decision.WITHDRAWN)
        and sign_off.decided_at >= since
        and (sign_off.organization.kind is OrganizationKind.LEAD or sign_off.organization_id == letter.lead_id)
    ]
    if newest.frozen_at < since and not objections:
        return []
    joined = [sign_off for sign_off in standing if sign_off.decision in JOINING]
    done = _keys_written(session, joined)
    today, cosmetic = version_digests(newest), cosmetic_changes(session, letter.id)
    found = []
    for sign_off in joined:
        moved = newest.frozen_at >= since and sign_off.letter_version.number < newest.number
        if moved and f"sign_off {sign_off.id} version {newest.number} moved" not in done:
            comparison = decided_since(sign_off, today, cosmetic)
            if (comparison.stale or comparison.added) and sign_off.request.asked_version_id != newest.id:
                found.append(_News(sign_off.id, None))
        found.extend(
            _News(sign_off.id, objection.id)
            for objection in objections
            if sign_off.decided_at < objection.decided_at
            and f"sign_off {sign_off.id} objection {objection.id}" not in done
        )
    return found


def _keys_written(session: Session, sign_offs: Sequence[SignOff]) -> set[str]:
    subjects = [f"sign_off_request {sign_off.request_id}" for sign_off in sign_offs]
    kinds = or_(
        outbox.OutgoingMail.key.like("sign_off % moved"), outbox.OutgoingMail.key.like("sign_off % objection %")
    )
    return set(session.scalars(select(outbox.OutgoingMail.key).where(outbox.OutgoingMail.about.in_(subjects), kinds)))


def _write_news(session: Session, each: _News, *, now: dt.datetime) -> bool:
    # Whoever comes second waits here; the mail's key then keeps it from being written twice.
    request_id = select(SignOff.request_id).where(SignOff.id == each.sign_off_id).scalar_subquery()
    session.execute(select(SignOffRequest.id).where(SignOffRequest.id == request_id).with_for_update())
    sign_off = session.get_one(SignOff, each.sign_off_id)
    if not sign_off.is_current or not sign_off.request.person.email:
        return False
    if each.objection_id is None:
        write_text_moved(session, sign_off, newest_version(sign_off.request.letter), now=now)
        return True
    objection = session.get_one(SignOff, each.objection_id)
    if objection.is_current:
        write_lead_objected(session, sign_off, objection, now=now)
    return objection.is_current
