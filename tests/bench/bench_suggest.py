"""Quality and speed of the suggestions.

Run ``COMMENTTRACK_SHARED=FOLDER python tests/bench/bench_suggest.py [PART …]``, the parts being ``judged``,
``elsewhere``, ``review`` and ``speed``; all without any. Quality on the judged pairs is given as the weights stand, and
cross-validated: weights are chosen anew, out of a fixed set of random ones, by the positions that are not in the fold,
folds being random or the positions of one source document.
"""

import os
import resource
import sys
import time
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
from suggest_sets import Judged, circia, circia_as_parsed, cited_paragraphs, comments_of_final_rules, elsewhere

from commenttrack.positions.source_values import ParsedPosition
from commenttrack.positions.suggestion_feedback import Judged as Said
from commenttrack.positions.suggestion_index import build
from commenttrack.positions.suggestions import WEIGHTS, Ranking, Weights, bears
from commenttrack.rulemaking.provisions import ParsedProvision

CANDIDATES = 80
FOLDS = 5
ROUNDS = 20
# Regulatory text in a tenth of the places is what a letter needs; more of it is no better.
ENOUGH_REGULATORY = 0.11
SHOWN = 5
REVIEWS = 4


def quality(judged: Judged, scores: np.ndarray) -> np.ndarray:
    """(answered positions, 3): nDCG@10, precision at 5, share of the first ten that is relevant regulatory text."""
    discount = 1 / np.log2(np.arange(2, 12))
    regulatory = judged.regulatory
    found = []
    for grades, row in zip(judged.grades[judged.answered], scores[judged.answered], strict=True):
        first = np.argsort(-row, kind="stable")[:10]
        gain = 2.0 ** np.maximum(grades, 0) - 1
        best = np.sort(gain)[::-1][:10]
        relevant = grades[first] >= 2
        found.append(
            (
                (gain[first] * discount[: len(first)]).sum() / (best * discount[: len(best)]).sum(),
                relevant[:5].mean(),
                (relevant & regulatory[first]).mean(),
            )
        )
    return np.array(found)


def better(yes: np.ndarray, no: np.ndarray) -> float:
    """How often one of the first is above one of the second."""
    return float(((yes[:, None] > no) + 0.5 * (yes[:, None] == no)).mean())


def candidates(random: np.random.Generator) -> list[Weights]:
    """Weights far around: each sign between a third and three times what it is now."""
    return [
        replace(
            WEIGHTS,
            **{field.name: getattr(WEIGHTS, field.name) * 3 ** random.uniform(-1, 1) for field in fields(Weights)},
        )
        for _ in range(CANDIDATES)
    ]


def held_out(every: np.ndarray, folds: list[np.ndarray]) -> np.ndarray:
    """Quality of each fold with the weights that are best without it."""
    found = []
    for fold in folds:
        means = np.delete(every, fold, axis=1).mean(axis=1)
        found.append(every[(means[:, 0] + np.minimum(means[:, 2], ENOUGH_REGULATORY)).argmax(), fold])
    return np.concatenate(found)


def judged_pairs(shared: Path) -> None:
    """The figures of the judged pairs, on the units that were judged and on the rule as it is read."""
    for judged in (circia(shared), circia_as_parsed(shared)):
        print(judged.name)
        figures_of(judged)


def figures_of(judged: Judged) -> None:
    """Quality as the weights stand, with positions left out, and by source document."""
    random = np.random.default_rng(0)
    index = build(judged.provisions)
    scores = Ranking.of(index, judged.positions).scores
    names = "nDCG@10 {:.3f}  P@5 {:.3f}  reg@10 {:.3f}"
    best = scores.max(axis=1)
    print("as it stands           ", names.format(*quality(judged, scores).mean(axis=0)), end="")
    print(f"  AUC {better(best[judged.answered], best[~judged.answered]):.3f}", end="")
    print(f"  bears {np.mean([bears(x) for x in best[judged.answered]]):.2f}", end="")
    print(f" / {np.mean([bears(x) for x in best[~judged.answered]]):.2f} of those with none")
    every = np.array(
        [quality(judged, Ranking.of(index, judged.positions, weights=w).scores) for w in candidates(random)]
    )
    folds = [fold for _ in range(ROUNDS) for fold in np.array_split(random.permutation(every.shape[1]), FOLDS)]
    print("left out at random     ", names.format(*held_out(every, folds).mean(axis=0)), end="")
    print(f"  (deviation over candidates {every[:, :, 0].mean(axis=1).std():.3f})")
    source = np.array([position.id.split("-")[0] for position in judged.positions])[judged.answered]
    folds = [np.flatnonzero(source == one) for one in dict.fromkeys(source)]
    print("left out by source     ", names.format(*held_out(every, folds).mean(axis=0)))
    for one in dict.fromkeys(source):
        figures = quality(judged, scores)[source == one]
        print(f"  {one:5} {len(figures):2} positions    ", names.format(*figures.mean(axis=0)))


