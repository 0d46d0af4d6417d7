"""The Markdown of a letter's body, read into the values of :mod:`commenttrack.letters.blocks`.

CommonMark with tables, and what letters need besides: ``[^1]`` and ``^[…]`` notes, ``[@84 FR 65316, 65318]`` citations,
``{--deleted--}{++added++}`` requested text, ``[#key]`` cross-references, ``::: exhibit`` and other divisions that end
with ``:::``, and ``{requests}``. Raw HTML stays the text it is.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from typing import Any
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from mdit_py_plugins.container import container_plugin
from mdit_py_plugins.footnote.index import footnote_def

from commenttrack.errors import BadInput
from commenttrack.letters.blocks import (
    Block,
    Blocks,
    Body,
    Break,
    Cite,
    Code,
    Division,
    Heading,
    Image,
    Inline,
    InlineNote,
    Inlines,
    ListBlock,
    NoteCall,
    Paragraph,
    PartCall,
    Quote,
    RequestTable,
    Rule,
    Styled,
    Table,
    Text,
    only_citations,
    plain,
)

LONGEST = 6_000_000
"""Characters of Markdown read at once; more than any letter has and what a parser can be asked to take."""


def read(markdown: str) -> Body:
    """The blocks and notes of a Markdown text.

    Raises :class:`BadInput` for requested text that is opened and not closed, and for text nested beyond measure.
    """
    if len(markdown) > LONGEST:
        raise BadInput(f"The text has {len(markdown):,} characters; a letter may have {LONGEST:,}.")
    markdown = markdown.replace("\r\n", "\n").replace("\r", "\n")
    env: dict[str, Any] = {}
    tokens = parser().parse(_within_paragraphs(markdown), env)
    refuse_open_divisions(tokens, markdown.split("\n"))
    for token in tokens:
        # markdown-it drops what is nested deeper than its limit; a letter may not lose text.
        if token.level >= _DEEPEST - 2 or any(child.level >= _DEEPEST - 2 for child in token.children or ()):
            line = token.map[0] + 1 if token.map else 0
            raise BadInput(f"The text near line {line} is nested more than {_DEEPEST - 2} levels deep; flatten it.")
    reader = _Reader(tokens)
    blocks = _with_sources(reader.blocks_until(None))
    return Body(blocks, reader.notes)


_FENCE = re.compile(r":::+\s*(\w*)")


def refuse_open_divisions(tokens: Iterable[Token], lines: list[str]) -> None:
    """A division that is not closed would swallow the rest of the letter; one that is not known would print as text."""
    for token in tokens:
        if not token.map:
            continue
        first, last = token.map
        if token.type.startswith("container_") and token.nesting == 1:
            if last >= len(lines) or not _FENCE.match(lines[last].lstrip(" >")):
                raise BadInput(f"The :::{token.info} of line {first + 1} is not closed; end it with a line of :::.")
        elif token.type == "inline" and ":::" in token.content:
            for line in range(first, min(last, len(lines))):
                if match := _FENCE.match(lines[line].lstrip(" >")):
                    what = f"opens no division that is known ({', '.join(DIVISIONS)})" if match[1] else "closes nothing"
                    raise BadInput(f"The {match[0].strip()} of line {line + 1} {what}. To print it, write \\:::.")


def _with_sources(blocks: Blocks) -> Blocks:
    """Quotations joined with the citation at their end or in the paragraph after them."""
    out: list[Block] = []
    for block in blocks:
        match block:
            case Quote(inner):
                out.append(_own_source(inner))
            case ListBlock(items):
                out.append(replace(block, items=tuple(_with_sources(item) for item in items)))
            case Division(_, _, inner):
                out.append(replace(block, blocks=_with_sources(inner)))
            case Paragraph(inlines) if out and isinstance(before := out[-1], Quote) and not before.source:
                if only_citations(inlines):
                    out[-1] = replace(before, source=inlines)
                else:
                    out.append(block)
            case _:
                out.append(block)
    return tuple(out)


def _own_source(inner: Blocks) -> Quote:
    inner = _with_sources(inner)
    if not inner or not isinstance(last := inner[-1], Paragraph):
        return Quote(inner)
    if only_citations(last.inlines):
        return Quote(inner[:-1], last.inlines)
    if isinstance(last.inlines[-1], Cite):
        words = last.inlines[:-1]
        if words and isinstance(end := words[-1], Text):
            words = (*words[:-1], Text(end.text.rstrip()))
        return Quote((*inner[:-1], Paragraph(words)), last.inlines[-1:])
    return Quote(inner)


_DEEPEST = 40
DIVISIONS = ("exhibit", "request", "landscape", "translation")
REQUESTS = "{requests}"
"""A paragraph that becomes the table of all requests."""
KEY = re.compile(r"[a-z][\w.-]*")
"""What a part, an exhibit or a request can be called."""
DIVISION_KEY = re.compile(rf"\s*\{{#({KEY.pattern})\}}\Z")


@cache
def parser() -> MarkdownIt:
    """CommonMark with tables and the additions of a letter. Making it costs more than reading a paragraph with it."""
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": _DEEPEST}).enable(["table", "strikethrough"])
    # Whether an address may be followed is decided where it is used (_SAFE_LINK, Image).
    parser.validateLink = lambda url: True  # type: ignore[method-assign]
    parser.block.ruler.before("reference", "note_definition", footnote_def, {"alt": ["paragraph", "reference"]})
    for kind in DIVISIONS:
        container_plugin(parser, kind)
    parser.inline.ruler.before("link", "citation", _citation)
    parser.inline.ruler.before("link", "note_call", _note_call)
    parser.inline.ruler.before("link", "inline_note", _inline_note)
    parser.inline.ruler.before("link", "part_call", _part_call)
    parser.inline.ruler.before("link", "requested", _requested)
    return parser


_RUN = re.compile(r"(?<!\\)\{(\+\+|--)(.*?)(?:\1\}|\Z)", re.S)


def _within_paragraphs(markdown: str) -> str:
    """Requested text that runs over several paragraphs, closed and opened again at each paragraph's end."""

    def split(match: re.Match[str]) -> str:
        mark, inner = match.group(1), match.group(2)
        if not match.group(0).endswith(mark + "}") or len(match.group(0)) < 6:
            line = markdown.count("\n", 0, match.start()) + 1
            raise BadInput(f"Requested text opened with {{{mark} in line {line} is not closed with {mark}}}.")
        pieces = re.split(r"(\n[ \t]*\n\s*)", inner)
        return "".join(
            piece if index % 2 else (f"{{{mark}{piece}{mark}}}" if piece else "") for index, piece in enumerate(pieces)
        )

    return _RUN.sub(split, markdown)


