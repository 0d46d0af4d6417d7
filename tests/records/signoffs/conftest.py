"""A campaign whose transactions are committed, for what the worker does."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from commenttrack.db import make_sessions, transaction
from commenttrack.letters.models import Letter
from commenttrack.members.models import OrganizationKind
from commenttrack.outbox import OutgoingMail
from commenttrack.signoffs import operations
from commenttrack.signoffs.campaigns import set_up
from commenttrack.signoffs.lifecycle import Decision
from commenttrack.signoffs.models import Reminder, SignOffRequest
from commenttrack.signoffs.reading import current_decision
from commenttrack.wording import wording_digest
from tests.factories import world

EASTERN = ZoneInfo("America/New_York")


def eastern(month, day, hour=10, minute=0):
    return dt.datetime(2026, month, day, hour, minute, tzinfo=EASTERN)


class Running:
    """A frozen letter, its lead, and members asked on Wednesday, March 4, 2026; decisions close after March 20."""

    def __init__(self, sessions, settings, members=("Acme Metals", "Birch Optics", "Cobalt Tools")):
        self.sessions, self.settings = sessions, settings
        with self.change() as session:
            self.lead_id = world.organization(session, "The House", kind=OrganizationKind.LEAD).id
            lead = session.get_one(world.Organization, self.lead_id)
            letter = world.letter(session, lead=lead)
            world.version(session, letter)
            letter.versions[0].frozen_at = eastern(3, 3)
            self.letter_id = letter.id
            set_up(session, letter, reminders=True, digests=True, actor="Staff", now=eastern(3, 3))
            for name in members:
                member = world.organization(session, name)
                self.ask(session, member, world.signer(session, member, name=f"Signer of {name}"), now=eastern(3, 4))

    def change(self):
        """A session whose changes are kept."""
        opened = self.sessions()
        return _Kept(opened)

    def ask(self, session, organization, person, *, now, **values):
        letter = session.get_one(Letter, self.letter_id)
        return operations.invite(
            session, letter, organization, person, actor="Staff", now=now, settings=self.settings, **values
        )

    def decide(self, name, decision=Decision.JOINED, *, now, **values):
        with self.change() as session:
            request = self.request(session, name)
            version = session.get_one(Letter, self.letter_id).versions[-1]
            current = current_decision(session, request)
            return operations.record_received(
                session,
                request,
                version=version,
                decision=decision,
                name=f"Signer of {name}",
                actor="Staff",
                seen=current.id if current else None,
                now=now,
                **values,
            ).id

    def freeze(self, *, key="b", text="Something else.", now):
        with self.change() as session:
            letter = session.get_one(Letter, self.letter_id)
            part = next(part for part in letter.parts if part.key == key)
            part.text, part.wording_digest = text, wording_digest(part.heading, text, part.requested_text)
            world.version(session, letter).frozen_at = now

    def request(self, session, name):
        return session.scalars(
            select(SignOffRequest).join(SignOffRequest.organization).where(world.Organization.name == name)
        ).one()

    def mails(self, *words):
        """Every mail, or those whose key holds one of the words."""
        with self.sessions() as session:
            found = session.scalars(select(OutgoingMail).order_by(OutgoingMail.id)).all()
        return [mail for mail in found if not words or any(word in mail.key for word in words)]

    def reminded(self):
        """Organization and number of every reminder."""
        with self.sessions() as session:
            rows = session.execute(
                select(world.Organization.name, Reminder.number)
                .select_from(Reminder)
                .join(SignOffRequest, SignOffRequest.id == Reminder.request_id)
                .join(SignOffRequest.organization)
                .order_by(world.Organization.name, Reminder.number)
            )
            return [tuple(row) for row in rows]


class _Kept:
    def __init__(self, session):
        self.session = session

    def __enter__(self):
        self.block = transaction(self.session)
        return self.block.__enter__()

    def __exit__(self, *error):
        try:
            return self.block.__exit__(*error)
        finally:
            self.session.close()


@pytest.fixture
def running(engine, tmp_path):
    return Running(make_sessions(engine), world.settings(tmp_path))
