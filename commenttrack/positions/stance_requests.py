"""What happens to the stances of members: choosing what to ask, asking by mailed links, answering, recording mails."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from commenttrack import audit, outbox
from commenttrack.config import Settings
from commenttrack.errors import Conflict, Refused
from commenttrack.members.links import LinkExpired, LinkUnknown, new_token, token_hash
from commenttrack.members.models import Organization, Person
from commenttrack.members.notices import compose, paragraphs
from commenttrack.members.operations import lead, may_sign
from commenttrack.positions.member_stances import Asked, Subject, asked_of, current_stances, subject_of
from commenttrack.positions.models import MemberStance, Position, StanceRequest, StanceSubject
from commenttrack.positions.stances import Condition, MemberView
from commenttrack.rulemaking.models import Docket, Provision, RuleDocument
from commenttrack.rulemaking.moments import closes_at, end_of_day, last_moment_in_words
from commenttrack.rulemaking.operations import deadline
from commenttrack.wording import one_line


class CannotBeAsked(Refused):
    """An invitation that could not be answered: no address, nothing to ask, somebody else's person, or too late."""


class IncompleteAnswer(Refused):
    """An answer that lacks a name or a view, or says more than fits."""


class AnswersMoved(Conflict):
    """Something that the page showed changed while it was open; nothing was recorded. ``subjects`` are their ids."""

    def __init__(self, subjects: Sequence[int]) -> None:
        super().__init__(
            "Nothing was saved: while this page was open, the words of what is marked below changed, or somebody else "
            "answered it. What you chose is still here. Look at it again and save."
        )
        self.subjects = tuple(subjects)


# ------------------------------------------------------------------------------------------------------- what to ask


def choose_subjects(
    session: Session,
    docket: Docket,
    *,
    provisions: Collection[int],
    positions: Collection[int],
    actor: str,
    now: dt.datetime,
) -> int:
    """Ask the members about exactly these, by id; returns how many. Answers on what is taken out stay."""
    known = set(
        session.scalars(
            select(Provision.id)
            .join(RuleDocument)
            .where(RuleDocument.docket_id == docket.id, Provision.id.in_(provisions))
        )
    )
    if known != set(provisions) or len(
        session.scalars(select(Position.id).where(Position.id.in_(positions))).all()
    ) != len(set(positions)):
        raise Refused("Something chosen is no longer there. Choose again.")
    wanted = {Subject(each, None) for each in provisions} | {Subject(None, each) for each in positions}
    rows = {
        subject_of(row): row
        for row in session.scalars(select(StanceSubject).where(StanceSubject.docket_id == docket.id))
    }
    for gone in rows.keys() - wanted:
        session.delete(rows[gone])
    added = sorted(wanted - rows.keys(), key=lambda subject: (subject.provision_id or 0, subject.position_id or 0))
    for subject in added:
        session.add(
            StanceSubject(
                docket_id=docket.id,
                provision_id=subject.provision_id,
                position_id=subject.position_id,
                added_by=actor,
                added_at=now,
            )
        )
    if added or rows.keys() - wanted:
        audit.record(
            session,
            actor=actor,
            action="stance subjects chosen",
            subject=f"docket {docket.id}",
            now=now,
            provisions=sorted(provisions),
            positions=sorted(positions),
        )
    return len(wanted)


def open_stances(session: Session, docket: Docket, *, opened: bool, actor: str, now: dt.datetime) -> None:
    """Let the members of a docket see each other's stances, or no longer. Reasons stay with the staff either way."""
    if docket.stances_open != opened:
        docket.stances_open = opened
        action = "stances opened to members" if opened else "stances hidden from members"
        audit.record(session, actor=actor, action=action, subject=f"docket {docket.id}", now=now)


# ------------------------------------------------------------------------------------------------------------ asking


