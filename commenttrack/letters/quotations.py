"""Quotations, citations and requested text of a letter, checked against the rule they are taken from.

A quotation that is followed by a citation of the rule must stand in the rule word for word, at the cited page; a page
that is cited must lie in the document; requested text must start from the provision's own words.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from commenttrack.errors import BadInput, Refused
from commenttrack.letters.authorities import Authority, Code, FederalRegister
from commenttrack.letters.blocks import (
    Blocks,
    Body,
    Cite,
    Division,
    InlineNote,
    Inlines,
    ListBlock,
    NoteCall,
    Paragraph,
    Quote,
    Styled,
    Text,
    inline_runs,
    inlines_in,
    plain,
    plain_blocks,
)
from commenttrack.letters.body import read
from commenttrack.letters.citation_forms import ofr
from commenttrack.letters.citation_reading import parse
from commenttrack.letters.content import LetterContent, LetterPartContent
from commenttrack.letters.outline import part_numbers
from commenttrack.letters.rule_names import register_of
from commenttrack.letters.rule_text import Passage, RuleText, fold
from commenttrack.rulemaking.provisions import ParsedRule
from commenttrack.wording import difference, text_as_proposed

Kind = Literal["quotation", "page", "citation", "requested_text", "text"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing in a letter that differs from the rule. ``str()`` of it is a line for people."""

    kind: Kind
    part: str
    """Key of the part."""
    where: str
    """Number and heading of the part, for people."""
    message: str
    quoted: str = ""
    nearest: str = ""
    """The rule's own words that come nearest, when there are any."""

    def __str__(self) -> str:
        return f"{self.where}: {self.message}"


class DiffersFromRule(Refused):
    """A letter that quotes, cites or changes the rule in words that are not the rule's. Holds every problem."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


def require(content: LetterContent, rule: ParsedRule) -> None:
    """Raise :class:`DiffersFromRule` with everything that :func:`check` finds, or return."""
    if problems := check(content, rule):
        raise DiffersFromRule(problems)


def check(content: LetterContent, rule: ParsedRule) -> list[Problem]:
    """Everything in a letter that differs from the rule, in the letter's order."""
    checker = _Checker(rule)
    problems: list[Problem] = []
    for part, (number, _) in zip(content.parts, part_numbers(content), strict=True):
        name = f"Part {number}" if number else ""
        heading = f"“{part.heading}”" if part.heading else "" if name else "Opening"
        where = ", ".join(piece for piece in (name, heading) if piece)
        problems.extend(checker.part(part, where))
    return problems


@dataclass(frozen=True, slots=True)
class Quotation:
    """Quoted words and the citations that follow them."""

    text: str
    authorities: tuple[Authority, ...]
    block: bool


def quotations(body: Body) -> Iterator[Quotation]:
    """Quotations with a citation after them: block quotations, and words in quotation marks.

    A note that begins with a citation counts as the citation.
    """
    for blocks in (body.blocks, *body.notes.values()):
        yield from _in_blocks(blocks, body)


def _in_blocks(blocks: Blocks, body: Body) -> Iterator[Quotation]:
    for index, block in enumerate(blocks):
        match block:
            case Quote(inner, source):
                cites = [inline for inline in source if isinstance(inline, Cite)]
                if not cites:
                    cites = _cites_after(inner, blocks[index + 1 :], body)
                if cites:
                    yield Quotation(_unquoted(plain_blocks(inner)), _authorities(cites), True)
                else:
                    yield from _in_blocks(inner, body)
            case ListBlock(items):
                for item in items:
                    yield from _in_blocks(item, body)
            case Division(_, title, within):
                yield from _in_run(title, body)
                yield from _in_blocks(within, body)
            case _:
                for run in inline_runs((block,)):
                    yield from _in_run(run, body)


def _cites_after(inner: Blocks, following: Blocks, body: Body) -> list[Cite]:
    """The citation of a block quotation without a source line: a note at its end, or the next paragraph's beginning."""
    if (
        inner
        and isinstance(last := inner[-1], Paragraph)
        and last.inlines
        and (cites := _noted(last.inlines[-1], body))
    ):
        return cites
    if following and isinstance(after := following[0], Paragraph) and isinstance(first := after.inlines[0], Cite):
        return [first]
    return []


def _noted(inline: object, body: Body) -> list[Cite]:
    """The citations of a note that begins with one."""
    match inline:
        case NoteCall(label) if label in body.notes:
            run = next(inline_runs(body.notes[label]), ())
        case InlineNote(children):
            run = children
        case _:
            return []
    first = next((item for item in run if not (isinstance(item, Text) and not re.search(r"\w", item.text))), None)
    return [item for item in inlines_in(run) if isinstance(item, Cite)] if isinstance(first, Cite) else []


_QUOTED = re.compile(r"[“\"](?P<text>[^“”\"]+)[”\"][.,;:]?(?P<cites>(?:[\s(]*\x00\d+\x00)+)")


