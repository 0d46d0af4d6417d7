"""Letters of random shapes: nothing is lost, and each is accessible. The heavy ones are 100 letters of 50 pages."""

import page
import pytest
from letter_shapes import fifty_pages, missing_marks, real_shape


def whole_and_accessible(printed, text):
    made = printed(text)
    assert missing_marks(text, made.text()) == []
    result = page.validate_pdf(str(made.path), profile=page.ValidationProfile.PDF_UA_1)
    assert result.is_compliant, result


@pytest.mark.parametrize("seed", range(6))
def test_letters_as_they_come_keep_every_mark_and_are_accessible(printed, seed):
    whole_and_accessible(printed, real_shape(seed))


def test_what_is_missing_would_be_noticed():
    text = real_shape(0)
    assert missing_marks(text, text) == []
    assert missing_marks(text, text.replace("Text3x1mark1", "Text3x1mark")) == ["Text3x1mark1"]


@pytest.mark.heavy
@pytest.mark.parametrize("seed", range(100))
def test_a_letter_of_fifty_pages_loses_no_note_and_no_paragraph(printed, seed):
    whole_and_accessible(printed, fifty_pages(seed))


@pytest.mark.heavy
@pytest.mark.parametrize("seed", range(6, 60))
def test_more_letters_as_they_come(printed, seed):
    whole_and_accessible(printed, real_shape(seed))
