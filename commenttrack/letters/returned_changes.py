"""What people did to a file: runs of tracked marks gathered into changes, each at its place in the text they got.

The text they were given is what stands without anybody's marks. The letter's own redlines are marks too; they carry
the author and moment of the export and count as text here.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from commenttrack.letters.exported_word import Exported, in_order
from commenttrack.letters.returned_comments import moment
from commenttrack.letters.returned_text import Mark, MarkKind, Paragraph, Piece, ReturnedWord, RowChange, Story

END = "\n"
"""The end of a paragraph in a given text."""


@dataclass(frozen=True, slots=True)
class Change:
    """One person's change. ``start`` and ``end`` are offsets in the given text; equal for what was put in."""

    number: int
    kind: MarkKind
    author: str
    time: dt.datetime | None
    text: str
    start: int
    end: int
    marks: int
    """How many marks of the file it gathers; all changes together have as many as the file."""
    where: str
    before: str
    after: str
    """The paragraph as given, and as it reads with everybody's changes."""
    within: int | None = None
    """Number of the change it was made inside of: somebody took out what another had put in."""
    move: str = ""
    row: bool = False
    """Whether whole table rows were put in or taken out."""
    notes: tuple[tuple[str, str], ...] = ()
    """Notes that were put in with it: target of the call, and their text."""
    picture: bool = False


@dataclass(frozen=True, slots=True)
class Given:
    """The text of one or several stories as people were given it."""

    text: str
    paragraphs: tuple[tuple[int, int], ...]
    """Start and end of each paragraph in it."""
    starts: dict[tuple[int, int], int]
    """Where paragraph ``n`` of story ``i`` begins in it."""


@dataclass(frozen=True, slots=True)
class Changes:
    """All changes of a file: those of body and notes against one given text, the others by themselves."""

    given: Given
    changes: tuple[Change, ...]
    around: tuple[tuple[str, Change], ...]
    """Changes of running heads, feet and text boxes, with the kind of story."""


@dataclass(slots=True)
class _Atom:
    """Characters under the same marks."""

    text: str
    marks: tuple[Mark, ...]
    paragraph: Paragraph
    what: str = "text"
    target: str = ""
    at: int = 0
    given: bool = True
    """False for the words of a note that was put in."""
    hollow: tuple[Mark, ...] = ()
    """Marks on the last end of a cell or story, which of itself is never put in or taken out."""

    @property
    def original(self) -> bool:
        return self.given and not any(mark.adds for mark in self.marks)

    @property
    def accepted(self) -> bool:
        return all(mark.adds for mark in self.marks)


@dataclass(slots=True)
class _Group:
    """A change while it is gathered."""

    mark: Mark
    atoms: list[_Atom] = field(default_factory=list)
    numbers: set[int] = field(default_factory=set)
    within: "_Group | None" = None


def changes_of(file: ReturnedWord, exported: Exported | None) -> Changes:
    """Every tracked change of the file, counted: see :attr:`Change.marks`."""
    ours = (exported.author, moment(exported.stamp)) if exported else None
    rows = {(change.row): change for change in file.rows}
    index_of = {id(story): index for index, story in enumerate(file.stories)}
    main: list[tuple[int, Story, Sequence[Paragraph]]] = []
    around: list[tuple[str, Change]] = []
    for story, paragraphs in in_order(file):
        if story.kind in ("body", "footnote", "endnote"):
            main.append((index_of[id(story)], story, paragraphs))
            continue
        given, groups = _gathered([(index_of[id(story)], story, paragraphs)], ours, {})
        around += [(story.kind, change) for change in _changes(given, groups, {})]
    given, groups = _gathered(main, ours, rows)
    notes = {
        f"{story.kind} {story.id}": " ".join(
            "".join(piece.text for piece in p.pieces if all(m.adds for m in piece.marks)).strip() for p in paragraphs
        ).strip()
        for _, story, paragraphs in main
        if story.kind != "body"
    }
    return Changes(given[0], tuple(_changes(given, groups, notes)), tuple(around))


def _gathered(
    stories: Sequence[tuple[int, Story, Sequence[Paragraph]]],
    ours: tuple[str, dt.datetime | None] | None,
    rows: dict[tuple[int, int], RowChange],
) -> tuple[tuple[Given, list[_Atom]], list[_Group]]:
    atoms: list[_Atom] = []
    groups: list[_Group] = []
    starts: dict[tuple[int, int], int] = {}
    called: dict[str, list[_Group]] = {}
    at = 0
    for index, story, paragraphs in stories:
        # A note whose call was put in or taken out was so as a whole: its marks belong to that of the call.
        whole = called.get(f"{story.kind} {story.id}", [])
        outer = tuple(group.mark for group in whole if group.mark.adds)
        open_groups: list[_Group] = []
        for place, paragraph in enumerate(paragraphs):
            starts[index, place] = at
            row = rows.get(paragraph.row) if paragraph.row and story.kind == "body" else None
            above = (*outer, *((row.mark,) if row else ()))
            for atom in _atoms(paragraph, above, ours, last=place == len(paragraphs) - 1):
                atom.at = at
                if whole:
                    _swallow(atom, whole)
                if atom.hollow:
                    _count_hollow(atom, open_groups, groups)
                open_groups = _grouped(atom, open_groups, groups)
                if atom.what == "note":
                    called[atom.target] = open_groups
                if atom.original:
                    at += len(atom.text)
                atoms.append(atom)
            if paragraph.last_of_cell and row is None:
                open_groups = []
    given = "".join(atom.text for atom in atoms if atom.original)
    bounds = []
    start = 0
    for atom in atoms:
        if atom.what == "end" and atom.original:
            bounds.append((start, atom.at))
            start = atom.at + 1
    if start < len(given):
        bounds.append((start, len(given)))
    return (Given(given, tuple(bounds), starts), atoms), groups


