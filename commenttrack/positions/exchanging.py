"""The mapping out to other programs and back: the file made, and the returned file kept, looked at and applied."""

import datetime as dt
import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from commenttrack import audit
from commenttrack.errors import Conflict, Refused
from commenttrack.members.models import Person
from commenttrack.members.operations import is_staff, lead
from commenttrack.positions import assignments, mapping
from commenttrack.positions.comment_matrices import Layout, matrix_sheet
from commenttrack.positions.exchange import (
    COLUMNS,
    SHEET,
    Extra,
    LinkNow,
    PositionNow,
    ProvisionNow,
    Said,
    Standing,
    Work,
    extra_as_json,
    extra_of,
    rows_of,
)
from commenttrack.positions.exchange_return import Outcome, Preview, compare
from commenttrack.positions.models import (
    Consensus,
    ExchangeUpload,
    Position,
    ProvisionAssignment,
)
from commenttrack.positions.spreadsheet_files import read_table
from commenttrack.positions.spreadsheets import Book, Column, Sheet, csv_file, workbook
from commenttrack.positions.stances import Stance
from commenttrack.rulemaking.models import Provision, RuleDocument
from commenttrack.storage import Storage

_OWN_COLUMN_WIDTH = 24


class MovedMeanwhile(Conflict):
    """What the file would do is no longer what the person looked at."""


class NothingToApply(Refused):
    """A file that changes nothing, or that was applied already."""


# --------------------------------------------------------------------------------------------------------- what stands


def standing_of(session: Session, document: RuleDocument) -> Standing:
    """The mapping of a document as it stands, in six queries however long it is."""
    provisions = session.scalars(
        select(Provision).where(Provision.rule_document_id == document.id).order_by(Provision.place)
    ).all()
    work = {
        row.provision_id: row
        for row in session.scalars(
            select(ProvisionAssignment)
            .join(Provision, Provision.id == ProvisionAssignment.provision_id)
            .where(Provision.rule_document_id == document.id)
            .options(joinedload(ProvisionAssignment.owner))
        )
    }
    positions = session.scalars(
        select(Position).options(selectinload(Position.versions), joinedload(Position.source_document))
    ).all()
    return Standing(
        document=document.id,
        provisions={each.key: _provision(each, work.get(each.id)) for each in provisions if each.text},
        positions={
            each.id: PositionNow(
                each.id,
                each.label,
                each.source_document.title,
                ": ".join(filter(None, (each.current.heading, each.current.statement))),
                each.consensus is Consensus.WITHDRAWN,
            )
            for each in positions
        },
        links={
            (link.provision.key, link.position_id): LinkNow(
                link.revision,
                Said(link.stance.value, tuple(link.grounds), link.reason, link.request, link.requested_text),
            )
            for link in mapping.links_of(session, document)
        },
        people=tuple(person.name for person in _staff(session)),
    )


def _provision(provision: Provision, work: ProvisionAssignment | None) -> ProvisionNow:
    pages = provision.pages
    page = "" if not pages else str(pages[0]) if pages[0] == pages[-1] else f"{pages[0]}–{pages[-1]}"
    given = Work(work.owner.name if work.owner else "", work.due.isoformat() if work.due else "") if work else Work()
    return ProvisionNow(provision.key, provision.label, page, provision.text, given, work.revision if work else 0)


def _staff(session: Session) -> list[Person]:
    """Those whom a provision can be given to."""
    return list(session.scalars(select(Person).where(is_staff())))


# ------------------------------------------------------------------------------------------------------------ going out


def exported_xlsx(session: Session, document: RuleDocument, *, unmapped: bool = False, now: dt.datetime) -> bytes:
    """The mapping as a workbook, with the columns that earlier files of other people brought."""
    extra = _extra(session, document)
    columns = (*COLUMNS, *(Column(name, _OWN_COLUMN_WIDTH) for name in extra.columns))
    rows = tuple(rows_of(standing_of(session, document), extra=extra, unmapped=unmapped))
    about = (
        ("Document", f"{document.title} ({document.document_number})" if document.document_number else document.title),
        ("Docket", document.docket.title),
        (
            "How to use",
            "Change the white columns of the sheet “Mapping”, save, and bring the file back on the same page.",
        ),
        (
            "New rows",
            "A row for another position: write the provision’s citation, the position’s label and its source.",
        ),
        ("Requested text", "The words as proposed, with {--what goes--} and {++what comes++}."),
        ("Your own columns", "Add as many as you like. They are kept, and the next export carries them."),
        ("Deleted rows", "Deleting a row here takes nothing off in CommentTrack."),
    )
    title = f"Mapping: {document.docket.title}"
    banner = "Illustrative: for trying CommentTrack." if document.docket.illustrative else ""
    return workbook(Book(title, about, banner, (Sheet(SHEET, columns, rows, frozen=4),)), stamp=now)


def exported_csv(session: Session, document: RuleDocument, *, unmapped: bool = False) -> bytes:
    """The same table as CSV."""
    extra = _extra(session, document)
    names = [*(column.name for column in COLUMNS), *extra.columns]
    return csv_file(names, rows_of(standing_of(session, document), extra=extra, unmapped=unmapped))


def comments_xlsx(session: Session, document: RuleDocument, layout: Layout, *, now: dt.datetime) -> bytes:
    """The mapping as comments in the columns of ISO or of the Department of Defense."""
    speaker = lead(session).name
    about = (
        ("Document", f"{document.title} ({document.document_number})" if document.document_number else document.title),
        ("Comments by", speaker),
        ("Docket", document.docket.title),
    )
    title = "Comments (ISO/IEC commenting template)" if layout is Layout.ISO else "Comment resolution matrix"
    banner = "Illustrative: for trying CommentTrack." if document.docket.illustrative else ""
    sheet = matrix_sheet(layout, standing_of(session, document), organization=speaker)
    return workbook(Book(title, about, banner, (sheet,)), stamp=now)


