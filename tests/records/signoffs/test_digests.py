"""The staff's daily digest, and news for everybody who joined."""

import pytest
from sqlalchemy import select

from commenttrack.outbox import OutgoingMail
from commenttrack.signoffs import bounces, digests, links
from commenttrack.signoffs.bounce_reports import BounceReport
from commenttrack.signoffs.campaigns import set_up
from commenttrack.signoffs.clearing import Judgement, changes_to_judge, judge
from commenttrack.signoffs.lifecycle import Decision, Weight
from commenttrack.signoffs.models import SigningCampaign
from commenttrack.signoffs.reminding import remind_due
from tests.factories import world
from tests.records.signoffs.conftest import eastern

FRIDAY = eastern(3, 6, 8)


@pytest.fixture
def staff(running):
    with running.change() as session:
        ids = [world.person(session, name=name).id for name in ("Grace Staff", "Hal Staff")]
    return lambda session: [session.get_one(world.Person, each) for each in ids]


def write(running, staff, now):
    return digests.write_staff_digests(running.sessions, staff=staff, now=now, settings=running.settings)


def newest(running):
    return running.mails("digest")[-1].text


def test_everybody_on_the_staff_gets_one_mail_a_day_with_what_happened(running, staff):
    running.decide("Acme Metals", Decision.DECLINED, reason="Our board\nwants a longer period.", now=eastern(3, 5))
    assert [write(running, staff, now) for now in (FRIDAY, FRIDAY, eastern(3, 6, 15))] == [2, 0, 0]
    assert {mail.to_name for mail in running.mails("digest")} == {"Grace Staff", "Hal Staff"}
    text = newest(running)
    assert "Acme Metals: declined, by Signer of Acme Metals" in text
    assert "Reason (for the staff only): Our board wants a longer period." in text
    assert "Undecided:          2" in text
    assert "/dockets/" in text


def test_nothing_is_written_when_nothing_happened(running, staff):
    assert write(running, staff, FRIDAY) == 0
    remind_due(running.sessions, now=eastern(3, 9), settings=running.settings)
    assert write(running, staff, eastern(3, 10, 8)) == 0


def test_what_happens_after_this_morning_waits_for_the_next_one(running, staff):
    running.decide("Acme Metals", now=eastern(3, 6, 9))
    assert write(running, staff, eastern(3, 6, 11)) == 0
    assert [write(running, staff, eastern(3, day, 12)) for day in (7, 8)] == [0, 0]
    assert write(running, staff, eastern(3, 9, 8)) == 2


def test_nothing_is_told_twice_and_nothing_is_left_out(running, staff):
    running.decide("Acme Metals", now=eastern(3, 5))
    write(running, staff, FRIDAY)
    running.decide("Birch Optics", Decision.ABSTAINED, now=eastern(3, 6, 12))
    write(running, staff, eastern(3, 9, 8))
    text = newest(running)
    assert "Birch Optics: abstained" in text
    assert "Acme Metals: joined" not in text
    assert "Joined what stands: 1 of 3" in text


def test_the_digest_tells_of_openings_handings_on_bounces_stops_and_staleness(running, staff):
    running.decide("Acme Metals", now=eastern(3, 4, 11))
    mail = running.mails()[2]
    with running.change() as session:
        links.mark_opened(session, running.request(session, "Birch Optics"), now=eastern(3, 4, 12))
        bounce = BounceReport(mail.id, "house.example", mail.to_email, "5.1.1 unknown")
        bounces.mark(session, bounce, sender="a@house.example", now=eastern(3, 4, 13))
    running.freeze(now=eastern(3, 5))
    write(running, staff, FRIDAY)
    text = newest(running)
    assert "Opened the letter\n\n  - Birch Optics" in text
    assert "5.1.1 unknown" in text
    assert "Cobalt Tools" in text
    assert "Stale now: the wording changed after they agreed to it\n\n  - Acme Metals" in text
    with running.sessions() as session:
        html = session.scalars(select(OutgoingMail).where(OutgoingMail.key.contains("digest"))).first().html
    assert all(words in html for words in ("Birch Optics", "5.1.1 unknown", "Acme Metals"))


def test_no_digest_is_written_where_it_is_turned_off(running, staff):
    running.decide("Acme Metals", now=eastern(3, 5))
    with running.change() as session:
        letter = session.scalars(select(SigningCampaign)).one().letter
        set_up(session, letter, reminders=True, digests=False, actor="Staff", now=eastern(3, 5))
    assert write(running, staff, FRIDAY) == 0


