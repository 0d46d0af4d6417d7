"""One value for whatever states a coalition's positions: a raw document, a parsed one, or a seed file.

``commenttrack-positions/1`` is what parsing gives and people correct. ``commenttrack-seed-positions/1`` (described in
seeds/README.md) adds topics, consensus and participants, and carries paraphrases bound to a source document.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from commenttrack.errors import BadInput
from commenttrack.json_text import read_json
from commenttrack.positions import source_documents

SEED_FORMAT = "commenttrack-seed-positions/1"


@dataclass(frozen=True, slots=True)
class SourcePosition:
    """A position as its file states it. ``parent`` is the label of another position of the file."""

    label: str
    parent: str | None
    heading: str
    statement: str
    topics: tuple[str, ...]
    consensus: str
    start: int
    end: int
    quotation: str = ""
    # The source's own words in the span, where the file itself was read.


@dataclass(frozen=True, slots=True)
class SourceContext:
    """A passage that is no position; ``evidence`` when the source puts it forward as a finding."""

    speaker: str
    text: str
    start: int
    end: int
    heading: str = ""
    evidence: bool = False


@dataclass(frozen=True, slots=True)
class Participant:
    """An organization, or a person (``organization`` is then the affiliation), and its part in the document."""

    is_person: bool
    name: str
    title: str
    organization: str
    role: str
    side: str


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A whole source document, ready to be stored. ``sha256`` is that of the document the spans point into."""

    title: str
    publisher: str | None
    date: str | None
    kind: str
    coalition: bool
    file_name: str
    sha256: str
    positions: tuple[SourcePosition, ...]
    context: tuple[SourceContext, ...]
    participants: tuple[Participant, ...]


def read(data: bytes, *, name: str) -> SourceFile:
    """Read a seed file, parsed JSON or a raw document. Raises ``BadInput`` saying what is wrong where."""
    if data.lstrip()[:1] != b"{":
        return _from_parsed(source_documents.parse(data, name=name), data, name, quoting=True)
    top = read_json(data, name=name)
    if top.get("format") == SEED_FORMAT:
        return _from_seed(top, name)
    return _from_parsed(source_documents.from_json(top), data, name)


def _from_parsed(parsed: source_documents.ParsedSource, data: bytes, name: str, *, quoting: bool = False) -> SourceFile:
    labels = {position.id: position.label for position in parsed.positions}
    return SourceFile(
        title=parsed.source.title or name,
        publisher=parsed.source.publisher or None,
        date=parsed.source.date or None,
        kind=parsed.source.kind,
        coalition=parsed.source.coalition,
        file_name=name,
        sha256=hashlib.sha256(data).hexdigest(),
        positions=tuple(
            SourcePosition(
                label=position.label,
                parent=labels.get(position.parent) if position.parent else None,
                heading=position.heading,
                statement=position.text or position.heading,
                topics=(),
                consensus="deferred" if position.deferred else "aligned",
                start=position.start,
                end=position.end,
                # What a person typed into parsed JSON may be a paraphrase.
                quotation=position.text if quoting else "",
            )
            for position in parsed.positions
        ),
        context=tuple(
            SourceContext(item.speaker, item.text, item.start, item.end, item.heading, item.evidence)
            for item in parsed.context
        ),
        participants=people(parsed.signatories, parsed.participants),
    )


def people(
    signatories: Sequence[source_documents.ParsedSignatory], participants: Sequence[source_documents.ParsedParticipant]
) -> tuple[Participant, ...]:
    """Who signed and who took part, in the order of the document."""
    return (
        *(
            Participant(
                not signatory.organization,
                signatory.organization or signatory.person,
                signatory.title,
                "",
                "signatory",
                "",
            )
            for signatory in signatories
        ),
        *(Participant(True, one.person, one.affiliation, "", "participant", one.side) for one in participants),
    )


def _from_seed(top: Mapping[str, Any], name: str) -> SourceFile:
    try:
        source = top["source"]
        labels: set[str] = set()
        positions = []
        for item in top["positions"]:
            if item["label"] in labels:
                raise BadInput(f"{name}: the label {item['label']!r} stands twice.")
            if item["parent"] is not None and item["parent"] not in labels:
                raise BadInput(
                    f"{name}: position {item['label']!r} names the parent {item['parent']!r}, and no position above it "
                    "has that label."
                )
            labels.add(item["label"])
            positions.append(
                SourcePosition(
                    label=item["label"],
                    parent=item["parent"],
                    heading=item["heading"],
                    statement=item["statement"],
                    topics=tuple(item["topics"]),
                    consensus=item["consensus"],
                    start=item["start"],
                    end=item["end"],
                )
            )
        return SourceFile(
            title=source["title"],
            publisher=source["publisher"],
            date=source["date"],
            kind=source["kind"],
            coalition=source["coalition"],
            file_name=source["file"],
            sha256=source["sha256"],
            positions=tuple(positions),
            context=tuple(
                SourceContext(item["speaker"], item["text"], item["start"], item["end"]) for item in top["context"]
            ),
            participants=tuple(
                Participant(
                    is_person=item["kind"] == "person",
                    name=item["name"],
                    title=item["title"],
                    organization=item["organization"] or "",
                    role=item["role"],
                    side=item["side"],
                )
                for item in top["participants"]
            ),
        )
    except KeyError as error:
        raise BadInput(f"{name}: the key {error} is missing; seeds/README.md describes the format.") from error
    except TypeError as error:
        raise BadInput(f"{name}: {error}; seeds/README.md describes the format.") from error
