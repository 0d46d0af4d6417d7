"""What people type to name a document: its number, an address, a citation, a docket or a RIN.

Addresses are only read for the name in them; nobody's address is ever opened.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote, urlsplit

from commenttrack.errors import BadInput
from commenttrack.rulemaking.citations import FederalRegisterCitation, parse_federal_register

Kind = Literal["number", "citation", "rin", "docket", "regulations_gov_document"]

# 2024-06526, E9-12345, 05-1234, and corrections such as C1-2024-06526.
_NUMBER = r"(?:[CRXZ][0-9]{1,2}-)?(?:(?:19|20)[0-9]{2}|[A-Z]?[0-9]{1,2})-[0-9]{1,6}"
_NUMBER_ALONE = re.compile(rf"(?:FR\s+)?(?:Doc(?:ument)?\.?\s*)?(?:No\.?\s*)?({_NUMBER})", re.IGNORECASE)
_RIN = re.compile(r"(?:RIN:?\s*)?([0-9]{4}-[A-Z]{2}[0-9]{2})", re.IGNORECASE)
_REGULATIONS_GOV_ID = re.compile(r"(?=[^0-9]*[0-9])[A-Z][A-Z0-9]*(?:[-_][A-Z0-9]+)+", re.IGNORECASE)
# A document's id is its docket's with a number after it: CISA-2022-0010-0163, FRTIB_FRDOC_0001-0319.
_DOCUMENT_ID = re.compile(r"(?:.+-[0-9]{4}-[0-9]{4,5}|.+_FRDOC_[0-9]{4})-[0-9]{4,}")
_DASHES = re.compile("[‐‑‒–—−]")

_IN_PATH = (
    # /documents/2024/04/04/2024-06526/title and /documents/full_text/xml/2024/04/04/2024-06526.xml
    re.compile(rf"/[0-9]{{4}}/[0-9]{{2}}/[0-9]{{2}}/({_NUMBER})(?:[./]|$)", re.IGNORECASE),
    # /d/2024-06526, /public-inspection/2024-06526/title, /api/v1/documents/2024-06526.json
    re.compile(rf"/(?:d|documents|public-inspection|public-inspection-documents)/({_NUMBER})(?:[./]|$)", re.IGNORECASE),
    # public-inspection.federalregister.gov/2024-06526.pdf
    re.compile(rf"^/({_NUMBER})\.pdf$", re.IGNORECASE),
    # govinfo: /content/pkg/FR-2024-04-04/pdf/2024-06526.pdf, /app/details/FR-2024-04-04/2024-06526
    re.compile(rf"/FR-[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}/(?:[a-z]+/)?({_NUMBER})(?:[./]|$)", re.IGNORECASE),
)
_CITATION_IN_PATH = re.compile(r"/citation/([0-9]{1,3})[- ]FR[- ]([0-9,]{1,7})/?$", re.IGNORECASE)
_REGULATIONS_GOV_PATH = re.compile(r"/(document|docket)/([^/]+)")


@dataclass(frozen=True, slots=True)
class DocumentReference:
    """The name of a document, or of a docket or RIN that has several.

    ``value`` is written as its own system writes it; ``citation`` is given when ``kind`` is ``citation``.
    """

    kind: Kind
    value: str
    citation: FederalRegisterCitation | None = None

    def __str__(self) -> str:
        return {
            "number": f"document {self.value}",
            "citation": self.value,
            "rin": f"RIN {self.value}",
            "docket": f"docket {self.value}",
            "regulations_gov_document": f"regulations.gov document {self.value}",
        }[self.kind]


def parse(text: str) -> DocumentReference:
    """What the text names; raises :class:`BadInput` when that cannot be told."""
    plain = _DASHES.sub("-", " ".join(text.split()))
    if re.match(r"https?://", plain, re.IGNORECASE):
        return _from_address(plain)
    if match := _RIN.fullmatch(plain):
        return DocumentReference("rin", match[1].upper())
    if match := _NUMBER_ALONE.fullmatch(plain):
        return DocumentReference("number", match[1].upper())
    if re.match(r"[0-9]+\s", plain):
        return _from_citation(parse_federal_register(plain))
    docket = re.sub(r"^docket\s*(?:id|no\.?|number)?:?\s*", "", plain, flags=re.IGNORECASE)
    if _REGULATIONS_GOV_ID.fullmatch(docket):
        return _from_regulations_gov(docket)
    raise BadInput(
        f"“{text.strip()[:80]}” names no document: give a number such as 2024-06526, a citation such as 89 FR 23644, "
        f"or the address of a page on federalregister.gov, govinfo.gov or regulations.gov."
    )


def _from_citation(citation: FederalRegisterCitation) -> DocumentReference:
    # Pages cited within a document do not help to find it.
    start = FederalRegisterCitation(citation.volume, citation.page)
    return DocumentReference("citation", str(start), start)


def _from_regulations_gov(identifier: str) -> DocumentReference:
    identifier = identifier.upper()
    return DocumentReference("regulations_gov_document" if _DOCUMENT_ID.fullmatch(identifier) else "docket", identifier)


def _from_address(address: str) -> DocumentReference:
    try:
        parts = urlsplit(address)
        host, path = (parts.hostname or "").lower(), unquote(parts.path)
    except ValueError:
        host, path = "", ""
    if _belongs_to(host, "federalregister.gov") or _belongs_to(host, "govinfo.gov"):
        if match := _CITATION_IN_PATH.search(path):
            return _from_citation(FederalRegisterCitation(int(match[1]), int(match[2].replace(",", ""))))
        for pattern in _IN_PATH:
            if match := pattern.search(path):
                return DocumentReference("number", match[1].upper())
    elif _belongs_to(host, "regulations.gov") and (match := _REGULATIONS_GOV_PATH.search(path)):
        kind: Kind = "docket" if match[1] == "docket" else "regulations_gov_document"
        if _REGULATIONS_GOV_ID.fullmatch(match[2]):
            return DocumentReference(kind, match[2].upper())
    raise BadInput(
        f"The address {address[:120]} names no Federal Register document. Addresses of documents on "
        f"federalregister.gov, govinfo.gov and regulations.gov are understood."
    )


def _belongs_to(host: str, domain: str) -> bool:
    return host == domain or host.endswith("." + domain)
