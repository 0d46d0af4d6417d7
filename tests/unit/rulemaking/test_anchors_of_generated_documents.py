"""No provision is silently given to another: documents are generated, then cut, filled, reordered and reworded.

The generator knows which provision became which. A rewording changes one or two words; so does a look-alike, which is a
new sentence. A look-alike that stands in the very place of one that was deleted is that one reworded, by definition.
"""

from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commenttrack.rulemaking.anchors import DISTINCTIVE, Fate, anchors
from commenttrack.rulemaking.provisions import ParsedProvision

_VOCABULARY = """
operator license export sample laboratory inspector record report transfer shipment border office route fee safety
course director bureau notice hearing request petition appeal order penalty device reactor vessel cargo carrier broker
agent consignee destination end user certificate seal container manifest storage disposal waste permit renewal
"""
_NEW = "quartz maple harbor violet copper lantern meadow falcon ember willow granite saffron"
WORDS, NEW_WORDS = tuple(_VOCABULARY.split()), tuple(_NEW.split())
STOCK = ("Reserved.", "Its name;", "The date of the transfer; and", "As the Director requires.")


@dataclass(eq=False)
class Unit:
    """A provision in the making; ``was`` is what it was in the earlier document, None for a new one."""

    words: tuple[str, ...]
    children: list["Unit"] = field(default_factory=list)
    was: "Unit | None" = field(default=None, repr=False)


def sentences():
    long = st.lists(st.sampled_from(WORDS), min_size=9, max_size=24, unique=True).map(tuple)
    return st.one_of(long, long, long, st.sampled_from(STOCK).map(lambda text: tuple(text.split())))


@st.composite
def documents(draw):
    """Two to four sections of paragraphs, some with children, some of them alike."""
    root = Unit(())
    seen = []
    for number in range(draw(st.integers(2, 4))):
        section = Unit(("Section", WORDS[number]))
        root.children.append(section)
        for _ in range(draw(st.integers(1, 6))):
            paragraph = Unit(_sentence(draw, seen))
            section.children.append(paragraph)
            if draw(st.integers(0, 2)) == 0:
                paragraph.children = [Unit(_sentence(draw, seen)) for _ in range(draw(st.integers(1, 4)))]
    return root


def _sentence(draw, seen):
    if seen and draw(st.integers(0, 3)) == 0:
        return _reworded(draw, draw(st.sampled_from(seen)), WORDS)
    words = draw(sentences())
    seen.append(words)
    return words


def _reworded(draw, words, vocabulary):
    changed = list(words)
    for _ in range(draw(st.integers(1, 2))):
        changed[draw(st.integers(0, len(changed) - 1))] = draw(st.sampled_from(vocabulary))
    return tuple(changed)


def _copied(unit):
    return Unit(unit.words, [_copied(child) for child in unit.children], unit)


def _below(unit):
    for child in unit.children:
        yield unit, child
        yield from _below(child)


@st.composite
def successions(draw):
    """An earlier document and a later one made from it."""
    earlier = draw(documents())
    later = _copied(earlier)
    models = [unit.words for _, unit in _below(earlier)]
    for _ in range(draw(st.integers(1, 7))):
        paragraphs = [(parent, unit) for parent, unit in _below(later) if parent is not later]
        families = [unit for unit in (*later.children, *(u for _, u in paragraphs)) if unit.children]
        if not paragraphs:
            break
        parent, unit = draw(st.sampled_from(paragraphs))
        family = draw(st.sampled_from(families)).children
        place = draw(st.integers(0, len(family)))
        match draw(st.sampled_from(("delete", "insert", "look-alike", "look-alike", "reword", "swap", "relocate"))):
            case "delete":
                parent.children.remove(unit)
            case "insert":
                family.insert(place, Unit(draw(sentences())))
            case "look-alike":
                family.insert(place, Unit(_reworded(draw, draw(st.sampled_from(models)), (*WORDS, *NEW_WORDS))))
            case "reword":
                unit.words = _reworded(draw, unit.words, NEW_WORDS)
            case "swap":
                parent.children.remove(unit)
                parent.children.insert(draw(st.integers(0, len(parent.children))), unit)
            case "relocate" if unit is not later and family is not unit.children and not unit.children:
                parent.children.remove(unit)
                family.insert(min(place, len(family)), unit)
    return earlier, later


