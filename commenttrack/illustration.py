"""The illustrative docket: an invented rule, association and members, to see the program at work without a real one.

Everything it stores comes from seeds/demo and says that it is illustrative. The library of positions (seeds/positions)
is real: paraphrases of published documents, each bound to its source.
"""

import datetime as dt
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import holidays
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from commenttrack.letters.content import Letterhead
from commenttrack.letters.heads import ILLUSTRATIVE, head_for
from commenttrack.letters.models import Letter
from commenttrack.letters.operations import start_letter
from commenttrack.members.models import Organization, OrganizationKind, Person
from commenttrack.members.operations import add_organization, add_person, add_signatory
from commenttrack.positions.answers import answer_question
from commenttrack.positions.approval import with_approvals
from commenttrack.positions.mapping import links_of, map_position
from commenttrack.positions.models import AnswerState, Position, ProvisionPosition, SourceDocument
from commenttrack.positions.operations import AlreadyKnownSource, import_source
from commenttrack.positions.ranking import positions_in_use, provisions_for
from commenttrack.positions.source_files import read
from commenttrack.positions.stances import Stance
from commenttrack.positions.upkeep import approve_version, look_after
from commenttrack.resources import folder
from commenttrack.rulemaking.models import Question, RuleDocument
from commenttrack.rulemaking.operations import import_rule, parsed_rule
from commenttrack.storage import Storage
from commenttrack.wording import folded

_PLACEHOLDER = re.compile(r"\{\{(\w+):([^}]+)\}\}")


@dataclass(frozen=True, slots=True)
class Illustration:
    """The seed of the illustrative docket with its dates worked out for one day of loading."""

    seed: Mapping[str, Any]
    dates: Mapping[str, dt.date]

    @property
    def banner(self) -> str:
        """What every page about it says."""
        return str(self.seed["illustrative_text"])

    @property
    def instructed_by(self) -> str:
        """Who stands in the trail for what the illustrative association instructs."""
        return f"Instruction of {self.seed['association']['name']} (illustrative)"

    def has(self, document: RuleDocument) -> bool:
        """Whether a document is the illustrative rule, which alone the instructions and answers are about."""
        return bool(document.title == self.seed["rule"]["title"])

    def filled(self, text: str) -> str:
        """Text with its ``{{date:format}}`` placeholders filled (strftime)."""
        return _PLACEHOLDER.sub(lambda found: self.dates[found[1]].strftime(found[2]), text)

    def rule(self) -> bytes:
        """The illustrative rule's XML, dated."""
        path = folder("seeds") / "demo" / self.seed["rule"]["file"]
        return self.filled(path.read_text(encoding="utf-8")).encode()


def illustration(today: dt.date) -> Illustration:
    """The illustrative docket as loaded on ``today``."""
    seed = json.loads((folder("seeds") / "demo" / "docket.json").read_text(encoding="utf-8"))
    dates = {"loading": today}
    for name, rule in seed["dates"].items():
        day = dates[rule["from"]] + dt.timedelta(days=rule["days"])
        calendar = holidays.country_holidays("US", years=range(day.year - 1, day.year + 2))
        while rule["business_day"] == "previous" and (day.weekday() > 4 or day in calendar):
            day -= dt.timedelta(days=1)
        dates[name] = day
    return Illustration(seed, dates)


def load_library(session: Session, *, actor: str, now: dt.datetime) -> list[SourceDocument]:
    """Store the positions of seeds/positions; documents that are in the library already stay as they are."""
    stored = []
    for path in sorted((folder("seeds") / "positions").glob("*.json")):
        try:
            stored.append(import_source(session, read(path.read_bytes(), name=path.name), actor=actor, now=now))
        except AlreadyKnownSource:
            continue
    return stored


def approve_library(session: Session, made: Illustration, *, now: dt.datetime) -> int:
    """Record that the illustrative association's board approved the positions of seeds/positions; how many were.

    Its people must be known. Positions that are somebody's already, or were approved or reworded, stay as they are.
    """
    stated = made.seed["approval"]
    digests = {
        read(path.read_bytes(), name=path.name).sha256 for path in (folder("seeds") / "positions").glob("*.json")
    }
    owner = session.scalar(select(Person).where(Person.email == stated["owner"]))
    approved = 0
    for position in session.scalars(
        select(Position)
        .join(Position.source_document)
        .where(SourceDocument.sha256.in_(digests), Position.owner_id.is_(None))
        .options(with_approvals())
    ):
        if len(position.versions) > 1 or position.current.approvals:
            continue
        approve_version(
            session,
            position.current,
            approved_by=stated["approved_by"],
            body=stated["body"],
            approved_on=made.dates[stated["approved_on"]],
            today=made.dates["loading"],
            actor=made.instructed_by,
            now=now,
        )
        look_after(
            session,
            position,
            owner=owner,
            review_by=made.dates[stated["review_by"]],
            topics=position.topics,
            consensus=position.consensus,
            actor=made.instructed_by,
            now=now,
        )
        approved += 1
    return approved


def load_association(session: Session, made: Illustration, *, actor: str, now: dt.datetime) -> Organization:
    """Store the illustrative association, its staff, its members and who signs for them; returns the association."""
    seed = made.seed["association"]
    lead = _organization(session, seed, OrganizationKind.LEAD, actor=actor, now=now)
    for staff in seed["staff"]:
        _person(session, staff, lead, actor=actor, now=now)
    for member in made.seed["members"]:
        _organization(session, member, OrganizationKind.MEMBER, actor=actor, now=now)
    return lead


