"""Reminders by the schedule: to the undecided, once each, whatever happens to the worker."""

import datetime as dt
import threading

import pytest
from sqlalchemy import event, select
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import Session

from commenttrack import audit, outbox
from commenttrack.members.links import LinkUnknown
from commenttrack.outbox import OutgoingMail
from commenttrack.rulemaking.models import Docket
from commenttrack.signoffs import digests, handing_on, operations
from commenttrack.signoffs.campaigns import set_up
from commenttrack.signoffs.lifecycle import Decision
from commenttrack.signoffs.links import find_request
from commenttrack.signoffs.models import SigningCampaign, SignOffRequest
from commenttrack.signoffs.refusals import CannotBeAsked
from commenttrack.signoffs.reminding import find_reminded, plan, remind_due, stop
from tests.factories import world
from tests.records.signoffs.conftest import eastern

FIRST = eastern(3, 9)
"""The working day five days after the asking."""


def run(running, now):
    return remind_due(running.sessions, now=now, settings=running.settings)


def test_the_undecided_are_reminded_five_days_after_they_were_asked(running):
    running.decide("Birch Optics", now=eastern(3, 5))
    assert [run(running, eastern(3, day, hour)) for day, hour in ((5, 10), (8, 10), (9, 7), (9, 9))] == [0, 0, 0, 0]
    assert run(running, FIRST) == 2
    assert running.reminded() == [("Acme Metals", 1), ("Cobalt Tools", 1)]


def test_running_again_writes_nothing_twice(running):
    assert [run(running, FIRST), run(running, FIRST), run(running, FIRST + dt.timedelta(minutes=1))] == [3, 0, 0]
    assert run(running, eastern(3, 11)) == 3


def test_a_reminder_is_the_mail_with_a_new_link_and_a_way_to_stop_it(running):
    before = len(running.mails())
    run(running, FIRST)
    mail = running.mails()[before]
    assert "Your decision by" in mail.subject
    assert "/sign/••••••/reminders" in mail.text
    assert mail.unsubscribe.endswith("/sign/••••••/reminders")
    message = outbox.message_of(mail, sender="a@example.org")
    assert message["List-Unsubscribe"] == f"<{running.settings.base_url}/sign/{mail.secret}/reminders>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    with running.sessions() as session:
        assert find_request(session, mail.secret, now=FIRST).person.email == mail.to_email


def test_an_invitation_has_no_reminders_to_stop(running):
    assert {mail.unsubscribe for mail in running.mails()} == {""}
    assert not any("reminders" in mail.text for mail in running.mails())


def test_the_trail_says_that_the_schedule_did_it(running):
    run(running, FIRST)
    with running.sessions() as session:
        events = session.scalars(select(audit.AuditEvent).where(audit.AuditEvent.actor == "the schedule")).all()
        assert {event.action for event in events} == {"sign-off asked (reminder)"}
        assert [r.by for r in running.request(session, "Acme Metals").reminders] == [""]


def test_nobody_is_reminded_while_the_campaign_is_off(running):
    with running.change() as session:
        letter = session.scalars(select(SigningCampaign)).one().letter
        set_up(session, letter, reminders=False, digests=True, actor="Staff", now=eastern(3, 5))
    assert run(running, FIRST) == 0


def test_who_decides_stops_being_reminded(running):
    run(running, FIRST)
    running.decide("Acme Metals", Decision.DECLINED, now=eastern(3, 10))
    assert run(running, eastern(3, 11)) == 2


def test_nobody_gets_more_than_five_and_none_after_decisions_closed(running):
    now = eastern(3, 4)
    while now < eastern(4, 30):
        run(running, now)
        now += dt.timedelta(hours=3)
    assert [number for name, number in running.reminded() if name == "Acme Metals"] == [1, 2, 3, 4, 5]
    with running.sessions() as session:
        sent = [r.reminded_at for r in running.request(session, "Acme Metals").reminders]
    assert max(sent) < eastern(3, 21, 0)
    assert sum(moment >= eastern(3, 18, 0) for moment in sent) >= 1


