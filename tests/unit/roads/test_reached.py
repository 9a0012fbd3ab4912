"""Areas from which a home is reached in time: against times at points along the roads."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from geoportal.roads.reached import ERROR_M, reached_area, reached_lines
from geoportal.roads.snapping import metres_per_degree
from tests.rounds import examples
from tests.unit.roads.test_network import drawn, line, network, spot

MINUTES = 3


def points_along(lines):
    """Points on the lines, some 100 m apart, degrees."""
    return np.concatenate(
        [
            shapely.get_coordinates(shapely.segmentize(shapely.LineString(one.points), 0.001))
            for one in lines
        ]
    )


@settings(max_examples=examples(10), deadline=None)
@given(drawn, st.integers(0, 1000))
def test_the_area_holds_the_roads_in_time_and_nothing_far_from_them(drawn, chosen):
    lines = [
        line(*spots, road_class=name, forward=ways[0], backward=ways[1], max_km_h=limit)
        for spots, name, ways, limit in drawn
    ]
    roads, points = network(*lines), points_along(lines)
    lon, lat = points[chosen % len(points)]
    home = roads.snap(np.array([lon]), np.array([lat]))
    assume(home.edge[0] >= 0)
    area = reached_area(roads, home, roads.arrivals(home)[0], MINUTES, (lon, lat))
    there = roads.snap(*points.T)
    seconds = roads.drives(there, home).seconds[0] - there.off_m / 2.5
    in_time = points[seconds < 60 * MINUTES - 0.5]
    if not len(in_time):
        return
    assert shapely.contains_xy(area.outline, *in_time.T).all()
    scale = np.array(metres_per_degree(lat))
    parts = reached_lines(roads, home, roads.arrivals(home)[0], 60 * MINUTES)
    near = shapely.union(
        shapely.MultiLineString(list(parts * scale)), shapely.Point(np.array((lon, lat)) * scale)
    )
    corners = shapely.get_coordinates(area.outline) * scale
    assert shapely.distance(near, shapely.points(corners)).max() <= ERROR_M + 2


def test_an_area_says_how_far_it_goes():
    roads = network(line((0, 0), (4, 0), road_class="primary"))
    at = spot(2, 0)
    home = roads.snap(np.array([at[0]]), np.array([at[1]]))
    area = reached_area(roads, home, roads.arrivals(home)[0], 1, at)
    for side in (area.east_m, area.west_m):
        assert side == pytest.approx(600, abs=ERROR_M)  # a minute at 36 km/h
    assert area.north_m <= ERROR_M
    assert area.area_km2 == pytest.approx(1.2 * 0.24, rel=0.5)
    assert not area.outline.is_empty