def _in_run(run: Inlines, body: Body) -> Iterator[Quotation]:
    cites: list[list[Cite]] = []

    def flat(inlines: Iterable[object]) -> str:
        out = []
        for inline in inlines:
            match inline:
                case Text(text):
                    out.append(text)
                case Styled(_, children):
                    out.append(flat(children))
                case Cite():
                    cites.append([inline])
                    out.append(f"\0{len(cites) - 1}\0")
                case NoteCall() | InlineNote() if noted := _noted(inline, body):
                    cites.append(noted)
                    out.append(f"\0{len(cites) - 1}\0")
        return "".join(out)

    for match in _QUOTED.finditer(flat(run)):
        groups = [cites[int(number)] for number in re.findall(r"\0(\d+)\0", match.group("cites"))]
        # The printer's comma or point before a closing mark is not the agency's.
        words = match.group("text").strip().rstrip(".,;")
        yield Quotation(words, _authorities([cite for group in groups for cite in group]), False)
    for inline in inlines_in(run):
        if isinstance(inline, InlineNote):
            yield from _in_run(inline.children, body)


def _authorities(cites: Iterable[Cite]) -> tuple[Authority, ...]:
    return tuple(citation.authority for cite in cites for citation in parse(cite.source))


def _unquoted(text: str) -> str:
    """A block quotation without the quotation marks that some put around it as well."""
    text = " ".join(text.split())
    return text[1:-1] if len(text) > 2 and text[0] in '“"' and text[-1] in '”"' else text


class _Checker:
    def __init__(self, rule: ParsedRule) -> None:
        self._rule = rule
        self._text = RuleText(rule)
        register = register_of(rule)
        self._volume = int(register.split()[0]) if register else None
        self._start, self._end = rule.document.start_page, rule.document.end_page
        self._labels = {provision.label for provision in rule.provisions if provision.label}

    def part(self, part: LetterPartContent, where: str) -> Iterator[Problem]:
        try:
            body = read(part.text)
            found = list(quotations(body))
            cited = list(_all_citations(body))
        except BadInput as error:
            yield Problem("text", part.key, where, str(error))
            return
        for authority in cited:
            if message := self._outside(authority):
                yield Problem("citation", part.key, where, message)
        for quotation in found:
            if problem := self._quotation(quotation, part.key, where):
                yield problem
        yield from self._redlines(body, part, where)
        if part.requested_text.strip():
            yield from self._requested(part, where)

    def _ours(self, authority: Authority) -> bool:
        """Whether a citation is one of the rule itself."""
        match authority:
            case FederalRegister(volume, page, _):
                if self._volume not in (None, volume) or self._start is None:
                    return False
                return page == self._start or (self._end is not None and self._start <= page <= self._end)
            case Code(title, "CFR", sections, _):
                return all(self._under(f"{title} CFR {section}") for section in sections)
        return False

    def _under(self, label: str) -> bool:
        return any(_within(known, label) for known in self._labels)

    def _outside(self, authority: Authority) -> str:
        """What is wrong with the pages of a citation of the rule; empty when nothing is."""
        if not isinstance(authority, FederalRegister) or not self._ours(authority) or self._end is None:
            return ""
        for pin in authority.pins:
            if pin.last > self._end:
                return (
                    f"[@{_plain(authority)}] points at page {pin.last}, but the document ends at page {self._end} "
                    f"(pages {self._start} to {self._end})."
                )
        return ""

    def _quotation(self, quotation: Quotation, key: str, where: str) -> Problem | None:
        ours = [authority for authority in quotation.authorities if self._ours(authority)]
        if not ours:
            return None
        passages = list(self._text.find(quotation.text))
        shown = _short(quotation.text)
        if not passages:
            message = f"The quotation “{shown}” is not in the rule word for word."
            return self._not_found(message, quotation.text, key, where)
        if any(self._at(passage, authority) for passage in passages for authority in ours):
            return None
        places = sorted({_place(passage) for passage in passages})
        cited = ", ".join(f"[@{_plain(authority)}]" for authority in ours)
        return Problem(
            "page",
            key,
            where,
            f"The quotation “{shown}” stands on {' and on '.join(places)} of the rule, not where {cited} points.",
            quotation.text,
            passages[0].text,
        )

    def _at(self, passage: Passage, authority: Authority) -> bool:
        """Whether a passage lies where a citation points."""
        match authority:
            case FederalRegister(_, page, pins):
                if passage.first_page is None:
                    return True
                pages = [(pin.first, pin.last) for pin in pins] or [(page, page)]
                return any(first <= passage.first_page <= last for first, last in pages)
            case Code(title, _, sections, _):
                return any(_within(label, f"{title} CFR {section}") for label in passage.labels for section in sections)
        return False

    def _not_found(self, message: str, text: str, key: str, where: str, kind: Kind = "quotation") -> Problem:
        nearest = self._text.nearest(text)
        if nearest is None:
            return Problem(kind, key, where, f"{message} No passage comes near it.", text)
        return Problem(
            kind,
            key,
            where,
            f"{message} Nearest, on {_place(nearest)}: “{_short(nearest.text, 60)}”. "
            f"Difference, rule to letter: {_shown_difference(nearest.text, text)}",
            text,
            nearest.text,
        )

    # ---- requested text

    def _requested(self, part: LetterPartContent, where: str) -> Iterator[Problem]:
        """The base of a part's requested text, paragraph by paragraph, against the provisions of the part."""
        texts = [fold(p.text) for p in self._rule.provisions if p.label in part.provisions and p.text]
        for paragraph in re.split(r"\n[ \t]*\n\s*", part.requested_text.strip()):
            base = " ".join(text_as_proposed(paragraph).split())
            if not base or (fold(base) in texts if texts else any(True for _ in self._text.find(base))):
                continue
            whose = f"of {', '.join(part.provisions)}" if texts else "of the rule"
            yield self._not_found(
                f"The requested text does not start from the words {whose}: “{_short(base)}”.",
                base, part.key, where, "requested_text",
            )  # fmt: skip

    def _redlines(self, body: Body, part: LetterPartContent, where: str) -> Iterator[Problem]:
        """Redlines typed in the text: a paragraph of the rule with changes, or a sentence that names a few words."""
        for run in inline_runs(body.blocks):
            deleted = [i for i in inlines_in(run) if isinstance(i, Styled) and i.style == "del"]
            if not deleted and not any(isinstance(i, Styled) and i.style == "ins" for i in inlines_in(run)):
                continue
            base = _MARKERS.sub("", " ".join(plain(run, added=False).split()))
            base = re.sub(r"\s+(?=[.,;:])", "", base).strip()
            if not base or _any(self._text.find(base)):
                continue
            near = self._text.nearest(base)
            if near is not None and _likeness(near.text, base) >= _SAME_PARAGRAPH:
                yield self._not_found(
                    f"The requested text does not start from the words of the rule: “{_short(base)}”.",
                    base, part.key, where, "requested_text",
                )  # fmt: skip
                continue
            for words in deleted:
                text = plain(words.children).strip()
                if text and not _any(self._text.find(text)):
                    yield self._not_found(
                        f"The words to be deleted are not in the rule: “{_short(text)}”.",
                        text, part.key, where, "requested_text",
                    )  # fmt: skip


