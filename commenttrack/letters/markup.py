"""Blocks as HTML. Everything that is text is escaped here; what comes out is safe to print as it is.

Notes print where they are called (``foot``: a ``fn-note`` element that the page maker floats to the foot of the page)
as links to a list at the end (``end``, for the screen) or as the Word writer wants them (``word``).
"""

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

from markupsafe import Markup as Safe

from commenttrack.errors import BadInput
from commenttrack.letters.blocks import (
    Block,
    Blocks,
    Break,
    Code,
    Division,
    Heading,
    Image,
    Inlines,
    ListBlock,
    NoteMark,
    Paragraph,
    Quote,
    RequestTable,
    Rule,
    Styled,
    Table,
    Text,
    inlines_in,
    plain,
)
from commenttrack.letters.content import LetterHead, Picture, RedlineWords
from commenttrack.letters.languages import has_right_to_left, marked, right_to_left
from commenttrack.letters.notes import Note
from commenttrack.letters.own_words import ENGLISH, SOURCES, OwnWords, agency_lang, own_words
from commenttrack.letters.pictures import refusal_of_address

_WORD_STYLES = {
    "caption": "Exhibit Caption",
    "exhibit-source": "Exhibit Source",
    "request-label": "Request Label",
    "source": "Quote Source",
}
_TAGS = {"em": "em", "strong": "strong", "code": "code", "strike": "s"}


@dataclass(frozen=True, slots=True)
class NotePlan:
    """How a note that is hard to place is printed; zeros mean as any other note."""

    foot: int = 0
    """Words that stand at the foot of the page; the rest goes to the end of the letter."""
    piece: int = 0
    """Words of each piece in which its foot is set, so that it can run over to the next page."""


def own_html(words: str, lang: str, own: OwnWords) -> str:
    """Words of the program within a text in this language."""
    return escape(words) if own.own(lang) else f'<span lang="{own.lang}">{escape(words)}</span>'


