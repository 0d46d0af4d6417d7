"""Asking members where they stand, by mailed links, and what comes of it."""

import dataclasses
import datetime as dt
import re

import pytest
from sqlalchemy import event, insert, select

from commenttrack import audit
from commenttrack.errors import Conflict
from commenttrack.members.links import LinkExpired, LinkUnknown, token_hash
from commenttrack.members.models import OrganizationKind
from commenttrack.outbox import OutgoingMail
from commenttrack.positions import mapping, stance_answers
from commenttrack.positions import stance_requests as operations
from commenttrack.positions.member_stances import answers_of, history_of, others_of, stances_of
from commenttrack.positions.models import MemberStance, Position, StanceRequest
from commenttrack.positions.operations import revise_position
from commenttrack.positions.stance_answers import AnswersMoved, Given, IncompleteAnswer
from commenttrack.positions.stance_requests import CannotBeAsked
from commenttrack.positions.stance_subjects import asked_of
from commenttrack.positions.stances import Condition, MemberView, Stance
from commenttrack.positions.trade_offs import front, joiners
from commenttrack.positions.what_if import what_if
from commenttrack.rulemaking.models import Provision
from commenttrack.wording import wording_digest
from tests.factories import world

NOW = dt.datetime(2026, 3, 2, 15, 0, tzinfo=dt.UTC)
BY = {"actor": "Ada", "now": NOW}


class Round:
    """A docket whose members are asked about one provision and one position; the draft opposes the provision."""

    def __init__(self, session, document, settings):
        self.session, self.document, self.docket = session, document, document.docket
        self.settings = settings
        self.provision = session.scalars(select(Provision).where(Provision.label == "15 CFR 1790.2(a)(1)")).one()
        self.position = session.scalars(select(Position).where(Position.label == "3(b)")).one()
        self.link = mapping.map_position(
            session, self.provision, self.position, stance=Stance.OPPOSE, reason="Too broad.", request="Drop it.", **BY
        )
        operations.choose_subjects(
            session, self.docket, provisions=[self.provision.id], positions=[self.position.id], **BY
        )
        self.member = world.organization(session, "Ashgrove Tools")
        self.person = world.signer(session, self.member)

    def invite(self, **more):
        return operations.invite(
            self.session, self.docket, self.member, self.person, settings=self.settings, **{**BY, **more}
        )

    def token(self):
        self.session.flush()
        asking = select(OutgoingMail.secret).where(OutgoingMail.secret != "").order_by(OutgoingMail.id.desc())
        return self.session.scalars(asking).first()

    def asked(self):
        self.session.flush()
        return asked_of(self.session, self.docket)

    def given(self, place, held, condition=Condition.NONE, reason="", seen=0):
        asked = self.asked()[place]
        return Given(asked.subject.id, MemberView(held), condition, reason, seen, asked.shown_digest)

    def answer(self, *given, name="Mo Member", done=True, now=NOW):
        return stance_answers.answer(
            self.session, self.token(), given, name=name, done=done, now=now, settings=self.settings
        )

    def received(self, organization, *given, name="Mo"):
        """The staff records what arrived by mail."""
        return stance_answers.record_received(
            self.session, self.docket, organization, given, name=name, settings=self.settings, **BY
        )

    def copies(self):
        """The copies of answers that were mailed, the newest last."""
        self.session.flush()
        found = (
            select(OutgoingMail)
            .where(OutgoingMail.key.like("% recorded %") | OutgoingMail.key.like("% copied %"))
            .order_by(OutgoingMail.id)
        )
        return self.session.scalars(found).all()


@pytest.fixture
def asking(session, document, library, lead, tmp_path):
    return Round(session, document, world.settings(tmp_path))


def test_a_member_is_shown_the_text_with_its_lead_in_and_what_the_draft_asks(asking):
    provision, position = asking.asked()
    assert provision.text == asking.provision.text
    assert [each.id for each in provision.context][-1] == asking.provision.parent_id
    assert provision.draft == "Oppose. Drop it."
    assert position.text == asking.position.current.statement
    assert position.draft == "15 CFR 1790.2(a)(1): Oppose. Drop it."


