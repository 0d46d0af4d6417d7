"""Wordings of provisions that somebody reviewed a link at, kept by their digest."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from commenttrack.positions.models import KeptWording
from commenttrack.rulemaking.models import Provision


def keep(session: Session, provision: Provision) -> None:
    """Keep the present wording of a provision; keeping it twice keeps it once."""
    digest = provision.wording_digest
    if session.scalar(select(KeptWording.id).where(KeptWording.digest == digest)):
        return
    try:
        with session.begin_nested():  # somebody else may be keeping the same wording at this very moment
            session.add(KeptWording(digest=digest, heading=provision.heading, text=provision.text))
    except IntegrityError:
        pass


def kept(session: Session, digests: Iterable[str]) -> dict[str, KeptWording]:
    """The wordings of these digests that were kept."""
    wanted = set(digests)
    if not wanted:
        return {}
    rows = session.scalars(select(KeptWording).where(KeptWording.digest.in_(wanted)))
    return {row.digest: row for row in rows}
