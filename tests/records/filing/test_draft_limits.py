"""Limits of the filing system are told at the draft, before a packet is built."""

from dataclasses import replace

import pytest

from commenttrack.filing import limits
from commenttrack.filing.draft_limits import limit_warnings
from commenttrack.letters.attachments import attach_file, mentioned
from commenttrack.letters.draft_warnings import warnings_of
from commenttrack.storage import Storage
from tests.factories import world

LIMITS = limits.load()


@pytest.fixture
def storage(tmp_path):
    return Storage(f"file://{tmp_path}")


@pytest.fixture
def letter(session, storage):
    """A letter with two files of three and four bytes."""
    part = world.part("a")
    letter = world.letter(session, part)
    for key, data in (("one", b"abc"), ("two", b"abcd")):
        row = attach_file(
            session, letter, data, key=key, file_name=f"{key}.csv", media_type="text/csv", storage=storage,
            actor="Test", now=world.NOW,
        )  # fmt: skip
        part.text += f"\n\n::: exhibit {key} {{#{key}}}\n{mentioned(row)}\n:::"
    session.flush()
    return letter


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({}, []),
        ({"files": 3}, []),
        ({"files": 2}, [("3 files; at most 2 are accepted.", False)]),
        ({"file_bytes": 3}, [("exhibit-two-csv.txt: 4 bytes; a file may have at most 3.", True)]),
        ({"extensions": frozenset({"pdf"})}, [(f"exhibit-{n}-csv.txt: .txt is not accepted; use one of pdf.", True)
                                              for n in ("one", "two")]),
    ],
)  # fmt: skip
def test_files_of_a_draft_are_held_against_the_limits(letter, changed, told):
    found = [(one.message, one.part is letter.parts[0]) for one in limit_warnings(letter, replace(LIMITS, **changed))]
    assert [(message.partition(" (Limit of")[0], here) for message, here in found] == told


def test_limits_are_warnings_in_the_draft_and_stop_nothing(session, letter, storage):
    others = limit_warnings(letter, replace(LIMITS, files=1))
    found = warnings_of(session, letter, storage=storage, now=world.NOW, others=others)
    (warning,) = (one for one in found if one.kind == "limit")
    assert not warning.blocks


def test_what_is_not_in_the_text_is_not_filed_and_not_counted(letter):
    letter.parts[0].included = False
    assert list(limit_warnings(letter, replace(LIMITS, files=1, file_bytes=1))) == []
