"""The board: every organization asked, and how its decision stands to every part of the letter as it is now.

Reads a fixed number of queries, however many organizations were asked and however long the letter is.
"""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from commenttrack.audit import AuditEvent
from commenttrack.config import Settings
from commenttrack.letters.models import Letter, LetterPart, LetterPartLink, LetterVersion
from commenttrack.letters.recorded_content import numbered
from commenttrack.members.names import name_key
from commenttrack.positions.models import ProvisionPosition
from commenttrack.signoffs import operations
from commenttrack.signoffs.board_columns import BoardPart
from commenttrack.signoffs.board_view import UNDECIDED, BoardLine
from commenttrack.signoffs.campaign import Asking
from commenttrack.signoffs.clearing import judgements
from commenttrack.signoffs.forecast import Asked, Forecast, forecast
from commenttrack.signoffs.lifecycle import (
    JOINING,
    Comparison,
    PartState,
    Standing,
    WordingChange,
    changes,
    compare,
    part_state,
    standing,
)
from commenttrack.signoffs.models import SignOff, SignOffRequest
from commenttrack.signoffs.reading import (
    cosmetic_changes,
    covered_digests,
    decisions_close,
    draft_moved,
    standing_decisions,
    subject_of,
    version_digests,
)
from commenttrack.signoffs.refusals import CannotBeAsked


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One organization. ``request`` has its organization, person and asked version loaded."""

    request: SignOffRequest
    sign_off: SignOff | None
    standing: Standing
    states: tuple[PartState, ...]
    """One for each part."""
    comparison: Comparison | None
    """What moved since the decision; None as long as nothing was decided."""

    @property
    def uncovered(self) -> bool:
        """Whether the letter has parts that this organization joined without having seen."""
        joined = self.sign_off is not None and self.sign_off.decision in JOINING
        return joined and self.comparison is not None and bool(self.comparison.added)

    @property
    def line(self) -> BoardLine:
        """The row as plain values."""
        request, sign_off = self.request, self.sign_off
        return BoardLine(
            request_id=request.id,
            organization=request.organization.name,
            kind=request.organization.kind.value,
            person=request.person.name,
            standing=self.standing,
            asked_at=request.asked_at,
            asked_version=request.asked_version.number,
            opened_at=request.opened_at,
            decided_at=sign_off.decided_at if sign_off else None,
            version=sign_off.letter_version.number if sign_off else None,
            by_mail=bool(sign_off and sign_off.recorded_by),
            reservation=sign_off.reservation if sign_off else "",
            uncovered=self.uncovered,
            states=self.states,
        )


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
    parts = tuple(
        BoardPart(entry.part.key, entry.number, entry.part.heading, entry.part.level if entry.part.heading else 0)
        for entry in numbered(now)
    )
    digests = {part.key: part.wording_digest for part in now.parts if part.included}
    cosmetic = cosmetic_changes(session, letter.id)
    rows = [
        _row(request, decisions.get(request.organization_id), parts, digests, cosmetic)
        for request in sorted(requests, key=lambda request: name_key(request.organization.name))
    ]
    counted = Counter(row.standing for row in rows)
    newest = now.versions[-1] if now.versions else None
    return Board(
        parts=parts,
        rows=tuple(rows),
        totals={each: counted[each] for each in Standing},
        newest=newest,
        moved=newest is not None and draft_moved(now),
    )


def _row(
    request: SignOffRequest,
    sign_off: SignOff | None,
    parts: Sequence[BoardPart],
    digests: Mapping[str, str],
    cosmetic: Collection[WordingChange],
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
        states=tuple(part_state(part.key, decision, covered, shown, comparison) for part in parts),
        comparison=comparison,
    )


def waits_for_judgement(session: Session, letter: Letter, found: Board) -> bool:
    """Whether a stale signature has a change to the newest version that nobody has judged yet.

    One query. While the draft moves there is nothing to judge: a judgement is about two frozen wordings.
    """
    stale = [row.sign_off for row in found.rows if row.sign_off and row.standing is Standing.STALE]
    if found.moved or found.newest is None or not stale:
        return False
    today, judged = version_digests(found.newest), judgements(session, letter.id)
    return any(change not in judged for sign_off in stale for change in changes(covered_digests(sign_off), today))


# ----------------------------------------------------------------------------------------------------- what is expected


def forecast_of(session: Session, letter: Letter, found: Board, *, now: dt.datetime) -> Forecast:
    """How many will have decided when decisions close; one query. A stale signature is no decision on today's wording.

    The clock of an organization starts with the mail that brought it the wording, never with a reminder.
    """
    brought = [f"sign-off asked ({kind.value})" for kind in Asking if kind is not Asking.REMINDER]
    moments: dict[str, list[dt.datetime]] = {}
    events = select(AuditEvent.subject, AuditEvent.at).where(
        AuditEvent.subject.in_([subject_of(row.request) for row in found.rows]), AuditEvent.action.in_(brought)
    )
    for subject, at in session.execute(events.order_by(AuditEvent.number)):
        moments.setdefault(subject, []).append(at)
    asked = []
    for row in found.rows:
        answered = row.sign_off.decided_at if row.sign_off and row.standing is not Standing.STALE else None
        before = [at for at in moments.get(subject_of(row.request), ()) if answered is None or at <= answered]
        start = before[-1] if before else min(row.request.asked_at, answered or row.request.asked_at)
        asked.append(Asked(start, answered, opened=row.standing is not Standing.ASKED))
    return forecast(asked, closes=decisions_close(letter.docket, asked_at=now), now=now)


# --------------------------------------------------------------------------------------------------------- what is new

_MOST_NEWS = 5
_MOST_EVENTS = 500


def mark(session: Session) -> int:
    """A number that grows with everything that can change a board: each of it writes an event into the trail."""
    return session.scalar(select(func.max(AuditEvent.number))) or 0


def news_since(session: Session, found: Board, number: int) -> str:
    """What happened to the invitations of a board after a mark, in a sentence; empty when nothing did."""
    names = {subject_of(row.request): row.request.organization.name for row in found.rows}
    events = session.execute(
        select(AuditEvent.subject, AuditEvent.action)
        .where(AuditEvent.number > number, AuditEvent.subject.like("sign\\_off\\_request %", escape="\\"))
        .order_by(AuditEvent.number)
        .limit(_MOST_EVENTS)
    )
    told = list(
        dict.fromkeys(
            f"{names[subject]}: {action.removeprefix('sign-off ').replace('_', ' ')}"
            for subject, action in events
            if subject in names
        )
    )
    if not told:
        return ""
    more = f"; and {len(told) - _MOST_NEWS} more" if len(told) > _MOST_NEWS else ""
    return f"{'; '.join(told[:_MOST_NEWS])}{more}."


# -------------------------------------------------------------------------------------------- asking a selection again


@dataclass(frozen=True, slots=True)
class AskedAgain:
    """What became of a selection."""

    asked: tuple[str, ...]
    """Names of the organizations that were written to."""
    left: tuple[str, ...]
    """Why others were not, a sentence each."""


def ask_selected(
    session: Session,
    letter: Letter,
    request_ids: Collection[int],
    *,
    only_undecided: bool,
    note: str = "",
    actor: str,
    now: dt.datetime,
    settings: Settings,
) -> AskedAgain:
    """Write to the chosen organizations once more, each with a new link. Ids of other letters are left out.

    With ``only_undecided`` nobody who decided on the wording as it stands gets a mail, nor who was asked a moment ago;
    without it all chosen ones do.
    """
    asked, left = [], []
    operations.hold_requests(session, letter)
    for row in _selected(board(session, letter).rows, request_ids):
        name = row.request.organization.name
        if only_undecided and row.standing not in UNDECIDED and row.standing is not Standing.STALE:
            left.append(f"{name} has decided.")
            continue
        if only_undecided and row.request.asked_at > now - operations.A_MOMENT:
            left.append(f"{name} was asked a moment ago.")  # a second click is no second reason
            continue
        try:
            operations.invite(
                session,
                letter,
                row.request.organization,
                row.request.person,
                note=note,
                actor=actor,
                now=now,
                settings=settings,
            )
        except CannotBeAsked as refusal:
            left.append(str(refusal))
        else:
            asked.append(name)
    return AskedAgain(tuple(asked), tuple(left))


def _selected(rows: Sequence[BoardRow], request_ids: Collection[int]) -> list[BoardRow]:
    wanted = set(request_ids)
    return [row for row in rows if row.request.id in wanted]
