"""Letters in two languages that are drafted here: what is signed, what is behind, what comes back."""

import datetime as dt

import pytest

from commenttrack.errors import Refused
from commenttrack.letters import operations, recorded_content, restoring, returned_decisions, word_import
from commenttrack.letters.comparison import compare
from commenttrack.letters.rendering import letter_html
from commenttrack.letters.second_language import edit_second, is_behind, lacking, written_for
from commenttrack.signoffs.reading import version_digests
from tests.factories import world
from tests.factories.word_files import Desk

NOW = world.NOW
BY = {"actor": "Ada", "now": NOW}
SPANISH = {"lang": "es", "salutation": "Estimados señores:"}


@pytest.fixture
def letter(session):
    letter = world.letter(session, world.part("a"), world.part("b"), world.part("c", text=""))
    operations.edit_head(session, letter, {**letter.head_json, "translation": SPANISH}, **BY)
    return letter


def write(session, part, text="Lo que decimos.", heading="Título", expected=None):
    edit_second(session, part, expected_revision=expected or part.revision, heading=heading, text=text, **BY)
    session.flush()


def state(letter):
    return [(each.part.key, each.what) for each in lacking(letter)]


def test_the_tool_says_which_parts_lack_the_second_language_or_are_behind(session, letter):
    a, b, _ = letter.parts
    assert state(letter) == [("a", "missing"), ("b", "missing"), ("c", "heading")]
    write(session, a)
    write(session, b, heading="")
    assert state(letter) == [("b", "heading"), ("c", "heading")]
    before = a.words.first
    operations.edit_part(
        session, a, expected_revision=a.revision, heading=a.heading, text="Other words.", requested_text="", **BY
    )
    session.flush()
    assert (is_behind(a), state(letter)[0]) == (True, ("a", "behind"))
    assert written_for(a) == before
    write(session, a)
    assert not is_behind(a)
    b.included = False
    assert state(letter) == [("c", "heading")]


def test_a_letter_in_one_language_lacks_nothing_and_takes_no_second_text(session):
    letter = world.letter(session)
    assert state(letter) == []
    with pytest.raises(Refused, match="no second language"):
        write(session, letter.parts[0])


def test_what_is_signed_is_both_wordings_and_one_language_alone_keeps_its_old_digest(session, letter):
    part = letter.parts[0]
    alone = part.wording_digest
    assert alone == part.words.first.digest
    write(session, part)
    both = part.wording_digest
    assert both != alone
    write(session, part, text="Otras palabras.")
    assert part.wording_digest != both
    one = {key: value for key, value in letter.head_json.items() if key != "translation"}
    operations.edit_head(session, letter, one, **BY)
    assert (part.wording_digest, part.second_text) == (alone, "Otras palabras.")
    assert "Otras" not in letter_html(recorded_content.content_of_letter(letter))


def test_the_trail_and_the_earlier_wordings_keep_the_second_language(session, letter):
    part = letter.parts[0]
    write(session, part)
    write(session, part, text="Otras palabras.")
    kept = part.earlier_wordings[-1]
    assert (kept.second_text, kept.why) == ("Lo que decimos.", "second language written")
    assert part.edited_by == ""  # the first language is still as it was composed
    restoring.restore_part(session, part, kept, "the wording before", **BY)
    assert part.second_text == "Lo que decimos."
    assert not is_behind(part)


def test_two_people_writing_the_second_language_lose_neither_text(session, letter):
    part = letter.parts[0]
    seen = part.revision
    write(session, part, text="Uno.")
    with pytest.raises(operations.EditedMeanwhile) as caught:
        write(session, part, text="Dos.", expected=seen)
    assert (caught.value.theirs.second_text, caught.value.yours.second_text) == ("Uno.", "Dos.")


def test_a_frozen_version_has_both_languages_and_is_compared_and_restored_in_both(session, letter, storage):
    part = letter.parts[0]
    write(session, part, text="Palabras *firmadas*.")
    version = operations.freeze(session, letter, storage=storage, **BY)
    assert version_digests(version)["a"] == part.wording_digest
    assert "<em>firmadas</em>" in letter_html(recorded_content.content_of_version(version))
    write(session, part, text="Palabras cambiadas.")
    frozen, today = recorded_content.content_of_version(version), recorded_content.content_of_letter(letter)
    compared = compare(frozen, today).parts[0]
    assert [(piece.kind, piece.what) for piece in compared.pieces][-1] == ("second", "changed")
    restoring.restore_state(session, letter, version, **BY)
    assert part.second_text == "Palabras *firmadas*."
    assert part.wording_digest == version_digests(version)["a"]


def test_a_version_in_one_language_brings_back_its_words_and_leaves_those_of_the_second(session, storage):
    letter = world.letter(session)
    version = operations.freeze(session, letter, storage=storage, **BY)
    operations.edit_head(session, letter, {**letter.head_json, "translation": SPANISH}, **BY)
    part = letter.parts[0]
    write(session, part)
    world.reword(session, letter, "a", "Other words.")
    restoring.restore_part(session, part, version.parts_json[0], "version 1", **BY)
    assert (part.text, part.second_text) == (version.parts_json[0]["text"], "Lo que decimos.")
    restoring.restore_state(session, letter, version, **BY)
    assert part.second_text == "Lo que decimos."
    assert part.wording_digest == version.parts_json[0]["digest"]


@pytest.mark.parametrize("layout", ["after", "side-by-side"])
def test_a_change_of_the_second_language_in_word_comes_back_as_a_suggestion(session, letter, storage, layout):
    operations.edit_head(session, letter, {**letter.head_json, "translation": {**SPANISH, "layout": layout}}, **BY)
    part = letter.parts[0]
    write(session, part)
    first = part.words.first
    desk = Desk(word_import.word_draft(session, letter, storage=storage))
    desk.replace("decimos", "pedimos")
    file = word_import.import_returned_file(session, letter, desk.file(), name="vuelta.docx", storage=storage, **BY)
    (edit,) = file.edits
    assert (edit.field, edit.why_unplaced) == ("translation", "")
    returned_decisions.accept_edit(session, edit, **BY)
    assert (part.second_text, part.words.first, part.edited_by) == ("Lo que pedimos.", first, "")
    returned_decisions.undo_decision(session, edit, actor="Ben", now=NOW + dt.timedelta(hours=1))
    assert part.second_text == "Lo que decimos."
