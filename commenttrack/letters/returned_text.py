"""What a Word file that came back says, as plain values: paragraphs with who put in and took out what.

:mod:`commenttrack.letters.returned_word` reads a file into these.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from commenttrack.letters.returned_comments import Comment

CALL = "\ufffc"
"""Stands for a call of a note, a picture, or another thing that is not a character."""
BREAK = "\v"
"""Stands for a line end within a paragraph."""

MarkKind = Literal["insertion", "deletion", "move from", "move to"]


@dataclass(frozen=True, slots=True)
class Mark:
    """One tracked change as the file marks it around a run; ``number`` tells marks apart within this reading."""

    number: int
    kind: MarkKind
    author: str
    time: dt.datetime | None
    """UTC; None when the file does not say."""
    name: str = ""
    """Of a move: what its two ends share."""

    @property
    def adds(self) -> bool:
        return self.kind in ("insertion", "move to")


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of characters under the same marks, outermost first."""

    text: str
    marks: tuple[Mark, ...] = ()
    what: str = "text"
    """text, tab, break, note (with ``target``), picture, symbol, math."""
    target: str = ""
    bold: bool = False
    italic: bool = False


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph: its pieces, and the marks on its end."""

    pieces: tuple[Piece, ...]
    end: tuple[Mark, ...]
    where: str
    """For people: “paragraph 12”, “table 2, row 3, column 1”."""
    style: str = ""
    row: tuple[int, int] | None = None
    """Table and row, counted from 1."""
    last_of_cell: bool = False
    bookmarks: tuple[str, ...] = ()
    """Names of the bookmarks it stands in."""


@dataclass(frozen=True, slots=True)
class Story:
    """A text of its own: the body, a note, a running head or foot, a text box."""

    kind: Literal["body", "footnote", "endnote", "header", "footer", "text box"]
    id: str
    paragraphs: tuple[Paragraph, ...]


@dataclass(frozen=True, slots=True)
class FormatChange:
    """A tracked change that alters no text: of format, of a style, of a table's shape."""

    author: str
    time: dt.datetime | None
    what: str
    text: str
    """The words it concerns, as far as they fit on a line."""
    where: str
    story: str


@dataclass(frozen=True, slots=True)
class RowChange:
    """A table row that was put in or taken out as a whole."""

    mark: Mark
    where: str
    cells: tuple[str, ...]
    row: tuple[int, int]


@dataclass(frozen=True, slots=True)
class ReturnedWord:
    """All that a Word file says."""

    stories: tuple[Story, ...]
    """The body first, then notes in the order of the file, running heads and feet, text boxes."""
    comments: tuple[Comment, ...]
    formats: tuple[FormatChange, ...]
    rows: tuple[RowChange, ...]
    notices: tuple[str, ...]
    attached: str
    """What our own export laid into the file about itself, or empty."""
