"""Provisions while the document is still being read: they have a place and text, their note ids come last."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

from commenttrack.rulemaking.provisions import ParsedProvision
from commenttrack.rulemaking.xml_text import Flow

_NOT_IN_ID = re.compile(r"[^0-9A-Za-z.]+")


@dataclass(slots=True)
class Draft:
    """A provision without its note ids. ``heading_flow`` carries note calls and page breaks of the heading."""

    id: str
    parent: str | None
    kind: str
    number: str
    label: str
    flow: Flow
    heading: str = ""
    heading_flow: Flow | None = None
    term: str = ""
    image: str = ""
    rows: tuple[tuple[str, ...], ...] = ()
    header_rows: int = 0
    pages: tuple[int, ...] = ()
    # Serial numbers of table notes, which are called from cells.
    own_notes: list[int] = field(default_factory=list)

    def finished(self, note_ids: dict[int, str]) -> ParsedProvision:
        """The provision; ``note_ids`` maps the serial of each note call and table note to its note's id."""
        notes: list[str] = []
        calls: list[tuple[int, str]] = []
        if self.heading_flow is not None and self.heading_flow.calls:
            notes += [note_ids[call.serial] for call in self.heading_flow.calls if call.serial in note_ids]
        for call in self.flow.calls:
            if call.serial in note_ids:
                calls.append((call.offset, note_ids[call.serial]))
                notes.append(note_ids[call.serial])
        if self.own_notes:
            notes += [note_ids[serial] for serial in self.own_notes if serial in note_ids]
        return ParsedProvision(
            id=self.id,
            parent=self.parent,
            kind=self.kind,
            number=self.number,
            label=self.label,
            heading=self.heading,
            text=self.flow.text,
            pages=self.pages or self._pages(),
            notes=tuple(dict.fromkeys(notes)) if notes else (),
            rows=self.rows,
            page_breaks=self.flow.breaks,
            note_calls=tuple(calls),
            term=self.term,
            image=self.image,
            header_rows=self.header_rows,
        )

    def _pages(self) -> tuple[int, ...]:
        if self.heading_flow is None and not self.flow.breaks:
            return () if self.flow.page is None else (self.flow.page,)
        pages: list[int] = []
        for flow in (self.heading_flow, self.flow):
            if flow is None or flow.page is None:
                continue
            # A page that turns after the last word holds none of it.
            turned = [page for offset, page in flow.breaks if offset < len(flow.text)]
            pages += [page for page in (flow.page, *turned) if page not in pages]
        # page_at() counts from the page of the text.
        if self.flow.text and self.flow.page is not None and pages and pages[0] != self.flow.page:
            pages.remove(self.flow.page)
            pages.insert(0, self.flow.page)
        return tuple(pages)


class Ids:
    """Hands out ids that are readable, unique and the same at every reading of the same document."""

    __slots__ = ("_used",)

    def __init__(self) -> None:
        self._used: dict[str, int] = {}

    def new(self, wanted: str) -> str:
        count = self._used.get(wanted, 0) + 1
        self._used[wanted] = count
        if count == 1:
            return wanted
        # The suffix must not meet an id that was wanted for itself.
        candidate = f"{wanted}~{count}"
        while candidate in self._used:
            count += 1
            candidate = f"{wanted}~{count}"
        self._used[candidate] = 1
        self._used[wanted] = count
        return candidate


def slug(text: str, words: int = 5) -> str:
    """The first words of a text for use in an id: lower case, hyphens, no accents."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return "-".join(_NOT_IN_ID.sub(" ", plain).replace(".", " ").split()[:words])
