"""What must hold for real documents in other forms than XML, and what was read in them by eye."""

import html
import re

import pytest
from lxml import etree
from lxml import html as pages

from commenttrack.rulemaking import federal_register, other_forms

PROPOSED = "pairs/cms-2019-0090-epa/proposed-2019-13028.htm"
FINAL = "pairs/cms-2019-0090-epa/final-2020-28877.htm"
AIRSPACE = "rules/2013-10193-proposed-rule-body.html"


@pytest.fixture(scope="module")
def read(shared):
    found = {}

    def rule(name):
        if name not in found:
            found[name] = other_forms.read((shared / name).read_bytes(), name=name)
        return found[name]

    return rule


def bare(text):
    return "".join(character for character in text if character.isalnum())


def output(rule):
    pieces = [caption.heading + caption.text for caption in rule.document.captions]
    for provision in rule.provisions:
        cells = [cell for row in provision.rows for cell in row]
        pieces += [provision.number, provision.heading, provision.text, *cells]
    pieces += [note.number + note.text for note in rule.notes]
    return [*pieces, *(entry.text for entry in rule.unparsed if entry.why != "printer's header")]


def headings(rule):
    return [(p.label, p.heading) for p in rule.provisions if p.kind == "preamble_heading"]


@pytest.mark.parametrize("name", [PROPOSED, FINAL])
def test_every_word_of_a_text_edition_comes_out_once(shared, read, name):
    source = (shared / name).read_text()
    source = re.sub(r"</?(?:a|pre|body|html)\b[^>]*>|<bullet>", "", source[source.index("AGENCY:") :])
    source = html.unescape(source)
    # Marks of pages, of notes and of instructions are no text; the section sign was typed as a word.
    source = re.sub(r"\[\[Page [0-9]+\]\]|(?m:^0$)|\bSec\.(?=\s+[0-9])", "", source)
    source = re.sub(r"(?<=\S)\\[0-9]+\\", "", source)
    made = output(read(name))
    assert sorted(bare(source)) == sorted(bare("".join(made)))
    whole = bare("".join(made))
    lines = [line for line in source.split("\n") if len(bare(line)) > 30 and "...." not in line]
    assert [line for line in lines if bare(line) not in whole and not line.startswith(" " * 12)] == []


def test_every_word_of_a_page_comes_out_once(shared, read):
    root = pages.fromstring((shared / AIRSPACE).read_bytes().decode("cp1252"))
    wrapper = root.xpath("//div[contains(@class, 'fulltextWrapper')]")[0]
    of_the_site = ("back_to_top", "divider", "table_of_contents")
    for furniture in wrapper.xpath(".//*[@class or @id]"):
        named = f"{furniture.get('class')} {furniture.get('id')}"
        if furniture.getparent() is not None and any(name in named for name in of_the_site):
            furniture.drop_tree()
    source = "".join(wrapper.itertext())
    made = [*output(read(AIRSPACE))]
    assert sorted(bare(source)) == sorted(bare("".join(made)))
    whole = bare("".join(made))
    assert [
        p for p in wrapper.iter("p") if len(bare(p.text_content())) > 30 and bare(p.text_content()) not in whole
    ] == []


def test_2019_13028_is_read_as_printed(read):
    rule = read(PROPOSED)
    document = rule.document
    assert (document.kind, document.document_number, document.fr_citation) == (
        "proposed_rule",
        "2019-13028",
        "84 FR 28450",
    )
    assert (document.start_page, document.end_page, document.publication_date) == (28450, 28458, "2019-06-19")
    assert (document.docket_ids, document.rins) == (("CMS-4189-P",), ("0938-AT94",))
    assert [(a.name, a.subagency) for a in document.agencies] == [
        ("Department of Health and Human Services", "Centers for Medicare & Medicaid Services")
    ]
    assert [(d.date, d.time, d.purpose) for d in document.comment_dates] == [("2019-08-16", "17:00", "comments")]
    assert [label for label, _ in headings(rule)][1:-1] == [
        *("I", "I.A", "I.A.1", "I.A.2", "I.A.3", "I.B", "II", "II.A", "II.B", "III", "III.A", "III.B"),
        *("IV", "IV.A", "IV.B", "IV.C", "IV.E", "V"),
    ]
    paths = ["(b)", "(b)(7)", "(b)(7)(i)", "(b)(7)(ii)", "(b)(7)(iii)", "(b)(7)(iv)"]
    assert [p.label for p in rule.provisions if p.kind == "paragraph" and p.number] == [
        f"42 CFR 423.160{path}" for path in paths
    ]
    assert [(i.verb, i.target) for i in rule.instructions] == [
        ("revise", "42 CFR part 423 authority citation"),
        ("add", "42 CFR 423.160(b)(7)"),
    ]
    table = next(p for p in rule.provisions if p.kind == "table")
    assert table.rows[1] == (
        "Annual Maintenance Costs, Paper Process",
        "$2,302,150.00",
        "$3,683,440.00",
        "$5,985,590.00",
    )


