"""`commenttrack redline` without --current asks eCFR for the newest text of the parts that a rule changes."""

import json

import pytest
from click.testing import CliRunner
from pytest_httpserver import HTTPServer

from commenttrack.cli import main

RULE = """<PRORULE><PREAMB><CFR>15 CFR Part 1790</CFR></PREAMB><SUPLINF>
<AMDPAR>1. Amend § 1790.2 by revising paragraph (b) to read as follows:</AMDPAR>
<SECTION><SECTNO>§ 1790.2</SECTNO><SUBJECT>Reports.</SUBJECT><STARS/><P>(b) Reports are due in a week.</P></SECTION>
<AMDPAR>2. Amend § 1795.1 by removing paragraph (c).</AMDPAR>
<AMDPAR>3. Add part 1799 to read as follows:</AMDPAR>
<PART><HD SOURCE="HED">PART 1799—MORE INVENTED THINGS</HD>
<SECTION><SECTNO>§ 1799.1</SECTNO><SUBJECT>Scope.</SUBJECT><P>This part is new.</P></SECTION></PART>
</SUPLINF></PRORULE>"""
CURRENT = """<DIV5 N="1790" TYPE="PART"><HEAD>PART 1790—INVENTED THINGS</HEAD>
<DIV8 N="1790.2" TYPE="SECTION"><HEAD>§ 1790.2 Reports.</HEAD>
<P>(a) Things are reported.</P><P>(b) Reports are due in a month.</P></DIV8></DIV5>"""
TITLES = {"titles": [{"number": 15, "name": "Commerce and Foreign Trade", "up_to_date_as_of": "2026-03-01"}]}


@pytest.fixture
def environment(tmp_path):
    return {"COMMENTTRACK_DATA": str(tmp_path / "data"), "COMMENTTRACK_SOURCE_TIMEOUT": "1"}


@pytest.fixture
def rule(tmp_path):
    path = tmp_path / "rule.xml"
    path.write_text(RULE, encoding="utf-8")
    return path


def redline(environment, rule, *arguments):
    return CliRunner(env=environment).invoke(main, ["redline", "--rule", str(rule), *arguments])


def serve(server):
    server.expect_request("/v1/titles.json").respond_with_json(TITLES)
    full = "/v1/full/2026-03-01/title-15.xml"
    server.expect_request(full, query_string="part=1790").respond_with_data(CURRENT, content_type="application/xml")
    server.expect_request(full, query_string="part=1795").respond_with_data("", status=404)


def test_the_parts_that_a_rule_changes_come_from_ecfr(httpserver, environment, rule):
    serve(httpserver)
    result = redline(environment | {"COMMENTTRACK_ECFR_URL": httpserver.url_for("/v1")}, rule)
    assert result.exit_code == 0, result.stderr
    found = json.loads(result.stdout)
    (changed,) = [entry for entry in found["paragraphs"] if entry["label"] == "15 CFR 1790.2(b)"]
    assert {(piece["kind"], piece["text"].strip()) for piece in changed["text"]} >= {
        ("delete", "month"),
        ("insert", "week"),
    }
    assert [part["as_of"] for part in found["current"]] == ["2026-03-01"]
    assert "15 CFR part 1790 as of 2026-03-01, from eCFR." in result.stderr


def test_a_part_that_ecfr_does_not_have_is_told_and_one_that_the_rule_adds_is_not_asked_for(
    httpserver, environment, rule
):
    serve(httpserver)
    result = redline(environment | {"COMMENTTRACK_ECFR_URL": httpserver.url_for("/v1")}, rule)
    assert "eCFR has no 15 CFR part 1795 as of 2026-03-01." in result.stderr
    asked = {request.args.get("part") for request, _ in httpserver.log if request.path.endswith(".xml")}
    assert asked == {"1790", "1795"}


def test_without_a_network_the_refusal_says_what_to_give_instead(environment, rule):
    with HTTPServer() as server:
        address = server.url_for("/v1")
    result = redline(environment | {"COMMENTTRACK_ECFR_URL": address}, rule)
    assert result.exit_code == 2
    assert "cannot be reached" in result.stderr
    assert "--current" in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_rule_that_only_adds_a_part_needs_no_network(environment, tmp_path):
    path = tmp_path / "new-part.xml"
    start, end = RULE.index("<AMDPAR>1."), RULE.index("<AMDPAR>3.")
    path.write_text(RULE[:start] + RULE[end:], encoding="utf-8")
    result = redline(environment | {"COMMENTTRACK_ECFR_URL": "http://127.0.0.1:9"}, path)
    assert result.exit_code == 0, result.stderr
    added = [piece["text"] for entry in json.loads(result.stdout)["paragraphs"] for piece in entry["text"]]
    assert added == ["This part is new."]
