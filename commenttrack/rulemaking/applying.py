"""Carries out orders on the tree of the current text, one after the other.

What cannot be done without guessing raises :class:`CannotEdit` and leaves the tree as it was. The current text may be
later than the rule; where the history of a section says so and the text shows what an instruction would do, the
instruction is taken to be carried out already and the wordings are put against each other.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence

from commenttrack.rulemaking import cfr_tree, citations
from commenttrack.rulemaking.amending import AUTHORITY, HEADING, INTRODUCTION, Order, Target, parse_target
from commenttrack.rulemaking.cfr_tree import CLOSING, Unit
from commenttrack.rulemaking.ecfr import last_amended
from commenttrack.rulemaking.enumerators import readings
from commenttrack.rulemaking.provisions import ParsedProvision, ParsedRule
from commenttrack.rulemaking.wording_edits import (
    STARS,
    AlreadyThere,
    CannotEdit,
    alike,
    exchanged,
    occurrences,
    spans,
    with_sentence_added,
    with_sentences_revised,
    with_words,
    without_sentences,
)
from commenttrack.wording import folded

RESERVED = "[Reserved]"
_ENTRY = re.compile(r"\b(?:entry|entries|rows?|columns?)\b", re.IGNORECASE)
_ADDS_TO = re.compile(r"\badding the following\b|\bthe following new\b|\bat the end\b", re.IGNORECASE)
_BRACKETED = re.compile(r"\[[^\]]*\]\.?")
# From where on two paragraphs under the same citation are versions of one another.
_SAME_PARAGRAPH = 0.5


class Elsewhere(Exception):
    """The order is about text that was not given; the message says which."""


class Applier:
    """Carries out orders on ``root``; ``title`` is the CFR title of the current text, None when it is not known."""

    def __init__(self, root: Unit, rule: ParsedRule, title: int | None) -> None:
        self.root = root
        self.title = title
        self.later: dict[str, str] = {}
        self._changes = 0
        self._kept: list[str] = []
        self._order: Order | None = None
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
        if self.later:
            where = ", ".join(self.later)
            newest = max(self.later.values())
            yield (
                f"The current text is later than this document ({self._published}): {where} (newest change: {newest}). "
                f"Differences there may come from the later document, and deletions may be text it brought in."
            )

    def _carried_out(self, batch: list[Order]) -> tuple[str, str]:
        self._changes, self._kept = 0, []
        try:
            if batch[0].instruction.verb == "redesignate":
                self._redesignate(batch)
            else:
                self._order = batch[0]
                self._one(batch[0])
        except Elsewhere as reason:
            return "elsewhere", f"{reason}."
        except AlreadyThere as reason:
            return "already", f"{reason}."
        except CannotEdit as reason:
            return "not_applied", f"{reason}."
        if not self._changes and batch[0].instruction.verb != "keep":
            return "already", "The current text reads so already."
        if self._kept:
            return "applied", f"It is printed in part; kept as it stands: {', '.join(dict.fromkeys(self._kept))}."
        return "applied", ""

    # Dispatch ------------------------------------------------------------------------------------------------------

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
        whole = not (target.section or target.unit or target.detail)
        if not other_title and cfr_tree.part(self.root, target.part) is not None:
            return
        if not other_title and target.section and cfr_tree.section(self.root, target.section) is not None:
            return
        if verb == "add" and whole and not other_title:
            return
        title = f"{target.title} CFR " if target.title else ""
        raise Elsewhere(f"{title}part {target.part} is not in the current text that was given")

    # Lookups -------------------------------------------------------------------------------------------------------

    def _unit(self, target: Target) -> Unit | None:
        """The unit a target names in the text as proposed so far."""
        if target.section:
            found = cfr_tree.section(self.root, target.section)
            if found is None or not (target.path or target.term):
                return found
            if target.term:
                within = cfr_tree.paragraph(found, target.path) or found
                return cfr_tree.definition(within, target.term) or cfr_tree.definition(found, target.term)
            return cfr_tree.paragraph(found, target.path)
        if target.unit:
            return cfr_tree.subdivision(self.root, target.part, target.unit)
        return cfr_tree.part(self.root, target.part)

    def _required(self, target: Target) -> Unit:
        found = self._unit(target)
        if found is None:
            raise CannotEdit(f"{_cited(target)} is not in the current text")
        return found

    def _new_text(self, order: Order, target: Target) -> Unit | None:
        """What is printed for a target; None when nothing is."""
        for block in self._blocks(order, target):
            root = self._printed.get(id(block))
            if root is None:
                root = self._printed[id(block)] = cfr_tree.grow(block, current=False)
            if target.section:
                found = cfr_tree.section(root, target.section)
                if found is None:
                    continue
                if target.term:
                    return cfr_tree.definition(found, target.term)
                return cfr_tree.paragraph(found, target.path)
            if target.unit:
                return cfr_tree.subdivision(root, target.part, target.unit)
            printed = cfr_tree.part(root, target.part)
            if printed is not None:
                return printed
        return None

    def _blocks(self, order: Order, target: Target) -> Iterator[tuple[ParsedProvision, ...]]:
        """The block of the order, then for a section the next ones: some rules print all sections at the end."""
        yield order.block
        if target.section:
            yield from (later.block for later in self._rest if later.block is not order.block)

    def _printed_for(self, order: Order, target: Target) -> Unit:
        found = self._new_text(order, target)
        if found is None:
            raise CannotEdit(f"No new text is printed for {_cited(target)}")
        return found

    def _is_later(self, unit: Unit) -> bool:
        """Whether the history says that the text is of this document or a later one."""
        newest = last_amended(cfr_tree.history(unit))
        if newest is None or self._published is None:
            return False
        if (newest.volume, newest.page) < (self._published.volume, self._published.page):
            return False
        above: Unit = unit
        while above.parent is not None and above.kind not in ("section", "part", "appendix"):
            above = above.parent
        self.later.setdefault(above.label, str(newest))
        return True

    # Changes -------------------------------------------------------------------------------------------------------

    def _mark(self, unit: Unit) -> None:
        if self._order is not None:
            unit.orders.append(self._order.instruction.id)

    def _write(self, unit: Unit, *, heading: str | None = None, text: str | None = None) -> None:
        """Set heading or text; only what a reader would see as another wording is a change."""
        if heading is not None and folded(heading) != folded(unit.heading):
            unit.heading = heading
            self._changes += 1
        if text is not None and folded(text) != folded(unit.text):
            unit.text = text
            self._changes += 1
        self._mark(unit)

    def _strike(self, unit: Unit) -> None:
        for inner in unit.alive():
            if inner is not unit:
                self._mark(inner)
        inners = list(unit.alive())
        for inner in inners:
            inner.removed = True
        self._mark(unit)
        self._changes += 1

    def _mark_all(self, unit: Unit) -> None:
        for inner in unit.walk():
            self._mark(inner)
        self._changes += 1

    # Verbs ---------------------------------------------------------------------------------------------------------

    def _keep(self, order: Order, target: Target) -> None:
        """“Continues to read”: nothing changes; a difference is worth a word."""
        unit = self._required(Target(target.title, target.part, target.section, unit=target.unit))
        self._mark(unit)
        now, printed = cfr_tree.authorities(unit), self._printed_authority(order)
        self._is_later(unit)
        if now and printed is not None and folded(now[0].text) != folded(printed.text):
            raise CannotEdit(
                f"The document says that the citation continues to read “{printed.text}”; the current text has "
                f"“{now[0].text}”"
            )

    def _printed_authority(self, order: Order) -> Unit | None:
        root = self._printed.get(id(order.block))
        if root is None:
            root = self._printed[id(order.block)] = cfr_tree.grow(order.block, current=False)
        found = [unit for unit in root.walk() for unit in cfr_tree.authorities(unit)]
        return found[0] if len(found) == 1 else None

    def _revise(self, order: Order, target: Target) -> None:
        if order.instruction.words:
            self._exchange(order, target)
        elif target.detail == AUTHORITY:
            self._revise_authority(order, target)
        elif target.detail == HEADING:
            unit, printed = self._required(_whole(target)), self._printed_for(order, _whole(target))
            self._is_later(unit)
            self._write(unit, heading=printed.heading)
        elif target.detail == INTRODUCTION:
            unit, printed = self._required(_whole(target)), self._printed_for(order, _whole(target))
            self._is_later(unit)
            self._revise_introduction(unit, printed)
        elif order.sentences:
            unit, printed = self._required(target), self._printed_for(order, target)
            self._is_later(unit)
            unit, printed = _lone(unit), _lone(printed)
            self._write(
                unit,
                heading=printed.heading or None,
                text=with_sentences_revised(unit.text, printed.text, order.sentences),
            )
        else:
            if _ENTRY.search(order.instruction.text):
                raise CannotEdit("It changes single entries of a table; compare them by hand")
            unit, printed = self._required(target), self._printed_for(order, target)
            self._is_later(unit)
            self._replace(unit, printed)

    def _revise_authority(self, order: Order, target: Target) -> None:
        unit = self._required(_whole(target))
        self._is_later(unit)
        now, printed = cfr_tree.authorities(unit), self._printed_authority(order)
        if len(now) != 1 or printed is None:
            raise CannotEdit(f"{_cited(target)} has {len(now)} authority citations, so it is not clear which is meant")
        self._write(now[0], text=printed.text)

    def _revise_introduction(self, unit: Unit, printed: Unit) -> None:
        if unit.kind != "section":
            _require_whole(printed, below=False)
            self._write(unit, heading=printed.heading or None, text=printed.text)
            return
        # The introductory text of a section stands in paragraphs without a number before the first numbered one.
        old, new = _before_numbers(unit), _before_numbers(printed)
        if len(old) != len(new):
            raise CannotEdit(f"The section has {len(old)} introductory paragraphs and {len(new)} are printed")
        for child, wanted in zip(old, new, strict=True):
            self._write(child, text=wanted.text)

    def _exchange(self, order: Order, target: Target) -> None:
        """Words removed, put in place of others, or both."""
        old, new = order.instruction.words
        unit = self._required(_whole(target))
        later = self._is_later(unit)
        if target.detail == HEADING:
            fields = [(unit, "heading", 0, len(unit.heading))]
        else:
            fields = list(_fields(unit, only=target.detail == INTRODUCTION, numbers=order.sentences))
        hits: list[tuple[Unit, str, list[tuple[int, int]]]] = []
        for inner, name, start, end in fields:
            found = [span for span in occurrences(getattr(inner, name), old) if start <= span[0] and span[1] <= end]
            if found:
                hits.append((inner, name, found))
        count = sum(len(found) for _, _, found in hits)
        if not count:
            has_new = not new or any(occurrences(getattr(inner, name)[i:j], new) for inner, name, i, j in fields)
            if later and has_new:
                there = f", and “{new}” does" if new else ""
                raise AlreadyThere(f"“{old}” does not stand in {_cited(target)}{there}")
            raise CannotEdit(f"“{old}” does not stand in {_cited(target)}")
        if order.times is None and count > 1:
            raise CannotEdit(f"“{old}” stands {count} times in {_cited(target)}, and it does not say which is meant")
        if order.times and order.times != count:
            raise CannotEdit(f"“{old}” stands {count} times in {_cited(target)}, not {order.times} times")
        for inner, name, found in hits:
            self._write(inner, **{name: exchanged(getattr(inner, name), found, new)})

    def _add(self, order: Order, target: Target) -> None:
        if order.instruction.words:
            unit = self._required(_whole(target))
            self._is_later(unit)
            self._write(unit, text=with_words(unit.text, order.instruction.words[1], order.beside))
        elif target.detail == AUTHORITY:
            self._add_authority(order, target)
        elif target.detail == HEADING:
            unit, printed = self._required(_whole(target)), self._printed_for(order, _whole(target))
            if unit.heading and not self._is_later(unit):
                raise CannotEdit(f"{_cited(_whole(target))} has a heading already")
            self._write(unit, heading=printed.heading)
        elif order.insert_at is not None:
            self._add_sentence(order, target)
        else:
            self._add_unit(order, target)

    def _add_authority(self, order: Order, target: Target) -> None:
        unit, printed = self._required(_whole(target)), self._printed_authority(order)
        if printed is None:
            raise CannotEdit(f"No new text is printed for {_cited(target)}")
        if cfr_tree.authorities(unit):
            raise CannotEdit(f"{_cited(_whole(target))} has an authority citation already")
        printed.detach()
        unit.append(printed)
        self._mark_all(printed)

    def _add_sentence(self, order: Order, target: Target) -> None:
        unit, printed = self._required(target), self._printed_for(order, target)
        later = self._is_later(unit)
        unit, printed = _lone(unit), _lone(printed)
        at = order.insert_at or -1
        try:
            self._write(unit, text=with_sentence_added(unit.text, printed.text, at))
        except AlreadyThere:
            if not later:
                raise CannotEdit(f"{_cited(target)} has a sentence like the new one already") from None
            # Against the version that stands there.
            self._write(unit, text=with_sentences_revised(unit.text, printed.text, (at,)))
            raise

    def _add_unit(self, order: Order, target: Target) -> None:
        printed = self._printed_for(order, target)
        existing = self._unit(target)
        if existing is not None:
            self._add_existing(order, target, existing, printed)
            return
        if _ENTRY.search(order.instruction.text) and printed.kind == "table":
            raise CannotEdit("It adds single entries to a table; compare them by hand")
        above = self._above(target)
        if target.path and (held := cfr_tree.reserved_range(above, target.path[-1])) is not None:
            raise CannotEdit(f"{_cited(target)} lies in the reserved range {held.number}")
        printed.detach()
        if printed.kind == "section":
            cfr_tree.place_section(above, printed)
        elif printed.kind in ("part", "subpart", "appendix"):
            above.append(printed)
        else:
            cfr_tree.place(above, printed)
        self._is_later(above)
        self._mark_all(printed)

    def _above(self, target: Target) -> Unit:
        if target.section and (target.path or target.term):
            path = target.path if target.term else target.path[:-1]
            return self._required(Target(target.title, target.part, target.section, path))
        if target.section or target.unit:
            return self._required(Target(target.title, target.part))
        return self.root

    def _add_existing(self, order: Order, target: Target, existing: Unit, printed: Unit) -> None:
        if _plainly_reserved(existing):
            self._replace(existing, printed)
        elif target.section and not target.path and not target.term and _ADDS_TO.search(order.instruction.text):
            for child in list(printed.children):
                child.detach()
                existing.append(child)
                self._mark_all(child)
        elif self._is_later(existing) and _versions(existing, printed):
            self._replace(existing, printed)
            how = "with other words" if self._changes else "word for word"
            raise AlreadyThere(f"{_cited(target)} is in the current text already, {how}")
        else:
            raise CannotEdit(f"{_cited(target)} exists already, and nothing moves it away")

    def _remove(self, order: Order, target: Target) -> None:
        if order.instruction.words:
            self._exchange(order, target)
            return
        if _ENTRY.search(order.instruction.text):
            raise CannotEdit("It removes single entries of a table; compare them by hand")
        unit = self._unit(_whole(target))
        if unit is None:
            above = cfr_tree.section(self.root, target.section) or cfr_tree.part(self.root, target.part)
            if above is not None and self._is_later(above):
                raise AlreadyThere(f"{_cited(target)} is not in the current text any more")
            raise CannotEdit(f"{_cited(target)} is not in the current text")
        self._is_later(unit)
        if target.detail == AUTHORITY:
            found = cfr_tree.authorities(unit)
            if len(found) != 1:
                raise CannotEdit(f"{_cited(_whole(target))} has {len(found)} authority citations, which is not clear")
            self._strike(found[0])
        elif target.detail == HEADING:
            self._write(unit, heading="")
        elif target.detail == INTRODUCTION:
            self._write(unit, text="")
        elif order.sentences:
            unit = _lone(unit)
            self._write(unit, text=without_sentences(unit.text, order.sentences))
        else:
            self._strike(unit)

    def _reserve(self, target: Target) -> None:
        unit = self._unit(target)
        if unit is None:
            if not target.path:
                raise CannotEdit(f"{_cited(target)} is not in the current text")
            above = self._above(target)
            marker = f"({target.path[-1]})"
            unit = Unit("paragraph", marker, above.label + marker, "", RESERVED, reserved=True)
            cfr_tree.place(above, unit)
            self._mark_all(unit)
            return
        self._is_later(unit)
        for child in unit.living():
            if child.kind not in CLOSING:
                self._strike(child)
        if unit.kind in ("part", "subpart", "section", "appendix"):
            self._write(unit, heading=RESERVED, text="")
        else:
            self._write(unit, heading="", text=RESERVED)
        unit.reserved = True

    # Redesignation -------------------------------------------------------------------------------------------------

    def _redesignate(self, batch: list[Order]) -> None:
        moves: list[tuple[Order, Unit, Target]] = []
        for order in batch:
            target = order.target
            new = parse_target(order.instruction.words[0]) if order.instruction.words else None
            if target is None or new is None:
                raise CannotEdit("It does not say for each paragraph what it becomes")
            self._require_part(target, "redesignate")
            if bool(target.path) != bool(new.path) or target.unit or not (target.section and new.section):
                raise CannotEdit("It moves text between levels of the CFR; compare it by hand")
            unit = self._unit(target)
            if unit is None:
                raise CannotEdit(f"{_cited(target)} is not in the current text")
            moves.append((order, unit, new))
        moving = [unit for _, unit, _ in moves]
        for _, _, new in moves:
            there = self._unit(new)
            if there is not None and there not in moving and not _plainly_reserved(there):
                if self._is_later(there) and self._seems_done(moves):
                    for order, _, to in moves:
                        self._order = order
                        if (unit := self._unit(to)) is not None:
                            self._mark(unit)
                    raise AlreadyThere(f"{_cited(new)} exists already, and the paragraphs show the new order")
                raise CannotEdit(f"{_cited(new)} exists already, and nothing moves it away")
        parents = [self._above(new) if new.path else unit.parent or self.root for _, unit, new in moves]
        for _, unit, _ in moves:
            unit.detach()
        for (order, unit, new), above in zip(moves, parents, strict=True):
            there = self._unit(new)
            if there is not None:
                self._order = order
                self._strike(there)
            self._order = order
            self._renumber(unit, new, above)
            for inner in unit.alive():
                self._mark(inner)
            self._changes += 1

    def _renumber(self, unit: Unit, new: Target, above: Unit) -> None:
        if new.path:
            unit.number = f"({new.path[-1]})"
            unit.relabel(above.label + unit.number)
            cfr_tree.place(above, unit)
        else:
            unit.number = f"§ {new.section}"
            unit.relabel(f"{new.title} CFR {new.section}" if new.title else f"§ {new.section}")
            cfr_tree.place_section(above, unit)

    def _seems_done(self, moves: list[tuple[Order, Unit, Target]]) -> bool:
        """Whether the text shows a redesignation as done: what a later order adds in a vacated place stands there."""
        taken = {to for _, _, to in moves}
        vacated = [order.target for order, _, _ in moves if order.target and order.target not in taken]
        for order in self._rest:
            if order.instruction.verb == "add" and order.target in vacated and order.target is not None:
                existing, printed = self._unit(order.target), self._new_text(order, order.target)
                return existing is not None and printed is not None and _versions(existing, printed)
        return False

    # New text over old ---------------------------------------------------------------------------------------------

    def _replace(self, unit: Unit, printed: Unit) -> None:
        """Give a unit the wording and the children that are printed for it; stars keep what they stand for."""
        _require_whole(printed, below=True)
        self._overwrite(unit, printed)

    def _overwrite(self, unit: Unit, printed: Unit) -> None:
        stars = STARS.fullmatch(f" {printed.text} ") is not None
        self._write(
            unit,
            heading=printed.heading if printed.heading or not stars else None,
            text=None if stars else printed.text,
        )
        if unit.rows != printed.rows:
            unit.rows, unit.header_rows = printed.rows, printed.header_rows
            self._changes += 1
        old = [child for child in unit.living() if child.kind not in CLOSING and not _unprinted(child)]
        new = [child for child in printed.living() if not _derived(child)]
        pairs = _pairs(old, new)
        partly = stars or _has_gap(new)
        leftover = [child for child in old if all(child is not first for first, _ in pairs)]
        if partly:
            self._kept += [child.label for child in leftover]
            leftover = []
        for child in leftover:
            self._strike(child)
        matched = {id(second): first for first, second in pairs}
        before: Unit | None = None
        for child in new:
            mine = matched.get(id(child))
            if mine is not None:
                self._overwrite(mine, child)
                before = mine
                continue
            child.detach()
            if partly and child.number:
                cfr_tree.place(unit, child)
            elif before is not None and before.parent is not None:
                unit.insert(unit.children.index(before) + 1, child)
            elif old:
                unit.insert(unit.children.index(old[0]), child)
            else:
                unit.append(child)
            self._mark_all(child)
            before = child


def _cited(target: Target) -> str:
    """The place as the Federal Register writes it."""
    prefix = f"{target.title} CFR " if target.title else ""
    path = "".join(f"({marker})" for marker in target.path)
    if target.section:
        base = f"{prefix}{target.section}{path}" if prefix else f"§ {target.section}{path}"
    else:
        base = f"{prefix}part {target.part}"
    term = f"“{target.term}”" if target.term else ""
    return " ".join(filter(None, (base, target.unit, term, target.detail)))


def _whole(target: Target) -> Target:
    return Target(target.title, target.part, target.section, target.path, target.unit, target.term)


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


def _plainly_reserved(unit: Unit) -> bool:
    words = f"{unit.heading} {unit.text}".strip()
    return words.strip(".") == RESERVED and not any(child.kind not in CLOSING for child in unit.living())


def _require_whole(printed: Unit, *, below: bool) -> None:
    """Stars within a paragraph's words say that some are left out; which ones, only a person can tell."""
    for unit in printed.walk() if below else [printed]:
        text = unit.text.strip()
        if STARS.search(text) and not STARS.fullmatch(f" {text} "):
            place = unit.label or "the new text"
            raise CannotEdit(f"{place} is printed in part, and the instruction does not say which sentences change")


def _versions(existing: Unit, printed: Unit) -> bool:
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
