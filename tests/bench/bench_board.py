"""Server time of the board of sign-offs: 14 and 375 organizations, a letter of 60 parts.

Run ``python tests/bench/bench_board.py``. It fills an SQLite database in a temporary folder (a tenth only asked, a
tenth opened, the others joined, every seventh with a reservation; one part was reworded after half) and asks the app
through the same stack as a browser but the socket. ``queries`` are the statements of one request.
"""

import datetime as dt
import statistics
import tempfile
import time
from pathlib import Path

from sqlalchemy import event, select

from commenttrack.db import Base, make_engine, make_sessions, transaction
from commenttrack.members.models import OrganizationKind
from commenttrack.members.operations import add_person, organization_named
from commenttrack.members.permissions import Role
from commenttrack.outbox import OutgoingMail
from commenttrack.signoffs.lifecycle import Decision
from commenttrack.signoffs.links import mark_opened
from commenttrack.signoffs.operations import decide, invite
from commenttrack.web.accounts import create_account
from commenttrack.web.app import create_app
from tests.factories import world
from tests.factories.pages import NOW, PASSWORD, enter, settings

PARTS, ROUNDS = 60, 9


def fill(session, configured, organizations: int) -> None:
    """A letter of 60 parts, asked about and decided on."""
    letter = world.letter(session, *(world.part(f"p{number}") for number in range(PARTS)))
    version = world.version(session, letter)
    for number in range(organizations):
        member = world.organization(session, f"Association of Makers {number}")
        request = invite(
            session, letter, member, world.signer(session, member), actor="bench", now=NOW, settings=configured
        )
        if number == organizations // 2:
            world.reword(session, letter, "p5", "What we now say.")
            version = world.version(session, letter)
        if number % 10 == 0:
            continue
        mark_opened(session, request, now=NOW)
        if number % 10 == 1:
            continue
        token = session.scalars(select(OutgoingMail).order_by(OutgoingMail.id.desc()).limit(1)).one().secret
        reserved = number % 7 == 0
        decide(
            session,
            token,
            version=version,
            decision=Decision.JOINED_WITH_RESERVATION if reserved else Decision.JOINED,
            excepted={"p9"} if reserved else (),
            name="Ada Signer",
            now=NOW,
        )


def main() -> None:
    """Print a line for each page and size: wall and CPU time, the size, the queries."""
    print(f"{dt.datetime.now(dt.UTC).date()}: {PARTS} parts")
    for organizations in (14, 375):
        with tempfile.TemporaryDirectory() as folder:
            measure(Path(folder), organizations)


def measure(folder: Path, organizations: int) -> None:
    """Fill a database and ask for the pages."""
    configured = settings(folder)
    engine = make_engine(configured.database_url)
    app = create_app(configured, clock=lambda: NOW)
    Base.metadata.create_all(engine)
    with make_sessions(engine)() as session, transaction(session):
        lead = organization_named(session, "The House", kind=OrganizationKind.LEAD, actor="bench", now=NOW)
        person = add_person(
            session, name="Ada", email="administrator@example.org", organization=lead, actor="bench", now=NOW
        )
        create_account(session, person, password=PASSWORD, role=Role.ADMINISTRATOR, now=NOW, must_change_password=False)
        fill(session, configured, organizations)
    client = enter(app.test_client(), Role.ADMINISTRATOR)
    statements: list[str] = []
    inner = app.extensions["commenttrack"].reading.kw["bind"]
    event.listen(inner, "before_cursor_execute", lambda *a: statements.append(a[2]))
    page = client.get("/dockets/1/sign/").text
    mark = page.partition("mark=")[2].partition('"')[0]
    for name, address in (
        ("page", "/dockets/1/sign/"),
        ("what moved", "/dockets/1/sign/live?mark=1-1"),
        ("nothing moved", f"/dockets/1/sign/live?mark={mark}"),
        ("CSV", "/dockets/1/sign/board.csv"),
        ("Excel", "/dockets/1/sign/board.xlsx"),
    ):
        times, busy = [], []
        for _ in range(ROUNDS):
            statements.clear()
            start, used = time.perf_counter(), time.process_time()
            answer = client.get(address)
            times.append(time.perf_counter() - start)
            busy.append(time.process_time() - used)
            assert answer.status_code in (200, 204)
        wall, cpu = statistics.median(times) * 1000, statistics.median(busy) * 1000
        print(
            f"{organizations} organizations, {name}: median {wall:.0f} ms (CPU {cpu:.0f} ms), "
            f"fastest {min(times) * 1000:.0f} ms, slowest {max(times) * 1000:.0f} ms, "
            f"{len(answer.data) / 1000:.0f} kB, {len(statements)} queries"
        )


if __name__ == "__main__":
    main()
