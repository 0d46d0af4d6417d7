"""Composing a stored letter from the mapping and the answers: what is written anew, what a person's hand keeps."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from commenttrack import audit
from commenttrack.letters.composition import Answer, Inputs, LetterPartDraft, MappedPosition, compose
from commenttrack.letters.content import PartWords
from commenttrack.letters.markdown import head_from_mapping
from commenttrack.letters.models import Letter, LetterPart, LetterPartLink, PartKind
from commenttrack.letters.operations import reword
from commenttrack.positions.answers import answers_of
from commenttrack.positions.mapping import links_of
from commenttrack.positions.models import AnswerState, ProvisionPosition, QuestionAnswer
from commenttrack.rulemaking.operations import parsed_rule


@dataclass(frozen=True, slots=True)
class Proposal:
    """What composing a letter again would do, before it is done."""

    edited: tuple[tuple[LetterPart, LetterPartDraft], ...]
    """Parts that somebody edited, with the words that would be generated now; they stay unless they are taken."""
    rewritten: tuple[tuple[LetterPart, LetterPartDraft], ...]
    new: tuple[LetterPartDraft, ...]
    gone: tuple[LetterPart, ...]
    """Generated parts that nothing stands for any more; they would be left out, with their words."""

    @property
    def nothing(self) -> bool:
        """Whether composing again changes no words, whatever is taken."""
        return not (self.edited or self.rewritten or self.new or self.gone)


def proposal(session: Session, letter: Letter) -> Proposal:
    """Compare the letter as it stands with what would be composed from the mapping and the answers now."""
    _read_again(session, letter)
    drafts, _, _ = _composed(session, letter)
    present = {part.key: part for part in letter.parts}
    pairs = [(present[draft.key], draft) for draft in drafts if draft.key in present]
    differing = [(part, draft) for part, draft in pairs if part.words.first.digest != words_of(draft).digest]
    keys = {draft.key for draft in drafts}
    return Proposal(
        edited=tuple(pair for pair in differing if pair[0].edited_by),
        rewritten=tuple(pair for pair in differing if not pair[0].edited_by),
        new=tuple(draft for draft in drafts if draft.key not in present),
        gone=tuple(part for part in letter.parts if part.included and _left_behind(part, keys)),
    )


def compose_letter(
    session: Session, letter: Letter, *, take: Collection[str] = (), actor: str, now: dt.datetime
) -> list[LetterPart]:
    """Bring the generated parts in line with the mapping and the answers; returns what was written or rewritten.

    A part is found again by its key, which says what it addresses. A part that a person edited keeps its words and its
    links, so that it shows as suspect when what it was made from moved; unless ``take`` names its key: then it reads as
    generated, and what it said is kept with its earlier wordings. A new part comes after the one it follows in the
    rule's order; parts that are there stay where somebody put them. A generated part that nothing stands for any more
    is left out, not deleted.
    """
    _read_again(session, letter)
    drafts, links, answers = _composed(session, letter)
    present = {part.key: part for part in letter.parts}
    written: list[LetterPart] = []
    previous: LetterPart | None = None
    for draft in drafts:
        part = present.get(draft.key)
        if part is None:
            # A place for now, since a query below may write the row; all places are counted anew at the end.
            part = LetterPart(key=draft.key, kind=PartKind(draft.kind), edited_by="", place=len(letter.parts))
            letter.parts.insert(letter.parts.index(previous) + 1 if previous else 0, part)
        previous = part
        if part.edited_by and part.key not in take:
            continue
        if _write(part, draft, actor, now):
            written.append(part)
        part.edited_by = ""
        _relink(part, draft, links, answers)
    keys = {draft.key for draft in drafts}
    for part in letter.parts:
        if _left_behind(part, keys):
            part.included = False
    for place, part in enumerate(letter.parts):
        if part.place != place:
            part.place = place
    session.flush()  # the audit event comes after the parts it names, and the caller may freeze them now
    taken = sorted(set(take) & keys)
    audit.record(
        session,
        actor=actor,
        action="letter composed",
        subject=f"letter {letter.id}",
        now=now,
        written=[part.key for part in written],
        **({"taken over edited words": taken} if taken else {}),
    )
    return written


def _left_behind(part: LetterPart, keys: Collection[str]) -> bool:
    """Whether a generated part stands for nothing that is composed now."""
    return part.key not in keys and part.kind is not PartKind.FREE and not part.edited_by


def _composed(
    session: Session, letter: Letter
) -> tuple[tuple[LetterPartDraft, ...], dict[int, ProvisionPosition], dict[int, QuestionAnswer]]:
    """What would be written now, and the links and answers that it would be written from."""
    links = {link.id: link for link in links_of(session, letter.rule_document)}
    answers = {
        answer.id: answer
        for answer in answers_of(session, letter.rule_document).values()
        if answer.state is AnswerState.ANSWERED
    }
    return compose(_inputs(session, letter, links, answers)), links, answers


def _read_again(session: Session, letter: Letter) -> None:
    """Read the parts with their links in one go; the database drops a link together with what it pointed to."""
    session.flush()
    session.scalars(
        select(LetterPart)
        .where(LetterPart.letter_id == letter.id)
        .options(selectinload(LetterPart.links))
        .execution_options(populate_existing=True)
    ).all()


def take_over(session: Session, part: LetterPart, *, actor: str, now: dt.datetime) -> None:
    """Renew the links of an edited part: a person has read what moved, and the part's words answer it."""
    moved = [link.id for link in part.links if link.moved]
    if not moved:
        return
    audit.record(
        session,
        actor=actor,
        action="part reviewed",
        subject=f"letter {part.letter_id}",
        now=now,
        part=part.key,
        links=moved,
    )
    for link in part.links:
        upstream = link.provision_position or link.question_answer
        if upstream is not None:
            link.upstream_digest = upstream.digest


