"""What a coalition or a member can hold about a provision, and which stances need what and contradict which."""

from collections.abc import Sequence
from enum import StrEnum

from commenttrack.errors import Refused


class Stance(StrEnum):
    """How a position stands to a provision."""

    SUPPORT = "support"
    SUPPORT_WITH_CHANGE = "support_with_change"
    OPPOSE = "oppose"
    CLARIFY = "clarify"
    NEUTRAL = "neutral"


class MemberView(StrEnum):
    """What one member holds about a provision or a position; the first four mean what they do in a :class:`Stance`."""

    SUPPORT = "support"
    SUPPORT_WITH_CHANGE = "support_with_change"
    OPPOSE = "oppose"
    CLARIFY = "clarify"
    NO_VIEW = "no_view"
    CANNOT_COMMENT = "cannot_comment"
    """The member has a reason to stay out of the matter, which is no view on it."""


class Condition(StrEnum):
    """What a member's signature depends on, about what the draft asks on a provision or for a position."""

    NONE = "none"
    NOT_IF_ASKED = "not_if_asked"
    """Cannot sign a letter that asks this."""
    ONLY_IF_ASKED = "only_if_asked"
    """Signs only a letter that asks this."""


class IncompleteStance(Refused):
    """A stance without what the agency's reader needs to act on it, or with what contradicts it."""


# A request is what the agency is asked to do. Opposition alone asks that the provision not be adopted, so only these
# two say nothing without one.
NEEDS_REQUEST = frozenset({Stance.SUPPORT_WITH_CHANGE, Stance.CLARIFY})
# An objection without a ground preserves nothing for a court; a change without one persuades nobody.
NEEDS_REASON = frozenset({Stance.SUPPORT_WITH_CHANGE, Stance.OPPOSE})
# To ask for other words and to support the words as they stand (or to take no side) cannot both be meant.
MAY_REQUEST_TEXT = frozenset({Stance.SUPPORT_WITH_CHANGE, Stance.OPPOSE, Stance.CLARIFY})

# Support and support with change differ in degree: both want the provision adopted, so they can stand in one letter.
_CONTRADICT = frozenset(
    {
        frozenset({Stance.OPPOSE, Stance.SUPPORT}),
        frozenset({Stance.OPPOSE, Stance.SUPPORT_WITH_CHANGE}),
    }
)

STANCE_WORDS = {
    Stance.SUPPORT: "Support",
    Stance.SUPPORT_WITH_CHANGE: "Support with change",
    Stance.OPPOSE: "Oppose",
    Stance.CLARIFY: "Clarify",
    Stance.NEUTRAL: "Neutral",
}
"""How a stance reads in sentences, mails and what is kept of a page."""

VIEW_WORDS = {
    MemberView.SUPPORT: "Support",
    MemberView.SUPPORT_WITH_CHANGE: "Support with change",
    MemberView.OPPOSE: "Oppose",
    MemberView.CLARIFY: "Needs clarifying",
    MemberView.NO_VIEW: "No view",
    MemberView.CANNOT_COMMENT: "Cannot comment",
}
CONDITION_WORDS = {
    Condition.NONE: "We could sign the letter either way",
    Condition.NOT_IF_ASKED: "We could not sign a letter that asks this",
    Condition.ONLY_IF_ASKED: "We would sign only a letter that asks this",
}
"""Both as a member chooses them and reads them again."""


def shortcomings(stance: Stance, *, reason: str = "", request: str = "", requested_text: str = "") -> tuple[str, ...]:
    """Sentences on what is missing from or contradicts ``stance``; empty when it can be kept as it is."""
    name, found = STANCE_WORDS[stance], []
    if stance in NEEDS_REQUEST and not request.strip():
        found.append(f"“{name}” needs a request: say what the agency should do.")
    if stance in NEEDS_REASON and not reason.strip():
        found.append(f"“{name}” needs a reason: say why.")
    if requested_text.strip() and stance not in MAY_REQUEST_TEXT:
        found.append(f"“{name}” cannot carry requested text: choose another stance or remove the text.")
    elif requested_text.strip() and not request.strip():
        found.append("Requested text needs a request that it carries out: say in a sentence what it changes.")
    return tuple(found)


def require_complete(stance: Stance, *, reason: str = "", request: str = "", requested_text: str = "") -> None:
    """Raise :class:`IncompleteStance` with every sentence of :func:`shortcomings`, or return."""
    found = shortcomings(stance, reason=reason, request=request, requested_text=requested_text)
    if found:
        raise IncompleteStance(" ".join(found))


def contradict(one: Stance, other: Stance) -> bool:
    """Whether two stances on one provision cannot both stand in one letter. Symmetric; none contradicts itself."""
    return frozenset({one, other}) in _CONTRADICT


def contradicts_draft(view: MemberView, drafted: Stance, *, of_position: bool) -> bool:
    """Whether a member's view cannot stand in one letter with a link of the mapping that has the stance ``drafted``.

    The view is on the link's provision, or, ``of_position``, on the position that the link carries. Whoever opposes the
    position contradicts every link that takes a side for it, whatever the position says of the provision.
    """
    if of_position:
        return view is MemberView.OPPOSE and drafted is not Stance.NEUTRAL
    return view not in _WITHOUT_SIDE and contradict(Stance(view.value), drafted)


_WITHOUT_SIDE = frozenset({MemberView.NO_VIEW, MemberView.CANNOT_COMMENT})


def refused_links(
    view: MemberView, condition: Condition, drafted: Sequence[Stance], *, of_position: bool
) -> tuple[bool, ...]:
    """Which of the links drafted on one subject a member who set ``condition`` cannot sign, in their order.

    "Cannot sign a letter that asks this" is about the links that contradict the view; where none does, the member
    objects to something else in them, so it is about all.
    """
    if condition is not Condition.NOT_IF_ASKED:
        return (False,) * len(drafted)
    against = tuple(contradicts_draft(view, stance, of_position=of_position) for stance in drafted)
    return against if any(against) else (True,) * len(drafted)
