"""Provisions while the document is still being read: they have a place and text, their note ids come last."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from commenttrack.rulemaking.provisions import ParsedProvision
from commenttrack.rulemaking.xml_text import Flow

# All values in the order of the fields; made as flows are, see xml_text.
_provision: Callable[[tuple[object, ...]], ParsedProvision] = partial(tuple.__new__, ParsedProvision)
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
    own_notes: Sequence[int] = ()

    def finished(self, note_ids: dict[int, str]) -> ParsedProvision:
        """The provision; ``note_ids`` maps the serial of each note call and table note to its note's id."""
        text, page, breaks, _, called = self.flow
        heading = self.heading_flow
        pages = self.pages
        if heading is None and not (breaks or called or pages or self.own_notes):
            # Most of them.
            return _provision(
                (
                    self.id,
                    self.parent,
                    self.kind,
                    self.number,
                    self.label,
                    self.heading,
                    text,
                    () if page is None else (page,),
                    (),
                    self.rows,
                    (),
                    (),
                    self.term,
                    self.image,
                    self.header_rows,
                )
            )
        notes: tuple[str, ...] = ()
        calls: tuple[tuple[int, str], ...] = ()
        if called:
            calls = tuple([(call.offset, note_ids[call.serial]) for call in called if call.serial in note_ids])
        if called or self.own_notes or (heading is not None and heading.calls):
            serials = [call.serial for call in heading.calls] if heading is not None else []
            serials += [call.serial for call in called]
            serials += self.own_notes
            notes = tuple(dict.fromkeys([note_ids[serial] for serial in serials if serial in note_ids]))
        if not pages:
            if breaks or (heading is not None and (heading.breaks or heading.page != page)):
                pages = self._pages()
            elif page is not None:
                pages = (page,)
        return _provision(
            (
                self.id,
                self.parent,
                self.kind,
                self.number,
                self.label,
                self.heading,
                text,
                pages,
                notes,
                self.rows,
                breaks,
                calls,
                self.term,
                self.image,
                self.header_rows,
            )
        )

    def _pages(self) -> tuple[int, ...]:
        """The pages of the heading and the text, in their order."""
        pages: list[int] = []
        for flow in (self.heading_flow, self.flow):
            if flow is None or flow.page is None:
                continue
            # A page that turns after the last word holds none of it.
            turned = [page for offset, page in flow.breaks if offset < len(flow.text)] if flow.breaks else ()
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
