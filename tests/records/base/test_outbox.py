"""Mail: written with its cause, sent after it, at least once and never twice for the same event."""

import datetime as dt
import email
import email.policy
import smtplib
import socket
import threading

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import select

from commenttrack.db import make_sessions, transaction
from commenttrack.outbox import (
    LEASE,
    MAX_ATTEMPTS,
    SECRET_MARK,
    FileTransport,
    OutgoingMail,
    SmtpTransport,
    message_of,
    pause,
    send_pending,
    transport,
    write,
)

NOW = dt.datetime(2026, 3, 2, 15, tzinfo=dt.UTC)
SENDER = "CommentTrack <commenttrack@example.org>"


def put(session, key="cause 1", **values):
    return write(
        session,
        **{
            "key": key,
            "to_name": "Ada Signer",
            "to_email": "ada@example.org",
            "subject": "Will you join? – “yes”",
            "text": "Dear Ada,\n\nplease.\n",
            "html": "<p>Dear Ada, <b>please</b>.</p>",
            "now": NOW,
            **values,
        },
    )


class Collected:
    """A carrier that keeps what it was given, or fails as told."""

    def __init__(self, fail=None):
        self.messages, self.fail = [], fail

    def send(self, message):
        if self.fail is not None:
            raise self.fail
        self.messages.append(message)


@pytest.fixture
def sessions(engine):
    return make_sessions(engine)


def mails(sessions):
    with sessions() as session:
        return session.scalars(select(OutgoingMail).order_by(OutgoingMail.id)).all()


def send(sessions, carrier):
    return send_pending(sessions, carrier, sender=SENDER, now=NOW)


def test_one_cause_writes_one_mail(session):
    assert put(session) is put(session)
    session.flush()
    assert len(session.scalars(select(OutgoingMail)).all()) == 1


def test_a_mail_whose_cause_failed_is_never_sent(sessions):
    with sessions() as session, pytest.raises(RuntimeError), transaction(session):
        put(session)
        raise RuntimeError("the cause failed")
    carrier = Collected()
    assert send(sessions, carrier) == 0
    assert carrier.messages == []


def test_each_mail_is_sent_once_in_the_order_of_writing(sessions):
    with sessions() as session, transaction(session):
        put(session, "one", subject="First")
        session.flush()
        put(session, "two", subject="Second")
    carrier = Collected()
    assert (send(sessions, carrier), send(sessions, carrier)) == (2, 0)
    assert [message["Subject"] for message in carrier.messages] == ["First", "Second"]
    assert all(mail.sent_at == NOW for mail in mails(sessions))


@pytest.mark.parametrize("failure", [OSError("refused"), smtplib.SMTPRecipientsRefused({})])
def test_a_mail_that_fails_keeps_its_error_does_not_hold_up_others_and_is_tried_again(sessions, failure):
    with sessions() as session, transaction(session):
        put(session)
    assert send(sessions, Collected(failure)) == 0
    (mail,) = mails(sessions)
    assert mail.sent_at is None
    assert mail.error
    carrier = Collected()
    assert send(sessions, carrier) == 0  # a server that is away for a moment would use all tries up in seconds
    assert send_pending(sessions, carrier, sender=SENDER, now=NOW + pause(1)) == 1
    assert mails(sessions)[0].error == ""


def test_a_mail_server_may_be_away_for_a_day_and_after_two_the_mail_counts_as_come_back(sessions):
    with sessions() as session, transaction(session):
        put(session, secret="T0KEN")
    told, now = [], NOW
    while not told:
        last = mails(sessions)[0]
        assert (last.bounced_at, last.secret) == (None, "T0KEN")
        send_pending(
            sessions, Collected(OSError("away")), sender=SENDER, now=now, refused=lambda _, mail: told.append(mail.id)
        )
        (mail,) = mails(sessions)
        now = mail.claimed_at + LEASE if mail.claimed_at else now
    assert dt.timedelta(hours=36) < mail.bounced_at - NOW < dt.timedelta(hours=60)
    assert (mail.attempts, mail.secret) == (MAX_ATTEMPTS, "")
    assert mail.bounce == f"given up after {MAX_ATTEMPTS} tries: away"
    assert send_pending(sessions, Collected(), sender=SENDER, now=now + dt.timedelta(days=1)) == 0


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("ada@exämple.org", b"To: Ada <ada@xn--exmple-cua.org>"),
        ("jos\xe9@example.org", "To: Ada <jos\xe9@example.org>"),
    ],
)
def test_an_address_that_is_not_ascii_gets_its_mail(sessions, tmp_path, address, written):
    with sessions() as session, transaction(session):
        put(session, to_name="Ada", to_email=address)
    assert send(sessions, FileTransport(tmp_path)) == 1
    (file,) = tmp_path.glob("*.eml")
    assert (written if isinstance(written, bytes) else written.encode()) in file.read_bytes()


def test_a_mail_that_cannot_be_put_into_a_message_does_not_hold_up_the_ones_behind_it(sessions):
    with sessions() as session, transaction(session):
        put(session, "broken", to_name="Ada\nBcc: all@example.org")
        session.flush()
        put(session, "sound")
    carrier = Collected()
    assert send(sessions, carrier) == 1
    broken, sound = mails(sessions)
    assert broken.error
    assert broken.sent_at is None
    assert sound.sent_at == NOW


