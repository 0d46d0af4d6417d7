"""HTML to a PDF that claims and passes PDF/UA-1 and PDF/A-3a, with nothing lost on the way.

WeasyPrint 70 drops whole notes at some page breaks without a word, prints a box for a character no font has, goes on
without a file it may not fetch, and tags notes as nothing in particular. Each of these is a defect in a letter that an
agency will read, so the laid-out pages are compared with the source, repaired, and refused when they cannot be.
"""

import logging
import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import pydyf  # type: ignore[import-untyped]
from weasyprint import HTML, Attachment  # type: ignore[import-untyped]
from weasyprint.pdf import tags as weasyprint_tags  # type: ignore[import-untyped]
from weasyprint.text.fonts import FontConfiguration  # type: ignore[import-untyped]
from weasyprint.urls import FatalURLFetchingError  # type: ignore[import-untyped]

from commenttrack.letters.assets import CannotRender, OwnAssetsOnly
from commenttrack.letters.content import Picture
from commenttrack.letters.laid_out import Arrangement, Loss, TextLost, losses, name_blocks
from commenttrack.letters.line_numbers import with_line_numbers
from commenttrack.letters.markup import NotePlan
from commenttrack.letters.notes import Note


class MissingGlyphs(CannotRender):
    """Characters that none of the letter's fonts can print."""


# -------------------------------------------------------------------------------------------------------------- tags

# Our element names for notes get the structure types that PDF 1.7 has for them (14.8.4); WeasyPrint knows neither.
_STRUCTURE = {
    "fn-note": "Note",
    "fn-more": "Note",
    "fn-note::footnote-marker": "Lbl",
    "fn-note::footnote-call": "Reference",
    "ins": "Inserted",
    "del": "Deleted",
    "em": "Span",
    "strong": "Span",
    "code": "Span",
    "s": "Span",
    "li-body": "LBody",
}
_weasyprint_tag = weasyprint_tags._get_pdf_tag


def _structure_type(name: str | None) -> str:
    return _STRUCTURE.get(name or "") or str(_weasyprint_tag(name))


_weasyprint_tree = weasyprint_tags._build_box_tree


def _tree_with_languages(box: Any, *others: Any) -> Iterator[Any]:
    """WeasyPrint writes the language of the document only; a text in another one must say so (PDF/UA-1, 7.2)."""
    box = getattr(box, "_box", box)
    element = box.element
    language = element.get("lang") if element is not None and box.element_tag not in ("html", "body") else None
    if language is None or "::" in box.element_tag:
        return _weasyprint_tree(box, *others)  # type: ignore[no-any-return]
    return _in_language(_weasyprint_tree(box, *others), language)


def _in_language(elements: Iterator[Any], language: str) -> Iterator[Any]:
    for element in elements:
        element["Lang"] = pydyf.String(language)
        yield element


def _page_references(pdf: Any) -> tuple[bytes, ...]:
    """pydyf builds this anew for every tag, which costs a fifth of the writing of 300 pages; pages are only added."""
    kids = pdf.pages["Kids"]
    known: tuple[bytes, ...] = pdf.__dict__.get("known_pages", ())
    if 3 * len(known) != len(kids):
        known = tuple(f"{number} 0 R".encode("ascii") for number in kids[::3])
        pdf.__dict__["known_pages"] = known
    return known


pydyf.PDF.page_references = property(_page_references)
weasyprint_tags._build_box_tree = _tree_with_languages
# Only names are added that no other document of this program uses, so setting it once is safe for every thread.
weasyprint_tags._get_pdf_tag = _structure_type

_UA_CLAIM = (
    b'<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" pdfuaid:part="1"/>'
    b'<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"'
    b' xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"'
    b' xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">'
    b'<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">'
    b"<pdfaSchema:schema>PDF/UA identification</pdfaSchema:schema>"
    b"<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>"
    b"<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>"
    b'<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">'
    b"<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>"
    b"<pdfaProperty:category>internal</pdfaProperty:category>"
    b"<pdfaProperty:description>Part of ISO 14289</pdfaProperty:description>"
    b"</rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>"
)


