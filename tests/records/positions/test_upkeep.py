"""Keeping positions: approvals, review, consensus, requests, exhibits, and that letters rest on what stands."""

import datetime as dt

import pytest
from sqlalchemy import insert, select

from commenttrack import illustration
from commenttrack.audit import AuditEvent
from commenttrack.errors import Refused
from commenttrack.filing.position_uses import uses_of
from commenttrack.letters import operations as letters
from commenttrack.letters import recorded_content
from commenttrack.letters.drafting import compose_letter
from commenttrack.positions import exhibits, upkeep
from commenttrack.positions.approval import ApprovalState, approval_state, blocking, why_not
from commenttrack.positions.library import chosen, nearest_positions, shelve
from commenttrack.positions.models import Consensus, Position, PositionApproval, ProvisionPosition
from commenttrack.positions.operations import RevisedMeanwhile, Wording, revise_position
from commenttrack.wording import wording_digest

NOW = dt.datetime(2026, 3, 2, 15, 0, tzinfo=dt.UTC)
TODAY = NOW.date()
BY = {"actor": "Ada", "now": NOW}


@pytest.fixture
def position(session, library):
    return session.scalars(select(Position).order_by(Position.id)).first()


@pytest.fixture
def letter(session, made, document, library, lead):
    """The illustrative letter on positions that nobody approved."""
    illustration.follow_instructions(session, made, document, now=NOW)
    letter = illustration.begin_letter(session, made, document, lead, **BY)
    compose_letter(session, letter, **BY)
    return letter


def approve(session, position, **words):
    given = {"approved_by": "Bo Chair", "body": "Board", "approved_on": TODAY, "today": TODAY} | words
    return upkeep.approve_version(session, position.current, **given, **BY)


def look_after(session, position, **words):
    given = {
        "owner": position.owner,
        "review_by": position.review_by,
        "topics": position.topics,
        "consensus": position.consensus,
    } | words
    upkeep.look_after(session, position, **given, **BY)


def reword(session, position, **words):
    given = {"heading": position.current.heading, "statement": position.current.statement} | words
    return revise_position(session, position, **given, **BY)


def test_an_approval_that_another_click_recorded_meanwhile_is_not_recorded_twice(session, position):
    version = position.current
    assert version.approvals is not None  # loaded before the other click's row is there
    row = {"approved_by": "Bo Chair", "body": "Board", "approved_on": TODAY, "recorded_by": "Ada", "recorded_at": NOW}
    session.execute(insert(PositionApproval).values(position_version_id=version.id, **row))
    with pytest.raises(Refused, match="recorded already"):
        approve(session, position)


def test_a_request_counts_as_wording_and_its_absence_leaves_old_digests_as_they_were(session, position):
    before = position.current.wording_digest
    assert before == wording_digest(position.current.heading, position.current.statement)
    assert reword(session, position, request="Narrow the definition.").wording_digest != before


def test_a_fallback_alone_is_a_new_version_that_makes_no_link_suspect(session, position):
    reword(session, position, request="Narrow the definition.")
    before = position.current.wording_digest
    version = reword(session, position, fallback="Name examples.")
    assert (version.wording_digest, version.request) == (before, "Narrow the definition.")
    with pytest.raises(Refused, match="stands behind a request"):
        reword(session, position, request="", fallback="Name examples.")


def test_a_wording_written_on_an_older_one_is_refused_with_both_texts(session, position):
    reword(session, position, statement="Hers.")
    with pytest.raises(RevisedMeanwhile) as caught:
        reword(session, position, statement="His.", expected_version=1)
    assert (caught.value.theirs.statement, caught.value.yours.statement) == ("Hers.", "His.")


def test_an_approval_is_of_one_wording(session, position):
    assert approval_state(position) is ApprovalState.UNAPPROVED
    approve(session, position)
    assert why_not(position, TODAY) == ()
    reword(session, position, statement="Held otherwise.")
    assert approval_state(position) is ApprovalState.REWORDED
    assert "version 2 is newer" in why_not(position, TODAY)[0]


def test_an_approval_that_is_taken_back_stays_on_record_with_the_reason(session, position):
    approval = approve(session, position)
    with pytest.raises(Refused, match="Say why"):
        upkeep.revoke_approval(session, approval, reason=" ", **BY)
    upkeep.revoke_approval(session, approval, reason="The vote was void.", **BY)
    session.flush()
    assert (approval_state(position), approval.revoked_reason) == (ApprovalState.UNAPPROVED, "The vote was void.")


@pytest.mark.parametrize("words", [{"approved_by": " "}, {"approved_on": TODAY + dt.timedelta(days=1)}])
def test_an_approval_by_nobody_or_of_tomorrow_is_refused(session, position, words):
    with pytest.raises(Refused):
        approve(session, position, **words)


def test_a_position_expires_on_the_day_after_its_review_was_due(session, position):
    approve(session, position)
    look_after(session, position, review_by=TODAY)
    assert why_not(position, TODAY) == ()
    assert "has expired" in why_not(position, TODAY + dt.timedelta(days=1))[0]


