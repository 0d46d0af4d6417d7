"""Where a position is used, across dockets: provisions it is mapped onto, letters, their versions and filings."""

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from commenttrack.filing.models import Filing
from commenttrack.letters.models import Letter, LetterPart, LetterPartLink, LetterVersion
from commenttrack.positions.models import Position, ProvisionPosition
from commenttrack.rulemaking.models import Docket, Provision, RuleDocument


@dataclass(frozen=True, slots=True)
class LetterUse:
    """A letter that was written from a position."""

    letter: Letter
    parts: tuple[LetterPart, ...]
    """Parts of the letter as it stands that were written from it."""
    versions: tuple[LetterVersion, ...]
    """Frozen versions that rest on it."""
    filings: tuple[Filing, ...]
    """Packets built from those versions."""


@dataclass(frozen=True, slots=True)
class DocketUse:
    """What a docket makes of a position."""

    docket: Docket
    links: tuple[ProvisionPosition, ...]
    letters: tuple[LetterUse, ...]


def uses_of(session: Session, position: Position) -> list[DocketUse]:
    """Everything that rests on a position, by docket, in five queries however much that is."""
    links: dict[int, list[ProvisionPosition]] = defaultdict(list)
    dockets: dict[int, Docket] = {}
    for link in session.scalars(
        select(ProvisionPosition)
        .join(ProvisionPosition.provision)
        .where(ProvisionPosition.position_id == position.id)
        .options(
            joinedload(ProvisionPosition.provision).joinedload(Provision.rule_document).joinedload(RuleDocument.docket)
        )
        .order_by(Provision.rule_document_id, Provision.place)
    ):
        docket = link.provision.rule_document.docket
        dockets[docket.id] = docket
        links[docket.id].append(link)
    letters = _letters(session, position)
    for use in letters:
        dockets.setdefault(use.letter.docket_id, use.letter.docket)
    return [
        DocketUse(docket, tuple(links[id_]), tuple(use for use in letters if use.letter.docket_id == id_))
        for id_, docket in sorted(dockets.items())
    ]


def _letters(session: Session, position: Position) -> list[LetterUse]:
    parts: dict[int, list[LetterPart]] = defaultdict(list)
    for part in session.scalars(
        select(LetterPart)
        .where(
            LetterPart.id.in_(
                select(LetterPartLink.letter_part_id)
                .join(LetterPartLink.provision_position)
                .where(ProvisionPosition.position_id == position.id)
            ),
            LetterPart.included,
        )
        .order_by(LetterPart.letter_id, LetterPart.place)
    ):
        parts[part.letter_id].append(part)
    versions: dict[int, list[LetterVersion]] = defaultdict(list)
    for version in session.scalars(select(LetterVersion).order_by(LetterVersion.letter_id, LetterVersion.number)):
        if _rests_on(version, position, {part.key for part in parts[version.letter_id]}):
            versions[version.letter_id].append(version)
    ids = {letter for letter, found in [*parts.items(), *versions.items()] if found}
    filings: dict[int, list[Filing]] = defaultdict(list)
    wanted = {version.id: version.letter_id for found in versions.values() for version in found}
    for filing in session.scalars(select(Filing).where(Filing.letter_version_id.in_(wanted)).order_by(Filing.id)):
        filings[wanted[filing.letter_version_id]].append(filing)
    return [
        LetterUse(letter, tuple(parts[letter.id]), tuple(versions[letter.id]), tuple(filings[letter.id]))
        for letter in session.scalars(
            select(Letter).where(Letter.id.in_(ids)).options(joinedload(Letter.docket)).order_by(Letter.id)
        )
    ]


def _rests_on(version: LetterVersion, position: Position, keys: set[str]) -> bool:
    """Whether a frozen version was written from a position. Versions of old do not say; their parts' keys then do."""
    for part in version.parts_json:
        if "positions" in part:
            if any(id_ == position.id for id_, _ in part["positions"]):
                return True
        elif part["key"] in keys:
            return True
    return False
