"""Map files as they come: GeoJSON, GeoPackage, shapefile, each as a list of features.

Coordinates must be degrees of WGS 84 or JGD2000/2011 (taken as equal). The Tokyo datum is off by
400 m and is refused, as are projected coordinates.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from geoportal.errors import (
    InputRefusedError,
    UnlikeAnyLayoutError,
    UnreadableSourceError,
)
from geoportal.geo.polygons import JAPAN_BOUNDS
from geoportal.ingest.files.archives import Member

GEOPACKAGE_MARK: Final = b"SQLite format 3"
_DEGREE_CRS = frozenset({4326, 4612, 6668, 6697, 4979})
_TOKYO_DATUM = frozenset({4301, 102151})
_KNOWN_FIELDS = frozenset({"N03_007", "code", "CODE", "N02_005"})
"""By these the layer to read is found in a GeoPackage with several: districts, stations."""


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature: its place in the file (1-based), properties, geometry in degrees."""

    line: int
    properties: Mapping[str, Any]
    geometry: BaseGeometry | None


def read_features(member: Member) -> list[Feature]:
    """Read the features of a GeoJSON text, GeoPackage or shapefile.

    Raises
    ------
    UnreadableSourceError
        When it is cut, damaged or empty.
    UnlikeAnyLayoutError
        When it is no feature collection.
    InputRefusedError
        When it says that its coordinates are not degrees of a modern datum.
    """
    features = _from_json(member) if _is_json(member) else list(_from_ogr(member))
    if not features:
        raise UnreadableSourceError(f"{member.name}: there is no feature in the file")
    return features


def property_names(features: Iterable[Feature]) -> str:
    """Return the property names of the first feature, for a message."""
    return next((", ".join(sorted(f.properties)[:12]) for f in features), "") or "none"


def _is_json(member: Member) -> bool:
    return not member.parts and not member.data.startswith(GEOPACKAGE_MARK)


def _from_json(member: Member) -> list[Feature]:
    try:
        document = orjson.loads(member.data.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        raise UnreadableSourceError(
            f"{member.name}: the JSON is cut off or damaged at line {error.lineno}; get it again"
        ) from None
    if not isinstance(document, dict) or not isinstance(document.get("features"), list):
        raise UnlikeAnyLayoutError(f"{member.name}: this JSON is not a GeoJSON FeatureCollection")
    _check_named_crs(member.name, document.get("crs"))
    return [
        _json_feature(member.name, line, item)
        for line, item in enumerate(document["features"], start=1)
    ]


def _json_feature(name: str, line: int, item: Any) -> Feature:
    if not isinstance(item, dict):
        raise UnreadableSourceError(f"{name}: feature {line} is not an object; get the file again")
    properties = item.get("properties")
    geometry = item.get("geometry")
    try:
        shape = shapely.from_geojson(orjson.dumps(geometry)) if geometry else None
    except shapely.errors.GEOSException:
        raise UnreadableSourceError(
            f"{name}: the geometry of feature {line} is damaged; get the file again"
        ) from None
    return Feature(line, properties if isinstance(properties, dict) else {}, shape)


def _check_named_crs(name: str, crs: Any) -> None:
    """Refuse a GeoJSON ``crs`` member that is not degrees of a modern datum."""
    if not isinstance(crs, dict):
        return
    properties = crs.get("properties")
    text = str(properties.get("name", "")) if isinstance(properties, dict) else ""
    if not text or text.upper().endswith(("CRS84", "CRS:84")):
        return
    match = re.search(r"(\d{4,6})\s*$", text)
    _check_epsg(name, int(match.group(1)) if match else None, text)


def _check_epsg(name: str, epsg: int | None, text: str) -> None:
    if epsg in _DEGREE_CRS:
        return
    if epsg in _TOKYO_DATUM or "tokyo" in text.lower():
        raise InputRefusedError(
            f"{name}: the coordinates refer to the Tokyo datum ({text[:40]}), 400 m off; convert "
            "them to JGD2011 (EPSG:6668) first"
        )
    raise InputRefusedError(
        f"{name}: the coordinate system is {text[:40] or 'unknown'}; convert the file to degrees "
        "of JGD2011 (EPSG:6668) or WGS 84 (EPSG:4326) first"
    )


def _from_ogr(member: Member) -> Iterator[Feature]:
    """Read a GeoPackage or shapefile from a private directory that is gone afterwards."""
    import pyogrio.raw  # half a second to import, and only these formats need it

    with tempfile.TemporaryDirectory(prefix="geoportal-") as directory:
        path = _write_parts(member, Path(directory))
        try:
            layer = _layer(path)
            table, encoding = {"layer": layer} if layer else {}, _shape_encoding(member)
            meta, _ids, shapes, columns = pyogrio.raw.read(path, encoding=encoding, **table)
        except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, OSError) as error:
            raise UnreadableSourceError(
                f"{member.name}: the map file is cut off or damaged; get it again"
            ) from error
    _check_crs_text(member.name, meta.get("crs"))
    names = [str(name) for name in meta["fields"]]
    for i, shape in enumerate(shapes):
        properties = {name: column[i] for name, column in zip(names, columns, strict=True)}
        yield Feature(i + 1, properties, shapely.from_wkb(shape) if shape is not None else None)


