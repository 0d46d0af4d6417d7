"""Shapes that agencies have of their own: joint rules, tax rules, directives, appendices, presidential documents."""

import pytest

from commenttrack.rulemaking.document_head import identifiers
from commenttrack.rulemaking.federal_register import parse

PART = '<PART><HD SOURCE="HED">PART 226—REPORTS</HD></PART>'


def parsed(body, *, head="<CFR>6 CFR Part 226</CFR><SUBJECT>Sample</SUBJECT>", root="PRORULE"):
    return parse(f"<{root}><PREAMB>{head}</PREAMB><SUPLINF>{body}</SUPLINF></{root}>".encode())


def section(body, subject="Reports."):
    return f"<SECTION><SECTNO>§ 226.3</SECTNO><SUBJECT>{subject}</SUBJECT>{body}</SECTION>"


def shapes(rule, *kinds):
    return [(p.kind, p.label, p.heading or p.text) for p in rule.provisions if p.kind in kinds]


def parents(rule):
    return {p.heading or p.text: p.parent for p in rule.provisions}


def test_a_directive_added_by_a_step_of_its_instruction_is_text_of_the_section():
    rule = parsed(
        PART + "<SECTION><SECTNO>§ 226.3</SECTNO><SUBJECT>[Amended]</SUBJECT></SECTION>"
        "<AMDPAR>2. The agency amends § 226.3 by:</AMDPAR>"
        "<AMDPAR>a. Removing Airworthiness Directive (AD) 2022-18-07; and</AMDPAR>"
        "<AMDPAR>b. Adding the following new AD:</AMDPAR>"
        '<EXTRACT><HD SOURCE="HD1">(a) Applicability</HD><P>To all.</P><P>(1) Model A.</P></EXTRACT>'
    )
    assert shapes(rule, "paragraph") == [
        ("paragraph", "6 CFR 226.3(a)", "Applicability"),
        ("paragraph", "6 CFR 226.3(a)(1)", "Model A."),
    ]
    assert [(i.verb, i.target, i.words) for i in rule.instructions] == [
        ("remove", "6 CFR 226.3", ("2022-18-07", "")),
        ("add", "6 CFR 226.3", ()),
    ]


def test_an_appendix_in_an_extract_of_the_last_section_is_an_appendix():
    rule = parsed(
        PART
        + section(
            '<P>(a) Text.</P><EXTRACT><HD SOURCE="HD1">Appendix A to Part 226—Forms</HD><P>Form one.</P>'
            '<HD SOURCE="HD1">Supplement I to Part 226—Comments</HD><P>1. <E T="03">Status.</E> Guidance.</P></EXTRACT>'
        )
    )
    assert shapes(rule, "section", "appendix", "paragraph") == [
        ("section", "6 CFR 226.3", "Reports."),
        ("paragraph", "6 CFR 226.3(a)", "Text."),
        ("appendix", "6 CFR part 226 appendix A", "Forms"),
        ("paragraph", "6 CFR part 226 appendix A", "Form one."),
        ("appendix", "6 CFR part 226 supplement I", "Comments"),
        ("paragraph", "6 CFR part 226 supplement I", "1. Status. Guidance."),
    ]


def test_a_heading_in_an_appendix_that_starts_like_one_opens_none():
    rule = parsed(
        f'{PART}<APPENDIX><HD SOURCE="HED">Appendix A to Part 226—Forms</HD><HD SOURCE="HD1">Schedule of Fees</HD>'
        "<P>Ten.</P></APPENDIX>"
    )
    assert [label for _, label, _ in shapes(rule, "appendix")] == ["6 CFR part 226 appendix A"]


