"""The description of a Word file that was just made: each printed word laid over the place it came from.

What is printed and what was typed differ (numbers, citations, names of parts are computed), so the two are matched
word by word, and what stands between the matches belongs to the sign it was computed from.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from commenttrack.letters.content import LetterContent
from commenttrack.letters.exported_word import (
    CONTENTS,
    Exported,
    ExportedParagraph,
    ExportedPart,
    Span,
    bookmark,
    in_order,
    request_bookmark,
    second_bookmark,
    text_of,
    words_of_field,
)
from commenttrack.letters.markdown_places import SIGN, Words
from commenttrack.letters.returned_text import CALL, Paragraph, ReturnedWord, Story


def described(content: LetterContent, file: ReturnedWord, *, author: str, stamp: str) -> Exported:
    """The description of a file that was just made from ``content``."""
    parts = tuple(
        ExportedPart(p.key, p.heading, p.text, p.requested_text, p.translated_heading, p.translation)
        for p in content.parts
    )
    words = [_PartWords(part) for part in parts]
    places = _Places(parts)
    groups: dict[tuple[int, str], list[tuple[int, Paragraph]]] = {}
    printed: list[ExportedParagraph] = []
    notes: list[tuple[str, Story]] = []
    for story, paragraphs in in_order(file):
        for paragraph in paragraphs:
            index, field = places.of(paragraph) if story.kind == "body" else (-1, "")
            if field and paragraph.style not in _LABELS:
                groups.setdefault((index, field), []).append((len(printed), paragraph))
            what = "" if index >= 0 else _around(story, paragraph)
            printed.append(ExportedParagraph(text_of(paragraph), index, "", (), what))
        if story.kind in ("footnote", "endnote"):
            notes.append((f"{story.kind} {story.id}", story))
    calls: dict[str, tuple[int, str, str]] = {}
    for (index, field), members in groups.items():
        spans, called = _laid_over(words[index].field(field), [paragraph for _, paragraph in members])
        for (place, _), found in zip(members, spans, strict=True):
            printed[place] = ExportedParagraph(printed[place].text, index, field, tuple(found))
        if field in _WITH_NOTES:
            calls.update({target: (index, field, label) for target, label in called.items()})
    place = sum(len(story.paragraphs) for story in file.stories if story.kind == "body")
    for name, story in notes:
        if name in calls:
            index, field, label = calls[name]
            home = next((i for i in (index, *range(len(words))) if label in words[i].field(field).notes), -1)
            if home >= 0:
                spans, _ = _laid_over(words[home].field(field).notes[label], story.paragraphs)
                for offset, found in enumerate(spans):
                    text = printed[place + offset].text
                    printed[place + offset] = ExportedParagraph(text, home, field, tuple(found))
        place += len(story.paragraphs)
    return Exported(author, stamp, parts, tuple(printed))


_WITH_NOTES = ("text", "translation")
_LABELS = ("RequestedLabel", "CurrentText")
"""Styles of paragraphs within a part that are computed."""


class _Places:
    """Part and field of printed paragraphs, told by the bookmarks they stand in."""

    def __init__(self, parts: Sequence[ExportedPart]) -> None:
        self._parts = parts
        self._own = {bookmark(part.key): index for index, part in enumerate(parts)}
        self._second = {second_bookmark(part.key): index for index, part in enumerate(parts)}
        self._requests = {request_bookmark(part.key) for part in parts}
        self._headed: set[tuple[int, str]] = set()

    def of(self, paragraph: Paragraph) -> tuple[int, str]:
        """Index of the part, -1 for none, and field; the first heading of a text is that of the part."""
        names = paragraph.bookmarks
        index = next((self._second[stem] for name in names if (stem := name.rpartition("_")[0]) in self._second), -1)
        heading, text = "translated_heading", "translation"
        if index < 0:
            index = next((self._own[name] for name in reversed(names) if name in self._own), -1)
            heading, text = "heading", "requested_text" if self._requests & set(names) else "text"
        if index < 0:
            return -1, ""
        heads = text != "requested_text" and paragraph.style.startswith(("Heading", "SecondHeading"))
        if heads and self._parts[index].field(heading) and (index, heading) not in self._headed:
            self._headed.add((index, heading))
            return index, heading
        return index, text


_AROUND = {
    "Logo": "the letterhead",
    "Letterhead": "the letterhead",
    "Tagline": "the letterhead",
    "LetterheadAddress": "the letterhead",
    "LetterLine": "the lines above the letter",
    "Addressee": "the addressees",
    "Subject": "the Re: lines",
    "ContentsTitle": CONTENTS,
    "Contents1": CONTENTS,
    "Contents2": CONTENTS,
    "Contents3": CONTENTS,
    "ClosingLine": "the closing",
    "SignatureHeading": "the signature block",
    "SignatureLine": "the signature block",
    "Signer": "the signature block",
    "SigningOrganization": "the signature block",
    "SigningName": "the signature block",
    "Reservation": "the signature block",
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
