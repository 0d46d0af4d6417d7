"""Pages of members' stances: the staff's, and the one behind a mailed link."""

import re

import pytest
from sqlalchemy import func, select

from commenttrack.audit import AuditEvent
from commenttrack.db import transaction
from commenttrack.members.models import Organization, Signatory
from commenttrack.members.permissions import Role
from commenttrack.outbox import OutgoingMail
from commenttrack.positions.models import MemberStance, ProvisionPosition, StanceRequest, StanceSubject
from commenttrack.positions.stances import MemberView, Stance
from commenttrack.web.logs import without_tokens
from tests.factories.pages import enter, token_of


@pytest.fixture
def member(app):
    return app.test_client()


@pytest.fixture
def links(stored):
    """Two links of the mapping on different provisions, with a request."""
    found = {}
    for link in stored.scalars(select(ProvisionPosition).order_by(ProvisionPosition.id)):
        if link.request:
            found.setdefault(link.provision_id, link)
    return list(found.values())[:2]


@pytest.fixture
def asked(post, stored, links):
    """Two provisions are asked about; two organizations got their mails."""
    post("/dockets/1/stances/subjects", {"provisions": [link.provision_id for link in links]})
    signatories = stored.scalars(select(Signatory).order_by(Signatory.id)).all()[:2]
    answer = post("/dockets/1/stances/invite", {"signatories": [signatory.id for signatory in signatories]})
    assert answer.status_code == 303
    return stored.scalars(select(StanceSubject.id).order_by(StanceSubject.id)).all()


@pytest.fixture
def tokens(asked, stored):
    rows = stored.scalars(
        select(OutgoingMail).where(OutgoingMail.key.like("stance_request % asked %")).order_by(OutgoingMail.id)
    )
    return [row.secret for row in rows]


def fields(page, **more):
    hidden = dict(re.findall(r'<input id="[\w-]+" name="(s\d+-(?:seen|shown))" type="hidden" value="(\w*)">', page))
    return {**hidden, "csrf_token": token_of(page), "name": "Mo Member", **more}


def test_reading_the_page_changes_nothing_and_sends_no_referrer(member, stored, tokens):
    before = stored.scalar(select(func.count()).select_from(AuditEvent))
    answer = member.get(f"/answer/{tokens[0]}/")
    assert answer.status_code == 200
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert stored.scalar(select(func.count()).select_from(AuditEvent)) == before
    assert stored.scalars(select(StanceRequest.opened_at)).all() == [None, None]


def test_the_page_shows_the_text_the_draft_and_six_choices_for_each_point(member, stored, links, asked, tokens):
    page = member.get(f"/answer/{tokens[0]}/").text
    for link, subject in zip(links, asked, strict=True):
        assert link.request.split(".")[0] in page
        assert len(re.findall(rf'name="s{subject}-held" type="radio"', page)) == 6


def test_one_point_can_be_answered_and_the_other_left(member, stored, asked, tokens):
    address = f"/answer/{tokens[0]}/"
    more = {f"s{asked[0]}-held": "oppose", f"s{asked[0]}-reason": "Ours alone", "back": str(asked[0])}
    answer = member.post(address, data=fields(member.get(address).text, **more))
    assert answer.status_code == 303
    assert answer.headers["Location"].endswith(f"#item-{asked[0]}")
    made = stored.scalars(select(MemberStance)).one()
    assert (made.held, made.reason, made.given_by, made.recorded_by) == (
        MemberView.OPPOSE,
        "Ours alone",
        "Mo Member",
        "",
    )
    page = member.get(address).text
    assert "1 answer saved. 1 point still open." in page
    assert "1 of 2" in page
    copies = select(func.count()).where(OutgoingMail.key.like("% copied %"))
    assert stored.scalar(copies) == 0
    member.post(address, data=fields(page))
    assert stored.scalar(copies) == 1


