"""A document is found by whatever names it, comes with the sources' dates, and is imported with them."""

import datetime as dt
import json
import sqlite3

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from commenttrack import audit, migrate
from commenttrack.cli import main
from commenttrack.config import BadConfiguration, Settings
from commenttrack.rulemaking.fetching import (
    NotPublishedYet,
    SeveralDocuments,
    fetch_document,
    import_fetched,
)
from commenttrack.rulemaking.models import RuleDocument
from commenttrack.rulemaking.operations import AlreadyImported, deadline
from commenttrack.rulemaking.source_answers import AccessDenied, NoNetwork, NotAtSource

NOW = dt.datetime(2026, 3, 2, 15, 0, tzinfo=dt.UTC)
NUMBER = "2023-14000"
RULE = b"""<PRORULE>
  <PREAMB>
    <AGENCY TYPE="S">DEPARTMENT OF INVENTED THINGS</AGENCY>
    <CFR>15 CFR Part 1790</CFR>
    <DEPDOC>[Docket No. DIT-2023-0001]</DEPDOC>
    <SUBJECT>Reporting of Invented Things</SUBJECT>
    <ACT><HD SOURCE="HED">ACTION:</HD><P>Proposed rule.</P></ACT>
    <EFFDATE><HD SOURCE="HED">DATES:</HD><P>Comments must be received on or before September 11, 2023.</P></EFFDATE>
  </PREAMB>
  <SUPLINF>
    <HD SOURCE="HED">SUPPLEMENTARY INFORMATION:</HD>
    <HD SOURCE="HD1">I. Background</HD>
    <P>Things were invented. We seek comment on whether they should be reported.</P>
    <FRDOC>[FR Doc. 2023-14000 Filed 7-12-23; 8:45 am]</FRDOC>
  </SUPLINF>
</PRORULE>"""


@pytest.fixture
def environment(tmp_path, httpserver):
    return {
        "COMMENTTRACK_DATA": str(tmp_path / "data"),
        "COMMENTTRACK_FEDERAL_REGISTER_URL": httpserver.url_for("/api/v1"),
        "COMMENTTRACK_REGULATIONS_GOV_URL": httpserver.url_for("/v4"),
        "COMMENTTRACK_SOURCE_TIMEOUT": "1",
    }


@pytest.fixture
def settings(environment):
    return Settings.from_environment(environment)


@pytest.fixture
def with_key(environment):
    return Settings.from_environment({**environment, "COMMENTTRACK_REGULATIONS_GOV_KEY": "open-sesame"})


def published(server, **changes):
    """Serve a published document and its XML; returns what the API says of it."""
    document = {
        "document_number": NUMBER,
        "title": "Reporting of Invented Things",
        "type": "Proposed Rule",
        "publication_date": "2023-07-13",
        "citation": "88 FR 44700",
        "start_page": 44700,
        "comments_close_on": "2023-09-12",
        "full_text_xml_url": server.url_for(f"/documents/full_text/xml/2023/07/13/{NUMBER}.xml"),
        "body_html_url": server.url_for(f"/documents/full_text/html/2023/07/13/{NUMBER}.html"),
        "pdf_url": "https://www.govinfo.gov/content/pkg/FR-2023-07-13/pdf/2023-14000.pdf",
        **changes,
    }
    server.expect_request(f"/api/v1/documents/{NUMBER}.json").respond_with_json(document)
    server.expect_request(f"/documents/full_text/xml/2023/07/13/{NUMBER}.xml").respond_with_data(
        RULE, content_type="application/xml"
    )
    return document


def at_regulations_gov(server, *documents):
    server.expect_request("/v4/documents").respond_with_data(
        json.dumps({"data": list(documents), "meta": {"hasNextPage": False}}), content_type="application/vnd.api+json"
    )


