"""Files of a letter made in the background and kept by what they say: the draft's PDF, redlines of two states.

A job is known by the digest of the content it prints, so unchanged content is printed once and then served from the
stored bytes.
"""

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

import commenttrack
from commenttrack import jobs
from commenttrack.errors import Refused
from commenttrack.jobs import Job, JobState
from commenttrack.letters import comparison_files
from commenttrack.letters.comparison import compare
from commenttrack.letters.content import LetterContent
from commenttrack.letters.models import DraftSnapshot, Letter, LetterVersion
from commenttrack.letters.pictured import with_files
from commenttrack.letters.recorded_content import content_of_letter, content_of_version
from commenttrack.letters.restoring import named
from commenttrack.letters.rule_details import details_state, with_rule_details
from commenttrack.storage import Storage

MAKE = "make a file of the letter"
"""Name of the job; the worker knows what does it."""
DRAFT = "draft"
"""How a state is named that is the draft as it stands; “2” is a version, “d7” a kept draft."""


class ChangedMeanwhile(Refused):
    """The draft was edited after its file was asked for."""


class UnknownState(Refused):
    """No state of the letter is named so."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file to make: the letter in one state, or the redline from ``earlier`` to ``state``."""

    suffix: str
    state: str = DRAFT
    earlier: str = ""


def state_named(letter: Letter, name: str) -> LetterVersion | DraftSnapshot | None:
    """The version or the kept draft of that name; None for the draft as it stands. Raises :class:`UnknownState`."""
    if name == DRAFT:
        return None
    states: dict[str, LetterVersion | DraftSnapshot] = {str(each.number): each for each in letter.versions}
    states |= {f"d{each.id}": each for each in letter.snapshots}
    if name not in states:
        raise UnknownState(f"The letter has no state {name[:20]}.")
    return states[name]


def title_of(state: LetterVersion | DraftSnapshot | None) -> str:
    """A state at the head of a column: "Version 2", "The draft"."""
    name = named(state) if state is not None else "the draft"
    return name[0].upper() + name[1:]


def content_in(letter: Letter, state: LetterVersion | DraftSnapshot | None) -> LetterContent:
    """The words of a state, without its pictures."""
    if state is None:
        return content_of_letter(letter)
    return content_of_version(state)


def digest_of(session: Session, letter: Letter, wanted: Wanted) -> str:
    """SHA-256 of everything that the file would say, and of who prints it."""
    content = content_in(letter, state_named(letter, wanted.state))
    said = [repr(replace(content, pictures=()))]
    if wanted.earlier:
        said.append(repr(content_in(letter, state_named(letter, wanted.earlier))))
    else:
        said.append(details_state(session, letter, content))
    said += [wanted.suffix, commenttrack.__version__, wanted.state if wanted.earlier else "", wanted.earlier]
    return hashlib.sha256("\0".join(said).encode()).hexdigest()


def job_for(session: Session, letter: Letter, wanted: Wanted) -> Job | None:
    """The job that makes or made this file as the letter reads now; None when nobody asked for it."""
    return session.scalar(select(Job).where(Job.key == _key(letter, digest_of(session, letter, wanted))))


def ask_for(session: Session, letter: Letter, wanted: Wanted, *, now: dt.datetime) -> Job:
    """Have the file made in the background, unless it is there; a failed attempt is tried again."""
    digest = digest_of(session, letter, wanted)
    payload = {"letter": letter.id, "digest": digest, **asdict(wanted)}
    job = jobs.queue(session, name=MAKE, key=_key(letter, digest), payload=payload, now=now)
    if job.state is JobState.FAILED:
        jobs.run_again(session, job)
    return job


def _key(letter: Letter, digest: str) -> str:
    return f"file of letter {letter.id} with {digest}"


def make(
    session: Session, payload: Mapping[str, Any], *, storage: Storage, tell: Callable[[str], None]
) -> dict[str, Any]:
    """Make the file and keep its bytes; returns the key under which they are stored.

    Raises :class:`ChangedMeanwhile`, and what the makers of PDF and Word files raise.
    """
    letter = session.get_one(Letter, payload["letter"])
    wanted = Wanted(payload["suffix"], payload["state"], payload["earlier"])
    if digest_of(session, letter, wanted) != payload["digest"]:
        raise ChangedMeanwhile("The draft was edited while its file waited to be made. Ask for it again.")
    later = state_named(letter, wanted.state)
    content = content_in(letter, later)
    words = sum(len(part.text.split()) for part in content.parts)
    if not wanted.earlier:
        from commenttrack.letters.rendering import letter_pdf  # half a second; most who come here only ask

        tell(f"Laying out the pages of {words:,} words")
        content = with_rule_details(session, letter, with_files(letter, content, storage), storage)
        return {"file": storage.put(letter_pdf(content))}
    earlier = state_named(letter, wanted.earlier)
    tell(f"Comparing {words:,} words")
    old = content_in(letter, earlier)
    second = content.head.translation or old.head.translation
    compared = compare(old, content)
    both = replace(content, parts=(*content.parts, *old.parts))  # a picture may stand in one of the two alone
    titles = comparison_files.Titles(
        letter=letter.title,
        earlier=title_of(earlier),
        later=title_of(later),
        day=content.head.date,
        house_style=content.head.house_style,
        lang=content.head.lang,
        second_lang=second.lang if second else "",
    )
    tell("Writing the redline")
    pictures = with_files(letter, both, storage).pictures
    return {"file": storage.put(comparison_files.render(compared, titles, wanted.suffix, pictures))}
