"""The columns of the board: a part each, or, of a long letter, groups of parts that open.

Pure functions on plain values. A short letter has a column for each part. Of a longer one each column is a part of the
outline with what stands under it, or a run of such parts when there are still too many.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from commenttrack.signoffs.board_view import STATE_WORDS
from commenttrack.signoffs.lifecycle import PartState

MOST_PARTS = 20
"""As many columns of marks fit beside the rest on a page of 1280 pixels."""
MOST_GROUPS = 11
"""Columns of groups are wider, since they count."""
HOLDING = frozenset({PartState.COVERED, PartState.CLEARED})
_PRESSING = (PartState.CHANGED, PartState.NOT_COVERED, PartState.EXCEPTED, PartState.UNDECIDED, PartState.NOT_JOINED)
_TOLD = {PartState.EXCEPTED: "except", PartState.CHANGED: "earlier wording:", PartState.NOT_COVERED: "added since:"}
_MOST_NAMED = 4
_MOST_LETTERS = 14


@dataclass(frozen=True, slots=True)
class BoardPart:
    """A part of the letter as it stands."""

    key: str
    number: str
    heading: str
    level: int = 1
    """Of its heading; 0 for a part without one, which goes on with the part before it."""

    @property
    def mark(self) -> str:
        """What stands for it where there is little room."""
        short = self.heading if len(self.heading) <= _MOST_LETTERS else self.heading[: _MOST_LETTERS - 1].rstrip() + "…"
        return self.number or short or "Op."


@dataclass(frozen=True, slots=True)
class BoardColumn:
    """Neighbouring parts that share a column, as places among all parts: ``start`` counts, ``stop`` does not."""

    start: int
    stop: int
    group: str = ""
    """Key of the first part of the group that this column is, or that it opens; empty for any other column."""
    opened: bool = False
    """Whether each part of its group has a column of its own now; this one is the first of them."""

    @property
    def closed(self) -> bool:
        """Whether it stands for several parts."""
        return bool(self.group) and not self.opened


@dataclass(frozen=True, slots=True)
class BoardCell:
    """What one organization holds in one column."""

    state: PartState
    """That of its parts when they are alike, or else the most pressing of them."""
    count: str = ""
    """How many of its parts it stands under, as "4/6"; empty when they are alike."""
    words: str = ""
    """All of it in words."""


def columns_of(
    parts: Sequence[BoardPart], opened: Collection[str] = (), *, all_parts: bool = False
) -> list[BoardColumn]:
    """The columns for a letter. ``opened`` are the groups whose parts are wanted one by one."""
    if len(parts) <= MOST_PARTS or all_parts:
        return [BoardColumn(place, place + 1) for place in range(len(parts))]
    starts = _starts(parts)
    columns = []
    for start, stop in zip(starts, [*starts[1:], len(parts)], strict=True):
        group = parts[start].key if stop - start > 1 else ""
        if not group or group not in opened:
            columns.append(BoardColumn(start, stop, group))
            continue
        columns.append(BoardColumn(start, start + 1, group, opened=True))
        columns += [BoardColumn(place, place + 1) for place in range(start + 1, stop)]
    return columns


def _starts(parts: Sequence[BoardPart]) -> list[int]:
    """Where groups begin: at the deepest level of headings that leaves few enough, or at every so manyth of the top."""
    found: list[int] = []
    for level in sorted({part.level for part in parts if part.level}):
        starts = [place for place, part in enumerate(parts) if place == 0 or 0 < part.level <= level]
        if found and len(starts) > MOST_GROUPS:
            break
        found = starts
    found = found or list(range(len(parts)))
    return found[:: -(-len(found) // MOST_GROUPS)]


def label_of(parts: Sequence[BoardPart]) -> str:
    """The mark of the parts of a group: of the one that all others stand under, or of the first and the last."""
    first, top = parts[0], min((part.level for part in parts if part.level), default=0)
    last = [part for part in parts if part.level == top][-1]
    return first.mark if last is first else f"{first.mark}–{last.mark}"


def cell_of(parts: Sequence[BoardPart], states: Sequence[PartState]) -> BoardCell:
    """What stands in a column of these parts; ``states`` are those of one organization."""
    alike = set(states)
    if alike <= HOLDING or len(alike) == 1:
        state = PartState.CLEARED if PartState.CLEARED in alike else states[0]
        return BoardCell(state, words=STATE_WORDS[state])
    held = sum(state in HOLDING for state in states)
    told = [f"{STATE_WORDS[state]}: {_named(parts, states, state)}" for state in PartState if state in alike - HOLDING]
    return BoardCell(
        next(state for state in _PRESSING if state in alike),
        f"{held}/{len(states)}",
        "; ".join([f"joined {held} of {len(states)}", *told]),
    )


def parts_in_words(parts: Sequence[BoardPart], states: Sequence[PartState]) -> str:
    """Which parts an organization stands under, as "38 of 40 parts; except III.B, IV"; empty when it has not joined."""
    if not states or set(states) <= {PartState.UNDECIDED, PartState.NOT_JOINED}:
        return ""
    held = sum(state in HOLDING for state in states)
    if held == len(parts):
        return "its one part" if held == 1 else f"all {held} parts"
    told = [f"{words} {_named(parts, states, state)}" for state, words in _TOLD.items() if state in states]
    return "; ".join([f"{held} of {len(parts)} parts", *told])


def _named(parts: Sequence[BoardPart], states: Sequence[PartState], wanted: PartState) -> str:
    """The parts in a state, the first few by their numbers."""
    found = [part for part, state in zip(parts, states, strict=True) if state is wanted]
    named = [part.number or (f"“{part.mark}”" if part.heading else "the opening") for part in found[:_MOST_NAMED]]
    more = len(found) - _MOST_NAMED
    return ", ".join(named) + (f" and {more} more" if more > 0 else "")


# ------------------------------------------------------------------------------------------------------------ the table


@dataclass(frozen=True, slots=True)
class BoardTable:
    """Columns and what stands in them. Thousands of cells say one of a few things, so that each is here once."""

    columns: tuple[BoardColumn, ...]
    cells: tuple[BoardCell, ...]
    rows: tuple[tuple[int, ...], ...]
    """For each organization the places in ``cells``, one for each column."""
    in_words: tuple[str, ...]
    """For each organization which parts it stands under; all are empty as long as every part has a column anyway."""


def table_of(
    parts: Sequence[BoardPart], columns: Sequence[BoardColumn], states: Sequence[tuple[PartState, ...]]
) -> BoardTable:
    """The table for some organizations, in their order; ``states`` are those of each for all parts."""
    cells: dict[BoardCell, int] = {}
    known: dict[tuple[int, tuple[PartState, ...]], int] = {}
    words: dict[tuple[PartState, ...], str] = {}
    singles = {state: BoardCell(state, words=STATE_WORDS[state]) for state in PartState}
    for single in singles.values():
        cells.setdefault(single, len(cells))
    place_of = {state: cells[single] for state, single in singles.items()}

    def place(column: BoardColumn, held: tuple[PartState, ...]) -> int:
        if column.stop - column.start == 1:
            return place_of[held[column.start]]
        key = (column.start, held[column.start : column.stop])
        if key not in known:
            known[key] = cells.setdefault(cell_of(parts[column.start : column.stop], key[1]), len(cells))
        return known[key]

    rows = tuple(tuple(place(column, held) for column in columns) for held in states)
    if len(parts) > MOST_PARTS:
        words = {held: parts_in_words(parts, held) for held in set(states)}
    return BoardTable(tuple(columns), tuple(cells), rows, tuple(words.get(held, "") for held in states))


def standing_under(columns: Sequence[BoardColumn], states: Sequence[tuple[PartState, ...]]) -> list[int]:
    """For each column how many organizations stand under all of its parts as they read now."""
    holding = [[state in HOLDING for state in held] for held in states]
    return [sum(all(held[column.start : column.stop]) for held in holding) for column in columns]
