"""The staff's work through the pages: importing, mapping, answering, drafting, freezing, filing."""

import datetime as dt
import io
import re

import pytest
from sqlalchemy import func, select

from commenttrack.audit import AuditEvent
from commenttrack.db import transaction
from commenttrack.illustration import illustration
from commenttrack.jobs import Job, JobState
from commenttrack.letters.models import LetterPart, LetterVersion
from commenttrack.members.permissions import Role
from commenttrack.positions.models import Position, ProvisionPosition, QuestionAnswer
from commenttrack.rulemaking.models import CommentDate, Docket, Provision, RuleDocument
from commenttrack.worker import Worker
from tests.factories.pages import enter, token_of

BOMB = b"""<!DOCTYPE PRORULE [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>
<PRORULE><PREAMB><SUBJECT>&c;</SUBJECT></PREAMB></PRORULE>"""


@pytest.fixture
def newcomer(empty_app):
    return enter(empty_app.test_client(), Role.ADMINISTRATOR)


def upload(client, data, name="rule.xml"):
    return client.post(
        "/dockets/new",
        data={"file": (io.BytesIO(data), name), "csrf_token": client.csrf},
        content_type="multipart/form-data",
    )


# --------------------------------------------------------------------------------------------------------------- import


def test_an_empty_home_offers_the_two_beginnings(newcomer):
    page = newcomer.get("/").text
    assert "Bring a notice" in page
    assert "Open the illustrative docket" in page


def test_a_notice_becomes_a_docket_with_its_deadline(newcomer):
    answer = upload(newcomer, illustration(dt.date(2026, 3, 2)).rule())
    assert answer.status_code == 303
    page = newcomer.get(answer.headers["Location"]).text
    assert "Safeguards for Advanced Technology Exports" in page
    assert "days left" in page


@pytest.mark.parametrize(
    "data",
    [b"This is not XML.", b"<PRORULE><PREAMB><SUBJECT>Cut", b"<html><body>No rule</body></html>", BOMB, b""],
    ids=["not XML", "truncated", "another format", "entity bomb", "empty"],
)
def test_a_file_that_cannot_be_read_is_explained_and_kept_but_makes_no_docket(empty_app, newcomer, data):
    answer = upload(newcomer, data)
    assert answer.status_code == 303
    page = newcomer.get(answer.headers["Location"]).text
    assert "rule.xml could not be imported" in page
    assert "The upload is kept as it came" in page
    assert newcomer.get(f"{answer.headers['Location']}/file").data == data
    with empty_app.extensions["commenttrack"].reading() as session:
        assert session.scalar(select(func.count()).select_from(Docket)) == 0
        assert session.scalar(select(func.count()).where(AuditEvent.action == "rule imported")) == 0


def test_a_file_beyond_the_limit_is_refused_before_it_is_read(newcomer):
    answer = newcomer.post(
        "/dockets/new", content_type="multipart/form-data; boundary=x", environ_overrides={"CONTENT_LENGTH": "50000001"}
    )
    assert answer.status_code == 413
    assert "too large" in answer.text


def test_the_illustrative_docket_opens_from_the_app(newcomer):
    answer = newcomer.post("/dockets/illustrative", data={"csrf_token": newcomer.csrf})
    assert answer.status_code == 303
    assert "Illustrative:" in newcomer.get(answer.headers["Location"]).text


# ----------------------------------------------------------------------------------------------------------------- read


def test_dates_that_disagree_are_all_shown_and_planning_goes_by_the_earliest(app, staff, stored):
    house = app.extensions["commenttrack"]
    with house.writing() as session, transaction(session):
        known = session.scalars(select(CommentDate).where(CommentDate.purpose == "comments")).first()
        earlier = known.date - dt.timedelta(days=3)
        session.add(
            CommentDate(
                docket_id=1,
                date=earlier,
                time="17:00",
                zone=known.zone,
                purpose="comments",
                source="regulations.gov",
                computed=False,
                text="Comments close at 5 p.m.",
            )
        )
    page = staff.get("/dockets/1/read").text
    assert "Sources name different dates" in page
    assert f'<time datetime="{earlier.isoformat()}"' in page
    assert "5:00 p.m. Eastern" in page
    assert "regulations.gov" in page
    assert known.text in page


def test_a_permalink_shows_the_passage_the_citation_and_the_positions(staff, stored):
    link = stored.scalars(select(ProvisionPosition)).first()
    provision = link.provision
    page = staff.get(f"/dockets/1/read/{provision.rule_document_id}/{provision.key}").text
    assert f'id="p-{provision.key}"' in page
    assert link.position.current.heading in page
    assert f"FR {provision.rule_document.start_page}, {provision.pages[0]}" in page