def test_the_token_is_mailed_and_stored_hashed_only(asking):
    request = asking.invite()
    token = asking.token()
    assert len(token) == 43
    assert request.token_hash == token_hash(token)
    mail = asking.session.scalars(select(OutgoingMail)).one()
    assert token not in mail.text + mail.html + mail.key
    assert operations.find_request(asking.session, token, now=NOW) is request


def test_asking_again_rotates_the_link(asking):
    asking.invite()
    old = asking.token()
    asking.invite(now=NOW + dt.timedelta(days=1))
    with pytest.raises(LinkUnknown):
        operations.find_request(asking.session, old, now=NOW)
    assert len(asking.session.scalars(select(StanceRequest)).all()) == 1


def test_a_link_ends_with_the_day_it_says_and_then_reads_like_an_unknown_one(asking):
    asking.invite(answer_by=dt.date(2026, 3, 6))
    token = asking.token()
    last = dt.datetime(2026, 3, 7, 4, 59, tzinfo=dt.UTC)  # 11:59 p.m. in Washington
    operations.find_request(asking.session, token, now=last)
    with pytest.raises(LinkExpired) as expired:
        operations.find_request(asking.session, token, now=last + dt.timedelta(minutes=1))
    with pytest.raises(LinkUnknown) as unknown:
        operations.find_request(asking.session, "invented", now=NOW)
    assert str(expired.value) == str(unknown.value)


@pytest.mark.parametrize("why", ["nothing to ask", "no address", "a stranger", "too late"])
def test_who_cannot_answer_is_not_asked(asking, why):
    more = {}
    if why == "nothing to ask":
        operations.choose_subjects(asking.session, asking.docket, provisions=[], positions=[], **BY)
        asking.session.flush()
    if why == "no address":
        asking.person.email = None
    if why == "a stranger":
        asking.person = world.person(asking.session, world.organization(asking.session))
    if why == "too late":
        more = {"answer_by": dt.date(2026, 3, 1)}
    with pytest.raises(CannotBeAsked):
        asking.invite(**more)


def test_an_answer_is_kept_with_the_words_it_was_given_on(asking):
    asking.invite()
    (made,) = asking.answer(asking.given(0, "oppose", Condition.NOT_IF_ASKED, " Ours alone. "))
    assert (made.held, made.condition, made.reason) == (MemberView.OPPOSE, Condition.NOT_IF_ASKED, "Ours alone.")
    assert asking.provision.text in made.shown_subject
    assert made.shown_draft == "Oppose. Drop it."
    assert (made.revision, made.given_by, made.recorded_by) == (1, "Mo Member", "")


def test_a_new_answer_supersedes_the_earlier_one_which_stays(asking):
    asking.invite()
    asking.answer(asking.given(0, "oppose", reason="First"))
    asking.answer(asking.given(0, "support", seen=1))
    rows = history_of(asking.session, asking.docket, asking.member)
    assert sorted((row.revision, row.held.value, row.is_current) for row in rows) == [
        (1, "oppose", False),
        (2, "support", True),
    ]


def test_whom_somebody_else_asks_at_the_same_moment_is_a_conflict(asking, monkeypatch):
    closes = operations._closes

    def meanwhile(docket, request, answer_by, *, now):
        row = {"docket_id": docket.id, "organization_id": asking.member.id, "person_id": asking.person.id}
        times = {"asked_at": now, "expires_at": now}
        asking.session.execute(insert(StanceRequest).values(**row, **times, token_hash="theirs"))
        return closes(docket, request, answer_by, now=now)

    asking.session.commit()  # so that what is read after a failed flush is read anew, as in the app
    monkeypatch.setattr(operations, "_closes", meanwhile)
    with pytest.raises(Conflict, match="Ashgrove Tools was asked by somebody else"):
        asking.invite()


