"""Citations in the two forms that comment letters use: the Office of the Federal Register's and the Bluebook's.

``[@84 FR 65316, 65318]`` in the text of a letter names an authority; how it prints depends on the style and, for the
Bluebook, on what was cited before it, which :mod:`commenttrack.letters.notes` decides.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from commenttrack.errors import BadInput
from commenttrack.letters.content import CitedDocument

NBSP = "\u00a0"
_MONTHS = ("Jan.", "Feb.", "Mar.", "Apr.", "May", "June", "July", "Aug.", "Sept.", "Oct.", "Nov.", "Dec.")


@dataclass(frozen=True, slots=True)
class Pages:
    """One page or a range of pages, both ends included."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class FederalRegister:
    """A document of the Federal Register by volume and first page, with the pages pointed at."""

    volume: int
    page: int
    pins: tuple[Pages, ...] = ()


@dataclass(frozen=True, slots=True)
class Code:
    """A section or part of the Code of Federal Regulations (``CFR``) or of the United States Code (``U.S.C.``)."""

    title: int
    code: str
    sections: tuple[str, ...]
    """As printed, ``7.2(a)(1)`` or ``7.2–7.5``; for a part its number."""
    part: bool = False


@dataclass(frozen=True, slots=True)
class Other:
    """Any other authority, printed as typed."""

    text: str


Authority = FederalRegister | Code | Other


@dataclass(frozen=True, slots=True)
class Citation:
    """An authority with the signal before it (See, Cf., …) if any."""

    authority: Authority
    signal: str = ""


class UnreadableCitation(BadInput):
    """A citation that looks like the Federal Register's or the Code's and cannot be read."""


_NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)"
_PIN = rf"{_NUMBER}(?:\s*[-–—]\s*{_NUMBER})?"
_REGISTER = re.compile(
    rf"(?P<volume>\d{{1,3}})\s*(?:FR|F\.\s?R\.|Fed\.\s*Reg\.)\s*(?P<page>{_NUMBER})"
    rf"(?:\s*,\s*(?:at\s+)?(?P<pins>{_PIN}(?:\s*(?:,|and|&)\s*{_PIN})*))?\Z"
)
_LOOKS_LIKE_REGISTER = re.compile(r"\d+\s*(?:FR|F\.\s?R\.|Fed\.\s*Reg\.)(?=[\s\d]|\Z)")
_CFR = re.compile(
    r"(?P<title>\d{1,2})\s*(?:CFR|C\.\s?F\.\s?R\.)\s*(?P<part>parts?\s|pts?\.\s*)?(?:§§?\s*)?(?P<rest>\d\S*.*)\Z"
)
_USC = re.compile(r"(?P<title>\d{1,2})\s*U\.?\s?S\.?\s?C\.?\s*(?:§§?\s*)?(?P<rest>\d\S*.*)\Z")
_SIGNAL = re.compile(r"(?P<signal>See, e\.g\.,|See generally|See also|But see|See|Cf\.|Accord|E\.g\.,)\s+", re.I)


def parse(source: str) -> tuple[Citation, ...]:
    """The citations between ``[@`` and ``]``, separated by semicolons.

    Raises :class:`UnreadableCitation` for a Federal Register citation without a first page or with a page before it.
    """
    return tuple(_one(piece.strip().removeprefix("@").strip()) for piece in source.split(";") if piece.strip())


def _one(text: str) -> Citation:
    signal = ""
    if match := _SIGNAL.match(text):
        signal, text = match.group("signal"), text[match.end() :]
    text = " ".join(text.replace(NBSP, " ").split()).rstrip(".")
    if match := _REGISTER.match(text):
        return Citation(_register(match, text), signal)
    if _LOOKS_LIKE_REGISTER.match(text):
        raise UnreadableCitation(
            f"The citation [@{text}] cannot be read. Write volume, first page and the pages meant, as in "
            "[@84 FR 65316, 65318]; short forms are made from the order of the notes."
        )
    if match := _CFR.match(text):
        sections = tuple(re.split(r"\s*(?:,|\band\b|&)\s*", match.group("rest")))
        whole = bool(match.group("part")) or all(section.isalnum() for section in sections)
        return Citation(Code(int(match.group("title")), "CFR", sections, whole), signal)
    if match := _USC.match(text):
        return Citation(
            Code(int(match.group("title")), "U.S.C.", tuple(re.split(r"\s*(?:,|\band\b|&)\s*", match.group("rest")))),
            signal,
        )
    return Citation(Other(text), signal)


def _register(match: re.Match[str], text: str) -> FederalRegister:
    page = _value(match.group("page"))
    pins: list[Pages] = []
    for pin in re.split(r"\s*(?:,\s+|,(?!\d{3}\b)|and|&)\s*", match.group("pins") or ""):
        if not pin:
            continue
        first, *rest = re.split(r"\s*[-–—]\s*", pin)
        start = _value(first)
        end = start if not rest else _value(rest[0])
        if rest and end < start:  # 65318–19: the digits that repeat are left out
            end = int(str(start)[: -len(rest[0])] + rest[0])
        if start < page or end < start:
            raise UnreadableCitation(f"The citation [@{text}] points at page {pin}, which lies before page {page}.")
        pins.append(Pages(start, end))
    return FederalRegister(int(match.group("volume")), page, tuple(pins))


