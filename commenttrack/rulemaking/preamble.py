"""Preamble text as provisions: headings with their place in the outline, paragraphs, tables and pictures under them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from commenttrack.rulemaking.drafts import Draft, Ids, slug
from commenttrack.rulemaking.preamble_outline import Heading, bare, depths, split_number
from commenttrack.rulemaking.sections import table_draft
from commenttrack.rulemaking.tables import Table
from commenttrack.rulemaking.xml_text import Flow


class Block(NamedTuple):
    """A block of text; ``rank`` is set on headings: 1 to 3 as printed, 0 for the caption of the whole."""

    flow: Flow
    rank: int | None = None
    table: Table | None = None
    # Serial numbers of the notes of a table.
    table_notes: tuple[int, ...] = ()
    image: str = ""
    # The heading of a NOTE or of an authority line.
    heading: Flow | None = None
    # The end of the list of subjects: what follows stands under no heading of it.
    closes: bool = False


# All values in the order of the fields; made as flows are, see xml_text.
text_block: Callable[[tuple[object, ...]], Block] = partial(tuple.__new__, Block)


class Preamble:
    """Makes the provisions of each stretch of preamble text; ids go on from stretch to stretch."""

    def __init__(self, ids: Ids) -> None:
        self._ids = ids
        self._counts: dict[str, int] = {}
        self._labels: dict[str, str] = {}

    def drafts(self, blocks: Sequence[Block], above: Draft | None) -> list[Draft]:
        """The provisions of a stretch, its outline solved as a whole.

        ``above`` is what text before the first heading stands under, such as the part between two instructions.
        """
        ranked = [Heading(block.rank, *split_number(block.flow.text)) for block in blocks if block.rank]
        solved = iter(zip(depths(ranked), ranked, strict=True))
        chain: list[Draft] = []
        made: list[Draft] = []
        root = above
        for block in blocks:
            if block.closes:
                chain.clear()
            elif block.rank:
                depth, heading = next(solved)
                del chain[depth - 1 :]
                chain.append(self._heading(block, heading.number, chain[-1] if chain else root))
                made.append(chain[-1])
            elif block.rank == 0:
                # SUPPLEMENTARY INFORMATION is a caption: the outline starts beside it.
                chain.clear()
                above = self._heading(block, "", None)
                made.append(above)
            else:
                made.append(self._text(block, chain[-1] if chain else above))
        return made

    def _heading(self, block: Block, number: str, above: Draft | None) -> Draft:
        rest = block.flow.cut(len(number)) if number else block.flow
        path = self._labels.get(above.id, "") if above else ""
        label = bare(number)
        own = label or slug(rest.text) or "heading"
        draft = Draft(
            id=self._ids.new(f"{above.id}.{own}" if above else f"p-{own}"),
            parent=above.id if above else None,
            kind="preamble_heading",
            number=number,
            label=f"{path}.{label}" if path and label else path or label,
            flow=Flow("", block.flow.last_page),
            heading=rest.text,
            heading_flow=rest,
        )
        self._labels[draft.id] = draft.label
        return draft

    def _text(self, block: Block, above: Draft | None) -> Draft:
        base = above.id if above else "p"
        tag = "table" if block.table else "image" if block.image else ""
        count = self._counts[base + tag] = self._counts.get(base + tag, 0) + 1
        name = self._ids.new(f"{base}-{tag}{count}")
        parent = above.id if above else None
        label = self._labels.get(base, "")
        if block.table is not None:
            return table_draft(name, parent, label, block.table, block.table_notes)
        kind = "table" if block.image else "preamble_paragraph"
        heading = block.heading
        return Draft(
            name, parent, kind, "", label, block.flow, heading.text if heading else "", heading, image=block.image
        )
