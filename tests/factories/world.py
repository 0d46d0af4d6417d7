"""Plain functions that build the world a test needs, each asking only for what the test is about."""

import datetime as dt
import itertools
from pathlib import Path

from sqlalchemy.orm import Session

from commenttrack.config import Settings
from commenttrack.letters.models import Letter, LetterPart, LetterVersion, PartKind
from commenttrack.members.models import Organization, OrganizationKind, Person
from commenttrack.members.models import Signatory as SignatoryRow
from commenttrack.rulemaking.models import CommentDate, Docket, DocketIdentifier, DocumentKind, RuleDocument
from commenttrack.wording import wording_digest

NOW = dt.datetime(2026, 3, 2, 15, 0, tzinfo=dt.UTC)
"""A Monday, 10 a.m. in Washington."""
_numbers = itertools.count(1)


def settings(folder: Path, **values: str) -> Settings:
    """Settings of an installation whose data lies in ``folder``."""
    return Settings.from_environment({"COMMENTTRACK_DATA": str(folder), "COMMENTTRACK_SECRET_KEY": "k" * 40, **values})


def organization(
    session: Session, name: str | None = None, *, kind: OrganizationKind = OrganizationKind.MEMBER
) -> Organization:
    made = Organization(name=name or f"Organization {next(_numbers)}", kind=kind, created_at=NOW)
    session.add(made)
    session.flush()
    return made


def person(
    session: Session, organization: Organization | None = None, *, name: str = "Ada Signer", email: str | None = ""
) -> Person:
    """A person with an address of their own; ``email=None`` makes one without."""
    made = Person(
        name=name,
        title="President",
        email=f"person{next(_numbers)}@example.org" if email == "" else email,
        organization=organization,
        created_at=NOW,
    )
    session.add(made)
    session.flush()
    return made


def signer(session: Session, organization: Organization, **values: str | None) -> Person:
    """A person who may sign for an organization."""
    made = person(session, organization, **values)  # type: ignore[arg-type]
    session.add(SignatoryRow(organization=organization, person=made))
    session.flush()
    return made


def docket(
    session: Session,
    *,
    title: str = "Safeguards for Exports",
    illustrative: bool = False,
    internal_deadline: dt.date | None = dt.date(2026, 3, 20),
    comment_date: dt.date | None = dt.date(2026, 3, 27),
    time: str | None = "17:00",
    identifier: str = "DOC-2026-0001",
) -> Docket:
    made = Docket(title=title, illustrative=illustrative, internal_deadline=internal_deadline, created_at=NOW)
    made.identifiers.append(DocketIdentifier(identifier=identifier))
    if comment_date:
        made.comment_dates.append(
            CommentDate(
                date=comment_date,
                time=time,
                zone="America/New_York",
                purpose="comments",
                source="DATES",
                computed=False,
                text="",
            )
        )
    session.add(made)
    session.flush()
    return made


def document(session: Session, docket: Docket, *, agency: str = "Department of Commerce") -> RuleDocument:
    made = RuleDocument(
        docket=docket,
        kind=DocumentKind.PROPOSED_RULE,
        title=docket.title,
        document_number="2026-01580",
        start_page=5698,
        end_page=5712,
        metadata_json={
            "kind": "proposed_rule",
            "title": docket.title,
            "action": "Proposed rule.",
            "document_number": "2026-01580",
            "agencies": [{"name": agency, "subagency": ""}],
            "docket_ids": [identifier.identifier for identifier in docket.identifiers],
            "rins": [],
            "cfr": [],
            "start_page": 5698,
            "end_page": 5712,
            "comment_dates": [],
        },
        leftovers_json={"instructions": [], "unparsed": []},
        source_name="rule.xml",
        source_sha256=f"{next(_numbers):064x}",
        source_key="00/00",
        imported_at=NOW,
    )
    session.add(made)
    session.flush()
    return made


def part(
    key: str,
    *,
    heading: str | None = None,
    text: str | None = None,
    level: int = 1,
    kind: PartKind = PartKind.COMMENT,
    requested_text: str = "",
) -> LetterPart:
    """A part that is not in a letter yet; its heading and text are made from its key unless given."""
    heading = f"Heading {key}" if heading is None else heading
    text = f"What we say in part {key}." if text is None else text
    return LetterPart(
        key=key,
        place=0,
        kind=kind,
        heading=heading,
        level=level,
        text=text,
        requested_text=requested_text,
        included=True,
        wording_digest=wording_digest(heading, text, requested_text),
        edited_by="",
        updated_at=NOW,
    )


def letter(
    session: Session,
    *parts: LetterPart,
    docket: Docket | None = None,
    lead: Organization | None = None,
    document: RuleDocument | None = None,
) -> Letter:
    """A letter of the given parts, or of three parts a, b and c."""
    docket = docket or globals()["docket"](session)
    made = Letter(
        docket=docket,
        rule_document=document or globals()["document"](session, docket),
        lead=lead or organization(session, kind=OrganizationKind.LEAD),
        title="Comments on Safeguards for Exports",
        texts_json={},
        head_json={"date": "March 2, 2026", "re": ["Safeguards for Exports", "Docket No. DOC-2026-0001"]},
        created_at=NOW,
    )
    for place, each in enumerate(parts or (part("a"), part("b"), part("c"))):
        each.place = place
        made.parts.append(each)
    session.add(made)
    session.flush()
    return made


def version(session: Session, letter: Letter) -> LetterVersion:
    """Freeze the letter as it stands, without the checks against the rule."""
    from commenttrack.letters.recorded_content import numbered

    made = LetterVersion(
        number=len(letter.versions) + 1,
        head_json=letter.head_json,
        parts_json=[
            {
                "key": entry.part.key,
                "number": entry.number,
                "heading": entry.part.heading,
                "level": entry.part.level,
                "text": entry.part.text,
                "requested_text": entry.part.requested_text,
                "provisions": [],
                "digest": entry.part.wording_digest,
            }
            for entry in numbered(letter)
        ],
        frozen_by="Test",
        frozen_at=NOW,
    )
    letter.versions.append(made)
    session.flush()
    return made


def reword(session: Session, letter: Letter, key: str, text: str) -> None:
    """Change the text of one part, as an editor would."""
    for each in letter.parts:
        if each.key == key:
            each.text = text
            each.wording_digest = wording_digest(each.heading, text, each.requested_text)
    session.flush()
