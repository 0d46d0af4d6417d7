"""Bringing a document: by name, file or text; at once or in the background; what fails is kept and explained."""

import datetime as dt
import io
import re

import pytest
from pytest_httpserver import HTTPServer
from sqlalchemy import func, select

from commenttrack.audit import AuditEvent
from commenttrack.jobs import Job, JobState
from commenttrack.members.permissions import Role
from commenttrack.rulemaking.importing import AT_ONCE_BYTES
from commenttrack.rulemaking.models import Docket, DocumentSuccession, RuleDocument
from commenttrack.web.app import create_app
from commenttrack.worker import Worker
from tests.factories.ambiguous_rule import ambiguous_rule
from tests.factories.pages import NOW, enter, settings

NUMBER = "2016-08622"
# Larger than what is imported while the person waits.
LARGE = ambiguous_rule("<P>(g) " + "Words of a rule. " * (AT_ONCE_BYTES // 16) + "</P>")
EXTENSION = (
    b'<PRORULE><PREAMB><PRTPAGE P="30000"/><AGENCY TYPE="F">GAO</AGENCY><CFR>4 CFR Part 21</CFR>'
    b"<SUBJECT>Bid Protests; Extension of Comment Period</SUBJECT>"
    b'<ACT><HD SOURCE="HED">ACTION:</HD><P>Proposed rule; extension of comment period.</P></ACT>'
    b'<EFFDATE><HD SOURCE="HED">DATES:</HD><P>The comment period for the proposed rule published April 15, 2016, at '
    b"81 FR 22197, is extended. Comments must be received on or before June 30, 2026.</P></EFFDATE></PREAMB>"
    b'<SUPLINF><HD SOURCE="HED">SUPPLEMENTARY INFORMATION:</HD><P>FR Doc. 2016-08622 gave thirty days.</P></SUPLINF>'
    b"<FRDOC>[FR Doc. 2016-12345 Filed 5-25-16; 8:45 am]</FRDOC></PRORULE>"
)


@pytest.fixture
def send(empty_app):
    client = enter(empty_app.test_client(), Role.DRAFTER)

    def post(address="/dockets/new", **data):
        files = {key: (io.BytesIO(value), "rule.xml") for key, value in data.items() if isinstance(value, bytes)}
        return client.post(
            address, data={**data, **files, "csrf_token": client.csrf}, content_type="multipart/form-data"
        )

    post.get = client.get
    return post


def work(app):
    Worker(app.extensions["commenttrack"].settings).step()


def count(app, what):
    with app.extensions["commenttrack"].reading() as session:
        return session.scalar(select(func.count()).select_from(what))


def test_a_small_file_is_imported_while_the_person_waits(send):
    answer = send(file=ambiguous_rule())
    assert re.fullmatch(r"/dockets/\d+/read/\d+", answer.headers["Location"])
    assert "Bid Protests" in send.get(answer.headers["Location"]).text


def test_pasted_text_is_read_and_says_what_is_not_known(send):
    text = (
        "AGENCY: Government Accountability Office.\n\nACTION: Proposed rule.\n\nDATES: Comments must be received on or "
        "before May 16, 2026.\n\nSUPPLEMENTARY INFORMATION:\n\nI. Background\n\nWe seek comment on records.\n\n"
        "[FR Doc. 2016-08622 Filed 4-14-16; 8:45 am]\n"
    )
    page = send.get(send(text=text).headers["Location"]).text
    assert "We seek comment on records." in page
    assert "Read from plain text, which knows less than the XML" in page


def test_a_large_file_is_imported_in_the_background_by_a_page_that_looks_again(empty_app, send):
    answer = send(file=LARGE)
    waiting = answer.headers["Location"]
    page = send.get(waiting).text
    assert '<meta http-equiv="refresh" content="2">' in page
    assert "Waiting for its turn" in page
    assert count(empty_app, RuleDocument) == 0
    work(empty_app)
    done = send.get(waiting)
    assert done.status_code == 303
    assert "Bid Protests" in send.get(done.headers["Location"]).text


def test_a_job_tells_what_it_was_doing_when_it_failed_and_can_be_tried_again(empty_app, send):
    waiting = send(file=LARGE.replace(b"</PRORULE>", b"")).headers["Location"]
    work(empty_app)
    page = send.get(waiting).text
    assert "rule.xml could not be imported" in page
    assert "http-equiv" not in page
    with empty_app.extensions["commenttrack"].reading() as session:
        job = session.scalars(select(Job)).one()
        assert (job.state, job.progress) == (JobState.FAILED, "Reading rule.xml")
    assert send(f"{waiting}/again").status_code == 303
    assert "Waiting for its turn" in send.get(waiting).text


def test_the_same_large_file_sent_twice_is_imported_once(empty_app, send):
    assert send(file=LARGE).headers["Location"] == send(file=LARGE).headers["Location"]


def test_what_failed_is_listed_where_documents_are_brought(send):
    send(file=b"<PRORULE><PREAMB>cut")
    assert "Imports that are not done" in send.get("/dockets/new").text


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({}, "Name the document, choose its file or paste its text."),
        ({"named": NUMBER, "text": "Some text."}, "Bring one document at a time"),
        ({"named": "the rule about cats"}, "error-summary"),
    ],
)
def test_a_form_that_names_no_one_document_is_explained(empty_app, send, data, says):
    answer = send(**data)
    assert answer.status_code == 422
    assert says in answer.text
    assert count(empty_app, Job) == 0


