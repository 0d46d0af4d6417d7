"""What happens to organizations and people."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from commenttrack import audit
from commenttrack.errors import Conflict, Refused
from commenttrack.members.models import Organization, OrganizationKind, Person, Signatory
from commenttrack.wording import full_stop, one_line


class NameTaken(Conflict):
    """Another organization bears the name, or another person the address."""


class LastLead(Refused):
    """The only lead association would be none; mails, reports and accounts speak in its name."""


def add_organization(
    session: Session,
    *,
    name: str,
    kind: OrganizationKind,
    description: str = "",
    city: str = "",
    tagline: str = "",
    address: Sequence[str] = (),
    actor: str,
    now: dt.datetime,
) -> Organization:
    """Add an organization under a name nobody else bears."""
    name = one_line(name)
    if not name:
        raise Refused("Give the organization a name, as it should print in a signature block.")
    if session.scalar(select(Organization.id).where(Organization.name == name)):
        raise NameTaken(full_stop(f"There is already an organization named {name}"))
    organization = Organization(
        name=name,
        kind=kind,
        description=description,
        city=city,
        tagline=tagline,
        address=list(address),
        created_at=now,
    )
    session.add(organization)
    session.flush()  # the audit event names its id
    audit.record(
        session,
        actor=actor,
        action="organization added",
        subject=f"organization {organization.id}",
        now=now,
        name=name,
        kind=kind.value,
    )
    return organization


def set_kind(
    session: Session, organization: Organization, kind: OrganizationKind, *, actor: str, now: dt.datetime
) -> bool:
    """Change what an organization is; False when it is that already. Of lead associations one must remain.

    What it may be while it leads a letter is for :func:`commenttrack.letters.leads.change_kind`.
    """
    # Held until the end, so that of two leads not each is changed in the belief that the other remains.
    leads = session.scalars(
        select(Organization.id)
        .where(Organization.kind == OrganizationKind.LEAD)
        .order_by(Organization.id)
        .with_for_update()
    ).all()
    session.refresh(organization, ["kind"])
    before = organization.kind
    if before is kind:
        return False
    if before is OrganizationKind.LEAD and len(leads) == 1:
        raise LastLead(f"{organization.name} is the only lead association. Make another one the lead first.")
    organization.kind = kind
    audit.record(
        session,
        actor=actor,
        action="organization kind changed",
        subject=f"organization {organization.id}",
        now=now,
        before=before.value,
        kind=kind.value,
    )
    return True


def organization_named(
    session: Session, name: str, *, kind: OrganizationKind, actor: str, now: dt.datetime
) -> Organization:
    """The organization of this name, added when it is new."""
    known = session.scalar(select(Organization).where(Organization.name == one_line(name)))
    return known or add_organization(session, name=name, kind=kind, actor=actor, now=now)


def add_person(
    session: Session,
    *,
    name: str,
    title: str = "",
    email: str | None = None,
    organization: Organization | None = None,
    actor: str,
    now: dt.datetime,
) -> Person:
    """Add a person; an address belongs to one person only."""
    name = one_line(name)
    email = email.strip().lower() if email and email.strip() else None
    if not name:
        raise Refused("Give the person a name.")
    if email and session.scalar(select(Person.id).where(Person.email == email)):
        raise NameTaken(f"Somebody with the address {email} is already known.")
    person = Person(name=name, title=title, email=email, organization=organization, created_at=now)
    session.add(person)
    session.flush()  # the audit event names the id
    audit.record(session, actor=actor, action="person added", subject=f"person {person.id}", now=now, name=name)
    return person


def add_signatory(
    session: Session,
    organization: Organization,
    person: Person,
    *,
    authority: str = "",
    actor: str,
    now: dt.datetime,
) -> Signatory:
    """Let a person sign for an organization. Invitations go by mail, so an address is needed."""
    if not person.email:
        raise Refused(f"{person.name} has no e-mail address; add one, since the invitation to sign is mailed.")
    if any(signatory.person_id == person.id for signatory in organization.signatories):
        raise Conflict(full_stop(f"{person.name} may already sign for {organization.name}"))
    signatory = Signatory(organization=organization, person=person, authority=authority)
    session.add(signatory)
    session.flush()  # the audit event names the id
    audit.record(
        session,
        actor=actor,
        action="signatory added",
        subject=f"organization {organization.id}",
        now=now,
        person=person.id,
        authority=authority,
    )
    return signatory


def may_sign(session: Session, organization: Organization, person: Person) -> bool:
    """Whether a person may answer for an organization: one of its own people, or one of its signatories."""
    return person.organization_id == organization.id or (
        session.scalar(
            select(Signatory.id).where(Signatory.organization_id == organization.id, Signatory.person_id == person.id)
        )
        is not None
    )


def is_staff() -> ColumnElement[bool]:
    """Of a person: one of the lead association's, or one with an address and of no organization.

    The second are those whose accounts were made before any organization was known. Who signs for a member is no staff.
    """
    leads = select(Organization.id).where(Organization.kind == OrganizationKind.LEAD)
    of_none = Person.organization_id.is_(None) & Person.email.is_not(None)
    return Person.organization_id.in_(leads) | (of_none & Person.id.not_in(select(Signatory.person_id)))


def lead(session: Session) -> Organization:
    """The association that leads: the organization of kind ``lead`` that was added first."""
    found = session.scalar(
        select(Organization).where(Organization.kind == OrganizationKind.LEAD).order_by(Organization.id).limit(1)
    )
    if found is None:
        raise Refused("No lead association is known yet; add one under Organizations first.")
    return found
