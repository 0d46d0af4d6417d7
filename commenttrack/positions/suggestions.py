"""Which provisions bear on a position, and which positions on a provision, with the words and links that say so.

One score on one scale: 0 means that nothing speaks for it, and the same number means the same for every position,
because each part is a share of what the position could find at most. Words that the rule does not know at all count
against every provision; so a position on another subject scores low everywhere, and :func:`bears` says so.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from commenttrack.positions.issues import NAMES, cue_counts
from commenttrack.positions.source_values import ParsedPosition
from commenttrack.positions.suggestion_feedback import Judged, factors, judgements
from commenttrack.positions.suggestion_index import Floats, SuggestionIndex, build
from commenttrack.positions.vocabulary import words
from commenttrack.rulemaking import provisions
from commenttrack.rulemaking.provisions import ParsedRule

FORMAT = "commenttrack-suggestions/1"


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each sign counts beside the words of the passage and those of its division, which count 1 each.

    Round numbers on a broad plateau: docs/benchmarks.md says how they do on rules that they were not chosen on.
    """

    topics: float = 0.5
    issues: float = 0.25
    cited: float = 0.1
    invites: float = 0.2

    @property
    def most(self) -> float:
        """The sum that a passage would reach if every sign were complete."""
        division = 1 + self.issues
        own = 1 + self.topics + self.issues + division
        return (own + division + self.cited * own) * (1 + self.invites)


WEIGHTS = Weights()
BEARS_FROM = 0.105
"""Below this score nothing bears on the position, as far as words and links can tell."""
NOTHING_BEARS = "Nothing here bears on this."

_EMPTY_HEAD: dict[str, object] = {
    **dict.fromkeys(("title", "action", "document_number"), ""),
    **{key: [] for key in ("agencies", "docket_ids", "rins", "cfr", "comment_dates")},
    **dict.fromkeys(("start_page", "end_page")),
    "kind": "proposed_rule",
}
_EMPTY_RULE: dict[str, object] = {
    "document": _EMPTY_HEAD,
    **{key: [] for key in ("notes", "questions", "instructions", "unparsed")},
}
# A sentence that argues weighs less than one that asks, in a position that has both.
_ARGUMENT_SHARE = 0.4
_PARENT_SHARE = 0.3
_ASKS = re.compile(
    r"\b(?:should|must|ought|urges?|recommends?|asks?|requests?|needs? to|imperative|calls? on|encourages?)\b",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"(?<=[a-z)][.;])\s+(?=[A-Z“(])")
