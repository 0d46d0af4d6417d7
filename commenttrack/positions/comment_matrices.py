"""Comments in the tables that standards bodies and the Department of Defense exchange them in. Pure.

ISO/IEC: the commenting template of the balloting portal (member body, line, clause, paragraph, type ge/te/ed, comments,
proposed change, observations of the secretariat). DoD: the comment resolution matrix as the Joint Staff, USTRANSCOM
(for the Defense Transportation Regulation) and the Army (DA Form 7874) use it, with its types critical, major,
substantive and administrative; "critical" must name a violation of law, so an objection with a legal ground is one.
"""

import enum
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from commenttrack.errors import BadInput
from commenttrack.positions.exchange import ProvisionNow, Standing
from commenttrack.positions.spreadsheet_files import Table
from commenttrack.positions.spreadsheets import Column, Sheet
from commenttrack.positions.stances import Stance
from commenttrack.wording import text_as_requested


class Layout(enum.StrEnum):
    """Whose table."""

    ISO = "iso"
    DOD = "dod"


ISO_COLUMNS = (
    Column("MB/NC", 16),
    Column("Line number", 9),
    Column("Clause/Subclause", 16),
    Column("Paragraph/Figure/Table", 16),
    Column("Type of comment", 11, choices=("ge", "te", "ed")),
    Column("Comments", 60),
    Column("Proposed change", 60),
    Column("Observations of the secretariat", 40),
)
DOD_COLUMNS = (
    Column("Item", 7),
    Column("#", 6),
    Column("Source", 22),
    Column("Type", 7, choices=("C", "M", "S", "A")),
    Column("Page", 9),
    Column("Para", 20),
    Column("Line", 7),
    Column("Comment", 60),
    Column("Rationale", 60),
    Column("Decision (A/R/M)", 14, choices=("A", "R", "M")),
)


class NotATemplate(BadInput):
    """A table without the columns of the commenting template."""


# ----------------------------------------------------------------------------------------------------------- going out


def matrix_sheet(layout: Layout, standing: Standing, *, organization: str) -> Sheet:
    """The mapping as a table of comments: a row for each link that says more than support, in the document's order."""
    places = {key: number for number, key in enumerate(standing.provisions)}
    links = sorted(standing.links.items(), key=lambda each: (places.get(each[0][0], 0), each[0][1]))
    rows: list[tuple[str | int, ...]] = []
    for (key, _), link in links:
        said, provision = link.said, standing.provisions.get(key)
        stance = Stance(said.stance)
        if provision is None or (stance in (Stance.SUPPORT, Stance.NEUTRAL) and not (said.reason or said.request)):
            continue
        section, paragraph = clause_of(provision.label)
        wanted = "\n\n".join(filter(None, (said.request, text_as_requested(said.requested_text))))
        if stance is Stance.OPPOSE and not wanted:
            wanted = "Do not adopt."
        if layout is Layout.ISO:
            kind = "ge" if stance in (Stance.SUPPORT, Stance.NEUTRAL) else "te"
            rows.append(
                (organization, "", section or "Preamble", paragraph, kind, said.reason or said.request, wanted, "")
            )
        else:
            number = len(rows) + 1
            kind = _dod_type(stance, grounded=bool(said.grounds))
            where = provision.label or "Preamble"
            rows.append((number, number, organization, kind, provision.page, where, "", wanted, said.reason, ""))
    columns = ISO_COLUMNS if layout is Layout.ISO else DOD_COLUMNS
    return Sheet("Comments" if layout is Layout.ISO else "CRM", columns, tuple(rows), frozen=0)


def _dod_type(stance: Stance, *, grounded: bool) -> str:
    if stance is Stance.OPPOSE:
        return "C" if grounded else "M"
    return "S" if stance in (Stance.SUPPORT_WITH_CHANGE, Stance.CLARIFY) else "A"


_LABEL = re.compile(r"(?:\d+\s+CFR\s+)?(?:§+\s*)?(?:part\s+)?([\w.\-]*\d[\w.\-]*)((?:\([^)]+\))*)\s*$", re.IGNORECASE)


def clause_of(label: str) -> tuple[str, str]:
    """Section and paragraph of a citation: ``15 CFR 7.2(a)(1)`` gives ``7.2`` and ``(a)(1)``."""
    found = _LABEL.fullmatch(label.strip())
    return (found[1], found[2]) if found else (label.strip(), "")


