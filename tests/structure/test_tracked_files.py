"""What must never be committed: secrets, addresses of package registries, paths of somebody's machine."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NEVER = {
    "a private key": r"-----BEGIN [A-Z ]*PRIVATE KEY-----",
    "an access key of a cloud": r"\bAKIA[0-9A-Z]{16}\b",
    "a token of a forge": r"\b(?:gh[pousr]_|github_pat_|glpat-|npm_|pypi-)[A-Za-z0-9_-]{20,}",
    "a token of a chat": r"\bxox[abprs]-[A-Za-z0-9-]{10,}",
    "an assigned secret": r"(?i)\b(?:secret_key|api_key|password|token)[\"']?\s*[=:]\s*[\"'][A-Za-z0-9+/_-]{32,}[\"']",
    "a registry's address": r"\b(?:pypi|pythonhosted|npmjs|yarnpkg|jsdelivr|unpkg)\.(?:org|com|net)\b|\bdeb\.debian\b",
    "a path of one machine": r"(?<![\w.}/-])/(?:work|root|home/\w+|Users/\w+)/",
}


def tracked() -> list[Path]:
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listing.split("\0") if name and (ROOT / name).is_file()]


@pytest.mark.parametrize("what", NEVER)
def test_no_tracked_file_holds(what):
    pattern = re.compile(NEVER[what].encode())
    found = [
        f"{path.relative_to(ROOT)}: {match.group().decode(errors='replace')[:12]}…"
        for path in tracked()
        if path != Path(__file__)
        for match in [pattern.search(path.read_bytes())]
        if match
    ]
    assert found == []


@pytest.mark.parametrize(
    ("what", "text"),
    [
        ("a private key", "-----BEGIN RSA PRIVATE " + "KEY-----"),
        ("an assigned secret", "SECRET_KEY = '" + "a1" * 20 + "'"),
        ("a registry's address", "https://registry.npmjs" + ".org/htmx"),
        ("a path of one machine", "open('/home/" + "ann/notes.txt')"),
    ],
)
def test_the_patterns_find_what_they_are_for(what, text):
    assert re.search(NEVER[what], text)


def test_real_documents_and_made_files_are_not_tracked():
    made = re.compile(
        r"(^|/)(\.venv|node_modules|instance|demo-output|build|dist|static/vendor|static/fonts|__pycache__)/"
    )
    assert [name for path in tracked() if made.search(name := str(path.relative_to(ROOT)))] == []
