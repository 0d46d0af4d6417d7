"""The board: every organization asked, and how its decision stands to every part of the letter as it is now.

Reads a fixed number of queries, however many organizations were asked and however long the letter is.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from commenttrack.letters.models import Letter, LetterPart, LetterPartLink, LetterVersion
from commenttrack.letters.operations import numbered
from commenttrack.positions.models import ProvisionPosition
from commenttrack.signoffs.lifecycle import JOINING, Comparison, PartState, Standing, compare, part_state, standing
from commenttrack.signoffs.models import SignOff, SignOffRequest
from commenttrack.signoffs.reading import standing_decisions, version_digests
from commenttrack.wording import Change, difference


@dataclass(frozen=True, slots=True)
class BoardPart:
    """A column: a part of the letter as it stands."""

    key: str
    number: str
    heading: str


@dataclass(frozen=True, slots=True)
class PartChange:
    """What happened to one part since a decision, word by word."""

    key: str
    number: str
    heading: str
    """Number and heading of today, or those decided on when the part is gone."""
    what: Literal["changed", "removed", "added"]
    headings: tuple[Change, ...]
    text: tuple[Change, ...]
    requested_text: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One organization. ``request`` has its organization, person and asked version loaded."""

    request: SignOffRequest
    sign_off: SignOff | None
    standing: Standing
    states: tuple[PartState, ...]
    """One for each column."""
    comparison: Comparison | None
    changes: tuple[PartChange, ...]
    """What moved since this decision among the parts it covers, and what was added; empty when nothing did."""

    @property
    def uncovered(self) -> bool:
        """Whether the letter has parts that this organization joined without having seen."""
        joined = self.sign_off is not None and self.sign_off.decision in JOINING
        return joined and self.comparison is not None and bool(self.comparison.added)


@dataclass(frozen=True, slots=True)
class Board:
    """The whole board. ``newest`` is the newest frozen version, None before the first."""

    parts: tuple[BoardPart, ...]
    rows: tuple[BoardRow, ...]
    totals: dict[Standing, int]
    """Organizations by standing; every standing has an entry."""
    newest: LetterVersion | None
    moved: bool
    """Whether the letter was edited after its newest version was frozen."""


@dataclass(frozen=True, slots=True)
class Wording:
    """One wording of a part."""

    number: str
    heading: str
    text: str
    requested_text: str


def board(session: Session, letter: Letter) -> Board:
    """Everybody who was asked, in the order of their names."""
    now = session.scalars(
        select(Letter)
        .where(Letter.id == letter.id)
        .options(
            selectinload(Letter.versions),
            selectinload(Letter.parts)
            .selectinload(LetterPart.links)
            .joinedload(LetterPartLink.provision_position)
            .joinedload(ProvisionPosition.provision),
        )
    ).one()
    requests = session.scalars(
        select(SignOffRequest)
        .where(SignOffRequest.letter_id == letter.id)
        .options(
            joinedload(SignOffRequest.organization),
            joinedload(SignOffRequest.person),
            joinedload(SignOffRequest.asked_version),
        )
    ).all()
    decisions = {sign_off.organization_id: sign_off for sign_off in standing_decisions(session, letter.id)}
    today = {
        entry.part.key: Wording(entry.number, entry.part.heading, entry.part.text, entry.part.requested_text)
        for entry in numbered(now)
    }
    digests = {part.key: part.wording_digest for part in now.parts if part.included}
    differences: dict[tuple[int, str], PartChange] = {}
    rows = [
        _row(request, decisions.get(request.organization_id), today, digests, differences)
        for request in sorted(requests, key=lambda request: request.organization.name.casefold())
    ]
    counted = Counter(row.standing for row in rows)
    newest = now.versions[-1] if now.versions else None
    return Board(
        parts=tuple(BoardPart(key, wording.number, wording.heading) for key, wording in today.items()),
        rows=tuple(rows),
        totals={each: counted[each] for each in Standing},
        newest=newest,
        moved=newest is not None and list(version_digests(newest).items()) != list(digests.items()),
    )


_NOTHING = Wording("", "", "", "")


def _row(
    request: SignOffRequest,
    sign_off: SignOff | None,
    today: Mapping[str, Wording],
    digests: Mapping[str, str],
    differences: dict[tuple[int, str], PartChange],
) -> BoardRow:
    if sign_off is None:
        comparison, covered, shown = None, {}, frozenset[str]()
    else:
        covered = {part.part_key: part.digest for part in sign_off.parts}
        shown = frozenset(version_digests(sign_off.letter_version))
        comparison = compare(covered, shown, digests)
    decision = sign_off.decision if sign_off else None
    return BoardRow(
        request=request,
        sign_off=sign_off,
        standing=standing(decision, comparison, opened=request.opened_at is not None),
        states=tuple(part_state(key, decision, covered, shown, comparison) for key in today),
        comparison=comparison,
        changes=_changes(sign_off, comparison, today, differences) if sign_off and comparison else (),
    )


def _changes(
    sign_off: SignOff,
    comparison: Comparison,
    today: Mapping[str, Wording],
    differences: dict[tuple[int, str], PartChange],
) -> tuple[PartChange, ...]:
    """The differences of one decision; those of a version are computed once for all organizations that saw it."""
    before = wordings_of(sign_off.letter_version.parts_json)
    found = []
    for key in (*comparison.changed, *comparison.removed, *comparison.added):
        place = (sign_off.letter_version_id, key)
        if place not in differences:
            differences[place] = part_change(key, before.get(key), today.get(key))
        found.append(differences[place])
    return tuple(found)


def wordings_of(parts_json: Sequence[Mapping[str, Any]]) -> dict[str, Wording]:
    """The wordings of a frozen version by part key."""
    return {
        part["key"]: Wording(part["number"], part["heading"], part["text"], part["requested_text"])
        for part in parts_json
    }


def part_change(key: str, old: Wording | None, new: Wording | None) -> PartChange:
    """The difference of two wordings of a part, either of which may not exist."""
    before, after = old or _NOTHING, new or _NOTHING
    shown = new or old or _NOTHING
    return PartChange(
        key=key,
        number=shown.number,
        heading=shown.heading,
        what="changed" if old and new else "added" if new else "removed",
        headings=tuple(difference(before.heading, after.heading)),
        text=tuple(difference(before.text, after.text)),
        requested_text=tuple(difference(before.requested_text, after.requested_text)),
    )


def changes_between(before: LetterVersion, after: LetterVersion, keys: Sequence[str]) -> tuple[PartChange, ...]:
    """What happened to these parts between two frozen versions: what the signer of an older one is shown."""
    old, new = wordings_of(before.parts_json), wordings_of(after.parts_json)
    return tuple(part_change(key, old.get(key), new.get(key)) for key in keys)
