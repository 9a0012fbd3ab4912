"""What facilities are compiled for: a version, a day, the lists they are read by."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from geoportal.domain.facility import Facility
from geoportal.domain.vocabulary import Vocabulary
from geoportal.index.districts import DistrictIndex


@dataclass(frozen=True)
class Terms:
    """What facilities are compiled for: a dataset version, a day, the lists they are read by.

    Attributes
    ----------
    version : str
        Dataset version.
    today : date
        The day in Japan against which staleness is judged.
    vocabulary : Vocabulary
        Fixes the bit of each need.
    districts : DistrictIndex
        The outlines imported.
    official : collection of str
        Codes of the districts that have members; those of other outlines are local areas.
    kind_words : mapping of str to str
        For each kind the words by which people look for it.
    fictional : callable
        Says whether a source is a fictional city.
    spot : callable
        Returns what facilities at one address share; empty where nothing can be said.
    imported : mapping of str to str
        ISO day of the last import of each source. No portion depends on it.
    """

    version: str
    today: date
    vocabulary: Vocabulary
    districts: DistrictIndex
    official: Iterable[str]
    kind_words: Mapping[str, str]
    fictional: Callable[[str], bool]
    spot: Callable[[Facility], str]
    imported: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def local_areas(self) -> Collection[str]:
        """Codes of the outlines of local areas."""
        return self.districts.local(self.official)
