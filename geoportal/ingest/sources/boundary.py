"""District outlines: 国土数値情報 N03 and files like it, as GeoJSON, GeoPackage or shapefile.

Beside the official districts, those a place has defined itself: see `local_districts`.

A feature that is broken, has no code or no area is an issue of its own. Outlines with a broken one
are taken on demand only (``--max-rejected``).
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import shapely
from shapely.geometry.base import BaseGeometry

from geoportal.domain.district import LOCAL, District
from geoportal.geo.polygons import dissolve, polygonal
from geoportal.ingest.files.crs import lies_in_japan
from geoportal.ingest.files.map_files import Feature
from geoportal.ingest.files.report import ERROR, INFO, WARNING, Issue
from geoportal.ingest.reading.damaged_names import fault_of_name
from geoportal.ingest.reading.edition import Edition
from geoportal.ingest.reading.extract import Extract
from geoportal.ingest.reading.local_districts import LocalDistrict, find_school_field, read_local
from geoportal.ingest.reading.municipalities import (
    MunicipalityFinder,
    five_digits,
    last_part,
    squeeze,
)
from geoportal.ingest.reading.source import Features, Source
from geoportal.store.outlines import StoredOutline
from geoportal.text.normalize import fold

NAME: Final = "boundary"
_RAILWAYS = frozenset({"N02_003", "N02_004", "N02_005"})


@dataclass(slots=True, kw_only=True)
class OutlineExtract(Extract):
    """Outlines of districts; rows are features.

    Attributes
    ----------
    outlines : list of StoredOutline
        One a district, dissolved, ordered by code.
    broken : int
        Features that are, or may be, of a district and cannot be used.
    """

    outlines: list[StoredOutline] = field(default_factory=list)
    broken: int = 0


def describes(_name: str, features: Features) -> bool:
    """Return whether any feature with an area has an official code or shows a local district.

    Railways (N02) are none, whatever else they say.
    """
    if any(_RAILWAYS & feature.properties.keys() for feature in features):
        return False
    school_field = find_school_field(feature.properties for feature in features)
    return any(
        feature.is_area
        and (
            _named_code(feature.properties)[0]
            or read_local(feature.properties, layer=feature.layer, school_field=school_field)
        )
        for feature in features
    )


def extract(features: Features, edition: Edition) -> OutlineExtract:
    """Dissolve features into districts.

    Features without a code (所属未定地) or without an area are rejected with an issue. Points and
    lines (centres, roads drawn beside the areas) are passed over with one, and not counted.
    """
    extract = OutlineExtract()
    parts: dict[str, list[BaseGeometry]] = {}
    districts: dict[str, District] = {}
    school_field = find_school_field(feature.properties for feature in features)
    drawn = {_named_code(feature.properties)[0] for feature in features if feature.is_area}
    for feature in features:
        if not feature.is_area:
            issue = _no_area_shape(feature, drawn)
            extract.issues.append(issue)
            extract.broken += issue.severity == ERROR
            continue
        extract.rows_read += 1
        district = _district_of(feature, school_field, edition.municipalities)
        problem = _problem(feature, district, districts, edition.municipalities)
        if problem:
            extract.issues.append(problem)
            extract.rejected += 1
            extract.broken += problem.severity == ERROR
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


def _no_area_shape(feature: Feature, drawn: Container[str]) -> Issue:
    """Tell of a point or line; an error where a district of N03 has nothing else.

    ``drawn``: the codes of areas.
    """
    code = five_digits(str(feature.properties.get("N03_007") or ""))
    kind = feature.geometry.geom_type if feature.geometry is not None else ""
    message = "a point or line, no area: the feature is passed over"
    severity = ERROR if code and code not in drawn else WARNING
    return _issue(feature, "geometry", "not_an_area", severity, kind, message)


def _problem(
    feature: Feature,
    district: District | None,
    before: Mapping[str, District],
    municipalities: MunicipalityFinder,
) -> Issue | None:
    if feature.fault:
        value = district.code if district else ""
        message = f"{feature.fault}: the feature is left out; mend it in the file"
        return _issue(feature, "geometry", "broken_feature", ERROR, value, message)
    if district is None:
        value = _named_code(feature.properties)[1]
        severity = ERROR if value or _is_municipality(feature.properties) else INFO
        message = (
            "no district code of five or six digits (N03_007, code), and no name with what it is "
            "(圏域名, 学区名): the feature is left out"
        )
        return _issue(feature, "N03_007", "no_code", severity, value, message)
    if feature.geometry is None or polygonal(feature.geometry).is_empty:
        message = "the feature has no area: it is left out"
        return _issue(feature, "geometry", "no_area", ERROR, district.code, message)
    if not lies_in_japan([feature.geometry]):
        message = "the feature does not lie in Japan (longitude, latitude): it is left out"
        return _issue(feature, "geometry", "not_in_japan", ERROR, district.code, message)
    if not district.is_local and (other := _other_municipality(feature, district, municipalities)):
        message = f"the code is that of {district.name}, the name that of {other}: it is left out"
        return _issue(feature, "N03_007", "municipality_conflict", ERROR, district.code, message)
    if district.is_local and (fault := fault_of_name(district.name)):
        message = f"the name of the area {fault}: the feature is left out; get the original file"
        return _issue(feature, "name", "unreadable_name", ERROR, district.name, message)
    named = before.get(district.code)
    if district.is_local and named is not None and named.name != district.name:
        message = f"{named.name} has this code already; the feature is left out: give it its own"
        return _issue(feature, "code", "duplicate_code", ERROR, district.code, message)
    return None


def _other_municipality(
    feature: Feature, district: District, municipalities: MunicipalityFinder
) -> str:
    """Return the name N03 gives if it is that of another municipality of the prefecture."""
    name = squeeze(str(feature.properties.get("N03_004") or ""))
    known = municipalities.reference.municipalities
    if not name or district.code not in known or name in (district.name, known[district.code].name):
        return ""
    city = municipalities.city_of(district.code)
    alike = (info for code, info in known.items() if code[:2] == district.code[:2])
    return next(
        (
            name
            for info in alike
            if name == last_part(info.name) and municipalities.city_of(info.code) == city
        ),
        "",
    )


def _is_municipality(properties: Mapping[str, Any]) -> bool:
    """Return whether N03 names a municipality; some areas (所属未定地) are of none."""
    name = str(properties.get("N03_004") or "")
    return bool(name) and "所属未定" not in name


def _issue(
    feature: Feature, field_name: str, code: str, severity: str, value: str, message: str
) -> Issue:
    where = f"layer {feature.layer}: " if feature.layer else ""
    return Issue(feature.line, field_name, code, severity, value, where + message)


def _district_of(
    feature: Feature, school_field: str, municipalities: MunicipalityFinder
) -> District | None:
    local = read_local(
        feature.properties,
        layer=feature.layer,
        school_field=school_field,
        find_code=municipalities.area_code,
    )
    code, _value = _named_code(feature.properties)
    if not municipalities.prefecture(code[:2]):
        code = ""
    if local is None or (code and _is_official_name(code, local, municipalities)):
        return _district(code, feature.properties, municipalities) if code else None
    info = municipalities.reference.municipalities.get(local.municipality_code)
    city = municipalities.reference.designated_cities.get(local.municipality_code, "")
    above = info.prefecture + info.name if info else city
    parent = local.municipality_code if info or city else ""
    return District(local.code, local.name, local.level, parent, above + local.name)


def _is_official_name(code: str, local: LocalDistrict, municipalities: MunicipalityFinder) -> bool:
    """Return whether what looks like a local district is a municipality called by a short name."""
    info = municipalities.reference.municipalities.get(code)
    return local.level == LOCAL and info is not None and fold(local.name) in fold(info.name)


def _named_code(properties: Mapping[str, Any]) -> tuple[str, str]:
    """Return the district code of a feature, and what stands in its place."""
    value = next(
        (str(properties[name]) for name in ("N03_007", "code", "CODE") if properties.get(name)), ""
    ).strip()
    return five_digits(value), value


def _district(
    code: str, properties: Mapping[str, Any], municipalities: MunicipalityFinder
) -> District:
    """Name a district from our own list, so that every file names it alike."""
    info = municipalities.reference.municipalities.get(code)
    prefecture = municipalities.prefecture(code[:2]) if code.endswith("000") else ""
    if prefecture:
        return District(code[:2], prefecture, "prefecture", "", prefecture)
    if info is None:
        city = municipalities.reference.designated_cities.get(code, "")
        name = _published_name(properties) or city or code
        return District(code, last_part(name), "municipality", code[:2], name)
    city_code = municipalities.city_of(code)
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
