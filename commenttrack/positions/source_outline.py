"""The outline of a policy paper: which blocks are positions, what hangs under what, and what is only context.

Numbered items are positions. Bullets are, unless what introduces them says that they are examples or observations.
Paragraphs are the body of the item above them while its list goes on, and context otherwise. Items inside a sentence,
"(a) …; (b) …", hang under the item whose sentence it is.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from commenttrack.positions.source_sentences import SENTENCE_END, inner_items, named_topics, readings, run_in_heading
from commenttrack.positions.source_text import Block, looks_like_heading, plain

_EVIDENCE = re.compile(
    r"\b(?:we (?:note|observe|acknowledge)|notes?|examples?|for instance|such as|trends?|challenges|findings|"
    r"background|facts|have (?:already )?(?:seen|happened|occurred))\b",
    re.IGNORECASE,
)
_DEMAND = re.compile(
    r"\b(?:recommend\w*|urges?|should|must|call(?:s|ing)? (?:on|for)|asks?|propos\w+|objectives|goals|priorities|"
    r"principles|requests?|need for|we support|commit(?:s|ments)? to)\b",
    re.IGNORECASE,
)
_DEFERRED = re.compile(
    r"\bto be (?:discussed|addressed|decided|resolved) later\b|\bdeferred\b|\bput (?:\w+ ){0,3}to the side\b|"
    r"\bset aside for\b",
    re.IGNORECASE,
)
_FRAME = re.compile(
    r"(?:introduction|background|conclusions?|about (?:us|the|our)\b.*|(?:executive )?summary|overview|contact\w*|"
    r"references)",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Item:
    """A position while the outline is being built. ``start`` and ``end`` are those of its text.

    ``own_line`` says that the heading is a block of its own, so that the body is still to come (``has_body``).
    """

    label: str
    parent: "Item | None"
    heading: str
    start: int
    end: int
    style: str = ""
    ordinal: int = 0
    has_body: bool = True
    own_line: bool = False
    deferred: bool = False
    children: int = 0


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage that is no position, and the heading it stands under. ``evidence``: it is in a list of findings."""

    start: int
    end: int
    heading: str
    evidence: bool = False


@dataclass(frozen=True, slots=True)
class Doubt:
    """A passage whose place could be another one, and why."""

    start: int
    end: int
    why: str


@dataclass(slots=True)
class Outline:
    """What the blocks of a document turned out to be."""

    items: list[Item] = field(default_factory=list)
    passages: list[Passage] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)


def outline(text: str, blocks: Sequence[Block]) -> Outline:
    """The outline of the blocks of ``text``; without any list, headings or paragraphs become the positions."""
    found = _Builder(text, blocks).build()
    if not found.items:
        found = _from_headings(text, blocks) or _from_paragraphs(blocks)
    _set_frame_aside(found)
    _add_inner_items(text, found)
    return found


def _set_frame_aside(found: Outline) -> None:
    """An introduction or a conclusion has a number in many papers and is no position for that."""
    frame = [item for item in found.items if _FRAME.fullmatch(item.heading) and not item.children]
    found.items = [item for item in found.items if item not in frame]
    found.passages += [Passage(item.start, item.end, item.heading) for item in frame]
    found.passages.sort(key=lambda passage: passage.start)


