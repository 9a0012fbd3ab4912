"""Gazetteer and geography of the database; the gazetteer is compiled anew when places change."""

from __future__ import annotations

import atexit
import hashlib
import os
import shutil
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import TypeVar

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from geoportal.address.compiling.compiler import compile_gazetteer
from geoportal.address.gazetteer.gazetteer import MAGIC, Gazetteer
from geoportal.address.geocode import Geocoder
from geoportal.domain.dating import stated_date
from geoportal.domain.place import Place, Postcode
from geoportal.errors import GeoportalError
from geoportal.index.districts import DistrictIndex
from geoportal.ingest.catalogue import SOURCES
from geoportal.ingest.resolve.geography import Geography
from geoportal.mapped.whole_file import forget_left_over
from geoportal.packed import Packed
from geoportal.store.database import Database
from geoportal.store.outlines import read_outlines
from geoportal.store.places import (
    PlaceSet,
    read_place_positions,
    read_place_sets,
    read_places,
)
from geoportal.store.postcodes import PostcodeSet, read_postcode_sets, read_postcodes
from geoportal.store.reference import Reference
from geoportal.workers import working

_PREFIX = "gazetteer-"
_DRAFT = ".draft-"
_KEPT = 2
_PART = 5_000
_FEWEST_APART = 20_000
"""Places; fewer are compiled in this process."""
_Task = tuple[list[Place], list[Postcode]] | None
"""Some places and postal codes to keep; None: they are all there."""
_Value = TypeVar("_Value")
_TOWN_POINTS = frozenset(source.name for source in SOURCES if source.has_town_points)


def open_geocoder(
    database: Database, connection: sa.Connection, reference: Reference, processes: int = 1
) -> Geocoder:
    """Open the geocoder over the places in the database; without any it finds nothing."""
    held = open_gazetteer(database, connection, reference, processes)
    gazetteer = held or Gazetteer.empty()
    return Geocoder(gazetteer, reference.doubled_towns, reference.readings)


def open_named_areas(database: Database, reference: Reference) -> Gazetteer:
    """Return a gazetteer of the shipped municipalities, by name only.

    For a database without places: cities, wards and prefectures are known, and no town.
    """
    name = _PREFIX + _digest([], [], reference)
    directory = database.derived_directory / name
    if not directory.is_dir():
        directory = _writable(database.derived_directory) / name
        draft = _draft(directory.parent)
        try:
            shutil.copytree(_named_areas(reference), draft, dirs_exist_ok=True)
            if not directory.exists():
                draft.replace(directory)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    return Gazetteer.open(directory)


@lru_cache(maxsize=2)
def _named_areas(reference: Reference) -> Path:
    """Compile the shipped municipalities, once for a process."""
    directory = Path(tempfile.mkdtemp(prefix="geoportal-areas-"))
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    compile_gazetteer(
        [],
        reference.municipalities.values(),
        directory,
        source="",
        dataset_date="",
        changes=reference.municipality_changes,
    )
    return directory


def open_gazetteer(
    database: Database, connection: sa.Connection, reference: Reference, processes: int = 1
) -> Gazetteer | None:
    """Return the gazetteer of the places in the database.

    The compiled gazetteer lies in the derived directory under a name made of its content; it is
    compiled when it is missing or cannot be opened.

    Places are read as the connection sees them, uncommitted ones included. None for a database
    without places. Where there may be several processes, one of its own compiles many places: what
    that takes is given back when it ends.
    """
    sets = read_place_sets(connection)
    if not sets:
        return None
    posts = read_postcode_sets(connection)
    name = _PREFIX + _digest(sets, posts, reference)
    directory = database.derived_directory / name
    if directory.is_dir():
        try:
            return Gazetteer.open(directory)
        except (GeoportalError, OSError, ValueError, KeyError):  # half deleted, or old
            shutil.rmtree(directory, ignore_errors=True)
    directory = _writable(database.derived_directory) / name
    _compile(connection, reference, sets, directory, processes)
    others = [path for path in directory.parent.glob(_PREFIX + "*") if path != directory]
    others.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    for path in others[_KEPT - 1 :]:  # another process may be about to open the one before
        shutil.rmtree(path, ignore_errors=True)
    return Gazetteer.open(directory)


