"""What happens to source documents and positions. The mapping onto provisions has a module of its own."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from commenttrack import audit
from commenttrack.errors import Conflict, Refused
from commenttrack.members.models import OrganizationKind
from commenttrack.members.operations import add_person, organization_named
from commenttrack.positions.models import (
    Consensus,
    ContextPassage,
    Position,
    PositionVersion,
    SourceDocument,
    SourceKind,
    SourceParticipant,
)
from commenttrack.positions.source_files import Participant, SourceFile
from commenttrack.wording import wording_digest


class ThirdPartyPositions(Refused):
    """A third party's document is context; what it says cannot become a position by import."""


class AlreadyKnownSource(Conflict):
    """A source document of these very bytes is in the library."""


def import_source(session: Session, source: SourceFile, *, actor: str, now: dt.datetime) -> SourceDocument:
    """Store a source document with its positions, context and participants."""
    if source.positions and not source.coalition:
        raise ThirdPartyPositions(
            f"“{source.title}” is a third party's document: its passages are context and never positions."
        )
    if session.scalar(select(SourceDocument.id).where(SourceDocument.sha256 == source.sha256)):
        raise AlreadyKnownSource(f"“{source.title}” is in the library already. Nothing was stored twice.")
    stored = SourceDocument(
        title=source.title,
        publisher=source.publisher,
        date=source.date,
        kind=SourceKind(source.kind),
        coalition=source.coalition,
        file_name=source.file_name,
        sha256=source.sha256,
        created_at=now,
    )
    by_label: dict[str, Position] = {}
    for place, item in enumerate(source.positions):
        by_label[item.label] = position = Position(
            label=item.label,
            parent=by_label[item.parent] if item.parent else None,
            place=place,
            consensus=Consensus(item.consensus),
            topics=list(item.topics),
            start=item.start,
            end=item.end,
        )
        position.versions.append(
            PositionVersion(
                number=1,
                heading=item.heading,
                statement=item.statement,
                wording_digest=wording_digest(item.heading, item.statement),
                author=actor,
                created_at=now,
            )
        )
        stored.positions.append(position)
    stored.context = [
        ContextPassage(place=place, speaker=item.speaker, text=item.text, start=item.start, end=item.end)
        for place, item in enumerate(source.context)
    ]
    stored.participants = [
        _participant(session, participant, place, actor=actor, now=now)
        for place, participant in enumerate(source.participants)
    ]
    session.add(stored)
    session.flush()  # the audit event names the id
    audit.record(
        session,
        actor=actor,
        action="source document imported",
        subject=f"source_document {stored.id}",
        now=now,
        title=source.title,
        sha256=source.sha256,
        positions=len(source.positions),
    )
    return stored


def _participant(session: Session, item: Participant, place: int, *, actor: str, now: dt.datetime) -> SourceParticipant:
    """People of a dialogue are added without an address, so they can never be asked to sign by mistake."""
    if not item.is_person:
        organization = organization_named(session, item.name, kind=OrganizationKind.OTHER, actor=actor, now=now)
        return SourceParticipant(place=place, organization=organization, role=item.role, side=item.side)
    employer = (
        organization_named(session, item.organization, kind=OrganizationKind.OTHER, actor=actor, now=now)
        if item.organization
        else None
    )
    person = add_person(session, name=item.name, title=item.title, organization=employer, actor=actor, now=now)
    return SourceParticipant(place=place, person=person, role=item.role, side=item.side)


def revise_position(
    session: Session, position: Position, *, heading: str, statement: str, actor: str, now: dt.datetime
) -> PositionVersion:
    """Give a position a new wording. Links that were reviewed at the old one become suspect by their digest."""
    digest = wording_digest(heading, statement)
    if not statement.strip():
        raise Refused("A position needs a statement: what does the coalition hold?")
    if digest == position.current.wording_digest:
        raise Refused("Nothing changed: the new wording is the present one.")
    version = PositionVersion(
        number=position.current.number + 1,
        heading=heading.strip(),
        statement=statement.strip(),
        wording_digest=digest,
        author=actor,
        created_at=now,
    )
    position.versions.append(version)
    audit.record(
        session,
        actor=actor,
        action="position revised",
        subject=f"position {position.id}",
        now=now,
        version=version.number,
    )
    return version
