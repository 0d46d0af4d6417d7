import copy
import json

import pytest

from commenttrack.errors import BadInput
from commenttrack.rulemaking.federal_register import parse
from commenttrack.rulemaking.provisions import from_json, issue_to_json, to_json

SOURCE = """<PRORULE><PREAMB><AGENCY>OFFICE</AGENCY><CFR>6 CFR Part 226</CFR><SUBJECT>Reports</SUBJECT>
<DATES><HD SOURCE="HED">DATES:</HD><P>Comments are due by June 3, 2024.</P></DATES></PREAMB><SUPLINF>
<HD SOURCE="HD1">I. Questions</HD><P>We seek comment<SU>1</SU><FTREF/> on whether <PRTPAGE P="7"/>this works.</P>
<FTNT><P><SU>1</SU> A note.</P></FTNT><GPOTABLE><BOXHD><CHED H="1">A</CHED></BOXHD><ROW><ENT>b</ENT></ROW></GPOTABLE>
<PART><HD SOURCE="HED">PART 226—REPORTS</HD></PART><AMDPAR>1. Revise § 226.1.</AMDPAR><SECTION><SECTNO>§ 226.1</SECTNO>
<SUBJECT>Definitions.</SUBJECT><P><E T="03">Report</E> means one.</P></SECTION></SUPLINF></PRORULE>"""


@pytest.fixture(scope="module")
def rule():
    return parse(SOURCE.encode())


def test_a_rule_survives_json_exactly(rule):
    assert from_json(json.loads(json.dumps(to_json(rule)))) == rule


def test_the_json_has_the_keys_of_the_format(rule):
    data = to_json(rule)
    assert data["format"] == "commenttrack-rule/1"
    assert {"document", "provisions", "notes", "questions", "instructions", "unparsed"} <= set(data)
    assert data["document"]["comment_dates"][0]["for"] == "comments"
    assert "purpose" not in data["document"]["comment_dates"][0]
    assert data["document"]["cfr"] == [{"title": 6, "part": "226"}]
    paragraph = next(entry for entry in data["provisions"] if entry["notes"])
    assert (paragraph["pages"], paragraph["notes"]) == ([6, 7], ["n1"])


def test_unknown_keys_and_missing_extra_keys_are_no_harm(rule):
    data = to_json(rule)
    data["later"] = 1
    for provision in data["provisions"]:
        del provision["page_breaks"], provision["term"]
    assert from_json(data).provisions[0].page_breaks == ()


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (["format"], "commenttrack-rule/2", "format: expected “commenttrack-rule/1”"),
        (["document", "kind"], "letter", "document.kind: 'letter' is none of"),
        (["document", "start_page"], "6", "document.start_page: expected a whole number or null, found '6'"),
        (["document", "comment_dates", 0, "computed"], 1, "document.comment_dates[0].computed: expected true or false"),
        (["provisions"], {}, "provisions: expected a list"),
        (["provisions", 0, "kind"], "verse", "provisions[0].kind: 'verse' is none of"),
        (["provisions", 1, "id"], "p-I", "provisions[1].id: 'p-I' is not unique"),
        (["provisions", 1, "parent"], "nobody", "provisions[1].parent: no provision 'nobody' stands before"),
        (["provisions", 1, "pages", 0], True, "provisions[1].pages[0]: expected a whole number"),
        (["provisions", 1, "page_breaks", 0], [1], "provisions[1].page_breaks[0]: expected 2 values, found 1"),
        (["questions", 0, "end"], 9999, "questions[0]: start and end do not lie within the text"),
        (["questions", 0, "provision"], "nobody", "questions[0].provision: there is no provision 'nobody'"),
    ],
)
def test_what_is_wrong_is_named_by_its_path(rule, path, value, words):
    data = copy.deepcopy(to_json(rule))
    place = data
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    with pytest.raises(BadInput) as refusal:
        from_json(data)
    assert words in str(refusal.value)


def test_a_missing_key_is_named_by_its_path(rule):
    data = to_json(rule)
    del data["notes"][0]["text"]
    with pytest.raises(BadInput, match=r"notes\[0\]\.text: is missing"):
        from_json(data)


@pytest.mark.parametrize("data", [None, [], "text", 3])
def test_what_is_no_object_is_no_rule(data):
    with pytest.raises(BadInput, match="not a rule"):
        from_json(data)


def test_an_issue_is_a_list_of_rules(rule):
    assert issue_to_json([rule]) == {"format": "commenttrack-issue/1", "documents": [to_json(rule)]}
