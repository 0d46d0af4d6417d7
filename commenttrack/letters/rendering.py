"""A letter as HTML and PDF. The templates see plain values made from :class:`LetterContent` and nothing else."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, Literal

import jinja2
from markupsafe import Markup as Safe

from commenttrack.errors import BadInput
from commenttrack.letters import pdf as pages
from commenttrack.letters.assets import font_faces, own_characters
from commenttrack.letters.blocks import Inlines, NoteMark, Text, plain
from commenttrack.letters.citation_forms import ofr
from commenttrack.letters.content import LetterContent, LetterHead, ordered_signatories, signature_blocks
from commenttrack.letters.languages import direction, has_right_to_left, marked, right_to_left
from commenttrack.letters.markup import Markup, NotePlan, voices
from commenttrack.letters.notes import ArrangedLetter, ArrangedPart, arrange
from commenttrack.letters.own_words import ENGLISH, agency_lang, own_words
from commenttrack.letters.requested_layers import requests_in
from commenttrack.resources import folder

Place = Literal["foot", "end", "word"]


LONGEST_PRINTED = 2_000_000
"""Characters of text, about 600 pages; printing more would keep a worker busy for minutes."""


def letter_html(content: LetterContent) -> str:
    """The letter as one HTML file for the screen: notes at the end, styles inside, nothing fetched."""
    return _page(arrange(content), "end", _asset("screen.css"), screen=True)


def letter_pdf(content: LetterContent) -> bytes:
    """The letter as a tagged PDF (PDF/UA-1 and PDF/A-3a) with the ``commenttrack-letter/1`` data attached.

    The same content gives the same bytes. Raises :class:`CannotRender` (missing fonts or
    glyphs, forbidden addresses, text that no page could hold) and :class:`BadInput` (see :func:`notes.arrange`).
    """
    size = sum(len(part.text) + len(part.requested_text) for part in content.parts)
    if size > LONGEST_PRINTED:
        raise BadInput(f"The letter has {size:,} characters; a PDF is made of at most {LONGEST_PRINTED:,}.")
    letter = arrange(content)
    data = json.dumps(letter_data(letter), ensure_ascii=False, indent=1, sort_keys=True)
    css = font_faces() + _asset("page.css") + _page_styles(content.head)

    def html(plans: Mapping[int, NotePlan]) -> str:
        return _page(letter, "foot", css, plans=plans)

    return pages.make(
        html,
        notes={note.number: note for note in letter.notes},
        attachment=data.encode(),
        stamp=letter_stamp(content.head),
        pictures=letter.content.pictures,
        numbered_lines=content.head.review,
    )


def unprintable(texts: Iterable[str]) -> frozenset[str]:
    """The characters that no font has, known before anybody signs them.

    Only what the letter's own typefaces lack is tried, each character once in a process: the machine may have a font.
    """
    odd = {character for text in texts for character in text if character.isprintable()} - own_characters()
    if new := odd - _TRIED.keys():
        head = f"<title>-</title><style>{font_faces()}{_asset('page.css')}</style>"
        missing = pages.lacking(f'<!doctype html><html lang="en">{head}<p>{" ".join(sorted(new))}</p></html>')
        _TRIED.update({character: character not in missing for character in new})
    return frozenset(character for character in odd if not _TRIED[character])


_TRIED: dict[str, bool] = {}
"""Whether some font of this machine has a character."""


def word_html(letter: ArrangedLetter) -> str:
    """The letter as the HTML that the Word writer reads: styles by name, notes and changes as it wants them marked."""
    return _page(letter, "word", "", template="word.html")


def letter_data(letter: ArrangedLetter) -> dict[str, Any]:
    """``commenttrack-letter/1``: parts with numbers, provisions and requested text; notes; signatories in order.

    ``attachments`` and ``second_language`` are there only in a letter that has them.
    """
    data: dict[str, Any] = {
        "format": "commenttrack-letter/1",
        "date": letter.content.head.date,
        "re": list(letter.content.head.re),
        "parts": [
            {
                "key": part.part.key,
                "number": part.number,
                "heading": part.part.heading,
                "text": part.part.text,
                "requested_text": part.part.requested_text,
                "provisions": list(part.part.provisions),
                "requests": [asdict(request) for request in requests_in(part.part, part.first_language)],
            }
            for part in letter.parts
        ],
        "notes": [
            {"number": note.number, "citations": [_plain_space(ofr(authority)) for authority in note.authorities]}
            for note in letter.notes
        ],
        "signatories": [asdict(signatory) for signatory in ordered_signatories(letter.content)],
    }
    if letter.content.attachments:
        data["attachments"] = [asdict(attachment) for attachment in letter.content.attachments]
    translation = letter.content.head.translation
    if translation is not None:
        data["second_language"] = {
            "lang": translation.lang,
            "parts": [
                {"key": part.part.key, "heading": part.part.translated_heading, "text": part.part.translation}
                for part in letter.parts
                if part.part.translated_heading or part.part.translation
            ],
        }
    return data


def _plain_space(text: str) -> str:
    return text.replace("\u00a0", " ")


# -------------------------------------------------------------------------------------------------------- the template


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder("templates") / "letter"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _in_line(head: LetterHead) -> Callable[[str], str]:
    """Makes ready for print a line of what stands around the text."""
    turned = right_to_left(head.lang)
    return lambda text: marked(text) if turned or has_right_to_left(text) else text


def _asset(name: str) -> str:
    return (folder("templates") / "letter" / name).read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class _PartView:
    key: str
    level: int
    mark: Safe
    heading: Safe
    body: Safe
    requested: Safe
    current: Safe
    provisions: tuple[str, ...]
    annex: bool
    classes: str
    second_level: int
    """Below the heading of the second text, when it has one."""
    second_mark: Safe
    second_heading: Safe
    second: Safe
    pairs: tuple[tuple[Safe, Safe], ...]


def _page(
    letter: ArrangedLetter,
    place: Place,
    css: str,
    *,
    screen: bool = False,
    plans: Mapping[int, NotePlan] | None = None,
    template: str = "letter.html",
) -> str:
    head = letter.content.head
    markup = Markup(letter.notes, place, head.redline_words, plans, letter.content.pictures)
    shift = int(head.translation is not None and bool(head.translation.heading))
    parts = [_part_view(part, markup, shift, head) for part in letter.parts]
    markup.speak(head.lang)
    beside = head.translation is not None and head.translation.layout == "side-by-side"
    signing = signature_blocks(letter.content)
    title = _title(letter)
    context: dict[str, Any] = {
        "lang": head.lang,
        "words": own_words(head.lang),
        "own": _own(markup),
        "agency_lang": agency_lang(head.lang),
        "in_line": _in_line(head),
        "direction": direction(head.lang),
        "second_direction": direction(head.translation.lang if head.translation else ""),
        "title": title,
        "author": head.letterhead.name or letter.content.lead,
        "subject": " · ".join(head.re[1:]),
        "stamp": letter_stamp(head).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "css": _safe(css),
        "page_kind": "draft" if head.draft else "review" if head.review else "",
        "running_left": head.letterhead.name or (head.re[0] if head.re else ""),
        "running_right": head.date,
        "banner": head.illustrative,
        "screen": screen,
        "letterhead": head.letterhead,
        "logo": _logo(head, markup),
        "between": " · ",
        "date": head.date,
        "via": head.via,
        "to": head.to,
        "re": head.re,
        "salutation": head.salutation,
        "contents": _contents(letter, markup) if head.toc else [],
        "parts": [part for part in parts if not part.annex],
        "annexes": [part for part in parts if part.annex],
        "translation": head.translation,
        "beside": beside,
        "follows": not beside and any(part.second or part.second_heading for part in parts if not part.annex),
        "contact": _safe(markup.inlines((Text(head.contact),))),
        "closing": head.closing,
        "signature_blocks": signing,
        "columns": max((block.columns for block in signing), default=1),
        "signatories": ordered_signatories(letter.content),
        "continued": [{"number": number, "text": _safe(text)} for number, text in markup.continued()],
        "notes": [{"number": note.number, "text": _safe(markup.note_text(note))} for note in letter.notes]
        if place != "foot"
        else [],
    }
    return _environment().get_template(template).render(context)


def _safe(html: str) -> Safe:
    """HTML of our own writing: style sheets that ship with the program, and what Markup wrote and escaped."""
    return Safe(html)  # noqa: S704


def _part_view(part: ArrangedPart, markup: Markup, second_shift: int, head: LetterHead) -> _PartView:
    """A part for the templates, each of its texts with the program's words in the text's own language."""
    first, agency, second = voices(markup, head)
    return _PartView(
        part.part.key,
        part.level or 1,
        first.mark(part.mark),
        first.inlines(part.heading),
        first.blocks(part.blocks),
        agency.blocks(part.requested),
        agency.blocks(part.current),
        part.part.provisions,
        part.part.annex,
        " ".join(name for name in ("annex", "landscape") if getattr(part.part, name)),
        min((part.level or 1) + second_shift, 6),
        second.mark(part.second_mark),
        second.inlines(part.second_heading),
        second.blocks(part.second),
        tuple((first.blocks(one), second.blocks(other)) for one, other in part.pairs),
    )


def _logo(head: LetterHead, markup: Markup) -> Safe:
    if not head.letterhead.logo:
        return _safe("")
    alt = head.letterhead.logo_alt or own_words(head.lang).alt_of_logo(head.letterhead.name, head.lang)
    return _safe(markup.picture(head.letterhead.logo, alt, "logo"))


def _own(markup: Markup) -> Callable[[str], Safe]:
    return lambda words: _safe(markup.own(words))


_FAMILIES = {
    "serif": "",
    "sans": "html { --serif: var(--sans-text) }\n",
    "serif-throughout": "html { --sans: var(--serif-text) }\n",
}


def _page_styles(head: LetterHead) -> str:
    """What the house style and a review copy change in the style sheet."""
    turned = _asset("right_to_left.css") if right_to_left(head.lang) else ""
    review = _asset("review.css") if head.review else ""
    return _FAMILIES[head.house_style.fonts] + review + turned + _page_words(head.lang)


def _page_words(lang: str) -> str:
    """The program's words at the margins of pages, in a language other than that of the style sheet."""
    words = own_words(lang)
    if words is ENGLISH:
        return ""
    before, between, after = (_quoted(piece) for piece in re.split(r"\{pages?\}", words.page))
    foot = "left" if right_to_left(lang) else "right"
    turned = "direction: rtl; " if right_to_left(lang) else ""
    number = f"{turned}content: {before} counter(page) {between} counter(pages) {after}"
    rules = [f"@page {{ @bottom-{foot} {{ {number} }} }}", ".re { padding-inline-start: 0.85in }"]
    for kind, text in (("draft", words.draft), ("review", words.review)):
        mark = f"@top-center {{ {turned}content: {_quoted(text)} }}"
        drawn = f'url("mark:{words.lang}")' if words.draft_mark else "none"
        drawing = f" background-image: {drawn};" if kind == "draft" else ""
        rules += [f"@page {name} {{{drawing} {mark} }}" for name in (kind, f"{kind}-landscape")]
    return "\n".join(rules) + "\n"