# The marker or citation that a letter prints before the text of a provision: § 7.2(a)(1), (b), 15 CFR 7.2(a).
_MARKERS = re.compile(r"\A(?:(?:\d+ CFR |§+\s?)\d[\w.]*(?:\(\w{1,5}\))*[.:—–-]?\s+)?(?:\(\w{1,5}\)\s*)*")
_SAME_PARAGRAPH = 0.6
"""Likeness above which a redlined paragraph is meant to be the rule's; below it is the letter's own prose."""


def _any(passages: Iterator[Passage]) -> bool:
    return next(passages, None) is not None


def _all_citations(body: Body) -> Iterator[Authority]:
    for blocks in (body.blocks, *body.notes.values()):
        yield from _citations_in(blocks)


def _citations_in(blocks: Blocks) -> Iterator[Authority]:
    for block in blocks:
        match block:
            case Quote(inner, source):
                yield from _citations_in(inner)
                yield from _authorities(inline for inline in source if isinstance(inline, Cite))
            case ListBlock(items):
                for item in items:
                    yield from _citations_in(item)
            case Division(_, title, within):
                yield from _authorities(inline for inline in inlines_in(title) if isinstance(inline, Cite))
                yield from _citations_in(within)
            case _:
                for run in inline_runs((block,)):
                    yield from _authorities(inline for inline in inlines_in(run) if isinstance(inline, Cite))


def _within(label: str, citation: str) -> bool:
    """Whether a provision's label is the cited place or lies below it: 15 CFR 7.2(a)(1) is within 15 CFR 7.2(a)."""
    return label == citation or (label.startswith(citation) and label[len(citation)] in "(.")


def _plain(authority: Authority) -> str:
    return ofr(authority).replace("\u00a0", " ").replace("–", "-")


def _place(passage: Passage) -> str:
    label = f" ({passage.labels[0]})" if passage.labels else ""
    if passage.first_page is None:
        return f"a page that is not marked{label}"
    if passage.last_page in (None, passage.first_page):
        return f"page {passage.first_page}{label}"
    return f"pages {passage.first_page}-{passage.last_page}{label}"


def _short(text: str, words: int = 18) -> str:
    pieces = text.split()
    return " ".join(pieces) if len(pieces) <= words else " ".join(pieces[:words]) + " …"


def _likeness(one: str, other: str) -> float:
    changes = difference(one, other)
    same = sum(len(change.text) for change in changes if change.kind == "same")
    return same / max(len(one), len(other), 1)


def _shown_difference(rule: str, letter: str) -> str:
    """The difference in one line: [-words of the rule-]{+words of the letter+}, with a few words around each."""
    out: list[str] = []
    for change in difference(fold(rule), fold(letter)):
        if change.kind == "delete":
            out.append(f"[-{change.text}-]")
        elif change.kind == "insert":
            out.append(f"{{+{change.text}+}}")
        else:
            words = change.text.split(" ")
            out.append(change.text if len(words) <= 12 else " ".join([*words[:5], "…", *words[-5:]]))
    return "".join(out)
