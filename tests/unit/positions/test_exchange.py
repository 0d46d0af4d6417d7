"""The mapping out and back: the identity when nothing was changed, and every change known for what it is."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commenttrack.positions import grounds
from commenttrack.positions.exchange import (
    COLUMNS,
    DUE,
    GROUNDS,
    ID,
    NOT_IN_A_CELL,
    OWNER,
    POSITION,
    PROVISION,
    REASON,
    REQUEST,
    REQUESTED,
    REVISION,
    SHEET,
    SOURCE,
    STANCE,
    Extra,
    LinkNow,
    PositionNow,
    ProvisionNow,
    Said,
    Standing,
    Work,
    extra_as_json,
    extra_of,
    rows_of,
)
from commenttrack.positions.exchange_return import NotAnExchange, Outcome, compare
from commenttrack.positions.spreadsheet_files import Table, read_table
from commenttrack.positions.spreadsheets import Book, Column, Sheet, csv_file, workbook

STAMP = dt.datetime(2026, 3, 2, 15, tzinfo=dt.UTC)
NAMES = [column.name for column in COLUMNS]


def standing(links=None, **more):
    provisions = {
        "a": ProvisionNow("a", "15 CFR 7.2(a)", "5698", "Keep records for 30 days.", Work("Ada", "2026-03-20"), 3),
        "b": ProvisionNow("b", "15 CFR 7.2(b)", "5699", "Report within 72 hours."),
        "c": ProvisionNow("c", "", "5600", "The Department asks for comments."),
    }
    positions = {
        1: PositionNow(1, "3(b)", "Principles", "Reports: one report to one agency."),
        2: PositionNow(2, "3(b)", "Letter", "Retention: shorter."),
        3: PositionNow(3, "4", "Letter", "Old: withdrawn.", withdrawn=True),
        4: PositionNow(4, "5", "Letter", "Costs."),
    }
    if links is None:
        links = {("a", 1): LinkNow(2, Said("oppose", ("arbitrary",), "Because.", "Do not adopt it."))}
    return Standing(7, provisions, positions, links, ("Ada", "Ben", "Sam", "Sam"), **more)


def table(now, *, change=None, extra=Extra(), unmapped=False):  # noqa: B008 frozen
    """What comes back: the rows as cells by name, changed by a function that gets them as dictionaries."""
    names = [*NAMES, *extra.columns]
    rows = [dict(zip(names, map(str, row), strict=True)) for row in rows_of(now, extra=extra, unmapped=unmapped)]
    rows = (change(rows) or rows) if change else rows
    names = list(dict.fromkeys(name for row in [dict.fromkeys(names), *rows] for name in row))
    kept = [name for name in names if not rows or any(name in row for row in rows)]
    return Table(
        "", ((1, tuple(kept)), *((at, tuple(row.get(name, "") for name in kept)) for at, row in enumerate(rows, 2)))
    )


def outcomes(preview):
    return [(change.outcome, change.row) for change in preview.changes]


# -------------------------------------------------------------------------------------------------------- the identity

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40) | st.text("=+-@'\t\r\n_x0041F5 \"", max_size=12)
SAIDS = st.builds(
    Said,
    stance=st.sampled_from(["support", "neutral", "oppose", "clarify"]),
    grounds=st.lists(st.sampled_from(list(grounds.Ground)), unique=True).map(
        lambda given: tuple(grounds.in_order(given))
    ),
    reason=TEXTS.map(str.strip),
    request=TEXTS.map(str.strip),
)


def as_xlsx(now, extra):
    columns = (*COLUMNS, *(Column(name, 20) for name in extra.columns))
    book = Book("t", (), "", (Sheet(SHEET, columns, tuple(rows_of(now, extra=extra, unmapped=True))),))
    return workbook(book, stamp=STAMP)


def as_csv(now, extra):
    return csv_file([*NAMES, *extra.columns], rows_of(now, extra=extra, unmapped=True))


@pytest.mark.parametrize("made", [as_xlsx, as_csv])
@settings(max_examples=60, deadline=None)
@given(first=SAIDS, second=SAIDS, own=st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20))
def test_what_goes_out_and_comes_back_untouched_changes_nothing(made, first, second, own):
    now = standing({("a", 1): LinkNow(2, first), ("c", 4): LinkNow(9, second)})
    extra = Extra(("Our note",), {("a", 1): (own,)})
    preview = compare(read_table(made(now, extra), sheets=(SHEET,)), now)
    assert {change.outcome for change in preview.changes} == {Outcome.UNCHANGED}
    assert [change.after for change in preview.changes] == [first, second]
    assert (preview.work, preview.troubles, preview.absent) == ((), (), 0)
    kept = preview.extra.rows.get(("a", 1), ("",))[0]
    assert kept in (own, NOT_IN_A_CELL)


@settings(max_examples=60, deadline=None)
@given(text=TEXTS)
def test_a_text_typed_into_the_file_arrives_as_it_was_typed(text):
    now = standing()
    wanted = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")

    def change(rows):
        rows[0][REASON] = wanted

    rows = table(now, change=change).rows
    data = csv_file(rows[0][1], [cells for _, cells in rows[1:]])
    [only] = compare(read_table(data), now).changes or [None]
    if only is None:
        assert not wanted.strip()  # to oppose without a reason is refused
    elif wanted != NOT_IN_A_CELL:
        assert only.after.reason.strip() == wanted.strip()


def test_a_text_that_no_cell_can_hold_stays_as_it_is():
    long = Said("oppose", (), "x" * 40_000, "A\x01B")
    now = standing({("a", 1): LinkNow(2, long)})
    returned = table(now)
    assert returned.rows[1][1][NAMES.index(REASON)] == NOT_IN_A_CELL
    assert compare(returned, now).changes[0].after == long


def test_line_ends_of_another_program_are_no_change():
    now = standing({("a", 1): LinkNow(2, Said("oppose", (), "One.\r\nTwo.", ""))})
    assert compare(table(now), now).changes[0].outcome is Outcome.UNCHANGED


# ----------------------------------------------------------------------------------------------------- what a row does


def changed(name, value, at=0):
    def change(rows):
        rows[at][name] = value

    return change


def test_a_changed_row_is_a_change_with_both_texts():
    [change] = compare(table(standing(), change=changed(REASON, "Because of cost.")), standing()).changes
    assert (change.outcome, change.row, change.revision) == (Outcome.CHANGED, 2, 2)
    assert (change.before.reason, change.after.reason) == ("Because.", "Because of cost.")


def test_a_row_that_moved_since_is_a_conflict_only_when_it_says_something_else():
    sent, now = standing(), standing({("a", 1): LinkNow(5, Said("oppose", (), "Because of time.", "Do not adopt it."))})
    [change] = compare(table(sent, change=changed(REASON, "Because of cost.")), now).changes
    assert change.outcome is Outcome.CONFLICT
    assert "changed this mapping" in change.sentence
    same = standing({("a", 1): LinkNow(5, sent.links["a", 1].said)})
    assert outcomes(compare(table(sent), same)) == [(Outcome.UNCHANGED, 2)]


def test_a_mapping_taken_off_meanwhile_is_a_conflict():
    [change] = compare(table(standing()), standing({})).changes
    assert (change.outcome, change.before) == (Outcome.CONFLICT, None)


def new_row(**cells):
    def change(rows):
        rows.append({PROVISION: "15 CFR 7.2(b)", POSITION: "5", SOURCE: "Letter", STANCE: "Support", **cells})

    return change


def test_a_typed_row_maps_a_position_anew():
    preview = compare(table(standing(), change=new_row()), standing())
    assert outcomes(preview) == [(Outcome.UNCHANGED, 2), (Outcome.NEW, 3)]
    assert (preview.changes[1].key, preview.changes[1].position) == ("b", 4)


def test_a_row_copied_for_another_position_is_a_new_one():
    def change(rows):
        rows.append({**rows[0], POSITION: "5", SOURCE: "Letter"})

    assert outcomes(compare(table(standing(), change=change), standing())) == [(Outcome.UNCHANGED, 2), (Outcome.NEW, 3)]


def test_a_passage_without_a_citation_is_known_by_its_hidden_id():
    def change(rows):
        for row in rows:
            if row[ID].startswith("7/c/"):
                row.update({POSITION: "5", SOURCE: "Letter", STANCE: "neutral"})

    preview = compare(table(standing(), change=change, unmapped=True), standing())
    assert [(each.key, each.position) for each in preview.of(Outcome.NEW)] == [("c", 4)]


def test_rows_for_unmapped_provisions_that_stay_empty_say_nothing():
    preview = compare(table(standing({}), unmapped=True), standing({}))
    assert (preview.changes, preview.troubles) == ((), ())


def test_a_typed_row_for_a_mapping_that_stands_is_a_conflict_and_never_overwrites():
    change = new_row(**{PROVISION: "15 cfr 7.2(a)", POSITION: "3(b)", SOURCE: "Principles"})

    def without_the_first(rows):
        change(rows)
        return rows[1:]

    [found] = compare(table(standing(), change=without_the_first), standing()).changes
    assert found.outcome is Outcome.CONFLICT


@pytest.mark.parametrize(
    ("cells", "column", "says"),
    [
        ({PROVISION: "15 CFR 9.9"}, PROVISION, "no provision"),
        ({PROVISION: ""}, PROVISION, "names no provision"),
        ({POSITION: "9"}, POSITION, "no position 9"),
        ({POSITION: ""}, POSITION, "names no position"),
        ({POSITION: "3(b)", SOURCE: ""}, SOURCE, "2 documents"),
        ({POSITION: "4"}, POSITION, "withdrawn"),
        ({STANCE: "Maybe"}, STANCE, "“Maybe” is no stance"),
        ({STANCE: ""}, STANCE, "there is no stance"),
        ({STANCE: "Oppose"}, STANCE, "needs a reason"),
        ({STANCE: "Clarify"}, STANCE, "needs a request"),
        ({GROUNDS: "Arbitrary; Ugly"}, GROUNDS, "“Ugly” is no ground"),
        ({STANCE: "Oppose", REASON: "x", REQUEST: "y", REQUESTED: "{++Other++} words"}, REQUESTED, "words as proposed"),
        ({REASON: NOT_IN_A_CELL}, REASON, "only CommentTrack has"),
        ({OWNER: "Zoe"}, OWNER, "nobody has this name"),
        ({OWNER: "Sam"}, OWNER, "more than one person"),
        ({DUE: "next week"}, DUE, "no day"),
    ],
)
def test_what_cannot_be_taken_is_told_with_row_and_column(cells, column, says):
    preview = compare(table(standing(), change=new_row(**cells)), standing())
    trouble = next(each for each in preview.troubles if says in each.sentence)
    assert (trouble.row, trouble.column) == (3, "ABCDEFGHIJKLMNOP"[NAMES.index(column)])


def test_the_same_mapping_twice_is_told_and_done_once():
    def change(rows):
        rows.append({**rows[0], REASON: "Another."})

    preview = compare(table(standing(), change=change), standing())
    assert len(preview.changes) == 1
    assert "row 2" in preview.troubles[0].sentence


def test_a_column_that_was_deleted_leaves_what_stands():
    def change(rows):
        for row in rows:
            del row[REASON], row[GROUNDS], row[OWNER], row[DUE]

    assert outcomes(compare(table(standing(), change=change), standing())) == [(Outcome.UNCHANGED, 2)]


def test_a_row_that_was_deleted_takes_nothing_off():
    preview = compare(Table("", table(standing()).rows[:1]), standing())
    assert (preview.changes, preview.absent) == ((), 1)


def test_requested_text_on_the_words_as_proposed_is_taken():
    asked = {
        REQUEST: "Sixty.",
        REQUESTED: "Report within {--72--}{++96++} hours.",
        STANCE: "support with change",
        REASON: "r",
    }
    preview = compare(table(standing(), change=new_row(**asked)), standing())
    assert preview.changes[1].after.requested_text == "Report within {--72--}{++96++} hours."


# ------------------------------------------------------------------------------------------------------- owner and day


def test_an_owner_and_a_day_are_given():
    change = new_row(**{OWNER: "Ben", DUE: "2026-03-18 00:00", "Work revision": "0"})
    [work] = compare(table(standing(), change=change), standing()).work
    assert (work.outcome, work.key, work.after) == (Outcome.CHANGED, "b", Work("Ben", "2026-03-18"))


def test_an_owner_given_to_what_moved_since_is_a_conflict():
    sent = standing()
    moved = replace(sent.provisions["a"], work=Work("Ben"), work_revision=4)
    now = replace(sent, provisions={**sent.provisions, "a": moved})
    [work] = compare(table(sent), now).work
    assert (work.outcome, work.before, work.after) == (Outcome.CONFLICT, Work("Ben"), Work("Ada", "2026-03-20"))


# -------------------------------------------------------------------------------------------------------- other tables


def test_columns_of_other_people_are_kept_and_given_back():
    def change(rows):
        rows[0].update({"Counsel's view": "fine", "=x": "1"})

    preview = compare(table(standing(), change=change), standing())
    assert preview.extra == Extra(("Counsel's view", "=x"), {("a", 1): ("fine", "1")})
    again = extra_of([extra_as_json(preview.extra)])
    assert [row[-2:] for row in rows_of(standing(), extra=again)] == [("fine", "1")]


def test_a_later_file_adds_to_the_columns_of_earlier_ones():
    first, second = (
        Extra(("A", "B"), {("a", 1): ("1", "2")}),
        Extra(("C", "A"), {("a", 1): ("3", "9"), ("b", 0): ("4", "")}),
    )
    assert first.then(second) == Extra(("A", "B", "C"), {("a", 1): ("9", "2", "3"), ("b", 0): ("", "", "4")})


def test_a_file_of_another_document_is_refused():
    with pytest.raises(NotAnExchange, match="another document"):
        compare(table(replace(standing(), document=8)), standing())


@pytest.mark.parametrize("rows", [((1, ("Name", "Phone")),), ((1, ("Provision", "Position", "Stance", "Stance")),)])
def test_a_table_without_the_columns_or_with_one_twice_is_refused(rows):
    with pytest.raises(NotAnExchange):
        compare(Table("", rows), standing())


def test_a_title_above_the_names_is_no_matter():
    returned = table(standing())
    shifted = Table("", ((1, ("Our comments",)), *((number + 1, cells) for number, cells in returned.rows)))
    assert outcomes(compare(shifted, standing())) == [(Outcome.UNCHANGED, 3)]


def test_a_preview_knows_when_it_would_do_something_else():
    first = compare(table(standing(), change=changed(REASON, "A.")), standing()).digest
    assert first == compare(table(standing(), change=changed(REASON, "A.")), standing()).digest
    assert first != compare(table(standing(), change=changed(REASON, "B.")), standing()).digest
    assert first != compare(table(standing(), change=changed(REVISION, "1")), standing()).digest


def test_a_mapping_whose_row_cannot_be_taken_is_not_told_as_absent():
    preview = compare(table(standing(), change=changed(STANCE, "Maybe")), standing())
    assert (len(preview.troubles), preview.absent) == (1, 0)
