"""The board: what it shows, what moves on it, what can be taken out and done to a selection."""

import datetime as dt
import io
import re

import openpyxl
import pytest
from sqlalchemy import event, func, select

from commenttrack.db import transaction
from commenttrack.letters.models import Letter
from commenttrack.members.models import OrganizationKind
from commenttrack.members.operations import organization_named
from commenttrack.members.permissions import Role
from commenttrack.outbox import OutgoingMail
from commenttrack.signoffs import board_columns
from commenttrack.signoffs.lifecycle import Decision
from commenttrack.signoffs.models import SignOffRequest
from commenttrack.signoffs.operations import decide, invite
from tests.factories.pages import NOW, enter
from tests.factories.world import signer

BOARD = "/dockets/1/sign/"


@pytest.fixture
def house(app):
    return app.extensions["commenttrack"]


def join(house, token, **values):
    with house.writing() as session, transaction(session):
        version = session.get(Letter, 1).versions[-1]
        decide(session, token, version=version, decision=Decision.JOINED, name="Ada Signer", now=NOW, **values)


def mark_of(page):
    return re.search(r"mark=([\d-]+)", page)[1]


def test_the_board_polls_without_eval_or_styles_of_its_own(staff):
    page = staff.get(BOARD).text
    assert '"allowEval":false' in page
    assert '"includeIndicatorStyles":false' in page
    assert 'hx-trigger="every 15s, board:look"' in page
    assert "[" not in re.search(r'hx-trigger="([^"]*)"', page)[1]


def test_nothing_is_sent_while_nothing_moved_and_the_news_when_something_did(house, staff, sign_tokens):
    page = staff.get(BOARD).text
    mark = mark_of(page)
    quiet = staff.get(f"{BOARD}live?mark={mark}")
    assert (quiet.status_code, quiet.data) == (204, b"")
    join(house, sign_tokens[0])
    moved = staff.get(f"{BOARD}live?mark={mark}")
    name = re.search(r'aria-label="([^"]+)"', re.search(r'<input type="checkbox" form="selected".*?>', page)[0])[1]
    assert moved.status_code == 200
    assert f"{name}: joined." in moved.text.partition('id="board-said"')[2]
    assert "<html" not in moved.text
    assert staff.get(f"{BOARD}live?mark={mark_of(moved.text)}").status_code == 204


def test_the_part_that_moves_keeps_the_choice_of_the_page(house, staff, sign_tokens):
    join(house, sign_tokens[0])
    moved = staff.get(f"{BOARD}live?standing=joined&sort=-decided&mark=1-1").text
    assert moved.count('name="request"') == 1
    assert "standing=joined&amp;sort=-decided&amp;mark=" in moved


@pytest.mark.parametrize("mark", ["", "x", "-", "9" * 40, "1-'"])
def test_an_odd_mark_gives_the_board_without_news(staff, mark):
    answer = staff.get(f"{BOARD}live", query_string={"mark": mark})
    assert answer.status_code == 200
    assert 'id="board-live"' in answer.text


def test_the_same_choice_goes_out_as_csv_and_as_a_workbook(house, staff, sign_tokens):
    join(house, sign_tokens[0])
    rows = staff.get(f"{BOARD}board.csv?standing=joined").data.decode("utf-8-sig").splitlines()
    assert len(rows) == 2
    assert '"Joined"' in rows[1]
    book = openpyxl.load_workbook(io.BytesIO(staff.get(f"{BOARD}board.xlsx").data))
    assert book["Sign-offs"].max_row == 3
    assert staff.get(f"{BOARD}board.pdf").status_code == 404


def test_a_selection_is_reminded_and_whoever_decided_is_left_alone(house, post, stored, sign_tokens):
    join(house, sign_tokens[0])
    before = stored.scalar(select(func.max(OutgoingMail.id)))
    stored.get(SignOffRequest, 2).asked_at -= dt.timedelta(days=1)
    stored.commit()
    answer = post(f"{BOARD}selected", {"request": ["1", "2"], "act": "remind", "query": "sort=-asked"})
    again = post(f"{BOARD}selected", {"request": ["2"], "act": "remind"}, follow_redirects=True).text
    assert "was asked a moment ago." in again  # a second click
    assert answer.headers["Location"].endswith("?sort=-asked")
    page = post(f"{BOARD}selected", {"request": ["1"], "act": "remind"}, follow_redirects=True).text
    assert "has decided." in page
    mails = stored.scalars(select(OutgoingMail).where(OutgoingMail.id > before)).all()
    assert len(mails) == 1
    assert mails[0].to_email == stored.get(SignOffRequest, 2).person.email


