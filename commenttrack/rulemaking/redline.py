"""What a rule does to the current text of the CFR, paragraph by paragraph: ``commenttrack-redline/1``.

:func:`redline` carries out the amendatory instructions in their order on the current text and compares. Each paragraph
is unchanged, revised, added, removed, redesignated (only its number changes) or reserved, with the instructions that
did it. An instruction has one of four outcomes:

* ``applied``: carried out, and the text changed or, for “continues to read”, was found to read so;
* ``already``: the current text has what it does, as it will when the text is later than the rule; where the wordings
  differ, the paragraphs are shown against each other;
* ``not_applied``: it could not be carried out without guessing, ``why`` says for what reason;
* ``elsewhere``: it is about a part that the current text given does not hold.

The JSON: ``rule`` and ``current`` say what was compared; ``summary`` counts the outcomes, ``share`` being
(applied + already) / (all − elsewhere); ``instructions`` has one entry for each instruction with ``outcome`` and
``why``; ``paragraphs`` stand in the order of the proposed text, removed ones at their old place. A paragraph has
``change``, ``label`` and ``former_label`` (citations, the latter null when added), ``number`` and ``former_number``,
``heading`` and ``text`` as runs ``{"kind": "same"|"delete"|"insert", "text"}``, ``rows`` of a table as
``{"kind", "cells"}``, and the ids of ``instructions``. ``warnings`` are sentences for people.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from commenttrack.rulemaking.amending import orders
from commenttrack.rulemaking.applying import Applier
from commenttrack.rulemaking.cfr_tree import CLOSING, Unit, grow
from commenttrack.rulemaking.drafts import Ids
from commenttrack.rulemaking.ecfr import CurrentText
from commenttrack.rulemaking.provisions import ParsedRule
from commenttrack.wording import Change, difference, folded

FORMAT = "commenttrack-redline/1"

ChangeKind = Literal["unchanged", "revised", "added", "removed", "redesignated", "reserved"]


@dataclass(frozen=True, slots=True)
class RowChange:
    """A row of a table: in both texts, only in the current one, or only in the proposed one."""

    kind: Literal["same", "delete", "insert"]
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RedlineParagraph:
    """A unit of the CFR, current → proposed. ``former_label`` is None when it is added."""

    id: str
    parent: str | None
    kind: str
    change: ChangeKind
    label: str
    former_label: str | None
    number: str
    former_number: str | None
    heading: tuple[Change, ...]
    text: tuple[Change, ...]
    rows: tuple[RowChange, ...]
    instructions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an instruction: applied, already, not_applied or elsewhere, and why."""

    id: str
    verb: str | None
    target: str
    text: str
    outcome: str
    why: str


@dataclass(frozen=True, slots=True)
class ComparedPart:
    """A part of the CFR that the rule was applied to; ``as_of`` is the day of the text or empty."""

    title: int | None
    part: str
    as_of: str


@dataclass(frozen=True, slots=True)
class Redline:
    """A rule against the current text."""

    title: str
    document_number: str
    fr_citation: str
    published: str | None
    parts: tuple[ComparedPart, ...]
    paragraphs: tuple[RedlineParagraph, ...]
    instructions: tuple[Outcome, ...]
    warnings: tuple[str, ...] = ()

    def count(self, outcome: str) -> int:
        """How many instructions had this outcome."""
        return sum(item.outcome == outcome for item in self.instructions)

    @property
    def share(self) -> float | None:
        """The share of instructions carried out among those about the text given; None when there is none."""
        concerned = len(self.instructions) - self.count("elsewhere")
        return (self.count("applied") + self.count("already")) / concerned if concerned else None


def redline(rule: ParsedRule, current: Sequence[CurrentText]) -> Redline:
    """The rule carried out on the current text of one or more files."""
    root = grow((provision for text in current for provision in text.provisions), current=True)
    title = next((text.title for text in current if text.title), None)
    applier = Applier(root, rule, title)
    outcomes = []
    for order, outcome, why in applier.run(orders(rule)):
        instruction = order.instruction
        outcomes.append(Outcome(instruction.id, instruction.verb, instruction.target, instruction.text, outcome, why))
    parts = tuple(
        ComparedPart(text.title, provision.label.split()[-1], text.as_of)
        for text in current
        for provision in text.provisions
        if provision.kind == "part"
    )
    return Redline(
        title=rule.document.title,
        document_number=rule.document.document_number,
        fr_citation=rule.document.fr_citation,
        published=rule.document.publication_date,
        parts=parts,
        paragraphs=tuple(_paragraphs(root)),
        instructions=tuple(outcomes),
        warnings=(*applier.warnings(), *_doubts(rule, current)),
    )