def other_documents(shared: Path) -> None:
    """The figures of documents on which nothing was chosen; unrelated positions must score lower there."""
    unrelated = [p for p in circia(shared).positions if not p.id.startswith(("cyb", "prv"))]
    sets = [[judged] for judged in (*elsewhere(shared), *comments_of_final_rules(shared))]
    sets += [
        list(cited_paragraphs(shared, name))
        for name in (
            "rules/prorule-2024-06526-circia.xml",
            "pairs/cms-1802-snf-fy2025/prorule-2024-06812-cms-snf-fy2025.xml",
            "rules/prorule-2024-02590.xml",
        )
    ]
    for parts in sets:
        found, yes, no = [], [], []
        for judged in parts:
            index = build(judged.provisions)
            scores = Ranking.of(index, judged.positions).scores
            found.append(quality(judged, scores))
            yes.append(scores.max(axis=1))
            no.append(Ranking.of(index, unrelated).scores.max(axis=1))
        figures, best, rest = np.concatenate(found), np.concatenate(yes), np.concatenate(no)
        print(f"{parts[0].name:30} {len(figures):3} positions  nDCG@10 {figures[:, 0].mean():.3f}", end="")
        print(f"  AUC {better(best, rest):.3f}  bears {np.mean([bears(x) for x in best]):.2f}", end="")
        print(f" / {np.mean([bears(x) for x in rest]):.2f} of unrelated")


def reviews(shared: Path) -> None:
    """A person judges the first five of each position, again and again; the rest is ranked with and without that."""
    for judged in (circia(shared), *elsewhere(shared), *comments_of_final_rules(shared)):
        index = build(judged.provisions)
        keys = [passage.id for passage in index.passages]
        plain = Ranking.of(index, judged.positions).scores
        said: list[Said] = []
        seen = np.zeros(judged.grades.shape, bool)
        print(f"{judged.name:30}", end="")
        for review in range(REVIEWS):
            scores = Ranking.of(index, judged.positions, feedback=said).scores
            if review:
                rest = replace(judged, grades=np.where(seen, 0, judged.grades))
                without, learnt = (
                    quality(rest, np.where(seen, -1, values))[:, 0].mean() if rest.answered.any() else np.nan
                    for values in (plain, scores)
                )
                print(f"  {without:.3f} > {learnt:.3f}", end="")
            for row, position in enumerate(judged.positions):
                order = np.argsort(-np.where(seen[row], -1, scores[row]), kind="stable")[:SHOWN]
                seen[row, order] = True
                said += [Said(position.id, keys[place], bool(judged.grades[row, place] >= 2)) for place in order]
        print()


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


def speed(shared: Path) -> None:
    """Seconds of CPU and memory of a large docket, without feedback and with 2,500 judgements."""
    provisions, positions = large(circia(shared))
    start = time.process_time()
    index = build(provisions)
    built = time.process_time()
    found = Ranking.of(index, positions).provisions_for_each_position(top=10)
    ranked = time.process_time()
    said = [Said(item.position, item.provision, item.rank % 2 == 0) for item in found if item.rank <= SHOWN]
    Ranking.of(index, positions, feedback=said).provisions_for_each_position(top=10)
    learnt = time.process_time()
    print(f"{len(index.passages)} provisions x {len(positions)} positions, {len(found)} suggestions with reasons")
    print(f"index {built - start:.2f} s, ranking {ranked - built:.2f} s", end="")
    print(f", with {len(said)} judgements {learnt - ranked:.2f} s")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


PARTS = {"judged": judged_pairs, "elsewhere": other_documents, "review": reviews, "speed": speed}


def main() -> None:
    """Print the figures that docs/benchmarks.md records."""
    for name in sys.argv[1:] or PARTS:
        PARTS[name](Path(os.environ["COMMENTTRACK_SHARED"]))


if __name__ == "__main__":
    main()
