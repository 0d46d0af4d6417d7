"""The certificate of sign-offs: who stands under a version of a letter, since when and for exactly which wordings.

It is for the association's files. It tells nobody's reason, address or client.
"""

import datetime as dt
import hashlib
import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from commenttrack import audit
from commenttrack.letters.heads import ILLUSTRATIVE
from commenttrack.letters.models import LetterVersion
from commenttrack.letters.record_pages import Record
from commenttrack.members.models import Organization, Person
from commenttrack.members.names import name_key
from commenttrack.signoffs.campaign import moment_in_words
from commenttrack.signoffs.finals import gate_of_version
from commenttrack.signoffs.lifecycle import JOINING, Comparison, Weight, WordingChange, changes
from commenttrack.signoffs.models import FinalVersion, SignOff, SignOffRequest, WordingClearance
from commenttrack.signoffs.reading import (
    DECISION_WORDS,
    covered_digests,
    part_name,
    signature_block,
    standing_decisions,
    subject_of,
    version_digests,
)
from commenttrack.signoffs.renumbering import PrintedReservation
from commenttrack.signoffs.trail_words import event_actor, event_words, people_named


@dataclass(frozen=True, slots=True)
class CertifiedFile:
    """A file the certificate vouches for."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class CertifiedPart:
    """A wording agreed to."""

    key: str
    name: str
    digest: str


@dataclass(frozen=True, slots=True)
class CertifiedDecision:
    """One organization's current decision, in words."""

    organization: str
    decision: str
    name: str
    title: str
    authority: str
    reservation: str
    """As it was given."""
    prints_as: str
    """The reservation as it prints under this version; empty when it prints as given."""
    moment: str
    decided_at: str
    """The same moment in UTC, ISO 8601."""
    version: int
    recorded_by: str
    received_sha256: str
    """Of the mail or scan that a decision recorded by the staff rests on; empty when none was kept."""
    parts: tuple[CertifiedPart, ...]
    """The wordings this decision was given for."""
    shown: int
    """Parts of the version that was shown."""
    excepted: tuple[str, ...]
    """Names of the parts shown that it does not cover; one that is excepted with all below it stands for them."""
    not_covered: tuple[str, ...]
    """Names of parts that were added after the decision."""
    changed: tuple[str, ...]
    """Names of parts agreed to whose wording changed or that are gone."""
    cleared: tuple[str, ...]
    """Names of parts agreed to whose change was judged cosmetic."""


@dataclass(frozen=True, slots=True)
class CertifiedClearance:
    """A change of wording that a named person judged cosmetic, and on which a decision above rests."""

    part: str
    from_version: int
    to_version: int
    before: str
    after: str
    """Digests; ``after`` is empty when the part was taken out."""
    by: str
    moment: str
    reason: str


@dataclass(frozen=True, slots=True)
class CertifiedWordings:
    """Every wording of a version that a decision on the certificate was given for."""

    version: int
    parts: tuple[CertifiedPart, ...]


@dataclass(frozen=True, slots=True)
class CertifiedEvent:
    """One event of the audit trail, in words."""

    number: int
    moment: str
    at: str
    """The same moment in UTC, ISO 8601."""
    what: str
    by: str
    hash: str


@dataclass(frozen=True, slots=True)
class CertifiedTrail:
    """Everything that happened to one organization's invitation, oldest first."""

    organization: str
    events: tuple[CertifiedEvent, ...]


@dataclass(frozen=True, slots=True)
class CertifiedPacket:
    """The packet that the certificate goes with."""

    number: int
    sha256: str
    """Of the list of its other files, as :func:`list_digest` makes it: a file cannot hold its own digest."""


