"""Bytes of an XML file read safely: no entities, no network, no huge trees, and a sentence when they cannot be."""

from __future__ import annotations

from typing import Any

from lxml import etree
from lxml.etree import _Element

from commenttrack.errors import BadInput

# The largest daily issues are about 25 MB.
MAXIMUM_BYTES = 50_000_000
# Real documents have up to 22,000 tags in each megabyte; a file of nothing but tags takes 70 times its size in memory.
MAXIMUM_TAGS = 1_500_000


def read_root(data: bytes, name: str) -> _Element:
    """The root element, read without entities, network or huge trees.

    libxml2 itself refuses more than 256 levels of nesting and text nodes over 10 MB.
    """
    if len(data) > MAXIMUM_BYTES:
        raise BadInput(
            f"{name} is {len(data) / 1e6:.1f} MB, more than the {MAXIMUM_BYTES // 1_000_000} MB a Federal Register "
            f"document may have here."
        )
    if not data or data.isspace():
        raise BadInput(f"{name} is empty.")
    wide = data[:4].count(0) in (2, 3) or data[:2] in (b"\xff\xfe", b"\xfe\xff")
    if not wide and b"\0" in data:
        line = data.count(b"\n", 0, data.index(b"\0")) + 1
        raise BadInput(f"{name} is not XML: there is a NUL byte in line {line}.")
    # Counting takes a tenth of the time of reading, and most files are smaller than the tags they may have.
    if len(data) > MAXIMUM_TAGS and data.count(b"<") > MAXIMUM_TAGS:
        raise BadInput(
            f"{name} has more than the {MAXIMUM_TAGS:,} tags that are read here; no issue of the Federal Register has "
            f"as many. Is it the right file?"
        )
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        huge_tree=False,
        load_dtd=False,
        dtd_validation=False,
        recover=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        raise BadInput(_syntax_message(error, data, name)) from None
    # The stubs do not know the type of a DTD.
    subset: Any = root.getroottree().docinfo.internalDTD
    # Without one, an entity that XML does not know is a mistake that the parser itself refuses.
    if subset is not None:
        if subset.entities():
            raise BadInput(
                f"{name} declares entities of its own; a Federal Register document has none, so it is not read."
            )
        if next(root.iter(etree.Entity), None) is not None:
            raise BadInput(f"{name} uses entities it does not declare, so its text would not be complete.")
    return root


def _syntax_message(error: Exception, data: bytes, name: str) -> str:
    reason = " ".join(str(error).split())
    if "Excessive depth" in reason:
        return f"{name} nests elements more deeply than any Federal Register document does, so it is not read."
    if "huge text node" in reason or "xmlSAX2Text" in reason or "too long" in reason:
        return f"{name} holds a single text longer than any Federal Register document has, so it is not read."
    if "entity" in reason.lower():
        return f"{name} declares entities of its own or uses unknown ones; a Federal Register document has none."
    start = data[:200].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not start.startswith(b"<") and b"\0" not in start:
        return f"{name} is not XML: it does not start with “<”."
    line = getattr(error, "lineno", None)
    where = f" in line {line}" if line else ""
    truncated = any(words in reason for words in ("Premature end", "EndTag", "EOF", "not closed", "expected '>'"))
    if truncated and not data.rstrip().endswith(b">"):
        return f"{name} is cut off{where}: {reason}. Fetch the file again."
    return f"{name} is not well-formed XML{where}: {reason}."
