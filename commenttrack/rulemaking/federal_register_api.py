"""federalregister.gov's API, version 1: documents by number, citation, docket and RIN, search, public inspection.

The API needs no key. Its shapes are those of recorded answers; a field that is absent is empty here, never invented.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import quote

from commenttrack.rulemaking.answer_values import Fields, day, fields, moment, number, objects, text, texts
from commenttrack.rulemaking.citations import FederalRegisterCitation
from commenttrack.rulemaking.date_wordings import EASTERN
from commenttrack.rulemaking.provisions import ParsedDate
from commenttrack.rulemaking.source_answers import Answer, BadAnswer, NotAtSource
from commenttrack.rulemaking.source_dates import COMMENTS, COMMENTS_OPEN, from_moment
from commenttrack.rulemaking.sources import SourceClient, is_familiar
from commenttrack.rulemaking.xml_source import read_root

# What a search is asked for about each document; without these it leaves out dates and dockets.
_SEARCH_FIELDS = (
    "document_number",
    "title",
    "type",
    "action",
    "abstract",
    "agencies",
    "citation",
    "comments_close_on",
    "docket_ids",
    "html_url",
    "pdf_url",
    "publication_date",
    "regulation_id_numbers",
)
_PER_PAGE = 100
# A docket or RIN with more documents than this is not listed to its end.
_MAXIMUM_PAGES = 10


@dataclass(frozen=True, slots=True)
class FoundDocument:
    """A document in a list of search results."""

    number: str
    title: str
    kind: str
    action: str
    publication_date: dt.date | None
    citation: str
    comments_close_on: dt.date | None
    agencies: tuple[str, ...]
    docket_ids: tuple[str, ...]
    rins: tuple[str, ...]
    abstract: str
    page_url: str
    pdf_url: str


@dataclass(frozen=True, slots=True)
class SearchPage:
    """One page of results; ``count`` is of all pages, ``note`` says when it is a kept copy."""

    count: int
    pages: int
    documents: tuple[FoundDocument, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class PublishedDocument:
    """What federalregister.gov says about one document.

    ``kind`` is the API's own word (“Proposed Rule”). ``dates_caption`` is the text of DATES; ``comment_dates`` are the
    days that the API itself gives, which may differ from it and from each other. ``xml_url`` is empty for documents
    without full text in XML. ``note`` says when it is a kept copy.
    """

    number: str
    title: str
    kind: str
    action: str
    abstract: str
    publication_date: dt.date | None
    citation: str
    start_page: int | None
    end_page: int | None
    agencies: tuple[str, ...]
    docket_ids: tuple[str, ...]
    rins: tuple[str, ...]
    cfr: tuple[tuple[int, str], ...]
    dates_caption: str
    effective_on: dt.date | None
    comment_dates: tuple[ParsedDate, ...]
    correction_of: str
    corrections: tuple[str, ...]
    regulations_gov_document: str
    page_url: str
    xml_url: str
    html_url: str
    text_url: str
    pdf_url: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class InspectionDocument:
    """A document on public inspection: filed, not yet published, and without XML."""

    number: str
    title: str
    kind: str
    filed_at: dt.datetime | None
    special: bool
    publication_date: dt.date | None
    agencies: tuple[str, ...]
    docket_ids: tuple[str, ...]
    pages: int | None
    page_url: str
    pdf_url: str
    text_url: str
    note: str = ""


class FederalRegisterApi:
    """Reads federalregister.gov. ``base`` is the address of the API, without a trailing slash."""

    def __init__(self, client: SourceClient, base: str) -> None:
        self._client = client
        self._base = base

    def document(self, document_number: str) -> PublishedDocument:
        """The document of this number; raises :class:`NotAtSource` when none was published under it."""
        value, answer = self._client.get_json(
            f"{self._base}/documents/{quote(document_number, safe='')}.json",
            absent=(
                f"federalregister.gov knows no published document {document_number}. Check the number, or import the "
                f"file instead."
            ),
        )
        document = _published(fields(value), answer.note)
        if document.number != document_number:
            raise BadAnswer(
                f"federalregister.gov answered with {document.number or 'something unknown'} when asked for document "
                f"{document_number}. Import the file instead."
            )
        return document

    def documents_at(self, citation: FederalRegisterCitation) -> tuple[PublishedDocument, ...]:
        """The documents that start on the cited page, or else those that the page belongs to."""
        value, answer = self._client.get_json(
            f"{self._base}/documents/search-details",
            [("conditions[term]", f"{citation.volume} FR {citation.page}")],
            absent=f"federalregister.gov cannot look up citations such as {citation}. Give the document number.",
        )
        numbers = texts(fields(fields(fields(value).get("suggestions")).get("citation")).get("document_numbers"))
        if not numbers:
            raise NotAtSource(
                f"federalregister.gov knows no document at {citation}. Check the citation, or give the document number."
            )
        documents = [self.document(entry) for entry in numbers]
        starting = [document for document in documents if document.start_page == citation.page]
        return tuple(
            replace(document, note=document.note or answer.note) for document in (starting if starting else documents)
        )

    def search(
        self,
        term: str = "",
        *,
        docket: str = "",
        rin: str = "",
        citing: str = "",
        kind: str = "",
        since: dt.date | None = None,
        until: dt.date | None = None,
        page: int = 1,
        per_page: int = 20,
    ) -> SearchPage:
        """One page of the documents that meet every condition given, the newest first.

        ``citing`` is the number of a document that the results cite; ``kind`` is PRORULE, RULE or NOTICE.
        """
        conditions = {
            "conditions[term]": term,
            "conditions[docket_id]": docket,
            "conditions[regulation_id_number]": rin,
            "conditions[citing_document_numbers]": citing,
            "conditions[type][]": kind,
            "conditions[publication_date][gte]": since.isoformat() if since else "",
            "conditions[publication_date][lte]": until.isoformat() if until else "",
        }
        value, answer = self._client.get_json(
            f"{self._base}/documents.json",
            [
                *((name, wanted) for name, wanted in conditions.items() if wanted),
                *(("fields[]", name) for name in _SEARCH_FIELDS),
                ("order", "newest"),
                ("per_page", str(per_page)),
                ("page", str(page)),
            ],
            absent="federalregister.gov does not offer its search now. Try again later.",
        )
        found = fields(value)
        count = number(found.get("count"))
        if count is None:
            raise BadAnswer("federalregister.gov answered the search in a form that is not known. Try again later.")
        documents = tuple(_found(entry) for entry in objects(found.get("results")))
        return SearchPage(count, number(found.get("total_pages")) or (1 if documents else 0), documents, answer.note)

    def in_docket(self, docket: str) -> tuple[FoundDocument, ...]:
        """The documents of an agency's docket, the newest first."""
        return tuple(self._every(docket=docket))

    def with_rin(self, rin: str) -> tuple[FoundDocument, ...]:
        """The documents with a Regulation Identifier Number, the newest first."""
        return tuple(self._every(rin=rin))

    def citing(self, document_number: str) -> tuple[FoundDocument, ...]:
        """The documents that cite this one: corrections, extensions, the final rule."""
        return tuple(self._every(citing=document_number))

    def _every(self, *, docket: str = "", rin: str = "", citing: str = "") -> Iterator[FoundDocument]:
        for page in range(1, _MAXIMUM_PAGES + 1):
            found = self.search(docket=docket, rin=rin, citing=citing, page=page, per_page=_PER_PAGE)
            yield from found.documents
            if page >= found.pages:
                return

    def inspection_document(self, document_number: str) -> InspectionDocument:
        """The document of this number on public inspection; raises :class:`NotAtSource` when there is none."""
        value, answer = self._client.get_json(
            f"{self._base}/public-inspection-documents/{quote(document_number, safe='')}.json",
            absent=f"No document {document_number} is on public inspection.",
        )
        return _inspection(fields(value), answer.note)

    def on_public_inspection(self) -> tuple[InspectionDocument, ...]:
        """Everything that is on public inspection now."""
        value, answer = self._client.get_json(
            f"{self._base}/public-inspection-documents/current.json",
            absent="federalregister.gov does not offer its public-inspection list now. Try again later.",
        )
        return tuple(_inspection(entry, answer.note) for entry in objects(fields(value).get("results")))

    def xml(self, document: PublishedDocument) -> Answer:
        """The full text in XML, well-formed and whole."""
        return self._client.get_file(
            self._familiar(document.xml_url),
            form="XML",
            check=lambda data: read_root(data, "the answer"),
            absent=_no_text(document, "XML"),
        )

    def body_html(self, document: PublishedDocument) -> Answer:
        """The body as HTML, for documents that have no XML."""
        return self._client.get_file(
            self._familiar(document.html_url), form="HTML", check=lambda data: None, absent=_no_text(document, "HTML")
        )

    def _familiar(self, address: str) -> str:
        """The address of a text if it is at a source; an answer cannot send this program anywhere else."""
        if not is_familiar(address, self._base):
            raise BadAnswer(f"federalregister.gov names {address[:120]} as the text, which is none of its addresses.")
        return address


