"""A letter or a redline as a file, by the file's ending."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from commenttrack.errors import BadInput
from commenttrack.letters import quotations
from commenttrack.letters.content import LetterContent
from commenttrack.letters.markdown import Files, content_from_markdown
from commenttrack.letters.pins import with_pins
from commenttrack.letters.rule_names import cited_document
from commenttrack.rulemaking import redline as redlines
from commenttrack.rulemaking import redline_pages
from commenttrack.rulemaking.ecfr import CurrentText
from commenttrack.rulemaking.provisions import ParsedRule

FORMATS = (".pdf", ".docx", ".html")
REDLINE_FORMATS = (".json", ".html", ".docx")


def letter_from(path: Path, data: bytes) -> LetterContent:
    """The letter that the bytes of a Markdown file describe, with the images and the second text that lie beside it.

    Raises :class:`BadInput` for what :func:`markdown.content_from_markdown` refuses and for a file outside the folder.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(f"{path} is not UTF-8 text: byte {error.start} cannot be read.") from error
    return content_from_markdown(text, files_beside(path))


def files_beside(letter: Path) -> Files:
    """The files in the folder of a letter and in the folders under it, by name; others are not opened."""
    folder = letter.resolve().parent

    def read(name: str) -> bytes:
        try:
            path = (folder / name).resolve()
            inside = path.is_relative_to(folder) and not Path(name).is_absolute()
            if not inside or not path.is_file():
                lies = "is not in" if inside else "lies outside"
                raise BadInput(f"{name}, which the letter names, {lies} the letter’s folder {folder}.")
            if path.stat().st_size > _LARGEST_FILE:
                raise BadInput(f"{name} has more than {_LARGEST_FILE:,} bytes; that is no part of a letter.")
            return path.read_bytes()
        except (OSError, ValueError) as error:  # a name too long, or with a byte that no name has
            raise BadInput(f"{name[:80]!r}, which the letter names, cannot be read.") from error

    return read


_LARGEST_FILE = 6_000_000
"""Bytes; an image or a text that may be larger is refused by those who read it."""


def for_review(content: LetterContent) -> LetterContent:
    """The letter as a copy to read through."""
    return replace(content, head=replace(content.head, review=True))


def with_source(content: LetterContent, rule: ParsedRule) -> LetterContent:
    """The letter with the rule among its sources, so that the rule's full citation has title, date and kind."""
    cited = cited_document(rule)
    sources = content.head.sources
    if cited is None or any((s.volume, s.start_page) == (cited.volume, cited.start_page) for s in sources):
        return content
    return replace(content, head=replace(content.head, sources=(*sources, cited)))


def render(
    content: LetterContent,
    suffix: str,
    *,
    rule: ParsedRule | None = None,
    current: Sequence[CurrentText] = (),
    typed: LetterContent | None = None,
) -> bytes:
    """The bytes of the letter in the format of ``suffix``; with ``rule`` only when the letter agrees with it and, where
    it quotes the CFR, with ``current``. ``typed`` is what :func:`word.letter_docx` asks for.

    Raises :class:`BadInput` for another ending, :class:`quotations.DiffersFromRule`, and what
    :func:`rendering.letter_pdf` and :func:`word.letter_docx` raise.
    """
    if suffix.lower() not in FORMATS:
        raise BadInput(f"A letter is written as {', '.join(FORMATS)}, not as {suffix or 'a file without an ending'}.")
    if rule is not None:
        typed = typed or content
        quotations.require(content, rule, current)
        content = with_pins(with_source(content, rule), rule)
    # The page maker and the Word writer take half a second to load; checks and HTML do without them.
    if suffix.lower() == ".html":
        from commenttrack.letters.rendering import letter_html

        return letter_html(content).encode()
    if suffix.lower() == ".docx":
        from commenttrack.letters.word import letter_docx

        return letter_docx(content, typed=typed)
    from commenttrack.letters.rendering import letter_pdf

    return letter_pdf(content)


def render_redline(result: redlines.Redline, suffix: str) -> bytes:
    """The bytes of a redline in the format of ``suffix``; in Word its changes are tracked changes.

    Raises :class:`BadInput` for another ending, and what :func:`word.html_docx` raises.
    """
    kind = suffix.lower()
    if kind not in REDLINE_FORMATS:
        raise BadInput(
            f"A redline is written as {', '.join(REDLINE_FORMATS)}, not as {suffix or 'a file without an ending'}."
        )
    if kind == ".json":
        return (json.dumps(redlines.to_json(result), ensure_ascii=False, indent=1) + "\n").encode()
    if kind == ".html":
        return redline_pages.html(result).encode()
    from commenttrack.letters.word import Frame, html_docx

    # The moment of the changes is that of the document which makes them.
    stamp = f"{result.published}T00:00:00Z" if result.published else ""
    title = result.title if len(result.title) <= 60 else f"{result.title[:59]}…"
    frame = Frame("CommentTrack", stamp, left=title, right=result.fr_citation)
    return html_docx(redline_pages.word_html(result), frame, whole_changes=True)
