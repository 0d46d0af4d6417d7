"""What happens to dockets and their documents: importing a notice, reading it back, its deadline."""

import datetime as dt
import hashlib
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session, object_session

from commenttrack import audit
from commenttrack.errors import Conflict, Refused
from commenttrack.rulemaking import other_forms, provisions, settlements, succession
from commenttrack.rulemaking.models import (
    CommentDate,
    Docket,
    DocketIdentifier,
    DocumentKind,
    DocumentSuccession,
    Note,
    Provision,
    Question,
    RuleDocument,
)
from commenttrack.storage import Storage
from commenttrack.wording import wording_digest

# Columns of their own in the table; every other key of a provision travels in details_json.
_PROVISION_COLUMNS = frozenset({"id", "parent", "kind", "number", "label", "heading", "text", "pages"})


class AlreadyImported(Conflict):
    """The docket holds a document of these very bytes; ``document`` is it."""

    def __init__(self, document: RuleDocument) -> None:
        super().__init__(f"This file was imported already, as “{document.title}”. Nothing was stored twice.")
        self.document = document


def import_rule(
    session: Session,
    data: bytes,
    *,
    name: str,
    storage: Storage,
    actor: str,
    now: dt.datetime,
    docket: Docket | None = None,
    title: str | None = None,
    illustrative: bool = False,
    internal_deadline: dt.date | None = None,
    publication_date: dt.date | None = None,
    parsed: provisions.ParsedRule | None = None,
) -> RuleDocument:
    """Read a Federal Register document and store it with its provisions, notes, questions and dates.

    Without ``docket`` a new one is opened, named by the document unless ``title`` is given. ``parsed`` is the document
    when the caller has read it already, before it opened a transaction. What people settled about this document before
    holds again. Nothing is stored when the file cannot be read (``BadInput``) or is in the docket already
    (:class:`AlreadyImported`).
    """
    read = parsed or other_forms.read(data, name=name, publication_date=publication_date)
    settled = settlements.known_for(
        session, document_number=read.document.document_number, docket_id=docket.id if docket else None
    )
    if settled:
        read = other_forms.read(
            data, name=name, publication_date=publication_date, settled=settlements.as_settled(settled)
        )
    rule = provisions.to_json(read)
    document = rule["document"]
    sha256 = hashlib.sha256(data).hexdigest()
    if docket is None:
        docket = Docket(
            title=title or document["title"],
            illustrative=illustrative,
            internal_deadline=internal_deadline,
            created_at=now,
        )
        session.add(docket)
    else:
        known = session.scalar(
            select(RuleDocument).where(RuleDocument.docket_id == docket.id, RuleDocument.source_sha256 == sha256)
        )
        if known is not None:
            raise AlreadyImported(known)
    have = {identifier.identifier for identifier in docket.identifiers}
    docket.identifiers += [
        DocketIdentifier(identifier=identifier)
        for identifier in dict.fromkeys(document["docket_ids"])
        if identifier not in have
    ]
    published = document.get("publication_date") or (publication_date and publication_date.isoformat())
    stored = RuleDocument(
        docket=docket,
        kind=DocumentKind(document["kind"]),
        title=document["title"],
        document_number=document["document_number"] or "",
        publication_date=dt.date.fromisoformat(published) if published else None,
        start_page=document["start_page"],
        end_page=document["end_page"],
        metadata_json=document,
        leftovers_json={
            key: value
            for key, value in rule.items()
            if key not in {"format", "document", "provisions", "notes", "questions"}
        },
        source_name=name,
        source_sha256=sha256,
        source_key=storage.put(data),
        imported_at=now,
    )
    session.add(stored)
    session.flush()  # the rows below are inserted in bulk and need the document's id
    ids = _store_provisions(session, stored.id, rule["provisions"])
    _insert(
        session,
        Note,
        [
            {"place": place, "key": note.pop("id"), "rule_document_id": stored.id, **note}
            for place, note in enumerate(rule["notes"])
        ],
    )
    _insert(
        session,
        Question,
        [
            {
                "place": place,
                "key": question["id"],
                "rule_document_id": stored.id,
                "provision_id": ids[question["provision"]],
                "number": question["number"] or "",
                "text": question["text"],
                "start": question["start"],
                "end": question["end"],
            }
            for place, question in enumerate(rule["questions"])
        ],
    )
    docket.comment_dates += [_comment_date(stored, date) for date in document["comment_dates"]]
    session.flush()  # the audit event names the docket's id
    audit.record(
        session,
        actor=actor,
        action="rule imported",
        subject=f"rule_document {stored.id}",
        now=now,
        docket=docket.id,
        file=name,
        sha256=sha256,
        provisions=len(ids),
    )
    return stored