def _numbered(root, name):
    """The provisions of a document with their citations, and the units by id."""
    provisions, units = [], {}

    def add(unit, parent, kind, number, label):
        key = f"{name}{len(provisions)}"
        units[key] = unit
        provisions.append(ParsedProvision(key, parent, kind, number, label, "", " ".join(unit.words), (1,), ()))
        for place, child in enumerate(unit.children):
            marker = f"({place + 1})" if "(" in label else f"({chr(97 + place)})"
            add(child, key, "paragraph", marker, label + marker)

    for place, section in enumerate(root.children):
        add(section, None, "section", f"§ 7.{place + 1}", f"15 CFR 7.{place + 1}")
    return provisions, units


class Truth:
    """Which pairs of an earlier and a later unit may be taken for the same provision."""

    def __init__(self, earlier, later):
        self.before = {id(child): parent for parent, child in _below(earlier)}
        self.after = {id(child): parent for parent, child in _below(later)}
        self.alive = {id(unit.was) for _, unit in _below(later) if unit.was}

    def allows(self, unit, successor):
        if successor.was is unit or (successor.was and self._twins(unit, successor.was)):
            return True
        home, there = self.before.get(id(unit)), self.after.get(id(successor))
        # Of the two documents themselves only the one pair is allowed, above.
        if home is None or there is None:
            return False
        if unit.words == successor.words:
            # A whole sentence names its place; a stock phrase is what stands above it.
            return len(unit.words) >= DISTINCTIVE or self.allows(home, there)
        # Which of several twins is the deleted one cannot be told either, so they say nothing about the place.
        twins = [child for child in home.children if child is unit or self._twins(child, unit)]
        deleted_and_new = successor.was is None and any(id(twin) not in self.alive for twin in twins)
        return deleted_and_new and there.was is home and _between_the_same(unit, home, successor, there, twins)

    def _twins(self, one, other):
        """Siblings of the same words: nobody could tell which of them was reworded or moved."""
        return one.words == other.words and self.before.get(id(one)) is self.before.get(id(other))


def _between_the_same(unit, home, successor, there, twins):
    place, where = home.children.index(unit), there.children.index(successor)
    return all(
        (home.children.index(other.was) < place) == (there.children.index(other) < where)
        for other in there.children
        # Nothing tells what a neighbour was of which no word is left.
        if other.was in home.children and other.was not in twins and set(other.words) & set(other.was.words)
    )


def wrong_anchors(earlier, later):
    before, units = _numbered(earlier, "e")
    after, successors = _numbered(later, "l")
    truth = Truth(earlier, later)
    for anchor in anchors(before, after):
        if anchor.earlier and anchor.later and not truth.allows(units[anchor.earlier], successors[anchor.later]):
            yield units[anchor.earlier].words, successors[anchor.later].words, anchor


@pytest.mark.parametrize("heavy", [False, pytest.param(True, marks=pytest.mark.heavy)])
def test_no_provision_is_silently_given_to_another(heavy):
    @settings(max_examples=5_000 if heavy else 150, deadline=None)
    @given(successions())
    def holds(documents):
        assert list(wrong_anchors(*documents)) == []

    holds()


@settings(max_examples=75, deadline=None)
@given(successions())
def test_every_provision_of_both_documents_has_one_place_in_the_result(documents):
    before, _ = _numbered(documents[0], "e")
    after, _ = _numbered(documents[1], "l")
    found = anchors(before, after)
    assert [anchor.earlier for anchor in found if anchor.earlier] == [provision.id for provision in before]
    placed = [anchor.later for anchor in found if anchor.later]
    assert len(placed) == len(set(placed))
    in_question = {candidate.id for anchor in found for candidate in anchor.candidates}
    assert set(placed) | in_question == {provision.id for provision in after}


@settings(max_examples=50, deadline=None)
@given(documents())
def test_a_document_is_unchanged_against_itself(document):
    before, _ = _numbered(document, "e")
    after, _ = _numbered(document, "l")
    assert [(a.later[1:], a.fate) for a in anchors(before, after)] == [
        (provision.id[1:], Fate.UNCHANGED) for provision in before
    ]
