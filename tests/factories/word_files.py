"""Word files as they come back: an exported letter with tracked changes, comments and traps written into its XML.

Every mark is written by hand as Word and LibreOffice write it, so that tests need neither.
"""

import copy
import io
import itertools
import re
import zipfile
from xml.sax.saxutils import escape

from lxml import etree

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
W14 = "http://schemas.microsoft.com/office/word/2010/wordml"
W15 = "http://schemas.microsoft.com/office/word/2012/wordml"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TIME = "2026-03-04T09:30:00Z"
TYPES = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument'
    '.wordprocessingml.document.main+xml"/></Types>'
)
RELATIONS = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
)
MAIN = f'<Relationship Id="rId1" Type="{_R}/officeDocument" Target="word/document.xml"/>'


def zipped(parts: dict[str, bytes | str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def bare(body: str, *, more: dict[str, bytes | str] | None = None, relations: str = "", root: str = "") -> bytes:
    """A Word file of nothing but a body."""
    document = f'<w:document xmlns:w="{W}" xmlns:r="{_R}" {root}><w:body>{body}</w:body></w:document>'
    return zipped(
        {
            "[Content_Types].xml": TYPES,
            "_rels/.rels": RELATIONS.format(MAIN),
            "word/document.xml": document,
            "word/_rels/document.xml.rels": RELATIONS.format(relations),
            **(more or {}),
        }
    )


def p(*runs: str, properties: str = "") -> str:
    return f"<w:p>{f'<w:pPr>{properties}</w:pPr>' if properties else ''}{''.join(runs)}</w:p>"


def r(text: str, *, deleted: bool = False, properties: str = "") -> str:
    tag = "w:delText" if deleted else "w:t"
    return f'<w:r>{properties}<{tag} xml:space="preserve">{escape(text)}</{tag}></w:r>'


_ids = itertools.count(1)


def mark(kind: str, inner: str = "", *, author: str = "Ann", time: str = TIME) -> str:
    """A tracked mark around runs, or empty for the end of a paragraph and a row."""
    date = f' w:date="{time}"' if time else ""
    return f'<w:{kind} w:id="{next(_ids)}" w:author="{escape(author)}"{date}>{inner}</w:{kind}>'


class Desk:
    """Somebody's Word with a letter open: what is done here is tracked, unless ``tracked`` is turned off."""

    def __init__(self, data: bytes) -> None:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            self.parts = {name: archive.read(name) for name in archive.namelist()}
        self.trees = {
            name: etree.fromstring(self.parts[f"word/{name}.xml"])
            for name in ("document", "footnotes")
            if f"word/{name}.xml" in self.parts
        }
        self.author = "Ann"
        self.time = TIME
        self.tracked = True
        self.comments: list[str] = []
        self.replies: list[tuple[int, int | None, bool]] = []

    def file(self) -> bytes:
        parts = dict(self.parts)
        for name, tree in self.trees.items():
            parts[f"word/{name}.xml"] = etree.tostring(tree, xml_declaration=True, encoding="UTF-8", standalone=True)
        if self.comments:
            parts["word/comments.xml"] = (
                f'<w:comments xmlns:w="{W}" xmlns:w14="{W14}">{"".join(self.comments)}</w:comments>'.encode()
            )
            rows = "".join(
                f'<w15:commentEx w15:paraId="{number:08X}" w15:done="{int(done)}"'
                + (f' w15:paraIdParent="{parent:08X}"' if parent is not None else "")
                + "/>"
                for number, parent, done in self.replies
            )
            parts["word/commentsExtended.xml"] = f'<w15:commentsEx xmlns:w15="{W15}">{rows}</w15:commentsEx>'.encode()
            rels = parts["word/_rels/document.xml.rels"]
            kind = "http://schemas.microsoft.com/office/2011/relationships/commentsExtended"
            added = f'<Relationship Id="rIdEx" Type="{kind}" Target="commentsExtended.xml"/>'
            if b"comments.xml" not in rels:
                added += f'<Relationship Id="rIdCo" Type="{_R}/comments" Target="comments.xml"/>'
            parts["word/_rels/document.xml.rels"] = rels.replace(
                b"</Relationships>", f"{added}</Relationships>".encode()
            )
        return zipped(parts)

    # ------------------------------------------------------------------------------------------------------- finding

    def paragraph(self, text: str, part: str = "document") -> etree._Element:
        found = [each for each in self.trees[part].iter(f"{{{W}}}p") if text in _text(each)]
        assert found, f"no paragraph says {text!r}"
        return found[0]

    def runs(self, text: str, part: str = "document") -> list[etree._Element]:
        """The runs of some words, cut out of those around them."""
        paragraph = self.paragraph(text, part)
        start = _text(paragraph).index(text)
        self._cut(paragraph, start)
        self._cut(paragraph, start + len(text))
        at, found = 0, []
        for run in paragraph.iter(f"{{{W}}}r"):
            length = len(_text(run))
            if start <= at and at + length <= start + len(text) and length:
                found.append(run)
            at += length
        return found

    def _cut(self, paragraph: etree._Element, place: int) -> None:
        at = 0
        for run in list(paragraph.iter(f"{{{W}}}r")):
            text = _text(run)
            if at < place < at + len(text):
                element = next(each for each in run if each.tag in (f"{{{W}}}t", f"{{{W}}}delText"))
                rest = copy.deepcopy(run)
                element.text = text[: place - at]
                next(each for each in rest if each.tag == element.tag).text = text[place - at :]
                for each in (element, next(each for each in rest if each.tag == element.tag)):
                    each.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
                run.addnext(rest)
                return
            at += len(text)

    # -------------------------------------------------------------------------------------------------------- changes

    def _mark(self, kind: str) -> etree._Element:
        made = etree.Element(f"{{{W}}}{kind}")
        made.set(f"{{{W}}}id", str(next(_ids) + 20_000))
        made.set(f"{{{W}}}author", self.author)
        if self.time:
            made.set(f"{{{W}}}date", self.time)
        return made

    def delete(self, text: str, part: str = "document", kind: str = "del") -> None:
        for run in self.runs(text, part):
            if not self.tracked:
                run.getparent().remove(run)
                continue
            made = self._mark(kind)
            run.addprevious(made)
            made.append(run)
            if kind == "del":
                for each in run.findall(f"{{{W}}}t"):
                    each.tag = f"{{{W}}}delText"

    def insert(self, new: str, *, after: str, part: str = "document", kind: str = "ins", pieces: int = 1) -> None:
        last = self.runs(after, part)[-1]
        wrapped = [each for each in last.iterancestors() if each.tag in (f"{{{W}}}del", f"{{{W}}}moveFrom")]
        place = wrapped[-1] if wrapped else last
        size = -(-len(new) // pieces)
        for text in reversed([new[i : i + size] for i in range(0, len(new), size)]):
            run = etree.fromstring(f'<w:r xmlns:w="{W}"><w:t xml:space="preserve">{escape(text)}</w:t></w:r>')
            if self.tracked:
                made = self._mark(kind)
                made.append(run)
                place.addnext(made)
            else:
                place.addnext(run)

    def replace(self, old: str, new: str, part: str = "document") -> None:
        self.insert(new, after=old, part=part)
        self.delete(old, part)

    def move(self, text: str, *, after: str, name: str = "move1") -> None:
        """Move some words behind others, as Word marks it."""
        runs = self.runs(text)
        for run in runs:
            made = self._mark("moveFrom")
            run.addprevious(made)
            made.append(run)
        self._range(runs[0].getparent(), "moveFrom", name, runs[-1].getparent())
        self.insert(text, after=after, kind="moveTo")
        new = [each for each in self.trees["document"].iter(f"{{{W}}}moveTo") if _text(each) == text]
        self._range(new[-1] if len(new) == 1 else next(n for n in new if not _ranged(n)), "moveTo", name)

    def _range(self, element: etree._Element, kind: str, name: str, last: etree._Element | None = None) -> None:
        start, end = self._mark(f"{kind}RangeStart"), etree.Element(f"{{{W}}}{kind}RangeEnd")
        start.set(f"{{{W}}}name", name)
        end.set(f"{{{W}}}id", start.get(f"{{{W}}}id"))
        element.addprevious(start)
        (last if last is not None else element).addnext(end)

    def _mark_end(self, paragraph: etree._Element, kind: str) -> None:
        properties = paragraph.find(f"{{{W}}}pPr")
        if properties is None:
            properties = etree.Element(f"{{{W}}}pPr")
            paragraph.insert(0, properties)
        run = properties.find(f"{{{W}}}rPr")
        if run is None:
            run = etree.SubElement(properties, f"{{{W}}}rPr")
        run.insert(0, self._mark(kind))

    def delete_paragraph(self, text: str, part: str = "document") -> None:
        paragraph = self.paragraph(text, part)
        if not self.tracked:
            paragraph.getparent().remove(paragraph)
            return
        self.delete(_text(paragraph), part)
        self._mark_end(paragraph, "del")

    def insert_paragraph(self, new: str, *, after: str) -> None:
        """A paragraph typed behind another: the end of that one is what was put in."""
        paragraph = self.paragraph(after)
        made = etree.fromstring(p(r(new)).replace("<w:p>", f'<w:p xmlns:w="{W}">'))
        properties = paragraph.find(f"{{{W}}}pPr")
        if properties is not None:
            made.insert(0, copy.deepcopy(properties))
        paragraph.addnext(made)
        if self.tracked:
            run = made.find(f"{{{W}}}r")
            change = self._mark("ins")
            run.addprevious(change)
            change.append(run)
            self._mark_end(paragraph, "ins")

    def join(self, text: str) -> None:
        """Join a paragraph with the next one."""
        self._mark_end(self.paragraph(text), "del")

    def split(self, *, after: str) -> None:
        """Begin a new paragraph behind some words."""
        last = self.runs(after)[-1]
        paragraph = next(last.iterancestors(f"{{{W}}}p"))
        while last.getparent() is not paragraph:
            last = last.getparent()
        rest = etree.Element(f"{{{W}}}p")
        properties = paragraph.find(f"{{{W}}}pPr")
        if properties is not None:
            rest.append(copy.deepcopy(properties))
        for each in list(last.itersiblings()):
            rest.append(each)
        paragraph.addnext(rest)
        self._mark_end(paragraph, "ins")

    def row(self, text: str) -> etree._Element:
        return next(self.paragraph(text).iterancestors(f"{{{W}}}tr"))

    def _mark_row(self, row: etree._Element, kind: str) -> None:
        properties = row.find(f"{{{W}}}trPr")
        if properties is None:
            properties = etree.Element(f"{{{W}}}trPr")
            row.insert(0, properties)
        properties.append(self._mark(kind))

    def delete_row(self, text: str) -> None:
        row = self.row(text)
        for paragraph in row.iter(f"{{{W}}}p"):
            if _text(paragraph):
                self.delete(_text(paragraph))
        self._mark_row(row, "del")

    def insert_row(self, cells: list[str], *, after: str) -> None:
        row = self.row(after)
        made = etree.SubElement(row.getparent(), f"{{{W}}}tr")
        row.addnext(made)
        for cell in cells:
            inner = f'<w:tc xmlns:w="{W}"><w:tcPr/>{p(mark("ins", r(cell), author=self.author))}</w:tc>'
            made.append(etree.fromstring(inner))
        self._mark_row(made, "ins")

    def insert_note(self, note: str, *, after: str) -> None:
        self.insert("x", after=after)
        run = next(each for each in self.trees["document"].iter(f"{{{W}}}ins") if _text(each) == "x")[0]
        for each in list(run):
            run.remove(each)
        reference = etree.SubElement(run, f"{{{W}}}footnoteReference")
        reference.set(f"{{{W}}}id", "777")
        made = f'<w:footnote xmlns:w="{W}" w:id="777">{p(mark("ins", r(note), author=self.author))}</w:footnote>'
        self.trees["footnotes"].append(etree.fromstring(made))

    def bold(self, text: str) -> None:
        """A tracked change of format."""
        for run in self.runs(text):
            properties = run.find(f"{{{W}}}rPr")
            if properties is None:
                properties = etree.Element(f"{{{W}}}rPr")
                run.insert(0, properties)
            properties.insert(0, etree.Element(f"{{{W}}}b"))
            change = self._mark("rPrChange")
            etree.SubElement(change, f"{{{W}}}rPr")
            properties.append(change)

    def comment(self, on: str, text: str, *, answers: int | None = None, done: bool = False) -> int:
        number = len(self.comments) + 1
        runs = self.runs(on)
        for tag, place in (("commentRangeStart", runs[0].addprevious), ("commentRangeEnd", runs[-1].addnext)):
            made = etree.Element(f"{{{W}}}{tag}")
            made.set(f"{{{W}}}id", str(number))
            place(made)
        reference = etree.fromstring(f'<w:r xmlns:w="{W}"><w:commentReference w:id="{number}"/></w:r>')
        runs[-1].getnext().addnext(reference)
        self.comments.append(
            f'<w:comment w:id="{number}" w:author="{escape(self.author)}" w:date="{self.time}" w:initials="A">'
            f'<w:p w14:paraId="{number:08X}">{r(text)}</w:p></w:comment>'
        )
        self.replies.append((number, answers, done))
        return number

    def forget(self) -> None:
        """Lose what the export laid into the file about itself, as some programs do."""
        self.parts = {name: data for name, data in self.parts.items() if not name.startswith("customXml/")}
        rels = self.parts["word/_rels/document.xml.rels"]
        self.parts["word/_rels/document.xml.rels"] = re.sub(rb"<Relationship [^>]*customXml[^>]*/>", b"", rels)


def _ranged(element: etree._Element) -> bool:
    before = element.getprevious()
    return before is not None and before.tag == f"{{{W}}}moveToRangeStart"


def _text(element: etree._Element) -> str:
    return "".join(each.text or "" for each in element.iter(f"{{{W}}}t", f"{{{W}}}delText"))
