"""What use cases of the view return that combine several things."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geoportal.address.result import Candidate, GeocodeResult
from geoportal.domain.centre import Centre
from geoportal.domain.district import District
from geoportal.search.responsible import Responsible

if TYPE_CHECKING:
    from geoportal.ingest.changes import ChangeReport


@dataclass(frozen=True, slots=True)
class Located:
    """A position and the districts around it, smallest first; who answers for it, by kind."""

    result: GeocodeResult
    districts: Sequence[District] = ()
    responsible: Sequence[Responsible] = ()

    @property
    def centre(self) -> Centre | None:
        """Whom to call first, as far as that is certain."""
        return next((one.centres[0] for one in self.responsible if one.certain), None)


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
