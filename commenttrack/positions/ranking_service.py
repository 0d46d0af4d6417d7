"""An association's own embedding or reranking service, used beside the built-in ranking where one is configured.

Vectors come from ``POST …/embeddings`` in OpenAI's shape, an order from a reranker in Cohere's and Jina's shape (a bare
list of index and score, as text-embeddings-inference gives it, is understood too). A service that does not answer
leaves the built-in ranking as it is and says so; it is not asked again for a minute.
"""

import hashlib
import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import numpy as np

from commenttrack.config import Settings
from commenttrack.positions.source_values import ParsedPosition
from commenttrack.positions.suggestion_feedback import Judged
from commenttrack.positions.suggestion_fusion import reordered, weighed
from commenttrack.positions.suggestion_index import Floats, SuggestionIndex
from commenttrack.positions.suggestions import Ranking, Suggestion

BATCH = 64
CANDIDATES = 50
"""How many of the best a reranker is asked about."""
_LONGEST_TEXT = 6_000
_REST = 60.0
_LONGEST_ANSWER = 64_000_000


class ServiceFailed(Exception):
    """The service did not give what was asked; the sentence goes to people."""


@dataclass(slots=True)
class RankingService:
    """The services of the settings. Threads may share one."""

    settings: Settings
    clock: Callable[[], float] = time.monotonic
    _resting: dict[str, float] = field(default_factory=dict)

    def provisions(
        self,
        index: SuggestionIndex,
        positions: Sequence[ParsedPosition],
        *,
        top: int,
        feedback: Sequence[Judged] = (),
    ) -> tuple[list[Suggestion], tuple[str, ...]]:
        """The best provisions for each position, and sentences on services that did not answer."""
        notes: list[str] = []
        ranking = self._ranking(index, positions, feedback, notes)
        found = ranking.provisions_for_each_position(top=max(top, CANDIDATES) if self.settings.rerank_url else top)
        texts = {passage.id: _passage_text(index, place) for place, passage in enumerate(index.passages)}
        lists: dict[str, list[Suggestion]] = {}
        for item in found:
            lists.setdefault(item.position, []).append(item)
        asked = {position.id: _position_text(position) for position in positions}
        better = [
            item
            for key, items in lists.items()
            for item in self._reranked(items, asked[key], [texts[item.provision] for item in items], notes)[:top]
        ]
        return better, tuple(dict.fromkeys(notes))

    def positions(
        self,
        index: SuggestionIndex,
        positions: Sequence[ParsedPosition],
        provision: str,
        *,
        top: int,
        feedback: Sequence[Judged] = (),
    ) -> tuple[list[Suggestion], tuple[str, ...]]:
        """The best positions for one provision, and sentences on services that did not answer."""
        notes: list[str] = []
        ranking = self._ranking(index, positions, feedback, notes)
        found = ranking.positions_for(provision, top=max(top, CANDIDATES) if self.settings.rerank_url else top)
        text = next(
            (_passage_text(index, n) for n, passage in enumerate(index.passages) if passage.id == provision), ""
        )
        asked = {position.id: _position_text(position) for position in positions}
        better = self._reranked(found, text, [asked[item.position] for item in found], notes)
        return better[:top], tuple(dict.fromkeys(notes))

    def _ranking(
        self,
        index: SuggestionIndex,
        positions: Sequence[ParsedPosition],
        feedback: Sequence[Judged],
        notes: list[str],
    ) -> Ranking:
        ranking = Ranking.of(index, positions, feedback=feedback)
        if not self.settings.embedding_url:
            return ranking
        try:
            passages = [_passage_text(index, place) for place in range(len(index.passages))]
            vectors = self.vectors([*(_position_text(position) for position in positions), *passages])
        except ServiceFailed as failure:
            notes.append(f"{failure} The order below is that of the built-in ranking.")
            return ranking
        return weighed(ranking, vectors[: len(positions)], vectors[len(positions) :])

    def _reranked(
        self, items: list[Suggestion], query: str, documents: list[str], notes: list[str]
    ) -> list[Suggestion]:
        if not self.settings.rerank_url or len(items) < 2:
            return items
        try:
            return reordered(items, self.rerank(query, documents))
        except ServiceFailed as failure:
            notes.append(f"{failure} What it did not answer for stands in the order of the built-in ranking.")
            return items

    def vectors(self, texts: Sequence[str]) -> Floats:
        """The vectors of the texts, (texts, n); those that were asked for before are kept in the data folder.

        Raises :class:`ServiceFailed`; what came before the failure is kept, so that asking again goes on from there.
        """
        model, address = self.settings.embedding_model, self.settings.embedding_url
        keys = [hashlib.sha256("\0".join((address, model, text)).encode()).hexdigest() for text in texts]
        with closing(_open(self.settings.data / "vectors.sqlite")) as kept:
            known = _kept(kept, keys)
            missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
            until = self.clock() + self.settings.ranking_timeout
            for start in range(0, len(missing), BATCH):
                if start and self.clock() > until:
                    raise ServiceFailed(
                        f"The embedding service has given {len(keys) - len(missing) + start} of {len(keys)} vectors "
                        f"so far; what it gave is kept, and opening this again goes on from there."
                    )
                batch = list(missing)[start : start + BATCH]
                body: dict[str, Any] = {"input": [missing[key][:_LONGEST_TEXT] for key in batch]}
                answer = self._post("embedding service", address, self.settings.embedding_key, model, body)
                known |= dict(zip(batch, _vectors(answer, len(batch)), strict=True))
                with kept:
                    kept.executemany(
                        "INSERT OR REPLACE INTO vector VALUES (?, ?)", [(key, known[key].tobytes()) for key in batch]
                    )
        sizes = {len(vector) for vector in known.values()}
        if len(sizes) > 1:
            raise ServiceFailed("The embedding service gave vectors of several lengths, which cannot be compared.")
        return np.stack([known[key] for key in keys])

    def rerank(self, query: str, documents: Sequence[str]) -> list[float]:
        """The service's score of each document; one that it leaves out counts as the last. Raises ServiceFailed."""
        body: dict[str, Any] = {
            "query": query[:_LONGEST_TEXT],
            "documents": [text[:_LONGEST_TEXT] for text in documents],
        }
        settings = self.settings
        answer = self._post("reranking service", settings.rerank_url, settings.rerank_key, settings.rerank_model, body)
        return _scores(answer, len(documents))

    def _post(self, name: str, address: str, key: str, model: str, body: dict[str, Any]) -> Any:
        if self._resting.get(address, 0.0) > self.clock():
            raise ServiceFailed(f"The {name} did not answer a moment ago and is left alone for a minute.")
        try:
            with httpx2.Client(timeout=self.settings.ranking_timeout) as client:
                answer = client.post(
                    address,
                    json={**body, "model": model} if model else body,
                    headers={"Authorization": f"Bearer {key}"} if key else {},
                )
            if answer.status_code != 200:
                raise ServiceFailed(f"The {name} answered with status {answer.status_code}.")
            if len(answer.content) > _LONGEST_ANSWER:
                raise ServiceFailed(f"The {name} answered with more than can be read.")
            return answer.json()
        except (httpx2.HTTPError, ValueError) as error:
            self._resting[address] = self.clock() + _REST
            raise ServiceFailed(f"The {name} did not answer as it should ({type(error).__name__}).") from error
        except ServiceFailed:
            self._resting[address] = self.clock() + _REST
            raise


