"""Full-text indexes that the database itself keeps in step, whatever way a row is written or deleted.

SQLite: an FTS5 table ``<table>_words`` beside each table, filled by triggers. PostgreSQL: a generated ``tsvector``
column ``words`` with a GIN index. Both are no tables of the program and have no models: they are made after the table
they belong to, here for ``create_all`` and in migration ``full_text`` for databases in use (a test compares the two).

On both, a word is a run of letters and digits without accents; signs only part words. No word is left out and none is
brought to its stem: sections are cited by "(a)", and "or" is not "and".
"""

# ruff: noqa: S608 (the names in these statements are those of tables and columns of the program)

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import DDL, Connection, Table, event

SUFFIX = "_words"
MOST_CHARACTERS = 200_000
"""Of one field; PostgreSQL refuses rows whose words need more than a megabyte. What is beyond is not found there."""

_TOKENIZER = "unicode61 remove_diacritics 2"

# What parts words besides blanks: ASCII and Latin-1 signs, general punctuation, CJK punctuation. Accents come apart
# from their letters by NFKD and are dropped.
_POSTGRESQL_FUNCTIONS = (
    "CREATE OR REPLACE FUNCTION search_words(content text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$"
    f" SELECT lower(regexp_replace(regexp_replace(normalize(left(coalesce(content, ''), {MOST_CHARACTERS}), NFKD),"
    " '[\\u0300-\\u036f]+', '', 'g'),"
    " '[\\u0001-\\u002f\\u003a-\\u0040\\u005b-\\u0060\\u007b-\\u00a9\\u00ab-\\u00b1\\u00b4\\u00b6-\\u00b8\\u00bb\\u00bf"
    "\\u2000-\\u206f\\u2e00-\\u2e7f\\u3000-\\u303f]+', ' ', 'g')) $$",
    "CREATE OR REPLACE FUNCTION search_items(items json, keys text[]) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE"
    " AS $$ SELECT coalesce(string_agg(coalesce(item ->> key, ''), ' '), '')"
    " FROM json_array_elements(items) AS item, unnest(keys) AS key $$",
)


def index(table: Any, weights: Mapping[str, str]) -> None:
    """Index columns of a table that are text, each with its weight for PostgreSQL: A, B, C or D."""
    columns = list(weights)
    made = [
        _fts(table, columns, f"content='{table.name}', content_rowid='id'"),
        *_triggers(
            table,
            columns,
            written=f"({_listed(columns)}) VALUES (new.id, {', '.join(f'new.{column}' for column in columns)})",
            erased=(
                f"INSERT INTO {table.name}{SUFFIX} ({table.name}{SUFFIX}, rowid, {', '.join(columns)})"
                f" VALUES ('delete', old.id, {', '.join(f'old.{column}' for column in columns)})"
            ),
        ),
    ]
    vector = " || ".join(f"setweight({_vector(column)}, '{weight}')" for column, weight in weights.items())
    _after_create(table, made, vector)


def index_items(table: Any, column: str, keys: Sequence[str]) -> None:
    """Index the texts under these keys of every item of a column that is a JSON list of objects."""
    # The text is kept a second time: the values of a list have no column that an index could read them from again.
    items = " || ' ' || ".join(f"coalesce(json_extract(value, '$.{key}'), '')" for key in keys)
    made = [
        _fts(table, ["items"], ""),
        *_triggers(
            table,
            [column],
            written=(
                f"(rowid, items) SELECT new.id, coalesce(group_concat({items}, ' '), '') FROM json_each(new.{column})"
            ),
            erased=f"DELETE FROM {table.name}{SUFFIX} WHERE rowid = old.id",
        ),
    ]
    listed = ", ".join(f"'{key}'" for key in keys)
    _after_create(table, made, _vector(f"search_items({column}, ARRAY[{listed}])"))


def _listed(columns: Sequence[str]) -> str:
    return ", ".join(("rowid", *columns))


def _vector(source: str) -> str:
    return f"to_tsvector('simple'::regconfig, search_words({source}))"


def _fts(table: Any, columns: Sequence[str], content: str) -> str:
    given = ", ".join(part for part in (*columns, content, f"tokenize='{_TOKENIZER}'") if part)
    return f"CREATE VIRTUAL TABLE {table.name}{SUFFIX} USING fts5({given})"


def _triggers(table: Any, columns: Sequence[str], *, written: str, erased: str) -> Iterator[str]:
    name = f"{table.name}{SUFFIX}"
    insert = f"INSERT INTO {name} {written}"
    changed = ", ".join(("id", *columns))
    for verb, when, does in (
        ("insert", "INSERT", f"{insert};"),
        ("delete", "DELETE", f"{erased};"),
        ("update", f"UPDATE OF {changed}", f"{erased}; {insert};"),
    ):
        yield f"CREATE TRIGGER {name}_{verb} AFTER {when} ON {table.name} BEGIN {does} END"


def _after_create(table: Table, sqlite: Sequence[str], vector: str) -> None:
    postgresql = (
        *_POSTGRESQL_FUNCTIONS,
        f"ALTER TABLE {table.name} ADD COLUMN words tsvector GENERATED ALWAYS AS ({vector}) STORED",
        f"CREATE INDEX ix_{table.name}_words ON {table.name} USING gin (words)",
    )
    for dialect, statements in (("sqlite", sqlite), ("postgresql", postgresql)):
        for statement in statements:
            made = DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call]
            event.listen(table, "after_create", made.execute_if(dialect=dialect))


def is_index(name: str) -> bool:
    """Whether a name in a SQLite file is that of a full-text index or of one of the five tables FTS5 keeps for it."""
    head, found, tail = name.rpartition(SUFFIX)
    return bool(head and found) and tail in ("", "_data", "_idx", "_docsize", "_config", "_content")


def triggers(connection: Connection) -> dict[str, str]:
    """The triggers of a SQLite file, those of its full-text indexes and the audit trail's guards: statement by name."""
    rows = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    return {row[0]: row[1] for row in rows}


def restore_triggers(connection: Connection, before: Mapping[str, str]) -> None:
    """Make again what a migration lost: SQLite changes a table by copying it, without its triggers.

    The name of a trigger begins with that of the table it came with; what a migration took away with that table stays
    away.
    """
    present = triggers(connection)
    tables = set(connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars())
    for name, statement in before.items():
        if name not in present and name.rpartition("_")[0] in tables:
            connection.exec_driver_sql(statement)
