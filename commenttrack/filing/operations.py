"""What happens to a filing: building the packet from a frozen version."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from commenttrack import audit
from commenttrack.errors import Conflict
from commenttrack.filing import limits as filing_limits
from commenttrack.filing.checklist import Readiness, checklist, for_another_system
from commenttrack.filing.form import Filer, Form, form_for
from commenttrack.filing.limits import Limits
from commenttrack.filing.matrix import matrix_xlsx
from commenttrack.filing.models import Filing, PacketFile
from commenttrack.filing.packet import (
    EXCEL,
    JSON,
    PDF,
    TEXT,
    WORD,
    ZIP,
    PackedFile,
    as_json,
    digest_of,
    manifest,
    matrix_of,
    summary_of,
    zipped,
)
from commenttrack.filing.preflight import Finding, preflight, report
from commenttrack.filing.routes import Routes, routes_for
from commenttrack.letters import files as letter_files
from commenttrack.letters.attachments import attachments_of_version
from commenttrack.letters.models import LetterVersion
from commenttrack.letters.operations import reads_as_frozen, store_file
from commenttrack.letters.pictured import with_files
from commenttrack.letters.recorded_content import content_of_version
from commenttrack.letters.rule_details import built
from commenttrack.rulemaking.operations import deadline
from commenttrack.signoffs.campaign import comment_date_in_words, comments_close, moment_in_words
from commenttrack.signoffs.certificate import CertifiedFile, certificate_content, certificate_pdf
from commenttrack.signoffs.finals import Gate, gate_of_version
from commenttrack.signoffs.models import SignOffRequest
from commenttrack.signoffs.reading import (
    SignatureBlock,
    newest_version,
    part_name,
    signature_block,
    standing_decisions,
)
from commenttrack.signoffs.refusals import StaleSignOffs
from commenttrack.storage import Storage


class OlderVersion(Conflict):
    """A packet was asked of a version that is no longer the newest."""


@dataclass(frozen=True, slots=True)
class PreparedPacket:
    """A packet whose files are rendered and not recorded yet, and the state that it was rendered from."""

    version_id: int
    number: int
    decisions: tuple[int, ...]
    """Ids of the standing decisions."""
    signatures_digest: str
    fingerprint: str
    issued: tuple[PackedFile, ...]
    """The letter's own files, when this packet is the first to carry them."""
    files: tuple[PackedFile, ...]
    form: Form
    findings: tuple[Finding, ...]
    left_out: tuple[str, ...]
    without_quorum: str
    """Why it was built although a condition of the quorum is not met; empty when all are."""


def build_packet(
    session: Session,
    version: LetterVersion,
    *,
    storage: Storage,
    actor: str,
    now: dt.datetime,
    leave_out_stale: bool = False,
    without_quorum: str = "",
    limits: Limits | None = None,
) -> Filing:
    """Prepare and record a packet in one transaction; a server does the two apart, since rendering takes seconds."""
    prepared = prepare_packet(
        session,
        version,
        storage=storage,
        actor=actor,
        now=now,
        leave_out_stale=leave_out_stale,
        without_quorum=without_quorum,
        limits=limits,
    )
    return record_packet(session, prepared, storage=storage, actor=actor, now=now)


