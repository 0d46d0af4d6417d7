"""A letter as one Markdown file: a YAML head between ``---`` lines, then the body."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, get_args

import yaml

from commenttrack.errors import BadInput
from commenttrack.letters.body import REQUESTS
from commenttrack.letters.cited_sources import sources_of
from commenttrack.letters.content import (
    Addressee,
    Article,
    CitationStyle,
    CurrentTextPlace,
    ExhibitMarks,
    Fonts,
    HouseStyle,
    LetterContent,
    LetterHead,
    Letterhead,
    Numbering,
    Order,
    Picture,
    RedlineWords,
    Signatory,
    SignatureBlocks,
    Translation,
    TranslationLayout,
)
from commenttrack.letters.fields import (
    choice_of,
    fields_of,
    flag_of,
    language_of,
    lines_of,
    list_of,
    text_of,
)
from commenttrack.letters.own_words import own_words
from commenttrack.letters.parts import HEAD, parse, with_second
from commenttrack.letters.pictures import MOST, checked, refusal_of_address

_KEYS = (
    "letterhead", "date", "via", "to", "re", "salutation", "closing", "contact", "signatories", "lead", "order", "the",
    "signature_columns", "signature_blocks", "annex_of_signatories", "exhibits", "citations", "thousands_comma", "toc",
    "draft", "review", "numbered", "lang", "translation", "redline_words", "requests_table", "current_text",
    "illustrative", "sources", "house_style",
)  # fmt: skip
_LONGEST_HEAD = 500_000

Files = Callable[[str], bytes]
"""Gives the bytes of a file by the name that a letter uses for it, or refuses with :class:`BadInput`."""


def content_from_markdown(text: str, files: Files | None = None) -> LetterContent:
    """The letter that a Markdown file with a YAML head describes; the head and every key in it may be absent.

    ``files`` gives the images and the second text that the letter names; without it a letter that needs one is refused.

    Raises :class:`BadInput` for a head that is not YAML, a key that is not known or holds the wrong kind of value, for
    a body that :mod:`commenttrack.letters.body` refuses, and for a file that is not what it should be.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    match = HEAD.match(text)
    if match is None and re.match(r"\ufeff?---[ \t]*\n", text) and re.search(r"^\w+:", text, re.M):
        raise BadInput("The letter's head is opened with --- in the first line and not closed with a second --- line.")
    values = _yaml(match.group(1)) if match else {}
    head = head_from_mapping(values)
    signatories = tuple(_signatory(item) for item in list_of(values.get("signatories"), "signatories"))
    leads = _leads(values.get("lead"))
    for lead in leads:
        if lead not in {signatory.organization for signatory in signatories}:
            raise BadInput(f"lead: {lead!r} is not among the organizations under signatories.")
    letter = parse(text[match.end() :] if match else text)
    second = fields_of(values.get("translation"), "translation", _TRANSLATION_KEYS).get("file")
    if second is not None:
        name = text_of(second, "translation: file")
        letter = with_second(letter, name, _decoded(_file(files, name), name))
    if head.translation is None and any(part.translation for part in letter.parts):
        raise BadInput(
            "The letter has ::: translation; say in its head in which language: translation: {lang: zh-Hans}."
        )
    parts = letter.parts
    if not head.requests_table:  # a part that is nothing but the table goes with it
        parts = tuple(part for part in parts if part.text.strip() != REQUESTS)
    names = (*((head.letterhead.logo,) if head.letterhead.logo else ()), *letter.images)
    return LetterContent(
        head,
        parts,
        signatories,
        leads[0] if leads else "",
        co_leads=leads[1:],
        pictures=_pictures(names, files),
    )


def _leads(value: object) -> tuple[str, ...]:
    return lines_of(value, "lead") if isinstance(value, list) else tuple(filter(None, (text_of(value, "lead"),)))


def _pictures(names: Iterable[str], files: Files | None) -> tuple[Picture, ...]:
    wanted = list(dict.fromkeys(names))
    if len(wanted) > MOST:
        raise BadInput(f"The letter shows {len(wanted)} images; {MOST} are the most.")
    for name in wanted:
        if refusal := refusal_of_address(name):
            raise BadInput(refusal)
    return tuple(checked(name, _file(files, name)) for name in wanted)


def _file(files: Files | None, name: str) -> bytes:
    if files is None:
        raise BadInput(f"The letter names the file {name}, and no files were given with it.")
    return files(name)


