"""The letter in its final order: parts with their numbers, notes with theirs, citations in the form their place asks.

Numbers, short forms and *Id.* are computed here from the order that will be printed, never typed: a part that moves
renumbers everything that depends on it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from commenttrack.errors import BadInput
from commenttrack.letters.authorities import Authority, declared_sources
from commenttrack.letters.blocks import (
    Block,
    Blocks,
    Body,
    Cite,
    Division,
    Inline,
    InlineNote,
    Inlines,
    ListBlock,
    NoteCall,
    NoteMark,
    Paragraph,
    PartCall,
    Quote,
    Styled,
    Text,
    inline_runs,
    inlines_in,
    map_inlines,
    plain,
)
from commenttrack.letters.blocks import Heading as HeadingBlock
from commenttrack.letters.body import read, read_requested
from commenttrack.letters.citation_reading import parse
from commenttrack.letters.content import LetterContent, LetterHead, LetterPartContent
from commenttrack.letters.outline import as_printed, deeper, levels_of, part_numbers
from commenttrack.letters.own_words import own_words
from commenttrack.letters.references import labelled, labelled_second
from commenttrack.letters.requested_layers import current_blocks
from commenttrack.letters.short_forms import Group, citation_phrases, phrase_in_text


@dataclass(frozen=True, slots=True)
class Note:
    """A note as it will print; ``authorities`` are what it cites, in order."""

    number: int
    blocks: Blocks
    authorities: tuple[Authority, ...] = ()


@dataclass(frozen=True, slots=True)
class ArrangedPart:
    """A part as it will print.

    ``number`` is computed ("III", "III.B", "III.B.1") or empty; ``mark`` is what its heading shows of it ("B.", in the
    letter's language).
    """

    part: LetterPartContent
    number: str
    mark: str
    level: int
    """1 for the outermost heading, never more than one deeper than the heading before; 0 without a heading."""
    heading: Inlines
    blocks: Blocks
    requested: Blocks
    second_heading: Inlines = ()
    second: Blocks = ()
    """The part in the letter's second language, where it follows the first."""
    pairs: tuple[tuple[Blocks, Blocks], ...] = ()
    """The part in both languages, where they stand side by side; ``blocks`` and ``second`` are empty then."""
    current: Blocks = ()
    """What the rule would do to the current text, where the letter shows it before the requested one."""
    second_mark: str = ""
    """The mark in words of the second language."""

    @property
    def first_language(self) -> Blocks:
        """The part in the letter's own language, wherever it stands."""
        return self.blocks or tuple(block for one, _ in self.pairs for block in one)


@dataclass(frozen=True, slots=True)
class ArrangedLetter:
    """A letter in its final order."""

    content: LetterContent
    parts: tuple[ArrangedPart, ...]
    notes: tuple[Note, ...]


def arrange(content: LetterContent) -> ArrangedLetter:
    """The letter in its final order.

    Raises :class:`BadInput` for a note that is called and not defined or defined and never called, a note within a
    note, a cross-reference to nothing in the letter, and a citation that cannot be read.
    """
    content = as_printed(content)
    return _arranged(content, [read(part.text) for part in content.parts], content.parts)


def arrange_part(content: LetterContent, key: str) -> ArrangedLetter:
    """One part alone, with the numbers and references that it has in the whole letter; notes are counted from 1.

    Of the other parts only those are read that it can refer to. Raises as :func:`arrange`, and :class:`KeyError` for a
    key that no part has.
    """
    content = as_printed(content)
    wanted = next((part for part in content.parts if part.key == key), None)
    if wanted is None:
        raise KeyError(key)
    labels = [f"{call}:" for call in set(_CALLED.findall(wanted.text)) if f"{call}:" not in wanted.text]
    bodies = [
        read(part.text)
        if part is wanted or ":::" in part.text or any(label in part.text for label in labels)
        else _NONE
        for part in content.parts
    ]
    return _arranged(content, bodies, (wanted,))


_CALLED = re.compile(r"\[\^[^\]\s]+\]")
_NONE = Body((), {})


def _arranged(content: LetterContent, texts: Sequence[Body], wanted: Sequence[LetterPartContent]) -> ArrangedLetter:
    headings = [_heading(part.heading) for part in content.parts]
    numbers = part_numbers(content)
    bodies, counted = labelled(content, texts, headings, numbers)
    whole = len(wanted) == len(content.parts)
    seconds = labelled_second(content, [read(p.translation) if whole or p in wanted else _NONE for p in content.parts])
    calls = _Calls(content.head, bodies, seconds)
    levels = levels_of([part.level for part in content.parts])
    translation = content.head.translation
    beside = translation is not None and translation.layout == "side-by-side"
    second_lang = translation.lang if translation else content.head.lang
    names, second_names = (
        {key: each.words(lang) for key, each in counted.items()} for lang in (content.head.lang, second_lang)
    )
    own, second_own = own_words(content.head.lang), own_words(second_lang)
    parts: list[ArrangedPart] = []
    places: list[int] = []
    shift = 0
    for index, (part, body) in enumerate(zip(content.parts, bodies, strict=True)):
        shift = levels[index] or shift
        if not whole and part not in wanted:
            continue
        heading = _resolved(headings[index], calls, body, names)
        blocks, second = deeper(body.blocks, shift), deeper(seconds[index].blocks, shift)
        pairs: tuple[tuple[Blocks, Blocks], ...] = ()
        if beside and second:
            # Notes are numbered as the two columns are read, so each pair is resolved before the next.
            pairs = tuple(
                (_in_body(one, calls, body, names), _in_body(other, calls, seconds[index], second_names))
                for one, other in _beside(blocks, second)
            )
            blocks, second = (), ()
        else:
            blocks = _in_body(blocks, calls, body, names)
        requested = read_requested(part.requested_text)
        shown = current_blocks(part) if content.head.current_text == "shown" else ()
        number, mark = numbers[index]
        parts.append(
            ArrangedPart(
                part,
                number,
                own.mark_of(number, mark),
                levels[index],
                heading,
                blocks,
                requested,
                second=second,
                pairs=pairs,
                current=shown,
                second_mark=second_own.mark_of(number, mark),
            )
        )
        places.append(index)
    parts = [
        replace(
            part,
            second_heading=_resolved(_heading(part.part.translated_heading), calls, seconds[index], second_names),
            second=_in_body(part.second, calls, seconds[index], second_names),
        )
        for part, index in zip(parts, places, strict=True)
    ]
    return ArrangedLetter(content, tuple(parts), calls.notes((names, second_names), complete=whole))


def _beside(one: Blocks, other: Blocks) -> tuple[tuple[Blocks, Blocks], ...]:
    """Two texts side by side: block by block when they have as many, else as a whole."""
    if len(one) == len(other):
        return tuple(((first,), (second,)) for first, second in zip(one, other, strict=True))
    return ((one, other),)


def _heading(heading: str) -> Inlines:
    blocks = read(re.sub(r"[ \t\r\n]+", " ", heading).strip(" ")).blocks if heading.strip() else ()
    # A heading such as "1. Scope" is a list to Markdown; what it is here is decided by where it stands.
    if len(blocks) == 1 and isinstance(block := blocks[0], Paragraph | HeadingBlock):
        return block.inlines
    return (Text(re.sub(r"[ \t\r\n]+", " ", heading).strip(" ")),) if heading.strip() else ()


# -------------------------------------------------------------------------------------------------- notes and citations


class _Calls:
    """Numbers notes as the walk meets their calls."""

    def __init__(self, head: LetterHead, *languages: Iterable[Body]) -> None:
        self.head = head
        self.declared = declared_sources(head.sources, head.works)
        self._everywhere: dict[tuple[int, str], list[Body]] = {}
        self._language: dict[int, int] = {}
        for language, bodies in enumerate(languages):
            for body in bodies:
                self._language[id(body)] = language
                for label in body.notes:
                    self._everywhere.setdefault((language, label), []).append(body)
        self._numbers: dict[tuple[int, str], int] = {}
        self._blocks: list[Blocks] = []
        self._languages: list[int] = []

    def call(self, label: str, body: Body) -> NoteMark:
        """The mark of a note that the same text defines or, failing that, exactly one other text in its language."""
        homes = [body] if label in body.notes else self._everywhere.get((self._language[id(body)], label), [])
        if not homes:
            raise BadInput(f"The note [^{label}] is called but not defined. Add a line that starts with [^{label}]: .")
        if len(homes) > 1:
            raise BadInput(f"The note [^{label}] is defined in several parts; define it in the part that calls it.")
        key = (id(homes[0]), label)
        if key in self._numbers:
            return NoteMark(self._numbers[key], again=True)
        mark = self.add(homes[0].notes[label], homes[0])
        self._numbers[key] = mark.number
        return mark

    def add(self, blocks: Blocks, body: Body) -> NoteMark:
        """The mark of a new note of the text ``body``."""
        for run in inline_runs(blocks):
            if any(isinstance(inline, NoteCall | InlineNote) for inline in inlines_in(run)):
                raise BadInput(f"A note within a note: “{_start(plain(run))}”. Put both texts into one note.")
        self._blocks.append(blocks)
        self._languages.append(self._language[id(body)])
        return NoteMark(len(self._blocks))

    def notes(self, names: Sequence[Mapping[str, Inline]], *, complete: bool) -> tuple[Note, ...]:
        """All notes with their citations in the form of the order; in a ``complete`` letter none is left uncalled.

        ``names`` is what each language of the letter calls what it refers to.
        """
        for (_, label), homes in self._everywhere.items():
            for home in homes:
                if complete and (id(home), label) not in self._numbers:
                    raise BadInput(
                        f"The note [^{label}] is defined but never called: “{_start(_first_words(home.notes[label]))}”."
                    )
        cited = [list(_groups(blocks, self.declared)) for blocks in self._blocks]
        forms = citation_phrases(cited, self.head)
        notes = []
        for index, blocks in enumerate(self._blocks):
            phrases, called = iter(forms[index]), names[self._languages[index]]

            def change(
                run: Inlines, phrases: Iterator[Inlines] = phrases, called: Mapping[str, Inline] = called
            ) -> Inlines:
                return _substituted(run, phrases, called)

            authorities = tuple(citation.authority for group in cited[index] for citation in group.citations)
            notes.append(Note(index + 1, map_inlines(blocks, change), authorities))
        return tuple(notes)


def _first_words(blocks: Blocks) -> str:
    return " ".join(plain(run) for run in inline_runs(blocks))


def _start(text: str) -> str:
    words = text.split()
    return " ".join(words[:8]) + (" …" if len(words) > 8 else "")


# Ends of sentences: a citation that follows begins one, and its "Id." has a capital.
_OPENS = re.compile(r"(?:\A|[.?!][”’\"')\]]*)\s*\Z")


def _groups(blocks: Blocks, declared: Mapping[str, Authority]) -> Iterator[Group]:
    """The citation groups of a note in reading order."""
    for run in inline_runs(blocks):
        text = ""
        for inline in inlines_in(run):
            if isinstance(inline, Cite):
                yield Group(parse(inline.source, declared), bool(_OPENS.search(text)))
                text += "\0"
            elif isinstance(inline, Text):
                text += inline.text


# ----------------------------------------------------------------------------------------------------- substituting


def _in_body(blocks: Blocks, calls: _Calls, body: Body, names: Mapping[str, Inline]) -> Blocks:
    """Blocks of the body with calls, citations and cross-references resolved, in reading order."""
    out: list[Block] = []
    for block in blocks:
        match block:
            case Quote(inner, source) if source:
                inner = _in_body(inner, calls, body, names)
                line = _resolved(source, calls, body, names, bare=True)
                if calls.head.citations == "bluebook" and inner and isinstance(last := inner[-1], Paragraph):
                    marks = tuple(inline for inline in line if isinstance(inline, NoteMark))
                    out.append(Quote((*inner[:-1], Paragraph((*last.inlines, *marks)))))
                else:
                    out.append(Quote(inner, line))
            case Quote(inner):
                out.append(Quote(_in_body(inner, calls, body, names)))
            case ListBlock(items):
                out.append(replace(block, items=tuple(_in_body(item, calls, body, names) for item in items)))
            case Division(_, title, inner):
                title = _resolved(title, calls, body, names)
                out.append(replace(block, title=title, blocks=_in_body(inner, calls, body, names)))
            case _:
                out.extend(map_inlines((block,), lambda run: _resolved(run, calls, body, names)))
    return tuple(out)


def _resolved(run: Inlines, calls: _Calls, body: Body, names: Mapping[str, Inline], *, bare: bool = False) -> Inlines:
    """One run with everything resolved. ``bare`` leaves the brackets off citations in the text."""
    out: list[Inline] = []
    pending: NoteMark | None = None
    for inline in run:
        if pending is not None:
            # The call stands after the point or comma that closes what it supports.
            if isinstance(inline, Text) and (close := re.match(r"[.,;:!?]?[”’\"']?", inline.text)) and close.group():
                out.append(Text(close.group()))
                inline = Text(inline.text[close.end() :])
            out.append(pending)
            pending = None
        match inline:
            case NoteCall(label):
                out.append(calls.call(label, body))
            case InlineNote(children):
                out.append(calls.add((Paragraph(children),), body))
            case Cite(source) if calls.head.citations == "bluebook":
                pending = calls.add((Paragraph((inline, Text("."))),), body)
                if out and isinstance(before := out[-1], Text):
                    out[-1] = Text(before.text.rstrip(" "))
            case Cite(source):
                phrase = phrase_in_text(parse(source, calls.declared), calls.head)
                opened = _open_bracket(out)
                out.extend(phrase if bare or opened else (Text("("), *phrase, Text(")")))
            case Styled(style, children, href):
                out.append(Styled(style, _resolved(children, calls, body, names, bare=bare), href))
            case PartCall(key):
                out.append(_cross_reference(key, names))
            case _:
                out.append(inline)
    if pending is not None:
        out.append(pending)
    return tuple(out)


def _open_bracket(out: Sequence[Inline]) -> bool:
    """Whether the text so far stands inside a bracket, so that a citation needs none of its own."""
    text = "".join(inline.text for inline in out if isinstance(inline, Text))
    return text.count("(") > text.count(")")


def _substituted(run: Inlines, phrases: Iterator[Inlines], names: Mapping[str, Inline]) -> Inlines:
    out: list[Inline] = []
    stopped = False
    for inline in run:
        if stopped and isinstance(inline, Text) and inline.text.startswith("."):
            inline = Text(inline.text[1:])  # "Id." brings the point that ends the sentence
        stopped = False
        match inline:
            case Cite():
                phrase = next(phrases)
                out.extend(phrase)
                stopped = plain(phrase).endswith(".")
            case Styled(style, children, href):
                out.append(Styled(style, _substituted(children, phrases, names), href))
            case PartCall(key):
                out.append(_cross_reference(key, names))
            case _:
                out.append(inline)
    return tuple(out)


def _cross_reference(key: str, names: Mapping[str, Inline]) -> Styled:
    if key not in names:
        raise BadInput(f"[#{key}] refers to no part of the letter; what it can refer to is {', '.join(names)}.")
    return Styled("link", (names[key],), f"#{key}")
