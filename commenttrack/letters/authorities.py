"""What a letter cites, as plain values: documents of the Federal Register, codes, laws, cases, comments and reports.

Two citations name the same work when :func:`work` of them is the same; what describes a work (its title, its date) does
not count in comparisons, so that a citation that spells it out equals one that does not.
"""

import re
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal


@dataclass(frozen=True, slots=True)
class Pages:
    """One page or a range of pages, both ends included."""

    first: int
    last: int
    notes: str = ""
    """Notes on these pages, as printed after them: ``n.12``."""


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
    key: str = ""
    """What ``[@key]`` calls it; empty when it is cited by volume and page alone."""
    short: str = ""
    """The name that it is given in brackets, [hereinafter …], and has from then on."""


@dataclass(frozen=True, slots=True)
class FederalRegister:
    """A document of the Federal Register by volume and first page, with the pages pointed at."""

    volume: int
    page: int
    pins: tuple[Pages, ...] = ()
    provision: str = ""
    """A section of the document's own text, ``7.302(b)(2)``, when the citation names one."""
    document: CitedDocument | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Code:
    """A section or part of the Code of Federal Regulations (``CFR``) or of the United States Code (``U.S.C.``)."""

    title: int
    code: str
    sections: tuple[str, ...]
    """As printed, ``7.2(a)(1)`` or ``7.2–7.5``; for a part its number. ``(b)`` goes on with the section before it."""
    part: bool = False
    within: str = ""
    """What of the part is meant, in the form of the OFR: ``appendix A``, ``supplement no. 1``, ``subpart B``."""
    year: str = ""
    name: str = field(default="", compare=False)
    """The popular name of an act, printed before its first citation."""


@dataclass(frozen=True, slots=True)
class PublicLaw:
    """A public law, with its place in the Statutes at Large when that is given."""

    congress: int
    number: int
    sections: tuple[str, ...] = ()
    pins: tuple[Pages, ...] = ()
    volume: int | None = field(default=None, compare=False)
    page: int | None = field(default=None, compare=False)
    year: str = field(default="", compare=False)
    name: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class StatutesAtLarge:
    """A place in the Statutes at Large, cited by itself."""

    volume: int
    page: int
    pins: tuple[Pages, ...] = ()
    year: str = field(default="", compare=False)
    name: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Case:
    """A decision by its place in a reporter; ``page`` is None while the reporter has not numbered it."""

    volume: int
    reporter: str
    page: int | None
    pins: tuple[Pages, ...] = ()
    name: str = ""
    court: str = field(default="", compare=False)
    """As printed before the year, ``D.C. Cir.``; empty for the Supreme Court."""
    year: str = field(default="", compare=False)
    short: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment in a docket on regulations.gov."""

    id: str
    """Its number there, ``CMS-2019-0090-0015``."""
    pins: tuple[Pages, ...] = ()
    place: str = ""
    """A place in it that is no page: ``tbl. 3``, ``pt. II.B``."""
    author: str = field(default="", compare=False)
    title: str = field(default="", compare=False)
    date: str = field(default="", compare=False)
    """ISO, or as it is to be printed ("Mar. 2024")."""
    url: str = field(default="", compare=False)
    short: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Report:
    """A report, guidance or any other document that the letter's head describes under ``key``."""

    key: str
    pins: tuple[Pages, ...] = ()
    place: str = ""
    author: str = field(default="", compare=False)
    title: str = field(default="", compare=False)
    number: str = field(default="", compare=False)
    date: str = field(default="", compare=False)
    url: str = field(default="", compare=False)
    short: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Other:
    """Any other authority, printed as typed."""

    text: str


Authority = FederalRegister | Code | PublicLaw | StatutesAtLarge | Case | Comment | Report | Other


@dataclass(frozen=True, slots=True)
class DeclaredSource:
    """A work that the letter's head declares, and the ``key`` by which ``[@key, 115]`` cites it."""

    key: str
    authority: Authority


@dataclass(frozen=True, slots=True)
class Citation:
    """An authority with the signal before it (See, Cf., …) and the remark after it, ``(emphasis added)``, if any."""

    authority: Authority
    signal: str = ""
    remark: str = ""


