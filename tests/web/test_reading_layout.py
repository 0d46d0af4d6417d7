"""How a document is cut for reading."""

from hypothesis import given
from hypothesis import strategies as st

from commenttrack.web.reading import Node, nodes_of, outline, passage_with, passages, runs
from commenttrack.web.requested_text import changes, marked
from commenttrack.wording import folded, text_as_proposed, text_as_requested

KINDS = ("part", "section", "paragraph", "preamble_heading", "preamble_paragraph")


@st.composite
def documents(draw) -> list[Node]:
    """Trees in document order, as rows."""
    rows, path = [], []
    for number in range(draw(st.integers(1, 120))):
        depth = draw(st.integers(0, min(len(path), 4)))
        path = [*path[:depth], f"k{number}"]
        kind = draw(st.sampled_from(KINDS))
        rows.append((path[-1], path[-2] if depth else None, kind, "", "", ""))
    return nodes_of(rows)


@given(documents(), st.integers(10, 40))
def test_passages_hold_every_provision_once_in_order_and_none_is_too_long(nodes, longest):
    cut = passages(nodes, longest)
    assert [i for passage in cut for i in range(passage.start, passage.end)] == list(range(len(nodes)))
    assert all(passage.end - passage.start <= longest for passage in cut)
    assert all(cut[passage_with(cut, i)].start <= i < cut[passage_with(cut, i)].end for i in range(len(nodes)))


@given(documents())
def test_the_outline_counts_everything_under_its_entries(nodes):
    marks = {node.key: 1 for node in nodes}
    roots = outline(nodes, here=0, mapped=marks, questions={})

    def check(branch):
        assert branch.mapped == branch.node.size
        for inner in branch.branches:
            check(inner)

    for root in roots:
        check(root)


def test_a_short_document_is_one_passage():
    rows = [("a", None, "section", "", "", ""), ("b", "a", "paragraph", "", "", "")]
    assert len(passages(nodes_of(rows))) == 1


def test_a_lone_heading_goes_with_the_text_under_it():
    rows = [("h", None, "preamble_heading", "", "", ""), ("i", None, "preamble_heading", "", "", "")]
    rows += [(f"p{n}", "i", "preamble_paragraph", "", "", "") for n in range(30)]
    first = passages(nodes_of(rows), 10)[0]
    assert (first.start, first.end) == (0, 10)


@given(
    st.text(max_size=60),
    st.lists(st.integers(0, 60), max_size=4),
    st.lists(st.integers(0, 60), max_size=4),
    st.integers(0, 60),
    st.integers(0, 60),
)
def test_runs_join_to_the_text_and_keep_every_note(text, breaks, calls, start, end):
    breaks, calls = ([n for n in numbers if n <= len(text)] for numbers in (breaks, calls))
    found = runs(
        text,
        page_breaks=[(n, 100 + n) for n in breaks],
        note_calls=[(n, f"n{index}") for index, n in enumerate(calls)],
        questions=[(min(start, end), max(start, end), "q1")],
    )
    assert "".join(run.text for run in found) == text
    assert sorted(run.note for run in found if run.note) == sorted(f"n{index}" for index in range(len(calls)))
    assert {run.page for run in found if run.page} == {100 + n for n in breaks}


WORDS = st.text(st.sampled_from("ab .,(\n"), max_size=40)


@given(WORDS, WORDS)
def test_marks_lead_from_the_proposed_words_to_the_wanted_ones(proposed, wanted):
    text = marked(proposed, wanted)
    if text:
        assert folded(text_as_proposed(text)) == folded(proposed)
        assert folded(text_as_requested(text)) == folded(wanted)
        kept = "".join(change.text for change in changes(text) if change.kind != "delete")
        assert folded(kept) == folded(wanted)
    else:
        assert folded(proposed) == folded(wanted)
