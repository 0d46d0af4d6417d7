"""Quotations of real rules: every one is found however it is typeset, and every changed word is caught."""

import random
import re

import pytest

from commenttrack.letters.content import LetterContent, LetterHead, LetterPartContent
from commenttrack.letters.passages import sentences
from commenttrack.letters.pins import with_pins
from commenttrack.letters.quotations import check, review
from commenttrack.letters.rule_text import RuleText, fold
from commenttrack.rulemaking.federal_register import parse

# 310 sentences.
RULES = {
    "rules/prorule-2016-08622.xml": 50,
    "rules/prorule-2024-02590.xml": 60,
    "rules/prorule-2024-02703.xml": 40,
    "rules/prorule-2024-02443.xml": 40,
    "rules/prorule-2024-06526-circia.xml": 120,
}


@pytest.fixture(scope="module", params=RULES)
def corpus(request, shared):
    """A real rule, its place in the Federal Register, and sentences of it with the page on which each begins."""
    rule = parse((shared / request.param).read_bytes())
    rng = random.Random(request.param)
    found = []
    for provision in rule.provisions:
        if provision.pages:
            for start, end in sentences(provision.text):
                sentence = provision.text[start:end]
                whole_word = re.search(r"(?:^| )[A-Za-z]{2,}(?: |$)", sentence)
                if (
                    whole_word
                    and 6 <= len(sentence.split()) <= 60
                    and not re.search(r"[|\[\]{}*<>_^`\\]|\.\s?\.\s?\.", sentence)
                ):
                    found.append((sentence, provision.page_at(start)))
    return rule, rng.sample(found, RULES[request.param]), rng


def typeset(sentence, rng):
    """The sentence as other hands would type it: quotation marks, dashes, spaces, ligatures and an omission."""
    kind = rng.randrange(6)
    if kind == 0:
        return sentence.translate(str.maketrans("“”‘’", "\"\"''")).replace("—", "--")
    if kind == 1:
        return sentence.replace("“", "‘").replace("”", "’").replace("—", " – ").replace("§ ", "§\u00a0")
    if kind == 2:
        return re.sub(r" ", lambda _: rng.choice((" ", "\u00a0", "\n")), sentence)
    if kind == 3:
        return sentence.replace("fi", "ﬁ").replace("fl", "ﬂ").replace("-", "‑").replace("§ ", "§")
    words = sentence.split(" ")
    if kind == 4:
        cut = rng.randrange(2, len(words) - 3)
        omission = rng.choice(("...", "…", ". . .", "* * *"))
        return " ".join([*words[:cut], omission, *words[cut + 1 + rng.randrange(2) :]])
    first = next(index for index, char in enumerate(sentence) if char.isalpha())
    return f"{sentence[:first]}[{sentence[first].swapcase()}]{sentence[first + 1 :]} [sic]"


def letter(rule, *quotations):
    register = rule.document.fr_citation
    assert register
    parts = tuple(
        LetterPartContent(f"p{number}", f"Heading {number}", 1, f"It says:\n\n{text}\n\n[@{register}{pin}]")
        for number, (text, pin) in enumerate(quotations)
    )
    return LetterContent(LetterHead(), parts)


def quoted(text):
    return "\n".join(f"> {_escaped(line)}" for line in text.split("\n"))


def _escaped(line):
    line = re.sub(r"\A(\s*)(\d+)([.)])", r"\1\2\\\3", re.sub(r"([*_#<&])", r"\\\1", line))
    return re.sub(r"\A([-+=~|:])", r"\\\1", line)


def test_every_sentence_is_found_at_its_page_however_it_is_typeset(corpus):
    rule, found, rng = corpus
    letters = letter(rule, *((quoted(typeset(sentence, rng)), f", {page}") for sentence, page in found))
    assert [(problem.kind, problem.quoted) for problem in check(letters, rule)] == []


def test_a_citation_without_a_page_gets_the_page_of_the_sentence(corpus):
    rule, found, _ = corpus
    parts = with_pins(letter(rule, *((quoted(sentence), "") for sentence, _ in found)), rule).parts
    text = RuleText(rule)
    for part, (sentence, page) in zip(parts, found, strict=True):
        pinned = int(re.search(r", (\d+)(?:-\d+)?\]\Z", part.text).group(1))
        assert pinned == page or pinned in {passage.first_page for passage in text.find(sentence)}


def test_one_changed_word_is_caught_and_the_sentence_it_comes_from_is_named(corpus):
    rule, found, rng = corpus
    changed = []
    for sentence, page in found:
        words = sentence.split(" ")
        at = rng.choice([index for index, word in enumerate(words) if re.fullmatch(r"[A-Za-z]{2,}", word)])
        word = words[at]
        words[at] = rng.choice(("seldom", "mayor", word + "s" if not word.endswith("s") else word[:-1]))
        changed.append((sentence, page, " ".join(words), words[at]))
    findings = review(letter(rule, *((quoted(text), f", {page}") for _, page, text, _ in changed)), rule).problems
    assert [problem.part for problem in findings] == [f"p{number}" for number in range(len(changed))]
    for problem, (sentence, _, _, word) in zip(findings, changed, strict=True):
        assert problem.kind == "quotation"
        assert "Difference, rule to letter:" in problem.message
        assert word in problem.message
        words = set(fold(sentence).split())
        assert len(set(fold(problem.nearest).split()) & words) >= len(words) // 2
