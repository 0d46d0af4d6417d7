"""The letter, its parts and its frozen versions."""

import datetime as dt
import enum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from commenttrack import full_text
from commenttrack.db import Base
from commenttrack.members.models import Organization
from commenttrack.positions.models import ProvisionPosition, QuestionAnswer
from commenttrack.rulemaking.models import Docket, RuleDocument


class PartKind(enum.StrEnum):
    """What a part of the letter does."""

    INTRODUCTION = "introduction"
    SUMMARY = "summary"
    GENERAL = "general"
    COMMENT = "comment"
    ANSWER = "answer"
    CONCLUSION = "conclusion"
    FREE = "free"


class Letter(Base):
    """A comment letter on one rule document."""

    __tablename__ = "letter"

    id: Mapped[int] = mapped_column(primary_key=True)
    docket_id: Mapped[int] = mapped_column(ForeignKey("docket.id", ondelete="CASCADE"), index=True)
    rule_document_id: Mapped[int] = mapped_column(ForeignKey("rule_document.id", ondelete="RESTRICT"), index=True)
    lead_id: Mapped[int] = mapped_column(ForeignKey("organization.id", ondelete="RESTRICT"), index=True)
    title: Mapped[str]
    head_json: Mapped[dict[str, Any]]
    # The YAML head of `letter compile` (design: stable formats), without its signatories.
    texts_json: Mapped[dict[str, Any]]
    # The association's own words for composing: "introduction", "general", "conclusion"; each may be absent.
    created_at: Mapped[dt.datetime]
    revision: Mapped[int] = mapped_column()
    # Counts changes; a form that was opened at another revision is refused as a conflict.

    docket: Mapped[Docket] = relationship()
    rule_document: Mapped[RuleDocument] = relationship()
    lead: Mapped[Organization] = relationship()
    parts: Mapped[list["LetterPart"]] = relationship(
        back_populates="letter", cascade="all, delete-orphan", order_by="LetterPart.place"
    )
    versions: Mapped[list["LetterVersion"]] = relationship(
        back_populates="letter", cascade="all, delete-orphan", order_by="LetterVersion.number"
    )

    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012 (SQLAlchemy reads it from the class)


class LetterPart(Base):
    """A part with a stable identity (``key``); its number on the page is computed from the order of included parts."""

    __tablename__ = "letter_part"
    __table_args__ = (
        UniqueConstraint("letter_id", "key"),
        CheckConstraint("level BETWEEN 1 AND 4", name="level"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id", ondelete="CASCADE"))
    key: Mapped[str]
    place: Mapped[int]
    kind: Mapped[PartKind]
    heading: Mapped[str]
    level: Mapped[int]
    text: Mapped[str]
    # Markdown of `letter compile`.
    requested_text: Mapped[str]
    included: Mapped[bool] = mapped_column(default=True)
    wording_digest: Mapped[str]
    edited_by: Mapped[str] = mapped_column(default="")
    # Name of the person who last wrote it; empty while it stands as generated from the mapping.
    updated_at: Mapped[dt.datetime]
    revision: Mapped[int] = mapped_column()
    # Counts changes; a form that was opened at another revision is refused as a conflict.

    letter: Mapped[Letter] = relationship(back_populates="parts")
    links: Mapped[list["LetterPartLink"]] = relationship(back_populates="part", cascade="all, delete-orphan")

    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012 (SQLAlchemy reads it from the class)


class LetterPartLink(Base):
    """What a part was composed from, with the upstream digest it was written at."""

    __tablename__ = "letter_part_link"
    __table_args__ = (
        UniqueConstraint("letter_part_id", "provision_position_id"),
        UniqueConstraint("letter_part_id", "question_answer_id"),
        CheckConstraint("(provision_position_id IS NULL) <> (question_answer_id IS NULL)", name="one_upstream"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    letter_part_id: Mapped[int] = mapped_column(ForeignKey("letter_part.id", ondelete="CASCADE"))
    provision_position_id: Mapped[int | None] = mapped_column(
        ForeignKey("provision_position.id", ondelete="CASCADE"), index=True
    )
    question_answer_id: Mapped[int | None] = mapped_column(
        ForeignKey("question_answer.id", ondelete="CASCADE"), index=True
    )
    upstream_digest: Mapped[str]

    part: Mapped[LetterPart] = relationship(back_populates="links")
    provision_position: Mapped[ProvisionPosition | None] = relationship()
    question_answer: Mapped[QuestionAnswer | None] = relationship()

    @property
    def moved(self) -> bool:
        """Whether what the part was written from no longer reads as it did."""
        upstream = self.provision_position or self.question_answer
        return upstream is not None and upstream.digest != self.upstream_digest


class LetterVersion(Base):
    """One frozen state of all included parts. Rows are never changed after they are written."""

    __tablename__ = "letter_version"
    __table_args__ = (UniqueConstraint("letter_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id", ondelete="CASCADE"))
    number: Mapped[int]
    head_json: Mapped[dict[str, Any]]
    parts_json: Mapped[list[Any]]
    # [{"key", "number", "heading", "level", "text", "requested_text", "provisions": [label, …], "digest",
    #   "positions": [[id, version], …]}, …]
    frozen_by: Mapped[str]
    frozen_at: Mapped[dt.datetime]
    override_reason: Mapped[str] = mapped_column(default="")
    overridden_json: Mapped[list[Any]] = mapped_column(default=list)
    # Why it was frozen although positions behind it were expired or not approved, and which:
    # [{"position", "version", "name", "why"}, …]; both empty when nothing was in the way.

    letter: Mapped[Letter] = relationship(back_populates="versions")
    files: Mapped[list["IssuedFile"]] = relationship(cascade="all, delete-orphan", order_by="IssuedFile.id")


class IssuedFile(Base):
    """Stored bytes of an issued letter; served as they are, never rendered again."""

    __tablename__ = "issued_file"
    __table_args__ = (UniqueConstraint("letter_version_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    letter_version_id: Mapped[int] = mapped_column(ForeignKey("letter_version.id", ondelete="CASCADE"))
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    # Bytes.
    sha256: Mapped[str]
    storage_key: Mapped[str]
    issued_at: Mapped[dt.datetime]


full_text.index(LetterPart.__table__, {"heading": "A", "text": "D", "requested_text": "D"})
full_text.index_items(LetterVersion.__table__, "parts_json", ("heading", "text", "requested_text"))
