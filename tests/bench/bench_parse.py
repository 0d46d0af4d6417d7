"""How fast rules are read, run by hand: COMMENTTRACK_SHARED=… python tests/bench/bench_parse.py [FILE …]

Prints for each real file the median CPU time of reading it and of a bare lxml parse of the same bytes, taken in turns
in one run, MB/s, and the ratio of the two. Then the most resident memory of a process of its own that reads the file
once, less what the process has before it, as a multiple of the file. Then the same for whole daily issues joined from
real documents to 0.1 … 10 MB, to show that the cost is linear.
"""

import gc
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from lxml import etree

from commenttrack.rulemaking import federal_register

# Each file is read for about as long in all, so that small files are read often.
BYTES_IN_ALL = 12_000_000
LEAST_RUNS = 9
MEMORY_OPTION = "--memory-of"
FIRST = b"<RULE><SUPLINF><P>We seek comment by June 3, 2024.</P></SUPLINF></RULE>"
# Given, so that no library of holidays is loaded to work it out.
PUBLISHED = date(2024, 1, 2)


def processor_time(action):
    start = time.process_time()
    action()
    return time.process_time() - start


def medians(data, read):
    """(our time, that of the bare parse) in seconds."""
    read(data)
    gc.collect()
    ours, bare = [], []
    for _ in range(max(LEAST_RUNS, BYTES_IN_ALL // len(data))):
        bare.append(processor_time(lambda: etree.fromstring(data)))
        ours.append(processor_time(lambda: read(data)))
    return statistics.median(ours), statistics.median(bare)


def resident(path):
    """(bytes that reading adds to the resident memory, those of the whole process), in a process of its own."""
    command = [sys.executable, __file__, MEMORY_OPTION, str(path)]
    before, after = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    return int(after) - int(before), int(after)


def most_resident():
    """The most memory this process had so far; ru_maxrss would also count that of the one that started it."""
    status = Path("/proc/self/status").read_text()
    return int(re.search(r"VmHWM:\s+([0-9]+) kB", status)[1]) * 1024


def tell_memory(path):
    # What is loaded and compiled at the first use is not counted.
    federal_register.parse(FIRST)
    before = most_resident()
    # Kept until the end, as one who imports the rule does.
    rules = federal_register.parse_issue(Path(path).read_bytes(), publication_date=PUBLISHED)
    print(before, most_resident() if rules else 0)


def line(name, path, read):
    data = path.read_bytes()
    ours, bare = medians(data, read)
    added, whole = resident(path)
    size = len(data) / 1e6
    print(
        f"{name[:40]:40} {size:7.3f} MB {ours * 1000:8.2f} ms {size / ours:6.1f} MB/s {ours / bare:6.1f}x bare parse "
        f"({bare * 1000:.2f} ms) {added / 1e6:6.1f} MB more ({added / len(data):4.1f}x file), {whole / 1e6:.0f} in all",
        flush=True,
    )


def joined(sources, size, path):
    """Real documents again and again, written as a daily issue of about ``size`` bytes."""
    bodies = [re.sub(rb"\A\s*<\?xml[^>]*\?>", b"", data) for data in sources]
    with path.open("wb") as issue:
        issue.write(b"<FEDREG><PRORULES>")
        turn = 0
        while issue.tell() < size:
            issue.write(b"<PRORULE_>" + bodies[turn % len(bodies)] + b"</PRORULE_>")
            turn += 1
        issue.write(b"</PRORULES></FEDREG>")


def main(arguments):
    if arguments[:1] == [MEMORY_OPTION]:
        return tell_memory(arguments[1])
    shared = Path(os.environ.get("COMMENTTRACK_SHARED", ""))
    files = [Path(name) for name in arguments] or sorted(
        path
        for path in [*shared.glob("rules/*.xml"), *shared.glob("pairs/*/*.xml")]
        if etree.parse(path).getroot().tag in federal_register.KINDS
    )
    for path in files:
        line(path.name, path, federal_register.parse)
    print("\njoined to daily issues:")
    # Small ones, so that issues of all sizes have the same mixture.
    sources = [path.read_bytes() for path in files if path.stat().st_size < 100_000]
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "issue.xml"
        for size in (100_000, 300_000, 1_000_000, 3_000_000, 10_000_000):
            joined(sources or [files[0].read_bytes()], size, place)
            line(f"{size / 1e6:.1f} MB", place, federal_register.parse_issue)
    return None


if __name__ == "__main__":
    main(sys.argv[1:])
