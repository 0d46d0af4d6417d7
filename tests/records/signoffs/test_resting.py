"""After any edits, what the program calls suspect or stale is the dependent closure of what changed, and no more."""

import random

import pytest
from sqlalchemy import select

from commenttrack.letters.drafting import take_over
from commenttrack.letters.models import LetterPartLink
from commenttrack.letters.operations import suspect_parts
from commenttrack.outbox import OutgoingMail
from commenttrack.positions import mapping, suspects
from commenttrack.positions.models import Clearing
from commenttrack.positions.operations import revise_position
from commenttrack.positions.stances import Stance
from commenttrack.signoffs.board import board
from commenttrack.signoffs.lifecycle import Decision, Standing
from commenttrack.signoffs.operations import decide, invite
from commenttrack.signoffs.resting import resting_on_links
from commenttrack.wording import wording_digest
from tests.factories import world
from tests.factories.matrix import fill

BY = {"actor": "Ada", "now": world.NOW}
MEMBERS = ("Alder", "Birch", "Cedar")


class Work:
    """A docket in the database, and beside it plain counters of how often each thing was reworded."""

    def __init__(self, session, folder, chance):
        self.session, self.chance = session, chance
        self.document = fill(session, provisions=8, positions=3, organizations=0)
        self.links = mapping.links_of(session, self.document)
        self.letter = world.letter(
            session, *(world.part(key) for key in "abcd"), docket=self.document.docket, document=self.document
        )
        self.changes = {}
        self.reviewed = {link.id: self.under(link) for link in self.links}
        self.written = {part.key: {} for part in self.letter.parts}
        for part in self.letter.parts:
            for link in chance.sample(self.links, min(2, len(self.links))):
                part.links.append(LetterPartLink(provision_position=link, upstream_digest=link.digest))
                self.written[part.key][link.id] = self.all_of(link)
        session.flush()
        version, self.signed = world.version(session, self.letter), {}
        for name in MEMBERS:
            member = world.organization(session, name)
            invite(
                session,
                self.letter,
                member,
                world.signer(session, member),
                settings=world.settings(folder),
                **BY,
            )
            token = session.scalars(select(OutgoingMail.secret).order_by(OutgoingMail.id.desc())).first()
            excepted = {chance.choice("abcd")} if name == "Birch" else set()
            decision = Decision.JOINED_WITH_RESERVATION if excepted else Decision.JOINED
            decide(
                session, token, version=version, decision=decision, name="A Signer", excepted=excepted, now=world.NOW
            )
            self.signed[name] = {key: self.count("part", key) for key in set("abcd") - excepted}
        session.flush()

    def count(self, *thing):
        return self.changes.get(thing, 0)

    def changed(self, *thing):
        self.changes[thing] = self.count(*thing) + 1
        self.session.flush()

    def under(self, link):
        return self.count("provision", link.provision_id), self.count("position", link.position_id)

    def all_of(self, link):
        return (*self.under(link), self.count("link", link.id))

    # What people do.

    def correct_a_provision(self):
        provision = self.chance.choice(self.links).provision
        provision.text += " Corrected."
        provision.wording_digest = wording_digest(provision.heading, provision.text)
        self.changed("provision", provision.id)

    def revise_a_position(self):
        position = self.chance.choice(self.links).position
        revise_position(self.session, position, heading="H", statement=f"Statement {sum(self.changes.values())}.", **BY)
        self.changed("position", position.id)

    def edit_a_link(self):
        link = self.chance.choice(self.links)
        mapping.change_mapping(
            self.session,
            link,
            expected_revision=link.revision,
            stance=Stance.CLARIFY,
            reason="",
            request=f"Request {sum(self.changes.values())}.",
            requested_text="",
            **BY,
        )
        self.changed("link", link.id)

    def clear_a_link(self):
        for link in suspects.suspect_links(self.session, self.document)[:1]:
            seen = (link.provision.wording_digest, link.position.current.wording_digest)
            suspects.clear_link(self.session, link, kind=Clearing.COSMETIC, reason="It holds.", seen=seen, **BY)
            self.reviewed[link.id] = self.under(link)
            self.session.flush()

    def reword_a_part(self):
        key = self.chance.choice("abcd")
        world.reword(self.session, self.letter, key, f"Words {sum(self.changes.values())}.")
        self.changed("part", key)

    def review_a_part(self):
        part = self.chance.choice(self.letter.parts)
        take_over(self.session, part, **BY)
        by_id = {link.id: link for link in self.links}
        self.written[part.key] = {key: self.all_of(by_id[key]) for key in self.written[part.key]}
        self.session.flush()

    # What must be so, by the counters alone.

    def expected(self):
        by_id = {link.id: link for link in self.links}
        moved = {
            key: {link for link, seen in links.items() if seen != self.all_of(by_id[link])}
            for key, links in self.written.items()
        }
        resting = {}
        for part, links in moved.items():
            for link in links:
                parts, members = resting.setdefault(link, (set(), set()))
                parts.add(part)
                members.update(name for name, signed in self.signed.items() if part in signed)
        return (
            {link.id for link in self.links if self.reviewed[link.id] != self.under(link)},
            {part for part, links in moved.items() if links},
            {
                name
                for name, signed in self.signed.items()
                if any(seen != self.count("part", key) for key, seen in signed.items())
            },
            resting,
        )

    def found(self):
        rows = board(self.session, self.letter).rows
        return (
            {link.id for link in suspects.suspect_links(self.session, self.document)},
            {part.key for part in suspect_parts(self.letter)},
            {row.request.organization.name for row in rows if row.standing is Standing.STALE},
            {
                link: ({part.key for part in above.parts}, set(above.organizations))
                for link, above in resting_on_links(self.session, self.letter).items()
            },
        )


@pytest.mark.parametrize("seed", range(6))
def test_what_is_suspect_or_stale_is_the_closure_of_what_changed(session, tmp_path, seed):
    work = Work(session, tmp_path, random.Random(seed))
    assert work.found() == work.expected() == (set(), set(), set(), {})
    edits = (
        work.correct_a_provision,
        work.revise_a_position,
        work.edit_a_link,
        work.clear_a_link,
        work.reword_a_part,
        work.review_a_part,
    )
    for _ in range(14):
        work.chance.choice(edits)()
        assert work.found() == work.expected()
