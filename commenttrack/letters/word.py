"""A letter as a Word file from the same content as the PDF: true footnotes, named styles, redlines as tracked changes.

pandoc writes the document; what it leaves to a template (styles, page, running heads, unique ids of changes, dates) is
set in its parts afterwards, so that the same letter gives the same bytes.
"""

import importlib.util
import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from xml.sax.saxutils import escape

from lxml import etree

from commenttrack.letters import exported_word
from commenttrack.letters.assets import CannotRender
from commenttrack.letters.content import LetterContent
from commenttrack.letters.notes import arrange
from commenttrack.letters.rendering import letter_stamp, word_html
from commenttrack.letters.returned_word import ATTACHED, read_word
from commenttrack.letters.word_changes import mark_whole
from commenttrack.letters.word_columns import in_columns
from commenttrack.letters.word_comments import MarginComment, with_comments
from commenttrack.letters.word_styles import styled

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_NAMES = {"w": _W}
# The moment of a file that has none: the earliest one its archive format knows.
_EARLIEST = "1980-01-01T00:00:00Z"


@dataclass(frozen=True, slots=True)
class Frame:
    """What a Word file carries around its text: the author and moment of its changes, running heads and foot.

    ``stamp`` is ISO 8601 in UTC, or empty for changes without a moment. ``draft`` prints a mark at the head of each
    page, ``banner`` a line at its foot.
    """

    author: str
    stamp: str
    lang: str = "en-US"
    left: str = ""
    right: str = ""
    draft: bool = False
    banner: str = ""


def letter_docx(content: LetterContent, comments: Sequence[MarginComment] = ()) -> bytes:
    """The letter as .docx, with comments in its margin.

    Raises :class:`CannotRender` when the extra ``word`` is not installed.
    """
    head = content.head
    frame = Frame(
        author=content.lead or head.letterhead.name or "CommentTrack",
        stamp=letter_stamp(head).strftime("%Y-%m-%dT%H:%M:%SZ"),
        lang=head.lang,
        left=head.letterhead.name or (head.re[0] if head.re else ""),
        right=head.date,
        draft=head.draft,
        banner=head.illustrative,
    )
    file = html_docx(word_html(arrange(content)), frame, bookmarks=_bookmarks(content))
    exported = exported_word.described(content, read_word(file), author=frame.author, stamp=frame.stamp)
    file = attached(file, exported_word.to_json(exported))
    return _written(with_comments(_read(io.BytesIO(file)), comments)) if comments else file


def _bookmarks(content: LetterContent) -> dict[str, str]:
    """The names of the bookmarks around parts and their requested texts, by the ids that the template gives them."""
    names = {}
    annexes = [part for part in content.parts if part.annex]
    body = [part for part in content.parts if not part.annex]
    for place, parts in (("part", body), ("annex", annexes)):
        for number, part in enumerate(parts, 1):
            names[f"ct{place}{number}"] = exported_word.bookmark(part.key)
            names[f"ctrequested{place}{number}"] = exported_word.request_bookmark(part.key)
    return names


def html_docx(
    source: str, frame: Frame, *, whole_changes: bool = False, bookmarks: Mapping[str, str] = MappingProxyType({})
) -> bytes:
    """HTML of our own templates as .docx: spans of class insertion and deletion become tracked changes.

    ``whole_changes`` marks the ends of paragraphs that are put in or taken out as a whole; ``bookmarks`` are the names
    that bookmarks get for the ids of the HTML.

    Raises :class:`CannotRender` when the extra ``word`` is not installed.
    """
    if importlib.util.find_spec("pypandoc") is None:
        raise CannotRender("Word files need the extra “word”: pip install commenttrack[word], or run make.")
    import pypandoc  # type: ignore[import-untyped]

    with TemporaryDirectory() as folder:
        path = Path(folder) / "letter.docx"
        # A file of its own: pandoc writes docx to files only. No option reads anything else.
        pypandoc.convert_text(
            source, "docx", format="html+empty_paragraphs", outputfile=str(path), extra_args=["--track-changes=all"]
        )
        parts = _read(path)
    parts["word/document.xml"] = _document(parts["word/document.xml"], frame, whole_changes, bookmarks)
    parts["word/footnotes.xml"] = _document(parts["word/footnotes.xml"], frame)
    parts["word/styles.xml"] = styled(parts["word/styles.xml"], frame.lang)
    stamp = (frame.stamp or _EARLIEST).encode()
    parts["docProps/core.xml"] = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", stamp, parts["docProps/core.xml"])
    _add(parts, "header1.xml", "header", _head(frame.left, frame.right, frame.draft))
    _add(parts, "header2.xml", "header", _head("", "", frame.draft))
    _add(parts, "footer1.xml", "footer", _foot(frame.banner))
    return _written(parts)


def attached(file: bytes, text: str) -> bytes:
    """The file with a text of ours inside, which Word and LibreOffice keep and nobody sees."""
    parts = _read(io.BytesIO(file))
    parts["customXml/item1.xml"] = (
        '<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n'
        f'<exported xmlns="{ATTACHED}">{escape(text)}</exported>'
    ).encode()
    parts["customXml/itemProps1.xml"] = _PROPERTIES.encode()
    parts["customXml/_rels/item1.xml.rels"] = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" Type="{_R}/customXmlProps" '
        'Target="itemProps1.xml"/></Relationships>'
    ).encode()
    _declare(
        parts, "/customXml/itemProps1.xml", "application/vnd.openxmlformats-officedocument.customXmlProperties+xml"
    )
    _relate(parts, "rIdexported", "customXml", "../customXml/item1.xml")
    return _written(parts)


