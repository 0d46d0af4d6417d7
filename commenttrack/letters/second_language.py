"""The second language of a stored letter: writing it part by part, and what is missing or behind.

A sign-off covers what prints, so in a letter in two languages the digest of a part is that of both wordings. The text
of the second language remembers for which words of the first it was written; when those change, it is behind until
somebody says that it stands, or writes it anew.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from sqlalchemy.orm import Session

from commenttrack.errors import Refused
from commenttrack.letters.content import PartWords, Translation
from commenttrack.letters.languages import language_name
from commenttrack.letters.markdown import head_from_mapping
from commenttrack.letters.models import Letter, LetterPart
from commenttrack.letters.operations import rewrite


@dataclass(frozen=True, slots=True)
class Lacking:
    """A part that prints and whose second language is not there, or stands for other words than the first has."""

    part: LetterPart
    what: Literal["missing", "heading", "behind"]
    lang: str

    @property
    def sentence(self) -> str:
        """For people."""
        name = language_name(self.lang)
        return {
            "missing": f"It has no text in the second language ({name}).",
            "heading": f"Its heading has no words in the second language ({name}).",
            "behind": f"It was reworded since its text in the second language ({name}) was written.",
        }[self.what]


def second_of(letter: Letter) -> Translation | None:
    """The second language that the letter's head names."""
    return head_from_mapping({"translation": letter.head_json.get("translation")}).translation


def lacking(letter: Letter) -> Iterator[Lacking]:
    """What the second language lacks, in the order of the letter; nothing for a letter in one language."""
    second = second_of(letter)
    if second is None:
        return
    for part in letter.parts:
        if not part.included:
            continue
        if part.text and not part.second_text:
            yield Lacking(part, "missing", second.lang)
        elif part.heading and not part.second_heading:
            yield Lacking(part, "heading", second.lang)
        elif is_behind(part):
            yield Lacking(part, "behind", second.lang)


def is_behind(part: LetterPart) -> bool:
    """Whether the first language was reworded since the second was written."""
    return bool(part.second_heading or part.second_text) and part.second_of != part.words.first.digest


def written_for(part: LetterPart) -> PartWords | None:
    """The words of the first language that the second was written for; None when they are not known."""
    for wording in reversed(part.earlier_wordings):
        if wording.words.first.digest == part.second_of:
            return wording.words.first
    return None


def edit_second(
    session: Session,
    part: LetterPart,
    *,
    expected_revision: int,
    heading: str,
    text: str,
    actor: str,
    now: dt.datetime,
) -> None:
    """Save what a part says in the second language; that says too that it stands for the first as that reads now.

    Raises :class:`~commenttrack.letters.operations.EditedMeanwhile`, and :class:`Refused` in a letter in one language.
    """
    if second_of(part.letter) is None:
        raise Refused("The letter has no second language. Name one under letterhead, addressees, look.")
    words = replace(part.words, second_heading=heading, second_text=text)
    stands_for = words.first.digest if heading.strip() or text.strip() else ""
    rewrite(
        session,
        part,
        words,
        expected_revision=expected_revision,
        second_of=stands_for,
        why="second language written",
        actor=actor,
        now=now,
    )
