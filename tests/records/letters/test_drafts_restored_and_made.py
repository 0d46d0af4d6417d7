"""Earlier words brought back, drafts composed again part by part, files made once, house styles and exhibits."""

import datetime as dt
import io

import pytest
from PIL import Image
from sqlalchemy import select

from commenttrack import illustration, jobs
from commenttrack.audit import AuditEvent
from commenttrack.errors import BadInput, Refused
from commenttrack.letters import (
    attachments,
    exhibit_parts,
    house_styles,
    made_files,
    operations,
    recorded_content,
    restoring,
)
from commenttrack.letters import rendering as letter_rendering
from commenttrack.letters.comparison import compare
from commenttrack.letters.content import Signatory
from commenttrack.letters.draft_warnings import warnings_of
from commenttrack.letters.drafting import compose_letter, proposal
from commenttrack.letters.made_files import Wanted
from commenttrack.letters.models import PartKind
from commenttrack.letters.pictured import with_files
from commenttrack.letters.pictures import NotAPicture
from commenttrack.positions.answers import answer_question
from commenttrack.positions.exhibits import add_exhibit, remove_exhibit
from commenttrack.positions.models import AnswerState
from commenttrack.positions.operations import revise_position
from commenttrack.rulemaking.models import Question

NOW = dt.datetime(2026, 3, 2, 15, 0, tzinfo=dt.UTC)
BY = {"actor": "Ada", "now": NOW}
CAL = {"actor": "Cal", "now": NOW + dt.timedelta(hours=1)}


@pytest.fixture
def letter(session, made, document, library, lead):
    """The illustrative association's letter, composed from its instructions."""
    illustration.approve_library(session, made, now=NOW)
    illustration.follow_instructions(session, made, document, now=NOW)
    illustration.give_answers(session, made, document, now=NOW)
    letter = illustration.begin_letter(session, made, document, lead, **BY)
    compose_letter(session, letter, **BY)
    return letter


def edit(session, part, text, by=BY):
    operations.edit_part(
        session, part, expected_revision=part.revision, heading=part.heading, text=text,
        requested_text=part.requested_text, **by,
    )  # fmt: skip
    session.flush()


def comment(letter):
    return next(part for part in letter.parts if part.kind.value == "comment" and part.links)


def words(content):
    return [(part.key, part.heading, part.text, part.requested_text) for part in content.parts]


def picture(colour="navy"):
    data = io.BytesIO()
    Image.new("RGB", (40, 20), colour).save(data, "PNG")
    return data.getvalue()


# ----------------------------------------------------------------------------------------------------------- restoring


def test_every_edit_keeps_what_the_part_said_before(session, letter):
    part = comment(letter)
    composed = part.text
    edit(session, part, "First words.")
    edit(session, part, "Second words.", CAL)
    kept = [(each.text, each.written_by, each.replaced_by, each.why) for each in part.earlier_wordings]
    assert kept == [(composed, "", "Ada", "edited"), ("First words.", "Ada", "Cal", "edited")]


def test_saving_the_same_words_keeps_nothing(session, letter):
    part = comment(letter)
    edit(session, part, part.text)
    assert part.earlier_wordings == []


def test_a_part_gets_earlier_words_back_as_an_edit_and_loses_none(session, letter):
    part = comment(letter)
    composed = part.text
    edit(session, part, "New words.")
    restoring.restore_part(session, part, part.earlier_wordings[0], "the first wording", **CAL)
    assert (part.text, part.edited_by) == (composed, "Cal")
    assert part.earlier_wordings[-1].text == "New words."
    assert part.earlier_wordings[-1].why == "the first wording restored"
    with pytest.raises(Refused, match="reads as in the first wording already"):
        restoring.restore_part(session, part, part.earlier_wordings[0], "the first wording", **CAL)


def test_words_of_another_part_cannot_be_brought_back(session, letter):
    part = comment(letter)
    edit(session, part, "New words.")
    with pytest.raises(Refused, match="those of another part"):
        restoring.restore_part(session, letter.parts[0], part.earlier_wordings[0], "it", **CAL)


