"""Where a letter quotes, and what it cites for it.

A quotation belongs to the citation that follows it; failing that, to the one after it or before it in the same
sentence, in the same row of a table, or in the line that introduces a block quotation. Words in quotation marks with no
citation near them, and names that a letter gives (the “Proposed Rule”), are nobody's words.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from commenttrack.letters.authorities import Authority
from commenttrack.letters.blocks import (
    Blocks,
    Body,
    Cite,
    Division,
    Inline,
    InlineNote,
    Inlines,
    ListBlock,
    NoteCall,
    Paragraph,
    Quote,
    Styled,
    Table,
    Text,
    inline_runs,
    inlines_in,
    plain_blocks,
)
from commenttrack.letters.citation_reading import parse
from commenttrack.letters.passages import sentences


@dataclass(frozen=True, slots=True)
class Quotation:
    """Quoted words and the citations for them."""

    text: str
    cites: tuple[Cite, ...]
    block: bool


# ------------------------------------------------------------------------------------------------ numbered citations

_MARK = "\x02"
_TYPED = re.compile(r"\[@([^\]]*)\]")


def with_places(markdown: str) -> str:
    """A Markdown text in which each citation carries its place in the text, for :func:`place_of` to tell."""
    return _TYPED.sub(lambda match: f"[@{match.group(1)}{_MARK}{match.start()}]", markdown.replace(_MARK, ""))


def place_of(cite: Cite) -> int | None:
    """The offset of a citation in the text that was given to :func:`with_places`."""
    _, mark, place = cite.source.partition(_MARK)
    return int(place) if mark else None


def source_of(cite: Cite) -> str:
    """What was typed between ``[@`` and ``]``."""
    return cite.source.partition(_MARK)[0].strip()


def authorities_of(cites: Iterable[Cite], declared: Mapping[str, Authority]) -> tuple[Authority, ...]:
    """The authorities that some citations name. Raises as :func:`parse`."""
    return tuple(citation.authority for cite in cites for citation in parse(source_of(cite), declared))


def all_cites(body: Body) -> Iterator[Cite]:
    """Every citation of a text, those of its notes after those of its blocks."""
    for blocks in (body.blocks, *body.notes.values()):
        yield from _cites_in(blocks)


def _cites_in(blocks: Blocks) -> Iterator[Cite]:
    for block in blocks:
        match block:
            case Quote(inner, source):
                yield from _cites_in(inner)
                yield from (inline for inline in source if isinstance(inline, Cite))
            case ListBlock(items):
                for item in items:
                    yield from _cites_in(item)
            case Division(_, title, within):
                yield from (inline for inline in inlines_in(title) if isinstance(inline, Cite))
                yield from _cites_in(within)
            case _:
                for run in inline_runs((block,)):
                    yield from (inline for inline in inlines_in(run) if isinstance(inline, Cite))


# --------------------------------------------------------------------------------------------------------- quotations


def quotations(body: Body) -> Iterator[Quotation]:
    """The quotations of a text and of its notes that have a citation.

    A note that begins with a citation counts as the citation.
    """
    for blocks in (body.blocks, *body.notes.values()):
        yield from _in_blocks(blocks, body)


def _in_blocks(blocks: Blocks, body: Body) -> Iterator[Quotation]:
    taken = 0
    for index, block in enumerate(blocks):
        if index < taken:
            continue
        match block:
            case Quote(inner, source):
                own = [inline for inline in source if isinstance(inline, Cite)]
                cites = own or _cites_around(inner, blocks, index, body)
                if cites:
                    yield Quotation(_unquoted(plain_blocks(inner)), tuple(cites), True)
                else:
                    yield from _in_blocks(inner, body)
            case ListBlock(items):
                for item in items:
                    yield from _in_blocks(item, body)
            case Division(_, title, within):
                yield from _in_run(title, body)
                yield from _in_blocks(within, body)
            case Table(header, rows):
                for row in (header, *rows):
                    yield from _in_run(_joined(row, " | "), body)
            case Paragraph(inlines):
                taken, run = _over_paragraphs(inlines, blocks, index)
                yield from _in_run(run, body)
            case _:
                for run in inline_runs((block,)):
                    yield from _in_run(run, body)


def _cites_around(inner: Blocks, blocks: Blocks, index: int, body: Body) -> Sequence[Cite]:
    """The citation of a block quotation without a source line: a note at its end, the beginning of the next paragraph,
    or the line that introduces it."""
    last = inner[-1] if inner else None
    if isinstance(last, Paragraph) and last.inlines and (noted := _noted(last.inlines[-1], body)):
        return noted
    following = blocks[index + 1 : index + 2]
    if following and isinstance(after := following[0], Paragraph) and isinstance(first := after.inlines[0], Cite):
        return [first]
    before = blocks[index - 1] if index else None
    if isinstance(before, Paragraph):
        flat = _Flat(before.inlines, body)
        start = sentences(flat.masked())[-1][0] if flat.text.strip() else 0
        cited = flat.text[start:]
        if re.search(r":[\s\0\d]*\Z", cited) and (numbers := re.findall(r"\0(\d+)\0", cited)):
            return [cite for number in numbers for cite in flat.cites[int(number)]]
    return []


_SIGNALS = r"(?:See(?:,? e\.g\.,| also| generally)?|But see|Cf\.|Accord|At|In)"


def _noted(inline: object, body: Body) -> list[Cite]:
    """The citations of a note that begins with one."""
    match inline:
        case NoteCall(label) if label in body.notes:
            run = next(inline_runs(body.notes[label]), ())
        case InlineNote(children):
            run = children
        case _:
            return []
    before = ""
    for item in inlines_in(run):
        if isinstance(item, Cite):
            begins = re.fullmatch(rf"\W*(?:{_SIGNALS}\W*)?", before, re.IGNORECASE)
            return [cite for cite in inlines_in(run) if isinstance(cite, Cite)] if begins else []
        if isinstance(item, Text):
            before += item.text
    return []


def _over_paragraphs(inlines: Inlines, blocks: Blocks, index: int) -> tuple[int, Inlines]:
    """A paragraph with those after it when a quotation runs on: “ begins each of them and ” ends the last."""
    end = index + 1
    runs = [inlines]
    while _left_open(runs[-1]) and end < len(blocks) and isinstance(following := blocks[end], Paragraph):
        first = following.inlines[0]
        if not (isinstance(first, Text) and first.text.startswith("“")):
            break
        runs.append((Text(first.text[1:]), *following.inlines[1:]))
        end += 1
    return end, _joined(runs, " ")


def _left_open(run: Inlines) -> bool:
    text = "".join(inline.text for inline in inlines_in(run) if isinstance(inline, Text))
    return text.rfind("“") > text.rfind("”") or (text.count("“") > text.count("”") and not text.rstrip().endswith("”"))


def _joined(runs: Sequence[Inlines], between: str) -> Inlines:
    out: list[Inline] = []
    for run in runs:
        out.extend((*((Text(between),) if out else ()), *run))
    return tuple(out)


def _unquoted(text: str) -> str:
    """A block quotation without the quotation marks that some put around it, or before each paragraph of it, too."""
    text = " ".join(re.sub(r"\n\s*“(?=[^”]*(?:\n|\Z|”\Z))", "\n", text).split())
    return text[1:-1] if len(text) > 2 and text[0] in '“"' and text[-1] in '”"' else text


# ---------------------------------------------------------------------------------------------- within a run of text

_AFTER = re.compile(
    rf"[.,;:]?(?:\s*\((?:emphas[ie]s|internal|footnotes?|citations?|alterations?)[^()]*\))*\.?(?:\s+{_SIGNALS}\s)?"
    r"(?P<cites>(?:[\s(]*\0\d+\0)+)"
)
_NAMED = re.compile(r"\((?:[^()“”\"]{0,60}\s)?[“\"]\Z")
"""What stands before the words of a definition: (the “Proposed Rule”), (collectively, the “Rules”)."""
_FEW = 2
"""Words that are too few to be looked for when the citation is not right behind them."""


class _Flat:
    """A run as one text, with ``\\0n\\0`` for each citation, and the quotations in it."""

    def __init__(self, run: Inlines, body: Body) -> None:
        self._body = body
        self.cites: list[list[Cite]] = []
        self.text = self._flat(run)
        self.quoted = list(_marked(self.text))

    def _flat(self, inlines: Iterable[object]) -> str:
        out = []
        for inline in inlines:
            match inline:
                case Text(text):
                    out.append(text)
                case Styled(_, children):
                    out.append(self._flat(children))
                case Cite():
                    out.append(self._call([inline]))
                case NoteCall() | InlineNote() if noted := _noted(inline, self._body):
                    out.append(self._call(noted))
        return "".join(out)

    def _call(self, cites: list[Cite]) -> str:
        self.cites.append(cites)
        return f"\0{len(self.cites) - 1}\0"

    def masked(self) -> str:
        """The text for finding sentences: what is quoted has no ends of sentences in it, and a citation after an end of
        a sentence still belongs to it."""
        chars = list(self.text)
        for start, end in self.quoted:
            chars[start + 1 : end - 2] = "x" * len(chars[start + 1 : end - 2])
        text = re.sub(
            r"(?P<end>[.?!][”’\")\]]*)(?P<cites>(?:\s*\0\d+\0)+)",
            lambda match: match["end"] + "." * len(match["cites"]),
            "".join(chars),
        )
        return re.sub(r"\0\d+\0", lambda match: "x" * len(match.group()), text)


def _marked(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each quotation, its marks included; curly marks within curly marks belong to the outer one."""
    start = depth = 0
    straight = False
    for index, char in enumerate(text):
        if char == "“" or (char == '"' and not depth):
            if not depth:
                start, straight = index, char == '"'
            depth += 1
        elif depth and (char == '"' if straight else char == "”"):
            depth -= 1
            if not depth:
                yield start, index + 1


