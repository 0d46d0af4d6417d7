"""What a letter says, as plain values: every way of writing a letter leads here, and every output starts from here.

A letter typed as Markdown (:mod:`commenttrack.letters.markdown`) and a letter composed from the mapping both become a
:class:`LetterContent`; PDF, Word and HTML are made from it and from nothing else.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

Order = Literal["alphabetical", "lead-first"]
CitationStyle = Literal["ofr", "bluebook"]
RedlineWords = Literal["hidden", "shown"]


@dataclass(frozen=True, slots=True)
class Letterhead:
    """The head of the first page."""

    name: str = ""
    tagline: str = ""
    address: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CitedDocument:
    """What a full citation of a Federal Register document needs to know about it."""

    volume: int
    start_page: int
    end_page: int | None = None
    title: str = ""
    kind: Literal["proposed", "final", "notice", ""] = ""
    date: str = ""
    """Date of publication, ISO (2024-01-29), or empty when it is not known."""
    cfr: tuple[tuple[int, str], ...] = ()
    """CFR title and part of the affected parts: ``((15, "7"),)``."""


@dataclass(frozen=True, slots=True)
class LetterHead:
    """Everything around the body of the letter. Every field may be left out."""

    letterhead: Letterhead = Letterhead()
    date: str = ""
    via: str = ""
    to: tuple[tuple[str, ...], ...] = ()
    """Addressee blocks, each a tuple of lines."""
    re: tuple[str, ...] = ()
    salutation: str = ""
    closing: str = ""
    contact: str = ""
    order: Order = "alphabetical"
    citations: CitationStyle = "ofr"
    thousands_comma: bool = False
    """Whether Bluebook pages of five digits print as 50,379."""
    toc: bool = False
    draft: bool = False
    numbered: bool = True
    """Whether headings get computed numbers (I., A., 1.); headings that carry their own are left alone."""
    lang: str = "en-US"
    redline_words: RedlineWords = "hidden"
    """``shown`` prints [delete: …] and [insert: …]; ``hidden`` keeps these words for screen readers and for copies."""
    illustrative: str = ""
    """A banner for every page when the rule that the letter answers is an illustration."""
    sources: tuple[CitedDocument, ...] = ()


@dataclass(frozen=True, slots=True)
class Signatory:
    """One line of the signature block: an organization, and who signs for it."""

    organization: str
    person: str = ""
    title: str = ""
    reservation: str = ""
    recorded_by_mail: bool = False


@dataclass(frozen=True, slots=True)
class LetterPartContent:
    """A numbered part of the letter, or (level 0, no heading) text before the first heading."""

    key: str
    heading: str
    level: int
    """1 to 6 as in Markdown; 0 when there is no heading."""
    text: str
    """Markdown, as :mod:`commenttrack.letters.body` reads it."""
    requested_text: str = ""
    """The provision's own words with ``{--deleted--}{++added++}`` and no other markup; empty when none is requested."""
    provisions: tuple[str, ...] = ()
    """Labels of the provisions that the part speaks of, as the rule prints them."""


@dataclass(frozen=True, slots=True)
class LetterContent:
    """A whole letter."""

    head: LetterHead
    parts: tuple[LetterPartContent, ...]
    signatories: tuple[Signatory, ...] = ()
    lead: str = ""
    """Name of the lead organization; empty means the first signatory."""


def ordered_signatories(content: LetterContent) -> tuple[Signatory, ...]:
    """The signature block's order: alphabetical, or the lead first and the others alphabetical."""
    ordered = sorted(content.signatories, key=lambda signatory: name_key(signatory.organization))
    if content.head.order == "lead-first" and ordered:
        lead = content.lead or content.signatories[0].organization
        ordered.sort(key=lambda signatory: signatory.organization != lead)
    return tuple(ordered)


_NUMBER = re.compile(r"(\d+)")


def name_key(name: str) -> tuple[tuple[int, int, str], ...]:
    """Sort key of a name: case, accents, punctuation and a leading "The" do not count; numbers sort by value."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(c))
    words = re.sub(r"[^\w\s]|_", "", plain).split()
    if len(words) > 1 and words[0] == "the":
        words = words[1:]
    pieces = [piece for piece in _NUMBER.split(" ".join(words)) if piece]
    return tuple((0, int(piece), "") if piece.isdecimal() else (1, 0, piece) for piece in pieces)
