"""A campaign as its people see it: three members on phones, a colleague at a desk and the staff, to the certificate.

``COMMENTTRACK_SCREENSHOTS`` names a folder for pictures of every step at 360 and 1280 px, light and dark.
"""

import datetime as dt
import io
import os
import re
import subprocess
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from commenttrack import illustration
from commenttrack.db import make_engine, make_sessions, transaction
from commenttrack.letters.drafting import compose_letter
from commenttrack.letters.operations import add_part, freeze
from commenttrack.members.models import Person
from commenttrack.members.permissions import Role
from commenttrack.storage import Storage
from commenttrack.web.accounts import create_account

PASSWORD = "a sentence that opens"
PHONE = {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True, "reduced_motion": "reduce"}
DESK = {"viewport": {"width": 1280, "height": 900}, "reduced_motion": "reduce"}
SCREENS = ((360, "dark"), (1280, "light"))
PICTURED = (*SCREENS, (360, "light"), (1280, "dark"))
FIELDSTONE, NORTHFORK, QUILLON = (
    "Fieldstone Agricultural Data Cooperative",
    "Northfork Instruments",
    "Quillon Networks",
)
MEMBERS = {
    FIELDSTONE: "h.przybylski@example.org",
    NORTHFORK: "c.whitlock@example.org",
    QUILLON: "m.eastlake@example.org",
}
RECORDS = (
    "Exporters shall keep their records for ten years.\n\n"
    "The association’s members keep **most** of these records today, and can show what that costs them.\n\n"
    "A shorter period would serve the rule’s purpose as well."
)


@pytest.fixture
def docket(house):
    """The illustrative docket with a frozen letter, and an account for its counsel."""
    engine = make_engine(house.settings.database_url)
    now = dt.datetime.now(dt.UTC)
    made = illustration.illustration(now.date())
    with make_sessions(engine)() as session, transaction(session):
        illustration.load_library(session, actor="test", now=now)
        lead = illustration.load_association(session, made, actor="test", now=now)
        illustration.approve_library(session, made, now=now)
        storage = Storage(house.settings.storage_url)
        document = illustration.load_rule(session, made, storage=storage, actor="test", now=now)
        illustration.follow_instructions(session, made, document, now=now)
        illustration.give_answers(session, made, document, now=now)
        letter = illustration.begin_letter(session, made, document, lead, actor="test", now=now)
        compose_letter(session, letter, actor="test", now=now)
        add_part(session, letter, heading="Records of exporters", text=RECORDS, actor="test", now=now)
        add_part(session, letter, heading="Costs", text="The costs fall on all exporter.", actor="test", now=now)
        freeze(session, letter, storage=storage, actor="test", now=now)
        counsel = session.scalars(select(Person).where(Person.organization_id == lead.id)).first()
        create_account(
            session, counsel, password=PASSWORD, role=Role.ADMINISTRATOR, now=now, must_change_password=False
        )
        name, address = counsel.name, counsel.email
    engine.dispose()
    return name, address


class Members:
    """The browsers of members, each with a context of its own."""

    def __init__(self, browser: Browser, house, look) -> None:
        self.browser, self.house, self.look = browser, house, look
        self.outside: list[str] = []

    def open(self, organization: str, link: str, device: dict, **options: object) -> Page:
        page = self.browser.new_context(**device, **options).new_page()

        def sent(request) -> None:
            if not request.url.startswith((self.house.address, "data:")):
                self.outside.append(request.url)

        page.on("request", sent)
        page.goto(link)
        self.own(page, organization)
        return page

    def own(self, page: Page, organization: str) -> None:
        """A member's page names no other organization that was asked."""
        others = [name for name in MEMBERS if name != organization]
        assert not any(name in page.content() for name in others)

    def link(self, staff: Page, address: str, besides: str = "") -> str:
        """The link in the newest mail, once the worker has sent it; ``besides`` is the one that was there before."""
        for _ in range(120):
            if (link := self.house.link_for(address)) and link != besides:
                return link
            staff.wait_for_timeout(500)
        raise AssertionError(f"no new mail to {address}")


@pytest.fixture
def look(sound):
    """Check a page on a phone in the dark and at a desk in the light, and keep pictures where they are wanted."""
    folder = os.environ.get("COMMENTTRACK_SCREENSHOTS", "")
    steps = iter(range(1, 100))

    def at_every_size(page: Page, name: str) -> None:
        before, step = page.viewport_size, next(steps)
        for width, scheme in PICTURED if folder else SCREENS:
            page.set_viewport_size({"width": width, "height": 800})
            page.emulate_media(color_scheme=scheme)
            sound(page, f"{name} at {width} px, {scheme}")
            if folder:
                page.screenshot(
                    path=Path(folder) / f"{step:02}-{name}-{width}-{scheme}.png", full_page=True, timeout=120_000
                )
        page.set_viewport_size(before)
        page.emulate_media(color_scheme="light")

    return at_every_size


