"""Settings, read once from the environment. Nothing else touches ``os.environ``."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from commenttrack.errors import Refused


class BadConfiguration(Refused):
    """A setting that is missing or cannot be used; names the variable."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How this installation runs. Everything has an embedded default except the secret."""

    data: Path
    """Folder for the SQLite file, stored files and the file outbox."""
    database_url: str
    storage_url: str
    """``file://…`` or ``s3://…``."""
    secret_key: str = field(repr=False)
    base_url: str
    """Public address of the app without a trailing slash; links in mails start with it."""
    mail_url: str
    """``file://FOLDER`` (file outbox) or ``smtp://[user:password@]host[:port][?starttls=1]``."""
    mail_from: str
    association: str
    """Name of the association whose installation this is; empty: that of the lead association."""
    proxies: int
    """How many proxies of the installation's own stand before the app; only then are their headers believed."""
    jobs: str
    """``thread``: jobs run inside the web process; ``worker``: a separate ``commenttrack worker`` runs them."""
    federal_register_url: str
    ecfr_url: str
    regulations_gov_url: str
    regulations_gov_key: str = field(repr=False)
    """The key of regulations.gov's API; empty when the installation has none."""
    source_timeout: float
    """Seconds to wait for a public source to connect or to go on with its answer."""
    embedding_url: str = ""
    """The association's own embedding service, ``…/embeddings`` in OpenAI's shape; empty: none is asked."""
    embedding_model: str = ""
    embedding_key: str = field(default="", repr=False)
    rerank_url: str = ""
    """The association's own reranking service, ``…/rerank`` in Cohere's and Jina's shape; empty: none is asked."""
    rerank_model: str = ""
    rerank_key: str = field(default="", repr=False)
    ranking_timeout: float = 20.0
    """Seconds to wait for those services before the built-in ranking stands alone."""

    @classmethod
    def from_environment(
        cls, environment: Mapping[str, str] | None = None, *, own_address: str = "http://127.0.0.1:8000"
    ) -> "Settings":
        """Read ``COMMENTTRACK_*``; raises :class:`BadConfiguration` naming the variable that is wrong.

        Links start with ``own_address`` where no ``COMMENTTRACK_BASE_URL`` is set.
        """
        env = os.environ if environment is None else environment
        data = Path(env.get("COMMENTTRACK_DATA", "instance")).resolve()
        base_url = env.get("COMMENTTRACK_BASE_URL", own_address).rstrip("/")
        if not base_url.startswith(("http://", "https://")):
            raise BadConfiguration(f"COMMENTTRACK_BASE_URL must start with http:// or https://, not {base_url!r}.")
        mail_url = env.get("COMMENTTRACK_MAIL_URL", f"file://{data / 'outbox'}")
        if not mail_url.startswith(("file://", "smtp://")):
            raise BadConfiguration("COMMENTTRACK_MAIL_URL must start with file:// or smtp://.")
        storage_url = env.get("COMMENTTRACK_STORAGE_URL", f"file://{data / 'files'}")
        if not storage_url.startswith(("file://", "s3://")):
            raise BadConfiguration("COMMENTTRACK_STORAGE_URL must start with file:// or s3://.")
        jobs = env.get("COMMENTTRACK_JOBS", "thread")
        if jobs not in ("thread", "worker"):
            raise BadConfiguration(f"COMMENTTRACK_JOBS is thread or worker, not {jobs!r}.")
        return cls(
            data=data,
            database_url=env.get("COMMENTTRACK_DATABASE_URL", f"sqlite:///{data / 'commenttrack.sqlite'}"),
            storage_url=storage_url,
            secret_key=_secret(env, data),
            base_url=base_url,
            mail_url=mail_url,
            mail_from=env.get("COMMENTTRACK_MAIL_FROM", "commenttrack@localhost"),
            association=env.get("COMMENTTRACK_ASSOCIATION", ""),
            proxies=_count(env, "COMMENTTRACK_PROXIES"),
            jobs=jobs,
            federal_register_url=_address(env, "FEDERAL_REGISTER", "https://www.federalregister.gov/api/v1"),
            ecfr_url=_address(env, "ECFR", "https://www.ecfr.gov/api/versioner/v1"),
            regulations_gov_url=_address(env, "REGULATIONS_GOV", "https://api.regulations.gov/v4"),
            regulations_gov_key=_key(env, "COMMENTTRACK_REGULATIONS_GOV_KEY"),
            source_timeout=_seconds(env, "COMMENTTRACK_SOURCE_TIMEOUT", "20"),
            embedding_url=_service(env, "COMMENTTRACK_EMBEDDING_URL", "/embeddings"),
            embedding_model=env.get("COMMENTTRACK_EMBEDDING_MODEL", ""),
            embedding_key=_key(env, "COMMENTTRACK_EMBEDDING_KEY"),
            rerank_url=_service(env, "COMMENTTRACK_RERANK_URL", "/rerank"),
            rerank_model=env.get("COMMENTTRACK_RERANK_MODEL", ""),
            rerank_key=_key(env, "COMMENTTRACK_RERANK_KEY"),
            ranking_timeout=_seconds(env, "COMMENTTRACK_RANKING_TIMEOUT", "20"),
        )


