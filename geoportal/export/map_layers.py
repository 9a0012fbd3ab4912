"""The layers of ``map.html``: ground, cells, gaps, districts, facilities."""

from __future__ import annotations

import html
from collections.abc import Iterator
from typing import Any

import folium
import numpy as np
import shapely

from geoportal.coverage.distance_zones import Rows
from geoportal.coverage.report import CoverageReport
from geoportal.coverage.study import Study
from geoportal.coverage.tables import Row, facility_rows
from geoportal.coverage.wording import distance_text, sentence
from geoportal.export.coverage_shapes import (
    CLASSES,
    MAP_RING,
    RING_TEXT,
    circle_radii_m,
    class_numbers,
    gap_rows,
    geojson_geometry,
    part_shapes,
)
from geoportal.geo.polygons import polygonal

OUTLINE, LAND = "#1a1a1a", "#f1eee6"
BEYOND, COAST = "#fafafa", "#a0a0a0"
_BESIDE, _ROUGH, _GRID = 0.2, 5e-4, 1e-4
"""Neighbours are drawn this far around, and this roughly, degrees: 20 km, 50 m, 10 m."""
FACILITY, UNSURE, GAP = "#c2185b", "#ffffff", "#b00020"
_MARK_PX = {True: 4, False: 2.5}


def add_layers(chart: folium.Map, report: CoverageReport) -> None:
    """Add every layer of a report to a map; text in them is made safe."""
    study = report.study
    names = {area.code: area.name for area in study.target.areas}
    _add_land(chart, study)
    if study.by_towns:
        _add_towns(chart, study, names)
        _add_town_gaps(chart, study)
    else:
        _add_cells(chart, study, names)
        _add_gaps(chart, study, names)
    districts = [
        _feature(
            {"名称": area.name, "ことば": sentence(figures, report.subject)},
            geojson_geometry(area.outline.simplify(1e-5)),
        )
        for area, figures in zip(study.target.areas, study.districts, strict=True)
    ]
    folium.GeoJson(
        _collection(districts),
        name="地区",
        style_function=lambda _: {"color": OUTLINE, "weight": 2.5, "fill": False},
        tooltip=folium.GeoJsonTooltip(["名称", "ことば"], labels=False),
        interactive=True,
    ).add_to(chart)
    _add_facilities(chart, report)


def _add_land(chart: folium.Map, study: Study) -> None:
    """Draw the ground, and roughly that of neighbours: neither looks like sea."""
    outlines = study.target.outlines
    own = [_feature({}, geojson_geometry(o.simplify(1e-5))) for o in outlines]
    west, south, east, north = shapely.total_bounds(np.array(outlines, dtype=object))
    around = shapely.box(west - _BESIDE, south - _BESIDE, east + _BESIDE, north + _BESIDE)
    coasts = (polygonal(o.intersection(around).simplify(_ROUGH)) for o in study.target.land)
    beside = [_feature({}, geojson_geometry(c, _GRID)) for c in coasts if not c.is_empty]
    for name, grounds, style in (
        ("まわりの地面", beside, {"color": COAST, "weight": 0.7, "fillColor": BEYOND}),
        ("地面", own, {"stroke": False, "fillColor": LAND}),
    ):
        if grounds:
            folium.GeoJson(
                _collection(grounds),
                name=name,
                control=False,
                interactive=False,
                style_function=lambda _, style=style: {**style, "fillOpacity": 1},
            ).add_to(chart)


def _add_towns(chart: folium.Map, study: Study, names: dict[str, str]) -> None:
    """Draw a circle for each town, the large ones below."""
    counts = study.sure.access.counts[:, MAP_RING]
    high = study.possible.access.counts[:, MAP_RING]
    classes = class_numbers(counts)
    features = [
        _feature(
            {
                "町丁目": _town_name(study, n),
                "地区": names[study.target.areas[study.cells.districts[n]].code],
                "75歳以上": people_text(study, n),
                f"{RING_TEXT} 以内": range_text(int(counts[n]), int(high[n])),
                "最も近い": distance_text(float(study.sure.access.nearest_m[n])),
                "位置の誤差": f"± {distance_text(float(study.cells.uncertainty_m[n]))}",
                "fill": CLASSES[classes[n]].colour,
                "radius": radius,
            },
            shape,
        )
        for n, radius, shape in _circles(study, np.arange(len(study.cells)))
    ]
    if not features:
        return
    fields = ["町丁目", "地区", "75歳以上", f"{RING_TEXT} 以内", "最も近い", "位置の誤差"]
    folium.GeoJson(
        _collection(features),
        name=f"町丁目（{RING_TEXT} 以内の数）",
        marker=folium.Circle(radius=1, fill=True),
        style_function=lambda feature: {
            "fillColor": feature["properties"]["fill"],
            "radius": feature["properties"]["radius"],
            "fillOpacity": 0.85,
            "color": "#555555",
            "weight": 0.7,
        },
        tooltip=folium.GeoJsonTooltip(fields),
    ).add_to(chart)


def _add_town_gaps(chart: folium.Map, study: Study) -> None:
    """Draw a ring around each town where nobody serves."""
    features = [
        _feature(
            {
                "町丁目": _town_name(study, n),
                "空白に住む75歳以上": people_text(study, n),
                "radius": radius,
            },
            shape,
        )
        for n, radius, shape in _circles(study, gap_rows(study))
    ]
    if not features:
        return
    folium.GeoJson(
        _collection(features),
        name=f"空白（{RING_TEXT} 以内に 0 か所）",
        marker=folium.Circle(radius=1, fill=False),
        style_function=lambda feature: {
            "color": GAP,
            "radius": feature["properties"]["radius"],
            "weight": 2,
            "dashArray": "5 4",
            "fill": False,
        },
        tooltip=folium.GeoJsonTooltip(["町丁目", "空白に住む75歳以上"]),
    ).add_to(chart)


