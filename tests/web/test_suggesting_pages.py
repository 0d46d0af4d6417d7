"""Setting suggested positions aside on the workbench."""

import re
from dataclasses import replace

from sqlalchemy import func, select

from commenttrack.members.permissions import Role
from commenttrack.positions.models import ProvisionPosition, SuggestionVerdict
from commenttrack.rulemaking.models import Provision
from tests.factories.pages import enter

BUTTON = re.compile(r'action="(/dockets/1/map/\d+/\d+/not-relevant)"')


def test_a_suggestion_set_aside_leaves_the_list_and_can_be_taken_back(post, staff, stored):
    bench = staff.get("/dockets/1/map").text
    action = BUTTON.findall(bench)[0]
    answer = post(action)
    assert answer.status_code == 303
    page = staff.get(answer.headers["Location"]).text
    assert "1 position set aside as not relevant" in page
    assert stored.scalar(select(func.count()).select_from(SuggestionVerdict)) == 1
    assert BUTTON.findall(page).count(action) == 1  # the one button left takes it back
    assert "Take back" in page
    back = staff.get(post(action, {"undo": "1"}).headers["Location"]).text
    assert "set aside as not relevant" not in back
    assert action in BUTTON.findall(back)


def test_setting_aside_can_be_undone_like_everything_else(post, staff, stored):
    action = BUTTON.findall(staff.get("/dockets/1/map").text)[0]
    page = staff.get(post(action).headers["Location"]).text
    undo = re.search(r'action="([^"]+/undo[^"]*)"', page)
    post(undo[1])
    assert stored.scalar(select(func.count()).select_from(SuggestionVerdict)) == 0


def test_a_position_that_is_mapped_there_is_not_set_aside(post, stored):
    link = stored.scalars(select(ProvisionPosition)).first()
    answer = post(f"/dockets/1/map/{link.provision_id}/{link.position_id}/not-relevant")
    assert "take it off first" in answer.text
    assert stored.scalar(select(func.count()).select_from(SuggestionVerdict)) == 0


def test_a_provision_of_another_docket_is_not_found(post, stored):
    provision = stored.scalars(select(Provision)).first()
    assert post(f"/dockets/2/map/{provision.id}/1/not-relevant").status_code == 404


def test_who_may_only_read_has_no_such_button(app):
    guest = enter(app.test_client(), Role.GUEST)
    assert not BUTTON.findall(guest.get("/dockets/1/map").text)


def test_a_provision_on_which_nothing_bears_says_so(staff, stored):
    provision = stored.scalars(select(Provision).where(Provision.text != "", Provision.kind == "paragraph")).first()
    provision.text, provision.wording_digest = "Ornithologists shall feed geese.", "new"
    stored.flush()
    page = staff.get(f"/dockets/1/map?provision={provision.key}").text
    assert "Nothing here bears on this." in page or "No position shares anything" in page


def test_a_service_that_does_not_answer_is_named_on_the_page(app, staff, httpserver):
    httpserver.expect_request("/embeddings").respond_with_data("no", status=500)
    house = app.extensions["commenttrack"]
    settings = replace(house.settings, embedding_url=httpserver.url_for("/embeddings"))
    app.extensions["commenttrack"] = replace(house, settings=settings)
    page = staff.get("/dockets/1/map").text
    assert "The embedding service answered with status 500." in page
    assert BUTTON.findall(page)
