"""How a letter names the rule it answers: agency, place in the Federal Register, full citation."""

import re
from collections.abc import Sequence
from typing import Literal

from commenttrack.letters.authorities import CitedDocument
from commenttrack.letters.heads import cased
from commenttrack.rulemaking.provisions import ParsedRule


def listed(items: Sequence[str]) -> str:
    return " and ".join([", ".join(items[:-1]), items[-1]] if len(items) > 1 else items)


_BODIES = (
    "Bureau", "Administration", "Commission", "Agency", "Office", "Service", "Board", "Authority", "Department",
    "Centers", "Center", "Corporation", "Guard", "Library", "Council",
)  # fmt: skip


def agency_name(rule: ParsedRule) -> str:
    """How running text names the agency after its first mention: the Bureau, the Department, the agencies."""
    agencies = rule.document.agencies
    if len(agencies) > 1:
        return "the agencies"
    if not agencies:
        return "the agency"
    name = agencies[0].subagency or agencies[0].name
    words = name.replace(",", " ").title().split()
    return next((f"the {body}" for body in _BODIES if body in words and body not in ("Guard", "Library")), "the agency")


def full_agency(rule: ParsedRule) -> str:
    names = [agency.subagency or agency.name for agency in rule.document.agencies]
    names = [cased(name) for name in names]
    return "the " + listed(names) if names else "the agency"


def register_of(rule: ParsedRule) -> str:
    """The document's place in the Federal Register, ``91 FR 70012``; empty when volume or page cannot be told."""
    document = rule.document
    if match := re.match(r"\s*(\d+)\s*FR\s*(\d+)\s*\Z", document.fr_citation):
        return f"{match.group(1)} FR {match.group(2)}"
    if document.start_page is None:
        return ""
    year = re.match(r"(\d{4})-", document.publication_date or "") or re.match(r"(\d{4})[-–]", document.document_number)
    # The volume counts years from 1936. A document number is given in the year of filing, nearly always that of print.
    return f"{int(year.group(1)) - 1935} FR {document.start_page}" if year else ""


_CITED_KINDS: dict[str, Literal["proposed", "final", "notice"]] = {
    "proposed_rule": "proposed",
    "rule": "final",
    "notice": "notice",
}


def cited_document(rule: ParsedRule) -> CitedDocument | None:
    """What a full citation of the rule needs (``sources`` of the letter's head); None when its volume is not known."""
    document = rule.document
    register = register_of(rule)
    if not register:
        return None
    volume, _, page = register.split()
    return CitedDocument(
        int(volume),
        int(page),
        document.end_page,
        document.title,
        _CITED_KINDS.get(document.kind, ""),
        document.publication_date or "",
        tuple((place.title, place.part) for place in document.cfr),
    )
