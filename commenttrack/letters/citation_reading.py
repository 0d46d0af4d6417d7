"""Citations as they are typed between ``[@`` and ``]``, read as the authorities they name.

Both forms are read, the Office of the Federal Register's and the Bluebook's, with or without the title, date and court
that a full citation carries; and ``[@key, 115]`` for what the letter's head declares.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Literal

from commenttrack.errors import BadInput
from commenttrack.letters.authorities import (
    Authority,
    Case,
    Citation,
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

NBSP = "\u00a0"


class UnreadableCitation(BadInput):
    """A citation that looks like one of a known kind and cannot be read."""


_SIGNALS = (
    "See, e.g.,", "See also, e.g.,", "See generally", "See also", "But see, e.g.,", "But see", "But cf.", "See",
    "Cf., e.g.,", "Cf.", "Accord", "Contra", "Compare", "E.g.,",
)  # fmt: skip
_SIGNAL = re.compile(rf"(?P<signal>{'|'.join(re.escape(s) for s in sorted(_SIGNALS, key=len, reverse=True))})\s+", re.I)
_REMARK = re.compile(
    r"\s*(\((?:[a-z]+ing\s|emphas[ie]s|footnotes?\b|citations?\b|internal\b|alterations?\b|en banc|per curiam|"
    r"plurality|(?:[A-Z][\w.’']+,? )+(?:dissenting|concurring))(?:[^()]|\([^()]*\))*\))\Z"
)
_NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)"
_PIN = rf"{_NUMBER}(?:\s*[-–—]\s*{_NUMBER})?(?:\s*&?\s*nn?\.\s*\d+(?:[-–]\d+)?)?"
_PINS = rf"(?:at\s+|pp?\.\s*)?(?P<pins>{_PIN}(?:\s*(?:,|and|&)\s*{_PIN})*)"
_PLACE = r"(?:,\s*(?:proposed\s+)?§{1,2}\s*(?P<provision>\d[\w.()-]*))?"
_MONTH_NAMES = "jan feb mar apr may jun jul aug sep oct nov dec".split()  # noqa: SIM905
_DAY = r"(?P<month>[A-Z][a-z]{2,8})\.?\s+(?P<day>\d{1,2}),\s+(?P<year>\d{4})"

_REGISTER = re.compile(
    rf"(?:(?P<title>\S.*?),\s+)?(?P<volume>\d{{1,3}})\s*(?:FR|F\.\s?R\.|Fed\.\s*Reg\.)\s*(?P<page>{_NUMBER})"
    rf"(?:\s*,\s*{_PINS})?{_PLACE}"
    rf"(?:\s*\((?P<proposed>proposed\s+)?(?:{_DAY}|\d{{4}})\))?"
    r"(?:\s*\(to be codified at (?P<codified>[^()]*(?:\([^()]*\)[^()]*)*)\))?"
    r"(?:\s*\((?:proposed\s+)?§\s*(?P<in_brackets>\d[\w.()-]*)\))?\Z"
)
_LOOKS_LIKE_REGISTER = re.compile(r"(?:\S.*?,\s+)?\d+\s*(?:FR|F\.\s?R\.|Fed\.\s*Reg\.)(?=[\s\d]|\Z)")
_SHORT_FORM = re.compile(r"(?:id|ibid)\b\.?(?:\s|\Z)|.*\bsupra\s+note\b", re.I)
_NAME = r"(?:(?P<name>[^\W\d].*?),\s+)?"
_YEAR = r"(?:\s*\((?P<year>(?:Supp\.\s\S+\s)?\d{4})\))?"
_CFR = re.compile(
    rf"(?P<title>\d{{1,2}})\s*(?:CFR|C\.\s?F\.\s?R\.)\s*(?P<part>parts?\s|pts?\.\s*)?(?:§§?\s*)?(?P<rest>\d\S*.*?){_YEAR}\Z"
)
_USC = re.compile(rf"{_NAME}(?P<title>\d{{1,2}})\s*U\.?\s?S\.?\s?C\.?\s*(?:§§?\s*)?(?P<rest>\d\S*.*?){_YEAR}\Z")
_WITHIN = re.compile(
    r",?\s*(?P<kind>app(?:endix|\.)|supp(?:lement|\.)|subp(?:art|t\.))\s*(?P<which>(?:no\.\s*)?[\w.-]+.*)\Z", re.I
)
_WITHIN_KINDS = {"app": "appendix", "sup": "supplement", "sub": "subpart"}
_LAW_SECTIONS = r"(?:,\s*(?:§§?|secs?\.|sections?)\s*(?P<sections>\d\S*(?:\s*(?:,|and|&)\s*[\d(]\S*?)*?))?"
_STAT = rf"(?P<volume>\d{{1,3}})\s*Stat\.\s*(?P<page>\d+)(?:\s*,\s*{_PINS})?"
_LAW = re.compile(
    rf"{_NAME}(?:Pub(?:lic|\.)\s*L(?:aw|\.)|P\.\s?L\.)\s*(?:Nos?\.\s*)?(?P<congress>\d{{2,3}})[-–](?P<number>\d+)"
    rf"{_LAW_SECTIONS}(?:,\s*{_STAT})?{_YEAR}\Z"
)
_AT_LARGE = re.compile(rf"{_NAME}{_STAT}{_YEAR}\Z")

REPORTERS = (
    "U.S.", "S. Ct.", "L. Ed.", "L. Ed. 2d", "F.", "F.2d", "F.3d", "F.4th", "F. App’x", "F. Supp.", "F. Supp. 2d",
    "F. Supp. 3d", "F. Supp. 4th", "Fed. Cl.", "Ct. Cl.", "B.R.", "F.R.D.", "T.C.", "Ct. Int’l Trade", "C.C.P.A.",
    "A.", "A.2d", "A.3d", "N.E.", "N.E.2d", "N.E.3d", "N.W.", "N.W.2d", "N.W.3d", "P.", "P.2d", "P.3d", "S.E.",
    "S.E.2d", "S.W.", "S.W.2d", "S.W.3d", "So.", "So. 2d", "So. 3d", "Cal. Rptr.", "Cal. Rptr. 2d", "Cal. Rptr. 3d",
    "N.Y.S.2d", "N.Y.S.3d", "F.C.C.", "F.C.C.R.", "F.E.R.C.", "I. & N. Dec.", "N.L.R.B.",
)  # fmt: skip
"""The reporters whose citations are read, as the Bluebook spaces them."""


def _closed(reporter: str) -> str:
    return re.sub(r"\s", "", reporter).replace("'", "’").lower()


_REPORTER_BY_LETTERS = {_closed(reporter): reporter for reporter in REPORTERS}
_REPORTER = "|".join(
    r"\s*".join("[’']" if char == "’" else re.escape(char) for char in re.sub(r"\s", "", reporter))
    for reporter in sorted(REPORTERS, key=len, reverse=True)
)
_CASE = re.compile(
    rf"(?:(?P<name>[^\W\d].*?),\s+)?(?P<volume>\d{{1,4}})\s+(?P<reporter>{_REPORTER})\s*(?P<page>\d+|_{{2,}})"
    rf"(?:\s*,\s*{_PINS})?(?:\s*\((?P<court>[^()]*?)\s*(?P<year>\d{{4}})\))?\Z"
)
_CASE_SHORT = re.compile(rf"(?:\S.*?,\s+)?\d{{1,4}}\s+(?:{_REPORTER})\s+at\s+\d", re.S)
_COMMENT_ID = r"[A-Z][A-Z0-9_]+-(?:[A-Z0-9_]+-)*\d{4}-(?:[A-Z]+-)?\d{4}-\d{4,7}"
_COMMENT = re.compile(
    rf"(?:(?P<author>\S.*?),\s+)??(?:Comments?\s+(?:No\.|ID|of)?\s*|No\.\s*)?(?P<id>{_COMMENT_ID})"
    r"(?:\s*,\s*(?P<place>[^()]+?))?(?:\s*\((?P<date>[^()]+)\))?(?:,\s*https?://\S+)?\Z"
)
_KEY = re.compile(r"(?P<key>[a-z][\w.-]*)(?:(?:\s*,)?\s+(?P<rest>.+)|\s*,\s*(?P<after>.+))?\Z")
_ALL_PINS = re.compile(rf"{_PINS}\Z")


def parse(source: str, declared: Mapping[str, Authority] | None = None) -> tuple[Citation, ...]:
    """The citations between ``[@`` and ``]``, separated by semicolons; ``declared`` are the head's sources by key.

    Raises :class:`UnreadableCitation` for a citation of the Federal Register without a first page or with a page before
    it, for a short form (*Id.*, *supra*), and for a key that the head does not declare.
    """
    pieces = (piece.strip().removeprefix("@").strip() for piece in re.split(r";(?![^()]*\))", source))
    return tuple(_one(piece, declared or {}) for piece in pieces if piece)


def _one(text: str, declared: Mapping[str, Authority]) -> Citation:
    signal = remark = ""
    text = " ".join(text.replace(NBSP, " ").split())
    if match := _SIGNAL.match(text):
        signal, text = match.group("signal"), text[match.end() :]
    while match := _REMARK.search(text):
        remark = f"{match.group(1)} {remark}".strip()
        text = text[: match.start()]
    text = text.rstrip(",") if text.endswith(("et seq.", " n.")) else text.rstrip(".,")
    return Citation(_authority(text, declared), signal, remark)


def _authority(text: str, declared: Mapping[str, Authority]) -> Authority:
    if _SHORT_FORM.match(text):
        raise UnreadableCitation(
            f"[@{text}] is a short form. Cite the work itself, as in [@84 FR 65316, 65318]; Id., supra and other short "
            "forms are made from the final order of the notes."
        )
    for pattern, reader in _READERS:
        if match := pattern.match(text):
            return reader(match, text)
    if _LOOKS_LIKE_REGISTER.match(text) or _CASE_SHORT.match(text):
        raise UnreadableCitation(
            f"The citation [@{text}] cannot be read. Write volume, first page and the pages meant, as in "
            "[@84 FR 65316, 65318]; short forms are made from the order of the notes."
        )
    if match := _KEY.match(text):
        key, rest = match.group("key"), (match.group("rest") or match.group("after") or "").strip()
        if key in declared:
            return _placed(declared[key], rest, text)
        if not rest or _ALL_PINS.match(rest) or rest.startswith("§"):
            known = f"the keys there are {', '.join(declared)}" if declared else "the head declares none"
            raise UnreadableCitation(f"[@{text}] names no source of the letter’s head (sources: - key: …); {known}.")
    return Other(text)


def _placed(authority: Authority, rest: str, text: str) -> Authority:
    """A declared work with the pages, sections or other place that are meant of it."""
    if not rest:
        return authority
    match authority:
        case FederalRegister(page=page):
            found = re.fullmatch(rf"(?:{_PINS})?{_PLACE}", rest if rest[0] not in "§p" else f",{rest}")
            if found is None:
                raise UnreadableCitation(f"[@{text}]: after the key stand pages or a section, as in , 5702, § 7.2(b).")
            pins = pages(found.group("pins") or "", text, first=page)
            return replace(authority, pins=pins, provision=found.group("provision") or "")
        case Code():
            return replace(authority, sections=_sections(re.sub(r"\A§§?\s*", "", rest)))
        case PublicLaw(page=first):
            found = re.fullmatch(rf"(?:§§?\s*(?P<sections>[^,]+(?:,\s*\([^,]+)*))?(?:(?:\A|,\s*){_PINS})?", rest)
            if found is None:
                raise UnreadableCitation(f"[@{text}]: after the key stand sections or pages, as in , § 1758, 2218.")
            sections = found.group("sections")
            return replace(
                authority,
                sections=_sections(sections) if sections else authority.sections,
                pins=pages(found.group("pins") or "", text, first=first),
            )
        case StatutesAtLarge(page=first) | Case(page=first):
            if not _ALL_PINS.match(rest):
                raise UnreadableCitation(f"[@{text}]: after the key stand pages, as in , 843-44.")
            return replace(authority, pins=pages(rest, text, first=first))
        case Comment() | Report():
            return _in_document(authority, rest, text)
        case Other(words):
            return Other(f"{words}, {rest}")


def _in_document(authority: Comment | Report, rest: str, text: str) -> Comment | Report:
    if _ALL_PINS.match(rest):
        return replace(authority, pins=pages(rest, text), place="")
    return replace(authority, pins=(), place=rest)


# ------------------------------------------------------------------------------------------------- kind by kind


def _register(match: re.Match[str], text: str) -> FederalRegister:
    volume, page = int(match.group("volume")), _value(match.group("page"))
    kind: Literal["proposed", "final", "notice", ""] = "proposed" if match.group("proposed") else ""
    title, day = match.group("title") or "", ""
    if match.group("day"):
        day = _day(match, text)
    codified = match.group("codified") or ""
    provision = match.group("provision") or match.group("in_brackets") or ""
    in_section: tuple[tuple[int, str], ...] = ()
    if section := re.search(r"(\d+)\s*C\.?\s?F\.?\s?R\.?\s*§\s?((\d+\w*)[\w.()-]*)", codified):
        provision = section.group(2)
        in_section = ((int(section.group(1)), section.group(3)),)
    cfr = in_section or tuple(
        (int(place.group(1)), part)
        for piece in re.split(r"(?=\b\d+\s*C\.?\s?F\.?\s?R)", codified)
        if (place := re.match(r"(\d+)\s*C\.?\s?F\.?\s?R\.?\s*(?:pts?\.|parts?)\s*", piece))
        for part in re.findall(r"\d\w*", piece[place.end() :])
    )
    document = CitedDocument(volume, page, None, title, kind, day, cfr) if title or kind or day or cfr else None
    return FederalRegister(volume, page, pages(match.group("pins") or "", text, first=page), provision, document)


def _day(match: re.Match[str], text: str) -> str:
    month = match.group("month")[:3].lower()
    try:
        number = _MONTH_NAMES.index(month) + 1
        return date(int(match.group("year")), number, int(match.group("day"))).isoformat()
    except ValueError:
        raise UnreadableCitation(f"The citation [@{text}] has no day of the calendar between its brackets.") from None


def pages(typed: str, text: str, *, first: int | None = None) -> tuple[Pages, ...]:
    """The pages of ``65318, 65320-21 n.4``; ``first`` is the page on which the work begins.

    Raises :class:`UnreadableCitation`, naming ``text``, for a page before it and for a range that runs backwards.
    """
    found: list[Pages] = []
    typed = re.sub(r"\A(?:at\s+|pp?\.\s*)", "", typed)
    for pin in re.split(r"\s*(?:,\s+|,(?!\d{3}\b)|\band\b|&(?!\s*n))\s*", typed):
        if not pin:
            continue
        notes = ""
        if noted := re.search(r"\s*&?\s*(nn?\.)\s*(\d+(?:[-–]\d+)?)\Z", pin):
            notes = noted.group(1) + noted.group(2).replace("-", "–")
            pin = pin[: noted.start()]
        start, *rest = re.split(r"\s*[-–—]\s*", pin)
        begin = _value(start)
        end = begin if not rest else _value(rest[0])
        if rest and end < begin:  # 65318–19: the digits that repeat are left out
            end = int(str(begin)[: -len(rest[0])] + rest[0])
        if (first is not None and begin < first) or end < begin:
            raise UnreadableCitation(f"The citation [@{text}] points at page {pin}, which lies before page {first}.")
        found.append(Pages(begin, end, notes))
    return tuple(found)


def _value(number: str) -> int:
    return int(number.replace(",", ""))


def _cfr(match: re.Match[str], _: str) -> Code:
    rest, inside = match.group("rest"), ""
    if place := _WITHIN.search(rest):
        rest = rest[: place.start()]
        inside = f"{_WITHIN_KINDS[place.group('kind')[:3].lower()]} {place.group('which')}"
    sections = _sections(rest)
    whole = bool(match.group("part")) or all(re.fullmatch(r"\w+(?:–\w+)?", section) for section in sections)
    return Code(int(match.group("title")), "CFR", sections, whole, inside, match.group("year") or "")


def _usc(match: re.Match[str], _: str) -> Code:
    return Code(
        int(match.group("title")),
        "U.S.C.",
        _sections(match.group("rest")),
        year=match.group("year") or "",
        name=match.group("name") or "",
    )


def _sections(typed: str) -> tuple[str, ...]:
    return tuple(_ranged(section) for section in re.split(r"\s*(?:,|\band\b|&)\s*", typed.strip()) if section)


_PARAGRAPH_RANGE = re.compile(r"(\S*\(\w{1,5}\))\s*[-–—]\s*((?:\(\w{1,5}\))+)\Z")
_RANGE = re.compile(r"(?P<first>\S+?)\s*(?:-|—|–|\bto\b|\bthrough\b)\s*(?P<last>(?:§\s*)?\S+)\Z")


def _ranged(section: str) -> str:
    """A range with an en dash. 240.14a-8 and 300gg-11 are sections: a hyphen makes a range between two alike."""
    if paragraphs := _PARAGRAPH_RANGE.match(section):
        return f"{paragraphs.group(1)}–{paragraphs.group(2)}"
    match = _RANGE.match(section)
    if match is None:
        return section
    first, last = match.group("first"), match.group("last").removeprefix("§").strip()
    if "–" in section or "—" in section or re.search(r"\s(?:to|through)\s", section):
        return f"{first}–{last}"
    shapes = [re.sub(r"\d+", "0", re.sub(r"\(\w{1,5}\)", "", side)) for side in (first, last)]
    values = [[int(number) for number in re.findall(r"\d+", side)] for side in (first, last)]
    return f"{first}–{last}" if shapes[0] == shapes[1] and values[0] < values[1] else section


def _law(match: re.Match[str], text: str) -> PublicLaw:
    page = int(match.group("page")) if match.group("page") else None
    return PublicLaw(
        int(match.group("congress")),
        int(match.group("number")),
        _sections(match.group("sections") or ""),
        pages(match.group("pins") or "", text, first=page),
        int(match.group("volume")) if match.group("volume") else None,
        page,
        match.group("year") or "",
        match.group("name") or "",
    )


def _at_large(match: re.Match[str], text: str) -> StatutesAtLarge:
    page = int(match.group("page"))
    pins = pages(match.group("pins") or "", text, first=page)
    return StatutesAtLarge(int(match.group("volume")), page, pins, match.group("year") or "", match.group("name") or "")


def _case(match: re.Match[str], text: str) -> Case:
    page = int(match.group("page")) if match.group("page").isdecimal() else None
    return Case(
        int(match.group("volume")),
        _REPORTER_BY_LETTERS[_closed(match.group("reporter"))],
        page,
        pages(match.group("pins") or "", text, first=page),
        match.group("name") or "",
        match.group("court") or "",
        match.group("year") or "",
    )


def _comment(match: re.Match[str], text: str) -> Comment:
    when = match.group("date") or ""
    if day := re.fullmatch(_DAY, when):
        when = _day(day, text)
    comment = Comment(match.group("id"), author=match.group("author") or "", date=when)
    place = match.group("place")
    read = _in_document(comment, place, text) if place else comment
    return read if isinstance(read, Comment) else comment


_READERS: Iterable[tuple[re.Pattern[str], Callable[[re.Match[str], str], Authority]]] = (
    (_REGISTER, _register),
    (_CFR, _cfr),
    (_USC, _usc),
    (_LAW, _law),
    (_AT_LARGE, _at_large),
    (_CASE, _case),
    (_COMMENT, _comment),
)
