"""``commenttrack letter check``: one line for each finding, with the line of the file."""

import json

import pytest
from click.testing import CliRunner

from commenttrack.cli import main
from commenttrack.rulemaking.provisions import to_json

LETTER = """---
citations: bluebook
sources: [{key: nprm, cite: 91 FR 70010, title: T}]
---

Opening words.

# Licences

The Bureau writes that it “shall grant a licence” [@nprm].

It also says it “may grant a licence” [@nprm, 70015].

# Fees {#fees}

Others write “nothing of the sort” [@CMS-2019-0090-0015].[^1]

[^1]: See [@nprm, 70099].
"""
CURRENT = """<?xml version="1.0"?>
<DIV5 N="12" TYPE="PART" hierarchy_metadata="/on/2026-01-01/title-15/part-12"><HEAD>PART 12—LISTS</HEAD>
<DIV8 N="12.1" TYPE="SECTION"><HEAD>§ 12.1 Lists.</HEAD><P>(a) Each person keeps a list of items.</P></DIV8></DIV5>"""


@pytest.fixture
def check(tmp_path, rule):
    (tmp_path / "rule.json").write_text(json.dumps(to_json(rule)))
    (tmp_path / "title-15-part-12.xml").write_text(CURRENT)

    def run(letter, *options):
        (tmp_path / "letter.md").write_text(letter)
        options = [option.replace("TMP", str(tmp_path)) for option in options]
        return CliRunner().invoke(
            main, ["letter", "check", str(tmp_path / "letter.md"), "--rule", str(tmp_path / "rule.json"), *options]
        )

    return run


def test_every_finding_is_a_line_with_its_place_in_the_file(check):
    result = check(LETTER)
    lines = result.output.splitlines()
    assert [line.split(": ")[0] for line in lines] == ["letter.md:12", "letter.md:18", "not checked"]
    assert lines[0].startswith(
        "letter.md:12: Part I, “Licences”: The quotation “may grant a licence” is not in the rule"
    )
    assert "[-shall-]{+may+}" in lines[0]
    assert "ends at page 70020 (pages 70010 to 70020)" in lines[1]
    assert lines[2].startswith("not checked: letter.md:16: Part II, “Fees”: “nothing of the sort”")
    assert result.exit_code == 1


def test_what_is_not_checked_is_no_failure(check):
    result = check("Others write “nothing of the sort” [@CMS-2019-0090-0015].")
    assert result.output.startswith("not checked: letter.md:1: ")
    assert result.exit_code == 0


def test_the_current_text_is_compared_when_it_is_given(check):
    letter = "Today each person “keeps a {} of items” [@15 CFR 12.1(a)].\n"
    given = ("--current", "TMP/title-15-part-12.xml")
    assert check(letter.format("list")).output.startswith("not checked: ")
    assert check(letter.format("list"), *given).output.startswith("Every quotation")
    result = check(letter.format("heap"), *given)
    assert "Difference, current text to letter: keeps a [-list-]{+heap+} of items" in result.output
    assert result.exit_code == 1


def test_the_second_language_is_checked_where_it_can_be_and_missed_where_it_is_not_there(check):
    head = "---\ntranslation: {lang: es}\n---\n"
    second = "::: translation\n# Dos\n\nVéase [@91 FR 70010, 70099]. Dice “otra cosa” [@91 FR 70010, 70015].\n:::"
    result = check(f"{head}# One\n\nWords.\n\n# Two\n\nWords.\n\n{second}\n")
    lines = result.output.splitlines()
    assert "Part II, “Two”, in the second language: [@91 FR 70010, 70099] points at page 70099" in lines[0]
    assert "“otra cosa” is not checked: it may be a translation." in lines[1]
    assert lines[2] == "warning: Part I, “One”: it is not all there in the second language (es)."
    assert result.exit_code == 1


def test_a_letter_that_cannot_be_read_is_bad_input(check):
    result = check("Text [@nowhere, 12].")
    assert "names no source of the letter’s head" in result.output
    assert result.exit_code == 1
