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
    assert "Not yet enough signatures to file" in staff.get("/dockets/1/file/").text
    answer = post("/dockets/1/file/build")
    assert answer.status_code >= 400
    assert post("/dockets/1/file/build", {"without_quorum": "The board said so."}).status_code == 303
