"""Judging changes of wording that people signed: cosmetic, and they are told; substantive, and they are asked again.

Nothing clears itself. A judgement names its person and reason, concerns one part from one exact wording to another, and
keeps both versions, so that the difference can always be shown. Small steps do not add up: what counts is the change
from the wording an organization decided on to that of the newest version.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from commenttrack import audit
from commenttrack.config import Settings
from commenttrack.errors import Conflict, Refused
from commenttrack.letters.models import Letter, LetterVersion
from commenttrack.letters.part_changes import PartChange, part_change, wordings_of
from commenttrack.members.names import name_key
from commenttrack.signoffs import operations
from commenttrack.signoffs.correspondence import write_cleared
from commenttrack.signoffs.lifecycle import JOINING, Weight, WordingChange, changes
from commenttrack.signoffs.models import SignOff, WordingClearance
from commenttrack.signoffs.reading import (
    covered_digests,
    joined_since,
    newest_version,
    standing_decisions,
    version_digests,
)


class NothingToJudge(Conflict):
    """A change that is not there, or that somebody judged meanwhile; nothing was recorded."""


@dataclass(frozen=True, slots=True)
class Cause:
    """Who moved a part, when and how, from the audit trail."""

    at: dt.datetime
    actor: str
    action: str


@dataclass(frozen=True, slots=True)
class ChangeToJudge:
    """One part that moved since organizations agreed to it, from one exact wording to that of the newest version."""

    change: WordingChange
    difference: PartChange
    before: LetterVersion
    """The newest version that these organizations agreed to the earlier wording in."""
    sign_offs: tuple[SignOff, ...]
    """The decisions that it makes stale, or made stale before it was judged; in the order of the names."""
    causes: tuple[Cause, ...]
    """Since the earlier wording was frozen, oldest first."""
    judged: WordingClearance | None


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a person says about one change."""

    change: WordingChange
    weight: Weight
    reason: str


@dataclass(frozen=True, slots=True)
class Told:
    """Whom the judgements reached by mail."""

    informed: tuple[SignOff, ...]
    asked_again: tuple[SignOff, ...]
    without_address: tuple[SignOff, ...]
    """Recorded from a mail, and no address is known: the staff must tell them."""


def changes_to_judge(session: Session, letter: Letter) -> list[ChangeToJudge]:
    """Every change between a wording that somebody stands under and the newest version, judged ones included.

    In the order of the newest version, then of what was taken out; five queries, however many organizations signed.
    """
    newest = newest_version(letter)
    today = version_digests(newest)
    groups: dict[WordingChange, list[SignOff]] = {}
    for sign_off in standing_decisions(session, letter.id):
        if sign_off.decision in JOINING:
            for change in changes(covered_digests(sign_off), today):
                groups.setdefault(change, []).append(sign_off)
    judged = judgements(session, letter.id)
    causes = _causes(session, letter) if groups else {}
    after = wordings_of(newest.parts_json)
    found = []
    for change, sign_offs in groups.items():
        before = max((sign_off.letter_version for sign_off in sign_offs), key=lambda version: version.number)
        wordings = wordings_of(before.parts_json)
        found.append(
            ChangeToJudge(
                change=change,
                difference=part_change(change.part_key, wordings[change.part_key], after.get(change.part_key)),
                before=before,
                sign_offs=tuple(sorted(sign_offs, key=lambda each: name_key(each.organization.name))),
                causes=tuple(
                    cause
                    for cause in causes.get(change.part_key, ())
                    if before.frozen_at <= cause.at <= newest.frozen_at
                ),
                judged=judged.get(change),
            )
        )
    place = {key: index for index, key in enumerate(today)}
    return sorted(found, key=lambda each: (place.get(each.change.part_key, len(place)), each.before.number))


@dataclass(frozen=True, slots=True)
class NewPart:
    """A part of the newest version that was not there when organizations joined."""

    number: str
    heading: str
    organizations: tuple[str, ...]
    """Whom it does not cover, in the order of the names."""


def new_parts(session: Session, letter: Letter) -> list[NewPart]:
    """What nobody can judge, since nobody agreed to an earlier wording of it; in the letter's order, four queries."""
    newest = newest_version(letter)
    without: dict[str, list[str]] = {}
    for entry in joined_since(session, letter.id, version_digests(newest)):
        for key in entry.comparison.added:
            without.setdefault(key, []).append(entry.sign_off.organization.name)
    return [
        NewPart(wording.number, wording.words.heading, tuple(sorted(without[key], key=name_key)))
        for key, wording in wordings_of(newest.parts_json).items()
        if key in without
    ]


def judgements(session: Session, letter_id: int) -> dict[WordingChange, WordingClearance]:
    """What named persons judged about the changes of a letter's wordings, by the change."""
    rows = session.scalars(
        select(WordingClearance)
        .where(WordingClearance.letter_id == letter_id)
        .options(joinedload(WordingClearance.before_version), joinedload(WordingClearance.after_version))
    )
    return {WordingChange(row.part_key, row.before_digest, row.after_digest): row for row in rows}


_MOVES = ("part edited", "part left out", "part included", "letter composed")


