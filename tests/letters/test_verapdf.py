"""Letters before the reference validator of PDF/UA-1 and PDF/A-3a. Needs Java and Debian's libjaxb-java."""

import io

import pytest
from letter_shapes import letter, real_shape
from PIL import Image

from commenttrack.letters.markdown import content_from_markdown
from commenttrack.letters.rendering import letter_pdf

pytestmark = pytest.mark.verapdf

_HEAD = """
letterhead: {name: Association, address: [1 Example Street]}
re: [Licences]
toc: true
draft: true
illustrative: Not a real rule.
redline_words: WORDS
"""


def test_letters_pass_pdf_ua_1_and_pdf_a_3a(verapdf, tmp_path):
    files = []
    for seed, words in enumerate(("hidden", "shown")):
        shape = letter(
            seed, paragraphs=30, notes=40, longest_note=700, long_notes=1, signatories=30, tables=2, redlines=6,
            head=_HEAD.replace("WORDS", words),
        )  # fmt: skip
        files.append(tmp_path / f"{words}.pdf")
        files[-1].write_bytes(letter_pdf(content_from_markdown(shape)))
    code, lines = verapdf(*files)
    assert code == 0, lines
    assert lines.count("compliant: true") == 4


_SEVERAL = """---
letterhead: {name: House, logo: logo.png}
review: REVIEW
toc: true
lead: [A, B]
signature_blocks: by-lead
annex_of_signatories: true
signatories: [{organization: A, person: P, about: Old.}, {organization: B, person: Q}, C]
translation: {lang: de, layout: LAYOUT, heading: Deutsch}
---
Opening.[^1]

{requests}

# Costs

::: exhibit Costs of compliance {#costs}
![Bars that rise](chart.svg)

| a | b |
|---|---|
| 1 | 2 |
:::

::: request § 7.2
Wait for [#costs].
:::

::: translation
# Kosten

Worte.
:::

# Tables {.annex .landscape}

| a | b |
|---|---|
| 1 | 2 |

[^1]: A note.
"""


_FROM_RIGHT_TO_LEFT = """---
lang: ar
letterhead: {name: المجلس التجاري, address: [417 شارع العجلات]}
re: [ضمانات لصادرات التقنية]
salutation: "السادة الكرام:"
toc: true
signatories: [{organization: المجلس, person: نور}, {organization: الاتحاد, person: سمير}]
translation: {lang: en-US, layout: side-by-side}
---
# النطاق

نص وفقاً للمادة § 7.2(a) كما في [@89 FR 5698, 5702].[^1]

::: translation
# Scope

Words under § 7.2(a).[^1]

[^1]: A note.
:::

# الملاحق {.annex}

::: exhibit التكاليف {#costs}
Submitted with this letter as the file exhibit-costs.xlsx (Excel workbook, 48 KB).

Source: Survey
:::

No item may be exported{-- anywhere--}{++ to a place of concern++}.

[^1]: ملاحظة.
"""


def test_pictures_exhibits_annexes_review_copies_two_languages_and_right_to_left_pass_too(verapdf, tmp_path):
    picture = io.BytesIO()
    Image.new("RGBA", (90, 30), (31, 58, 95, 120)).save(picture, "PNG")
    drawing = (
        b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><g opacity="0.5">'
        b'<rect width="5" height="5" fill-opacity="0.4"/></g></svg>'
    )
    files = {"logo.png": picture.getvalue(), "chart.svg": drawing}
    made = []
    for review, layout in (("true", "after"), ("false", "side-by-side")):
        text = _SEVERAL.replace("REVIEW", review).replace("LAYOUT", layout)
        made.append(tmp_path / f"{layout}.pdf")
        made[-1].write_bytes(letter_pdf(content_from_markdown(text, files.__getitem__)))
    made.append(tmp_path / "right-to-left.pdf")
    made[-1].write_bytes(letter_pdf(content_from_markdown(_FROM_RIGHT_TO_LEFT)))
    for seed in (2, 11):
        made.append(tmp_path / f"shape{seed}.pdf")
        made[-1].write_bytes(letter_pdf(content_from_markdown(real_shape(seed))))
    code, lines = verapdf(*made)
    assert code == 0, lines
    assert lines.count("compliant: true") == 10
