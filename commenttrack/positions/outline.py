"""What surrounds a provision: the text one must know to understand "(iii) at least two years".

A passage carries its own words, the headings above it, the lead-ins of the paragraphs it hangs under, its citation path
and which provisions it cites. Provisions that come without parents (extracts, files of other makers) get their lead-ins
from their markers.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from commenttrack.rulemaking.provisions import ParsedProvision

_REGULATORY = frozenset({"part", "subpart", "section", "paragraph", "definition", "appendix"})
_DIVISIONS = frozenset({"preamble_heading", "section", "appendix"})
_SECTION = r"(\d+[a-z]?\.\d+[a-z]?)"
_LABEL = re.compile(rf"{_SECTION}((?:\([A-Za-z0-9]{{1,5}}\))*)")
_CITED = re.compile(rf"(?:§+|\bCFR|\band|\bor|\bthrough|,)\s*{_SECTION}((?:\([A-Za-z0-9]{{1,5}}\))*)")
_WORD = re.compile(r"[A-Za-z]{2}")
_MARKER = re.compile(r"\s*\(([A-Za-z0-9]{1,5})\)\s*")
_IN_PARENTHESES = re.compile(r"\(([^)]*)\)")
_INVITES = re.compile(
    r"\b(?:seeks?|requests?|invites?|welcomes?|solicits?|asks? for) (?:public )?(?:comments?|input|feedback|views)\b",
    re.IGNORECASE,
)
# Lists that help to find one's way; nobody takes a position on an entry of theirs. The whole heading must say so: what
# a rule asks under "Report contents" or "Abbreviations on labels" is no such list.
_APPARATUS = re.compile(
    r"(?:[IVX\d]+\.\s*)?(?:(?:table of )?contents|list of (?:tables|figures)|(?:list of |table of )?"
    r"(?:abbreviations|acronyms)(?: and (?:abbreviations|acronyms))?(?: (?:\w+ )?used\b.*)?)[.:]?",
    re.IGNORECASE,
)
_INVITING_HEADING = re.compile(r"\brequests? for (?:public )?comments?\b", re.IGNORECASE)

Path = tuple[str, ...]
"""A citation as its steps: ("226.13", "b", "1")."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A provision that has words, with what surrounds it.

    ``headings`` runs from the outermost to the nearest; ``division`` names the heading or section that the passage
    stands in and is the same for all its passages; ``invites_comment`` says that the agency asks for comment there.
    """

    id: str
    label: str
    """What people call it: its citation or heading numbers; empty where the rule gives it none."""
    kind: str
    text: str
    headings: tuple[str, ...]
    lead_in: str
    division: str
    path: Path
    cites: tuple[Path, ...]
    invites_comment: bool

    @property
    def name(self) -> str:
        """What a reader finds it by; its id where neither it nor a heading above it has a name."""
        return self.label or (f"“{self.headings[-1]}”" if self.headings else self.id)

    @property
    def regulatory(self) -> bool:
        """Whether it is text of the CFR (it has a citation path) and not of the preamble."""
        return bool(self.path)


def passages(provisions: Sequence[ParsedProvision]) -> list[Passage]:
    """The provisions that have words, in order, each with what surrounds it."""
    by_id = {provision.id: provision for provision in provisions}
    inferred = _parents_from_markers(provisions)
    openings = _openings(provisions)
    found = []
    for provision in provisions:
        text = " ".join([provision.text, *(cell for row in provision.rows for cell in row)]).strip()
        if not _WORD.search(text):
            continue  # nothing to suggest: asterisks stand for text that stays as it is
        above = list(_ancestors(provision, by_id, inferred))[::-1]
        path = _path(provision, above, inferred)
        headings = _headings(provision, above)
        if provision.kind == "preamble_paragraph" and headings and _APPARATUS.fullmatch(headings[-1].strip()):
            continue
        opening = [by_id[openings[item.id]] for item in (*above, provision) if item.id in openings]
        own_heading = provision.heading if _is_own_heading(provision) else ""
        found.append(
            Passage(
                id=provision.id,
                label=provision.label,
                kind=provision.kind,
                text=f"{own_heading} {text}".strip(),
                headings=headings,
                lead_in=" ".join(
                    words
                    for item in (*opening, *above)
                    if item.kind not in ("preamble_heading", "part", "subpart")
                    and (words := f"{item.heading if _is_own_heading(item) else ''} {item.text}".strip())
                ),
                division=_division(provision, above),
                path=path,
                cites=tuple(dict.fromkeys(_citations(text))),
                invites_comment=bool(_INVITES.search(text))
                or bool(headings and _INVITING_HEADING.search(headings[-1])),
            )
        )
    return found


def _openings(provisions: Iterable[ParsedProvision]) -> dict[str, str]:
    """Provision id → id of the unnumbered paragraph that opens its section.

    It leads in the numbered ones, but stands beside them in the tree, since nothing numbers it.
    """
    found: dict[str, str] = {}
    first: dict[str, ParsedProvision] = {}
    for provision in provisions:
        if provision.parent is not None and provision.kind == "paragraph":
            opening = first.setdefault(provision.parent, provision)
            if provision.number and not opening.number:
                found[provision.id] = opening.id
    return found


def _ancestors(
    provision: ParsedProvision, by_id: Mapping[str, ParsedProvision], inferred: Mapping[str, str]
) -> Iterator[ParsedProvision]:
    seen = {provision.id}
    key = provision.parent or inferred.get(provision.id)
    while key is not None and key in by_id and key not in seen:
        seen.add(key)
        yield by_id[key]
        key = by_id[key].parent or inferred.get(key)


def _is_own_heading(provision: ParsedProvision) -> bool:
    """A paragraph's heading is its own, unless it repeats where the paragraph stands ("§ 226.1", "IV > B. Scope")."""
    if provision.kind in _DIVISIONS or provision.kind in ("part", "subpart"):
        return False
    return bool(provision.heading) and " > " not in provision.heading and not _is_place(provision)


