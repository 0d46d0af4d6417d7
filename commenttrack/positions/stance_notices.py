"""The mails about stances: what asks a member where it stands, and the member's copy of what was recorded.

They are written beside their causes, and can be looked at before anything is sent.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from commenttrack import outbox
from commenttrack.config import Settings
from commenttrack.members.models import Organization
from commenttrack.members.notices import Notice, compose, paragraphs
from commenttrack.members.operations import lead
from commenttrack.outbox import OutgoingMail
from commenttrack.positions.models import MemberStance, StanceRequest
from commenttrack.positions.stance_subjects import Asked, Subject, asked_of, subject_of
from commenttrack.positions.stances import CONDITION_WORDS, VIEW_WORDS, Condition
from commenttrack.rulemaking.models import Docket
from commenttrack.rulemaking.moments import closes_at, last_moment_in_words, moment_in_words
from commenttrack.rulemaking.operations import deadline


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


@dataclass(frozen=True, slots=True)
class RecordedAnswer:
    """One answer in words, for the copy that the member keeps. The reason is the member's own."""

    point: str
    view: str
    condition: str
    """Empty when the member set none."""
    reason: str
    given: str = ""
    """When and by whom, and whether its words changed since; empty where the mail says that of all at once."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was recorded, at one moment or until it. Holds no link."""

    answers: tuple[RecordedAnswer, ...]
    name: str
    moment: str
    recorded_by: str
    """Name of the staff member who recorded what came by mail; empty for answers by the link."""
    still_open: int
    subjects: int
    may_change: bool
    """Whether the link of the mail that asked still works."""


def subject_in_trail(request: StanceRequest) -> str:
    """What a mail concerns, as the audit trail calls it."""
    return f"stance_request {request.id}"


def mails_to(session: Session, docket: Docket, organization: Organization) -> list[OutgoingMail]:
    """Every mail to an organization about its stances in a docket, the newest first; no secret is in one."""
    request = session.scalar(
        select(StanceRequest).where(
            StanceRequest.docket_id == docket.id, StanceRequest.organization_id == organization.id
        )
    )
    if request is None:
        return []
    about = subject_in_trail(request)
    return list(
        session.scalars(select(OutgoingMail).where(OutgoingMail.about == about).order_by(OutgoingMail.id.desc()))
    )


def write_asking(
    session: Session,
    request: StanceRequest,
    *,
    token: str,
    again: bool,
    subjects: int,
    still_open: int,
    note: str,
    settings: Settings,
    now: dt.datetime,
) -> None:
    """Write the mail with the link; a reminder when the organization was asked before."""
    mail = _asking(
        _ask(session, request, settings),
        link=f"{settings.base_url}/answer/{token}/",
        again=again,
        subjects=subjects,
        still_open=still_open,
        note=note,
    )
    outbox.write(
        session,
        # The token is new with each asking, so its hash names this cause.
        key=f"stance_request {request.id} asked {request.token_hash[:16]}",
        to_name=request.person.name,
        to_email=request.person.email or "",
        subject=mail.subject,
        text=mail.text,
        html=mail.html,
        secret=token,
        about=subject_in_trail(request),
        now=now,
    )


def write_confirmation(
    session: Session,
    request: StanceRequest,
    made: Sequence[MemberStance],
    asked: Mapping[Subject, Asked],
    *,
    still_open: int,
    settings: Settings,
    now: dt.datetime,
) -> None:
    """Write the copy of answers that the staff just recorded, once for each recording, to the person who was asked.

    Nothing is written when nothing new was recorded, nor for a person whose address was taken away since.
    """
    if not made or not request.person.email:
        return
    # An answer is stored once, so the last of those recorded together names this cause.
    _write_recorded(
        session,
        request,
        f"recorded {max(stance.id for stance in made)}",
        Recorded(
            answers=tuple(_in_words(asked[subject_of(stance)].label, stance) for stance in made),
            name=made[0].given_by,
            moment=moment_in_words(now),
            recorded_by=made[0].recorded_by,
            still_open=still_open,
            subjects=len(asked),
            may_change=now < request.expires_at,
        ),
        settings=settings,
        now=now,
    )


def write_copy(
    session: Session,
    request: StanceRequest,
    stand: Mapping[Subject, MemberStance],
    asked: Mapping[Subject, Asked],
    *,
    name: str,
    still_open: int,
    settings: Settings,
    now: dt.datetime,
) -> None:
    """Write the copy of all answers that stand, to the person who was asked and says to be done.

    Once for the same answers, however often that is said. Answers on what is no longer asked are left out.
    """
    answers = [(each, stand[key]) for key, each in asked.items() if key in stand]
    if not answers or not request.person.email:
        return
    # Every change is a new answer, so the newest of those that stand names them all.
    newest = max(stance.id for _, stance in answers)
    _write_recorded(
        session,
        request,
        f"copied {newest} to person {request.person.id}",
        Recorded(
            answers=tuple(_in_words(each.label, stance, given=_given(each, stance)) for each, stance in answers),
            name=name,
            moment=moment_in_words(now),
            recorded_by="",
            still_open=still_open,
            subjects=len(asked),
            may_change=now < request.expires_at,
        ),
        settings=settings,
        now=now,
    )


