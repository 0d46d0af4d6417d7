"""What stands around a letter's body: letterhead, agencies, leads, look; and the exhibits behind it."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.file import FileField
from sqlalchemy import select
from wtforms import BooleanField, HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import Length

from commenttrack.errors import Refused
from commenttrack.filing import limits
from commenttrack.letters import exhibit_parts, house_styles, operations
from commenttrack.letters.attachments import attachments_of
from commenttrack.letters.leads import MAY_LEAD
from commenttrack.letters.own_words import own_words
from commenttrack.letters.pictured import add_picture
from commenttrack.members.models import Organization
from commenttrack.members.names import name_key
from commenttrack.members.permissions import Permission
from commenttrack.web import database
from commenttrack.web.access import requires, signed_in
from commenttrack.web.forms import CheckBoxes, Form, lines, options, row_number, stripped
from commenttrack.web.letters import letter_with_parts
from commenttrack.web.pages import letter_frame, load

letter_heads = Blueprint("letter_heads", __name__)

_HEAD = "/dockets/<int:docket_id>/draft"


class LookForm(Form):
    """How a letter looks: of one letter, or of an association's letters."""

    logo = FileField("Logo")
    logo_alt = StringField("What the logo shows", filters=[stripped], validators=[Length(max=300)])
    without_logo = BooleanField("No logo")
    fonts = SelectField(
        "Type",
        choices=options(
            [
                ("serif", "Text in Source Serif, headings in Source Sans"),
                ("sans", "All in Source Sans"),
                ("serif-throughout", "All in Source Serif"),
            ]
        ),
    )
    citations = SelectField(
        "Citations",
        choices=options([("ofr", "Federal Register: 89 FR 5698"), ("bluebook", "Bluebook: 89 Fed. Reg. 5698")]),
    )
    order = SelectField(
        "Order of signatures", choices=options([("alphabetical", "Alphabetical"), ("lead-first", "Leads first")])
    )
    signature_blocks = SelectField(
        "Signature blocks",
        choices=options([("together", "All together"), ("by-lead", "Each lead its own, the others below")]),
    )
    signature_columns = SelectField(
        "Columns of signatures",
        choices=options([("auto", "By their number"), ("1", "One"), ("2", "Two"), ("3", "Three")]),
    )
    numbering = SelectField(
        "Numbers of headings",
        choices=options([("outline", "I., A., 1., (a)"), ("decimal", "1, 1.1, 1.1.1"), ("none", "None")]),
    )
    redline_words = SelectField(
        "“Delete” and “insert” in requested text",
        choices=options([("hidden", "For screen readers only"), ("shown", "Printed as words")]),
    )
    exhibits = SelectField("Exhibits", choices=options([("letters", "Exhibit A, B"), ("numbers", "Exhibit 1, 2")]))
    toc = BooleanField("Table of contents")
    requests_table = BooleanField("Summary table of requests")


_LOOK_STYLE = ("fonts", "citations", "order", "numbering")
_LOOK_CHOICES = ("signature_blocks", "redline_words", "exhibits")


def _look_fields(head: dict[str, Any]) -> dict[str, Any]:
    style = head.get("house_style", {})
    look = {key: style.get(key) for key in _LOOK_STYLE} | {key: head.get(key) for key in _LOOK_CHOICES}
    # The head's own word on these two comes before that of the house style.
    look |= {key: head[key] for key in ("citations", "order") if key in head}
    return {
        **{key: value for key, value in look.items() if value},
        "signature_columns": str(head.get("signature_columns", "auto")),
        "toc": head.get("toc", False),
        "requests_table": head.get("requests_table", True),
    }


def _look_of(form: LookForm) -> dict[str, Any]:
    columns = form.signature_columns.data
    return {
        "house_style": {key: form[key].data for key in _LOOK_STYLE},
        **{key: form[key].data for key in _LOOK_CHOICES},
        "signature_columns": columns if columns == "auto" else int(columns),
        "toc": bool(form.toc.data),
        "requests_table": bool(form.requests_table.data),
    }


# ---------------------------------------------------------------------------------------------- an association's look


class HouseStyleForm(LookForm):
    """How the letters of an association look."""

    seen = HiddenField()
    # When what the page shows was set.


def _show_stored(form: LookForm, sentence: str, stored: dict[str, Any]) -> None:
    """Of what somebody else stored meanwhile, show beside each field that differs what is stored; nothing is lost."""
    form.form_errors.append(
        f"{sentence} Nothing of yours is stored yet. Where yours differs, what is stored stands beside it: "
        "correct yours, then keep it."
    )
    for name, value in stored.items():
        typed = form[name].data
        if isinstance(value, str) and stripped(typed or "") != value.strip():
            labels = {choice.value: choice.label for choice in getattr(form[name], "choices", None) or ()}
            form[name].errors = [*form[name].errors, f"Stored: {labels.get(value, value) or 'nothing'}"]
        elif isinstance(value, list) and list(typed or ()) != value:
            form[name].errors = [*form[name].errors, f"Stored: {', '.join(value) or 'nothing'}"]
        elif isinstance(value, bool) and bool(typed) != value:
            form[name].errors = [*form[name].errors, f"Stored: {'on' if value else 'off'}"]


