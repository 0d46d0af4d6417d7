"""Limits and the check against them."""

import io
import json

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from commenttrack.filing.limits import BadLimits, limits_from, load
from commenttrack.filing.preflight import Level, comment_counters, emoji_in, preflight, report, violations
from commenttrack.resources import folder

LIMITS = load()
SEED = json.loads((folder("seeds") / "reference" / "regulations_gov_limits.json").read_text())


def pdf(*, tagged=True, password=None):
    made = pikepdf.new()
    made.add_blank_page()
    if tagged:
        made.Root.MarkInfo = pikepdf.Dictionary(Marked=True)
        made.Root.StructTreeRoot = pikepdf.Dictionary(Type=pikepdf.Name.StructTreeRoot)
    buffer = io.BytesIO()
    made.save(buffer, encryption=pikepdf.Encryption(owner="o", user=password) if password is not None else None)
    return buffer.getvalue()


def checks(findings, level=Level.VIOLATION):
    return [(finding.check, finding.subject) for finding in findings if finding.level is level]


def check_files(*files):
    return preflight("Hello.", None, [(name, size, None) for name, size in files], LIMITS)


def test_a_comment_within_every_limit_passes_every_check_and_says_what_it_used():
    findings = preflight("Please see the attached letter.", "Acme", [("letter.pdf", 10, None)], LIMITS)
    assert violations(findings) == []
    assert any("31 of 5,000 characters" in finding.message for finding in findings)
    assert {finding.check for finding in findings} >= {"comment-bytes", "organization-bytes", "file-count", "file-size"}


@pytest.mark.parametrize(
    ("comment", "broken"),
    [
        ("x" * 5000, []),
        ("x" * 5001, ["comment-characters", "comment-bytes"]),
        ("é" * 2500, []),
        ("é" * 2501, ["comment-bytes"]),
        ("x" * 4998 + "\n", []),
        ("x" * 4999 + "\n", ["comment-characters", "comment-bytes"]),
        ("x" * 4998 + "\r\n", []),
        ("x" * 4998 + "\r", []),
    ],
    ids=["5000", "5001", "5000-bytes", "5002-bytes", "break-fits", "break-counts-twice", "crlf-is-one", "cr-is-one"],
)
def test_characters_and_bytes_are_counted_with_line_breaks_twice(comment, broken):
    assert [finding.check for finding in violations(preflight(comment, None, [], LIMITS))] == broken


@given(st.text(max_size=300))
def test_the_counters_agree_with_counting_every_break_as_two_characters(text):
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    characters, size = comment_counters(text, LIMITS)
    assert characters.used == len(plain.replace("\n", "**"))
    assert size.used == len(plain.replace("\n", "**").encode("utf-8", "replace"))


@pytest.mark.parametrize(
    "text",
    ["\U0001f600", "\u2764\ufe0f", "\U0001f1fa\U0001f1f8", "1\ufe0f\u20e3", "\U0001f469\u200d\U0001f4bb", "\u2705"],
)
def test_emoji_are_found_whole(text):
    assert emoji_in(f"We agree {text} with this.") == (text,)
    (finding,) = violations(preflight(f"Yes {text}", None, [], LIMITS))
    assert finding.check == "comment-emoji"
    assert "U+" in finding.message


@pytest.mark.parametrize(
    "text", ["§ 7.2(a)(1)", "© 2026 ™ ®", "“quotes” – dashes … •", "✓ → ☐ ½ №", "日本語", "1 # * 2"]
)
def test_signs_of_ordinary_text_are_no_emoji(text):
    assert emoji_in(text) == ()


@pytest.mark.parametrize(
    ("files", "broken"),
    [
        ([(f"{n}.pdf", 1) for n in range(20)], []),
        ([(f"{n}.pdf", 1) for n in range(21)], [("file-count", "files")]),
        ([("a.pdf", 10_485_760)], []),
        ([("a.pdf", 10_485_761)], [("file-size", "a.pdf")]),
        ([("a.pdf", 0)], [("file-size", "a.pdf")]),
        ([("a.exe", 1)], [("file-extension", "a.exe")]),
        ([("a.PDF", 1)], []),
        ([("letter", 1)], [("file-extension", "letter")]),
        ([(".pdf", 1)], [("file-extension", ".pdf")]),
        ([("a.docx.zip", 1)], [("file-extension", "a.docx.zip")]),
        ([("Letter.pdf", 1), ("letter.PDF", 1)], [("file-names", "Letter.pdf")]),
    ],
)
def test_files_are_checked_by_number_size_extension_and_name(files, broken):
    assert checks(check_files(*files)) == broken


