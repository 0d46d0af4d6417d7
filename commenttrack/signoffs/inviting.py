"""Asking everybody on a list: what each row would do, and doing all of it in one transaction."""

import datetime as dt
import enum
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from commenttrack.config import Settings
from commenttrack.errors import Conflict, Refused
from commenttrack.letters.models import Letter
from commenttrack.members.models import Organization, OrganizationKind, Person
from commenttrack.members.operations import add_organization, add_person, add_signatory
from commenttrack.signoffs import operations
from commenttrack.signoffs.invitation_lists import Invitee, folded_name
from commenttrack.signoffs.models import SignOffRequest
from commenttrack.wording import full_stop


class Outcome(enum.StrEnum):
    """What a row of a list would do."""

    NEW = "new"
    """Its organization is added and asked."""
    KNOWN = "known"
    """Its organization is known, and asked."""
    ASKED = "asked"
    """Its organization was asked already; the row does nothing."""
    REFUSED = "refused"
    """It cannot be asked so; the row does nothing."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A row with what it would do, and what a person should know of it."""

    invitee: Invitee
    outcome: Outcome
    sentence: str


class ListMoved(Conflict):
    """What the preview showed is no longer so; nothing was stored."""


def check(session: Session, letter: Letter, invitees: Sequence[Invitee]) -> tuple[Checked, ...]:
    """What each row would do now; changes nothing. Three queries, however long the list is."""
    organizations = {
        folded_name(each.name): each
        for each in session.scalars(select(Organization).options(selectinload(Organization.signatories)))
    }
    asked = set(session.scalars(select(SignOffRequest.organization_id).where(SignOffRequest.letter_id == letter.id)))
    addresses = [invitee.email for invitee in invitees]
    people = {
        person.email: person
        for person in session.scalars(
            select(Person).where(Person.email.in_(addresses)).options(selectinload(Person.organization))
        )
    }
    return tuple(
        _checked(
            invitee,
            organizations.get(folded_name(invitee.organization)),
            people.get(invitee.email),
            asked,
            twice=addresses.count(invitee.email) > 1,
        )
        for invitee in invitees
    )


def _checked(
    invitee: Invitee, organization: Organization | None, person: Person | None, asked: set[int], *, twice: bool
) -> Checked:
    if organization is not None and organization.id in asked:
        return Checked(invitee, Outcome.ASKED, "Was asked before; ask again on its own page.")
    if organization is None:
        if person is not None or twice:
            whose = "stands in this list twice."
            if person is not None and person.organization is not None:
                known = full_stop(f"belongs to {person.name} of {person.organization.name}")
                whose = f"{known} If that is meant, write its name so; else:"
            elif person is not None:
                whose = f"belongs to {person.name}, who is known."
            return Checked(
                invitee,
                Outcome.REFUSED,
                f"{invitee.email} {whose} Add the organization under Organizations and let the person sign for it.",
            )
        return Checked(invitee, Outcome.NEW, "")
    may = person is not None and any(each.person_id == person.id for each in organization.signatories)
    if person is not None and not may and person.organization_id not in (None, organization.id):
        return Checked(
            invitee,
            Outcome.REFUSED,
            f"{invitee.email} belongs to {person.name} of another organization. Let them sign for "
            f"{organization.name} under Organizations first, or give another address.",
        )
    if person is None and twice:
        return Checked(
            invitee, Outcome.REFUSED, f"{invitee.email} stands in this list twice, and nobody is known by it yet."
        )
    told = []
    if organization.name != invitee.organization:
        told.append(full_stop(f"Known as {organization.name}"))
    if person is None:
        told.append(f"{invitee.person} is added.")
    elif person.name != invitee.person:
        told.append(f"The address belongs to {person.name}, who is asked under that name.")
    return Checked(invitee, Outcome.KNOWN, " ".join(told))


def digest_of(checked: Sequence[Checked]) -> str:
    """Names what a preview shows, so that nothing else is done than what was confirmed."""
    return hashlib.sha256(repr(checked).encode("utf-8", "surrogatepass")).hexdigest()


def invite_listed(
    session: Session,
    letter: Letter,
    invitees: Sequence[Invitee],
    *,
    digest: str,
    kind: OrganizationKind,
    note: str = "",
    actor: str,
    now: dt.datetime,
    settings: Settings,
) -> list[SignOffRequest]:
    """Add who is new and ask everybody who can be asked, in the caller's transaction: all of it, or nothing.

    ``digest`` is that of the preview; ``kind`` is that of new organizations; ``note`` stands in every mail before the
    row's own. Raises :class:`ListMoved`, or what asking raises.
    """
    checked = check(session, letter, invitees)
    if digest_of(checked) != digest:
        raise ListMoved("What is known changed since this page was made. Look at the list again, and send it then.")
    rows = [row for row in checked if row.outcome in (Outcome.NEW, Outcome.KNOWN)]
    if not rows:
        raise Refused("Nobody on this list can be asked. Mend the rows and upload the file again.")
    organizations = {folded_name(each.name): each for each in session.scalars(select(Organization))}
    return [
        operations.invite(
            session,
            letter,
            *_known(session, row, organizations, kind, actor=actor, now=now),
            note="\n\n".join(words for words in (note, row.invitee.note) if words),
            actor=actor,
            now=now,
            settings=settings,
        )
        for row in rows
    ]


def _known(
    session: Session,
    row: Checked,
    organizations: Mapping[str, Organization],
    kind: OrganizationKind,
    *,
    actor: str,
    now: dt.datetime,
) -> tuple[Organization, Person]:
    invitee = row.invitee
    organization = organizations.get(folded_name(invitee.organization))
    if organization is None:
        organization = add_organization(session, name=invitee.organization, kind=kind, actor=actor, now=now)
    person = session.scalar(select(Person).where(Person.email == invitee.email))
    if person is None:
        person = add_person(
            session,
            name=invitee.person,
            title=invitee.title,
            email=invitee.email,
            organization=organization,
            actor=actor,
            now=now,
        )
    if all(signatory.person_id != person.id for signatory in organization.signatories):
        add_signatory(session, organization, person, authority="", actor=actor, now=now)
    return organization, person
