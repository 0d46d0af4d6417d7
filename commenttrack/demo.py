"""``commenttrack demo``: the main job once, with everybody's part played, and its files left in a folder.

It runs on the configured database and storage, so that ``commenttrack serve`` shows the result afterwards. Mail goes to
the file outbox whatever is configured: the people of the demo are invented and must not be written to.
"""

import datetime as dt
import email
import email.policy
import re
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import click
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from commenttrack import illustration, migrate, outbox
from commenttrack.config import Settings
from commenttrack.db import make_engine, make_sessions, transaction
from commenttrack.filing import limits
from commenttrack.filing.operations import build_packet
from commenttrack.letters.drafting import compose_letter
from commenttrack.letters.models import Letter
from commenttrack.letters.operations import freeze
from commenttrack.members.models import Organization, Person
from commenttrack.members.operations import lead
from commenttrack.members.permissions import Role
from commenttrack.positions.coverage import Coverage
from commenttrack.positions.mapping import coverage_of
from commenttrack.positions.models import Position, SourceDocument
from commenttrack.rulemaking.models import RuleDocument
from commenttrack.rulemaking.operations import deadline, import_rule
from commenttrack.signoffs.lifecycle import Decision
from commenttrack.signoffs.links import find_request
from commenttrack.signoffs.operations import decide, invite
from commenttrack.storage import Storage
from commenttrack.web.accounts import give_one_time_password

ACTOR = "commenttrack demo"
FILES = ("letter.pdf", "letter.docx", "matrix.xlsx", "certificate.pdf", "packet.zip")
_LINK = re.compile(r"https?://\S+/sign/(\S+)")


class Steps:
    """Numbered progress on the terminal, with how long each step took."""

    def __init__(self) -> None:
        self.count = 0
        self.began = time.monotonic()

    @contextmanager
    def step(self, what: str) -> Iterator[list[str]]:
        """One step; the block appends what it found to the list, to be printed under it."""
        self.count += 1
        click.echo(f"{self.count:2}. {what} …", nl=False)
        started = time.monotonic()
        said: list[str] = []
        yield said
        click.echo(f" {time.monotonic() - started:.1f} s")
        for line in said:
            click.echo(f"      {line}")


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def run(settings: Settings, *, rule_file: Path | None, rule_data: bytes | None, output: Path) -> None:
    """Do the main job on the illustrative rule, or on the Federal Register document in ``rule_data``."""
    settings = replace(settings, mail_url=f"file://{settings.data / 'outbox'}")
    settings.data.mkdir(parents=True, exist_ok=True)
    made = illustration.illustration(dt.date.today())  # noqa: DTZ011 the calendar on this person's wall
    steps = Steps()
    with steps.step("Laying out the database") as said:
        migrate.upgrade(settings.database_url)
        engine = make_engine(settings.database_url)
        said.append(engine.url.render_as_string(hide_password=True))
    job = _Job(settings, make_sessions(engine), Storage(settings.storage_url), made)
    with steps.step("Reading the coalition’s positions (seeds/positions)") as said, job.work() as session:
        said += job.library(session)
    with (
        steps.step("Adding the illustrative association, its members and their signers") as said,
        job.work() as session,
    ):
        password = job.association(session)
        said.append(f"{len(made.seed['members'])} members")
    with (
        steps.step(f"Importing {rule_file.name if rule_file else 'the illustrative rule'}") as said,
        job.work() as session,
    ):
        said += job.notice(session, rule_file.name if rule_file else "", rule_data)
    with steps.step("Mapping positions onto provisions") as said, job.work() as session:
        said += job.mapping(session)
    with steps.step("Composing the letter and checking every quotation and citation") as said, job.work() as session:
        said += job.letter(session)
    with steps.step("Inviting the members by mail and collecting their decisions") as said:
        said += job.sign_offs()
    with (
        steps.step("Building the packet: PDF, Word, matrix, certificate, report, manifest") as said,
        job.work() as session,
    ):
        said += job.packet(session, output)
    engine.dispose()
    click.echo(f"\nDone in {time.monotonic() - steps.began:.1f} s. The files:")
    for path in sorted(output.iterdir()):
        click.echo(f"  {path}  ({path.stat().st_size:,} bytes)")
    staff = made.seed["association"]["staff"][0]["email"]
    click.echo(f"\nSee it in the app: make serve, then {settings.base_url}")
    click.echo(f"  sign in as  {staff}")
    click.echo(f"  password    {password or 'the one you chose'}")
    click.echo(f"  mails       {settings.data / 'outbox'} (nothing was sent)")


