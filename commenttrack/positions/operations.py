"""What happens to source documents and positions. The mapping onto provisions has a module of its own."""

import datetime as dt
from dataclasses import dataclass, fields

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
from commenttrack.wording import folded, wording_digest


class ThirdPartyPositions(Refused):
    """A third party's document is context; what it says cannot become a position by import."""


class AlreadyKnownSource(Conflict):
    """A source document of these very bytes is in the library."""


def import_source(
    session: Session,
    source: SourceFile,
    *,
    storage_key: str | None = None,
    text_key: str | None = None,
    actor: str,
    now: dt.datetime,
) -> SourceDocument:
    """Store a source document with its positions, context and participants.

    The keys are those of its file and its text in the storage, where the file itself was brought.
    """
    if source.positions and not source.coalition:
        raise ThirdPartyPositions(
            f"“{source.title}” is a third party’s document: its passages are context and never positions."
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
        storage_key=storage_key,
        text_key=text_key,
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
                quotation=item.quotation,
                wording_digest=wording_digest(item.heading, item.statement),
                author=actor,
                created_at=now,
            )
        )
        stored.positions.append(position)
    stored.context = [
        ContextPassage(
            place=place,
            speaker=item.speaker,
            heading=item.heading,
            evidence=item.evidence,
            text=item.text,
            start=item.start,
            end=item.end,
        )
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


@dataclass(frozen=True, slots=True)
class Wording:
    """What a person writes of a position. ``quotation`` are words of its source, ``fallback`` is for the staff."""

    heading: str
    statement: str
    quotation: str = ""
    request: str = ""
    fallback: str = ""

    @classmethod
    def of(cls, version: PositionVersion) -> "Wording":
        """The wording that a version holds."""
        return cls(version.heading, version.statement, version.quotation, version.request, version.fallback)

    def version(self, number: int, *, actor: str, now: dt.datetime) -> PositionVersion:
        """A version of it. Refused without a statement, or with a fallback for nothing."""
        if not self.statement.strip():
            raise Refused("A position needs a statement: what does the coalition hold?")
        if self.fallback.strip() and not self.request.strip():
            raise Refused("A fallback stands behind a request: say first what is asked for.")
        return PositionVersion(
            number=number,
            heading=self.heading.strip(),
            statement=self.statement.strip(),
            quotation=self.quotation.strip(),
            request=self.request.strip(),
            fallback=self.fallback.strip(),
            wording_digest=wording_digest(self.heading, self.statement, self.request),
            author=actor,
            created_at=now,
        )

    def reads_as(self, other: "Wording") -> bool:
        """Whether nothing differs but spaces."""
        return all(folded(getattr(self, field.name)) == folded(getattr(other, field.name)) for field in fields(self))


class RevisedMeanwhile(Conflict):
    """Somebody gave the position another wording after this editor opened it. Holds both, so that none is lost."""

    def __init__(self, theirs: PositionVersion, yours: Wording) -> None:
        super().__init__(f"{theirs.author} wrote version {theirs.number} of this position while you were editing it.")
        self.theirs = theirs
        self.yours = yours


class NotInTheSource(Refused):
    """Words that were given as the source's do not stand where the source states the position."""


def revise_position(
    session: Session,
    position: Position,
    *,
    heading: str,
    statement: str,
    quotation: str | None = None,
    request: str | None = None,
    fallback: str | None = None,
    source_text: str | None = None,
    expected_version: int | None = None,
    actor: str,
    now: dt.datetime,
) -> PositionVersion:
    """Give a position a new wording; what is None stays. It has to be approved again.

    Links that were reviewed at other words become suspect by their digest; a change of quotation or fallback alone
    leaves them as they are. A new quotation is checked against ``source_text``, the text of the source document.
    """
    present = position.current
    wording = Wording(
        heading,
        statement,
        present.quotation if quotation is None else quotation,
        present.request if request is None else request,
        present.fallback if fallback is None else fallback,
    )
    if expected_version is not None and expected_version != present.number:
        raise RevisedMeanwhile(present, wording)
    version = wording.version(present.number + 1, actor=actor, now=now)
    if wording.reads_as(Wording.of(present)):
        raise Refused("Nothing changed: the new wording is the present one.")
    if folded(version.quotation) != folded(present.quotation):
        check_quotation(position, version.quotation, source_text)
    position.versions.append(version)
    audit.record(
        session,
        actor=actor,
        action="position revised",
        subject=f"position {position.id}",
        now=now,
        version=version.number,
        before=present.wording_digest,
        after=version.wording_digest,
    )
    return version


def check_quotation(position: Position, quotation: str, source_text: str | None) -> None:
    """Refuse a quotation that does not stand, spaces aside, in the position's span of its source document."""
    words = folded(quotation)
    source = position.source_document
    if not words:
        return
    if source.written_here:
        raise NotInTheSource("This position was written here and has no source to quote. Leave the quotation empty.")
    if source_text is None:
        raise NotInTheSource(
            f"The file of “{source.title}” is not here, so the quotation cannot be checked. "
            "Attach the file on the page of the source document first, or leave the quotation as it is."
        )
    if words not in folded(source_text[position.start : position.end]):
        raise NotInTheSource(
            f"The quotation does not stand in the passage of {source.file_name} that states this position "
            f"(characters {position.start:,} to {position.end:,}). Copy the words as they stand there."
        )