def test_a_reason_without_an_answer_is_asked_for_and_kept_on_the_page(member, stored, asked, tokens):
    address = f"/answer/{tokens[0]}/"
    answer = member.post(address, data=fields(member.get(address).text, **{f"s{asked[0]}-reason": "Kept words"}))
    assert answer.status_code == 422
    assert f'<a href="#s{asked[0]}-held">' in answer.text
    assert "Kept words" in answer.text
    assert stored.scalars(select(MemberStance)).all() == []


def test_a_request_that_changed_meanwhile_saves_nothing_and_keeps_what_was_chosen(
    app, member, stored, links, asked, tokens
):
    address = f"/answer/{tokens[0]}/"
    data = fields(member.get(address).text, **{f"s{each}-held": "support" for each in asked})
    reword(app, links[0].id)
    answer = member.post(address, data=data)
    assert answer.status_code == 409
    assert "moved while your page was open" in answer.text
    assert "Quite another request" in answer.text
    assert (
        len(re.findall(r'<input checked id="s\d+-held-\d" name="s\d+-held" type="radio" value="support">', answer.text))
        == 2
    )
    assert stored.scalars(select(MemberStance)).all() == []
    again = fields(answer.text, **{f"s{each}-held": "support" for each in asked})
    assert member.post(address, data=again).status_code == 303


def reword(app, link_id):
    house = app.extensions["commenttrack"]
    with house.writing() as session, transaction(session):
        session.get(ProvisionPosition, link_id).request = "Quite another request."


def test_a_member_sees_what_changed_since_the_answer(app, member, links, asked, tokens):
    address = f"/answer/{tokens[0]}/"
    member.post(address, data=fields(member.get(address).text, **{f"s{asked[0]}-held": "support"}))
    reword(app, links[0].id)
    page = member.get(address).text
    assert "This changed since you answered" in page
    assert re.search(r"<ins>.*?another", page)


def test_every_link_that_does_not_work_gets_the_same_answer(app, post, member, stored, tokens):
    organization = stored.scalars(select(StanceRequest.organization_id)).first()
    person = stored.scalars(select(StanceRequest.person_id)).first()
    again = {"again-person": person, "again-answer_by": "", "again-note": ""}
    assert post(f"/dockets/1/stances/{organization}/ask", again).status_code == 303
    replaced, invented = member.get(f"/answer/{tokens[0]}/"), member.get("/answer/" + "x" * 43 + "/")
    assert replaced.status_code == invented.status_code == 404
    assert replaced.text == invented.text


def test_opened_is_noted_by_a_post_only(member, stored, tokens):
    address = f"/answer/{tokens[0]}/"
    token = token_of(member.get(address).text)
    assert member.post(address + "opened", data={"csrf_token": token}).status_code == 204
    assert stored.scalars(select(StanceRequest.opened_at).order_by(StanceRequest.id)).first() is not None


def test_the_staff_see_answers_and_reasons_and_never_a_token(staff, member, stored, asked, tokens):
    address = f"/answer/{tokens[0]}/"
    more = {f"s{asked[0]}-held": "oppose", f"s{asked[0]}-reason": "Ours alone"}
    member.post(address, data=fields(member.get(address).text, **more))
    organization = stored.scalars(select(MemberStance.organization_id)).one()
    pages = staff.get("/dockets/1/stances/").text + staff.get(f"/dockets/1/stances/{organization}").text
    assert "Ours alone" in pages
    for mail in stored.scalars(select(OutgoingMail)):
        pages += staff.get(f"/administration/outbox/{mail.id}").text
    assert not any(token in pages for token in tokens)


def test_a_guest_does_not_get_to_the_stances(app, asked):
    guest = enter(app.test_client(), Role.GUEST)
    assert guest.get("/dockets/1/read").status_code == 200
    for address in ("", "1", "what-if", "subjects"):
        assert guest.get(f"/dockets/1/stances/{address}").status_code == 404