_CITERS = 3
_REASONS = 5
# From this share of a score on, what a section was lent is a reason worth telling.
_MUCH = 0.3


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A provision for a position (or the reverse). ``rank`` counts from 1; ``why`` holds matched words and links."""

    position: str
    provision: str
    rank: int
    score: float
    why: tuple[str, ...]


def bears(score: float) -> bool:
    """Whether a score is high enough to say that the provision bears on the position."""
    return score >= BEARS_FROM


def suggest(
    rule: ParsedRule,
    positions: Sequence[ParsedPosition],
    *,
    top: int = 10,
    index: SuggestionIndex | None = None,
    feedback: Sequence[Judged] = (),
) -> list[Suggestion]:
    """The ``top`` provisions for each position, best first; positions in their order. Ties keep document order.

    Pass the ``index`` of :func:`commenttrack.positions.suggestion_index.build` when it was built before. What
    ``feedback`` sets aside is left out, and what it says changes the order of the rest.
    """
    ranking = Ranking.of(index or build(rule.provisions), positions, feedback=feedback)
    return ranking.provisions_for_each_position(top=top)


def rule_from_json(data: object) -> ParsedRule:
    """A rule from its JSON, or from an extract that holds only provisions: ranking needs nothing else.

    Raises :class:`commenttrack.errors.BadInput` as :func:`commenttrack.rulemaking.provisions.from_json` does.
    """
    if not isinstance(data, dict) or "document" in data or not isinstance(data.get("provisions"), list):
        return provisions.from_json(data)
    provision_keys: dict[str, object] = {"number": "", "notes": [], "pages": []}
    filled = [{**provision_keys, **item} if isinstance(item, dict) else item for item in data["provisions"]]
    return provisions.from_json({**_EMPTY_RULE, **data, "provisions": filled})


def to_json(suggestions: Sequence[Suggestion], positions: Sequence[str] = ()) -> dict[str, Any]:
    """The suggestions as plain dicts and lists in the format ``commenttrack-suggestions/1``.

    Its ``positions`` says of each position, in words too, whether anything bears on it: of those with a suggestion, and
    of the ids given here, which may have none.
    """
    best = dict.fromkeys(positions, 0.0)
    for item in suggestions:
        best[item.position] = max(item.score, best.get(item.position, 0.0))
    return {
        "format": FORMAT,
        "suggestions": [
            {
                "position": item.position,
                "provision": item.provision,
                "rank": item.rank,
                "score": round(item.score, 6),
                "why": list(item.why),
            }
            for item in suggestions
        ],
        "positions": [
            {"position": key, "bears": bears(score), "says": "" if bears(score) else NOTHING_BEARS}
            for key, score in best.items()
        ],
    }


@dataclass(frozen=True, slots=True)
class Ranking:
    """Scores of all positions against all passages, and what they are made of."""

    index: SuggestionIndex
    positions: tuple[ParsedPosition, ...]
    scores: Floats
    shares: tuple[Mapping[str, float], ...]
    forms: Mapping[str, str]
    wanted: Mapping[str, int]
    held: Floats
    issues: Floats
    divisions: Floats
    set_aside: NDArray[np.bool_]
    nearest: Mapping[int, Sequence[int]]

    @classmethod
    def of(
        cls,
        index: SuggestionIndex,
        positions: Sequence[ParsedPosition],
        *,
        weights: Weights = WEIGHTS,
        feedback: Sequence[Judged] = (),
    ) -> "Ranking":
        """Compare ``positions`` with the passages of ``index``, knowing what a person said of some pairs."""
        by_id = {position.id: position for position in positions}
        forms: dict[str, str] = {}
        shares = tuple(_word_shares(position, by_id.get(position.parent or ""), forms) for position in positions)
        wanted = {word: place for place, word in enumerate(sorted({word for share in shares for word in share}))}
        asked = _matrix(shares, wanted)
        held, most = index.words.matches(tuple(wanted))
        division_held, division_most = index.division_words.matches(tuple(wanted))
        issues = np.minimum(cue_counts(_asking_text(position) for position in positions), 2)
        scores, divisions = _scores(
            index,
            weights,
            words=_coverage(asked, held, most),
            division_words=_coverage(asked, division_held, division_most),
            topics=index.topics.likeness(shares),
            issues=_issue_coverage(index, issues),
        )
        set_aside, nearest = _learn(index, positions, scores, feedback)
        return cls(index, tuple(positions), scores, shares, forms, wanted, held, issues, divisions, set_aside, nearest)

    def provisions_for_each_position(self, *, top: int = 10) -> list[Suggestion]:
        """The best passages of each position, without those set aside for it."""
        found = []
        for row, _ in enumerate(self.positions):
            for rank, column in enumerate(_best(self.scores[row], self.set_aside[row], top), start=1):
                found.append(self._suggestion(row, column, rank))
        return found

    def positions_for(self, provision: str, *, top: int = 10) -> list[Suggestion]:
        """The best positions for one provision; empty when the provision has no words of its own."""
        columns = [self.index.places[provision]] if provision in self.index.places else []
        return [
            self._suggestion(row, column, rank)
            for column in columns
            for rank, row in enumerate(_best(self.scores[:, column], self.set_aside[:, column], top), start=1)
        ]

    def _suggestion(self, row: int, column: int, rank: int) -> Suggestion:
        return Suggestion(
            position=self.positions[row].id,
            provision=self.index.passages[column].id,
            rank=rank,
            score=float(self.scores[row, column]),
            why=self._why(row, column),
        )

    def _why(self, row: int, column: int) -> tuple[str, ...]:
        """The words that weigh most, then the shared issues, then the passages whose citations lend their score."""
        share = self.shares[row]
        gains = sorted(
            ((value * float(self.held[column, self.wanted[word]]), word) for word, value in share.items()),
            key=lambda pair: (-pair[0], pair[1]),
        )
        reasons = [self.forms[word] for gain, word in gains[:_REASONS] if gain > 0]
        shared = self.issues[row] * (self.index.cues[column] > 0)
        reasons += [
            f"issue: {NAMES[number]}" for number in np.argsort(-shared, kind="stable")[:2] if shared[number] > 0
        ]
        if self.index.invites[column]:
            reasons.append("the agency asks for comment here")
        citers = self.index.cited_by.get(column, ())
        if citers:
            best = max(citers, key=lambda pair: (float(self.scores[row, pair[0]]) * pair[1], -pair[0]))[0]
            if bears(float(self.scores[row, best])):
                reasons.append(f"cited in {self.index.passages[best].name}")
        reasons += self._explained(row, column)
        accepted = self.nearest.get(row, ())
        if accepted and accepted[column] not in (-1, column):
            reasons.append(f"like {self.index.passages[accepted[column]].name}, which was accepted")
        if not reasons and self.scores[row, column] > 0:
            reasons.append("its words keep company with those of the position")
        return tuple(reasons)

    def _explained(self, row: int, column: int) -> list[str]:
        """The heading that explains the section the passage stands in, where that is much of why it is here."""
        lent = {
            source: float(self.divisions[row, source]) * share
            for source, share in self.index.explained_by.get(int(self.index.division_of[column]), ())
        }
        if not lent or max(lent.values()) <= _MUCH * WEIGHTS.most * float(self.scores[row, column]):
            return []
        return [f"explained under “{_heading(self.index, max(lent, key=lent.__getitem__))}”"]


def _heading(index: SuggestionIndex, division: int) -> str:
    passage = index.passages[int(np.argmax(index.division_of == division))]
    return passage.headings[-1] if passage.headings else passage.id


def _best(scores: Floats, set_aside: NDArray[np.bool_], top: int) -> list[int]:
    order = np.argsort(-scores, kind="stable")
    return [int(place) for place in order[~set_aside[order]][:top]]


def _learn(
    index: SuggestionIndex, positions: Sequence[ParsedPosition], scores: Floats, feedback: Sequence[Judged]
) -> tuple[NDArray[np.bool_], dict[int, Sequence[int]]]:
    """Change ``scores`` by the feedback; which pairs were set aside, and the accepted passage each one is most like."""
    set_aside = np.zeros(scores.shape, np.bool_)
    nearest: dict[int, Sequence[int]] = {}
    said = judgements(feedback)
    for row, position in enumerate(positions):
        if position.id in said:
            factor, nearest[row] = factors(index, said[position.id])
            scores[row] = np.minimum(scores[row] * factor, 1)
            rejected = [key for key, accepted in said[position.id].items() if not accepted and key in index.places]
            set_aside[row, [index.places[key] for key in rejected]] = True
    return set_aside, nearest


def _sentences(text: str) -> tuple[list[str], list[str]]:
    """The sentences that ask, and the others. Where none asks, all do: a short position is its own request."""
    sentences = _SENTENCE_END.split(text)
    asking = [sentence for sentence in sentences if _ASKS.search(sentence)]
    if not asking:
        return sentences, []
    return asking, [sentence for sentence in sentences if not _ASKS.search(sentence)]


def _asking_text(position: ParsedPosition) -> str:
    return " . ".join([position.heading, *_sentences(position.text)[0]])


def _word_shares(position: ParsedPosition, parent: ParsedPosition | None, forms: dict[str, str]) -> Mapping[str, float]:
    """Stem → how much the position wants it; ``forms`` learns the written form of each stem."""
    shares: dict[str, float] = {}
    asking, arguing = _sentences(position.text)
    parts = [(1.0, position.heading), *((1.0, text) for text in asking), *((_ARGUMENT_SHARE, text) for text in arguing)]
    if parent is not None:
        parts.append((_PARENT_SHARE, parent.heading or parent.text))
    for share, text in parts:
        for root, word in words(text):
            forms.setdefault(root, word)
            shares[root] = max(shares.get(root, 0.0), share)
    # What the heading says and the text says again is what the position is about.
    repeated = Counter(root for root, _ in words(position.heading)).keys() & {root for root, _ in words(position.text)}
    for root in repeated:
        shares[root] += 1.0
    return shares


def _matrix(shares: Sequence[Mapping[str, float]], places: Mapping[str, int]) -> Floats:
    matrix = np.zeros((len(shares), len(places)), np.float32)
    for row, share in enumerate(shares):
        for word, value in share.items():
            matrix[row, places[word]] = value
    return matrix


def _coverage(asked: Floats, held: Floats, most: Floats) -> Floats:
    """The share of what each position asks for that each text holds, (positions, texts), from 0 to 1."""
    return np.asarray((asked @ held.T) / np.maximum(asked @ most, 1e-9)[:, None], np.float32)


def _issue_coverage(index: SuggestionIndex, issues: Floats) -> Floats:
    """The share of each position's issues that each passage is about, rare issues counting more."""
    if not index.passages:
        return np.zeros((len(issues), 0), np.float32)
    found_in = np.maximum((index.cues > 0).mean(axis=0), 1e-3)
    rarity = np.log(1 / found_in)
    relative = index.lengths / index.lengths.mean()
    about = index.cues / (index.cues + 3 * (0.5 + 0.5 * relative)[:, None])
    asked = np.sqrt(issues) * (rarity / max(float(rarity.max()), 1e-9))
    # A position with one common issue only must not count as fully covered by it.
    return np.asarray(asked @ about.T / np.maximum(asked.sum(axis=1), 0.5)[:, None], np.float32)


