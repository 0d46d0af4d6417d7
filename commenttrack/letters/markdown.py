"""A letter as one Markdown file: a YAML head between ``---`` lines, then the body."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, get_args

import yaml

from commenttrack.errors import BadInput
from commenttrack.letters import body as bodies
from commenttrack.letters.content import (
    CitationStyle,
    CitedDocument,
    LetterContent,
    LetterHead,
    Letterhead,
    LetterPartContent,
    Order,
    RedlineWords,
    Signatory,
)

_KEYS = (
    "letterhead", "date", "via", "to", "re", "salutation", "closing", "contact", "signatories", "lead", "order",
    "citations", "thousands_comma", "toc", "draft", "numbered", "lang", "redline_words", "illustrative", "sources",
)  # fmt: skip
_HEAD = re.compile(r"\ufeff?---[ \t]*\n((?:.*\n)*?)(?:---|\.\.\.)[ \t]*(?:\n|\Z)")
_LONGEST_HEAD = 500_000


def content_from_markdown(text: str) -> LetterContent:
    """The letter that a Markdown file with a YAML head describes; the head and every key in it may be absent.

    Raises :class:`BadInput` for a head that is not YAML, a key that is not known or holds the wrong kind of value, and
    for a body that :mod:`commenttrack.letters.body` refuses.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    match = _HEAD.match(text)
    if match is None and re.match(r"\ufeff?---[ \t]*\n", text) and re.search(r"^\w+:", text, re.M):
        raise BadInput("The letter's head is opened with --- in the first line and not closed with a second --- line.")
    values = _yaml(match.group(1)) if match else {}
    head = head_from_mapping(values)
    signatories = tuple(_signatory(item) for item in _list(values.get("signatories"), "signatories"))
    lead = _text(values.get("lead"), "lead")
    if lead and lead not in {signatory.organization for signatory in signatories}:
        raise BadInput(f"lead: {lead!r} is not among the organizations under signatories.")
    return LetterContent(head, parts_from_markdown(text[match.end() :] if match else text), signatories, lead)


def parts_from_markdown(body: str) -> tuple[LetterPartContent, ...]:
    """A body cut at its headings. Keys come from the headings, so they stay when parts change places."""
    bodies.read(body)  # the body as a whole must be readable: a note may be defined only once in it
    env: dict[str, Any] = {}
    tokens = bodies.parser().parse(body, env)
    lines = body.split("\n")
    starts = [(0, 0, "", 0)]
    for index, token in enumerate(tokens):
        if token.type == "heading_open" and token.level == 0 and token.map:
            starts.append((token.map[0], token.map[1], " ".join(tokens[index + 1].content.split()), int(token.tag[1])))
    ends = [start for start, *_ in starts[1:]] + [len(lines)]
    parts: list[LetterPartContent] = []
    keys: set[str] = set()
    for (_, start, heading, level), end in zip(starts, ends, strict=True):
        text = "\n".join(lines[start:end]).strip("\n")
        if not heading and level == 0 and not text.strip():
            continue
        parts.append(LetterPartContent(_key(heading, keys), heading, level, _with_addresses(text, env)))
    return tuple(parts)


def _key(heading: str, keys: set[str]) -> str:
    words = re.findall(r"[a-z0-9]+", heading.lower()) or ["opening"]
    stem = "-".join(words)[:60].strip("-")
    stem = stem if stem[0].isalpha() else f"part-{stem}"
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


# -------------------------------------------------------------------------------------------------------------- head


