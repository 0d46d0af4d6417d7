"""Freezing a version for filing: its wording is final, and the conditions of the letter gate it.

A version is frozen first so that people can sign it; nobody can have joined it by then, so the conditions only say what
is still missing. Freezing for filing is the other act: it counts who stands under exactly this wording, and refuses
while a condition is not met, unless a person gives the reason, which stays with the version.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from commenttrack import audit
from commenttrack.errors import Refused
from commenttrack.letters import operations as letters
from commenttrack.letters.models import Letter, LetterVersion
from commenttrack.members.names import name_key
from commenttrack.signoffs.campaigns import quorum_of
from commenttrack.signoffs.models import FinalVersion
from commenttrack.signoffs.reading import joined_since, version_digests
from commenttrack.storage import Storage
from commenttrack.wording import one_line


class QuorumNotMet(Refused):
    """The letter goes out only with organizations that do not stand under it; ``shortfalls`` says which."""

    def __init__(self, shortfalls: Sequence[str]) -> None:
        super().__init__(
            f"{' '.join(shortfalls)} Ask them, change the conditions on the board, or go on without and say why."
        )
        self.shortfalls = tuple(shortfalls)


class NotFrozenForFiling(Refused):
    """A letter with conditions is filed from a version that was frozen for filing under them."""

    def __init__(self) -> None:
        super().__init__("This version was frozen to be signed. Freeze it for filing first.")


@dataclass(frozen=True, slots=True)
class Gate:
    """The conditions of a letter, held against one wording of it."""

    conditions: str
    """In words; empty when nothing must be reached."""
    standing: tuple[str, ...]
    """Organizations under this wording, by name."""
    shortfalls: tuple[str, ...]
    """A sentence for each condition that is not met."""
    final: FinalVersion | None
    """How this very version was frozen for filing; None when it was not."""

    @property
    def awaits_freezing(self) -> bool:
        """Whether the version must be frozen for filing before it can be filed."""
        return bool(self.conditions) and self.final is None

    @property
    def excused(self) -> str:
        """The reason given when the version was frozen, as long as it answers for what is missing now.

        It does while the conditions are the same and everybody who stood under the version then still does.
        """
        final = self.final
        if final is None or final.conditions != self.conditions or not set(final.standing_json) <= set(self.standing):
            return ""
        return final.reason

    def reason(self, given: str) -> str:
        """Why to go on although a condition is not met; empty when all are. Raises :class:`QuorumNotMet`."""
        if not self.shortfalls:
            return ""
        reason = one_line(given) or self.excused
        if not reason:
            raise QuorumNotMet(self.shortfalls)
        return reason

    def reason_to_file(self, given: str) -> str:
        """The same for filing, which a letter with conditions allows only of a version frozen for it.

        Raises :class:`NotFrozenForFiling` and :class:`QuorumNotMet`.
        """
        if self.awaits_freezing:
            raise NotFrozenForFiling
        return self.reason(given)


def gate_of_version(session: Session, version: LetterVersion) -> Gate:
    """The conditions held against a frozen version."""
    final = session.scalar(select(FinalVersion).where(FinalVersion.letter_version_id == version.id))
    return _gate(session, version.letter, version_digests(version), final)


def gate_of_draft(session: Session, letter: Letter) -> Gate:
    """The conditions held against the letter as it stands, which is its newest version where it reads like that."""
    if letters.reads_as_frozen(letter):
        return gate_of_version(session, letter.versions[-1])
    return _gate(session, letter, letters.digests(letter), None)


def frozen_for_filing(session: Session, letter: Letter) -> frozenset[int]:
    """Numbers of the versions that were."""
    numbers = select(LetterVersion.number).join(FinalVersion).where(LetterVersion.letter_id == letter.id)
    return frozenset(session.scalars(numbers))


def _gate(session: Session, letter: Letter, today: Mapping[str, str], final: FinalVersion | None) -> Gate:
    quorum, joined = quorum_of(session, letter), joined_since(session, letter.id, today)
    standing = sorted(
        (entry.sign_off.organization.name for entry in joined if not entry.comparison.stale), key=name_key
    )
    return Gate(quorum.in_words(), tuple(standing), quorum.shortfalls(standing), final)


def freeze_for_filing(
    session: Session,
    letter: Letter,
    *,
    without_quorum: str = "",
    override: str = "",
    storage: Storage,
    actor: str,
    now: dt.datetime,
) -> FinalVersion:
    """Freeze the letter as it stands for filing: its newest version where it reads like that, else a new one.

    Raises :class:`QuorumNotMet` while fewer stand under this very wording than the conditions ask for, unless
    ``without_quorum`` says why that is right, and what :func:`commenttrack.letters.operations.freeze` raises.
    """
    gate_of_draft(session, letter).reason(without_quorum)  # before anything is frozen
    if letters.reads_as_frozen(letter):
        version = letter.versions[-1]
    else:
        version = letters.freeze(session, letter, override=override, storage=storage, actor=actor, now=now)
    return make_final(session, version, without_quorum=without_quorum, actor=actor, now=now)


def make_final(
    session: Session, version: LetterVersion, *, without_quorum: str = "", actor: str, now: dt.datetime
) -> FinalVersion:
    """Freeze for filing a version that was frozen to be signed; one that is final already stays as it is.

    Raises :class:`QuorumNotMet` as :func:`freeze_for_filing` does.
    """
    # PostgreSQL: of two people at once the second waits here, and then finds what the first one did.
    session.execute(select(LetterVersion.id).where(LetterVersion.id == version.id).with_for_update())
    gate = gate_of_version(session, version)
    if gate.final is not None:
        return gate.final
    final = FinalVersion(
        letter_version=version,
        conditions=gate.conditions,
        standing_json=list(gate.standing),
        shortfalls=" ".join(gate.shortfalls),
        reason=gate.reason(without_quorum),
        frozen_by=actor,
        frozen_at=now,
    )
    session.add(final)
    audit.record(
        session,
        actor=actor,
        action="version frozen for filing",
        subject=f"letter {version.letter_id}",
        now=now,
        version=version.number,
        conditions=final.conditions,
        standing=final.standing_json,
        shortfalls=list(gate.shortfalls),
        without_quorum=final.reason,
    )
    return final
