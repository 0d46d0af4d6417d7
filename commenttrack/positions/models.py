"""What the coalition holds, where it said so, and what it means for each provision."""

import datetime as dt
import enum
import textwrap
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from commenttrack import full_text
from commenttrack.db import Base
from commenttrack.members.models import Organization, Person
from commenttrack.positions.stances import Condition, MemberView, Stance
from commenttrack.rulemaking.models import Docket, Provision, Question, RuleDocument
from commenttrack.wording import wording_digest


class SourceKind(enum.StrEnum):
    """What a source document is."""

    PRINCIPLES = "principles"
    RECOMMENDATIONS = "recommendations"
    CONSENSUS = "consensus"
    LETTER = "letter"
    NEWS = "news"
    OTHER = "other"


class Consensus(enum.StrEnum):
    """Where the coalition stands on a position."""

    ALIGNED = "aligned"
    QUALIFIED = "qualified"
    DEFERRED = "deferred"
    WITHDRAWN = "withdrawn"


class SourceDocument(Base):
    """Where the coalition, or a third party, said something. The digest binds it, whether or not its file is here.

    One row may have no file: under it stand the positions that were written in the program itself.
    """

    __tablename__ = "source_document"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    publisher: Mapped[str | None]
    date: Mapped[str | None]
    # As far as the document shows it: a year, a month or a day in ISO form.
    kind: Mapped[SourceKind]
    coalition: Mapped[bool]
    # False: a third party, whose words are context and never become a position.
    file_name: Mapped[str]
    sha256: Mapped[str] = mapped_column(unique=True)
    # Both are empty for what was written here.
    storage_key: Mapped[str | None]
    text_key: Mapped[str | None]
    # The file, and the text that spans count in (of a PDF, Word or HTML file the text taken out of it). None: only the
    # digest is known.
    created_at: Mapped[dt.datetime]

    positions: Mapped[list["Position"]] = relationship(
        back_populates="source_document", cascade="all, delete-orphan", order_by="Position.place"
    )
    context: Mapped[list["ContextPassage"]] = relationship(
        cascade="all, delete-orphan", order_by="ContextPassage.place"
    )
    participants: Mapped[list["SourceParticipant"]] = relationship(
        cascade="all, delete-orphan", order_by="SourceParticipant.place"
    )

    @property
    def written_here(self) -> bool:
        """Whether this stands for the positions that were written in the program, without a document."""
        return not self.file_name