def test_another_dockets_document_is_not_here(staff, stored):
    provision = stored.scalars(select(Provision)).first()
    assert staff.get(f"/dockets/2/read/1/{provision.key}").status_code == 404
    assert staff.get("/dockets/1/read/1/no-such-key").status_code == 404


# ------------------------------------------------------------------------------------------------------------------ map


def unmapped(stored):
    mapped = select(ProvisionPosition.provision_id)
    return stored.scalars(
        select(Provision).where(Provision.id.not_in(mapped), Provision.kind == "paragraph", Provision.text != "")
    ).first()


def test_the_form_begins_with_what_the_position_asks_of_an_agency_first(app, post, staff, stored):
    house = app.extensions["commenttrack"]
    with house.writing() as session, transaction(session):
        position = session.get(Position, 1)
        position.versions[-1].request = "Give exporters ninety days."
    assert "Give exporters ninety days." in staff.get(f"/dockets/1/map/{unmapped(stored).id}/1").text


def test_accepting_a_position_keeps_the_edited_words_as_marks(post, staff, stored):
    provision = unmapped(stored)
    answer = post(
        f"/dockets/1/map/{provision.id}/1",
        {
            "stance": "support_with_change",
            "request_text": "Say “may”.",
            "wanted": provision.text + " No more.",
            "reason": "Clearer.",
        },
    )
    assert answer.status_code == 303
    link = stored.scalars(select(ProvisionPosition).where(ProvisionPosition.provision_id == provision.id)).one()
    assert link.requested_text == provision.text + "{++ No more.++}"
    assert link.accepted_by == "Administrator Person"


def test_a_stance_without_what_it_needs_says_so_and_keeps_what_was_written(post, stored):
    provision = unmapped(stored)
    answer = post(f"/dockets/1/map/{provision.id}/1", {"stance": "oppose", "request_text": "Do not adopt it."})
    assert answer.status_code == 422
    assert "needs a reason" in answer.text
    assert "Do not adopt it." in answer.text
    assert not stored.scalars(select(ProvisionPosition).where(ProvisionPosition.provision_id == provision.id)).all()


def test_the_preview_of_a_redline_changes_nothing(post, stored):
    provision = unmapped(stored)
    answer = post(
        f"/dockets/1/map/{provision.id}/1",
        {"act": "preview", "stance": "clarify", "request_text": "x", "wanted": provision.text + " Added."},
    )
    assert answer.status_code == 200
    assert "<ins>" in answer.text
    assert "[insert: " in answer.text
    assert not stored.scalars(select(ProvisionPosition).where(ProvisionPosition.provision_id == provision.id)).all()


def test_two_people_changing_one_mapping_get_a_conflict_with_both_texts(post, staff, stored):
    link = stored.scalars(select(ProvisionPosition)).first()
    form = {"stance": "clarify", "reason": "r", "wanted": link.provision.text, "revision": link.revision}
    assert post(f"/dockets/1/mappings/{link.id}", {**form, "request_text": "The first request."}).status_code == 303
    answer = post(f"/dockets/1/mappings/{link.id}", {**form, "request_text": "The second request."})
    assert answer.status_code == 409
    assert "The first request." in answer.text
    assert "The second request." in answer.text


def test_reviewed_without_comment_takes_a_provision_out_of_the_queue(post, staff, stored):
    provision = unmapped(stored)
    post(f"/dockets/1/map/{provision.id}/reviewed", {"show": "unassigned"})
    queue = re.search(r'<ol class="queue__list".*?</ol>', staff.get("/dockets/1/map").text, re.DOTALL)[0]
    assert f"provision={provision.key}&" not in queue.replace("&amp;", "&") + "&"


def test_a_question_can_be_declined_on_purpose_and_reopened(post, staff, stored):
    known = stored.scalars(select(QuestionAnswer).where(QuestionAnswer.question_id == 1)).one_or_none()
    form = {"state": "declined", "text": "Members file their own.", "revision": known.revision if known else 0}
    assert post("/dockets/1/questions/1", form).status_code == 303
    answer = stored.scalars(select(QuestionAnswer).where(QuestionAnswer.question_id == 1)).one()
    assert answer.state.value == "declined"
    post("/dockets/1/questions/1/reopen")
    assert not stored.scalars(select(QuestionAnswer).where(QuestionAnswer.question_id == 1)).all()


