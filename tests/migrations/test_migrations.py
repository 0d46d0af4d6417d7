"""Migrations on both databases: head equals the models, up and down leave nothing behind, rows survive."""

import importlib
import pkgutil

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, text

import commenttrack
from commenttrack import full_text, migrate
from commenttrack.db import Base


@pytest.fixture(scope="module", autouse=True)
def _all_tables_known():
    for module in pkgutil.walk_packages(commenttrack.__path__, "commenttrack."):
        if module.name.rpartition(".")[2] in {"models", "accounts", "audit", "jobs", "outbox"}:
            importlib.import_module(module.name)


def laid_out(url):
    """Every table's columns, checks, keys and indexes, in a form that two databases can be compared by."""
    engine = create_engine(url)
    seen = inspect(engine)
    tables = {
        name: {
            "columns": sorted((c["name"], str(c["type"]), c["nullable"]) for c in seen.get_columns(name)),
            "checks": sorted((c["name"], "".join(c["sqltext"].split())) for c in seen.get_check_constraints(name)),
            "uniques": sorted((c["name"], tuple(c["column_names"])) for c in seen.get_unique_constraints(name)),
            "foreign keys": sorted(
                (c["name"], tuple(c["constrained_columns"]), c["referred_table"], str(c["options"]))
                for c in seen.get_foreign_keys(name)
            ),
            "indexes": sorted((i["name"], tuple(i["column_names"]), bool(i["unique"])) for i in seen.get_indexes(name)),
            "key": seen.get_pk_constraint(name)["name"],
        }
        for name in seen.get_table_names()
        if name != "alembic_version" and not full_text.is_index(name)
    }
    made = full_text_of(engine)
    engine.dispose()
    return {**tables, "full text": made} if made else tables


def full_text_of(engine):
    """Full-text indexes and the audit trail's guards as the database writes them down: statement by name."""
    if engine.dialect.name == "sqlite":
        listed = (
            "SELECT name, sql FROM sqlite_master WHERE name LIKE '%\\_words%' ESCAPE '\\' "
            "OR (type = 'trigger' AND name LIKE 'audit%')"
        )
    else:
        listed = """
            SELECT table_name, generation_expression FROM information_schema.columns WHERE column_name = 'words'
            UNION SELECT indexname, indexdef FROM pg_indexes WHERE indexname LIKE 'ix%words'
            UNION SELECT proname::text, prosrc FROM pg_proc
              WHERE proname IN ('search_words', 'search_items', 'audit_is_append_only')
            UNION SELECT tgname::text, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
        """
    with engine.connect() as connection:
        return {row[0]: row[1] for row in connection.execute(text(listed))}


def test_the_migrated_database_equals_the_models(database_url):
    migrate.upgrade(database_url)
    migrated = laid_out(database_url)
    migrate.downgrade(database_url, "base")
    engine = create_engine(database_url)
    Base.metadata.create_all(engine)
    engine.dispose()
    assert migrated == laid_out(database_url)


def test_alembic_itself_sees_no_difference(database_url):
    migrate.upgrade(database_url)
    with migrate.migration_connection(database_url) as connection:
        context = MigrationContext.configure(connection, opts={"include_name": _with_a_model})
        assert compare_metadata(context, Base.metadata) == []


def _with_a_model(name, kind, parents):
    """Full-text indexes have no models: they hang on their tables, and ``laid_out`` compares them."""
    if kind in ("column", "index") and parents.get("table_name"):
        return not (name == "words" or (kind == "index" and name.endswith("_words")))
    return not (kind == "table" and full_text.is_index(name))


def test_going_down_to_base_leaves_no_table(database_url):
    migrate.upgrade(database_url)
    migrate.downgrade(database_url, "base")
    assert laid_out(database_url) == {}


def test_every_step_goes_up_down_and_up_again_with_rows(database_url):
    script = ScriptDirectory.from_config(migrate.configuration())
    revisions = [revision.revision for revision in reversed(list(script.walk_revisions()))]
    migrate.upgrade(database_url, revisions[0])
    engine = create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO docket (title, illustrative, created_at) "
                "VALUES ('Kept through every step', :no, '2026-01-01 00:00:00+00:00')"
            ),
            {"no": False},
        )
        connection.execute(text("INSERT INTO docket_identifier (docket_id, identifier) SELECT id, 'X-1' FROM docket"))
    engine.dispose()
    for revision in revisions[1:]:
        migrate.upgrade(database_url, revision)
        migrate.downgrade(database_url, "-1")
        migrate.upgrade(database_url, revision)
    engine = create_engine(database_url)
    with engine.begin() as connection:
        kept = connection.execute(
            text("SELECT title, identifier FROM docket JOIN docket_identifier ON docket_id = docket.id")
        ).all()
    engine.dispose()
    assert kept == [("Kept through every step", "X-1")]


def test_a_database_of_another_version_is_refused_with_what_to_do(database_url):
    with pytest.raises(migrate.SchemaIsNotCurrent, match="commenttrack db upgrade"):
        migrate.require_current(database_url)


