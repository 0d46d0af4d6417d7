"""Mutated real files against the parser, run by hand: COMMENTTRACK_SHARED=… python tests/bench/fuzz_parse.py

Each case takes a real file, breaks it in one to four ways (bytes, elements, attributes, encodings, cuts, joins) and
reads it. With ``--forms`` the files are pages, text editions and plain text, and lines, marks and tags are
broken. Nothing but :class:`BadInput` may come out, and no reading may take 20 times as long as the file does for its
size. What fails is written to a folder with the number of its case; ``--seed`` and ``--case`` make it again.
"""

import argparse
import copy
import os
import random
import signal
import sys
import time
import traceback
from collections import Counter
from pathlib import Path

from lxml import etree

from commenttrack.errors import BadInput
from commenttrack.rulemaking import federal_register, other_forms, provisions

SLOWEST = 20
# What a reading may take on a busy machine whatever its size, in seconds.
PATIENCE = 0.25
HANG = 60

WORDS = (
    "(a)",
    "(i)",
    "(1)",
    "* * *",
    "§ 1.1",
    "A.",
    "I.",
    "1.",
    "Part 3",
    "subpart A",
    "Appendix A to Part 3",
    "on or",
)
WORDS += ("before May 1, 2024", "revising paragraph (a)", "seek comment on", "[insert date 60 days after publication]")
WORDS += ("[FR Doc. 2024-02590 Filed 12-31-24; 8:45 am]", "\u2009", "\u200b", "\u2028", "\ud7ff", "é", "“", "𝔘", "İ")
TAGS = ("P", "HD", "E", "SU", "FTREF", "FTNT", "PRTPAGE", "AMDPAR", "SECTION", "SECTNO", "SUBJECT", "STARS", "GPOTABLE")
TAGS += ("ROW", "ENT", "BOXHD", "CHED", "TNOTE", "PART", "SUBPART", "APPENDIX", "EXTRACT", "NOTE", "LSTSUB", "AUTH")
TAGS += ("REGTEXT", "SUPLINF", "PREAMB", "RULE", "CONTENTS", "GPH", "SIG", "FRDOC", "AGENCY", "DEPDOC", "CFR", "DATES")
REPEATED = ("(", "((", "a ", "1 ", "—", ". ", "“", "comments ", "day ", "and ", " ")
VALUES = ("", "0", "-1", "99999999999999999999", "HD3", "03", "²", "٣", "HED", "a b", "L50", "x" * 5000)


def bytes_flipped(data, rng):
    spoiled = bytearray(data)
    for _ in range(rng.choice((1, 3, 20, 200))):
        spoiled[rng.randrange(len(spoiled))] = rng.choice((rng.randrange(256), 0, 60, 62, 38, 34))
    return bytes(spoiled)


def bytes_moved(data, rng):
    start = rng.randrange(len(data))
    piece = data[start : start + rng.choice((1, 50, 5000))]
    place = rng.randrange(len(data))
    rest = data if rng.random() < 0.5 else data[:start] + data[start + len(piece) :]
    return rest[:place] + piece + rest[place:]


def cut_off(data, rng):
    return data[: rng.randrange(len(data))] if rng.random() < 0.7 else data[rng.randrange(len(data)) :]


def encoded_otherwise(data, rng):
    text = data.decode("utf-8", "replace")
    declared = rng.choice(("", "utf-8", "UTF-16", "latin-1", "ascii", "no-such", "UTF-32", "cp037"))
    head = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    body = text[text.index("?>") + 2 :] if text.startswith("<?xml") and "?>" in text else text
    return (head + body).encode(rng.choice(("utf-8", "utf-16", "utf-16-be", "latin-1", "utf-32", "cp1252")), "replace")


BYTES = (bytes_flipped, bytes_moved, cut_off, encoded_otherwise)


def any_element(root, rng):
    elements = [element for element in root.iter() if isinstance(element.tag, str)]
    return rng.choice(elements)


def deleted(root, rng):
    for _ in range(rng.choice((1, 5, 50))):
        element = any_element(root, rng)
        parent = element.getparent()
        if parent is not None:
            parent.remove(element)


def duplicated(root, rng):
    element = any_element(root, rng)
    parent = element.getparent()
    if parent is not None and len(etree.tostring(element)) < 20_000:
        for _ in range(rng.choice((1, 2, 300))):
            parent.insert(rng.randrange(len(parent) + 1), copy.deepcopy(element))


def nested(root, rng):
    element = any_element(root, rng)
    if element is not root and len(etree.tostring(element)) < 20_000:
        any_element(root, rng).append(copy.deepcopy(element))
    inner = element
    for _ in range(rng.choice((1, 3, 100, 240))):
        wrapped = etree.SubElement(inner, rng.choice(TAGS))
        wrapped.text = rng.choice(WORDS)
        inner = wrapped


