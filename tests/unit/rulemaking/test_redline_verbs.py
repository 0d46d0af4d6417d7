"""What each kind of instruction does to a small section."""

import pytest

from tests.factories.amended_sections import (
    LATER,
    applied,
    changes,
    current,
    new_text,
    of,
    old_text,
    outcomes,
    printed,
    proposed,
    rule,
    section,
)

PLAIN = current("(a) One word.", "(b) Two words.", "(1) First of two.", "(2) Second of two.", "(c) Three words.")


def labels(result):
    return [label.removeprefix("4 CFR ") for label, _, _ in proposed(result) if "21.1(" in label]


def test_a_revised_paragraph_is_compared_word_by_word():
    new = printed("STARS", "(a) One other word.", "STARS")
    result = applied(rule("1. Amend § 21.1 by revising paragraph (a) to read as follows:", new), PLAIN)
    assert changes(result) == {"21.1(a)": "revised"}
    assert [(c.kind, c.text) for c in of(result, "21.1(a)").text] == [
        ("same", "One"),
        ("insert", " other"),
        ("same", " word."),
    ]
    assert of(result, "21.1(a)").instructions == ("i1",)


def test_revising_a_paragraph_replaces_its_subparagraphs():
    new = printed("STARS", "(b) Two words:", "(1) First and only.", "STARS")
    result = applied(rule("1. Amend § 21.1 by revising paragraph (b) to read as follows:", new), PLAIN)
    assert changes(result) == {"21.1(b)": "revised", "21.1(b)(1)": "revised", "21.1(b)(2)": "removed"}


def test_stars_in_the_new_text_keep_what_they_stand_for():
    new = printed("STARS", "(b) * * *", "(2) Second, revised.", "STARS")
    result = applied(rule("1. Amend § 21.1 by revising paragraph (b) to read as follows:", new), PLAIN)
    assert changes(result) == {"21.1(b)(2)": "revised"}
    assert result.instructions[0].why == "It is printed in part; kept as it stands: 4 CFR 21.1(b)(1)."


def test_introductory_text_is_revised_without_what_stands_under_it():
    new = printed("STARS", "(b) Words, namely:", "STARS")
    text = "1. Amend § 21.1 by revising paragraph (b) introductory text to read as follows:"
    result = applied(rule(text, new), PLAIN)
    assert changes(result) == {"21.1(b)": "revised"}
    assert new_text(of(result, "21.1(b)")) == "Words, namely:"


def test_a_section_heading_is_revised():
    new = printed("STARS", heading="Filing any protest.")
    result = applied(rule("1. Amend § 21.1 by revising the section heading to read as follows:", new), PLAIN)
    assert changes(result) == {"21.1": "revised"}


def test_a_whole_section_is_revised():
    new = printed("(a) One word.", "(b) Nothing more.", heading="New.")
    result = applied(rule("1. Revise § 21.1 to read as follows:", new), PLAIN)
    assert changes(result) == {
        "21.1": "revised",
        "21.1(b)": "revised",
        "21.1(b)(1)": "removed",
        "21.1(b)(2)": "removed",
        "21.1(c)": "removed",
    }


def test_the_third_sentence_is_revised_alone():
    text = current("(a) One here. Two, see sec. 8(b). Three there. Four last.")
    new = printed("(a) * * * Three anew. * * *")
    order = "1. Amend § 21.1 by revising the third sentence of paragraph (a) to read as follows:"
    result = applied(rule(order, new), text)
    assert new_text(of(result, "21.1(a)")) == "One here. Two, see sec. 8(b). Three anew. Four last."


def test_the_first_and_third_sentences_are_revised():
    text = current("(a) One here. Two here. Three there. Four last.")
    new = printed("(a) First. * * * Third. * * *")
    order = "1. Amend § 21.1 by revising the first and third sentences of paragraph (a) to read as follows:"
    assert new_text(of(applied(rule(order, new), text), "21.1(a)")) == "First. Two here. Third. Four last."


def test_a_sentence_is_added_where_the_instruction_says():
    text = current("(a) One here. Two here.")
    order = "1. Amend § 21.1 by adding a second sentence to paragraph (a) to read as follows:"
    result = applied(rule(order, printed("(a) * * * Between. * * *")), text)
    assert new_text(of(result, "21.1(a)")) == "One here. Between. Two here."
    order = "1. Amend § 21.1 by adding a sentence at the end of paragraph (a) to read as follows:"
    result = applied(rule(order, printed("(a) * * * The end.")), text)
    assert new_text(of(result, "21.1(a)")) == "One here. Two here. The end."


