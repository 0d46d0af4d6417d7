"""Mapped positions to look at again because a wording moved: the difference, the cause, and a person's word on it."""

from flask import Blueprint, abort, flash, render_template
from flask.typing import ResponseReturnValue
from wtforms import HiddenField, RadioField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from commenttrack.errors import Refused
from commenttrack.members.permissions import Permission
from commenttrack.positions import suspects as operations
from commenttrack.positions.mapping import links_of
from commenttrack.positions.models import Clearing, ProvisionPosition
from commenttrack.signoffs.resting import resting_on_links
from commenttrack.web import database
from commenttrack.web.access import requires, signed_in
from commenttrack.web.forms import Form, options, stripped
from commenttrack.web.pages import document_frame, load
from commenttrack.web.undoing import go_back, of_link, remembered, steps

suspects = Blueprint("suspects", __name__, url_prefix="/dockets/<int:docket_id>/to-review")

KINDS = [
    ("cosmetic", "Cosmetic: what it means is the same"),
    ("substantive", "Substantive: it means something else, and the mapping holds all the same"),
]


class ClearForm(Form):
    """That a mapped position still holds, and why."""

    provision_digest = HiddenField(validators=[InputRequired()])
    position_digest = HiddenField(validators=[InputRequired()])
    kind = RadioField("The change is", choices=options(KINDS), validators=[InputRequired("Say what the change is.")])
    reason = TextAreaField(
        "Why the mapping still holds",
        filters=[stripped],
        validators=[DataRequired("Say why the mapping still holds."), Length(max=5_000)],
    )


@suspects.get("")
@requires(Permission.READ)
def page(docket_id: int) -> str:
    """Every mapped position whose provision or position moved since it was reviewed, and what was cleared before."""
    return _page(docket_id)


def _page(docket_id: int, refused: ClearForm | None = None, link_id: int = 0) -> str:
    frame, document = document_frame(docket_id)
    session = database.session()
    found = operations.suspects(session, links_of(session, document))
    ours = frame.letter is not None and frame.letter.rule_document_id == document.id
    return render_template(
        "web/mapping/suspects.html",
        document=document,
        suspects=found,
        forms={
            each.link.id: refused
            if refused and each.link.id == link_id
            else ClearForm(
                formdata=None,
                prefix=f"link-{each.link.id}-",
                provision_digest=each.link.provision.wording_digest,
                position_digest=each.link.position.current.wording_digest,
            )
            for each in found
        },
        refused=refused,
        resting=resting_on_links(session, frame.letter) if found and ours and frame.letter else {},
        clearings=operations.clearings_of(session, document),
        steps=steps(docket_id),
    )


@suspects.post("/<int:link_id>")
@requires(Permission.MAP)
def clear(docket_id: int, link_id: int) -> ResponseReturnValue:
    """Say that a mapped position still holds."""
    link = load(ProvisionPosition, link_id)
    if link.provision.rule_document.docket_id != docket_id:
        abort(404)
    form = ClearForm(prefix=f"link-{link.id}-")
    named = f"position {link.position.label} on {link.provision.label or 'a passage'}"
    if form.validate():
        try:
            with remembered(docket_id, *of_link(link.id), done=f"Said that {named} still holds"):
                operations.clear_link(
                    database.session(),
                    link,
                    kind=Clearing(form.kind.data),
                    reason=form.reason.data,
                    seen=(form.provision_digest.data, form.position_digest.data),
                    actor=signed_in().person.name,
                    now=database.now(),
                )
        except operations.NotSuspect as refusal:
            flash(str(refusal), "attention")
            return go_back(docket_id, "suspects.page")
        except Refused as refusal:
            form.refuse(refusal)
            form.provision_digest.data = link.provision.wording_digest
            form.position_digest.data = link.position.current.wording_digest
        else:
            flash(f"Kept: {named} still holds.", "done")
            return go_back(docket_id, "suspects.page")
    return _page(docket_id, form, link.id), 422
