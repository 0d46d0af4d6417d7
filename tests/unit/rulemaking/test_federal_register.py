import time
from datetime import date

import pytest

from commenttrack.errors import BadInput
from commenttrack.rulemaking import xml_source
from commenttrack.rulemaking.federal_register import parse, parse_issue

HEAD = """<PREAMB>
  <AGENCY TYPE="S">DEPARTMENT OF EXAMPLES</AGENCY>
  <SUBAGY>Bureau of Samples</SUBAGY>
  <CFR>6 CFR Part 226</CFR>
  <DEPDOC>[Docket No. BOS–2024–0001]</DEPDOC>
  <RIN>RIN 1670–AA04</RIN>
  <SUBJECT>Sample Reporting</SUBJECT>
  <ACT><HD SOURCE="HED">ACTION:</HD><P>Proposed rule.</P></ACT>
  <DATES><HD SOURCE="HED">DATES:</HD><P>Comments are due by June 3, 2024.</P></DATES>
</PREAMB>"""


def document(body, *, head=HEAD, root="PRORULE", tail="<FRDOC>[FR Doc. 2024–06526 Filed 3–27–24; 8:45 am]</FRDOC>"):
    return f"<{root}>{head}<SUPLINF>{body}</SUPLINF>{tail}</{root}>".encode()


def parsed(body, **options):
    return parse(document(body, **options))


def shapes(rule, *kinds):
    return [(p.kind, p.label, p.number, p.text) for p in rule.provisions if not kinds or p.kind in kinds]


