"""Bringing source documents: kept first, corrected by a person, then stored with their spans."""

import datetime as dt
import hashlib

import pytest
from sqlalchemy import func, select

from commenttrack.audit import AuditEvent
from commenttrack.errors import Refused
from commenttrack.positions import bringing, source_draft
from commenttrack.positions.models import Position, SourceDocument
from commenttrack.positions.operations import AlreadyKnownSource, NotInTheSource, revise_position

NOW = dt.datetime(2026, 3, 2, 15, 0, tzinfo=dt.UTC)
BY = {"actor": "Ada", "now": NOW}
PAPER = b"""# Principles for Pumps

1. Pumps need power. We urge the agency to say so in its rule.

2. Pumps need people. The agency should count them.

Current trends include:

- Many pumps stand still.
- Many pumpers are old.
"""


@pytest.fixture
def draft(session, storage):
    return bringing.begin_draft(session, PAPER, name="paper.md", storage=storage, **BY)


def change(session, draft, step, *arguments, **words):
    changed = step(bringing.outline_of(draft), *arguments, **words)
    bringing.change_draft(session, draft, changed, expected_revision=draft.revision)
    session.flush()
    return changed


def stored(session, draft, storage):
    session.flush()
    return bringing.import_draft(session, draft, storage=storage, expected_revision=draft.revision, **BY)


def test_nothing_is_stored_before_a_person_says_so(session, draft, storage):
    assert session.scalar(select(func.count()).select_from(SourceDocument)) == 0
    assert storage.get(draft.storage_key) == PAPER
    source = stored(session, draft, storage)
    assert [position.label for position in source.positions] == ["1", "2"]
    assert (source.storage_key, draft.source_document) == (draft.storage_key, source)


def test_a_file_that_cannot_be_read_is_kept_with_the_reason(session, storage):
    draft = bringing.begin_draft(session, b"%PDF-1.7 torn", name="torn.pdf", storage=storage, **BY)
    assert "torn.pdf" in draft.problem
    assert storage.get(draft.storage_key) == b"%PDF-1.7 torn"
    with pytest.raises(Refused, match=r"torn\.pdf"):
        bringing.outline_of(draft)


def test_what_a_person_corrected_is_what_is_stored_with_spans_that_hold(session, draft, storage):
    change(session, draft, source_draft.indent, 1)
    change(session, draft, source_draft.name, 1, label="1.x", heading="People")
    source = stored(session, draft, storage)
    text = bringing.text_behind(storage, source.text_key)
    second = source.positions[1]
    assert (second.label, second.parent.label, second.current.heading) == ("1.x", "1", "People")
    assert " ".join(text[second.start : second.end].split()) == second.current.quotation


def test_findings_are_kept_as_evidence_under_their_heading(session, draft, storage):
    assert [(passage.text, passage.evidence) for passage in stored(session, draft, storage).context][-2:] == [
        ("Many pumps stand still.", True),
        ("Many pumpers are old.", True),
    ]


def test_the_last_correction_can_be_taken_back(session, draft):
    before = draft.outline_json
    change(session, draft, source_draft.mark, 0, "context")
    bringing.step_back(session, draft, expected_revision=draft.revision)
    assert (draft.outline_json, draft.earlier_json) == (before, [])


def test_a_correction_on_an_outline_that_moved_meanwhile_is_refused(session, draft):
    seen = draft.revision
    change(session, draft, source_draft.mark, 0, "context")
    with pytest.raises(bringing.DraftChangedMeanwhile):
        bringing.change_draft(session, draft, bringing.outline_of(draft), expected_revision=seen)


def test_a_file_of_the_library_is_not_brought_again(session, draft, storage):
    stored(session, draft, storage)
    with pytest.raises(AlreadyKnownSource, match="Principles for Pumps"):
        bringing.begin_draft(session, PAPER, name="other.md", storage=storage, **BY)


def test_a_discarded_upload_leaves_its_digest_in_the_trail(session, draft):
    bringing.discard_draft(session, draft, expected_revision=draft.revision, **BY)
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "source document not imported")).one()
    assert event.details["sha256"] == hashlib.sha256(PAPER).hexdigest()


def test_the_command_line_keeps_file_and_text_too(session, storage):
    source = bringing.import_file(session, PAPER, name="paper.md", storage=storage, **BY)
    assert (storage.get(source.storage_key), bringing.text_behind(storage, source.text_key)) == (PAPER, PAPER.decode())


def test_a_third_partys_file_is_context_and_no_position(session, storage):
    article = (
        "Pump Daily\n\nNew Rule Draws Fire\n\n“We will fight it,” said Ann Lane, president of the Pump League.\n\n"
        "Lane said that prices would rise.\n\nThe agency said the plan was needed.\n"
    ).encode()
    draft = bringing.begin_draft(session, article, name="news.txt", storage=storage, **BY)
    with pytest.raises(Refused, match="never becomes a position"):
        source_draft.mark(bringing.outline_of(draft), 0, "position")
    source = stored(session, draft, storage)
    assert (source.coalition, bool(source.context)) == (False, True)
    assert session.scalar(select(func.count()).select_from(Position)) == 0


def test_a_quotation_must_stand_in_the_passage_that_states_the_position(session, draft, storage):
    source = stored(session, draft, storage)
    position, text = source.positions[0], bringing.text_behind(storage, source.text_key)
    words = {"heading": "Power", "statement": "Pumps must have power.", "source_text": text}
    version = revise_position(session, position, **words, quotation="We urge  the agency to say so", **BY)
    assert version.quotation == "We urge  the agency to say so"
    with pytest.raises(NotInTheSource, match="does not stand in the passage"):
        revise_position(session, position, **words, quotation="The agency should count them.", **BY)


def test_only_the_very_file_is_attached_to_a_source_known_by_its_digest(session, library, storage, shared):
    source = next(one for one in library if one.file_name.startswith("000"))
    data = (shared / "seeds" / source.file_name).read_bytes()
    with pytest.raises(Refused, match="SHA-256 differs"):
        bringing.attach_file(session, source, data + b"\n", name="x.txt", storage=storage, **BY)
    bringing.attach_file(session, source, data, name="x.txt", storage=storage, **BY)
    position = source.positions[2]
    assert "(a)" in bringing.text_behind(storage, source.text_key)[position.start : position.end]