class Markup:
    """Writes blocks of one letter.

    ``anchors`` is what the address of a part, exhibit or request starts with: its key follows it in links, and what
    stands after its ``#`` precedes the key in the ids of exhibits and requests.
    """

    def __init__(
        self,
        notes: Sequence[Note],
        place: Literal["foot", "end", "word"],
        words: RedlineWords,
        plans: Mapping[int, NotePlan] | None = None,
        pictures: Sequence[Picture] = (),
        anchors: str = "#",
    ) -> None:
        self._anchors = anchors
        self._notes = {note.number: note for note in notes}
        self._place = place
        self._words = words
        self._plans = plans or {}
        self._pictures = {picture.name: picture for picture in pictures}
        self._landscapes = 0
        self._lang, self._own, self._turned = ENGLISH.lang, ENGLISH, False

    def speak(self, lang: str) -> None:
        """Write what follows as text in this language; it stands within an element that says so."""
        self._lang, self._own, self._turned = lang, own_words(lang), right_to_left(lang)

    def own(self, words: str) -> str:
        """Words of the program within the text, marked up where they are in another language than it is."""
        return own_html(words, self._lang, self._own)

    def mark(self, mark: str) -> str:
        """What stands before a heading: a figure or letter, or the program's word for an annex."""
        return self.own(mark) if mark.endswith((":", "：")) else escape(mark)

    def blocks(self, blocks: Blocks) -> str:
        """HTML of blocks."""
        return "\n".join(self._block(block) for block in blocks)

    def _block(self, block: Block) -> str:
        match block:
            case Paragraph(inlines):
                kind = ' class="redline"' if _has_redline(inlines) else ""
                if not self._turned or not _reads_on(_printed(inlines)):
                    return f"<p{kind}>{self.inlines(inlines)}</p>"
                # Words of the agency are read as the agency wrote them.
                own, self._own, self._turned = self._own, ENGLISH, False
                text = self.inlines(inlines)
                self._own, self._turned = own, True
                return f'<p{kind} dir="ltr">{text}</p>'
            case Heading(level, inlines):
                return f"<h{level}>{self.inlines(inlines)}</h{level}>"
            case Quote(inner, source):
                line = f"\n{self._styled('source', self.inlines(source))}" if source else ""
                return f"<blockquote>\n{self.blocks(inner)}{line}\n</blockquote>"
            case ListBlock(items, start, tight):
                tag = "ul" if start is None else "ol"
                first = f' start="{start}"' if start not in (None, 1) else ""
                kind = ' class="tight"' if tight else ""
                rows = "\n".join(f"<li>{self._item(item, tight)}</li>" for item in items)
                return f"<{tag}{first}{kind}>\n{rows}\n</{tag}>"
            case Table():
                return self._table(block)
            case Code(text):
                return f"<pre>{escape(text)}</pre>"
            case Rule():
                return "<hr>"
            case Division():
                return self._division(block)
            case RequestTable():
                raise AssertionError("the table of requests was not written out")

    def _division(self, division: Division) -> str:
        name = f' id="{escape(self._anchors.partition("#")[2] + division.key)}"' if division.key else ""
        word = self._place == "word"
        if division.kind == "landscape":
            self._landscapes += 1
            wide = f'id="ctwide-{self._landscapes}"' if word else 'class="landscape"'
            return f"<div {wide}>\n{self.blocks(division.blocks)}\n</div>"
        title = self.inlines(division.title)
        if division.kind == "request":
            label = f"{self.own(division.label)}{' · ' if title else ''}{title}"
            text = self.blocks(division.blocks)
            if word:
                text = f'<div data-custom-style="Request Text">\n{text}\n</div>'
            return f'<div class="request"{name}>\n{self._styled("request-label", label)}\n{text}\n</div>'
        blocks = [self._source(block) if _is_source(block) else self._block(block) for block in division.blocks]
        label = self._own.caption.format(label=self.own(division.label))
        caption = self._styled("caption", f'<span class="label">{label}</span> {title}')
        text = "\n".join(blocks)
        return f'<div class="exhibit"{name}>\n{caption}\n{text}\n</div>'

    def _source(self, block: Block) -> str:
        return self._styled("exhibit-source", self.inlines(block.inlines) if isinstance(block, Paragraph) else "")

    def _styled(self, kind: str, text: str) -> str:
        """A paragraph of a kind of its own: a class on a page, a style in Word."""
        if self._place == "word":
            return f'<div data-custom-style="{_WORD_STYLES[kind]}"><p>{text}</p></div>'
        return f'<p class="{kind}">{text}</p>'

    def picture(self, name: str, alt: str, kind: str = "") -> str:
        """An image of the letter by the name it was given with. Raises :class:`BadInput` when there is none."""
        picture = self._pictures.get(name)
        if picture is None:
            refusal = refusal_of_address(name) or f"The image {name} was not given with the letter."
            raise BadInput(refusal)
        if not alt.strip():
            raise BadInput(f"Say what the image {name} shows, for those who do not see it: ![what it shows]({name}).")
        if self._place == "foot":
            source = f"picture:{list(self._pictures).index(name)}"
        else:
            source = f"data:{picture.media_type};base64,{base64.b64encode(picture.data).decode()}"
        kind = f' class="{kind}"' if kind else ""
        if self._place == "word":  # at 96 pixels to the inch; the Word writer makes it fit its place
            kind = f' width="{picture.width / 96:.3f}in" height="{picture.height / 96:.3f}in"'
        return f'<img{kind} src="{source}" alt="{escape(alt.strip())}">'

    def _item(self, item: Blocks, tight: bool) -> str:
        if len(item) == 1 and tight and isinstance(only := item[0], Paragraph):
            text = self.inlines(only.inlines)
        else:
            text = self.blocks(item)
        # The body of an item has an element of its own so that it can be tagged LBody (PDF 1.7, 14.8.4.3.3).
        return f"<li-body>{text}</li-body>" if self._place == "foot" else text

    def _table(self, table: Table) -> str:
        wide = ' class="wide"' if len(table.header) > 6 else ""

        def cells(row: Sequence[Inlines], tag: str) -> str:
            out = []
            for index, cell in enumerate(row):
                side = table.align[index] if index < len(table.align) else ""
                kind = f' class="{side}"' if side in ("right", "center") else ""
                if kind and self._place == "word":
                    kind = f' style="text-align: {side}"'
                scope = ' scope="col"' if tag == "th" else ""
                out.append(f"<{tag}{scope}{kind}>{self.inlines(cell)}</{tag}>")
            return f"<tr>{''.join(out)}</tr>"

        rows = "\n".join(cells(row, "td") for row in table.rows)
        body = f"\n<tbody>\n{rows}\n</tbody>" if rows else ""
        columns = _column_widths(table) if self._place == "word" else ""
        return f"<table{wide}>\n{columns}<thead>\n{cells(table.header, 'th')}\n</thead>{body}\n</table>"

    def inlines(self, inlines: Inlines) -> str:
        """HTML of a run of inlines."""
        out = []
        for inline in inlines:
            match inline:
                case Text(text):
                    out.append(self._text(text))
                case Break():
                    out.append("<br>")
                case Styled("link", (Styled("english", children),), href):
                    # On the link itself: a tag between a link and its words is no link to PDF/UA (7.18.5).
                    out.append(f'<a href="{self._address(href)}" lang="en">{self.inlines(children)}</a>')
                case Styled("link", children, href):
                    out.append(f'<a href="{self._address(href)}">{self.inlines(children)}</a>')
                case Styled("ins" | "del" as tag, children):
                    out.append(self._change(tag, self.inlines(children)))
                case Styled("english", children):
                    out.append(f'<span lang="en">{self.inlines(children)}</span>')
                case Styled(style, children):
                    out.append(f"<{_TAGS[style]}>{self.inlines(children)}</{_TAGS[style]}>")
                case NoteMark(number, again):
                    out.append(self._note(number, again))
                case Image(alt, address):
                    out.append(self.picture(address, alt))
                case _:
                    raise AssertionError(f"{inline!r} was not resolved")
        return "".join(out)

    def _address(self, href: str) -> str:
        return escape(self._anchors + href[1:] if href.startswith("#") else href)

    def _text(self, text: str) -> str:
        if self._place != "word" and (self._turned or has_right_to_left(text)):
            return escape(marked(text))  # a span would take a word out of its line and set it in the wrong order
        return _unbroken(text) if self._place == "foot" else escape(text)

    def _change(self, tag: str, text: str) -> str:
        if self._place == "word":
            kind = "insertion" if tag == "ins" else "deletion"
            return f'<span class="{kind}" data-author="author" data-date="2000-01-01T00:00:00Z">{text}</span>'
        word = self._own.insert if tag == "ins" else self._own.delete
        if self._words == "hidden" and self._place == "foot":
            # In a PDF the words stand in the tags, where only listeners meet them.
            spoken = "" if self._own is ENGLISH else f' data-say="{escape(word)}"'
            return f"<{tag}{spoken}>{text}</{tag}>"
        say = f'<span class="say {self._words}">'
        return f'{say}[{self.own(word)}</span><{tag} class="said">{text}</{tag}>{say}]</span>'

    def _note(self, number: int, again: bool) -> str:
        if self._place == "word" and again:
            return f"<sup>{number}</sup>"  # a second link would become a second note
        if self._place != "foot":
            mark = f"<sup>{number}</sup>"
            name = "" if again else f' id="call-{number}"'
            return f'<a class="call"{name} href="#note-{number}" role="doc-noteref">{mark}</a>'
        if again:
            return f'<a class="call" href="#note-{number}">{number}</a>'
        note = self._notes[number]
        plan = self._plans.get(number, NotePlan())
        blocks, rest = cut_note(note.blocks, plan.foot) if plan.foot else (note.blocks, ())
        pieces: list[Blocks] = []
        while blocks:
            piece, blocks = cut_note(blocks, plan.piece) if plan.piece else (blocks, ())
            pieces.append(piece)
        texts = [self._lines(piece) for piece in pieces]
        if rest:
            before, _, after = self._own.goes_on.partition("{page}")
            # The page stands at the end of the link.
            texts[-1] += f' <a class="goes-on" href="#note-{number}-rest">{escape(before.rstrip())}</a>{escape(after)}'
        first, *more = texts
        note_element = f'<fn-note id="note-{number}" data-n="{number}">{first}</fn-note>'
        return note_element + "".join(f"<fn-more>{text}</fn-more>" for text in more)

    def continued(self) -> list[tuple[int, str]]:
        """Number and rest of each note that goes on at the end of the letter."""
        out = []
        for number, plan in sorted(self._plans.items()):
            if plan.foot and (rest := cut_note(self._notes[number].blocks, plan.foot)[1]):
                out.append((number, self.blocks(rest)))
        return out

    def note_text(self, note: Note) -> str:
        """A note's text: inline HTML, further paragraphs as blocks within."""
        return self._lines(note.blocks)

    def _lines(self, blocks: Blocks) -> str:
        return "<br>".join(self.inlines(line) for line in note_lines(blocks))


