"""Full-text search over positions, provisions and letters, the same on SQLite and on PostgreSQL.

Sorted within each kind: what is cited by the very query first, then by how well the words fit. The database finds the
rows (:mod:`commenttrack.full_text`); which words of a text were hit is worked out here, the same way for both.
"""

import enum
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import ColumnElement, Float, Select, case, func, literal_column, select, text
from sqlalchemy.orm import Session, joinedload, selectinload

from commenttrack.letters.models import Letter, LetterPart, LetterVersion
from commenttrack.letters.recorded_content import in_two_languages, printed
from commenttrack.positions.models import Position, PositionVersion, ProvisionPosition
from commenttrack.rulemaking.models import Docket, Provision, RuleDocument
from commenttrack.search_words import Term, excerpt, holds, terms_of, words_of

MOST_VERSIONS = 50
"""Frozen versions looked through for parts, the newest first."""


class Kind(enum.StrEnum):
    """What was found."""

    DOCKET = "docket"
    POSITION = "position"
    PROVISION = "provision"
    LETTER_PART = "letter_part"
    """A part of a letter as it stands."""
    FROZEN_PART = "frozen_part"
    """A part of a frozen version whose wording the letter no longer has."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that holds what was looked for, and what its address is made of."""

    kind: Kind
    title: str
    within: str
    """The docket it belongs to, or for a position its source."""
    snippet: tuple[tuple[str, bool], ...]
    """Runs of (text, whether it is a hit)."""
    illustrative: bool = False
    docket_id: int = 0
    document_id: int = 0
    key: str = ""
    """Of a provision or of a part."""
    row_id: int = 0
    """Of the position, or of the part."""
    version: int = 0
    """Number of the frozen version."""


def find(
    session: Session,
    query: str,
    *,
    docket: Docket | None = None,
    limit: int = 20,
    kinds: Iterable[Kind] = tuple(Kind),
) -> list[Hit]:
    """At most ``limit`` hits of each kind that hold every term of the query, in the order of :class:`Kind`.

    Without a docket everything is searched; with one, its provisions and letters and the positions mapped in it. Takes
    whatever is typed (:func:`~commenttrack.search_words.terms_of`); six queries at most.
    """
    terms = terms_of(query)
    wanted = frozenset(kinds)
    if not terms:
        return []
    finders: Sequence[tuple[Kind, Callable[[], list[Hit]]]] = (
        (Kind.DOCKET, lambda: _dockets(session, terms, limit) if docket is None else []),
        (Kind.POSITION, lambda: _positions(session, terms, docket, limit)),
        (Kind.PROVISION, lambda: _provisions(session, query, terms, docket, limit)),
        (Kind.LETTER_PART, lambda: _parts(session, terms, docket, limit)),
        (Kind.FROZEN_PART, lambda: _frozen(session, terms, docket, limit)),
    )
    return [hit for kind, finder in finders if kind in wanted for hit in finder()]


# ----------------------------------------------------------------------------------------------------- the two indexes


def _matching(session: Session, query: Select[Any], model: Any, terms: Sequence[Term], weights: str) -> Select[Any]:
    """The query restricted to rows of ``model`` that hold every term, the best first.

    ``weights`` are SQLite's for the columns of the index; PostgreSQL keeps its own with the words.
    """
    table = model.__tablename__
    if session.get_bind().dialect.name == "sqlite":
        # A subquery and not a join: FTS5 is asked once, and its rank is that of the whole index.
        words_table = f"{table}_words"
        asked = f"SELECT rowid AS id, bm25({words_table}{weights}) AS rank FROM {words_table} WHERE {words_table}"  # noqa: S608 names and figures of this module
        found = (
            text(f"{asked} MATCH :terms")
            .bindparams(terms=_fts5(terms))
            .columns(id=model.id.type, rank=Float())
            .subquery()
        )
        return query.join(found, found.c.id == model.id).order_by(found.c.rank, model.id)
    wanted = _tsquery(terms)
    words: ColumnElement[Any] = literal_column(f"{table}.words")
    return query.where(words.op("@@")(wanted)).order_by(func.ts_rank(words, wanted, 1).desc(), model.id)


def _fts5(terms: Sequence[Term]) -> str:
    """Only letters and digits between quotation marks: nothing that FTS5 could read as its own syntax."""
    return " AND ".join(f'"{term.written}"{" *" if term.prefix else ""}' for term in terms)


def _tsquery(terms: Sequence[Term]) -> ColumnElement[Any]:
    """PostgreSQL parts the words itself; its phrase gets the star that its own functions for phrases do not know."""
    pieces: list[ColumnElement[Any]] = []
    for term in terms:
        phrase: ColumnElement[Any] = func.phraseto_tsquery(
            text("'simple'::regconfig"), func.search_words(" ".join(term.words))
        )
        if term.prefix:
            written = func.nullif(phrase.op("::")(text("text")), "")
            phrase = (written.op("||")(text("':*'"))).op("::")(text("tsquery"))
        pieces.append(phrase)
    wanted: ColumnElement[Any] = pieces[0]
    for piece in pieces[1:]:
        wanted = wanted.op("&&")(piece)
    return wanted


# ----------------------------------------------------------------------------------------------------------- the kinds


