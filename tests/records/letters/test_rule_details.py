"""What a stored letter takes from its rule when it is built."""

import datetime as dt

import pytest

from commenttrack import illustration
from commenttrack.letters import made_files, operations, recorded_content, rule_details, word_import
from commenttrack.letters.drafting import compose_letter
from commenttrack.letters.exported_word import from_json, text_of
from commenttrack.letters.quotations import DiffersFromRule
from commenttrack.letters.returned_word import read_word
from commenttrack.letters.rule_details import with_rule_details
from commenttrack.rulemaking import current_text
from commenttrack.rulemaking.operations import parsed_rule
from commenttrack.storage import Storage

NOW = dt.datetime(2026, 3, 2, 15, 0, tzinfo=dt.UTC)
BY = {"actor": "Ada", "now": NOW}


@pytest.fixture
def storage(tmp_path):
    return Storage(f"file://{tmp_path}")


@pytest.fixture
def letter(session, made, document, library, lead):
    illustration.approve_library(session, made, now=NOW)
    illustration.follow_instructions(session, made, document, now=NOW)
    letter = illustration.begin_letter(session, made, document, lead, **BY)
    compose_letter(session, letter, **BY)
    return letter


def test_a_citation_without_a_page_gets_it_from_the_stored_rule(session, letter, storage):
    rule = parsed_rule(session, letter.rule_document)
    provision = next(
        p for p in rule.provisions if len(p.text.split()) > 12 and p.pages and p.pages[0] > rule.document.start_page
    )
    words = " ".join(provision.text.split()[:8])
    register = letter.head_json["sources"][0]["cite"]
    part = letter.parts[0]
    operations.edit_part(
        session, part, expected_revision=part.revision, heading=part.heading, requested_text="", **BY,
        text=f"It says:\n\n> {words}\n\n[@{register}]",
    )  # fmt: skip
    built = with_rule_details(session, letter, recorded_content.content_of_letter(letter), storage)
    assert built.parts[0].text.endswith(f"[@{register}, {provision.pages[0]}]")
    assert part.text.endswith(f"[@{register}]")


def test_a_letter_without_stored_current_text_is_built_as_it_is(session, letter, storage):
    content = recorded_content.content_of_letter(letter)
    built = with_rule_details(session, letter, content, storage)
    assert [part.current_text for part in built.parts] == ["" for _ in content.parts]


def attach_old_text(session, letter, storage):
    """Store a current text of the provision that the first request is about; gives the request's part and the label."""
    part = next(part for part in letter.parts if part.requested_text)
    label = next(link.provision_position.provision.label for link in part.links if link.provision_position)
    section, _, marks = label.partition(" CFR ")[2].partition("(")
    number = section.partition(".")[0]
    title = label.split()[0]
    data = (
        f'<DIV5 N="{number}" TYPE="PART" hierarchy_metadata="/on/2026-01-01/title-{title}/part-{number}">'
        f'<HEAD>PART {number}—X</HEAD><DIV8 N="{section}" TYPE="SECTION"><HEAD>§ {section} Old.</HEAD>'
        f"<P>({marks or 'a)'} Old words of the paragraph.</P></DIV8></DIV5>"
    ).encode()
    current_text.attach(
        session, letter.rule_document, data, name="old.xml", source="a file", storage=storage, actor="Ada", now=NOW
    )
    return part, label


def test_requests_get_the_current_text_that_is_attached(session, letter, storage):
    part, label = attach_old_text(session, letter, storage)
    built = with_rule_details(session, letter, recorded_content.content_of_letter(letter), storage)
    redline = current_text.redline_of(
        session, letter.rule_document, current_text.attached(session, letter.rule_document), storage=storage
    )
    here = [p for p in redline.paragraphs if p.label == label]
    standing = "".join(change.text for p in here for change in p.text if change.kind != "insert")
    (found,) = [each.current_text for each in built.parts if each.key == part.key]
    assert found == standing
    assert "Old words" in found


def quote(session, part, words, label):
    text = f"Today it reads:\n\n> {words}\n\n[@{label}]"
    operations.edit_part(
        session, part, expected_revision=part.revision, heading=part.heading, text=text, requested_text="", **BY
    )
    session.flush()


def test_the_check_the_word_file_and_the_final_build_go_by_the_same_current_text(session, letter, storage):
    requested, label = attach_old_text(session, letter, storage)
    quote(session, letter.parts[0], "Old words of the paragraph.", label)
    letter.head_json = {**letter.head_json, "current_text": "shown"}
    assert operations.problems(session, letter, storage=storage) == []
    version = operations.freeze(session, letter, storage=storage, **BY)
    final = rule_details.built(session, letter, recorded_content.content_of_version(version), storage)
    standing = next(part.current_text for part in final.parts if part.key == requested.key)
    assert standing
    word = read_word(word_import.word_draft(session, letter, storage=storage))
    printed = "\n".join(text_of(paragraph) for story in word.stories for paragraph in story.paragraphs)
    assert "Old words of the paragraph" in printed
    assert "Current text and the proposed changes" in printed
    # What came with the file is what was typed, so that what comes back finds its place.
    typed = {part.key: part.text for part in from_json(word.attached).parts}
    assert typed == {part.key: part.text for part in letter.parts if part.included}
    # Once another text is attached the words stand nowhere: the check says so, and nothing is built on them.
    current_text.detach(session, current_text.attached(session, letter.rule_document)[0], actor="Ada", now=NOW)
    quote(session, letter.parts[0], "Older words of the paragraph.", label)
    assert [problem.kind for problem in operations.problems(session, letter, storage=storage)] == ["quotation"]
    with pytest.raises(DiffersFromRule):
        rule_details.built(session, letter, recorded_content.content_of_letter(letter), storage)


def test_a_drafts_file_is_made_anew_once_another_current_text_is_attached(session, letter, storage):
    wanted = made_files.Wanted(".pdf")
    before = made_files.digest_of(session, letter, wanted)
    assert made_files.digest_of(session, letter, wanted) == before
    attach_old_text(session, letter, storage)
    assert made_files.digest_of(session, letter, wanted) != before
