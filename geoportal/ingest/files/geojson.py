"""GeoJSON as people have it: collections, single features, sequences, in any encoding, with damage.

One broken feature is a fault of that feature, never of the file. An open ring is closed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import orjson
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geoportal.errors import UnlikeAnyLayoutError, UnreadableSourceError
from geoportal.ingest.files.encodings import decode
from geoportal.ingest.files.report import INFO, Issue
from geoportal.text.contact import visible

_TYPES: Final = frozenset(
    {"Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon"}
    | {"GeometryCollection"}
)
_RECORD_SEPARATOR: Final = "\x1e"
"""Between the texts of a GeoJSON text sequence (RFC 8142)."""
_FEWEST_CORNERS: Final = 3
"""Of a ring, different ones (RFC 7946, 3.1.6)."""


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature of a map file.

    Attributes
    ----------
    line : int
        Its place in the file or layer, 1-based.
    properties : Mapping of str to value
    geometry : geometry or None
        In degrees.
    fault : str
        Why it cannot be read, empty when it can.
    layer : str
        Its layer, empty where the file is not divided.
    """

    line: int
    properties: Mapping[str, Any]
    geometry: BaseGeometry | None
    fault: str = ""
    layer: str = ""

    @property
    def is_area(self) -> bool:
        """Whether it has a polygon, or may have had one before it was damaged."""
        if self.geometry is None:
            return True
        return shapely.get_dimensions(self.geometry) == 2 or self.geometry.is_empty


@dataclass(frozen=True, slots=True)
class GeoJson:
    """What a GeoJSON text holds.

    Attributes
    ----------
    features : list of Feature
        Geometry as written, in whatever reference system.
    crs : str
        As declared, empty when it is not.
    issues : list of Issue
        About rings that were mended.
    """

    features: list[Feature] = field(repr=False)
    crs: str
    issues: list[Issue]


def parse_json(name: str, data: bytes) -> Any:
    """Return the document a JSON text holds, in whatever encoding; of a sequence, a list.

    A text of a sequence that is no JSON stands as its string.

    Raises
    ------
    UnreadableSourceError
        When it is cut, damaged or in no known encoding.
    """
    try:
        return orjson.loads(data.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError:
        text = decode(name, data).text
    try:
        return json.loads(text)  # takes NaN, which some programs write
    except (ValueError, RecursionError) as error:  # ValueError alone: a number of 4,300 digits
        sequence = _sequence(text)
        if sequence:
            return sequence
        line = f" at line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise UnreadableSourceError(
            f"{name}: the JSON is cut off or damaged{line}; get it again"
        ) from None


def _sequence(text: str) -> list[Any]:
    """Return the texts of a sequence (one a line, or behind separators); empty for none."""
    separated = _RECORD_SEPARATOR in text
    parts = text.split(_RECORD_SEPARATOR) if separated else text.splitlines()
    texts = [part.strip().rstrip(",") for part in parts if part.strip()]
    documents = [_loads(part) for part in texts]
    whole = [document for document in documents if isinstance(document, dict)]
    first = documents[0] if documents else None
    is_sequence = isinstance(first, dict) and "type" in first and len(whole) * 2 > len(documents)
    return documents if is_sequence and len(documents) > 1 else []


