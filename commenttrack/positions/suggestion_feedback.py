"""What a person said of earlier suggestions, and what that says of the suggestions nobody judged yet.

A passage like one that was accepted for a position gains, a passage like one that was set aside loses: likeness is that
of their topics, and more where both stand under one heading or one cites the other. The score is multiplied, so that
what has nothing to do with the position stays at 0; and nothing loses more than half, so that no judgement hides what
nobody looked at.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from commenttrack.positions.suggestion_index import Floats, SuggestionIndex

GAIN = 1.0
"""How much a passage gains that is just like an accepted one, as a share of its score."""
LOSS = 0.5
"""How much one loses that is just like a passage set aside."""
NEAR = 0.3
"""What a common heading or a citation adds to the likeness of two passages, which is at most 1."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A person's word on one suggestion: ``accepted``, or set aside as not relevant."""

    position: str
    provision: str
    accepted: bool


def judgements(feedback: Sequence[Judged]) -> dict[str, dict[str, bool]]:
    """Position → provision → whether accepted; the last word on a pair counts."""
    said: dict[str, dict[str, bool]] = {}
    for item in feedback:
        said.setdefault(item.position, {})[item.provision] = item.accepted
    return said


def factors(index: SuggestionIndex, said: Mapping[str, bool]) -> tuple[Floats, list[int]]:
    """What one position's judgements do to the score of each passage, and for each the accepted one it is most like.

    The factors are (passages,), from ``1 - LOSS`` to ``1 + GAIN``; the places are -1 where nothing was accepted.
    Provisions that the index does not know say nothing.
    """
    places = index.places
    accepted = sorted(places[key] for key, yes in said.items() if yes and key in places)
    set_aside = sorted(places[key] for key, yes in said.items() if not yes and key in places)
    like_accepted = _likeness(index, accepted)
    gain = like_accepted.max(axis=1, initial=0.0)
    loss = _likeness(index, set_aside).max(axis=1, initial=0.0)
    nearest = [accepted[place] for place in like_accepted.argmax(axis=1)] if accepted else [-1] * len(index.passages)
    return np.asarray(1 + GAIN * gain - LOSS * loss, np.float32), nearest


def _likeness(index: SuggestionIndex, judged: Sequence[int]) -> Floats:
    """(passages, judged), from 0 to 1."""
    chosen = np.array(judged, np.int64)
    like = np.maximum(index.topics.places @ index.topics.places[chosen].T, 0)
    near = index.division_of[:, None] == index.division_of[chosen][None]
    for column, place in enumerate(judged):
        near[list(index.linked.get(place, ())), column] = True
    return np.asarray(np.minimum(like + NEAR * near, 1), np.float32)
