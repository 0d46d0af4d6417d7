"""What a Word file of a letter says about itself: which printed words came from which place of which part.

The description travels inside the file (Word and LibreOffice keep it), so that a file that comes back can be laid over
the very texts it was made from, whatever happened to the letter meanwhile. It came from outside when it is read again:
nothing in it is trusted further than to find a place.
"""

import json
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from commenttrack.letters.content import LetterContent
from commenttrack.letters.markdown_places import SIGN, Words, words_of, words_of_line, words_of_requested
from commenttrack.letters.returned_word import CALL, Paragraph, ReturnedWord, Story

FORMAT = "commenttrack-word/1"
FIELDS = ("heading", "text", "requested_text")


def bookmark(key: str) -> str:
    """The name of the bookmark around a part; one that starts with a low line is not shown in Word's list."""
    return f"_part_{sha256(key.encode()).hexdigest()[:16]}"


def request_bookmark(key: str) -> str:
    """The name of the bookmark around a part's requested text."""
    return f"_request_{sha256(key.encode()).hexdigest()[:16]}"


@dataclass(frozen=True, slots=True)
class Span:
    """Characters ``start`` to ``end`` of a printed paragraph and where they stand in the source.

    ``kind`` is "own" for characters that stand there as printed, else what is computed from that place.
    """

    start: int
    end: int
    source_start: int
    source_end: int
    kind: str


@dataclass(frozen=True, slots=True)
class ExportedParagraph:
    """A paragraph as exported. ``part`` is the index of the part, -1 for what stands around the body."""

    text: str
    part: int = -1
    field: str = ""
    """heading, text or requested_text; empty when all of it is computed."""
    spans: tuple[Span, ...] = ()
    what: str = ""
    """Where it stands when it belongs to no part: letterhead, signature block, running head …"""


@dataclass(frozen=True, slots=True)
class ExportedPart:
    """A part's wording as exported."""

    key: str
    heading: str
    text: str
    requested_text: str

    def field(self, name: str) -> str:
        """The text of one of :data:`FIELDS`."""
        return {"heading": self.heading, "text": self.text, "requested_text": self.requested_text}[name]


@dataclass(frozen=True, slots=True)
class Exported:
    """The letter as it was exported."""

    author: str
    stamp: str
    """Author and moment that the letter's own redlines carry."""
    parts: tuple[ExportedPart, ...]
    paragraphs: tuple[ExportedParagraph, ...]


def described(content: LetterContent, file: ReturnedWord, *, author: str, stamp: str) -> Exported:
    """The description of a file that was just made from ``content``."""
    parts = tuple(ExportedPart(p.key, p.heading, p.text, p.requested_text) for p in content.parts)
    words = [_PartWords(part) for part in parts]
    marks = {bookmark(part.key): index for index, part in enumerate(parts)}
    requests = {request_bookmark(part.key) for part in parts}
    groups: dict[tuple[int, str], list[tuple[int, Paragraph]]] = {}
    printed: list[ExportedParagraph] = []
    notes: list[tuple[str, Story]] = []
    for story, paragraphs in in_order(file):
        for paragraph in paragraphs:
            index = next((marks[name] for name in reversed(paragraph.bookmarks) if name in marks), -1)
            field = ""
            if story.kind == "body" and index >= 0:
                field = "text"
                if requests & set(paragraph.bookmarks):
                    field = "requested_text"
                elif (
                    paragraph.style.startswith("Heading") and (index, "heading") not in groups and parts[index].heading
                ):
                    field = "heading"
                if paragraph.style != "RequestedLabel":
                    groups.setdefault((index, field), []).append((len(printed), paragraph))
            what = "" if index >= 0 else _around(story, paragraph)
            printed.append(ExportedParagraph(text_of(paragraph), index, field, (), what))
        if story.kind in ("footnote", "endnote"):
            notes.append((f"{story.kind} {story.id}", story))
    calls: dict[str, tuple[int, str]] = {}
    for (index, field), members in groups.items():
        spans, called = _laid_over(words[index].field(field), [paragraph for _, paragraph in members])
        for (place, _), found in zip(members, spans, strict=True):
            printed[place] = ExportedParagraph(printed[place].text, index, field, tuple(found))
        if field == "text":
            calls.update({target: (index, label) for target, label in called.items()})
    place = sum(len(story.paragraphs) for story in file.stories if story.kind == "body")
    for name, story in notes:
        if name in calls:
            index, label = calls[name]
            home = next((i for i in (index, *range(len(words))) if label in words[i].field("text").notes), -1)
            if home >= 0:
                spans, _ = _laid_over(words[home].field("text").notes[label], story.paragraphs)
                for offset, found in enumerate(spans):
                    printed[place + offset] = ExportedParagraph(
                        printed[place + offset].text, home, "text", tuple(found)
                    )
        place += len(story.paragraphs)
    return Exported(author, stamp, parts, tuple(printed))


