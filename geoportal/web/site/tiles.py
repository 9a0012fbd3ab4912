"""``/tiles``: the base map from this site, so that no visitor asks anybody else for it.

A path holds the coordinates of a tile. They are written nowhere: not to the log, not to a metric,
not into an error; browsers keep a tile for a day, intermediaries must not.
"""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, Response, current_app

from geoportal.services.basemap.tile import Basemap, Tile, TileUnavailableError

blueprint = Blueprint("tiles", __name__)
EXTENSION = "geoportal-basemap"
URL = "/tiles/{z}/{x}/{y}"
_DIGITS = 7
_DAY = "private, max-age=86400"


def basemap_here() -> Basemap | None:
    """Return the base map of the running application; None when it has none."""
    basemap: Basemap | None = current_app.extensions[EXTENSION]
    return basemap


@blueprint.get("/tiles/<zoom>/<column>/<row>")
def tile(zoom: str, column: str, row: str) -> Response:
    """Send a tile: 404 where the map has none, 503 while it cannot be had."""
    basemap = basemap_here()
    parts = (zoom, column, row)
    is_tile = all(part.isascii() and part.isdecimal() and len(part) <= _DIGITS for part in parts)
    if basemap is None or not is_tile:
        return _no_tile(HTTPStatus.NOT_FOUND, _DAY)
    try:
        image = basemap.read(Tile(*map(int, parts)))
    except TileUnavailableError as error:
        response = _no_tile(HTTPStatus.SERVICE_UNAVAILABLE, "no-store")
        response.headers["Retry-After"] = str(error.retry_s)
        return response
    if image is None:
        return _no_tile(HTTPStatus.NOT_FOUND, _DAY)
    response = Response(image.body, mimetype=image.mimetype)
    response.headers["Cache-Control"] = _DAY
    if image.encoding:
        response.headers["Content-Encoding"] = image.encoding
    return response


def _no_tile(status: HTTPStatus, cache_control: str) -> Response:
    response = Response("no tile\n", status, mimetype="text/plain")
    response.headers["Cache-Control"] = cache_control
    return response