# Citations of sections and paragraphs, addresses and short compounds, which a line end would make hard to read and to
# find in the text of the file.
_TOGETHER = re.compile(
    r"(?:§§?\s?)?\d[\w.]*(?:\(\w{1,5}\))+|§§?\s?\d[\w.]*|(?:\(\w{1,5}\)){2,}|[\w.-]{1,30}@[\w.-]{1,30}"
    r"|(?<![\w-])[\w.’']{1,14}(?:-[\w.’']{1,14}){1,3}(?![\w-])[.,;:)”]?"
)


def _reads_on(words: str) -> bool:
    """Whether a paragraph is in a script from left to right throughout."""
    return not has_right_to_left(words) and any(char.isalpha() for char in words)


def _unbroken(text: str) -> str:
    out = []
    end = 0
    for match in _TOGETHER.finditer(text):
        if len(match.group()) > 40:
            continue
        out.append(escape(text[end : match.start()]))
        out.append(f'<span class="nb">{escape(match.group())}</span>')
        end = match.end()
    return "".join(out) + escape(text[end:])


_LINE = 88
"""Characters of a table that stand in one line between the margins."""


def _column_widths(table: Table) -> str:
    """Columns as wide as their longest cells ask for; none is narrower than its longest word while there is room.

    Word would make them all equal.
    """
    texts = [
        [_printed(row[column]) for row in (table.header, *table.rows) if column < len(row)]
        for column in range(len(table.header))
    ]
    least = [
        min(max((len(word) for text in column for word in text.split(" ")), default=0), 24) + 4 for column in texts
    ]
    wanted: list[float] = [
        min(max(least[index], *(len(text) + 2 for text in column)), 60) if column else least[index]
        for index, column in enumerate(texts)
    ]
    room = _LINE - sum(least)
    asked = sum(wanted) - sum(least)
    if sum(wanted) > _LINE:
        spare = max(room, 0) / asked if asked else 0
        wanted = [low + (want - low) * spare for low, want in zip(least, wanted, strict=True)]
    total = sum(wanted)
    columns = "".join(f'<col style="width: {100 * width / total:.1f}%">' for width in wanted)
    return f"<colgroup>{columns}</colgroup>\n"


