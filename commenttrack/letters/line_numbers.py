"""Line numbers in the margin of a review copy.

They are an aid for talking about a text and no part of it, so they are drawn over the finished pages as artifacts: no
tag changes, and no reader hears them.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import pikepdf
from weasyprint import HTML  # type: ignore[import-untyped]
from weasyprint.text.fonts import FontConfiguration  # type: ignore[import-untyped]

from commenttrack.letters.assets import OwnAssetsOnly, font_faces

_POINTS = 0.75
"""Points in a CSS pixel, in which boxes are measured."""
_SIZE = 7.5
"""Points of a digit's type size."""
_GAP = 14
"""Points between the numbers and the text."""
_SAME_LINE = 3
"""CSS pixels within which two baselines are those of one line: a raised figure, the other column."""


def with_line_numbers(data: bytes, document: Any) -> bytes:
    """The file with each page's lines numbered from 1, left of the text. ``document`` is its layout.

    Lines of columns, cells and languages side by side that stand on one height have one number. Running heads, notes
    and the letterhead have none.
    """
    buffer = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as pdf:
        digits = _copied_digits(pdf)
        for page, laid in zip(pdf.pages, document.pages, strict=True):
            box = laid._page_box
            heights = _baselines(box)
            if not heights:
                continue
            right = box.content_box_x() * _POINTS - _GAP
            top = float(page.mediabox[3])
            marks = []
            for number, height in enumerate(heights, 1):
                across, up = right - digits.width * len(str(number)), top - height * _POINTS - digits.lift
                for place, figure in enumerate(str(number)):
                    marks.append(f"q 1 0 0 1 {across + place * digits.width:.2f} {up:.2f} cm /CtD{figure} Do Q")
            # The page's own drawing turns the axes and leaves them turned.
            page.contents_add(b"q\n", prepend=True)
            drawn = "Q\n/Artifact BMC\n" + "\n".join(marks) + "\nEMC\n"
            for digit, form in enumerate(digits.forms):
                page.add_resource(form, pikepdf.Name.XObject, pikepdf.Name(f"/CtD{digit}"))
            page.contents_add(drawn.encode("ascii"))
        pdf.save(buffer, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.preserve)
    return buffer.getvalue()


def _baselines(page: Any) -> list[float]:
    """Heights of the text's lines on a page from its top, in CSS pixels, each once."""
    found = sorted(
        height
        for child in page.children
        if type(child).__name__ not in ("MarginBox", "FootnoteAreaBox")
        for height in _lines(child)
    )
    heights: list[float] = []
    for height in found:
        if not heights or height - heights[-1] > _SAME_LINE:
            heights.append(height)
    return heights


def _lines(box: Any) -> Iterator[float]:
    box = getattr(box, "_box", box)
    kind = box.element.get("class", "") if box.element is not None else ""
    if "letterhead" in kind.split() or box.element_tag in ("fn-note", "fn-more"):
        return
    if type(box).__name__ == "LineBox":
        if any(True for text in _texts(box) if text.strip()):
            yield box.position_y + box.baseline
        return
    for child in getattr(box, "children", ()):
        yield from _lines(child)


def _texts(box: Any) -> Iterator[str]:
    box = getattr(box, "_box", box)
    if type(box).__name__ == "TextBox":
        yield box.text
    for child in getattr(box, "children", ()):
        yield from _texts(child)


@dataclass(frozen=True, slots=True)
class _Digits:
    """The ten digits as small drawings with their font inside; lengths in points."""

    forms: tuple[pikepdf.Object, ...]
    width: float
    lift: float
    """How high above the corner of its drawing a digit stands."""


def _copied_digits(pdf: pikepdf.Pdf) -> _Digits:
    data, width, lift = _digit_pages()
    with pikepdf.open(io.BytesIO(data)) as source:
        return _Digits(tuple(pdf.copy_foreign(page.as_form_xobject()) for page in source.pages[:10]), width, lift)


@cache
def _digit_pages() -> tuple[bytes, float, float]:
    """A file with one digit on each of its pages; a digit's width and its height above the corner."""
    style = (
        f"@page {{ size: 20pt 20pt; margin: 0 }} body {{ margin: 0; font: {_SIZE}pt/20pt 'Source Sans 3'; color: #555; "
        "font-variant-numeric: lining-nums tabular-nums } p { margin: 0; break-after: page } "
    )
    pages = "".join(f"<p>{digit}</p>" for digit in range(10))
    document = HTML(string=f"<style>{font_faces()}{style}</style>{pages}", url_fetcher=OwnAssetsOnly()).render(
        font_config=FontConfiguration()
    )
    line = next(box for box in document.pages[0]._page_box.descendants() if type(box).__name__ == "LineBox")
    text = next(box for box in line.descendants() if type(box).__name__ == "TextBox")
    lift = 20 - (line.position_y + line.baseline) * _POINTS
    return document.write_pdf(), text.width * _POINTS, lift
