"""Whether a letter, a certificate or a packet that somebody brings is the one that was made here. Nothing is stored.

A file is first looked up by its SHA-256: equal bytes were made here, whatever they are called. Then its own claims are
checked: the decisions, the events and the number and hash of the audit trail that a certificate carries as data. A file
whose bytes are unknown is compared with the stored one it most resembles, so that one sees what was altered.
"""

import datetime as dt
import hashlib
import io
import itertools
import json
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import pikepdf
import pypdfium2  # type: ignore[import-untyped]
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from commenttrack import audit
from commenttrack.filing.differences import MOST, Difference, data_differences, page_differences
from commenttrack.filing.models import Filing, PacketFile
from commenttrack.letters.models import IssuedFile, Letter, LetterVersion
from commenttrack.members.models import Organization
from commenttrack.signoffs.certificate import certified_final
from commenttrack.signoffs.models import FinalVersion, SignOff
from commenttrack.signoffs.reading import DECISION_WORDS, part_name
from commenttrack.storage import Storage

MOST_FILES, LARGEST_UNPACKED = 60, 300_000_000
_MOST_CANDIDATES = 30
_CERTIFICATE, _LETTER = "commenttrack-certificate/1", "commenttrack-letter/1"


@dataclass(frozen=True, slots=True)
class StoredPlace:
    """Where the very same bytes are kept."""

    name: str
    docket: str
    letter: str
    version: int
    packet: int | None
    """None for a file that was issued when the version was frozen."""
    moment: dt.datetime


@dataclass(frozen=True, slots=True)
class Check:
    """One claim that was checked."""

    holds: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class Verification:
    """What can be said of one file."""

    name: str
    size: int
    sha256: str
    stored: tuple[StoredPlace, ...]
    kind: str
    """``certificate``, ``letter`` or ``packet`` by the data inside; empty for any other file."""
    checks: tuple[Check, ...] = ()
    compared_with: str = ""
    """The stored file that an unknown one was compared with; empty when none resembles it."""
    differences: tuple[Difference, ...] = ()
    inside: tuple["Verification", ...] = field(default=())
    """The files of an archive."""

    @property
    def genuine(self) -> bool:
        """Whether these bytes were made here and everything that they claim holds."""
        inside = all(each.genuine for each in self.inside)
        return bool(self.stored) and all(check.holds for check in self.checks) and inside

    @property
    def verdict(self) -> str:
        """The result in a sentence."""
        if self.genuine:
            return "Genuine: exactly these bytes were made here, and what they claim agrees with the record."
        if self.stored:
            return "These bytes were made here, but something they claim does not agree with the record any more."
        if self.compared_with:
            return "Not genuine: no file with exactly these bytes was made here. It resembles one that was."
        return "Unknown: no file with these bytes was made here, and it resembles none."


def verify_file(session: Session, storage: Storage, data: bytes, *, name: str, within: bool = False) -> Verification:
    """Look at one file; an archive is opened, and each file in it is looked at by itself.

    What lies ``within`` an archive is not opened in turn: no packet holds one, and archives in archives have no end.
    """
    digest = hashlib.sha256(data).hexdigest()
    stored = _stored(session, digest)
    if not within and data[:4] == b"PK\x03\x04" and (files := _packet_files(data)) is not None:
        return Verification(
            name=name,
            size=len(data),
            sha256=digest,
            stored=stored,
            kind="packet",
            checks=tuple(_manifest_checks(files)),
            inside=tuple(
                verify_file(session, storage, inner, name=each, within=True) for each, inner in sorted(files.items())
            ),
        )
    claims = _claims(data)
    kind = {_CERTIFICATE: "certificate", _LETTER: "letter"}.get(str(claims.get("format")), "")
    unknown = kind and not stored
    compared, differences = _compared(session, storage, data, claims, kind) if unknown else ("", ())
    return Verification(
        name=name,
        size=len(data),
        sha256=digest,
        stored=stored,
        kind=kind,
        checks=tuple(_certificate_checks(session, claims)) if kind == "certificate" else (),
        compared_with=compared,
        differences=differences,
    )


