"""Citations in full, in the two forms of comment letters: the Office of the Federal Register's and the Bluebook's.

``[@84 FR 65316, 65318]`` in the text of a letter names an authority (:mod:`commenttrack.letters.citation_reading`); how
it prints depends on the style and, for the Bluebook, on what was cited before it
(:mod:`commenttrack.letters.short_forms`).
"""

import re
from collections.abc import Sequence
from datetime import date

from commenttrack.errors import BadInput
from commenttrack.letters.authorities import (
    Authority,
    Case,
    CitedDocument,
    Code,
    Comment,
    FederalRegister,
    Other,
    Pages,
    PublicLaw,
    Report,
    StatutesAtLarge,
)
from commenttrack.letters.blocks import Inlines, Styled, Text, plain

NBSP = "\u00a0"
_MONTHS = ("Jan.", "Feb.", "Mar.", "Apr.", "May", "June", "July", "Aug.", "Sept.", "Oct.", "Nov.", "Dec.")
_REGULATIONS_GOV = "https://www.regulations.gov/comment/"


def ofr(authority: Authority) -> str:
    """The words of :func:`ofr_form`."""
    return plain(ofr_form(authority))


def ofr_form(authority: Authority) -> Inlines:
    """The Office of the Federal Register's form; always in full, since agency readers cut letters into excerpts."""
    match authority:
        case FederalRegister(volume, page, pins, provision):
            pointed = "".join(f", {_span(pin)}" for pin in pins)
            return (Text(f"{volume}{NBSP}FR{NBSP}{page}{pointed}{in_document(authority) if provision else ''}"),)
        case Code(title, code, sections, part, inside, _, name):
            word = f"{'parts' if _several(sections) else 'part'}{NBSP}" if part else ""
            what = f"{title}{NBSP}{code}{NBSP}{word}{_listed(sections)}{f', {inside}' if inside else ''}"
            return (Text(f"{name}, {what}" if name else what),)
        case PublicLaw(congress, number, sections, _, volume, _, year, name):
            law = f"Pub.{NBSP}L. {congress}-{number}"
            section = f", {'secs.' if _several(sections) else 'sec.'}{NBSP}{_listed(sections)}" if sections else ""
            place = f", {_at_large(authority)}" if volume else ""
            return (Text(f"{name}, " if name else ""), Text(law + section + place + _in_brackets(year)))
        case _:
            return bluebook_form(authority)


def bluebook(authority: Authority, document: CitedDocument | None = None, *, thousands: bool = False) -> str:
    """The words of :func:`bluebook_form`."""
    return plain(bluebook_form(authority, document, thousands=thousands))


def bluebook_form(authority: Authority, document: CitedDocument | None = None, *, thousands: bool = False) -> Inlines:
    """The full Bluebook form. ``document`` gives title, date and kind of a Federal Register document."""
    match authority:
        case FederalRegister(volume, page, pins):
            document = document or authority.document
            title = f"{document.title}, " if document and document.title else ""
            pointed = "".join(f", {bluebook_pages(pin, thousands)}" for pin in pins)
            start = _page(page, thousands)
            dated = _dated(volume, document)
            codified = _codified(document, authority.provision)
            return (Text(f"{title}{volume}{NBSP}Fed.{NBSP}Reg.{NBSP}{start}{pointed} ({dated}){codified}"),)
        case Code(title_number, code, sections, part, inside, year, name):
            what = f"{title_number}{NBSP}{'C.F.R.' if code == 'CFR' else code}{NBSP}{signed(sections, part)}"
            within = f", {_abbreviated(inside)}" if inside else ""
            return (Text(f"{name}, " if name else ""), Text(what + within + _in_brackets(year)))
        case PublicLaw(congress, number, sections, _, volume, _, year, name):
            law = f"Pub.{NBSP}L. No.{NBSP}{congress}-{number}"
            section = f", {signed(sections)}" if sections else ""
            place = f", {_at_large(authority)}" if volume else ""
            return (Text(f"{name}, " if name else ""), Text(law + section + place + _in_brackets(year)))
        case StatutesAtLarge(_, _, _, year, name):
            return (Text(f"{name}, " if name else ""), Text(_at_large(authority) + _in_brackets(year)))
        case Case():
            return _case(authority)
        case Comment() | Report():
            return _document(authority)
        case Other(text):
            return (Text(text),)


# ------------------------------------------------------------------------------------------- cases and documents


def _case(case: Case) -> Inlines:
    start = "___" if case.page is None else str(case.page)
    pointed = f", {listed_pages(case.pins)}" if case.pins else ""
    dated = " ".join(piece for piece in (case.court.replace(" ", NBSP), case.year) if piece)
    where = f"{case.volume}{NBSP}{reporter(case)}{NBSP}{start}{pointed}{_in_brackets(dated)}"
    return (Styled("em", (Text(case.name),)), Text(f", {where}")) if case.name else (Text(where),)


def reporter(case: Case) -> str:
    """The reporter as it prints, with its spaces unbroken."""
    return case.reporter.replace(" ", NBSP)


