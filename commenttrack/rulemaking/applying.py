"""Carries out orders on the tree of the current text, one after the other.

What cannot be done without guessing raises :class:`CannotEdit` and leaves the tree as it was. The current text may be
later than the rule; where the history of a section says so and the text shows what an instruction would do, the
instruction is taken to be carried out already and the wordings are put against each other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from commenttrack.rulemaking import cfr_tree, citations
from commenttrack.rulemaking.amending import AUTHORITY, HEADING, INTRODUCTION, Order, Target, parse_target
from commenttrack.rulemaking.cfr_tree import CLOSING, Unit
from commenttrack.rulemaking.ecfr import last_amended
from commenttrack.rulemaking.provisions import ParsedProvision, ParsedRule
from commenttrack.rulemaking.replacing import RESERVED, Ledger, are_versions, is_reserved, require_whole
from commenttrack.rulemaking.wording_edits import (
    AlreadyThere,
    CannotEdit,
    exchanged,
    occurrences,
    spans,
    with_sentence_added,
    with_sentences_revised,
    with_words,
    without_sentences,
)
from commenttrack.wording import folded

_ENTRY = re.compile(r"\b(?:entry|entries|rows?|columns?)\b", re.IGNORECASE)
_ADDS_TO = re.compile(r"\badding the following\b|\bthe following new\b|\bat the end\b", re.IGNORECASE)

_AUTHORITY_BESIDE = re.compile(
    r"(?P<side>preceding|following|before|after)\s+paragraph\s+(?P<path>(?:\(\w+\))+)|at\s+the\s+end\s+of\s+the\s+section",
    re.IGNORECASE,
)


class Elsewhere(Exception):
    """The order is about text that was not given; the message says which."""


class Applier:
    """Carries out orders on ``root``; ``title`` is the CFR title of the current text, None when it is not known."""

    def __init__(self, root: Unit, rule: ParsedRule, title: int | None) -> None:
        self.root = root
        self.title = title
        self._later: dict[str, citations.FederalRegisterCitation] = {}
        self._ledger = Ledger("")
        self._note = ""
        self._rest: tuple[Order, ...] = ()
        self._printed: dict[int, Unit] = {}
        citation = rule.document.fr_citation
        self._published = citations.parse_federal_register(citation) if citation else None

    def run(self, orders: Sequence[Order]) -> Iterator[tuple[Order, str, str]]:
        """Each order with its outcome and the reason."""
        index = 0
        while index < len(orders):
            batch = [orders[index]]
            if orders[index].instruction.verb == "redesignate":
                # What one instruction redesignates moves at once: (f) and (g) become (g) and (h).
                text = orders[index].instruction.text
                while index + len(batch) < len(orders):
                    following = orders[index + len(batch)]
                    if following.instruction.verb != "redesignate" or following.instruction.text != text:
                        break
                    batch.append(following)
            self._rest = tuple(orders[index + len(batch) :])
            outcome, why = self._carried_out(batch)
            yield from ((order, outcome, why) for order in batch)
            index += len(batch)

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

    def _carried_out(self, batch: list[Order]) -> tuple[str, str]:
        self._ledger, self._note = Ledger(batch[0].instruction.id), ""
        try:
            if batch[0].instruction.verb == "redesignate":
                self._redesignate(batch)
            else:
                self._one(batch[0])
        except Elsewhere as reason:
            return "elsewhere", f"{reason}."
        except AlreadyThere as reason:
            return "already", f"{reason}."
        except CannotEdit as reason:
            return "not_applied", f"{reason}."
        if not self._ledger.changes and batch[0].instruction.verb != "keep":
            return "already", "The current text reads so already."
        if self._ledger.kept:
            return "applied", f"It is printed in part; kept as it stands: {', '.join(self._ledger.kept)}."
        return "applied", self._note

    # What an order is about ----------------------------------------------------------------------------------------

    def _one(self, order: Order) -> None:
        verb, target = order.instruction.verb, order.target
        if verb is None:
            raise CannotEdit("What the instruction does was not understood; read it as text")
        if target is None:
            raise CannotEdit("The place that the instruction names was not understood; read it as text")
        self._require_part(target, verb)
        if verb == "keep":
            self._keep(order, target)
        elif verb == "revise":
            self._revise(order, target)
        elif verb == "add":
            self._add(order, target)
        elif verb == "remove":
            self._remove(order, target)
        else:
            self._reserve(target)

    def _require_part(self, target: Target, verb: str) -> None:
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

    def _required(self, target: Target) -> Unit:
        """The unit that a target names; notes whether its text is later than the rule."""
        found = cfr_tree.find(self.root, target.whole)
        if found is None:
            raise CannotEdit(f"{target.whole} is not in the current text")
        self._is_later(found)
        return found

    def _above(self, target: Target) -> Unit:
        """The unit that a target stands or is to stand in."""
        if target.section and (target.path or target.term):
            path = target.path if target.term else target.path[:-1]
            return self._required(Target(target.title, target.part, target.section, path))
        if target.section or target.unit:
            return self._required(Target(target.title, target.part))
        return self.root

    def _new_text(self, order: Order, target: Target) -> Unit:
        """What is printed for a target."""
        blocks = [order.block]
        if target.section:
            # Some rules print the sections after all instructions.
            blocks += [later.block for later in self._rest if later.block is not order.block]
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

    def _new_authority(self, order: Order, target: Target) -> Unit | None:
        """The authority citation printed for a part, subpart or section; None when there is not exactly one."""
        root = self._grown(order.block)
        if target.section:
            above = cfr_tree.section(root, target.section)
            found = cfr_tree.authorities(above) if above is not None else []
        else:
            found = [unit for above in root.walk() if above.kind != "section" for unit in cfr_tree.authorities(above)]
        return found[0] if len(found) == 1 else None

    def _is_later(self, unit: Unit) -> bool:
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

    # Keep and revise -----------------------------------------------------------------------------------------------

    def _keep(self, order: Order, target: Target) -> None:
        """“Continues to read”: nothing changes, but another wording is worth a word."""
        unit = self._required(target)
        self._ledger.mark(unit)
        now, printed = cfr_tree.authorities(unit), self._new_authority(order, target)
        if now and printed is not None and folded(now[0].text) != folded(printed.text):
            self._note = f"The current citation reads “{now[0].text}”, not as printed: “{printed.text}”."

    def _revise(self, order: Order, target: Target) -> None:
        if order.instruction.words:
            self._exchange(order, target)
            return
        if _ENTRY.search(order.instruction.text) and not target.detail:
            raise CannotEdit("It changes single entries of a table; compare them by hand")
        unit = self._required(target)
        if target.detail == AUTHORITY:
            now, printed = _authority(order, unit), self._new_authority(order, target)
            if printed is None:
                raise CannotEdit(f"No new text is printed for {target}")
            self._ledger.write(now, text=printed.text)
            return
        new = self._new_text(order, target)
        if target.detail == HEADING:
            self._ledger.write(unit, heading=new.heading)
        elif target.detail == INTRODUCTION:
            self._revise_introduction(unit, new)
        elif order.sentences:
            unit, new = _lone(unit), _lone(new)
            text = with_sentences_revised(unit.text, new.text, order.sentences)
            self._ledger.write(unit, heading=new.heading or None, text=text)
        else:
            self._ledger.replace(unit, new)

    def _revise_introduction(self, unit: Unit, new: Unit) -> None:
        if unit.kind != "section":
            require_whole(new, below=False)
            self._ledger.write(unit, heading=new.heading or None, text=new.text)
            return
        # The introductory text of a section stands in paragraphs without a number before the first numbered one.
        old_texts, new_texts = _before_numbers(unit), _before_numbers(new)
        if len(old_texts) != len(new_texts):
            raise CannotEdit(
                f"The section has {len(old_texts)} introductory paragraphs, and {len(new_texts)} are printed"
            )
        for child, wanted in zip(old_texts, new_texts, strict=True):
            self._ledger.write(child, text=wanted.text)

    def _exchange(self, order: Order, target: Target) -> None:
        """Words removed, or put in place of others."""
        old, new = order.instruction.words
        unit = self._required(target)
        if target.detail == HEADING:
            fields = [(unit, "heading", 0, len(unit.heading))]
        else:
            fields = list(_fields(unit, only=target.detail == INTRODUCTION, numbers=order.sentences))
        hits: list[tuple[Unit, str, list[tuple[int, int]]]] = []
        for inner, name, start, end in fields:
            found = [place for place in occurrences(getattr(inner, name), old) if start <= place[0] and place[1] <= end]
            if found:
                hits.append((inner, name, found))
        count = sum(len(found) for _, _, found in hits)
        if not count:
            has_new = not new or any(occurrences(getattr(inner, name)[i:j], new) for inner, name, i, j in fields)
            if has_new and self._is_later(unit):
                self._ledger.mark(unit)
                there = f", and “{new}” does" if new else ""
                raise AlreadyThere(f"“{old}” does not stand in {target}{there}")
            raise CannotEdit(f"“{old}” does not stand in {target}")
        if order.times is None and count > 1:
            raise CannotEdit(f"“{old}” stands {count} times in {target}, and the instruction does not say where")
        if order.times and order.times != count:
            raise CannotEdit(f"“{old}” stands {count} times in {target}, not {order.times} times")
        for inner, name, found in hits:
            self._ledger.write(inner, **{name: exchanged(getattr(inner, name), found, new)})

    # Add -----------------------------------------------------------------------------------------------------------

    def _add(self, order: Order, target: Target) -> None:
        if order.instruction.words:
            unit = self._required(target)
            self._ledger.write(unit, text=with_words(unit.text, order.instruction.words[1], order.beside))
        elif target.detail == AUTHORITY:
            self._add_authority(order, target)
        elif target.detail == HEADING:
            unit, new = self._required(target), self._new_text(order, target)
            if unit.heading and not self._is_later(unit):
                raise CannotEdit(f"{target.whole} has a heading already")
            self._ledger.write(unit, heading=new.heading)
        elif order.insert_at is not None:
            self._add_sentence(order, target, order.insert_at)
        else:
            self._add_unit(order, target)

    def _add_authority(self, order: Order, target: Target) -> None:
        unit, new = self._required(target), self._new_authority(order, target)
        if new is None:
            raise CannotEdit(f"No new text is printed for {target}")
        if cfr_tree.authorities(unit):
            raise CannotEdit(f"{target.whole} has an authority citation already")
        new = new.copy()
        unit.append(new)
        self._ledger.added(new)

    def _add_sentence(self, order: Order, target: Target, at: int) -> None:
        unit, new = _lone(self._required(target)), _lone(self._new_text(order, target))
        try:
            self._ledger.write(unit, text=with_sentence_added(unit.text, new.text, at))
        except AlreadyThere:
            if not self._is_later(unit):
                raise CannotEdit(f"{target} has a sentence like the new one already") from None
            # Against the version that stands there.
            self._ledger.write(unit, text=with_sentences_revised(unit.text, new.text, (at,)))
            raise

    def _add_unit(self, order: Order, target: Target) -> None:
        existing = cfr_tree.find(self.root, target)
        new = self._new_text(order, target)
        if existing is not None:
            self._add_existing(order, target, existing, new)
            return
        if _ENTRY.search(order.instruction.text) and new.kind == "table":
            raise CannotEdit("It adds single entries to a table; compare them by hand")
        above = self._above(target)
        if target.path and (held := cfr_tree.reserved_range(above, target.path[-1])) is not None:
            raise CannotEdit(f"{target} lies in the reserved range {held.number}")
        new = new.copy()
        if new.kind == "section":
            cfr_tree.place_section(above, new)
        elif new.kind in ("part", "subpart", "appendix"):
            above.append(new)
        else:
            cfr_tree.place(above, new)
        self._ledger.added(new)

    def _add_existing(self, order: Order, target: Target, existing: Unit, new: Unit) -> None:
        whole_section = target.section and not target.path and not target.term
        if existing.current is None:
            # It came with the paragraph it stands in, which another instruction adds.
            self._ledger.replace(existing, new)
            self._ledger.added(existing)
        elif is_reserved(existing):
            self._ledger.replace(existing, new)
        elif whole_section and _ADDS_TO.search(order.instruction.text):
            for child in new.children:
                twin = child.copy()
                existing.append(twin)
                self._ledger.added(twin)
        elif self._is_later(existing) and are_versions(existing, new):
            self._ledger.replace(existing, new)
            how = "with other words" if self._ledger.changes else "word for word"
            raise AlreadyThere(f"{target} is in the current text already, {how}")
        else:
            raise CannotEdit(f"{target} exists already, and nothing moves it away")

    # Remove and reserve --------------------------------------------------------------------------------------------

    def _remove(self, order: Order, target: Target) -> None:
        if order.instruction.words:
            self._exchange(order, target)
            return
        if _ENTRY.search(order.instruction.text):
            raise CannotEdit("It removes single entries of a table; compare them by hand")
        if cfr_tree.find(self.root, target.whole) is None:
            above = cfr_tree.section(self.root, target.section) or cfr_tree.part(self.root, target.part)
            if above is not None and self._is_later(above):
                raise AlreadyThere(f"{target} is not in the current text any more")
        unit = self._required(target)
        if target.detail == AUTHORITY:
            self._ledger.strike(_authority(order, unit))
        elif target.detail == HEADING:
            self._ledger.write(unit, heading="")
        elif target.detail == INTRODUCTION:
            self._ledger.write(unit, text="")
        elif order.sentences:
            unit = _lone(unit)
            self._ledger.write(unit, text=without_sentences(unit.text, order.sentences))
        else:
            self._ledger.strike(unit)

    def _reserve(self, target: Target) -> None:
        unit = cfr_tree.find(self.root, target)
        if unit is None and target.path:
            above = self._above(target)
            marker = f"({target.path[-1]})"
            unit = Unit("paragraph", marker, above.label + marker, "", RESERVED, reserved=True)
            cfr_tree.place(above, unit)
            self._ledger.added(unit)
            return
        unit = self._required(target)
        for child in unit.living():
            if child.kind not in CLOSING:
                self._ledger.strike(child)
        if unit.kind in ("part", "subpart", "section", "appendix"):
            self._ledger.write(unit, heading=RESERVED, text="")
        else:
            self._ledger.write(unit, heading="", text=RESERVED)
        unit.reserved = True

    # Redesignate ---------------------------------------------------------------------------------------------------

    def _redesignate(self, batch: list[Order]) -> None:
        moves = [self._move(order) for order in batch]
        moving = [unit for _, unit, _ in moves]
        for _, _, new in moves:
            there = cfr_tree.find(self.root, new)
            if there is not None and there not in moving and not is_reserved(there):
                if self._is_later(there) and self._seems_done(moves):
                    for order, _, to in moves:
                        if (unit := cfr_tree.find(self.root, to)) is not None:
                            unit.orders.append(order.instruction.id)
                    raise AlreadyThere(f"{new} exists already, and the paragraphs show the new order")
                raise CannotEdit(f"{new} exists already, and nothing moves it away")
        parents = [self._above(new) if new.path else unit.parent or self.root for _, unit, new in moves]
        for _, unit, _ in moves:
            unit.detach()
        for (order, unit, new), above in zip(moves, parents, strict=True):
            self._ledger.order = order.instruction.id
            there = cfr_tree.find(self.root, new)
            if there is not None:
                self._ledger.strike(there)
            if new.path:
                unit.number = f"({new.path[-1]})"
                unit.relabel(above.label + unit.number)
                cfr_tree.place(above, unit)
            else:
                unit.number = f"§ {new.section}"
                unit.relabel(f"{new.title} CFR {new.section}" if new.title else f"§ {new.section}")
                cfr_tree.place_section(above, unit)
            self._ledger.added(unit)

    def _move(self, order: Order) -> tuple[Order, Unit, Target]:
        target, words = order.target, order.instruction.words
        new = parse_target(words[0]) if words else None
        if target is None or new is None:
            raise CannotEdit("It does not say for each paragraph what it becomes")
        self._require_part(target, "redesignate")
        if bool(target.path) != bool(new.path) or target.unit or not (target.section and new.section):
            raise CannotEdit("It moves text between levels of the CFR; compare it by hand")
        return order, self._required(target), new

    def _seems_done(self, moves: list[tuple[Order, Unit, Target]]) -> bool:
        """Whether the text shows a redesignation as done: what a later order adds in a vacated place stands there."""
        taken = {to for _, _, to in moves}
        vacated = {order.target for order, _, _ in moves} - taken
        for order in self._rest:
            if order.instruction.verb != "add" or order.target is None or order.target not in vacated:
                continue
            existing = cfr_tree.find(self.root, order.target)
            return existing is not None and are_versions(existing, self._new_text(order, order.target))
        return False


def _authority(order: Order, unit: Unit) -> Unit:
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


def _lone(unit: Unit) -> Unit:
    """The one paragraph without a number that is all the text of a unit, or the unit."""
    children = [child for child in unit.living() if child.kind not in CLOSING]
    if not unit.text and len(children) == 1 and not children[0].number and children[0].kind == "paragraph":
        return children[0]
    return unit


def _before_numbers(unit: Unit) -> list[Unit]:
    found: list[Unit] = []
    for child in unit.living():
        if child.number or child.kind in CLOSING or child.kind == "table":
            break
        found.append(child)
    return found


def _fields(unit: Unit, *, only: bool, numbers: Sequence[int]) -> Iterator[tuple[Unit, str, int, int]]:
    """Where words are looked for: (unit, field, start, end)."""
    if numbers:
        lone = _lone(unit)
        found = spans(lone.text)
        for number in numbers:
            position = len(found) if number == -1 else number
            if position > len(found):
                raise CannotEdit(f"The paragraph has only {len(found)} sentences")
            yield lone, "text", *found[position - 1]
        return
    for inner in [unit] if only and unit.kind != "section" else unit.alive():
        if inner.kind not in CLOSING:
            yield inner, "heading", 0, len(inner.heading)
            yield inner, "text", 0, len(inner.text)
