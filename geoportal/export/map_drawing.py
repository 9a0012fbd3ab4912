"""What is drawn on a printed map: ground, cells, districts, facilities, scale bar, north."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection, PathCollection
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path as Outline
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geoportal.coverage.report import CoverageReport
from geoportal.coverage.wording import distance_text
from geoportal.export.coverage_shapes import (
    CLASSES,
    MAP_RING,
    circle_radii_m,
    class_numbers,
    part_shapes,
)
from geoportal.export.map_sheet import BEYOND, LAND, MAP_FRAME, POINTS, Sheet, em_width, font, plain
from geoportal.geo.equal_area import EqualArea

_SEA, _LINE, _COAST = "#ffffff", "#1a1a1a", "#a0a0a0"
_FINEST = 3_000
"""The coast of neighbours is drawn to this part of the map's width."""
_MARGIN = 1.06
_NAME_POINTS, _SMALL_NAME_POINTS, _FEW_NAMES = 9.0, 6.0, 15
_LONGEST_NAME = 14
_TOWN_MARKS = 0.4
"""Facilities are drawn smaller where they would hide the circles of towns."""
_STEPS_M = (100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000)


def projection_of(report: CoverageReport) -> EqualArea:
    """Return the equal-area projection around the middle of the districts."""
    bounds = shapely.total_bounds(np.array(report.study.target.outlines, dtype=object))
    return EqualArea(float(bounds[0] + bounds[2]) / 2, float(bounds[1] + bounds[3]) / 2)


def _projected(shapes: Sequence[BaseGeometry], projection: EqualArea) -> NDArray[np.object_]:
    return projection.project(np.array(list(shapes), dtype=np.object_))


def _path(shape: BaseGeometry) -> Outline:
    """Return a (multi-)polygon with holes as one drawing path."""
    rings: list[Outline] = []
    for part in shapely.get_parts(shape):
        if part.geom_type != "Polygon":
            continue
        for ring in (part.exterior, *part.interiors):
            rings.append(Outline(np.asarray(ring.coords), closed=True))
    return Outline.make_compound_path(*rings) if rings else Outline(np.empty((0, 2)))


def draw_ground(axes: Axes, report: CoverageReport, projection: EqualArea, sheet: Sheet) -> None:
    """Draw the land of the districts, and that of their neighbours: neither looks like sea."""
    west, south, east, north = _extent(report, projection, sheet)
    sight = shapely.box(west, south, east, north)
    for shape in _projected(report.study.target.land, projection):
        if shape.intersects(sight):
            coast = shape.simplify((east - west) / _FINEST)
            _add_shape(axes, coast, BEYOND, _COAST, linewidth=0.5, zorder=0.5)
    for shape in _projected(report.study.target.outlines, projection):
        _add_shape(axes, shape, LAND, "none", zorder=1)


def _add_shape(axes: Axes, shape: BaseGeometry, face: str, edge: str, **style: float) -> None:
    """Draw a shape; what is in sight is set apart from what is drawn, so it is not measured."""
    axes.add_artist(PathPatch(_path(shape), facecolor=face, edgecolor=edge, **style))


def draw_cells(axes: Axes, report: CoverageReport, projection: EqualArea) -> None:
    """Draw meshes, or circles of towns, by the number of facilities within 2 km."""
    study = report.study
    if not study.has_cells:
        return
    shapes = _projected(list(part_shapes(study)), projection)
    classes = class_numbers(study.sure.access.counts[:, MAP_RING])
    if study.by_towns:
        radii = circle_radii_m(study)
        order = np.argsort(-radii, kind="stable")  # the small ones on top
        shapes = np.asarray(shapely.buffer(shapes[order], radii[order]), dtype=np.object_)
        classes = classes[order]
        _draw_shapes(axes, shapes, [CLASSES[number].colour for number in classes])
    for number, shown in enumerate(CLASSES):
        own = shapes[classes == number]
        if not study.by_towns:
            _draw_shapes(axes, own, shown.colour, shown.hatch)
        elif shown.hatch:
            _draw_shapes(axes, own, "none", shown.hatch)


def _draw_shapes(
    axes: Axes, shapes: NDArray[np.object_], colours: str | list[str], hatch: str = ""
) -> None:
    if shapes.size:
        axes.add_collection(
            PatchCollection(
                [PathPatch(_path(shape)) for shape in shapes],
                facecolor=colours,
                edgecolor="#555555",
                hatch=hatch or None,
                linewidth=0.25,
                zorder=2,
            )
        )


def draw_districts(axes: Axes, report: CoverageReport, projection: EqualArea, sheet: Sheet) -> None:
    """Draw the borders of the districts and, of several, the names for which there is room."""
    areas = report.study.target.areas
    shapes = _projected(report.study.target.outlines, projection)
    for shape in shapes:
        _add_shape(axes, shape, "none", _LINE, linewidth=1.1, zorder=4)
    if len(areas) < 2:
        return
    names = [_shortened(plain(area.name)) for area in areas]
    points = _NAME_POINTS if len(areas) <= _FEW_NAMES else _SMALL_NAME_POINTS
    high = points * sheet.scale * _metres_per_point(report, projection, sheet)
    for name, place in zip(names, _name_places(shapes, names, high), strict=True):
        if place is None:
            continue
        axes.text(
            *place,
            name,
            fontproperties=font(sheet, points),
            ha="center",
            va="center",
            zorder=6,
            bbox={
                "boxstyle": "round,pad=0.25",
                "facecolor": "white",
                "edgecolor": "#666666",
                "alpha": 0.9,
                "linewidth": 0.5,
            },
        )


