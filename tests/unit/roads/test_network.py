"""Driving times: against a Dijkstra of its own over the lines as they were given."""

from __future__ import annotations

import heapq
import math
from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pyproj import Geod

from geoportal.roads.compiling import compile_network
from geoportal.roads.network import STATES, RoadNetwork
from geoportal.roads.topology import FERRY, RoadLine, edges_of, from_bytes, joined, to_bytes
from tests.rounds import examples

GEOD = Geod(ellps="GRS80")
SPEEDS = {"primary": 36.0, "residential": 18.0}
OFF_ROAD_KM_H = 9.0
LON, LAT, STEP = 131.25, 33.95, 0.01


def spot(column: float, row: float) -> tuple[float, float]:
    return round(LON + STEP * column, 7), round(LAT + STEP * row, 7)


def line(*spots: tuple[float, float], road_class: str = "primary", **given: object) -> RoadLine:
    return RoadLine(np.array([spot(*at) for at in spots]), road_class, **given)  # type: ignore[arg-type]


def network(*lines: RoadLine) -> RoadNetwork:
    return RoadNetwork(compile_network([edges_of(lines)], SPEEDS), OFF_ROAD_KM_H)


def drive(roads: RoadNetwork, place: tuple[float, float], home: tuple[float, float]):
    there, here = (roads.snap(np.array([at[0]]), np.array([at[1]])) for at in (place, home))
    drives = roads.drives(there, here)
    return float(drives.seconds[0, 0]), STATES[drives.states[0, 0]]


def metres(first: tuple[float, float], second: tuple[float, float]) -> float:
    return float(GEOD.inv(*first, *second)[2])


class Oracle:
    """Dijkstra over the vertices of lines; a point is on a vertex."""

    def __init__(self, lines: list[RoadLine]) -> None:
        self.ways: dict[tuple[float, float], list[tuple[float, tuple[float, float]]]] = {}
        for one in lines:
            speed = min(SPEEDS[one.road_class], one.max_km_h or math.inf) / 3.6
            points = [tuple(point) for point in one.points.tolist()]
            for start, end in pairwise(points):
                seconds = metres(start, end) / speed
                if one.forward:
                    self.ways.setdefault(start, []).append((seconds, end))
                if one.backward:
                    self.ways.setdefault(end, []).append((seconds, start))

    def seconds(self, start: tuple[float, float], end: tuple[float, float]) -> float:
        known, waiting = {start: 0.0}, [(0.0, start)]
        while waiting:
            so_far, here = heapq.heappop(waiting)
            if here == end:
                return so_far
            for more, there in self.ways.get(here, []):
                if so_far + more < known.get(there, math.inf):
                    known[there] = so_far + more
                    heapq.heappush(waiting, (so_far + more, there))
        return math.inf