def chain_check(session: Session) -> Check:
    """Whether the audit trail as a whole holds."""
    count, breaks = audit.verify(session)
    if breaks:
        first = breaks[0]
        more = f" ({len(breaks)} places in all)" if len(breaks) > 1 else ""
        return Check(False, f"The audit trail is broken at event {first.number}: {first.why}{more}.")
    return Check(True, f"The audit trail holds: {count:,} events, each continuing from the one before it.")


# ------------------------------------------------------------------------------------------------------- known by bytes


def _stored(session: Session, digest: str) -> tuple[StoredPlace, ...]:
    issued = session.scalars(select(IssuedFile).where(IssuedFile.sha256 == digest).order_by(IssuedFile.id)).all()
    packed = session.execute(
        select(PacketFile, Filing)
        .join(Filing, PacketFile.filing_id == Filing.id)
        .where(PacketFile.sha256 == digest)
        .order_by(PacketFile.id)
    ).all()
    places = [_place(session, file.name, file.letter_version_id, None, file.issued_at) for file in issued]
    places += [
        _place(session, file.name, filing.letter_version_id, filing.number, filing.built_at) for file, filing in packed
    ]
    return tuple(places)


def _place(session: Session, name: str, version_id: int, packet: int | None, moment: dt.datetime) -> StoredPlace:
    version = session.get_one(LetterVersion, version_id)
    letter = version.letter
    return StoredPlace(name, letter.docket.title, letter.title, version.number, packet, moment)


# --------------------------------------------------------------------------------------------------------- the contents


def _claims(data: bytes) -> dict[str, Any]:
    """The data inside a PDF of ours; empty for any other file."""
    if data[:5] != b"%PDF-":
        return {}
    try:
        with pikepdf.open(io.BytesIO(data)) as pdf:
            for name in ("certificate.json", "letter.json"):
                if name in pdf.attachments:
                    found = json.loads(pdf.attachments[name].get_file().read_bytes())
                    return found if isinstance(found, dict) else {}
    except (pikepdf.PdfError, ValueError, KeyError, RecursionError):
        return {}
    return {}


def _pages(data: bytes) -> list[str]:
    """The words of each page; none for what is no readable PDF."""
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError:
        return []
    try:
        return [page.get_textpage().get_text_bounded() for page in document]
    except pypdfium2.PdfiumError:
        return []
    finally:
        document.close()


