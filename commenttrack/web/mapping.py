"""The workbench: which position speaks to which provision, how, and what is asked for."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError
from wtforms import HiddenField, IntegerField, RadioField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from commenttrack.errors import Refused
from commenttrack.members.permissions import Permission
from commenttrack.positions import mapping as operations
from commenttrack.positions import ranking
from commenttrack.positions.coverage import Coverage
from commenttrack.positions.grounds import WORDS, written
from commenttrack.positions.models import Position, ProvisionPosition
from commenttrack.positions.stances import Stance
from commenttrack.positions.undo import Rows
from commenttrack.rulemaking.models import Provision, RuleDocument
from commenttrack.web import database
from commenttrack.web.access import requires, signed_in
from commenttrack.web.forms import GREATEST_ROW, CheckBoxes, Form, options, stripped
from commenttrack.web.pages import docket_frame, document_frame, load
from commenttrack.web.requested_text import changes, marked
from commenttrack.web.suggesting import suggested_for
from commenttrack.web.undoing import go_back, of_link, of_provisions, remembered, steps, where_from
from commenttrack.wording import Change, difference, differs, folded, text_as_requested

mapping = Blueprint("mapping", __name__, url_prefix="/dockets/<int:docket_id>")

STANCES = [
    ("support", "Support: adopt it as proposed"),
    ("support_with_change", "Support with change: adopt it with the text below, or as the request says"),
    ("oppose", "Oppose: do not adopt it"),
    ("clarify", "Clarify: say what it means"),
    ("neutral", "Neutral: no view"),
]
QUEUES = [
    ("unassigned", "Unaddressed"),
    ("suspect", "To review"),
    ("conflict", "Conflict"),
    ("addressed", "Addressed"),
    ("reviewed", "No comment"),
]
QUEUE_PAGE = 60


# ------------------------------------------------------------------------------------------------------- the workbench


@mapping.get("/map")
@requires(Permission.READ)
def work(docket_id: int) -> str:
    """The queue, one provision in its context, and the positions that may speak to it."""
    _, document = document_frame(docket_id)
    session = database.session()
    states = operations.coverage_of(session, document)
    links = operations.links_of(session, document)
    suspect = {link.provision_id for link in links if link.suspect}
    queue_name = request.args.get("show", "unassigned")
    words = request.args.get("q", "").strip()
    queue = [unit for unit in _queue(session, document, states, suspect, queue_name) if _says(unit, words)]
    selected = _selected(session, document, queue)
    page = _page_of(queue, selected)
    return render_template(
        "web/mapping/work.html",
        document=document,
        totals=Counter(states.values()),
        suspect_count=len(suspect),
        queues=QUEUES,
        queue_name=queue_name,
        sought=words,
        queue=queue[page * QUEUE_PAGE : (page + 1) * QUEUE_PAGE],
        page=page,
        more=len(queue) > (page + 1) * QUEUE_PAGE,
        selected=selected,
        context=context_of(selected) if selected else [],
        links=[link for link in links if selected and link.provision_id == selected.id],
        suggested=suggested_for(selected) if selected else None,
        state=states.get(selected.id) if selected else None,
        changes=changes,
        others=ranking.positions_in_use(session) if selected else [],
        steps=steps(docket_id),
    )


def _queue(
    session: Session, document: RuleDocument, states: dict[int, Coverage], suspect: set[int], name: str
) -> list[Provision]:
    units = operations.provisions_to_cover(session, document)
    if name == "suspect":
        return [unit for unit in units if unit.id in suspect]
    return [unit for unit in units if states[unit.id].value == name]


def _says(unit: Provision, words: str) -> bool:
    said = f"{unit.label} {unit.heading} {unit.text}".casefold()
    return all(word in said for word in folded(words).casefold().split())


def _selected(session: Session, document: RuleDocument, queue: list[Provision]) -> Provision | None:
    key, after = request.args.get("provision"), request.args.get("after", type=int)
    if not key:
        # Whoever has done with a provision goes on to what comes after it, and begins again at the end.
        later = (unit for unit in queue if after is not None and unit.place > after)
        return next(later, queue[0] if queue else None)
    found = session.scalar(select(Provision).where(Provision.rule_document_id == document.id, Provision.key == key))
    return found or abort(404)


def _page_of(queue: list[Provision], selected: Provision | None) -> int:
    """The page asked for, else the one on which the selected provision stands; pages count from 0."""
    asked = request.args.get("page", type=int)
    if asked is not None:
        return max(0, asked)
    place = next((n for n, unit in enumerate(queue) if selected and unit.id == selected.id), 0)
    return place // QUEUE_PAGE


def context_of(provision: Provision) -> list[Provision]:
    """What the provision stands under, from the part down: its section's title and the lead-ins it completes."""
    above: list[Provision] = []
    current = provision.parent
    while current is not None:
        above.append(current)
        current = current.parent
    return above[::-1]


