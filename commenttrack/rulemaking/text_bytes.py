"""The characters of a text or HTML file: its encoding found, doubts named, what is no text refused."""

from __future__ import annotations

import codecs
import re

from commenttrack.errors import BadInput

_DECLARED = re.compile(
    rb"""<(?:meta|\?xml)[^<>]{0,200}?(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_:.-]+)""", re.IGNORECASE
)
_UTF8_PAIR = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_CONTROLS = dict.fromkeys([*range(9), 11, *range(14, 32), 127, 0xFFFE, 0xFFFF, *range(0xE000, 0xE004)], " ") | {
    0x0C: "\n"
}
_CONTROLS |= dict.fromkeys(range(0xFDD0, 0xFDF0), " ")
# What browsers read under these names; pages of federalregister.gov say ISO-8859-1 and mean this.
_WESTERN = frozenset(
    {"iso-8859-1", "iso8859-1", "latin1", "latin-1", "l1", "us-ascii", "ascii", "windows-1252", "cp1252"}
)
# A western text has few letters beyond ASCII: signs, quotes, names.
_MOST_BEYOND_ASCII = 0.08


def wide_encoding(data: bytes) -> str:
    """UTF-16 or UTF-32 when the file starts with their mark, else an empty string."""
    if data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    return "utf-16" if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else ""


def decoded(data: bytes, name: str) -> tuple[str, str]:
    """The text of the bytes, line ends as ``\\n`` and control characters as spaces, and a sentence of doubt or "".

    Raises :class:`BadInput` for NUL bytes and for bytes that make no sense in the encoding they seem to be in.
    """
    wide = wide_encoding(data)
    if not wide and b"\0" in data:
        line = data.count(b"\n", 0, data.index(b"\0")) + 1
        raise BadInput(f"{name} is not a text: there is a NUL byte in line {line}.")
    doubt = ""
    try:
        text = data.decode(wide or "utf-8-sig")
    except UnicodeDecodeError as error:
        if wide:
            raise BadInput(f"{name} starts as {wide.upper()} text but byte {error.start} cannot be read so.") from None
        text, doubt = _not_utf8(data, name, error.start)
    if "\0" in text:
        raise BadInput(
            f"{name} is not a text: there is a NUL in line {text.count(chr(10), 0, text.index(chr(0))) + 1}."
        )
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return (text if text.isascii() and text.isprintable() else text.translate(_CONTROLS)), doubt


def _not_utf8(data: bytes, name: str, at: int) -> tuple[str, str]:
    line = data.count(b"\n", 0, at) + 1
    beyond = sum(byte > 127 for byte in data)
    declared = _DECLARED.search(data[:4096])
    label = declared[1].decode("ascii").lower() if declared else ""
    if label and label not in _WESTERN and label not in ("utf-8", "utf8"):
        try:
            return data.decode(label), ""
        except (LookupError, UnicodeDecodeError, ValueError):
            raise BadInput(f"{name} says that it is {label} text, but line {line} cannot be read so.") from None
    if 2 * sum(len(pair) for pair in _UTF8_PAIR.findall(data)) > beyond:
        raise BadInput(f"{name} is UTF-8 text with damaged bytes in line {line}; fetch or save the file again.")
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BadInput(
            f"{name} is neither UTF-8 nor Windows-1252 text: line {line} cannot be read. Save the text as UTF-8."
        ) from None
    if beyond > _MOST_BEYOND_ASCII * len(data):
        raise BadInput(f"{name} is in an encoding that is not stated and not UTF-8. Save the text as UTF-8.")
    if label in _WESTERN:
        return text, ""
    return text, "the encoding is not stated; the text was read as Windows-1252"
