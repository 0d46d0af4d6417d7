"""A later document is linked, compared and decided about; nothing that is attached moves by itself."""

import datetime as dt

import pytest
from sqlalchemy import select

from commenttrack import audit
from commenttrack.errors import Refused
from commenttrack.positions import carrying, mapping
from commenttrack.positions.answers import answer_question
from commenttrack.positions.models import AnswerState, ProvisionPosition, QuestionAnswer
from commenttrack.positions.stances import Stance
from commenttrack.rulemaking import later_documents
from commenttrack.rulemaking.anchors import Fate
from commenttrack.rulemaking.later_documents import (
    BY_EVIDENCE,
    AlreadyProposed,
    DecidedMeanwhile,
    NeedsAChoice,
    NotConfirmed,
    NotLater,
)
from commenttrack.rulemaking.models import CommentDate, Docket, DocumentSuccession, Provision, ProvisionSuccession
from commenttrack.rulemaking.operations import dates_due, deadline, import_rule
from commenttrack.rulemaking.succession import LaterKind

NOW = dt.datetime(2026, 3, 2, 15, 0, tzinfo=dt.UTC)
BY = {"actor": "Ada Counsel", "now": NOW}
REPORT = "A licensed operator must file a written report with the Bureau within thirty days of each transfer."
KEEP = "Every operator keeps the records of its transfers for five years and shows them to an inspector on request."
WAIVE = "The Director may waive a fee where paying it would keep a small laboratory from taking part at all."
ASKED = "We seek comment on whether thirty days are enough for a small laboratory to gather its records."


def notice(
    *, root="PRORULE", number, page, action, dates="", paragraphs=(), body="", preamble="This is about transfers."
):
    """A Federal Register document of the docket DDT-2026-0001 with one section."""
    section = (
        "<AMDPAR>1. Add part 7 to read as follows:</AMDPAR><PART><HD SOURCE='HED'>PART 7—TRANSFERS</HD><SECTION>"
        "<SECTNO>§ 7.2</SECTNO><SUBJECT>Reports and records.</SUBJECT>"
        + "".join(f"<P>({chr(97 + place)}) {text}</P>" for place, text in enumerate(paragraphs))
        + "</SECTION></PART>"
        if paragraphs
        else ""
    )
    return f"""<{root}><PREAMB><PRTPAGE P="{page}"/><AGENCY TYPE="F">DEPARTMENT OF DIGITAL TRADE</AGENCY>
<CFR>15 CFR Part 7</CFR><DEPDOC>[Docket No. DDT-2026-0001]</DEPDOC><RIN>RIN 0999-AB12</RIN>
<SUBJECT>Transfers of Samples</SUBJECT><ACT><HD SOURCE="HED">ACTION:</HD><P>{action}</P></ACT>
<DATES><HD SOURCE="HED">DATES:</HD><P>{dates}</P></DATES></PREAMB>
<SUPLINF><HD SOURCE="HD1">I. Background</HD><P>{preamble}</P>{body}{section}</SUPLINF>
<FRDOC>[FR Doc. {number} Filed 1-28-26; 8:45 am]</FRDOC></{root}>""".encode()


def due(day):
    return f"Comments must be received on or before {day}, 2026."


PROPOSED = notice(
    number="2026-01580",
    page=5698,
    action="Proposed rule.",
    dates=due("March 27"),
    paragraphs=(REPORT, KEEP, WAIVE),
    preamble=ASKED,
)
FINAL = notice(
    root="RULE",
    number="2026-20001",
    page=70100,
    action="Final rule.",
    dates="This rule is effective December 1, 2026.",
    paragraphs=(REPORT.replace("thirty", "sixty"), "Reserved.", KEEP),
)
SUPPLEMENTAL = notice(
    number="2026-09001",
    page=20100,
    action="Supplemental notice of proposed rulemaking.",
    dates=due("June 30"),
    paragraphs=(REPORT.replace("thirty", "sixty"), KEEP),
    preamble=ASKED,
)
EXTENSION = notice(
    number="2026-05001",
    page=12100,
    action="Proposed rule; extension of comment period.",
    dates="The comment period for the proposed rule published at 91 FR 5698 is extended. " + due("April 30"),
)
REOPENING = notice(
    number="2026-09901",
    page=30100,
    action="Proposed rule; reopening of comment period.",
    dates="The comment period for the proposed rule published at 91 FR 5698 is reopened. " + due("August 14"),
)
CORRECTION = notice(
    number="2026-03001",
    page=8100,
    action="Proposed rule; correction.",
    body="<P>In FR Doc. 2026-01580, on page 5698, in the second column, in § 7.2(a), “thirty days of each” should read "
    "“forty days of each”.</P><P>On page 5698, in the third column, “laboratory” should read “laboratories”.</P>",
)


