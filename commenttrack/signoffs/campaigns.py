"""How people are asked about one letter, and what must be reached before a version of it is frozen for filing."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from commenttrack import audit
from commenttrack.errors import Refused
from commenttrack.letters.models import Letter
from commenttrack.members.models import Organization
from commenttrack.signoffs.models import QuorumMember, SigningCampaign
from commenttrack.signoffs.quorum import Quorum


def campaign_of(session: Session, letter: Letter) -> SigningCampaign | None:
    """The letter's campaign with its conditions; None as long as nobody set one."""
    return session.scalar(
        select(SigningCampaign)
        .where(SigningCampaign.letter_id == letter.id)
        .options(selectinload(SigningCampaign.must_join).joinedload(QuorumMember.organization))
    )


def begin(session: Session, letter: Letter, *, reminders: bool, now: dt.datetime) -> SigningCampaign:
    """The letter's campaign, begun when there is none; an existing one keeps its settings."""
    campaign = campaign_of(session, letter)
    if campaign is None:
        campaign = SigningCampaign(letter=letter, reminders=reminders, started_at=now)
        session.add(campaign)
        session.flush()  # what follows reads it by the letter
    return campaign


def quorum_of(session: Session, letter: Letter) -> Quorum:
    """What must be reached before a version of the letter is frozen for filing."""
    campaign = campaign_of(session, letter)
    if campaign is None:
        return Quorum(letter.lead.name)
    return Quorum(
        lead=letter.lead.name,
        lead_must_join=campaign.lead_must_join,
        at_least=campaign.at_least,
        must_join=tuple(sorted(member.organization.name for member in campaign.must_join)),
    )


def set_conditions(
    session: Session,
    letter: Letter,
    *,
    lead_must_join: bool,
    at_least: int,
    must_join: Sequence[Organization],
    mailed_code: bool,
    actor: str,
    now: dt.datetime,
) -> SigningCampaign:
    """Say who must join before the letter goes out, and whether a decision by link needs a mailed code."""
    if at_least < 0:
        raise Refused("Give the number of organizations that must join as 0 or more.")
    # Reminders are switched on where people are asked; setting a condition must not begin to write mails.
    campaign = begin(session, letter, reminders=False, now=now)
    campaign.lead_must_join, campaign.at_least, campaign.mailed_code = lead_must_join, at_least, mailed_code
    wanted = {organization.id: organization for organization in must_join}
    kept = {member.organization_id: member for member in campaign.must_join if member.organization_id in wanted}
    campaign.must_join[:] = [
        kept.get(organization_id) or QuorumMember(organization=organization)
        for organization_id, organization in wanted.items()
    ]
    session.flush()  # names are read from the rows
    audit.record(
        session,
        actor=actor,
        action="conditions of the letter set",
        subject=f"letter {letter.id}",
        now=now,
        lead_must_join=lead_must_join,
        at_least=at_least,
        must_join=sorted(wanted),
        mailed_code=mailed_code,
    )
    return campaign
