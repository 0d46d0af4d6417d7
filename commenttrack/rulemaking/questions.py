"""What the agency asks: numbered requests, and sentences that ask for comment, with their place in the text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from commenttrack.rulemaking.provisions import ParsedProvision, ParsedQuestion

_WHAT = (
    r"(?:comments?|feedback|input|views?|information|data|suggestions?|recommendations?|evidence|submissions?|opinions?|"
    r"perspectives|responses?|estimates|alternatives|examples)"
)
_VERB = r"(?:seek(?:s|ing)?|request(?:s|ing)?|invit(?:es?|ing)|welcom(?:es?|ing)|solicit(?:s|ing)?|ask(?:s|ing)?(?:\s+for)?|encourag(?:es?|ing)|appreciates?)"
_BETWEEN = r"(?:[\s,]+(?!to\s+submit|submit)[\w’'“”/,-]+){0,9}?\s+"
_TO_WHAT = r"(?:\s+\([^)]{1,40}\))?[\s,]+(?:(?:and|or)\s+[\w ]{3,40}?\s+)?(?:on|regarding|about|concerning|as\s+to|whether|how|with\s+(?:respect|regard)|related\s+to|relating\s+to|relevant\s+to|that|addressing|of|pertaining\s+to|to\s+(?:inform|help|better|address)|from|for|in\s+(?:this|these)|specific)\b"
_SUBJECT = r"(?:we|agency|agencies|department|commission|bureau|administration|board|office|service|secretary|administrator|[A-Z][A-Za-z.&’']*[A-Z][A-Za-z.]*|GAO|\w+)"
_REQUEST = re.compile(
    rf"\b{_SUBJECT}\s+(?:(?:is|are|also|therefore|further|furthermore|specifically|particularly|especially|again|now|hereby|accordingly|will|would|continues?\s+to|in\s+particular),?\s+){{0,4}}"
    rf"{_VERB}{_BETWEEN}{_WHAT}\b(?:{_TO_WHAT}|\s*[:—])"
    rf"|\b{_WHAT}\s+(?:is|are)\s+(?:also\s+|specifically\s+|particularly\s+)?(?:requested|invited|sought|solicited|welcome|encouraged)\b(?=.{{0,40}}?\b(?:on|regarding|about|concerning|whether|as\s+to)\b)"
    rf"|\binterested\s+in\s+(?:receiving\s+|obtaining\s+|hearing\s+)?(?:[\w’'-]+\s+){{0,4}}?{_WHAT}\b"
    rf"|\b(?:seek|request|invite|welcome|solicit|ask|urge|encourage)(?:s|ing)?\s+(?:that\s+)?(?:the\s+)?(?:public|commenters?|comments|interested\s+(?:parties|persons)|stakeholders|respondents)\s+(?:\w+\s+){{0,2}}?(?:to\s+)?(?:comment|address|provide|identify|describe|discuss|include|specify|explain|consider)\w*\b"
    rf"|\b(?:requests?\s+for|invitation\s+(?:for|to))\s+comments?\s+(?:on|regarding|about)\s+whether",
)
_PAST = re.compile(
    r"\b(?:previously|in\s+the\s+proposed\s+rule|commenters?\s+(?:requested|asked|seek|sought|request|ask|encourag|welcom|urg)|"
    r"(?:sought|requested|solicited|invited|received)\s+(?:public\s+|written\s+)?comments?)\b",
    re.IGNORECASE,
)
_BOILERPLATE = re.compile(
    r"\b(?:to\s+participate\s+in\s+this\s+rulemaking|by\s+submitting|instructions|confidential|proprietary|duplicative|"
    r"personal(?:ly)?\s+identif|copies?\s+of|docket\s+number\s+for|submit\s+(?:your\s+)?(?:written\s+)?comments\s+(?:to|by|through)|"
    r"extension\s+of|any\s+(?:personal|private)|in\s+response\s+to\s+(?:its|our|the|this|these)\s+request)\b",
    re.IGNORECASE,
)
_ASKING_HEADING = re.compile(
    r"\brequests?\s+for\s+(?:public\s+)?(?:comments?|information|input|feedback)|\b(?:specific\s+)?(?:questions?|issues)\s+(?:for|on\s+which|to\s+commenters)|"
    r"\bsolicitation\s+of\s+comments?|\bcomments?\s+(?:requested|invited|solicited)|\bquestions\b|\bpublic\s+comments?\s+(?:requested|sought)|\bRFI\b",
    re.IGNORECASE,
)
_LEADS_TO_LIST = re.compile(
    r"(?:comment|question|information|input|feedback|view|data|issue|topic|respon|request|interest)[^:]*:\s*$",
    re.IGNORECASE,
)
_ITEM = re.compile(
    r"(?P<number>(?:Question|Issue|Topic|Request)\s+(?:for\s+Comment\s+)?(?:No\.\s*)?[0-9]+[a-z]?[.:)]?|\([0-9]{1,3}\)|[0-9]{1,3}[.)]|\([a-z]{1,4}\)|[a-z]{1,4}\.|[A-Z]\.|[•○●–—-])\s+"
)
_SENTENCE_END = re.compile(r"[.?!][”\"’)\]]*(?=\s+[“\"(\[]?[A-Z0-9•]|\s*$)")
_ABBREVIATED = re.compile(
    r"(?:\b(?:[A-Z]|[a-z]|No|Nos|Sec|Secs|et al|seq|Fed|Reg|Cir|Inc|Co|Corp|Mr|Ms|Dr|St|Ave|vs?|cf|Jan|Feb|Mar|Apr|Aug|Sept|Oct|Nov|Dec|pt|pts|Stat|Id|U\.S\.C|C\.F\.R|U\.S|e\.g|i\.e|E\.O|Pub|L))\.$"
)

_WORD_LIMIT = 4


def find(provisions: Sequence[ParsedProvision]) -> tuple[ParsedQuestion, ...]:
    """All questions in document order; no stretch of text is asked twice."""
    found: list[ParsedQuestion] = []
    headings = {p.id: p for p in provisions if p.kind == "preamble_heading"}
    amended = {p.id for p in provisions if p.kind in ("part", "subpart", "section", "appendix")}
    # Whether a list of questions is open: the place its lead-in stands in, and the style of its items.
    place: str | None = None
    style = ""
    for index, provision in enumerate(provisions):
        if provision.kind == "preamble_heading":
            place = None
            continue
        if (
            provision.kind != "preamble_paragraph"
            or provision.parent in amended
            or provision.label.startswith("amendment")
        ):
            continue
        text = provision.text
        item = _ITEM.match(text)
        if place is not None and item and provision.parent == place:
            kind = _style(item["number"])
            style = style or kind
            if len(text[item.end() :].split()) >= _WORD_LIMIT:
                found.append(_question(found, provision, item["number"], item.end(), len(text)))
                continue
        elif place is not None and not (style and _between_items(provisions, index, style)):
            place = None
        asking = _asks_here(headings.get(provision.parent or ""))
        if item and asking and place is None and not _is_bullet(item["number"]) and _REQUEST_LIKE.search(text):
            found.append(_question(found, provision, item["number"], item.end(), len(text)))
            continue
        if _LEADS_TO_LIST.search(text) and (_request(text[-600:]) or asking) and _list_follows(provisions, index):
            place, style = provision.parent, ""
            sentences = list(sentence_spans(text))[:-1]
        else:
            sentences = list(sentence_spans(text))
        for start, end in sentences:
            sentence = text[start:end]
            if _request(sentence) or (asking and sentence.endswith("?")):
                found.append(_question(found, provision, "", start, end))
    return tuple(found)


_REQUEST_LIKE = re.compile(
    r"\?|^\W*(?:\w+[.)]\s+)?(?:whether|how|what|which|the\s+extent|should|are\s+there|is\s+there|if)\b", re.IGNORECASE
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
        if (
            text[match.start()] == "."
            and end < len(text)
            and _ABBREVIATED.search(text[max(start, match.start() - 12) : match.start() + 1])
        ):
            continue
        begin = start + len(text[start:end]) - len(text[start:end].lstrip())
        if begin < end:
            yield begin, end
        start = end
    begin = start + len(text[start:]) - len(text[start:].lstrip())
    if begin < len(text):
        yield begin, len(text)


def _request(sentence: str) -> bool:
    return bool(_REQUEST.search(sentence)) and not _PAST.search(sentence) and not _BOILERPLATE.search(sentence)


def _asks_here(heading: ParsedProvision | None) -> bool:
    return heading is not None and bool(_ASKING_HEADING.search(heading.heading))


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