def _layer(path: Path) -> str:
    """Return the layer with a property we know, empty for the only one."""
    import pyogrio  # as above

    layers = [str(name) for name, _kind in pyogrio.list_layers(path)]
    for name in layers:
        fields = set(pyogrio.read_info(path, layer=name)["fields"])
        if fields & _KNOWN_FIELDS:
            return name
    return layers[0] if layers else ""


def _write_parts(member: Member, directory: Path) -> Path:
    if not member.parts:
        path = directory / "map.gpkg"
        path.write_bytes(member.data)
        return path
    for suffix, content in member.parts.items():
        (directory / f"map{suffix}").write_bytes(content)
    return directory / "map.shp"


def _shape_encoding(member: Member) -> str | None:
    """Old N03 shapefiles have Shift_JIS names and no .cpg file that says so."""
    if not member.parts or ".cpg" in member.parts:
        return None
    table = member.parts.get(".dbf", b"")
    try:
        table[int.from_bytes(table[8:10], "little") :].decode("utf-8")  # behind the binary header
    except UnicodeDecodeError:
        return "cp932"
    return "utf-8"


def _check_crs_text(name: str, crs: str | None) -> None:
    if not crs:
        return
    try:
        known = pyproj.CRS.from_user_input(crs)
    except pyproj.exceptions.CRSError:
        _check_epsg(name, None, crs)
        return
    datum = known.datum.name if known.datum else ""
    if known.is_geographic and "Tokyo" not in datum:
        return
    _check_epsg(name, known.to_epsg(), f"{known.name} {datum}")


def require_degrees(name: str, features: Iterable[Feature]) -> None:
    """Refuse features that do not all lie in Japan, in degrees, longitude first.

    Raises
    ------
    UnreadableSourceError
        When there is no geometry.
    InputRefusedError
        When they lie elsewhere.
    """
    west, south, east, north = JAPAN_BOUNDS
    shapes = [feature.geometry for feature in features if feature.geometry is not None]
    bounds = shapely.total_bounds(shapes) if shapes else None
    if bounds is None or not all(value == value for value in bounds):
        raise UnreadableSourceError(f"{name}: there is no geometry in the file")
    x_min, y_min, x_max, y_max = (float(value) for value in bounds)
    if west <= x_min <= x_max <= east and south <= y_min <= y_max <= north:
        return
    if west <= y_min <= y_max <= east and south <= x_min <= x_max <= north:
        raise InputRefusedError(f"{name}: latitude stands before longitude; exchange them first")
    raise InputRefusedError(
        f"{name}: the coordinates are not degrees in Japan (x {x_min:.4g} to {x_max:.4g}, y "
        f"{y_min:.4g} to {y_max:.4g}); convert the file to degrees of JGD2011 (EPSG:6668) first"
    )
