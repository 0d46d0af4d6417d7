"""What has to be looked at again after a change, on graphs of provisions, positions, links, parts and sign-offs."""

from hypothesis import given
from hypothesis import strategies as st

from commenttrack.staleness import Rest, closure, moved

LAYERS = ("provision", "link", "part", "sign-off")


@st.composite
def works(draw):
    """A docket's work as a graph: links rest on provisions and positions, parts on links, sign-offs on parts.

    Each remembered digest is that of today or an older one; some upstream things are no more.
    """
    sizes = {kind: draw(st.integers(1, 4)) for kind in ("provision", "position", *LAYERS[1:])}
    today = {(kind, n): draw(st.sampled_from("ab")) for kind, size in sizes.items() for n in range(size)}
    for gone in draw(st.sets(st.sampled_from(sorted(today)), max_size=2)):
        del today[gone]
    below = {"link": ("provision", "position"), "part": ("link",), "sign-off": ("part",)}
    rests = []
    for kind, upstream_kinds in below.items():
        for n in range(sizes[kind]):
            for upstream_kind in upstream_kinds:
                for m in draw(st.sets(st.integers(0, sizes[upstream_kind] - 1), max_size=3)):
                    rests.append(Rest((kind, n), (upstream_kind, m), draw(st.sampled_from("ab"))))
    return draw(st.permutations(rests)), today


@st.composite
def tangles(draw):
    """Any graph at all, cycles and double links with different memories included."""
    things = st.integers(0, 7)
    today = draw(st.dictionaries(things, st.sampled_from("ab")))
    return draw(st.lists(st.builds(Rest, things, things, st.sampled_from("ab")), max_size=20)), today


def naively(rests, today):
    """The dependent closure as one would define it: follow every chain of links from each holder down."""

    def causes(holder, on_the_way):
        found = set()
        for rest in rests:
            if rest.holder != holder:
                continue
            if rest.upstream not in today or today[rest.upstream] != rest.seen:
                found.add(rest.upstream)
            if rest.upstream not in on_the_way:
                found |= causes(rest.upstream, on_the_way | {rest.upstream})
        return found

    found = {holder: causes(holder, {holder}) for holder in {rest.holder for rest in rests}}
    return {holder: reasons for holder, reasons in found.items() if reasons}


@given(works())
def test_what_is_suspect_is_the_dependent_closure_of_what_moved(work):
    rests, today = work
    assert closure(rests, today) == naively(rests, today)


@given(tangles())
def test_the_closure_holds_on_any_graph(work):
    rests, today = work
    assert closure(rests, today) == naively(rests, today)


@given(works(), st.data())
def test_reviewing_a_holder_takes_back_what_moved_under_it_and_nothing_else(work, data):
    rests, today = work
    rests = [rest for rest in rests if rest.upstream in today]
    holders = sorted({rest.holder for rest in rests})
    if not holders:
        return
    reviewed = data.draw(st.sampled_from(holders))
    after = [Rest(r.holder, r.upstream, today[r.upstream]) if r.holder == reviewed else r for r in rests]
    assert [rest for rest in moved(after, today) if rest.holder == reviewed] == []
    assert moved(after, today) == [rest for rest in moved(rests, today) if rest.holder != reviewed]


@given(works(), st.data())
def test_a_change_makes_suspect_exactly_what_rests_on_it(work, data):
    rests, today = work
    rests = [Rest(rest.holder, rest.upstream, today[rest.upstream]) for rest in rests if rest.upstream in today]
    assert closure(rests, today) == {}
    changed = data.draw(st.sampled_from(sorted(today))) if today else None
    after = closure(rests, {**today, changed: "changed"})
    assert {holder for holder, causes in after.items() if causes == {changed}} == set(after)
    assert after == naively(rests, {**today, changed: "changed"})


def test_nothing_moves_when_nothing_changed():
    assert closure([Rest("link", "provision", "d1")], {"provision": "d1"}) == {}


def test_a_wording_that_is_no_more_has_moved():
    assert closure([Rest("part", "link", "d1"), Rest("sign-off", "part", "d2")], {"part": "d2"}) == {
        "part": {"link"},
        "sign-off": {"link"},
    }
