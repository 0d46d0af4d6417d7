"""Letters, articles, files of several kinds, and the JSON of a source document."""

import io
import json
import zipfile

import pytest
from weasyprint import HTML

from commenttrack.errors import BadInput
from commenttrack.positions.source_documents import from_json, parse, parse_text, read, to_json

LETTER = """Widget Makers Council
12 Main Street, Springfield

June 3, 2024

Via regulations.gov

Ms. Jane Roe
Director, Office of Rules
Washington, DC 20001

Re: Proposed Rule on Widget Reporting, Docket No. DOT-2024-0001

Dear Ms. Roe:

The Widget Makers Council appreciates the chance to comment.

I. The Department Should Narrow the Definition of Widget

The proposed definition covers toys. We urge the Department to limit it to industrial widgets.

II. The Department Should Extend the Deadline to 72 Hours

Twenty-four hours is not enough. The U.S. Coast Guard allows 96 hours.

Respectfully submitted,

/s/ John Smith
John Smith
President and CEO
Widget Makers Council

Mary Jones, General Counsel, Pump Association

Valve Alliance
Pipe Forum (PF)

cc: The Honorable Someone
"""

ARTICLE = """Daily Trade Bulletin

New Tariff Plan Draws Fire

The new plan drew fire on Monday. “We will fight it,” said Robert Lane, president of the Import League.

Subscribe for a free trial of our newsletter today and get every story on the day that it happens.

Lane said that prices would rise. He warned of worse.

The Commerce Department said the plan was needed. “We had no choice,” it wrote.

“It is what we expected,” Anna Berg, a lawyer at Berg & Co., told reporters.

She added that courts would decide.

The plan takes effect in May.
"""


def test_a_letter_is_known_by_its_salutation_with_date_addressee_and_subject():
    source = parse_text(LETTER, stem="doc").source
    assert (source.kind, source.date) == ("letter", "2024-06-03")
    assert source.addressee == ("Ms. Jane Roe", "Director, Office of Rules", "Washington, DC 20001")
    assert source.title == "Proposed Rule on Widget Reporting, Docket No. DOT-2024-0001"
    assert source.publisher == "Widget Makers Council"


def test_signatures_of_persons_and_of_organizations_are_told_apart():
    found = [(s.organization, s.person, s.title) for s in parse_text(LETTER, stem="doc").signatories]
    assert found == [
        ("Widget Makers Council", "John Smith", "President and CEO"),
        ("Pump Association", "Mary Jones", "General Counsel"),
        ("Valve Alliance", "", ""),
        ("Pipe Forum (PF)", "", ""),
    ]


def test_headed_sections_of_a_letter_are_positions_and_nothing_of_the_signatures_is():
    positions = parse_text(LETTER, stem="doc").positions
    assert [position.heading for position in positions] == [
        "The Department Should Narrow the Definition of Widget",
        "The Department Should Extend the Deadline to 72 Hours",
    ]
    assert positions[-1].text.endswith("allows 96 hours.")


def test_an_article_is_a_third_partys_and_holds_no_positions():
    parsed = parse_text(ARTICLE, stem="doc")
    assert (parsed.source.kind, parsed.source.coalition, parsed.positions) == ("news", False, ())
    assert (parsed.source.publisher, parsed.source.title) == ("Daily Trade Bulletin", "New Tariff Plan Draws Fire")


def test_the_speaker_of_each_paragraph_is_found_through_surnames_and_pronouns():
    assert [item.speaker for item in parse_text(ARTICLE, stem="doc").context] == [
        *("Robert Lane", "Robert Lane", "The Commerce Department", "Anna Berg", "Anna Berg", "Daily Trade Bulletin"),
    ]


def test_a_sites_own_text_is_set_aside_and_said():
    unsure = parse_text(ARTICLE, stem="doc").unsure
    assert [item.text.split()[0] for item in unsure] == ["Subscribe"]


def test_a_coalition_that_quotes_others_stays_a_coalition():
    text = "1. We think that pumps help. The agency said so.\n\n2. We agree with Jane Roe, who said that too.\n"
    assert parse_text(text, stem="doc").source.coalition


@pytest.mark.parametrize(
    ("written", "date"),
    [
        *(("June 2020", "2020-06"), ("March 12, 2025", "2025-03-12"), ("5 May 2023", "2023-05-05")),
        *(("Sept. 9, 2021", "2021-09-09"), ("2024-02-29", "2024-02-29"), ("December 2 and 3, 2020", "2020-12")),
        *(("the Act of 2018", ""), ("maybe 2020", "")),
    ],
)
def test_dates_are_given_as_far_as_they_are_written(written, date):
    assert parse_text(f"{written}\n\n1. Do this.\n\n2. Do that.\n", stem="doc").source.date == date