@pytest.mark.parametrize(
    "named",
    [
        NUMBER,
        "2023–14000",
        f"https://www.federalregister.gov/documents/2023/07/13/{NUMBER}/reporting-of-invented-things",
        "88 FR 44700",
        "https://www.federalregister.gov/citation/88-FR-44700",
        "RIN 0694-AJ35",
        "DIT-2023-0001",
    ],
)
def test_a_document_is_found_by_whatever_names_it(httpserver, settings, quick, named):
    document = published(httpserver)
    httpserver.expect_request("/api/v1/documents/search-details").respond_with_json(
        {"suggestions": {"citation": {"document_numbers": [NUMBER]}}}
    )
    httpserver.expect_request("/api/v1/documents.json").respond_with_json(
        {"count": 1, "total_pages": 1, "results": [document]}
    )
    fetched = fetch_document(settings, named, patience=quick)
    assert (fetched.data, fetched.name, fetched.notes) == (RULE, "2023-14000.xml", ())
    assert fetched.document.citation == "88 FR 44700"


def test_a_document_of_regulations_gov_is_found_by_its_federal_register_number(httpserver, with_key, quick):
    published(httpserver)
    found = {"id": "DIT-2023-0001-0001", "attributes": {"frDocNum": NUMBER}}
    httpserver.expect_request("/v4/documents/DIT-2023-0001-0001").respond_with_data(
        json.dumps({"data": found}), content_type="application/vnd.api+json"
    )
    at_regulations_gov(httpserver, found)
    assert fetch_document(with_key, "DIT-2023-0001-0001", patience=quick).document.number == NUMBER


def test_a_document_of_regulations_gov_needs_a_key(settings, quick):
    with pytest.raises(AccessDenied, match="COMMENTTRACK_REGULATIONS_GOV_KEY"):
        fetch_document(settings, "https://www.regulations.gov/document/DIT-2023-0001-0001", patience=quick)


def test_a_docket_with_several_documents_lists_their_numbers(httpserver, settings, quick):
    results = [
        {"document_number": NUMBER, "title": "Things", "type": "Proposed Rule", "publication_date": "2023-07-13"},
        {"document_number": "2023-18000", "title": "Things; Extension"},
    ]
    httpserver.expect_request("/api/v1/documents.json").respond_with_json(
        {"count": 2, "total_pages": 1, "results": results}
    )
    with pytest.raises(SeveralDocuments) as refusal:
        fetch_document(settings, "DIT-2023-0001", patience=quick)
    assert str(refusal.value) == (
        "docket DIT-2023-0001 names 2 documents. Give the number of one: 2023-14000 (Proposed Rule, 2023-07-13), "
        "Things; 2023-18000, Things; Extension."
    )


def test_a_docket_without_documents_is_refused(httpserver, settings, quick):
    httpserver.expect_request("/api/v1/documents.json").respond_with_json({"count": 0})
    with pytest.raises(NotAtSource, match="no document in RIN 0694-AJ35"):
        fetch_document(settings, "0694-AJ35", patience=quick)


def test_a_document_on_public_inspection_says_when_it_comes_and_where_its_pdf_is(httpserver, settings, quick):
    httpserver.expect_request(f"/api/v1/documents/{NUMBER}.json").respond_with_json({"status": 404}, 404)
    httpserver.expect_request(f"/api/v1/public-inspection-documents/{NUMBER}.json").respond_with_json(
        {"document_number": NUMBER, "publication_date": "2023-07-13", "pdf_url": "https://example.gov/2023-14000.pdf"}
    )
    with pytest.raises(NotPublishedYet, match=r"published on 2023-07-13; .* PDF is at https://example\.gov/2023-14000"):
        fetch_document(settings, NUMBER, patience=quick)


def test_a_number_that_is_nowhere_is_refused(httpserver, settings, quick):
    httpserver.expect_request(f"/api/v1/documents/{NUMBER}.json").respond_with_json({"status": 404}, 404)
    httpserver.expect_request(f"/api/v1/public-inspection-documents/{NUMBER}.json").respond_with_json({}, 404)
    with pytest.raises(NotAtSource, match="no published document 2023-14000"):
        fetch_document(settings, NUMBER, patience=quick)


def test_a_document_without_xml_comes_as_html(httpserver, settings, quick):
    published(httpserver, full_text_xml_url=None)
    httpserver.expect_request(f"/documents/full_text/html/2023/07/13/{NUMBER}.html").respond_with_data(
        "<h1>Things</h1>", content_type="text/html"
    )
    fetched = fetch_document(settings, NUMBER, patience=quick)
    assert (fetched.name, fetched.data) == ("2023-14000.html", b"<h1>Things</h1>")