class ContextPassage(Base):
    """A passage that is no position: a third party's words, an introduction, or a finding put forward as evidence."""

    __tablename__ = "context_passage"
    __table_args__ = (UniqueConstraint("source_document_id", "place"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    source_document_id: Mapped[int] = mapped_column(ForeignKey("source_document.id", ondelete="CASCADE"))
    place: Mapped[int]
    speaker: Mapped[str]
    heading: Mapped[str] = mapped_column(default="")
    evidence: Mapped[bool] = mapped_column(default=False)
    text: Mapped[str]
    start: Mapped[int]
    end: Mapped[int]


class SourceParticipant(Base):
    """An organization that signed a source document or a person who took part in it."""

    __tablename__ = "source_participant"
    __table_args__ = (
        UniqueConstraint("source_document_id", "place"),
        CheckConstraint("organization_id IS NOT NULL OR person_id IS NOT NULL", name="somebody"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    source_document_id: Mapped[int] = mapped_column(ForeignKey("source_document.id", ondelete="CASCADE"))
    place: Mapped[int]
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    role: Mapped[str]
    # "signatory" or "participant".
    side: Mapped[str] = mapped_column(default="")

    organization: Mapped[Organization | None] = relationship()
    person: Mapped[Person | None] = relationship()


class Position(Base):
    """What the coalition holds, by the label its source gives it."""

    __tablename__ = "position"
    __table_args__ = (
        UniqueConstraint("source_document_id", "label"),
        UniqueConstraint("source_document_id", "place"),
        CheckConstraint('start >= 0 AND "end" >= start', name="span"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    source_document_id: Mapped[int] = mapped_column(ForeignKey("source_document.id", ondelete="CASCADE"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("position.id", ondelete="CASCADE"), index=True)
    label: Mapped[str]
    place: Mapped[int]
    consensus: Mapped[Consensus]
    topics: Mapped[list[str]]
    start: Mapped[int]
    end: Mapped[int]
    # Character span in the source document that the statement paraphrases.
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    # Whom to ask about it.
    review_by: Mapped[dt.date | None]
    # The last day on which it may be used without being looked at again.

    source_document: Mapped[SourceDocument] = relationship(back_populates="positions")
    parent: Mapped["Position | None"] = relationship(remote_side=[id])
    owner: Mapped[Person | None] = relationship()
    versions: Mapped[list["PositionVersion"]] = relationship(
        back_populates="position", cascade="all, delete-orphan", order_by="PositionVersion.number"
    )
    exhibits: Mapped[list["Exhibit"]] = relationship(cascade="all, delete-orphan", order_by="Exhibit.id")

    @property
    def current(self) -> "PositionVersion":
        """The newest wording."""
        return self.versions[-1]

    @property
    def name(self) -> str:
        """How lists and letters' workings call it: its heading, or the start of its statement."""
        return self.current.heading or textwrap.shorten(self.current.statement, 80, placeholder="…")


class PositionVersion(Base):
    """One wording of a position.

    ``statement`` says it in the coalition's own words; ``quotation`` are words of the source that stand in the
    position's span there. ``request`` is what to ask of an agency first, ``fallback`` what would do instead: the
    fallback is for the staff and belongs to no digest, since nothing that leaves the house is made from it.
    """

    __tablename__ = "position_version"
    __table_args__ = (UniqueConstraint("position_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    position_id: Mapped[int] = mapped_column(ForeignKey("position.id", ondelete="CASCADE"))
    number: Mapped[int]
    heading: Mapped[str]
    statement: Mapped[str]
    quotation: Mapped[str] = mapped_column(default="")
    request: Mapped[str] = mapped_column(default="")
    fallback: Mapped[str] = mapped_column(default="")
    wording_digest: Mapped[str]
    # Over heading, statement and request.
    author: Mapped[str]
    created_at: Mapped[dt.datetime]

    position: Mapped[Position] = relationship(back_populates="versions")
    approvals: Mapped[list["PositionApproval"]] = relationship(
        back_populates="version", cascade="all, delete-orphan", order_by="PositionApproval.id"
    )

    @property
    def standing_approvals(self) -> list["PositionApproval"]:
        """Who approved this wording and did not take it back."""
        return [approval for approval in self.approvals if approval.revoked_at is None]


full_text.index(PositionVersion.__table__, {"heading": "A", "statement": "D"})


class PositionApproval(Base):
    """Somebody with the authority to do so approved one wording. It is never changed, only taken back."""

    __tablename__ = "position_approval"
    __table_args__ = (
        CheckConstraint("(revoked_at IS NULL) = (revoked_by = '')", name="revoked_by_somebody"),
        CheckConstraint("revoked_at IS NULL OR revoked_reason <> ''", name="revoked_for_a_reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    position_version_id: Mapped[int] = mapped_column(ForeignKey("position_version.id", ondelete="CASCADE"), index=True)
    approved_by: Mapped[str]
    body: Mapped[str]
    # The board or committee; empty when a person approved on their own authority.
    approved_on: Mapped[dt.date]
    recorded_by: Mapped[str]
    recorded_at: Mapped[dt.datetime]
    revoked_at: Mapped[dt.datetime | None]
    revoked_by: Mapped[str] = mapped_column(default="")
    revoked_reason: Mapped[str] = mapped_column(default="")

    version: Mapped[PositionVersion] = relationship(back_populates="approvals")


class Exhibit(Base):
    """A file that bears a position out, with what it shows and where it comes from."""

    __tablename__ = "exhibit"
    __table_args__ = (UniqueConstraint("position_id", "sha256"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    position_id: Mapped[int] = mapped_column(ForeignKey("position.id", ondelete="CASCADE"))
    caption: Mapped[str]
    source: Mapped[str]
    file_name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    # Bytes.
    sha256: Mapped[str]
    storage_key: Mapped[str]
    added_by: Mapped[str]
    added_at: Mapped[dt.datetime]


class SourceDraft(Base):
    """An upload whose outline a person looks at before it becomes a source document.

    The file is kept from the first moment. ``outline_json`` is empty while it could not be read; ``problem`` says why.
    """

    __tablename__ = "source_draft"

    id: Mapped[int] = mapped_column(primary_key=True)
    file_name: Mapped[str]
    size: Mapped[int]
    # Bytes.
    sha256: Mapped[str] = mapped_column(index=True)
    storage_key: Mapped[str]
    text_key: Mapped[str | None]
    problem: Mapped[str] = mapped_column(default="")
    outline_json: Mapped[dict[str, Any]] = mapped_column(default=dict)
    # A commenttrack.positions.source_draft.Draft as JSON.
    earlier_json: Mapped[list[Any]] = mapped_column(default=list)
    # The drafts before the last changes, the newest last, for taking changes back.
    source_document_id: Mapped[int | None] = mapped_column(
        ForeignKey("source_document.id", ondelete="SET NULL"), index=True
    )
    # What it became.
    created_by: Mapped[str]
    created_at: Mapped[dt.datetime]
    revision: Mapped[int] = mapped_column()
    # Counts changes; a form that was opened at another revision is refused as a conflict.

    source_document: Mapped[SourceDocument | None] = relationship()

    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012 (SQLAlchemy reads it from the class)


class ProvisionPosition(Base):
    """One link of the mapping: what a position means for a provision.

    ``provision_digest`` and ``position_digest`` are the wordings the link was reviewed at; when they differ from the
    present ones the link is suspect until a person clears it.
    """

    __tablename__ = "provision_position"
    __table_args__ = (
        UniqueConstraint("provision_id", "position_id"),
        CheckConstraint("requested_text = '' OR request <> ''", name="requested_text_has_request"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    provision_id: Mapped[int] = mapped_column(ForeignKey("provision.id", ondelete="CASCADE"))
    position_id: Mapped[int] = mapped_column(ForeignKey("position.id", ondelete="CASCADE"), index=True)
    stance: Mapped[Stance]
    reason: Mapped[str]
    request: Mapped[str]
    requested_text: Mapped[str]
    # {--deleted--}{++inserted++} over the provision's text.
    grounds: Mapped[list[str]] = mapped_column(default=list)
    # Values of commenttrack.positions.grounds.Ground: on which legal grounds it objects.
    accepted_by: Mapped[str]
    # The person's name, or the stated rule by which a program accepted it; a program never signs as a person.
    score: Mapped[float | None]
    why: Mapped[list[str]]
    # What the suggestion it came from was based on; None and empty when a person made the link unaided.
    provision_digest: Mapped[str]
    position_digest: Mapped[str]
    created_at: Mapped[dt.datetime]
    revision: Mapped[int] = mapped_column()
    # Counts changes; a form that was opened at another revision is refused as a conflict.

    provision: Mapped[Provision] = relationship()
    position: Mapped[Position] = relationship()

    @property
    def suspect(self) -> bool:
        """Whether the provision or the position no longer has the wording this link was reviewed at."""
        return (
            self.provision_digest != self.provision.wording_digest
            or self.position_digest != self.position.current.wording_digest
        )

    @property
    def digest(self) -> str:
        """Everything a letter part takes from this link; a part remembers it and is suspect when it moves."""
        return wording_digest(
            f"{self.stance.value} {self.provision.wording_digest} {self.position.current.wording_digest}",
            f"{self.reason}\n{self.request}",
            self.requested_text,
        )

    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012 (SQLAlchemy reads it from the class)


class ProvisionReview(Base):
    """Somebody read a provision and decided that the letter says nothing about it."""

    __tablename__ = "provision_review"

    id: Mapped[int] = mapped_column(primary_key=True)
    provision_id: Mapped[int] = mapped_column(ForeignKey("provision.id", ondelete="CASCADE"), unique=True)
    reviewer: Mapped[str]
    reviewed_at: Mapped[dt.datetime]


class SuggestionVerdict(Base):
    """Somebody's word that a suggested position does not bear on a provision; what was accepted is a link instead.

    The digests are the wordings that were looked at: a verdict on other words no longer keeps a suggestion away.
    """

    __tablename__ = "suggestion_verdict"
    __table_args__ = (UniqueConstraint("provision_id", "position_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    provision_id: Mapped[int] = mapped_column(ForeignKey("provision.id", ondelete="CASCADE"))
    position_id: Mapped[int] = mapped_column(ForeignKey("position.id", ondelete="CASCADE"), index=True)
    provision_digest: Mapped[str]
    position_digest: Mapped[str]
    judged_by: Mapped[str]
    judged_at: Mapped[dt.datetime]

    provision: Mapped[Provision] = relationship()
    position: Mapped[Position] = relationship()

    @property
    def stands(self) -> bool:
        """Whether both still have the wordings that were looked at."""
        return (
            self.provision_digest == self.provision.wording_digest
            and self.position_digest == self.position.current.wording_digest
        )


class AnswerState(enum.StrEnum):
    """Where an answer to the agency's question stands; a question without a row is open."""

    ANSWERED = "answered"
    DECLINED = "declined"


class QuestionAnswer(Base):
    """The coalition's answer to a question of the agency, or its decision not to answer."""

    __tablename__ = "question_answer"

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id", ondelete="CASCADE"), unique=True)
    state: Mapped[AnswerState]
    text: Mapped[str]
    # The answer, or why none is given.
    author: Mapped[str]
    created_at: Mapped[dt.datetime]
    revision: Mapped[int] = mapped_column()
    # Counts changes; a form that was opened at another revision is refused as a conflict.

    question: Mapped[Question] = relationship()

    @property
    def digest(self) -> str:
        """The wording of the question together with the answer; a letter part remembers it."""
        return wording_digest(self.question.text, self.text if self.state is AnswerState.ANSWERED else "")

    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012 (SQLAlchemy reads it from the class)


class StanceSubject(Base):
    """A provision or a position that the members of a docket are asked about."""

    __tablename__ = "stance_subject"
    __table_args__ = (
        UniqueConstraint("docket_id", "provision_id"),
        UniqueConstraint("docket_id", "position_id"),
        CheckConstraint("(provision_id IS NULL) <> (position_id IS NULL)", name="one_subject"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    docket_id: Mapped[int] = mapped_column(ForeignKey("docket.id", ondelete="CASCADE"))
    provision_id: Mapped[int | None] = mapped_column(ForeignKey("provision.id", ondelete="CASCADE"), index=True)
    position_id: Mapped[int | None] = mapped_column(ForeignKey("position.id", ondelete="CASCADE"), index=True)
    added_by: Mapped[str]
    added_at: Mapped[dt.datetime]

    provision: Mapped[Provision | None] = relationship()
    position: Mapped[Position | None] = relationship()


class StanceRequest(Base):
    """The invitation of one organization to say where it stands, answered by one person at a time."""

    __tablename__ = "stance_request"
    __table_args__ = (UniqueConstraint("docket_id", "organization_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    docket_id: Mapped[int] = mapped_column(ForeignKey("docket.id", ondelete="CASCADE"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id", ondelete="RESTRICT"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="RESTRICT"), index=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    # SHA-256 of the token in the mailed link; the token itself is stored nowhere.
    asked_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]
    opened_at: Mapped[dt.datetime | None]

    docket: Mapped[Docket] = relationship()
    organization: Mapped[Organization] = relationship()
    person: Mapped[Person] = relationship()


class MemberStance(Base):
    """What one organization holds on a provision or a position, with the words it was shown.

    At most one is current for an organization and a subject; earlier ones stay as the trail. ``subject_digest`` and
    ``draft_digest`` are the wordings the answer was given on; when they differ from the present ones it is suspect.
    """

    __tablename__ = "member_stance"
    __table_args__ = (
        Index(
            "uq_member_stance_current_provision",
            "docket_id",
            "organization_id",
            "provision_id",
            unique=True,
            sqlite_where=text("is_current"),
            postgresql_where=text("is_current"),
        ),
        Index(
            "uq_member_stance_current_position",
            "docket_id",
            "organization_id",
            "position_id",
            unique=True,
            sqlite_where=text("is_current"),
            postgresql_where=text("is_current"),
        ),
        CheckConstraint("(provision_id IS NULL) <> (position_id IS NULL)", name="one_subject"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    docket_id: Mapped[int] = mapped_column(ForeignKey("docket.id", ondelete="RESTRICT"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id", ondelete="RESTRICT"), index=True)
    provision_id: Mapped[int | None] = mapped_column(ForeignKey("provision.id", ondelete="RESTRICT"), index=True)
    position_id: Mapped[int | None] = mapped_column(ForeignKey("position.id", ondelete="RESTRICT"), index=True)
    is_current: Mapped[bool]
    held: Mapped[MemberView]
    condition: Mapped[Condition]
    reason: Mapped[str]
    # For the staff only.
    subject_digest: Mapped[str]
    draft_digest: Mapped[str]
    shown_subject: Mapped[str]
    shown_draft: Mapped[str]
    # The words behind the digests, to show what changed.
    given_by: Mapped[str]
    # Who answered for the organization.
    given_at: Mapped[dt.datetime]
    recorded_by: Mapped[str]
    # Name of the staff member who recorded an answer received by mail; empty when the member answered by the link.
    revision: Mapped[int]
    # Counts the answers of the organization on the subject, from 1.

    organization: Mapped[Organization] = relationship()
    provision: Mapped[Provision | None] = relationship()
    position: Mapped[Position | None] = relationship()


class ProvisionAssignment(Base):
    """Who sees to a provision, and until when. A provision without a row is nobody's."""

    __tablename__ = "provision_assignment"

    id: Mapped[int] = mapped_column(primary_key=True)
    provision_id: Mapped[int] = mapped_column(ForeignKey("provision.id", ondelete="CASCADE"), unique=True)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    due: Mapped[dt.date | None]
    # A day in Eastern time, before the agency's date.
    assigned_by: Mapped[str]
    assigned_at: Mapped[dt.datetime]
    revision: Mapped[int] = mapped_column()

    owner: Mapped[Person | None] = relationship()

    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012 (SQLAlchemy reads it from the class)


class KeptWording(Base):
    """A provision's wording at which some link was reviewed, by its digest, so that a difference can be shown later.

    A provision holds only its present text; a position keeps its own in its versions.
    """

    __tablename__ = "kept_wording"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(unique=True)
    heading: Mapped[str]
    text: Mapped[str]


class Clearing(enum.StrEnum):
    """What a change of wording means to the person who reviewed it."""

    COSMETIC = "cosmetic"
    SUBSTANTIVE = "substantive"


class LinkClearing(Base):
    """A person looked at a suspect link and said that it holds. The digests name the wordings that were compared."""

    __tablename__ = "link_clearing"
    __table_args__ = (CheckConstraint("reason <> ''", name="for_a_reason"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    provision_position_id: Mapped[int] = mapped_column(
        ForeignKey("provision_position.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[Clearing]
    reason: Mapped[str]
    cleared_by: Mapped[str]
    cleared_at: Mapped[dt.datetime]
    provision_before: Mapped[str]
    provision_after: Mapped[str]
    position_before: Mapped[str]
    position_after: Mapped[str]

    link: Mapped[ProvisionPosition] = relationship()


class SavedView(Base):
    """A choice of the matrix's rows and columns that somebody gave a name, for everybody on the docket."""

    __tablename__ = "saved_view"
    __table_args__ = (UniqueConstraint("docket_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    docket_id: Mapped[int] = mapped_column(ForeignKey("docket.id", ondelete="CASCADE"))
    name: Mapped[str]
    query: Mapped[str]
    # The query string of the page, without the question mark.
    saved_by: Mapped[str]
    saved_at: Mapped[dt.datetime]

    docket: Mapped[Docket] = relationship()


class UndoStep(Base):
    """One action of one person on a docket's mapping, with what its rows held before and after."""

    __tablename__ = "undo_step"

    id: Mapped[int] = mapped_column(primary_key=True)
    docket_id: Mapped[int] = mapped_column(ForeignKey("docket.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    done: Mapped[str]
    # What was done, as a page says it: "Marked 12 provisions as reviewed".
    done_at: Mapped[dt.datetime]
    changes_json: Mapped[list[Any]]
    # [{"table", "id", "before": {column: value} or null, "after": likewise}, …] in the order they were made.


class ExchangeUpload(Base):
    """A file of the mapping that came back from another program. It is kept from the first moment, whatever it holds.

    ``extra_json`` are the columns of the file that are not the program's own, which the next export gives back:
    {"columns": [name, …], "rows": [[key of the provision, id of the position or 0, [value, …]], …]}.
    """

    __tablename__ = "exchange_upload"
    __table_args__ = (CheckConstraint("(applied_by = '') = (applied_at IS NULL)", name="applied"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    rule_document_id: Mapped[int] = mapped_column(ForeignKey("rule_document.id", ondelete="CASCADE"), index=True)
    file_name: Mapped[str]
    size: Mapped[int]
    # Bytes.
    sha256: Mapped[str]
    storage_key: Mapped[str]
    problem: Mapped[str] = mapped_column(default="")
    # Why it could not be read.
    extra_json: Mapped[dict[str, Any]] = mapped_column(default=dict)
    uploaded_by: Mapped[str]
    uploaded_at: Mapped[dt.datetime]
    applied_by: Mapped[str] = mapped_column(default="")
    applied_at: Mapped[dt.datetime | None]

    rule_document: Mapped[RuleDocument] = relationship()
