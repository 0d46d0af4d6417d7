"""The matrix of a docket: provisions against positions or organizations, worked on row by row or many rows at once."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy import select
from wtforms import DateField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from commenttrack import audit
from commenttrack.errors import Refused
from commenttrack.members.models import Person
from commenttrack.members.permissions import Permission
from commenttrack.positions import assignments, board, undo
from commenttrack.positions import mapping as operations
from commenttrack.positions.coverage import Coverage
from commenttrack.positions.matrix import (
    NOBODY,
    MatrixCell,
    MatrixColumn,
    MatrixRow,
    MatrixView,
    chosen,
    page_of,
    query_of,
    view_of,
)
from commenttrack.positions.models import ProvisionPosition, SavedView
from commenttrack.positions.stances import STANCE_WORDS, VIEW_WORDS
from commenttrack.rulemaking.models import Provision, RuleDocument
from commenttrack.web import database
from commenttrack.web.access import may, requires, signed_in
from commenttrack.web.forms import Form, options, row_number, stripped
from commenttrack.web.frame import plural
from commenttrack.web.pages import docket_frame, document_frame, load
from commenttrack.web.templating import short_day
from commenttrack.web.undoing import go_back, of_provisions, remembered, steps

matrix = Blueprint("matrix", __name__, url_prefix="/dockets/<int:docket_id>/matrix")

STATES = [
    (Coverage.UNASSIGNED, "Unaddressed"),
    (Coverage.ADDRESSED, "Addressed"),
    (Coverage.REVIEWED, "No comment"),
    (Coverage.CONFLICT, "Conflict"),
]
MEMBER_VIEWS = {view.value: words for view, words in VIEW_WORDS.items()}
CONDITIONS = {"not_if_asked": "cannot sign if asked", "only_if_asked": "signs only if asked"}


@matrix.get("")
@requires(Permission.READ)
def table(docket_id: int) -> str:
    """The rows and columns that the address asks for."""
    frame, document = document_frame(docket_id)
    view = view_of(request.args.to_dict(flat=False))
    session = database.session()
    # What members hold is theirs and the staff's until the docket's setting opens it.
    stances_shown = may(Permission.SIGN_OFFS) or frame.docket.stances_open
    if view.by == "organizations" and not stances_shown:
        abort(404)
    read = board.by_organizations if view.by == "organizations" else board.by_positions
    whole = read(session, document)
    rows = chosen(whole.rows, whole.cells, view)
    shown, more = page_of(rows, view.page)
    people = board.people(session)
    return render_template(
        "web/matrix/table.html",
        document=document,
        view=view,
        query=query_of(view),
        link_to=lambda **changes: _address(docket_id, replace(view, **changes)),
        lines=_lines(shown, columns := _columns(whole, view), whole, kinds=view.by == "organizations"),
        joined=_joined,
        columns=columns,
        kinds_of_cells=_kinds(whole).values() if view.by == "organizations" else (),
        hidden_columns=len(whole.columns) - len(columns),
        total=sum(not row.aside for row in whole.rows),
        found=sum(not row.aside for row in rows),
        aside=sum(row.aside for row in rows),
        more=more,
        totals=Counter(row.state for row in whole.rows if not row.aside),
        states=STATES,
        words={**MEMBER_VIEWS, **{stance.value: word for stance, word in STANCE_WORDS.items()}},
        conditions=CONDITIONS,
        stances=MEMBER_VIEWS.items() if view.by == "organizations" else [(s.value, w) for s, w in STANCE_WORDS.items()],
        kinds=_distinct(row.kind for row in whole.rows),
        sections=_distinct(row.section for row in whole.rows if row.section),
        people=people,
        nobody=NOBODY,
        stances_shown=stances_shown,
        saved=session.scalars(select(SavedView).where(SavedView.docket_id == docket_id).order_by(SavedView.name)).all(),
        steps=steps(docket_id),
        bulk=_bulk_form(document),
        save=SaveForm(formdata=None),
    )


def _address(docket_id: int, view: MatrixView) -> str:
    query = query_of(view)
    return url_for("matrix.table", docket_id=docket_id) + (f"?{query}" if query else "")


def _columns(whole: board.Matrix, view: MatrixView) -> list[MatrixColumn]:
    """With nothing mapped yet all are shown, since an empty table says nothing."""
    if view.all_columns or not whole.used:
        return list(whole.columns)
    return [column for column in whole.columns if column.id in whole.used]


def _joined(drawn: list[Markup], numbers: list[int]) -> Markup:
    """A row's cells, each as the template drew its kind."""
    # Each is markup already; joining it as markup would look through all of it once more.
    return Markup("".join([drawn[number] for number in numbers]))  # noqa: S704


