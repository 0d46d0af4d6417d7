"""A source document's outline while a person corrects it: what is a position, under which, from where to where.

Every entry is a span of the document's text, so whatever is done here the text of an entry stays what the source says.
Entries are in the order of the document, an outer one before those inside it. Each change returns a new draft.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, get_args

from commenttrack.errors import Refused
from commenttrack.positions.source_files import SourceContext, SourceFile, SourcePosition, people
from commenttrack.positions.source_sentences import SENTENCE_END
from commenttrack.positions.source_text import lines_of, plain
from commenttrack.positions.source_values import ParsedParticipant, ParsedSignatory, ParsedSource
from commenttrack.wording import folded

Role = Literal["position", "deferred", "context", "evidence", "excluded"]
ROLES: tuple[Role, ...] = get_args(Role)
_HELD = ("position", "deferred")
DEEPEST = 5

THIRD_PARTY = "This is a third party’s document: what it says is context or evidence and never becomes a position."


@dataclass(frozen=True, slots=True)
class Entry:
    """A passage and what it is taken for.

    ``level`` counts from 0 and says under which position above it a position stands: the nearest with a lower level.
    ``doubt`` is what the parser was not sure of.
    """

    role: Role
    start: int
    end: int
    level: int = 0
    label: str = ""
    heading: str = ""
    speaker: str = ""
    doubt: str = ""

    @property
    def held(self) -> bool:
        """Whether it is a position."""
        return self.role in _HELD


@dataclass(frozen=True, slots=True)
class Draft:
    """A whole document: its head, its passages, its people."""

    title: str
    publisher: str
    date: str
    kind: str
    coalition: bool
    entries: tuple[Entry, ...]
    addressee: tuple[str, ...] = ()
    signatories: tuple[ParsedSignatory, ...] = ()
    participants: tuple[ParsedParticipant, ...] = ()


def draft_of(parsed: ParsedSource, text: str) -> Draft:
    """The draft that a person begins with: what was read, and what was left out of it, so that it can be taken in."""
    levels: dict[str, int] = {}
    doubts = {item.start: item.why for item in parsed.unsure}
    entries: list[Entry] = []
    for item in parsed.positions:
        levels[item.id] = level = levels[item.parent] + 1 if item.parent else 0
        role: Role = "deferred" if item.deferred else "position"
        entries.append(
            Entry(role, item.start, item.end, level, item.label, item.heading, doubt=doubts.pop(item.start, ""))
        )
    for passage in parsed.context:
        entries.append(
            Entry(
                "evidence" if passage.evidence else "context",
                passage.start,
                passage.end,
                heading=passage.heading,
                speaker=passage.speaker,
                doubt=doubts.pop(passage.start, ""),
            )
        )
    entries += [
        Entry("excluded", item.start, item.end, doubt=item.why) for item in parsed.unsure if item.start in doubts
    ]
    entries += _left_out(text, entries, parsed)
    head = parsed.source
    return Draft(
        head.title,
        head.publisher,
        head.date,
        head.kind,
        head.coalition,
        _in_order(entries),
        head.addressee,
        parsed.signatories,
        parsed.participants,
    )


def _left_out(text: str, entries: Sequence[Entry], parsed: ParsedSource) -> list[Entry]:
    """Runs of lines that stand in no entry and are neither a heading that was read nor somebody's name."""
    said = {entry.heading for entry in entries} | {parsed.source.title, *parsed.source.addressee}
    names = [one.organization or one.person for one in parsed.signatories] + [one.person for one in parsed.participants]
    covered = [(entry.start, entry.end) for entry in entries]
    found: list[Entry] = []
    last = -1
    for number, line in enumerate(lines_of(text)):
        stop = line.start + len(line.text)
        content = plain(line.text.lstrip(" \t\xa0#*•-"))
        if (
            sum(map(str.isalpha, content)) < 4
            or any(start < stop and end > line.start for start, end in covered)
            or any(content in one or (one and one in content and len(content) < len(one) + 12) for one in said)
            or any(name in content for name in names)
        ):
            continue
        start = line.start + len(line.text) - len(line.text.lstrip())
        end = line.start + len(line.text.rstrip())
        if found and last == number - 1:
            found[-1] = replace(found[-1], end=end)
        else:
            found.append(Entry("excluded", start, end))
        last = number
    return found


