"""What must hold on every real document, and what was read in them by eye, cited by document number."""

import json
from itertools import pairwise

import pytest
from lxml import etree

from commenttrack.rulemaking.federal_register import KINDS, parse
from commenttrack.rulemaking.provisions import from_json, to_json

FILES = [
    "rules/notice-2026-11296-ustr-s301-forced-labor.xml",
    "rules/prorule-2016-08508.xml",
    "rules/prorule-2016-08622.xml",
    "rules/prorule-2016-08806.xml",
    "rules/prorule-2024-02443.xml",
    "rules/prorule-2024-02590.xml",
    "rules/prorule-2024-02703.xml",
    "rules/prorule-2024-06526-circia.xml",
    "pairs/cms-1802-snf-fy2025/final-2024-16907.xml",
    "pairs/cms-1802-snf-fy2025/prorule-2024-06812-cms-snf-fy2025.xml",
    "pairs/usda-2025-0008-nepa/ifr-2025-12326.xml",
    "pairs/uspto-2011-29462/rule-2011-29462.xml",
]
_read: dict[str, tuple[bytes, object]] = {}


@pytest.fixture
def read(shared):
    def _rule(name):
        if name not in _read:
            data = (shared / name).read_bytes()
            _read[name] = (data, parse(data, name=name))
        return _read[name]

    return _rule


def test_no_real_document_is_left_out_of_these_tests(shared):
    found = [*shared.glob("rules/*.xml"), *shared.glob("pairs/*/*.xml")]
    assert {str(p.relative_to(shared)) for p in found if etree.parse(p).getroot().tag in KINDS} == set(FILES)


@pytest.mark.parametrize("name", FILES)
def test_every_word_of_the_source_stands_in_the_output_once(read, conservation, name):
    result = conservation(*read(name))
    assert (result.lost, result.added, result.broken) == ({}, {}, [])


@pytest.mark.parametrize("name", FILES)
def test_the_json_round_trip_is_exact(read, name):
    rule = read(name)[1]
    assert from_json(json.loads(json.dumps(to_json(rule)))) == rule


@pytest.mark.parametrize("name", FILES)
def test_offsets_pages_and_notes_hold_together(read, name):
    rule = read(name)[1]
    notes = {note.id for note in rule.notes}
    texts = {p.id: p for p in rule.provisions}
    for provision in rule.provisions:
        assert set(provision.notes) <= notes
        assert list(provision.pages) == sorted(provision.pages)
        assert {page for offset, page in provision.page_breaks if offset < len(provision.text)} <= set(provision.pages)
        assert all(0 <= offset <= len(provision.text) for offset, _ in (*provision.page_breaks, *provision.note_calls))
        assert provision.text == " ".join(provision.text.split())
        assert " ," not in provision.text
        assert " ;" not in provision.text
    for question in rule.questions:
        assert texts[question.provision].text[question.start : question.end] == question.text
    spans = sorted((q.provision, q.start, q.end) for q in rule.questions)
    assert all(a[0] != b[0] or a[2] <= b[1] for a, b in pairwise(spans))
    first, last = rule.document.start_page, rule.document.end_page
    pages = [page for p in rule.provisions for page in p.pages]
    assert first <= min(pages) <= max(pages) <= last


@pytest.mark.parametrize(
    ("name", "pages", "dates", "dockets", "rins"),
    [
        (
            FILES[0],
            (34272, 34345),
            ["2026-06-22", "2026-07-06", "2026-07-07"],
            ["USTR-2026-0265", "USTR-2026-0266"],
            [],
        ),
        (FILES[1], (22204, 22207), ["2016-05-16"], ["EPA-R09-OAR-2016-0105"], []),
        (FILES[2], (22197, 22203), ["2016-05-16"], [], []),
        (FILES[3], (22203, 22204), ["2016-05-05"], ["APHIS-2015-0073"], ["0579-AE18"]),
        (FILES[4], (9795, 9798), ["2024-03-28"], ["FAA-2024-0223"], ["2120-AA64"]),
        (FILES[5], (9803, 9813), ["2024-04-12"], [], ["2900-AR10"]),
        (FILES[6], (9800, 9803), ["2024-03-13"], ["USCG-2023-0715"], ["1625-AA00"]),
        (FILES[7], (23644, 23776), ["2024-06-03"], ["CISA-2022-0010"], ["1670-AA04"]),
        (FILES[8], (64048, 64163), [], ["CMS-1802-F"], ["0938-AV30"]),
        (FILES[10], (29632, 29674), ["2025-07-30"], ["USDA-2025-0008"], ["0503-AA86"]),
        (FILES[11], (70651, 70653), [], ["PTO-P-2011-0065"], ["0651-AC64"]),
    ],
)
def test_the_head_is_read_as_printed(read, name, pages, dates, dockets, rins):
    document = read(name)[1].document
    assert (document.start_page, document.end_page) == pages
    assert [entry.date for entry in document.comment_dates] == dates
    assert list(document.docket_ids) == dockets
    assert list(document.rins) == rins


