"""What use cases of the view return that combine several things."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geoportal.address.result import Candidate, GeocodeResult
from geoportal.domain.centre import Centre
from geoportal.domain.district import District

if TYPE_CHECKING:
    from geoportal.ingest.changes import ChangeReport


@dataclass(frozen=True, slots=True)
class Located:
    """A position with the districts around it, smallest first, and the centre responsible there."""

    result: GeocodeResult
    districts: Sequence[District] = ()
    centre: Centre | None = None


@dataclass(frozen=True, slots=True)
class Suggestions:
    """Towns and stations to complete a text with, the shortest names first."""

    towns: Sequence[Candidate]
    stations: Sequence[Candidate]


@dataclass(frozen=True, slots=True)
class Changes:
    """A comparison of two editions, and the days of all editions of the source."""

    report: ChangeReport
    editions: Sequence[str]
