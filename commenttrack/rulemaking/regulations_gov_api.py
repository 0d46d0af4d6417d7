"""regulations.gov's API, version 4, for reading: documents and dockets, and the dates of the comment period.

The API wants a key in the header X-Api-Key; the client adds it as the request leaves, so it stands in no address, log
or kept answer. Dates are moments in UTC there; they are given in Eastern time here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from commenttrack.rulemaking.answer_values import Fields, fields, moment, objects, text
from commenttrack.rulemaking.provisions import ParsedDate
from commenttrack.rulemaking.source_answers import AccessDenied, Answer, BadAnswer
from commenttrack.rulemaking.source_dates import COMMENTS, COMMENTS_OPEN, from_moment
from commenttrack.rulemaking.sources import SourceClient

KEY_HEADER = "X-Api-Key"
_NO_KEY = (
    "regulations.gov answers only with an API key and this installation has none: set "
    "COMMENTTRACK_REGULATIONS_GOV_KEY, or name the document by its Federal Register number."
)
# The API's own maximum; a docket with more documents than its pages allow is not listed to its end.
_PER_PAGE = 250
_MAXIMUM_PAGES = 20


@dataclass(frozen=True, slots=True)
class RegulationsDocument:
    """A document of regulations.gov. ``number`` is its Federal Register number, empty when it has none."""

    id: str
    docket: str
    agency: str
    title: str
    kind: str
    number: str
    open_for_comment: bool
    late_comments: bool
    withdrawn: bool
    posted_at: dt.datetime | None
    comment_dates: tuple[ParsedDate, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class RegulationsDocket:
    """A docket of regulations.gov."""

    id: str
    agency: str
    title: str
    kind: str
    rin: str
    abstract: str
    modified_at: dt.datetime | None
    note: str = ""


class RegulationsGovApi:
    """Reads regulations.gov. ``base`` is the API's address, ``has_key`` whether the client was given a key for it."""

    def __init__(self, client: SourceClient, base: str, *, has_key: bool) -> None:
        self._client = client
        self._base = base
        self.has_key = has_key

    def document(self, document_id: str) -> RegulationsDocument:
        """One document, with the dates of its comment period."""
        value, answer = self._ask(
            f"/documents/{quote(document_id, safe='')}",
            [],
            f"regulations.gov knows no document {document_id}. Check the number.",
        )
        return _document(fields(fields(value).get("data")), answer.note)

    def docket(self, docket_id: str) -> RegulationsDocket:
        """One docket."""
        value, answer = self._ask(
            f"/dockets/{quote(docket_id, safe='')}",
            [],
            f"regulations.gov knows no docket {docket_id}. Check the number.",
        )
        data = fields(fields(value).get("data"))
        attributes = fields(data.get("attributes"))
        return RegulationsDocket(
            id=_identifier(data),
            agency=text(attributes.get("agencyId")),
            title=text(attributes.get("title")),
            kind=text(attributes.get("docketType")),
            rin=text(attributes.get("rin")),
            abstract=text(attributes.get("dkAbstract")),
            modified_at=moment(attributes.get("modifyDate")),
            note=answer.note,
        )

    def documents_in_docket(self, docket_id: str) -> tuple[RegulationsDocument, ...]:
        """The documents of a docket, the newest first."""
        return tuple(self._documents("docketId", docket_id))

    def documents_of_number(self, document_number: str) -> tuple[RegulationsDocument, ...]:
        """The documents that were published under a Federal Register number: one for each docket of a joint rule."""
        return tuple(self._documents("frDocNum", document_number))

    def _documents(self, field: str, wanted: str) -> Iterator[RegulationsDocument]:
        for page in range(1, _MAXIMUM_PAGES + 1):
            value, answer = self._ask(
                "/documents",
                [
                    (f"filter[{field}]", wanted),
                    ("sort", "-postedDate"),
                    ("page[size]", str(_PER_PAGE)),
                    ("page[number]", str(page)),
                ],
                "regulations.gov does not offer its list of documents now. Try again later.",
            )
            for entry in objects(fields(value).get("data")):
                yield _document(entry, answer.note)
            if fields(fields(value).get("meta")).get("hasNextPage") is not True:
                return

    def _ask(self, path: str, parameters: list[tuple[str, str]], absent: str) -> tuple[Any, Answer]:
        if not self.has_key:
            raise AccessDenied(_NO_KEY)
        try:
            return self._client.get_json(f"{self._base}{path}", parameters, absent=absent)
        except AccessDenied as refusal:
            raise AccessDenied(
                "regulations.gov refuses the API key of this installation: check COMMENTTRACK_REGULATIONS_GOV_KEY."
            ) from refusal


def _identifier(data: Fields) -> str:
    identifier = text(data.get("id"))
    if not identifier:
        raise BadAnswer("regulations.gov answered in a form that is not known. Try again later.")
    return identifier


def _document(data: Fields, note: str) -> RegulationsDocument:
    identifier, attributes = _identifier(data), fields(data.get("attributes"))
    return RegulationsDocument(
        id=identifier,
        docket=text(attributes.get("docketId")),
        agency=text(attributes.get("agencyId")),
        title=text(attributes.get("title")),
        kind=text(attributes.get("documentType")),
        number=text(attributes.get("frDocNum")),
        open_for_comment=attributes.get("openForComment") is True,
        late_comments=attributes.get("allowLateComments") is True,
        withdrawn=attributes.get("withdrawn") is True,
        posted_at=moment(attributes.get("postedDate")),
        comment_dates=tuple(
            date
            for field, purpose in (("commentStartDate", COMMENTS_OPEN), ("commentEndDate", COMMENTS))
            for date in from_moment(text(attributes.get(field)), purpose, f"regulations.gov, {field} of {identifier}")
        ),
        note=note,
    )