def _atoms(
    paragraph: Paragraph,
    outer: tuple[Mark, ...],
    ours: tuple[str, dt.datetime | None] | None,
    *,
    last: bool,
) -> Iterator[_Atom]:
    for piece in paragraph.pieces:
        yield _Atom(piece.text, _foreign((*outer, *piece.marks), ours), paragraph, piece.what, piece.target)
    end = _foreign((*outer, *paragraph.end), ours)
    hollow: tuple[Mark, ...] = ()
    if (last or paragraph.last_of_cell) and any(_original(piece, outer, ours) for piece in paragraph.pieces):
        end, hollow = _foreign(outer, ours), _foreign(paragraph.end, ours)
    yield _Atom(END, end, paragraph, "end", hollow=hollow)


def _original(piece: Piece, outer: tuple[Mark, ...], ours: tuple[str, dt.datetime | None] | None) -> bool:
    return not any(mark.adds for mark in _foreign((*outer, *piece.marks), ours))


def _foreign(marks: tuple[Mark, ...], ours: tuple[str, dt.datetime | None] | None) -> tuple[Mark, ...]:
    if ours is None:
        return marks
    return tuple(
        mark for mark in marks if mark.kind.startswith("move") or (mark.author, mark.time) != ours or not mark.author
    )


def _grouped(atom: _Atom, before: list[_Group], groups: list[_Group]) -> list[_Group]:
    """The groups the atom belongs to, those of the atom before it where one goes on."""
    now: list[_Group] = []
    for mark in atom.marks:
        same = next((g for g in now if _same(g.mark, mark)), None)
        if same is None:
            same = next((g for g in before if _same(g.mark, mark) and g not in now), None)
            if same is None:
                same = _Group(mark, within=now[-1] if now and now[-1].mark.adds and not mark.adds else None)
                groups.append(same)
            same.atoms.append(atom)
            now.append(same)
        same.numbers.add(mark.number)
    return now


def _count_hollow(atom: _Atom, before: list[_Group], groups: list[_Group]) -> None:
    """Count marks without an effect to the change beside them, or list them as a change of nothing."""
    for mark in atom.hollow:
        same = next((group for group in before if _same(group.mark, mark)), None)
        if same is None:
            same = _Group(mark, [_Atom("", (), atom.paragraph, at=atom.at)])
            groups.append(same)
        same.numbers.add(mark.number)


def _swallow(atom: _Atom, whole: list[_Group]) -> None:
    """Count the marks of a note's words to the change that put in or took out its call, and free the words of them."""
    own = []
    for mark in atom.marks:
        group = next((each for each in whole if _same(each.mark, mark)), None)
        if group is None:
            own.append(mark)
        else:
            group.numbers.add(mark.number)
    hidden = any(group.mark.adds for group in whole)
    atom.marks = tuple(own)
    if hidden:
        atom.given = False


def _same(one: Mark, other: Mark) -> bool:
    return (one.kind, one.author, one.name) == (other.kind, other.author, other.name)


def _changes(given: tuple[Given, list[_Atom]], groups: list[_Group], notes: dict[str, str]) -> Iterator[Change]:
    atoms = given[1]
    numbers = {id(group): number for number, group in enumerate(groups)}
    texts = _paragraph_texts(atoms)
    for number, group in enumerate(groups):
        first, last = group.atoms[0], group.atoms[-1]
        end = last.at + (len(last.text) if last.original else 0)
        times = [mark.time for atom in group.atoms for mark in atom.marks if _same(mark, group.mark) and mark.time]
        kept = [atom for atom in group.atoms if atom.what != "end" or atom.marks]
        before, after = texts[id(first.paragraph)]
        yield Change(
            number,
            group.mark.kind,
            group.mark.author,
            max(times) if times else None,
            "".join(atom.text for atom in kept),
            first.at,
            max(end, first.at),
            len(group.numbers),
            first.paragraph.where,
            before,
            after,
            numbers[id(group.within)] if group.within is not None else None,
            group.mark.name,
            _whole_row(group),
            tuple((atom.target, notes.get(atom.target, "")) for atom in group.atoms if atom.what == "note"),
            any(atom.what == "picture" for atom in group.atoms),
        )


def _whole_row(group: _Group) -> bool:
    """Whether the change takes the ends of whole cells with it."""
    return any(
        atom.what == "end" and atom.paragraph.last_of_cell and any(_same(m, group.mark) for m in atom.marks)
        for atom in group.atoms
    )


def _paragraph_texts(atoms: Sequence[_Atom]) -> dict[int, tuple[str, str]]:
    texts: dict[int, tuple[list[str], list[str]]] = {}
    for atom in atoms:
        if atom.what != "end":
            before, after = texts.setdefault(id(atom.paragraph), ([], []))
            if atom.original:
                before.append(atom.text)
            if atom.accepted:
                after.append(atom.text)
        else:
            texts.setdefault(id(atom.paragraph), ([], []))
    return {key: ("".join(before), "".join(after)) for key, (before, after) in texts.items()}