def _claim_both(document: Any) -> None:
    """Put the PDF/UA claim beside the PDF/A one. It must stand inside the RDF: what follows it is not read."""
    write = document.metadata.generate_rdf_metadata

    def both(*arguments: object) -> bytes:
        rdf: bytes = write(*arguments)
        return rdf.replace(b"</rdf:RDF>", _UA_CLAIM + b"</rdf:RDF>")

    document.metadata.generate_rdf_metadata = both


def _finish(document: Any, pdf: Any) -> None:
    """What the tag tree still needs: an ID for each note, the direction of header cells, and redlines in words.

    Inserted and deleted runs are Spans whose ActualText says what they are, so that a listener hears the redline and a
    copy of the text keeps its meaning.
    """
    for image in pdf.objects:
        # PDF/A-3, 6.2.8.2: no reader shall make up pixels.
        if isinstance(image, pydyf.Stream) and image.extra.get("Subtype") == "/Image":
            image.extra["Interpolate"] = "false"
    written: list[Any] = [item for item in pdf.objects if isinstance(item, dict)]
    objects = {item.number: item for item in written}
    said = iter(_redline_runs(document))

    def at(reference: bytes | None) -> Any:
        return objects.get(int(reference.split()[0])) if reference else None

    notes = 0
    for item in objects.values():
        if item.get("Type") != "/StructElem":
            continue
        if item.get("S") == "/Note":
            notes += 1
            item["ID"] = pydyf.String(f"note-{notes}")
        elif item.get("S") in ("/Inserted", "/Deleted"):
            item["S"] = "/Span"
            if text := next(said):
                item["ActualText"] = pydyf.String(text)
        elif item.get("S") == "/TH":
            group = at(at(item["P"])["P"])
            item["A"]["Scope"] = "/Column" if group is not None and group["S"] == "/THead" else "/Row"
        elif item.get("S") == "/Figure":
            # WeasyPrint measures from the top in CSS pixels; a PDF measures from the bottom in points.
            height = at(item["Pg"])["MediaBox"][3]
            left, top, right, bottom = (0.75 * side for side in item["A"]["BBox"])
            item["A"]["BBox"] = pydyf.Array((left, height - bottom, right, height - top))


HYPHEN = "\u2010"


def _redline_runs(document: Any) -> Iterator[str]:
    """What each redlined run says, in the order in which the tags were written: by page, boxes from outside in.

    Empty for a run whose words are printed around it.
    """
    for page in document.pages:
        for box in _boxes(page._page_box):
            if box.element_tag in ("ins", "del") and type(box).__name__ != "TextBox":
                text = "".join(inner.text for inner in _boxes(box) if type(inner).__name__ == "TextBox")
                word = box.element.get("data-say") or ("insert: " if box.element_tag == "ins" else "delete: ")
                printed = box.element.get("class") == "said"
                yield "" if printed else f"[{word}{text.removesuffix(HYPHEN)}]"


def _boxes(box: Any) -> Iterator[Any]:
    box = getattr(box, "_box", box)
    yield box
    for child in getattr(box, "children", ()):
        yield from _boxes(child)


# ------------------------------------------------------------------------------------------------------------ making


_LOG = logging.getLogger("weasyprint")
# WeasyPrint reports through one logger for all threads; warnings are told apart by the thread that was at work.
_HARMLESS = re.compile(r"Ignored `|Invalid or unsupported|Expected a media type")


