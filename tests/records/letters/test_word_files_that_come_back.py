"""Word files that come back: kept, read into suggestions, and decided one by one with undo."""

import datetime as dt
import hashlib
from dataclasses import replace

import pytest
from sqlalchemy import select

from commenttrack.audit import AuditEvent, verify
from commenttrack.errors import Refused
from commenttrack.letters import returned_decisions, word_import
from commenttrack.letters.content import Translation
from commenttrack.letters.models import EditState, PartComment, ReturnedFile, SuggestedEdit
from commenttrack.letters.operations import edit_part
from commenttrack.letters.recorded_content import content_of_letter
from commenttrack.letters.word import letter_docx
from tests.factories import world
from tests.factories.word_files import Desk

NOW = dt.datetime(2026, 3, 5, 15, 0, tzinfo=dt.UTC)
BY = {"actor": "Ada", "now": NOW}
TEXT = (
    "The proposal asks too much of *small* members. It should ask less, and later.\n\n- reports\n- records\n\nThe end."
)


@pytest.fixture
def letter(session):
    return world.letter(
        session,
        world.part("a", text=TEXT),
        world.part("b", text="Words of the second part [@89 FR 5698, 5702]. And more of them."),
    )


@pytest.fixture
def desk(session, letter, storage):
    return Desk(word_import.word_draft(session, letter, storage=storage))


def bring(session, letter, storage, desk, name="back.docx", **more):
    return word_import.import_returned_file(session, letter, desk.file(), name=name, storage=storage, **{**BY, **more})


def text_of(letter, key="a"):
    return next(part.text for part in letter.parts if part.key == key)


def test_a_change_becomes_a_suggestion_with_its_author_and_time(session, letter, storage, desk):
    desk.replace("less", "nothing")
    (edit,) = bring(session, letter, storage, desk).edits
    assert (edit.part.key, edit.field, edit.before, edit.after) == ("a", "text", "less", "nothing")
    assert (edit.author, edit.author_time) == ("Ann", dt.datetime(2026, 3, 4, 9, 30, tzinfo=dt.UTC))
    assert edit.state is EditState.OPEN
    assert text_of(letter) == TEXT


def test_accepting_changes_the_part_as_an_editor_would_and_undo_restores_it(session, letter, storage, desk):
    desk.replace("less", "nothing")
    (edit,) = bring(session, letter, storage, desk).edits
    digest = edit.part.wording_digest
    returned_decisions.accept_edit(session, edit, **BY)
    assert text_of(letter) == TEXT.replace("less", "nothing")
    assert (edit.part.edited_by, edit.decided_by, edit.state) == ("Ada", "Ada", EditState.ACCEPTED)
    assert edit.part.wording_digest != digest
    returned_decisions.undo_decision(session, edit, **BY)
    assert text_of(letter) == TEXT
    assert (edit.state, edit.decided_by) == (EditState.OPEN, "")


def test_all_of_a_files_edits_can_be_accepted_in_any_order(session, letter, storage, desk):
    desk.insert("very ", after="much of ")
    desk.delete("small")
    desk.author = "Ben"
    desk.replace("later", "much later")
    desk.insert_paragraph("files", after="records")
    desk.author = "Cy"
    desk.insert(" of it all", after="The end")
    file = bring(session, letter, storage, desk)
    wanted = (
        "The proposal asks too much of very  members. It should ask less, and much later.\n\n"
        "- reports\n- records\n- files\n\nThe end of it all."
    )
    for edits in (file.edits, list(reversed(file.edits)), [*file.edits[2:], *file.edits[:2]]):
        for edit in edits:
            returned_decisions.accept_edit(session, edit, **BY)
        assert text_of(letter) == wanted
        for edit in edits:
            returned_decisions.undo_decision(session, edit, **BY)
        assert text_of(letter) == TEXT


def test_an_edit_finds_its_place_in_a_wording_that_moved_on(session, letter, storage, desk):
    desk.replace("less", "nothing")
    (edit,) = bring(session, letter, storage, desk).edits
    part = edit.part
    edit_part(
        session, part, expected_revision=part.revision, heading=part.heading, text="New first words. " + TEXT,
        requested_text="", **BY,
    )  # fmt: skip
    returned_decisions.accept_edit(session, edit, **BY)
    assert text_of(letter) == "New first words. " + TEXT.replace("less", "nothing")
    returned_decisions.undo_decision(session, edit, **BY)
    assert text_of(letter) == "New first words. " + TEXT


def test_an_edit_whose_words_changed_meanwhile_is_a_conflict_with_both_texts(session, letter, storage, desk):
    desk.replace("less", "nothing")
    (edit,) = bring(session, letter, storage, desk).edits
    part = edit.part
    text = TEXT.replace("It should ask less, and later.", "Ask nobody.")
    edit_part(session, part, expected_revision=part.revision, heading=part.heading, text=text, requested_text="", **BY)
    with pytest.raises(returned_decisions.PlaceChanged) as caught:
        returned_decisions.accept_edit(session, edit, **BY)
    assert caught.value.present == text
    assert (text_of(letter), edit.state) == (text, EditState.OPEN)


