"""Carries out orders on the tree of the current text, one after the other.

What cannot be done without guessing raises :class:`CannotEdit` and leaves the tree as it was. The current text may be
later than the rule; where the history of a section says so and the text shows what an instruction would do, the
instruction is taken to be carried out already and the wordings are put against each other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from commenttrack.rulemaking import cfr_tree
from commenttrack.rulemaking.amending import AUTHORITY, HEADING, INTRODUCTION, Order, Target, parse_target
from commenttrack.rulemaking.cfr_tree import CLOSING, Unit
from commenttrack.rulemaking.order_places import Elsewhere, Places, authority_meant, before_numbers, fields_of, lone
from commenttrack.rulemaking.provisions import ParsedRule
from commenttrack.rulemaking.replacing import RESERVED, Ledger, are_versions, is_reserved, require_whole
from commenttrack.rulemaking.wording_edits import (
    AlreadyThere,
    CannotEdit,
    exchanged,
    occurrences,
    with_sentence_added,
    with_sentences_revised,
    with_words,
    without_sentences,
)
from commenttrack.wording import folded

_ENTRY = re.compile(r"\b(?:entry|entries|rows?|columns?)\b", re.IGNORECASE)
_ADDS_TO = re.compile(r"\badding the following\b|\bthe following new\b|\bat the end\b", re.IGNORECASE)


class Applier:
    """Carries out orders on ``root``; ``title`` is the CFR title of the current text, None when it is not known."""

    def __init__(self, root: Unit, rule: ParsedRule, title: int | None) -> None:
        self.root = root
        self._places = Places(root, rule, title)
        self._ledger = Ledger("")
        self._note = ""

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
            self._places.rest = tuple(orders[index + len(batch) :])
            outcome, why = self._carried_out(batch)
            yield from ((order, outcome, why) for order in batch)
            index += len(batch)

    def warnings(self) -> Iterator[str]:
        """What a reader must know about the whole comparison."""
        return self._places.warnings()

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
        self._places.require_part(target, verb)
        if target.unit.startswith("supplement"):
            raise CannotEdit("It changes comments of a supplement, which have no citations; compare them by hand")
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

    # Keep and revise -----------------------------------------------------------------------------------------------

    def _keep(self, order: Order, target: Target) -> None:
        """“Continues to read”: nothing changes, but another wording is worth a word."""
        unit = self._places.required(target)
        self._ledger.mark(unit)
        now, printed = cfr_tree.authorities(unit), self._places.new_authority(order, target)
        if now and printed is not None and folded(now[0].text) != folded(printed.text):
            self._note = f"The current citation reads “{now[0].text}”, not as printed: “{printed.text}”."

    def _revise(self, order: Order, target: Target) -> None:
        if order.instruction.words:
            self._exchange(order, target)
            return
        if _ENTRY.search(order.instruction.text) and not target.detail:
            raise CannotEdit("It changes single entries of a table; compare them by hand")
        unit = self._places.required(target)
        if target.detail == AUTHORITY:
            now, printed = authority_meant(order, unit), self._places.new_authority(order, target)
            if printed is None:
                raise CannotEdit(f"No new text is printed for {target}")
            self._ledger.write(now, text=printed.text)
            return
        new = self._places.new_text(order, target)
        if target.detail == HEADING:
            self._ledger.write(unit, heading=new.heading)
        elif target.detail == INTRODUCTION:
            self._revise_introduction(unit, new)
        elif order.sentences:
            unit, new = lone(unit), lone(new)
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
        old_texts, new_texts = before_numbers(unit), before_numbers(new)
        if len(old_texts) != len(new_texts):
            raise CannotEdit(
                f"The section has {len(old_texts)} introductory paragraphs, and {len(new_texts)} are printed"
            )
        for child, wanted in zip(old_texts, new_texts, strict=True):
            self._ledger.write(child, text=wanted.text)

    def _exchange(self, order: Order, target: Target) -> None:
        """Words removed, or put in place of others."""
        old, new = order.instruction.words
        unit = self._places.required(target)
        _require_no_rows(order, unit)
        if target.detail == HEADING:
            fields = [(unit, "heading", 0, len(unit.heading))]
        else:
            fields = list(fields_of(unit, only=target.detail == INTRODUCTION, numbers=order.sentences))
        hits: list[tuple[Unit, str, list[tuple[int, int]]]] = []
        for inner, name, start, end in fields:
            found = [place for place in occurrences(getattr(inner, name), old) if start <= place[0] and place[1] <= end]
            if found:
                hits.append((inner, name, found))
        count = sum(len(found) for _, _, found in hits)
        if not count:
            has_new = not new or any(occurrences(getattr(inner, name)[i:j], new) for inner, name, i, j in fields)
            if has_new and self._places.is_later(unit):
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
            unit = self._places.required(target)
            _require_no_rows(order, unit)
            self._ledger.write(unit, text=with_words(unit.text, order.instruction.words[1], order.beside))
        elif target.detail == AUTHORITY:
            self._add_authority(order, target)
        elif target.detail == HEADING:
            unit, new = self._places.required(target), self._places.new_text(order, target)
            if unit.heading and not self._places.is_later(unit):
                raise CannotEdit(f"{target.whole} has a heading already")
            self._ledger.write(unit, heading=new.heading)
        elif order.insert_at is not None:
            self._add_sentence(order, target, order.insert_at)
        else:
            self._add_unit(order, target)

    def _add_authority(self, order: Order, target: Target) -> None:
        unit, new = self._places.required(target), self._places.new_authority(order, target)
        if new is None:
            raise CannotEdit(f"No new text is printed for {target}")
        if cfr_tree.authorities(unit):
            raise CannotEdit(f"{target.whole} has an authority citation already")
        new = new.copy()
        unit.append(new)
        self._ledger.added(new)

    def _add_sentence(self, order: Order, target: Target, at: int) -> None:
        unit, new = lone(self._places.required(target)), lone(self._places.new_text(order, target))
        try:
            self._ledger.write(unit, text=with_sentence_added(unit.text, new.text, at))
        except AlreadyThere:
            if not self._places.is_later(unit):
                raise CannotEdit(f"{target} has a sentence like the new one already") from None
            # Against the version that stands there.
            self._ledger.write(unit, text=with_sentences_revised(unit.text, new.text, (at,)))
            raise

    def _add_unit(self, order: Order, target: Target) -> None:
        existing = cfr_tree.find(self.root, target)
        new = self._places.new_text(order, target)
        if _ENTRY.search(order.instruction.text) and (new.kind == "table" or (existing is not None and target.path)):
            raise CannotEdit("It adds single entries to a table; compare them by hand")
        if existing is not None:
            self._add_existing(order, target, existing, new)
            return
        above = self._places.above(target)
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
        elif self._places.is_later(existing) and are_versions(existing, new):
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
            if above is not None and self._places.is_later(above):
                raise AlreadyThere(f"{target} is not in the current text any more")
        unit = self._places.required(target)
        if target.detail == AUTHORITY:
            self._ledger.strike(authority_meant(order, unit))
        elif target.detail == HEADING:
            self._ledger.write(unit, heading="")
        elif target.detail == INTRODUCTION:
            self._ledger.write(unit, text="")
        elif order.sentences:
            unit = lone(unit)
            self._ledger.write(unit, text=without_sentences(unit.text, order.sentences))
        else:
            self._ledger.strike(unit)

    def _reserve(self, target: Target) -> None:
        unit = cfr_tree.find(self.root, target)
        if unit is None and target.path:
            above = self._places.above(target)
            marker = f"({target.path[-1]})"
            unit = Unit("paragraph", marker, above.label + marker, "", RESERVED, reserved=True)
            cfr_tree.place(above, unit)
            self._ledger.added(unit)
            return
        unit = self._places.required(target)
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
                if self._places.is_later(there) and self._seems_done(moves):
                    for order, _, to in moves:
                        if (unit := cfr_tree.find(self.root, to)) is not None:
                            unit.orders.append(order.instruction.id)
                    raise AlreadyThere(f"{new} exists already, and the paragraphs show the new order")
                raise CannotEdit(f"{new} exists already, and nothing moves it away")
        parents = [self._places.above(new) if new.path else unit.parent or self.root for _, unit, new in moves]
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
        self._places.require_part(target, "redesignate")
        if bool(target.path) != bool(new.path) or target.unit or not (target.section and new.section):
            raise CannotEdit("It moves text between levels of the CFR; compare it by hand")
        return order, self._places.required(target), new

    def _seems_done(self, moves: list[tuple[Order, Unit, Target]]) -> bool:
        """Whether the text shows a redesignation as done: what a later order adds in a vacated place stands there."""
        taken = {to for _, _, to in moves}
        vacated = {order.target for order, _, _ in moves} - taken
        for order in self._places.rest:
            if order.instruction.verb != "add" or order.target is None or order.target not in vacated:
                continue
            existing = cfr_tree.find(self.root, order.target)
            return existing is not None and are_versions(existing, self._places.new_text(order, order.target))
        return False


def _require_no_rows(order: Order, unit: Unit) -> None:
    """Raises :class:`CannotEdit` for words of an entry of a table: the same words beside the table are not meant."""
    if order.instruction.entries and any(inner.kind == "table" for inner in unit.alive()):
        raise CannotEdit("It changes words in single entries of a table; compare them by hand")
