"""Which character of a Markdown text prints as which: the words of a text, each with its place in the source.

What is computed when the letter prints (citations, calls of notes, cross-references) stands as one sign, with the place
of what was typed for it. So an edit of the printed words becomes an edit of the source that touches nothing else.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from markdown_it.token import Token

from commenttrack.letters.body import parser

SIGN = "\ufffc"
"""Stands in the words for what is computed."""
LINE = "\v"
"""Stands for a forced line end."""


@dataclass(frozen=True, slots=True)
class Computed:
    """Something that prints as computed text: where its sign stands in the words, where it was typed."""

    at: int
    kind: Literal["citation", "note call", "note", "cross-reference", "picture", "other"]
    start: int
    end: int
    label: str = ""
    """Of a call: the note's label."""


@dataclass(frozen=True, slots=True)
class Pair:
    """The two ends of a styled run in the source, ``**`` and ``**`` or ``[`` and ``](https://…)``."""

    start: int
    inner_start: int
    inner_end: int
    end: int


@dataclass(frozen=True, slots=True)
class Run:
    """A paragraph, heading, cell or line of code; ``between`` is what a new paragraph after it begins with."""

    start: int
    end: int
    between: str | None
    """None where no paragraph can end: in cells, headings and code."""
    plain: bool = False
    """Whether the words stand in the source as they are: nothing in them is markup."""


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a source: ``starts[i]`` and ``ends[i]`` are where character ``i`` of ``text`` stands in it.

    Runs are joined by line ends, which stand nowhere in the source (-1).
    """

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    computed: tuple[Computed, ...]
    pairs: tuple[Pair, ...]
    runs: tuple[Run, ...]
    notes: "dict[str, Words]" = field(default_factory=dict)
    """Words of the notes that the source defines, by label; those written in place under ``^`` and where they start."""


def words_of(markdown: str) -> Words:
    """The words of a part's text."""
    source = _Source(markdown)
    return _Reader(source).read()


def words_of_line(markdown: str) -> Words:
    """The words of a heading: Markdown within one line."""
    source = _Source(markdown)
    collector = _Collector()
    content = source.text
    tokens = parser().disable("text_join").parseInline(content)
    _Inline(collector, content, [source.at(i) for i in range(len(content) + 1)]).read(tokens[0].children or [])
    collector.end_run(None)
    return collector.words()


_MARKS = re.compile(r"\{\+\+|\{--|\+\+\}|--\}")


def words_of_requested(marked: str) -> Words:
    """The words of a requested text, of both sides, without the marks around them."""
    source = _Source(marked)
    collector = _Collector()
    opened: tuple[int, int] | None = None
    for paragraph in re.finditer(r"\S.*?(?=\n[ \t]*\n|\Z)", source.text, re.S):
        at = paragraph.start()
        while at < paragraph.end():
            mark = _MARKS.match(source.text, at)
            if mark is not None:
                if mark.group()[0] == "{":
                    opened = (at, mark.end())
                elif opened is not None:
                    ends = (*opened, at, mark.end())
                    collector.pairs.append(Pair(*(source.at(each) for each in ends)))
                    opened = None
                at = mark.end()
                continue
            space = re.compile(r"\s+").match(source.text, at)
            end = space.end() if space else at + 1
            if not (space and end >= paragraph.end()):
                collector.add(" " if space else source.text[at], source.at(at), source.at(end))
            at = end
        collector.end_run("\n\n", plain=True)
    return collector.words()


class _Source:
    """A source with plain line ends, and where each of its characters stood before."""

    def __init__(self, markdown: str) -> None:
        self.text = markdown.replace("\r\n", "\n").replace("\r", "\n")
        self._at: list[int] | None = None
        if "\r" in markdown:
            self._at = [m.start() for m in re.finditer(r"\r\n|.", markdown, re.S)] + [len(markdown)]

    def at(self, index: int) -> int:
        return self._at[index] if self._at is not None else index


class _Collector:
    """Gathers words as they are read."""

    def __init__(self) -> None:
        self.text: list[str] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.computed: list[Computed] = []
        self.pairs: list[Pair] = []
        self.runs: list[Run] = []
        self.notes: dict[str, Words] = {}
        self._run = 0

    def add(self, char: str, start: int, end: int) -> None:
        self.text.append(char)
        self.starts.append(start)
        self.ends.append(end)

    def sign(self, kind: str, start: int, end: int, label: str = "") -> None:
        self.computed.append(Computed(len(self.text), kind, start, end, label))  # type: ignore[arg-type]
        self.add(SIGN, start, end)

    def end_run(self, between: str | None, *, plain: bool = False) -> None:
        if len(self.text) == self._run:
            return
        self.runs.append(Run(self._run, len(self.text), between, plain))
        self.add("\n", -1, -1)
        self._run = len(self.text)

    def words(self) -> Words:
        if self.text and self.text[-1] == "\n" and self.starts[-1] == -1:
            self.text.pop(), self.starts.pop(), self.ends.pop()
        return Words(
            "".join(self.text),
            tuple(self.starts),
            tuple(self.ends),
            tuple(self.computed),
            tuple(self.pairs),
            tuple(self.runs),
            self.notes,
        )


