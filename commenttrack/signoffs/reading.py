"""What stands: the version to decide on, current decisions, the signature block, and what a link shows."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session, joinedload, object_session, selectinload

from commenttrack import audit
from commenttrack.letters.content import Signatory as PrintedSignatory
from commenttrack.letters.models import Letter, LetterVersion
from commenttrack.members.models import Person
from commenttrack.rulemaking.models import Docket
from commenttrack.rulemaking.operations import deadline
from commenttrack.signoffs import campaign
from commenttrack.signoffs.lifecycle import JOINING, Comparison, Decision, Weight, WordingChange, compare
from commenttrack.signoffs.models import SignOff, SignOffPart, SignOffRequest, WordingClearance
from commenttrack.signoffs.refusals import NothingFrozen, StaleSignOffs
from commenttrack.signoffs.renumbering import PrintedReservation, printed_reservation
from commenttrack.signoffs.reservations import ShownPart
from commenttrack.signoffs.trail_words import event_actor, event_words, people_named

DECISION_WORDS = {
    Decision.JOINED: "Joined",
    Decision.JOINED_WITH_RESERVATION: "Joined with a reservation",
    Decision.ABSTAINED: "Abstained",
    Decision.DECLINED: "Declined",
    Decision.WITHDRAWN: "Withdrawn",
}
"""How a decision reads in mails, certificates and files."""


@dataclass(frozen=True, slots=True)
class ComparedSignOff:
    """A joining decision, and how the letter moved since."""

    sign_off: SignOff
    comparison: Comparison


@dataclass(frozen=True, slots=True)
class SignatureBlock:
    """The joining decisions of a letter, measured against one version of it."""

    current: tuple[SignOff, ...]
    stale: tuple[ComparedSignOff, ...]
    uncovered: tuple[ComparedSignOff, ...]
    """Current decisions whose organizations never saw a part that was added later (``comparison.added``)."""
    cleared: tuple[ComparedSignOff, ...]
    """Current decisions that hold because changes were judged cosmetic (``comparison.cleared``)."""
    reservations: Mapping[int, PrintedReservation]
    """The reservations of current decisions as they print under this version, by the decision's id."""

    @property
    def printed(self) -> tuple[PrintedSignatory, ...]:
        """The current decisions as they print; the letter puts them in its order."""
        return tuple(
            PrintedSignatory(
                organization=sign_off.organization.name,
                person=sign_off.name,
                title=sign_off.title,
                reservation=self.reservations[sign_off.id].words if sign_off.reservation else "",
                recorded_by_mail=bool(sign_off.recorded_by),
                about=sign_off.organization.description,
            )
            for sign_off in self.current
        )

    @property
    def misleading(self) -> tuple[tuple[str, str, str], ...]:
        """Reservations that may mislead as they print: the organization, its words, and why."""
        return tuple(
            (sign_off.organization.name, printed.words, printed.trouble)
            for sign_off in self.current
            if (printed := self.reservations.get(sign_off.id)) and printed.trouble
        )


def newest_version(letter: Letter) -> LetterVersion:
    """The newest frozen version; raises :class:`NothingFrozen`."""
    # Asked for alone: with it, a letter that was frozen ten times would hand the texts of all ten to each page.
    newest = cast(Session, object_session(letter)).scalar(
        select(LetterVersion).where(LetterVersion.letter_id == letter.id).order_by(LetterVersion.number.desc()).limit(1)
    )
    if newest is None:
        raise NothingFrozen(f"“{letter.title}” has no frozen version yet. Freeze it, so that there is wording to sign.")
    return newest


def version_digests(version: LetterVersion) -> dict[str, str]:
    """Digest by part key of a frozen version, in the letter's order."""
    return {part["key"]: part["digest"] for part in version.parts_json}


def draft_moved(letter: Letter) -> bool:
    """Whether the parts of a letter no longer read, or stand, as in its newest version."""
    today = [(part.key, part.wording_digest) for part in letter.parts if part.included]
    return list(version_digests(newest_version(letter)).items()) != today


