"""Who gets to which page, and what a request must bring."""

from urllib.parse import urlsplit

import pytest
from sqlalchemy.exc import IntegrityError

from commenttrack.members.permissions import Role
from commenttrack.web.access import PUBLIC
from tests.factories.pages import PASSWORD, enter, token_of, without_token


def posts(app):
    urls = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if "POST" in rule.methods and rule.endpoint.partition(".")[0] not in ("security", "signing", "reminders"):
            yield urls.build(rule.endpoint, dict.fromkeys(rule.arguments, 1), "POST")


def test_a_guest_reads_and_changes_nothing(app):
    guest = enter(app.test_client(), Role.GUEST)
    assert guest.get("/dockets/1/read").status_code == 200
    answers = {address: guest.post(address, data={"csrf_token": guest.csrf}).status_code for address in posts(app)}
    assert len(answers) > 20
    assert answers.pop("/verify/") == 422  # looks at a file that the form did not bring, and keeps nothing
    assert {address: status for address, status in answers.items() if status != 404} == {}


def test_a_drafter_sees_no_administration(app):
    drafter = enter(app.test_client(), Role.DRAFTER)
    assert drafter.get("/administration/").status_code == 404
    assert "Administration" not in drafter.get("/").text


def test_a_post_without_the_csrf_token_is_refused(app, staff):
    answers = {address: staff.post(address, data={"act": "up"}).status_code for address in posts(app)}
    assert set(answers.values()) == {400}


def test_a_decision_without_the_csrf_token_is_refused(app, sign_tokens):
    answer = app.test_client().post(f"/sign/{sign_tokens[0]}/", data={"decision": "joined", "name": "A"})
    assert answer.status_code == 400


def test_asking_for_the_head_of_a_page_leads_to_signing_in_like_asking_for_the_page(app):
    client = app.test_client()
    assert client.head("/positions").location == client.get("/positions").location == "/sign-in?next=/positions"


def test_a_forbidden_page_reads_like_one_that_is_not_there(app):
    guest = enter(app.test_client(), Role.GUEST)
    hidden, missing = guest.get("/administration/"), guest.get("/no-such-page")
    assert without_token(hidden.text) == without_token(missing.text)


def test_only_the_listed_endpoints_are_public():
    subjects = {endpoint.partition(".")[0] for endpoint in PUBLIC}
    assert subjects == {"static", "health", "security", "signing", "answering", "reminders"}


def test_the_wrong_password_gets_one_sentence_that_does_not_say_which_was_wrong(app):
    client = app.test_client()
    token = token_of(client.get("/sign-in").text)
    known = client.post(
        "/sign-in", data={"email": "guest@example.org", "password": "wrong wrong wrong", "csrf_token": token}
    )
    unknown = client.post(
        "/sign-in", data={"email": "nobody@example.org", "password": "wrong wrong wrong", "csrf_token": token}
    )
    sentence = "The address or the password is not right."
    assert sentence in known.text
    assert sentence in unknown.text
    assert client.get("/").status_code == 303


def test_a_password_that_somebody_else_chose_must_be_changed_first(empty_app):
    from sqlalchemy import select

    from commenttrack.db import transaction
    from commenttrack.web.accounts import Account, give_one_time_password

    house = empty_app.extensions["commenttrack"]
    with house.writing() as session, transaction(session):
        account = session.scalars(select(Account).where(Account.role == Role.COUNSEL)).one()
        account.must_change_password = True
        once = give_one_time_password(session, account.person, role=Role.COUNSEL, now=house.clock())
    client = empty_app.test_client()
    token = token_of(client.get("/sign-in").text)
    client.post("/sign-in", data={"email": "counsel@example.org", "password": once, "csrf_token": token})
    assert client.get("/").headers["Location"] == "/password"
    token = token_of(client.get("/password").text)
    own = {"password": once, "new_password": "an own new sentence", "new_password_confirm": "an own new sentence"}
    client.post("/password", data={**own, "csrf_token": token})
    assert client.get("/").status_code == 200


def test_nobody_gets_an_account_that_no_address_could_sign_in_to(empty_app):
    from commenttrack.db import transaction
    from commenttrack.errors import Refused
    from commenttrack.members.operations import add_person
    from commenttrack.web.accounts import give_one_time_password

    house = empty_app.extensions["commenttrack"]
    with house.writing() as session, pytest.raises(Refused, match="“ada” is no e-mail address"), transaction(session):
        person = add_person(session, name="Ada", email="ada", actor="test", now=house.clock())
        give_one_time_password(session, person, role=Role.COUNSEL, now=house.clock())


def test_a_refused_form_leads_back_to_its_own_page_and_to_no_other_site(staff):
    def refused(referrer):
        return staff.post("/dockets/1/file/build", data={"csrf_token": "old"}, headers={"Referer": referrer}).text

    assert '<a class="button button--primary" href="http://localhost/dockets/1/file/">' in refused(
        "http://localhost/dockets/1/file/"
    )
    assert "elsewhere" not in refused("http://elsewhere.example/dockets/1/file/")
    assert "elsewhere" not in refused("http://localhost.elsewhere.example/")


def test_signing_out_ends_the_session(app, staff):
    staff.post("/sign-out", data={"csrf_token": staff.csrf})
    assert staff.get("/").status_code == 303


@pytest.mark.parametrize("address", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example"])
def test_sign_in_never_leads_to_another_site(app, address):
    client = app.test_client()
    token = token_of(client.get("/sign-in").text)
    answer = client.post(
        "/sign-in",
        query_string={"next": address},
        data={"email": "guest@example.org", "password": PASSWORD, "csrf_token": token},
    )
    assert urlsplit(answer.headers.get("Location", "")).netloc == ""


def test_too_many_attempts_are_told_to_wait(app):
    client = app.test_client()
    token = token_of(client.get("/sign-in").text)
    statuses = [
        client.post("/sign-in", data={"email": "a@example.org", "password": "x", "csrf_token": token}).status_code
        for _ in range(12)
    ]
    assert statuses[0] == 200
    assert statuses[-1] == 429


@pytest.mark.parametrize("address", ["/dockets/{}/sign/", "/dockets/1/sign/{}", "/administration/outbox/{}"])
def test_a_number_that_no_row_has_is_not_here(staff, address):
    assert staff.get(address.format(2**31 - 1)).status_code == 404
    assert staff.get(address.format(10**30)).status_code == 404


def test_a_text_that_no_database_keeps_is_refused_as_unreadable(app, sign_tokens):
    client = app.test_client()
    assert client.get("/sign-in?next=%00").status_code == 400
    address = f"/sign/{sign_tokens[0]}/owner"
    assert (
        client.post(address, data={"csrf_token": token_of(client.get("/sign-in").text), "email": "\0"}).status_code
        == 400
    )


def test_what_two_made_at_once_is_told_to_the_second_as_such_and_any_other_fault_as_a_fault(app, staff):
    class Refusal(Exception):
        sqlstate = "23505"

    def fail(**_):
        raise IntegrityError("INSERT", {}, refusal)

    fail.permission = app.view_functions["signoffs.board"].permission
    app.view_functions["signoffs.board"] = fail
    refusal = Refusal()
    assert "Somebody else was first" in staff.get("/dockets/1/sign/").text
    refusal = Exception("CHECK constraint failed")
    assert staff.get("/dockets/1/sign/").status_code == 500
