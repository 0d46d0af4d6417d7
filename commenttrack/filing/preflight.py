"""Checks what would be filed against the limits of the filing system, and reports what holds as well as what does not.

Pure: takes text, names, sizes and bytes; reads no file and no database.
"""

import enum
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pikepdf

from commenttrack.filing.limits import Limits


class Level(enum.StrEnum):
    """What a finding means for the filing."""

    PASS = "pass"  # noqa: S105 (not a password)
    WARNING = "warning"
    """Permitted by the limits, but a person should look."""
    VIOLATION = "violation"
    """The system would reject it, or nobody could read it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report. ``check`` is a stable name for programs; ``message`` is a sentence for people."""

    level: Level
    check: str
    subject: str
    """What was looked at: ``comment``, ``organization``, ``files`` or the name of a file."""
    message: str

    @property
    def violation(self) -> bool:
        """Whether this stops a filing."""
        return self.level is Level.VIOLATION

    def __str__(self) -> str:
        return f"{self.subject}: {self.message}"


@dataclass(frozen=True, slots=True)
class Counter:
    """How much of a limit a text uses."""

    used: int
    limit: int

    @property
    def left(self) -> int:
        """Negative when the text is too long."""
        return self.limit - self.used


FileToCheck = tuple[str, int, bytes | None]
"""Name, size in bytes, and the content when it is at hand; without content only name and size are checked."""


def counters(text: str, *, characters: int, size: int, line_break: int = 1) -> tuple[Counter, Counter]:
    """Characters and UTF-8 bytes of a text, a line break (``\\r\\n`` is one) counted ``line_break`` times."""
    one = _BREAK.sub("\n", text)
    extra = one.count("\n") * (line_break - 1)
    return Counter(len(one) + extra, characters), Counter(len(one.encode("utf-8", "replace")) + extra, size)


def comment_counters(comment: str, limits: Limits) -> tuple[Counter, Counter]:
    """Characters and bytes of the comment as the filing system counts them."""
    return counters(
        comment,
        characters=limits.comment_characters,
        size=limits.comment_bytes,
        line_break=limits.line_break_counts,
    )


def emoji_in(text: str) -> tuple[str, ...]:
    """The emoji of a text, each once, in order of appearance; text symbols such as § © ✓ are not among them."""
    return tuple(dict.fromkeys(_EMOJI.findall(text)))


def preflight(
    comment: str,
    organization: str | None,
    files: Sequence[FileToCheck],
    limits: Limits,
    *,
    organization_type: str | None = None,
) -> list[Finding]:
    """Check everything and return every finding in order: comment, organization, files together, then file by file.

    ``organization`` and ``organization_type`` are checked when they are given (an empty string is given, and wrong).
    """
    findings = _comment(comment, limits)
    if organization is not None:
        findings += _organization(organization, limits)
    if organization_type is not None:
        findings.append(_organization_type(organization_type, limits))
    if not comment.strip() and not files:
        findings.append(_violation("content", "comment", "There is neither comment text nor a file to file."))
    return findings + check_files(files, limits)


def check_files(files: Sequence[FileToCheck], limits: Limits) -> list[Finding]:
    """Check the files alone: together, then one by one."""
    findings = _files(files, limits)
    for name, size, content in files:
        findings += _file(name, size, content, limits)
    return findings


def violations(findings: Iterable[Finding]) -> list[Finding]:
    """The findings that stop a filing."""
    return [finding for finding in findings if finding.violation]


def report(findings: Iterable[Finding], *, heading: str = "", notes: Iterable[str] = ()) -> str:
    """The findings as text for people: violations, warnings, then what holds, each in its order."""
    every, said = list(findings), list(notes)
    lines = [heading, "=" * len(heading), ""] if heading else []
    lines += [*said, ""] if said else []
    for level, title in _TITLES.items():
        these = [finding for finding in every if finding.level is level]
        lines.append(f"{title}: {len(these) or 'none'}")
        lines += [f"  - {finding}" for finding in these]
        lines.append("")
    return "\n".join(lines)


