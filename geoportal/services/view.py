"""The view: the data of one dataset version and day, with the use cases a question can ask."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import jpholiday

from geoportal.address.geocode import Geocoder
from geoportal.address.result import GeocodeResult
from geoportal.coverage.report import CoverageReport
from geoportal.coverage.service import NO_CHANGE, CoverageService, WhatIf
from geoportal.coverage.supply import CoverageCriteria
from geoportal.domain.district import District
from geoportal.domain.facility import Facility
from geoportal.domain.hours import OpeningCalendar
from geoportal.domain.query import Origin, Query
from geoportal.errors import UsageError
from geoportal.index.hierarchy import city_of, short_name, upper_districts
from geoportal.index.minute_cache import MinuteCache
from geoportal.index.snapshot import Snapshot
from geoportal.search.answer import Answer, search
from geoportal.search.interpret import Interpreter
from geoportal.search.interpretation import Interpretation
from geoportal.search.team import TeamAnswer, TeamQuestion, find_teams
from geoportal.store.database import Database
from geoportal.store.reference import Edition, Reference


class AddressNotPlacedError(UsageError):
    """An address could not be turned into one position; the message never repeats it.

    Attributes
    ----------
    status : str
        ``ambiguous``, ``not_found`` or ``invalid``.
    """

    exit_code = 4

    def __init__(self, status: str) -> None:
        advice = {
            "ambiguous": "the address fits several places; POST /api/v1/locate lists them",
            "not_found": "the address was not found; give at least the ward and the town",
            "invalid": "this is not an address; give ward, town and number",
        }
        super().__init__(advice.get(status, advice["not_found"]), "near.address")
        self.status = status


@lru_cache(maxsize=4096)
def is_holiday(day: date) -> bool:
    """Say whether a day is a national holiday of Japan (国民の祝日)."""
    return bool(jpholiday.is_holiday(day))


CALENDAR = OpeningCalendar(is_holiday)


@dataclass(frozen=True)
class View:
    """Everything an answer is made from: one dataset version, one day, one moment.

    Immutable. A web request and a command take one and use no other, so that an import that lands
    meanwhile changes nothing in the answer.

    Attributes
    ----------
    now : datetime
        The moment of the question; on the snapshot's day, unless midnight has only just passed.
    snapshot : Snapshot
        Facilities, districts and centres.
    reference : Reference
        Shipped lists.
    geocoder : Geocoder
        Addresses and stations to positions.
    redirects : mapping of str to str
        Former facility ids to present ones.
    editions : sequence of Edition
        Files the data are from.
    facility_counts : mapping of str to int
        Facilities by source.
    station_count : int
        Stations the geocoder knows.
    example_place : str
        A town of these data as one would type it; empty when no address has a position.
    coverage_service : CoverageService
        Studies of this version, the last of them cached.
    states : MinuteCache
        Opening states of this version, cached for a minute.
    database : Database
        For the history of records; read by nothing else.
    """

    now: datetime
    snapshot: Snapshot
    reference: Reference
    geocoder: Geocoder
    redirects: Mapping[str, str]
    editions: Sequence[Edition]
    facility_counts: Mapping[str, int]
    station_count: int
    example_place: str
    coverage_service: CoverageService = field(repr=False)
    database: Database = field(repr=False)
    states: MinuteCache[dict[str, Any]] = field(default_factory=MinuteCache, repr=False)

    def search(self, query: Query) -> Answer:
        """Answer a question; see `geoportal.search.answer.search`."""
        return search(self.snapshot, query, CALENDAR)

    def team(self, question: TeamQuestion) -> TeamAnswer:
        """Return who could fill each role and the best teams; see `geoportal.search.team`."""
        return find_teams(self.snapshot, question, CALENDAR)

    @property
    def interpreter(self) -> Interpreter:
        """Reads notes and looks words up by the shipped lists."""
        return _interpreter(self.reference)

    def interpret(self, text: str) -> Interpretation:
        """Read a consultation note; nothing of it is kept."""
        return self.interpreter.interpret(text)

    def coverage(
        self, area: str, question: CoverageCriteria, changes: WhatIf = NO_CHANGE, *, local: str = ""
    ) -> CoverageReport:
        """Report who is covered by whom; see `geoportal.coverage.service`.

        Parameters
        ----------
        area : str
            Code of a district, a city, a medical area or a prefecture.
        question : CoverageCriteria
        changes : WhatIf
            Facilities supposed closed or opened.
        local : str
            Level of the local districts to report by; empty: by municipality or ward.

        Raises
        ------
        NotFoundError
            When there is no such area, or no facility that is to be closed.
        InputRefusedError
            When an outline is missing.
        """
        return self.coverage_service.report(
            self.snapshot, self.editions, area, question, changes, local=local
        )

    def facility(self, facility_id: str) -> Facility | None:
        """Return a facility by its current id, closed ones too."""
        return self.snapshot.by_id.get(facility_id)

    def redirect_of(self, facility_id: str) -> str:
        """Return the id an old id leads to, empty when there is none."""
        return self.redirects.get(facility_id, "")

    def geocode(self, address: str, hint: str = "") -> GeocodeResult:
        """Turn an address into a position, or say honestly that it is not certain."""
        return self.geocoder.geocode(address, hint)

    def origin_from_address(self, address: str) -> Origin:
        """Return the origin of a radius search for an address.

        Raises
        ------
        AddressNotPlacedError
            When the address leads to no position or to several.
        """
        result = self.geocode(address)
        if result.lon is None or result.lat is None or result.status not in {"ok", "partial"}:
            raise AddressNotPlacedError(result.status)
        return Origin(
            lon=result.lon,
            lat=result.lat,
            match_level=result.match_level or "",
            uncertainty_m=result.uncertainty_m or 0.0,
            warnings=result.warnings,
        )

    def district_at(self, lon: float, lat: float) -> District | None:
        """Return the municipality or ward that covers a point."""
        return self.snapshot.districts.municipality_at(lon, lat)

    def district_chain(self, code: str) -> list[District]:
        """Return a district and those above it, smallest first; names from the shipped list."""
        index = self.snapshot.districts
        chain = [index[code]] if code in index else []
        info = self.reference.municipalities.get(code)
        if info is None:
            while chain and chain[-1].parent in index:
                chain.append(index[chain[-1].parent])
            return chain
        if not chain:
            level = "ward" if city_of(self.reference, code) else "municipality"
            full = info.prefecture + info.name
            chain = [District(code, short_name(self.reference, code), level, "", full)]
        above = upper_districts(self.reference)
        return chain + [district for district, codes in above.items() if code in codes]


@lru_cache(maxsize=4)
def _interpreter(reference: Reference) -> Interpreter:
    kinds = {info.term: kind for kind, info in reference.kinds.items() if info.term}
    return Interpreter(reference.vocabulary, reference.reading_rules, kinds)