def invite(
    session: Session,
    docket: Docket,
    organization: Organization,
    person: Person,
    *,
    actor: str,
    now: dt.datetime,
    settings: Settings,
    note: str = "",
    answer_by: dt.date | None = None,
) -> StanceRequest:
    """Ask an organization where it stands, by a mail with a link of its own.

    Asking again replaces the link: only the newest mail works. Without ``answer_by`` the link is good until the
    docket's internal deadline, else its comment date, else for a month. Raises :class:`CannotBeAsked`.
    """
    asked = asked_of(session, docket)
    if not asked:
        raise CannotBeAsked("Choose first what the members are asked about.")
    if not person.email:
        raise CannotBeAsked(f"{person.name} has no e-mail address; add one, since the question is mailed.")
    if not may_sign(session, organization, person):
        raise CannotBeAsked(f"{person.name} does not speak for {organization.name}; add the person there first.")
    comment_date = deadline(docket)
    closes = (
        end_of_day(answer_by)
        if answer_by
        else closes_at(docket.internal_deadline, comment_date.date if comment_date else None, asked_at=now)
    )
    if closes <= now:
        raise CannotBeAsked(f"The time for answers ended {last_moment_in_words(closes)}. Give a later day.")
    request = session.scalar(
        select(StanceRequest)
        .where(StanceRequest.docket_id == docket.id, StanceRequest.organization_id == organization.id)
        .with_for_update(of=StanceRequest)
    )
    again = request is not None
    if request is None:
        request = StanceRequest(docket=docket, organization=organization)
        session.add(request)
    token = new_token()
    request.person, request.token_hash = person, token_hash(token)
    request.asked_at, request.expires_at, request.opened_at = now, closes, None
    try:
        with session.begin_nested():
            session.flush()  # the mail's key and the audit event name the request's id
    except IntegrityError as error:
        raise Conflict(f"{organization.name} was asked by somebody else at the same moment.") from error
    still_open = len(open_subjects(asked, held_by(session, request)))
    mail = compose(
        "stance_reminder" if again else "stance_request",
        ask=_ask(session, request, settings),
        link=f"{settings.base_url}/answer/{token}/",
        note=paragraphs(note),
        subjects=len(asked),
        still_open=still_open,
    )
    outbox.write(
        session,
        # The token is new with each asking, so its hash names this cause.
        key=f"stance_request {request.id} asked {request.token_hash[:16]}",
        to_name=person.name,
        to_email=person.email,
        subject=mail.subject,
        text=mail.text,
        html=mail.html,
        secret=token,
        now=now,
    )
    audit.record(
        session,
        actor=actor,
        action="stances asked again" if again else "stances asked",
        subject=f"stance_request {request.id}",
        now=now,
        docket=docket.id,
        organization=organization.id,
        person=person.id,
        subjects=len(asked),
        expires=closes.isoformat(),
    )
    return request


@dataclass(frozen=True, slots=True)
class Ask:
    """What every mail about stances says; the names are those that all mails' layout uses."""

    association: str
    organization: str
    person: str
    docket: str
    identifiers: tuple[str, ...]
    closes: str
    """Last moment for answers by the link, in words with its zone."""
    opened: bool
    """Whether other members see the answers."""
    illustrative: bool


def _ask(session: Session, request: StanceRequest, settings: Settings) -> Ask:
    docket = request.docket
    return Ask(
        association=settings.association or lead(session).name,
        organization=request.organization.name,
        person=request.person.name,
        docket=docket.title,
        identifiers=tuple(identifier.identifier for identifier in docket.identifiers),
        closes=last_moment_in_words(request.expires_at),
        opened=docket.stances_open,
        illustrative=docket.illustrative,
    )


def remind(
    session: Session, docket: Docket, *, actor: str, now: dt.datetime, settings: Settings, note: str = ""
) -> list[StanceRequest]:
    """Ask everybody once more who left something open or answered words that changed since; returns whom."""
    asked = asked_of(session, docket)
    held: dict[int, dict[Subject, MemberStance]] = {}
    for stance in current_stances(session, docket.id):
        held.setdefault(stance.organization_id, {})[subject_of(stance)] = stance
    requests = session.scalars(
        select(StanceRequest)
        .where(StanceRequest.docket_id == docket.id)
        .order_by(StanceRequest.id)
        .options(joinedload(StanceRequest.organization), joinedload(StanceRequest.person))
    ).all()
    return [
        invite(
            session, docket, request.organization, request.person, actor=actor, now=now, settings=settings, note=note
        )
        for request in requests
        if open_subjects(asked, held.get(request.organization_id, {}))
    ]


def held_by(session: Session, request: StanceRequest) -> dict[Subject, MemberStance]:
    """What the organization of a request holds now."""
    return stances_by_subject(session, request.docket_id, request.organization_id)


def stances_by_subject(session: Session, docket_id: int, organization_id: int) -> dict[Subject, MemberStance]:
    """The current answers of one organization."""
    return {
        subject_of(stance): stance
        for stance in session.scalars(
            select(MemberStance).where(
                MemberStance.docket_id == docket_id,
                MemberStance.organization_id == organization_id,
                MemberStance.is_current,
            )
        )
    }


def open_subjects(asked: Sequence[Asked], held: Mapping[Subject, MemberStance]) -> list[Asked]:
    """What an organization has not answered, or answered on words that changed since."""
    return [each for each in asked if each.key not in held or each.moved_since(held[each.key])]


# ---------------------------------------------------------------------------------------------------------- the link


def find_request(session: Session, token: str, *, now: dt.datetime) -> StanceRequest:
    """The request a mailed link belongs to. Raises :class:`LinkUnknown` or :class:`LinkExpired`; changes nothing."""
    return _find(session, token, now=now, lock=False)


