"""What a person said of some suggestions changes the order of the others, and hides none of them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from commenttrack.positions.source_values import ParsedPosition
from commenttrack.positions.suggestion_feedback import GAIN, LOSS, Judged, factors
from commenttrack.positions.suggestion_index import build
from commenttrack.positions.suggestions import Ranking, rule_from_json, suggest
from commenttrack.rulemaking.provisions import ParsedProvision


def passage(key, heading, text):
    return ParsedProvision(
        id=key,
        parent=None,
        kind="preamble_paragraph",
        number="",
        label=heading,
        heading=heading,
        text=text,
        pages=(),
        notes=(),
    )


RULE = [
    passage("fee1", "Fees", "The fee for an inspection of a laboratory would rise to 300 dollars."),
    passage("fee2", "Fees", "A laboratory would pay the fee before the visit, and once a year."),
    passage("fee3", "Fees", "Payment by cheque would end."),
    passage("staff1", "Staff", "A laboratory would name a person who answers for each inspection."),
    passage("staff2", "Staff", "That person would be trained, and would meet the inspectors."),
    passage("crate1", "Crates", "Each crate of a laboratory would carry a label for inspection."),
    passage("crate2", "Crates", "The label would show the vessel and its port."),
]
INDEX = build(RULE)
KEYS = [item.id for item in RULE]
LABS = ParsedPosition(id="labs", parent=None, label="1", heading="", text="Inspection of laboratories")


def order(*feedback):
    return [item.provision for item in Ranking.of(INDEX, [LABS], feedback=feedback).provisions_for_each_position()]


def place(key, *feedback):
    return order(*feedback).index(key)


def test_what_stands_beside_an_accepted_provision_rises():
    assert place("staff2", Judged("labs", "staff1", True)) < place("staff2")


def test_what_stands_beside_a_provision_set_aside_falls():
    factor, _ = factors(INDEX, {"fee1": False})
    assert factor[KEYS.index("fee2")] < factor[KEYS.index("staff2")]


def test_what_was_set_aside_is_left_out_and_nothing_else():
    assert set(order(Judged("labs", "crate1", False))) == set(KEYS) - {"crate1"}


def test_the_last_word_on_a_pair_counts():
    assert order(Judged("labs", "crate1", False), Judged("labs", "crate1", True)) == order(
        Judged("labs", "crate1", True)
    )


def test_judgements_of_another_position_or_on_a_provision_that_is_gone_change_nothing():
    assert order(Judged("else", "staff1", True), Judged("labs", "gone", True)) == order()


def test_what_is_like_an_accepted_provision_says_so():
    ranking = Ranking.of(INDEX, [LABS], feedback=[Judged("labs", "staff1", True)])
    found = {item.provision: item.why for item in ranking.provisions_for_each_position()}
    assert "like Staff, which was accepted" in found["staff2"]
    assert not any(reason.startswith("like ") for reason in found["staff1"])


def test_a_reason_names_a_provision_without_a_label_by_the_heading_it_stands_under():
    head = ParsedProvision("h1", None, "preamble_heading", "", "", "Crates", "", (), ())
    rule = [head, *(item._replace(label="", heading="", parent="h1") for item in RULE)]
    ranking = Ranking.of(build(rule), [LABS], feedback=[Judged("labs", "staff1", True)])
    found = {item.provision: item.why for item in ranking.provisions_for_each_position()}
    assert "like “Crates”, which was accepted" in found["staff2"]


def test_a_position_set_aside_for_a_provision_is_left_out_there_too():
    other = ParsedPosition(id="fees", parent=None, label="2", heading="", text="Fees for laboratories")
    ranking = Ranking.of(INDEX, [LABS, other], feedback=[Judged("labs", "fee1", False)])
    assert [item.position for item in ranking.positions_for("fee1")] == ["fees"]


def test_suggest_takes_feedback():
    rule = rule_from_json(
        {
            "format": "commenttrack-rule/1",
            "provisions": [
                {"id": item.id, "parent": None, "kind": item.kind, "label": "", "heading": item.heading}
                | {"text": item.text}
                for item in RULE
            ],
        }
    )
    found = suggest(rule, [LABS], feedback=[Judged("labs", "crate1", False)])
    assert "crate1" not in {item.provision for item in found}


@given(st.dictionaries(st.sampled_from(KEYS), st.booleans()))
def test_no_judgement_takes_more_than_half_or_gives_more_than_double(said):
    factor, _ = factors(INDEX, said)
    assert (factor >= 1 - LOSS - 1e-6).all()
    assert (factor <= 1 + GAIN + 1e-6).all()


@given(st.dictionaries(st.sampled_from(KEYS), st.booleans()))
def test_what_a_person_did_not_judge_is_never_hidden(said):
    feedback = [Judged("labs", key, accepted) for key, accepted in said.items()]
    shown = set(order(*feedback))
    assert shown == {key for key in KEYS if said.get(key) is not False}
    plain = Ranking.of(INDEX, [LABS]).scores[0]
    learnt = Ranking.of(INDEX, [LABS], feedback=feedback).scores[0]
    assert ((learnt > 0) == (plain > 0)).all()


def test_the_same_judgements_in_another_order_give_the_same_scores():
    said = [Judged("labs", "fee1", False), Judged("labs", "staff1", True), Judged("labs", "crate2", False)]
    one, other = (Ranking.of(INDEX, [LABS], feedback=items).scores for items in (said, said[::-1]))
    assert np.array_equal(one, other)


@pytest.mark.parametrize("accepted", [True, False])
def test_feedback_leaves_the_other_positions_as_they_were(accepted):
    other = ParsedPosition(id="fees", parent=None, label="2", heading="", text="Fees for laboratories")
    plain = Ranking.of(INDEX, [LABS, other]).scores[1]
    learnt = Ranking.of(INDEX, [LABS, other], feedback=[Judged("labs", "fee1", accepted)]).scores[1]
    assert np.array_equal(plain, learnt)
