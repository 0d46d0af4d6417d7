"""The levels of the paragraphs of one section: (a) (1) (i) (A) (*1*) (*i*), solved over the whole section.

A marker alone does not tell its level: “(i)” follows (h) as a letter and (a)(1) as a numeral. So all readings of all
markers are carried along as states (the chain of open paragraphs), each with a cost for what is unusual about it, and
the cheapest whole reading wins. Where others cost as good as the same and differ at a paragraph, all are reported.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter, itemgetter
from typing import NamedTuple

from commenttrack.rulemaking.enumerators import DIGIT, LOWER, LOWER_ROMAN, UPPER, readings
from commenttrack.rulemaking.provisions import LevelPath

# The styles of the levels, from the outermost; levels 5 and 6 are printed in italics.
STYLES = (LOWER, DIGIT, LOWER_ROMAN, UPPER, DIGIT, LOWER_ROMAN)
_ITALIC_LEVELS = (5, 6)

# A definition opens a list of its own; its place in the chain is above all levels.
DEFINITION = 0

# What makes a reading unusual. Only their order matters much: a broken sequence is worse than a gap that stars explain,
# a skipped level is worse than a gap, going backwards is worst.
_GAP = 3.0
_GAP_WITH_STARS = 0.4
_SKIPPED_LEVEL = 4.0
_SKIPPED_WITH_STARS = 1.5
_BACKWARDS = 9.0
_WRONG_ITALIC = 2.5
_CHILD_WITHOUT_LEAD_IN = 0.15
_SIBLING_AFTER_LEAD_IN = 0.35
_HEADING_UNLIKE_SIBLINGS = 0.3
_AFTER_DEFINITION = 0.2
_LATE_IN_DEFINITION = 1.5
_UNEXPECTED = 1.5
_MARGIN = 0.6
_LONELY = 0.4
_BEAM = 16
_WORTH_KEEPING = 7.0

_LEAD_IN = (":", "—", "–", "-", "* * *")


class Marker(NamedTuple):
    """One marked paragraph, or the start of a definition when ``text`` is empty.

    ``text`` is the marker without parentheses; ``italic`` whether it is printed so; ``after_stars`` whether text is
    left out before it; ``lead_in`` whether the paragraph before ends as an introduction does; ``has_heading`` whether
    it starts with an italic heading; ``attached`` whether it stands on the same line as the marker before it.
    """

    text: str
    italic: bool = False
    after_stars: bool = False
    lead_in: bool = False
    has_heading: bool = False
    attached: bool = False


# A chain of open paragraphs: (level, value, has a heading), outermost first.
Chain = tuple[tuple[int, int, bool], ...]


@dataclass(slots=True)
class _Node:
    chain: Chain
    cost: float
    previous: _Node | None
    # Other ways to come to the same chain, with their cost.
    rivals: tuple[tuple[_Node, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Levels:
    """The solved chains, one for each marker, and (index, other chains) where other readings are as good.

    ``settled`` holds the indexes of the markers that were read as somebody had settled.
    """

    chains: tuple[Chain, ...]
    ambiguous: tuple[tuple[int, tuple[Chain, ...]], ...]
    settled: tuple[int, ...] = ()


def ends_as_lead_in(text: str) -> bool:
    """Whether a paragraph ends as one does that a list follows."""
    return text[-8:].rstrip().endswith(_LEAD_IN)


@lru_cache(maxsize=4096)
def _levels(text: str, italic: bool) -> tuple[tuple[int, int, float], ...]:
    """(level, value, cost) of a marker."""
    found: list[tuple[int, int, float]] = []
    for reading in readings(text):
        for level, style in enumerate(STYLES, 1):
            if style == reading.style:
                # “(l)” is often printed in italics to tell it from the digit, and often not.
                plain_level = level not in _ITALIC_LEVELS
                cost = _WRONG_ITALIC if plain_level == italic and not (text == "l" and level == 1) else 0.0
                found.append((level, reading.value, cost))
    return tuple(found)


def solve(
    markers: Sequence[Marker],
    expected: frozenset[tuple[int, ...]] = frozenset(),
    *,
    stars_at_end: bool = False,
    settled: Mapping[int, LevelPath] | None = None,
) -> Levels:
    """The levels of all markers of a section, in order.

    ``expected`` holds the paths (values from the outermost level on) of the paragraphs that the amendatory instruction
    names; where several readings are possible, one it names is preferred. ``settled`` gives the place of single
    markers, by index; one that cannot be had with what stands before it is left out. Linear in the number of markers.
    """
    held: list[int] = []
    beam: list[_Node] = [_Node((), 0.0, None)]
    for index, marker in enumerate(markers):
        told = expected if expected and len(_levels(marker.text, marker.italic)) > 1 else None
        beam = _reached(beam, marker, told)
        wanted = settled.get(index) if settled else None
        if wanted is not None:
            fitting = [node for node in beam if _stands_at(node.chain, wanted)]
            if fitting:
                beam = fitting
                held.append(index)
        if len(beam) > 1:
            beam.sort(key=attrgetter("cost"))
            worst = beam[0].cost + _WORTH_KEEPING
            beam = [node for node in beam[:_BEAM] if node.cost <= worst]
    if not markers:
        return Levels((), ())
    if not stars_at_end:
        for last in beam:
            last.cost += _lonely(last.chain)
        beam.sort(key=lambda last: last.cost)
    chains: list[Chain] = []
    node: _Node | None = beam[0]
    tied = len(beam) > 1 and beam[1].cost - beam[0].cost < _MARGIN
    while node is not None and node.previous is not None:
        chains.append(node.chain)
        if node.rivals and not tied:
            tied = any(cost - node.cost < _MARGIN for _, cost in node.rivals)
        node = node.previous
    chains.reverse()
    return Levels(tuple(chains), _as_good(beam, chains) if tied else (), tuple(held))


def _as_good(beam: Sequence[_Node], chains: Sequence[Chain]) -> tuple[tuple[int, tuple[Chain, ...]], ...]:
    """Where whole readings that cost hardly more than the best differ from it, and how, the cheaper ones first.

    ``beam`` holds the ends of all readings by cost, ``chains`` is the best one.
    """
    found: dict[int, dict[tuple[int, ...], tuple[float, Chain]]] = {}
    # Where to walk back from: how much dearer the readings that lead there are, an end, and the index of its marker.
    last = len(chains) - 1
    ways = [(node.cost - beam[0].cost, node, last) for node in beam if node.cost - beam[0].cost < _MARGIN]
    seen: dict[int, float] = {}
    while ways:
        dearer, start, index = ways.pop()
        node: _Node | None = start
        while node is not None and index >= 0:
            # What lies before was walked at no higher cost.
            if seen.get(id(node), _MARGIN) <= dearer:
                break
            seen[id(node)] = dearer
            path = _path(node.chain)
            if path != _path(chains[index]):
                others = found.setdefault(index, {})
                if path not in others or dearer < others[path][0]:
                    others[path] = (dearer, node.chain)
            ways += [
                (dearer + cost - node.cost, origin, index - 1)
                for origin, cost in node.rivals
                if dearer + cost - node.cost < _MARGIN
            ]
            node, index = node.previous, index - 1
    return tuple(
        (index, tuple(chain for _, chain in sorted(found[index].values(), key=itemgetter(0))))
        for index in sorted(found)
    )


def _reached(beam: list[_Node], marker: Marker, told: frozenset[tuple[int, ...]] | None) -> list[_Node]:
    """The chains that the marker can lead to, each with the best way to it; ``told`` are those that are preferred."""
    if len(beam) == 1:
        # Most often. From one origin there is one way to each chain, so none need be looked up.
        [origin] = beam
        before = origin.cost
        found = [_Node(chain, before + step, origin) for chain, step in _steps(origin.chain, marker)]
        if told is not None:
            for node in found:
                if _path(node.chain) not in told:
                    node.cost += _UNEXPECTED
        return found
    best: dict[Chain, _Node] = {}
    for origin in beam:
        for chain, step in _steps(origin.chain, marker):
            cost = origin.cost + step
            if told is not None and _path(chain) not in told:
                cost += _UNEXPECTED
            known = best.get(chain)
            if known is None:
                best[chain] = _Node(chain, cost, origin)
            elif cost < known.cost:
                best[chain] = _Node(chain, cost, origin, (*known.rivals, (known.previous or origin, known.cost)))
            else:
                known.rivals = (*known.rivals, (origin, cost))
    return list(best.values())


def _stands_at(chain: Chain, path: LevelPath) -> bool:
    """Whether a chain is this path. Which definition is open depends on the text before, not on what was settled."""
    return len(chain) == len(path) and all(
        level == wanted and (value == number or level == DEFINITION)
        for (level, value, _), (wanted, number) in zip(chain, path, strict=True)
    )


def _path(chain: Chain) -> tuple[int, ...]:
    return tuple([value for _, value, _ in chain])


def _steps(chain: Chain, marker: Marker) -> list[tuple[Chain, float]]:
    """All chains that the marker can lead to, with their cost."""
    if not marker.text:
        return _definition_chains(chain, marker)
    found: list[tuple[Chain, float]] = []
    for level, value, base in _levels(marker.text, marker.italic):
        entry = (level, value, marker.has_heading)
        parent_level = DEFINITION
        keep = 0
        for own_level, _, _ in chain:
            # Of the entries that would close, the first must not stand above the new one.
            if level > parent_level and (own_level >= level or own_level == DEFINITION):
                found.append(((*chain[:keep], entry), base + _beside(chain, keep, level, value, marker)))
            parent_level = own_level
            keep += 1  # noqa: SIM113 - enumerate() makes a tuple more for each entry
        if level > parent_level:
            found.append(((*chain, entry), base + _within(chain, level, value, marker)))
    if not found:
        # Not a marker of any style: treated as a sibling of what is open.
        top = chain[-1] if chain else (1, 0, False)
        found.append(((*chain[:-1], (max(top[0], 1), top[1] + 1, marker.has_heading)), _BACKWARDS))
    return found


def _definition_chains(chain: Chain, marker: Marker) -> list[tuple[Chain, float]]:
    """A definition goes on with the list of definitions, or starts one: under what introduces it or at the section."""
    for index, (level, value, _) in enumerate(chain):
        if level == DEFINITION:
            return [((*chain[:index], (DEFINITION, value + 1, False)), 0.0)]
    first = (DEFINITION, 1, False)
    if not chain:
        return [((first,), 0.0)]
    within, beside = (0.0, _SIBLING_AFTER_LEAD_IN) if marker.lead_in else (_SIBLING_AFTER_LEAD_IN, 0.0)
    return [((*chain, first), within), ((first,), beside)]


def _beside(chain: Chain, keep: int, level: int, value: int, marker: Marker) -> float:
    """The cost of putting (level, value) in place of the entry at ``keep``, as its later sibling."""
    sibling_level, sibling_value, sibling_heading = chain[keep]
    if sibling_level != level:
        # A list at another level under the same parent: only after stars, or when the list before skipped levels.
        cost = _SKIPPED_LEVEL if sibling_level == DEFINITION else _SKIPPED_LEVEL / 2
        if value > 1:
            cost += _gap_cost(value - 1, marker)
    elif value <= sibling_value:
        return _BACKWARDS
    else:
        cost = _gap_cost(value - sibling_value - 1, marker) if value > sibling_value + 1 else 0.0
        if marker.has_heading != sibling_heading:
            cost += _HEADING_UNLIKE_SIBLINGS
    if keep == len(chain) - 1:
        if marker.lead_in:
            cost += _SIBLING_AFTER_LEAD_IN
        # A marker on the line of another stands under it.
        return cost + _BACKWARDS if marker.attached else cost
    if marker.attached:
        return cost + _BACKWARDS
    closed = chain[keep + 1 :]
    for entry in closed:
        if entry[0] == DEFINITION:
            cost += _AFTER_DEFINITION
            break
    return cost if marker.after_stars else cost + _lonely(closed)


def _within(chain: Chain, level: int, value: int, marker: Marker) -> float:
    """The cost of putting (level, value) under the last entry of the chain, or first of all when there is none."""
    parent_level = chain[-1][0] if chain else DEFINITION
    in_definition = bool(chain) and parent_level == DEFINITION
    cost = 0.0
    skipped = level - parent_level - 1
    if skipped:
        if in_definition or not chain:
            # Lists under a definition, and sections without letters, start at any of the first three levels.
            cost = (0.0 if in_definition else _SKIPPED_WITH_STARS) if level <= 3 else _SKIPPED_LEVEL
        else:
            cost = (_SKIPPED_WITH_STARS if marker.after_stars else _SKIPPED_LEVEL) * skipped
    if value > 1:
        cost += _gap_cost(value - 1, marker)
        if in_definition:
            cost += _LATE_IN_DEFINITION
    if chain and not marker.lead_in and not marker.attached:
        cost += _CHILD_WITHOUT_LEAD_IN
    return cost


def _lonely(closed: Chain) -> float:
    """What it costs to close these lists: one that never came to a second member was hardly a list."""
    return sum([_LONELY for level, value, _ in closed if value == 1 and level > 1]) if closed else 0.0


def _gap_cost(missing: int, marker: Marker) -> float:
    """The cost of ``missing`` members of a list, at least one, that are not printed before this one."""
    if marker.after_stars:
        # Longer gaps are a little less likely, so that (v) after stars prefers the nearer list.
        return _GAP_WITH_STARS + 0.02 * min(missing, 20)
    return _GAP + 0.05 * min(missing, 20)
