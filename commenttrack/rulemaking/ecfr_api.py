"""eCFR's versioner API: how far each title is up to date, and the text of a part on a day.

The API needs no key. A title is up to date as of a day some days ago; its text of a later day does not exist yet (404).
While a title is being processed the API answers 503 and says when to come back.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from commenttrack.errors import BadInput
from commenttrack.rulemaking.answer_values import day, fields, number, objects, text
from commenttrack.rulemaking.source_answers import BadAnswer, NotAtSource
from commenttrack.rulemaking.sources import SourceClient
from commenttrack.rulemaking.xml_source import read_root


@dataclass(frozen=True, slots=True)
class CfrTitle:
    """One title of the CFR; ``up_to_date_as_of`` is None for a reserved one."""

    number: int
    name: str
    up_to_date_as_of: dt.date | None
    latest_amended_on: dt.date | None
    reserved: bool
    processing: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class CfrText:
    """The XML of a part as it stood on ``as_of``; ``note`` says when something is a kept copy."""

    title: int
    part: str
    as_of: dt.date
    data: bytes
    note: str = ""


@dataclass(frozen=True, slots=True)
class SectionVersion:
    """One change of a section; ``substantive`` is eCFR's own judgement."""

    section: str
    name: str
    date: dt.date
    substantive: bool
    removed: bool


class EcfrApi:
    """Reads eCFR. ``base`` is the address of the versioner API, without a trailing slash."""

    def __init__(self, client: SourceClient, base: str) -> None:
        self._client = client
        self._base = base

    def titles(self) -> tuple[CfrTitle, ...]:
        """Every title, with the day as of which it is up to date."""
        value, answer = self._client.get_json(
            f"{self._base}/titles.json", absent="eCFR does not offer its list of titles now. Try again later."
        )
        titles = tuple(
            CfrTitle(
                number=found,
                name=text(entry.get("name")),
                up_to_date_as_of=day(entry.get("up_to_date_as_of")),
                latest_amended_on=day(entry.get("latest_amended_on")),
                reserved=entry.get("reserved") is True,
                processing=entry.get("processing_in_progress") is True,
                note=answer.note,
            )
            for entry in objects(fields(value).get("titles"))
            if (found := number(entry.get("number"))) is not None
        )
        if not titles:
            raise BadAnswer(
                "eCFR answered with a list of titles in a form that is not known. Import the CFR text instead."
            )
        return titles

    def part(self, title: int, part: str, *, on: dt.date | None = None) -> CfrText:
        """The text of a part on a day, by default the newest there is.

        Raises :class:`BadInput` for a day that eCFR has not reached, and :class:`NotAtSource` for an unknown part.
        """
        current = next((entry for entry in self.titles() if entry.number == title), None)
        if current is None or current.up_to_date_as_of is None:
            raise NotAtSource(f"eCFR has no text of title {title}. Check the title, or import the CFR text instead.")
        as_of = on or current.up_to_date_as_of
        if as_of > current.up_to_date_as_of:
            raise BadInput(
                f"eCFR has title {title} as of {current.up_to_date_as_of}, not yet as of {as_of}. Ask for a day up "
                f"to then."
            )
        answer = self._client.get_file(
            f"{self._base}/full/{as_of}/title-{title}.xml",
            [("part", part)],
            form="XML",
            check=lambda data: read_root(data, "the answer"),
            absent=f"eCFR has no {title} CFR part {part} as of {as_of}. Check the part; a new part is not in it yet.",
        )
        notes = dict.fromkeys(note for note in (current.note, answer.note) if note)
        return CfrText(title, part, as_of, answer.data, " ".join(notes))

    def versions(self, title: int, part: str) -> tuple[SectionVersion, ...]:
        """The changes of a part's sections, in eCFR's order."""
        value, _ = self._client.get_json(
            f"{self._base}/versions/title-{title}.json",
            [("part", part)],
            absent=f"eCFR knows no changes of {title} CFR part {part}. Check the part.",
        )
        return tuple(
            SectionVersion(
                section=text(entry.get("identifier")),
                name=text(entry.get("name")),
                date=changed,
                substantive=entry.get("substantive") is True,
                removed=entry.get("removed") is True,
            )
            for entry in objects(fields(value).get("content_versions"))
            if (changed := day(entry.get("date"))) is not None
        )
