"""Requested text in its three layers: the current CFR, what the agency proposes, what the letter asks for.

Each run of a text says in which of the layers it stands, so that any two of them can be shown against each other and
neither colour nor a stroke is needed to tell them apart.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from commenttrack.letters.authorities import within
from commenttrack.letters.blocks import Blocks, Inlines, Paragraph, Styled, Text, inline_runs, inlines_in, plain
from commenttrack.letters.content import LetterContent, LetterPartContent
from commenttrack.rulemaking.redline import Redline, RedlineParagraph
from commenttrack.wording import Change, difference, text_as_proposed, text_as_requested


@dataclass(frozen=True, slots=True)
class LayerRun:
    """Words, and the layers in which they stand."""

    text: str
    current: bool
    proposed: bool
    requested: bool


@dataclass(frozen=True, slots=True)
class RequestedText:
    """A request in its layers. Joining the runs that stand in a layer gives that layer's text.

    Without the current text (``current`` is None) no run stands in that layer.
    """

    provisions: tuple[str, ...]
    current: str | None
    proposed: str
    requested: str
    runs: tuple[LayerRun, ...]


def layered(marked: str, current: str | None = None, provisions: Sequence[str] = ()) -> RequestedText:
    """The layers of a requested text (``{--deleted--}{++inserted++}``), and of the current text under it."""
    proposed, requested = _words(text_as_proposed(marked)), _words(text_as_requested(marked))
    asked = difference(proposed, requested)
    made = difference(_words(current), proposed) if current is not None else [Change("insert", proposed)]
    runs = tuple(_merged(_woven(made, asked)))
    return RequestedText(tuple(provisions), _words(current) if current is not None else None, proposed, requested, runs)


def _words(text: str) -> str:
    return " ".join(text.split())


def _woven(made: Sequence[Change], asked: Sequence[Change]) -> Iterator[LayerRun]:
    """Current → proposed and proposed → requested as one run of words; both are walks over the proposed text.

    What the agency takes out stands before what the letter puts in at the same place.
    """
    one, other = _pieces(made), _pieces(asked)
    while one or other:
        if one and one[0].kind == "delete":
            yield LayerRun(one.pop(0).text, True, False, False)
        elif other and other[0].kind == "insert":
            yield LayerRun(other.pop(0).text, False, False, True)
        else:
            first, second = one.pop(0), other.pop(0)
            length = min(len(first.text), len(second.text))
            # Of the first walk "insert" is what the agency adds; of the second "delete" is what the letter strikes.
            yield LayerRun(first.text[:length], first.kind == "same", True, second.kind == "same")
            if first.text[length:]:
                one.insert(0, replace(first, text=first.text[length:]))
            if second.text[length:]:
                other.insert(0, replace(second, text=second.text[length:]))


def _pieces(changes: Sequence[Change]) -> list[Change]:
    return [change for change in changes if change.text]


def _merged(runs: Iterator[LayerRun]) -> Iterator[LayerRun]:
    before: LayerRun | None = None
    for run in runs:
        if before is not None and replace(run, text="") == replace(before, text=""):
            before = replace(before, text=before.text + run.text)
            continue
        if before is not None:
            yield before
        before = run
    if before is not None:
        yield before


# -------------------------------------------------------------------------------------------------- the current text


def with_current_text(content: LetterContent, redline: Redline) -> LetterContent:
    """The letter with the current text of the provisions whose wording its parts ask to change."""
    return replace(content, parts=tuple(_with_current(part, redline.paragraphs) for part in content.parts))


def _with_current(part: LetterPartContent, paragraphs: Sequence[RedlineParagraph]) -> LetterPartContent:
    if not part.requested_text.strip():
        return part
    found = [p for p in paragraphs if any(within(p.label, label) for label in part.provisions)]
    proposed = _words(text_as_proposed(part.requested_text))
    # Where a request starts from one of several paragraphs, only that one is set against it.
    exact = [p for p in found if _words(_side(p, "insert")) and _words(_side(p, "insert")) in proposed]
    texts = [_side(paragraph, "delete") for paragraph in exact or found]
    return replace(part, current_text="\n\n".join(text for text in texts if text.strip()))


def _side(paragraph: RedlineParagraph, kind: str) -> str:
    """The current text of a paragraph (``delete``) or the proposed one (``insert``)."""
    return "".join(change.text for change in paragraph.text if change.kind in ("same", kind))


# ------------------------------------------------------------------------------------------------------- for readers


def current_blocks(part: LetterPartContent) -> Blocks:
    """What the rule would do to the current text, for print beside the request; empty when the text is not there."""
    if not part.current_text.strip() or not part.requested_text.strip():
        return ()
    made = difference(_words(part.current_text), _words(text_as_proposed(part.requested_text)))
    out: list[Text | Styled] = []
    for change in made:
        if change.kind == "same":
            out.append(Text(change.text))
        else:
            out.append(Styled("ins" if change.kind == "insert" else "del", (Text(change.text),)))
    return (Paragraph(tuple(out)),)


def requests_in(part: LetterPartContent, blocks: Blocks) -> list[RequestedText]:
    """Every request of a part: its requested text, and each paragraph of its own text that marks changes."""
    out = []
    if part.requested_text.strip():
        out.append(layered(part.requested_text, part.current_text or None, part.provisions))
    for run in inline_runs(blocks):
        if any(isinstance(inline, Styled) and inline.style in ("ins", "del") for inline in inlines_in(run)):
            out.append(_in_text(run))
    return out


def _in_text(run: Inlines) -> RequestedText:
    proposed = _words(re.sub(r"\s+(?=[.,;:])", "", plain(run, added=False)))
    requested = _words(re.sub(r"\s+(?=[.,;:])", "", plain(run, deleted=False)))
    runs = tuple(_merged(_woven([Change("insert", proposed)], difference(proposed, requested))))
    return RequestedText((), None, proposed, requested, runs)
