"""A letter's body cut at its headings into parts, each with its key, its place and its text in the second language."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from markdown_it.token import Token

from commenttrack.errors import BadInput
from commenttrack.letters import body as bodies
from commenttrack.letters.content import LetterPartContent

HEAD = re.compile(r"\ufeff?---[ \t]*\n((?:.*\n)*?)(?:---|\.\.\.)[ \t]*(?:\n|\Z)")
"""The YAML head of a letter, between two lines of ``---``."""


@dataclass(frozen=True, slots=True)
class ParsedBody:
    parts: tuple[LetterPartContent, ...]
    images: tuple[str, ...]
    """Addresses of images, in order."""


def parse(body: str) -> ParsedBody:
    """The parts of a body and the addresses of its images.

    Keys are given with the heading (``{#key}``) or come from its words, so they stay when parts change places.

    Raises :class:`BadInput` for what :func:`body.read` refuses, and for marks at headings that are not known.
    """
    env: dict[str, Any] = {}
    tokens = bodies.parser().parse(body, env)
    lines = body.split("\n")
    bodies.refuse_open_divisions(tokens, lines)
    second: dict[int, list[str]] = {}
    gone: set[int] = set()
    for token in tokens:
        if token.type == "container_translation_open" and token.level == 0 and token.map:
            first, last = token.map
            second[first] = lines[first + 1 : last]
            gone.update(range(first, last + 1))
    # The body as a whole must be readable: a note may be defined only once in it.
    bodies.read("\n".join("" if number in gone else line for number, line in enumerate(lines)))
    starts = [_Start(0, 0, "", 0)]
    for index, token in enumerate(tokens):
        if token.type == "heading_open" and token.level == 0 and token.map:
            starts.append(_start(token, tokens[index + 1]))
    ends = [start.line for start in starts[1:]] + [len(lines)]
    # A key made from a heading's words makes way for one that was given, to a part or to an exhibit in it.
    keys = {start.key for start in starts if start.key}
    keys |= {match[1] for token in tokens if (match := bodies.DIVISION_KEY.search(token.info))}
    parts: list[LetterPartContent] = []
    outer: list[_Start] = []
    for start, end in zip(starts, ends, strict=True):
        text = "\n".join(lines[line] for line in range(start.after, end) if line not in gone).strip("\n")
        translated = [text for line, text in second.items() if start.after <= line < end]
        if not start.heading and start.level == 0 and not text.strip() and not translated:
            continue
        outer = [*(above for above in outer if above.level < start.level), start]
        key = start.key or _key(start.heading, keys)
        heading, translation = _headed("\n\n".join("\n".join(one) for one in translated))
        parts.append(
            LetterPartContent(
                key,
                start.heading,
                start.level,
                _with_addresses(text, env),
                annex=any("annex" in above.marks for above in outer),
                landscape=any("landscape" in above.marks for above in outer),
                translated_heading=heading,
                translation=translation,
            )
        )
    return ParsedBody(tuple(parts), tuple(_images(tokens)))


@dataclass(frozen=True, slots=True)
class _Start:
    """Where a part starts: the line of its heading, the line after it, and what the heading says."""

    line: int
    after: int
    heading: str
    level: int
    key: str = ""
    marks: frozenset[str] = frozenset()


_ATTRIBUTES = re.compile(r"\s*\{((?:\s*[#.][\w.-]+)+)\s*\}\Z")
_MARKS = ("annex", "landscape")


def _start(opening: Token, inline: Token) -> _Start:
    heading = " ".join(inline.content.split())
    key = ""
    marks: set[str] = set()
    line, after = opening.map or (0, 0)
    if match := _ATTRIBUTES.search(heading):
        heading = heading[: match.start()]
        for word in match.group(1).split():
            if word[0] == "." and word[1:] not in _MARKS:
                raise BadInput(f"The heading “{heading}” is marked {word}; known are .{' and .'.join(_MARKS)}.")
            if word[0] == ".":
                marks.add(word[1:])
            elif not bodies.KEY.fullmatch(word[1:]):
                raise BadInput(f"The key {word} of “{heading}” must start with a small letter: {{#costs-2}}.")
            else:
                key = word[1:]
    return _Start(line, after, heading, int(opening.tag[1]), key, frozenset(marks))


def _headed(text: str) -> tuple[str, str]:
    """Heading and text of a part's translation."""
    match = re.match(r"\s*#{1,6}[ \t]+(.+?)[ \t#]*(?:\n|\Z)", text)
    return (match.group(1), text[match.end() :].strip("\n")) if match else ("", text.strip("\n"))


def _images(tokens: Iterable[Token]) -> Iterable[str]:
    for token in tokens:
        for child in token.children or ():
            if child.type == "image":
                yield bodies.address_of(child)


def with_second(letter: ParsedBody, name: str, text: str) -> ParsedBody:
    """The letter with the text of its second language, which the file ``name`` holds, part by part."""
    text = text.replace("\r\n", "\n")
    if HEAD.match(text):
        raise BadInput(f"{name} has a head of its own; it is a body only. Put the rest under translation.")
    second = parse(text)
    for number, (one, other) in enumerate(zip(letter.parts, second.parts, strict=False), 1):
        if one.level != other.level:
            raise BadInput(
                f"{name}: its part {number} (“{other.heading}”) does not stand as deep as “{one.heading}” of the "
                "letter; both texts need the same headings in the same order."
            )
    if len(letter.parts) != len(second.parts):
        raise BadInput(
            f"{name} has {len(second.parts)} parts and the letter {len(letter.parts)}; both texts need the same "
            "headings in the same order."
        )
    return ParsedBody(
        tuple(
            replace(one, translated_heading=other.heading, translation=other.text)
            for one, other in zip(letter.parts, second.parts, strict=True)
        ),
        (*letter.images, *second.images),
    )


def _key(heading: str, keys: set[str]) -> str:
    words = re.findall(r"[a-z0-9]+", heading.lower()) or ["opening" if not heading else "part"]
    stem = "-".join(words)[:60].strip("-")
    # Notes and their calls have addresses of their own: note-1, call-1.
    stem = stem if stem[0].isalpha() and words[0] not in ("note", "call") else f"part-{stem}"
    key, count = stem, 2
    while key in keys:
        key, count = f"{stem}-{count}", count + 1
    keys.add(key)
    return key


def _with_addresses(text: str, env: Mapping[str, Any]) -> str:
    """A part with the link addresses it uses that another part defines (``[name]: https://…``)."""
    missing = [
        f"[{label.lower()}]: <{reference['href']}>"
        for label, reference in env.get("references", {}).items()
        if f"[{label.lower()}]" in text.lower() and f"[{label.lower()}]:" not in text.lower()
    ]
    return text + "\n\n" + "\n".join(missing) if missing else text
