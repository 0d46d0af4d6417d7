"""The redline of two states of a letter as a file: a PDF as tagged as the letter itself, or Word's tracked changes.

The redline is a letter in its own right, written with the letter's own marks for what goes and what comes, so that it
is printed by what prints letters.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from commenttrack.errors import BadInput
from commenttrack.letters.body import as_markdown
from commenttrack.letters.comparison import ComparedPart, ComparedPiece, Comparison, PieceKind, What
from commenttrack.letters.content import (
    HouseStyle,
    LetterContent,
    LetterHead,
    Letterhead,
    LetterPartContent,
    Picture,
    Translation,
)
from commenttrack.letters.notes import arrange
from commenttrack.wording import Change

FORMATS = (".pdf", ".docx")


@dataclass(frozen=True, slots=True)
class Titles:
    """What a redline says of itself."""

    letter: str
    earlier: str
    """“Version 2”"""
    later: str
    day: str
    """Of the later state, as letters date themselves; the file carries it inside."""
    house_style: HouseStyle = field(default_factory=HouseStyle)
    lang: str = "en-US"
    second_lang: str = ""
    """Of letters in two languages."""


def render(comparison: Comparison, titles: Titles, suffix: str, pictures: tuple[Picture, ...] = ()) -> bytes:
    """The bytes of the redline; the same comparison gives the same bytes.

    Pictures that are not among ``pictures`` are shown as words.
    In Word accepting all changes leaves the later state and rejecting them the earlier one, parts in their places.
    Raises :class:`BadInput` for another ending, and what :func:`rendering.letter_pdf` and :func:`word.html_docx` raise.
    """
    if suffix not in FORMATS:
        raise BadInput(f"A redline of a letter is written as {' or '.join(FORMATS)}, not as {suffix}.")
    # The page maker and the Word writer take half a second to load.
    if suffix == ".pdf":
        from commenttrack.letters.rendering import letter_pdf

        return letter_pdf(as_letter(comparison, titles, pictures))
    from commenttrack.letters.rendering import letter_stamp, word_html
    from commenttrack.letters.word import Frame, html_docx

    content = as_letter(comparison, titles, pictures, tracked=True)
    frame = Frame(
        "CommentTrack",
        letter_stamp(LetterHead(date=titles.day)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        lang=titles.lang,
        second_lang=titles.second_lang,
        left=f"{titles.earlier} → {titles.later}",
        right=titles.day,
    )
    return html_docx(word_html(arrange(content)), frame, whole_changes=True, pictures=content.pictures)


def as_letter(
    comparison: Comparison, titles: Titles, pictures: tuple[Picture, ...] = (), *, tracked: bool = False
) -> LetterContent:
    """The redline as a letter. ``tracked`` leaves out words of its own and moves parts by taking them out and in."""
    head = LetterHead(
        letterhead=Letterhead("" if tracked else f"Redline: {titles.earlier} → {titles.later}", titles.letter),
        date=titles.day,
        numbered=False,
        redline_words="hidden",
        house_style=titles.house_style,
        lang=titles.lang,
        translation=Translation(titles.second_lang, "side-by-side") if titles.second_lang else None,
    )
    if tracked:
        head = replace(head, letterhead=Letterhead(), date="")
    parts = []
    if comparison.head_changed or not tracked:
        lines = [] if tracked else [f"**{as_markdown(comparison.summary.capitalize())}.**"]
        if comparison.head_changed:
            lines += [_marked(piece.runs) for piece in comparison.head]
        parts.append(LetterPartContent("around-the-letter", "", 0, "\n\n".join(lines)))
    for number, part in enumerate(_as_tracked(comparison) if tracked else comparison.parts):
        # Keys of their own: a moved part stands twice.
        parts.append(_part(f"redline-{number}", part, pictures, tracked=tracked))
    return LetterContent(head, tuple(parts), pictures=pictures)


def _said(part: ComparedPart) -> Iterator[str]:
    """What happened to a part as a whole, where its words cannot show it."""
    if part.what in ("added", "removed"):
        yield "Added." if part.what == "added" else "Taken out."
    if part.moved:
        yield f"Moved: it stood as {part.earlier_number}." if part.earlier_number else "Moved from another place."
    elif part.renumbered and part.earlier_number:
        yield f"Before: {part.earlier_number}."
    if part.as_typed:
        yield "Shown as typed, because only its marks changed."


def _as_tracked(comparison: Comparison) -> list[ComparedPart]:
    """The parts with each moved one taken out where it stood and put in where it stands."""
    parts = {part.key: part for part in comparison.parts}
    shown = [
        (part.key, _one_side(part, "insert") if part.moved else part)
        for part in comparison.parts
        if part.what != "removed"
    ]
    at = 0
    for key in comparison.order_before:
        part = parts[key]
        if part.moved or part.what == "removed":
            shown.insert(at, (key, _one_side(part, "delete")))
            at += 1
        else:
            at = next(index for index, (other, _) in enumerate(shown) if other == key) + 1
    return [part for _, part in shown]


def _one_side(part: ComparedPart, side: Literal["insert", "delete"]) -> ComparedPart:
    """The part as it came, or as it went."""
    what: What = "added" if side == "insert" else "removed"

    def whole(runs: Iterable[Change]) -> tuple[Change, ...]:
        text = "".join(run.text for run in runs if run.kind in ("same", side))
        return (Change(side, text),) if text else ()

    pieces = (replace(piece, what=what, runs=whole(piece.runs)) for piece in part.pieces)
    kept = tuple(piece for piece in pieces if piece.runs)
    return replace(part, what=what, title=whole(part.title), pieces=kept)


_LABELS: dict[PieceKind, str] = {"requested": "Requested text", "second": "In the second language"}


def _part(key: str, part: ComparedPart, pictures: Sequence[Picture], *, tracked: bool) -> LetterPartContent:
    blocks = [] if tracked else [f"*{as_markdown(sentence)}*" for sentence in _said(part)]
    beside: list[str] = []
    shown = frozenset(picture.name for picture in pictures)
    before: PieceKind = "text"
    for piece in part.pieces:
        if piece.kind == "second" and not tracked:
            beside.append(_block(piece))  # tracked changes of a table are more than accepting and rejecting can undo
            continue
        if piece.kind in _LABELS and piece.kind != before:
            blocks.append(f"**{_whole(piece.kind, part)}**")
        before = piece.kind
        if piece.kind == "picture" and piece.mark in shown:
            blocks += _picture(piece, tracked=tracked)
        else:
            blocks.append(_block(piece))
    texts = "\n\n".join(blocks), "\n\n".join(beside)
    return LetterPartContent(key, _marked(part.title), part.level, texts[0], translation=texts[1])


def _picture(piece: ComparedPiece, *, tracked: bool) -> Iterator[str]:
    """A picture, and in words what happened to it: a stroke through it or below it would not be seen."""
    words = "".join(run.text for run in piece.runs)
    alt = words.removeprefix(f"[image {piece.mark}: ").removesuffix("]")
    image = f"![{as_markdown(alt)}](<{piece.mark}>)"
    if piece.what in ("added", "removed"):
        if not tracked:
            yield f"*Picture {'put in' if piece.what == 'added' else 'taken out'}:*"
        image = f"{{++{image}++}}" if piece.what == "added" else f"{{--{image}--}}"
    yield image


def _whole(kind: PieceKind, part: ComparedPart) -> str:
    words = _LABELS[kind]
    kinds = {piece.what for piece in part.pieces if piece.kind == kind}
    if kinds == {"added"}:
        return f"{{++{words}++}}"
    return f"{{--{words}--}}" if kinds == {"removed"} else words


_PREFIX = {"quotation": "> ", "item": "- "}


def _block(piece: ComparedPiece) -> str:
    text = _marked(piece.runs)
    if piece.kind == "note":
        text = _marked((_like(piece, "Note: "), *piece.runs))
    elif piece.kind == "item" and re.fullmatch(r"\d{1,9}\.", piece.mark):
        return f"{piece.mark} {text}"
    elif piece.kind == "heading":
        return f"**{text}**"
    return _PREFIX.get(piece.kind, "") + text


def _like(piece: ComparedPiece, words: str) -> Change:
    """Words of ours that come or go with the piece."""
    kind = {"added": "insert", "removed": "delete"}.get(piece.what, "same")
    return Change(kind, words)  # type: ignore[arg-type]  # one of the three kinds


def _marked(runs: Iterable[Change]) -> str:
    """A difference in the letter's own marks."""
    joined: list[Change] = []
    for run in runs:
        if joined and joined[-1].kind == run.kind:
            joined[-1] = Change(run.kind, joined[-1].text + run.text)
        else:
            joined.append(run)
    return "".join(_run(run, first=not index) for index, run in enumerate(joined))


def _run(run: Change, *, first: bool) -> str:
    inner = run.text.strip()
    if not inner:
        return {"same": " ", "delete": "{-- --}", "insert": "{++ ++}"}[run.kind]
    escaped = as_markdown(inner) if first else as_markdown(f"x{inner}")[1:]
    if run.kind == "same":
        before = " " if run.text[:1].isspace() else ""
        return before + escaped + (" " if run.text[-1:].isspace() else "")
    opened, closed = ("{--", "--}") if run.kind == "delete" else ("{++", "++}")
    before = " " if run.text[:1].isspace() else ""
    return f"{opened}{before}{escaped}{' ' if run.text[-1:].isspace() else ''}{closed}"