class _Job:
    """The main job, a method for each step; ids travel between the transactions."""

    def __init__(
        self, settings: Settings, sessions: sessionmaker[Session], storage: Storage, made: illustration.Illustration
    ) -> None:
        self.settings, self.sessions, self.storage, self.made = settings, sessions, storage, made
        self.document_id = self.letter_id = 0

    @contextmanager
    def work(self) -> Iterator[Session]:
        """A session whose work is committed at the end of the step."""
        with self.sessions() as session, transaction(session):
            yield session

    def library(self, session: Session) -> list[str]:
        stored = illustration.load_library(session, actor=ACTOR, now=_now())
        held = session.scalar(select(func.count()).select_from(Position))
        known = "" if stored else " (in the library already)"
        return [
            f"{held} positions of {session.scalar(select(func.count()).select_from(SourceDocument))} documents{known}"
        ]

    def association(self, session: Session) -> str | None:
        illustration.load_association(session, self.made, actor=ACTOR, now=_now())
        illustration.approve_library(session, self.made, now=_now())
        staff = self.made.seed["association"]["staff"]
        password = None
        for member in staff:
            person = session.scalars(select(Person).where(Person.email == member["email"])).one()
            given = give_one_time_password(session, person, role=Role(member["role"]), now=_now())
            if member["role"] == Role.ADMINISTRATOR:
                password = given
        return password

    def notice(self, session: Session, name: str, data: bytes | None) -> list[str]:
        if data is None:
            document = illustration.load_rule(session, self.made, storage=self.storage, actor=ACTOR, now=_now())
        else:
            document = import_rule(
                session,
                data,
                name=name,
                storage=self.storage,
                # The rule may be real; the association that answers it here is not.
                illustrative=True,
                internal_deadline=self.made.dates["sign_off_deadline"],
                actor=ACTOR,
                now=_now(),
            )
        self.document_id = document.id
        due = deadline(document.docket)
        return [
            document.title,
            f"{len(document.provisions)} provisions, {len(document.notes)} notes, {len(document.questions)} questions; "
            + (f"comments due {due.date:%B} {due.date.day}, {due.date.year}" if due else "no comment date found"),
        ]

    def _document(self, session: Session) -> RuleDocument:
        return session.get_one(RuleDocument, self.document_id)

    def mapping(self, session: Session) -> list[str]:
        document, said = self._document(session), []
        if self.made.has(document):
            links = illustration.follow_instructions(session, self.made, document, now=_now())
            answers = illustration.give_answers(session, self.made, document, now=_now())
            said.append(f"{len(links)} links and {answers} answers by the association’s (illustrative) instructions")
        acceptance = illustration.accept_by_rule(session, self.made, document, now=_now())
        said.append(acceptance.rule)
        said.append(
            f"{len(acceptance.accepted)} suggestions accepted by that rule, {acceptance.left} left for a person"
        )
        states = coverage_of(session, document)
        addressed = sum(state is Coverage.ADDRESSED for state in states.values())
        said.append(f"{addressed} of {len(states)} provisions addressed")
        return said

    def letter(self, session: Session) -> list[str]:
        document = self._document(session)
        letter = illustration.begin_letter(session, self.made, document, lead(session), actor=ACTOR, now=_now())
        parts = compose_letter(session, letter, actor=ACTOR, now=_now())
        version = freeze(session, letter, storage=self.storage, actor=ACTOR, now=_now())
        self.letter_id = letter.id
        words = sum(len(f"{part.heading} {part.text} {part.requested_text}".split()) for part in parts)
        return [
            f"{len(parts)} parts, {words:,} words; nothing differs from the notice; frozen as version {version.number}"
        ]

    def sign_offs(self) -> list[str]:
        """Each invented signer opens the link in the mail of the file outbox and decides as seeds/demo says."""
        asked: dict[str, tuple[int, dict[str, str]]] = {}
        with self.work() as session:
            letter = session.get_one(Letter, self.letter_id)
            association = self.made.seed["association"] | {"demo_decision": {"decision": "joined", "reason": ""}}
            for member in (association, *self.made.seed["members"]):
                organization = session.scalars(select(Organization).where(Organization.name == member["name"])).one()
                person = organization.signatories[0].person
                invite(session, letter, organization, person, settings=self.settings, actor=ACTOR, now=_now())
                session.flush()
                mail = session.scalars(
                    select(outbox.OutgoingMail)
                    .where(outbox.OutgoingMail.to_email == person.email)
                    .order_by(outbox.OutgoingMail.id.desc())
                    .limit(1)
                ).one()
                asked[outbox.file_stem(mail)] = (organization.id, member["demo_decision"])
        self._send()
        counts: Counter[str] = Counter()
        for stem, (organization_id, decision) in asked.items():
            counts[decision["decision"].replace("_", " ")] += 1
            if decision["decision"] != "none":
                with self.work() as session:
                    self._decide(session, self._token(stem), organization_id, decision)
        self._send()
        return [", ".join(f"{count} {'undecided' if what == 'none' else what}" for what, count in counts.most_common())]

    def _send(self) -> None:
        outbox.send_pending(
            self.sessions, outbox.transport(self.settings.mail_url), sender=self.settings.mail_from, now=_now()
        )

    def _token(self, stem: str) -> str:
        """The token in a mailed link, from the file outbox, where the invented signer has his mail."""
        data = (self.settings.data / "outbox" / f"{stem}.eml").read_bytes()
        body = email.message_from_bytes(data, policy=email.policy.default).get_body(("plain",))
        assert body is not None  # noqa: S101 every mail of the outbox has a text
        found = _LINK.search(body.get_content())
        assert found is not None, stem  # noqa: S101 an invitation without a link is no invitation
        return found[1]

    def _decide(self, session: Session, token: str, organization_id: int, decision: dict[str, str]) -> None:
        request = find_request(session, token, now=_now())
        organization = session.get_one(Organization, organization_id)
        version = session.get_one(Letter, self.letter_id).versions[-1]
        excepted = {
            part["key"]
            for part in version.parts_json
            if decision.get("excepts") and decision["excepts"] in part["provisions"]
        }
        kind = Decision(decision["decision"])
        if kind is Decision.JOINED_WITH_RESERVATION and not excepted:
            kind = Decision.JOINED  # this letter has no part on what the member excepts
        decide(
            session,
            token,
            version=version,
            decision=kind,
            name=request.person.name,
            title=request.person.title,
            authority=f"Authorized to sign for {organization.name} (illustrative)",
            reservation=decision.get("reservation", "") if kind is Decision.JOINED_WITH_RESERVATION else "",
            excepted=excepted,
            reason=decision["reason"] if kind in (Decision.ABSTAINED, Decision.DECLINED) else "",
            now=_now(),
        )

    def packet(self, session: Session, output: Path) -> list[str]:
        version = session.get_one(Letter, self.letter_id).versions[-1]
        filing = build_packet(
            session, version, storage=self.storage, limits=limits.load(self.settings.data), actor=ACTOR, now=_now()
        )
        output.mkdir(parents=True, exist_ok=True)
        files = {file.name: self.storage.get(file.storage_key) for file in filing.files}
        for name in FILES:
            (output / name).write_bytes(files[name])
        return [f"{finding['sentence']}" for finding in filing.preflight_json if finding["violation"]] or [
            f"{len(filing.preflight_json)} checks against the limits, none broken"
        ]
