"""The four schemas of current CFR text."""

from collections import Counter

import pytest
from lxml import etree

from commenttrack.errors import BadInput
from commenttrack.rulemaking.ecfr import HISTORY, NOTE, last_amended, read

BULK = """<?xml version="1.0"?>
<DIV5 N="21" NODE="4:1.0.1.2.11" TYPE="PART">
<HEAD>PART 21 - BID PROTESTS
</HEAD>
<AUTH><HED>Authority:</HED><PSPACE>31 U.S.C. 3551.
</PSPACE></AUTH>
<DIV8 N="§ 21.1" NODE="4:1.0.1.2.11.0.1.2" TYPE="SECTION">
<HEAD>§ 21.1   Filing a protest.</HEAD>
<P>(a) <I>Who.</I> - (1) A person may file, that is
</P>
<P>(i) A bidder; or
</P>
<P>(ii) An offeror.
</P>
<P>(b) The other rules apply.
</P>
<CITA TYPE="N">[61 FR 39042, July 26, 1996, as amended at 83 FR 13823, Apr. 2, 2018]
</CITA>
</DIV8>
</DIV5>
"""

API = """<?xml version="1.0"?>
<DIV5 N="21" TYPE="PART" VOLUME="1" hierarchy_metadata="{&quot;path&quot;:&quot;/on/x/title-4/part-21&quot;}">
<HEAD>PART 21—BID PROTESTS
</HEAD>
<AUTH>
<HED>Authority:</HED><PSPACE>31 U.S.C. 3551.
</PSPACE></AUTH>
<DIV8 N="21.1" TYPE="SECTION" hierarchy_metadata="{}">
<HEAD>§ 21.1 Filing a protest.</HEAD>
<P>(a) <I>Who</I>—(1) A person may file, that is</P>
<P>(i) A bidder; or</P>
<P>(ii) An offeror.</P>
<P>(b) The other rules apply.</P>
<CITA TYPE="N">[61 FR 39042, July 26, 1996, as amended at 83 FR 13823, Apr. 2, 2018]
</CITA>
</DIV8>
</DIV5>
"""

ANNUAL = """<?xml version="1.0"?>
<CFRGRANULE>
  <FDSYS><CFRTITLE>4</CFRTITLE><DATE>2018-07-01</DATE><ORIGINALDATE>2018-01-01</ORIGINALDATE></FDSYS>
  <PART>
    <EAR>Pt. 21</EAR>
    <HD SOURCE="HED">PART 21—BID PROTESTS</HD>
    <CONTENTS><SECHD>Sec.</SECHD><SECTNO>21.1</SECTNO><SUBJECT>Filing a protest.</SUBJECT></CONTENTS>
    <AUTH><HD SOURCE="HED">Authority:</HD><P>31 U.S.C. 3551.</P></AUTH>
    <SECTION>
      <SECTNO>§ 21.1</SECTNO>
      <SUBJECT>Filing a protest.</SUBJECT>
      <P>(a) <E T="03">Who</E>—(1) A person may <PRTPAGE P="77"/>file, that is</P>
      <P>(i) A bidder; or</P>
      <P>(ii) An offeror.</P>
      <P>(b) The other rules apply.</P>
      <CITA>[61 FR 39042, July 26, 1996, as amended at 83 FR 13823, Apr. 2, 2018]</CITA>
    </SECTION>
  </PART>
</CFRGRANULE>
"""

_OTHER_PART = BULK.split("\n", 1)[1].replace("21", "22")
WHOLE_TITLE = f"""<?xml version="1.0"?>
<DLPSTEXTCLASS><HEADER><FILEDESC><TITLE>Title 4</TITLE></FILEDESC></HEADER><TEXT><BODY><ECFRBRWS>
<DIV1 N="1" NODE="4:1" TYPE="TITLE"><HEAD>Title 4 - Accounts</HEAD>
<DIV3 N="I" NODE="4:1.0.1" TYPE="CHAPTER"><HEAD>CHAPTER I - GAO</HEAD>
{BULK.partition(chr(10))[2]}
{_OTHER_PART}
</DIV3></DIV1></ECFRBRWS></BODY></TEXT></DLPSTEXTCLASS>
"""

