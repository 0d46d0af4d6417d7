"""Where provisions of an earlier document stand in a later one."""

import pytest

from commenttrack.rulemaking.anchors import Fate, anchors
from commenttrack.rulemaking.likeness import similarity
from commenttrack.rulemaking.provisions import ParsedProvision

REPORT = "A licensed operator must file a written report with the Bureau within thirty days of each transfer."
KEEP = "Every operator keeps the records of its transfers for five years and shows them to an inspector on request."
NOTIFY = "Before it moves a shipment across a border, the operator notifies the customs office of the route."
TRAIN = "Staff who handle controlled samples take the safety course once a year and sign the attendance sheet."
WAIVE = "The Director may waive a fee where paying it would keep a small laboratory from taking part at all."
REPORT_CHANGED = REPORT.replace("thirty", "sixty")


def section(*texts, number="7.2", name="p"):
    """A section with paragraphs (a), (b), …; a text that is None leaves its letter out."""
    label = f"15 CFR {number}"
    made = [provision(f"{name}0", None, "section", f"§ {number}", label, heading="Reports and records.")]
    for place, text in enumerate(texts):
        if text is not None:
            marker = f"({chr(97 + place)})"
            made.append(provision(f"{name}{place + 1}", f"{name}0", "paragraph", marker, label + marker, text))
    return made


def passage(label, heading, *texts, name="h"):
    made = [provision(f"{name}0", None, "preamble_heading", label.split(".")[-1] + ".", label, heading=heading)]
    return made + [
        provision(f"{name}{place + 1}", f"{name}0", "preamble_paragraph", "", label, text)
        for place, text in enumerate(texts)
    ]


def provision(key, parent, kind, number, label, text="", heading="", **more):
    return ParsedProvision(key, parent, kind, number, label, heading, text, (1,), (), **more)


def fates(earlier, later):
    return {anchor.earlier or f"+{anchor.later}": anchor for anchor in anchors(earlier, later)}


def test_the_same_words_at_the_same_citation_are_unchanged():
    found = fates(section(REPORT, "Reserved."), section(REPORT, "Reserved.", name="q"))
    assert [(a.later, a.fate) for a in found.values()] == [(f"q{n}", Fate.UNCHANGED) for n in range(3)]


def test_spacing_is_no_change_and_punctuation_is_one():
    found = fates(section(REPORT, KEEP), section(REPORT.replace(" ", "\u00a0 "), KEEP.replace(".", ";"), name="q"))
    assert (found["p1"].fate, found["p2"].fate) == (Fate.UNCHANGED, Fate.CHANGED)


def test_similar_words_at_the_same_citation_are_changed():
    anchor = fates(section(REPORT, KEEP), section(REPORT_CHANGED, KEEP, name="q"))["p1"]
    assert (anchor.later, anchor.fate) == ("q1", Fate.CHANGED)
    assert 0.8 < anchor.similarity < 1


def test_renumbered_paragraphs_are_moved_and_the_new_one_is_added():
    found = fates(section(REPORT, KEEP), section(TRAIN, REPORT, KEEP, name="q"))
    assert [(found[key].later, found[key].fate) for key in ("p1", "p2")] == [("q2", Fate.MOVED), ("q3", Fate.MOVED)]
    assert found["+q1"].fate is Fate.ADDED


def test_a_changed_paragraph_between_renumbered_ones_is_moved_and_changed():
    anchor = fates(section(KEEP, REPORT, NOTIFY), section(TRAIN, KEEP, REPORT_CHANGED, NOTIFY, name="q"))["p2"]
    assert (anchor.later, anchor.fate) == ("q3", Fate.MOVED_AND_CHANGED)


def test_swapped_paragraphs_are_followed_by_their_words():
    found = fates(section(REPORT, KEEP), section(KEEP, REPORT, name="q"))
    assert [(found[key].later, found[key].fate) for key in ("p1", "p2")] == [("q2", Fate.MOVED), ("q1", Fate.MOVED)]


