"""What a source document of a coalition says: the values of the format ``commenttrack-positions/1`` and their JSON.

Offsets (``start``, ``end``) count characters of the file's text (for PDF, Word and HTML: of the text taken out of it);
the text of a value is what stands between them with white space folded, unless it was written by hand as a paraphrase.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from commenttrack.errors import BadInput

FORMAT = "commenttrack-positions/1"
KINDS = ("principles", "recommendations", "consensus", "letter", "news", "other")


@dataclass(frozen=True, slots=True)
class ParsedSourceHead:
    """The document as a whole. ``date`` is ISO 8601 as far as the document shows it, so it may be a month or a year.

    ``coalition`` is False for a third party, whose words are context and never a position.
    """

    title: str = ""
    publisher: str = ""
    date: str = ""
    kind: str = "other"
    coalition: bool = True
    addressee: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ParsedPosition:
    """One thing the coalition holds, with its label in the source (``3(b)``) and where the source states it."""

    id: str
    parent: str | None
    label: str
    heading: str
    text: str
    start: int = 0
    end: int = 0
    deferred: bool = False
    # The source itself puts the topic off ("to be discussed later").


@dataclass(frozen=True, slots=True)
class ParsedContext:
    """A passage that is no position: evidence, an introduction, a third party's words."""

    text: str
    speaker: str
    start: int
    end: int
    heading: str = ""
    evidence: bool = False
    # It is in a list of findings that the source puts forward.


@dataclass(frozen=True, slots=True)
class ParsedSignatory:
    """Who signed. Any of the three may be empty, not all."""

    organization: str
    person: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class ParsedParticipant:
    """Who took part in a dialogue, and on which side."""

    person: str
    affiliation: str
    side: str


@dataclass(frozen=True, slots=True)
class ParsedUnsure:
    """A passage whose place in the outline the parser could not tell, and why."""

    text: str
    why: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ParsedSource:
    """A whole source document in document order."""

    source: ParsedSourceHead
    positions: tuple[ParsedPosition, ...]
    context: tuple[ParsedContext, ...] = ()
    signatories: tuple[ParsedSignatory, ...] = ()
    participants: tuple[ParsedParticipant, ...] = ()
    unsure: tuple[ParsedUnsure, ...] = ()


def to_json(parsed: ParsedSource) -> dict[str, Any]:
    """The document as plain dicts and lists in the format ``commenttrack-positions/1``."""
    body = asdict(parsed)
    body["source"]["addressee"] = list(parsed.source.addressee)
    return {
        "format": FORMAT,
        **{key: list(value) if isinstance(value, tuple) else value for key, value in body.items()},
    }


def from_json(data: object) -> ParsedSource:
    """The document that :func:`to_json` wrote; keys it does not know are ignored.

    A file without ``source`` is a selection of positions from several documents: the parents of its positions may be
    missing, and labels may repeat. Raises :class:`BadInput` that names the value which is missing, of the wrong type,
    or does not fit: an id used twice, an unknown parent or kind, a label that is empty or does not belong under its
    parent's, a span that ends before it starts.
    """
    top = _object(data, "the file")
    if top.get("format") != FORMAT:
        raise BadInput(f"format: expected “{FORMAT}”, found {top.get('format')!r}.")
    whole = top.get("source") is not None
    positions = tuple(
        ParsedPosition(
            id=_text(item, "id", where, required=True),
            parent=_text(item, "parent", where) or None,
            label=_text(item, "label", where, required=True),
            heading=_text(item, "heading", where),
            text=_text(item, "text", where),
            start=_number(item, "start", where),
            end=_number(item, "end", where),
            deferred=_flag(item, "deferred", where, default=False),
        )
        for item, where in _objects(top, "positions", required=True)
    )
    _check(positions, whole=whole)
    return ParsedSource(
        source=_head(_object(top["source"], "source")) if whole else ParsedSourceHead(),
        positions=positions,
        context=tuple(
            ParsedContext(
                _text(item, "text", where, required=True),
                _text(item, "speaker", where),
                _number(item, "start", where),
                _number(item, "end", where),
                _text(item, "heading", where),
                _flag(item, "evidence", where, default=False),
            )
            for item, where in _objects(top, "context")
        ),
        signatories=tuple(
            ParsedSignatory(
                _text(item, "organization", where), _text(item, "person", where), _text(item, "title", where)
            )
            for item, where in _objects(top, "signatories")
        ),
        participants=tuple(
            ParsedParticipant(
                _text(item, "person", where, required=True),
                _text(item, "affiliation", where),
                _text(item, "side", where),
            )
            for item, where in _objects(top, "participants")
        ),
        unsure=tuple(
            ParsedUnsure(
                _text(item, "text", where, required=True),
                _text(item, "why", where),
                _number(item, "start", where),
                _number(item, "end", where),
            )
            for item, where in _objects(top, "unsure")
        ),
    )


