"""The digest of a wording and the difference of two wordings.

A sign-off is bound to wordings, so what counts as "the same wording" is decided here and nowhere else:
heading, text and requested text, and heading and text in a second language where there is one, after Unicode NFC, with
white space folded and the typography of spaces ignored.
"""

import difflib
import hashlib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

# No-break, thin, hair, figure, narrow and ideographic spaces are typography; \s covers them all for str patterns,
# but zero-width characters and the soft hyphen are not white space to Python and still change nothing a reader sees.
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff"))
_SPACE = re.compile(r"\s+")
_TOKEN = re.compile(r"\s+|[^\W_]+|[^\w\s]|_")


def folded(text: str) -> str:
    """The text as it counts: NFC, invisible characters dropped, each run of white space one space, ends trimmed."""
    return _SPACE.sub(" ", unicodedata.normalize("NFC", text).translate(_INVISIBLE)).strip()


def one_line(text: str) -> str:
    """What was typed, as one line: white space folded, and no character that does not print."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def full_stop(words: str) -> str:
    """``words`` with a full stop after them, unless they bring one, as a name in "Inc." does."""
    return words if words.endswith(".") else f"{words}."


def wording_digest(
    heading: str, text: str, requested_text: str = "", second_heading: str = "", second_text: str = ""
) -> str:
    """SHA-256 (64 hexadecimal digits) of a wording. Each field follows its length, so none runs into another.

    A wording without a second language has the digest of its first three fields alone.
    """
    digest = hashlib.sha256()
    fields = [folded(field) for field in (heading, text, requested_text, second_heading, second_text)]
    for field in fields if any(fields[3:]) else fields[:3]:
        content = field.encode()
        digest.update(f"{len(content)}:".encode())
        digest.update(content)
    return digest.hexdigest()


_DELETION = re.compile(r"\{--(.*?)--\}", re.DOTALL)
_INSERTION = re.compile(r"\{\+\+(.*?)\+\+\}", re.DOTALL)


def text_as_proposed(marked: str) -> str:
    """The wording that a requested text (``{--deleted--}{++inserted++}``) starts from."""
    return _DELETION.sub(r"\1", _INSERTION.sub("", marked))


def text_as_requested(marked: str) -> str:
    """The wording that a requested text asks for."""
    return _INSERTION.sub(r"\1", _DELETION.sub("", marked))


@dataclass(frozen=True, slots=True)
class Change:
    """One run of a difference: ``same``, ``delete`` (only in the old text) or ``insert`` (only in the new one)."""

    kind: Literal["same", "delete", "insert"]
    text: str


def difference(old: str, new: str) -> list[Change]:
    """Word-level difference of two texts, both folded.

    Joining the ``same`` and ``insert`` runs gives the new text, ``same`` and ``delete`` the old one.
    """
    before, after = _TOKEN.findall(folded(old)), _TOKEN.findall(folded(new))
    changes: list[Change] = []
    for tag, i1, i2, j1, j2 in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            changes.append(Change("same", "".join(before[i1:i2])))
            continue
        if i1 < i2:
            changes.append(Change("delete", "".join(before[i1:i2])))
        if j1 < j2:
            changes.append(Change("insert", "".join(after[j1:j2])))
    return changes


def differs(changes: Iterable[Change]) -> bool:
    """Whether a difference holds any deletion or insertion."""
    return any(change.kind != "same" for change in changes)
