"""The compiled view: one file per dataset version, memory-mapped by every worker and command.

It lies in ``….derived/`` under a name made of the dataset version and of everything that decides
what is compiled: the program's modules and the reference lists. It holds for some days, see
`geoportal.index.portions.turning_day`. Opening it needs no database.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from geoportal.domain.hours import JST
from geoportal.domain.imported_file import ImportedFile
from geoportal.errors import UnreadableSourceError
from geoportal.index.completeness import Holdings, Listing, listed_of
from geoportal.index.districts import DistrictIndex
from geoportal.index.hierarchy import city_of
from geoportal.index.snapshot import Snapshot
from geoportal.index.texts import GRAMS, TEXTS, kind_words
from geoportal.mapped.archive import Archive, StaleArchiveError, part_of, read_archive
from geoportal.mapped.program import program_digest
from geoportal.mapped.text_map import TextMap
from geoportal.services.road_file import road_index
from geoportal.services.staff_facts import with_staff_facts
from geoportal.services.view import View
from geoportal.store.documents import load_centre
from geoportal.store.read_only import BROKEN, read_only_uri
from geoportal.store.reference import Reference
from geoportal.store.staff_facts import facts_beside, facts_version, read_facts, read_public_groups

if TYPE_CHECKING:
    from geoportal.address.geocode import Geocoder
    from geoportal.address.stations.directory import StationDirectory
    from geoportal.coverage.service import CoverageService
    from geoportal.domain.station import Station
    from geoportal.store.database import Database

MAGIC = b"geoportal snapshot 1\n"
"""Name and version of the format."""
PREFIX = "snapshot-"
LOCK = "snapshot.lock"
"""Held in the same directory by the process that compiles."""
_CHECKED_LATER = frozenset({"record", "mention", *TEXTS, "district.wkb", "stations", "portions"})
"""Arrays that are compared with their checksums when they are first read, not when opened."""
_DECIDING = (
    *("address", "domain", "geo", "index", "ingest/linking", "mapped", "roads", "services"),
    *("store", "text"),
)

_VERSION = "SELECT value FROM meta WHERE key = 'dataset_version'"

Checker = Callable[[Iterable[str]], None]


def view_path(derived: Path, version: str, reference: Reference) -> Path:
    """Return where the compiled view of a dataset version lies."""
    program = program_digest(_DECIDING, *reference.directories)
    made_by = hashlib.sha256(MAGIC + program.encode()).hexdigest()
    return derived / f"{PREFIX}{version}-{made_by[:16]}.bin"


def open_view(
    path: Path, reference: Reference, now: datetime, database: Callable[[], Database]
) -> View:
    """Return the view of a file, geocoder and all; ``database`` opens what it was compiled from.

    Raises
    ------
    StaleArchiveError
        When the file is missing, damaged, or not for today.
    """
    view = _opened(_read(path, now), path.parent, reference, now, database)
    view.opened_geocoder()
    return view


def _read(path: Path, now: datetime) -> Archive:
    """Return a file that is whole as far as can be told in a moment, and for today."""
    archive = read_archive(path, MAGIC)
    archive.check(
        name
        for name in archive.arrays
        if name not in _CHECKED_LATER and not name.startswith(("people.", *GRAMS))
    )
    if not holds_on(archive.header, now.astimezone(JST).date()):
        raise StaleArchiveError(f"{path} was compiled for other days")
    return archive


def _opened(
    archive: Archive,
    derived: Path,
    reference: Reference,
    now: datetime,
    database: Callable[[], Database],
) -> View:
    parts = (archive.header, archive.arrays, derived)
    return make_view(*parts, reference, now, database, archive.check, archive.private)


def holds_on(header: Mapping[str, Any], day: date) -> bool:
    """Say whether what was compiled holds on a day."""
    until = header["facilities"]["until"]
    return header["facilities"]["day"] <= day.isoformat() and (
        not until or day.isoformat() <= until
    )


@dataclass(frozen=True, slots=True)
class FileState:
    """What an embedded database says of its contents: versions that move with what they are of.

    Attributes
    ----------
    version : str
        Dataset version.
    schema : str
        Revision of the schema.
    asked : str
        Version of the facts of staff beside it.
    """

    version: str
    schema: str
    asked: str


def state_of_file(path: Path) -> FileState | None:
    """Return the state of an embedded database; None when it cannot be read.

    Nothing but the standard library is used: to ask by SQLAlchemy touches megabytes, which in a
    forked process are copied.
    """
    try:
        with facts_beside(path) as execute:
            return FileState(*_versions(path), facts_version(execute)[0])
    except (*BROKEN, sqlite3.Error, TypeError):
        return None


def _versions(path: Path) -> tuple[str, str]:
    """Return dataset version and revision of the schema."""
    with closing(sqlite3.connect(read_only_uri(path), uri=True)) as connection:
        (version,) = connection.execute(_VERSION).fetchone()
        (schema,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return version, schema


def view_of_file(
    location: str, reference: Reference, now: datetime, database: Callable[[], Database]
) -> View | None:
    """Return the compiled view of an embedded database without opening that for good.

    What only some questions need, the geocoder among it, is made when it is first asked for.
    None when it has to be opened: it is on a server, cannot be read, has another schema than when
    the view was compiled, or the file is missing, damaged or not for today.
    """
    path = Path(location)
    if "://" in location or not path.is_file():
        return None
    try:
        version, schema = _versions(path)
        with facts_beside(path) as execute:
            asked, _ = facts_version(execute)
            facts = read_facts(execute)
            groups = read_public_groups(execute, is_sqlite=True)
    except (*BROKEN, sqlite3.Error, TypeError):
        return None
    derived = path.with_name(f"{path.name}.derived")
    try:
        archive = _read(view_path(derived, version, reference), now)
        if archive.header["schema"] != schema:
            return None
        view = _opened(archive, derived, reference, now, database)
        return with_staff_facts(view, asked, facts, groups)
    except StaleArchiveError:
        return None


def make_view(
    header: Mapping[str, Any],
    arrays: Mapping[str, memoryview],
    derived: Path,
    reference: Reference,
    now: datetime,
    database: Callable[[], Database],
    check: Checker = lambda _names: None,
    private: Callable[[Iterable[str]], Mapping[str, memoryview]] | None = None,
) -> View:
    """Return the view of what was compiled, from a file in ``derived`` or in memory.

    Raises
    ------
    StaleArchiveError
        When the gazetteer it was compiled with is gone.
    """
    members = header["members"]
    districts = DistrictIndex.of_columns(part_of(arrays, "district"))
    facilities = header["facilities"]
    if not (derived / header["gazetteer"]).is_dir():
        raise StaleArchiveError("the gazetteer of the compiled snapshot is gone")
    snapshot = Snapshot(
        version=header["version"],
        today=now.astimezone(JST).date(),
        header=facilities,
        arrays=arrays,
        vocabulary=reference.vocabulary,
        districts=districts,
        members=members,
        centres=[load_centre(text) for text in header["centres"]],
        holdings=Holdings(
            reference.source_scopes,
            header["held"],
            Listing(listed_of(facilities["listed"]), facilities["invented"]),
            city_of=partial(city_of, reference),
            filing_rules=reference.filing_rules,
            vocabulary=reference.vocabulary,
        ),
        waters=reference.waters,
        roads=road_index(header["roads"], arrays, derived, reference),
        doubles=header["doubles"],
        check=check,
        private=private,
        kind_words=kind_words(reference),
    )

    @cache
    def geocoder() -> Geocoder:
        return _geocoder(header, derived, reference).with_stations(stations)

    def stations() -> StationDirectory:
        from geoportal.index.stations import station_directory  # takes time to load

        check(["stations"])
        stored = orjson.loads(arrays["stations"])
        listed = [_station(row) for row in stored["stations"]]
        return station_directory(
            stored["source"], stored["as_of"], listed, districts, geocoder().gazetteer, reference
        )

    @cache
    def coverage_service() -> CoverageService:
        from geoportal.coverage.population_columns import read_population
        from geoportal.coverage.service import CoverageService  # takes time to load

        check(name for name in arrays if name.startswith("people."))
        return CoverageService(read_population(part_of(arrays, "people")), reference, members)

    return View(
        now=now,
        snapshot=snapshot,
        opened_geocoder=geocoder,
        redirects=TextMap(arrays, "redirects"),
        editions=[ImportedFile(**row) for row in header["editions"]],
        facility_counts=facilities["facility_counts"],
        station_count=header["station_count"],
        example_place=header["example_place"],
        reference=reference,
        coverage_service=coverage_service,
        opened=database,
    )


def _geocoder(header: Mapping[str, Any], derived: Path, reference: Reference) -> Geocoder:
    from geoportal.address.gazetteer.gazetteer import Gazetteer  # takes time to load
    from geoportal.address.geocode import Geocoder

    lists = (reference.doubled_towns, reference.readings)
    try:
        gazetteer = Gazetteer.open(derived / header["gazetteer"]).with_areas(
            header["area_positions"]
        )
    except (UnreadableSourceError, OSError, ValueError, KeyError) as error:
        raise StaleArchiveError("the gazetteer of the compiled snapshot is gone") from error
    outlined, named = header["outlined"], header["facilities"]["named_municipalities"]
    both = set(outlined) & set(named)
    return Geocoder(gazetteer, *lists).preferring(both, {*outlined, *named})


def _station(row: dict[str, Any]) -> Station:
    from geoportal.domain.station import Station  # takes time to load

    return Station(**{**row, "lines": tuple(map(tuple, row["lines"]))})
