"""Shapes of a coverage map: parts of cells, districts, facilities, gaps; and their classes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geoportal.coverage.distance_zones import RINGS_M
from geoportal.coverage.study import Study, undecided_parts
from geoportal.coverage.wording import HEADLINE_RING, UNDECIDED
from geoportal.geo.equal_area import EqualArea
from geoportal.geo.polygons import polygonal

_LEAST_CIRCLE = 0.3
_LONE_CIRCLE_M = 300.0
_CIRCLES_ACROSS = 100
MAP_RING = HEADLINE_RING
"""Maps show the number of facilities within this ring (2 km)."""


@dataclass(frozen=True, slots=True)
class CountClass:
    """A class of the choropleth.

    Attributes
    ----------
    least : int
        Smallest number of facilities in it.
    label : str
    colour : str
        Fill, dark enough apart from its neighbours in grey.
    hatch : str
        Pattern for monochrome print (matplotlib's notation).
    """

    least: int
    label: str
    colour: str
    hatch: str


CLASSES: tuple[CountClass, ...] = (
    CountClass(0, "0 か所", "#ffffff", "xxxx"),
    CountClass(1, "1 か所", "#fde9c4", "///"),
    CountClass(2, "2 か所", "#f9c57d", ""),
    CountClass(3, "3〜4 か所", "#7fb8c9", ""),
    CountClass(5, "5〜9 か所", "#3b7fa6", ""),
    CountClass(10, "10 か所以上", "#123f6d", ""),
)
"""Light to dark with the number; the two that matter most have a pattern, too."""

UNDECIDED_CLASS = CountClass(-1, UNDECIDED, "#e6e6e6", "....")
"""Of cells in districts where a source that would tell is not held."""

RING_TEXT = f"{RINGS_M[MAP_RING] / 1000:.0f} km"


def class_numbers(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the class of each count, shape (n,)."""
    least = np.array([count_class.least for count_class in CLASSES])
    return np.asarray(np.searchsorted(least, counts, side="right") - 1, dtype=np.int64)


def part_classes(study: Study) -> list[CountClass]:
    """Return the class of each part of a cell by its sure facilities, undecided ones apart."""
    numbers = class_numbers(study.sure.access.counts[:, MAP_RING])
    return [
        UNDECIDED_CLASS if undecided else CLASSES[number]
        for number, undecided in zip(numbers, undecided_parts(study), strict=True)
    ]


def shown_classes(study: Study) -> tuple[CountClass, ...]:
    """Return the classes of a study's legend."""
    undecided = undecided_parts(study)
    counted = CLASSES if not undecided.all() else ()
    return (*counted, UNDECIDED_CLASS) if undecided.any() else counted


def part_shapes(study: Study) -> NDArray[np.object_]:
    """Return the parts of cells in their districts, degrees, shape (p,); towns are points.

    Where a corner of a district touches the edge of a cell, only the area is kept.
    """
    cells = study.cells
    whole = study.catchment_cells.take(cells.rows).shapes()
    if study.by_towns:
        return whole
    shapes = whole.copy()
    for number, area in enumerate(study.target.areas):
        own = np.flatnonzero(cells.districts == number)
        shapely.prepare(area.outline)
        cut = own[~shapely.covers(area.outline, whole[own])]
        shapes[cut] = [polygonal(piece) for piece in shapely.intersection(area.outline, whole[cut])]
    return shapes


def circle_radii_m(study: Study) -> NDArray[np.float64]:
    """Return the radius of each town's circle, metres on the ground, shape (p,).

    The area of a circle goes with the people of 75 and over. Circles of mean size are a hundredth
    of the area's width, but nearly touch at least, and overlap by half at most, where towns lie as
    close as half of them do. Towns with few people, or with a number that is not published, still
    get a circle that can be seen.
    """
    root = np.sqrt(study.cells.need)
    share = root / root.mean() if root.any() else np.zeros(root.size)
    return np.asarray(np.maximum(share, _LEAST_CIRCLE) * _mean_circle_m(study), dtype=np.float64)


def _mean_circle_m(study: Study) -> float:
    """Return the radius of a circle of mean size, metres; for drawing only."""
    lon, lat = study.cells.lon, study.cells.lat
    degrees = np.unique(np.column_stack((lon, lat)), axis=0)
    if len(degrees) < 2:
        return _LONE_CIRCLE_M
    projection = EqualArea(float(lon.mean()), float(lat.mean()))
    flat = projection.project(np.asarray(shapely.points(degrees), dtype=np.object_))
    _, metres = shapely.STRtree(flat).query_nearest(
        flat, exclusive=True, all_matches=False, return_distance=True
    )
    spacing = float(np.median(metres))
    outlines = projection.project(np.array(study.target.outlines, dtype=np.object_))
    west, south, east, north = shapely.total_bounds(outlines)
    wide = float(np.hypot(east - west, north - south)) / _CIRCLES_ACROSS
    return min(max(wide, spacing / 2), spacing)


def largest_circle_text(study: Study) -> str:
    """Return how many people the largest circle stands for, for a legend."""
    return f"いちばん大きい円が {study.cells.need.max(initial=0.0):,.0f} 人"


def ground_text(study: Study) -> str:
    """Return what ground without a cell means, for a legend: unknown where data are missing."""
    return "人がいない・人口が未確認" if study.missing_meshes else "人が住んでいない"


def gap_rows(study: Study) -> NDArray[np.int64]:
    """Return the parts where people of 75 and over live and nobody surely serves within 2 km.

    Towns of which their number is not published are among them; undecided districts have none.
    """
    empty = (study.sure.access.counts[:, MAP_RING] == 0) & ~undecided_parts(study)
    return np.flatnonzero(empty & ((study.cells.need > 0) | study.cells.hidden))


def geojson_geometry(shape: Any, grid: float = 1e-6) -> dict[str, Any]:
    """Return a shape as GeoJSON geometry with six decimals (10 cm)."""
    rounded = shapely.set_precision(shape, grid)
    mapping: dict[str, Any] = shapely.geometry.mapping(shape if rounded.is_empty else rounded)
    return {"type": mapping["type"], "coordinates": _rounded(mapping["coordinates"])}


def _rounded(coordinates: Any) -> Any:
    if isinstance(coordinates, float):
        return round(coordinates, 6)
    return [_rounded(part) for part in coordinates]
