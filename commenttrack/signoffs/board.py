"""The board: every organization asked, and how its decision stands to every part of the letter as it is now.

Reads a fixed number of queries, however many organizations were asked and however long the letter is.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from commenttrack.letters.models import Letter, LetterPart, LetterPartLink, LetterVersion
from commenttrack.letters.operations import numbered
from commenttrack.letters.part_changes import PartChange, Wording, part_change, wordings_of
from commenttrack.positions.models import ProvisionPosition
from commenttrack.signoffs.lifecycle import (
    JOINING,
    Comparison,
    PartState,
    Standing,
    WordingChange,
    compare,
    part_state,
    standing,
)
from commenttrack.signoffs.models import SignOff, SignOffRequest
from commenttrack.signoffs.reading import cosmetic_changes, covered_digests, standing_decisions, version_digests


@dataclass(frozen=True, slots=True)
class BoardPart:
    """A column: a part of the letter as it stands."""

    key: str
    number: str
    heading: str


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
    cosmetic = cosmetic_changes(session, letter.id)
    differences: dict[tuple[int, str], PartChange] = {}
    rows = [
        _row(request, decisions.get(request.organization_id), today, digests, cosmetic, differences)
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


def _row(
    request: SignOffRequest,
    sign_off: SignOff | None,
    today: Mapping[str, Wording],
    digests: Mapping[str, str],
    cosmetic: Collection[WordingChange],
    differences: dict[tuple[int, str], PartChange],
) -> BoardRow:
    if sign_off is None:
        comparison, covered, shown = None, {}, frozenset[str]()
    else:
        covered = covered_digests(sign_off)
        shown = frozenset(version_digests(sign_off.letter_version))
        comparison = compare(covered, shown, digests, cosmetic)
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
    for key in (*comparison.changed, *comparison.removed, *comparison.cleared, *comparison.added):
        place = (sign_off.letter_version_id, key)
        if place not in differences:
            differences[place] = part_change(key, before.get(key), today.get(key))
        found.append(differences[place])
    return tuple(found)
