"""Making letters and looking into the files they become."""

import re
import subprocess
import sys
from pathlib import Path

import pikepdf
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from commenttrack.letters.files import render
from commenttrack.letters.markdown import content_from_markdown


class Printed:
    """A PDF with its text and its tags."""

    def __init__(self, data: bytes, path: Path) -> None:
        self.data = data
        self.path = path
        path.write_bytes(data)

    def text(self, *options: str) -> str:
        run = subprocess.run(
            ["pdftotext", "-enc", "UTF-8", *options, str(self.path), "-"], capture_output=True, check=True
        )
        return run.stdout.decode()

    def words(self) -> list[str]:
        return re.sub(r"\s+", " ", self.text().replace("\f", " ")).split()

    @property
    def pages(self) -> list[str]:
        return self.text().split("\f")[:-1]

    def elements_of_file(self) -> list[pikepdf.Dictionary]:
        """Every dictionary and stream of the file."""
        self.pdf = pikepdf.open(self.path)
        return [item for item in self.pdf.objects if isinstance(item, pikepdf.Dictionary | pikepdf.Stream)]

    def elements(self, kind: str) -> list[pikepdf.Dictionary]:
        """Structure elements of a kind in reading order."""
        found = []

        def walk(element) -> None:
            if isinstance(element, pikepdf.Dictionary) and "/S" in element:
                if f"/{kind}" == element.S:
                    found.append(element)
                kids = element.get("/K", [])
                for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
                    walk(kid)

        self.pdf = pikepdf.open(self.path)
        for kid in self.pdf.Root.StructTreeRoot.K:
            walk(kid)
        return found


@pytest.fixture
def printed(tmp_path):
    """Print a LETTER.md text; ``printed.of`` prints a letter that was read already."""
    count = 0

    def of(content, rule=None) -> Printed:
        nonlocal count
        count += 1
        return Printed(render(content, ".pdf", rule=rule), tmp_path / f"letter{count}.pdf")

    def make(markdown: str, rule=None) -> Printed:
        return of(content_from_markdown(markdown), rule)

    make.of = of
    return make
