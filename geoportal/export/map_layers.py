"""Layers of ``map.html``: ground, cells, gaps, districts, facilities."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping
from typing import Any

import folium
import numpy as np
import shapely

from geoportal.coverage.distance_zones import Rows
from geoportal.coverage.report import CoverageReport
from geoportal.coverage.study import Study
from geoportal.coverage.tables import facility_rows
from geoportal.coverage.wording import UNDECIDED, distance_text, sentence
from geoportal.export.coverage_shapes import (
    MAP_RING,
    RING_TEXT,
    UNDECIDED_CLASS,
    circle_radii_m,
    gap_rows,
    geojson_geometry,
    part_classes,
    part_shapes,
)
from geoportal.geo.polygons import polygonal

OUTLINE, LAND = "#1a1a1a", "#f1eee6"
BEYOND, COAST = "#fafafa", "#a0a0a0"
_AROUND, _ROUGH, _GRID = 0.2, 5e-4, 1e-4
"""Neighbours are drawn this far around, and this roughly, degrees: 20 km, 50 m, 10 m."""
FACILITY, UNSURE, GAP = "#c2185b", "#ffffff", "#b00020"
_MARK_PX = {True: 4, False: 2.5}


def add_layers(chart: folium.Map, report: CoverageReport) -> None:
    """Add every layer of a report to a map; text in them is escaped."""
    study = report.study
    _add_land(chart, study)
    if study.by_towns:
        _add_towns(chart, study)
    else:
        _add_meshes(chart, study)
    _add_gaps(chart, study)
    districts = [
        _feature(
            {"名称": area.name, "ことば": sentence(figures, report.subject)},
            geojson_geometry(area.outline.simplify(1e-5)),
        )
        for area, figures in zip(study.target.areas, study.districts, strict=True)
    ]
    _add_features(
        chart,
        districts,
        name="地区",
        style_function=lambda _: {"color": OUTLINE, "weight": 2.5, "fill": False},
        tooltip=folium.GeoJsonTooltip(["名称", "ことば"], labels=False),
        interactive=True,
    )
    _add_facilities(chart, report)


def _add_features(chart: folium.Map, features: list[dict[str, Any]], **options: Any) -> None:
    """Add a layer of numbered features, unless there are none; options as of folium."""
    if features:
        numbered = [{**feature, "id": str(n)} for n, feature in enumerate(features)]
        collection = {"type": "FeatureCollection", "features": numbered}
        folium.GeoJson(collection, **options).add_to(chart)


def _add_land(chart: folium.Map, study: Study) -> None:
    """Draw the ground, and roughly that of neighbours: neither looks like sea."""
    outlines = study.target.outlines
    own = [_feature({}, geojson_geometry(o.simplify(1e-5))) for o in outlines]
    west, south, east, north = shapely.total_bounds(np.array(outlines, dtype=object))
    around = shapely.box(west - _AROUND, south - _AROUND, east + _AROUND, north + _AROUND)
    coasts = (polygonal(o.intersection(around).simplify(_ROUGH)) for o in study.target.land)
    neighbours = [_feature({}, geojson_geometry(c, _GRID)) for c in coasts if not c.is_empty]
    for name, grounds, style in (
        ("まわりの地面", neighbours, {"color": COAST, "weight": 0.7, "fillColor": BEYOND}),
        ("地面", own, {"stroke": False, "fillColor": LAND}),
    ):
        _add_features(
            chart,
            grounds,
            name=name,
            control=False,
            interactive=False,
            style_function=lambda _, style=style: {**style, "fillOpacity": 1},
        )


def _add_towns(chart: folium.Map, study: Study) -> None:
    """Draw a circle for each town, the large ones below."""
    cells = _cell_properties(study)
    features = [
        _feature(
            {
                "町丁目": _town_name(study, n),
                **cells[n],
                "位置の誤差": f"± {distance_text(float(study.cells.uncertainty_m[n]))}",
                "radius": radius,
            },
            shape,
        )
        for n, radius, shape in _circles(study, np.arange(len(study.cells)))
    ]
    fields = ["町丁目", "地区", "75歳以上", f"{RING_TEXT} 以内", "最も近い", "位置の誤差"]
    _add_features(
        chart,
        features,
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
    )


def _add_meshes(chart: folium.Map, study: Study) -> None:
    features = [
        _feature(properties, geojson_geometry(shape, 1e-5))
        for properties, shape in zip(_cell_properties(study), part_shapes(study), strict=True)
    ]
    _add_features(
        chart,
        features,
        name=f"500 m メッシュ（{RING_TEXT} 以内の数）",
        style_function=lambda feature: {
            "fillColor": feature["properties"]["fill"],
            "fillOpacity": 0.85,
            "color": "#777777",
            "weight": 0.3,
        },
        tooltip=folium.GeoJsonTooltip(["地区", "75歳以上", f"{RING_TEXT} 以内", "最も近い"]),
    )


def _cell_properties(study: Study) -> list[dict[str, Any]]:
    """Return the properties that parts of meshes and towns share."""
    counts = study.sure.access.counts[:, MAP_RING]
    most = study.possible.access.counts[:, MAP_RING]
    classes = part_classes(study)
    return [
        {
            "地区": study.target.areas[study.cells.districts[n]].name,
            "75歳以上": _people_text(study, n),
            f"{RING_TEXT} 以内": classes[n].label
            if classes[n] is UNDECIDED_CLASS
            else range_text(int(counts[n]), int(most[n])),
            "最も近い": distance_text(float(study.sure.access.nearest_m[n])),
            "fill": classes[n].colour,
        }
        for n in range(len(study.cells))
    ]


def _add_gaps(chart: folium.Map, study: Study) -> None:
    """Draw where nobody serves: rings around towns, or outlines of meshes joined by district."""
    rows = gap_rows(study)
    style = {"color": GAP, "weight": 2, "dashArray": "5 4", "fill": False}
    options: dict[str, Any] = {"style_function": lambda _: style}
    if study.by_towns:
        place = "町丁目"
        features = [
            _feature(
                {
                    place: _town_name(study, n),
                    "空白に住む75歳以上": _people_text(study, n),
                    "radius": radius,
                },
                shape,
            )
            for n, radius, shape in _circles(study, rows)
        ]
        options = {
            "marker": folium.Circle(radius=1, fill=False),
            "style_function": lambda feature: style | {"radius": feature["properties"]["radius"]},
        }
    else:
        place, features, shapes = "地区", [], part_shapes(study)
        for number, area in enumerate(study.target.areas):
            own = rows[study.cells.districts[rows] == number]
            if own.size:
                people = f"{study.cells.need[own].sum():,.0f} 人"
                joined = shapely.union_all(shapes[own], grid_size=1e-6)
                properties = {place: area.name, "空白に住む75歳以上": people}
                features.append(_feature(properties, geojson_geometry(joined, 1e-5)))
    _add_features(
        chart,
        features,
        name=f"空白（{RING_TEXT} 以内に 0 か所）",
        tooltip=folium.GeoJsonTooltip([place, "空白に住む75歳以上"]),
        **options,
    )


def _circles(study: Study, rows: Rows) -> Iterator[tuple[int, float, dict[str, Any]]]:
    """Yield row, radius in metres and point of towns, those with the largest circles first."""
    radii = circle_radii_m(study)
    for n in rows[np.argsort(-radii[rows], kind="stable")]:
        lon, lat = float(study.cells.lon[n]), float(study.cells.lat[n])
        point = {"type": "Point", "coordinates": [round(lon, 6), round(lat, 6)]}
        yield int(n), round(float(radii[n]), 1), point


def _town_name(study: Study, row: int) -> str:
    return str(study.cells.keys[row]).partition("/")[2]


def _people_text(study: Study, row: int) -> str:
    """Return the people of 75 and over of a cell; an unpublished number is stated, never 0."""
    return "公表なし" if study.cells.hidden[row] else f"{study.cells.need[row]:,.0f} 人"


def _add_facilities(chart: folium.Map, report: CoverageReport) -> None:
    """Draw the facilities, those not known to do it as a layer of their own below the sure ones."""
    lost = f"なくなると {RING_TEXT} 以内に 1 つもなくなる 75歳以上"
    for certain in (False, True):
        features = [
            _feature(
                {
                    "名称": row["name"],
                    "種別": report.kinds.get(row["kind"], row["kind"]),
                    "対応": "できる" if certain else "わからない",
                    "なくなると": lost_text(row),
                },
                {"type": "Point", "coordinates": [round(row["lon"], 6), round(row["lat"], 6)]},
            )
            for row in facility_rows(report.study)
            if row["certain"] == certain
        ]
        style = {
            "color": OUTLINE,
            "fillColor": FACILITY if certain else UNSURE,
            "fillOpacity": 1,
            "radius": _MARK_PX[certain],
            "weight": 1,
        }
        _add_features(
            chart,
            features,
            name="対応できる施設" if certain else "対応が未確認の施設",
            marker=folium.CircleMarker(fill=True),
            style_function=lambda _, style=style: style,
            tooltip=folium.GeoJsonTooltip(
                ["名称", "種別", "対応", "なくなると"], aliases=["名称", "種別", "確かさ", lost]
            ),
        )


def _feature(properties: dict[str, Any], geometry: dict[str, Any]) -> dict[str, Any]:
    """Return a feature whose text is escaped, for folium writes it as HTML."""
    safe = {
        key: html.escape(value) if isinstance(value, str) else value
        for key, value in properties.items()
    }
    return {"type": "Feature", "properties": safe, "geometry": geometry}


def lost_text(row: Mapping[str, Any]) -> str:
    """Return the people 75+ who would have none within 2 km without a facility, of its row."""
    lost = row["left_without_2000_m"]
    return UNDECIDED if lost is None else f"{lost:,.0f} 人"


def range_text(low: int, high: int) -> str:
    """Return a number of facilities as a range: sure ones, and all that may count."""
    return f"{low} か所" if low == high else f"{low}〜{high} か所"
