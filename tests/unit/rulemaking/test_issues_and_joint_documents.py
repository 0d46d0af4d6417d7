"""Daily issues made of real documents, and joint rules whose agencies each have a docket and a RIN of their own."""

import dataclasses

import pytest

from commenttrack.rulemaking.federal_register import parse, parse_issue

# The documents of one day that stand in one folder, in the order of their pages; they meet in mid-page.
APRIL_2016 = ("prorule-2016-08622.xml", "prorule-2016-08806.xml", "prorule-2016-08508.xml")
FEBRUARY_2024 = ("prorule-2024-02443.xml", "prorule-2024-02703.xml", "prorule-2024-02590.xml")


def without_declaration(data):
    return data.split(b"?>", 1)[1] if data.startswith(b"<?xml") else data


def issue(shared, names, date):
    wrapped = b"".join(
        b"<PRORULE_>" + without_declaration((shared / "rules" / name).read_bytes()) + b"</PRORULE_>" for name in names
    )
    return (
        (
            f'<?xml version="1.0"?><FEDREG><VOL>81</VOL><NO>73</NO><DATE>{date}</DATE><CNTNTS>'
            f"<AGCY><EAR>Agriculture</EAR><HD>Agriculture Department</HD><DOCENT><DOC>Importation</DOC><PGS>22203</PGS>"
            f"</DOCENT></AGCY></CNTNTS><UNITNAME>Proposed Rules</UNITNAME><PRORULES>"
        ).encode()
        + wrapped
        + b"</PRORULES></FEDREG>"
    )


@pytest.mark.parametrize(
    ("names", "date", "pages"),
    [
        (APRIL_2016, "Friday, April 15, 2016", [(22197, 22203), (22203, 22204), (22204, 22207)]),
        (FEBRUARY_2024, "Monday, February 12, 2024", [(9795, 9798), (9800, 9803), (9803, 9813)]),
    ],
)
def test_an_issue_of_real_documents_gives_each_apart_with_its_pages(shared, names, date, pages):
    rules = parse_issue(issue(shared, names, date))
    assert [(r.document.start_page, r.document.end_page) for r in rules] == pages
    alone = [parse((shared / "rules" / name).read_bytes()) for name in names]
    for within, single in zip(rules, alone, strict=True):
        assert within.provisions == single.provisions
        assert [(note.number, note.text) for note in within.notes] == [(n.number, n.text) for n in single.notes]
        assert within.questions == single.questions
        assert within.instructions == single.instructions
        assert within.document.agencies == single.document.agencies
        assert within.document.document_number == single.document.document_number


def test_the_date_of_the_issue_is_that_of_its_documents(shared):
    rules = parse_issue(issue(shared, FEBRUARY_2024, "Monday, February 12, 2024"))
    assert {rule.document.publication_date for rule in rules} == {"2024-02-12"}
    # “within 60 days after the date of publication” is counted from it and no longer from a guess.
    computed = [entry for rule in rules for entry in rule.document.comment_dates if entry.computed]
    assert computed
    assert all(entry.basis.endswith("after publication on 2024-02-12") for entry in computed)


def test_a_document_without_any_mark_stands_on_the_page_the_issue_has_come_to(shared):
    short = b"<PRORULE_><PRORULE><SUPLINF><P>A correction of one line.</P></SUPLINF></PRORULE></PRORULE_>"
    data = issue(shared, APRIL_2016, "Friday, April 15, 2016")
    place = data.index(b"</PRORULE_>") + len(b"</PRORULE_>")
    rules = parse_issue(data[:place] + short + data[place:])
    assert [(r.document.start_page, r.document.end_page) for r in rules][:3] == [
        (22197, 22203),
        (22203, 22203),
        (22203, 22204),
    ]
    assert rules[1].provisions[0].pages == (22203,)


def test_a_document_that_starts_a_page_of_the_issue_is_not_put_on_the_page_before():
    data = b"""<FEDREG><RULES><RULE><SUPLINF><P>One <PRTPAGE P="201"/>two.</P></SUPLINF></RULE>
      <RULE><PREAMB><PRTPAGE P="202"/><AGENCY>A</AGENCY></PREAMB><SUPLINF><P>Three.</P></SUPLINF></RULE>
      </RULES></FEDREG>"""
    assert [(r.document.start_page, r.document.end_page) for r in parse_issue(data)] == [(200, 201), (202, 202)]


