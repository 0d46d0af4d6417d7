"""Who may do what: one readable table, consulted by every route. Default deny."""

import enum
from types import MappingProxyType


class Role(enum.StrEnum):
    """What a signed-in person is. Members who sign by a mailed link have no account and no role."""

    ADMINISTRATOR = "administrator"
    DRAFTER = "drafter"
    COUNSEL = "counsel"
    GUEST = "guest"


class Permission(enum.StrEnum):
    """What a route asks for."""

    READ = "read"
    """See dockets, rules, positions, the mapping and drafts."""
    MAP = "map"
    """Import notices and positions; change positions and the mapping."""
    DRAFT = "draft"
    """Change and freeze letters."""
    SIGN_OFFS = "sign-offs"
    """Invite, remind, record decisions received by mail, clear staleness; see members' reasons."""
    FILE = "file"
    """Build packets and record filings."""
    ADMINISTER = "administer"
    """Accounts, organizations, jobs and the outbox."""


_STAFF = frozenset({Role.ADMINISTRATOR, Role.DRAFTER, Role.COUNSEL})

WHO_MAY = MappingProxyType(
    {
        Permission.READ: _STAFF | {Role.GUEST},
        Permission.MAP: _STAFF,
        Permission.DRAFT: _STAFF,
        Permission.SIGN_OFFS: _STAFF,
        Permission.FILE: frozenset({Role.ADMINISTRATOR, Role.COUNSEL}),
        Permission.ADMINISTER: frozenset({Role.ADMINISTRATOR}),
    }
)


def allowed(role: Role | None, permission: Permission) -> bool:
    """Whether a person of this role may; nobody without a role may anything."""
    return role is not None and role in WHO_MAY[permission]
