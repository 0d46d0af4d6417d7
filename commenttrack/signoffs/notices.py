"""The mails of a sign-off, written from plain values by the templates in ``templates/notices``."""

from dataclasses import dataclass

from commenttrack.members.notices import Notice, compose, paragraphs


@dataclass(frozen=True, slots=True)
class Ask:
    """What every mail to a signer says."""

    association: str
    """Who asks."""
    organization: str
    person: str
    docket: str
    """Title of the proceeding."""
    identifiers: tuple[str, ...]
    letter: str
    version: int
    closes: str
    """Last moment for a decision by the link, in words with its zone."""
    comment_date: str
    """When the docket closes, in words with its zone; empty when no date is known."""
    illustrative: bool


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a decision says, for the copy that its signer keeps. Holds no link."""

    decision: str
    """For people, e.g. ``Joined with a reservation``."""
    name: str
    title: str
    authority: str
    reservation: str
    reason: str
    moment: str
    recorded_by: str
    parts: tuple[tuple[str, str], ...]
    """Name and digest of each part the decision covers, in the letter's order."""
    excepted: tuple[str, ...]
    joining: bool


@dataclass(frozen=True, slots=True)
class Told:
    """A line of the staff's digest: an organization, what it did, and a reason if one was given (for the staff)."""

    organization: str
    what: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Digest:
    """What happened to the sign-offs of one letter since the last digest."""

    association: str
    docket: str
    identifiers: tuple[str, ...]
    letter: str
    illustrative: bool
    until: str
    """The end of the time it tells of, in words."""
    closes: str
    """Last moment for a decision by link, in words; empty when it depends on when somebody was asked."""
    decided: tuple[Told, ...]
    handed_on: tuple[Told, ...]
    bounced: tuple[Told, ...]
    stopped: tuple[Told, ...]
    """Who asked for no more reminders."""
    opened: tuple[str, ...]
    frozen: tuple[int, ...]
    """Numbers of versions that were frozen."""
    stale: tuple[str, ...]
    """Organizations whose sign-off is stale now, whenever it became so."""
    joined: int
    """How many have joined the wording that stands."""
    asked: int
    undecided: int


@dataclass(frozen=True, slots=True)
class ChangedPart:
    """A part that moved, for the mail that asks again: its name and what happened to it."""

    name: str
    what: str


@dataclass(frozen=True, slots=True)
class ClearedPart:
    """A part whose change was judged cosmetic, for the mail that tells its signers."""

    name: str
    reason: str
    by: str
    words: str
    """The words that changed, as one line; empty when the part was taken out."""


def compose_asking(
    name: str,
    ask: Ask,
    *,
    link: str,
    note: str = "",
    changes: tuple[ChangedPart, ...] = (),
    stop_link: str = "",
) -> Notice:
    """The mail that carries the link: ``name`` is ``invitation``, ``asked_again`` or ``reminder``.

    ``stop_link`` is the address at which reminders can be stopped; empty in a mail that is none.
    """
    return compose(name, ask=ask, link=link, note=paragraphs(note), changes=changes, stop_link=stop_link)


def compose_text_moved(ask: Ask, *, changes: tuple[ChangedPart, ...], signed_version: int) -> Notice:
    """The mail that tells one who joined that a newer version says something else. Holds no link."""
    return compose("text_moved", ask=ask, changes=changes, signed_version=signed_version)


def compose_lead_objected(ask: Ask, *, lead: str, decision: str, moment: str) -> Notice:
    """The mail that tells one who joined that a lead organization no longer stands behind the letter."""
    return compose("lead_objected", ask=ask, lead=lead, decision=decision, moment=moment)


def compose_confirmation(ask: Ask, recorded: Recorded, *, may_change: bool) -> Notice:
    """The copy of a decision for the one who made it."""
    return compose("confirmation", ask=ask, recorded=recorded, may_change=may_change)


def compose_cleared(ask: Ask, parts: tuple[ClearedPart, ...], *, signed_version: int) -> Notice:
    """The mail that tells a signer of changes that do not touch what was agreed to. Holds no link."""
    return compose("cleared", ask=ask, parts=parts, signed_version=signed_version)


def compose_handed_on(ask: Ask, *, link: str, by: str, note: str) -> Notice:
    """The mail that carries the link on to the colleague whom ``by`` named."""
    return compose("handed_on", ask=ask, link=link, by=by, note=paragraphs(note))


def compose_handed_on_copy(ask: Ask, *, to: str, note: str) -> Notice:
    """The copy for the one who handed on. Holds no link."""
    return compose("handed_on_copy", ask=ask, to=to, note=paragraphs(note))


def compose_link_explained(ask: Ask, *, handed_on_to: str) -> Notice:
    """What became of a link that works no more: handed on to somebody, or past its time when nobody is named."""
    return compose("link_explained", ask=ask, handed_on_to=handed_on_to)


def compose_code(ask: Ask, *, code: str) -> Notice:
    """The mail with the code that a decision needs."""
    return compose("code", ask=ask, code=code)


def compose_digest(digest: Digest, *, link: str) -> Notice:
    """The daily mail to the staff; ``link`` is the board."""
    return compose("digest", ask=digest, link=link)