class _Reader:
    """Walks the blocks of a text."""

    def __init__(self, source: _Source) -> None:
        self._source = source
        self._lines = source.text.split("\n")
        self._line_at = [0]
        for line in self._lines:
            self._line_at.append(self._line_at[-1] + len(line) + 1)
        self._cells: dict[int, int] = {}

    def read(self) -> Words:
        body = _Collector()
        collectors = [body]
        tokens = parser().disable("text_join").parse(self._source.text, {})
        label = ""
        above = [""]
        for token in tokens:
            if token.type == "footnote_reference_open":
                label = str(token.meta["label"])
                collectors.append(_Collector())
            elif token.type == "footnote_reference_close":
                note = collectors.pop()
                body.notes.setdefault(label, note.words())
            elif token.type.endswith("_open"):
                above.append(token.type)
            elif token.type.endswith("_close"):
                above.pop()
            elif token.type == "inline" and token.map:
                self._inline(token, collectors[-1], above[-1], body)
            elif token.type in ("fence", "code_block") and token.map:
                self._code(token, collectors[-1])
        return body.words()

    def _inline(self, token: Token, collector: _Collector, above: str, body: _Collector) -> None:
        assert token.map  # noqa: S101  # the caller looked
        cell = above in ("th_open", "td_open")
        places = self._places(token.content, token.map[0], cell=cell)
        if places is None:
            collector.end_run(None)
            return
        inline = _Inline(collector, token.content, places, body)
        inline.read(token.children or [])
        first = places[0] if places else 0
        between = None if cell or above == "heading_open" else self._between(token.map[0], first)
        collector.end_run(between)

    def _places(self, content: str, line: int, *, cell: bool) -> list[int] | None:
        """Where each character of a block's content stands in the source, and where the last one ends."""
        out: list[int] = []
        at = 0
        for index, row in enumerate(content.split("\n")):
            number = line + index
            if number >= len(self._lines):
                return None
            source = self._lines[number]
            if cell:
                pattern = "".join(r"\\?\|" if char == "|" else re.escape(char) for char in row)
                found = re.compile(pattern).search(source, self._cells.get(number, 0))
                if found is None:
                    return None
                at = found.start()
                for char in row:
                    if source[at] == "\\" and char == "|":
                        out.append(self._line_at[number] + at)
                        at += 2
                        continue
                    out.append(self._line_at[number] + at)
                    at += 1
                bar = source.find("|", at)
                self._cells[number] = bar + 1 if bar >= 0 else len(source)
            else:
                bare = row.rstrip(" \t")
                stripped = source.rstrip(" \t")
                at = len(stripped) - len(bare) if stripped.endswith(bare) else source.find(bare)
                if at < 0:
                    return None
                out.extend(self._line_at[number] + at + place for place in range(len(row)))
                at += len(row)
            out.append(self._line_at[number] + at)
        return [self._source.at(min(place, len(self._source.text))) for place in out]

    def _between(self, line: int, first: int) -> str:
        at = first - self._source.at(self._line_at[line])
        before = self._lines[line][: max(at, 0)]
        if re.search(r"(?:[-*+]|\d+[.)])\s+\Z", before):
            return "\n" + before
        if "[^" in before:
            return "\n\n    "
        if ">" in before:
            return "\n" + before.rstrip() + "\n" + before
        return "\n\n" + (before if before.isspace() else "")

    def _code(self, token: Token, collector: _Collector) -> None:
        assert token.map  # noqa: S101  # the caller looked
        line = token.map[0] + (1 if token.type == "fence" else 0)
        for number, row in enumerate(token.content.rstrip("\n").split("\n"), line):
            if number < len(self._lines) and (at := self._lines[number].find(row)) >= 0:
                start = self._line_at[number] + at
                for index, char in enumerate(row):
                    collector.add(char, self._source.at(start + index), self._source.at(start + index + 1))
            collector.end_run(None, plain=True)


