"""Index what parts of letters say in a second language, in drafts and in frozen versions, and what they say already.

Down, the index is made again without it; the texts stay.
"""

# ruff: noqa: S608 (the names in these statements stand in this file)

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_FIRST = {"heading": "A", "text": "D", "requested_text": "D"}
_BOTH = {**_FIRST, "second_heading": "A", "second_text": "D"}
_TOKENIZER = "tokenize='unicode61 remove_diacritics 2'"


def upgrade() -> None:
    _index(_BOTH)


def downgrade() -> None:
    _index(_FIRST)


def _index(weights: dict[str, str]) -> None:
    if op.get_bind().dialect.name == "sqlite":
        _index_parts(list(weights))
        _index_versions(list(weights))
        return
    part = " || ".join(
        f"setweight(to_tsvector('simple'::regconfig, search_words({name})), '{weight}')"
        for name, weight in weights.items()
    )
    keys = ", ".join(f"'{name}'" for name in weights)
    version = f"to_tsvector('simple'::regconfig, search_words(search_items(parts_json, ARRAY[{keys}])))"
    for table, vector in (("letter_part", part), ("letter_version", version)):
        _make(f"DROP INDEX ix_{table}_words")
        _make(f"ALTER TABLE {table} DROP COLUMN words")
        # Adding the column works out its values for the rows that are there.
        _make(f"ALTER TABLE {table} ADD COLUMN words tsvector GENERATED ALWAYS AS ({vector}) STORED")
        _make(f"CREATE INDEX ix_{table}_words ON {table} USING gin (words)")


def _drop(table: str) -> None:
    for verb in ("insert", "delete", "update"):
        _make(f"DROP TRIGGER {table}_words_{verb}")
    _make(f"DROP TABLE {table}_words")


def _index_parts(columns: list[str]) -> None:
    _drop("letter_part")
    names = ", ".join(columns)
    new, old = (", ".join(f"{row}.{name}" for name in columns) for row in ("new", "old"))
    insert = f"INSERT INTO letter_part_words (rowid, {names}) VALUES (new.id, {new});"
    delete = f"INSERT INTO letter_part_words (letter_part_words, rowid, {names}) VALUES ('delete', old.id, {old});"
    _make(
        f"CREATE VIRTUAL TABLE letter_part_words USING fts5({names}, content='letter_part', content_rowid='id',"
        f" {_TOKENIZER})"
    )
    _triggers("letter_part", f"id, {names}", insert, delete)
    _make("INSERT INTO letter_part_words (letter_part_words) VALUES ('rebuild')")


def _index_versions(keys: list[str]) -> None:
    _drop("letter_version")
    texts = " || ' ' || ".join(f"coalesce(json_extract(value, '$.{key}'), '')" for key in keys)
    items = f"coalesce(group_concat({texts}, ' '), '')"
    insert = f"INSERT INTO letter_version_words (rowid, items) SELECT new.id, {items} FROM json_each(new.parts_json);"
    delete = "DELETE FROM letter_version_words WHERE rowid = old.id;"
    _make(f"CREATE VIRTUAL TABLE letter_version_words USING fts5(items, {_TOKENIZER})")
    _triggers("letter_version", "id, parts_json", insert, delete)
    _make(
        "INSERT INTO letter_version_words (rowid, items) SELECT letter_version.id,"
        f" (SELECT {items} FROM json_each(letter_version.parts_json)) FROM letter_version"
    )


def _triggers(table: str, changed: str, insert: str, delete: str) -> None:
    _make(f"CREATE TRIGGER {table}_words_insert AFTER INSERT ON {table} BEGIN {insert} END")
    _make(f"CREATE TRIGGER {table}_words_delete AFTER DELETE ON {table} BEGIN {delete} END")
    _make(f"CREATE TRIGGER {table}_words_update AFTER UPDATE OF {changed} ON {table} BEGIN {delete} {insert} END")


def _make(statement: str) -> None:
    op.get_bind().exec_driver_sql(statement)
