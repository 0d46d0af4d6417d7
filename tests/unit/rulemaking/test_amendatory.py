import pytest

from commenttrack.rulemaking.amendatory import find
from commenttrack.rulemaking.codification import instruction_number
from commenttrack.rulemaking.document_text import Amendment


def instructions(*lines, title=42, part="413"):
    amendments = []
    for index, line in enumerate(lines):
        number, text = instruction_number(line)
        amendments.append(Amendment(f"a{index}", number, text, 1, title, part))
    return [(entry.verb, entry.target, *entry.words) for entry in find(amendments)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "1. Section 413.337 is amended by revising paragraph (f) to read as follows:",
            [("revise", "42 CFR 413.337(f)")],
        ),
        ("1. Revise § 413.430 to read as follows:", [("revise", "42 CFR 413.430")]),
        ("1. Section 413.430 is revised to read as follows:", [("revise", "42 CFR 413.430")]),
        ("1. Add § 413.715 to read as follows:", [("add", "42 CFR 413.715")]),
        ("1. Remove and reserve part 372.", [("reserve", "42 CFR part 372")]),
        ("1. Part 372 is removed and reserved.", [("reserve", "42 CFR part 372")]),
        (
            "1. Amend § 413.1 by removing paragraphs (d)(4) through (6).",
            [("remove", f"42 CFR 413.1(d)({n})") for n in (4, 5, 6)],
        ),
        (
            "1. Amend § 413.1 by redesignating paragraphs (f) and (g) as paragraphs (g) and (h), "
            "respectively, and adding a new paragraph (f).",
            [
                ("redesignate", "42 CFR 413.1(f)", "42 CFR 413.1(g)"),
                ("redesignate", "42 CFR 413.1(g)", "42 CFR 413.1(h)"),
                ("add", "42 CFR 413.1(f)"),
            ],
        ),
        (
            "1. Amend § 413.1(c) by removing the word “his” and adding in its place the words “the Architect's”.",
            [("revise", "42 CFR 413.1(c)", "his", "the Architect's")],
        ),
        (
            "1. In § 413.1, in paragraph (b) introductory text, remove the reference “(f)(1)” and "
            "add in its place “(f)(2)”.",
            [("revise", "42 CFR 413.1(b) introductory text", "(f)(1)", "(f)(2)")],
        ),
        (
            "1. Amend § 413.1 by revising the section heading, the first sentence of paragraph (c), "
            "and paragraphs (d)(1) and (2).",
            [("revise", f"42 CFR 413.1{end}") for end in (" heading", "(c)", "(d)(1)", "(d)(2)")],
        ),
        (
            "1. Amend § 413.1 by adding the definition of “Instance” in alphabetical order to read as follows:",
            [("add", "42 CFR 413.1 “Instance”")],
        ),
        (
            "1. The authority citation for part 3, subpart A continues to read as follows:",
            [("keep", "42 CFR part 3 subpart A authority citation")],
        ),
        ("1. Amend § 413.1 by adding paragraph (e) after paragraph (d).", [("add", "42 CFR 413.1(e)")]),
        ("1. The agency amends § 413.13 by adding the following new directive:", [("add", "42 CFR 413.13")]),
        ("1. Add § 413.T05-0102 to read as follows:", [("add", "42 CFR 413.T05-0102")]),
        ("1. Section 413.5 is amended to read as follows:", [("revise", "42 CFR 413.5")]),
        ("1. Sections 413.50 through 413.52 are removed.", [("remove", f"42 CFR 413.5{n}") for n in (0, 1, 2)]),
        (
            "1. Amend § 413.20 by revising paragraphs (a)(9)(i)(F) and (f)(9).",
            [("revise", "42 CFR 413.20(a)(9)(i)(F)"), ("revise", "42 CFR 413.20(f)(9)")],
        ),
        (
            "1. Section 413.5(b)(2) introductory text is revised to read as follows:",
            [("revise", "42 CFR 413.5(b)(2) introductory text")],
        ),
        (
            "1. Republish the introductory text of paragraph (a) and revise paragraph (a)(3) of § 413.7.",
            [("revise", "42 CFR 413.7(a) introductory text"), ("revise", "42 CFR 413.7(a)(3)")],
        ),
        (
            "1. Amend § 413.20 by revising the heading and first sentence of paragraph (d).",
            [("revise", "42 CFR 413.20(d) heading"), ("revise", "42 CFR 413.20(d)")],
        ),
        (
            "1. In § 413.2, the definition for “A” is amended by removing “x” and adding “y” in its place.",
            [("revise", "42 CFR 413.2 “A”", "x", "y")],
        ),
        (
            "1. Amend § 413.20 by removing the period at the end of paragraph (b)(2) and adding “; or” in its place.",
            [("revise", "42 CFR 413.20(b)(2)", ".", "; or")],
        ),
        (
            "1. In part 413, remove the words “his” wherever they occur and add, in their place, the words “her”.",
            [("revise", "42 CFR part 413", "his", "her")],
        ),
        (
            "1. Amend § 413.6 in paragraph (a) by removing “X” and in paragraph (b) by removing “Z”.",
            [("remove", "42 CFR 413.6(a)", "X", ""), ("remove", "42 CFR 413.6(b)", "Z", "")],
        ),
        ("1. Add § 413.10 to subpart A to read as follows:", [("add", "42 CFR 413.10")]),
        (
            "1. Revise §§ 413.18, 413.19(a), and 413.20(b)(2) to read as follows:",
            [("revise", f"42 CFR 413.{end}") for end in ("18", "19(a)", "20(b)(2)")],
        ),
        ("1. Revise the section heading of § 413.21 to read as follows:", [("revise", "42 CFR 413.21 heading")]),
        (
            "1. In § 413.22, the section heading and paragraph (a) are revised to read as follows:",
            [("revise", "42 CFR 413.22 heading"), ("revise", "42 CFR 413.22(a)")],
        ),
        (
            "1. Amend § 413.24 by revising the definitions of “A” and “B” in paragraph (c) and adding paragraph (d).",
            [("revise", "42 CFR 413.24(c) “A”"), ("revise", "42 CFR 413.24(c) “B”"), ("add", "42 CFR 413.24(d)")],
        ),
        (
            "1. Amend the definition of “A” in § 413.24 by revising paragraph (2) to read as follows:",
            [("revise", "42 CFR 413.24 “A” (2)")],
        ),
        (
            "1. In part 413, revise all references to “the Board” to read “the Bureau”.",
            [("revise", "42 CFR part 413", "the Board", "the Bureau")],
        ),
        (
            "1. Amend § 413.32 by removing “; and” at the end of paragraph (a)(1) and adding a period in its place.",
            [("revise", "42 CFR 413.32(a)(1)", "; and", ".")],
        ),
        (
            "1. Amend § 413.37 by replacing “2 percent” with “3 percent” in paragraph (b).",
            [("revise", "42 CFR 413.37(b)", "2 percent", "3 percent")],
        ),
        ("1. Amend § 413.46 by revising note 1 to paragraph (b).", [(None, "42 CFR 413.46(b)")]),
        ("1. Revise subpart E of part 413 to read as follows:", [("revise", "42 CFR part 413 subpart E")]),
        (
            "1. Subpart J, consisting of §§ 413.161 through 413.171, is added to read as follows:",
            [("add", "42 CFR part 413 subpart J")],
        ),
        (
            "1. In § 413.570(c), amend table 1 to paragraph (c) under the heading “General” by revising the entry for "
            "“391-3” and adding in numerical order an entry for “391-4” to read as follows:",
            [("revise", "42 CFR 413.570(c)"), ("add", "42 CFR 413.570(c)")],
        ),
        (
            "1. The authority citation for part 413 is amended by adding entries for §§ 413.1-1 and 413.1-2.",
            [("add", "42 CFR part 413 authority citation")],
        ),
        ("1. Remove the authority citation following § 413.7.", [("remove", "42 CFR 413.7 authority citation")]),
    ],
)
def test_an_instruction_gives_its_verb_and_target(text, expected):
    assert instructions(text) == expected


