"""What happened to the parts of a letter between two wordings, word by word. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from commenttrack.letters.content import PartWords
from commenttrack.wording import Change, difference


@dataclass(frozen=True, slots=True)
class Wording:
    """One wording of a part."""

    number: str
    words: PartWords


@dataclass(frozen=True, slots=True)
class PartChange:
    """What happened to one part between two wordings."""

    key: str
    number: str
    heading: str
    """Number and heading of the later wording, or those of the earlier one when the part is gone."""
    what: Literal["changed", "removed", "added"]
    headings: tuple[Change, ...]
    text: tuple[Change, ...]
    requested_text: tuple[Change, ...]
    second_heading: tuple[Change, ...] = ()
    second_text: tuple[Change, ...] = ()
    """In the letter's second language; empty where neither wording has one."""

    @property
    def runs(self) -> tuple[tuple[Change, ...], ...]:
        """Everything that may differ, in the order of the part."""
        return self.headings, self.text, self.requested_text, self.second_heading, self.second_text


_NOTHING = Wording("", PartWords())


def wordings_of(parts_json: Sequence[Mapping[str, Any]]) -> dict[str, Wording]:
    """The wordings of a frozen version (``LetterVersion.parts_json``) by part key, in order."""
    return {part["key"]: Wording(part["number"], PartWords.of(part)) for part in parts_json}


def part_change(key: str, old: Wording | None, new: Wording | None) -> PartChange:
    """The difference of two wordings of a part, either of which may not exist."""
    before, after = (old or _NOTHING).words, (new or _NOTHING).words
    shown = new or old or _NOTHING
    return PartChange(
        key=key,
        number=shown.number,
        heading=shown.words.heading,
        what="changed" if old and new else "added" if new else "removed",
        headings=tuple(difference(before.heading, after.heading)),
        text=tuple(difference(before.text, after.text)),
        requested_text=tuple(difference(before.requested_text, after.requested_text)),
        second_heading=tuple(difference(before.second_heading, after.second_heading)),
        second_text=tuple(difference(before.second_text, after.second_text)),
    )


_AROUND = 4
"""Words left standing on each side of a change."""


def in_words(change: PartChange) -> str:
    """A change as one line of plain text: ``… each exporter [removed: shall] [added: must] keep the …``.

    Empty for a part that was taken out or added whole.
    """
    if change.what != "changed":
        return ""
    fields = (_line(runs) for runs in change.runs)
    return " / ".join(line for line in fields if line)


def _line(runs: Sequence[Change]) -> str:
    if all(run.kind == "same" for run in runs):
        return ""
    pieces = []
    for place, run in enumerate(runs):
        if run.kind == "same":
            pieces.append(_shortened(run.text, first=place == 0, last=place == len(runs) - 1))
        elif run.text.strip():
            pieces.append(f"[{'removed' if run.kind == 'delete' else 'added'}: {run.text.strip()}]")
        else:
            pieces.append(" ")
    return " ".join(" ".join(pieces).split())


def _shortened(text: str, *, first: bool, last: bool) -> str:
    """The words next to the changes; what lies between them and farther away is left out with an ellipsis."""
    words = text.split()
    if first:
        return " ".join(words) if len(words) <= _AROUND else "… " + " ".join(words[-_AROUND:])
    if last:
        return " ".join(words) if len(words) <= _AROUND else " ".join(words[:_AROUND]) + " …"
    if len(words) <= 2 * _AROUND:
        return " ".join(words)
    return " ".join(words[:_AROUND]) + " … " + " ".join(words[-_AROUND:])
