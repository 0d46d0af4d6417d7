"""A redline as pages: one HTML file for the screen, and the HTML that the Word writer reads.

Sections in which nothing happens are named in one line. Changes show by strokes, by words beside each paragraph and,
for listeners, by words around each change.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import jinja2
from markupsafe import Markup

from commenttrack.resources import folder
from commenttrack.rulemaking.amending import parse_target
from commenttrack.rulemaking.cfr_tree import CLOSING
from commenttrack.rulemaking.redline import Redline, RedlineParagraph, RowChange
from commenttrack.wording import Change, difference

_TITLES = frozenset({"part", "subpart", "section", "appendix", "preamble_heading"})
_OUTCOMES = {
    "applied": "carried out",
    "already": "already in the current text",
    "not_applied": "not carried out",
    "elsewhere": "about other text",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the page: a title, a paragraph, or ``gap``, a word on sections left out.

    ``dash`` joins the number of a part to its title. ``level`` is 1 for (a), 2 for (1), … and 0 for text without a
    number.
    """

    id: str = ""
    gap: str = ""
    title: bool = False
    dash: bool = False
    level: int = 0
    change: str = ""
    mark: str = ""
    number: tuple[Change, ...] = ()
    heading: tuple[Change, ...] = ()
    text: tuple[Change, ...] = ()
    rows: tuple[RowChange, ...] = ()
    instructions: tuple[str, ...] = ()


def html(result: Redline) -> str:
    """One self-contained file: styles inside, nothing fetched, no script."""
    css = (folder("templates") / "redline" / "redline.css").read_text(encoding="utf-8")
    # The style sheet ships with the program.
    return _page(result, "redline.html", css=Markup(css))  # noqa: S704


def word_html(result: Redline) -> str:
    """The HTML that the Word writer turns into tracked changes."""
    return _page(result, "word.html")


def summary(result: Redline) -> str:
    """The outcomes in a sentence."""
    parts = [f"{result.count(outcome)} {words}" for outcome, words in _OUTCOMES.items() if result.count(outcome)]
    share = f"; {result.share:.0%} of those about this text" if result.share is not None else ""
    count = len(result.instructions)
    return f"{count} {'instruction' if count == 1 else 'instructions'}: {', '.join(parts) or 'none'}{share}."


def entries(result: Redline) -> Iterator[Entry]:
    """What a page shows, in order: the sections in which something happens, whole, and a word on the others."""
    skipped: list[RedlineParagraph] = []
    for group in _groups(result.paragraphs):
        first = group[0]
        if all(paragraph.change == "unchanged" and not paragraph.instructions for paragraph in group):
            skipped += [first] if first.kind in ("section", "appendix") else []
            if first.kind == "part" or (first.kind == "subpart" and not skipped):
                yield from _shown(group[:1])
            continue
        yield from _gap(skipped)
        skipped = []
        yield from _shown(group)
    yield from _gap(skipped)


def _groups(paragraphs: tuple[RedlineParagraph, ...]) -> Iterator[list[RedlineParagraph]]:
    """Each title with the text under it up to the next one."""
    group: list[RedlineParagraph] = []
    for paragraph in paragraphs:
        if paragraph.kind in _TITLES and group:
            yield group
            group = []
        group.append(paragraph)
    if group:
        yield group


def _gap(skipped: list[RedlineParagraph]) -> Iterator[Entry]:
    if len(skipped) == 1:
        yield Entry(gap=f"{skipped[0].number} is not changed.")
    elif skipped:
        yield Entry(gap=f"{skipped[0].number} to {skipped[-1].number} are not changed.")


def _shown(group: list[RedlineParagraph]) -> Iterator[Entry]:
    for paragraph in group:
        if paragraph.kind in CLOSING and paragraph.change == "unchanged":
            continue
        target = parse_target(paragraph.label)
        yield Entry(
            id=paragraph.id,
            title=paragraph.kind in _TITLES,
            dash=paragraph.kind in ("part", "subpart") and bool(paragraph.number),
            level=min(len(target.path), 6) if target and paragraph.number else 0,
            change=paragraph.change,
            mark=_mark(paragraph),
            number=_number(paragraph),
            heading=paragraph.heading,
            text=paragraph.text,
            rows=paragraph.rows,
            instructions=paragraph.instructions,
        )


def _mark(paragraph: RedlineParagraph) -> str:
    former = paragraph.former_label is not None and paragraph.former_label != paragraph.label
    was = f", was {paragraph.former_number}" if former and paragraph.former_number else ""
    words = {"unchanged": "", "redesignated": f"Redesignated{was}"}
    return words.get(paragraph.change, f"{paragraph.change.capitalize()}{was}")


def _number(paragraph: RedlineParagraph) -> tuple[Change, ...]:
    if paragraph.change == "removed":
        return tuple(difference(paragraph.number, ""))
    return tuple(difference(paragraph.former_number or "", paragraph.number))


def _page(result: Redline, template: str, **more: Any) -> str:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder("templates") / "redline"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    instructions = [
        {
            "id": item.id,
            "target": item.target,
            "text": item.text,
            "outcome": _OUTCOMES[item.outcome],
            "why": item.why,
        }
        for item in result.instructions
    ]
    return environment.get_template(template).render(
        title=result.title or "Redline",
        facts=_facts(result),
        summary=summary(result),
        warnings=result.warnings,
        open=[item for item in result.instructions if item.outcome == "not_applied"],
        entries=list(entries(result)),
        instructions=instructions,
        **more,
    )


def _facts(result: Redline) -> str:
    parts = [
        f"{f'{part.title} CFR ' if part.title else ''}part {part.part}{f' as of {part.as_of}' if part.as_of else ''}"
        for part in result.parts
    ]
    document = [result.fr_citation, f"document {result.document_number}" if result.document_number else ""]
    against = f"against {', '.join(parts)}" if parts else "against no current text"
    return " · ".join(filter(None, [*document, against]))
