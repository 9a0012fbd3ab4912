"""The portal: loads the data of the present dataset version and hands out views of them."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache, partial
from itertools import islice
from pathlib import Path

import sqlalchemy as sa

from geoportal.address.geocode import Geocoder
from geoportal.coverage.population import load_population
from geoportal.coverage.service import CoverageService
from geoportal.domain.facility import Facility
from geoportal.domain.hours import JST
from geoportal.index.completeness import Holdings
from geoportal.index.districts import DistrictIndex, with_unions
from geoportal.index.hierarchy import city_of, district_members, short_name, upper_districts
from geoportal.index.snapshot import Snapshot
from geoportal.index.stations import station_directory
from geoportal.index.texts import kind_words
from geoportal.ingest.catalogue import is_fictional
from geoportal.ingest.linking.clustering import REVIEW
from geoportal.ingest.resolve.shipped_centres import shipped_centres, with_shipped
from geoportal.ingest.revise.gazetteer import open_geocoder
from geoportal.search.exposure import ExposureLedger
from geoportal.services.view import View
from geoportal.settings import shipped_directory
from geoportal.store.centres import read_centres
from geoportal.store.database import Database, dataset_version
from geoportal.store.editions import read_held_scopes, read_imported_files
from geoportal.store.facilities import all_redirects, iter_facilities
from geoportal.store.links import read_undecided
from geoportal.store.outlines import read_outlines
from geoportal.store.reference import Reference
from geoportal.store.stations import read_stations

_VERSION_CHECK_SECONDS = 0.5
_EXAMPLES_TRIED = 50
_AWAY_CHECK_SECONDS = 5.0
_LOG = logging.getLogger(__name__)


@cache
def shipped_reference() -> Reference:
    """Return the reference lists that come with the program, each read once per process."""
    return Reference(shipped_directory("data") / "reference")


def sample_directory() -> Path:
    """Return where the fictional sample city lies."""
    return shipped_directory("data") / "sample"


def now_in_japan() -> datetime:
    """Return the present moment in Japan time."""
    return datetime.now(JST)


@dataclass
class Portal:
    """Loads the data, and again when they have changed; hands out the view of the present state.

    Safe to use from many threads. The database is only read; ``clock`` returns the present moment
    (tests pass a fixed one); ``exposure`` counts how often each facility was shown, over all
    versions this process has seen.
    """

    database: Database
    reference: Reference
    clock: Callable[[], datetime] = now_in_japan
    exposure: ExposureLedger = field(default_factory=ExposureLedger, init=False, repr=False)
    _latest: View | None = field(default=None, init=False, repr=False)
    _checked_at: float = field(default=0.0, init=False, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)
    _is_followed: bool = field(default=False, init=False, repr=False)

    def follow(self) -> None:
        """Load once, then leave noticing of new versions to a thread: no question waits for it."""
        self._current(self.clock())
        self._is_followed = True
        threading.Thread(target=self._follow, name="portal", daemon=True).start()

    def _follow(self) -> None:
        while True:
            time.sleep(_VERSION_CHECK_SECONDS)
            try:
                self._noticed(self.clock())
            except Exception as error:  # noqa: BLE001 - what is held goes on being served
                _LOG.error("the data could not be read again (%s)", type(error).__name__)

    def view(self) -> View:
        """Return the view for one question; all of its answer is made from it.

        While the database does not answer, or another thread is loading, that of the data read
        last.
        """
        now = self.clock()
        return replace(self._current(now), now=now)

    def _current(self, now: datetime) -> View:
        if self._is_followed and self._latest is not None:
            return self._latest
        return self._noticed(now)

    def _noticed(self, now: datetime) -> View:
        """Return the view of the present version, loaded if it is new."""
        current = self._latest
        if current is not None and time.monotonic() - self._checked_at < _VERSION_CHECK_SECONDS:
            return current
        if current is not None and not self._lock.acquire(blocking=False):
            return current
        if current is None:
            self._lock.acquire()
        try:
            return self._refresh(now)
        except sa.exc.DBAPIError as error:
            if current is None:
                raise
            _LOG.warning("the database does not answer (%s); going on", type(error).__name__)
            self._checked_at = time.monotonic() + _AWAY_CHECK_SECONDS
            return current
        finally:
            self._lock.release()

    def _refresh(self, now: datetime) -> View:
        """Load again if the dataset version or the day has moved. Holds the lock."""
        engine = self.database.engine
        if not self.database.is_sqlite:  # its transactions see one state of the data anyway
            engine = engine.execution_options(isolation_level="REPEATABLE READ")
        with engine.connect() as connection, connection.begin():
            version = dataset_version(connection)
            state = (version, now.astimezone(JST).date())
            latest = self._latest
            if latest is None or (latest.snapshot.version, latest.snapshot.today) != state:
                latest = load_view(self.database, connection, self.reference, version, now)
        self._latest = latest
        self._checked_at = time.monotonic()
        return latest


def load_view(
    database: Database, connection: sa.Connection, reference: Reference, version: str, now: datetime
) -> View:
    """Build the view of a dataset version at a moment, all of it from one connection."""
    facilities = list(iter_facilities(connection))
    members = district_members(reference)
    outlines = [(outline.district, outline.geometry) for outline in read_outlines(connection)]
    upper, equivalents = upper_districts(reference), reference.equivalents
    districts = DistrictIndex(with_unions(outlines, upper, equivalents))
    outlined = {district.code for district, _ in outlines}
    named = {facility.municipality_code for facility in facilities}
    geocoder = open_geocoder(database, connection, reference).preferring(
        outlined & named, outlined | named
    )
    stations = station_directory(
        *read_stations(connection), districts, geocoder.gazetteer, reference
    )
    redirects = all_redirects(connection)
    snapshot = Snapshot(
        version=version,
        today=now.astimezone(JST).date(),
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
        holdings=Holdings(
            reference.source_scopes,
            read_held_scopes(connection),
            facilities,
            fictional=is_fictional,
            city_of=partial(city_of, reference),
            filing_rules=reference.filing_rules,
            vocabulary=reference.vocabulary,
        ),
        waters=reference.waters,
        doubles=_doubles(connection, redirects, facilities),
    )
    return View(
        now=now,
        snapshot=snapshot,
        geocoder=geocoder.with_stations(stations),
        redirects=redirects,
        editions=read_imported_files(connection),
        facility_counts=Counter(
            source
            for facility in facilities
            for source in {mention.source for mention in facility.sources}
        ),
        station_count=len(stations.stations),
        example_place=_example_place(snapshot, geocoder, reference),
        reference=reference,
        coverage_service=CoverageService(load_population(connection), reference, members),
        database=database,
    )


def _doubles(
    connection: sa.Connection, redirects: Mapping[str, str], facilities: Iterable[Facility]
) -> dict[str, list[str]]:
    """Return for open facilities those that may be the same: linking leaves it to a person."""
    is_open = {facility.id for facility in facilities if facility.status == "open"}
    doubles: dict[str, list[str]] = {}
    for pair in read_undecided(connection, REVIEW):
        first, second = (redirects.get(own_id, own_id) for own_id in pair)
        if first != second and {first, second} <= is_open:
            doubles.setdefault(first, []).append(second)
            doubles.setdefault(second, []).append(first)
    return doubles


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
    results = [geocoder.geocode(facility.address) for facility in first]
    placed = [result for result in results if result.status == "ok" and result.town]
    placed.sort(key=lambda result: result.match_level == "town")
    return short_name(reference, placed[0].municipality_code) + placed[0].town if placed else ""
