"""The letter, its parts and its frozen versions."""

import datetime as dt
import enum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from commenttrack import full_text
from commenttrack.db import Base
from commenttrack.letters.content import PartWords
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
    snapshots: Mapped[list["DraftSnapshot"]] = relationship(
        back_populates="letter", cascade="all, delete-orphan", order_by="DraftSnapshot.id"
    )
    pictures: Mapped[list["LetterPicture"]] = relationship(cascade="all, delete-orphan", order_by="LetterPicture.id")
    attachments: Mapped[list["LetterAttachment"]] = relationship(
        cascade="all, delete-orphan", order_by="LetterAttachment.id"
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
    second_heading: Mapped[str] = mapped_column(default="")
    second_text: Mapped[str] = mapped_column(default="")
    # In the letter's second language; kept, and not printed, while its head names none.
    second_of: Mapped[str] = mapped_column(default="")
    # Digest of the words of the first language that the second stands for; another one says that they moved since.
    included: Mapped[bool] = mapped_column(default=True)
    annex: Mapped[bool] = mapped_column(default=False)
    # Whether it stands after the signatures.
    wording_digest: Mapped[str]
    # Of everything that prints: in a letter in two languages, of both.
    edited_by: Mapped[str] = mapped_column(default="")
    # Name of the person who last wrote it; empty while it stands as generated from the mapping.
    updated_at: Mapped[dt.datetime]
    revision: Mapped[int] = mapped_column()
    # Counts changes; a form that was opened at another revision is refused as a conflict.

    letter: Mapped[Letter] = relationship(back_populates="parts")
    links: Mapped[list["LetterPartLink"]] = relationship(back_populates="part", cascade="all, delete-orphan")
    earlier_wordings: Mapped[list["PartWording"]] = relationship(
        back_populates="part", cascade="all, delete-orphan", order_by="PartWording.id"
    )

    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012 (SQLAlchemy reads it from the class)

    @property
    def words(self) -> PartWords:
        """Everything it says; of a part that is not stored yet, what it was given."""
        return _words(self)


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


class PartWording(Base):
    """What a part said before somebody reworded it. Rows are never changed, so no words of a draft are lost."""

    __tablename__ = "part_wording"

    id: Mapped[int] = mapped_column(primary_key=True)
    letter_part_id: Mapped[int] = mapped_column(ForeignKey("letter_part.id", ondelete="CASCADE"), index=True)
    heading: Mapped[str]
    text: Mapped[str]
    requested_text: Mapped[str]
    second_heading: Mapped[str] = mapped_column(default="")
    second_text: Mapped[str] = mapped_column(default="")
    second_of: Mapped[str] = mapped_column(default="")
    # As LetterPart has them.
    written_by: Mapped[str]
    # Empty for words composed from the mapping.
    written_at: Mapped[dt.datetime]
    replaced_by: Mapped[str]
    replaced_at: Mapped[dt.datetime]
    why: Mapped[str]
    # "edited", "composed again", "version 2 restored".

    part: Mapped[LetterPart] = relationship(back_populates="earlier_wordings")

    @property
    def words(self) -> PartWords:
        """Everything the part said."""
        return _words(self)


def _words(row: LetterPart | PartWording) -> PartWords:
    fields = (row.heading, row.text, row.requested_text, row.second_heading, row.second_text)
    return PartWords(*(field or "" for field in fields))


class DraftSnapshot(Base):
    """The whole draft as it stood before a version was restored over it; it can be restored itself."""

    __tablename__ = "draft_snapshot"

    id: Mapped[int] = mapped_column(primary_key=True)
    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id", ondelete="CASCADE"), index=True)
    head_json: Mapped[dict[str, Any]]
    parts_json: Mapped[list[Any]]
    # As LetterVersion.parts_json has it, the parts that were left out with "included": false.
    why: Mapped[str]
    kept_by: Mapped[str]
    kept_at: Mapped[dt.datetime]

    letter: Mapped[Letter] = relationship(back_populates="snapshots")


class LetterPicture(Base):
    """A picture that a letter can show, by the name its text and head use. Never changed: frozen versions name it."""

    __tablename__ = "letter_picture"
    __table_args__ = (UniqueConstraint("letter_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id", ondelete="CASCADE"))
    name: Mapped[str]
    media_type: Mapped[str]
    width: Mapped[float]
    height: Mapped[float]
    # Pixels, or units of an SVG.
    storage_key: Mapped[str]
    added_by: Mapped[str]
    added_at: Mapped[dt.datetime]


class LetterAttachment(Base):
    """A file that is filed with the letter, under the name by which its exhibit calls it.

    Never changed: frozen versions name it.
    """

    __tablename__ = "letter_attachment"
    __table_args__ = (UniqueConstraint("letter_id", "key"), UniqueConstraint("letter_id", "name"))

    id: Mapped[int] = mapped_column(primary_key=True)
    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id", ondelete="CASCADE"))
    key: Mapped[str]
    # Of the exhibit in the letter's text, which says whether the file goes along.
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    # Bytes.
    sha256: Mapped[str]
    storage_key: Mapped[str]
    added_by: Mapped[str]
    added_at: Mapped[dt.datetime]


class HouseStyle(Base):
    """How the letters that an association leads look: keys of a letter's head, and its logo."""

    __tablename__ = "house_style"

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id", ondelete="CASCADE"), unique=True)
    head_json: Mapped[dict[str, Any]]
    # What a new letter's head takes over: "house_style", "redline_words", "signature_columns" and the like.
    logo_name: Mapped[str] = mapped_column(default="")
    logo_alt: Mapped[str] = mapped_column(default="")
    logo_media_type: Mapped[str] = mapped_column(default="")
    logo_width: Mapped[float] = mapped_column(default=0.0)
    logo_height: Mapped[float] = mapped_column(default=0.0)
    logo_storage_key: Mapped[str] = mapped_column(default="")
    # All empty while there is no logo.
    changed_by: Mapped[str]
    changed_at: Mapped[dt.datetime]

    organization: Mapped[Organization] = relationship()


class LetterVersion(Base):
    """One frozen state of all included parts. Rows are never changed after they are written."""

    __tablename__ = "letter_version"
    __table_args__ = (UniqueConstraint("letter_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id", ondelete="CASCADE"))
    number: Mapped[int]
    head_json: Mapped[dict[str, Any]]
    parts_json: Mapped[list[Any]]
    # [{"key", "number", "heading", "level", "text", "requested_text", "annex", "provisions": [label, …], "digest",
    #   "positions": [[id, version], …]}, …]; "annex" is absent from versions of before there were annexes, and
    # "second_heading" and "second_text" from parts that have nothing in a second language.
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


# ---------------------------------------------------------------------------------------------------- returned files


class EditKind(enum.StrEnum):
    """What a person did in a returned file."""

    INSERTION = "insertion"
    DELETION = "deletion"
    REPLACEMENT = "replacement"
    MOVE_FROM = "move from"
    MOVE_TO = "move to"
    FORMAT = "format"


class EditState(enum.StrEnum):
    """What was decided about a suggested edit."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class ReturnedFile(Base):
    """A Word file of the letter that came back. One that could not be read is kept, with the reason and no edits."""

    __tablename__ = "returned_file"
    __table_args__ = (UniqueConstraint("letter_id", "sha256"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id", ondelete="CASCADE"))
    letter_version_id: Mapped[int | None] = mapped_column(
        ForeignKey("letter_version.id", ondelete="SET NULL"), index=True
    )
    # The frozen version whose wording the file was made from; empty for one made from a draft.
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id", ondelete="SET NULL"), index=True)
    sender: Mapped[str] = mapped_column(default="")
    # Who sent it, as typed.
    name: Mapped[str]
    size: Mapped[int]
    # Bytes.
    sha256: Mapped[str]
    storage_key: Mapped[str]
    received_at: Mapped[dt.datetime]
    received_by: Mapped[str]
    problem: Mapped[str] = mapped_column(default="")
    # Why it could not be read; empty when it was.
    notices_json: Mapped[list[str]] = mapped_column(default=list)
    exported_json: Mapped[dict[str, Any]] = mapped_column(default=dict)
    # The parts as they were exported: {key: {"heading", "text", "requested_text"}}; offsets of edits are in these.
    tracked: Mapped[int] = mapped_column(default=0)
    untracked: Mapped[int] = mapped_column(default=0)
    # Changes that the file tracks, and differences that it does not.

    letter: Mapped[Letter] = relationship()
    version: Mapped[LetterVersion | None] = relationship()
    organization: Mapped[Organization | None] = relationship()
    edits: Mapped[list["SuggestedEdit"]] = relationship(
        back_populates="file", cascade="all, delete-orphan", order_by="SuggestedEdit.number"
    )
    comments: Mapped[list["PartComment"]] = relationship(
        back_populates="file", cascade="all, delete-orphan", order_by="PartComment.id"
    )


class SuggestedEdit(Base):
    """A change of a returned file as an edit of a part, or with the reason why no edit stands for it."""

    __tablename__ = "suggested_edit"
    __table_args__ = (
        UniqueConstraint("returned_file_id", "number"),
        CheckConstraint("start_at <= end_at", name="range"),
        CheckConstraint("why_unplaced = '' OR state = 'open'", name="unplaced_stays_open"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    returned_file_id: Mapped[int] = mapped_column(ForeignKey("returned_file.id", ondelete="CASCADE"))
    number: Mapped[int]
    # Its place in the order of the letter, those that could not be placed last.
    letter_part_id: Mapped[int | None] = mapped_column(ForeignKey("letter_part.id", ondelete="SET NULL"), index=True)
    field: Mapped[str] = mapped_column(default="")
    # heading, text or requested_text
    kind: Mapped[EditKind]
    author: Mapped[str]
    # Empty for what was changed without tracking.
    author_time: Mapped[dt.datetime | None]
    before: Mapped[str]
    after: Mapped[str]
    # Markdown that goes and comes; of an unplaced change, the words.
    start_at: Mapped[int] = mapped_column(default=0)
    end_at: Mapped[int] = mapped_column(default=0)
    where: Mapped[str] = mapped_column(default="")
    # In the file: "paragraph 12", "table 1, row 2, column 1".
    changes: Mapped[int] = mapped_column(default=0)
    # Tracked changes it gathers.
    move: Mapped[str] = mapped_column(default="")
    # What the two ends of a move share.
    within_id: Mapped[int | None] = mapped_column(ForeignKey("suggested_edit.id", ondelete="CASCADE"), index=True)
    # The insertion that it takes words out of.
    why_unplaced: Mapped[str] = mapped_column(default="")
    state: Mapped[EditState] = mapped_column(default=EditState.OPEN)
    decided_by: Mapped[str] = mapped_column(default="")
    decided_at: Mapped[dt.datetime | None]
    applied_at: Mapped[int | None]
    # Offset in the part's field where an accepted edit was applied.
    applied_digest: Mapped[str] = mapped_column(default="")
    # SHA-256 of the field as it read then.
    text_before: Mapped[str] = mapped_column(default="")
    # The field as it read before that; an undo restores it.

    file: Mapped[ReturnedFile] = relationship(back_populates="edits")
    part: Mapped[LetterPart | None] = relationship()
    within: Mapped["SuggestedEdit | None"] = relationship(remote_side=[id])


class PartComment(Base):
    """A remark on a part, from the margin of a returned file. ``letter_part_id`` is empty when it stands at none."""

    __tablename__ = "part_comment"

    id: Mapped[int] = mapped_column(primary_key=True)
    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id", ondelete="CASCADE"), index=True)
    letter_part_id: Mapped[int | None] = mapped_column(ForeignKey("letter_part.id", ondelete="SET NULL"), index=True)
    returned_file_id: Mapped[int | None] = mapped_column(ForeignKey("returned_file.id", ondelete="CASCADE"), index=True)
    answers_id: Mapped[int | None] = mapped_column(ForeignKey("part_comment.id", ondelete="CASCADE"), index=True)
    author: Mapped[str]
    author_time: Mapped[dt.datetime | None]
    text: Mapped[str]
    quote: Mapped[str] = mapped_column(default="")
    # The words it stands at.
    resolved: Mapped[bool] = mapped_column(default=False)
    resolved_by: Mapped[str] = mapped_column(default="")

    file: Mapped[ReturnedFile | None] = relationship(back_populates="comments")
    part: Mapped[LetterPart | None] = relationship()


_WORDS = {"heading": "A", "text": "D", "requested_text": "D", "second_heading": "A", "second_text": "D"}
full_text.index(LetterPart.__table__, _WORDS)
full_text.index_items(LetterVersion.__table__, "parts_json", tuple(_WORDS))