def test_two_files_with_edits_of_the_same_words_do_not_overwrite_each_other(session, letter, storage, desk):
    other = Desk(desk.file())
    desk.replace("less", "nothing")
    other.author = "Ben"
    other.replace("ask less", "ask for more")
    (one,) = bring(session, letter, storage, desk).edits
    (two,) = bring(session, letter, storage, other, name="other.docx").edits
    returned_decisions.accept_edit(session, one, **BY)
    with pytest.raises(returned_decisions.PlaceChanged):
        returned_decisions.accept_edit(session, two, **BY)
    returned_decisions.reject_edit(session, two, **BY)
    assert (two.state, text_of(letter)) == (EditState.REJECTED, TEXT.replace("less", "nothing"))


def test_an_undo_is_refused_where_somebody_edited_since(session, letter, storage, desk):
    desk.replace("less", "nothing")
    (edit,) = bring(session, letter, storage, desk).edits
    returned_decisions.accept_edit(session, edit, **BY)
    part = edit.part
    text = part.text.replace("ask nothing,", "ask for nothing at all,")
    edit_part(session, part, expected_revision=part.revision, heading=part.heading, text=text, requested_text="", **BY)
    with pytest.raises(Refused, match="edited after it was accepted"):
        returned_decisions.undo_decision(session, edit, **BY)
    assert (text_of(letter), edit.state) == (text, EditState.ACCEPTED)


def test_both_ends_of_a_move_are_decided_together(session, letter, storage, desk):
    desk.move("and later", after="It should ")
    file = bring(session, letter, storage, desk)
    assert [edit.kind.value for edit in file.edits] == ["move to", "move from"]
    returned_decisions.accept_edit(session, file.edits[0], **BY)
    assert text_of(letter) == TEXT.replace("It should ask less, and later.", "It should and laterask less, .")
    assert {edit.state for edit in file.edits} == {EditState.ACCEPTED}
    returned_decisions.undo_decision(session, file.edits[1], **BY)
    assert text_of(letter) == TEXT


def test_words_taken_out_of_an_insertion_wait_for_it(session, letter, storage, desk):
    desk.insert("by far not ", after="should ")
    desk.author = "Ben"
    desk.delete("by far ")
    outer, inner = bring(session, letter, storage, desk).edits
    assert inner.within is outer
    with pytest.raises(Refused, match="insertion first"):
        returned_decisions.accept_edit(session, inner, **BY)
    returned_decisions.accept_edit(session, outer, **BY)
    returned_decisions.accept_edit(session, inner, **BY)
    assert "It should not ask less" in text_of(letter)
    with pytest.raises(Refused, match="Undo that one first"):
        returned_decisions.undo_decision(session, outer, **BY)
    returned_decisions.undo_decision(session, inner, **BY)
    returned_decisions.undo_decision(session, outer, **BY)
    assert text_of(letter) == TEXT


def test_all_of_one_author_are_accepted_and_the_others_stay_open(session, letter, storage, desk):
    desk.replace("less", "nothing")
    desk.delete("The end.")
    desk.author = "Ben"
    desk.delete("small ")
    file = bring(session, letter, storage, desk)
    assert returned_decisions.accept_all(session, file, "Ann", **BY) == (2, 0)
    assert {edit.author: edit.state for edit in file.edits} == {"Ann": EditState.ACCEPTED, "Ben": EditState.OPEN}


def test_a_decided_suggestion_is_not_decided_again(session, letter, storage, desk):
    desk.replace("less", "nothing")
    (edit,) = bring(session, letter, storage, desk).edits
    returned_decisions.reject_edit(session, edit, **BY)
    with pytest.raises(Refused, match="was rejected by Ada"):
        returned_decisions.accept_edit(session, edit, **BY)
    returned_decisions.undo_decision(session, edit, **BY)
    returned_decisions.accept_edit(session, edit, **BY)
    assert edit.state is EditState.ACCEPTED


def test_what_cannot_be_placed_is_listed_and_cannot_be_accepted(session, letter, storage, desk):
    desk.delete("5702")
    (edit,) = bring(session, letter, storage, desk).edits
    assert "citation" in edit.why_unplaced
    with pytest.raises(Refused, match="citation"):
        returned_decisions.accept_edit(session, edit, **BY)


def test_changes_that_nobody_tracked_come_without_an_author(session, letter, storage, desk):
    desk.tracked = False
    desk.replace("less", "nothing")
    file = bring(session, letter, storage, desk)
    assert (file.tracked, file.untracked) == (0, 1)
    assert [(edit.author, edit.before, edit.after) for edit in file.edits] == [("", "less", "nothing")]


