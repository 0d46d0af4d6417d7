"""A real browser, and the app as people run it: waitress, a worker, a data folder of its own, mail in files."""

import datetime as dt
import email
import email.policy
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page, expect
from waitress import create_server, wasyncore

from commenttrack.config import Settings
from commenttrack.db import Base, make_engine, make_sessions, transaction
from commenttrack.members.operations import add_person
from commenttrack.members.permissions import Role
from commenttrack.web.accounts import give_one_time_password
from commenttrack.web.app import create_app
from commenttrack.worker import Worker

# A machine that is busy with other tests is slow, and nothing here measures speed.
expect.set_options(timeout=30_000)


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict:
    return {
        "executable_path": "/usr/bin/chromium",
        "args": ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"],
    }


@dataclass(frozen=True)
class House:
    """A running installation."""

    address: str
    settings: Settings
    administrator: str
    password: str
    """One-time."""

    def link_for(self, address: str, page: str = "sign") -> str:
        """The newest link to a page mailed to somebody, out of the file outbox, as that person has it."""
        found = ""
        for path in sorted((self.settings.data / "outbox").glob("*.eml"), key=lambda path: path.stat().st_mtime_ns):
            message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            if address in message["To"]:
                links = re.findall(rf"https?://\S+/{page}/\S+", message.get_body(("plain",)).get_content())
                found = links[0] if links else found
        return found


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """An installation without any docket and with one administrator who has a one-time password."""
    administrator = "admin@example.org"
    data = tmp_path / "data"
    data.mkdir()
    first = Settings.from_environment({"COMMENTTRACK_DATA": str(data), "COMMENTTRACK_SECRET_KEY": "k" * 40})
    engine = make_engine(first.database_url)
    Base.metadata.create_all(engine)
    with make_sessions(engine)() as session, transaction(session):
        now = dt.datetime.now(dt.UTC)
        person = add_person(session, name="Ada Prentice", email=administrator, actor="test", now=now)
        password = give_one_time_password(session, person, role=Role.ADMINISTRATOR, now=now)
    engine.dispose()
    server = create_server(lambda environ, start: app(environ, start), host="127.0.0.1", port=0, threads=6)
    address = f"http://127.0.0.1:{server.effective_port}"
    settings = Settings.from_environment(
        {
            "COMMENTTRACK_DATA": str(data),
            "COMMENTTRACK_SECRET_KEY": "k" * 40,
            "COMMENTTRACK_BASE_URL": address,
            "COMMENTTRACK_ASSOCIATION": "Marrowfield Technology Trade Council",
        }
    )
    app = create_app(settings)
    serving = threading.Thread(target=server.run, daemon=True)
    serving.start()
    worker = Worker(settings)
    working = worker.start()
    yield House(address, settings, administrator, password or "")
    worker.stop()
    working.join(timeout=120)
    # By the thread that polls them: closed from here, the numbers of its sockets could be another file's when it looks.
    server.trigger.pull_trigger(lambda: wasyncore.close_all(server._map, ignore_all=True))
    serving.join(timeout=30)
    assert not serving.is_alive()
    server.task_dispatcher.shutdown()


@pytest.fixture
def sound(request: pytest.FixtureRequest):
    """Check a page: axe finds nothing, nothing runs over the edge, the console is silent. Give it a page and a name."""
    axe = Axe()
    complaints: list[str] = []
    watched: set[int] = set()

    def heard(message: ConsoleMessage) -> None:
        # A form that is refused answers 422, and one that came second 409; Chromium reports both like a missing file.
        if message.type in ("error", "warning") and not re.search("status of (409|422)", message.text):
            complaints.append(message.text)

    def watch(page: Page) -> None:
        if id(page) not in watched:
            watched.add(id(page))
            page.on("console", heard)
            page.on("pageerror", lambda error: complaints.append(str(error)))

    def check(page: Page, name: str) -> None:
        watch(page)
        # A click returns as soon as the page it leads to has begun, which may be before that page has any element.
        page.wait_for_load_state()
        found = axe.run(page)
        violations = [f"{v['id']}: {v['help']} — {v['nodes'][0]['html'][:200]}" for v in found.response["violations"]]
        assert violations == [], f"{name}: {violations}"
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert over <= 0, f"{name} runs {over} px over the edge at {page.viewport_size}"
        assert complaints == [], f"{name}: {complaints}"

    check.watch = watch
    return check
