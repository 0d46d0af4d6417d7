"""Words as the ranker compares them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commenttrack.positions.issues import NAMES, cue_counts
from commenttrack.positions.vocabulary import stem, words


@pytest.mark.parametrize(
    "forms",
    [
        ("harmonize", "harmonization", "harmonizing", "harmonized"),
        ("preserve", "preserved", "preserving", "preservation"),
        ("agency", "agencies"),
        ("burden", "burdens"),
        ("penalty", "penalties"),
        ("report", "reports", "reporting", "reported"),
    ],
)
def test_forms_of_a_word_share_a_stem(forms):
    assert len({stem(form) for form in forms}) == 1


@pytest.mark.parametrize(
    ("one", "other"), [("portal", "portion"), ("region", "regulation"), ("state", "statute"), ("policy", "police")]
)
def test_words_that_only_look_alike_do_not(one, other):
    assert stem(one) != stem(other)


def test_stop_words_and_punctuation_are_left_out_and_written_forms_kept():
    assert [form for _, form in words("The agency's U.S. deadlines, of course!")] == [
        *("agency", "deadlines", "course"),
    ]


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz", max_size=20))
def test_a_stem_begins_its_word_and_is_not_lost(word):
    root = stem(word)
    assert bool(root) == bool(word)
    assert word.startswith(root[:2])


def test_a_cue_counts_as_a_whole_word_and_over_line_breaks():
    counts = dict(zip(NAMES, cue_counts(["One set\nof rules; unscoped burdens, BURDENS"])[0], strict=True))
    assert counts["overlap with other regimes"] == 1
    assert counts["cost"] == 2
    assert counts["scope"] == 0