def _write_recorded(
    session: Session, request: StanceRequest, cause: str, recorded: Recorded, *, settings: Settings, now: dt.datetime
) -> None:
    mail = _confirmation(_ask(session, request, settings), recorded)
    outbox.write(
        session,
        key=f"stance_request {request.id} {cause}",
        to_name=request.person.name,
        to_email=request.person.email or "",
        subject=mail.subject,
        text=mail.text,
        html=mail.html,
        about=subject_in_trail(request),
        now=now,
    )


def _given(asked: Asked, stance: MemberStance) -> str:
    received = f", recorded by {stance.recorded_by} from a mail" if stance.recorded_by else ""
    moved = "; the words changed since" if asked.moved_since(stance) else ""
    return f"{moment_in_words(stance.given_at)}, by {stance.given_by}{received}{moved}"


def _in_words(point: str, stance: MemberStance, *, given: str = "") -> RecordedAnswer:
    return RecordedAnswer(
        point=point,
        view=VIEW_WORDS[stance.held],
        condition="" if stance.condition is Condition.NONE else CONDITION_WORDS[stance.condition],
        reason=stance.reason,
        given=given,
    )


def _ask(session: Session, request: StanceRequest, settings: Settings) -> Ask:
    return _ask_about(
        session,
        request.docket,
        organization=request.organization.name,
        person=request.person.name,
        closes=request.expires_at,
        settings=settings,
    )


def _ask_about(
    session: Session, docket: Docket, *, organization: str, person: str, closes: dt.datetime, settings: Settings
) -> Ask:
    return Ask(
        association=settings.association or lead(session).name,
        organization=organization,
        person=person,
        docket=docket.title,
        identifiers=tuple(identifier.identifier for identifier in docket.identifiers),
        closes=last_moment_in_words(closes),
        opened=docket.stances_open,
        illustrative=docket.illustrative,
    )


def _asking(ask: Ask, *, link: str, again: bool, subjects: int, still_open: int, note: str) -> Notice:
    return compose(
        "stance_reminder" if again else "stance_request",
        ask=ask,
        link=link,
        note=paragraphs(note),
        subjects=subjects,
        still_open=still_open,
    )


def _confirmation(ask: Ask, recorded: Recorded) -> Notice:
    return compose("stance_recorded", ask=ask, recorded=recorded)


# ------------------------------------------------------------------------------------------------ to be looked at first


class Mail(enum.StrEnum):
    """The mails that can be looked at before they are sent."""

    REQUEST = "request"
    REMINDER = "reminder"
    RECORDED = "recorded"


EXAMPLE_ORGANIZATION, EXAMPLE_PERSON = "Example Makers Association", "Ada Signer"
_EXAMPLE_POINT = "15 CFR 7.2(a)(1)"


def preview(session: Session, docket: Docket, mail: Mail, *, note: str, now: dt.datetime, settings: Settings) -> Notice:
    """A mail to the first organization asked, or to an example, with answers made up.

    Nothing is written, and no link works.
    """
    request = session.scalar(
        select(StanceRequest).where(StanceRequest.docket_id == docket.id).order_by(StanceRequest.id).limit(1)
    )
    comment_date = deadline(docket)
    closes = closes_at(docket.internal_deadline, comment_date.date if comment_date else None, asked_at=now)
    ask = _ask_about(
        session,
        docket,
        organization=request.organization.name if request else EXAMPLE_ORGANIZATION,
        person=request.person.name if request else EXAMPLE_PERSON,
        closes=request.expires_at if request else closes,
        settings=settings,
    )
    labels = [each.label for each in asked_of(session, docket)] or [_EXAMPLE_POINT]
    if mail is not Mail.RECORDED:
        return _asking(
            ask,
            link=f"{settings.base_url}/answer/{outbox.SECRET_MARK}/",
            again=mail is Mail.REMINDER,
            subjects=len(labels),
            still_open=len(labels),
            note=note,
        )
    views, given = list(VIEW_WORDS.values()), f"{moment_in_words(now)}, by {ask.person}"
    answers = tuple(
        RecordedAnswer(label, views[place % len(views)], "", "An example of a reason." if place == 0 else "", given)
        for place, label in enumerate(labels)
    )
    return _confirmation(
        ask,
        Recorded(
            answers=answers,
            name=ask.person,
            moment=moment_in_words(now),
            recorded_by="",
            still_open=0,
            subjects=len(labels),
            may_change=True,
        ),
    )