@pytest.fixture
def proposed(session, storage):
    return import_rule(session, PROPOSED, name="proposed.xml", storage=storage, **BY)


@pytest.fixture
def add(session, storage, proposed):
    """Import another document into the docket and link it."""

    def add(data, **values):
        document = import_rule(session, data, name="later.xml", storage=storage, docket=proposed.docket, **BY)
        session.expire(proposed.docket)
        return later_documents.link_document(session, document, **values, **BY)

    return add


@pytest.fixture
def compared(session, add):
    link = add(FINAL)
    later_documents.propose(session, link, **BY)
    return link


def row_of(link, label):
    return next(row for row in link.provisions if row.earlier and row.earlier.label == label)


def provision(session, document, label):
    return session.scalars(
        select(Provision).where(Provision.rule_document_id == document.id, Provision.label == label)
    ).one()


def mapped(session, library, where, **values):
    position = library[0].positions[0]
    return mapping.map_position(session, where, position, stance=Stance.SUPPORT, **values, **BY)


def test_a_final_rule_of_the_docket_is_linked_to_the_proposal_by_what_both_say(add, proposed):
    link = add(FINAL)
    assert (link.earlier, link.kind, link.confirmed_by) == (proposed, LaterKind.FINAL, BY_EVIDENCE)
    assert link.evidence_json["dockets"] == ["DDT-2026-0001"]


def test_each_later_document_is_linked_to_the_first_one(add, proposed):
    assert [add(data).earlier for data in (EXTENSION, CORRECTION, FINAL)] == [proposed] * 3


def test_a_document_that_does_not_say_what_it_is_waits_for_a_person(session, add):
    link = add(FINAL.replace(b"Final rule.", b"Notice."))
    assert (link.kind, link.confirmed_by) == (LaterKind.OTHER, "")
    with pytest.raises(NotConfirmed):
        later_documents.propose(session, link, **BY)
    later_documents.confirm_document(session, link, kind=LaterKind.FINAL, reason="Read it.", **BY)
    assert later_documents.propose(session, link, **BY)


def test_an_earlier_document_cannot_follow_a_later_one(session, storage, proposed, add):
    with pytest.raises(NotLater):
        add(PROPOSED.replace(b"5698", b"1200").replace(b"01580", b"00001"), earlier=proposed)


def test_a_comparison_proposes_and_changes_nothing(session, add, proposed, library):
    link = mapped(session, library, provision(session, proposed, "15 CFR 7.2(a)"))
    succession = add(FINAL)
    rows = later_documents.propose(session, succession, **BY)
    fates = {row.earlier.label: row.fate for row in rows if row.earlier and row.earlier.label.startswith("15 CFR 7.2(")}
    assert fates == {
        "15 CFR 7.2(a)": Fate.CHANGED,
        "15 CFR 7.2(b)": Fate.MOVED,
        "15 CFR 7.2(c)": Fate.REMOVED,
    }
    assert {row.decided_by for row in rows} == {""}
    assert session.scalars(select(ProvisionPosition)).all() == [link]
    assert not link.suspect


def test_a_comparison_is_stored_once(session, compared):
    with pytest.raises(AlreadyProposed):
        later_documents.propose(session, compared, **BY)


def test_the_difference_of_a_changed_provision_is_shown_word_by_word(compared):
    changes = later_documents.change_of(row_of(compared, "15 CFR 7.2(a)"))
    assert [(change.kind, change.text) for change in changes if change.kind != "same"] == [
        ("delete", "thirty"),
        ("insert", "sixty"),
    ]


def test_a_person_confirms_a_place_with_a_reason_that_is_kept(session, compared):
    row = row_of(compared, "15 CFR 7.2(a)")
    with pytest.raises(Refused, match="reason"):
        later_documents.confirm(session, row, expected_revision=row.revision, reason=" ", **BY)
    later_documents.confirm(session, row, expected_revision=row.revision, reason="Only the days differ.", **BY)
    event = session.scalars(select(audit.AuditEvent).order_by(audit.AuditEvent.number.desc())).first()
    assert (row.decided_by, event.actor, event.details["reason"]) == (
        "Ada Counsel",
        "Ada Counsel",
        "Only the days differ.",
    )
    assert later_documents.successor_of(session, row.earlier, compared.later) is row


