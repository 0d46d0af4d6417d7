"""What stands around a docket's pages: its deadline and its seven stages, each with its state in words and numbers."""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from commenttrack.letters.models import Letter, LetterPart, LetterVersion
from commenttrack.positions.models import ProvisionPosition
from commenttrack.rulemaking.document_text import ROUTINE
from commenttrack.rulemaking.later_documents import commented_on
from commenttrack.rulemaking.models import CommentDate, Docket, Provision, ProvisionKind, RuleDocument
from commenttrack.rulemaking.operations import dates_due, deadline
from commenttrack.signoffs.lifecycle import JOINING
from commenttrack.signoffs.models import SignOffRequest
from commenttrack.signoffs.reading import cosmetic_changes, decided_since, standing_decisions

EASTERN = ZoneInfo("America/New_York")

REGULATORY = (
    ProvisionKind.SECTION,
    ProvisionKind.PARAGRAPH,
    ProvisionKind.DEFINITION,
    ProvisionKind.APPENDIX,
)
PREAMBLE = (ProvisionKind.PREAMBLE_PARAGRAPH,)


@dataclass(frozen=True, slots=True)
class Due:
    """The date that planning goes by."""

    date: dt.date
    hour: str
    """``17:00`` as the source names it; empty when it names none."""
    days_left: int
    """Negative when it has passed."""
    source: str
    disputed: bool
    """Whether sources name different days or hours."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One of the seven stages; ``endpoint`` is empty while there is no page to go to."""

    name: str
    state: str
    endpoint: str = ""
    tone: str = ""
    """``done``, ``attention`` or empty; the state says the same in words."""


@dataclass(frozen=True, slots=True)
class DocketFrame:
    """The frame of one docket."""

    docket: Docket
    document: RuleDocument | None
    letter: Letter | None
    due: Due | None
    dates: tuple[CommentDate, ...]
    stages: tuple[Stage, ...]


@dataclass(frozen=True, slots=True)
class SignCounts:
    """How many organizations were asked, joined the wording that stands, and joined one that has moved since."""

    asked: int
    joined: int
    stale: int


def due_of(docket: Docket, today: dt.date) -> Due | None:
    """The earliest comment date with the days left, counted in Eastern time; None when no source names one."""
    planned = deadline(docket)
    if planned is None:
        return None
    same = {(date.date, date.time) for date in dates_due(docket)}
    return Due(
        date=planned.date,
        hour=planned.time or "",
        days_left=(planned.date - today).days,
        source=planned.source,
        disputed=len(same) > 1,
    )


def newest_letter(session: Session, docket: Docket) -> Letter | None:
    """The docket's letter: the one started last."""
    return session.scalar(select(Letter).where(Letter.docket_id == docket.id).order_by(Letter.id.desc()).limit(1))


def subjects(session: Session, document: RuleDocument) -> tuple[ProvisionKind, ...]:
    """The kinds of provisions that a comment speaks to: regulatory text, or the preamble where there is none."""
    regulatory = session.scalar(
        select(Provision.id)
        .where(Provision.rule_document_id == document.id, Provision.kind.in_(REGULATORY), Provision.text != "")
        .limit(1)
    )
    return REGULATORY if regulatory else PREAMBLE


def frame_of(session: Session, docket: Docket, now: dt.datetime) -> DocketFrame:
    """Everything the frame shows, by counting in the database."""
    document, letter = commented_on(session, docket), newest_letter(session, docket)
    due = due_of(docket, now.astimezone(EASTERN).date())
    signs = sign_counts(session, letter) if letter else None
    stages = (
        _read(session, document),
        *_mapped(session, document),
        _draft(session, letter),
        _sign(signs),
        _file(due),
        Stage("Follow", "after filing"),
    )
    return DocketFrame(docket, document, letter, due, tuple(docket.comment_dates), stages)


