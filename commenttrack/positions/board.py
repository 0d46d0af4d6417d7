"""The matrix as it stands in the database, read as plain columns in a number of queries that no size changes."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from commenttrack.members.models import Organization, OrganizationKind, Person
from commenttrack.members.names import name_key
from commenttrack.members.operations import is_staff
from commenttrack.positions.coverage import Coverage, Held, coverage, says_something
from commenttrack.positions.matrix import Cells, MatrixCell, MatrixColumn, MatrixRow
from commenttrack.positions.member_stances import HeldStance, stances_of
from commenttrack.positions.models import (
    Consensus,
    Position,
    PositionVersion,
    ProvisionAssignment,
    ProvisionPosition,
    ProvisionReview,
    SourceDocument,
)
from commenttrack.positions.stances import Condition, MemberView, Stance
from commenttrack.rulemaking.models import Provision, ProvisionKind, RuleDocument

_REGULATORY = (ProvisionKind.SECTION, ProvisionKind.PARAGRAPH, ProvisionKind.DEFINITION, ProvisionKind.APPENDIX)
_PREAMBLE = (ProvisionKind.PREAMBLE_HEADING, ProvisionKind.PREAMBLE_PARAGRAPH)
_HEADINGS = frozenset({ProvisionKind.SECTION, ProvisionKind.APPENDIX, ProvisionKind.PREAMBLE_HEADING})
_NAME = 70
"""Characters of a position's statement that name it when it has no heading."""


@dataclass(frozen=True, slots=True)
class Matrix:
    """All provisions that count with what is mapped beside them; columns in which something may stand; the cells."""

    rows: tuple[MatrixRow, ...]
    columns: tuple[MatrixColumn, ...]
    used: frozenset[int]
    """The columns in which something stands."""
    cells: Cells


def by_positions(session: Session, document: RuleDocument) -> Matrix:
    """Provisions and positions: the mapping."""
    positions = _positions(session)
    today = {row.id: row.wording_digest for row in positions}
    links = _links(session, document)
    units = _units(session, document, links)
    digests = {unit.id: unit.wording_digest for unit in units}
    states = _states(session, document, units, (Held(str(link.provision_id), link.stance) for link in links))
    cells: dict[tuple[int, int], MatrixCell] = {}
    for link in links:
        if link.provision_id in digests:
            cells[link.provision_id, link.position_id] = MatrixCell(
                stance=link.stance.value,
                link=link.id,
                conflict=states[link.provision_id] is Coverage.CONFLICT,
                suspect=(link.provision_digest, link.position_digest)
                != (digests[link.provision_id], today.get(link.position_id)),
            )
    used = frozenset(column for _, column in cells)
    columns = tuple(
        MatrixColumn(row.id, row.heading or _cut(row.statement), f"{row.label}, {row.title}")
        for row in positions
        if row.id in used or row.consensus is not Consensus.WITHDRAWN
    )
    return Matrix(_rows(session, document, units, states, cells), columns, used, cells)


def by_organizations(session: Session, document: RuleDocument) -> Matrix:
    """Provisions and organizations: what each member holds. A view that the draft contradicts is a conflict."""
    links = _links(session, document)
    units = _units(session, document, links)
    ours = {unit.id for unit in units}
    held = {key: stance for key, stance in stances_of(session, document).items() if key[0] in ours}
    states = _states(
        session,
        document,
        units,
        [*(Held(str(link.provision_id), link.stance) for link in links), *_members(held)],
    )
    cells = _member_cells(held)
    for row_id in {row_id for (row_id, _), cell in cells.items() if cell.conflict}:
        states[row_id] = Coverage.CONFLICT
    used = frozenset(column for _, column in cells)
    organizations = session.execute(
        select(Organization.id, Organization.name, Organization.kind).where(
            Organization.kind.in_((OrganizationKind.MEMBER, OrganizationKind.PARTNER)) | Organization.id.in_(used)
        )
    )
    ordered = sorted(organizations, key=lambda row: name_key(row.name))
    columns = tuple(MatrixColumn(row.id, row.name, "") for row in ordered)
    return Matrix(_rows(session, document, units, states, cells), columns, used, cells)


def people(session: Session) -> Sequence[Any]:
    """Who can be given a provision, as (id, name): the staff, and whoever has one already."""
    return session.execute(
        select(Person.id, Person.name)
        .where(
            is_staff()
            | Person.id.in_(select(ProvisionAssignment.owner_id).where(ProvisionAssignment.owner_id.is_not(None)))
        )
        .order_by(Person.name, Person.id)
    ).all()


def _units(session: Session, document: RuleDocument, links: Sequence[Any]) -> list[Any]:
    """Provisions that count, with the headings they stand under: regulatory text, else the preamble.

    After regulatory text come the mapped passages of the preamble, with all of its headings.
    """
    wanted = select(
        Provision.id,
        Provision.key,
        Provision.kind,
        Provision.number,
        Provision.label,
        Provision.heading,
        Provision.text,
        Provision.wording_digest,
    ).where(Provision.rule_document_id == document.id)

    def of(kinds: Collection[ProvisionKind]) -> list[Any]:
        return list(session.execute(wanted.where(Provision.kind.in_(kinds)).order_by(Provision.place)))

    units = of(_REGULATORY)
    if not any(says_something(unit.text) for unit in units):
        units = of(_PREAMBLE)
        return units if any(says_something(unit.text) for unit in units) else []
    mapped = {link.provision_id for link in links if link.kind in _PREAMBLE}
    if mapped:
        units += [unit for unit in of(_PREAMBLE) if unit.id in mapped or unit.kind is ProvisionKind.PREAMBLE_HEADING]
    return units


