"""What goes into a packet, read from the database, and how the packet is put together."""

import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from commenttrack.filing.matrix import AnswerRow, Matrix, MatrixRow, SignatoryRow
from commenttrack.letters.attachments import PREFIX
from commenttrack.letters.heads import ILLUSTRATIVE
from commenttrack.letters.models import LetterPart, LetterPartLink, LetterVersion, PartKind
from commenttrack.positions.models import AnswerState, Position, ProvisionPosition, QuestionAnswer
from commenttrack.rulemaking.models import Provision, Question
from commenttrack.signoffs.campaign import moment_in_words
from commenttrack.signoffs.models import SignOff
from commenttrack.signoffs.reading import DECISION_WORDS, covered_digests, part_name

PDF, WORD, EXCEL, JSON, TEXT, ZIP = (
    "application/pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/json",
    "text/plain; charset=utf-8",
    "application/zip",
)


def is_filed(name: str) -> bool:
    """Whether a file of a packet goes to the agency: the letter and what it names, not what is kept beside them."""
    return name == "letter.pdf" or name.startswith(PREFIX)


@dataclass(frozen=True, slots=True)
class PackedFile:
    """A file of the packet."""

    name: str
    media_type: str
    data: bytes

    @property
    def sha256(self) -> str:
        """Hexadecimal."""
        return hashlib.sha256(self.data).hexdigest()


def zipped(files: Iterable[PackedFile]) -> bytes:
    """The files in one archive, sorted by name and without a moment, so that the same files give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for file in sorted(files, key=lambda file: file.name):
            entry = zipfile.ZipInfo(file.name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            entry.create_system = 3  # Unix on every machine: the byte would differ otherwise
            archive.writestr(entry, file.data)
    return buffer.getvalue()


def as_json(value: object) -> bytes:
    """A JSON file for people and programs: indented, sorted, UTF-8."""
    return (json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()


def digest_of(value: object) -> str:
    """SHA-256 of a JSON value."""
    return hashlib.sha256(
        json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    ).hexdigest()


def summary_of(session: Session, version: LetterVersion) -> str:
    """The Markdown of the version's summary part, empty when it has none."""
    kinds = _summary_keys(session, version)
    return "\n\n".join(part["text"] for part in version.parts_json if part["key"] in kinds)


def _summary_keys(session: Session, version: LetterVersion) -> frozenset[str]:
    return frozenset(
        session.scalars(
            select(LetterPart.key).where(LetterPart.letter_id == version.letter_id, LetterPart.kind == PartKind.SUMMARY)
        )
    )


def matrix_of(session: Session, version: LetterVersion, current: Sequence[SignOff]) -> Matrix:
    """The mapping of the version's document, each link with its part of the version and who signed that part.

    Six queries however long the rule is. ``current`` are the decisions that stand under the version.
    """
    letter = version.letter
    docket, document = letter.docket, letter.rule_document
    parts = {part["key"]: part for part in version.parts_json}
    of_link, of_answer = parts_by_upstream(session, version)
    signed = _Signed(current)

    def where(key: str | None) -> tuple[str, str]:
        return (
            (part_name(parts[key]), signed.words(key))
            if key in parts and key is not None
            else ("not in the letter", "")
        )

    links = session.scalars(
        select(ProvisionPosition)
        .join(ProvisionPosition.provision)
        .where(Provision.rule_document_id == document.id)
        .order_by(Provision.place, ProvisionPosition.id)
        .options(
            joinedload(ProvisionPosition.provision),
            joinedload(ProvisionPosition.position).joinedload(Position.source_document),
            joinedload(ProvisionPosition.position).selectinload(Position.versions),
        )
    ).all()
    answers = session.scalars(
        select(QuestionAnswer)
        .join(QuestionAnswer.question)
        .where(Question.rule_document_id == document.id)
        .order_by(Question.place)
        .options(joinedload(QuestionAnswer.question).joinedload(Question.provision))
    ).all()
    return Matrix(
        title=f"{letter.title}: provisions, positions and parts of the letter",
        banner=ILLUSTRATIVE if docket.illustrative else "",
        about=(
            ("Docket", docket.title),
            ("Docket number", "; ".join(identifier.identifier for identifier in docket.identifiers)),
            (
                "Document",
                f"{document.title} ({document.document_number})" if document.document_number else document.title,
            ),
            ("Letter", f"{letter.title}, version {version.number}"),
            ("Frozen", f"{moment_in_words(version.frozen_at)}, by {version.frozen_by}"),
            ("Organizations", str(len(current))),
            ("Matrix", "One row for each position on each provision, in the order of the document."),
            ("Who signed", "Organizations whose decision covers the wording of that part of this version."),
        ),
        rows=tuple(_matrix_row(link, where(of_link.get(link.id))) for link in links),
        answers=tuple(_answer_row(answer, where(of_answer.get(answer.id))) for answer in answers),
        signatories=tuple(
            SignatoryRow(
                organization=sign_off.organization.name,
                person=sign_off.name,
                title=sign_off.title,
                decision=DECISION_WORDS[sign_off.decision],
                reservation=sign_off.reservation,
                decided=moment_in_words(sign_off.decided_at),
                version=sign_off.letter_version.number,
                recorded_by=sign_off.recorded_by,
            )
            for sign_off in current
        ),
    )