_TITLES = {Level.VIOLATION: "Must be put right", Level.WARNING: "Look at these", Level.PASS: "In order"}
_BREAK = re.compile(r"\r\n|\r|\n")

# Code points that are pictures by default (Unicode's Emoji_Presentation and the pictograph blocks), and anything that
# is made one by the variation selector, the keycap or a flag. Letters, arrows and ✓ without a selector stay text.
_PICTURES = (
    "\u231a\u231b\u23e9-\u23ec\u23f0\u23f3\u25fd\u25fe\u2614\u2615\u2648-\u2653\u267f\u2693\u26a1\u26aa\u26ab\u26bd\u26be"
    "\u26c4\u26c5\u26ce\u26d4\u26ea\u26f2\u26f3\u26f5\u26fa\u26fd\u2705\u270a\u270b\u2728\u274c\u274e\u2753-\u2755\u2757"
    "\u2795-\u2797\u27b0\u27bf\u2b1b\u2b1c\u2b50\u2b55"
    "\U0001f004\U0001f0cf\U0001f18e\U0001f191-\U0001f19a\U0001f201\U0001f21a\U0001f22f\U0001f232-\U0001f236"
    "\U0001f238-\U0001f23a\U0001f250\U0001f251\U0001f300-\U0001f64f\U0001f680-\U0001f6ff\U0001f7e0-\U0001f7ff"
    "\U0001f900-\U0001f9ff\U0001fa70-\U0001faff"
)
_EMOJI = re.compile(
    rf"[\U0001f1e6-\U0001f1ff]{{1,2}}|[0-9#*]\ufe0f?\u20e3|[{_PICTURES}][\ufe0f\U0001f3fb-\U0001f3ff]*"
    rf"(?:\u200d[{_PICTURES}\u2640\u2642\u2695\u2764][\ufe0f\U0001f3fb-\U0001f3ff]*)*|.\ufe0f"
)


def _pass(check: str, subject: str, message: str) -> Finding:
    return Finding(Level.PASS, check, subject, message)


def _warning(check: str, subject: str, message: str) -> Finding:
    return Finding(Level.WARNING, check, subject, message)


def _violation(check: str, subject: str, message: str) -> Finding:
    return Finding(Level.VIOLATION, check, subject, message)


def _within(counter: Counter, *, check: str, subject: str, unit: str, hint: str = "") -> Finding:
    if counter.left < 0:
        return _violation(
            check,
            subject,
            f"{counter.used:,} {unit}, {-counter.left:,} more than the limit of {counter.limit:,}{hint}. Shorten it.",
        )
    return _pass(check, subject, f"{counter.used:,} of {counter.limit:,} {unit}{hint}")


def _comment(comment: str, limits: Limits) -> list[Finding]:
    characters, size = comment_counters(comment, limits)
    times = limits.line_break_counts
    hint = f" (each line break counted {'twice' if times == 2 else f'{times} times'})" if times != 1 else ""
    findings = [
        _within(characters, check="comment-characters", subject="comment", unit="characters", hint=hint),
        _within(size, check="comment-bytes", subject="comment", unit="bytes", hint=hint),
    ]
    if limits.emoji_allowed:
        return findings
    found = emoji_in(comment)
    findings.append(
        _violation(
            "comment-emoji",
            "comment",
            f"Emoji are not accepted; take out {' '.join(found)} ({', '.join(map(_code_points, found))}).",
        )
        if found
        else _pass("comment-emoji", "comment", "no emoji")
    )
    return findings


def _code_points(emoji: str) -> str:
    return "+".join(f"U+{ord(character):04X}" for character in emoji)


