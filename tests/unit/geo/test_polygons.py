"""The areal part of what an intersection of outlines may be."""

import pytest
import shapely
from shapely.geometry import GeometryCollection, LineString, Point, Polygon, box

from geoportal.geo.polygons import polygonal


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
