"""Links between records of different sources that are about one facility."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LinkDecision:
    """A person's decision on a pair of ids.

    Attributes
    ----------
    first, second : str
        Ids the sources give, the smaller first.
    verdict : str
        ``same``, ``different``, or ``withdrawn`` (the score decides again).
    decided_by, decided_on, note : str
        Who, ISO date, and why.
    """

    first: str
    second: str
    verdict: str
    decided_by: str
    decided_on: str
    note: str = ""

    @property
    def pair(self) -> tuple[str, str]:
        """Both ids, the smaller first."""
        return self.first, self.second
