"""Random letters of the shapes that real ones have, as LETTER.md texts. The same seed gives the same letter.

Marks such as ``Note12mark3`` stand in every note and paragraph, so that a test can tell from the text of the pages
what is missing: :func:`missing_marks`.
"""

import random
import re

WORDS = """
agency comment control data export filing goods harm item licence member notice party period person place port proposal
record report request review risk rule scope section shipment standard term test threshold trade user reasonable timely
narrow burdensome consistent available separate practicable domestic foreign affected relevant
""".split()  # noqa: SIM905


def sentence(rng: random.Random, words: int) -> str:
    text = " ".join(rng.choice(WORDS) for _ in range(words))
    return text[0].upper() + text[1:] + "."


def prose(rng: random.Random, words: int) -> str:
    """Sentences of 8 to 24 words, ``words`` in all."""
    out = []
    while words > 0:
        length = min(words, rng.randint(8, 24))
        out.append(sentence(rng, length))
        words -= length
    return " ".join(out)


def marked(rng: random.Random, words: int, name: str, every: int = 25) -> str:
    """Prose with a mark at its beginning, at its end and about every 25 words between."""
    pieces = []
    count = 0
    while words > 0 or not pieces:
        count += 1
        pieces.append(f"{name}mark{count} {prose(rng, max(1, min(words, every)))}")
        words -= every
    return f"{' '.join(pieces)} {name}ends."


def letter(
    seed: int,
    *,
    paragraphs: int,
    notes: int,
    longest_note: int = 120,
    long_notes: int = 0,
    signatories: int = 0,
    head: str = "",
    tables: int = 0,
    redlines: int = 0,
    exhibits: int = 0,
    requests: int = 0,
    about: bool = False,
) -> str:
    """A letter of ``paragraphs`` paragraphs under headings, with the marks of :func:`missing_marks`."""
    rng = random.Random(seed)
    lines = ["---", f"date: 2026-03-{1 + seed % 28:02}", head.strip() or "via: Via regulations.gov"]
    if signatories:
        lines.append("signatories:")
        for number in range(signatories):
            name = f"{rng.choice(WORDS).title()} {rng.choice(WORDS).title()} Association {number}"
            more = f", about: {marked(rng, rng.randint(10, 60), f'About{number}')}" if about else ""
            lines.append(f"  - {{organization: {name}, person: Person {number}, title: President{more}}}")
        lines += ["annex_of_signatories: true"] if about else []
    lines += ["---", "", prose(rng, 60), ""]
    lines += ["{requests}", ""] if requests else []
    places = sorted(rng.sample(range(paragraphs * 3), min(notes, paragraphs * 3)))
    definitions = []
    longs = set(rng.sample(range(len(places)), min(long_notes, len(places))))
    number = 0
    for index in range(paragraphs):
        if index % 6 == 0:
            level = "##" if index % 12 else "#"
            lines += [f"{level} {sentence(rng, rng.randint(3, 9)).rstrip('.')}", ""]
        pieces = []
        for slot in range(3):
            text = marked(rng, rng.randint(15, 60), f"Text{index}x{slot}")
            while number < len(places) and places[number] == index * 3 + slot:
                text += f"[^{number + 1}]"
                size = longest_note if number in longs else rng.randint(4, min(longest_note, 120))
                definitions.append(f"[^{number + 1}]: {marked(rng, size, f'Note{number + 1}')}")
                number += 1
            pieces.append(text)
        kind = rng.random()
        if kind < 0.12:
            lines += [f"- {piece}" for piece in pieces] + [""]
        elif kind < 0.2:
            lines += [f"> {' '.join(pieces)}", ""]
        else:
            lines += [" ".join(pieces), ""]
        if index < redlines:
            lines += [f"{prose(rng, 12)} {{--{prose(rng, 6)}--}}{{++{prose(rng, 9)}++}} {prose(rng, 12)}", ""]
        if index < tables:
            lines += [*table(rng, 6), ""]
        if index < exhibits:
            title = sentence(rng, 6).rstrip(".")
            lines += [
                f"::: exhibit {title} {{#exhibit-{index}}}",
                "",
                *table(rng, 4),
                "",
                "Source: Own count.",
                ":::",
                "",
            ]
            lines += [f"As [#exhibit-{index}] shows, {prose(rng, 12)}", ""]
        if index < requests:
            lines += [f"::: request § {index + 1}.{rng.randint(1, 9)}", marked(rng, 18, f"Ask{index}"), ":::", ""]
    return "\n".join(lines + definitions) + "\n"


