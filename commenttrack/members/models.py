"""Organizations, people, and who may sign for whom."""

import datetime as dt
import enum

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from commenttrack.db import Base


class OrganizationKind(enum.StrEnum):
    """What an organization is to the association that runs this installation."""

    LEAD = "lead"
    MEMBER = "member"
    PARTNER = "partner"
    OTHER = "other"


class Organization(Base):
    """A member, a partner, the lead association, or one that a source document names."""

    __tablename__ = "organization"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[OrganizationKind]
    description: Mapped[str] = mapped_column(default="")
    # One paragraph for the annex of the letter.
    city: Mapped[str] = mapped_column(default="")
    tagline: Mapped[str] = mapped_column(default="")
    address: Mapped[list[str]] = mapped_column(default=list)
    # Lines of the letterhead.
    created_at: Mapped[dt.datetime]

    people: Mapped[list["Person"]] = relationship(back_populates="organization", order_by="Person.id")
    signatories: Mapped[list["Signatory"]] = relationship(back_populates="organization", order_by="Signatory.id")


class Person(Base):
    """A human: staff, signer, participant of a dialogue."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    title: Mapped[str] = mapped_column(default="")
    email: Mapped[str | None] = mapped_column(unique=True)
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[dt.datetime]

    organization: Mapped[Organization | None] = relationship(back_populates="people")


class Signatory(Base):
    """One who may sign for an organization."""

    __tablename__ = "signatory"
    __table_args__ = (UniqueConstraint("organization_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    authority: Mapped[str] = mapped_column(default="")
    # By what authority, e.g. "board resolution of May 2026"; empty when never stated.

    organization: Mapped[Organization] = relationship(back_populates="signatories")
    person: Mapped[Person] = relationship()
