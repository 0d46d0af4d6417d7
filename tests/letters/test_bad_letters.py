"""Letters that cannot be meant, or mean harm, through ``letter compile``: a clear sentence or safe output."""

import io
import socket
import struct
import zlib

import pytest
from click.testing import CliRunner
from PIL import Image

from commenttrack.cli import main


@pytest.fixture
def compiled(tmp_path, monkeypatch):
    """Compile a letter in a folder of its own, where nothing can be fetched; gives the run and the output's path."""

    def refused(*_):
        raise AssertionError("a letter opened a connection")

    monkeypatch.setattr(socket.socket, "connect", refused)

    def compile_letter(text, suffix=".pdf", **files):
        folder = tmp_path / "letter"
        folder.mkdir(exist_ok=True)
        (tmp_path / "secret.png").write_bytes(b"\x89PNG secret")
        for name, data in files.items():
            (folder / name.replace("_", ".")).write_bytes(data)
        source = folder / "letter.md"
        source.write_bytes(text if isinstance(text, bytes) else text.encode())
        output = folder / f"out{suffix}"
        return CliRunner().invoke(main, ["letter", "compile", str(source), "-o", str(output)]), output

    return compile_letter


def says(compiled, *words):
    """Refused with a sentence, and nothing written."""
    run, output = compiled
    assert run.exit_code == 2, run.exception or run.output
    assert isinstance(run.exception, SystemExit)
    assert not output.exists()
    for word in words:
        assert word in run.output, run.output


def png(width, height):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = zlib.compress(bytes(1 << 20), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


@pytest.mark.parametrize("suffix", [".pdf", ".html", ".docx"])
def test_raw_html_and_scripts_stay_text(compiled, suffix):
    run, output = compiled("<script>alert(1)</script> <iframe src='https://example.org'></iframe>", suffix)
    assert run.exit_code == 0
    if suffix == ".html":
        assert "<script>" not in output.read_text()
        assert "&lt;script&gt;" in output.read_text()


@pytest.mark.parametrize("suffix", [".pdf", ".html", ".docx"])
@pytest.mark.parametrize(
    "address",
    [
        "https://example.org/a.png",
        "//example.org/a.png",
        "file:///etc/passwd",
        "data:image/png;base64,AAAA",
        "FTP://x/a",
    ],
)
def test_an_image_with_an_address_is_refused(compiled, suffix, address):
    says(compiled(f"![A map]({address})", suffix), "fetches nothing", address[:20])


@pytest.mark.parametrize("name", ["/etc/passwd", "../secret.png", "~/a.png", "a/../../secret.png"])
def test_an_image_outside_the_folder_is_refused(compiled, name):
    says(compiled(f"![A map]({name})"), "lies elsewhere")


def test_a_link_out_of_the_folder_is_not_followed(compiled, tmp_path):
    (tmp_path / "letter").mkdir()
    (tmp_path / "letter" / "a.png").symlink_to(tmp_path / "secret.png")
    says(compiled("![A map](a.png)"), "lies outside")


def test_an_image_that_is_not_there_is_refused(compiled):
    says(compiled("![A map](a.png)"), "a.png", "is not in")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"root:x:0:0", "not an image"),
        (b"GIF89a", "not an image"),
        (png(50_000, 50_000), "pixels"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "a script"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><image href='https://example.org'/></svg>", "another image"),
        (
            b"<?xml version='1.0'?><!DOCTYPE svg [<!ENTITY a 'b'>]><svg xmlns='http://www.w3.org/2000/svg'>&a;</svg>",
            "entities",
        ),
    ],
)
def test_a_logo_that_is_not_a_good_image_is_refused(compiled, data, words):
    says(compiled("---\nletterhead: {name: A, logo: logo.png}\n---\nText.", logo_png=data), words)


def test_an_image_without_words_for_those_who_do_not_see_it_is_refused(compiled):
    out = io.BytesIO()
    Image.new("RGB", (9, 9)).save(out, "PNG")
    says(compiled("![](a.png)", a_png=out.getvalue()), "what the image a.png shows")


def test_five_megabytes_of_text_are_refused_at_once(compiled):
    says(compiled("word and word. " * 350_000), "at most")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Call.[^a]", "called but not defined"),
        ("Call.\n\n[^a]: x", "never called"),
        ("Word {--open.", "not closed"),
        ("::: exhibit A\n\nText", "not closed"),
        ("> " * 500 + "deep", "nested"),
        ("---\ndate: [\n---\nx", "not YAML"),
        ("---\na: &a [x]\nb: *a\n---\nx", "anchors"),
        ("---\nnonsense: 1\n---\nx", "Unknown key"),
        (b"\xff\xfe\x00", "not UTF-8"),
        ("|" + "a|" * 60 + "\n|" + "---|" * 60 + "\n|" + "some words|" * 60, "table"),
        ("Cheese \U0001f9c0", "in words"),
        ("---\ntranslation: {lang: zh, file: /etc/passwd}\n---\nx", "lies outside"),
        ("---\ntranslation: {lang: zh, file: ../secret.png}\n---\nx", "lies outside"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_a_sentence(compiled, text, words):
    says(compiled(text), words)


UNUSUAL = (
    "", "---\n---\n", "שלום עולם and back", "مرحبا بالعالم", "a\u202eb\u200bc\u2066d", "\ufeffText", "x" * 3000, "\0",
)  # fmt: skip


@pytest.mark.parametrize("text", UNUSUAL)
def test_unusual_text_is_printed_or_refused_and_nothing_else(compiled, text):
    run, output = compiled(text)
    if run.exit_code:
        says((run, output))
    else:
        assert output.read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize("text", ["*", "[", "[@", "{++", "`", "![", "|", ":::", "<", "^["])
def test_text_made_to_keep_a_reader_busy_does_not(compiled, text):
    run, output = compiled(text * 9_000, ".html")
    if run.exit_code:
        says((run, output))
    else:
        assert "<body>" in output.read_text()
