"""Search over positions, provisions and letters: what is written is found, what is deleted is not."""

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, event, insert, text

from commenttrack.positions.operations import revise_position
from commenttrack.rulemaking.models import Provision, ProvisionKind, RuleDocument
from commenttrack.search import Kind, find
from commenttrack.wording import wording_digest
from tests.factories import world

NOW = dt.datetime(2026, 3, 2, 15, 0, tzinfo=dt.UTC)


def titles(hits, kind=None):
    return [hit.title for hit in hits if kind is None or hit.kind is kind]


def marked(hit):
    return [text for text, is_hit in hit.snippet if is_hit]


@pytest.fixture
def rule(session):
    """A document of four provisions, written in bulk as the import does."""
    made = world.document(session, world.docket(session))
    rows = [
        ("15 CFR 7.2", "Definitions", "As used in this part, the following terms apply."),
        ("15 CFR 7.2(a)", "", "A covered exporter keeps records of café licences for 30 days."),
        ("15 CFR 7.2(a)(1)", "", "See § 7.2(a) for the agency’s reporting duty, and/or section 17.2."),
        ("", "Costs", "The Department estimates that re-exporters bear $1.2 million in costs."),
    ]
    session.execute(
        insert(Provision),
        [
            {
                "rule_document_id": made.id, "parent_id": None, "key": f"p{place}", "place": place,
                "kind": ProvisionKind.PARAGRAPH, "number": "", "label": label, "heading": heading, "text": text,
                "pages": [5698], "wording_digest": wording_digest(heading, text), "details_json": {},
            }
            for place, (label, heading, text) in enumerate(rows)
        ],
    )  # fmt: skip
    session.commit()
    return made


def keys(session, query, **more):
    return [hit.key for hit in find(session, query, kinds=[Kind.PROVISION], **more)]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("covered", ["p1"]),
        ("EXPORTER records", ["p1"]),
        ("record", ["p1"]),
        ("cafe", ["p1"]),
        ("CAFÉ licences", ["p1"]),
        ("report", ["p2"]),
        ('"report"', []),
        ('"report"*', ["p2"]),
        ('"covered exporter"', ["p1"]),
        ('"exporter covered"', []),
        ("exporter covered", ["p1"]),
        ("agency's", ["p2"]),
        ("17.2", ["p2"]),
        ("exporters", ["p3"]),
        ("re-exporters", ["p3"]),
        ("or", ["p2"]),
        ("costs millions", []),
        ("§ 17.2", ["p2"]),
    ],
)
def test_a_provision_is_found_by_words_phrases_beginnings_and_numbers(session, rule, query, found):
    assert keys(session, query) == found


@pytest.mark.parametrize(
    ("query", "first"), [("7.2", "p0"), ("§ 7.2", "p0"), ("15 CFR 7.2(a)", "p1"), ("7.2(a)(1)", "p2"), ("7.2(A)", "p1")]
)
def test_a_citation_finds_its_paragraph_before_those_that_mention_it(session, rule, query, first):
    assert keys(session, query)[0] == first


def test_the_words_of_a_hit_are_marked_where_they_stand(session, rule):
    [hit] = find(session, 'cafe "covered exporter"')
    assert marked(hit) == ["covered exporter", "café"]
    assert "".join(text for text, _ in hit.snippet) == rule.provisions[1].text
    assert (hit.title, hit.docket_id, hit.document_id) == ("15 CFR 7.2(a)", rule.docket_id, rule.id)


def test_what_changes_is_found_by_its_new_words_only(session, rule):
    provision = rule.provisions[1]
    provision.text = "A covered importer keeps nothing."
    session.commit()
    assert keys(session, "importer") == ["p1"]
    assert keys(session, "café") == []


def test_what_is_deleted_with_what_it_belongs_to_is_not_found(session, rule):
    session.execute(delete(RuleDocument).where(RuleDocument.id == rule.id))
    session.commit()
    assert keys(session, "exporter") == []


def test_what_was_rolled_back_is_not_found(session, rule):
    rule.provisions[0].text = "Zanzibar."
    session.flush()
    assert keys(session, "zanzibar") == ["p0"]
    session.rollback()
    assert keys(session, "zanzibar") == []


def test_a_search_inside_a_docket_stays_there(session, rule):
    other = world.document(session, world.docket(session, identifier="X-2"))
    assert keys(session, "covered", docket=rule.docket) == ["p1"]
    assert keys(session, "covered", docket=other.docket) == []


def test_a_position_is_found_by_its_newest_wording_only(session, library):
    position = library[0].positions[0]
    revise_position(session, position, heading="Quokka", statement="Quokkas thrive.", actor="A test", now=NOW)
    session.commit()
    [hit] = find(session, "quokkas")
    assert (hit.kind, hit.title, hit.row_id) == (Kind.POSITION, "Quokka", position.id)
    revise_position(session, position, heading="Wombat", statement="Wombats dig.", actor="A test", now=NOW)
    session.commit()
    assert find(session, "quokkas") == []


