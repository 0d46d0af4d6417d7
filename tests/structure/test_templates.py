"""Templates compile, are strict, and hold nothing that the Content Security Policy would block."""

import ast
import re
from pathlib import Path

import jinja2
import pytest

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "templates"
STATIC = ROOT / "commenttrack" / "web" / "static"
PAGES = sorted(str(path.relative_to(TEMPLATES)) for path in (TEMPLATES / "web").rglob("*.*"))
OTHERS = sorted(
    str(path.relative_to(TEMPLATES)) for kind in ("letter", "notices") for path in (TEMPLATES / kind).rglob("*.*")
)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_template_compiles(app, name):
    app.jinja_env.get_template(name)


@pytest.mark.parametrize("name", [name for name in OTHERS if not name.endswith((".css", ".svg"))])
def test_a_template_of_letters_and_mails_compiles(name):
    kind, _, rest = name.partition("/")
    jinja2.Environment(loader=jinja2.FileSystemLoader(TEMPLATES / kind), autoescape=True).get_template(rest)


def test_pages_are_strict_and_escaped(app):
    assert issubclass(app.jinja_env.undefined, jinja2.StrictUndefined)
    assert app.jinja_env.autoescape is True or app.jinja_env.autoescape("web/layout.html") is True


def test_every_environment_made_in_the_program_is_strict():
    careless = []
    for path in (ROOT / "commenttrack").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "Environment":
                given = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
                if not given.get("undefined", "").endswith("StrictUndefined") or "autoescape" not in given:
                    careless.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert careless == []


@pytest.mark.parametrize(
    "blocked",
    [
        r"<script(?![^>]*\ssrc=)",
        r"<style\b",
        r"<[^>{]*\sstyle\s*=",
        r"<[^>{]*\son[a-z]+\s*=",
        r"""(?:src|href)\s*=\s*["']?(?:https?:)?//(?!\{)""",
        r"javascript:",
    ],
    ids=["inline script", "style element", "style attribute", "event handler", "outside address", "script address"],
)
def test_no_page_holds_what_the_policy_blocks(blocked):
    found = [
        f"{name}: {match.group()}"
        for name in PAGES
        for match in re.finditer(blocked, (TEMPLATES / name).read_text(), re.IGNORECASE)
    ]
    assert found == []


def test_the_static_files_that_pages_ask_for_are_there():
    wanted = {
        file
        for name in PAGES
        for file in re.findall(
            r"""url_for\(\s*["']static["'],\s*filename=["']([^"']+)["']\s*[,)]""", (TEMPLATES / name).read_text()
        )
    }
    assert wanted
    assert {file for file in wanted if not (STATIC / file).is_file()} == set()
