"""What a returned table would do to the mapping as it stands. Pure: nothing is changed here.

A row that says what stands changes nothing, whatever its revision. One that says something else is a conflict when what
it was made from has moved since; a person then chooses between the two texts. What cannot be taken is told by its cell.
"""

import datetime as dt
import enum
import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from commenttrack.errors import BadInput
from commenttrack.positions import grounds as legal
from commenttrack.positions.exchange import (
    COLUMNS,
    DUE,
    GROUNDS,
    ID,
    NOT_IN_A_CELL,
    OWNER,
    POSITION,
    PROVISION,
    PROVISION_TEXT,
    REASON,
    REQUEST,
    REQUESTED,
    REVISION,
    SOURCE,
    STANCE,
    STANCE_WORDS,
    WORK_REVISION,
    Extra,
    Place,
    ProvisionNow,
    Said,
    Standing,
    Work,
    lines,
)
from commenttrack.positions.spreadsheet_files import Table, Trouble, letter
from commenttrack.positions.stances import Stance, shortcomings
from commenttrack.wording import folded, text_as_proposed

_NEEDED = (PROVISION, POSITION, STANCE)
_MOST_LINES_ABOVE = 10


class NotAnExchange(BadInput):
    """A table that is not the mapping's, or not this document's."""


class Outcome(enum.StrEnum):
    """What a row would do."""

    NEW = "new"
    CHANGED = "changed"
    CONFLICT = "conflict"
    """It differs from what stands, and that has moved since the file was made."""
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Change:
    """What a row says about one link. ``before`` is None when none stands."""

    outcome: Outcome
    row: int
    key: str
    position: int
    provision_label: str
    position_label: str
    before: Said | None
    after: Said
    revision: int
    """Of the link as it stands."""
    sentence: str = ""
    """Why it is a conflict."""


@dataclass(frozen=True, slots=True)
class WorkChange:
    """What rows say about who sees to a provision."""

    outcome: Outcome
    row: int
    key: str
    provision_label: str
    before: Work
    after: Work


@dataclass(frozen=True, slots=True)
class Preview:
    """Everything a file would do, and what is wrong with it."""

    changes: tuple[Change, ...]
    work: tuple[WorkChange, ...]
    troubles: tuple[Trouble, ...]
    notices: tuple[str, ...]
    extra: Extra
    absent: int
    """Links that stand and that the file does not name; they stay."""

    @property
    def digest(self) -> str:
        """Of all it would do: what is applied must be what was looked at."""
        links = [change for change in self.changes if change.outcome is not Outcome.UNCHANGED]
        shown = repr((links, self.work, sorted(self.extra.rows.items())))
        return hashlib.sha256(shown.encode("utf-8", "replace")).hexdigest()

    def of(self, outcome: Outcome) -> list[Change]:
        """The changes of one kind, in the order of the file."""
        return [change for change in self.changes if change.outcome is outcome]


def compare(table: Table, standing: Standing) -> Preview:
    """What a returned table would do to the mapping as it stands. Raises :class:`NotAnExchange` for another table."""
    at, header = _header(table)
    return _Reader(table, header, at, standing).preview()


def _header(table: Table) -> tuple[int, dict[str, int]]:
    """Where the row of names is, and the columns by name."""
    for at, (_, cells) in enumerate(table.rows[:_MOST_LINES_ABOVE]):
        names = [" ".join(cell.split()) for cell in cells]
        if all(name in names for name in _NEEDED):
            twice = [name for name, count in Counter(filter(None, names)).items() if count > 1]
            if twice:
                raise NotAnExchange(f"The column “{twice[0]}” stands there twice. Rename or delete one of the two.")
            return at, {name: column for column, name in enumerate(names) if name}
    raise NotAnExchange(
        f"No row with the columns {', '.join(f'“{name}”' for name in _NEEDED)} was found. "
        "Export the mapping and work on that file; columns of your own may stand beside them."
    )


@dataclass(frozen=True, slots=True)
class _Row:
    number: int
    cells: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        return self.cells.get(name, "")


