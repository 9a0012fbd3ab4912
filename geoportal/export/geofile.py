"""Facilities as geographic files: GeoJSON and GeoPackage, WGS 84."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
from shapely.geometry import Point

LAYER = "facilities"
CRS = "EPSG:4326"


def write_geojson(path: Path, features: list[dict[str, Any]]) -> None:
    """Write a FeatureCollection (RFC 7946); facilities without a position have a null geometry."""
    path.write_bytes(orjson.dumps({"type": "FeatureCollection", "features": features}))


def write_geopackage(path: Path, rows: list[dict[str, Any]], columns: dict[str, str]) -> None:
    """Write a GeoPackage with one point layer, EPSG:4326; columns by their keys.

    Parameters
    ----------
    rows : list of dict
        Flat rows with ``lon`` and ``lat`` in degrees or None.
    columns : dict
        Keys to write, in order.
    """
    import geopandas as gpd  # slow to import, and only this format needs it

    geometry = [
        None if row["lon"] is None or row["lat"] is None else Point(row["lon"], row["lat"])
        for row in rows
    ]
    data = {key.replace(".", "_"): [_scalar(row.get(key)) for row in rows] for key in columns}
    path.unlink(missing_ok=True)
    frame = gpd.GeoDataFrame(data, geometry=geometry, crs=CRS)
    frame.to_file(path, layer=LAYER, driver="GPKG", engine="pyogrio")


def _scalar(value: Any) -> Any:
    return None if value == "" else value
