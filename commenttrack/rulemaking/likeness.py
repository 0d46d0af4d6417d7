"""How alike the provisions of two documents are: their words, what stands around them, and an index of both.

Likeness is the mean of the shares of words and of pairs of neighbouring words that two texts have in common.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from commenttrack.rulemaking.provisions import ParsedProvision

_WORD = re.compile(r"[^\W_]+")
_PREAMBLE = frozenset({"preamble_heading", "preamble_paragraph"})
# What may become what; every other kind only itself.
_GROUPS = {"definition": "paragraph"}


def wording_of(heading: str, text: str, rows: Iterable[Iterable[str]] = ()) -> str:
    """The words of a provision that count for its anchor: heading, text and the cells of a table."""
    return "\n".join(part for part in (heading, text, *(" | ".join(row) for row in rows)) if part)


def words_of(text: str) -> tuple[str, ...]:
    """The words of a text in lower case, without punctuation."""
    return tuple(_WORD.findall(text.casefold()))


def similarity(one: str, other: str) -> float:
    """How alike two texts are, from 0 to 1: the mean of the shares of words and of word pairs they have in common."""
    (a, b), (c, d) = _features(words_of(one)), _features(words_of(other))
    return (_dice(a, c) + _dice(b, d)) / 2


def _features(words: tuple[str, ...]) -> tuple[frozenset[str], frozenset[tuple[str, str]]]:
    """The words and the pairs of neighbours; the ends count as neighbours, so that a single word has pairs."""
    return frozenset(words), frozenset(zip(("", *words), (*words, ""), strict=True)) if words else frozenset()


def _dice(one: frozenset[object], other: frozenset[object]) -> float:
    return 2 * len(one & other) / (len(one) + len(other)) if one and other else 0.0


class Side:
    """One document: its provisions by index, with what matching asks about them."""

    def __init__(self, provisions: Sequence[ParsedProvision]) -> None:
        self.provisions = provisions
        index = {provision.id: place for place, provision in enumerate(provisions)}
        self.parent = [index[p.parent] if p.parent is not None else -1 for p in provisions]
        self.children: dict[int, list[int]] = defaultdict(list)
        for place, parent in enumerate(self.parent):
            self.children[parent].append(place)
        self.order = {place: rank for family in self.children.values() for rank, place in enumerate(family)}
        # The number of a picture is not what the picture says.
        self.wording = [wording_of(provision.heading, provision.text, provision.rows) for provision in provisions]
        self.words = [
            () if provision.image else words_of(wording)
            for provision, wording in zip(provisions, self.wording, strict=True)
        ]
        self.group: list[tuple[str, bool]] = []
        for provision, parent in zip(provisions, self.parent, strict=True):
            preamble = provision.kind in _PREAMBLE or (
                provision.kind == "table" and (self.group[parent][1] if parent >= 0 else not provision.label)
            )
            self.group.append((_GROUPS.get(provision.kind, provision.kind), preamble))
        self.marker = [self._marker(place) for place in range(len(provisions))]
        counted = Counter(zip(self.parent, self.group, self.marker, strict=True))
        # A marker that stands twice under one parent names neither.
        self.marker = [
            marker if marker and counted[key] == 1 else ""
            for marker, key in zip(self.marker, zip(self.parent, self.group, self.marker, strict=True), strict=True)
        ]

    def _marker(self, place: int) -> str:
        """What names a provision among its siblings; empty for the running text of a preamble."""
        provision = self.provisions[place]
        if provision.kind == "preamble_paragraph":
            return ""
        if provision.kind == "definition":
            return provision.term.casefold() or provision.label
        if provision.kind in ("part", "subpart", "section", "appendix"):
            return provision.label or provision.number
        return provision.number or (provision.label if self.parent[place] < 0 else "")

    def __len__(self) -> int:
        return len(self.provisions)


class Likeness:
    """The similarity of any earlier provision to all later ones, over an index of the later document's features."""

    def __init__(self, earlier: Side, later: Side) -> None:
        self._earlier = [_features(words) for words in earlier.words]
        self._size = len(later)
        self._postings: tuple[dict[object, NDArray[np.int32]], ...] = ()
        self._counts: list[NDArray[np.float64]] = []
        features = [_features(words) for words in later.words]
        for which in (0, 1):
            found: dict[object, list[int]] = defaultdict(list)
            for place, pair in enumerate(features):
                for feature in pair[which]:
                    found[feature].append(place)
            self._postings += ({feature: np.array(places, dtype=np.int32) for feature, places in found.items()},)
            self._counts.append(np.array([len(pair[which]) for pair in features], dtype=np.float64))
        self._rows: dict[int, NDArray[np.float32]] = {}

    def row(self, earlier: int) -> NDArray[np.float32]:
        """Similarities of one earlier provision to every later one (the later document's length)."""
        known = self._rows.get(earlier)
        if known is None:
            # Half the precision is plenty, and of two long documents without much in common every row is kept.
            known = self._rows[earlier] = (self._dice(earlier, 0) + self._dice(earlier, 1)).astype(np.float32)
        return known

    def _dice(self, earlier: int, which: int) -> NDArray[np.float64]:
        mine: Iterable[object] = self._earlier[earlier][which]
        postings = [places for feature in mine if (places := self._postings[which].get(feature)) is not None]
        if not postings:
            return np.zeros(self._size)
        common = np.bincount(np.concatenate(postings), minlength=self._size)
        share: NDArray[np.float64] = common / (self._counts[which] + len(self._earlier[earlier][which]))
        return share


def by_words(side: Side) -> dict[tuple[tuple[str, bool], tuple[str, ...]], list[int]]:
    """The places of a document by the group and the words of what stands there."""
    found: dict[tuple[tuple[str, bool], tuple[str, ...]], list[int]] = defaultdict(list)
    for place, words in enumerate(side.words):
        found[side.group[place], words].append(place)
    return found
