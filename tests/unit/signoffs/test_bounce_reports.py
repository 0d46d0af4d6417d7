"""Delivery status notifications as several servers write them."""

import pytest

from commenttrack.signoffs.bounce_reports import LARGEST, BounceReport, NoBounce, read_report

WHOLE = """\
From: MAILER-DAEMON@mx.example.net
To: commenttrack@house.example
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

This is the mail system at mx.example.net. Your message could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net
Arrival-Date: Mon, 2 Mar 2026 10:00:00 -0500

{recipient}

--b
Content-Type: {kind}

Message-ID: <commenttrack-000042@House.example>
From: commenttrack@house.example
To: ada@example.org
Subject: Will you join?

--b--
"""
FAILED = """\
Final-Recipient: rfc822; ada@example.org
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 <ada@example.org>: Recipient address
    rejected: User unknown"""


def notification(recipient=FAILED, kind="message/rfc822"):
    return WHOLE.format(recipient=recipient, kind=kind).encode()


@pytest.mark.parametrize("kind", ["message/rfc822", "text/rfc822-headers"])
def test_a_report_names_the_mail_the_recipient_and_the_reason(kind):
    assert read_report(notification(kind=kind)) == BounceReport(
        42,
        "house.example",
        "ada@example.org",
        "5.1.1 550 5.1.1 <ada@example.org>: Recipient address rejected: User unknown",
    )


def test_line_ends_of_a_mail_server_are_read_as_well():
    assert read_report(notification().replace(b"\n", b"\r\n")).mail_id == 42


def test_a_report_without_the_mail_is_known_by_what_it_refers_to():
    bare = notification().replace(b"Message-ID:", b"X-Other:")
    bare = bare.replace(b"MIME-Version", b"References: <other@x> <commenttrack-000042@house.example>\nMIME-Version")
    assert (read_report(bare).mail_id, read_report(bare).domain) == (42, "house.example")


def test_a_report_of_a_mail_to_two_tells_the_one_that_failed():
    two = "Final-Recipient: rfc822; b@example.org\nAction: delivered\nStatus: 2.0.0\n\n" + FAILED
    assert read_report(notification(two)).recipient == "ada@example.org"


def test_a_server_that_gives_no_reason_is_said_to_give_none():
    assert "no reason" in read_report(notification("Final-Recipient: rfc822; a@b.org\nAction: failed")).why


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "not a delivery status notification"),
        (b"Subject: Out of office\n\nI am away.", "not a delivery status notification"),
        (notification(FAILED.replace("failed", "delayed")), "delayed"),
        (notification("X-Nothing: here"), "no recipient"),
        (notification().replace(b"commenttrack-000042", b"somebody-else"), "not name a mail of ours"),
        (b"x" * (LARGEST + 1), "larger"),
        (notification()[:300], "no recipient"),
    ],
)
def test_anything_else_is_refused_with_what_it_is(data, says):
    with pytest.raises(NoBounce, match=says):
        read_report(data)
