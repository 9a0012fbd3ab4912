"""Drawing of the printed map: ground, cells, districts, facilities, scale bar, north arrow."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path as Outline
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geoportal.coverage.study import Study
from geoportal.coverage.wording import distance_text
from geoportal.export.coverage_shapes import (
    circle_radii_m,
    part_classes,
    part_shapes,
    shown_classes,
)
from geoportal.export.map_sheet import (
    BEYOND,
    LAND,
    MAP_FRAME,
    POINTS,
    Sheet,
    em_width,
    font,
    plain,
    shortened,
)
from geoportal.geo.equal_area import EqualArea

_SEA, _LINE, _COAST = "#ffffff", "#1a1a1a", "#a0a0a0"
_FINEST = 3_000
"""The coast of neighbours is simplified to this fraction of the map's width."""
_MARGIN = 1.06
_NAME_POINTS, _SMALL_NAME_POINTS, _FEW_NAMES = 9.0, 6.0, 15
_LONGEST_NAME = 14
_TOWN_MARKS = 0.4
"""Facilities are drawn smaller where they would hide the circles of towns."""
_STEPS_M = (100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000)


@dataclass(frozen=True)
class MapDrawing:
    """Draws a study on the axes of a sheet, in an equal-area projection around its districts."""

    axes: Axes
    study: Study
    sheet: Sheet

    @cached_property
    def projection(self) -> EqualArea:
        """Equal-area projection around the middle of the districts."""
        bounds = shapely.total_bounds(np.array(self.study.target.outlines, dtype=object))
        return EqualArea(float(bounds[0] + bounds[2]) / 2, float(bounds[1] + bounds[3]) / 2)

    @cached_property
    def outlines(self) -> NDArray[np.object_]:
        """Outlines of the districts, projected, metres."""
        return self._projected(self.study.target.outlines)

    @cached_property
    def extent(self) -> tuple[float, float, float, float]:
        """West, south, east and north of the ground that fills the frame, metres."""
        west, south, east, north = shapely.total_bounds(self.outlines)
        frame = MAP_FRAME[2] * self.sheet.width_mm / (MAP_FRAME[3] * self.sheet.height_mm)
        half_height = _MARGIN / 2 * max(north - south, (east - west) / frame)
        half_width = half_height * frame
        x, y = (west + east) / 2, (south + north) / 2
        return x - half_width, y - half_height, x + half_width, y + half_height

    def draw(self) -> None:
        """Draw every layer, the lowest first."""
        self._draw_ground()
        self._draw_cells()
        self._draw_districts()
        self._draw_facilities()
        self.axes.set_aspect("equal", adjustable="box")
        self.axes.set_facecolor(_SEA)
        self.axes.set_xticks([])
        self.axes.set_yticks([])
        self._draw_scale_bar()
        self._draw_north_arrow()

    def _projected(self, shapes: Iterable[BaseGeometry]) -> NDArray[np.object_]:
        return self.projection.project(np.array(list(shapes), dtype=np.object_))

    def _draw_ground(self) -> None:
        """Draw the land of the districts, and that of their neighbours: neither looks like sea."""
        west, south, east, north = self.extent
        visible = shapely.box(west, south, east, north)
        for shape in self._projected(self.study.target.land):
            if shape.intersects(visible):
                coast = shape.simplify((east - west) / _FINEST)
                self._add_shape(coast, BEYOND, _COAST, linewidth=0.5, zorder=0.5)
        for shape in self.outlines:
            self._add_shape(shape, LAND, "none", zorder=1)

    def _add_shape(self, shape: BaseGeometry, face: str, edge: str, **style: float) -> None:
        """Draw a shape as an artist, so that it does not change the limits of the axes."""
        self.axes.add_artist(PathPatch(_path(shape), facecolor=face, edgecolor=edge, **style))

    def _draw_cells(self) -> None:
        """Draw meshes, or circles of towns, by the number of facilities within 2 km."""
        study = self.study
        if not study.has_cells:
            return
        shapes = self._projected(part_shapes(study))
        classes = part_classes(study)
        if study.by_towns:
            radii = circle_radii_m(study)
            order = np.argsort(-radii, kind="stable")  # the small ones on top
            shapes = np.asarray(shapely.buffer(shapes[order], radii[order]), dtype=np.object_)
            classes = [classes[n] for n in order]
            self._draw_shapes(shapes, [count_class.colour for count_class in classes])
        for count_class in shown_classes(study):
            own = shapes[[each is count_class for each in classes]]
            if not study.by_towns:
                self._draw_shapes(own, count_class.colour, count_class.hatch)
            elif count_class.hatch:
                self._draw_shapes(own, "none", count_class.hatch)

    def _draw_shapes(
        self, shapes: NDArray[np.object_], colours: str | list[str], hatch: str = ""
    ) -> None:
        if shapes.size:
            self.axes.add_collection(
                PatchCollection(
                    [PathPatch(_path(shape)) for shape in shapes],
                    facecolor=colours,
                    edgecolor="#555555",
                    hatch=hatch or None,
                    linewidth=0.25,
                    zorder=2,
                )
            )

    def _draw_districts(self) -> None:
        """Draw the borders of the districts and, of several, the names for which there is room."""
        areas = self.study.target.areas
        for shape in self.outlines:
            self._add_shape(shape, "none", _LINE, linewidth=1.1, zorder=4)
        if len(areas) < 2:
            return
        names = [shortened(plain(area.name), _LONGEST_NAME) for area in areas]
        points = _NAME_POINTS if len(areas) <= _FEW_NAMES else _SMALL_NAME_POINTS
        west, _, east, _ = self.extent
        metres_per_point = (east - west) / (MAP_FRAME[2] * self.sheet.width_mm * POINTS)
        letter_m = points * self.sheet.scale * metres_per_point
        box: dict[str, Any] = {
            "boxstyle": "round,pad=0.25",
            "facecolor": "white",
            "edgecolor": "#666666",
            "alpha": 0.9,
            "linewidth": 0.5,
        }
        for name, place in zip(names, _name_places(self.outlines, names, letter_m), strict=True):
            if place is not None:
                self.axes.text(
                    *place,
                    name,
                    fontproperties=font(self.sheet, points),
                    ha="center",
                    va="center",
                    zorder=6,
                    bbox=box,
                )

    def _draw_facilities(self) -> None:
        """Draw unsure facilities as small open circles, sure ones as filled triangles on top."""
        supply = self.study.supply
        size = _TOWN_MARKS if self.study.by_towns else 1.0
        places = np.column_stack((supply.places.lon, supply.places.lat))
        points = self._projected(shapely.Point(place) for place in places)
        x, y = shapely.get_x(points), shapely.get_y(points)
        west, south, east, north = self.extent
        inside = (x >= west) & (x <= east) & (y >= south) & (y <= north)
        for certain, marker, face in ((False, "o", "#ffffff"), (True, "^", "#000000")):
            own = inside & (supply.certain == certain)
            marks = self.axes.scatter(
                x[own],
                y[own],
                s=(26 if certain else 9) * size * self.sheet.scale**2,
                marker=marker,
                facecolor=face,
                edgecolor="#ffffff" if certain else "#000000",
                linewidth=0.5,
                zorder=5,
            )
            marks.set_rasterized(False)
        self.axes.set_xlim(west, east)
        self.axes.set_ylim(south, north)

    def _draw_scale_bar(self) -> None:
        """Draw a bar of a round length, about a fifth of the map's width, in two halves."""
        west, east = self.axes.get_xlim()
        south, north = self.axes.get_ylim()
        wide, thick = east - west, 0.008 * (north - south)
        length = max((step for step in _STEPS_M if step <= wide / 4), default=_STEPS_M[0])
        x, y = west + 0.04 * wide, south + 0.04 * (north - south)
        half = length / 2
        ground = (x - 0.025 * wide, y - 1.5 * thick), length + 0.06 * wide, 6.5 * thick
        for (corner, width, height), face, edge, zorder in (
            (ground, "white", "none", 6.5),
            (((x, y), half, thick), "black", "black", 7),
            (((x + half, y), half, thick), "white", "black", 7),
        ):
            self.axes.add_patch(
                Rectangle(corner, width, height, facecolor=face, edgecolor=edge, zorder=zorder)
            )
        small = font(self.sheet, 8)
        for at, text in ((0.0, "0"), (half, ""), (float(length), distance_text(length))):
            self.axes.text(
                x + at, y + 1.6 * thick, text, fontproperties=small, ha="center", zorder=7
            )

    def _draw_north_arrow(self) -> None:
        self.axes.annotate(
            "北",
            xy=(0.965, 0.975),
            xytext=(0.965, 0.90),
            xycoords="axes fraction",
            textcoords="axes fraction",
            ha="center",
            va="top",
            fontproperties=font(self.sheet, 10),
            arrowprops={"arrowstyle": "-|>", "color": "black", "linewidth": 1.2},
            zorder=7,
        )


