"""The comments on a letter's parts in the margin of its Word file, each at the words it speaks of."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from lxml import etree
from lxml.etree import _Element

from commenttrack.letters.exported_word import bookmark

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_W14 = "http://schemas.microsoft.com/office/word/2010/wordml"
_W15 = "http://schemas.microsoft.com/office/word/2012/wordml"
_EXTENDED = "http://schemas.microsoft.com/office/2011/relationships/commentsExtended"
_EXTENDED_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.commentsExtended+xml"


@dataclass(frozen=True, slots=True)
class MarginComment:
    """A comment on a part. ``answers`` is the index of the comment it answers, which comes before it."""

    part: str
    author: str
    time: dt.datetime | None
    text: str
    quote: str = ""
    answers: int | None = None
    resolved: bool = False


def with_comments(parts: dict[str, bytes], comments: Sequence[MarginComment]) -> dict[str, bytes]:
    """The parts of a Word file with comments; one whose part is not in the letter stands at its first paragraph."""
    root = etree.fromstring(parts["word/document.xml"])
    placed = _paragraphs(root)
    written, extended = [], []
    for number, comment in enumerate(comments):
        _enclose(_place(placed, comment), number)
        stamp = f' w:date="{comment.time.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}"' if comment.time else ""
        texts = comment.text.split("\n")
        lines = "".join(
            f'<w:p w14:paraId="{_paragraph_id(number, line)}"><w:r>'
            f'<w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>'
            for line, text in zip(range(len(texts) - 1, -1, -1), texts, strict=True)
        )
        initials = "".join(word[0] for word in comment.author.split()[:3])
        written.append(
            f'<w:comment w:id="{number}" w:author={quoteattr(comment.author)} w:initials={quoteattr(initials)}{stamp}>'
            f"{lines}</w:comment>"
        )
        parent = f' w15:paraIdParent="{_paragraph_id(comment.answers, 0)}"' if comment.answers is not None else ""
        done = int(comment.resolved)
        extended.append(f'<w15:commentEx w15:paraId="{_paragraph_id(number, 0)}"{parent} w15:done="{done}"/>')
    out = dict(parts)
    out["word/document.xml"] = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    out["word/comments.xml"] = (
        f'{head}<w:comments xmlns:w="{_W}" xmlns:w14="{_W14}">{"".join(written)}</w:comments>'.encode()
    )
    out["word/commentsExtended.xml"] = (
        f'{head}<w15:commentsEx xmlns:w15="{_W15}">{"".join(extended)}</w15:commentsEx>'.encode()
    )
    declared = f'<Override PartName="/word/commentsExtended.xml" ContentType="{_EXTENDED_TYPE}"/></Types>'
    related = f'<Relationship Id="rIdextended" Type="{_EXTENDED}" Target="commentsExtended.xml"/></Relationships>'
    for name, end, more in (
        ("[Content_Types].xml", b"</Types>", declared),
        ("word/_rels/document.xml.rels", b"</Relationships>", related),
    ):
        out[name] = out[name].replace(end, more.encode())
    return out


def _paragraph_id(number: int, line: int) -> str:
    """The last paragraph of a comment is the one that answers name: it has line 0."""
    return f"{(number + 1) * 4096 + line:08X}"


def _paragraphs(root: _Element) -> list[tuple[str, _Element]]:
    """Every paragraph of the body with the name of the part's bookmark it stands in."""
    out: list[tuple[str, _Element]] = []
    open_marks: dict[str, str] = {}
    for element in root.iter(f"{{{_W}}}bookmarkStart", f"{{{_W}}}bookmarkEnd", f"{{{_W}}}p"):
        key = element.get(f"{{{_W}}}id", "")
        if element.tag == f"{{{_W}}}bookmarkStart":
            if element.get(f"{{{_W}}}name", "").startswith("_part_"):
                open_marks[key] = element.get(f"{{{_W}}}name", "")
        elif element.tag == f"{{{_W}}}bookmarkEnd":
            open_marks.pop(key, None)
        elif any(True for _ in _runs(element)):
            out.append((next(reversed(open_marks.values()), ""), element))
    return out


def _runs(paragraph: _Element) -> Iterator[_Element]:
    """The runs that stand in the paragraph itself, those of tracked changes and links by what wraps them."""
    for child in paragraph:
        if child.tag in tuple(f"{{{_W}}}{name}" for name in ("r", "ins", "del", "hyperlink")):
            yield child


def _text(element: _Element) -> str:
    return "".join(each.text or "" for each in element.iter(f"{{{_W}}}t", f"{{{_W}}}delText"))


def _place(placed: Sequence[tuple[str, _Element]], comment: MarginComment) -> list[_Element]:
    """The runs the comment stands at: those with its quotation, else the whole first paragraph of its part."""
    name = bookmark(comment.part)
    own = [paragraph for mark, paragraph in placed if mark == name] or [paragraph for _, paragraph in placed[:1]]
    for paragraph in own:
        start = _text(paragraph).find(comment.quote) if comment.quote else -1
        if start >= 0:
            runs, at = [], 0
            for run in _runs(paragraph):
                length = len(_text(run))
                if at < start + len(comment.quote) and start < at + length:
                    runs.append(run)
                at += length
            return runs
    return list(_runs(own[0]))


def _enclose(runs: Sequence[_Element], number: int) -> None:
    start, end = etree.Element(f"{{{_W}}}commentRangeStart"), etree.Element(f"{{{_W}}}commentRangeEnd")
    reference = etree.Element(f"{{{_W}}}r")
    for element in (start, end, etree.SubElement(reference, f"{{{_W}}}commentReference")):
        element.set(f"{{{_W}}}id", str(number))
    runs[0].addprevious(start)
    runs[-1].addnext(end)
    end.addnext(reference)