def test_the_place_named_by_an_outer_instruction_holds_for_those_within():
    assert instructions(
        "3. Section 413.338 is amended—",
        "a. In paragraph (a) by—",
        "i. Revising the definitions of “One” and “Two”;",
        "ii. Removing the definition of “Three”;",
        "b. Removing paragraph (d)(4); and",
        "c. Adding paragraphs (l) and (m).",
        "4. Revise § 413.360.",
    ) == [
        ("revise", "42 CFR 413.338(a) “One”"),
        ("revise", "42 CFR 413.338(a) “Two”"),
        ("remove", "42 CFR 413.338(a) “Three”"),
        ("remove", "42 CFR 413.338(d)(4)"),
        ("add", "42 CFR 413.338(l)"),
        ("add", "42 CFR 413.338(m)"),
        ("revise", "42 CFR 413.360"),
    ]


def test_a_verb_left_open_is_done_by_those_within():
    assert instructions("2. Amend § 413.5 by revising:", "a. Paragraph (a);", "b. Paragraph (b).") == [
        ("revise", "42 CFR 413.5(a)"),
        ("revise", "42 CFR 413.5(b)"),
    ]


def test_as_follows_leads_to_a_list_and_acts_itself_only_when_none_comes():
    assert instructions("5. Amend § 413.20 as follows:", "a. Revise paragraph (a);", "b. Add paragraph (c).") == [
        ("revise", "42 CFR 413.20(a)"),
        ("add", "42 CFR 413.20(c)"),
    ]
    assert instructions("5. Amend § 413.20 as follows:", "6. Remove § 413.21.") == [
        ("revise", "42 CFR 413.20"),
        ("remove", "42 CFR 413.21"),
    ]


