"""Roads in the database: one set for each file, kept as it was packed."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

import sqlalchemy as sa

from geoportal.store.schema import road_sets


@dataclass(frozen=True, slots=True)
class RoadSet:
    """The roads of one file.

    Attributes
    ----------
    content_hash : str
        Digest of the packed edges.
    source, as_of : str
        Source name and ISO date.
    edges : int
        How many edges.
    west, south, east, north : float
        Degrees.
    document : bytes
        Packed edges, see `geoportal.roads.topology.to_bytes`; empty where only the rest was read.
    """

    content_hash: str
    source: str
    as_of: str
    edges: int
    west: float
    south: float
    east: float
    north: float
    document: bytes = field(default=b"", repr=False)

    @property
    def row_count(self) -> int:
        """How many edges, as editions are compared by."""
        return self.edges

    def shared_with(self, other: RoadSet) -> float:
        """Return the area common with the box of another, as a share of the smaller box."""
        wide = min(self.east, other.east) - max(self.west, other.west)
        high = min(self.north, other.north) - max(self.south, other.south)
        smaller = min((one.east - one.west) * (one.north - one.south) for one in (self, other))
        return max(wide, 0.0) * max(high, 0.0) / smaller if smaller > 0 else 0.0


def read_road_sets(connection: sa.Connection, *, whole: bool = True) -> list[RoadSet]:
    """Return all sets, the newest first; without their edges unless they are wanted ``whole``."""
    columns = [column for column in road_sets.c if whole or column.name != "document"]
    rows = connection.execute(sa.select(*columns)).mappings()
    read = [RoadSet(**row) for row in rows]
    return sorted(read, key=lambda one: (one.as_of, one.content_hash), reverse=True)


def write_road_set(connection: sa.Connection, new: RoadSet) -> None:
    """Add a set."""
    connection.execute(sa.insert(road_sets).values(**asdict(new)))


def remove_road_set(connection: sa.Connection, content_hash: str) -> None:
    """Remove a set."""
    connection.execute(sa.delete(road_sets).where(road_sets.c.content_hash == content_hash))
