"""The signature block of a Word letter in as many columns as the printed page has."""

import copy
import re

from lxml import etree
from lxml.etree import _Element

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_LAST = f'<w:p xmlns:w="{_W}"><w:pPr><w:spacing w:before="0" w:after="0" w:line="20" w:lineRule="exact"/></w:pPr></w:p>'
_NAME = re.compile(r"ctcolumns(\d+)-\d+\Z")


def in_columns(body: _Element) -> None:
    """Set each block between the ends of a bookmark “ctcolumns2-1” in as many columns as the name says.

    The block becomes a section of its own on the same page; the bookmark goes.
    """
    for start in body.findall(f"{{{_W}}}bookmarkStart"):
        found = _NAME.match(start.get(f"{{{_W}}}name", ""))
        if found is None:
            continue
        end = next(
            each for each in body.findall(f"{{{_W}}}bookmarkEnd") if each.get(f"{{{_W}}}id") == start.get(f"{{{_W}}}id")
        )
        columns = int(found.group(1))
        if columns > 1:
            _section(body, start, end, columns)
        body.remove(start)
        body.remove(end)


def _section(body: _Element, start: _Element, end: _Element, columns: int) -> None:
    before = start.getprevious()
    while before is not None and before.tag != f"{{{_W}}}p":
        before = before.getprevious()
    page = body[-1]
    if page.tag != f"{{{_W}}}sectPr" or before is None:
        return
    whole = copy.deepcopy(page)
    _end_with(before, whole)
    last = [each for each in start.itersiblings(f"{{{_W}}}p") if body.index(each) < body.index(end)][-1]
    if not any(each.tag in (f"{{{_W}}}p", f"{{{_W}}}tbl") for each in end.itersiblings()):
        # Columns are made equally long only when something follows them.
        page.addprevious(etree.fromstring(_LAST))
    block = copy.deepcopy(page)
    _end_with(last, block)
    _continuous(block)
    _continuous(page)
    grid = etree.Element(f"{{{_W}}}cols")
    grid.set(f"{{{_W}}}num", str(columns))
    grid.set(f"{{{_W}}}space", "360")
    margins = block.find(f"{{{_W}}}pgMar")
    assert margins is not None  # noqa: S101  # our own page has them
    margins.addnext(grid)


def _end_with(paragraph: _Element, section: _Element) -> None:
    """Let a section end with a paragraph."""
    properties = paragraph.find(f"{{{_W}}}pPr")
    if properties is None:
        properties = etree.Element(f"{{{_W}}}pPr")
        paragraph.insert(0, properties)
    properties.append(section)


def _continuous(section: _Element) -> None:
    """On the same page, without a first page and running heads of its own."""
    for name in ("titlePg", "headerReference", "footerReference", "type"):
        for old in section.findall(f"{{{_W}}}{name}"):
            section.remove(old)
    kind = etree.Element(f"{{{_W}}}type")
    kind.set(f"{{{_W}}}val", "continuous")
    section.insert(0, kind)
