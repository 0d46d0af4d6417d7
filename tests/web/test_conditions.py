"""The page where the staff says who must join before the letter goes out."""

import re


def test_conditions_are_kept_and_stand_on_the_board_with_what_is_missing(post, staff):
    page = staff.get("/dockets/1/sign/conditions/").text
    named = re.search(r'name="must_join" type="checkbox" value="(\d+)"', page)[1]
    answer = post(
        "/dockets/1/sign/conditions/", {"lead_must_join": "y", "at_least": "3", "must_join": named, "mailed_code": "y"}
    )
    assert answer.status_code == 303
    board = staff.get("/dockets/1/sign/").text
    assert "at least 3 organizations, with" in board
    assert "not reached" in board
    again = staff.get("/dockets/1/sign/conditions/").text
    assert re.search(r'checked[^>]*name="lead_must_join"', again)
    assert 'value="3"' in again


def test_a_number_that_is_none_is_refused(post, staff):
    answer = post("/dockets/1/sign/conditions/", {"at_least": "-2"})
    assert answer.status_code == 422
    assert "Give a number from 0" in answer.text


def test_the_packet_page_names_what_is_missing_and_a_build_without_a_reason_is_refused(post, staff):
    post("/dockets/1/sign/conditions/", {"at_least": "3"})
    page = staff.get("/dockets/1/file/").text
    assert "Not yet enough signatures to file" in page
    assert "Freeze version 1 for filing and build the packet" in page
    refused = post("/dockets/1/file/build")
    assert refused.status_code == 422
    assert "Please look at this again" in refused.text
    assert "Freeze version 1 for filing and build the packet" in refused.text, "the form to go on with is still there"
    assert "not yet for filing" in staff.get("/dockets/1/draft/versions/1").text
    assert post("/dockets/1/file/build", {"without_quorum": "The board said so."}).status_code == 303
    version = staff.get("/dockets/1/draft/versions/1").text
    assert "Frozen for filing although a condition was not met" in version
    assert "The board said so." in version


def test_the_freeze_page_asks_whether_a_version_is_to_be_filed_only_where_something_must_be_reached(post, staff):
    assert 'name="for_filing"' not in staff.get("/dockets/1/draft/freeze").text
    post("/dockets/1/sign/conditions/", {"at_least": "3"})
    page = staff.get("/dockets/1/draft/freeze").text
    assert "The draft reads word for word as version 1" in page
    assert "At least 3 organizations must join, and 0 stand under it." in page


def test_freezing_for_filing_is_refused_without_a_reason_and_leads_to_the_packet_with_one(post, staff):
    post("/dockets/1/sign/conditions/", {"at_least": "3"})
    refused = post("/dockets/1/draft/freeze", {"for_filing": "y"})
    assert refused.status_code == 422
    assert "At least 3 organizations must join" in refused.text
    frozen = post("/dockets/1/draft/freeze", {"for_filing": "y", "without_quorum": "The board said so."})
    assert frozen.location.endswith("/dockets/1/file/")
    assert "Frozen for filing" in staff.get("/dockets/1/sign/").text
    again = staff.get("/dockets/1/draft/freeze").text
    assert "Go on to File" in again
    assert "What will be fixed" not in again
    assert "for filing</span>" in staff.get("/dockets/1/draft/versions").text
    assert "Version 1 is frozen for filing" in staff.get("/dockets/1/draft/freeze").text


def test_a_draft_that_reads_as_its_version_has_nothing_to_freeze(staff):
    page = staff.get("/dockets/1/draft/freeze").text
    assert "there is nothing to freeze" in page
    assert "Freeze version" not in page