def _scores(
    index: SuggestionIndex,
    weights: Weights,
    *,
    words: Floats,
    division_words: Floats,
    topics: Floats,
    issues: Floats,
) -> tuple[Floats, Floats]:
    """The signs together, with what citing passages and divisions lend to the regulatory text they explain.

    The second value is what each division scores by itself, (positions, divisions), before the sum is divided by its
    greatest possible value.
    """
    division_of = index.division_of
    members = np.maximum(np.bincount(division_of, minlength=division_words.shape[1]), 1)
    division_issues = np.zeros_like(division_words)
    np.add.at(division_issues.T, division_of, issues.T)
    division = division_words + weights.issues * division_issues / members
    own = words + weights.topics * topics + weights.issues * issues + division[:, division_of]
    lent = np.zeros_like(division)
    for target, sources in index.explained_by.items():
        lent[:, target] = np.max([division[:, source] * share for source, share in sources], axis=0)
    total = own + lent[:, division_of] + weights.cited * _votes(index, own)
    # A letter answers where the agency asks.
    total *= 1 + weights.invites * index.invites
    return np.asarray(total / weights.most, np.float32), np.asarray(division, np.float32)


def _votes(index: SuggestionIndex, own: Floats) -> Floats:
    """For each cited passage the mean of its three best citers' scores; fewer citers leave the rest at 0."""
    votes = np.zeros_like(own)
    known: dict[tuple[tuple[int, float], ...], NDArray[np.float32]] = {}
    for target, citers in index.cited_by.items():
        if citers not in known:
            cast = own[:, [place for place, _ in citers]] * np.array([weight for _, weight in citers], np.float32)
            known[citers] = np.sort(cast, axis=1)[:, -_CITERS:].sum(axis=1) / _CITERS
        votes[:, target] = known[citers]
    return votes
