"""Asking members where they stand: choosing what to ask, the mailed links, and who is asked again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from commenttrack import audit
from commenttrack.config import Settings
from commenttrack.errors import Conflict, Refused
from commenttrack.members.links import LinkExpired, LinkUnknown, new_token, token_hash
from commenttrack.members.models import Organization, Person
from commenttrack.members.operations import may_sign
from commenttrack.positions import stance_notices
from commenttrack.positions.member_stances import current_stances
from commenttrack.positions.models import MemberStance, Position, StanceRequest, StanceSubject
from commenttrack.positions.stance_subjects import Asked, Subject, asked_of, subject_of
from commenttrack.rulemaking.models import Docket, Provision, RuleDocument
from commenttrack.rulemaking.moments import closes_at, end_of_day, last_moment_in_words
from commenttrack.rulemaking.operations import deadline


class AskedMeanwhile(Conflict):
    """New links were mailed after the page was opened, as by a second click; they were mailed once."""

    def __init__(self) -> None:
        super().__init__(
            "New links were mailed since this page was opened, and no second ones: they would have ended the first."
        )


class CannotBeAsked(Refused):
    """An invitation that could not be answered: no address, nothing to ask, somebody else's person, or too late."""


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

    Asking again replaces the link: only the newest mail works. Without ``answer_by`` the day that the organization was
    told before stands, while it is to come; else the link is good until the docket's internal deadline, else its
    comment date, else for a month. Raises :class:`CannotBeAsked`.
    """
    asked = asked_of(session, docket)
    if not asked:
        raise CannotBeAsked("Choose first what the members are asked about.")
    if not person.email:
        raise CannotBeAsked(f"{person.name} has no e-mail address; add one, since the question is mailed.")
    if not may_sign(session, organization, person):
        raise CannotBeAsked(f"{person.name} does not speak for {organization.name}; add the person there first.")
    request = session.scalar(
        select(StanceRequest)
        .where(StanceRequest.docket_id == docket.id, StanceRequest.organization_id == organization.id)
        .with_for_update(of=StanceRequest)
    )
    closes = _closes(docket, request, answer_by, now=now)
    if closes <= now:
        raise CannotBeAsked(f"The time for answers ended {last_moment_in_words(closes)}. Give a later day.")
    again = request is not None
    if request is None:
        request = StanceRequest(docket=docket, organization=organization)
    name, token = organization.name, new_token()
    request.person, request.token_hash = person, token_hash(token)
    request.asked_at, request.expires_at, request.opened_at = now, closes, None
    try:
        with session.begin_nested():
            session.add(request)  # not before: what is pending then is written outside of the savepoint
            session.flush()  # the mail's key and the audit event name the request's id
    except IntegrityError as error:
        raise Conflict(f"{name} was asked by somebody else at the same moment.") from error
    stance_notices.write_asking(
        session,
        request,
        token=token,
        again=again,
        subjects=len(asked),
        still_open=len(open_subjects(asked, held_by(session, request))),
        note=note,
        settings=settings,
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


def links_now(session: Session, docket: Docket, organization: Organization | None = None, *, lock: bool = False) -> str:
    """A digest of the links of a docket, or of one organization, for a form to say which its page knew."""
    query = select(StanceRequest.token_hash).where(StanceRequest.docket_id == docket.id).order_by(StanceRequest.id)
    if organization is not None:
        query = query.where(StanceRequest.organization_id == organization.id)
    found = session.scalars(query.with_for_update() if lock else query).all()
    return token_hash(" ".join(found))[:16]


def require_links(session: Session, docket: Docket, known: str, organization: Organization | None = None) -> None:
    """Keep who else asks at this moment waiting. Raises :class:`AskedMeanwhile` when the links are other ones."""
    if links_now(session, docket, organization, lock=True) != known:
        raise AskedMeanwhile


def _closes(
    docket: Docket, request: StanceRequest | None, answer_by: dt.date | None, *, now: dt.datetime
) -> dt.datetime:
    if answer_by:
        return end_of_day(answer_by)
    if request is not None and request.expires_at > now:
        return request.expires_at
    comment_date = deadline(docket)
    return closes_at(docket.internal_deadline, comment_date.date if comment_date else None, asked_at=now)


def remind(
    session: Session,
    docket: Docket,
    *,
    actor: str,
    now: dt.datetime,
    settings: Settings,
    note: str = "",
    answer_by: dt.date | None = None,
    moved_only: bool = False,
) -> list[StanceRequest]:
    """Ask everybody once more who left something open or answered words that changed since; returns whom.

    With ``moved_only`` only those who answered words that changed since. Raises :class:`CannotBeAsked`.
    """
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
    wanting = moved_subjects if moved_only else open_subjects
    return [
        invite(
            session,
            docket,
            request.organization,
            request.person,
            actor=actor,
            now=now,
            settings=settings,
            note=note,
            answer_by=answer_by,
        )
        for request in requests
        if wanting(asked, held.get(request.organization_id, {}))
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


def moved_subjects(asked: Sequence[Asked], held: Mapping[Subject, MemberStance]) -> list[Asked]:
    """What an organization answered on words that changed since."""
    return [each for each in asked if each.key in held and each.moved_since(held[each.key])]


# ---------------------------------------------------------------------------------------------------------- the link


def find_request(session: Session, token: str, *, now: dt.datetime, lock: bool = False) -> StanceRequest:
    """The request a mailed link belongs to; changes nothing. Locked for an answer.

    Raises :class:`LinkUnknown` or :class:`LinkExpired`.
    """
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