def _circles(study: Study, rows: Rows) -> Iterator[tuple[int, float, dict[str, Any]]]:
    """Yield row, radius in metres and point of towns, those with the largest circles first."""
    radii = circle_radii_m(study)
    for n in rows[np.argsort(-radii[rows], kind="stable")]:
        lon, lat = float(study.cells.lon[n]), float(study.cells.lat[n])
        point = {"type": "Point", "coordinates": [round(lon, 6), round(lat, 6)]}
        yield int(n), round(float(radii[n]), 1), point


def _town_name(study: Study, row: int) -> str:
    return str(study.cells.keys[row]).partition("/")[2]


def people_text(study: Study, row: int) -> str:
    """Return the people of 75 and over of a cell; what is not published is said, never 0."""
    return "公表なし" if study.cells.hidden[row] else f"{study.cells.need[row]:,.0f} 人"


def _add_cells(chart: folium.Map, study: Study, names: dict[str, str]) -> None:
    counts = study.sure.access.counts[:, MAP_RING]
    high = study.possible.access.counts[:, MAP_RING]
    classes = class_numbers(counts)
    codes = [area.code for area in study.target.areas]
    features = [
        _feature(
            {
                "地区": names[codes[study.cells.districts[n]]],
                "75歳以上": f"{study.cells.need[n]:,.0f} 人",
                f"{RING_TEXT} 以内": range_text(int(counts[n]), int(high[n])),
                "最も近い": distance_text(float(study.sure.access.nearest_m[n])),
                "fill": CLASSES[classes[n]].colour,
            },
            geojson_geometry(shape, 1e-5),
        )
        for n, shape in enumerate(part_shapes(study))
    ]
    if not features:
        return
    folium.GeoJson(
        _collection(features),
        name=f"500 m メッシュ（{RING_TEXT} 以内の数）",
        style_function=lambda feature: {
            "fillColor": feature["properties"]["fill"],
            "fillOpacity": 0.85,
            "color": "#777777",
            "weight": 0.3,
        },
        tooltip=folium.GeoJsonTooltip(["地区", "75歳以上", f"{RING_TEXT} 以内", "最も近い"]),
    ).add_to(chart)


def _add_gaps(chart: folium.Map, study: Study, names: dict[str, str]) -> None:
    """Draw the outlines of where nobody serves, joined by district; cells stay in sight."""
    shapes, rows = part_shapes(study), gap_rows(study)
    features = []
    for number, area in enumerate(study.target.areas):
        own = rows[study.cells.districts[rows] == number]
        if own.size:
            people = f"{study.cells.need[own].sum():,.0f} 人"
            joined = shapely.union_all(shapes[own], grid_size=1e-6)
            features.append(
                _feature(
                    {"地区": names[area.code], "空白に住む75歳以上": people},
                    geojson_geometry(joined, 1e-5),
                )
            )
    if not features:
        return
    folium.GeoJson(
        _collection(features),
        name=f"空白（{RING_TEXT} 以内に 0 か所）",
        style_function=lambda _: {"color": GAP, "weight": 2, "dashArray": "5 4", "fill": False},
        tooltip=folium.GeoJsonTooltip(["地区", "空白に住む75歳以上"]),
    ).add_to(chart)


def _add_facilities(chart: folium.Map, report: CoverageReport) -> None:
    """Draw the facilities, those not known to do it as a layer of their own below the sure ones."""
    for certain in (False, True):
        rows = [row for row in facility_rows(report.study) if row["certain"] == certain]
        if rows:
            _add_marks(chart, report, rows, certain=certain)


def _add_marks(
    chart: folium.Map, report: CoverageReport, rows: list[Row], *, certain: bool
) -> None:
    features = [
        _feature(
            {
                "名称": row["name"],
                "種別": report.kinds.get(row["kind"], row["kind"]),
                "対応": "できる" if certain else "わからない",
                "なくなると": f"{row['left_without_2000_m']:,.0f} 人",
            },
            {"type": "Point", "coordinates": [round(row["lon"], 6), round(row["lat"], 6)]},
        )
        for row in rows
    ]
    lost = f"なくなると {RING_TEXT} 以内に 1 つもなくなる 75歳以上"
    folium.GeoJson(
        _collection(features),
        name="対応できる施設" if certain else "対応できるかわからない施設",
        marker=folium.CircleMarker(fill=True),
        style_function=lambda _: {
            "color": OUTLINE,
            "fillColor": FACILITY if certain else UNSURE,
            "fillOpacity": 1,
            "radius": _MARK_PX[certain],
            "weight": 1,
        },
        tooltip=folium.GeoJsonTooltip(
            ["名称", "種別", "対応", "なくなると"], aliases=["名称", "種別", "確かさ", lost]
        ),
    ).add_to(chart)


def _feature(properties: dict[str, Any], geometry: dict[str, Any]) -> dict[str, Any]:
    """Return a feature whose text is safe where folium writes it as HTML."""
    safe = {
        key: html.escape(value) if isinstance(value, str) else value
        for key, value in properties.items()
    }
    return {"type": "Feature", "properties": safe, "geometry": geometry}


def _collection(features: list[dict[str, Any]]) -> dict[str, Any]:
    numbered = [{**feature, "id": str(n)} for n, feature in enumerate(features)]
    return {"type": "FeatureCollection", "features": numbered}


def range_text(low: int, high: int) -> str:
    """Return a number of facilities as a range: sure ones, and all that may count."""
    return f"{low} か所" if low == high else f"{low}〜{high} か所"
