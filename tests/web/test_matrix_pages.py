"""The matrix, its bulk actions, views and undo; mappings to review; conflicts of two editors of a link or an answer."""

import re

import pytest
from sqlalchemy import event, func, select

from commenttrack.audit import AuditEvent
from commenttrack.db import transaction
from commenttrack.members.models import Person
from commenttrack.members.permissions import Role
from commenttrack.positions.exchanging import standing_of
from commenttrack.positions.mapping import map_position
from commenttrack.positions.models import (
    LinkClearing,
    Position,
    ProvisionAssignment,
    ProvisionPosition,
    ProvisionReview,
    QuestionAnswer,
    SavedView,
)
from commenttrack.positions.stances import Stance
from commenttrack.rulemaking.models import Docket, Provision, Question
from commenttrack.wording import wording_digest
from tests.factories.matrix import fill
from tests.factories.pages import NOW, enter


def unmapped(stored, count):
    mapped = select(ProvisionPosition.provision_id)
    reviewed = select(ProvisionReview.provision_id)
    wanted = select(Provision).where(
        Provision.id.not_in(mapped), Provision.id.not_in(reviewed), Provision.kind == "paragraph", Provision.text != ""
    )
    return stored.scalars(wanted.order_by(Provision.place)).all()[:count]


def rows_of(page):
    return re.findall(r'<tr data-row="(\d+)"', page)


def reword(app, provision_id):
    house = app.extensions["commenttrack"]
    with house.writing() as session, transaction(session):
        provision = session.get(Provision, provision_id)
        provision.text = f"{provision.text} Nothing else."
        provision.wording_digest = wording_digest(provision.heading, provision.text)


# ---------------------------------------------------------------------------------------------------------- the matrix


@pytest.mark.parametrize("query", ["", "?by=organizations"])
def test_the_number_of_queries_does_not_grow_with_the_matrix(empty_app, query):
    house = empty_app.extensions["commenttrack"]
    with house.writing() as session, transaction(session):
        fill(session, provisions=30, positions=4, organizations=4)
        fill(session, provisions=300, positions=40, organizations=40, number=2)
    client = enter(empty_app.test_client(), Role.ADMINISTRATOR)
    statements = []
    event.listen(house.reading.kw["bind"], "before_cursor_execute", lambda *call: statements.append(call[2]))
    counts = []
    for docket in (1, 2):
        statements.clear()
        assert client.get(f"/dockets/{docket}/matrix{query}").status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_each_mapped_cell_leads_to_its_mapping_and_says_its_stance(staff, stored):
    link = stored.scalars(select(ProvisionPosition)).first()
    page = staff.get("/dockets/1/matrix").text
    cell = re.search(rf'<td class="cell cell--(\w+)"><a href="/dockets/1/mappings/{link.id}">([^<]+)</a>', page)
    assert cell[1] == link.stance.value
    assert cell[2].lower() == link.stance.value.replace("_", " ")


def test_the_address_chooses_the_rows(staff, stored):
    mapped = set(stored.scalars(select(ProvisionPosition.provision_id)))
    addressed = staff.get("/dockets/1/matrix?state=addressed&state=conflict").text
    assert {int(row) for row in rows_of(addressed)} <= mapped
    assert rows_of(addressed)
    assert not mapped & {int(row) for row in rows_of(staff.get("/dockets/1/matrix?state=unassigned").text)}


def test_mapped_passages_of_the_preamble_are_a_group_of_their_own_and_count_apart(app, staff, stored):
    before = staff.get("/dockets/1/matrix").text
    assert "grid__group" not in before
    house = app.extensions["commenttrack"]
    with house.writing() as session, transaction(session):
        passage = session.scalars(
            select(Provision).where(Provision.kind == "preamble_paragraph", Provision.text != "").order_by(Provision.id)
        ).first()
        position = session.scalars(select(Position).order_by(Position.id)).first()
        said = {"stance": Stance.CLARIFY, "request": "Say when.", "reason": ""}
        map_position(session, passage, position, **said, actor="test", now=NOW)
        passage_id, key = passage.id, passage.key
    for address in ("/dockets/1/matrix", "/dockets/1/matrix?by=organizations"):
        page = staff.get(address).text
        assert rows_of(page) == [*rows_of(before), str(passage_id)]
        assert page.index('class="grid__group"') < page.index(f'data-row="{passage_id}"')
        assert "and 1 mapped passage of the preamble" in page
    total = re.compile(r"Addressed</span> (\d+)")
    assert total.search(page)[1] == total.search(before)[1]
    alone = staff.get("/dockets/1/matrix?kind=preamble_paragraph").text
    assert rows_of(alone) == [str(passage_id)]
    assert "Preamble: " in alone
    with house.reading() as session:
        exported = standing_of(session, session.get(Provision, passage_id).rule_document)
    assert (key, position.id) in exported.links


