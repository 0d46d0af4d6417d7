"""What all forms share."""

import re
from collections.abc import Callable, Iterable
from typing import Any

from flask_wtf import FlaskForm
from wtforms import SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import StopValidation
from wtforms.widgets import CheckboxInput, ListWidget

from commenttrack.errors import Refused
from commenttrack.web import database

GREATEST_ROW = 2**31 - 1
"""The greatest number that PostgreSQL gives a row."""


class Form(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """A form that can show a refusal of an operation beside the errors of its own fields."""

    def refuse(self, refusal: Refused) -> None:
        """Undo what the operation had begun, and show its sentence above the form."""
        database.session().rollback()
        self.form_errors.append(str(refusal))


class CheckBoxes(SelectMultipleField):  # type: ignore[misc]  # WTForms has no types
    """Several choices as check boxes, which unlike a list box can be used on a phone and by everybody."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


def some(message: str) -> Callable[[Any, Any], None]:
    """A validator: at least one choice. WTForms' own would mark each check box as required."""

    def check(form: Any, field: Any) -> None:
        if not field.data:
            raise StopValidation(message)

    return check


_BREAKS = str.maketrans(dict.fromkeys("\v\f\x85\u2028\u2029", "\n"))
"""Other programs' line breaks come along with what is pasted; browsers send their own as two characters."""
_NO_TEXT = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]")
"""Characters that no typeface shows: a letter with one could be signed and then not be printed."""


def stripped(value: Any) -> Any:
    """A WTForms filter: text without the white space around it, and without what is no text; lines end in ``\\n``."""
    if not isinstance(value, str):
        return value
    return _NO_TEXT.sub("", value.replace("\r\n", "\n").replace("\r", "\n").translate(_BREAKS)).strip()


def options(pairs: Iterable[tuple[Any, str]]) -> list[SelectChoice]:
    """Choices of a field from values and labels."""
    return [SelectChoice(value, label) for value, label in pairs]


def row_number(value: str) -> int:
    """A number in a form that a row may have. Raises :class:`ValueError` for any other, for which no database looks."""
    if not re.fullmatch(r"[0-9]{1,10}", value) or int(value) > GREATEST_ROW:
        raise ValueError(f"no row has the number {value[:20]!r}")
    return int(value)


def lines(value: Any) -> list[str]:
    """The lines of a text field that hold anything."""
    return [line.strip() for line in str(stripped(value) or "").splitlines() if line.strip()]
