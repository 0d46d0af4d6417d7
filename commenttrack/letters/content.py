"""What a letter says, as plain values: every way of writing a letter leads here, and every output starts from here.

A letter typed as Markdown (:mod:`commenttrack.letters.markdown`) and a letter composed from the mapping both become a
:class:`LetterContent`; PDF, Word and HTML are made from it and from nothing else.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal

from commenttrack.letters.authorities import CitedDocument, DeclaredSource
from commenttrack.letters.own_words import own_words
from commenttrack.members.names import name_key
from commenttrack.wording import wording_digest

Order = Literal["alphabetical", "lead-first"]
Article = Literal["ignore", "keep"]
Fonts = Literal["serif", "sans", "serif-throughout"]
Numbering = Literal["outline", "decimal", "none"]
SignatureBlocks = Literal["together", "by-lead"]
ExhibitMarks = Literal["letters", "numbers"]
TranslationLayout = Literal["side-by-side", "after"]
CitationStyle = Literal["ofr", "bluebook"]
RedlineWords = Literal["hidden", "shown"]
CurrentTextPlace = Literal["data", "shown"]


@dataclass(frozen=True, slots=True)
class Letterhead:
    """The head of the first page."""

    name: str = ""
    tagline: str = ""
    address: tuple[str, ...] = ()
    logo: str = ""
    """Name of one of the letter's pictures."""
    logo_alt: str = ""
    """What the logo shows, for those who do not see it; empty means “NAME logo”."""


@dataclass(frozen=True, slots=True)
class Addressee:
    """One addressee block; in a letter to several agencies each has its own attention and Re: lines."""

    lines: tuple[str, ...] = ()
    attention: str = ""
    re: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """An image that was checked (:mod:`commenttrack.letters.pictures`); sizes are in pixels, or in units of the SVG."""

    name: str
    media_type: Literal["image/png", "image/jpeg", "image/svg+xml"]
    data: bytes
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that is filed with the letter; ``key`` is that of the exhibit which names it."""

    key: str
    name: str
    media_type: str
    size: int
    """Bytes."""
    sha256: str


@dataclass(frozen=True, slots=True)
class HouseStyle:
    """How an association's letters look and count, whatever they say."""

    fonts: Fonts = "serif"
    """``serif``: text in Source Serif, headings in Source Sans; ``sans``: all in Source Sans; ``serif-throughout``."""
    citations: CitationStyle = "ofr"
    order: Order = "alphabetical"
    numbering: Numbering = "outline"
    """``outline``: I., A., 1., (a); ``decimal``: 1, 1.1, 1.1.1; ``none``."""


@dataclass(frozen=True, slots=True)
class Translation:
    """The second language of a letter; the parts carry its text."""

    lang: str
    layout: TranslationLayout = "after"
    heading: str = ""
    """Heading of the second text where it follows the first."""
    re: tuple[str, ...] = ()
    salutation: str = ""
    closing: str = ""


@dataclass(frozen=True, slots=True)
class LetterHead:
    """Everything around the body of the letter. Every field may be left out."""

    letterhead: Letterhead = Letterhead()
    date: str = ""
    via: str = ""
    to: tuple[Addressee, ...] = ()
    re: tuple[str, ...] = ()
    salutation: str = ""
    closing: str = ""
    contact: str = ""
    order: Order = "alphabetical"
    the: Article = "ignore"
    """Whether a leading "The" counts when names are put in order."""
    signature_columns: int = 0
    """1, 2 or 3; 0 chooses by the number of signatories."""
    signature_blocks: SignatureBlocks = "together"
    """``by-lead``: the leads sign side by side in blocks of their own, the others below them."""
    annex_of_signatories: str = ""
    """Heading of an annex that describes each organization; empty for none."""
    exhibits: ExhibitMarks = "letters"
    citations: CitationStyle = "ofr"
    thousands_comma: bool = False
    """Whether Bluebook pages of five digits print as 50,379."""
    toc: bool = False
    draft: bool = False
    review: bool = False
    """A copy for reading through: line numbers and a wide margin."""
    numbered: bool = True
    """Whether headings get computed numbers (I., A., 1.); headings that carry their own are left alone."""
    lang: str = "en-US"
    redline_words: RedlineWords = "hidden"
    """``shown`` prints [delete: …] and [insert: …]; ``hidden`` keeps these words for screen readers and for copies."""
    requests_table: bool = True
    """Whether the table of all requests prints where the text asks for it (``{requests}``)."""
    current_text: CurrentTextPlace = "data"
    """``shown`` prints, before each requested text, what the rule would do to the current one; ``data`` only attaches
    it."""
    illustrative: str = ""
    """A banner for every page when the rule that the letter answers is an illustration."""
    sources: tuple[CitedDocument, ...] = ()
    """Documents of the Federal Register that the letter cites."""
    works: tuple[DeclaredSource, ...] = ()
    """Statutes, cases, comments and reports that the letter cites by key."""
    house_style: HouseStyle = HouseStyle()
    """Fonts and numbering; ``citations`` and ``order`` above already follow it unless the head says otherwise."""
    translation: Translation | None = None


