"""What a Federal Register document becomes: the values of the format ``commenttrack-rule/1`` and their JSON.

All values are immutable and hold plain strings, numbers and tuples. Offsets count characters of the ``text`` of the
value they stand in. Pages are printed pages of the Federal Register.

Beside the keys of the format, a rule carries a few more that a reader of the format may ignore: ``page_breaks`` and
``note_calls`` of a provision, ``term``, ``image`` and ``header_rows``, the captions, the publication date and the
dates without a fixed day of the document, ``provision`` and ``words`` of an instruction, and ``ambiguities``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import MISSING, dataclass, fields
from functools import lru_cache
from typing import Any, NamedTuple, get_args, get_origin, get_type_hints

from commenttrack.errors import BadInput

FORMAT = "commenttrack-rule/1"
ISSUE_FORMAT = "commenttrack-issue/1"

DOCUMENT_KINDS = ("proposed_rule", "rule", "notice", "presidential_document", "correction")
PROVISION_KINDS = (
    "part",
    "subpart",
    "section",
    "paragraph",
    "definition",
    "appendix",
    "table",
    "preamble_heading",
    "preamble_paragraph",
)


@dataclass(frozen=True, slots=True)
class ParsedAgency:
    """An issuing agency; ``name`` is the department, ``subagency`` the body within it, or empty.

    ``docket_ids`` and ``rins`` are this agency's own when a joint document gives one set for each.
    """

    name: str
    subagency: str
    docket_ids: tuple[str, ...] = ()
    rins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ParsedCfr:
    """A CFR part the document is about."""

    title: int
    part: str


@dataclass(frozen=True, slots=True)
class ParsedDate:
    """A day on which something about commenting is due or held.

    ``date`` is ISO 8601, ``time`` is ``HH:MM`` or None, ``purpose`` stands in JSON as ``for``, ``source`` is the
    caption it was read in. ``computed`` says that the day was counted from the publication date; ``basis``
    then says how.
    """

    date: str
    time: str | None
    zone: str
    purpose: str
    source: str
    computed: bool
    text: str
    basis: str = ""


@dataclass(frozen=True, slots=True)
class ParsedRelativeDate:
    """A day that a document leaves open.

    It hangs on an event whose date the document does not know, such as the end of a hearing, or its words are no day,
    or several days just as well, such as “4/5/24”.
    """

    purpose: str
    source: str
    text: str


@dataclass(frozen=True, slots=True)
class ParsedCaption:
    """A caption of the head, such as ADDRESSES, with its text as printed."""

    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class ParsedNote:
    """A footnote or table note. ``number`` is as printed and may repeat; ``id`` is unique."""

    id: str
    number: str
    text: str
    page: int | None


class ParsedProvision(NamedTuple):
    """A citable unit; a tuple, since a rule has thousands and a frozen dataclass takes five times as long to make.

    ``text`` is its own, without its marker, its heading and its children. ``page_breaks`` holds (offset in ``text``,
    page that starts there); text before the first break stands on ``pages[0]``. ``note_calls`` holds (offset in
    ``text``, note id). ``term`` is the term a definition defines, ``image`` the number of a picture that stands in
    place of text, ``header_rows`` how many of ``rows`` are column heads.
    """

    id: str
    parent: str | None
    kind: str
    number: str
    label: str
    heading: str
    text: str
    pages: tuple[int, ...]
    notes: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...] = ()
    page_breaks: tuple[tuple[int, int], ...] = ()
    note_calls: tuple[tuple[int, str], ...] = ()
    term: str = ""
    image: str = ""
    header_rows: int = 0

    def page_at(self, offset: int) -> int | None:
        """The printed page on which the character at ``offset`` of ``text`` stands."""
        page = self.pages[0] if self.pages else None
        for start, number in self.page_breaks:
            if start <= offset:
                page = number
        return page


@dataclass(frozen=True, slots=True)
class ParsedQuestion:
    """What the agency asks: ``start`` and ``end`` are offsets into the text of ``provision``."""

    id: str
    provision: str
    number: str
    text: str
    start: int
    end: int


class ParsedInstruction(NamedTuple):
    """One thing the document does to the CFR; a tuple as provisions are.

    ``verb`` is revise, add, remove, redesignate, reserve or keep (“continues to read”), or None when the instruction
    was not understood. ``words`` holds (words removed, words put in) when single words are exchanged, added or removed,
    and the new citation for redesignate. ``provision`` is the provision that carries the instruction paragraph.
    ``entries`` are the rows of a table at the target that it is about, by the names it gives them; empty when it names
    none, or leaves open which stands where.
    """

    id: str
    verb: str | None
    target: str
    text: str
    page: int | None
    provision: str = ""
    words: tuple[str, ...] = ()
    entries: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unparsed:
    """Text of the source that has no place among the provisions, and why."""

    text: str
    why: str
    page: int | None


LevelPath = tuple[tuple[int, int], ...]
"""(level, place in its list) of a paragraph and of those it stands under, from the outermost on."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A marked paragraph of a section, told by what does not change when its level is read in another way.

    ``section`` is the section's citation, ``number`` the marker as printed, ``digest`` that of its heading and text,
    ``before`` that of the marked paragraph before it (empty for the first).
    """

    section: str = ""
    number: str = ""
    digest: str = ""
    before: str = ""


@dataclass(frozen=True, slots=True)
class ParsedAmbiguity:
    """A paragraph whose level can be read in several ways; ``readings`` are citations, ``chosen`` is one of them.

    ``paths`` are the readings as levels, in the same order.
    """

    provision: str
    readings: tuple[str, ...]
    chosen: str
    passage: Passage = Passage()
    paths: tuple[LevelPath, ...] = ()


@dataclass(frozen=True, slots=True)
class ParsedSettlement:
    """A paragraph that was read as somebody had settled; ``passage`` is as it was given."""

    provision: str
    passage: Passage


@dataclass(frozen=True, slots=True)
class ParsedDocument:
    """The head of a document. Pages are None when the source does not tell them.

    ``form`` is what the document was read from: xml, html, govinfo, text or pdf; ``limits`` are sentences about what
    could not be known from it.
    """

    kind: str
    title: str
    action: str
    document_number: str
    agencies: tuple[ParsedAgency, ...]
    docket_ids: tuple[str, ...]
    rins: tuple[str, ...]
    cfr: tuple[ParsedCfr, ...]
    start_page: int | None
    end_page: int | None
    comment_dates: tuple[ParsedDate, ...]
    relative_dates: tuple[ParsedRelativeDate, ...] = ()
    publication_date: str | None = None
    fr_citation: str = ""
    summary: str = ""
    captions: tuple[ParsedCaption, ...] = ()
    form: str = "xml"
    limits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ParsedRule:
    """A whole document in document order."""

    document: ParsedDocument
    provisions: tuple[ParsedProvision, ...]
    notes: tuple[ParsedNote, ...]
    questions: tuple[ParsedQuestion, ...]
    instructions: tuple[ParsedInstruction, ...]
    unparsed: tuple[Unparsed, ...]
    ambiguities: tuple[ParsedAmbiguity, ...] = ()
    settled: tuple[ParsedSettlement, ...] = ()


# Python cannot name a field ``for``.
_JSON_NAMES = {"purpose": "for"}


@lru_cache
def _names(kind: type) -> tuple[tuple[str, str, object], ...]:
    """The fields of a kind of value: (name, its key in JSON, default or MISSING); empty when it has none."""
    defaults: dict[str, object] = {}
    if hasattr(kind, "__dataclass_fields__"):
        defaults = {field.name: field.default for field in fields(kind)}
    elif issubclass(kind, tuple) and hasattr(kind, "_fields"):
        defaults = {name: kind._field_defaults.get(name, MISSING) for name in kind._fields}  # type: ignore[attr-defined]
    return tuple((name, _JSON_NAMES.get(name, name), default) for name, default in defaults.items())


def _plain(value: Any) -> Any:
    """A value as dicts and lists."""
    kind: type = type(value)
    if kind is str or kind is int or value is None or kind is bool:
        return value
    if names := _names(kind):
        return {key: _plain(getattr(value, name)) for name, key, _ in names}
    return [_plain(item) for item in value]


def to_json(rule: ParsedRule) -> dict[str, Any]:
    """The rule as plain dicts and lists in the format ``commenttrack-rule/1``."""
    return {"format": FORMAT, **_plain(rule)}


def from_json(data: object) -> ParsedRule:
    """The rule that :func:`to_json` wrote; keys it does not know are ignored, a key
    without a default must be there.

    Raises :class:`BadInput` naming the path of the first value that is missing or of the wrong type, and ids that are
    not unique or refer to nothing.
    """
    if not isinstance(data, dict):
        raise BadInput("This is not a rule: expected a JSON object with the key “format”.")
    if data.get("format") != FORMAT:
        raise BadInput(f"format: expected “{FORMAT}”, found {data.get('format')!r}.")
    rule: ParsedRule = _read(ParsedRule, data, "")
    _check(rule)
    return rule


def issue_to_json(rules: Iterable[ParsedRule]) -> dict[str, Any]:
    """A whole daily issue in the format ``commenttrack-issue/1``."""
    return {"format": ISSUE_FORMAT, "documents": [to_json(rule) for rule in rules]}


_HINTS: dict[type, dict[str, Any]] = {}


def _read(wanted: Any, value: object, path: str) -> Any:
    """``value`` as the annotated type ``wanted``; ``path`` is where it stands, for the refusal."""
    origin = get_origin(wanted)
    if origin is tuple:
        if not isinstance(value, list):
            raise BadInput(f"{path or 'the rule'}: expected a list, found {_named(value)}.")
        items = get_args(wanted)
        if items[-1] is Ellipsis:
            return tuple(_read(items[0], item, f"{path}[{index}]") for index, item in enumerate(value))
        if len(value) != len(items):
            raise BadInput(f"{path}: expected {len(items)} values, found {len(value)}.")
        return tuple(_read(kind, item, f"{path}[{i}]") for i, (kind, item) in enumerate(zip(items, value, strict=True)))
    if isinstance(wanted, type) and _names(wanted):
        return _read_object(wanted, value, path)
    allowed = get_args(wanted) or (wanted,)
    # bool is an int in Python but not in JSON.
    if not any(type(value) is kind for kind in allowed):
        names = " or ".join({str: "text", int: "a whole number", bool: "true or false"}.get(k, "null") for k in allowed)
        raise BadInput(f"{path}: expected {names}, found {_named(value)}.")
    return value


def _read_object(wanted: type, value: object, path: str) -> Any:
    if not isinstance(value, dict):
        raise BadInput(f"{path}: expected an object, found {_named(value)}.")
    hints = _HINTS.get(wanted)
    if hints is None:
        hints = _HINTS[wanted] = get_type_hints(wanted)
    arguments: dict[str, Any] = {}
    for name, key, default in _names(wanted):
        where = f"{path}.{key}" if path else key
        if key in value:
            arguments[name] = _read(hints[name], value[key], where)
        elif default is MISSING:
            raise BadInput(f"{where}: is missing.")
    return wanted(**arguments)


def _named(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"


def _check(rule: ParsedRule) -> None:
    if rule.document.kind not in DOCUMENT_KINDS:
        raise BadInput(f"document.kind: {rule.document.kind!r} is none of {', '.join(DOCUMENT_KINDS)}.")
    known: set[str] = set()
    for index, provision in enumerate(rule.provisions):
        path = f"provisions[{index}]"
        if provision.kind not in PROVISION_KINDS:
            raise BadInput(f"{path}.kind: {provision.kind!r} is none of {', '.join(PROVISION_KINDS)}.")
        if provision.id in known:
            raise BadInput(f"{path}.id: {provision.id!r} is not unique.")
        # Document order: a parent stands before its children.
        if provision.parent is not None and provision.parent not in known:
            raise BadInput(f"{path}.parent: no provision {provision.parent!r} stands before this one.")
        known.add(provision.id)
    texts = {provision.id: provision.text for provision in rule.provisions}
    for index, question in enumerate(rule.questions):
        path = f"questions[{index}]"
        if question.provision not in texts:
            raise BadInput(f"{path}.provision: there is no provision {question.provision!r}.")
        if not 0 <= question.start <= question.end <= len(texts[question.provision]):
            raise BadInput(f"{path}: start and end do not lie within the text of {question.provision!r}.")
