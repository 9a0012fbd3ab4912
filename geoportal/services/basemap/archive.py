"""A base map in one local file (PMTiles, version 3): no other host is asked for anything."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

from pmtiles.reader import MmapSource, Reader
from pmtiles.tile import Compression, TileType

from geoportal.errors import InputRefusedError
from geoportal.services.basemap.tile import Tile, TileArea, TileImage, TileUnavailableError

_MEDIA_TYPES = {
    TileType.PNG: "image/png",
    TileType.JPEG: "image/jpeg",
    TileType.WEBP: "image/webp",
    TileType.AVIF: "image/avif",
    TileType.MVT: "application/vnd.mapbox-vector-tile",
}
_ENCODINGS = {Compression.UNKNOWN: "", Compression.NONE: "", Compression.GZIP: "gzip"}
_TAG = re.compile(r"<[^>]*>")
_DRAWN_LAYERS = frozenset({"earth", "water", "landuse", "roads", "buildings", "places"})
"""Layers of vector tiles by which the schema that is drawn is known (Protomaps basemaps)."""
_OSM = "OpenStreetMap"
_OSM_PAGE = "https://www.openstreetmap.org/copyright"
"""Where the licence of OpenStreetMap's data asks its name to lead."""


class ArchivedTiles:
    """Tiles of a PMTiles file.

    Parameters
    ----------
    path : Path
    attribution : str
        Line shown on the map; empty = what the file says of itself, else its name.

    Raises
    ------
    InputRefusedError
        When the file cannot be read, is none of this format, or holds neither images nor vector
        tiles of the schema that is drawn.
    """

    is_local = True

    def __init__(self, path: Path, *, attribution: str = "") -> None:
        try:
            with path.open("rb") as file:
                reader = Reader(MmapSource(file))
            header = reader.header()
            metadata = reader.metadata()
        except OSError as error:
            raise InputRefusedError(_refused(path, f"cannot be read ({error.strerror})")) from None
        except Exception:  # noqa: BLE001 - the reader has no error of its own for a damaged file
            raise InputRefusedError(_refused(path, "is not a PMTiles file of version 3")) from None
        if header["tile_type"] not in _MEDIA_TYPES or header["tile_compression"] not in _ENCODINGS:
            tile_format = (
                f"{header['tile_type'].name}, {header['tile_compression'].name} compression"
            )
            message = f"holds {tile_format}; images (PNG, JPEG, WebP, AVIF) and MVT are drawn"
            raise InputRefusedError(_refused(path, message))
        self.is_vector = header["tile_type"] is TileType.MVT
        layers = _stated_layers(metadata)
        if self.is_vector and layers and not _DRAWN_LAYERS & layers:
            message = f"has the layers {', '.join(sorted(layers))}; of vector tiles those of the "
            raise InputRefusedError(_refused(path, message + "Protomaps basemap are drawn"))
        self.area = _area(header)
        self.attribution = attribution or _stated_attribution(metadata) or path.stem
        self.page = _OSM_PAGE if _OSM in self.attribution else ""
        self._reader = reader
        self._mimetype = _MEDIA_TYPES[header["tile_type"]]
        self._encoding = _ENCODINGS[header["tile_compression"]]

    def available(self) -> bool:
        """Say that tiles can be had: the file is open."""
        return True

    def read(self, tile: Tile) -> TileImage | None:
        """Return a tile; None when the file has none there.

        Raises
        ------
        TileUnavailableError
            When the file is damaged there.
        """
        if not self.area.covers(tile):
            return None
        try:
            body = self._reader.get(tile.zoom, tile.column, tile.row)
        except Exception:  # noqa: BLE001 - as above
            raise TileUnavailableError("the base map file is damaged", 3600) from None
        return TileImage(body, self._mimetype, self._encoding) if body else None


def _area(header: dict[str, Any]) -> TileArea:
    west, south, east, north = (
        header[f"{key}_e7"] / 1e7 for key in ("min_lon", "min_lat", "max_lon", "max_lat")
    )
    return TileArea(
        west, max(south, -85.05), east, min(north, 85.05), header["min_zoom"], header["max_zoom"]
    )


def _stated_layers(metadata: object) -> set[str]:
    """Return the names of a file's vector layers; empty when it does not say."""
    stated = metadata.get("vector_layers") if isinstance(metadata, dict) else None
    layers = stated if isinstance(stated, list) else []
    return {str(layer["id"]) for layer in layers if isinstance(layer, dict) and "id" in layer}


def _stated_attribution(metadata: object) -> str:
    """Return the attribution of a file's metadata as plain text; it is HTML by custom."""
    stated = metadata.get("attribution") if isinstance(metadata, dict) else None
    return html.unescape(_TAG.sub("", stated)).strip() if isinstance(stated, str) else ""


def _refused(path: Path, message: str) -> str:
    return f"GEOPORTAL_BASEMAP: {path} {message}"
