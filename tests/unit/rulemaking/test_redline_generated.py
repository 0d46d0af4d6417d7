"""Generated amendments of generated sections: the result is what the amendment says, the rest stays as it was."""

from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from commenttrack.rulemaking.redline import readable
from commenttrack.wording import difference, folded
from tests.factories.amended_sections import applied, current, new_text, outcomes, printed, rule

LETTERS = "abcdef"
ORDINALS = ("first", "second", "third", "fourth")
words = st.sampled_from(["permit", "fee", "notice", "agency", "record", "copy", "year", "office", "person", "order"])
sentence = st.lists(words, min_size=2, max_size=6).map(lambda found: " ".join(found).capitalize() + ".")
# Sentences that differ, so that none is taken for a version of another.
sentences = st.lists(sentence, min_size=1, max_size=4, unique=True)


@dataclass(frozen=True)
class Paragraph:
    sentences: tuple[str, ...]
    children: tuple[str, ...] = ()

    @property
    def text(self):
        return " ".join(self.sentences)


paragraphs = st.builds(
    Paragraph, sentences.map(tuple), st.lists(sentence, min_size=2, max_size=3).map(tuple) | st.just(())
)
sections = st.lists(paragraphs, min_size=2, max_size=5)


def lines(letter, paragraph):
    """(citation path, text) of a paragraph and what stands under it."""
    return [(f"({letter})", paragraph.text)] + [
        (f"({letter})({number})", text) for number, text in enumerate(paragraph.children, 1)
    ]


def written(letter, paragraph):
    return [f"({letter}) {paragraph.text}"] + [f"({n}) {text}" for n, text in enumerate(paragraph.children, 1)]


def whole(section):
    return [line for letter, paragraph in zip(LETTERS, section, strict=False) for line in lines(letter, paragraph)]


def read(result):
    """(citation path, text, change) of the paragraphs of § 21.1 as proposed."""
    prefix = "4 CFR 21.1("
    return [
        (p.label.removeprefix("4 CFR 21.1"), new_text(p), p.change)
        for p in result.paragraphs
        if p.label.startswith(prefix) and p.change != "removed"
    ]


def redlined(section, order, *new):
    texts = [text for letter, paragraph in zip(LETTERS, section, strict=False) for text in written(letter, paragraph)]
    return applied(rule(order, *([printed("STARS", *new, "STARS")] if new else [])), current(*texts))


def check(section, result, expected, touched):
    """``expected`` is the new text, ``touched`` the citations that the amendment may change."""
    assert set(outcomes(result)) <= {"applied", "already"}
    found = read(result)
    assert [(label, text) for label, text, _ in found] == expected
    assert {label for label, _, change in found if change != "unchanged"} <= touched
    before = dict(whole(section))
    assert all(before[label] == text for label, text, change in found if change == "unchanged")


@given(sections, st.data())
@settings(max_examples=60, deadline=None)
def test_a_revised_paragraph_reads_as_printed(section, data):
    index = data.draw(st.integers(0, len(section) - 1))
    new = data.draw(paragraphs)
    letter = LETTERS[index]
    order = f"1. Amend § 21.1 by revising paragraph ({letter}) to read as follows:"
    result = redlined(section, order, *written(letter, new))
    expected = whole([*section[:index], new, *section[index + 1 :]])
    check(section, result, expected, {label for label, _ in expected if label.startswith(f"({letter})")})


@given(sections, paragraphs, st.data())
@settings(max_examples=60, deadline=None)
def test_an_inserted_paragraph_moves_those_after_it(section, new, data):
    index = data.draw(st.integers(0, len(section) - 1))
    old = [LETTERS[i] for i in range(index, len(section))]
    becoming = [LETTERS[i + 1] for i in range(index, len(section))]
    listed = " and ".join(f"({letter})" for letter in old) if len(old) < 3 else f"({old[0]}) through ({old[-1]})"
    renamed = (
        " and ".join(f"({letter})" for letter in becoming)
        if len(old) < 3
        else f"({becoming[0]}) through ({becoming[-1]})"
    )
    plural = "s" if len(old) > 1 else ""
    order = (
        f"1. Amend § 21.1 by redesignating paragraph{plural} {listed} as paragraph{plural} {renamed} and adding new "
        f"paragraph ({LETTERS[index]}) to read as follows:"
    )
    result = redlined(section, order, *written(LETTERS[index], new))
    expected = whole([*section[:index], new, *section[index:]])
    touched = {label for label, _ in expected if label[1] >= LETTERS[index]}
    check(section, result, expected, touched)


@given(sections, st.data())
@settings(max_examples=60, deadline=None)
def test_a_removed_last_paragraph_is_gone(section, data):
    letter = LETTERS[len(section) - 1]
    result = redlined(section, f"1. Amend § 21.1 by removing paragraph ({letter}).")
    check(section, result, whole(section[:-1]), set())
    assert [p.label for p in result.paragraphs if p.change == "removed"] == [
        f"4 CFR 21.1{label}" for label, _ in lines(letter, section[-1])
    ]


@given(sections, sentence, st.data())
@settings(max_examples=60, deadline=None)
def test_a_revised_sentence_stands_in_its_place(section, new, data):
    index = data.draw(st.integers(0, len(section) - 1))
    chosen = section[index]
    position = data.draw(st.integers(0, len(chosen.sentences) - 1))
    letter = LETTERS[index]
    before = "* * * " if position else ""
    after = " * * *" if position < len(chosen.sentences) - 1 else ""
    order = f"1. Amend § 21.1 by revising the {ORDINALS[position]} sentence of paragraph ({letter}) to read as follows:"
    result = redlined(section, order, f"({letter}) {before}{new}{after}")
    revised = (*chosen.sentences[:position], new, *chosen.sentences[position + 1 :])
    expected = whole([*section[:index], Paragraph(revised, chosen.children), *section[index + 1 :]])
    check(section, result, expected, {f"({letter})"})


@given(sections, st.data())
@settings(max_examples=60, deadline=None)
def test_an_exchanged_word_is_exchanged_everywhere_in_its_paragraph_and_nowhere_else(section, data):
    index = data.draw(st.integers(0, len(section) - 1))
    chosen = section[index]
    old = data.draw(st.sampled_from(chosen.sentences[0].strip(".").split()))
    letter = LETTERS[index]
    order = (
        f"1. Amend § 21.1(${letter}) by removing the word “{old}” each place it appears and adding in its place the "
        f"word “xenon”."
    ).replace("$", "")

    def exchanged(text):
        return " ".join(
            "xenon" + word.removeprefix(old) if word.rstrip(".") == old else word for word in text.split(" ")
        )

    result = redlined(section, order)
    replaced = Paragraph(tuple(map(exchanged, chosen.sentences)), tuple(map(exchanged, chosen.children)))
    expected = whole([*section[:index], replaced, *section[index + 1 :]])
    check(section, result, expected, {label for label, _ in lines(letter, chosen)})


@given(st.text(alphabet="ab ,.", max_size=40), st.text(alphabet="ab ,.", max_size=40))
def test_readable_runs_keep_both_texts(old, new):
    runs = readable(difference(old, new))
    assert "".join(run.text for run in runs if run.kind != "insert") == folded(old)
    assert "".join(run.text for run in runs if run.kind != "delete") == folded(new)