SCHEMAS = {"bulk": BULK, "API": API, "annual": ANNUAL, "whole title": WHOLE_TITLE}


def outline(text):
    return [(p.kind, p.label, p.text) for p in text.provisions]


@pytest.mark.parametrize("schema", SCHEMAS)
def test_every_schema_gives_the_same_citations_and_words(schema):
    text = read(SCHEMAS[schema].encode(), parts={"21"})
    assert outline(text) == [
        ("part", "4 CFR part 21", ""),
        ("paragraph", "4 CFR part 21", "31 U.S.C. 3551."),
        ("section", "4 CFR 21.1", ""),
        ("paragraph", "4 CFR 21.1(a)", ""),
        ("paragraph", "4 CFR 21.1(a)(1)", "A person may file, that is"),
        ("paragraph", "4 CFR 21.1(a)(1)(i)", "A bidder; or"),
        ("paragraph", "4 CFR 21.1(a)(1)(ii)", "An offeror."),
        ("paragraph", "4 CFR 21.1(b)", "The other rules apply."),
        (HISTORY, "4 CFR 21.1", "[61 FR 39042, July 26, 1996, as amended at 83 FR 13823, Apr. 2, 2018]"),
    ]
    assert text.unparsed == ()


def test_the_headings_of_part_and_section_are_read_without_their_numbers():
    text = read(BULK.encode())
    headings = {p.label: (p.number, p.heading) for p in text.provisions if p.kind in ("part", "section")}
    assert headings == {
        "4 CFR part 21": ("PART 21", "BID PROTESTS"),
        "4 CFR 21.1": ("§ 21.1", "Filing a protest."),
    }


def test_a_whole_title_gives_all_parts_when_none_is_named():
    text = read(WHOLE_TITLE.encode())
    assert [p.label for p in text.provisions if p.kind == "part"] == ["4 CFR part 21", "4 CFR part 22"]


def test_the_day_of_an_annual_volume_is_known():
    assert read(ANNUAL.encode()).as_of == "2018-01-01"
    assert read(API.encode()).as_of == ""


def test_the_latest_citation_of_a_history_is_the_last_amendment():
    found = last_amended("[61 FR 39042, July 26, 1996, as amended at 83 FR 13823, Apr. 2, 2018; 70 FR 19681]")
    assert str(found) == "83 FR 13823"
    assert last_amended("unless otherwise noted") is None


def test_what_the_editors_add_stands_apart_from_the_text():
    note = "<EDNOTE><HED>Editorial Note:</HED><PSPACE>Changed in spelling.</PSPACE></EDNOTE></DIV8>"
    text = read(BULK.replace("</DIV8>", note).encode())
    assert [(p.label, p.text) for p in text.provisions if p.kind == NOTE] == [
        ("4 CFR 21.1", "Editorial Note: Changed in spelling.")
    ]


def test_text_reprinted_in_an_effective_date_note_is_no_section():
    reprint = (
        "<EFFDNOTP><HD SOURCE='HED'>Effective Date Note:</HD><P>Delayed.</P><REVTXT><SECTION><SECTNO>§ 21.1</SECTNO>"
        "<SUBJECT>Filing.</SUBJECT><P>(a) Other words.</P></SECTION></REVTXT></EFFDNOTP></SECTION>"
    )
    text = read(ANNUAL.replace("</SECTION>", reprint, 1).encode())
    assert [p.label for p in text.provisions if p.kind == "section"] == ["4 CFR 21.1"]
    assert [p.text for p in text.provisions if p.kind == NOTE] == [
        "Effective Date Note: Delayed. § 21.1Filing.(a) Other words."
    ]


