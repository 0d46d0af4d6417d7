"""What happens to sign-offs: asking, opening a link, deciding, recording what came by mail."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from commenttrack import audit
from commenttrack.config import Settings
from commenttrack.errors import Conflict, Refused
from commenttrack.letters.models import Letter, LetterVersion
from commenttrack.members.models import Organization, Person
from commenttrack.members.operations import may_sign
from commenttrack.signoffs import campaign, links
from commenttrack.signoffs.correspondence import write_asking, write_confirmation
from commenttrack.signoffs.lifecycle import JOINING, Decision, covered_parts
from commenttrack.signoffs.models import ReceivedFile, Reminder, Retirement, SignOff, SignOffPart, SignOffRequest
from commenttrack.signoffs.reading import (
    DECISION_WORDS,
    covered_digests,
    current_decision,
    decisions_close,
    newest_version,
    remember_covered,
    shown_parts,
    subject_of,
    version_digests,
)
from commenttrack.signoffs.refusals import (
    AskedMeanwhile,
    CannotBeAsked,
    DecidedMeanwhile,
    IncompleteDecision,
    LetterHasMoved,
    RecordedAlready,
)
from commenttrack.signoffs.reservations import settled_reservation
from commenttrack.wording import full_stop, one_line

# ------------------------------------------------------------------------------------------------------------ asking


def invite(
    session: Session,
    letter: Letter,
    organization: Organization,
    person: Person,
    *,
    actor: str,
    now: dt.datetime,
    settings: Settings,
    note: str = "",
    by_schedule: bool = False,
    asked_for: bool = False,
    replaced: int | None = None,
) -> SignOffRequest:
    """Ask an organization to decide on the newest frozen version, by a mail with a link of its own.

    Asking again replaces the link: only the newest mail works. Which mail is written (invitation, the letter moved,
    reminder) follows from what happened since the last one; a mail by the schedule always counts as a reminder, one
    that the person ``asked_for`` never does. Who stopped reminders gets none. With ``replaced``, the number of earlier
    links when somebody chose to ask, a second click ends no link just mailed. Raises :class:`NothingFrozen`,
    :class:`CannotBeAsked` or :class:`AskedMeanwhile`.
    """
    version = newest_version(letter)
    if not person.email:
        raise CannotBeAsked(f"{person.name} has no e-mail address; add one, since the invitation is mailed.")
    if not may_sign(session, organization, person):
        raise CannotBeAsked(f"{person.name} is not a signatory of {organization.name}; add the person there first.")
    closes = decisions_close(letter.docket, asked_at=now)
    if closes <= now:
        raise CannotBeAsked(
            f"The time for decisions ended {campaign.last_moment_in_words(closes)}. Set a later one first."
        )
    request = session.scalar(
        select(SignOffRequest)
        .where(SignOffRequest.letter_id == letter.id, SignOffRequest.organization_id == organization.id)
        .with_for_update(of=SignOffRequest)
    )
    if request is not None and replaced is not None and links.replaced(session, request) != replaced:
        raise AskedMeanwhile(organization.name)
    current = current_decision(session, request) if request else None
    before = (current.letter_version if current else request.asked_version) if request else None
    kind = campaign.asking(
        asked_before=request is not None,
        moved=before is not None and before.id != version.id,
        decided=current is not None,
    )
    reminds = by_schedule or (kind is campaign.Asking.REMINDER and not asked_for)
    if request is not None and request.person_id != person.id:
        request.reminders_stopped_at = None  # that was the wish of the one asked before
    if request is not None and reminds and request.reminders_stopped_at is not None:
        raise CannotBeAsked(
            full_stop(
                f"{person.name} asked for no more reminders. Write to them yourself, or ask somebody else of "
                f"{organization.name}"
            )
        )
    if request is None:
        request = SignOffRequest(letter=letter, organization=organization)
        session.add(request)
    else:
        links.retire(session, request, Retirement.REPLACED, now=now)
    request.person, request.asked_version = person, version
    token = links.give_new(request, closes=closes, now=now)
    try:
        with session.begin_nested():
            if reminds:
                request.reminders.append(
                    Reminder(number=len(request.reminders) + 1, reminded_at=now, by="" if by_schedule else actor)
                )
            session.flush()  # the mail's key and the audit event name the request's id
    except IntegrityError as error:
        raise Conflict(f"{organization.name} was asked by somebody else at the same moment.") from error
    write_asking(
        session,
        request,
        kind,
        before=before,
        current=current,
        closes=closes,
        token=token,
        note=note,
        reminds=reminds,
        base_url=settings.base_url,
        now=now,
    )
    audit.record(
        session,
        actor=actor,
        action=f"sign-off asked ({kind.value})",
        subject=subject_of(request),
        now=now,
        letter=letter.id,
        organization=organization.id,
        person=person.id,
        version=version.number,
        expires=closes.isoformat(),
    )
    return request


def hold_requests(session: Session, letter: Letter) -> None:
    """Have everybody who decides about a letter wait until a transaction ends that asks several of them.

    On PostgreSQL a decision holds its request and then waits for the end of the audit trail, which a first mail of many
    holds while the next one waits for that very request: neither could go on.
    """
    session.execute(
        select(SignOffRequest.id)
        .where(SignOffRequest.letter_id == letter.id)
        .order_by(SignOffRequest.id)
        .with_for_update()
    )


A_MOMENT = dt.timedelta(minutes=10)


def remind(
    session: Session, letter: Letter, *, actor: str, now: dt.datetime, settings: Settings, note: str = ""
) -> list[SignOffRequest]:
    """Ask everybody who has not decided once more; returns whom.

    Nobody who decided is written to, nor who asked for no more reminders, nor who was asked a moment ago: a second
    click is no second reason.
    """
    hold_requests(session, letter)
    decided = select(SignOff.request_id).where(SignOff.letter_id == letter.id, SignOff.is_current)
    undecided = session.scalars(
        select(SignOffRequest)
        .where(SignOffRequest.letter_id == letter.id, SignOffRequest.id.not_in(decided))
        .where(SignOffRequest.reminders_stopped_at.is_(None), SignOffRequest.asked_at <= now - A_MOMENT)
        .order_by(SignOffRequest.id)
        .options(joinedload(SignOffRequest.organization), joinedload(SignOffRequest.person))
    ).all()
    return [
        invite(
            session, letter, request.organization, request.person, actor=actor, now=now, settings=settings, note=note
        )
        for request in undecided
    ]


# ---------------------------------------------------------------------------------------------------------- deciding


def decide(
    session: Session,
    token: str,
    *,
    version: LetterVersion,
    decision: Decision,
    name: str,
    title: str = "",
    authority: str = "",
    reservation: str = "",
    excepted: Collection[str] = frozenset(),
    reason: str = "",
    address: str = "",
    client: str = "",
    seen: int | None = None,
    now: dt.datetime,
) -> SignOff:
    """Record the decision of the organization a link was mailed to, on the version its page showed.

    ``seen`` is the id of the current decision that the page showed (None when it showed none): a decision that somebody
    else recorded meanwhile is never replaced unseen. ``excepted`` holds keys of parts. Raises :class:`LinkUnknown`,
    :class:`LinkExpired`, :class:`LetterHasMoved`, :class:`DecidedMeanwhile`, :class:`IncompleteDecision` or
    :class:`~commenttrack.signoffs.reservations.BadReservation`; nothing is recorded then.
    """
    request = links.find_request(session, token, now=now, lock=True)
    newest = newest_version(request.letter)
    if version.id != newest.id:
        raise LetterHasMoved(
            f"The letter has moved: version {newest.number} was frozen while you read version {version.number}. "
            "Your decision was not recorded. Open the link again to see what changed, and decide on the new wording."
        )
    return _record(
        session,
        request,
        version,
        _Given(decision, name, title, authority, reservation, frozenset(excepted), reason),
        address=address,
        client=client,
        seen=seen,
        recorded_by="",
        actor=f"{one_line(name)} for {request.organization.name}",
        now=now,
    )


def record_received(
    session: Session,
    request: SignOffRequest,
    *,
    version: LetterVersion,
    decision: Decision,
    name: str,
    title: str = "",
    authority: str = "",
    reservation: str = "",
    excepted: Collection[str] = frozenset(),
    reason: str = "",
    seen: int | None = None,
    file: ReceivedFile | None = None,
    actor: str,
    now: dt.datetime,
) -> SignOff:
    """Record, as staff, a decision that arrived by mail. It prints as such, and the signer gets a copy.

    ``version`` is the one the member's mail speaks of, which may be an older one; ``file`` is that mail or a scan, from
    :func:`commenttrack.signoffs.received.received_file`. The internal deadline does not bind the staff. Raises what
    :func:`decide` raises, but for the link.
    """
    if version.letter_id != request.letter_id:
        raise Refused("This version belongs to another letter.")
    session.refresh(request, with_for_update={"of": SignOffRequest})
    return _record(
        session,
        request,
        version,
        _Given(decision, name, title, authority, reservation, frozenset(excepted), reason),
        address="",
        client="",
        seen=seen,
        recorded_by=actor,
        file=file,
        actor=actor,
        now=now,
    )


@dataclass(frozen=True, slots=True)
class _Given:
    """What was filled in, as it came."""

    decision: Decision
    name: str
    title: str
    authority: str
    reservation: str
    excepted: frozenset[str]
    reason: str


def _record(
    session: Session,
    request: SignOffRequest,
    version: LetterVersion,
    given: _Given,
    *,
    address: str,
    client: str,
    seen: int | None,
    recorded_by: str,
    file: ReceivedFile | None = None,
    actor: str,
    now: dt.datetime,
) -> SignOff:
    """Supersede the current decision, if the signer has seen it, by a new one. The request's row is locked."""
    current = current_decision(session, request)
    if (current.id if current else None) != seen:
        if current is not None and _repeats(given, version, current, recorded_by):
            raise RecordedAlready(_in_words(current))
        raise DecidedMeanwhile(request.organization.name, _in_words(current) if current else "")
    if given.decision is Decision.WITHDRAWN and (current is None or current.decision not in JOINING):
        raise IncompleteDecision("There is nothing to withdraw: this organization has not joined the letter.")
    name = _line(given.name, "your name", 200)
    if not name:
        raise IncompleteDecision("Give your name, as it should print.")
    title, authority = _line(given.title, "the title", 200), _line(given.authority, "the authority", 500)
    reservation, excepted = _reservation(given, version)
    reason = _bounded(given.reason.strip(), "the reason", 5_000)
    if reason and given.decision in JOINING:
        raise IncompleteDecision("A reason goes with abstaining, declining or withdrawing; joining needs none.")
    if current is not None:
        current.is_current = False
        session.flush()  # the earlier decision must give up the one current place before the new one takes it
    try:
        with session.begin_nested():
            made = SignOff(
                request=request,
                letter_id=request.letter_id,
                organization=request.organization,
                letter_version=version,
                decision=given.decision,
                is_current=True,
                name=name,
                title=title,
                authority=authority,
                reservation=reservation,
                reason=reason,
                decided_at=now,
                address=address[:100],
                client=client[:500],
                recorded_by=recorded_by,
                received_file=file,
            )
            session.add(made)
            session.flush()  # the database decides here whether the place was free
            covered = covered_parts(version_digests(version), excepted)
            if covered:  # as plain rows: hundreds decide within a minute, each on dozens of parts
                rows = [{"sign_off_id": made.id, "part_key": key, "digest": covered[key]} for key in covered]
                session.execute(insert(SignOffPart), rows)
            remember_covered(made, covered)
    except IntegrityError as error:
        raise DecidedMeanwhile(request.organization.name) from error
    write_confirmation(session, made, now=now)
    # Last, because events queue behind one another until the commit, and composing a mail takes its time.
    audit.record(
        session,
        actor=actor,
        action=f"sign-off {made.decision.value}",
        subject=subject_of(request),
        now=now,
        sign_off=made.id,
        version=version.number,
        name=made.name,
        title=made.title,
        authority=made.authority,
        reservation=made.reservation,
        parts=covered,
        supersedes=current.id if current else None,
        recorded_by=recorded_by,
        received_file=file.sha256 if file else "",
    )
    return made


