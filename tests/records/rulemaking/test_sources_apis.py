"""The three public APIs, read from answers of the recorded shapes by a real server."""

import datetime as dt
import gzip
import json

import pytest
import yaml
from werkzeug import Response

from commenttrack.errors import BadInput
from commenttrack.rulemaking.citations import FederalRegisterCitation
from commenttrack.rulemaking.ecfr_api import EcfrApi
from commenttrack.rulemaking.federal_register_api import FederalRegisterApi
from commenttrack.rulemaking.regulations_gov_api import RegulationsGovApi
from commenttrack.rulemaking.source_answers import AccessDenied, BadAnswer, NotAtSource, SourceUnavailable
from commenttrack.rulemaking.source_dates import in_conflict

XML = b"<PRORULE><PREAMB><SUBJECT>A rule</SUBJECT></PREAMB></PRORULE>"
DAY = dt.date


@pytest.fixture
def register(source_client, httpserver):
    return FederalRegisterApi(source_client, httpserver.url_for("/api/v1"))


@pytest.fixture
def ecfr(source_client, httpserver):
    return EcfrApi(source_client, httpserver.url_for("/api/versioner/v1"))


@pytest.fixture
def regulations(source_client, httpserver):
    return RegulationsGovApi(source_client, httpserver.url_for("/v4"), has_key=True)


def local(httpserver, recorded):
    """A recorded answer whose addresses lead to the test's server."""
    return json.loads(json.dumps(recorded).replace("https://www.federalregister.gov", httpserver.url_for("")))


def a_document(httpserver, document_number="2023-14000", **changes):
    base = httpserver.url_for("")
    return {
        "document_number": document_number,
        "title": "Reporting of Invented Things",
        "type": "Proposed Rule",
        "publication_date": "2023-07-13",
        "citation": "88 FR 44700",
        "start_page": 44700,
        "end_page": 44720,
        "comments_close_on": "2023-09-11",
        "full_text_xml_url": f"{base}/documents/full_text/xml/2023/07/13/{document_number}.xml",
        "body_html_url": f"{base}/documents/full_text/html/2023/07/13/{document_number}.html",
        "pdf_url": f"https://www.govinfo.gov/content/pkg/FR-2023-07-13/pdf/{document_number}.pdf",
        **changes,
    }


def serve_document(httpserver, document):
    httpserver.expect_request(f"/api/v1/documents/{document['document_number']}.json").respond_with_json(document)


# --- federalregister.gov


def test_a_recorded_document_is_read(register, httpserver, shared):
    recorded = json.loads((shared / "api" / "fr_document.json").read_text())
    serve_document(httpserver, local(httpserver, recorded))
    document = register.document("2026-13726")
    assert document.title == "Revisions to Financial Forms Reporting and Filing Requirements; Correction"
    assert (document.kind, document.citation, document.start_page) == ("Proposed Rule", "91 FR 41591", 41591)
    assert document.publication_date == DAY(2026, 7, 7)
    assert document.effective_on == DAY(2026, 7, 7)
    assert document.agencies == ("Energy Department", "Federal Energy Regulatory Commission")
    assert document.docket_ids == ("Docket No. RM26-12-000",)
    assert document.cfr == ((18, "141"), (18, "260"), (18, "357"), (18, "369"))
    assert document.regulations_gov_document == "FERC-2026-3934-0001"
    assert document.comment_dates == ()
    assert document.xml_url.endswith("/documents/full_text/xml/2026/07/07/2026-13726.xml")


def test_every_date_keeps_its_source_and_a_conflict_shows(register, httpserver):
    docket = {"documents": [{"id": "DOC-2023-0001-0001", "comment_start_date": None, "comment_end_date": "2023-09-12"}]}
    serve_document(httpserver, a_document(httpserver, dockets=[docket]))
    dates = register.document("2023-14000").comment_dates
    assert [(date.date, date.source) for date in dates] == [
        ("2023-09-11", "federalregister.gov, comments_close_on"),
        ("2023-09-12", "federalregister.gov, comment_end_date of DOC-2023-0001-0001"),
    ]
    assert "UTC" in dates[1].basis
    assert [date.date for date in in_conflict(dates)["comments"]] == ["2023-09-11", "2023-09-12"]