def _organization(organization: str, limits: Limits) -> list[Finding]:
    if not organization.strip():
        return [_violation("organization", "organization", "The name of the organization is missing.")]
    characters, size = counters(organization, characters=limits.organization_characters, size=limits.organization_bytes)
    return [
        _within(characters, check="organization-characters", subject="organization", unit="characters"),
        _within(size, check="organization-bytes", subject="organization", unit="bytes"),
    ]


def _organization_type(kind: str, limits: Limits) -> Finding:
    if kind in limits.organization_types:
        return _pass("organization-type", "organization type", kind)
    known = ", ".join(limits.organization_types)
    return _violation(
        "organization-type",
        "organization type",
        f"{kind or 'Nothing'} is not among the choices: {known}. An agency may have its own list.",
    )


def _files(files: Sequence[FileToCheck], limits: Limits) -> list[Finding]:
    findings = [
        _violation("file-count", "files", f"{len(files)} files; at most {limits.files} are accepted.")
        if len(files) > limits.files
        else _pass("file-count", "files", f"{len(files)} of {limits.files} files")
    ]
    seen: dict[str, list[str]] = {}
    for name, _, _ in files:
        # Two names that differ in case only collide on many systems, so they count as the same.
        seen.setdefault(name.casefold(), []).append(name)
    repeated = [names for names in seen.values() if len(names) > 1]
    findings += [
        _violation("file-names", names[0], f"{len(names)} files have this name; give each its own.")
        for names in repeated
    ]
    if files and not repeated:
        findings.append(_pass("file-names", "files", "every file has a name of its own"))
    return findings


def _file(name: str, size: int, content: bytes | None, limits: Limits) -> list[Finding]:
    stem, dot, extension = name.rpartition(".")
    extension = extension.lower() if dot and stem else ""
    if extension in limits.extensions:
        findings = [_pass("file-extension", name, f".{extension} is accepted")]
    else:
        what = f".{extension} is not" if extension else "a name without an extension is not"
        findings = [
            _violation("file-extension", name, f"{what} accepted; use one of {', '.join(sorted(limits.extensions))}.")
        ]
    if size == 0:
        findings.append(_violation("file-size", name, "The file is empty."))
    elif size > limits.file_bytes:
        findings.append(
            _violation("file-size", name, f"{size:,} bytes; a file may have at most {limits.file_bytes:,}.")
        )
    else:
        findings.append(_pass("file-size", name, f"{size:,} of {limits.file_bytes:,} bytes"))
    if extension == "pdf" and content:
        findings += _pdf(name, content)
    return findings


def _pdf(name: str, content: bytes) -> list[Finding]:
    """Whether an agency can open a PDF, and whether a screen reader can read it (29 U.S.C. 794d binds the agency)."""
    try:
        with pikepdf.open(io.BytesIO(content)) as pdf:
            encrypted = pdf.is_encrypted
            marked = bool(pdf.Root.get("/MarkInfo", pikepdf.Dictionary()).get("/Marked", False))
            tagged = marked and "/StructTreeRoot" in pdf.Root
    except pikepdf.PasswordError:
        return [_warning("pdf-encrypted", name, "The PDF asks for a password; the agency cannot open it.")]
    except (pikepdf.PdfError, ValueError, AttributeError) as error:
        return [_violation("pdf-readable", name, f"The file cannot be read as a PDF ({_first_line(error)}).")]
    findings = [_pass("pdf-readable", name, "opens as a PDF")]
    findings.append(
        _warning("pdf-encrypted", name, "The PDF is encrypted; some agencies cannot take it into their docket.")
        if encrypted
        else _pass("pdf-encrypted", name, "not encrypted")
    )
    findings.append(
        _pass("pdf-tagged", name, "tagged for screen readers")
        if tagged
        else _warning("pdf-tagged", name, "The PDF is not tagged; some agencies post only accessible files.")
    )
    return findings


def _first_line(error: Exception) -> str:
    line = (str(error) or type(error).__name__).splitlines()[0].strip()
    # The object that was read is named by its address, which is another one each time.
    return re.sub(r"^stream <[^>]*>: ", "", line)
