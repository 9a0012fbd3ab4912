"""Compilation of the view of a dataset version from the database, into its file or in memory."""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, replace
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import shapely
import sqlalchemy as sa
from filelock import FileLock, Timeout

from geoportal.address.gazetteer.gazetteer import Gazetteer
from geoportal.address.geocode import Geocoder
from geoportal.coverage.population import load_population
from geoportal.coverage.population_columns import population_columns
from geoportal.domain.hours import JST
from geoportal.geo.equirectangular import distances_m
from geoportal.index.compiling import compile_facilities, row_order
from geoportal.index.districts import DistrictIndex, with_unions
from geoportal.index.earlier import Earlier
from geoportal.index.hierarchy import district_members, short_name, upper_districts
from geoportal.index.imports import last_imports
from geoportal.index.portions import Row
from geoportal.index.snapshot import Snapshot
from geoportal.index.terms import Terms
from geoportal.index.texts import kind_words
from geoportal.ingest.catalogue import is_fictional
from geoportal.ingest.linking.clustering import REVIEW
from geoportal.ingest.linking.relations import spot_of
from geoportal.ingest.resolve.centres import shipped_centres, united, with_city_rules, with_shipped
from geoportal.ingest.revise.gazetteer import open_gazetteer, open_named_areas
from geoportal.mapped.archive import Content, StaleArchiveError, read_archive, views, write_archive
from geoportal.mapped.text_map import text_map_arrays
from geoportal.mapped.whole_file import remove_earlier
from geoportal.progress import Progress, no_progress
from geoportal.services.road_file import compile_roads, road_arrays
from geoportal.services.view import View
from geoportal.services.view_file import LOCK, MAGIC, PREFIX, make_view, open_view, view_path
from geoportal.store.centres import read_centres
from geoportal.store.database import Database, schema_of
from geoportal.store.documents import dump
from geoportal.store.editions import read_held_scopes, read_imported_files
from geoportal.store.facilities import all_redirects, read_documents, read_positions
from geoportal.store.links import read_undecided
from geoportal.store.outlines import read_outlines
from geoportal.store.reference import Reference
from geoportal.store.stations import read_stations

_EXAMPLES_TRIED = 50
_KEPT = 2
_PROGRESS_ROWS = 1_000
_FEWEST_IN_WORKERS = 4_000
"""Facilities; fewer are compiled before a worker would have begun."""
_DRAFTS = ".draft-snapshot-"
_LOG = logging.getLogger(__name__)

Compiled = tuple[dict[str, Any], dict[str, Content]]


def load_view(
    database: Database,
    connection: sa.Connection,
    reference: Reference,
    version: str,
    now: datetime,
    *,
    wait: bool = True,
    rebuild: bool = False,
    processes: int = 1,
    progress: Progress = no_progress,
) -> View | None:
    """Return the view of a dataset version at a moment: of its file, which is made if need be.

    One process compiles, others wait for it; None when it does and ``wait`` is false. With
    ``rebuild`` the file there is known to be damaged. Where no file can be written, what is
    compiled stays in the memory of this process. Many facilities are compiled in so many worker
    processes.
    """
    path = view_path(database.derived_directory, version, reference)
    question = (reference, now, lambda: database)
    if not rebuild:
        try:
            return open_view(path, *question)
        except StaleArchiveError:
            pass
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.parent / LOCK, timeout=-1 if wait else 0):
            if not rebuild:
                try:
                    return open_view(path, *question)
                except StaleArchiveError:
                    pass
            remove_earlier(path, f"{PREFIX}*.bin", _KEPT)
            remove_earlier(path, f"{PREFIX}*.part", 1)  # what a crash left
            for left in path.parent.glob(f"{_DRAFTS}*"):
                shutil.rmtree(left, ignore_errors=True)
            with tempfile.TemporaryDirectory(prefix=_DRAFTS, dir=path.parent) as draft:
                state = (database, connection, reference, version, now, Path(draft))
                compiled = _compile(
                    *state, None if rebuild else path, processes=processes, progress=progress
                )
                write_archive(path, MAGIC, *compiled)
            return open_view(path, *question)
    except Timeout:
        return None
    except OSError as error:  # a read-only or full disk
        _LOG.warning("no compiled snapshot can be kept: %s", type(error).__name__)
    header, arrays = _compile(database, connection, reference, version, now, None)
    parts = (orjson.loads(orjson.dumps(header)), views(arrays), path.parent)
    return replace(make_view(*parts, *question), kept=False)


