"""The matrix of a docket: provisions down, positions or organizations across, and which of them somebody wants to see.

Pure functions on plain values; :mod:`commenttrack.positions.board` reads them from the database.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from commenttrack.positions.coverage import Coverage
from commenttrack.wording import folded

NOBODY = "nobody"
"""The choice of provisions that have no owner."""
ROWS_ON_A_PAGE = 400


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One provision."""

    id: int
    key: str
    label: str
    """Its citation, or how else it is called."""
    kind: str
    section: str
    """The section or heading it stands under, as the choice of sections shows it."""
    text: str
    state: Coverage
    owner_id: int | None = None
    owner: str = ""
    due: dt.date | None = None
    reviewer: str = ""
    """Who reviewed it without comment; empty when nobody did."""
    suspect: bool = False
    """Whether a wording moved under one of its links."""
    aside: bool = False
    """Whether it is a passage of the preamble that is mapped, beside the regulatory text that the matrix is about."""


@dataclass(frozen=True, slots=True)
class MatrixColumn:
    """One position or organization."""

    id: int
    name: str
    detail: str


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """What stands where a row and a column meet."""

    stance: str
    """The value of a :class:`Stance`, or of a member's view."""
    link: int | None = None
    """The mapped position it is; None for what a member holds."""
    conflict: bool = False
    suspect: bool = False
    condition: str = ""
    """What the member's signature depends on; empty when it does not depend on this."""


Cells = Mapping[tuple[int, int], MatrixCell]
"""By row and column."""


@dataclass(frozen=True, slots=True)
class MatrixView:
    """What a page of the matrix shows; it stands whole in the page's address."""

    by: str = "positions"
    """``positions`` or ``organizations``."""
    states: tuple[str, ...] = ()
    owner: str = ""
    """The id of a person, :data:`NOBODY`, or empty for all."""
    due: dt.date | None = None
    """Due on or before this day."""
    kind: str = ""
    section: str = ""
    stance: str = ""
    words: str = ""
    all_columns: bool = False
    """Also columns in which nothing stands."""
    page: int = field(default=0, compare=False)

    @property
    def narrows(self) -> bool:
        """Whether it leaves out any provision."""
        return replace(self, by="positions", all_columns=False) != MatrixView()


def view_of(arguments: Mapping[str, Sequence[str]]) -> MatrixView:
    """The view that an address asks for. What is not a choice of ours is left out."""

    def one(name: str) -> str:
        return (arguments.get(name) or [""])[0].strip()

    known = {state.value for state in Coverage}
    page = one("page")
    owner = one("owner")
    return MatrixView(
        by="organizations" if one("by") == "organizations" else "positions",
        states=tuple(state for state in dict.fromkeys(arguments.get("state") or ()) if state in known),
        owner=owner if owner == NOBODY or owner.isdecimal() else "",
        due=_day(one("due")),
        kind=one("kind"),
        section=one("section"),
        stance=one("stance"),
        words=one("q"),
        all_columns=one("columns") == "all",
        page=int(page) if page.isdecimal() and len(page) < 6 else 0,
    )


def query_of(view: MatrixView) -> str:
    """The query string that asks for the view; :func:`view_of` reads it back."""
    pairs = [("by", view.by if view.by != "positions" else "")]
    pairs += [("state", state) for state in view.states]
    pairs += [("owner", view.owner), ("due", view.due.isoformat() if view.due else "")]
    pairs += [("kind", view.kind), ("section", view.section), ("stance", view.stance), ("q", view.words)]
    pairs += [("columns", "all" if view.all_columns else ""), ("page", str(view.page) if view.page else "")]
    return urlencode([(name, value) for name, value in pairs if value])


def chosen(rows: Sequence[MatrixRow], cells: Cells, view: MatrixView) -> list[MatrixRow]:
    """The rows that the view asks for, in their order, on all its pages."""
    held: dict[int, set[str]] = {}
    if view.stance:
        for (row_id, _), cell in cells.items():
            held.setdefault(row_id, set()).add(cell.stance)
    words = folded(view.words).casefold().split()
    return [
        row
        for row in rows
        if (not view.states or row.state.value in view.states)
        and _has_owner(row, view.owner)
        and (view.due is None or (row.due is not None and row.due <= view.due))
        and (not view.kind or row.kind == view.kind)
        and (not view.section or row.section == view.section)
        and (not view.stance or view.stance in held.get(row.id, ()))
        and _says(row, words)
    ]


def page_of(rows: Sequence[MatrixRow], page: int) -> tuple[list[MatrixRow], bool]:
    """The rows of one page, counted from 0, and whether there are more."""
    start = page * ROWS_ON_A_PAGE
    return list(rows[start : start + ROWS_ON_A_PAGE]), len(rows) > start + ROWS_ON_A_PAGE


def _has_owner(row: MatrixRow, owner: str) -> bool:
    if not owner:
        return True
    return row.owner_id is None if owner == NOBODY else row.owner_id == int(owner)


def _says(row: MatrixRow, words: Sequence[str]) -> bool:
    if not words:
        return True
    said = f"{row.label} {row.section} {row.text}".casefold()
    return all(word in said for word in words)


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None
