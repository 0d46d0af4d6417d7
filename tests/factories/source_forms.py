"""The same document in other forms: Markdown, HTML, Word and PDF made from a plain text, as authors have them.

Lists are what each form has for lists: marks in Markdown, elements in HTML, numbering properties in Word, printed signs
in a PDF. Lines that stand together, such as an address, stay lines.
"""

import html
import io
import re
import zipfile
from dataclasses import dataclass

_BULLET = re.compile(r"\s*[•●○■▪*-]\s+(?=\S)")
_HEADING = re.compile(r"(#{1,6})\s+")
_RULE = re.compile(r"[-*_=]{3,}")
_EMPHASIS = re.compile(r"\*\*(.+?)\*\*")


@dataclass(frozen=True)
class Paragraph:
    """``level`` is a heading's, 0 for text; ``bullet`` says that the sign in front was taken off."""

    text: str
    level: int = 0
    bullet: bool = False


def paragraphs(text: str) -> list[Paragraph]:
    """The lines of a text as the paragraphs of an office document; a line that a page's width broke is mended first."""
    found = []
    for line in _mended(text):
        heading, bullet = _HEADING.match(line), _BULLET.match(line)
        if heading:
            found.append(Paragraph(_EMPHASIS.sub(r"\1", line[heading.end() :]).strip(), level=len(heading[1])))
        elif bullet:
            found.append(Paragraph(_EMPHASIS.sub(r"\1", line[bullet.end() :]).strip(), bullet=True))
        else:
            found.append(Paragraph(_EMPHASIS.sub(r"\1", line).strip()))
    return found


def _mended(text: str) -> list[str]:
    from commenttrack.positions.source_text import blocks, lines_of

    lines = lines_of(text)
    starts = {block.start for block in blocks(text, lines)}
    found: list[str] = []
    for line in lines:
        if line.blank:
            continue
        end = line.start + len(line.text)
        if _RULE.fullmatch(line.text.strip()):
            continue
        if not found or any(line.start <= start <= end for start in starts):
            found.append(line.text.strip())
        else:
            found[-1] += " " + line.text.strip()
    return found


def as_markdown(text: str) -> bytes:
    """Headings with number signs, bullets with hyphens, blank lines between paragraphs."""
    lines = []
    for item in paragraphs(text):
        mark = "#" * item.level + " " if item.level else "- " if item.bullet else ""
        lines.append(f"{mark}{item.text}\n")
    return "\n".join(lines).encode()


def as_html(text: str) -> bytes:
    """A page with headings, paragraphs and lists."""
    parts = [
        "<!DOCTYPE html><html lang='en'><head><title>Page</title><style>p { color: #111 }</style></head><body><main>"
    ]
    for item in paragraphs(text):
        words = html.escape(item.text)
        if item.bullet:
            parts.append(f"<li>{words}</li>")
        else:
            parts.append(f"<h{item.level}>{words}</h{item.level}>" if item.level else f"<p>{words}</p>")
    page = "\n".join([*parts, "</main><script>alert('no text')</script></body></html>"])
    return re.sub(r"((?:<li>.*</li>\n)+)", r"<ul>\n\1</ul>\n", page).encode()


def as_pdf(text: str) -> bytes:
    """The page in print: lines broken at the width, bullets as signs."""
    from weasyprint import HTML

    style = (
        "<style>@page { size: Letter; margin: 1in } body { font: 11pt/1.4 serif } h1, h2 { font-size: 13pt }</style>"
    )
    return HTML(string=as_html(text).decode().replace("</head>", style + "</head>")).write_pdf()


def as_word(text: str) -> bytes:
    """A Word file with heading styles and list items, and no more besides than Word needs."""
    names = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    body = []
    for item in paragraphs(text):
        style = f'<w:pStyle w:val="Heading{item.level}"/>' if item.level else ""
        number = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>' if item.bullet else ""
        run = f'<w:r><w:t xml:space="preserve">{html.escape(item.text)}</w:t></w:r>'
        body.append(f"<w:p><w:pPr>{style}{number}</w:pPr>{run}</w:p>")
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr(
            "word/document.xml", f'<w:document xmlns:w="{names}"><w:body>{"".join(body)}</w:body></w:document>'
        )
    return data.getvalue()


FORMS = {"paper.md": as_markdown, "paper.html": as_html, "paper.docx": as_word, "paper.pdf": as_pdf}
