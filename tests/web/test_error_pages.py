"""What pages say when something went wrong: to staff, behind a mailed link, and to a visitor."""

import re

import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm.exc import StaleDataError

from commenttrack.web import access, templating

LONG = "We join, but for Part III.B: its thirty days are too short for members who ship by sea."
NO_WAY_IN = ("Dockets", "Sign in", 'href="/"')


@pytest.fixture
def member(app):
    return app.test_client()


def breaking(app, endpoint, error):
    """Let a view fail."""

    def broken(**_):
        raise error

    app.view_functions[endpoint] = broken


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (RuntimeError("SELECT secret"), 500, "Something broke on our side"),
        (StaleDataError("UPDATE of 1 row"), 409, "Somebody else was first"),
    ],
)
def test_a_failure_behind_a_mailed_link_shows_no_way_into_the_app_and_nothing_of_its_cause(
    app, staff, sign_tokens, error, status, words
):
    breaking(app, "signing.recorded", error)
    # Even in the browser of somebody who is signed in.
    answer = staff.get(f"/sign/{sign_tokens[0]}/recorded")
    assert answer.status_code == status
    assert words in answer.text
    assert str(error) not in answer.text
    assert not [shown for shown in NO_WAY_IN if shown in answer.text]
    assert f'href="/sign/{sign_tokens[0]}/"' in answer.text
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"


def test_too_many_requests_behind_a_link_say_when_to_try_again(member, sign_tokens):
    for _ in range(31):
        answer = member.get(f"/sign/{sign_tokens[0]}/handed-on")
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 61
    assert re.search(r"Try again in \d+ seconds?\.", answer.text)
    assert "nothing was changed" in answer.text


@pytest.mark.parametrize("sent_by", [{"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://localhost"}])
def test_what_was_written_into_a_refused_form_can_be_copied_from_the_page(member, sign_tokens, sent_by):
    fields = {"reservation": LONG, "password": LONG.upper(), "csrf_token": "x y" * 40}
    answer = member.post(f"/sign/{sign_tokens[0]}/", data=fields, headers=sent_by)
    assert answer.status_code == 400
    assert "The form had expired" in answer.text
    assert LONG in answer.text
    assert LONG.upper() not in answer.text


def test_another_site_cannot_put_words_on_the_page_of_a_refused_form(member, sign_tokens):
    headers = {"Sec-Fetch-Site": "cross-site", "Origin": "https://elsewhere.example"}
    answer = member.post(f"/sign/{sign_tokens[0]}/", data={"reservation": LONG}, headers=headers)
    assert answer.status_code == 400
    assert LONG not in answer.text


def test_a_form_sent_after_signing_out_says_so_the_same_way_whatever_stands_at_its_address(app):
    headers = {"Sec-Fetch-Site": "same-origin"}
    one, other = (
        app.test_client().post(address, data={"text": LONG}, headers=headers)
        for address in ("/dockets/1/draft/parts/1", "/nowhere")
    )
    assert one.status_code == other.status_code == 404
    assert one.text == other.text
    assert "You are not signed in" in one.text
    assert LONG in one.text


def test_the_way_back_is_a_page_that_can_be_opened(post):
    def refused_from(page):
        return post("/dockets/1/nothing", headers={"Referer": f"http://localhost{page}"}).text

    assert 'href="http://localhost/positions"' in refused_from("/positions")
    assert "Back to the page" not in refused_from("/dockets/illustrative")


def test_a_text_that_is_too_long_is_not_called_a_file(staff):
    part = b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\n' + b"a" * 4_000_001 + b"\r\n--x--\r\n"
    answer = staff.post("/dockets/new", data=part, content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 413
    assert "longer than a form takes: 4 MB" in answer.text


def test_the_page_of_a_failure_needs_no_database(app, member, monkeypatch):
    def down(*_):
        raise OperationalError("SELECT secret", {}, Exception("no connection"))

    monkeypatch.setattr(templating, "_association", down)
    monkeypatch.setattr(access, "account", down)
    answer = member.get("/")
    assert answer.status_code == 500
    assert "Something broke on our side" in answer.text
    assert "secret" not in answer.text


def test_a_method_that_is_not_allowed_names_those_that_are(staff):
    assert "GET" in staff.post("/", data={"csrf_token": staff.csrf}).headers["Allow"]