def _find(session: Session, token: str, *, now: dt.datetime, lock: bool) -> StanceRequest:
    query = select(StanceRequest).where(StanceRequest.token_hash == token_hash(token))
    if lock:
        # PostgreSQL: two answers by one link queue here, so that the second one sees the first.
        query = query.with_for_update(of=StanceRequest).execution_options(populate_existing=True)
    request = session.scalar(query)
    if request is None:
        raise LinkUnknown
    if now >= request.expires_at:
        raise LinkExpired
    return request


def mark_opened(session: Session, request: StanceRequest, *, now: dt.datetime) -> None:
    """Note that the link was opened. It says that the mail arrived, never that a person answered."""
    if request.opened_at is None:
        request.opened_at = now
        audit.record(
            session, actor="the link", action="stance link opened", subject=f"stance_request {request.id}", now=now
        )


# --------------------------------------------------------------------------------------------------------- answering


@dataclass(frozen=True, slots=True)
class Given:
    """One answer as it was filled in, with what its page showed."""

    subject_id: int
    """Of the :class:`~commenttrack.positions.models.StanceSubject`."""
    held: MemberView
    condition: Condition
    reason: str
    seen: int
    """Revision of the answer that stood when the page was made; 0 when none did."""
    shown: str
    """Digest of the words that the page showed (:attr:`Asked.shown_digest`)."""


def answer(
    session: Session, token: str, answers: Sequence[Given], *, name: str, now: dt.datetime
) -> list[MemberStance]:
    """Record what the organization of a link holds; returns what is new. All of it is recorded, or nothing.

    Raises :class:`LinkUnknown`, :class:`LinkExpired`, :class:`AnswersMoved` or :class:`IncompleteAnswer`.
    """
    request = _find(session, token, now=now, lock=True)
    name = one_line(name)
    return _record(
        session,
        request.docket,
        request.organization,
        answers,
        name=name,
        recorded_by="",
        actor=f"{name} for {request.organization.name}",
        now=now,
    )


def record_received(
    session: Session,
    docket: Docket,
    organization: Organization,
    answers: Sequence[Given],
    *,
    name: str,
    actor: str,
    now: dt.datetime,
) -> list[MemberStance]:
    """Record, as staff, answers that arrived by mail. No deadline binds the staff. Raises what :func:`answer` does."""
    return _record(session, docket, organization, answers, name=one_line(name), recorded_by=actor, actor=actor, now=now)


def _record(
    session: Session,
    docket: Docket,
    organization: Organization,
    answers: Sequence[Given],
    *,
    name: str,
    recorded_by: str,
    actor: str,
    now: dt.datetime,
) -> list[MemberStance]:
    if not name or len(name) > 200:
        raise IncompleteAnswer("Give the name of the person who answers, in at most 200 characters.")
    if any(len(given.reason.strip()) > 5_000 for given in answers):
        raise IncompleteAnswer("Shorten the reason: 5,000 characters fit.")
    asked = {each.subject.id: each for each in asked_of(session, docket)}
    held = stances_by_subject(session, docket.id, organization.id)
    moved = [given.subject_id for given in answers if not _is_as_shown(given, asked, held)]
    if moved:
        raise AnswersMoved(moved)
    made = []
    for given in answers:
        subject = asked[given.subject_id]
        before = held.get(subject.key)
        if before is not None and not subject.moved_since(before) and _says(before) == _says(given):
            continue
        if before is not None:
            before.is_current = False
        made.append(
            MemberStance(
                docket_id=docket.id,
                organization_id=organization.id,
                provision_id=subject.key.provision_id,
                position_id=subject.key.position_id,
                is_current=True,
                held=given.held,
                condition=given.condition,
                reason=given.reason.strip(),
                subject_digest=subject.digest,
                draft_digest=subject.draft_digest,
                shown_subject=subject.shown,
                shown_draft=subject.draft,
                given_by=name,
                given_at=now,
                recorded_by=recorded_by,
                revision=before.revision + 1 if before else 1,
            )
        )
    try:
        with session.begin_nested():
            session.flush()  # earlier answers must give up their current places before the new ones take them
            session.add_all(made)
            session.flush()  # the database decides here whether the places were free
    except IntegrityError as error:
        raise AnswersMoved([given.subject_id for given in answers]) from error
    for stance in made:
        audit.record(
            session,
            actor=actor,
            action="stance given",
            subject=f"member_stance {stance.id}",
            now=now,
            docket=docket.id,
            organization=organization.id,
            provision=stance.provision_id,
            position=stance.position_id,
            held=stance.held.value,
            condition=stance.condition.value,
            revision=stance.revision,
            recorded_by=recorded_by,
        )
    return made


def _is_as_shown(given: Given, asked: Mapping[int, Asked], held: Mapping[Subject, MemberStance]) -> bool:
    subject = asked.get(given.subject_id)
    if subject is None or subject.shown_digest != given.shown:
        return False
    before = held.get(subject.key)
    return given.seen == (before.revision if before else 0)


def _says(row: MemberStance | Given) -> tuple[MemberView, Condition, str]:
    return row.held, row.condition, row.reason.strip()
