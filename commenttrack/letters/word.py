"""A letter as a Word file from the same content as the PDF: true footnotes, named styles, redlines as tracked changes.

pandoc writes the document; what it leaves to a template (styles, page, running heads, unique ids of changes, dates) is
set in its parts afterwards, so that the same letter gives the same bytes.
"""

import importlib.util
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.sax.saxutils import escape

from lxml import etree

from commenttrack.letters import exported_word
from commenttrack.letters.assets import CannotRender
from commenttrack.letters.content import LetterContent, Picture
from commenttrack.letters.notes import ArrangedLetter, arrange
from commenttrack.letters.rendering import letter_stamp, word_html
from commenttrack.letters.returned_word import ATTACHED, read_word
from commenttrack.letters.word_changes import mark_whole
from commenttrack.letters.word_comments import MarginComment, with_comments
from commenttrack.letters.word_description import described
from commenttrack.letters.word_languages import set_languages
from commenttrack.letters.word_links import set_links
from commenttrack.letters.word_package import NAMES, PACKAGE, R, W, declare, read_parts, relate, w, written
from commenttrack.letters.word_pictures import describe, with_pixels
from commenttrack.letters.word_sections import Frame, add_running, in_sections, on_new_pages, text_width
from commenttrack.letters.word_styles import styled
from commenttrack.letters.word_tables import set_tables

__all__ = ["Frame", "attached", "html_docx", "letter_docx"]

# The moment of a file that has none: the earliest one its archive format knows.
_EARLIEST = "1980-01-01T00:00:00Z"


def letter_docx(
    content: LetterContent, comments: Sequence[MarginComment] = (), *, typed: LetterContent | None = None
) -> bytes:
    """The letter as .docx, with comments in its margin.

    ``typed`` is the letter before pages and the current text were put in: what comes back is laid over its words.

    Raises :class:`CannotRender` when the extra ``word`` is not installed.
    """
    head = content.head
    frame = Frame(
        author=content.lead or head.letterhead.name or "CommentTrack",
        stamp=letter_stamp(head).strftime("%Y-%m-%dT%H:%M:%SZ"),
        lang=head.lang,
        second_lang=head.translation.lang if head.translation else "",
        left=head.letterhead.name or (head.re[0] if head.re else ""),
        right=head.date,
        draft=head.draft,
        review=head.review,
        banner=head.illustrative,
        fonts=head.house_style.fonts,
    )
    letter = arrange(content)
    file = html_docx(word_html(letter), frame, named=_names(letter), pictures=content.pictures)
    exported = described(typed or content, read_word(file), author=frame.author, stamp=frame.stamp)
    file = attached(file, exported_word.to_json(exported))
    return written(with_comments(read_parts(file), comments)) if comments else file


def _names(letter: ArrangedLetter) -> Callable[[str], str]:
    """The names of the bookmarks around parts and their texts, by the ids that the template gives them."""
    keys = {}
    for place, annex in (("part", False), ("annex", True)):
        parts = [part.part for part in letter.parts if part.part.annex == annex]
        keys.update({f"{place}{number}": part.key for number, part in enumerate(parts, 1)})

    def named(name: str) -> str:
        found = re.fullmatch(r"ct(requested|second|)((?:part|annex)\d+)(?:-(\d+))?", name)
        if found is None:
            return ""
        kind, place, count = found.groups()
        if kind == "second":
            return f"{exported_word.second_bookmark(keys[place])}_{count}"
        return (exported_word.request_bookmark if kind else exported_word.bookmark)(keys[place])

    return named