def covered_digests(sign_off: SignOff) -> dict[str, str]:
    """The digest that a decision binds of each part it covers, by part key. What a decision covers never changes."""
    remembered: dict[str, str] | None = inspect(sign_off).info.get(_COVERED)
    return {part.part_key: part.digest for part in sign_off.parts} if remembered is None else remembered


def remember_covered(sign_off: SignOff, covered: dict[str, str]) -> None:
    """Keep with a decision what it covers, read or written as plain rows."""
    inspect(sign_off).info[_COVERED] = covered


def cosmetic_changes(session: Session, letter_id: int) -> frozenset[WordingChange]:
    """The changes of a letter's wordings that a named person judged cosmetic."""
    rows = session.execute(
        select(WordingClearance.part_key, WordingClearance.before_digest, WordingClearance.after_digest).where(
            WordingClearance.letter_id == letter_id, WordingClearance.weight == Weight.COSMETIC
        )
    )
    return frozenset(WordingChange(*row) for row in rows)


def decided_since(sign_off: SignOff, today: Mapping[str, str], cosmetic: Collection[WordingChange]) -> Comparison:
    """How a letter moved since a decision."""
    return compare(covered_digests(sign_off), frozenset(version_digests(sign_off.letter_version)), today, cosmetic)


def shown_since(before: LetterVersion, today: Mapping[str, str]) -> Comparison:
    """How a letter moved since a version that was shown and not decided on."""
    shown = version_digests(before)
    return compare(shown, frozenset(shown), today)


def shown_parts(version: LetterVersion) -> tuple[ShownPart, ...]:
    """The parts of a frozen version as a reservation knows them."""
    return tuple(
        ShownPart(key=part["key"], number=part["number"], heading=part["heading"], level=part["level"])
        for part in version.parts_json
    )


def signature_block(session: Session, version: LetterVersion) -> SignatureBlock:
    """The joining decisions that stand, sorted into those that hold for this version and those that do not."""
    joined = joined_since(session, version.letter_id, version_digests(version))
    current = [entry for entry in joined if not entry.comparison.stale]
    return SignatureBlock(
        current=tuple(entry.sign_off for entry in current),
        stale=tuple(entry for entry in joined if entry.comparison.stale),
        uncovered=tuple(entry for entry in current if entry.comparison.added),
        cleared=tuple(entry for entry in current if entry.comparison.cleared),
        reservations={
            entry.sign_off.id: _printed_reservation(entry.sign_off, version)
            for entry in current
            if entry.sign_off.reservation
        },
    )


def joined_since(session: Session, letter_id: int, today: Mapping[str, str]) -> list[ComparedSignOff]:
    """The joining decisions that stand, each compared with a wording of the letter: digests by part key."""
    cosmetic = cosmetic_changes(session, letter_id)
    return [
        ComparedSignOff(sign_off, decided_since(sign_off, today, cosmetic))
        for sign_off in standing_decisions(session, letter_id)
        if sign_off.decision in JOINING
    ]


def _printed_reservation(sign_off: SignOff, version: LetterVersion) -> PrintedReservation:
    shown, covered = shown_parts(sign_off.letter_version), covered_digests(sign_off)
    excepted = {part.key for part in shown if part.key not in covered}
    return printed_reservation(sign_off.reservation, excepted, shown, shown_parts(version))


def signatories(
    session: Session, version: LetterVersion, *, leave_out_stale: bool = False
) -> tuple[PrintedSignatory, ...]:
    """Who stands under this version. Raises :class:`StaleSignOffs` unless stale ones are left out explicitly."""
    block = signature_block(session, version)
    if block.stale and not leave_out_stale:
        raise StaleSignOffs([entry.sign_off.organization.name for entry in block.stale])
    return block.printed


def standing_decisions(session: Session, letter_id: int) -> Sequence[SignOff]:
    """Every organization's current decision, with its organization, version and parts; three queries however many.

    The parts are read as plain rows for :func:`covered_digests`: as objects, hundreds of organizations times dozens of
    parts take most of a second.
    """
    which = (SignOff.letter_id == letter_id, SignOff.is_current)
    found = session.scalars(
        select(SignOff)
        .where(*which)
        .order_by(SignOff.id)
        .options(joinedload(SignOff.organization), selectinload(SignOff.letter_version))
    ).all()
    covered: dict[int, dict[str, str]] = {sign_off.id: {} for sign_off in found}
    rows = select(SignOffPart.sign_off_id, SignOffPart.part_key, SignOffPart.digest).join(
        SignOff, SignOff.id == SignOffPart.sign_off_id
    )
    for sign_off_id, key, digest in session.execute(rows.where(*which).order_by(SignOffPart.id)):
        if sign_off_id in covered:
            covered[sign_off_id][key] = digest
    for sign_off in found:
        remember_covered(sign_off, covered[sign_off.id])
    return found