def test_the_headings_and_numbers_of_an_appendix_nest_and_each_has_paragraphs_of_its_own():
    rule = parsed(
        f'{PART}<APPENDIX><HD SOURCE="HED">Appendix A to Part 226—Tests</HD><HD SOURCE="HD1">I. Scope</HD>'
        "<P>(a) One.</P>"
        '<HD SOURCE="HD2">A. Terms</HD><P>(a) Two.</P><HD SOURCE="HD1">Figure 1—Curve</HD><P>3.5 inches.</P>'
        '<HD SOURCE="HD1">3. Method</HD><P>3.1 <E T="03">Warm up.</E> Wait.</P><P>3.1.1 Longer.</P><P>Note it.</P>'
        "<P>3.2 Stop.</P><P>(a) Three.</P></APPENDIX>"
    )
    names = {p.id: p.label.removeprefix("6 CFR part 226 ") for p in rule.provisions}
    assert [
        (names[p.id], p.number, p.heading or p.text, names[p.parent]) for p in rule.provisions if p.kind == "paragraph"
    ] == [
        ("appendix A I", "I.", "Scope", "appendix A"),
        ("appendix A I(a)", "(a)", "One.", "appendix A I"),
        ("appendix A I.A", "A.", "Terms", "appendix A I"),
        ("appendix A I.A(a)", "(a)", "Two.", "appendix A I.A"),
        ("appendix A I.A(a)", "", "Figure 1—Curve", "appendix A I.A(a)"),
        ("appendix A I.A(a)", "", "3.5 inches.", "appendix A I.A(a)"),
        ("appendix A 3", "3.", "Method", "appendix A"),
        ("appendix A 3.1", "3.1", "Warm up.", "appendix A 3"),
        ("appendix A 3.1.1", "3.1.1", "Longer.", "appendix A 3.1"),
        ("appendix A 3.1.1", "", "Note it.", "appendix A 3.1.1"),
        ("appendix A 3.2", "3.2", "Stop.", "appendix A 3"),
        ("appendix A 3.2(a)", "(a)", "Three.", "appendix A 3.2"),
    ]


def test_an_appendix_that_will_not_be_codified_is_preamble():
    rule = parsed(
        PART
        + section("<P>(a) Text.</P>")
        + '<NOTE><HD SOURCE="HED">Note:</HD><P>The following appendix will not appear in the Code of Federal '
        'Regulations.</P></NOTE><HD SOURCE="HD1">Appendix A—Commenters</HD><P>We seek comment on the list.</P>'
    )
    assert shapes(rule, "appendix") == []
    assert parents(rule)["Appendix A—Commenters"] is None
    assert len(rule.questions) == 1


def test_a_subpart_of_a_part_without_heading_is_cited_with_its_title():
    rule = parsed(
        '<REGTEXT TITLE="6" PART="226"><AMDPAR>1. Add subpart J to read as follows:</AMDPAR>'
        f'<SUBPART><HD SOURCE="HED">Subpart J—Devices</HD>{section("<P>Text.</P>")}</SUBPART></REGTEXT>',
        root="RULE",
    )
    assert shapes(rule, "subpart") == [("subpart", "6 CFR part 226 subpart J", "Devices")]


def test_the_words_before_the_part_of_another_agency_stand_in_no_part():
    rule = parsed(
        PART + "<AMDPAR>1. Remove § 226.3.</AMDPAR>"
        '<HD SOURCE="HD1">Office of Examples</HD><HD SOURCE="HD2">Branch</HD><P>The Office proposes:</P>'
        '<PART><HD SOURCE="HED">PART 301—OTHER</HD></PART><AMDPAR>2. Remove § 301.1.</AMDPAR>',
        head="<CFR>6 CFR Parts 226 and 301</CFR><SUBJECT>Sample</SUBJECT>",
    )
    above = parents(rule)
    names = {p.id: p.heading for p in rule.provisions}
    assert above["Office of Examples"] is None
    assert names[above["Branch"]] == "Office of Examples"
    assert names[above["The Office proposes:"]] == "Branch"


def test_a_list_of_instructions_does_not_go_on_in_another_part():
    rule = parsed(
        f"{PART}<AMDPAR>Par. 2. Section 226.3 is amended by:</AMDPAR><AMDPAR>1. Adding paragraph (c).</AMDPAR>"
        '<PART><HD SOURCE="HED">PART 301—OTHER</HD></PART><AMDPAR>3. Amend § 301.1:</AMDPAR>'
        "<AMDPAR>a. By removing paragraph (a).</AMDPAR>",
        head="<CFR>6 CFR Part 226</CFR><CFR>7 CFR Part 301</CFR><SUBJECT>Sample</SUBJECT>",
    )
    assert [(i.verb, i.target) for i in rule.instructions] == [
        ("add", "6 CFR 226.3(c)"),
        ("remove", "7 CFR 301.1(a)"),
    ]
    assert [p.number for p in rule.provisions if p.label.startswith("amendment")] == ["Par. 2.", "1.", "3.", "a."]