def test_a_moment_in_a_docket_is_given_in_eastern_time(register, httpserver):
    ours = {"id": "X-2023-0001-0001", "comment_end_date": "2023-09-12T03:59:59Z"}
    other = {"id": "X-2023-0001-0002", "comment_end_date": "2023-10-12T03:59:59Z"}
    info = {"document_id": "X-2023-0001-0001"}
    document = a_document(httpserver, dockets=[{"documents": [ours, other]}], regulations_dot_gov_info=info)
    serve_document(httpserver, document)
    dates = register.document("2023-14000").comment_dates
    assert [(date.date, date.time) for date in dates] == [("2023-09-11", None), ("2023-09-11", "23:59")]
    assert in_conflict(dates) == {}


def test_the_correction_of_a_document_is_named_by_number(register, httpserver):
    of = "https://www.federalregister.gov/api/v1/documents/2023-13000.json"
    serve_document(
        httpserver, a_document(httpserver, correction_of=of, corrections=[f"{of}?publication_date=2023-01-01"])
    )
    document = register.document("2023-14000")
    assert (document.correction_of, document.corrections) == ("2023-13000", ("2023-13000",))


def test_an_unknown_number_is_refused(register, httpserver):
    httpserver.expect_request("/api/v1/documents/2024-99999.json").respond_with_json(
        {"status": 404, "message": "Record Not Found"}, 404
    )
    with pytest.raises(NotAtSource, match="no published document 2024-99999"):
        register.document("2024-99999")


@pytest.mark.parametrize("answer", [{}, [], "x", {"document_number": "2020-00001"}])
def test_an_answer_about_something_else_is_refused(register, httpserver, answer):
    httpserver.expect_request("/api/v1/documents/2023-14000.json").respond_with_json(answer)
    with pytest.raises(BadAnswer, match="when asked for document 2023-14000"):
        register.document("2023-14000")


def test_a_number_cannot_lead_to_another_address(register, httpserver):
    with pytest.raises((NotAtSource, SourceUnavailable)):
        register.document("../agencies?x=")
    assert httpserver.log[0][0].path == "/api/v1/documents/../agencies?x=.json"


def test_a_citation_leads_to_the_document_that_starts_on_the_page(register, httpserver):
    httpserver.expect_request(
        "/api/v1/documents/search-details", query_string={"conditions[term]": "88 FR 44700"}
    ).respond_with_json({"suggestions": {"citation": {"document_numbers": ["2023-13999", "2023-14000"]}}})
    serve_document(httpserver, a_document(httpserver, "2023-13999", start_page=44699, end_page=44700))
    serve_document(httpserver, a_document(httpserver))
    found = register.documents_at(FederalRegisterCitation(88, 44700))
    assert [document.number for document in found] == ["2023-14000"]


def test_a_citation_of_a_page_within_documents_leads_to_all_of_them(register, httpserver):
    httpserver.expect_request("/api/v1/documents/search-details").respond_with_json(
        {"suggestions": {"citation": {"document_numbers": ["2023-14000"]}}}
    )
    serve_document(httpserver, a_document(httpserver))
    assert [d.number for d in register.documents_at(FederalRegisterCitation(88, 44705))] == ["2023-14000"]


def test_a_citation_that_leads_nowhere_is_refused(register, httpserver):
    httpserver.expect_request("/api/v1/documents/search-details").respond_with_json({"suggestions": {}, "filters": {}})
    with pytest.raises(NotAtSource, match="no document at 1 FR 1"):
        register.documents_at(FederalRegisterCitation(1, 1))


