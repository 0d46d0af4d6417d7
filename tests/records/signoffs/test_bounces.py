"""Mails that came back: by a server that refuses, by a report, and what follows."""

import smtplib

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from commenttrack import audit, migrate, outbox
from commenttrack.cli import main
from commenttrack.db import make_engine, make_sessions, transaction
from commenttrack.outbox import send_pending
from commenttrack.signoffs import bounces
from commenttrack.signoffs.bounce_reports import BounceReport, NoBounce
from commenttrack.signoffs.reading import trail
from commenttrack.signoffs.reminding import remind_due
from tests.factories import world
from tests.records.signoffs.conftest import Running, eastern

SENDER = "CommentTrack <commenttrack@house.example>"


def report(mail, **values):
    values = {"domain": "house.example", "why": "5.1.1 no such person", **values}
    return BounceReport(mail.id, recipient=mail.to_email, **values)


def bounce(running, mail, *, now=None, **values):
    with running.change() as session:
        return bounces.mark(session, report(mail, **values), sender=SENDER, now=now or eastern(3, 5))


def bounced(running):
    with running.sessions() as session:
        requests = [running.request(session, name) for name in ("Acme Metals", "Birch Optics", "Cobalt Tools")]
        found = bounces.bounces_of(session, requests)
        return {each.organization.name: found[each.id].bounce for each in requests if each.id in found}


def test_a_bounce_stands_on_the_board_and_the_trail_of_its_request(running):
    bounce(running, running.mails()[0])
    assert bounced(running) == {"Acme Metals": "5.1.1 no such person"}
    with running.sessions() as session:
        last = trail(session, running.request(session, "Acme Metals"))[-1]
        assert (last.action, last.actor) == ("mail came back", "the mail server")
        assert last.details["why"] == "5.1.1 no such person"


def test_a_report_that_comes_twice_is_told_once(running):
    for _ in range(2):
        bounce(running, running.mails()[0])
    with running.sessions() as session:
        events = select(audit.AuditEvent).where(audit.AuditEvent.action == "mail came back")
        assert len(session.scalars(events).all()) == 1


def test_a_report_of_another_installation_is_refused(running):
    with pytest.raises(NoBounce, match="another installation"):
        bounce(running, running.mails()[0], domain="elsewhere.example")
    assert bounced(running) == {}


def test_asking_again_clears_it_and_a_late_report_of_the_old_mail_changes_nothing(running):
    old = running.mails()[0]
    bounce(running, old)
    with running.change() as session:
        request = running.request(session, "Acme Metals")
        running.ask(session, request.organization, request.person, now=eastern(3, 6))
    assert bounced(running) == {}


def test_nobody_is_reminded_at_an_address_that_does_not_take_mail(running):
    bounce(running, running.mails()[0])
    assert remind_due(running.sessions, now=eastern(3, 9), settings=running.settings) == 2


class Server:
    """Takes mail, but for some receivers."""

    def __init__(self, code, refused):
        self.code, self.refused, self.taken = code, refused, []

    def send(self, message):
        address = message["To"].addresses[0].addr_spec
        if address == self.refused:
            raise smtplib.SMTPRecipientsRefused({address: (self.code, b"no such\r\nperson")})
        self.taken.append(address)


def send(running, server, now):
    return send_pending(running.sessions, server, sender=SENDER, now=now, refused=bounces.record)


def test_a_mail_that_the_server_refuses_for_good_counts_as_bounced_and_is_not_tried_again(running):
    server = Server(550, running.mails()[0].to_email)
    assert send(running, server, eastern(3, 4)) == 2
    assert send(running, server, eastern(3, 4)) == 0
    (mail, *_) = running.mails()
    assert (mail.attempts, mail.sent_at, mail.secret) == (1, None, "")
    assert bounced(running) == {"Acme Metals": "550 no such person"}


def test_a_mail_that_is_refused_for_now_is_tried_again(running):
    server = Server(451, running.mails()[0].to_email)
    send(running, server, eastern(3, 4))
    assert bounced(running) == {}
    server.refused = ""
    assert send(running, server, eastern(3, 4, 11)) == 1


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (smtplib.SMTPRecipientsRefused({"a@b": (550, b"no")}), "550 no"),
        (smtplib.SMTPDataError(554, b"too   large"), "554 too large"),
        (smtplib.SMTPDataError(451, b"later"), ""),
        (smtplib.SMTPRecipientsRefused({}), ""),
        (smtplib.SMTPSenderRefused(550, b"who are you", "us@x"), ""),
        (smtplib.SMTPAuthenticationError(535, b"wrong password"), ""),
        (OSError("no route"), ""),
    ],
)
def test_only_what_concerns_the_receiver_or_the_mail_is_for_good(failure, words):
    assert outbox.refusal(failure) == words


def test_the_command_reads_a_message_as_a_mail_server_pipes_it(tmp_path, monkeypatch):
    for name, value in {"DATA": str(tmp_path), "SECRET_KEY": "k" * 40, "MAIL_FROM": "x@house.example"}.items():
        monkeypatch.setenv(f"COMMENTTRACK_{name}", value)
    migrate.upgrade(f"sqlite:///{tmp_path / 'commenttrack.sqlite'}")
    engine = make_engine(f"sqlite:///{tmp_path / 'commenttrack.sqlite'}")
    running = Running(make_sessions(engine), world.settings(tmp_path))
    stem = outbox.file_stem(running.mails()[0])
    message = (
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n"
        "Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n"
        "Final-Recipient: rfc822; a@b.org\nAction: failed\nStatus: 5.1.1\n\n--b\n"
        f"Content-Type: text/rfc822-headers\n\nMessage-ID: <{stem}@house.example>\n\n--b--\n"
    )
    done = CliRunner().invoke(main, ["bounce"], input=message)
    assert (done.exit_code, "came back: 5.1.1" in done.output) == (0, True), done.output
    (tmp_path / "away.eml").write_text("Subject: Out of office\n\nAway.")
    refused = CliRunner().invoke(main, ["bounce", "--file", str(tmp_path / "away.eml")])
    assert refused.exit_code == 2
    with running.sessions() as session, transaction(session):
        assert bounced(running) == {"Acme Metals": "5.1.1"}
    engine.dispose()
