"""What sources answer is judged by status and type, and told in sentences."""

import datetime as dt
import json

import pytest

from commenttrack.rulemaking import source_answers
from commenttrack.rulemaking.answer_values import day, moment, number, objects, text, texts
from commenttrack.rulemaking.source_answers import BadAnswer, Received

NOW = dt.datetime(2026, 3, 2, 15, 0, tzinfo=dt.UTC)


def received(media_type, data=b"{}", status=200):
    return Received("example.gov", "https://example.gov/d", status, media_type, data)


@pytest.mark.parametrize(
    ("form", "media_type"),
    [
        ("JSON", "application/json; charset=utf-8"),
        ("JSON", "application/vnd.api+json;charset=utf-8"),
        ("XML", "text/xml"),
        ("XML", "Application/XML"),
        ("HTML", "text/html; charset=ISO-8859-1"),
        ("HTML", "application/xhtml+xml"),
    ],
)
def test_an_answer_of_the_right_type_is_accepted(form, media_type):
    assert source_answers.accepted(received(media_type), form, absent="None.") == b"{}"


@pytest.mark.parametrize(
    ("form", "media_type"),
    [
        ("JSON", "text/html"),
        ("XML", "application/xhtml+xml"),
        ("XML", "application/json"),
        ("JSON", ""),
        ("HTML", "a/b"),
    ],
)
def test_an_answer_of_another_type_is_refused_with_the_address_to_open(form, media_type):
    with pytest.raises(
        BadAnswer, match=r"where (JSON|XML|HTML) was expected.*Open https://example\.gov/d in a browser"
    ):
        source_answers.accepted(received(media_type), form, absent="None.")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"errors": [{"title": "Invalid ID", "detail": "09"}, {"title": "Other"}]}, "Invalid ID 09; Other"),
        ({"errors": {"conditions": "is not a valid field"}}, "conditions: is not a valid field"),
        ({"status": 404, "message": "Record Not Found"}, "Record Not Found"),
        ({"error": {"code": "OVER_RATE_LIMIT", "message": "Too many\nrequests."}}, "Too many requests"),
        ([], ""),
        ({"errors": "x" * 900}, ""),
    ],
)
def test_the_words_of_an_error_are_found(answer, words):
    assert source_answers.said(json.dumps(answer).encode()) == words


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("7", 7.0),
        ("0.5", 0.5),
        ("Mon, 02 Mar 2026 15:02:00 GMT", 120.0),
        ("Mon, 02 Mar 2026 14:00:00 GMT", 0.0),
        ("", None),
        ("soon", None),
        ("-5", None),
    ],
)
def test_the_wait_a_server_asks_for_is_understood(written, seconds):
    assert source_answers.retry_after(written, now=NOW) == seconds


def test_values_of_an_unexpected_type_are_empty():
    assert (text(None), text(True), text([1]), text(7)) == ("", "", "", "7")
    assert texts(["a", None, "", {"b": 1}]) == ("a",)
    assert texts("abc") == ()
    assert objects([1, {"a": 1}]) == [{"a": 1}]
    assert (number("12"), number("x"), number(None)) == (12, None, None)
    assert (day("2024-04-04"), day("2024-02-30"), day(None)) == (dt.date(2024, 4, 4), None, None)


def test_a_moment_needs_its_offset():
    assert moment("2020-11-24T04:59:59Z") == dt.datetime(2020, 11, 24, 4, 59, 59, tzinfo=dt.UTC)
    assert moment("2020-11-24T04:59:59") is None
    assert moment("2020-11-24") is None