def test_a_recorded_search_is_read(register, httpserver, shared):
    recorded = json.loads((shared / "api" / "fr_search.json").read_text())
    httpserver.expect_request("/api/v1/documents.json").respond_with_json(recorded)
    found = register.search("artificial intelligence", kind="NOTICE", since=DAY(2026, 1, 1), per_page=2)
    assert (found.count, found.pages) == (1486, 50)
    assert [(d.number, d.publication_date) for d in found.documents] == [
        ("2026-10779", DAY(2026, 5, 29)),
        ("2026-13628", DAY(2026, 7, 7)),
    ]
    asked = httpserver.log[0][0].args
    assert asked["conditions[term]"] == "artificial intelligence"
    assert asked["conditions[type][]"] == "NOTICE"
    assert asked["conditions[publication_date][gte]"] == "2026-01-01"
    assert asked["per_page"] == "2"


def test_a_search_without_a_result_is_empty(register, httpserver):
    httpserver.expect_request("/api/v1/documents.json").respond_with_json({"count": 0, "description": "None"})
    assert register.search("nothing at all").documents == ()


@pytest.mark.parametrize(
    ("ask", "field"),
    [
        ("in_docket", "conditions[docket_id]"),
        ("with_rin", "conditions[regulation_id_number]"),
        ("citing", "conditions[citing_document_numbers]"),
    ],
)
def test_all_pages_of_a_docket_a_rin_and_of_citing_documents_are_read(register, httpserver, ask, field):
    def page(request):
        number = request.args["page"]
        assert request.args[field] == "wanted"
        value = {"count": 2, "total_pages": 2, "results": [{"document_number": f"2024-0000{number}", "title": "T"}]}
        return Response(json.dumps(value), mimetype="application/json")

    httpserver.expect_request("/api/v1/documents.json").respond_with_handler(page)
    assert [found.number for found in getattr(register, ask)("wanted")] == ["2024-00001", "2024-00002"]


def test_public_inspection_is_read(register, httpserver):
    filed = {
        "document_number": "2026-20000",
        "title": "A Rule to Come",
        "type": "Proposed Rule",
        "filed_at": "2026-11-20T13:45:00.000Z",
        "filing_type": "special",
        "publication_date": "2026-11-23",
        "pdf_url": "https://public-inspection.federalregister.gov/2026-20000.pdf",
        "docket_numbers": ["X-2026-0001"],
        "num_pages": 12,
        "agencies": [{"raw_name": "DEPARTMENT OF COMMERCE", "name": "Commerce Department"}],
    }
    httpserver.expect_request("/api/v1/public-inspection-documents/current.json").respond_with_json(
        {"count": 1, "results": [filed]}
    )
    httpserver.expect_request("/api/v1/public-inspection-documents/2026-20000.json").respond_with_json(filed)
    (listed,) = register.on_public_inspection()
    assert listed == register.inspection_document("2026-20000")
    assert listed.filed_at == dt.datetime(2026, 11, 20, 13, 45, tzinfo=dt.UTC)
    assert (listed.special, listed.pages, listed.docket_ids) == (True, 12, ("X-2026-0001",))


def test_the_text_comes_as_xml_and_as_html(register, httpserver):
    serve_document(httpserver, a_document(httpserver))
    path = "/documents/full_text/{0}/2023/07/13/2023-14000.{0}"
    httpserver.expect_request(path.format("xml")).respond_with_data(XML, content_type="application/xml")
    httpserver.expect_request(path.format("html")).respond_with_data(b"<p>\xe9</p>", content_type="text/html")
    document = register.document("2023-14000")
    assert register.xml(document).data == XML
    assert register.body_html(document).data == b"<p>\xe9</p>"


def test_an_answer_cannot_send_us_to_any_address_for_the_text(register, httpserver):
    serve_document(httpserver, a_document(httpserver, full_text_xml_url="http://169.254.169.254/latest/meta-data"))
    with pytest.raises(BadAnswer, match="none of its addresses"):
        register.xml(register.document("2023-14000"))


# --- eCFR


