"""Whether the laid-out pages hold all of a letter, and what to change when they do not.

Every block of the source gets a name before layout. Afterwards the text of each name is gathered from the pages, as far
as it stands within their edges, and compared with the source character by character: a note that was dropped, printed
twice, cut off or pushed beyond the paper is found whatever caused it.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from commenttrack.letters.assets import CannotRender
from commenttrack.letters.blocks import plain
from commenttrack.letters.markup import NotePlan, note_lines
from commenttrack.letters.notes import Note


class TextLost(CannotRender):
    """Text that no arrangement of the pages could hold."""


@dataclass(frozen=True, slots=True)
class Loss:
    """A block whose text is not, or not exactly once, on the pages."""

    text: str
    note: int
    """Number of the note, 0 for text of the body."""
    paragraph: str
    """Name of the body's block: the block itself, or the one that calls the note."""


@dataclass(frozen=True, slots=True)
class Source:
    """A block of the source: its own text without that of blocks within it."""

    text: str
    note: int
    paragraph: str
    repeats: bool
    """Whether it may stand on several pages: the header of a table does."""


LONG = 400
"""Words above which a note goes on at the end of the letter: half a page, more than a page can be sure to hold."""
_FOOT, _SHORT_FOOT, _PIECE = 150, 40, 45


@dataclass(slots=True)
class Arrangement:
    """How the next attempt is laid out."""

    plans: dict[int, NotePlan]
    whole: set[str] = field(default_factory=set)
    """Blocks that may not break over pages."""
    fresh: set[str] = field(default_factory=set)
    """Blocks that start a page."""
    _tries: Counter[str] = field(default_factory=Counter)

    @classmethod
    def first(cls, notes: Mapping[int, Note]) -> "Arrangement":
        """Notes that no page can be sure to hold go on at the end of the letter."""
        return cls({number: NotePlan(foot=_FOOT) for number, note in notes.items() if _words(note) > LONG})

    def repair(self, losses: list[Loss], notes: Mapping[int, Note]) -> None:
        """Change what is done about the paragraphs where text was lost; more with each try."""
        for paragraph in {loss.paragraph for loss in losses}:
            self._tries[paragraph] += 1
        for loss in losses:
            match self._tries[loss.paragraph]:
                case 1:
                    self.whole.add(loss.paragraph)
                case 2:
                    self.whole.discard(loss.paragraph)
                    self._plan(loss.note, notes, foot=0)
                case 3:
                    self.fresh.add(loss.paragraph)
                case _:
                    self._plan(loss.note, notes, foot=_SHORT_FOOT)

    def _plan(self, number: int, notes: Mapping[int, Note], *, foot: int) -> None:
        if number and (words := _words(notes[number])) > _PIECE:
            before = self.plans.get(number, NotePlan()).foot
            self.plans[number] = NotePlan(foot if foot and words > foot else before, _PIECE)


def _words(note: Note) -> int:
    return sum(len(plain(line).split()) for line in note_lines(note.blocks))


_BLOCKS = frozenset(("p", "li", "td", "th", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "div"))
_NOTES = frozenset(("fn-note", "fn-more"))


def name_blocks(body: Any, arrangement: Arrangement) -> dict[str, Source]:
    """Give each block of the source a name (``data-k``) and the classes that the arrangement asks for."""
    sources: dict[str, Source] = {}
    counts: Counter[str] = Counter()
    note = 0

    def walk(element: Any, paragraph: str) -> None:
        nonlocal note
        name = ""
        if element.tag in _BLOCKS:
            counts["b"] += 1
            name = paragraph = f"b{counts['b']}"
            wanted = (("whole", arrangement.whole), ("fresh", arrangement.fresh))
            classes = " ".join(word for word, names in wanted if name in names)
            if classes:
                element.set("class", f"{element.get('class', '')} {classes}".strip())
        elif element.tag in _NOTES:
            note = int(element.get("data-n", note))
            counts[f"n{note}"] += 1
            name = f"n{note}.{counts[f'n{note}']}"
        if name:
            element.set("data-k", name)
        for child in element:
            walk(child, paragraph)
        if name:
            number = int(name[1:].split(".")[0]) if name[0] == "n" else 0
            sources[name] = Source("".join(_own_text(element)), number, paragraph, element.tag == "th")

    walk(body, "")
    return sources


def _own_text(element: Any) -> Iterator[str]:
    """Text of an element without that of the numbered blocks in it."""
    yield element.text or ""
    for child in element:
        if child.get("data-k") is None:
            yield from _own_text(child)
        yield child.tail or ""


def losses(pages: Iterator[Any] | list[Any], sources: Mapping[str, Source]) -> list[Loss]:
    """Blocks whose characters are not on the pages exactly once, in order."""
    laid: dict[str, list[str]] = {name: [] for name in sources}
    for page in pages:
        edges = _edges(page._page_box)
        for child in page._page_box.children:
            _collect(child, "", laid, edges)
    lost = []
    for name, source in sources.items():
        expected, found = _letters(source.text), _letters("".join(laid[name]))
        if expected == found:
            continue
        if source.repeats and expected and found and found == expected * (len(found) // len(expected)):
            continue
        lost.append(Loss(" ".join(source.text.split()), source.note, source.paragraph))
    return lost


_TOLERANCE = 8
"""CSS pixels by which a raised or italic letter may stand out of its page's area."""


def _edges(page: Any) -> tuple[float, float, float]:
    """Top and bottom of the area that a page's text must stay in, and the right edge of the paper."""
    return (
        page.content_box_y() - _TOLERANCE,
        page.content_box_y() + page.height + _TOLERANCE,
        page.margin_width(),
    )


def _collect(box: Any, name: str, laid: dict[str, list[str]], edges: tuple[float, float, float]) -> None:
    """The text of each numbered block that stands on the page and not beyond its edges."""
    box = getattr(box, "_box", box)
    if type(box).__name__ == "MarginBox" or "::" in (box.element_tag or ""):
        return
    if box.element is not None and (own := box.element.get("data-k")) is not None:
        name = str(own)
    text = getattr(box, "text", None)
    if text is not None:
        top, bottom, right = edges
        inside = box.position_y >= top and box.position_y + box.height <= bottom and box.position_x + box.width <= right
        if name in laid and inside:
            laid[name].append(text)
        return
    for child in getattr(box, "children", ()):
        _collect(child, name, laid, edges)


_NOT_SHOWN = re.compile(r"[\s\u00ad\u2010\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+")


def _letters(text: str) -> str:
    """A text without spaces, hyphens at line ends and marks that print nothing."""
    return _NOT_SHOWN.sub("", text)