# ---------------------------------------------------------------------------------------------------------------- draft


def part_form(part, **changes):
    return {
        "revision": part.revision,
        "heading": part.heading,
        "text": part.text,
        "requested_text": part.requested_text,
        **changes,
    }


def test_two_people_editing_one_part_get_a_page_with_both_texts_and_nothing_is_lost(post, staff, stored):
    part = stored.scalars(select(LetterPart)).first()
    address = f"/dockets/1/draft/parts/{part.id}"
    assert post(address, part_form(part, text="The first writer’s words.")).status_code == 303
    answer = post(address, part_form(part, text="The second writer’s words."))
    assert answer.status_code == 409
    assert "The first writer’s words." in answer.text
    assert "The second writer’s words." in answer.text
    assert stored.scalars(select(LetterPart.text).where(LetterPart.id == part.id)).one() == "The first writer’s words."
    revision = re.search(r'name="revision" value="(\d+)"', answer.text)[1]
    assert post(address, part_form(part, text="Both together.", revision=revision)).status_code == 303


def test_the_preview_renders_what_is_written_and_saves_nothing(post, stored):
    part = stored.scalars(select(LetterPart)).first()
    before = part.text
    answer = post(
        f"/dockets/1/draft/parts/{part.id}", part_form(part, act="preview", text="Plain and **bold**, <b>escaped</b>.")
    )
    assert answer.status_code == 200
    assert "<strong>bold</strong>" in answer.text
    assert "&lt;b&gt;escaped&lt;/b&gt;" in answer.text
    assert stored.scalars(select(LetterPart.text).where(LetterPart.id == part.id)).one() == before


def test_parts_move_and_can_be_left_out(post, staff, stored):
    first, second = stored.scalars(select(LetterPart).order_by(LetterPart.place).limit(2)).all()
    post(f"/dockets/1/draft/parts/{second.id}/place", {"act": "up"})
    post(f"/dockets/1/draft/parts/{first.id}/place", {"act": "leave out"})
    stored.scalars(select(LetterPart)).all()
    assert (second.place, first.included) == (0, False)


def test_a_quotation_that_differs_from_the_rule_is_named_and_stops_the_freezing(post, staff, stored):
    part = next(part for part in stored.scalars(select(LetterPart)) if "> " in part.text)
    text = re.sub(r"(?m)^> (\S+)", r"> Invented \1", part.text, count=1)
    post(f"/dockets/1/draft/parts/{part.id}", part_form(part, text=text))
    assert "differs from the rule" in staff.get("/dockets/1/draft/").text
    answer = post("/dockets/1/draft/freeze")
    assert answer.status_code == 422
    assert stored.scalar(select(func.max(LetterVersion.number))) == 1


def test_freezing_has_the_pdf_made_that_signers_can_take_away(post, staff, stored, app):
    part = stored.scalars(select(LetterPart).order_by(LetterPart.place)).first()
    post(f"/dockets/1/draft/parts/{part.id}", part_form(part, text="A new introduction."))
    assert post("/dockets/1/draft/freeze").status_code == 303
    Worker(app.extensions["commenttrack"].settings).step()
    version = stored.scalars(select(LetterVersion).order_by(LetterVersion.number.desc())).first()
    file = staff.get(f"/dockets/1/draft/files/{version.files[0].id}")
    assert file.data.startswith(b"%PDF")
    assert len(file.data) == version.files[0].size


# ----------------------------------------------------------------------------------------------------- sign-offs, files


def test_a_decision_received_by_mail_is_recorded_as_such(post, staff, stored):
    version = stored.scalars(select(LetterVersion)).one()
    answer = post(
        "/dockets/1/sign/1/received",
        {"received-version": version.id, "received-decision": "joined", "received-name": "Delphine"},
    )
    assert answer.status_code == 303
    page = staff.get("/dockets/1/sign/1").text
    assert "received by mail, recorded by Administrator Person" in page
    assert "1 of 2 joined" in page


def test_an_edit_makes_a_sign_off_stale_on_the_board_and_in_the_rail_alike(post, staff, stored):
    version = stored.scalars(select(LetterVersion)).one()
    received = {"received-version": version.id, "received-decision": "joined", "received-name": "Delphine"}
    post("/dockets/1/sign/1/received", received)
    part = stored.scalars(select(LetterPart).where(LetterPart.included)).first()
    post(f"/dockets/1/draft/parts/{part.id}", part_form(part, text="Other words."))
    page = staff.get("/dockets/1/sign/").text
    assert "0 of 2 joined, 1 stale" in page
    assert page.count('<td class="b-changed">') == 1


