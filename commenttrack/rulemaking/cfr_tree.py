"""The text of the CFR as a tree that instructions change: units with their wording now and as proposed.

The tree is built from provisions, current or printed in a rule. Lookups see what is proposed so far; what was removed
stays in the tree for the redline and is seen by no lookup.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from commenttrack.rulemaking.amending import Target
from commenttrack.rulemaking.ecfr import HISTORY, NOTE
from commenttrack.rulemaking.enumerators import readings
from commenttrack.rulemaking.paragraph_levels import STYLES
from commenttrack.rulemaking.provisions import ParsedProvision
from commenttrack.wording import folded

_DIGITS = re.compile(r"([0-9]+)")
_RANGE = re.compile(r"\(([A-Za-z0-9]+)\)\s?(?:[-–—]|through|and|to|,)\s?\(([A-Za-z0-9]+)\)")
_AUTHORITY = re.compile(r"\(?Authority\b")
# Kinds that stand after the paragraphs of a section.
CLOSING = frozenset({HISTORY, NOTE})


@dataclass(slots=True, eq=False)
class Unit:
    """A part, subpart, section, paragraph, table, …: as it stands (``current``) and as proposed (the other fields)."""

    kind: str
    number: str
    label: str
    heading: str
    text: str
    current: ParsedProvision | None = None
    printed_id: str = ""
    rows: tuple[tuple[str, ...], ...] = ()
    header_rows: int = 0
    term: str = ""
    parent: Unit | None = None
    children: list[Unit] = field(default_factory=list)
    removed: bool = False
    reserved: bool = False
    # Ids of the instructions that acted on it.
    orders: list[str] = field(default_factory=list)

    def living(self) -> list[Unit]:
        """The children that are not removed."""
        return [child for child in self.children if not child.removed]

    def walk(self) -> Iterator[Unit]:
        """This unit and all within it, removed ones too, in document order."""
        yield self
        for child in self.children:
            yield from child.walk()

    def alive(self) -> Iterator[Unit]:
        """This unit and all within it that is not removed."""
        if not self.removed:
            yield self
            for child in self.children:
                yield from child.alive()

    def append(self, child: Unit) -> None:
        """Put a child after the text and before what the publisher adds."""
        at = len(self.children)
        while at and self.children[at - 1].kind in CLOSING:
            at -= 1
        self.insert(at, child)

    def insert(self, at: int, child: Unit) -> None:
        child.parent = self
        self.children.insert(at, child)

    def copy(self) -> Unit:
        """The unit and all within it, free to stand elsewhere."""
        twin = replace(self, parent=None, children=[], orders=list(self.orders))
        for child in self.children:
            twin.insert(len(twin.children), child.copy())
        return twin

    def detach(self) -> None:
        if self.parent is not None:
            self.parent.children.remove(self)
            self.parent = None

    def relabel(self, label: str) -> None:
        """Give the unit and what stands under it another citation."""
        old = self.label
        for unit in self.walk():
            if unit.label.startswith(old):
                unit.label = label + unit.label[len(old) :]

    @property
    def name(self) -> str:
        """The number of a section or part, such as 21.1."""
        return self.label.split()[-1] if self.label else ""


def grow(provisions: Iterable[ParsedProvision], *, current: bool) -> Unit:
    """A tree under a root without text; ``current`` says that the provisions are the text as it stands.

    A provision whose parent is not among them stands at the root.
    """
    root = Unit("root", "", "", "", "")
    made: dict[str, Unit] = {}
    for provision in provisions:
        unit = Unit(
            kind=provision.kind,
            number=provision.number,
            label=provision.label,
            heading=provision.heading,
            text=provision.text,
            current=provision if current else None,
            printed_id="" if current else provision.id,
            rows=provision.rows,
            header_rows=provision.header_rows,
            term=provision.term,
        )
        above = made.get(provision.parent or "", root)
        above.insert(len(above.children), unit)
        made[provision.id] = unit
    return root


def find(root: Unit, target: Target) -> Unit | None:
    """The unit that a target names, its detail left aside; None when there is none."""
    if target.section:
        found = section(root, target.section)
        if found is None or not (target.path or target.term):
            return found
        if target.term:
            within = paragraph(found, target.path)
            return (within and definition(within, target.term)) or definition(found, target.term)
        return paragraph(found, target.path)
    if target.unit:
        return subdivision(root, target.part, target.unit)
    return part(root, target.part)


def part(root: Unit, number: str) -> Unit | None:
    """The part of this number."""
    return next((u for u in root.alive() if u.kind == "part" and u.name == number), None)


def section(root: Unit, number: str) -> Unit | None:
    """The section of this number, such as 21.1."""
    return next((u for u in root.alive() if u.kind == "section" and u.name == number), None)


def subdivision(root: Unit, part_number: str, unit: str) -> Unit | None:
    """A “subpart A” or “appendix A” of a part."""
    kind = unit.split()[0]
    ending = f"part {part_number} {unit}".casefold()
    return next((u for u in root.alive() if u.kind == kind and u.label.casefold().endswith(ending)), None)


def paragraph(above: Unit, path: tuple[str, ...]) -> Unit | None:
    """The paragraph that a path of markers leads to from a section or definition."""
    unit: Unit | None = above
    for marker in path:
        if unit is None:
            return None
        unit = next((child for child in unit.living() if child.number == f"({marker})"), None)
    return unit


def reserved_range(above: Unit, marker: str) -> Unit | None:
    """The child such as “(c)–(d) [Reserved]” that holds a marker."""
    for child in above.living():
        found = _RANGE.fullmatch(child.number)
        if not found:
            continue
        for first in readings(found[1]):
            for last in readings(found[2]):
                for own in readings(marker):
                    if first.style == last.style == own.style and first.value <= own.value <= last.value:
                        return child
    return None


def definition(above: Unit, term: str) -> Unit | None:
    """The definition of a term anywhere within a unit."""
    wanted = _plain_term(term)
    return next((unit for unit in above.alive() if unit.term and _plain_term(unit.term) == wanted), None)


def authorities(above: Unit) -> list[Unit]:
    """The authority citations of a unit: those directly under a part or subpart, all within a section."""
    units = above.alive() if above.kind == "section" else iter(above.living())
    return [
        unit
        for unit in units
        if unit.kind == "paragraph" and (unit.heading.startswith("Authority") or _AUTHORITY.match(unit.text))
    ]


def history(unit: Unit) -> str:
    """The history of the section or appendix that a unit stands in, or else the source of its part or subpart."""
    above: Unit | None = unit
    while above is not None:
        own = [child.text for child in above.children if child.kind == HISTORY and child.current]
        own += [child.text for child in above.children if child.heading.startswith("Source") and child.current]
        if own:
            return " ".join(own)
        above = above.parent
    return ""


def place(above: Unit, child: Unit) -> None:
    """Put a child where its number, its term or its section number belongs among its siblings."""
    siblings = above.living()
    if child.kind == "section":
        _between(above, child, [s for s in siblings if s.kind == "section"], lambda unit: natural(unit.name))
    elif child.number and readings(child.number.strip("()")):
        style = _style(child, siblings)
        numbered = [s for s in siblings if _value(s.number, style)]
        _between(above, child, numbered, lambda unit: _value(unit.number, style))
    elif child.term:
        _between(above, child, [s for s in siblings if s.term], lambda unit: _plain_term(unit.term))
    else:
        above.append(child)


def place_section(within: Unit, child: Unit) -> None:
    """Put a section after the one that comes before it in number, in whatever subpart that stands."""
    sections = [unit for unit in within.alive() if unit.kind == "section"]
    before = [unit for unit in sections if natural(unit.name) < natural(child.name)]
    neighbour = before[-1] if before else sections[0] if sections else None
    if neighbour is None or neighbour.parent is None:
        within.append(child)
        return
    neighbour.parent.insert(neighbour.parent.children.index(neighbour) + bool(before), child)


def natural(name: str) -> tuple[tuple[int, str], ...]:
    """Key to sort numbers of sections: 21.2 before 21.10."""
    return tuple((int(piece), "") if piece.isdigit() else (-1, piece) for piece in _DIGITS.split(name) if piece)


def _plain_term(term: str) -> str:
    return folded(term).strip(" ,.:;“”\"'—").casefold()


def _between(above: Unit, child: Unit, siblings: list[Unit], key: object) -> None:
    own = key(child)  # type: ignore[operator]
    before = [unit for unit in siblings if key(unit) < own]  # type: ignore[operator]
    if before:
        above.insert(above.children.index(before[-1]) + 1, child)
    elif siblings:
        above.insert(above.children.index(siblings[0]), child)
    else:
        above.append(child)


def _style(child: Unit, siblings: list[Unit]) -> str:
    """The style of the list that the child joins: the one most of its siblings can be read in."""
    styles = [reading.style for reading in readings(child.number.strip("()"))]
    counts = {style: sum(bool(_value(sibling.number, style)) for sibling in siblings) for style in styles}
    return max(styles, key=lambda style: (counts[style], -STYLES.index(style) if style in STYLES else -9))


def _value(number: str, style: str) -> int:
    first = number.strip("() ").split(")")[0]
    return next((reading.value for reading in readings(first) if reading.style == style), 0)
