"""Printed pages for citations of the rule that name none, from the marks of the imported text.

``[@89 FR 5698]`` after a quotation points at the page, or pages, on which the quoted words stand;
``[@89 FR 5698, § 7.302(b)(2)]`` at those of the provision.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from commenttrack.errors import BadInput
from commenttrack.letters.authorities import Authority, FederalRegister, declared_sources, within
from commenttrack.letters.body import read
from commenttrack.letters.citation_reading import NBSP, parse
from commenttrack.letters.content import LetterContent, LetterPartContent
from commenttrack.letters.quoted import all_cites, place_of, quotations, source_of, with_places
from commenttrack.letters.rule_names import register_of
from commenttrack.letters.rule_text import RuleText
from commenttrack.rulemaking.provisions import ParsedProvision, ParsedRule

Span = tuple[int, int]


def with_pins(
    content: LetterContent, rule: ParsedRule, *, only: str = "", text: RuleText | None = None
) -> LetterContent:
    """The letter with a page in each citation of the rule that a quotation or a provision gives one.

    A citation of the whole document stays what it is, and so does a text that cannot be read; the check of the letter
    says what is wrong with it. ``only`` is the key of the one part to look at; ``text`` that of the rule, where it was
    made before.
    """
    register = register_of(rule)
    if not register:
        return content
    volume, _, page = register.split()
    declared = declared_sources(content.head.sources, content.head.works)
    pinner = _Pinner(rule, (int(volume), int(page)), declared, text)
    return replace(
        content, parts=tuple(part if only and part.key != only else pinner.part(part) for part in content.parts)
    )


_TYPED = re.compile(r"\[@([^\]]*)\]")
_OF_REGISTER_OR_KEY = re.compile(r"\b(?:FR|F\.\s?R\.|Fed\.\s*Reg\.)|(?:\A|\s)[a-z][\w.-]*(?:,|\s+§|\s*\(|\s*\Z)")


def may_want_pages(part: LetterPartContent) -> bool:
    """Whether a part has a citation that names no page, as far as can be seen without reading it."""
    typed = f"{part.text}\n\n{part.translation}"
    pieces = (piece for source in _TYPED.findall(typed) for piece in source.split(";"))
    return any(
        _OF_REGISTER_OR_KEY.search(piece) and not re.search(r",\s*(?:at\s+)?\d", piece.replace(NBSP, " "))
        for piece in pieces
    )


class _Pinner:
    def __init__(
        self, rule: ParsedRule, register: tuple[int, int], declared: Mapping[str, Authority], text: RuleText | None
    ) -> None:
        self._rule = rule
        self._register = register
        self._declared = declared
        self._text = text

    def part(self, part: LetterPartContent) -> LetterPartContent:
        text, translation = self._with_pages(part.text), self._with_pages(part.translation)
        return (
            part
            if (text, translation) == (part.text, part.translation)
            else replace(part, text=text, translation=translation)
        )

    def _with_pages(self, text: str) -> str:
        if "[@" not in text:
            return text
        try:
            body = read(with_places(text))
            unpinned = {
                place: source
                for cite in all_cites(body)
                if (place := place_of(cite)) is not None and self._unpinned(source := source_of(cite))
            }
            if not unpinned:
                return text
            spans: dict[int, list[Span]] = {}
            for quotation in quotations(body):
                for cite in quotation.cites:
                    if (place := place_of(cite)) in unpinned and place is not None:
                        spans.setdefault(place, []).extend(self._quoted(quotation.text))
        except BadInput:
            return text
        for place, source in sorted(unpinned.items(), reverse=True):
            end = text.index("]", place)
            text = f"{text[:place]}[@{self._pinned(source, spans.get(place, []))}{text[end:]}"
        return text

    def _unpinned(self, source: str) -> bool:
        return any(self._wants_page(citation.authority) for citation in parse(source, self._declared))

    def _wants_page(self, authority: Authority) -> bool:
        return (
            isinstance(authority, FederalRegister)
            and (authority.volume, authority.page) == self._register
            and not authority.pins
        )

    def _quoted(self, words: str) -> Iterator[Span]:
        self._text = self._text or RuleText(self._rule)
        for passage in self._text.find(words):
            if passage.first_page is not None:  # the captions of a document's head have no marked page
                yield passage.first_page, passage.last_page or passage.first_page
                return

    def _of_provision(self, provision: str) -> Iterator[Span]:
        for each in self._rule.provisions:
            if each.pages and within(each.label.partition(" CFR ")[2], provision):
                yield each.pages[0], _last_page(each)

    def _pinned(self, source: str, quoted: list[Span]) -> str:
        pieces = []
        for piece in re.split(r"(;(?![^()]*\)))", source):
            citations = parse(piece, self._declared)
            if len(citations) == 1 and self._wants_page(authority := citations[0].authority):
                provision = authority.provision if isinstance(authority, FederalRegister) else ""
                found = sorted(quoted or self._of_provision(provision) if quoted or provision else [])
                pieces.append(_inserted(piece, _listed(_merged(found))) if found else piece)
            else:
                pieces.append(piece)
        return "".join(pieces)


_CORE = re.compile(
    r"\d+\s*(?:FR|F\.\s?R\.|Fed\.\s*Reg\.)\s*(?:\d{1,3}(?:,\d{3})+|\d+)"
    r"|(?:\A|(?<=\s))(?!see\b|cf\b)[a-z][\w.-]*(?=\s*,|\s+§|\s*\(|\s*\Z)"
)


def _inserted(piece: str, pages: str) -> str:
    """A citation as typed, with its pages after the first page or the key."""
    match = _CORE.search(piece)
    if match is None:
        return piece
    rest = piece[match.end() :]
    comma = "," if rest.lstrip().startswith("§") else ""
    return f"{piece[: match.end()]}, {pages}{comma}{rest}"


def _last_page(provision: ParsedProvision) -> int:
    return max((*provision.pages, *(page for _, page in provision.page_breaks)))


def _merged(spans: list[Span]) -> list[Span]:
    """Sorted spans with those that touch or overlap joined."""
    out: list[Span] = []
    for first, last in spans:
        if out and first <= out[-1][1] + 1 and (out[-1] != (first, last)):
            out[-1] = (out[-1][0], max(out[-1][1], last))
        elif not out or out[-1] != (first, last):
            out.append((first, last))
    return out


def _listed(spans: list[Span]) -> str:
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in spans)
