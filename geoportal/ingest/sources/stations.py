"""Railway stations: 国土数値情報 鉄道データ N02, its file of stations.

A feature is one platform of one line: a LineString with the line (N02_003), the company (N02_004),
the name (N02_005) and, in editions from 2020 on, a group code (N02_005g) that stations of the same
name within 300 m share, whatever their company. Older editions are grouped here by the same rule.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geoportal.domain.station import Station
from geoportal.errors import InputRefusedError
from geoportal.geo.geodesic import distances_m
from geoportal.ingest.files.map_files import Feature
from geoportal.ingest.files.refusal import NotNeededError
from geoportal.ingest.files.report import ERROR, WARNING, Issue
from geoportal.ingest.reading.damaged_names import fault_of_name
from geoportal.ingest.reading.edition import Edition
from geoportal.ingest.reading.extract import Extract
from geoportal.ingest.reading.geometry import read_geometry
from geoportal.ingest.reading.source import Features, Source
from geoportal.text.contact import clean_line

NAME: Final = "stations"
TOGETHER_M = 300.0
"""Platforms of one name this near are one station: the rule of グループコード (N02, 2020 on)."""
APART_M = 2_000.0
"""No station is this long: a group code shared by platforms farther apart is a mistake."""
_LONGEST_DEG: Final = 0.05
"""Of a platform: about 5 km."""
_MANY: Final = 10
_FEWEST_POINTS: Final = 0.8
"""Of a list of stations, for each of them: two of one name and other companies may share one."""
_NAME, _LINE, _COMPANY, _GROUP = "N02_005", "N02_003", "N02_004", "N02_005g"
_SHAPES = frozenset({"Point", "LineString", "MultiLineString"})


@dataclass(slots=True, kw_only=True)
class StationExtract(Extract):
    """Stations; rows are features.

    Attributes
    ----------
    stations : list of Station
        Ordered by id.
    """

    stations: list[Station] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Platform:
    line: int
    name: str
    group: str
    served: tuple[str, str]
    lon: float
    lat: float
    geometry: BaseGeometry = field(repr=False)


def describes(name: str, features: Features) -> bool:
    """Return whether features are stations: they have the property N02_005 (駅名).

    Raises
    ------
    NotNeededError
        For the tracks (鉄道区間) published beside the stations.
    """
    names = set().union(*(feature.properties for feature in features))
    if _NAME not in names and {_LINE, _COMPANY} <= names:
        raise NotNeededError(
            f"{name}: these are railway tracks (鉄道区間), which are not used here; the "
            "stations are in the file N02-…_Station beside it. Set aside.",
            NAME,
        )
    return _NAME in names


def extract(features: Iterable[Feature], _edition: Edition) -> StationExtract:
    """Group platforms, in degrees of WGS 84, to stations.

    Platforms without a name, or without a place in Japan, are rejected with an issue. The order of
    the features changes nothing.
    """
    extract = StationExtract()
    groups: dict[tuple[str, str], list[_Platform]] = {}
    for feature in features:
        extract.rows_read += 1
        platform = _platform(feature)
        if isinstance(platform, Issue):
            extract.add_issue(platform)
        else:
            groups.setdefault((platform.name, platform.group), []).append(platform)
    for (_, group), members in sorted(groups.items()):
        clusters = _clusters(members, APART_M if group else TOGETHER_M)
        if group and len(clusters) > 1:
            extract.issues.append(_apart(clusters))
        extract.stations += [_station(cluster) for cluster in clusters]
    extract.stations = _distinct(extract.stations)
    points = {(station.lon, station.lat) for station in extract.stations}
    if len(extract.stations) >= _MANY and len(points) < _FEWEST_POINTS * len(extract.stations):
        raise InputRefusedError(
            f"its {len(extract.stations):,} stations lie at {len(points):,} points: the positions "
            "were rounded or copied; get the original file"
        )
    return extract


def _platform(feature: Feature) -> _Platform | Issue:
    name = _text(feature, _NAME)
    if not name:
        message = "the name of the station (N02_005) is missing: the feature is left out"
        return Issue(feature.line, _NAME, "no_name", ERROR, "", message)
    if fault := fault_of_name(name):
        message = f"the name of the station {fault}: the feature is left out; get the original file"
        return Issue(feature.line, _NAME, "unreadable_name", ERROR, name, message)
    needed = "a line (the platform) or a point"
    shape = read_geometry(feature, _SHAPES, code="no_place", needed=needed, name="place")
    if isinstance(shape, Issue):
        return shape
    west, south, east, north = shape.bounds
    if max(east - west, north - south) > _LONGEST_DEG:
        message = "no platform is several kilometres long: the feature is damaged and left out"
        return Issue(feature.line, "geometry", "bad_place", ERROR, name, message)
    middle = _middle(shape)
    served = (_text(feature, _COMPANY), _text(feature, _LINE))
    group = _text(feature, _GROUP).removesuffix(".0")  # a spreadsheet makes a number of it
    group = group.zfill(6) if group.isdecimal() else group
    return _Platform(feature.line, name, group, served, middle.x, middle.y, shape)


def _text(feature: Feature, name: str) -> str:
    value: Any = feature.properties.get(name)
    return "" if value is None or value != value else clean_line(str(value))


def _middle(shape: BaseGeometry) -> shapely.Point:
    """Return the middle of a platform, along it; of several pieces that of the longest."""
    pieces = [piece for piece in shapely.get_parts(shape) if not piece.is_empty]
    longest = max(pieces, key=lambda piece: float(piece.length))
    if longest.length == 0:
        return shapely.Point(shapely.get_coordinates(longest)[0])
    middle: shapely.Point = shapely.line_interpolate_point(longest, 0.5, normalized=True)
    return middle


def _clusters(members: Sequence[_Platform], limit_m: float) -> list[list[_Platform]]:
    """Put together what is within a distance of each other, directly or by way of others."""
    left = sorted(members, key=lambda platform: (platform.lon, platform.lat, platform.served))
    clusters = []
    while left:
        cluster, frontier = [], [left.pop(0)]
        while frontier:
            platform = frontier.pop()
            cluster.append(platform)
            lons, lats = [other.lon for other in left], [other.lat for other in left]
            near = distances_m(platform.lon, platform.lat, lons, lats) <= limit_m
            frontier += [other for other, reached in zip(left, near, strict=True) if reached]
            left = [other for other, reached in zip(left, near, strict=True) if not reached]
        clusters.append(cluster)
    return clusters


def _station(cluster: Sequence[_Platform]) -> Station:
    """Return the station some platforms make up: in their middle, each place counted once."""
    first = min(cluster, key=lambda platform: (platform.lon, platform.lat))
    points = sorted({(platform.lon, platform.lat) for platform in cluster})
    lon, lat = (round(float(value), 6) for value in np.mean(points, axis=0))
    vertices = shapely.get_coordinates([platform.geometry for platform in cluster])
    extent = distances_m(lon, lat, vertices[:, 0], vertices[:, 1]).max()
    served = {platform.served for platform in cluster if platform.served[1]}
    own_id = first.group or f"{first.name}@{first.lon:.2f},{first.lat:.2f}"
    return Station(own_id, first.name, lon, lat, int(np.ceil(extent)), tuple(sorted(served)))


def _distinct(stations: Iterable[Station]) -> list[Station]:
    """Give stations that share an id a number each."""
    counts: Counter[str] = Counter()
    distinct = []
    for station in sorted(stations, key=lambda s: (s.id, s.name, s.lon, s.lat)):
        counts[station.id] += 1
        number = counts[station.id]
        distinct.append(station if number == 1 else replace(station, id=f"{station.id}#{number}"))
    return distinct


def _apart(clusters: Sequence[Sequence[_Platform]]) -> Issue:
    second = clusters[1][0]
    message = (
        f"platforms of one group code (N02_005g) lie more than {APART_M:.0f} m apart: they are "
        "taken as stations of their own"
    )
    return Issue(second.line, _GROUP, "group_apart", WARNING, second.group, message)


SOURCE: Final[Source[Features]] = Source(
    name=NAME,
    extract=extract,
    describes=describes,
)
