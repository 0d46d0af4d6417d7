"""Behind a member's link stands nothing of any other organization: no name, decision, reservation or reason.

Every route of links is asked for, in every state that a link can be in; a new route is swept without being named here.
"""

import re

import pypdfium2
import pytest
from sqlalchemy import select

from commenttrack.db import transaction
from commenttrack.letters.models import IssuedFile, Letter
from commenttrack.members.models import OrganizationKind
from commenttrack.members.operations import organization_named
from commenttrack.outbox import OutgoingMail
from commenttrack.signoffs.lifecycle import Decision
from commenttrack.signoffs.models import SignOffRequest
from commenttrack.signoffs.operations import decide, invite
from tests.factories.pages import NOW, token_of
from tests.factories.world import signer

SECRETS = {
    "Quibblefrost Alloys": (Decision.DECLINED, {"reason": "Zanzibar clause unacceptable"}),
    "Vexworth Shipping": (Decision.JOINED_WITH_RESERVATION, {"reservation": "never the Umbrian quota"}),
    "Plimsoll Ore Guild": (Decision.ABSTAINED, {"reason": "Ostrogoth board veto"}),
}
WORDS = [
    *SECRETS,
    "Quibblefrost",
    "Vexworth",
    "Plimsoll",
    "Zanzibar",
    "Umbrian",
    "Ostrogoth",
    *(f"Signer of {name}" for name in SECRETS),
]


@pytest.fixture
def others(app, stored):
    """Three more organizations that decided, each in its own way; returns the mails they got."""
    house = app.extensions["commenttrack"]
    with house.writing() as session, transaction(session):
        letter = session.get(Letter, 1)
        for name, (decision, words) in SECRETS.items():
            member = organization_named(session, name, kind=OrganizationKind.MEMBER, actor="test", now=NOW)
            person = signer(session, member, name=f"Signer of {name}")
            invite(session, letter, member, person, actor="test", now=NOW, settings=house.settings)
            token = session.scalars(select(OutgoingMail).order_by(OutgoingMail.id.desc())).first().secret
            version = letter.versions[-1]
            excepted = {version.parts_json[-1]["key"]} if "reservation" in words else set()
            decide(
                session,
                token,
                version=version,
                decision=decision,
                name=f"Signer of {name}",
                excepted=excepted,
                now=NOW,
                **words,
            )


def link_routes(app):
    """Every route that a mailed link opens: its first part of the address is the token."""
    return [rule for rule in app.url_map.iter_rules() if "token" in rule.arguments]


def text_of(answer):
    assert answer.status_code < 500, answer.request.path
    if answer.mimetype == "application/pdf":
        document = pypdfium2.PdfDocument(answer.data)
        return " ".join(page.get_textpage().get_text_bounded() for page in document)
    return answer.get_data(as_text=True)


def swept(app, client, token):
    """The answers of all routes of a link, by method and endpoint."""
    address = app.url_map.bind("localhost")
    page = client.get(f"/sign/{token}/").text
    csrf = token_of(page) if 'name="csrf_token"' in page else ""
    found = {}
    for rule in link_routes(app):
        url = address.build(rule.endpoint, {**dict.fromkeys(rule.arguments, 1), "token": token})
        if "GET" in rule.methods:
            found["GET", rule.endpoint] = text_of(client.get(url))
        if "POST" in rule.methods:
            answer = client.post(url, data={"csrf_token": csrf}, follow_redirects=True)
            found["POST", rule.endpoint] = text_of(answer)
    return found


def leaks(found):
    return {
        where: word
        for where, text in found.items()
        for word in WORDS
        if re.search(re.escape(word), text, re.IGNORECASE)
    }


def test_no_page_behind_a_link_tells_of_another_organization(app, others, sign_tokens):
    """``sign_tokens`` are those of two undecided members, the first mails of the letter."""
    own = sign_tokens[0]
    found = swept(app, app.test_client(), own)
    assert ("GET", "signing.show") in found
    assert "Will you join this letter?" in found["GET", "signing.show"]
    assert leaks(found) == {}


def test_neither_does_it_after_the_decision_nor_behind_an_old_or_unknown_link(app, others, post, stored, sign_tokens):
    house = app.extensions["commenttrack"]
    with house.writing() as session, transaction(session):
        version = session.get(Letter, 1).versions[-1]
        decide(session, sign_tokens[0], version=version, decision=Decision.JOINED, name="Ada", now=NOW)
    client = app.test_client()
    assert "Recorded" in client.get(f"/sign/{sign_tokens[0]}/recorded").text
    assert leaks(swept(app, client, sign_tokens[0])) == {}
    asked = stored.get(SignOffRequest, 2)
    assert post(f"/dockets/1/sign/{asked.id}/ask-again", {"again-person": asked.person_id}).status_code == 303
    assert leaks(swept(app, app.test_client(), sign_tokens[1])) == {}
    assert leaks(swept(app, app.test_client(), "never-mailed")) == {}


def test_no_file_or_mail_of_a_member_tells_of_another_organization(app, others, stored):
    """The letter that a member is shown is the frozen one, without the signature block."""
    house = app.extensions["commenttrack"]
    for issued in stored.scalars(select(IssuedFile).where(IssuedFile.media_type == "application/pdf")):
        document = pypdfium2.PdfDocument(house.storage.get(issued.storage_key))
        text = " ".join(page.get_textpage().get_text_bounded() for page in document)
        assert [word for word in WORDS if word in text] == []
    for request in stored.scalars(select(SignOffRequest)):
        mails = stored.scalars(select(OutgoingMail).where(OutgoingMail.to_email == request.person.email))
        text = " ".join(f"{mail.subject} {mail.text} {mail.html}" for mail in mails)
        foreign = [word for word in WORDS if word in text and request.organization.name.split()[0] not in word]
        allowed = {"Zanzibar", "Umbrian", "Ostrogoth"} if request.organization.name in SECRETS else set()
        assert set(foreign) <= allowed


def test_the_sweep_would_find_a_leak(app, others):
    staff_page = {"GET": "… Vexworth Shipping joined …"}
    assert leaks(staff_page) == {"GET": "Vexworth"}
