"""Amendatory instructions: what a document does to the CFR, read from its instruction paragraphs.

An instruction paragraph becomes tokens (verbs, places, quoted words, connectives), from which
:mod:`instruction_reading` finds what is done to what. Numbering nests ("3. Amend § 413.338 by—", "a. In paragraph (a)
by—", "i. Revising …"), so the place named by an outer paragraph holds for those within it. What is not understood keeps
verb None.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from operator import attrgetter

from commenttrack.rulemaking.amended_places import Place, exchanged_places
from commenttrack.rulemaking.correction_statements import begins
from commenttrack.rulemaking.document_text import Amendment
from commenttrack.rulemaking.enumerators import readings
from commenttrack.rulemaking.instruction_reading import NO_ENTRIES, Action, Reading
from commenttrack.rulemaking.provisions import ParsedInstruction

# The style of “Par. 2.”, by which the Treasury numbers its instructions.
_PARAGRAPH = "Par."

# All values in the order of the fields; made as flows are, see xml_text.
_instruction: Callable[[tuple[object, ...]], ParsedInstruction] = partial(tuple.__new__, ParsedInstruction)


@dataclass(slots=True)
class _Level:
    """An open level of the instructions' numbering: the places and the verb it leaves to those within."""

    style: str
    value: int
    places: list[Place]
    verb: str | None
    words: tuple[str, ...] = ()


def find(amendments: Iterable[Amendment]) -> tuple[ParsedInstruction, ...]:
    """The instructions of all instruction paragraphs, in order."""
    found: list[ParsedInstruction] = []
    levels: list[_Level] = []
    # A paragraph that leaves what is to be done to those numbered within it, until one of those comes.
    leading: tuple[Amendment, Sequence[Action], _Level | None] | None = None

    def keep(
        amendment: Amendment, actions: Sequence[Action], entries: Mapping[int, tuple[str, ...]] = NO_ENTRIES
    ) -> None:
        text, page = amendment.text, amendment.page
        for place, (verb, target, words) in enumerate(actions):
            name = f"i{len(found) + 1}"
            rows = entries.get(place, ())
            found.append(_instruction((name, verb, target, text, page, amendment.provision, words, rows)))

    part: tuple[int | None, str] | None = None
    for amendment in amendments:
        if (amendment.title, amendment.part) != part:
            # No list goes on in another part.
            if leading is not None and leading[2] is not None:
                keep(leading[0], leading[1])
            part, leading, levels = (amendment.title, amendment.part), None, []
        style, value = _numbered(amendment.number, levels)
        if style:
            # A number closes its own style and what was opened within; a plain digit closes everything, except that
            # the Treasury numbers the steps within “Par. 2.” by digits.
            for depth, level in enumerate(levels):
                if level.style == style or style == _PARAGRAPH or (style == "1." and level.style != _PARAGRAPH):
                    del levels[depth:]
                    break
        if leading is not None:
            led, actions, opened = leading
            if opened is not None and not any(level is opened for level in levels):
                # Nothing is numbered within it.
                keep(led, actions)
            leading = None
        context = Place(amendment.title, amendment.part)
        if begins(amendment.text):
            exchanged = exchanged_places(amendment.text, context, amendment.corrected)
            if exchanged:
                keep(amendment, [("revise", place.citation(), words) for place, words in exchanged])
                continue
            if amendment.corrected is not None:
                context = context._replace(section=amendment.corrected.section)
        above = levels[-1] if levels else _Level("", 0, [], None)
        places = above.places or [context]
        reading = Reading(amendment.marked or amendment.text, places, above.verb, above.words)
        if style:
            levels.append(_Level(style, value, reading.places, reading.open_verb, reading.open_words))
        if not reading.actions:
            alone = reading.deferred or [(None, reading.places[-1].citation() if reading.places else "", ())]
            leading = (amendment, alone, levels[-1] if style else None)
        keep(amendment, reading.actions, reading.entries)
    if leading is not None and leading[2] is not None:
        keep(leading[0], leading[1])
    return tuple(found)


def _numbered(number: str, levels: Sequence[_Level]) -> tuple[str, int]:
    """The style and value of an instruction's number: “i.” goes on after “h.”, else it starts a list within."""
    if number.startswith("Par"):
        return _PARAGRAPH, 0
    options = readings(number.strip("(). "))
    if not options:
        return "", 0
    marks = "(" if number.startswith("(") else "."
    for option in options:
        style = option.style + marks
        for level in levels:
            if level.style == style and level.value + 1 == option.value:
                return style, option.value
    first = options[0] if len(options) == 1 else min(options, key=attrgetter("value"))
    return first.style + marks, first.value
