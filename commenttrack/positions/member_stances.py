"""What the members of a docket are asked about and what they hold, beside what the draft says of the same.

Reasons are for the staff only; what other members may see is made by :func:`others_of`, which never reads one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from commenttrack.positions.mapping import links_of
from commenttrack.positions.models import MemberStance, Position, ProvisionPosition, StanceSubject
from commenttrack.positions.stances import STANCE_WORDS, Condition, MemberView, contradicts_draft
from commenttrack.rulemaking.later_documents import commented_on
from commenttrack.rulemaking.models import Docket, Provision, RuleDocument
from commenttrack.wording import wording_digest


class Subject(NamedTuple):
    """What a stance is on: the ids of a provision or of a position."""

    provision_id: int | None
    position_id: int | None


def subject_of(row: StanceSubject | MemberStance) -> Subject:
    """The subject of a stored row."""
    return Subject(row.provision_id, row.position_id)


# -------------------------------------------------------------------------------------------------- what is asked about


@dataclass(frozen=True, slots=True)
class Asked:
    """One subject as a member is shown it."""

    subject: StanceSubject
    label: str
    heading: str
    context: tuple[Provision, ...]
    """What a provision stands under, from the outermost down: titles and the lead-ins it completes."""
    text: str
    links: tuple[ProvisionPosition, ...]
    """What the draft says here."""
    draft: str
    """The same in words."""
    digest: str
    """Of the wording that is asked about."""

    @property
    def key(self) -> Subject:
        """What it is about."""
        return subject_of(self.subject)

    @property
    def of_position(self) -> bool:
        """Whether it is a position and not a provision."""
        return self.subject.position_id is not None

    @property
    def shown(self) -> str:
        """The words of the subject, as they are kept with an answer."""
        return f"{self.heading}\n{self.text}".strip()

    @property
    def draft_digest(self) -> str:
        """Of what the draft says here."""
        return wording_digest("", self.draft)

    def moved_since(self, stance: MemberStance) -> bool:
        """Whether the text or the draft has other words than those a stance was given on."""
        return (stance.subject_digest, stance.draft_digest) != (self.digest, self.draft_digest)


def asked_of(session: Session, docket: Docket) -> list[Asked]:
    """Everything the members are asked about: provisions in the rule's order, then positions in their sources'."""
    rows = session.scalars(
        select(StanceSubject)
        .where(StanceSubject.docket_id == docket.id)
        .options(
            joinedload(StanceSubject.provision),
            joinedload(StanceSubject.position).selectinload(Position.versions),
            joinedload(StanceSubject.position).joinedload(Position.source_document),
        )
    ).all()
    drafted = _by_subject(_links_on(session, docket, rows))
    above = _ancestors(session, [row.provision for row in rows if row.provision])
    return [_shown(row, above, drafted[subject_of(row)]) for row in sorted(rows, key=_in_order)]


def _in_order(row: StanceSubject) -> tuple[int, int, int]:
    if row.provision:
        return 0, row.provision.rule_document_id, row.provision.place
    assert row.position is not None  # noqa: S101 (the table has one of the two)
    return 1, row.position.source_document_id, row.position.place


def _shown(row: StanceSubject, above: Mapping[int, Provision], links: Sequence[ProvisionPosition]) -> Asked:
    if row.provision:
        provision, context = row.provision, list[Provision]()
        current = above.get(provision.parent_id or 0)
        while current is not None:
            context.append(current)
            current = above.get(current.parent_id or 0)
        return Asked(
            subject=row,
            label=provision.label or provision.number,
            heading=provision.heading,
            context=tuple(reversed(context)),
            text=provision.text,
            links=tuple(links),
            draft=draft_in_words(links, of_position=False),
            digest=provision.wording_digest,
        )
    assert row.position is not None  # noqa: S101 (the table has one of the two)
    return Asked(
        subject=row,
        label=f"{row.position.source_document.title}, {row.position.label}",
        heading=row.position.current.heading,
        context=(),
        text=row.position.current.statement,
        links=tuple(links),
        draft=draft_in_words(links, of_position=True),
        digest=_position_digest(row.position),
    )


def _position_digest(position: Position) -> str:
    """Over what a member is shown; the digest of its version covers more."""
    return wording_digest(position.current.heading, position.current.statement)


def draft_in_words(links: Iterable[ProvisionPosition], *, of_position: bool) -> str:
    """What the draft says on one subject, a paragraph for each link; empty when it says nothing."""
    said = []
    for link in links:
        where = f"{link.provision.label or link.provision.number}: " if of_position else ""
        said.append(f"{where}{STANCE_WORDS[link.stance]}. {link.request}\n{link.requested_text}".strip())
    return "\n\n".join(said)


def _links_on(session: Session, docket: Docket, rows: Sequence[StanceSubject]) -> Sequence[ProvisionPosition]:
    """The links on the provisions, and those of the positions in the document that the comments are about."""
    provisions = [row.provision_id for row in rows if row.provision_id]
    positions = [row.position_id for row in rows if row.position_id]
    document = commented_on(session, docket)
    return session.scalars(
        select(ProvisionPosition)
        .join(ProvisionPosition.provision)
        .where(
            or_(
                ProvisionPosition.provision_id.in_(provisions),
                ProvisionPosition.position_id.in_(positions)
                & (Provision.rule_document_id == (document.id if document else None)),
            )
        )
        .order_by(Provision.place, ProvisionPosition.id)
        .options(selectinload(ProvisionPosition.provision))
    ).all()


def _by_subject(links: Iterable[ProvisionPosition]) -> defaultdict[Subject, list[ProvisionPosition]]:
    found: defaultdict[Subject, list[ProvisionPosition]] = defaultdict(list)
    for link in links:
        found[Subject(link.provision_id, None)].append(link)
        found[Subject(None, link.position_id)].append(link)
    return found


def _ancestors(session: Session, provisions: Iterable[Provision]) -> dict[int, Provision]:
    """Everything above the provisions, by id: one query for each level of the rule, however many provisions."""
    found: dict[int, Provision] = {}
    wanted = {provision.parent_id for provision in provisions} - {None}
    while wanted:
        level = session.scalars(select(Provision).where(Provision.id.in_(wanted))).all()
        found.update((provision.id, provision) for provision in level)
        wanted = {provision.parent_id for provision in level} - {None} - set(found)
    return found


# ---------------------------------------------------------------------------------------------------- what members hold


@dataclass(frozen=True, slots=True)
class HeldStance:
    """Where one organization stands on one provision: a cell of the matrix."""

    held: MemberView
    condition: Condition
    conflict: bool
    """Whether the draft says something here that cannot stand in one letter with it."""
    suspect: bool
    """Whether a wording moved since the organization answered."""
    stances: tuple[MemberStance, ...]
    """The answers behind it: on the provision itself first, then on positions that are mapped onto it."""


def stances_of(session: Session, document: RuleDocument) -> dict[tuple[int, int], HeldStance]:
    """Where each organization that answered stands, by (id of a provision, id of an organization).

    An answer on a position counts on every provision that the draft maps the position onto. Ten queries at most,
    whatever the size; organizations are not loaded with their stances.
    """
    links = links_of(session, document)
    provisions = {
        row.id: row.wording_digest
        for row in session.execute(
            select(Provision.id, Provision.wording_digest)
            .join(MemberStance, MemberStance.provision_id == Provision.id)
            .where(Provision.rule_document_id == document.id, MemberStance.is_current)
        )
    }
    drafted = _by_subject(links)
    answers: defaultdict[tuple[int, int], list[tuple[MemberStance, bool, bool]]] = defaultdict(list)
    for stance in current_stances(session, document.docket_id):
        subject, of_position = subject_of(stance), stance.position_id is not None
        here = drafted[subject]
        if not of_position and stance.provision_id not in provisions:
            continue  # of another document of the docket
        if of_position and not here:
            continue  # the draft of this document does not use the position
        digest = _position_digest(here[0].position) if of_position else provisions[stance.provision_id or 0]
        words = wording_digest("", draft_in_words(here, of_position=of_position))
        suspect = (stance.subject_digest, stance.draft_digest) != (digest, words)
        against = {
            link.provision_id for link in here if contradicts_draft(stance.held, link.stance, of_position=of_position)
        }
        for provision_id in {link.provision_id for link in here} if of_position else {stance.provision_id or 0}:
            answers[provision_id, stance.organization_id].append((stance, provision_id in against, suspect))
    return {key: _cell(given) for key, given in answers.items()}


def _cell(answers: Sequence[tuple[MemberStance, bool, bool]]) -> HeldStance:
    """One cell of several answers: that on the provision itself speaks, else one that contradicts, else the first."""
    ordered = sorted(answers, key=lambda answer: (answer[0].position_id is not None, not answer[1], answer[0].id))
    first = ordered[0][0]
    return HeldStance(
        held=first.held,
        condition=first.condition,
        conflict=any(conflict for _, conflict, _ in ordered),
        suspect=any(suspect for _, _, suspect in ordered),
        stances=tuple(stance for stance, _, _ in ordered),
    )


def current_stances(session: Session, docket_id: int) -> Sequence[MemberStance]:
    """Every answer that stands in a docket, in the order they came."""
    return session.scalars(
        select(MemberStance)
        .where(MemberStance.docket_id == docket_id, MemberStance.is_current)
        .order_by(MemberStance.id)
    ).all()