def _vectors(answer: Any, wanted: int) -> list[Floats]:
    """The vectors of an answer in OpenAI's shape, in the order of their index."""
    try:
        rows = sorted(answer["data"], key=lambda row: int(row["index"]))
        vectors = [np.asarray(row["embedding"], np.float32) for row in rows]
        places = [int(row["index"]) for row in rows]
    except (KeyError, TypeError, ValueError) as error:
        raise ServiceFailed("The embedding service answered in a shape that is not OpenAI's.") from error
    if places != list(range(wanted)) or not all(v.ndim == 1 and v.size and np.isfinite(v).all() for v in vectors):
        raise ServiceFailed("The embedding service did not give one vector for each text.")
    return vectors


def _scores(answer: Any, wanted: int) -> list[float]:
    """The scores of a reranker: ``results``, or a bare list, of ``index`` with ``relevance_score`` or ``score``."""
    try:
        rows = answer if isinstance(answer, list) else answer["results"]
        told = {int(row["index"]): float(row.get("relevance_score", row.get("score"))) for row in rows}
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ServiceFailed("The reranking service answered in a shape that is not known.") from error
    if not told or not all(0 <= place < wanted and np.isfinite(score) for place, score in told.items()):
        raise ServiceFailed("The reranking service spoke of documents that it was not asked about, or of none.")
    last = min(told.values()) - 1
    return [told.get(place, last) for place in range(wanted)]


def _passage_text(index: SuggestionIndex, place: int) -> str:
    passage = index.passages[place]
    return "\n".join(part for part in (*passage.headings[-1:], passage.lead_in, passage.text) if part)


def _position_text(position: ParsedPosition) -> str:
    return "\n".join(part for part in (position.heading, position.text) if part)


def _open(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    kept = sqlite3.connect(path, timeout=10)
    with kept:
        kept.execute("CREATE TABLE IF NOT EXISTS vector (key TEXT PRIMARY KEY, numbers BLOB NOT NULL)")
    return kept


def _kept(kept: sqlite3.Connection, keys: Sequence[str]) -> dict[str, Floats]:
    known: dict[str, Floats] = {}
    for key in dict.fromkeys(keys):
        row = kept.execute("SELECT numbers FROM vector WHERE key = ?", (key,)).fetchone()
        if row is not None:
            known[key] = np.frombuffer(row[0], np.float32)
    return known