@mapping.get("/map/<int:provision_id>/other")
@requires(Permission.READ)
def other(docket_id: int, provision_id: int) -> ResponseReturnValue:
    """On to the form for a position that was chosen from the whole list and not from the suggestions."""
    provision = _provision(docket_id, provision_id)
    position_id = request.args.get("position", 0, int)
    if not position_id:
        return redirect(url_for("mapping.work", docket_id=docket_id, provision=provision.key), 303)
    return redirect(
        url_for("mapping.accept", docket_id=docket_id, provision_id=provision.id, position_id=position_id), 303
    )


@mapping.post("/map/<int:provision_id>/reviewed")
@requires(Permission.MAP)
def reviewed(docket_id: int, provision_id: int) -> ResponseReturnValue:
    """Say that the letter says nothing about a provision, or take that back; then on to the next one."""
    provision = _provision(docket_id, provision_id)
    actor, session, now = signed_in().person.name, database.session(), database.now()
    named = provision.label or "a passage"
    if request.form.get("undo"):
        with remembered(docket_id, *of_provisions([provision.id]), done=f"Took back “no comment” from {named}"):
            operations.unmark_reviewed(session, provision, actor=actor, now=now)
        return redirect(url_for("mapping.work", docket_id=docket_id, provision=provision.key), 303)
    with remembered(docket_id, *of_provisions([provision.id]), done=f"Marked {named} as reviewed without comment"):
        operations.mark_reviewed(session, provision, actor=actor, now=now)
    show, words = request.form.get("show") or None, request.args.get("q") or None
    return redirect(url_for("mapping.work", docket_id=docket_id, show=show, q=words, after=provision.place), 303)


# ---------------------------------------------------------------------------------------------------------- one mapping


class MappingForm(Form):
    """What a position says about a provision. The requested text is edited on the proposed words."""

    revision = IntegerField(widget=HiddenField.widget, validators=[Optional()])
    provision_id = IntegerField(widget=HiddenField.widget, validators=[Optional(), NumberRange(1, GREATEST_ROW)])
    position_id = IntegerField(widget=HiddenField.widget, validators=[Optional(), NumberRange(1, GREATEST_ROW)])
    stance = RadioField(
        "Stance", choices=options(STANCES), validators=[InputRequired("Choose a stance for this provision.")]
    )
    request_text = TextAreaField("Request", filters=[stripped], validators=[Length(max=5_000)])
    wanted = TextAreaField("Requested text", filters=[stripped], validators=[Length(max=50_000)])
    reason = TextAreaField("Reason", filters=[stripped], validators=[Length(max=20_000)])
    grounds = CheckBoxes("Legal grounds", choices=options((ground.value, words) for ground, words in WORDS.items()))

    def said(self, provision: Provision) -> dict[str, Any]:
        """The keyword arguments of the operations."""
        return {
            "stance": Stance(self.stance.data),
            "reason": self.reason.data or "",
            "request": self.request_text.data or "",
            "requested_text": marked(provision.text, self.wanted.data) if self.wanted.data else "",
            "grounds": self.grounds.data or [],
        }