def in_order(file: ReturnedWord) -> Iterator[tuple[Story, tuple[Paragraph, ...]]]:
    """The body, then the notes in the order of their calls, then the rest."""
    body = [story for story in file.stories if story.kind == "body"]
    notes = {f"{s.kind} {s.id}": s for s in file.stories if s.kind in ("footnote", "endnote")}
    for story in body:
        yield story, story.paragraphs
    for story in body:
        for paragraph in story.paragraphs:
            for piece in paragraph.pieces:
                if piece.what == "note" and piece.target in notes:
                    note = notes.pop(piece.target)
                    yield note, note.paragraphs
    for note in notes.values():
        yield note, note.paragraphs
    for story in file.stories:
        if story.kind not in ("body", "footnote", "endnote"):
            yield story, story.paragraphs


def text_of(paragraph: Paragraph) -> str:
    """All characters of a paragraph, whoever put them in or took them out."""
    return "".join(piece.text for piece in paragraph.pieces)


_AROUND = {
    "Letterhead": "the letterhead",
    "Tagline": "the letterhead",
    "LetterheadAddress": "the letterhead",
    "LetterLine": "the lines above the letter",
    "Addressee": "the addressees",
    "Subject": "the Re: lines",
    "ClosingLine": "the closing",
    "SignatureHeading": "the signature block",
    "Signer": "the signature block",
    "SigningOrganization": "the signature block",
}


def _around(story: Story, paragraph: Paragraph) -> str:
    if story.kind == "body":
        return _AROUND.get(paragraph.style, "text around the parts")
    return {"header": "the running head", "footer": "the running foot", "text box": "a text box"}.get(
        story.kind, "a note that is computed from citations"
    )


class _PartWords:
    """The words of a part's fields, read when asked for."""

    def __init__(self, part: ExportedPart) -> None:
        self._part = part
        self._read: dict[str, Words] = {}

    def field(self, name: str) -> Words:
        if name not in self._read:
            self._read[name] = words_of_field(self._part, name)
        return self._read[name]


def words_of_field(part: ExportedPart, name: str) -> Words:
    """The words of one of :data:`FIELDS`."""
    reader = {"heading": words_of_line, "text": words_of, "requested_text": words_of_requested}[name]
    return reader(part.field(name))


# -------------------------------------------------------------------------------------------------- words over print

_TOKEN = re.compile(r"[^\W\d_]+|\d|_|[^\w\s]")


def _laid_over(words: Words, paragraphs: Sequence[Paragraph]) -> tuple[list[list[Span]], dict[str, str]]:
    """For each printed paragraph its spans; and the label of the note behind each call."""
    printed = "\n".join(text_of(paragraph) for paragraph in paragraphs)
    targets = iter(piece.target for paragraph in paragraphs for piece in paragraph.pieces if piece.what == "note")
    own = _matched(words.text, printed)
    computed, called = _computed(words, printed, own, targets)
    spans: list[list[Span]] = []
    at = 0
    for paragraph in paragraphs:
        end = at + len(text_of(paragraph))
        spans.append(list(_spans(words, own, computed, at, end)))
        at = end + 1
    return spans, called


