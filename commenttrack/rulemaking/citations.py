"""Citations of the Code of Federal Regulations and of the Federal Register: values, written forms, order, finding.

A CFR citation is “6 CFR 226.1(a)(2)”; a path of markers leads from the section to the paragraph. A Federal Register
citation is “89 FR 5698, 5702” (volume, first page, pages cited within it), in Bluebook form “89 Fed. Reg. 5698, 5702”.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from commenttrack.errors import BadInput
from commenttrack.rulemaking.enumerators import readings, written
from commenttrack.rulemaking.paragraph_levels import STYLES

_MARKERS = r"(?:\(\s?[A-Za-z0-9]{1,8}\s?\))+"
_LIST = rf"{_MARKERS}(?:(?:\s*,\s*(?:and\s+|or\s+)?|\s+and\s+|\s+or\s+|\s+through\s+|\s*[-–]\s*){_MARKERS})*"
_SECTION = r"[0-9]+[A-Za-z]?(?:-[0-9]+)?\.[0-9][0-9A-Za-z]*(?:-[0-9]+[A-Za-z]?)*"
_CFR = re.compile(
    rf"\b(?P<title>[0-9]{{1,2}})\s?C\.?\s?F\.?\s?R\.?\s*"
    rf"(?:(?:§§?\s*)?(?P<section>{_SECTION})(?:\s?(?P<path>{_MARKERS}))?(?:\s?“(?P<term>[^”]+)”\s?(?P<within>{_MARKERS})?)?"
    rf"|(?:[Pp]arts?|[Pp]ts?\.)\s*(?P<part>[0-9]+[A-Za-z]?(?:-[0-9]+)?)(?:,?\s*[Ss]ubpart\s+(?P<subpart>[A-Z]{{1,3}}))?)"
)
_BARE = re.compile(rf"(?:§§?\s*|\b[Ss]ections?\s+)(?P<section>{_SECTION})(?:\s?(?P<path>{_MARKERS}))?")
_ONE_MARKER = re.compile(r"\(\s?([A-Za-z0-9]{1,8})\s?\)")
_SPLIT = re.compile(rf"({_MARKERS})|(through|[-–])")
_FR = re.compile(
    r"\b(?P<volume>[0-9]{1,3})\s(?:FR|F\.R\.|Fed\.\s?Reg\.)\s(?:at\s)?(?P<page>[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,6})(?![0-9])"
    r"(?P<pins>(?:(?:,\s|\s?[-–]\s?)(?:[0-9]{1,3},[0-9]{3}|[0-9]{2,6})(?![0-9]))*)"
)
_PIN = re.compile(r"([0-9]{1,3},[0-9]{3}|[0-9]{2,6})(?:\s?[-–]\s?([0-9]{1,3},[0-9]{3}|[0-9]{2,6}))?")
# For text in lower case.
_PARAGRAPHS = re.compile(rf"\bparagraphs?\s+({_LIST})")
_NATURAL = re.compile(r"([0-9]+)")
_RANGE_LIMIT = 60


@dataclass(frozen=True, slots=True)
class Citation:
    """A place in the CFR. ``section`` is empty for a part or subpart; ``path`` holds markers without parentheses.

    ``term`` is the defined term when the place is a definition; ``path`` then leads on from it.
    """

    title: int | None
    part: str
    section: str = ""
    path: tuple[str, ...] = ()
    subpart: str = ""
    term: str = ""

    def __str__(self) -> str:
        """As the Federal Register writes it; without a title with a section sign."""
        markers = "".join(f"({marker})" for marker in self.path)
        if self.section:
            base = f"{self.title} CFR {self.section}" if self.title else f"§ {self.section}"
            return f"{base} “{self.term}” {markers}".rstrip() if self.term else base + markers
        base = f"{self.title} CFR part {self.part}" if self.title else f"part {self.part}"
        return f"{base} subpart {self.subpart}" if self.subpart else base

    def contains(self, other: Citation) -> bool:
        """Whether the other place is this one or lies within it; an unknown title is taken to be the same."""
        if self.title and other.title and self.title != other.title:
            return False
        if not self.section:
            return self.part == other.part and self.subpart in ("", other.subpart)
        if self.section != other.section or (self.term and self.term.lower() != other.term.lower()):
            return False
        return other.path[: len(self.path)] == self.path and (self.term == other.term or not self.path)

    @property
    def order(self) -> tuple[tuple[int, str] | tuple[int, int, str], ...]:
        """Key to sort citations in the order of the CFR: 226.2 before 226.10, (i) by the level it stands at."""
        place = [(self.title or 0, "")]
        place += [*_natural(self.part), (-1, "")]
        place += [*_natural(self.section), (-1, self.term.lower())] if self.section else [(-1, self.subpart)]
        return (*place, *((_value(marker, level), marker) for level, marker in enumerate(self.path)))


@dataclass(frozen=True, slots=True)
class FederalRegisterCitation:
    """A volume, the page a document starts on, and the pages cited within it as (first, last)."""

    volume: int
    page: int
    pins: tuple[tuple[int, int], ...] = ()

    def __str__(self) -> str:
        return self.written("FR")

    def written(self, reporter: str = "FR", *, comma: bool = False) -> str:
        """With “FR” (Federal Register style) or “Fed. Reg.” (Bluebook); ``comma`` groups pages of five digits."""

        def number(page: int) -> str:
            return f"{page:,}" if comma and page >= 10_000 else str(page)

        pins = [number(first) if first == last else f"{number(first)}–{number(last)}" for first, last in self.pins]
        return ", ".join([f"{self.volume} {reporter} {number(self.page)}", *pins])


@dataclass(frozen=True, slots=True)
class Found:
    """A citation found in running text, with the stretch it stands in."""

    citation: Citation | FederalRegisterCitation
    start: int
    end: int


def parse(text: str, *, title: int | None = None) -> Citation:
    """One CFR citation that is the whole of ``text``; ``title`` is that of a bare “§ 226.1(a)”.

    Raises :class:`BadInput` when the text is anything else.
    """
    plain = " ".join(text.split())
    match = _CFR.fullmatch(plain)
    if match:
        return _cfr(match)
    bare = _BARE.fullmatch(plain)
    if bare:
        return _bare(bare, title)
    part = re.fullmatch(r"part ([0-9]+[A-Za-z]?)(?: subpart ([A-Z]{1,3}))?", plain, re.IGNORECASE)
    if part:
        return Citation(title, part[1], subpart=part[2] or "")
    raise BadInput(f"“{text}” is not a citation of the CFR such as “6 CFR 226.1(a)(2)” or “6 CFR part 226”.")


def find(text: str, *, title: int | None = None) -> Iterator[Found]:
    """All citations in running text in their order, those of the CFR and of the Federal Register.

    “§ 226.1(a)” without a title is found too and takes ``title``.
    """
    found: dict[int, Found] = {}
    covered: list[tuple[int, int]] = []
    for match in _CFR.finditer(text):
        found[match.start()] = Found(_cfr(match), match.start(), match.end())
        covered.append(match.span())
    for match in _FR.finditer(text):
        found[match.start()] = Found(_federal_register(match), match.start(), match.end())
        covered.append(match.span())
    covered.sort()
    position = 0
    for match in _BARE.finditer(text):
        while position < len(covered) and covered[position][1] <= match.start():
            position += 1
        if position == len(covered) or covered[position][0] >= match.end():
            found[match.start()] = Found(_bare(match, title), match.start(), match.end())
    for start in sorted(found):
        yield found[start]


def parse_federal_register(text: str) -> FederalRegisterCitation:
    """One Federal Register citation that is the whole of ``text``; raises :class:`BadInput` otherwise."""
    match = _FR.fullmatch(" ".join(text.split()))
    if not match:
        raise BadInput(f"“{text}” is not a citation of the Federal Register such as “89 FR 5698, 5702”.")
    return _federal_register(match)


def paragraph_paths(text: str) -> list[tuple[str, ...]]:
    """The paths named after “paragraph(s)” in a text, ranges written out: “(f)(1) through (3)” gives three."""
    found: list[tuple[str, ...]] = []
    # Of the same length as the text.
    lower = text.replace("İ", "I").lower()
    at = lower.find("paragraph")
    while at >= 0:
        # Looked for first, since the expression would be tried at every character.
        match = _PARAGRAPHS.match(lower, at)
        if match:
            found += paths(text[match.start(1) : match.end(1)])
        at = lower.find("paragraph", match.end() if match else at + 1)
    return found


# The same short lists come again and again, in an instruction and in those about it.
@lru_cache(maxsize=1024)
def paths(text: str) -> tuple[tuple[str, ...], ...]:
    """The paths in a list of markers such as “(f)(1) through (4), (g)”, ranges written out."""
    found: list[tuple[str, ...]] = []
    through = False
    for markers, word in _SPLIT.findall(text):
        if word:
            through = True
            continue
        path = tuple(_ONE_MARKER.findall(markers))
        if found:
            path = _aligned(found[-1], path, through=through)
            if through:
                found += _between(found[-1], path)
        found.append(path)
        through = False
    return tuple(found)


def path_values(path: tuple[str, ...]) -> tuple[int, ...]:
    """The place of each marker in the list of its level, 0 where a marker does not fit its level."""
    return tuple(_value(marker, level) for level, marker in enumerate(path))


def _cfr(match: re.Match[str]) -> Citation:
    title = int(match["title"])
    if match["section"] is None:
        return Citation(title, match["part"], subpart=match["subpart"] or "")
    term = match["term"] or ""
    path = tuple(_ONE_MARKER.findall((match["within"] if term else match["path"]) or ""))
    return Citation(title, match["section"].split(".")[0], match["section"], path, term=term)


def _bare(match: re.Match[str], title: int | None) -> Citation:
    section = match["section"]
    return Citation(title, section.split(".")[0], section, tuple(_ONE_MARKER.findall(match["path"] or "")))


def _federal_register(match: re.Match[str]) -> FederalRegisterCitation:
    page = _page(match["page"])
    result = FederalRegisterCitation(int(match["volume"]), page)
    pins: list[tuple[int, int]] = []
    text = match["pins"].strip()
    if text[:1] in ("-", "–"):
        # “89 FR 5698–5702” cites the first page to the second.
        text = f"{page}{text}"
    for first, last in _PIN.findall(text):
        start = _page(first)
        end = _page(last) if last else start
        if end < start:
            # “5698–02” leaves out what the pages share.
            end = int(str(start)[: -len(str(end))] + str(end)) if len(str(end)) < len(str(start)) else start
        pins.append((start, end))
    return replace(result, pins=tuple(pins))


def _page(text: str) -> int:
    return int(text.replace(",", ""))


def _natural(text: str) -> list[tuple[int, str]]:
    return [(int(piece), "") if piece.isdigit() else (-1, piece.lower()) for piece in _NATURAL.split(text) if piece]


def _value(marker: str, level: int) -> int:
    style = STYLES[level] if level < len(STYLES) else ""
    for reading in readings(marker):
        if reading.style == style:
            return reading.value
    return 0


def _aligned(before: tuple[str, ...], path: tuple[str, ...], *, through: bool) -> tuple[str, ...]:
    """A short path goes on at the level of the last marker of its style: (4) after (f)(1) is (f)(4).

    A marker's style is that of its level where it has it, so (f)(9) after (a)(9)(i)(F) starts anew.
    """
    if len(path) >= len(before) and not through and path[0].isalpha():
        return path
    for depth in range(len(before) - 1, -1, -1):
        at_level = [reading for reading in readings(before[depth]) if reading.style == STYLES[depth % len(STYLES)]]
        for own in at_level or readings(before[depth]):
            if any(own.style == new.style and new.value - own.value <= _RANGE_LIMIT for new in readings(path[0])):
                return (*before[:depth], *path)
    return path


def _between(start: tuple[str, ...], end: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The paths between the two ends of a range, none when the ends do not stand in one list."""
    if len(start) != len(end) or start[:-1] != end[:-1]:
        return []
    for first in readings(start[-1]):
        for last in readings(end[-1]):
            if first.style == last.style and first.value < last.value <= first.value + _RANGE_LIMIT:
                values = range(first.value + 1, last.value)
                return [(*start[:-1], written(first.style, value)) for value in values]
    return []
