"""Bringing back earlier words of a draft: of one part, of a frozen version, of a draft that was restored over.

Restoring is an edit. The words that stood there before are kept, part by part, and a restore of a whole version first
keeps the whole draft, so that it can be undone by restoring that.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from commenttrack import audit
from commenttrack.errors import Refused
from commenttrack.letters.content import PartWords
from commenttrack.letters.markdown import head_from_mapping
from commenttrack.letters.models import (
    DraftSnapshot,
    Letter,
    LetterPart,
    LetterVersion,
    PartKind,
    PartWording,
)
from commenttrack.letters.operations import rewrite, settle_digests
from commenttrack.letters.recorded_content import as_json_part, numbered


@dataclass(frozen=True, slots=True)
class Restored:
    """What restoring a state changed, by part keys."""

    reworded: tuple[str, ...]
    included: tuple[str, ...]
    left_out: tuple[str, ...]
    moved: bool


def restore_state(
    session: Session, letter: Letter, state: LetterVersion | DraftSnapshot, *, actor: str, now: dt.datetime
) -> Restored:
    """Make the draft read as a frozen version or as an earlier draft did: words, order, what is left out, and head.

    Nothing is deleted: the draft as it stands is kept first, parts that the state does not have are left out. A part
    whose words come back counts as edited by ``actor``. Refuses when the draft reads like that already.
    """
    name = named(state)
    before = _snapshot(letter, f"before {name} was restored", actor, now)
    wanted = {part["key"]: part for part in state.parts_json}
    present = {part.key: part for part in letter.parts}
    reworded: list[str] = []
    reshaped = False
    for key, old in wanted.items():
        part = present.get(key)
        if part is None:
            part = LetterPart(
                key=key, kind=PartKind.FREE, heading="", text="", requested_text="", wording_digest="",
                level=old["level"], place=len(letter.parts), edited_by=actor, updated_at=now,
            )  # fmt: skip
            letter.parts.append(part)
            session.flush()  # its revision is counted by the database
        words, second_of = _words_of(old, part, whole=bool(state.head_json.get("translation")))
        if part.words != words:
            _bring_back(session, part, words, second_of, name, actor, now)
            reworded.append(key)
        shape = (old["level"], old.get("annex", False))
        reshaped = reshaped or (part.level, part.annex) != shape
        part.level, part.annex = shape
    included: list[str] = []
    left_out: list[str] = []
    for part in letter.parts:
        belongs = part.key in wanted and wanted[part.key].get("included", True)
        if part.included != belongs:
            (included if belongs else left_out).append(part.key)
            part.included = belongs
    order = _order([part.key for part in letter.parts], list(wanted))
    moved = order != [part.key for part in letter.parts]
    by_key = {part.key: part for part in letter.parts}
    letter.parts[:] = [by_key[key] for key in order]
    for place, part in enumerate(letter.parts):
        if part.place != place:
            part.place = place
    head_changed = letter.head_json != state.head_json
    if not (reworded or reshaped or included or left_out or moved or head_changed):
        raise Refused(f"The draft reads like {name} already.")
    head_from_mapping(state.head_json)
    letter.head_json = dict(state.head_json)
    settle_digests(letter)
    letter.snapshots.append(before)
    session.flush()  # the audit event names the snapshot
    audit.record(
        session,
        actor=actor,
        action="draft restored",
        subject=f"letter {letter.id}",
        now=now,
        restored=name,
        kept=before.id,
        reworded=reworded,
        included=included,
        left_out=left_out,
    )
    return Restored(tuple(reworded), tuple(included), tuple(left_out), moved)


def restore_part(
    session: Session,
    part: LetterPart,
    wording: PartWording | Mapping[str, Any],
    name: str,
    *,
    actor: str,
    now: dt.datetime,
) -> LetterPart:
    """Bring back an earlier wording of one part as an edit; ``name`` says which: "version 2".

    ``wording`` is a kept wording of this part or its entry in ``parts_json``. Refuses when the part reads so already.
    """
    if isinstance(wording, PartWording):
        if wording.part is not part:
            raise Refused("These words were those of another part.")
        words, second_of = wording.words, wording.second_of
    else:
        words, second_of = _words_of(wording, part, whole=False)
    if part.words == words:
        raise Refused(f"The part reads as in {name} already.")
    return _bring_back(session, part, words, second_of, name, actor, now)


def named(state: LetterVersion | DraftSnapshot) -> str:
    """What people call a state: "version 2", "the draft of January 5, 2027, 14:05 UTC"."""
    if isinstance(state, LetterVersion):
        return f"version {state.number}"
    return f"the draft of {state.kept_at:%B} {state.kept_at.day}, {state.kept_at:%Y, %H:%M} UTC"


def _snapshot(letter: Letter, why: str, actor: str, now: dt.datetime) -> DraftSnapshot:
    numbers = {entry.part.key: entry.number for entry in numbered(letter)}
    return DraftSnapshot(
        head_json=dict(letter.head_json),
        parts_json=[
            {**as_json_part(part, numbers.get(part.key, ""), unprinted=True), "included": part.included}
            for part in letter.parts
        ],
        why=why,
        kept_by=actor,
        kept_at=now,
    )


def _words_of(old: Mapping[str, Any], part: LetterPart, *, whole: bool) -> tuple[PartWords, str]:
    """The words that a part had, and what its second language stood for.

    Unless the state is ``whole``, one that has nothing in a second language leaves what the part has there now.
    """
    words = PartWords.of(old)
    if whole or "second_of" in old:
        return words, old.get("second_of", "")
    present = part.words
    return replace(words, second_heading=present.second_heading, second_text=present.second_text), part.second_of


def _bring_back(
    session: Session, part: LetterPart, words: PartWords, second_of: str, name: str, actor: str, now: dt.datetime
) -> LetterPart:
    why = f"{name} restored"
    rewrite(session, part, words, expected_revision=part.revision, second_of=second_of, why=why, actor=actor, now=now)
    part.edited_by = actor
    return part


def _order(present: Sequence[str], wanted: Sequence[str]) -> list[str]:
    """The wanted order; a part that it does not have stays behind the part that it follows now."""
    order = list(wanted)
    for index, key in enumerate(present):
        if key not in wanted:
            order.insert(order.index(present[index - 1]) + 1 if index else 0, key)
    return order
