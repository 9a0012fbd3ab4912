"""Gazetteer and geography of the database; the gazetteer is compiled anew when places change."""

from __future__ import annotations

import atexit
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from geoportal.address.compiling.compiler import compile_gazetteer
from geoportal.address.gazetteer.archive import MAGIC
from geoportal.address.gazetteer.gazetteer import Gazetteer
from geoportal.address.geocode import Geocoder
from geoportal.domain.place import Place
from geoportal.errors import GeoportalError
from geoportal.index.districts import DistrictIndex
from geoportal.ingest.catalogue import SOURCES
from geoportal.ingest.resolve.geography import Geography
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

_PREFIX = "gazetteer-"
_KEPT = 2
_TOWN_POINTS = frozenset(source.name for source in SOURCES if source.has_town_points)


def open_geocoder(database: Database, connection: sa.Connection, reference: Reference) -> Geocoder:
    """Open the geocoder over the places in the database.

    The compiled gazetteer lies in the derived directory under a name made of its content; it is
    compiled when it is missing or cannot be opened.

    Parameters
    ----------
    database : Database
        For the derived directory.
    connection : sqlalchemy.Connection
        Places are read as it sees them, uncommitted ones included.
    reference : Reference
        For the municipalities of Japan: addresses in places without towns are known by name.

    Returns
    -------
    Geocoder
        Over an empty gazetteer when the database holds no place.
    """
    sets = read_place_sets(connection)
    if not sets:
        return Geocoder(Gazetteer.empty())
    posts = read_postcode_sets(connection)
    name = _PREFIX + _digest(sets, posts, reference)
    directory = database.derived_directory / name
    if directory.is_dir():
        try:
            return Geocoder(Gazetteer.open(directory))
        except (GeoportalError, OSError, ValueError, KeyError):  # half deleted, or old
            shutil.rmtree(directory, ignore_errors=True)
    directory = _writable(database.derived_directory) / name
    _compile(connection, reference, sets, directory)
    _remove_old(directory)
    return Geocoder(Gazetteer.open(directory))


def load_geography(
    database: Database, connection: sa.Connection, reference: Reference
) -> Geography:
    """Read outlines and gazetteer as the connection sees them (uncommitted changes included)."""
    known: dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]] = {}

    def towns(code: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        if code not in known:
            known[code] = read_place_positions(connection, code)
        return known[code]

    outlines = [(item.district, item.geometry) for item in read_outlines(connection)]
    return Geography(DistrictIndex(outlines), open_geocoder(database, connection, reference), towns)


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


def _digest(sets: list[PlaceSet], posts: list[PostcodeSet], reference: Reference) -> str:
    digest = hashlib.sha256(MAGIC)
    for post in posts:
        digest.update(f"{post.municipality_code}\t{post.content_hash}\n".encode())
    for item in sets:
        digest.update(f"{item.source}\t{item.municipality_code}\t{item.content_hash}\n".encode())
        digest.update(f"{item.as_of}\n".encode())
    digest.update("\n".join(sorted(reference.municipalities)).encode())
    return digest.hexdigest()[:16]


def _compile(
    connection: sa.Connection, reference: Reference, sets: list[PlaceSet], directory: Path
) -> None:
    draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=directory.parent))
    try:
        compile_gazetteer(
            _places(connection, sets),
            reference.municipalities.values(),
            draft,
            source=_source(sets, reference),
            dataset_date=max(item.as_of for item in sets),
            postcodes=read_postcodes(connection),
        )
        if not directory.exists():
            draft.replace(directory)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _places(connection: sa.Connection, sets: list[PlaceSet]) -> Iterator[Place]:
    """Yield the places of each municipality, whatever source they are from.

    Where a municipality has finer places than 町丁目 points, its points come first, for the towns'
    names, and once more at the end: uncertainties are calibrated on these points.
    """
    sources: dict[str, list[str]] = {}
    for item in sets:
        sources.setdefault(item.municipality_code, []).append(item.source)
    for code, names in sorted(sources.items()):
        points = [name for name in names if name in _TOWN_POINTS]
        finer = [name for name in names if name not in _TOWN_POINTS]
        for name in (*points, *finer, *(points if finer else ())):
            yield from read_places(connection, source=name, municipality_code=code)


def _source(sets: list[PlaceSet], reference: Reference) -> str:
    names = sorted({item.source.partition("/")[0] for item in sets})
    return "、".join(
        reference.sources[name].label_ja for name in names if name in reference.sources
    )


def _remove_old(current: Path) -> None:
    """Keep the newest few: another process may be about to open the one before."""
    others = [path for path in current.parent.glob(_PREFIX + "*") if path != current]
    for path in sorted(others, key=lambda path: path.stat().st_mtime, reverse=True)[_KEPT - 1 :]:
        shutil.rmtree(path, ignore_errors=True)