def test_the_treasury_numbers_steps_by_digits_within_a_paragraph():
    assert instructions(
        "Par. 4. Section 413.5 is amended:",
        "1. By removing “x” in paragraph (a) and adding “y” in its place;",
        "2. By adding paragraph (c).",
        "Par. 5. Remove § 413.6.",
    ) == [
        ("revise", "42 CFR 413.5(a)", "x", "y"),
        ("add", "42 CFR 413.5(c)"),
        ("remove", "42 CFR 413.6"),
    ]


def test_words_left_to_a_list_of_sections_are_exchanged_in_each():
    assert instructions(
        "2. In the following sections, remove “a” and add “b” in its place:",
        "a. Section 413.1(a);",
        "b. Section 413.2.",
    ) == [("revise", "42 CFR 413.1(a)", "a", "b"), ("revise", "42 CFR 413.2", "a", "b")]


@pytest.mark.parametrize(
    "text",
    [
        "1. Remove the undesignated center heading above § 413.60.",
        "1. The table of contents for part 413 is amended by adding an entry for subpart G.",
        "1. In the table below, remove the title in the left column and add the title in the right column:",
    ],
)
def test_what_is_done_to_headings_and_lists_of_a_part_is_done_to_no_section(text):
    assert instructions(text) == [(None, "42 CFR part 413")]


def test_an_instruction_that_names_more_places_than_any_does_is_shown_as_text():
    many = ", ".join(f"§§ 413.{n} through 413.{n + 90}" for n in range(40))
    assert instructions(f"1. Remove {many}.") == [(None, "42 CFR part 413")]


def test_sections_of_an_appendix_are_no_sections_of_the_cfr():
    assert instructions(
        "4. Appendix A to subpart B of part 413 is amended by:",
        "a. In section 3.2.1, removing “the” and adding in its place “each”.",
    ) == [("revise", "42 CFR part 413 appendix A 3.2.1", "the", "each")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "In § 413.570, amend the table in paragraph (c) by revising the entries for “391-3” and “391-5” and adding "
            "in numerical order an entry for “391-4” to read as follows:",
            [("revise", "413.570(c)", ("391-3", "391-5")), ("add", "413.570(c)", ("391-4",))],
        ),
        ("The entry for “A” in the table in § 413.7(a) is revised.", [("revise", "413.7(a)", ("A",))]),
        (
            "In § 413.7(a), the table titled “Rates” is amended by removing the row for “A”.",
            [("remove", "413.7(a)", ("A",))],
        ),
        (
            "Amend § 413.7 by revising the entry for “A” in the table in paragraph (c) and the entry for “B” in the "
            "table in paragraph (d).",
            [("revise", "413.7(c)", ("A",)), ("revise", "413.7(d)", ("B",))],
        ),
        # Whose entry it is, is not plain.
        (
            "Amend § 413.7 by revising paragraph (b) and the entry for “A” in the table in paragraph (c).",
            [("revise", "413.7(b)", ()), ("revise", "413.7(c)", ())],
        ),
        (
            "Amend § 413.7(b) by amending the entry for “A” by removing “x” and the entry for “B” by adding “y”.",
            [("remove", "413.7(b)", ()), ("add", "413.7(b)", ())],
        ),
        ("Amend § 413.7 by revising paragraph (a).", [("revise", "413.7(a)", ())]),
    ],
)
def test_the_entries_of_a_table_are_named_beside_its_place(text, expected):
    found = find([Amendment("a", "1.", text, 1, 42, "413")])
    assert [(entry.verb, entry.target.removeprefix("42 CFR "), entry.entries) for entry in found] == expected


def test_the_words_that_issue_a_rule_are_no_instruction():
    assert instructions("For the reasons set out above, 42 CFR part 413 is amended as follows:") == []


def test_what_is_not_understood_is_kept_without_a_verb():
    assert instructions("1. Effective June 1, the table takes the place of the old one.") == [(None, "42 CFR part 413")]


def test_an_instruction_knows_the_paragraph_that_carries_it():
    (entry,) = find([Amendment("part1-amendment-1", "1.", "Revise § 1.2.", 77, 37, "1")])
    assert (entry.provision, entry.page, entry.text) == ("part1-amendment-1", 77, "Revise § 1.2.")


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("Amend appendix A to part 413 by removing the table.", "42 CFR part 413 appendix A"),
        ("Revise Appendix B to Subpart C of Part 412 to read as follows:", "42 CFR part 412 appendix B"),
        ("Remove appendix D to part 413 of this chapter.", "42 CFR part 413 appendix D"),
    ],
)
def test_an_appendix_is_named_with_its_part_and_stays_the_target(text, target):
    assert target in {found[1] for found in instructions(text)}
