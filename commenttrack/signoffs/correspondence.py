"""The mails of sign-offs, written beside their causes: what asks for a decision, and the signer's copy of it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from commenttrack import outbox
from commenttrack.letters.models import Letter, LetterVersion
from commenttrack.letters.part_changes import in_words, part_change, wordings_of
from commenttrack.members.models import Person
from commenttrack.members.notices import Notice
from commenttrack.rulemaking.operations import deadline
from commenttrack.signoffs import campaign, notices
from commenttrack.signoffs.lifecycle import JOINING
from commenttrack.signoffs.models import Delegation, SignOff, SignOffRequest, WordingClearance
from commenttrack.signoffs.reading import (
    DECISION_WORDS,
    cosmetic_changes,
    covered_digests,
    decided_since,
    link_closes,
    part_name,
    shown_since,
    subject_of,
    version_digests,
)


def write_asking(
    session: Session,
    request: SignOffRequest,
    kind: campaign.Asking,
    *,
    before: LetterVersion | None,
    current: SignOff | None,
    closes: dt.datetime,
    token: str,
    note: str,
    reminds: bool,
    base_url: str,
    now: dt.datetime,
) -> None:
    """Write the mail with the link. ``before`` is the version decided on or asked about earlier, if there is one.

    A mail that ``reminds`` says where reminders can be stopped, in its text and in its header.
    """
    version = request.asked_version
    link = f"{base_url}/sign/{token}"
    stop_link = f"{link}/reminders" if reminds else ""
    mail = notices.compose_asking(
        kind.value,
        ask_of(request, version, closes),
        link=link,
        note=note,
        changes=changes_in_words(session, before, version, current) if before else (),
        stop_link=stop_link,
    )
    # The token is new with each asking, so its hash names this cause.
    key = f"sign_off_request {request.id} asked {request.token_hash[:16]}"
    _write(session, request, mail, key=key, secret=token, unsubscribe=stop_link, now=now)


def write_text_moved(session: Session, sign_off: SignOff, version: LetterVersion, *, now: dt.datetime) -> None:
    """Tell one who joined that a newer version says something else; once for each version and decision."""
    request = sign_off.request
    mail = notices.compose_text_moved(
        ask_of(request, version, link_closes(request)),
        changes=changes_in_words(session, sign_off.letter_version, version, sign_off),
        signed_version=sign_off.letter_version.number,
    )
    _write(session, request, mail, key=f"sign_off {sign_off.id} version {version.number} moved", now=now)


def write_lead_objected(session: Session, sign_off: SignOff, objection: SignOff, *, now: dt.datetime) -> None:
    """Tell one who joined that a lead declined or withdrew; its reason is for the staff and is not told."""
    request = sign_off.request
    mail = notices.compose_lead_objected(
        ask_of(request, sign_off.letter_version, link_closes(request)),
        lead=objection.organization.name,
        decision=DECISION_WORDS[objection.decision].lower(),
        moment=campaign.moment_in_words(objection.decided_at),
    )
    _write(session, request, mail, key=f"sign_off {sign_off.id} objection {objection.id}", now=now)


def write_confirmation(session: Session, made: SignOff, *, now: dt.datetime) -> None:
    """Write the signer's copy beside the decision. A person without an address (a record by mail) gets none."""
    request, version = made.request, made.letter_version
    if not request.person.email:
        return
    covered = covered_digests(made)
    closes = link_closes(request)
    mail = notices.compose_confirmation(
        ask_of(request, version, closes),
        notices.Recorded(
            decision=DECISION_WORDS[made.decision],
            name=made.name,
            title=made.title,
            authority=made.authority,
            reservation=made.reservation,
            reason=made.reason,
            moment=campaign.moment_in_words(made.decided_at),
            recorded_by=made.recorded_by,
            parts=tuple((part_name(part), part["digest"]) for part in version.parts_json if part["key"] in covered),
            excepted=tuple(part_name(part) for part in version.parts_json if part["key"] not in covered),
            joining=made.decision in JOINING,
        ),
        may_change=now < closes,
    )
    _write(session, request, mail, key=f"sign_off {made.id} confirmation", now=now)


def write_cleared(
    session: Session, sign_off: SignOff, clearances: Sequence[WordingClearance], *, now: dt.datetime
) -> None:
    """Tell a signer which changes were judged cosmetic, by whom and why, with the words that changed."""
    request = sign_off.request
    newest = clearances[-1].after_version
    names = {
        part["key"]: part_name(part)
        for version in (*(clearance.before_version for clearance in clearances), newest)
        for part in version.parts_json
    }
    mail = notices.compose_cleared(
        ask_of(request, newest, link_closes(request)),
        tuple(
            notices.ClearedPart(
                name=names[clearance.part_key],
                reason=clearance.reason,
                by=clearance.cleared_by,
                words=_words_that_changed(clearance),
            )
            for clearance in clearances
        ),
        signed_version=sign_off.letter_version.number,
    )
    key = f"sign_off {sign_off.id} cleared {clearances[-1].id}"
    _write(session, request, mail, key=key, now=now)


