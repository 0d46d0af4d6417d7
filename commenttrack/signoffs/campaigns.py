"""How people are asked about one letter, and what must be reached before a version of it is frozen for filing."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from commenttrack import audit
from commenttrack.errors import Refused
from commenttrack.letters.models import Letter
from commenttrack.members.models import Organization
from commenttrack.members.names import name_key
from commenttrack.signoffs.models import QuorumMember, SigningCampaign
from commenttrack.signoffs.quorum import Quorum


def campaign_of(session: Session, letter: Letter) -> SigningCampaign | None:
    """The letter's campaign with its conditions; None as long as nobody set one."""
    return session.scalar(
        select(SigningCampaign)
        .where(SigningCampaign.letter_id == letter.id)
        .options(selectinload(SigningCampaign.must_join).joinedload(QuorumMember.organization))
    )


def set_up(
    session: Session, letter: Letter, *, reminders: bool, digests: bool, actor: str, now: dt.datetime
) -> SigningCampaign:
    """Say whether the schedule reminds the undecided and whether the staff get a daily digest."""
    found = campaign_of(session, letter)
    if found is not None and (found.reminders, found.digests) == (reminders, digests):
        return found
    found = found or _new(session, letter, now=now)
    found.reminders, found.digests = reminders, digests
    audit.record(
        session,
        actor=actor,
        action="sign-off campaign set up",
        subject=f"letter {letter.id}",
        now=now,
        reminders=reminders,
        digests=digests,
    )
    return found


def begin(session: Session, letter: Letter, *, reminders: bool, actor: str, now: dt.datetime) -> SigningCampaign:
    """Start the campaign with the first invitations, or say again whether it reminds."""
    found = campaign_of(session, letter)
    return set_up(session, letter, reminders=reminders, digests=found.digests if found else True, actor=actor, now=now)


def _new(session: Session, letter: Letter, *, now: dt.datetime) -> SigningCampaign:
    made = SigningCampaign(letter=letter, reminders=False, started_at=now)
    session.add(made)
    session.flush()  # the row is what a second start of the same campaign must find
    return made


def quorum_of(session: Session, letter: Letter) -> Quorum:
    """What must be reached before a version of the letter is frozen for filing."""
    campaign = campaign_of(session, letter)
    if campaign is None:
        return Quorum(letter.lead.name)
    return Quorum(
        lead=letter.lead.name,
        lead_must_join=campaign.lead_must_join,
        at_least=campaign.at_least,
        must_join=tuple(sorted((member.organization.name for member in campaign.must_join), key=name_key)),
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
    campaign = campaign_of(session, letter) or _new(session, letter, now=now)
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
