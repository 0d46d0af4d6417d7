"""What was sent to the agency."""

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from commenttrack.db import Base
from commenttrack.letters.models import LetterVersion


class Filing(Base):
    """One packet built from one frozen version: its files and the values for the agency's form."""

    __tablename__ = "filing"
    __table_args__ = (UniqueConstraint("letter_version_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    letter_version_id: Mapped[int] = mapped_column(ForeignKey("letter_version.id", ondelete="RESTRICT"))
    number: Mapped[int]
    signatures_digest: Mapped[str]
    # SHA-256 of the signature block; a later packet with the same block reuses the issued letter's bytes.
    fingerprint: Mapped[str]
    # SHA-256 of everything the packet was made from but its moment; building again from the same gives this row back.
    form_json: Mapped[dict[str, Any]]
    preflight_json: Mapped[list[Any]]
    built_by: Mapped[str]
    built_at: Mapped[dt.datetime]
    tracking_number: Mapped[str]
    # Empty until somebody records that the packet was filed.

    letter_version: Mapped[LetterVersion] = relationship()
    files: Mapped[list["PacketFile"]] = relationship(cascade="all, delete-orphan", order_by="PacketFile.id")


class PacketFile(Base):
    """One file of a packet, stored bytes."""

    __tablename__ = "packet_file"
    __table_args__ = (UniqueConstraint("filing_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    filing_id: Mapped[int] = mapped_column(ForeignKey("filing.id", ondelete="CASCADE"))
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str]
    storage_key: Mapped[str]
