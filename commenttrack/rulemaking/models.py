"""Dockets, published documents and their provisions, notes, questions and dates, as imported."""

import datetime as dt
import enum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from commenttrack import full_text
from commenttrack.db import Base
from commenttrack.rulemaking.anchors import Fate
from commenttrack.rulemaking.succession import LaterKind


class DocumentKind(enum.StrEnum):
    """What a publication is, as its root element in the Federal Register says."""

    PROPOSED_RULE = "proposed_rule"
    RULE = "rule"
    NOTICE = "notice"
    PRESIDENTIAL_DOCUMENT = "presidential_document"
    CORRECTION = "correction"


class ProvisionKind(enum.StrEnum):
    """What a citable unit is."""

    PART = "part"
    SUBPART = "subpart"
    SECTION = "section"
    PARAGRAPH = "paragraph"
    DEFINITION = "definition"
    APPENDIX = "appendix"
    TABLE = "table"
    PREAMBLE_HEADING = "preamble_heading"
    PREAMBLE_PARAGRAPH = "preamble_paragraph"


class Docket(Base):
    """One proceeding the association answers; the agency's folder."""

    __tablename__ = "docket"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    illustrative: Mapped[bool] = mapped_column(default=False)
    # Every page about an illustrative docket says that it is one.
    internal_deadline: Mapped[dt.date | None]
    # Last day for sign-offs, days before the agency's.
    stances_open: Mapped[bool] = mapped_column(default=False, server_default=false())
    # Whether members see each other's stances; never their reasons.
    created_at: Mapped[dt.datetime]

    identifiers: Mapped[list["DocketIdentifier"]] = relationship(
        back_populates="docket", cascade="all, delete-orphan", order_by="DocketIdentifier.id"
    )
    documents: Mapped[list["RuleDocument"]] = relationship(
        back_populates="docket", cascade="all, delete-orphan", order_by="RuleDocument.id"
    )
    comment_dates: Mapped[list["CommentDate"]] = relationship(
        back_populates="docket", cascade="all, delete-orphan", order_by="CommentDate.date, CommentDate.id"
    )