def test_2020_28877_keeps_levels_note_and_table(read):
    rule = read(FINAL)
    assert (rule.document.kind, rule.document.fr_citation) == ("rule", "85 FR 86824")
    labels = [p.label for p in rule.provisions if p.kind == "paragraph" and p.number]
    assert labels[-3:] == ["42 CFR 423.160(b)(8)(i)(C)", "42 CFR 423.160(b)(8)(i)(D)", "42 CFR 423.160(b)(8)(ii)"]
    caller = next(p for p in rule.provisions if p.note_calls)
    assert caller.text[: caller.note_calls[0][0]].endswith("Patients Over Paperwork initiative,")
    assert [(note.number, note.page) for note in rule.notes] == [("1", 86829)]
    table = next(p for p in rule.provisions if p.kind == "table")
    assert table.rows[0] == ("", "2022", "2023", "2024", "2025", "2026")


def test_a_word_broken_at_a_line_end_is_whole_again(read):
    text = "\n".join(p.text for p in read(PROPOSED).provisions)
    assert "the Part D e-prescribing program are in regulations at 42 CFR 423.160" in text
    assert "covered entities—health plans" in text
    assert "“SUPPORT for Patients and Communities Act,” was enacted" in text
    assert not re.search(r"\[\[|\\|``|\w- \w+ing\b", text)


def test_2013_10193_is_read_as_the_site_sets_it(read):
    rule = read(AIRSPACE)
    document = rule.document
    assert (document.form, document.kind, document.document_number) == ("html", "proposed_rule", "2013-10193")
    assert (document.start_page, document.end_page, document.fr_citation) == (25403, 25404, "78 FR 25403")
    assert document.docket_ids == ("FAA-2013-0073", "13-ASO-2")
    assert [(d.date, d.source) for d in document.comment_dates] == [("2013-06-17", "DATES")]
    assert "the agency is not named in this form" in document.limits
    assert [p.label for p in rule.provisions if p.kind in ("part", "section")] == ["14 CFR part 71", "14 CFR 71.1"]
    turned = next(p for p in rule.provisions if p.page_breaks)
    assert turned.text[turned.page_breaks[0][0] :].lstrip().startswith("Administration, Room 350")
    assert any("“significant regulatory action”" in p.text for p in rule.provisions)


# The same documents as XML and as somebody would paste them --------------------------------------------------------

_HEAD = ("AGENCY", "SUBAGY", "CFR", "DEPDOC", "RIN", "SUBJECT")
_CAPTIONS = ("AGY", "ACT", "SUM", "DATES", "EFFDATE", "ADD", "FURINF")
_LINES = ("HD", "P", "FP", "AMDPAR", "FRDOC", "BILCOD", "DATED", "NAME", "TITLE", "LI")


def pasted(data):
    """A document as lines of text, a paragraph each, its tables and notes left out."""
    lines = []

    def text(element):
        pieces = [element.text or ""]
        for child in element:
            following = child.getnext()
            is_call = child.tag == "SU" and following is not None and following.tag == "FTREF"
            pieces += ["" if is_call else text(child), child.tail or ""]
        return "".join(pieces)

    def line(element):
        folded = " ".join(text(element).split())
        # A pretty-printed file has spaces that nobody sees.
        return re.sub(r" (?=[.,;:)])", "", folded)

    def walk(element):
        if element.tag in _CAPTIONS:
            first, *rest = [line(child) for child in element]
            lines.extend([f"{first} {rest[0]}" if rest else first, *rest[1:]])
        elif element.tag in (*_HEAD, *_LINES):
            lines.append(line(element).upper() if element.tag == "AGENCY" else line(element))
        elif element.tag == "AUTH":
            lines.append(" ".join(line(child) for child in element))
        elif element.tag == "STARS":
            lines.append("* * * * *")
        elif element.tag not in ("GPOTABLE", "FTNT", "CONTENTS", "GPH", "MATH"):
            if element.tag == "SECTION":
                lines.append(" ".join(line(e) for e in element if e.tag in ("SECTNO", "SUBJECT")))
            for child in element:
                if child.tag not in ("SECTNO", "SUBJECT") or element.tag != "SECTION":
                    walk(child)

    walk(etree.fromstring(data, etree.XMLParser(remove_comments=True, remove_pis=True)))
    return "\n".join(filter(None, lines))


@pytest.mark.parametrize(
    ("name", "share"),
    [
        ("rules/prorule-2016-08508.xml", 0.95),
        ("rules/prorule-2016-08622.xml", 0.97),
        ("rules/prorule-2024-02443.xml", 0.97),
        ("rules/prorule-2024-02590.xml", 0.97),
        ("rules/prorule-2024-02703.xml", 0.97),
        ("rules/prorule-2024-06526-circia.xml", 0.97),
    ],
)
def test_pasted_text_gives_the_citations_and_outline_of_the_xml(shared, name, share):
    data = (shared / name).read_bytes()
    from_xml = federal_register.parse(data)
    from_text = other_forms.read(pasted(data).encode())
    for kinds in (("section", "paragraph", "definition", "part"), ("preamble_heading",)):
        wanted = {
            (p.label + p.heading[:40]).lower() if "part" not in kinds else p.label
            for p in from_xml.provisions
            if p.kind in kinds
        }
        found = {
            (p.label + p.heading[:40]).lower() if "part" not in kinds else p.label
            for p in from_text.provisions
            if p.kind in kinds
        }
        assert len(wanted & found) >= share * len(wanted)
        assert len(wanted & found) >= share * len(found)
    assert from_text.document.rins == from_xml.document.rins
    assert from_text.document.cfr == from_xml.document.cfr
    assert [d.date for d in from_text.document.comment_dates] == [d.date for d in from_xml.document.comment_dates]
