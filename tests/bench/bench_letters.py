"""How long letters take: PDF/UA-1 with PDF/A-3a, checks included, against bare WeasyPrint on the same HTML.

    python tests/bench/bench_letters.py [PAGES …]        by default 20 100 300
    python tests/bench/bench_letters.py --memory PAGES   the most resident memory of one letter, in a process of its own

Each round takes both in turns in one warm process, so the ratio is the figure to trust; times are CPU seconds.
"""

import io
import resource
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "letters"))

import pikepdf
import weasyprint
from letter_shapes import letter

from commenttrack.letters import pdf, rendering
from commenttrack.letters.assets import OwnAssetsOnly
from commenttrack.letters.content import LetterContent
from commenttrack.letters.markdown import content_from_markdown
from commenttrack.web.letter_pages import readable_part

HEAD = """letterhead: {name: Association for Measured Trade, address: [1 Example Street, Marrowfield]}
re: [Licences by End Use]
toc: true"""


def shape(pages: int) -> LetterContent:
    """A letter of about ``pages`` pages: 2 notes a page, redlines, tables, 40 signatories, contents."""
    text = letter(
        1, paragraphs=round(pages * 1.75), notes=round(pages * 2.2), longest_note=250, long_notes=max(1, pages // 8),
        signatories=40, tables=max(1, pages // 7), redlines=pages // 2, head=HEAD,
    )  # fmt: skip
    return content_from_markdown(text)


def seconds(work) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def measure(pages: int) -> str:
    content = shape(pages)
    taken: list[str] = []
    original = pdf._laid_out

    def watched(page):
        document = original(page)
        taken.append(str(len(document.pages)))
        return document

    kept: dict[str, str] = {}
    written = rendering._page

    def keeping(*arguments, **options):
        kept["html"] = written(*arguments, **options)
        return kept["html"]

    rendering._page, pdf._laid_out = keeping, watched
    rendering.letter_pdf(content)
    rendering._page, pdf._laid_out = written, original
    html = kept["html"]

    def bare() -> None:
        weasyprint.HTML(string=html, url_fetcher=OwnAssetsOnly()).write_pdf()

    rounds = 5 if pages <= 20 else 3 if pages <= 100 else 1
    ours, theirs = [], []
    for _ in range(rounds):
        theirs.append(seconds(bare))
        ours.append(seconds(lambda: rendering.letter_pdf(content)))
    ratio = statistics.median(one / other for one, other in zip(ours, theirs, strict=True))
    one, other = statistics.median(ours), statistics.median(theirs)
    return f"| {taken[-1]} | {len(taken)} | {other:.2f} | {one:.2f} | {ratio:.2f} | {preview(content):.0f} |"


def preview(content: LetterContent) -> float:
    """Milliseconds to read one part that was edited, for the page that shows it."""
    key = content.parts[len(content.parts) // 2].key
    readable_part(content, key, "")
    return 1000 * statistics.median(seconds(lambda: readable_part(content, key, "")) for _ in range(5))


def memory(pages: int) -> str:
    data = rendering.letter_pdf(shape(pages))
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    with pikepdf.open(io.BytesIO(data)) as made:
        count = len(made.pages)
    return f"{count} pages: {most:.0f} MiB at most, a file of {len(data) / 1e6:.2f} MB"


if __name__ == "__main__":
    if sys.argv[1:2] == ["--memory"]:
        print(memory(int(sys.argv[2])))
    else:
        print("| pages | layouts | bare, s | letter, s | ratio | reading a part, ms |\n|---|---|---|---|---|---|")
        for pages in map(int, sys.argv[1:] or ("20", "100", "300")):
            print(measure(pages), flush=True)
