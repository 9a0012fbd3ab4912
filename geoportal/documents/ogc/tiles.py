"""Vector tiles of facilities (OGC API – Tiles, 20-057; Mapbox Vector Tile 2.1), and their tile set.

A tile has one layer of points. Where it holds more than `MOST_SINGLE` facilities they are counted
by a grid of `CELLS` × `CELLS` cells, at every zoom: what a tile costs does not grow with them.
"""

from __future__ import annotations

from typing import Final

import mapbox_vector_tile
import numpy as np
import shapely

from geoportal.documents import Document
from geoportal.documents.ogc.facilities import Facilities
from geoportal.documents.ogc.items import WHOLE
from geoportal.documents.ogc.tile_matrix import (
    CRS,
    DEEPEST_ZOOM,
    NAME,
    URI,
    limits_of,
    tile_bounds,
)
from geoportal.index.clusters import (
    MIXED,
    SINGLE_FROM_ZOOM,
    Clusters,
    Grid,
    cluster,
    eastward,
    southward,
)
from geoportal.services.view import View

MVT: Final = "application/vnd.mapbox-vector-tile"
LAYER: Final = "facilities"
EXTENT: Final = 4096
MOST_SINGLE: Final = 500
CELLS: Final = 32

_TILESETS: Final = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector"
_SCHEME: Final = "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme"
_COUNTED_TOGETHER: Final = SINGLE_FROM_ZOOM - 1
_SLACK: Final = 1e-9
"""Degrees by which a tile is searched beyond its edges; the grid decides what belongs to it."""
_PROPERTIES: Final = {
    "count": ("integer", "施設の数"),
    "id": ("string", "ID（1施設のとき）"),
    "name": ("string", "名称（1施設のとき）"),
    "kind": ("string", "種別（1施設のとき）"),
    "kind_label": ("string", "種別の名（1施設のとき）"),
    "municipality_code": ("string", "市区町村コード（1施設のとき）"),
}


def tile(view: View, zoom: int, row: int, column: int) -> bytes | None:
    """Return a tile, empty where no facility lies in it; None outside the limits of the tile set.

    Every facility with a position is in exactly one tile of a zoom.
    """
    if not 0 <= zoom <= DEEPEST_ZOOM:
        return None
    limits = limits_of(Facilities.extent(view) or WHOLE, zoom)
    inside = limits["minTileRow"] <= row <= limits["maxTileRow"]
    if not (inside and limits["minTileCol"] <= column <= limits["maxTileCol"]):
        return None
    west, south, east, north = tile_bounds(zoom, row, column)
    rows = view.snapshot.in_box(west - _SLACK, south - _SLACK, east + _SLACK, north + _SLACK)
    columns = view.snapshot.columns
    left, top = column * CELLS, row * CELLS
    found = cluster(
        columns.lon[rows],
        columns.lat[rows],
        rows,
        zoom=SINGLE_FROM_ZOOM if rows.size <= MOST_SINGLE else _COUNTED_TOGETHER,
        grid=Grid(float(2**zoom * CELLS), left, top, left + CELLS - 1, top + CELLS - 1),
    )
    return _encoded(view, found, zoom, row, column)


def _encoded(view: View, found: Clusters, zoom: int, row: int, column: int) -> bytes:
    """Return points as a tile; the ``kind`` of a single one is its row of the snapshot."""
    if not found.count.size:
        return b""
    across = np.round((eastward(found.lon) * 2**zoom - column) * EXTENT)
    down = np.round((southward(found.lat) * 2**zoom - row) * EXTENT)
    features = [
        {"geometry": point, "properties": _properties(view, number, count)}
        for point, number, count in zip(
            shapely.points(across, down), found.kind.tolist(), found.count.tolist(), strict=True
        )
    ]
    encoded: bytes = mapbox_vector_tile.encode(
        {"name": LAYER, "features": features},
        default_options={"extents": EXTENT, "y_coord_down": True},
    )
    return encoded


def _properties(view: View, number: int, count: int) -> Document:
    if number == MIXED:
        return {"count": count}
    facility = view.snapshot.facilities[number]
    return {
        "count": 1,
        "id": facility.id,
        "name": facility.name,
        "kind": facility.kind,
        "kind_label": view.reference.kinds[facility.kind].label_ja,
        "municipality_code": view.snapshot.municipality_of(number),
    }


def tilesets_document(root: str) -> Document:
    """Return the list of the tile sets; ``root`` is the address of the landing page of ``/ogc``."""
    address = f"{root}/collections/{LAYER}/tiles"
    return {
        "links": [_link(address, "self", "application/json")],
        "tilesets": [_heading(root) | {"links": _links(root)}],
    }


def tileset_document(view: View, root: str) -> Document:
    """Return the description of the tile set."""
    extent = Facilities.extent(view) or WHOLE
    west, south, east, north = extent
    return {
        **_heading(root),
        "tileMatrixSetLimits": [
            {"tileMatrix": str(zoom), **limits_of(extent, zoom)} for zoom in range(DEEPEST_ZOOM + 1)
        ],
        "boundingBox": {"lowerLeft": [west, south], "upperRight": [east, north]},
        "layers": [
            {
                "id": LAYER,
                "title": "施設",
                "dataType": "vector",
                "geometryDimension": 0,
                "minTileMatrix": "0",
                "maxTileMatrix": str(DEEPEST_ZOOM),
                "propertiesSchema": {
                    "type": "object",
                    "required": ["count"],
                    "properties": {
                        name: {"type": kind, "title": title}
                        for name, (kind, title) in _PROPERTIES.items()
                    },
                },
            }
        ],
        "links": _links(root),
    }


def tilesets_link(root: str) -> dict[str, str]:
    """Return the link from the collection to its tile sets."""
    return _link(f"{root}/collections/{LAYER}/tiles", _TILESETS, "application/json")


def _heading(root: str) -> Document:
    return {
        "title": "施設",
        "description": f"More than {MOST_SINGLE} facilities of a tile are counted by grid cell",
        "dataType": "vector",
        "crs": CRS,
        "tileMatrixSetURI": URI,
        "tileMatrixSetDefinition": f"{root}/tileMatrixSets/{NAME}",
    }


def _links(root: str) -> list[Document]:
    tiles = f"{root}/collections/{LAYER}/tiles/{NAME}"
    return [
        _link(tiles, "self", "application/json"),
        {
            **_link(f"{tiles}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}", "item", MVT),
            "templated": True,
        },
        _link(f"{root}/tileMatrixSets/{NAME}", _SCHEME, "application/json"),
        _link(
            f"{root}/collections/{LAYER}",
            "http://www.opengis.net/def/rel/ogc/1.0/geodata",
            "application/json",
        ),
    ]


def _link(href: str, rel: str, kind: str) -> dict[str, str]:
    return {"href": href, "rel": rel, "type": kind}
