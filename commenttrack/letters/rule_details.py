"""What the letter of a docket takes from its rule: pages of citations, the current text, and the check of both.

The draft's warnings, its preview, its Word file and the final build all come here, so that none of them shows or passes
what another does not.
"""

import re
from typing import Any

from sqlalchemy.orm import Session

from commenttrack.kept import Kept
from commenttrack.letters import quotations
from commenttrack.letters.content import LetterContent
from commenttrack.letters.models import Letter
from commenttrack.letters.pins import may_want_pages, with_pins
from commenttrack.letters.requested_layers import with_current_text
from commenttrack.letters.rule_text import RuleText
from commenttrack.rulemaking.current_text import attached, redline_of, state_of, texts_of
from commenttrack.rulemaking.models import RuleDocument
from commenttrack.rulemaking.operations import parsed_rule
from commenttrack.rulemaking.provisions import ParsedRule
from commenttrack.storage import Storage


def with_rule_details(session: Session, letter: Letter, content: LetterContent, storage: Storage) -> LetterContent:
    """The letter with a page in each citation of its rule, and the current text under each request where it is stored.

    The rule and the current text are read only when something in the letter asks for them.
    """
    document = letter.rule_document
    if _wants_pages(content):
        rule, text = _read(session, document)
        content = with_pins(content, rule, text=text)
    if _makes_requests(content):
        redline = redline_of(session, document, attached(session, document), storage=storage)
        if redline is not None:
            return with_current_text(content, redline)
    return content


def with_pages_in(session: Session, letter: Letter, content: LetterContent, key: str) -> LetterContent:
    """The letter with a page in each citation of its rule in one part; for a preview that is asked for at each pause.

    The rule is read once and kept until its words change. A part without such a citation costs nothing.
    """
    if not any(part.key == key and may_want_pages(part) for part in content.parts):
        return content
    rule, text = _read(session, letter.rule_document)
    return with_pins(content, rule, only=key, text=text)


def _read(session: Session, document: RuleDocument) -> tuple[ParsedRule, RuleText]:
    def read() -> tuple[ParsedRule, RuleText]:
        rule = parsed_rule(session, document)
        return rule, RuleText(rule)

    return _RULES.of((document.source_sha256, *state_of(session, document, [])), read)


_RULES: Kept[tuple[Any, ...], tuple[ParsedRule, RuleText]] = Kept(2)
"""Rules that letters were written on last; a large one takes some megabytes."""


def problems(session: Session, letter: Letter, content: LetterContent, storage: Storage) -> list[quotations.Problem]:
    """Everything in the letter that stands neither in its rule nor, where it cites the CFR, in the current text."""
    document = letter.rule_document
    rule = parsed_rule(session, document)
    current = texts_of(rule, attached(session, document), storage=storage) if _cites(content) else []
    return quotations.check(content, rule, current)


def built(session: Session, letter: Letter, content: LetterContent, storage: Storage) -> LetterContent:
    """The letter as it is printed for good, with all details; raises :class:`quotations.DiffersFromRule`."""
    if found := problems(session, letter, content, storage):
        raise quotations.DiffersFromRule(found)
    return with_rule_details(session, letter, content, storage)


def details_state(session: Session, letter: Letter, content: LetterContent) -> str:
    """Of what the details would be made now; empty for a letter that asks for none."""
    if not (_wants_pages(content) or _makes_requests(content)):
        return ""
    document = letter.rule_document
    return repr(state_of(session, document, attached(session, document)))


def _wants_pages(content: LetterContent) -> bool:
    return any(may_want_pages(part) for part in content.parts)


def _makes_requests(content: LetterContent) -> bool:
    return any(part.requested_text.strip() for part in content.parts)


_CFR = re.compile(r"\bC\.?\s?F\.?\s?R\b")


def _cites(content: LetterContent) -> bool:
    """Whether the letter may cite the CFR, as far as can be seen without reading it."""
    return bool(content.head.works) or any(_CFR.search(part.text) for part in content.parts)
