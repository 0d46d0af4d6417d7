"""Which blocks are what by where they stand: the fields before the first caption, and headings that are only listed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from commenttrack.rulemaking import block_roles as roles
from commenttrack.rulemaking import text_blocks as blocks
from commenttrack.rulemaking.preamble_outline import split_number
from commenttrack.rulemaking.text_blocks import Block
from commenttrack.rulemaking.xml_text import Flow, join

# The elements of the fields that a form marks as such.
FIELDS = {
    blocks.AGENCY: "AGENCY",
    blocks.SUBAGENCY: "SUBAGY",
    blocks.CFR: "CFR",
    blocks.DOCKET: "DEPDOC",
    blocks.RIN: "RIN",
    blocks.TITLE: "SUBJECT",
}
_SHORTEST_LIST = 3
_LONGEST_SUBAGENCY = 160
_ENDS_SENTENCE = re.compile(r"[.;:,][”’\"')\]]*\Z")


def head_fields(found: Sequence[Block]) -> Iterator[tuple[str, Flow]]:
    """The blocks before the first caption with the elements they are, in order; the title is the last of them."""
    tags = [_field(block) for block in found]
    known = [index for index, tag in enumerate(tags) if tag]
    last = known[-1] if known else -1
    unknown = [index for index, tag in enumerate(tags) if not tag]
    title = set(range(last + 1, len(found))) if "SUBJECT" not in tags else set()
    if not title and unknown and "SUBJECT" not in tags:
        title = {unknown[-1]}
    if not title and "SUBJECT" not in tags and tags.count("AGENCY") > 1 and tags[-1] == "AGENCY":
        # A title in capitals.
        title = {len(tags) - 1}
    named = False
    for index, (block, tag) in enumerate(zip(found, tags, strict=True)):
        if index in title:
            continue
        named = named or tag == "AGENCY"
        yield tag or ("SUBAGY" if named and len(block.flow.text) < _LONGEST_SUBAGENCY else ""), block.flow
    if title:
        yield "SUBJECT", join([found[index].flow for index in sorted(title)])


def _field(block: Block) -> str:
    """The element of a field of the head, empty when its wording does not tell."""
    if block.kind in FIELDS:
        return FIELDS[block.kind]
    text = block.flow.text
    if block.kind == blocks.BILLING or roles.BILLING.match(text):
        return "BILCOD"
    if roles.CFR_LINE.match(text):
        return "CFR"
    if roles.RIN_LINE.match(text):
        return "RIN"
    if roles.is_docket_line(text):
        return "DEPDOC"
    return "AGENCY" if roles.in_capitals(text) else ""


def listed_headings(found: Sequence[Block]) -> Iterator[int]:
    """The places of blocks that are worded as headings but stand in a list: headings have text under them.

    So with three or more in a row that come once more later (a table of contents) or have no numbers (a glossary).
    """
    names = ["".join(filter(str.isalnum, block.flow.text.lower())) if _is_worded(block) else "" for block in found]
    last = {name: index for index, name in enumerate(names)}
    start = 0
    for index in range(len(found) + 1):
        if index < len(found) and names[index]:
            continue
        run = range(start, index)
        start = index + 1
        if len(run) < _SHORTEST_LIST:
            continue
        again = [at for at in run if last[names[at]] > at]
        if 2 * len(again) >= len(run):
            yield from range(run[0], again[-1] + 1)
        else:
            yield from (at for at in run if not split_number(found[at].flow.text)[0] or at in again)


def _is_worded(block: Block) -> bool:
    text = block.flow.text
    if block.kind != blocks.PARAGRAPH or block.indented or len(text) > roles.LONGEST_HEADING:
        return False
    return not _ENDS_SENTENCE.search(text) or roles.is_title_like(text)
