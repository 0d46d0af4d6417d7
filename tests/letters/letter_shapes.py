"""Random letters of the shapes that real ones have, as LETTER.md texts. The same seed gives the same letter."""

import random

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
) -> str:
    """A letter of ``paragraphs`` paragraphs under headings; each note has a first word that no other text has."""
    rng = random.Random(seed)
    lines = ["---", f"date: 2026-03-{1 + seed % 28:02}", head.strip() or "via: Via regulations.gov"]
    if signatories:
        lines.append("signatories:")
        for number in range(signatories):
            name = f"{rng.choice(WORDS).title()} {rng.choice(WORDS).title()} Association {number}"
            lines.append(f"  - {{organization: {name}, person: Person {number}, title: President}}")
    lines += ["---", "", prose(rng, 60), ""]
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
            text = prose(rng, rng.randint(15, 60))
            while number < len(places) and places[number] == index * 3 + slot:
                text += f"[^{number + 1}]"
                size = longest_note if number in longs else rng.randint(4, min(longest_note, 120))
                definitions.append(f"[^{number + 1}]: Note{number + 1}begins {prose(rng, size)} Note{number + 1}ends.")
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
            lines += ["| Item | Burden | Cost |", "|---|---|---:|"]
            lines += [f"| {prose(rng, 3)} | {prose(rng, 14)} | {rng.randint(1, 9999):,} |" for _ in range(6)] + [""]
    return "\n".join(lines + definitions) + "\n"
