"""HTML to a PDF that claims and passes PDF/UA-1 and PDF/A-3a, with nothing lost on the way.

WeasyPrint 70 drops whole notes at some page breaks without a word, prints a box for a character no font has, goes on
without a file it may not fetch, and tags notes as nothing in particular. Each of these is a defect in a letter that an
agency will read, so the laid-out pages are compared with the source, repaired, and refused when they cannot be.
"""

import logging
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pydyf  # type: ignore[import-untyped]
from weasyprint import HTML, Attachment  # type: ignore[import-untyped]
from weasyprint.pdf import tags as weasyprint_tags  # type: ignore[import-untyped]
from weasyprint.text.fonts import FontConfiguration  # type: ignore[import-untyped]
from weasyprint.urls import (  # type: ignore[import-untyped]
    FatalURLFetchingError,
    URLFetcher,
    URLFetcherResponse,
)

from commenttrack.errors import Refused
from commenttrack.letters.markup import note_lines
from commenttrack.letters.notes import Note
from commenttrack.resources import folder


class CannotRender(Refused):
    """The letter cannot be printed as it is; the sentence says what stands in the way."""


class FontsMissing(CannotRender):
    """The letter's own fonts are not installed."""


class MissingGlyphs(CannotRender):
    """Characters that none of the letter's fonts can print."""


class TextLost(CannotRender):
    """Text that no arrangement of the pages could hold."""


# ------------------------------------------------------------------------------------------------------------- fonts

_FONTS = Path(__file__).resolve().parent.parent / "web" / "static" / "fonts"
_DEJAVU = Path("/usr/share/fonts/truetype/dejavu")
_FACES = (
    *(
        ("Source Serif 4", "source-serif-4", weight, style)
        for weight in (400, 600, 700)
        for style in ("normal", "italic")
    ),
    *(("Source Sans 3", "source-sans-3", weight, "normal") for weight in (400, 600, 700)),
)
_RANGES = {"latin": "", "latin-ext": ""}
_FALLBACKS = (
    ("CT Serif Fallback", "DejaVuSerif.ttf", 400),
    ("CT Serif Fallback", "DejaVuSerif-Bold.ttf", 700),
    ("CT Sans Fallback", "DejaVuSans.ttf", 400),
    ("CT Sans Fallback", "DejaVuSans-Bold.ttf", 700),
    ("CT Mono Fallback", "DejaVuSansMono.ttf", 400),
)


def font_faces() -> str:
    """``@font-face`` rules for the letter's fonts, and for DejaVu where they have no glyph (arrows, boxes, Greek).

    A letter looks the same on every machine, so fonts are named by file and never left to what a system offers.
    Raises :class:`FontsMissing`.
    """
    rules = []
    for family, stem, weight, style in _FACES:
        for subset in _RANGES:
            path = _FONTS / f"{stem}-{subset}-{weight}-{style}.woff2"
            if path.is_file():
                name = family if subset == "latin" else f"{family} Extended"
                rules.append(_face(name, f"font:{path.name}", weight, style))
            elif subset == "latin":
                raise FontsMissing(
                    f"The letter's font {path.name} is missing from {_FONTS}. Run make, which puts the fonts in place."
                )
    for family, file, weight in _FALLBACKS:
        if not (_DEJAVU / file).is_file():
            raise FontsMissing(f"The font {file} is missing from {_DEJAVU}. Install Debian's fonts-dejavu-core.")
        rules.append(_face(family, f"dejavu:{file}", weight, "normal"))
    return "\n".join(rules) + "\n"


def _face(family: str, address: str, weight: int, style: str) -> str:
    return (
        f'@font-face {{ font-family: "{family}"; src: url("{address}"); font-weight: {weight}; font-style: {style} }}'
    )