def test_a_worker_that_died_after_sending_repeats_under_the_same_message_id(sessions):
    class Dies(Collected):
        def send(self, message):
            super().send(message)
            raise KeyboardInterrupt

    with sessions() as session, transaction(session):
        put(session)
    dying, next_one = Dies(), Collected()
    with pytest.raises(KeyboardInterrupt):
        send(sessions, dying)
    # It may still be sending, for all that another worker knows.
    assert send(sessions, next_one) == 0
    assert send_pending(sessions, next_one, sender=SENDER, now=NOW + LEASE + dt.timedelta(seconds=1)) == 1
    assert dying.messages[0]["Message-ID"] == next_one.messages[0]["Message-ID"]


def test_two_workers_never_send_the_same_mail(sessions):
    with sessions() as session, transaction(session):
        for number in range(12):
            put(session, f"cause {number}")
    carrier, gate = Collected(), threading.Barrier(2)

    def work():
        gate.wait(timeout=10)
        send(sessions, carrier)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    while send(sessions, carrier):
        pass
    identifiers = [message["Message-ID"] for message in carrier.messages]
    assert len(identifiers) == len(set(identifiers)) == 12


def test_a_secret_is_sent_but_neither_stored_in_the_text_nor_kept_after_sending(sessions):
    with sessions() as session, transaction(session):
        put(
            session,
            text="https://x.example/sign/T0KEN",
            html="<a href='https://x.example/sign/T0KEN'>x</a>",
            secret="T0KEN",
        )
    (waiting,) = mails(sessions)
    assert "T0KEN" not in waiting.text + waiting.html
    assert SECRET_MARK in waiting.text
    carrier = Collected()
    send(sessions, carrier)
    (message,) = carrier.messages
    assert "sign/T0KEN" in message.get_body(("plain",)).get_content()
    assert "sign/T0KEN" in message.get_body(("html",)).get_content()
    assert mails(sessions)[0].secret == ""


def test_a_name_with_quotes_and_commas_stays_one_address(session):
    mail = put(session, to_name='Ada "the CEO" Signer, PhD')
    session.flush()
    (address,) = message_of(mail, sender=SENDER)["To"].addresses
    assert (address.display_name, address.addr_spec) == ('Ada "the CEO" Signer, PhD', "ada@example.org")


def test_the_file_outbox_writes_a_readable_message(sessions, tmp_path):
    with sessions() as session, transaction(session):
        put(session)
    carrier = transport(f"file://{tmp_path}/out%20box")
    assert isinstance(carrier, FileTransport)
    assert send(sessions, carrier) == 1
    (file,) = (tmp_path / "out box").glob("*.eml")
    message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    assert message["Subject"] == "Will you join? – “yes”"
    assert message["Auto-Submitted"] == "auto-generated"
    assert list((tmp_path / "out box").iterdir()) == [file]  # nothing unfinished stays behind


class Inbox:
    """What an SMTP server received; refuses recipients at refused.example."""

    def __init__(self):
        self.envelopes = []

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 aiosmtpd's name
        if address.endswith("@refused.example"):
            return "550 no such person"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 aiosmtpd's name
        self.envelopes.append(envelope)
        return "250 OK"


@pytest.fixture
def smtp():
    with socket.create_server(("127.0.0.1", 0)) as free:  # the controller cannot look for a free port itself
        port = free.getsockname()[1]
    controller = Controller(Inbox(), hostname="127.0.0.1", port=port)
    controller.start()
    yield controller
    controller.stop()


def test_mail_goes_through_a_real_smtp_server_with_text_and_html(sessions, smtp):
    with sessions() as session, transaction(session):
        put(session, "refused", to_email="nobody@refused.example")
        session.flush()
        put(session, "taken")
    carrier = transport(f"smtp://127.0.0.1:{smtp.port}")
    assert isinstance(carrier, SmtpTransport)
    assert send(sessions, carrier) == 1
    (envelope,) = smtp.handler.envelopes
    assert envelope.rcpt_tos == ["ada@example.org"]
    message = email.message_from_bytes(envelope.content, policy=email.policy.default)
    assert message["Subject"] == "Will you join? – “yes”"
    assert message.get_body(("plain",)).get_content().splitlines()[0] == "Dear Ada,"
    assert "<b>please</b>" in message.get_body(("html",)).get_content()
    refused, taken = mails(sessions)
    assert "550" in refused.error or "no such person" in refused.error
    assert taken.sent_at == NOW


def test_a_mail_that_an_smtp_server_refuses_for_good_is_marked_told_once_and_left(sessions, smtp):
    with sessions() as session, transaction(session):
        put(session, to_email="nobody@refused.example", secret="T0KEN")
    told = []
    for _ in range(2):
        send_pending(
            sessions,
            transport(f"smtp://127.0.0.1:{smtp.port}"),
            sender=SENDER,
            now=NOW,
            refused=lambda session, mail: told.append(mail.id),
        )
    (mail,) = mails(sessions)
    assert (mail.bounced_at, mail.bounce, mail.secret, mail.attempts) == (NOW, "550 no such person", "", 1)
    assert told == [mail.id]
