"""What a later document is to an earlier one, and which comment dates hold."""

import datetime as dt
from dataclasses import replace

import pytest

from commenttrack.rulemaking.provisions import ParsedCaption, ParsedCfr, ParsedDocument, ParsedRule
from commenttrack.rulemaking.succession import LaterKind, SetDate, came_before, dates_in_force, evidence, kind_of

PROPOSAL = ParsedDocument(
    kind="proposed_rule",
    title="Safeguards for Exports",
    action="Proposed rule.",
    document_number="2026-01580",
    agencies=(),
    docket_ids=("CMS-1802-P",),
    rins=("0938-AV30",),
    cfr=(ParsedCfr(42, "413"),),
    start_page=5698,
    end_page=5712,
    comment_dates=(),
    fr_citation="91 FR 5698",
)
MAY, JUNE, JULY = dt.date(2026, 5, 4), dt.date(2026, 6, 3), dt.date(2026, 7, 3)


def later(*, caption="", **values):
    head = {"action": "Final rule.", "document_number": "2026-11111", "start_page": 9000, "end_page": 9010}
    document = replace(PROPOSAL, **{**head, "fr_citation": "91 FR 9000", **values})
    return ParsedRule(replace(document, captions=(ParsedCaption("SUMMARY:", caption),)), (), (), (), (), ())


@pytest.mark.parametrize(
    ("action", "kind"),
    [
        ("Final rule.", "final"),
        ("Interim final rule; request for public comment.", "final"),
        ("Final rule; correction.", "correction"),
        ("Proposed rule; correction and extension of comment period.", "correction"),
        ("Proposed rule; reopening of comment period.", "reopening"),
        ("Proposed rule; re-opening of the public comment period.", "reopening"),
        ("Notice of proposed rulemaking; extension of comment period.", "extension"),
        ("Proposed rule; comment period extended.", "extension"),
        ("Supplemental notice of proposed rulemaking; reopening of comment period.", "supplemental"),
        ("Further notice of proposed rulemaking.", "supplemental"),
        ("Proposed rule; withdrawal.", "withdrawal"),
        ("Final rule; delay of effective date.", "other"),
        ("Proposed rule.", "other"),
        ("Notice of public hearing.", "other"),
    ],
)
def test_the_action_tells_what_a_later_document_is(action, kind):
    assert kind_of(replace(PROPOSAL, action=action)) is LaterKind(kind)


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Safeguards for Exports; Correction", "correction"),
        ("Safeguards for Exports; Extension of Comment Period", "extension"),
        ("Air Plan Approval; Error Correction of an Area Designation", "other"),
        ("Supplemental Nutrition Assistance Program: Income Rules", "other"),
        ("Extension of the Compliance Date for Monitors", "other"),
        ("Withdrawal of Certain Water Quality Criteria", "other"),
    ],
)
def test_a_title_tells_it_only_where_it_speaks_of_the_document(title, kind):
    assert kind_of(replace(PROPOSAL, title=title)) is LaterKind(kind)


def test_a_number_of_the_federal_registers_own_corrections_tells_one():
    assert kind_of(replace(PROPOSAL, action="", document_number="C1-2026-01580")) is LaterKind.CORRECTION


def test_a_summary_that_reopens_the_comment_period_makes_a_reopening():
    summary = "We are reopening the comment period for our proposed rule."
    assert kind_of(replace(PROPOSAL, summary=summary)) is LaterKind.REOPENING


@pytest.mark.parametrize(
    ("caption", "named"),
    [
        ("The rule published on January 29, 2026 (91 FR 5698-5712) is corrected.", "91 FR 5698-5712"),
        ("In FR Doc. 2026–01580, the following correction is made.", "document 2026-01580"),
        ("See 91 FR 5800 and 90 FR 5698.", ""),
    ],
)
def test_a_later_document_names_the_earlier_one_by_citation_or_number(caption, named):
    assert evidence(PROPOSAL, later(caption=caption)).named == named


def test_dockets_are_compared_without_the_letters_of_their_stage():
    found = evidence(PROPOSAL, later(docket_ids=("CMS–1802–F",)))
    assert (found.dockets, found.strong) == (("CMS-1802",), True)


def test_a_shared_rin_alone_is_not_enough():
    found = evidence(PROPOSAL, later(docket_ids=("CMS-9999-F",)))
    assert (found.rins, found.strong) == (("0938-AV30",), False)


def test_publication_dates_or_citations_tell_which_came_first():
    final = later().document
    assert came_before(PROPOSAL, final) is True
    assert came_before(final, PROPOSAL) is False
    assert came_before(PROPOSAL, PROPOSAL) is None


def on(document, day):
    return SetDate(document, day, None)


def test_of_documents_that_follow_one_another_the_newest_that_sets_a_date_holds():
    dates = [on(1, MAY), on(2, JUNE), on(3, JULY)]
    assert dates_in_force(dates, {2: 1, 3: 1}, [3, 2, 1]) == [on(3, JULY)]


def test_a_later_document_without_a_date_leaves_the_date_as_it_was():
    assert dates_in_force([on(1, MAY)], {2: 1}, [2, 1]) == [on(1, MAY)]


def test_dates_of_one_document_that_disagree_all_stay():
    assert dates_in_force([on(1, MAY), on(1, JUNE)], {}, [1]) == [on(1, MAY), on(1, JUNE)]


def test_dates_of_documents_that_nobody_linked_all_stay():
    assert dates_in_force([on(1, MAY), on(2, JUNE)], {}, [2, 1]) == [on(1, MAY), on(2, JUNE)]


def test_a_date_from_elsewhere_stays_unless_it_repeats_one_that_was_replaced():
    dates = [on(1, MAY), on(2, JULY), on(None, MAY), on(None, JUNE)]
    assert dates_in_force(dates, {2: 1}, [2, 1]) == [on(2, JULY), on(None, JUNE)]


def test_a_date_from_elsewhere_that_repeats_one_in_force_stays():
    assert dates_in_force([on(1, MAY), on(None, MAY)], {}, [1]) == [on(1, MAY), on(None, MAY)]
