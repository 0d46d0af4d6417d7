"""Invitations to sign, and decisions bound to exact wordings."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from commenttrack.db import Base
from commenttrack.letters.models import Letter, LetterVersion
from commenttrack.members.models import Organization, Person
from commenttrack.signoffs.lifecycle import Decision


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

    letter: Mapped[Letter] = relationship()
    organization: Mapped[Organization] = relationship()
    person: Mapped[Person] = relationship()
    asked_version: Mapped[LetterVersion] = relationship()
    sign_offs: Mapped[list["SignOff"]] = relationship(back_populates="request", order_by="SignOff.id")


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


class SignOffPart(Base):
    """One part a decision covers, with the digest of the wording that was shown."""

    __tablename__ = "sign_off_part"
    __table_args__ = (UniqueConstraint("sign_off_id", "part_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    sign_off_id: Mapped[int] = mapped_column(ForeignKey("sign_off.id", ondelete="CASCADE"))
    part_key: Mapped[str]
    digest: Mapped[str]
