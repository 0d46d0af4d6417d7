"""What the letter of a docket takes from its rule when it is built: pages of citations, and the current text."""

from sqlalchemy.orm import Session

from commenttrack.letters.content import LetterContent
from commenttrack.letters.models import Letter
from commenttrack.letters.pins import may_want_pages, with_pins
from commenttrack.letters.requested_layers import with_current_text
from commenttrack.rulemaking.current_text import attached, redline_of
from commenttrack.rulemaking.operations import parsed_rule
from commenttrack.storage import Storage


def with_rule_details(session: Session, letter: Letter, content: LetterContent, storage: Storage) -> LetterContent:
    """The letter with a page in each citation of its rule, and the current text under each request where it is stored.

    The rule and the current text are read only when something in the letter asks for them.
    """
    document = letter.rule_document
    if any(may_want_pages(part) for part in content.parts):
        content = with_pins(content, parsed_rule(session, document))
    if any(part.requested_text.strip() for part in content.parts):
        redline = redline_of(session, document, attached(session, document), storage=storage)
        if redline is not None:
            return with_current_text(content, redline)
    return content