def test_a_state_is_a_word_and_not_only_a_colour(staff):
    page = staff.get("/dockets/1/matrix").text
    assert re.search(r'<span class="state state--addressed">Addressed</span>', page)
    assert re.search(r'<span class="state state--unassigned">Unaddressed</span>', page)


def test_several_provisions_are_reviewed_at_once_and_one_undo_takes_all_back(post, stored):
    chosen = [unit.id for unit in unmapped(stored, 3)]
    before = stored.scalar(select(func.count()).select_from(ProvisionReview))
    answer = post("/dockets/1/matrix/rows", {"act": "reviewed", "provision": chosen})
    assert answer.status_code == 303
    assert stored.scalar(select(func.count()).select_from(ProvisionReview)) == before + 3
    assert post("/dockets/1/matrix/undo").status_code == 303
    assert stored.scalar(select(func.count()).select_from(ProvisionReview)) == before


def test_a_mapped_provision_is_not_marked_as_without_comment(post, staff, stored):
    mapped = stored.scalars(select(ProvisionPosition.provision_id)).first()
    post("/dockets/1/matrix/rows", {"act": "reviewed", "provision": [mapped]})
    assert not stored.scalars(select(ProvisionReview).where(ProvisionReview.provision_id == mapped)).all()
    assert "1 provision has positions mapped" in staff.get("/dockets/1/matrix").text


def test_an_owner_and_a_day_are_given_to_all_ticked_rows(post, staff, stored):
    chosen = [unit.id for unit in unmapped(stored, 2)]
    person = stored.scalars(select(Person).where(Person.email == "drafter@example.org")).one()
    form = {"act": "assign", "provision": chosen, "owner": person.id, "due": "2026-03-15"}
    assert post("/dockets/1/matrix/rows", form).status_code == 303
    given = {row.provision_id: (row.owner_id, str(row.due)) for row in stored.scalars(select(ProvisionAssignment))}
    assert given == dict.fromkeys(chosen, (person.id, "2026-03-15"))
    assert set(map(int, rows_of(staff.get(f"/dockets/1/matrix?owner={person.id}&due=2026-03-15").text))) == set(chosen)
    assert rows_of(staff.get(f"/dockets/1/matrix?owner={person.id}&due=2026-03-14").text) == []
    assert post("/dockets/1/matrix/undo").status_code == 303
    assert stored.scalars(select(ProvisionAssignment)).all() == []


def test_an_action_without_a_ticked_row_says_what_to_do(post):
    answer = post("/dockets/1/matrix/rows", {"act": "reviewed"})
    assert answer.status_code == 422
    assert "Tick the provisions first" in answer.text


def test_a_provision_of_another_docket_is_not_touched(app, post, stored):
    house = app.extensions["commenttrack"]
    with house.writing() as session, transaction(session):
        other = fill(session, provisions=2, positions=1, organizations=0, number=2)
        foreign = [unit.id for unit in other.provisions]
    assert post("/dockets/1/matrix/rows", {"act": "unreviewed", "provision": foreign}).status_code == 422


@pytest.mark.parametrize("number", ["1" + "0" * 30, str(2**31), "²", "9" * 5000])
def test_numbers_that_no_row_has_are_refused_and_nothing_is_asked_of_the_database(post, stored, number):
    post("/dockets/1/matrix/rows", {"act": "reviewed", "provision": [unmapped(stored, 1)[0].id]})
    assert post("/dockets/1/matrix/rows", {"act": "reviewed", "provision": number}).status_code == 422
    assert post("/dockets/1/matrix/undo", {"step": number}).status_code == 400
    gone = {"provision_id": number, "position_id": number}
    assert post("/dockets/1/mappings/99999", gone).status_code == 404
    reworded = {"statement": "Quite another statement.", "version": number}
    assert post("/positions/1/wording", reworded).status_code == 422


