"""The one place where parts are joined: database, snapshot, geocoder, search."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property, lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

import jpholiday
import sqlalchemy as sa

from geoportal.address.geocode import Geocoder
from geoportal.address.result import GeocodeResult
from geoportal.domain.district import District
from geoportal.domain.facility import Facility
from geoportal.domain.hours import JST, OpeningCalendar
from geoportal.domain.query import Origin, Query
from geoportal.errors import GeoportalError, UsageError
from geoportal.index.districts import DistrictIndex, with_unions
from geoportal.index.hierarchy import (
    city_of,
    district_members,
    short_name,
    upper_districts,
)
from geoportal.index.minute_cache import MinuteBoard
from geoportal.index.snapshot import Snapshot
from geoportal.index.stations import station_book
from geoportal.index.texts import kind_words
from geoportal.ingest.resolve.gazetteer import open_geocoder
from geoportal.ingest.sources.shipped_centres import shipped_centres, with_shipped
from geoportal.search.answer import Answer, search
from geoportal.search.exposure import ExposureLedger
from geoportal.search.interpret import Interpreter
from geoportal.search.interpretation import Interpretation
from geoportal.search.team import TeamAnswer, TeamQuestion, find_teams
from geoportal.settings import shipped_directory
from geoportal.store.database import Database, dataset_version
from geoportal.store.facilities import all_redirects, iter_facilities
from geoportal.store.outlines import read_outlines
from geoportal.store.reference import Edition, Reference, read_centres, read_editions
from geoportal.store.stations import read_stations

_VERSION_CHECK_SECONDS = 0.5
_EXAMPLES_TRIED = 50
_AWAY_CHECK_SECONDS = 5.0
_LOG = logging.getLogger(__name__)


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


@dataclass(frozen=True, slots=True)
class Loaded:
    """What is in memory for one dataset version.

    ``example_place`` is a town of this data, as one would type it; empty when no address is placed.
    """

    snapshot: Snapshot
    geocoder: Geocoder
    redirects: Mapping[str, str]
    editions: Sequence[Edition]
    facility_counts: Mapping[str, int]
    station_count: int = 0
    example_place: str = ""


@lru_cache(maxsize=4096)
def is_holiday(day: date) -> bool:
    """Say whether a day is a national holiday of Japan (国民の祝日)."""
    return bool(jpholiday.is_holiday(day))


CALENDAR = OpeningCalendar(is_holiday)


def shipped_reference() -> Reference:
    """Return the reference lists that come with the program."""
    return Reference(shipped_directory("data") / "reference")


def sample_directory() -> Path:
    """Return where the fictional sample city lies."""
    return shipped_directory("data") / "sample"


def now_in_japan() -> datetime:
    """Return the present moment in Japan time."""
    return datetime.now(JST)


@dataclass
class Portal:
    """Answers questions from an immutable snapshot, swapped whole when the data moves on.

    Safe to use from many threads: a question works on the snapshot it began with.

    Parameters
    ----------
    database : Database
        Opened; only read here.
    reference : Reference
        Shipped lists.
    clock : callable
        Returns the present moment; tests pass a fixed one.
    """

    database: Database
    reference: Reference
    clock: Callable[[], datetime] = now_in_japan
    exposure: ExposureLedger = field(default_factory=ExposureLedger, init=False, repr=False)
    states: MinuteBoard[dict[str, Any]] = field(default_factory=MinuteBoard, init=False, repr=False)
    _loaded: Loaded | None = field(default=None, init=False, repr=False)
    _checked_at: float = field(default=0.0, init=False, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    @property
    def loaded(self) -> Loaded:
        """What is in memory, brought up to date first when the data has changed.

        While the database does not answer, what was read last is gone on with.
        """
        current = self._loaded
        if current is not None and time.monotonic() - self._checked_at < _VERSION_CHECK_SECONDS:
            return current
        if current is not None and not self._lock.acquire(blocking=False):
            return current
        if current is None:
            self._lock.acquire()
        try:
            return self._refresh()
        except sa.exc.DBAPIError as error:
            if current is None:
                raise
            _LOG.warning("the database does not answer (%s); going on", type(error).__name__)
            self._checked_at = time.monotonic() + _AWAY_CHECK_SECONDS
            return current
        finally:
            self._lock.release()

    @property
    def snapshot(self) -> Snapshot:
        """The current snapshot."""
        return self.loaded.snapshot

    def search(self, query: Query) -> Answer:
        """Answer a question; see `geoportal.search.answer.search`."""
        return search(self.snapshot, query, CALENDAR)

    def team(self, question: TeamQuestion) -> TeamAnswer:
        """Return who could fill each role and the best teams; see `geoportal.search.team`."""
        return find_teams(self.snapshot, question, CALENDAR)

    def interpret(self, text: str) -> Interpretation:
        """Read a consultation note; nothing of it is kept."""
        return self.interpreter.interpret(text)

    @cached_property
    def interpreter(self) -> Interpreter:
        """Reads notes and looks words up by the shipped lists."""
        kinds = {info.term: kind for kind, info in self.reference.kinds.items() if info.term}
        return Interpreter(self.reference.vocabulary, self.reference.reading_rules, kinds)

    def facility(self, facility_id: str) -> Facility | None:
        """Return a facility by its current id, closed ones too."""
        return self.snapshot.by_id.get(facility_id)

    def redirect_of(self, facility_id: str) -> str:
        """Return the id an old id leads to, empty when there is none."""
        return self.loaded.redirects.get(facility_id, "")

    def geocode(self, address: str, hint: str = "") -> GeocodeResult:
        """Turn an address into a position, or an honest "not sure"."""
        return self.loaded.geocoder.geocode(address, hint)

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

    def _refresh(self) -> Loaded:
        """Load again if the dataset version or the day has moved. Holds the lock."""
        with self.database.engine.connect() as connection, connection.begin():
            version = dataset_version(connection)
            today = self.clock().astimezone(JST).date()
            current = self._loaded
            stale = current is None or (current.snapshot.version, current.snapshot.today) != (
                version,
                today,
            )
            if stale:
                self._loaded = _load(self.database, connection, self.reference, version, today)
        self._checked_at = time.monotonic()
        if self._loaded is None:
            raise GeoportalError("the data could not be loaded")
        return self._loaded


def load_districts(connection: sa.Connection, reference: Reference) -> DistrictIndex:
    """Return the district index: outlines held, and the larger districts they make up."""
    outlines = [(item.district, item.geometry) for item in read_outlines(connection)]
    return DistrictIndex(with_unions(outlines, upper_districts(reference)))


def _load(
    database: Database,
    connection: sa.Connection,
    reference: Reference,
    version: str,
    today: date,
) -> Loaded:
    facilities = list(iter_facilities(connection))
    members = district_members(reference)
    districts = load_districts(connection, reference)
    geocoder = open_geocoder(database, connection, reference)
    book = station_book(*read_stations(connection), districts, geocoder.gazetteer, reference)
    snapshot = Snapshot(
        version=version,
        today=today,
        facilities=facilities,
        vocabulary=reference.vocabulary,
        districts=districts,
        members=members,
        centres=with_shipped(
            read_centres(connection),
            shipped_centres(reference),
            members,
            {facility.municipality_code for facility in facilities},
        ),
        kind_words=kind_words(reference),
    )
    counts: dict[str, int] = {}
    for facility in facilities:
        for source in {mention.source for mention in facility.sources}:
            counts[source] = counts.get(source, 0) + 1
    return Loaded(
        snapshot=snapshot,
        geocoder=geocoder.with_stations(book),
        redirects=all_redirects(connection),
        editions=read_editions(connection),
        facility_counts=counts,
        station_count=len(book.stations),
        example_place=_example_place(snapshot, geocoder, reference),
    )


def _example_place(snapshot: Snapshot, geocoder: Geocoder, reference: Reference) -> str:
    """Return the town of one of the facilities: an example that works with this data.

    Where a centre answers for some of the places, it is one of them.
    """
    served = (
        facility
        for row, facility in enumerate(snapshot.facilities)
        if snapshot.centres_for(snapshot.municipality_of(row))
    )
    first = list(islice(served, _EXAMPLES_TRIED)) or snapshot.facilities[:_EXAMPLES_TRIED]
    tried = (geocoder.geocode(one.address) for one in first)
    found = [result for result in tried if result.status == "ok" and result.town]
    best = next((result for result in found if result.match_level != "town"), None)
    result = best or next(iter(found), None)
    return short_name(reference, result.municipality_code) + result.town if result else ""
