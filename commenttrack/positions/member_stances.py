"""Where the members of a docket stand on what they were asked about, beside what the draft says of the same.

Reasons are for the staff only; what other members may see is made by :func:`others_of`, which never reads one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session, joinedload

from commenttrack.members.models import Organization
from commenttrack.members.names import name_key
from commenttrack.positions.models import MemberStance, Position, PositionVersion, ProvisionPosition, StanceRequest
from commenttrack.positions.stance_subjects import Asked, Subject, paragraph, subject_of
from commenttrack.positions.stances import Condition, MemberView, Stance, contradicts_draft
from commenttrack.rulemaking.models import Docket, Provision, RuleDocument
from commenttrack.wording import wording_digest


class HeldStance(NamedTuple):
    """Where one organization stands on one provision: a cell of the matrix."""

    held: MemberView
    condition: Condition
    conflict: bool
    """Whether the draft says something here that cannot stand in one letter with it."""
    suspect: bool
    """Whether a wording moved since the organization answered."""
    subjects: tuple[Subject, ...]
    """What the answers behind it are on: the provision itself first, then positions that are mapped onto it."""


class _Answer(NamedTuple):
    """One answer as it counts on one provision."""

    id: int
    subject: Subject
    held: MemberView
    condition: Condition
    conflict: bool
    suspect: bool


def stances_of(session: Session, document: RuleDocument) -> dict[tuple[int, int], HeldStance]:
    """Where each organization that answered stands, by (id of a provision, id of an organization).

    An answer on a position counts on every provision that the draft maps the position onto. Ten queries at most,
    whatever the size. Answers are read as columns and what they share is computed once: there are thousands of them.
    """
    drafted = _drafted(session, document)
    provisions = {
        row.id: row.wording_digest
        for row in session.execute(
            select(Provision.id, Provision.wording_digest).where(
                Provision.rule_document_id == document.id,
                Provision.id.in_(select(MemberStance.provision_id).where(MemberStance.is_current)),
            )
        )
    }
    seen: dict[tuple[int | None, int | None], _Today | None] = {}
    answers: dict[tuple[int, int], list[_Answer]] = {}
    for (
        key,
        provision_id,
        position_id,
        organization_id,
        held,
        condition,
        subject_digest,
        draft_digest,
    ) in session.execute(
        select(
            MemberStance.id,
            MemberStance.provision_id,
            MemberStance.position_id,
            MemberStance.organization_id,
            MemberStance.held,
            MemberStance.condition,
            MemberStance.subject_digest,
            MemberStance.draft_digest,
        )
        .where(MemberStance.docket_id == document.docket_id, MemberStance.is_current)
        .order_by(MemberStance.id)
    ):
        if (provision_id, position_id) not in seen:
            subject = Subject(provision_id, position_id)
            seen[provision_id, position_id] = _today(subject, drafted.get(subject, []), provisions)
        now = seen[provision_id, position_id]
        if now is None:
            continue
        if held not in now.against:
            now.against[held] = frozenset(
                link.provision_id
                for link in now.links
                if contradicts_draft(held, link.stance, of_position=position_id is not None)
            )
        suspect = subject_digest != now.digest or draft_digest != now.words
        for place in now.places:
            answer = _Answer(key, now.subject, held, condition, place in now.against[held], suspect)
            answers.setdefault((place, organization_id), []).append(answer)
    return {key: _cell(given) for key, given in answers.items()}


class _Drafted(NamedTuple):
    """One link of the mapping, as much of it as an answer of a member is compared with."""

    provision_id: int
    position_id: int
    stance: Stance
    request: str
    requested_text: str
    where: str
    heading: str
    statement: str
    """Of the position as it reads today."""


def _drafted(session: Session, document: RuleDocument) -> dict[Subject, list[_Drafted]]:
    """The links of a document by their provision and by their position, read as columns, in the rule's order."""
    newest = (
        select(PositionVersion.position_id, func.max(PositionVersion.number).label("number"))
        .group_by(PositionVersion.position_id)
        .subquery()
    )
    found: defaultdict[Subject, list[_Drafted]] = defaultdict(list)
    for row in session.execute(
        select(
            ProvisionPosition.provision_id,
            ProvisionPosition.position_id,
            ProvisionPosition.stance,
            ProvisionPosition.request,
            ProvisionPosition.requested_text,
            case((Provision.label != "", Provision.label), else_=Provision.number),
            PositionVersion.heading,
            PositionVersion.statement,
        )
        .join(Provision, Provision.id == ProvisionPosition.provision_id)
        .join(PositionVersion, PositionVersion.position_id == ProvisionPosition.position_id)
        .join(
            newest, (newest.c.position_id == PositionVersion.position_id) & (newest.c.number == PositionVersion.number)
        )
        .where(Provision.rule_document_id == document.id)
        .order_by(Provision.place, ProvisionPosition.id)
    ):
        link = _Drafted(*row)
        found[Subject(link.provision_id, None)].append(link)
        found[Subject(None, link.position_id)].append(link)
    return found


class _Today(NamedTuple):
    """One subject as it stands: computed once, though thousands of answers may be on it."""

    subject: Subject
    links: Sequence[_Drafted]
    places: frozenset[int]
    """The provisions on which an answer on it counts."""
    digest: str
    words: str
    """Digests of the subject and of what the draft says on it."""
    against: dict[MemberView, frozenset[int]]
    """The provisions on which the draft contradicts a view, filled in as views come up."""


