"""The campaign's pages: settings, lists, mails to look at, and the page that stops reminders."""

import datetime as dt
import html
import io
import re

import pytest
from sqlalchemy import func, select

from commenttrack.db import make_engine, make_sessions, transaction
from commenttrack.members.models import Organization
from commenttrack.members.permissions import Role
from commenttrack.outbox import SECRET_MARK, OutgoingMail
from commenttrack.rulemaking.models import Docket
from commenttrack.signoffs.models import SigningCampaign, SignOffRequest
from commenttrack.worker import Worker
from tests.factories.pages import NOW, enter

CAMPAIGN = "/dockets/1/sign/campaign"
LIST = (
    "organization,person,email,note\n"
    "New Makers,Nora New,nora@example.org,We met in May.\n"
    "Wrong Makers,Will Wrong,nowhere,\n"
)


def campaign(stored):
    return stored.scalars(select(SigningCampaign)).one()


# --------------------------------------------------------------------------------------------------------- the campaign


def test_the_campaign_says_whom_it_reminds_when(staff, post, stored):
    assert "no campaign was started yet" in staff.get(f"{CAMPAIGN}/").text
    post(f"{CAMPAIGN}/", {"reminders": "y", "internal_deadline": "2026-03-20"}, follow_redirects=True)
    page = staff.get(f"{CAMPAIGN}/").text
    assert page.count("Mar. 9, 2026, 8:00 a.m. Eastern") == 2
    assert (campaign(stored).reminders, campaign(stored).digests) == (True, False)
    assert stored.get(Docket, 1).internal_deadline == dt.date(2026, 3, 20)


def test_a_guest_sees_the_campaign_and_changes_nothing(app):
    guest = enter(app.test_client(), Role.GUEST)
    page = guest.get(f"{CAMPAIGN}/")
    assert page.status_code == 200
    assert '<form class="form-column"' not in page.text
    assert guest.post(f"{CAMPAIGN}/", data={"csrf_token": guest.csrf}).status_code == 404


def test_a_day_that_is_none_is_refused_on_the_page(post):
    answer = post(f"{CAMPAIGN}/", {"internal_deadline": "soon"})
    assert answer.status_code == 422


def test_the_first_invitation_starts_the_campaign_as_its_box_says(staff, post, stored):
    page = staff.get("/dockets/1/sign/").text
    assert "checked" in re.search(r'<input[^>]*name="reminders"[^>]*>', page)[0]
    signatory = re.search(r'name="signatories"[^>]*value="(\d+)"', page)[1]
    post("/dockets/1/sign/invite", {"signatories": signatory, "reminders": "y"})
    assert campaign(stored).reminders is True


# -------------------------------------------------------------------------------------------------------------- a list


def upload(post, text=LIST):
    return post(f"{CAMPAIGN}/list", {"file": (io.BytesIO(text.encode()), "list.csv")})


def hidden(page, name):
    return html.unescape(re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)[1])


def organizations(stored):
    return stored.scalar(select(func.count()).select_from(Organization))


def test_a_list_is_shown_before_anything_is_stored(post, stored):
    before = organizations(stored)
    page = upload(post)
    assert page.status_code == 200
    assert "New Makers" in page.text
    assert "C3" in page.text
    assert "is no e-mail address" in page.text
    assert organizations(stored) == before


def test_the_page_of_the_list_asks_for_the_file(staff):
    assert 'type="file"' in staff.get(f"{CAMPAIGN}/list").text


def test_the_digest_says_so_when_there_is_nothing_to_tell(staff):
    assert "Nothing since the last digest." in staff.get(f"{CAMPAIGN}/mails/digest").text


def test_a_confirmed_list_is_sent(post, stored):
    page = upload(post).text
    data = {name: hidden(page, name) for name in ("rows", "digest")}
    answer = post(f"{CAMPAIGN}/list/send", {**data, "kind": "partner", "note": "Hello.", "reminders": "y"})
    assert answer.status_code == 303
    mail = stored.scalars(select(OutgoingMail).where(OutgoingMail.to_email == "nora@example.org")).one()
    assert "Hello." in mail.text
    assert "We met in May." in mail.text
    assert campaign(stored).reminders is True


def test_a_list_that_moved_meanwhile_is_shown_again_and_nothing_is_stored(post, stored):
    page = upload(post).text
    data = {"rows": hidden(page, "rows"), "digest": "0" * 64, "kind": "member"}
    before = organizations(stored)
    answer = post(f"{CAMPAIGN}/list/send", data)
    assert answer.status_code == 409
    assert "changed since this page was made" in answer.text
    assert organizations(stored) == before
    assert hidden(answer.text, "digest") != "0" * 64


def test_rows_that_are_none_are_refused(post):
    assert post(f"{CAMPAIGN}/list/send", {"rows": "[1]", "digest": "x", "kind": "member"}).status_code == 422


@pytest.mark.parametrize("text", ["name,phone\nAda,1\n", ""])
def test_a_file_that_is_no_list_is_refused_on_the_page(post, text):
    answer = upload(post, text)
    assert answer.status_code == 422
    assert "error-summary" in answer.text


@pytest.mark.parametrize(("kind", "starts"), [("xlsx", b"PK"), ("csv", b"\xef\xbb\xbf")])
def test_the_template_can_be_downloaded_and_brought_back(staff, post, kind, starts):
    data = staff.get(f"{CAMPAIGN}/list/template.{kind}").data
    assert data.startswith(starts)
    page = post(f"{CAMPAIGN}/list", {"file": (io.BytesIO(data), f"list.{kind}")})
    assert "Example Makers Association" in page.text
    assert staff.get(f"{CAMPAIGN}/list/template.exe").status_code == 404


