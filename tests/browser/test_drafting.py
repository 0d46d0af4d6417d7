"""The draft in a real browser: seen while it is typed, put in order, by two people at once, without a script."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.factories.browsing import enter, furnish

DRAFT = "/dockets/1/draft/"


@pytest.fixture
def furnished(house):
    """The house with the illustrative letter, composed and frozen once, and two drafters."""
    return furnish(house, letter=True)


def headings(page: Page) -> list[str]:
    page.wait_for_load_state()  # the list is read at once, whatever part of it has come
    return [text.strip() for text in page.locator(".part-row__heading").all_inner_texts()]


def open_part(page: Page, index: int) -> None:
    page.locator(".part-row__heading a").nth(index).click()
    expect(page.locator("#text")).to_be_visible()


def test_the_rendering_follows_what_is_typed_without_a_save(browser, furnished, sound):
    page = enter(browser, furnished, sound, "bea", start=DRAFT)
    sound(page, "draft")
    open_part(page, 3)
    with page.expect_response(re.compile(r"/preview$")):
        page.locator("#text").fill("We write **strongly** of this.[^1]\n\n[^1]: A note.")
    expect(page.locator("#editor-preview strong")).to_have_text("strongly")
    expect(page.locator("#editor-preview .letter__notes")).to_contain_text("A note.")
    page.locator("#text").fill("A call of nothing.[^9]")
    expect(page.locator("#editor-preview")).to_contain_text("is called but not defined")
    sound(page, "part")
    page.reload()
    expect(page.locator("#text")).not_to_have_value("A call of nothing.[^9]")


def test_parts_are_dragged_into_another_order_and_their_numbers_follow(browser, furnished, sound):
    page = enter(browser, furnished, sound, "bea", start=DRAFT)
    before = headings(page)
    number = page.locator(".part-row__number").nth(1).inner_text()
    handle, target = page.locator("[data-drag]").nth(0), page.locator(".part-row").nth(2)
    expect(handle).to_be_visible()
    box, onto = handle.bounding_box(), target.bounding_box()
    with page.expect_response(re.compile(r"/place$")):
        page.mouse.move(box["x"] + 5, box["y"] + 5)
        page.mouse.down()
        page.mouse.move(box["x"] + 5, box["y"] + 40, steps=4)
        page.mouse.move(onto["x"] + 20, onto["y"] + onto["height"] - 4, steps=12)
        page.mouse.up()
    expect(page.locator("[data-said]")).to_contain_text("moved")
    after = headings(page)
    assert after != before
    assert sorted(after) == sorted(before)
    page.reload()
    assert headings(page) == after
    assert after.index(before[0]) > 0
    assert page.locator(".part-row__number").nth(0).inner_text() != number
    sound(page, "draft after a drag")


def test_two_people_who_edit_one_part_both_see_both_texts(browser, furnished, sound):
    bea, cal = (enter(browser, furnished, sound, who, start=DRAFT) for who in ("bea", "cal"))
    for page in (bea, cal):
        open_part(page, 3)
    for page, words in ((bea, "Words that Bea wrote."), (cal, "Words that Cal wrote.")):
        page.locator("#text").fill(words)
        page.get_by_role("button", name="Save").click()
    expect(bea.locator(".flashes")).to_contain_text("was saved")
    expect(cal.get_by_role("heading", level=1)).to_have_text("Two people edited this part")
    expect(cal.locator("main")).to_contain_text("Words that Bea wrote.")
    expect(cal.locator("#text")).to_have_value("Words that Cal wrote.")
    cal.locator("#text").fill("Words that Bea and Cal wrote.")
    cal.get_by_role("button", name="Save this wording").click()
    expect(cal.locator(".flashes")).to_contain_text("was saved")
    cal.get_by_role("link", name="Earlier wordings").click()
    expect(cal.locator("main")).to_contain_text("Words that Bea")
    sound(cal, "earlier wordings")


def test_a_version_is_compared_printed_and_restored_and_the_draft_before_it_is_kept(browser, furnished, sound):
    page = enter(browser, furnished, sound, "bea", start=DRAFT)
    open_part(page, 3)
    page.locator("#text").fill("Words of today.")
    page.get_by_role("button", name="Save").click()
    page.goto(DRAFT)
    page.get_by_role("link", name="What changed since").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Version 1 → The draft")
    expect(page.locator("ins").filter(has_text="Words of today").first).to_be_visible()
    sound(page, "comparison")
    page.get_by_role("button", name="Make the redline as PDF").click()
    page.get_by_role("link", name="Open the redline").wait_for(timeout=120_000)
    address = page.get_by_role("link", name="Open the redline").get_attribute("href")
    assert page.request.get(address).body().startswith(b"%PDF-")
    page.goto("/dockets/1/draft/versions")
    page.get_by_role("link", name="Restore version 1…").click()
    sound(page, "restore")
    page.get_by_role("button", name="Restore version 1").click()
    expect(page.locator(".flashes")).to_contain_text("is kept under Versions")
    page.goto("/dockets/1/draft/compare")
    expect(page.locator(".lead")).to_have_text("No difference.")
    page.goto("/dockets/1/draft/versions")
    expect(page.locator("main")).to_contain_text("before version 1 was restored")
    sound(page, "versions")


def test_everything_is_done_without_a_script(browser, furnished, sound):
    page = enter(browser, furnished, sound, "cal", start=DRAFT, java_script_enabled=False)
    before = headings(page)
    page.get_by_role("button", name=f"Move “{before[0]}” down").click()
    assert headings(page)[:2] == [before[1], before[0]]
    open_part(page, 2)
    page.locator("#text").fill("Typed *without* a script.")
    page.get_by_role("button", name="Show the preview").click()
    expect(page.locator("#editor-preview em")).to_have_text("without")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".flashes")).to_contain_text("was saved")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_every_page_of_the_draft(browser, furnished, sound, scheme):
    page = enter(
        browser, furnished, sound, "bea", start=DRAFT, viewport={"width": 360, "height": 740}, color_scheme=scheme
    )
    sound(page, "draft")
    open_part(page, 3)
    sound(page, "part")
    for name in ("head", "compose", "exhibits", "versions", "compare", "preview", "freeze"):
        page.goto(f"/dockets/1/draft/{name}")
        sound(page, name)
    page.goto("/organizations/1/house-style")
    sound(page, "house style")