def _doubts(rule: ParsedRule, current: Sequence[CurrentText]) -> Iterator[str]:
    """What was uncertain when the two texts were read."""
    standing = [ambiguity for text in current for ambiguity in text.ambiguities]
    for name, ambiguities in (("rule", rule.ambiguities), ("current text", standing)):
        if ambiguities:
            places = "; ".join(" or ".join(ambiguity.readings) for ambiguity in ambiguities[:5])
            more = f" and {len(ambiguities) - 5} more" if len(ambiguities) > 5 else ""
            yield f"Paragraphs of the {name} can be read at several levels: {places}{more}. The first reading is shown."
    left = [entry.text for text in current for entry in text.unparsed]
    if left:
        count = f"{len(left)} {'piece' if len(left) == 1 else 'pieces'}"
        yield f"{count} of the current file could not be placed: “{'”, “'.join(left[:3])}”."


def to_json(result: Redline) -> dict[str, Any]:
    """The redline as plain dicts and lists in the format ``commenttrack-redline/1``."""
    share = result.share
    return {
        "format": FORMAT,
        "rule": {
            "title": result.title,
            "document_number": result.document_number,
            "fr_citation": result.fr_citation,
            "publication_date": result.published,
        },
        "current": [asdict(part) for part in result.parts],
        "summary": {
            "instructions": len(result.instructions),
            **{outcome: result.count(outcome) for outcome in ("applied", "already", "not_applied", "elsewhere")},
            "share": round(share, 4) if share is not None else None,
        },
        "warnings": list(result.warnings),
        "instructions": [asdict(item) for item in result.instructions],
        "paragraphs": [asdict(paragraph) for paragraph in result.paragraphs],
    }


def _paragraphs(root: Unit) -> Iterator[RedlineParagraph]:
    ids = Ids()
    made: dict[int, str] = {}
    for unit in root.walk():
        if unit is root or (unit.current is None and unit.removed):
            continue
        current = unit.current
        name = ids.new(current.id if current else f"new-{unit.printed_id or unit.number.strip('()') or unit.kind}")
        made[id(unit)] = name
        heading, text = (current.heading, current.text) if current else ("", "")
        new_heading, new_text, rows = ("", "", ()) if unit.removed else (unit.heading, unit.text, unit.rows)
        yield RedlineParagraph(
            id=name,
            parent=made.get(id(unit.parent)),
            kind=unit.kind,
            change=_change(unit),
            label=current.label if current and unit.removed else unit.label,
            former_label=current.label if current else None,
            number=current.number if current and unit.removed else unit.number,
            former_number=current.number if current else None,
            heading=readable(difference(heading, new_heading)),
            text=readable(difference(text, new_text)),
            rows=tuple(_rows(current.rows if current else (), rows)),
            instructions=tuple(dict.fromkeys(unit.orders)),
        )


def _change(unit: Unit) -> ChangeKind:
    current = unit.current
    if unit.removed:
        return "removed"
    if current is None:
        return "reserved" if unit.reserved else "added"
    same = (
        folded(current.heading) == folded(unit.heading)
        and folded(current.text) == folded(unit.text)
        and current.rows == unit.rows
    )
    if not same:
        return "reserved" if unit.reserved else "revised"
    if unit.kind not in CLOSING and (current.label, current.number) != (unit.label, unit.number):
        return "redesignated"
    return "unchanged"


def readable(changes: Sequence[Change]) -> tuple[Change, ...]:
    """The runs with neighbouring changes joined: one deletion and one insertion instead of a change at every word.

    As before, ``same`` and ``insert`` give the new text and ``same`` and ``delete`` the old one.
    """
    joined: list[Change] = []
    index = 0
    while index < len(changes):
        end = index
        # A stretch of changes with nothing but spaces between them.
        while end < len(changes) and (changes[end].kind != "same" or (end > index and changes[end].text.isspace())):
            end += 1
        while end > index and changes[end - 1].kind == "same":
            end -= 1
        stretch = changes[index:end]
        old = "".join(change.text for change in stretch if change.kind != "insert")
        new = "".join(change.text for change in stretch if change.kind != "delete")
        if old.strip() and new.strip():
            joined += [Change("delete", old), Change("insert", new)]
        else:
            joined += stretch
        if end == index:
            joined.append(changes[index])
            end += 1
        index = end
    return tuple(joined)


def _rows(old: Sequence[tuple[str, ...]], new: Sequence[tuple[str, ...]]) -> Iterator[RowChange]:
    for tag, i1, i2, j1, j2 in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield from (RowChange("same", row) for row in old[i1:i2])
            continue
        yield from (RowChange("delete", row) for row in old[i1:i2])
        yield from (RowChange("insert", row) for row in new[j1:j2])
