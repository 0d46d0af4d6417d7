"""A source document as text, and the text as blocks: headings, numbered items, bullets and paragraphs.

Layout is read from what authors of policy papers do: markdown marks, "PART II", enumerators, bullet signs, blank lines,
and lines that were broken by text extraction. A block's ``start`` and ``end`` point into the text, marker left out.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from commenttrack.wording import folded

BlockKind = Literal["heading", "item", "bullet", "paragraph"]

_ROMAN = r"[IVXLC]+|[ivxlc]+"
_MARKDOWN_HEADING = re.compile(r"\s{0,3}(#{1,6})\s+")
_PART = re.compile(r"\s*(?:PART|Part|TITLE|Title|CHAPTER|Chapter)\s+([IVXLC]+|\d{1,2}|[A-Z])\b\s*[.:–—-]?\s*")
_NAMED_NUMBER = re.compile(
    r"\s*(?:recommendation|principle|goal|objective|priority|proposal|request|pillar)\s+(?:no\.\s*)?"
    r"(\d{1,2}|[IVX]+)\s*[.:–—-]+\s+",
    re.IGNORECASE,
)
_ENUMERATOR = re.compile(
    rf"\s*(?:(\()({_ROMAN}|[A-Za-z]|\d{{1,2}})\)|({_ROMAN}|[A-Za-z]|\d{{1,2}})([.)]))[\s\xa0]+(?=\S)"
)
_HEADING_NUMBER = re.compile(rf"(?:({_ROMAN}|\d{{1,2}}|[A-Z])[.):]?)[\s\xa0]+(?=[A-Z“\"])")
_BULLET = re.compile(r"\s*([•●▪◦‣∙·■□➤►▶➢→✓*+–—-])[\s\xa0]+(?=\S)")
_RULE = re.compile(r"\s*(?:[-*_=]\s*){3,}$")
_ENDS = re.compile(r"[.:;!?][”\"')\]*]*$")
_EMPHASIS = re.compile(r"\*\*|__|(?<!\w)[*_]|[*_](?!\w)")
_MARKED = (
    re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1", re.DOTALL),
    re.compile(r"(?<![\w*_])([*_])(?=[^\s*_])(.+?)(?<=[^\s*_])\1(?![\w*_])", re.DOTALL),
)
# A passage may begin or end within words that are marked, and what stands around it may be cut within a heading.
_OPEN_MARK = re.compile(r"\A\s*\*\*(?=\S)|(?<=\S)\*\*\s*\Z|^ {0,3}#{1,6} +(?:\*\*)?", re.MULTILINE)
# A line this long was not broken at a page's width.
_LONGEST_BROKEN_LINE = 150
_LONGEST_HEADING = 160


@dataclass(frozen=True, slots=True)
class Block:
    """``marker`` is the enumerator or bullet sign; ``style`` tells list levels apart, such as ``1.`` from ``(1)``.

    ``level`` is a heading's: 0 for a Part, 1 to 6 for markdown, 7 for a line that only looks like a heading.
    """

    kind: BlockKind
    start: int
    end: int
    text: str
    marker: str = ""
    style: str = ""
    level: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it stands, without its line break."""

    start: int
    text: str

    @property
    def blank(self) -> bool:
        return not self.text.strip()


def plain(text: str) -> str:
    """A heading without markdown emphasis and with white space folded."""
    return folded(_EMPHASIS.sub("", text))


def unmarked(text: str) -> str:
    """A passage without the marks of markdown emphasis and headings, to be shown; other asterisks stay."""
    for marked in _MARKED:
        text = marked.sub(r"\2", text)
    return _OPEN_MARK.sub("", text)


def lines_of(text: str) -> list[Line]:
    """The lines of a text with their offsets."""
    lines = []
    place = 0
    for raw in text.split("\n"):
        lines.append(Line(place, raw.rstrip("\r")))
        place += len(raw) + 1
    return lines


def blocks(text: str, lines: Sequence[Line]) -> list[Block]:
    """The blocks of some lines of ``text`` in order.

    Every character that is no white space, rule or marker stands in one block.
    """
    found: list[Block] = []
    for group in _groups(lines):
        block = _block(group, text)
        if block.kind == "paragraph" and found and _goes_on(found[-1], block):
            last = found[-1]
            found[-1] = Block(
                last.kind, last.start, block.end, folded(text[last.start : block.end]), last.marker, last.style
            )
        else:
            found.append(block)
    return found


def _goes_on(last: Block, block: Block) -> bool:
    """A page break inside a sentence leaves a blank line; the rest begins in lower case."""
    return last.kind != "heading" and block.text[:1].islower() and not _ENDS.search(last.text)