def test_a_change_of_the_consensus_needs_a_reason_and_stands_in_the_trail(session, position):
    with pytest.raises(Refused, match="Say why"):
        look_after(session, position, consensus=Consensus.WITHDRAWN)
    look_after(session, position, consensus=Consensus.WITHDRAWN, reason="Overtaken.")
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "position looked after")).one()
    assert (event.details["before"]["consensus"], event.details["after"]["consensus"]) == ("aligned", "withdrawn")
    assert event.details["reason"] == "Overtaken."


def test_a_letter_on_unapproved_positions_is_not_frozen_and_says_which(session, letter, storage):
    with pytest.raises(letters.RestsOnUnapproved) as caught:
        letters.freeze(session, letter, storage=storage, **BY)
    used = {link.position_id for link in recorded_content.links_behind(part for part in letter.parts if part.included)}
    assert {item.position.id for item in caught.value.found} == used
    assert all("is not approved" in problem for problem in caught.value.problems)
    assert letter.versions == []


def test_with_a_reason_it_is_frozen_and_the_reason_is_kept_with_the_positions(session, letter, storage):
    version = letters.freeze(session, letter, storage=storage, override="The board meets tomorrow.", **BY)
    assert version.override_reason == "The board meets tomorrow."
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "letter frozen")).one()
    assert (event.details["override"], event.details["overridden"]) == (
        "The board meets tomorrow.",
        version.overridden_json,
    )
    assert len(version.overridden_json) == len({item["position"] for item in version.overridden_json}) > 1


def test_on_approved_positions_no_reason_is_kept(session, made, letter, storage):
    assert illustration.approve_library(session, made, now=NOW) > 0
    version = letters.freeze(session, letter, storage=storage, override="Never mind.", **BY)
    assert (version.override_reason, version.overridden_json) == ("", [])


def test_one_expired_position_blocks_only_where_it_is_used(session, made, letter):
    illustration.approve_library(session, made, now=NOW)
    links = session.scalars(select(ProvisionPosition).order_by(ProvisionPosition.id)).all()
    look_after(session, links[0].position, review_by=TODAY - dt.timedelta(days=1))
    assert [item.position for item in blocking(session, links, now=NOW)] == [links[0].position]
    others = [link for link in links if link.position_id != links[0].position_id]
    assert blocking(session, others, now=NOW) == []


def test_where_used_names_provisions_parts_and_versions(session, made, letter, storage):
    illustration.approve_library(session, made, now=NOW)
    version = letters.freeze(session, letter, storage=storage, **BY)
    link = session.scalars(select(ProvisionPosition).order_by(ProvisionPosition.id)).first()
    (use,) = uses_of(session, link.position)
    assert link in use.links
    (found,) = use.letters
    assert (found.letter, found.versions, found.filings) == (letter, (version,), ())
    assert any(link in recorded_content.links_behind([part]) for part in found.parts)
    unused = session.scalars(
        select(Position).where(Position.id.not_in(select(ProvisionPosition.position_id))).limit(1)
    ).one()
    assert uses_of(session, unused) == []


def test_an_exhibit_is_kept_byte_for_byte_and_once(session, position, storage):
    words = {"caption": "Delays", "source": "Survey of members, 2025", "storage": storage}
    kept = exhibits.add_exhibit(session, position, b"year,delays\n2024,9\n", name="delays.csv", **words, **BY)
    assert (storage.get(kept.storage_key), kept.media_type) == (b"year,delays\n2024,9\n", "text/csv")
    with pytest.raises(Refused, match="already"):
        exhibits.add_exhibit(session, position, b"year,delays\n2024,9\n", name="again.csv", **words, **BY)


@pytest.mark.parametrize(
    ("data", "name"), [(b"MZ\x90", "tool.exe"), (b"<svg/>", "x.svg"), (b"", "x.txt"), (b"\xff\x00", "x.txt")]
)
def test_what_is_no_exhibit_is_refused_by_its_bytes(session, position, storage, data, name):
    with pytest.raises(Refused, match=name):
        exhibits.add_exhibit(session, position, data, name=name, caption="c", source="s", storage=storage, **BY)
    assert position.exhibits == []


def test_positions_written_here_are_counted_among_themselves(session, library):
    first = upkeep.write_position(session, Wording("Rest", "Pumps need rest."), **BY)
    below = upkeep.write_position(session, Wording("", "At night."), parent=first, topics=["Pump  Care"], **BY)
    assert (first.label, below.label, below.topics) == ("1", "1.1", ["pump-care"])
    assert first.source_document.written_here
    assert first.source_document is below.source_document


def test_the_nearest_positions_share_words_and_what_is_far_is_not_named(session, library):
    found = nearest_positions(
        session, "Export controls", "Export controls should be multilateral and agreed with allies."
    )
    assert found
    assert any("export" in word for word in found[0][1].shared)
    assert nearest_positions(session, "", "Bees like clover.") == []


def test_the_list_is_narrowed_by_every_filter_at_once(session, made, lead, document, library):
    illustration.approve_library(session, made, now=NOW)
    illustration.follow_instructions(session, made, document, now=NOW)
    shelf = shelve(session, today=TODAY)
    owner = str(next(item.position.owner_id for item in shelf if item.position.owner_id))
    used = chosen(shelf, {"owner": owner, "used": "yes", "approval": "approved"})
    assert used
    assert all(item.uses for item in used)
    assert len(used) < len(shelf)
    assert chosen(shelf, {"review": "overdue"}) == []
    assert chosen(shelf, {"consensus": "deferred", "used": "no"})
