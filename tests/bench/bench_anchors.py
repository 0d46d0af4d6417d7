"""How fast two documents are compared, run by hand: COMMENTTRACK_SHARED=… python tests/bench/bench_anchors.py

Prints the best of three runs, in CPU time, for the proposed and the final skilled-nursing rule (without reading the
files), and for generated documents of 500 to 4,000 provisions of which a tenth was reworded, moved, removed or added.
"""

import os
import random
import time
from pathlib import Path

from commenttrack.rulemaking import federal_register
from commenttrack.rulemaking.anchors import anchors
from commenttrack.rulemaking.provisions import ParsedProvision

RUNS = 3
WORDS = [f"word{number}" for number in range(3_000)]
_COMMON = "the of to and a in for that is on this as by with are be or under an which"
COMMON = _COMMON.split()


def best(action):
    times = []
    for _ in range(RUNS):
        start = time.process_time()
        action()
        times.append(time.process_time() - start)
    return min(times)


def line(name, earlier, later):
    seconds = best(lambda: anchors(earlier, later))
    print(f"{name:40} {len(earlier):6,} x {len(later):6,} provisions {seconds:6.2f} s")


def generated(size, seed):
    """Sections of twenty paragraphs of about sixty words; a third of the words are common ones."""
    chance = random.Random(seed)
    texts = [
        " ".join(chance.choice(COMMON if chance.random() < 0.35 else WORDS) for _ in range(chance.randint(20, 100)))
        for _ in range(size)
    ]
    later = []
    for text in texts:
        fate = chance.random()
        words = text.split()
        if fate < 0.05:
            words[chance.randrange(len(words))] = "reworded"
        elif fate < 0.1:
            continue
        later.append(" ".join(words))
        if fate > 0.95:
            later.append(" ".join(chance.choices(WORDS, k=40)))
    return numbered(texts, "e"), numbered(later, "l")


def numbered(texts, name):
    provisions = []
    for place, text in enumerate(texts):
        section, rank = divmod(place, 20)
        label = f"15 CFR 7.{section + 1}"
        if rank == 0:
            provisions.append(ParsedProvision(f"{name}s{section}", None, "section", label, label, "", "", (1,), ()))
        marker = f"({chr(97 + rank)})"
        provisions.append(
            ParsedProvision(
                f"{name}{place}", f"{name}s{section}", "paragraph", marker, label + marker, "", text, (1,), ()
            )
        )
    return provisions


def main():
    folder = Path(os.environ["COMMENTTRACK_SHARED"]) / "pairs" / "cms-1802-snf-fy2025"
    earlier, later = (
        federal_register.parse((folder / name).read_bytes()).provisions
        for name in ("prorule-2024-06812-cms-snf-fy2025.xml", "final-2024-16907.xml")
    )
    line("skilled-nursing rule, proposed and final", earlier, later)
    for size in (500, 1_000, 2_000, 4_000):
        line("generated", *generated(size, size))


if __name__ == "__main__":
    main()