def test_without_anybody_to_read_it_the_news_wait(running, staff):
    running.decide("Acme Metals", now=eastern(3, 5))
    assert write(running, lambda session: [], FRIDAY) == 0
    assert write(running, staff, eastern(3, 9, 8)) == 2


# ------------------------------------------------------------------------------------------------ news for who joined


def tell(running, now):
    return digests.tell_joined(running.sessions, now=now)


def test_everybody_who_joined_is_told_once_that_the_text_moved(running):
    running.decide("Acme Metals", now=eastern(3, 5))
    running.decide("Birch Optics", Decision.DECLINED, now=eastern(3, 5))
    running.freeze(now=eastern(3, 6, 9))
    assert [tell(running, eastern(3, 6, hour)) for hour in (10, 11)] == [1, 0]
    (mail,) = running.mails("moved")
    assert mail.to_name == "Signer of Acme Metals"
    assert "Heading b: reworded" in mail.text
    assert "Heading b: reworded" in mail.html


def test_the_next_version_is_an_event_of_its_own(running):
    running.decide("Acme Metals", now=eastern(3, 5))
    running.freeze(now=eastern(3, 6, 9))
    tell(running, eastern(3, 6, 10))
    running.freeze(key="c", now=eastern(3, 6, 11))
    assert [tell(running, eastern(3, 6, 12)), tell(running, eastern(3, 6, 12))] == [1, 0]


def test_nobody_is_told_at_night_but_in_the_morning(running):
    running.decide("Acme Metals", now=eastern(3, 5))
    running.freeze(now=eastern(3, 6, 19))
    assert [tell(running, now) for now in (eastern(3, 6, 20), eastern(3, 7, 12), eastern(3, 9, 8))] == [0, 0, 1]


def test_a_version_with_the_same_words_is_no_news(running):
    running.decide("Acme Metals", now=eastern(3, 5))
    running.freeze(text="What we  say in part b.", now=eastern(3, 6, 9))
    assert tell(running, eastern(3, 6, 10)) == 0


def test_who_was_asked_again_or_told_that_it_is_cosmetic_is_not_told_twice(running):
    running.decide("Acme Metals", now=eastern(3, 5))
    running.decide("Birch Optics", now=eastern(3, 5))
    running.freeze(now=eastern(3, 6, 9))
    with running.change() as session:
        request = running.request(session, "Birch Optics")
        running.ask(session, request.organization, request.person, now=eastern(3, 6, 9))
        letter = request.letter
        (change,) = changes_to_judge(session, letter)
        judgement = Judgement(change.change, Weight.COSMETIC, "A typo.")
        judge(session, letter, [judgement], actor="Grace", now=eastern(3, 6, 9), settings=running.settings)
    assert tell(running, eastern(3, 6, 10)) == 0


def objects(running, decision, now):
    """The lead was asked, joined, and gives another decision."""
    with running.change() as session:
        lead = session.get_one(world.Organization, running.lead_id)
        lead.name = "The House"
        running.ask(session, lead, world.signer(session, lead, name="Head of the House"), now=eastern(3, 4))
    running.decide("The House", now=eastern(3, 4, 11))
    running.decide("The House", decision, reason="A secret of the staff", now=now)


@pytest.mark.parametrize("decision", [Decision.WITHDRAWN, Decision.DECLINED])
def test_everybody_who_joined_before_is_told_once_that_a_lead_objects_without_its_reason(running, decision):
    running.decide("Acme Metals", now=eastern(3, 5))
    objects(running, decision, eastern(3, 6, 9))
    running.decide("Birch Optics", now=eastern(3, 6, 10))
    assert [tell(running, eastern(3, 6, hour)) for hour in (11, 12)] == [1, 0]
    (mail,) = running.mails("objection")
    assert mail.to_name == "Signer of Acme Metals"
    assert f"another decision on March 6, 2026, 9:00 a.m. Eastern: {decision.value}" in " ".join(mail.text.split())
    assert "secret" not in mail.text + mail.html


def test_a_member_that_declines_is_nobody_elses_news(running):
    running.decide("Acme Metals", now=eastern(3, 5))
    running.decide("Birch Optics", Decision.DECLINED, now=eastern(3, 6, 9))
    assert tell(running, eastern(3, 6, 10)) == 0