@dataclass(frozen=True, slots=True)
class Signatory:
    """One line of the signature block: an organization, and who signs for it."""

    organization: str
    person: str = ""
    title: str = ""
    reservation: str = ""
    recorded_by_mail: bool = False
    about: str = ""
    """A paragraph on the organization, for the annex that describes each."""
    block: str = ""
    """Heading of the signature block it signs in; empty for the common one."""


@dataclass(frozen=True, slots=True)
class LetterPartContent:
    """A numbered part of the letter, or (level 0, no heading) text before the first heading."""

    key: str
    heading: str
    level: int
    """1 to 6 as in Markdown; 0 when there is no heading."""
    text: str
    """Markdown, as :mod:`commenttrack.letters.body` reads it."""
    requested_text: str = ""
    """The provision's own words with ``{--deleted--}{++added++}`` and no other markup; empty when none is requested."""
    provisions: tuple[str, ...] = ()
    """Labels of the provisions that the part speaks of, as the rule prints them."""
    annex: bool = False
    """Whether it stands after the signatures."""
    landscape: bool = False
    """Whether it is printed on pages turned on their side."""
    translated_heading: str = ""
    translation: str = ""
    """The part in the letter's second language."""
    current_text: str = ""
    """The words of the CFR as they stand, under the requested text; empty when they are not known."""


@dataclass(frozen=True, slots=True)
class PartWords:
    """The words of a part, in both languages of its letter."""

    heading: str = ""
    text: str = ""
    requested_text: str = ""
    second_heading: str = ""
    second_text: str = ""

    @classmethod
    def of(cls, part: Mapping[str, Any]) -> "PartWords":
        """Those of a part of a frozen version (``LetterVersion.parts_json``)."""
        return cls(*(part.get(field.name, "") for field in fields(cls)))

    @property
    def first(self) -> "PartWords":
        """Those of the letter's own language alone."""
        return PartWords(self.heading, self.text, self.requested_text)

    @property
    def digest(self) -> str:
        """SHA-256 of the wording (:func:`commenttrack.wording.wording_digest`)."""
        return wording_digest(self.heading, self.text, self.requested_text, self.second_heading, self.second_text)


@dataclass(frozen=True, slots=True)
class LetterContent:
    """A whole letter."""

    head: LetterHead
    parts: tuple[LetterPartContent, ...]
    signatories: tuple[Signatory, ...] = ()
    lead: str = ""
    """Name of the lead organization; empty means the first signatory."""
    co_leads: tuple[str, ...] = ()
    """Further leads of a joint letter, in the order in which they sign after the lead."""
    pictures: tuple[Picture, ...] = ()
    """Everything that the letter can show; nothing else is printed as an image."""
    attachments: tuple[Attachment, ...] = ()
    """Files that are filed with it, in the order of its exhibits."""


@dataclass(frozen=True, slots=True)
class SignatureBlock:
    """Signatories that sign together, in order."""

    heading: str
    signatories: tuple[Signatory, ...]
    columns: int


def ordered_signatories(content: LetterContent) -> tuple[Signatory, ...]:
    """The signature block's order: alphabetical, or the leads first and the others alphabetical."""
    keep = content.head.the == "keep"
    ordered = sorted(content.signatories, key=lambda signatory: name_key(signatory.organization, keep_article=keep))
    if content.head.order == "lead-first" and ordered:
        leads = leads_of(content)
        place = {name: index for index, name in enumerate(leads)}
        ordered.sort(key=lambda signatory: place.get(signatory.organization, len(leads)))
    return tuple(ordered)


def leads_of(content: LetterContent) -> tuple[str, ...]:
    """The lead organizations, the first one first."""
    first = content.lead or (content.signatories[0].organization if content.signatories else "")
    return tuple(dict.fromkeys(name for name in (first, *content.co_leads) if name))


def signature_blocks(content: LetterContent) -> tuple[SignatureBlock, ...]:
    """The signatories as they are set: all together, under the headings they name, or each lead in a block of its own.

    Blocks with headings stand in the order in which their first signatory was given; who names none signs last.
    """
    ordered = ordered_signatories(content)
    headings = list(dict.fromkeys(signatory.block for signatory in content.signatories if signatory.block))
    blocks: list[tuple[str, tuple[Signatory, ...]]] = []
    beside = 0
    if headings:
        blocks = [(heading, tuple(s for s in ordered if s.block == heading)) for heading in (*headings, "")]
    elif content.head.signature_blocks == "by-lead":
        leads = leads_of(content)
        signing = sorted((s for s in ordered if s.organization in leads), key=lambda s: leads.index(s.organization))
        others = tuple(s for s in ordered if s.organization not in leads)
        blocks = [("", tuple(signing)), (own_words(content.head.lang).joined if signing else "", others)]
        beside = min(len(signing), 3)
    else:
        blocks = [("", ordered)]
    wanted = content.head.signature_columns
    return tuple(
        SignatureBlock(heading, signatories, wanted or (beside if not index else 0) or columns_for(signatories))
        for index, (heading, signatories) in enumerate(blocks)
        if signatories
    )


def columns_for(signatories: tuple[Signatory, ...]) -> int:
    """Columns by number: names alone stay in one column up to 24, signers with lines for a pen up to 3."""
    count = len(signatories)
    if all(not signatory.person for signatory in signatories):
        return 1 if count <= 24 else 2 if count <= 80 else 3
    return 1 if count <= 3 else 2 if count <= 60 else 3
