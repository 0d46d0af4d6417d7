"""The workbench from the side of the positions."""

import html
import re

from sqlalchemy import select

from commenttrack.members.permissions import Role
from commenttrack.positions.models import Consensus, Position, ProvisionPosition
from commenttrack.positions.suggestions import NOTHING_BEARS
from tests.factories.pages import enter, token_of

PAGE = "/dockets/1/map/positions"
ACCEPT = re.compile(r'href="(/dockets/1/map/\d+/\d+\?back=[^"]*)"')
SET_ASIDE = re.compile(r'action="(/dockets/1/map/\d+/\d+/not-relevant)"')


def listed(page):
    return {int(each) for each in re.findall(r'<li><a href="/dockets/1/map/positions\?[^"]*position=(\d+)"', page)}


def test_every_position_in_use_is_mapped_or_waits(staff, stored):
    mapped = set(stored.scalars(select(ProvisionPosition.position_id)))
    waiting, done = listed(staff.get(PAGE).text), listed(staff.get(f"{PAGE}?show=mapped").text)
    assert done == mapped
    assert waiting == set(stored.scalars(select(Position.id))) - mapped


def test_a_provision_is_accepted_from_here_and_the_form_leads_back(staff, post, stored):
    waiting = min(listed(staff.get(PAGE).text))
    page = staff.get(f"{PAGE}?position={waiting}").text
    address = html.unescape(ACCEPT.search(page)[1])
    form = staff.get(address).text
    said = {"stance": "support", "request_text": "", "wanted": "", "reason": "", "csrf_token": token_of(form)}
    back = html.unescape(re.search(r'name="back" value="([^"]*)"', form)[1])
    answer = staff.post(address, data={**said, "back": back})
    assert answer.status_code == 303
    assert answer.headers["Location"] == back
    link = stored.scalars(select(ProvisionPosition).order_by(ProvisionPosition.id.desc())).first()
    assert link.position_id == waiting
    assert f"/dockets/1/mappings/{link.id}" in staff.get(back).text
    assert f"/dockets/1/map/{link.provision_id}/{waiting}?" not in staff.get(back).text


def test_a_provision_set_aside_leaves_the_list_of_the_position_and_can_be_taken_back(staff, post):
    waiting = min(listed(staff.get(PAGE).text))
    here = f"{PAGE}?position={waiting}"
    action = SET_ASIDE.search(staff.get(here).text)[1]
    assert post(action, {"back": here}).headers["Location"] == here
    page = staff.get(here).text
    assert "1 provision set aside as not relevant" in page
    assert action not in SET_ASIDE.findall(page)
    undo = html.unescape(re.search(r'action="(/dockets/1/map/[^"]*not-relevant\?[^"]*)"', page)[1])
    assert post(undo, {"undo": "1"}).headers["Location"].startswith(PAGE)
    assert action in SET_ASIDE.findall(staff.get(here).text)


def test_a_position_that_bears_on_nothing_says_so(staff, stored):
    waiting = min(listed(staff.get(PAGE).text))
    version = stored.get(Position, waiting).current
    version.heading, version.statement = "Geese", "Ornithologists shall feed geese."
    stored.flush()
    assert "No provision shares anything with this position." in staff.get(f"{PAGE}?position={waiting}").text
    version.statement = "Geese shall report."
    stored.flush()
    assert NOTHING_BEARS in staff.get(f"{PAGE}?position={waiting}").text


def test_a_withdrawn_position_is_not_there(staff, stored):
    waiting = min(listed(staff.get(PAGE).text))
    stored.get(Position, waiting).consensus = Consensus.WITHDRAWN
    stored.flush()
    assert staff.get(f"{PAGE}?position={waiting}").status_code == 404


def test_who_may_only_read_can_look_and_not_accept(app):
    page = enter(app.test_client(), Role.GUEST).get(PAGE)
    assert page.status_code == 200
    assert not ACCEPT.findall(page.text)


def test_words_sought_in_the_queue_stay_with_the_work(staff, post):
    page = staff.get("/dockets/1/map?q=report").text
    assert 'id="queue-words" name="q" value="report"' in page
    reviewed = html.unescape(re.search(r'action="([^"]*/reviewed[^"]*)"', page)[1])
    assert "q=report" in post(reviewed, {"show": "unassigned"}).headers["Location"]