def plural(number: int, one: str, many: str = "") -> str:
    """``1 provision``, ``1,204 provisions``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _read(session: Session, document: RuleDocument | None) -> Stage:
    if document is None:
        return Stage("Read", "no document yet", "rulemaking.read")
    count = session.scalar(select(func.count()).where(Provision.rule_document_id == document.id)) or 0
    open_points = len(to_settle(document))
    state = plural(count, "provision") + (f", {open_points} to settle" if open_points else "")
    return Stage("Read", state, "rulemaking.read", "attention" if open_points else "done")


def to_settle(document: RuleDocument) -> list[dict[str, object]]:
    """What the parser read without certainty, or could not read, as commenttrack-rule/1 gives it.

    What every document carries, such as its signature block, is nothing to settle.
    """
    leftovers = document.leftovers_json
    unparsed = (entry for entry in leftovers.get("unparsed", ()) if entry["why"] not in ROUTINE)
    return [*unparsed, *leftovers.get("ambiguities", ())]


def _mapped(session: Session, document: RuleDocument | None) -> tuple[Stage, Stage]:
    if document is None:
        return Stage("Positions", "none in use", "positions.library"), Stage(
            "Map", "nothing to map yet", "mapping.work"
        )
    kinds = subjects(session, document)
    links = (
        select(ProvisionPosition.position_id, ProvisionPosition.provision_id, Provision.kind)
        .join(Provision)
        .where(Provision.rule_document_id == document.id)
        .subquery()
    )
    used = session.scalar(select(func.count(links.c.position_id.distinct()))) or 0
    total = session.scalar(
        select(func.count()).where(
            Provision.rule_document_id == document.id,
            Provision.kind.in_(kinds),
            # Asterisks alone stand for text of the CFR that stays as it is; the queue of the mapping leaves them out.
            func.ltrim(Provision.text, "* ") != "",
        )
    )
    addressed = session.scalar(select(func.count(links.c.provision_id.distinct())).where(links.c.kind.in_(kinds))) or 0
    return (
        Stage("Positions", f"{used} in use" if used else "none in use", "positions.library", "done" if used else ""),
        Stage("Map", f"{addressed:,} of {plural(total or 0, 'provision')} addressed", "mapping.work"),
    )


def _draft(session: Session, letter: Letter | None) -> Stage:
    if letter is None:
        return Stage("Draft", "not started", "letters.draft")
    number = session.scalar(select(func.max(LetterVersion.number)).where(LetterVersion.letter_id == letter.id))
    if number is None:
        return Stage("Draft", "no version frozen", "letters.draft")
    return Stage("Draft", f"version {number}", "letters.draft", "done")


def sign_counts(session: Session, letter: Letter) -> SignCounts:
    """Counts for a letter as it stands, which is what the board compares with, too."""
    asked = session.scalar(select(func.count()).where(SignOffRequest.letter_id == letter.id)) or 0
    decisions = [each for each in standing_decisions(session, letter.id) if each.decision in JOINING]
    parts = select(LetterPart.key, LetterPart.wording_digest).where(
        LetterPart.letter_id == letter.id, LetterPart.included
    )
    today = {row[0]: row[1] for row in session.execute(parts)} if decisions else {}
    cosmetic = cosmetic_changes(session, letter.id) if decisions else frozenset()
    stale = sum(decided_since(decision, today, cosmetic).stale for decision in decisions)
    return SignCounts(asked, len(decisions) - stale, stale)


def _sign(signs: SignCounts | None) -> Stage:
    if signs is None or not signs.asked:
        return Stage("Sign", "nobody asked yet", "signoffs.board")
    state = f"{signs.joined} of {signs.asked} joined" + (f", {signs.stale} stale" if signs.stale else "")
    tone = "attention" if signs.stale else "done" if signs.joined == signs.asked else ""
    return Stage("Sign", state, "signoffs.board", tone)


def _file(due: Due | None) -> Stage:
    if due is None:
        return Stage("File", "no date known", "filing.packet", "attention")
    if due.days_left < 0:
        return Stage("File", f"closed {plural(-due.days_left, 'day')} ago", "filing.packet", "attention")
    if due.days_left == 0:
        return Stage("File", "due today", "filing.packet", "attention")
    return Stage("File", plural(due.days_left, "day") + " left", "filing.packet")