def _citation(state: StateInline, silent: bool) -> bool:
    if not state.src.startswith("[@", state.pos):
        return False
    end = state.src.find("]", state.pos)
    if end < 0 or not (source := state.src[state.pos + 2 : end].strip()):
        return False
    if not silent:
        state.push("citation", "", 0).content = " ".join(source.split())
    state.pos = end + 1
    return True


def read_requested(marked: str) -> Blocks:
    """Requested text: the agency's words with ``{--deleted--}{++added++}`` and no other markup, in paragraphs.

    What Markdown would take for a list or emphasis is wording here. Raises :class:`BadInput` for an unclosed mark.
    """
    if len(marked) > LONGEST:
        raise BadInput(f"The requested text has {len(marked):,} characters; a letter may have {LONGEST:,}.")
    paragraphs = re.split(r"\n[ \t]*\n\s*", _within_paragraphs(marked.replace("\r\n", "\n").strip()))
    return tuple(Paragraph(_marked(" ".join(paragraph.split()))) for paragraph in paragraphs if paragraph.strip())


def _marked(paragraph: str) -> Inlines:
    out: list[Inline] = []
    end = 0
    for match in _RUN.finditer(paragraph):
        if match.start() > end:
            out.append(Text(paragraph[end : match.start()]))
        if match.group(2):
            out.append(Styled("ins" if match.group(1) == "++" else "del", (Text(match.group(2)),)))
        end = match.end()
    if paragraph[end:]:
        out.append(Text(paragraph[end:]))
    return tuple(out)


_CALL = re.compile(r"\[\^([^\]\s]+)\]")


