"""A docket of any size for the matrix: provisions, mapped positions and members' stances, added as rows."""

from sqlalchemy import insert
from sqlalchemy.orm import Session

from commenttrack.members.models import Organization, OrganizationKind
from commenttrack.positions.models import (
    Consensus,
    MemberStance,
    Position,
    PositionVersion,
    ProvisionAssignment,
    ProvisionPosition,
    ProvisionReview,
    SourceDocument,
    SourceKind,
)
from commenttrack.positions.stances import Condition, MemberView, Stance
from commenttrack.rulemaking.models import Provision, ProvisionKind, RuleDocument
from commenttrack.wording import wording_digest
from tests.factories import world

WORDS = "A covered entity must submit the report in the manner and within the time that this section states. " * 3


def fill(session: Session, *, provisions: int, positions: int, organizations: int, number: int = 1) -> RuleDocument:
    """A document in which every tenth cell is mapped and two of three members' stances are given.

    ``number`` tells several documents of one database apart.
    """
    document = world.document(session, world.docket(session, identifier=f"DOC-{number}"))
    units = _provisions(document, provisions)
    session.add_all(units)
    held = _positions(session, positions, number)
    members = [
        Organization(name=f"Member {number}.{n:02}", kind=OrganizationKind.MEMBER, created_at=world.NOW)
        for n in range(organizations)
    ]
    session.add_all(members)
    session.flush()
    stances = (Stance.SUPPORT, Stance.CLARIFY, Stance.OPPOSE)
    for row, unit in enumerate(units):
        for column, position in enumerate(held):
            if (row + column) % 10 == 0:
                session.add(_link(unit, position, stances[(row // 10 + column) % 3]))
        if row % 7 == 0:
            session.add(ProvisionReview(provision_id=unit.id, reviewer="Ada", reviewed_at=world.NOW))
        session.add(
            ProvisionAssignment(
                provision_id=unit.id, due=world.NOW.date(), assigned_by="Ada", assigned_at=world.NOW, revision=1
            )
        )
    session.flush()
    _stances(session, document, units, members)
    return document


def _provisions(document: RuleDocument, count: int) -> list[Provision]:
    return [
        Provision(
            rule_document=document,
            key=f"p{n}",
            place=n,
            kind=ProvisionKind.SECTION if n % 10 == 0 else ProvisionKind.PARAGRAPH,
            number=f"226.{n // 10}" if n % 10 == 0 else f"({n % 10})",
            label=f"6 CFR 226.{n // 10}({n % 10})",
            heading="Reports." if n % 10 == 0 else "",
            text=f"{n}. {WORDS}",
            pages=[1],
            wording_digest=wording_digest("Reports." if n % 10 == 0 else "", f"{n}. {WORDS}"),
            details_json={},
        )
        for n in range(count)
    ]


def _positions(session: Session, count: int, number: int) -> list[Position]:
    source = SourceDocument(
        title="Principles",
        kind=SourceKind.PRINCIPLES,
        coalition=True,
        file_name="p.md",
        sha256=f"{number:064}",
        created_at=world.NOW,
    )
    for n in range(count):
        position = Position(label=str(n), place=n, consensus=Consensus.ALIGNED, topics=[], start=0, end=0)
        heading, statement = f"Position {n}", f"What the coalition holds, number {n}."
        position.versions.append(
            PositionVersion(
                number=1,
                heading=heading,
                statement=statement,
                wording_digest=wording_digest(heading, statement),
                author="Ada",
                created_at=world.NOW,
            )
        )
        source.positions.append(position)
    session.add(source)
    return source.positions


def _link(unit: Provision, position: Position, stance: Stance) -> ProvisionPosition:
    return ProvisionPosition(
        provision=unit,
        position=position,
        stance=stance,
        reason="Members cannot tell.",
        request="Say so.",
        requested_text="",
        accepted_by="Ada",
        why=[],
        provision_digest=unit.wording_digest,
        position_digest=position.current.wording_digest,
        created_at=world.NOW,
    )


def _stances(session: Session, document: RuleDocument, units: list[Provision], members: list[Organization]) -> None:
    views = list(MemberView)
    rows = [
        {
            "docket_id": document.docket_id,
            "organization_id": member.id,
            "provision_id": unit.id,
            "is_current": True,
            "held": views[(row + column) % len(views)],
            "condition": Condition.NONE,
            "reason": "",
            "subject_digest": unit.wording_digest,
            "draft_digest": wording_digest("", ""),
            "shown_subject": unit.text,
            "shown_draft": "",
            "given_by": "Bea",
            "given_at": world.NOW,
            "recorded_by": "",
            "revision": 1,
        }
        for row, unit in enumerate(units)
        for column, member in enumerate(members)
        if (row + column) % 3
    ]
    if rows:
        session.execute(insert(MemberStance), rows)