def test_a_version_comes_back_whole_and_the_draft_before_it_is_kept_and_comes_back_too(session, letter, storage):
    version = operations.freeze(session, letter, storage=storage, **BY)
    frozen = words(recorded_content.content_of_version(version))
    part = comment(letter)
    edit(session, part, "Words of today.")
    operations.move_part(session, part, to=0, **BY)
    operations.include_part(session, letter.parts[3], included=False, **BY)
    own = operations.add_part(session, letter, heading="Own", text="Own words.", **BY)
    operations.edit_head(session, letter, {**letter.head_json, "date": "May 5, 2026"}, **BY)
    session.flush()
    today = words(recorded_content.content_of_letter(letter))

    done = restoring.restore_state(session, letter, version, **CAL)
    assert words(recorded_content.content_of_letter(letter)) == frozen
    assert letter.head_json == version.head_json
    assert done.reworded == (part.key,)
    assert done.left_out == (own.key,)
    assert own in letter.parts
    assert compare(recorded_content.content_of_version(version), recorded_content.content_of_letter(letter)).same

    (kept,) = letter.snapshots
    assert words(recorded_content.content_of_version(kept)) == today
    restoring.restore_state(session, letter, kept, **CAL)
    assert words(recorded_content.content_of_letter(letter)) == today
    assert letter.head_json["date"] == "May 5, 2026"
    events = session.scalars(select(AuditEvent).where(AuditEvent.action == "draft restored")).all()
    assert next(event.details["restored"] for event in events) == "version 1"


def test_restoring_keeps_the_links_of_a_part(session, letter, storage):
    version = operations.freeze(session, letter, storage=storage, **BY)
    part = comment(letter)
    before = [link.provision_position_id for link in part.links]
    edit(session, part, "Other words.")
    restoring.restore_state(session, letter, version, **CAL)
    assert [link.provision_position_id for link in part.links] == before


def test_restoring_what_the_draft_reads_like_is_refused(session, letter, storage):
    version = operations.freeze(session, letter, storage=storage, **BY)
    with pytest.raises(Refused, match="reads like version 1 already"):
        restoring.restore_state(session, letter, version, **CAL)
    assert letter.snapshots == []


# ------------------------------------------------------------------------------------------------------ composing again


def test_composing_again_offers_the_difference_of_edited_parts_and_takes_only_what_is_chosen(session, letter):
    first, second = [part for part in letter.parts if part.kind.value == "comment" and part.links][:2]
    composed = first.text
    edit(session, first, "Edited one.")
    edit(session, second, "Edited two.")
    found = proposal(session, letter)
    assert [part.key for part, _ in found.edited] == [first.key, second.key]
    assert found.edited[0][1].text == composed
    assert not (found.rewritten or found.new or found.gone)
    compose_letter(session, letter, take=[first.key], **CAL)
    assert (first.text, first.edited_by) == (composed, "")
    assert (second.text, second.edited_by) == ("Edited two.", "Ada")
    assert first.earlier_wordings[-1].text == "Edited one."


def test_a_proposal_changes_nothing_by_being_looked_at(session, letter):
    part = comment(letter)
    revise_position(session, part.links[0].provision_position.position, heading="New", statement="New.", **BY)
    before = words(recorded_content.content_of_letter(letter))
    found = proposal(session, letter)
    assert part.key in [each.key for each, _ in found.rewritten]
    assert words(recorded_content.content_of_letter(letter)) == before


def test_a_letter_as_composed_has_nothing_to_propose(session, letter):
    assert proposal(session, letter).nothing


# --------------------------------------------------------------------------------------------------- files made in jobs


def run(session, job, storage, told=None):
    job.result = made_files.make(session, job.payload, storage=storage, tell=(told if told is not None else []).append)
    job.state = jobs.JobState.DONE
    return job.result["file"]


def test_unchanged_content_is_printed_once_and_then_served_from_the_stored_bytes(session, letter, storage, monkeypatch):
    printed = []
    monkeypatch.setattr(letter_rendering, "letter_pdf", lambda content: printed.append(content) or b"%PDF-1")
    told = []
    wanted = Wanted(".pdf")
    job = made_files.ask_for(session, letter, wanted, now=NOW)
    assert storage.get(run(session, job, storage, told)) == b"%PDF-1"
    assert told
    assert made_files.ask_for(session, letter, wanted, now=NOW) is job
    assert made_files.job_for(session, letter, wanted).state is jobs.JobState.DONE
    part = comment(letter)
    before = part.text
    edit(session, part, "Other words.")
    assert made_files.job_for(session, letter, wanted) is None
    edit(session, part, before)
    assert made_files.job_for(session, letter, wanted) is job
    assert len(printed) == 1