def test_a_document_without_any_text_names_its_pdf(httpserver, settings, quick):
    published(httpserver, full_text_xml_url=None, body_html_url=None)
    with pytest.raises(NotAtSource, match=r"only the PDF at https://www\.govinfo\.gov"):
        fetch_document(settings, NUMBER, patience=quick)


def test_dates_of_regulations_gov_are_added_where_there_is_a_key(httpserver, with_key, quick):
    published(httpserver)
    attributes = {"frDocNum": NUMBER, "commentEndDate": "2023-09-12T03:59:59Z"}
    at_regulations_gov(httpserver, {"id": "DIT-2023-0001-0001", "attributes": attributes})
    dates = fetch_document(with_key, NUMBER, patience=quick).comment_dates
    assert [(date.date, date.source) for date in dates] == [
        ("2023-09-12", "federalregister.gov, comments_close_on"),
        ("2023-09-11", "regulations.gov, commentEndDate of DIT-2023-0001-0001"),
    ]


def test_a_refusal_of_regulations_gov_is_a_note_and_hinders_nothing(httpserver, with_key, quick):
    published(httpserver)
    httpserver.expect_request("/v4/documents").respond_with_json({}, 403)
    fetched = fetch_document(with_key, NUMBER, patience=quick)
    assert fetched.data == RULE
    (note,) = fetched.notes
    assert note.startswith("The dates at regulations.gov are missing: regulations.gov refuses the API key")
    assert "open-sesame" not in note


def test_a_fetched_document_comes_again_without_a_network_and_says_so(stoppable, environment, quick):
    settings = Settings.from_environment(
        {**environment, "COMMENTTRACK_FEDERAL_REGISTER_URL": stoppable.url_for("/api/v1")}
    )
    published(stoppable)
    fetch_document(settings, NUMBER, patience=quick)
    stoppable.stop()
    fetched = fetch_document(settings, NUMBER, patience=quick)
    assert fetched.data == RULE
    assert len(fetched.notes) == 1
    assert fetched.notes[0].startswith("localhost cannot be reached now; this is the copy kept on")
    with pytest.raises(NoNetwork, match="import the file instead"):
        fetch_document(settings, "2023-14001", patience=quick)


# --- importing what was fetched


@pytest.fixture
def fetched(httpserver, settings, quick):
    published(httpserver)
    return fetch_document(settings, NUMBER, patience=quick)


def imported(session, fetched, storage, **more):
    return import_fetched(session, fetched, storage=storage, actor="A test", now=NOW, **more)


def test_an_imported_document_keeps_the_dates_of_the_document_and_of_the_sources(session, fetched, storage):
    document = imported(session, fetched, storage)
    session.flush()
    assert {(str(date.date), date.source) for date in document.docket.comment_dates} == {
        ("2023-09-11", "DATES"),
        ("2023-09-12", "federalregister.gov, comments_close_on"),
    }
    assert str(deadline(document.docket).date) == "2023-09-11"
    assert str(document.publication_date) == "2023-07-13"
    assert storage.get(document.source_key) == RULE
    assert audit.verify(session)[1] == []


def test_the_same_document_is_not_fetched_into_a_docket_twice(session, fetched, storage):
    document = imported(session, fetched, storage)
    session.flush()
    with pytest.raises(AlreadyImported):
        imported(session, fetched, storage, docket=document.docket)
    assert session.scalar(select(func.count()).select_from(RuleDocument)) == 1
    assert len(document.docket.comment_dates) == 2


