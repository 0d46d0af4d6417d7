"""How the styles of a Word letter look: the same sizes, colours and distances as the printed page."""

import re
from dataclasses import dataclass

from lxml import etree

from commenttrack.letters.languages import right_to_left
from commenttrack.letters.word_languages import language

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_NAMES = {"w": _W}
_SERIF, _SANS = "Cambria", "Calibri"
_BLUE, _BLACK, _GREY = "1F3A5F", "111111", "444444"


@dataclass(frozen=True, slots=True)
class _Look:
    """A paragraph style. ``size`` in half-points, ``before`` and ``after`` in twentieths of a point."""

    font: str
    size: int
    colour: str = _BLACK
    before: int = 0
    after: int = 160
    more: str = ""
    """Further paragraph properties that stand before the spacing in the schema's order."""
    last: str = ""
    """Further paragraph properties that stand after the spacing."""
    line: str = ""
    """Height of the lines."""
    bold: bool = False
    italic: bool = False


def _border(**sides: tuple[int, int, str]) -> str:
    lines = "".join(
        f'<w:{side} w:val="single" w:sz="{width}" w:space="{space}" w:color="{colour}"/>'
        for side, (width, space, colour) in sides.items()
    )
    return f"<w:pBdr>{lines}</w:pBdr>"


def _heading(size: int, colour: str, before: int, level: int) -> _Look:
    outline = f'<w:outlineLvl w:val="{level}"/>'
    return _Look(_SANS, size, colour, before, 100, "<w:keepNext/>", outline, bold=True)


_BOX = (5, 6, "9AA7B8")
_BAR = _border(left=(18, 10, _BLUE))
_DOTTED = '<w:tabs><w:tab w:val="right" w:leader="dot" w:pos="{width}"/></w:tabs>'
_RIGHT_TAB = '<w:tabs><w:tab w:val="right" w:pos="9360"/></w:tabs>'
_BOXED = _Look(
    _SERIF,
    21,
    more=_border(top=_BOX, left=_BOX, bottom=_BOX, right=_BOX),
    last='<w:ind w:left="144" w:right="144"/>',
)
_LOOKS = {
    "Normal": _Look(_SERIF, 22),
    "BodyText": _Look(_SERIF, 22),
    "FirstParagraph": _Look(_SERIF, 22),
    "Compact": _Look(_SERIF, 21, before=40, after=40),
    "BlockText": _Look(
        _SERIF, 21, after=120, more=_border(left=(12, 10, "B9C3D0")), last='<w:ind w:left="720" w:right="576"/>'
    ),
    "FootnoteText": _Look(_SERIF, 18, after=50),
    "Heading1": _heading(27, _BLUE, 360, 0),
    "Heading2": _heading(23, _BLUE, 280, 1),
    "Heading3": _heading(21, "222222", 240, 2),
    "Header": _Look(_SANS, 17, _GREY, after=0, more=_RIGHT_TAB),
    "Footer": _Look(_SANS, 17, _GREY, after=0, more=_RIGHT_TAB),
    "Logo": _Look(_SANS, 22, after=120, more="<w:keepNext/>"),
    "Letterhead": _Look(_SANS, 32, _BLUE, after=0, bold=True),
    "Tagline": _Look(_SANS, 19, _GREY, after=40),
    "LetterheadAddress": _Look(_SANS, 17, _GREY, after=440, more=_border(bottom=(10, 8, _BLUE))),
    "LetterLine": _Look(_SERIF, 22, after=240),
    "Addressee": _Look(_SERIF, 22, after=240, more="<w:keepLines/>"),
    "Subject": _Look(_SERIF, 22, after=260, more="<w:keepLines/>", last='<w:ind w:left="720"/>', bold=True),
    "RequestedLabel": _Look(_SANS, 18, _BLUE, 120, 60, "<w:keepNext/>", bold=True),
    "RequestedText": _BOXED,
    "CurrentText": _BOXED,
    "ClosingLine": _Look(_SERIF, 22, before=240, after=240, more="<w:keepNext/>"),
    "SignatureHeading": _Look(_SANS, 20, _BLUE, 240, 60, "<w:keepNext/>", bold=True),
    # An exact height: distances before a paragraph get lost at the head of a column.
    "SignatureLine": _Look(
        _SERIF,
        22,
        after=60,
        more="<w:keepNext/><w:keepLines/>" + _border(bottom=(4, 0, "777777")),
        line='w:line="440" w:lineRule="exact"',
    ),
    "Signer": _Look(_SERIF, 22, after=0, more="<w:keepNext/><w:keepLines/>"),
    "SigningOrganization": _Look(_SERIF, 22, after=200, more="<w:keepLines/>", bold=True),
    "SigningName": _Look(_SERIF, 22, after=60, more="<w:keepLines/>"),
    "Reservation": _Look(_SERIF, 19, after=160, more="<w:keepLines/>", italic=True),
    "SecondHeading": _Look(_SANS, 23, _BLUE, 0, 100, "<w:keepNext/>", bold=True),
    "ContentsTitle": _Look(_SANS, 27, _BLUE, 120, 100, "<w:keepNext/>", bold=True),
    **{
        f"Contents{level}": _Look(
            _SANS, 20, after=50, more=_DOTTED, last=f'<w:ind w:left="{360 * level}" w:right="720" w:hanging="360"/>'
        )
        for level in (1, 2, 3)
    },
    "TableText": _Look(_SANS, 19, before=50, after=50),
    "TableHead": _Look(_SANS, 19, _BLUE, 50, 50, "<w:keepNext/>", bold=True),
    "ExhibitCaption": _Look(_SANS, 19, _BLUE, 160, 100, "<w:keepNext/>", bold=True),
    "ExhibitSource": _Look(_SANS, 17, _GREY, 60, 240),
    "RequestLabel": _Look(_SANS, 18, _BLUE, 80, 0, "<w:keepNext/>" + _BAR, '<w:ind w:left="260"/>', bold=True),
    "RequestText": _Look(_SERIF, 22, after=120, more=_BAR, last='<w:ind w:left="260"/>'),
    "QuoteSource": _Look(
        _SERIF,
        19,
        "333333",
        after=160,
        more=_border(left=(12, 10, "B9C3D0")),
        last='<w:ind w:left="720" w:right="576"/><w:jc w:val="right"/>',
    ),
}
# Paragraphs of the CFR in a redline, by their depth: 1 is (a). Only files that have them get these.
_LEVELS = {
    f"Level{depth}": _Look(_SERIF, 21, after=100, last=f'<w:ind w:left="{360 * max(depth - 1, 0)}"/>')
    for depth in range(7)
}