class DocketIdentifier(Base):
    """A docket number of one agency in one system."""

    __tablename__ = "docket_identifier"
    __table_args__ = (UniqueConstraint("docket_id", "identifier"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    docket_id: Mapped[int] = mapped_column(ForeignKey("docket.id", ondelete="CASCADE"))
    identifier: Mapped[str]

    docket: Mapped[Docket] = relationship(back_populates="identifiers")


class RuleDocument(Base):
    """One publication in the Federal Register."""

    __tablename__ = "rule_document"
    __table_args__ = (
        UniqueConstraint("docket_id", "source_sha256"),
        CheckConstraint("start_page IS NULL OR end_page IS NULL OR start_page <= end_page", name="pages"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    docket_id: Mapped[int] = mapped_column(ForeignKey("docket.id", ondelete="CASCADE"))
    kind: Mapped[DocumentKind]
    title: Mapped[str]
    document_number: Mapped[str] = mapped_column(default="", index=True)
    publication_date: Mapped[dt.date | None]
    start_page: Mapped[int | None]
    end_page: Mapped[int | None]
    metadata_json: Mapped[dict[str, Any]]
    # The "document" object of commenttrack-rule/1, whole.
    leftovers_json: Mapped[dict[str, Any]]
    # What is shown as it was read, without rows of its own: instructions, unparsed, ambiguities.
    source_name: Mapped[str]
    source_sha256: Mapped[str]
    source_key: Mapped[str]
    # Where the imported file lies in the storage.
    imported_at: Mapped[dt.datetime]

    docket: Mapped[Docket] = relationship(back_populates="documents")
    provisions: Mapped[list["Provision"]] = relationship(
        back_populates="rule_document", cascade="all, delete-orphan", order_by="Provision.place", passive_deletes=True
    )
    notes: Mapped[list["Note"]] = relationship(
        cascade="all, delete-orphan", order_by="Note.place", passive_deletes=True
    )
    questions: Mapped[list["Question"]] = relationship(
        back_populates="rule_document", cascade="all, delete-orphan", order_by="Question.place", passive_deletes=True
    )


class Provision(Base):
    """A citable unit of one document, with its own text only."""

    __tablename__ = "provision"
    __table_args__ = (
        UniqueConstraint("rule_document_id", "key"),
        UniqueConstraint("rule_document_id", "place"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    rule_document_id: Mapped[int] = mapped_column(ForeignKey("rule_document.id", ondelete="CASCADE"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("provision.id", ondelete="CASCADE"), index=True)
    key: Mapped[str]
    # The id of commenttrack-rule/1, unique in the document.
    place: Mapped[int]
    # Document order, from 0.
    kind: Mapped[ProvisionKind]
    number: Mapped[str]
    label: Mapped[str]
    heading: Mapped[str]
    text: Mapped[str]
    pages: Mapped[list[Any]]
    wording_digest: Mapped[str]
    details_json: Mapped[dict[str, Any]]
    # Every other key of the provision in commenttrack-rule/1: notes, rows, page_breaks, note_calls …

    rule_document: Mapped[RuleDocument] = relationship(back_populates="provisions")
    parent: Mapped["Provision | None"] = relationship(remote_side=[id])


full_text.index(Provision.__table__, {"label": "A", "heading": "B", "text": "D"})


class Note(Base):
    """A footnote of the document."""

    __tablename__ = "note"
    __table_args__ = (UniqueConstraint("rule_document_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    rule_document_id: Mapped[int] = mapped_column(ForeignKey("rule_document.id", ondelete="CASCADE"))
    key: Mapped[str]
    place: Mapped[int]
    number: Mapped[str]
    text: Mapped[str]
    page: Mapped[int | None]


class Question(Base):
    """What the agency asks, numbered or in a sentence."""

    __tablename__ = "question"
    __table_args__ = (UniqueConstraint("rule_document_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    rule_document_id: Mapped[int] = mapped_column(ForeignKey("rule_document.id", ondelete="CASCADE"))
    provision_id: Mapped[int] = mapped_column(ForeignKey("provision.id", ondelete="CASCADE"), index=True)
    key: Mapped[str]
    place: Mapped[int]
    number: Mapped[str]
    text: Mapped[str]
    start: Mapped[int]
    end: Mapped[int]
    # Character offsets into the provision's text.

    rule_document: Mapped[RuleDocument] = relationship(back_populates="questions")
    provision: Mapped[Provision] = relationship()


class CommentDate(Base):
    """A date with what it is for and where it was read; never rolled forward."""

    __tablename__ = "comment_date"

    id: Mapped[int] = mapped_column(primary_key=True)
    docket_id: Mapped[int] = mapped_column(ForeignKey("docket.id", ondelete="CASCADE"), index=True)
    rule_document_id: Mapped[int | None] = mapped_column(ForeignKey("rule_document.id", ondelete="CASCADE"), index=True)
    date: Mapped[dt.date]
    time: Mapped[str | None]
    # "17:00", local to the zone; None when the source names no hour.
    zone: Mapped[str]
    purpose: Mapped[str]
    source: Mapped[str]
    computed: Mapped[bool]
    text: Mapped[str]

    docket: Mapped[Docket] = relationship(back_populates="comment_dates")


class DocumentSuccession(Base):
    """A later document of a proceeding and the earlier one it corrects, extends, reopens, supplements or finalizes."""

    __tablename__ = "document_succession"
    __table_args__ = (
        CheckConstraint("earlier_id <> later_id", name="two_documents"),
        CheckConstraint("(confirmed_by = '') = (confirmed_at IS NULL)", name="confirmed"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    earlier_id: Mapped[int] = mapped_column(ForeignKey("rule_document.id", ondelete="CASCADE"), index=True)
    later_id: Mapped[int] = mapped_column(ForeignKey("rule_document.id", ondelete="CASCADE"), unique=True)
    # A later document follows one earlier one, the first of its proceeding.
    kind: Mapped[LaterKind]
    evidence_json: Mapped[dict[str, Any]]
    # What shows that they belong together: named, dockets, rins, cfr, same_title.
    confirmed_by: Mapped[str] = mapped_column(default="")
    # A person, or the rule by which a program took the evidence for enough; empty while a person must say.
    confirmed_at: Mapped[dt.datetime | None]
    recorded_at: Mapped[dt.datetime]

    earlier: Mapped[RuleDocument] = relationship(foreign_keys=[earlier_id])
    later: Mapped[RuleDocument] = relationship(foreign_keys=[later_id])
    provisions: Mapped[list["ProvisionSuccession"]] = relationship(
        back_populates="succession",
        cascade="all, delete-orphan",
        order_by="ProvisionSuccession.place",
        passive_deletes=True,
    )


class ProvisionSuccession(Base):
    """Where a provision of the earlier document is proposed to stand in the later one, and what a person decided."""

    __tablename__ = "provision_succession"
    __table_args__ = (
        UniqueConstraint("document_succession_id", "place"),
        CheckConstraint("earlier_id IS NOT NULL OR later_id IS NOT NULL", name="something"),
        CheckConstraint("(decided_by = '') = (decided_at IS NULL)", name="decided"),
        CheckConstraint("decided_by = '' OR reason <> ''", name="decided_for_a_reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    document_succession_id: Mapped[int] = mapped_column(ForeignKey("document_succession.id", ondelete="CASCADE"))
    place: Mapped[int]
    earlier_id: Mapped[int | None] = mapped_column(ForeignKey("provision.id", ondelete="CASCADE"), index=True)
    later_id: Mapped[int | None] = mapped_column(ForeignKey("provision.id", ondelete="CASCADE"), index=True)
    # As proposed until somebody decides, then as decided.
    fate: Mapped[Fate]
    similarity: Mapped[float]
    why: Mapped[str]
    # The sentence by which the fate was proposed.
    candidates_json: Mapped[list[Any]]
    # [[key of a provision, similarity], …], likeliest first: of the later document; of the earlier one when a
    # correction's words could not be placed.
    words_json: Mapped[list[str]]
    # For a correction that exchanges words: [wrong, right]; else empty.
    decided_by: Mapped[str] = mapped_column(default="")
    decided_at: Mapped[dt.datetime | None]
    reason: Mapped[str] = mapped_column(default="")
    revision: Mapped[int] = mapped_column()
    # Counts changes; a form that was opened at another revision is refused as a conflict.

    succession: Mapped[DocumentSuccession] = relationship(back_populates="provisions")
    earlier: Mapped[Provision | None] = relationship(foreign_keys=[earlier_id])
    later: Mapped[Provision | None] = relationship(foreign_keys=[later_id])

    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012 (SQLAlchemy reads it from the class)


class LevelSettlement(Base):
    """What a person decided about the level of one paragraph.

    It belongs to the wording, not to a row: a new import of the same or a corrected file finds it by the section, the
    marker and the words, so it outlives the document it was decided in.
    """

    __tablename__ = "level_settlement"
    __table_args__ = (UniqueConstraint("scope", "section", "number", "wording", "before"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    scope: Mapped[str]
    # The document's number; "docket 4" for a document without one, which no other docket could know again.
    section: Mapped[str]
    number: Mapped[str]
    wording: Mapped[str]
    # Digest of the paragraph's heading and text.
    before: Mapped[str]
    # Digest of the marked paragraph before it; empty for the first of the section.
    text: Mapped[str]
    # The paragraph as it stood, to show when nothing matches any more.
    path_json: Mapped[list[Any]]
    # [[level, place in its list], …] from the outermost on.
    reading: Mapped[str]
    # The citation that was chosen.
    instead_of: Mapped[str]
    # The citation as the program had read it.
    reason: Mapped[str]
    settled_by: Mapped[str]
    settled_at: Mapped[dt.datetime]


class CurrentText(Base):
    """The text of a CFR part as it stands, attached to a document that amends it."""

    __tablename__ = "current_text"
    __table_args__ = (UniqueConstraint("rule_document_id", "source_sha256"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    rule_document_id: Mapped[int] = mapped_column(ForeignKey("rule_document.id", ondelete="CASCADE"))
    title: Mapped[int | None]
    # None when the file does not tell it.
    parts: Mapped[list[str]]
    # Of the parts in the file, those the document amends.
    as_of: Mapped[dt.date | None]
    # The day of the text; None when neither the file nor a person tells it.
    source: Mapped[str]
    # "eCFR", or "a file" of a person.
    source_name: Mapped[str]
    source_sha256: Mapped[str]
    source_key: Mapped[str]
    # Where the file lies in the storage.
    attached_by: Mapped[str]
    attached_at: Mapped[dt.datetime]
