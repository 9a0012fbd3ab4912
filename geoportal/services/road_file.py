"""The compiled road network: a file of its own beside the snapshot, mapped when it is asked for."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from geoportal.index.driving import RoadIndex, road_columns
from geoportal.mapped.archive import (
    Content,
    StaleArchiveError,
    array_group,
    read_archive,
    write_archive,
)
from geoportal.mapped.program import program_digest
from geoportal.roads.network import RoadNetwork
from geoportal.store.reference import Reference

if TYPE_CHECKING:
    import sqlalchemy as sa

MAGIC: Final = b"geoportal roads 1\n"
"""Name and version of the format."""
_PREFIX: Final = "roads-"
_KEPT: Final = 2
_OFF_ROAD: Final = "off_road"
"""The row of ``road_speeds.csv`` for the way between a point and its nearest road."""
_LOG = logging.getLogger(__name__)


def compile_roads(connection: sa.Connection, derived: Path, reference: Reference) -> str:
    """Compile the roads held into a file of the directory, unless it is there; return its name.

    Empty when no roads are held, or no file can be written: then there are no times.
    """
    from geoportal.store.roads import read_road_sets  # takes time to load

    names = [one.content_hash for one in read_road_sets(connection, whole=False)]
    if not names:
        return ""
    speeds = reference.road_speeds
    made_of = (sorted(names), sorted(speeds.items()), program_digest(("roads",)))
    digest = hashlib.sha256(MAGIC + repr(made_of).encode())
    path = derived / f"{_PREFIX}{digest.hexdigest()[:16]}.bin"
    try:
        archive = read_archive(path, MAGIC)
        archive.check(archive.arrays)
    except StaleArchiveError:
        from geoportal.mapped.whole_file import remove_earlier  # takes time to load
        from geoportal.roads.compiling import compile_network
        from geoportal.roads.topology import from_bytes

        sets = [from_bytes(one.document) for one in read_road_sets(connection)]
        try:
            derived.mkdir(parents=True, exist_ok=True)
            write_archive(path, MAGIC, {}, compile_network(sets, speeds))
        except OSError as error:  # a read-only or full disk
            _LOG.warning("no compiled roads can be kept: %s", type(error).__name__)
            return ""
        remove_earlier(path, f"{_PREFIX}*.bin", _KEPT)
    return path.name


def road_arrays(
    name: str, arrays: Mapping[str, Content], derived: Path, reference: Reference
) -> dict[str, Content]:
    """Return the arrays of a snapshot that say where its facilities are on the roads."""
    if not name:
        return {}
    network = _open(derived / name, reference)
    lon, lat = np.asarray(arrays["column.lon"]), np.asarray(arrays["column.lat"])
    return {f"road.{key}": column for key, column in road_columns(network, lon, lat).items()}


def road_index(
    name: str, arrays: Mapping[str, memoryview], derived: Path, reference: Reference
) -> RoadIndex | None:
    """Return the facilities on the roads of a file; None without one.

    Raises
    ------
    StaleArchiveError
        When the file is gone.
    """
    if not name or "road.edge" not in arrays:
        return None
    if not (derived / name).is_file():
        raise StaleArchiveError("the roads of the compiled snapshot are gone")
    return RoadIndex(partial(_open, derived / name, reference), array_group(arrays, "road"))


def _open(path: Path, reference: Reference) -> RoadNetwork:
    archive = read_archive(path, MAGIC)
    archive.check(archive.arrays)
    arrays = {name: np.asarray(array) for name, array in archive.arrays.items()}
    return RoadNetwork(arrays, reference.road_speeds[_OFF_ROAD])
