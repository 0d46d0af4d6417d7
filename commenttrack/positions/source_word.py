"""The text of a Word file: its paragraphs, with headings marked and the numbers that Word itself would print.

Only the XML of the document and of its numbering is read; macros, links and pictures are not looked at. Word keeps
"1." and "(a)" out of the text of a list's paragraphs: they are counted here as Word counts them.
"""

import io
import re
import zipfile
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

from commenttrack.errors import BadInput

_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
# A Word file is a zip: this much text is more than any policy paper and less than a bomb.
_LARGEST_PART = 50_000_000
_HEADING = re.compile(r"Heading(\d)|heading (\d)")
_INDENT = "    "


@dataclass(frozen=True, slots=True)
class _Level:
    """How one level of a list is numbered: ``decimal`` printed as ``(%1)``, from ``start``."""

    form: str
    text: str
    start: int


_Numbering = Mapping[str, Mapping[int, _Level]]
"""Number id → level → its numbering."""


def text_of_word(data: bytes, name: str) -> str:
    """The text of a Word document. Raises :class:`BadInput` when it is none, or damaged, or too large."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            root = _part(archive, "word/document.xml", name)
            named = "word/numbering.xml" in archive.namelist()
            numbering = _numbering(_part(archive, "word/numbering.xml", name)) if named else {}
    except (zipfile.BadZipFile, KeyError) as error:
        raise BadInput(
            f"{name} is not a Word document. Text, Markdown, HTML, PDF and Word (.docx) files are read."
        ) from error
    counts: dict[tuple[str, int], int] = defaultdict(int)
    return "\n\n".join(_paragraph(paragraph, numbering, counts) for paragraph in root.iter(f"{_WORD}p"))


def _part(archive: zipfile.ZipFile, path: str, name: str) -> etree._Element:
    part = archive.getinfo(path)
    if part.file_size > _LARGEST_PART:
        raise BadInput(f"{name}: its text is larger than {_LARGEST_PART:,} bytes.")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(archive.read(part), parser)
    except etree.XMLSyntaxError as error:
        raise BadInput(f"{name}: {path} cannot be read: {error}.") from error


def _value(parent: etree._Element, path: str) -> str:
    found = parent.find("/".join(f"{_WORD}{step}" for step in path.split("/")))
    return found.get(f"{_WORD}val", "") if found is not None else ""


def _numbering(root: etree._Element) -> _Numbering:
    kinds = {
        kind.get(f"{_WORD}abstractNumId", ""): {
            int(level.get(f"{_WORD}ilvl", "0")): _Level(
                _value(level, "numFmt"), _value(level, "lvlText"), int(_value(level, "start") or 1)
            )
            for level in kind.iter(f"{_WORD}lvl")
        }
        for kind in root.iter(f"{_WORD}abstractNum")
    }
    return {
        number.get(f"{_WORD}numId", ""): kinds.get(_value(number, "abstractNumId"), {})
        for number in root.iter(f"{_WORD}num")
    }


def _paragraph(paragraph: etree._Element, numbering: _Numbering, counts: dict[tuple[str, int], int]) -> str:
    text = "".join(
        (node.text or "") if node.tag == f"{_WORD}t" else "\t" if node.tag == f"{_WORD}tab" else "\n"
        for node in paragraph.iter(f"{_WORD}t", f"{_WORD}tab", f"{_WORD}br")
    )
    if not text.strip():
        return text
    heading = _HEADING.fullmatch(_value(paragraph, "pPr/pStyle"))
    marker, depth = _marker(paragraph, numbering, counts)
    if heading:
        return f"{'#' * int(heading[1] or heading[2])} {marker}{text}"
    return f"{_INDENT * depth}{marker}{text}"


def _marker(paragraph: etree._Element, numbering: _Numbering, counts: dict[tuple[str, int], int]) -> tuple[str, int]:
    """What Word prints before a paragraph, with a space, and how deep its list is; empty outside lists."""
    if paragraph.find(f"{_WORD}pPr/{_WORD}numPr") is None:
        return "", 0
    number = _value(paragraph, "pPr/numPr/numId")
    depth = int(_value(paragraph, "pPr/numPr/ilvl") or 0)
    level = numbering.get(number, {}).get(depth)
    if number == "0":
        return "", 0  # Word's way to take a paragraph out of the list of its style
    if level is None or level.form in ("bullet", "none", ""):
        return "• ", depth
    counts[number, depth] += 1
    for known, below in list(counts):
        if known == number and below > depth:
            del counts[known, below]
    printed = level.text
    for at in range(depth + 1):
        shown = numbering[number].get(at, level)
        count = shown.start + max(counts.get((number, at), 0), 1) - 1
        printed = printed.replace(f"%{at + 1}", _numeral(count, shown.form))
    return f"{printed} ", depth


def _numeral(count: int, form: str) -> str:
    if form in ("lowerLetter", "upperLetter"):
        letter = chr(ord("a") + (count - 1) % 26) * ((count - 1) // 26 + 1)
        return letter.upper() if form == "upperLetter" else letter
    if form in ("lowerRoman", "upperRoman"):
        roman = ""
        for value, sign in zip(
            (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1),
            ("m", "cm", "d", "cd", "c", "xc", "l", "xl", "x", "ix", "v", "iv", "i"),
            strict=True,
        ):
            roman, count = roman + sign * (count // value), count % value
        return roman.upper() if form == "upperRoman" else roman
    return str(count)
