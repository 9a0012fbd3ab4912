"""What people have decided about pairs: it wins over every score."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

SAME, DIFFERENT, WITHDRAWN = "same", "different", "withdrawn"


@dataclass(frozen=True, slots=True)
class Decision:
    """A person's word on two ids.

    Attributes
    ----------
    first, second : str
        The ids the sources give, the smaller first.
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


def current_decisions(decisions: Iterable[Decision]) -> dict[tuple[str, str], Decision]:
    """Return the last word on each pair, those withdrawn left out.

    Parameters
    ----------
    decisions : iterable of Decision
        In the order in which they were made.
    """
    latest = {decision.pair: decision for decision in decisions}
    return {pair: item for pair, item in latest.items() if item.verdict != WITHDRAWN}
