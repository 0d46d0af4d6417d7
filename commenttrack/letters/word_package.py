"""The parts of a Word file: read, written with the same bytes for the same parts, declared and related."""

import io
import zipfile
from pathlib import Path

from lxml import etree
from lxml.etree import _Element

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
NAMES = {"w": W}

Parts = dict[str, bytes]


def read_parts(file: Path | bytes) -> Parts:
    """The parts of a file of our own, by name."""
    with zipfile.ZipFile(io.BytesIO(file) if isinstance(file, bytes) else file) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def written(parts: Parts) -> bytes:
    """The file; it carries no moment of its making."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
    return buffer.getvalue()


def declare(parts: Parts, name: str, content_type: str) -> None:
    """Say of what kind a part is."""
    override = f'<Override PartName="{name}" ContentType="{content_type}"/></Types>'
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(b"</Types>", override.encode())


def relate(parts: Parts, key: str, kind: str, target: str) -> None:
    """Let the document refer to a part by ``key``."""
    relation = f'<Relationship Id="{key}" Type="{R}/{kind}" Target="{target}"/></Relationships>'
    rels = "word/_rels/document.xml.rels"
    parts[rels] = parts[rels].replace(b"</Relationships>", relation.encode())


def w(element: _Element, name: str) -> str:
    """An attribute of the main namespace; empty when there is none."""
    return str(element.get(f"{{{W}}}{name}", ""))


def made(tag: str, **attributes: str) -> _Element:
    """An element of the main namespace with attributes of it."""
    element = etree.Element(f"{{{W}}}{tag}", nsmap={"w": W})
    for name, value in attributes.items():
        element.set(f"{{{W}}}{name}", value)
    return element


# The order in which the schema wants properties; those not named here stand where they stand.
_ORDERS = {
    name: order.split()
    for name, order in (
        (
            "pPr",
            "pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr suppressLineNumbers pBdr shd tabs "
            "suppressAutoHyphens bidi spacing ind contextualSpacing jc outlineLvl rPr sectPr pPrChange",
        ),
        (
            "rPr",
            "ins del rStyle rFonts b bCs i iCs caps smallCaps strike color spacing sz szCs highlight u vertAlign rtl "
            "cs em lang rPrChange",
        ),
        ("tblPr", "tblStyle bidiVisual tblW jc tblInd tblBorders tblLayout tblCellMar tblLook"),
    )
}


def properties(element: _Element, name: str) -> _Element:
    """The properties of a paragraph (pPr), run (rPr) or table (tblPr), which stand first in it; made when absent."""
    found = element.find(f"{{{W}}}{name}")
    if found is None:
        found = made(name)
        element.insert(0, found)
    return found


def put(holder: _Element, one: _Element) -> None:
    """Set one property among the others, in place of one of its kind, where the schema wants it."""
    order = _ORDERS[etree.QName(holder).localname]
    name = etree.QName(one).localname
    for old in holder.findall(f"{{{W}}}{name}"):
        holder.remove(old)
    later = set(order[order.index(name) + 1 :])
    for index, child in enumerate(holder):
        if etree.QName(child).localname in later:
            holder.insert(index, one)
            return
    holder.append(one)
