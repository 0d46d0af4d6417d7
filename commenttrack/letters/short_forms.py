"""How each citation prints where it stands: in full, short, *Id.* or *supra*, from the final order of the notes.

Nothing here is typed by a person. *Id.* stands only for the work cited immediately before, in the same note or as the
only one of the note before. A document of the Federal Register, a law and a case have short forms of their own; a
comment or report goes back to the note that cites it in full.
"""

import re
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field, replace

from commenttrack.letters.authorities import (
    Authority,
    Case,
    Citation,
    CitedDocument,
    Code,
    Comment,
    FederalRegister,
    Other,
    PublicLaw,
    Report,
    StatutesAtLarge,
    completed,
    described,
    work,
)
from commenttrack.letters.blocks import Inlines, Styled, Text
from commenttrack.letters.citation_forms import (
    NBSP,
    bluebook_form,
    in_document,
    listed_pages,
    ofr_form,
    place_of,
    reporter,
    signed,
)
from commenttrack.letters.content import LetterHead


@dataclass(frozen=True, slots=True)
class Group:
    """The citations between one ``[@`` and ``]``; ``opens`` says whether a sentence begins with them."""

    citations: tuple[Citation, ...]
    opens: bool = True


def citation_phrases(notes: Sequence[Sequence[Group]], head: LetterHead) -> list[list[Inlines]]:
    """How each citation group of each note prints, given all notes in final order."""
    known = described(citation.authority for note in notes for group in note for citation in group.citations)
    sources = {("FR", source.volume, source.start_page): source for source in head.sources}
    order = _Order(known, sources, head)
    return [order.note(number, groups) for number, groups in enumerate(notes, 1)]


def phrase_in_text(citations: Sequence[Citation], head: LetterHead) -> Inlines:
    """Citations in the running text, in the form of the Office of the Federal Register."""
    sources = {("FR", source.volume, source.start_page): source for source in head.sources}
    return _joined([_ofr(citation, sources) for citation in citations])


@dataclass(slots=True)
class _Order:
    known: dict[Hashable, Authority]
    sources: dict[tuple[str, int, int], CitedDocument]
    head: LetterHead
    first: dict[Hashable, int] = field(default_factory=dict)
    """Number of the note that cites a work in full."""
    named: set[tuple[str, str]] = field(default_factory=set)
    """Acts whose popular name has been given."""
    before: tuple[Authority, ...] = ()

    def note(self, number: int, groups: Sequence[Group]) -> list[Inlines]:
        inside: list[Authority] = []
        phrases = []
        for group in groups:
            forms = []
            for index, citation in enumerate(group.citations):
                citation = replace(citation, authority=self._complete(citation.authority))
                if self.head.citations == "ofr":
                    forms.append(_ofr(citation, self.sources))
                else:
                    opens = group.opens and not index and not citation.signal
                    forms.append(self._bluebook(citation, self._previous(inside), number, opens))
                inside.append(citation.authority)
            phrases.append(_joined(forms))
        self.before = tuple(inside)
        return phrases

    def _previous(self, inside: Sequence[Authority]) -> Authority | None:
        """The one authority cited immediately before, in this note or as the only one of the note before."""
        if inside:
            return inside[-1]
        works = {authority if isinstance(authority, Code) else work(authority) for authority in self.before}
        return self.before[-1] if len(works) == 1 else None

    def _complete(self, authority: Authority) -> Authority:
        authority = completed(authority, self.known.get(work(authority)))
        if isinstance(authority, FederalRegister):
            source = self.sources.get(("FR", authority.volume, authority.page))
            return replace(authority, document=source or authority.document)
        return authority

    def _bluebook(self, citation: Citation, previous: Authority | None, number: int, opens: bool) -> Inlines:
        authority, thousands = citation.authority, self.head.thousands_comma
        rest = None if previous is None else bluebook_id(authority, previous, thousands=thousands)
        key = work(authority)
        if rest is not None:
            form: Inlines = (Styled("em", (Text("Id." if opens else "id."),)), *((Text(rest),) if rest else ()))
        elif key in self.first and (short := short_form(authority, self.first[key], number, thousands=thousands)):
            form = short
        else:
            form = self._in_full(authority)
            self.first.setdefault(key, number)
        return (*_signal(citation), *form, *_remark(citation))

    def _in_full(self, authority: Authority) -> Inlines:
        if isinstance(authority, Code):
            act = (authority.code, authority.name)
            if act in self.named:
                authority = replace(authority, name="")
            self.named.add(act)
        form = bluebook_form(authority, thousands=self.head.thousands_comma)
        match authority:
            case FederalRegister(document=CitedDocument(short=short)) | Comment(short=short) | Report(short=short):
                # From here on it has its short name.
                named = (Text(" ["), Styled("em", (Text("hereinafter"),)), Text(f" {short}]"))
                return (*form, *named) if short else form
        return form


