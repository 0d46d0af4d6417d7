"""Judged pairs for the suggestions: the set that came with them, own ones on other documents, and stand-ins.

Every set is provisions, positions and grades (positions, passages), -1 where nobody judged.
"""

import json
import re
import runpy
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from commenttrack.positions.outline import Passage, passages
from commenttrack.positions.source_values import ParsedPosition, from_json
from commenttrack.rulemaking import other_forms
from commenttrack.rulemaking.provisions import ParsedProvision


@dataclass(frozen=True)
class Judged:
    """A document with positions and what bears on them."""

    name: str
    provisions: list[ParsedProvision]
    positions: tuple[ParsedPosition, ...]
    grades: np.ndarray

    @property
    def regulatory(self) -> np.ndarray:
        return np.array([passage.regulatory for passage in passages(self.provisions)])

    @property
    def answered(self) -> np.ndarray:
        """Whether each position has a provision of grade 2 or 3."""
        return (self.grades >= 2).any(axis=1)


def circia(shared: Path) -> Judged:
    """The judged pairs on CISA's proposal."""
    folder = shared / "gold" / "circia"
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
    column = {passage.id: place for place, passage in enumerate(passages(provisions))}
    grades = np.full((len(positions), len(column)), -1)
    for line in (folder / "qrels.tsv").read_text().splitlines():
        position, provision, grade = line.split()
        # An entry of a list such as the table of contents is no passage; none of them is relevant.
        if provision in column or int(grade) > 1:
            grades[row[position], column[provision]] = int(grade)
    return Judged("CISA, judged", provisions, positions, grades)


def circia_as_parsed(shared: Path) -> Judged:
    """The same pairs on the rule as it is read from its file; what is no judged unit counts as not relevant."""
    judged = circia(shared)
    provisions = _rule(shared / "rules" / "prorule-2024-06526-circia.xml")
    score = runpy.run_path(str(shared / "gold" / "score.py"))
    units = [{"id": unit.id, "text": unit.text} for unit in judged.provisions]
    unit_of = score["align"](units, [{"id": each.id, "text": each.text} for each in provisions])
    column = {passage.id: place for place, passage in enumerate(passages(judged.provisions))}
    found = passages(provisions)
    grades = np.full((len(judged.positions), len(found)), -1)
    taken = set()
    for place, passage in enumerate(found):
        unit = unit_of.get(passage.id)
        if unit in column and unit not in taken:
            taken.add(unit)
            grades[:, place] = judged.grades[:, column[unit]]
    return Judged("CISA, judged, as parsed", provisions, judged.positions, grades)


def elsewhere(shared: Path) -> Iterator[Judged]:
    """Own positions and grades on three other documents; what was not named bears on nothing."""
    for judged in json.loads((Path(__file__).parent / "judged_elsewhere.json").read_text())["sets"]:
        provisions = _rule(shared / judged["document"])
        column = {passage.id: place for place, passage in enumerate(passages(provisions))}
        grades = np.zeros((len(judged["positions"]), len(column)), int)
        for row, position in enumerate(judged["positions"]):
            for key, grade in position["grades"].items():
                grades[row, column[key]] = grade
        positions = tuple(_position(position["id"], position["text"]) for position in judged["positions"])
        yield Judged(Path(judged["document"]).stem[:28], provisions, positions, grades)


def comments_of_final_rules(shared: Path) -> Iterator[Judged]:
    """A stand-in: each “Comment:” of a final rule, and the proposed passages under the heading of the same words."""
    for proposed, final in (
        ("cms-1802-snf-fy2025/prorule-2024-06812-cms-snf-fy2025.xml", "cms-1802-snf-fy2025/final-2024-16907.xml"),
        ("cms-2019-0090-epa/proposed-2019-13028.htm", "cms-2019-0090-epa/final-2020-28877.htm"),
    ):
        provisions = _rule(shared / "pairs" / proposed)
        here = passages(provisions)
        under: dict[str, list[int]] = {}
        for place, passage in enumerate(here):
            under.setdefault(_heading(passage), []).append(place)
        said = [item for item in passages(_rule(shared / "pairs" / final)) if item.text.startswith("Comment:")]
        said = [item for item in said if _heading(item) in under and len(under[_heading(item)]) < 80]
        grades = np.zeros((len(said), len(here)), int)
        for row, item in enumerate(said):
            grades[row, under[_heading(item)]] = 2
        positions = tuple(_position(item.id, item.text.removeprefix("Comment:").strip()) for item in said)
        yield Judged(f"comments, {proposed[:12]}", provisions, positions, grades)


def cited_paragraphs(shared: Path, document: str, *, folds: int = 4) -> Iterator[Judged]:
    """A stand-in for regulatory text: preamble passages with their citations cut out find what they cite.

    The passages asked with are not in the document that is searched, a quarter of them at a time.
    """
    provisions = _rule(shared / document)
    here = passages(provisions)
    asked = []
    for passage in here:
        if not passage.regulatory and passage.kind != "table":
            cited = {
                other.id
                for other in here
                if other.regulatory and any(len(path) > 1 and other.path[: len(path)] == path for path in passage.cites)
            }
            if 0 < len(cited) <= 12:
                asked.append((passage, cited))
    for fold in range(folds):
        mine = asked[fold::folds]
        left_out = {passage.id for passage, _ in mine}
        rest = [provision for provision in provisions if provision.id not in left_out]
        ids = [passage.id for passage in passages(rest)]
        grades = np.array([[2 if key in cited else 0 for key in ids] for _, cited in mine], int)
        positions = tuple(_position(passage.id, _CITATION.sub(" ", passage.text)) for passage, _ in mine)
        if mine:
            yield Judged(f"cited, {Path(document).stem[:22]}", rest, positions, grades)


_CITATION = re.compile(
    r"(?:§+|\bCFR)\s*\d+[a-z]?\.\d+[a-z]?(?:\([A-Za-z0-9]{1,5}\))*|\d+\.\d+(?:\([A-Za-z0-9]{1,5}\))+"
)


def _rule(file: Path) -> list[ParsedProvision]:
    return list(other_forms.read(file.read_bytes(), name=file.name).provisions)


def _position(key: str, text: str) -> ParsedPosition:
    return ParsedPosition(id=key, parent=None, label=key, heading="", text=text)


def _heading(passage: Passage) -> str:
    words = re.findall(r"[a-z0-9]+", passage.headings[-1].lower()) if passage.headings else []
    return " ".join(word for word in words if word not in ("proposed", "proposal", "proposals", "final"))