@pytest.mark.parametrize(
    ("organization", "broken"),
    [
        ("x" * 120, []),
        ("x" * 121, ["organization-characters", "organization-bytes"]),
        ("é" * 61, ["organization-bytes"]),
        (" ", ["organization"]),
    ],
)
def test_the_organization_has_limits_of_its_own(organization, broken):
    assert [finding.check for finding in violations(preflight("Hello.", organization, [], LIMITS))] == broken


def test_an_organization_type_must_be_one_of_the_list():
    assert violations(preflight("Hello.", None, [], LIMITS, organization_type="Tribal")) == []
    (finding,) = violations(preflight("Hello.", None, [], LIMITS, organization_type="Club"))
    assert "Company" in finding.message


def test_nothing_to_file_is_a_violation():
    assert [finding.check for finding in violations(preflight("  ", None, [], LIMITS))] == ["content"]


def test_an_encrypted_or_untagged_pdf_is_a_warning_and_a_broken_one_a_violation():
    def look(data):
        return preflight("Hello.", None, [("a.pdf", len(data), data)], LIMITS)

    assert checks(look(pdf()), Level.WARNING) == []
    assert checks(look(pdf(tagged=False)), Level.WARNING) == [("pdf-tagged", "a.pdf")]
    assert checks(look(pdf(password="")), Level.WARNING) == [("pdf-encrypted", "a.pdf")]
    assert checks(look(pdf(password="secret")), Level.WARNING) == [("pdf-encrypted", "a.pdf")]
    assert checks(look(b"no pdf at all")) == [("pdf-readable", "a.pdf")]
    assert "object at" not in str(look(b"no pdf at all"))
    assert checks(look(pdf()[:200])) == [("pdf-readable", "a.pdf")]


def test_several_violations_are_all_reported_in_order():
    findings = preflight("x" * 5001 + "\u2705", "", [("a.exe", 0, None)] * 2, LIMITS)
    assert [finding.check for finding in violations(findings)] == [
        "comment-characters",
        "comment-bytes",
        "comment-emoji",
        "organization",
        "file-names",
        "file-extension",
        "file-size",
        "file-extension",
        "file-size",
    ]


def test_the_report_lists_what_to_put_right_first():
    text = report(preflight("Hello.", None, [("a.exe", 1, None)], LIMITS), heading="Preflight", notes=["Docket: X"])
    assert text.index("Docket: X") < text.index("Must be put right: 1") < text.index("In order:")
    assert "a.exe: .exe is not accepted" in text


# ------------------------------------------------------------------------------------------------------------ limits


def test_the_limits_that_come_with_the_program_are_those_of_the_field_guide():
    assert (LIMITS.comment_characters, LIMITS.comment_bytes, LIMITS.line_break_counts) == (5000, 5000, 2)
    assert (LIMITS.files, LIMITS.file_bytes) == (20, 10_485_760)
    assert " ".join(sorted(LIMITS.extensions)) == (
        "bmp docx gif jpeg jpg pdf png pptx rtf sgml tif tiff txt wpd xlsx xml"
    )
    assert (LIMITS.organization_characters, LIMITS.email_characters, LIMITS.first_name_characters) == (120, 100, 25)
    assert LIMITS.source
    assert LIMITS.verified


def test_an_installation_overrides_single_limits_and_leaves_the_rest(tmp_path):
    assert load(tmp_path) == LIMITS
    (tmp_path / "regulations_gov_limits.json").write_text('{"files": {"count": 30}, "verified": "2027-01-05"}')
    mine = load(tmp_path)
    assert (mine.files, mine.verified, mine.file_bytes) == (30, "2027-01-05", LIMITS.file_bytes)


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ({"file": {"count": 3}}, "file is not known"),
        ({"files": {"most": 3}}, "files.most"),
        ({"files": {"count": 0}}, "files.count"),
        ({"files": {"count": True}}, "files.count"),
        ({"files": {"extensions": "pdf"}}, "files.extensions"),
        ({"comment": {"emoji": "no"}}, "comment.emoji"),
        ({"verified": ""}, "verified"),
        ({"files": 3}, "files.count"),
    ],
)
def test_an_override_that_cannot_be_used_is_refused_by_name(override, words):
    with pytest.raises(BadLimits, match=words):
        limits_from(SEED, override)


def test_a_file_of_limits_that_is_no_json_is_refused_by_its_name(tmp_path):
    (tmp_path / "regulations_gov_limits.json").write_text("{")
    with pytest.raises(BadLimits, match=r"regulations_gov_limits\.json"):
        load(tmp_path)
