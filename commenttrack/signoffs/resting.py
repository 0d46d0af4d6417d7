"""What of a letter and its sign-offs rests on mapped positions that moved: the way of a change, followed to its end."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from commenttrack.letters.models import Letter, LetterPart, LetterPartLink
from commenttrack.positions.models import Position, ProvisionPosition, QuestionAnswer
from commenttrack.signoffs.lifecycle import JOINING
from commenttrack.signoffs.reading import covered_digests, standing_decisions
from commenttrack.staleness import Rest, closure

Thing = tuple[str, int | str]
"""("link", id), ("answer", id), ("part", key) or ("organization", id)."""


@dataclass(frozen=True, slots=True)
class Resting:
    """What rests on one mapped position and was not reviewed since it moved."""

    parts: tuple[LetterPart, ...]
    organizations: tuple[str, ...]
    """Names of those that joined such a part."""


def resting_on_links(session: Session, letter: Letter) -> dict[int, Resting]:
    """For each mapped position that moved since the letter took it up, by id, what rests on it."""
    parts, upstream = _parts(session, letter)
    decisions = [each for each in standing_decisions(session, letter.id) if each.decision in JOINING]
    rests: list[Rest[Thing]] = [
        Rest(("part", part.key), _upstream_of(link), link.upstream_digest) for part in parts for link in part.links
    ]
    rests += [
        Rest(("organization", each.organization_id), ("part", key), digest)
        for each in decisions
        for key, digest in covered_digests(each).items()
    ]
    today: Mapping[Thing, str] = {**upstream, **{("part", part.key): part.wording_digest for part in parts}}
    found: dict[int, dict[str, list[int | str]]] = defaultdict(lambda: defaultdict(list))
    for (kind, key), causes in closure(rests, today).items():
        for cause_kind, cause in causes:
            if cause_kind == "link" and isinstance(cause, int):
                found[cause][kind].append(key)
    names = {each.organization_id: each.organization.name for each in decisions}
    return {
        link: Resting(
            tuple(part for part in parts if part.key in held["part"]),
            tuple(sorted(name for key, name in names.items() if key in held["organization"])),
        )
        for link, held in found.items()
    }


def _parts(session: Session, letter: Letter) -> tuple[list[LetterPart], dict[Thing, str]]:
    parts = list(
        session.scalars(
            select(LetterPart)
            .where(LetterPart.letter_id == letter.id, LetterPart.included)
            .order_by(LetterPart.place)
            .options(
                selectinload(LetterPart.links)
                .selectinload(LetterPartLink.provision_position)
                .options(
                    selectinload(ProvisionPosition.provision),
                    selectinload(ProvisionPosition.position).selectinload(Position.versions),
                ),
                selectinload(LetterPart.links)
                .selectinload(LetterPartLink.question_answer)
                .selectinload(QuestionAnswer.question),
            )
        )
    )
    today: dict[Thing, str] = {}
    for part in parts:
        for link in part.links:
            held = link.provision_position or link.question_answer
            if held is not None:
                today[_upstream_of(link)] = held.digest
    return parts, today


def _upstream_of(link: LetterPartLink) -> Thing:
    if link.provision_position_id is not None:
        return "link", link.provision_position_id
    return "answer", link.question_answer_id or 0
