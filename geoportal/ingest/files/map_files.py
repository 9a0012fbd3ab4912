"""Map files as they come, each as layers of features in degrees.

Read are GeoJSON (collections, single features, sequences), shapefiles, GeoPackage, FlatGeobuf, KML,
TopoJSON, Esri JSON and extracts of OpenStreetMap. Reference systems: see
`geoportal.ingest.files.crs`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import orjson
import shapely

from geoportal.errors import InputRefusedError, UnreadableSourceError
from geoportal.geo.polygons import JAPAN_BOUNDS, is_tangled
from geoportal.ingest.files import crs as reference_systems
from geoportal.ingest.files.archives import Member
from geoportal.ingest.files.geojson import Feature, parse_json, read_geojson
from geoportal.ingest.files.ogr_files import OgrLayer, is_kml, read_kml, read_ogr
from geoportal.ingest.files.osm_extract import is_osm_extract, read_osm_extract
from geoportal.ingest.files.report import WARNING, Issue

__all__ = ["Feature", "MapLayer", "is_json", "is_map", "read_layers"]

_SQLITE: Final = b"SQLite format 3"
_FLATGEOBUF: Final = b"fgb\x03fgb"
_JSON: Final = re.compile(rb"[\x1e\s]*[{\[]")
_BOMS: Final = b"\xef\xbb\xbf\xff\xfe\x00"


@dataclass(frozen=True, eq=False)
class MapLayer:
    """The features of a map file, or of one of its layers.

    Attributes
    ----------
    name : str
        Empty where the file is not divided.
    features : tuple of Feature
        Geometry in degrees, if the reference system is what it was taken for.
    crs : str
        What the coordinates were taken for, empty when nothing declares it.
    issues : list of Issue
    """

    name: str
    features: tuple[Feature, ...] = field(repr=False)
    crs: str = ""
    issues: Sequence[Issue] = ()

    @property
    def property_names(self) -> str:
        """The names of the properties, for a message."""
        names = dict.fromkeys(key for feature in self.features for key in feature.properties)
        return ", ".join(sorted(names)[:12]) or "none"

    @property
    def has_areas(self) -> bool:
        """Whether any feature is, or has, a polygon."""
        return any(feature.is_area for feature in self.features)

    def require_degrees(self, name: str) -> None:
        """Refuse a layer of which nothing lies in Japan, in degrees, longitude first.

        Parameters
        ----------
        name : str
            Of the file, for the message.

        Raises
        ------
        UnreadableSourceError
            When there is no geometry, and not for damage that is known.
        InputRefusedError
            When nothing of it lies in Japan.
        """
        shapes = [feature.geometry for feature in self.features if feature.geometry is not None]
        bounds = shapely.total_bounds(shapes) if shapes else None
        if bounds is None or not all(value == value for value in bounds):
            if any(feature.fault for feature in self.features):
                return
            raise UnreadableSourceError(f"{name}: there is no geometry in the file")
        if reference_systems.lies_in_japan(shapes):
            return
        x_min, y_min, x_max, y_max = (float(value) for value in bounds)
        west, south, east, north = JAPAN_BOUNDS
        if west <= y_min <= y_max <= east and south <= x_min <= x_max <= north:
            raise InputRefusedError(
                f"{name}: latitude stands before longitude; exchange them first"
            )
        where = f"x {x_min:.6g} to {x_max:.6g}, y {y_min:.6g} to {y_max:.6g}"
        if self.crs:
            raise InputRefusedError(
                f"{name}: taken for {self.crs}, as the file or --crs says, the coordinates do not "
                f"lie in Japan ({where}); {reference_systems.ASK}"
            )
        raise InputRefusedError(
            f"{name}: the coordinates are not degrees in Japan ({where}), and the file does not "
            f"say what they are; {reference_systems.ASK}"
        )


def is_json(data: bytes) -> bool:
    """Return whether a file looks like JSON, in whatever encoding."""
    return _JSON.match(data[:400].lstrip(_BOMS).replace(b"\x00", b"")) is not None


def is_map(member: Member) -> bool:
    """Return whether a file is a map file other than JSON."""
    return bool(member.parts) or _suffix(member.data) != ""


def _suffix(data: bytes) -> str:
    """Return the ending by which GDAL tells the format of a file, empty for no map file."""
    if data.startswith(_SQLITE):
        return ".gpkg"
    if data.startswith(_FLATGEOBUF):
        return ".fgb"
    if is_osm_extract(data):
        return ".osm.pbf"
    return ".kml" if is_kml(data) else ""


def read_layers(member: Member, crs: str = "") -> list[MapLayer]:
    """Read the layers of a map file.

    Parameters
    ----------
    member : Member
    crs : str
        Reference system a person names for a file that declares none; see
        `geoportal.ingest.files.crs.place`.

    Raises
    ------
    UnreadableSourceError
        When it is cut, damaged or empty.
    UnlikeAnyLayoutError
        When it is JSON and no map.
    InputRefusedError
        When its reference system cannot be told or converted.
    """
    layers = [_in_degrees(member.name, layer, crs) for layer in _stored(member) if layer.features]
    if not layers:
        raise UnreadableSourceError(f"{member.name}: there is no feature in the file")
    return layers


def _stored(member: Member) -> list[OgrLayer]:
    """Read the layers with the coordinates as they are stored."""
    if member.parts:
        return [replace(layer, name="") for layer in read_ogr(member, ".shp")]
    suffix = _suffix(member.data)
    if suffix == ".osm.pbf":
        return [read_osm_extract(member)]
    if suffix:
        return read_kml(member) if suffix == ".kml" else read_ogr(member, suffix)
    document = parse_json(member.name, member.data)
    suffix = _foreign_json(document)
    if suffix:
        return read_ogr(member, suffix, orjson.dumps(document))
    read = read_geojson(member.name, document)
    return [OgrLayer("", read.features, read.crs, read.issues)]


def _foreign_json(document: Any) -> str:
    """Return the ending by which GDAL tells TopoJSON and Esri JSON, empty for other documents."""
    if not isinstance(document, dict):
        return ""
    if document.get("type") == "Topology":
        return ".topojson"
    return ".json" if str(document.get("geometryType", "")).startswith("esriGeometry") else ""


def _in_degrees(name: str, layer: OgrLayer, crs: str) -> MapLayer:
    shapes = [feature.geometry for feature in layer.features]
    placed = reference_systems.place(name, shapes, layer.crs, crs)
    features = tuple(
        replace(feature, geometry=shape, layer=layer.name)
        for feature, shape in zip(layer.features, placed.shapes, strict=True)
    )
    features, tangled = _without_tangled(features)
    issues = (*layer.issues, *placed.issues, *tangled, *_crossing(features))
    return MapLayer(layer.name, features, placed.crs, issues)


def _without_tangled(features: Sequence[Feature]) -> tuple[tuple[Feature, ...], list[Issue]]:
    """Take areas that nobody could repair out of their features, with an issue for each."""
    kept, issues = [], []
    for feature in features:
        if feature.geometry is not None and feature.is_area and is_tangled(feature.geometry):
            message = (
                "the outline crosses itself thousands of times: it is no outline and not used; "
                "get the file again"
            )
            issues.append(Issue(feature.line, "geometry", "outline_tangled", WARNING, "", message))
            feature = replace(feature, geometry=None)
        kept.append(feature)
    return tuple(kept), issues


def _crossing(features: Sequence[Feature]) -> Iterator[Issue]:
    """Yield an issue for each area that is repaired before it is used."""
    for feature in features:
        shape = feature.geometry
        if shape is not None and feature.is_area and not shape.is_valid:
            message = (
                "the outline crosses itself, or a hole lies outside of it: it is repaired, and "
                "parts of the area may be gone; look whether it is right on the map"
            )
            yield Issue(feature.line, "geometry", "outline_crosses", WARNING, "", message)
