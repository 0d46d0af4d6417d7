"""Fixtures every kind of test may use."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real documents, which the project does not carry."""
    folder = os.environ.get("COMMENTTRACK_SHARED", "")
    if not folder:
        pytest.skip("COMMENTTRACK_SHARED is not set: the real documents are not part of the project")
    path = Path(folder)
    assert (path / "rules").is_dir(), f"COMMENTTRACK_SHARED={folder} holds no rules/"
    return path