def work(authority: Authority) -> Hashable:
    """What *Id.* can stand for: a document, decision, comment or law whatever page of it, a title of a code."""
    match authority:
        case FederalRegister(volume, page):
            return "FR", volume, page
        case Code(title, code):
            return code, title
        case PublicLaw(congress, number):
            return "Pub. L.", congress, number
        case StatutesAtLarge(volume, page):
            return "Stat.", volume, page
        case Case(volume, reporter, page, _, name):
            return reporter, volume, page if page is not None else name
        case Comment(number):
            return "comment", number
        case Report(key):
            return "report", key
        case Other(text):
            return "other", text


def described(authorities: Iterator[Authority]) -> dict[Hashable, Authority]:
    """For each work, what any of these citations says of it; a citation typed in full serves all the others.

    Codes are left out: the name of an act belongs to its own sections and not to the title.
    """
    known: dict[Hashable, Authority] = {}
    for authority in authorities:
        if not isinstance(authority, Code | Other):
            key = work(authority)
            known[key] = completed(known[key], authority) if key in known else authority
    return known


_DESCRIBING = {
    FederalRegister: ("document",),
    PublicLaw: ("volume", "page", "year", "name"),
    StatutesAtLarge: ("year", "name"),
    Case: ("name", "court", "year", "short"),
    Comment: ("author", "title", "date", "url", "short"),
    Report: ("author", "title", "number", "date", "url", "short"),
}


def completed(authority: Authority, other: Authority | None) -> Authority:
    """The citation with what ``other``, a citation of the same work, says more of it."""
    fields = _DESCRIBING.get(type(authority), ())
    missing = {name: getattr(other, name) for name in fields if other and not getattr(authority, name)}
    return replace(authority, **missing) if missing else authority


# ------------------------------------------------------------------------------------------------- places in a code


def covers(code: Code, label: str) -> bool:
    """Whether a provision (``15 CFR 7.2(a)(1)``) is among the cited places or lies within one."""
    title = f"{code.title} {code.code} "
    if not label.startswith(title):
        return False
    provision = label.removeprefix(title)
    before = ""
    for section in code.sections:
        first, _, last = section.removesuffix(" et seq.").partition("–")
        if first.startswith("("):
            first = f"{_number(before)}{first}"
        before = first
        if last:
            last = f"{_stem(first)}{last}" if last.startswith("(") else last
            if _between(first, last, provision):
                return True
        elif within(provision, first):
            return True
    return False


def within(label: str, place: str) -> bool:
    """Whether a label is the cited place or lies below it: 7.2(a)(1) is within 7.2(a), 7.2 within part 7."""
    return label == place or (label.startswith(place) and label[len(place)] in "(.")


def _number(section: str) -> str:
    return section.partition("(")[0]


def _stem(section: str) -> str:
    """A paragraph without its last marker: 7.2(a) of 7.2(a)(1)."""
    return section[: section.rfind("(")] if "(" in section else section


def _between(first: str, last: str, provision: str) -> bool:
    depth = first.count("(")
    pieces = re.findall(r"[^()]+", provision)
    if len(pieces) <= depth:
        return False
    here = pieces[0] + "".join(f"({piece})" for piece in pieces[1 : depth + 1])
    if depth and _stem(here) != _stem(first):
        return False
    marks = [_mark(section) for section in (first, here, last)]
    # (i) to (iv) are numerals and (c) to (d) letters; a range of one-letter marks is of numerals when it begins with i.
    if depth and (marks[0] == "i" or len(marks[0] + marks[2]) > 2) and all(mark in _ROMAN for mark in marks):
        return _ROMAN.index(marks[0]) <= _ROMAN.index(marks[1]) <= _ROMAN.index(marks[2])
    return _rank(marks[0]) <= _rank(marks[1]) <= _rank(marks[2])


_ROMAN = [
    tens + ones for tens in ("", "x", "xx") for ones in ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")
][1:]


def _mark(section: str) -> str:
    return section[section.rfind("(") + 1 : -1] if section.endswith(")") else section


def _rank(mark: str) -> tuple[tuple[int, int, str], ...]:
    """Order of sections and of the markers of one level: numbers by value, letters by length and then alphabet."""
    return tuple(
        (0, int(piece), "") if piece.isdecimal() else (1, len(piece), piece)
        for piece in re.findall(r"\d+|[^\W\d_]+", mark)
    )


def declared_sources(documents: Iterable[CitedDocument], works: Iterable[DeclaredSource]) -> Mapping[str, Authority]:
    """Everything that a letter's head declares, by key."""
    named: dict[str, Authority] = {
        document.key: FederalRegister(document.volume, document.start_page, document=document)
        for document in documents
        if document.key
    }
    return named | {source.key: source.authority for source in works}
