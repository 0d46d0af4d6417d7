"""Taking the mapping out and bringing it back in the app."""

import io
import re

import openpyxl
import pytest

from commenttrack.members.permissions import Role
from commenttrack.positions.models import ExchangeUpload, ProvisionPosition
from tests.factories.pages import enter

PAGE = "/dockets/1/exchange/"


def workbook(staff, change=None):
    book = openpyxl.load_workbook(io.BytesIO(staff.get(PAGE + "mapping.xlsx").data))
    if change:
        names = {cell.value: cell.column for cell in book["Mapping"][1]}
        for (row, name), value in change.items():
            book["Mapping"].cell(row, names.get(name) or book["Mapping"].max_column + 1, value)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def bring(post, data, name="mapping.xlsx"):
    return post(PAGE, {"file": (io.BytesIO(data), name)}, content_type="multipart/form-data")


def digest(page):
    return re.search(r'name="digest" type="hidden" value="([0-9a-f]{64})"', page)[1]


@pytest.mark.parametrize(("kind", "starts"), [("xlsx", b"PK"), ("csv", b"\xef\xbb\xbf")])
@pytest.mark.parametrize("every", ["", "?all=1"])
def test_the_mapping_is_taken_out(staff, kind, starts, every):
    answer = staff.get(f"{PAGE}mapping.{kind}{every}")
    assert answer.status_code == 200
    assert answer.data.startswith(starts)
    assert f".{kind}" in answer.headers["Content-Disposition"]


def test_another_kind_of_file_is_not_there(staff):
    assert staff.get(PAGE + "mapping.exe").status_code == 404


def test_a_change_is_shown_before_it_is_applied_and_can_be_undone(staff, post, stored):
    row = stored.query(ProvisionPosition).join(ProvisionPosition.provision).order_by("place").first()
    answer = bring(post, workbook(staff, {(2, "Reason"): "Quokka costs."}))
    assert answer.status_code == 303
    page = staff.get(answer.headers["Location"])
    assert "Quokka" in page.text
    assert "Quokka" not in row.reason
    assert post(answer.headers["Location"], {"digest": digest(page.text)}).status_code == 303
    stored.expire_all()
    assert row.reason == "Quokka costs."
    assert "Applied mapping.xlsx" in staff.get("/dockets/1/map").text
    assert "applied by" in staff.get(PAGE).text
    assert "To apply it again" in staff.get(answer.headers["Location"]).text


def test_what_moved_after_the_look_is_shown_again_and_not_applied(staff, post, stored):
    answer = bring(post, workbook(staff, {(2, "Reason"): "Quokka costs."}))
    assert post(answer.headers["Location"], {"digest": "0" * 64}).status_code == 409
    assert [row.reason for row in stored.query(ProvisionPosition) if "Quokka" in row.reason] == []


def test_a_conflict_shows_both_texts_and_takes_the_chosen_one(staff, post, stored):
    data = workbook(staff, {(2, "Reason"): "Quokka costs.", (2, "Revision"): 99})
    address = bring(post, data).headers["Location"]
    page = staff.get(address).text
    assert "Keep what stands" in page
    post(address, {"digest": digest(page), "conflict-1": "2"})
    assert [row.reason for row in stored.query(ProvisionPosition) if "Quokka" in row.reason] == ["Quokka costs."]


def test_errors_name_the_cell(staff, post):
    page = staff.get(bring(post, workbook(staff, {(2, "Stance"): "Maybe"})).headers["Location"]).text
    assert re.search(r'<th scope="row">J2</th><td>“Maybe” is no stance', page)


def test_a_file_that_cannot_be_read_is_kept_and_said_so(staff, post, stored):
    address = bring(post, b"\x00\x01", "strange.bin").headers["Location"]
    assert "could not be read" in staff.get(address).text
    assert staff.get(f"{address}/file").data == b"\x00\x01"
    assert stored.query(ExchangeUpload).one().file_name == "strange.bin"


def test_no_file_is_told_at_the_field(post):
    assert "Choose the file." in post(PAGE, {}).text


def test_a_guest_takes_out_and_brings_nothing_back(app):
    guest = enter(app.test_client(), Role.GUEST)
    assert guest.get(PAGE + "mapping.csv").status_code == 200
    assert "Bring back" not in guest.get(PAGE).text


def test_legal_grounds_are_kept_with_a_mapping(staff, post, stored):
    link = stored.get(ProvisionPosition, 1)
    page = staff.get("/dockets/1/mappings/1").text
    assert "Legal grounds" in page
    fields = {
        "revision": link.revision, "provision_id": link.provision_id, "position_id": link.position_id,
        "stance": link.stance.value, "request_text": link.request or "Do.", "reason": link.reason or "So.",
        "grounds": ["paperwork", "arbitrary"],
    }  # fmt: skip
    assert post("/dockets/1/mappings/1", fields).status_code == 303
    stored.expire_all()
    assert link.grounds == ["arbitrary", "paperwork"]
