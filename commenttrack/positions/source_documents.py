"""Reading a source document of a coalition: what it holds, who says so, to whom and when.

The outline comes from :mod:`commenttrack.positions.source_outline`, the people from
:mod:`commenttrack.positions.source_people`; here the two become one document. A third party's document, such as a news
article, holds no positions: its paragraphs are context with their speakers.
"""

import re
from collections.abc import Sequence
from pathlib import PurePath

from commenttrack.json_text import read_json
from commenttrack.positions.source_formats import text_of
from commenttrack.positions.source_outline import Outline, outline
from commenttrack.positions.source_people import (
    ATTRIBUTION,
    CLOSING,
    PARTICIPANTS,
    SALUTATION,
    Speakers,
    date_in,
    participant,
    publisher_in,
    signatory_lines,
)
from commenttrack.positions.source_text import Block, Line, blocks, lines_of
from commenttrack.positions.source_values import (
    FORMAT,
    KINDS,
    ParsedContext,
    ParsedParticipant,
    ParsedPosition,
    ParsedSignatory,
    ParsedSource,
    ParsedSourceHead,
    ParsedUnsure,
    from_json,
    to_json,
)
from commenttrack.wording import folded

__all__ = [
    "FORMAT",
    "KINDS",
    "ParsedContext",
    "ParsedParticipant",
    "ParsedPosition",
    "ParsedSignatory",
    "ParsedSource",
    "ParsedSourceHead",
    "ParsedUnsure",
    "from_json",
    "parse",
    "parse_text",
    "read",
    "to_json",
]

# How much of a document is looked at for its date and publisher; both stand at the top or are told in the first lines.
_TOP = 2500
# Characters; a shorter line was not broken at a page's width.
_NARROWEST_PAGE = 55
_LIST_SIGNS = " \t\xa0#*_•-"
_FIRST_PERSON = re.compile(r"\b(?:we|our|ours|us|undersigned)\b", re.IGNORECASE)
_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"")
_SITE_TEXT = re.compile(
    r"\b(?:sign up|subscrib\w+|newsletter|free (?:preview|trial)|all rights reserved|cookies?|log in|©)", re.IGNORECASE
)
_SUBJECT = re.compile(r"\s*(?:re|subject)\s*:\s*(?=\S)", re.IGNORECASE)
_NOT_ADDRESSEE = re.compile(r"\s*(?:via|by|re|subject|attn|attention|submitted)\b", re.IGNORECASE)
_TWO_SIDES = re.compile(r"\b(?:both|two) (?:sides|governments|parties)\b|\bconsensus\b", re.IGNORECASE)


def parse(data: bytes, *, name: str) -> ParsedSource:
    """Read a policy document's file. ``name`` is the file's; its stem begins each id, so that ids of files differ.

    A document whose outline cannot be told comes back as paragraphs, each also in ``unsure`` with the reason. Raises
    :class:`BadInput` when the file is of no kind that is read.
    """
    return parse_text(text_of(data, name=name), stem=PurePath(name).stem)


def read(data: bytes, *, name: str) -> ParsedSource:
    """A document from its own file or from its JSON."""
    if data.lstrip()[:1] != b"{":
        return parse(data, name=name)
    return from_json(read_json(data, name=name))


def parse_text(text: str, *, stem: str) -> ParsedSource:
    """Read the text of a policy document; offsets count its characters."""
    lines = lines_of(text)
    head, body, signatures = _letter_regions(lines)
    body, participants = _without_participants(body)
    found = blocks(text, body)
    is_letter = bool(head)
    if not is_letter and _is_third_party(found):
        return _third_party(text, found)
    built = outline(text, found)
    title = _title(head, found)
    return ParsedSource(
        source=ParsedSourceHead(
            title=title,
            publisher=publisher_in(text[:_TOP]) or _letterhead(head),
            date=_date(text, lines),
            kind=_kind(text, title, is_letter=is_letter, has_outline=not built.doubts),
            coalition=True,
            addressee=_addressee(head),
        ),
        positions=_positions(text, built, stem),
        context=tuple(
            ParsedContext(folded(text[item.start : item.end]), "", item.start, item.end, item.heading, item.evidence)
            for item in built.passages
        ),
        signatories=tuple(
            ParsedSignatory(*signature) for signature in signatory_lines(line.text for line in signatures)
        ),
        participants=participants,
        unsure=tuple(
            ParsedUnsure(folded(text[item.start : item.end]), item.why, item.start, item.end) for item in built.doubts
        ),
    )


def _letter_regions(lines: Sequence[Line]) -> tuple[list[Line], list[Line], list[Line]]:
    """Head, body and signatures of a letter; head and signatures are empty where there is no salutation or closing."""
    salutation = next((place for place, line in enumerate(lines) if SALUTATION.fullmatch(line.text.strip(" *_"))), None)
    start = 0 if salutation is None else salutation + 1
    closing = next(
        (place for place in range(len(lines) - 1, start, -1) if CLOSING.fullmatch(lines[place].text.strip(" *_"))), None
    )
    end = len(lines) if closing is None else closing
    return list(lines[: max(0, start - 1)]), list(lines[start:end]), list(lines[end + 1 :])


