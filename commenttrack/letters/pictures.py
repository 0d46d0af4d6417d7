"""Images of a letter: a logo, a chart. Each is looked through before anything draws it.

An image comes from people outside the house, so it is taken for what its bytes say and not for what its name says, its
size is read before its pixels are, and a drawing (SVG) may hold shapes and nothing that runs, fetches or writes text.
"""

import io
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from lxml import etree
from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

from commenttrack.errors import BadInput
from commenttrack.letters.content import Picture

LARGEST = 5_000_000
"""Bytes of one image."""
MOST_PIXELS = 25_000_000
"""Pixels of one image; a page printed at 300 dots per inch has 8 million."""
MOST = 60
"""Images of one letter."""
_MAKE_SMALLER = f"a letter takes {MOST_PIXELS:,} in all. Make it smaller."


class NotAPicture(BadInput):
    """A file that is not an image that a letter can show."""


def checked(name: str, data: bytes) -> Picture:
    """The picture that the bytes of a PNG, JPEG or SVG file are, without what a letter has no use for.

    Raises :class:`NotAPicture` for another kind of file, one that is damaged, too large in bytes or pixels, and for a
    drawing with scripts, addresses, text or styles of its own.
    """
    if len(data) > LARGEST:
        raise NotAPicture(f"The image {name} has {len(data):,} bytes; a letter takes {LARGEST:,} for one image.")
    if data[:8] == b"\x89PNG\r\n\x1a\n" or data[:3] == b"\xff\xd8\xff":
        return _raster(name, data)
    if re.match(rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml|<!--|<!DOCTYPE svg|<svg)", data):
        return _drawing(name, data)
    raise NotAPicture(f"{name} is not an image that a letter can show: it must be a PNG, JPEG or SVG file.")


def refusal_of_address(address: str) -> str:
    """Why an image of this address cannot be shown; empty for the plain name of a file."""
    if re.match(r"[a-z][a-z0-9+.-]*:|//|\\\\", address, re.I):
        return (
            f"The image {address[:120]} is an address. A letter fetches nothing: save the image beside the letter and "
            "write its file name."
        )
    if address.startswith(("/", "~")) or ".." in re.split(r"[/\\]", address):
        return f"The image {address[:120]} lies elsewhere; save it beside the letter and write its file name."
    return "" if address.strip() else "An image without a file name: write ![what it shows](chart.png)."


# ---------------------------------------------------------------------------------------------------- PNG and JPEG


def _raster(name: str, data: bytes) -> Picture:
    """Decoded once to be sure that it is whole, and kept without its metadata, which can say where it was taken."""
    try:
        with Image.open(io.BytesIO(data), formats=("PNG", "JPEG")) as image:
            width, height = image.size  # from the header: no pixel has been read yet
            if width * height > MOST_PIXELS:
                raise NotAPicture(f"The image {name} has {width:,} × {height:,} pixels; {_MAKE_SMALLER}")
            if getattr(image, "n_frames", 1) > 1:
                raise NotAPicture(f"The image {name} moves; a letter can show only an image that stands still.")
            kind: Literal["image/png", "image/jpeg"] = "image/jpeg" if image.format == "JPEG" else "image/png"
            with _nothing_missing():
                turned = ImageOps.exif_transpose(image)
                turned.load()
            plain = _plain_colours(turned)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise NotAPicture(f"The image {name} has many more pixels than its bytes let expect; {_MAKE_SMALLER}") from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError):
        raise NotAPicture(f"The image {name} is damaged: it cannot be decoded. Save it anew as PNG or JPEG.") from None
    out = io.BytesIO()
    if kind == "image/jpeg" and plain.mode in ("RGB", "L"):
        plain.save(out, "JPEG", quality=90)
    else:
        kind = "image/png"
        plain.save(out, "PNG")
    return Picture(name, kind, out.getvalue(), plain.width, plain.height)


_DECODING = threading.Lock()


@contextmanager
def _nothing_missing() -> Iterator[None]:
    """Decode strictly: once WeasyPrint is loaded, Pillow fills what is missing with grey and says nothing."""
    with _DECODING:
        before, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, False
        try:
            yield
        finally:
            ImageFile.LOAD_TRUNCATED_IMAGES = before


def _plain_colours(image: Image.Image) -> Image.Image:
    """Eight bits of grey or of red, green and blue, perhaps with transparency: what the one colour profile says."""
    if image.mode in ("L", "RGB", "RGBA", "LA"):
        plain = image.copy()
    elif "transparency" in image.info or image.mode == "PA":
        plain = image.convert("RGBA")
    elif image.mode in ("1", "I", "I;16", "F"):
        plain = image.convert("L")
    else:
        plain = image.convert("RGB")
    plain.info = {}
    return plain


# ------------------------------------------------------------------------------------------------------------- SVG

