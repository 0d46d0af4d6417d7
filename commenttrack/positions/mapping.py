"""What happens to the mapping of positions onto provisions."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from commenttrack import audit
from commenttrack.errors import Conflict, Refused
from commenttrack.positions import wordings
from commenttrack.positions.coverage import Coverage, Held, coverage, says_something
from commenttrack.positions.grounds import in_order
from commenttrack.positions.models import (
    Consensus,
    Position,
    ProvisionPosition,
    ProvisionReview,
)
from commenttrack.positions.stances import Stance, require_complete
from commenttrack.rulemaking.models import Provision, ProvisionKind, RuleDocument
from commenttrack.wording import folded, text_as_proposed


class AlreadyMapped(Conflict):
    """The position is mapped onto the provision already; ``link`` is how, and can be edited."""

    def __init__(self, link: ProvisionPosition) -> None:
        super().__init__(
            f"Position {link.position.label} is already mapped onto {link.provision.label or 'this passage'}; "
            "edit that link."
        )
        self.link = link


class ChangedMeanwhile(Conflict):
    """Somebody else changed the link after the form was opened; ``link`` is as it stands now."""

    def __init__(self, link: ProvisionPosition) -> None:
        super().__init__(
            "Somebody else changed this link while you were editing it. Nothing was overwritten: compare, then save."
        )
        self.link = link


class WithdrawnPosition(Refused):
    """A position the coalition no longer holds cannot be mapped."""


def map_position(
    session: Session,
    provision: Provision,
    position: Position,
    *,
    stance: Stance,
    reason: str = "",
    request: str = "",
    requested_text: str = "",
    grounds: Sequence[str] = (),
    accepted_by: str | None = None,
    score: float | None = None,
    why: Sequence[str] = (),
    actor: str,
    now: dt.datetime,
) -> ProvisionPosition:
    """Link a position to a provision. ``accepted_by`` names the rule when a program and not ``actor`` accepted it.

    Refuses a stance without what it needs, a position that was withdrawn, requested text on other words than the
    provision's, and a second link between the same two.
    """
    if position.consensus is Consensus.WITHDRAWN:
        raise WithdrawnPosition(f"Position {position.label} was withdrawn and cannot be mapped.")
    known = session.scalar(
        select(ProvisionPosition).where(
            ProvisionPosition.provision_id == provision.id, ProvisionPosition.position_id == position.id
        )
    )
    if known is not None:
        raise AlreadyMapped(known)
    _check(provision, stance, reason, request, requested_text)
    wordings.keep(session, provision)
    link = ProvisionPosition(
        provision=provision,
        position=position,
        stance=stance,
        reason=reason.strip(),
        request=request.strip(),
        requested_text=requested_text.strip(),
        grounds=in_order(grounds),
        accepted_by=accepted_by or actor,
        score=score,
        why=list(why),
        provision_digest=provision.wording_digest,
        position_digest=position.current.wording_digest,
        created_at=now,
    )
    session.add(link)
    session.flush()  # the audit event names the link's id
    audit.record(
        session,
        actor=actor,
        action="position mapped",
        subject=f"provision_position {link.id}",
        now=now,
        provision=provision.label or provision.key,
        position=position.label,
        stance=stance.value,
        accepted_by=link.accepted_by,
    )
    return link


def change_mapping(
    session: Session,
    link: ProvisionPosition,
    *,
    expected_revision: int,
    stance: Stance,
    reason: str,
    request: str,
    requested_text: str,
    grounds: Sequence[str] | None = None,
    actor: str,
    now: dt.datetime,
) -> ProvisionPosition:
    """Change what a link says, which makes it that person's; ``grounds`` that are None stay. A suspect link stays
    suspect: that it holds is another thing to say, for a reason (:func:`commenttrack.positions.suspects.clear_link`).
    """
    if link.revision != expected_revision:
        raise ChangedMeanwhile(link)
    _check(link.provision, stance, reason, request, requested_text)
    before = {
        "stance": link.stance.value,
        "reason": link.reason,
        "request": link.request,
        "requested_text": link.requested_text,
        "grounds": link.grounds,
    }
    link.stance, link.reason, link.request = stance, reason.strip(), request.strip()
    link.requested_text, link.accepted_by = requested_text.strip(), actor
    if grounds is not None:
        link.grounds = in_order(grounds)
    audit.record(
        session, actor=actor, action="mapping changed", subject=f"provision_position {link.id}", now=now, before=before
    )
    return link


def _check(provision: Provision, stance: Stance, reason: str, request: str, requested_text: str) -> None:
    require_complete(stance, reason=reason, request=request, requested_text=requested_text)
    if requested_text.strip() and folded(text_as_proposed(requested_text)) != folded(provision.text):
        raise Refused(
            f"The requested text must start from the words of {provision.label or 'the provision'} as proposed: "
            "mark what goes as {--…--} and what comes as {++…++}, and leave the rest as it is."
        )


def unmap(session: Session, link: ProvisionPosition, *, actor: str, now: dt.datetime) -> None:
    """Remove a link; what it said stays in the audit trail."""
    audit.record(
        session,
        actor=actor,
        action="mapping removed",
        subject=f"provision_position {link.id}",
        now=now,
        provision=link.provision.label or link.provision.key,
        position=link.position.label,
        stance=link.stance.value,
        reason=link.reason,
        request=link.request,
        requested_text=link.requested_text,
    )
    session.delete(link)


def links_of(session: Session, document: RuleDocument) -> list[ProvisionPosition]:
    """All links of a document in the rule's order, with what pages and letters show of them loaded."""
    return list(
        session.scalars(
            select(ProvisionPosition)
            .join(ProvisionPosition.provision)
            .where(Provision.rule_document_id == document.id)
            .order_by(Provision.place, ProvisionPosition.id)
            .options(
                selectinload(ProvisionPosition.provision),
                selectinload(ProvisionPosition.position).selectinload(Position.versions),
                selectinload(ProvisionPosition.position).selectinload(Position.source_document),
            )
        )
    )


