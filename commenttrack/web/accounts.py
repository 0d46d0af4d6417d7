"""Accounts: who may sign in. Members who sign letters have none."""

import datetime as dt
import secrets
import unicodedata

from argon2 import PasswordHasher
from flask_security.core import UserMixin
from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from commenttrack import audit
from commenttrack.db import Base
from commenttrack.errors import Conflict, Refused
from commenttrack.members.addresses import is_address
from commenttrack.members.models import Person
from commenttrack.members.permissions import Permission, Role, allowed

SHORTEST_PASSWORD = 12


class Account(Base, UserMixin):
    """A person's way in. The role decides what the person may do (:mod:`commenttrack.members.permissions`)."""

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="RESTRICT"), unique=True)
    email: Mapped[str] = mapped_column(unique=True)
    # Lower case; what the person types to sign in.
    password: Mapped[str]
    # argon2id.
    role: Mapped[Role]
    active: Mapped[bool] = mapped_column(default=True)
    must_change_password: Mapped[bool] = mapped_column(default=False)
    # True while the password is one that somebody else chose.
    fs_uniquifier: Mapped[str] = mapped_column(unique=True)
    # What the session cookie names; a new one signs the account out everywhere.
    created_at: Mapped[dt.datetime]

    person: Mapped[Person] = relationship(lazy="joined")


def readers_of_digests(session: Session) -> list[Person]:
    """The staff who see to sign-offs: everybody with an account in use that may; in the order of the accounts."""
    accounts = session.scalars(select(Account).where(Account.active).order_by(Account.id))
    return [account.person for account in accounts if allowed(account.role, Permission.SIGN_OFFS)]


class AccountExists(Conflict):
    """The address or the person has an account already."""


def create_account(
    session: Session,
    person: Person,
    *,
    password: str,
    role: Role,
    now: dt.datetime,
    actor: str = "commenttrack",
    must_change_password: bool = True,
) -> Account:
    """Give a person an account. Unless told otherwise, the password has to be changed at the first sign-in."""
    if not person.email:
        raise Refused(f"{person.name} has no e-mail address; add one, since people sign in with it.")
    if len(password) < SHORTEST_PASSWORD:
        raise Refused(f"The password has {len(password)} characters; use at least {SHORTEST_PASSWORD}.")
    email = person.email.strip().lower()
    if not is_address(email):
        raise Refused(
            f"“{email}” is no e-mail address, and people sign in with theirs. Give one such as ada@example.org."
        )
    if session.scalar(select(Account.id).where((Account.email == email) | (Account.person_id == person.id))):
        raise AccountExists(f"{person.name} ({email}) already has an account.")
    account = Account(
        person=person,
        email=email,
        password=_hashed(password),
        role=role,
        must_change_password=must_change_password,
        fs_uniquifier=secrets.token_hex(32),
        created_at=now,
    )
    session.add(account)
    session.flush()  # the audit event names the id
    audit.record(
        session, actor=actor, action="account created", subject=f"account {account.id}", now=now, role=role.value
    )
    return account


def give_one_time_password(session: Session, person: Person, *, role: Role, now: dt.datetime) -> str | None:
    """Give a person an account, or a fresh password as long as they have not chosen their own; None once they have.

    The password is returned once and stored only hashed.
    """
    password = "-".join(secrets.token_hex(2) for _ in range(5))
    account = session.scalar(select(Account).where(Account.person_id == person.id))
    if account is None:
        create_account(session, person, password=password, role=role, now=now)
        return password
    if not account.must_change_password:
        return None
    account.password, account.fs_uniquifier = _hashed(password), secrets.token_hex(32)
    audit.record(
        session, actor="commenttrack", action="one-time password renewed", subject=f"account {account.id}", now=now
    )
    return password


def _hashed(password: str) -> str:
    # Sign-in normalizes what was typed in the same way before it compares.
    return PasswordHasher().hash(unicodedata.normalize("NFKD", password))
