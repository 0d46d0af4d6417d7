"""Ranking provisions for positions on a small rule, where it is plain what bears on what."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commenttrack.errors import BadInput
from commenttrack.positions.source_values import ParsedPosition
from commenttrack.positions.suggestion_index import build
from commenttrack.positions.suggestions import Ranking, bears, rule_from_json, suggest, to_json
from commenttrack.rulemaking.provisions import ParsedProvision


def provision(key, parent, kind, text="", *, number="", label="", heading=""):
    return ParsedProvision(
        id=key, parent=parent, kind=kind, number=number, label=label, heading=heading, text=text, pages=(), notes=()
    )


def position(key, text, *, heading="", parent=None):
    return ParsedPosition(id=key, parent=parent, label=key, heading=heading, text=text)


RULE = [
    provision("h1", None, "preamble_heading", heading="Storage of Samples", label="IV.A"),
    provision(
        "p1",
        "h1",
        "preamble_paragraph",
        "Proposed § 9.4(b) would let laboratories discard frozen samples sooner.",
        label="IV.A",
    ),
    provision("h2", None, "preamble_heading", heading="Inspection Fees", label="IV.B"),
    provision("p2", "h2", "preamble_paragraph", "The fee for an inspection would rise to 300 dollars.", label="IV.B"),
    provision("h3", None, "preamble_heading", heading="Shipping Labels", label="IV.C"),
    provision("p3", "h3", "preamble_paragraph", "Each crate would carry a label with the vessel name.", label="IV.C"),
    provision("s3", None, "section", label="15 CFR 9.3", heading="Definitions"),
    provision("d1", "s3", "definition", "Vessel means any craft that floats.", label="15 CFR 9.3"),
    provision("s4", None, "section", label="15 CFR 9.4", heading="Duties of laboratories"),
    provision("a", "s4", "paragraph", "The operator of a laboratory must:", number="(a)", label="15 CFR 9.4(a)"),
    provision("a1", "a", "paragraph", "Register every year;", number="(1)", label="15 CFR 9.4(a)(1)"),
    provision("b", "s4", "paragraph", "No less than two years.", number="(b)", label="15 CFR 9.4(b)"),
    provision("c", "s4", "paragraph", "No more than three visits.", number="(c)", label="15 CFR 9.4(c)"),
]
INDEX = build(RULE)


def ranked(text, **more):
    return Ranking.of(INDEX, [position("x", text, **more)]).provisions_for_each_position(top=20)


def test_the_provision_with_the_positions_words_comes_first():
    assert ranked("The inspection fee is too high.")[0].provision == "p2"


def test_a_paragraph_is_found_by_the_preamble_passage_that_cites_it():
    order = [item.provision for item in ranked("Frozen samples should not have to be kept.")]
    assert order.index("b") < order.index("c")


def test_a_paragraph_is_found_by_its_lead_in():
    order = [item.provision for item in ranked("The operator should be free.")]
    assert order.index("a1") < order.index("b")


def test_a_link_is_among_the_reasons():
    item = next(item for item in ranked("Laboratories should discard frozen samples") if item.provision == "b")
    assert "cited in IV.A" in item.why


def test_a_position_on_another_subject_bears_on_nothing():
    assert not bears(ranked("Semiconductor subsidies distort world chess tournaments.")[0].score)


def test_a_position_on_the_subject_bears():
    assert bears(ranked("Laboratories should be allowed to discard frozen samples sooner.")[0].score)


def test_the_place_where_the_agency_asks_comes_before_the_same_words_elsewhere():
    rule = [
        provision("a", None, "preamble_paragraph", "The fee for tests stays as it is.", heading="X"),
        provision("b", None, "preamble_paragraph", "We seek comment: the fee for tests stays as it is.", heading="X"),
    ]
    ranking = Ranking.of(build(rule), [position("x", "fee for tests")])
    assert [item.provision for item in ranking.provisions_for_each_position()] == ["b", "a"]


def test_a_heading_is_never_suggested():
    assert not {"h1", "h2", "h3", "s3", "s4"} & {item.provision for item in ranked("definitions labels fees storage")}


def test_the_parents_heading_leads_an_item_that_says_little():
    whole = position("3", "", heading="Inspection fees should be fair")
    item = position("3(a)", "are never raised", parent="3")
    best = Ranking.of(INDEX, [whole, item]).provisions_for_each_position(top=1)
    assert [suggestion.provision for suggestion in best] == ["p2", "p2"]


def test_positions_for_a_provision_use_the_same_scores():
    positions = [position("fee", "inspection fee"), position("label", "crate label"), position("boat", "vessel name")]
    ranking = Ranking.of(INDEX, positions)
    forward = {(i.position, i.provision): i.score for i in ranking.provisions_for_each_position(top=99)}
    backward = ranking.positions_for("p3")
    assert [item.rank for item in backward] == [1, 2, 3]
    assert backward[-1].position == "fee"
    assert all(item.score == forward[item.position, "p3"] for item in backward)


def test_the_score_of_a_position_does_not_depend_on_the_other_positions():
    one, other = position("fee", "inspection fee"), position("other", "crate label vessel")
    alone = Ranking.of(INDEX, [one]).scores[0]
    together = Ranking.of(INDEX, [other, one]).scores[1]
    assert alone == pytest.approx(together, abs=1e-6)


def test_the_json_carries_its_format_and_ranks_from_one():
    data = to_json(ranked("inspection fee")[:2])
    assert data["format"] == "commenttrack-suggestions/1"
    assert [item["rank"] for item in data["suggestions"]] == [1, 2]
    assert set(data["suggestions"][0]) == {"position", "provision", "rank", "score", "why"}


def test_the_json_says_in_words_where_nothing_bears_on_a_position():
    trade = position("trade", "Semiconductor subsidies distort world chess tournaments.")
    data = to_json(Ranking.of(INDEX, [position("fee", "inspection fee"), trade]).provisions_for_each_position(top=1))
    assert data["positions"] == [
        {"position": "fee", "bears": True, "says": ""},
        {"position": "trade", "bears": False, "says": "Nothing here bears on this."},
    ]


def test_the_json_speaks_of_positions_for_which_there_is_no_suggestion_at_all():
    assert to_json([], ["x"])["positions"] == [{"position": "x", "bears": False, "says": "Nothing here bears on this."}]


def test_a_passage_of_asterisks_is_never_suggested():
    rule = [*RULE, provision("e", "s4", "paragraph", "* * *", number="(e)", label="15 CFR 9.4(e)")]
    assert "e" not in {passage.id for passage in build(rule).passages}


def test_every_suggestion_that_scores_says_why():
    assert all(item.why for item in ranked("laboratories discard frozen samples vessel fee") if item.score)


def test_the_heading_that_explains_a_section_is_among_the_reasons():
    item = next(item for item in ranked("Storage of samples") if item.provision == "b")
    assert "explained under “Storage of Samples”" in item.why


def test_a_rule_without_words_gives_no_suggestions():
    assert Ranking.of(build([]), [position("x", "anything")]).provisions_for_each_position() == []


def test_a_position_without_a_word_scores_zero_everywhere():
    assert not Ranking.of(INDEX, [position("x", "of the", heading="—")]).scores.any()


WORDS = [
    "inspection",
    "fee",
    "crate",
    "label",
    "vessel",
    "samples",
    "operator",
    "semiconductor",
    "two",
    "years",
    "must",
]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=8), st.integers(1, 20))
def test_scores_lie_between_zero_and_one_and_fall_with_the_rank(words, top):
    found = Ranking.of(INDEX, [position("x", " ".join(words))]).provisions_for_each_position(top=top)
    scores = [item.score for item in found]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)
    assert [item.rank for item in found] == list(range(1, len(found) + 1))
    assert len({item.provision for item in found}) == len(found)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from(WORDS[:7]), min_size=1, max_size=5, unique=True))
def test_words_unknown_to_the_rule_lower_every_score(words):
    plain, diluted = position("a", " ".join(words)), position("b", " ".join([*words, "zygote", "quokka"]))
    scores = Ranking.of(INDEX, [plain, diluted]).scores
    assert (scores[1] <= scores[0] + 1e-6).all()


def test_an_extract_with_provisions_only_is_a_rule_to_rank():
    unit = {"id": "u1", "parent": None, "kind": "paragraph", "label": "§ 9.4", "heading": "§ 9.4", "text": "(a) A fee."}
    rule = rule_from_json({"format": "commenttrack-rule/1", "provisions": [unit]})
    assert [item.provision for item in suggest(rule, [position("x", "fees")])] == ["u1"]


@pytest.mark.parametrize("data", [[], {"format": "commenttrack-rule/1"}, {"provisions": [3]}, {"provisions": "x"}])
def test_an_extract_of_the_wrong_shape_is_refused(data):
    with pytest.raises(BadInput):
        rule_from_json(data)