def _without_participants(lines: Sequence[Line]) -> tuple[list[Line], tuple[ParsedParticipant, ...]]:
    """The lines outside lists of participants, and the participants with their side.

    A list begins at its own short heading and goes on over lines that are no sentences.
    """
    rest: list[Line] = []
    found: list[ParsedParticipant] = []
    side: str | None = None
    for line in _entries(lines):
        content = line.text.strip(_LIST_SIGNS)
        match = PARTICIPANTS.fullmatch(content) if content[:1].isupper() else None
        if match:
            side = match["side"].strip().title()
        elif side is not None and content.endswith((".", ":")) and len(content) > 200:
            side = None
            rest.append(line)
        elif side is None:
            rest.append(line)
        elif content:
            found.append(ParsedParticipant(*participant(content), side))
    return rest, tuple(found)


def _entries(lines: Sequence[Line]) -> list[Line]:
    """The lines from the first list of participants on, each entry as one line where empty lines divide the entries."""
    first = next((place for place, line in enumerate(lines) if _opens_list(line)), len(lines))
    listed = lines[first + 1 :]
    if 2 * sum(line.blank for line in listed) < sum(not line.blank for line in listed):
        return list(lines)
    lengths = sorted(len(line.text) for line in lines if not line.blank) or [0]
    width = max(_NARROWEST_PAGE, 0.85 * lengths[int(0.8 * (len(lengths) - 1))])
    found = list(lines[: first + 1])
    for line in listed:
        last = found[-1]
        full = not line.blank and len(last.text.rstrip()) + 1 + len(line.text.split()[0]) > width
        if line.blank or last.blank or not full or _opens_list(last) or _opens_list(line):
            found.append(line)
        else:
            found[-1] = Line(last.start, f"{last.text.rstrip()} {line.text.strip()}")
    return found


def _opens_list(line: Line) -> bool:
    content = line.text.strip(_LIST_SIGNS)
    return bool(content[:1].isupper() and PARTICIPANTS.fullmatch(content))


def _is_third_party(found: Sequence[Block]) -> bool:
    """Whether somebody reports what others said: attributions in several paragraphs, and no "we" outside quotations."""
    if any(block.marker for block in found):
        return False
    prose = [_QUOTED.sub("", block.text) for block in found if block.kind == "paragraph"]
    attributed = sum(bool(ATTRIBUTION.search(text)) for text in prose)
    own_voice = sum(bool(_FIRST_PERSON.search(text)) for text in prose)
    return attributed >= 2 and attributed > own_voice


def _third_party(text: str, found: Sequence[Block]) -> ParsedSource:
    publisher, title = publisher_in(text[:_TOP]), _title([], found)
    if not publisher and len(found) > 1 and found[0].kind == found[1].kind == "heading":
        # A page that begins with two headings names the paper first and the article second.
        publisher, title = title, found[1].text
    speakers = Speakers(publisher)
    context: list[ParsedContext] = []
    unsure: list[ParsedUnsure] = []
    for block in found:
        if block.kind != "paragraph" or (publisher and block.text.startswith(publisher) and publisher_in(block.text)):
            continue
        if _SITE_TEXT.search(block.text) and not ATTRIBUTION.search(block.text):
            why = "This reads as the site’s own text and not as part of the article."
            unsure.append(ParsedUnsure(block.text, why, block.start, block.end))
        else:
            context.append(ParsedContext(block.text, speakers.of(block.text), block.start, block.end))
    head = ParsedSourceHead(title=title, publisher=publisher, date=date_in(text[:_TOP]), kind="news", coalition=False)
    return ParsedSource(head, (), tuple(context), unsure=tuple(unsure))


def _title(head: Sequence[Line], found: Sequence[Block]) -> str:
    """The subject of a letter, or the first heading when little stands before it."""
    for line in head:
        match = _SUBJECT.match(line.text)
        if match:
            return folded(line.text[match.end() :])
    if head:
        return ""
    for block in found[:2]:
        if block.kind == "heading" and not block.marker:
            return block.text
    return ""


def _letterhead(head: Sequence[Line]) -> str:
    """The first line of a letter, unless it is the date: the name that stands over an address."""
    first = next((folded(line.text) for line in head if folded(line.text)), "")
    return "" if date_in(first) or any(character.isdigit() for character in first) else first


def _date(text: str, lines: Sequence[Line]) -> str:
    """The date that has a line to itself near the top, or else the first date told there."""
    for line in lines:
        if line.start > _TOP:
            break
        if len(line.text.strip()) <= 40 and (date := date_in(line.text)):
            return date
    return date_in(text[:_TOP])


def _addressee(head: Sequence[Line]) -> tuple[str, ...]:
    """The lines between a letter's date and its salutation, without routing and subject lines."""
    dated = [place for place, line in enumerate(head) if len(line.text) <= 40 and date_in(line.text)]
    after = head[dated[-1] + 1 :] if dated else head
    return tuple(folded(line.text) for line in after if folded(line.text) and not _NOT_ADDRESSEE.match(line.text))


def _kind(text: str, title: str, *, is_letter: bool, has_outline: bool) -> str:
    if is_letter:
        return "letter"
    if len(_TWO_SIDES.findall(text)) >= 2:
        return "consensus"
    if re.search(r"\bprinciples?\b", title or text[:_TOP], re.IGNORECASE):
        return "principles"
    return "recommendations" if has_outline else "other"


def _positions(text: str, built: Outline, stem: str) -> tuple[ParsedPosition, ...]:
    return tuple(
        ParsedPosition(
            id=f"{stem}/{item.label}",
            parent=f"{stem}/{item.parent.label}" if item.parent is not None else None,
            label=item.label,
            heading=item.heading,
            text=folded(text[item.start : item.end]),
            start=item.start,
            end=item.end,
            deferred=item.deferred,
        )
        for item in built.items
    )