def test_an_action_goes_back_to_the_view_it_came_from_and_nowhere_else(post, stored):
    chosen = unmapped(stored, 1)[0].id
    back = "/dockets/1/matrix?state=unassigned"
    form = {"act": "reviewed", "provision": [chosen]}
    assert post("/dockets/1/matrix/rows", {**form, "back": back}).headers["Location"] == back
    for elsewhere in ("https://example.org/", "//example.org", "/dockets/2/matrix", "/dockets/1/\\example.org"):
        assert post("/dockets/1/matrix/rows", {**form, "back": elsewhere}).headers["Location"] == "/dockets/1/matrix"


def test_undo_refuses_what_somebody_changed_since(app, post, stored):
    chosen = unmapped(stored, 1)[0].id
    post("/dockets/1/matrix/rows", {"act": "reviewed", "provision": [chosen]})
    counsel = enter(app.test_client(), Role.COUNSEL)
    counsel.post(f"/dockets/1/map/{chosen}/reviewed", data={"undo": "1", "csrf_token": counsel.csrf})
    counsel.post(f"/dockets/1/map/{chosen}/reviewed", data={"csrf_token": counsel.csrf})
    answer = post("/dockets/1/matrix/undo")
    assert answer.status_code == 409
    assert "somebody changed" in answer.text
    assert stored.scalars(select(ProvisionReview.reviewer)).one() == "Counsel Person"


def test_a_view_is_saved_by_name_shown_and_removed(post, staff, stored):
    answer = post("/dockets/1/matrix/views", {"name": "Mine", "query": "state=unassigned&columns=all&evil=1"})
    assert answer.headers["Location"] == "/dockets/1/matrix?state=unassigned&columns=all"
    assert (
        '<a href="/dockets/1/matrix?state=unassigned&amp;columns=all" >Mine</a>' in staff.get("/dockets/1/matrix").text
    )
    post("/dockets/1/matrix/views", {"name": "Mine", "query": "state=conflict"})
    assert stored.scalars(select(SavedView.query)).all() == ["state=conflict"]
    view = stored.scalars(select(SavedView)).one()
    assert post(f"/dockets/1/matrix/views/{view.id}/remove").status_code == 303
    assert stored.scalars(select(SavedView)).all() == []


def test_a_guest_sees_members_views_only_once_the_docket_opens_them(app):
    guest = enter(app.test_client(), Role.GUEST)
    assert guest.get("/dockets/1/matrix").status_code == 200
    assert guest.get("/dockets/1/matrix?by=organizations").status_code == 404
    house = app.extensions["commenttrack"]
    with house.writing() as session, transaction(session):
        session.get(Docket, 1).stances_open = True
    assert guest.get("/dockets/1/matrix?by=organizations").status_code == 200


def test_a_guest_is_offered_nothing_to_change(app):
    guest = enter(app.test_client(), Role.GUEST)
    page = guest.get("/dockets/1/matrix").text
    assert 'name="provision"' not in page
    assert "<form" not in page.split('id="matrix-live"')[1]


# --------------------------------------------------------------------------------------------------- links, two editors


def form_of(link, **changes):
    return {
        "revision": link.revision,
        "provision_id": link.provision_id,
        "position_id": link.position_id,
        "stance": "clarify",
        "request_text": "Say what it means.",
        "wanted": link.provision.text,
        "reason": "",
        **changes,
    }


def test_a_conflict_shows_both_versions_and_saving_again_keeps_the_merged_one(post, stored):
    link = stored.scalars(select(ProvisionPosition)).first()
    address = f"/dockets/1/mappings/{link.id}"
    opened = form_of(link, request_text="The second request.")
    assert post(address, form_of(link, request_text="The first request.")).status_code == 303
    answer = post(address, opened)
    assert answer.status_code == 409
    assert "Two people edited this mapping" in answer.text
    assert answer.text.count("The first request.") >= 1
    assert answer.text.count("The second request.") >= 1
    revision = re.search(r'name="revision" value="(\d+)"', answer.text)[1]
    merged = {**opened, "revision": revision, "request_text": "Both requests."}
    assert post(address, merged).status_code == 303
    assert stored.scalars(select(ProvisionPosition.request).where(ProvisionPosition.id == link.id)).one() == (
        "Both requests."
    )


