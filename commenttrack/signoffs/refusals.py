"""What a sign-off can be refused for, each with a sentence a signer or the staff can act on."""

from collections.abc import Sequence

from commenttrack.errors import Conflict, Refused


class NothingFrozen(Refused):
    """A letter without a frozen version: there is no wording to decide on."""


class CannotBeAsked(Refused):
    """An invitation that could not be answered: no address, no right to sign, or too late."""


class AskedMeanwhile(Conflict):
    """A new link was mailed after the page was opened, as by a second click; it was mailed once."""

    def __init__(self, organization: str) -> None:
        super().__init__(
            f"A new link was mailed to {organization} since this page was opened, and no second one: "
            "it would have ended the first."
        )


class LetterHasMoved(Conflict):
    """A newer version was frozen after the page was opened; nothing was recorded."""


class DecidedMeanwhile(Conflict):
    """Another decision of the organization was recorded after the page was opened; nothing was recorded."""

    def __init__(self, organization: str, what: str = "") -> None:
        super().__init__(
            f"A decision of {organization} was recorded while this page was open{f' ({what})' if what else ''}. "
            "Yours was not recorded. Look at what stands now before you decide again."
        )


class RecordedAlready(DecidedMeanwhile):
    """The very decision that stands was sent again, as by a second click; it was recorded once."""

    def __init__(self, what: str) -> None:
        Conflict.__init__(self, f"This decision was recorded already: {what}. Sending it again changed nothing.")


class IncompleteDecision(Refused):
    """A decision that lacks what it needs, or has what it cannot have."""


class StaleSignOffs(Refused):
    """Organizations agreed to wording that has changed since; their names cannot be printed silently."""

    def __init__(self, organizations: Sequence[str]) -> None:
        super().__init__(
            f"The wording changed after {', '.join(organizations)} agreed to it. "
            "Ask again, or leave them out of the signature block."
        )
        self.organizations = tuple(organizations)