# --- settings and commands


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("COMMENTTRACK_FEDERAL_REGISTER_URL", "www.federalregister.gov"),
        ("COMMENTTRACK_ECFR_URL", "file:///etc/passwd"),
        ("COMMENTTRACK_REGULATIONS_GOV_URL", "ftp://regulations.gov"),
        ("COMMENTTRACK_SOURCE_TIMEOUT", "soon"),
        ("COMMENTTRACK_SOURCE_TIMEOUT", "0"),
        ("COMMENTTRACK_SOURCE_TIMEOUT", "nan"),
        ("COMMENTTRACK_REGULATIONS_GOV_KEY", "open\nsesame"),
    ],
)
def test_a_wrong_setting_is_named_at_the_start(environment, variable, value):
    with pytest.raises(BadConfiguration, match=variable) as refusal:
        Settings.from_environment({**environment, variable: value})
    assert "sesame" not in str(refusal.value)


def test_the_key_is_not_shown_with_the_settings(with_key):
    assert with_key.regulations_gov_key == "open-sesame"
    assert "open-sesame" not in repr(with_key)


def command(environment, *arguments):
    return CliRunner(env=environment).invoke(main, ["rule", *arguments])


def test_fetch_writes_the_text_to_a_file_and_tells_the_dates(httpserver, environment, tmp_path):
    published(httpserver)
    result = command(environment, "fetch", NUMBER, "-o", str(tmp_path / "rule.xml"))
    assert result.exit_code == 0, result.output
    assert (tmp_path / "rule.xml").read_bytes() == RULE
    assert result.stdout == ""
    assert "2023-14000, 88 FR 44700, 2023-07-13: Reporting of Invented Things\n" in result.stderr
    assert "comments: 2023-09-12 (federalregister.gov, comments_close_on)\n" in result.stderr


def test_fetch_writes_nothing_but_the_text_to_standard_output(httpserver, environment):
    published(httpserver)
    assert command(environment, "fetch", "FR Doc. 2023-14000").stdout_bytes == RULE


def test_a_conflict_of_the_sources_is_told(httpserver, environment):
    docket = {"documents": [{"id": "DIT-2023-0001-0001", "comment_end_date": "2023-09-13"}]}
    published(httpserver, dockets=[docket])
    result = command(environment, "fetch", NUMBER)
    assert "The sources differ on comments; the earliest is 2023-09-12.\n" in result.stderr


def test_fetch_refuses_in_one_line(httpserver, environment):
    httpserver.expect_request("/api/v1/documents/2024-99999.json").respond_with_json({}, 404)
    httpserver.expect_request("/api/v1/public-inspection-documents/2024-99999.json").respond_with_json({}, 404)
    result = command(environment, "fetch", "2024-99999")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("commenttrack: federalregister.gov knows no published document 2024-99999.")


def test_a_busy_source_is_told_once_and_in_one_line(httpserver, environment):
    httpserver.expect_request("/api/v1/documents/2024-99999.json").respond_with_data("", 503, {"Retry-After": "0.01"})
    result = command(environment, "fetch", "2024-99999")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        "commenttrack: localhost is out of order or busy (503). It asks to wait 1 second, or import the file instead.\n"
    )
    assert len(httpserver.log) == 3


def test_import_takes_a_number_where_there_is_no_such_file(httpserver, environment):
    published(httpserver)
    settings = Settings.from_environment(environment)
    settings.data.mkdir(exist_ok=True)
    migrate.upgrade(settings.database_url)
    result = command(environment, "import", NUMBER)
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("Imported “Reporting of Invented Things” into docket 1:")
    assert result.stdout.endswith("comments due 2023-09-11.\n")
    with sqlite3.connect(settings.data / "commenttrack.sqlite") as database:
        assert database.execute("SELECT count(*) FROM comment_date").fetchone() == (2,)
    database.close()
    refused = command(environment, "import", NUMBER, "--docket", "1")
    assert refused.exit_code == 2
    assert "imported already" in refused.stderr


def test_import_of_what_is_neither_file_nor_document_says_both(environment):
    result = command(environment, "import", "rulle.xml")
    assert result.exit_code == 2
    assert result.stderr.startswith(
        "commenttrack: There is no file rulle.xml, and as the name of a document: “rulle.xml”"
    )


def test_import_by_number_takes_no_publication_date(httpserver, environment):
    published(httpserver)
    result = command(environment, "import", NUMBER, "--published", "2023-07-13")
    assert (result.exit_code, "--published is for files" in result.stderr) == (2, True)