def test_a_document_is_fetched_by_its_number(empty_app, send, _empty_house, tmp_path):
    with HTTPServer(threaded=True) as server:
        server.expect_request(f"/api/v1/documents/{NUMBER}.json").respond_with_json(
            {
                "document_number": NUMBER,
                "title": "Bid Protests",
                "type": "Proposed Rule",
                "publication_date": "2016-04-15",
                "comments_close_on": "2016-05-16",
                "full_text_xml_url": server.url_for("/rule.xml"),
                "html_url": server.url_for("/page"),
                "agencies": [],
                "docket_ids": [],
                "cfr_references": [],
            }
        )
        server.expect_request("/rule.xml").respond_with_data(ambiguous_rule(), content_type="text/xml")
        waiting = send(named=NUMBER).headers["Location"]
        house = settings(
            empty_app.extensions["commenttrack"].settings.data,
            COMMENTTRACK_FEDERAL_REGISTER_URL=server.url_for("/api/v1"),
            COMMENTTRACK_SOURCE_TIMEOUT="2",
        )
        Worker(house).step()
    done = send.get(waiting)
    assert done.status_code == 303, done.text
    assert "federalregister.gov" in send.get(re.sub(r"/read/\d+", "/documents", done.headers["Location"])).text


def test_without_a_network_the_page_says_so_and_offers_a_file(empty_app, send):
    waiting = send(named=NUMBER).headers["Location"]
    house = settings(
        empty_app.extensions["commenttrack"].settings.data,
        COMMENTTRACK_FEDERAL_REGISTER_URL="http://127.0.0.1:9/api/v1",
        COMMENTTRACK_SOURCE_TIMEOUT="0.2",
    )
    Worker(house).step()
    page = send.get(waiting).text
    assert f"{NUMBER} could not be fetched" in page
    assert "Bring it another way" in page


def test_a_further_document_is_linked_to_the_one_it_follows_and_sets_its_dates(empty_app, send):
    docket = re.search(r"/dockets/(\d+)/", send(file=ambiguous_rule()).headers["Location"])[1]
    answer = send(f"/dockets/{docket}/documents/add", file=EXTENSION)
    assert answer.status_code == 303
    with empty_app.extensions["commenttrack"].reading() as session:
        link = session.scalars(select(DocumentSuccession)).one()
        assert link.kind.value == "extension"
    page = send.get(f"/dockets/{docket}/documents").text
    assert "extension" in page
    assert "June 30, 2026" in page
    # The docket's pages stay about the proposal.
    assert "Records of a protest." in send.get(f"/dockets/{docket}/read").text


def test_the_same_file_again_leads_to_the_document_that_is_there(send):
    docket = re.search(r"/dockets/(\d+)/", (first := send(file=ambiguous_rule()).headers["Location"]))[1]
    again = send(f"/dockets/{docket}/documents/add", file=ambiguous_rule())
    assert again.headers["Location"] == first
    assert "imported already" in send.get(first).text


def test_the_day_for_sign_offs_is_set_and_recorded(empty_app, send):
    docket = re.search(r"/dockets/(\d+)/", send(file=ambiguous_rule()).headers["Location"])[1]
    assert send(f"/dockets/{docket}/internal-deadline", internal_deadline="2026-06-20").status_code == 303
    with empty_app.extensions["commenttrack"].reading() as session:
        assert session.get(Docket, int(docket)).internal_deadline == dt.date(2026, 6, 20)
        assert session.scalars(select(AuditEvent.actor).where(AuditEvent.action == "internal deadline set")).one()


def test_the_day_for_sign_offs_cannot_come_after_the_agencys(send):
    docket = re.search(r"/dockets/(\d+)/", send(file=EXTENSION).headers["Location"])[1]
    answer = send(f"/dockets/{docket}/internal-deadline", internal_deadline="2026-07-01")
    assert answer.status_code == 422
    assert "members must sign on that day or before it" in answer.text


def test_a_guest_cannot_bring_anything(empty_app):
    guest = enter(
        create_app(empty_app.extensions["commenttrack"].settings, clock=lambda: NOW).test_client(), Role.GUEST
    )
    assert guest.get("/dockets/new").status_code == 404
    assert guest.get("/imports/1").status_code == 404
