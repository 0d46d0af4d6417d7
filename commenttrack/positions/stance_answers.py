"""What members answer to the question where they stand: by their mailed link, or recorded by the staff from a mail."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from commenttrack import audit
from commenttrack.config import Settings
from commenttrack.errors import Conflict, Refused
from commenttrack.members.models import Organization
from commenttrack.positions import stance_notices
from commenttrack.positions.models import MemberStance, StanceRequest
from commenttrack.positions.stance_requests import find_request, open_subjects, stances_by_subject
from commenttrack.positions.stance_subjects import Asked, Subject, asked_of, subject_of
from commenttrack.positions.stances import Condition, MemberView
from commenttrack.rulemaking.models import Docket
from commenttrack.wording import one_line


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
    session: Session,
    token: str,
    answers: Sequence[Given],
    *,
    name: str,
    done: bool,
    now: dt.datetime,
    settings: Settings,
) -> list[MemberStance]:
    """Record what the organization of a link holds; returns what is new. All of it is recorded, or nothing.

    Whoever is ``done`` gets a copy of all its answers by mail, once for the answers that then stand, however often they
    were saved on the way. Raises :class:`LinkUnknown`, :class:`LinkExpired`, :class:`AnswersMoved` or
    :class:`IncompleteAnswer`.
    """
    request = find_request(session, token, now=now, lock=True)
    name = one_line(name)
    recorded = _record(
        session,
        request.docket,
        request.organization,
        answers,
        name=name,
        recorded_by="",
        actor=f"{name} for {request.organization.name}",
        now=now,
    )
    if done:
        stance_notices.write_copy(
            session,
            request,
            recorded.stand,
            recorded.asked,
            name=name,
            still_open=recorded.still_open,
            settings=settings,
            now=now,
        )
    return recorded.made


def record_received(
    session: Session,
    docket: Docket,
    organization: Organization,
    answers: Sequence[Given],
    *,
    name: str,
    actor: str,
    now: dt.datetime,
    settings: Settings,
) -> list[MemberStance]:
    """Record, as staff, answers that arrived by mail. No deadline binds the staff. Raises what :func:`answer` does.

    The person who was asked, if anybody was, gets a copy that says so.
    """
    request = session.scalar(
        select(StanceRequest).where(
            StanceRequest.docket_id == docket.id, StanceRequest.organization_id == organization.id
        )
    )
    recorded = _record(
        session,
        docket,
        organization,
        answers,
        name=one_line(name),
        recorded_by=actor,
        actor=actor,
        now=now,
    )
    if request is not None:
        stance_notices.write_confirmation(
            session,
            request,
            recorded.made,
            recorded.asked,
            still_open=recorded.still_open,
            settings=settings,
            now=now,
        )
    return recorded.made


@dataclass(frozen=True, slots=True)
class _Recorded:
    """What became of some answers."""

    made: list[MemberStance]
    """The new ones."""
    stand: dict[Subject, MemberStance]
    """All that the organization holds now."""
    asked: dict[Subject, Asked]

    @property
    def still_open(self) -> int:
        return len(open_subjects(list(self.asked.values()), self.stand))


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
) -> _Recorded:
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
    return _Recorded(
        made,
        {**held, **{subject_of(stance): stance for stance in made}},
        {each.key: each for each in asked.values()},
    )


def _is_as_shown(given: Given, asked: Mapping[int, Asked], held: Mapping[Subject, MemberStance]) -> bool:
    subject = asked.get(given.subject_id)
    if subject is None or subject.shown_digest != given.shown:
        return False
    before = held.get(subject.key)
    # What stands already takes nothing from anybody: a second click sends it once more.
    stands = before is not None and not subject.moved_since(before) and _says(before) == _says(given)
    return stands or given.seen == (before.revision if before else 0)


def _says(row: MemberStance | Given) -> tuple[MemberView, Condition, str]:
    return row.held, row.condition, row.reason.strip()
