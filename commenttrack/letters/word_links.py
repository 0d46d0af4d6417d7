"""Bookmarks of a Word letter and what leads to them: cross-references, and the contents with their pages."""

from collections.abc import Callable
from hashlib import sha256

from lxml import etree
from lxml.etree import _Element

from commenttrack.letters.word_marks import Marked, marked
from commenttrack.letters.word_package import NAMES, W, w
from commenttrack.letters.word_sections import field


def place_name(key: str) -> str:
    """The name of the bookmark at what has a key; Word takes letters, digits and low lines, forty at most."""
    return f"_ref_{sha256(key.encode()).hexdigest()[:16]}"


def set_links(root: _Element, named: Callable[[str], str]) -> None:
    """Give bookmarks the names that ``named`` has for ids of the page (empty: that of a key), and links the same.

    A link within the letter looks like the words around it, as on the printed page.
    """
    for passage in marked(root, ".*"):
        name = named(passage.name)
        passage.start.set(f"{{{W}}}name", name or place_name(passage.name))
        if not name:
            _at_its_head(passage)
    for link in root.iter(f"{{{W}}}hyperlink"):
        anchor = w(link, "anchor")
        if not anchor:
            continue
        link.set(f"{{{W}}}anchor", place_name(anchor))
        for style in list(link.iter(f"{{{W}}}rStyle")):
            holder = style.getparent()
            if holder is not None and w(style, "val") == "Hyperlink":
                holder.remove(style)
        paragraph = link.getparent()
        named_style = paragraph.find("w:pPr/w:pStyle", NAMES) if paragraph is not None else None
        if named_style is not None and w(named_style, "val").startswith("Contents"):
            code = f"PAGEREF {place_name(anchor)} \\h"
            page = f"<w:r><w:tab/></w:r>{field(code)}"
            link.extend(etree.fromstring(f'<w:p xmlns:w="{W}">{page}</w:p>'))


def _at_its_head(passage: Marked) -> None:
    """Let a bookmark stand at the first paragraph alone; programs that number pages want one that ends there."""
    head = passage.start.getnext()
    while head is not None and head.tag == f"{{{W}}}bookmarkStart":
        head = head.getnext()
    if head is not None and head.tag == f"{{{W}}}p":
        head.insert(1 if head.find(f"{{{W}}}pPr") is not None else 0, passage.start)
        head.append(passage.end)
        passage.start.tail = passage.end.tail = None  # line ends of the file, which do not belong into a paragraph