def _quoted(text: str) -> str:
    return f'"{text}"'


def _contents(letter: ArrangedLetter, markup: Markup) -> list[dict[str, object]]:
    return [
        {
            "key": part.part.key,
            "level": part.level,
            "mark": part.mark,  # unmarked in any language: a tag within a link is no link to PDF/UA (7.18.5)
            "heading": _safe(markup.inlines(_without_calls(part.heading))),
        }
        for part in letter.parts
        if part.heading
    ]


def _without_calls(inlines: Inlines) -> Inlines:
    return tuple(inline for inline in inlines if not isinstance(inline, NoteMark))


def _title(letter: ArrangedLetter) -> str:
    head = letter.content.head
    if head.re:
        words = own_words(head.lang)
        named = words.comments.format(subject=head.re[0]) if head.via and words.own(head.lang) else head.re[0]
        return re.sub(r"\s+", " ", named)
    first = next((plain(part.heading) for part in letter.parts if part.heading), "")
    return first or (f"Letter of {head.date}" if head.date else head.letterhead.name or "Letter")


_MONTHS = {month: index for index, month in enumerate(
    ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
     "december"), 1)}  # fmt: skip


def letter_stamp(head: LetterHead) -> datetime:
    """The moment that files carry inside: noon UTC of the letter's own date, so that the same letter gives the same
    bytes; a letter without a readable date carries 1 January 2000."""
    text = head.date.lower()
    if match := re.search(r"(\d{4})-(\d{2})-(\d{2})", text):
        year, month, day = (int(group) for group in match.groups())
    elif (match := re.search(r"([a-z]+)\.? (\d{1,2}),? (\d{4})", text)) and match.group(1) in _MONTHS:
        year, month, day = int(match.group(3)), _MONTHS[match.group(1)], int(match.group(2))
    else:
        year, month, day = 2000, 1, 1
    try:
        return datetime(year, month, day, 12, tzinfo=UTC)
    except ValueError:
        return datetime(2000, 1, 1, 12, tzinfo=UTC)
