"""A letter or a redline as a file, by the file's ending."""

import json
from dataclasses import replace

from commenttrack.errors import BadInput
from commenttrack.letters import quotations
from commenttrack.letters.content import LetterContent
from commenttrack.letters.rule_names import cited_document
from commenttrack.rulemaking import redline as redlines
from commenttrack.rulemaking import redline_pages
from commenttrack.rulemaking.provisions import ParsedRule

FORMATS = (".pdf", ".docx", ".html")
REDLINE_FORMATS = (".json", ".html", ".docx")


def with_source(content: LetterContent, rule: ParsedRule) -> LetterContent:
    """The letter with the rule among its sources, so that the rule's full citation has title, date and kind."""
    cited = cited_document(rule)
    sources = content.head.sources
    if cited is None or any((s.volume, s.start_page) == (cited.volume, cited.start_page) for s in sources):
        return content
    return replace(content, head=replace(content.head, sources=(*sources, cited)))


def render(content: LetterContent, suffix: str, *, rule: ParsedRule | None = None) -> bytes:
    """The bytes of the letter in the format of ``suffix``; with ``rule`` only when the letter agrees with it.

    Raises :class:`BadInput` for another ending, :class:`quotations.DiffersFromRule`, and what
    :func:`rendering.letter_pdf` and :func:`word.letter_docx` raise.
    """
    if suffix.lower() not in FORMATS:
        raise BadInput(f"A letter is written as {', '.join(FORMATS)}, not as {suffix or 'a file without an ending'}.")
    if rule is not None:
        quotations.require(content, rule)
        content = with_source(content, rule)
    # The page maker and the Word writer take half a second to load; checks and HTML do without them.
    if suffix.lower() == ".html":
        from commenttrack.letters.rendering import letter_html

        return letter_html(content).encode()
    if suffix.lower() == ".docx":
        from commenttrack.letters.word import letter_docx

        return letter_docx(content)
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
