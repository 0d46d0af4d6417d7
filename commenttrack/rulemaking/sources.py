"""The one way out to the public sources: answers that are kept, and used again when the network is absent.

Every answer is read as a stream with a limit, revalidated as its server asks (RFC 9111), asked for again when the
server says to come back later, and kept in one SQLite file. Which answers are good is decided by :mod:`source_answers`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar, cast
from urllib.parse import urlsplit

import hishel
import httpx2
import stamina
from hishel.httpx2 import CacheTransport

import commenttrack
from commenttrack.errors import BadInput
from commenttrack.json_text import read_json
from commenttrack.rulemaking.source_answers import (
    AccessDenied,
    Answer,
    BadAnswer,
    Form,
    NoNetwork,
    Received,
    SourceUnavailable,
    accepted,
    busy,
    kept_copy,
    retry_after,
    too_large,
)

T = TypeVar("T")

MAXIMUM_BYTES = 50_000_000
# Kept answers take at most this much of the disk; those unused for longest go first.
_CACHE_BYTES = 500_000_000
_REDIRECTS = 5
_LONG_AGO = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
# Where the sources keep their files; a redirect to any other host is not followed.
_FAMILIAR_HOSTS = frozenset({"www.federalregister.gov", "www.govinfo.gov", "www.ecfr.gov"})

# stamina would print each retry, by structlog's default on standard output, where commands print their results.
stamina.instrumentation.set_on_retry_hooks(())


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for a source, in seconds.

    ``timeout`` is for connecting and for each piece of an answer, ``whole`` for one answer; a wait that a server asks
    for is kept when it is no longer than ``longest_wait``, otherwise the request is given up and says so.
    """

    timeout: float = 20.0
    whole: float = 180.0
    attempts: int = 3
    first_wait: float = 0.5
    longest_wait: float = 15.0


class _ComeBack(Exception):
    """An answer that is worth asking for again, after ``wait`` seconds when the server says so."""

    def __init__(self, status: int, wait: float | None) -> None:
        super().__init__(status)
        self.status = status
        self.wait = wait


class _TooSlow(Exception):
    """An answer that kept coming for longer than one answer may take."""