def prepare_packet(
    session: Session,
    version: LetterVersion,
    *,
    storage: Storage,
    actor: str,
    now: dt.datetime,
    leave_out_stale: bool = False,
    without_quorum: str = "",
    limits: Limits | None = None,
) -> PreparedPacket | Filing:
    """Render letter, Word file, matrix, certificate, form values, report, manifest and zip; only reads the database.

    The issued letter is stored bytes: a later packet with the same signature block carries the same file. The very
    same state as that of the newest filing gives that filing. Raises :class:`OlderVersion`,
    :class:`~commenttrack.signoffs.refusals.StaleSignOffs` unless ``leave_out_stale``,
    :class:`~commenttrack.signoffs.finals.NotFrozenForFiling` for a letter with conditions,
    :class:`~commenttrack.signoffs.finals.QuorumNotMet` unless ``without_quorum``, or the reason recorded when the
    version was frozen for filing, says why, :class:`~commenttrack.letters.quotations.DiffersFromRule`, and what
    rendering raises.
    """
    newest = newest_version(version.letter)
    if version.id != newest.id:
        raise OlderVersion(f"Version {version.number} is not the newest; build the packet of version {newest.number}.")
    block = signature_block(session, version)
    if block.stale and not leave_out_stale:
        raise StaleSignOffs([entry.sign_off.organization.name for entry in block.stale])
    gate = gate_of_version(session, version)
    without_quorum = gate.reason_to_file(without_quorum)
    limits = limits or filing_limits.load()
    routes = routes_for(
        version.letter.rule_document.metadata_json.get("agencies", ()), illustrative=version.letter.docket.illustrative
    )
    form = _form(session, version, block, routes, limits)
    earlier = _filings(session, version.id)
    number = len(earlier) + 1
    signatures = digest_of([version.letter.lead.name, *(asdict(printed) for printed in block.printed)])
    issued = next((filing for filing in earlier if filing.signatures_digest == signatures), None)
    letter = _issued_letter(issued, storage) if issued else _new_letter(session, version, block, storage)
    attached = [
        PackedFile(row.name, row.media_type, storage.get(row.storage_key)) for row in attachments_of_version(version)
    ]
    matrix = PackedFile(
        "matrix.xlsx", EXCEL, matrix_xlsx(matrix_of(session, version, block.current), stamp=version.frozen_at)
    )
    facts = _facts(session, version, block, routes, gate, shortened=form.shortened, without_quorum=without_quorum)
    findings = [*checklist(facts, now=now), *_checked(form, [letter[0], *attached], routes, limits)]
    decisions = _decisions(session, version)
    fingerprint = digest_of(
        {
            "files": [file.sha256 for file in (*letter, *attached, matrix)],
            "form": form.as_json(),
            "findings": [asdict(finding) for finding in findings],
            "decisions": list(decisions),
        }
    )
    if earlier and earlier[-1].fingerprint == fingerprint:
        return earlier[-1]
    others = [
        *letter,
        *attached,
        matrix,
        PackedFile("form.json", JSON, as_json(form.as_json())),
        PackedFile("form.txt", TEXT, _form_text(form, [letter[0], *attached]).encode()),
        PackedFile("preflight.txt", TEXT, _report(version, findings, limits, now).encode()),
    ]
    certificate = certificate_content(
        session,
        version,
        files=[CertifiedFile(file.name, len(file.data), file.sha256) for file in others],
        packet=number,
        without_quorum=without_quorum,
        now=now,
    )
    files = [*others, PackedFile("certificate.pdf", PDF, certificate_pdf(certificate, stamp=now))]
    listed = manifest(
        version,
        files,
        to_attach=[file.name for file in (letter[0], *attached)],
        number=number,
        built_by=actor,
        built_at=now.isoformat(),
        signatories=[asdict(printed) for printed in block.printed],
        left_out=facts.left_out,
        routes=routes.sentences,
    )
    files.append(PackedFile("manifest.json", JSON, as_json(listed)))
    files.append(PackedFile("packet.zip", ZIP, zipped(files)))
    return PreparedPacket(
        version_id=version.id,
        number=number,
        decisions=decisions,
        signatures_digest=signatures,
        fingerprint=fingerprint,
        issued=() if issued else tuple(letter),
        files=tuple(files),
        form=form,
        findings=tuple(findings),
        left_out=tuple(facts.left_out),
        without_quorum=without_quorum,
    )


def record_packet(
    session: Session, prepared: PreparedPacket | Filing, *, storage: Storage, actor: str, now: dt.datetime
) -> Filing:
    """Record a prepared packet, unless what it was rendered from has moved meanwhile; nothing is recorded then."""
    if isinstance(prepared, Filing):
        return prepared
    # PostgreSQL: two builds of one version queue here, so that the second finds what the first recorded.
    version = session.scalars(
        select(LetterVersion).where(LetterVersion.id == prepared.version_id).with_for_update()
    ).one()
    if len(_filings(session, version.id)) + 1 != prepared.number:
        raise Conflict("Somebody else built a packet of this version at the same moment. Look at theirs first.")
    if newest_version(version.letter).id != version.id or _decisions(session, version) != prepared.decisions:
        raise Conflict("The letter or a decision about it moved while the packet was being built. Build it again.")
    for file in prepared.issued:
        name = file.name.replace(".", f"-{prepared.number}.") if prepared.number > 1 else file.name
        store_file(session, version, name=name, media_type=file.media_type, data=file.data, storage=storage, now=now)
    filing = Filing(
        letter_version=version,
        number=prepared.number,
        signatures_digest=prepared.signatures_digest,
        fingerprint=prepared.fingerprint,
        form_json=prepared.form.as_json(),
        preflight_json=[
            {**asdict(finding), "violation": finding.violation, "sentence": str(finding)}
            for finding in prepared.findings
        ],
        built_by=actor,
        built_at=now,
        tracking_number="",
        files=[
            PacketFile(
                name=file.name,
                media_type=file.media_type,
                size=len(file.data),
                sha256=file.sha256,
                storage_key=storage.put(file.data),
            )
            for file in prepared.files
        ],
    )
    session.add(filing)
    session.flush()  # the audit event names the filing's id
    audit.record(
        session,
        actor=actor,
        action="packet built",
        subject=f"filing {filing.id}",
        now=now,
        letter=version.letter_id,
        version=version.number,
        number=filing.number,
        left_out_because_stale=list(prepared.left_out),
        without_quorum=prepared.without_quorum,
        files={file.name: file.sha256 for file in filing.files},
    )
    return filing