@letter_heads.route("/organizations/<int:organization_id>/house-style", methods=["GET", "POST"])
@requires(Permission.DRAFT)
def house_style(organization_id: int) -> ResponseReturnValue:
    """How the letters look that an association leads; letters that were started keep theirs."""
    organization, session = load(Organization, organization_id), database.session()
    style = house_styles.style_of(session, organization)
    fields = _look_fields(style.head_json) | {"logo_alt": style.logo_alt} if style else {}
    seen = style.changed_at.isoformat() if style else "nothing"
    form = HouseStyleForm(data={**fields, "seen": seen})
    if form.validate_on_submit() and form.seen.data != seen:
        _show_stored(form, "Somebody set the house style while you were editing it.", fields)
        form.seen.data = seen
    elif form.validate_on_submit():
        file = form.logo.data
        try:
            house_styles.set_style(
                session,
                organization,
                _look_of(form),
                logo=house_styles.Upload(file.filename or "logo", file.read()) if file else None,
                without_logo=bool(form.without_logo.data),
                logo_alt=form.logo_alt.data or "",
                storage=database.house().storage,
                actor=signed_in().person.name,
                now=database.now(),
            )
        except Refused as refusal:
            form.refuse(refusal)
        else:
            flash("The house style is kept. Letters that start from now on take it over.", "done")
            return redirect(url_for("letter_heads.house_style", organization_id=organization_id), 303)
    page = render_template("web/letters/house_style.html", organization=organization, style=style, form=form)
    return page, 422 if form.is_submitted() else 200


# -------------------------------------------------------------------------------------------------- one letter's head


class HeadForm(LookForm):
    """What stands around the body of the letter, and how it looks."""

    revision = IntegerField(widget=HiddenField.widget)
    name = StringField("Name in the letterhead", filters=[stripped])
    tagline = StringField("Line under the name", filters=[stripped])
    address = TextAreaField("Address")
    date = StringField("Date", filters=[stripped])
    via = StringField("Via", filters=[stripped])
    to = TextAreaField("Addressees")
    re = TextAreaField("Re:")
    salutation = StringField("Salutation", filters=[stripped])
    closing = StringField("Closing", filters=[stripped])
    contact = TextAreaField("Contact", filters=[stripped])
    leads = CheckBoxes("Leads beside the first", coerce=str, choices=[])
    second_lang = StringField("Second language", filters=[stripped], validators=[Length(max=35)])
    second_layout = SelectField(
        "Where the second language stands",
        choices=options([("after", "After the first"), ("side-by-side", "Side by side with the first")]),
    )
    second_heading = StringField("Heading above the second text", filters=[stripped], validators=[Length(max=300)])
    second_re = TextAreaField("Re: in the second language")
    second_salutation = StringField("Salutation in the second language", filters=[stripped])
    second_closing = StringField("Closing in the second language", filters=[stripped])
    lang = StringField("Language of the letter", filters=[stripped], validators=[Length(max=35)])
    annex = StringField("Annex that describes each organization", filters=[stripped], validators=[Length(max=200)])


@letter_heads.route(f"{_HEAD}/head", methods=["GET", "POST"])
@requires(Permission.DRAFT)
def head(docket_id: int) -> ResponseReturnValue:
    """Edit letterhead, date, agencies, leads and look."""
    _, letter = letter_frame(docket_id)
    session = database.session()
    form = HeadForm(data={**_head_fields(letter.head_json), "revision": letter.revision})
    others = session.scalars(
        select(Organization.name).where(Organization.kind.in_(MAY_LEAD), Organization.id != letter.lead_id)
    )
    form.leads.choices = options((name, name) for name in sorted(others, key=name_key))
    if form.validate_on_submit():
        actor, now = signed_in().person.name, database.now()
        try:
            new = _head_of(form, letter.head_json, letter.lead.name)
            if form.logo.data:
                file = form.logo.data
                row = add_picture(
                    session, letter, file.read(), file_name=file.filename or "logo.png",
                    storage=database.house().storage, actor=actor, now=now,
                )  # fmt: skip
                new["letterhead"] = {**new.get("letterhead", {}), "logo": row.name}
            operations.edit_head(session, letter, new, expected_revision=form.revision.data, actor=actor, now=now)
        except operations.HeadEditedMeanwhile as conflict:
            session.rollback()
            _show_stored(form, str(conflict), _head_fields(letter.head_json))
            form.revision.raw_data = [str(letter.revision)]
        except Refused as refusal:
            form.refuse(refusal)
        else:
            return redirect(url_for("letters.draft", docket_id=docket_id), 303)
    logo = letter.head_json.get("letterhead", {}).get("logo", "")
    return render_template(
        "web/letters/head.html", form=form, letter=letter, logo=logo
    ), 422 if form.is_submitted() else 200


_HEAD_TEXTS = ("date", "via", "salutation", "closing", "contact", "lang")
_SECOND_TEXTS = ("lang", "heading", "salutation", "closing")