class SourceClient:
    """Asks the sources. Use it as a context manager; several threads may share one."""

    def __init__(
        self,
        cache: Path,
        *,
        patience: Patience | None = None,
        keys: Mapping[str, tuple[str, str]] | None = None,
        maximum_bytes: int = MAXIMUM_BYTES,
    ) -> None:
        """``cache`` is the SQLite file of kept answers; ``keys`` gives header name and secret by base address."""
        self._patience = patience or Patience()
        self._maximum_bytes = maximum_bytes
        self._storage = hishel.SqliteStorage(database_path=cache, max_size=_CACHE_BYTES, max_stream_size=maximum_bytes)
        self._client = httpx2.Client(
            transport=CacheTransport(
                # The keys are added below the cache, so that none is ever kept with a request.
                _WithKeys(httpx2.HTTPTransport(), dict(keys or {})),
                storage=self._storage,
                # A cache of this installation alone, which may keep answers that are marked private.
                rfc=hishel.CacheOptions(shared=False),
            ),
            timeout=self._patience.timeout,
            follow_redirects=False,
            headers={"User-Agent": f"CommentTrack/{commenttrack.__version__}", "Accept-Encoding": "gzip"},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections and the file of kept answers."""
        self._client.close()

    def get_json(self, address: str, parameters: Iterable[tuple[str, str]] = (), *, absent: str) -> tuple[Any, Answer]:
        """The JSON at an address, and the answer it came in; ``absent`` is the sentence for an unknown name."""
        return self._get(address, parameters, "JSON", partial(read_json, name="it"), absent)

    def get_file(
        self,
        address: str,
        parameters: Iterable[tuple[str, str]] = (),
        *,
        form: Form,
        check: Callable[[bytes], object],
        absent: str,
    ) -> Answer:
        """The bytes at an address; ``check`` raises :class:`BadInput` when they are not whole; none are kept then."""
        return self._get(address, parameters, form, check, absent)[1]

    def _get(
        self,
        address: str,
        parameters: Iterable[tuple[str, str]],
        form: Form,
        read: Callable[[bytes], T],
        absent: str,
    ) -> tuple[T, Answer]:
        url = httpx2.URL(address)
        if pairs := tuple(parameters):
            url = url.copy_merge_params(httpx2.QueryParams(pairs))
        note = ""
        try:
            final, received = self._followed(url, self._persistently)
        except (NoNetwork, SourceUnavailable) as refusal:
            kept: list[dt.datetime | None] = []
            try:
                final, received = self._followed(url, lambda at: self._kept(at, kept))
            except LookupError:
                raise refusal from refusal.__cause__
            note = kept_copy(url.host, reachable=isinstance(refusal, SourceUnavailable), moment=kept[-1])
        data = accepted(received, form, absent=absent)
        try:
            return read(data), Answer(received.address, data, note)
        except BadInput as error:
            # Kept, it would come back with every “not modified”.
            self._forget(final)
            raise BadAnswer(
                f"{url.host} gave an answer that cannot be read: {str(error).rstrip('.')}. Try again later, or import "
                f"the file instead."
            ) from error

    def _followed(
        self, url: httpx2.URL, ask: Callable[[httpx2.URL], tuple[Received, str]]
    ) -> tuple[httpx2.URL, Received]:
        """The address at which redirects end, and what was received there."""
        start = url
        for _ in range(_REDIRECTS + 1):
            received, location = ask(url)
            if not location:
                return url, received
            url = url.join(location)
            if not is_familiar(str(url), str(start)):
                raise AccessDenied(
                    f"{start.host} sends this program on to {url.host} instead of answering; it may ask for a person "
                    f"at a browser. Open {_shown(start)} in a browser, save the file and import it instead."
                )
        raise BadAnswer(f"{start.host} redirects on and on instead of answering. Import the file instead.")

    def _persistently(self, url: httpx2.URL) -> tuple[Received, str]:
        """One answer and where it redirects to, asked for as often as patience has it."""
        patience = self._patience
        try:
            for attempt in stamina.retry_context(
                on=self._worth_another_try,
                attempts=patience.attempts,
                timeout=None,
                wait_initial=patience.first_wait,
                wait_max=patience.longest_wait,
                wait_jitter=patience.first_wait,
            ):
                with attempt:
                    return self._once(url)
        except _ComeBack as error:
            raise SourceUnavailable(busy(url.host, error.status, error.wait)) from None
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
            raise NoNetwork(
                f"No network: {url.host} cannot be reached, and no copy of {_shown(url)} is kept here. Get the file in "
                f"another way and import the file instead."
            ) from error
        except (httpx2.TimeoutException, _TooSlow) as error:
            raise SourceUnavailable(
                f"{url.host} is too slow now: no whole answer came in time. Try again later, or import the file "
                f"instead."
            ) from error
        except (httpx2.TransportError, httpx2.DecodingError) as error:
            raise SourceUnavailable(
                f"{url.host} broke off its answer. Try again later, or import the file instead."
            ) from error
        raise AssertionError("a retry ends with an answer or an exception")

    def _worth_another_try(self, error: Exception) -> bool | float:
        """Whether to ask again, or the seconds after which the server asks to."""
        if isinstance(error, _ComeBack):
            if error.wait is None:
                return True
            return error.wait if error.wait <= self._patience.longest_wait else False
        # Without a network another try only makes people wait, and a time-out has made them wait already.
        return isinstance(error, httpx2.TransportError | httpx2.DecodingError) and not isinstance(
            error, httpx2.ConnectError | httpx2.TimeoutException
        )

    def _once(self, url: httpx2.URL) -> tuple[Received, str]:
        start = time.monotonic()
        with self._client.stream("GET", url) as response:
            status, headers = response.status_code, response.headers
            if status == 429 or status >= 500:
                raise _ComeBack(status, retry_after(headers.get("Retry-After", ""), now=dt.datetime.now(dt.UTC)))
            declared = headers.get("Content-Length", "")
            if declared.isdigit() and int(declared) > self._maximum_bytes:
                raise BadAnswer(too_large(_shown(url), self._maximum_bytes))
            pieces: list[bytes] = []
            size = 0
            for piece in response.iter_bytes():
                size += len(piece)
                if size > self._maximum_bytes:
                    raise BadAnswer(too_large(_shown(url), self._maximum_bytes))
                if time.monotonic() - start > self._patience.whole:
                    raise _TooSlow
                pieces.append(piece)
        return _received(url, response, b"".join(pieces))

    def _kept(self, url: httpx2.URL, moments: list[dt.datetime | None]) -> tuple[Received, str]:
        """The newest kept copy of a good answer, stale or not; its moment is added. LookupError when there is none."""
        copies = [
            (_dated(entry.response.headers.get("date", "")), entry.response)
            for entry in self._storage.get_entries(_cache_key(url))
            if entry.response.status_code < 400
        ]
        if not copies:
            raise LookupError(str(url))
        # Of several from the same second the last one stored.
        moment, stored = max(reversed(copies), key=lambda copy: copy[0] or _LONG_AGO)
        moments.append(moment)
        response = httpx2.Response(
            stored.status_code,
            headers=[(name, value) for name in stored.headers for value in stored.headers.get_list(name) or []],
            content=b"".join(cast("Iterable[bytes]", stored.stream or ())),
        )
        return _received(url, response, response.content)

    def _forget(self, url: httpx2.URL) -> None:
        for entry in self._storage.get_entries(_cache_key(url)):
            self._storage.remove_entry(entry.id)


class _WithKeys(httpx2.BaseTransport):
    """Adds the key that belongs to an address, and to no other, as the request leaves."""

    def __init__(self, transport: httpx2.BaseTransport, keys: Mapping[str, tuple[str, str]]) -> None:
        self._transport = transport
        self._keys = keys

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        for base, (header, secret) in self._keys.items():
            if secret and _under(str(request.url), base):
                # A copy: the request that the cache and exceptions hold stays without the key.
                request = httpx2.Request(
                    request.method,
                    request.url,
                    headers=[*request.headers.raw, (header.encode(), secret.encode())],
                    stream=request.stream,
                    extensions=request.extensions,
                )
        return self._transport.handle_request(request)

    def close(self) -> None:
        self._transport.close()


def is_familiar(address: str, base: str) -> bool:
    """Whether an address is on the server of ``base``, or on one where the sources keep their files."""
    asked, ours = urlsplit(address), urlsplit(base)
    same_server = (asked.scheme, asked.hostname, asked.port) == (ours.scheme, ours.hostname, ours.port)
    return same_server or (asked.scheme == "https" and asked.port is None and asked.hostname in _FAMILIAR_HOSTS)


def _under(address: str, base: str) -> bool:
    asked, ours = urlsplit(address), urlsplit(base)
    same_server = (asked.scheme, asked.hostname, asked.port) == (ours.scheme, ours.hostname, ours.port)
    return same_server and f"{asked.path}/".startswith(f"{ours.path.rstrip('/')}/")


def _received(url: httpx2.URL, response: httpx2.Response, data: bytes) -> tuple[Received, str]:
    """An answer, and where it redirects to, if it does."""
    location = response.headers.get("Location", "") if response.status_code in (301, 302, 303, 307, 308) else ""
    media_type = response.headers.get("Content-Type", "")
    return Received(url.host, _shown(url), response.status_code, media_type, data), location


def _shown(url: httpx2.URL) -> str:
    """An address for people, without its query."""
    return str(url.copy_with(query=None, fragment=None))


def _cache_key(url: httpx2.URL) -> str:
    """The key under which hishel keeps an answer when it follows RFC 9111."""
    return hashlib.sha256(f"RFC {url}".encode()).hexdigest()


def _dated(written: str) -> dt.datetime | None:
    """The moment of a Date header."""
    try:
        moment = parsedate_to_datetime(written)
    except (ValueError, TypeError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