def _repeats(given: _Given, version: LetterVersion, current: SignOff, recorded_by: str) -> bool:
    """Whether what was filled in is the decision that stands, word for word and from the same hands."""
    try:
        reservation, excepted = _reservation(given, version)
    except Refused:
        return False
    said = (given.decision, one_line(given.name), one_line(given.title), one_line(given.authority), reservation)
    stands = (current.decision, current.name, current.title, current.authority, current.reservation)
    return (
        said == stands
        and given.reason.strip() == current.reason
        and covered_parts(version_digests(version), excepted) == covered_digests(current)
        and (version.id, recorded_by) == (current.letter_version_id, current.recorded_by)
    )


def _reservation(given: _Given, version: LetterVersion) -> tuple[str, frozenset[str]]:
    if given.decision is Decision.JOINED_WITH_RESERVATION:
        words = _line(given.reservation, "the reservation", 500)
        return settled_reservation(shown_parts(version), given.excepted, words)
    if given.excepted or given.reservation.strip():
        raise IncompleteDecision(
            "A reservation was given without choosing “join with a reservation”. Choose one of them."
        )
    return "", frozenset()


def _in_words(sign_off: SignOff) -> str:
    decision = DECISION_WORDS[sign_off.decision].lower()
    return f"{decision}, by {sign_off.name}, {campaign.moment_in_words(sign_off.decided_at)}"


# ------------------------------------------------------------------------------------------------------------ inside


def _line(text: str, what: str, longest: int) -> str:
    """One line of a form: white space folded, control characters refused by their absence in print."""
    return _bounded(one_line(text), what, longest)


def _bounded(text: str, what: str, longest: int) -> str:
    if len(text) > longest:
        raise IncompleteDecision(f"Shorten {what}: it has {len(text):,} characters, and {longest:,} fit.")
    return text
