"""The client of the public sources, against a real server that misbehaves as real ones do."""

import datetime as dt
import gzip
import json
import logging
import re
import time
from email.utils import format_datetime

import pytest
from werkzeug import Request, Response

from commenttrack.errors import BadInput
from commenttrack.rulemaking.source_answers import (
    AccessDenied,
    BadAnswer,
    NoNetwork,
    NotAtSource,
    SourceUnavailable,
)
from commenttrack.rulemaking.sources import Patience, SourceClient
from commenttrack.rulemaking.xml_source import read_root

QUICK = Patience(timeout=0.3, whole=0.5, attempts=3, first_wait=0.01, longest_wait=0.2)
XML = b"<PRORULE><PREAMB><SUBJECT>A rule</SUBJECT></PREAMB></PRORULE>"


@pytest.fixture
def cache(tmp_path):
    return tmp_path / "answers" / "kept.sqlite"


@pytest.fixture
def client(cache):
    with SourceClient(cache, patience=QUICK) as client:
        yield client


def whole(data):
    return read_root(data, "the answer")


def get_xml(client, address):
    return client.get_file(address, form="XML", check=whole, absent="There is no such file.")


def counted(httpserver, path, *responses):
    """Serve the responses one after another, the last one again and again; returns the requests as they came."""
    seen: list[Request] = []

    def answer(request: Request) -> Response:
        seen.append(request)
        response = responses[min(len(seen), len(responses)) - 1]
        return response(request) if callable(response) and not isinstance(response, Response) else response

    httpserver.expect_request(path).respond_with_handler(answer)
    return seen


def as_json(value, status=200, **headers):
    return Response(json.dumps(value), status, {k.replace("_", "-"): v for k, v in headers.items()}, "application/json")


def test_an_answer_comes_with_its_address_and_without_a_note(httpserver, client):
    httpserver.expect_request("/d.json", query_string="q=a%26b").respond_with_json({"ok": [1]})
    value, answer = client.get_json(httpserver.url_for("/d.json"), [("q", "a&b")], absent="None.")
    assert (value, answer.address, answer.note) == ({"ok": [1]}, httpserver.url_for("/d.json"), "")


def test_a_compressed_answer_is_asked_for_and_unpacked(httpserver, client):
    seen = counted(
        httpserver, "/d.xml", Response(gzip.compress(XML), headers={"Content-Encoding": "gzip"}, mimetype="text/xml")
    )
    assert get_xml(client, httpserver.url_for("/d.xml")).data == XML
    assert seen[0].headers["Accept-Encoding"] == "gzip"


# --- asking again


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_a_busy_source_is_asked_again_and_its_wait_is_kept(httpserver, client, status):
    seen = counted(httpserver, "/d.json", as_json({}, status, Retry_After="0.15"), as_json({"ok": 1}))
    start = time.monotonic()
    assert client.get_json(httpserver.url_for("/d.json"), absent="None.")[0] == {"ok": 1}
    assert time.monotonic() - start >= 0.15
    assert len(seen) == 2


def test_a_source_that_stays_busy_is_given_up_after_the_set_number_of_tries(httpserver, client):
    seen = counted(httpserver, "/d.json", as_json({}, 503))
    with pytest.raises(SourceUnavailable, match="out of order or busy"):
        client.get_json(httpserver.url_for("/d.json"), absent="None.")
    assert len(seen) == 3


def test_a_long_wait_is_not_waited_for_but_told(httpserver, client):
    seen = counted(httpserver, "/d.json", as_json({}, 429, Retry_After="600"))
    start = time.monotonic()
    with pytest.raises(SourceUnavailable, match=r"too many requests\. It asks to wait 10 minutes"):
        client.get_json(httpserver.url_for("/d.json"), absent="None.")
    assert time.monotonic() - start < 60  # it asked for 600
    assert len(seen) == 1


