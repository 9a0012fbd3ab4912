"""The snapshot: everything a question needs, in memory, immutable, made for one dataset and day.

`FacilityColumns` holds what is compared, as arrays; the snapshot adds the objects that are shown
and the indexes over both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import cached_property
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from geoportal.domain.centre import Centre
from geoportal.domain.facility import Facility
from geoportal.domain.hours import Hours, OpeningCalendar, stated_sessions
from geoportal.domain.vocabulary import Vocabulary
from geoportal.domain.water import Water
from geoportal.index.claims import SelectedClaim, need_mask, select_claims
from geoportal.index.columns import FacilityColumns
from geoportal.index.completeness import Holdings
from geoportal.index.districts import DistrictIndex
from geoportal.index.freshness import SourceFigures, source_figures
from geoportal.index.opening import CLOSED, OpeningIndex, Statuses
from geoportal.index.plausibility import PlausibilityIndex
from geoportal.index.points import Allowed, PointIndex, Rows, spatial_order
from geoportal.index.texts import TextIndex
from geoportal.text.normalize import fold

CARE_MANAGER_TIME = "CO.CMTIME"
CARE_MANAGER = "care_manager"


class Snapshot:
    """Facilities, districts and centres of one dataset version, as of one day.

    Parameters
    ----------
    version : str
        Dataset version.
    today : date
        The day in Japan against which staleness is judged.
    facilities : iterable of Facility
        All of them, closed ones too.
    vocabulary : Vocabulary
        Fixes the bit of each need.
    districts : DistrictIndex
        The outlines imported.
    members : mapping of str to sequence of str
        For every known district code the codes of the municipalities and wards in it (itself for
        those), whether or not an outline is imported.
    centres : sequence of Centre
        Consultation centres.
    kind_words : mapping of str to str
        For each kind the words by which people look for it.
    holdings : Holdings or None
        Which sources are held where; None when that is not known.
    waters : sequence of Water
        Straits and bays between homes and facilities.
    doubles : mapping of str to sequence of str
        For a facility those that may be the same place: the pair waits for a person to decide.

    Attributes
    ----------
    facilities : tuple of Facility
        The open facilities: those with a position in `spatial_order`, then the others. Row numbers
        everywhere refer to it.
    selected_claims : tuple of dict of str to SelectedClaim
        For each row, by code, the claim that answers on ``today``.
    columns : FacilityColumns
        What is compared, as arrays of the same rows.
    by_id : dict of str to Facility
        All facilities, closed ones too.
    row_of : dict of str to int
        Rows of the open facilities by id.
    """

    def __init__(
        self,
        *,
        version: str,
        today: date,
        facilities: Iterable[Facility],
        vocabulary: Vocabulary,
        districts: DistrictIndex,
        members: Mapping[str, Sequence[str]],
        centres: Sequence[Centre],
        kind_words: Mapping[str, str],
        holdings: Holdings | None = None,
        waters: Sequence[Water] = (),
        doubles: Mapping[str, Sequence[str]] = MappingProxyType({}),
    ) -> None:
        everything = list(facilities)
        self.version = version
        self.today = today
        self.vocabulary = vocabulary
        self.districts = districts
        self.centres = tuple(centres)
        self.holdings = holdings
        self.waters = waters
        self.doubles = doubles
        self.by_id = {facility.id: facility for facility in everything}
        self.facilities = _in_spatial_order([f for f in everything if f.status == "open"])
        self.row_of = {facility.id: row for row, facility in enumerate(self.facilities)}
        self._members = members
        self.selected_claims = tuple(
            select_claims(f.claims, today, vocabulary) for f in self.facilities
        )
        self.columns = FacilityColumns.build(
            self.facilities,
            self.selected_claims,
            [self._municipality_of(f) for f in self.facilities],
            vocabulary,
        )
        located = self.columns.located
        self._points = PointIndex(self.columns.lon[located], self.columns.lat[located])
        self._texts = TextIndex(self.facilities, kind_words)
        self._rows_by_municipality = self.columns.rows_by_municipality()

    def __len__(self) -> int:
        return len(self.facilities)

    def near(
        self, lon: float, lat: float, radius_m: float, allowed: Allowed | None = None
    ) -> tuple[Rows, NDArray[np.float64]]:
        """Return the rows within a radius and their distances; see `PointIndex.within`."""
        # Rows with a position come first, in the order of the point index: its rows are these.
        return self._points.within(lon, lat, radius_m, allowed)

    def in_box(self, west: float, south: float, east: float, north: float) -> Rows:
        """Return the rows with a position in a box of degrees, edges included."""
        return self._points.in_box(west, south, east, north)

    def knows_district(self, code: str) -> bool:
        """Say whether a district code is known, with an outline or without."""
        return code in self._members or code in self.districts

    def members_of(self, code: str) -> tuple[str, ...]:
        """Return the municipalities and wards in a district; none of a local area."""
        return tuple(self._members.get(code, ()))

    def water_between(self, lon: float, lat: float, row: int) -> str:
        """Return the code of the water that a line from a point to a facility crosses, or ""."""
        location = self.facilities[row].location
        if location.lon is None or location.lat is None:
            return ""
        crossed = (w for w in self.waters if w.lies_between(lon, lat, location.lon, location.lat))
        return next((water.water for water in crossed), "")

    def holds(self, district: str, code: str) -> bool:
        """Say whether a district is, or has among its members, a municipality or ward."""
        return district == code or code in self._members.get(district, ())

    def in_district(self, code: str) -> Rows:
        """Return the rows in a district.

        A facility with a published coordinate belongs to the municipality whose outline covers
        it; one without a position, or placed from its address, to the municipality of its address.
        Local areas (日常生活圏域 etc.) hold the facilities whose position they cover.
        """
        if code in self._members:
            groups = [
                self._rows_by_municipality[member]
                for member in self._members[code]
                if member in self._rows_by_municipality
            ]
            return np.sort(np.concatenate(groups)) if groups else np.empty(0, dtype=np.int64)
        return self._rows_by_local_area.get(code, np.empty(0, dtype=np.int64))

    def municipality_of(self, row: int) -> str:
        """Return the code of the municipality or ward a row belongs to, empty when unknown."""
        columns = self.columns
        return str(columns.municipality_codes[columns.municipalities[row]])

    def with_words(self, words: Sequence[str]) -> NDArray[np.bool_]:
        """Say for each row whether all words occur in its text (names, kana, address, phone …)."""
        return self._texts.containing_all(words)

    def word_rank(self, words: Sequence[str]) -> NDArray[np.int8]:
        """Rank rows by how well they fit words; see `TextIndex.rank`."""
        return self._texts.rank(words)

    def opening(self, rows: Rows, when: datetime, calendar: OpeningCalendar, use: str) -> Statuses:
        """Return for each row whether it is open at a moment; see `OpeningIndex.status`.

        For ``care_manager`` (ケアマネタイム) a facility that says it has no such time is closed.
        """
        status = self._hours.status(rows, when, calendar, use)
        if use == CARE_MANAGER and CARE_MANAGER_TIME in self.vocabulary:
            status[self.refuses_need(rows, CARE_MANAGER_TIME)] = CLOSED
        return status

    def wider_district(self, codes: Sequence[str]) -> str:
        """Return the smallest district that holds these and more, empty when there is none."""
        asked = {member for code in codes for member in self._members.get(code, ())}
        if not asked:
            return ""
        wider = [
            (len(members), code)
            for code, members in self._members.items()
            if asked < set(members) and code not in codes
        ]
        return min(wider, default=(0, ""))[1]

    def with_department(self, name: str) -> Rows:
        """Return the rows that have a department (診療科) of this name, folded."""
        return self.departments.get(fold(name), np.empty(0, dtype=np.int64))

    def with_identifier(self, number: str) -> Rows:
        """Return the rows that carry an official number."""
        return np.array(self._rows_by_number.get(number, ()), dtype=np.int64)

    def centres_for(self, municipality_code: str) -> list[Centre]:
        """Return the centres responsible for a municipality or ward, liaison centres first."""
        responsible = [
            centre
            for centre in self.centres
            if any(
                municipality_code in self._members.get(code, (code,)) for code in centre.districts
            )
        ]
        return sorted(responsible, key=lambda centre: (centre.kind != "liaison_centre", centre.id))

    def has_need(self, rows: Rows, code: str) -> NDArray[np.bool_]:
        """Say for each row whether one need is known to be met."""
        return self._has_bit(self.columns.yes, rows, code)

    def refuses_need(self, rows: Rows, code: str) -> NDArray[np.bool_]:
        """Say for each row whether one need is known not to be met."""
        return self._has_bit(self.columns.no, rows, code)

    def _has_bit(self, masks: NDArray[np.uint64], rows: Rows, code: str) -> NDArray[np.bool_]:
        mask = self.need_mask([code])
        word = int(np.flatnonzero(mask)[0])
        return np.asarray((masks[rows, word] & mask[word]) != 0)

    def need_mask(self, codes: Sequence[str]) -> NDArray[np.uint64]:
        """Return the bit mask of needs, shape (words,)."""
        return need_mask(self.vocabulary, codes)

    def _municipality_of(self, facility: Facility) -> str:
        location = facility.location
        if location.level == "point" and location.lon is not None and location.lat is not None:
            covering = self.districts.municipality_at(location.lon, location.lat)
            if covering is not None:
                return covering.code
        return facility.municipality_code

    @cached_property
    def _hours(self) -> OpeningIndex:
        return OpeningIndex(
            [
                _with_care_manager_time(facility.hours, claims.get(CARE_MANAGER_TIME))
                for facility, claims in zip(self.facilities, self.selected_claims, strict=True)
            ]
        )

    @cached_property
    def plausibility(self) -> PlausibilityIndex:
        """How plausible needs are of which nothing is known, by row."""
        return PlausibilityIndex(self.facilities, self.vocabulary)

    @cached_property
    def source_figures(self) -> Mapping[str, SourceFigures]:
        """Per source, how many facilities and facts it states, and how many are stale."""
        return source_figures(self.facilities, self.today)

    @cached_property
    def _rows_by_number(self) -> dict[str, list[int]]:
        numbers: dict[str, list[int]] = {}
        for row, facility in enumerate(self.facilities):
            for value in set(facility.identifiers.values()):
                numbers.setdefault(value, []).append(row)
        return numbers

    @cached_property
    def departments(self) -> dict[str, Rows]:
        """Rows by folded name of department."""
        rows: dict[str, list[int]] = {}
        for row, facility in enumerate(self.facilities):
            for name in {fold(department) for department in facility.departments}:
                rows.setdefault(name, []).append(row)
        return {name: np.array(members, dtype=np.int64) for name, members in rows.items() if name}

    @cached_property
    def _rows_by_local_area(self) -> dict[str, Rows]:
        areas: dict[str, list[int]] = {}
        for row in range(len(self._points)):
            lon, lat = float(self.columns.lon[row]), float(self.columns.lat[row])
            for district in self.districts.containing(lon, lat):
                if district.code not in self._members:
                    areas.setdefault(district.code, []).append(row)
        return {code: np.array(rows, dtype=np.int64) for code, rows in areas.items()}


def _in_spatial_order(facilities: list[Facility]) -> tuple[Facility, ...]:
    """Return facilities in the order of the point index, those without a position last."""
    located = [f for f in facilities if f.location.known]
    order = spatial_order(
        np.array([f.location.lon for f in located], dtype=np.float64),
        np.array([f.location.lat for f in located], dtype=np.float64),
    )
    return (*(located[i] for i in order), *(f for f in facilities if not f.location.known))


def _with_care_manager_time(hours: Hours, selected: SelectedClaim | None) -> Hours:
    """Return hours with the ケアマネタイム that the note of its claim states, if it states one."""
    if selected is None or selected.value != "yes":
        return hours
    sessions = stated_sessions(selected.claim.note, CARE_MANAGER)
    return replace(hours, sessions=hours.sessions + sessions) if sessions else hours
