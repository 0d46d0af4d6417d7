"""Organizations, people, and who may sign for whom."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, select
from sqlalchemy.orm import selectinload
from wtforms import SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Email, InputRequired, Length, Optional

from commenttrack.errors import Refused
from commenttrack.letters import leads
from commenttrack.members import operations
from commenttrack.members.models import Organization, OrganizationKind, Signatory
from commenttrack.members.names import name_key
from commenttrack.members.permissions import Permission
from commenttrack.web import database
from commenttrack.web.access import requires, signed_in
from commenttrack.web.forms import Form, lines, options, stripped
from commenttrack.web.pages import load
from commenttrack.wording import full_stop

members = Blueprint("members", __name__, url_prefix="/organizations")

KINDS = [
    ("member", "Member"),
    ("partner", "Partner association"),
    ("lead", "Lead association"),
    ("other", "Other organization"),
]


class OrganizationForm(Form):
    """A new organization."""

    name = StringField("Name", filters=[stripped], validators=[InputRequired("Give the organization’s name.")])
    kind = SelectField("What it is to you", choices=options(KINDS))
    city = StringField("City", filters=[stripped], validators=[Optional(), Length(max=200)])
    tagline = StringField("Line under the name in the letterhead", filters=[stripped], validators=[Optional()])
    address = TextAreaField("Address", validators=[Optional(), Length(max=1000)])
    description = TextAreaField("Description", filters=[stripped], validators=[Optional(), Length(max=4000)])


class KindForm(Form):
    """What an organization is from now on."""

    kind = SelectField("What it is to you", choices=options(KINDS))


class SignatoryForm(Form):
    """Somebody who may sign for an organization."""

    name = StringField("Name", filters=[stripped], validators=[InputRequired("Give the person’s name.")])
    title = StringField("Title", filters=[stripped], validators=[Optional(), Length(max=200)])
    email = StringField(
        "E-mail address",
        filters=[stripped],
        validators=[
            InputRequired("Give an address; the invitation to sign is mailed."),
            Email("This is not an e-mail address."),
        ],
    )
    authority = StringField("By what authority", filters=[stripped], validators=[Optional(), Length(max=500)])


def signatory_choices(asked: Select[int]) -> list[SelectChoice]:
    """A choice for each signatory of an organization that is not among those asked, by the organization's name."""
    rows = database.session().scalars(
        select(Organization)
        .where(Organization.id.not_in(asked), Organization.signatories.any())
        .options(selectinload(Organization.signatories).joinedload(Signatory.person))
    )
    return options(
        (signatory.id, f"{organization.name}: {signatory.person.name}")
        for organization in sorted(rows, key=lambda row: name_key(row.name))
        for signatory in organization.signatories
    )


@members.get("/")
@requires(Permission.READ)
def organizations() -> str:
    """All organizations with who may sign for them."""
    kind = request.args.get("kind", "")
    query = select(Organization).options(selectinload(Organization.signatories), selectinload(Organization.people))
    if kind in [known.value for known in OrganizationKind]:
        query = query.where(Organization.kind == OrganizationKind(kind))
    rows = database.session().scalars(query).all()
    ordered = sorted(rows, key=lambda row: name_key(row.name))
    return render_template("web/members/organizations.html", organizations=ordered, kind=kind, kinds=KINDS)


@members.route("/new", methods=["GET", "POST"])
@requires(Permission.ADMINISTER)
def add() -> ResponseReturnValue:
    """Add an organization."""
    form = OrganizationForm()
    if form.validate_on_submit():
        try:
            added = operations.add_organization(
                database.session(),
                name=form.name.data,
                kind=OrganizationKind(form.kind.data),
                description=form.description.data or "",
                city=form.city.data or "",
                tagline=form.tagline.data or "",
                address=lines(form.address.data),
                actor=signed_in().person.name,
                now=database.now(),
            )
        except Refused as refusal:
            form.refuse(refusal)
        else:
            return redirect(url_for("members.organization", organization_id=added.id), 303)
    return render_template("web/members/add.html", form=form), 422 if form.is_submitted() else 200


@members.get("/<int:organization_id>")
@requires(Permission.READ)
def organization(organization_id: int) -> str:
    """One organization and its people."""
    return _page(load(Organization, organization_id))


def _page(shown: Organization, *, form: SignatoryForm | None = None, kind: KindForm | None = None) -> str:
    return render_template(
        "web/members/organization.html",
        organization=shown,
        form=form or SignatoryForm(None),
        kind=kind or KindForm(None, data={"kind": shown.kind.value}, prefix="kind-"),
    )


@members.post("/<int:organization_id>/kind")
@requires(Permission.ADMINISTER)
def change_kind(organization_id: int) -> ResponseReturnValue:
    """Say what the organization is to the association from now on."""
    shown = load(Organization, organization_id)
    form = KindForm(prefix="kind-")
    if form.validate():
        try:
            changed = leads.change_kind(
                database.session(),
                shown,
                OrganizationKind(form.kind.data),
                actor=signed_in().person.name,
                now=database.now(),
            )
        except Refused as refusal:
            form.refuse(refusal)
        else:
            if changed:
                flash(f"{shown.name} is changed: {dict(KINDS)[shown.kind.value]}.", "done")
            return redirect(url_for("members.organization", organization_id=shown.id), 303)
    return _page(shown, kind=form), 422


@members.post("/<int:organization_id>/signatories")
@requires(Permission.SIGN_OFFS)
def add_signatory(organization_id: int) -> ResponseReturnValue:
    """Add a person who may sign for the organization."""
    shown = load(Organization, organization_id)
    form = SignatoryForm()
    if form.validate():
        actor, now, session = signed_in().person.name, database.now(), database.session()
        try:
            person = operations.add_person(
                session,
                name=form.name.data,
                title=form.title.data or "",
                email=form.email.data,
                organization=shown,
                actor=actor,
                now=now,
            )
            operations.add_signatory(session, shown, person, authority=form.authority.data or "", actor=actor, now=now)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            flash(full_stop(f"{person.name} may now be asked to sign for {shown.name}"), "done")
            return redirect(url_for("members.organization", organization_id=shown.id), 303)
    return _page(shown, form=form), 422
