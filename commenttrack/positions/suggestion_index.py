"""The words of a rule's passages, arranged so that many positions can be compared with all of them at once.

Three views of the same passages: words (each passage with the headings and lead-ins that it cannot be understood
without), divisions (all passages under one heading as one text), and topics (a low-rank approximation in which passages
that share company share meaning). Nothing here knows about positions; :mod:`commenttrack.positions.suggestions` does.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from commenttrack.positions.issues import cue_counts
from commenttrack.positions.outline import Passage, Path, passages
from commenttrack.positions.vocabulary import words as words_of
from commenttrack.rulemaking.provisions import ParsedProvision

Floats = NDArray[np.float32]

# How much of a word in the surroundings counts as a word of the passage itself.
HEADING_SHARE = 0.5
LEAD_IN_SHARE = 0.3
# The heading right above says in a few words what a page of text is about.
CUES_IN_HEADING = 3.0
TOPICS = 80
# Rare words carry no company and make the decomposition large.
TOPIC_WORDS = 6000


@dataclass(frozen=True, slots=True)
class WordTable:
    """BM25 weights of the words of some texts, by word. Weights of a word lie between 0 and its ``rarity``."""

    size: int
    columns: Mapping[str, int]
    rarity: Floats
    starts: NDArray[np.int64]
    rows: NDArray[np.int64]
    weights: Floats
    counts: Floats

    @classmethod
    def of(cls, texts: Sequence[Mapping[str, float]], *, saturation: float, by_length: float) -> "WordTable":
        """``saturation`` and ``by_length`` are BM25's k1 and b."""
        columns = {word: column for column, word in enumerate(sorted({word for text in texts for word in text}))}
        size = len(texts)
        rows = np.repeat(np.arange(size), [len(text) for text in texts]).astype(np.int64)
        cols = np.fromiter((columns[word] for text in texts for word in text), np.int64, count=len(rows))
        counts = np.fromiter((n for text in texts for n in text.values()), np.float32, count=len(rows))
        length = np.bincount(rows, counts, minlength=size)
        found_in = np.bincount(cols, minlength=len(columns))
        rarity = np.log1p((size - found_in + 0.5) / (found_in + 0.5)).astype(np.float32)
        relative = length / max(float(length.mean()) if size else 0.0, 1e-9)
        saturated = counts / (counts + saturation * (1 - by_length + by_length * relative[rows]))
        order = np.lexsort((rows, cols))
        return cls(
            size=size,
            columns=columns,
            rarity=rarity,
            starts=np.searchsorted(cols[order], np.arange(len(columns) + 1)),
            rows=rows[order],
            weights=(saturated * rarity[cols]).astype(np.float32)[order],
            counts=counts[order],
        )

    @property
    def rarest(self) -> float:
        """The rarity of a word that stands nowhere."""
        return float(np.log1p((self.size + 0.5) / 0.5))

    def matches(self, wanted: Sequence[str]) -> tuple[Floats, Floats]:
        """How well each text holds each wanted word, (texts, words), and the most it could hold of it, (words,)."""
        held = np.zeros((self.size, len(wanted)), np.float32)
        most = np.full(len(wanted), self.rarest, np.float32)
        for place, word in enumerate(wanted):
            column = self.columns.get(word)
            if column is not None:
                here = slice(self.starts[column], self.starts[column + 1])
                held[self.rows[here], place] = self.weights[here]
                most[place] = self.rarity[column]
        return held, most


@dataclass(frozen=True, slots=True)
class TopicSpace:
    """Directions in which words occur together (latent semantic analysis of the passages)."""

    words: Mapping[str, int]
    rarity: Floats
    directions: Floats
    places: Floats

    @classmethod
    def of(cls, texts: Sequence[Mapping[str, float]], table: WordTable) -> "TopicSpace":
        """Places of ``texts`` have length 1, or 0 for a text without a common word."""
        found_in = np.diff(table.starts)
        common = [word for word, column in table.columns.items() if found_in[column] > 1]
        common = sorted(sorted(common, key=lambda word: (-found_in[table.columns[word]], word))[:TOPIC_WORDS])
        words = {word: place for place, word in enumerate(common)}
        rarity = table.rarity[[table.columns[word] for word in common]]
        matrix = np.zeros((len(texts), len(words)), np.float32)
        for row, text in enumerate(texts):
            for word, count in text.items():
                if word in words:
                    matrix[row, words[word]] = count
        matrix = _unit(np.log1p(matrix) * rarity)
        directions = _main_directions(matrix, min(TOPICS, *matrix.shape) if matrix.size else 0)
        return cls(words, rarity, directions, _unit(matrix @ directions))

    def likeness(self, texts: Sequence[Mapping[str, float]]) -> Floats:
        """Cosine of each text with each passage, (texts, passages), negative ones as 0."""
        matrix = np.zeros((len(texts), len(self.words)), np.float32)
        for row, text in enumerate(texts):
            for word, count in text.items():
                if word in self.words:
                    matrix[row, self.words[word]] = count
        placed = _unit((np.log1p(matrix) * self.rarity) @ self.directions)
        return np.asarray(np.maximum(placed @ self.places.T, 0), np.float32)


def _unit(matrix: Floats) -> Floats:
    length = np.linalg.norm(matrix, axis=1, keepdims=True)
    return np.asarray(matrix / np.maximum(length, 1e-9), np.float32)