def _in_order(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    return tuple(sorted(entries, key=lambda entry: (entry.start, -entry.end)))


def text_of_entry(text: str, entry: Entry) -> str:
    """What the entry says, as the source says it."""
    return folded(text[entry.start : entry.end])


def parent_of(draft: Draft, place: int) -> int | None:
    """The place of the position under which the position at ``place`` stands."""
    level = draft.entries[place].level
    for above in range(place - 1, -1, -1):
        entry = draft.entries[above]
        if entry.held and entry.level < level:
            return above
    return None


def _entry(draft: Draft, place: int) -> Entry:
    if not 0 <= place < len(draft.entries):
        raise Refused("This passage is not in the outline any more. Look at the outline again.")
    return draft.entries[place]


def _position(draft: Draft, place: int) -> Entry:
    entry = _entry(draft, place)
    if not entry.held:
        raise Refused("Only a position has a place in the outline. Mark the passage as a position first.")
    return entry


def _below(draft: Draft, place: int) -> list[int]:
    """The positions under the one at ``place``, without it."""
    found = []
    for other in range(place + 1, len(draft.entries)):
        entry = draft.entries[other]
        if not entry.held:
            continue
        if entry.level <= draft.entries[place].level:
            break
        found.append(other)
    return found


def _shifted(draft: Draft, places: Iterable[int], by: int) -> Draft:
    entries = list(draft.entries)
    for place in places:
        entries[place] = replace(entries[place], level=max(0, entries[place].level + by))
    return replace(draft, entries=tuple(entries))


def indent(draft: Draft, place: int) -> Draft:
    """Put a position, with those below it, under the position before it."""
    entry = _position(draft, place)
    below = _below(draft, place)
    before = next((draft.entries[above] for above in range(place - 1, -1, -1) if draft.entries[above].held), None)
    if before is None or before.level < entry.level:
        raise Refused("There is no position above it that it could stand under.")
    if max(draft.entries[each].level for each in [place, *below]) >= DEEPEST:
        raise Refused(f"An outline has at most {DEEPEST + 1} levels.")
    return _shifted(draft, [place, *below], +1)


def outdent(draft: Draft, place: int) -> Draft:
    """Put a position, with those below it, one level further out."""
    if _position(draft, place).level == 0:
        raise Refused("It stands at the outermost level already.")
    return _shifted(draft, [place, *_below(draft, place)], -1)


def mark(draft: Draft, place: int, role: str) -> Draft:
    """Say what a passage is. What stood under a position that is none any more moves out by one level."""
    entry = _entry(draft, place)
    wanted = next((known for known in ROLES if known == role), None)
    if wanted is None:
        raise Refused("Say what the passage is: a position, put off, context, evidence, or nothing to keep.")
    if wanted in _HELD and not draft.coalition:
        raise Refused(THIRD_PARTY)
    if entry.held and wanted not in _HELD:
        draft = _shifted(draft, _below(draft, place), -1)
    changed = replace(draft.entries[place], role=wanted)
    if wanted in _HELD and not entry.held:
        changed = replace(changed, level=0, label=changed.label or _free_label(draft, "¶1"), heading="")
    return _with(draft, place, changed)


def name(draft: Draft, place: int, *, label: str, heading: str, speaker: str = "") -> Draft:
    """Give an entry another label and heading. Labels below that begin with its old one follow."""
    entry = _entry(draft, place)
    label, heading, speaker = folded(label), folded(heading), folded(speaker)
    if entry.held and not label:
        raise Refused("A position needs a label, such as the number its source gives it.")
    entries = list(draft.entries)
    if entry.held and label != entry.label:
        if any(other.held and other.label == label for other in entries):
            raise Refused(f"The label {label} is given to another position of this document.")
        for below in _below(draft, place):
            rest = entries[below].label.removeprefix(entry.label)
            if rest != entries[below].label:
                entries[below] = replace(entries[below], label=label + rest)
    entries[place] = replace(entry, label=label, heading=heading, speaker=speaker)
    return replace(draft, entries=tuple(entries))


def merge(draft: Draft, place: int) -> Draft:
    """Join a passage to the one before it; the words between the two come with it, as the source has them."""
    entry = _entry(draft, place)
    if place == 0:
        raise Refused("This is the first passage; there is none before it.")
    before = draft.entries[place - 1]
    if entry.held:
        draft = _shifted(draft, _below(draft, place), (before.level if before.held else -1) - entry.level)
    entries = list(draft.entries)
    entries[place - 1] = replace(
        before,
        start=min(before.start, entry.start),
        end=max(before.end, entry.end),
        heading=before.heading or entry.heading,
    )
    del entries[place]
    return replace(draft, entries=_in_order(entries))


def sentences(text: str, entry: Entry) -> list[tuple[int, int]]:
    """Where the sentences of an entry begin and end in the text."""
    starts = [entry.start]
    for match in SENTENCE_END.finditer(text, entry.start, entry.end):
        rest = text[match.end() : entry.end]
        starts.append(match.end() + len(rest) - len(rest.lstrip()))
    stops = [*starts[1:], entry.end]
    return [(start, start + len(text[start:stop].rstrip())) for start, stop in zip(starts, stops, strict=True)]


def split(draft: Draft, text: str, place: int, at: int) -> Draft:
    """Divide a passage before the sentence that begins at ``at``."""
    entry = _entry(draft, place)
    found = sentences(text, entry)
    cut = next((number for number, (start, _) in enumerate(found) if start == at and number), None)
    if cut is None:
        raise Refused("A passage is split where one of its sentences begins, from the second on.")
    first = replace(entry, end=found[cut - 1][1])
    rest = replace(
        entry, start=at, heading="", doubt="", label=_free_label(draft, entry.label) if entry.held else entry.label
    )
    return replace(draft, entries=_in_order([*draft.entries[:place], first, rest, *draft.entries[place + 1 :]]))


def _free_label(draft: Draft, wanted: str) -> str:
    """The label, or with primes when it is taken: what the source does not print must not look like its own."""
    taken = {entry.label for entry in draft.entries if entry.held}
    while wanted in taken:
        wanted += "′"
    return wanted


def head(draft: Draft, *, title: str, publisher: str, date: str, kind: str, coalition: bool) -> Draft:
    """Correct what the document is. Of a third party's, every position becomes context."""
    if kind == "news" and coalition:
        raise Refused("A news article is a third party’s document, whoever is quoted in it; leave it one.")
    entries = draft.entries
    if not coalition:
        entries = tuple(replace(entry, role="context", level=0) if entry.held else entry for entry in entries)
    return replace(
        draft,
        title=folded(title),
        publisher=folded(publisher),
        date=folded(date),
        kind=kind,
        coalition=coalition,
        entries=entries,
    )


def _with(draft: Draft, place: int, entry: Entry) -> Draft:
    return replace(draft, entries=(*draft.entries[:place], entry, *draft.entries[place + 1 :]))


def in_the_way(draft: Draft) -> list[str]:
    """What must be mended before the draft can be stored, in words for people."""
    says = []
    if not draft.title:
        says.append("Give the document a title.")
    held = [entry for entry in draft.entries if entry.held]
    if held and not draft.coalition:
        says.append(THIRD_PARTY)
    labels = [entry.label for entry in held]
    says += [f"The label {label} is given twice." for label in dict.fromkeys(labels) if labels.count(label) > 1]
    if "" in labels:
        says.append("Every position needs a label.")
    if not any(entry.role != "excluded" for entry in draft.entries):
        says.append("Nothing is left to keep: mark at least one passage as a position, context or evidence.")
    return says


def source_file(draft: Draft, text: str, *, file_name: str, sha256: str) -> SourceFile:
    """The document ready to be stored. Raises :class:`Refused` with everything that is in the way."""
    says = in_the_way(draft)
    if says:
        raise Refused(" ".join(says))
    positions = []
    for place, entry in enumerate(draft.entries):
        if not entry.held:
            continue
        above = parent_of(draft, place)
        words = text_of_entry(text, entry)
        positions.append(
            SourcePosition(
                label=entry.label,
                parent=draft.entries[above].label if above is not None else None,
                heading=entry.heading,
                statement=words or entry.heading,
                topics=(),
                consensus="deferred" if entry.role == "deferred" else "aligned",
                start=entry.start,
                end=entry.end,
                quotation=words,
            )
        )
    return SourceFile(
        title=draft.title,
        publisher=draft.publisher or None,
        date=draft.date or None,
        kind=draft.kind,
        coalition=draft.coalition,
        file_name=file_name,
        sha256=sha256,
        positions=tuple(positions),
        context=tuple(
            SourceContext(
                entry.speaker,
                text_of_entry(text, entry),
                entry.start,
                entry.end,
                entry.heading,
                entry.role == "evidence",
            )
            for entry in draft.entries
            if entry.role in ("context", "evidence")
        ),
        participants=people(draft.signatories, draft.participants),
    )


def to_json(draft: Draft) -> dict[str, Any]:
    """The draft as plain dicts and lists."""
    return asdict(draft)


def from_json(data: Mapping[str, Any]) -> Draft:
    """The draft that :func:`to_json` wrote."""
    return Draft(
        **{
            **data,
            "entries": tuple(Entry(**entry) for entry in data["entries"]),
            "addressee": tuple(data["addressee"]),
            "signatories": tuple(ParsedSignatory(**one) for one in data["signatories"]),
            "participants": tuple(ParsedParticipant(**one) for one in data["participants"]),
        }
    )