class _Builder:
    """Walks the blocks once. ``_open`` holds the items that the next block may continue or hang under."""

    def __init__(self, text: str, blocks: Sequence[Block]) -> None:
        self._text = text
        self._blocks = blocks
        self._found = Outline()
        self._open: list[Item] = []
        self._prefix = ""
        self._section = ""
        self._section_item: Item | None = None
        self._labels: set[str] = set()
        self._lists = self._count_lists()

    def build(self) -> Outline:
        for place, block in enumerate(self._blocks):
            if block.kind == "heading" and not block.marker:
                self._enter_section(block.text)
            elif block.style == "part":
                self._enter_part(place)
            elif block.kind == "paragraph":
                self._paragraph(place)
            elif block.kind == "bullet":
                self._bullet(place)
            else:
                self._numbered(place)
        return self._found

    def _count_lists(self) -> int:
        """How many runs of bullets stand apart from numbered items."""
        runs = 0
        previous = ""
        for block in self._blocks:
            if block.kind == "bullet" and previous in ("", "paragraph", "heading"):
                runs += 1
            previous = block.kind
        return runs

    def _enter_part(self, place: int) -> None:
        self._open = []
        self._prefix = f"{self._blocks[place].marker}."
        self._section = self._blocks[place].text
        self._section_item = None

    def _enter_section(self, heading: str) -> None:
        self._open = []
        self._section = heading
        self._section_item = None

    def _paragraph(self, place: int) -> None:
        block = self._blocks[place]
        if self._names_the_part(place):
            self._section = block.text
            return
        item = self._open[-1] if self._open else None
        if item is not None and not item.has_body:
            item.start, item.end, item.has_body = block.start, block.end, True
            return
        if item is not None and not item.children and self._list_goes_on(place):
            item.end = block.end
            return
        if item is None or not self._list_goes_on(place):
            self._open = []
        if not self._introduces_group(place):
            self._found.passages.append(Passage(block.start, block.end, self._section))

    def _names_the_part(self, place: int) -> bool:
        before, block = self._blocks[place - 1], self._blocks[place]
        return (
            place > 0 and before.style == "part" and not before.text and len(block.text) < 200 and block.text[-1] != "."
        )

    def _list_goes_on(self, place: int) -> bool:
        """Whether the next block that is no paragraph is a numbered item of a list that is open."""
        for block in self._blocks[place + 1 :]:
            if block.kind == "paragraph":
                continue
            return bool(block.marker) and block.kind != "bullet" and self._sibling(block) is not None
        return False

    def _sibling(self, block: Block) -> tuple[Item, int] | None:
        """The open item that this block's number follows, and that number."""
        for item in reversed(self._open):
            for style, ordinal in readings(block.marker, block.style):
                if item.style == style and ordinal == item.ordinal + 1:
                    return item, ordinal
        return None

    def _numbered(self, place: int) -> None:
        block = self._blocks[place]
        sibling = self._sibling(block)
        possible = list(readings(block.marker, block.style))
        if sibling is not None:
            before, ordinal = sibling
            parent, style = before.parent, before.style
            # In one list either all items have a heading above their text or none has.
            may_be_heading = before.own_line
        else:
            style, ordinal = next((reading for reading in possible if reading[1] == 1), possible[0])
            same = next((item for item in reversed(self._open) if item.style == style), None)
            parent = same.parent if same is not None else (self._open[-1] if self._open else None)
            may_be_heading = True
            if ordinal != 1 and (same is not None or parent is not None or self._found.items):
                why = f"The number {block.marker} does not follow the number before it."
                self._found.doubts.append(Doubt(block.start, block.end, why))
        while self._open and self._open[-1] is not parent:
            self._open.pop()
        label = self._label(block.marker, block.style.startswith("("), parent)
        item = self._item(place, label, parent, may_be_heading=may_be_heading)
        item.style, item.ordinal = style, ordinal
        self._open.append(item)

    def _bullet(self, place: int) -> None:
        block = self._blocks[place]
        same = next((item for item in reversed(self._open) if item.style == block.marker), None)
        if same is None and not self._open and self._is_evidence(place):
            self._found.passages.append(Passage(block.start, block.end, self._section, evidence=True))
            return
        if same is not None:
            parent = same.parent
        elif self._open:
            parent = self._open[-1]
        else:
            parent = self._group(place)
        while self._open and self._open[-1] is not parent:
            self._open.pop()
        item = self._item(place, self._next_label(parent), parent, may_be_heading=False)
        item.style = block.marker
        self._open.append(item)

    def _introduces_group(self, place: int) -> bool:
        """Whether the bullets after this paragraph will make it their group."""
        after = self._blocks[place + 1] if place + 1 < len(self._blocks) else None
        return bool(
            after
            and after.kind == "bullet"
            and not self._open
            and not self._is_evidence(place + 1)
            and self._groups_by_lead_in()
        )

    def _groups_by_lead_in(self) -> bool:
        return self._lists > 1 and not (self._section and not self._prefix)

    def _group(self, place: int) -> Item | None:
        """The item that a list of bullets without a number above it hangs under; None when it stands for itself."""
        before = self._blocks[place - 1] if place else None
        if before is not None and before.kind == "paragraph" and self._groups_by_lead_in():
            group = Item(self._next_label(None), None, "", before.start, before.end)
        elif self._section and self._lists > 1 and before is not None:
            if self._section_item is not None:
                return self._section_item
            source = next(b for b in reversed(self._blocks[:place]) if b.kind == "heading" and b.text == self._section)
            group = Item(self._next_label(None), None, self._section, source.start, source.end)
            self._section_item = group
        else:
            return None
        self._add(group)
        self._open.append(group)
        return group

    def _is_evidence(self, place: int) -> bool:
        first = place
        while first > 0 and self._blocks[first - 1].kind == "bullet":
            first -= 1
        before = self._blocks[first - 1] if first else None
        lead_in = before.text if before is not None and before.kind == "paragraph" else self._section
        last_sentence = SENTENCE_END.split(lead_in)[-1]
        if _DEMAND.search(last_sentence):
            return False
        return bool(_EVIDENCE.search(last_sentence))

    def _item(self, place: int, label: str, parent: Item | None, *, may_be_heading: bool) -> Item:
        block = self._blocks[place]
        following = self._blocks[place + 1] if place + 1 < len(self._blocks) else None
        item = Item(label, parent, "", block.start, block.end)
        raw = self._text[block.start : block.end]
        opens_list = (
            following is not None and following.kind in ("bullet", "item") and raw.rstrip("* \xa0").endswith(":")
        )
        if block.kind == "heading":
            item.heading, item.has_body, item.own_line = block.text, False, True
        elif opens_list and len(block.text.split()) <= 12:
            item.heading = plain(raw).rstrip(":")
        elif following is not None and following.marker and looks_like_heading(block.text):
            item.heading = plain(raw)
        elif (
            following is not None
            and following.kind == "paragraph"
            and not SENTENCE_END.search(raw)
            and (looks_like_heading(block.text) or (may_be_heading and len(block.text.split()) <= 40))
        ):
            item.heading, item.has_body, item.own_line = plain(raw).removesuffix("."), False, True
        else:
            item.heading, skip = run_in_heading(raw)
            item.start += skip
        item.deferred = bool(_DEFERRED.search(item.heading or SENTENCE_END.split(raw)[0])) or bool(
            parent and parent.deferred
        )
        self._add(item)
        return item

    def _add(self, item: Item) -> None:
        self._found.items.append(item)
        self._labels.add(item.label)
        if item.parent is not None:
            item.parent.children += 1

    def _label(self, marker: str, in_parentheses: bool, parent: Item | None) -> str:
        above = parent.label if parent is not None else ""
        if in_parentheses:
            label = f"{above or self._prefix}({marker})"
        else:
            label = f"{above}.{marker}" if above else f"{self._prefix}{marker}"
        return self._free(label)

    def _next_label(self, parent: Item | None) -> str:
        if parent is not None:
            return self._free(f"{parent.label}.{parent.children + 1}")
        # A number that the source does not print must not look like one that it does.
        numbered = any(block.kind != "bullet" and block.marker and block.style != "part" for block in self._blocks)
        sign = "¶" if numbered or self._prefix else ""
        used = sum(item.parent is None and item.label.startswith(f"{self._prefix}{sign}") for item in self._found.items)
        return self._free(f"{self._prefix}{sign}{used + 1}")

    def _free(self, label: str) -> str:
        """The label, or the label with primes when the document uses it again (a second list that starts at 1)."""
        while label in self._labels:
            label += "′"
        return label