def test_a_wait_given_as_a_moment_is_understood(httpserver, client):
    moment = format_datetime(dt.datetime.now(dt.UTC) + dt.timedelta(seconds=90), usegmt=True)
    counted(httpserver, "/d.json", as_json({}, 503, Retry_After=moment))
    with pytest.raises(SourceUnavailable, match=r"wait (8[89]|90) seconds"):
        client.get_json(httpserver.url_for("/d.json"), absent="None.")


def cut_off(request):
    # A stream, since the length of a body that is at hand would be corrected.
    return Response(iter([XML[:20]]), headers={"Content-Length": str(len(XML))}, mimetype="text/xml")


def test_a_body_that_breaks_off_is_asked_for_again(httpserver, client):
    seen = counted(httpserver, "/d.xml", cut_off, Response(XML, mimetype="text/xml"))
    assert get_xml(client, httpserver.url_for("/d.xml")).data == XML
    assert len(seen) == 2


def test_a_body_that_always_breaks_off_is_refused_and_not_kept(stoppable, client):
    counted(stoppable, "/d.xml", cut_off)
    with pytest.raises(SourceUnavailable, match="broke off"):
        get_xml(client, stoppable.url_for("/d.xml"))
    stoppable.stop()
    with pytest.raises(NoNetwork):
        get_xml(client, stoppable.url_for("/d.xml"))


def test_a_body_cut_off_without_a_sign_of_it_is_refused_and_not_kept(httpserver, client):
    seen = counted(
        httpserver,
        "/d.xml",
        Response(XML[:30], headers={"Cache-Control": "max-age=3600"}, mimetype="text/xml"),
        Response(XML, mimetype="text/xml"),
    )
    with pytest.raises(BadAnswer, match="cannot be read"):
        get_xml(client, httpserver.url_for("/d.xml"))
    assert get_xml(client, httpserver.url_for("/d.xml")).data == XML
    assert len(seen) == 2


def test_json_that_is_cut_off_is_refused(httpserver, client):
    httpserver.expect_request("/d.json").respond_with_data('{"title": "A ru', content_type="application/json")
    with pytest.raises(BadAnswer, match="not whole JSON"):
        client.get_json(httpserver.url_for("/d.json"), absent="None.")


def test_a_slow_answer_is_not_waited_for(httpserver, client):
    def slow(request):
        time.sleep(0.5)
        return as_json({})

    seen = counted(httpserver, "/d.json", slow)
    with pytest.raises(SourceUnavailable, match="too slow"):
        client.get_json(httpserver.url_for("/d.json"), absent="None.")
    assert len(seen) == 1


def test_an_answer_that_trickles_is_not_waited_for(httpserver, client):
    def trickle(request):
        return Response((time.sleep(0.1) or b" " for _ in range(12)), mimetype="text/xml")

    counted(httpserver, "/d.xml", trickle)
    with pytest.raises(SourceUnavailable, match="too slow"):
        get_xml(client, httpserver.url_for("/d.xml"))


# --- answers that are none


def test_an_unknown_name_is_refused_with_the_sentence_given(httpserver, client):
    counted(httpserver, "/d.json", as_json({"status": 404, "message": "Record Not Found"}, 404))
    with pytest.raises(NotAtSource, match=r"^There is no document 2024-99999\.$"):
        client.get_json(httpserver.url_for("/d.json"), absent="There is no document 2024-99999.")


def test_what_the_source_says_about_a_wrong_request_is_passed_on(httpserver, client):
    counted(httpserver, "/d.json", as_json({"errors": [{"status": "400", "title": "Invalid ID: 09"}]}, 400))
    with pytest.raises(BadAnswer, match=r"does not accept the request \(Invalid ID: 09\)"):
        client.get_json(httpserver.url_for("/d.json"), absent="None.")


def test_a_page_where_a_file_was_expected_is_refused(httpserver, client):
    httpserver.expect_request("/d.xml").respond_with_data("<html>Request Access</html>", content_type="text/html")
    with pytest.raises(BadAnswer, match=r"text/html where XML was expected\. It may ask for a person"):
        get_xml(client, httpserver.url_for("/d.xml"))