def test_two_people_mapping_the_same_get_both_texts(post, stored):
    link = stored.scalars(select(ProvisionPosition)).first()
    answer = post(
        f"/dockets/1/map/{link.provision_id}/{link.position_id}",
        {"stance": "clarify", "request_text": "My own request.", "wanted": link.provision.text},
    )
    assert answer.status_code == 409
    assert "My own request." in answer.text
    assert f'action="/dockets/1/mappings/{link.id}"' in answer.text


def test_a_text_on_a_link_that_was_taken_off_is_kept_for_mapping_anew(post, stored):
    link = stored.scalars(select(ProvisionPosition)).first()
    form = form_of(link, request_text="What I wrote meanwhile.")
    assert post(f"/dockets/1/mappings/{link.id}/unmap").status_code == 303
    answer = post(f"/dockets/1/mappings/{link.id}", form)
    assert answer.status_code == 409
    assert "What I wrote meanwhile." in answer.text
    assert f'action="/dockets/1/map/{form["provision_id"]}/{form["position_id"]}"' in answer.text


def test_an_unmapped_link_comes_back_with_the_parts_that_rest_on_it(post, staff, stored):
    from commenttrack.letters.models import LetterPartLink

    rest = stored.scalars(select(LetterPartLink).where(LetterPartLink.provision_position_id.is_not(None))).first()
    link_id, part_id = rest.provision_position_id, rest.letter_part_id
    post(f"/dockets/1/mappings/{link_id}/unmap")
    post("/dockets/1/matrix/undo")
    stored.expunge_all()
    again = stored.scalars(select(LetterPartLink).where(LetterPartLink.provision_position_id == link_id)).all()
    assert part_id in [each.letter_part_id for each in again]


def shown_on(page, action):
    return re.search(rf'action="[^"]*/{action}[^"]*">.*?name="shown" value="([^"]+)"', page, re.S)[1]


def test_an_old_page_takes_off_no_mapping_that_says_something_else_by_now(app, post, staff, stored):
    link = stored.scalars(select(ProvisionPosition).where(ProvisionPosition.request != "")).first()
    address, what = (
        f"/dockets/1/mappings/{link.id}",
        select(ProvisionPosition.id).where(ProvisionPosition.id == link.id),
    )
    old = shown_on(staff.get(address).text, "unmap")
    house = app.extensions["commenttrack"]
    with house.writing() as session, transaction(session):
        session.get(ProvisionPosition, link.id).request = "Quite another request."
    assert "It was not taken off" in post(f"{address}/unmap", {"shown": old}, follow_redirects=True).text
    assert stored.scalar(what)
    form = {"shown": shown_on(staff.get(address).text, "unmap")}
    for _ in range(2):  # the second click finds nothing, and says so
        assert post(f"{address}/unmap", form).status_code == 303
    assert stored.scalar(what) is None


# ----------------------------------------------------------------------------------------------------------- to review


def clearing(link, stored, **changes):
    provision = stored.get(Provision, link.provision_id)
    prefix = f"link-{link.id}-"
    said = {
        "provision_digest": provision.wording_digest,
        "position_digest": link.position.current.wording_digest,
        "kind": "cosmetic",
        "reason": "Only the style changed.",
        **changes,
    }
    return {prefix + name: value for name, value in said.items()}


def test_a_changed_wording_is_shown_with_what_rests_on_it_and_cleared_for_a_reason(app, post, staff, stored):
    link = stored.scalars(select(ProvisionPosition)).first()
    reword(app, link.provision_id)
    page = staff.get("/dockets/1/to-review").text
    assert re.search(r"<ins>.*Nothing else\.", page)
    assert "In the letter:" in page
    stored.expire_all()
    refused = post(f"/dockets/1/to-review/{link.id}", clearing(link, stored, reason=" "))
    assert refused.status_code == 422
    assert "Say why the mapping still holds." in refused.text
    assert post(f"/dockets/1/to-review/{link.id}", clearing(link, stored)).status_code == 303
    page = staff.get("/dockets/1/to-review").text
    assert f'id="link-{link.id}"' not in page
    assert "Only the style changed." in page
    assert stored.scalars(select(LinkClearing.cleared_by)).one() == "Administrator Person"