@mapping.route("/map/<int:provision_id>/<int:position_id>", methods=["GET", "POST"])
@requires(Permission.MAP)
def accept(docket_id: int, provision_id: int, position_id: int) -> ResponseReturnValue:
    """Map a position onto a provision."""
    docket_frame(docket_id)
    provision, position = _provision(docket_id, provision_id), load(Position, position_id)
    form = MappingForm(data={"wanted": provision.text, "request_text": position.current.request})
    if not form.is_submitted() and (link := _link_between(provision, position)):
        return redirect(url_for("mapping.change", docket_id=docket_id, link_id=link.id), 303)
    if form.validate_on_submit() and request.form.get("act") != "preview":
        named = provision.label or "the passage"
        try:
            with remembered(
                docket_id,
                Rows(ProvisionPosition, "provision_id", [provision.id]),
                done=f"Mapped position {position.label} onto {named}",
            ):
                operations.map_position(
                    database.session(),
                    provision,
                    position,
                    actor=signed_in().person.name,
                    now=database.now(),
                    **_why(provision, position),
                    **form.said(provision),
                )
        except operations.AlreadyMapped as conflict:
            return _conflict(form, conflict)
        except IntegrityError:
            # Somebody else mapped the two between our looking and our writing.
            database.session().rollback()
            link = _link_between(provision, position)
            return _conflict(form, operations.AlreadyMapped(link)) if link else abort(409)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            flash(f"Mapped onto {named}: position {position.label}.", "done")
            return go_back(docket_id, "mapping.work", after=provision.place, **_next_in_queue())
    return _mapping_page(form, provision, position, None)


def _next_in_queue() -> dict[str, str]:
    """The queue that the form was opened from, with the words it was narrowed to, if it was."""
    show, words = request.args.get("show"), request.args.get("q")
    return {**({"show": show} if show in dict(QUEUES) else {}), **({"q": words} if words else {})}


def _link_between(provision: Provision, position: Position) -> ProvisionPosition | None:
    return database.session().scalar(
        select(ProvisionPosition).where(
            ProvisionPosition.provision_id == provision.id, ProvisionPosition.position_id == position.id
        )
    )


def _why(provision: Provision, position: Position) -> dict[str, Any]:
    """What the suggestion was based on, when there was one."""
    for ranked in suggested_for(provision).ranked:
        if ranked.position.id == position.id:
            return {"score": ranked.suggestion.score, "why": ranked.suggestion.why}
    return {}


@mapping.route("/mappings/<int:link_id>", methods=["GET", "POST"])
@requires(Permission.MAP)
def change(docket_id: int, link_id: int) -> ResponseReturnValue:
    """Change what a position says about a provision."""
    docket_frame(docket_id)
    link = database.session().get(ProvisionPosition, link_id)
    if request.method == "POST" and (link is None or not _means(link)):
        return _taken_off(docket_id)
    link = _link(docket_id, link_id)
    form = MappingForm(data=_as_it_stands(link))
    if form.validate_on_submit() and request.form.get("act") != "preview":
        named = link.provision.label or "the passage"
        try:
            with remembered(docket_id, *of_link(link.id), done=f"Changed position {link.position.label} on {named}"):
                operations.change_mapping(
                    database.session(),
                    link,
                    expected_revision=form.revision.data,
                    actor=signed_in().person.name,
                    now=database.now(),
                    **form.said(link.provision),
                )
        except operations.ChangedMeanwhile as conflict:
            return _conflict(form, conflict)
        except StaleDataError:
            # Somebody else wrote between our reading and our writing.
            database.session().rollback()
            return _conflict(form, operations.ChangedMeanwhile(link))
        except Refused as refusal:
            form.refuse(refusal)
        else:
            flash("The mapping was changed.", "done")
            return go_back(docket_id, "mapping.work", provision=link.provision.key)
    return _mapping_page(form, link.provision, link.position, link)


def _as_it_stands(link: ProvisionPosition) -> dict[str, Any]:
    return {
        "revision": link.revision,
        "provision_id": link.provision_id,
        "position_id": link.position_id,
        "stance": link.stance.value,
        "request_text": link.request,
        "wanted": text_as_requested(link.requested_text) or link.provision.text,
        "reason": link.reason,
        "grounds": link.grounds,
    }


def _means(link: ProvisionPosition) -> bool:
    """Whether the link is the one the form was about: a number can be given again when its link was taken off."""
    said = (request.form.get("provision_id", None, int), request.form.get("position_id", None, int))
    return said in ((None, None), (link.provision_id, link.position_id))


