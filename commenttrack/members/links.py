"""Links that let somebody without an account answer for an organization: made once, mailed, kept as a hash only."""

import hashlib
import secrets

from commenttrack.errors import NotFound

_TOKEN_BYTES = 32

LINK_NOT_VALID = (
    "This link is not valid. It may have expired, or a newer mail may have replaced it. "
    "Open the link in the newest mail, or write to the person who asked you."
)
"""One sentence for every link that does not work, so that it tells a stranger nothing."""


class LinkUnknown(NotFound):
    """No invitation has this token: it was invented, or a newer mail replaced it."""

    def __init__(self) -> None:
        super().__init__(LINK_NOT_VALID)


class LinkExpired(LinkUnknown):
    """The time for answers by this link is over. Reads like an unknown link, so that it tells a stranger nothing."""


def new_token() -> str:
    """256 random bits for the address of a link. Only the mail may hold it."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def token_hash(token: str) -> str:
    """What is stored of a token, and what a link that comes back is looked up by."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