def _in_run(run: Inlines, body: Body) -> Iterator[Quotation]:
    flat = _Flat(run, body)
    spans = sentences(flat.masked()) if flat.quoted and flat.cites else []
    for start, end in flat.quoted:
        if not flat.cites:
            break
        # The printer's comma or point before a closing mark is not the agency's.
        words = re.sub(r"\0\d+\0", "", flat.text[start + 1 : end - 1]).strip().rstrip(".,;")
        numbers = _cited(flat, start, end, words, spans)
        if words and numbers:
            yield Quotation(words, tuple(cite for number in numbers for cite in flat.cites[number]), False)
    for inline in inlines_in(run):
        if isinstance(inline, InlineNote):
            yield from _in_run(inline.children, body)


def _is_name(before: str, words: str) -> bool:
    """Whether words in quotation marks are a name that the letter gives. After a citation (“…”) are the words cited."""
    match = _NAMED.search(before)
    if match is None:
        return False
    if re.search(r"\0\d+\0\s*\Z", before[: match.start()]) and len(match.group()) == 2:
        return all(word[0].isupper() for word in words.split() if len(word) > 3)
    return True


def _cited(flat: _Flat, start: int, end: int, words: str, spans: Sequence[tuple[int, int]]) -> list[int]:
    """Numbers of the citations that a quotation in a run belongs to."""
    if match := _AFTER.match(flat.text, end):
        return [int(number) for number in re.findall(r"\0(\d+)\0", match.group("cites"))]
    if len(words.split()) <= _FEW or _is_name(flat.text[: start + 1], words):
        return []
    first, last = next(((a, b) for a, b in spans if a <= start < b), (0, len(flat.text)))
    if match := re.search(r"(?:[\s(]*\0\d+\0)+", flat.text[end:last]):
        return [int(number) for number in re.findall(r"\0(\d+)\0", match.group())]
    before = re.findall(r"\0(\d+)\0", flat.text[first:start])
    return [int(before[-1])] if before else []
