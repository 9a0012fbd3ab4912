"""The view: the data of one dataset version and day, with the use cases a question can ask."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from geoportal.domain.completeness import Completeness
from geoportal.domain.dating import inward_day
from geoportal.domain.district import District
from geoportal.domain.facility import Facility
from geoportal.domain.hours import OpeningCalendar
from geoportal.domain.imported_file import ImportedFile
from geoportal.domain.query import Origin, Query
from geoportal.errors import AddressNotPlacedError, NotFoundError, UnknownDistrictError, UsageError
from geoportal.index.hierarchy import (
    city_of,
    districts_above,
    present_code,
    short_name,
    upper_districts,
)
from geoportal.index.minute_cache import MinuteCache
from geoportal.index.snapshot import Snapshot
from geoportal.search.answer import Answer, search
from geoportal.search.completeness import dataset_completeness
from geoportal.search.driving import Engine
from geoportal.search.responsible import (
    HomePlace,
    Responsible,
    centres_of_any,
    is_divided,
    local_centres,
    responsible_centres,
)
from geoportal.store.reference import Reference

if TYPE_CHECKING:
    from geoportal.address.geocode import Geocoder
    from geoportal.address.result import GeocodeResult
    from geoportal.coverage.criteria import CoverageCriteria
    from geoportal.coverage.report import CoverageReport
    from geoportal.coverage.service import CoverageService, WhatIf
    from geoportal.search.interpret import Interpreter
    from geoportal.search.interpretation import Interpretation
    from geoportal.search.team import TeamAnswer, TeamQuestion
    from geoportal.services.results import Changes, Located, Suggestions
    from geoportal.store.database import Database

MAX_STATIONS: Final = 5
"""Stations suggested at most: they stand below the towns, which are asked for more often."""

_UNNAMED: Final = "municipality_inferred"
"""The warning of a result whose text names no municipality."""


@lru_cache(maxsize=4096)
def is_holiday(day: date) -> bool:
    """Say whether a day is a national holiday of Japan (国民の祝日)."""
    import jpholiday  # takes time to load

    return bool(jpholiday.is_holiday(day))


@dataclass(frozen=True)
class View:
    """Everything an answer is made from: one dataset version, one day, one moment.

    Immutable. A web request and a command take one and use no other, so that an import that lands
    meanwhile changes nothing in the answer. Plain data are read from its attributes (facilities,
    districts and centres from ``snapshot``); methods are the use cases that combine several.

    Attributes
    ----------
    now : datetime
        The moment of the question; on the snapshot's day, unless midnight has only just passed.
    snapshot : Snapshot
        Facilities, districts and centres; the dataset version and the day in Japan.
    reference : Reference
        Shipped lists.
    opened_geocoder : callable
        Returns the geocoder of this version. Made when an address is first asked for.
    redirects : mapping of str to str
        Former facility ids to present ones.
    editions : sequence of ImportedFile
        Files the data are from.
    facility_counts : mapping of str to int
        Facilities by source.
    station_count : int
        Stations the geocoder knows.
    example_place : str
        A town of these data as one would type it; empty when no address has a position.
    coverage_service : callable
        Returns the service of this version: its studies, the last of them cached. Made when
        coverage is first asked for.
    opened : callable
        Opens the database.
    kept : bool
        Whether it is read from a file; else this process compiled it for itself.
    asked_until : str
        ISO date of the newest of the facts of staff in it; empty without any.
    states : MinuteCache
        Opening states of this version by number of hours, as JSON text, cached for a minute.
    engine : Engine or None
        Routing engine that is asked for minutes in place of the roads held.
    calendar : OpeningCalendar
        National holidays.
    """

    now: datetime
    snapshot: Snapshot
    reference: Reference
    opened_geocoder: Callable[[], Geocoder] = field(repr=False)
    redirects: Mapping[str, str]
    editions: Sequence[ImportedFile]
    facility_counts: Mapping[str, int]
    station_count: int
    example_place: str
    coverage_service: Callable[[], CoverageService] = field(repr=False)
    opened: Callable[[], Database] = field(repr=False)
    kept: bool = True
    asked_until: str = ""
    states: MinuteCache[bytes] = field(default_factory=MinuteCache, repr=False)
    engine: Engine | None = field(default=None, repr=False)
    calendar: OpeningCalendar = OpeningCalendar(is_holiday)  # noqa: RUF009 - immutable

    def at(self, now: datetime, engine: Engine | None) -> View:
        """Return the view of another moment: `dataclasses.replace`, which takes longer."""
        view = object.__new__(type(self))
        view.__dict__.update(self.__dict__, now=now, engine=engine)
        return view

    @property
    def geocoder(self) -> Geocoder:
        """Addresses and stations to positions."""
        return self.opened_geocoder()

    @property
    def database(self) -> Database:
        """The database, for the history of records; nothing else is read from it."""
        return self.opened()

    def search(self, query: Query) -> Answer:
        """Answer a question; see `geoportal.search.answer.search`."""
        return search(self.snapshot, query, self.calendar, self.engine)

    def team(self, question: TeamQuestion) -> TeamAnswer:
        """Return who could fill each role and the best teams; see `geoportal.search.team`."""
        from geoportal.search.team import find_teams  # takes time to load

        return find_teams(self.snapshot, question, self.calendar, self.engine)

    def interpret(self, text: str) -> Interpretation:
        """Read a consultation note; nothing of it is kept."""
        return _interpreter(self.reference).interpret(text)

    def completeness(self) -> tuple[Completeness, ...]:
        """Return which sources are held for what committees ask of, where most facilities are."""
        questions = self.reference.coverage_questions.values()
        needs = tuple(dict.fromkeys(need for question in questions for need in question.needs))
        return dataset_completeness(self.snapshot, needs)

    def terms_of(self, word: str) -> Sequence[str]:
        """Return the codes of the terms a word of care (床ずれ, PEG) stands for."""
        return _interpreter(self.reference).lookup(word)

    def coverage(
        self,
        area: str,
        criteria: CoverageCriteria,
        changes: WhatIf | None = None,
        *,
        local: str = "",
    ) -> CoverageReport:
        """Report who is covered by whom; see `geoportal.coverage.service.CoverageService.report`.

        Raises
        ------
        NotFoundError
            When there is no such area, or no facility that is to be closed.
        InputRefusedError
            When an outline is missing.
        """
        from geoportal.coverage.service import NO_CHANGE  # takes time to load

        held = area in self.snapshot.districts
        area = area if held else present_code(self.reference, area)
        return self.coverage_service().report(
            self.snapshot, self.editions, area, criteria, changes or NO_CHANGE, local=local
        )

    def geocode(self, address: str, districts: Iterable[str] = ()) -> GeocodeResult:
        """Turn an address into a position, or say honestly that it is not certain.

        An address that names no municipality lies in one of the ``districts`` if it can; what else
        it may mean is then among the candidates.
        """
        anywhere = self.geocoder.geocode(address)
        named = anywhere.status in ("ok", "partial") and _UNNAMED not in anywhere.warnings
        codes = {code for district in districts for code in self._municipalities_in(district)}
        if named or not codes:
            return anywhere
        within = self.geocoder.geocode(address, codes=codes)
        if within.municipality_code not in codes and within.status != "ambiguous":
            return anywhere
        from geoportal.address.result import MAX_CANDIDATES, candidate_of  # takes time to load

        found = anywhere.candidates or ((candidate_of(anywhere),) if anywhere.town else ())
        listed = {place.text: place for place in (*within.candidates, *found)}
        listed.pop(candidate_of(within).text, None)
        return replace(within, candidates=tuple(listed.values())[:MAX_CANDIDATES])

    def _municipalities_in(self, district: str) -> Sequence[str]:
        """Return the codes of the municipalities in a district, or around a local one."""
        known = self.reference.municipalities
        return self.snapshot.members_of(district) or [
            part.code for part in self.district_chain(district) if part.code in known
        ]

    def locate(self, address: str, on: str = "") -> Located:
        """Geocode an address and find the districts around it, and whom to call there.

        ``on`` is the day of asking, an ISO date: centres answer from a first day on.
        """
        from geoportal.services.results import Located  # takes time to load

        result = self.geocode(address)
        code = result.municipality_code
        if not code and result.lon is not None and result.lat is not None:
            code = self._municipality_at(result.lon, result.lat)
        if not code:
            places = map(HomePlace.of_candidate, result.candidates)
            return Located(result, responsible=centres_of_any(self.snapshot, places, on))
        return self._located(result, code, on)

    def locate_point(self, lon: float, lat: float, on: str = "") -> Located:
        """Find the districts around a point in degrees; ``on`` as for :meth:`locate`."""
        from geoportal.address.result import GeocodeResult  # takes time to load
        from geoportal.services.results import Located

        code = self._municipality_at(lon, lat)
        info = self.reference.municipalities.get(code)
        result = GeocodeResult(
            status="ok" if code else "not_found",
            match_level="point",
            coordinate_level="point",
            lon=lon,
            lat=lat,
            uncertainty_m=0,
            prefecture=info.prefecture if info else "",
            municipality=info.name if info else "",
            municipality_code=code,
            needs_confirmation=not code,
            warnings=() if code else ("outside_districts",),
        )
        return self._located(result, code, on) if code else Located(result)

    def _municipality_at(self, lon: float, lat: float) -> str:
        covering = self.snapshot.districts.municipality_at(lon, lat)
        return covering.code if covering else ""

    def _located(self, result: GeocodeResult, code: str, on: str) -> Located:
        from geoportal.services.results import Located  # takes time to load

        home = HomePlace.of_result(result, code)
        only_point = result.coordinate_level == "point"
        return Located(
            result,
            self.district_chain(code),
            responsible_centres(self.snapshot, self._with_towns(home, only_point=only_point), on),
        )

    def responsible_for(self, origin: Origin, code: str, on: str = "") -> tuple[Responsible, ...]:
        """Return who answers for the home of a search; see `responsible_centres`.

        ``code`` is that of the outline around it. Of a point on the map the towns it may lie in
        are found.
        """
        home = HomePlace.of_origin(origin, code)
        home = self._with_towns(home, only_point=origin.match_level == "point")
        return responsible_centres(self.snapshot, home, on)

    def responsible_for_facility(self, facility: Facility) -> tuple[Responsible, ...]:
        """Return who answers for the place of a facility: by the town of its address, else a point.

        An address in another municipality than the one it is counted in decides nothing.
        """
        row = self.snapshot.row_of.get(facility.id)
        code = facility.municipality_code if row is None else self.snapshot.municipality_of(row)
        place = facility.location
        around = place.uncertainty_m or 0.0
        home = HomePlace(code, lon=place.lon, lat=place.lat, uncertainty_m=around)
        by_position = responsible_centres(self.snapshot, home)
        if all(one.ground == "district" for one in by_position):
            return by_position
        found = self.geocode(facility.address) if facility.address else None
        if found is not None and found.municipality_code == code:
            return responsible_centres(self.snapshot, HomePlace.of_result(found, code))
        home = self._with_towns(home, only_point=place.level == "point")
        return responsible_centres(self.snapshot, home)

    def _with_towns(self, home: HomePlace, *, only_point: bool) -> HomePlace:
        if home.town or not only_point or home.lon is None or home.lat is None:
            return home
        if not is_divided(self.snapshot, home.code) and not local_centres(self.snapshot, home):
            return home
        place = (home.code, home.lon, home.lat, home.uncertainty_m)
        return replace(home, towns_near=self.geocoder.towns_near(*place))

    def suggest(self, text: str, limit: int, district: str | None = None) -> Suggestions:
        """Return towns and stations whose name begins with a text, a city in front or not.

        At most ``limit`` towns, and `MAX_STATIONS` stations besides; with ``district``, the code
        of a district of any level, only places in it.

        Raises
        ------
        UnknownDistrictError
            When there is no such district.
        """
        from geoportal.services.results import Suggestions  # takes time to load

        codes: Sequence[str] = ()
        if district is not None:
            self.require_districts((district,))
            codes = self._municipalities_in(district)
        return Suggestions(
            self.geocoder.suggest(text, limit, codes=codes),
            self.geocoder.suggest_stations(text, min(limit, MAX_STATIONS), codes=codes),
        )

    def require_districts(self, codes: Iterable[str]) -> None:
        """Raise an UnknownDistrictError unless all districts are known."""
        for code in codes:
            if not self.snapshot.knows_district(code):
                raise UnknownDistrictError

    def origin_from_address(self, address: str, districts: Iterable[str] = ()) -> Origin:
        """Return the origin of a radius search for an address, see :meth:`geocode`.

        Raises
        ------
        AddressNotPlacedError
            When the address leads to no position or to several.
        """
        from geoportal.address.result import candidate_of  # takes time to load

        result = self.geocode(address, districts)
        if result.lon is None or result.lat is None or result.status not in {"ok", "partial"}:
            raise AddressNotPlacedError(result.status)
        return Origin(
            lon=result.lon,
            lat=result.lat,
            match_level=result.match_level or "",
            uncertainty_m=result.uncertainty_m or 0.0,
            warnings=result.warnings,
            municipality_code=result.municipality_code,
            place=candidate_of(result).text,
            remainder=result.remainder,
            others=tuple(place.text for place in result.candidates),
            town=result.town,
            needs_confirmation=result.needs_confirmation,
        )

    def district_chain(self, code: str) -> list[District]:
        """Return a district and those above it, smallest first; names from the shipped list."""
        index = self.snapshot.districts
        chain = [index[code]] if code in index else []
        info = self.reference.municipalities.get(code)
        if info is None:
            chain = chain or [d for d in upper_districts(self.reference) if d.code == code]
            while chain and chain[-1].parent in index:
                chain.append(index[chain[-1].parent])
            return chain
        if not chain:
            level = "ward" if city_of(self.reference, code) else "municipality"
            full = info.prefecture + info.name
            chain = [District(code, short_name(self.reference, code), level, "", full)]
        return [*chain, *districts_above(self.reference).get(code, ())]

    def default_area(self) -> str:
        """Return the code of the first city made of wards, else of the first municipality or ward.

        Raises
        ------
        NotFoundError
            When no outline is held.
        """
        districts = self.snapshot.districts.districts
        cities, members_of = self.reference.designated_cities, self.snapshot.members_of
        whole = [d for d in districts if d.code in cities and len(members_of(d.code)) > 1]
        parts = [d for d in districts if d.level in ("ward", "municipality")]
        for district in (*whole, *parts):
            return district.code
        raise NotFoundError("no district outlines are held; import boundaries first")

    def changes(self, source: str = "", from_date: str = "", to_date: str = "") -> Changes:
        """Compare two editions of a source; see `geoportal.ingest.changes.compare_editions`.

        Editions are named by an ISO date, or ``imported-2026-11-29`` where their date is unknown.

        Raises
        ------
        NotFoundError
            When there are not two editions to compare.
        UsageError
            When a date is not an ISO date, or they are in the wrong order.
        """
        for name, day in (("from", from_date), ("to", to_date)):
            if day and not re.fullmatch(r"(imported-)?\d{4}-\d{2}-\d{2}", day):
                raise UsageError("dates are written 2026-10-01", name)
        from geoportal.ingest.changes import compare_editions  # takes time to load
        from geoportal.ingest.reading.municipalities import municipality_finder
        from geoportal.services.results import Changes
        from geoportal.store.history import edition_dates

        with self.database.engine.connect() as connection:
            report = compare_editions(
                connection,
                municipality_finder(self.reference),
                source,
                inward_day(from_date),
                inward_day(to_date),
                self.geocoder,
            )
            return Changes(report, edition_dates(connection, report.source))


@lru_cache(maxsize=4)
def _interpreter(reference: Reference) -> Interpreter:
    from geoportal.search.interpret import Interpreter  # takes time to load

    kinds = {info.term: kind for kind, info in reference.kinds.items() if info.term}
    return Interpreter(reference.vocabulary, reference.reading_rules, kinds)
