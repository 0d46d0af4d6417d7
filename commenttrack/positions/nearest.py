"""Which positions come nearest to a text by the words they share; whether they contradict it, a reader decides."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from commenttrack.positions.suggestion_index import WordTable
from commenttrack.positions.vocabulary import words

# BM25's k1 and b, as the ranking of provisions uses them; positions differ little in length.
_SATURATION, _BY_LENGTH = 1.2, 0.5
# Who holds less than this of the text's words, weighed by rarity, has nothing to do with it.
LEAST_LIKENESS = 0.15


@dataclass(frozen=True, slots=True)
class Near:
    """A text that is near; ``likeness`` lies between 0 and 1, ``shared`` are the rarest words both have."""

    id: int
    likeness: float
    shared: tuple[str, ...]


def nearest(text: str, others: Sequence[tuple[int, str]], *, top: int = 3) -> list[Near]:
    """The nearest of other texts (id, text), best first; none when nothing is near."""
    written = dict(words(text))
    if not written or not others:
        return []
    wanted = sorted(written)
    # The text itself stands last: how well it holds its own words is the measure for the others.
    counted = [Counter(stem for stem, _ in words(each)) for each in (*(other for _, other in others), text)]
    held, _ = WordTable.of(counted, saturation=_SATURATION, by_length=_BY_LENGTH).matches(wanted)
    likeness = held.sum(axis=1) / max(float(held[-1].sum()), 1e-9)
    found = []
    for row in np.argsort(-likeness[:-1], kind="stable")[:top]:
        if likeness[row] < LEAST_LIKENESS:
            break
        shared = [wanted[column] for column in np.argsort(-held[row], kind="stable")[:5] if held[row][column] > 0]
        if len(shared) == 1 < len(wanted):
            continue  # one word in common is chance
        found.append(Near(others[row][0], float(min(likeness[row], 1.0)), tuple(written[stem] for stem in shared)))
    return found