def serve_titles(httpserver, **changes):
    title = {"number": 4, "name": "Accounts", "up_to_date_as_of": "2026-11-18", "latest_amended_on": "2020-01-02"}
    reserved = {"number": 35, "name": "Reserved", "up_to_date_as_of": None, "reserved": True}
    httpserver.expect_request("/api/versioner/v1/titles.json").respond_with_json(
        {"titles": [{**title, **changes}, reserved], "meta": {"date": "2026-11-20", "import_in_progress": False}}
    )


def test_a_part_is_asked_for_as_of_the_day_its_title_is_up_to_date(ecfr, httpserver):
    serve_titles(httpserver)
    data = gzip.compress(b'<DIV5 N="21"><HEAD>PART 21</HEAD></DIV5>')
    httpserver.expect_request(
        "/api/versioner/v1/full/2026-11-18/title-4.xml", query_string={"part": "21"}
    ).respond_with_data(data, headers={"Content-Encoding": "gzip"}, content_type="application/xml")
    part = ecfr.part(4, "21")
    assert (part.title, part.part, part.as_of) == (4, "21", DAY(2026, 11, 18))
    assert part.data.startswith(b'<DIV5 N="21">')


def test_a_title_in_processing_is_waited_for_as_long_as_it_says(ecfr, httpserver):
    serve_titles(httpserver)
    path = "/api/versioner/v1/full/2020-02-01/title-4.xml"
    httpserver.expect_oneshot_request(path).respond_with_data("", 503, {"Retry-After": "0.1"})
    httpserver.expect_request(path).respond_with_data("<DIV5/>", content_type="text/xml")
    assert ecfr.part(4, "21", on=DAY(2020, 2, 1)).data == b"<DIV5/>"


def test_a_day_that_ecfr_has_not_reached_is_refused_without_asking(ecfr, httpserver):
    serve_titles(httpserver)
    with pytest.raises(BadInput, match="as of 2026-11-18, not yet as of 2026-11-21"):
        ecfr.part(4, "21", on=DAY(2026, 11, 21))
    assert len(httpserver.log) == 1


@pytest.mark.parametrize("title", [35, 99])
def test_a_title_without_text_is_refused(ecfr, httpserver, title):
    serve_titles(httpserver)
    with pytest.raises(NotAtSource, match=f"no text of title {title}"):
        ecfr.part(title, "1")


def test_a_part_that_does_not_exist_is_refused(ecfr, httpserver):
    serve_titles(httpserver)
    httpserver.expect_request("/api/versioner/v1/full/2026-11-18/title-4.xml").respond_with_data("", 404)
    with pytest.raises(NotAtSource, match="no 4 CFR part 226 as of 2026-11-18"):
        ecfr.part(4, "226")


def test_recorded_versions_are_read(ecfr, httpserver, shared):
    recorded = json.loads((shared / "api" / "ecfr_versions.json").read_text())
    httpserver.expect_request("/api/versioner/v1/versions/title-15.json").respond_with_json(recorded)
    versions = ecfr.versions(15, "744")
    assert len(versions) == 5
    assert (versions[-1].section, versions[-1].date, versions[-1].substantive) == ("744.3", DAY(2021, 3, 16), True)
    assert [version.substantive for version in versions].count(False) == 1


def test_a_real_part_comes_through_whole(ecfr, httpserver, shared):
    serve_titles(httpserver)
    data = (shared / "ecfr" / "title-4-part-21.xml").read_bytes()
    httpserver.expect_request("/api/versioner/v1/full/2026-11-18/title-4.xml").respond_with_data(
        data, content_type="application/xml"
    )
    assert ecfr.part(4, "21").data == data


# --- regulations.gov


def recorded_bodies(shared, name):
    for interaction in yaml.safe_load((shared / "api" / name).read_text())["http_interactions"]:
        yield interaction["request"]["uri"], interaction["response"]["body"]["string"]


def respond(httpserver, path, body, **expected):
    httpserver.expect_request(path, **expected).respond_with_data(
        body, content_type="application/vnd.api+json;charset=utf-8"
    )


