"""How fast rules are read, run by hand: COMMENTTRACK_SHARED=… python tests/bench/bench_parse.py [FILE …]

Prints for each real file the best of several runs in CPU time: MB/s, the ratio to a bare lxml parse of the same bytes
in the same run, and the peak memory the parser allocated, also as a multiple of the file (measured in a run of its own,
since measuring slows it). Then one proposal grown to 0.1 … 10 MB, to show that the cost is linear.
"""

import os
import sys
import time
import tracemalloc
from pathlib import Path

from lxml import etree

from commenttrack.rulemaking import federal_register

RUNS = 5


def best(action, runs=RUNS):
    times = []
    for _ in range(runs):
        start = time.process_time()
        action()
        times.append(time.process_time() - start)
    return max(min(times), 1e-6)


def line(name, data):
    federal_register.parse(data)
    ours, bare = [], []
    for _ in range(RUNS):
        bare.append(best(lambda: etree.fromstring(data), 1))
        ours.append(best(lambda: federal_register.parse(data), 1))
    tracemalloc.start()
    federal_register.parse(data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    size = len(data) / 1e6
    print(
        f"{name[:44]:44} {size:7.2f} MB {min(ours) * 1000:8.1f} ms {size / min(ours):6.1f} MB/s "
        f"{min(ours) / min(bare):6.1f}x bare parse {peak / 1e6:7.1f} MB peak ({peak / len(data):4.1f}x file)"
    )
    return min(ours)


def grown(data, size):
    """The document with its body repeated until it has about ``size`` bytes."""
    start = data.index(b"<SUPLINF>") + len(b"<SUPLINF>")
    end = data.index(b"</SUPLINF>")
    body = data[start:end]
    copies = max(1, (size - len(data)) // len(body) + 1)
    return data[:start] + body * copies + data[end:]


def main(arguments):
    shared = Path(os.environ.get("COMMENTTRACK_SHARED", ""))
    files = [Path(name) for name in arguments] or sorted(
        path
        for path in [*shared.glob("rules/*.xml"), *shared.glob("pairs/*/*.xml")]
        if etree.parse(path).getroot().tag in federal_register.KINDS
    )
    for path in files:
        line(path.name, path.read_bytes())
    print("\nthe same body repeated:")
    source = min(files, key=lambda path: abs(path.stat().st_size - 100_000)).read_bytes()
    for size in (100_000, 1_000_000, 3_000_000, 10_000_000):
        line(f"{size / 1e6:.1f} MB", grown(source, size))


if __name__ == "__main__":
    main(sys.argv[1:])