AGENCIES = (
    ("DEPARTMENT OF THE TREASURY", "Office of the Comptroller of the Currency", "12 CFR Part 45", "OCC-2011-0008"),
    ("FEDERAL RESERVE SYSTEM", "", "12 CFR Part 237", "R-1415"),
    ("FEDERAL DEPOSIT INSURANCE CORPORATION", "", "12 CFR Part 324", "FDIC-2011-0042"),
    ("FARM CREDIT ADMINISTRATION", "", "12 CFR Part 624", "FCA-2011-0007"),
    ("FEDERAL HOUSING FINANCE AGENCY", "", "12 CFR Part 1221", "FHFA-2011-0013"),
)
RINS = ("1557-AD43", "7100-AD74", "3064-AE21", "3052-AC69", "2590-AA45")


def joint(rin="<RIN>RIN {}</RIN>", docket="<DEPDOC>[Docket No. {}]</DEPDOC>"):
    head = "".join(
        f"<AGENCY>{name}</AGENCY>"
        + (f"<SUBAGY>{office}</SUBAGY>" if office else "")
        + f"<CFR>{cfr}</CFR>"
        + docket.format(number)
        + rin.format(rins)
        for (name, office, cfr, number), rins in zip(AGENCIES, RINS, strict=True)
    )
    return parse(
        f"<PRORULE><PREAMB>{head}<SUBJECT>Margin</SUBJECT></PREAMB><SUPLINF><P>Text.</P></SUPLINF></PRORULE>".encode()
    ).document


@pytest.mark.parametrize(
    ("docket", "rin"),
    [
        ("<DEPDOC>[Docket No. {}]</DEPDOC>", "<RIN>RIN {}</RIN>"),
        ("<DEPDOC>[Docket ID {}]</DEPDOC>", "<RIN>{}</RIN>"),
        ("<DEPDOC>[Docket No. {}; ", "RIN {}]</DEPDOC>"),
    ],
    ids=["apart", "without the word RIN", "in one element"],
)
def test_five_agencies_of_a_joint_rule_keep_their_own_docket_and_rin(docket, rin):
    found = joint(rin, docket)
    assert [(a.docket_ids, a.rins) for a in found.agencies] == [
        ((number,), (rins,)) for (*_, number), rins in zip(AGENCIES, RINS, strict=True)
    ]
    assert found.docket_ids == tuple(number for *_, number in AGENCIES)
    assert found.rins == RINS
    assert [entry.part for entry in found.cfr] == ["45", "237", "324", "624", "1221"]
    assert found.agencies[0].name == "Department of the Treasury"
    assert found.agencies[0].subagency == "Office of the Comptroller of the Currency"


def test_two_offices_of_one_department_are_two_agencies():
    head = """<PREAMB><AGENCY>DEPARTMENT OF THE INTERIOR</AGENCY><SUBAGY>Fish and Wildlife Service</SUBAGY>
      <DEPDOC>[Docket No. FWS-HQ-ES-2021-0107]</DEPDOC><RIN>RIN 1018-BF95</RIN><AGENCY>DEPARTMENT OF COMMERCE</AGENCY>
      <SUBAGY>National Oceanic and Atmospheric Administration</SUBAGY><CFR>50 CFR Part 424</CFR>
      <DEPDOC>[Docket No. 230607-0142]</DEPDOC><RIN>RIN 0648-BK47</RIN></PREAMB>"""
    found = parse(f"<PRORULE>{head}<SUPLINF><P>Text.</P></SUPLINF></PRORULE>".encode()).document
    assert [dataclasses.astuple(agency) for agency in found.agencies] == [
        ("Department of the Interior", "Fish and Wildlife Service", ("FWS-HQ-ES-2021-0107",), ("1018-BF95",)),
        ("Department of Commerce", "National Oceanic and Atmospheric Administration", ("230607-0142",), ("0648-BK47",)),
    ]