@dataclass(frozen=True, slots=True)
class CertifiedFinal:
    """How the version was frozen for filing."""

    conditions: str
    """What had to be reached, in words; empty when nothing had."""
    organizations: int
    """How many stood under the wording then."""
    shortfalls: str
    """Sentences on the conditions that were not met."""
    reason: str
    """Why it was frozen for filing all the same."""
    by: str
    moment: str
    at: str
    """The same moment in UTC, ISO 8601."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """Everything the certificate says; the attachment of the PDF is this as JSON."""

    association: str
    docket: str
    identifiers: tuple[str, ...]
    letter: str
    version: int
    frozen_at: str
    frozen_by: str
    made_at: str
    final: CertifiedFinal | None
    """None when the letter has no conditions and nobody froze this version for filing."""
    shortfalls: tuple[str, ...]
    """Sentences on the conditions that are not met as the certificate is made."""
    without_quorum: str
    """Why the packet was built all the same."""
    banner: str
    files: tuple[CertifiedFile, ...]
    packet: CertifiedPacket | None
    audit_number: int
    audit_hash: str
    signed: tuple[CertifiedDecision, ...]
    stale: tuple[CertifiedDecision, ...]
    others: tuple[CertifiedDecision, ...]
    undecided: tuple[str, ...]
    clearances: tuple[CertifiedClearance, ...]
    wordings: tuple[CertifiedWordings, ...]
    """Printed once for each version, however many organizations agreed to it."""
    trails: tuple[CertifiedTrail, ...]
    """One for each organization asked, in the order of their names."""


def list_digest(files: Iterable[CertifiedFile]) -> str:
    """SHA-256 of a list of files: for each, by name, its SHA-256, two spaces, its name, a line end.

    That is what ``sha256sum`` prints, so ``sha256sum FILES… | sha256sum`` gives the same where the names sort alike.
    """
    lines = "".join(f"{file.sha256}  {file.name}\n" for file in sorted(files, key=lambda file: file.name))
    return hashlib.sha256(lines.encode()).hexdigest()


def certificate_content(
    session: Session,
    version: LetterVersion,
    *,
    files: Sequence[CertifiedFile],
    packet: int | None = None,
    without_quorum: str = "",
    now: dt.datetime,
) -> Certificate:
    """What can be certified about this version at this moment.

    ``files`` are those of the packet of this number, without the certificate itself; without a number they are the
    issued letter's. ``without_quorum`` says why that packet is built although a condition is not met.
    """
    letter, gate = version.letter, gate_of_version(session, version)
    block = signature_block(session, version)
    moved = {entry.sign_off.id: entry.comparison for entry in (*block.uncovered, *block.cleared)}
    last = session.scalars(select(audit.AuditEvent).order_by(audit.AuditEvent.number.desc()).limit(1)).first()
    decided = standing_decisions(session, letter.id)
    waiting = session.scalars(
        select(Organization.name)
        .join(SignOffRequest, SignOffRequest.organization_id == Organization.id)
        .where(
            SignOffRequest.letter_id == letter.id,
            Organization.id.not_in([sign_off.organization_id for sign_off in decided]),
        )
    )
    return Certificate(
        association=letter.lead.name,
        docket=letter.docket.title,
        identifiers=tuple(identifier.identifier for identifier in letter.docket.identifiers),
        letter=letter.title,
        version=version.number,
        frozen_at=moment_in_words(version.frozen_at),
        frozen_by=version.frozen_by,
        made_at=moment_in_words(now),
        final=certified_final(gate.final) if gate.final else None,
        shortfalls=gate.shortfalls,
        without_quorum=without_quorum,
        banner=ILLUSTRATIVE if letter.docket.illustrative else "",
        files=tuple(files),
        packet=None if packet is None else CertifiedPacket(packet, list_digest(files)),
        audit_number=last.number if last else 0,
        audit_hash=last.hash if last else audit.FIRST_HASH,
        signed=_sorted(
            _certified(sign_off, version, moved.get(sign_off.id), block.reservations.get(sign_off.id))
            for sign_off in block.current
        ),
        stale=_sorted(_certified(entry.sign_off, version, entry.comparison) for entry in block.stale),
        others=_sorted(_certified(s, version, None) for s in decided if s.decision not in JOINING),
        undecided=tuple(sorted(waiting, key=name_key)),
        clearances=_clearances(session, version, [entry.sign_off for entry in block.cleared]),
        wordings=tuple(
            CertifiedWordings(
                shown.number,
                tuple(CertifiedPart(part["key"], part_name(part), part["digest"]) for part in shown.parts_json),
            )
            for shown in letter.versions
            if any(sign_off.letter_version_id == shown.id for sign_off in block.current)
        ),
        trails=_trails(session, letter.id),
    )


def certified_final(final: FinalVersion) -> CertifiedFinal:
    """How a version was frozen for filing, as the certificate says it."""
    return CertifiedFinal(
        conditions=final.conditions,
        organizations=len(final.standing_json),
        shortfalls=final.shortfalls,
        reason=final.reason,
        by=final.frozen_by,
        moment=moment_in_words(final.frozen_at),
        at=final.frozen_at.astimezone(dt.UTC).isoformat(),
    )


def _trails(session: Session, letter_id: int) -> tuple[CertifiedTrail, ...]:
    """The trail of every invitation with the judgements that concern it; three queries however many there are."""
    requests = session.scalars(
        select(SignOffRequest)
        .where(SignOffRequest.letter_id == letter_id)
        .options(joinedload(SignOffRequest.organization))
    ).all()
    by_subject = {subject_of(request): request.organization for request in requests}
    by_id = {request.organization_id: request.organization for request in requests}
    events = session.scalars(
        select(audit.AuditEvent)
        .where(
            or_(
                audit.AuditEvent.subject.in_(by_subject),
                (audit.AuditEvent.subject == f"letter {letter_id}") & audit.AuditEvent.action.like("change judged %"),
            )
        )
        .order_by(audit.AuditEvent.number)
    ).all()
    wanted = {person for event in events for person in people_named(event.details)}
    people = {row.id: row.name for row in session.execute(select(Person.id, Person.name).where(Person.id.in_(wanted)))}
    told: dict[str, list[CertifiedEvent]] = {request.organization.name: [] for request in requests}
    for event in events:
        certified = CertifiedEvent(
            number=event.number,
            moment=moment_in_words(event.at),
            at=event.at.astimezone(dt.UTC).isoformat(),
            what=event_words(event.action, event.details, people),
            by=event_actor(event.actor),
            hash=event.hash,
        )
        if event.subject in by_subject:
            told[by_subject[event.subject].name].append(certified)
        else:
            for organization in filter(None, map(by_id.get, event.details.get("organizations", ()))):
                told[organization.name].append(certified)
    return tuple(CertifiedTrail(name, tuple(told[name])) for name in sorted(told, key=name_key))


def _clearances(
    session: Session, version: LetterVersion, sign_offs: Sequence[SignOff]
) -> tuple[CertifiedClearance, ...]:
    """The judgements without which these decisions would not stand under the version."""
    today = version_digests(version)
    relied_on = {change for sign_off in sign_offs for change in changes(covered_digests(sign_off), today)}
    rows = session.scalars(
        select(WordingClearance)
        .where(WordingClearance.letter_id == version.letter_id, WordingClearance.weight == Weight.COSMETIC)
        .order_by(WordingClearance.id)
        .options(joinedload(WordingClearance.before_version), joinedload(WordingClearance.after_version))
    )
    return tuple(
        CertifiedClearance(
            part=next(part_name(part) for part in row.before_version.parts_json if part["key"] == row.part_key),
            from_version=row.before_version.number,
            to_version=row.after_version.number,
            before=row.before_digest,
            after=row.after_digest,
            by=row.cleared_by,
            moment=moment_in_words(row.cleared_at),
            reason=row.reason,
        )
        for row in rows
        if WordingChange(row.part_key, row.before_digest, row.after_digest) in relied_on
    )


def _sorted(decisions: Iterable[CertifiedDecision]) -> tuple[CertifiedDecision, ...]:
    return tuple(sorted(decisions, key=lambda decision: name_key(decision.organization)))


def _certified(
    sign_off: SignOff, version: LetterVersion, moved: Comparison | None, printed: PrintedReservation | None = None
) -> CertifiedDecision:
    covered = covered_digests(sign_off)
    shown = {part["key"]: part_name(part) for part in sign_off.letter_version.parts_json}
    today = {part["key"]: part_name(part) for part in version.parts_json}
    return CertifiedDecision(
        organization=sign_off.organization.name,
        decision=DECISION_WORDS[sign_off.decision],
        name=sign_off.name,
        title=sign_off.title,
        authority=sign_off.authority,
        reservation=sign_off.reservation,
        prints_as=printed.words if printed and printed.words != sign_off.reservation else "",
        moment=moment_in_words(sign_off.decided_at),
        decided_at=sign_off.decided_at.astimezone(dt.UTC).isoformat(),
        version=sign_off.letter_version.number,
        recorded_by=sign_off.recorded_by,
        received_sha256=sign_off.received_file.sha256 if sign_off.received_file else "",
        parts=tuple(CertifiedPart(key, name, covered[key]) for key, name in shown.items() if key in covered),
        shown=len(shown),
        excepted=_excepted(sign_off.letter_version.parts_json, covered),
        not_covered=tuple(today[key] for key in moved.added) if moved else (),
        changed=tuple(shown[key] for key in (*moved.changed, *moved.removed)) if moved else (),
        cleared=tuple(shown[key] for key in moved.cleared) if moved else (),
    )


def _excepted(shown: Sequence[Mapping[str, Any]], covered: Mapping[str, str]) -> tuple[str, ...]:
    """What a decision leaves out of a version's parts, by name, once for a part with everything below it."""
    named: list[str] = []
    named_up_to = 0
    for place, part in enumerate(shown):
        if place < named_up_to or part["key"] in covered:
            continue
        below = _below(shown, place)
        whole = bool(below) and not any(other["key"] in covered for other in below)
        named.append(part_name(part) + (", with all below it" if whole else ""))
        named_up_to = place + 1 + (len(below) if whole else 0)
    return tuple(named)


def _below(parts: Sequence[Mapping[str, Any]], place: int) -> list[Mapping[str, Any]]:
    level = parts[place]["level"]
    return list(itertools.takewhile(lambda other: other["level"] > level, parts[place + 1 :]))


_RECORD = Record(
    template="certificate.html",
    format="commenttrack-certificate/1",
    attached="certificate.json",
    description="The decisions of this certificate with the digests of their wordings",
)


def certificate_pdf(certificate: Certificate, *, stamp: dt.datetime) -> bytes:
    """The certificate as a PDF; ``stamp`` is the moment the file carries inside."""
    return _RECORD.pdf(certificate, stamp=stamp, trail_of=_trail_of(certificate))


def certificate_html(certificate: Certificate, *, stamp: dt.datetime) -> str:
    """The page the PDF is made from."""
    return _RECORD.html(certificate, stamp=stamp, trail_of=_trail_of(certificate))


def _trail_of(certificate: Certificate) -> dict[str, tuple[CertifiedEvent, ...]]:
    return {trail.organization: trail.events for trail in certificate.trails}