def _matrix_row(link: ProvisionPosition, where: tuple[str, str]) -> MatrixRow:
    provision, position = link.provision, link.position
    return MatrixRow(
        provision=provision.label or provision.heading or provision.key,
        page=printed_pages(provision.pages),
        position=f"{position.label} {position.name}".strip(),
        source=position.source_document.title,
        stance=link.stance.value.replace("_", " ").capitalize(),
        request=link.request,
        requested_text=link.requested_text,
        part=where[0],
        signed=where[1],
        accepted_by=link.accepted_by,
    )


def _answer_row(answer: QuestionAnswer, where: tuple[str, str]) -> AnswerRow:
    question = answer.question
    return AnswerRow(
        number=question.number,
        question=question.text,
        provision=question.provision.label,
        answer=answer.text if answer.state is AnswerState.ANSWERED else "No answer, by decision.",
        part=where[0],
        signed=where[1],
    )


def printed_pages(pages: Sequence[Any]) -> str:
    """Pages of the Federal Register: ``5698`` or ``5698–5700``."""
    return "" if not pages else str(pages[0]) if len(pages) == 1 else f"{pages[0]}–{pages[-1]}"


def parts_by_upstream(session: Session, version: LetterVersion) -> tuple[dict[int, str], dict[int, str]]:
    """Keys of the letter's parts by the link, and by the answer, they were written from."""
    found = session.execute(
        select(LetterPart.key, LetterPartLink.provision_position_id, LetterPartLink.question_answer_id)
        .join(LetterPartLink.part)
        .where(LetterPart.letter_id == version.letter_id)
        .order_by(LetterPart.place)
    ).all()
    return (
        {link: key for key, link, _ in found if link is not None},
        {answer: key for key, _, answer in found if answer is not None},
    )


class _Signed:
    """Who covers a part, in words."""

    def __init__(self, current: Sequence[SignOff]) -> None:
        self._covered = [(s.organization.name, frozenset(covered_digests(s))) for s in current]

    def words(self, key: str) -> str:
        """``All 9``, ``8 of 9, without Acme Metals`` or ``None of 9``."""
        total = len(self._covered)
        missing = [name for name, keys in self._covered if key not in keys]
        if not total:
            return "Nobody yet"
        if not missing:
            return f"All {total}"
        if len(missing) == total:
            return f"None of {total}"
        return f"{total - len(missing)} of {total}, without {'; '.join(missing)}"


def manifest(
    version: LetterVersion,
    files: Sequence[PackedFile],
    *,
    to_attach: Sequence[str],
    number: int,
    built_by: str,
    built_at: str,
    signatories: Sequence[Mapping[str, Any]],
    left_out: Sequence[str],
    routes: Sequence[str],
) -> dict[str, Any]:
    """``commenttrack-packet/1``: what the packet is about, and size and SHA-256 of every file in it but itself."""
    letter, docket = version.letter, version.letter.docket
    document = letter.rule_document
    return {
        "format": "commenttrack-packet/1",
        "illustrative": docket.illustrative,
        "docket": {"title": docket.title, "identifiers": [each.identifier for each in docket.identifiers]},
        "document": {"title": document.title, "number": document.document_number, "sha256": document.source_sha256},
        "letter": {
            "id": letter.id,
            "title": letter.title,
            "version": version.number,
            "frozen_at": version.frozen_at.isoformat(),
            "parts": {part["key"]: part["digest"] for part in version.parts_json},
        },
        "packet": {"number": number, "built_by": built_by, "built_at": built_at},
        "signatories": list(signatories),
        "left_out_because_stale": list(left_out),
        "where_to_file": list(routes),
        "files_to_attach": list(to_attach),
        "files": [
            {"name": file.name, "media_type": file.media_type, "size": len(file.data), "sha256": file.sha256}
            for file in sorted(files, key=lambda file: file.name)
        ],
    }