def _compile(
    database: Database,
    connection: sa.Connection,
    reference: Reference,
    version: str,
    now: datetime,
    draft: Path | None,
    earlier: Path | None = None,
    *,
    processes: int = 1,
    progress: Progress = no_progress,
) -> Compiled:
    """Compile everything a view answers from, all of it from one connection.

    ``earlier``: beside this path there may be snapshots of which portions can be taken.
    """
    members = district_members(reference)
    outlines = [(outline.district, outline.geometry) for outline in read_outlines(connection)]
    upper, equivalents = upper_districts(reference), reference.equivalents
    districts = DistrictIndex(with_unions(outlines, upper, equivalents))
    editions = read_imported_files(connection)
    terms = Terms(
        version=version,
        today=now.astimezone(JST).date(),
        vocabulary=reference.vocabulary,
        districts=districts,
        official=members,
        kind_words=kind_words(reference),
        fictional=is_fictional,
        spot=spot_of,
        imported=last_imports(editions),
    )
    ids, rows = _in_row_order(connection, progress)
    facilities = compile_facilities(
        rows,
        terms,
        draft,
        _earlier(earlier, districts, terms.today),
        processes if len(ids) >= _FEWEST_IN_WORKERS else 1,
    )
    redirects = all_redirects(connection)
    inhabited = set(facilities.header["named_municipalities"])
    held = united(read_centres(connection))
    centres = with_city_rules(
        with_shipped(held, shipped_centres(reference), members, inhabited), reference
    )
    edition, stations = read_stations(connection)
    people = population_columns(load_population(connection))
    gazetteer = open_gazetteer(database, connection, reference, processes) or open_named_areas(
        database, reference
    )
    roads = compile_roads(connection, database.derived_directory, reference)
    header = {
        "version": version,
        "schema": schema_of(connection),
        "facilities": facilities.header,
        "members": members,
        "outlined": [district.code for district, _ in outlines],
        "centres": [dump(centre) for centre in centres],
        "held": {source: sorted(keys) for source, keys in read_held_scopes(connection).items()},
        "editions": [asdict(edition) for edition in editions],
        "station_count": len(stations),
        "gazetteer": _gazetteer_name(gazetteer.directory, database.derived_directory),
        "area_positions": _area_positions(gazetteer, districts),
        "roads": roads,
        "doubles": {},
        "example_place": "",
    }
    arrays: dict[str, Content] = {
        **facilities.arrays,
        **{f"people.{name}": column for name, column in people.items()},
        **{f"district.{name}": column for name, column in districts.columns().items()},
        **text_map_arrays("redirects", redirects),
        "stations": orjson.dumps(
            {
                "source": edition.source if edition else "",
                "as_of": edition.as_of if edition else "",
                "stations": [asdict(station) for station in stations],
            }
        ),
    }
    arrays |= road_arrays(roads, arrays, database.derived_directory, reference)
    passing = make_view(
        orjson.loads(orjson.dumps(header)),
        views(arrays),
        database.derived_directory,
        reference,
        now,
        lambda: database,
    )
    header["doubles"] = _doubles(connection, redirects, passing.snapshot)
    header["example_place"] = _example_place(passing.snapshot, passing.geocoder, reference)
    return header, arrays


def _gazetteer_name(gazetteer: Path, derived: Path) -> str:
    """Return where the gazetteer lies, seen from the derived directory if it is there."""
    return gazetteer.name if gazetteer.parent == derived else str(gazetteer.resolve())