class _OwnAssetsOnly(URLFetcher):  # type: ignore[misc]  # weasyprint is not typed
    """Gives the program's own fonts and drawings, by names of ours; everything else ends the rendering."""

    def __init__(self) -> None:
        super().__init__(fail_on_errors=True)

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
        scheme, _, name = url.partition(":")
        places = {"font": _FONTS, "dejavu": _DEJAVU, "asset": folder("templates") / "letter"}
        if scheme in places and re.fullmatch(r"[\w.-]+", name):
            kind = "image/svg+xml" if name.endswith(".svg") else "font/woff2"
            return URLFetcherResponse(url, (places[scheme] / name).read_bytes(), {"Content-Type": kind})
        raise FatalURLFetchingError(f"a letter fetches nothing, and this is not part of it: {url[:120]}")


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


HYPHEN = "\u2010"


def _redline_runs(document: Any) -> Iterator[str]:
    """What each redlined run says, in the order in which the tags were written: by page, boxes from outside in.

    Empty for a run whose words are printed around it.
    """
    for page in document.pages:
        for box in _boxes(page._page_box):
            if box.element_tag in ("ins", "del") and type(box).__name__ != "TextBox":
                text = "".join(inner.text for inner in _boxes(box) if type(inner).__name__ == "TextBox")
                word = "insert" if box.element_tag == "ins" else "delete"
                printed = box.element.get("class") == "said"
                yield "" if printed else f"[{word}: {text.removesuffix(HYPHEN)}]"


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
    html: Callable[[dict[int, int]], str],
    *,
    notes: Mapping[int, Note],
    attachment: bytes,
    stamp: datetime,
    attached: tuple[str, str] = ("letter.json", "Parts, citations, provisions and signatories of this letter"),
) -> bytes:
    """The PDF of a letter, with ``attachment`` inside under the name and description of ``attached``.

    ``html`` writes the letter, given for each over-long note how many words a piece of it may have.

    Tries at most :data:`ROUNDS` arrangements until the pages hold every character of the source, else raises
    :class:`TextLost`; raises :class:`MissingGlyphs` and :class:`CannotRender` too.
    """
    pieces = {number: _PIECE for number, note in notes.items() if _words(note) > _LONG}
    whole: set[int] = set()
    lost: list[Loss] = []
    for _ in range(ROUNDS):
        with _Warnings() as warnings:
            source = html(pieces)
            document, keys = _lay_out(source, whole)
            lost = losses(document, keys)
            if not lost:
                data = _write(document, attachment, stamp, attached)
                _refuse_warnings(warnings.messages)
                return data
        _repair(lost, notes, pieces, whole)
    first = lost[0]
    raise TextLost(
        f"The pages could not hold all of the letter: {len(lost)} passages, the first “{first.text[:80]}…”. "
        "Shorten the notes near it, or move part of a long note into the text."
    )


ROUNDS = 6
_LONG = 350
"""Words above which a note is printed in pieces from the start: it could fill a page on its own."""
_PIECE = 45


def _words(note: Note) -> int:
    return sum(len(text.split()) for text in _note_texts(note))


def _note_texts(note: Note) -> Iterator[str]:
    from commenttrack.letters.blocks import plain

    for line in note_lines(note.blocks):
        yield plain(line)


@dataclass(frozen=True, slots=True)
class Loss:
    """An element whose text is not, or not once, on the pages."""

    key: int
    """Index of the element in document order."""
    text: str
    note: int
    """Number of the note, 0 for text of the body."""
    paragraph: int
    """Key of the block that holds a note's call; the element's own for text of the body."""


@dataclass(frozen=True, slots=True)
class _Source:
    element: Any
    text: str
    note: int
    paragraph: int
    repeats: bool


_BLOCKS = frozenset(("p", "li", "td", "th", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "div", "fn-note", "fn-more"))