def test_saying_the_same_again_adds_nothing(asking):
    asking.invite()
    asking.answer(asking.given(0, "oppose"))
    assert asking.answer(asking.given(0, "oppose", seen=1)) == []


def test_an_answer_somebody_else_gave_meanwhile_is_not_replaced_unseen(asking):
    asking.invite()
    stale = asking.given(0, "support")
    asking.answer(asking.given(0, "oppose"))
    with pytest.raises(AnswersMoved) as conflict:
        asking.answer(stale)
    assert conflict.value.subjects == (stale.subject_id,)


def test_words_that_changed_while_the_page_was_open_are_not_answered_unseen_and_nothing_is_saved(asking):
    asking.invite()
    moved, other = asking.given(0, "support"), asking.given(1, "support")
    asking.provision.text, asking.provision.wording_digest = "New words.", wording_digest("", "New words.")
    with pytest.raises(AnswersMoved):
        asking.answer(other, moved)
    assert asking.session.scalars(select(MemberStance)).all() == []


@pytest.mark.parametrize("name", ["", " \u200b ", "x" * 201])
def test_an_answer_needs_a_name(asking, name):
    asking.invite()
    with pytest.raises(IncompleteAnswer):
        asking.answer(asking.given(0, "support"), name=name)


def test_the_trail_tells_every_answer_and_no_reason(asking):
    asking.invite()
    asking.answer(asking.given(0, "oppose", reason="A secret ground"))
    events = asking.session.scalars(select(audit.AuditEvent)).all()
    assert [each.details["held"] for each in events if each.action == "stance given"] == ["oppose"]
    assert not any("A secret ground" in str(each.details) for each in events)


def test_a_changed_text_or_request_makes_the_answer_suspect(asking):
    asking.invite()
    asking.answer(asking.given(0, "support"), asking.given(1, "support"))
    assert not stances_of(asking.session, asking.document)[asking.provision.id, asking.member.id].suspect
    asking.link.request = "Narrow it."
    asking.session.flush()
    cell = stances_of(asking.session, asking.document)[asking.provision.id, asking.member.id]
    assert cell.suspect
    (row,) = answers_of(asking.session, asking.docket, asking.asked())
    assert row.moved == (True, True)


def test_a_reworded_position_makes_the_answer_on_it_suspect_and_not_the_one_on_the_provision(asking):
    asking.invite()
    asking.answer(asking.given(0, "support"), asking.given(1, "support"))
    revise_position(asking.session, asking.position, heading="New", statement="Something else.", **BY)
    (row,) = answers_of(asking.session, asking.docket, asking.asked())
    assert row.moved == (False, True)


def test_a_cell_conflicts_where_the_draft_contradicts_the_member(asking):
    asking.invite()
    asking.answer(asking.given(0, "support"))
    cell = stances_of(asking.session, asking.document)[asking.provision.id, asking.member.id]
    assert (cell.held, cell.conflict) == (MemberView.SUPPORT, True)


def test_an_answer_on_a_position_counts_on_the_provisions_it_is_mapped_onto(asking):
    asking.invite()
    asking.answer(asking.given(1, "oppose"))
    cell = stances_of(asking.session, asking.document)[asking.provision.id, asking.member.id]
    assert (cell.held, cell.conflict) == (MemberView.OPPOSE, True)


def test_the_matrix_is_read_in_the_same_number_of_queries_whatever_its_size(asking):
    asking.invite()
    asking.answer(asking.given(0, "support"), asking.given(1, "oppose"))
    few = count_queries(asking.session, lambda: stances_of(asking.session, asking.document))
    units = mapping.provisions_to_cover(asking.session, asking.document)
    operations.choose_subjects(
        asking.session,
        asking.docket,
        provisions=[unit.id for unit in units],
        positions=[asking.position.id],
        **BY,
    )
    for number in range(5):
        member = world.organization(asking.session, f"Member {number}")
        given = [asking.given(place, "clarify") for place in range(len(units))]
        asking.received(member, *given)
    cells = {}
    many = count_queries(asking.session, lambda: cells.update(stances_of(asking.session, asking.document)))
    assert len(cells) == 5 * len(units) + 1
    assert many == few