def test_a_decision_on_an_old_state_is_refused(session, compared):
    row = row_of(compared, "15 CFR 7.2(a)")
    opened_at = row.revision
    later_documents.confirm(session, row, expected_revision=opened_at, reason="Agreed.", **BY)
    session.flush()
    with pytest.raises(DecidedMeanwhile):
        later_documents.confirm(session, row, expected_revision=opened_at, reason="Me too.", **BY)


def test_what_needs_a_person_is_settled_and_not_confirmed(session, add):
    look_alike = notice(
        root="RULE", number="2026-20001", page=70100, action="Final rule.", paragraphs=(KEEP, WAIVE, REPORT[:-1] + "s.")
    )
    link = add(look_alike)
    later_documents.propose(session, link, **BY)
    row = row_of(link, "15 CFR 7.2(a)")
    assert row.fate is Fate.NEEDS_A_PERSON
    with pytest.raises(NeedsAChoice):
        later_documents.confirm(session, row, expected_revision=row.revision, reason="Sure.", **BY)
    with pytest.raises(NeedsAChoice):
        later_documents.confirm_all(session, link, fates=set(Fate), reason="All.", **BY)
    place = provision(session, link.later, "15 CFR 7.2(c)")
    later_documents.settle(
        session, row, provision=place, expected_revision=row.revision, reason="The agency says so at 70110.", **BY
    )
    assert (row.later, row.fate, row.decided_by) == (place, Fate.MOVED_AND_CHANGED, "Ada Counsel")


def test_one_place_is_not_given_to_two_provisions(session, compared):
    row, other = row_of(compared, "15 CFR 7.2(a)"), row_of(compared, "15 CFR 7.2(c)")
    later_documents.confirm(session, row, expected_revision=row.revision, reason="Agreed.", **BY)
    with pytest.raises(Refused, match="already"):
        later_documents.settle(
            session, other, provision=row.later, expected_revision=other.revision, reason="Here.", **BY
        )


def test_plain_proposals_are_confirmed_together_in_one_event(session, compared):
    count = later_documents.confirm_all(session, compared, fates={Fate.MOVED, Fate.CHANGED}, reason="Read all.", **BY)
    assert count == len([row for row in compared.provisions if row.decided_by]) > 1
    assert {row.fate for row in later_documents.open_rows(compared)} & {Fate.MOVED, Fate.CHANGED} == set()


def test_links_are_carried_on_request_and_are_suspect_where_the_wording_changed(session, add, proposed, library):
    changed = mapped(session, library, provision(session, proposed, "15 CFR 7.2(a)"))
    moved = mapped(session, library, provision(session, proposed, "15 CFR 7.2(b)"))
    gone = mapped(session, library, provision(session, proposed, "15 CFR 7.2(c)"))
    link = add(FINAL)
    later_documents.propose(session, link, **BY)
    assert [row.earlier for row in carrying.carry(session, link, **BY).waiting] == [
        changed.provision,
        moved.provision,
        gone.provision,
    ]
    later_documents.confirm_all(
        session, link, fates=set(Fate) - {Fate.NEEDS_A_PERSON}, reason="Read the final rule.", **BY
    )
    carried = carrying.carry(session, link, **BY)
    assert [(new.provision.label, new.suspect) for new in carried.links] == [
        ("15 CFR 7.2(a)", True),
        ("15 CFR 7.2(c)", False),
    ]
    assert [row.earlier for row in carried.gone] == [gone.provision]
    assert not any(old.suspect for old in (changed, moved, gone))
    assert carrying.carry(session, link, **BY).links == ()


def test_an_answer_is_carried_to_the_question_that_is_asked_again(session, add, proposed):
    question = proposed.questions[0]
    answer_question(session, question, state=AnswerState.ANSWERED, text="They are not.", **BY)
    link = add(SUPPLEMENTAL)
    later_documents.propose(session, link, **BY)
    later_documents.confirm_all(session, link, fates={Fate.UNCHANGED}, reason="The same.", **BY)
    assert [answer.question.rule_document for answer in carrying.carry(session, link, **BY).answers] == [link.later]
    assert len(session.scalars(select(QuestionAnswer)).all()) == 2


