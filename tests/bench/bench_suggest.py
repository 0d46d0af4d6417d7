"""Quality and speed of the suggestions on the judged pairs.

Run ``COMMENTTRACK_SHARED=FOLDER python tests/bench/bench_suggest.py``. Quality is given as the weights stand, and
cross-validated: for each fold the weights are chosen anew, out of a fixed set of random ones, by the positions that are
not in it.
Speed is that of 2,000 provisions against 500 positions made from the same documents.
"""

import json
import os
import resource
import time
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np

from commenttrack.positions.source_values import ParsedPosition, from_json
from commenttrack.positions.suggestion_index import build
from commenttrack.positions.suggestions import WEIGHTS, Ranking, Weights
from commenttrack.rulemaking.provisions import ParsedProvision

CANDIDATES = 80
FOLDS = 5
ROUNDS = 20
# Regulatory text in a tenth of the places is what a letter needs; more of it is no better.
ENOUGH_REGULATORY = 0.11


@dataclass(frozen=True)
class Judged:
    """The judged document: grades are (positions, provisions), -1 where nobody judged."""

    provisions: list[ParsedProvision]
    positions: tuple[ParsedPosition, ...]
    grades: np.ndarray

    @property
    def regulatory(self) -> np.ndarray:
        return np.array([provision.kind == "paragraph" for provision in self.provisions])

    @property
    def answered(self) -> np.ndarray:
        """Whether each position has a provision of grade 2 or 3."""
        return (self.grades >= 2).any(axis=1)


def load(folder: Path) -> Judged:
    """The judged pairs of a folder with positions.json, units.json and qrels.tsv."""
    provisions = [
        ParsedProvision(
            **{key: unit[key] for key in ("id", "parent", "kind", "label", "heading", "text")},
            number="",
            pages=(),
            notes=(),
        )
        for unit in json.loads((folder / "units.json").read_text())["provisions"]
    ]
    positions = from_json(json.loads((folder / "positions.json").read_text())).positions
    row = {position.id: place for place, position in enumerate(positions)}
    column = {provision.id: place for place, provision in enumerate(provisions)}
    grades = np.full((len(positions), len(provisions)), -1)
    for line in (folder / "qrels.tsv").read_text().splitlines():
        position, provision, grade = line.split()
        grades[row[position], column[provision]] = int(grade)
    return Judged(provisions, positions, grades)


def quality(judged: Judged, scores: np.ndarray) -> np.ndarray:
    """(answered positions, 3): nDCG@10, precision at 5, share of the first ten that is relevant regulatory text."""
    discount = 1 / np.log2(np.arange(2, 12))
    found = []
    for grades, row in zip(judged.grades[judged.answered], scores[judged.answered], strict=True):
        first = np.argsort(-row, kind="stable")[:10]
        gain = 2.0 ** np.maximum(grades, 0) - 1
        best = np.sort(gain)[::-1][:10]
        relevant = grades[first] >= 2
        found.append(
            (
                (gain[first] * discount).sum() / (best * discount).sum(),
                relevant[:5].mean(),
                (relevant & judged.regulatory[first]).mean(),
            )
        )
    return np.array(found)


def abstention(judged: Judged, scores: np.ndarray) -> float:
    """How often the best score of an answered position is above that of one that has no answer."""
    best = scores.max(axis=1)
    yes, no = best[judged.answered][:, None], best[~judged.answered][None]
    return float(((yes > no) + 0.5 * (yes == no)).mean())


def candidates(random: np.random.Generator) -> list[Weights]:
    """Weights far around: each sign between a third and three times what it is now, words fixed as the unit."""
    names = [field.name for field in fields(Weights) if field.name != "words"]
    return [
        replace(WEIGHTS, **{name: getattr(WEIGHTS, name) * 3 ** random.uniform(-1, 1) for name in names})
        for _ in range(CANDIDATES)
    ]


def cross_validated(judged: Judged, index) -> tuple[np.ndarray, float]:
    """Mean quality of held-out positions, and the spread of nDCG@10 over all candidates."""
    random = np.random.default_rng(0)
    every = np.array(
        [quality(judged, Ranking.of(index, judged.positions, weights=weights).scores) for weights in candidates(random)]
    )
    held_out = []
    for _ in range(ROUNDS):
        order = random.permutation(every.shape[1])
        for fold in np.array_split(order, FOLDS):
            rest = np.setdiff1d(order, fold)
            means = every[:, rest].mean(axis=1)
            chosen = (means[:, 0] + np.minimum(means[:, 2], ENOUGH_REGULATORY)).argmax()
            held_out.append(every[chosen, fold])
    return np.concatenate(held_out).mean(axis=0), float(every[:, :, 0].mean(axis=1).std())


def large(judged: Judged) -> tuple[list[ParsedProvision], list[ParsedPosition]]:
    """2,000 provisions and 500 positions: the judged ones, repeated with other ids and words in another order."""
    random = np.random.default_rng(0)
    provisions = [
        judged.provisions[n % len(judged.provisions)]._replace(id=f"p{n}", heading=f"Heading {n // 8}")
        for n in range(2000)
    ]
    positions = []
    for n in range(500):
        whole = judged.positions[n % len(judged.positions)]
        mixed = " ".join(random.permutation(whole.text.split()))
        positions.append(replace(whole, id=f"q{n}", parent=None, text=mixed))
    return provisions, positions


def main() -> None:
    """Print the figures that docs/benchmarks.md records."""
    judged = load(Path(os.environ["COMMENTTRACK_SHARED"]) / "gold" / "circia")
    index = build(judged.provisions)
    scores = Ranking.of(index, judged.positions).scores
    names = "nDCG@10 {:.3f}  P@5 {:.3f}  reg@10 {:.3f}"
    print(
        "as it stands    ",
        names.format(*quality(judged, scores).mean(axis=0)),
        f" AUC {abstention(judged, scores):.3f}",
    )
    held_out, spread = cross_validated(judged, index)
    print("cross-validated ", names.format(*held_out), f" (nDCG@10 over candidates: deviation {spread:.3f})")

    provisions, positions = large(judged)
    start = time.perf_counter()
    index = build(provisions)
    built = time.perf_counter()
    found = Ranking.of(index, positions).provisions_for_each_position(top=10)
    ranked = time.perf_counter()
    print(f"{len(index.passages)} provisions x {len(positions)} positions, {len(found)} suggestions with reasons")
    print(f"index {built - start:.2f} s, ranking {ranked - built:.2f} s")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


if __name__ == "__main__":
    main()
