"""Citations as the Office of the Federal Register and the Bluebook print them."""

import pytest

from commenttrack.errors import BadInput
from commenttrack.letters.authorities import CitedDocument, Code, FederalRegister, Other, Pages
from commenttrack.letters.blocks import inline_runs, plain
from commenttrack.letters.citation_forms import bluebook, bluebook_pages, ofr, written_date
from commenttrack.letters.citation_reading import UnreadableCitation, parse
from commenttrack.letters.content import LetterContent, LetterHead, LetterPartContent
from commenttrack.letters.notes import arrange
from commenttrack.letters.short_forms import bluebook_id, short_form

PROPOSED = CitedDocument(89, 5698, 5735, "Taking Additional Steps", "proposed", "2024-01-29", ((15, "7"),))
FINAL = CitedDocument(86, 36075, None, "", "final", "2021-07-08", ((15, "7"),))


def spaced(text):
    """No-break spaces made visible."""
    return text.replace("\u00a0", "~")


def one(source):
    (citation,) = parse(source)
    return citation.authority


@pytest.mark.parametrize(
    ("source", "authority"),
    [
        ("84 FR 65316", FederalRegister(84, 65316)),
        ("84 FR 65316, 65318", FederalRegister(84, 65316, (Pages(65318, 65318),))),
        ("84 Fed. Reg. 65,316, 65,318", FederalRegister(84, 65316, (Pages(65318, 65318),))),
        ("84 F.R. 65316, 65318-19", FederalRegister(84, 65316, (Pages(65318, 65319),))),
        ("84 FR 65316, 65318–65319", FederalRegister(84, 65316, (Pages(65318, 65319),))),
        ("84 FR 65316, 65318, 65320", FederalRegister(84, 65316, (Pages(65318, 65318), Pages(65320, 65320)))),
        ("84 FR 65316, at 65318 and 65320", FederalRegister(84, 65316, (Pages(65318, 65318), Pages(65320, 65320)))),
        ("15 CFR 7.2(a)(1)", Code(15, "CFR", ("7.2(a)(1)",))),
        ("15 C.F.R. § 7.2", Code(15, "CFR", ("7.2",))),
        ("15 CFR part 7", Code(15, "CFR", ("7",), part=True)),
        ("15 CFR 7.2 and 7.3", Code(15, "CFR", ("7.2", "7.3"))),
        ("50 U.S.C. 1705(a)", Code(50, "U.S.C.", ("1705(a)",))),
        ("50 USC § 1705", Code(50, "U.S.C.", ("1705",))),
        ("Letter of the Example Group, at 3", Other("Letter of the Example Group, at 3")),
    ],
)
def test_a_citation_is_read_as_its_authority(source, authority):
    assert one(source) == authority


def test_citations_are_separated_by_semicolons_and_keep_their_signals():
    first, second = parse("See 84 FR 65316, 65318; Cf. 15 CFR 7.2")
    assert (first.signal, second.signal) == ("See", "Cf.")
    assert second.authority == Code(15, "CFR", ("7.2",))


@pytest.mark.parametrize("source", ["84 FR at 65318", "84 FR", "84 Fed. Reg. page 3"])
def test_a_federal_register_citation_without_first_page_is_refused(source):
    with pytest.raises(UnreadableCitation, match="volume, first page"):
        parse(source)


def test_a_page_before_the_first_page_is_refused():
    with pytest.raises(UnreadableCitation, match="before page 65316"):
        parse("84 FR 65316, 65310")


@pytest.mark.parametrize(
    ("source", "printed"),
    [
        ("89 FR 5698", "89~FR~5698"),
        ("89 FR 5698, 5702", "89~FR~5698, 5702"),
        ("89 FR 5698, 5702-03", "89~FR~5698, 5702–5703"),
        ("15 CFR 7.2", "15~CFR~7.2"),
        ("15 CFR part 7", "15~CFR~part~7"),
        ("15 CFR parts 7, 9", "15~CFR~parts~7, 9"),
        ("50 U.S.C. 1705", "50~U.S.C.~1705"),
    ],
)
def test_the_form_of_the_office_of_the_federal_register(source, printed):
    assert spaced(ofr(one(source))) == printed


@pytest.mark.parametrize(
    ("source", "document", "printed"),
    [
        (
            "89 FR 5698, 5702",
            PROPOSED,
            "Taking Additional Steps, 89~Fed.~Reg.~5698, 5702 (proposed Jan.~29, 2024) "
            "(to be codified at 15~C.F.R.~pt.~7)",
        ),
        ("86 FR 36075", FINAL, "86~Fed.~Reg.~36075 (July~8, 2021)"),
        ("84 FR 65316, 65318", None, "84~Fed.~Reg.~65316, 65318 (2019)"),
        ("15 CFR 7.2(a)", None, "15~C.F.R.~§~7.2(a)"),
        ("15 CFR 7.2, 7.3", None, "15~C.F.R.~§§~7.2, 7.3"),
        ("15 CFR part 7", None, "15~C.F.R.~pt.~7"),
        ("15 CFR parts 7, 9", None, "15~C.F.R.~pts.~7, 9"),
        ("50 U.S.C. 1705", None, "50~U.S.C.~§~1705"),
    ],
)
def test_the_full_bluebook_form(source, document, printed):
    assert spaced(bluebook(one(source), document)) == printed