def _words_that_changed(clearance: WordingClearance) -> str:
    key = clearance.part_key
    before, after = wordings_of(clearance.before_version.parts_json), wordings_of(clearance.after_version.parts_json)
    return in_words(part_change(key, before[key], after.get(key)))


def write_handed_on(
    session: Session, request: SignOffRequest, delegation: Delegation, *, token: str, base_url: str, now: dt.datetime
) -> None:
    """The mail with a new link for the colleague whom the decision was handed on to."""
    mail = notices.compose_handed_on(
        ask_of(request, request.asked_version, link_closes(request)),
        link=f"{base_url}/sign/{token}",
        by=delegation.from_person.name,
        note=delegation.note,
    )
    _write(session, request, mail, key=f"delegation {delegation.id}", secret=token, now=now)


def write_handed_on_copy(
    session: Session, request: SignOffRequest, delegation: Delegation, *, now: dt.datetime
) -> None:
    """Tell the one who handed on that it was done, so that nobody does it unnoticed in their name."""
    ask = replace(ask_of(request, request.asked_version, link_closes(request)), person=delegation.from_person.name)
    mail = notices.compose_handed_on_copy(ask, to=delegation.to_person.name, note=delegation.note)
    _write(session, request, mail, key=f"delegation {delegation.id} copy", to=delegation.from_person, now=now)


def write_link_explained(
    session: Session, request: SignOffRequest, owner: Person, *, handed_on: bool, now: dt.datetime
) -> None:
    """Tell the owner of an old link what became of it; at most once an hour, however often it is asked."""
    ask = replace(ask_of(request, request.asked_version, link_closes(request)), person=owner.name)
    mail = notices.compose_link_explained(ask, handed_on_to=request.person.name if handed_on else "")
    key = f"sign_off_request {request.id} explained to person {owner.id} {now:%Y-%m-%d %H}"
    _write(session, request, mail, key=key, to=owner, now=now)


def write_code(session: Session, request: SignOffRequest, code: str, *, now: dt.datetime) -> None:
    """The mail with the code; like a token it is kept apart from the stored mail."""
    mail = notices.compose_code(ask_of(request, request.asked_version, link_closes(request)), code=code)
    key = f"sign_off_request {request.id} code {request.code_hash[:16]}"
    _write(session, request, mail, key=key, secret=code, now=now)


def ask_of(request: SignOffRequest, version: LetterVersion, closes: dt.datetime) -> notices.Ask:
    """What every mail about a request says."""
    return ask_about(
        request.letter, version, organization=request.organization.name, person=request.person.name, closes=closes
    )


def ask_about(
    letter: Letter, version: LetterVersion, *, organization: str, person: str, closes: dt.datetime
) -> notices.Ask:
    """The same for somebody who was not asked yet."""
    docket = letter.docket
    date = deadline(docket)
    return notices.Ask(
        association=letter.lead.name,
        organization=organization,
        person=person,
        docket=docket.title,
        identifiers=tuple(identifier.identifier for identifier in docket.identifiers),
        letter=letter.title,
        version=version.number,
        closes=campaign.last_moment_in_words(closes),
        comment_date=campaign.comment_date_in_words(date.date, date.time, date.zone) if date else "",
        illustrative=docket.illustrative,
    )


def changes_in_words(
    session: Session, before: LetterVersion, version: LetterVersion, current: SignOff | None
) -> tuple[notices.ChangedPart, ...]:
    """The parts that moved between two versions: those decided on, or all when nothing was decided."""
    today = version_digests(version)
    comparison = (
        decided_since(current, today, cosmetic_changes(session, version.letter_id))
        if current
        else shown_since(before, today)
    )
    old = {part["key"]: part_name(part) for part in before.parts_json}
    new = {part["key"]: part_name(part) for part in version.parts_json}
    return (
        *(notices.ChangedPart(new[key], "reworded") for key in comparison.changed),
        *(notices.ChangedPart(old[key], "taken out") for key in comparison.removed),
        *(notices.ChangedPart(new[key], "added") for key in comparison.added),
    )


def _write(
    session: Session,
    request: SignOffRequest,
    mail: Notice,
    *,
    key: str,
    to: Person | None = None,
    secret: str = "",
    unsubscribe: str = "",
    now: dt.datetime,
) -> None:
    to = to or request.person
    assert to.email  # noqa: S101 (a link went to it, or the caller has refused a person without an address)
    outbox.write(
        session,
        key=key,
        to_name=to.name,
        to_email=to.email,
        subject=mail.subject,
        text=mail.text,
        html=mail.html,
        secret=secret,
        unsubscribe=unsubscribe,
        about=subject_of(request),
        now=now,
    )