def test_another_members_stance_is_shown_once_opened_and_its_reason_never(app, post, member, asked, tokens):
    first, second = (f"/answer/{token}/" for token in tokens)
    more = {f"s{asked[0]}-held": "oppose", f"s{asked[0]}-reason": "A secret ground"}
    member.post(first, data=fields(member.get(first).text, **more))
    other = app.test_client()
    assert "other member stands" not in other.get(second).text
    post("/dockets/1/stances/open", {"open": "yes"})
    page = other.get(second).text
    assert "other member stands" in page
    assert "A secret ground" not in page


def test_an_answer_by_mail_is_recorded_as_such(staff, post, stored, asked):
    organization = stored.scalars(select(Organization.id).order_by(Organization.id.desc())).first()
    page = staff.get(f"/dockets/1/stances/{organization}").text
    data = fields(page, **{f"s{asked[1]}-held": "clarify", "received-name": "Bo Birch"})
    assert post(f"/dockets/1/stances/{organization}/received", data).status_code == 303
    made = stored.scalars(select(MemberStance)).one()
    assert (made.held, made.given_by, made.recorded_by) == (MemberView.CLARIFY, "Bo Birch", "Administrator Person")


def test_the_draft_contradicts_is_said_of_the_answer_it_contradicts(app, staff, member, stored, asked, tokens, links):
    """Also where a point before it was left open."""
    address = f"/answer/{tokens[0]}/"
    member.post(address, data=fields(member.get(address).text, **{f"s{asked[1]}-held": "oppose"}))
    house = app.extensions["commenttrack"]
    with house.writing() as session, transaction(session):
        for link in session.scalars(select(ProvisionPosition)):
            if link.provision_id == links[1].provision_id:
                link.stance = Stance.SUPPORT
    organization = stored.scalars(select(MemberStance.organization_id)).one()
    page = staff.get(f"/dockets/1/stances/{organization}").text
    assert page.count("draft contradicts") == 1
    assert staff.get("/dockets/1/stances/").text.count("draft contradicts") == 1


def test_reminders_go_to_those_with_open_points(post, member, stored, asked, tokens):
    first = f"/answer/{tokens[0]}/"
    member.post(first, data=fields(member.get(first).text, **{f"s{each}-held": "no_view" for each in asked}))
    assert "1 reminder written" in post("/dockets/1/stances/remind", follow_redirects=True).text


def test_a_second_click_ends_no_link_that_was_just_mailed(staff, post, stored, asked):
    organization = stored.scalars(select(StanceRequest.organization_id).order_by(StanceRequest.id)).first()
    about = f"/dockets/1/stances/{organization}"
    person = stored.scalars(select(StanceRequest.person_id).order_by(StanceRequest.id)).first()
    mails = select(func.count(OutgoingMail.id))
    for page, action, more, count in (
        ("/dockets/1/stances/", "/dockets/1/stances/remind", {}, 2),
        (about, f"{about}/ask", {"again-person": person}, 1),
    ):
        name, value = re.search(
            r'name="((?:remind|again)-links)" type="hidden" value="(\w+)"', staff.get(page).text
        ).groups()
        before = stored.scalar(mails)
        for _ in range(2):
            assert post(action, {name: value, **more}).status_code == 303
        assert stored.scalar(mails) == before + count
        assert "and no second ones" in staff.get(page).text


def test_what_if_shows_who_joins_and_what_a_request_costs(staff, member, links, asked, tokens):
    first, second = (f"/answer/{token}/" for token in tokens)
    more = {f"s{asked[0]}-held": "clarify", f"s{asked[0]}-condition": "not_if_asked"}
    member.post(first, data=fields(member.get(first).text, **more))
    member.post(second, data=fields(member.get(second).text, **{f"s{asked[0]}-held": "no_view"}))
    page = staff.get("/dockets/1/stances/what-if").text
    assert "1 of 2 join" in page
    drops = re.findall(r'name="drop" value="(\d+)"', page)
    assert str(links[0].id) in drops
    chosen = staff.get("/dockets/1/stances/what-if", query_string={"drop": drops}).text
    assert "2 of 2 join" in chosen
    assert "shown above" in chosen


