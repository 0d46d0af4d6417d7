"""What is true of every page: headers, structure, labels, the mark of an illustrative docket."""

import html
import re
from pathlib import Path

import pytest
from lxml import etree
from lxml import html as markup

from commenttrack.members.permissions import Role
from commenttrack.resources import folder
from tests.factories.pages import enter

TEMPLATES = sorted(path for path in (folder("templates") / "web").rglob("*.html"))


def walk(client, start="/", per_shape=2):
    """Follow every link inside the app from a page on; at most ``per_shape`` addresses that differ only in numbers."""
    seen, shapes, waiting = set(), {}, [start]
    while waiting:
        address = waiting.pop(0)
        shape = re.sub(r"\d+", "N", re.sub(r"(read/\d+/)[^?]+", r"\1K", address))
        if address in seen or shapes.get(shape, 0) >= per_shape or ".pdf" in address:
            continue
        seen.add(address)
        shapes[shape] = shapes.get(shape, 0) + 1
        answer = client.get(address)
        yield address, answer
        if answer.mimetype == "text/html":
            for link in re.findall(r'href="([^"#]+)', answer.text):
                link = html.unescape(link)
                link = address.partition("?")[0] + link if link.startswith("?") else link
                if link.startswith("/") and not link.startswith("/static/"):
                    waiting.append(link)


@pytest.fixture(scope="module")
def pages(_furnished_house, tmp_path_factory):
    """Every page an administrator can get to, by address."""
    import shutil

    from commenttrack.web.app import create_app
    from tests.factories.pages import NOW, settings

    data = tmp_path_factory.mktemp("walk") / "data"
    shutil.copytree(_furnished_house, data)
    client = enter(create_app(settings(data), clock=lambda: NOW).test_client(), Role.ADMINISTRATOR)
    # A mail as it is sent is shown alone in a sandbox, and is no page of ours.
    return {
        address: answer
        for address, answer in walk(client)
        if "sandbox" not in answer.headers.get("Content-Security-Policy", "")
    }


def wrong(pages, check):
    return {
        address: found
        for address, answer in pages.items()
        if answer.mimetype == "text/html" and (found := check(markup.document_fromstring(answer.text)))
    }


def test_every_link_leads_somewhere(pages):
    assert len(pages) > 60
    assert {address: answer.status for address, answer in pages.items() if answer.status_code != 200} == {}


def test_every_page_has_a_language_a_title_and_one_main_heading(pages):
    def check(page):
        title = page.findtext("head/title")
        headings = page.xpath("//h1")
        return (
            page.get("lang") != "en" or len(title.strip()) < 10 or len(headings) != 1 or not headings[0].text_content()
        )

    assert wrong(pages, check) == {}


def test_every_field_has_a_label(pages):
    def check(page):
        fields = page.xpath("//input[not(@type='hidden')] | //select | //textarea")
        return [
            etree.tostring(field)[:120]
            for field in fields
            if not (field.get("aria-label") or page.xpath("//label[@for=$id]", id=field.get("id")))
        ]

    assert wrong(pages, check) == {}


def test_no_id_stands_twice_on_a_page(pages):
    def check(page):
        ids = page.xpath("//@id")
        return sorted({each for each in ids if ids.count(each) > 1})

    assert wrong(pages, check) == {}


def test_every_form_that_changes_something_carries_the_token(pages):
    def check(page):
        return [
            form.get("action")
            for form in page.xpath("//form[translate(@method, 'POST', 'post')='post']")
            if not form.xpath(".//input[@name='csrf_token' or contains(@name, '-csrf_token')]")
        ]

    assert wrong(pages, check) == {}


def test_every_page_about_an_illustrative_docket_says_so(pages):
    about = {address: answer for address, answer in pages.items() if address.startswith("/dockets/1")}
    texts = {address: answer.text for address, answer in about.items() if answer.mimetype == "text/html"}
    assert len(texts) > 30
    assert [address for address, text in texts.items() if "Illustrative:" not in text] == []


def test_every_page_of_a_docket_shows_the_deadline_with_hour_zone_and_days(pages):
    about = [answer for address, answer in pages.items() if address.startswith("/dockets/1/")]
    texts = [answer.text for answer in about if answer.mimetype == "text/html"]
    texts = [" ".join(markup.document_fromstring(text).text_content().split()) for text in texts if "<html" in text]
    shown = re.compile(r"Comments due \w+, \w+ \d+, 2026, 11:59 p\.m\. Eastern .{0,40}\d+ days left")
    assert [text[:80] for text in texts if not shown.search(text)] == []


def test_every_page_has_the_strict_policy(pages):
    def policy(answer):
        return dict(part.split(" ", 1) for part in answer.headers["Content-Security-Policy"].split("; "))

    for answer in pages.values():
        found = policy(answer)
        assert found["default-src"] == "'none'"
        assert found["script-src"] == found["style-src"] == "'self'"
        assert found["frame-ancestors"] == found["base-uri"] == "'none'"


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(folder("templates")).as_posix())
def test_no_template_holds_script_or_style(path: Path):
    text = path.read_text()
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", text)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", text))


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(app):
    cookie = app.test_client().get("/sign-in").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie


def test_the_session_cookie_is_secure_where_the_site_is(tmp_path):
    from commenttrack.config import Settings
    from commenttrack.web.app import create_app

    settings = Settings.from_environment(
        {"COMMENTTRACK_DATA": str(tmp_path), "COMMENTTRACK_BASE_URL": "https://letters.example"}
    )
    assert create_app(settings).config["SESSION_COOKIE_SECURE"] is True


def test_health_needs_no_account(app):
    client = app.test_client()
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 200


def test_a_database_without_tables_is_not_ready(tmp_path):
    from commenttrack.config import Settings
    from commenttrack.web.app import create_app

    settings = Settings.from_environment({"COMMENTTRACK_DATA": str(tmp_path)})
    assert create_app(settings).test_client().get("/readyz").status_code == 503
