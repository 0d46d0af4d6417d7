"""The issue-preservation report: what the record holds of each objection, and what is missing."""

import io
import json

import openpyxl
import pikepdf
import pytest
from sqlalchemy import event, select

from commenttrack.filing import issue_report as reports
from commenttrack.filing.issue_report import issue_report
from commenttrack.filing.issue_report_files import report_pdf, report_xlsx
from commenttrack.letters.models import LetterPartLink
from commenttrack.outbox import OutgoingMail
from commenttrack.positions.mapping import map_position
from commenttrack.positions.models import Position
from commenttrack.positions.stances import Stance
from commenttrack.rulemaking.models import Provision, ProvisionKind
from commenttrack.signoffs.lifecycle import Decision
from commenttrack.signoffs.operations import decide, invite
from commenttrack.wording import wording_digest
from tests.factories import world

WORDS = "Ten years of records cost small exporters more than they save anybody."


class Record:
    """A rule of three provisions; objections to (a), in the letter, and (b), in no part; support of (c)."""

    def __init__(self, session, library, tmp_path):
        self.session, self.settings = session, world.settings(tmp_path)
        self.docket = world.docket(session)
        self.document = world.document(session, self.docket)
        self.document.metadata_json = {**self.document.metadata_json, "fr_citation": "91 FR 5698"}
        position = session.scalars(select(Position).order_by(Position.id)).first()
        self.links = {}
        for place, (key, stance) in enumerate((("a", Stance.OPPOSE), ("b", Stance.OPPOSE), ("c", Stance.SUPPORT))):
            provision = Provision(
                rule_document=self.document, key=key, place=place, kind=ProvisionKind.PARAGRAPH, number=f"({key})",
                label=f"15 CFR 7.2({key})", heading="", text=f"Text {key}.", pages=[5701],
                wording_digest=wording_digest("", f"Text {key}."), details_json={},
            )  # fmt: skip
            session.add(provision)
            self.links[key] = map_position(
                session, provision, position, stance=stance, reason=WORDS, actor="A test", now=world.NOW
            )
        self.lead = world.organization(session, "Marrow Trade Council")
        self.letter = world.letter(
            session,
            world.part("costs", heading="Records", text=f"> The agency’s words.\n\nWe object. {WORDS}"),
            world.part("other"),
            docket=self.docket,
            document=self.document,
            lead=self.lead,
        )
        self.letter.parts[0].links.append(LetterPartLink(provision_position=self.links["a"], upstream_digest="x"))
        session.flush()

    def freeze(self):
        return world.version(self.session, self.letter)

    def joined(self, name, version, decision=Decision.JOINED, **values):
        member = world.organization(self.session, name)
        signer = world.signer(self.session, member)
        invite(self.session, self.letter, member, signer, actor="S", now=world.NOW, settings=self.settings)
        token = self.session.scalars(select(OutgoingMail).order_by(OutgoingMail.id.desc())).first().secret
        decide(self.session, token, version=version, decision=decision, name="A", now=world.NOW, **values)

    def report(self):
        return issue_report(self.session, self.document, self.letter, now=world.NOW)


@pytest.fixture
def record(session, library, tmp_path):
    return Record(session, library, tmp_path)


def test_an_objection_shows_its_page_part_words_and_who_signed_that_part(record):
    record.links["a"].grounds = ["arbitrary", "cost_benefit"]
    version = record.freeze()
    record.joined("Acme", version)
    record.joined("Beta", version, Decision.JOINED_WITH_RESERVATION, excepted={"costs"})
    found = record.report().objections[0]
    assert (found.provision, found.citation) == ("15 CFR 7.2(a)", "91 FR 5698, 5701")
    assert found.grounds == ("Arbitrary", "Cost-benefit")
    assert found.part.endswith("Records")
    assert found.quote == WORDS
    assert found.signed == ("Acme",)
    assert len(found.excepted) == 1
    assert found.excepted[0].startswith("Beta (except")
    assert found.missing == ()


def test_what_supports_is_no_objection_until_it_names_a_ground(record):
    assert [each.provision[-3:] for each in record.report().objections] == ["(a)", "(b)"]
    record.links["c"].grounds = ["inadequate_notice"]
    assert [each.provision[-3:] for each in record.report().objections] == ["(a)", "(b)", "(c)"]


def test_what_is_missing_is_said(record):
    assert reports.NOT_FROZEN in record.report().objections[0].missing
    version = record.freeze()
    first, second = record.report().objections
    assert first.missing == (reports.NO_GROUND, reports.NOBODY)
    assert second.missing == (reports.NO_GROUND, reports.NOT_IN_LETTER)
    record.joined("Acme", version)
    record.links["a"].grounds = ["other"]
    record.links["a"].reason = "Something that the letter nowhere puts into words."
    assert record.report().objections[0].missing == (reports.NO_SENTENCE,)
    assert record.report().incomplete == 2


def test_who_joined_another_wording_does_not_count(record):
    record.joined("Acme", record.freeze())
    world.reword(record.session, record.letter, "costs", f"Otherwise. {WORDS}")
    record.freeze()
    assert record.report().objections[0].signed == ()


def test_the_digest_knows_when_the_record_moved_and_not_when_time_did(record):
    version = record.freeze()
    before = record.report().digest
    later = issue_report(record.session, record.document, record.letter, now=world.NOW.replace(year=2027))
    assert later.digest == before
    record.joined("Acme", version)
    assert record.report().digest != before


def test_the_number_of_queries_does_not_grow_with_the_objections(record, engine):
    seen = []
    version = record.freeze()
    for name in ("A", "B", "C"):
        record.joined(name, version)
    record.session.commit()
    record.session.expire_all()
    event.listen(engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
    assert record.report().objections[0].signed == ("A", "B", "C")
    assert len(seen) <= 30


def test_a_report_without_a_letter_lists_the_objections(record, session):
    record.lead.kind = "lead"
    found = issue_report(session, record.document, None, now=world.NOW)
    assert (found.version, len(found.objections), found.association) == (0, 2, "Marrow Trade Council")


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_files_say_what_the_report_says(record):
    record.links["a"].grounds = ["paperwork"]
    record.joined("Acme", record.freeze())
    report = record.report()
    book = openpyxl.load_workbook(io.BytesIO(report_xlsx(report, stamp=world.NOW)))
    assert [cell.value for cell in book["Objections"]["H"]] == ["Words of the letter", WORDS, ""]
    assert book["Grounds"]["B5"].value == 1
    data = report_pdf(report, stamp=world.NOW)
    assert data == report_pdf(report, stamp=world.NOW)
    with pikepdf.open(io.BytesIO(data)) as made:
        attached = json.loads(made.attachments["issues.json"].get_file().read_bytes())
        assert made.Root.MarkInfo.Marked
    assert attached["format"] == "commenttrack-issues/1"
    assert attached["objections"][0]["quote"] == WORDS
