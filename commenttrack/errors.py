"""Refusals: requests that the rules forbid or input that cannot be used, each with a sentence a person can act on."""


class Refused(Exception):
    """A request the rules forbid. ``str(error)`` says what, where and what to do, in words for people."""


class BadInput(Refused):
    """A file or text that cannot be read as what it should be. The command line ends with exit code 2."""


class NotFound(Refused):
    """What was asked for is not there, or not for this person; outsiders cannot tell which."""


class Conflict(Refused):
    """Somebody else was first: the stored state differs from the state the request was made on."""
