"""What the members of a docket are asked about: provisions and positions as shown, with what the draft says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from commenttrack.positions.models import MemberStance, Position, ProvisionPosition, StanceSubject
from commenttrack.positions.stances import STANCE_WORDS, Stance
from commenttrack.rulemaking.later_documents import commented_on
from commenttrack.rulemaking.models import Docket, Provision
from commenttrack.wording import text_as_requested, wording_digest


class Subject(NamedTuple):
    """What a stance is on: the ids of a provision or of a position."""

    provision_id: int | None
    position_id: int | None


def subject_of(row: StanceSubject | MemberStance) -> Subject:
    """The subject of a stored row."""
    return Subject(row.provision_id, row.position_id)


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

    @property
    def shown_digest(self) -> str:
        """Of everything a member is shown, for a page to say what it showed."""
        return wording_digest(self.digest, self.draft_digest)

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
            # A position under another, "(b) are narrowly tailored", says little without it.
            joinedload(StanceSubject.position).joinedload(Position.parent).selectinload(Position.versions),
        )
    ).all()
    drafted = by_subject(_links_on(session, docket, rows))
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
        digest=position_digest(row.position),
    )


def position_digest(position: Position) -> str:
    """Over what a member is shown; the digest of its version covers more."""
    return wording_digest(position.current.heading, position.current.statement)


def draft_in_words(links: Iterable[ProvisionPosition], *, of_position: bool) -> str:
    """What the draft says on one subject, a paragraph for each link with the text it requests; empty when nothing."""
    return "\n\n".join(
        paragraph(
            link.provision.label or link.provision.number if of_position else "",
            link.stance,
            link.request,
            link.requested_text,
        )
        for link in links
    )


def paragraph(where: str, stance: Stance, request: str, requested_text: str) -> str:
    """What one link of the draft says."""
    return (
        f"{where}{': ' if where else ''}{STANCE_WORDS[stance]}. {request}\n{text_as_requested(requested_text)}".strip()
    )


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


def by_subject(links: Iterable[ProvisionPosition]) -> defaultdict[Subject, list[ProvisionPosition]]:
    """The links by what an answer on them is on: their provision and their position."""
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
