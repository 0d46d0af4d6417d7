"""The places of the CFR that an amendatory instruction names: sections with paths, parts, subparts, appendices.

A token of an instruction names its places in the context of what is open: "paragraph (b)" is one of the section named
last, "and (c)" goes on in the path before it, "subpart D" stands in the part.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from commenttrack.rulemaking.amendatory_tokens import ANNEXES, QUOTE, section_numbers
from commenttrack.rulemaking.citations import Citation, paths
from commenttrack.rulemaking.correction_statements import read


class Place(NamedTuple):
    """Where in the CFR: a section with a path of markers, or a part, subpart or appendix."""

    title: int | None
    part: str
    section: str = ""
    path: str = ""
    detail: str = ""
    unit: str = ""

    def citation(self) -> str:
        prefix = f"{self.title} CFR " if self.title else ""
        if self.section:
            base = f"{prefix}{self.section}{self.path}" if prefix else f"§ {self.section}{self.path}"
        elif self.part:
            base = f"{prefix}part {self.part}"
        else:
            base = f"{self.title} CFR" if self.title else ""
        return " ".join(filter(None, (base, self.unit, self.detail))) if self.unit or self.detail else base


# All values in the order of the fields; made as flows are, see xml_text.
_place: Callable[[tuple[object, ...]], Place] = partial(tuple.__new__, Place)


def named_places(
    kind: str, match: re.Match[str], text: str, open_places: Sequence[Place], targets: Sequence[Place]
) -> list[Place]:
    """The places a token of an instruction's text names.

    ``open_places`` are those of the section or part that is open, of which there is one at least; ``targets`` are those
    named before in the same instruction, which a list goes on from.
    """
    context = open_places[-1]
    if (targets or open_places)[-1].unit.startswith("supplement"):
        # Its comments have headings and numbers of their own, which are no citations.
        return [(targets or open_places)[-1]._replace(detail="")] if kind in ("section", "paragraph") else []
    if kind == "section":
        numbers = section_numbers(printed(text, match, "section_numbers"))
        path = printed(text, match, "section_path")
        if targets and targets[-1].unit.startswith(ANNEXES):
            context = targets[-1]
        if context.unit.startswith("appendix") and match[0].startswith("s") and context.part:
            within = [number for number in numbers if not number.startswith(f"{context.part}.")]
            if within:
                # “In section 3.2.1” of an appendix: its own sections have no citation of the CFR.
                return [context._replace(detail=f"{number}{path}") for number in within]
        return [_place((context.title, context.part, number, path, "", "")) for number in numbers]
    if kind == "cited":
        number = printed(text, match, "cited_section").rstrip(".-")
        return [_place((context.title, context.part, number, printed(text, match, "cited_path"), "", ""))]
    if kind == "next":
        # “§§ 1.12(a), (b), and (c), and 1.20”
        number = printed(text, match, "next_section").rstrip(".-")
        if not (targets and targets[-1].section and number.startswith(f"{targets[-1].section.split('.')[0]}.")):
            return []
        return [_place((targets[-1].title, targets[-1].part, number, printed(text, match, "next_path"), "", ""))]
    if kind == "part":
        return [Place(context.title, printed(text, match, "part_number"))]
    if kind == "subpart":
        letters = re.findall(r"[A-Za-z]+", re.sub(r"\band\b|\bsubpart\b", " ", printed(text, match, "subpart_letter")))
        part = printed(text, match, "subpart_part") or context.part
        return [Place(context.title, part, unit=f"subpart {letter}") for letter in letters]
    if kind == "appendix":
        letter = printed(text, match, "appendix_letter")
        # “appendix A to part 3” is one place.
        part = printed(text, match, "appendix_part") or context.part
        return [Place(context.title, part, unit=f"{match[0].split()[0]} {letter}")]
    # “§ 21.1 in paragraphs (b) introductory text, (c), …”: the list goes on in the section named last.
    base = context
    if targets and targets[-1].section:
        last = targets[-1]
        base = _place((last.title, last.part, last.section, "", "", last.unit))
    if kind in ("paragraph", "more"):
        listed = printed(text, match, "paths" if kind == "paragraph" else "more_paths")
        if kind == "paragraph":
            named = paths(listed)
        elif targets and targets[-1].path:
            # “§ 21.1(a)(1) and (2)”: a short path goes on from the one before.
            named = paths(f"{targets[-1].path}, {listed}")[1:]
        else:
            return []
        title, part, section, _, detail, unit = base
        if detail.startswith("“"):
            # “the definition of “X” by revising paragraph (2)”
            return [base._replace(detail=f"{detail} ({')('.join(path)})") for path in named]
        found = [_place((title, part, section, f"({')('.join(path)})", "", unit)) for path in named]
        if match["introductory"] or match["more_introductory"]:
            found[-1] = found[-1]._replace(detail="introductory text")
        return found
    if kind == "definition":
        terms = QUOTE.findall(text, match.start("terms"), match.end("terms"))
        return [base._replace(detail=f"“{term.strip(' ,')}”") for term in terms]
    if kind == "authority":
        return [base._replace(detail="authority citation")]
    if kind == "heading":
        return [base._replace(detail="heading")]
    if kind == "introduction":
        return [base._replace(detail="introductory text")]
    # Tables and single sentences say where within a place; they name none of their own.
    return []


def exchanged_places(text: str, context: Place, above: Citation | None) -> list[tuple[Place, tuple[str, str]]]:
    """The words that a correction's statements exchange, with the place in a section that each is about.

    ``above`` is the section that the statements stand under. Empty where one of them names no words or no section.
    """
    found: list[tuple[Place, tuple[str, str]]] = []
    for statement in read(text, above=above):
        place = statement.place
        if place is None or not place.section or not statement.words:
            return []
        path = "".join(f"({marker})" for marker in place.path)
        named = Place(place.title or context.title, place.part or context.part, place.section, path)
        found += [(named, words) for words in statement.words]
    return found


def printed(text: str, match: re.Match[str], group: str) -> str:
    """What a group of a token stands for in the text, which has its capitals; the token was found in lower case."""
    start, end = match.span(group)
    return text[start:end] if end > start else ""
