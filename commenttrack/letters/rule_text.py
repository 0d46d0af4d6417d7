"""The words of a rule as one searchable text that knows its printed pages.

Typography is folded: curly and straight quotation marks, kinds of dashes, spaces and ellipses count as the same. Words,
capitals and punctuation count.
"""

import bisect
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from commenttrack.rulemaking.provisions import ParsedProvision, ParsedRule

_SAME = str.maketrans(
    {
        **dict.fromkeys('‘’‚‛“”„‟«»`´"ʼ', "'"),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff", None),
        "…": "...",
        "ﬀ": "ff",
        "ﬁ": "fi",
        "ﬂ": "fl",
        "ﬃ": "ffi",
        "ﬄ": "ffl",
    }
)
_SPACES = re.compile(r"\s+")


def fold(text: str) -> str:
    """A text as it is compared: typography of quotation marks, dashes, ellipses and spaces folded."""
    text = _SPACES.sub(" ", unicodedata.normalize("NFC", text).translate(_SAME)).strip()
    # Two single marks are the old way to write a double one; a dash may be two hyphens, with or without spaces.
    return re.sub(r" ?-+ ?", "-", text.replace("''", "'").replace("§ ", "§"))


@dataclass(frozen=True, slots=True)
class Passage:
    """A place in the rule: the words found, with the pages on which they begin and end (None when not known)."""

    text: str
    first_page: int | None
    last_page: int | None
    labels: tuple[str, ...]
    """Labels of the provisions it lies in."""


@dataclass(frozen=True, slots=True)
class _Unit:
    """A provision, note or caption: its words as printed, and how to find the page of a character in them."""

    text: str
    label: str
    page: int | None
    provision: ParsedProvision | None = None
    lead: int = 0
    """Characters of ``text`` before the provision's own text (marker and heading)."""

    def page_at(self, folded_offset: int) -> int | None:
        if self.provision is None or not self.provision.page_breaks:
            return self.page
        # The folded text is never longer than the printed one but for ellipses; find the printed offset by folding
        # growing beginnings of the text.
        low, high = 0, len(self.text)
        while low < high:
            middle = (low + high) // 2
            if len(fold(self.text[:middle])) < folded_offset:
                low = middle + 1
            else:
                high = middle
        return self.provision.page_at(max(low - self.lead, 0))


class _Layer:
    """The units of a rule joined into one folded text."""

    def __init__(self, units: Sequence[_Unit]) -> None:
        self.units = units
        self.starts: list[int] = []
        pieces: list[str] = []
        length = 0
        for unit in units:
            self.starts.append(length)
            piece = fold(unit.text)
            pieces.append(piece)
            length += len(piece) + 1
        self.text = " ".join(pieces)

    def unit_at(self, offset: int) -> int:
        return bisect.bisect_right(self.starts, offset) - 1

    def passage(self, start: int, end: int) -> Passage:
        first, last = self.unit_at(start), self.unit_at(max(end - 1, start))
        labels = tuple(unit.label for unit in self.units[first : last + 1] if unit.label)
        return Passage(
            self.text[start:end],
            self.units[first].page_at(start - self.starts[first]),
            self.units[last].page_at(max(end - 1, start) - self.starts[last]),
            labels,
        )


_GAP = 6_000
"""Characters that an ellipsis may stand for; beyond that the pieces are no longer one quotation."""
_OMISSION = re.compile(r"(?:\s*\.){3,}|(?:\s*\*){3,}")


