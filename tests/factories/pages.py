"""Helpers for tests that speak to the app as a browser does."""

import datetime as dt
import re
from pathlib import Path

from flask.testing import FlaskClient

from commenttrack.config import Settings
from commenttrack.members.permissions import Role

NOW = dt.datetime(2026, 3, 2, 15, 0, tzinfo=dt.UTC)
PASSWORD = "a sentence that opens"


def settings(folder: Path, **values: str) -> Settings:
    """Settings of an installation whose data lies in ``folder``."""
    return Settings.from_environment(
        {
            "COMMENTTRACK_DATA": str(folder),
            "COMMENTTRACK_SECRET_KEY": "k" * 40,
            "COMMENTTRACK_ASSOCIATION": "The House",
            **values,
        }
    )


def token_of(page: str) -> str:
    """The CSRF token of a page."""
    return re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]


def without_token(page: str) -> str:
    """A page as two visitors can compare it: its CSRF token, which names the second it was made in, left out."""
    return page.replace(token_of(page), "")


def enter(client: FlaskClient, role: Role | str, password: str = PASSWORD) -> FlaskClient:
    """Sign in and remember the CSRF token, which is the same for the whole session."""
    page = client.get("/sign-in").text
    client.post("/sign-in", data={"email": f"{role}@example.org", "password": password, "csrf_token": token_of(page)})
    client.csrf = token_of(client.get("/").text)
    return client