def _document(document: Comment | Report) -> Inlines:
    out: list[Text | Styled] = []
    if document.author:
        out.append(Text(f"{document.author}, "))
    if isinstance(document, Comment):
        title, number = document.title, f"No.{NBSP}{document.id}"
        url = document.url or f"{_REGULATIONS_GOV}{document.id}"
        out.append(Text(f"{title}, {number}" if title else f"Comment {number}"))
    else:
        title, url = document.title, document.url
        if document.number:
            out.append(Text(f"{document.number}, "))
        out.append(Styled("em", (Text(title),)))
    if document.pins or document.place:
        out.append(Text(f", {place_of(document)}"))
    when = written_date(document.date) if re.fullmatch(r"\d{4}-\d\d-\d\d", document.date) else document.date
    out.append(Text(_in_brackets(when) + (f", {url}" if url else "")))
    return tuple(out)


def place_of(authority: Authority, *, thousands: bool = False) -> str:
    """What points into a work after *Id.* or its short form: ``at 843``, ``tbl. 3``; empty for the whole work."""
    match authority:
        case Comment(_, (), place) | Report(_, (), place):
            return place
        case FederalRegister() | PublicLaw() | StatutesAtLarge() | Case() | Comment() | Report() if authority.pins:
            return f"at{NBSP}{listed_pages(authority.pins, thousands)}"
    return ""


# ------------------------------------------------------------------------------------------------ pages and sections


def bluebook_pages(pin: Pages, thousands: bool = False) -> str:
    """5702, 5702–03, 50,379–80: of a range's end only the last two digits when the others repeat."""
    notes = f" {pin.notes}" if pin.notes else ""
    if pin.first == pin.last:
        return _page(pin.first, thousands) + notes
    first, last = str(pin.first), str(pin.last)
    end = (
        last[-2:]
        if len(first) == len(last) and first[:-2] == last[:-2] and len(first) > 2
        else _page(pin.last, thousands)
    )
    return f"{_page(pin.first, thousands)}–{end}{notes}"


def listed_pages(pins: Sequence[Pages], thousands: bool = False) -> str:
    """Several pages in Bluebook form: 5702–03, 5705."""
    return ", ".join(bluebook_pages(pin, thousands) for pin in pins)


def signed(sections: Sequence[str], part: bool = False) -> str:
    """Sections or parts with their sign: § 7.2(a), (b); §§ 7.2, 7.3; §§ 7.2–7.5; pt. 7."""
    sign = ("pts." if _several(sections) else "pt.") if part else ("§§" if _several(sections) else "§")
    return f"{sign}{NBSP}{_listed(sections)}"


def in_document(authority: FederalRegister) -> str:
    """The section of a document's own text that a citation names, in brackets: (proposed § 7.302(b)(2))."""
    kind = authority.document.kind if authority.document else "proposed"
    return f" ({'proposed ' if kind == 'proposed' else ''}§{NBSP}{authority.provision})"


def written_date(iso: str) -> str:
    """Jan. 29, 2024 for 2024-01-29. Raises :class:`BadInput` for what is not a date."""
    try:
        day = date.fromisoformat(iso)
    except ValueError:
        raise BadInput(f"{iso!r} is not a date; write it as 2024-01-29.") from None
    return f"{_MONTHS[day.month - 1]}{NBSP}{day.day}, {day.year}"


def _several(sections: Sequence[str]) -> bool:
    """Whether more than one section is cited; paragraphs of one section, (a)–(c) or (a), (b), are not several."""
    whole = [section for section in sections if not section.startswith("(")]
    return len(whole) > 1 or any(re.search(r"–(?!\()", section) for section in whole)


def _abbreviated(inside: str) -> str:
    kind, _, which = inside.partition(" ")
    short = {"appendix": "app.", "supplement": "supp.", "subpart": "subpt."}[kind]
    return f"{short} {which}".replace(" ", NBSP)


def _at_large(law: PublicLaw | StatutesAtLarge) -> str:
    pointed = f", {listed_pages(law.pins)}" if law.pins else ""
    return f"{law.volume}{NBSP}Stat.{NBSP}{law.page}{pointed}"


def _in_brackets(text: str) -> str:
    return f" ({text})" if text else ""


def _dated(volume: int, document: CitedDocument | None) -> str:
    # Volume 1 of the Federal Register is the year 1936 and each year has one volume.
    when = written_date(document.date) if document and document.date else str(volume + 1935)
    return f"proposed {when}" if document and document.kind == "proposed" else when


def _codified(document: CitedDocument | None, provision: str = "") -> str:
    titles: dict[int, list[str]] = {}
    for title, part in document.cfr if document else ():
        titles.setdefault(title, []).append(part)
    if provision:
        part_of = re.match(r"\d+\w*", provision)
        title_of = [title for title, parts in titles.items() if part_of and part_of.group() in parts] or [*titles]
        if len(title_of) == 1:
            return f" (to be codified at {title_of[0]}{NBSP}C.F.R. §{NBSP}{provision})"
        return f" (proposed §{NBSP}{provision})"
    if document is None or document.kind != "proposed" or not titles:
        return ""
    places = [
        f"{title}{NBSP}C.F.R.{NBSP}{'pts.' if len(parts) > 1 else 'pt.'}{NBSP}{_listed(parts)}"
        for title, parts in titles.items()
    ]
    return f" (to be codified at {' and '.join(places)})"


def _page(page: int, thousands: bool) -> str:
    # The Bluebook's comma in numbers of five digits or more; four-digit pages never have one.
    return f"{page:,}" if thousands and page >= 10_000 else str(page)


def _span(pin: Pages) -> str:
    notes = f" {pin.notes}" if pin.notes else ""
    return (str(pin.first) if pin.first == pin.last else f"{pin.first}–{pin.last}") + notes


def _listed(sections: Sequence[str]) -> str:
    return ", ".join(sections)