def test_asking_again_writes_to_whoever_is_ticked_and_needs_a_tick(house, post, stored, sign_tokens):
    join(house, sign_tokens[0])
    before = stored.scalar(select(func.count()).select_from(OutgoingMail))
    post(f"{BOARD}selected", {"request": ["1", "2", "77", "x"], "act": "ask-again"})
    assert stored.scalar(select(func.count()).select_from(OutgoingMail)) == before + 2
    assert post(f"{BOARD}selected", {"act": "remind"}).status_code == 422
    assert post(f"{BOARD}selected", {"request": ["1"], "act": "delete"}).status_code == 400


def test_a_guest_reads_the_board_and_cannot_act(app):
    guest = enter(app.test_client(), Role.GUEST)
    page = guest.get(BOARD).text
    assert 'name="request"' not in page
    answer = guest.post(f"{BOARD}selected", data={"request": "1", "act": "remind", "csrf_token": guest.csrf})
    assert answer.status_code == 404


def ask_more(house, count):
    with house.writing() as session, transaction(session):
        letter = session.get(Letter, 1)
        for number in range(count):
            member = organization_named(
                session, f"Organization {count}-{number}", kind=OrganizationKind.MEMBER, actor="test", now=NOW
            )
            request = invite(
                session, letter, member, signer(session, member), actor="test", now=NOW, settings=house.settings
            )
            if number % 3:
                token = session.scalars(select(OutgoingMail).order_by(OutgoingMail.id.desc())).first().secret
                decide(session, token, version=letter.versions[-1], decision=Decision.JOINED, name="A Signer", now=NOW)
                assert request.id


def test_the_page_takes_the_same_number_of_queries_for_fourteen_and_for_many(house, staff):
    counts = []
    statements = []
    event.listen(house.reading.kw["bind"], "before_cursor_execute", lambda *arguments: statements.append(arguments[2]))
    for more in (12, 30):
        ask_more(house, more)
        for address in (BOARD, f"{BOARD}live?mark=0-0", f"{BOARD}board.csv"):
            statements.clear()
            assert staff.get(address).status_code == 200
            counts.append(len(statements))
    assert counts[:3] == counts[3:]


def test_two_people_of_one_organization_are_not_asked_at_once(staff, post, stored):
    ids = re.findall(
        r'name="signatories" type="checkbox" value="(\d+)"[^<]*<label[^>]*>Quillon', staff.get("/dockets/1/sign/").text
    )
    before = stored.scalar(select(func.count()).select_from(OutgoingMail))
    refused = post("/dockets/1/sign/invite", {"signatories": ids})
    assert (len(ids), refused.status_code) == (2, 422)
    assert "More than one is ticked for Quillon Networks" in refused.text
    assert stored.scalar(select(func.count()).select_from(OutgoingMail)) == before


def test_the_parts_of_a_long_letter_stand_in_groups_that_open_and_stay_open(house, staff, sign_tokens, monkeypatch):
    monkeypatch.setattr(board_columns, "MOST_PARTS", 2)
    monkeypatch.setattr(board_columns, "MOST_GROUPS", 2)
    join(house, sign_tokens[0])
    page = staff.get(BOARD).text
    group = re.search(r'<a id="group-([^"]+)" href="([^"]+)"[^>]*aria-expanded="false"', page)
    with house.reading() as session:
        count = sum(part.included for part in session.get(Letter, 1).parts)
    assert page.count('class="board__part') < 2 * count
    assert f">all {count} parts</a>" in page
    opened = staff.get(group[2].replace("&amp;", "&")).text
    assert f'id="group-{group[1]}"' in re.search(r'<a [^>]*aria-expanded="true"', opened)[0]
    assert f"open={group[1]}&amp;mark=" in opened
    assert f'name="open" value="{group[1]}"' in opened
    live = staff.get(f"{BOARD}live", query_string={"open": [group[1], "no-such"], "mark": "0-0"}).text
    assert 'aria-expanded="true"' in live
    assert "no-such" not in live
    assert staff.get(f"{BOARD}?parts=all").text.count("<abbr title") == count


def test_the_page_of_an_organization_says_where_it_stands_to_every_part(house, staff, sign_tokens):
    assert 'id="parts"' not in staff.get(f"{BOARD}1").text
    join(house, sign_tokens[0])
    told = staff.get(f"{BOARD}1").text.partition('id="parts"')[2].partition("Trail")[0]
    with house.reading() as session:
        assert told.count(">Joined</td>") == sum(part.included for part in session.get(Letter, 1).parts)