def _no_text(document: PublishedDocument, form: str) -> str:
    return (
        f"federalregister.gov has no {form} text of document {document.number}. Its PDF is at {document.pdf_url}; "
        f"import a text of it instead."
    )


def _agencies(value: object) -> tuple[str, ...]:
    return tuple(text(agency.get("name")) or text(agency.get("raw_name")) for agency in objects(value))


def _found(entry: Fields) -> FoundDocument:
    return FoundDocument(
        number=text(entry.get("document_number")),
        title=text(entry.get("title")),
        kind=text(entry.get("type")),
        action=text(entry.get("action")),
        publication_date=day(entry.get("publication_date")),
        citation=text(entry.get("citation")),
        comments_close_on=day(entry.get("comments_close_on")),
        agencies=_agencies(entry.get("agencies")),
        docket_ids=texts(entry.get("docket_ids")),
        rins=texts(entry.get("regulation_id_numbers")),
        abstract=text(entry.get("abstract")),
        page_url=text(entry.get("html_url")),
        pdf_url=text(entry.get("pdf_url")),
    )


def _published(entry: Fields, note: str) -> PublishedDocument:
    references = objects(entry.get("cfr_references"))
    info = fields(entry.get("regulations_dot_gov_info"))
    return PublishedDocument(
        number=text(entry.get("document_number")),
        title=text(entry.get("title")),
        kind=text(entry.get("type")),
        action=text(entry.get("action")),
        abstract=text(entry.get("abstract")),
        publication_date=day(entry.get("publication_date")),
        citation=text(entry.get("citation")),
        start_page=number(entry.get("start_page")),
        end_page=number(entry.get("end_page")),
        agencies=_agencies(entry.get("agencies")),
        docket_ids=texts(entry.get("docket_ids")),
        rins=texts(entry.get("regulation_id_numbers")),
        cfr=tuple((title, text(each.get("part"))) for each in references if (title := number(each.get("title")))),
        dates_caption=text(entry.get("dates")),
        effective_on=day(entry.get("effective_on")),
        comment_dates=tuple(_comment_dates(entry)),
        correction_of=_number_in(text(entry.get("correction_of"))),
        corrections=tuple(_number_in(address) for address in texts(entry.get("corrections"))),
        regulations_gov_document=text(info.get("document_id")),
        page_url=text(entry.get("html_url")),
        xml_url=text(entry.get("full_text_xml_url")),
        html_url=text(entry.get("body_html_url")),
        text_url=text(entry.get("raw_text_url")),
        pdf_url=text(entry.get("pdf_url")),
        note=note,
    )