def labels(rule, *kinds):
    return [p.label for p in rule.provisions if p.kind in kinds]


def test_2024_06526_has_its_sections_definitions_and_levels(read):
    rule = read(FILES[7])[1]
    assert labels(rule, "section") == [f"6 CFR 226.{number}" for number in range(1, 21)]
    assert len(labels(rule, "definition")) == 23
    found = set(labels(rule, "paragraph"))
    assert {"6 CFR 226.2(b)(12)(ii)(E)", "6 CFR 226.3(d)(1)(ii)", "6 CFR 226.9(i)", "6 CFR 226.18(c)(3)(v)(D)"} <= found
    assert "6 CFR 226.1 “Ransomware attack” (4)(ii)" in found
    numbered = [p.label for p in rule.provisions if p.kind == "paragraph" and p.number]
    assert len(numbered) == len(set(numbered))
    assert rule.ambiguities == ()


def test_2024_06526_has_an_outline_deeper_than_three_ranks(read):
    headings = {p.label: p.heading for p in read(FILES[7])[1].provisions if p.kind == "preamble_heading"}
    assert headings["IV.A.ii.3.a.iv"].startswith("Impact 4: Unauthorized Access")
    assert headings["IV.B.iv.2.i"] == "Healthcare and Public Health Sector"
    assert headings["V.A.vii.6"] == "Alternative Comparison"


def test_2024_06526_asks_its_73_numbered_questions(read):
    numbers = [q.number for q in read(FILES[7])[1].questions if q.number[:-1].isdigit()]
    assert numbers == [f"{number}." for number in range(1, 74)]


def test_2016_08622_names_all_it_does_to_part_21(read):
    rule = read(FILES[2])[1]
    assert all(entry.verb for entry in rule.instructions)
    found = {(entry.verb, entry.target) for entry in rule.instructions}
    assert {("redesignate", "4 CFR 21.0(f)"), ("add", "4 CFR 21.5(l)"), ("revise", "4 CFR 21.10(d)(2)")} <= found
    assert [entry.words for entry in rule.instructions if entry.target == "4 CFR 21.5(f)"] == [("which", "that")]


def test_2024_02590_reads_markers_collapsed_with_headings(read):
    rule = read(FILES[5])[1]
    found = {p.label: p for p in rule.provisions}
    assert found["38 CFR 3.307(a)(6)"].heading == "Presumption of exposure to certain herbicide agents."
    assert found["38 CFR 3.307(a)(6)(i)"].text.startswith("For the purposes of this section")
    assert found["38 CFR 3.814(c)"].heading == "Definitions—"
    assert found["38 CFR 3.814(c)(1)"].heading == "Vietnam veteran."
    assert found["38 CFR 3.307(a)(6)(xi)"].parent == found["38 CFR 3.307(a)(6)"].id


def test_2024_06812_keeps_definitions_within_the_paragraph_that_lists_them(read):
    found = {p.id: p for p in read(FILES[9])[1].provisions}
    assert found["s413.338-underserved-multiplier"].parent == "s413.338-a"
    assert found["s413.338-f"].parent == "s413.338"


def test_2025_12326_reads_long_roman_lists(read):
    found = labels(read(FILES[10])[1], "paragraph")
    assert {"7 CFR 1b.4(d)(1)(xxxviii)", "7 CFR 1b.4(d)(1)(xxxix)", "7 CFR 1b.2(f)(3)(ii)(E)"} <= set(found)
    assert labels(read(FILES[10])[1], "part")[-1] == "36 CFR part 220"


def test_2024_02443_gives_the_directive_its_paragraphs(read):
    found = {p.label: (p.heading, p.text) for p in read(FILES[4])[1].provisions}
    assert found["14 CFR 39.13(b)"] == ("Affected ADs", "None.")
    assert "14 CFR 39.13(l)(2)(ii)" in found
