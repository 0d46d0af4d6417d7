"""The head of a document (PREAMB): agencies, CFR parts, dockets, RINs, title, and the captions such as DATES."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from lxml.etree import _Element

from commenttrack.rulemaking.provisions import ParsedAgency, ParsedCaption, ParsedCfr
from commenttrack.rulemaking.xml_text import Flow, NoteCall, PageCounter, read

_CAPTIONS = frozenset(
    {"AGY", "ACT", "SUM", "DATES", "EFFDATE", "ADD", "FURINF", "ADDRESSES", "COMDATE", "EXPDATE", "PREAMHD", "INTRO"}
)
_FIELDS = frozenset({"AGENCY", "SUBAGY", "CFR", "DEPDOC", "RIN", "SUBJECT"})

_DASHES = ("‐", "‑", "‒", "–", "—", "−")
_CFR = re.compile(
    r"\b([0-9]{1,2})\s*C\.?F\.?R\.?\s*(?:Chapters?\s+[IVXLC]+,?\s*)?(?:Parts?|Pts?\.?|Sections?|§+)?\s*"
    r"((?:[0-9]+[0-9A-Za-z-]*(?:\.[0-9A-Za-z-]+)?(?:\s*(?:,\s*and|,\s*&|,|;|and|&|through|to)\s+(?![0-9]+\s*C\.?F\.?R)|\s*-\s*)?)+)",
    re.IGNORECASE,
)
_PART = re.compile(r"[0-9]+[0-9A-Za-z-]*")
_RIN = re.compile(r"\b[0-9]{4}-[A-Z]{2}[0-9]{2}\b")
# An identifier has groups of capitals and digits joined by hyphens, and at least one digit group.
_IDENTIFIER = re.compile(r"\b(?=[A-Z0-9_-]*[0-9])[A-Z0-9]+(?:[_-][A-Z0-9]+)+(?:\(\w\))?\b")
# The form of regulations.gov: agency, perhaps an office, year, number.
_REGULATIONS_GOV = re.compile(r"\b[A-Z][A-Z0-9]+(?:[-_][A-Z0-9]+)*-(?:19|20)[0-9]{2}-(?:[A-Z]+-)*[0-9]{3,5}\b")
_NAMED_DOCKET = re.compile(
    r"[Dd]ocket\s+(?:ID\s+)?(?:[Nn]os?\.|[Nn]umbers?|ID)\s*:?\s*((?=[A-Za-z_-]*[0-9])[A-Za-z0-9]+(?:[-_][A-Za-z0-9]+)+)"
)
# Identifiers that stand beside a docket and are none.
_NOT_DOCKETS = re.compile(r"(?:FRL|FRS|MCAI|TD|RIN)-|(?:FCC|DA) ")
_CALLED_DOCKET = re.compile(
    r"\b(?:Dockets?|Files?|Doc\.(?=\s*(?:ID|Nos?)\b))\s*(?:(?:ID|Nos?\.?|Numbers?)\b\.?\s*)*:?\s*", re.IGNORECASE
)
# “ATF 2021R-08” and the like: a short name before the number belongs to it.
_NAMED_TOKEN = re.compile(r"\b(?:[A-Z]{2,5} (?=[0-9]))?(?=[A-Za-z0-9_-]*[0-9])[A-Za-z0-9]+(?:[_-][A-Za-z0-9]+)+\b")
# “CBP Dec. 24-01” and “FRL 9987-10” are no dockets.
_NUMBERED_OTHERWISE = re.compile(
    r"\b(?:Dec|Decision|Amdt|Amendment|Notice|Order|Release|Dir|Directive|Rev|FRL|Case|T\.D)\.?\s*(?:Nos?\.?\s*)?\Z"
)
_SMALL_WORDS = frozenset({"of", "the", "and", "for", "on", "in", "to", "a", "an", "at", "by"})


@dataclass(slots=True)
class _Agency:
    name: str
    subagency: str = ""
    docket_ids: list[str] = field(default_factory=list)
    rins: list[str] = field(default_factory=list)


class Head:
    """Takes the elements of PREAMB as the walk comes by them."""

    def __init__(self, pages: PageCounter, *, loose: bool) -> None:
        self._pages = pages
        self._loose = loose
        self._agencies: list[_Agency] = []
        # Those named since the last field: what follows is theirs together.
        self._named: list[_Agency] = []
        self._field_seen = False
        self._subjects: list[str] = []
        self._calls: list[NoteCall] = []
        self._dockets: list[str] = []
        self._rins: list[str] = []
        self._cfr: list[ParsedCfr] = []
        self._captions: list[ParsedCaption] = []

    def take(self, element: _Element) -> bool:
        """Read a field or a caption; False when the element is neither and so belongs to the text."""
        tag = str(element.tag)
        if tag in _FIELDS:
            flow = self._read(element)
            self._field(tag, flow.text)
            return True
        if tag in _CAPTIONS:
            self._caption(element)
            return True
        return False

    def _read(self, element: _Element) -> Flow:
        flow = read(element, self._pages, loose=self._loose)
        self._calls += flow.calls
        return flow

    def _field(self, tag: str, text: str) -> None:
        if not text:
            return
        if tag == "AGENCY":
            self._name(_Agency(_in_title_case(text)))
        elif tag == "SUBAGY":
            if not self._agencies:
                self._name(_Agency(""))
            if self._agencies[-1].subagency:
                self._name(_Agency(self._agencies[-1].name))
            self._agencies[-1].subagency = _in_title_case(text)
        elif tag == "CFR":
            self._field_seen = True
            self._cfr += cfr_parts(text)
        elif tag == "SUBJECT":
            self._subjects.append(text)
        else:
            dockets, rins = identifiers(text) if tag == "DEPDOC" else ([], _rins(text))
            self._dockets += dockets
            self._rins += rins
            self._field_seen = True
            for agency in self._named:
                agency.docket_ids += dockets
                agency.rins += rins

    def _name(self, agency: _Agency) -> None:
        if self._field_seen:
            self._named, self._field_seen = [], False
        self._agencies.append(agency)
        self._named.append(agency)

    def _caption(self, element: _Element) -> None:
        heading = ""
        paragraphs: list[str] = []
        texts = [element.text or ""]
        for child in element:
            texts.append(child.tail or "")
            if child.tag == "PRTPAGE":
                self._pages.turn(child)
            elif child.tag == "HD" and not heading:
                heading = self._read(child).text
            else:
                paragraphs.append(self._read(child).text)
        paragraphs += [" ".join(text.split()) for text in texts]
        self._captions.append(ParsedCaption(heading, "\n".join(filter(None, paragraphs))))

    # What was read ---------------------------------------------------------------------------------------------------

    @property
    def title(self) -> str:
        return "; ".join(dict.fromkeys(self._subjects))

    @property
    def agencies(self) -> tuple[ParsedAgency, ...]:
        return tuple(
            ParsedAgency(entry.name, entry.subagency, _unique(entry.docket_ids), _unique(entry.rins))
            for entry in self._agencies
        )

    @property
    def cfr(self) -> tuple[ParsedCfr, ...]:
        return tuple(dict.fromkeys(self._cfr))

    @property
    def rins(self) -> tuple[str, ...]:
        return _unique(self._rins)

    @property
    def docket_ids(self) -> tuple[str, ...]:
        """From DEPDOC and, since some documents name their docket there only, from ADDRESSES."""
        return _unique([*self._dockets, *dockets_in_prose(self.caption("ADDRESSES"))])

    @property
    def captions(self) -> tuple[ParsedCaption, ...]:
        return tuple(self._captions)

    @property
    def calls(self) -> tuple[NoteCall, ...]:
        return tuple(self._calls)

    def caption(self, heading: str) -> str:
        """The text under a caption, named without its colon; empty when the document has none."""
        wanted = heading.upper()
        return "\n".join(c.text for c in self._captions if c.heading.rstrip(":.— ").upper() == wanted)


def cfr_parts(text: str) -> list[ParsedCfr]:
    """The parts named in “42 CFR Parts 413 and 488”; a range gives its two ends."""
    found: list[ParsedCfr] = []
    for match in _CFR.finditer(_hyphens(text)):
        for part in _PART.findall(match[2]):
            # “Parts 200-240” is a range, “102-3” a part of title 41.
            ends = part.split("-")
            ranged = len(ends) == 2 and int(match[1]) not in (41, 48) and all(end.isdigit() for end in ends)
            found += [ParsedCfr(int(match[1]), end) for end in (ends if ranged else [part.rstrip("-")])]
    return found


def identifiers(text: str) -> tuple[list[str], list[str]]:
    """The docket ids and the RINs in a DEPDOC.

    What is called a docket or a file there is one; without such a word, what looks like one is, unless it is known to
    be something else (document control numbers of the EPA, project identifiers, releases).
    """
    plain = _hyphens(text).strip("[] ")
    rins = _rins(plain)
    segments = [segment for segment in _RIN.sub(" ", plain).split(";") if segment.strip()]
    named = [bool(_CALLED_DOCKET.search(segment)) for segment in segments]
    dockets: list[str] = []
    for segment, is_named in zip(segments, named, strict=True):
        if is_named:
            after = _CALLED_DOCKET.split(segment)[-1]
            found = [token for token in _NAMED_TOKEN.findall(after) if not _NOT_DOCKETS.match(token)]
            if not found and re.search(r"[0-9]", after):
                # Some agencies number their dockets with a word and a figure, as in “ATF 26F”.
                found = [" ".join(after.split()).strip(" .,:")]
            dockets += found
        elif any(named):
            dockets += [token for token in _REGULATIONS_GOV.findall(segment) if not _NOT_DOCKETS.match(token)]
        else:
            dockets += [
                match[0]
                for match in _IDENTIFIER.finditer(segment)
                if not (_NOT_DOCKETS.match(match[0]) or _NUMBERED_OTHERWISE.search(segment[: match.start()]))
                and re.search(r"[A-Z]", match[0])
            ]
    return dockets, rins


def dockets_in_prose(text: str) -> list[str]:
    """Dockets named in running text: those of regulations.gov, and what follows “Docket No.”."""
    plain = _hyphens(text)
    found: list[tuple[int, str]] = []
    if "-20" in plain or "-19" in plain:
        found += [(match.start(), match[0]) for match in _REGULATIONS_GOV.finditer(plain)]
    if "ocket" in plain:
        found += [(match.start(1), match[1]) for match in _NAMED_DOCKET.finditer(plain)]
    return [token for _, token in sorted(found) if not _RIN.fullmatch(token)]


def _hyphens(text: str) -> str:
    """The text with a hyphen for every dash."""
    if text.isascii():
        return text
    for dash in _DASHES:
        text = text.replace(dash, "-")
    return text


def _rins(text: str) -> list[str]:
    return _RIN.findall(_hyphens(text))


def _unique(values: Iterable[str]) -> tuple[str, ...]:
    """Each value once; one that is only the start of another named docket is not dropped."""
    return tuple(dict.fromkeys(values))


def _in_title_case(text: str) -> str:
    """Agency names are set in capitals for looks; people write “Department of Homeland Security”."""
    text = text.strip(" ;,")
    if text != text.upper():
        return text
    return " ".join(_words(text.split()))


def _words(words: list[str]) -> Iterator[str]:
    for index, word in enumerate(words):
        lower = word.lower()
        if index and lower in _SMALL_WORDS:
            yield lower
        elif "." in word[:-1]:
            yield word
        else:
            yield "-".join(piece[:1].upper() + piece[1:] for piece in lower.split("-"))
