"""The page behind a mailed link where a member says where it stands. No account.

GET shows and changes nothing, because mail scanners open links. The token is the only key, so every answer to a link
that does not work is the same.
"""

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from commenttrack.errors import Conflict, Refused
from commenttrack.members.links import LinkUnknown
from commenttrack.positions import stance_answers
from commenttrack.positions import stance_requests as operations
from commenttrack.positions.member_stances import others_of
from commenttrack.positions.models import StanceRequest
from commenttrack.positions.stance_subjects import asked_of
from commenttrack.rulemaking.moments import last_moment_in_words
from commenttrack.web import database
from commenttrack.web.frame import plural
from commenttrack.web.requested_text import changes
from commenttrack.web.security import limit_links
from commenttrack.web.stance_form import VIEWS, Item, NameForm, given, item_of, show_as_is

answering = Blueprint("answering", __name__, url_prefix="/answer/<token>")
limit_links(answering)


@answering.errorhandler(LinkUnknown)
def not_valid(error: LinkUnknown) -> ResponseReturnValue:
    """One page for every link that does not work."""
    database.session().rollback()
    return render_template("web/answering/not_valid.html"), 404


def _request(token: str) -> StanceRequest:
    return operations.find_request(database.session(), token, now=database.now())


def _items(asking: StanceRequest) -> list[Item]:
    held = operations.held_by(database.session(), asking)
    return [item_of(asked, held.get(asked.key)) for asked in asked_of(database.session(), asking.docket)]


@answering.get("/")
def show(token: str) -> str:
    """What is asked, with what is answered so far."""
    asking = _request(token)
    return _page(token, asking, _items(asking), NameForm(data={"name": asking.person.name}))


def _page(
    token: str,
    asking: StanceRequest,
    items: Sequence[Item],
    form: NameForm,
    problems: Sequence[tuple[str, str]] = (),
    moved: Sequence[int] = (),
) -> str:
    show_as_is(items)
    return render_template(
        "web/answering/answer.html",
        token=token,
        asking=asking,
        items=items,
        form=form,
        problems=problems,
        moved=moved,
        closes=last_moment_in_words(asking.expires_at),
        others=others_of(database.session(), asking.docket, asking.organization),
        views=dict(VIEWS),
        answered=sum(item.stance is not None and not item.moved for item in items),
        changes=changes,
    )


@answering.post("/")
def save(token: str) -> ResponseReturnValue:
    """Keep everything that is chosen on the page; the last button of the page says that the member is done."""
    asking = _request(token)
    items, form = _items(asking), NameForm()
    answers, problems = given(items)
    if not form.validate() or problems:
        return _page(token, asking, items, form, problems), 422
    session, back = database.session(), request.form.get("back", "")
    try:
        made = stance_answers.answer(
            session,
            token,
            answers,
            name=form.name.data,
            done=not back,
            now=database.now(),
            settings=database.house().settings,
        )
    except LinkUnknown:
        raise
    except Refused as refusal:
        form.refuse(refusal)
        asking = _request(token)
        moved = refusal.subjects if isinstance(refusal, stance_answers.AnswersMoved) else ()
        page = _page(token, asking, _items(asking), form, moved=moved)
        return page, 409 if isinstance(refusal, Conflict) else 422
    left = sum(item.stance is None and not item.form.held.data for item in items)
    flash(
        (f"{plural(len(made), 'answer')} saved. " if made or not answers else "Your answers stand as they were saved. ")
        + (f"{plural(left, 'point')} still open." if left else "Every point is answered. Thank you.")
        + (" Say at the end of the page when you are done, and a copy is mailed." if back else ""),
        "done",
    )
    return redirect(url_for("answering.show", token=token, _anchor=f"item-{back}" if back.isdigit() else None), 303)


@answering.post("/opened")
def opened(token: str) -> ResponseReturnValue:
    """A script of the page says that a person has it before the eyes; a scanner runs none."""
    operations.mark_opened(database.session(), _request(token), now=database.now())
    return "", 204
