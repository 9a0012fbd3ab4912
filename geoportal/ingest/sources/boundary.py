"""District outlines: 国土数値情報 N03 and files like it, as GeoJSON, GeoPackage or shapefile.

Beside the official districts, those a place has defined itself: see `local_districts`.

Coordinates must be degrees of WGS 84 or JGD2000/2011 (taken as equal). The Tokyo datum is off by
400 m and is refused, as are projected coordinates.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import shapely
from shapely.geometry.base import BaseGeometry

from geoportal.domain.district import District
from geoportal.geo.polygons import dissolve, polygonal
from geoportal.ingest.files.map_files import Feature, require_degrees
from geoportal.ingest.files.report import ERROR, INFO, Issue
from geoportal.ingest.reading.edition import Edition
from geoportal.ingest.reading.extract import Extract
from geoportal.ingest.reading.local_districts import read_local
from geoportal.ingest.reading.municipalities import MunicipalityFinder, last_part
from geoportal.ingest.reading.source import Features, Source
from geoportal.store.outlines import StoredOutline

NAME: Final = "boundary"
_CODE = re.compile(r"\d{5}")
_RAILWAYS = frozenset({"N02_003", "N02_004", "N02_005"})


@dataclass(slots=True, kw_only=True)
class OutlineExtract(Extract):
    """Outlines of districts; rows are features.

    Attributes
    ----------
    outlines : list of StoredOutline
        One a district, dissolved, ordered by code.
    """

    outlines: list[StoredOutline] = field(default_factory=list)


def describes(name: str, features: Features) -> bool:
    """Return whether any feature has an official code or tells of a local set of districts.

    Railways (N02) are none, whatever else they say.

    Raises
    ------
    InputRefusedError
        When the coordinates are no degrees.
    """
    if any(_RAILWAYS & feature.properties.keys() for feature in features):
        return False
    described = any(
        _named_code(feature.properties)[0]
        or (read_local(feature.properties) and not _without_area(feature))
        for feature in features
    )
    if described:
        require_degrees(name, features)
    return described


def extract(features: Features, edition: Edition) -> OutlineExtract:
    """Dissolve features into districts.

    Features without a code (所属未定地) or without an area are left out with an issue.
    """
    extract = OutlineExtract()
    parts: dict[str, list[BaseGeometry]] = {}
    districts: dict[str, District] = {}
    for feature in features:
        extract.rows_read += 1
        district = _district_of(feature.properties, edition.municipalities)
        problem = _problem(feature, district, districts)
        if problem:
            extract.issues.append(problem)
            extract.rejected += 1
        elif feature.geometry is not None and district is not None:
            parts.setdefault(district.code, []).append(feature.geometry)
            districts.setdefault(district.code, district)
    for code in sorted(parts):
        outline = dissolve(parts[code])
        if not outline.is_empty:
            extract.outlines.append(
                StoredOutline(
                    districts[code], shapely.normalize(outline), edition.source, edition.as_of
                )
            )
    return extract


def _problem(
    feature: Feature, district: District | None, before: Mapping[str, District]
) -> Issue | None:
    if district is None:
        value = _named_code(feature.properties)[1]
        severity = ERROR if value else INFO
        message = "no district code of five digits (N03_007, code): the feature is left out"
        return Issue(feature.line, "N03_007", "no_code", severity, value, message)
    if _without_area(feature):
        message = "the feature has no area: it is left out"
        return Issue(feature.line, "geometry", "no_area", ERROR, district.code, message)
    named = before.get(district.code)
    if district.is_local and named is not None and named.name != district.name:
        message = f"{named.name} has this code already; the feature is left out: give it its own"
        return Issue(feature.line, "code", "duplicate_code", ERROR, district.code, message)
    return None


def _without_area(feature: Feature) -> bool:
    return feature.geometry is None or polygonal(feature.geometry).is_empty


def _district_of(
    properties: Mapping[str, Any], municipalities: MunicipalityFinder
) -> District | None:
    local = read_local(properties)
    if local is not None:
        info = municipalities.reference.municipalities.get(local.municipality_code)
        above = info.prefecture + info.name if info else ""
        parent = info.code if info else ""
        return District(local.code, local.name, local.level, parent, above + local.name)
    code, _value = _named_code(properties)
    return _district(code, properties, municipalities) if code else None


def _named_code(properties: Mapping[str, Any]) -> tuple[str, str]:
    """Return the district code of a feature, and what stands in its place."""
    value = next(
        (str(properties[name]) for name in ("N03_007", "code", "CODE") if properties.get(name)), ""
    ).strip()
    digits = value.removesuffix(".0")
    digits = digits.zfill(5) if len(digits) == 4 else digits
    return (digits if _CODE.fullmatch(digits) else ""), value


def _district(
    code: str, properties: Mapping[str, Any], municipalities: MunicipalityFinder
) -> District:
    """Name a district from our own list, so that every file names it alike."""
    info = municipalities.reference.municipalities.get(code)
    if info is None:
        name = _published_name(properties) or code
        return District(code, last_part(name), "municipality", code[:2], name)
    city_code, _city = municipalities.city_of(code)
    level = "ward" if city_code else "municipality"
    parent = city_code or info.medical_area_code or info.prefecture_code
    return District(code, last_part(info.name), level, parent, info.prefecture + info.name)


def _published_name(properties: Mapping[str, Any]) -> str:
    parts = [properties.get(f"N03_00{number}") or "" for number in (3, 4, 5)]
    joined = "".join(str(part) for part in parts)
    return joined or str(properties.get("ward") or properties.get("name") or "")


SOURCE: Final[Source[Features]] = Source(
    name=NAME,
    extract=extract,
    describes=describes,
    order=0,
    is_geography=True,
)
