"""The snapshot: everything a question needs, immutable, of one dataset version and day.

It reads what `geoportal.index.compiling` made of the facilities: arrays, which may be a
memory-mapped file. Nothing is made of all facilities when it is opened or asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple
from zlib import crc32

import numpy as np
import orjson
from numpy.typing import NDArray

from geoportal.domain.centre import CENTRE_KINDS, Centre
from geoportal.domain.facility import KINDS, VISITING_RULE_KINDS, Facility
from geoportal.domain.hours import OpeningCalendar
from geoportal.domain.vocabulary import Vocabulary
from geoportal.domain.water import Degrees, Water, WaterIndex
from geoportal.index.claims import SelectedClaim, need_mask, need_places, select_claims
from geoportal.index.columns import INAPPLICABLE, NO, YES, FacilityColumns
from geoportal.index.completeness import Holdings
from geoportal.index.districts import DistrictIndex
from geoportal.index.driving import RoadIndex
from geoportal.index.facility_store import FacilityStore, KeptRows, RowNumbers
from geoportal.index.freshness import SourceFigures
from geoportal.index.grams import Grams
from geoportal.index.imports import Days
from geoportal.index.kept_parts import KeptParts
from geoportal.index.mention import named
from geoportal.index.mentions import NOT_STATED, Mentions
from geoportal.index.opening import (
    CARE_MANAGER,
    CARE_MANAGER_TIME,
    CLOSED,
    OpeningIndex,
    Statuses,
)
from geoportal.index.plausibility import PlausibilityIndex
from geoportal.index.points import Allowed, PointIndex, Points, Rows
from geoportal.index.texts import GRAMS, TEXTS, TextIndex
from geoportal.index.words import WordIndex
from geoportal.mapped.archive import array_group, part_of
from geoportal.mapped.row_groups import read_groups
from geoportal.text.normalize import fold

_KEPT_STATEMENTS = 16
_KEPT_TOLD = 4_096
_KEPT_SURROUNDINGS = 200_000
"""Rows, each of some 30 bytes."""


class Told(NamedTuple):
    """What answers say of a row, as text.

    Attributes
    ----------
    id : str
        Of the facility.
    beginning : bytes
        Its Feature, open where its properties go on.
    needs : bytes
        JSON object of what is known of each need asked.
    hours : int
        Number of its hours, see `Mentions.hours`.
    accepting : bytes
        Whether it takes new patients.
    """

    id: str
    beginning: bytes
    needs: bytes
    hours: int
    accepting: bytes


class Snapshot:
    """Facilities, districts and centres of one dataset version, as of one day.

    Parameters
    ----------
    version : str
        Dataset version.
    today : date
        The day in Japan against which staleness is judged.
    header : mapping
        Of the facilities, closed ones too, as `geoportal.index.compiling` made it for this day.
    arrays : mapping of str to memoryview
        Their arrays.
    vocabulary : Vocabulary
        Fixes the bit of each need.
    districts : DistrictIndex
        The outlines imported.
    members : mapping of str to sequence of str
        For every known district code the codes of the municipalities and wards in it (itself for
        those), whether or not an outline is imported.
    centres : sequence of Centre
        Consultation centres.
    holdings : Holdings or None
        Which sources are held where; None when that is not known.
    waters : sequence of Water
        Straits and bays between homes and facilities.
    doubles : mapping of str to sequence of str
        For a facility those that may be the same place: the pair waits for a person to decide.
    check : callable
        Compares arrays with their checksums before they are first read, by name.
    roads : RoadIndex or None
        The facilities on the roads; None without a road map.
    kind_words : mapping of str to str
        By which words facilities of a kind are looked for, as the texts were compiled with; of
        kinds that are not in it all texts are read.
    private : callable or None
        Returns arrays, by name, that may be written to without changing the snapshot's; None:
        they are copied.

    Attributes
    ----------
    facilities : sequence of Facility
        The open facilities: those with a position in `spatial_order`, then the others. Row numbers
        everywhere refer to it. Each is decoded when it is asked for: what looks at all of them
        reads ``columns``.
    selected_claims : sequence of dict of str to SelectedClaim
        For each row, by code, the claim that answers on ``today``.
    columns : FacilityColumns
        What is compared, as arrays of the same rows.
    by_id : FacilityStore
        All facilities, closed ones too.
    mentions : Mentions
        What answers say of each row, as JSON text.
    row_of : mapping of str to int
        Rows of the open facilities by id.
    departments : dict of str to ndarray
        Rows by folded name of department.
    visited_areas : dict of str to ndarray
        Rows by each district that they say they visit.
    visit_statements : callable
        Returns for the code of a municipality or ward what each row says of visits there, int8 of
        shape (n,): 1 yes, -1 no, 0 nothing.
    imported : mapping of str to str
        ISO day of the last import of each source.
    last_heard : ndarray
        For each row the day of the last import that says something of it, in days since 1970-01-01;
        see `geoportal.index.imports`.
    stand_ins : mapping of str to tuple of str
        For each facility those that stand in for it in groups of offices, by id.
    plausibility : PlausibilityIndex
        How plausible needs are of which nothing is known, by row.
    kept : KeptParts
        Parts of answers that depend on codes alone.
    surroundings : KeptParts
        Who may be near to a home in a municipality, and what is known of them, by codes alone.
    told : callable
        Returns `Told` for a row and a tuple of needs; the last are kept, by facility and codes.
    """

    def __init__(
        self,
        *,
        version: str,
        today: date,
        header: Mapping[str, Any],
        arrays: Mapping[str, memoryview],
        vocabulary: Vocabulary,
        districts: DistrictIndex,
        members: Mapping[str, Sequence[str]],
        centres: Sequence[Centre],
        holdings: Holdings | None = None,
        waters: Sequence[Water] = (),
        doubles: Mapping[str, Sequence[str]] = MappingProxyType({}),
        check: Callable[[Iterable[str]], None] = lambda _names: None,
        roads: RoadIndex | None = None,
        private: Callable[[Iterable[str]], Mapping[str, memoryview]] | None = None,
        kind_words: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.version = version
        self.today = today
        self.vocabulary = vocabulary
        self.districts = districts
        self.centres = tuple(centres)
        self.holdings = holdings
        self.waters = waters
        self.roads = roads
        self._waters = WaterIndex(waters)
        self.doubles = doubles
        self.stand_ins: Mapping[str, tuple[str, ...]] = {}
        self._members = members
        self._header, self._arrays, self._check = header, arrays, check
        self._private = private
        self._kind_words = kind_words
        self.by_id = FacilityStore(arrays)
        self.facilities = self.by_id.numbered.first(header["open"])
        self.row_of = RowNumbers(self.by_id, header["open"])
        self.selected_claims = KeptRows(header["open"], self._select)
        self.columns = FacilityColumns.of_columns(
            array_group(arrays, "column"), header["municipality_codes"], vocabulary
        )
        self.mentions = Mentions(part_of(arrays, "mention"), arrays["mention"])
        self._points = PointIndex.of_columns(array_group(arrays, "point"))
        self._hours = OpeningIndex(array_group(arrays, "hours"), header["date_sets"])
        self.plausibility = PlausibilityIndex(array_group(arrays, "rule"), vocabulary)
        self.departments = read_groups(arrays, "department")
        self.visited_areas = read_groups(arrays, "visited")
        self._rows_by_local_area = read_groups(arrays, "area")
        self._spots = np.asarray(arrays["spot"], dtype=np.uint32)
        self.imported: Mapping[str, str] = header["imported"]
        self.last_heard: Days = np.asarray(arrays["last_heard"], dtype=np.int32)
        self._first_seen = np.asarray(arrays["first_seen"], dtype=np.int32)
        self._rows_by_municipality = self.columns.rows_by_municipality()
        self._need_words, self._need_bits = need_places(vocabulary)
        self._keep_nothing()

    def _keep_nothing(self) -> None:
        """Begin without anything kept of what was asked before."""
        self.kept = KeptParts()
        self.surroundings = KeptParts(_KEPT_SURROUNDINGS, weight=lambda part: 1 + part.rows.size)
        self.visit_statements = lru_cache(_KEPT_STATEMENTS)(self._visit_statements)
        self.told = lru_cache(_KEPT_TOLD)(self._tell)

    def __len__(self) -> int:
        return len(self.facilities)

    def rows(self) -> Rows:
        """Return every row there is to be asked of."""
        return np.arange(len(self))

    def private(self, names: Iterable[str]) -> dict[str, NDArray[Any]]:
        """Return arrays of one dimension that may be written to; nobody else reads them."""
        if self._private is None:
            return {name: np.array(self._arrays[name]) for name in names}
        return {name: np.asarray(array) for name, array in self._private(names).items()}

    def near(
        self,
        lon: float,
        lat: float,
        radius_m: float,
        allowed: Allowed | None = None,
        edges_m: Sequence[float] = (),
    ) -> tuple[Rows, NDArray[np.float64]]:
        """Return the rows within a radius and their distances; see `PointIndex.within`."""
        # Rows with a position come first, in the order of the point index: its rows are these.
        return self._points.within(lon, lat, radius_m, allowed, edges_m)

    def around(
        self, box: tuple[float, float, float, float], allowed: Allowed | None = None
    ) -> tuple[Rows, Points]:
        """Return the rows in a box of degrees and somewhat around it; see `PointIndex.around`."""
        return self._points.around(box, allowed)

    def in_box(self, west: float, south: float, east: float, north: float) -> Rows:
        """Return the rows with a position in a box of degrees, edges included."""
        return self._points.in_box(west, south, east, north)

    def knows_district(self, code: str) -> bool:
        """Say whether a district code is known, with an outline or without."""
        return code in self._members or code in self.districts

    def district_codes(self) -> list[str]:
        """Return every code that `knows_district` knows, ascending."""
        return sorted({*self._members, *(one.code for one in self.districts.districts)})

    def members_of(self, code: str) -> tuple[str, ...]:
        """Return the municipalities and wards in a district; none of a local area."""
        return tuple(self._members.get(code, ()))

    def waters_before(self, lon: float, lat: float, rows: Rows) -> list[str]:
        """Return for each row the code of the water that a line to it crosses, empty for none."""
        return self._waters.before(
            lon, lat, self.columns.lon.take(rows), self.columns.lat.take(rows)
        )

    def waters_between(self, lons: Degrees, lats: Degrees, rows: Rows) -> list[str]:
        """Return for each point and its row what `waters_before` does, arrays of shape (n,)."""
        return self._waters.between(lons, lats, self.columns.lon[rows], self.columns.lat[rows])

    def holds(self, district: str, code: str) -> bool:
        """Say whether a district is, or has among its members, a municipality or ward."""
        return district == code or code in self._members.get(district, ())

    def in_district(self, code: str) -> Rows:
        """Return the rows in a district.

        A facility with a published coordinate belongs to the municipality whose outline covers
        it; one without a position, placed from its address, or found to lie just outside the
        outline of its municipality (outlines are simplified), to the municipality of its address.
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

    def word_rank(self, words: Sequence[str], rows: Rows) -> NDArray[np.int8]:
        """Rank some rows by how well they fit words; see `TextIndex.rank`."""
        return self._texts.rank(words, rows)

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

    def states_departments(self, rows: Rows) -> NDArray[np.bool_]:
        """Say for each row whether any department (診療科) is known of it."""
        return np.asarray(self._with_departments[rows], dtype=bool)

    @cached_property
    def _with_departments(self) -> NDArray[np.bool_]:
        flags = np.zeros(len(self), dtype=bool)
        for rows in self.departments.values():
            flags[rows] = True
        return flags

    def states_times(self, rows: Rows) -> NDArray[np.bool_]:
        """Say for each row whether any time is known at which it is open."""
        return self._hours.states_times(rows)

    def with_identifier(self, number: str) -> Rows:
        """Return the rows that carry an official number."""
        numbers = self.by_id.with_official_number(number)
        return np.array([n for n in numbers if n < len(self)], dtype=np.int64)

    def near_spot(self, spot: str) -> Rows:
        """Return the rows at an address, by what `Terms.spot` says of it.

        There may be a few others among them: compared are checksums.
        """
        found = self._spots == crc32(spot.encode()) if spot else np.zeros(len(self), dtype=bool)
        return np.flatnonzero(found)

    def centres_for(self, municipality_code: str, day: str = "") -> list[Centre]:
        """Return the centres responsible for a municipality or ward, liaison centres first.

        Those that answer on a day, an ISO date; without one, on the snapshot's day.
        """
        on = day or self.today.isoformat()
        return [one for one in self.centres_ever_for(municipality_code) if one.answers_on(on)]

    def centres_ever_for(self, municipality_code: str) -> list[Centre]:
        """Return the centres of a municipality or ward of any day, liaison centres first."""
        responsible = [
            centre
            for centre in self.centres
            if (municipality_code and centre.area and centre.municipality == municipality_code)
            or any(
                municipality_code in self._members.get(code, (code,)) for code in centre.districts
            )
        ]
        return sorted(responsible, key=lambda one: (CENTRE_KINDS.index(one.kind), one.id))

    def has_need(self, rows: Rows, code: str) -> NDArray[np.bool_]:
        """Say for each row whether one need is known to be met."""
        return self._has_bit(YES, rows, code)

    def refuses_need(self, rows: Rows, code: str) -> NDArray[np.bool_]:
        """Say for each row whether one need is known not to be met."""
        return self._has_bit(NO, rows, code)

    def _has_bit(self, mask: int, rows: Rows, code: str) -> NDArray[np.bool_]:
        number = self.vocabulary.position(code)
        words = self.columns.masks[rows, mask, self._need_words[number]]
        return np.asarray(words & self._need_bits[number] != 0)

    def need_bits(self, codes: tuple[str, ...]) -> tuple[Rows, NDArray[np.uint64]]:
        """Return for each need the word of a mask and the bit in it, shape (codes,)."""

        def places() -> tuple[Rows, NDArray[np.uint64]]:
            numbers = [self.vocabulary.position(code) for code in codes]
            return self._need_words[numbers], self._need_bits[numbers]

        return self.kept.part(("bits", codes), places)

    def doubles_of(self, facility_id: str) -> list[Facility]:
        """Return the open facilities that may be the same place as one: nobody has decided yet."""
        return [self.by_id[other] for other in self.doubles.get(facility_id, ())]

    def mention_text(self, row: int) -> bytes:
        """Return a row as a GeoJSON Feature with `brief` properties, open where these go on."""
        text = self.mentions.beginning(row)
        others = self.doubles_of(self.by_id.id_of(row)) if self.doubles else ()
        if not others:
            return text
        return b'%b,"possible_duplicates":%b' % (text, orjson.dumps(named(others)))

    def _tell(self, row: int, codes: tuple[str, ...]) -> Told:
        told = {}
        for code in codes:
            number = self.vocabulary.position(code)
            text = self.mentions.need(row, number)
            if text is None:
                word = self.columns.masks[row, INAPPLICABLE, self._need_words[number]]
                text = NOT_STATED[bool(word & self._need_bits[number])]
            told[code] = orjson.Fragment(text)
        mentions = self.mentions
        return Told(
            self.by_id.id_of(row),
            self.mention_text(row),
            orjson.dumps(told),
            mentions.hours_number(row),
            mentions.accepting(row),
        )

    @cached_property
    def visiting(self) -> NDArray[np.bool_]:
        """Whether each row says that it visits as an institution under the 16 km rule does."""
        codes = self.vocabulary.visit_codes(*VISITING_RULE_KINDS)
        says = self.columns.masks[:, YES] & need_mask(self.vocabulary, codes)
        visiting: NDArray[np.bool_] = np.logical_or.reduce(says, axis=1, dtype=bool)
        return visiting

    def first_seen_by(self, day: str) -> NDArray[np.bool_]:
        """Say for each row whether it was listed by an ISO day; so is one of unknown date."""
        return np.asarray(self._first_seen <= np.datetime64(day, "D").astype(np.int32))

    def unlocated_in(self, code: str) -> Rows:
        """Return the rows in a district that have no position."""

        def found() -> Rows:
            rows = self.in_district(code)
            return rows[~self.columns.located[rows]]

        return self.kept.part(("unlocated", code), found)

    @cached_property
    def source_figures(self) -> Mapping[str, SourceFigures]:
        """Per source, how many facilities and facts it states, and how many are stale."""
        figures = self._header["figures"]
        return {name: SourceFigures(**row) for name, row in figures.items()}

    @cached_property
    def _texts(self) -> TextIndex:
        grams = {name: part_of(self._arrays, name) for name in GRAMS}
        self._check([*TEXTS, *(f"{name}.{part}" for name in GRAMS for part in grams[name])])
        return TextIndex(
            {
                name: WordIndex(
                    self._arrays[name],
                    np.asarray(self._arrays[f"{name}.ends"]),
                    Grams(grams[of_name]),
                )
                for name, of_name in zip(TEXTS, GRAMS, strict=True)
            },
            self.columns.kinds,
            [fold(self._kind_words.get(kind, "")) for kind in KINDS],
        )

    def _visit_statements(self, code: str) -> NDArray[np.int8]:
        said = np.zeros(len(self), dtype=np.int8)
        for held in (False, True):  # one area that holds it is enough
            for area, rows in self.visited_areas.items():
                if self.holds(area, code) == held:
                    said[rows] = 1 if held else -1
        return said

    def _select(self, row: int) -> dict[str, SelectedClaim]:
        return select_claims(self.facilities[row].claims, self.today, self.vocabulary)