def _printed(inlines: Inlines) -> str:
    """The words that print, those of cross-references among them."""
    return "".join(inline.text for inline in inlines_in(inlines) if isinstance(inline, Text))


def note_lines(blocks: Blocks, marker: str = "") -> list[Inlines]:
    """A note's blocks as paragraphs of inlines; items of lists keep their sign, a table's row becomes a line."""
    lines: list[Inlines] = []
    for block in blocks:
        inner: list[Inlines]
        match block:
            case Paragraph(inlines) | Heading(_, inlines):
                inner = [inlines]
            case Quote(blocks_, source):
                inner = note_lines(blocks_)
                if source and inner:
                    inner[-1] = (*inner[-1], Text(" "), *source)
            case ListBlock(items, start):
                inner = []
                for index, item in enumerate(items):
                    sign = "•\u00a0" if start is None else f"{start + index}.\u00a0"
                    inner.extend(note_lines(item, sign))
            case Table(header, rows):
                inner = [_row(row) for row in (header, *rows)]
            case Code(text):
                inner = [(Text(line),) for line in text.split("\n")]
            case Division(_, _, within):
                inner = note_lines(within)
            case Rule() | RequestTable():
                inner = []
        lines.extend(inner)
    if marker and lines:
        lines[0] = (Text(marker), *lines[0])
    return lines


