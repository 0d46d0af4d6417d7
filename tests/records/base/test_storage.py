"""Files under the digest of their bytes."""

import hashlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from commenttrack.storage import Storage


@pytest.fixture
def storage(tmp_path):
    return Storage(f"file://{tmp_path / 'files'}")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=2000))
def test_what_was_stored_comes_back_byte_for_byte_under_its_digest(storage, data):
    key = storage.put(data)
    assert key.endswith(hashlib.sha256(data).hexdigest())
    assert storage.get(key) == data
    assert storage.put(data) == key


def test_an_unknown_key_is_a_missing_file(storage):
    with pytest.raises(FileNotFoundError):
        storage.get(f"ab/{'ab' * 32}")


def test_a_file_altered_behind_our_back_is_not_handed_out(storage, tmp_path):
    key = storage.put(b"the issued letter")
    (tmp_path / "files" / key).write_bytes(b"another letter")
    with pytest.raises(OSError, match="no longer has the bytes"):
        storage.get(key)