def _extra(session: Session, document: RuleDocument) -> Extra:
    return extra_of(
        session.scalars(
            select(ExchangeUpload.extra_json)
            .where(ExchangeUpload.rule_document_id == document.id, ExchangeUpload.applied_at.is_not(None))
            .order_by(ExchangeUpload.applied_at, ExchangeUpload.id)
        )
    )


# ---------------------------------------------------------------------------------------------------------- coming back


def keep_upload(
    session: Session,
    document: RuleDocument,
    *,
    data: bytes,
    file_name: str,
    storage: Storage,
    actor: str,
    now: dt.datetime,
) -> ExchangeUpload:
    """Keep a returned file as it came. One that cannot be read is kept, too, with the reason; nothing else changes."""
    return keep_file(
        session,
        document,
        data=data,
        file_name=file_name,
        reading=lambda: compare(read_table(data, sheets=(SHEET,)), standing_of(session, document)),
        storage=storage,
        actor=actor,
        now=now,
    )


def keep_file(
    session: Session,
    document: RuleDocument,
    *,
    data: bytes,
    file_name: str,
    reading: Callable[[], object],
    belongs: Mapping[str, Any] | None = None,
    storage: Storage,
    actor: str,
    now: dt.datetime,
) -> ExchangeUpload:
    """Keep a file as it came; where ``reading`` it is refused, with the reason. ``belongs`` says whose it is."""
    upload = ExchangeUpload(
        rule_document=document,
        file_name=file_name,
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        storage_key=storage.put(data),
        extra_json=dict(belongs or {}),
        uploaded_by=actor,
        uploaded_at=now,
    )
    try:
        reading()
    except Refused as refusal:
        upload.problem = str(refusal)
    session.add(upload)
    session.flush()  # the page that shows it has its id in the address
    return upload


def preview_of(session: Session, upload: ExchangeUpload, *, storage: Storage) -> Preview:
    """What a kept file would do now. Raises what reading it raises."""
    table = read_table(storage.get(upload.storage_key), sheets=(SHEET,))
    return compare(table, standing_of(session, upload.rule_document))


@dataclass(frozen=True, slots=True)
class Applied:
    """What was done."""

    mapped: int
    changed: int
    assigned: int
    left: int
    """Conflicts in which what stands was kept."""


def apply(
    session: Session,
    upload: ExchangeUpload,
    *,
    storage: Storage,
    digest: str,
    take: Collection[int] = (),
    actor: str,
    now: dt.datetime,
) -> Applied:
    """Do everything a file would do, or nothing. ``take`` are the rows of conflicts in which the file's text is taken,
    and below zero those in which its owner and day are.

    ``digest`` is that of the preview the person looked at; raises :class:`MovedMeanwhile` when it would do something
    else by now. Rows that could not be taken are left out, as the preview said.
    """
    if upload.applied_at is not None:
        raise NothingToApply(
            f"This file was applied already, by {upload.applied_by}. Bring it again to apply it again."
        )
    preview = preview_of(session, upload, storage=storage)
    if preview.digest != digest:
        raise MovedMeanwhile("The mapping changed since you looked. Nothing was applied: look at the file again.")
    document = upload.rule_document
    mapped = changed = assigned = left = 0
    provisions = {
        each.key: each for each in session.scalars(select(Provision).where(Provision.rule_document_id == document.id))
    }
    links = {(link.provision.key, link.position_id): link for link in mapping.links_of(session, document)}
    for change in preview.changes:
        if change.outcome is Outcome.UNCHANGED:
            continue
        if change.outcome is Outcome.CONFLICT and change.row not in take:
            left += 1
            continue
        link, after = links.get((change.key, change.position)), change.after
        if link is None:
            mapping.map_position(
                session,
                provisions[change.key],
                session.get_one(Position, change.position),
                stance=Stance(after.stance),
                reason=after.reason,
                request=after.request,
                requested_text=after.requested_text,
                grounds=after.grounds,
                actor=actor,
                now=now,
            )
            mapped += 1
        else:
            mapping.change_mapping(
                session,
                link,
                expected_revision=change.revision,
                stance=Stance(after.stance),
                reason=after.reason,
                request=after.request,
                requested_text=after.requested_text,
                grounds=after.grounds,
                actor=actor,
                now=now,
            )
            changed += 1
    people = {person.name: person for person in _staff(session)}
    for work in preview.work:
        if work.outcome is Outcome.CONFLICT and -work.row not in take:
            left += 1
            continue
        given = [provisions[work.key]]
        if work.after.owner != work.before.owner:
            assignments.give(session, given, people.get(work.after.owner), actor=actor, now=now)
            session.flush()  # the day is set on the row that this made
        if work.after.due != work.before.due:
            due = dt.date.fromisoformat(work.after.due) if work.after.due else None
            assignments.set_due(session, given, due, actor=actor, now=now)
            session.flush()  # so that a later row finds it
        assigned += 1
    if not (mapped or changed or assigned or preview.extra.rows):
        raise NothingToApply("The file says nothing that does not stand already. Nothing was changed.")
    upload.extra_json = extra_as_json(preview.extra)
    upload.applied_by, upload.applied_at = actor, now
    audit.record(
        session,
        actor=actor,
        action="mapping file applied",
        subject=f"exchange_upload {upload.id}",
        now=now,
        file=upload.file_name,
        sha256=upload.sha256,
        mapped=mapped,
        changed=changed,
        assigned=assigned,
        left=left,
    )
    return Applied(mapped, changed, assigned, left)