def test_a_part_and_the_wordings_it_had_in_frozen_versions_are_found(session):
    letter = world.letter(session, world.part("a", text="The aardvark rule fails."), world.part("b"))
    first = world.version(session, letter)
    session.commit()
    assert [(hit.kind, hit.key) for hit in find(session, "aardvark")] == [(Kind.LETTER_PART, "a")]
    world.reword(session, letter, "a", "The badger rule fails.")
    world.version(session, letter)
    session.commit()
    assert [(hit.kind, hit.version) for hit in find(session, "aardvark")] == [(Kind.FROZEN_PART, first.number)]
    assert [hit.kind for hit in find(session, "badger")] == [Kind.LETTER_PART]
    assert find(session, "aardvark badger") == []


def test_a_part_is_found_by_what_it_says_in_the_second_language(session):
    part = world.part("a", text="The rule fails.")
    letter = world.letter(session, part)
    letter.head_json = {**letter.head_json, "translation": {"lang": "es"}}
    part.second_heading, part.second_text = "Ámbito", "La norma fracasa con el carpincho."
    part.wording_digest = part.words.digest
    frozen = world.version(session, letter)
    frozen.parts_json = [{**frozen.parts_json[0], "second_heading": "", "second_text": part.second_text}]
    session.commit()
    [hit] = find(session, "carpincho")
    assert (hit.kind, hit.key) == (Kind.LETTER_PART, "a")
    assert ("carpincho.", True) in hit.snippet
    assert [hit.kind for hit in find(session, "ambito")] == [Kind.LETTER_PART]
    part.second_text = "La norma fracasa."
    part.wording_digest = part.words.digest
    session.commit()
    assert [hit.kind for hit in find(session, "carpincho")] == [Kind.FROZEN_PART]
    assert [hit.kind for hit in find(session, "fracasa")] == [Kind.LETTER_PART, Kind.FROZEN_PART]
    letter.head_json = {}
    session.commit()
    assert [hit.kind for hit in find(session, "fracasa")] == [Kind.FROZEN_PART]


def test_a_docket_is_found_by_its_number(session):
    docket = world.docket(session, title="Safeguards", identifier="BIS-2026-0001")
    assert [(hit.kind, hit.docket_id) for hit in find(session, "bis-2026-0001")] == [(Kind.DOCKET, docket.id)]


def test_no_kind_gives_more_than_the_limit(session, rule):
    assert len(keys(session, "the", limit=1)) == 1


HOSTILE = [
    "", " ", '"', '"""', "*", '"*', "a*b*", "AND", "OR NOT", "NEAR(a b)", "col:x", "^x", "-x", "+", "(", ")", "')--",
    "';DROP", "a & b | !c", "'a':*", "a <-> b", ":*", "\\", "\\'", "%", "_", "\x00", "a\x00b", "\ud800",
    "½", "²", "ﬁ", "İ", "ß", "é́", "\u0301", "x" * 5000, "9" * 3000, "a " * 3000, "§", "{label}: a", "😀", "中文",
    "ا", "\u200b", "a\u200bb",
]  # fmt: skip


@pytest.mark.parametrize("query", HOSTILE)
def test_no_query_is_an_error(session, rule, query):
    assert isinstance(find(session, query), list)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=st.text(max_size=60))
def test_no_generated_query_is_an_error(session, rule, query):
    assert isinstance(find(session, query), list)


WORDS = st.text(st.sampled_from("abcxyzABCéüñçÅøßЖжΩω0123456789"), min_size=1, max_size=12)
SIGNS = st.sampled_from(
    [" ", "\n", ", ", "-", "–", "/", "(", ")", ".", "’", "“", "§", "\u00a0", "\u200b ", "_", "@", "#"]
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), pieces=st.lists(st.tuples(WORDS, SIGNS), min_size=1, max_size=12))
def test_every_stretch_of_words_that_was_written_is_found(session, rule, data, pieces):
    written = "".join(word + sign for word, sign in pieces)
    provision = rule.provisions[3]
    provision.text = written
    session.flush()
    start = data.draw(st.integers(0, len(pieces) - 1))
    end = data.draw(st.integers(start + 1, len(pieces)))
    stretch = "".join(word + sign for word, sign in pieces[start:end])
    hits = find(session, f'"{stretch.replace("“", " ")}"', kinds=[Kind.PROVISION], limit=50)
    [hit] = [hit for hit in hits if hit.key == "p3"]
    assert marked(hit)


def test_the_number_of_queries_does_not_grow(session, engine, library):
    seen = []
    event.listen(engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
    assert find(session, "security")
    assert len(seen) <= 8


def test_the_index_holds_what_the_tables_hold(session, rule):
    """FTS5 checks itself against the table it indexes."""
    if session.get_bind().dialect.name != "sqlite":
        assert session.scalar(text("SELECT count(*) FROM provision WHERE words IS NULL")) == 0
        return
    for name in ("provision", "position_version", "letter_part"):
        session.execute(text(f"INSERT INTO {name}_words ({name}_words, rank) VALUES ('integrity-check', 1)"))
