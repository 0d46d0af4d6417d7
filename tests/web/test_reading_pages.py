"""Reading a document in the app: citations, instructions, pictures, search; settling; the redline; later documents."""

import io
import re
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from sqlalchemy import event, select

from commenttrack.db import transaction
from commenttrack.members.permissions import Role
from commenttrack.rulemaking.models import Docket, LevelSettlement, Provision, ProvisionSuccession, RuleDocument
from commenttrack.rulemaking.operations import import_rule
from commenttrack.worker import Worker
from tests.factories.ambiguous_rule import ambiguous_rule, much_ambiguous_rule
from tests.factories.amended_sections import current, printed
from tests.factories.amended_sections import rule as amending_rule
from tests.factories.pages import NOW, enter, settings

NINTH, FIRST = "4 CFR 21.1(i)", "4 CFR 21.1(h)(1)(i)"


def bring(app, data, docket=None):
    """Import into a new docket or an existing one; returns (docket id, document id)."""
    house = app.extensions["commenttrack"]
    with house.writing() as session, transaction(session):
        document = import_rule(
            session,
            data,
            name="rule.xml",
            storage=house.storage,
            docket=session.get(Docket, docket) if docket else None,
            actor="test",
            now=NOW,
        )
        session.flush()
        return document.docket_id, document.id


@pytest.fixture
def client(empty_app):
    return enter(empty_app.test_client(), Role.DRAFTER)


@pytest.fixture
def send(client):
    def post(address, **data):
        return client.post(address, data={**data, "csrf_token": client.csrf}, content_type="multipart/form-data")

    return post


def plain(page):
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


# ------------------------------------------------------------------------------------------------------------- the text


def test_every_paragraph_has_its_citation_and_its_permanent_address(app, staff):
    page = staff.get("/dockets/1/read").text
    shown = page.count('class="provision ')
    assert shown > 10
    assert page.count('<details class="cite">') == shown
    assert re.search(r'data-copy="http://127.0.0.1:8000/dockets/1/read/1/[^"]+#p-[^"]+"', page)


def test_an_instruction_shows_its_verb_and_target_and_one_that_was_not_understood_says_so(empty_app, client):
    docket, document = bring(
        empty_app,
        amending_rule("1. Revise § 21.1 to read as follows:", printed("(a) New."))
        .replace("</PART>", "<AMDPAR>2. Do something with the thing.</AMDPAR></PART>")
        .encode(),
    )
    page = plain(client.get(f"/dockets/{docket}/read/{document}").text)
    assert "revise 4 CFR 21.1" in page
    assert "not understood shown as printed" in page


def test_a_picture_in_place_of_text_says_so(empty_app, client):
    data = ambiguous_rule(last='Who keeps it.</P><GPH SPAN="3" DEEP="90"><GID>EP15AP16.000</GID></GPH><P>(j) More.')
    docket, document = bring(empty_app, data)
    assert "Printed as a picture (EP15AP16.000)" in plain(client.get(f"/dockets/{docket}/read/{document}").text)


def test_words_are_found_with_their_context(app, staff):
    page = staff.get("/dockets/1/documents/1/find?q=license").text
    assert re.search(r"\d+ places?, in the order of the document|\d+ places", plain(page))
    assert re.search(r"<mark>[Ll]icense</mark>", page)
    address = re.search(r'class="hits__name"><a href="([^"]+)"', page)[1]
    assert staff.get(address).status_code == 200


def test_what_does_not_occur_is_said_to_be_nowhere_and_is_not_taken_for_mark_up(staff):
    page = staff.get("/dockets/1/documents/1/find?q=<script>alert").text
    assert "No provision, table or note holds" in page
    assert "<script>alert" not in page


