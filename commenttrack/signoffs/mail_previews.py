"""The mails of a campaign as they would read now, to be looked at first. Nothing is written, and no link works."""

import datetime as dt
import enum

from sqlalchemy import select
from sqlalchemy.orm import Session

from commenttrack.letters.models import Letter
from commenttrack.members.notices import Notice
from commenttrack.outbox import SECRET_MARK
from commenttrack.signoffs import digests, notices
from commenttrack.signoffs.campaign import moment_in_words
from commenttrack.signoffs.campaigns import campaign_of
from commenttrack.signoffs.correspondence import ask_about, changes_in_words
from commenttrack.signoffs.models import SignOffRequest
from commenttrack.signoffs.reading import decisions_close, newest_version


class Mail(enum.StrEnum):
    """The mails that can be looked at before they are sent."""

    INVITATION = "invitation"
    REMINDER = "reminder"
    ASKED_AGAIN = "asked_again"
    TEXT_MOVED = "text_moved"
    LEAD_OBJECTED = "lead_objected"
    DIGEST = "digest"


EXAMPLE_ORGANIZATION, EXAMPLE_PERSON = "Example Makers Association", "Ada Signer"
_EXAMPLE_CHANGE = (notices.ChangedPart("An example of a part", "reworded"),)


def preview(session: Session, letter: Letter, mail: Mail, *, note: str = "", now: dt.datetime, base_url: str) -> Notice:
    """A mail to the first organization asked, or to an example; the digest tells what happened since the last one.

    Raises :class:`~commenttrack.signoffs.refusals.NothingFrozen`.
    """
    version = newest_version(letter)
    if mail is Mail.DIGEST:
        running = campaign_of(session, letter)
        since = running.started_at if running else letter.created_at
        events = digests.news(session, letter, since=since, until=now)
        link = f"{base_url}/dockets/{letter.docket_id}/sign/"
        return notices.compose_digest(digests.digest_of(session, letter, events, until=now), link=link)
    asked = session.scalar(
        select(SignOffRequest).where(SignOffRequest.letter_id == letter.id).order_by(SignOffRequest.id).limit(1)
    )
    ask = ask_about(
        letter,
        version,
        organization=asked.organization.name if asked else EXAMPLE_ORGANIZATION,
        person=asked.person.name if asked else EXAMPLE_PERSON,
        closes=decisions_close(letter.docket, asked_at=now),
    )
    before = letter.versions[-2] if len(letter.versions) > 1 else None
    changes = (changes_in_words(session, before, version, None) if before else ()) or _EXAMPLE_CHANGE
    if mail is Mail.TEXT_MOVED:
        return notices.compose_text_moved(ask, changes=changes, signed_version=before.number if before else 1)
    if mail is Mail.LEAD_OBJECTED:
        return notices.compose_lead_objected(
            ask, lead=letter.lead.name, decision="withdrawn", moment=moment_in_words(now)
        )
    link = f"{base_url}/sign/{SECRET_MARK}"
    return notices.compose_asking(
        mail.value,
        ask,
        link=link,
        note=note,
        changes=changes if mail is Mail.ASKED_AGAIN else (),
        stop_link=f"{link}/reminders" if mail is Mail.REMINDER else "",
    )