def _area_positions(
    gazetteer: Gazetteer, districts: DistrictIndex
) -> dict[str, tuple[float, float, float]]:
    """Return a position in each outline of a municipality of which no town has one.

    By code: longitude and latitude in degrees, and the metres to the farthest point of the outline.
    """
    found = {}
    for region in gazetteer.regions:
        if region.position is None and region.code in districts:
            outline = districts.outline(region.code)
            inside = max(outline.geoms, key=lambda part: part.area).representative_point()
            lon, lat = shapely.get_coordinates(outline).T
            reach = float(distances_m(lon, lat, inside.x, inside.y).max())
            found[region.code] = (round(inside.x, 6), round(inside.y, 6), float(round(reach)))
    return found


def _in_row_order(connection: sa.Connection, progress: Progress) -> tuple[list[str], Iterator[Row]]:
    """Return the ids of all facilities in the order of the rows of a snapshot, and the rows."""
    ids, is_open, lon, lat = read_positions(connection)
    order = row_order(is_open, lon, lat).tolist()
    ordered = [ids[number] for number in order]
    open_ones = int(np.count_nonzero(is_open))  # they come first

    def rows() -> Iterator[Row]:
        texts = zip(ordered, read_documents(connection, ordered), strict=True)
        for done, (id_, text) in enumerate(texts):
            if done % _PROGRESS_ROWS == 0:
                progress("snapshot", done, len(ordered))
            yield Row(id_, done < open_ones, text.encode())
        if ordered:
            progress("snapshot", len(ordered), len(ordered))

    return ordered, rows()


def _earlier(path: Path | None, districts: DistrictIndex, today: date) -> Earlier | None:
    """Return the newest other snapshot of this program, if it has the same outlines and is whole.

    ``path`` is where the new one will lie; None: nothing is taken from another.
    """
    own = path.name.rpartition("-")[2] if path else ""
    found = path.parent.glob(f"{PREFIX}*-{own}") if path else ()
    for other in sorted(found, key=lambda one: one.stat().st_mtime, reverse=True):
        try:
            archive = read_archive(other, MAGIC)
            names = {f"district.{name}": column for name, column in districts.columns().items()}
            now = views(names)
            if all(np.array_equal(now[name], archive.arrays[name]) for name in now):
                archive.check(archive.arrays)
                return Earlier(archive.header["facilities"], archive.arrays, today)
        except (StaleArchiveError, OSError, KeyError):
            continue
    return None


def _doubles(
    connection: sa.Connection, redirects: Mapping[str, str], snapshot: Snapshot
) -> dict[str, list[str]]:
    """Return for open facilities those that may be the same: linking leaves it to a person."""
    doubles: dict[str, list[str]] = {}
    for pair in read_undecided(connection, REVIEW):
        first, second = (redirects.get(own_id, own_id) for own_id in pair)
        if first != second and first in snapshot.row_of and second in snapshot.row_of:
            doubles.setdefault(first, []).append(second)
            doubles.setdefault(second, []).append(first)
    return doubles


def _example_place(snapshot: Snapshot, geocoder: Geocoder, reference: Reference) -> str:
    """Return the town of one of the facilities: an example that works with this data.

    Where a centre answers for some of the places, it is one of them; likewise where some are in a
    city with a folder of its own.
    """
    codes = [str(code) for code in snapshot.columns.municipality_codes]
    members = district_members(reference)
    own = {code for city in reference.cities for code in members.get(city, ())}
    served = [bool(snapshot.centres_for(code)) for code in codes]
    place = snapshot.columns.municipalities
    rank = np.array([2 * s + (c in own) for s, c in zip(served, codes, strict=True)], dtype=int)
    rows: Iterable[int] = np.argsort(-rank[place], kind="stable")
    first = [snapshot.facilities[int(row)] for row in islice(rows, _EXAMPLES_TRIED)]
    results = [geocoder.geocode(facility.address) for facility in first]
    placed = [result for result in results if result.status == "ok" and result.town]
    placed.sort(key=lambda result: result.match_level == "town")
    return short_name(reference, placed[0].municipality_code) + placed[0].town if placed else ""
