"""A returned text laid over the exported one: which character is which, and what was changed without tracking."""

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from commenttrack.wording import folded

ALIKE = 0.5
"""Share of its words from which on a paragraph counts as a changed one and not as another one."""
_MOST_PAIRS = 20_000
"""Paragraphs compared with each other at most; beyond it only equal ones are matched."""


@dataclass(frozen=True, slots=True)
class Untracked:
    """Something that reads otherwise than exported and carries no mark: exported characters and what stands there."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Alignment:
    """``places[i]`` is the exported character that character ``i`` of the returned text is, or -1."""

    places: tuple[int, ...]
    untracked: tuple[Untracked, ...]
    matched: int
    """Exported paragraphs that were found again."""

    def place(self, at: int) -> int:
        """The exported place of a place between two returned characters."""
        for before in range(at - 1, -1, -1):
            if self.places[before] >= 0:
                return self.places[before] + 1
        return 0

    def span(self, start: int, end: int) -> tuple[int, int] | None:
        """The exported characters of a returned range; None when all of it is untracked text."""
        found = [place for place in self.places[start:end] if place >= 0]
        return (min(found), max(found) + 1) if found else None


def aligned(
    returned: str,
    paragraphs: Sequence[tuple[int, int]],
    exported: str,
    originals: Sequence[tuple[int, int]],
) -> Alignment:
    """Lay the paragraphs of a returned text over those of the exported one, both given as ranges."""
    places = [-1] * len(returned)
    untracked: list[Untracked] = []
    matched = 0
    now = [folded(returned[start:end]) for start, end in paragraphs]
    then = [folded(exported[start:end]) for start, end in originals]
    for i, j in _pairs(now, then):
        if i is not None and j is not None:
            matched += 1
            untracked += _within(returned, paragraphs[i], exported, originals[j], places)
            if paragraphs[i][1] < len(returned) and originals[j][1] < len(exported):
                places[paragraphs[i][1]] = originals[j][1]
        elif j is not None and then[j]:
            untracked.append(Untracked(originals[j][0], min(originals[j][1] + 1, len(exported)), ""))
    last = 0
    for i, j in _pairs_in_order(now, then):
        if j is None and now[i]:
            # A paragraph that nobody exported stands after the last one that was.
            untracked.append(Untracked(last, last, "\n" + returned[slice(*paragraphs[i])]))
        elif j is not None:
            last = originals[j][1]
    untracked.sort(key=lambda each: (each.start, each.end))
    return Alignment(tuple(places), tuple(untracked), matched)


def _pairs_in_order(now: list[str], then: list[str]) -> Iterator[tuple[int, int | None]]:
    for i, j in _pairs(now, then):
        if i is not None:
            yield i, j


def _pairs(now: list[str], then: list[str]) -> Iterator[tuple[int | None, int | None]]:
    """Paragraphs that are the same or alike, in order; those without a partner by themselves."""
    for tag, i1, i2, j1, j2 in difflib.SequenceMatcher(None, now, then, autojunk=False).get_opcodes():
        if tag == "equal":
            yield from zip(range(i1, i2), range(j1, j2), strict=True)
            continue
        if i2 - i1 == j2 - j1 and all(now[i1:i2]) == all(then[j1:j2]):
            # As many as there were: each was changed where it stands, if only by a word of one.
            yield from zip(range(i1, i2), range(j1, j2), strict=True)
            continue
        j = j1
        for i in range(i1, i2):
            partner = None
            if now[i] and (i2 - i1) * (j2 - j1) <= _MOST_PAIRS:
                scores = [(_alike(now[i], then[k]), -k) for k in range(j, j2)]
                best = max(scores, default=(0.0, 0))
                partner = -best[1] if best[0] >= ALIKE else None
            if partner is None:
                yield i, None
                continue
            for k in range(j, partner):
                yield None, k
            yield i, partner
            j = partner + 1
        for k in range(j, j2):
            yield None, k


def _alike(one: str, other: str) -> float:
    matcher = difflib.SequenceMatcher(None, one.split(), other.split(), autojunk=False)
    if matcher.real_quick_ratio() < ALIKE or matcher.quick_ratio() < ALIKE:
        return 0.0
    return matcher.ratio()


_TOKEN = re.compile(r"\s+|[^\W_]+|[^\w\s]|_")


def _within(
    returned: str, now: tuple[int, int], exported: str, then: tuple[int, int], places: list[int]
) -> Iterator[Untracked]:
    """Fill in the places of one paragraph; what differs in more than spaces is untracked."""
    if returned[slice(*now)] == exported[slice(*then)]:
        places[now[0] : now[1]] = range(then[0], then[1])
        return
    ours = [(m.group(), now[0] + m.start()) for m in _TOKEN.finditer(returned[slice(*now)])]
    theirs = [(m.group(), then[0] + m.start()) for m in _TOKEN.finditer(exported[slice(*then)])]
    matcher = difflib.SequenceMatcher(
        None, [_bare(text) for text, _ in ours], [_bare(text) for text, _ in theirs], autojunk=False
    )
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            for (text, at), (original, place) in zip(ours[i1:i2], theirs[j1:j2], strict=True):
                for offset in range(min(len(text), len(original))):
                    places[at + offset] = place + offset
            continue
        start = theirs[j1][1] if j1 < len(theirs) else then[1]
        end = theirs[j2 - 1][1] + len(theirs[j2 - 1][0]) if j2 > j1 else start
        text = "".join(token for token, _ in ours[i1:i2])
        if text.strip() or exported[start:end].strip():
            yield Untracked(start, end, text)


def _bare(token: str) -> str:
    return " " if token.isspace() else token
