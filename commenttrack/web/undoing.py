"""What views of the mapping share: actions that can be undone, and going back to the page they were done from."""

from collections.abc import Sequence
from contextlib import AbstractContextManager

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from commenttrack.letters.models import LetterPartLink
from commenttrack.positions import undo
from commenttrack.positions.models import (
    LinkClearing,
    ProvisionAssignment,
    ProvisionPosition,
    ProvisionReview,
    UndoStep,
)
from commenttrack.positions.undo import Rows
from commenttrack.web import database
from commenttrack.web.access import signed_in


def remembered(docket_id: int, *rows: Rows, done: str) -> AbstractContextManager[None]:
    """Do something that the signed-in person can undo; ``done`` says it as the page will."""
    return undo.remembered(
        database.session(), docket_id, *rows, person=signed_in().person, done=done, now=database.now()
    )


def steps(docket_id: int) -> list[UndoStep]:
    """What the signed-in person can undo on a docket, the last first."""
    return undo.steps_of(database.session(), docket_id, signed_in().person)


def of_provisions(ids: Sequence[int]) -> tuple[Rows, ...]:
    """What bulk actions touch."""
    return Rows(ProvisionReview, "provision_id", ids), Rows(ProvisionAssignment, "provision_id", ids)


def of_link(link_id: int) -> tuple[Rows, ...]:
    """A mapped position and what hangs on it: parts of a letter that rest on it come back with it."""
    return (
        Rows(ProvisionPosition, "id", [link_id]),
        Rows(LinkClearing, "provision_position_id", [link_id]),
        Rows(LetterPartLink, "provision_position_id", [link_id]),
    )


def where_from(docket_id: int) -> str:
    """The page of this docket that the form names to go back to; empty when it names none."""
    wanted = request.form.get("back") or request.args.get("back") or ""
    ours = wanted.startswith(f"/dockets/{docket_id}/") and "\\" not in wanted and wanted.isprintable()
    return wanted if ours else ""


def go_back(docket_id: int, endpoint: str, **values: object) -> ResponseReturnValue:
    """To the page the form came from, else to the one given."""
    return redirect(where_from(docket_id) or url_for(endpoint, docket_id=docket_id, **values), 303)  # type: ignore[arg-type]