def test_a_draft_that_changed_while_its_file_waited_is_not_printed_under_the_old_name(session, letter, storage):
    job = made_files.ask_for(session, letter, Wanted(".pdf"), now=NOW)
    edit(session, comment(letter), "Other words.")
    with pytest.raises(made_files.ChangedMeanwhile):
        run(session, job, storage)


def test_a_failed_file_is_tried_again_when_it_is_asked_for_again(session, letter):
    job = made_files.ask_for(session, letter, Wanted(".pdf"), now=NOW)
    job.state = jobs.JobState.FAILED
    assert made_files.ask_for(session, letter, Wanted(".pdf"), now=NOW) is job
    assert job.state is jobs.JobState.QUEUED


def test_a_redline_of_a_version_and_the_draft_is_made_as_pdf(session, letter, storage):
    operations.freeze(session, letter, storage=storage, **BY)
    edit(session, comment(letter), "Other words.")
    job = made_files.ask_for(session, letter, Wanted(".pdf", "draft", "1"), now=NOW)
    assert storage.get(run(session, job, storage)).startswith(b"%PDF-")


def test_a_state_that_is_not_there_is_refused(session, letter):
    with pytest.raises(made_files.UnknownState):
        made_files.state_named(letter, "7")


# ------------------------------------------------------------------------------------------------------------ warnings


def test_a_draft_tells_everything_that_warns_what_blocks_first(session, letter, storage):
    part = comment(letter)
    cite = letter.head_json["sources"][0]["cite"]
    edit(session, part, f"> Words that no rule has anywhere.\n[@{cite}, 9999999]\n\nThe (the “Lost Term”).")
    revise_position(session, part.links[0].provision_position.position, heading="N", statement="New.", **BY)
    found = warnings_of(session, letter, storage=storage, now=NOW)
    assert [warning.blocks for warning in found] == sorted((warning.blocks for warning in found), reverse=True)
    kinds = {warning.kind for warning in found if warning.part is part}
    assert {"suspect", "position", "term"} <= kinds
    assert kinds & {"citation", "quotation"}


def test_a_question_without_a_number_is_named_by_its_place_and_its_words(session, letter, storage):
    found = [one for one in warnings_of(session, letter, storage=storage, now=NOW) if one.kind == "question"]
    open_questions = [session.get(Question, one.question) for one in found]
    assert not any(question.number for question in open_questions)
    for warning, question in zip(found, open_questions, strict=True):
        assert warning.message.startswith(f"The agency’s question in {question.provision.label} is not answered: “")
        assert question.text[:60] in warning.message


def test_an_answer_given_after_the_letter_was_composed_warns_until_it_is_composed_again(session, letter, storage):
    def missing():
        found = warnings_of(session, letter, storage=storage, now=NOW)
        return [one.message for one in found if one.kind == "unwritten"]

    assert missing() == []
    open_one = next(one for one in warnings_of(session, letter, storage=storage, now=NOW) if one.kind == "question")
    question = session.get(Question, open_one.question)
    answer_question(session, question, state=AnswerState.ANSWERED, text="Yes.", **BY)
    assert missing() == [f"The answer to the question in {question.provision.label} does not stand in the letter yet."]
    compose_letter(session, letter, **BY)
    assert missing() == []


# -------------------------------------------------------------------------------------------- house styles and exhibits


STYLE = {"house_style": {"fonts": "sans", "citations": "bluebook"}, "signature_columns": 2}


def test_a_house_style_is_taken_over_with_logo_and_letterhead(session, letter, storage):
    logo = house_styles.Upload("logo.png", picture())
    house_styles.set_style(session, letter.lead, STYLE, logo=logo, logo_alt="A ship", storage=storage, **BY)
    assert house_styles.apply(session, letter, **BY)
    content = with_files(letter, recorded_content.content_of_letter(letter), storage)
    assert content.head.house_style.fonts == "sans"
    assert content.head.citations == "bluebook"
    assert content.head.signature_columns == 2
    assert content.head.letterhead.name == letter.lead.name
    assert content.head.letterhead.logo_alt == "A ship"
    assert [each.name for each in content.pictures] == [content.head.letterhead.logo]


def test_an_association_without_a_house_style_leaves_a_letter_as_it_is(session, letter):
    before = dict(letter.head_json)
    assert not house_styles.apply(session, letter, **BY)
    assert letter.head_json == before


