"""JSON from outside is read whole or refused by its name."""

import pytest

from commenttrack.errors import BadInput
from commenttrack.json_text import read_json


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b'{"a": 1,\n', "half.json is not whole JSON: .* in line 2, column 1"),
        (b"", "half.json is not whole JSON"),
        (b"\xff{}", "half.json is not UTF-8 text: byte 0"),
        (b"[" * 200_000, "half.json is nested too deeply"),
        (b"[" + b"9" * 5_000 + b"]", "half.json cannot be read"),
    ],
)
def test_what_cannot_be_read_is_refused(data, why):
    with pytest.raises(BadInput, match=why):
        read_json(data, name="half.json")
