"""Tiles of the web Mercator scheme (``/{z}/{x}/{y}``), and the area a base map has them for."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

from geoportal.errors import GeoportalError


class TileUnavailableError(GeoportalError):
    """A tile cannot be had just now; which one is never said.

    Parameters
    ----------
    message : str
        Why; holds no coordinates.
    retry_s : int
        Seconds after which it is worth asking again.
    """

    def __init__(self, message: str, retry_s: int) -> None:
        super().__init__(message)
        self.retry_s = retry_s


@dataclass(frozen=True, slots=True, repr=False)
class Tile:
    """Address of a tile; its representation holds no coordinates, as it tells where is looked at.

    Attributes
    ----------
    zoom, column, row : int
        ``z``, ``x`` (from 180° W eastward) and ``y`` (from the north southward).
    """

    zoom: int
    column: int
    row: int


@dataclass(frozen=True, slots=True)
class TileArea:
    """Where a base map has tiles.

    Attributes
    ----------
    west, south, east, north : float
        Degrees, WGS 84.
    min_zoom, max_zoom : int
    """

    west: float
    south: float
    east: float
    north: float
    min_zoom: int
    max_zoom: int

    def covers(self, tile: Tile) -> bool:
        """Say whether a tile touches the area."""
        if not self.min_zoom <= tile.zoom <= self.max_zoom:
            return False
        side = 2**tile.zoom
        first, last = (int((lon + 180) / 360 * side) for lon in (self.west, self.east))
        top, bottom = (int(_mercator(lat) * side) for lat in (self.north, self.south))
        in_scheme = 0 <= tile.column < side and 0 <= tile.row < side
        return in_scheme and first <= tile.column <= last and top <= tile.row <= bottom


@dataclass(frozen=True, slots=True)
class TileImage:
    """A tile as it is sent.

    Attributes
    ----------
    body : bytes
    mimetype : str
    encoding : str
        Of the content, as HTTP names it; empty when there is none.
    """

    body: bytes
    mimetype: str
    encoding: str = ""


class Basemap(Protocol):
    """A base map that can be asked for tiles."""

    area: TileArea
    attribution: str
    page: str
    """Address of the publisher's page on the map; empty when there is none."""
    is_local: bool
    """Whether the tiles lie in a file here, and nobody else is asked for them."""
    is_vector: bool
    """Whether the tiles are no images but drawn in the browser (MVT)."""

    def available(self) -> bool:
        """Say, without waiting, whether tiles can be had just now."""

    def read(self, tile: Tile) -> TileImage | None:
        """Return a tile; None when the map has none there.

        Raises
        ------
        TileUnavailableError
            When it cannot be had just now.
        """


def image_type(body: bytes) -> str | None:
    """Return the media type of an image by its first bytes; None when it is none that is served."""
    if body.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if body.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    return "image/webp" if body[:4] == b"RIFF" and body[8:12] == b"WEBP" else None


def _mercator(lat: float) -> float:
    """Return the share of the way from the north edge of the scheme to the south edge."""
    return 0.5 - math.asinh(math.tan(math.radians(lat))) / (2 * math.pi)