_LINK_END = re.compile(
    r"\]\((?:[^()\\\n]|\\.|\((?:[^()\\]|\\.)*\))*\)|\]\[[^\]]*\]|\]",
)
_IMAGE = re.compile(r"!\[[^\]]*\](?:\((?:[^()\\]|\\.)*\)|\[[^\]]*\])?")
_NOTE = re.compile(r"\[\^([^\]\s]+)\]")
_PART = re.compile(r"\[#[a-z][\w.-]*\]")
_CITATION = re.compile(r"\[@[^\]]*\]")
_TYPED = {"ins_open": "{++", "ins_close": "++}", "del_open": "{--", "del_close": "--}"}
_SIGNS = {"citation": (_CITATION, "citation"), "part_call": (_PART, "cross-reference"), "image": (_IMAGE, "picture")}


class _Inline:
    """Walks the inlines of one run. ``places`` has one more entry than ``content`` has characters."""

    def __init__(
        self, collector: _Collector, content: str, places: Sequence[int], body: _Collector | None = None
    ) -> None:
        self._out = collector
        self._content = content
        self._places = places
        self._body = body or collector
        self._at = 0
        self._opened: list[tuple[int, int]] = []
        self._outer: list[tuple[_Collector, int]] = []

    def _place(self, index: int) -> int:
        return self._places[min(index, len(self._places) - 1)]

    def read(self, tokens: Sequence[Token]) -> None:
        for token in tokens:
            self._one(token)

    def _one(self, token: Token) -> None:
        kind = token.type
        if kind in ("text", "html_inline"):
            self._text(token.content)
        elif kind == "text_special":
            length = len(token.markup) or 1
            for char in token.content:
                self._out.add(char, self._place(self._at), self._place(self._at + length))
            self._at += length
        elif kind in ("softbreak", "hardbreak"):
            found = re.compile(r"[ \t]*\\?\n[ \t]*").match(self._content, self._at)
            end = found.end() if found else self._at
            self._out.add(" " if kind == "softbreak" else LINE, self._place(self._at), self._place(end))
            self._at = end
        elif kind == "code_inline":
            self._code(token)
        elif kind == "note_call":
            self._sign(_NOTE, "note call", token.content)
        elif kind in _SIGNS:
            self._sign(*_SIGNS[kind])
        elif kind == "inline_note_open":
            self._outer.append((self._out, self._at))
            self._at += 2
            self._out = _Collector()
        elif kind == "inline_note_close":
            self._note_end()
        elif kind.endswith("_open"):
            length = 1 if kind == "link_open" else len(_TYPED.get(kind, token.markup))
            self._opened.append((self._at, self._at + length))
            self._at += length
        elif kind.endswith("_close"):
            self._close(token)
        else:
            self._out.sign("other", self._place(self._at), self._place(self._at))

    def _text(self, text: str) -> None:
        at = self._content.find(text, self._at)
        if at < 0:
            return
        for index, char in enumerate(text, at):
            self._out.add(char, self._place(index), self._place(index + 1))
        self._at = at + len(text)

    def _code(self, token: Token) -> None:
        inside = self._at + len(token.markup)
        after = self._content.find(token.markup, inside)
        start = self._content.find(token.content, inside)
        if start < 0 or after < start:
            self._out.sign("other", self._place(self._at), self._place(max(after, self._at)))
        else:
            end = start + len(token.content)
            self._out.pairs.append(
                Pair(
                    *map(self._place, (self._at, start, end, self._content.find(token.markup, end) + len(token.markup)))
                )
            )
            self._at = start
            self._text(token.content)
            after = self._content.find(token.markup, self._at)
        self._at = after + len(token.markup)

    def _sign(self, pattern: re.Pattern[str], kind: str, label: str = "") -> None:
        found = pattern.search(self._content, self._at)
        if found is None:
            self._out.sign("other", self._place(self._at), self._place(self._at))
            return
        self._out.sign(kind, self._place(found.start()), self._place(found.end()), label)
        self._at = found.end()

    def _note_end(self) -> None:
        outer, start = self._outer.pop()
        self._out.end_run(None)
        label = f"^{self._place(start)}"
        self._body.notes[label] = self._out.words()
        self._out = outer
        self._at += 1
        self._out.sign("note", self._place(start), self._place(self._at), label)

    def _close(self, token: Token) -> None:
        start, inner = self._opened.pop() if self._opened else (self._at, self._at)
        end = self._at + len(_TYPED.get(token.type, token.markup))
        if token.type == "link_close":
            found = _LINK_END.match(self._content, self._at)
            end = self._at + 1 if token.markup == "autolink" else (found.end() if found else self._at)
        self._out.pairs.append(Pair(*map(self._place, (start, inner, self._at, end))))
        self._at = end