def test_sentences_that_do_not_agree_with_the_stars_are_left_to_a_person():
    text = current("(a) One here. Two here.")
    new = printed("(a) * * * Anew. * * *")
    order = "1. Amend § 21.1 by revising the second sentence of paragraph (a) to read as follows:"
    result = applied(rule(order, new), text)
    assert outcomes(result) == ["not_applied"]
    assert "stars do not agree with the 2 sentences" in result.instructions[0].why
    assert changes(result) == {}


def test_a_paragraph_printed_in_part_without_a_word_on_sentences_is_left_to_a_person():
    order = "1. Amend § 21.1 by revising paragraph (a) to read as follows:"
    result = applied(rule(order, printed("(a) One. * * * Three.")), PLAIN)
    assert outcomes(result) == ["not_applied"]
    assert "printed in part" in result.instructions[0].why


def test_a_word_is_exchanged_for_another():
    order = "1. In § 21.1, amend paragraph (c) by removing the word “Three” and adding in its place the word “Four”."
    result = applied(rule(order), PLAIN)
    assert changes(result) == {"21.1(c)": "revised"}
    assert new_text(of(result, "21.1(c)")) == "Four words."


def test_a_word_is_exchanged_in_several_named_paragraphs():
    order = (
        "1. In § 21.1, amend paragraphs (b) introductory text and (c) by removing the word “words” and adding in its "
        "place the word “terms”."
    )
    result = applied(rule(order), PLAIN)
    assert changes(result) == {"21.1(b)": "revised", "21.1(c)": "revised"}


def test_a_word_that_stands_twice_is_exchanged_only_when_the_instruction_says_where():
    order = "1. Amend § 21.1(b) by removing the word “two” {} and adding in its place the word “three”."
    result = applied(rule(order.format("")), PLAIN)
    assert outcomes(result) == ["not_applied"]
    assert "stands 2 times" in result.instructions[0].why
    result = applied(rule(order.format("each place it appears")), PLAIN)
    assert changes(result) == {"21.1(b)(1)": "revised", "21.1(b)(2)": "revised"}


def test_part_of_a_word_is_not_the_word():
    order = "1. Amend § 21.1(c) by removing the word “ree” and adding in its place the word “ink”."
    result = applied(rule(order), PLAIN)
    assert outcomes(result) == ["not_applied"]
    assert result.instructions[0].why == "“ree” does not stand in 4 CFR 21.1(c)."


def test_words_are_removed_with_the_space_beside_them():
    text = current("(a) A copy, if any, of the form (signed) stays.")
    result = applied(rule("1. Amend § 21.1(a) by removing the words “, if any,”."), text)
    assert new_text(of(result, "21.1(a)")) == "A copy of the form (signed) stays."
    result = applied(rule("1. Amend § 21.1(a) by removing the word “(signed)”."), text)
    assert new_text(of(result, "21.1(a)")) == "A copy, if any, of the form stays."


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("after the word “copy”", "A copy or print of the form."),
        ("before the words “of the”", "A copy or print of the form."),
        ("between the words copy and of", "A copy or print of the form."),
        ("at the end of the paragraph", "A copy of the form or print."),
    ],
)
def test_words_are_added_where_the_instruction_says(where, expected):
    text = current("(a) A copy of the form.")
    result = applied(rule(f"1. Amend § 21.1(a) by adding the words “or print” {where}."), text)
    assert new_text(of(result, "21.1(a)")) == expected


def test_an_added_paragraph_stands_in_the_order_of_its_letters():
    text = current("(a) One.", "(c) Three.")
    result = applied(rule("1. Amend § 21.1 by adding paragraph (b) to read as follows:", printed("(b) Two.")), text)
    assert labels(result) == ["21.1(a)", "21.1(b)", "21.1(c)"]
    assert of(result, "21.1(b)").former_label is None


def test_an_added_definition_stands_in_alphabetical_order():
    text = current("<I>Agency</I> means a body.", "<I>Rule</I> means a text.", heading="Definitions.")
    new = printed("STARS", '<E T="03">Protest</E> means an objection.', "STARS", heading="Definitions.")
    order = "1. Amend § 21.1 by adding in alphabetical order the definition of “Protest” to read as follows:"
    result = applied(rule(order, new), text)
    terms = [label.split("“")[1] for label, _, _ in proposed(result) if "“" in label]
    assert terms == ["Agency”", "Protest”", "Rule”"]