def _row(row: Sequence[Inlines]) -> Inlines:
    out: list[object] = []
    for index, cell in enumerate(row):
        out.extend((*((Text(" | "),) if index else ()), *cell))
    return tuple(out)  # type: ignore[arg-type]  # only inlines are appended


def cut_note(blocks: Blocks, words: int) -> tuple[Blocks, Blocks]:
    """The first ``words`` words of a note, or somewhat fewer so that a sentence ends there, and the rest."""
    lines = note_lines(blocks)
    head: list[Block] = []
    count = 0
    for index, line in enumerate(lines):
        run: list[object] = []
        for place, inline in enumerate(line):
            if count >= words:
                tail = (Paragraph(line[place:]), *(Paragraph(after) for after in lines[index + 1 :]))
                return (*head, Paragraph(tuple(run))) if run else tuple(head), tail  # type: ignore[arg-type]
            if not isinstance(inline, Text):
                run.append(inline)
                count += sum(len(i.text.split()) for i in inlines_in((inline,)) if isinstance(i, Text))
                continue
            first, rest = _cut(inline.text, words - count, words)
            run.append(Text(first))
            count += len(first.split())
            if rest.strip():
                line_rest = (Text(rest.lstrip(" ")), *line[place + 1 :])
                tail = (Paragraph(line_rest), *(Paragraph(after) for after in lines[index + 1 :]))
                return (*head, Paragraph(tuple(run))), tail  # type: ignore[arg-type]  # runs hold inlines
        head.append(Paragraph(tuple(run)))  # type: ignore[arg-type]  # runs hold inlines
    return tuple(head), ()


def _cut(text: str, room: int, words: int) -> tuple[str, str]:
    """The part of a text that goes into a piece with ``room`` words left, and the rest."""
    ends = [index for index, char in enumerate(text) if char == " "]
    if len(ends) < max(room, 1):
        return text, ""
    limit = max(room, 1)
    for back in range(limit - 1, max(limit - 1 - words // 3, -1), -1):
        if text[ends[back] - 1] in ".;:!?”":
            return text[: ends[back]], text[ends[back] :]
    return text[: ends[limit - 1]], text[ends[limit - 1] :]


def _is_source(block: Block) -> bool:
    """Whether a paragraph of an exhibit says where the exhibit is from."""
    return isinstance(block, Paragraph) and _SOURCE.match(plain(block.inlines)) is not None


_SOURCE = re.compile(rf"(?:{'|'.join(SOURCES)})\s?[:：]")


def _has_redline(inlines: Inlines) -> bool:
    return any(isinstance(inline, Styled) and inline.style in ("ins", "del") for inline in inlines_in(inlines))


class Voice:
    """Writes with the :class:`Markup` of a letter, all of it as text in one language, and says that it is safe."""

    def __init__(self, markup: Markup, lang: str) -> None:
        self._markup, self._lang = markup, lang

    def mark(self, mark: str) -> Safe:
        """See :meth:`Markup.mark`."""
        self._markup.speak(self._lang)
        return Safe(self._markup.mark(mark))  # noqa: S704 it escapes all text

    def inlines(self, inlines: Inlines) -> Safe:
        """See :meth:`Markup.inlines`."""
        self._markup.speak(self._lang)
        return Safe(self._markup.inlines(inlines))  # noqa: S704 it escapes all text

    def blocks(self, blocks: Blocks) -> Safe:
        """See :meth:`Markup.blocks`."""
        self._markup.speak(self._lang)
        return Safe(self._markup.blocks(blocks))  # noqa: S704 it escapes all text


def voices(markup: Markup, head: LetterHead) -> tuple[Voice, Voice, Voice]:
    """Those of a letter: its own, that of the agency's text within it, and that of its second language."""
    second = head.translation.lang if head.translation else head.lang
    return Voice(markup, head.lang), Voice(markup, agency_lang(head.lang) or head.lang), Voice(markup, second)
