"""The edition of a file: which source, as of which day, read with which reference lists."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from geoportal.domain.claim import Claim
from geoportal.domain.dating import imported_on, stated_date
from geoportal.errors import UsageError
from geoportal.ingest.reading.edition_dates import date_in_name
from geoportal.ingest.reading.municipalities import MunicipalityFinder
from geoportal.progress import Progress, no_progress
from geoportal.store.reference_entries import KindInfo
from geoportal.text.wareki import parse_date

_AREA = re.compile(r"(?:.*/)?(\d{2})(?:\d{3})?")
"""A scope or code, with its prefecture."""


@dataclass(frozen=True)
class Edition:
    """What a source's reader needs to know besides the table.

    Attributes
    ----------
    source : str
        Source name.
    as_of : str
        Day the content refers to, see `geoportal.domain.dating`.
    municipalities : MunicipalityFinder
        Municipalities by code and name.
    kinds : dict of str to KindInfo
        For the vocabulary term of each facility kind.
    progress : Progress
        Called while the file is read.
    formerly : tuple of str
        Days of unknown date as which the same content was imported before.
    outdoes : tuple of int
        When this file was imported before and is imported again by itself: the rows taken of each
        other file of the same source and day. It counts over them now; a correction is undone.
        Empty at a first import.
    processes : int
        Worker processes that may read its rows.
    prefectures : frozenset of str
        Two digits each: only rows of these are taken of a list of all Japan. Empty for all.
    """

    source: str
    as_of: str
    municipalities: MunicipalityFinder
    kinds: dict[str, KindInfo]
    progress: Progress = field(default=no_progress, compare=False)
    formerly: tuple[str, ...] = ()
    outdoes: tuple[int, ...] = ()
    processes: int = field(default=1, compare=False)
    prefectures: frozenset[str] = frozenset()

    @property
    def in_force_on(self) -> str:
        """ISO date by which rules and endings are judged: the date, else the day of import."""
        return imported_on(self.as_of) or self.as_of

    @property
    def named(self) -> str:
        """The date for a message."""
        return stated_date(self.as_of) or "an unknown date"

    def takes(self, area: str) -> bool:
        """Say whether rows of an area are taken; they are where its prefecture is not known.

        ``area`` is a code of two or five digits, a scope that ends with one, or with a name that
        begins with the prefecture's.
        """
        if not self.prefectures:
            return True
        match = _AREA.fullmatch(area)
        if match is None:
            name = self.municipalities.prefecture_of(area.rpartition("/")[2])
            return not name or self.municipalities.prefecture_code(name) in self.prefectures
        return match[1] in self.prefectures

    def type_claims(self, kind: str) -> tuple[Claim, ...]:
        """Return the claim that a facility is of its kind: listed as such, no more."""
        term = self.kinds[kind].term
        return (Claim(term, "yes", "registry", self.source, self.as_of),) if term else ()


def chosen_date(text: str) -> str:
    """Check the date a person gave.

    Raises
    ------
    UsageError
        When it is not an ISO date.
    """
    if not text:
        return ""
    day = parse_date(text) or date_in_name(text)
    if day is None:
        raise UsageError(f"--as-of must be a date like 2025-06-01, not {text[:20]!r}", "as_of")
    return day.isoformat()
