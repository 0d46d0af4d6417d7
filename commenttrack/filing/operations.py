"""What happens to a filing: building the packet from a frozen version."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
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
from commenttrack.letters.models import LetterVersion
from commenttrack.letters.operations import content_of_version, digests, store_file
from commenttrack.rulemaking.operations import deadline
from commenttrack.signoffs.campaign import comment_date_in_words, comments_close, moment_in_words
from commenttrack.signoffs.certificate import CertifiedFile, certificate_content, certificate_pdf
from commenttrack.signoffs.models import SignOffRequest
from commenttrack.signoffs.reading import (
    SignatureBlock,
    newest_version,
    part_name,
    signature_block,
    standing_decisions,
    version_digests,
)
from commenttrack.signoffs.refusals import StaleSignOffs
from commenttrack.storage import Storage


class OlderVersion(Conflict):
    """A packet was asked of a version that is no longer the newest."""


def build_packet(
    session: Session,
    version: LetterVersion,
    *,
    storage: Storage,
    actor: str,
    now: dt.datetime,
    leave_out_stale: bool = False,
    limits: Limits | None = None,
) -> Filing:
    """Build the packet of a frozen version: letter, Word file, matrix, certificate, form values, report, manifest, zip.

    The issued letter is stored bytes: a later packet with the same signature block carries the same file, and another
    block makes another filing number. Building again from the very same state gives the filing that is there. Raises
    :class:`OlderVersion`, :class:`~commenttrack.signoffs.refusals.StaleSignOffs` unless ``leave_out_stale``, and what
    rendering raises; nothing is recorded then.
    """
    newest = newest_version(version.letter)
    if version.id != newest.id:
        raise OlderVersion(f"Version {version.number} is not the newest; build the packet of version {newest.number}.")
    # PostgreSQL: two builds of one version queue here, so that the second finds what the first issued.
    session.execute(select(LetterVersion.id).where(LetterVersion.id == version.id).with_for_update())
    block = signature_block(session, version)
    if block.stale and not leave_out_stale:
        raise StaleSignOffs([entry.sign_off.organization.name for entry in block.stale])
    limits = limits or filing_limits.load()
    routes = routes_for(
        version.letter.rule_document.metadata_json.get("agencies", ()), illustrative=version.letter.docket.illustrative
    )
    form = _form(session, version, block, routes, limits)
    earlier = session.scalars(
        select(Filing).where(Filing.letter_version_id == version.id).order_by(Filing.number)
    ).all()
    number = len(earlier) + 1
    signatures = digest_of([version.letter.lead.name, *(asdict(printed) for printed in block.printed)])
    issued = next((filing for filing in earlier if filing.signatures_digest == signatures), None)
    letter = _issued_letter(issued, storage) if issued else _new_letter(version, block)
    matrix = PackedFile(
        "matrix.xlsx", EXCEL, matrix_xlsx(matrix_of(session, version, block.current), stamp=version.frozen_at)
    )
    facts = _facts(session, version, block, routes, shortened=form.shortened)
    findings = [*checklist(facts, now=now), *_checked(form, letter[0], routes, limits)]
    fingerprint = digest_of(
        {
            "files": [file.sha256 for file in (*letter, matrix)],
            "form": form.as_json(),
            "findings": [asdict(finding) for finding in findings],
            "decisions": [sign_off.id for sign_off in standing_decisions(session, version.letter_id)],
        }
    )
    if earlier and earlier[-1].fingerprint == fingerprint:
        return earlier[-1]
    if issued is None:
        for file in letter:
            name = file.name.replace(".", f"-{number}.") if number > 1 else file.name
            store_file(
                session, version, name=name, media_type=file.media_type, data=file.data, storage=storage, now=now
            )
    certificate = certificate_content(
        session, version, files=[CertifiedFile(file.name, len(file.data), file.sha256) for file in letter], now=now
    )
    files = [
        *letter,
        matrix,
        PackedFile("certificate.pdf", PDF, certificate_pdf(certificate, stamp=now)),
        PackedFile("form.json", JSON, as_json(form.as_json())),
        PackedFile("form.txt", TEXT, form.as_text().encode()),
        PackedFile("preflight.txt", TEXT, _report(version, findings, limits, now).encode()),
    ]
    listed = manifest(
        version,
        files,
        number=number,
        built_by=actor,
        built_at=now.isoformat(),
        signatories=[asdict(printed) for printed in block.printed],
        left_out=facts.left_out,
        routes=routes.sentences,
    )
    files.append(PackedFile("manifest.json", JSON, as_json(listed)))
    files.append(PackedFile("packet.zip", ZIP, zipped(files)))
    return _record(
        session,
        Filing(
            letter_version=version,
            number=number,
            signatures_digest=signatures,
            fingerprint=fingerprint,
            form_json=form.as_json(),
            preflight_json=[
                {**asdict(finding), "violation": finding.violation, "sentence": str(finding)} for finding in findings
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
                for file in files
            ],
        ),
        left_out=facts.left_out,
        actor=actor,
        now=now,
    )


def _record(session: Session, filing: Filing, *, left_out: Sequence[str], actor: str, now: dt.datetime) -> Filing:
    try:
        with session.begin_nested():
            session.add(filing)
            session.flush()  # the database decides here whether the number was free
    except IntegrityError as error:
        raise Conflict(
            "Somebody else built a packet of this version at the same moment. Look at theirs first."
        ) from error
    audit.record(
        session,
        actor=actor,
        action="packet built",
        subject=f"filing {filing.id}",
        now=now,
        letter=filing.letter_version.letter_id,
        version=filing.letter_version.number,
        number=filing.number,
        left_out_because_stale=list(left_out),
        files={file.name: file.sha256 for file in filing.files},
    )
    return filing


def _new_letter(version: LetterVersion, block: SignatureBlock) -> list[PackedFile]:
    content = content_of_version(version, signatories=block.printed)
    return [
        PackedFile("letter.pdf", PDF, letter_files.render(content, ".pdf")),
        PackedFile("letter.docx", WORD, letter_files.render(content, ".docx")),
    ]


def _issued_letter(filing: Filing, storage: Storage) -> list[PackedFile]:
    """The letter as an earlier packet carried it, byte for byte."""
    return [
        PackedFile(file.name, file.media_type, storage.get(file.storage_key))
        for file in filing.files
        if file.name.startswith("letter.")
    ]


def _facts(
    session: Session, version: LetterVersion, block: SignatureBlock, routes: Routes, *, shortened: bool
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
        edited=digests(letter) != version_digests(version) or letter.head_json != version.head_json,
        shortened=shortened,
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


def _checked(form: Form, letter: PackedFile, routes: Routes, limits: Limits) -> list[Finding]:
    found = preflight(
        form.value("comment"),
        form.value("organization"),
        [(letter.name, len(letter.data), letter.data)],
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