_SVG = "http://www.w3.org/2000/svg"
_SHAPES = frozenset(
    ("svg", "g", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "defs", "linearGradient",
     "radialGradient", "stop", "clipPath", "title", "desc", "metadata")
)  # fmt: skip
_REFUSED = {
    "script": "a script",
    "foreignObject": "a page within the drawing",
    "image": "another image",
    "use": "a copy of another element (use)",
    "style": "a style sheet",
    "text": "text (convert it to outlines, so that it prints alike everywhere)",
    "a": "a link",
}
_MOST_ELEMENTS = 20_000
_ATTRIBUTES = re.compile(
    r"(?:id|class|version|viewBox|width|height|x|y|x1|y1|x2|y2|cx|cy|r|rx|ry|fx|fy|d|points|pathLength|offset|"
    r"transform|gradientTransform|gradientUnits|spreadMethod|clipPathUnits|preserveAspectRatio|style|color|"
    r"fill(?:-rule|-opacity)?|clip(?:-path|-rule)|stroke(?:-[a-z]+)?|stop-(?:color|opacity)|opacity|display|"
    r"visibility|paint-order|overflow|role|aria-[a-z]+|enable-background|baseProfile|vector-effect)\Z"
)
_OUTSIDE = re.compile(r"url\(\s*['\"]?(?!#)|javascript:|@import|expression\(|\\", re.I)


def _drawing(name: str, data: bytes) -> Picture:
    if re.search(rb"<!ENTITY", data):
        raise NotAPicture(f"The drawing {name} defines entities; save it as plain SVG.")
    try:
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
        )
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise NotAPicture(f"The drawing {name} is damaged: {error.msg}.") from None
    if root.tag != f"{{{_SVG}}}svg":
        raise NotAPicture(f"{name} is XML but not a drawing: it must start with an svg element of {_SVG}.")
    elements = list(root.iter())
    if len(elements) > _MOST_ELEMENTS:
        raise NotAPicture(f"The drawing {name} has {len(elements):,} elements; make it simpler ({_MOST_ELEMENTS:,}).")
    for element in elements:
        _look_through(name, element)
    width, height = _size(name, root)
    out = etree.tostring(root, encoding="UTF-8")
    return Picture(name, "image/svg+xml", out, width, height)


def _look_through(name: str, element: etree._Element) -> None:
    """Refuse an element that does more than draw; what programs leave in a drawing for themselves is taken out."""
    if not isinstance(element.tag, str):
        raise NotAPicture(f"The drawing {name} refers to an entity; save it as plain SVG.")
    tag = etree.QName(element)
    if tag.namespace != _SVG:
        _remove(element)
        return
    if tag.localname not in _SHAPES:
        what = _REFUSED.get(tag.localname, f"an element ({tag.localname}) that a letter does not draw")
        raise NotAPicture(
            f"The drawing {name} holds {what}; a letter shows shapes only. Save it as plain SVG, or as PNG."
        )
    if tag.localname == "metadata":
        _remove(element)
        return
    clips = element.get("clip-path") or "clip-path" in str(element.get("style", ""))
    if clips and any(each.tag == f"{{{_SVG}}}clipPath" for each in (element, *element.iterancestors())):
        raise NotAPicture(f"The drawing {name} clips its own clips, which can go round in a circle; simplify it.")
    for attribute, value in list(element.attrib.items()):
        local = etree.QName(str(attribute))
        if local.localname.lower().startswith("on"):
            raise NotAPicture(f"The drawing {name} holds a script ({local.localname}).")
        if _OUTSIDE.search(str(value)):
            raise NotAPicture(f"The drawing {name} refers to something outside it: {str(value)[:60]}.")
        if local.namespace or not _ATTRIBUTES.match(local.localname):
            del element.attrib[attribute]


def _remove(element: etree._Element) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _size(name: str, root: etree._Element) -> tuple[float, float]:
    """Width and height in the drawing's own units; a drawing without a viewBox gets one."""
    box = re.findall(r"-?[\d.]+(?:e-?\d+)?", str(root.get("viewBox", "")))
    try:
        if len(box) == 4:
            width, height = float(box[2]), float(box[3])
        else:
            sizes = [re.fullmatch(r"\s*([\d.]+)(?:px|pt|mm|cm|in)?\s*", str(root.get(side, ""))) for side in _SIDES]
            width, height = (float(size.group(1)) if size else 0.0 for size in sizes)
            root.set("viewBox", f"0 0 {width:g} {height:g}")
    except ValueError:
        width = height = 0.0
    if not (0 < width < 1e6 and 0 < height < 1e6):
        raise NotAPicture(f"The drawing {name} does not say how large it is; give it a viewBox.")
    root.set("width", f"{width:g}")
    root.set("height", f"{height:g}")
    return width, height


_SIDES = ("width", "height")
