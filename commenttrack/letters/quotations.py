"""Quotations, citations and requested text of a letter, checked against the rule they are taken from.

A quotation that is cited to the rule must stand in the rule word for word, at the cited page; one that is cited to the
CFR in the rule or in the current text, when that is given; a page that is cited must lie in the document; requested
text must start from the provision's own words. Quotations of works that nobody imported are named as not checked.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from commenttrack.errors import BadInput, Refused
from commenttrack.letters.authorities import Authority, Code, FederalRegister, covers, declared_sources, within
from commenttrack.letters.blocks import Body, Styled, inline_runs, inlines_in, plain
from commenttrack.letters.body import read
from commenttrack.letters.citation_forms import ofr
from commenttrack.letters.content import LetterContent, LetterHead, LetterPartContent
from commenttrack.letters.outline import part_numbers
from commenttrack.letters.quoted import Quotation, all_cites, authorities_of, place_of, quotations, with_places
from commenttrack.letters.rule_names import register_of
from commenttrack.letters.rule_text import Passage, RuleText, fold
from commenttrack.rulemaking.ecfr import CurrentText
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
    line: int | None = None
    """Line of the part's text, counted from 1, when it can be told."""

    def __str__(self) -> str:
        return f"{self.where}{_in_line(self.line)}: {self.message}"


@dataclass(frozen=True, slots=True)
class NotChecked:
    """A quotation of a work that is not there to compare with. ``str()`` of it is a line for people."""

    part: str
    where: str
    message: str
    line: int | None = None

    def __str__(self) -> str:
        return f"{self.where}{_in_line(self.line)}: {self.message}"


def _in_line(line: int | None) -> str:
    return f", line {line} of its text" if line else ""


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything in a letter that differs from the rule, and everything that could not be compared, in order."""

    problems: tuple[Problem, ...]
    not_checked: tuple[NotChecked, ...]


class DiffersFromRule(Refused):
    """A letter that quotes, cites or changes the rule in words that are not the rule's. Holds every problem."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


def require(content: LetterContent, rule: ParsedRule, current: Sequence[CurrentText] = ()) -> None:
    """Raise :class:`DiffersFromRule` with everything that :func:`check` finds, or return."""
    if problems := check(content, rule, current):
        raise DiffersFromRule(problems)


def check(content: LetterContent, rule: ParsedRule, current: Sequence[CurrentText] = ()) -> list[Problem]:
    """Everything in a letter that differs from the rule, in the letter's order."""
    return list(review(content, rule, current).problems)


def review(content: LetterContent, rule: ParsedRule, current: Sequence[CurrentText] = ()) -> Findings:
    """What differs and what could not be compared; ``current`` is the text of the CFR as it stands."""
    checker = _Checker(content.head, rule, current)
    problems: list[Problem] = []
    not_checked: list[NotChecked] = []
    for part, (number, _) in zip(content.parts, part_numbers(content), strict=True):
        name = f"Part {number}" if number else ""
        heading = f"“{part.heading}”" if part.heading else "" if name else "Opening"
        where = ", ".join(piece for piece in (name, heading) if piece)
        for finding in checker.part(part, where):
            if isinstance(finding, Problem):
                problems.append(finding)
            else:
                not_checked.append(finding)
    return Findings(tuple(problems), tuple(not_checked))


def lines_of_parts(source: str, content: LetterContent) -> dict[str, int]:
    """The line of a letter's file in which the text of each part begins, counted from 1, by the part's key."""
    source = source.replace("\r\n", "\n").replace("\r", "\n")
    starts: dict[str, int] = {}
    place = 0
    for part in content.parts:
        # The second language is taken out of a part's text, so what follows its first line may stand further down.
        wanted = part.text.partition("\n")[0]
        found = source.find(part.text, place)
        found = found if found >= 0 else source.find(wanted, place)
        if wanted and found >= 0:
            starts[part.key] = source.count("\n", 0, found) + 1
            place = found
    return starts


