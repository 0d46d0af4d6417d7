import pytest

from commenttrack.rulemaking.amendatory import find
from commenttrack.rulemaking.document_body import Amendment
from commenttrack.rulemaking.preamble_outline import split_number


def instructions(*lines, title=42, part="413"):
    amendments = []
    for index, line in enumerate(lines):
        number, text = split_number(line)
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
