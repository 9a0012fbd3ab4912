"""Places of the gazetteer in the database; those of a municipality are replaced together."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from geoportal.domain.place import Place
from geoportal.store.batches import ROW_BATCH, insert_rows
from geoportal.store.documents import digest
from geoportal.store.schema import place_sets, places

_COLUMNS = tuple(Place.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class PlaceSet:
    """The edition that the places of one municipality are from.

    Attributes
    ----------
    source, municipality_code, as_of : str
        Source name (``source/part`` where a source has several tables), five-digit code, ISO date
        of the edition.
    row_count : int
        How many places.
    content_hash : str
        Digest of the places.
    """

    source: str
    municipality_code: str
    as_of: str
    row_count: int
    content_hash: str


def content_hash(listed: Iterable[Place]) -> str:
    """Return a digest of places that does not depend on their order."""
    return digest("\n".join(sorted(map(_line, listed))))


def _line(place: Place) -> str:
    line = "\t".join((*place.key, repr(place.lon), repr(place.lat)))
    if place.kana or place.registry_id:
        line += f"\t{place.kana}\t{place.registry_id}"
    return line


def read_place_sets(connection: sa.Connection) -> list[PlaceSet]:
    """Return the edition of every municipality's places, ordered by source and code."""
    query = sa.select(place_sets).order_by(place_sets.c.source, place_sets.c.municipality_code)
    return [PlaceSet(*row) for row in connection.execute(query)]


def read_places(
    connection: sa.Connection, *, source: str = "", municipality_code: str = ""
) -> Iterator[Place]:
    """Yield places of one source or municipality, or all; by municipality, as they were written."""
    query = sa.select(*(places.c[name] for name in _COLUMNS)).order_by(
        places.c.municipality_code, places.c.id
    )
    if source:
        query = query.where(places.c.source == source)
    if municipality_code:
        query = query.where(places.c.municipality_code == municipality_code)
    for row in connection.execute(query.execution_options(yield_per=ROW_BATCH)):
        yield Place(*row)


def read_place_positions(
    connection: sa.Connection, municipality_code: str
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return longitudes and latitudes of a municipality's places, shape (n,) each, degrees.

    Houses (住居番号) are left out: their blocks are fine enough to say where people live.
    """
    query = sa.select(places.c.lon, places.c.lat).where(
        places.c.municipality_code == municipality_code,
        places.c.lon.is_not(None),
        places.c.house == "",
    )
    pairs = np.array(connection.execute(query).all(), dtype=np.float64).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1]


def remove_place_set(connection: sa.Connection, place_set: PlaceSet) -> None:
    """Remove the places that a source lists in one municipality."""
    source, code = place_set.source, place_set.municipality_code
    for table in (places, place_sets):
        connection.execute(
            sa.delete(table).where(table.c.source == source, table.c.municipality_code == code)
        )


def replace_places(connection: sa.Connection, place_set: PlaceSet, new: Sequence[Place]) -> None:
    """Replace the places that a source lists in one municipality."""
    remove_place_set(connection, place_set)
    connection.execute(sa.insert(place_sets).values(asdict(place_set)))
    rows = [
        {name: getattr(place, name) for name in _COLUMNS}
        | {"lon": _finite(place.lon), "lat": _finite(place.lat)}
        | {"source": place_set.source, "as_of": place_set.as_of}
        for place in new
    ]
    insert_rows(connection, places, rows)


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