def test_a_recorded_document_gives_its_dates_in_eastern_time(regulations, httpserver, shared):
    body = next(body for uri, body in recorded_bodies(shared, "vcr-regulations_dot_gov_v4_detailed_document.yml"))
    respond(httpserver, "/v4/documents/FRTIB_FRDOC_0001-0319", body)
    document = regulations.document("FRTIB_FRDOC_0001-0319")
    assert (document.number, document.docket, document.agency) == ("2020-22330", "FRTIB_FRDOC_0001", "FRTIB")
    assert (document.kind, document.open_for_comment, document.late_comments) == ("Rule", True, False)
    assert [(date.purpose, date.date, date.time, date.zone) for date in document.comment_dates] == [
        ("start of the comment period", "2020-10-22", None, "America/New_York"),
        ("comments", "2020-11-23", "23:59", "America/New_York"),
    ]
    assert document.comment_dates[1].text == "2020-11-24T04:59:59Z"
    assert document.comment_dates[1].source == "regulations.gov, commentEndDate of FRTIB_FRDOC_0001-0319"
    assert httpserver.log[0][0].headers["X-Api-Key"] == "open-sesame"


def test_a_recorded_docket_and_its_documents_are_read(regulations, httpserver, shared):
    for uri, body in recorded_bodies(shared, "vcr-regulations_dot_gov_v4_dockets.yml"):
        respond(httpserver, "/v4/" + uri.partition("/v4/")[2].partition("?")[0], body)
    docket = regulations.docket("EPA-HQ-OAR-2003-0129")
    assert (docket.agency, docket.kind, docket.rin) == ("EPA", "Nonrulemaking", "")
    assert docket.title.startswith("Registration of Fuels and Fuels Additives")
    documents = regulations.documents_in_docket("EPA-HQ-OAR-2003-0129")
    assert [document.id[-4:] for document in documents] == ["0001", "0002"]
    assert httpserver.log[-1][0].args["filter[docketId]"] == "EPA-HQ-OAR-2003-0129"


def test_all_pages_of_a_docket_are_read(regulations, httpserver):
    for page, more in ((1, True), (2, False)):
        body = json.dumps({"data": [{"id": f"X-2024-0001-000{page}"}], "meta": {"hasNextPage": more}})
        query = {"filter[docketId]": "X", "sort": "-postedDate", "page[size]": "250", "page[number]": str(page)}
        respond(httpserver, "/v4/documents", body, query_string=query)
    assert [d.id for d in regulations.documents_in_docket("X")] == ["X-2024-0001-0001", "X-2024-0001-0002"]


def test_without_a_key_nothing_is_asked_and_the_setting_is_named(source_client, httpserver):
    regulations = RegulationsGovApi(source_client, httpserver.url_for("/v4"), has_key=False)
    with pytest.raises(AccessDenied, match="set COMMENTTRACK_REGULATIONS_GOV_KEY"):
        regulations.docket("EPA-HQ-OAR-2003-0129")
    assert httpserver.log == []


def test_a_refused_key_is_not_repeated(regulations, httpserver):
    httpserver.expect_request("/v4/dockets/X-2024-0001").respond_with_json(
        {"error": {"code": "API_KEY_INVALID", "message": "An invalid api_key was supplied."}}, 403
    )
    with pytest.raises(AccessDenied, match="check COMMENTTRACK_REGULATIONS_GOV_KEY") as refusal:
        regulations.docket("X-2024-0001")
    assert "open-sesame" not in str(refusal.value)


@pytest.mark.parametrize("answer", [{}, {"data": None}, {"data": {"attributes": {}}}, []])
def test_an_answer_without_a_document_is_refused(regulations, httpserver, answer):
    respond(httpserver, "/v4/documents/X-2024-0001-0001", json.dumps(answer))
    with pytest.raises(BadAnswer, match="form that is not known"):
        regulations.document("X-2024-0001-0001")