class _Warnings(logging.Handler):
    """What WeasyPrint says while one thread makes one letter."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._thread = threading.get_ident()
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread == self._thread:
            self.messages.append(record.getMessage())

    def __enter__(self) -> "_Warnings":
        _LOG.addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        _LOG.removeHandler(self)


def make(
    html: Callable[[Mapping[int, NotePlan]], str],
    *,
    notes: Mapping[int, Note],
    attachment: bytes,
    stamp: datetime,
    attached: tuple[str, str] = ("letter.json", "Parts, citations, provisions and signatories of this letter"),
    pictures: Sequence[Picture] = (),
    numbered_lines: bool = False,
) -> bytes:
    """The PDF of a letter, with ``attachment`` inside under the name and description of ``attached``.

    ``html`` writes the letter, given a plan for each note that is hard to place. ``pictures`` are what it can show, by
    their places in the sequence. ``numbered_lines`` puts the number of each line into the margin.

    Tries at most :data:`ROUNDS` arrangements until the pages hold every character of the source, else raises
    :class:`TextLost`; raises :class:`MissingGlyphs` and :class:`CannotRender` too.
    """
    arrangement = Arrangement.first(notes)
    lost: list[Loss] = []
    for _ in range(ROUNDS):
        with _Warnings() as warnings:
            page = HTML(string=html(arrangement.plans), url_fetcher=OwnAssetsOnly(pictures))
            sources = name_blocks(page.etree_element.find("body"), arrangement)
            document = _laid_out(page)
            lost = losses(document.pages, sources)
            if not lost:
                data = _write(document, attachment, stamp, attached)
                _refuse_warnings(warnings.messages)
                return with_line_numbers(data, document) if numbered_lines else data
        arrangement.repair(lost, notes)
    raise TextLost(
        f"The pages could not hold all of the letter: {len(lost)} passages, the first “{lost[0].text[:80]}…”. "
        "Shorten the notes or the table near it, or move part of a long note into the text."
    )


ROUNDS = 8


def _laid_out(page: HTML) -> Any:
    try:
        return page.render(font_config=FontConfiguration(), pdf_variant="pdf/a-3a")
    except FatalURLFetchingError as error:
        raise CannotRender(f"The letter could not be printed: {error.__cause__ or error}.") from error


def _write(document: Any, attachment: bytes, stamp: datetime, attached: tuple[str, str]) -> bytes:
    _claim_both(document)
    day = stamp.replace(tzinfo=None)  # WeasyPrint prints it with a Z
    data: bytes = document.write_pdf(
        pdf_variant="pdf/a-3a",
        finisher=_finish,
        attachments=[
            Attachment(
                string=attachment.decode(),
                name=attached[0],
                description=attached[1],
                relationship="Data",
                created=day,
                modified=day,
            )
        ],
    )
    return data


def lacking(html: str) -> frozenset[str]:
    """The characters of a page that no font has, found by printing it."""
    with _Warnings() as warnings:
        _laid_out(HTML(string=html, url_fetcher=OwnAssetsOnly(()))).write_pdf()
    return frozenset("".join(_without_glyph(warnings.messages)))


def _without_glyph(messages: list[str]) -> list[str]:
    return re.findall(r'"([^"]*)"', " ".join(message for message in messages if "notdef" in message))


def _refuse_warnings(messages: list[str]) -> None:
    if missing := _without_glyph(messages):
        raise MissingGlyphs(missing_glyphs(missing))
    serious = [message for message in messages if not _HARMLESS.match(message)]
    if serious:
        raise CannotRender(f"The letter could not be printed cleanly: {serious[0]}")


_SCRIPTS = (
    (re.compile(r"[\u2e80-\u31ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]"),
     "It has Chinese, Japanese or Korean text, whose font is a package of its own: apt-get install fonts-noto-cjk."),
    (re.compile(r"[\u2600-\u27bf\ufe0f\U0001f000-\U0001faff]"),
     "Emoji and pictographs have no form in a letter that every reader sees alike: write them in words."),
)  # fmt: skip


def missing_glyphs(characters: Sequence[str]) -> str:
    """What to tell about characters that no font has: the characters, and what helps."""
    text = "".join(dict.fromkeys("".join(characters)))
    advice = [advice for script, advice in _SCRIPTS if script.search(text)]
    advice = advice or ["Write these characters in words, or install Debian's fonts-noto-core."]
    shown = " ".join(f"{character} (U+{ord(character):04X})" for character in text[:12])
    more = f" and {len(text) - 12} more" if len(text) > 12 else ""
    return f"The letter's fonts have no glyph for {shown}{more}. {' '.join(advice)}"
