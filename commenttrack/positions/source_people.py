"""Who speaks in a source document: its date, addressee, signatories, participants, and the speakers of an article."""

import re
from collections.abc import Iterable, Sequence

_MONTH_NAMES = """
january february march april may june july august september october november december
jan feb mar apr may jun jul aug sep oct nov dec
"""
_MONTHS = {name: place % 12 + 1 for place, name in enumerate(_MONTH_NAMES.split())} | {"sept": 9}
_MONTH = r"(?P<month>" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\.?"
_DAYS = r"(?P<day>\d{1,2})(?P<more>(?:\s*(?:,|and|to|–|-)\s*\d{1,2})*)\s*,\s*"
_DATE = re.compile(rf"\b(?:(?P<first>\d{{1,2}})\s+)?{_MONTH}\s+(?:{_DAYS})?(?P<year>(?:19|20)\d\d)\b", re.IGNORECASE)
_ISO_DATE = re.compile(r"\b((?:19|20)\d\d)-(\d\d)(?:-(\d\d))?\b")

SALUTATION = re.compile(r"dear\s+.{2,80}[:,]|to whom it may concern\s*[:,]?", re.IGNORECASE)
CLOSING = re.compile(
    r"(?:yours\s+)?(?:sincerely|respectfully(?:\s+submitted)?|faithfully|truly)(?:\s+yours)?\s*,?|"
    r"(?:very\s+truly\s+yours|(?:with\s+)?(?:best|kind|warm)\s+regards|with\s+appreciation)\s*,?",
    re.IGNORECASE,
)
PARTICIPANTS = re.compile(
    r"(?:list of\s+)?(?P<side>[\w.’' -]*?)\s*(?:participants|delegation|delegates|attendees)\s*:?", re.I
)
_AFTER_SIGNATURES = re.compile(r"(?:cc|c\.c\.|enclosures?|attachments?|appendix|annex|footnotes?)\b", re.IGNORECASE)
_POST = re.compile(
    r"\b(?:president|chief|officer|ceo|coo|cfo|director|counsel|secretary|chair\w*|vice|manager|partner|head|founder|"
    r"executive|representative|advisor|adviser|professor|fellow|minister|ambassador|administrator|commissioner|researcher|engineer|scholar|"
    r"analyst|scientist|dean|editor)\b",
    re.IGNORECASE,
)
_SAYS = r"(?:said|says|added|told|announced|argued|noted|wrote|stated|explained|testified|warned)"
_WORD = r"(?:(?:[A-Z]\.)+|[A-Z][\w’'-]+)"
_NAME = rf"{_WORD}(?:\s+{_WORD}){{1,3}}"
_BODY = rf"(?:[Tt]he\s+)?{_WORD}(?:\s+(?:of\s+(?:the\s+)?)?{_WORD}){{0,4}}"
_INTRODUCED = re.compile(
    rf"\b(?P<name>{_NAME}),\s+[^,“”\"]{{3,120}},\s+{_SAYS}\b|\b{_SAYS}\s+(?P<after>{_NAME}),\s+[a-z]"
)
_ATTRIBUTED = re.compile(
    rf"\b(?P<pronoun>[Hh]e|[Ss]he|[Tt]hey)\s+(?:\w+ed|{_SAYS})\b|(?P<name>{_BODY})\s+{_SAYS}\b|"
    rf"\b[Aa]ccording to (?P<source>{_BODY})"
)
ATTRIBUTION = re.compile(rf"\b{_SAYS}\b|\baccording to\b", re.IGNORECASE)
_PUBLICATION = re.compile(r"(?P<name>[A-Z][\w&’' ]+?) is an? [\w&’' ]*publication\b")
_WITH_MEMBERS = re.compile(r"\b(?P<name>[A-Z][\w&.’'-]*(?:[ \xa0]+[A-Z][\w&.’'-]*){0,8}) and (?:its|our|their) member")