corners = st.tuples(st.integers(0, 4), st.integers(0, 4))
drawn = st.lists(
    st.tuples(
        st.lists(corners, min_size=2, max_size=5, unique=True),
        st.sampled_from(sorted(SPEEDS)),
        st.sampled_from([(True, True), (True, False), (False, True)]),
        st.sampled_from([0, 10]),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=examples(40), deadline=None)
@given(drawn, st.data())
def test_times_are_those_of_an_own_dijkstra(drawn, data):
    lines = [
        line(*spots, road_class=name, forward=ways[0], backward=ways[1], max_km_h=limit)
        for spots, name, ways, limit in drawn
    ]
    ends = sorted({tuple(point) for one in lines for point in one.points[[0, -1]].tolist()})
    points = [end for end in ends if all(_meets(one, end) for one in lines)]
    assume(points)
    place, home = data.draw(st.sampled_from(points)), data.draw(st.sampled_from(points))
    oracle = Oracle(lines).seconds(place, home)
    found, state = drive(network(*lines), place, home)
    assert found == pytest.approx(oracle, rel=1e-5, abs=0.02)
    assert state == ("no_way" if math.isinf(oracle) else "road")


def _meets(one: RoadLine, point: tuple[float, float]) -> bool:
    """Return whether a line has a point as a vertex or stays away from it: does not run past it."""
    return all(
        list(point) in part.tolist()
        or shapely.LineString(part).distance(shapely.Point(point)) > 1e-6
        for part in (one.points[i : i + 2] for i in range(len(one.points) - 1))
    )


def test_a_one_way_street_is_left_at_its_end():
    street = line((0, 0), (1, 0), forward=True, backward=False)
    back = line((1, 0), (1, 1), (0, 1), (0, 0))
    roads = network(street, back)
    behind, ahead = spot(0.8, 0), spot(0.2, 0)
    straight, _ = drive(roads, ahead, behind)
    around, _ = drive(roads, behind, ahead)
    assert straight == pytest.approx(metres(ahead, behind) / 10, rel=1e-4)
    assert around > 3 * straight


def test_a_bridge_is_no_junction_and_a_shared_vertex_is():
    over, under = line((0, 1), (2, 1)), line((1, 0), (1, 2))
    assert drive(network(over, under), spot(0, 1), spot(1, 0)) == (math.inf, "no_way")
    met = line((1, 0), (1, 1), (1, 2))
    crossing = line((0, 1), (1, 1), (2, 1))
    assert drive(network(crossing, met), spot(0, 1), spot(1, 0))[1] == "road"


def test_off_the_road_it_goes_slower_and_too_far_off_nothing_is_known():
    roads = network(line((0, 0), (1, 0)))
    beside = (spot(0.5, 0)[0], LAT + 0.001)
    seconds, state = drive(roads, spot(0, 0), beside)
    off = metres(beside, (beside[0], LAT))
    assert state == "road"
    assert seconds == pytest.approx(metres(spot(0, 0), spot(0.5, 0)) / 10 + off / 2.5, rel=1e-4)
    assert drive(roads, spot(0, 0), (beside[0], LAT + 0.006)) == (math.inf, "unknown")
    assert drive(roads, (math.nan, math.nan), beside) == (math.inf, "unknown")


def test_a_ferry_is_said_and_has_no_time():
    main, island = line((0, 0), (1, 0)), line((3, 0), (4, 0))
    ship = line((1, 0), (3, 0), road_class=FERRY)
    assert drive(network(main, island, ship), spot(0, 0), spot(4, 0)) == (math.inf, "ferry")
    assert drive(network(main, island), spot(0, 0), spot(4, 0)) == (math.inf, "no_way")


def test_a_line_given_in_both_directions_is_one_edge():
    there, back = line((0, 0), (1, 0), whole=True), line((1, 0), (0, 0), whole=True)
    assert edges_of([there, back])["start"].size == 1
    one_way = line((0, 0), (1, 0), whole=True, backward=False)
    assert edges_of([one_way, one_way])["start"].size == 2


def test_a_stated_length_counts_where_it_can_be():
    there = {"whole": True, "forward": True, "backward": True}
    real = metres(spot(0, 0), spot(1, 0))
    stated = edges_of([line((0, 0), (1, 0), length_m=real * 1.05, **there)])
    wrong = edges_of([line((0, 0), (1, 0), length_m=real * 3, **there)])
    assert stated["metres"][0] == pytest.approx(real * 1.05)
    assert wrong["metres"][0] == pytest.approx(real, rel=1e-6)


def test_sets_side_by_side_are_joined_where_they_meet():
    west, east = edges_of([line((0, 0), (1, 0))]), edges_of([line((1, 0), (2, 0))])
    packed = [from_bytes(to_bytes(one)) for one in (west, east)]
    roads = RoadNetwork(compile_network(packed, SPEEDS), OFF_ROAD_KM_H)
    whole = network(line((0, 0), (1, 0), (2, 0)))
    assert joined(packed)["lon"].size == 3
    expected = drive(whole, spot(0, 0), spot(2, 0))
    assert drive(roads, spot(0, 0), spot(2, 0)) == pytest.approx(expected)


@settings(max_examples=examples(20), deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=2, max_size=8, unique=True),
    st.tuples(st.floats(-0.2, 1.2), st.floats(-0.2, 1.2)),
)
def test_the_nearest_road_is_found(spots, point):
    one = line(*spots)
    if (one.points == one.points[0]).all():
        return
    lon, lat = LON + STEP * point[0], LAT + STEP * point[1]
    found = network(one).snap(np.array([lon]), np.array([lat]))
    along = _nearest(one, lon, lat)
    if along > 500.5:
        assert found.edge[0] == -1
    elif along < 499.5:
        assert found.off_m[0] == pytest.approx(along, abs=0.5)


def _nearest(one: RoadLine, lon: float, lat: float) -> float:
    """Return the least distance to points set densely along a line, metres."""
    shares = np.linspace(0, 1, 1200)[:, np.newaxis]
    dense = np.concatenate([start + (end - start) * shares for start, end in pairwise(one.points)])
    here = np.full(len(dense), lon), np.full(len(dense), lat)
    return float(GEOD.inv(*here, dense[:, 0], dense[:, 1])[2].min())