def _matched(words: str, printed: str) -> list[int]:
    """For each printed character the character of the words that it is, or -1."""
    source = [(m.group(), m.start()) for m in _TOKEN.finditer(words)]
    target = [(m.group(), m.start()) for m in _TOKEN.finditer(printed) if m.group() != CALL]
    own = [-1] * len(printed)
    i = j = 0
    while i < len(source) and j < len(target):
        token, at = source[i]
        if token == target[j][0] and token != SIGN:
            for offset in range(len(token)):
                own[target[j][1] + offset] = at + offset
            i, j = i + 1, j + 1
            continue
        i, j = _resumed(source, target, i, j)
    _match_spaces(words, printed, own)
    return own


def _resumed(source: list[tuple[str, int]], target: list[tuple[str, int]], i: int, j: int) -> tuple[int, int]:
    """Where the words and the print agree again: behind what is computed, or behind what did not print."""
    signs = 0
    while i + signs < len(source) and source[i + signs][0] == SIGN:
        signs += 1
    if signs and i + signs < len(source) and target[j][0] == "(":
        close = _closing(target, j)
        if close and _agree(source, target, i + signs, close):
            return i + signs, close
    for far in range(400):
        for skip in range(min(far, 40) + 1):
            ahead = far - skip if not signs else far
            if signs and skip:
                break
            if _agree(source, target, i + signs + skip, j + ahead):
                return i + signs + skip, j + ahead
    return i + max(signs, 1), j


def _closing(target: list[tuple[str, int]], j: int) -> int:
    depth = 0
    for k in range(j, min(j + 300, len(target))):
        depth += {"(": 1, ")": -1}.get(target[k][0], 0)
        if not depth:
            return k + 1
    return 0


def _agree(source: list[tuple[str, int]], target: list[tuple[str, int]], i: int, j: int) -> bool:
    """Whether the next tokens are the same, up to three of them or up to the next sign."""
    if i >= len(source):
        return j >= len(target)
    for ahead in range(3):
        if i + ahead >= len(source) or (ahead and source[i + ahead][0] == SIGN):
            return True
        if source[i + ahead][0] == SIGN or j + ahead >= len(target) or source[i + ahead][0] != target[j + ahead][0]:
            return False
    return True


def _match_spaces(words: str, printed: str, own: list[int]) -> None:
    """Spaces beside characters that were matched are matched with the spaces beside those."""
    for index in range(len(printed)):
        if own[index] < 0 and printed[index].isspace() and printed[index] != "\n":
            before = own[index - 1] + 1 if index and own[index - 1] >= 0 else -1
            if 0 <= before < len(words) and words[before].isspace() and words[before] != "\n":
                own[index] = before
    for index in range(len(printed) - 1, -1, -1):
        if own[index] < 0 and printed[index].isspace() and printed[index] != "\n":
            after = own[index + 1] - 1 if index + 1 < len(own) and own[index + 1] > 0 else -1
            if (
                after >= 0
                and words[after].isspace()
                and words[after] != "\n"
                and after not in own[max(0, index - 8) : index]
            ):
                own[index] = after