def test_nothing_but_a_clearing_takes_a_mapping_off_the_page(app, post, staff, stored):
    link = stored.scalars(select(ProvisionPosition)).first()
    reword(app, link.provision_id)
    stored.expire_all()
    form = form_of(link, wanted=stored.get(Provision, link.provision_id).text, request_text="Another request.")
    assert post(f"/dockets/1/mappings/{link.id}", form).status_code == 303
    assert f'id="link-{link.id}"' in staff.get("/dockets/1/to-review").text


# ----------------------------------------------------------------------------------------------------------- questions


def answering(text, revision, state="answered"):
    return {"state": state, "text": text, "revision": revision}


@pytest.fixture
def open_question(stored):
    return stored.scalars(select(Question).where(Question.id.not_in(select(QuestionAnswer.question_id)))).first()


def test_two_people_answering_one_question_get_both_texts(post, stored, open_question):
    address = f"/dockets/1/questions/{open_question.id}"
    assert post(address, answering("The first answer.", 0)).status_code == 303
    answer = post(address, answering("The second answer.", 0))
    assert answer.status_code == 409
    assert "The first answer." in answer.text
    assert "The second answer." in answer.text
    revision = re.search(r'name="revision" value="(\d+)"', answer.text)[1]
    assert post(address, answering("Both answers.", revision)).status_code == 303
    assert stored.scalars(select(QuestionAnswer.text).where(QuestionAnswer.question_id == open_question.id)).one() == (
        "Both answers."
    )


def test_declining_needs_a_reason(post, open_question):
    answer = post(f"/dockets/1/questions/{open_question.id}", answering("", 0, "declined"))
    assert answer.status_code == 422
    assert "Say why the question is declined" in answer.text


def test_the_ledger_counts_states_names_who_settled_and_finds_words(post, staff, stored, open_question):
    post(f"/dockets/1/questions/{open_question.id}", answering("Members file their own.", 0, "declined"))
    page = staff.get("/dockets/1/questions?state=declined").text
    assert "Declined on purpose (1)" in page
    assert "Administrator Person" in page
    assert "Members file their own." in page
    assert staff.get("/dockets/1/questions?q=Members+file+their+own").text.count("ledger__answer") == 1


def test_an_answer_in_the_letter_leads_to_its_part(staff, stored):
    from commenttrack.letters.models import LetterPart, LetterPartLink

    part = stored.scalars(
        select(LetterPart).join(LetterPartLink).where(LetterPartLink.question_answer_id.is_not(None))
    ).first()
    assert f'href="/dockets/1/draft/parts/{part.id}"' in staff.get("/dockets/1/questions").text


def test_an_old_page_takes_back_no_answer_that_was_changed_since(post, staff, stored):
    answer = stored.scalars(select(QuestionAnswer)).first()
    address = f"/dockets/1/questions/{answer.question_id}"
    old = shown_on(staff.get(address).text, "reopen")
    post(address, {"revision": answer.revision, "state": "answered", "text": "Quite another answer."})
    assert "was not taken back" in post(f"{address}/reopen", {"shown": old}, follow_redirects=True).text
    form = {"shown": shown_on(staff.get(address).text, "reopen")}
    assert post(f"{address}/reopen", form).status_code == 303
    stored.expunge_all()
    assert not stored.scalars(select(QuestionAnswer).where(QuestionAnswer.question_id == answer.question_id)).all()


def test_taking_an_answer_back_can_be_undone(post, stored):
    answer = stored.scalars(select(QuestionAnswer)).first()
    text, question_id = answer.text, answer.question_id
    post(f"/dockets/1/questions/{question_id}/reopen")
    assert not stored.scalars(select(QuestionAnswer).where(QuestionAnswer.question_id == question_id)).all()
    post("/dockets/1/matrix/undo")
    stored.expunge_all()
    again = stored.scalars(select(QuestionAnswer.text).where(QuestionAnswer.question_id == question_id)).one()
    assert again == text
    last = stored.scalars(select(AuditEvent).order_by(AuditEvent.number.desc())).first()
    assert last.action == "undone"
