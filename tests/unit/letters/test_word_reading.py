"""Word files read into plain values: every mark, every comment, every character; and what must not be opened."""

import datetime as dt
import io
import random
import zipfile

import pytest
from lxml import etree

from commenttrack.errors import BadInput
from commenttrack.letters.exported_word import FORMAT, from_json
from commenttrack.letters.returned_changes import changes_of
from commenttrack.letters.returned_word import read_word
from tests.factories.word_files import MAIN, RELATIONS, TYPES, W14, W15, W, bare, mark, p, r, zipped

R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
M = "http://schemas.openxmlformats.org/officeDocument/2006/math"


def found(body, **more):
    """Kind, author, text, and place in the given text of each change."""
    changes = changes_of(read_word(bare(body, **more)), None)
    return [(c.kind, c.author, c.text, changes.given.text[c.start : c.end]) for c in changes.changes]


def given(body, **more):
    return changes_of(read_word(bare(body, **more)), None).given.text


# ------------------------------------------------------------------------------------------------------------ changes


def test_an_insertion_and_a_deletion_have_author_time_and_place():
    word = read_word(
        bare(p(r("Keep "), mark("del", r("old", deleted=True)), mark("ins", r("new"), author="Ben"), r(".")))
    )
    one, two = changes_of(word, None).changes
    assert (one.kind, one.author, one.text, one.start, one.end) == ("deletion", "Ann", "old", 5, 8)
    assert (two.kind, two.author, two.text, two.start, two.end) == ("insertion", "Ben", "new", 8, 8)
    assert one.time == dt.datetime(2026, 3, 4, 9, 30, tzinfo=dt.UTC)
    assert (one.before, one.after) == ("Keep old.", "Keep new.")


def test_a_change_cut_into_runs_is_one_change():
    body = p(r("a "), mark("ins", r("one ")), mark("ins", r("two ") + r("three")), r(" b"))
    assert found(body) == [("insertion", "Ann", "one two three", "")]
    assert changes_of(read_word(bare(body)), None).changes[0].marks == 2


def test_changes_of_two_authors_side_by_side_stay_two():
    body = p(mark("ins", r("one")), mark("ins", r("two"), author="Ben"))
    assert [change[1] for change in found(body)] == ["Ann", "Ben"]


def test_a_deletion_within_anothers_insertion_knows_where_it_stands():
    inner = mark("del", r("very ", deleted=True), author="Ben")
    word = read_word(bare(p(r("A "), mark("ins", r("not ") + inner + r("good ")), r("day"))))
    outer, nested = changes_of(word, None).changes
    assert (outer.text, nested.text, nested.author, nested.within) == ("not very good ", "very ", "Ben", outer.number)
    assert changes_of(word, None).given.text == "A day\n"


def test_the_ends_of_a_move_share_their_name():
    body = (
        '<w:p><w:moveFromRangeStart w:id="1" w:name="move7" w:author="Ann"/>'
        + mark("moveFrom", r("moved "))
        + '<w:moveFromRangeEnd w:id="1"/>'
        + r("rest ")
        + '<w:moveToRangeStart w:id="2" w:name="move7" w:author="Ann"/>'
        + mark("moveTo", r("moved "))
        + '<w:moveToRangeEnd w:id="2"/></w:p>'
    )
    changes = changes_of(read_word(bare(body)), None).changes
    assert [(c.kind, c.move, c.text) for c in changes] == [
        ("move from", "move7", "moved "),
        ("move to", "move7", "moved "),
    ]


def test_a_paragraph_end_that_was_put_in_splits_and_one_taken_out_joins():
    split = p(r("One."), properties=f"<w:rPr>{mark('ins')}</w:rPr>") + p(r(" Two."))
    assert (given(split), found(split)) == ("One. Two.\n", [("insertion", "Ann", "\n", "")])
    join = p(r("One."), properties=f"<w:rPr>{mark('del')}</w:rPr>") + p(r(" Two."))
    assert (given(join), found(join)) == ("One.\n Two.\n", [("deletion", "Ann", "\n", "\n")])


def test_a_paragraph_taken_out_with_its_end_is_one_change():
    body = p(r("a")) + p(mark("del", r("b", deleted=True)), properties=f"<w:rPr>{mark('del')}</w:rPr>") + p(r("c"))
    assert found(body) == [("deletion", "Ann", "b\n", "b\n")]


def test_a_table_row_is_one_change_with_its_cells():
    cells = "".join(f"<w:tc>{p(mark('del', r(text, deleted=True)))}</w:tc>" for text in ("x", "y"))
    body = f"<w:tbl><w:tr><w:trPr>{mark('del')}</w:trPr>{cells}</w:tr></w:tbl>" + p(r("after"))
    assert found(body) == [("deletion", "Ann", "x\ny\n", "x\ny\n")]
    assert changes_of(read_word(bare(body)), None).changes[0].marks == 3


