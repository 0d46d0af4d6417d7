"""Finding words: all of them must occur, and the stretch around them is shown as it stands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commenttrack.web.finding import AROUND, pattern_of


def found(query, *texts):
    return pattern_of(query).excerpts(texts)


def hits(excerpts):
    return [text for excerpt in excerpts for text, hit in excerpt if hit]


def test_every_word_must_occur_in_any_order_and_case():
    assert hits(found("incident COVERED", "A covered incident.")) == ["covered", "incident"]
    assert found("incident covered", "An incident.") == []


@pytest.mark.parametrize("query", ['"covered incident"', "“covered incident”"])
def test_a_phrase_must_stand_as_it_is_but_for_its_spaces(query):
    assert hits(found(query, "A covered\u00a0 incident.")) == ["covered\u00a0 incident"]
    assert found(query, "An incident that is covered.") == []


def test_what_looks_like_a_pattern_is_taken_as_it_is():
    assert hits(found("(a).*", "See (a).* there")) == ["(a).*"]


@pytest.mark.parametrize("query", ["", "   ", '"', '""'])
def test_nothing_is_looked_for_without_words(query):
    assert pattern_of(query) is None


def test_only_the_stretch_around_a_hit_is_shown_with_whole_words():
    text = "before " * 60 + "needle" + " after" * 60
    [excerpt] = found("needle", text)
    shown = "".join(part for part, _ in excerpt)
    assert shown.startswith("…before")
    assert shown.endswith("after…")
    assert len(shown) < 2 * AROUND + 80


@given(st.text(st.sampled_from("ab \n.é“"), max_size=400), st.text(st.sampled_from("ab "), min_size=1, max_size=5))
def test_excerpts_are_stretches_of_the_text(text, query):
    pattern = pattern_of(query)
    if pattern is None:
        return
    flat = text.replace("\n", " ")
    for excerpt in pattern.excerpts([text]):
        assert "".join(part for part, _ in excerpt).strip("…") in flat
        assert any(hit for _, hit in excerpt)
