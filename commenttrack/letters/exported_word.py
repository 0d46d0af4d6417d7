"""What a Word file of a letter says about itself: which printed words came from which place of which part.

The description travels inside the file (Word and LibreOffice keep it), so that a file that comes back can be laid over
the very texts it was made from, whatever happened to the letter meanwhile. It came from outside when it is read again:
nothing in it is trusted further than to find a place.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from commenttrack.letters.markdown_places import Words, words_of, words_of_line, words_of_requested
from commenttrack.letters.returned_text import Paragraph, ReturnedWord, Story

FORMAT = "commenttrack-word/1"
FIELDS = ("heading", "text", "requested_text", "translated_heading", "translation")
SECOND = ("translated_heading", "translation")
"""Those in the letter’s second language."""


def bookmark(key: str) -> str:
    """The name of the bookmark around a part; one that starts with a low line is not shown in Word's list."""
    return f"_part_{sha256(key.encode()).hexdigest()[:16]}"


def request_bookmark(key: str) -> str:
    """The name of the bookmark around a part's requested text."""
    return f"_request_{sha256(key.encode()).hexdigest()[:16]}"


def second_bookmark(key: str) -> str:
    """How the names of the bookmarks around a part's text in the second language begin; a number follows."""
    return f"_second_{sha256(key.encode()).hexdigest()[:16]}"


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
    """One of :data:`FIELDS`; empty when all of it is computed."""
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
    translated_heading: str = ""
    translation: str = ""

    def field(self, name: str) -> str:
        """The text of one of :data:`FIELDS`."""
        if name not in FIELDS:
            raise KeyError(name)
        return str(getattr(self, name))


@dataclass(frozen=True, slots=True)
class Exported:
    """The letter as it was exported."""

    author: str
    stamp: str
    """Author and moment that the letter's own redlines carry."""
    parts: tuple[ExportedPart, ...]
    paragraphs: tuple[ExportedParagraph, ...]


CONTENTS = "the contents"
"""Where a line of the table of contents stands; its page numbers are nobody's words."""


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


def words_of_field(part: ExportedPart, name: str) -> Words:
    """The words of one of :data:`FIELDS`."""
    readers = {"text": words_of, "translation": words_of, "requested_text": words_of_requested}
    return readers.get(name, words_of_line)(part.field(name))


# ------------------------------------------------------------------------------------------------------ there and back


def to_json(exported: Exported) -> str:
    """The description as it travels in the file; the same description gives the same text."""
    value = {
        "format": FORMAT,
        "author": exported.author,
        "stamp": exported.stamp,
        "parts": [
            {"key": p.key} | {name: p.field(name) for name in FIELDS if p.field(name) or name not in SECOND}
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
            ExportedPart(
                _text(part["key"]),
                **{name: _text(part.get(name, "") if name in SECOND else part[name]) for name in FIELDS},
            )
            for part in value["parts"]
        )
        paragraphs = tuple(_paragraph(each, parts) for each in value["paragraphs"])
        return Exported(_text(value["author"]), _text(value["stamp"]), parts, paragraphs)
    except (ValueError, KeyError, TypeError, IndexError, OverflowError, RecursionError):
        return None


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    if "\0" in value:  # PostgreSQL keeps no text with it, and half a surrogate nobody keeps
        raise ValueError(value)
    value.encode()
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
