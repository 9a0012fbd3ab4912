"""Roads: the lines of OpenStreetMap, as an extract (.osm.pbf) or as edges of a graph in a map file.

Recognised by the property ``highway`` on lines. An extract has whole ways, which are cut where they
share a vertex. Edges (as OSMnx writes them) have the nodes ``u`` and ``v``: they run from junction
to junction, ``length`` in metres, ``oneway`` for the direction of the line. What several ways were
merged to has a list of classes; it can be driven on if each of them can, at the slowest speed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import shapely

from geoportal.ingest.files.map_files import Feature
from geoportal.ingest.files.report import ERROR, INFO, WARNING, Issue
from geoportal.ingest.reading.edition import Edition
from geoportal.ingest.reading.extract import Extract
from geoportal.ingest.reading.geometry import read_geometry
from geoportal.ingest.reading.source import Features, Source
from geoportal.roads.topology import FERRY, RoadArrays, RoadLine, edges_of

NAME: Final = "roads"
_LINES: Final = frozenset({"LineString", "MultiLineString"})
_YES: Final = frozenset({"yes", "true", "1", "1.0"})
_AGAINST: Final = frozenset({"-1", "reverse"})
_FORBIDDEN: Final = frozenset({"no", "private", "agricultural", "forestry", "emergency"})
_ACCESS: Final = ("motorcar", "motor_vehicle", "vehicle", "access")
"""Tags that say who may drive, the one that counts most first."""
_ONE_WAY_CLASSES: Final = frozenset({"motorway"})
"""Classes that are one-way unless they say otherwise."""
_NUMBER: Final = re.compile(r"\d{1,3}")
_MAX_KM_H: Final = 130


@dataclass(slots=True, kw_only=True)
class RoadExtract(Extract):
    """Roads to drive on; rows are lines.

    Attributes
    ----------
    edges : RoadArrays
        See `geoportal.roads.topology.edges_of`.
    bounds : tuple of float
        West, south, east, north in degrees.
    """

    edges: RoadArrays = field(default_factory=dict)
    bounds: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)


def describes(_name: str, features: Features) -> bool:
    """Return whether features are roads: most are lines, and some say of what class."""
    lines = [f for f in features if f.geometry is not None and f.geometry.geom_type in _LINES]
    named = any(_text(feature.properties, "highway") for feature in lines[:2000])
    return named and 2 * len(lines) > len(features)


def extract(features: Features, edition: Edition) -> RoadExtract:
    """Read the lines of a road map."""
    speeds = edition.municipalities.reference.road_speeds
    read = RoadExtract(rows_read=len(features))
    lines: list[RoadLine] = []
    unused: Counter[str] = Counter()
    for feature in features:
        issue = _fault(feature)
        read.add_issue(issue)
        if issue is not None:
            continue
        why, found = _lines(feature, speeds)
        unused.update([why] if why else [])
        lines += found
    if unused:
        message = "lines that no car may take; they are left out: " + ", ".join(
            f"{name} {count}" for name, count in unused.most_common(8)
        )
        read.issues.append(Issue(1, "highway", "not_for_cars", INFO, "", message))
    if not lines:
        message = "there is no road for cars in the file: nothing is held of it"
        read.issues.append(Issue(1, "highway", "no_roads", WARNING, "", message))
        return read
    read.edges = edges_of(lines)
    corners = np.concatenate([line.points for line in lines])
    west, south = corners.min(axis=0).tolist()
    east, north = corners.max(axis=0).tolist()
    read.bounds = (west, south, east, north)
    return read


def _fault(feature: Feature) -> Issue | None:
    if feature.fault:
        return Issue(feature.line, "geometry", "unreadable", ERROR, "", feature.fault)
    found = read_geometry(feature, _LINES, code="no_line", needed="a line", name="line")
    return found if isinstance(found, Issue) else None


def _lines(feature: Feature, speeds: Mapping[str, float]) -> tuple[str, list[RoadLine]]:
    """Return why a line is no road for cars, else what it is made of."""
    tags = feature.properties
    classes = [part.strip(" []'\"") for part in _text(tags, "highway").split(",")]
    if _text(tags, "route") == FERRY and not classes[0]:
        classes = [FERRY]
    elif not all(speeds.get(name) for name in classes):
        return ",".join(classes) or "no class", []
    if not _is_open(tags):
        return "no access", []
    slowest = min(classes, key=lambda name: speeds.get(name, 0.0))
    forward, backward = _directions(tags, slowest)
    parts = [part for part in shapely.get_parts(feature.geometry) if part.length > 0]
    whole = _text(tags, "u") != "" and _text(tags, "v") != "" and len(parts) == 1
    return "", [
        RoadLine(
            shapely.get_coordinates(part),
            slowest,
            forward,
            backward,
            _limit(tags),
            _length(tags) if whole else 0.0,
            whole,
        )
        for part in parts
    ]


def _is_open(tags: Mapping[str, Any]) -> bool:
    said = (_text(tags, name) for name in _ACCESS)
    return next(filter(None, said), "") not in _FORBIDDEN


def _directions(tags: Mapping[str, Any], road_class: str) -> tuple[bool, bool]:
    stated = _text(tags, "oneway")
    if stated in _AGAINST:
        return False, True
    implied = _text(tags, "junction") == "roundabout" or road_class in _ONE_WAY_CLASSES
    if stated in _YES or (implied and not stated):
        return True, False
    return True, True


def _limit(tags: Mapping[str, Any]) -> int:
    """Return the lowest of the speed limits stated, km/h, 0 when there is none."""
    limits = [int(number) for number in _NUMBER.findall(_text(tags, "maxspeed"))]
    return min((limit for limit in limits if 0 < limit <= _MAX_KM_H), default=0)


def _length(tags: Mapping[str, Any]) -> float:
    try:
        length = float(tags.get("length") or 0)
    except (TypeError, ValueError):
        return 0.0
    return length if 0 < length < 1e6 else 0.0


def _text(tags: Mapping[str, Any], name: str) -> str:
    value = tags.get(name)
    return "" if value is None or value != value else str(value).strip().casefold()


SOURCE: Final[Source[Features]] = Source(
    name=NAME,
    extract=extract,
    describes=describes,
)
