"""Clusters of a map's view: the same as counting point by point in cells of 72 pixels."""

from __future__ import annotations

import math
from collections import defaultdict

import numpy as np
import pytest

from geoportal.index.clusters import MIXED, Clusters, Grid, cluster

KYUSHU = (129.5, 31.0, 132.0, 34.2)


def cell(lon: float, lat: float, zoom: int) -> tuple[int, int]:
    """Return column and row by the textbook formula of Web Mercator, in pixels over 72."""
    pixels = 256 * 2**zoom
    y = (1 - math.log(math.tan(math.radians(lat)) + 1 / math.cos(math.radians(lat))) / math.pi) / 2
    return int((lon + 180) / 360 * pixels // 72), int(y * pixels // 72)


def counted(lon: list[float], lat: list[float], zoom: int, box: tuple[float, ...]) -> dict:
    """Return the points by cell, for the cells that touch a box."""
    left, top = cell(box[0], box[3], zoom)
    right, bottom = cell(box[2], box[1], zoom)
    cells = defaultdict(list)
    for x, y in zip(lon, lat, strict=True):
        column, row = cell(x, y, zoom)
        if left <= column <= right and top <= row <= bottom:
            cells[row, column].append((x, y))
    return cells


def asked(lon, lat, kind, zoom: int, box=KYUSHU, kinds: tuple[int, ...] = ()) -> Clusters:
    columns = (np.array(lon, dtype=float), np.array(lat, dtype=float), np.array(kind))
    return cluster(*columns, zoom=zoom, grid=Grid.over(box, zoom), kinds=kinds)


@pytest.mark.parametrize("zoom", [5, 9, 12])
def test_every_cell_has_the_points_counted_one_by_one(zoom: int) -> None:
    draw = np.random.default_rng(7)
    lon, lat = draw.uniform(129, 133, 400), draw.uniform(30.5, 35, 400)
    box = (130.0, 32.0, 131.0, 33.0)
    found = asked(lon, lat, np.zeros(400, int), zoom, box)
    expected = counted(lon.tolist(), lat.tolist(), zoom, box)
    assert found.count.tolist() == [len(expected[key]) for key in sorted(expected)]
    for n, key in enumerate(sorted(expected)):
        xs, ys = zip(*expected[key], strict=True)
        assert (found.west[n], found.east[n]) == (min(xs), max(xs))
        assert (found.south[n], found.north[n]) == (min(ys), max(ys))
        assert found.lon[n] == pytest.approx(sum(xs) / len(xs), abs=1e-9)
        assert found.lat[n] == pytest.approx(sum(ys) / len(ys), abs=1e-9)


def test_a_single_point_has_its_kind_and_others_do_not_count_where_kinds_are_chosen() -> None:
    lon, lat, kind = [130.88, 130.88001, 131.5], [33.88, 33.88001, 34.0], [3, 5, 5]
    found = asked(lon, lat, kind, 10)
    assert sorted(zip(found.count.tolist(), found.kind.tolist(), strict=True)) == [
        (1, 5),
        (2, MIXED),
    ]
    chosen = asked(lon, lat, kind, 10, kinds=(3,))
    assert (chosen.count.tolist(), chosen.kind.tolist(), chosen.lon.tolist()) == (
        [1],
        [3],
        [130.88],
    )


def test_from_zoom_17_on_every_point_stands_by_itself_as_in_the_browser() -> None:
    lon, lat = [130.88, 130.88001, 131.5], [33.88, 33.88001, 34.0]
    assert sorted(asked(lon, lat, [0, 0, 0], 16).count.tolist()) == [1, 2]
    assert asked(lon, lat, [0, 0, 0], 17).count.tolist() == [1, 1, 1]


def test_no_points_and_none_in_view_make_no_clusters() -> None:
    assert asked([], [], [], 9).count.tolist() == []
    assert asked([141.35], [43.06], [1], 9).count.tolist() == []


def test_a_grid_has_the_cells_that_touch_the_box() -> None:
    grid = Grid.over((130.0, 33.0, 131.0, 34.0), 9)
    assert (grid.left, grid.top) == cell(130.0, 34.0, 9)
    assert (grid.right, grid.bottom) == cell(131.0, 33.0, 9)
    assert grid.cells == (grid.right - grid.left + 1) * (grid.bottom - grid.top + 1)
    assert Grid.over((130.0, 33.0, 130.0, 33.0), 18).cells == 1
