"""Server time of the matrix's two pages: 300 provisions against 40 positions, and against 40 organizations.

Run ``python tests/bench/bench_matrix.py``. It fills an SQLite database in a temporary folder (every tenth cell of the
mapping, two of three of the members' stances) and asks the app for each page, through the same stack as a browser but
the socket. ``queries`` are the statements of one request.
"""

import datetime as dt
import gc
import statistics
import tempfile
import time
from pathlib import Path

from sqlalchemy import event

from commenttrack.db import Base, make_engine, make_sessions, transaction
from commenttrack.members.models import OrganizationKind
from commenttrack.members.operations import add_person, organization_named
from commenttrack.members.permissions import Role
from commenttrack.web.accounts import create_account
from commenttrack.web.app import create_app
from tests.factories.matrix import fill
from tests.factories.pages import NOW, PASSWORD, enter, settings

PROVISIONS, COLUMNS, ROUNDS = 300, 40, 15


def main() -> None:
    """Print a line for each page: wall and CPU time, the size, the queries."""
    with tempfile.TemporaryDirectory() as folder:
        configured = settings(Path(folder))
        engine = make_engine(configured.database_url)
        app = create_app(configured, clock=lambda: NOW)
        Base.metadata.create_all(engine)
        with make_sessions(engine)() as session, transaction(session):
            lead = organization_named(session, "The House", kind=OrganizationKind.LEAD, actor="bench", now=NOW)
            person = add_person(
                session, name="Ada", email="administrator@example.org", organization=lead, actor="bench", now=NOW
            )
            create_account(
                session, person, password=PASSWORD, role=Role.ADMINISTRATOR, now=NOW, must_change_password=False
            )
            fill(session, provisions=PROVISIONS, positions=COLUMNS, organizations=COLUMNS)
        gc.collect()
        gc.freeze()  # as `commenttrack serve` does
        client = enter(app.test_client(), Role.ADMINISTRATOR)
        statements: list[str] = []
        inner = app.extensions["commenttrack"].reading.kw["bind"]
        event.listen(inner, "before_cursor_execute", lambda *a: statements.append(a[2]))
        print(f"{dt.datetime.now(dt.UTC).date()}: {PROVISIONS} provisions × {COLUMNS}")
        for name, query in (("positions", ""), ("organizations", "?by=organizations")):
            times, busy = [], []
            for _ in range(ROUNDS):
                statements.clear()
                start, used = time.perf_counter(), time.process_time()
                answer = client.get(f"/dockets/1/matrix{query}")
                times.append(time.perf_counter() - start)
                busy.append(time.process_time() - used)
                assert answer.status_code == 200
            wall, cpu = statistics.median(times) * 1000, statistics.median(busy) * 1000
            print(
                f"{name}: median {wall:.0f} ms (CPU {cpu:.0f} ms), fastest {min(times) * 1000:.0f} ms, "
                f"slowest {max(times) * 1000:.0f} ms, "
                f"{len(answer.data) / 1000:.0f} kB, {len(statements)} queries"
            )


if __name__ == "__main__":
    main()