def _loads(text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return text


def read_geojson(name: str, document: Any) -> GeoJson:
    """Return the features of a JSON document, which is emptied: both together take most memory.

    The document is as `parse_json` returns it: a FeatureCollection, a Feature, or a list of them;
    the name is for messages.

    Raises
    ------
    UnlikeAnyLayoutError
        When it is no GeoJSON with properties.
    """
    parts = document if isinstance(document, list) else [document]
    objects = [part for part in parts if isinstance(part, dict)]
    if not any(
        isinstance(part.get("features"), list) or part.get("type") == "Feature" for part in objects
    ):
        raise UnlikeAnyLayoutError(
            f"{name}: this JSON is not a GeoJSON FeatureCollection, nor a Feature or a sequence of "
            "them"
        )
    items = (member for part in parts for member in _items(part))
    issues: list[Issue] = []
    features = [_feature(line, member, issues) for line, member in enumerate(items, start=1)]
    declared = (_declared(part.get("crs")) for part in objects)
    return GeoJson(features, next(filter(None, declared), ""), issues)


def _items(part: Any) -> Iterator[Any]:
    if not isinstance(part, dict) or not isinstance(part.get("features"), list):
        yield part
        return
    members = part["features"]
    for place, member in enumerate(members):
        members[place] = None
        yield member


def _feature(line: int, member: Any, issues: list[Issue]) -> Feature:
    if not isinstance(member, dict) or not (member.get("properties") or member.get("geometry")):
        empty = isinstance(member, dict) and member.get("type") == "Feature"
        return Feature(line, {}, None, "" if empty else "this is no GeoJSON feature, or damaged")
    properties = member.get("properties")
    named = _readable(properties) if isinstance(properties, dict) else {}
    geometry = member.pop("geometry", None)
    if not geometry:
        return Feature(line, named, None)
    with suppress(orjson.JSONEncodeError):
        text = orjson.dumps(geometry)
        del geometry
        try:
            return Feature(line, named, shapely.from_geojson(text))
        except shapely.errors.GEOSException:
            geometry = orjson.loads(text)
            del text
    polygons = [polygon for rings in _polygons(geometry) if (polygon := _polygon(rings))]
    if not polygons:
        return Feature(line, named, None, _fault(geometry))
    message = "open rings were closed, rings with fewer than three different corners left out"
    issues.append(Issue(line, "geometry", "ring_mended", INFO, "", message))
    return Feature(line, named, shapely.MultiPolygon(polygons))


def _readable(value: Any) -> Any:
    """Return a value of JSON whose texts hold nothing but visible characters."""
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, dict):
        return {visible(key): _readable(inner) for key, inner in value.items()}
    return [_readable(inner) for inner in value] if isinstance(value, list) else value


def _fault(geometry: Any) -> str:
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind not in _TYPES:
        return f"its geometry has the type {str(kind)[:30]!r}, which GeoJSON does not know"
    return (
        f"its geometry ({kind}) is damaged: positions are pairs of numbers, and a ring needs three "
        "different corners"
    )


def _polygons(geometry: Any) -> Iterator[Any]:
    """Yield the rings of every polygon of a geometry."""
    if not isinstance(geometry, dict):
        return
    coordinates = geometry.get("coordinates")
    if geometry.get("type") == "Polygon":
        yield coordinates
    elif geometry.get("type") == "MultiPolygon" and isinstance(coordinates, list):
        yield from coordinates
    elif geometry.get("type") == "GeometryCollection":
        parts = geometry.get("geometries")
        for part in parts if isinstance(parts, list) else []:
            yield from _polygons(part)


def _polygon(rings: Any) -> shapely.Polygon | None:
    try:
        shell, *holes = [_closed(ring) for ring in rings]
    except (TypeError, ValueError, OverflowError, LookupError):
        return None
    return shapely.Polygon(shell, [hole for hole in holes if len(hole)]) if len(shell) else None


def _closed(ring: Any) -> NDArray[np.float64]:
    """Return the positions of a ring, (n, 2), closed; none when it has no area to enclose."""
    numbers = (float(number) for position in ring for number in (position[0], position[1]))
    positions = np.fromiter(numbers, float).reshape(-1, 2)
    if not np.isfinite(positions).all():
        raise ValueError("a position is no number")
    if not _has_three_corners(positions):
        return positions[:0]
    is_closed = bool((positions[0] == positions[-1]).all())
    return positions if is_closed else np.concatenate([positions, positions[:1]])


def _has_three_corners(positions: NDArray[np.float64]) -> bool:
    others = positions
    for _ in range(_FEWEST_CORNERS - 1):
        others = others[(others != others[:1]).any(axis=1)]
    return len(others) > 0


def _declared(crs: Any) -> str:
    """Return what a ``crs`` member (GeoJSON of 2008) declares, empty for nothing."""
    if not isinstance(crs, dict) or not isinstance(crs.get("properties"), dict):
        return ""
    properties = crs["properties"]
    text = str(properties.get("name") or properties.get("code") or properties.get("href") or "")
    return re.sub(r"^(\d{4,6})$", r"EPSG:\1", text.strip())