def test_parts_of_several_titles_are_named_together():
    document = CitedDocument(89, 1, None, "T", "proposed", "2024-05-02", ((6, "226"), (15, "7"), (15, "9")))
    assert spaced(bluebook(one("89 FR 1"), document)).endswith(
        "(proposed May~2, 2024) (to be codified at 6~C.F.R.~pt.~226 and 15~C.F.R.~pts.~7, 9)"
    )


def test_short_forms_and_id_point_at_pages():
    pinned = one("89 FR 5698, 5702")
    assert spaced(plain(short_form(pinned, 1, 2))) == "89~Fed.~Reg. at~5702"
    assert bluebook_id(pinned, pinned) == ""
    assert spaced(bluebook_id(one("89 FR 5698, 5703"), pinned)) == " at~5703"
    assert bluebook_id(one("90 FR 1"), pinned) is None
    assert spaced(bluebook_id(one("15 CFR 7.3"), one("15 CFR 7.2"))) == " §~7.3"


@pytest.mark.parametrize(
    ("pages", "comma", "printed"),
    [
        (Pages(5702, 5702), False, "5702"),
        (Pages(5702, 5703), False, "5702–03"),
        (Pages(5699, 5702), False, "5699–5702"),
        (Pages(50379, 50380), True, "50,379–80"),
        (Pages(50379, 50379), True, "50,379"),
        (Pages(50379, 50379), False, "50379"),
        (Pages(5702, 5702), True, "5702"),
        (Pages(9, 12), False, "9–12"),
    ],
)
def test_page_ranges_drop_repeated_digits_and_take_the_comma_by_setting(pages, comma, printed):
    assert bluebook_pages(pages, comma) == printed


_MONTHS = "Jan. Feb. Mar. Apr. May June July Aug. Sept. Oct. Nov. Dec.".split()  # noqa: SIM905


@pytest.mark.parametrize(
    ("iso", "printed"),
    [(f"2024-{number:02}-09", month) for number, month in enumerate(_MONTHS, 1)],
)
def test_months_are_abbreviated_as_the_bluebook_does(iso, printed):
    assert spaced(written_date(iso)) == f"{printed}~9, 2024"


def test_a_date_that_is_none_is_refused():
    with pytest.raises(BadInput, match="not a date"):
        written_date("2024-13-01")


def notes_of(*texts, **head):
    body = " ".join(f"Word.[^{number}]" for number in range(1, len(texts) + 1))
    definitions = "\n".join(f"[^{number}]: {text}" for number, text in enumerate(texts, 1))
    part = LetterPartContent("part", "", 0, f"{body}\n\n{definitions}")
    letter = arrange(LetterContent(LetterHead(citations="bluebook", **head), (part,)))
    return [spaced(" ".join(plain(run) for run in inline_runs(note.blocks))) for note in letter.notes]


def test_forms_follow_the_final_order_of_notes():
    assert notes_of(
        "[@89 FR 5698, 5702].",
        "[@89 FR 5698, 5703].",
        "[@89 FR 5698, 5703].",
        "[@86 FR 36075].",
        "[@89 FR 5698, 5704].",
        sources=(PROPOSED, FINAL),
    ) == [
        "Taking Additional Steps, 89~Fed.~Reg.~5698, 5702 (proposed Jan.~29, 2024) "
        "(to be codified at 15~C.F.R.~pt.~7).",
        "Id. at~5703.",
        "Id.",
        "86~Fed.~Reg.~36075 (July~8, 2021).",
        "89~Fed.~Reg. at~5704.",
    ]


def test_id_is_not_used_after_a_note_with_two_authorities():
    assert notes_of("[@89 FR 5698, 5702; 15 CFR 7.2].", "[@15 CFR 7.2].")[1] == "15~C.F.R.~§~7.2."


def test_id_is_not_used_after_a_note_without_authority():
    assert notes_of("[@89 FR 5698, 5702].", "A remark.", "[@89 FR 5698, 5702].")[2] == "89~Fed.~Reg. at~5702."


def test_id_is_used_within_a_note_for_the_authority_just_cited():
    assert notes_of("[@89 FR 5698, 5702] and again [@89 FR 5698, 5709].")[0].endswith("and again id. at~5709.")


def test_id_after_a_signal_is_not_capitalized():
    assert notes_of("[@89 FR 5698, 5702].", "[@See 89 FR 5698, 5709].")[1] == "See~id. at~5709."


def test_a_moved_part_gets_the_forms_of_its_new_place():
    first = LetterPartContent("a", "", 0, "One.[^1]\n\n[^1]: [@84 FR 65316, 65318].")
    second = LetterPartContent("b", "", 0, "Two.[^1]\n\n[^1]: [@84 FR 65316, 65320].")
    head = LetterHead(citations="bluebook")

    def texts(*parts):
        letter = arrange(LetterContent(head, parts))
        return [spaced(plain(next(inline_runs(note.blocks)))) for note in letter.notes]

    assert texts(first, second) == ["84~Fed.~Reg.~65316, 65318 (2019).", "Id. at~65320."]
    assert texts(second, first) == ["84~Fed.~Reg.~65316, 65320 (2019).", "Id. at~65318."]
