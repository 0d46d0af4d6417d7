"""The outline of a preamble: how deep each heading stands.

The Federal Register knows three ranks of headings (HD1, HD2, HD3); everything deeper is printed as HD3. There the rank
comes from the enumerators (i. 1. a. i. or 1. a. (1) (a)), whose styles every agency orders in its own way. As with
paragraphs, the readings of all headings are carried along and the cheapest whole outline wins.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter
from typing import NamedTuple

from commenttrack.rulemaking.enumerators import Reading, readings

_NUMBER = re.compile(r"(\()?([A-Za-z]{1,8}|[0-9]{1,3})(\)|\.)(?:\s+|(?=[—–])|$)")
_MULTIPLE = re.compile(r"((?:[IVX]+|[0-9]{1,2})(?:\.(?:[A-Za-z]|[0-9]{1,2}|[ivx]+))+)\.?\s+")
_MULTIPLE_STARTS = "IVX0123456789"

# Up to its first mark; roman numerals are the longest.
_LONGEST_NUMBER = 12

_GAP = 3.0
_LATE_START = 4.0
_BACKWARDS = 2.5
_SAME_STYLE_WITHIN = 3.5
_POPPED = 0.05
_UNDER_UNNUMBERED = 0.3
_BEAM = 8

_DEEPEST_RANK = 3
_UNNUMBERED = Reading("", 0)
# No outline goes deeper; without a limit, headings that never close a list would be read ever more slowly.
_DEEPEST = 10


class Heading(NamedTuple):
    """A heading before it has its place: the printed rank (1 to 3), its enumerator as printed, and its words."""

    rank: int
    number: str
    text: str


class _Entry(NamedTuple):
    rank: int
    style: str
    value: int


_Chain = tuple[_Entry, ...]


@dataclass(slots=True)
class _Node:
    chain: _Chain
    cost: float
    previous: _Node | None


def split_number(text: str) -> tuple[str, str]:
    """The enumerator of a heading and the rest: “IV. Discussion” is (“IV.”, “Discussion”)."""
    start = text[:_LONGEST_NUMBER]
    if "." not in start and ")" not in start:
        return "", text
    found = _MULTIPLE.match(text) if text[0] in _MULTIPLE_STARTS else None
    if found:
        return text[: found.end()].strip(), text[found.end() :]
    found = _NUMBER.match(text)
    if found and readings(found[2]) and bool(found[1]) <= (found[3] == ")"):
        return text[: found.end()].strip(), text[found.end() :]
    return "", text


def bare(number: str) -> str:
    """An enumerator without its punctuation: “(1)” is “1”, “IV.” is “IV”."""
    return number.strip("(). ")


def depths(headings: Sequence[Heading]) -> tuple[int, ...]:
    """The depth of each heading, 1 for the outermost; depths never jump by more than one in a chain."""
    beam = [_Node((), 0.0, None)]
    for heading in headings:
        best: dict[_Chain, _Node] = {}
        for node in beam:
            for chain, step in _steps(node.chain, heading):
                cost = node.cost + step
                known = best.get(chain)
                if known is None or cost < known.cost:
                    best[chain] = _Node(chain, cost, node)
        beam = list(best.values())
        if len(beam) > 1:
            beam.sort(key=attrgetter("cost"))
            del beam[_BEAM:]
    found: list[int] = []
    last: _Node | None = beam[0]
    while last is not None and last.previous is not None:
        found.append(len(last.chain))
        last = last.previous
    found.reverse()
    return tuple(found)


@lru_cache(maxsize=1024)
def _styled(number: str) -> tuple[Reading, ...]:
    """The readings of an enumerator; its punctuation is part of the style, “(a)” is not “a.”."""
    marks = "()" if number.startswith("(") else ")" if number.endswith(")") else "."
    return tuple(Reading(reading.style + marks, reading.value) for reading in readings(bare(number)))


def _steps(chain: _Chain, heading: Heading) -> list[tuple[_Chain, float]]:
    if heading.rank < _DEEPEST_RANK:
        base = tuple([entry for entry in chain if entry.rank < heading.rank])
        options = _styled(heading.number)
        first = options[0] if options else _UNNUMBERED
        return [((*base, _Entry(heading.rank, first.style, first.value)), 0.0)]
    floor = len([entry for entry in chain if entry.rank < _DEEPEST_RANK])
    options = _styled(heading.number)
    if not options:
        return _unnumbered_steps(chain, floor)
    found: list[tuple[_Chain, float]] = []
    for option in options:
        entry = _Entry(_DEEPEST_RANK, option.style, option.value)
        for keep in range(floor, len(chain)):
            if chain[keep].style != option.style:
                continue
            missing = option.value - chain[keep].value - 1
            cost = _BACKWARDS if missing < 0 else _GAP + 0.05 * missing if missing else 0.0
            found.append(((*chain[:keep], entry), cost + _POPPED * (len(chain) - 1 - keep)))
        for keep in range(floor, len(chain) + 1):
            # A list of a new style, under the heading before it or, when that had none, beside one without number.
            if keep < len(chain) and chain[keep].style:
                continue
            if keep == len(chain) >= _DEEPEST and found:
                continue
            cost = 0.0 if option.value == 1 else _LATE_START + 0.05 * option.value
            if keep == len(chain) and keep > floor:
                above = chain[-1]
                cost += _SAME_STYLE_WITHIN if above.style == option.style else 0.0
                cost += 0.0 if above.style else _UNDER_UNNUMBERED
            found.append(((*chain[:keep], entry), cost + _POPPED * max(0, len(chain) - 1 - keep)))
    return found


def _unnumbered_steps(chain: _Chain, floor: int) -> list[tuple[_Chain, float]]:
    entry = _Entry(_DEEPEST_RANK, "", 0)
    for keep in range(floor, len(chain)):
        if not chain[keep].style:
            return [((*chain[:keep], entry), 0.0)]
    return [((*chain, entry), 0.0)]
