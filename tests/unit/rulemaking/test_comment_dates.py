from datetime import date

import pytest

from commenttrack.rulemaking.comment_dates import filed_on, next_business_day, printed_on, read_dates
from commenttrack.rulemaking.provisions import ParsedCaption, ParsedProvision
from commenttrack.rulemaking.written_days import written_days

FILED = "[FR Doc. 2024-02590 Filed 2-9-24; 8:45 am]"


def dates(text, *, given=None, filing_line="", body=()):
    provisions = [
        ParsedProvision(f"p{i}", None, "preamble_paragraph", "", "", "", t, (), ()) for i, t in enumerate(body)
    ]
    return read_dates([ParsedCaption("DATES:", text)], provisions, given, filing_line)


def short(text, **options):
    return [(entry.purpose, entry.date, entry.time) for entry in dates(text, **options)[0]]


@pytest.mark.parametrize(
    "text",
    [
        "Comments must be submitted on or before May 16, 2016.",
        "Any comments must arrive by May 16, 2016.",
        "The FAA must receive comments on this proposed AD by May 16, 2016.",
        "Comments are due no later than May 16, 2016.",
        "To be assured consideration, comments must be received at one of the addresses provided "
        "below, by May 16, 2016.",
        "Comment deadline date: Written comments must be received on or before May 16, 2016.",
        "The comment period for the proposed rule published on January 20, 2016 (81 FR 3033) is reopened. "
        "We will consider all comments that we receive on or before May 16, 2016.",
        "The comment period for the proposed rule published January 20, 2016, at 81 FR 3033, is "
        "extended to May 16, 2016.",
        "The comment period for the proposed rule, which closed on March 1, 2016, is reopened until May 16, 2016.",
        "This rule is effective March 3, 2016. Comments must be received by May 16, 2016.",
        "The comment period ends May 16, 2016.",
        "Comments must be received by 16 May 2016.",
        "Comments are due not later than the 16th of May, 2016, at any of the addresses below.",
        "Submit comments on or before 05/16/2016.",
        "Submit comments by Monday, 5/16/16.",
        "The comment period for the proposed rule published on 01/20/2016 (81 FR 3033) is extended to 16 May 2016.",
        "Comments on Docket No. 12/14/2015 and 2 CFR part 12 May 2016 edition are due by 05/16/2016.",
    ],
)
def test_every_wording_of_a_deadline_gives_the_one_date_that_is_due(text):
    assert short(text) == [("comments", "2016-05-16", None)]


@pytest.mark.parametrize(
    ("text", "time", "zone"),
    [
        ("Comments are due by 5:00 p.m. Eastern Time on April 1, 2024.", "17:00", "America/New_York"),
        ("Submit comments on or before April 1, 2024, at 11:59 p.m. ET.", "23:59", "America/New_York"),
        ("Comments must be received by midnight Eastern Time on April 1, 2024.", "23:59", "America/New_York"),
        ("Comments must be received by 4 p.m. PDT, April 1, 2024.", "16:00", "America/Los_Angeles"),
        ("Comments must be received by April 1, 2024.", None, "America/New_York"),
        ("Comments are due by 5:00 p.m. Eastern Time on 1 April 2024.", "17:00", "America/New_York"),
        ("Comments are due by 04/01/2024, at 4 p.m. PDT.", "16:00", "America/Los_Angeles"),
    ],
)
def test_the_hour_and_the_zone_go_with_the_date(text, time, zone):
    entry = dates(text)[0][0]
    assert (entry.date, entry.time, entry.zone) == ("2024-04-01", time, zone)


@pytest.mark.parametrize(
    "text",
    [
        "Comments must be received on or before [insert date 60 days after date of publication in "
        "the Federal Register].",
        "Comments must be received by [INSERT DATE 60 DAYS AFTER DATE OF PUBLICATION IN THE FEDERAL REGISTER].",
        "Comments must be received within 60 days after the date of publication.",
        "Comments are due sixty (60) days from publication of this notice.",
    ],
)
def test_a_date_counted_from_publication_is_computed_and_says_so(text):
    (entry,), relative = dates(text, given=date(2024, 2, 12))
    assert (entry.purpose, entry.date, entry.computed) == ("comments", "2024-04-12", True)
    assert entry.basis == "60 days after publication on 2024-02-12"
    assert relative == ()


def test_without_a_publication_date_the_filing_line_is_used_and_said_to_be():
    (entry,), _ = dates("Comments are due 60 days after publication in the Federal Register.", filing_line=FILED)
    assert entry.date == "2024-04-12"
    assert "check it against the issue" in entry.basis


def test_without_any_publication_date_nothing_is_computed():
    found, relative = dates("Comments must be received within 30 days after the date of publication.")
    assert found == ()
    assert relative[0].purpose == "comments"


