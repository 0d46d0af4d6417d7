import importlib.util
from pathlib import Path

import pytest

_SPEC = importlib.util.spec_from_file_location("letters_rules", Path(__file__).with_name("rules.py"))
_RULES = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(_RULES)


@pytest.fixture(scope="session")
def rules():
    """The texts of the small rule, and ``rule()`` that builds it."""
    return _RULES


@pytest.fixture(scope="session")
def rule(rules):
    return rules.rule()