def counted(app, client, address):
    """The answer, and how many statements it took."""
    statements = []
    engine = app.extensions["commenttrack"].reading.kw["bind"]
    event.listen(engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    return client.get(address), len(statements)


def test_a_large_rule_is_read_with_as_many_queries_as_a_small_one(empty_app, client, shared: Path):
    large = bring(empty_app, (shared / "rules" / "prorule-2024-06526-circia.xml").read_bytes())
    small = bring(empty_app, (shared / "rules" / "prorule-2016-08622.xml").read_bytes())
    client.get(f"/dockets/{large[0]}/read")  # templates are compiled once
    counts = {}
    for docket, document in (large, small):
        answer, statements = counted(empty_app, client, f"/dockets/{docket}/read/{document}")
        assert answer.status_code == 200
        counts[docket] = statements
    assert len(set(counts.values())) == 1
    assert counts[large[0]] < 40


# ------------------------------------------------------------------------------------------------------------- settling


@pytest.fixture
def doubtful(empty_app):
    return bring(empty_app, ambiguous_rule())


def settle(send, docket, document, reading, provision, **more):
    prefix = f"d{provision}-"
    return send(
        f"/dockets/{docket}/documents/{document}/to-settle",
        **{f"{prefix}provision": "s21.1-i", f"{prefix}reading": reading, **more},
    )


@pytest.fixture
def provision(empty_app, doubtful):
    with empty_app.extensions["commenttrack"].reading() as session:
        return session.scalars(select(Provision.id).where(Provision.key == "s21.1-i")).one()


def test_only_what_is_not_routine_waits_to_be_settled(empty_app, client, doubtful):
    docket, document = doubtful
    assert "9 provisions" not in client.get(f"/dockets/{docket}/read").text
    assert "1 to settle" in plain(client.get(f"/dockets/{docket}/read").text)
    page = plain(client.get(f"/dockets/{docket}/documents/{document}/to-settle").text)
    assert "1 line that every document carries" in page
    assert "Text without a place" not in page


def test_a_person_picks_a_reading_and_the_document_is_read_by_it(client, send, doubtful, provision):
    docket, document = doubtful
    shown = plain(client.get(f"/dockets/{docket}/documents/{document}/to-settle").text)
    assert FIRST in shown
    assert "(i) under 4 CFR 21.1(h)(1)" in shown
    assert settle(send, docket, document, FIRST, provision).status_code == 303
    page = plain(client.get(f"/dockets/{docket}/documents/{document}/to-settle").text)
    assert f"Settled: {NINTH} is now {FIRST}" in page
    assert "Nothing to settle" in page
    assert client.get(f"/dockets/{docket}/read/{document}/s21.1-h-1-i").status_code == 200


def test_every_reading_that_remains_is_offered_and_can_be_picked(empty_app, client, send):
    docket, document = bring(empty_app, much_ambiguous_rule())
    address = f"/dockets/{docket}/documents/{document}/to-settle"
    with empty_app.extensions["commenttrack"].reading() as session:
        provision = session.scalars(select(Provision.id).where(Provision.key == "s21.1-2")).one()
    prefix = f"d{provision}-"
    offered = re.findall(rf'name="{prefix}reading"[^>]*value="([^"]+)"', client.get(address).text)
    assert sorted(offered) == [f"4 CFR 21.1{path}(2)" for path in ("", "(c)(B)", "(ii)", "(ii)(c)(B)")]
    picked = "4 CFR 21.1(ii)(c)(B)(2)"
    answer = send(address, **{f"{prefix}provision": "s21.1-2", f"{prefix}reading": picked})
    assert answer.status_code == 303
    assert f"4 CFR 21.1(2) is now {picked}" in plain(client.get(address).text)


def test_a_reading_must_be_chosen(client, send, doubtful, provision):
    answer = settle(send, *doubtful, "", provision)
    assert answer.status_code == 422
    assert "Choose a reading." in answer.text


def test_settling_what_was_settled_meanwhile_changes_nothing(send, doubtful, provision):
    settle(send, *doubtful, FIRST, provision)
    assert settle(send, *doubtful, NINTH, provision).status_code == 409


def test_a_settlement_is_taken_back_on_the_same_page(empty_app, client, send, doubtful, provision):
    docket, document = doubtful
    settle(send, docket, document, FIRST, provision)
    with empty_app.extensions["commenttrack"].reading() as session:
        known = session.scalars(select(LevelSettlement.id)).one()
    answer = send(f"/dockets/{docket}/documents/{document}/to-settle/{known}/take-back")
    assert answer.status_code == 303
    assert "1 to settle" in plain(client.get(f"/dockets/{docket}/read").text)


def test_a_settlement_that_matches_nothing_in_another_import_is_listed(empty_app, client, send, doubtful, provision):
    settle(send, *doubtful, FIRST, provision)
    docket, document = bring(empty_app, ambiguous_rule(last="Other words."))
    page = plain(client.get(f"/dockets/{docket}/documents/{document}/to-settle").text)
    assert "Settled before, but not found here" in page


# -------------------------------------------------------------------------------------------------------------- redline


@pytest.fixture
def amended(empty_app):
    return bring(
        empty_app,
        amending_rule(
            "1. In § 21.1, revise paragraph (a) to read as follows:",
            printed("(a) A protest is filed by mail or by hand.", "STARS"),
            "<AMDPAR>2. In § 21.9, remove paragraph (z).</AMDPAR>",
        ).encode(),
    )


def attach(send, docket, document, text=None, **more):
    data = text or current("(a) A protest is filed in writing.", "(b) A copy goes to the agency.").encode()
    return send(f"/dockets/{docket}/documents/{document}/redline/file", file=(io.BytesIO(data), "title-4.xml"), **more)


def test_without_a_current_text_the_page_says_how_to_get_one(client, amended):
    docket, document = amended
    page = client.get(f"/dockets/{docket}/documents/{document}/redline").text
    assert "No current text is attached yet" in page
    assert 'value="4"' in page
    assert 'value="21"' in page


def test_the_redline_shows_changes_by_more_than_colour_and_what_was_not_carried_out(client, send, amended):
    docket, document = amended
    assert attach(send, docket, document, as_of="2016-04-01").status_code == 303
    page = client.get(f"/dockets/{docket}/documents/{document}/redline").text
    assert '<del><span class="visually-hidden"> [delete: </span>' in page
    assert "Revised" in page
    assert "2 instructions: 1 carried out, 1 not carried out; 50% of those about this text." in plain(page)
    assert "Not carried out: 1" in page
    assert "Apr. 1, 2016" in page


def test_the_panel_shows_current_and_proposed_text_of_the_paragraph(client, send, amended):
    docket, document = amended
    attach(send, docket, document)
    page = client.get(f"/dockets/{docket}/read/{document}/s21.1-a").text
    assert "Current text and change" in page
    assert re.search(r"<del>.*?in writing", page, re.DOTALL)


def test_the_redline_is_made_anew_when_another_text_takes_the_place_of_the_first(client, send, amended):
    docket, document = amended
    attach(send, docket, document)
    attach(send, docket, document, current("(a) A protest is sung.").encode())
    page = client.get(f"/dockets/{docket}/documents/{document}/redline").text
    assert "is sung" in plain(page).replace("[delete: ", "").replace("]", "")
    assert page.count("Take away") == 1


def test_the_redline_comes_as_a_word_file(client, send, amended):
    docket, document = amended
    address = f"/dockets/{docket}/documents/{document}/redline/word"
    assert client.get(address).status_code == 404
    attach(send, docket, document)
    answer = client.get(address)
    assert answer.data[:2] == b"PK"
    assert "redline-2016-08622.docx" in answer.headers["Content-Disposition"]


@pytest.mark.parametrize("data", [b"no XML", b"<DIV5 N='99' TYPE='PART'><HEAD>PART 99</HEAD></DIV5>"])
def test_a_file_without_that_text_is_refused_with_a_sentence(client, send, amended, data):
    answer = attach(send, *amended, data)
    assert answer.status_code == 422
    assert "error-summary" in answer.text


def test_the_current_text_is_fetched_from_ecfr_in_the_background(empty_app, client, send, amended):
    docket, document = amended
    page = f"/dockets/{docket}/documents/{document}/redline"
    waiting = send(f"{page}/fetch", title="4", part="21").headers["Location"]
    assert "Fetching 4 CFR part 21" in plain(client.get(waiting).text)
    with HTTPServer(threaded=True) as server:
        title = {"number": 4, "name": "Accounts", "up_to_date_as_of": "2026-02-26", "latest_amended_on": "2018-05-01"}
        server.expect_request("/v1/titles.json").respond_with_json({"titles": [{**title, "reserved": False}]})
        server.expect_request("/v1/full/2026-02-26/title-4.xml").respond_with_data(
            current("(a) A protest is filed in writing."), content_type="application/xml"
        )
        house = settings(
            empty_app.extensions["commenttrack"].settings.data,
            COMMENTTRACK_ECFR_URL=server.url_for("/v1"),
            COMMENTTRACK_SOURCE_TIMEOUT="2",
        )
        Worker(house).step()
    assert client.get(waiting).headers["Location"] == page
    shown = plain(client.get(page).text)
    assert "Feb. 26, 2026 eCFR: title-4-part-21.xml" in shown
    assert "Revised" in shown


def test_fetching_without_a_network_fails_with_a_sentence(empty_app, client, send, amended):
    docket, document = amended
    waiting = send(f"/dockets/{docket}/documents/{document}/redline/fetch", title="4", part="21").headers["Location"]
    house = settings(
        empty_app.extensions["commenttrack"].settings.data,
        COMMENTTRACK_ECFR_URL="http://127.0.0.1:9/v1",
        COMMENTTRACK_SOURCE_TIMEOUT="0.2",
    )
    Worker(house).step()
    page = client.get(waiting).text
    assert "could not be fetched" in page
    assert "Attach a file instead" in page


def test_text_can_be_taken_away_again(client, send, amended):
    docket, document = amended
    attach(send, docket, document)
    assert send(f"/dockets/{docket}/documents/{document}/redline/texts/1/take-away").status_code == 303
    assert "No current text is attached yet" in client.get(f"/dockets/{docket}/documents/{document}/redline").text


# ------------------------------------------------------------------------------------------------------ later documents


@pytest.fixture
def followed(empty_app, send, client):
    """A proposal and its final rule, one paragraph changed; (docket, final rule)."""
    proposal = ambiguous_rule(last="Who keeps the file of a protest says in writing where it is kept and by whom.")
    docket, _ = bring(empty_app, proposal)
    final = (
        proposal.replace(b"PRORULE", b"RULE")
        .replace(b"2016-08622 Filed 4-14-16", b"2016-20000 Filed 9-14-16")
        .replace(b'P="22197"', b'P="60000"')
        .replace(b"We ask about records.", b"This final rule adopts the rule proposed at 81 FR 22197.")
        .replace(
            b"<SUBJECT>Bid Protests</SUBJECT>",
            b"<SUBJECT>Bid Protests</SUBJECT><ACT><HD>ACTION:</HD><P>Final rule.</P></ACT>",
        )
        .replace(b"in writing where it is kept", b"in writing and on demand where it is kept")
    )
    answer = send(f"/dockets/{docket}/documents/add", file=(io.BytesIO(final), "final.xml"))
    return docket, int(answer.headers["Location"].rpartition("/")[2])


def test_what_changed_is_shown_with_its_words_and_confirmed_with_a_reason(empty_app, client, send, followed):
    docket, final = followed
    address = f"/dockets/{docket}/documents/{final}/changes"
    page = client.get(f"{address}?fate=changed").text
    assert "and on demand" in plain(page)
    assert "<ins>" in page
    refused = send(f"{address}/confirm", fates="changed", reason="")
    assert refused.status_code == 422
    assert send(f"{address}/confirm", fates="changed", reason="Read side by side.").status_code == 303
    with empty_app.extensions["commenttrack"].reading() as session:
        decided = session.scalars(select(ProvisionSuccession).where(ProvisionSuccession.decided_by != "")).all()
        assert {row.fate.value for row in decided} == {"changed"}
        assert {row.reason for row in decided} == {"Read side by side."}


def test_a_person_settles_where_a_provision_stands(empty_app, client, send, followed):
    docket, final = followed
    with empty_app.extensions["commenttrack"].reading() as session:
        row = session.scalars(select(ProvisionSuccession).where(ProvisionSuccession.earlier_id.is_not(None))).all()[-1]
    address = f"/dockets/{docket}/documents/{final}/changes/{row.id}"
    assert client.get(address).status_code == 200
    answer = send(address, place="gone", reason="Withdrawn.", revision=row.revision)
    assert answer.status_code == 303
    again = send(address, place="gone", reason="Withdrawn.", revision=row.revision)
    assert again.status_code == 422
    assert "Somebody else decided" in again.text


def test_the_docket_stays_about_the_proposal(empty_app, client, followed):
    docket, final = followed
    with empty_app.extensions["commenttrack"].reading() as session:
        proposal = session.scalars(select(RuleDocument.id).where(RuleDocument.id != final)).one()
    assert f"/read/{proposal}/" in client.get(f"/dockets/{docket}/read").text
    assert "final" in client.get(f"/dockets/{docket}/documents").text


def test_documents_of_another_docket_are_not_there(empty_app, client, doubtful):
    docket, document = doubtful
    other = docket + 1
    bring(empty_app, ambiguous_rule(number="2020-00001"))
    for page in ("to-settle", "redline", "find?q=a", "changes"):
        assert client.get(f"/dockets/{other}/documents/{document}/{page}").status_code == 404
    assert client.get(f"/dockets/{other}/read/{document}").status_code == 404
