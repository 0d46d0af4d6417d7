"""Images of a Word letter: drawings as pixels for programs that know no SVG, and words for what each shows."""

import io

from lxml import etree
from lxml.etree import _Element

from commenttrack.letters.assets import OwnAssetsOnly
from commenttrack.letters.content import Picture
from commenttrack.letters.word_package import Parts

_A = "http://schemas.openxmlformats.org/drawingml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_SVG = "http://schemas.microsoft.com/office/drawing/2016/SVG/main"
_PIC = "http://schemas.openxmlformats.org/drawingml/2006/picture"
_WP = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
_PIXELS = 1600
"""Longest side of a drawing as pixels."""


def as_pixels(picture: Picture) -> bytes:
    """A drawing (SVG) as PNG; the same drawing gives the same bytes."""
    import pypdfium2  # type: ignore[import-untyped]
    import weasyprint  # type: ignore[import-untyped]

    width, height = max(picture.width, 1.0), max(picture.height, 1.0)
    scale = 600 / max(width, height)
    size = f"{width * scale:.2f}px {height * scale:.2f}px"
    page = (
        f"<style>@page {{ size: {size}; margin: 0 }} body {{ margin: 0 }} img {{ display: block; width: 100% }}</style>"
        '<img src="picture:0" alt="">'
    )
    printed = weasyprint.HTML(string=page, url_fetcher=OwnAssetsOnly((picture,))).write_pdf()
    document = pypdfium2.PdfDocument(printed)
    try:
        # A point of the page is 4/3 of its pixels.
        image = document[0].render(scale=_PIXELS / 450, fill_color=(255, 255, 255, 255)).to_pil()
    finally:
        document.close()
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def with_pixels(parts: Parts, pictures: tuple[Picture, ...]) -> None:
    """Give each drawing of the file its pixels, which programs show that know no drawings."""
    by_data = {picture.data: picture for picture in pictures if picture.media_type == "image/svg+xml"}
    rels = "word/_rels/document.xml.rels"
    made: dict[str, str] = {}
    root = etree.fromstring(parts["word/document.xml"])
    targets = {str(each.get("Id")): str(each.get("Target")) for each in etree.fromstring(parts[rels])}
    for blip in root.iter(f"{{{_A}}}blip"):
        drawing = next(blip.iter(f"{{{_SVG}}}svgBlip"), None)
        if drawing is None:
            continue
        target = targets[str(drawing.get(f"{{{_R}}}embed"))]
        picture = by_data.get(parts[f"word/{target}"])
        if picture is None:
            continue
        if target not in made:
            made[target] = f"rIdpixels{len(made) + 1}"
            name = f"media/pixels{len(made)}.png"
            parts[f"word/{name}"] = as_pixels(picture)
            relation = f'<Relationship Id="{made[target]}" Type="{_R}/image" Target="{name}"/></Relationships>'
            parts[rels] = parts[rels].replace(b"</Relationships>", relation.encode())
        blip.set(f"{{{_R}}}embed", made[target])
    types = parts["[Content_Types].xml"]
    if made and b'Extension="png"' not in types:
        start = types.index(b">", types.index(b"<Types")) + 1
        parts["[Content_Types].xml"] = (
            types[:start] + b'<Default Extension="png" ContentType="image/png"/>' + types[start:]
        )
    parts["word/document.xml"] = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def describe(root: _Element) -> None:
    """Words for what each image shows stand in both places that programs look at; each has a number of its own."""
    for number, inline in enumerate(root.iter(f"{{{_WP}}}inline"), 1):
        for side in ("distT", "distB", "distL", "distR"):
            inline.set(side, "0")
        for outer in inline.iter(f"{{{_WP}}}docPr"):
            outer.set("id", str(100 + number))
            outer.set("name", f"Image {number}")
            for inner in inline.iter(f"{{{_PIC}}}cNvPr"):
                inner.set("id", str(100 + number))
                inner.set("name", f"Image {number}")
                inner.set("descr", outer.get("descr", ""))