def html_docx(
    source: str,
    frame: Frame,
    *,
    whole_changes: bool = False,
    named: Callable[[str], str] = lambda name: "",
    pictures: tuple[Picture, ...] = (),
) -> bytes:
    """HTML of our own templates as .docx: spans of class insertion and deletion become tracked changes.

    ``whole_changes`` marks the ends of paragraphs that are put in or taken out as a whole; ``named`` gives the names
    that bookmarks get for some ids of the HTML.

    Raises :class:`CannotRender` when the extra ``word`` is not installed.
    """
    if importlib.util.find_spec("pypandoc") is None:
        raise CannotRender("Word files need the extra “word”: pip install commenttrack[word], or run make.")
    import pypandoc  # type: ignore[import-untyped]

    with TemporaryDirectory() as folder:
        path = Path(folder) / "letter.docx"
        # A file of its own: pandoc writes docx to files only. No option reads anything else.
        pypandoc.convert_text(
            source,
            "docx",
            format="html+empty_paragraphs",
            outputfile=str(path),
            extra_args=["--track-changes=all", "--quiet"],
        )
        parts = read_parts(path)
    with_pixels(parts, pictures)
    parts["word/document.xml"] = _document(parts["word/document.xml"], frame, whole_changes, named)
    parts["word/footnotes.xml"] = _document(parts["word/footnotes.xml"], frame)
    parts["word/styles.xml"] = styled(parts["word/styles.xml"], frame.lang, frame.fonts, text_width(frame))
    stamp = (frame.stamp or _EARLIEST).encode()
    parts["docProps/core.xml"] = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", stamp, parts["docProps/core.xml"])
    add_running(parts, frame)
    return written(parts)


def attached(file: bytes, text: str) -> bytes:
    """The file with a text of ours inside, which Word and LibreOffice keep and nobody sees."""
    parts = read_parts(file)
    parts["customXml/item1.xml"] = (
        '<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n'
        f'<exported xmlns="{ATTACHED}">{escape(text)}</exported>'
    ).encode()
    parts["customXml/itemProps1.xml"] = _PROPERTIES.encode()
    parts["customXml/_rels/item1.xml.rels"] = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" Type="{R}/customXmlProps" '
        'Target="itemProps1.xml"/></Relationships>'
    ).encode()
    declare(parts, "/customXml/itemProps1.xml", "application/vnd.openxmlformats-officedocument.customXmlProperties+xml")
    relate(parts, "rIdexported", "customXml", "../customXml/item1.xml")
    return written(parts)


_PROPERTIES = f"""<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<ds:datastoreItem ds:itemID="{{6C0A3B52-58E1-4D5B-9E3D-2F1C7A90B6D4}}"
 xmlns:ds="http://schemas.openxmlformats.org/officeDocument/2006/customXml">
<ds:schemaRefs><ds:schemaRef ds:uri="{ATTACHED}"/></ds:schemaRefs></ds:datastoreItem>"""


def _document(
    data: bytes, frame: Frame, whole_changes: bool = False, named: Callable[[str], str] = lambda name: ""
) -> bytes:
    """Tracked changes by the letter's author at the letter's date with ids of their own; pages, tables, links."""
    root = etree.fromstring(data)
    body = root.find("w:body", NAMES)
    if body is not None:
        for paragraph in body.findall("w:p", NAMES):
            style = paragraph.find("w:pPr/w:pStyle", NAMES)
            if style is not None and w(style, "val") == "Title":
                body.remove(paragraph)  # a property of the file; a letter does not print it
        on_new_pages(body)
        set_tables(body)
        set_languages(body, frame.lang, frame.second_lang)
        in_sections(body, frame)
        set_links(body, named)
        describe(body)
    else:
        set_languages(root, frame.lang, frame.second_lang)
        set_links(root, named)
    if whole_changes:
        mark_whole(root)
    for number, change in enumerate(root.iter(f"{{{W}}}ins", f"{{{W}}}del"), 1):
        change.attrib.pop(f"{{{W}}}date", "")
        change.set(f"{{{W}}}id", str(9000 + number))
        change.set(f"{{{W}}}author", frame.author)
        if frame.stamp:
            change.set(f"{{{W}}}date", frame.stamp)
    out: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return out
