"""A running house with the illustrative docket and two drafters, and a browser in which one of them signed in."""

import datetime as dt

from playwright.sync_api import Browser, Page, expect

from commenttrack import illustration
from commenttrack.db import make_engine, make_sessions, transaction
from commenttrack.letters.drafting import compose_letter
from commenttrack.letters.operations import freeze
from commenttrack.members.operations import add_person
from commenttrack.members.permissions import Role
from commenttrack.storage import Storage
from commenttrack.web.accounts import create_account

PASSWORD = "a sentence that opens"


def furnish(house, *, letter: bool = False):
    """The house, mapped as the illustrative association instructs; with its ``letter`` composed and frozen once."""
    engine, now = make_engine(house.settings.database_url), dt.datetime.now(dt.UTC)
    made = illustration.illustration(now.date())
    with make_sessions(engine)() as session, transaction(session):
        illustration.load_library(session, actor="test", now=now)
        lead = illustration.load_association(session, made, actor="test", now=now)
        storage = Storage(house.settings.storage_url)
        document = illustration.load_rule(session, made, storage=storage, actor="test", now=now)
        illustration.follow_instructions(session, made, document, now=now)
        if letter:
            illustration.approve_library(session, made, now=now)
            begun = illustration.begin_letter(session, made, document, lead, actor="test", now=now)
            compose_letter(session, begun, actor="test", now=now)
            freeze(session, begun, storage=storage, actor="test", now=now)
        for name in ("Bea Quill", "Cal Rowan"):
            email = f"{name.split()[0].lower()}@example.org"
            person = add_person(session, name=name, email=email, organization=lead, actor="test", now=now)
            create_account(session, person, password=PASSWORD, role=Role.DRAFTER, now=now, must_change_password=False)
    engine.dispose()
    return house


def enter(browser: Browser, house, sound, who: str, *, start: str = "", **options) -> Page:
    """A window of their own for ``bea`` or ``cal``, signed in, on the page ``start`` when one is named."""
    options = {"viewport": {"width": 1280, "height": 900}, **options}
    page = browser.new_context(base_url=house.address, reduced_motion="reduce", **options).new_page()
    page.set_default_timeout(60_000)
    sound.watch(page)
    page.goto("/sign-in")
    page.get_by_label("E-mail address").fill(f"{who}@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Dockets")
    if start:
        page.goto(start)
    return page
