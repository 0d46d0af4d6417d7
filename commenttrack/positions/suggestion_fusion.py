"""What an association's own service says of likeness, brought into the built-in ranking.

Services count each on a scale of its own, so neither way trusts their numbers. Vectors are compared with the middle of
the document: a passage that is no more like a position than half of the document is tells nothing. Of a reranker only
the order counts; the scores stay the built-in ones, handed out anew from the best on.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from commenttrack.positions.suggestion_index import Floats
from commenttrack.positions.suggestions import Ranking, Suggestion

LEAST = 0.5
"""What is left of the score of a passage that the vectors find as unlike as most of the document."""
LIKENESS = 2.0
"""What full likeness adds to that; a quarter of the way leaves a score as it was."""
RECIPROCAL = 10
"""The constant of the reciprocal ranks: the first place counts twice as much as the eleventh."""


def weighed(ranking: Ranking, positions: Floats, passages: Floats) -> Ranking:
    """The ranking with its scores multiplied by what vectors say: (positions, n) and (passages, n), of any length."""
    if not passages.size or not positions.size:
        return ranking
    cosine = _unit(positions) @ _unit(passages).T
    middle = np.median(cosine)
    like = np.clip((cosine - middle) / max(1 - float(middle), 1e-6), 0, 1)
    scores = np.minimum(ranking.scores * (LEAST + LIKENESS * like), 1)
    return replace(ranking, scores=np.asarray(scores, np.float32))


def reordered(items: Sequence[Suggestion], told: Sequence[float]) -> list[Suggestion]:
    """The suggestions of one list in the order of both rankings together; ``told`` is the service's score of each."""
    place = {int(column): rank for rank, column in enumerate(np.argsort(-np.asarray(told), kind="stable"))}
    worth = [1 / (RECIPROCAL + rank) + 1 / (RECIPROCAL + place[rank]) for rank in range(len(items))]
    order = sorted(range(len(items)), key=lambda rank: (-worth[rank], rank))
    scores = sorted((item.score for item in items), reverse=True)
    return [
        replace(items[was], rank=rank, score=score)
        for rank, (was, score) in enumerate(zip(order, scores, strict=True), start=1)
    ]


def _unit(vectors: Floats) -> Floats:
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(length, 1e-9), np.float32)
