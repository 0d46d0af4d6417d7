"""Files that are broken or made to do harm: each is read rightly or refused in a sentence, and soon."""

import pytest

from commenttrack.cli.files import MAX_INPUT_BYTES, read_file
from commenttrack.errors import BadInput
from commenttrack.rulemaking import xml_source
from commenttrack.rulemaking.federal_register import parse

TEXT = "Café § 21.1 text."
DOCUMENT = f"<RULE><SUPLINF><P>{TEXT}</P></SUPLINF></RULE>"


def declared(encoding):
    return f'<?xml version="1.0" encoding="{encoding}"?>{DOCUMENT}'


@pytest.mark.parametrize(
    "data",
    [
        declared("UTF-8").encode(),
        DOCUMENT.encode("utf-8-sig"),
        declared("UTF-16").encode("utf-16"),
        declared("UTF-16").encode("utf-16-le"),
        declared("UTF-16").encode("utf-16-be"),
        declared("UTF-8").encode("utf-16"),
        declared("ISO-8859-1").encode("latin-1"),
        declared("windows-1252").encode("cp1252"),
    ],
    ids=["utf-8", "bom", "utf-16", "little", "big", "utf-16 that says utf-8", "latin-1", "windows"],
)
def test_every_encoding_that_can_be_told_is_read(data):
    assert [p.text for p in parse(data).provisions] == [TEXT]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (declared("UTF-8").encode("latin-1"), "Invalid bytes in character encoding"),
        (declared("klingon").encode(), "Unsupported encoding"),
        (DOCUMENT.replace("text", "te\0xt").encode(), "NUL byte in line 1"),
        (DOCUMENT.encode()[:40], "cut off"),
        (b"<RULE>" + b"<P>" * 10_000 + b"x" + b"</P>" * 10_000 + b"</RULE>", "nests elements more deeply"),
        (b"<RULE><P>" + b"word " * 2_200_000 + b"</P></RULE>", "a single text longer"),
    ],
    ids=["latin-1 that says utf-8", "unknown", "nul", "cut off", "deep", "long"],
)
def test_what_cannot_be_read_rightly_is_refused(data, words):
    with pytest.raises(BadInput, match=words):
        parse(data)


@pytest.mark.parametrize(
    "subset",
    [
        '<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY x "&b;&b;&b;&b;&b;&b;&b;&b;">',
        f'<!ENTITY x "{"x" * 50_000}">',
        '<!ENTITY x SYSTEM "file:///etc/hostname">',
        '<!ENTITY % p SYSTEM "file:///etc/hostname"> %p;',
    ],
    ids=["nested", "quadratic", "external", "parameter"],
)
def test_a_document_with_entities_of_its_own_is_refused(subset):
    with pytest.raises(BadInput, match="entities"):
        parse(f"<!DOCTYPE RULE [{subset}]><RULE><P>{'&x;' * 1000}</P></RULE>".encode())


def test_a_document_type_elsewhere_is_not_fetched():
    data = b'<!DOCTYPE RULE SYSTEM "http://127.0.0.1:9/none.dtd"><RULE><SUPLINF><P>Text.</P></SUPLINF></RULE>'
    assert [p.text for p in parse(data).provisions] == ["Text."]


def test_a_file_of_nothing_but_tags_is_refused_before_it_fills_the_memory(monkeypatch):
    monkeypatch.setattr(xml_source, "MAXIMUM_TAGS", 1000)
    data = b"<RULE><SUPLINF>" + b"<P>x</P>" * 600 + b"</SUPLINF></RULE>"
    with pytest.raises(BadInput, match="more than the 1,000 tags"):
        parse(data)


def test_a_large_file_is_refused_by_its_size_before_it_is_read(tmp_path, monkeypatch):
    path = tmp_path / "huge.xml"
    with path.open("wb") as file:
        file.truncate(2 * MAX_INPUT_BYTES)
    monkeypatch.setattr(type(path), "read_bytes", lambda self: pytest.fail("it was read"))
    with pytest.raises(BadInput, match="100,000,000 bytes"):
        read_file(path)


def test_an_endless_run_of_markers_is_text_after_the_first_few():
    """Found by fuzzing: a provision for each of 20,000 markers took 27 times as long as other text of its length."""
    data = (
        b"<RULE><SUPLINF><SECTION><SECTNO>\xc2\xa7 21.1</SECTNO><P>"
        + b"(1)" * 20_000
        + b"</P></SECTION></SUPLINF></RULE>"
    )
    rule = parse(data)
    assert len(rule.provisions) < 12
    assert sum(p.text.count("(1)") + p.number.count("(1)") for p in rule.provisions) == 20_000