def test_from_the_invitations_to_the_certificate(browser: Browser, house, docket, sound, look, tmp_path):
    counsel, account = docket
    staff = browser.new_context(**DESK, base_url=house.address, accept_downloads=True).new_page()
    sound.watch(staff)
    members = Members(browser, house, look)
    enter(staff, account)
    invite(staff)
    links = {name: members.link(staff, address) for name, address in MEMBERS.items()}
    join(members, links[FIELDSTONE])
    edit_between_two_signatures(staff)
    join_with_a_reservation(members, links[NORTHFORK])
    decline_as_a_colleague(members, staff, links[QUILLON])
    see_who_is_stale(staff, look)
    judge(staff, look)
    newest = members.link(staff, MEMBERS[FIELDSTONE], besides=links[FIELDSTONE])
    reaffirm(members, links[FIELDSTONE], newest, counsel)
    assert members.outside == []
    read_the_certificate(staff, tmp_path)


def enter(staff: Page, account: str) -> None:
    staff.goto("/sign-in")
    staff.get_by_label("E-mail address").fill(account)
    staff.get_by_label("Password").fill(PASSWORD)
    staff.get_by_role("button", name="Sign in").click()
    expect(staff.get_by_role("heading", level=1)).to_have_text("Dockets")


def invite(staff: Page) -> None:
    staff.goto("/dockets/1/sign/")
    for name in MEMBERS:
        staff.get_by_label(re.compile(f"^{name}")).first.check()
    staff.get_by_role("button", name="Send the invitations").click()
    expect(staff.locator(".flashes")).to_contain_text("3 invitations")


def join(members: Members, link: str) -> None:
    """Fieldstone joins version 1, on a phone."""
    page = members.open(FIELDSTONE, link, PHONE)
    expect(page.get_by_role("heading", level=1)).to_have_text("Will you join this letter?")
    members.look(page, "invitation")
    page.get_by_label("Join the letter").check()
    page.get_by_label("By what authority").fill("Board resolution 12")
    page.get_by_role("button", name="Record my decision").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Recorded: joined")
    members.look(page, "recorded")
    page.context.close()


def edit_between_two_signatures(staff: Page) -> None:
    for heading, before, after in (("Records of exporters", "ten", "five"), ("Costs", "exporter.", "exporters.")):
        staff.goto("/dockets/1/draft/")
        staff.get_by_role("link", name=heading, exact=True).click()
        text = staff.get_by_label("Text", exact=True)
        text.fill(text.input_value().replace(before, after))
        staff.get_by_role("button", name="Save").click()
    staff.goto("/dockets/1/draft/")
    staff.get_by_role("link", name="Freeze…").click()
    staff.get_by_role("button", name="Freeze version 2").click()
    expect(staff.get_by_role("heading", level=1)).to_have_text("Sign-offs", timeout=60_000)


def join_with_a_reservation(members: Members, link: str) -> None:
    """Northfork opens its old link at a desk, sees what moved since it was asked, and excepts a part."""
    page = members.open(NORTHFORK, link, DESK)
    changes = page.get_by_role("region", name="What changed since you were asked")
    expect(changes.locator("del")).to_contain_text([re.compile("ten"), re.compile("exporter")])
    expect(changes.locator("ins")).to_contain_text([re.compile("five"), re.compile("exporters")])
    members.look(page, "moved since asked")
    page.get_by_label("Join with a reservation").check()
    page.get_by_role("group", name="Parts you do not join").get_by_label(re.compile("Costs$")).check()
    members.look(page, "reservation")
    page.get_by_role("button", name="Record my decision").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Recorded: joined with a reservation")
    expect(page.get_by_text(re.compile("except Part"))).to_be_visible()
    members.own(page, NORTHFORK)
    page.context.close()


def decline_as_a_colleague(members: Members, staff: Page, link: str) -> None:
    """Quillon’s first person hands on; the colleague declines with a reason; the first link is dead for everybody."""
    page = members.open(QUILLON, link, PHONE)
    page.get_by_role("link", name="Hand it on to a colleague").click()
    members.look(page, "hand on")
    page.get_by_label("Their name").fill("Bo Colleague")
    page.get_by_label("Their e-mail address").fill("bo.colleague@example.org")
    page.get_by_role("button", name="Hand it on").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Handed on to Bo Colleague")
    members.look(page, "handed on")
    page.context.close()
    old = members.open(QUILLON, link, PHONE)
    expect(old.get_by_role("heading", level=1)).to_have_text("This link is not valid")
    members.look(old, "dead link")
    old.context.close()
    colleague = members.open(QUILLON, members.link(staff, "bo.colleague@example.org"), DESK)
    colleague.get_by_label("Decline").check()
    colleague.get_by_label("Reason").fill("Our board has not met.")
    colleague.get_by_role("button", name="Record my decision").click()
    expect(colleague.get_by_role("heading", level=1)).to_have_text("Recorded: declined")
    members.look(colleague, "declined")
    colleague.context.close()