def _path(shape: BaseGeometry) -> Outline:
    """Return a (multi-)polygon with holes as one drawing path."""
    rings = [
        Outline(np.asarray(ring.coords), closed=True)
        for part in shapely.get_parts(shape)
        if part.geom_type == "Polygon"
        for ring in (part.exterior, *part.interiors)
    ]
    return Outline.make_compound_path(*rings) if rings else Outline(np.empty((0, 2)))


def _name_places(
    shapes: NDArray[np.object_], names: Sequence[str], letter_m: float
) -> list[tuple[float, float] | None]:
    """Return where names are drawn: in their district, or a line below or above; None: no room.

    Shapes are projected, the large ones named first; a letter is ``letter_m`` metres high.
    """
    places: list[tuple[float, float] | None] = [None] * len(names)
    taken: list[tuple[float, float, float]] = []
    areas = shapely.area(shapes)
    for n in sorted(range(len(names)), key=lambda n: (-areas[n], n)):
        part = max(shapely.get_parts(shapes[n]), key=lambda part: float(part.area))
        point, half = part.representative_point(), (em_width(names[n]) + 1) / 2 * letter_m
        for y in (point.y, point.y - 2 * letter_m, point.y + 2 * letter_m):
            if all(
                abs(x - point.x) >= half + wide or abs(at - y) >= 2 * letter_m
                for x, at, wide in taken
            ):
                places[n] = (point.x, y)
                taken.append((point.x, y, half))
                break
    return places