class _Reader:
    """One pass over the rows."""

    def __init__(self, table: Table, header: dict[str, int], at: int, standing: Standing) -> None:
        self._table, self._header, self._standing = table, header, standing
        self._rows = [self._named(number, cells) for number, cells in table.rows[at + 1 :]]
        self._own = {column.name for column in COLUMNS}
        self._others = tuple(name for name in header if name not in self._own)
        known = {letter(column) for name, column in header.items() if name in self._own}
        # A formula in somebody's own column is theirs; its text could not be taken, and that is told all the same.
        self._troubles = [each for each in table.troubles if each.row > table.rows[at][0]]
        self._bad = {(each.row, each.column) for each in self._troubles if each.column in known}
        self._notices = list(table.notices)
        self._by_label: dict[str, list[str]] = {}
        for key, provision in standing.provisions.items():
            self._by_label.setdefault(_plain(provision.label), []).append(key)
        self._moved: list[int] = []

    def _named(self, number: int, cells: tuple[str, ...]) -> _Row:
        return _Row(
            number,
            {name: lines(cells[column]) if column < len(cells) else "" for name, column in self._header.items()},
        )

    def preview(self) -> Preview:
        changes: dict[Place, Change] = {}
        work: dict[str, list[tuple[_Row, Work]]] = {}
        extra: dict[Place, tuple[str, ...]] = {}
        named = set[Place]()
        for row in self._rows:
            if any((row.number, letter(column)) in self._bad for column in self._header.values()):
                named.update(filter(None, [self._marked(row)]))
                continue  # told already, with its cell
            place = self._place(row)
            if place is None:
                continue
            named.add(place)
            key, position = place
            if self._others and any(row[name] for name in self._others):
                extra[place] = tuple(row[name] for name in self._others)
            if OWNER in self._header or DUE in self._header:
                work.setdefault(key, []).append((row, self._work(row, key)))
            if position and place in changes:
                self._trouble(row, POSITION, f"row {changes[place].row} says the same position on the same provision.")
            elif position and (change := self._change(row, key, position)):
                changes[place] = change
        if self._moved:
            shown = ", ".join(map(str, self._moved[:10])) + (" …" if len(self._moved) > 10 else "")
            self._notices.append(
                f"The text of provisions differs from the imported document in row {shown}. Provisions cannot be "
                "changed from a file; look whether the document was imported anew since."
            )
        if self._others:
            self._notices.append(
                f"Kept for the next export: {', '.join(f'“{name}”' for name in self._others)}, which CommentTrack "
                "does not read."
            )
        assigned = [each for key, said in work.items() if (each := self._assigned(key, said))]
        return Preview(
            changes=tuple(changes.values()),
            work=tuple(assigned),
            troubles=tuple(sorted(self._troubles, key=lambda each: (each.row, each.column))),
            notices=tuple(self._notices),
            extra=Extra(self._others, extra),
            absent=len(set(self._standing.links) - named),
        )

    def _trouble(self, row: _Row, name: str, sentence: str) -> None:
        column = letter(self._header[name]) if name in self._header else ""
        self._troubles.append(Trouble(row.number, column, sentence))

    # ---- which provision and position

    def _place(self, row: _Row) -> Place | None:
        """By the hidden id, unless the visible cells say something else (a copied row); None when there is none."""
        said = [row[name] for name in (PROVISION, POSITION, STANCE, REASON, REQUEST, REQUESTED)]
        marked = self._marked(row)
        if marked is not None or not any(said):
            return marked
        key, position = self._key_of(row), self._position_of(row)
        return None if key is None or position is None else (key, position)

    def _ids(self, row: _Row) -> Place | None:
        """The hidden id, when its provision is still there and is the one the row shows."""
        found = re.fullmatch(r"(\d{1,15})/(.+)/(\d{1,15})", row[ID].strip())
        if not found:
            return None
        if int(found[1]) != self._standing.document:
            raise NotAnExchange(
                f"Row {row.number} belongs to another document. Bring the file back where it was exported."
            )
        provision = self._standing.provisions.get(found[2])
        if provision is None or _plain(row[PROVISION]) != _plain(provision.label):
            return None
        return found[2], int(found[3])

    def _marked(self, row: _Row) -> Place | None:
        """The hidden id, when the row still shows its provision and its position."""
        ids = self._ids(row)
        known = self._standing.positions.get(ids[1]) if ids else None
        if ids is None or (ids[1] and known is None):
            return None
        label, source = (known.label, known.source) if known else ("", "")
        same_position = row[POSITION].strip() == label.strip() and (
            SOURCE not in self._header or _plain(row[SOURCE]) == _plain(source)
        )
        return ids if same_position else None

    def _key_of(self, row: _Row) -> str | None:
        if ids := self._ids(row):
            return ids[0]
        keys = self._by_label.get(_plain(row[PROVISION]), []) if row[PROVISION].strip() else []
        if len(keys) == 1:
            return keys[0]
        if not row[PROVISION].strip():
            self._trouble(row, PROVISION, "names no provision. Write its citation as the document prints it.")
        elif keys:
            self._trouble(
                row, PROVISION, f"“{row[PROVISION]}” stands for {len(keys)} provisions. Map it in CommentTrack."
            )
        else:
            self._trouble(
                row, PROVISION, f"the document has no provision “{row[PROVISION]}”. Write its citation in full."
            )
        return None

    def _position_of(self, row: _Row) -> int | None:
        label, source = row[POSITION].strip(), _plain(row[SOURCE])
        if not label:
            if any(row[name] for name in (STANCE, REASON, REQUEST, REQUESTED)):
                self._trouble(row, POSITION, "names no position. Write its label, and its source beside it.")
                return None
            return 0
        found = [
            each.id
            for each in self._standing.positions.values()
            if each.label == label and (not source or _plain(each.source) == source)
        ]
        if len(found) == 1:
            return found[0]
        if found:
            self._trouble(
                row, SOURCE, f"{len(found)} documents have a position {label}. Write which one in “{SOURCE}”."
            )
        else:
            self._trouble(row, POSITION, f"the library has no position {label} of this source.")
        return None

    # ---- what it says

    def _change(self, row: _Row, key: str, position: int) -> Change | None:
        standing, place = self._standing, (key, position)
        link = standing.links.get(place)
        provision, held = standing.provisions[key], standing.positions[position]
        shown = row[PROVISION_TEXT]
        if shown not in (NOT_IN_A_CELL, "") and folded(shown) != folded(provision.text):
            self._moved.append(row.number)
        after = self._said(row, link.said if link else None, provision)
        if after is None:
            return None
        known = self._revision(row, REVISION)
        names = (provision.label or "passage", held.label)
        if link is not None and _same(link.said, after):
            return Change(Outcome.UNCHANGED, row.number, *place, *names, link.said, link.said, link.revision)
        if link is None and held.withdrawn:
            self._trouble(row, POSITION, f"position {held.label} was withdrawn and cannot be mapped.")
            return None
        revision = link.revision if link else 0
        own = self._marked(row) == place
        if link is None and (not own or known == 0):
            return Change(Outcome.NEW, row.number, *place, *names, None, after, 0)
        if link is None:
            why = "Somebody took this position off the provision since the file was made."
        elif not own:
            why = "This position is mapped onto the provision already, and the row does not come from that mapping."
        elif known != link.revision:
            why = "Somebody changed this mapping since the file was made."
        else:
            return Change(Outcome.CHANGED, row.number, *place, *names, link.said, after, revision)
        return Change(Outcome.CONFLICT, row.number, *place, *names, link.said if link else None, after, revision, why)

    def _revision(self, row: _Row, name: str) -> int:
        return int(row[name]) if re.fullmatch(r"\d{1,9}", row[name].strip()) else -1

    def _said(self, row: _Row, before: Said | None, provision: ProvisionNow) -> Said | None:
        """What the row says; a column that the file no longer has says what stands."""
        standing = before or Said("")
        told = len(self._troubles)
        stance = standing.stance
        if STANCE in self._header:
            stance = self._stance(row)
        grounds = standing.grounds
        if GROUNDS in self._header:
            named, unknown = legal.read(row[GROUNDS])
            grounds = tuple(named)
            if unknown:
                offered = ", ".join(legal.WORDS.values())
                self._trouble(row, GROUNDS, f"“{unknown[0]}” is no ground. Write one of {offered}.")
        texts = {
            name: self._text(row, name, text, before)
            for name, text in (
                (REASON, standing.reason),
                (REQUEST, standing.request),
                (REQUESTED, standing.requested_text),
            )
        }
        if len(self._troubles) > told:
            return None
        after = Said(stance, grounds, texts[REASON], texts[REQUEST], texts[REQUESTED])
        if before is None or not _same(before, after):
            self._check(row, after, provision)
        return after if len(self._troubles) == told else None

    def _stance(self, row: _Row) -> str:
        said = " ".join(row[STANCE].split()).casefold()
        for stance, words in STANCE_WORDS.items():
            if said in (words.casefold(), stance.value):
                return stance.value
        offered = ", ".join(STANCE_WORDS.values())
        what = f"“{row[STANCE]}” is no stance" if said else "there is no stance"
        self._trouble(row, STANCE, f"{what}. Write one of {offered}.")
        return ""

    def _text(self, row: _Row, name: str, standing: str, before: Said | None) -> str:
        if name not in self._header:
            return standing
        if row[name] == NOT_IN_A_CELL:
            if before is None:
                self._trouble(row, name, "stands for a text that only CommentTrack has. Write the text itself.")
            return standing
        # What stands has no white space around it, so what a program puts there is no change.
        return standing if row[name].strip() == lines(standing).strip() else row[name].strip()

    def _check(self, row: _Row, after: Said, provision: ProvisionNow) -> None:
        for sentence in shortcomings(
            Stance(after.stance), reason=after.reason, request=after.request, requested_text=after.requested_text
        ):
            self._trouble(row, STANCE, sentence)
        if after.requested_text and folded(text_as_proposed(after.requested_text)) != folded(provision.text):
            self._trouble(
                row,
                REQUESTED,
                "must start from the words as proposed: mark what goes as {--…--} and what comes as {++…++}, "
                "and leave the rest as it is.",
            )

    # ---- who sees to it

    def _work(self, row: _Row, key: str) -> Work:
        stands = self._standing.provisions[key].work
        owner = row[OWNER].strip() if OWNER in self._header else stands.owner
        due = row[DUE].strip() if DUE in self._header else stands.due
        if owner and owner != stands.owner and self._standing.people.count(owner) != 1:
            what = "more than one person has this name" if owner in self._standing.people else "nobody has this name"
            self._trouble(row, OWNER, f"“{owner}”: {what}. Write the name as in CommentTrack, or assign it there.")
            owner = stands.owner
        if due and due != stands.due:
            try:
                due = dt.date.fromisoformat(due[:10]).isoformat()
            except ValueError:
                self._trouble(row, DUE, f"“{due}” is no day. Write it as 2026-03-20.")
                due = stands.due
        return Work(owner, due)

    def _assigned(self, key: str, said: Sequence[tuple[_Row, Work]]) -> WorkChange | None:
        """Rows of one provision that still say what stands yield to those that say something else; those must agree."""
        provision = self._standing.provisions[key]
        other = [(row, work) for row, work in said if work != provision.work]
        if not other:
            return None
        row, after = other[0]
        for second, work in other[1:]:
            if work != after:
                self._trouble(
                    second, OWNER, f"row {row.number} gives {provision.label} to somebody else, or another day."
                )
                return None
        moved = self._revision(row, WORK_REVISION) != provision.work_revision
        outcome = Outcome.CONFLICT if moved else Outcome.CHANGED
        return WorkChange(outcome, row.number, key, provision.label or "passage", provision.work, after)


def _same(one: Said, other: Said) -> bool:
    return _compared(one) == _compared(other)


def _compared(said: Said) -> tuple[object, ...]:
    return (
        said.stance,
        said.grounds,
        *(lines(each).strip() for each in (said.reason, said.request, said.requested_text)),
    )


def _plain(text: str) -> str:
    return folded(text).casefold()
