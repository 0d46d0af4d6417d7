"""Steps that most views share: load what the address names or answer 404, and put the docket's frame around a page."""

from typing import TypeVar

from flask import abort, g

from commenttrack.db import Base
from commenttrack.letters.models import Letter
from commenttrack.rulemaking.models import Docket, RuleDocument
from commenttrack.web import database
from commenttrack.web.frame import DocketFrame, frame_of

Row = TypeVar("Row", bound=Base)


def load(model: type[Row], row_id: int) -> Row:
    """The row, or 404."""
    row = database.session().get(model, row_id)
    if row is None:
        abort(404)
    return row


def docket_frame(docket_id: int) -> DocketFrame:
    """The frame of the docket that the address names, which the layout then shows; or 404."""
    g.frame = frame_of(database.session(), load(Docket, docket_id), database.now())
    return g.frame  # type: ignore[no-any-return]


def document_frame(docket_id: int) -> tuple[DocketFrame, RuleDocument]:
    """The frame and the newest document of a docket; 404 when it has none."""
    frame = docket_frame(docket_id)
    if frame.document is None:
        abort(404)
    return frame, frame.document


def letter_frame(docket_id: int) -> tuple[DocketFrame, Letter]:
    """The frame and the letter of a docket; 404 when none was started."""
    frame = docket_frame(docket_id)
    if frame.letter is None:
        abort(404)
    return frame, frame.letter