def mark_reviewed(session: Session, provision: Provision, *, actor: str, now: dt.datetime) -> ProvisionReview:
    """Record that a provision was read and gets no comment; marking it twice keeps the first mark."""
    known = session.scalar(select(ProvisionReview).where(ProvisionReview.provision_id == provision.id))
    if known is not None:
        return known
    review = ProvisionReview(provision_id=provision.id, reviewer=actor, reviewed_at=now)
    session.add(review)
    audit.record(
        session,
        actor=actor,
        action="reviewed without comment",
        subject=f"provision {provision.id}",
        now=now,
        provision=provision.label or provision.key,
    )
    return review


def unmark_reviewed(session: Session, provision: Provision, *, actor: str, now: dt.datetime) -> None:
    """Take the mark back."""
    review = session.scalar(select(ProvisionReview).where(ProvisionReview.provision_id == provision.id))
    if review is not None:
        session.delete(review)
        audit.record(session, actor=actor, action="review mark removed", subject=f"provision {provision.id}", now=now)


# What a coalition comments on: regulatory text, definitions and tables, or, where a document has none, its preamble.
_REGULATORY = (ProvisionKind.SECTION, ProvisionKind.PARAGRAPH, ProvisionKind.DEFINITION, ProvisionKind.APPENDIX)


def provisions_to_cover(session: Session, document: RuleDocument) -> list[Provision]:
    """The provisions coverage counts, in order: regulatory units that say something, else preamble paragraphs."""
    found = session.scalars(
        select(Provision)
        .where(Provision.rule_document_id == document.id, Provision.kind.in_(_REGULATORY), Provision.text != "")
        .order_by(Provision.place)
    )
    units = [unit for unit in found if says_something(unit.text)]
    return units or list(
        session.scalars(
            select(Provision)
            .where(
                Provision.rule_document_id == document.id,
                Provision.kind == ProvisionKind.PREAMBLE_PARAGRAPH,
                Provision.text != "",
            )
            .order_by(Provision.place)
        )
    )


def coverage_of(session: Session, document: RuleDocument) -> dict[int, Coverage]:
    """The state of each provision that counts, by id, in the rule's order."""
    units = provisions_to_cover(session, document)
    held = [
        Held(str(provision_id), stance)
        for provision_id, stance in session.execute(
            select(ProvisionPosition.provision_id, ProvisionPosition.stance)
            .join(ProvisionPosition.provision)
            .where(Provision.rule_document_id == document.id)
        )
    ]
    reviewed = {
        str(provision_id)
        for provision_id in session.scalars(
            select(ProvisionReview.provision_id)
            .join(Provision, Provision.id == ProvisionReview.provision_id)
            .where(Provision.rule_document_id == document.id)
        )
    }
    states = coverage((str(unit.id) for unit in units), held, reviewed=reviewed)
    return {int(key): state for key, state in states.items()}