class RuleText:
    """Finds quotations in a rule, or in any run of provisions."""

    def __init__(self, source: ParsedRule | Sequence[ParsedProvision]) -> None:
        # The bare texts, for quotations that run over paragraphs without their markers, and the texts as printed.
        self._layers = (_Layer(list(_units(source, printed=False))), _Layer(list(_units(source, printed=True))))
        self._words: list[tuple[Counter[str], int]] | None = None

    def find(self, quotation: str) -> Iterator[Passage]:
        """Places where a quotation stands; ellipses and [brackets] are understood. Best first, at most some hundred."""
        typed = [piece.strip(" ") for piece in _OMISSION.split(fold(quotation)) if re.search(r"\w", piece)]
        if not typed:
            return
        # A pattern that begins with letters is found ten times as fast as one that looks behind itself first, so that
        # the first piece begins with a word is seen afterwards.
        pieces = [_pattern(typed[0]), *(_pattern(piece, from_word=True) for piece in typed[1:])]
        # To see that a text is not there takes a fraction of the time that looking for a pattern takes.
        needed = [part for piece in typed for part in _BRACKET.split(piece)[::2] if part]
        starts_word = typed[0][:1].isalnum() or typed[0].startswith("[")
        for layer in self._layers:
            if not all(part in layer.text for part in needed):
                continue
            for count, match in enumerate(pieces[0].finditer(layer.text)):
                if count > 100:
                    break
                if starts_word and layer.text[match.start() - 1 : match.start()].isalnum():
                    continue
                end = match.end()
                for piece in pieces[1:]:
                    following = piece.search(layer.text, end, end + _GAP)
                    if following is None:
                        break
                    end = following.end()
                else:
                    yield layer.passage(match.start(), end)

    def nearest(self, quotation: str) -> Passage | None:
        """The passage of the rule most like a quotation, or None when nothing shares a few words with it."""
        layer = self._layers[0]
        if self._words is None:
            self._words = [(_pairs(fold(unit.text)), index) for index, unit in enumerate(layer.units)]
        wanted = _pairs(fold(quotation))
        best, index = max(((sum((wanted & pairs).values()), -index) for pairs, index in self._words), default=(0, 0))
        if best < max(1, wanted.total() // 5):
            return None
        unit = layer.units[-index]
        start, end = _window(fold(unit.text), fold(quotation))
        return layer.passage(layer.starts[-index] + start, layer.starts[-index] + end)


def _units(source: ParsedRule | Sequence[ParsedProvision], *, printed: bool) -> Iterator[_Unit]:
    if not isinstance(source, ParsedRule):
        yield from _provisions(source, printed=printed)
        return
    document = source.document
    yield _Unit(document.title, "", document.start_page)
    for caption in document.captions:
        yield _Unit(caption.text, "", None)
    if document.summary and not any(document.summary in caption.text for caption in document.captions):
        yield _Unit(document.summary, "", None)
    yield from _provisions(source.provisions, printed=printed)
    for note in source.notes:
        yield _Unit(note.text, "", note.page)


def _provisions(provisions: Sequence[ParsedProvision], *, printed: bool) -> Iterator[_Unit]:
    for provision in provisions:
        page = provision.pages[0] if provision.pages else None
        lead = ""
        if printed:
            lead = " ".join(part for part in (provision.number, provision.heading) if part)
            lead = f"{lead} " if lead else ""
        elif not provision.text and provision.heading:
            lead = provision.heading
        yield _Unit(lead + provision.text, provision.label, page, provision, len(lead))
        for row in provision.rows:
            yield _Unit(" ".join(row), provision.label, None)


_BRACKET = re.compile(r"\s?\[([^\[\]]*)\]\s?")


def _pattern(piece: str, *, from_word: bool = False) -> re.Pattern[str]:
    """A piece of a quotation as a pattern: [t]he stands for one letter, licence[s] for letters or none, any
    other [bracket] for a few words or none; and each for itself, when the rule has it."""
    out: list[str] = []
    end = 0
    for match in _BRACKET.finditer(piece):
        out.append(re.escape(piece[end : match.start()]))
        inside = match.group(1)
        led, followed = match.group()[0] == " ", match.group()[-1] == " "
        if len(inside) == 1 and inside.isalpha() and not piece[: match.start()][-1:].isalpha():
            stands_for = f"{' ' if led else ''}\\w{' ' if followed else ''}"
        elif led and followed:
            stands_for = r" (?:[^ ]+ ){0,12}?"
        elif led:  # [emphasis added] at the end, or before a point or comma
            stands_for = r"(?: (?:[^ ]+ ){0,12}?[^ ]*?)?"
        elif followed:  # at the start, or letters added to a word
            stands_for = r"\w{0,12} " if match.start() else r"(?:[^ ]+ ){0,12}?"
        else:
            stands_for = r"\w{0,12}"
        # The agency quotes, too: the bracket may be its own.
        out.append(f"(?:{re.escape(match.group())}|{stands_for})")
        end = match.end()
    out.append(re.escape(piece[end:]))
    before = r"(?<!\w)" if from_word and piece[:1].isalnum() else ""
    after = r"(?!\w)" if piece[-1:].isalnum() else ""
    return re.compile(before + "".join(out) + after)


_WORD = re.compile(r"\w+")


def _pairs(text: str) -> Counter[str]:
    words = _WORD.findall(text.lower())
    return Counter(words if len(words) < 2 else [f"{a} {b}" for a, b in pairwise(words)])


def _window(text: str, quotation: str) -> tuple[int, int]:
    """The stretch of ``text`` that a quotation resembles most: as many words, with most of its words among them."""
    words = [(match.start(), match.end(), match.group().lower()) for match in _WORD.finditer(text)]
    wanted = Counter(match.lower() for match in _WORD.findall(quotation))
    size = min(wanted.total(), len(words))
    if not size:
        return 0, len(text)
    current: Counter[str] = Counter()
    shared = best = at = 0
    for index, (_, _, word) in enumerate(words):
        current[word] += 1
        shared += current[word] <= wanted[word]
        if index >= size:
            gone = words[index - size][2]
            shared -= current[gone] <= wanted[gone]
            current[gone] -= 1
        if index >= size - 1 and shared > best:
            best, at = shared, index - size + 1
    end = words[at + size - 1][1]
    while end < len(text) and not text[end].isspace():
        end += 1
    return words[at][0], end