def _value(number: str) -> int:
    return int(number.replace(",", ""))


# ------------------------------------------------------------------------------------------------------------- forms


def ofr(authority: Authority) -> str:
    """The Office of the Federal Register's form; always in full, since agency readers cut letters into excerpts."""
    match authority:
        case FederalRegister(volume, page, pins):
            pointed = "".join(f", {_span(pin, '–')}" for pin in pins)
            return f"{volume}{NBSP}FR{NBSP}{page}{pointed}"
        case Code(title, code, sections, part):
            word = (f"{'parts' if len(sections) > 1 else 'part'}{NBSP}") if part else ""
            return f"{title}{NBSP}{code}{NBSP}{word}{_listed(sections)}"
        case Other(text):
            return text


def bluebook(authority: Authority, document: CitedDocument | None = None, *, thousands: bool = False) -> str:
    """The full Bluebook form. ``document`` gives title, date and kind of a Federal Register document."""
    match authority:
        case FederalRegister(volume, page, pins):
            title = f"{document.title}, " if document and document.title else ""
            pointed = "".join(f", {bluebook_pages(pin, thousands)}" for pin in pins)
            start = _page(page, thousands)
            dated = _dated(volume, document)
            codified = _codified(document)
            return f"{title}{volume}{NBSP}Fed.{NBSP}Reg.{NBSP}{start}{pointed} ({dated}){codified}"
        case Code(title_number, code, sections, part):
            name = "C.F.R." if code == "CFR" else code
            many = len(sections) > 1 or any("–" in section or "-" in section for section in sections)
            sign = ("pts." if many else "pt.") if part else ("§§" if many else "§")
            return f"{title_number}{NBSP}{name}{NBSP}{sign}{NBSP}{_listed(sections)}"
        case Other(text):
            return text


def bluebook_short(authority: FederalRegister, *, thousands: bool = False) -> str:
    """``89 Fed. Reg. at 5702``, for a document cited in full before."""
    return f"{authority.volume}{NBSP}Fed.{NBSP}Reg. at{NBSP}{_pointed(authority, thousands)}"


def bluebook_id(authority: Authority, previous: Authority, *, thousands: bool = False) -> str | None:
    """What stands after *Id.* when ``previous`` was cited immediately before: "" for the very same place; None when
    *Id.* cannot say it."""
    if authority == previous:
        return ""
    match authority, previous:
        case FederalRegister(volume, page, pins), FederalRegister(volume2, page2, _):
            if (volume, page) == (volume2, page2) and pins:
                return f" at{NBSP}{_pointed(authority, thousands)}"
        case Code(title, code, sections, False), Code(title2, code2, _, False):
            if (title, code) == (title2, code2):
                return f" {'§§' if len(sections) > 1 else '§'}{NBSP}{_listed(sections)}"
    return None


def bluebook_pages(pin: Pages, thousands: bool = False) -> str:
    """5702, 5702–03, 50,379–80: of a range's end only the last two digits when the others repeat."""
    if pin.first == pin.last:
        return _page(pin.first, thousands)
    first, last = str(pin.first), str(pin.last)
    end = (
        last[-2:]
        if len(first) == len(last) and first[:-2] == last[:-2] and len(first) > 2
        else _page(pin.last, thousands)
    )
    return f"{_page(pin.first, thousands)}–{end}"


def written_date(iso: str) -> str:
    """Jan. 29, 2024 for 2024-01-29. Raises :class:`BadInput` for what is not a date."""
    try:
        day = date.fromisoformat(iso)
    except ValueError:
        raise BadInput(f"{iso!r} is not a date; write it as 2024-01-29.") from None
    return f"{_MONTHS[day.month - 1]}{NBSP}{day.day}, {day.year}"


def _pointed(authority: FederalRegister, thousands: bool) -> str:
    pins = authority.pins or (Pages(authority.page, authority.page),)
    return ", ".join(bluebook_pages(pin, thousands) for pin in pins)


def _dated(volume: int, document: CitedDocument | None) -> str:
    # Volume 1 of the Federal Register is the year 1936 and each year has one volume.
    when = written_date(document.date) if document and document.date else str(volume + 1935)
    return f"proposed {when}" if document and document.kind == "proposed" else when


def _codified(document: CitedDocument | None) -> str:
    if document is None or document.kind != "proposed" or not document.cfr:
        return ""
    titles: dict[int, list[str]] = {}
    for title, part in document.cfr:
        titles.setdefault(title, []).append(part)
    places = [
        f"{title}{NBSP}C.F.R.{NBSP}{'pts.' if len(parts) > 1 else 'pt.'}{NBSP}{_listed(parts)}"
        for title, parts in titles.items()
    ]
    return f" (to be codified at {' and '.join(places)})"


def _page(page: int, thousands: bool) -> str:
    # The Bluebook's comma in numbers of five digits or more; four-digit pages never have one.
    return f"{page:,}" if thousands and page >= 10_000 else str(page)


def _span(pin: Pages, dash: str) -> str:
    return str(pin.first) if pin.first == pin.last else f"{pin.first}{dash}{pin.last}"


def _listed(sections: Sequence[str]) -> str:
    return ", ".join(sections)
