"""What people settle about a document that was read without certainty: the levels of its paragraphs.

A settlement names a paragraph by its section, its marker and its words. The file is read again with that paragraph
fixed, so that the whole section is solved around it; the rows of the provisions stay and only their citations, keys and
parents change, so that whatever is attached to them stays attached.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from commenttrack import audit
from commenttrack.errors import Conflict, Refused
from commenttrack.rulemaking import other_forms, provisions
from commenttrack.rulemaking.models import (
    DocumentSuccession,
    LevelSettlement,
    Provision,
    ProvisionSuccession,
    RuleDocument,
)
from commenttrack.rulemaking.provisions import LevelPath, ParsedRule, Passage
from commenttrack.rulemaking.succession import LaterKind
from commenttrack.storage import Storage
from commenttrack.wording import folded

Settled = dict[Passage, LevelPath]


class NothingToSettle(Conflict):
    """The paragraph is no longer among those that can be read in several ways."""


class ReadDifferently(Refused):
    """The stored file now gives other provisions than when it was imported."""


@dataclass(frozen=True, slots=True)
class NewCitation:
    """A provision whose citation changed."""

    provision: int
    before: str
    after: str


def known_for(session: Session, *, document_number: str, docket_id: int | None) -> list[LevelSettlement]:
    """The settlements that a document may be under: of its number, or for one without a number those of its docket."""
    scope = _scope(document_number, docket_id)
    return list(
        session.scalars(select(LevelSettlement).where(LevelSettlement.scope == scope).order_by(LevelSettlement.id))
    )


def _scope(document_number: str, docket_id: int | None) -> str:
    return document_number or f"docket {docket_id}"


def settlements_of(session: Session, document: RuleDocument) -> list[LevelSettlement]:
    """The settlements that a stored document may be under."""
    return known_for(session, document_number=document.document_number, docket_id=document.docket_id)


def as_settled(settlements: Sequence[LevelSettlement]) -> Settled:
    """The settlements as the parser takes them."""
    return {passage_of(each): tuple((level, value) for level, value in each.path_json) for each in settlements}


def passage_of(settlement: LevelSettlement) -> Passage:
    """How the parser knows the paragraph of a settlement."""
    return Passage(settlement.section, settlement.number, settlement.wording, settlement.before)


def in_force(document: RuleDocument, settlements: Sequence[LevelSettlement]) -> dict[int, str]:
    """The key of the provision that each settlement fixes, by its id; one that no paragraph matches is left out."""
    held = {_passage(entry["passage"]): entry["provision"] for entry in document.leftovers_json.get("settled", ())}
    return {each.id: held[passage_of(each)] for each in settlements if passage_of(each) in held}


def settle(
    session: Session,
    document: RuleDocument,
    *,
    provision: str,
    reading: str,
    reason: str = "",
    storage: Storage,
    actor: str,
    now: dt.datetime,
) -> list[NewCitation]:
    """A person says which of the readings of a paragraph is right; returns the provisions that are cited otherwise now.

    ``provision`` is the key of an ambiguous provision and ``reading`` one of its citations. Raises
    :class:`NothingToSettle` when somebody was faster, and :class:`ReadDifferently`.
    """
    entry = _open(document, provision)
    if reading not in entry["readings"]:
        raise Refused(f"{reading} is not one of the readings of this paragraph: {', '.join(entry['readings'])}.")
    passage = _passage(entry["passage"])
    path = entry["paths"][entry["readings"].index(reading)]
    row = session.scalars(
        select(Provision).where(Provision.rule_document_id == document.id, Provision.key == provision)
    ).one()
    known = next((each for each in settlements_of(session, document) if passage_of(each) == passage), None)
    if known is None:
        known = LevelSettlement(
            scope=_scope(document.document_number, document.docket_id),
            section=passage.section,
            number=passage.number,
            wording=passage.digest,
            before=passage.before,
            text=f"{row.heading} {row.text}".strip(),
        )
        session.add(known)
    known.path_json, known.reading, known.instead_of = path, reading, entry["chosen"]
    known.reason, known.settled_by, known.settled_at = reason.strip(), actor, now
    session.flush()  # the document is read again with all settlements, this one among them
    changed = read_again(session, document, storage=storage)
    if known.id not in in_force(document, settlements_of(session, document)):
        raise Refused(
            f"{reading} does not go with what else was settled in {passage.section}. Take that back first, below."
        )
    audit.record(
        session,
        actor=actor,
        action="level settled",
        subject=f"rule_document {document.id}",
        now=now,
        passage=asdict(passage),
        reading=reading,
        instead_of=known.instead_of,
        reason=known.reason,
        cited_otherwise=[[each.before, each.after] for each in changed],
    )
    return changed


def take_back(
    session: Session,
    document: RuleDocument,
    settlement: LevelSettlement,
    *,
    storage: Storage,
    actor: str,
    now: dt.datetime,
) -> list[NewCitation]:
    """Forget a settlement; the paragraph is read as the program reads it again, in this document."""
    audit.record(
        session,
        actor=actor,
        action="settlement taken back",
        subject=f"rule_document {document.id}",
        now=now,
        passage=asdict(passage_of(settlement)),
        reading=settlement.reading,
        settled_by=settlement.settled_by,
    )
    session.delete(settlement)
    session.flush()  # the document is read again without it
    return read_again(session, document, storage=storage)


def read_again(session: Session, document: RuleDocument, *, storage: Storage) -> list[NewCitation]:
    """Read the stored file with the settlements as they are now and give the provisions their citations and parents.

    Every row stays with what is attached to it. Raises :class:`ReadDifferently` when the file gives other provisions
    than the stored ones, which happens after the program has learnt to read better.
    """
    rule = other_forms.read(
        storage.get(document.source_key),
        name=document.source_name,
        publication_date=document.publication_date,
        settled=as_settled(settlements_of(session, document)),
    )
    rows = session.scalars(
        select(Provision).where(Provision.rule_document_id == document.id).order_by(Provision.place)
    ).all()
    _require_same(rows, rule)
    ids = {unit.id: row.id for row, unit in zip(rows, rule.provisions, strict=True)}
    keys = {row.key: unit.id for row, unit in zip(rows, rule.provisions, strict=True) if row.key != unit.id}
    changed = [
        NewCitation(row.id, row.label, unit.label)
        for row, unit in zip(rows, rule.provisions, strict=True)
        if row.label != unit.label
    ]
    moved = [(row.id, row.key) for row in rows if row.key in keys]
    if moved:
        # Keys are unique in a document, so those that change step aside first.
        session.execute(update(Provision), [{"id": row_id, "key": f"{key} → {keys[key]}"} for row_id, key in moved])
    session.execute(
        update(Provision),
        [
            {"id": row.id, "key": unit.id, "label": unit.label, "parent_id": ids.get(unit.parent or "")}
            for row, unit in zip(rows, rule.provisions, strict=True)
        ],
    )
    for row in rows:
        session.expire(row)
    _rename_candidates(session, document, keys)
    parsed = provisions.to_json(rule)
    document.leftovers_json = {
        **document.leftovers_json,
        **{key: parsed[key] for key in ("instructions", "unparsed", "ambiguities", "settled")},
    }
    session.flush()  # the page that follows reads the rows
    return changed


def _require_same(rows: Sequence[Provision], rule: ParsedRule) -> None:
    same = len(rows) == len(rule.provisions) and all(
        row.number == unit.number
        and row.kind.value == unit.kind
        # A correction may have changed the stored words.
        and (folded(row.text) == folded(unit.text) or row.details_json.get("corrected"))
        for row, unit in zip(rows, rule.provisions, strict=True)
    )
    if not same:
        raise ReadDifferently(
            "This program now reads the file otherwise than when it was imported, so what is attached to its "
            "provisions could be misplaced. Import the document into a new docket to settle it."
        )


def _rename_candidates(session: Session, document: RuleDocument, keys: dict[str, str]) -> None:
    """Places that wait for a person in a comparison of documents are kept by key."""
    if not keys:
        return
    for row in session.scalars(
        select(ProvisionSuccession)
        .join(ProvisionSuccession.succession)
        .where(or_(DocumentSuccession.later_id == document.id, DocumentSuccession.earlier_id == document.id))
    ):
        link = row.succession
        named = link.earlier_id if link.kind is LaterKind.CORRECTION else link.later_id
        if named == document.id and any(key in keys for key, _ in row.candidates_json):
            row.candidates_json = [[keys.get(key, key), score] for key, score in row.candidates_json]


def open_ambiguities(document: RuleDocument) -> list[dict[str, Any]]:
    """The paragraphs that can be read in several ways and wait for a person, as commenttrack-rule/1 gives them."""
    return list(document.leftovers_json.get("ambiguities", ()))


def _open(document: RuleDocument, provision: str) -> dict[str, Any]:
    entry = next((each for each in open_ambiguities(document) if each["provision"] == provision), None)
    if entry is None:
        raise NothingToSettle("This paragraph was settled meanwhile. Look again at what is left.")
    if not entry.get("paths"):
        raise ReadDifferently(
            "This document was imported before settling was possible. Import it into a new docket to settle it."
        )
    return entry


def _passage(stored: dict[str, str]) -> Passage:
    return Passage(**stored)
