"""The page of the issue-preservation report and its files."""

import re

from sqlalchemy import select

from commenttrack.db import transaction
from commenttrack.members.permissions import Role
from commenttrack.positions.models import ProvisionPosition
from commenttrack.worker import Worker
from tests.factories.pages import enter

PAGE = "/dockets/1/issues/"


def test_the_page_says_what_is_missing_and_leads_to_the_mapping(app, staff):
    assert "no legal ground is named" not in staff.get(PAGE).text
    house = app.extensions["commenttrack"]
    with house.writing() as session, transaction(session):
        for link in session.scalars(select(ProvisionPosition)):
            link.grounds = []
    page = staff.get(PAGE)
    assert page.status_code == 200
    assert "no legal ground is named" in page.text
    assert staff.get(re.search(r'<th scope="row"><a href="([^"]+)"', page.text)[1]).status_code == 200
    assert PAGE in staff.get("/dockets/1/file/").text


def test_the_workbook_is_taken_out(staff):
    answer = staff.get(PAGE + "issues.xlsx")
    assert answer.data.startswith(b"PK")


def test_the_pdf_is_made_in_the_background_and_once(app, staff, post):
    assert post(PAGE + "pdf").status_code == 303
    assert "being made" in staff.get(PAGE).text
    worker = Worker(app.extensions["commenttrack"].settings)
    while worker.step():
        pass
    address = re.search(r'href="([^"]+issues\.pdf)"', staff.get(PAGE).text)[1]
    assert staff.get(address).data.startswith(b"%PDF-")
    post(PAGE + "pdf")
    assert not worker.step()
    assert staff.get(address.replace("/dockets/1/", "/dockets/2/")).status_code == 404


def test_a_guest_does_not_see_it(app):
    guest = enter(app.test_client(), Role.GUEST)
    assert guest.get(PAGE).status_code == 404
    assert PAGE not in guest.get("/dockets/1/file/").text