def test_what_if_tells_agreement_to_an_older_wording_apart_and_asks_again(
    app, staff, post, member, stored, links, asked, tokens
):
    first, second = (f"/answer/{token}/" for token in tokens)
    member.post(first, data=fields(member.get(first).text, **{f"s{asked[0]}-held": "no_view"}))
    member.post(second, data=fields(member.get(second).text, **{f"s{asked[1]}-held": "no_view"}))
    reword(app, links[0].id)
    page = staff.get("/dockets/1/stances/what-if").text
    assert "1 of 2 join, 1 more if asked again" in page
    assert "To be asked again if it stays" in page
    counted = staff.get("/dockets/1/stances/what-if?older=counted").text
    assert "2 of 2 join, 1 of them on an older wording" in counted
    before = stored.scalar(select(func.count()).select_from(OutgoingMail))
    assert post("/dockets/1/stances/remind", {"only": "moved"}).status_code == 303
    stored.expire_all()
    assert stored.scalar(select(func.count()).select_from(OutgoingMail)) == before + 1


def test_a_reminder_that_cannot_be_sent_is_refused_on_the_page_of_the_members(post, asked):
    answer = post("/dockets/1/stances/remind", {"remind-answer_by": "2020-01-01"})
    assert answer.status_code == 422
    assert "Give a later day." in answer.text
    assert "Where the members stand" in answer.text


def test_the_last_day_of_the_calendar_is_no_day_to_answer_by(post, stored, asked):
    organization = stored.scalars(select(StanceRequest.organization_id)).first()
    person = stored.scalars(select(StanceRequest.person_id)).first()
    form = {"again-person": person, "again-answer_by": "9999-12-31"}
    answer = post(f"/dockets/1/stances/{organization}/ask", form)
    assert answer.status_code == 422
    assert "Give an earlier day" in answer.text


def test_a_second_click_saves_nothing_more_and_does_not_call_it_unsaved(member, stored, asked, tokens):
    address = f"/answer/{tokens[0]}/"
    data = fields(member.get(address).text, **{f"s{each}-held": "support" for each in asked})
    for _ in range(2):
        assert member.post(address, data=data).status_code == 303
    assert len(stored.scalars(select(MemberStance)).all()) == 2
    assert "Your answers stand as they were saved." in member.get(address).text


def test_the_mails_can_be_looked_at_before_and_after(staff, member, stored, asked, tokens):
    for mail in ("request", "reminder", "recorded"):
        assert staff.get(f"/dockets/1/stances/mails/{mail}?note=A+line").status_code == 200
        as_sent = staff.get(f"/dockets/1/stances/mails/{mail}/html")
        assert "sandbox" in as_sent.headers["Content-Security-Policy"]
    assert staff.get("/dockets/1/stances/mails/nothing").status_code == 404
    address = f"/answer/{tokens[0]}/"
    member.post(address, data=fields(member.get(address).text, **{f"s{asked[0]}-held": "oppose"}))
    organization = stored.scalars(select(StanceRequest.organization_id).order_by(StanceRequest.id)).first()
    page = staff.get(f"/dockets/1/stances/{organization}").text
    written = re.findall(rf'href="(/dockets/1/stances/{organization}/mails/\d+)"', page)
    assert len(written) == 2
    assert "Oppose" in staff.get(written[0]).text
    assert "Oppose" in staff.get(written[0] + "/html").text
    assert tokens[0] not in staff.get(written[1]).text
    assert staff.get(f"/dockets/1/stances/{organization}/mails/9999").status_code == 404


def test_the_token_of_an_answer_link_is_never_logged():
    assert without_tokens("GET /answer/" + "a" * 43 + "/ HTTP/1.1") == "GET /answer/…/ HTTP/1.1"
