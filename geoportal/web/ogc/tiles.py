"""OGC API – Tiles: the facilities as vector tiles."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from flask import Blueprint, Response, abort

from geoportal.documents import Document
from geoportal.documents.ogc.tile_matrix import NAME, URI, tile_matrix_set_document
from geoportal.documents.ogc.tiles import LAYER, MVT, tile, tileset_document, tilesets_document
from geoportal.web.api.answers import JSON, public
from geoportal.web.current_view import view_here
from geoportal.web.ogc.answers import ALWAYS, answer, link_to, open_to_all, require_only, root

blueprint = Blueprint("ogc_tiles", __name__, url_prefix="/ogc")
blueprint.after_request(open_to_all)

_TILES: Final = f"/collections/{LAYER}/tiles"


@blueprint.get("/tileMatrixSets")
def tile_matrix_sets() -> Response:
    """Return the list of the tile matrix sets."""
    require_only(ALWAYS)
    address = f"{root()}/tileMatrixSets"
    one: Document = {"id": NAME, "uri": URI, "links": [link_to(f"{address}/{NAME}", "self", JSON)]}
    return answer({"tileMatrixSets": [one], "links": [link_to(address, "self", JSON)]})


@blueprint.get(f"/tileMatrixSets/{NAME}")
def tile_matrix_set() -> Response:
    """Return the definition of the tile matrix set."""
    require_only(ALWAYS)
    return answer(tile_matrix_set_document())


@blueprint.get(_TILES)
def tilesets() -> Response:
    """Return the list of the tile sets of the facilities."""
    require_only(ALWAYS)
    return answer(tilesets_document(root()))


@blueprint.get(f"{_TILES}/{NAME}")
def tileset() -> Response:
    """Return the description of the tile set, with its limits."""
    require_only(ALWAYS)
    return answer(tileset_document(view_here(), root()))


@blueprint.get(f"{_TILES}/{NAME}/<zoom>/<row>/<column>")
def facilities_tile(zoom: str, row: str, column: str) -> Response:
    """Return a tile; 204 where no facility lies in it, 404 outside the limits of the set."""
    require_only(frozenset())
    view, numbers = view_here(), (zoom, row, column)
    if not all(number.isascii() and number.isdigit() and len(number) < 9 for number in numbers):
        abort(HTTPStatus.NOT_FOUND)
    made = tile(view, int(zoom), int(row), int(column))
    if made is None:
        abort(HTTPStatus.NOT_FOUND)
    response = public(made, MVT)
    if not made:
        response.status_code = HTTPStatus.NO_CONTENT
    return response