def test_a_correction_makes_mapped_provisions_suspect_when_a_person_confirms_it(session, add, proposed, library):
    where = provision(session, proposed, "15 CFR 7.2(a)")
    attached = mapped(session, library, where)
    link = add(CORRECTION)
    placed, open_ = later_documents.propose(session, link, **BY)
    assert (link.kind, placed.earlier, placed.fate) == (LaterKind.CORRECTION, where, Fate.CHANGED)
    assert (where.text, attached.suspect) == (REPORT, False)
    later_documents.confirm(session, placed, expected_revision=placed.revision, reason="As printed.", **BY)
    assert where.text == REPORT.replace("thirty", "forty")
    assert attached.suspect
    assert where.details_json["corrected"] == [{"by": "2026-03001", "was": REPORT}]
    assert later_documents.corrections_of(session, where) == [placed]
    assert (open_.earlier, open_.fate) == (None, Fate.NEEDS_A_PERSON)


def test_words_that_stand_several_times_on_the_page_are_placed_by_a_person(session, add, proposed):
    where = provision(session, proposed, "15 CFR 7.2(c)")
    link = add(CORRECTION)
    row = later_documents.propose(session, link, **BY)[1]
    assert where.key in [key for key, _ in row.candidates_json]
    later_documents.settle(session, row, provision=where, expected_revision=row.revision, reason="Third column.", **BY)
    assert where.text == WAIVE.replace("laboratory", "laboratories")


def test_an_extension_moves_no_provision_and_sets_the_date_that_planning_goes_by(session, add, proposed):
    link = add(EXTENSION)
    assert later_documents.propose(session, link, **BY) == []
    assert deadline(proposed.docket).date == dt.date(2026, 4, 30)
    assert {date.date for date in proposed.docket.comment_dates} == {dt.date(2026, 3, 27), dt.date(2026, 4, 30)}


def test_the_newest_document_that_sets_a_date_is_planned_by(add, proposed):
    for data in (EXTENSION, REOPENING, CORRECTION, FINAL):
        add(data)
    assert deadline(proposed.docket).date == dt.date(2026, 8, 14)


def test_an_extension_that_came_first_into_the_database_still_holds(session, storage, proposed, add):
    add(REOPENING)
    add(EXTENSION)
    assert deadline(proposed.docket).date == dt.date(2026, 8, 14)


def test_a_document_that_nobody_confirmed_changes_no_date(session, add, proposed):
    link = add(EXTENSION.replace(b"; extension of comment period", b"").replace(b"is extended", b"goes on"))
    assert (link.confirmed_by, deadline(proposed.docket).date) == ("", dt.date(2026, 3, 27))
    later_documents.confirm_document(session, link, kind=LaterKind.EXTENSION, reason="Read it.", **BY)
    session.flush()
    assert deadline(proposed.docket).date == dt.date(2026, 4, 30)
    later_documents.unlink_document(session, link, reason="Another rule after all.", **BY)
    session.flush()
    assert deadline(proposed.docket).date == dt.date(2026, 3, 27)


def test_another_source_that_disagrees_with_the_extension_is_planned_by_when_it_is_earlier(session, add, proposed):
    add(EXTENSION)
    for day in (dt.date(2026, 3, 27), dt.date(2026, 4, 29)):
        proposed.docket.comment_dates.append(
            CommentDate(
                date=day,
                time=None,
                zone="America/New_York",
                purpose="comments",
                source="regulations.gov",
                computed=False,
                text="",
            )
        )
    session.flush()
    assert deadline(proposed.docket).date == dt.date(2026, 4, 29)
    assert [date.date.day for date in dates_due(proposed.docket)] == [30, 29]


def test_comments_are_about_the_newest_document_that_proposes(session, add, proposed):
    for data in (EXTENSION, CORRECTION, FINAL):
        add(data)
    assert later_documents.commented_on(session, proposed.docket) is proposed
    supplemental = add(SUPPLEMENTAL).later
    assert later_documents.commented_on(session, proposed.docket) is supplemental


def test_a_docket_that_goes_takes_its_links_along(session, compared, proposed):
    session.delete(session.get(Docket, proposed.docket_id))
    session.flush()
    assert session.scalars(select(DocumentSuccession)).all() == []
    assert session.scalars(select(ProvisionSuccession)).all() == []
