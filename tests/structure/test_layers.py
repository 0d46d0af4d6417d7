"""The layers of the design hold, and every module has its place in them."""

import ast
import configparser
import fnmatch
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts): path
    for path in sorted((ROOT / "commenttrack").rglob("*.py"))
    if path.name != "__init__.py"
}
# What the design marks as pure; a module of one of these names in a subject must never be exempted from the contract.
PURE_BY_DESIGN = {
    "rulemaking": "citations federal_register provisions amendatory ecfr comment_dates questions redline",
    "members": "permissions",
    "positions": "source_documents stances coverage suggestions",
    "letters": "composition notes quotations markdown",
    "signoffs": "lifecycle campaign",
    "filing": "limits preflight",
    "outcomes": "matching",
}


def contract(option: str) -> list[str]:
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg")
    return parser["importlinter:contract:pure"][option].split("\n")[1:]


def matches(module: str, expression: str) -> bool:
    """Whether the expression names the module or a package around it; a star stands for one part of the name."""
    parts, wanted = module.split("."), expression.split(".")
    return len(parts) >= len(wanted) and all(map(fnmatch.fnmatchcase, parts, wanted))


def not_pure(module: str) -> bool:
    return any(matches(module, name) for name in contract("forbidden_modules") if name.startswith("commenttrack."))


def pure_modules() -> list[str]:
    return [name for name in MODULES if name == "commenttrack.wording" or (name.count(".") > 1 and not not_pure(name))]


def trees(names) -> dict[str, ast.Module]:
    return {name: ast.parse(MODULES[name].read_text()) for name in names}


def test_the_contracts_hold():
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def test_what_the_design_calls_pure_is_held_to_it():
    pure = {f"commenttrack.{subject}.{name}" for subject, names in PURE_BY_DESIGN.items() for name in names.split()}
    assert {module for module in pure if not_pure(module)} == set()
    assert {"commenttrack.wording", *(pure & set(MODULES))} <= set(pure_modules())


def test_the_modules_whose_imports_are_free_are_those_that_pure_modules_must_not_reach():
    free = {line.removesuffix(" -> **").removesuffix(".**") for line in contract("ignore_imports")}
    unreachable = {name for name in contract("forbidden_modules") if name.startswith("commenttrack.")}
    below_the_subjects = {
        "commenttrack." + name for name in ("audit", "config", "db", "jobs", "migrate", "outbox", "storage")
    }
    assert free == unreachable - below_the_subjects


def test_pure_modules_open_no_address():
    """The contract sees top-level packages only, and urllib.parse is harmless."""
    offenders = [
        name
        for name, tree in trees(pure_modules()).items()
        for node in ast.walk(tree)
        if (isinstance(node, ast.Import) and any(alias.name == "urllib.request" for alias in node.names))
        or (isinstance(node, ast.ImportFrom) and node.module == "urllib.request")
        or (
            isinstance(node, ast.ImportFrom)
            and node.module == "urllib"
            and any(a.name == "request" for a in node.names)
        )
    ]
    assert offenders == []


def test_only_transaction_commits():
    offenders = [
        f"{name}:{node.lineno}"
        for name, tree in trees(MODULES).items()
        if name != "commenttrack.db"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit"
    ]
    assert offenders == []


def test_only_the_settings_read_the_environment():
    offenders = [
        f"{name}:{node.lineno}"
        for name, tree in trees(MODULES).items()
        if name != "commenttrack.config"
        for node in ast.walk(tree)
        if (isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"} and ast.unparse(node.value) == "os")
        or (
            isinstance(node, ast.ImportFrom)
            and node.module == "os"
            and {"environ", "getenv"} & {a.name for a in node.names}
        )
    ]
    assert offenders == []