def _from_headings(text: str, blocks: Sequence[Block]) -> Outline | None:
    """Headings with the paragraphs under them, where a paper has no lists; None with fewer than two such headings."""
    found = Outline()
    item: Item | None = None
    section = ""
    for place, block in enumerate(blocks):
        if block.kind == "heading":
            following = blocks[place + 1] if place + 1 < len(blocks) else None
            section, item = block.text, None
            if following is not None and following.kind == "paragraph" and not _FRAME.fullmatch(section) and place:
                item = Item(str(len(found.items) + 1), None, section, following.start, following.end)
                found.items.append(item)
        elif item is not None:
            item.end = block.end
        else:
            found.passages.append(Passage(block.start, block.end, section))
    return found if len(found.items) >= 2 else None


def _from_paragraphs(blocks: Sequence[Block]) -> Outline:
    found = Outline()
    for block in blocks:
        if block.kind == "heading":
            continue
        found.items.append(Item(f"¶{len(found.items) + 1}", None, "", block.start, block.end))
        why = "The document has no numbered, bulleted or headed outline; each paragraph is taken for itself."
        found.doubts.append(Doubt(block.start, block.end, why))
    return found


def _listed(text: str, item: Item) -> list[tuple[str, int, int]]:
    found = inner_items(text, item.start, item.end)
    if not found and item.deferred:
        return named_topics(text, item.start, item.end)
    return found


def _add_inner_items(text: str, found: Outline) -> None:
    """Put the items that stand inside a sentence under the item whose sentence it is."""
    items: list[Item] = []
    for item in found.items:
        items.append(item)
        if item.children:
            continue
        for marker, start, end in _listed(text, item):
            label = f"{item.label}({marker})" if marker.isalpha() else f"{item.label}.{marker}"
            items.append(Item(label, item, "", start, end, deferred=item.deferred))
            item.children += 1
    found.items = items