def _groups(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Lines that belong to one block. Only in a document with broken lines does a block have several."""
    lengths = sorted(len(line.text) for line in lines if not line.blank)
    broken = bool(lengths) and lengths[int(0.95 * (len(lengths) - 1))] <= _LONGEST_BROKEN_LINE
    width = lengths[int(0.8 * (len(lengths) - 1))] if lengths else 0
    group: list[Line] = []
    for line in lines:
        if line.blank or _RULE.match(line.text):
            if group:
                yield group
            group = []
            continue
        if group and (not broken or _starts_block(line.text) or _dedents(group, line) or _is_short_end(group, width)):
            yield group
            group = []
        group.append(line)
    if group:
        yield group


def _starts_block(line: str) -> bool:
    return bool(
        _MARKDOWN_HEADING.match(line) or _NAMED_NUMBER.match(line) or _ENUMERATOR.match(line) or _BULLET.match(line)
    )


def _dedents(group: Sequence[Line], line: Line) -> bool:
    """Whether a line stands left of the marker of the item before it, and so belongs to something above the item."""
    first = group[0].text
    # Text extraction leaves stray single spaces; two columns are an indent.
    return _starts_block(first) and _indent(line.text) + 2 <= _indent(first)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _is_short_end(group: Sequence[Line], width: int) -> bool:
    """A line that stops well before the width stopped because its paragraph or entry did."""
    last = group[-1].text.rstrip()
    first = group[0].text
    if _MARKDOWN_HEADING.match(first) or _PART.fullmatch(first):
        return True
    marker = _ENUMERATOR.match(first)
    if marker and len(group) == 1 and len(last) < 0.6 * width and looks_like_heading(first[marker.end() :].strip()):
        return True
    return len(last) < 0.6 * width and (bool(_ENDS.search(last)) or not _starts_block(first))


def _block(group: Sequence[Line], text: str) -> Block:
    first, last = group[0], group[-1]
    end = last.start + len(last.text.rstrip())
    match = _MARKDOWN_HEADING.match(first.text)
    if match:
        return _heading(text, first.start + match.end(), end, level=len(match[1]))
    match = _PART.match(first.text)
    if match and len(group) == 1 and len(first.text) < _LONGEST_HEADING and not _ENDS.search(first.text.rstrip()):
        start = first.start + match.end()
        return Block("heading", min(start, end), end, plain(text[start:end]), match[1], "part", 0)
    for pattern, style in ((_NAMED_NUMBER, "named"), (_ENUMERATOR, "")):
        match = pattern.match(first.text)
        if match:
            marker = next(value for value in match.groups()[::-1] if value and value not in "().")
            start = first.start + match.end()
            return Block("item", start, end, folded(text[start:end]), marker, style or _style(match[0].strip()))
    match = _BULLET.match(first.text)
    if match:
        start = first.start + match.end()
        return Block("bullet", start, end, folded(text[start:end]), match[1], match[1])
    start = first.start + len(first.text) - len(first.text.lstrip())
    content = folded(text[start:end])
    if looks_like_heading(content):
        return Block("heading", start, end, plain(content), level=7)
    return Block("paragraph", start, end, content)


def _heading(text: str, start: int, end: int, *, level: int) -> Block:
    content = text[start:end]
    bare = len(content) - len(content.lstrip("*_ "))
    match = _NAMED_NUMBER.match(content, bare) or _HEADING_NUMBER.match(content, bare)
    if match is None or match[1] == "A":
        return Block("heading", start, end, plain(content), level=level)
    return Block("heading", start + match.end(), end, plain(content[match.end() :]), match[1], f"#{level}", level)


def _style(marker: str) -> str:
    """The marker with its value replaced by its kind: "(b)" gives "(a)", "12." gives "1."."""
    value = marker.strip("().")
    kind = "1" if value.isdigit() else "a" if value.islower() else "A"
    return marker.replace(value, kind, 1)


def looks_like_heading(text: str) -> bool:
    """A short line without an end, in capitals or with most of its long words capitalized."""
    if len(text) > _LONGEST_HEADING or _ENDS.search(text.rstrip("*_")) or not text[0].isupper():
        return False
    return is_title_case(text)


def is_title_case(text: str) -> bool:
    """Whether most words of four letters or more begin with a capital."""
    long_words = re.findall(r"[^\W\d_][\w’'-]{3,}", text)
    capitals = sum(word[0].isupper() for word in long_words)
    return bool(long_words) and capitals >= 0.7 * len(long_words)
