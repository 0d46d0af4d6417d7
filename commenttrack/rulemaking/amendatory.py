"""Amendatory instructions: what a document does to the CFR, read from its instruction paragraphs.

An instruction paragraph becomes tokens (verbs, places, quoted words, connectives); small passes over the tokens then
find what is done to what. Numbering nests ("3. Amend § 413.338 by—", "a. In paragraph (a) by—", "i. Revising …"), so
the place named by an outer paragraph holds for those within it. What is not understood keeps verb None.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from operator import attrgetter
from typing import NamedTuple

from commenttrack.rulemaking.citations import paths
from commenttrack.rulemaking.document_body import Amendment
from commenttrack.rulemaking.enumerators import readings
from commenttrack.rulemaking.provisions import ParsedInstruction

# Instructions are read in lower case, which is faster than to have every expression look for both cases.
_MARKERS = r"(?:\([a-z0-9]{1,5}\))+"
_LIST = rf"{_MARKERS}(?:(?:\s*,\s*(?:and\s+)?|\s+and\s+|\s+or\s+|\s+through\s+|\s*[-–]\s*){_MARKERS})*"
# Bounded, since a quotation mark without its closing one would have the rest of the text read again for each.
_QUOTED = r"[“\"‘][^”\"’]{1,2000}[”\"’](?:\s*,?\s*(?:and\s+)?[“\"‘][^”\"’]{1,2000}[”\"’])*"
_IN_ITS_PLACE = r"\s+(?:,\s*)?in\s+(?:its|their)\s+places?,?"
_SECTION = r"[0-9]+[a-z]?[.-][0-9][0-9a-z.-]*?"
# Each alternative starts with a letter or a set of letters, by which most are left out at once; the empty group at its
# end tells its kind. A word that starts no token is taken as a whole, so that tokens are looked for at its start only.
_TOKEN = re.compile(
    rf"""
    (?:(?<!\w)|(?=[“"‘§,]))(?:
    newly[\s-]+(?:re)?designated(?P<noise>)
    |so\s+redesignated(?P<noise_2>)
    |as\s+added(?P<noise_3>)
    |to\s+read\s+as\s+follows(?P<noise_4>)
    |in\s+(?:alphabetical|numerical)\s+order(?P<noise_5>)
    |continues?\s+to\s+read(?P<keep>)
    |and\s+(?:by\s+)?(?:(?:add|insert)(?:ing)?|replacing\s+(?:it|them)\s+with){_IN_ITS_PLACE}(?P<place_of>)
    |by\s+(?:(?:add|insert)(?:ing)?|replacing\s+(?:it|them)\s+with){_IN_ITS_PLACE}(?P<place_of_2>)
    |add(?:ing)?{_IN_ITS_PLACE}(?P<place_of_3>)
    |insert(?:ing)?{_IN_ITS_PLACE}(?P<place_of_4>)
    |replacing\s+(?:it|them)\s+with{_IN_ITS_PLACE}(?P<place_of_5>)
    |and\s+(?:by\s+)?(?:add|insert)(?:ing)?\s+(?=(?:the\s+)?(?:\w+\s+)?{_QUOTED}\s*,?\s+in\s+(?:its|their)\s+place)(?P<place_of_6>)
    |and\s+(?:adding|inserting)\s+in\s+lieu\s+thereof(?P<place_of_7>)
    |with\s+the\s+(?:words?|phrases?|terms?|references?)(?P<place_of_8>)
    |remov\w+\s+and\s+reserv(?:e|ed|es|ing)\b(?P<reserve>)
    |reserv(?:e|ed|es|ing)\b(?P<reserve_2>)
    |add\w*\s+and\s+reserv\w+(?P<reserve_3>)
    |redesignat(?:e|ed|es|ing)\b(?P<redesignate>)
    |re(?:publish|vis)(?:e|ed|es|ing)\b(?P<revise>)
    |correct(?:e|ed|es|ing)\b(?P<revise_2>)
    |add(?:ed|s|ing)?\b(?P<add>)
    |insert(?:ed|s|ing)?\b(?P<add_2>)
    |remov(?:e|ed|es|ing)\b(?P<remove>)
    |delet(?:e|ed|es|ing)\b(?P<remove_2>)
    |withdraw(?:n|ing)?\b(?P<remove_3>)
    |amend(?:ed|ing|s)?\b(?P<amend>)
    |[ia](?:(?<=i)s|(?<=a)re)\b(?=[^.;]{{0,40}}?(?:revised|added|removed|redesignated|reserved|deleted|amended)\b)(?P<passive>)
    |parts?\s+(?P<part_number>[0-9]+[a-z]?)\b(?P<part>)
    |subparts?\s+(?P<subpart_letter>[a-z]{{1,3}})\b(?P<subpart>)
    |[as](?:(?<=a)ppendix|(?<=s)upplement)\s+(?P<appendix_letter>[a-z0-9-]{{1,4}})\b
        (?:\s+(?:to|of)\s+(?:subpart\s+[a-z]{{1,3}}\s+(?:of|to)\s+)?part\s+(?P<appendix_part>[0-9]+[a-z]?)\b)?(?P<appendix>)
    |[§s](?:(?<=§)§?\s*|(?<=s)ections?\s+)(?P<section_numbers>{_SECTION}(?P<section_path>{_MARKERS})?
        (?:(?:\s*,\s*(?:and\s+)?|\s+and\s+|\s+through\s+)(?:§\s*)?{_SECTION})*)(?=[\s,;:.—–(]|$)(?P<section>)
    |[ps](?:(?<=p)|(?<=s)ubp)aragraphs?\s+(?P<paths>{_LIST})(?P<introductory>\s+introductory\s+text)?(?P<paragraph>)
    |[,a](?:(?<=,)|(?<=a)nd)\s+(?:and\s+)?(?P<more_paths>{_LIST})(?P<more_introductory>\s+introductory\s+text)?(?P<more>)
    |[ti](?:(?<=t)he\s+i|(?<=i))ntroductory\s+text\b(?P<introduction>)
    |[hps](?:(?<=h)|(?<=p)(?:aragraph|art)\s*h|(?<=s)(?:ection|ubject|ubpart)\s*h)eading\b
        (?:\s+(?:of|for|to)(?=\s+(?:the\s+)?(?:sub)?part|\s+(?:the\s+)?appendix))?(?P<heading>)
    |authority\s+citations?\b(?P<authority>)
    |definitions?\s+(?:of|for)\s+(?:the\s+terms?\s+)?(?P<terms>{_QUOTED})(?P<definition>)
    |[et](?:(?<=e)ntr(?:y|ies)|(?<=t)able)\b(?:\s+[0-9a-z]+)?(?P<table>)
    |[flst](?:(?<=f)(?:irst|ourth|ifth)|(?<=s)econd|(?<=t)hird|(?<=l)ast)(?:\s+(?:and|through)\s+\w+)?
        \s+sentences?\b(?P<sentence>)
    |{_QUOTED}(?P<words>)
    |[acdnprtw](?:(?<=w)ord|(?<=p)hrase|(?<=t)erm|(?<=r)eference|(?<=c)itation|(?<=a)bbreviation|(?<=n)umber|(?<=d)ate|
        (?<=t)ext(?!s))s?\s+{_QUOTED}(?P<words_2>)
    |as\b(?P<as>)
    |[abfip](?:(?<=i)mmediately\s+(?:following|after|before|preceding)|(?<=f)ollowing|(?<=a)fter|(?<=b)efore|
        (?<=p)receding)\s+(?=(?:the\s+)?(?:newly\s+\w+\s+)?
        (?:§|section|paragraph|definition|entry|introductory|words?\b|phrase|[“"‘]))(?P<beside>)
    |[afiotu](?:(?<=i)n|(?<=t)o|(?<=o)f|(?<=f)rom|(?<=u)nder|(?<=a)t\s+the\s+end\s+of)\b(?P<in_place>)
    )
    |\w+[^\w“"‘§,]*
    """,
    re.VERBOSE,
)
_KINDS = {name: name.rstrip("_0123456789") for name in _TOKEN.groupindex}
_QUALIFIED = {
    *(("authority", "part"), ("authority", "section"), ("authority", "subpart"), ("part", "subpart")),
    *(("heading", "part"), ("heading", "subpart"), ("heading", "appendix")),
}
_QUALIFYING = frozenset(before for before, _ in _QUALIFIED)
# What names a place whatever stands before it, unless it qualifies that.
_PLACES = frozenset(
    {"section", "part", "subpart", "appendix", "paragraph", "more", "definition", "authority", "introduction"}
)
_PASSIVE = re.compile(r"\b(?:is|are)\b[^.;]*$")
# How a paragraph ends that leaves the rest to those numbered within it, and one that new text follows.
_LEADS = re.compile(r"(?:\bby|[:—–-])\s*[:—–-]?\s*$")
_LEAD_ENDS = ("by", ":", "—", "–", "-")
_FOLLOWS = re.compile(r"\bfollow(?:s|ing)\b")
_VERBS = ("revise", "add", "remove", "redesignate", "reserve", "keep")
_SECTION_NUMBER = re.compile(r"[0-9]+[A-Za-z]?[.-][0-9][0-9A-Za-z.-]*")
_QUOTE = re.compile(r"[“\"‘]([^”\"’]+)[”\"’]")


_Action = tuple[str | None, str, tuple[str, ...]]


class _Place(NamedTuple):
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
        return " ".join(filter(None, (base, self.unit, self.detail))) if self.unit or self.detail else base


# All values in the order of the fields; made as flows are, see xml_text.
_place: Callable[[tuple[object, ...]], _Place] = partial(tuple.__new__, _Place)


@dataclass(slots=True)
class _Level:
    """An open level of the instructions' numbering: the places and the verb it leaves to those within."""

    style: str
    value: int
    places: list[_Place]
    verb: str | None


def find(amendments: Iterable[Amendment]) -> tuple[ParsedInstruction, ...]:
    """The instructions of all instruction paragraphs, in order."""
    found: list[ParsedInstruction] = []
    levels: list[_Level] = []
    for amendment in amendments:
        style, value = _numbered(amendment.number, levels)
        if style:
            # A number closes its own style and what was opened within; a plain digit closes everything.
            for depth, level in enumerate(levels):
                if level.style == style or style == "1.":
                    del levels[depth:]
                    break
        places, verb = (levels[-1].places, levels[-1].verb) if levels else ([], None)
        reading = _Reading(amendment.text, places or [_Place(amendment.title, amendment.part)], verb)
        if style:
            levels.append(_Level(style, value, reading.places, reading.open_verb))
        for verb, target, words in reading.actions:
            name = f"i{len(found) + 1}"
            found.append(
                ParsedInstruction(name, verb, target, amendment.text, amendment.page, amendment.provision, words)
            )
    return tuple(found)


def _numbered(number: str, levels: Sequence[_Level]) -> tuple[str, int]:
    """The style and value of an instruction's number: “i.” goes on after “h.”, else it starts a list within."""
    options = readings(number.strip("(). "))
    if not options:
        return "", 0
    marks = "(" if number.startswith("(") else "."
    for option in options:
        style = option.style + marks
        for level in levels:
            if level.style == style and level.value + 1 == option.value:
                return style, option.value
    first = options[0] if len(options) == 1 else min(options, key=attrgetter("value"))
    return first.style + marks, first.value


class _Reading:
    """Reads one instruction paragraph; afterwards ``actions``, ``places`` and ``open_verb`` tell what it says.

    ``places`` are where the paragraphs numbered within this one act; ``open_verb`` is a verb that was left for them.
    """

    def __init__(self, text: str, places: Sequence[_Place], inherited: str | None) -> None:
        self.text = text
        # Of the same length, so that what stands in a token is taken from the text itself.
        self.lower = text.replace("İ", "I").lower()
        self.places = list(places)
        self.inherited = inherited
        self.actions: list[_Action] = []
        self.open_verb: str | None = None
        self._verb: str | None = None
        self._passive = False
        self._targets: list[_Place] = []
        self._words: list[str] = []
        self._removed: list[str] | None = None
        self._new: list[str] | None = None
        self._sentence = False
        self._located = False
        kind = ""
        for match in _TOKEN.finditer(self.lower):
            if match.lastgroup is None:
                continue
            before, kind = kind, _KINDS[match.lastgroup]
            # “after paragraph (b)” says where, not what.
            if before != "beside" or kind in _VERBS:
                self._token(kind, match, before)
        self._finish()

    def _token(self, kind: str, match: re.Match[str], before: str) -> None:
        if kind == "amend":
            if self._targets and self._verb is None:
                self.places, self._targets = self._targets, []
            self._verb = "amend"
        elif kind in _VERBS:
            self._begin(kind, match.start())
        elif kind in _PLACES and before not in _QUALIFYING:
            self._named(self._places(kind, match, self.places), more=kind == "more")
        elif kind == "place_of":
            if self._verb == "remove" and self._words:
                self._removed, self._words = self._words, []
            else:
                self._begin("add", match.start())
        elif kind == "words":
            self._words += _QUOTE.findall(self.text, match.start(), match.end())
            self._located = False
        elif kind == "as":
            if self._verb == "redesignate" and self._targets:
                self._new = []
        elif kind == "sentence":
            self._sentence = True
        elif kind == "in_place":
            self._located = bool(self._words)
        elif kind == "heading" and before == "paragraph" and self._targets:
            self._targets[-1] = self._targets[-1]._replace(detail="heading")
        elif (before, kind) in _QUALIFIED and self._targets:
            # “the authority citation for part 3, subpart A” is one place.
            place = self._places(kind, match, self._targets)[0]
            self._targets[-1] = place._replace(detail=self._targets[-1].detail)
        elif kind not in ("noise", "passive", "beside"):
            self._named(self._places(kind, match, self.places))

    def _begin(self, verb: str, start: int) -> None:
        """A verb starts; what was collected for the one before is done."""
        if self._verb is None and self._targets and _PASSIVE.search(self.text[:start]):
            # “Section 488.430 is revised”: the place stood before the verb.
            self._verb, self._passive = verb, True
            return
        if self._verb == "keep" or (verb == "keep" and self._targets):
            self._verb, self._passive = verb, True
            return
        self._close()
        if self._verb in (None, "amend") and self._targets:
            self.places, self._targets = self._targets, []
        self._verb, self._passive = verb, False

    def _named(self, places: list[_Place], *, more: bool = False) -> None:
        if not places:
            return
        if self._passive and self._verb != "redesignate":
            self._close()
            self._verb, self._passive = None, False
        if self._verb == "redesignate" and self._new is not None:
            self._new += [place.citation() for place in places]
        elif self._verb is None and self._targets and not self._targets[-1].path and places[0].path:
            # “In § 413.1, in paragraph (b)” narrows the place down.
            self._targets[-1:] = places
        elif not more and (self._verb == "amend" or (self._located and self._words)):
            # “Amend § 413.338 by”, “the word “his” in paragraph (c)”.
            self._targets = places
        else:
            self._targets += places

    def _close(self) -> None:
        """The targets collected for the verb become actions."""
        verb = self._verb
        if verb not in _VERBS:
            return
        targets = self._targets or (self.places if self._words or self._sentence else [])
        if self._removed is not None:
            put = self._words + [""] * len(self._removed)
            for index, old in enumerate(self._removed):
                new = put[index] if len(self._words) > 1 else put[0]
                self.actions += [("revise", place.citation(), (old, new)) for place in targets or self.places]
        elif self._words and verb in ("add", "remove", "revise"):
            pair = ("", self._words[0]) if verb == "add" else (self._words[0], "")
            self.actions += [(verb, place.citation(), pair) for place in targets]
        elif verb == "redesignate":
            for index, place in enumerate(targets):
                new_place = self._new[index : index + 1] if self._new else []
                self.actions.append((verb, place.citation(), tuple(new_place)))
        else:
            self.actions += [(verb, place.citation(), ()) for place in targets]
        self._targets, self._words, self._removed, self._new, self._sentence = [], [], None, None, False

    def _finish(self) -> None:
        follows = "follow" in self.lower and bool(_FOLLOWS.search(self.lower))
        leads = (
            not follows
            and self.text.rstrip().endswith(_LEAD_ENDS)
            and bool(_LEADS.search(self.text, max(0, len(self.text) - 12)))
        )
        collected = bool(self._targets or self._words or self._sentence)
        if self._verb in _VERBS:
            if not collected and leads:
                self.open_verb = self._verb
                return
            if not collected and follows and not self.actions:
                # “amends § 39.13 by adding the following new directive”
                self._targets = self.places
            self._close()
        elif self._targets:
            if self._verb == "amend" and follows:
                self.actions += [("revise", place.citation(), ()) for place in self._targets]
            elif self.inherited is not None and not leads:
                self.actions += [(self.inherited, place.citation(), ()) for place in self._targets]
            self.places = self._targets
            if not self.actions and leads:
                self.open_verb = self.inherited
                return
        if not self.actions and not (leads and self._verb == "amend"):
            self.actions.append((None, self.places[-1].citation() if self.places else "", ()))

    def _places(self, kind: str, match: re.Match[str], open_places: Sequence[_Place]) -> list[_Place]:
        """The places a token names, in the context of the section or part that is open."""
        context = open_places[-1]
        targets = self._targets
        if kind == "section":
            numbers = _SECTION_NUMBER.findall(self._printed(match, "section_numbers"))
            path = self._printed(match, "section_path")
            return [_place((context.title, context.part, number.rstrip(".-"), path, "", "")) for number in numbers]
        if kind == "part":
            return [_Place(context.title, self._printed(match, "part_number"))]
        if kind == "subpart":
            letter = self._printed(match, "subpart_letter")
            return [context._replace(section="", path="", detail="", unit=f"subpart {letter}")]
        if kind == "appendix":
            letter = self._printed(match, "appendix_letter")
            # “appendix A to part 3” is one place.
            part = self._printed(match, "appendix_part") or context.part
            return [_Place(context.title, part, unit=f"appendix {letter}")]
        # “§ 21.1 in paragraphs (b) introductory text, (c), …”: the list goes on in the section named last.
        base = context
        if targets and targets[-1].section:
            last = targets[-1]
            base = _place((last.title, last.part, last.section, "", "", last.unit))
        if kind in ("paragraph", "more"):
            listed = self._printed(match, "paths" if kind == "paragraph" else "more_paths")
            if kind == "paragraph":
                named = paths(listed)
            elif targets and targets[-1].path:
                # “§ 21.1(a)(1) and (2)”: a short path goes on from the one before.
                named = paths(f"{targets[-1].path}, {listed}")[1:]
            else:
                return []
            title, part, section, _, _, unit = base
            found = [_place((title, part, section, f"({')('.join(path)})", "", unit)) for path in named]
            if match["introductory"] or match["more_introductory"]:
                found[-1] = found[-1]._replace(detail="introductory text")
            return found
        if kind == "definition":
            terms = _QUOTE.findall(self.text, match.start("terms"), match.end("terms"))
            return [base._replace(detail=f"“{term.strip(' ,')}”") for term in terms]
        if kind == "authority":
            return [base._replace(detail="authority citation")]
        if kind == "heading":
            return [base._replace(detail="heading")]
        if kind == "introduction":
            return [base._replace(detail="introductory text")]
        # Tables and single sentences say where within a place; they name none of their own.
        return []

    def _printed(self, match: re.Match[str], group: str) -> str:
        """What a group of a token stands for in the text, which has its capitals."""
        start, end = match.span(group)
        return self.text[start:end] if end > start else ""