def test_a_line_break_is_a_space_in_files_of_ecfr_gov():
    text = read(API.replace("The other rules", "No more than\n<FR>1/2</FR> mile of the rules").encode())
    assert text.provisions[-2].text == "No more than 1/2 mile of the rules apply."


def test_an_html_table_keeps_its_rows_and_heads():
    table = (
        "<DIV class='gpotbl_div'><TABLE><CAPTION>Fees</CAPTION><THEAD><TR><TH>Kind</TH><TH>Fee</TH></TR></THEAD>"
        "<TBODY><TR><TD>Small</TD><TD>$10</TD></TR></TBODY></TABLE></DIV>"
    )
    text = read(API.replace("<P>(b) ", f"{table}<P>(b) ").encode())
    [found] = [p for p in text.provisions if p.kind == "table"]
    assert (found.heading, found.rows, found.header_rows) == ("Fees", (("Kind", "Fee"), ("Small", "$10")), 1)


def test_a_subpart_and_an_appendix_have_their_citations():
    subpart = '<DIV6 N="A" TYPE="SUBPART"><HEAD>Subpart A—General</HEAD><DIV8 N="21.1"'
    appendix = '</DIV8></DIV6><DIV9 N="Appendix A to Part 21" TYPE="APPENDIX"><HEAD>Appendix A to Part 21—Forms</HEAD>'
    data = API.replace('<DIV8 N="21.1"', subpart).replace("</DIV8>", appendix + "<P>Use them.</P></DIV9>")
    text = read(data.encode())
    assert [p.label for p in text.provisions if p.kind in ("subpart", "appendix")] == [
        "4 CFR part 21 subpart A",
        "4 CFR part 21 appendix A",
    ]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ("<html><body/></html>", "holds no part or section of the CFR"),
        ('<!DOCTYPE x [<!ENTITY a "b">]><DIV5 N="1"/>', "entities"),
        ("not XML", "is not XML"),
    ],
)
def test_a_file_that_holds_no_cfr_text_is_refused(data, sentence):
    with pytest.raises(BadInput, match=sentence):
        read(data.encode(), name="x.xml")


def test_a_file_without_the_wanted_part_says_what_it_holds():
    with pytest.raises(BadInput, match="holds part 21, not part 99"):
        read(BULK.encode(), name="x.xml", parts={"99"})


REAL = [
    "ecfr/title-4-part-21.xml",
    "ecfr/title-7-part-1b.xml",
    "ecfr/title-1-part-51.xml",
    "pairs/uspto-2011-29462/CFR-2011-title37-vol1-part1.xml",
]


def letters(text):
    return Counter(character for character in text if character.isalnum())


@pytest.mark.parametrize("name", REAL)
def test_no_word_of_a_real_file_is_lost_or_doubled(shared, name):
    data = (shared / name).read_bytes()
    root = etree.fromstring(data)
    part = root if root.tag == "DIV5" else root.find("PART")
    for left_out in ("CONTENTS", "EAR", "PRTPAGE"):
        etree.strip_elements(part, left_out, with_tail=False)
    text = read(data)
    made = "".join(
        piece
        for p in text.provisions
        for piece in (p.number, p.heading, p.text, *(cell for row in p.rows for cell in row))
    )
    assert letters(made) == letters("".join(part.itertext()))
    assert text.unparsed == ()


BARE = '<DIV5 N="226" TYPE="PART"><HEAD>PART 226—REPORTS</HEAD><DIV8 N="226.2"><HEAD>§ 226.2 Who.</HEAD><P>(a) All.</P>'
BARE += "<P>(b) None.</P></DIV8></DIV5>"


def test_a_part_that_does_not_tell_its_title_takes_the_one_that_was_asked_for():
    asked = read(BARE.encode(), title=6)
    assert asked.title == 6
    assert asked.provisions[-1].label == "6 CFR 226.2(b)"
    assert read(BARE.encode()).provisions[-1].label == "§ 226.2(b)"


def test_the_title_of_the_file_goes_before_the_one_that_was_asked_for():
    assert read(BULK.encode(), title=6).title == 4
