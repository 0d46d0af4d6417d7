"""Everything that a draft should not go out with, each with the part or page where it is mended."""

import datetime as dt
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from commenttrack.errors import Refused
from commenttrack.letters.attachments import attachments_of
from commenttrack.letters.composition import part_key
from commenttrack.letters.exhibit_parts import unattached
from commenttrack.letters.models import Letter, LetterPart, PartKind
from commenttrack.letters.operations import problems, suspect_parts
from commenttrack.letters.quotations import Problem
from commenttrack.letters.recorded_content import content_of_letter, links_behind
from commenttrack.letters.second_language import lacking
from commenttrack.letters.terms import check_terms
from commenttrack.positions.approval import Blocking, blocking
from commenttrack.positions.models import AnswerState, ProvisionPosition, QuestionAnswer
from commenttrack.rulemaking.models import Provision, Question
from commenttrack.storage import Storage

Kind = Literal[
    "unreadable",
    "unprintable",
    "quotation",
    "citation",
    "requested",
    "suspect",
    "position",
    "term",
    "second",
    "exhibit",
    "limit",
    "unwritten",
    "question",
]
BLOCKING = frozenset({"unreadable", "unprintable", "quotation", "citation", "requested"})
"""Kinds that keep a draft from being frozen."""
_KINDS: dict[str, Kind] = {"page": "citation", "citation": "citation", "requested_text": "requested"}


@dataclass(frozen=True, slots=True)
class DraftWarning:
    """One warning. Its place is a part, a position or a question; all None when the letter as a whole is meant."""

    kind: Kind
    message: str
    part: LetterPart | None = None
    position: int | None = None
    question: int | None = None
    words: str = ""
    """Words of the part at which it stands."""
    nearest: str = ""
    """What the rule says instead."""

    @property
    def blocks(self) -> bool:
        """Whether the letter cannot be frozen with it."""
        return self.kind in BLOCKING


def warnings_of(
    session: Session, letter: Letter, *, storage: Storage, now: dt.datetime, others: Iterable[DraftWarning] = ()
) -> list[DraftWarning]:
    """Everything that warns, what blocks first, then in the order of the letter.

    ``others`` are warnings that are found elsewhere, such as those on the limits of the filing system.
    """
    parts = {part.key: part for part in letter.parts}
    found: list[DraftWarning] = []
    try:
        checked = problems(session, letter, storage=storage)
        found += [_of_problem(problem, parts.get(problem.part)) for problem in checked]
    except Refused as refusal:
        found.append(DraftWarning("unreadable", str(refusal)))
    found += [
        DraftWarning("suspect", "What it was written from has changed since.", part) for part in suspect_parts(letter)
    ]
    found += _of_positions(session, letter, now)
    found += [
        DraftWarning("term", warning.message, parts.get(warning.part), words=warning.term)
        for warning in check_terms(content_of_letter(letter))
    ]
    found += _of_exhibits(session, letter)
    found += others
    found += [DraftWarning("second", each.sentence, each.part) for each in lacking(letter)]
    found += _unwritten(session, letter)
    found += [
        DraftWarning("question", _not_answered(question), question=question.id, words=question.text)
        for question in _unanswered(session, letter)
    ]
    place = {part.key: index for index, part in enumerate(letter.parts)}
    last = len(place)
    return sorted(found, key=lambda one: (not one.blocks, place.get(one.part.key, last) if one.part else last))


def _of_problem(problem: Problem, part: LetterPart | None) -> DraftWarning:
    kind = _KINDS.get(problem.kind, "quotation")
    return DraftWarning(kind, problem.message, part, words=problem.quoted, nearest=problem.nearest)


def _of_positions(session: Session, letter: Letter, now: dt.datetime) -> Iterator[DraftWarning]:
    """Positions that a letter should not rest on, at the first part that rests on each."""
    included = [part for part in letter.parts if part.included]
    found: Sequence[Blocking] = blocking(session, links_behind(included), now=now)
    # A summary rests on what the comments rest on, and is mended with them.
    included.sort(key=lambda part: part.kind is PartKind.SUMMARY)
    for item in found:
        part = next(
            part for part in included if any(link.position_id == item.position.id for link in links_behind([part]))
        )
        yield DraftWarning("position", item.sentence, part, position=item.position.id)


def _of_exhibits(session: Session, letter: Letter) -> Iterator[DraftWarning]:
    """Files that go with the letter unnamed, and exhibits that the letter names and that do not go with it."""
    for row in attachments_of(letter):
        part = next(part for part in letter.parts if part.included and f"{{#{row.key}}}" in part.text)
        if row.name not in part.text:
            yield DraftWarning(
                "exhibit", f"The file {row.name} is filed with the letter; its exhibit does not name it.", part
            )
    for exhibit in unattached(session, letter):
        part = next(part for part in letter.parts if part.included and f"{{#exhibit-{exhibit.id}}}" in part.text)
        message = f"“{exhibit.caption}” is named, and its file is not filed with the letter. Put it in under Exhibits."
        yield DraftWarning("exhibit", message, part)


def _unanswered(session: Session, letter: Letter) -> Sequence[Question]:
    return session.scalars(
        select(Question)
        .where(
            Question.rule_document_id == letter.rule_document_id,
            Question.id.not_in(select(QuestionAnswer.question_id)),
        )
        .options(joinedload(Question.provision))
        .order_by(Question.place)
    ).all()


def _not_answered(question: Question) -> str:
    if number := question.number.strip("(). "):
        return f"Question {number} of the agency is not answered."
    # A question without a number must not be given one: the agency may have another question of that number.
    asked = textwrap.shorten(question.text, 100, placeholder="…")
    return f"The agency’s question in {_named(question.provision)} is not answered: “{asked}”"


def _named(provision: Provision) -> str:
    return provision.label or "the preamble"


def _unwritten(session: Session, letter: Letter) -> Iterator[DraftWarning]:
    """What was mapped or answered after the letter was composed, and has no part in it, not even one left out."""
    if not any(part.links for part in letter.parts):
        return  # written by hand: nothing of it comes from the mapping
    keys = {part.key for part in letter.parts}
    mapped = session.scalars(
        select(Provision)
        .where(
            Provision.rule_document_id == letter.rule_document_id,
            Provision.id.in_(select(ProvisionPosition.provision_id)),
        )
        .order_by(Provision.place)
    )
    for provision in mapped:
        if part_key("comment", provision.key) not in keys:
            where = provision.label or "A passage of the preamble"
            yield DraftWarning("unwritten", f"{where} is mapped, and the letter has no part on it yet.")
    answered = session.scalars(
        select(Question)
        .join(QuestionAnswer, QuestionAnswer.question_id == Question.id)
        .where(Question.rule_document_id == letter.rule_document_id, QuestionAnswer.state == AnswerState.ANSWERED)
        .options(joinedload(Question.provision))
        .order_by(Question.place)
    )
    for question in answered:
        if part_key("answer", question.key) not in keys:
            number = question.number.strip("(). ")
            which = f"question {number} of the agency" if number else f"the question in {_named(question.provision)}"
            yield DraftWarning("unwritten", f"The answer to {which} does not stand in the letter yet.")