def _note_call(state: StateInline, silent: bool) -> bool:
    match = _CALL.match(state.src, state.pos)
    if match is None:
        return False
    if not silent:
        state.push("note_call", "", 0).content = match.group(1)
    state.pos = match.end()
    return True


_PART = re.compile(rf"\[#({KEY.pattern})\]")


def _part_call(state: StateInline, silent: bool) -> bool:
    match = _PART.match(state.src, state.pos)
    if match is None:
        return False
    if not silent:
        state.push("part_call", "", 0).content = match.group(1)
    state.pos = match.end()
    return True


def _inline_note(state: StateInline, silent: bool) -> bool:
    if not state.src.startswith("^[", state.pos):
        return False
    end = state.md.helpers.parseLinkLabel(state, state.pos + 1)
    return end >= 0 and _nested(state, silent, "inline_note", state.pos + 2, end, end + 1)


def _requested(state: StateInline, silent: bool) -> bool:
    mark = state.src[state.pos : state.pos + 3]
    if mark not in ("{++", "{--"):
        return False
    end = state.src.find(mark[1:] + "}", state.pos + 3)
    kind = "ins" if mark == "{++" else "del"
    return end >= 0 and _nested(state, silent, kind, state.pos + 3, end, end + 3)


def _nested(state: StateInline, silent: bool, kind: str, start: int, end: int, after: int) -> bool:
    if not silent:
        outer = state.posMax
        state.push(f"{kind}_open", "", 1)
        state.pos, state.posMax = start, end
        state.md.inline.tokenize(state)
        state.push(f"{kind}_close", "", -1)
        state.posMax = outer
    state.pos = after
    return True


_SAFE_LINK = re.compile(r"(?:https?://|mailto:)[^\s<>\"]+\Z", re.I)