_COVERED = "covered digests"


@dataclass(frozen=True, slots=True)
class TrailLine:
    """One event of an invitation, in the words of the certificate."""

    at: dt.datetime
    what: str
    by: str
    """Empty when a link was all that was seen."""


def trail(session: Session, request: SignOffRequest) -> Sequence[audit.AuditEvent]:
    """Everything that happened to one invitation, oldest first."""
    return session.scalars(
        select(audit.AuditEvent)
        .where(audit.AuditEvent.subject == subject_of(request))
        .order_by(audit.AuditEvent.number)
    ).all()


def trail_in_words(session: Session, request: SignOffRequest) -> tuple[TrailLine, ...]:
    """The trail of one invitation for people; two queries."""
    events = trail(session, request)
    wanted = {person for event in events for person in people_named(event.details)}
    people = {row.id: row.name for row in session.execute(select(Person.id, Person.name).where(Person.id.in_(wanted)))}
    return tuple(
        TrailLine(event.at, event_words(event.action, event.details, people), event_actor(event.actor))
        for event in events
    )


def part_name(part: Mapping[str, Any]) -> str:
    """A part of ``parts_json`` for people: ``III.B. Records`` or its heading alone."""
    number, heading = part["number"], part["heading"]
    return f"{number}. {heading}" if number and heading else number or heading or "Opening"


def current_decision(session: Session, request: SignOffRequest) -> SignOff | None:
    """The one current decision of the request's organization, with its parts and version."""
    return session.scalar(
        select(SignOff)
        .where(
            SignOff.letter_id == request.letter_id,
            SignOff.organization_id == request.organization_id,
            SignOff.is_current,
        )
        .options(selectinload(SignOff.parts), joinedload(SignOff.letter_version))
    )


def decisions_close(docket: Docket, *, asked_at: dt.datetime) -> dt.datetime:
    """The first moment at which a decision by link is too late, for somebody asked now."""
    date = deadline(docket)
    return campaign.closes_at(docket.internal_deadline, date.date if date else None, asked_at=asked_at)


def link_closes(request: SignOffRequest) -> dt.datetime:
    """A deadline that was brought forward after the mail went out binds; one moved back needs a new mail."""
    return min(request.expires_at, decisions_close(request.letter.docket, asked_at=request.asked_at))


def subject_of(request: SignOffRequest) -> str:
    """What the audit trail calls an invitation."""
    return f"sign_off_request {request.id}"


@dataclass(frozen=True, slots=True)
class Invitation:
    """Everything the signer's page shows: the version to decide on, and what stands so far."""

    request: SignOffRequest
    version: LetterVersion
    """The newest frozen version, the only one that can be decided on."""
    before: LetterVersion
    """The version decided on, or asked about as long as nothing is decided."""
    current: SignOff | None
    comparison: Comparison
    """How ``version`` moved against what was decided, or against the version asked about."""
    closes: dt.datetime
    """The first moment at which a decision is too late."""

    @property
    def moved(self) -> bool:
        """Whether a newer version exists than the one the signer was asked about or decided on."""
        return self.before.id != self.version.id


def invitation(session: Session, request: SignOffRequest) -> Invitation:
    """What the holder of a link is shown. Changes nothing."""
    version = newest_version(request.letter)
    current = current_decision(session, request)
    before = current.letter_version if current else request.asked_version
    today = version_digests(version)
    return Invitation(
        request=request,
        version=version,
        before=before,
        current=current,
        comparison=(
            decided_since(current, today, cosmetic_changes(session, request.letter_id))
            if current
            else shown_since(before, today)
        ),
        closes=link_closes(request),
    )
