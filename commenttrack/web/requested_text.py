"""Requested text: people edit the proposed words as plain text; what is kept marks deletions and insertions.

Pure functions. The marks are those of ``letter compile``: ``{--deleted--}{++inserted++}``.
"""

import re

from commenttrack.wording import Change, difference, differs

_MARK = re.compile(r"\{--(.*?)--\}|\{\+\+(.*?)\+\+\}", re.DOTALL)


def marked(proposed: str, wanted: str) -> str:
    """The proposed text with the marks that turn it into the wanted one; empty when both say the same."""
    changes = difference(proposed, wanted)
    if not differs(changes):
        return ""
    signs = {"same": "{}", "delete": "{{--{}--}}", "insert": "{{++{}++}}"}
    return "".join(signs[change.kind].format(change.text) for change in changes)


def changes(text: str) -> list[Change]:
    """Marked text as runs, for a redline on a page."""
    found: list[Change] = []
    at = 0
    for match in _MARK.finditer(text):
        if match.start() > at:
            found.append(Change("same", text[at : match.start()]))
        found.append(Change("delete", match[1]) if match[1] is not None else Change("insert", match[2]))
        at = match.end()
    if at < len(text):
        found.append(Change("same", text[at:]))
    return found
