"""A letter as a file, by the file's ending: .pdf, .docx or .html."""

from commenttrack.errors import BadInput
from commenttrack.letters import quotations
from commenttrack.letters.content import LetterContent
from commenttrack.rulemaking.provisions import ParsedRule

FORMATS = (".pdf", ".docx", ".html")


def render(content: LetterContent, suffix: str, *, rule: ParsedRule | None = None) -> bytes:
    """The bytes of the letter in the format of ``suffix``; with ``rule`` only when the letter agrees with it.

    Raises :class:`BadInput` for another ending, :class:`quotations.DiffersFromRule`, and what
    :func:`rendering.letter_pdf` and :func:`word.letter_docx` raise.
    """
    if suffix.lower() not in FORMATS:
        raise BadInput(f"A letter is written as {', '.join(FORMATS)}, not as {suffix or 'a file without an ending'}.")
    if rule is not None:
        quotations.require(content, rule)
    # The page maker and the Word writer take half a second to load; checks and HTML do without them.
    if suffix.lower() == ".html":
        from commenttrack.letters.rendering import letter_html

        return letter_html(content).encode()
    if suffix.lower() == ".docx":
        from commenttrack.letters.word import letter_docx

        return letter_docx(content)
    from commenttrack.letters.rendering import letter_pdf

    return letter_pdf(content)
