"""The board: who stands where, and what an edit did to whom."""

import pytest
from sqlalchemy import event, select

from commenttrack.db import make_sessions
from commenttrack.letters.models import Letter
from commenttrack.outbox import OutgoingMail
from commenttrack.signoffs.board import board
from commenttrack.signoffs.lifecycle import Decision, PartState, Standing
from commenttrack.signoffs.links import mark_opened
from commenttrack.signoffs.operations import decide, invite
from tests.factories import world


def ask(session, letter, name, tmp_path):
    """Ask a new organization of this name; the request and the token."""
    member = world.organization(session, name)
    request = invite(
        session,
        letter,
        member,
        world.signer(session, member),
        actor="S",
        now=world.NOW,
        settings=world.settings(tmp_path),
    )
    mail = session.scalars(select(OutgoingMail).order_by(OutgoingMail.id.desc())).first()
    return request, mail.secret


def join(session, token, version, decision=Decision.JOINED, **values):
    return decide(session, token, version=version, decision=decision, name="A Signer", now=world.NOW, **values)


@pytest.fixture
def campaign(session, tmp_path):
    """A letter of parts a, b, c; six organizations in six states."""
    letter = world.letter(session)
    version = world.version(session, letter)
    tokens = {
        name: ask(session, letter, name, tmp_path)
        for name in ("Asked", "Opened", "Joined", "Reserved", "Abstained", "Declined")
    }
    mark_opened(session, tokens["Opened"][0], now=world.NOW)
    join(session, tokens["Joined"][1], version)
    join(session, tokens["Reserved"][1], version, Decision.JOINED_WITH_RESERVATION, excepted={"b"})
    join(session, tokens["Abstained"][1], version, Decision.ABSTAINED)
    join(session, tokens["Declined"][1], version, Decision.DECLINED, reason="No.")
    return letter, version


def by_name(found):
    return {row.request.organization.name: row for row in found.rows}


def test_every_organization_has_one_standing_and_the_totals_add_up(session, campaign):
    letter, version = campaign
    found = board(session, letter)
    assert {name: row.standing for name, row in by_name(found).items()} == {
        "Asked": Standing.ASKED,
        "Opened": Standing.OPENED,
        "Joined": Standing.JOINED,
        "Reserved": Standing.JOINED_WITH_RESERVATION,
        "Abstained": Standing.ABSTAINED,
        "Declined": Standing.DECLINED,
    }
    assert sum(found.totals.values()) == 6
    assert found.totals[Standing.STALE] == 0
    assert [part.key for part in found.parts] == ["a", "b", "c"]
    assert found.newest is version
    assert not found.moved


def test_an_edit_makes_exactly_the_sign_offs_that_cover_it_stale(session, campaign):
    letter, _ = campaign
    world.reword(session, letter, "b", "What we now say in part b.")
    found = board(session, letter)
    rows = by_name(found)
    assert rows["Joined"].standing is Standing.STALE
    assert {name for name, row in rows.items() if row.standing is Standing.STALE} == {"Joined"}
    assert rows["Joined"].states == (PartState.COVERED, PartState.CHANGED, PartState.COVERED)
    assert rows["Reserved"].states == (PartState.COVERED, PartState.EXCEPTED, PartState.COVERED)
    assert rows["Asked"].states == (PartState.UNDECIDED,) * 3
    assert rows["Declined"].states == (PartState.NOT_JOINED,) * 3
    assert rows["Joined"].comparison.changed == ("b",)
    assert found.moved


def test_an_edit_taken_back_makes_the_sign_off_current_again(session, campaign):
    letter, _ = campaign
    world.reword(session, letter, "b", "Other words.")
    world.reword(session, letter, "b", " What we say in  part b. ")
    assert by_name(board(session, letter))["Joined"].standing is Standing.JOINED


def test_a_part_added_later_is_not_covered_but_makes_nothing_stale(session, campaign):
    letter, _ = campaign
    letter.parts.append(world.part("d"))
    letter.parts[-1].place = 3
    session.flush()
    row = by_name(board(session, letter))["Joined"]
    assert row.standing is Standing.JOINED
    assert row.states[-1] is PartState.NOT_COVERED
    assert row.uncovered
    assert row.comparison.added == ("d",)


def test_a_part_left_out_is_told_to_who_agreed_to_it(session, campaign):
    letter, _ = campaign
    letter.parts[0].included = False
    session.flush()
    rows = by_name(board(session, letter))
    assert rows["Joined"].standing is Standing.STALE
    assert rows["Reserved"].standing is Standing.STALE
    assert rows["Joined"].comparison.removed == ("a",)


def test_the_board_takes_the_same_number_of_queries_for_any_number_of_organizations(engine, tmp_path):
    counts = []
    sessions = make_sessions(engine)
    with sessions() as session:
        letter = world.letter(session)
        version = world.version(session, letter)
        for size in (2, 12):
            for number in range(size):
                _, token = ask(session, letter, f"Organization {size}-{number}", tmp_path)
                if number % 2:
                    join(session, token, version)
            world.reword(session, letter, "b", f"Words {size}.")
            session.commit()
            with sessions() as reading:
                same = reading.get_one(Letter, letter.id)
                queries = []
                listener = lambda *arguments, queries=queries: queries.append(arguments[2])  # noqa: E731
                event.listen(engine, "before_cursor_execute", listener)
                found = board(reading, same)
                for row in found.rows:
                    assert row.request.organization.name
                    assert row.request.person.name
                    assert row.request.asked_version.number == 1
                event.remove(engine, "before_cursor_execute", listener)
                counts.append(len(queries))
    assert counts[0] == counts[1] <= 10, counts