def renamed(root, rng):
    if rng.random() < 0.3:
        old, new = any_element(root, rng).tag, rng.choice(TAGS)
        for element in root.iter(old):
            element.tag = new
        return
    for _ in range(rng.choice((1, 10, 100))):
        any_element(root, rng).tag = rng.choice(TAGS)


def attributes_spoiled(root, rng):
    for _ in range(rng.choice((1, 20))):
        element = any_element(root, rng)
        for name in [*element.keys(), rng.choice(("P", "T", "SOURCE", "H", "A", "TITLE", "PART"))]:
            element.set(name, rng.choice(VALUES))


def words_put_in(root, rng):
    for _ in range(rng.choice((1, 20, 200))):
        element = any_element(root, rng)
        words = " ".join(rng.choice(WORDS) for _ in range(rng.choice((1, 2, 30))))
        if rng.random() < 0.3:
            element.tail = words if element.getparent() is not None else None
        else:
            element.text = words if rng.random() < 0.5 else (element.text or "") + words


def repeated_words(root, rng):
    """A single word again and again, where an expression may turn out to be quadratic."""
    element = any_element(root, rng)
    element.text = rng.choice((*WORDS, *REPEATED)) * 20_000


def shuffled(root, rng):
    element = any_element(root, rng)
    children = list(element)
    rng.shuffle(children)
    element[:] = children


def only_a_part(root, rng):
    elements = [element for element in root.iter("SUPLINF", "REGTEXT", "PART", "PREAMB") if len(element) > 4]
    if elements:
        element = rng.choice(elements)
        start = rng.randrange(len(element))
        del element[start : start + rng.randrange(1, len(element))]


ELEMENTS = (
    deleted,
    duplicated,
    nested,
    renamed,
    attributes_spoiled,
    words_put_in,
    repeated_words,
    shuffled,
    only_a_part,
)


def joined(sources, rng):
    chosen = rng.choices(sources, k=rng.choice((2, 3, 6)))
    wrapper = rng.choice(("FEDREG", "FEDREG", "PRORULE", "RULE"))
    inner = b"".join(data[data.index(b"?>") + 2 :] if data.startswith(b"<?xml") else data for data in chosen)
    return f"<{wrapper}>".encode() + inner + f"</{wrapper}>".encode()


MARKS = (
    "[[Page 5]]",
    "[[Page 99999]]",
    "\\5\\",
    "\\",
    "``",
    "''",
    "[GRAPHIC] [TIFF OMITTED]",
    "-" * 70,
    "=" * 50,
    "<pre>",
)
MARKS += (
    "</pre>",
    "<p>",
    "</div>",
    "<h2>",
    "<table><tr><td>",
    "</td>",
    "<!--",
    "-->",
    "&lt;",
    "&#0;",
    "&#x110000;",
    "&bogus;",
)
MARKS += ("AGENCY:", "SUMMARY:", "DATES:", "SUPPLEMENTARY INFORMATION:", "PART 3--[AMENDED]", "Sec. 1.1", "* * * * *")
MARKS += (
    "[FR Doc. 2020-28877 Filed 1-14-21; 8:45 am]",
    "BILLING CODE 4120-01-P",
    "\f",
    "\r",
    "\t",
    "\x0b",
    "\x85",
    "\u2028",
)


def marks_put_in(lines, rng):
    for _ in range(rng.choice((1, 10, 100))):
        place = rng.randrange(len(lines))
        at = rng.randrange(len(lines[place]) + 1)
        lines[place] = lines[place][:at] + rng.choice((*MARKS, *WORDS)) + lines[place][at:]


def lines_lost(lines, rng):
    start = rng.randrange(len(lines))
    del lines[start : start + rng.choice((1, 5, 200))]


def lines_repeated(lines, rng):
    start = rng.randrange(len(lines))
    lines[start:start] = lines[start : start + rng.choice((1, 20))] * rng.choice((1, 3, 300))


def lines_shuffled(lines, rng):
    start = rng.randrange(len(lines))
    some = lines[start : start + rng.choice((5, 100))]
    rng.shuffle(some)
    lines[start : start + len(some)] = some


def lines_indented(lines, rng):
    room = rng.choice((" ", "    ", "\t", " " * 40, "\u3000"))
    for place in range(rng.randrange(len(lines)), len(lines)):
        lines[place] = room + lines[place] if rng.random() < 0.5 else lines[place].lstrip()


