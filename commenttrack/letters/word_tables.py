"""How tables of a Word letter are set: text and head in styles of their own, two languages without lines."""

from lxml import etree
from lxml.etree import _Element

from commenttrack.letters.word_marks import inside, marked, unmark
from commenttrack.letters.word_package import NAMES, W, made, properties, put, w

_BESIDE = (
    f'<w:tblBorders xmlns:w="{W}"><w:top w:val="nil"/><w:bottom w:val="nil"/><w:insideH w:val="nil"/>'
    '<w:insideV w:val="single" w:sz="3" w:space="0" w:color="C8CFD8"/></w:tblBorders>'
)


def set_tables(root: _Element) -> None:
    """Give tables their styles; rows stay on one page, and what follows a table keeps a distance."""
    passages = marked(root, r"ctpairs[\w-]+")
    beside = {element for element, _ in inside(root, passages) if _is_outer_table(element)}
    for table in list(root.iter(f"{{{W}}}tbl")):
        if table in beside:
            put(properties(table, "tblPr"), etree.fromstring(_BESIDE))
        else:
            _styled(table)
        following = table.getnext()
        if following is not None and following.tag == f"{{{W}}}p" and following.find("w:pPr/w:spacing", NAMES) is None:
            put(properties(following, "pPr"), made("spacing", before="200"))
    unmark(passages)


def _is_outer_table(element: _Element) -> bool:
    return element.tag == f"{{{W}}}tbl" and next(element.iterancestors(f"{{{W}}}tbl"), None) is None


def _styled(table: _Element) -> None:
    for row in table.findall("w:tr", NAMES):
        head = row.find("w:trPr/w:tblHeader", NAMES) is not None
        row_properties = row.find("w:trPr", NAMES)
        if row_properties is None:
            row_properties = made("trPr")
            row.insert(0, row_properties)
        row_properties.insert(0, made("cantSplit"))
        for paragraph in row.findall("w:tc/w:p", NAMES):
            style = paragraph.find("w:pPr/w:pStyle", NAMES)
            numbered = paragraph.find("w:pPr/w:numPr", NAMES) is not None
            if style is not None and w(style, "val") in ("Compact", "BodyText", "FirstParagraph") and not numbered:
                style.set(f"{{{W}}}val", "TableHead" if head else "TableText")