def test_changes_of_cells_stay_apart_and_say_where_they_stand():
    cells = "".join(f"<w:tc>{p(r(text), mark('ins', r('!')))}</w:tc>" for text in ("x", "y"))
    changes = changes_of(read_word(bare(f"<w:tbl><w:tr>{cells}</w:tr></w:tbl>")), None).changes
    assert [change.where for change in changes] == ["table 1, row 1, column 1", "table 1, row 1, column 2"]


def test_changes_of_format_are_listed_with_their_words():
    changed = f"<w:rPr><w:b/>{mark('rPrChange', '<w:rPr/>', author='Ben')}</w:rPr>"
    aligned = mark("pPrChange", "<w:pPr/>")
    word = read_word(bare(p(r("bold", properties=changed), r(" rest"), properties=f'<w:jc w:val="right"/>{aligned}')))
    assert [(f.what, f.author, f.text) for f in word.formats] == [
        ("format of a paragraph", "Ann", "bold rest"),
        ("format of words", "Ben", "bold"),
    ]


def notes(text):
    return {
        "more": {
            "word/footnotes.xml": f'<w:footnotes xmlns:w="{W}"><w:footnote w:type="separator" w:id="-1"/>'
            f'<w:footnote w:id="3">{p(text)}</w:footnote></w:footnotes>'
        },
        "relations": f'<Relationship Id="rId9" Type="{R}/footnotes" Target="footnotes.xml"/>',
    }


CALL = '<w:r><w:footnoteReference w:id="3"/></w:r>'


def test_changes_in_notes_are_found():
    body, more = p(r("Text"), CALL), notes(r("see ") + mark("ins", r("also ")) + r("there"))
    assert found(body, **more) == [("insertion", "Ann", "also ", "")]


def test_a_note_put_in_is_one_change_with_its_text():
    body, more = p(r("Text"), mark("ins", CALL)), notes(mark("ins", r("a new note")))
    (change,) = changes_of(read_word(bare(body, **more)), None).changes
    assert (change.text, change.notes, change.marks) == ("\ufffc", (("footnote 3", "a new note"),), 2)


def test_a_file_without_dates_or_names_is_read():
    taken = f'<w:del w:id="2" w:author="B" w:date="yesterday">{r("y", deleted=True)}</w:del>'
    body = f'<w:p><w:ins w:id="1">{r("x")}</w:ins>{taken}</w:p>'
    assert [(c.author, c.time) for c in changes_of(read_word(bare(body)), None).changes] == [("", None), ("B", None)]


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_the_edges_of_the_calendar_are_no_time_that_any_clock_could_show(time):
    assert changes_of(read_word(bare(p(mark("ins", r("x"), time=time)))), None).changes[0].time is None


def test_a_description_that_nobody_of_us_wrote_is_passed_over():
    def described(key="a", start="0"):
        part = f'{{"key": "{key}", "heading": "", "text": "One.", "requested_text": ""}}'
        paragraph = f'{{"text": "One.", "part": 0, "field": "text", "what": "", "spans": [[{start}, 4, 0, 4, "own"]]}}'
        told = f'"author": "", "stamp": "", "parts": [{part}], "paragraphs": [{paragraph}]'
        return from_json(f'{{"format": "{FORMAT}", {told}}}')

    assert described().parts[0].key == "a"
    assert described(start="Infinity") is described(key="a\\u0000") is described(key="\\ud800") is None


def test_times_are_in_utc():
    body = p(mark("ins", r("x"), time="2026-03-04T09:30:00-05:00"))
    assert changes_of(read_word(bare(body)), None).changes[0].time == dt.datetime(2026, 3, 4, 14, 30, tzinfo=dt.UTC)


# ----------------------------------------------------------------------------------------------------------- comments


def test_comments_have_words_answers_and_places():
    body = p(
        r("Some "),
        '<w:commentRangeStart w:id="1"/>' + r("words") + '<w:commentRangeEnd w:id="1"/>',
        '<w:r><w:commentReference w:id="1"/></w:r>',
    )

    def comment(number, author, text):
        inner = f'<w:p w14:paraId="0000000{number}">{r(text)}</w:p>'
        return f'<w:comment w:id="{number}" w:author="{author}" w:date="2026-03-04T09:30:00Z">{inner}</w:comment>'

    extended = (
        f'<w15:commentsEx xmlns:w15="{W15}"><w15:commentEx w15:paraId="00000001" w15:done="1"/>'
        '<w15:commentEx w15:paraId="00000002" w15:paraIdParent="00000001" w15:done="0"/></w15:commentsEx>'
    )
    both = comment(1, "Ann", "Why?") + comment(2, "Ben", "So.")
    more = {
        "word/comments.xml": f'<w:comments xmlns:w="{W}" xmlns:w14="{W14}">{both}</w:comments>',
        "word/commentsExtended.xml": extended,
    }
    relations = (
        f'<Relationship Id="a" Type="{R}/comments" Target="comments.xml"/>'
        f'<Relationship Id="b" Type="{R}/commentsExtended" Target="commentsExtended.xml"/>'
    )
    one, two = read_word(bare(body, more=more, relations=relations)).comments
    assert (one.author, one.text, one.quote, one.resolved, one.at) == ("Ann", "Why?", "words", True, 5)
    assert (two.author, two.parent, two.quote) == ("Ben", "1", "words")


