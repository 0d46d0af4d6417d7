"""Who must stand under a letter before it goes out. Pure."""

from collections.abc import Collection
from dataclasses import dataclass

from commenttrack.wording import full_stop


@dataclass(frozen=True, slots=True)
class Quorum:
    """What must be reached; the empty one asks for nothing."""

    lead: str
    lead_must_join: bool = False
    at_least: int = 0
    """Organizations in all, the lead counted."""
    must_join: tuple[str, ...] = ()
    """Names of organizations without which it does not go out."""

    def shortfalls(self, standing: Collection[str]) -> tuple[str, ...]:
        """A sentence for each condition that the organizations standing under the letter do not meet."""
        found = []
        if self.lead_must_join and self.lead not in standing:
            found.append(f"{self.lead} leads this letter and must join it.")
        missing = [name for name in self.must_join if name not in standing and name != self.lead]
        if self.lead in self.must_join and not self.lead_must_join and self.lead not in standing:
            missing.insert(0, self.lead)
        if missing:
            found.append(full_stop(f"These must join and have not: {', '.join(missing)}"))
        if len(standing) < self.at_least:
            stand = "stands" if len(standing) == 1 else "stand"
            found.append(f"{_at_least(self.at_least).capitalize()} must join, and {len(standing)} {stand} under it.")
        return tuple(found)

    def in_words(self) -> str:
        """``At least 10 organizations, with The House and Acme Metals``; empty when nothing is asked for."""
        named = tuple(dict.fromkeys((*((self.lead,) if self.lead_must_join else ()), *self.must_join)))
        if not named and not self.at_least:
            return ""
        count = _at_least(self.at_least) if self.at_least else ""
        names = " and ".join([", ".join(named[:-1]), named[-1]] if len(named) > 1 else named)
        return f"{count}, with {names}" if count and names else count or names


def _at_least(count: int) -> str:
    return f"at least {count} {'organization' if count == 1 else 'organizations'}"
