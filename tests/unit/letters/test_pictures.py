"""Images are looked through before anything draws them."""

import io
import struct
import zlib

import pytest
from PIL import Image, ImageFile

from commenttrack.letters.pictures import MOST_PIXELS, NotAPicture, checked


def image(kind="PNG", mode="RGB", size=(30, 20), **options):
    out = io.BytesIO()
    Image.new(mode, size).save(out, kind, **options)
    return out.getvalue()


def svg(inner="", attributes='viewBox="0 0 10 5"'):
    return f'<svg xmlns="http://www.w3.org/2000/svg" {attributes}>{inner}</svg>'.encode()


def bomb(width, height):
    """A PNG of a few hundred bytes that says it has width × height pixels."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA", "P", "1", "I;16"])
def test_a_png_is_kept_in_plain_colours(mode):
    picture = checked("a.png", image(mode=mode))
    assert (picture.media_type, picture.width, picture.height) == ("image/png", 30, 20)
    assert Image.open(io.BytesIO(picture.data)).mode in ("RGB", "RGBA", "L", "LA")


def test_a_jpeg_in_printers_colours_becomes_one_for_the_screen():
    assert checked("a.jpg", image("JPEG")).media_type == "image/jpeg"
    assert checked("a.jpg", image("JPEG", "CMYK")).media_type == "image/jpeg"
    assert Image.open(io.BytesIO(checked("a.jpg", image("JPEG", "CMYK")).data)).mode == "RGB"


def test_where_a_photo_was_taken_is_not_passed_on():
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    exif[0x0112] = 6  # turned by a quarter
    picture = checked("a.jpg", image("JPEG", exif=exif))
    assert b"taken at home" not in picture.data
    assert (picture.width, picture.height) == (20, 30)


def test_the_name_of_a_file_does_not_say_what_it_is():
    assert checked("a.txt", image()).media_type == "image/png"


@pytest.mark.parametrize("forgiving", [False, True], ids=["alone", "beside WeasyPrint"])
@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "not an image"),
        (b"GIF89a", "not an image"),
        (b"%PDF-1.7", "not an image"),
        (b"<html></html>", "not an image"),
        (image()[:50], "damaged"),
        (image("JPEG")[:200], "damaged"),
        (bomb(40_000, 40_000), "pixels"),
        (bomb(6_000, 6_000), "pixels"),
        (bomb(100, 100), "damaged"),
        (b"\x89PNG\r\n\x1a\n" + bytes(6_000_000), "bytes"),
    ],
)
def test_what_is_not_an_image_or_too_much_of_one_is_refused(data, message, forgiving, monkeypatch):
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", forgiving)
    with pytest.raises(NotAPicture, match=message):
        checked("a.png", data)


def test_a_large_image_within_the_limit_is_taken():
    assert checked("a.png", image(mode="1", size=(5000, MOST_PIXELS // 5000))).width == 5000


def test_a_drawing_of_shapes_is_taken_without_what_its_program_left_in_it():
    data = svg(
        '<metadata><x xmlns="urn:i"/></metadata><path d="M0 0L5 5" fill="#123" data-x="1" xmlns:i="urn:i" '
        'i:label="layer"/><i:view xmlns:i="urn:i"/>'
    )
    picture = checked("a.svg", b'<?xml version="1.0"?>\n<!-- made by hand -->' + data)
    assert (picture.media_type, picture.width, picture.height) == ("image/svg+xml", 10, 5)
    for gone in (b"metadata", b"data-x", b"layer", b"view ", b"made by"):
        assert gone not in picture.data


@pytest.mark.parametrize(
    ("inner", "message"),
    [
        ("<script>alert(1)</script>", "a script"),
        ('<path d="M0 0" onload="x()"/>', "a script"),
        ('<image href="https://example.org/a.png"/>', "another image"),
        ('<use href="#a"/>', "copy of another"),
        ("<style>@import url(https://example.org)</style>", "style sheet"),
        ("<foreignObject><p/></foreignObject>", "a page within"),
        ("<text>Words</text>", "outlines"),
        ('<a href="https://example.org"><path/></a>', "a link"),
        ('<rect fill="url(https://example.org/a)"/>', "outside it"),
        ('<rect style="fill:url( &quot;https://example.org/a&quot;)"/>', "outside it"),
        ("<filter/>", "does not draw"),
        ('<clipPath id="a" clip-path="url(#a)"/>', "clips its own clips"),
        ('<clipPath id="a"><rect style="clip-path:url(#a)"/></clipPath>', "clips its own clips"),
        ("<path", "damaged"),
    ],
)
def test_a_drawing_that_does_more_than_draw_is_refused(inner, message):
    with pytest.raises(NotAPicture, match=message):
        checked("a.svg", svg(inner))


def test_entities_are_refused_before_they_unfold():
    laughs = b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>' + svg("&b;")
    with pytest.raises(NotAPicture, match="entities"):
        checked("a.svg", laughs)


@pytest.mark.parametrize("attributes", ["", 'viewBox="0 0 0 0"', 'viewBox="a b c d"', 'width="100%" height="1"'])
def test_a_drawing_must_say_how_large_it_is(attributes):
    with pytest.raises(NotAPicture, match="how large"):
        checked("a.svg", svg("", attributes))