def test_ids_of_two_files_differ_though_their_labels_are_the_same():
    one, other = parse(b"1. Do this.\n2. Do that.", name="a.txt"), parse(b"1. Do this.\n2. Do that.", name="b.md")
    assert not {p.id for p in one.positions} & {p.id for p in other.positions}


ITEMS = ("First ask. It is small.", "Second ask. It is large.")


def labels_and_headings(data, name):
    return [(position.label, position.heading) for position in parse(data, name=name).positions]


def test_html_lists_and_headings_are_read_without_scripts():
    page = "<html><body><script>alert(1)</script><h1>Asks</h1><ol>{}</ol></body></html>"
    data = page.format("".join(f"<li>{item}</li>" for item in ITEMS)).encode()
    assert labels_and_headings(data, "asks.html") == [("1", "First ask"), ("2", "Second ask")]


def test_a_pdf_is_read_by_its_text():
    data = HTML(string="".join(f"<p>{n}. {item}</p>" for n, item in enumerate(ITEMS, 1))).write_pdf()
    assert labels_and_headings(data, "asks.pdf") == [("1", "First ask"), ("2", "Second ask")]


def word_file(body):
    names = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    document = f'<w:document xmlns:w="{names}"><w:body>{body}</w:body></w:document>'
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("word/document.xml", document)
    return data.getvalue()


def test_a_word_file_is_read_with_headings_and_list_items():
    heading = '<w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:r><w:t>Goals</w:t></w:r></w:p>'
    item = "<w:p><w:pPr><w:numPr/></w:pPr><w:r><w:t>{}</w:t></w:r></w:p>"
    data = word_file(heading + "".join(item.format(text) for text in ITEMS))
    assert labels_and_headings(data, "asks.docx") == [("1", "First ask"), ("2", "Second ask")]


def test_an_entity_in_a_word_file_is_not_resolved():
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("word/document.xml", '<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/hostname">]><w>&x;</w>')
    with pytest.raises(BadInput, match="holds no text"):
        parse(data.getvalue(), name="x.docx")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b" \n ", "is empty"),
        (b"\x00\x01\x02", "is not a text file"),
        (b"caf\xe9 \xff", "is not UTF-8 text"),
        (b"%PDF-1.7 nothing", "cannot be opened as a PDF"),
        (b"PK\x03\x04 nothing", "is not a Word document"),
    ],
)
def test_a_file_of_no_kind_that_is_read_is_refused_by_name(data, words):
    with pytest.raises(BadInput, match=words) as refusal:
        parse(data, name="thing.bin")
    assert "thing.bin" in str(refusal.value)


def test_json_is_read_back_as_it_was_written():
    parsed = parse_text(LETTER, stem="doc")
    assert read(json.dumps(to_json(parsed)).encode(), name="doc.json") == parsed


def valid():
    return to_json(parse_text("1. Do this:\na. one way\nb. other way\n", stem="doc"))


def broken(change):
    data = json.loads(json.dumps(valid()))
    change(data)
    return data


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda d: d.update(format="other/1"), "expected “commenttrack-positions/1”"),
        (lambda d: d.pop("positions"), "positions: expected a list"),
        (lambda d: d["positions"].append(3), r"positions\[3\]: expected a JSON object"),
        (lambda d: d["positions"][1].update(id="doc/1"), "is used twice"),
        (lambda d: d["positions"][1].update(parent="doc/9"), "its parent “doc/9” is not in the file"),
        (lambda d: d["positions"][1].update(label="7.a"), "does not belong under “1”"),
        (lambda d: d["positions"][1].update(label=""), r"positions\[1\].label: is missing or empty"),
        (lambda d: d["positions"][2].update(label="1.a"), "the label “1.a” is used twice"),
        (lambda d: d["positions"][1].update(end=-4), "is no span"),
        (lambda d: d["positions"][1].update(start="0"), "expected a whole number"),
        (lambda d: d["positions"][0].update(parent="doc/1"), "does not belong under"),
        (lambda d: d["positions"][1].update(text="", heading=""), "neither a heading nor a text"),
        (lambda d: d["source"].update(kind="poem"), "“poem” is not one of principles"),
        (lambda d: d["source"].update(coalition="yes"), "expected true or false"),
        (lambda d: d.update(source=[]), "source: expected a JSON object"),
    ],
)
def test_json_that_does_not_fit_is_refused_with_the_place(change, words):
    with pytest.raises(BadInput, match=words):
        from_json(broken(change))


def test_what_is_no_json_object_is_refused():
    with pytest.raises(BadInput, match="expected a JSON object"):
        from_json([])


def test_json_cut_short_is_refused_by_name():
    with pytest.raises(BadInput, match=r"half\.json is not whole JSON"):
        read(b'{"format": ', name="half.json")


def test_a_selection_from_several_documents_may_leave_parents_out():
    data = valid()
    del data["source"]
    data["positions"] = data["positions"][1:]
    assert [position.label for position in from_json(data).positions] == ["1.a", "1.b"]
