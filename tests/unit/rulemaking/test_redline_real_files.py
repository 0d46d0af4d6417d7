"""Redlines of real rules against real CFR text; the shares stand in docs/benchmarks.md."""

import json

import pytest
from click.testing import CliRunner

from commenttrack.cli import main
from commenttrack.rulemaking import ecfr, federal_register
from commenttrack.rulemaking.redline import redline
from tests.factories.amended_sections import joined, new_text, of

PAIRS = {
    "GAO": ("rules/prorule-2016-08622.xml", "ecfr/title-4-part-21.xml"),
    "USDA": ("pairs/usda-2025-0008-nepa/ifr-2025-12326.xml", "ecfr/title-7-part-1b.xml"),
    "USPTO": (
        "pairs/uspto-2011-29462/rule-2011-29462.xml",
        "pairs/uspto-2011-29462/CFR-2011-title37-vol1-part1.xml",
    ),
}


@pytest.fixture(scope="module")
def results(shared):
    made = {}
    for name, (rule, current) in PAIRS.items():
        parsed = federal_register.parse((shared / rule).read_bytes())
        made[name] = redline(parsed, [ecfr.read((shared / current).read_bytes())])
    return made


def outcomes(result):
    return {name: result.count(name) for name in ("applied", "already", "not_applied", "elsewhere")}


@pytest.mark.parametrize("name", PAIRS)
def test_at_least_95_of_100_instructions_are_carried_out(results, name):
    assert results[name].share >= 0.95


def test_a_proposal_older_than_the_text_is_mostly_in_it_already(results):
    result = results["GAO"]
    assert outcomes(result) == {"applied": 10, "already": 52, "not_applied": 1, "elsewhere": 0}
    assert "15 sections from 4 CFR 21.0 to 4 CFR 21.14" in result.warnings[0]
    [missed] = [item for item in result.instructions if item.outcome == "not_applied"]
    assert missed.why == "“under” does not stand in 4 CFR 21.4(a)."


def test_what_the_final_rule_made_of_the_proposal_shows_as_difference(results):
    found = of(results["GAO"], "21.1(h)")
    assert [(run.kind, run.text) for run in found.text[1:3]] == [("delete", "shall"), ("insert", "may")]
    assert {p.change for p in results["GAO"].paragraphs} == {"unchanged", "revised"}


def test_a_part_that_was_published_as_it_stands_shows_no_change_but_the_editors_own(results):
    # The rule printed (xiv) twice in § 1b.4(c)(30); the CFR has (xix) for the second.
    result = results["USDA"]
    changed = [(p.change, p.label) for p in result.paragraphs if p.change != "unchanged"]
    assert changed == [("added", "7 CFR 1b.4(c)(30)(xiv)")]
    assert len(result.paragraphs) > 900
    assert result.instructions[0].why == "It is printed in part; kept as it stands: 7 CFR 1b.4(c)(30)(xix)."
    assert outcomes(result)["elsewhere"] == 7


def test_a_rule_on_the_text_before_it_changes_what_it_names_and_nothing_else(results):
    result = results["USPTO"]
    assert outcomes(result) == {"applied": 4, "already": 0, "not_applied": 0, "elsewhere": 0}
    changed = {(p.change, p.label) for p in result.paragraphs if p.change != "unchanged"}
    assert changed == {
        ("added", "37 CFR 1.16(t)"),
        ("revised", "37 CFR 1.445(a)"),
        ("revised", "37 CFR 1.445(a)(1)"),
        ("added", "37 CFR 1.445(a)(1)"),
        ("added", "37 CFR 1.445(a)(1)(ii)"),
    }
    [lead] = [p for p in result.paragraphs if p.label == "37 CFR 1.445(a)"]
    assert joined(lead.text, "insert").startswith("The following fees and charges")
    assert "established by law or by the Director" in new_text(lead)


def test_the_command_writes_json_and_prints_the_share(shared, tmp_path):
    rule, current = PAIRS["GAO"]
    out = tmp_path / "redline.json"
    run = CliRunner().invoke(
        main, ["redline", "--rule", str(shared / rule), "--current", str(shared / current), "-o", str(out)]
    )
    assert run.exit_code == 0
    assert "10 carried out, 52 already in the current text, 1 not carried out; 98%" in run.output
    assert json.loads(out.read_text())["format"] == "commenttrack-redline/1"