def _head(item: Mapping[str, Any]) -> ParsedSourceHead:
    kind = _text(item, "kind", "source", required=True)
    if kind not in KINDS:
        raise BadInput(f"source.kind: “{kind}” is not one of {', '.join(KINDS)}.")
    addressee = item.get("addressee", [])
    if not isinstance(addressee, list) or not all(isinstance(line, str) for line in addressee):
        raise BadInput("source.addressee: expected a list of lines.")
    return ParsedSourceHead(
        title=_text(item, "title", "source"),
        publisher=_text(item, "publisher", "source"),
        date=_text(item, "date", "source"),
        kind=kind,
        coalition=_flag(item, "coalition", "source", default=True),
        addressee=tuple(addressee),
    )


def _check(positions: tuple[ParsedPosition, ...], *, whole: bool) -> None:
    known = {position.id: position for position in positions}
    if len(known) < len(positions):
        seen: set[str] = set()
        for position in positions:
            if position.id in seen:
                raise BadInput(f"positions: the id “{position.id}” is used twice; each position needs its own.")
            seen.add(position.id)
    labels: set[str] = set()
    for position in positions:
        where = f"position “{position.id}”"
        if position.end < position.start or position.start < 0:
            raise BadInput(f"{where}: the span {position.start} to {position.end} is no span of a text.")
        if not position.heading and not position.text:
            raise BadInput(f"{where}: has neither a heading nor a text.")
        if whole and position.label in labels:
            raise BadInput(f"{where}: the label “{position.label}” is used twice in one document.")
        labels.add(position.label)
        if position.parent is None:
            continue
        parent = known.get(position.parent)
        if parent is None:
            if whole:
                raise BadInput(f"{where}: its parent “{position.parent}” is not in the file.")
            continue
        # A label longer than the parent's also rules out that a position is its own ancestor.
        if position.label == parent.label or not position.label.startswith(parent.label):
            raise BadInput(f"{where}: the label “{position.label}” does not belong under “{parent.label}”.")


def _object(value: object, where: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise BadInput(f"{where}: expected a JSON object.")
    return value


def _objects(top: Mapping[str, Any], key: str, *, required: bool = False) -> list[tuple[Mapping[str, Any], str]]:
    value = top.get(key, None if required else [])
    if not isinstance(value, list):
        raise BadInput(f"{key}: expected a list.")
    return [(_object(item, f"{key}[{index}]"), f"{key}[{index}]") for index, item in enumerate(value)]


def _text(item: Mapping[str, Any], key: str, where: str, *, required: bool = False) -> str:
    value = item.get(key)
    if value is None:
        value = ""
    if not isinstance(value, str):
        raise BadInput(f"{where}.{key}: expected text.")
    if required and not value.strip():
        raise BadInput(f"{where}.{key}: is missing or empty.")
    return value


def _number(item: Mapping[str, Any], key: str, where: str) -> int:
    value = item.get(key, 0)
    if type(value) is not int:
        raise BadInput(f"{where}.{key}: expected a whole number.")
    return value


def _flag(item: Mapping[str, Any], key: str, where: str, *, default: bool) -> bool:
    value = item.get(key, default)
    if not isinstance(value, bool):
        raise BadInput(f"{where}.{key}: expected true or false.")
    return value
