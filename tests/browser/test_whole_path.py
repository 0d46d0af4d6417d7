"""One walk of the whole path as three people: staff at a desk, two members on their phones."""

import re
import zipfile

from playwright.sync_api import Browser, Page, expect

OWN_PASSWORD = "my own quiet sentence"
PHONE = {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True, "reduced_motion": "reduce"}


def test_from_a_notice_to_the_packet(browser: Browser, house, sound, tmp_path):
    desk = browser.new_context(viewport={"width": 1280, "height": 900}, base_url=house.address, accept_downloads=True)
    staff = desk.new_page()
    sound.watch(staff)
    sign_in(staff, house, sound)
    open_the_illustrative_docket(staff, sound)
    read(staff, sound)
    map_a_position(staff, sound)
    answer_a_question(staff, sound)
    draft_and_freeze(staff, sound)
    invited = invite_two(staff, sound)
    links = [wait_for_link(staff, house, address) for address in invited]
    join(browser, links[0], sound)
    join_with_a_reservation(browser, links[1], sound)
    look_at_the_board(staff, sound)
    build_the_packet(staff, sound, tmp_path)
    look_around(staff, sound)


def sign_in(staff: Page, house, sound) -> None:
    staff.goto("/")
    expect(staff).to_have_url(re.compile("/sign-in"))
    sound(staff, "sign in")
    staff.get_by_label("E-mail address").fill(house.administrator)
    staff.get_by_label("Password").fill(house.password)
    staff.get_by_role("button", name="Sign in").click()
    expect(staff.get_by_role("heading", level=1)).to_have_text("Change password")
    sound(staff, "change password")
    staff.locator("#password").fill(house.password)
    staff.locator("#new_password").fill(OWN_PASSWORD)
    staff.locator("#new_password_confirm").fill(OWN_PASSWORD)
    staff.get_by_role("button", name="Change password").click()
    expect(staff.get_by_role("heading", level=1)).to_have_text("Dockets")


def open_the_illustrative_docket(staff: Page, sound) -> None:
    sound(staff, "home without a docket")
    staff.get_by_role("link", name="Bring a notice").click()
    sound(staff, "import")
    staff.get_by_role("button", name="Open the illustrative docket").click()
    expect(staff.get_by_text("Illustrative:").first).to_be_visible()


def read(staff: Page, sound) -> None:
    sound(staff, "read")
    staff.get_by_role("link", name="A. Legal Authority").first.click()
    expect(staff.locator(".provision--selected")).to_be_visible()
    expect(staff.locator(".panel .citation")).to_contain_text("FR")
    sound(staff, "read a provision")
    for view in ("outline", "panel"):
        staff.set_viewport_size({"width": 360, "height": 740})
        staff.get_by_role("navigation", name="Views").get_by_role("link").nth(0 if view == "outline" else 2).click()
        sound(staff, f"read on a phone, {view}")
    staff.set_viewport_size({"width": 1280, "height": 900})


def stage(staff: Page, name: str) -> None:
    staff.get_by_role("navigation", name="Stages of this docket").get_by_role(
        "link", name=re.compile(f"^{name}")
    ).click()


def map_a_position(staff: Page, sound) -> None:
    stage(staff, "Positions")
    sound(staff, "positions")
    stage(staff, "Map")
    staff.locator(".queue__list a", has_text="1790.2(a)(1)").first.click()
    sound(staff, "map")
    staff.get_by_role("link", name=re.compile("^Accept")).first.click()
    staff.get_by_role("button", name="Map the position").click()
    expect(staff.locator(".error-summary")).to_be_focused()
    sound(staff, "mapping refused")
    staff.get_by_label(re.compile("^Support with change")).check()
    staff.get_by_label("Request", exact=True).fill("Limit the requirement to end uses of concern.")
    wanted = staff.get_by_label("Requested text")
    wanted.fill(wanted.input_value().rstrip(".") + ", where the end use is one of concern.")
    staff.get_by_label("Reason").fill("A requirement without regard to use reaches sales that threaten nobody.")
    staff.get_by_role("button", name="Show the redline").click()
    expect(staff.locator("p.redline ins")).to_contain_text("where the end use is one of concern")
    sound(staff, "mapping form with its redline")
    staff.get_by_role("button", name="Map the position").click()
    expect(staff.get_by_role("status")).to_contain_text("Mapped onto 15 CFR 1790.2(a)(1)")
    staff.get_by_role("link", name="Matrix").click()
    sound(staff, "matrix")


def answer_a_question(staff: Page, sound) -> None:
    stage(staff, "Read")
    staff.get_by_role("link", name=re.compile("questions of the agency")).click()
    sound(staff, "questions")
    staff.locator("tbody a").first.click()
    staff.get_by_label("Answer the question").check()
    staff.get_by_label("Answer, or why you decline").fill("It can be stated by volume, as Annex A shows.")
    sound(staff, "answer")
    staff.get_by_role("button", name="Keep").click()
    expect(staff.locator(".badge--done")).to_have_count(1)


