"""What the tests of the parser share: a count of characters and texts that is made from the raw XML on its own."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from lxml import etree

from commenttrack.rulemaking.provisions import ParsedRule

HEAD = ("AGENCY", "SUBAGY", "CFR", "DEPDOC", "RIN", "SUBJECT")
CAPTIONS = ("AGY", "ACT", "SUM", "DATES", "EFFDATE", "ADD", "FURINF")


@dataclass
class Conservation:
    """Characters of the source that the output lacks or has too often, and long texts that are not in it whole."""

    lost: Counter[str]
    added: Counter[str]
    broken: list[str]


def _bare(text: str) -> str:
    return "".join(character for character in text if character.isalnum())


def _source_texts(root: etree._Element) -> list[str]:
    """Every text of the body in the file, without those of the head and the numbers of note calls."""
    texts: list[str] = []

    def visit(element: etree._Element, in_preamb: bool) -> None:
        if in_preamb and element.tag in (*HEAD, *CAPTIONS):
            return
        following = element.getnext()
        if (
            element.tag == "SU"
            and following is not None
            and following.tag == "FTREF"
            and not (element.tail or "").strip()
        ):
            return
        if element.text:
            texts.append(element.text)
        for child in element:
            visit(child, element.tag == "PREAMB")
            if child.tail:
                texts.append(child.tail)

    visit(root, False)
    return texts


def _output(rule: ParsedRule) -> str:
    pieces: list[str] = []
    for provision in rule.provisions:
        rows = [cell for row in provision.rows for cell in row]
        pieces += [provision.number, provision.heading, provision.text, *rows]
    for note in rule.notes:
        pieces += [note.number, note.text]
    # A note call without its note is kept as unparsed; its number is no text of the body.
    pieces += [entry.text for entry in rule.unparsed if not entry.why.startswith("a note is called")]
    return "\n".join(pieces)


@pytest.fixture(scope="session")
def conservation() -> Callable[[bytes, ParsedRule], Conservation]:
    """Compares a source with what was made of it, character by character and text by text."""

    def compare(data: bytes, rule: ParsedRule) -> Conservation:
        root = etree.fromstring(data, etree.XMLParser(remove_comments=True, remove_pis=True))
        texts = _source_texts(root)
        source = Counter(_bare("".join(texts)))
        output = _output(rule)
        made = Counter(_bare(output))
        whole = _bare(output)
        broken = [text.strip() for text in texts if len(_bare(text)) >= 30 and _bare(text) not in whole]
        return Conservation(source - made, made - source, broken)

    return compare
