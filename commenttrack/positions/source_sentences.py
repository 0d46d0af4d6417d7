"""What stands inside a paragraph: where a sentence ends, a heading that runs into the text, items of a list.

Offsets are those of the whole text. "U.S." ends no sentence, and "section 4 (b)" begins no item.
"""

import re
from collections.abc import Iterator

from commenttrack.positions.source_text import is_title_case, plain
from commenttrack.wording import folded

_ABBREVIATIONS = ("U.S", "U.K", "U.N", "e.g", "i.e", "Mr", "Ms", "Dr", "No", "Inc", "Corp", "vs", "St", "Jan", "Dec")
_NOT_AFTER = "".join(rf"(?<!\b{re.escape(one)})" for one in _ABBREVIATIONS) + r"(?<!\b[A-Z])"
SENTENCE_END = re.compile(rf"{_NOT_AFTER}[.!?][”\"'’)*_]*(?=\s+[“\"(*_]*[A-Z])")
_COLON = re.compile(r":(?=\s+\S)")
_FINITE_VERB = re.compile(
    r"\b(?:is|are|was|were|has|have|should|must|shall|will|would|can|could|may|might|do|does)\b", re.I
)
_INLINE = re.compile(r"(?<=[\s\xa0])\(([a-z]|[ivx]{1,4}|\d{1,2})\)[\s\xa0]+(?=\S)")
_ITEM_TAIL = re.compile(r"(?:[\s\xa0]*[;,.][\s\xa0]*(?:and|or)?|[\s\xa0]+(?:and|or))?[\s\xa0]*$")
_ROMAN_VALUES = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}


def readings(marker: str, style: str) -> Iterator[tuple[str, int]]:
    """The (style, number) that a marker can mean: "i" is the ninth letter or the first Roman numeral."""
    if marker.isdigit():
        yield style, int(marker)
        return
    lower = marker.lower()
    if len(marker) == 1:
        yield style, ord(lower) - ord("a") + 1
    if all(letter in _ROMAN_VALUES for letter in lower):
        values = [_ROMAN_VALUES[letter] for letter in lower]
        total = sum(-one if one < two else one for one, two in zip(values, [*values[1:], 0], strict=True))
        yield f"{style} roman", total


def run_in_heading(raw: str) -> tuple[str, int]:
    """A heading at the start of a paragraph, and how many characters to skip to the text after it."""
    match = SENTENCE_END.search(raw)
    if match:
        candidate = plain(raw[: match.end()])
        words = candidate.split()
        short = len(words) <= 8 and not _FINITE_VERB.search(candidate)
        if len(words) <= 25 and (is_title_case(candidate) or short):
            rest = raw[match.end() :]
            return candidate.removesuffix("."), len(raw) - len(rest.lstrip())
    match = _COLON.search(raw)
    if match and len(raw[: match.start()].split()) <= 6 and not _FINITE_VERB.search(raw[: match.start()]):
        return plain(raw[: match.start()]), len(raw) - len(raw[match.end() :].lstrip())
    return "", 0


def inner_items(text: str, begin: int, stop: int) -> list[tuple[str, int, int]]:
    """(marker, start, end) of "(a) …; (b) …" in an item's text; at least two, in order, divided by punctuation."""
    matches = list(_INLINE.finditer(text, begin, stop))
    run: list[re.Match[str]] = []
    for match in matches:
        expected = len(run) + 1
        numbers = [number for _, number in readings(match[1], "(")]
        before = folded(text[begin : match.start()])[-5:]
        if expected in numbers and re.search(r"[:;,]\s*(?:and|or)?$", before):
            run.append(match)
    if len(run) < 2:
        return []
    ends = [match.start() for match in run[1:]] + [stop]
    return [(match[1], match.end(), _trimmed(text, match.end(), end)) for match, end in zip(run, ends, strict=True)]


def _trimmed(text: str, start: int, end: int) -> int:
    tail = _ITEM_TAIL.search(text, start, end)
    return tail.start() if tail else end


def named_topics(text: str, begin: int, stop: int) -> list[tuple[str, int, int]]:
    """(number, start, end) of what a sentence with "include" names, divided by semicolons."""
    match = re.search(r"\binclud(?:es?|ing)\b:?\s+", text[begin:stop])
    if match is None:
        return []
    start = begin + match.end()
    sentence_end = SENTENCE_END.search(text, start, stop)
    end = sentence_end.start() if sentence_end else stop
    cuts = [place for place in range(start, end) if text[place] == ";"]
    if not cuts:
        return []
    topics = []
    for number, (first, last) in enumerate(
        zip([start, *(cut + 1 for cut in cuts)], [*cuts, end], strict=True), start=1
    ):
        lead = re.compile(r"\s*(?:and\s+|or\s+)?").match(text, first, last)
        first = lead.end() if lead else first
        topics.append((str(number), first, _trimmed(text, first, last)))
    return topics