def test_an_added_section_stands_after_the_one_before_it():
    text = current("(a) One.", more=section("21.10", "Last.", "Words."))
    new = printed("New words.", number="21.2", heading="New.")
    result = applied(rule("1. Add § 21.2 to read as follows:", new), text)
    assert [p.number for p in result.paragraphs if p.kind == "section"] == ["§ 21.1", "§ 21.2", "§ 21.10"]
    assert changes(result) == {"21.2": "added"} | {p.label[6:]: "added" for p in result.paragraphs[-4:-2]}


def test_a_paragraph_that_exists_is_not_added_again():
    result = applied(rule("1. Amend § 21.1 by adding paragraph (c) to read as follows:", printed("(c) New.")), PLAIN)
    assert outcomes(result) == ["not_applied"]
    assert result.instructions[0].why == "4 CFR 21.1(c) exists already, and nothing moves it away."


def test_a_reserved_paragraph_takes_the_added_text():
    text = current("(a) One.", "(b) [Reserved]")
    result = applied(rule("1. Amend § 21.1 by adding paragraph (b) to read as follows:", printed("(b) Two.")), text)
    assert changes(result) == {"21.1(b)": "revised"}


def test_a_removed_paragraph_takes_its_subparagraphs_along():
    result = applied(rule("1. Amend § 21.1 by removing paragraph (b)."), PLAIN)
    assert changes(result) == {"21.1(b)": "removed", "21.1(b)(1)": "removed", "21.1(b)(2)": "removed"}
    assert old_text(of(result, "21.1(b)(2)")) == "Second of two."


def test_a_paragraph_is_removed_and_reserved():
    result = applied(rule("1. Amend § 21.1 by removing and reserving paragraph (c)."), PLAIN)
    assert changes(result) == {"21.1(c)": "reserved"}
    assert new_text(of(result, "21.1(c)")) == "[Reserved]"


def test_a_section_is_not_emptied_because_only_its_heading_is_printed():
    order = "1. Revise § 21.1 to read as follows:"
    result = applied(rule(order, printed("STARS", heading="Other.")), PLAIN)
    assert (outcomes(result), changes(result)) == (["not_applied"], {})


def test_a_subpart_heading_is_revised_without_its_sections():
    subpart = '<DIV6 N="B" TYPE="SUBPART"><HEAD>Subpart B—Old</HEAD>' + section("21.5", "Five.", "(a) One.") + "</DIV6>"
    new = '<HD SOURCE="HED">Subpart B—New</HD>'
    result = applied(
        rule("1. Revise the heading of subpart B to read as follows:", new), current("(a) A.", more=subpart)
    )
    assert changes(result) == {"part 21 subpart B": "revised"}


def test_a_part_is_removed_and_reserved():
    result = applied(rule("1. Remove and reserve part 21."), PLAIN)
    assert [p.change for p in result.paragraphs if p.kind == "part"] == ["reserved"]
    assert {p.change for p in result.paragraphs if p.kind not in ("part", "history")} == {"removed"}


def test_redesignated_paragraphs_move_at_once_and_make_room():
    text = (
        "1. Amend § 21.1 by redesignating paragraphs (b) and (c) as paragraphs (c) and (d), respectively, and adding "
    )
    result = applied(rule(text + "a new paragraph (b) to read as follows:", printed("(b) New here.")), PLAIN)
    assert outcomes(result) == ["applied"] * 3
    assert labels(result) == ["21.1(a)", "21.1(b)", "21.1(c)", "21.1(c)(1)", "21.1(c)(2)", "21.1(d)"]
    assert changes(result) == {
        "21.1(b)": "added",
        "21.1(c)": "redesignated",
        "21.1(c)(1)": "redesignated",
        "21.1(c)(2)": "redesignated",
        "21.1(d)": "redesignated",
    }
    assert (of(result, "21.1(c)").former_label, new_text(of(result, "21.1(c)"))) == ("4 CFR 21.1(b)", "Two words.")


def test_a_redesignated_paragraph_is_revised_by_its_new_letter():
    result = applied(
        rule(
            "1. In § 21.1:",
            "a. Redesignate paragraph (c) as paragraph (d); and",
            "b. Revise newly redesignated paragraph (d).",
            "<P>The revision reads as follows:</P>",
            printed("STARS", "(d) Three new words."),
        ),
        PLAIN,
    )
    found = of(result, "21.1(d)")
    assert (found.change, found.former_label, found.instructions) == ("revised", "4 CFR 21.1(c)", ("i1", "i2"))
    assert (old_text(found), new_text(found)) == ("Three words.", "Three new words.")