def test_a_logo_that_is_no_image_and_a_key_of_one_letter_are_refused(session, letter, storage):
    with pytest.raises(NotAPicture):
        house_styles.set_style(
            session, letter.lead, STYLE, logo=house_styles.Upload("x.png", b"no"), storage=storage, **BY
        )
    with pytest.raises(BadInput, match="cannot hold date"):
        house_styles.set_style(session, letter.lead, {"date": "x"}, storage=storage, **BY)


def test_a_new_logo_does_not_change_a_letter_that_took_the_old_one(session, letter, storage):
    for colour in ("navy", "red"):
        logo = house_styles.Upload("logo.png", picture(colour))
        house_styles.set_style(session, letter.lead, STYLE, logo=logo, storage=storage, **BY)
        if colour == "navy":
            house_styles.apply(session, letter, **BY)
    [shown] = with_files(letter, recorded_content.content_of_letter(letter), storage).pictures
    assert shown.data == with_files(letter, recorded_content.content_of_letter(letter), storage).pictures[0].data
    assert letter.pictures[0].storage_key != house_styles.style_of(session, letter.lead).logo_storage_key


def test_exhibits_of_positions_stand_in_an_annex_and_can_be_referred_to(session, letter, storage):
    part = comment(letter)
    position = part.links[0].provision_position.position
    add_exhibit(session, position, picture(), name="bars.png", caption="Costs", source="Survey", storage=storage, **BY)
    add_exhibit(session, position, b"a,b\n1,2\n", name="data.csv", caption="Data", source="Poll", storage=storage, **BY)
    session.flush()
    found = exhibit_parts.offered(session, letter)
    assert [(each.exhibit.caption, each.printable, each.inside) for each in found] == [
        ("Costs", True, False),
        ("Data", False, False),
    ]
    annex = exhibit_parts.put_in(session, letter, [each.exhibit for each in found], storage=storage, **BY)
    edit(session, part, f"See {found[0].call} and {found[1].call}.")
    html = letter_rendering.letter_html(with_files(letter, recorded_content.content_of_letter(letter), storage))
    assert annex.annex
    assert "Exhibit\u00a0A" in html
    assert "Exhibit\u00a0B" in html
    assert all(each.inside for each in exhibit_parts.offered(session, letter))
    with pytest.raises(Refused, match="does not have yet"):
        exhibit_parts.put_in(session, letter, [found[0].exhibit], storage=storage, **BY)


def exhibit_of(session, letter, storage, data, name, caption="Data"):
    position = comment(letter).links[0].provision_position.position
    made = add_exhibit(session, position, data, name=name, caption=caption, source="Poll", storage=storage, **BY)
    session.flush()
    exhibit_parts.put_in(session, letter, [made], storage=storage, **BY)
    session.flush()
    return made


def test_a_file_that_is_no_picture_goes_with_the_letter_under_the_name_that_its_exhibit_prints(
    session, letter, storage
):
    exhibit_of(session, letter, storage, b"%PDF-1.7 one", "Costs & Délays (final).PDF", "Costs")
    exhibit_of(session, letter, storage, b"a,b\n1,2\n", "data.csv")
    exhibit_of(session, letter, storage, b"%PDF-1.7 two", "costs-d-lays-final.pdf", "Other costs")
    named = attachments.attachments_of(letter)
    # regulations.gov takes no .csv; the bytes of a text file stay what they are.
    names = ["exhibit-costs-d-lays-final.pdf", "exhibit-data-csv.txt", "exhibit-costs-d-lays-final-2.pdf"]
    assert [row.name for row in named] == names
    assert storage.get(named[1].storage_key) == b"a,b\n1,2\n"
    text = next(part.text for part in letter.parts if part.key == exhibit_parts.KEY)
    assert "Submitted with this letter as the file exhibit-data-csv.txt (text, 8 bytes)." in text
    assert "Source: Poll" in text
    content = with_files(letter, recorded_content.content_of_letter(letter), storage)
    assert [each.name for each in content.attachments] == names


def test_a_file_whose_exhibit_is_taken_out_of_the_text_is_not_filed_and_a_version_keeps_its_own(
    session, letter, storage
):
    made = exhibit_of(session, letter, storage, b"%PDF-1.7 one", "one.pdf")
    version = operations.freeze(session, letter, storage=storage, **BY)
    remove_exhibit(session, comment(letter).links[0].provision_position.position, made, **BY)
    annex = next(part for part in letter.parts if part.key == exhibit_parts.KEY)
    edit(session, annex, "Nothing.")
    assert attachments.attachments_of(letter) == []
    assert [row.name for row in attachments.attachments_of_version(version)] == ["exhibit-one.pdf"]