def _is_place(provision: ParsedProvision) -> bool:
    # An extract without parents says in the heading where each paragraph stands.
    return provision.parent is None and (
        provision.kind == "preamble_paragraph" or provision.heading.lstrip().startswith("§")
    )


def _headings(provision: ParsedProvision, above: Sequence[ParsedProvision]) -> tuple[str, ...]:
    found = [item.heading for item in above if item.heading and (item.kind in _DIVISIONS or item.kind in ("subpart",))]
    if not _is_own_heading(provision) and not provision.heading.lstrip().startswith("§"):
        found += [step.strip() for step in provision.heading.split(" > ") if step.strip()]
    return tuple(found)


def _division(provision: ParsedProvision, above: Sequence[ParsedProvision]) -> str:
    for item in (provision, *reversed(above)):
        if item.kind in _DIVISIONS:
            return item.id
    return provision.heading if not _is_own_heading(provision) else ""


def _path(provision: ParsedProvision, above: Sequence[ParsedProvision], inferred: Mapping[str, str]) -> Path:
    if provision.kind not in _REGULATORY and not any(item.kind in _REGULATORY for item in above):
        return ()
    for label in (provision.label, provision.heading, *(item.label for item in reversed(above))):
        match = _LABEL.search(label)
        if match:
            steps = _IN_PARENTHESES.findall(match[2])
            if not steps and (provision.id in inferred or _is_place(provision)):
                chain = [*above, provision]
                steps = [marker[1] for item in chain if (marker := _MARKER.match(item.text))]
            return (match[1], *steps)
    return (provision.label or provision.id,)


def _citations(text: str) -> Iterator[Path]:
    for match in _CITED.finditer(text):
        yield (match[1], *_IN_PARENTHESES.findall(match[2]))


# The levels of a CFR paragraph in order: (a) (1) (i) (A) (1) (i); 1 CFR 21.11 names them.
_LETTER, _NUMBER, _ROMAN, _CAPITAL, _INNER_NUMBER = range(1, 6)
_ROMAN_NUMERAL = re.compile(r"[ivxlc]+")


def _parents_from_markers(provisions: Iterable[ParsedProvision]) -> dict[str, str]:
    """Provision id → id of the paragraph it hangs under, for paragraphs without a parent, from markers in the text."""
    found: dict[str, str] = {}
    place: str | None = None
    opening: str | None = None
    open_levels: list[tuple[int, str, str]] = []
    for provision in provisions:
        if provision.parent is not None or provision.kind not in ("paragraph", "definition"):
            continue
        if provision.heading != place:
            place, opening, open_levels = provision.heading, None, []
        match = _MARKER.match(provision.text)
        if match is None:
            opening, open_levels = provision.id, []
            continue
        level = _level(match[1], open_levels)
        open_levels = [item for item in open_levels if item[0] < level]
        parent = open_levels[-1][2] if open_levels else opening
        if parent is not None:
            found[provision.id] = parent
        open_levels.append((level, match[1], provision.id))
    return found


def _level(marker: str, open_levels: Sequence[tuple[int, str, str]]) -> int:
    if marker.isdigit():
        deep = bool(open_levels) and open_levels[-1][0] >= _CAPITAL
        started = any(level == _INNER_NUMBER for level, _, _ in open_levels)
        return _INNER_NUMBER if deep and (marker == "1" or started) else _NUMBER
    if marker.isupper():
        return _CAPITAL
    if not _ROMAN_NUMERAL.fullmatch(marker):
        return _LETTER
    if len(marker) > 1:
        return _ROMAN
    letters = [value for level, value, _ in open_levels if level == _LETTER]
    follows_letter = bool(letters) and len(letters[-1]) == 1 and ord(letters[-1]) + 1 == ord(marker)
    in_romans = any(level == _ROMAN for level, _, _ in open_levels)
    after_number = bool(open_levels) and open_levels[-1][0] == _NUMBER
    if follows_letter and not in_romans and not (marker == "i" and after_number):
        return _LETTER
    return _ROMAN if open_levels or marker == "i" else _LETTER