# ------------------------------------------------------------------------------------------------------ short forms


def bluebook_id(authority: Authority, previous: Authority, *, thousands: bool = False) -> str | None:
    """What stands after *Id.* when ``previous`` was cited immediately before: "" for the very same place; None when
    *Id.* cannot say it."""
    if authority == previous:
        return ""
    if work(authority) != work(previous):
        return None
    match authority, previous:
        case Code(_, _, sections, False, "", ""), Code(part=False, within=""):
            return f" {signed(sections)}"
        case FederalRegister(provision=provision), _ if provision:
            return f"{_spaced(place_of(authority, thousands=thousands))}{in_document(authority)}"
        case PublicLaw(sections=sections), _ if sections:
            place = place_of(authority)
            return (
                f" {signed(sections)}{f', {authority.volume}{NBSP}Stat. {place}' if place and authority.volume else ''}"
            )
        case _:
            return _spaced(place_of(authority, thousands=thousands)) or None


def short_form(authority: Authority, first: int, here: int, *, thousands: bool = False) -> Inlines:
    """The short form of a work that note ``first`` cites in full, for note ``here``; empty when it has none."""
    place = place_of(authority, thousands=thousands)
    match authority:
        case FederalRegister(volume, page, pins, provision, document):
            start = f"{page:,}" if thousands and page >= 10_000 else str(page)
            where = f" at{NBSP}{listed_pages(pins, thousands)}" if pins else f"{NBSP}{start}"
            name = f"{document.short}, " if document and document.short else ""
            return (Text(f"{name}{volume}{NBSP}Fed.{NBSP}Reg.{where}{in_document(authority) if provision else ''}"),)
        case PublicLaw(congress, number, sections, _, volume):
            section = f", {signed(sections)}" if sections else ""
            stat = f", {volume}{NBSP}Stat. {place}" if place and volume else ""
            return (Text(f"Pub.{NBSP}L. No.{NBSP}{congress}-{number}{section}{stat}"),)
        case StatutesAtLarge(volume, page):
            return (Text(f"{volume}{NBSP}Stat. {place}" if place else f"{volume}{NBSP}Stat.{NBSP}{page}"),)
        case Case(volume, _, page):
            start = "___" if page is None else str(page)
            where = f"{volume}{NBSP}{reporter(authority)}{f' {place}' if place else f'{NBSP}{start}'}"
            name = short_name(authority)
            return (Styled("em", (Text(name),)), Text(f", {where}")) if name else (Text(where),)
        case Comment() | Report():
            name = authority.short or authority.author
            if not name:
                name = f"Comment No.{NBSP}{authority.id}" if isinstance(authority, Comment) else authority.title
            note = f" note{NBSP}{first}" if first != here else ""
            return (
                Text(f"{name}, "),
                Styled("em", (Text("supra"),)),
                Text(f"{note}{f', {place}' if place else ''}"),
            )
        case Code() | Other():
            return ()


_GOVERNMENT = re.compile(
    r"(?:United States|U\.S\.|State|People|Commonwealth|City|County|Dep[’']t|Department|Comm[’']r|Commissioner|"
    r"Sec[’']y|Secretary|Adm[’']r|Administrator|Director|Dir\.|Bureau|Fed\.|FCC|SEC|FTC|EPA|FERC|CFTC|NLRB|HHS|DHS|DOJ|FDA|NRC|"
    r"USDA|In re)\b"
)


def short_name(case: Case) -> str:
    """What a case is called after its first citation: its declared name, or the first party that is not government."""
    if case.short or not case.name:
        return case.short
    parties = re.split(r"\s+v\.?\s+", case.name)
    first = next((party for party in parties if not _GOVERNMENT.match(party)), parties[0])
    return re.sub(r",?\s(?:Inc|LLC|Corp|Co|Ltd|L\.P)\.?\Z", "", first)


def _spaced(place: str) -> str:
    return f" {place}" if place else ""


# ---------------------------------------------------------------------------------------------------------- joining


def _ofr(citation: Citation, sources: dict[tuple[str, int, int], CitedDocument]) -> Inlines:
    authority = citation.authority
    if isinstance(authority, FederalRegister):
        source = sources.get(("FR", authority.volume, authority.page))
        authority = replace(authority, document=source or authority.document)
    return (*_signal(citation), *ofr_form(authority), *_remark(citation))


def _signal(citation: Citation) -> Inlines:
    return (Styled("em", (Text(citation.signal),)), Text(NBSP)) if citation.signal else ()


def _remark(citation: Citation) -> Inlines:
    return (Text(f" {citation.remark}"),) if citation.remark else ()


def _joined(forms: Sequence[Inlines]) -> Inlines:
    out: list[Text | Styled] = []
    for index, form in enumerate(forms):
        if index:
            out.append(Text("; "))
        out.extend(form)  # type: ignore[arg-type]  # forms are made of Text and Styled only
    return tuple(out)
