"""The matrix worked by keyboard, undone, by two people at once, without a script, and as a phone shows it."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.factories.browsing import enter, furnish

MATRIX = "/dockets/1/matrix?columns=all"


@pytest.fixture
def furnished(house):
    """The house with the illustrative docket mapped as its association instructs, and two drafters."""
    return furnish(house)


def stands_on(page: Page, row: int, column: int) -> None:
    """Wait until a cell, counted from 0, has the focus: after an exchange with the server it comes a moment later."""
    page.wait_for_function(
        """([row, column]) => { const cell = document.activeElement.closest("#grid tbody th, #grid tbody td");
             return cell && cell.parentElement.sectionRowIndex === row && cell.cellIndex === column; }""",
        arg=[row, column],
    )


def stand_on(page: Page, row: int, column: int) -> None:
    page.locator("#grid tbody tr").nth(row).locator("th, td").nth(column).click(position={"x": 3, "y": 3})
    stands_on(page, row, column)


def empty_place(page: Page) -> tuple[int, int]:
    """The first cell in which nothing is mapped, in a row that is unassigned."""
    return tuple(
        page.evaluate(
            """() => { for (const line of document.querySelector("#grid").tBodies[0].rows) {
                 if (!line.querySelector(".state--unassigned")) continue;
                 for (const cell of line.cells) if (cell.matches("td.cell") && !cell.textContent.trim())
                   return [line.sectionRowIndex, cell.cellIndex]; } }"""
        )
    )


def test_by_keyboard_a_cell_is_found_opened_left_filled_and_undone(browser, furnished, sound):
    page = enter(browser, furnished, sound, "bea")
    page.goto(MATRIX)
    sound(page, "matrix")
    row, column = empty_place(page)
    stand_on(page, row, column)

    page.keyboard.press("ArrowDown")
    stands_on(page, row + 1, column)
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowRight")
    stands_on(page, row, column + 1)
    page.keyboard.press("Home")
    stands_on(page, row, 0)
    for _ in range(column):
        page.keyboard.press("ArrowRight")
    stands_on(page, row, column)

    editor = page.locator("#cell-editor")
    page.keyboard.press("Enter")
    expect(editor.get_by_label("Request", exact=True)).to_be_visible()
    sound(page, "editor")
    editor.get_by_label("Request", exact=True).fill("Words that are not kept.")
    page.keyboard.press("Escape")
    expect(editor).to_be_hidden()
    stands_on(page, row, column)
    cell = page.locator("#grid tbody tr").nth(row).locator("th, td").nth(column)
    expect(cell).to_have_text("")

    page.keyboard.press("Enter")
    editor.get_by_label(re.compile("^Clarify")).check()
    expect(editor.get_by_label("Request", exact=True)).to_have_value("")
    editor.get_by_role("button", name="Map the position").click()
    expect(editor.locator(".error-summary")).to_contain_text("needs a request")
    editor.get_by_label("Request", exact=True).fill("Say what it means.")
    editor.get_by_role("button", name="Map the position").click()
    expect(editor).to_be_hidden()
    expect(cell).to_have_text("Clarify")
    stands_on(page, row, column)
    expect(page.locator("#grid tbody tr").nth(row)).to_contain_text("Addressed")

    page.keyboard.press("u")
    expect(page.locator("[data-notice]")).to_contain_text("Undone: Mapped position")
    expect(cell).to_have_text("")
    stands_on(page, row, column)
    sound(page, "matrix after an undo")


def test_by_keyboard_rows_are_reviewed_ticked_and_given_to_somebody(browser, furnished, sound):
    page = enter(browser, furnished, sound, "bea")
    page.goto(MATRIX)
    row, column = empty_place(page)
    stand_on(page, row, column)
    line = page.locator("#grid tbody tr").nth(row)
    page.keyboard.press("r")
    expect(line.locator(".state")).to_have_text("No comment")
    page.keyboard.press("r")
    expect(line.locator(".state")).to_have_text("Unaddressed")
    page.keyboard.press("Space")
    expect(line.locator("input")).to_be_checked()
    expect(page.locator("[data-ticked]")).to_have_text("(1)")
    page.get_by_label("Owner", exact=True).last.select_option(label="Cal Rowan")
    page.get_by_role("button", name="Assign").click()
    expect(line).to_contain_text("Cal Rowan")
    page.get_by_role("button", name=re.compile(r"^Undo\s+Gave .* to Cal Rowan")).first.click()
    expect(line).not_to_contain_text("Cal Rowan")


def test_two_editors_of_one_cell_lose_nothing_and_see_both_texts(browser, furnished, sound):
    bea, cal = (enter(browser, furnished, sound, who) for who in ("bea", "cal"))
    for page in (bea, cal):
        page.goto("/dockets/1/matrix")
        page.locator("#grid td.cell a").first.click()
        expect(page.locator("#cell-editor").get_by_label("Request", exact=True)).to_be_visible()
    texts = {bea: "Bea asks for a list of entities.", cal: "Cal asks for a longer period."}
    for page, text in texts.items():
        page.locator("#cell-editor").get_by_label("Request", exact=True).fill(text)
    bea.locator("#cell-editor").get_by_role("button", name="Keep the change").click()
    expect(bea.locator("#cell-editor")).to_be_hidden()

    editor = cal.locator("#cell-editor")
    editor.get_by_role("button", name="Keep the change").click()
    expect(editor.get_by_role("heading", name="Two people edited this mapping")).to_be_visible()
    for text in texts.values():
        expect(editor.get_by_text(text).first).to_be_visible()
    expect(editor.get_by_label("Request", exact=True)).to_have_value(texts[cal])
    both = " ".join(texts.values())
    editor.get_by_label("Request", exact=True).fill(both)
    editor.get_by_role("button", name="Save this wording").click()
    expect(editor).to_be_hidden()

    bea.reload()
    bea.locator("#grid td.cell a").first.click()
    expect(bea.locator("#cell-editor").get_by_label("Request", exact=True)).to_have_value(both)


def test_without_a_script_rows_are_reviewed_and_undone_by_plain_forms(browser, furnished, sound):
    page = enter(browser, furnished, sound, "bea", java_script_enabled=False)
    page.goto("/dockets/1/matrix?state=unassigned")
    line = page.locator("#grid tbody tr").first
    named = line.locator("th a").inner_text()
    line.locator("input").check()
    page.get_by_role("button", name="Reviewed, no comment").click()
    expect(page.get_by_role("status").first).to_contain_text(f"Marked {named} as reviewed")
    expect(page).to_have_url(re.compile(r"state=unassigned"))
    page.get_by_role("button", name=re.compile(r"^Undo\s+Marked")).first.click()
    expect(page.locator("#grid tbody tr").first.locator("th a")).to_have_text(named)


def test_headings_stay_in_sight_and_nothing_runs_over_the_edge_on_a_phone_in_the_dark(browser, furnished, sound):
    phone = {"viewport": {"width": 360, "height": 740}, "color_scheme": "dark"}
    page = enter(browser, furnished, sound, "bea", **phone)
    for address in (MATRIX, "/dockets/1/matrix?by=organizations", "/dockets/1/to-review", "/dockets/1/questions"):
        page.goto(address)
        sound(page, f"{address} on a phone")
    page.goto(MATRIX)
    page.locator(".matrix").evaluate("box => box.scrollTo(600, 400)")
    corner = page.locator("#grid thead th").first.bounding_box()
    box = page.locator(".matrix").bounding_box()
    assert abs(corner["x"] - box["x"]) < 3, "the column of provisions scrolled away"
    assert abs(corner["y"] - box["y"]) < 3, "the row of headings scrolled away"