def test_a_schedule_gives_a_date_for_each_purpose():
    text = (
        "June 22, 2026: To be assured of consideration, submit requests to appear at the hearings by this date.\n"
        "July 6, 2026: Submit written comments by this date.\n"
        "July 7, 2026: The Committee will convene public hearings, beginning at 10:00 a.m.\n"
        "Five days after the last day of the public hearings: Submit post-hearing rebuttal comments."
    )
    found, relative = dates(text)
    assert [(entry.purpose, entry.date, entry.time) for entry in found] == [
        ("requests to appear", "2026-06-22", None),
        ("comments", "2026-07-06", None),
        ("hearing", "2026-07-07", "10:00"),
    ]
    assert [entry.purpose for entry in relative] == ["rebuttal comments"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Comments are due on or before April 26, 2024 and reply comments are due on or before May 11, 2024.",
            [("comments", "2024-04-26", None), ("rebuttal comments", "2024-05-11", None)],
        ),
        (
            "Comments must be received by April 30, 2024, except that comments on the Paperwork Reduction Act "
            "analysis must be received by April 18, 2024.",
            [("comments", "2024-04-30", None), ("comments on the information collection", "2024-04-18", None)],
        ),
        (
            "File comments within thirty (30) days after publication and reply comments "
            "within 45 days after publication.",
            [("comments", "2024-03-02", None), ("rebuttal comments", "2024-03-17", None)],
        ),
        (
            "A hearing will be held on April 8, 2024, and April 9, 2024, from 9 a.m.",
            [("hearing", "2024-04-08", "09:00"), ("hearing", "2024-04-09", "09:00")],
        ),
        ("A public meeting will take place on April 8–9, 2024.", [("meeting", "2024-04-08", None)]),
        (
            "If anyone contacts us requesting a public hearing by April 7, 2024, we will hold a hearing.",
            [("hearing requests", "2024-04-07", None)],
        ),
        (
            "A hearing is scheduled for May 16, 2024. If no outlines are received by May 2, 2024, it is cancelled. "
            "Requests for special assistance at the hearing must be received by May 1, 2024.",
            [("hearing", "2024-05-16", None)],
        ),
        (
            "We accept comments until April 20, 2024. Comments must arrive by 11:59 p.m. on the closing date.",
            [("comments", "2024-04-20", "23:59")],
        ),
        (
            "Comments must arrive not later than 60 days after [INSERT DATE OF PUBLICATION IN THE FEDERAL REGISTER].",
            [("comments", "2024-04-01", None)],
        ),
    ],
)
def test_each_date_of_a_sentence_has_its_own_purpose(text, expected):
    assert short(text, given=date(2024, 2, 1)) == expected


def test_an_effective_date_alone_is_no_comment_date():
    assert dates("These regulations are effective on October 1, 2024.") == ((), ())


@pytest.mark.parametrize("words", ["4/5/24", "29/03/2024", "31 April 2024", "02/30/2024"])
def test_what_is_no_day_or_not_one_only_is_left_to_a_person(words):
    text = f"Comments must be received by {words}."
    found, open_days = dates(text)
    assert (found, [(entry.purpose, entry.text) for entry in open_days]) == ((), [("comments", text)])


@pytest.mark.parametrize(
    "words",
    [
        *("docket AMS–03/29/2024", "FAA-2024-03/29/2024", "Docket No. 3/29/24", "a share of 1/3/29/2024", "3/29/24.5"),
        *("2 CFR 200.12 March 2024", "§ 12 March 2024", "89 FR 29 March 2024", "part 29 March 2024", "$29 March 2024"),
    ],
)
def test_numbers_of_dockets_fractions_and_citations_are_no_days(words):
    assert written_days(f"Comments on {words} edition", dates_only=True) == []


def test_figures_with_a_short_year_are_read_only_where_dates_are_given():
    body = ["You must submit comments by 3/29/24 or, if you write to us, by 29 March 2024, as described below."]
    assert [entry.date for entry in dates("", body=body)[0]] == ["2024-03-29"]
    assert written_days("by 3/29/24") == []
    assert [str(each.day) for each in written_days("by 3/29/24", dates_only=True)] == ["2024-03-29"]


def test_the_federal_register_is_no_registration():
    text = "Comments must be received by May 1, 2024, as printed in the Federal Register."
    assert short(text) == [("comments", "2024-05-01", None)]


def test_a_deadline_in_prose_is_found_with_its_source():
    body = ["You must submit written comments on the proposed actions by July 6, 2026, as described below."]
    (entry,), _ = dates("", body=body)
    assert (entry.date, entry.source) == ("2026-07-06", "SUPPLEMENTARY INFORMATION")


def test_a_deadline_for_submissions_in_prose_is_found():
    found, _ = read_dates(
        [],
        [
            ParsedProvision(
                "p1", None, "preamble_paragraph", "", "", "",
                "All submissions should refer to the file number and should be sent by March 5, 2024.", (), (),
            )
        ],
        None,
        "",
    )  # fmt: skip
    assert [(entry.purpose, entry.date) for entry in found] == [("comments", "2024-03-05")]


def test_a_conflicting_date_in_the_body_is_shown_beside_the_first():
    body = ["Comments must be received by July 7, 2026."]
    found, _ = dates("Submit comments by July 6, 2026.", body=body)
    assert [(entry.date, entry.source) for entry in found] == [
        ("2026-07-06", "DATES"),
        ("2026-07-07", "SUPPLEMENTARY INFORMATION"),
    ]


def test_the_same_date_is_not_listed_twice():
    found, _ = dates("Submit comments by July 6, 2026.", body=["Comments must be submitted by July 6, 2026."])
    assert len(found) == 1


def test_dates_of_the_past_are_no_deadlines():
    body = ["We requested comments on the notice; comments were due by March 1, 2020."]
    assert dates("", body=body, filing_line=FILED)[0] == ()


def test_the_filing_line_and_picture_numbers_tell_days():
    assert filed_on(FILED) == date(2024, 2, 9)
    assert printed_on(["EN05JN26.097"]) == date(2026, 6, 5)
    assert printed_on(["ER31FE24.001", "no number"]) is None


def test_the_next_business_day_skips_weekends_and_holidays():
    assert next_business_day(date(2024, 2, 9)) == date(2024, 2, 12)
    assert next_business_day(date(2024, 7, 3)) == date(2024, 7, 5)
