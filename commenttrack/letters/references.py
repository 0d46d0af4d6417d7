"""What a letter counts besides its parts: exhibits and requests, and what cross-references call them.

Labels are computed from the order that will be printed, so they follow when parts change places.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from commenttrack.errors import BadInput
from commenttrack.letters.blocks import (
    Block,
    Blocks,
    Body,
    Break,
    Cite,
    Division,
    Image,
    Inline,
    InlineNote,
    Inlines,
    ListBlock,
    NoteCall,
    PartCall,
    Quote,
    RequestTable,
    Styled,
    Table,
    Text,
    inline_runs,
    plain,
)
from commenttrack.letters.content import ExhibitMarks, LetterContent, LetterPartContent
from commenttrack.letters.outline import letters, part_name

NBSP = "\u00a0"


def labelled(
    content: LetterContent, bodies: Sequence[Body], headings: Sequence[Inlines], numbers: Sequence[tuple[str, str]]
) -> tuple[list[Body], dict[str, str]]:
    """The bodies with every exhibit and request named and ``{requests}`` written out; and the words for each key.

    ``bodies``, ``headings`` and ``numbers`` are those of the parts of ``content``, in order. Raises :class:`BadInput`
    for a key that stands twice, and for ``{requests}`` in a letter that makes none.
    """
    counts = _Counts(content.head.exhibits)
    for part, (number, _), heading in zip(content.parts, numbers, headings, strict=True):
        counts.name(part.key, part_name(number) or f"“{plain(heading)}”")
    named = [
        replace(body, blocks=counts.blocks(body.blocks, part)) for part, body in zip(content.parts, bodies, strict=True)
    ]
    for part in content.parts:
        if part.requested_text.strip() and not any(request.part == part.key for request in counts.requests):
            counts.requests.append(_Request("", part.key, (Text(", ".join(part.provisions)),), _SET_OUT))
    order = {part.key: index for index, part in enumerate(content.parts)}
    counts.requests.sort(key=lambda request: order[request.part])
    return [_tabled(body, content, counts) for body in named], counts.names


def labelled_second(content: LetterContent, bodies: Sequence[Body]) -> list[Body]:
    """The bodies of the letter's second language with exhibits and requests counted as in the first."""
    counts = _Counts(content.head.exhibits, suffix="-second")
    named = [
        replace(body, blocks=counts.blocks(body.blocks, part)) for part, body in zip(content.parts, bodies, strict=True)
    ]
    return [_tabled(body, content, counts) for body in named]


_SET_OUT: Inlines = (Text("Adopt the text that is set out there."),)


@dataclass(frozen=True, slots=True)
class _Request:
    key: str
    part: str
    place: Inlines
    text: Inlines


@dataclass(slots=True)
class _Counts:
    marks: ExhibitMarks
    suffix: str = ""
    """What is put after each key, so that the same exhibit can be there in two languages."""
    names: dict[str, str] = field(default_factory=dict)
    requests: list[_Request] = field(default_factory=list)
    _exhibits: int = 0
    _requests: int = 0

    def name(self, key: str, words: str) -> None:
        if key in self.names:
            raise BadInput(f"The key {{#{key}}} stands at {self.names[key]} and at {words}; each needs one of its own.")
        self.names[key] = words

    def blocks(self, blocks: Blocks, part: LetterPartContent) -> Blocks:
        return _changed(blocks, lambda block: self._labelled(block, part))

    def _labelled(self, division: Division | RequestTable, part: LetterPartContent) -> Block:
        if isinstance(division, RequestTable) or division.kind == "landscape":
            return division
        if division.kind == "exhibit":
            self._exhibits += 1
            mark = letters(self._exhibits) if self.marks == "letters" else str(self._exhibits)
            label = f"Exhibit{NBSP}{mark}"
        else:
            self._requests += 1
            label = f"Request{NBSP}{self._requests}"
        key = (division.key or label.lower().replace(NBSP, "-")) + self.suffix
        division = replace(division, key=key, label=label)
        self.name(division.key, label)
        if division.kind == "request":
            self.requests.append(_Request(division.key, part.key, division.title, _words(division.blocks)))
        return division


def _changed(blocks: Blocks, change: Callable[[Division | RequestTable], Block | None]) -> Blocks:
    """The blocks with each division and table of requests changed or dropped, the outer one before those within it."""
    out: list[Block] = []
    for block in blocks:
        match block:
            case Division() | RequestTable():
                changed = change(block)
                if isinstance(changed, Division):
                    changed = replace(changed, blocks=_changed(changed.blocks, change))
                if changed is not None:
                    out.append(changed)
            case Quote(inner, source):
                out.append(Quote(_changed(inner, change), source))
            case ListBlock(items):
                out.append(replace(block, items=tuple(_changed(item, change) for item in items)))
            case _:
                out.append(block)
    return tuple(out)


def _tabled(body: Body, content: LetterContent, counts: _Counts) -> Body:
    """The body with the table of all requests where it asks for it, or without when the letter has the table off."""

    def change(block: Division | RequestTable) -> Block | None:
        if isinstance(block, RequestTable):
            return _table(counts.requests) if content.head.requests_table else None
        return block

    return replace(body, blocks=_changed(body.blocks, change))


def _table(requests: Sequence[_Request]) -> Table:
    if not requests:
        raise BadInput("{requests} collects what stands between ::: request and :::, and the letter has none of it.")
    header = tuple((Text(word),) for word in ("No.", "Provision", "Request", "Reasons"))
    rows = tuple(
        (
            (Styled("link", (Text(str(number)),), f"#{request.key}"),) if request.key else (Text(str(number)),),
            request.place,
            request.text,
            (PartCall(request.part),),
        )
        for number, request in enumerate(requests, 1)
    )
    return Table(header, rows, ("right", "", "", ""))


def _words(blocks: Blocks) -> Inlines:
    """A request as one run, without its notes and citations: they stand where the request is made."""
    out: list[Inline] = []
    for run in inline_runs(blocks):
        if out:
            out.append(Text(" "))
        out.extend(_without_notes(run))
    return tuple(out)


def _without_notes(run: Inlines) -> Iterator[Inline]:
    for inline in run:
        match inline:
            case Styled(style, children, href):
                yield Styled(style, tuple(_without_notes(children)), href)
            case Break():
                yield Text(" ")
            case NoteCall() | InlineNote() | Cite() | Image():
                continue
            case _:
                yield inline