def _comment_dates(entry: Fields) -> Iterator[ParsedDate]:
    """The days that the API gives, each with the field that gives it."""
    closing = day(entry.get("comments_close_on"))
    if closing:
        source = "federalregister.gov, comments_close_on"
        yield ParsedDate(closing.isoformat(), None, EASTERN, COMMENTS, source, False, closing.isoformat())
    ours = text(entry.get("document_number"))
    listed = text(fields(entry.get("regulations_dot_gov_info")).get("document_id"))
    for docket in objects(entry.get("dockets")):
        documents = objects(docket.get("documents"))
        for document in documents:
            identifier = text(document.get("id")) or text(document.get("document_id"))
            # A docket lists its other documents too, each with dates of its own.
            if listed and identifier and identifier != listed and len(documents) > 1:
                continue
            for field, purpose in (("comment_start_date", COMMENTS_OPEN), ("comment_end_date", COMMENTS)):
                source = f"federalregister.gov, {field} of {identifier or ours}"
                yield from from_moment(text(document.get(field)), purpose, source)


def _number_in(address: str) -> str:
    """The number at the end of an API address; a bare number stays as it is."""
    return address.partition("?")[0].rpartition("/")[2].removesuffix(".json")


def _inspection(entry: Fields, note: str) -> InspectionDocument:
    document_number = text(entry.get("document_number"))
    if not document_number:
        raise BadAnswer("federalregister.gov answered in a form that is not known. Import the file instead.")
    return InspectionDocument(
        number=document_number,
        title=text(entry.get("title")),
        kind=text(entry.get("type")),
        filed_at=moment(entry.get("filed_at")),
        special=text(entry.get("filing_type")) == "special",
        publication_date=day(entry.get("publication_date")),
        agencies=_agencies(entry.get("agencies")),
        docket_ids=texts(entry.get("docket_numbers")),
        pages=number(entry.get("num_pages")),
        page_url=text(entry.get("html_url")),
        pdf_url=text(entry.get("pdf_url")),
        text_url=text(entry.get("raw_text_url")),
        note=note,
    )
