"""When something was last heard of a facility: the days on which its sources were imported."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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


def heard_from(facility: Facility) -> list[str]:
    """Return who said something of a facility: its sources, and those of its facts with the day.

    Source and ISO day are parted by a space; without a day it is that of the source's import.
    """
    told = {mention.source for mention in facility.sources}
    for claim in facility.claims:
        day = stated_date(claim.as_of) or imported_on(claim.as_of)
        told.add(f"{claim.source} {day}" if day else claim.source)
    return sorted(told)


def last_heard(facility: Facility, imported: Mapping[str, str]) -> str:
    """Return the ISO day of the last import of a source that says something of a facility.

    ``imported`` has the last day of each source. A fact of another source counts by its own day.
    """
    return max((_day_of(told, imported) for told in heard_from(facility)), default=NEVER)


def days_heard(facilities: Iterable[Facility], imported: Mapping[str, str]) -> Days:
    """Return `last_heard` of facilities as days since 1970-01-01, int32 of shape (n,)."""
    days = [last_heard(facility, imported) for facility in facilities]
    return np.array(days, dtype="datetime64[D]").astype(np.int32)


def days_of_rows(
    heard: Mapping[str, Sequence[int]], size: int, imported: Mapping[str, str]
) -> Days:
    """Return `days_heard` of so many facilities, of which are known the rows by `heard_from`."""
    days = np.full(size, number_of(date.fromisoformat(NEVER)), dtype=np.int32)
    for told, rows in heard.items():
        day = np.int32(number_of(date.fromisoformat(_day_of(told, imported))))
        days[rows] = np.maximum(days[rows], day)
    return days


def _day_of(told: str, imported: Mapping[str, str]) -> str:
    source, _, day = told.partition(" ")
    return imported.get(source) or day or NEVER


def number_of(day: date) -> int:
    """Return a day as days since 1970-01-01."""
    return int(np.datetime64(day, "D").astype(np.int32))