def _packet_files(data: bytes) -> dict[str, bytes] | None:
    """The files of a packet's archive by name; None for any other archive, such as a Word file."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if "manifest.json" not in archive.namelist() or len(entries) > MOST_FILES:
                return None
            if sum(entry.file_size for entry in entries) > LARGEST_UNPACKED:
                return None
            return {entry.filename: archive.read(entry) for entry in entries if not entry.is_dir()}
    except _UNREADABLE:
        return None


# What zipfile and its decompressors raise for an archive that is damaged, locked or made to do harm.
_UNREADABLE = (
    zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, lzma.LZMAError, struct.error,
    NotImplementedError, RuntimeError, OSError, EOFError, ValueError, OverflowError,
)  # fmt: skip


def _manifest_checks(files: Mapping[str, bytes]) -> Iterator[Check]:
    try:
        listed = {str(entry["name"]): entry["sha256"] for entry in json.loads(files["manifest.json"])["files"]}
    except (ValueError, KeyError, TypeError, RecursionError):
        yield Check(False, "The manifest cannot be read.")
        return
    present = {name: hashlib.sha256(data).hexdigest() for name, data in files.items() if name != "manifest.json"}
    wrong = [name for name, digest in listed.items() if name in present and present[name] != digest]
    missing = [name for name in listed if name not in present]
    added = [name for name in present if name not in listed]
    for names, what in ((wrong, "altered"), (missing, "missing"), (added, "not in the manifest")):
        if names:
            yield Check(False, f"By the manifest, {what}: {', '.join(names)}.")
    if not wrong + missing + added:
        yield Check(True, f"All {len(listed)} files have the digests of the manifest.")


# ---------------------------------------------------------------------------------------------- a certificate's claims


def _certificate_checks(session: Session, claims: Mapping[str, Any]) -> Iterator[Check]:
    try:
        yield _chain_point(session, _number(claims["audit_number"]), str(claims["audit_hash"]))
        yield from _events(session, claims)
        yield from _decisions(session, claims)
        yield from _frozen_for_filing(session, claims)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        yield Check(False, f"The data inside the certificate is not as certificates have it ({error!r}).")


def _number(claimed: object) -> int:
    """A number that the database can be asked for; raises ValueError for anything else."""
    if isinstance(claimed, int) and 0 <= claimed < 2**31:
        return claimed
    raise ValueError(f"no number: {str(claimed)[:40]}")


def _words(claimed: object) -> str:
    """A text that the database can be asked for; raises ValueError for anything else."""
    if isinstance(claimed, str) and "\0" not in claimed:
        return claimed
    raise ValueError(f"no text: {str(claimed)[:40]}")


def _chain_point(session: Session, number: int, claimed: str) -> Check:
    stored = session.scalar(select(audit.AuditEvent.hash).where(audit.AuditEvent.number == number))
    if number == 0:
        stored = audit.FIRST_HASH
    if stored is None:
        return Check(
            False, f"The certificate names event {number:,} of the audit trail, which the trail does not have."
        )
    if stored != claimed:
        return Check(False, f"Event {number:,} of the audit trail has another hash than the certificate says.")
    return Check(True, f"The audit trail had the stated hash at event {number:,}.")


def _events(session: Session, claims: Mapping[str, Any]) -> Iterator[Check]:
    told = [event for trail in claims.get("trails", ()) for event in trail["events"]]
    if not told:
        return
    numbers = {_number(event["number"]) for event in told}
    rows = select(audit.AuditEvent.number, audit.AuditEvent.hash).where(audit.AuditEvent.number.in_(numbers))
    hashes = {row.number: row.hash for row in session.execute(rows)}
    wrong = sorted({event["number"] for event in told if hashes.get(event["number"]) != event["hash"]})
    if wrong:
        yield Check(False, f"Events that the trail has otherwise or not at all: {', '.join(map(str, wrong[:20]))}.")
    else:
        yield Check(True, f"All {len(numbers)} events that it tells stand in the audit trail with the same hashes.")


def _decisions(session: Session, claims: Mapping[str, Any]) -> Iterator[Check]:
    """Each decision against those recorded, superseded ones too: a certificate tells of its own day."""
    letters = select(LetterVersion.letter_id).join(Letter).where(Letter.title == _words(claims["letter"]))
    rows = session.scalars(
        select(SignOff)
        .where(SignOff.letter_id.in_(letters))
        .options(
            joinedload(SignOff.organization),
            joinedload(SignOff.received_file),
            selectinload(SignOff.letter_version),
            selectinload(SignOff.parts),
        )
    )
    recorded: dict[tuple[str, str], SignOff] = {
        (row.organization.name, row.decided_at.astimezone(dt.UTC).isoformat()): row for row in rows
    }
    told = [*claims["signed"], *claims["stale"], *claims["others"]]
    wrong = []
    for decision in told:
        row = recorded.get((decision["organization"], decision["decided_at"]))
        if row is None:
            wrong.append(f"{decision['organization']}: no decision of that moment is recorded.")
            continue
        wrong += [
            f"{decision['organization']}: {each.where} is “{each.here}”, recorded is “{each.stored}”."
            for each in data_differences({key: decision[key] for key in _recorded(row)}, _recorded(row))
        ]
    undecided = [_words(name) for name in claims["undecided"]]
    known = set(session.scalars(select(Organization.name).where(Organization.name.in_(undecided))))
    wrong += [f"{name}: no such organization." for name in undecided if name not in known]
    for sentence in wrong[:MOST]:
        yield Check(False, sentence)
    if not wrong:
        yield Check(True, f"All {len(told)} decisions that it tells are recorded exactly so.")


def _frozen_for_filing(session: Session, claims: Mapping[str, Any]) -> Iterator[Check]:
    """The conditions, what was missing and the reason as the certificate tells them, against the record."""
    told = claims.get("final")
    if told is None:
        return
    found = session.scalars(
        select(FinalVersion)
        .join(LetterVersion)
        .join(Letter)
        .where(Letter.title == _words(claims["letter"]), LetterVersion.number == _number(claims["version"]))
    )
    if any(_without_words(asdict(certified_final(each))) == _without_words(told) for each in found):
        yield Check(True, "The version was frozen for filing as it says.")
    else:
        yield Check(False, "How the version was frozen for filing is recorded otherwise, or not at all.")


def _without_words(final: Mapping[str, Any]) -> dict[str, Any]:
    """What counts of it: the moment in words may be worded otherwise some day, and the moment itself stands beside."""
    return {key: value for key, value in final.items() if key != "moment"}


def _recorded(row: SignOff) -> dict[str, Any]:
    names = {part["key"]: part for part in row.letter_version.parts_json}
    covered = {part.part_key: part.digest for part in row.parts}
    return {
        "decision": DECISION_WORDS[row.decision],
        "name": row.name,
        "title": row.title,
        "authority": row.authority,
        "reservation": row.reservation,
        "version": row.letter_version.number,
        "recorded_by": row.recorded_by,
        "received_sha256": row.received_file.sha256 if row.received_file else "",
        "parts": [
            {"key": key, "name": part_name(part), "digest": covered[key]}
            for key, part in names.items()
            if key in covered
        ],
    }


# ---------------------------------------------------------------------------------------------------- what was altered


def _compared(
    session: Session, storage: Storage, data: bytes, claims: Mapping[str, Any], kind: str
) -> tuple[str, tuple[Difference, ...]]:
    """The stored file of the same kind with the fewest differences in its data, and what differs from it."""
    best: tuple[int, str, bytes, list[Difference]] | None = None
    for label, other in _candidates(session, storage, kind):
        found = list(itertools.islice(data_differences(claims, _claims(other)), MOST * 5))
        if best is None or len(found) < best[0]:
            best = (len(found), label, other, found)
    if best is None:
        return "", ()
    _, label, other, found = best
    found += page_differences(_pages(data), _pages(other))
    if not found:
        found = [Difference("the file", "the same data and the same words on every page, in other bytes", "")]
    return label, tuple(found[:MOST])


def _candidates(session: Session, storage: Storage, kind: str) -> Iterator[tuple[str, bytes]]:
    packed = session.execute(
        select(PacketFile, Filing)
        .join(Filing, PacketFile.filing_id == Filing.id)
        .where(PacketFile.name == f"{kind}.pdf")
        .order_by(PacketFile.id.desc())
        .limit(_MOST_CANDIDATES)
    )
    for file, filing in packed:
        place = _place(session, file.name, filing.letter_version_id, filing.number, filing.built_at)
        yield (
            f"{file.name} of packet {filing.number}, {place.letter}, version {place.version}",
            storage.get(file.storage_key),
        )
    if kind == "letter":
        issued = select(IssuedFile).where(IssuedFile.media_type == "application/pdf").order_by(IssuedFile.id.desc())
        for each in session.scalars(issued.limit(_MOST_CANDIDATES)):
            place = _place(session, each.name, each.letter_version_id, None, each.issued_at)
            yield f"{each.name} of {place.letter}, version {place.version}", storage.get(each.storage_key)
