"""An association's own embedding and reranking services, stood in for by a local server."""

import json
from dataclasses import replace

import numpy as np
import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from commenttrack.config import BadConfiguration, Settings
from commenttrack.positions import ranking_service
from commenttrack.positions.ranking_service import RankingService, ServiceFailed
from commenttrack.positions.source_values import ParsedPosition
from commenttrack.positions.suggestion_index import build
from commenttrack.positions.suggestions import Ranking
from commenttrack.rulemaking.provisions import ParsedProvision

INDEX = build(
    [
        ParsedProvision(
            id=key,
            parent=None,
            kind="preamble_paragraph",
            number="",
            label="",
            heading="",
            text=text,
            pages=(),
            notes=(),
        )
        for key, text in {
            "fee": "The fee for a visit.",
            "visit": "A visit and its fee.",
            "label": "A fee, a label.",
        }.items()
    ]
)
POSITIONS = [ParsedPosition(id="1", parent=None, label="1", heading="", text="A fee for the visit")]


@pytest.fixture
def stoppable():
    with HTTPServer() as server:
        yield server


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def settings(tmp_path):
    return replace(Settings.from_environment({"COMMENTTRACK_DATA": str(tmp_path)}), ranking_timeout=1.0)


@pytest.fixture
def embedding(settings, httpserver, clock):
    address = httpserver.url_for("/v1/embeddings")
    return RankingService(replace(settings, embedding_url=address, embedding_model="m", embedding_key="k"), clock)


@pytest.fixture
def reranking(settings, httpserver, clock):
    return RankingService(replace(settings, rerank_url=httpserver.url_for("/rerank"), rerank_model="m"), clock)


def embeds(httpserver, *, vector=lambda text: [1.0, float("label" in text)]):
    asked = []

    def answer(request):
        asked.append(request.json)
        rows = [{"index": n, "embedding": vector(text)} for n, text in enumerate(request.json["input"])]
        return Response(json.dumps({"object": "list", "data": rows[::-1]}), content_type="application/json")

    httpserver.expect_request(
        "/v1/embeddings", method="POST", headers={"Authorization": "Bearer k"}
    ).respond_with_handler(answer)
    return asked


def built_in():
    return Ranking.of(INDEX, POSITIONS).provisions_for_each_position()


def test_vectors_change_the_order(embedding, httpserver):
    embeds(httpserver, vector=lambda text: [1.0, 0.0] if "label" in text or "for the visit" in text else [0.0, 1.0])
    found, notes = embedding.provisions(INDEX, POSITIONS, top=3)
    assert found[0].provision == "label"
    assert notes == ()


def test_vectors_are_asked_for_in_batches_and_once(embedding, httpserver, monkeypatch):
    monkeypatch.setattr(ranking_service, "BATCH", 3)
    asked = embeds(httpserver)
    embedding.provisions(INDEX, POSITIONS, top=3)
    assert [len(body["input"]) for body in asked] == [3, 1]
    assert asked[0]["model"] == "m"
    embedding.positions(INDEX, POSITIONS, "fee", top=3)
    assert len(asked) == 2


def test_another_service_on_the_same_data_is_asked_again(embedding, settings, httpserver, clock):
    asked = embeds(httpserver)
    embedding.provisions(INDEX, POSITIONS, top=3)
    RankingService(replace(embedding.settings, embedding_model="other"), clock).provisions(INDEX, POSITIONS, top=3)
    assert [body["model"] for body in asked] == ["m", "other"]


def test_what_came_before_the_time_was_up_is_kept(embedding, httpserver, monkeypatch, clock):
    monkeypatch.setattr(ranking_service, "BATCH", 1)
    asked = embeds(httpserver)
    clock_of = iter(range(0, 100, 2))
    embedding.clock = lambda: next(clock_of)
    found, notes = embedding.provisions(INDEX, POSITIONS, top=3)
    assert [item.provision for item in found] == [item.provision for item in built_in()]
    assert "1 of 4 vectors so far" in notes[0]
    embedding.clock = clock
    embedding.provisions(INDEX, POSITIONS, top=3)
    assert len(asked) == 4


