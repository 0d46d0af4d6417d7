"""Handing the decision on to a colleague: the link goes with it, and the trail keeps who did so."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from commenttrack import audit
from commenttrack.config import Settings
from commenttrack.errors import Refused
from commenttrack.members.addresses import is_address
from commenttrack.members.models import Person
from commenttrack.members.operations import add_person, add_signatory, may_sign
from commenttrack.signoffs import links
from commenttrack.signoffs.correspondence import write_handed_on, write_handed_on_copy
from commenttrack.signoffs.models import Delegation, Retirement, SignOffRequest
from commenttrack.signoffs.reading import link_closes, newest_version, subject_of

_LONGEST = {"name": 200, "title": 200, "note": 2_000}


class CannotHandOn(Refused):
    """A colleague who cannot be asked; the sentence tells the one who hands on what to do."""


def hand_on(
    session: Session,
    token: str,
    *,
    name: str,
    email: str,
    title: str = "",
    note: str = "",
    address: str = "",
    client: str = "",
    now: dt.datetime,
    settings: Settings,
) -> Delegation:
    """Ask a colleague instead of the person the link was mailed to, whose link works no more.

    A colleague who is not known yet becomes a person of the organization who may sign for it; the audit trail says on
    whose word. Raises :class:`~commenttrack.signoffs.refusals.LinkUnknown` and :class:`CannotHandOn`.
    """
    request = links.find_request(session, token, now=now, lock=True)
    handing = request.person
    actor = f"{handing.name} for {request.organization.name}"
    colleague = _colleague(session, request, name=name, email=email, title=title, actor=actor, now=now)
    delegation = Delegation(
        request_id=request.id,
        from_person=handing,
        to_person=colleague,
        note=note.strip()[: _LONGEST["note"]],
        delegated_at=now,
        address=address[:100],
        client=client[:500],
    )
    links.retire(session, request, Retirement.HANDED_ON, now=now)
    closes = link_closes(request)
    request.person, request.asked_version = colleague, newest_version(request.letter)
    request.reminders_stopped_at = None  # that was the wish of the one who hands on
    fresh = links.give_new(request, closes=closes, now=now)
    session.add(delegation)
    session.flush()  # the mails' keys name the delegation's id
    write_handed_on(session, request, delegation, token=fresh, base_url=settings.base_url, now=now)
    write_handed_on_copy(session, request, delegation, now=now)
    audit.record(
        session,
        actor=actor,
        action="sign-off handed on",
        subject=subject_of(request),
        now=now,
        from_person=handing.id,
        to_person=colleague.id,
        address=address[:100],
    )
    return delegation


def _colleague(
    session: Session, request: SignOffRequest, *, name: str, email: str, title: str, actor: str, now: dt.datetime
) -> Person:
    organization, name, email = request.organization, " ".join(name.split()), email.strip().lower()
    if not name or len(name) > _LONGEST["name"]:
        raise CannotHandOn("Give your colleague’s name.")
    if not is_address(email):
        raise CannotHandOn(f"“{email}” is no e-mail address. Your colleague gets a link there.")
    known = session.scalar(select(Person).where(Person.email == email))
    if known is None:
        known = add_person(
            session, name=name, title=title.strip()[: _LONGEST["title"]], email=email, organization=organization,
            actor=actor, now=now,
        )  # fmt: skip
    elif known.id == request.person_id:
        raise CannotHandOn("This is the address that you were asked at. Give that of a colleague.")
    elif known.organization_id != organization.id and not may_sign(session, organization, known):
        # It is not said whom the address belongs to: a member learns nothing about the people of another.
        raise CannotHandOn("This address cannot be used here. Write to the person who asked you.")
    if all(signatory.person_id != known.id for signatory in organization.signatories):
        add_signatory(session, organization, known, authority=f"named by {request.person.name}", actor=actor, now=now)
    return known