def date_in(text: str) -> str:
    """The first date of a text in ISO 8601, a month or a day as it is written; empty when there is none.

    Several days of one month ("December 2 and 3, 2020") give the month.
    """
    iso = _ISO_DATE.search(text)
    match = _DATE.search(text)
    if match is None or (iso is not None and iso.start() < match.start()):
        return "-".join(part for part in iso.groups() if part) if iso else ""
    month = f"{match['year']}-{_MONTHS[match['month'].lower()]:02}"
    day = match["day"] or match["first"]
    return f"{month}-{int(day):02}" if day and not match["more"] else month


def publisher_in(text: str) -> str:
    """Who publishes, where the text says "X is a Y publication" or "X and its member companies"."""
    match = _PUBLICATION.search(text) or _WITH_MEMBERS.search(text)
    return match["name"].strip() if match else ""


def signatory_lines(lines: Iterable[str]) -> list[tuple[str, str, str]]:
    """(organization, person, title) of each signature after a letter's closing.

    Lines standing together are one signature when one of them names a post ("Jane Roe / President / Acme"); else each
    line is an organization.
    """
    found: list[tuple[str, str, str]] = []
    for group in _signature_groups(lines):
        posts = [place for place, line in enumerate(group) if _POST.search(line)]
        if 2 <= len(group) <= 4 and posts and posts[0] <= 1:
            found.append(_signature(group, posts[0]))
            continue
        for line in group:
            parts = [part.strip() for part in line.split(",")]
            if len(parts) >= 3 and _POST.search(parts[1]):
                found.append((", ".join(parts[2:]), parts[0], parts[1]))
            else:
                found.append((line, "", ""))
    return found


def _signature_groups(lines: Iterable[str]) -> list[list[str]]:
    groups: list[list[str]] = [[]]
    for line in lines:
        text = line.strip(" \t\xa0_*|")
        if _AFTER_SIGNATURES.match(text):
            break
        if not text or text.isdigit() or re.match(r"(?:/s/|https?:|www\.)", text):
            groups.append([])
            continue
        groups[-1].append(text)
    return [group for group in groups if group]


def _signature(group: Sequence[str], post: int) -> tuple[str, str, str]:
    if post == 0:
        name, _, title = group[0].partition(",")
        return (group[1], name.strip(), title.strip()) if title else (group[1], "", group[0])
    rest = group[2:]
    title, _, inside = group[1].partition(",")
    return (rest[0], group[0], group[1]) if rest else (inside.strip(), group[0], title.strip())


def participant(line: str) -> tuple[str, str]:
    """(person, what follows): two words of a name, with initials and particles between them.

    Lists of participants often put no sign between name and post, so a name of three words is cut short; a person
    corrects that in the preview.
    """
    for sign in (" – ", " — ", "\t", ": ", ", "):
        before, found, after = line.partition(sign)
        if found and 2 <= len(before.split()) <= 4 and not _POST.search(before):
            return before.strip(), after.strip()
    words = line.split()
    length = 2
    while length < len(words) and (
        re.fullmatch(r"[A-Z]\.", words[length - 1]) or words[length] in ("Jr.", "Sr.", "III")
    ):
        length += 1
    return " ".join(words[:length]).rstrip(","), " ".join(words[length:])


class Speakers:
    """Remembers who has spoken, so that a surname or a pronoun in a later paragraph finds its person."""

    def __init__(self, author: str) -> None:
        self._author = author
        self._known: dict[str, str] = {}
        self._last = ""

    def of(self, paragraph: str) -> str:
        """Who speaks in this paragraph; the author of the article where nobody else is named."""
        introduced = _INTRODUCED.search(paragraph)
        if introduced:
            name = introduced["name"] or introduced["after"]
            self._known[name.split()[-1]] = name
            self._last = name
            return name
        match = _ATTRIBUTED.search(paragraph)
        if match is None:
            return self._author
        if match["pronoun"]:
            return self._last or self._author
        name = (match["name"] or match["source"]).strip()
        name = self._known.get(name.split()[-1], name[:1].upper() + name[1:])
        self._last = name
        return name