def _lay_out(source: str, whole: set[int]) -> tuple[Any, dict[int, _Source]]:
    """The laid-out document, and what each numbered block of the source says. ``whole`` may not break over pages."""
    page = HTML(string=source, url_fetcher=_OwnAssetsOnly())
    sources: dict[int, _Source] = {}
    _number(page.etree_element.find("body"), sources, 0, 0, whole)
    try:
        document = page.render(font_config=FontConfiguration(), pdf_variant="pdf/a-3a")
    except FatalURLFetchingError as error:
        raise CannotRender(f"The letter could not be printed: {error.__cause__ or error}.") from error
    return document, sources


def _number(element: Any, sources: dict[int, _Source], paragraph: int, note: int, whole: set[int]) -> None:
    """Give each block its number in ``data-k``."""
    if element.tag in _BLOCKS:
        key = len(sources) + 1
        element.set("data-k", str(key))
        if element.tag == "fn-note":
            note = int(element.get("data-n"))
        elif element.tag != "fn-more":
            paragraph = key
        if key in whole:
            element.set("class", f"{element.get('class', '')} whole".strip())
        sources[key] = _Source(
            element, "", note if element.tag.startswith("fn-") else 0, paragraph, element.tag == "th"
        )
    for child in element:
        _number(child, sources, paragraph, note, whole)
        if child.tag == "fn-note":
            note = int(child.get("data-n"))
    if element.tag in _BLOCKS:
        own = sources[int(element.get("data-k"))]
        sources[int(element.get("data-k"))] = _Source(
            element, "".join(_own_text(element)), own.note, own.paragraph, own.repeats
        )


def _own_text(element: Any) -> Iterator[str]:
    """Text of an element without that of the numbered blocks in it."""
    yield element.text or ""
    for child in element:
        if child.get("data-k") is None:
            yield from _own_text(child)
        yield child.tail or ""


def losses(document: Any, sources: Mapping[int, _Source]) -> list[Loss]:
    """Blocks whose characters are not on the pages exactly once, in order; header cells may repeat on each page."""
    laid: dict[int, list[str]] = {key: [] for key in sources}
    for page in document.pages:
        for child in page._page_box.children:
            _collect(child, 0, laid)
    lost = []
    for key, source in sources.items():
        expected, found = _letters(source.text), _letters("".join(laid[key]))
        if expected == found or (source.repeats and expected and found == expected * (len(found) // len(expected))):
            continue
        lost.append(Loss(key, " ".join(source.text.split()), source.note, source.paragraph))
    return lost


def _collect(box: Any, key: int, laid: dict[int, list[str]]) -> None:
    box = getattr(box, "_box", box)
    if type(box).__name__ == "MarginBox" or "::" in (box.element_tag or ""):
        return
    if box.element is not None and (own := box.element.get("data-k")) is not None:
        key = int(own)
    text = getattr(box, "text", None)
    if text is not None:
        if key in laid:
            laid[key].append(text)
        return
    for child in getattr(box, "children", ()):
        _collect(child, key, laid)


_NOT_SHOWN = re.compile(r"[\s\u00ad\u2010\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+")


def _letters(text: str) -> str:
    """A text without spaces, hyphens at line ends and marks that print nothing."""
    return _NOT_SHOWN.sub("", text)


def _repair(lost: list[Loss], notes: Mapping[int, Note], pieces: dict[int, int], whole: set[int]) -> None:
    """Change what the next arrangement does about the passages that were lost."""
    for loss in lost:
        whole.add(loss.paragraph)
        note = notes.get(loss.note)
        if note is not None and _words(note) > 60:
            pieces[loss.note] = max(pieces.get(loss.note, 2 * _PIECE) // 2, 15)


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


def _refuse_warnings(messages: list[str]) -> None:
    missing = [message for message in messages if "notdef" in message]
    if missing:
        characters = re.findall(r'"([^"]*)"', " ".join(missing))
        raise MissingGlyphs(
            f"The letter's fonts have no glyph for: {' '.join(characters) or missing[0]}. Write these characters in "
            "words, or install Debian's fonts for their script."
        )
    serious = [message for message in messages if not _HARMLESS.match(message)]
    if serious:
        raise CannotRender(f"The letter could not be printed cleanly: {serious[0]}")
