"""What a printed letter is made with: its fonts and drawings. Nothing else can be fetched while it is printed."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from fontTools.pens.svgPathPen import SVGPathPen  # type: ignore[import-untyped]
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]
from weasyprint.urls import (  # type: ignore[import-untyped]
    FatalURLFetchingError,
    URLFetcher,
    URLFetcherResponse,
)

from commenttrack.errors import Refused
from commenttrack.letters.content import Picture
from commenttrack.letters.own_words import own_words
from commenttrack.resources import folder


class CannotRender(Refused):
    """The letter cannot be printed as it is; the sentence says what stands in the way."""


class FontsMissing(CannotRender):
    """The letter's own fonts are not installed."""


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


@cache
def own_characters() -> frozenset[str]:
    """What the letter's own typefaces and their fallbacks print; for anything else it depends on the machine."""
    fonts = [_FONTS / f"source-serif-4-{subset}-400-normal.woff2" for subset in _RANGES]
    fonts += [_DEJAVU / file for file in ("DejaVuSerif.ttf", "DejaVuSans.ttf")]
    return frozenset(chr(code) for font in fonts if font.is_file() for code in TTFont(font).getBestCmap())


def _face(family: str, address: str, weight: int, style: str) -> str:
    return (
        f'@font-face {{ font-family: "{family}"; src: url("{address}"); font-weight: {weight}; font-style: {style} }}'
    )


@cache
def _mark(lang: str) -> bytes:
    """The mark across each page of a draft in another language than English: outlines, which nothing reads as text."""
    font = TTFont(_FONTS / "source-sans-3-latin-700-normal.woff2")
    glyphs, names, scale = font.getGlyphSet(), font.getBestCmap(), font["head"].unitsPerEm
    letters, width = "", 0.0
    for letter in own_words(lang).draft_mark:
        pen = SVGPathPen(glyphs)
        glyphs[names[ord(letter)]].draw(pen)
        letters += f'<path transform="translate({width:g} 0)" d="{pen.getCommands()}"/>'
        width += glyphs[names[ord(letter)]].width
    size = min(560 / width, 180 / scale)
    place = f"translate({300 - width * size / 2:.2f} {300 + 0.33 * scale * size:.2f}) scale({size:.4f} {-size:.4f})"
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 600 600"><g transform="rotate(-45 300 300)">'
        f'<g transform="{place}" fill="#f1f1f1">{letters}</g></g></svg>'
    ).encode()


class OwnAssetsOnly(URLFetcher):  # type: ignore[misc]  # weasyprint is not typed
    """Gives our own fonts and drawings and the letter's pictures, by names of ours; everything else ends the work."""

    def __init__(self, pictures: Sequence[Picture] = ()) -> None:
        super().__init__(fail_on_errors=True)
        self._pictures = pictures

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
        scheme, _, name = url.partition(":")
        if scheme == "picture" and name.isdecimal() and int(name) < len(self._pictures):
            picture = self._pictures[int(name)]
            return URLFetcherResponse(url, picture.data, {"Content-Type": picture.media_type})
        if scheme == "mark":
            return URLFetcherResponse(url, _mark(name), {"Content-Type": "image/svg+xml"})
        places = {"font": _FONTS, "dejavu": _DEJAVU, "asset": folder("templates") / "letter"}
        if scheme in places and re.fullmatch(r"[\w.-]+", name):
            kind = "image/svg+xml" if name.endswith(".svg") else "font/woff2"
            return URLFetcherResponse(url, (places[scheme] / name).read_bytes(), {"Content-Type": kind})
        raise FatalURLFetchingError(f"a letter fetches nothing, and this is not part of it: {url[:120]}")
