"""Index the words of provisions, positions and letters, and of what they hold already.

SQLite: FTS5 tables that triggers fill. PostgreSQL: a generated column with a GIN index, made of two functions that part
a text into words.
"""

# ruff: noqa: S608 (the names in these statements stand in this file)

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_COLUMNS = {
    "provision": {"label": "A", "heading": "B", "text": "D"},
    "position_version": {"heading": "A", "statement": "D"},
    "letter_part": {"heading": "A", "text": "D", "requested_text": "D"},
}
_TOKENIZER = "tokenize='unicode61 remove_diacritics 2'"
_ITEMS = (
    "coalesce(group_concat(coalesce(json_extract(value, '$.heading'), '') || ' ' || coalesce(json_extract(value,"
    " '$.text'), '') || ' ' || coalesce(json_extract(value, '$.requested_text'), ''), ' '), '')"
)
_FUNCTIONS = (
    "CREATE OR REPLACE FUNCTION search_words(content text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$"
    " SELECT lower(regexp_replace(regexp_replace(normalize(left(coalesce(content, ''), 200000), NFKD),"
    " '[\\u0300-\\u036f]+', '', 'g'),"
    " '[\\u0001-\\u002f\\u003a-\\u0040\\u005b-\\u0060\\u007b-\\u00a9\\u00ab-\\u00b1\\u00b4\\u00b6-\\u00b8\\u00bb\\u00bf"
    "\\u2000-\\u206f\\u2e00-\\u2e7f\\u3000-\\u303f]+', ' ', 'g')) $$",
    "CREATE OR REPLACE FUNCTION search_items(items json, keys text[]) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE"
    " AS $$ SELECT coalesce(string_agg(coalesce(item ->> key, ''), ' '), '')"
    " FROM json_array_elements(items) AS item, unnest(keys) AS key $$",
)


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _upgrade_sqlite()
    else:
        _upgrade_postgresql()


def _upgrade_sqlite() -> None:
    for table, weights in _COLUMNS.items():
        names = ", ".join(weights)
        new, old = (", ".join(f"{row}.{name}" for name in weights) for row in ("new", "old"))
        insert = f"INSERT INTO {table}_words (rowid, {names}) VALUES (new.id, {new});"
        delete = f"INSERT INTO {table}_words ({table}_words, rowid, {names}) VALUES ('delete', old.id, {old});"
        _make(
            f"CREATE VIRTUAL TABLE {table}_words USING fts5({names}, content='{table}', content_rowid='id', {_TOKENIZER})"
        )
        _make(f"CREATE TRIGGER {table}_words_insert AFTER INSERT ON {table} BEGIN {insert} END")
        _make(f"CREATE TRIGGER {table}_words_delete AFTER DELETE ON {table} BEGIN {delete} END")
        _make(f"CREATE TRIGGER {table}_words_update AFTER UPDATE OF id, {names} ON {table} BEGIN {delete} {insert} END")
        _make(f"INSERT INTO {table}_words ({table}_words) VALUES ('rebuild')")
    insert = f"INSERT INTO letter_version_words (rowid, items) SELECT new.id, {_ITEMS} FROM json_each(new.parts_json);"
    delete = "DELETE FROM letter_version_words WHERE rowid = old.id;"
    _make(f"CREATE VIRTUAL TABLE letter_version_words USING fts5(items, {_TOKENIZER})")
    _make(f"CREATE TRIGGER letter_version_words_insert AFTER INSERT ON letter_version BEGIN {insert} END")
    _make(f"CREATE TRIGGER letter_version_words_delete AFTER DELETE ON letter_version BEGIN {delete} END")
    _make(
        "CREATE TRIGGER letter_version_words_update AFTER UPDATE OF id, parts_json ON letter_version"
        f" BEGIN {delete} {insert} END"
    )
    _make(
        "INSERT INTO letter_version_words (rowid, items) SELECT letter_version.id,"
        f" (SELECT {_ITEMS} FROM json_each(letter_version.parts_json)) FROM letter_version"
    )


def _upgrade_postgresql() -> None:
    for function in _FUNCTIONS:
        _make(function)
    vectors = {
        table: " || ".join(
            f"setweight(to_tsvector('simple'::regconfig, search_words({name})), '{weight}')"
            for name, weight in weights.items()
        )
        for table, weights in _COLUMNS.items()
    }
    vectors["letter_version"] = (
        "to_tsvector('simple'::regconfig,"
        " search_words(search_items(parts_json, ARRAY['heading', 'text', 'requested_text'])))"
    )
    for table, vector in vectors.items():
        # Adding the column works out its values for the rows that are there.
        _make(f"ALTER TABLE {table} ADD COLUMN words tsvector GENERATED ALWAYS AS ({vector}) STORED")
        _make(f"CREATE INDEX ix_{table}_words ON {table} USING gin (words)")


def downgrade() -> None:
    tables = (*_COLUMNS, "letter_version")
    if op.get_bind().dialect.name == "sqlite":
        for table in tables:
            for verb in ("insert", "delete", "update"):
                _make(f"DROP TRIGGER {table}_words_{verb}")
            _make(f"DROP TABLE {table}_words")
        return
    for table in tables:
        _make(f"DROP INDEX ix_{table}_words")
        _make(f"ALTER TABLE {table} DROP COLUMN words")
    _make("DROP FUNCTION search_items(json, text[])")
    _make("DROP FUNCTION search_words(text)")


def _make(statement: str) -> None:
    op.get_bind().exec_driver_sql(statement)
