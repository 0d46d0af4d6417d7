"""A file of the mapping that came back: kept, looked at, and applied as a whole or not at all."""

import datetime as dt
import io

import openpyxl
import pytest
from sqlalchemy import select

from commenttrack.audit import AuditEvent
from commenttrack.errors import Refused
from commenttrack.positions import exchanging, mapping
from commenttrack.positions.exchange import DUE, OWNER, POSITION, PROVISION, REASON, SHEET, SOURCE, STANCE
from commenttrack.positions.models import ExchangeUpload, Position, ProvisionAssignment, ProvisionPosition
from commenttrack.positions.stances import Stance

NOW = dt.datetime(2026, 3, 2, 15, 0, tzinfo=dt.UTC)
BY = {"actor": "Ada", "now": NOW}


@pytest.fixture
def link(session, document, library, lead):
    position = session.scalars(select(Position).where(Position.label == "3(b)").order_by(Position.id)).first()
    provision = mapping.provisions_to_cover(session, document)[0]
    made = mapping.map_position(
        session, provision, position, stance=Stance.OPPOSE, reason="Because.", grounds=["arbitrary"], **BY
    )
    session.commit()
    return made


def edited(data, change):
    """The workbook with cells changed by column name: {(row, name): value}; rows count from 2."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    sheet = book[SHEET]
    names = {cell.value: cell.column for cell in sheet[1]}
    for (row, name), value in change.items():
        if name not in names:
            names[name] = sheet.max_column + 1
            sheet.cell(1, names[name], name)
        sheet.cell(row, names[name], value)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def bring(session, document, storage, data):
    upload = exchanging.keep_upload(session, document, data=data, file_name="m.xlsx", storage=storage, **BY)
    session.commit()
    return upload


def apply(session, upload, storage, **more):
    digest = exchanging.preview_of(session, upload, storage=storage).digest
    return exchanging.apply(session, upload, storage=storage, digest=digest, **BY, **more)


def test_a_change_and_a_new_row_are_applied_with_owner_and_day(session, document, link, storage, lead):
    second = mapping.provisions_to_cover(session, document)[1]
    out = exchanging.exported_xlsx(session, document, now=NOW)
    new = {PROVISION: second.label, POSITION: link.position.label, SOURCE: link.position.source_document.title}
    new |= {STANCE: "Support"}
    own = {REASON: "Because of cost.", OWNER: lead.people[0].name, DUE: dt.date(2026, 3, 18), "Note": "=hm"}
    cells = {(2, name): value for name, value in own.items()} | {(3, name): value for name, value in new.items()}
    upload = bring(session, document, storage, edited(out, cells))
    preview = exchanging.preview_of(session, upload, storage=storage)
    assert [(each.row, each.column) for each in preview.troubles] == [(2, "Q")]  # the formula in a column of their own
    done = apply(session, upload, storage)
    session.commit()
    assert (done.mapped, done.changed, done.assigned) == (1, 1, 1)
    assert link.reason == "Because of cost."
    assert link.grounds == ["arbitrary"]
    [mapped] = session.scalars(select(ProvisionPosition).where(ProvisionPosition.provision_id == second.id))
    assert mapped.accepted_by == "Ada"
    [work] = session.scalars(select(ProvisionAssignment))
    assert (work.owner, work.due) == (lead.people[0], dt.date(2026, 3, 18))
    assert session.scalars(select(AuditEvent.action)).all().count("mapping file applied") == 1


def test_columns_of_other_people_come_back_in_the_next_export(session, document, link, storage):
    back = edited(exchanging.exported_xlsx(session, document, now=NOW), {(2, "Counsel"): "fine", (2, REASON): "New."})
    apply(session, bring(session, document, storage, back), storage)
    session.commit()
    book = openpyxl.load_workbook(io.BytesIO(exchanging.exported_xlsx(session, document, now=NOW)))
    assert [cell.value for cell in book[SHEET]["Q"]] == ["Counsel", "fine"]
    assert b'"Counsel"' in exchanging.exported_csv(session, document)


def test_what_moved_between_looking_and_applying_is_not_applied(session, document, link, storage):
    back = edited(exchanging.exported_xlsx(session, document, now=NOW), {(2, REASON): "Because of cost."})
    upload = bring(session, document, storage, back)
    digest = exchanging.preview_of(session, upload, storage=storage).digest
    link.reason = "Because of time."
    session.commit()
    with pytest.raises(exchanging.MovedMeanwhile):
        exchanging.apply(session, upload, storage=storage, digest=digest, **BY)
    assert link.reason == "Because of time."


@pytest.mark.parametrize(("take", "reason", "left"), [((), "Because of time.", 1), ((2,), "Because of cost.", 0)])
def test_a_conflict_takes_the_text_that_a_person_chose(session, document, link, storage, take, reason, left):
    back = edited(
        exchanging.exported_xlsx(session, document, now=NOW), {(2, REASON): "Because of cost.", (2, "N"): "x"}
    )
    link.reason = "Because of time."
    session.commit()
    assert apply(session, bring(session, document, storage, back), storage, take=take).left == left
    assert link.reason == reason


def test_a_refusal_in_the_middle_leaves_nothing_behind(session, document, link, storage, monkeypatch):
    second = mapping.provisions_to_cover(session, document)[1]
    new = {PROVISION: second.label, POSITION: link.position.label, SOURCE: link.position.source_document.title}
    back = edited(
        exchanging.exported_xlsx(session, document, now=NOW),
        {(2, REASON): "Because of cost."} | {(3, name): value for name, value in {**new, STANCE: "Support"}.items()},
    )
    upload = bring(session, document, storage, back)
    monkeypatch.setattr(mapping, "map_position", lambda *args, **more: (_ for _ in ()).throw(Refused("No.")))
    with pytest.raises(Refused, match="No"):
        apply(session, upload, storage)
    session.rollback()
    assert link.reason == "Because."
    assert upload.applied_at is None


def test_a_file_is_applied_once(session, document, link, storage):
    back = edited(exchanging.exported_xlsx(session, document, now=NOW), {(2, REASON): "Because of cost."})
    upload = bring(session, document, storage, back)
    apply(session, upload, storage)
    with pytest.raises(exchanging.NothingToApply, match="already"):
        apply(session, upload, storage)


def test_a_file_that_says_what_stands_changes_nothing(session, document, link, storage):
    upload = bring(session, document, storage, exchanging.exported_csv(session, document))
    with pytest.raises(exchanging.NothingToApply):
        apply(session, upload, storage)


def test_a_file_that_cannot_be_read_is_kept_with_the_reason(session, document, link, storage):
    upload = bring(session, document, storage, b"Name,Phone\r\nAda,1\r\n")
    assert "No row with the columns" in session.get_one(ExchangeUpload, upload.id).problem
    assert storage.get(upload.storage_key) == b"Name,Phone\r\nAda,1\r\n"