def test_definitions_named_in_italics_are_targets():
    rule = parsed(
        f"{PART}<AMDPAR>1. In § 226.3, add the definition <E T='03'>Byproduct;</E> and revise the definitions of "
        "<E T='03'>Act</E> and <E T='03'>Use.</E></AMDPAR>"
    )
    assert [(i.verb, i.target) for i in rule.instructions] == [
        ("add", "6 CFR 226.3 “Byproduct”"),
        ("revise", "6 CFR 226.3 “Act”"),
        ("revise", "6 CFR 226.3 “Use”"),
    ]
    assert "“" not in rule.instructions[0].text


def test_the_common_rule_of_several_agencies_keeps_its_blanks():
    rule = parsed(
        '<PART><HD SOURCE="HED">PART [ ]—CAPITAL</HD></PART>'
        "<SECTION><SECTNO>§ __.1</SECTNO><SUBJECT>Scope.</SUBJECT><P>(a) All [BANKS].</P></SECTION>",
        head="<CFR>6 CFR Part 226</CFR><CFR>17 CFR Part 75</CFR><SUBJECT>Sample</SUBJECT>",
    )
    assert [(p.kind, p.label) for p in rule.provisions] == [
        ("part", "part [ ]"),
        ("section", "§ __.1"),
        ("paragraph", "§ __.1(a)"),
    ]


def test_a_run_in_term_is_defined_without_means_and_its_first_paragraph_may_follow_on_its_line():
    rule = parsed(
        PART
        + section(
            "<P><E T='03'>Clearing.</E> See § 226.10.</P><P><E T='03'>MSA</E> or <E T='03'>MD.</E> (1) "
            "<E T='03'>MSA</E> means an area.</P><P>(2) <E T='03'>MD</E> means a division.</P>"
            "<P><E T='03'>Example.</E> Ten.</P>"
            "<P><E T='03'>Use</E> means use.</P>",
            subject="Definitions.",
        )
    )
    assert [(p.label, p.term) for p in rule.provisions if p.kind == "definition"] == [
        ("6 CFR 226.3 “Clearing”", "Clearing"),
        ("6 CFR 226.3 “MSA or MD”", "MSA or MD"),
        ("6 CFR 226.3 “MSA or MD” (1)", "MSA"),
        ("6 CFR 226.3 “MSA or MD” (2)", "MD"),
        ("6 CFR 226.3 “Use”", "Use"),
    ]


def test_within_a_list_of_definitions_a_term_may_be_said_to_be_something():
    rule = parsed(
        PART
        + section(
            "<P>(a) <E T='03'>Terms.</E> The following terms have these meanings:</P>"
            "<P><E T='03'>Act</E> means the Act.</P><P><E T='03'>Steps</E> are actions.</P>"
            "<P>(b) <E T='03'>Rule.</E> Text.</P><P><E T='03'>Costs</E> are high.</P>"
        )
    )
    assert [p.term for p in rule.provisions if p.kind == "definition"] == ["Act", "Steps"]


def test_the_contents_of_a_part_list_its_appendices_and_a_reserved_section_says_so():
    rule = parsed(
        '<PART><HD SOURCE="HED">PART 226—REPORTS</HD><CONTENTS><SECHD>Sec.</SECHD><SECTNO>226.3</SECTNO>'
        "<SUBJECT>Reports.</SUBJECT><FP>Appendix A to Part 226—Forms</FP></CONTENTS>"
        "<SECTION><SECTNO>§ 226.4</SECTNO><RESERVED>[Reserved]</RESERVED></SECTION></PART>"
    )
    (table,) = (p for p in rule.provisions if p.kind == "table")
    assert table.rows == (("226.3", "Reports."), ("Appendix A to Part 226—Forms",))
    assert shapes(rule, "section") == [("section", "6 CFR 226.4", "[Reserved]")]
    assert rule.unparsed == ()


