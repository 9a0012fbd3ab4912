"""The areal part of what an intersection of outlines may be; the bounds of Japan."""

import pytest
import shapely
from shapely.geometry import GeometryCollection, LineString, Point, Polygon, box

from geoportal.geo.polygons import in_japan, polygonal


@pytest.mark.parametrize(
    ("geometry", "area"),
    [
        (Polygon(), 0.0),
        (box(0, 0, 1, 1).intersection(box(5, 5, 6, 6)), 0.0),
        (box(0, 0, 1, 1).intersection(box(1, 0, 2, 1)), 0.0),
        (GeometryCollection([LineString([(0, 0), (1, 1)]), Point(2, 2), box(0, 0, 2, 1)]), 2.0),
        (shapely.union(box(0, 0, 1, 1), box(5, 5, 6, 6)), 2.0),
        (Polygon([(0, 0), (2, 2), (2, 0), (0, 2)]), 2.0),
    ],
)
def test_lines_and_points_are_left_out_and_rings_mended(geometry, area):
    found = polygonal(geometry)
    assert found.geom_type == "MultiPolygon"
    assert found.is_valid
    assert found.area == pytest.approx(area)
    assert found.is_empty == (area == 0)


@pytest.mark.parametrize(
    ("name", "lon", "lat"),
    [
        ("与那国島 西崎, the westernmost point", 122.9333, 24.4494),
        ("沖ノ鳥島, the southernmost", 136.0814, 20.4253),
        ("南鳥島, the easternmost", 153.9867, 24.2831),
        ("択捉島 カモイワッカ岬, the northernmost", 148.7486, 45.5572),
    ],
)
def test_the_outermost_points_lie_in_japan(name, lon, lat):
    assert in_japan(lon, lat), name


@pytest.mark.parametrize(
    ("lon", "lat"),
    [
        (121.56, 25.04),  # Taipei
        (136.0, 19.9),
        (154.6, 24.3),
        (142.7, 46.96),  # Yuzhno-Sakhalinsk
        (33.88, 130.88),  # latitude and longitude swapped
        (None, 33.88),
        (130.88, None),
        (float("nan"), 33.88),
    ],
)
def test_what_lies_outside_is_not_in_japan(lon, lat):
    assert not in_japan(lon, lat)
