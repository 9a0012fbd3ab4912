"""Extracts of OpenStreetMap (.osm.pbf): their roads and ferries, read by GDAL's OSM driver."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Final

from geoportal.errors import UnreadableSourceError
from geoportal.ingest.files.archives import Member
from geoportal.ingest.files.ogr_files import DAMAGE, OgrLayer, layer_of

_HEAD: Final = b"OSMHeader"
_TAGS: Final = (
    *("highway", "oneway", "junction", "maxspeed", "route"),
    *("motorcar", "motor_vehicle", "vehicle", "access"),
)
_CONFIGURATION: Final = f"""closed_ways_are_polygons=building,landuse,natural
[lines]
osm_id=no
attributes={",".join(_TAGS)}
"""
_ROADS: Final = "highway IS NOT NULL OR route = 'ferry'"


def is_osm_extract(data: bytes) -> bool:
    """Return whether a file is an extract: its first block is the header of one."""
    return _HEAD in data[:32]


def read_osm_extract(member: Member) -> OgrLayer:
    """Read the roads and ferries of an extract, with the tags that say who may drive there how.

    Raises
    ------
    UnreadableSourceError
        When it is cut or damaged.
    """
    import pyogrio.raw  # half a second to import, and only map files need it

    with tempfile.TemporaryDirectory(prefix="geoportal-") as directory:
        path, tags = Path(directory) / "map.osm.pbf", Path(directory) / "tags.ini"
        path.write_bytes(member.data)
        tags.write_text(_CONFIGURATION, encoding="ascii")
        try:
            parts = pyogrio.raw.read(path, layer="lines", where=_ROADS, CONFIG_FILE=str(tags))
        except DAMAGE as error:
            raise UnreadableSourceError(
                f"{member.name}: the OpenStreetMap extract is cut off or damaged; get it again"
            ) from error
    return layer_of(member, "lines", *parts)
