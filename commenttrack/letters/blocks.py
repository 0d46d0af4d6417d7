"""What a letter's body is made of, as plain values, and ways to look through them.

:mod:`commenttrack.letters.body` reads Markdown into these values.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal


@dataclass(frozen=True, slots=True)
class Text:
    text: str


@dataclass(frozen=True, slots=True)
class Styled:
    """A run in one style; ``href`` only for links. ``english``: words of the program in a text in another language."""

    style: Literal["em", "strong", "code", "strike", "ins", "del", "link", "english"]
    children: "tuple[Inline, ...]"
    href: str = ""


@dataclass(frozen=True, slots=True)
class Break:
    """A forced line end."""


@dataclass(frozen=True, slots=True)
class Cite:
    """A citation as typed between ``[@`` and ``]``."""

    source: str


@dataclass(frozen=True, slots=True)
class NoteCall:
    """A call of a note by its label."""

    label: str


@dataclass(frozen=True, slots=True)
class InlineNote:
    """A note written where it is called."""

    children: "tuple[Inline, ...]"


@dataclass(frozen=True, slots=True)
class NoteMark:
    """A resolved call: the number printed; ``again`` when the note stands at an earlier call."""

    number: int
    again: bool = False


@dataclass(frozen=True, slots=True)
class PartCall:
    """A cross-reference to a part, exhibit or request of the letter by its key, ``[#key]``; printed as its number."""

    key: str


@dataclass(frozen=True, slots=True)
class Image:
    """An image by its address as typed; only pictures that were given with the letter are printed."""

    alt: str
    address: str


Inline = Text | Styled | Break | Cite | NoteCall | InlineNote | NoteMark | PartCall | Image
Inlines = tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    inlines: Inlines


@dataclass(frozen=True, slots=True)
class Heading:
    level: int
    inlines: Inlines


@dataclass(frozen=True, slots=True)
class Quote:
    """A quotation; ``source`` holds the citation that stands at its end or in a line of its own below it."""

    blocks: "Blocks"
    source: Inlines = ()


@dataclass(frozen=True, slots=True)
class ListBlock:
    """A bullet list (``start`` is None) or a numbered one."""

    items: "tuple[Blocks, ...]"
    start: int | None = None
    tight: bool = True


@dataclass(frozen=True, slots=True)
class Table:
    header: tuple[Inlines, ...]
    rows: tuple[tuple[Inlines, ...], ...]
    align: tuple[str, ...]
    """left, right, center or empty, one for each column."""


@dataclass(frozen=True, slots=True)
class Code:
    text: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A thematic break."""


@dataclass(frozen=True, slots=True)
class Division:
    """What stands between ``::: exhibit Caption {#key}`` and ``:::``.

    An exhibit has a caption and a request the place it concerns as its ``title``; both are counted through the letter,
    and ``label`` is what they are called there ("Exhibit B", "Request 3"; empty until it is arranged).
    """

    kind: Literal["exhibit", "request", "landscape"]
    title: Inlines
    blocks: "Blocks"
    key: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class RequestTable:
    """Where the requests of the letter are collected, ``{requests}``."""


Block = Paragraph | Heading | Quote | ListBlock | Table | Code | Rule | Division | RequestTable
Blocks = tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Body:
    """One Markdown text: its blocks in order, and its notes by label."""

    blocks: Blocks
    notes: dict[str, Blocks]


# ------------------------------------------------------------------------------------------------ looking through them


def plain(inlines: Iterable[Inline], *, deleted: bool = True, added: bool = True) -> str:
    """The words of inlines. Citations, notes and their calls are not words of the text.

    ``deleted`` and ``added`` choose which side of requested text is read.
    """
    out: list[str] = []
    for inline in inlines:
        match inline:
            case Text(text):
                out.append(text)
            case Styled("ins", _) if not added:
                pass
            case Styled("del", _) if not deleted:
                pass
            case Styled(_, children):
                out.append(plain(children, deleted=deleted, added=added))
            case Break():
                out.append("\n")
            case Image(alt):
                out.append(alt)
    return "".join(out)


def plain_blocks(blocks: Iterable[Block], *, deleted: bool = True, added: bool = True) -> str:
    """The words of blocks, one line for each paragraph, heading or table cell."""
    return "\n".join(plain(run, deleted=deleted, added=added) for run in inline_runs(blocks))


def inline_runs(blocks: Iterable[Block]) -> Iterator[Inlines]:
    """Every run of inlines in reading order."""
    for block in blocks:
        match block:
            case Paragraph(inlines) | Heading(_, inlines):
                yield inlines
            case Quote(inner):
                yield from inline_runs(inner)
            case ListBlock(items):
                for item in items:
                    yield from inline_runs(item)
            case Table(header, rows):
                yield from header
                for row in rows:
                    yield from row
            case Code(text):
                yield (Text(text),)
            case Division(_, title, inner):
                yield title
                yield from inline_runs(inner)


def inlines_in(inlines: Iterable[Inline]) -> Iterator[Inline]:
    """Every inline with those inside it, in reading order, notes written in place included."""
    for inline in inlines:
        yield inline
        if isinstance(inline, Styled | InlineNote):
            yield from inlines_in(inline.children)


def map_inlines(blocks: Iterable[Block], change: Callable[[Inlines], Inlines]) -> Blocks:
    """The blocks with every run of inlines replaced, in reading order."""

    def one(block: Block) -> Block:
        match block:
            case Paragraph(inlines) | Heading(_, inlines):
                return replace(block, inlines=change(inlines))
            case Quote(inner):
                return Quote(map_inlines(inner, change))
            case ListBlock(items):
                return replace(block, items=tuple(map_inlines(item, change) for item in items))
            case Table(header, rows):
                return replace(
                    block,
                    header=tuple(change(cell) for cell in header),
                    rows=tuple(tuple(change(cell) for cell in row) for row in rows),
                )
            case Division(_, title, inner):
                return replace(block, title=change(title), blocks=map_inlines(inner, change))
            case _:
                return block

    return tuple(one(block) for block in blocks)


def only_citations(inlines: Inlines) -> bool:
    """Whether a run is nothing but citations and the points, dashes and brackets around them."""
    cited = any(isinstance(inline, Cite) for inline in inlines)
    return cited and all(
        isinstance(inline, Cite) or (isinstance(inline, Text) and not re.search(r"\w", inline.text))
        for inline in inlines
    )