def count_queries(session, act):
    session.flush()
    session.expire_all()
    seen = []
    bind = session.get_bind()
    listener = lambda *_: seen.append(1)  # noqa: E731
    event.listen(bind, "before_cursor_execute", listener)
    act()
    event.remove(bind, "before_cursor_execute", listener)
    return len(seen)


def test_an_answer_by_mail_is_recorded_as_such_even_of_somebody_never_asked(asking):
    member = world.organization(asking.session, "Birch Mills")
    asking.received(member, asking.given(0, "cannot_comment"), name="Bo Birch")
    (row,) = answers_of(asking.session, asking.docket, asking.asked())
    assert (row.organization.name, row.request, row.stances[0].recorded_by) == ("Birch Mills", None, "Ada")


def test_other_members_stances_are_hidden_until_the_docket_opens_them_and_then_come_without_reasons(asking):
    other = world.organization(asking.session, "Birch Mills")
    asking.received(other, asking.given(0, "oppose", reason="Secret"))
    assert others_of(asking.session, asking.docket, asking.member) == {}
    operations.open_stances(asking.session, asking.docket, opened=True, **BY)
    shown = others_of(asking.session, asking.docket, asking.member)
    assert shown == {asking.asked()[0].key: [("Birch Mills", MemberView.OPPOSE)]}
    assert others_of(asking.session, asking.docket, other) == {}
    actions = asking.session.scalars(select(audit.AuditEvent.action)).all()
    assert "stances opened to members" in actions


def test_a_reminder_goes_to_who_left_something_open_only(asking):
    asking.invite()
    asking.answer(asking.given(0, "oppose"))
    remind = lambda: operations.remind(asking.session, asking.docket, settings=asking.settings, **BY)  # noqa: E731
    assert [request.organization.name for request in remind()] == ["Ashgrove Tools"]
    mail = asking.session.scalars(select(OutgoingMail).order_by(OutgoingMail.id.desc())).first()
    assert re.match("1 point still open", mail.subject)
    asking.answer(asking.given(1, "no_view"))
    assert remind() == []
    asking.link.request = "Narrow it."
    asking.session.flush()
    assert len(remind()) == 1


def test_what_is_no_longer_asked_keeps_its_answers(asking):
    asking.invite()
    asking.answer(asking.given(0, "support"))
    operations.choose_subjects(asking.session, asking.docket, provisions=[], positions=[asking.position.id], **BY)
    assert [each.of_position for each in asking.asked()] == [True]
    assert (asking.provision.id, asking.member.id) in stances_of(asking.session, asking.document)


def test_what_if_counts_stated_refusals_and_on_demand_contradictions(asking):
    asking.invite()
    asking.answer(asking.given(0, "support"))
    stated = what_if(asking.session, asking.document, contradicting=False)
    assert [member.refuses for member in stated.members] == [frozenset()]
    cautious = what_if(asking.session, asking.document, contradicting=True)
    assert [member.refuses for member in cautious.members] == [frozenset({str(asking.link.id)})]
    best = front(cautious.members, list(cautious.requests)).trade_offs
    assert [(len(each.joiners), len(each.kept)) for each in best] == [(1, 0), (0, 1)]


def reworded(asking):
    asking.link.request = "Drop it, or narrow it."
    asking.session.flush()


def weighed(asking, **more):
    return what_if(asking.session, asking.document, contradicting=True, **more)


@pytest.mark.parametrize("held", ["oppose", "no_view"])
def test_whoever_answered_an_older_wording_is_asked_again_and_does_not_count_as_joining(asking, held):
    asking.invite()
    asking.answer(asking.given(0, held))
    name, kept = str(asking.member.id), [str(asking.link.id)]
    assert joiners(weighed(asking).sure, kept) == (name,)
    reworded(asking)
    found = weighed(asking)
    assert (joiners(found.sure, kept), found.ask_again(kept), found.lost(kept)) == ((), (name,), ())
    assert (joiners(found.sure, []), found.ask_again([])) == ((name,), ())
    asking.answer(asking.given(0, held, seen=1))
    assert joiners(weighed(asking).sure, kept) == (name,)