def _dockets(session: Session, terms: Sequence[Term], limit: int) -> list[Hit]:
    """An installation has tens of dockets: no index, the same words."""
    rows = session.scalars(select(Docket).order_by(Docket.id.desc()).options(selectinload(Docket.identifiers))).all()
    hits = []
    for row in rows:
        line = " · ".join((row.title, *(identifier.identifier for identifier in row.identifiers)))
        if holds(line, terms):
            hits.append(Hit(Kind.DOCKET, row.title, "", excerpt(line, terms), row.illustrative, row.id))
    return hits[:limit]


def _positions(session: Session, terms: Sequence[Term], docket: Docket | None, limit: int) -> list[Hit]:
    newer = select(func.max(PositionVersion.number)).where(PositionVersion.position_id == Position.id).scalar_subquery()
    query = (
        select(PositionVersion)
        .join(PositionVersion.position)
        .where(PositionVersion.number == newer.correlate(Position))
        .options(joinedload(PositionVersion.position).joinedload(Position.source_document))
    )
    if docket is not None:
        used = (
            select(ProvisionPosition.position_id)
            .join(ProvisionPosition.provision)
            .join(Provision.rule_document)
            .where(RuleDocument.docket_id == docket.id)
        )
        query = query.where(PositionVersion.position_id.in_(used))
    rows = session.scalars(_matching(session, query, PositionVersion, terms, ", 5.0, 1.0").limit(limit)).all()
    return [
        Hit(
            Kind.POSITION,
            row.heading or f"Position {row.position.label}",
            f"{row.position.source_document.title}, {row.position.label}",
            excerpt(f"{row.heading} {row.statement}".strip(), terms),
            row_id=row.position_id,
        )
        for row in rows
    ]


def _provisions(session: Session, written: str, terms: Sequence[Term], docket: Docket | None, limit: int) -> list[Hit]:
    query = (
        select(Provision)
        .join(Provision.rule_document)
        .options(joinedload(Provision.rule_document).joinedload(RuleDocument.docket))
    )
    if docket is not None:
        query = query.where(RuleDocument.docket_id == docket.id)
    # "226.1(a)" means the paragraph of this citation before all that mention it.
    cited = written.replace("§", " ").strip()[:200].replace("\x00", "")
    if cited and words_of(cited):
        query = query.order_by(case((Provision.label.iendswith(cited, autoescape=True), 0), else_=1))
    rows = session.scalars(_matching(session, query, Provision, terms, ", 5.0, 3.0, 1.0").limit(limit)).all()
    return [
        Hit(
            Kind.PROVISION,
            row.label or row.heading or "Passage",
            row.rule_document.docket.title,
            excerpt(f"{row.heading} {row.text}".strip() or row.label, terms),
            row.rule_document.docket.illustrative,
            row.rule_document.docket_id,
            row.rule_document_id,
            row.key,
        )
        for row in rows
    ]


def _parts(session: Session, terms: Sequence[Term], docket: Docket | None, limit: int) -> list[Hit]:
    query = select(LetterPart).join(LetterPart.letter).options(joinedload(LetterPart.letter).joinedload(Letter.docket))
    if docket is not None:
        query = query.where(Letter.docket_id == docket.id)
    weights = ", 3.0, 1.0, 1.0, 3.0, 1.0"
    rows = session.scalars(_matching(session, query, LetterPart, terms, weights).limit(limit)).all()
    return [
        Hit(
            Kind.LETTER_PART,
            row.heading or "Opening",
            row.letter.docket.title,
            excerpt(_wording(asdict(printed(row))), terms),
            row.letter.docket.illustrative,
            row.letter.docket_id,
            key=row.key,
            row_id=row.id,
        )
        for row in rows
        # A second language that does not print is kept, and is not what the letter says.
        if not row.second_text or in_two_languages(row.letter) or holds(_wording(asdict(printed(row))), terms)
    ]


_TEXTS = ("heading", "text", "requested_text", "second_heading", "second_text")


def _wording(part: Mapping[str, str]) -> str:
    """What a part says, in both languages of its letter."""
    return " ".join(filter(None, (part.get(name) for name in _TEXTS)))


def _frozen(session: Session, terms: Sequence[Term], docket: Docket | None, limit: int) -> list[Hit]:
    """Wordings that only a frozen version still has, each once, in the newest version that has it."""
    query = (
        select(LetterVersion)
        .join(LetterVersion.letter)
        .options(joinedload(LetterVersion.letter).joinedload(Letter.docket))
    )
    if docket is not None:
        query = query.where(Letter.docket_id == docket.id)
    matching = _matching(session, query, LetterVersion, terms, "").order_by(None)
    versions = session.scalars(matching.order_by(LetterVersion.id.desc()).limit(MOST_VERSIONS)).all()
    letters = {version.letter_id for version in versions}
    known = {
        (letter_id, digest)
        for letter_id, digest in session.execute(
            select(LetterPart.letter_id, LetterPart.wording_digest).where(LetterPart.letter_id.in_(letters))
        )
    }
    hits: list[Hit] = []
    for version in versions:
        for part in version.parts_json:
            wording = _wording(part)
            if (version.letter_id, part["digest"]) in known or not holds(wording, terms):
                continue
            known.add((version.letter_id, part["digest"]))
            number = f"{part['number']}. " if part["number"] else ""
            hits.append(
                Hit(
                    Kind.FROZEN_PART,
                    f"{number}{part['heading'] or 'Opening'}",
                    version.letter.docket.title,
                    excerpt(wording, terms),
                    version.letter.docket.illustrative,
                    version.letter.docket_id,
                    key=part["key"],
                    version=version.number,
                )
            )
    return hits[:limit]