def _links(session: Session, document: RuleDocument) -> Sequence[Any]:
    return session.execute(
        select(
            ProvisionPosition.id,
            ProvisionPosition.provision_id,
            ProvisionPosition.position_id,
            ProvisionPosition.stance,
            ProvisionPosition.provision_digest,
            ProvisionPosition.position_digest,
            Provision.kind,
        )
        .join(Provision, Provision.id == ProvisionPosition.provision_id)
        .where(Provision.rule_document_id == document.id)
    ).all()


def _positions(session: Session) -> Sequence[Any]:
    newest = (
        select(PositionVersion.position_id, func.max(PositionVersion.number).label("number"))
        .group_by(PositionVersion.position_id)
        .subquery()
    )
    return session.execute(
        select(
            Position.id,
            Position.label,
            Position.consensus,
            SourceDocument.title,
            PositionVersion.heading,
            PositionVersion.statement,
            PositionVersion.wording_digest,
        )
        .join(SourceDocument, SourceDocument.id == Position.source_document_id)
        .join(PositionVersion, PositionVersion.position_id == Position.id)
        .join(
            newest,
            (newest.c.position_id == PositionVersion.position_id) & (newest.c.number == PositionVersion.number),
        )
        .order_by(Position.source_document_id, Position.place)
    ).all()


def _states(
    session: Session, document: RuleDocument, units: Sequence[Any], held: Iterable[Held]
) -> dict[int, Coverage]:
    found = coverage((str(unit.id) for unit in units), held, reviewed=set(map(str, _reviewers(session, document))))
    return {int(key): state for key, state in found.items()}


def _reviewers(session: Session, document: RuleDocument) -> dict[int, str]:
    return {
        row.provision_id: row.reviewer
        for row in session.execute(
            select(ProvisionReview.provision_id, ProvisionReview.reviewer)
            .join(Provision, Provision.id == ProvisionReview.provision_id)
            .where(Provision.rule_document_id == document.id)
        )
    }


def _rows(
    session: Session,
    document: RuleDocument,
    units: Sequence[Any],
    states: dict[int, Coverage],
    cells: Cells,
) -> tuple[MatrixRow, ...]:
    reviewers = _reviewers(session, document)
    assigned = {
        row.provision_id: row
        for row in session.execute(
            select(ProvisionAssignment.provision_id, ProvisionAssignment.owner_id, ProvisionAssignment.due, Person.name)
            .join(Provision, Provision.id == ProvisionAssignment.provision_id)
            .join(Person, Person.id == ProvisionAssignment.owner_id, isouter=True)
            .where(Provision.rule_document_id == document.id)
        )
    }
    suspect = {row_id for (row_id, _), cell in cells.items() if cell.suspect}
    rows: list[MatrixRow] = []
    section = ""
    regulatory = any(unit.kind in _REGULATORY for unit in units)
    beside = False
    for unit in units:
        if regulatory and not beside and unit.kind in _PREAMBLE:
            section, beside = "Preamble", True
        if unit.kind in _HEADINGS:
            section = f"{'Preamble: ' if beside else ''}{' '.join(filter(None, (unit.number, unit.heading)))}"
        if not says_something(unit.text) or unit.kind is ProvisionKind.PREAMBLE_HEADING:
            continue
        given = assigned.get(unit.id)
        rows.append(
            MatrixRow(
                id=unit.id,
                key=unit.key,
                label=unit.label or unit.heading or "Passage",
                kind=unit.kind.value,
                section=section,
                text=unit.text,
                state=states[unit.id],
                owner_id=given.owner_id if given else None,
                owner=(given.name or "") if given else "",
                due=given.due if given else None,
                reviewer=reviewers.get(unit.id, ""),
                suspect=unit.id in suspect,
                aside=beside,
            )
        )
    return tuple(rows)


_SIDES = {MemberView(stance.value): stance for stance in Stance if stance is not Stance.NEUTRAL}


def _members(held: Mapping[tuple[int, int], HeldStance]) -> list[Held]:
    """What members hold on provisions themselves; what they hold on positions is judged cell by cell.

    Who holds it does not matter to the state of a provision, so each view counts once.
    """
    sides = {
        (provision_id, stance.held)
        for (provision_id, _), stance in held.items()
        if stance.held in _SIDES and stance.subjects[0].provision_id is not None
    }
    return [Held(str(provision_id), _SIDES[view], holder="members") for provision_id, view in sides]


def _member_cells(held: Mapping[tuple[int, int], HeldStance]) -> Cells:
    """A cell for each; equal ones are the same object, since thousands hold one of a few."""
    made: dict[tuple[MemberView, Condition, bool, bool], MatrixCell] = {}
    cells: dict[tuple[int, int], MatrixCell] = {}
    for key, stance in held.items():
        content = stance[:4]
        if content not in made:
            view, condition, conflict, suspect = content
            made[content] = MatrixCell(
                stance=view.value,
                conflict=conflict,
                suspect=suspect,
                condition="" if condition is Condition.NONE else condition.value,
            )
        cells[key] = made[content]
    return cells


def _cut(text: str) -> str:
    return text if len(text) <= _NAME else text[:_NAME].rsplit(" ", 1)[0] + " …"