def _organization(
    session: Session, seed: Mapping[str, Any], kind: OrganizationKind, *, actor: str, now: dt.datetime
) -> Organization:
    known = session.scalar(select(Organization).where(Organization.name == seed["name"]))
    organization = known or add_organization(
        session,
        name=seed["name"],
        kind=kind,
        description=seed["description"],
        city=seed["city"],
        tagline=seed.get("tagline", ""),
        address=seed.get("address", ()),
        actor=actor,
        now=now,
    )
    may_sign = {signatory.person.email for signatory in organization.signatories}
    for signer in seed["signers"]:
        person = _person(session, signer, organization, actor=actor, now=now)
        if person.email not in may_sign:
            add_signatory(session, organization, person, actor=actor, now=now)
    return organization


def _person(
    session: Session, seed: Mapping[str, str], organization: Organization, *, actor: str, now: dt.datetime
) -> Person:
    known = session.scalar(select(Person).where(Person.email == seed["email"]))
    return known or add_person(
        session,
        name=seed["name"],
        title=seed["title"],
        email=seed["email"],
        organization=organization,
        actor=actor,
        now=now,
    )


def load_rule(session: Session, made: Illustration, *, storage: Storage, actor: str, now: dt.datetime) -> RuleDocument:
    """Open the illustrative docket with its rule."""
    return import_rule(
        session,
        made.rule(),
        name=made.seed["rule"]["file"],
        storage=storage,
        title=made.seed["rule"]["title"],
        illustrative=True,
        internal_deadline=made.dates["sign_off_deadline"],
        publication_date=made.dates["published"],
        actor=actor,
        now=now,
    )


def follow_instructions(
    session: Session, made: Illustration, document: RuleDocument, *, now: dt.datetime
) -> list[ProvisionPosition]:
    """Map as the illustrative association instructs (seeds/demo/docket.json), in its name and saying so."""
    positions = {
        (position.source_document.file_name, position.label): position
        for position in session.scalars(
            select(Position).options(selectinload(Position.source_document), selectinload(Position.versions))
        )
    }
    provisions = {provision.label: provision for provision in document.provisions}
    return [
        map_position(
            session,
            provisions[item["provision"]],
            positions[item["source"], item["label"]],
            stance=Stance(item["stance"]),
            reason=item["reason"],
            request=item["request"],
            requested_text=item["requested_text"],
            grounds=item.get("grounds", ()),
            actor=made.instructed_by,
            now=now,
        )
        for item in made.seed["instructions"]
    ]


def give_answers(session: Session, made: Illustration, document: RuleDocument, *, now: dt.datetime) -> int:
    """Answer the illustrative rule's questions as the association instructs; returns how many were answered."""
    given = 0
    for item in made.seed["answers"]:
        question = _asked(document.questions, item["quote"])
        answer_question(
            session, question, state=AnswerState.ANSWERED, text=item["answer"], actor=made.instructed_by, now=now
        )
        given += 1
    return given


def _asked(questions: Sequence[Question], quote: str) -> Question:
    return next(question for question in questions if folded(quote) in folded(question.text))


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What a stated rule did with the suggestions for a document."""

    rule: str
    accepted: tuple[ProvisionPosition, ...]
    left: int
    """Positions whose best suggestion the rule left for a person."""


def accept_by_rule(session: Session, made: Illustration, document: RuleDocument, *, now: dt.datetime) -> Acceptance:
    """Accept suggestions by the rule stated in seeds/demo/docket.json, and record that rule as what accepted them."""
    stated = made.seed["acceptance"]
    actor = stated["accepted_by"].format(**stated)
    positions = {str(position.id): position for position in positions_in_use(session)}
    provisions = {provision.key: provision for provision in document.provisions}
    present = links_of(session, document)
    taken = Counter(link.provision_id for link in present)
    linked = {link.position_id for link in present}
    accepted: list[ProvisionPosition] = []
    left = 0
    for suggestion in provisions_for(session, document, list(positions.values()), top=1).suggestions:
        position, provision = positions[suggestion.position], provisions[suggestion.provision]
        if position.consensus.value not in stated["consensus"] or position.id in linked:
            continue
        if suggestion.score < stated["minimum_score"] or taken[provision.id] >= stated["maximum_per_provision"]:
            left += 1
            continue
        words = {
            "heading": position.current.heading,
            "label": position.label,
            "statement": position.current.statement,
        }
        accepted.append(
            map_position(
                session,
                provision,
                position,
                stance=Stance(stated["stance"]),
                reason=stated["reason"].format(**words),
                request=stated["request"].format(**words),
                score=suggestion.score,
                why=suggestion.why,
                actor=actor,
                now=now,
            )
        )
        taken[provision.id] += 1
    return Acceptance(stated["statement"].format(**stated), tuple(accepted), left)


def begin_letter(
    session: Session,
    made: Illustration,
    document: RuleDocument,
    lead: Organization,
    *,
    actor: str,
    now: dt.datetime,
) -> Letter:
    """Start the association's letter: the head the notice fixes, with the illustrative rule's own addressee."""
    seed = made.seed["letter"]
    own = made.has(document)
    head = head_for(
        parsed_rule(session, document).document,
        letterhead=Letterhead(lead.name, lead.tagline, tuple(lead.address)),
        day=made.dates["draft_circulated"],
        contact=seed["contact"],
        # On a real rule, it is the letter alone that is illustrative.
        illustrative=made.banner if own else ILLUSTRATIVE,
        via=seed["via"],
    )
    head |= {key: seed[key] for key in ("closing", "order", "citations", "lang", "toc")}
    if own:
        head |= {"to": seed["to"], "salutation": seed["salutation"]}
    texts = {key: seed[key] for key in ("introduction", "general", "conclusion")} if own else {}
    return start_letter(session, document, lead=lead, head=head, texts=texts, actor=actor, now=now)
