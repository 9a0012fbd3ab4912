"""District outlines in the database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass

import shapely
import sqlalchemy as sa
from shapely.geometry import MultiPolygon

from geoportal.domain.district import District
from geoportal.store.documents import digest
from geoportal.store.schema import outlines
from geoportal.text.contact import visible


@dataclass(frozen=True, slots=True)
class StoredOutline:
    """A district with its outline.

    Attributes
    ----------
    district : District
        Code, name, level, parent.
    geometry : MultiPolygon
        Degrees, EPSG:4326.
    source, as_of : str
        Source name and ISO date of the edition.
    """

    district: District
    geometry: MultiPolygon
    source: str
    as_of: str

    @property
    def content_hash(self) -> str:
        """Digest of what would be stored, without the date."""
        d = self.district
        text = "\n".join((d.code, d.name, d.level, d.parent, d.full_name, self.source))
        return digest(text.encode() + _wkb(self.geometry))


def read_outlines(connection: sa.Connection) -> list[StoredOutline]:
    """Return every outline, ordered by code."""
    return [
        StoredOutline(
            district=District(row.code, row.name, row.level, row.parent, row.full_name),
            geometry=shapely.from_wkb(row.geometry),
            source=row.source,
            as_of=row.as_of,
        )
        for row in connection.execute(sa.select(outlines).order_by(outlines.c.code))
    ]


def write_outlines(connection: sa.Connection, new_outlines: Iterable[StoredOutline]) -> None:
    """Insert or replace outlines by district code."""
    for outline in new_outlines:
        connection.execute(sa.delete(outlines).where(outlines.c.code == outline.district.code))
        connection.execute(
            sa.insert(outlines).values(
                **{name: visible(text) for name, text in asdict(outline.district).items()},
                source=outline.source,
                as_of=outline.as_of,
                vertices=int(shapely.get_num_coordinates(outline.geometry)),
                content_hash=outline.content_hash,
                geometry=_wkb(outline.geometry),
            )
        )


def _wkb(geometry: MultiPolygon) -> bytes:
    """Return an outline as it is stored: without heights, which a KML has for every corner."""
    return bytes(shapely.to_wkb(geometry, output_dimension=2))
