"""What the filing system would refuse of the files that go with a draft, told while the letter can still be changed."""

from collections.abc import Iterator

from commenttrack.filing.checklist import for_another_system
from commenttrack.filing.limits import Limits
from commenttrack.filing.preflight import check_files
from commenttrack.filing.routes import routes_for
from commenttrack.letters.attachments import attachments_of
from commenttrack.letters.draft_warnings import DraftWarning
from commenttrack.letters.models import Letter

LETTER = ("letter.pdf", 1, None)
"""The letter itself, which is counted; its size is known when it is printed."""


def limit_warnings(letter: Letter, limits: Limits) -> Iterator[DraftWarning]:
    """A warning for each limit that the packet of the letter as it stands would break: how many files, how large, of
    which kinds. Nothing for a letter without files of its own.

    The packet checks the same again, with the letter and the comment.
    """
    rows = {row.name: row for row in attachments_of(letter)}
    if not rows:
        return
    findings = check_files([LETTER, *((row.name, row.size, None) for row in rows.values())], limits)
    routes = routes_for(letter.rule_document.metadata_json.get("agencies", ()), illustrative=letter.docket.illustrative)
    broken = [finding for finding in findings if finding.violation]
    shown = broken if routes.regulations_gov or routes.illustrative else for_another_system(broken)
    for finding in shown:
        row = rows.get(finding.subject)
        if row is None:
            yield DraftWarning("limit", finding.message)
        else:
            part = next(part for part in letter.parts if part.included and f"{{#{row.key}}}" in part.text)
            yield DraftWarning("limit", str(finding), part)