def table(rng: random.Random, rows: int) -> list[str]:
    cells = [f"| {prose(rng, 3)} | {prose(rng, 14)} | {rng.randint(1, 9999):,} |" for _ in range(rows)]
    return ["| Item | Burden | Cost |", "|---|---|---:|", *cells]


PARAGRAPHS_ON_A_PAGE = 3.2


def real_shape(seed: int) -> str:
    """A letter as they come: 2 to 61 pages of text, 1 to 375 signatories, 0 to 300 notes, 1 to 5 agencies."""
    rng = random.Random(f"shape {seed}")
    pages = min(61, max(2, round(rng.lognormvariate(2.0, 0.9))))
    paragraphs = max(4, round(pages * PARAGRAPHS_ON_A_PAGE))
    signatories = rng.choice((1, 1, 1, 2, 3, 14, 40, rng.randint(4, 120), 375))
    notes = min(300, rng.choice((0, pages, pages * 2, pages * 5)))
    agencies = rng.choice((1, 1, 1, 2, 3, 5))
    style = rng.choice(("serif", "sans", "serif-throughout"))
    head = [
        "letterhead: {name: Association for Measured Trade, address: [1 Example Street, Marrowfield]}",
        "re: [Licences by End Use]",
        f"house_style: {{fonts: {style}, numbering: {rng.choice(('outline', 'decimal'))}}}",
        f"order: {rng.choice(('alphabetical', 'lead-first'))}",
        f"toc: {str(pages > 8).lower()}",
        f"draft: {str(rng.random() < 0.2).lower()}",
        f"review: {str(rng.random() < 0.2).lower()}",
        "closing: Respectfully submitted,",
        "to:",
        *(
            f"  - {{lines: [Office {number}, Department {number}], re: [Docket No. D-2026-{number:04}]}}"
            for number in range(agencies)
        ),
    ]
    return letter(
        seed,
        paragraphs=paragraphs,
        notes=notes,
        longest_note=rng.choice((60, 120, 600)),
        long_notes=rng.randint(0, 2),
        signatories=signatories,
        tables=rng.randint(0, 2),
        redlines=rng.randint(0, 4),
        exhibits=rng.randint(0, 2),
        requests=rng.choice((0, 0, 5)),
        about=signatories > 1 and rng.random() < 0.3,
        head="\n".join(head),
    )


def fifty_pages(seed: int) -> str:
    """A letter of about 50 pages with up to 250 notes, a few of them of up to 3,000 words."""
    rng = random.Random(f"fifty {seed}")
    longest = rng.choice((120, 400, 900, 1800, 3000))
    long_notes = rng.randint(1, 3) if longest > 120 else 0
    notes = rng.choice((40, 100, 160, 250))
    words = 50 * 430 - long_notes * longest - notes * 62
    return letter(
        seed,
        paragraphs=max(40, words // 125),
        notes=notes,
        longest_note=longest,
        long_notes=long_notes,
        signatories=rng.choice((1, 5, 40)),
        tables=rng.randint(0, 4),
        redlines=rng.randint(0, 10),
        exhibits=rng.randint(0, 3),
        requests=rng.choice((0, 8)),
        head="toc: true",
    )


_MARK = re.compile(r"(?:Note|Text|About|Ask)\d+(?:x\d+)?(?:mark\d+|ends)")


def missing_marks(markdown: str, pages: str) -> list[str]:
    """The marks of a letter's text that do not stand in the text of its pages; a line end may break a mark."""
    found = re.sub(r"[\s\u2010\u00ad]", "", pages)
    return [mark for mark in dict.fromkeys(_MARK.findall(markdown)) if mark not in found]