def test_the_draft_warns_of_a_file_that_is_filed_unnamed_and_of_one_that_is_named_and_not_filed(
    session, letter, storage
):
    made = exhibit_of(session, letter, storage, b"%PDF-1.7 one", "one.pdf")
    annex = next(part for part in letter.parts if part.key == exhibit_parts.KEY)
    edit(session, annex, f"::: exhibit Costs {{#exhibit-{made.id}}}\nSee there.\n:::")

    def warned():
        found = warnings_of(session, letter, storage=storage, now=NOW)
        return [warning.message for warning in found if warning.kind == "exhibit"]

    assert warned() == ["The file exhibit-one.pdf is filed with the letter; its exhibit does not name it."]
    letter.attachments.clear()  # as in a letter of before files went along
    session.flush()
    assert warned() == ["“Data” is named, and its file is not filed with the letter. Put it in under Exhibits."]
    exhibit_parts.put_in(session, letter, [made], storage=storage, **BY)
    assert [row.name for row in attachments.attachments_of(letter)] == ["exhibit-one.pdf"]
    assert annex.text.count("::: exhibit") == 1


def test_a_file_attached_after_freezing_goes_with_the_next_version_only_and_is_news_to_the_signers(
    session, letter, storage
):
    made = exhibit_of(session, letter, storage, b"%PDF-1.7 one", "one.pdf")
    annex = next(part for part in letter.parts if part.key == exhibit_parts.KEY)
    letter.attachments.clear()  # as in a letter of before files went along
    edit(session, annex, f"::: exhibit Costs {{#exhibit-{made.id}}}\nSee there.\n:::")
    first = operations.freeze(session, letter, storage=storage, **BY)
    exhibit_parts.put_in(session, letter, [made], storage=storage, **CAL)
    session.flush()
    assert "as the file exhibit-one.pdf (PDF, 12 bytes).\n\nSee there." in annex.text
    assert attachments.attachments_of_version(first) == []
    typed = recorded_content.content_of_version(first)
    assert not with_files(letter, typed, storage, frozen_at=first.frozen_at).attachments
    second = operations.freeze(session, letter, storage=storage, **CAL)
    assert [row.name for row in attachments.attachments_of_version(second)] == ["exhibit-one.pdf"]
    assert second.parts_json[-1]["digest"] != first.parts_json[-1]["digest"]


def test_a_letter_whose_headings_changed_level_can_be_frozen_and_restored_although_no_word_changed(
    session, letter, storage
):
    first = operations.freeze(session, letter, storage=storage, **BY)
    part = comment(letter)
    part.level = 3 - part.level
    session.flush()
    assert not operations.reads_as_frozen(letter)
    second = operations.freeze(session, letter, storage=storage, **CAL)
    assert [each["number"] for each in second.parts_json] != [each["number"] for each in first.parts_json]
    assert [each["digest"] for each in second.parts_json] == [each["digest"] for each in first.parts_json]
    restoring.restore_state(session, letter, first, **CAL)
    assert part.level == first.parts_json[letter.parts.index(part)]["level"]


def test_the_summary_of_requests_goes_and_comes_with_its_setting(session, letter, storage):
    summary = next(part for part in letter.parts if part.kind is PartKind.SUMMARY)
    assert summary.included
    operations.edit_head(session, letter, {**letter.head_json, "requests_table": False}, **BY)
    assert not summary.included
    compose_letter(session, letter, **BY)
    assert not summary.included
    operations.edit_head(
        session, letter, {key: value for key, value in letter.head_json.items() if key != "requests_table"}, **BY
    )
    assert summary.included


def test_the_annex_of_organizations_comes_with_those_that_are_described(session, letter):
    letter.head_json = {
        **letter.head_json,
        "annex_of_signatories": "About Us",
        "lead": [letter.lead.name, "Other Council"],
    }
    assert "About Us" not in letter_rendering.letter_html(recorded_content.content_of_letter(letter))
    content = recorded_content.content_of_letter(letter, signatories=[Signatory("Alpha", about="It makes things.")])
    assert "About Us" in letter_rendering.letter_html(content)
    assert content.co_leads == ("Other Council",)