def test_a_deadline_moved_back_after_the_links_ended_has_the_undecided_reminded(running):
    assert run(running, eastern(3, 23)) == 0
    with running.change() as session:
        session.scalars(select(Docket)).one().internal_deadline = dt.date(2026, 4, 30)
    assert run(running, eastern(3, 23, 11)) == 3
    assert "April 30" in running.mails()[-1].subject


def test_a_reminder_by_hand_counts(running):
    with running.change() as session:
        letter = session.scalars(select(SigningCampaign)).one().letter
        operations.remind(session, letter, actor="Grace", now=eastern(3, 6), settings=running.settings)
    assert run(running, FIRST) == 3
    assert running.reminded()[:2] == [("Acme Metals", 1), ("Acme Metals", 2)]
    with running.sessions() as session:
        assert [r.by for r in running.request(session, "Acme Metals").reminders] == ["Grace", ""]


def test_a_letter_that_moved_meanwhile_is_told_with_its_changes(running):
    running.freeze(now=eastern(3, 6))
    run(running, FIRST)
    mail = running.mails()[-1]
    assert mail.subject.startswith("The letter has changed")
    assert mail.unsubscribe
    assert len(running.reminded()) == 3


def test_without_a_deadline_the_reminders_come_to_an_end(running):
    with running.change() as session:
        docket = session.scalars(select(Docket)).one()
        docket.internal_deadline = None
        docket.comment_dates.clear()
    now = eastern(3, 4)
    while now < eastern(8, 30):
        run(running, now)
        now += dt.timedelta(hours=20)
    assert len(running.reminded()) == 15


# ------------------------------------------------------------------------------------------------------------ stopping


def token_of(running, name):
    with running.sessions() as session:
        subject = f"sign_off_request {running.request(session, name).id}"
    return [mail.secret for mail in running.mails() if mail.about == subject and mail.secret][-1]


def test_who_stops_reminders_gets_none_and_can_still_decide(running):
    token = token_of(running, "Acme Metals")
    with running.change() as session:
        stop(session, token, now=eastern(3, 5))
        stop(session, token, now=eastern(3, 6))
    assert run(running, FIRST) == 2
    with running.sessions() as session:
        assert running.request(session, "Acme Metals").reminders_stopped_at == eastern(3, 5)
        assert find_request(session, token, now=FIRST)
        stopped = select(audit.AuditEvent).where(audit.AuditEvent.action == "reminders stopped")
        assert len(session.scalars(stopped).all()) == 1


def test_reminders_by_hand_respect_it_too(running):
    with running.change() as session:
        stop(session, token_of(running, "Acme Metals"), now=eastern(3, 5))
    with running.change() as session:
        letter = session.scalars(select(SigningCampaign)).one().letter
        asked = operations.remind(session, letter, actor="S", now=eastern(3, 6), settings=running.settings)
        assert [request.organization.name for request in asked] == ["Birch Optics", "Cobalt Tools"]
        request = running.request(session, "Acme Metals")
        with pytest.raises(CannotBeAsked, match="no more reminders"):
            running.ask(session, request.organization, request.person, now=eastern(3, 6))


def test_the_link_of_an_older_mail_stops_reminders_as_well(running):
    token = token_of(running, "Acme Metals")
    run(running, FIRST)
    with running.change() as session:
        assert stop(session, token, now=eastern(3, 10)).organization.name == "Acme Metals"
    assert run(running, eastern(3, 11)) == 2


def test_a_link_that_was_handed_on_or_invented_stops_nothing(running):
    token = token_of(running, "Acme Metals")
    with running.change() as session:
        handing_on.hand_on(
            session, token, name="Lin Colleague", email="lin@example.org", now=eastern(3, 5), settings=running.settings
        )
    with running.sessions() as session:
        for wrong in (token, "invented"):
            with pytest.raises(LinkUnknown):
                find_reminded(session, wrong)


