"""The ranker on judged pairs, scored by the script that belongs to them; docs/benchmarks.md records the figures."""

import json
import re
import subprocess
import sys

import pytest

from commenttrack.positions.source_documents import from_json
from commenttrack.positions.suggestions import bears, rule_from_json, suggest, to_json


@pytest.fixture(scope="module")
def suggestions(shared):
    folder = shared / "gold" / "circia"
    rule = rule_from_json(json.loads((folder / "units.json").read_text()))
    positions = from_json(json.loads((folder / "positions.json").read_text())).positions
    return suggest(rule, positions)


@pytest.fixture
def figures(shared, suggestions, tmp_path):
    folder, output = shared / "gold" / "circia", tmp_path / "suggestions.json"
    output.write_text(json.dumps(to_json(suggestions)))
    files = [shared / "gold" / "score.py", folder / "qrels.tsv", folder / "units.json", output]
    done = subprocess.run([sys.executable, *files], capture_output=True, text=True, check=True)
    return {name: float(value) for name, value in re.findall(r"(\S+) (\d\.\d+)", done.stdout)}


def test_what_decides_the_matter_stands_near_the_top(figures):
    assert figures["nDCG@10"] >= 0.46
    assert figures["P@5"] >= 0.5


def test_regulatory_text_reaches_the_first_ten(figures):
    assert figures["reg@10"] >= 0.08


def test_positions_on_other_subjects_score_lower(figures):
    assert figures["abstain-AUC"] >= 0.88


def test_most_positions_on_trade_bear_on_nothing_in_an_incident_reporting_rule(suggestions):
    best = {item.position: item.score for item in suggestions if item.rank == 1}
    trade = [
        score for key, score in best.items() if key.startswith(("tech-2", "tech-3", "track2-III-3", "track2-III-6"))
    ]
    assert len(trade) == 12
    assert sum(bears(score) for score in trade) <= 4
