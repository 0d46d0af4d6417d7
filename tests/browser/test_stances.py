"""A member answers on a phone by the mailed link, without scripts; the staff see it and weigh the requests."""

import datetime as dt
import re

import pytest
from playwright.sync_api import Browser, Page, expect

from commenttrack import illustration
from commenttrack.db import make_engine, make_sessions, transaction
from commenttrack.storage import Storage

PHONE = {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True, "reduced_motion": "reduce"}
OWN_PASSWORD = "my own quiet sentence"


@pytest.fixture
def docket_id(house) -> int:
    """The illustrative docket, mapped."""
    engine = make_engine(house.settings.database_url)
    now = dt.datetime.now(dt.UTC)
    made = illustration.illustration(now.date())
    with make_sessions(engine)() as session, transaction(session):
        illustration.load_library(session, actor="test", now=now)
        illustration.load_association(session, made, actor="test", now=now)
        storage = Storage(house.settings.storage_url)
        document = illustration.load_rule(session, made, storage=storage, actor="test", now=now)
        illustration.follow_instructions(session, made, document, now=now)
        found = document.docket_id
    engine.dispose()
    return found


def test_a_member_answers_on_a_phone_and_the_staff_weigh_it(browser: Browser, house, sound, docket_id):
    desk = browser.new_context(viewport={"width": 1280, "height": 900}, base_url=house.address)
    staff = desk.new_page()
    sound.watch(staff)
    sign_in(staff, house)
    person = choose_and_invite(staff, sound, docket_id)
    answer_on_a_phone(browser, staff, house, sound, person)
    weigh(staff, sound, docket_id)


def sign_in(staff: Page, house) -> None:
    staff.goto("/")
    staff.get_by_label("E-mail address").fill(house.administrator)
    staff.get_by_label("Password").fill(house.password)
    staff.get_by_role("button", name="Sign in").click()
    staff.locator("#password").fill(house.password)
    staff.locator("#new_password").fill(OWN_PASSWORD)
    staff.locator("#new_password_confirm").fill(OWN_PASSWORD)
    staff.get_by_role("button", name="Change password").click()


def choose_and_invite(staff: Page, sound, docket_id: int) -> str:
    """Ask one organization about two provisions and a position; its person's name."""
    staff.goto(f"/dockets/{docket_id}/stances/")
    sound(staff, "stances before anything is asked")
    staff.get_by_role("link", name="Choose what to ask").click()
    provisions = staff.get_by_role("group", name="Provisions").get_by_role("checkbox")
    provisions.nth(0).check()
    provisions.nth(1).check()
    staff.get_by_role("group", name="Positions").get_by_role("checkbox").nth(0).check()
    sound(staff, "choose what to ask")
    staff.get_by_role("button", name="Ask about these").click()
    expect(staff.get_by_role("status")).to_contain_text("asked about 3 points")
    first = staff.get_by_role("group", name="Whom to ask").get_by_role("checkbox").nth(0)
    first.check()
    name = staff.locator(f'label[for="{first.get_attribute("id")}"]').inner_text().partition(": ")[2]
    staff.get_by_label(re.compile("A line of your own")).fill("Two minutes will do.")
    staff.get_by_role("button", name="Send the mails").click()
    expect(staff.get_by_role("status")).to_contain_text("1 mail written")
    expect(staff.locator(".stance-table tbody tr")).to_have_count(1)
    sound(staff, "stances asked")
    return name


def answer_on_a_phone(browser: Browser, staff: Page, house, sound, person: str) -> None:
    """Once without scripts, once more with them."""
    link = ""
    for _ in range(60):
        link = house.link_for(person, "answer")
        if link:
            break
        staff.wait_for_timeout(500)
    plain = browser.new_context(**PHONE, java_script_enabled=False).new_page()
    plain.goto(link)
    expect(plain.get_by_role("heading", level=1)).to_have_text("Where do you stand?")
    points = plain.locator("section.point")
    points.nth(0).get_by_text("Oppose", exact=True).click()
    points.nth(0).get_by_text(re.compile("^Add a reason")).click()
    points.nth(0).get_by_label(re.compile("^Reason")).fill("It would end our samples.")
    points.nth(0).get_by_text("We could not sign a letter that asks this").click()
    points.nth(0).get_by_role("button", name="Save so far").click()
    expect(plain.get_by_role("status")).to_contain_text("1 answer saved. 2 points still open.")
    phone = browser.new_context(**PHONE, color_scheme="dark").new_page()
    sound.watch(phone)
    phone.goto(link)
    sound(phone, "answering on a phone, dark")
    expect(phone.locator("section.point").nth(0).get_by_role("radio", name="Oppose")).to_be_checked()
    phone.locator("section.point").nth(1).get_by_text("No view", exact=True).click()
    phone.locator("section.point").nth(2).get_by_text("Support", exact=True).click()
    phone.get_by_role("button", name="Save my answers, I am done").click()
    expect(phone.get_by_role("status")).to_contain_text("Every point is answered. Thank you.")
    sound(phone, "answered on a phone, dark")


def weigh(staff: Page, sound, docket_id: int) -> None:
    staff.goto(f"/dockets/{docket_id}/stances/")
    expect(staff.locator(".stance-table tbody tr")).to_contain_text("3 of 3")
    staff.locator(".stance-table tbody a").first.click()
    expect(staff.get_by_text("It would end our samples.").first).to_be_visible()
    sound(staff, "one organization's stances")
    staff.goto(f"/dockets/{docket_id}/stances/what-if")
    expect(staff.locator(".what-if__result")).to_contain_text("0 of 1 join")
    sound(staff, "what if")
    for box in staff.locator('input[name="drop"]').all():
        box.check()
    staff.get_by_role("button", name="Show who joins").click()
    expect(staff.locator(".what-if__result")).to_contain_text("1 of 1 join")
    staff.get_by_role("link", name=re.compile("^Look")).first.click()
    for width, scheme in ((1280, "dark"), (360, "light"), (360, "dark")):
        staff.set_viewport_size({"width": width, "height": 800})
        staff.emulate_media(color_scheme=scheme)
        for page in ("", "subjects", "what-if"):
            staff.goto(f"/dockets/{docket_id}/stances/{page}")
            sound(staff, f"stances/{page} at {width} px, {scheme}")
