"""How fast dockets are searched, run by hand: python tests/bench/bench_search.py [COPIES] [DATABASE_URL]

COMMENTTRACK_SHARED must be set. Imports CISA's incident-reporting proposal, once or into as many dockets as asked for,
and the seed positions into an empty database (SQLite in a temporary folder unless an address is given), and prints for
each query the best of seven runs: everything searched, one docket searched, and the same words looked for by LIKE in
provisions and positions as the page did before there was an index.
"""

import datetime as dt
import importlib
import os
import pkgutil
import sys
import tempfile
import time
from pathlib import Path

from sqlalchemy import func, or_, select

import commenttrack
from commenttrack import illustration
from commenttrack.db import Base, make_engine, make_sessions
from commenttrack.positions.models import Position, PositionVersion
from commenttrack.rulemaking.models import Docket, Provision
from commenttrack.rulemaking.operations import import_rule
from commenttrack.search import find
from commenttrack.storage import Storage

NOW = dt.datetime(2026, 3, 2, 15, tzinfo=dt.UTC)
QUERIES = (
    "incident",
    "covered cyber incident",
    '"substantial cyber incident"',
    "226.1",
    "226.1(a)",
    "ransom pay",
    "the of and",
    "xyzzy",
)


def best(action, runs=7):
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        found = action()
        times.append(time.perf_counter() - start)
    return min(times) * 1000, found


def by_like(session, query):
    """What the page asked before there was an index."""
    words = query.split()[:8]

    def holds(word, *columns):
        return or_(*(column.icontains(word, autoescape=True) for column in columns))

    provisions = (Provision.text, Provision.heading, Provision.label)
    positions = (PositionVersion.statement, PositionVersion.heading, Position.label)
    first = select(Provision).where(*(holds(word, *provisions) for word in words)).order_by(Provision.id).limit(20)
    second = select(Position).join(PositionVersion).where(*(holds(word, *positions) for word in words)).limit(20)
    return [*session.scalars(first), *session.scalars(second)]


def main():
    for module in pkgutil.walk_packages(commenttrack.__path__, "commenttrack."):
        if module.name.rpartition(".")[2] in {"models", "accounts", "audit", "jobs", "outbox"}:
            importlib.import_module(module.name)
    source = Path(os.environ["COMMENTTRACK_SHARED"]) / "rules"
    [path] = [path for path in source.rglob("*2024-06526*") if path.suffix == ".xml"]
    with tempfile.TemporaryDirectory() as folder:
        url = sys.argv[2] if len(sys.argv) > 2 else f"sqlite:///{folder}/bench.sqlite"
        engine = make_engine(url)
        Base.metadata.create_all(engine)
        with make_sessions(engine)() as session:
            storage = Storage(f"file://{folder}/files")
            start = time.perf_counter()
            for _ in range(int(sys.argv[1]) if len(sys.argv) > 1 else 1):
                import_rule(session, path.read_bytes(), name=path.name, storage=storage, actor="bench", now=NOW)
            illustration.load_library(session, actor="bench", now=NOW)
            session.commit()
            print(f"read and stored in {time.perf_counter() - start:.2f} s, {engine.dialect.name}")
            for model in (Provision, Position):
                print(f"{session.scalar(select(func.count()).select_from(model)):,} {model.__tablename__}s")
            docket = session.scalars(select(Docket)).first()
            print(f"{'query':34}{'find':>10}{'in docket':>11}{'LIKE':>10}{'hits':>7}{'LIKE':>7}")
            for query in QUERIES:
                session.expunge_all()
                every, hits = best(lambda query=query: find(session, query))
                within, _ = best(lambda query=query: find(session, query, docket=session.merge(docket)))
                like, rows = best(lambda query=query: by_like(session, query))
                print(f"{query:34}{every:8.1f}ms{within:9.1f}ms{like:8.1f}ms{len(hits):7}{len(rows):7}")


main()
