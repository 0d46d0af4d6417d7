"""One instruction paragraph read: what is done to which places, and what is left to the paragraphs numbered within it.

The tokens of the paragraph are taken in their order. Targets are collected until the next verb, or the end, closes the
verb before; they then become its actions.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from commenttrack.rulemaking.amendatory_tokens import (
    ADDS_FOLLOWING,
    BY_VERB,
    FOLLOWS,
    IN_FOLLOWING,
    ISSUING,
    KINDS,
    LEAD_ENDS,
    LEADS,
    OF_SECTION,
    PASSIVE,
    PLACES,
    POINTS,
    QUALIFIED,
    QUALIFYING,
    QUOTE,
    READS,
    TOKEN,
    VERBS,
    section_numbers,
)
from commenttrack.rulemaking.amended_places import Place, named_places, printed

# No instruction names more; a text of nothing but ranges would name millions.
_MOST_PLACES = 2000

# A verb or None, the citation of its place, and the words exchanged.
Action = tuple[str | None, str, tuple[str, ...]]
NO_ENTRIES: Mapping[int, tuple[str, ...]] = MappingProxyType({})


class Reading:
    """Reads one instruction paragraph; afterwards ``actions``, ``places`` and ``open_verb`` tell what it says.

    ``places`` are where the paragraphs numbered within this one act; ``open_verb`` is a verb that was left for them.
    """

    # The words that those numbered within exchange, add or remove.
    open_words: tuple[str, ...] = ()
    # What it does when nothing is numbered within it.
    deferred: Sequence[Action] = ()
    # The section that paragraphs are named of: “paragraph (c) of § 413.8”.
    _ahead = ""
    # The details of the next paragraph that is named: its heading, or that and itself.
    _headed: tuple[str, ...] = ()
    # Entries of a table or list are named: within the place, whether it is amended as a whole or by entries.
    _entries = False
    _entry_amended = False
    # The entries of a table that an action is about, by its place among the actions.
    entries: Mapping[int, tuple[str, ...]] = NO_ENTRIES
    # A note to a paragraph is named, not the paragraph.
    _note = False
    _overlong = False
    # What is quoted next is the whole new text.
    _worded = False
    # What is amended “to read as follows” without another verb.
    _amended: Sequence[Place] = ()

    def __init__(self, text: str, places: Sequence[Place], inherited: str | None, words: tuple[str, ...] = ()) -> None:
        self.text = text
        # Of the same length, so that what stands in a token is taken from the text itself.
        self.lower = text.replace("İ", "I").lower()
        self.places = list(places)
        self.inherited = inherited
        self.inherited_words = words
        self.actions: list[Action] = []
        self.open_verb: str | None = None
        self._verb: str | None = None
        self._passive = False
        self._targets: list[Place] = []
        self._words: list[str] = []
        self._removed: list[str] | None = None
        self._new: list[str] | None = None
        self._sentence = False
        self._located = False
        # The entries named for a verb, each with how many of its targets were named before; None before the verb.
        self._rows: list[tuple[int | None, tuple[str, ...]]] = []
        if " of §" in self.lower or " of section" in self.lower:
            self._look_ahead()
        kind = ""
        for match in TOKEN.finditer(self.lower):
            if match.lastgroup is None:
                continue
            before, kind = kind, KINDS[match.lastgroup]
            if kind == "in_place":
                # The most common one.
                self._located = bool(self._words)
                continue
            if kind == "noise":
                continue
            # “after paragraph (b)” says where, not what.
            if before != "beside" or kind in VERBS:
                self._token(kind, match, before)
        self._finish()

    def _look_ahead(self) -> None:
        """Find the section that paragraphs are said to be of."""
        if self.places and not self.places[-1].section and (ahead := OF_SECTION.search(self.lower)):
            self._ahead = self.text[ahead.start(1) : ahead.end(1)].rstrip(".-")
            self.places = [self.places[-1]._replace(section=self._ahead, unit="", detail="")]

    def _token(self, kind: str, match: re.Match[str], before: str) -> None:
        if kind in PLACES and before not in QUALIFYING:
            if before == "in_place" and (self._ahead or self._targets) and self._is_told(kind, match):
                return
            if kind == "introduction" and self._targets and self._targets[-1].path and before in ("section", "cited"):
                # “Section 1.5(b)(2) introductory text is revised”
                self._targets[-1] = self._targets[-1]._replace(detail="introductory text")
                return
            if self._words and kind == "paragraph" and BY_VERB.match(self.lower, match.end()):
                self._close()
                self._verb = "amend"
            self._named(named_places(kind, match, self.text, self.places, self._targets), more=kind in ("more", "next"))
        elif kind == "amend":
            if self._targets and self._verb is None:
                self.places, self._targets = self._targets, []
                self._amended = [place for place in self.places if place.section]
            self._verb = "amend"
        elif kind in VERBS:
            self._begin(kind, match.start())
        elif kind == "place_of":
            if self._verb in ("remove", "revise") and self._words:
                self._removed, self._words = self._words, []
            elif self._verb == "revise" and self._targets and match[0].startswith("to read"):
                # “the heading is revised to read “Scope””: its new words, which nothing is added to.
                self._worded = True
            else:
                self._begin("add", match.start())
        elif kind == "words" and self._worded:
            pass
        elif kind == "words":
            self._words += QUOTE.findall(self.text, match.start(), match.end())
            self._located = False
        elif kind == "as":
            if self._verb == "redesignate" and self._targets:
                self._new = []
        elif kind == "paragraph_heading":
            self._headed = ("heading", "") if match["shared"] else ("heading",)
        elif kind == "paragraph_introduction":
            self._headed = ("introductory text",)
        elif kind == "punctuation":
            self._words.append(POINTS[match[0]])
            self._located = False
        elif kind == "directive":
            self._words.append(printed(self.text, match, "directive_number"))
        elif kind == "note":
            self._note = True
        elif kind == "entry":
            self._entry(tuple(QUOTE.findall(self.text, match.start(), match.end())))
        elif kind == "sentence":
            self._sentence = True
        elif kind == "heading" and before == "paragraph" and self._targets:
            self._targets[-1] = self._targets[-1]._replace(detail="heading")
        elif (before, kind) in QUALIFIED and self._targets:
            # “the authority citation for part 3, subpart A” is one place.
            detail = self._targets[-1].detail
            self._targets[-1:] = [
                place._replace(detail=detail)
                for place in named_places(kind, match, self.text, self._targets, self._targets)
            ]
        elif kind not in ("passive", "beside"):
            self._named(named_places(kind, match, self.text, self.places, self._targets))

    def _entry(self, names: tuple[str, ...]) -> None:
        """An entry of a table is named, or several at once."""
        if self._entry_amended and self._verb in VERBS:
            # “… and the entry for “B” by adding”: whose the verbs are is not followed.
            self._rows.append((None, ()))
        self._entries = True
        self._entry_amended = self._verb == "amend"
        self._rows.append((len(self._targets) if self._verb in VERBS else None, names))

    def _is_told(self, kind: str, match: re.Match[str]) -> bool:
        """Whether a place after “in”, “of” or “to” only says where what was named stands."""
        if self._ahead and self._ahead in match[0]:
            # “paragraph (c) of § 413.8”: known from the start.
            return True
        if kind == "subpart" and self._targets:
            # “Add § 413.10 to subpart A”
            return self._verb == "add" and bool(self._targets[-1].section)
        if kind == "paragraph" and self._targets and self._targets[-1].detail.startswith("“"):
            # “the definition of “X” in paragraph (c)”
            [place] = named_places(kind, match, self.text, self.places, self._targets)[:1]
            self._targets = [
                target._replace(path=place.path) if target.detail and not target.path else target
                for target in self._targets
            ]
            return True
        if (
            kind == "section"
            and self._targets
            and self._targets[-1].detail.startswith("“")
            and not self._targets[-1].section
        ):
            # “the definition of “X” in § 413.24”
            number = section_numbers(printed(self.text, match, "section_numbers"))[0]
            self._targets = [target._replace(section=number) for target in self._targets]
            return True
        return False

    def _begin(self, verb: str, start: int) -> None:
        """A verb starts; what was collected for the one before is done."""
        if self._verb is None and self._targets and PASSIVE.search(self.text[:start]):
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

    def _named(self, places: list[Place], *, more: bool = False) -> None:
        if not places:
            return
        if len(self._targets) > _MOST_PLACES:
            self._overlong = True
            return
        if self._headed and places[0].path:
            details, self._headed = self._headed, ()
            if details[-1] == "" and "introductory text" in self.lower:
                details = ("heading", "introductory text")
            places = [place._replace(detail=detail or place.detail) for place in places for detail in details]
        if self._passive and self._verb != "redesignate":
            self._close()
            self._verb, self._passive = None, False
        if self._verb == "redesignate" and self._new is not None:
            self._new += [place.citation() for place in places]
        elif (
            self._verb is None
            and self._targets
            and not self._targets[-1].path
            and not self._targets[-1].detail
            and (places[0].path or (places[0].detail and self._targets == [places[0]._replace(detail="")]))
        ):
            # “In § 413.1, in paragraph (b)” narrows the place down, and so does a definition.
            self._targets[-1:] = places
        elif not more and (self._verb == "amend" or (self._located and self._words)):
            # “Amend § 413.338 by”, “the word “his” in paragraph (c)”.
            self._targets = places
        else:
            self._targets += places

    def _close(self) -> None:
        """The targets collected for the verb become actions."""
        verb, first = self._verb, len(self.actions)
        if verb not in VERBS:
            return
        targets = self._targets or (self.places if self._words or self._sentence or self._entries else [])
        if self._entry_amended and verb in ("add", "remove"):
            # “amend the entry for “X” by adding critical habitat”
            verb = "revise"
        if self._removed is not None:
            put = self._words + [""] * len(self._removed)
            for index, old in enumerate(self._removed):
                new = put[index] if len(self._words) > 1 else put[0]
                self.actions += [("revise", place.citation(), (old, new)) for place in targets or self.places]
        elif self._note:
            self._note = False
            self.actions += [(None, place.citation(), ()) for place in targets]
        elif self._entries and not all(place.section or place.unit or place.detail for place in targets):
            # Entries of a table of contents.
            pass
        elif self._words and verb in ("add", "remove", "revise"):
            pair = ("", self._words[0]) if verb == "add" else (self._words[0], "")
            self.actions += [(verb, place.citation(), pair) for place in targets]
        elif verb == "redesignate":
            for index, place in enumerate(targets):
                new_place = self._new[index : index + 1] if self._new else []
                self.actions.append((verb, place.citation(), tuple(new_place)))
        else:
            self.actions += [(verb, place.citation(), ()) for place in targets]
        if self._rows:
            self._name_entries(range(first, len(self.actions)))
        self._targets, self._words, self._removed, self._new, self._sentence = [], [], None, None, False
        self._entries = self._entry_amended
        self._worded = False

    def _name_entries(self, actions: Sequence[int]) -> None:
        """Keep the entries that the actions of the verb are about, where it is plain which are whose."""
        before, named = [place for place, _ in self._rows], len(self._targets)
        if before in ([None] * len(before), [0] * len(before)) and named <= 1:
            rows = tuple(name for _, names in self._rows for name in names)
            self.entries = {**self.entries, **dict.fromkeys(actions, rows)}
        elif before == list(range(named)) and named == len(actions):
            # “the entry for “A” in paragraph (c) and the entry for “B” in paragraph (d)”
            self.entries = {**self.entries, **dict(zip(actions, (names for _, names in self._rows), strict=True))}
        if not self._entry_amended:
            self._rows = []

    def _finish(self) -> None:
        if self._overlong:
            self.actions = [(None, self.places[-1].citation() if self.places else "", ())]
            return
        follows = "follow" in self.lower and bool(FOLLOWS.search(self.lower))
        leads = (
            not follows
            and self.text.rstrip().endswith(LEAD_ENDS)
            and bool(LEADS.search(self.text, max(0, len(self.text) - 12)))
        )
        collected = bool(self._targets or self._words or self._sentence or self._entries)
        if self._verb in VERBS:
            if not collected and leads:
                self.open_verb = self._verb
                return
            if not collected and follows and (not self.actions or ADDS_FOLLOWING.search(self.lower)):
                # “amends § 39.13 by adding the following new directive”
                self._targets = self.places
            if not self._targets and (self._words or self._removed) and IN_FOLLOWING.search(self.lower):
                # “In the following sections, remove “A” and add “B” in its place:”
                self._targets = self.places
                self._close()
                (self.open_verb, _, self.open_words), self.actions = self.actions[-1], []
                return
            self._close()
        elif self._amended and self._verb == "amend" and not self._targets and READS.search(self.lower):
            # “Section 1.2 is amended to read as follows:”
            self.actions += [("revise", place.citation(), ()) for place in self._amended]
        elif self._targets:
            if self._verb == "amend" and follows:
                found: list[Action] = [("revise", place.citation(), ()) for place in self._targets]
                if not READS.search(self.lower):
                    # “Amend § 1.5 as follows:” leads to a list, or to new text.
                    self.deferred, self.places = found, self._targets
                    return
                self.actions += found
            elif self.inherited is not None and not leads:
                words = self.inherited_words
                self.actions += [(self.inherited, place.citation(), words) for place in self._targets]
            self.places = self._targets
            if not self.actions and leads:
                self.open_verb = self.inherited
                return
        if not self.actions and self._issues_the_rule():
            return
        if not self.actions and self._verb == "amend" and self._amended and follows:
            self.deferred = [(None, self.places[-1].citation(), ())]
            return
        if not self.actions and not (leads and self._verb == "amend"):
            self.actions.append((None, self.places[-1].citation() if self.places else "", ()))

    def _issues_the_rule(self) -> bool:
        """Whether these are the words that open the amendments: “For the reasons …, part 1 is amended as follows:”."""
        return self._verb == "amend" and ISSUING.match(self.lower) is not None