def _taken_off(docket_id: int) -> ResponseReturnValue:
    """Somebody took the position off while another was writing on it: the text is kept, to be mapped anew."""
    form = MappingForm()
    form.validate()
    if form.provision_id.errors or form.position_id.errors:
        abort(404)
    provision = _provision(docket_id, form.provision_id.data or 0)
    position = load(Position, form.position_id.data or 0)
    form.form_errors.append(
        "Somebody took this position off the provision while you were writing. Your text is below; "
        "map the position again to keep it."
    )
    return _mapping_page(form, provision, position, None, status=409)


@dataclass(frozen=True, slots=True)
class Side:
    """One field of a link as two people left it."""

    name: str
    theirs: str
    yours: str
    changes: list[Change]
    """From the saved text to the other."""


def _conflict(
    form: MappingForm, conflict: operations.ChangedMeanwhile | operations.AlreadyMapped
) -> ResponseReturnValue:
    """Both versions side by side, and the other person's text in a form that saves over what stands."""
    form.refuse(conflict)
    link = conflict.link
    stances = dict(STANCES)
    stands = _as_it_stands(link)
    pairs = [
        ("Stance", stances[stands["stance"]], stances.get(form.stance.data, "")),
        ("Request", link.request, form.request_text.data or ""),
        ("Text asked for", stands["wanted"], form.wanted.data or link.provision.text),
        ("Reason", link.reason, form.reason.data or ""),
        ("Legal grounds", written(link.grounds), written(form.grounds.data or [])),
    ]
    sides = [Side(name, theirs, yours, difference(theirs, yours)) for name, theirs, yours in pairs]
    page = render_template(
        "web/mapping/conflict.html",
        form=form,
        link=link,
        sides=[side for side in sides if differs(side.changes)],
    )
    return page, 409


def _mapping_page(
    form: MappingForm, provision: Provision, position: Position, link: ProvisionPosition | None, *, status: int = 0
) -> ResponseReturnValue:
    preview = request.form.get("act") == "preview"
    page = render_template(
        "web/mapping/form.html",
        form=form,
        action=url_for("mapping.change", docket_id=provision.rule_document.docket_id, link_id=link.id)
        if link
        else url_for(
            "mapping.accept",
            docket_id=provision.rule_document.docket_id,
            provision_id=provision.id,
            position_id=position.id,
            show=request.args.get("show"),
            q=request.args.get("q"),
        ),
        back=where_from(provision.rule_document.docket_id),
        provision=provision,
        position=position,
        link=link,
        context=context_of(provision),
        redline=changes(marked(provision.text, form.wanted.data or provision.text)),
        preview=preview,
    )
    return page, status or (422 if form.is_submitted() and not preview else 200)


@mapping.post("/mappings/<int:link_id>/unmap")
@requires(Permission.MAP)
def unmap(docket_id: int, link_id: int) -> ResponseReturnValue:
    """Take a position off a provision, unless it says something else by now than the page showed."""
    docket_frame(docket_id)
    shown, link = request.form.get("shown"), database.session().get(ProvisionPosition, link_id)
    if shown and (link is None or seen_of(link).rpartition(".")[0] != shown.rpartition(".")[0]):
        flash("Somebody took the position off already, as a second click does.", "attention")
        return go_back(docket_id, "mapping.work")
    link = _link(docket_id, link_id)
    if shown and shown != seen_of(link):
        flash("Somebody changed what the position says here after your page was opened. It was not taken off.", "error")
        return go_back(docket_id, "mapping.work", provision=link.provision.key)
    key, named = link.provision.key, link.provision.label or "the passage"
    with remembered(docket_id, *of_link(link.id), done=f"Took position {link.position.label} off {named}"):
        operations.unmap(database.session(), link, actor=signed_in().person.name, now=database.now())
    flash("The position was taken off. What it said stays in the trail.", "done")
    return go_back(docket_id, "mapping.work", provision=key)


@mapping.app_template_filter()
def seen_of(link: ProvisionPosition) -> str:
    """What a page shows of a link, for a form to say: a number can be given again when its link was taken off."""
    return f"{link.provision_id}.{link.position_id}.{link.revision}"


def _provision(docket_id: int, provision_id: int) -> Provision:
    provision = load(Provision, provision_id)
    if provision.rule_document.docket_id != docket_id:
        abort(404)
    return provision


def _link(docket_id: int, link_id: int) -> ProvisionPosition:
    link = load(ProvisionPosition, link_id)
    if link.provision.rule_document.docket_id != docket_id:
        abort(404)
    return link