def _today(subject: Subject, links: Sequence[_Drafted], provisions: Mapping[int, str]) -> _Today | None:
    """None for a provision of another document, and for a position that the draft of this one does not use."""
    of_position = subject.position_id is not None
    if of_position:
        if not links:
            return None
        digest, places = wording_digest(links[0].heading, links[0].statement), {link.provision_id for link in links}
    else:
        provision_id = subject.provision_id or 0
        if provision_id not in provisions:
            return None
        digest, places = provisions[provision_id], {provision_id}
    words = "\n\n".join(paragraph(link.where if of_position else "", *link[2:5]) for link in links)
    return _Today(subject, links, frozenset(places), digest, wording_digest("", words), {})


def _cell(answers: Sequence[_Answer]) -> HeldStance:
    """One cell of several answers: that on the provision itself speaks, else one that contradicts, else the first."""
    if len(answers) == 1:
        only = answers[0]
        return HeldStance(only.held, only.condition, only.conflict, only.suspect, (only.subject,))
    ordered = sorted(
        answers, key=lambda answer: (answer.subject.position_id is not None, not answer.conflict, answer.id)
    )
    return HeldStance(
        held=ordered[0].held,
        condition=ordered[0].condition,
        conflict=any(answer.conflict for answer in ordered),
        suspect=any(answer.suspect for answer in ordered),
        subjects=tuple(answer.subject for answer in ordered),
    )


def current_stances(session: Session, docket_id: int) -> Sequence[MemberStance]:
    """Every answer that stands in a docket, in the order they came."""
    return session.scalars(
        select(MemberStance)
        .where(MemberStance.docket_id == docket_id, MemberStance.is_current)
        .order_by(MemberStance.id)
    ).all()


# ------------------------------------------------------------------------------------------------ for staff and members


@dataclass(frozen=True, slots=True)
class Answers:
    """One organization's row: where it stands on each subject, in the subjects' order."""

    organization: Organization
    request: StanceRequest | None
    """None for an organization that was never asked by mail and whose answers the staff recorded."""
    stances: tuple[MemberStance | None, ...]
    moved: tuple[bool, ...]
    """Whether the words changed since the answer."""
    conflicts: tuple[bool, ...]
    """Whether the draft contradicts the answer."""

    @property
    def given(self) -> int:
        """How many subjects are answered on the words as they stand."""
        return sum(stance is not None and not moved for stance, moved in zip(self.stances, self.moved, strict=True))


def answers_of(session: Session, docket: Docket, asked: Sequence[Asked]) -> list[Answers]:
    """A row for every organization that was asked or has answered, by name."""
    held: defaultdict[int, dict[Subject, MemberStance]] = defaultdict(dict)
    for stance in current_stances(session, docket.id):
        held[stance.organization_id][subject_of(stance)] = stance
    requests = {
        request.organization_id: request
        for request in session.scalars(
            select(StanceRequest).where(StanceRequest.docket_id == docket.id).options(joinedload(StanceRequest.person))
        )
    }
    organizations = session.scalars(select(Organization).where(Organization.id.in_({*held, *requests}))).all()
    rows = []
    for organization in sorted(organizations, key=lambda row: name_key(row.name)):
        stances = tuple(held[organization.id].get(each.key) for each in asked)
        pairs = list(zip(asked, stances, strict=True))
        rows.append(
            Answers(
                organization,
                requests.get(organization.id),
                stances,
                tuple(stance is not None and each.moved_since(stance) for each, stance in pairs),
                tuple(stance is not None and conflicts(each, stance) for each, stance in pairs),
            )
        )
    return rows


def conflicts(asked: Asked, stance: MemberStance) -> bool:
    """Whether anything the draft says on a subject contradicts what a member holds on it."""
    return any(contradicts_draft(stance.held, link.stance, of_position=asked.of_position) for link in asked.links)


def others_of(
    session: Session, docket: Docket, organization: Organization
) -> dict[Subject, list[tuple[str, MemberView]]]:
    """What other members hold, by subject, as (name, view); nothing unless the docket's setting opens it."""
    found: defaultdict[Subject, list[tuple[str, MemberView]]] = defaultdict(list)
    if not docket.stances_open:
        return found
    for provision_id, position_id, name, held in session.execute(
        select(MemberStance.provision_id, MemberStance.position_id, Organization.name, MemberStance.held)
        .join(MemberStance.organization)
        .where(
            MemberStance.docket_id == docket.id,
            MemberStance.is_current,
            MemberStance.organization_id != organization.id,
        )
    ):
        found[Subject(provision_id, position_id)].append((name, held))
    for said in found.values():
        said.sort(key=lambda pair: name_key(pair[0]))
    return found


def history_of(session: Session, docket: Docket, organization: Organization) -> Sequence[MemberStance]:
    """Every answer an organization gave in a docket, the newest first."""
    return session.scalars(
        select(MemberStance)
        .where(MemberStance.docket_id == docket.id, MemberStance.organization_id == organization.id)
        .order_by(MemberStance.given_at.desc(), MemberStance.id.desc())
        .options(joinedload(MemberStance.provision), joinedload(MemberStance.position).selectinload(Position.versions))
    ).all()
