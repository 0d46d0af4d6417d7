"""What a service says of likeness, brought into the built-in ranking."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from commenttrack.positions.source_values import ParsedPosition
from commenttrack.positions.suggestion_fusion import reordered, weighed
from commenttrack.positions.suggestion_index import build
from commenttrack.positions.suggestions import Ranking, Suggestion
from commenttrack.rulemaking.provisions import ParsedProvision

TEXTS = ["A fee for each visit.", "A visit costs a fee.", "A fee, and a fine.", "No visit without a fee."]
RULE = [
    ParsedProvision(
        id=f"p{n}",
        parent=None,
        kind="preamble_paragraph",
        number="",
        label="",
        heading="",
        text=text,
        pages=(),
        notes=(),
    )
    for n, text in enumerate(TEXTS)
]
RANKING = Ranking.of(build(RULE), [ParsedPosition(id="x", parent=None, label="x", heading="", text="fee for a visit")])


def vectors(*angles):
    return np.array([[np.cos(angle), np.sin(angle)] for angle in angles], np.float32)


def test_what_the_vectors_find_alike_rises():
    better = weighed(RANKING, vectors(0.0), vectors(1.5, 1.5, 0.1, 1.5))
    assert better.scores[0].argmax() == 2


def test_vectors_that_tell_nothing_apart_leave_the_order():
    same = weighed(RANKING, vectors(0.3), vectors(0.3, 0.3, 0.3, 0.3))
    assert np.array_equal(np.argsort(-same.scores[0], kind="stable"), np.argsort(-RANKING.scores[0], kind="stable"))


@pytest.mark.parametrize("scale", [0.001, 1.0, 1000.0])
def test_the_length_of_vectors_does_not_matter(scale):
    angles = (0.4, 1.1, 0.2, 0.9)
    one = weighed(RANKING, vectors(0.0), vectors(*angles)).scores
    assert weighed(RANKING, vectors(0.0) * scale, vectors(*angles) / scale).scores == pytest.approx(one)


def items(*scores):
    return [Suggestion("x", f"p{n}", n + 1, score, ()) for n, score in enumerate(scores)]


def test_both_orders_count_in_the_common_one():
    order = [item.provision for item in reordered(items(0.4, 0.3, 0.2, 0.1), [0.1, 9.0, 0.2, 0.3])]
    assert order[0] == "p1"
    assert order.index("p0") < order.index("p2")


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(-50, 50)), min_size=1, max_size=30))
def test_scores_stay_those_of_the_built_in_ranking_and_fall_with_the_rank(pairs):
    ranked = items(*sorted((score for score, _ in pairs), reverse=True))
    found = reordered(ranked, [told for _, told in pairs])
    assert [item.score for item in found] == [item.score for item in ranked]
    assert [item.rank for item in found] == list(range(1, len(pairs) + 1))
    assert {item.provision for item in found} == {item.provision for item in ranked}
