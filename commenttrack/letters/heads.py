"""The head of a comment letter as the notice itself fixes it: to whom, about what, by which numbers.

The values are those of the YAML head of ``letter compile``, so a person can correct every one of them.
"""

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any

from commenttrack.letters.content import Letterhead
from commenttrack.rulemaking.provisions import ParsedAgency, ParsedDocument

ILLUSTRATIVE = "Illustrative: made for trying CommentTrack; not for filing."
"""What the pages of every file about an illustrative docket say."""

VIA = "Via regulations.gov"
"""How most letters are delivered; wrong for an agency that takes comments another way."""

_WRITTEN_KIND = {"proposed_rule": "proposed", "rule": "final", "notice": "notice"}


def head_for(
    document: ParsedDocument,
    *,
    letterhead: Letterhead,
    day: dt.date,
    contact: str = "",
    illustrative: str = "",
    via: str = VIA,
) -> dict[str, Any]:
    """A head for a letter on ``document``, dated ``day``: one addressee block for each agency, and the Re: lines."""
    head: dict[str, Any] = {
        "letterhead": {
            "name": letterhead.name,
            "tagline": letterhead.tagline,
            "address": list(letterhead.address),
        },
        "date": written(day),
        "via": via,
        "to": [_addressee(agency) for agency in document.agencies],
        "re": _re_lines(document),
        "salutation": "Dear Sir or Madam:",
        "closing": "Respectfully submitted,",
        "contact": contact,
        "illustrative": illustrative,
    }
    if document.fr_citation and document.start_page:
        source: dict[str, Any] = {
            "cite": document.fr_citation,
            "title": document.title,
            "kind": _WRITTEN_KIND.get(document.kind, "notice"),
            "cfr": [f"{part.title} CFR part {part.part}" for part in document.cfr],
        }
        if document.end_page:
            source["last_page"] = document.end_page
        if document.publication_date:
            source["date"] = document.publication_date
        head["sources"] = [source]
    return {key: value for key, value in head.items() if value not in ("", [], None)}


def written(day: dt.date) -> str:
    """A day as letters date themselves: "March 13, 2024"."""
    return f"{day:%B} {day.day}, {day.year}"


def _addressee(agency: ParsedAgency) -> list[str]:
    """The agency's own block, the nearer body first, in the capitals of a letter and not of a masthead."""
    return [cased(line) for line in (agency.subagency, agency.name) if line]


_SMALL = frozenset({"and", "of", "the", "for", "on", "in", "to", "a", "an"})


def cased(name: str) -> str:
    """``DEPARTMENT OF HOMELAND SECURITY`` as ``Department of Homeland Security``; mixed case stays as it is."""
    if name != name.upper():
        return name
    words = name.lower().split()
    return " ".join(
        word if index and word in _SMALL else re.sub(r"(^|[-(/])(\w)", lambda m: m[1] + m[2].upper(), word)
        for index, word in enumerate(words)
    )


def _re_lines(document: ParsedDocument) -> list[str]:
    lines = [document.title]
    lines += [_numbered("Docket No.", "Docket Nos.", document.docket_ids)] if document.docket_ids else []
    lines += [_numbered("RIN", "RINs", document.rins)] if document.rins else []
    if document.fr_citation:
        published = (
            f" ({written(dt.date.fromisoformat(document.publication_date))})" if document.publication_date else ""
        )
        lines.append(f"{document.fr_citation}{published}")
    return lines


def _numbered(one: str, several: str, identifiers: Sequence[str]) -> str:
    """The identifiers as the notice prints them, without a "Docket No." of its own in front."""
    plain = [
        re.sub(r"^(Docket\s+)?(No|ID|Number)s?\.?\s*", "", identifier, flags=re.IGNORECASE)
        for identifier in identifiers
    ]
    return f"{one if len(plain) == 1 else several} {', '.join(plain)}"