def _kinds(whole: board.Matrix) -> dict[int, MatrixCell]:
    """The different cells there are, by identity: equal cells of members are one object."""
    return {id(cell): cell for cell in whole.cells.values()}


def _lines(rows: Iterable[MatrixRow], columns: list[MatrixColumn], whole: board.Matrix, *, kinds: bool) -> list[Any]:
    """Each row with its cells in the order of the columns, None where nothing stands.

    With ``kinds`` the number of the cell's kind stands for the cell, counted from 1, and 0 for nothing.
    """
    ids, cells = [column.id for column in columns], whole.cells
    if not kinds:
        return [(row, [cells.get((row.id, column_id)) for column_id in ids]) for row in rows]
    number = {identity: place for place, identity in enumerate(_kinds(whole), 1)}
    number[id(None)] = 0
    return [(row, [number[id(cells.get((row.id, column_id)))] for column_id in ids]) for row in rows]


def _distinct(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))


# ------------------------------------------------------------------------------------------------------- many at a time


class BulkForm(Form):
    """What is done to the rows that are ticked."""

    owner = SelectField("Owner")
    due = DateField("Due", validators=[Optional()])


KEEP, NO_DAY = "", "none"


def _bulk_form(document: RuleDocument) -> BulkForm:
    form = BulkForm()
    people = [(str(row.id), row.name) for row in board.people(database.session())]
    form.owner.choices = options([(KEEP, "as it is"), (NOBODY, "nobody"), *people])
    return form


@matrix.post("/rows")
@requires(Permission.MAP)
def act(docket_id: int) -> ResponseReturnValue:
    """Do one thing to all ticked rows, in one transaction that one undo takes back."""
    _, document = document_frame(docket_id)
    form = _bulk_form(document)
    provisions = _ticked(document)
    if not provisions:
        raise Refused("Tick the provisions first, then choose what to do with them.")
    what = request.form.get("act")
    if what == "reviewed":
        _review(docket_id, provisions)
    elif what == "unreviewed":
        _take_back(docket_id, provisions)
    elif what == "assign":
        if not form.validate():
            raise Refused("Choose an owner from the list, and give the day as year, month and day.")
        _assign(docket_id, provisions, form)
    else:
        abort(400)
    return go_back(docket_id, "matrix.table")


def _ticked(document: RuleDocument) -> list[Provision]:
    ids = request.form.getlist("provision", type=row_number)
    wanted = select(Provision).where(Provision.rule_document_id == document.id, Provision.id.in_(ids))
    return list(database.session().scalars(wanted.order_by(Provision.place)))


def _review(docket_id: int, provisions: list[Provision]) -> None:
    """Those with positions on them are left as they are: what the letter says of them is its comment."""
    session = database.session()
    mapped = set(
        session.scalars(
            select(ProvisionPosition.provision_id).where(
                ProvisionPosition.provision_id.in_([each.id for each in provisions])
            )
        )
    )
    bare = [each for each in provisions if each.id not in mapped]
    if bare:
        done = f"Marked {_these(bare)} as reviewed without comment"
        with remembered(docket_id, *of_provisions([each.id for each in bare]), done=done):
            for each in bare:
                operations.mark_reviewed(session, each, actor=signed_in().person.name, now=database.now())
        flash(f"{done}.", "done")
    if mapped:
        left = plural(len(mapped), "provision has", "provisions have")
        flash(f"{left} positions mapped and kept them.", "attention")


def _take_back(docket_id: int, provisions: list[Provision]) -> None:
    done = f"Took back “no comment” from {_these(provisions)}"
    with remembered(docket_id, *of_provisions([each.id for each in provisions]), done=done):
        for each in provisions:
            operations.unmark_reviewed(database.session(), each, actor=signed_in().person.name, now=database.now())
    flash(f"{done}.", "done")


