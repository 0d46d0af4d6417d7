"""What is different between two states of a letter, word by word, in the words that a reader reads. Pure.

Markdown is read before it is compared, so that a redline shows sentences and not their marks; a change of the marks
alone (a word set bold) is compared as typed.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Literal

from commenttrack.errors import BadInput
from commenttrack.letters import blocks as b
from commenttrack.letters.body import read, read_requested
from commenttrack.letters.content import LetterContent, LetterHead, LetterPartContent, PartWords, leads_of
from commenttrack.letters.outline import levels_of, part_name, part_numbers
from commenttrack.wording import Change, difference, differs, folded

PieceKind = Literal["text", "heading", "item", "quotation", "row", "note", "requested", "picture", "second"]
What = Literal["same", "changed", "added", "removed"]

LARGEST_COMPARED = 2_500
"""Words of a paragraph compared word by word; of a longer one that changed, the old and the new text stand whole."""
_ALIKE = 0.4
"""Share of words that two paragraphs must have in common to count as one that was reworded."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A paragraph, list item, row of a table, note or picture as plain words; ``second``: of the second language."""

    kind: PieceKind
    text: str
    mark: str = ""
    """Of a list item: “•” or “2.”; of a picture its name."""
    depth: int = 0


@dataclass(frozen=True, slots=True)
class ComparedPiece:
    """A piece and what happened to its words."""

    kind: PieceKind
    what: What
    runs: tuple[Change, ...]
    mark: str = ""
    depth: int = 0