def lines_joined(lines, rng):
    start = rng.randrange(len(lines))
    some = lines[start : start + rng.choice((2, 50, 5000))]
    lines[start : start + len(some)] = [rng.choice(("", " ", "-", "--")).join(some)]


def one_long_line(lines, rng):
    lines.insert(rng.randrange(len(lines) + 1), rng.choice((*MARKS, *WORDS, *REPEATED)) * 20_000)


LINES = (marks_put_in, lines_lost, lines_repeated, lines_shuffled, lines_indented, lines_joined, one_long_line)


def form_case(sources, rng):
    """As :func:`case`, of pages and text."""
    data = rng.choice(sources)
    size = len(data)
    names = []
    for _ in range(rng.choice((1, 1, 2, 4))):
        if rng.random() < 0.75 and data:
            lines = data.decode("latin-1").split("\n")
            change = rng.choice(LINES)
            change(lines, rng)
            encoding = rng.choice(("latin-1", "latin-1", "latin-1", "utf-8"))
            data = "\n".join(lines).encode(encoding, "xmlcharrefreplace")
        else:
            change = rng.choice(BYTES)
            data = change(data, rng) if data else data
        names.append(change.__name__)
    return data, size, "+".join(names)


def case(sources, rng):
    """A broken document, and the size of what it was made of."""
    data = joined(sources, rng) if rng.random() < 0.1 else rng.choice(sources)
    size = len(data)
    names = []
    for _ in range(rng.choice((1, 1, 2, 4))):
        if rng.random() < 0.7:
            try:
                root = etree.fromstring(data)
            except (etree.XMLSyntaxError, ValueError, LookupError):
                continue
            change = rng.choice(ELEMENTS)
            change(root, rng)
            data = etree.tostring(root)
        else:
            change = rng.choice(BYTES)
            data = change(data, rng) if data else data
        names.append(change.__name__)
    return data, size, "+".join(names)


def read(data, forms=False):
    """The reading as the command does it, to JSON; the time it takes and what came of it."""
    start = time.process_time()
    try:
        rules = [other_forms.read(data)] if forms else federal_register.parse_issue(data)
        outcome = "read"
        for rule in rules:
            provisions.from_json(provisions.to_json(rule))
    except BadInput:
        outcome = "refused"
    return time.process_time() - start, outcome


def stop(signum, frame):
    raise TimeoutError(f"still reading after {HANG} seconds")


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--seconds", type=float, default=600)
    options.add_argument("--seed", default="1")
    options.add_argument("--case", type=int, help="only this case")
    options.add_argument("--forms", action="store_true", help="mutate pages and text instead of XML")
    options.add_argument("--failures", type=Path, default=Path("fuzz-failures"))
    options.add_argument("--largest", type=int, default=800_000, help="leave out files with more bytes")
    given = options.parse_args()
    shared = Path(os.environ["COMMENTTRACK_SHARED"])
    ends = ("html", "htm", "txt") if given.forms else ("xml",)
    files = sorted(path for end in ends for place in ("rules", "pairs/*") for path in shared.glob(f"{place}/*.{end}"))
    sources = [path.read_bytes() for path in files if path.stat().st_size <= given.largest]
    if not given.forms:
        sources = [data for data in sources if etree.fromstring(data).tag in federal_register.KINDS]
    pace = max(min(read(data, given.forms)[0] for _ in range(5)) / len(data) for data in sources)
    signal.signal(signal.SIGALRM, stop)
    outcomes, failures, slowest = Counter(), 0, (0.0, "")
    deadline = time.monotonic() + given.seconds
    number = given.case or 0
    while time.monotonic() < deadline:
        make = form_case if given.forms else case
        data, size, how = make(sources, random.Random(f"{given.seed}-{number}"))
        allowed = PATIENCE + SLOWEST * pace * max(size, len(data))
        signal.alarm(HANG)
        try:
            taken, outcome = read(data, given.forms)
            slowest = max(slowest, (taken / (pace * max(size, len(data)) + PATIENCE / SLOWEST), f"{number}: {how}"))
            problem = f"took {taken:.2f} s of {allowed:.2f}" if taken > allowed else ""
        except Exception:
            outcome, problem = "failed", traceback.format_exc()
        finally:
            signal.alarm(0)
        outcomes[outcome] += 1
        if problem:
            failures += 1
            given.failures.mkdir(parents=True, exist_ok=True)
            (given.failures / f"{given.seed}-{number}.xml").write_bytes(data)
            print(f"case {number} ({how}, {len(data):,} bytes): {problem}", flush=True)
        if given.case is not None:
            break
        number += 1
    print(f"{number} cases, {dict(outcomes)}, {failures} failures; slowest {slowest[0]:.1f} times ({slowest[1]})")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
