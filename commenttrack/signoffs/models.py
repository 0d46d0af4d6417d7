"""Invitations to sign, and decisions bound to exact wordings."""

import datetime as dt
import enum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from commenttrack.db import Base
from commenttrack.letters.models import Letter, LetterVersion
from commenttrack.members.models import Organization, Person
from commenttrack.signoffs.lifecycle import Decision, Weight


class SignOffRequest(Base):
    """The invitation of one organization to sign one letter, answered by one person at a time."""

    __tablename__ = "sign_off_request"
    __table_args__ = (UniqueConstraint("letter_id", "organization_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id", ondelete="CASCADE"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id", ondelete="RESTRICT"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="RESTRICT"), index=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    # SHA-256 of the token in the mailed link; the token itself is stored nowhere.
    asked_version_id: Mapped[int] = mapped_column(ForeignKey("letter_version.id", ondelete="RESTRICT"), index=True)
    # The version the last invitation was about.
    asked_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]
    opened_at: Mapped[dt.datetime | None]
    reminders_stopped_at: Mapped[dt.datetime | None]
    # Set by the person asked: no reminder from here on; a mail that asks again because the letter moved still goes out.
    code_hash: Mapped[str] = mapped_column(default="")
    # SHA-256 of the mailed code that a docket may ask for beside the link; empty when none is waiting to be used.
    code_sent_at: Mapped[dt.datetime | None]
    code_attempts: Mapped[int] = mapped_column(default=0)

    letter: Mapped[Letter] = relationship()
    organization: Mapped[Organization] = relationship()
    person: Mapped[Person] = relationship()
    asked_version: Mapped[LetterVersion] = relationship()
    sign_offs: Mapped[list["SignOff"]] = relationship(back_populates="request", order_by="SignOff.id")
    delegations: Mapped[list["Delegation"]] = relationship(cascade="all, delete-orphan", order_by="Delegation.id")
    reminders: Mapped[list["Reminder"]] = relationship(cascade="all, delete-orphan", order_by="Reminder.id")


class Retirement(enum.StrEnum):
    """Why a link no longer decides."""

    REPLACED = "replaced"
    """A newer mail to the same person carries a new one."""
    HANDED_ON = "handed_on"
    """Somebody else is asked now."""


class RetiredLink(Base):
    """A link that was mailed and works no more; its holder is told so, a stranger is not."""

    __tablename__ = "retired_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("sign_off_request.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="RESTRICT"), index=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("letter_version.id", ondelete="RESTRICT"), index=True)
    # The person it was mailed to, and the version that mail was about.
    token_hash: Mapped[str] = mapped_column(unique=True)
    why: Mapped[Retirement]
    retired_at: Mapped[dt.datetime]

    request: Mapped[SignOffRequest] = relationship()
    version: Mapped[LetterVersion] = relationship()


class Delegation(Base):
    """The person asked handed the decision on to a colleague."""

    __tablename__ = "delegation"

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("sign_off_request.id", ondelete="CASCADE"), index=True)
    from_person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="RESTRICT"), index=True)
    to_person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="RESTRICT"), index=True)
    note: Mapped[str]
    delegated_at: Mapped[dt.datetime]
    address: Mapped[str]
    client: Mapped[str]

    from_person: Mapped[Person] = relationship(foreign_keys=[from_person_id])
    to_person: Mapped[Person] = relationship(foreign_keys=[to_person_id])