# Refusals -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"This is a letter, not XML.", "is not XML: it does not start with"),
        (b"<PRORULE><SUPLINF><P>text", "is cut off in line 1"),
        (b"<PRORULE>\n<P>a</Q></PRORULE>", "not well-formed XML in line 2"),
        (b"<html><body/></html>", "root <html>, not a Federal Register document"),
        (b"<PRORULE>\x00</PRORULE>", "NUL byte in line 1"),
        (b"<PRORULE><PREAMB/></PRORULE>", "no text"),
        (b"<FEDREG><RULES/></FEDREG>", "whole daily issue"),
        (b'<?xml version="1.0" encoding="x-none"?><RULE/>', "not well-formed"),
        ("<?xml version='1.0' encoding='ascii'?><RULE><P>§</P></RULE>".encode(), "not well-formed"),
        (b'<!DOCTYPE r [<!ENTITY a "x"><!ENTITY b "&a;&a;">]><RULE><P>&b;</P></RULE>', "declares entities of its own"),
        (b"<RULE><P>&undeclared;</P></RULE>", "."),
        (b"<RULE>" + b"<E>" * 10_000 + b"</E>" * 10_000 + b"</RULE>", "nests elements more deeply"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words_that_name_the_file(data, words):
    with pytest.raises(BadInput) as refusal:
        parse(data, name="rule.xml")
    assert str(refusal.value).startswith("rule.xml ")
    assert words in str(refusal.value)


def test_an_entity_bomb_is_refused_before_it_goes_off():
    lines = "".join(f'<!ENTITY e{i} "{f"&e{i - 1};" * 10 if i else "bomb"}">' for i in range(12))
    with pytest.raises(BadInput, match="declares entities"):
        parse(f"<!DOCTYPE r [{lines}]><RULE><P>&e11;</P></RULE>".encode())


def test_an_entity_hidden_in_another_encoding_is_refused_too():
    with pytest.raises(BadInput, match="declares entities"):
        parse('<!DOCTYPE r [<!ENTITY a "x">]><RULE><P>&a;</P></RULE>'.encode("utf-16"))


def test_a_file_that_is_too_large_is_refused_with_both_sizes(monkeypatch):
    monkeypatch.setattr(xml_source, "MAXIMUM_BYTES", 1_000_000)
    with pytest.raises(BadInput, match=r"is 1\.2 MB, more than the 1 MB"):
        parse(b" " * 1_200_000)


# The head -------------------------------------------------------------------------------------------------------------


def test_the_head_becomes_the_document():
    head = parsed("<P>Text.</P>").document
    assert (head.kind, head.title, head.action) == ("proposed_rule", "Sample Reporting", "Proposed rule.")
    assert head.document_number == "2024-06526"
    assert [(agency.name, agency.subagency) for agency in head.agencies] == [
        ("Department of Examples", "Bureau of Samples")
    ]
    assert (head.docket_ids, head.rins) == (("BOS-2024-0001",), ("1670-AA04",))
    assert [(entry.title, entry.part) for entry in head.cfr] == [(6, "226")]
    assert [entry.date for entry in head.comment_dates] == ["2024-06-03"]


def test_agencies_of_a_joint_document_keep_their_own_dockets():
    head = """<PREAMB><AGENCY>FIRST BOARD</AGENCY><CFR>12 CFR Part 237</CFR><DEPDOC>[Docket No. R-1415]</DEPDOC>
      <RIN>RIN 7100-AD74</RIN><AGENCY>SECOND OFFICE</AGENCY><CFR>12 CFR Parts 45 and 46</CFR>
      <DEPDOC>[Docket No. OCC-2011-0008]</DEPDOC><RIN>RIN 1557-AD43</RIN><SUBJECT>Margin</SUBJECT></PREAMB>"""
    rule = parsed("<P>Text.</P>", head=head)
    assert [(a.name, a.docket_ids, a.rins) for a in rule.document.agencies] == [
        ("First Board", ("R-1415",), ("7100-AD74",)),
        ("Second Office", ("OCC-2011-0008",), ("1557-AD43",)),
    ]
    assert rule.document.docket_ids == ("R-1415", "OCC-2011-0008")
    assert [entry.part for entry in rule.document.cfr] == ["237", "45", "46"]


def test_a_docket_named_only_in_addresses_is_found():
    head = """<PREAMB><AGENCY>A</AGENCY><SUBJECT>S</SUBJECT><ADD><HD SOURCE="HED">ADDRESSES:</HD>
      <P>Submit comments identified by Docket ID EPA-R09-OAR-2016-0105 at regulations.gov.</P></ADD></PREAMB>"""
    assert parsed("<P>Text.</P>", head=head).document.docket_ids == ("EPA-R09-OAR-2016-0105",)


def test_a_notice_that_prints_its_text_in_the_head_is_read():
    data = b"""<NOTICE><PREAMB><AGENCY TYPE="S">COMMISSION</AGENCY><SUBJECT>Meeting</SUBJECT>
      <HD SOURCE="HD1">Agenda</HD><P>The Commission will meet.</P></PREAMB></NOTICE>"""
    assert shapes(parse(data)) == [
        ("preamble_heading", "", "", ""),
        ("preamble_paragraph", "", "", "The Commission will meet."),
    ]


# Pages ----------------------------------------------------------------------------------------------------------------


def test_a_document_that_starts_in_mid_page_starts_before_its_first_mark():
    rule = parsed('<P>One <PRTPAGE P="101"/>two.</P><P>Three.</P>')
    assert (rule.document.start_page, rule.document.end_page) == (100, 101)
    assert [p.pages for p in rule.provisions] == [(100, 101), (101,)]
    assert rule.provisions[0].page_breaks == ((4, 101),)
    assert rule.provisions[0].page_at(5) == 101
    assert rule.document.fr_citation == "89 FR 100"


def test_a_document_that_starts_a_page_starts_at_its_first_mark():
    rule = parsed("<P>One.</P>", head=HEAD.replace("<PREAMB>", '<PREAMB><PRTPAGE P="100"/>'))
    assert rule.document.start_page == 100


def test_without_any_mark_pages_are_unknown():
    rule = parsed("<P>One.</P>")
    assert rule.document.start_page is None
    assert rule.provisions[0].pages == ()


# The preamble -------------------------------------------------------------------------------------------------------


def test_the_outline_of_the_preamble_gives_labels_and_parents():
    rule = parsed(
        '<HD SOURCE="HED">SUPPLEMENTARY INFORMATION:</HD><HD SOURCE="HD1">IV. Rule</HD><HD SOURCE="HD2">A. Terms</HD>'
        '<HD SOURCE="HD3">1. Entity</HD><P>Text.</P><HD SOURCE="HD3">a. Size</HD><P>More.</P>'
    )
    found = {p.id: (p.parent, p.number, p.label, p.heading or p.text) for p in rule.provisions}
    assert found["p-IV.A.1"] == ("p-IV.A", "1.", "IV.A.1", "Entity")
    assert found["p-IV.A.1.a"] == ("p-IV.A.1", "a.", "IV.A.1.a", "Size")
    assert found["p-IV.A.1.a-1"] == ("p-IV.A.1.a", "", "IV.A.1.a", "More.")


def test_notes_stand_with_their_calls_even_when_numbers_repeat_or_are_missing():
    rule = parsed(
        "<P>One<SU>4</SU><FTREF/> two<SU>6</SU><FTREF/>.</P><FTNT><P><SU>4</SU> Fourth.</P></FTNT>"
        "<FTNT><P><SU>6</SU> Sixth.</P><P>More of it.</P></FTNT>"
        "<P>Three<SU>4</SU><FTREF/>, four<SU>9</SU><FTREF/>.</P><FTNT><P><SU>4</SU> Another.</P></FTNT>"
    )
    assert [(note.id, note.number, note.text) for note in rule.notes] == [
        ("n4", "4", "Fourth."),
        ("n6", "6", "Sixth. More of it."),
        ("n4~2", "4", "Another."),
    ]
    first, second = rule.provisions
    assert (first.text, first.notes, first.note_calls) == ("One two.", ("n4", "n6"), ((3, "n4"), (7, "n6")))
    assert second.notes == ("n4~2",)
    assert [(entry.text, entry.why) for entry in rule.unparsed if "note" in entry.why] == [
        ("9", "a note is called here that does not stand in the document")
    ]


def test_a_table_keeps_its_heads_rows_and_notes():
    rule = parsed(
        '<GPOTABLE COLS="3"><TTITLE>Table 1—Cost</TTITLE><BOXHD><CHED H="1">Item</CHED><CHED H="1">'
        "Cost <SU>1</SU></CHED>"
        '<CHED H="2">Low</CHED><CHED H="2">High</CHED></BOXHD><ROW><ENT I="01">Total</ENT><ENT>'
        "1</ENT><ENT>2</ENT></ROW>"
        "<TNOTE><SU>1</SU> In dollars.</TNOTE><TNOTE>Source: us.</TNOTE></GPOTABLE>"
    )
    (table,) = rule.provisions
    assert (table.kind, table.heading, table.header_rows) == ("table", "Table 1—Cost", 2)
    assert table.rows == (("Item", "Cost 1", ""), ("", "Low", "High"), ("Total", "1", "2"))
    assert [(note.number, note.text) for note in rule.notes] == [("1", "In dollars."), ("", "Source: us.")]
    assert table.notes == tuple(note.id for note in rule.notes)


def test_a_table_that_is_a_picture_says_so():
    (provision,) = parsed('<GPH SPAN="3"><PRTPAGE P="5"/><GID>EP05JN26.097</GID></GPH>').provisions
    assert (provision.kind, provision.image, provision.pages) == ("table", "EP05JN26.097", (5,))


# Regulatory text ----------------------------------------------------------------------------------------------------


def section(body, number="226.3", subject="Reports."):
    return (
        '<PART><HD SOURCE="HED">PART 226—REPORTING</HD></PART><AMDPAR>1. Add § 226.3 to read as follows:</AMDPAR>'
        f"<SECTION><SECTNO>§ {number}</SECTNO><SUBJECT>{subject}</SUBJECT>{body}</SECTION>"
    )


def test_paragraphs_get_full_citations_and_parents():
    rule = parsed(section("<P>(a) One:</P><P>(1) Two:</P><P>(i) Three.</P><P>(b) Four.</P>"))
    found = [(p.id, p.parent, p.label, p.number, p.text) for p in rule.provisions if p.kind == "paragraph"]
    assert found == [
        ("s226.3-a", "s226.3", "6 CFR 226.3(a)", "(a)", "One:"),
        ("s226.3-a-1", "s226.3-a", "6 CFR 226.3(a)(1)", "(1)", "Two:"),
        ("s226.3-a-1-i", "s226.3-a-1", "6 CFR 226.3(a)(1)(i)", "(i)", "Three."),
        ("s226.3-b", "s226.3", "6 CFR 226.3(b)", "(b)", "Four."),
    ]


def test_markers_collapsed_on_one_line_are_paragraphs_of_their_own():
    rule = parsed(
        section(
            '<P>(a)(1) One.</P><P>(2) Two.</P><P>(d) <E T="03">Supplemental reports</E>—(1) <E '
            'T="03">Required.</E> Three.</P>'
        )
    )
    assert [(p.label, p.heading, p.text) for p in rule.provisions if p.kind == "paragraph"] == [
        ("6 CFR 226.3(a)", "", ""),
        ("6 CFR 226.3(a)(1)", "", "One."),
        ("6 CFR 226.3(a)(2)", "", "Two."),
        ("6 CFR 226.3(d)", "Supplemental reports—", ""),
        ("6 CFR 226.3(d)(1)", "Required.", "Three."),
    ]


def test_italic_markers_are_the_fifth_and_sixth_level():
    rule = parsed(
        section(
            '<P>(a) A:</P><P>(1) B:</P><P>(i) C:</P><P>(A) D:</P><P>(<E T="03">1</E>) E:</P><P>(<E '
            'T="03">i</E>) F.</P><P>(B) G.</P>'
        )
    )
    assert [p.label for p in rule.provisions][-2:] == ["6 CFR 226.3(a)(1)(i)(A)(1)(i)", "6 CFR 226.3(a)(1)(i)(B)"]


def test_text_left_out_explains_gaps():
    rule = parsed(section("<STARS/><P>(c) * * *</P><P>(4) New.</P><STARS/><P>(f) Last.</P>"))
    assert [p.label for p in rule.provisions if p.kind == "paragraph"] == [
        "6 CFR 226.3(c)",
        "6 CFR 226.3(c)(4)",
        "6 CFR 226.3(f)",
    ]


def test_definitions_are_found_by_their_terms():
    rule = parsed(
        section(
            '<P>For this part:</P><P><E T="03">Cyber incident</E> means an event that:</P><P>(1) '
            "Harms; or</P><P>(2) May harm.</P>"
            '<P><E T="03">Director</E> means the Director.</P>',
            subject="Definitions.",
        )
    )
    assert [(p.kind, p.id, p.parent, p.term) for p in rule.provisions[-4:]] == [
        ("definition", "s226.3-cyber-incident", "s226.3", "Cyber incident"),
        ("paragraph", "s226.3-cyber-incident-1", "s226.3-cyber-incident", ""),
        ("paragraph", "s226.3-cyber-incident-2", "s226.3-cyber-incident", ""),
        ("definition", "s226.3-director", "s226.3", "Director"),
    ]


@pytest.mark.parametrize(
    ("paragraph", "term"),
    [
        ('(1) <E T="03">SNF performance score</E> means the score awarded.', "SNF performance score"),
        ('(1) <E T="03">Design criteria</E> (or features etc.) means constraints.', "Design criteria"),
        ('(1) <E T="03">Scope</E> consists of the range of actions.', "Scope"),
        ("(1) For the purposes of this section, the term “individual” means a person.", "individual"),
        (
            '(1) <E T="03">Individual.</E> For purposes of this part, the term “individual” means a person.',
            "individual",
        ),
        ("(1) As used in this section, designated representative means an officer.", "designated representative"),
        ("(1) As used in this section, delivery by other means of transport is late.", ""),
        ("(1) Any means identified to reduce effects.", ""),
        ('(1) <E T="03">Filing.</E> A document is filed by means of the system.', ""),
    ],
)
def test_a_marked_paragraph_is_a_definition_when_it_says_what_a_term_means(paragraph, term):
    rule = parse(
        "<RULE><SUPLINF><SECTION><SECTNO>§ 1.1</SECTNO><SUBJECT>Definitions.</SUBJECT>"
        f"<P>{paragraph}</P></SECTION></SUPLINF></RULE>".encode()
    )
    assert rule.provisions[-1].term == term
    assert rule.provisions[-1].kind == ("definition" if term else "paragraph")


def test_the_contents_of_a_part_are_no_sections():
    rule = parsed(
        '<PART><HD SOURCE="HED">PART 226—REPORTING</HD><CONTENTS><SECHD>Sec.</SECHD><SECTNO>226.1</SECTNO>'
        "<SUBJECT>Definitions.</SUBJECT><SECTNO>226.2</SECTNO><SUBJECT>Scope.</SUBJECT></CONTENTS>"
        "<SECTION><SECTNO>§ 226.1</SECTNO><SUBJECT>Definitions.</SUBJECT><P>Text.</P></SECTION></PART>"
    )
    assert [p.label for p in rule.provisions if p.kind == "section"] == ["6 CFR 226.1"]
    table = next(p for p in rule.provisions if p.kind == "table")
    assert table.rows == (("226.1", "Definitions."), ("226.2", "Scope."))


def test_an_airworthiness_directive_stands_in_the_section_its_instruction_names():
    rule = parsed(
        "<SECTION><SECTNO>§ 39.13</SECTNO><SUBJECT>[Amended]</SUBJECT></SECTION>"
        "<AMDPAR>2. The FAA amends § 39.13 by adding the following directive:</AMDPAR><EXTRACT><FP>"
        "Maker: Docket 1.</FP>"
        '<HD SOURCE="HD1">(a) Affected ADs</HD><P>None.</P><HD SOURCE="HD1">(b) Exceptions</HD><P>'
        "(1) One.</P></EXTRACT>"
    )
    assert [(p.label, p.heading, p.text) for p in rule.provisions if p.number.startswith("(")] == [
        ("6 CFR 39.13(a)", "Affected ADs", "None."),
        ("6 CFR 39.13(b)", "Exceptions", ""),
        ("6 CFR 39.13(b)(1)", "", "One."),
    ]


def test_subparts_and_appendices_stand_under_their_part():
    rule = parsed(
        '<PART><HD SOURCE="HED">PART 226—REPORTING</HD><SUBPART><HD SOURCE="HED">Subpart B—Forms</HD>'
        "<SECTION><SECTNO>§ 226.20</SECTNO><SUBJECT>Form.</SUBJECT><P>Text.</P></SECTION></SUBPART>"
        '<APPENDIX><HD SOURCE="HED">Appendix A to Part 226—Forms</HD><P>(a) Use it.</P></APPENDIX></PART>'
    )
    assert [(p.id, p.kind, p.parent, p.label) for p in rule.provisions if p.text == ""] == [
        ("part226", "part", None, "6 CFR part 226"),
        ("part226-subpartB", "subpart", "part226", "6 CFR part 226 subpart B"),
        ("s226.20", "section", "part226-subpartB", "6 CFR 226.20"),
        ("part226-appendix-a", "appendix", "part226", "6 CFR part 226 appendix A"),
    ]


def test_a_part_of_another_title_is_cited_by_its_own():
    rule = parse(
        document(
            '<REGTEXT TITLE="7" PART="1b"><SECTION><SECTNO>§ 1b.2</SECTNO><SUBJECT>A.</SUBJECT><P>'
            "T.</P></SECTION></REGTEXT>"
            '<REGTEXT TITLE="36" PART="220"><SECTION><SECTNO>§ 220.1</SECTNO><SUBJECT>B.</SUBJECT><P>'
            "T.</P></SECTION></REGTEXT>",
            head=HEAD.replace("6 CFR Part 226", "7 CFR Part 1b</CFR><CFR>36 CFR Part 220"),
            root="RULE",
        )
    )
    assert [p.label for p in rule.provisions if p.kind == "section"] == ["7 CFR 1b.2", "36 CFR 220.1"]


def test_ids_are_unique_when_a_section_is_printed_twice():
    rule = parsed(section("<P>(a) One.</P>") + "<AMDPAR>2. Again.</AMDPAR>" + section("<P>(a) Two.</P>"))
    ids = [p.id for p in rule.provisions]
    assert len(ids) == len(set(ids))
    assert {"s226.3", "s226.3~2"} <= set(ids)


def test_the_signature_is_kept_apart_with_the_reason():
    rule = parsed("<P>Text.</P><SIG><NAME>A. B.,</NAME><TITLE>Director.</TITLE></SIG>")
    assert ("A. B., Director.", "signature block") in {(entry.text, entry.why) for entry in rule.unparsed}


# A daily issue ------------------------------------------------------------------------------------------------------


def test_an_issue_gives_each_document_with_the_page_it_starts_on():
    first = document('<P>One <PRTPAGE P="201"/>two.</P>', root="RULE").decode()
    second = document('<P>Three.</P><P>Four <PRTPAGE P="202"/>five.</P>').decode()
    issue = (
        f"<FEDREG><DATE>Thursday, April 4, 2024</DATE><RULES><RULE_>{first}</RULE_></RULES><PRORULES>"
        f"{second}</PRORULES></FEDREG>"
    )
    rules = parse_issue(issue.encode())
    assert [(r.document.kind, r.document.start_page, r.document.end_page) for r in rules] == [
        ("rule", 200, 201),
        ("proposed_rule", 201, 202),
    ]
    assert {r.document.publication_date for r in rules} == {"2024-04-04"}


def test_a_given_publication_date_is_used():
    rule = parse(document("<P>Text.</P>"), publication_date=date(2024, 4, 4))
    assert rule.document.publication_date == "2024-04-04"


def test_reading_twice_gives_the_same():
    data = document(section("<P>(a) One.</P>"))
    assert parse(data) == parse(data)


@pytest.mark.parametrize(
    "body",
    [
        "<P>" + "comments by June 3, 2024 " * 4000 + "</P>",
        "<AMDPAR>" + "“" * 60_000 + "</AMDPAR>",
        "<P>" + "on of the by 5 p.m. ET, " * 4000 + "must comment by June 3, 2024.</P>",
        "<AMDPAR>" + "paragraphs (a) through (z), “x” and § 1.2, " * 2500 + "</AMDPAR>",
        '<HD SOURCE="HD3">a. One</HD><HD SOURCE="HD3">i. Two</HD>' * 1500,
        "<SECTION><SECTNO>§ 226.1</SECTNO>" + "<P>" + "(a)" * 30_000 + "</P></SECTION>",
        "<SECTION><SECTNO>§ 226.1</SECTNO>" + "<P>x</P>" * 10_000 + "</SECTION>",
        "<P>" + "We seek comment on this. Should it? " * 3000 + "</P>",
        "<AMDPAR>Remove " + "§§ 226.1 through 226.99, " * 4000 + "</AMDPAR>",
    ],
    ids=["dates", "quotation marks", "hours", "instructions", "headings", "markers", "paragraphs", "asking", "ranges"],
)
def test_text_made_to_be_slow_does_not_hang(body):
    """About 100 KB each; expressions that go back over what they read would take minutes."""
    start = time.process_time()
    parse(document(body, head=HEAD.replace("June 3, 2024", "June 3, 2024 " * 2000)))
    assert time.process_time() - start < 60


def test_a_table_at_the_end_of_a_section_stands_under_the_paragraph_whose_colon_announces_it():
    table = "<GPOTABLE><ROW><ENT>Paper</ENT><ENT>$400</ENT></ROW></GPOTABLE>"
    paragraphs = "<P>(a) Fees:</P><P>(1) For reports.</P><P>(2) For forms{}</P>"
    section = "<SECTION><SECTNO>§ 9.1</SECTNO><SUBJECT>Fees.</SUBJECT>" + paragraphs + table + "</SECTION>"
    for end, label in ((":", "(a)(2)"), (".", "(a)")):
        rule = parse(f"<RULE><SUPLINF>{section.format(end)}</SUPLINF></RULE>".encode())
        assert rule.provisions[-1].label.endswith(f"9.1{label}")
