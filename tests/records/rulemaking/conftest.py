"""Servers that stand in for the public sources, and a client of little patience."""

import pytest
from pytest_httpserver import HTTPServer

from commenttrack.rulemaking.sources import Patience, SourceClient

QUICK = Patience(timeout=0.5, whole=2, attempts=2, first_wait=0.01, longest_wait=0.2)


@pytest.fixture(scope="session")
def make_httpserver():
    """The server behind ``httpserver``, in threads so that a slow answer holds up no other."""
    with HTTPServer(threaded=True) as server:
        yield server


@pytest.fixture
def stoppable():
    """A server of the test's own, which it may stop: stopping takes half a second, so the others share one."""
    with HTTPServer(threaded=True) as server:
        yield server


@pytest.fixture
def quick():
    return QUICK


@pytest.fixture
def source_client(tmp_path, httpserver):
    """A client that has a key for whatever lies under /v4 of the server."""
    keys = {httpserver.url_for("/v4"): ("X-Api-Key", "open-sesame")}
    with SourceClient(tmp_path / "answers" / "kept.sqlite", patience=QUICK, keys=keys) as client:
        yield client
