"""Railway stations in the database, all of one edition, replaced together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import orjson
import sqlalchemy as sa

from geoportal.domain.station import Station
from geoportal.store.batches import insert_rows
from geoportal.store.documents import digest, json_text
from geoportal.store.schema import stations


@dataclass(frozen=True, slots=True)
class StationSet:
    """The edition that the stored stations are from.

    Attributes
    ----------
    source, as_of : str
        Source name and ISO date.
    row_count : int
    content_hash : str
        Digest of the stations, whatever their order.
    """

    source: str
    as_of: str
    row_count: int
    content_hash: str

    @classmethod
    def of(cls, source: str, as_of: str, listed: Sequence[Station]) -> StationSet:
        """Return the edition that lists these stations."""
        rows = (
            f"{s.id}\t{s.name}\t{s.lon!r}\t{s.lat!r}\t{s.extent_m}\t{_lines_text(s)}"
            for s in listed
        )
        return cls(source, as_of, len(listed), digest("\n".join(sorted(rows))))


def _lines_text(station: Station) -> str:
    return json_text(station.lines)


def read_stations(connection: sa.Connection) -> tuple[StationSet | None, list[Station]]:
    """Return the stored edition and its stations, ordered by id; None and nothing without any."""
    columns = [stations.c[name] for name in ("source", "as_of", *Station.__dataclass_fields__)]
    rows = connection.execute(sa.select(*columns)).all()
    if not rows:
        return None, []
    listed = [_station(*row[2:]) for row in rows]
    listed.sort(key=lambda station: station.id)  # not by the database: collations differ
    return StationSet.of(rows[0].source, rows[0].as_of, listed), listed


def _station(id_: str, name: str, lon: float, lat: float, extent_m: int, lines: str) -> Station:
    pairs = tuple((str(company), str(line)) for company, line in orjson.loads(lines))
    return Station(id_, name, lon, lat, extent_m, pairs)


def replace_stations(
    connection: sa.Connection, source: str, as_of: str, new: Sequence[Station]
) -> None:
    """Replace all stations by those of an edition, of distinct ids; without any, remove all."""
    connection.execute(sa.delete(stations))
    rows = [
        asdict(station) | {"source": source, "as_of": as_of, "lines": _lines_text(station)}
        for station in new
    ]
    insert_rows(connection, stations, rows)
