"""Which organizations of the board somebody wants to see, in which order, and the board as a table for other programs.

Pure functions on plain values; :mod:`commenttrack.signoffs.board` reads them from the database.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from commenttrack.members.names import name_key
from commenttrack.positions.spreadsheets import Column, Sheet
from commenttrack.rulemaking.moments import EASTERN
from commenttrack.signoffs.lifecycle import PartState, Standing
from commenttrack.wording import folded

STANDING_WORDS: Mapping[Standing, str] = {
    Standing.ASKED: "Asked",
    Standing.OPENED: "Opened",
    Standing.JOINED: "Joined",
    Standing.JOINED_WITH_RESERVATION: "Joined with a reservation",
    Standing.STALE: "Stale",
    Standing.ABSTAINED: "Abstained",
    Standing.DECLINED: "Declined",
    Standing.WITHDRAWN: "Withdrawn",
}
STATE_WORDS: Mapping[PartState, str] = {
    PartState.UNDECIDED: "no decision yet",
    PartState.COVERED: "joined",
    PartState.EXCEPTED: "excepted by reservation",
    PartState.CHANGED: "joined an earlier wording",
    PartState.CLEARED: "joined; a cosmetic change since",
    PartState.NOT_COVERED: "added later, not covered",
    PartState.NOT_JOINED: "not joined",
}

UNDECIDED = frozenset({Standing.ASKED, Standing.OPENED})
_NEVER = dt.datetime.max.replace(tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class BoardLine:
    """One organization on the board."""

    request_id: int
    organization: str
    kind: str
    person: str
    standing: Standing
    asked_at: dt.datetime
    asked_version: int
    opened_at: dt.datetime | None
    decided_at: dt.datetime | None
    version: int | None
    """The version decided on; None before a decision."""
    by_mail: bool
    reservation: str
    uncovered: bool
    """Whether it joined and the letter has parts since that it has not seen."""
    states: tuple[PartState, ...]
    """One for each part of the letter as it stands."""

    @property
    def undecided(self) -> bool:
        """Whether it can still be reminded."""
        return self.standing in UNDECIDED


_ORDERS: Mapping[str, Callable[[BoardLine], object]] = {
    "name": lambda line: (),
    "standing": lambda line: list(Standing).index(line.standing),
    "asked": lambda line: line.asked_at,
    "opened": lambda line: line.opened_at or _NEVER,
    "decided": lambda line: line.decided_at or _NEVER,
    "version": lambda line: line.version or 0,
}
ORDERS: tuple[str, ...] = tuple(_ORDERS)


@dataclass(frozen=True, slots=True)
class BoardView:
    """What a page of the board shows; it stands whole in the page's address."""

    standings: tuple[Standing, ...] = ()
    """Empty for all."""
    kind: str = ""
    words: str = ""
    uncovered: bool = False
    """Only organizations with parts they have not seen."""
    order: str = "name"
    backwards: bool = False
    opened: tuple[str, ...] = ()
    """Keys of the first parts of those groups whose parts are shown one by one; a short letter has no groups."""
    all_parts: bool = False
    """Every part of a long letter in a column of its own."""

    @property
    def narrows(self) -> bool:
        """Whether it leaves out any organization."""
        return replace(self, order="name", backwards=False, opened=(), all_parts=False) != BoardView()

    def ordered_by(self, order: str) -> "BoardView":
        """The view after a click on a column's name: in its order, and the other way round at the second click."""
        return replace(self, order=order, backwards=self.order == order and not self.backwards)

    def turned(self, group: str) -> "BoardView":
        """The view after a click on a group of parts: open when it was closed, and the other way round."""
        rest = tuple(each for each in self.opened if each != group)
        return replace(self, opened=rest if group in self.opened else (*rest, group))


