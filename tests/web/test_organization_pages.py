"""The page of an organization: what it is can be changed by an administrator."""

import pytest
from sqlalchemy import select

from commenttrack.members.models import Organization, OrganizationKind
from commenttrack.members.permissions import Role
from tests.factories.pages import enter


@pytest.fixture
def member(stored):
    return stored.query(Organization).filter_by(kind=OrganizationKind.MEMBER).first()


def test_an_administrator_changes_what_an_organization_is(app, member, stored):
    administrator = enter(app.test_client(), Role.ADMINISTRATOR)
    address = f"/organizations/{member.id}"
    assert '<option selected value="member">' in administrator.get(address).text
    done = administrator.post(
        f"{address}/kind", data={"kind-kind": "partner", "kind-csrf_token": administrator.csrf}, follow_redirects=True
    )
    assert f"{member.name} is changed: Partner association." in done.text
    stored.expire_all()
    assert stored.get(Organization, member.id).kind is OrganizationKind.PARTNER


def test_a_refused_change_opens_the_form_with_the_reason(app, stored):
    administrator = enter(app.test_client(), Role.ADMINISTRATOR)
    leads = stored.query(Organization).filter_by(kind=OrganizationKind.LEAD).order_by(Organization.id).all()
    data = {"kind-kind": "other", "kind-csrf_token": administrator.csrf}
    answers = [administrator.post(f"/organizations/{lead.id}/kind", data=data) for lead in leads]
    assert answers[-1].status_code == 422
    assert '<details class="folded" open>' in answers[-1].text
    assert administrator.post(f"/organizations/{leads[0].id}/kind", data={**data, "kind-kind": "x"}).status_code == 422


def test_others_of_the_staff_see_what_it_is_and_no_form(app, member):
    drafter = enter(app.test_client(), Role.DRAFTER)
    assert "Change what it is to you" not in drafter.get(f"/organizations/{member.id}").text
    data = {"kind-kind": "partner", "kind-csrf_token": drafter.csrf}
    assert drafter.post(f"/organizations/{member.id}/kind", data=data).status_code == 404


def test_the_list_stands_in_the_order_of_a_signature_block(app, stored):
    administrator = enter(app.test_client(), Role.ADMINISTRATOR)
    for name in ("The Yew Guild", "Zinc Board", "Écru Works, Inc."):
        data = {"name": name, "kind": "other", "csrf_token": administrator.csrf}
        assert administrator.post("/organizations/new", data=data).status_code == 303
    page = administrator.get("/organizations/?kind=other").text
    assert page.index("Écru Works") < page.index("The Yew Guild") < page.index("Zinc Board")


def test_a_name_holds_nothing_that_nobody_sees(post, stored):
    assert post("/organizations/new", {"name": "\u202eAcme\u200b  Metals", "kind": "member"}).status_code == 303
    assert stored.scalars(select(Organization).order_by(Organization.id.desc())).first().name == "Acme Metals"
    assert "Give the organization a name" in post("/organizations/new", {"name": "\u200b", "kind": "member"}).text
