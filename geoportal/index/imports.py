"""When something was last heard of a facility: the days on which its sources were imported."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geoportal.domain.dating import imported_on, stated_date
from geoportal.domain.facility import Facility
from geoportal.domain.imported_file import ImportedFile

Days = NDArray[np.int32]
NEVER: Final = "0001-01-01"
"""Stands for a day that is not known: before every import."""


def last_imports(editions: Iterable[ImportedFile]) -> dict[str, str]:
    """Return the ISO day of the last import of each source."""
    latest: dict[str, str] = {}
    for edition in editions:
        latest[edition.source] = max(edition.imported_at[:10], latest.get(edition.source, ""))
    return latest


def last_heard(facility: Facility, imported: Mapping[str, str]) -> str:
    """Return the ISO day of the last import of a source that says something of a facility.

    ``imported`` has the last day of each source. A fact of another source counts by its own day.
    """
    known = [imported.get(mention.source, NEVER) for mention in facility.sources]
    for claim in facility.claims:
        day = stated_date(claim.as_of) or imported_on(claim.as_of)
        known.append(imported.get(claim.source) or day or NEVER)
    return max(known, default=NEVER)


def days_heard(facilities: Iterable[Facility], imported: Mapping[str, str]) -> Days:
    """Return `last_heard` of facilities as days since 1970-01-01, int32 of shape (n,)."""
    days = [last_heard(facility, imported) for facility in facilities]
    return np.array(days, dtype="datetime64[D]").astype(np.int32)


def number_of(day: date) -> int:
    """Return a day as days since 1970-01-01."""
    return int(np.datetime64(day, "D").astype(np.int32))