def _computed(
    words: Words, printed: str, own: list[int], targets: Iterator[str]
) -> tuple[dict[int, int], dict[str, str]]:
    """For each printed character that is computed the index of its place in ``words.computed``; labels of notes."""
    places = [each.at for each in words.computed]
    out: dict[int, int] = {}
    called: dict[str, str] = {}
    taken = -1
    index = 0
    last = -1
    while index < len(printed):
        if own[index] >= 0:
            last = own[index]
            index += 1
            continue
        end = index
        while end < len(printed) and own[end] < 0:
            end += 1
        following = own[end] if end < len(printed) else len(words.text)
        # The sign between the words around it; a call that went behind the point has its sign just before that.
        first = bisect_right(places, last)
        inside = [k for k in range(first, len(places)) if places[k] < following]
        nearby = [k for k in range(max(first - 1, 0), first) if k > taken and last - places[k] <= 3]
        for at in range(index, end):
            char = printed[at]
            if char == CALL:
                notes = [k for k in (*nearby, *inside) if k > taken and words.computed[k].kind != "cross-reference"]
                target = next(targets, "")
                if notes:
                    taken = notes[0]
                    out[at] = taken
                    called[target] = words.computed[taken].label
            elif not char.isspace() or (at - index > 0 and at < end - 1):
                free = [k for k in inside if k > taken] or inside
                if free:
                    out[at] = free[0]
        if inside:
            taken = max(taken, inside[0])
        index = end
    return out, called


def _spans(words: Words, own: list[int], computed: dict[int, int], start: int, end: int) -> Iterator[Span]:
    at = start
    while at < end:
        first = at
        if own[at] >= 0:
            word = own[at]
            at += 1
            simple = words.ends[word] - words.starts[word] == 1
            while (
                simple
                and at < end
                and own[at] == own[at - 1] + 1
                and words.starts[own[at]] == words.ends[own[at - 1]]
                and words.ends[own[at]] - words.starts[own[at]] == 1
            ):
                at += 1
            yield Span(first - start, at - start, words.starts[word], words.ends[own[at - 1]], "own")
        elif at in computed:
            sign = computed[at]
            while at < end and own[at] < 0 and computed.get(at) == sign:
                at += 1
            place = words.computed[sign]
            yield Span(first - start, at - start, place.start, place.end, place.kind)
        else:
            at += 1


# ------------------------------------------------------------------------------------------------------ there and back


def to_json(exported: Exported) -> str:
    """The description as it travels in the file; the same description gives the same text."""
    value = {
        "format": FORMAT,
        "author": exported.author,
        "stamp": exported.stamp,
        "parts": [
            {"key": p.key, "heading": p.heading, "text": p.text, "requested_text": p.requested_text}
            for p in exported.parts
        ],
        "paragraphs": [
            {
                "text": p.text,
                "part": p.part,
                "field": p.field,
                "what": p.what,
                "spans": [[s.start, s.end, s.source_start, s.source_end, s.kind] for s in p.spans],
            }
            for p in exported.paragraphs
        ],
    }
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def from_json(text: str) -> Exported | None:
    """The description that a file carries; None when it carries none, or one that nobody of us wrote."""
    try:
        value = json.loads(text)
        if value["format"] != FORMAT:
            return None
        parts = tuple(
            ExportedPart(*(_text(part[name]) for name in ("key", "heading", "text", "requested_text")))
            for part in value["parts"]
        )
        paragraphs = tuple(_paragraph(each, parts) for each in value["paragraphs"])
        return Exported(_text(value["author"]), _text(value["stamp"]), parts, paragraphs)
    except (ValueError, KeyError, TypeError, IndexError, RecursionError):
        return None


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _paragraph(value: dict[str, Any], parts: Sequence[ExportedPart]) -> ExportedParagraph:
    text, part, field = _text(value["text"]), int(value["part"]), _text(value["field"])
    if not -1 <= part < len(parts) or (field and (field not in FIELDS or part < 0)):
        raise ValueError(part)
    longest = len(parts[part].field(field)) if field else 0
    spans = []
    last = 0
    for start, end, source_start, source_end, kind in value["spans"]:
        span = Span(int(start), int(end), int(source_start), int(source_end), _text(kind))
        if not last <= span.start < span.end <= len(text) or not 0 <= span.source_start <= span.source_end <= longest:
            raise ValueError(span)
        last = span.end
        spans.append(span)
    return ExportedParagraph(text, part, field, tuple(spans), _text(value["what"]))
