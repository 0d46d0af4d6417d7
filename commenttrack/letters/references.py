"""What a letter counts besides its parts: exhibits and requests, and what cross-references call them.

Labels are computed from the order that will be printed, so they follow when parts change places.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

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
from commenttrack.letters.outline import letters
from commenttrack.letters.own_words import own_words


@dataclass(frozen=True, slots=True)
class Counted:
    """What a cross-reference can mean: a part, an exhibit or a request by its number, or a heading without one."""

    kind: Literal["part", "exhibit", "request", "heading"]
    number: str

    def words(self, lang: str) -> Inline:
        """What a text in this language calls it."""
        own = own_words(lang)
        match self.kind:
            case "part":
                return said(own.part_name(self.number), lang)
            case "exhibit":
                return said(own.exhibit.format(letter=self.number), lang)
            case "request":
                return said(own.request.format(number=self.number), lang)
            case "heading":
                return Text(f"“{self.number}”")


def said(words: str, lang: str) -> Inline:
    """Words of :func:`own_words` within a text in this language, marked where they are in another."""
    return Text(words) if own_words(lang).own(lang) else Styled("english", (Text(words),))


def labelled(
    content: LetterContent, bodies: Sequence[Body], headings: Sequence[Inlines], numbers: Sequence[tuple[str, str]]
) -> tuple[list[Body], dict[str, Counted]]:
    """The bodies with every exhibit and request named and ``{requests}`` written out; and what each key means.

    ``bodies``, ``headings`` and ``numbers`` are those of the parts of ``content``, in order. Raises :class:`BadInput`
    for a key that stands twice, and for ``{requests}`` in a letter that makes none.
    """
    counts = _Counts(content.head.exhibits, content.head.lang)
    for part, (number, _), heading in zip(content.parts, numbers, headings, strict=True):
        counts.name(part.key, Counted("part", number) if number else Counted("heading", plain(heading)))
    named = [
        replace(body, blocks=counts.blocks(body.blocks, part)) for part, body in zip(content.parts, bodies, strict=True)
    ]
    for part in content.parts:
        if part.requested_text.strip() and not any(request.part == part.key for request in counts.requests):
            adopt = said(own_words(counts.lang).adopt, counts.lang)
            counts.requests.append(_Request("", part.key, (Text(", ".join(part.provisions)),), (adopt,)))
    order = {part.key: index for index, part in enumerate(content.parts)}
    counts.requests.sort(key=lambda request: order[request.part])
    return [_tabled(body, content, counts) for body in named], counts.names


def labelled_second(content: LetterContent, bodies: Sequence[Body]) -> list[Body]:
    """The bodies of the letter's second language with exhibits and requests counted as in the first."""
    second = content.head.translation
    counts = _Counts(content.head.exhibits, second.lang if second else content.head.lang, suffix="-second")
    named = [
        replace(body, blocks=counts.blocks(body.blocks, part)) for part, body in zip(content.parts, bodies, strict=True)
    ]
    return [_tabled(body, content, counts) for body in named]


@dataclass(frozen=True, slots=True)
class _Request:
    key: str
    part: str
    place: Inlines
    text: Inlines


@dataclass(slots=True)
class _Counts:
    marks: ExhibitMarks
    lang: str
    """The language of the texts that are counted."""
    suffix: str = ""
    """What is put after each key, so that the same exhibit can be there in two languages."""
    names: dict[str, Counted] = field(default_factory=dict)
    requests: list[_Request] = field(default_factory=list)
    _exhibits: int = 0
    _requests: int = 0

    def name(self, key: str, counted: Counted) -> None:
        if key in self.names:
            there, here = (plain((each.words("en"),)) for each in (self.names[key], counted))
            raise BadInput(f"The key {{#{key}}} stands at {there} and at {here}; each needs one of its own.")
        self.names[key] = counted

    def blocks(self, blocks: Blocks, part: LetterPartContent) -> Blocks:
        return _changed(blocks, lambda block: self._labelled(block, part))

    def _labelled(self, division: Division | RequestTable, part: LetterPartContent) -> Block:
        if isinstance(division, RequestTable) or division.kind == "landscape":
            return division
        if division.kind == "exhibit":
            self._exhibits += 1
            mark = letters(self._exhibits) if self.marks == "letters" else str(self._exhibits)
            counted = Counted("exhibit", mark)
        else:
            self._requests += 1
            counted = Counted("request", str(self._requests))
        key = (division.key or f"{counted.kind}-{counted.number.lower()}") + self.suffix
        division = replace(division, key=key, label=plain((counted.words(self.lang),)))
        self.name(division.key, counted)
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
            return _table(counts.requests, counts.lang) if content.head.requests_table else None
        return block

    return replace(body, blocks=_changed(body.blocks, change))


def _table(requests: Sequence[_Request], lang: str) -> Table:
    if not requests:
        raise BadInput("{requests} collects what stands between ::: request and :::, and the letter has none of it.")
    header = tuple((said(word, lang),) for word in own_words(lang).requests)
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
