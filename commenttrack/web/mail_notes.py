"""The line of one's own that mails to members carry, and its place in a mail that is only looked at."""

from flask import request
from wtforms import TextAreaField
from wtforms.validators import Length

from commenttrack.web.forms import Form, stripped

NOTE = Length(max=2_000, message="Shorten the line: 2,000 characters fit.")


class NoteForm(Form):
    """The line, to be seen in its place."""

    class Meta:
        csrf = False  # it only asks for a page

    note = TextAreaField("A line of your own", filters=[stripped], validators=[NOTE])


def note_asked_for() -> str:
    """The line that the address of a page gives, as much of it as a mail can carry."""
    return request.args.get("note", "").strip()[: NOTE.max]
