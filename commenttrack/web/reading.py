"""How a document is laid out for reading: an outline, passages of bearable length, and runs of text between marks.

Pure functions on plain values. Everything counts on document order: a parent stands before its children, and what lies
under a provision follows it without a gap.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

STRUCTURE = frozenset({"part", "subpart", "section", "appendix", "preamble_heading"})
LONGEST_PASSAGE = 90
"""Provisions shown at once."""
_WAITING = 8
"""Headings that may wait for the text under them without becoming a passage of their own."""


@dataclass(frozen=True, slots=True)
class Node:
    """A provision in the outline. ``size`` counts itself and everything under it; ``depth`` counts from 0."""

    key: str
    parent: int | None
    """Index of the parent."""
    kind: str
    number: str
    label: str
    heading: str
    depth: int
    size: int


@dataclass(slots=True)
class Branch:
    """An entry of the outline with those under it, and what was counted there."""

    index: int
    node: Node
    branches: list["Branch"] = field(default_factory=list)
    mapped: int = 0
    questions: int = 0
    open: bool = False


@dataclass(frozen=True, slots=True)
class Passage:
    """What one page shows: the nodes ``start`` up to ``end`` (not included)."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of a provision's text. The page and the note stand before it."""

    text: str
    question: str = ""
    """Key of the question this stretch belongs to."""
    page: int | None = None
    """The printed page that starts here."""
    note: str = ""
    """Key of a note called here."""


def nodes_of(rows: Iterable[tuple[str, str | None, str, str, str, str]]) -> list[Node]:
    """Nodes from rows of (key, key of the parent, kind, number, label, heading) in document order."""
    listed = list(rows)
    index_of = {row[0]: index for index, row in enumerate(listed)}
    parents = [index_of[row[1]] if row[1] is not None else None for row in listed]
    sizes = [1] * len(listed)
    for index in range(len(listed) - 1, -1, -1):
        parent = parents[index]
        if parent is not None:
            sizes[parent] += sizes[index]
    depths: list[int] = []
    for parent in parents:
        depths.append(0 if parent is None else depths[parent] + 1)
    return [
        Node(key, parents[index], kind, number, label, heading, depths[index], sizes[index])
        for index, (key, _, kind, number, label, heading) in enumerate(listed)
    ]


def passages(nodes: Sequence[Node], longest: int = LONGEST_PASSAGE) -> list[Passage]:
    """Cut a document into passages of at most ``longest`` provisions, at the highest places where that can be done.

    A heading never stands alone at the end of a passage: it goes with the first of what is under it. Together the
    passages hold every node once, in order.
    """
    found: list[Passage] = []
    start, end = 0, 0

    def close(at: int) -> None:
        nonlocal start
        if at > start:
            found.append(Passage(start, at))
            start = at

    def walk(first: int, last: int) -> None:
        nonlocal end
        index = first
        while index < last:
            size = nodes[index].size
            # What was begun is closed, unless it is only a few headings waiting for their text.
            begun = [nodes[i].kind for i in range(start, end)]
            if end - start + size > longest and (len(begun) > _WAITING or not STRUCTURE.issuperset(begun)):
                close(end)
            if end - start + size <= longest or size == 1:
                end = index + size
            else:
                end = index + 1
                walk(index + 1, index + size)
            index += size

    walk(0, len(nodes))
    close(len(nodes))
    return found


def passage_with(cut: Sequence[Passage], index: int) -> int:
    """Which passage holds a node."""
    return next(number for number, passage in enumerate(cut) if passage.start <= index < passage.end)


def outline(
    nodes: Sequence[Node], *, here: int, mapped: Mapping[str, int], questions: Mapping[str, int]
) -> list[Branch]:
    """The structural entries as a tree, with the counts of everything under each; open down to ``here``."""
    trail = {here, *ancestors(nodes, here)}
    branches: dict[int, Branch] = {}
    roots: list[Branch] = []
    for index, node in enumerate(nodes):
        above = [i for i in (index, *ancestors(nodes, index)) if i in branches]
        if node.kind in STRUCTURE:
            branch = Branch(index, node, open=index in trail)
            (branches[above[0]].branches if above else roots).append(branch)
            branches[index] = branch
            above = [index, *above]
        for place in above:
            branches[place].mapped += mapped.get(node.key, 0)
            branches[place].questions += questions.get(node.key, 0)
    return roots


def ancestors(nodes: Sequence[Node], index: int) -> list[int]:
    """Indexes of what a node lies under, the nearest first."""
    found = []
    parent = nodes[index].parent
    while parent is not None:
        found.append(parent)
        parent = nodes[parent].parent
    return found


def runs(
    text: str,
    *,
    page_breaks: Iterable[Sequence[int]] = (),
    note_calls: Iterable[Sequence[int | str]] = (),
    questions: Iterable[tuple[int, int, str]] = (),
) -> list[Run]:
    """The text cut where a page starts, a note is called, a question begins or ends. Joined, the runs are the text."""
    pages = {int(offset): int(page) for offset, page in page_breaks}
    notes: dict[int, list[str]] = {}
    for offset, note in note_calls:
        notes.setdefault(int(offset), []).append(str(note))
    spans = list(questions)
    cuts = {0, len(text), *pages, *notes}
    for start, end, _ in spans:
        cuts.update((start, end))
    ordered = sorted(cut for cut in cuts if 0 <= cut <= len(text))
    found: list[Run] = []
    for start, end in zip(ordered, [*ordered[1:], len(text)], strict=True):
        called = notes.get(start, [])
        for note in called[:-1]:
            found.append(Run("", note=note))
        question = next((key for first, last, key in spans if first <= start < last), "")
        run = Run(text[start:end], question, pages.get(start), called[-1] if called else "")
        if run.text or run.page or run.note:
            found.append(run)
    return found