_FONTS = {"serif": (_SERIF, _SANS), "sans": (_SANS, _SANS), "serif-throughout": (_SERIF, _SERIF)}
_CHARACTERS = {"Hyperlink": '<w:color w:val="1A4480"/><w:u w:val="single"/>'}


def styled(data: bytes, lang: str, fonts: str = "serif", width: int = 9360) -> bytes:
    """The look of each style; those that pandoc does not know are added.

    ``fonts`` is a choice of :class:`content.HouseStyle`, ``width`` that of the text in twentieths of a point.
    """
    serif, sans = _FONTS[fonts]
    root = etree.fromstring(data)
    present = {style.get(f"{{{_W}}}styleId"): style for style in root.iter(f"{{{_W}}}style")}
    for name, look in (_LOOKS | {name: look for name, look in _LEVELS.items() if name in present}).items():
        style = present.get(name)
        if style is None:
            style = etree.SubElement(root, f"{{{_W}}}style")
            style.set(f"{{{_W}}}type", "paragraph")
            style.set(f"{{{_W}}}customStyle", "1")
            style.set(f"{{{_W}}}styleId", name)
            spaced = re.sub(r"(?<=[a-z])(?=[A-Z0-9])", " ", name)
            etree.SubElement(style, f"{{{_W}}}name").set(f"{{{_W}}}val", spaced)
            etree.SubElement(style, f"{{{_W}}}basedOn").set(f"{{{_W}}}val", "Normal")
        for old in (*style.findall("w:pPr", _NAMES), *style.findall("w:rPr", _NAMES)):
            style.remove(old)
        spacing = f'<w:spacing w:before="{look.before}" w:after="{look.after}" {look.line}/>'
        more = look.more.replace("{width}", str(width))
        if right_to_left(lang) and "<w:right w:val" not in more:  # a bar stands where lines begin; the schema says left
            more = more.replace("<w:left w:val", "<w:right w:val")
        style.append(etree.fromstring(f'<w:pPr xmlns:w="{_W}">{more}{spacing}{look.last}</w:pPr>'))
        font = serif if look.font == _SERIF else sans
        faces = f'<w:rFonts w:ascii="{font}" w:hAnsi="{font}" w:cs="{font}" w:eastAsia="{font}"/>'
        bold = ("<w:b/><w:bCs/>" if look.bold else "") + ("<w:i/><w:iCs/>" if look.italic else "")
        tongue = " ".join(f'w:{name}="{value}"' for name, value in language(lang).items())
        style.append(
            etree.fromstring(
                f'<w:rPr xmlns:w="{_W}">{faces}{bold}<w:color w:val="{look.colour}"/><w:sz w:val="{look.size}"/>'
                f'<w:szCs w:val="{look.size}"/><w:lang {tongue}/></w:rPr>'
            )
        )
    for name, look_of in _CHARACTERS.items():
        if (style := present.get(name)) is not None:
            for old in style.findall("w:rPr", _NAMES):
                style.remove(old)
            style.append(etree.fromstring(f'<w:rPr xmlns:w="{_W}">{look_of}</w:rPr>'))
    table = present.get("Table")
    if table is not None:
        for old in table.findall("w:tblPr", _NAMES):
            table.remove(old)
        line = f'w:val="single" w:sz="6" w:space="0" w:color="{_BLUE}"'
        thin = 'w:val="single" w:sz="3" w:space="0" w:color="C8CFD8"'
        borders = f"<w:tblBorders><w:top {line}/><w:bottom {line}/><w:insideH {thin}/></w:tblBorders>"
        margins = '<w:tblCellMar><w:left w:w="60" w:type="dxa"/><w:right w:w="100" w:type="dxa"/></w:tblCellMar>'
        table.insert(
            len(table) - len(table.findall("w:tblStylePr", _NAMES)),
            etree.fromstring(f'<w:tblPr xmlns:w="{_W}">{borders}{margins}</w:tblPr>'),
        )
    out: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return out