def see_who_is_stale(staff: Page, look) -> None:
    staff.goto("/dockets/1/sign/")
    row = staff.get_by_role("row", name=re.compile(FIELDSTONE))
    expect(row).to_contain_text("Stale")
    expect(staff.get_by_role("row", name=re.compile(NORTHFORK))).to_contain_text("Joined with a reservation")
    expect(staff.get_by_role("row", name=re.compile(QUILLON))).to_contain_text("Declined")
    look(staff, "board, one stale")


def judge(staff: Page, look) -> None:
    staff.goto("/dockets/1/sign/changes/")
    for heading, weight, reason in (
        ("Records of exporters", "Substantive", "Half the period is another request."),
        ("Costs", "Cosmetic", "A letter was missing."),
    ):
        change = staff.get_by_role("region", name=re.compile(heading))
        expect(change.locator("del").first).to_be_visible()
        change.get_by_label(re.compile(f"^{weight}")).check()
        change.get_by_label("Why").fill(reason)
    look(staff, "changes to judge")
    staff.get_by_role("button", name="Record and write to the signers").click()
    expect(staff.locator(".flashes")).to_contain_text("1 signer asked again by a new link.")
    look(staff, "changes judged")


def reaffirm(members: Members, old: str, newest: str, counsel: str) -> None:
    """Fieldstone sees what changed, word by word, and agrees again with one button and nothing to type."""
    dead = members.open(FIELDSTONE, old, PHONE)
    expect(dead.get_by_role("heading", level=1)).to_have_text("This link is not valid")
    dead.context.close()
    page = members.open(FIELDSTONE, newest, PHONE)
    expect(page.get_by_role("heading", level=1)).to_have_text("The letter changed. Do you still join?")
    asks = page.locator("details", has_text="Half the period is another request.")
    expect(asks.locator("del")).to_have_text([" [delete: ten] "])
    expect(asks.locator("ins")).to_have_text([" [insert: five] "])
    expect(asks).to_contain_text("2 paragraphs unchanged")
    cosmetic = page.locator("details", has_text="A letter was missing.")
    expect(cosmetic).to_contain_text(f"cosmetic {counsel}")
    members.look(page, "what changed since I signed")
    on_paper(page)
    for summary in ("Add a reservation", "Withdraw"):
        page.locator("summary", has_text=summary).click()
    members.look(page, "other answers open")
    page.get_by_role("button", name="Re-affirm for version 2").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Recorded: joined")
    facts = page.locator(".facts")
    expect(facts).to_contain_text("Board resolution 12")
    expect(facts).to_contain_text("version 2")
    members.look(page, "re-affirmed")
    members.own(page, FIELDSTONE)
    page.context.close()


def on_paper(page: Page) -> None:
    """Printed, the page is the changes and the letter: no forms, no buttons."""
    page.emulate_media(media="print")
    for hidden in ("#again", "#decide", ".sign-jump"):
        expect(page.locator(hidden)).to_be_hidden()
    for shown in ("#changes", "#letter .letter"):
        expect(page.locator(shown)).to_be_visible()
    if folder := os.environ.get("COMMENTTRACK_SCREENSHOTS", ""):
        page.pdf(path=Path(folder) / "on-paper.pdf", format="Letter", tagged=True)
    page.emulate_media(media="screen")


def read_the_certificate(staff: Page, tmp_path) -> None:
    staff.goto("/dockets/1/sign/")
    expect(staff.get_by_role("row", name=re.compile(FIELDSTONE))).not_to_contain_text("Stale")
    staff.goto("/dockets/1/file/")
    staff.get_by_role("button", name="Build the packet").click()
    link = staff.get_by_role("link", name="Download packet.zip")
    expect(link).to_be_visible(timeout=180_000)
    with staff.expect_download() as waiting:
        link.click()
    with zipfile.ZipFile(io.BytesIO(Path(waiting.value.path()).read_bytes())) as packet:
        certificate, letter = (text_of(packet.read(f"{name}.pdf"), tmp_path) for name in ("certificate", "letter"))
    for said in (FIELDSTONE, NORTHFORK, "Board resolution 12", "except Part", "Declined"):
        assert said.casefold() in certificate.casefold(), said
    assert FIELDSTONE in letter
    assert "except Part" in letter
    assert QUILLON not in letter
    assert "Our board has not met" not in letter


def text_of(pdf: bytes, tmp_path) -> str:
    path = tmp_path / "file.pdf"
    path.write_bytes(pdf)
    run = subprocess.run(["pdftotext", "-raw", "-enc", "UTF-8", path, "-"], capture_output=True, check=True)
    return " ".join(run.stdout.decode().split())