def test_a_redirect_to_another_host_is_not_followed(httpserver, client):
    httpserver.expect_request("/d.xml").respond_with_data(
        "", 302, {"Location": "https://unblock.federalregister.gov/?from=/d.xml"}
    )
    with pytest.raises(
        AccessDenied, match=r"on to unblock\.federalregister\.gov.* Open http://localhost:\d+/d\.xml in"
    ):
        get_xml(client, httpserver.url_for("/d.xml"))


def test_a_redirect_on_the_same_host_is_followed(stoppable, client):
    stoppable.expect_request("/old.xml").respond_with_data("", 301, {"Location": "/new.xml"})
    stoppable.expect_request("/new.xml").respond_with_data(XML, content_type="application/xml")
    assert get_xml(client, stoppable.url_for("/old.xml")).data == XML
    stoppable.stop()
    assert get_xml(client, stoppable.url_for("/old.xml")).data == XML


def test_redirects_without_end_are_refused(httpserver, client):
    httpserver.expect_request("/d.xml").respond_with_data("", 302, {"Location": "/d.xml"})
    with pytest.raises(BadAnswer, match="on and on"):
        get_xml(client, httpserver.url_for("/d.xml"))


@pytest.mark.parametrize("declared", [True, False])
def test_an_oversized_answer_is_refused_before_it_is_read_whole(httpserver, cache, declared):
    sent = []

    def endless():
        for _ in range(1000):
            sent.append(1)
            yield b" " * 100_000

    response = Response(endless(), mimetype="text/xml")
    if declared:
        response.headers["Content-Length"] = "100000000"
    counted(httpserver, "/d.xml", response)
    with (
        SourceClient(cache, patience=QUICK, maximum_bytes=2_000_000) as client,
        pytest.raises(BadAnswer, match="more than 2 MB"),
    ):
        get_xml(client, httpserver.url_for("/d.xml"))
    assert len(sent) < 500


def test_an_answer_that_unpacks_to_too_much_is_refused(httpserver, cache):
    bomb = gzip.compress(b" " * 20_000_000)
    counted(httpserver, "/d.xml", Response(bomb, headers={"Content-Encoding": "gzip"}, mimetype="text/xml"))
    with (
        SourceClient(cache, patience=QUICK, maximum_bytes=2_000_000) as client,
        pytest.raises(BadAnswer, match="more than 2 MB"),
    ):
        get_xml(client, httpserver.url_for("/d.xml"))


# --- kept answers


def test_a_kept_answer_is_revalidated_with_its_server(httpserver, client):
    def answer(request):
        if request.headers.get("If-None-Match") == '"one"':
            return Response(status=304, headers={"ETag": '"one"'})
        return as_json({"ok": 1}, ETag='"one"', Cache_Control="max-age=0, private, must-revalidate")

    seen = counted(httpserver, "/d.json", answer)
    values = [client.get_json(httpserver.url_for("/d.json"), absent="None.")[0] for _ in range(2)]
    assert values == [{"ok": 1}, {"ok": 1}]
    assert [request.headers.get("If-None-Match") for request in seen] == [None, '"one"']


def test_an_answer_that_its_server_calls_fresh_is_not_asked_for_again(httpserver, client):
    seen = counted(httpserver, "/d.json", as_json({"ok": 1}, Cache_Control="max-age=60"))
    for _ in range(2):
        assert client.get_json(httpserver.url_for("/d.json"), absent="None.")[1].note == ""
    assert len(seen) == 1


def test_a_kept_answer_is_used_without_a_network_and_it_is_said_so(stoppable, cache):
    url = stoppable.url_for("/d.json")
    counted(
        stoppable,
        "/d.json",
        as_json({"edition": 1}, Cache_Control="no-cache"),
        as_json({"edition": 2}, Cache_Control="no-cache"),
    )
    with SourceClient(cache, patience=QUICK) as client:
        client.get_json(url, absent="None.")
        client.get_json(url, absent="None.")
    stoppable.stop()
    with SourceClient(cache, patience=QUICK) as client:
        value, answer = client.get_json(url, absent="None.")
    assert value == {"edition": 2}
    when = r"[A-Z][a-z]+ \d{1,2}, 20\d\d, at \d\d:\d\d Eastern time"
    assert re.fullmatch(rf"localhost cannot be reached now; this is the copy kept on {when}\.", answer.note)