class Reminder(Base):
    """One reminder that was written. The mail itself stands in the outbox."""

    __tablename__ = "reminder"
    __table_args__ = (UniqueConstraint("request_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("sign_off_request.id", ondelete="CASCADE"))
    number: Mapped[int]
    # Counts from 1; two workers that remind at the same moment find the number taken.
    reminded_at: Mapped[dt.datetime]
    by: Mapped[str]
    # Name of the staff member who asked for it; empty when the schedule did.


class SigningCampaign(Base):
    """How people are asked about one letter, and what must be reached before a version is frozen for filing."""

    __tablename__ = "signing_campaign"
    __table_args__ = (CheckConstraint("at_least >= 0", name="at_least"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id", ondelete="CASCADE"), unique=True)
    reminders: Mapped[bool] = mapped_column(default=True)
    # Whether the schedule reminds the undecided; the staff can always remind by hand.
    digests: Mapped[bool] = mapped_column(default=True)
    # Whether staff get a mail a day with what happened.
    mailed_code: Mapped[bool] = mapped_column(default=False)
    # Whether a decision by link needs a code mailed to the person asked.
    lead_must_join: Mapped[bool] = mapped_column(default=False)
    at_least: Mapped[int] = mapped_column(default=0)
    # Organizations that must have joined the wording to be filed, whoever they are.
    started_at: Mapped[dt.datetime]

    letter: Mapped[Letter] = relationship()
    must_join: Mapped[list["QuorumMember"]] = relationship(cascade="all, delete-orphan", order_by="QuorumMember.id")


class QuorumMember(Base):
    """An organization without which the letter is not filed."""

    __tablename__ = "quorum_member"
    __table_args__ = (UniqueConstraint("campaign_id", "organization_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("signing_campaign.id", ondelete="CASCADE"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id", ondelete="CASCADE"), index=True)

    organization: Mapped[Organization] = relationship()


class FinalVersion(Base):
    """A version frozen for filing: under which conditions, with whom under it, and why, if one was not met."""

    __tablename__ = "final_version"
    __table_args__ = (CheckConstraint("shortfalls = '' OR reason <> ''", name="reason"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    letter_version_id: Mapped[int] = mapped_column(ForeignKey("letter_version.id", ondelete="CASCADE"), unique=True)
    conditions: Mapped[str]
    # In words, as they were then; empty when there were none.
    standing_json: Mapped[list[Any]]
    # Names of the organizations that stood under this wording.
    shortfalls: Mapped[str]
    # Sentences on the conditions that were not met.
    reason: Mapped[str]
    frozen_by: Mapped[str]
    frozen_at: Mapped[dt.datetime]

    letter_version: Mapped[LetterVersion] = relationship()


class SignOff(Base):
    """One decision. At most one is current for a letter and an organization; earlier ones stay as the trail."""

    __tablename__ = "sign_off"
    __table_args__ = (
        Index(
            "uq_sign_off_current",
            "letter_id",
            "organization_id",
            unique=True,
            sqlite_where=text("is_current"),
            postgresql_where=text("is_current"),
        ),
        CheckConstraint("decision <> 'joined_with_reservation' OR reservation <> ''", name="reservation"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("sign_off_request.id", ondelete="RESTRICT"), index=True)
    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id", ondelete="RESTRICT"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id", ondelete="RESTRICT"), index=True)
    letter_version_id: Mapped[int] = mapped_column(ForeignKey("letter_version.id", ondelete="RESTRICT"), index=True)
    decision: Mapped[Decision]
    is_current: Mapped[bool]
    name: Mapped[str]
    # As it must print.
    title: Mapped[str]
    authority: Mapped[str]
    reservation: Mapped[str]
    # Printed with the signature, e.g. "except Part III.B".
    reason: Mapped[str]
    # For the staff only.
    decided_at: Mapped[dt.datetime]
    address: Mapped[str]
    client: Mapped[str]
    recorded_by: Mapped[str]
    # Name of the staff member who recorded a decision received by mail; empty when the signer decided by the link.

    request: Mapped[SignOffRequest] = relationship(back_populates="sign_offs")
    letter_version: Mapped[LetterVersion] = relationship()
    organization: Mapped[Organization] = relationship()
    parts: Mapped[list["SignOffPart"]] = relationship(cascade="all, delete-orphan", order_by="SignOffPart.id")
    received_file: Mapped["ReceivedFile | None"] = relationship(cascade="all, delete-orphan")


class ReceivedFile(Base):
    """The mail or scan that a decision recorded by the staff rests on, as it came."""

    __tablename__ = "received_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    sign_off_id: Mapped[int] = mapped_column(ForeignKey("sign_off.id", ondelete="CASCADE"), unique=True)
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    # Bytes.
    sha256: Mapped[str]
    storage_key: Mapped[str]


class SignOffPart(Base):
    """One part a decision covers, with the digest of the wording that was shown."""

    __tablename__ = "sign_off_part"
    __table_args__ = (UniqueConstraint("sign_off_id", "part_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    sign_off_id: Mapped[int] = mapped_column(ForeignKey("sign_off.id", ondelete="CASCADE"))
    part_key: Mapped[str]
    digest: Mapped[str]


class WordingClearance(Base):
    """A named person's judgement of one change of one part, from one exact wording to another.

    The difference is that of the two versions, which never change. A cosmetic change leaves sign-offs standing; a
    substantive one had their signers asked again.
    """

    __tablename__ = "wording_clearance"
    __table_args__ = (
        UniqueConstraint("letter_id", "part_key", "before_digest", "after_digest"),
        CheckConstraint("reason <> ''", name="reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id", ondelete="CASCADE"))
    part_key: Mapped[str]
    before_digest: Mapped[str]
    after_digest: Mapped[str]
    # Empty when the part was taken out.
    before_version_id: Mapped[int] = mapped_column(ForeignKey("letter_version.id", ondelete="RESTRICT"), index=True)
    after_version_id: Mapped[int] = mapped_column(ForeignKey("letter_version.id", ondelete="RESTRICT"), index=True)
    weight: Mapped[Weight]
    reason: Mapped[str]
    cleared_by: Mapped[str]
    cleared_at: Mapped[dt.datetime]

    before_version: Mapped[LetterVersion] = relationship(foreign_keys=[before_version_id])
    after_version: Mapped[LetterVersion] = relationship(foreign_keys=[after_version_id])