def _of_date(date: dict[str, Any]) -> tuple[str, str | None, str]:
    return date["date"], date["time"], date["for"]


def _comment_date(document: RuleDocument, date: dict[str, Any]) -> CommentDate:
    return CommentDate(
        rule_document_id=document.id,
        date=dt.date.fromisoformat(date["date"]),
        time=date["time"],
        zone=date["zone"],
        purpose=date["for"],
        source=date["source"],
        computed=date["computed"],
        text=date["text"],
    )


def set_publication_date(
    session: Session, document: RuleDocument, day: dt.date, *, storage: Storage, actor: str, now: dt.datetime
) -> list[CommentDate]:
    """Keep the day of publication of a document that does not show it; returns the dates that came with it.

    The stored file is read again, since days such as “60 days after publication” are counted from it; until then they
    are counted from the day that the filing makes likely, or not at all. Raises :class:`Refused` when the day is known
    already, or cannot be right by what the document itself shows.
    """
    if document.publication_date is not None:
        raise Refused(f"The day is known: the document was published on {document.publication_date}.")
    read = other_forms.read(
        storage.get(document.source_key),
        name=document.source_name,
        publication_date=day,
        settled=settlements.as_settled(settlements.settlements_of(session, document)),
    )
    told = provisions.to_json(read)["document"]
    before = document.metadata_json
    if (cited := before.get("fr_citation")) and told["fr_citation"] != cited:
        raise Refused(
            f"The document stands at {cited}, and that volume is not of {day.year}. Give the day of its issue."
        )
    known, now_read = ({_of_date(date): date for date in read["comment_dates"]} for read in (before, told))
    gone = [key for key in known if key not in now_read]
    if named := [key for key in gone if not known[key]["computed"]]:
        raise Refused(
            f"The document names {named[0][0]} as a date to come. Give the day of its issue, which was earlier."
        )
    # What had been counted from the day of filing gives way to what is counted from this day.
    docket = document.docket
    for held in [each for each in docket.comment_dates if each.rule_document_id == document.id and each.computed]:
        if (held.date.isoformat(), held.time, held.purpose) in gone:
            docket.comment_dates.remove(held)
    dates = [_comment_date(document, date) for key, date in now_read.items() if key not in known]
    docket.comment_dates += dates
    document.publication_date = day
    dated = {"publication_date", "comment_dates", "relative_dates"}
    document.metadata_json = told | {key: value for key, value in before.items() if value and key not in dated}
    audit.record(
        session,
        actor=actor,
        action="publication date given",
        subject=f"rule_document {document.id}",
        now=now,
        date=day.isoformat(),
        dates=[date.date.isoformat() for date in dates],
    )
    return dates


def set_internal_deadline(
    session: Session, docket: Docket, date: dt.date | None, *, actor: str, now: dt.datetime
) -> None:
    """Set the last day for sign-offs, or with None take it away; it cannot come after the agency's day."""
    due = deadline(docket)
    if date and due and date > due.date:
        raise Refused(f"The agency wants comments by {due.date}; members must sign on that day or before it.")
    before, docket.internal_deadline = docket.internal_deadline, date
    audit.record(
        session,
        actor=actor,
        action="internal deadline set" if date else "internal deadline removed",
        subject=f"docket {docket.id}",
        now=now,
        date=date.isoformat() if date else None,
        before=before.isoformat() if before else None,
    )


def _store_provisions(session: Session, document_id: int, units: list[dict[str, Any]]) -> dict[str, int]:
    """Insert all units at once and then their parents; returns database ids by unit id."""
    rows = [
        {
            "rule_document_id": document_id,
            "place": place,
            "key": unit["id"],
            "kind": unit["kind"],
            "number": unit["number"],
            "label": unit["label"],
            "heading": unit["heading"],
            "text": unit["text"],
            "pages": unit["pages"],
            "wording_digest": wording_digest(unit["heading"], unit["text"]),
            "details_json": {key: value for key, value in unit.items() if key not in _PROVISION_COLUMNS},
        }
        for place, unit in enumerate(units)
    ]
    new = session.scalars(insert(Provision).returning(Provision.id, sort_by_parameter_order=True), rows)
    ids = dict(zip((unit["id"] for unit in units), new, strict=True))
    children = [{"id": ids[unit["id"]], "parent_id": ids[unit["parent"]]} for unit in units if unit["parent"]]
    if children:
        session.execute(update(Provision), children)
    return ids


