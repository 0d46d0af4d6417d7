"""Form values, where to file, and the checklist."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commenttrack.filing.checklist import Readiness, checklist, for_another_system
from commenttrack.filing.form import SHORTENED, Filer, comment_text, form_for
from commenttrack.filing.limits import load
from commenttrack.filing.preflight import Finding, Level, comment_counters, violations
from commenttrack.filing.routes import routes_for
from commenttrack.letters.composition import REASONS_BESIDE

LIMITS = load()
FILER = Filer("Marrow Trade Council", "Organization", 3)


def text(summary, filer=FILER):
    return comment_text(filer, docket="Safeguards", identifiers=["DOC-1"], summary=summary, limits=LIMITS)


def test_the_comment_opens_with_who_stands_behind_the_letter():
    assert text("")[0] == (
        "Please see the attached comments of Marrow Trade Council and 2 other organizations on Safeguards (DOC-1)."
    )
    assert " and 1 other organization on " in text("", Filer("A", "Organization", 2))[0]
    assert "other organization" not in text("", Filer("A", "Organization", 1))[0]


def test_the_summary_loses_its_markup_and_keeps_its_words():
    comment, cut = text("1. Adopt *this*[^1].\n2. Publish [the list](https://x.example).\n\n[^1]: A note.")
    assert comment.split("\n\n")[1:] == ["1. Adopt this.", "2. Publish the list."]
    assert not cut


def test_a_table_of_requests_reads_row_by_row():
    comment, _ = text(
        "We ask:\n\n| No. | Provision | Request |\n|---|---|---|\n| 1 | § 7.2 | Keep it. |\n| 2 | § 7.3 | Drop it. |"
    )
    assert comment.split("\n\n")[1:] == ["We ask:", "1. § 7.2: Keep it.", "2. § 7.3: Drop it."]


def test_the_comment_speaks_of_the_letter_where_the_summary_speaks_of_its_table():
    comment, _ = text(
        f"We ask the Office to do the following; {REASONS_BESIDE}.\n\n| No. | Request |\n|---|---|\n| 1 | A |"
    )
    assert "We ask the Office to do the following; the attached letter gives the reasons." in comment


@given(st.lists(st.text(alphabet="abcé ", min_size=1, max_size=900), max_size=12))
def test_whatever_the_summary_the_comment_fits_and_says_when_it_was_cut(paragraphs):
    comment, cut = text("\n\n".join(paragraphs))
    assert all(counter.left >= 0 for counter in comment_counters(comment, LIMITS))
    assert comment.endswith(SHORTENED) == cut
    said = comment.split("\n\n")[1 : -1 if cut else None]
    whole = [" ".join(paragraph.split()) for paragraph in paragraphs if paragraph.strip()]
    assert said == whole[: len(said)]
    assert cut == (len(said) < len(whole))


def test_every_value_of_the_form_that_has_a_limit_has_its_counter():
    form = form_for(
        FILER,
        docket="S",
        identifiers=["DOC-1"],
        document_number="2026-1",
        summary="",
        system="regulations.gov",
        limits=LIMITS,
    )
    assert {field.name for field in form.fields if field.characters} == {"comment", "organization"}
    assert "20 of 120 characters, 20 of 120 bytes" in form.as_text()
    assert form.value("document") == "2026-1"


# ------------------------------------------------------------------------------------------------------------ routes


def agency(name, subagency=None):
    return {"name": name, "subagency": subagency}


@pytest.mark.parametrize(
    ("agencies", "offered"),
    [
        ([agency("DEPARTMENT OF COMMERCE", "Bureau of Industry and Security")], True),
        ([agency("SECURITIES AND EXCHANGE COMMISSION")], False),
        ([agency("Department of Commerce"), agency("Federal Reserve System")], False),
        ([agency("OFFICE OF THE UNITED STATES TRADE REPRESENTATIVE")], False),
        ([agency("Bureau of Nowhere")], False),
        ([], False),
    ],
)
def test_regulations_gov_is_offered_only_when_every_agency_is_known_to_use_it(agencies, offered):
    routes = routes_for(agencies, illustrative=False)
    assert routes.regulations_gov is offered
    assert any("ADDRESSES" in sentence for sentence in routes.sentences)


def test_an_illustrative_docket_has_nowhere_to_file():
    routes = routes_for([agency("Department of Commerce")], illustrative=True)
    assert not routes.regulations_gov
    assert routes.sentences == (
        "This docket is illustrative: there is nowhere to file, and the packet is for practice only.",
    )


def test_an_agency_outside_regulations_gov_is_named_with_its_own_route():
    routes = routes_for([agency("Securities and Exchange Commission")], illustrative=False)
    (first, *_) = routes.sentences
    assert routes.elsewhere
    assert not routes_for([agency("Department of Commerce"), agency("Nobody Knows")], illustrative=False).elsewhere
    assert "does not take comments through regulations.gov" in first
    assert "sec.gov" in first


def test_a_joint_document_says_that_each_docket_needs_its_own_filing():
    routes = routes_for([agency("Department of Commerce"), agency("Department of Agriculture")], illustrative=False)
    assert any("once in the docket of each agency" in sentence for sentence in routes.sentences)


# --------------------------------------------------------------------------------------------------------- checklist

NOW = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
READY = Readiness(
    routes=routes_for([agency("Department of Commerce")], illustrative=False),
    closes=NOW + dt.timedelta(days=1),
    closes_in_words="tomorrow",
    lead="Marrow",
    signed=("Marrow", "Acme"),
    left_out=(),
    uncovered=(),
    undecided=0,
    edited=False,
    shortened=False,
)


def levels(**values):
    facts = Readiness(**{**{name: getattr(READY, name) for name in Readiness.__dataclass_fields__}, **values})
    return {finding.check: finding.level for finding in checklist(facts, now=NOW)}


def test_a_letter_that_is_ready_has_nothing_but_passes():
    assert set(levels().values()) == {Level.PASS}


@pytest.mark.parametrize(
    ("values", "check", "level"),
    [
        ({"closes": None}, "deadline", Level.WARNING),
        ({"closes": NOW}, "deadline", Level.VIOLATION),
        ({"signed": ()}, "signatures", Level.VIOLATION),
        ({"signed": ("Acme",)}, "lead", Level.WARNING),
        ({"left_out": ("Acme",)}, "stale", Level.WARNING),
        ({"uncovered": (("Acme", ("II. Scope",)),)}, "not-covered", Level.WARNING),
        ({"undecided": 1}, "undecided", Level.WARNING),
        ({"edited": True}, "edited", Level.WARNING),
        ({"shortened": True}, "shortened", Level.WARNING),
    ],
)
def test_each_thing_that_stands_in_the_way_is_a_finding_of_its_own(values, check, level):
    assert levels(**values)[check] is level


def test_the_limits_of_regulations_gov_are_only_a_hint_for_another_agency():
    findings = [
        Finding(Level.VIOLATION, "comment-bytes", "comment", "Too long."),
        Finding(Level.VIOLATION, "pdf-readable", "a.pdf", "Broken."),
        Finding(Level.PASS, "file-count", "files", "1 of 20 files"),
    ]
    found = for_another_system(findings)
    assert [finding.check for finding in violations(found)] == ["pdf-readable"]
    assert "this agency has its own" in found[0].message
