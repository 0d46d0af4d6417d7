"""A Word file as a package of parts, opened with care: it came by mail from somebody's computer.

Nothing is fetched, no entity is resolved, no macro is looked at. What a letter has no use for and what could harm is
refused with a sentence, or passed over and named in a notice.
"""

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from lxml import etree
from lxml.etree import _Element

from commenttrack.errors import BadInput

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_STRICT = {
    b"http://purl.oclc.org/ooxml/wordprocessingml/main": W.encode(),
    b"http://purl.oclc.org/ooxml/officeDocument/relationships": (
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    ),
}
"""Word's “Strict Open XML” names the same things by other addresses."""

LARGEST_FILE = 30_000_000
LARGEST_PART = 120_000_000
LARGEST_WHOLE = 250_000_000
"""Bytes of a file, of one part unpacked, of all parts unpacked."""
MOST_PARTS = 3_000
HIGHEST_RATIO = 300
"""Times a part may grow when it is unpacked; prose in XML grows 10 to 40 times. Small parts are not measured."""
_SMALL = 2_000_000


class NotAWordFile(BadInput):
    """The file cannot be read as a Word file; the sentence says why and what to send instead."""


@dataclass(frozen=True, slots=True)
class Relation:
    """Where a part points: ``kind`` is the last word of its type; ``outside`` for an address beyond the file."""

    id: str
    kind: str
    target: str
    outside: bool


@dataclass(frozen=True, slots=True)
class Package:
    """The parts of a Word file by name, and what was passed over."""

    parts: Mapping[str, bytes]
    document: str
    """Name of the main part."""
    notices: tuple[str, ...]

    def tree(self, name: str) -> _Element:
        """The part as a tree; raises :class:`NotAWordFile` for XML that is broken, bottomless or self-defining."""
        return _parsed(self.parts[name], name)

    def relations(self, name: str) -> tuple[Relation, ...]:
        """Where the part points."""
        folder, _, file = name.rpartition("/")
        return _relations(self.parts, posixpath.join(folder, "_rels", f"{file}.rels"), folder)

    def related(self, kind: str) -> Iterator[str]:
        """The parts of a kind that belong to the main part and are there."""
        for relation in self.relations(self.document):
            if relation.kind == kind and not relation.outside and relation.target in self.parts:
                yield relation.target


def open_package(data: bytes) -> Package:
    """Open a Word file. Raises :class:`NotAWordFile` for anything else, for macros, bombs and names that climb out."""
    if data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise NotAWordFile(
            "This is an old .doc file, or a file locked with a password. Open it in Word, save it as “Word Document "
            "(.docx)” without a password, and bring that file."
        )
    if len(data) > LARGEST_FILE:
        raise NotAWordFile(f"The file has {len(data):,} bytes; Word files up to {LARGEST_FILE:,} bytes are read.")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = _unpacked(archive)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, ValueError, OSError) as error:
        if isinstance(error, BadInput):
            raise
        raise NotAWordFile("This is not a Word file (.docx), or it is damaged. Save it again in Word.") from None
    except RuntimeError:
        raise NotAWordFile("The file is locked with a password; save it without one.") from None
    except Exception as error:  # zlib.error and its kin are not public names of zipfile
        if isinstance(error, BadInput):
            raise
        raise NotAWordFile("The file is damaged and cannot be unpacked. Save it again in Word.") from None
    main = next((r.target for r in _relations(parts, "_rels/.rels", "") if r.kind == "officeDocument"), "")
    if "[Content_Types].xml" not in parts or main not in parts:
        raise NotAWordFile("The file is a package without a document; a Word file (.docx) is asked for.")
    _require_document(parts, main)
    if W.encode() not in parts[main][:20_000] and next(iter(_STRICT)) in parts[main][:20_000]:
        parts = {name: _transitional(part) for name, part in parts.items()}
    return Package(parts, main, tuple(_notices(parts)))