def _write(part: LetterPart, draft: LetterPartDraft, actor: str, now: dt.datetime) -> bool:
    """Give the part the draft's words; whether that changed anything. A part that somebody left out stays out."""
    words = words_of(draft)
    if part.words.first.digest == words.digest and part.level == draft.level:
        return False
    second = part.words  # what is composed has one language; the other waits for a person
    both = replace(words, second_heading=second.second_heading, second_text=second.second_text)
    reword(part, both, why="composed again", actor=actor, now=now)
    part.level = draft.level
    return True


def words_of(draft: LetterPartDraft) -> PartWords:
    """The words of a part as composed."""
    return PartWords(draft.heading, draft.text, draft.requested_text)


def _relink(
    part: LetterPart,
    draft: LetterPartDraft,
    links: Mapping[int, ProvisionPosition],
    answers: Mapping[int, QuestionAnswer],
) -> None:
    wanted: dict[tuple[str, int], ProvisionPosition | QuestionAnswer] = {
        **{("mapping", key): links[key] for key in draft.mappings},
        **{("answer", key): answers[key] for key in draft.answers},
    }
    for link in list(part.links):
        key = (
            ("mapping", link.provision_position_id)
            if link.provision_position_id is not None
            else ("answer", link.question_answer_id)
        )
        upstream = wanted.pop(key, None)  # type: ignore[arg-type]  # one of the two ids is never None
        if upstream is None:
            part.links.remove(link)
        else:
            link.upstream_digest = upstream.digest
    for (kind, _), upstream in wanted.items():
        column = "provision_position" if kind == "mapping" else "question_answer"
        part.links.append(LetterPartLink(upstream_digest=upstream.digest, **{column: upstream}))


def _inputs(
    session: Session,
    letter: Letter,
    links: Mapping[int, ProvisionPosition],
    answers: Mapping[int, QuestionAnswer],
) -> Inputs:
    return Inputs(
        rule=parsed_rule(session, letter.rule_document),
        mapping=tuple(
            MappedPosition(
                id=link.id,
                provision=link.provision.key,
                stance=link.stance.value,
                reason=link.reason,
                request=link.request,
                requested_text=link.requested_text,
                heading=link.position.current.heading,
                statement=link.position.current.statement,
                source=link.position.source_document.title,
                label=link.position.label,
            )
            for link in links.values()
        ),
        answers=tuple(
            Answer(id=answer.id, question=answer.question.key, text=answer.text) for answer in answers.values()
        ),
        coalition=letter.lead.name,
        description=letter.lead.description,
        introduction=letter.texts_json.get("introduction", ""),
        general=letter.texts_json.get("general", ""),
        conclusion=letter.texts_json.get("conclusion", ""),
        summary=head_from_mapping(letter.head_json).requests_table,
    )