def test_the_wish_of_one_person_does_not_bind_the_next(running):
    token = token_of(running, "Acme Metals")
    with running.change() as session:
        stop(session, token, now=eastern(3, 5))
        handing_on.hand_on(
            session, token, name="Lin Colleague", email="lin@example.org", now=eastern(3, 5), settings=running.settings
        )
    assert run(running, eastern(3, 10)) == 3


def test_the_plan_says_when_or_why_not(running):
    with running.change() as session:
        stop(session, token_of(running, "Acme Metals"), now=eastern(3, 5))
    with running.change() as session:
        running.request(session, "Birch Optics").person.email = None
    with running.sessions() as session:
        letter = session.scalars(select(SigningCampaign)).one().letter
        planned = {each.request.organization.name: (each.at, each.why) for each in plan(session, letter, now=FIRST)}
    assert planned == {
        "Acme Metals": (None, "asked for no more reminders"),
        "Birch Optics": (None, "has no e-mail address"),
        "Cobalt Tools": (FIRST, ""),
    }


def test_the_plan_takes_the_same_number_of_queries_for_any_number(running, engine):
    def queries():
        seen = []
        count = lambda *_: seen.append(1)  # noqa: E731
        with running.sessions() as session:
            letter = session.scalars(select(SigningCampaign)).one().letter
            event.listen(engine, "before_cursor_execute", count)
            plan(session, letter, now=FIRST)
            event.remove(engine, "before_cursor_execute", count)
        return len(seen)

    few = queries()
    with running.change() as session:
        for number in range(20):
            member = world.organization(session, f"Member {number}")
            running.ask(session, member, world.signer(session, member), now=eastern(3, 4))
    assert queries() == few


# -------------------------------------------------------------------------------------- workers that die or race


class Killed(BaseException):
    """The machine went away."""


def killer(*, after):
    """Lets so many transactions pass, and kills the next one."""
    left = iter(range(after))

    def die(session):
        if next(left, None) is None:
            raise Killed

    return die


def everything(running, now):
    remind_due(running.sessions, now=now, settings=running.settings)
    digests.tell_joined(running.sessions, now=now)
    digests.write_staff_digests(
        running.sessions,
        staff=lambda session: [session.scalars(select(world.Person).where(world.Person.name == "Grace Staff")).one()],
        now=now,
        settings=running.settings,
    )


@pytest.mark.parametrize("moment", ["before_commit", "after_commit"])
def test_a_worker_killed_at_any_transaction_leaves_each_mail_written_once(running, moment):
    """It dies at its first transaction, is started and dies at the next, until one gets through."""
    with running.change() as session:
        world.person(session, name="Grace Staff")
    running.decide("Birch Optics", now=eastern(3, 5))
    running.freeze(now=eastern(3, 6))
    deaths, survived = 0, False
    before = len(running.mails())
    while not survived:
        die = killer(after=deaths)
        event.listen(Session, moment, die)
        try:
            everything(running, FIRST)
            survived = True
        except (Killed, InvalidRequestError):  # a session that was killed after its commit cannot be rolled back
            deaths += 1
        finally:
            event.remove(Session, moment, die)
    assert deaths >= 5
    written = running.mails()[before:]
    assert len({mail.key for mail in written}) == len(written)
    assert sorted(mail.subject.partition(":")[0].partition(" (")[0] for mail in written) == [
        "Sign-offs",
        "The letter has changed",
        "The letter has changed",
        "The letter that Birch Optics joined has changed",
    ]
    assert running.reminded() == [("Acme Metals", 1), ("Cobalt Tools", 1)]
    everything(running, FIRST)
    assert len(running.mails()) == before + len(written)


def test_two_workers_at_once_write_each_reminder_once(running):
    gate, failures = threading.Barrier(2), []

    def work():
        gate.wait(timeout=10)
        try:
            run(running, FIRST)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert failures == []
    assert [number for _, number in running.reminded()] == [1, 1, 1]
    with running.sessions() as session:
        reminders = select(OutgoingMail).where(OutgoingMail.unsubscribe != "")
        assert len(session.scalars(reminders).all()) == 3
        assert len(session.scalars(select(SignOffRequest)).all()) == 3
