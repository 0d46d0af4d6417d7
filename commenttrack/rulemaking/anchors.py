"""Where each provision of an earlier document stands in a later one: by citation first, then by its words.

Four passes over the two documents, each using what the ones before it settled:

1. words that are long enough and stand once in either document name their place, wherever it is;
2. a provision with children (a heading, a section, a lead-in) is where most of its children went;
3. under a parent that is settled: the same words, then the same citation;
4. changed words: the likeliest place must be similar enough, clearly likelier than any other, from either side, and
   stand at the same citation or between the same neighbours.

Whatever fails a test is left to a person with the places that come into question. Words that changed *and* stand
elsewhere are never followed on likeness alone: a new sentence that merely resembles a deleted one looks the same.
"""

from __future__ import annotations

import enum
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from commenttrack.rulemaking.likeness import Likeness, Side, by_words, words_of
from commenttrack.rulemaking.provisions import ParsedProvision
from commenttrack.wording import folded, wording_digest

SIMILAR = 0.6
"""From here on two wordings may be one provision that was changed."""
NOTHING = 0.35
"""Below this, two wordings have no more in common than any two paragraphs of one rule."""
MARGIN = 0.1
"""By how much the likeliest place must be more similar than any other."""
CLEARLY = 3
"""How many times as far from the provision any other place must be: a rewording and a look-alike differ by little."""
DISTINCTIVE = 8
"""So many words name a place by themselves when they stand once in either document; fewer are stock phrases."""
MOST_CANDIDATES = 5

OTHER_LEAD_IN = "most of what stands under it went there, but the words above it are others"
PICTURE = "the later document shows pictures in the place of tables; their words cannot be compared"


