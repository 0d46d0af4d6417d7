"""How long the draft's pages take on the server: the rendering of a part while it is typed, the draft, a comparison.

    python tests/bench/bench_drafting.py [PAGES …]        by default 20 100 300

A letter of about that many pages is stored with 500 words a page; times are medians of 15 requests, in CPU milliseconds
(other work on the machine does not count), with everything a request does: sign-in, database, template.
"""

import datetime as dt
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent.parent))

from werkzeug.test import TestResponse

from commenttrack import illustration
from commenttrack.db import Base, make_engine, make_sessions, transaction
from commenttrack.letters.drafting import compose_letter
from commenttrack.letters.operations import add_part, freeze
from commenttrack.members.operations import add_person
from commenttrack.members.permissions import Role
from commenttrack.storage import Storage
from commenttrack.web.accounts import create_account
from commenttrack.web.app import create_app
from tests.factories.pages import PASSWORD, enter, settings

NOW = dt.datetime(2026, 11, 20, 15, 0, tzinfo=dt.UTC)
SENTENCE = "The Bureau should weigh what small firms would pay against what the proposal says they would gain. "
PARAGRAPH = SENTENCE * 5 + "It said so before.^[See the study of 2026, page 4.]"


def furnish(folder: Path, pages: int):
    """An app whose letter has about ``pages`` pages; returns it and the id of a part of two pages."""
    house = settings(folder)
    engine = make_engine(house.database_url)
    Base.metadata.create_all(engine)
    made = illustration.illustration(NOW.date())
    by = {"actor": "bench", "now": NOW}
    with make_sessions(engine)() as session, transaction(session):
        illustration.load_library(session, **by)
        lead = illustration.load_association(session, made, **by)
        illustration.approve_library(session, made, now=NOW)
        document = illustration.load_rule(session, made, storage=Storage(house.storage_url), **by)
        illustration.follow_instructions(session, made, document, now=NOW)
        letter = illustration.begin_letter(session, made, document, lead, **by)
        compose_letter(session, letter, **by)
        for number in range(pages // 2):
            part = add_part(session, letter, heading=f"Point {number + 1}", text="\n\n".join([PARAGRAPH] * 11), **by)
        freeze(session, letter, storage=Storage(house.storage_url), **by)
        part.text = part.text.replace("small firms", "small and large firms")
        person = add_person(session, name="B", email="administrator@example.org", organization=lead, **by)
        create_account(session, person, password=PASSWORD, role=Role.ADMINISTRATOR, now=NOW, must_change_password=False)
        part_id, text = part.id, part.text
    engine.dispose()
    return create_app(house, clock=lambda: NOW), part_id, text


def median(ask: Callable[[], TestResponse]) -> float:
    taken = []
    for _ in range(15):
        start = time.process_time()
        answer = ask()
        taken.append((time.process_time() - start) * 1000)
        assert answer.status_code == 200, answer.status
    return statistics.median(taken)


def main() -> None:
    print("| pages | typing: rendering of a part | the draft | version against draft |")
    print("|---:|---:|---:|---:|")
    for pages in [int(word) for word in sys.argv[1:]] or [20, 100, 300]:
        with tempfile.TemporaryDirectory() as folder:
            app, part, text = furnish(Path(folder), pages)
            client = enter(app.test_client(), Role.ADMINISTRATOR)
            data = {"heading": "Point", "text": text, "csrf_token": client.csrf}
            typing = median(partial(client.post, f"/dockets/1/draft/parts/{part}/preview", data=data))
            draft = median(partial(client.get, "/dockets/1/draft/"))
            compared = median(partial(client.get, "/dockets/1/draft/compare"))
            print(f"| {pages} | {typing:.0f} | {draft:.0f} | {compared:.0f} |", flush=True)


if __name__ == "__main__":
    main()