@pytest.mark.parametrize(
    "answer",
    [
        Response("no", status=500),
        Response("{}", content_type="application/json"),
        Response("<html>", content_type="text/html"),
        Response('{"data": [{"index": 0, "embedding": [1.0]}]}', content_type="application/json"),
        Response('{"data": [{"index": 0, "embedding": "abc"}]}', content_type="application/json"),
    ],
    ids=["error", "another shape", "no JSON", "too few", "no numbers"],
)
def test_an_embedding_service_that_fails_leaves_the_built_in_ranking_and_says_so(embedding, httpserver, answer):
    httpserver.expect_request("/v1/embeddings").respond_with_response(answer)
    found, notes = embedding.provisions(INDEX, POSITIONS, top=3)
    assert found == built_in()
    assert "embedding service" in notes[0]
    assert "built-in ranking" in notes[0]


def test_a_service_that_failed_is_left_alone_for_a_minute(embedding, httpserver, clock):
    httpserver.expect_request("/v1/embeddings").respond_with_data("no", status=503)
    embedding.provisions(INDEX, POSITIONS, top=3)
    _, notes = embedding.provisions(INDEX, POSITIONS, top=3)
    assert len(httpserver.log) == 1
    assert "left alone for a minute" in notes[0]
    clock.now += 61
    embedding.provisions(INDEX, POSITIONS, top=3)
    assert len(httpserver.log) == 2


def test_a_service_that_is_not_there_is_named_without_its_key(settings, stoppable, clock):
    address = stoppable.url_for("/embeddings")
    stoppable.stop()
    service = RankingService(replace(settings, embedding_url=address, embedding_key="secret"), clock)
    found, notes = service.provisions(INDEX, POSITIONS, top=3)
    assert found == built_in()
    assert "did not answer" in notes[0]
    assert "secret" not in f"{notes} {service.settings}"


@pytest.mark.parametrize(
    "answer",
    [
        {"results": [{"index": 2, "relevance_score": 0.9}, {"index": 0, "relevance_score": 0.1}]},
        [{"index": 2, "score": 5.5}, {"index": 0, "score": -3}],
    ],
    ids=["results", "bare list"],
)
def test_a_reranker_changes_the_order_and_not_the_scores(reranking, httpserver, answer):
    httpserver.expect_request("/rerank", method="POST").respond_with_json(answer)
    found, notes = reranking.provisions(INDEX, POSITIONS, top=3)
    before = built_in()
    assert notes == ()
    assert [item.score for item in found] == [item.score for item in before]
    assert [item.provision for item in found].index(before[2].provision) < 2
    sent = httpserver.log[0][0].json
    assert set(sent) == {"model", "query", "documents"}
    assert sent["query"] == "A fee for the visit"


def test_a_reranker_is_asked_about_positions_for_a_provision(reranking, httpserver):
    others = [*POSITIONS, ParsedPosition(id="2", parent=None, label="2", heading="Fees", text="Lower the fee")]
    httpserver.expect_request("/rerank").respond_with_json({"results": [{"index": 0, "relevance_score": 1}]})
    found, notes = reranking.positions(INDEX, others, "fee", top=1)
    assert (len(found), notes) == (1, ())
    assert httpserver.log[0][0].json["query"] == "The fee for a visit."


@pytest.mark.parametrize(
    "answer",
    [{}, {"results": []}, {"results": [{"index": 7, "relevance_score": 1}]}, {"results": [{"index": 0}]}, 3],
)
def test_a_reranker_that_answers_otherwise_leaves_the_built_in_order_and_says_so(reranking, httpserver, answer):
    httpserver.expect_request("/rerank").respond_with_json(answer)
    found, notes = reranking.provisions(INDEX, POSITIONS, top=3)
    assert found == built_in()
    assert "reranking service" in notes[0]


def test_numbers_that_are_none_are_refused(embedding, httpserver):
    embeds(httpserver, vector=lambda text: [float("nan")])
    with pytest.raises(ServiceFailed, match="one vector for each"):
        embedding.vectors(["a text"])


def test_vectors_come_in_the_order_of_the_texts_though_the_answer_has_another(embedding, httpserver):
    embeds(httpserver, vector=lambda text: [float(len(text))])
    assert np.array_equal(embedding.vectors(["a", "bbb", "cc", "a"]), [[1], [3], [2], [1]])


def test_the_settings_complete_an_address_and_refuse_what_is_none():
    settings = Settings.from_environment(
        {"COMMENTTRACK_EMBEDDING_URL": "http://localhost:8080/v1/", "COMMENTTRACK_RERANK_URL": "http://h/v2/rerank"}
    )
    assert settings.embedding_url == "http://localhost:8080/v1/embeddings"
    assert settings.rerank_url == "http://h/v2/rerank"
    with pytest.raises(BadConfiguration, match="COMMENTTRACK_RERANK_URL"):
        Settings.from_environment({"COMMENTTRACK_RERANK_URL": "localhost"})