def view_of(arguments: Mapping[str, Sequence[str]]) -> BoardView:
    """The view that an address asks for. What is not a choice of ours is left out."""

    def one(name: str) -> str:
        return (arguments.get(name) or [""])[0].strip()

    known = {standing.value for standing in Standing}
    order = one("sort")
    return BoardView(
        standings=tuple(Standing(value) for value in dict.fromkeys(arguments.get("standing") or ()) if value in known),
        kind=one("kind"),
        words=one("q"),
        uncovered=one("uncovered") == "1",
        order=order.removeprefix("-") if order.removeprefix("-") in ORDERS else "name",
        backwards=order.startswith("-") and order[1:] in ORDERS,
        opened=tuple(dict.fromkeys(arguments.get("open") or ())),
        all_parts=one("parts") == "all",
    )


def query_of(view: BoardView) -> str:
    """The query string that asks for the view; :func:`view_of` reads it back."""
    pairs = [("standing", standing.value) for standing in view.standings]
    pairs += [("kind", view.kind), ("q", view.words), ("uncovered", "1" if view.uncovered else "")]
    order = ("-" if view.backwards else "") + view.order
    pairs += [("sort", "" if order == "name" else order), *(("open", group) for group in view.opened)]
    pairs += [("parts", "all" if view.all_parts else "")]
    return urlencode([(name, value) for name, value in pairs if value])


def chosen(lines: Sequence[BoardLine], view: BoardView) -> list[BoardLine]:
    """The organizations that the view asks for, in its order; those that are alike in it stand by name."""
    words = folded(view.words).casefold().split()
    found = [
        line
        for line in lines
        if (not view.standings or line.standing in view.standings)
        and (not view.kind or line.kind == view.kind)
        and (not view.uncovered or line.uncovered)
        and _says(line, words)
    ]
    found.sort(key=lambda line: name_key(line.organization), reverse=view.backwards and view.order == "name")
    if view.order != "name":
        key = _ORDERS[view.order]
        # A sort is stable backwards too, so that organizations that are alike stay in the order of their names.
        found.sort(key=key, reverse=view.backwards)  # type: ignore[arg-type]
    return found


def _says(line: BoardLine, words: Sequence[str]) -> bool:
    said = f"{line.organization} {line.person} {line.reservation}".casefold()
    return all(word in said for word in words)


# ----------------------------------------------------------------------------------------------------------- as a table

_COLUMNS = (
    Column("Organization", 34),
    Column("Kind", 10),
    Column("Who is asked", 24),
    Column("State", 22),
    Column("Asked (Eastern)", 17),
    Column("About version", 9),
    Column("Opened (Eastern)", 17),
    Column("Decided (Eastern)", 17),
    Column("On version", 9),
    Column("Received by mail", 9),
    Column("Reservation", 34),
    Column("Parts not covered", 9),
)


def sheet_of(lines: Sequence[BoardLine], parts: Sequence[str]) -> Sheet:
    """The board for a workbook or CSV: a row for each organization, a column for each of the named parts."""
    return Sheet(
        name="Sign-offs",
        columns=(*_COLUMNS, *(Column(part, 16) for part in parts)),
        rows=tuple(_row(line) for line in lines),
    )


def _row(line: BoardLine) -> tuple[str | int, ...]:
    return (
        line.organization,
        line.kind,
        line.person,
        STANDING_WORDS[line.standing],
        _moment(line.asked_at),
        line.asked_version,
        _moment(line.opened_at),
        _moment(line.decided_at),
        "" if line.version is None else line.version,
        "yes" if line.by_mail else "",
        line.reservation,
        line.states.count(PartState.NOT_COVERED) if line.uncovered else "",
        *(STATE_WORDS[state] for state in line.states),
    )


def _moment(moment: dt.datetime | None) -> str:
    """``2026-03-02 10:00``, which sorts as text and which every program takes for the moment it is."""
    return f"{moment.astimezone(EASTERN):%Y-%m-%d %H:%M}" if moment else ""