class Fate(enum.StrEnum):
    """What a later document did with a provision."""

    UNCHANGED = "unchanged"
    CHANGED = "changed"
    MOVED = "moved"
    # Another citation; the words are the same but for capitals and punctuation.
    MOVED_AND_CHANGED = "moved_and_changed"
    REMOVED = "removed"
    ADDED = "added"
    NEEDS_A_PERSON = "needs_a_person"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place in the later document that comes into question, and how similar its words are (0 to 1)."""

    id: str
    similarity: float


@dataclass(frozen=True, slots=True)
class Anchor:
    """The fate of one provision. ``earlier`` is None for what was added, ``later`` for what was removed or is open."""

    earlier: str | None
    later: str | None
    fate: Fate
    similarity: float
    why: str
    candidates: tuple[Candidate, ...] = ()


def fate_of(earlier: str, later: str, *, same_citation: bool) -> Fate:
    """What became of a provision that stands in both documents, from its two wordings."""
    same = wording_digest("", earlier) == wording_digest("", later)
    if same_citation:
        return Fate.UNCHANGED if same else Fate.CHANGED
    return Fate.MOVED if same or words_of(earlier) == words_of(later) else Fate.MOVED_AND_CHANGED


def anchors(earlier: Sequence[ParsedProvision], later: Sequence[ParsedProvision]) -> tuple[Anchor, ...]:
    """The fate of every provision: those of the earlier document in its order, then those that were added.

    Every provision of the later document is the ``later`` of exactly one anchor or among somebody's candidates.
    """
    matching = _Matching(Side(earlier), Side(later))
    matching.by_distinctive_words()
    matching.settle_containers()
    matching.by_similarity(containers=True)
    matching.settle_containers()
    matching.by_similarity(containers=False)
    return matching.result()


def _clear(score: float, rival: float) -> bool:
    """Whether a place is like enough, and no other comes close."""
    return score >= SIMILAR and score - rival >= MARGIN and 1 - rival >= CLEARLY * (1 - score)


class _Matching:
    """The state of the passes: ``to`` and ``back`` hold the settled pairs, -1 where there is none."""

    def __init__(self, earlier: Side, later: Side) -> None:
        self.earlier = earlier
        self.later = later
        self.to = [-1] * len(earlier)
        self.back = [-1] * len(later)
        self.why: dict[int, str] = {}
        self.doubtful: set[int] = set()
        self.likeness = Likeness(earlier, later)
        self._groups: dict[tuple[str, bool], NDArray[np.bool_]] = {
            group: np.array([other == group for other in later.group], dtype=np.bool_)
            for group in set(earlier.group) | set(later.group)
        }

    def _settle(self, earlier: int, later: int, why: str) -> None:
        self.to[earlier], self.back[later] = later, earlier
        self.why[earlier] = why

    # 1 ---------------------------------------------------------------------------------------------------------------

    def by_distinctive_words(self) -> None:
        """Words that stand once in either document, wherever they are."""
        here, there = by_words(self.earlier), by_words(self.later)
        for key, places in here.items():
            others = there.get(key, ())
            if len(key[1]) >= DISTINCTIVE and len(places) == len(others) == 1:
                self._settle(places[0], others[0], "the same words stand once in either document")

    # 2 and 3 ---------------------------------------------------------------------------------------------------------

    def settle_containers(self) -> None:
        """Follow words under settled parents downwards and children upwards until nothing more is settled.

        What stands at its citation in its own words is settled before children are asked where they went.
        """
        while self._under_parents(in_place=True) or self._by_children() or self._under_parents(in_place=False):
            pass

    def _by_children(self) -> int:
        settled = 0
        # Children stand after their parent, so that walking backwards meets them first.
        for place in range(len(self.earlier) - 1, -1, -1):
            if self.to[place] >= 0 or place not in self.earlier.children:
                continue
            votes = Counter(
                self.later.parent[self.to[child]] for child in self.earlier.children[place] if self.to[child] >= 0
            )
            if not votes:
                continue
            where, count = votes.most_common(1)[0]
            if where < 0 or self.back[where] >= 0 or self.later.group[where] != self.earlier.group[place]:
                continue
            claims = Counter(
                self.earlier.parent[self.back[child]] for child in self.later.children[where] if self.back[child] >= 0
            )
            mostly = count * 2 > votes.total() and claims[place] * 2 > claims.total()
            if mostly and (count >= 2 or self._same_citation(place, where)):
                if not self._is_itself(place, where):
                    self.doubtful.add(place)
                self._settle(place, where, "most of what stands under it went there")
                settled += 1
        return settled

    def _is_itself(self, earlier: int, later: int) -> bool:
        """Whether a place that children vouch for is the provision by its citation or its own words, too."""
        mine, words = self.earlier.words[earlier], self.later.words[later]
        if not mine or mine == words or self._same_citation(earlier, later):
            return True
        row = np.where(self._groups[self.earlier.group[earlier]], self.likeness.row(earlier), 0.0)
        score, row[later] = float(row[later]), 0.0
        return _clear(score, float(row.max()))

    def _under_parents(self, *, in_place: bool) -> int:
        settled = 0
        for parent, family in self.earlier.children.items():
            there = self._parent_there(parent)
            if there is None:
                continue
            free: dict[tuple[tuple[str, bool], tuple[str, ...]], list[int]] = defaultdict(list)
            for place in self.later.children.get(there, ()):
                if self.back[place] < 0:
                    free[self.later.group[place], self.later.words[place]].append(place)
            mine: dict[tuple[tuple[str, bool], tuple[str, ...]], list[int]] = defaultdict(list)
            for place in family:
                if self.to[place] < 0:
                    mine[self.earlier.group[place], self.earlier.words[place]].append(place)
            for key, places in mine.items():
                settled += self._same_words(places, free.get(key, []), in_order=bool(key[1]) and not in_place)
        return settled

    def _same_words(self, places: list[int], others: list[int], *, in_order: bool) -> int:
        """Settle siblings of the same words with their like under the same parent.

        As many here as there keep their order. Otherwise one of them came or went, and only those that have not changed
        at all, citation and punctuation included, are known.
        """
        if in_order and len(places) == len(others):
            pairs = list(zip(places, others, strict=True))
        else:
            pairs = [
                (place, other)
                for place in places
                for other in others
                if self._same_citation(place, other)
                and folded(self.earlier.wording[place]) == folded(self.later.wording[other])
            ]
        for place, other in pairs:
            same = self._same_citation(place, other)
            self._settle(place, other, f"the same words {'at the same citation' if same else 'under the same parent'}")
        return len(pairs)

    def _parent_there(self, parent: int) -> int | None:
        """Where the children of an earlier parent should be looked for; None while that is not settled."""
        if parent < 0:
            return -1
        return self.to[parent] if self.to[parent] >= 0 and parent not in self.doubtful else None

    # 4 ---------------------------------------------------------------------------------------------------------------

    def by_similarity(self, *, containers: bool) -> None:
        """Changed words at the same citation or between the same neighbours, where no other place comes close."""
        free = np.array([place < 0 for place in self.back], dtype=np.bool_)
        open_ = [place for place, to in enumerate(self.to) if to < 0 and self.earlier.words[place]]
        claims = self._claims(open_)
        likeliest: dict[int, int] = {}
        decided: dict[int, int] = {}
        for place in open_:
            row = np.where(free & self._groups[self.earlier.group[place]], self.likeness.row(place), 0.0)
            if not len(row):
                continue
            best = int(row.argmax())
            score = float(row[best])
            if score < NOTHING:
                continue
            likeliest[place] = best
            row[best] = 0.0
            rival = max((float(row.max()), *(claim for claimant, claim in claims[best] if claimant != place)))
            if _clear(score, rival) and containers == (place in self.earlier.children):
                decided[place] = best
        for place, best in decided.items():
            if self._same_citation(place, best):
                if not self._crosses(place, best, decided):
                    self._settle(place, best, "similar words at the same citation, and nowhere else")
            elif self._same_neighbours(place, best) and not self._crosses(place, best, likeliest):
                self._settle(place, best, "similar words between the same neighbours, and nowhere else")

    def _claims(self, open_: Iterable[int]) -> dict[int, list[tuple[int, float]]]:
        """For each later provision the two open earlier ones most like it."""
        claims: dict[int, list[tuple[int, float]]] = defaultdict(list)
        for place in open_:
            row = self.likeness.row(place)
            for other in np.flatnonzero((row >= NOTHING) & self._groups[self.earlier.group[place]]):
                claims[int(other)].append((place, float(row[other])))
        return {other: sorted(found, key=lambda claim: -claim[1])[:2] for other, found in claims.items()}

    def _alike(self, earlier: int, later: int) -> float:
        return float(self.likeness.row(earlier)[later])

    def _same_citation(self, earlier: int, later: int) -> bool:
        """The same marker under the same parent, as far as the parents are settled."""
        marker = self.earlier.marker[earlier]
        there = self._parent_there(self.earlier.parent[earlier])
        return bool(marker) and there == self.later.parent[later] and self.later.marker[later] == marker

    def _same_neighbours(self, earlier: int, later: int) -> bool:
        """Whether the later one stands among the family of the earlier one, and the order of both is the same.

        A paragraph with a marker needs a settled sibling for that: alone under its parent, it would have its citation.
        """
        parent = self.earlier.parent[earlier]
        there = self.later.parent[later]
        if self._parent_there(parent) != there or parent < 0:
            return False
        settled = any(self._place_there(sibling, there) is not None for sibling in self.earlier.children[parent])
        return settled or not self.earlier.marker[earlier]

    def _crosses(self, earlier: int, later: int, likely: Mapping[int, int]) -> bool:
        """Whether a sibling that is settled, or likely to be somewhere, stood on the other side."""
        there = self.later.parent[later]
        for sibling in self.earlier.children[self.earlier.parent[earlier]]:
            place = self._place_there(sibling, there)
            if place is None and sibling in likely and self.later.parent[likely[sibling]] == there:
                place = likely[sibling]
            if place is not None and sibling != earlier and (sibling < earlier) != (place < later):
                return True
        return False

    def _place_there(self, sibling: int, there: int) -> int | None:
        """Where a settled sibling stands, if it is under the same later parent."""
        place = self.to[sibling]
        return place if place >= 0 and self.later.parent[place] == there else None

    # The result ------------------------------------------------------------------------------------------------------

    def result(self) -> tuple[Anchor, ...]:
        found = [self._settled(place) if to >= 0 else self._open(place) for place, to in enumerate(self.to)]
        in_question = {candidate.id for anchor in found for candidate in anchor.candidates}
        added = [
            Anchor(None, provision.id, Fate.ADDED, 0.0, "nothing of the earlier document comes close")
            for place, provision in enumerate(self.later.provisions)
            if self.back[place] < 0 and provision.id not in in_question
        ]
        return (*found, *added)

    def _settled(self, place: int) -> Anchor:
        to = self.to[place]
        earlier, later = self.earlier.provisions[place], self.later.provisions[to]
        same_citation = earlier.label == later.label and earlier.number == later.number
        fate = fate_of(self.earlier.wording[place], self.later.wording[to], same_citation=same_citation)
        same_words = self.earlier.words[place] == self.later.words[to]
        score = 1.0 if same_words else round(self._alike(place, to), 3)
        if place in self.doubtful:
            # Its children vouch for the place, not for its words.
            candidate = Candidate(later.id, score)
            return Anchor(earlier.id, None, Fate.NEEDS_A_PERSON, score, OTHER_LEAD_IN, (candidate,))
        return Anchor(earlier.id, later.id, fate, score, self.why[place])

    def _open(self, place: int) -> Anchor:
        """What no pass settled: removed when nothing comes near, else a person's."""
        row = np.where(self._groups[self.earlier.group[place]], self.likeness.row(place), 0.0)
        cited = self._cited(place)
        near = [
            int(other)
            for other in np.argsort(-row, kind="stable")[: 4 * MOST_CANDIDATES]
            if row[other] >= NOTHING and (self.back[other] < 0 or (other == cited and row[other] >= SIMILAR))
        ][:MOST_CANDIDATES]
        if cited is not None and cited not in near and (self.back[cited] < 0):
            near.append(cited)
        identifier = self.earlier.provisions[place].id
        pictures = self._pictures(place)
        if pictures and not near:
            candidates = tuple(Candidate(self.later.provisions[other].id, 0.0) for other in pictures)
            return Anchor(identifier, None, Fate.NEEDS_A_PERSON, 0.0, PICTURE, candidates)
        if not near:
            return Anchor(identifier, None, Fate.REMOVED, 0.0, "nothing of the later document comes close")
        candidates = tuple(Candidate(self.later.provisions[other].id, round(float(row[other]), 3)) for other in near)
        return Anchor(
            identifier, None, Fate.NEEDS_A_PERSON, candidates[0].similarity, self._reason(place, near), candidates
        )

    def _cited(self, place: int) -> int | None:
        """What stands at the citation of an earlier provision."""
        there = self._parent_there(self.earlier.parent[place])
        if there is None:
            return None
        return next(
            (
                other
                for other in self.later.children.get(there, ())
                if self.later.group[other] == self.earlier.group[place] and self._same_citation(place, other)
            ),
            None,
        )

    def _pictures(self, place: int) -> list[int]:
        """Pictures where a table stood: nobody but a person can read whether they show it."""
        there = self._parent_there(self.earlier.parent[place])
        if there is None or self.earlier.provisions[place].kind != "table":
            return []
        return [
            other
            for other in self.later.children.get(there, ())
            if self.back[other] < 0
            and self.later.provisions[other].image
            and self.later.provisions[other].kind == "table"
        ]

    def _reason(self, place: int, near: list[int]) -> str:
        scores = sorted((self._alike(place, other) for other in near), reverse=True)
        if self.back[near[0]] >= 0:
            return "what stands at its citation is like it, but has the words of another provision"
        if scores[0] < SIMILAR:
            return "the likeliest place has too few of its words"
        if len(scores) > 1 and not _clear(scores[0], scores[1]):
            return "another place is about as likely"
        if self.earlier.words[place] == self.later.words[near[0]]:
            return "the same words stand elsewhere, but are too common to name a place"
        if self._parent_there(self.earlier.parent[place]) == self.later.parent[near[0]]:
            return "similar words stand there, but not in the same order as what stood around them"
        return "similar words stand elsewhere; whether they are this provision or a new one cannot be told"