def test_nothing_is_moved_to_a_place_that_is_taken():
    result = applied(rule("1. Amend § 21.1 by redesignating paragraph (a) as paragraph (b)."), PLAIN)
    assert outcomes(result) == ["not_applied"]
    assert changes(result) == {}


def test_an_authority_citation_that_continues_to_read_otherwise_is_mentioned():
    order = "1. The authority citation for part 21 continues to read as follows:"
    citation = '<AUTH><HD SOURCE="HED">Authority:</HD><P>31 U.S.C. {}.</P></AUTH>'
    same = applied(rule(order, citation.format("3551")), PLAIN)
    other = applied(rule(order, citation.format("9999")), PLAIN)
    assert (same.instructions[0].why, outcomes(other)) == ("", ["applied"])
    assert "3551" in other.instructions[0].why
    assert changes(other) == {}


def test_an_authority_citation_is_revised():
    order = "1. The authority citation for part 21 is revised to read as follows:"
    citation = '<AUTH><HD SOURCE="HED">Authority:</HD><P>31 U.S.C. 9999.</P></AUTH>'
    assert changes(applied(rule(order, citation), PLAIN)) == {"part 21": "revised"}


def test_an_instruction_that_is_not_understood_is_listed_with_its_words():
    result = applied(rule("1. Treat § 21.1 kindly."), PLAIN)
    assert [(i.outcome, i.text) for i in result.instructions] == [("not_applied", "Treat § 21.1 kindly.")]
    assert changes(result) == {}


def test_an_instruction_about_another_part_is_counted_apart():
    result = applied(rule("1. Amend § 21.1 by removing paragraph (a).", "2. Remove and reserve part 99."), PLAIN)
    assert outcomes(result) == ["applied", "elsewhere"]
    assert result.share == 1.0


# The current text is often later than the rule that is looked at.

NEW_ORDER = [
    "1. In § 21.1:",
    "a. Redesignate paragraph (b) as paragraph (c), and add a new paragraph (b).",
    "<P>The addition reads as follows:</P>",
    printed("STARS", "(b) A paper copy of each protest must be sent."),
]


def test_text_that_shows_a_redesignation_as_done_is_not_moved_again():
    text = current("(a) One.", "(b) A copy of each protest must be sent promptly.", "(c) The former b.", history=LATER)
    result = applied(rule(*NEW_ORDER), text)
    assert outcomes(result) == ["already", "already"]
    assert changes(result) == {"21.1(b)": "revised"}
    assert "later than this document (81 FR 22197)" in result.warnings[0]


def test_without_a_later_history_the_same_text_is_left_to_a_person():
    text = current("(a) One.", "(b) A copy of each protest must be sent promptly.", "(c) The former b.")
    result = applied(rule(*NEW_ORDER), text)
    assert outcomes(result) == ["not_applied", "not_applied"]
    assert (changes(result), result.warnings) == ({}, ())


def test_a_wording_that_stands_there_already_is_no_change():
    new = printed("STARS", "(c) Three words.")
    result = applied(rule("1. Amend § 21.1 by revising paragraph (c) to read as follows:", new), PLAIN)
    assert outcomes(result) == ["already"]
    assert (result.share, changes(result)) == (1.0, {})


def test_text_of_the_current_file_that_has_no_place_is_mentioned():
    stray = PLAIN.replace("<CITA>", "<STRANGE>Lost words.</STRANGE><CITA>")
    result = applied(rule("1. Amend § 21.1 by removing paragraph (a)."), stray)
    assert result.warnings == ("1 piece of the current file could not be placed: “Lost words.”.",)


def test_levels_that_can_be_read_in_two_ways_are_mentioned():
    text = current("(a) One.", "(h) Eight.", "(i) Nine or one.", "(ii) Two.", "(j) Ten.")
    result = applied(rule("1. Amend § 21.1 by removing paragraph (a)."), text)
    [doubtful] = [warning for warning in result.warnings if "several levels" in warning]
    assert "current text can be read" in doubtful
    assert "4 CFR 21.1(h)(i) or 4 CFR 21.1(i)" in doubtful


def test_words_of_an_entry_of_a_table_are_not_exchanged_beside_the_table():
    table = "</P><TABLE><TR><TD>Bat</TD><TD>ten</TD></TR></TABLE><P>"
    text = "1. In § 21.1(a), amend the entry for “Bat” in the table by removing “ten” and adding “two” in its place."
    result = applied(rule(text), current(f"(a) At least ten words:{table}(b) Other words."))
    assert (outcomes(result), changes(result)) == (["not_applied"], {})
    assert result.instructions[0].why == "It changes words in single entries of a table; compare them by hand."