def test_inviting_writes_a_mail_to_each_chosen_signatory(post, staff, stored):
    from commenttrack.outbox import OutgoingMail

    page = staff.get("/dockets/1/sign/").text
    choices = re.findall(r'name="signatories" type="checkbox" value="(\d+)"', page)
    before = stored.scalar(select(func.count()).select_from(OutgoingMail))
    assert post("/dockets/1/sign/invite", {"signatories": choices[:3]}).status_code == 303
    assert stored.scalar(select(func.count()).select_from(OutgoingMail)) == before + 3


def test_building_a_packet_queues_one_job_however_often_the_button_is_pressed(post, staff, stored):
    for _ in range(2):
        assert post("/dockets/1/file/build").status_code == 303
    job = stored.scalars(select(Job)).one()
    assert (job.name, job.state) == ("build packet", JobState.QUEUED)
    assert "The packet is being built" in staff.get("/dockets/1/file/").text


def test_a_counsel_files_and_a_drafter_does_not(app):
    drafter = enter(app.test_client(), Role.DRAFTER)
    assert drafter.post("/dockets/1/file/build", data={"csrf_token": drafter.csrf}).status_code == 404
    counsel = enter(app.test_client(), Role.COUNSEL)
    assert counsel.post("/dockets/1/file/build", data={"csrf_token": counsel.csrf}).status_code == 303


def test_a_failed_job_is_shown_and_can_be_run_again(app, post, staff, stored):
    post("/dockets/1/file/build")
    house = app.extensions["commenttrack"]
    with house.writing() as session, transaction(session):
        job = session.scalars(select(Job)).one()
        job.state, job.error = JobState.FAILED, "The disk was full."
    assert "The disk was full." in staff.get("/dockets/1/file/").text
    assert "The disk was full." in staff.get("/administration/jobs").text
    post("/administration/jobs/1/run-again")
    assert stored.scalars(select(Job)).one().state is JobState.QUEUED


def test_a_get_that_would_write_is_a_mistake_that_shows(app):
    from commenttrack.db import ReadingSessionWrote
    from commenttrack.web import database

    with app.test_request_context("/"), pytest.raises(ReadingSessionWrote):
        database.session().get(RuleDocument, 1).title = "Changed"
        database.session().flush()


def test_an_answer_that_refuses_leaves_nothing_behind(app, stored):
    """Whatever an operation had begun before a page of 400 and above is undone."""
    from flask import abort

    from commenttrack.web import database

    def half_done():
        database.session().get(RuleDocument, 1).title = "Half done"
        database.session().flush()
        return "no", 422

    half_done.permission = app.view_functions["letters.compose"].permission
    app.view_functions["letters.compose"] = lambda docket_id: half_done() if docket_id else abort(404)
    app.view_functions["letters.compose"].permission = half_done.permission
    client = enter(app.test_client(), Role.ADMINISTRATOR)
    assert client.post("/dockets/1/draft/compose", data={"csrf_token": client.csrf}).status_code == 422
    assert stored.get(RuleDocument, 1).title != "Half done"


def test_a_page_that_breaks_says_so_without_telling_why(app):
    def broken(docket_id):
        raise RuntimeError("a secret reason")

    broken.permission = app.view_functions["matrix.table"].permission
    app.view_functions["matrix.table"] = broken
    client = enter(app.test_client(), Role.ADMINISTRATOR)
    answer = client.get("/dockets/1/matrix")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert token_of(client.get("/").text)


def test_the_day_of_publication_that_a_file_does_not_show_is_given_on_the_page_of_documents(newcomer):
    data = illustration(dt.date(2026, 3, 2)).rule()
    docket = upload(newcomer, data).headers["Location"].split("/read")[0]
    address = re.search(r'href="(/dockets/\d+/documents/\d+/published)"', newcomer.get(f"{docket}/documents").text)[1]
    assert newcomer.post(address, data={"csrf_token": newcomer.csrf}).status_code == 422
    answer = newcomer.post(address, data={"day": "2030-02-20", "csrf_token": newcomer.csrf})
    assert "that volume is not of 2030" in answer.text
    answer = newcomer.post(address, data={"day": "2026-02-20", "csrf_token": newcomer.csrf})
    assert answer.status_code == 303
    page = newcomer.get(answer.headers["Location"]).text
    assert "Feb. 20, 2026" in page
    assert "The file does not say." not in page
    assert newcomer.get(address).status_code == 404
