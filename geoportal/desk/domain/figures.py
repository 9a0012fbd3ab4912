"""Figures for the committee: counts without a patient, small ones hidden, evenness of asking."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

LEAST_SHOWN: Final = 5
"""Smaller counts are hidden outside of the staff side."""


@dataclass(frozen=True, slots=True)
class CaseCount:
    """Cases that have all of this in common; one row for a case, or what erased cases left.

    Attributes
    ----------
    month : str
        In which they were opened, ``2026-11``.
    centre_id, ward, kind, topic, asker : str
    result : str
        ``open``, ``standby``, ``placed`` or ``ended``.
    cases, calls, days : int
        How many, offices asked for them in all, and days from opening to end in all.
    """

    month: str
    centre_id: str
    ward: str
    kind: str
    topic: str
    asker: str
    result: str
    cases: int
    calls: int
    days: int


@dataclass(frozen=True, slots=True)
class NeedCount:
    """How often a need was looked for with a result, or was part of a refusal for a reason.

    ``result`` is a case's, or ``declined``; ``reason`` is empty but for refusals.
    """

    month: str
    ward: str
    need: str
    result: str
    reason: str
    count: int


@dataclass(frozen=True, slots=True)
class AskCount:
    """How often a facility stood among the candidates of cases with a result.

    ``asked`` is how often it was called.
    """

    month: str
    facility_id: str
    result: str
    reason: str
    count: int
    asked: int


@dataclass(frozen=True, slots=True)
class FigureTable:
    """One breakdown: its key, and counts by label, in the order to be shown; None is hidden."""

    key: str
    rows: Sequence[tuple[str, int | None]]

    @property
    def total(self) -> int | None:
        """The sum; None where a part of it is hidden."""
        counts = [count for _, count in self.rows if count is not None]
        return sum(counts) if len(counts) == len(self.rows) else None


def masked(counts: Mapping[str, int], least: int = LEAST_SHOWN) -> dict[str, int | None]:
    """Return counts with those of 1 to ``least`` − 1 hidden, so that no sum tells them.

    Whoever knows the sum of all could tell a hidden count if it stood alone, or narrow it down if
    those hidden come to little: more are hidden, the smallest first, until two or more are hidden
    that come to at least ``least``. Where that cannot be, all are hidden.
    """
    hidden = {key for key, count in counts.items() if 0 < count < least}
    rest = sorted((key for key in counts if counts[key] >= least), key=lambda key: counts[key])
    while hidden and (len(hidden) < 2 or sum(counts[key] for key in hidden) < least):
        if not rest:
            return dict.fromkeys(counts, None)
        hidden.add(rest.pop(0))
    return {key: None if key in hidden else count for key, count in counts.items()}


def gini(counts: Sequence[int]) -> float:
    """Return how unevenly asks are spread, 0 (each the same) to 1 (one has all); 0 for none."""
    total, number = sum(counts), len(counts)
    if not total:
        return 0.0
    ranked = sum(rank * count for rank, count in enumerate(sorted(counts), start=1))
    return 2 * ranked / (number * total) - (number + 1) / number
