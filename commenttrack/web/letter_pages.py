"""A letter as pieces of a page: the same blocks and notes as the PDF, inside our own layout and style sheet."""

from dataclasses import dataclass

from markupsafe import Markup as Safe
from sqlalchemy.orm import Session

from commenttrack.kept import Kept
from commenttrack.letters.blocks import plain
from commenttrack.letters.content import LetterContent, LetterHead
from commenttrack.letters.languages import direction
from commenttrack.letters.markup import Markup, own_html, voices
from commenttrack.letters.models import Letter
from commenttrack.letters.notes import ArrangedLetter, ArrangedPart, arrange, arrange_part
from commenttrack.letters.own_words import OwnWords, agency_lang, own_words
from commenttrack.letters.pictured import with_files
from commenttrack.letters.rule_details import details_state, with_rule_details
from commenttrack.storage import Storage


@dataclass(frozen=True, slots=True)
class ReadablePart:
    """One part. ``title`` is its number and heading as plain words."""

    key: str
    number: str
    mark: Safe
    """What stands before the heading: "B.", "Annex A:"; empty for an unnumbered part."""
    level: int
    title: str
    heading: Safe
    body: Safe
    requested: Safe
    current: Safe
    """The current text and what the rule would do to it, where the letter shows it."""
    labels: tuple[Safe, Safe]
    """What stands over the current and over the requested text."""
    agency_lang: str
    """The language of both where the letter is in another one, else empty."""
    provisions: tuple[str, ...]
    second_mark: Safe
    second_heading: Safe
    second: Safe
    pairs: tuple[tuple[Safe, Safe], ...]
    """Both languages block by block, where they stand side by side; the body is empty then."""

    @property
    def in_two(self) -> bool:
        """Whether it says anything in the second language."""
        return bool(self.second_heading or self.second or self.pairs)


@dataclass(frozen=True, slots=True)
class ReadableLetter:
    """A whole letter, ready for a template."""

    head: LetterHead
    parts: tuple[ReadablePart, ...]
    notes: tuple[tuple[int, Safe], ...]
    logo: Safe
    """Empty for a letter without one."""
    direction: str
    """``rtl`` or ``ltr``."""
    second_direction: str

    @property
    def words(self) -> OwnWords:
        """The program's words in the letter."""
        return own_words(self.head.lang)

    def own(self, words: str) -> Safe:
        """Some of these words, marked up where they are not in the letter's language."""
        return _safe(own_html(words, self.head.lang, self.words))


def readable(content: LetterContent) -> ReadableLetter:
    """The letter for a page; raises what :func:`commenttrack.letters.notes.arrange` raises."""
    return _page(arrange(content))


def as_printed(session: Session, letter: Letter, content: LetterContent, storage: Storage) -> ReadableLetter:
    """A state of a stored letter as its PDF has it: with pictures, pages of citations and current text under requests.

    The last few are kept as long as nothing they come from changes: hundreds of members open the same letter within an
    hour, and reading it from its Markdown is the larger part of their page. Raises what
    :func:`commenttrack.letters.notes.arrange` raises.
    """
    content = with_files(letter, content, storage)
    state = details_state(session, letter, content)
    return _READ.of((content, state), lambda: readable(with_rule_details(session, letter, content, storage)))


_READ: Kept[tuple[LetterContent, str], ReadableLetter] = Kept(8)


def readable_part(content: LetterContent, key: str, whole: str) -> ReadableLetter:
    """One part with the numbers and references that it has in the letter; the others are not read.

    What it refers to is linked on the page of the whole letter, whose address is ``whole``. Raises what
    :func:`commenttrack.letters.notes.arrange_part` raises.
    """
    return _page(arrange_part(content, key), whole)


def _page(letter: ArrangedLetter, whole: str = "") -> ReadableLetter:
    head, pictures = letter.content.head, letter.content.pictures
    # As the sections of parts are named in templates/web/letters/readable.html, apart from the page's own ids.
    markup = Markup(letter.notes, "end", head.redline_words, pictures=pictures, anchors=f"{whole}#part-")
    logo = head.letterhead.logo
    alt = head.letterhead.logo_alt or own_words(head.lang).alt_of_logo(head.letterhead.name, head.lang)
    parts = tuple(_part(part, markup, head) for part in letter.parts)
    markup.speak(head.lang)
    return ReadableLetter(
        head,
        parts,
        tuple((note.number, _safe(markup.note_text(note))) for note in letter.notes),
        _safe(markup.picture(logo, alt, "letter__logo")) if logo in {each.name for each in pictures} else Safe(),
        direction(head.lang),
        direction(head.translation.lang if head.translation else ""),
    )


def _part(part: ArrangedPart, markup: Markup, head: LetterHead) -> ReadablePart:
    words = plain(part.heading)
    own, (first, agency, second) = own_words(head.lang), voices(markup, head)
    return ReadablePart(
        key=part.part.key,
        number=part.number,
        mark=first.mark(part.mark),
        level=part.level,
        title=" ".join(piece for piece in (f"{part.number}." if part.number else "", words) if piece) or "Opening",
        heading=first.inlines(part.heading),
        body=first.blocks(part.blocks),
        requested=agency.blocks(part.requested),
        current=agency.blocks(part.current),
        labels=(_safe(own_html(own.current, head.lang, own)), _safe(own_html(own.requested, head.lang, own))),
        agency_lang=agency_lang(head.lang),
        provisions=part.part.provisions,
        second_mark=second.mark(part.second_mark),
        second_heading=second.inlines(part.second_heading),
        second=second.blocks(part.second),
        pairs=tuple((first.blocks(one), second.blocks(other)) for one, other in part.pairs),
    )


def _safe(html: str) -> Safe:
    """What Markup wrote: it escapes all text, and its tags and attributes are its own."""
    return Safe(html)  # noqa: S704