def _causes(session: Session, letter: Letter) -> dict[str, list[Cause]]:
    """What moved each part of a letter, by part key, oldest first."""
    found: dict[str, list[Cause]] = {}
    for event in session.scalars(
        select(audit.AuditEvent)
        .where(audit.AuditEvent.subject == f"letter {letter.id}", audit.AuditEvent.action.in_(_MOVES))
        .order_by(audit.AuditEvent.number)
    ):
        keys = event.details.get("written") or [event.details.get("part", "")]
        for key in keys:
            found.setdefault(key, []).append(Cause(event.at, event.actor, event.action))
    return found


def judge(
    session: Session,
    letter: Letter,
    judgements: Sequence[Judgement],
    *,
    actor: str,
    now: dt.datetime,
    settings: Settings,
) -> Told:
    """Record what a person says about changes, and write to everybody concerned, once each.

    Who agreed to a wording that changed in substance is asked again by a new link, whatever else was judged cosmetic.
    Raises :class:`NothingToJudge`, or :class:`~commenttrack.signoffs.refusals.CannotBeAsked` when the time for
    decisions is over; nothing is recorded or written then.
    """
    if not judgements:
        raise Refused("Choose at least one change, and say whether it is cosmetic or substantive.")
    newest = newest_version(letter)
    operations.hold_requests(session, letter)
    open_changes = {each.change: each for each in changes_to_judge(session, letter)}
    concerned: dict[SignOff, list[WordingClearance]] = {}
    for judgement in judgements:
        found = open_changes.get(judgement.change)
        if found is None:
            raise NothingToJudge("The letter or a decision moved while this page was open. Look at it again.")
        if found.judged is not None:
            raise NothingToJudge(
                f"{found.judged.cleared_by} judged the change of “{found.difference.heading}” to be "
                f"{found.judged.weight.value} while this page was open."
            )
        clearance = _record(session, letter, found, judgement, newest, actor=actor, now=now)
        for sign_off in found.sign_offs:
            concerned.setdefault(sign_off, []).append(clearance)
    return _tell(session, letter, concerned, actor=actor, now=now, settings=settings)


def _record(
    session: Session,
    letter: Letter,
    found: ChangeToJudge,
    judgement: Judgement,
    newest: LetterVersion,
    *,
    actor: str,
    now: dt.datetime,
) -> WordingClearance:
    reason = " ".join(judgement.reason.split())
    if not reason:
        raise Refused(f"Say why the change of “{found.difference.heading}” is {judgement.weight.value}.")
    clearance = WordingClearance(
        letter_id=letter.id,
        part_key=found.change.part_key,
        before_digest=found.change.before,
        after_digest=found.change.after,
        before_version=found.before,
        after_version=newest,
        weight=judgement.weight,
        reason=reason,
        cleared_by=actor,
        cleared_at=now,
    )
    session.add(clearance)
    session.flush()  # what is read afterwards must see the judgement
    audit.record(
        session,
        actor=actor,
        action=f"change judged {judgement.weight.value}",
        subject=f"letter {letter.id}",
        now=now,
        part=found.change.part_key,
        before=found.change.before,
        after=found.change.after,
        from_version=found.before.number,
        to_version=newest.number,
        reason=reason,
        organizations=[sign_off.organization_id for sign_off in found.sign_offs],
    )
    return clearance


def _tell(
    session: Session,
    letter: Letter,
    concerned: Mapping[SignOff, Sequence[WordingClearance]],
    *,
    actor: str,
    now: dt.datetime,
    settings: Settings,
) -> Told:
    informed: list[SignOff] = []
    asked_again: list[SignOff] = []
    without_address: list[SignOff] = []
    for sign_off in sorted(concerned, key=lambda each: each.id):
        clearances, person = concerned[sign_off], sign_off.request.person
        if not person.email:
            without_address.append(sign_off)
        elif any(clearance.weight is Weight.SUBSTANTIVE for clearance in clearances):
            operations.invite(session, letter, sign_off.organization, person, actor=actor, now=now, settings=settings)
            asked_again.append(sign_off)
        else:
            write_cleared(session, sign_off, clearances, now=now)
            informed.append(sign_off)
    return Told(tuple(informed), tuple(asked_again), tuple(without_address))


def take_back(session: Session, clearance: WordingClearance, *, actor: str, reason: str, now: dt.datetime) -> None:
    """Withdraw a judgement, with a reason: what it cleared is stale again. The audit trail keeps both.

    Raises :class:`NothingToJudge` when somebody did so at the same moment.
    """
    reason = " ".join(reason.split())
    if not reason:
        raise Refused("Say why the judgement is taken back.")
    # PostgreSQL: of two people at once the second waits here, and then finds it gone.
    held = select(WordingClearance.id).where(WordingClearance.id == clearance.id).with_for_update()
    if session.scalar(held) is None:
        raise NothingToJudge("Somebody took this judgement back already.")
    audit.record(
        session,
        actor=actor,
        action="judgement of a change taken back",
        subject=f"letter {clearance.letter_id}",
        now=now,
        part=clearance.part_key,
        before=clearance.before_digest,
        after=clearance.after_digest,
        weight=clearance.weight.value,
        judged_by=clearance.cleared_by,
        judged_because=clearance.reason,
        reason=reason,
    )
    session.delete(clearance)
    session.flush()  # what is read afterwards must not see it any more
