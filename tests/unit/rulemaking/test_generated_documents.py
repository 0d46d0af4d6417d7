"""Documents that hypothesis builds with the oddities of real ones: no word may be lost or made up, and reading ends."""

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from commenttrack.errors import BadInput
from commenttrack.rulemaking.federal_register import parse
from commenttrack.rulemaking.provisions import from_json, to_json

word = st.text("abcdefghijklmnopqrstuvwxyzé0123456789", min_size=1, max_size=7)
sentence = st.lists(word, min_size=1, max_size=8).map(lambda words: " ".join(words) + ".")
page = st.integers(100, 120).map(lambda number: f'<PRTPAGE P="{number}"/>')
emphasis = st.builds(
    lambda code, text: f'<E T="{code}">{text}</E>', st.sampled_from(["02", "03", "04", "51", "52"]), sentence
)
call = st.integers(1, 5).map(lambda number: f"<SU>{number}</SU><FTREF/>")
superscript = word.map(lambda text: f"<SU>{text}</SU>")
piece = st.one_of(sentence, sentence, emphasis, page, call, superscript, st.just("* * *"), st.just("\n        "))
run = st.lists(piece, max_size=6).map(" ".join)
marker = st.sampled_from(
    [*"abcdhijlmvxz", "aa", "ii", "iv", "xi", *"ABC", *"1234", "12", '<E T="03">1</E>', '<E T="03">i</E>']
).map(lambda text: f"({text})")
paragraph = st.builds(
    lambda tag, markers, gap, text: f"<{tag}>{gap.join(markers)} {text}</{tag}>",
    st.sampled_from(["P", "P", "FP"]),
    st.lists(marker, max_size=3),
    st.sampled_from(["", " ", "—", " through "]),
    run,
)
heading = st.builds(
    lambda rank, number, text: f'<HD SOURCE="{rank}">{number} {text}</HD>',
    st.sampled_from(["HED", "HD1", "HD2", "HD3"]),
    st.sampled_from(["", "I.", "A.", "1.", "a.", "(1)", "i.", "PART 7", "Subpart B", "Appendix A", "Title 6"]),
    run,
)
footnote = st.builds(lambda number, text: f"<FTNT><P><SU>{number}</SU> {text}</P></FTNT>", st.integers(1, 5), run)
table = st.builds(
    lambda title, heads, cells, note: (
        f"<GPOTABLE><TTITLE>{title}</TTITLE><BOXHD>{heads}</BOXHD><ROW>{cells}</ROW><TNOTE>{note}</TNOTE></GPOTABLE>"
    ),
    run,
    st.lists(st.tuples(st.integers(1, 3), sentence), max_size=4).map(
        lambda heads: "".join(f'<CHED H="{rank}">{text}</CHED>' for rank, text in heads)
    ),
    st.lists(run, max_size=3).map(lambda cells: "".join(f"<ENT>{text}</ENT>" for text in cells)),
    run,
)
small = st.one_of(
    paragraph, paragraph, heading, footnote, table, page, st.just("<STARS/>"), st.just("<P/>"),
    sentence.map(lambda text: f"<GPH><GID>{text}</GID></GPH>"),
    sentence.map(lambda text: f"<BILCOD>{text}</BILCOD>"),
    sentence.map(lambda text: f"<SIG><NAME>{text}</NAME></SIG>"),
    sentence.map(lambda text: f"<AUTH><HD SOURCE='HED'>Authority:</HD><P>{text}</P></AUTH>"),
    sentence.map(lambda text: f"<UNHEARD>{text}</UNHEARD>"),
    sentence,
)  # fmt: skip
blocks = st.lists(small, max_size=7).map("".join)
wrapped = st.builds(
    lambda tag, text: f"<{tag}>{text}</{tag}>",
    st.sampled_from(["EXTRACT", "NOTE", "LSTSUB", "PART", "SUBPART", "APPENDIX", "REGTEXT", "CHAPTER", "SUBJGRP"]),
    blocks,
)
section = st.builds(
    lambda number, subject, body: f"<SECTION><SECTNO>§ {number}</SECTNO><SUBJECT>{subject}</SUBJECT>{body}</SECTION>",
    st.sampled_from(["7.1", "7.2", "1b.3", "", "102-3.5"]),
    run,
    blocks,
)
instruction = run.map(lambda text: f"<AMDPAR>2. {text}</AMDPAR>")
contents = st.lists(st.tuples(word, sentence), max_size=3).map(
    lambda rows: "<CONTENTS>" + "".join(f"<SECTNO>{n}</SECTNO><SUBJECT>{s}</SUBJECT>" for n, s in rows) + "</CONTENTS>"
)
document = st.lists(st.one_of(blocks, wrapped, section, instruction, contents), min_size=1, max_size=6).map(
    lambda parts: f"<PRORULE><PREAMB><CFR>6 CFR Part 7</CFR></PREAMB><SUPLINF>{''.join(parts)}</SUPLINF></PRORULE>"
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(document)
def test_every_word_of_a_generated_document_is_kept_once(conservation, text):
    data = text.encode()
    try:
        rule = parse(data)
    except BadInput as refusal:
        assert "no text" in str(refusal)
        return
    result = conservation(data, rule)
    assert (result.lost, result.added) == ({}, {})
    assert from_json(to_json(rule)) == rule
    for provision in rule.provisions:
        assert all(0 <= offset <= len(provision.text) for offset, _ in (*provision.page_breaks, *provision.note_calls))
    assert all(
        question.text
        == next(p for p in rule.provisions if p.id == question.provision).text[question.start : question.end]
        for question in rule.questions
    )


@pytest.mark.parametrize("seed", range(20))
def test_a_damaged_real_document_is_read_or_refused_in_words(shared, seed):
    damage(shared / "rules" / "prorule-2024-02590.xml", seed)


def damage(path: Path, seed: int) -> None:
    """Read the file with a few stretches cut, doubled, moved or overwritten; only our own refusals may come out."""
    chance = random.Random(seed)
    data = path.read_bytes()
    for _ in range(chance.randint(1, 6)):
        start = chance.randrange(len(data))
        end = min(len(data), start + chance.choice([1, 3, 20, 300]))
        other = chance.randrange(len(data))
        replacement = chance.choice(
            [b"", data[start:end] * 2, data[other : other + 50], b"<P>", b"</P>", b"&", b"(a)(1)", b"\xff"]
        )
        data = data[:start] + replacement + data[end:]
    try:
        parse(data)
    except BadInput as refusal:
        assert str(refusal).startswith("the file ")


@pytest.mark.parametrize("seed", range(30))
def test_a_document_whose_elements_changed_places_is_still_kept_whole(shared, conservation, seed):
    """Elements are moved and renamed, so the file stays well-formed but means something else."""
    chance = random.Random(seed)
    root = etree.parse(shared / "rules" / chance.choice(["prorule-2024-02443.xml", "prorule-2016-08508.xml"])).getroot()
    body = root.find("SUPLINF")
    elements = [element for element in body.iter() if element is not body]
    for _ in range(8):
        element = chance.choice(elements)
        if chance.random() < 0.5:
            element.tag = chance.choice([other.tag for other in elements])
        else:
            target = chance.choice(elements)
            if element not in target.iterancestors() and element is not target and element.getparent() is not None:
                target.append(element)
    data = etree.tostring(root)
    try:
        rule = parse(data)
    except BadInput:
        return
    result = conservation(data, rule)
    assert sum(result.lost.values()) == 0, result.lost
