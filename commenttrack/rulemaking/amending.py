"""Amendatory instructions made ready to be carried out: the target as a value, the text printed for it, and details.

A :class:`ParsedInstruction` says what is done to which place. An :class:`Order` adds what only the instruction's words
and its place in the document tell: which sentences, beside which words, how many times, and which provisions after it
are its new text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from commenttrack.rulemaking.citations import paths
from commenttrack.rulemaking.provisions import ParsedInstruction, ParsedProvision, ParsedRule

HEADING, INTRODUCTION, AUTHORITY = "heading", "introductory text", "authority citation"

_ONE = r"\([A-Za-z0-9]{1,5}\)"
_TARGET = re.compile(
    rf"""
    (?:(?P<title>[0-9]+)\sCFR)?\s*
    (?:part\s(?P<part>[0-9]+[A-Za-z]?)
      |§?\s?(?P<section>[0-9]+[A-Za-z]?[.-][Tt]?[0-9][0-9A-Za-z.-]*)(?P<path>(?:{_ONE})*))?
    (?:\s(?P<unit>(?:subpart|appendix|supplement)\s[A-Z0-9-]+))?
    (?:\s“(?P<term>[^”]+)”)?
    (?:\s(?P<detail>heading|introductory\stext|authority\scitation))?
    """,
    re.VERBOSE,
)
_MARKER = re.compile(r"\(([A-Za-z0-9]{1,5})\)")

_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_ORDINAL = rf"(?:{'|'.join(_ORDINALS)}|last|final)"
_PATHS = rf"(?:{_ONE})+(?:(?:\s*,\s*(?:and\s+)?|\s+and\s+|\s+through\s+){_ONE}(?:{_ONE})*)*"
_SENTENCES = re.compile(
    rf"""
    (?P<which>{_ORDINAL}(?:(?:\s*,\s*(?:and\s+)?|\s+and\s+|\s+through\s+){_ORDINAL})*)\s+(?:new\s+)?sentences?\b
    (?:\s+(?:of|in|to|from)\s+(?:newly\s+(?:re)?designated\s+)?paragraphs?\s+(?P<paths>{_PATHS}))?
    """,
    re.VERBOSE | re.IGNORECASE,
)
_NEW_SENTENCE = re.compile(
    rf"""
    (?:a|one|two|three)\s+(?:new\s+|additional\s+)?sentences?\s+
    (?:(?P<end>(?:at|to)\s+the\s+end)|(?P<side>after|following|before|preceding)\s+the\s+(?P<which>{_ORDINAL})\s+sentence)
    (?:\s+(?:of|in|to|from)\s+(?:newly\s+(?:re)?designated\s+)?paragraphs?\s+(?P<paths>{_PATHS}))?
    """,
    re.VERBOSE | re.IGNORECASE,
)
_VERB = re.compile(r"\b(?P<verb>revis|add|insert|remov|delet|redesignat|amend)\w*", re.IGNORECASE)
_VERBS = {"revis": "revise", "add": "add", "insert": "add", "remov": "remove", "delet": "remove"}

_KIND_OF_WORD = r"(?:the\s+)?(?:words?|phrases?|terms?|references?|citations?|numbers?|abbreviations?|dates?|text)?\s*"
_QUOTED = r"[“\"‘](?P<{0}>[^”\"’]+)[”\"’]"
_BETWEEN = re.compile(
    rf"between\s+{_KIND_OF_WORD}(?:{_QUOTED.format('first')}|(?P<bare_first>\w+))\s+and\s+{_KIND_OF_WORD}"
    rf"(?:{_QUOTED.format('second')}|(?P<bare_second>\w+))",
    re.IGNORECASE,
)
_BESIDE = re.compile(
    rf"\b(?P<side>after|following|before|preceding)\s+{_KIND_OF_WORD}{_QUOTED.format('words')}", re.IGNORECASE
)
_AT_END = re.compile(r"\b(?:at|to)\s+the\s+end\b", re.IGNORECASE)
_EVERYWHERE = re.compile(
    r"\b(?:(?:each|every)\s+(?:place|time|instance|occurrence)|wherever|throughout|both\s+places|"
    r"all\s+(?:places|instances|references|occurrences))",
    re.IGNORECASE,
)
_TIMES = re.compile(r"\b(?:in\s+)?(?P<count>two|three|four|five|six)\s+(?:places|times|instances)\b", re.IGNORECASE)
_COUNTS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6}


@dataclass(frozen=True, slots=True)
class Target:
    """A place in the CFR as an instruction names it.

    ``path`` holds markers without parentheses, ``unit`` is “subpart A” or “appendix A”, ``term`` the defined term, and
    ``detail`` is empty or one of “heading”, “introductory text” and “authority citation”.
    """

    title: int | None
    part: str
    section: str = ""
    path: tuple[str, ...] = ()
    unit: str = ""
    term: str = ""
    detail: str = ""

    def __str__(self) -> str:
        """The place as the Federal Register writes it."""
        prefix = f"{self.title} CFR " if self.title else ""
        path = "".join(f"({marker})" for marker in self.path)
        if self.section:
            base = f"{prefix}{self.section}{path}" if prefix else f"§ {self.section}{path}"
        else:
            base = f"{prefix}part {self.part}"
        term = f"“{self.term}”" if self.term else ""
        return " ".join(filter(None, (base, self.unit, term, self.detail)))

    @property
    def whole(self) -> Target:
        """The place without its detail: the paragraph whose heading is meant."""
        return replace(self, detail="")


@dataclass(frozen=True, slots=True)
class Beside:
    """Where words are put in: ``after`` these words, ``before`` those, or at the end when both are empty."""

    after: str = ""
    before: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """An instruction with everything needed to carry it out.

    ``target`` is None when the place could not be read. ``block`` holds the provisions printed after the instruction.
    ``sentences`` are numbers from 1, -1 for the last; ``insert_at`` is the sentence that a new one stands before,
    -1 for the end. ``times`` is how often words are exchanged: 0 for every place, None when the text does not say.
    """

    instruction: ParsedInstruction
    target: Target | None
    block: tuple[ParsedProvision, ...] = ()
    sentences: tuple[int, ...] = ()
    insert_at: int | None = None
    beside: Beside | None = None
    times: int | None = None


def orders(rule: ParsedRule) -> tuple[Order, ...]:
    """All instructions of a rule in order, each with the text printed for it."""
    blocks = _blocks(rule.provisions)
    return tuple(order(instruction, blocks.get(instruction.provision, ())) for instruction in rule.instructions)


def parts(rule: ParsedRule) -> frozenset[str]:
    """The numbers of the CFR parts that the instructions of a rule are about."""
    targets = (parse_target(instruction.target) for instruction in rule.instructions)
    return frozenset(target.part for target in targets if target is not None)


def sole_title(rule: ParsedRule) -> int | None:
    """The title of the CFR that all instructions of a rule are about; None when there are several or none is told."""
    targets = (parse_target(instruction.target) for instruction in rule.instructions)
    titles = {target.title for target in targets if target is not None}
    return titles.pop() if len(titles) == 1 else None


def standing_parts(rule: ParsedRule) -> tuple[tuple[int, str], ...]:
    """(title, part) of the parts whose present text the instructions change, in order; one that is added has none."""
    targets = [(parse_target(instruction.target), instruction.verb) for instruction in rule.instructions]
    named = [(target, (target.title, target.part), verb) for target, verb in targets if target and target.title]
    added = {
        place for target, place, verb in named if verb == "add" and not (target.section or target.unit or target.detail)
    }
    return tuple(dict.fromkeys((title, part) for _, (title, part), _ in named if title and (title, part) not in added))


def order(instruction: ParsedInstruction, block: Sequence[ParsedProvision] = ()) -> Order:
    """One instruction with the provisions printed after it."""
    target = parse_target(instruction.target)
    text = instruction.text
    times = 0 if _EVERYWHERE.search(text) else None
    counted = _TIMES.search(text)
    if counted:
        times = _COUNTS[counted["count"].lower()]
    path = target.path if target else ()
    return Order(
        instruction=instruction,
        target=target,
        block=tuple(block),
        sentences=_sentences(instruction, path),
        insert_at=_insert_at(instruction, path),
        beside=_beside(instruction) if instruction.verb == "add" and instruction.words else None,
        times=times,
    )


def parse_target(text: str) -> Target | None:
    """The target as the parser of instructions writes it, such as “4 CFR 21.0(a)(2) introductory text”."""
    found = _TARGET.fullmatch(text.strip())
    if found is None or not (found["part"] or found["section"]):
        return None
    section = found["section"] or ""
    return Target(
        title=int(found["title"]) if found["title"] else None,
        part=found["part"] or re.split(r"[.-]", section)[0],
        section=section,
        path=tuple(_MARKER.findall(found["path"] or "")),
        unit=found["unit"] or "",
        term=found["term"] or "",
        detail=" ".join((found["detail"] or "").split()),
    )


def _blocks(provisions: Sequence[ParsedProvision]) -> dict[str, tuple[ParsedProvision, ...]]:
    """For each instruction paragraph the provisions printed after the list of instructions it stands in."""
    blocks: dict[str, tuple[ParsedProvision, ...]] = {}
    waiting: list[str] = []
    printed: list[ParsedProvision] = []
    opened: ParsedProvision | None = None

    def close() -> None:
        blocks.update(dict.fromkeys(waiting, tuple(printed)))
        waiting.clear()
        printed.clear()

    for provision in provisions:
        if provision.kind == "preamble_paragraph" and provision.label.startswith("amendment"):
            if printed:
                close()
            waiting.append(provision.id)
        elif provision.kind != "preamble_paragraph" and waiting:
            if not printed and opened is not None and provision.parent == opened.id:
                # The number of the section is printed before the instruction.
                printed.append(opened)
            printed.append(provision)
        if provision.kind == "section":
            opened = provision
    close()
    return blocks


def _verb_before(text: str, position: int) -> str:
    """The verb that stands last before a place in the text."""
    found = ""
    for match in _VERB.finditer(text, 0, position):
        found = _VERBS.get(match["verb"].lower(), found)
    return found


def _concerns(match: re.Match[str], instruction: ParsedInstruction, path: tuple[str, ...]) -> bool:
    """Whether a phrase about sentences is about this instruction: by the paragraph it names, else by its verb."""
    verb = _verb_before(instruction.text, match.start())
    exchanges = instruction.verb == "revise" and bool(instruction.words)
    same_verb = verb == ("remove" if exchanges else instruction.verb)
    if match["paths"]:
        return same_verb and path in paths(match["paths"])
    return same_verb


def _numbers(which: str) -> tuple[int, ...]:
    words = re.findall(rf"{_ORDINAL}|through", which, re.IGNORECASE)
    numbers: list[int] = []
    for index, word in enumerate(words):
        lower = word.lower()
        if lower == "through":
            continue
        number = _ORDINALS.index(lower) + 1 if lower in _ORDINALS else -1
        if index and words[index - 1].lower() == "through" and number > 0:
            numbers += range(numbers[-1] + 1, number)
        numbers.append(number)
    return tuple(numbers)


def _phrases(instruction: ParsedInstruction, path: tuple[str, ...]) -> Iterator[re.Match[str]]:
    new = [match.span() for match in _NEW_SENTENCE.finditer(instruction.text)]
    for match in _SENTENCES.finditer(instruction.text):
        # “a sentence after the second sentence” names the second only to say where.
        inside = any(start <= match.start() < end for start, end in new)
        if not inside and _concerns(match, instruction, path):
            yield match


def _sentences(instruction: ParsedInstruction, path: tuple[str, ...]) -> tuple[int, ...]:
    if instruction.verb == "add" and not instruction.words:
        return ()
    return tuple(number for match in _phrases(instruction, path) for number in _numbers(match["which"]))


def _insert_at(instruction: ParsedInstruction, path: tuple[str, ...]) -> int | None:
    """Where a sentence is added, None when the instruction adds none."""
    if instruction.verb != "add" or instruction.words:
        return None
    for match in _NEW_SENTENCE.finditer(instruction.text):
        if not _concerns(match, instruction, path):
            continue
        if match["end"]:
            return -1
        number = _numbers(match["which"])[0]
        if match["side"].lower() in ("before", "preceding"):
            return number
        return number + 1 if number > 0 else -1
    for match in _phrases(instruction, path):
        return _numbers(match["which"])[0]
    return None


def _beside(instruction: ParsedInstruction) -> Beside | None:
    """Where added words are put: the phrase after them in the instruction, else the last one before them."""
    text = instruction.text
    start = text.find(instruction.words[1])
    found: list[tuple[int, Beside]] = []
    for match in _BETWEEN.finditer(text):
        place = Beside(match["first"] or match["bare_first"], match["second"] or match["bare_second"])
        found.append((match.start(), place))
    for match in _BESIDE.finditer(text):
        after = match["side"].lower() in ("after", "following")
        found.append((match.start(), Beside(after=match["words"]) if after else Beside(before=match["words"])))
    found += [(match.start(), Beside()) for match in _AT_END.finditer(text)]
    found.sort(key=lambda item: item[0])
    following = [place for position, place in found if position > start]
    preceding = [place for position, place in found if position < start]
    return following[0] if following else preceding[-1] if preceding else None