def _main_directions(matrix: Floats, wanted: int) -> Floats:
    """The first right singular vectors, (columns, wanted), by randomized iteration with a fixed seed."""
    if wanted < 1:
        return np.zeros((matrix.shape[1], 0), np.float32)
    sketch = matrix @ np.random.default_rng(0).standard_normal((matrix.shape[1], wanted + 10)).astype(np.float32)
    for _ in range(3):
        basis, _ = np.linalg.qr(sketch)
        sketch = matrix @ (matrix.T @ basis)
    basis, _ = np.linalg.qr(sketch)
    _, _, rows = np.linalg.svd(basis.T @ matrix, full_matrices=False)
    return np.ascontiguousarray(rows[:wanted].T, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class SuggestionIndex:
    """A rule ready for comparison. Rows of every passage array are in the order of ``passages``.

    ``places`` gives the place of each passage by id, ``linked`` the passages that it cites or that cite it,
    ``division_of`` its division, ``cited_by`` the passages that cite it with the weight of the
    citation, ``explained_by`` for a division the others that cite it, with the share of their citations that go there.
    """

    passages: tuple[Passage, ...]
    places: Mapping[str, int]
    words: WordTable
    topics: TopicSpace
    cues: Floats
    lengths: Floats
    invites: NDArray[np.bool_]
    division_of: NDArray[np.int64]
    division_words: WordTable
    cited_by: Mapping[int, tuple[tuple[int, float], ...]]
    linked: Mapping[int, frozenset[int]]
    explained_by: Mapping[int, tuple[tuple[int, float], ...]]


def build(provisions: Sequence[ParsedProvision]) -> SuggestionIndex:
    """The index of a rule's provisions; those without words are left out."""
    found = tuple(passages(provisions))
    own = [_counted(passage.text) for passage in found]
    headings = [_counted(" ".join(passage.headings[-2:])) for passage in found]
    lead_ins = [_counted(passage.lead_in) for passage in found]
    texts = [
        _weighted((1.0, one), (HEADING_SHARE, two), (LEAD_IN_SHARE, three))
        for one, two, three in zip(own, headings, lead_ins, strict=True)
    ]
    numbers = {key: number for number, key in enumerate(dict.fromkeys(passage.division for passage in found))}
    division_of = np.array([numbers[passage.division] for passage in found], np.int64)
    division_texts: list[Counter[str]] = [Counter() for _ in numbers]
    for number, mine, above in zip(division_of, own, headings, strict=True):
        if not division_texts[number]:
            division_texts[number].update({word: 3 * count for word, count in above.items()})
        division_texts[number].update(mine)
    words = WordTable.of(texts, saturation=1.5, by_length=0.5)
    cues = (
        cue_counts(passage.text for passage in found)
        + CUES_IN_HEADING * cue_counts(" ".join(passage.headings[-1:]) for passage in found)
        + LEAD_IN_SHARE * cue_counts(passage.lead_in for passage in found)
    )
    cited_by = _cited_by(found)
    return SuggestionIndex(
        passages=found,
        places={passage.id: place for place, passage in enumerate(found)},
        words=words,
        topics=TopicSpace.of(texts, words),
        cues=cues.astype(np.float32),
        lengths=np.array([max(1, sum(text.values())) for text in own], np.float32),
        invites=np.array([passage.invites_comment for passage in found], np.bool_),
        division_of=division_of,
        division_words=WordTable.of(division_texts, saturation=2.0, by_length=0.6),
        cited_by=cited_by,
        linked=_linked(cited_by),
        explained_by=_explained_by(found, division_of),
    )


def _counted(text: str) -> Counter[str]:
    return Counter(root for root, _ in words_of(text))


def _weighted(*parts: tuple[float, Mapping[str, int]]) -> dict[str, float]:
    text: dict[str, float] = {}
    for share, counts in parts:
        for word, count in counts.items():
            text[word] = text.get(word, 0.0) + share * count
    return text


def _cited_by(found: Sequence[Passage]) -> dict[int, tuple[tuple[int, float], ...]]:
    under: dict[Path, list[int]] = {}
    for place, passage in enumerate(found):
        for depth in range(1, len(passage.path) + 1):
            under.setdefault(passage.path[:depth], []).append(place)
    votes: dict[int, dict[int, float]] = {}
    for place, passage in enumerate(found):
        for path in passage.cites:
            for target in under.get(path, ()):
                if target != place:
                    # A whole section cited says less of each of its paragraphs than a paragraph cited.
                    weight = 1.0 if len(path) > 1 else 0.5
                    cited = votes.setdefault(target, {})
                    cited[place] = max(cited.get(place, 0.0), weight)
    return {target: tuple(sorted(cited.items())) for target, cited in votes.items()}


def _linked(cited_by: Mapping[int, tuple[tuple[int, float], ...]]) -> dict[int, frozenset[int]]:
    linked: dict[int, set[int]] = {}
    for target, sources in cited_by.items():
        for source, _ in sources:
            linked.setdefault(target, set()).add(source)
            linked.setdefault(source, set()).add(target)
    return {place: frozenset(others) for place, others in linked.items()}


def _explained_by(found: Sequence[Passage], division_of: NDArray[np.int64]) -> dict[int, tuple[tuple[int, float], ...]]:
    sections = {passage.path[0]: int(division_of[place]) for place, passage in enumerate(found) if passage.path}
    cites: dict[int, Counter[int]] = {}
    for place, passage in enumerate(found):
        for path in passage.cites:
            target = sections.get(path[0])
            if target is not None and target != division_of[place]:
                cites.setdefault(int(division_of[place]), Counter())[target] += 1
    explained: dict[int, list[tuple[int, float]]] = {}
    for source, targets in sorted(cites.items()):
        # Fewer than three citations are no sign of what a heading is about.
        total = max(3, sum(targets.values()))
        for target, count in targets.items():
            explained.setdefault(target, []).append((source, count / total))
    return {target: tuple(sources) for target, sources in explained.items()}
