"""The wheel is complete: installed where there is no checkout, it answers a page and makes a letter."""

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NOT_SOURCE = shutil.ignore_patterns(
    ".*", "__pycache__", "build", "dist", "*.egg-info", "node_modules", "instance", "demo-output", "tests"
)

ONE_PAGE = """
import sys
from pathlib import Path

import commenttrack
from commenttrack import resources
from commenttrack.config import Settings
from commenttrack.migrate import upgrade
from commenttrack.web.app import create_app

package = Path(commenttrack.__file__).parent
assert package.is_relative_to(sys.prefix), package
for name in ("templates", "seeds", "migrations"):
    assert resources.folder(name) == package / name, resources.folder(name)

settings = Settings.from_environment({"COMMENTTRACK_DATA": "installation"})
upgrade(settings.database_url)
client = create_app(settings).test_client()
page = client.get("/sign-in")
assert page.status_code == 200, page.status
assert page.text.count("<h1") == 1, page.text
for asset in ("vendor/htmx.min.js", "fonts/source-serif-4-latin-400-normal.woff2"):
    assert client.get(f"/static/{asset}").status_code == 200, asset
"""

LETTER = """---
letterhead: {name: Association of Examples}
date: January 18, 2027
to: [[Office of Examples, Washington]]
re: [Illustrative docket]
salutation: "To whom it may concern:"
closing: Respectfully submitted,
signatories: [{organization: Association of Examples, person: Ann Example, title: Counsel}]
---
# One request

We ask for a definition.[^1]

[^1]: A note.
"""


def run(*command: str | Path, cwd: Path) -> None:
    """Run a command outside the checkout; what it prints is shown when it fails."""
    hidden = ("PYTHON", "COMMENTTRACK_", "VIRTUAL_ENV")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(hidden)}
    result = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy of the checkout, so that nothing an earlier build left behind can slip in."""
    source = tmp_path_factory.mktemp("source") / "checkout"
    shutil.copytree(ROOT, source, ignore=NOT_SOURCE)
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", source.parent, cwd=source)
    (made,) = source.parent.glob("commenttrack-*.whl")
    return made


@pytest.fixture(scope="module")
def installation(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new virtual environment with the wheel in it. What the wheel requires is lent by the environment of the tests:
    a path file adds its folder, and path files found there (the one of the editable checkout) are not followed."""
    home = tmp_path_factory.mktemp("installed") / "venv"
    venv.create(home, with_pip=False, symlinks=True)
    pip = [sys.executable, "-m", "pip", "--python", home / "bin" / "python"]
    run(*pip, "install", "--quiet", "--no-deps", "--no-index", wheel, cwd=home)
    (packages,) = home.glob("lib/python*/site-packages")
    (packages / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return home


def test_the_wheel_carries_every_template_seed_migration_and_static_file(wheel):
    wanted = {
        f"commenttrack/{path.relative_to(base)}"
        for folder, base in [
            ("templates", ROOT),
            ("seeds", ROOT),
            ("migrations", ROOT),
            ("web/static", ROOT / "commenttrack"),
        ]
        for path in (base / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    carried = set(zipfile.ZipFile(wheel).namelist())
    assert {"commenttrack/web/static/vendor/htmx.min.js", "commenttrack/migrations/env.py"} <= wanted
    assert wanted - carried == set()


def test_the_wheel_carries_no_tests_and_no_compiled_files(wheel):
    carried = zipfile.ZipFile(wheel).namelist()
    assert [name for name in carried if "__pycache__" in name or name.startswith("tests/") or "/tests/" in name] == []


def test_an_installed_wheel_answers_a_page(installation, tmp_path):
    run(installation / "bin" / "python", "-c", ONE_PAGE, cwd=tmp_path)


def test_an_installed_wheel_makes_a_letter(installation, tmp_path):
    (tmp_path / "letter.md").write_text(LETTER)
    run(installation / "bin" / "commenttrack", "letter", "compile", "letter.md", "-o", "letter.pdf", cwd=tmp_path)
    assert (tmp_path / "letter.pdf").read_bytes().startswith(b"%PDF-1.7")
