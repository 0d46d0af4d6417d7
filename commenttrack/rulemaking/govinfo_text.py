"""The text edition of govinfo.gov: one ``<pre>`` of hard-wrapped lines in typewriter signs, also saved without HTML.

``[[Page 28451]]`` marks where a printed page begins, ``\\5\\`` calls a footnote whose text stands between two rules,
``0`` on a line is the square before an amendatory instruction, ``Sec.  `` stands for the section sign.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from commenttrack.rulemaking import block_roles as roles
from commenttrack.rulemaking import text_blocks as blocks
from commenttrack.rulemaking.line_mending import Vocabulary, has_room, joined
from commenttrack.rulemaking.provisions import Unparsed
from commenttrack.rulemaking.text_blocks import Block, SourceText, flow_of, legible, page_mark, typeset
from commenttrack.rulemaking.text_tables import LONGEST, RULE, read_table
from commenttrack.rulemaking.written_days import first_date
from commenttrack.rulemaking.xml_text import Flow

HEADER = "printer's header"
_MARK = re.compile(r"^\[Federal Register(?:[:,]| Volume)\s.*\]\s*$|^\[\[Page [0-9]{1,6}\]\]\s*$", re.MULTILINE)
_PRE = re.compile(r"<pre\b[^>]*>(.*?)(?:</pre>|\Z)", re.IGNORECASE | re.DOTALL)
_CONCEALED = re.compile(r'<(?:a|span)\b[^>]*\bdata-cfemail="([0-9a-fA-F]+)"[^>]*>.*?</(?:a|span)>', re.DOTALL)
_TAG = re.compile(
    r"</?(?:a|span|b|i|em|strong|u|font|br|hr|p|div|html|head|body|center|sup|sub|inf)\b[^<>]{0,2000}>", re.IGNORECASE
)
# Signs the typewriter edition has no letter for.
_SIGNS = {
    "bullet": "•", "rdquo": "”", "ldquo": "“", "para": "¶", "sect": "§", "dagger": "†", "Dagger": "‡", "degrees": "°",
    "deg": "°", "plus-minus": "±", "pls-thn-eq": "≅", "gr-thn-eq": "≥", "ls-thn-eq": "≤", "ge": "≥", "le": "≤",
    "times": "×", "micro": "µ", "mu": "µ", "check": "✓", "box": "□", "sbull": "•", "copyright": "©", "reg": "®",
    "trademark": "™", "cent": "¢", "ne": "≠", "fraction": "⁄", "radic": "√", "square": "□",
}  # fmt: skip
_SIGN = re.compile(r"<(" + "|".join(sorted(_SIGNS, key=len, reverse=True)) + r")>")
_PAGE = re.compile(r"\s*\[\[Page (?:[A-Z])?([0-9]{1,6})\]\]\s*\Z")
_HEADER_LINE = re.compile(
    r"\[(?:Federal Register.*|(?:Proposed )?Rules?(?: and Regulations)?|Notices?|Presidential Documents"
    r"|Pages? [0-9A-Z, -]+"
    r"|FR Doc(?:\.|ument)?\s*(?:No)?\.?:?\s*[0-9A-Z–-]+|Unknown Section|Corrections?|"
    r"DOCID:.*)\]\s*\Z|From the Federal Register Online\b.*|\s*={20,}\s*\Z",
)
_KINDS = (
    ("[Proposed", "proposed_rule"),
    ("[Rules", "rule"),
    ("[Notice", "notice"),
    ("[Presidential", "presidential_document"),
)
_PAGES = re.compile(r"\[Pages? ([0-9]+)(?:-([0-9]+))?")
_NUMBER = re.compile(r"\[FR Doc(?:\.|ument)?\s*(?:No)?\.?:?\s*([0-9A-Z]+(?:[–-][0-9A-Z]+)+)")
_NOTE_START = re.compile(r"\s*\\([0-9]{1,4}[a-z]?|\*{1,3})\\\s*")
_SQUARE = re.compile(r"0\s*\Z")
_LIST_SIGN = re.compile(r"[•●▪■□]\s")
_ENDS = re.compile(r"[.:;?!][”’'\")\]]*\Z|''\Z")
_DOUBLE_RULE = re.compile(r"\s*={20,}\s*\Z")
_SIGN_AT_END = re.compile(r"\bSec\.\s{2,}\Z")
_INDENT = 3
_WIDTH = 72


@dataclass(slots=True)
class _Paragraph:
    """A paragraph being read: raw text with page marks, and how its lines stood."""

    raw: str = ""
    page: int | None = None
    indented: bool = False
    last: str = ""
    square: bool = False
    # A page mark that waits for the words after it.
    mark: str = ""
    # Notes stand between its lines; they come behind it.
    notes: list[Block] = field(default_factory=list)


def is_govinfo(text: str) -> bool:
    """Whether a text is of the typewriter edition."""
    return bool(_MARK.search(text[:200_000]))


def preformatted(text: str) -> str:
    """The text of the ``<pre>`` elements of a page, without mark-up; text without mark-up as it is."""
    found = _PRE.findall(text)
    if not found:
        return text
    plain = "\n".join(found)
    plain = _CONCEALED.sub(lambda match: revealed(match[1]), plain)
    plain = _TAG.sub("", plain)
    plain = _SIGN.sub(lambda match: _SIGNS[match[1]], plain)
    return legible(html.unescape(plain).replace("\xa0", " "))


def revealed(code: str) -> str:
    """The mail address that a page hides from robots: hexadecimal digits, the first pair is the key of the others."""
    digits = bytes.fromhex(code[: len(code) // 2 * 2])
    return bytes(byte ^ digits[0] for byte in digits[1:]).decode("utf-8", "replace") if digits else ""


def read(text: str) -> SourceText:
    """The blocks of a text edition; ``text`` is what :func:`preformatted` gives."""
    source = SourceText("govinfo", [])
    lines = [line.expandtabs().rstrip("\r") for line in text.split("\n")]
    reader = _Reader(lines, source)
    reader.read()
    source.limits.append("headings are told by their wording and numbers, since this form has no ranks")
    source.limits.append("italics are not in this form")
    return source


class _Reader:
    def __init__(self, lines: Sequence[str], source: SourceText) -> None:
        self._lines = lines
        self._source = source
        self._page: int | None = None
        # The first line with text at or after the line being read.
        self._text_at = 0
        self._open = _Paragraph()
        self._vocabulary = Vocabulary.of(lines)
        # Most editions end a wrapped line with a space; where they do, a line without one ends its paragraph.
        wrapped = [
            line
            for line, following in zip(lines, [*lines[1:], ""], strict=True)
            if len(line) > 60 and following.strip()
        ]
        self._spaced = sum(line.endswith(" ") for line in wrapped) * 2 > len(wrapped)
        self._header: list[str] = []

    def read(self) -> None:
        index = 0
        while index < len(self._lines):
            index = self._line(index)
        self._close(alone=True)
        if self._header:
            text = " ".join(" ".join(self._header).split())
            self._source.aside.append(Unparsed(text, HEADER, self._source.start_page))
        self._source.end_page = self._page or self._source.end_page

    def _line(self, index: int) -> int:
        """Read the line at ``index``, perhaps more; returns the index of the next."""
        line = self._lines[index]
        if not line.strip():
            # At a page mark a paragraph goes on over blank lines.
            if not self._open.mark and not self._open.notes and not self._before_page(index):
                self._close(alone=True)
            return index + 1
        page = _PAGE.match(line)
        if page:
            self._turn(int(page[1]))
            return index + 1
        before_text = not self._source.blocks and _HEADER_LINE.match(line)
        if before_text or (not self._open.raw and _DOUBLE_RULE.match(line)):
            self._head_line(line)
            return index + 1
        if RULE.match(line):
            return self._ruled(index)
        if _SQUARE.match(line) and self._is_square(index):
            self._close(alone=False)
            self._open.square = True
            return index + 1
        if self._continues(line, index):
            self._append(line)
        else:
            self._close(alone=False)
            self._start(line)
        return index + 1

    def _before_page(self, index: int) -> bool:
        # The end of a run of blank lines is looked for once.
        self._text_at = max(self._text_at, index)
        while self._text_at < len(self._lines) and not self._lines[self._text_at].strip():
            self._text_at += 1
        at = self._text_at
        return at < len(self._lines) and bool(_PAGE.match(self._lines[at])) and bool(self._open.raw)

    def _is_square(self, index: int) -> bool:
        following = next((line for line in self._lines[index + 1 : index + 3] if line.strip()), "")
        return bool(following) and not following.startswith(" ")

    def _turn(self, page: int) -> None:
        self._page = page
        if self._source.start_page is None:
            # The mark stands where the page begins; text before it is of the page before.
            self._source.start_page = page - 1 if self._source.blocks or self._open.raw else page
        if self._open.raw:
            self._open.mark = page_mark(page)

    def _head_line(self, line: str) -> None:
        self._header.append(line.strip(" ="))
        for start, kind in _KINDS:
            if line.startswith(start):
                self._source.kind = kind
        pages = _PAGES.match(line)
        if pages:
            self._source.start_page = self._page = int(pages[1])
            self._source.end_page = int(pages[2] or pages[1])
        number = _NUMBER.match(line)
        if number:
            self._source.document_number = number[1].replace("–", "-")
        if line.startswith("[Federal Register"):
            day = first_date(line)
            self._source.publication_date = day.isoformat() if day else None

    # Paragraphs ------------------------------------------------------------------------------------------------------

    def _start(self, line: str) -> None:
        self._open.raw = line.lstrip() if line.endswith(" ") else line.strip()
        self._open.page = self._page
        self._open.indented = len(line) - len(line.lstrip()) >= _INDENT
        self._open.last = line

    def _append(self, line: str) -> None:
        opened = self._open
        # The section sign at a line end, its number on the next line.
        if opened.raw.rstrip().endswith("Sec."):
            opened.raw = _SIGN_AT_END.sub("§ ", opened.raw)
        opened.raw = joined(opened.raw, line, self._vocabulary, mark=opened.mark, wraps_at_hyphens=True)
        if line.endswith(" "):
            opened.raw += " "
        opened.mark = ""
        opened.last = line

    def _continues(self, line: str, index: int) -> bool:
        """Whether a line goes on with the open paragraph."""
        opened = self._open
        if not opened.raw or len(line) - len(line.lstrip()) >= _INDENT:
            return False
        if opened.mark or opened.notes:
            return self._continues_over_page(line, index)
        last = opened.last
        if last.endswith(" "):
            return True
        if last.endswith("-") and not RULE.match(last):
            return True
        # A link is longer on the page than in the file that was wrapped.
        return (not self._spaced or len(last) > _WIDTH + 4) and not has_room(last, line, _WIDTH)

    def _continues_over_page(self, line: str, index: int) -> bool:
        text = self._open.raw
        if text.endswith((" ", "-")) and not _ENDS.search(text.rstrip()):
            return True
        if not _ENDS.search(text.rstrip()):
            return self._open.indented or not self._is_heading(line, index)
        # The page ended with a sentence: what starts at the margin goes on with the paragraph or heads something.
        return self._open.indented and not self._is_heading(line, index) and not roles.caption(line)[0]

    def _is_heading(self, line: str, index: int) -> bool:
        if line.endswith(" ") and not roles.is_numbered_heading(line.strip()):
            return False
        return roles.is_title_like(line.strip()) or line.startswith(("Sec.", "PART", "Authority:", "*", "["))

    def _close(self, *, alone: bool) -> None:
        opened, self._open = self._open, _Paragraph()
        if not opened.raw.strip():
            self._open.square = opened.square
            return
        flow = flow_of(typeset(opened.raw), opened.page)
        kind = blocks.INSTRUCTION if opened.square else blocks.PARAGRAPH
        self._source.blocks.append(
            Block(flow, kind, alone=alone, indented=opened.indented or bool(_LIST_SIGN.match(flow.text)))
        )
        self._source.blocks += opened.notes

    # Between rules ---------------------------------------------------------------------------------------------------

    def _ruled(self, index: int) -> int:
        """What follows a rule: footnotes, a table, or nothing when the rule only sets the head apart."""
        after = next((line for line in self._lines[index + 1 : index + 4] if line.strip()), "")
        if _NOTE_START.match(after):
            return self._footnotes(index)
        if index + 1 < len(self._lines) and self._lines[index + 1].strip() and not RULE.match(self._lines[index + 1]):
            end = self._table_end(index)
            if end:
                return self._table(index, end)
        if not self._open.mark:
            self._close(alone=True)
        return index + 1

    def _footnotes(self, start: int) -> int:
        end = next((i for i in range(start + 1, len(self._lines)) if RULE.match(self._lines[i])), None)
        last = end if end is not None else self._numbered_end(start)
        notes = [Block(flow, blocks.NOTE, number=number) for number, flow in self._notes(self._lines[start + 1 : last])]
        if self._open.raw and not _ENDS.search(re.sub(r"\\[0-9]{1,4}\\\s*\Z", "", self._open.raw).rstrip()):
            # The paragraph goes on after the notes of its page.
            self._open.notes += notes
        else:
            self._close(alone=True)
            self._source.blocks += notes
        return last + 1 if end is not None else last

    def _numbered_end(self, start: int) -> int:
        """Without a second rule only paragraphs with numbers are notes."""
        index = start + 1
        within = False
        while index < len(self._lines):
            line = self._lines[index]
            if _NOTE_START.match(line):
                within = True
            elif line.startswith("    ") or (not line.strip() and within and not self._numbered_follows(index)):
                break
            index += 1
        return index

    def _numbered_follows(self, index: int) -> bool:
        following = next((line for line in self._lines[index : index + 3] if line.strip()), "")
        return bool(_NOTE_START.match(following))

    def _notes(self, lines: Sequence[str]) -> Iterator[tuple[str, Flow]]:
        """The notes of a stretch of lines: (number, or empty when the paragraph goes on with a note; text)."""
        number, raw, mark = "", "", ""
        page = self._page

        def finished() -> Iterator[tuple[str, Flow]]:
            if raw.strip():
                yield number, flow_of(typeset(raw), page)

        for line in lines:
            turned = _PAGE.match(line)
            if turned:
                self._page = int(turned[1])
                mark = page_mark(self._page)
                continue
            if not line.strip():
                continue
            started = _NOTE_START.match(line)
            if started or len(line) - len(line.lstrip()) >= _INDENT:
                yield from finished()
                number, raw = (started[1], line[started.end() :]) if started else ("", line.lstrip())
                page, mark = self._page, ""
            else:
                raw = joined(raw, line, self._vocabulary, mark=mark) if raw else line
                mark = ""
                if line.endswith(" "):
                    raw += " "
        yield from finished()

    def _table_end(self, start: int) -> int | None:
        """The index of the rule that closes the table which starts with the rule at ``start``."""
        rules = 0
        last: int | None = None
        for index in range(start + 1, min(len(self._lines), start + LONGEST)):
            line = self._lines[index]
            if RULE.match(line) and not line.startswith(" "):
                rules += 1
                last = index
                following = self._lines[index + 1] if index + 1 < len(self._lines) else ""
                if rules >= 2 and (
                    not following.strip() or _NOTE_START.match(following) or (rules >= 2 and self._ends_table(index))
                ):
                    return index
            elif line.startswith("    ") and not line.strip():
                continue
            elif not line.strip() and rules >= 1 and self._prose_follows(index):
                return last if rules >= 2 else None
            elif not line.strip() and not rules:
                return None
        return last if rules >= 2 else None

    def _ends_table(self, index: int) -> bool:
        """Whether no further rule closes rows that follow the rule at ``index``."""
        for line in self._lines[index + 1 : index + LONGEST]:
            if RULE.match(line) and not line.startswith(" "):
                return False
            if not line.strip():
                return True
        return True

    def _prose_follows(self, index: int) -> bool:
        following = next((line for line in self._lines[index : index + 4] if line.strip()), "")
        return following.startswith("    ") and len(following.strip()) > 55 and "  " not in following.strip()

    def _table(self, start: int, end: int) -> int:
        titles = self._titles()
        page = self._page
        rows: list[str] = []
        turned = ""
        for line in self._lines[start : end + 1]:
            found = _PAGE.match(line)
            if found:
                self._page = int(found[1])
                turned += page_mark(self._page)
            else:
                rows.append(line)
        after = end + 1
        notes: list[str] = []
        while after < len(self._lines) and self._lines[after].strip() and not _PAGE.match(self._lines[after]):
            if self._lines[after].startswith("    ") or RULE.match(self._lines[after]):
                break
            notes.append(self._lines[after])
            after += 1
        grid = read_table(titles, rows, notes)
        flow = flow_of(turned, page)
        if turned:
            flow = Flow("", page, ((0, self._page or 0),))
        self._source.blocks.append(Block(flow, blocks.TABLE, grid=grid))
        return after

    def _titles(self) -> list[str]:
        """The title of a table stands on the lines right above its first rule, set in the middle."""
        self._close(alone=False)
        if not self._source.blocks:
            return []
        last = self._source.blocks[-1]
        text = last.flow.text
        titled = (
            last.kind == blocks.PARAGRAPH
            and last.indented
            and not last.alone
            and re.match(r"(?i)(?:table|exhibit|figure|chart)\b", text)
        )
        if titled and len(text) < roles.LONGEST_HEADING:
            self._source.blocks.pop()
            return [text]
        return []