def test_children_follow_their_swapped_parents_though_their_own_words_are_common():
    def sections(first, second, name):
        made = [*section(number="7.3", name=f"{name}x")]
        for place, text in enumerate((first, second)):
            marker, key = f"({chr(97 + place)})", f"{name}{place}"
            label = f"15 CFR 7.3{marker}"
            made.append(provision(key, f"{name}x0", "paragraph", marker, label, text))
            made.append(provision(f"{key}.1", key, "paragraph", "(1)", f"{label}(1)", "Its name;"))
        return made

    found = fates(sections(REPORT, KEEP, "p"), sections(KEEP, REPORT, "q"))
    assert (found["p0.1"].later, found["p1.1"].later) == ("q1.1", "q0.1")


def test_a_deleted_paragraph_without_likeness_is_removed():
    assert fates(section(REPORT, WAIVE), section(REPORT, name="q"))["p2"].fate is Fate.REMOVED


def test_a_look_alike_elsewhere_does_not_take_the_place_of_a_deleted_paragraph():
    anchor = fates(section(REPORT, KEEP, NOTIFY), section(KEEP, NOTIFY, REPORT_CHANGED, name="q"))["p1"]
    assert (anchor.later, anchor.fate) == (None, Fate.NEEDS_A_PERSON)
    assert anchor.candidates[0].id == "q3"


def test_a_look_alike_that_keeps_its_own_words_is_not_taken_for_a_deleted_paragraph():
    found = fates(section(REPORT, REPORT_CHANGED), section(REPORT_CHANGED, name="q"))
    assert (found["p2"].later, found["p2"].fate) == ("q1", Fate.MOVED)
    assert (found["p1"].later, found["p1"].fate) == (None, Fate.NEEDS_A_PERSON)


def test_two_places_that_are_about_as_likely_need_a_person():
    first, second = REPORT.replace("thirty", "forty"), REPORT.replace("thirty", "fifty")
    anchor = fates(section(REPORT, KEEP), section(first, KEEP, second, name="q"))["p1"]
    assert anchor.fate is Fate.NEEDS_A_PERSON
    assert [candidate.id for candidate in anchor.candidates] == ["q1", "q3"]


def test_other_words_at_the_same_citation_need_a_person():
    anchor = fates(section(REPORT, KEEP), section(WAIVE, KEEP, name="q"))["p1"]
    assert (anchor.fate, [candidate.id for candidate in anchor.candidates]) == (Fate.NEEDS_A_PERSON, ["q1"])


def test_a_passage_whose_heading_was_renumbered_is_moved():
    found = fates(
        passage("IV.A", "Scope of the rule", REPORT, KEEP), passage("V.A", "Scope of the rule", REPORT, KEEP, name="q")
    )
    assert {anchor.fate for anchor in found.values()} == {Fate.MOVED}


def test_a_passage_that_is_quoted_in_regulatory_text_is_not_found_there():
    assert fates(passage("IV.A", "Scope", REPORT), section(REPORT, name="q"))["h1"].fate is Fate.REMOVED


def test_a_table_that_became_a_picture_needs_a_person():
    def table(key, **more):
        return [*passage("II", "Costs", REPORT, name=key), provision(f"{key}t", f"{key}0", "table", "", "II", **more)]

    found = fates(
        table("h", heading="Table 1—Costs", rows=(("Year", "Cost"), ("2026", "4"))), table("q", image="ER06AU24.000")
    )
    assert (found["ht"].fate, found["ht"].candidates[0].id) == (Fate.NEEDS_A_PERSON, "qt")


def test_a_changed_cell_changes_its_table():
    def table(key, cost):
        rows = (("Year", "Cost"), ("2026", cost))
        return [provision(key, None, "table", "Table 1", "Table 1", heading="Table 1—Costs of compliance", rows=rows)]

    assert fates(table("h", "4"), table("q", "5"))["h"].fate is Fate.CHANGED


@pytest.mark.parametrize(("one", "other", "alike"), [("", "", 0.0), ("A b.", "a B", 1.0), ("one", "two", 0.0)])
def test_similarity_counts_words_without_case_and_punctuation(one, other, alike):
    assert similarity(one, other) == alike
