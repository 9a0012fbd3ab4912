"""Railway stations in the database, all of one edition, replaced together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import orjson
import sqlalchemy as sa

from geoportal.domain.station import Station
from geoportal.store.documents import digest
from geoportal.store.schema import stations

_BATCH = 5_000


@dataclass(frozen=True, slots=True)
class StationSet:
    """The edition that the stations held are from.

    Attributes
    ----------
    source, as_of : str
        Source name and ISO date.
    row_count : int
    content_hash : str
        Of all that is held of them, in no order.
    """

    source: str
    as_of: str
    row_count: int
    content_hash: str

    @classmethod
    def of(cls, source: str, as_of: str, items: Sequence[Station]) -> StationSet:
        """Return the set that these stations make up."""
        return cls(source, as_of, len(items), _digest(items))


def _digest(items: Iterable[Station]) -> str:
    rows = (
        f"{one.id}\t{one.name}\t{one.lon!r}\t{one.lat!r}\t{one.extent_m}\t{_lines_text(one)}"
        for one in items
    )
    return digest("\n".join(sorted(rows)))


def _lines_text(station: Station) -> str:
    return orjson.dumps(station.lines).decode()


def read_stations(connection: sa.Connection) -> tuple[StationSet | None, list[Station]]:
    """Return the edition held and its stations, ordered by id; None and nothing without any."""
    table = stations.c
    query = sa.select(
        *(table.source, table.as_of),
        *(table.id, table.name, table.lon, table.lat, table.extent_m, table.lines),
    )
    rows = connection.execute(query).all()
    if not rows:
        return None, []
    found = [_station(*row[2:]) for row in rows]
    found.sort(key=lambda station: station.id)  # not by the database: collations differ
    return StationSet.of(rows[0].source, rows[0].as_of, found), found


def _station(id_: str, name: str, lon: float, lat: float, extent_m: int, lines: str) -> Station:
    pairs = tuple((str(company), str(line)) for company, line in orjson.loads(lines))
    return Station(id_, name, lon, lat, extent_m, pairs)


def replace_stations(
    connection: sa.Connection, source: str, as_of: str, items: Sequence[Station]
) -> None:
    """Replace every station held by those of an edition.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        Within a transaction.
    source, as_of : str
        Source name and ISO date of the edition.
    items : sequence of Station
        Of distinct ids; empty to hold none.
    """
    connection.execute(sa.delete(stations))
    for start in range(0, len(items), _BATCH):
        connection.execute(
            sa.insert(stations),
            [
                {
                    "id": one.id,
                    "source": source,
                    "as_of": as_of,
                    "name": one.name,
                    "lon": one.lon,
                    "lat": one.lat,
                    "extent_m": one.extent_m,
                    "lines": _lines_text(one),
                }
                for one in items[start : start + _BATCH]
            ],
        )
