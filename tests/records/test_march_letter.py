"""A real joint letter as a docket: the organizations that signed it in March 2025 join it again through their links."""

import datetime as dt
import re
import subprocess

import page
import pytest
from sqlalchemy import select

from commenttrack.filing.operations import build_packet
from commenttrack.letters.operations import add_part, freeze, start_letter
from commenttrack.members.models import OrganizationKind
from commenttrack.members.operations import add_organization, add_person, add_signatory
from commenttrack.outbox import OutgoingMail
from commenttrack.positions.source_documents import parse_text
from commenttrack.rulemaking.operations import import_rule
from commenttrack.signoffs.lifecycle import Decision
from commenttrack.signoffs.operations import decide, invite
from tests.factories import world

NOW = dt.datetime(2025, 3, 10, 15, 0, tzinfo=dt.UTC)
NOTICE = b"""<NOTICE>
<PREAMB><AGENCY TYPE="F">OFFICE OF SCIENCE AND TECHNOLOGY POLICY</AGENCY>
<SUBJECT>A Plan for Artificial Intelligence</SUBJECT>
<AGY><HD SOURCE="HED">AGENCY:</HD><P>Office of Science and Technology Policy.</P></AGY>
<ACT><HD SOURCE="HED">ACTION:</HD><P>Request for information.</P></ACT>
<DATES><HD SOURCE="HED">DATES:</HD><P>Comments must be received on or before March 15, 2025.</P></DATES></PREAMB>
<SUPLINF><HD SOURCE="HD1">Topics</HD><P>The Office asks what the plan should hold.</P></SUPLINF>
<FRDOC>[FR Doc. 2025-99999 Filed 2-5-25; 8:45 am]</FRDOC></NOTICE>"""


@pytest.fixture
def source(shared):
    return (shared / "seeds" / "004_0d5b40c5d37bcd28.txt").read_text(encoding="utf-8")


@pytest.fixture
def names(source):
    """Who signed, in the order of the source: the lines under its closing."""
    return [line.strip() for line in source.partition("Sincerely,")[2].splitlines() if line.strip()]


@pytest.fixture
def letter(session, source, storage):
    """The letter's head and words, in a docket of their own."""
    head, _, body = source.partition("Dear Mr. President:")
    date, addressee = [block.splitlines() for block in re.split(r"\n\s*\n", head.strip())]
    document = import_rule(session, NOTICE, name="notice.xml", storage=storage, actor="Staff", now=NOW)
    lead = world.organization(session, "U.S. Chamber of Commerce", kind=OrganizationKind.LEAD)
    made = start_letter(
        session,
        document,
        lead=lead,
        head={
            "date": date[0],
            "to": [addressee],
            "salutation": "Dear Mr. President:",
            "closing": "Sincerely,",
            "order": "alphabetical",
        },
        title="Joint letter on AI leadership abroad",
        actor="Staff",
        now=NOW,
    )
    words = body.partition("Sincerely,")[0].strip()
    add_part(session, made, heading="", text=words, actor="Staff", now=NOW)
    return made


def asked(session, letter, name, settings):
    """Ask an organization; returns its signer and the token out of the mail."""
    organization = letter.lead if name == letter.lead.name else None
    if organization is None:
        organization = add_organization(session, name=name, kind=OrganizationKind.MEMBER, actor="Staff", now=NOW)
    address = f"signer{organization.id}@example.org"
    person = add_person(
        session, name=f"Signer {organization.id}", email=address, organization=organization, actor="S", now=NOW
    )
    add_signatory(session, organization, person, actor="Staff", now=NOW)
    invite(session, letter, organization, person, actor="Staff", now=NOW, settings=settings)
    mail = session.scalars(select(OutgoingMail).order_by(OutgoingMail.id.desc())).first()
    assert mail.to_email == address
    return person, mail.secret


def test_the_fourteen_organizations_of_the_march_letter_join_by_link_and_print_in_its_order(
    session, letter, names, source, storage, tmp_path
):
    assert len(names) == 14
    assert [one.organization for one in parse_text(source, stem="004").signatories] == names
    version = freeze(session, letter, storage=storage, actor="Staff", now=NOW)
    settings = world.settings(tmp_path)
    # They answer in an order of their own; the block has the letter’s, down its columns.
    for name in [*names[7:], *reversed(names[:7])]:
        person, token = asked(session, letter, name, settings)
        decide(session, token, version=version, decision=Decision.JOINED, name=person.name, now=NOW)
    filing = build_packet(session, version, storage=storage, actor="Staff", now=NOW)
    path = tmp_path / "letter.pdf"
    path.write_bytes(next(storage.get(file.storage_key) for file in filing.files if file.name == "letter.pdf"))
    assert page.validate_pdf(str(path), profile=page.ValidationProfile.PDF_UA_1).is_compliant
    printed = subprocess.run(
        ["pdftotext", "-raw", "-enc", "UTF-8", path, "-"], capture_output=True, check=True
    ).stdout.decode()
    block = " ".join(printed.rpartition("Sincerely,")[2].split())
    places = [block.find(name) for name in names]
    assert -1 not in places, block
    assert places == sorted(places), block
    assert "help realize AI's full potential for our country" in " ".join(printed.replace("’", "'").split())