# --------------------------------------------------------------------------------------------------------- coming back

_ISO_NAMES = {
    "organization": ("mb/nc", "mb", "member body", "organization", "organisation", "mb/nc1"),
    "line": ("line number", "line", "line no."),
    "clause": ("clause/subclause", "clause", "clause no./subclause no./annex", "clause/ subclause"),
    "paragraph": ("paragraph/figure/table", "paragraph", "paragraph/figure/table/note", "paragraph/ figure/table"),
    "type": ("type of comment", "type of comment2", "type"),
    "comment": (
        "comments",
        "comment",
        "comment (justification for change)",
        "comment (justification for change) by the mb",
    ),
    "change": ("proposed change", "proposed change by the mb"),
}
_NEEDED = ("clause", "comment")
_MOST_LINES_ABOVE = 30
_TYPES = {"ge": "general", "te": "technical", "ed": "editorial"}


@dataclass(frozen=True, slots=True)
class MemberComment:
    """One row of a member's filled template."""

    row: int
    organization: str
    where: str
    """Line, clause and paragraph as the member wrote them."""
    kind: str
    """general, technical, editorial, or as it was written."""
    comment: str
    change: str
    provisions: tuple[str, ...]
    """Keys of the provisions it can mean: one when it is clear, none when the document has no such clause."""

    @property
    def text(self) -> str:
        """The comment as it is kept."""
        kind = f" ({self.kind})" if self.kind else ""
        change = f"\nProposed change: {self.change}" if self.change else ""
        return f"{self.where}{kind}: {self.comment}{change}".strip()


def member_comments(table: Table, provisions: Iterable[ProvisionNow]) -> list[MemberComment]:
    """The comments of a filled ISO template with the provisions their clauses name. Raises :class:`NotATemplate`."""
    at, columns = _iso_header(table)
    known = [(clause_of(each.label), each.key) for each in provisions if each.label]
    found = []
    for number, cells in table.rows[at + 1 :]:
        said = {name: cells[column].strip() if column < len(cells) else "" for name, column in columns.items()}
        comment, change = said["comment"], said.get("change", "")
        if not comment and not change:
            continue
        clause, paragraph = said["clause"], said.get("paragraph", "")
        line = f"line {said['line']}" if said.get("line") else ""
        kind = said.get("type", "").casefold().strip(" .")
        found.append(
            MemberComment(
                row=number,
                organization=said.get("organization", ""),
                where=", ".join(filter(None, (clause, paragraph, line))),
                kind=_TYPES.get(kind, kind),
                comment=comment,
                change=change,
                provisions=_meant(clause, paragraph, known),
            )
        )
    return found


def _iso_header(table: Table) -> tuple[int, dict[str, int]]:
    for at, (_, cells) in enumerate(table.rows[:_MOST_LINES_ABOVE]):
        columns: dict[str, int] = {}
        for column, cell in enumerate(cells):
            for name, known in _ISO_NAMES.items():
                if _heading(cell) in known:
                    columns.setdefault(name, column)
        if all(name in columns for name in _NEEDED):
            return at, columns
    raise NotATemplate(
        "No row with the columns “Clause/Subclause” and “Comments” was found. Send the filled ISO template."
    )


def _heading(cell: str) -> str:
    """A column's name without examples in parentheses, marks of notes and line breaks."""
    text = re.sub(r"\(\s*e\.?\s*g\.?[^)]*\)|[¹²³*]", "", cell)
    return re.sub(r"\s*/\s*", "/", " ".join(text.split())).casefold().strip(" :/")


def _meant(clause: str, paragraph: str, known: Sequence[tuple[tuple[str, str], str]]) -> tuple[str, ...]:
    """Clause and paragraph together first, then the section alone when the paragraph is none of its paragraphs."""
    section, marked = clause_of(clause.replace(" ", " "))
    marks = "".join(re.findall(r"\([^)\s]{1,5}\)", paragraph)) if not marked else ""
    for wanted in ((section, marked or marks), (section, "")):
        keys = tuple(
            key for place, key in known if (place[0].casefold(), place[1]) == (wanted[0].casefold(), wanted[1])
        )
        if keys and section:
            return keys
    return ()
