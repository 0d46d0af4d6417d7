"""Files, stored once under the SHA-256 of their bytes. Names and content types stay in the database."""

import hashlib
from pathlib import Path
from urllib.parse import urlsplit

from obstore.store import from_url


class Storage:
    """A content-addressed store over ``file://`` or ``s3://``."""

    def __init__(self, url: str) -> None:
        if url.startswith("file://"):
            Path(urlsplit(url).path).mkdir(parents=True, exist_ok=True)
        self._store = from_url(url)

    def put(self, data: bytes) -> str:
        """Store the bytes and return their key; storing the same bytes again changes nothing."""
        digest = hashlib.sha256(data).hexdigest()
        key = f"{digest[:2]}/{digest}"
        self._store.put(key, data)
        return key

    def get(self, key: str) -> bytes:
        """The bytes; raises ``FileNotFoundError`` for an unknown key and ``OSError`` when the store altered them."""
        data = bytes(self._store.get(key).bytes())
        if hashlib.sha256(data).hexdigest() != key.rpartition("/")[2]:
            raise OSError(f"the stored file {key} no longer has the bytes that were stored")
        return data