def test_a_failed_migration_leaves_the_database_as_it_was(database_url):
    class Broken(Exception):
        pass

    with pytest.raises(Broken), migrate.migration_connection(database_url) as connection:
        connection.execute(text("CREATE TABLE half (id INTEGER)"))
        raise Broken
    assert laid_out(database_url) == {}


def test_a_database_that_does_not_answer_is_named_without_its_password():
    with pytest.raises(migrate.DatabaseUnreachable, match=r"\*\*\*") as caught:
        migrate.upgrade("postgresql+psycopg://user:s3cret@127.0.0.1:1/none")
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_table_that_sqlite_copies_has_its_full_text_triggers_again(database_url):
    migrate.upgrade(database_url)
    engine = create_engine(database_url)
    with engine.connect() as connection:
        before = full_text.triggers(connection)
        connection.execute(text("CREATE TABLE copy AS SELECT * FROM letter_part"))
        connection.execute(text("DROP TABLE letter_part"))
        connection.execute(text("ALTER TABLE copy RENAME TO letter_part"))
        assert full_text.triggers(connection) != before
        full_text.restore_triggers(connection, before)
        assert full_text.triggers(connection) == before
    engine.dispose()


def test_the_words_of_rows_that_are_there_are_indexed(database_url):
    migrate.upgrade(database_url, "0005")
    engine = create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO source_document (title, kind, coalition, file_name, sha256, created_at) "
                "VALUES ('S', 'other', :yes, 'f', 'x', '2026-01-01')"
            ),
            {"yes": True},
        )
        connection.execute(
            text(
                'INSERT INTO position (source_document_id, label, place, consensus, topics, start, "end") '
                "SELECT id, '1', 0, 'aligned', '[]', 0, 1 FROM source_document"
            )
        )
        connection.execute(
            text(
                "INSERT INTO position_version (position_id, number, heading, statement, quotation, request, fallback, "
                "wording_digest, author, created_at) "
                "SELECT id, 1, 'Café', 'Quokkas thrive.', '', '', '', 'd', 'a', '2026-01-01' FROM position"
            )
        )
    migrate.upgrade(database_url, "head")
    match = "rowid FROM position_version_words WHERE position_version_words MATCH 'cafe'"
    if engine.dialect.name == "postgresql":
        match = "id FROM position_version WHERE words @@ to_tsquery('simple', 'cafe')"
    with engine.connect() as connection:
        assert len(connection.execute(text(f"SELECT {match}")).all()) == 1
    engine.dispose()


_A_LETTER_IN_TWO_LANGUAGES = (
    "INSERT INTO docket (title, illustrative, created_at) VALUES ('D', '0', '2026-01-01')",
    "INSERT INTO organization (name, kind, description, city, tagline, address, created_at) "
    "VALUES ('O', 'lead', '', '', '', '[]', '2026-01-01')",
    "INSERT INTO rule_document (docket_id, kind, title, document_number, metadata_json, leftovers_json, source_name, "
    "source_sha256, source_key, imported_at) SELECT id, 'proposed_rule', 'R', '', '{}', '[]', '', '', '', '2026-01-01' "
    "FROM docket",
    "INSERT INTO letter (docket_id, rule_document_id, lead_id, title, head_json, texts_json, created_at, revision) "
    "SELECT docket_id, rule_document.id, organization.id, 'L', '{}', '{}', '2026-01-01', 1 "
    "FROM rule_document, organization",
    "INSERT INTO letter_part (letter_id, key, place, kind, heading, level, text, requested_text, second_text, "
    "included, annex, wording_digest, edited_by, updated_at, revision) "
    "SELECT id, 'a', 0, 'free', '', 1, 'A rule', '', 'Una norma', '1', '0', 'd', '', '2026-01-01', 1 FROM letter",
    "INSERT INTO letter_version (letter_id, number, head_json, parts_json, frozen_by, frozen_at, override_reason, "
    "overridden_json) SELECT id, 1, '{}', "
    '\'[{"heading": "", "text": "A rule", "requested_text": "", "second_text": "Una norma"}]\', '
    "'', '2026-01-01', '', '[]' FROM letter",
)


def test_second_languages_that_are_there_are_indexed_and_the_index_goes_back_without_them(database_url):
    migrate.upgrade(database_url, "0013")
    engine = create_engine(database_url)
    with engine.begin() as connection:
        for statement in _A_LETTER_IN_TWO_LANGUAGES:
            connection.exec_driver_sql(statement)
    found = {}
    for revision in ("head", "0013", "head"):
        (migrate.upgrade if revision == "head" else migrate.downgrade)(database_url, revision)
        for table in ("letter_part", "letter_version"):
            for word in ("norma", "rule"):
                match = f"rowid FROM {table}_words WHERE {table}_words MATCH '{word}'"
                if engine.dialect.name == "postgresql":
                    match = f"id FROM {table} WHERE words @@ to_tsquery('simple', '{word}')"
                with engine.connect() as connection:
                    found[revision, table, word] = len(connection.execute(text(f"SELECT {match}")).all())
        assert {word: count for (at, _, word), count in found.items() if at == revision} == {
            "rule": 1,
            "norma": 1 if revision == "head" else 0,
        }
    engine.dispose()