class _Reader:
    """Walks the flat token stream of markdown-it once."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self.notes: dict[str, Blocks] = {}

    def _next(self) -> Token:
        token = self._tokens[self._at]
        self._at += 1
        return token

    def blocks_until(self, close: str | None) -> Blocks:
        blocks: list[Block] = []
        while self._at < len(self._tokens):
            token = self._next()
            if token.type == close:
                break
            match token.type:
                case "paragraph_open":
                    inlines = inlines_of(self._next().children or [])
                    self._next()
                    if inlines == (Text(REQUESTS),):
                        blocks.append(RequestTable())
                    elif inlines:
                        blocks.append(Paragraph(inlines))
                case "heading_open":
                    blocks.append(Heading(int(token.tag[1]), inlines_of(self._next().children or [])))
                    self._next()
                case "blockquote_open":
                    blocks.append(Quote(self.blocks_until("blockquote_close")))
                case "bullet_list_open":
                    blocks.append(self._list("bullet_list_close", None))
                case "ordered_list_open":
                    blocks.append(self._list("ordered_list_close", int(token.attrGet("start") or 1)))
                case "table_open":
                    blocks.append(self._table())
                case "fence" | "code_block":
                    blocks.append(Code(token.content.rstrip("\n")))
                case "hr":
                    blocks.append(Rule())
                case "container_exhibit_open" | "container_request_open" | "container_landscape_open":
                    blocks.append(self._division(token))
                case "container_translation_open":
                    raise BadInput(
                        "A ::: translation stands within a list, a quotation or another division; it belongs to a part "
                        "of the letter, at the left margin."
                    )
                case "footnote_reference_open":
                    self._define(str(token.meta["label"]), self.blocks_until("footnote_reference_close"))
                case other:
                    raise AssertionError(f"Markdown token {other} is not read")
        return tuple(blocks)

    def _define(self, label: str, blocks: Blocks) -> None:
        if label in self.notes:
            raise BadInput(f"The note [^{label}] is defined twice; give the second one a label of its own.")
        self.notes[label] = blocks

    def _list(self, close: str, start: int | None) -> ListBlock:
        items: list[Blocks] = []
        first = self._at
        while self._next().type != close:
            items.append(self.blocks_until("list_item_close"))
        tight = any(t.type == "paragraph_open" and t.hidden for t in self._tokens[first : self._at])
        return ListBlock(tuple(items), start, tight)

    def _division(self, opening: Token) -> Division:
        """An exhibit, a request or a turned page, from its opening line to the ``:::`` that closes it."""
        kind = opening.type.removeprefix("container_").removesuffix("_open")
        words = opening.info.strip().removeprefix(kind).strip()
        key = ""
        if match := DIVISION_KEY.search(words):
            key, words = match.group(1), words[: match.start()].strip()
        title = inlines_of(parser().parseInline(words)[0].children or []) if words else ()
        inner = self.blocks_until(opening.type.replace("_open", "_close"))
        return Division(kind, title, inner, key)  # type: ignore[arg-type]  # one of the three names matched above

    def _table(self) -> Table:
        rows: list[tuple[Inlines, ...]] = []
        row: list[Inlines] = []
        align: list[str] = []
        while (token := self._next()).type != "table_close":
            if token.type == "tr_open":
                row = []
            elif token.type == "tr_close":
                rows.append(tuple(row))
            elif token.type in ("th_open", "td_open"):
                if token.type == "th_open":
                    align.append(str(token.attrGet("style") or "").removeprefix("text-align:"))
                row.append(inlines_of(self._next().children or []))
        return Table(rows[0], tuple(rows[1:]), tuple(align))


def inlines_of(tokens: Iterable[Token]) -> Inlines:
    """The inline values of markdown-it's inline tokens."""
    stack: list[tuple[str, str, list[Inline]]] = [("", "", [])]

    def add(inline: Inline) -> None:
        run = stack[-1][2]
        if isinstance(inline, Text) and run and isinstance(run[-1], Text):
            run[-1] = Text(run[-1].text + inline.text)
        elif inline != Text(""):
            run.append(inline)

    for token in tokens:
        match token.type:
            case "text" | "text_special" | "html_inline":
                add(Text(token.content))
            case "softbreak":
                add(Text(" "))
            case "hardbreak":
                add(Break())
            case "code_inline":
                add(Styled("code", (Text(token.content),)))
            case "citation":
                add(Cite(token.content))
            case "note_call":
                add(NoteCall(token.content))
            case "part_call":
                add(PartCall(token.content))
            case "image":
                add(Image(token.content, address_of(token)))
            case "em_open" | "strong_open" | "s_open" | "ins_open" | "del_open" | "link_open" | "inline_note_open":
                stack.append((token.type.removesuffix("_open"), str(token.attrGet("href") or ""), []))
            case (
                "em_close" | "strong_close" | "s_close" | "ins_close" | "del_close" | "link_close" | "inline_note_close"
            ):
                kind, href, children = stack.pop()
                for inline in _closed(kind, href, tuple(children)):
                    add(inline)
            case other:
                raise AssertionError(f"Markdown token {other} is not read")
    return tuple(stack[0][2])


def address_of(image: Token) -> str:
    """The address of an image as it was typed."""
    return unquote(str(image.attrGet("src") or ""))


def _closed(kind: str, href: str, children: Inlines) -> Iterator[Inline]:
    if kind == "inline_note":
        yield InlineNote(children)
    elif kind == "link":
        if _SAFE_LINK.match(href):
            yield Styled("link", children, href)
        else:
            # An address that a reader of a PDF should not follow stays visible as text.
            yield from children
            if href and plain(children) != href:
                yield Text(f" ({href})")
    elif kind in ("em", "strong", "ins", "del"):
        yield Styled(kind, children)  # type: ignore[arg-type]  # one of the four names just listed
    else:
        yield Styled("strike", children)


_SPECIAL = re.compile(r"([\\`*_\[\]<>{}^|~&])")
_LINE_START = re.compile(r"\A(\s*)([-+=]|#{1,6}(?=\s|\Z)|:(?=::)|\d+(?=[.)]))(.?)", re.S)


def as_markdown(text: str) -> str:
    """A text on one line, written so that Markdown reads back exactly its words."""
    line = _SPECIAL.sub(r"\\\1", re.sub(r"[ \t\r\n]+", " ", text).strip(" "))
    if match := _LINE_START.match(line):
        mark, after = match.group(2), match.group(3)
        escaped = f"{mark}\\{after}" if mark[0].isdecimal() else f"\\{mark}{after}"
        line = match.group(1) + escaped + line[match.end() :]
    return line
