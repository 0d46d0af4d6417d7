"""A server of its own for each test of the sources, so that a test may stop it."""

import pytest
from pytest_httpserver import HTTPServer


@pytest.fixture
def httpserver():
    with HTTPServer(threaded=True) as server:
        yield server