def _name_places(
    shapes: NDArray[np.object_], names: Sequence[str], high: float
) -> list[tuple[float, float] | None]:
    """Return where names stand: in their district, or a line lower or higher; None without room.

    Parameters
    ----------
    shapes : ndarray of Polygon or MultiPolygon
        Projected; the large ones are named first.
    names : sequence of str
    high : float
        Of a letter, metres on the ground.
    """
    found: list[tuple[float, float] | None] = [None] * len(names)
    taken: list[tuple[float, float, float]] = []
    areas = shapely.area(shapes)
    for n in sorted(range(len(names)), key=lambda n: (-areas[n], n)):
        part = max(shapely.get_parts(shapes[n]), key=lambda part: float(part.area))
        point, half = part.representative_point(), (em_width(names[n]) + 1) / 2 * high
        for y in (point.y, point.y - 2 * high, point.y + 2 * high):
            free = all(
                abs(x - point.x) >= half + wide or abs(at - y) >= 2 * high for x, at, wide in taken
            )
            if free:
                found[n] = (point.x, y)
                taken.append((point.x, y, half))
                break
    return found


def _metres_per_point(report: CoverageReport, projection: EqualArea, sheet: Sheet) -> float:
    west, _, east, _ = _extent(report, projection, sheet)
    return (east - west) / (MAP_FRAME[2] * sheet.width_mm * POINTS)


def _shortened(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"


def draw_facilities(
    axes: Axes, report: CoverageReport, projection: EqualArea, sheet: Sheet
) -> None:
    """Draw unsure facilities as small open circles, sure ones as filled triangles on top."""
    supply = report.study.supply
    size = _TOWN_MARKS if report.study.by_towns else 1.0
    places = np.column_stack((supply.places.lon, supply.places.lat)).reshape(-1, 2)
    points = _projected([shapely.Point(place) for place in places], projection)
    x, y = shapely.get_x(points), shapely.get_y(points)
    west, south, east, north = _extent(report, projection, sheet)
    inside = (x >= west) & (x <= east) & (y >= south) & (y <= north)
    for certain, marker, face in ((False, "o", "#ffffff"), (True, "^", "#000000")):
        own = inside & (supply.certain == certain)
        drawn: PathCollection = axes.scatter(
            x[own],
            y[own],
            s=(26 if certain else 9) * size * sheet.scale**2,
            marker=marker,
            facecolor=face,
            edgecolor="#ffffff" if certain else "#000000",
            linewidth=0.5,
            zorder=5,
        )
        drawn.set_rasterized(False)
    axes.set_xlim(west, east)
    axes.set_ylim(south, north)


def _extent(
    report: CoverageReport, projection: EqualArea, sheet: Sheet
) -> tuple[float, float, float, float]:
    """Return the part of the ground that fills the frame, metres."""
    west, south, east, north = shapely.total_bounds(
        _projected(report.study.target.outlines, projection)
    )
    frame = MAP_FRAME[2] * sheet.width_mm / (MAP_FRAME[3] * sheet.height_mm)
    half_height = _MARGIN / 2 * max(north - south, (east - west) / frame)
    half_width = half_height * frame
    x, y = (west + east) / 2, (south + north) / 2
    return x - half_width, y - half_height, x + half_width, y + half_height


def frame(axes: Axes) -> None:
    """Take axes and ticks off the map."""
    axes.set_aspect("equal", adjustable="box")
    axes.set_facecolor(_SEA)
    axes.set_xticks([])
    axes.set_yticks([])


def draw_scale_bar(axes: Axes, sheet: Sheet) -> None:
    """Draw a bar of a round length, about a fifth of the map's width, in two halves."""
    west, east = axes.get_xlim()
    south, north = axes.get_ylim()
    length = max((s for s in _STEPS_M if s <= (east - west) / 4), default=_STEPS_M[0])
    x, y, height = west + 0.04 * (east - west), south + 0.04 * (north - south), 0.008
    thick = height * (north - south)
    axes.add_patch(
        Rectangle(
            (x - 0.025 * (east - west), y - 1.5 * thick),
            length + 0.06 * (east - west),
            6.5 * thick,
            facecolor="white",
            edgecolor="none",
            zorder=6.5,
        )
    )
    axes.add_patch(
        Rectangle((x, y), length / 2, thick, facecolor="black", edgecolor="black", zorder=7)
    )
    axes.add_patch(
        Rectangle(
            (x + length / 2, y), length / 2, thick, facecolor="white", edgecolor="black", zorder=7
        )
    )
    for at, text in ((0.0, "0"), (length / 2, ""), (float(length), distance_text(length))):
        axes.text(
            x + at, y + 1.6 * thick, text, fontproperties=font(sheet, 8), ha="center", zorder=7
        )


def draw_north(axes: Axes, sheet: Sheet) -> None:
    """Draw an arrow to the north."""
    axes.annotate(
        "北",
        xy=(0.965, 0.975),
        xytext=(0.965, 0.90),
        xycoords="axes fraction",
        textcoords="axes fraction",
        ha="center",
        va="top",
        fontproperties=font(sheet, 10),
        arrowprops={"arrowstyle": "-|>", "color": "black", "linewidth": 1.2},
        zorder=7,
    )
