"""Where an order acts: the place it names in the current text, the text printed for it, and what is meant within both.

The current text may be later than the rule; its histories tell, and what was found later is told at the end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from commenttrack.rulemaking import cfr_tree, citations
from commenttrack.rulemaking.amending import Order, Target
from commenttrack.rulemaking.cfr_tree import CLOSING, Unit
from commenttrack.rulemaking.ecfr import last_amended
from commenttrack.rulemaking.provisions import ParsedProvision, ParsedRule
from commenttrack.rulemaking.wording_edits import CannotEdit, spans

_AUTHORITY_BESIDE = re.compile(
    r"(?P<side>preceding|following|before|after)\s+paragraph\s+(?P<path>(?:\(\w+\))+)|at\s+the\s+end\s+of\s+the\s+section",
    re.IGNORECASE,
)


class Elsewhere(Exception):
    """The order is about text that was not given; the message says which."""


class Places:
    """Finds what orders are about under ``root``; ``title`` is the CFR title of the current text, None when unknown.

    ``rest`` are the orders after the one that is carried out: some rules print the new text after all of them.
    """

    def __init__(self, root: Unit, rule: ParsedRule, title: int | None) -> None:
        self.root = root
        self.title = title
        self.rest: tuple[Order, ...] = ()
        self._later: dict[str, citations.FederalRegisterCitation] = {}
        self._printed: dict[int, Unit] = {}
        citation = rule.document.fr_citation
        self._published = citations.parse_federal_register(citation) if citation else None

    def require_part(self, target: Target, verb: str) -> None:
        """Raises :class:`Elsewhere` when the part of a target was not given and is not to be added."""
        other_title = target.title is not None and self.title is not None and target.title != self.title
        if not other_title and cfr_tree.part(self.root, target.part) is not None:
            return
        if not other_title and target.section and cfr_tree.section(self.root, target.section) is not None:
            return
        whole_part = not (target.section or target.unit or target.detail)
        if verb == "add" and whole_part and not other_title:
            return
        title = f"{target.title} CFR " if target.title else ""
        raise Elsewhere(f"{title}part {target.part} is not in the current text that was given")

    def required(self, target: Target) -> Unit:
        """The unit that a target names; notes whether its text is later than the rule."""
        found = cfr_tree.find(self.root, target.whole)
        if found is None:
            raise CannotEdit(f"{target.whole} is not in the current text")
        self.is_later(found)
        return found

    def above(self, target: Target) -> Unit:
        """The unit that a target stands or is to stand in."""
        if target.section and (target.path or target.term):
            path = target.path if target.term else target.path[:-1]
            return self.required(Target(target.title, target.part, target.section, path))
        if target.section or target.unit:
            return self.required(Target(target.title, target.part))
        return self.root

    def new_text(self, order: Order, target: Target) -> Unit:
        """What is printed for a target."""
        blocks = [order.block]
        if target.section:
            # Some rules print the sections after all instructions.
            blocks += [later.block for later in self.rest if later.block is not order.block]
        for block in blocks:
            found = cfr_tree.find(self._grown(block), target.whole)
            if found is not None:
                return found
            if target.section and cfr_tree.section(self._grown(block), target.section) is not None:
                break
        raise CannotEdit(f"No new text is printed for {target}")

    def _grown(self, block: tuple[ParsedProvision, ...]) -> Unit:
        root = self._printed.get(id(block))
        if root is None:
            root = self._printed[id(block)] = cfr_tree.grow(block, current=False)
        return root

    def new_authority(self, order: Order, target: Target) -> Unit | None:
        """The authority citation printed for a part, subpart or section; None when there is not exactly one."""
        root = self._grown(order.block)
        if target.section:
            above = cfr_tree.section(root, target.section)
            found = cfr_tree.authorities(above) if above is not None else []
        else:
            found = [unit for above in root.walk() if above.kind != "section" for unit in cfr_tree.authorities(above)]
        return found[0] if len(found) == 1 else None

    def is_later(self, unit: Unit) -> bool:
        """Whether the history says that the text is of this document or a later one."""
        newest = last_amended(cfr_tree.history(unit))
        if newest is None or self._published is None:
            return False
        if (newest.volume, newest.page) < (self._published.volume, self._published.page):
            return False
        above = unit
        while above.parent is not None and above.kind not in ("section", "part", "appendix"):
            above = above.parent
        self._later.setdefault(above.label, newest)
        return True

    def warnings(self) -> Iterator[str]:
        """What a reader must know about the whole comparison."""
        if self._later:
            newest = max(self._later.values(), key=lambda citation: (citation.volume, citation.page))
            labels = list(self._later)
            where = labels[0] if len(labels) == 1 else f"{len(labels)} sections from {labels[0]} to {labels[-1]}"
            yield (
                f"The current text is later than this document ({self._published}): {where} (newest change: {newest}). "
                f"Differences there may come from the later document, and what is struck out may be what it brought in."
            )


def authority_meant(order: Order, unit: Unit) -> Unit:
    """The authority citation that an instruction means: the only one, or the one beside the paragraph it names."""
    found = cfr_tree.authorities(unit)
    if len(found) == 1:
        return found[0]
    beside = _AUTHORITY_BESIDE.search(order.instruction.text)
    if beside and found:
        if not beside["path"]:
            return found[-1]
        units = list(unit.alive())
        named = cfr_tree.paragraph(unit, tuple(re.findall(r"\((\w+)\)", beside["path"])))
        if named is not None and beside["side"].lower() in ("preceding", "before"):
            before = [one for one in found if units.index(one) < units.index(named)]
            if before:
                return before[-1]
        elif named is not None:
            after = [one for one in found if units.index(one) > units.index(named)]
            if after:
                return after[0]
    raise CannotEdit(f"{unit.label} has {len(found)} authority citations; it is not clear which is meant")


def lone(unit: Unit) -> Unit:
    """The one paragraph without a number that is all the text of a unit, or the unit."""
    children = [child for child in unit.living() if child.kind not in CLOSING]
    if not unit.text and len(children) == 1 and not children[0].number and children[0].kind == "paragraph":
        return children[0]
    return unit


def before_numbers(unit: Unit) -> list[Unit]:
    """The introductory paragraphs of a section."""
    found: list[Unit] = []
    for child in unit.living():
        if child.number or child.kind in CLOSING or child.kind == "table":
            break
        found.append(child)
    return found


def fields_of(unit: Unit, *, only: bool, numbers: Sequence[int]) -> Iterator[tuple[Unit, str, int, int]]:
    """Where words are looked for: (unit, field, start, end)."""
    if numbers:
        only_text = lone(unit)
        found = spans(only_text.text)
        for number in numbers:
            position = len(found) if number == -1 else number
            if position > len(found):
                raise CannotEdit(f"The paragraph has only {len(found)} sentences")
            yield only_text, "text", *found[position - 1]
        return
    for inner in [unit] if only and unit.kind != "section" else unit.alive():
        if inner.kind not in CLOSING:
            yield inner, "heading", 0, len(inner.heading)
            yield inner, "text", 0, len(inner.text)