def _filings(session: Session, version_id: int) -> Sequence[Filing]:
    return session.scalars(select(Filing).where(Filing.letter_version_id == version_id).order_by(Filing.number)).all()


def _decisions(session: Session, version: LetterVersion) -> tuple[int, ...]:
    return tuple(sign_off.id for sign_off in standing_decisions(session, version.letter_id))


def _new_letter(session: Session, version: LetterVersion, block: SignatureBlock, storage: Storage) -> list[PackedFile]:
    typed = content_of_version(version, signatories=block.printed)
    content = built(
        session, version.letter, with_files(version.letter, typed, storage, frozen_at=version.frozen_at), storage
    )
    return [
        PackedFile("letter.pdf", PDF, letter_files.render(content, ".pdf")),
        PackedFile("letter.docx", WORD, letter_files.render(content, ".docx", typed=typed)),
    ]


def _issued_letter(filing: Filing, storage: Storage) -> list[PackedFile]:
    """The letter as an earlier packet carried it, byte for byte."""
    return [
        PackedFile(file.name, file.media_type, storage.get(file.storage_key))
        for file in filing.files
        if file.name.startswith("letter.")
    ]


def _facts(
    session: Session,
    version: LetterVersion,
    block: SignatureBlock,
    routes: Routes,
    gate: Gate,
    *,
    shortened: bool,
    without_quorum: str,
) -> Readiness:
    letter = version.letter
    names = {part["key"]: part_name(part) for part in version.parts_json}
    date = deadline(letter.docket)
    asked = session.scalar(
        select(func.count()).select_from(SignOffRequest).where(SignOffRequest.letter_id == letter.id)
    )
    return Readiness(
        routes=routes,
        closes=comments_close(date.date, date.time, date.zone) if date else None,
        closes_in_words=comment_date_in_words(date.date, date.time, date.zone) if date else "",
        lead=letter.lead.name,
        signed=tuple(sign_off.organization.name for sign_off in block.current),
        left_out=tuple(entry.sign_off.organization.name for entry in block.stale),
        uncovered=tuple(
            (entry.sign_off.organization.name, tuple(names[key] for key in entry.comparison.added))
            for entry in block.uncovered
        ),
        undecided=(asked or 0) - len(standing_decisions(session, letter.id)),
        edited=not reads_as_frozen(letter),
        shortened=shortened,
        quorum=gate.conditions,
        shortfalls=gate.shortfalls,
        without_quorum=without_quorum,
        misleading=block.misleading,
    )


def _form(session: Session, version: LetterVersion, block: SignatureBlock, routes: Routes, limits: Limits) -> Form:
    letter, kinds = version.letter, limits.organization_types
    return form_for(
        Filer(letter.lead.name, "Organization" if "Organization" in kinds else kinds[0], len(block.current)),
        docket=letter.docket.title,
        identifiers=[identifier.identifier for identifier in letter.docket.identifiers],
        document_number=letter.rule_document.document_number,
        summary=summary_of(session, version),
        system="regulations.gov" if routes.regulations_gov else "",
        limits=limits,
    )


def _form_text(form: Form, to_attach: Sequence[PackedFile]) -> str:
    """The form's values, and below them the files that go with them."""
    label = "Files to attach"
    lines = [label, "-" * len(label), *(f"{file.name} ({len(file.data):,} bytes)" for file in to_attach)]
    return f"{form.as_text()}\n" + "\n".join(lines) + "\n"


def _checked(form: Form, to_attach: Sequence[PackedFile], routes: Routes, limits: Limits) -> list[Finding]:
    found = preflight(
        form.value("comment"),
        form.value("organization"),
        [(file.name, len(file.data), file.data) for file in to_attach],
        limits,
        organization_type=form.value("organization_type"),
    )
    return found if routes.regulations_gov or routes.illustrative else for_another_system(found)


def _report(version: LetterVersion, findings: Sequence[Finding], limits: Limits, now: dt.datetime) -> str:
    letter = version.letter
    return report(
        findings,
        heading=f"Preflight: {letter.title}, version {version.number}",
        notes=(
            f"Docket: {letter.docket.title}",
            f"Checked: {moment_in_words(now)}",
            f"Limits: {limits.source}; verified {limits.verified}",
        ),
    )
