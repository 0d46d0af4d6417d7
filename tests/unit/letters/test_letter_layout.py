"""What stands around and between the parts of a letter: addressees, signature blocks, annexes, exhibits, requests."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commenttrack.errors import BadInput
from commenttrack.letters.blocks import Division, Paragraph, Styled, Table, plain
from commenttrack.letters.body import read
from commenttrack.letters.content import (
    Addressee,
    HouseStyle,
    Translation,
    name_key,
    ordered_signatories,
    signature_blocks,
)
from commenttrack.letters.markdown import content_from_markdown
from commenttrack.letters.notes import arrange
from commenttrack.letters.outline import as_printed, part_numbers
from commenttrack.letters.terms import check_terms


def letter(head="", body="Text."):
    return content_from_markdown(f"---\n{head}\n---\n{body}")


# ---------------------------------------------------------------------------------------------------------- the head


def test_each_agency_has_its_own_attention_and_re_lines():
    head = letter("to:\n  - {lines: [A, B], attention: Clerk, re: [Docket 1, RIN 2]}\n  - [C, D]").head
    assert head.to == (Addressee(("A", "B"), "Clerk", ("Docket 1", "RIN 2")), Addressee(("C", "D")))


@pytest.mark.parametrize(
    ("head", "message"),
    [
        ("to: [{attention: Clerk}]", "needs lines"),
        ("to: [{lines: [A], colour: red}]", "Unknown key under to: colour"),
        ("signature_columns: 4", "1, 2, 3 or auto"),
        ("signature_columns: true", "1, 2, 3 or auto"),
        ("the: drop", "the must be one of ignore, keep"),
        ("house_style: {fonts: comic}", "house_style: fonts must be one of"),
        ("house_style: {paper: blue}", "Unknown key under house_style: paper"),
        ("translation: {layout: after}", "say its language"),
        ("translation: {lang: '??'}", "language tag"),
        ("lead: [A, B]\nsignatories: [A]", "lead: 'B' is not among"),
        ("letterhead: {logo: 'https://example.org/a.png'}", "fetches nothing"),
        ("letterhead: {logo: ../a.png}", "lies elsewhere"),
        ("letterhead: {logo: a.png}", "no files were given"),
    ],
)
def test_a_head_that_cannot_be_meant_is_refused(head, message):
    with pytest.raises(BadInput, match=message):
        letter(head)


def test_a_house_style_sets_what_the_head_leaves_open():
    head = letter("house_style: {fonts: sans, citations: bluebook, order: lead-first, numbering: decimal}").head
    assert head.house_style == HouseStyle("sans", "bluebook", "lead-first", "decimal")
    assert (head.citations, head.order) == ("bluebook", "lead-first")
    assert letter("citations: ofr\nhouse_style: {citations: bluebook}").head.citations == "ofr"


# ------------------------------------------------------------------------------------------------- signature blocks


def test_names_sort_by_their_words_and_not_by_how_they_are_written():
    wanted = [
        "3M", "9 Nines", "10 Tens", "A & B", "Acme LLC", "Acme Holdings, Inc.", "alpha", "Anglo-American", "Anglo Zed",
        "The Beta", "Éclair", "Łódź Co.", "Ørsted", "Zeta",
    ]  # fmt: skip
    backwards = list(reversed(wanted))
    assert sorted(backwards, key=name_key) == wanted


def test_the_article_can_be_kept():
    head = "the: keep\nsignatories: [The Alpha, Beta, Zeta]"
    assert [s.organization for s in ordered_signatories(letter(head))] == ["Beta", "The Alpha", "Zeta"]


@given(st.lists(st.text(min_size=1, max_size=12), max_size=12))
def test_any_names_have_one_order_whatever_order_they_come_in(names):
    backwards = list(reversed(names))
    assert sorted(names, key=name_key) == sorted(backwards, key=name_key)


def test_several_leads_sign_first_and_side_by_side():
    head = "lead: [Zeta, Mu]\norder: lead-first\nsignature_blocks: by-lead\nsignatories: [Alpha, Mu, Zeta, Beta]"
    first, others = signature_blocks(letter(head))
    assert [s.organization for s in first.signatories] == ["Zeta", "Mu"]
    assert (first.columns, first.heading) == (2, "")
    assert (others.heading, [s.organization for s in others.signatories]) == ("Joined by", ["Alpha", "Beta"])


def test_a_joint_letter_can_have_a_block_for_each_association():
    head = (
        "signatories: [{organization: B, block: Trade}, {organization: C, block: Labour}, A, "
        "{organization: A2, block: Trade}]"
    )
    blocks = signature_blocks(letter(head))
    assert [(block.heading, [s.organization for s in block.signatories]) for block in blocks] == [
        ("Trade", ["A2", "B"]),
        ("Labour", ["C"]),
        ("", ["A"]),
    ]


@pytest.mark.parametrize(("count", "columns"), [(1, 1), (3, 1), (4, 2), (60, 2), (61, 3), (375, 3)])
def test_columns_follow_the_number_of_signers(count, columns):
    names = ", ".join(f"{{organization: O{number}, person: P}}" for number in range(count))
    assert signature_blocks(letter(f"signatories: [{names}]"))[0].columns == columns
    assert signature_blocks(letter(f"signature_columns: 2\nsignatories: [{names}]"))[0].columns == 2


# ------------------------------------------------------------------------------------------------ parts and annexes


def test_a_heading_can_give_its_part_a_key_and_a_place():
    parts = letter(body="# One {#first}\n\nx\n\n# Data {.annex .landscape #data}\n\n## Rows\n\n# Two").parts
    assert [(p.key, p.heading, p.annex, p.landscape) for p in parts] == [
        ("first", "One", False, False),
        ("data", "Data", True, True),
        ("rows", "Rows", True, True),
        ("two", "Two", False, False),
    ]


def test_a_key_made_from_a_heading_makes_way_for_one_that_was_given():
    parts = letter(body="# Costs\n\n::: exhibit Costs {#costs}\nx\n:::\n\n# Costs {#costs-2}").parts
    assert [part.key for part in parts] == ["costs-3", "costs-2"]


@pytest.mark.parametrize(
    ("body", "message"), [("# A {.anex}", "known are .annex and .landscape"), ("# A {#Key}", "small letter")]
)
def test_a_mark_of_a_heading_that_is_not_known_is_refused(body, message):
    with pytest.raises(BadInput, match=message):
        letter(body=body)


def test_annexes_stand_after_the_body_and_are_counted_apart():
    content = as_printed(letter(body="# A {.annex}\n\n# B\n\n# C\n\n# D {.annex}\n\n## E\n"))
    assert [part.heading for part in content.parts] == ["B", "C", "A", "D", "E"]
    assert [mark for _, mark in part_numbers(content)] == ["I.", "II.", "Annex\u00a0A:", "Annex\u00a0B:", "B.1"]


def test_one_annex_has_no_letter_and_one_with_a_name_keeps_it():
    assert part_numbers(letter(body="# B\n\n# C\n\n# Data {.annex}"))[-1] == ("Annex", "Annex:")
    assert part_numbers(letter(body="# B\n\n# C\n\n# Appendix 1: Data {.annex}")) == (
        ("I", "I."),
        ("II", "II."),
        ("", ""),
    )


def test_parts_can_be_numbered_in_decimals():
    content = letter("house_style: {numbering: decimal}", "# A\n\n## B\n\n## C\n\n### D\n\n# E")
    assert [mark for _, mark in part_numbers(content)] == ["1.", "1.1", "1.2", "1.2.1", "2."]


def test_an_annex_describes_each_organization_once_in_order():
    head = (
        "annex_of_signatories: Who we are\nsignatories:\n  - {organization: Beta, about: B is *big*.}\n"
        "  - {organization: The Alpha, about: A.}\n  - Gamma"
    )
    part = as_printed(letter(head)).parts[-1]
    assert (part.heading, part.text, part.annex) == ("Who we are", "**The Alpha.** A.\n\n**Beta.** B is *big*.", True)
    with pytest.raises(BadInput, match="no signatory has an about"):
        arrange(letter("annex_of_signatories: true\nsignatories: [A]"))


# ---------------------------------------------------------------------------------------- exhibits, requests, calls

BODY = """# Start

