"""A letter as a file, by the file's ending: .pdf, .docx or .html."""

from dataclasses import replace

from commenttrack.errors import BadInput
from commenttrack.letters import quotations
from commenttrack.letters.composition import cited_document
from commenttrack.letters.content import LetterContent
from commenttrack.rulemaking.provisions import ParsedRule

FORMATS = (".pdf", ".docx", ".html")


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