def test_a_compressed_answer_is_kept_whole(stoppable, client):
    response = Response(gzip.compress(XML), headers={"Content-Encoding": "gzip"}, mimetype="text/xml")
    counted(stoppable, "/d.xml", response)
    get_xml(client, stoppable.url_for("/d.xml"))
    stoppable.stop()
    answer = get_xml(client, stoppable.url_for("/d.xml"))
    assert answer.data == XML
    assert "kept" in answer.note


def test_a_kept_answer_is_used_when_the_source_is_out_of_order(httpserver, client):
    counted(httpserver, "/d.json", as_json({"ok": 1}), as_json({}, 503))
    client.get_json(httpserver.url_for("/d.json"), absent="None.")
    value, answer = client.get_json(httpserver.url_for("/d.json"), absent="None.")
    assert value == {"ok": 1}
    assert answer.note.startswith("localhost does not answer now; this is the copy kept on")


def test_a_kept_refusal_is_no_answer_without_a_network(stoppable, client):
    counted(stoppable, "/d.json", as_json({}, 404))
    with pytest.raises(NotAtSource):
        client.get_json(stoppable.url_for("/d.json"), absent="None.")
    stoppable.stop()
    with pytest.raises(NoNetwork):
        client.get_json(stoppable.url_for("/d.json"), absent="None.")


def test_without_a_network_and_a_copy_the_refusal_says_to_import_the_file(stoppable, client):
    url = stoppable.url_for("/documents/2024-06526.json")
    stoppable.stop()
    with pytest.raises(NoNetwork) as refusal:
        client.get_json(url, [("secret", "1")], absent="None.")
    assert str(refusal.value) == (
        f"No network: localhost cannot be reached, and no copy of {url} is kept here. Get the file in another way and "
        f"import the file instead."
    )


def test_a_file_of_kept_answers_that_is_broken_hinders_no_answer(httpserver, cache):
    cache.parent.mkdir()
    cache.write_bytes(b"This is not a database. " * 100)
    httpserver.expect_request("/d.json").respond_with_json({"ok": 1})
    with SourceClient(cache, patience=QUICK) as client:
        assert client.get_json(httpserver.url_for("/d.json"), absent="None.")[0] == {"ok": 1}


# --- keys


def test_a_key_goes_to_its_own_address_only_and_is_kept_nowhere(httpserver, cache, caplog):
    caplog.set_level(logging.DEBUG)
    seen = counted(httpserver, "/v4/d.json", as_json({}, Cache_Control="private"), as_json({}, 403))
    other = counted(httpserver, "/other/d.json", as_json({}))
    keys = {httpserver.url_for("/v4"): ("X-Api-Key", "open-sesame")}
    with SourceClient(cache, patience=QUICK, keys=keys) as client:
        client.get_json(httpserver.url_for("/v4/d.json"), absent="None.")
        client.get_json(httpserver.url_for("/other/d.json"), absent="None.")
        with pytest.raises(AccessDenied) as refusal:
            client.get_json(httpserver.url_for("/v4/d.json"), absent="None.")
    assert seen[0].headers["X-Api-Key"] == "open-sesame"
    assert "X-Api-Key" not in other[0].headers
    files = b"".join(path.read_bytes() for path in cache.parent.iterdir())
    assert b"private" in files
    assert b"open-sesame" not in files
    assert "open-sesame" not in caplog.text + str(refusal.value)


def test_the_check_of_a_file_decides_whether_it_is_whole(httpserver, client):
    def never(data):
        raise BadInput("It is about something else.")

    httpserver.expect_request("/d.xml").respond_with_data(XML, content_type="text/xml")
    with pytest.raises(BadAnswer, match="about something else"):
        client.get_file(httpserver.url_for("/d.xml"), form="XML", check=never, absent="None.")