See [#chart], [#ask] and [#end].

{requests}

# Middle

::: exhibit Costs by *firm* {#chart}
A table.

Source: Own count.
:::

::: request § 7.2(a) {#ask}
Delete the *second* sentence.[^1]
:::

# End

::: exhibit More
x
:::

::: request
Add a date.
:::

[^1]: A note.
"""


def links(blocks):
    found = []
    for block in blocks:
        if isinstance(block, Paragraph):
            found += [(plain(i.children), i.href) for i in block.inlines if isinstance(i, Styled) and i.style == "link"]
    return found


def test_cross_references_say_what_things_are_called_where_they_stand_now():
    content = letter(body=BODY)
    assert links(arrange(content).parts[0].blocks) == [
        ("Exhibit\u00a0A", "#chart"),
        ("Request\u00a01", "#ask"),
        ("Part\u00a0III", "#end"),
    ]
    start, middle, end = content.parts
    moved = arrange(type(content)(content.head, (start, end, middle)))
    assert links(moved.parts[0].blocks) == [
        ("Exhibit\u00a0B", "#chart"),
        ("Request\u00a02", "#ask"),
        ("Part\u00a0II", "#end"),
    ]


def test_exhibits_can_be_numbered():
    arranged = arrange(letter("exhibits: numbers", BODY))
    assert links(arranged.parts[0].blocks)[0] == ("Exhibit\u00a01", "#chart")


def test_requests_are_collected_with_their_places_and_parts_and_without_notes():
    table = next(block for block in arrange(letter(body=BODY)).parts[0].blocks if isinstance(block, Table))
    assert [[plain(cell) for cell in row] for row in table.rows] == [
        ["1", "§ 7.2(a)", "Delete the second sentence.", "Part\u00a0II"],
        ["2", "", "Add a date.", "Part\u00a0III"],
    ]
    assert len(arrange(letter(body=BODY)).notes) == 1


def test_the_table_of_requests_is_left_out_with_its_part_or_its_place():
    arranged = arrange(letter("requests_table: false", BODY))
    assert not any(isinstance(block, Table) for part in arranged.parts for block in part.blocks)
    assert [part.part.heading for part in arranged.parts] == [
        part.part.heading for part in arrange(letter(body=BODY)).parts
    ]
    alone = arrange(
        letter("requests_table: false", f"# Asked\n\n{{requests}}\n\n{BODY.replace('{requests}', 'Text.')}")
    )
    assert "Asked" not in [part.part.heading for part in alone.parts]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("{requests}", "has none of it"),
        ("::: exhibit A\nx", "not closed"),
        ("::: exhibitt A\nx\n:::", "opens no division"),
        ("text\n:::", "closes nothing"),
        ("# A {#x}\n\n::: exhibit B {#x}\ny\n:::", "each needs one of its own"),
        ("::: request A\n::: translation\nx\n:::\n:::", "not closed|left margin|closes nothing"),
    ],
)
def test_divisions_that_cannot_be_meant_are_refused(body, message):
    with pytest.raises(BadInput, match=message):
        arrange(letter("translation: {lang: zh}", body))


def test_a_division_holds_blocks_and_a_title():
    (division,) = read("::: exhibit Costs\n- a\n- b\n\nSource: x.\n:::").blocks
    assert isinstance(division, Division)
    assert plain(division.title) == "Costs"
    assert len(division.blocks) == 2


# ------------------------------------------------------------------------------------------------------ two languages


def test_the_second_text_of_a_part_stands_in_a_division_of_its_own():
    content = letter(
        "translation: {lang: zh-Hans, layout: side-by-side, re: 主题}",
        "Opening.\n\n::: translation\n开头。\n:::\n\n# Scope\n\nText.[^1]\n\n::: translation\n## 范围\n\n正文。[^1]\n\n"
        "[^1]: 注。\n:::\n\n[^1]: Note.",
    )
    assert content.head.translation == Translation("zh-Hans", "side-by-side", re=("主题",))
    assert [(p.text.split(), p.translated_heading, p.translation.split("\n")[0]) for p in content.parts] == [
        (["Opening."], "", "开头。"),
        (["Text.[^1]", "[^1]:", "Note."], "范围", "正文。[^1]"),
    ]
    arranged = arrange(content)
    assert len(arranged.notes) == 2
    assert len(arranged.parts[1].pairs) == 1


def test_a_second_text_without_a_language_is_refused():
    with pytest.raises(BadInput, match="in which language"):
        letter(body="A.\n\n::: translation\nB.\n:::")


SECOND = "translation: {lang: zh, file: zh.md}"


def test_the_second_text_can_be_a_file_with_the_same_headings():
    content = content_from_markdown(
        f"---\n{SECOND}\n---\nA.\n\n# B\n\nC.", {"zh.md": "甲。\n\n# 乙\n\n丙。".encode()}.get
    )
    assert [(p.translated_heading, p.translation) for p in content.parts] == [("", "甲。"), ("乙", "丙。")]


@pytest.mark.parametrize(
    ("second", "message"),
    [
        (b"\xff\xfe", "not UTF-8"),
        ("甲。".encode(), "has 1 parts and the letter 2"),
        ("甲。\n\n## 乙".encode(), "does not stand as deep"),
        (b"---\ndate: x\n---\nA", "has a head of its own"),
    ],
)
def test_a_second_file_that_does_not_fit_is_refused(second, message):
    with pytest.raises(BadInput, match=message):
        content_from_markdown(f"---\n{SECOND}\n---\nA.\n\n# B\n\nC.", lambda name: second)


# ------------------------------------------------------------------------------------------------------ defined terms


@pytest.mark.parametrize(
    ("body", "messages"),
    [
        ("Licences (the “Proposed Rule”) are new. We like the Proposed Rule.", []),
        ("Licences (the “Proposed Rule”) are new.", ["defined and never used"]),
        ("The Rule is new.\n\nLicences (the “Rule”) are.", ["before"]),
        ("Trade Act of 1974 (the “Trade Act”). The Trade Act’s words.", []),
        ("A (the “Rule”). B (the “Rule”). The Rule.", ["a second time"]),
        ("Members (together, the “Agencies,” and each an “Agency”) and Agencies and an Agency.", []),
        ("Zeta (“we”) is old.", []),
        ("Those who sign (together, “the Coalition”) agree. The Coalition would welcome a meeting.", []),
        ("Zeta (“the Council”) and others. The Trade Council is another.", ["“Council” is defined and never used"]),
        ("We said “yes” (in “Letters”, a book).", ["defined and never used"]),
    ],
)
def test_defined_terms_are_looked_for_in_use(body, messages):
    found = [warning.message for warning in check_terms(letter(body=body))]
    assert len(found) == len(messages)
    assert all(part in message for part, message in zip(messages, found, strict=True))