def load_geography(
    database: Database, connection: sa.Connection, reference: Reference, processes: int = 1
) -> Geography:
    """Read outlines and gazetteer as the connection sees them (uncommitted changes included)."""
    known: dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]] = {}
    held = {place_set.municipality_code for place_set in read_place_sets(connection)}
    nothing = (np.empty(0), np.empty(0))

    def towns(code: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        if code not in held:
            return nothing
        if code not in known:
            known[code] = read_place_positions(connection, code)
        return known[code]

    outlines = [(place_set.district, place_set.geometry) for place_set in read_outlines(connection)]
    geocoder = open_geocoder(database, connection, reference, processes)
    return Geography(DistrictIndex(outlines), geocoder, towns, sorted(held))


def _writable(derived: Path) -> Path:
    """Return where to keep what is compiled: for as long as this process runs, if need be."""
    try:
        derived.mkdir(parents=True, exist_ok=True)
    except OSError:
        pass
    else:
        if os.access(derived, os.W_OK):
            return derived
    passing = Path(tempfile.mkdtemp(prefix="geoportal-derived-"))
    atexit.register(shutil.rmtree, passing, ignore_errors=True)
    return passing


def _draft(derived: Path) -> Path:
    """Make a folder to compile in; those left by processes that were killed are removed."""
    forget_left_over(derived, f"{_DRAFT}*")
    return Path(tempfile.mkdtemp(prefix=_DRAFT, dir=derived))


def _digest(sets: list[PlaceSet], posts: list[PostcodeSet], reference: Reference) -> str:
    digest = hashlib.sha256(MAGIC)
    for post in posts:
        digest.update(f"{post.municipality_code}\t{post.content_hash}\n".encode())
    for stored in sets:
        key = f"{stored.source}\t{stored.municipality_code}\t{stored.content_hash}\n"
        digest.update(f"{key}{stored.as_of}\n".encode())
    digest.update(reference.municipality_text.encode())
    return digest.hexdigest()[:16]


def _compile(
    connection: sa.Connection,
    reference: Reference,
    sets: list[PlaceSet],
    directory: Path,
    processes: int,
) -> None:
    sources = sorted({stored.source.partition("/")[0] for stored in sets})
    labels = [reference.sources[name].label_ja for name in sources if name in reference.sources]
    draft = _draft(directory.parent)
    places, posts = _places(connection, sets), read_postcodes(connection)

    def compile_(places: Iterable[Place], posts: Iterable[Postcode]) -> None:
        compile_gazetteer(
            places,
            reference.municipalities.values(),
            draft,
            source="、".join(labels),
            dataset_date=stated_date(max(place_set.as_of for place_set in sets)) or "",
            postcodes=posts,
            changes=reference.municipality_changes,
        )

    try:
        if processes > 1 and sum(one.row_count for one in sets) >= _FEWEST_APART:
            _compile_apart(compile_, places, posts)
        else:
            compile_(places, posts)
        if not directory.exists():
            draft.replace(directory)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _compile_apart(
    compile_: Callable[[Iterable[Place], Iterable[Postcode]], None],
    places: Iterable[Place],
    posts: Iterable[Postcode],
) -> None:
    """Compile in a process of its own, which is sent what only this one can read."""
    held_places: Packed[Place] = Packed()
    held_posts: Packed[Postcode] = Packed()

    def take(task: _Task) -> None:
        if task is None:
            compile_(held_places, held_posts)
        else:
            held_places.extend(task[0])
            held_posts.extend(task[1])

    def tasks() -> Iterator[_Task]:
        yield from ((part, []) for part in _in_parts(places))
        yield from (([], part) for part in _in_parts(posts))
        yield None

    with working(take, 2, in_one=True) as taken:
        deque(taken(tasks()), maxlen=0)


def _in_parts(values: Iterable[_Value]) -> Iterator[list[_Value]]:
    coming = iter(values)
    while part := list(islice(coming, _PART)):
        yield part


def _places(connection: sa.Connection, sets: list[PlaceSet]) -> Iterator[Place]:
    """Yield the places of each municipality, whatever source they are from.

    Where a municipality has finer places than 町丁目 points, its points come first, for the towns'
    names, and once more at the end: uncertainties are calibrated on these points.
    """
    sources: dict[str, list[str]] = {}
    for place_set in sets:
        sources.setdefault(place_set.municipality_code, []).append(place_set.source)
    for code, names in sorted(sources.items()):
        points = [name for name in names if name in _TOWN_POINTS]
        finer = [name for name in names if name not in _TOWN_POINTS]
        for name in (*points, *finer, *(points if finer else ())):
            yield from read_places(connection, source=name, municipality_code=code)