def test_a_refusal_of_an_older_wording_still_counts_as_one(asking):
    asking.invite()
    asking.answer(asking.given(0, "oppose", Condition.NOT_IF_ASKED))
    reworded(asking)
    found, kept = weighed(asking), [str(asking.link.id)]
    assert (found.lost(kept), found.ask_again(kept)) == ((str(asking.member.id),), ())
    assert found.older == {str(asking.member.id): frozenset(kept)}


def test_insisting_on_an_older_wording_is_no_agreement_to_the_present_one(asking):
    asking.invite()
    asking.answer(asking.given(0, "oppose", Condition.ONLY_IF_ASKED))
    reworded(asking)
    found, kept = weighed(asking), [str(asking.link.id)]
    assert [joiners(found.sure, each) for each in (kept, [])] == [(), ()]
    assert (found.ask_again(kept), found.lost([])) == ((str(asking.member.id),),) * 2


def test_agreement_to_one_request_outlives_a_change_of_its_neighbour(asking):
    other = asking.session.scalars(select(Provision).where(Provision.label == "15 CFR 1790.2(a)(2)")).one()
    neighbour = mapping.map_position(
        asking.session, other, asking.position, stance=Stance.CLARIFY, request="Say when.\n\nAnd where.", **BY
    )
    asking.invite()
    asking.answer(asking.given(1, "support"))
    reworded(asking)
    assert weighed(asking).older == {str(asking.member.id): frozenset({str(asking.link.id)})}
    neighbour.request = "Say  when.\n\nAnd where."
    asking.session.flush()
    assert weighed(asking).older == {str(asking.member.id): frozenset({str(asking.link.id)})}


def test_another_wording_of_the_position_or_the_provision_leaves_no_agreement_on_it(asking):
    asking.invite()
    asking.answer(asking.given(0, "no_view"), asking.given(1, "support"))
    name, link = str(asking.member.id), frozenset({str(asking.link.id)})
    assert weighed(asking).older == {name: frozenset()}
    revise_position(asking.session, asking.position, heading="", statement="Quite other words.", **BY)
    asking.session.flush()
    assert weighed(asking).older == {name: link}


def test_points_left_open_are_told_for_each_member(asking):
    asking.invite()
    asking.answer(asking.given(0, "support"))
    assert weighed(asking).left_open == {str(asking.member.id): 1}


def test_only_whoever_answered_older_words_can_be_asked_again(asking):
    asking.invite()
    asking.answer(asking.given(0, "oppose"))
    again = lambda: operations.remind(  # noqa: E731
        asking.session, asking.docket, settings=asking.settings, moved_only=True, **BY
    )
    assert again() == []
    reworded(asking)
    assert [request.organization.name for request in again()] == ["Ashgrove Tools"]


def test_a_reminder_keeps_the_day_that_was_told(asking):
    told = asking.invite(answer_by=dt.date(2026, 3, 6)).expires_at
    remind = lambda **more: operations.remind(asking.session, asking.docket, settings=asking.settings, **BY, **more)  # noqa: E731
    assert [request.expires_at for request in remind()] == [told]
    assert [request.expires_at for request in remind(answer_by=dt.date(2026, 3, 7))] == [told + dt.timedelta(days=1)]


