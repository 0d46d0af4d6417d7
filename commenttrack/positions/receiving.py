"""A member's comments in the ISO template: kept, matched to provisions by clause, recorded as the member's stances."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from commenttrack import audit
from commenttrack.config import Settings
from commenttrack.errors import Refused
from commenttrack.members.models import Organization
from commenttrack.positions.comment_matrices import MemberComment, member_comments
from commenttrack.positions.exchanging import NothingToApply, keep_file, standing_of
from commenttrack.positions.models import ExchangeUpload, MemberStance, StanceSubject
from commenttrack.positions.spreadsheet_files import read_table
from commenttrack.positions.stance_answers import Given, record_received
from commenttrack.positions.stance_requests import choose_subjects, stances_by_subject
from commenttrack.positions.stance_subjects import asked_of
from commenttrack.positions.stances import Condition, MemberView
from commenttrack.rulemaking.models import Provision, RuleDocument
from commenttrack.storage import Storage

TEMPLATE = "iso"
_MOST_REASON = 5_000
# When several comments of a member fall on one provision, the plainest one says what the member holds.
_FIRST = (
    MemberView.OPPOSE,
    MemberView.SUPPORT_WITH_CHANGE,
    MemberView.CLARIFY,
    MemberView.SUPPORT,
    MemberView.NO_VIEW,
    MemberView.CANNOT_COMMENT,
)


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person made of one row: the key of its provision, and what the member holds."""

    provision: str
    held: MemberView


def keep_template(
    session: Session,
    document: RuleDocument,
    organization: Organization,
    *,
    data: bytes,
    file_name: str,
    storage: Storage,
    actor: str,
    now: dt.datetime,
) -> ExchangeUpload:
    """Keep a member's filled template as it came; one that cannot be read is kept with the reason."""
    return keep_file(
        session,
        document,
        data=data,
        file_name=file_name,
        reading=lambda: member_comments(read_table(data), standing_of(session, document).provisions.values()),
        belongs={"template": TEMPLATE, "organization": organization.id},
        storage=storage,
        actor=actor,
        now=now,
    )


def comments_of(session: Session, upload: ExchangeUpload, *, storage: Storage) -> list[MemberComment]:
    """The comments of a kept template. Raises what reading it raises."""
    provisions = standing_of(session, upload.rule_document).provisions.values()
    return member_comments(read_table(storage.get(upload.storage_key)), provisions)


def proposed(comment: MemberComment) -> MemberView:
    """What a comment seems to hold, for a person to correct: a change wanted, or a question."""
    return MemberView.SUPPORT_WITH_CHANGE if comment.change else MemberView.CLARIFY


def record_comments(
    session: Session,
    upload: ExchangeUpload,
    choices: Mapping[int, Choice],
    *,
    storage: Storage,
    settings: Settings,
    name: str,
    actor: str,
    now: dt.datetime,
) -> list[MemberStance]:
    """Record the chosen rows as the member's stances received by mail: all of them, or none.

    Provisions that the members were not asked about yet join what they are asked about. Comments on one provision
    become one stance with all their texts as its reason. Raises what recording a received answer raises.
    """
    if upload.applied_at is not None:
        raise NothingToApply(f"This file was recorded already, by {upload.applied_by}.")
    docket = upload.rule_document.docket
    organization = session.get_one(Organization, upload.extra_json["organization"])
    provisions = {
        each.key: each
        for each in session.scalars(select(Provision).where(Provision.rule_document_id == upload.rule_document_id))
    }
    said: dict[int, list[tuple[MemberComment, MemberView]]] = {}
    for comment in comments_of(session, upload, storage=storage):
        choice = choices.get(comment.row)
        if choice and choice.provision in provisions:
            said.setdefault(provisions[choice.provision].id, []).append((comment, choice.held))
    if not said:
        raise NothingToApply("Choose a provision for at least one comment.")
    rows = session.scalars(select(StanceSubject).where(StanceSubject.docket_id == docket.id)).all()
    choose_subjects(
        session,
        docket,
        provisions={*said, *(row.provision_id for row in rows if row.provision_id)},
        positions={row.position_id for row in rows if row.position_id},
        actor=actor,
        now=now,
    )
    session.flush()  # what is asked about has ids from here on
    held = stances_by_subject(session, docket.id, organization.id)
    given = []
    for asked in asked_of(session, docket):
        comments = said.get(asked.subject.provision_id or 0)
        if not comments:
            continue
        before = held.get(asked.key)
        reason = "\n\n".join(comment.text for comment, _ in comments)
        if len(reason) > _MOST_REASON:
            raise Refused(
                f"The comments on {asked.label} have {len(reason):,} characters together and {_MOST_REASON:,} fit. "
                "Leave some of their rows out and record them by hand."
            )
        views = {view for _, view in comments}
        given.append(
            Given(
                subject_id=asked.subject.id,
                held=next(view for view in _FIRST if view in views),
                condition=Condition.NONE,
                reason=reason,
                seen=before.revision if before else 0,
                shown=asked.shown_digest,
            )
        )
    made = record_received(session, docket, organization, given, name=name, actor=actor, now=now, settings=settings)
    upload.applied_by, upload.applied_at = actor, now
    audit.record(
        session,
        actor=actor,
        action="member's comments recorded",
        subject=f"exchange_upload {upload.id}",
        now=now,
        organization=organization.id,
        file=upload.file_name,
        sha256=upload.sha256,
        stances=[stance.id for stance in made],
    )
    return made
