"""Getting a document from the public sources by whatever names it, and importing what came.

Two steps, so that no transaction is open while a source is waited for: :func:`fetch_document`, then
:func:`import_fetched`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy.orm import Session

from commenttrack import audit
from commenttrack.config import Settings
from commenttrack.errors import BadInput, Refused
from commenttrack.rulemaking import document_references
from commenttrack.rulemaking.document_references import DocumentReference
from commenttrack.rulemaking.ecfr_api import CfrText, EcfrApi
from commenttrack.rulemaking.federal_register_api import FederalRegisterApi, FoundDocument, PublishedDocument
from commenttrack.rulemaking.models import CommentDate, Docket, RuleDocument
from commenttrack.rulemaking.operations import import_rule
from commenttrack.rulemaking.provisions import ParsedDate, ParsedRule
from commenttrack.rulemaking.regulations_gov_api import KEY_HEADER, RegulationsGovApi
from commenttrack.rulemaking.source_answers import NotAtSource
from commenttrack.rulemaking.sources import Patience, SourceClient
from commenttrack.storage import Storage

# How many of several documents a refusal names.
_NAMED = 8


class SeveralDocuments(BadInput):
    """What was typed names more than one document; the sentence lists them with their numbers."""


class NotPublishedYet(Refused):
    """The document is on public inspection and has no text in XML until it is published."""


@dataclass(frozen=True, slots=True)
class Sources:
    """The public sources of this installation."""

    federal_register: FederalRegisterApi
    ecfr: EcfrApi
    regulations_gov: RegulationsGovApi


@dataclass(frozen=True, slots=True)
class Fetched:
    """A document as it came: its bytes and a name for the file, and what the sources say beside it.

    ``comment_dates`` are the days that the sources give; the document's own are read when it is imported. ``notes`` are
    sentences for people: a kept copy was used, or a source did not answer.
    """

    data: bytes
    name: str
    document: PublishedDocument
    comment_dates: tuple[ParsedDate, ...]
    notes: tuple[str, ...]


@contextmanager
def open_sources(settings: Settings, *, patience: Patience | None = None) -> Iterator[Sources]:
    """The sources as the settings have them; kept answers lie in the data folder."""
    client = SourceClient(
        settings.data / "sources" / "kept-answers.sqlite",
        patience=patience or Patience(timeout=settings.source_timeout),
        keys={settings.regulations_gov_url: (KEY_HEADER, settings.regulations_gov_key)},
    )
    with client:
        yield Sources(
            FederalRegisterApi(client, settings.federal_register_url),
            EcfrApi(client, settings.ecfr_url),
            RegulationsGovApi(client, settings.regulations_gov_url, has_key=bool(settings.regulations_gov_key)),
        )


def fetch_document(settings: Settings, named: str, *, patience: Patience | None = None) -> Fetched:
    """The document that a number, address, citation, docket or RIN names, with its text in XML or else in HTML.

    Raises :class:`BadInput` for what names no document, :class:`SeveralDocuments`, :class:`NotPublishedYet`, and the
    refusals of :mod:`source_answers`.
    """
    reference = document_references.parse(named)
    with open_sources(settings, patience=patience) as sources:
        document = _named(sources, reference)
        if document.xml_url:
            answer, suffix = sources.federal_register.xml(document), "xml"
        elif document.html_url:
            answer, suffix = sources.federal_register.body_html(document), "html"
        else:
            raise NotAtSource(
                f"federalregister.gov has no text of document {document.number}, only the PDF at {document.pdf_url}. "
                f"Import a text of it instead."
            )
        dates, notes = _dates_at_regulations_gov(sources, document)
        return Fetched(
            data=answer.data,
            name=f"{document.number}.{suffix}",
            document=document,
            comment_dates=(*document.comment_dates, *dates),
            notes=tuple(dict.fromkeys(note for note in (document.note, answer.note, *notes) if note)),
        )


def fetch_current_text(settings: Settings, title: int, part: str, *, patience: Patience | None = None) -> CfrText:
    """The newest text of a CFR part that eCFR has; raises what :meth:`EcfrApi.part` raises."""
    with open_sources(settings, patience=patience) as sources:
        return sources.ecfr.part(title, part)


def fetch_current_texts(
    settings: Settings, parts: Sequence[tuple[int, str]], *, patience: Patience | None = None
) -> tuple[tuple[CfrText, ...], tuple[str, ...]]:
    """The newest text of each (title, part) that eCFR has, and what it says of the others.

    Raises what :meth:`EcfrApi.part` raises, but for a part that is not there: it may be new.
    """
    found: list[CfrText] = []
    missing: list[str] = []
    if not parts:
        return (), ()
    with open_sources(settings, patience=patience) as sources:
        for title, part in parts:
            try:
                found.append(sources.ecfr.part(title, part))
            except NotAtSource as unknown:
                missing.append(str(unknown))
    return tuple(found), tuple(missing)


def import_fetched(
    session: Session,
    fetched: Fetched,
    *,
    storage: Storage,
    actor: str,
    now: dt.datetime,
    docket: Docket | None = None,
    title: str | None = None,
    parsed: ParsedRule | None = None,
) -> RuleDocument:
    """Store a fetched document like any other file, and beside its own dates those that the sources give.

    Every date stays with its source, so that a conflict shows. ``parsed`` is the document when it was read
    already. Raises what :func:`operations.import_rule` raises.
    """
    stored = import_rule(
        session,
        fetched.data,
        name=fetched.name,
        storage=storage,
        actor=actor,
        now=now,
        docket=docket,
        title=title,
        publication_date=fetched.document.publication_date,
        parsed=parsed,
    )
    stored.docket.comment_dates += [
        CommentDate(
            rule_document_id=stored.id,
            date=dt.date.fromisoformat(date.date),
            time=date.time,
            zone=date.zone,
            purpose=date.purpose,
            source=date.source,
            computed=date.computed,
            text=f"{date.text} ({date.basis})" if date.basis else date.text,
        )
        for date in fetched.comment_dates
    ]
    audit.record(
        session,
        actor=actor,
        action="dates of the sources added",
        subject=f"rule_document {stored.id}",
        now=now,
        document=fetched.document.number,
        dates=[f"{date.date} {date.purpose}: {date.source}" for date in fetched.comment_dates],
        notes=list(fetched.notes),
    )
    return stored


def _named(sources: Sources, reference: DocumentReference) -> PublishedDocument:
    """The one document that a reference names."""
    register = sources.federal_register
    if reference.kind == "number":
        return _by_number(register, reference.value)
    if reference.citation is not None:
        documents = register.documents_at(reference.citation)
        if len(documents) == 1:
            return documents[0]
        raise _several(reference, [f"{each.number}, {each.title}" for each in documents])
    if reference.kind == "regulations_gov_document":
        number = sources.regulations_gov.document(reference.value).number
        if not number:
            raise NotAtSource(
                f"regulations.gov has {reference.value} as a document that was not in the Federal Register. Give the "
                f"number of a notice or rule instead."
            )
        return _by_number(register, number)
    found = register.with_rin(reference.value) if reference.kind == "rin" else register.in_docket(reference.value)
    if not found:
        raise NotAtSource(
            f"federalregister.gov knows no document in {reference}. Agencies write docket numbers in different ways: "
            f"give the document number instead."
        )
    if len(found) > 1:
        raise _several(reference, [_line(each) for each in found])
    return _by_number(register, found[0].number)


def _by_number(register: FederalRegisterApi, number: str) -> PublishedDocument:
    try:
        return register.document(number)
    except NotAtSource as unknown:
        try:
            waiting = register.inspection_document(number)
        except NotAtSource:
            raise unknown from None
        when = f"on {waiting.publication_date}" if waiting.publication_date else "on a day not set yet"
        raise NotPublishedYet(
            f"Document {number} is on public inspection and will be published {when}; until then it has no text in "
            f"XML. Its PDF is at {waiting.pdf_url}."
        ) from None


def _line(found: FoundDocument) -> str:
    day = found.publication_date.isoformat() if found.publication_date else ""
    details = ", ".join(filter(None, (found.kind, day)))
    return f"{found.number} ({details}), {found.title}" if details else f"{found.number}, {found.title}"


def _several(reference: DocumentReference, lines: Sequence[str]) -> SeveralDocuments:
    more = f"; and {len(lines) - _NAMED} more" if len(lines) > _NAMED else ""
    listed = "; ".join(lines[:_NAMED])
    return SeveralDocuments(f"{reference} names {len(lines)} documents. Give the number of one: {listed}{more}.")


def _dates_at_regulations_gov(
    sources: Sources, document: PublishedDocument
) -> tuple[tuple[ParsedDate, ...], tuple[str, ...]]:
    """The comment dates at regulations.gov where this installation may ask, and notes; a refusal is a note here."""
    if not sources.regulations_gov.has_key:
        return (), ()
    try:
        found = sources.regulations_gov.documents_of_number(document.number)
    except Refused as refusal:
        return (), (f"The dates at regulations.gov are missing: {refusal}",)
    return tuple(date for each in found for date in each.comment_dates), tuple(each.note for each in found)