def test_a_file_that_cannot_be_read_is_kept_and_said_so(session, letter, storage):
    data = b"not a Word file"
    file = word_import.import_returned_file(session, letter, data, name="x.docx", storage=storage, **BY)
    assert "not a Word file" in file.problem
    assert storage.get(file.storage_key) == data
    assert (file.edits, file.comments) == ([], [])
    event = session.scalars(select(AuditEvent).order_by(AuditEvent.number.desc())).first()
    assert event.action == "returned file kept unread"


def test_the_same_file_is_not_taken_in_twice(session, letter, storage, desk):
    bring(session, letter, storage, desk)
    with pytest.raises(word_import.AlreadyBrought, match=r"March 5 as back\.docx"):
        bring(session, letter, storage, desk, name="again.docx")
    assert len(session.scalars(select(ReturnedFile)).all()) == 1


def test_a_file_of_another_letter_is_refused_and_kept(session, letter, storage):
    other = world.letter(session, world.part("z", text="Something else altogether, in other words."))
    file = bring(session, letter, storage, Desk(word_import.word_draft(session, other, storage=storage)))
    assert "another letter" in file.problem


def test_a_file_that_lost_its_description_is_laid_over_the_likeliest_wording(session, letter, storage, desk):
    world.version(session, letter)
    world.reword(session, letter, "a", "This part was written anew after the file was sent. Nothing is as it was.")
    desk.forget()
    desk.replace("less", "nothing")
    file = bring(session, letter, storage, desk)
    assert file.version is letter.versions[0]
    assert [(edit.before, edit.after) for edit in file.edits] == [("less", "nothing")]
    assert "likeness" in " ".join(file.notices_json)


def test_the_version_a_file_was_made_from_is_known(session, letter, storage, desk):
    version = world.version(session, letter)
    assert bring(session, letter, storage, desk).version is version


def test_comments_come_to_their_parts_with_their_answers_and_go_out_again(session, letter, storage, desk):
    first = desk.comment("second part", "Which one?")
    desk.author = "Ben"
    desk.comment("second part", "This one.", answers=first)
    bring(session, letter, storage, desk)
    rows = session.scalars(select(PartComment).order_by(PartComment.id)).all()
    assert [(row.part.key, row.author, row.text, row.quote) for row in rows] == [
        ("b", "Ann", "Which one?", "second part"),
        ("b", "Ben", "This one.", "second part"),
    ]
    assert rows[1].answers_id == rows[0].id
    again = Desk(word_import.word_draft(session, letter, storage=storage))
    again.replace("less", "nothing")
    file = bring(session, letter, storage, again, name="second.docx")
    assert file.comments == []  # they were sent with the file, and are not doubled when it comes back
    assert len(session.scalars(select(PartComment)).all()) == 2


def test_each_decision_stands_in_the_trail(session, letter, storage, desk):
    desk.replace("less", "nothing")
    (edit,) = bring(session, letter, storage, desk).edits
    returned_decisions.accept_edit(session, edit, **BY)
    returned_decisions.undo_decision(session, edit, **BY)
    returned_decisions.reject_edit(session, edit, **BY)
    actions = session.scalars(select(AuditEvent.action).order_by(AuditEvent.number)).all()
    assert [a for a in actions if "suggestion" in a or "file" in a] == [
        "returned file read",
        "suggestion accepted",
        "decision on suggestion undone",
        "suggestion rejected",
    ]
    assert verify(session)[1] == []


def test_rows_go_with_their_file(session, letter, storage, desk):
    desk.insert("by far not ", after="should ")
    desk.author = "Ben"
    desk.delete("by far ")
    file = bring(session, letter, storage, desk)
    assert file.sha256 == hashlib.sha256(storage.get(file.storage_key)).hexdigest()
    session.delete(file)
    session.flush()
    assert session.scalars(select(SuggestedEdit)).all() == []


def test_a_change_of_the_second_text_is_listed_with_the_reason(session, letter, storage):
    content = content_of_letter(letter)
    first, *others = content.parts
    translated = replace(first, translation="La proposition en demande trop.")
    head = replace(content.head, translation=Translation("fr"))
    desk = Desk(letter_docx(replace(content, head=head, parts=(translated, *others))))
    desk.replace("trop", "beaucoup")
    desk.replace("less", "nothing")
    file = bring(session, letter, storage, desk)
    placed, listed = file.edits
    assert (placed.before, placed.why_unplaced) == ("less", "")
    assert (listed.before, listed.after) == ("trop", "beaucoup")
    assert "second language" in listed.why_unplaced
    with pytest.raises(Refused, match="second language"):
        returned_decisions.accept_edit(session, listed, **BY)
