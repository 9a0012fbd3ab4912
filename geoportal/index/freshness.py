"""Freshness of sources: how much each states, and how much of it is stale (data page)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from geoportal.domain.claim import HOURS_STALE_AFTER_DAYS
from geoportal.domain.dating import age_days
from geoportal.domain.facility import Facility

HOME_CARE_GROUPS: Final = frozenset({"ST", "VM", "AC", "PT", "BK", "CO"})
"""Groups of the vocabulary about home care, as opposed to the type of facility."""


@dataclass(slots=True)
class SourceFigures:
    """Open facilities that a source lists, by what is known of them from all sources together.

    Attributes
    ----------
    facilities : int
        How many it lists.
    linked : int
        Of these, listed by another source as well.
    phone, position, hours, home_care : int
        Of these, with a telephone number, a position, hours, a known fact on home care.
    claims, stale, undated : int
        Facts the source itself states (its hours count as one), those too old to rely on, and
        those of which nobody knows how old they are.
    """

    facilities: int = 0
    linked: int = 0
    phone: int = 0
    position: int = 0
    hours: int = 0
    home_care: int = 0
    claims: int = 0
    stale: int = 0
    undated: int = 0

    def as_dict(self) -> dict[str, Any]:
        """Return shares from 0 to 1, None where there is nothing to have a share of."""
        return {
            "facilities": self.facilities,
            "facts": self.claims,
            **{
                name: _share(getattr(self, name), self.facilities)
                for name in ("linked", "phone", "position", "hours", "home_care")
            },
            "stale": _share(self.stale, self.claims),
            "undated": _share(self.undated, self.claims),
        }

    def count_fact(self, stale: bool | None) -> None:
        """Count a fact; None is one of unknown age."""
        self.claims += 1
        self.stale += stale is True
        self.undated += stale is None


def source_figures(
    facilities: Iterable[Facility], today: date, so_far: dict[str, SourceFigures] | None = None
) -> dict[str, SourceFigures]:
    """Return the figures of every source over open facilities; ``today``: the day in Japan.

    ``so_far`` are figures of other facilities: these are added to them.
    """
    by_source = {} if so_far is None else so_far
    for facility in facilities:
        names = {mention.source for mention in facility.sources}
        facts = any(
            claim.code.split(".", 1)[0] in HOME_CARE_GROUPS and claim.value_on(today) != "unknown"
            for claim in facility.claims
        )
        for name in names:
            figures = by_source.setdefault(name, SourceFigures())
            figures.facilities += 1
            figures.linked += len(names) > 1
            figures.phone += bool(facility.phone)
            figures.position += facility.location.known
            figures.hours += facility.hours.known
            figures.home_care += facts
        for claim in facility.claims:
            if claim.source in names:
                by_source[claim.source].count_fact(claim.stale_on(today))
        hours = facility.hours
        if hours.known and hours.source in names and hours.as_of:
            age = age_days(hours.as_of, today)
            by_source[hours.source].count_fact(
                None if age is None else age > HOURS_STALE_AFTER_DAYS
            )
    return by_source


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 3) if whole else None
