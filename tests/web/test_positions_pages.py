"""The library through its pages: an outline corrected without scripts, approvals, exhibits, guarded freezing."""

import datetime as dt
import io
import re

import pytest
from sqlalchemy import select

from commenttrack.db import transaction
from commenttrack.letters.models import LetterVersion
from commenttrack.members.models import Person
from commenttrack.members.permissions import Role
from commenttrack.positions.models import Position, PositionApproval, ProvisionPosition, SourceDocument, SourceDraft
from tests.factories.pages import enter

PAPER = b"""# Principles for Pumps

1. Pumps need power. We urge the agency to say so in its rule. A pump without power moves nothing.

2. Pumps need people. The agency should count them.
"""


def bring(staff, data=PAPER, name="paper.md"):
    answer = staff.post(
        "/sources/new",
        data={"file": (io.BytesIO(data), name), "csrf_token": staff.csrf},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def correct(staff, address, place, action, **fields):
    """Press a button of a passage's form as the page has it."""
    page = staff.get(f"{address}?entry={place}").text
    revision = re.search(r'name="revision" value="(\d+)"', page)[1]
    data = {"csrf_token": staff.csrf, "revision": revision, "action": action, **fields}
    return staff.post(f"{address}/entries/{place}", data=data)


def head(staff, address, **fields):
    revision = re.search(r'name="revision" value="(\d+)"', staff.get(address).text)[1]
    data = {"title": "Principles for Pumps", "kind": "principles", "coalition": "yes", "publisher": "", "date": ""}
    return staff.post(f"{address}/head", data=data | {"csrf_token": staff.csrf, "revision": revision} | fields)


def test_an_outline_is_corrected_and_imported_with_buttons_alone(staff, stored):
    address = bring(staff)
    page = staff.get(address).text
    assert "Outline before import" in page
    assert stored.scalars(select(SourceDocument).where(SourceDocument.title == "Principles for Pumps")).all() == []
    assert correct(staff, address, 1, "indent").status_code == 303
    assert correct(staff, address, 1, "save", role="deferred", label="1.x", heading="People").status_code == 303
    sentence = re.search(r'value="split:(\d+)"', staff.get(f"{address}?entry=0").text)[1]
    assert correct(staff, address, 0, f"split:{sentence}").status_code == 303
    answer = head(staff, address, **{"import": "1"})
    assert answer.status_code == 303
    source = stored.scalars(select(SourceDocument).where(SourceDocument.title == "Principles for Pumps")).one()
    assert [(position.label, position.consensus.value) for position in source.positions] == [
        ("1", "aligned"),
        ("1′", "aligned"),
        ("1.x", "deferred"),
    ]
    shown = staff.get(f"/positions/{source.positions[1].id}").text
    assert "<mark>A pump without power moves nothing.</mark>" in shown


def test_a_correction_that_cannot_be_made_is_explained_on_the_page(staff):
    address = bring(staff)
    answer = correct(staff, address, 0, "indent")
    assert "no position above it" in staff.get(answer.headers["Location"]).text


def test_a_correction_on_an_old_page_changes_nothing_and_says_so(staff, stored):
    address = bring(staff)
    old = {"csrf_token": staff.csrf, "revision": "1", "action": "indent"}
    assert correct(staff, address, 1, "save", role="context", heading="").status_code == 303
    answer = staff.post(f"{address}/entries/1", data=old)
    assert "Somebody changed this outline" in staff.get(answer.headers["Location"]).text
    assert stored.scalars(select(SourceDraft)).one().outline_json["entries"][1]["role"] == "context"


def test_the_last_change_is_undone_by_a_button(staff, stored):
    address = bring(staff)
    correct(staff, address, 1, "indent")
    draft = stored.scalars(select(SourceDraft)).one()
    staff.post(f"{address}/back", data={"csrf_token": staff.csrf, "revision": str(draft.revision)})
    assert stored.scalars(select(SourceDraft)).one().outline_json["entries"][1]["level"] == 0


def test_an_old_page_discards_no_outline_that_was_corrected_since(staff, stored):
    address = bring(staff)
    revision = re.search(r'name="revision" value="(\d+)"', staff.get(address).text)[1]
    correct(staff, address, 1, "indent")
    for shown, left in ((revision, 1), (int(revision) + 1, 0), (int(revision) + 1, 0)):
        answer = staff.post(f"{address}/discard", data={"csrf_token": staff.csrf, "revision": shown})
        assert answer.status_code == 303
        assert len(stored.scalars(select(SourceDraft)).all()) == left


def test_an_upload_that_cannot_be_read_is_kept_and_said_so(staff):
    address = bring(staff, b"\x00\x01\x02", "thing.bin")
    page = staff.get(address).text
    assert "thing.bin could not be read" in page
    assert "Text, Markdown, HTML, PDF and Word" in page
    assert staff.get(f"{address}/file").data == b"\x00\x01\x02"
    assert "thing.bin" in staff.get("/sources").text


def test_calling_an_article_the_coalitions_own_is_refused(staff, stored):
    address = bring(staff)
    answer = head(staff, address, kind="news", **{"import": "1"})
    assert answer.status_code == 422
    assert "third party" in answer.text
    assert stored.scalars(select(SourceDraft)).one().source_document_id is None


def test_a_guest_sees_the_library_and_no_draft(app, staff):
    address = bring(staff)
    guest = enter(app.test_client(), Role.GUEST)
    assert guest.get("/positions").status_code == 200
    assert guest.get(address).status_code == 404


def test_a_position_is_written_compared_and_approved(staff, stored):
    form = {
        "csrf_token": staff.csrf,
        "heading": "Multilateral export controls",
        "statement": "Export controls should be agreed with allies.",
        "request": "Say so.",
        "topics": "export controls",
    }
    compared = staff.post("/positions/new", data=form | {"compare": "1"})
    assert "Beside the nearest positions" in compared.text
    assert stored.scalars(select(SourceDocument).where(SourceDocument.file_name == "")).all() == []
    address = staff.post("/positions/new", data=form).headers["Location"]
    assert staff.post("/positions/new", data=form).headers["Location"] == address  # a second click writes no second one
    assert "is not approved" in staff.get(address).text
    answer = staff.post(
        f"{address}/approve",
        data={"csrf_token": staff.csrf, "approved_by": "Bo Chair", "body": "Board", "approved_on": "2026-03-01"},
    )
    assert answer.status_code == 303
    page = staff.get(address).text
    assert "Bo Chair" in page
    assert "is not approved" not in page


def test_one_approval_is_recorded_for_several_positions_of_a_document(staff, stored):
    address = head(staff, bring(staff), **{"import": "1"}).headers["Location"]
    source = address.partition("?")[0]
    assert "2 positions have no approval" in staff.get(source).text
    first, second = sorted(stored.scalars(select(Position.id).order_by(Position.id.desc()).limit(2)))
    page = staff.get(f"{source}/approve").text
    assert page.count('name="approved" type="checkbox"') == 2
    form = {"csrf_token": staff.csrf, "approved_by": "Bo Chair", "body": "Board", "approved_on": "2026-03-01"}
    assert staff.post(f"{source}/approve", data=form).status_code == 422
    assert staff.post(f"{source}/approve", data=form | {"approved": [first]}).status_code == 303
    assert "1 position has no approval" in staff.get(source).text
    assert staff.post(f"{source}/approve", data=form | {"approved": [first, second]}).status_code == 422
    assert staff.post(f"{source}/approve", data=form | {"approved": [second]}).status_code == 303
    assert "no approval" not in staff.get(source).text
    assert "Every position of this document is approved" in staff.get(f"{source}/approve").text
    assert stored.scalars(select(PositionApproval.approved_by)).all().count("Bo Chair") == 2


def shown_on(page):
    return re.search(r'name="shown" type="hidden" value="([^"]+)"', page)[1]


def test_an_approval_is_not_recorded_for_words_that_its_page_did_not_show(staff, stored):
    address = head(staff, bring(staff), **{"import": "1"}).headers["Location"]
    position = stored.scalars(select(Position.id).order_by(Position.id.desc())).first()
    by = {"csrf_token": staff.csrf, "approved_by": "Bo Chair", "body": "Board", "approved_on": "2026-03-01"}
    pages = {f"/positions/{position}/approve": {}, f"{address}/approve": {"approved": [position]}}
    forms = {page: by | {"shown": shown_on(staff.get(page).text)} | more for page, more in pages.items()}
    other = {"csrf_token": staff.csrf, "statement": "The agency should count the pumps."}
    assert staff.post(f"/positions/{position}/wording", data=other).status_code == 303
    for page, form in forms.items():
        answer = staff.post(page, data=form)
        assert answer.status_code == 422
        assert "a new wording after this page was opened" in answer.text
    assert "Bo Chair" not in stored.scalars(select(PositionApproval.approved_by)).all()
    # The page that refused showed the new words, so that they can be approved on it.
    assert staff.post(page, data=form | {"shown": shown_on(answer.text)}).status_code == 303


def test_an_old_page_overwrites_no_owner_and_no_topics_unseen(staff, stored):
    page = staff.get("/positions/1/upkeep").text
    form = {"csrf_token": staff.csrf, "owner": "", "consensus": "aligned", "shown": shown_on(page)}
    for _ in range(2):  # a second click says nothing new
        assert staff.post("/positions/1/upkeep", data=form | {"topics": "pumps"}).status_code == 303
    refused = staff.post("/positions/1/upkeep", data=form | {"topics": "valves"})
    assert refused.status_code == 422
    assert "topics pumps; consensus aligned" in refused.text
    assert stored.get(Position, 1).topics == ["pumps"]
    again = form | {"topics": "valves", "shown": shown_on(refused.text)}
    assert staff.post("/positions/1/upkeep", data=again).status_code == 303


def test_whoever_has_an_account_and_no_organization_can_own_a_position(staff, stored):
    """The first account of a new installation has no organization yet."""
    person = Person(name="Nora Newcomer", email="nora@example.org", created_at=dt.datetime(2026, 3, 1, tzinfo=dt.UTC))
    named = Person(name="Dialogue Guest", created_at=person.created_at)
    stored.add_all([person, named])
    stored.flush()
    page = staff.get("/positions/1/upkeep").text
    assert f'value="{person.id}">Nora Newcomer' in page
    assert "Dialogue Guest" not in page
    assert f'value="{person.id}">Nora Newcomer' in staff.get("/dockets/1/matrix").text


def test_a_new_wording_shows_its_difference_and_needs_an_approval(staff, stored):
    position = stored.get(Position, 1)
    form = {
        "csrf_token": staff.csrf,
        "heading": position.current.heading,
        "statement": position.current.statement + " Firmly.",
        "request": "",
        "version": "1",
    }
    assert staff.post("/positions/1/wording", data=form).status_code == 303
    page = staff.get("/positions/1").text
    assert "Reworded since its approval" in page
    assert re.search(r"<ins>.*Firmly", page, re.DOTALL)
    again = staff.post("/positions/1/wording", data=form | {"statement": "Mine."})
    assert again.status_code == 422
    assert "wrote version 2" in again.text
    assert "Mine." in again.text


def test_an_exhibit_is_added_served_as_a_download_and_removed(staff):
    answer = staff.post(
        "/positions/1/exhibits/add",
        data={
            "csrf_token": staff.csrf,
            "file": (io.BytesIO(b"a,b\n1,2\n"), "delays.csv"),
            "caption": "Delays",
            "source": "Survey, 2025",
        },
        content_type="multipart/form-data",
    )
    assert answer.status_code == 303
    file = re.search(r'href="(/positions/1/exhibits/\d+/file)"', staff.get("/positions/1").text)[1]
    served = staff.get(file)
    assert (served.data, served.headers["Content-Disposition"].partition(";")[0]) == (b"a,b\n1,2\n", "attachment")
    staff.post(file.replace("/file", "/remove"), data={"csrf_token": staff.csrf})
    assert staff.get(file).status_code == 404


@pytest.mark.parametrize(
    "filter", ["approval=approved", "review=none", "used=yes", "owner=nobody", "consensus=deferred"]
)
def test_filters_narrow_the_library_by_address(staff, filter):
    page = staff.get(f"/positions?{filter}").text
    shown, total = re.search(r"(\d+) of ([\d,]+) positions", page).groups()
    everything = int(total)
    assert 0 <= int(shown) <= everything
    assert page.count('class="position-cell"') == int(shown)


def test_a_letter_on_an_unapproved_position_needs_a_reason_to_be_frozen(app, staff, stored):
    house = app.extensions["commenttrack"]
    with house.writing() as session, transaction(session):
        position = session.scalars(select(ProvisionPosition)).first().position
        session.query(PositionApproval).filter_by(position_version_id=position.current.id).delete()
        session.scalars(select(LetterVersion)).one().letter.title = "Changed"
        part = next(part for part in session.scalars(select(LetterVersion)).one().letter.parts if part.included)
        part.included = False
        name = position.name
    page = staff.get("/dockets/1/draft/freeze").text
    assert name.partition("'")[0] in page
    assert "nobody’s approval of version 1" in page
    refused = staff.post("/dockets/1/draft/freeze", data={"csrf_token": staff.csrf})
    assert refused.status_code == 422
    assert "give a reason below" in refused.text
    done = staff.post(
        "/dockets/1/draft/freeze", data={"csrf_token": staff.csrf, "override": "The board meets tomorrow."}
    )
    assert done.status_code == 303
    assert "The board meets tomorrow." in staff.get("/dockets/1/draft/versions/2").text


def test_a_library_without_positions_offers_to_bring_them_and_no_filters(empty_app):
    page = enter(empty_app.test_client(), Role.ADMINISTRATOR).get("/positions").text
    assert "No position yet" in page
    assert "library-filters" not in page
