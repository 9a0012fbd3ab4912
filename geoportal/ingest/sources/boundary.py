"""District outlines: 国土数値情報 N03 and files like it, as GeoJSON, GeoPackage or shapefile.

Coordinates must be degrees of WGS 84 or JGD2000/2011 (taken as equal). The Tokyo datum is off by
400 m and is refused, as are projected coordinates.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import shapely
from shapely.geometry import MultiPolygon
from shapely.geometry.base import BaseGeometry

from geoportal.domain.district import District
from geoportal.geo.polygons import dissolve, polygonal
from geoportal.ingest.edition import Edition
from geoportal.ingest.map_files import Feature
from geoportal.ingest.municipalities import MunicipalityFinder, last_part
from geoportal.ingest.report import ERROR, INFO, Issue
from geoportal.store.outlines import StoredOutline

SOURCE: Final = "boundary"
_CODE = re.compile(r"\d{5}")


@dataclass(slots=True)
class OutlineExtract:
    """What a file says of outlines.

    Attributes
    ----------
    outlines : list of StoredOutline
        One a district, dissolved, ordered by code.
    rows_read, rejected : int
        Features.
    issues : list of Issue
    """

    outlines: list[StoredOutline] = field(default_factory=list)
    rows_read: int = 0
    rejected: int = 0
    issues: list[Issue] = field(default_factory=list)


def describes(features: Iterable[Feature]) -> bool:
    """Say whether any feature carries a district code, under a name that sources give it."""
    return any(_named_code(feature.properties)[0] for feature in features)


def extract(features: Iterable[Feature], edition: Edition) -> OutlineExtract:
    """Dissolve features into districts.

    Features without a code (所属未定地) or without an area are left out with an issue.
    """
    found = OutlineExtract()
    parts: dict[str, list[BaseGeometry]] = {}
    names: dict[str, Mapping[str, Any]] = {}
    for feature in features:
        found.rows_read += 1
        code, value = _named_code(feature.properties)
        problem = _problem(feature, code, value)
        if problem:
            found.rejected += 1
            found.issues.append(problem)
        elif feature.geometry is not None:
            parts.setdefault(code, []).append(feature.geometry)
            names.setdefault(code, feature.properties)
    for code in sorted(parts):
        outline = dissolve(parts[code])
        if not outline.is_empty:
            district = _district(code, names[code], edition.municipalities)
            found.outlines.append(_outline(district, outline, edition))
    return found


def _outline(district: District, outline: MultiPolygon, edition: Edition) -> StoredOutline:
    return StoredOutline(district, shapely.normalize(outline), edition.source, edition.as_of)


def _problem(feature: Feature, code: str, value: str) -> Issue | None:
    if not code:
        severity = ERROR if value else INFO
        message = "no district code of five digits (N03_007, code): the feature is left out"
        return Issue(feature.line, "N03_007", "no_code", severity, value, message)
    if feature.geometry is None or polygonal(feature.geometry).is_empty:
        message = "the feature has no area: it is left out"
        return Issue(feature.line, "geometry", "no_area", ERROR, code, message)
    return None


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