_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_PROPERTIES = f"""<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<ds:datastoreItem ds:itemID="{{6C0A3B52-58E1-4D5B-9E3D-2F1C7A90B6D4}}"
 xmlns:ds="http://schemas.openxmlformats.org/officeDocument/2006/customXml">
<ds:schemaRefs><ds:schemaRef ds:uri="{ATTACHED}"/></ds:schemaRefs></ds:datastoreItem>"""


def _read(path: Path | io.BytesIO) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _written(parts: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
    return buffer.getvalue()


def _document(
    data: bytes, frame: Frame, whole_changes: bool = False, bookmarks: Mapping[str, str] = MappingProxyType({})
) -> bytes:
    """Tracked changes by the letter's author at the letter's date with ids of their own; the page of a letter."""
    root = etree.fromstring(data)
    for table in root.iter(f"{{{_W}}}tblW"):
        table.set(f"{{{_W}}}type", "pct")
        table.set(f"{{{_W}}}w", "5000")
    body = root.find("w:body", _NAMES)
    if body is not None:
        for paragraph in body.findall("w:p", _NAMES):
            style = paragraph.find("w:pPr/w:pStyle", _NAMES)
            if style is not None and style.get(f"{{{_W}}}val") == "Title":
                body.remove(paragraph)  # a property of the file; a letter does not print it
        for table in body.findall("w:tbl", _NAMES):
            following = table.getnext()
            if following is not None and following.tag == f"{{{_W}}}p":
                _spaced_from_table(following)
        section = body.find("w:sectPr", _NAMES)
        if section is not None:
            body.remove(section)
        body.append(etree.fromstring(_SECTION))
        in_columns(body)
    for mark in root.iter(f"{{{_W}}}bookmarkStart"):
        name = mark.get(f"{{{_W}}}name", "")
        mark.set(f"{{{_W}}}name", bookmarks.get(name, name))
    if whole_changes:
        mark_whole(root)
    for number, change in enumerate(root.iter(f"{{{_W}}}ins", f"{{{_W}}}del"), 1):
        change.attrib.pop(f"{{{_W}}}date", "")
        change.set(f"{{{_W}}}id", str(9000 + number))
        change.set(f"{{{_W}}}author", frame.author)
        if frame.stamp:
            change.set(f"{{{_W}}}date", frame.stamp)
    out: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return out


def _spaced_from_table(paragraph: etree._Element) -> None:
    properties = paragraph.find("w:pPr", _NAMES)
    if properties is not None and properties.find("w:spacing", _NAMES) is None:
        spacing = etree.SubElement(properties, f"{{{_W}}}spacing")
        spacing.set(f"{{{_W}}}before", "200")


_SECTION = f"""<w:sectPr xmlns:w="{_W}" xmlns:r="{_R}">
<w:headerReference w:type="default" r:id="rIdheader1"/><w:headerReference w:type="first" r:id="rIdheader2"/>
<w:footerReference w:type="default" r:id="rIdfooter1"/><w:footerReference w:type="first" r:id="rIdfooter1"/>
<w:pgSz w:w="12240" w:h="15840"/>
<w:pgMar w:top="1440" w:right="1440" w:bottom="1440" w:left="1440" w:header="720" w:footer="720" w:gutter="0"/>
<w:titlePg/></w:sectPr>"""


def _text(text: str, style: str = "") -> str:
    return f'<w:r>{style}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def _field(code: str) -> str:
    return (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        f'<w:r><w:instrText xml:space="preserve"> {code} </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>1</w:t></w:r>'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


_TAB = "<w:r><w:tab/></w:r>"
_BOLD = '<w:rPr><w:b/><w:color w:val="7A1F12"/></w:rPr>'


def _head(left: str, right: str, draft: bool) -> str:
    line = _text(left) + _TAB + _text(right)
    mark = (
        f'<w:p><w:pPr><w:pStyle w:val="Header"/></w:pPr>{_text("DRAFT – NOT FOR FILING", _BOLD)}</w:p>' if draft else ""
    )
    return f'{mark}<w:p><w:pPr><w:pStyle w:val="Header"/></w:pPr>{line}</w:p>'


def _foot(banner: str) -> str:
    pages = _text("Page ") + _field("PAGE") + _text(" of ") + _field("NUMPAGES")
    return f'<w:p><w:pPr><w:pStyle w:val="Footer"/></w:pPr>{_text(banner, _BOLD)}{_TAB}{pages}</w:p>'


def _add(parts: dict[str, bytes], name: str, kind: str, inner: str) -> None:
    """A running head or foot: its part, its content type and its relationship."""
    tag = "hdr" if kind == "header" else "ftr"
    parts[f"word/{name}"] = (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<w:{tag} xmlns:w="{_W}">{inner}</w:{tag}>'
    ).encode()
    _declare(parts, f"/word/{name}", f"application/vnd.openxmlformats-officedocument.wordprocessingml.{kind}+xml")
    _relate(parts, f"rId{name.removesuffix('.xml')}", kind, name)


def _declare(parts: dict[str, bytes], name: str, content_type: str) -> None:
    override = f'<Override PartName="{name}" ContentType="{content_type}"/></Types>'
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(b"</Types>", override.encode())


def _relate(parts: dict[str, bytes], key: str, kind: str, target: str) -> None:
    relation = f'<Relationship Id="{key}" Type="{_R}/{kind}" Target="{target}"/></Relationships>'
    rels = "word/_rels/document.xml.rels"
    parts[rels] = parts[rels].replace(b"</Relationships>", relation.encode())