# ------------------------------------------------------------------------------------------------- text is conserved


def test_what_wraps_text_does_not_hide_it():
    wrapped = {
        "a link": f"<w:hyperlink>{r('in a link')}</w:hyperlink>",
        "a control": f"<w:sdt><w:sdtPr/><w:sdtContent>{r('in a control')}</w:sdtContent></w:sdt>",
        "a tag": f"<w:smartTag>{r('in a tag')}</w:smartTag>",
        "a field": f'<w:fldSimple w:instr="AUTHOR">{r("in a field")}</w:fldSimple>',
        "a long field": '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>PAGE</w:instrText></w:r>'
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{r("in a long field")}'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>',
        "a formula": f'<m:oMath xmlns:m="{M}"><m:r><m:t>in a formula</m:t></m:r></m:oMath>',
    }
    text = given(p(*wrapped.values()))
    assert text == "".join(f"in {name}" for name in wrapped) + "\n"


def test_a_text_box_is_read_once():
    box = f"<w:txbxContent>{p(r('in the box'), mark('ins', r(' new')))}</w:txbxContent>"
    drawing = (
        f'<mc:AlternateContent xmlns:mc="{MC}"><mc:Choice Requires="wps"><w:drawing>{box}</w:drawing></mc:Choice>'
        f"<mc:Fallback><w:pict>{box}</w:pict></mc:Fallback></mc:AlternateContent>"
    )
    word = read_word(bare(p(r("before "), f"<w:r>{drawing}</w:r>", r("after"))))
    assert [story.kind for story in word.stories] == ["body", "text box"]
    assert [(kind, change.text) for kind, change in changes_of(word, None).around] == [("text box", " new")]


def test_a_paragraph_in_a_block_control_within_a_table_is_read_once():
    inner = f"<w:sdt><w:sdtContent>{p(r('deep'))}</w:sdtContent></w:sdt>"
    nested = f"<w:tbl><w:tr><w:tc>{inner}</w:tc></w:tr></w:tbl>"
    row = f"<w:sdt><w:sdtContent><w:tr><w:tc>{nested}{p(r('outer'))}</w:tc></w:tr></w:sdtContent></w:sdt>"
    assert given(f"<w:tbl>{row}</w:tbl>").split() == ["deep", "outer"]


def random_body(rng):
    """Paragraphs of runs in every wrapping and mark, some of them in tables."""
    number = 0

    def run(deleted=False):
        nonlocal number
        number += 1
        return r(f"t{number} ", deleted=deleted)

    def inline(depth, deleted=False):
        kind = rng.randrange(9) if depth else 0
        if kind == 1:
            return mark("ins", inline(depth - 1, deleted), author=rng.choice("AB"))
        if kind == 2:
            return mark("del", inline(depth - 1, True), author=rng.choice("AB"))
        if kind == 3:
            return mark(rng.choice(("moveFrom", "moveTo")), inline(depth - 1), author=rng.choice("AB"))
        if kind == 4:
            return f"<w:hyperlink>{inline(depth - 1, deleted)}</w:hyperlink>"
        if kind == 5:
            return f"<w:sdt><w:sdtContent>{inline(depth - 1, deleted)}</w:sdtContent></w:sdt>"
        if kind == 6:
            return inline(depth - 1, deleted) + inline(depth - 1, deleted)
        return run(deleted)

    def paragraph():
        end = rng.choice(("", "", "", "ins", "del"))
        properties = f"<w:rPr>{mark(end, author=rng.choice('AB'))}</w:rPr>" if end else ""
        return p(*(inline(3) for _ in range(rng.randrange(5))), properties=properties)

    def table():
        rows = []
        for _ in range(rng.randrange(1, 4)):
            change = rng.choice(("", "", "ins", "del"))
            properties = f"<w:trPr>{mark(change)}</w:trPr>" if change else ""
            cells = "".join(f"<w:tc>{paragraph()}</w:tc>" for _ in range(2))
            rows.append(f"<w:tr>{properties}{cells}</w:tr>")
        return f"<w:tbl>{''.join(rows)}</w:tbl>" + p()

    return "".join(table() if rng.random() < 0.2 else paragraph() for _ in range(rng.randrange(1, 12)))