def _assign(docket_id: int, provisions: list[Provision], form: BulkForm) -> None:
    session, actor, now = database.session(), signed_in().person.name, database.now()
    owner = load(Person, int(form.owner.data)) if form.owner.data not in (KEEP, NOBODY) else None
    no_day = request.form.get("due_none") == NO_DAY
    if form.owner.data == KEEP and form.due.data is None and not no_day:
        raise Refused("Choose an owner or a day for the ticked provisions.")
    said = []
    if form.owner.data != KEEP:
        said.append(f"gave {_these(provisions)} to {owner.name if owner else 'nobody'}")
    if form.due.data or no_day:
        day = f"due {short_day(form.due.data)}" if form.due.data else "without a day"
        said.append(f"made {_these(provisions) if not said else 'them'} {day}")
    done = " and ".join(said)
    done = done[0].upper() + done[1:]
    with remembered(docket_id, *of_provisions([each.id for each in provisions]), done=done):
        if form.owner.data != KEEP:
            assignments.give(session, provisions, owner, actor=actor, now=now)
            session.flush()  # the day is set on the rows that this made
        if form.due.data or no_day:
            assignments.set_due(session, provisions, form.due.data, actor=actor, now=now)
    flash(f"{done}.", "done")


def _these(provisions: list[Provision]) -> str:
    if len(provisions) == 1:
        return provisions[0].label or "a passage"
    return plural(len(provisions), "provision")


@matrix.post("/undo")
@requires(Permission.MAP)
def take_back(docket_id: int) -> ResponseReturnValue:
    """Undo the last thing the person did on the docket's mapping, or the one the form names."""
    docket_frame(docket_id)
    step = undo.undo(
        database.session(),
        docket_id,
        step_id=_step(),
        person=signed_in().person,
        now=database.now(),
    )
    flash(f"Undone: {step.done}.", "done")
    return go_back(docket_id, "matrix.table")


def _step() -> int | None:
    """The step that the form names; None when it names none, which means the last one."""
    if "step" not in request.form:
        return None
    return request.form.get("step", type=row_number) or abort(400)


# ---------------------------------------------------------------------------------------------------------- saved views


class SaveForm(Form):
    """A name for what the page shows."""

    name = StringField(
        "Name of this view", filters=[stripped], validators=[InputRequired("Give the view a name."), Length(max=80)]
    )


@matrix.post("/views")
@requires(Permission.MAP)
def save_view(docket_id: int) -> ResponseReturnValue:
    """Keep what the page shows under a name; a known name stands for the new choice from then on."""
    docket_frame(docket_id)
    form = SaveForm()
    if not form.validate():
        raise Refused("Give the view a name of at most 80 characters.")
    session, actor, now = database.session(), signed_in().person.name, database.now()
    query = query_of(replace(view_of(parse_qs(request.form.get("query", ""))), page=0))
    known = session.scalar(
        select(SavedView).where(SavedView.docket_id == docket_id, SavedView.name == form.name.data)
    ) or SavedView(docket_id=docket_id, name=form.name.data)
    known.query, known.saved_by, known.saved_at = query, actor, now
    session.add(known)
    audit.record(
        session,
        actor=actor,
        action="view saved",
        subject=f"docket {docket_id}",
        now=now,
        name=known.name,
        query=query,
    )
    flash(f"The view “{known.name}” was saved for everybody on this docket.", "done")
    return redirect(url_for("matrix.table", docket_id=docket_id) + (f"?{query}" if query else ""), 303)


@matrix.post("/views/<int:view_id>/remove")
@requires(Permission.MAP)
def remove_view(docket_id: int, view_id: int) -> ResponseReturnValue:
    """Forget a saved view."""
    saved = load(SavedView, view_id)
    if saved.docket_id != docket_id:
        abort(404)
    session = database.session()
    audit.record(
        session,
        actor=signed_in().person.name,
        action="view removed",
        subject=f"docket {docket_id}",
        now=database.now(),
        name=saved.name,
        query=saved.query,
    )
    session.delete(saved)
    flash(f"The view “{saved.name}” was removed.", "done")
    return go_back(docket_id, "matrix.table")
