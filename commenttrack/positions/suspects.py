"""Links whose provision or position no longer reads as it did when somebody last reviewed them.

A suspect link stays one until a person looks at the difference and says with a reason that it holds; nothing else
clears it, not even an edit of the link itself.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from commenttrack import audit
from commenttrack.errors import Conflict, Refused
from commenttrack.positions import wordings
from commenttrack.positions.mapping import links_of
from commenttrack.positions.models import Clearing, KeptWording, LinkClearing, ProvisionPosition
from commenttrack.rulemaking.later_documents import corrections_of
from commenttrack.rulemaking.models import Provision, ProvisionSuccession, RuleDocument
from commenttrack.wording import Change, difference


class NotSuspect(Refused):
    """There is nothing to clear: the link was reviewed at the wordings of today."""


class MovedAgain(Conflict):
    """The wordings moved once more after the page with the difference was opened."""


@dataclass(frozen=True, slots=True)
class Moved:
    """One side of a link that moved."""

    side: str
    """``provision`` or ``position``."""
    heading: tuple[Change, ...]
    text: tuple[Change, ...]
    kept: bool
    """False when the wording at review was not kept, so that only the present one can be shown, as unchanged."""
    cause: str
    """What moved it, in a sentence."""
    by: str
    at: dt.datetime | None
    """Who and when, as far as it is known; empty and None when it is not."""


@dataclass(frozen=True, slots=True)
class Suspect:
    """A link to look at again."""

    link: ProvisionPosition
    moved: tuple[Moved, ...]


def suspect_links(session: Session, document: RuleDocument) -> list[ProvisionPosition]:
    """Links whose provision or position no longer has the wording they were reviewed at, in the rule's order."""
    return [link for link in links_of(session, document) if link.suspect]


def suspects(session: Session, links: Sequence[ProvisionPosition]) -> list[Suspect]:
    """What moved under each of these links that are suspect, with the difference, the cause and the time."""
    found = [link for link in links if link.suspect]
    known = wordings.kept(session, (link.provision_digest for link in found))
    return [Suspect(link, tuple(_moved(session, link, known.get(link.provision_digest)))) for link in found]


def clear_link(
    session: Session,
    link: ProvisionPosition,
    *,
    kind: Clearing,
    reason: str,
    seen: tuple[str, str],
    actor: str,
    now: dt.datetime,
) -> LinkClearing:
    """Say that a suspect link still holds. ``seen`` are the digests (provision, position) of the wordings shown.

    Needs a reason. ``kind`` says what the change means for the coalition; both wordings stay known by their digests.
    """
    if not reason.strip():
        raise Refused("Say why the link still holds; the reason is kept with your name.")
    if not link.suspect:
        raise NotSuspect("Nothing changed since this link was reviewed; somebody may have cleared it already.")
    today = (link.provision.wording_digest, link.position.current.wording_digest)
    if seen != today:
        raise MovedAgain(
            "The wording changed once more after you opened the page. Look at the difference as it is now."
        )
    clearing = LinkClearing(
        provision_position_id=link.id,
        kind=kind,
        reason=reason.strip(),
        cleared_by=actor,
        cleared_at=now,
        provision_before=link.provision_digest,
        provision_after=today[0],
        position_before=link.position_digest,
        position_after=today[1],
    )
    wordings.keep(session, link.provision)
    link.provision_digest, link.position_digest = today
    session.add(clearing)
    audit.record(
        session,
        actor=actor,
        action="suspect link cleared",
        subject=f"provision_position {link.id}",
        now=now,
        kind=kind.value,
        reason=clearing.reason,
        provision_digests=[clearing.provision_before, clearing.provision_after],
        position_digests=[clearing.position_before, clearing.position_after],
    )
    return clearing


def clearings_of(session: Session, document: RuleDocument) -> list[LinkClearing]:
    """What people cleared on a document, the newest first."""
    return list(
        session.scalars(
            select(LinkClearing)
            .join(LinkClearing.link)
            .join(ProvisionPosition.provision)
            .where(Provision.rule_document_id == document.id)
            .order_by(LinkClearing.id.desc())
            .options(
                joinedload(LinkClearing.link).joinedload(ProvisionPosition.provision),
                joinedload(LinkClearing.link).joinedload(ProvisionPosition.position),
            )
        )
    )


def _moved(session: Session, link: ProvisionPosition, reviewed: KeptWording | None) -> list[Moved]:
    found = []
    if link.provision_digest != link.provision.wording_digest:
        found.append(_moved_provision(session, link, reviewed))
    if link.position_digest != link.position.current.wording_digest:
        found.append(_moved_position(link))
    return found


def _moved_provision(session: Session, link: ProvisionPosition, reviewed: KeptWording | None) -> Moved:
    provision = link.provision
    cause, by, at = _cause(session, link)
    return Moved(
        side="provision",
        heading=_changes(reviewed.heading if reviewed else provision.heading, provision.heading),
        text=_changes(reviewed.text if reviewed else provision.text, provision.text),
        kept=reviewed is not None,
        cause=cause,
        by=by,
        at=at,
    )


def _moved_position(link: ProvisionPosition) -> Moved:
    versions = link.position.versions
    seen = next((each for each in reversed(versions) if each.wording_digest == link.position_digest), None)
    current = link.position.current
    since = [each for each in versions if seen is None or each.number > seen.number]
    return Moved(
        side="position",
        heading=_changes(seen.heading if seen else current.heading, current.heading),
        text=_changes(seen.statement if seen else current.statement, current.statement),
        kept=seen is not None,
        cause=f"The position was revised: version {since[0].number} replaced the one this was reviewed at."
        if len(since) == 1
        else f"The position was revised {len(since)} times; version {current.number} stands now.",
        by=current.author,
        at=current.created_at,
    )


def _cause(session: Session, link: ProvisionPosition) -> tuple[str, str, dt.datetime | None]:
    """Why the provision reads otherwise: a correction, or a later document that the link was carried to."""
    corrected = corrections_of(session, link.provision)
    if corrected:
        last = corrected[-1]
        return f"Corrected by {_named(last.succession.later)}: {last.reason}", last.decided_by, last.decided_at
    carried = session.scalar(
        select(ProvisionSuccession).where(
            ProvisionSuccession.later_id == link.provision_id, ProvisionSuccession.decided_by != ""
        )
    )
    if carried is not None:
        return f"Carried over from {_named(carried.succession.earlier)}, where it read otherwise.", "", link.created_at
    return "The provision’s text changed in the database; no document is known that changed it.", "", None


def _named(document: RuleDocument) -> str:
    return f"document {document.document_number}" if document.document_number else f"“{document.title}”"


def _changes(old: str, new: str) -> tuple[Change, ...]:
    return tuple(difference(old, new))
