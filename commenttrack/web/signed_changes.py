"""What a signer is shown of the way from the wording decided on to that of today: what moved, and who judged it."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from sqlalchemy.orm import Session

from commenttrack.letters.comparison import ComparedPart, ComparedPiece, compare
from commenttrack.letters.models import Letter, LetterVersion
from commenttrack.letters.recorded_content import content_of_letter, content_of_version
from commenttrack.signoffs import links
from commenttrack.signoffs.clearing import judgements
from commenttrack.signoffs.lifecycle import JOINING, Comparison, Decision, WordingChange
from commenttrack.signoffs.models import SignOff, WordingClearance
from commenttrack.signoffs.reading import Invitation, covered_digests, shown_parts, version_digests
from commenttrack.signoffs.renumbering import printed_reservation
from commenttrack.signoffs.reservations import BadReservation, settled_reservation


@dataclass(frozen=True, slots=True)
class Gap:
    """Paragraphs that read the same, left out between those that moved."""

    paragraphs: int


@dataclass(frozen=True, slots=True)
class ShownChange:
    """One part that moved, cut down to the paragraphs that did, and what was said about it."""

    part: ComparedPart
    pieces: tuple[ComparedPiece | Gap, ...]
    judged: WordingClearance | None


@dataclass(frozen=True, slots=True)
class ShownChanges:
    """Everything that moved, by what it means for the decision; each in the order of the letter."""

    touched: tuple[ShownChange, ...]
    """Reworded or taken out: a name does not stand under it until its bearer agrees again."""
    added: tuple[ShownChange, ...]
    cleared: tuple[ShownChange, ...]
    """Judged cosmetic: the decision holds."""

    @property
    def any(self) -> bool:
        return bool(self.touched or self.added or self.cleared)


def changes_shown(session: Session, shown: Invitation) -> ShownChanges:
    """What moved between the wording decided on, or asked about, and the one to decide on now."""
    if not shown.moved:
        return ShownChanges((), (), ())
    moved = shown.comparison
    covered = covered_digests(shown.current) if shown.current else version_digests(shown.before)
    today = version_digests(shown.version)
    judged = judgements(session, shown.request.letter_id) if shown.current else {}
    compared = compare(content_of_version(shown.before), content_of_version(shown.version))
    found = [shown_change(part, judged.get(_change(part.key, covered, today))) for part in compared.parts]

    def among(keys: Collection[str]) -> tuple[ShownChange, ...]:
        return tuple(change for change in found if change.part.key in keys)

    return ShownChanges(among({*moved.changed, *moved.removed}), among(moved.added), among(moved.cleared))


def moved_since(letter: Letter, sign_off: SignOff, moved: Comparison) -> tuple[ShownChange, ...]:
    """What moved between the wording that a decision was given for and the letter as it stands, as the board has it."""
    keys = {*moved.changed, *moved.removed, *moved.cleared, *moved.added}
    if not keys:
        return ()
    compared = compare(content_of_version(sign_off.letter_version), content_of_letter(letter))
    return tuple(shown_change(part) for part in compared.parts if part.key in keys)


def shown_change(part: ComparedPart, judged: WordingClearance | None = None) -> ShownChange:
    """A compared part as pages show it."""
    return ShownChange(part, tuple(_moved(part)), judged)


def _change(key: str, covered: dict[str, str], today: dict[str, str]) -> WordingChange:
    return WordingChange(key, covered.get(key, ""), today.get(key, ""))


def _moved(part: ComparedPart) -> Iterator[ComparedPiece | Gap]:
    same = 0
    for piece in part.pieces:
        if piece.what == "same":
            same += 1
            continue
        if same:
            yield Gap(same)
        same = 0
        yield piece
    if same:
        yield Gap(same)


@dataclass(frozen=True, slots=True)
class Reaffirmation:
    """What agreeing again takes over from the decision that stands, so that nobody types it twice."""

    name: str
    title: str
    authority: str
    excepted: frozenset[str]
    reservation: str
    """As it prints under the wording of today; empty without one."""
    unfit: str = ""
    """Why the earlier reservation no longer fits, in a sentence; it must be said anew then."""

    @property
    def decision(self) -> Decision:
        return Decision.JOINED_WITH_RESERVATION if self.reservation else Decision.JOINED


def said_before(session: Session, shown: Invitation) -> Reaffirmation:
    """What the person asked has said already: under the decision that stands, or in the list of organizations."""
    current, person = shown.current, shown.request.person
    if current is None:
        return Reaffirmation(person.name, person.title, "", frozenset(), "")
    if links.passed_on_since(session, shown.request, current.decided_at):
        name, title, authority = person.name, person.title, ""
    else:
        name, title, authority = current.name, current.title, current.authority
    excepted = _excepted(current)
    try:
        words, keys = _carried(current, shown.version, excepted)
    except BadReservation as unfit:
        keys = excepted & set(version_digests(shown.version))
        return Reaffirmation(name, title, authority, keys, current.reservation, str(unfit))
    return Reaffirmation(name, title, authority, keys, words)


def _excepted(decided: SignOff) -> frozenset[str]:
    if decided.decision is not Decision.JOINED_WITH_RESERVATION:
        return frozenset()
    return frozenset(version_digests(decided.letter_version)) - set(covered_digests(decided))


def _carried(decided: SignOff, version: LetterVersion, excepted: frozenset[str]) -> tuple[str, frozenset[str]]:
    """What prints and what is excepted under a version; raises :class:`BadReservation` when it must be said anew."""
    if decided.decision is not Decision.JOINED_WITH_RESERVATION:
        return "", frozenset()
    today = shown_parts(version)
    printed = printed_reservation(decided.reservation, excepted, shown_parts(decided.letter_version), today)
    if printed.trouble:
        raise BadReservation(f"{printed.trouble}.")
    return settled_reservation(today, [part.key for part in today if part.key in excepted], printed.words)


def may_reaffirm(shown: Invitation) -> bool:
    """Whether there is a name under an earlier wording, to be set under the newest one or taken away."""
    return shown.moved and shown.current is not None and shown.current.decision in JOINING