class _Checker:
    def __init__(self, head: LetterHead, rule: ParsedRule, current: Sequence[CurrentText]) -> None:
        self._rule = rule
        self._text = RuleText(rule)
        self._sources = {(source.volume, source.start_page): source for source in head.sources}
        self._declared = declared_sources(head.sources, head.works)
        register = register_of(rule)
        self._volume = int(register.split()[0]) if register else None
        self._start, self._end = rule.document.start_page, rule.document.end_page
        self._labels = {provision.label for provision in rule.provisions if provision.label}
        now = [provision for text in current for provision in text.provisions]
        self._current = RuleText(now) if now else None
        self._current_labels = {provision.label for provision in now if provision.label}

    def part(self, part: LetterPartContent, where: str) -> Iterator[Problem | NotChecked]:
        try:
            body = read(with_places(part.text))
            found = [(quotation, self._authorities(quotation)) for quotation in quotations(body)]
            cited = [(cite, authority) for cite in all_cites(body) for authority in self._named(cite)]
        except BadInput as error:
            yield Problem("text", part.key, where, str(error))
            return
        for cite, authority in cited:
            if message := self._outside(authority):
                yield Problem("citation", part.key, where, message, line=_line(part.text, place_of(cite)))
        for quotation, authorities in found:
            line = _line(part.text, place_of(quotation.cites[0]))
            if problem := self._quotation(quotation, authorities, part.key, where, line):
                yield problem
        yield from self._redlines(body, part, where)
        if part.requested_text.strip():
            yield from self._requested(part, where)
        if part.translation.strip():
            yield from self._second(part, where)

    def _second(self, part: LetterPartContent, where: str) -> Iterator[Problem | NotChecked]:
        """The second language: its citations as those of the first; a quotation there is as a rule a translation."""
        where = f"{where}, in the second language"
        try:
            body = read(with_places(part.translation))
            cited = [authority for cite in all_cites(body) for authority in self._named(cite)]
            found = list(quotations(body))
        except BadInput as error:
            yield Problem("text", part.key, where, str(error))
            return
        for authority in cited:
            if message := self._outside(authority):
                yield Problem("citation", part.key, where, message)
        for quotation in found:
            if not _any(self._text.find(quotation.text)):
                shown = _short(quotation.text)
                yield NotChecked(part.key, where, f"“{shown}” is not checked: it may be a translation.")

    def _authorities(self, quotation: Quotation) -> tuple[Authority, ...]:
        return authorities_of(quotation.cites, self._declared)

    def _named(self, cite: object) -> tuple[Authority, ...]:
        return authorities_of((cite,), self._declared)  # type: ignore[arg-type]  # all_cites gives citations

    def _ours(self, authority: Authority) -> bool:
        """Whether a citation is one of the rule itself."""
        match authority:
            case FederalRegister(volume, page, _):
                if self._volume not in (None, volume) or self._start is None:
                    return False
                return page == self._start or (self._end is not None and self._start <= page <= self._end)
            case Code(_, "CFR"):
                return any(covers(authority, label) for label in self._labels)
        return False

    def _stands(self, authority: Authority) -> bool:
        """Whether a citation is one of the current text that is there."""
        return isinstance(authority, Code) and any(covers(authority, label) for label in self._current_labels)

    def _outside(self, authority: Authority) -> str:
        """What is wrong with the place of a citation; empty when nothing is, or nothing is known of its document."""
        if not isinstance(authority, FederalRegister):
            return ""
        if self._ours(authority):
            start, end = self._start, self._end
            if authority.provision and not self._provisions(authority.provision):
                return f"[@{_plain(authority)}] names § {authority.provision}, which the document does not have."
        elif source := self._sources.get((authority.volume, authority.page)):
            start, end = source.start_page, source.end_page
        else:
            return ""
        for pin in authority.pins:
            if end is not None and pin.last > end:
                return (
                    f"[@{_plain(authority)}] points at page {pin.last}, but the document ends at page {end} "
                    f"(pages {start} to {end})."
                )
        return ""

    def _provisions(self, provision: str) -> list[str]:
        """Labels of the rule's provisions at or under a section given without its title."""
        return [label for label in self._labels if within(label.partition(" CFR ")[2], provision)]

    # ---- quotations

    def _quotation(
        self, quotation: Quotation, authorities: Sequence[Authority], key: str, where: str, line: int | None
    ) -> Problem | NotChecked | None:
        ours = [authority for authority in authorities if self._ours(authority)]
        standing = [authority for authority in authorities if self._stands(authority)]
        shown = _short(quotation.text)
        if not ours and not standing:
            works = ", ".join(dict.fromkeys(f"[@{_plain(authority)}]" for authority in authorities))
            return NotChecked(key, where, f"“{shown}” is not checked: {works} is not imported.", line)
        passages = list(self._text.find(quotation.text)) if ours else []
        if any(self._at(passage, authority) for passage in passages for authority in ours):
            return None
        now = list(self._current.find(quotation.text)) if self._current and standing else []
        if any(self._at(passage, authority) for passage in now for authority in standing):
            return None
        if not passages and not now:
            whose = "the rule" if ours else "the current text"
            message = f"The quotation “{shown}” is not in {whose} word for word."
            return self._not_found(message, quotation.text, key, where, line=line, current=not ours)
        places = sorted({_place(passage) for passage in passages or now})
        cited = ", ".join(f"[@{_plain(authority)}]" for authority in ours or standing)
        whose = "the rule" if passages else "the current text"
        return Problem(
            "page",
            key,
            where,
            f"The quotation “{shown}” stands on {' and on '.join(places)} of {whose}, not where {cited} points.",
            quotation.text,
            (passages or now)[0].text,
            line,
        )

    def _at(self, passage: Passage, authority: Authority) -> bool:
        """Whether a passage lies where a citation points."""
        match authority:
            case FederalRegister(_, page, pins, provision):
                if provision and not any(label in self._provisions(provision) for label in passage.labels):
                    return False
                # A citation of the whole document gets its page when the letter is built (letters.pins).
                if passage.first_page is None or (not pins and page == self._start):
                    return True
                pages = [(pin.first, pin.last) for pin in pins] or [(page, page)]
                return any(first <= passage.first_page <= last for first, last in pages)
            case Code():
                return any(covers(authority, label) for label in passage.labels)
        return False

    def _not_found(
        self,
        message: str,
        text: str,
        key: str,
        where: str,
        kind: Kind = "quotation",
        *,
        line: int | None = None,
        current: bool = False,
    ) -> Problem:
        source = self._current if current and self._current else self._text
        nearest = source.nearest(text)
        if nearest is None:
            return Problem(kind, key, where, f"{message} No passage comes near it.", text, line=line)
        whose = "current text" if current else "rule"
        return Problem(
            kind,
            key,
            where,
            f"{message} Nearest, on {_place(nearest)}: “{_short(nearest.text, 60)}”. "
            f"Difference, {whose} to letter: {_shown_difference(nearest.text, text)}",
            text,
            nearest.text,
            line,
        )

    # ---- requested text

    def _requested(self, part: LetterPartContent, where: str) -> Iterator[Problem]:
        """The base of a part's requested text, paragraph by paragraph, against the provisions of the part.

        A paragraph may be a whole provision, a passage of it, several paragraphs below it with their markers, or the
        row of a table; ellipses and stars stand for what is left out.
        """
        concerned = [p for p in self._rule.provisions if any(within(p.label, label) for label in part.provisions)]
        text = RuleText(concerned) if concerned else self._text
        for paragraph in re.split(r"\n[ \t]*\n\s*", part.requested_text.strip()):
            base = " ".join(text_as_proposed(paragraph).replace("|", " ").split())
            if not re.search(r"\w", base) or _any(text.find(base)):
                continue
            whose = f"of {', '.join(part.provisions)}" if concerned else "of the rule"
            yield self._not_found(
                f"The requested text does not start from the words {whose}: “{_short(base)}”.",
                base, part.key, where, "requested_text",
            )  # fmt: skip

    def _redlines(self, body: Body, part: LetterPartContent, where: str) -> Iterator[Problem]:
        """Redlines typed in the text: a paragraph of the rule with changes, or a sentence that names a few words."""
        for run in inline_runs(body.blocks):
            deleted = [i for i in inlines_in(run) if isinstance(i, Styled) and i.style == "del"]
            changed = [i for i in inlines_in(run) if isinstance(i, Styled) and i.style in ("ins", "del")]
            if not changed:
                continue
            line = _line(part.text, part.text.find(plain(changed[0].children)))
            base = _MARKERS.sub("", " ".join(plain(run, added=False).split()))
            base = re.sub(r"\s+(?=[.,;:])", "", base).strip()
            if not base or _any(self._text.find(base)):
                continue
            near = self._text.nearest(base)
            if near is not None and _likeness(near.text, base) >= _SAME_PARAGRAPH:
                yield self._not_found(
                    f"The requested text does not start from the words of the rule: “{_short(base)}”.",
                    base, part.key, where, "requested_text", line=line,
                )  # fmt: skip
                continue
            for words in deleted:
                text = plain(words.children).strip()
                if text and not _any(self._text.find(text)):
                    yield self._not_found(
                        f"The words to be deleted are not in the rule: “{_short(text)}”.",
                        text, part.key, where, "requested_text", line=line,
                    )  # fmt: skip


# The marker or citation that a letter prints before the text of a provision: § 7.2(a)(1), (b), 15 CFR 7.2(a).
_MARKERS = re.compile(r"\A(?:(?:\d+ CFR |§+\s?)\d[\w.]*(?:\(\w{1,5}\))*[.:—–-]?\s+)?(?:\(\w{1,5}\)\s*)*")
_SAME_PARAGRAPH = 0.6
"""Likeness above which a redlined paragraph is meant to be the rule's; below it is the letter's own prose."""


def _line(text: str, place: int | None) -> int | None:
    return None if place is None or place < 0 else text.count("\n", 0, place) + 1


def _any(passages: Iterator[Passage]) -> bool:
    return next(passages, None) is not None


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
