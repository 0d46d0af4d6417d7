"""What happens to a letter: starting it, editing its head and its parts, freezing it, storing what was issued."""

import datetime as dt
import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

from sqlalchemy.orm import Session

from commenttrack import audit
from commenttrack.errors import Conflict, Refused
from commenttrack.letters import quotations, rule_details
from commenttrack.letters.attachments import attachments_of, attachments_of_version
from commenttrack.letters.body import REQUESTS
from commenttrack.letters.content import PartWords
from commenttrack.letters.markdown import head_from_mapping
from commenttrack.letters.models import IssuedFile, Letter, LetterPart, LetterVersion, PartKind, PartWording
from commenttrack.letters.recorded_content import as_json_part, content_of_letter, links_behind, numbered, printed
from commenttrack.members.models import Organization
from commenttrack.positions.approval import Blocking, as_json, blocking
from commenttrack.rulemaking.models import RuleDocument
from commenttrack.storage import Storage


class EditedMeanwhile(Conflict):
    """Somebody saved the part after this editor opened it. Holds both texts, so that none is lost."""

    def __init__(self, theirs: LetterPart, yours: PartWords) -> None:
        super().__init__(f"{theirs.edited_by or 'Somebody'} saved this part while you were editing it.")
        self.theirs = theirs
        self.yours = yours
        """As they were sent; what was not sent reads as it stands."""


class HeadEditedMeanwhile(Conflict):
    """Somebody changed the head of the letter after this editor opened it."""


class NotReadyToFreeze(Refused):
    """The letter cannot be fixed yet; ``problems`` says everything that stands in the way."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("The letter cannot be frozen yet: " + " ".join(problems))
        self.problems = tuple(problems)


class RestsOnUnapproved(NotReadyToFreeze):
    """Positions behind the letter are expired or not approved; with a reason the letter can be frozen all the same."""

    def __init__(self, found: Sequence[Blocking]) -> None:
        super().__init__([item.sentence for item in found])
        self.found = tuple(found)


def start_letter(
    session: Session,
    document: RuleDocument,
    *,
    lead: Organization,
    head: Mapping[str, Any],
    texts: Mapping[str, str] | None = None,
    title: str | None = None,
    actor: str,
    now: dt.datetime,
) -> Letter:
    """Start a letter on a document. ``head`` is the YAML head of ``letter compile``; an unknown key is refused.

    ``texts`` are the association's own words for composing: introduction, general, conclusion.
    """
    head_from_mapping(head)
    letter = Letter(
        docket=document.docket,
        rule_document=document,
        lead=lead,
        title=title or f"Comments on {document.title}",
        head_json=dict(head),
        texts_json=dict(texts or {}),
        created_at=now,
    )
    session.add(letter)
    session.flush()  # the audit event names the letter's id
    audit.record(
        session, actor=actor, action="letter started", subject=f"letter {letter.id}", now=now, document=document.id
    )
    return letter


def edit_head(
    session: Session,
    letter: Letter,
    head: Mapping[str, Any],
    *,
    expected_revision: int | None = None,
    actor: str,
    now: dt.datetime,
) -> None:
    """Change what stands around the body: date, addressees, Re: lines and the like.

    ``expected_revision`` is that of the letter its editor opened; raises :class:`HeadEditedMeanwhile` at another one.

    What parts print follows it: the summary of requests is taken in or left out with ``requests_table``, and with a
    second language its wordings are signed too.
    """
    if expected_revision is not None and letter.revision != expected_revision:
        raise HeadEditedMeanwhile("Somebody changed letterhead, addressees or look while you were editing them.")
    read = head_from_mapping(head)
    before = head_from_mapping(letter.head_json)
    audit.record(
        session,
        actor=actor,
        action="letter head edited",
        subject=f"letter {letter.id}",
        now=now,
        before=letter.head_json,
    )
    letter.head_json = dict(head)
    settle_digests(letter)
    if read.requests_table != before.requests_table:
        for part in letter.parts:
            if part.kind is PartKind.SUMMARY or part.text.strip() == REQUESTS:
                include_part(session, part, included=read.requests_table, actor=actor, now=now)


def settle_digests(letter: Letter) -> None:
    """Make the digest of each part that of what it prints; a second language prints only while the head names it."""
    for part in letter.parts:
        digest = printed(part).digest
        if part.wording_digest != digest:
            part.wording_digest = digest


def edit_part(
    session: Session,
    part: LetterPart,
    *,
    expected_revision: int,
    heading: str,
    text: str,
    requested_text: str,
    why: str = "edited",
    actor: str,
    now: dt.datetime,
) -> LetterPart:
    """Save a person's wording of a part. From then on composing leaves the part alone; its earlier words are kept."""
    words = replace(part.words, heading=heading, text=text, requested_text=requested_text)
    rewrite(session, part, words, expected_revision=expected_revision, why=why, actor=actor, now=now)
    part.edited_by = actor
    return part


