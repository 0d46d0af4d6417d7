"""The mapping as a table for other programs: its columns, and its rows as they go out. Pure.

Each row carries the ids of its provision and position and the revisions it was made at, in columns that are hidden, so
that :mod:`commenttrack.positions.exchange_return` knows it again. Columns of other people are kept and given back.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from commenttrack.positions import grounds as legal
from commenttrack.positions.spreadsheets import Column, fits_cell
from commenttrack.positions.stances import Stance

STANCE_WORDS = {stance: stance.value.replace("_", " ").capitalize() for stance in Stance}
NOT_IN_A_CELL = "(kept in CommentTrack: too long for a cell, or with characters no cell can hold)"
"""Stands for a text that would not come back as it went out; a row that still says so leaves the text as it is."""

ID, REVISION, WORK_REVISION = "CommentTrack id", "Revision", "Work revision"
PROVISION, PAGE, PROVISION_TEXT = "Provision", "Page", "Provision text"
POSITION, SOURCE, POSITION_TEXT = "Position", "Source", "Position text"
STANCE, GROUNDS, REASON, REQUEST, REQUESTED = "Stance", "Grounds", "Reason", "Request", "Requested text"
OWNER, DUE = "Owner", "Due"

COLUMNS = (
    Column(ID, 20, hidden=True),
    Column(REVISION, 9, hidden=True),
    Column(WORK_REVISION, 9, hidden=True),
    Column(PROVISION, 24),
    Column(PAGE, 9, given=True),
    Column(PROVISION_TEXT, 48, given=True),
    Column(POSITION, 11),
    Column(SOURCE, 26),
    Column(POSITION_TEXT, 40, given=True),
    Column(STANCE, 15, choices=tuple(STANCE_WORDS.values())),
    Column(GROUNDS, 20),
    Column(REASON, 44),
    Column(REQUEST, 40),
    Column(REQUESTED, 48),
    Column(OWNER, 18),
    Column(DUE, 12),
)
SHEET = "Mapping"


@dataclass(frozen=True, slots=True)
class Said:
    """What a link of the mapping says, as text. ``grounds`` are values of :class:`~grounds.Ground`."""

    stance: str
    grounds: tuple[str, ...] = ()
    reason: str = ""
    request: str = ""
    requested_text: str = ""


@dataclass(frozen=True, slots=True)
class Work:
    """Who sees to a provision and until when (ISO day); empty for nobody and no day."""

    owner: str = ""
    due: str = ""


@dataclass(frozen=True, slots=True)
class ProvisionNow:
    """A provision as it stands."""

    key: str
    label: str
    page: str
    text: str
    work: Work = Work()
    work_revision: int = 0


@dataclass(frozen=True, slots=True)
class PositionNow:
    """A position as it stands."""

    id: int
    label: str
    source: str
    text: str
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class LinkNow:
    """A link as it stands."""

    revision: int
    said: Said


Place = tuple[str, int]
"""Key of a provision and id of a position; the id is 0 in a row about the provision alone."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The mapping of one document as it stands."""

    document: int
    provisions: Mapping[str, ProvisionNow]
    """By key, in the order of the document."""
    positions: Mapping[int, PositionNow]
    links: Mapping[Place, LinkNow]
    people: tuple[str, ...] = ()
    """Names of those who can see to a provision."""


@dataclass(frozen=True, slots=True)
class Extra:
    """Columns that are not the program's own, with their values by row."""

    columns: tuple[str, ...] = ()
    rows: Mapping[Place, tuple[str, ...]] = field(default_factory=dict)

    def then(self, later: "Extra") -> "Extra":
        """This and a later file together: the later one's values count where it has the column."""
        columns = (*self.columns, *(name for name in later.columns if name not in self.columns))
        rows: dict[Place, dict[str, str]] = {}
        for extra in (self, later):
            for place, values in extra.rows.items():
                rows.setdefault(place, {}).update(zip(extra.columns, values, strict=True))
        return Extra(columns, {place: tuple(row.get(name, "") for name in columns) for place, row in rows.items()})


# ----------------------------------------------------------------------------------------------------------- going out


def rows_of(
    standing: Standing, *, extra: Extra | None = None, unmapped: bool = False
) -> Iterator[tuple[str | int, ...]]:
    """The rows in the order of the document; with ``unmapped`` also one for each provision without links."""
    extra = extra or Extra()
    by_provision: dict[str, list[int]] = {}
    for key, position in standing.links:
        by_provision.setdefault(key, []).append(position)
    blank = ("",) * len(extra.columns)
    for key, provision in standing.provisions.items():
        positions = by_provision.get(key, [0] if unmapped or (key, 0) in extra.rows else [])
        for position in positions:
            yield (*_row(standing, provision, position), *map(_cell, extra.rows.get((key, position), blank)))


def _row(standing: Standing, provision: ProvisionNow, position_id: int) -> tuple[str | int, ...]:
    link = standing.links.get((provision.key, position_id))
    position = standing.positions.get(position_id)
    said = link.said if link else Said("")
    return (
        f"{standing.document}/{provision.key}/{position_id}",
        link.revision if link else 0,
        provision.work_revision,
        provision.label,
        provision.page,
        _cell(provision.text),
        position.label if position else "",
        _cell(position.source) if position else "",
        _cell(position.text) if position else "",
        STANCE_WORDS[Stance(said.stance)] if said.stance else "",
        legal.written(said.grounds),
        _cell(said.reason),
        _cell(said.request),
        _cell(said.requested_text),
        provision.work.owner,
        provision.work.due,
    )


def _cell(text: str) -> str:
    text = lines(text)
    return text if fits_cell(text) and text != NOT_IN_A_CELL else NOT_IN_A_CELL


def lines(text: str) -> str:
    """Line ends as every program keeps them."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def extra_as_json(extra: Extra) -> dict[str, object]:
    """The columns of other people as they are stored."""
    return {"columns": list(extra.columns), "rows": [[*place, list(values)] for place, values in extra.rows.items()]}


def extra_of(stored: Iterable[Mapping[str, object]]) -> Extra:
    """The columns of other people from files in the order in which they were applied."""
    found = Extra()
    for each in stored:
        columns, rows = each.get("columns", ()), each.get("rows", ())
        if isinstance(columns, list) and isinstance(rows, list):
            found = found.then(Extra(tuple(columns), {(row[0], row[1]): tuple(row[2]) for row in rows}))
    return found