@pytest.mark.parametrize("seed", range(60))
def test_every_character_stands_in_one_piece_and_every_mark_in_one_change(seed):
    data = bare(random_body(random.Random(seed)))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        root = etree.fromstring(archive.read("word/document.xml"))
    written = [each.text for each in root.iter(f"{{{W}}}t", f"{{{W}}}delText")]
    word = read_word(data)
    pieces = [piece.text for story in word.stories for paragraph in story.paragraphs for piece in paragraph.pieces]
    assert pieces == written
    marks = {
        m.number for s in word.stories for q in s.paragraphs for m in (*q.end, *(m for x in q.pieces for m in x.marks))
    }
    marks |= {row.mark.number for row in word.rows}
    changes = changes_of(word, None).changes
    assert sum(change.marks for change in changes) == len(marks)
    kept = "".join(
        x.text for s in word.stories for q in s.paragraphs for x in q.pieces if not any(m.adds for m in x.marks)
    )
    rows = {row.row for row in word.rows if row.mark.adds}
    if not rows:
        assert "".join(changes_of(word, None).given.text.split("\n")) == kept


# ------------------------------------------------------------------------------------------------------ what is refused


def package(document, types=TYPES):
    return zipped({"[Content_Types].xml": types, "_rels/.rels": RELATIONS.format(MAIN), "word/document.xml": document})


def with_part(name, data):
    return bare(p(r("x")), more={name: data})


DOCUMENT = f'<w:document xmlns:w="{W}"><w:body>{p(r("x"))}</w:body></w:document>'
DEEP = f'<w:document xmlns:w="{W}"><w:body>{"<w:sdt>" * 10_000}{"</w:sdt>" * 10_000}</w:body></w:document>'
ENTITIES = (
    '<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;">'
    '<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    f'<w:document xmlns:w="{W}"><w:body><w:p><w:r><w:t>&c;&f;</w:t></w:r></w:p></w:body></w:document>'
)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "not a Word file"),
        (b"plain text", "not a Word file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), r"old \.doc file"),
        (bare(p(r("x")))[:-40], "damaged"),
        (zipped({"a.txt": "x"}), "without a document"),
        (with_part("word/vbaProject.bin", b"x"), "macros"),
        (with_part("../evil.xml", b"x"), "points out of the file"),
        (with_part("/etc/passwd", b"x"), "points out of the file"),
        (with_part("word\\evil.xml", b"x"), "points out of the file"),
        (with_part("word/bomb.bin", bytes(40_000_000)), "unreasonable size"),
        (package(DEEP), "nested deeper"),
        (package(ENTITIES), "entities"),
        (package("<w:document"), "well-formed"),
        (package(DOCUMENT, TYPES.replace("wordprocessingml.document", "spreadsheetml.sheet")), "not a Word document"),
        (package(DOCUMENT, TYPES.replace("document.main+xml", "document.macroEnabled.main+xml")), "macros"),
    ],
)
def test_what_is_no_word_file_or_could_harm_is_refused_with_the_reason(data, says):
    with pytest.raises(BadInput, match=says):
        read_word(data)


def test_a_name_that_stands_twice_is_refused():
    buffer = io.BytesIO(bare(p(r("x"))))
    with zipfile.ZipFile(buffer, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("word/document.xml", DOCUMENT)
    with pytest.raises(BadInput, match="twice"):
        read_word(buffer.getvalue())


def test_what_lies_outside_is_named_and_not_fetched():
    relations = (
        f'<Relationship Id="a" Type="{R}/attachedTemplate" Target="http://127.0.0.1:1/x.dotm" TargetMode="External"/>'
        f'<Relationship Id="b" Type="{R}/oleObject" Target="file:///etc/passwd" TargetMode="External"/>'
        f'<Relationship Id="c" Type="{R}/hyperlink" Target="https://example.org/" TargetMode="External"/>'
    )
    word = read_word(bare(p(r("x")), relations=relations, more={"word/embeddings/ole.bin": b"x"}))
    assert [notice.split(".")[0][:60] for notice in word.notices] == [
        "The file points at a template outside of itself (http://127",
        "The file points at a linked object outside of itself (file:/",
        "The file has other files embedded in it",
    ]


def test_word_s_strict_format_is_read():
    data = bare(p(r("x"), mark("ins", r("y"))))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts = {
        name: part.replace(W.encode(), b"http://purl.oclc.org/ooxml/wordprocessingml/main")
        for name, part in parts.items()
    }
    word = read_word(zipped(parts))
    assert [change.text for change in changes_of(word, None).changes] == ["y"]