def rewrite(
    session: Session,
    part: LetterPart,
    words: PartWords,
    *,
    expected_revision: int,
    second_of: str | None = None,
    why: str,
    actor: str,
    now: dt.datetime,
) -> None:
    """Reword a part as :func:`reword` does, unless somebody saved it meanwhile, and tell the trail."""
    if part.revision != expected_revision:
        raise EditedMeanwhile(part, words)
    before = part.wording_digest
    reword(part, words, second_of=second_of, why=why, actor=actor, now=now)
    audit.record(
        session,
        actor=actor,
        action="part edited",
        subject=f"letter {part.letter_id}",
        now=now,
        part=part.key,
        before=before,
        after=part.wording_digest,
        **({} if why == "edited" else {"why": why}),
    )


def reword(
    part: LetterPart, words: PartWords, *, second_of: str | None = None, why: str, actor: str, now: dt.datetime
) -> None:
    """Give a part other words and keep those it had, if it had any; its caller says in the trail what happened.

    ``second_of`` is the digest of the words of the first language that those of the second stand for; None leaves what
    is known of that.
    """
    words = PartWords(*(getattr(words, field.name).strip() for field in fields(words)))
    if part.words != words and part.wording_digest:
        part.earlier_wordings.append(
            PartWording(
                heading=part.heading,
                text=part.text,
                requested_text=part.requested_text,
                second_heading=part.second_heading,
                second_text=part.second_text,
                second_of=part.second_of,
                written_by=part.edited_by,
                written_at=part.updated_at,
                replaced_by=actor,
                replaced_at=now,
                why=why,
            )
        )
    part.heading, part.text, part.requested_text = words.heading, words.text, words.requested_text
    part.second_heading, part.second_text = words.second_heading, words.second_text
    if second_of is not None:
        part.second_of = second_of
    part.wording_digest, part.updated_at = printed(part, words).digest, now


def new_key() -> str:
    """A key for a part that somebody writes freely."""
    return f"free-{secrets.token_hex(6)}"


def add_part(
    session: Session,
    letter: Letter,
    *,
    heading: str,
    text: str,
    level: int = 1,
    after: LetterPart | None = None,
    key: str | None = None,
    actor: str,
    now: dt.datetime,
) -> LetterPart:
    """Add a freely written part, at the end or after another one; of one ``key`` (:func:`new_key`) only once."""
    added = next((part for part in letter.parts if part.key == key), None)
    if added is not None:
        return added
    if not heading.strip() and not text.strip():
        raise Refused("Give the new part a heading or a text.")
    part = LetterPart(
        key=key or new_key(),
        place=len(letter.parts),
        kind=PartKind.FREE,
        heading=heading.strip(),
        level=level,
        text=text.strip(),
        requested_text="",
        wording_digest=PartWords(heading, text).digest,
        edited_by=actor,
        updated_at=now,
    )
    letter.parts.append(part)
    if after is not None:
        _place(letter, part, letter.parts.index(after) + 1)
    audit.record(session, actor=actor, action="part added", subject=f"letter {letter.id}", now=now, part=part.key)
    return part


def move_part(session: Session, part: LetterPart, *, to: int, actor: str, now: dt.datetime) -> None:
    """Move a part to another place, counted from 0; its number follows, its identity and its sign-offs stay."""
    _place(part.letter, part, to)
    audit.record(
        session,
        actor=actor,
        action="part moved",
        subject=f"letter {part.letter_id}",
        now=now,
        part=part.key,
        to=part.place,
    )


def _place(letter: Letter, part: LetterPart, to: int) -> None:
    parts = [other for other in letter.parts if other is not part]
    parts.insert(max(0, min(to, len(parts))), part)
    for place, each in enumerate(parts):
        if each.place != place:
            each.place = place
    letter.parts[:] = parts