def _insert(session: Session, model: type[Note] | type[Question], rows: list[dict[str, Any]]) -> None:
    if rows:
        session.execute(insert(model), rows)


def parsed_rule(session: Session, document: RuleDocument) -> provisions.ParsedRule:
    """The document as it was parsed, read back from its rows."""
    units = session.scalars(
        select(Provision).where(Provision.rule_document_id == document.id).order_by(Provision.place)
    ).all()
    keys = {unit.id: unit.key for unit in units}
    notes = session.scalars(select(Note).where(Note.rule_document_id == document.id).order_by(Note.place))
    questions = session.scalars(
        select(Question).where(Question.rule_document_id == document.id).order_by(Question.place)
    )
    return provisions.from_json(
        {
            "format": provisions.FORMAT,
            "document": document.metadata_json,
            "provisions": [
                {
                    "id": unit.key,
                    "parent": keys[unit.parent_id] if unit.parent_id else None,
                    "kind": unit.kind.value,
                    "number": unit.number,
                    "label": unit.label,
                    "heading": unit.heading,
                    "text": unit.text,
                    "pages": unit.pages,
                    **unit.details_json,
                }
                for unit in units
            ],
            "notes": [{"id": note.key, "number": note.number, "text": note.text, "page": note.page} for note in notes],
            "questions": [
                {
                    "id": question.key,
                    "provision": keys[question.provision_id],
                    "number": question.number,
                    "text": question.text,
                    "start": question.start,
                    "end": question.end,
                }
                for question in questions
            ],
            **document.leftovers_json,
        }
    )


def deadline(docket: Docket) -> CommentDate | None:
    """The date planning goes by: the earliest of :func:`dates_due`, whatever its source; never rolled forward."""
    return min(dates_due(docket), key=lambda date: (date.date, date.time or "24:00"), default=None)


def dates_due(docket: Docket) -> list[CommentDate]:
    """The dates that hold for comments, all sources that disagree included.

    Where an extension, a reopening or another later document that is confirmed as such sets a date, it takes the place
    of those of the documents before it, which are kept and shown. See :func:`succession.dates_in_force`.
    """
    due = [date for date in docket.comment_dates if date.purpose == "comments"]
    session = object_session(docket)
    documents_with_dates = {date.rule_document_id for date in due} - {None}
    if session is None or len(documents_with_dates) < 2:
        return due  # a document's dates are replaced by those of another
    follows = dict(
        session.execute(
            select(DocumentSuccession.later_id, DocumentSuccession.earlier_id)
            .join(RuleDocument, RuleDocument.id == DocumentSuccession.later_id)
            .where(
                RuleDocument.docket_id == docket.id,
                DocumentSuccession.confirmed_by != "",
                DocumentSuccession.kind.in_(succession.SETS_DATES),
            )
        ).all()
    )
    if not follows:
        return due
    # Columns only: a document's row holds all that has no table of its own, which can be megabytes.
    citation = RuleDocument.metadata_json["fr_citation"].as_string()
    documents = session.execute(
        select(RuleDocument.id, RuleDocument.publication_date, citation).where(RuleDocument.docket_id == docket.id)
    )
    newest_first = succession.newest_first(
        [succession.Published(identifier, day, cited or "") for identifier, day, cited in documents], follows
    )
    dates = {succession.SetDate(date.rule_document_id, date.date, date.time): date for date in due}
    held = set(succession.dates_in_force(list(dates), follows, newest_first))
    return [date for date in due if succession.SetDate(date.rule_document_id, date.date, date.time) in held]


def dockets_by_deadline(session: Session) -> list[Docket]:
    """All dockets, the one that is due next first, those without a date last."""
    every = session.scalars(select(Docket).order_by(Docket.id)).all()
    return sorted(every, key=lambda docket: (due.date if (due := deadline(docket)) else dt.date.max, docket.id))
