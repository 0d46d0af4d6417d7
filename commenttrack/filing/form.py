"""The values for the agency's comment form, fitted to the limits of the filing system. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from commenttrack.filing.limits import Limits
from commenttrack.filing.preflight import Counter, comment_counters, counters
from commenttrack.letters.blocks import Blocks, ListBlock, Table, plain, plain_blocks
from commenttrack.letters.body import read
from commenttrack.letters.composition import REASONS_BESIDE

SHORTENED = "The summary continues in the attached letter."


@dataclass(frozen=True, slots=True)
class FormField:
    """One field: what to put in, and how much of its limits that uses (None: no limit is known)."""

    name: str
    label: str
    value: str
    characters: Counter | None = None
    size: Counter | None = None
    """UTF-8 bytes."""

    @property
    def counted(self) -> str:
        """``412 of 5,000 characters, 420 of 5,000 bytes``, or nothing."""
        if self.characters is None or self.size is None:
            return ""
        return (
            f"{self.characters.used:,} of {self.characters.limit:,} characters, "
            f"{self.size.used:,} of {self.size.limit:,} bytes"
        )


@dataclass(frozen=True, slots=True)
class Form:
    """All fields in the order of the form. ``system`` is empty when the comment goes another way."""

    system: str
    fields: tuple[FormField, ...]
    shortened: bool
    """Whether the summary had to be cut to fit into the comment."""

    def value(self, name: str) -> str:
        """The value of a field by its name."""
        return next(field.value for field in self.fields if field.name == name)

    def as_json(self) -> dict[str, Any]:
        """``commenttrack-form/1``."""
        return {
            "format": "commenttrack-form/1",
            "system": self.system,
            "shortened": self.shortened,
            "fields": [asdict(field) for field in self.fields],
        }

    def as_text(self) -> str:
        """For copying by hand: each value under its label and its counters."""
        return "\n".join(
            f"{field.label}{f' ({field.counted})' if field.counted else ''}\n{'-' * len(field.label)}\n"
            f"{field.value or '(leave empty)'}\n"
            for field in self.fields
        )


@dataclass(frozen=True, slots=True)
class Filer:
    """Who files, and how many stand behind the letter."""

    organization: str
    organization_type: str
    signatories: int


def form_for(
    filer: Filer,
    *,
    docket: str,
    identifiers: Sequence[str],
    document_number: str,
    summary: str,
    system: str,
    limits: Limits,
) -> Form:
    """The form's values. ``summary`` is Markdown, the letter's own summary of its requests; it may be empty."""
    comment, shortened = comment_text(filer, docket=docket, identifiers=identifiers, summary=summary, limits=limits)
    name_counters = counters(
        filer.organization, characters=limits.organization_characters, size=limits.organization_bytes
    )
    return Form(
        system=system,
        fields=(
            FormField("docket", "Docket", "; ".join(identifiers)),
            FormField("document", "Federal Register document number", document_number),
            FormField("comment", "Comment", comment, *comment_counters(comment, limits)),
            FormField("submitter_type", "Submitter type", "ORGANIZATION"),
            FormField("organization", "Organization", filer.organization, *name_counters),
            FormField("organization_type", "Organization type", filer.organization_type),
            FormField("email", "E-mail for the receipt", ""),
        ),
        shortened=shortened,
    )


def comment_text(
    filer: Filer, *, docket: str, identifiers: Sequence[str], summary: str, limits: Limits
) -> tuple[str, bool]:
    """The text for the comment box and whether the summary was cut: an opening, then as many whole paragraphs as fit.

    A paragraph is never cut inside; what does not fit is left to the attached letter, and the text says so.
    """
    others = filer.signatories - 1
    joined = f" and {others} other {'organization' if others == 1 else 'organizations'}" if others > 0 else ""
    number = f" ({', '.join(identifiers)})" if identifiers else ""
    opening = f"Please see the attached comments of {filer.organization}{joined} on {docket}{number}."
    # The comment box has no columns, and the parts that the last one names are in the letter.
    paragraphs = plain_paragraphs(summary.replace(REASONS_BESIDE, "the attached letter gives the reasons"))
    for count in range(len(paragraphs), -1, -1):
        cut = count < len(paragraphs)
        pieces = [opening, *paragraphs[:count], *([SHORTENED] if cut else [])]
        text = "\n\n".join(pieces)
        if all(counter.left >= 0 for counter in comment_counters(text, limits)):
            return text, cut
    return opening, bool(paragraphs)


def plain_paragraphs(markdown: str) -> list[str]:
    """The words of a Markdown text, one paragraph, list item or table row each, without notes and citations."""
    lines = _lines(read(markdown).blocks) if markdown.strip() else ()
    return [text for line in lines if (text := re.sub(r"\s+", " ", line).strip())]


def _lines(blocks: Blocks) -> Iterator[str]:
    for block in blocks:
        match block:
            case Table(_, rows):
                # The comment box knows no columns: a row reads "3. § 1790.2(a)(1): Limit paragraph (a)(1) …".
                for row in rows:
                    cells = [text for cell in row if (text := plain(cell).strip())]
                    number = f"{cells.pop(0)}. " if len(cells) > 1 and cells[0].isdecimal() else ""
                    yield number + ": ".join(cells)
            case ListBlock(items, start):
                for place, item in enumerate(items):
                    yield (f"{start + place}. " if start is not None else "") + plain_blocks(item)
            case _:
                yield from plain_blocks((block,)).split("\n")