def test_the_one_who_was_asked_gets_a_copy_of_what_was_recorded_once(asking):
    asking.received(world.organization(asking.session, "Birch Mills"), asking.given(0, "support", reason="Theirs"))
    assert asking.copies() == []
    asking.invite()
    asking.answer(asking.given(0, "oppose", Condition.NOT_IF_ASKED, "Ours"), name="Mo Member")
    (copy,) = asking.copies()
    assert (copy.to_email, copy.secret) == (asking.person.email, "")
    for body in (copy.text, copy.html):
        said = " ".join(body.split())
        for words in (
            "15 CFR 1790.2(a)(1)",
            "Oppose",
            "We could not sign a letter that asks this",
            "Ours",
            "Mo Member",
        ):
            assert words in said
        assert "1 of 2 points is still open" in said or "1 of 2 points" in said
        assert "Theirs" not in said
        assert "Birch" not in said
        assert "/answer/" not in said
    asking.answer(asking.given(0, "oppose", Condition.NOT_IF_ASKED, "Ours", seen=1))
    assert len(asking.copies()) == 1
    asking.answer(asking.given(1, "no_view"))
    assert len(asking.copies()) == 2
    assert "Everything we asked is answered." in asking.copies()[1].text


def test_saving_so_far_mails_nothing_and_one_copy_of_all_comes_when_the_member_is_done(asking):
    asking.invite()
    asking.answer(asking.given(0, "oppose"), done=False)
    asking.answer(asking.given(1, "support"), name="Ida Other", done=False)
    assert asking.copies() == []
    asking.answer(done=True)
    asking.answer(done=True)
    (copy,) = asking.copies()
    said = " ".join(copy.text.split())
    assert copy.subject.startswith("2 answers recorded for Ashgrove Tools")
    assert "Oppose Given March 2, 2026, 10:00 a.m. Eastern, by Mo Member" in said
    assert "Support Given March 2, 2026, 10:00 a.m. Eastern, by Ida Other" in said
    asking.answer(asking.given(1, "no_view", seen=1), done=False)
    assert len(asking.copies()) == 1
    asking.answer(done=True)
    assert "by Mo Member" in asking.copies()[1].text


def test_a_copy_tells_what_was_answered_on_earlier_words_and_goes_to_whoever_is_asked_now(asking):
    asking.invite()
    asking.answer(asking.given(0, "oppose"))
    asking.link.request = "Narrow it."
    asking.person = world.signer(asking.session, asking.member, name="Ida Other")
    asking.invite()
    asking.answer(done=True)
    first, second = asking.copies()
    assert first.to_email != second.to_email == asking.person.email
    assert "the words changed since" in " ".join(second.html.split())


def test_whoever_is_done_without_an_answer_gets_no_copy(asking):
    asking.invite()
    asking.answer(done=True)
    assert asking.copies() == []


def test_answers_that_the_staff_records_are_told_to_who_was_asked(asking):
    asking.invite()
    asking.received(asking.member, asking.given(0, "support"))
    (copy,) = asking.copies()
    assert "Ada of" in copy.text
    assert "If they are not yours, please reply at once." in " ".join(copy.text.split())


def test_nothing_is_mailed_when_nothing_could_be_recorded(asking):
    asking.invite()
    given = asking.given(0, "support")
    reworded(asking)
    with pytest.raises(AnswersMoved):
        asking.answer(given)
    assert asking.copies() == []


def test_who_was_asked_and_said_nothing_is_named_and_not_counted(asking):
    asking.invite()
    found = what_if(asking.session, asking.document, contradicting=True)
    assert found.members == ()
    assert [row.name for row in found.silent] == ["Ashgrove Tools"]


def test_the_lead_association_can_count_as_much_as_all_others(asking, lead):
    for organization in (asking.member, lead, world.organization(asking.session, "Birch Mills")):
        asking.received(organization, asking.given(0, "clarify"))
    found = what_if(asking.session, asking.document, contradicting=True, lead_counts_all=True)
    weights = {found.organizations[member.name].kind: member.weight for member in found.members}
    assert weights == {OrganizationKind.LEAD: 3, OrganizationKind.MEMBER: 1}


def test_a_page_that_is_another_subjects_is_no_answer(asking):
    asking.invite()
    wrong = dataclasses.replace(asking.given(0, "support"), subject_id=10_000)
    with pytest.raises(AnswersMoved):
        asking.answer(wrong)
