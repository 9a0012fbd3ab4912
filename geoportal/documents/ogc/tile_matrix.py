"""The tile matrix set WebMercatorQuad (OGC 17-083r4, annex D.1), and limits of its tiles."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from geoportal.documents import Document
from geoportal.index.clusters import Numbers, eastward, southward

NAME: Final = "WebMercatorQuad"
URI: Final = f"http://www.opengis.net/def/tilematrixset/OGC/1.0/{NAME}"
CRS: Final = "http://www.opengis.net/def/crs/EPSG/0/3857"
DEEPEST_ZOOM: Final = 18
TILE_PX: Final = 256

_HALF_M: Final = 20037508.342789244
_PIXEL_M: Final = 0.00028
"""Size of a pixel from which the standard derives scale denominators."""
_MATRICES: Final = 25


def tile_matrix_set_document() -> Document:
    """Return the definition of WebMercatorQuad."""
    matrices = []
    for zoom in range(_MATRICES):
        cell = 2 * _HALF_M / TILE_PX / 2**zoom
        matrices.append(
            {
                "id": str(zoom),
                "scaleDenominator": cell / _PIXEL_M,
                "cellSize": cell,
                "cornerOfOrigin": "topLeft",
                "pointOfOrigin": [-_HALF_M, _HALF_M],
                "tileWidth": TILE_PX,
                "tileHeight": TILE_PX,
                "matrixWidth": 2**zoom,
                "matrixHeight": 2**zoom,
            }
        )
    return {
        "id": NAME,
        "title": "Google Maps Compatible for the World",
        "uri": URI,
        "crs": CRS,
        "orderedAxes": ["E", "N"],
        "wellKnownScaleSet": "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible",
        "tileMatrices": matrices,
    }


def tile_bounds(zoom: int, row: int, column: int) -> tuple[float, float, float, float]:
    """Return west, south, east and north of a tile in degrees."""
    size = 2**zoom

    def latitude(edge: int) -> float:
        return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * edge / size))))

    west, east = (edge / size * 360 - 180 for edge in (column, column + 1))
    return west, latitude(row + 1), east, latitude(row)


def limits_of(extent: tuple[float, float, float, float], zoom: int) -> dict[str, int]:
    """Return the first and last rows and columns whose tiles touch an extent in degrees."""
    west, south, east, north = extent
    columns = _numbers(eastward(np.array([west, east])), zoom)
    rows = _numbers(southward(np.array([north, south])), zoom)
    return {
        "minTileRow": rows[0],
        "maxTileRow": rows[1],
        "minTileCol": columns[0],
        "maxTileCol": columns[1],
    }


def _numbers(shares: Numbers, zoom: int) -> list[int]:
    numbers: list[int] = np.clip(np.floor(shares * 2**zoom), 0, 2**zoom - 1).astype(int).tolist()
    return numbers