def draft_and_freeze(staff: Page, sound) -> None:
    stage(staff, "Draft")
    sound(staff, "start the letter")
    staff.get_by_role("button", name="Start the letter").click()
    expect(staff.get_by_role("heading", level=1)).to_have_text("Draft")
    sound(staff, "draft")
    staff.get_by_role("link", name="Introduction", exact=True).click()
    text = staff.get_by_label("Text", exact=True)
    text.fill(text.input_value() + "\n\nWe write **together**.")
    expect(staff.locator("#editor-preview strong")).to_have_text("together")
    sound(staff, "edit a part")
    staff.get_by_role("button", name="Save").click()
    expect(staff.locator(".flash")).to_have_text("The part was saved.")
    stage(staff, "Draft")
    staff.get_by_role("link", name="Preview").click()
    expect(staff.locator(".letter")).to_contain_text("We write together.")
    sound(staff, "preview")
    stage(staff, "Draft")
    staff.get_by_role("link", name="Freeze…").click()
    sound(staff, "freeze")
    staff.get_by_role("button", name="Freeze version 1").click()
    expect(staff.get_by_role("heading", level=1)).to_have_text("Sign-offs", timeout=60_000)


def invite_two(staff: Page, sound) -> list[str]:
    boxes = staff.get_by_role("group", name="Whom to ask").get_by_role("checkbox")
    names = [staff.locator(f"label[for={boxes.nth(i).get_attribute('id')}]").inner_text() for i in range(2)]
    for index in range(2):
        boxes.nth(index).check()
    sound(staff, "invite")
    staff.get_by_role("button", name="Send the invitations").click()
    addresses = []
    for name in names:
        staff.get_by_role("link", name=name.partition(":")[0]).click()
        addresses.append(re.search(r"\S+@example\.org", staff.locator(".facts").inner_text())[0].rstrip(";,"))
        sound(staff, "invitation")
        stage(staff, "Sign")
    sound(staff, "board, two asked")
    return addresses


def wait_for_link(staff: Page, house, address: str) -> str:
    """The worker sends within a second or two; the member cannot open a mail before."""
    for _ in range(60):
        if link := house.link_for(address):
            return link
        staff.wait_for_timeout(500)
    raise AssertionError(f"no mail to {address}")


def join(browser: Browser, link: str, sound) -> None:
    phone = browser.new_context(**PHONE)
    member = phone.new_page()
    sound.watch(member)
    member.goto(link)
    expect(member.get_by_role("heading", level=1)).to_have_text("Will you join this letter?")
    sound(member, "sign on a phone")
    member.get_by_label("Join the letter").check()
    expect(member.get_by_label("Reason")).to_be_hidden()
    member.get_by_role("button", name="Record my decision").click()
    expect(member.get_by_role("heading", level=1)).to_have_text("Recorded: joined")
    sound(member, "recorded")
    phone.close()


def join_with_a_reservation(browser: Browser, link: str, sound) -> None:
    """Without JavaScript, in the dark."""
    phone = browser.new_context(**PHONE, java_script_enabled=False, color_scheme="dark")
    member = phone.new_page()
    member.goto(link)
    member.get_by_role("button", name="Record my decision").click()
    expect(member.locator(".error-summary")).to_contain_text("Choose a decision.")
    member.get_by_label("Join with a reservation").check()
    member.get_by_label(re.compile(r"^IV\. ")).check()
    member.get_by_role("button", name="Record my decision").click()
    expect(member.get_by_role("heading", level=1)).to_have_text("Recorded: joined with a reservation")
    expect(member.get_by_text("except Part IV")).to_be_visible()
    phone.close()


def look_at_the_board(staff: Page, sound) -> None:
    stage(staff, "Sign")
    expect(staff.get_by_role("list", name="Totals")).to_contain_text("1 joined with a reservation")
    expect(staff.get_by_role("navigation", name="Stages of this docket")).to_contain_text("2 of 2 joined")
    sound(staff, "board")


def build_the_packet(staff: Page, sound, tmp_path) -> None:
    stage(staff, "File")
    sound(staff, "file, before the packet")
    staff.get_by_role("button", name="Build the packet").click()
    expect(staff.get_by_text("The packet is being built").first).to_be_visible()
    link = staff.get_by_role("link", name="Download packet.zip")
    expect(link).to_be_visible(timeout=180_000)
    sound(staff, "file")
    with staff.expect_download() as waiting:
        link.click()
    path = tmp_path / "packet.zip"
    waiting.value.save_as(path)
    with zipfile.ZipFile(path) as packet:
        names = set(packet.namelist())
        assert packet.testzip() is None
    assert {"letter.pdf", "letter.docx", "matrix.xlsx", "certificate.pdf", "manifest.json"} <= names


def look_around(staff: Page, sound) -> None:
    """The remaining pages, wide in the light and narrow in the dark."""
    addresses = ["/", "/positions", "/positions/1", "/sources", "/sources/1", "/organizations/", "/organizations/new"]
    addresses += ["/organizations/1", "/search?q=license", "/administration/", "/administration/jobs"]
    addresses += ["/administration/outbox", "/administration/outbox/1", "/administration/trail"]
    addresses += ["/dockets/1/draft/", "/dockets/1/draft/head", "/dockets/1/draft/parts/new"]
    document = "/dockets/1/documents/1"
    addresses += ["/dockets/new", "/dockets/1/documents", "/dockets/1/documents/add", f"{document}/to-settle"]
    addresses += [f"{document}/redline", f"{document}/find?q=license"]
    addresses += ["/dockets/1/map", "/dockets/1/sign/", "/dockets/1/sign/1", "/dockets/1/file/", "/dockets/1/read"]
    for width, scheme in ((1280, "light"), (360, "dark")):
        staff.set_viewport_size({"width": width, "height": 800})
        staff.emulate_media(color_scheme=scheme)
        for address in addresses:
            staff.goto(address)
            sound(staff, f"{address} at {width} px, {scheme}")