def _unpacked(archive: zipfile.ZipFile) -> dict[str, bytes]:
    entries = archive.infolist()
    if len(entries) > MOST_PARTS:
        raise NotAWordFile(f"The file has {len(entries):,} parts inside; at most {MOST_PARTS:,} are read.")
    parts: dict[str, bytes] = {}
    seen: set[str] = set()
    whole = 0
    for entry in entries:
        name = entry.filename
        if name.startswith("/") or "\\" in name or "\0" in name or ".." in name.split("/") or ":" in name:
            raise NotAWordFile(f"The file holds a part named {name[:80]!r}, which points out of the file.")
        if name.endswith("/"):
            continue
        if name.casefold() in seen:
            raise NotAWordFile(f"The file holds the part {name[:80]} twice; nobody can say which one is meant.")
        seen.add(name.casefold())
        if entry.flag_bits & 1:
            raise NotAWordFile("The file is locked with a password; save it without one.")
        # What the file says about its sizes may be untrue, so what comes out is counted.
        room = min(LARGEST_PART, LARGEST_WHOLE - whole)
        with archive.open(entry) as stream:
            part = stream.read(room + 1)
        whole += len(part)
        if len(part) > room or (len(part) > _SMALL and len(part) > HIGHEST_RATIO * max(entry.compress_size, 1)):
            raise NotAWordFile(
                f"The part {name[:80]} grows to an unreasonable size when it is unpacked; the file was not read."
            )
        parts[name] = part
    return parts


_MAIN = re.compile(r"wordprocessingml\.(?:document|template)\.main\+xml\Z")


def _require_document(parts: Mapping[str, bytes], main: str) -> None:
    types = _parsed(parts["[Content_Types].xml"], "[Content_Types].xml")
    kinds = {unquote(str(entry.get("PartName", ""))).lstrip("/"): str(entry.get("ContentType", "")) for entry in types}
    if any("macroenabled" in kind.casefold() for kind in kinds.values()) or any(
        name.casefold().endswith(("vbaproject.bin", "vbadata.xml")) for name in parts
    ):
        raise NotAWordFile(
            "The file carries macros (.docm). Save it as “Word Document (.docx)”, which cannot hold any, and bring it."
        )
    if main in kinds and not _MAIN.search(kinds[main]):
        raise NotAWordFile("The file is an Office file but not a Word document; a .docx is asked for.")


_ELSEWHERE = {
    "attachedTemplate": "a template",
    "oleObject": "a linked object",
    "image": "a picture",
    "frame": "a frame",
    "subDocument": "another document",
    "aFChunk": "another document",
    "mailMergeSource": "a data source",
    "video": "a film",
    "audio": "a sound",
}


def _notices(parts: Mapping[str, bytes]) -> Iterator[str]:
    outside: dict[str, str] = {}
    for name in sorted(parts):
        if name.endswith(".rels"):
            folder = posixpath.dirname(posixpath.dirname(name))
            for relation in _relations(parts, name, folder):
                if relation.outside and relation.kind != "hyperlink":
                    outside.setdefault(_ELSEWHERE.get(relation.kind, relation.kind), relation.target)
    for what, target in outside.items():
        yield f"The file points at {what} outside of itself ({target[:120]}). Nothing was fetched from there."
    if any("/embeddings/" in name or "/activeX/" in name for name in parts):
        yield "The file has other files embedded in it. They were not opened; they stay in the kept file."
    if any("/afchunk" in name.casefold() for name in parts):
        yield "The file includes another document as a whole. Its text was not read; it stays in the kept file."


def _transitional(part: bytes) -> bytes:
    for strict, usual in _STRICT.items():
        part = part.replace(strict, usual)
    return part


def _relations(parts: Mapping[str, bytes], name: str, folder: str) -> tuple[Relation, ...]:
    if name not in parts:
        return ()
    out = []
    for element in _parsed(parts[name], name).iterchildren("{*}Relationship"):
        target = str(element.get("Target", ""))
        outside = element.get("TargetMode", "").casefold() == "external"
        if not outside and target.startswith("/"):
            target = target.lstrip("/")
        elif not outside:
            target = posixpath.normpath(posixpath.join(folder, target))
        kind = str(element.get("Type", "")).rpartition("/")[2]
        out.append(Relation(str(element.get("Id", "")), kind, target, outside))
    return tuple(out)


def _parsed(part: bytes, name: str) -> _Element:
    # A parser of its own for each part: libxml2 stops at 256 levels and ten million characters in one place.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(part, parser)
    except etree.XMLSyntaxError as error:
        if "depth" in str(error).casefold():
            raise NotAWordFile(f"The part {name} is nested deeper than any document; it was not read.") from None
        raise NotAWordFile(f"The part {name} is not well-formed XML ({error}). Save the file again in Word.") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise NotAWordFile(f"The part {name} defines entities of its own, which no Word file does; it was not read.")
    return root
