"""Days on which comments, requests to appear, hearings and rebuttals are due or held, each with its source.

No date is ever moved: what the document says governs. A day counted from the publication date is computed only when
that date is known, and says how.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache

from commenttrack.rulemaking.date_wordings import (
    ABBREVIATION,
    AFTER_PUBLICATION,
    ASKS,
    COLLECTION,
    COLLECTION_STEMS,
    CUE,
    DUE_WORDS,
    EASTERN,
    EFFECT_STEMS,
    EFFECTIVE,
    ENDS_NOW,
    ENDS_NOW_STEMS,
    FEDERAL_REGISTER,
    FILED,
    HELD,
    HELD_STEMS,
    LONGEST_SENTENCE,
    NEAR,
    NEAREST,
    NO_DEADLINE,
    NOT_DUE,
    NUMBERS,
    ON_COLLECTION,
    ON_THAT_DAY,
    PICTURE,
    PICTURE_MONTHS,
    PURPOSES,
    RELATIVE,
    SENTENCE,
    TIME,
    WAS,
    WAS_DUE,
    WAS_STEMS,
    ZONES,
)
from commenttrack.rulemaking.moments import is_working_day
from commenttrack.rulemaking.provisions import ParsedCaption, ParsedDate, ParsedProvision, ParsedRelativeDate
from commenttrack.rulemaking.written_days import may_hold_a_day, written_days


def filed_on(filing_line: str) -> date | None:
    """The day of “[FR Doc. 2024-02590 Filed 2-9-24; 8:45 am]”."""
    found = FILED.search(filing_line)
    if not found:
        return None
    year = int(found[3]) if len(found[3]) == 4 else 2000 + int(found[3])
    if len(found[3]) == 2 and int(found[3]) > 90:
        year -= 100
    try:
        return date(year, int(found[1]), int(found[2]))
    except ValueError:
        return None


def printed_on(pictures: Iterable[str]) -> date | None:
    """The day of the issue from the number of a picture: EN05JN26.097 was made for 5 June 2026."""
    for picture in pictures:
        found = PICTURE.match(picture)
        if found and found[2] in PICTURE_MONTHS:
            try:
                return date(2000 + int(found[3]), PICTURE_MONTHS.index(found[2]) + 1, int(found[1]))
            except ValueError:
                continue
    return None


@dataclass(frozen=True, slots=True)
class Publication:
    """The day that “after publication” is counted from, and how it is known when nobody gave it."""

    day: date
    basis: str


def counted_from(given: date | None, filing_line: str) -> Publication | None:
    """The publication date to count from: the one given, else what the filing line makes likely.

    On the regular schedule a document is on public inspection at 8:45 a.m. on the business day before its issue (1 CFR
    17.2); an agency may have it filed earlier, never later. So the day counted from is the earliest that is possible,
    which errs on the safe side, and the basis says that it is an inference. Other hours tell nothing about the issue.
    """
    if given is not None:
        return Publication(given, "")
    found = FILED.search(filing_line)
    day = filed_on(filing_line)
    if not found or day is None or not found[4].startswith("8:45"):
        return None
    return Publication(
        next_business_day(day),
        f"taken to be the business day after the filing on {day.isoformat()} at 8:45 a.m.; check it against the issue",
    )


def issue_year(given: date | None, filing_line: str) -> int | None:
    """The year of the issue, which tells its volume."""
    filed = filed_on(filing_line)
    if given is not None or filed is None:
        return given.year if given else None
    # What is filed in the last days of December may come out in January.
    return next_business_day(filed).year if (filed.month, filed.day) >= (12, 28) else filed.year


def next_business_day(day: date) -> date:
    """The next day that is neither on a weekend nor a federal holiday."""
    day += timedelta(days=1)
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


def read_dates(
    captions: Iterable[ParsedCaption],
    provisions: Sequence[ParsedProvision],
    given: date | None,
    filing_line: str,
) -> tuple[tuple[ParsedDate, ...], tuple[ParsedRelativeDate, ...]]:
    """All comment dates with their sources, and those that hang on an event without a known day.

    Every caption is read; in the body only sentences that set a deadline. A date that repeats one already found for the
    same purpose is left out, one that differs stays, so that a conflict shows.
    """
    dates: list[ParsedDate] = []
    relative: list[ParsedRelativeDate] = []
    seen: set[tuple[str, str]] = set()
    earliest = given or filed_on(filing_line)

    @cache
    def published() -> Publication | None:
        # Worked out only when a date is counted from it.
        return counted_from(given, filing_line)

    def keep(found: Iterable[ParsedDate | ParsedRelativeDate], *, prose: bool) -> None:
        for entry in found:
            if isinstance(entry, ParsedRelativeDate):
                if not prose and all(entry.text != other.text for other in relative):
                    relative.append(entry)
            elif (entry.purpose, entry.date) not in seen:
                if earliest is not None and entry.date < earliest.isoformat():
                    continue
                seen.add((entry.purpose, entry.date))
                dates.append(entry)

    for caption in captions:
        source = caption.heading.rstrip(":. ").upper()
        if "DATE" in source:
            keep(_in_text(caption.text, source, published, prose=False), prose=False)
            if hour := _hour_of_that_day(caption.text):
                dates = [
                    replace(entry, time=hour[0], zone=hour[1])
                    if entry.time is None and entry.purpose == "comments" and entry.source == source
                    else entry
                    for entry in dates
                ]
    for caption in captions:
        source = caption.heading.rstrip(":. ").upper()
        if source in ("SUMMARY", "ADDRESSES", "ACTION"):
            keep(_in_text(caption.text, source, published, prose=True), prose=True)
    about_collection: set[str | None] = set()
    for provision in provisions:
        text = provision.text
        if provision.kind == "preamble_heading":
            if provision.parent in about_collection or _speaks_of_collection(provision.heading):
                about_collection.add(provision.id)
        elif provision.kind == "preamble_paragraph" and _may_set_a_date(text):
            found = _in_text(text, "SUPPLEMENTARY INFORMATION", published, prose=True)
            if provision.parent in about_collection or _speaks_of_collection(text):
                found = (_for_collection(entry) for entry in found)
            keep(found, prose=True)
    return tuple(dates), tuple(relative)


def _hour_of_that_day(text: str) -> tuple[str, str] | None:
    """The hour and zone of “by 11:59 p.m. eastern time on the closing date”, where no day is named beside it."""
    if not ON_THAT_DAY.search(text):
        return None
    for sentence in _sentences(text):
        if not written_days(sentence) and ON_THAT_DAY.search(sentence) and _purpose(sentence) == "comments":
            found = TIME.search(sentence)
            time, zone = _time(sentence, found.end(), found.end()) if found else (None, "")
            if time is not None:
                return time, zone
    return None


def _may_set_a_date(text: str) -> bool:
    return ("omment" in text or "ubmission" in text) and _holds(text, DUE_WORDS) and may_hold_a_day(text)


def _speaks_of_collection(text: str) -> bool:
    return _holds(text.lower(), COLLECTION_STEMS) and bool(COLLECTION.search(text))


def _for_collection(entry: ParsedDate | ParsedRelativeDate) -> ParsedDate | ParsedRelativeDate:
    """What a passage on the Paperwork Reduction Act sets a date for."""
    return replace(entry, purpose=ON_COLLECTION) if entry.purpose == "comments" else entry


def _in_text(
    text: str, source: str, publication: Callable[[], Publication | None], *, prose: bool
) -> Iterator[ParsedDate | ParsedRelativeDate]:
    above = ""
    for sentence in _sentences(text):
        lower = sentence.lower()
        counted = list(AFTER_PUBLICATION.finditer(sentence)) if "day" in lower and "publi" in lower else []
        days = written_days(sentence, dates_only=not prose)
        if not days and not counted:
            # “Comment Due Date:” on a line of its own speaks of the line below it.
            above = sentence if len(sentence) < 60 else ""
            if not prose and "day" in lower and RELATIVE.search(sentence):
                purpose = _purpose(sentence)
                if purpose:
                    yield ParsedRelativeDate(purpose, source, sentence)
            continue
        if "if no" in lower or "special" in lower or "accommodation" in lower:
            days = [] if NO_DEADLINE.search(sentence) else days
        purpose = _purpose(sentence) or _purpose(above)
        above = ""
        earlier = 0
        for day in days:
            since, earlier = sentence[earlier : day.start] if len(days) > 1 else "", day.end
            before = sentence[max(0, day.start - NEAR) : day.start]
            if not _is_due(before, sentence, prose=prose):
                continue
            # Of several dates each is for what is said before it, since the one before.
            found = _purpose(since) or purpose
            if found == "hearing" and "request" in lower:
                # “If anyone requests a hearing by March 4, we will hold one.”
                asked = _purpose(sentence[: day.start])
                found = asked if asked in ("hearing requests", "requests to appear") else found
            if not found:
                continue
            if day.day is None:
                # What is no day, or not one only, is for a person to read.
                if not prose:
                    yield ParsedRelativeDate(found, source, sentence)
                continue
            time, zone = _time(sentence, day.start, day.end)
            yield ParsedDate(day.day.isoformat(), time, zone, found, source, False, sentence)
        if counted and purpose and not _speaks_of_effect(sentence):
            yield from _counted(sentence, counted, purpose, source, publication, prose=prose)


def _counted(
    sentence: str,
    counted: Sequence[re.Match[str]],
    purpose: str,
    source: str,
    publication: Callable[[], Publication | None],
    *,
    prose: bool,
) -> Iterator[ParsedDate | ParsedRelativeDate]:
    """The days that a sentence counts from the publication; ``purpose`` is that of the whole sentence."""
    if prose and not re.search(r"insert|within|by", sentence, re.IGNORECASE):
        return
    published = publication()
    if published is None:
        if not prose:
            yield ParsedRelativeDate(purpose, source, sentence)
        return
    earlier = 0
    for match in counted:
        since, earlier = sentence[earlier : match.start()] if len(counted) > 1 else "", match.end()
        days = int(match["digits"] or NUMBERS[match["word"].lower()])
        time, zone = _time(sentence, match.start(), match.end())
        how = f"{days} days after publication on {published.day.isoformat()}"
        if published.basis:
            how += f" ({published.basis})"
        due = published.day + timedelta(days=days)
        yield ParsedDate(due.isoformat(), time, zone, _purpose(since) or purpose, source, True, sentence, how)


def _sentences(text: str) -> Iterator[str]:
    """The sentences of a text; what is longer than any sentence is cut between words, so that reading stays linear."""
    for sentence in _whole_sentences(text):
        while len(sentence) > LONGEST_SENTENCE:
            cut = sentence.rfind(" ", 0, LONGEST_SENTENCE)
            cut = cut if cut > 0 else LONGEST_SENTENCE
            yield sentence[:cut]
            sentence = sentence[cut:].lstrip()
        yield sentence


def _whole_sentences(text: str) -> Iterator[str]:
    start = 0
    for cut in SENTENCE.finditer(text):
        stop, end = cut.span()
        mark = text[stop]
        # The mark at the end belongs to the sentence.
        piece = text[start : stop + (mark != "\n")]
        if mark == "." and "\n" not in text[stop:end] and ABBREVIATION.search(piece, max(0, len(piece) - 12)):
            continue
        piece = piece.strip()
        if piece:
            yield piece
        start = end
    if text[start:].strip():
        yield text[start:].strip()


def _is_due(before: str, sentence: str, *, prose: bool) -> bool:
    """Whether the date after ``before`` is one to come that something is due or held on."""
    lower = before.lower()
    now = _holds(lower, ENDS_NOW_STEMS) and bool(ENDS_NOW.search(before))
    if not now and NOT_DUE.search(before, max(0, len(before) - NEAREST)):
        return False
    if _holds(lower, WAS_STEMS) and ((WAS.search(before) and not CUE.search(before)) or WAS_DUE.search(before)):
        return False
    if prose:
        return bool(CUE.search(before)) and bool(ASKS.search(sentence)) and not _speaks_of_effect(sentence)
    return True


def _holds(lower: str, stems: Iterable[str]) -> bool:
    """A quick look that spares most sentences the expressions these stems are from."""
    for stem in stems:  # noqa: SIM110 - any() with a generator takes twice the time
        if stem in lower:
            return True
    return False


def _speaks_of_effect(sentence: str) -> bool:
    if not _holds(sentence.lower(), EFFECT_STEMS):
        return False
    return bool(EFFECTIVE.search(sentence)) and not re.search(r"\bcomment", sentence, re.IGNORECASE)


def _purpose(sentence: str) -> str:
    """What a sentence sets a date for, empty when it is not about taking part."""
    # The Federal Register registers nobody.
    sentence = FEDERAL_REGISTER.sub("", sentence)
    lower = sentence.lower()
    if _speaks_of_effect(sentence):
        return ""
    if (
        _holds(lower, HELD_STEMS)
        and HELD.search(sentence)
        and not re.search(r"\bsubmit\b|\bcomments?\s+(?:must|should|will)", sentence, re.IGNORECASE)
    ):
        return "hearing" if re.search(r"\bhearing", sentence, re.IGNORECASE) else "meeting"
    for name, stems, pattern in PURPOSES:
        if _holds(lower, stems) and pattern.search(sentence):
            return name
    return ""


def _time(sentence: str, start: int, end: int) -> tuple[str | None, str]:
    """The hour and zone nearest to the date, within a few words of it."""
    best: re.Match[str] | None = None
    distance = 100
    for match in TIME.finditer(sentence):
        gap = start - match.end() if match.end() <= start else match.start() - end
        if 0 <= gap < distance or (match.start() >= end and gap < distance):
            best, distance = match, max(gap, 0)
    if best is None:
        return None, EASTERN
    zone = (best["zone"] or "").lower()
    place = EASTERN if not zone or zone.startswith("local") else ZONES.get(zone[0], EASTERN)
    if best["midnight"]:
        # The end of the day named, as people mean it.
        return "23:59", place
    if best["noon"]:
        return "12:00", place
    hour = int(best["hour"]) % 12 + (12 if best["half"].lower() == "p" else 0)
    minute = int(best["minute"] or 0)
    return (f"{hour:02d}:{minute:02d}", place) if minute < 60 else (None, place)
