"""Which positions come nearest to a text by the words they share; whether they contradict it, a reader decides."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from commenttrack.positions.suggestion_index import WordTable
from commenttrack.positions.vocabulary import words

# BM25's k1 and b, as the ranking of provisions uses them; positions differ little in length.
_SATURATION, _BY_LENGTH = 1.2, 0.5
# Below this share of the text's words, weighed by rarity, two positions have nothing to do with each other.
LEAST_LIKENESS = 0.12


@dataclass(frozen=True, slots=True)
class Near:
    """A text that is near; ``likeness`` lies between 0 and 1, ``shared`` are the rarest words both have."""

    id: int
    likeness: float
    shared: tuple[str, ...]


def nearest(text: str, others: Sequence[tuple[int, str]], *, top: int = 3) -> list[Near]:
    """The nearest of other texts (id, text), best first; none when nothing is near."""
    counted = [Counter(stem for stem, _ in words(other)) for _, other in others]
    written = dict(words(text))
    if not written or not others:
        return []
    wanted = sorted(written)
    held, most = WordTable.of(counted, saturation=_SATURATION, by_length=_BY_LENGTH).matches(wanted)
    likeness = held.sum(axis=1) / max(float(most.sum()), 1e-9)
    found = []
    for row in np.argsort(-likeness, kind="stable")[:top]:
        if likeness[row] < LEAST_LIKENESS:
            break
        shared = [wanted[column] for column in np.argsort(-held[row], kind="stable")[:5] if held[row][column] > 0]
        found.append(Near(others[row][0], float(min(likeness[row], 1.0)), tuple(written[stem] for stem in shared)))
    return found