def test_agencies_named_together_share_what_follows():
    rule = parsed(
        "<P>Text.</P>",
        head="<AGENCY>DEPARTMENT OF DEFENSE</AGENCY><AGENCY>GENERAL SERVICES ADMINISTRATION</AGENCY>"
        "<CFR>48 CFR Part 1</CFR><DEPDOC>[Docket No. FAR-2021-0015]</DEPDOC><RIN>RIN 9000-AO35</RIN>"
        "<AGENCY>DEPARTMENT OF LABOR</AGENCY><RIN>RIN 1210-AC11</RIN><SUBJECT>Sample</SUBJECT>",
    )
    assert [(a.name, a.docket_ids, a.rins) for a in rule.document.agencies] == [
        ("Department of Defense", ("FAR-2021-0015",), ("9000-AO35",)),
        ("General Services Administration", ("FAR-2021-0015",), ("9000-AO35",)),
        ("Department of Labor", (), ("1210-AC11",)),
    ]


@pytest.mark.parametrize(
    ("text", "dockets"),
    [
        ("[Docket No. ATF 2021R-08; AG Order No. 5204-2021]", ["ATF 2021R-08"]),
        ("[USCBP-2024-0001; CBP Dec. 24-01]", ["USCBP-2024-0001"]),
        ("[Doc. No. AMS-SC-23-0081; SC24-985-1 DFR]", ["AMS-SC-23-0081"]),
        ("[EPA-R04-OAR-2018-0001; FRL 9987-10-R4]", ["EPA-R04-OAR-2018-0001"]),
        ("[WC Docket No. 17-97, FCC 23-18]", ["17-97"]),
    ],
)
def test_what_else_is_numbered_beside_a_docket_is_none(text, dockets):
    assert identifiers(text)[0] == dockets


def test_a_presidential_document_is_called_by_its_name_and_starts_on_its_own_page():
    rule = parse(
        b'<PRESDOCU><EXECORD><TITLE3>Title 3-</TITLE3><PRES>The President<PRTPAGE P="10303"/></PRES>'
        b'<EXECORDR>Executive Order 14116 of February 9, 2024</EXECORDR><HD SOURCE="HED">Amending Rules</HD>'
        b"<FP>It is ordered:</FP><PLACE>THE WHITE HOUSE,</PLACE><DATE>February 9, 2024.</DATE></EXECORD></PRESDOCU>"
    )
    assert rule.document.title == "Executive Order 14116 of February 9, 2024—Amending Rules"
    assert rule.document.start_page == 10303
    assert [entry.why for entry in rule.unparsed] == [
        "running head",
        "running head",
        "signature block",
        "date of the document",
    ]


def test_a_page_that_turns_in_front_of_a_section_or_within_its_fixed_parts_is_counted():
    rule = parsed(
        '<PART><PRTPAGE P="100"/><HD SOURCE="HED">PART 226—REPORTS</HD></PART>'
        '<AUTH><HD SOURCE="HED">Authority:</HD><PRTPAGE P="101"/><P>6 U.S.C. 1.</P></AUTH>'
        '<SECTION><PRTPAGE P="102"/><SECTNO>§ 226.3</SECTNO><SUBJECT>Reports.</SUBJECT>'
        "<P>(a) Text.<SU>1</SU><FTREF/></P>"
        '<FTNT><PRTPAGE P="103"/><P><SU>1</SU> Note.</P></FTNT>'
        '<GPOTABLE><BOXHD><PRTPAGE P="104"/><CHED H="1">Head</CHED></BOXHD><ROW><ENT>Cell</ENT></ROW></GPOTABLE>'
        "</SECTION>"
        '<SIG><NAME>A. Person,</NAME><PRTPAGE P="105"/><TITLE>Director.</TITLE></SIG>'
    )
    assert [(p.kind, p.pages) for p in rule.provisions] == [
        ("part", (100,)),
        ("paragraph", (101,)),
        ("section", (102,)),
        ("paragraph", (102,)),
        ("table", (103, 104)),
    ]
    assert [(note.number, note.page) for note in rule.notes] == [("1", 103)]
    assert next(p for p in rule.provisions if p.kind == "table").rows == (("Head",), ("Cell",))
    assert rule.document.end_page == 105
