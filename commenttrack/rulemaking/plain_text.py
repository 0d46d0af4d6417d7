"""Plain text of a document: typed, saved, or pasted from Word or a browser, with hard wraps or without.

The text of a PDF comes here too, its lines set in by spaces and parted by empty lines as they stand on the page.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from commenttrack.rulemaking import block_roles as roles
from commenttrack.rulemaking import text_blocks as blocks
from commenttrack.rulemaking.line_mending import PDF_HYPHENS, Vocabulary, has_room, joined, width_of
from commenttrack.rulemaking.running_lines import RunningLines
from commenttrack.rulemaking.text_blocks import PAGE_OPEN, Block, SourceText, flow_of, last_page, typeset

_PAGE_ONLY = re.compile("\ue000([0-9]{1,6})\ue001\\s*\\Z")
_NOTE_BLOCK = re.compile(r"\[([0-9]{1,3})\]\s+(?=\S)")
_NOTE_CALL = re.compile(r"(?<=\S)\s?\[([0-9]{1,3})\]")
_MARKER = re.compile(r"(?:\(\s?[A-Za-z0-9]{1,5}\s?\)|[•●▪■□\uf0b7]|[0-9]{1,3}\.|[A-Za-z]\.|[IVX]{1,6}\.)\s+\S")
_LIST_SIGN = re.compile(r"[•●▪■□\uf0b7*–-]\s|\([0-9A-Za-z]{1,5}\)\s")
# The end of a sentence or of an item of a list, a note call after it.
_ENDS = re.compile(r"(?:[.:;?!—][”’\"')\]]*|[;,]\s(?:and|or))(?:\\[0-9]{1,4}\\)*\s*\Z")
_STARTS = re.compile(
    r"[*]\s[*]|§|Sec\.\s|PART\s+[0-9]|Subpart\s+[A-Z]|Authority:|\[FR Doc|BILLING CODE|[0-9]{1,2} CFR |RIN\s[0-9]"
    r"|\[Docket"
)
_HYPHENS = dict.fromkeys(map(ord, PDF_HYPHENS), "-")
_INDENT = 2


@dataclass(frozen=True, slots=True)
class Layout:
    """How lines were wrapped: at ``width`` characters (0: not at all); a full line may be ``slack`` shorter."""

    width: int
    slack: int = 0


def read(text: str) -> SourceText:
    """The blocks of a plain text."""
    source = SourceText("text", [])
    running = RunningLines()
    lines: list[str] = []
    for line in text.split("\n"):
        kept = running.take(line.expandtabs(4).rstrip())
        if kept is not None:
            lines.append(kept)
    running.tell(source)
    source.blocks += paragraphs(lines, source, Layout(width_of(lines)))
    source.limits.append("headings are told by their wording and numbers, since this form has no ranks")
    source.limits.append("italics are not in this form")
    return source


def paragraphs(lines: Sequence[str], source: SourceText, layout: Layout) -> list[Block]:
    """Lines as blocks. ``source`` tells the page they start on; page marks among the lines turn it."""
    reader = _Reader(lines, source.start_page, layout)
    return _with_notes(reader.read())


class _Reader:
    def __init__(self, lines: Sequence[str], page: int | None, layout: Layout) -> None:
        self._lines = lines
        self._layout = layout
        self._page = page
        self._vocabulary = Vocabulary.of(lines)
        indents = sorted(len(line) - len(line.lstrip()) for line in lines if line.strip())
        # Most lines of a wrapped text stand at its margin.
        self._margin = indents[len(indents) // 4] if indents else 0
        self._found: list[tuple[str, bool, bool]] = []
        self._raw = ""
        self._indented = False
        self._last = ""
        self._mark = ""

    def read(self) -> list[tuple[Block, str]]:
        """The blocks with their raw texts."""
        for at, line in enumerate(self._lines):
            if _PAGE_ONLY.match(line):
                self._mark += line.strip()
            elif not line.strip():
                self._close(alone=True)
            elif self._raw and self._continues(line, at):
                self._raw = joined(self._raw, line, self._vocabulary, mark=self._mark, wraps_at_hyphens=False)
                self._last, self._mark = line, ""
            else:
                self._close(alone=False)
                self._raw, self._mark = self._mark + line.strip(), ""
                self._indented = self._layout.width > 0 and self._indent(line) >= _INDENT
                self._last = line
        self._close(alone=True)
        result: list[tuple[Block, str]] = []
        for raw, indented, alone in self._found:
            flow = flow_of(typeset(raw), self._page)
            self._page = last_page(raw, self._page)
            listed = bool(_LIST_SIGN.match(flow.text))
            result.append((Block(flow, alone=alone, indented=indented or listed), raw))
        return result

    def _indent(self, line: str) -> int:
        return len(line) - len(line.lstrip()) - self._margin

    def _close(self, *, alone: bool) -> None:
        if self._raw:
            # A hyphen at the end of the last line of a paragraph.
            raw = self._raw.translate(_HYPHENS)
            self._found.append((raw, self._indented, alone))
        elif alone and self._found:
            raw, indented, _ = self._found[-1]
            self._found[-1] = (raw, indented, True)
        self._raw = ""

    def _continues(self, line: str, at: int) -> bool:
        """Whether a line goes on with the open paragraph."""
        if not self._layout.width:
            return False
        text = line.strip()
        if self._indent(line) >= self._indent(self._last) + _INDENT and not self._last.rstrip().endswith("-"):
            # Lines of a list are set in behind its sign.
            return bool(_LIST_SIGN.match(self._raw)) and not _MARKER.match(text) and not self._had_room(text)
        if roles.caption(text)[0] or _STARTS.match(text):
            return not self._had_room(text) and not roles.caption(text)[0] and not _ENDS.search(self._last)
        if _MARKER.match(text) and (_ENDS.search(self._last) or roles.is_title_like(self._raw)):
            return False
        if _MARKER.match(text) and _INDENT <= self._indent(line) == self._indent(self._last):
            return False
        if _ENDS.search(self._last) and roles.is_title_like(text) and self._paragraph_follows(line, at):
            return False
        return not self._had_room(text)

    def _paragraph_follows(self, line: str, at: int) -> bool:
        """Whether the line after this one starts a paragraph, so that this one may be its heading."""
        following = self._lines[at + 1] if at + 1 < len(self._lines) else ""
        return not following.strip() or self._indent(following) >= self._indent(line) + _INDENT

    def _had_room(self, text: str) -> bool:
        return has_room(self._last.strip(), text, self._layout.width - self._indent_of_last() - self._layout.slack)

    def _indent_of_last(self) -> int:
        return max(0, self._indent(self._last))


def _with_notes(found: Sequence[tuple[Block, str]]) -> list[Block]:
    """Endnotes as a browser or Word pastes them: “[1] text” at the end, “[1]” where they are called."""
    numbers = {match[1] for block, _ in found if (match := _NOTE_BLOCK.match(block.flow.text))}
    called = {number for block, _ in found for number in _NOTE_CALL.findall(block.flow.text)}
    numbers &= called
    result: list[Block] = []
    if not numbers:
        return [block for block, _ in found]
    for block, raw in found:
        page = block.flow.page
        started = _NOTE_BLOCK.match(block.flow.text)
        if started and started[1] in numbers:
            result.append(Block(block.flow.cut(started.end()), blocks.NOTE, number=started[1]))
            continue
        called_raw = _NOTE_CALL.sub(lambda call: f"\\{call[1]}\\" if call[1] in numbers else call[0], raw)
        flow = flow_of(typeset(called_raw), page) if called_raw != raw or PAGE_OPEN in raw else block.flow
        result.append(Block(flow, block.kind, alone=block.alone, indented=block.indented))
    return result
