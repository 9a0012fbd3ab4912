"""The nearest places by road: against times that are looked at pair by pair."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoportal.roads.nearest import NOWHERE, nearest_places
from geoportal.roads.network import RoadNetwork
from geoportal.roads.snapping import Snaps
from tests.rounds import examples
from tests.unit.roads.test_network import drawn, line, metres, network, spot

RANKS = 3

points = st.lists(
    st.tuples(st.floats(-0.2, 4.2), st.floats(-0.2, 4.2)), min_size=1, max_size=7, unique=True
)


def snapped(roads: RoadNetwork, spots: list[tuple[float, float]]) -> Snaps:
    lon, lat = np.array([spot(*at) for at in spots]).T
    return roads.snap(lon, lat)


@settings(max_examples=examples(60), deadline=None)
@given(drawn, points, points)
def test_each_rank_has_the_time_of_the_pairs_in_order(lines, places, homes):
    roads = network(
        *(
            line(*spots, road_class=name, forward=ways[0], backward=ways[1], max_km_h=limit)
            for spots, name, ways, limit in lines
        )
    )
    at, to = snapped(roads, places), snapped(roads, homes)
    pairs = roads.drives(at, to).seconds
    found = nearest_places(roads, at, to, RANKS)
    for home, times in enumerate(pairs):
        expected = [*sorted(times.tolist()), *[math.inf] * RANKS][:RANKS]
        assert found.seconds[:, home].tolist() == pytest.approx(expected, rel=1e-9, abs=1e-5)
        named = [n for n in found.places[:, home].tolist() if n != NOWHERE]
        assert len(named) == len(set(named)) == np.isfinite(expected).sum()
        own = [times[n] for n in named]
        assert own == pytest.approx(expected[: len(named)], rel=1e-9, abs=1e-5)


def test_places_on_no_road_are_nobodys_and_homes_on_none_have_nobody():
    roads = network(line((0, 0), (1, 0)))
    at = snapped(roads, [(0, 2), (0.25, 0), (1, 0)])
    found = nearest_places(roads, at, snapped(roads, [(0.5, 0), (0.5, 3)]), 3)
    assert found.places[:, 0].tolist() == [1, 2, NOWHERE]
    assert found.places[:, 1].tolist() == [NOWHERE] * 3
    assert found.seconds[0, 0] == pytest.approx(metres(spot(0.25, 0), spot(0.5, 0)) / 10, rel=1e-4)
    assert np.isinf(found.seconds[:, 1]).all()


def test_nobody_is_nearest_where_there_are_no_places():
    roads = network(line((0, 0), (1, 0)))
    found = nearest_places(roads, snapped(roads, [(0, 3)]), snapped(roads, [(0.5, 0)]), 2)
    assert found.places.tolist() == [[NOWHERE], [NOWHERE]]
