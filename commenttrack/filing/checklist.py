"""Whether a letter is ready to be filed, beyond any system's limits: where, until when, under whose names. Pure."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace

from commenttrack.filing.preflight import Finding, Level
from commenttrack.filing.routes import Routes
from commenttrack.wording import full_stop


@dataclass(frozen=True, slots=True)
class Readiness:
    """The facts the checklist is made from."""

    routes: Routes
    closes: dt.datetime | None
    """First moment at which a comment is late; None when no comment date is known."""
    closes_in_words: str
    lead: str
    signed: tuple[str, ...]
    """Organizations under the letter."""
    left_out: tuple[str, ...]
    """Organizations that joined wording which has changed since."""
    uncovered: tuple[tuple[str, tuple[str, ...]], ...]
    """Organizations under the letter that never saw a part, with the names of the parts."""
    undecided: int
    edited: bool
    """Whether the letter was edited after this version was frozen."""
    shortened: bool
    """Whether the summary had to be cut for the comment box."""
    quorum: str = ""
    """Who must join before the letter goes out, in words; empty when nothing was set."""
    shortfalls: tuple[str, ...] = ()
    """Sentences on the conditions that are not met."""
    without_quorum: str = ""
    """Why it goes out all the same."""
    misleading: tuple[tuple[str, str, str], ...] = ()
    """Reservations that may mislead as they print: the organization, its words, and why."""


def checklist(facts: Readiness, *, now: dt.datetime) -> list[Finding]:
    """The findings in the order in which a person would ask: where, when, who, which words."""
    return [*_where(facts.routes), _when(facts, now), *_who(facts), *_words(facts)]


def for_another_system(findings: Iterable[Finding]) -> list[Finding]:
    """Findings on the limits of regulations.gov as they read for an agency that does not use it: orientation only."""
    return [
        replace(
            each, level=Level.WARNING, message=f"{each.message} (Limit of regulations.gov; this agency has its own.)"
        )
        if each.violation and not each.check.startswith("pdf-")
        else each
        for each in findings
    ]


def _where(routes: Routes) -> list[Finding]:
    level = Level.PASS if routes.regulations_gov else Level.WARNING
    return [Finding(level, "where-to-file", "where to file", sentence) for sentence in routes.sentences]


def _when(facts: Readiness, now: dt.datetime) -> Finding:
    if facts.closes is None:
        return Finding(Level.WARNING, "deadline", "deadline", "No comment date is known; read the notice.")
    if now >= facts.closes:
        return Finding(Level.VIOLATION, "deadline", "deadline", f"The docket closed {facts.closes_in_words}.")
    return Finding(Level.PASS, "deadline", "deadline", f"The docket closes {facts.closes_in_words}.")


def _who(facts: Readiness) -> list[Finding]:
    def finding(level: Level, check: str, message: str) -> Finding:
        return Finding(level, check, "signatures", message)

    count = len(facts.signed)
    found = [
        finding(
            Level.PASS,
            "signatures",
            f"{count} {'organization stands' if count == 1 else 'organizations stand'} under it.",
        )
        if count
        else finding(Level.VIOLATION, "signatures", "Nobody stands under the letter.")
    ]
    if count and facts.lead not in facts.signed:
        found.append(finding(Level.WARNING, "lead", f"{facts.lead} leads this letter and has not joined it."))
    if facts.left_out:
        names = full_stop("; ".join(facts.left_out))
        found.append(
            finding(Level.WARNING, "stale", f"Left out, because the wording changed after they joined: {names}")
        )
    found += [
        finding(Level.WARNING, "not-covered", f"{name} joined before these parts were added: {'; '.join(parts)}.")
        for name, parts in facts.uncovered
    ]
    found += [
        finding(
            Level.WARNING,
            "reservation",
            f"The parts have other numbers since {name} signed “{words}”: {why}. Ask for new words.",
        )
        for name, words, why in facts.misleading
    ]
    if facts.shortfalls:
        why = f" It goes out all the same: {facts.without_quorum}" if facts.without_quorum else ""
        found.append(finding(Level.WARNING, "quorum", f"{' '.join(facts.shortfalls)}{why}"))
    elif facts.quorum:
        found.append(finding(Level.PASS, "quorum", full_stop(f"What was asked for is reached: {facts.quorum}")))
    if facts.undecided:
        are = "organization that was asked has" if facts.undecided == 1 else "organizations that were asked have"
        found.append(finding(Level.WARNING, "undecided", f"{facts.undecided} {are} not decided."))
    return found


def _words(facts: Readiness) -> list[Finding]:
    found = []
    if facts.edited:
        found.append(
            Finding(
                Level.WARNING,
                "edited",
                "letter",
                "It was edited after this version was frozen; the packet has the frozen words.",
            )
        )
    if facts.shortened:
        found.append(
            Finding(
                Level.WARNING, "shortened", "comment", "The summary did not fit and was cut; the letter has all of it."
            )
        )
    return found