def _decoded(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(f"{name} is not UTF-8 text: byte {error.start} cannot be read.") from None


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
    letterhead = fields_of(values.get("letterhead"), "letterhead", ("name", "tagline", "address", "logo", "logo_alt"))
    style = _house_style(values.get("house_style"))
    documents, works = sources_of(values.get("sources"))
    lang = language_of(values.get("lang"), "lang") or "en-US"
    return LetterHead(
        letterhead=Letterhead(
            text_of(letterhead.get("name"), "letterhead: name"),
            text_of(letterhead.get("tagline"), "letterhead: tagline"),
            lines_of(letterhead.get("address"), "letterhead: address"),
            text_of(letterhead.get("logo"), "letterhead: logo"),
            text_of(letterhead.get("logo_alt"), "letterhead: logo_alt"),
        ),
        date=text_of(values.get("date"), "date"),
        via=text_of(values.get("via"), "via"),
        to=_addressees(values.get("to")),
        re=lines_of(values.get("re"), "re"),
        salutation=text_of(values.get("salutation"), "salutation"),
        closing=text_of(values.get("closing"), "closing"),
        contact=text_of(values.get("contact"), "contact"),
        order=choice_of(values.get("order"), "order", get_args(Order), style.order),
        the=choice_of(values.get("the"), "the", get_args(Article), "ignore"),
        signature_columns=_columns(values.get("signature_columns")),
        signature_blocks=choice_of(
            values.get("signature_blocks"), "signature_blocks", get_args(SignatureBlocks), "together"
        ),
        annex_of_signatories=_annex(values.get("annex_of_signatories"), lang),
        exhibits=choice_of(values.get("exhibits"), "exhibits", get_args(ExhibitMarks), "letters"),
        citations=choice_of(values.get("citations"), "citations", get_args(CitationStyle), style.citations),
        thousands_comma=flag_of(values.get("thousands_comma"), "thousands_comma", False),
        toc=flag_of(values.get("toc"), "toc", False),
        draft=flag_of(values.get("draft"), "draft", False),
        review=flag_of(values.get("review"), "review", False),
        numbered=flag_of(values.get("numbered"), "numbered", True),
        lang=lang,
        redline_words=choice_of(values.get("redline_words"), "redline_words", get_args(RedlineWords), "hidden"),
        requests_table=flag_of(values.get("requests_table"), "requests_table", True),
        current_text=choice_of(values.get("current_text"), "current_text", get_args(CurrentTextPlace), "data"),
        illustrative=text_of(values.get("illustrative"), "illustrative"),
        sources=documents,
        works=works,
        house_style=style,
        translation=_translation(values.get("translation")),
    )


def _house_style(value: object) -> HouseStyle:
    values = fields_of(value, "house_style", ("fonts", "citations", "order", "numbering"))
    return HouseStyle(
        choice_of(values.get("fonts"), "house_style: fonts", get_args(Fonts), "serif"),
        choice_of(values.get("citations"), "house_style: citations", get_args(CitationStyle), "ofr"),
        choice_of(values.get("order"), "house_style: order", get_args(Order), "alphabetical"),
        choice_of(values.get("numbering"), "house_style: numbering", get_args(Numbering), "outline"),
    )


_TRANSLATION_KEYS = ("lang", "layout", "file", "heading", "re", "salutation", "closing")


def _translation(value: object) -> Translation | None:
    if value is None:
        return None
    values = fields_of(value, "translation", _TRANSLATION_KEYS)
    lang = language_of(values.get("lang"), "translation: lang")
    if not lang:
        raise BadInput("translation: say its language, as in lang: zh-Hans.")
    return Translation(
        lang,
        choice_of(values.get("layout"), "translation: layout", get_args(TranslationLayout), "after"),
        text_of(values.get("heading"), "translation: heading"),
        lines_of(values.get("re"), "translation: re"),
        text_of(values.get("salutation"), "translation: salutation"),
        text_of(values.get("closing"), "translation: closing"),
    )


def _columns(value: object) -> int:
    if value in (None, "auto"):
        return 0
    if value not in (1, 2, 3) or isinstance(value, bool):
        raise BadInput(f"signature_columns must be 1, 2, 3 or auto, not {value!r}.")
    return int(str(value))


def _annex(value: object, lang: str) -> str:
    if value is True:
        return own_words(lang).about
    return "" if value is False else text_of(value, "annex_of_signatories")


def _addressees(value: object) -> tuple[Addressee, ...]:
    items: Sequence[object] = list_of(value, "to") if not isinstance(value, str) else [value]
    if items and all(isinstance(item, str) and "\n" not in item for item in items):
        return (Addressee(lines_of(items, "to")),)  # one addressee, its lines given directly
    return tuple(_addressee(item) for item in items)


def _addressee(item: object) -> Addressee:
    if not isinstance(item, dict):
        return Addressee(lines_of(item, "to"))
    values = fields_of(item, "to", ("lines", "attention", "re"))
    lines = lines_of(values.get("lines"), "to: lines")
    if not lines:
        raise BadInput("to: an entry with keys needs lines, as in - lines: [Bureau of Exports, Department of Trade].")
    return Addressee(lines, text_of(values.get("attention"), "to: attention"), lines_of(values.get("re"), "to: re"))


_SIGNATORY_KEYS = ("organization", "person", "title", "reservation", "recorded_by_mail", "about", "block")


def _signatory(item: object) -> Signatory:
    if isinstance(item, str):
        return Signatory(item.strip())
    values = fields_of(item, "signatories", _SIGNATORY_KEYS)
    organization = text_of(values.get("organization"), "signatories: organization")
    if not organization:
        raise BadInput("Each entry under signatories needs an organization.")
    return Signatory(
        organization,
        text_of(values.get("person"), "signatories: person"),
        text_of(values.get("title"), "signatories: title"),
        text_of(values.get("reservation"), "signatories: reservation"),
        flag_of(values.get("recorded_by_mail"), "signatories: recorded_by_mail", False),
        text_of(values.get("about"), "signatories: about"),
        text_of(values.get("block"), "signatories: block"),
    )
