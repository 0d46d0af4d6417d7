"""What the program read without certainty: a person picks a reading, and the document is read by it."""

from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from wtforms import HiddenField, RadioField, StringField
from wtforms.validators import InputRequired, Length

from commenttrack.errors import Refused
from commenttrack.members.permissions import Permission
from commenttrack.positions.models import ProvisionPosition
from commenttrack.rulemaking import settlements
from commenttrack.rulemaking.document_text import ROUTINE
from commenttrack.rulemaking.models import LevelSettlement, Provision, RuleDocument
from commenttrack.web import database
from commenttrack.web.access import requires, signed_in
from commenttrack.web.forms import Form, options, stripped
from commenttrack.web.pages import docket_frame, load

settling = Blueprint("settling", __name__, url_prefix="/dockets/<int:docket_id>/documents/<int:document_id>/to-settle")

_AROUND = 3
"""Provisions shown before the one in question."""


class ReadingForm(Form):
    """Which reading of a paragraph is right."""

    provision = HiddenField(validators=[InputRequired()])
    reading = RadioField("Which is it?", validators=[InputRequired("Choose a reading.")])
    reason = StringField("Reason", filters=[stripped], validators=[Length(max=2000)])


@dataclass(frozen=True, slots=True)
class Doubt:
    """A paragraph that can be read in several ways, with what stands around it."""

    provision: Provision
    above: list[Provision]
    before: list[Provision]
    after: list[Provision]
    readings: list[tuple[str, str]]
    """Each citation with what it would make of the paragraph, in words."""
    links: int
    form: ReadingForm


def _document(docket_id: int, document_id: int) -> RuleDocument:
    docket_frame(docket_id)
    document = load(RuleDocument, document_id)
    if document.docket_id != docket_id:
        abort(404)
    return document


@settling.get("")
@requires(Permission.READ)
def show(docket_id: int, document_id: int) -> str:
    """What waits for a person, what was settled, and what every document carries along."""
    return _page(_document(docket_id, document_id))


def _page(document: RuleDocument, answered: ReadingForm | None = None) -> str:
    session = database.session()
    known = settlements.settlements_of(session, document)
    held = settlements.in_force(document, known)
    unparsed = document.leftovers_json.get("unparsed", [])
    return render_template(
        "web/rulemaking/settle.html",
        document=document,
        doubts=[_doubt(document, entry, answered) for entry in settlements.open_ambiguities(document)],
        unparsed=[entry for entry in unparsed if entry["why"] not in ROUTINE],
        routine=[entry for entry in unparsed if entry["why"] in ROUTINE],
        settled=[(each, held[each.id]) for each in known if each.id in held],
        lost=[each for each in known if each.id not in held],
    )


def _doubt(document: RuleDocument, entry: dict[str, object], answered: ReadingForm | None) -> Doubt:
    session = database.session()
    of_document = select(Provision).where(Provision.rule_document_id == document.id)
    provision = session.scalars(of_document.where(Provision.key == entry["provision"])).one()
    around = session.scalars(
        of_document.where(Provision.place.between(provision.place - _AROUND, provision.place + 2)).order_by(
            Provision.place
        )
    ).all()
    above: list[Provision] = []
    parent = provision.parent
    while parent is not None:
        above.insert(0, parent)
        parent = parent.parent
    citations = [str(each) for each in entry["readings"]]  # type: ignore[attr-defined]
    if answered is not None and answered.provision.data == provision.key:
        form = answered
    else:
        form = ReadingForm(formdata=None, prefix=f"d{provision.id}-", data={"provision": provision.key})
    form.reading.choices = options((citation, citation) for citation in citations)
    return Doubt(
        provision,
        [each for each in above if each.kind.value in ("part", "section", "appendix")],
        [each for each in around if each.place < provision.place],
        [each for each in around if each.place > provision.place],
        [(citation, _in_words(citation, provision.number, entry["chosen"] == citation)) for citation in citations],
        session.scalar(select(func.count()).where(ProvisionPosition.provision_id == provision.id)) or 0,
        form,
    )


def _in_words(citation: str, number: str, chosen: bool) -> str:
    """Where a citation puts its paragraph: ``under 4 CFR 21.1(h)(1)``."""
    above = citation.removesuffix(number).rstrip()
    return f"{number or 'the paragraph'} under {above}{' (as it is read now)' if chosen else ''}"


@settling.post("")
@requires(Permission.MAP)
def settle(docket_id: int, document_id: int) -> ResponseReturnValue:
    """Pick a reading."""
    document = _document(docket_id, document_id)
    form = next(
        (
            found
            for entry in settlements.open_ambiguities(document)
            if (found := _form_of(document, entry["provision"])) is not None
        ),
        None,
    )
    if form is None:
        raise settlements.NothingToSettle("This paragraph was settled meanwhile. Look again at what is left.")
    if form.validate_on_submit():
        try:
            changed = settlements.settle(
                database.session(),
                document,
                provision=form.provision.data,
                reading=form.reading.data,
                reason=form.reason.data or "",
                storage=database.house().storage,
                actor=signed_in().person.name,
                now=database.now(),
            )
        except Refused as refusal:
            form.refuse(refusal)
        else:
            flash(_said(changed), "done")
            return redirect(url_for("settling.show", docket_id=docket_id, document_id=document_id), 303)
    return _page(document, form), 422


def _form_of(document: RuleDocument, key: str) -> ReadingForm | None:
    """The form about a provision, when it is the one that was sent."""
    row = (
        database.session()
        .scalars(select(Provision).where(Provision.rule_document_id == document.id, Provision.key == key))
        .one()
    )
    form = ReadingForm(prefix=f"d{row.id}-")
    entry = next(each for each in settlements.open_ambiguities(document) if each["provision"] == key)
    form.reading.choices = options((citation, citation) for citation in entry["readings"])
    return form if form.provision.data == key else None


def _said(changed: list[settlements.NewCitation]) -> str:
    if not changed:
        return "Settled as it was read. No citation changed."
    named = ", ".join(f"{each.before} is now {each.after}" for each in changed[:3])
    more = f", and {len(changed) - 3} more" if len(changed) > 3 else ""
    return f"Settled: {named}{more}. What is mapped there stayed; check letter parts that cite it."


@settling.post("/<int:settlement_id>/take-back")
@requires(Permission.MAP)
def take_back(docket_id: int, document_id: int, settlement_id: int) -> ResponseReturnValue:
    """Forget a settlement."""
    document, session = _document(docket_id, document_id), database.session()
    settlement = load(LevelSettlement, settlement_id)
    if settlement not in settlements.settlements_of(session, document):
        abort(404)
    changed = settlements.take_back(
        session,
        document,
        settlement,
        storage=database.house().storage,
        actor=signed_in().person.name,
        now=database.now(),
    )
    flash(_said(changed).replace("Settled as it was read", "Taken back").replace("Settled:", "Taken back:"), "done")
    return redirect(url_for("settling.show", docket_id=docket_id, document_id=document_id), 303)
