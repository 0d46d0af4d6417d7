"""Amendatory instructions: what a document does to the CFR, read from its instruction paragraphs.

An instruction paragraph becomes tokens (verbs, places, quoted words, connectives); small passes over the tokens then
find what is done to what. Numbering nests ("3. Amend § 413.338 by—", "a. In paragraph (a) by—", "i. Revising …"), so
the place named by an outer paragraph holds for those within it. What is not understood keeps verb None.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from commenttrack.rulemaking.document_body import Amendment
from commenttrack.rulemaking.enumerators import readings, roman
from commenttrack.rulemaking.provisions import ParsedInstruction

_MARKERS = r"(?:\([A-Za-z0-9]{1,5}\))+"
_LIST = rf"{_MARKERS}(?:(?:\s*,\s*(?:and\s+)?|\s+and\s+|\s+or\s+|\s+through\s+|\s*[-–]\s*){_MARKERS})*"
_QUOTED = r"[“\"‘][^”\"’]+[”\"’](?:\s*,?\s*(?:and\s+)?[“\"‘][^”\"’]+[”\"’])*"
_TOKEN = re.compile(
    rf"""
    (?P<noise>newly[\s-]+(?:re)?designated|so\s+redesignated|as\s+added|to\s+read\s+as\s+follows|in\s+alphabetical\s+order|
        in\s+numerical\s+order)
    |(?P<keep>continues?\s+to\s+read)
    |(?P<place_of>(?:and\s+)?(?:by\s+)?(?:adding|inserting|add|insert|replacing\s+(?:it|them)\s+with)\s+(?:,\s*)?in\s+(?:its|their)\s+places?,?|
        and\s+(?:adding|inserting)\s+in\s+lieu\s+thereof|with\s+the\s+(?:words?|phrases?|terms?|references?))
    |(?P<reserve>(?:remov\w+\s+and\s+)?reserv(?:e|ed|es|ing)\b|add\w*\s+and\s+reserv\w+)
    |(?P<redesignate>redesignat(?:e|ed|es|ing)\b)
    |(?P<revise>(?:republish|revis|correct)(?:e|ed|es|ing)\b)
    |(?P<add>(?:add|insert)(?:ed|s|ing)?\b)
    |(?P<remove>(?:remov|delet)(?:e|ed|es|ing)\b|withdraw(?:n|ing)?\b)
    |(?P<amend>amend(?:ed|ing|s)?\b)
    |(?P<passive>(?:is|are)\b(?=[^.;]{{0,40}}?(?:revised|added|removed|redesignated|reserved|deleted|amended)\b))
    |(?P<part>\bparts?\s+(?P<part_number>[0-9]+[A-Za-z]?)\b)
    |(?P<subpart>\bsubparts?\s+(?P<subpart_letter>[A-Z]{{1,3}})\b)
    |(?P<appendix>\b(?:appendix|supplement)\s+(?P<appendix_letter>[A-Z0-9-]{{1,4}})\b)
    |(?P<section>(?:§§?\s*|\b[Ss]ections?\s+)(?P<section_numbers>[0-9]+[A-Za-z]?[.-][0-9][0-9A-Za-z.-]*?(?P<section_path>{_MARKERS})?
        (?:(?:\s*,\s*(?:and\s+)?|\s+and\s+|\s+through\s+)(?:§\s*)?[0-9]+[A-Za-z]?[.-][0-9][0-9A-Za-z.-]*?)*)(?=[\s,;:.—–(]|$))
    |(?P<paragraph>\b(?:sub)?paragraphs?\s+(?P<paths>{_LIST})(?P<introductory>\s+introductory\s+text)?)
    |(?P<more>(?:,|\band)\s+(?:and\s+)?(?P<more_paths>{_MARKERS})(?P<more_introductory>\s+introductory\s+text)?)
    |(?P<introduction>\b(?:the\s+)?introductory\s+text\b)
    |(?P<heading>\b(?:section|paragraph|subpart|part)?\s*heading\b)
    |(?P<authority>\bauthority\s+citations?\b)
    |(?P<definition>\bdefinitions?\s+(?:of|for)\s+(?:the\s+terms?\s+)?(?P<terms>{_QUOTED}))
    |(?P<table>\b(?:entry|entries|table)\b(?:\s+[0-9A-Z]+)?)
    |(?P<sentence>\b(?P<which>(?:first|second|third|fourth|fifth|last)(?:\s+(?:and|through)\s+\w+)?)\s+sentences?\b)
    |(?P<words>(?:\b(?:words?|phrases?|terms?|references?|citations?|abbreviations?|numbers?|dates?|text)\s+)?(?P<quoted>{_QUOTED}))
    |(?P<as>\bas\b)
    |(?P<in_place>\b(?:in|to|of|from|under|at\s+the\s+end\s+of|following|after|before|preceding)\b)
    """,
    re.VERBOSE | re.IGNORECASE,
)
_VERBS = ("revise", "add", "remove", "redesignate", "reserve", "keep")
_QUOTE = re.compile(r"[“\"‘]([^”\"’]+)[”\"’]")
_ONE_MARKER = re.compile(r"\(([A-Za-z0-9]{1,5})\)")
_SPLIT = re.compile(rf"({_MARKERS})|(through|[-–])")
_RANGE_LIMIT = 60


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in the CFR: a section with a path of markers, or a part, subpart or appendix."""

    title: int | None
    part: str
    section: str = ""
    path: str = ""
    detail: str = ""
    unit: str = ""

    def citation(self) -> str:
        prefix = f"{self.title} CFR " if self.title else ""
        if self.section:
            base = f"{prefix}{self.section}{self.path}" if prefix else f"§ {self.section}{self.path}"
        elif self.part:
            base = f"{prefix}part {self.part}"
        else:
            base = f"{self.title} CFR" if self.title else ""
        return " ".join(filter(None, (base, self.unit, self.detail)))


def find(amendments: Iterable[Amendment]) -> tuple[ParsedInstruction, ...]:
    """The instructions of all instruction paragraphs, in order."""
    found: list[ParsedInstruction] = []
    # The place each open level of the numbering set, by the style of its number, and the verb it left open.
    levels: list[tuple[str, int, _Place, str | None]] = []
    for amendment in amendments:
        style, value = _level(amendment.number, levels)
        while levels and not _within(levels[-1], style, value):
            levels.pop()
        if levels and style:
            place, verb = levels[-1][2], levels[-1][3]
        else:
            place, verb = _Place(amendment.title, amendment.part), None
            if not style and found and levels:
                place = levels[-1][2]
        actions, context, open_verb = _read(amendment.text, place, verb)
        if style:
            levels.append((style, value, context, open_verb))
        for action_verb, target, words in actions:
            found.append(
                ParsedInstruction(
                    id=f"i{len(found) + 1}",
                    verb=action_verb,
                    target=target,
                    text=amendment.text,
                    page=amendment.page,
                    provision=amendment.provision,
                    words=words,
                )
            )
    return tuple(found)


def _level(number: str, levels: Sequence[tuple[str, int, _Place, str | None]]) -> tuple[str, int]:
    """The style and value of an instruction's number: “i.” goes on after “h.”, else starts a list within."""
    options = [(r.style, r.value) for r in readings(number.strip("(). "))]
    if not options:
        return "", 0
    marks = "(" if number.startswith("(") else "."
    for style, value in options:
        if any(open_style == style + marks and open_value + 1 == value for open_style, open_value, *_ in levels):
            return style + marks, value
    # A new list starts at its first member: “i.” under “h.” is a numeral unless it follows.
    options.sort(key=lambda option: option[1])
    return options[0][0] + marks, options[0][1]


def _within(level: tuple[str, int, _Place, str | None], style: str, value: int) -> bool:
    """Whether a number of this style stands under the open level: its own style closes it, so does a plain digit."""
    return bool(style) and level[0] != style and style != "1."


def _read(
    text: str, place: _Place, verb: str | None
) -> tuple[list[tuple[str | None, str, tuple[str, ...]]], _Place, str | None]:
    """The actions of one paragraph, the place it sets for those within it, and the verb it leaves open."""
    actions: list[tuple[str | None, str, tuple[str, ...]]] = []
    context = place
    targets: list[_Place] = []
    words: list[str] = []
    removed: tuple[str, ...] | None = None
    new: list[str] | None = None
    inherited = verb
    located = False

    def close() -> None:
        """The targets collected for the verb become actions."""
        nonlocal targets, words, removed, new
        if verb in _VERBS:
            if removed is not None:
                pairs = (
                    list(zip(removed, words + [words[-1]] * len(removed), strict=False))
                    if words
                    else [(r, "") for r in removed]
                )
                for old, put in pairs:
                    for where in targets or [context]:
                        actions.append(("revise", where.citation(), (old, put)))
            elif words and verb in ("add", "remove", "revise"):
                for where in targets or [context]:
                    actions.append((verb, where.citation(), ("", words[0]) if verb == "add" else (words[0], "")))
            elif verb == "redesignate":
                for number, where in enumerate(targets):
                    put = new[number] if new and number < len(new) else ""
                    actions.append((verb, where.citation(), (put,) if put else ()))
            else:
                actions.extend((verb, where.citation(), ()) for where in targets)
        targets, words, removed, new = [], [], None, None

    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or ""
        groups = match.groupdict()
        kind = next(k for k in _KINDS if groups.get(k) is not None)
        if kind in ("noise", "passive", "in_place"):
            located = kind == "in_place" and verb is not None and bool(words)
            continue
        if kind == "amend":
            # What stands before or right after is the place, not a thing done.
            if targets and verb is None:
                context = targets[-1] if len(targets) == 1 else context
                targets = []
            verb = "amend"
            continue
        if kind in _VERBS:
            passive = (
                verb in (None, "amend")
                and bool(targets)
                and bool(re.search(r"\b(?:is|are)\b[^.;]*$", text[: match.start()]))
            )
            if passive and verb is None:
                verb = kind
                close_after = True
            else:
                close()
                close_after = False
            if verb == "amend" and targets:
                context = targets[-1]
                targets = []
            verb = kind
            if close_after:
                close()
                verb = None
            continue
        if kind == "place_of":
            if verb == "remove" and words:
                removed, words = tuple(words), []
            else:
                close()
                verb = "add"
            continue
        if kind == "words":
            words += _QUOTE.findall(groups["quoted"])
            continue
        if kind == "as":
            if verb == "redesignate" and targets:
                new = []
            continue
        places = _places(kind, groups, context, targets)
        if not places:
            continue
        if verb == "redesignate" and new is not None:
            new += [entry.citation() for entry in places]
            continue
        if verb in (None, "amend"):
            # “In paragraph (a) by—” and “Amend § 413.338 by—” name the place.
            context = places[-1] if len(places) == 1 else context
            targets = places
            continue
        if located and words and verb in ("add", "remove", "revise"):
            targets = places
            continue
        if kind == "section" and not groups.get("section_path") and verb == "revise" and not targets:
            targets = places
            continue
        targets += places
    if verb in _VERBS:
        if (
            verb in ("add", "revise", "remove")
            and not targets
            and not words
            and re.search(r"(?:by|:|—|-)\s*[:—–-]?\s*$", text)
        ):
            return actions, context, verb
        close()
    elif (
        verb == "amend" or inherited is not None or (verb is None and re.search(r"(?:by|:|—|[-–])\s*[:—–-]?\s*$", text))
    ):
        if targets and verb == "amend" and len(targets) == 1:
            context = targets[0]
        if inherited in _VERBS and targets and not actions:
            return [(inherited, where.citation(), ()) for where in targets], context, inherited
        if re.search(r"(?:by|as\s+follows|:|—|[-–])\s*[:—–-]?\s*$", text) and not actions:
            return actions, context, None
    if not actions:
        actions.append((None, context.citation(), ()))
    return actions, context, None


_KINDS = (
    "noise", "keep", "place_of", "reserve", "redesignate", "revise", "add", "remove", "amend", "passive", "part", "subpart",
    "appendix", "section", "paragraph", "more", "introduction", "heading", "authority", "definition", "table", "sentence",
    "words", "as", "in_place",
)  # fmt: skip


def _places(kind: str, groups: dict[str, str | None], context: _Place, targets: Sequence[_Place]) -> list[_Place]:
    """The places a token names, in the context of the section or part that is open."""
    if kind == "section":
        numbers = re.findall(r"[0-9]+[A-Za-z]?[.-][0-9][0-9A-Za-z.-]*", groups["section_numbers"] or "")
        return [
            _Place(context.title, context.part, number.rstrip(".-"), groups["section_path"] or "") for number in numbers
        ]
    if kind == "part":
        return [_Place(context.title, groups["part_number"] or "")]
    if kind == "subpart":
        return [replace(context, section="", path="", detail="", unit=f"subpart {groups['subpart_letter']}")]
    if kind == "appendix":
        return [replace(context, section="", path="", detail="", unit=f"appendix {groups['appendix_letter']}")]
    base = targets[-1] if targets and targets[-1].section and not targets[-1].path else context
    if kind in ("paragraph", "more"):
        paths = _paths(groups["paths"] or groups["more_paths"] or "")
        if kind == "more" and not any(target.path for target in targets):
            return []
        detail = "introductory text" if groups["introductory"] or groups["more_introductory"] else ""
        return [replace(base, path=path, detail=detail) for path in paths]
    if kind == "definition":
        return [replace(base, detail=f"“{term.strip(' ,')}”") for term in _QUOTE.findall(groups["terms"] or "")]
    if kind == "authority":
        return [replace(base, detail="authority citation")]
    if kind == "heading":
        return [replace(base, detail="heading")]
    if kind == "introduction":
        return [replace(base, detail="introductory text")]
    # Tables and single sentences say where within a place; they name none of their own.
    return []


def _paths(text: str) -> list[str]:
    """“(f)(1) through (4), (g)” is (f)(1), (f)(2), (f)(3), (f)(4), (g)."""
    found: list[str] = []
    through = False
    for markers, word in _SPLIT.findall(text):
        if word:
            through = True
            continue
        path = _ONE_MARKER.findall(markers)
        if found:
            path = _aligned(_ONE_MARKER.findall(found[-1]), path, through)
            if through:
                found += _between(_ONE_MARKER.findall(found[-1]), path)
        found.append("".join(f"({marker})" for marker in path))
        through = False
    return found


def _aligned(before: list[str], path: list[str], through: bool) -> list[str]:
    """A short path goes on at the level of the last marker of its style: (4) after (f)(1) is (f)(4)."""
    if len(path) >= len(before) and not through:
        return path
    first = {reading.style for reading in readings(path[0])}
    for depth in range(len(before) - 1, -1, -1):
        if first & {reading.style for reading in readings(before[depth])}:
            # (a) after (a)(1) names (a) anew, unless the styles only meet deeper.
            return [*before[:depth], *path]
    return path


def _between(start: list[str], end: list[str]) -> list[str]:
    if len(start) != len(end) or start[:-1] != end[:-1]:
        return []
    for first in readings(start[-1]):
        for last in readings(end[-1]):
            if first.style == last.style and first.value < last.value <= first.value + _RANGE_LIMIT:
                return [
                    "".join(f"({marker})" for marker in (*start[:-1], _written(first.style, value)))
                    for value in range(first.value + 1, last.value)
                ]
    return []


def _written(style: str, value: int) -> str:
    if style == "1":
        return str(value)
    text = roman(value) if style in "iI" else chr(97 + (value - 1) % 26) * (1 + (value - 1) // 26)
    return text.upper() if style in "AI" else text
