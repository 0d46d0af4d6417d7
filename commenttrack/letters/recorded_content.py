"""What letters of the record print: as they stand, as they were frozen or kept, and how a part is kept for that."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from commenttrack.letters.content import LetterContent, LetterPartContent, PartWords, Signatory
from commenttrack.letters.markdown import head_from_mapping
from commenttrack.letters.models import DraftSnapshot, Letter, LetterPart, LetterVersion, PartKind
from commenttrack.letters.outline import part_numbers
from commenttrack.positions.models import ProvisionPosition


def lang_of(letter: Letter) -> str:
    """The language of the letter."""
    return head_from_mapping({"lang": letter.head_json.get("lang")}).lang


def in_two_languages(letter: Letter) -> bool:
    """Whether the head names a second language."""
    return bool(letter.head_json.get("translation"))


def printed(part: LetterPart, words: PartWords | None = None) -> PartWords:
    """The words of a part, or words given to it, that print: a second language only while the head names it."""
    words = words or part.words
    # A part that was just made may be in no letter yet.
    letter: Letter | None = part.letter
    return words if letter is not None and in_two_languages(letter) else words.first


@dataclass(frozen=True, slots=True)
class NumberedPart:
    """An included part and its number in the letter as it stands; the number is empty for an unnumbered part."""

    part: LetterPart
    number: str


def numbered(letter: Letter) -> list[NumberedPart]:
    """The included parts in order, with the numbers they have in the letter as it stands."""
    parts = [part for part in letter.parts if part.included]
    numbers = part_numbers(LetterContent(head_from_mapping(letter.head_json), tuple(map(_part_content, parts))))
    return [NumberedPart(part, number) for part, (number, _) in zip(parts, numbers, strict=True)]


def content_of_letter(letter: Letter, *, draft: bool = True, signatories: Sequence[Signatory] = ()) -> LetterContent:
    """The letter as it stands now; ``draft`` puts the mark of a draft on every page."""
    parts = (_part_content(part) for part in letter.parts if part.included)
    return _content(letter, letter.head_json, parts, draft, signatories)


def content_with(letter: Letter, part: LetterPart, words: PartWords) -> LetterContent:
    """The letter as it would print with these words in one part; for a preview, so nothing but the parts is read."""
    parts = [
        _worded(each, words if each is part else each.words) for each in letter.parts if each.included or each is part
    ]
    return LetterContent(head_from_mapping(letter.head_json), tuple(parts))


def content_of_version(
    version: LetterVersion | DraftSnapshot, *, draft: bool = False, signatories: Sequence[Signatory] = ()
) -> LetterContent:
    """The letter as it was frozen, or as a draft was kept."""
    both = bool(version.head_json.get("translation"))
    parts = (
        LetterPartContent(
            key=part["key"],
            heading=part["heading"],
            level=part["level"] if part["heading"] else 0,
            text=part["text"],
            requested_text=part["requested_text"],
            provisions=tuple(part["provisions"]),
            annex=part.get("annex", False),
            translated_heading=part.get("second_heading", "") if both else "",
            translation=part.get("second_text", "") if both else "",
        )
        for part in version.parts_json
        if part.get("included", True)
    )
    return _content(version.letter, version.head_json, parts, draft, signatories)


def _content(
    letter: Letter,
    values: Mapping[str, Any],
    parts: Iterable[LetterPartContent],
    draft: bool,
    signatories: Sequence[Signatory],
) -> LetterContent:
    head = replace(head_from_mapping(values), draft=draft)
    if not any(signatory.about.strip() for signatory in signatories):
        # Before anybody joined there is nobody to describe; the annex comes with the organizations.
        head = replace(head, annex_of_signatories="")
    leads = values.get("lead")
    co_leads = tuple(name for name in leads if name != letter.lead.name) if isinstance(leads, list) else ()
    return LetterContent(head, tuple(parts), tuple(signatories), letter.lead.name, co_leads=co_leads)


def _part_content(part: LetterPart) -> LetterPartContent:
    return replace(_worded(part, part.words), provisions=_provisions(part))


def _worded(part: LetterPart, words: PartWords) -> LetterPartContent:
    """The part as it would print with some words; what it speaks of is left out."""
    words = printed(part, words)
    return LetterPartContent(
        key=part.key,
        heading=words.heading,
        level=part.level if words.heading else 0,
        text=words.text,
        requested_text=words.requested_text,
        annex=part.annex,
        translated_heading=words.second_heading,
        translation=words.second_text,
    )


def _provisions(part: LetterPart) -> tuple[str, ...]:
    """What the part speaks of. A summary repeats what other parts say, and is about no provision of its own."""
    if part.kind is PartKind.SUMMARY:
        return ()
    spoken_of = (link.provision_position.provision for link in part.links if link.provision_position is not None)
    return tuple(dict.fromkeys(provision.label or provision.key for provision in spoken_of))


def links_behind(parts: Iterable[LetterPart]) -> list[ProvisionPosition]:
    """The links of the mapping that some parts were written from."""
    return [link.provision_position for part in parts for link in part.links if link.provision_position is not None]


def as_json_part(part: LetterPart, number: str, *, unprinted: bool = False) -> dict[str, Any]:
    """A part as ``LetterVersion.parts_json`` keeps it; ``unprinted`` keeps a second language that does not print."""
    words = part.words if unprinted else printed(part)
    second = {"second_heading": words.second_heading, "second_text": words.second_text, "second_of": part.second_of}
    return {
        "key": part.key,
        "number": number,
        "heading": words.heading,
        "level": part.level,
        "text": words.text,
        "requested_text": words.requested_text,
        **(second if words != words.first else {}),
        "annex": part.annex,
        "provisions": list(_provisions(part)),
        "digest": part.wording_digest,
        "positions": _positions(part),
    }


def _positions(part: LetterPart) -> list[list[int]]:
    """Id and version of each position that a part was written from."""
    positions = {link.position.id: link.position.current.number for link in links_behind([part])}
    return [[position, version] for position, version in sorted(positions.items())]
