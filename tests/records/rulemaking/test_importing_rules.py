"""Importing a notice: all of it or nothing, once, and readable back exactly."""

import datetime as dt
import re

import pytest
from sqlalchemy import func, select

from commenttrack import audit
from commenttrack.errors import BadInput, Refused
from commenttrack.rulemaking import federal_register
from commenttrack.rulemaking.models import CommentDate, Docket, Provision, RuleDocument
from commenttrack.rulemaking.operations import (
    AlreadyImported,
    deadline,
    dockets_by_deadline,
    import_rule,
    parsed_rule,
    set_publication_date,
)

NOW = dt.datetime(2026, 3, 2, 15, 0, tzinfo=dt.UTC)


def test_a_stored_rule_reads_back_as_it_was_parsed(session, made, document):
    parsed = federal_register.parse(made.rule(), publication_date=made.dates["published"])
    assert parsed_rule(session, document) == parsed


def test_a_real_rule_reads_back_as_it_was_parsed(session, storage, shared):
    data = (shared / "rules" / "prorule-2016-08622.xml").read_bytes()
    document = import_rule(session, data, name="gao.xml", storage=storage, actor="A test", now=NOW)
    assert parsed_rule(session, document) == federal_register.parse(data, name="gao.xml")


def test_provisions_know_their_parents_in_the_database(session, document):
    provision = session.scalars(select(Provision).where(Provision.label == "15 CFR 1790.2(a)(1)")).one()
    assert provision.parent.label == "15 CFR 1790.2(a)"


def test_the_imported_file_is_kept(session, made, document, storage):
    assert storage.get(document.source_key) == made.rule()


def test_the_same_file_is_not_stored_twice_in_a_docket(session, made, document, storage):
    with pytest.raises(AlreadyImported, match="Nothing was stored twice"):
        import_rule(
            session, made.rule(), name="again.xml", storage=storage, docket=document.docket, actor="A test", now=NOW
        )
    assert session.scalar(select(func.count()).select_from(RuleDocument)) == 1


@pytest.mark.parametrize(
    "data",
    [
        b"not XML at all",
        b"<PRORULE><PREAMB><AGENCY>Cut off",
        b'<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><PRORULE>&b;</PRORULE>',
        b"<PRORULE><PREAMB><SUBJECT>Nothing to comment on</SUBJECT></PREAMB></PRORULE>",
        b"<html><body>Not a rule</body></html>",
        b"",
    ],
)
def test_what_cannot_be_read_leaves_nothing_behind(session, storage, data):
    with pytest.raises(BadInput):
        import_rule(session, data, name="bad.xml", storage=storage, actor="A test", now=NOW)
    session.flush()
    assert [
        session.scalar(select(func.count()).select_from(table)) for table in (Docket, RuleDocument, audit.AuditEvent)
    ] == [0, 0, 0]


def test_the_import_is_in_the_audit_trail(session, document):
    event = session.scalars(select(audit.AuditEvent).order_by(audit.AuditEvent.number.desc())).first()
    assert (event.action, event.subject, event.details["file"]) == (
        "rule imported",
        f"rule_document {document.id}",
        "rule.xml",
    )


def test_planning_goes_by_the_earliest_comment_date(session, made, document):
    docket = document.docket
    docket.comment_dates.append(
        CommentDate(
            date=made.dates["comments_due"] - dt.timedelta(days=1),
            time=None,
            zone="America/New_York",
            purpose="comments",
            source="API",
            computed=False,
            text="",
        )
    )
    assert deadline(docket).source == "API"


def test_a_date_for_something_else_is_no_deadline(session):
    docket = Docket(title="A hearing only", illustrative=False, created_at=NOW)
    docket.comment_dates.append(
        CommentDate(
            date=dt.date(2026, 4, 1),
            time=None,
            zone="America/New_York",
            purpose="hearing",
            source="DATES",
            computed=False,
            text="",
        )
    )
    session.add(docket)
    session.flush()
    assert deadline(docket) is None


def test_dockets_come_by_deadline_and_those_without_one_last(session, document):
    session.add(Docket(title="No date", illustrative=False, created_at=NOW))
    session.flush()
    assert [docket.title == "No date" for docket in dockets_by_deadline(session)] == [False, True]


def undated(made, due):
    """The illustrative rule with another sentence on its dates, as a file that does not show its day."""
    return re.sub(
        r"(<HD SOURCE=\"HED\">DATES:</HD>\s*<P>).*?</P>", rf"\1{due}</P>", made.rule().decode(), flags=re.DOTALL
    )


def test_a_day_of_publication_that_is_given_later_makes_the_document_what_it_had_been_with_that_day(
    session, made, storage
):
    data = undated(made, "Comments are due 60 days after publication in the Federal Register.").encode()
    document = import_rule(session, data, name="rule.xml", storage=storage, actor="A test", now=NOW)
    # Counted from the day after the filing, which is likely and no more.
    assert deadline(document.docket).date == made.dates["published"] + dt.timedelta(days=60)
    day = made.dates["published"] + dt.timedelta(days=1)
    (date,) = set_publication_date(session, document, day, storage=storage, actor="A test", now=NOW)
    assert (date.date, date.computed) == (day + dt.timedelta(days=60), True)
    session.flush()
    session.expire_all()
    assert document.docket.comment_dates == [date]
    assert document.publication_date == day
    assert parsed_rule(session, document) == federal_register.parse(data, publication_date=day)
    with pytest.raises(Refused, match="The day is known"):
        set_publication_date(session, document, day, storage=storage, actor="A test", now=NOW)


@pytest.mark.parametrize(("days", "says"), [(370, "that volume is not of"), (61, "as a date to come")])
def test_a_day_of_publication_that_cannot_be_right_is_refused(session, made, document, storage, days, says):
    data = undated(made, f"Comments must be received by {made.dates['comments_due']:%B %-d, %Y}.").encode()
    document = import_rule(session, data, name="rule.xml", storage=storage, actor="A test", now=NOW)
    day = made.dates["published"] + dt.timedelta(days=days)
    with pytest.raises(Refused, match=says):
        set_publication_date(session, document, day, storage=storage, actor="A test", now=NOW)
    assert document.publication_date is None
    assert deadline(document.docket).date == made.dates["comments_due"]
