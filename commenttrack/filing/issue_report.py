"""The issue-preservation report: which objections the record holds, on which grounds, in which words, and by whom.

A court hears, as a rule, only what was put before the agency while it could still act. The report is for counsel: it
shows for each objection what is there, and says what is missing.
"""

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy.orm import Session

from commenttrack.filing.packet import digest_of, parts_by_upstream, printed_pages
from commenttrack.filing.stated import statement
from commenttrack.letters.heads import ILLUSTRATIVE
from commenttrack.letters.models import Letter
from commenttrack.members.operations import lead
from commenttrack.positions.grounds import WORDS, Ground
from commenttrack.positions.mapping import links_of
from commenttrack.positions.models import ProvisionPosition
from commenttrack.positions.stances import Stance
from commenttrack.rulemaking.models import RuleDocument
from commenttrack.signoffs.campaign import moment_in_words
from commenttrack.signoffs.models import SignOff
from commenttrack.signoffs.reading import covered_digests, part_name, signature_block

NO_GROUND = "no legal ground is named"
NOT_FROZEN = "no version of the letter is frozen"
NOT_IN_LETTER = "it is in no part of the frozen letter"
NO_SENTENCE = "no sentence of its part says it in like words"
NOBODY = "nobody who stands under the letter covers its part"


@dataclass(frozen=True, slots=True)
class Objection:
    """One objection to one provision."""

    link_id: int
    provision: str
    citation: str
    """Where the provision is printed: ``91 FR 5698, 5701``."""
    stance: str
    grounds: tuple[str, ...]
    position: str
    request: str
    part: str
    """Number and heading in the frozen version."""
    quote: str
    """The sentence of the letter."""
    signed: tuple[str, ...]
    """Organizations whose decision covers this part at this wording."""
    excepted: tuple[str, ...]
    """Organizations under the letter that do not stand behind this part, with their reservation."""
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IssueReport:
    """Everything the report says; the attachment of its PDF is this as JSON."""

    association: str
    docket: str
    identifiers: tuple[str, ...]
    document: str
    letter: str
    version: int
    """0 when nothing is frozen."""
    frozen: str
    made_at: str
    banner: str
    under: int
    """Organizations under the letter."""
    grounds: tuple[tuple[str, int], ...]
    """How many objections name each ground."""
    objections: tuple[Objection, ...]

    @property
    def digest(self) -> str:
        """Of everything it says but when it was made."""
        return digest_of({**asdict(self), "made_at": ""})

    @property
    def incomplete(self) -> int:
        """Objections that lack something."""
        return sum(1 for objection in self.objections if objection.missing)


def objects(link: ProvisionPosition) -> bool:
    """Whether a link objects to its provision as proposed: it opposes it, asks for a change, or names a ground."""
    return link.stance in (Stance.OPPOSE, Stance.SUPPORT_WITH_CHANGE) or bool(link.grounds)


def issue_report(session: Session, document: RuleDocument, letter: Letter | None, *, now: dt.datetime) -> IssueReport:
    """The report on a document's mapping, against the letter's newest frozen version, in a fixed number of queries."""
    version = letter.versions[-1] if letter and letter.versions else None
    parts: dict[str, Mapping[str, Any]] = {part["key"]: part for part in version.parts_json} if version else {}
    of_link = parts_by_upstream(session, version)[0] if version else {}
    current = signature_block(session, version).current if version else ()
    objections = tuple(
        _objection(link, document, parts, of_link.get(link.id), current)
        for link in links_of(session, document)
        if objects(link)
    )
    counts = Counter(ground for objection in objections for ground in objection.grounds)
    docket = document.docket
    return IssueReport(
        association=letter.lead.name if letter else lead(session).name,
        docket=docket.title,
        identifiers=tuple(identifier.identifier for identifier in docket.identifiers),
        document=f"{document.title} ({document.document_number})" if document.document_number else document.title,
        letter=letter.title if letter else "",
        version=version.number if version else 0,
        frozen=f"{moment_in_words(version.frozen_at)}, by {version.frozen_by}" if version else "",
        made_at=moment_in_words(now),
        banner=ILLUSTRATIVE if docket.illustrative else "",
        under=len(current),
        grounds=tuple((words, counts[words]) for words in WORDS.values()),
        objections=objections,
    )


def _objection(
    link: ProvisionPosition,
    document: RuleDocument,
    parts: Mapping[str, Mapping[str, Any]],
    key: str | None,
    current: Sequence[SignOff],
) -> Objection:
    provision, position = link.provision, link.position
    part = parts.get(key) if key else None
    quote = statement(part["text"], link.reason, link.request) if part else ""
    covers = [(sign_off, key in covered_digests(sign_off)) for sign_off in current] if part else []
    signed = tuple(sign_off.organization.name for sign_off, covered in covers if covered)
    missing = (
        (not link.grounds, NO_GROUND),
        (not parts, NOT_FROZEN),
        (bool(parts) and part is None, NOT_IN_LETTER),
        (part is not None and not quote, NO_SENTENCE),
        (part is not None and not signed, NOBODY),
    )
    reference = document.metadata_json.get("fr_citation") or (
        f"FR Doc. {document.document_number}" if document.document_number else document.title
    )
    pages = printed_pages(provision.pages)
    return Objection(
        link_id=link.id,
        provision=provision.label or provision.heading or "Passage of the preamble",
        citation=f"{reference}, {pages}" if pages else str(reference),
        stance=link.stance.value.replace("_", " ").capitalize(),
        grounds=tuple(WORDS[Ground(ground)] for ground in link.grounds),
        position=f"{position.label} {position.name}".strip(),
        request=link.request,
        part=part_name(part) if part else "",
        quote=quote,
        signed=signed,
        excepted=tuple(
            f"{sign_off.organization.name}{f' ({sign_off.reservation})' if sign_off.reservation else ''}"
            for sign_off, covered in covers
            if not covered
        ),
        missing=tuple(sentence for lacks, sentence in missing if lacks),
    )