def include_part(session: Session, part: LetterPart, *, included: bool, actor: str, now: dt.datetime) -> None:
    """Take a part into the letter or leave it out; left out, it is kept with its text."""
    if part.included == included:
        return
    part.included = included
    audit.record(
        session,
        actor=actor,
        action="part included" if included else "part left out",
        subject=f"letter {part.letter_id}",
        now=now,
        part=part.key,
    )


def digests(letter: Letter) -> dict[str, str]:
    """The wording digest of each included part of the letter as it stands, by key, in order."""
    return {part.key: part.wording_digest for part in letter.parts if part.included}


def problems(session: Session, letter: Letter, *, storage: Storage) -> list[quotations.Problem]:
    """Every quotation, citation and requested text of the letter that does not stand in the rule."""
    return rule_details.problems(session, letter, content_of_letter(letter), storage)


def suspect_parts(letter: Letter) -> list[LetterPart]:
    """Included parts of which something they were written from has moved since."""
    return [part for part in letter.parts if part.included and any(link.moved for link in part.links)]


def state_digest(letter: Letter) -> str:
    """SHA-256 of everything that freezing would fix, so that a page knows whether it shows the letter as it stands."""
    parts = [[part.key, part.wording_digest, part.level, part.annex] for part in letter.parts if part.included]
    files = [row.sha256 for row in attachments_of(letter)]
    return hashlib.sha256(json.dumps([letter.head_json, parts, files], sort_keys=True).encode()).hexdigest()


def reads_as_frozen(letter: Letter) -> bool:
    """Whether the letter as it stands prints as its newest frozen version does, with the same files.

    Levels and annexes count, though they are no wording: the numbers of the parts, and what refers to them, follow.
    """
    if not letter.versions:
        return False
    newest = letter.versions[-1]
    frozen = [(each["key"], each["digest"], each["level"], each.get("annex", False)) for each in newest.parts_json]
    present = [(each.key, each.wording_digest, each.level, each.annex) for each in letter.parts if each.included]
    return (
        newest.head_json == letter.head_json
        and frozen == present
        and attachments_of(letter) == attachments_of_version(newest)
    )


def freeze(
    session: Session, letter: Letter, *, override: str = "", storage: Storage, actor: str, now: dt.datetime
) -> LetterVersion:
    """Fix the letter as it stands as its next version, which people can be asked to sign.

    Refuses an empty letter, one whose quotations, citations or requested texts do not stand in the rule, and one that
    reads word for word as its last version. It refuses as well while a position behind the letter is expired or not
    approved, unless ``override`` says why that is right this time; the reason stays with the version and in the trail.
    """
    parts = numbered(letter)
    if not parts:
        raise NotReadyToFreeze(["It has no parts; compose it from the mapping or write one."])
    found = problems(session, letter, storage=storage)
    if found:
        raise NotReadyToFreeze([str(problem) for problem in found])
    last = letter.versions[-1] if letter.versions else None
    if last and reads_as_frozen(letter):
        raise NotReadyToFreeze([f"It reads word for word as version {last.number}."])
    unapproved = blocking(session, links_behind(entry.part for entry in parts), now=now)
    override = override.strip() if unapproved else ""
    if unapproved and not override:
        raise RestsOnUnapproved(unapproved)
    version = LetterVersion(
        number=last.number + 1 if last else 1,
        head_json=letter.head_json,
        parts_json=[as_json_part(entry.part, entry.number) for entry in parts],
        frozen_by=actor,
        frozen_at=now,
        override_reason=override,
        overridden_json=as_json(unapproved),
    )
    letter.versions.append(version)
    session.flush()  # the audit event names the version's id
    audit.record(
        session,
        actor=actor,
        action="letter frozen",
        subject=f"letter {letter.id}",
        now=now,
        version=version.number,
        digests=dict(_digests_of(version)),
        **({"override": override, "overridden": version.overridden_json} if override else {}),
    )
    return version


def _digests_of(version: LetterVersion) -> list[tuple[str, str]]:
    return [(part["key"], part["digest"]) for part in version.parts_json]


def store_file(
    session: Session,
    version: LetterVersion,
    *,
    name: str,
    media_type: str,
    data: bytes,
    storage: Storage,
    now: dt.datetime,
) -> IssuedFile:
    """Keep the bytes of an issued file for good."""
    issued = IssuedFile(
        name=name,
        media_type=media_type,
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        storage_key=storage.put(data),
        issued_at=now,
    )
    version.files.append(issued)
    session.flush()  # a second file of this name must be refused here and not at the commit
    return issued