def asks_ranking_service(environment: Mapping[str, str] | None = None) -> bool:
    """Whether a ranking service is configured: commands that need nothing else can do without the settings."""
    env = os.environ if environment is None else environment
    return bool(env.get("COMMENTTRACK_EMBEDDING_URL") or env.get("COMMENTTRACK_RERANK_URL"))


def _count(env: Mapping[str, str], name: str) -> int:
    written = env.get(name, "") or "0"
    if not written.isdecimal() or int(written) > 9:
        raise BadConfiguration(f"{name} is a number from 0 to 9, not {written!r}.")
    return int(written)


def _address(env: Mapping[str, str], source: str, default: str) -> str:
    """The base address of a public source from COMMENTTRACK_…_URL, without a trailing slash."""
    name = f"COMMENTTRACK_{source}_URL"
    address = (env.get(name, "") or default).rstrip("/")
    if not address.startswith(("http://", "https://")):
        raise BadConfiguration(f"{name} must start with http:// or https://, not {address!r}.")
    return address


def _service(env: Mapping[str, str], name: str, path: str) -> str:
    """The full address of an optional service; one that is given without its last step gets it."""
    address = env.get(name, "").strip().rstrip("/")
    if not address:
        return ""
    if not address.startswith(("http://", "https://")):
        raise BadConfiguration(f"{name} must start with http:// or https://, not {address!r}.")
    return address if address.endswith(path) else address + path


def _key(env: Mapping[str, str], name: str) -> str:
    """A key that can stand in the header of a request; the refusal does not repeat it."""
    key = env.get(name, "").strip()
    if not key.isascii() or not key.isprintable() or " " in key:
        raise BadConfiguration(f"{name} holds characters that no key has.")
    return key


def _seconds(env: Mapping[str, str], name: str, default: str) -> float:
    written = env.get(name, "") or default
    try:
        seconds = float(written)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= 600:
        raise BadConfiguration(f"{name} is a number of seconds up to 600, not {written!r}.")
    return seconds


def _secret(env: Mapping[str, str], data: Path) -> str:
    """The secret from COMMENTTRACK_SECRET_KEY, or one made for this data folder and kept there for its owner only.

    A secret with a default would be no secret, and one that changes at each start would sign everybody out and
    break every mailed link; a file beside the data it protects is what a single machine can have without a question.
    """
    given = env.get("COMMENTTRACK_SECRET_KEY", "")
    if given:
        if len(given) < 32:
            raise BadConfiguration("COMMENTTRACK_SECRET_KEY is shorter than 32 characters; use a longer random one.")
        return given
    path = data / "secret-key"
    if not path.exists():
        data.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text().strip()
