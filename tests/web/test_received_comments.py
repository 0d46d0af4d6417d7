"""A member's filled ISO template in the app: matched by clause, looked at, recorded as its stances."""

import io
import re

import pytest
from sqlalchemy import select

from commenttrack.members.models import Organization
from commenttrack.members.permissions import Role
from commenttrack.positions.models import MemberStance
from commenttrack.positions.spreadsheets import csv_file
from tests.factories.pages import enter

NAMES = [
    "MB/NC",
    "Line number",
    "Clause/Subclause",
    "Paragraph/Figure/Table",
    "Type of comment",
    "Comments",
    "Proposed change",
]
ROWS = [
    ["US", "", "1790.2", "(a)", "te", "It costs too much.", "Drop it."],
    ["US", "", "99.9", "", "ge", "What is this?", ""],
]


@pytest.fixture
def member(stored):
    return stored.scalars(select(Organization).where(Organization.kind == "member")).first()


@pytest.fixture
def address(post, member):
    file = (io.BytesIO(csv_file(NAMES, ROWS)), "us.csv")
    answer = post("/dockets/1/comments-received/", {"organization": member.id, "file": file})
    assert answer.status_code == 303
    return answer.headers["Location"]


def test_comments_are_matched_and_recorded_with_their_reasons_for_staff(staff, post, stored, member, address):
    page = staff.get(address).text
    assert "The document has no such clause" in page
    key = re.search(r'<option value="([^"]+)" selected>[^<]*1790\.2\(a\)</option>', page)[1]
    assert stored.scalars(select(MemberStance)).all() == []
    sent = {"provision-2": key, "held-2": "oppose", "provision-3": "", "held-3": "clarify", "name": "Ada"}
    assert post(address, sent).status_code == 303
    [stance] = stored.scalars(select(MemberStance))
    assert (stance.organization_id, stance.held.value, stance.given_by) == (member.id, "oppose", "Ada")
    assert "It costs too much." in stance.reason
    assert stance.recorded_by == "Administrator Person"
    assert "recorded these comments" in staff.get(address).text


def test_nothing_chosen_records_nothing_and_keeps_what_was_typed(staff, post, stored, address):
    answer = post(address, {"provision-2": "", "held-2": "oppose", "name": "Ada Lovelace"})
    assert answer.status_code == 409
    assert "Choose a provision" in answer.text
    assert 'value="Ada Lovelace"' in answer.text
    assert stored.scalars(select(MemberStance)).all() == []


def test_a_file_that_is_no_template_is_kept_and_said_so(staff, post, member):
    file = (io.BytesIO(b"a,b\r\n1,2\r\n"), "x.csv")
    answer = post("/dockets/1/comments-received/", {"organization": member.id, "file": file})
    assert "could not be read" in staff.get(answer.headers["Location"]).text
    assert "x.csv" in staff.get("/dockets/1/exchange/").text


def test_a_guest_sees_no_members_comments(app, address):
    assert enter(app.test_client(), Role.GUEST).get(address).status_code == 404


@pytest.mark.parametrize("layout", ["iso", "dod"])
def test_the_mapping_is_taken_out_as_comments(staff, layout):
    assert staff.get(f"/dockets/1/exchange/comments-{layout}.xlsx").data.startswith(b"PK")