# --------------------------------------------------------------------------------------------------------------- mails


@pytest.mark.parametrize("mail", ["invitation", "reminder", "asked_again", "text_moved", "lead_objected", "digest"])
def test_every_mail_can_be_looked_at_before_it_is_sent(staff, stored, mail):
    before = stored.scalar(select(func.count()).select_from(OutgoingMail))
    page = staff.get(f"{CAMPAIGN}/mails/{mail}")
    assert page.status_code == 200
    assert "Subject:" in page.text
    sent = staff.get(f"{CAMPAIGN}/mails/{mail}/html")
    assert "style=" in sent.text
    assert "sandbox" in sent.headers["Content-Security-Policy"]
    assert "script-src" not in sent.headers["Content-Security-Policy"]
    assert "unsafe-inline" not in page.headers["Content-Security-Policy"]
    assert stored.scalar(select(func.count()).select_from(OutgoingMail)) == before


def test_a_line_of_ones_own_is_seen_in_its_place_as_text(staff):
    note = "<b>Dear</b> friend & colleague"
    page = staff.get(f"{CAMPAIGN}/mails/invitation", query_string={"note": note})
    assert "&lt;b&gt;Dear&lt;/b&gt; friend &amp; colleague" in page.text
    sent = staff.get(f"{CAMPAIGN}/mails/invitation/html", query_string={"note": note}).text
    assert "<b>Dear</b>" not in sent
    assert "&lt;b&gt;Dear" in sent


def test_the_mails_about_an_organization_stand_on_its_page_without_their_links(staff, stored, sign_tokens):
    request = stored.scalars(select(SignOffRequest).order_by(SignOffRequest.id)).first()
    page = staff.get(f"/dockets/1/sign/{request.id}").text
    address = re.search(rf'href="({CAMPAIGN}/requests/{request.id}/mails/\d+)"', page)[1]
    for each in (address, f"{address}/html"):
        mail = staff.get(each)
        assert SECRET_MARK in mail.text
        assert not any(token in mail.text for token in sign_tokens)


def test_a_mail_about_something_else_is_not_there(staff, stored):
    first, second = stored.scalars(select(SignOffRequest).order_by(SignOffRequest.id))
    mail = stored.scalars(select(OutgoingMail).where(OutgoingMail.about == f"sign_off_request {second.id}")).first()
    assert staff.get(f"{CAMPAIGN}/requests/{first.id}/mails/{mail.id}").status_code == 404
    assert staff.get(f"{CAMPAIGN}/requests/{second.id}/mails/{mail.id}").status_code == 200


def test_a_mail_that_came_back_stands_on_the_board(app, staff, stored):
    engine = make_engine(app.extensions["commenttrack"].settings.database_url)
    with make_sessions(engine)() as session, transaction(session):
        mail = session.scalars(select(OutgoingMail).order_by(OutgoingMail.id)).first()
        mail.bounced_at, mail.bounce = NOW, "550 no such person"
    engine.dispose()
    assert staff.get("/dockets/1/sign/").text.count("mail came back") == 1
    request = stored.scalars(select(SignOffRequest).order_by(SignOffRequest.id)).first()
    assert "550 no such person" in staff.get(f"/dockets/1/sign/{request.id}").text


# --------------------------------------------------------------------------------------------------- stopping reminders


def test_opening_the_page_changes_nothing_and_its_button_stops_the_reminders(app, stored, sign_tokens):
    member, address = app.test_client(), f"/sign/{sign_tokens[0]}/reminders"
    page = member.get(address)
    assert "Stop the reminders" in page.text
    assert page.headers["Referrer-Policy"] == "no-referrer"
    request = select(SignOffRequest).order_by(SignOffRequest.id).limit(1)
    assert stored.scalars(request).one().reminders_stopped_at is None
    done = member.post(address, follow_redirects=True)
    assert "no more reminders" in done.text
    assert stored.scalars(request).one().reminders_stopped_at == NOW


def test_one_click_in_a_mail_program_stops_them_without_a_page_before_it(app, stored, sign_tokens):
    answer = app.test_client().post(f"/sign/{sign_tokens[0]}/reminders", data={"List-Unsubscribe": "One-Click"})
    assert (answer.status_code, answer.data) == (204, b"")
    stopped = [each.reminders_stopped_at for each in stored.scalars(select(SignOffRequest).order_by(SignOffRequest.id))]
    assert stopped == [NOW, None]


def test_no_other_change_is_taken_without_a_token_of_the_form(app):
    """The exemption concerns this one route."""
    csrf = app.extensions["csrf"]
    assert csrf._exempt_views == {"commenttrack.web.reminders.stop"}
    assert csrf._exempt_blueprints == set()


def test_an_invented_link_looks_like_any_that_does_not_work(app, sign_tokens):
    client = app.test_client()
    pages = [client.get("/sign/invented/reminders"), client.get("/sign/invented/")]
    assert [page.status_code for page in pages] == [404, 404]
    strip = lambda page: re.sub(r'value="[^"]+"', "", page.text)  # noqa: E731
    assert strip(pages[0]) == strip(pages[1])
    assert client.post("/sign/invented/reminders").status_code == 404


def test_the_worker_looks_at_the_campaigns(app, post):
    """With the clock of the machine: nothing is due for a docket that closed, and nothing breaks."""
    post(f"{CAMPAIGN}/", {"reminders": "y", "digests": "y"})
    worker = Worker(app.extensions["commenttrack"].settings)
    assert worker.step() is True
    assert worker.step() is False
