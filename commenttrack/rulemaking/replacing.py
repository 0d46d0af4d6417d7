"""New text put over old: what is printed for a place against what stands there, with a ledger of what changed.

Paragraphs are matched by their numbers, sections by theirs, definitions by their terms, the rest by order and wording.
"""

from __future__ import annotations

import difflib

from commenttrack.rulemaking import cfr_tree
from commenttrack.rulemaking.cfr_tree import CLOSING, Unit
from commenttrack.rulemaking.enumerators import readings
from commenttrack.rulemaking.wording_edits import STARS, CannotEdit, alike
from commenttrack.wording import folded

RESERVED = "[Reserved]"
_HEADED = frozenset({"part", "subpart", "section", "appendix"})
# From where on two paragraphs under the same citation are versions of one another.
_SAME_PARAGRAPH = 0.5


class Ledger:
    """Changes units in the name of one instruction, ``order``, and counts what a reader would see as changed.

    ``kept`` names what a replacement left as it was because it is not printed.
    """

    def __init__(self, order: str) -> None:
        self.order = order
        self.changes = 0
        self.kept: list[str] = []

    def mark(self, unit: Unit) -> None:
        """Note that the instruction acted on a unit."""
        unit.orders.append(self.order)

    def write(self, unit: Unit, *, heading: str | None = None, text: str | None = None) -> None:
        """Set heading or text; only another wording is a change."""
        if heading is not None and folded(heading) != folded(unit.heading):
            unit.heading = heading
            self.changes += 1
        if text is not None and folded(text) != folded(unit.text):
            unit.text = text
            self.changes += 1
        self.mark(unit)

    def strike(self, unit: Unit) -> None:
        """Remove a unit with all within it."""
        for inner in list(unit.alive()):
            inner.removed = True
            self.mark(inner)
        self.changes += 1

    def added(self, unit: Unit) -> None:
        """Note that a unit was put in with all within it."""
        for inner in unit.walk():
            self.mark(inner)
        self.changes += 1

    def replace(self, unit: Unit, printed: Unit) -> None:
        """Give a unit the wording and the children that are printed for it; stars keep what they stand for.

        Raises :class:`CannotEdit` when stars stand within the words of a paragraph, and when no more than a heading is
        printed for a unit that holds paragraphs.
        """
        require_whole(printed)
        if (
            unit.kind in _HEADED
            and not is_reserved(printed)
            and len([child for child in printed.walk() if not _derived(child)]) == 1
        ):
            raise CannotEdit(f"Only the heading of {unit.label} is printed")
        self._overwrite(unit, printed)

    def _overwrite(self, unit: Unit, printed: Unit) -> None:
        stars = STARS.fullmatch(f" {printed.text} ") is not None
        self.write(
            unit,
            heading=printed.heading if printed.heading or not stars else None,
            text=None if stars else printed.text,
        )
        if unit.rows != printed.rows:
            unit.rows, unit.header_rows = printed.rows, printed.header_rows
            self.changes += 1
        old = [child for child in unit.living() if child.kind not in CLOSING and not _unprinted(child)]
        new = [child for child in printed.living() if not _derived(child)]
        pairs = _pairs(old, new)
        partly = stars or _has_gap(new)
        leftover = [child for child in old if all(child is not first for first, _ in pairs)]
        if partly:
            self.kept += [child.label for child in leftover]
            leftover = []
        for child in leftover:
            self.strike(child)
        matched = {id(second): first for first, second in pairs}
        before: Unit | None = None
        for child in new:
            mine = matched.get(id(child))
            if mine is not None:
                self._overwrite(mine, child)
                before = mine
                continue
            new_child = child.copy()
            if partly and child.number:
                cfr_tree.place(unit, new_child)
            elif before is not None and before.parent is not None:
                unit.insert(unit.children.index(before) + 1, new_child)
            elif old:
                unit.insert(unit.children.index(old[0]), new_child)
            else:
                unit.append(new_child)
            self.added(new_child)
            before = new_child


def is_reserved(unit: Unit) -> bool:
    """Whether a unit says no more than that its place is reserved."""
    words = f"{unit.heading} {unit.text}".strip()
    return words.strip(".") == RESERVED and not any(child.kind not in CLOSING for child in unit.living())


def require_whole(printed: Unit, *, below: bool = True) -> None:
    """Stars within a paragraph's words say that some are left out; which ones, only a person can tell."""
    for unit in printed.walk() if below else [printed]:
        text = unit.text.strip()
        if STARS.search(text) and not STARS.fullmatch(f" {text} "):
            place = unit.label or "the new text"
            raise CannotEdit(f"{place} is printed in part, and the instruction does not say which sentences change")


def are_versions(existing: Unit, printed: Unit) -> bool:
    """Whether what stands in a place is a version of what is printed for it."""
    first = " ".join(f"{unit.heading} {unit.text}" for unit in existing.alive() if unit.kind not in CLOSING)
    second = " ".join(f"{unit.heading} {unit.text}" for unit in printed.alive())
    if existing.heading and folded(existing.heading) == folded(printed.heading):
        return True
    return alike(first, second) >= _SAME_PARAGRAPH


def _unprinted(unit: Unit) -> bool:
    """Source notes and headings of groups are the publisher's; a revised part does not print them."""
    return unit.heading.startswith("Source")


def _derived(unit: Unit) -> bool:
    """Lists of contents repeat the headings of sections."""
    return unit.kind == "table" and unit.printed_id.endswith("-contents")


def _key(unit: Unit) -> tuple[str, str] | None:
    if unit.kind in ("section", "part"):
        return unit.kind, unit.name
    if unit.kind in ("subpart", "appendix", "preamble_heading"):
        return unit.kind, unit.number or folded(unit.heading).casefold()
    if unit.number:
        return "number", unit.number
    if unit.term:
        return "term", folded(unit.term).casefold()
    return None


def _pairs(old: list[Unit], new: list[Unit]) -> list[tuple[Unit, Unit]]:
    """Units of the same number, section or term; those without one by their order and wording."""
    pairs: list[tuple[Unit, Unit]] = []
    keyed: dict[tuple[str, str] | None, Unit] = {}
    for child in old:
        keyed.setdefault(_key(child), child)
    for child in new:
        key = _key(child)
        if key is not None and key in keyed:
            pairs.append((keyed.pop(key), child))
    plain_old = [child for child in old if _key(child) is None]
    plain_new = [child for child in new if _key(child) is None]
    for kind in ("table", ""):
        firsts = [child for child in plain_old if (child.kind == "table") == (kind == "table")]
        seconds = [child for child in plain_new if (child.kind == "table") == (kind == "table")]
        matcher = difflib.SequenceMatcher(None, _contents(firsts), _contents(seconds), autojunk=False)
        for tag, i1, i2, j1, j2 in matcher.get_opcodes():
            if tag in ("equal", "replace"):
                pairs += zip(firsts[i1:i2], seconds[j1:j2], strict=False)
    return pairs


def _contents(units: list[Unit]) -> list[tuple[str, str, tuple[tuple[str, ...], ...]]]:
    return [(folded(unit.heading), folded(unit.text), unit.rows) for unit in units]


def _has_gap(new: list[Unit]) -> bool:
    """Whether numbered paragraphs are left out before or between those printed."""
    values: list[int] = []
    style = ""
    for child in new:
        options = readings(child.number.strip("()")) if child.number else ()
        if not options:
            continue
        if not style:
            first = min(options, key=lambda option: option.value)
            style = first.style
            values.append(first.value)
        else:
            values += [option.value for option in options if option.style == style][:1]
    return bool(values) and values != list(range(1, len(values) + 1))