@dataclass(frozen=True, slots=True)
class ComparedPart:
    """A part in its later place; one that is gone stands where it stood."""

    key: str
    what: What
    level: int
    title: tuple[Change, ...]
    """Number and heading."""
    earlier_number: str
    number: str
    """What running text calls it, "Part II.A"; empty for a part without a number or in a state that lacks it."""
    moved: bool
    """Whether it stands among other parts than it did; a number that follows from others' moves is no move."""
    pieces: tuple[ComparedPiece, ...]
    as_typed: bool = False
    """Whether the pieces are Markdown as typed: the words are the same, or it cannot be read."""

    @property
    def name(self) -> str:
        """The title as it reads later, or as it last read."""
        kept = [run.text for run in self.title if run.kind != ("insert" if self.what == "removed" else "delete")]
        return "".join(kept).strip() or "Opening"

    @property
    def renumbered(self) -> bool:
        """Whether it stands under another number."""
        return self.what not in ("added", "removed") and self.earlier_number != self.number


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two states of a letter, from the earlier to the later one."""

    head: tuple[ComparedPiece, ...]
    """What stands around the body; a line each."""
    parts: tuple[ComparedPart, ...]
    order_before: tuple[str, ...] = ()
    """Keys of the parts in the earlier state."""

    @property
    def head_changed(self) -> bool:
        return any(piece.what != "same" for piece in self.head)

    @property
    def same(self) -> bool:
        """Whether the two read alike, in the same order."""
        return not self.head_changed and not any(
            part.what != "same" or part.moved or part.renumbered for part in self.parts
        )

    def count(self, what: What) -> int:
        """How many parts this happened to."""
        return sum(part.what == what for part in self.parts)

    @property
    def summary(self) -> str:
        """In words: ``2 parts reworded, 1 added, 1 moved``."""
        counts = [
            (self.count("changed"), "reworded"),
            (self.count("added"), "added"),
            (self.count("removed"), "taken out"),
            (sum(part.moved for part in self.parts), "moved"),
            (sum(part.renumbered and not part.moved for part in self.parts), "renumbered"),
        ]
        said = [f"{count} {word}" for count, word in counts if count]
        if said:
            first, _, rest = said[0].partition(" ")
            said[0] = f"{first} {'part' if first == '1' else 'parts'} {rest}"
        if self.head_changed:
            said.append("the head changed")
        return ", ".join(said) or "no difference"


def compare(before: LetterContent, after: LetterContent) -> Comparison:
    """Everything that differs between two states of a letter; parts are found again by their keys."""
    earlier, later = _numbered(before), _numbered(after)
    stays = _in_order([key for key in earlier if key in later], [key for key in later if key in earlier])
    names = {key: state.name for key, state in earlier.items()}, {key: state.name for key, state in later.items()}
    parts = [
        _compared(
            key, earlier.get(key), later.get(key), names, moved=key in earlier and key in later and key not in stays
        )
        for key in _merged(list(earlier), list(later))
    ]
    return Comparison(tuple(_compared_pieces(_head(before), _head(after))), tuple(parts), tuple(earlier))


def compare_wordings(before: PartWords, after: PartWords) -> ComparedPart:
    """Two wordings of one part."""
    earlier, later = (LetterContent(LetterHead(), (_alone(words),)) for words in (before, after))
    return compare(earlier, later).parts[0]


def _alone(words: PartWords) -> LetterPartContent:
    return LetterPartContent(
        "part",
        words.heading,
        1 if words.heading else 0,
        words.text,
        words.requested_text,
        translated_heading=words.second_heading,
        translation=words.second_text,
    )


# -------------------------------------------------------------------------------------------------------------- parts


@dataclass(frozen=True, slots=True)
class _Part:
    part: LetterPartContent
    number: str
    level: int

    @property
    def name(self) -> str:
        return part_name(self.number).replace("\u00a0", " ")

    @property
    def title(self) -> str:
        plain = "".join(run.text for run in _runs(self.part.heading))
        return " ".join(piece for piece in (f"{self.number}." if self.number else "", plain) if piece).replace(
            "\u00a0", " "
        )


def _numbered(content: LetterContent) -> dict[str, _Part]:
    levels = levels_of([part.level for part in content.parts])
    return {
        part.key: _Part(part, number, level)
        for part, (number, _), level in zip(content.parts, part_numbers(content), levels, strict=True)
    }


def _runs(heading: str) -> list[b.Text]:
    """The words of a heading, read as the letter reads them."""
    try:
        body = read(heading)
    except BadInput:
        return [b.Text(heading)]
    return [b.Text(" ".join(_words(run, {}, []) for run in b.inline_runs(body.blocks)))]


def _in_order(before: Sequence[str], after: Sequence[str]) -> frozenset[str]:
    """The largest set of keys that stand in the same order in both: the others moved."""
    place = {key: index for index, key in enumerate(before)}
    best: list[tuple[int, int | None]] = []  # length of the longest run that ends here, and what stands before it
    for index, key in enumerate(after):
        length, previous = 1, None
        for other in range(index):
            if place[after[other]] < place[key] and best[other][0] + 1 > length:
                length, previous = best[other][0] + 1, other
        best.append((length, previous))
    chain: list[str] = []
    at: int | None = max(range(len(best)), key=lambda index: best[index][0]) if best else None
    while at is not None:
        chain.append(after[at])
        at = best[at][1]
    return frozenset(chain)


def _merged(before: Sequence[str], after: Sequence[str]) -> list[str]:
    """The keys in the later order, those that are gone after the part that they followed."""
    merged = list(after)
    present = set(after)
    for index, key in enumerate(before):
        if key not in present:
            merged.insert(merged.index(before[index - 1]) + 1 if index else 0, key)
            present.add(key)
    return merged


def _compared(
    key: str, old: _Part | None, new: _Part | None, names: tuple[Mapping[str, str], Mapping[str, str]], *, moved: bool
) -> ComparedPart:
    shown = new or old
    assert shown is not None  # a key comes from one of the two states  # noqa: S101
    before, typed_before = _pieces_of(old, names[0])
    alike = (
        old is not None
        and new is not None
        and _texts(old) == _texts(new)
        and "[#" not in new.part.text + new.part.translation
    )
    after, typed_after = (before, typed_before) if alike else _pieces_of(new, names[1])
    as_typed = typed_before or typed_after
    if as_typed or (old and new and before == after and _typed(old.part) != _typed(new.part)):
        as_typed = True
        before, after = _typed(old.part) if old else [], _typed(new.part) if new else []
    pieces = tuple(_compared_pieces(before, after))
    title = tuple(difference(old.title if old else "", new.title if new else ""))
    changed = any(piece.what != "same" for piece in pieces)
    reworded = old is not None and new is not None and folded(old.part.heading) != folded(new.part.heading)
    what: What = "removed" if new is None else "added" if old is None else "changed" if changed or reworded else "same"
    return ComparedPart(
        key, what, shown.level, title, old.name if old else "", new.name if new else "", moved, pieces,
        as_typed and what == "changed",
    )  # fmt: skip


def _texts(part: _Part) -> tuple[str, ...]:
    return part.part.text, part.part.requested_text, part.part.translated_heading, part.part.translation


# ------------------------------------------------------------------------------------------------------------- pieces


def _pieces_of(state: _Part | None, names: Mapping[str, str]) -> tuple[list[Piece], bool]:
    """The part as its reader reads it; True when it cannot be read, and stands here as typed."""
    if state is None:
        return [], False
    try:
        body, second = read(state.part.text), read(state.part.translation)
        requested = read_requested(state.part.requested_text)
    except BadInput:
        return _typed(state.part), True
    pieces = list(_of_body(body, names))
    pieces += [replace(piece, kind="requested") for piece in _of_blocks(requested, names, [])]
    pieces += [Piece("second", run.text) for run in _runs(state.part.translated_heading)]
    pieces += [replace(piece, kind="second") for piece in _of_body(second, names)]
    return [piece for piece in pieces if piece.text.strip()], False


def _of_body(body: b.Body, names: Mapping[str, str]) -> Iterator[Piece]:
    """A text, then its notes."""
    inline_notes: list[str] = []
    yield from _of_blocks(body.blocks, names, inline_notes)
    for blocks in body.notes.values():
        inside = [piece.text for piece in _of_blocks(blocks, names, inline_notes)]
        yield Piece("note", " ".join(inside))
    yield from (Piece("note", text) for text in inline_notes)


def _typed(part: LetterPartContent) -> list[Piece]:
    fields: tuple[tuple[PieceKind, str], ...] = (
        ("text", part.text),
        ("requested", part.requested_text),
        ("second", part.translated_heading),
        ("second", part.translation),
    )
    return [Piece(kind, line) for kind, text in fields for line in text.splitlines() if line.strip()]


def _of_blocks(
    blocks: b.Blocks, names: Mapping[str, str], notes: list[str], kind: PieceKind = "text", depth: int = 0
) -> Iterator[Piece]:
    def words(run: b.Inlines) -> str:
        return _words(run, names, notes)

    for block in blocks:
        match block:
            case b.Paragraph((b.Image(alt, address),)):
                yield Piece("picture", words((b.Image(alt, address),)), mark=address)
            case b.Paragraph(inlines):
                yield Piece(kind, words(inlines), depth=depth)
            case b.Heading(_, inlines):
                yield Piece("heading", words(inlines))
            case b.Quote(inner, source):
                yield from _of_blocks(inner, names, notes, "quotation", depth)
                if source:
                    yield Piece("quotation", words(source), depth=depth)
            case b.ListBlock(items, start):
                for number, item in enumerate(items):
                    inside = list(_of_blocks(item, names, notes, "item", depth + 1))
                    mark = "•" if start is None else f"{start + number}."
                    yield from (replace(piece, mark=mark if not i else piece.mark) for i, piece in enumerate(inside))
            case b.Table(header, rows):
                for row in (header, *rows):
                    yield Piece("row", " | ".join(words(cell) for cell in row))
            case b.Code(text):
                yield Piece(kind, text, depth=depth)
            case b.Rule():
                yield Piece(kind, "* * *", depth=depth)
            case b.Division(division, title, inner):
                if title:
                    yield Piece("heading", f"{division.capitalize()}: {words(title)}")
                yield from _of_blocks(inner, names, notes, kind, depth)
            case b.RequestTable():
                yield Piece(kind, "[the table of all requests]", depth=depth)


def _words(run: b.Inlines, names: Mapping[str, str], notes: list[str]) -> str:
    """A run of inlines as words; what it cites, calls and shows stands in square brackets."""
    out: list[str] = []
    for inline in run:
        match inline:
            case b.Text(text):
                out.append(text)
            case b.Styled("ins" | "del" as style, children):
                verb = "insert" if style == "ins" else "delete"
                out.append(f"[{verb}: {_words(children, names, notes)}]")
            case b.Styled(_, children):
                out.append(_words(children, names, notes))
            case b.Break():
                out.append(" ")
            case b.Cite(source):
                out.append(f"[{source.lstrip('@').strip()}]")
            case b.NoteCall():
                out.append("[note]")
            case b.InlineNote(children):
                out.append("[note]")
                notes.append(_words(children, names, notes))
            case b.PartCall(key):
                out.append(names.get(key) or f"[#{key}]")
            case b.Image(alt, address):
                out.append(f"[image {address}: {alt}]")
    return "".join(out)


def _head(content: LetterContent) -> list[Piece]:
    """What stands around the body, a line for each thing that prints."""
    head = content.head
    lines: list[tuple[str, Iterable[str]]] = [
        ("Letterhead", (head.letterhead.name, head.letterhead.tagline, *head.letterhead.address)),
        ("Logo", (head.letterhead.logo,)),
        ("Date", (head.date,)),
        ("Via", (head.via,)),
        *(("To", (*block.lines, block.attention and f"Attention: {block.attention}", *block.re)) for block in head.to),
        *(("Re", (line,)) for line in head.re),
        ("Salutation", (head.salutation,)),
        ("Closing", (head.closing,)),
        ("Contact", (head.contact,)),
        ("Led by", leads_of(content)),
        *_second(head),
        ("Look", _look(head)),
    ]
    pieces = [(name, ", ".join(" ".join(value.split()) for value in values if value)) for name, values in lines]
    return [Piece("text", f"{name}: {value}") for name, value in pieces if value]


def _second(head: LetterHead) -> Iterator[tuple[str, Iterable[str]]]:
    second = head.translation
    if second is not None:
        yield "Second language", (second.lang, "side by side" if second.layout == "side-by-side" else "after the first")
        yield "Its heading", (second.heading,)
        yield from (("Its Re", (line,)) for line in second.re)
        yield "Its salutation", (second.salutation,)
        yield "Its closing", (second.closing,)


def _look(head: LetterHead) -> tuple[str, ...]:
    return (
        f"{head.citations} citations",
        f"signatures {head.order}, {head.signature_blocks}",
        f"{head.house_style.numbering} numbering",
        f"{head.house_style.fonts} type",
        "" if head.requests_table else "no table of requests",
    )


# --------------------------------------------------------------------------------------------------- piece by piece


def _compared_pieces(before: Sequence[Piece], after: Sequence[Piece]) -> Iterator[ComparedPiece]:
    if before is after:
        for piece in after:
            yield _piece(piece, "same", [Change("same", folded(piece.text))])
        return
    old = [(piece.kind, folded(piece.text)) for piece in before]
    new = [(piece.kind, folded(piece.text)) for piece in after]
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            for piece in after[j1:j2]:
                yield _piece(piece, "same", [Change("same", folded(piece.text))])
            continue
        yield from _reworded(before[i1:i2], after[j1:j2])


def _reworded(before: Sequence[Piece], after: Sequence[Piece]) -> Iterator[ComparedPiece]:
    """Pairs of alike pieces as reworded, the rest as taken out and put in, in the later order."""
    for old, new in _pairs(before, after):
        if new is None:
            piece = before[old or 0]
            yield _piece(piece, "removed", [Change("delete", folded(piece.text))])
        elif old is None:
            yield _piece(after[new], "added", [Change("insert", folded(after[new].text))])
        else:
            runs = _runs_between(before[old].text, after[new].text)
            yield _piece(after[new], "changed" if differs(runs) else "same", runs)


def _runs_between(old: str, new: str) -> list[Change]:
    if max(len(old.split()), len(new.split())) > LARGEST_COMPARED:
        return [Change("delete", folded(old)), Change("insert", folded(new))]
    return difference(old, new)


def _piece(piece: Piece, what: What, runs: Sequence[Change]) -> ComparedPiece:
    return ComparedPiece(piece.kind, what, tuple(runs), piece.mark, piece.depth)


def _pairs(before: Sequence[Piece], after: Sequence[Piece]) -> list[tuple[int | None, int | None]]:
    """Which old piece became which new one, in an order that keeps both: the pairing with most words in common."""
    if len(before) * len(after) > 40_000:  # hundreds of paragraphs rewritten at once: there is no pairing to find
        return [(index, None) for index in range(len(before))] + [(None, index) for index in range(len(after))]
    bags = [Counter(piece.text.split()) for piece in before], [Counter(piece.text.split()) for piece in after]
    score = [[0.0] * (len(after) + 1) for _ in range(len(before) + 1)]
    for i in range(len(before) - 1, -1, -1):
        for j in range(len(after) - 1, -1, -1):
            alike = _alike(before[i], bags[0][i], after[j], bags[1][j])
            score[i][j] = max(score[i + 1][j], score[i][j + 1], score[i + 1][j + 1] + alike if alike else 0.0)
    pairs: list[tuple[int | None, int | None]] = []
    i = j = 0
    while i < len(before) and j < len(after):
        alike = _alike(before[i], bags[0][i], after[j], bags[1][j])
        if alike and score[i][j] == score[i + 1][j + 1] + alike:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif score[i][j] == score[i + 1][j]:
            pairs.append((i, None))
            i += 1
        else:
            pairs.append((None, j))
            j += 1
    return [*pairs, *((rest, None) for rest in range(i, len(before))), *((None, rest) for rest in range(j, len(after)))]


def _alike(old: Piece, old_words: Counter[str], new: Piece, new_words: Counter[str]) -> float:
    """The share of words that two pieces have in common; 0 when they are not one piece reworded."""
    if old.kind != new.kind or old.kind == "picture":  # another picture is another picture, whatever its words
        return 0.0
    total = old_words.total() + new_words.total()
    share = 2 * (old_words & new_words).total() / total if total else 1.0
    return share if share >= _ALIKE else 0.0