def _yaml(source: str) -> dict[str, Any]:
    if len(source) > _LONGEST_HEAD:
        raise BadInput(f"The letter's head has {len(source):,} characters; at most {_LONGEST_HEAD:,} are read.")
    if re.search(r"(?:^|[\s\[{,:-])[&*][A-Za-z0-9_]+(?:\s|$|[,\]}])", source, re.M) and "<<" not in source:
        # Anchors let a few lines unfold to gigabytes; a letter's head needs none.
        raise BadInput(
            "The letter's head uses YAML anchors or aliases (& or *); write the values out, or quote the text."
        )
    try:
        values = yaml.load(source, Loader=_Loader)  # noqa: S506  # derived from SafeLoader
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" in line {mark.line + 2}" if mark else ""
        raise BadInput(f"The letter's head is not YAML{where}: {getattr(error, 'problem', None) or error}.") from None
    if values is None:
        return {}
    if not isinstance(values, dict):
        raise BadInput("The letter's head must be keys and values, as in: date: March 12, 2025.")
    return values


class _Loader(yaml.SafeLoader):
    """YAML in which a key stands once: a second ``to:`` would silently replace the first."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, str):
                raise BadInput(f"The letter's head has a key that is not a word: {key!r}.")
            if key in seen:
                raise BadInput(f"The key {key} stands twice in the letter's head.")
            seen.add(key)
        return super().construct_mapping(node, deep)


def head_from_mapping(values: Mapping[str, Any]) -> LetterHead:
    """The head that a mapping with the YAML head's keys describes (``signatories`` and ``lead`` are read elsewhere).

    Raises :class:`BadInput` for a key that is not known and for a value of the wrong kind.
    """
    for key in values:
        if key not in _KEYS:
            raise BadInput(f"Unknown key in the letter's head: {key}. Allowed are {', '.join(_KEYS)}.")
    letterhead = _fields(values.get("letterhead"), "letterhead", ("name", "tagline", "address"))
    return LetterHead(
        letterhead=Letterhead(
            _text(letterhead.get("name"), "letterhead: name"),
            _text(letterhead.get("tagline"), "letterhead: tagline"),
            _lines(letterhead.get("address"), "letterhead: address"),
        ),
        date=_text(values.get("date"), "date"),
        via=_text(values.get("via"), "via"),
        to=_addressees(values.get("to")),
        re=_lines(values.get("re"), "re"),
        salutation=_text(values.get("salutation"), "salutation"),
        closing=_text(values.get("closing"), "closing"),
        contact=_text(values.get("contact"), "contact"),
        order=_choice(values.get("order"), "order", get_args(Order), "alphabetical"),
        citations=_choice(values.get("citations"), "citations", get_args(CitationStyle), "ofr"),
        thousands_comma=_flag(values.get("thousands_comma"), "thousands_comma", False),
        toc=_flag(values.get("toc"), "toc", False),
        draft=_flag(values.get("draft"), "draft", False),
        numbered=_flag(values.get("numbered"), "numbered", True),
        lang=_language(values.get("lang")),
        redline_words=_choice(values.get("redline_words"), "redline_words", get_args(RedlineWords), "hidden"),
        illustrative=_text(values.get("illustrative"), "illustrative"),
        sources=tuple(_source(item) for item in _list(values.get("sources"), "sources")),
    )


def _text(value: object, key: str) -> str:
    match value:
        case None:
            return ""
        case str():
            text = value.strip()
            if key == "date" and re.fullmatch(r"\d{4}-\d\d-\d\d", text):
                return _text(_day(text, key), key)
            return text
        case datetime():
            raise BadInput(f"{key}: {value} has an hour; write the day alone.")
        case date():
            return f"{value:%B} {value.day}, {value.year}"
        case bool():
            raise BadInput(f"{key} must be text, not {str(value).lower()}.")
        case int() | float():
            return str(value)
        case _:
            raise BadInput(f"{key} must be text, not {_kind(value)}.")


def _day(text: str, key: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput(f"{key}: {text} is not a day of the calendar.") from None


def _lines(value: object, key: str) -> tuple[str, ...]:
    if isinstance(value, list):
        return tuple(_text(item, key) for item in value)
    return tuple(line.strip() for line in _text(value, key).split("\n") if line.strip())


def _list(value: object, key: str) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise BadInput(f"{key} must be a list, not {_kind(value)}.")
    return value


def _addressees(value: object) -> tuple[tuple[str, ...], ...]:
    items = _list(value, "to") if not isinstance(value, str) else [value]
    if items and all(isinstance(item, str) and "\n" not in item for item in items):
        return (_lines(items, "to"),)  # one addressee, its lines given directly
    return tuple(_lines(item, "to") for item in items)


def _fields(value: object, key: str, allowed: tuple[str, ...]) -> Mapping[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise BadInput(f"{key} must be keys and values ({', '.join(allowed)}), not {_kind(value)}.")
    for name in value:
        if name not in allowed:
            raise BadInput(f"Unknown key under {key}: {name}. Allowed are {', '.join(allowed)}.")
    return value


def _signatory(item: object) -> Signatory:
    if isinstance(item, str):
        return Signatory(item.strip())
    values = _fields(item, "signatories", ("organization", "person", "title", "reservation", "recorded_by_mail"))
    organization = _text(values.get("organization"), "signatories: organization")
    if not organization:
        raise BadInput("Each entry under signatories needs an organization.")
    return Signatory(
        organization,
        _text(values.get("person"), "signatories: person"),
        _text(values.get("title"), "signatories: title"),
        _text(values.get("reservation"), "signatories: reservation"),
        _flag(values.get("recorded_by_mail"), "signatories: recorded_by_mail", False),
    )


def _source(item: object) -> CitedDocument:
    values = _fields(item, "sources", ("cite", "last_page", "title", "kind", "date", "cfr"))
    cite = _text(values.get("cite"), "sources: cite")
    match = re.fullmatch(r"(\d{1,3})\s*(?:FR|Fed\. Reg\.)\s*([\d,]+)", cite)
    if match is None:
        raise BadInput(f"sources: cite must be volume and first page, as in 89 FR 5698, not {cite!r}.")
    day = values.get("date")
    if isinstance(day, str):
        day = _day(day, "sources: date")
    if day is not None and not isinstance(day, date):
        raise BadInput(f"sources: date must be a day such as 2024-01-29, not {day!r}.")
    cfr: list[tuple[int, str]] = []
    for place in _lines(values.get("cfr"), "sources: cfr"):
        part = re.fullmatch(r"(\d+)\s*CFR\s*(?:part\s*)?(\w+)", place)
        if part is None:
            raise BadInput(f"sources: cfr must be titles and parts, as in 15 CFR part 7, not {place!r}.")
        cfr.append((int(part.group(1)), part.group(2)))
    last = _text(values.get("last_page"), "sources: last_page")
    if last and not last.isdecimal():
        raise BadInput(f"sources: last_page must be a page number, not {last!r}.")
    kind = values.get("kind")
    return CitedDocument(
        int(match.group(1)),
        int(match.group(2).replace(",", "")),
        int(last) if last else None,
        _text(values.get("title"), "sources: title"),
        _choice(kind, "sources: kind", ("proposed", "final", "notice"), "") if kind else "",
        day.isoformat() if day else "",
        tuple(cfr),
    )


def _choice(value: object, key: str, allowed: tuple[Any, ...], default: str) -> Any:
    if value is None:
        return default
    if value not in allowed:
        raise BadInput(f"{key} must be one of {', '.join(allowed)}, not {value!r}.")
    return value


def _flag(value: object, key: str, default: bool) -> bool:
    if value is None:
        return default
    if not isinstance(value, bool):
        raise BadInput(f"{key} must be true or false, not {value!r}.")
    return value


_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*\Z")


def _language(value: object) -> str:
    language = _text(value, "lang") or "en-US"
    if not _LANGUAGE.match(language):
        raise BadInput(f"lang must be a language tag such as en-US or zh-Hans, not {language!r}.")
    return language


def _kind(value: object) -> str:
    names: dict[type, str] = {dict: "keys and values", list: "a list", str: "text"}
    return names.get(type(value), type(value).__name__)