def _head_fields(head: dict[str, Any]) -> dict[str, Any]:
    letterhead = head.get("letterhead", {})
    leads = head.get("lead", [])
    annex = head.get("annex_of_signatories", "")
    return {
        **_look_fields(head),
        **{key: head.get(key, "") for key in _HEAD_TEXTS},
        "name": letterhead.get("name", ""),
        "tagline": letterhead.get("tagline", ""),
        "address": "\n".join(letterhead.get("address", [])),
        "logo_alt": letterhead.get("logo_alt", ""),
        "to": "\n\n".join(_addressee_text(block) for block in head.get("to", [])),
        "re": "\n".join(head.get("re", [])),
        "leads": leads[1:] if isinstance(leads, list) else [],
        "annex": own_words(head.get("lang") or "").about if annex is True else annex or "",
        **{f"second_{key}": (head.get("translation") or {}).get(key) or "" for key in _SECOND_TEXTS},
        "second_layout": (head.get("translation") or {}).get("layout", "after"),
        "second_re": "\n".join((head.get("translation") or {}).get("re", [])),
    }


def _addressee_text(block: Any) -> str:
    if not isinstance(block, dict):
        return "\n".join(block)
    attention = [f"Attention: {block['attention']}"] if block.get("attention") else []
    return "\n".join([*block["lines"], *attention, *(f"Re: {line}" for line in block.get("re", []))])


def _addressee(text: str) -> Any:
    """An agency's block: its lines, and those that begin with “Attention:” and “Re:”."""
    plain, attention, about = [], "", []
    for line in lines(text):
        mark, _, rest = line.partition(":")
        if mark.strip().lower() == "attention" and rest.strip():
            attention = rest.strip()
        elif mark.strip().lower() == "re" and rest.strip():
            about.append(rest.strip())
        else:
            plain.append(line)
    if not attention and not about:
        return plain
    return {"lines": plain, **({"attention": attention} if attention else {}), **({"re": about} if about else {})}


def _head_of(form: HeadForm, before: dict[str, Any], lead: str) -> dict[str, Any]:
    """The new head; keys that the form does not show stay."""
    blocks = (form.to.data or "").replace("\r\n", "\n").split("\n\n")
    old = before.get("letterhead", {})
    letterhead = {
        **({} if form.without_logo.data else {"logo": old.get("logo", "")}),
        "logo_alt": form.logo_alt.data or "",
        "name": form.name.data or "",
        "tagline": form.tagline.data or "",
        "address": lines(form.address.data),
    }
    new = {
        **{key: value for key, value in before.items() if key not in ("citations", "order", "lead")},
        **_look_of(form),
        **{key: form[key].data or "" for key in _HEAD_TEXTS},
        "letterhead": {key: value for key, value in letterhead.items() if value},
        "to": [_addressee(block) for block in blocks if lines(block)],
        "re": lines(form.re.data),
        "lead": [lead, *form.leads.data] if form.leads.data else [],
        "annex_of_signatories": form.annex.data or "",
        "translation": _second_of(form),
    }
    off = {} if form.requests_table.data else {"requests_table": False}  # the one flag that is on unless said otherwise
    return {key: value for key, value in new.items() if value not in ("", [], {}, False)} | off


def _second_of(form: HeadForm) -> dict[str, Any]:
    """The second language; empty for a letter in one."""
    if not form.second_lang.data:
        return {}
    texts = {key: form[f"second_{key}"].data or "" for key in _SECOND_TEXTS}
    values = {**texts, "layout": form.second_layout.data, "re": lines(form.second_re.data)}
    return {key: value for key, value in values.items() if value}


# ------------------------------------------------------------------------------------------------------------ exhibits


@letter_heads.route(f"{_HEAD}/exhibits", methods=["GET", "POST"])
@requires(Permission.DRAFT)
def exhibits(docket_id: int) -> ResponseReturnValue:
    """Choose among the exhibits of the positions behind the letter; pictures are printed, other files go along."""
    letter, session = letter_with_parts(docket_id), database.session()
    offered = exhibit_parts.offered(session, letter)
    form = Form()
    if form.validate_on_submit():
        chosen = set(request.form.getlist("exhibit", type=row_number))
        try:
            part = exhibit_parts.put_in(
                session,
                letter,
                [each.exhibit for each in offered if each.exhibit.id in chosen],
                storage=database.house().storage,
                actor=signed_in().person.name,
                now=database.now(),
            )
        except Refused as refusal:
            form.refuse(refusal)
            letter = letter_with_parts(docket_id)
            offered = exhibit_parts.offered(session, letter)
        else:
            flash("The exhibits stand in the letter.", "done")
            return redirect(url_for("letters.part", docket_id=docket_id, part_id=part.id), 303)
    page = render_template(
        "web/letters/exhibits.html",
        form=form,
        offered=offered,
        attached=attachments_of(letter),
        limits=limits.load(database.house().settings.data),
    )
    return page, 422 if form.is_submitted() else 200
