"""What the agency asks: numbered requests, and sentences that ask for comment, with their place in the text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from commenttrack.rulemaking.provisions import ParsedProvision, ParsedQuestion
from commenttrack.rulemaking.requests_for_comment import (
    ANSWER_STEMS,
    ASKING_STEMS,
    OTHER_STEMS,
    OTHERWISE_STEMS,
    STEMS,
    asking_verbs,
    holds_any,
    is_request,
    requests_among,
)

_ASKING_HEADING = re.compile(
    r"\brequests?\s+for\s+(?:public\s+)?(?:comments?|information|input|feedback)|\bquestions\b|\bRFI\b|"
    r"\b(?:question|issues)\s+(?:for|on\s+which|to\s+commenters)|\bsolicitation\s+of\s+comments?|"
    r"\b(?:public\s+)?comments?\s+(?:requested|invited|solicited|sought)",
    re.IGNORECASE,
)
_LEADS_TO_LIST = re.compile(
    r"(?:comment|question|information|input|feedback|view|data|issue|topic|respon|request|interest)[^:]*:\s*$",
    re.IGNORECASE,
)
_ITEM = re.compile(
    r"(?P<number>(?:Question|Issue|Topic|Request)\s+(?:for\s+Comment\s+)?(?:No\.\s*|#\s?)?[0-9]+[a-z]?[.:)—–]?|"
    r"[A-Z]?[0-9]{1,3}(?:\.[0-9]{1,3}){1,3}\.?|[A-Z]{1,2}\.?[0-9]{1,3}(?:\.[0-9]{1,3})?[.:)]|\([0-9]{1,3}\)|[0-9]{1,3}[.)]|\([a-z]{1,4}\)|[a-z]{1,4}\.|[A-Z]\.|[•○●–—-])\s+"
)
# “Question 12: …” is one wherever it stands; an issue or a topic is one when it is worded so.
_LABELLED = re.compile(
    r"(?P<number>(?P<question>Question|Request\s+for\s+Comment)\s+(?:No\.\s*|#\s?)?[0-9]{1,3}[a-z]?[.:)—–]"
    r"|(?:Issue|Topic)\s+(?:No\.\s*|#\s?)?[0-9]{1,3}[a-z]?[.:)—–])\s*(?=\S)"
)
_LABELS = ("Question", "Request", "Issue", "Topic")
# A question that only the reader can answer.
_TO_THE_READER = re.compile(
    r"\b(?:do|would|should|could|can|have|how|what|which|why|are|is)\b[^?]{0,60}?\bcommenters?\b|\bdo\s+you\b",
    re.IGNORECASE,
)
# Somebody else asks.
_ASKED_BY_OTHERS = re.compile(r"\b(?:asked|asks|questioned|wondered|inquired|queried|raised)\b|^[“\"]", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.?!][”\"’)\]]*(?=\s+[“\"(\[]?[A-Z0-9•]|\s*$)")
_ABBREVIATED = re.compile(
    r"\b(?:[A-Za-z]|Nos?|Secs?|et al|seq|Fed|Reg|Cir|Inc|Co|Corp|Mr|Ms|Dr|St|Ave|vs|cf|Jan|Feb|Mar|Apr|Aug|Sept|Oct|"
    r"Nov|Dec|pts?|Stat|Id|U\.S\.C|C\.F\.R|U\.S|e\.g|i\.e|E\.O|Pub|Exec)\.$"
)

_HEADING_STEMS = ("request", "question", "rfi", "issue", "solicit", "comment")
_LEAD_IN_LENGTH = 300
_WORD_LIMIT = 4
_LONG_WORD = 5


def find(provisions: Sequence[ParsedProvision]) -> tuple[ParsedQuestion, ...]:
    """All questions in document order; no stretch of text is asked twice."""
    found: list[ParsedQuestion] = []
    asking_headings: set[str | None] = set()
    amended = {p.id for p in provisions if p.kind in ("part", "subpart", "section", "appendix")}
    # Whether a list of questions is open: the place its lead-in stands in, and the style of its items.
    place: str | None = None
    style = ""
    for index, provision in enumerate(provisions):
        if provision.kind == "preamble_heading":
            place = None
            if provision.parent in asking_headings or _asks(provision.heading):
                asking_headings.add(provision.id)
            continue
        if (
            provision.kind != "preamble_paragraph"
            or provision.parent in amended
            or provision.label.startswith("amendment")
        ):
            continue
        text = provision.text
        asking = provision.parent in asking_headings
        if (
            text.startswith(_LABELS)
            and (labelled := _LABELLED.match(text))
            and (labelled["question"] or asking or _asks_something(text))
        ):
            found.append(_question(found, provision, labelled["number"], labelled.end(), len(text)))
            continue
        item = _ITEM.match(text) if asking or place is not None else None
        if place is not None and item and provision.parent == place:
            kind = _style(item["number"])
            style = style or kind
            if len(text[item.end() :].split()) >= _WORD_LIMIT:
                found.append(_question(found, provision, item["number"], item.end(), len(text)))
                continue
        elif place is not None and not (style and _between_items(provisions, index, style)):
            place = None
        if item and asking and place is None and not _is_bullet(item["number"]) and _REQUEST_LIKE.search(text):
            found.append(_question(found, provision, item["number"], item.end(), len(text)))
            continue
        # Of the same length as the text.
        lower = text.replace("İ", "I").lower()
        stems = [stem for stem in ASKING_STEMS if stem in lower]
        if "omment" in lower or "please " in lower:
            stems += [stem for stem in OTHERWISE_STEMS if stem in lower]
        questioning = "?" in text
        if not (asking or questioning) and not (stems and holds_any(lower, ANSWER_STEMS)):
            continue
        verbs = asking_verbs(lower, stems)
        others = [stem for stem in OTHER_STEMS if stem in lower] if stems else []
        if not (asking or questioning or verbs or others):
            continue
        sentences = list(sentence_spans(text))
        if (
            text.endswith(":")
            and _LEADS_TO_LIST.search(text, max(0, len(text) - _LEAD_IN_LENGTH))
            and _list_follows(provisions, index)
        ):
            start, end = sentences[-1]
            if asking or is_request(text, lower, start, end, verbs, others):
                # The list says what is asked, so its lead-in is no question of its own.
                place, style = provision.parent, ""
                sentences.pop()
        requests = set(requests_among(text, lower, sentences, verbs, others))
        for start, end in sentences:
            # What is asked beside a request is part of it: “We seek comment on this. Should it be limited?”
            if (start, end) in requests or (
                text[end - 1] == "?" and (asking or _is_asked(text[start:end], beside_request=bool(requests)))
            ):
                found.append(_question(found, provision, "", start, end))
    return tuple(found)


def _is_asked(sentence: str, *, beside_request: bool) -> bool:
    """Whether a sentence with a question mark is put to the reader."""
    if _ASKED_BY_OTHERS.search(sentence):
        return False
    return beside_request or _TO_THE_READER.search(sentence) is not None


def _asks_something(text: str) -> bool:
    """Whether any sentence of a text asks the reader for comment, or anything at all."""
    lower = text.replace("İ", "I").lower()
    stems = [stem for stem in STEMS if stem in lower]
    others = [stem for stem in OTHER_STEMS if stem in lower]
    verbs = asking_verbs(lower, stems)
    return "?" in text or any(requests_among(text, lower, list(sentence_spans(text)), verbs, others))


_REQUEST_LIKE = re.compile(
    r"\?|^\W*(?:\w+[.)]\s+)?(?:whether|how|what|which|the\s+extent|should|are\s+there|is\s+there|if|"
    r"(?:please\s+)?(?:provide|describe|identify|explain|discuss|comment\s+on|specify|address))\b"
    r"|\b(?:commenters?|respondents|the\s+public)\s+(?:is|are)\s+(?:asked|invited|requested|encouraged)\s+to\b",
    re.IGNORECASE,
)


def _question(
    found: Sequence[ParsedQuestion], provision: ParsedProvision, number: str, start: int, end: int
) -> ParsedQuestion:
    return ParsedQuestion(f"q{len(found) + 1}", provision.id, number, provision.text[start:end], start, end)


def sentence_spans(text: str) -> Iterator[tuple[int, int]]:
    """(start, end) of each sentence of a text; abbreviations end none."""
    start = 0
    for match in _SENTENCE_END.finditer(text):
        end = match.end()
        stop = match.start()
        if text[stop] == "." and end < len(text):
            # No abbreviation ends in more than four letters.
            long_word = stop - start >= _LONG_WORD and text[stop - _LONG_WORD : stop].isalpha()
            if not long_word and _ABBREVIATED.search(text[max(start, stop - 12) : stop + 1]):
                continue
        while start < end and text[start].isspace():
            start += 1
        if start < end:
            yield start, end
        start = end
    while start < len(text) and text[start].isspace():
        start += 1
    if start < len(text):
        yield start, len(text)


def _asks(heading: str) -> bool:
    """Whether a heading announces requests for comment."""
    lower = heading.lower()
    return holds_any(lower, _HEADING_STEMS) and bool(_ASKING_HEADING.search(heading))


def _is_bullet(number: str) -> bool:
    return number in "•○●–—-"


def _style(number: str) -> str:
    return re.sub(r"[A-Z]", "A", re.sub(r"[a-z]+", "a", re.sub(r"[0-9]+", "1", number)))


def _list_follows(provisions: Sequence[ParsedProvision], index: int) -> bool:
    following = next(
        (p for p in provisions[index + 1 : index + 3] if p.kind in ("preamble_paragraph", "preamble_heading")), None
    )
    return following is not None and following.kind == "preamble_paragraph" and bool(_ITEM.match(following.text))


def _between_items(provisions: Sequence[ParsedProvision], index: int, style: str) -> bool:
    """Whether a paragraph without number stands within a list that goes on after it."""
    following = provisions[index + 1] if index + 1 < len(provisions) else None
    if following is None or following.parent != provisions[index].parent:
        return False
    item = _ITEM.match(following.text)
    return bool(item) and _style(item["number"]) == style if item else False
