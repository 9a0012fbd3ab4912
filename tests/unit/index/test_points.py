"""Radius questions equal brute force with its own geodesic, on random and adversarial points."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyproj import Geod

from geoportal.index.points import PointIndex
from tests.rounds import examples

ORACLE = Geod(ellps="GRS80")
LON = st.floats(122, 154, allow_nan=False)
LAT = st.floats(20, 46, allow_nan=False)


def brute_force(
    points: list[tuple[float, float]], lon: float, lat: float, radius_m: float
) -> dict[int, float]:
    found = {}
    for row, (x, y) in enumerate(points):
        metres = ORACLE.inv(lon, lat, x, y)[2]
        if metres <= radius_m:
            found[row] = metres
    return found


def ask(
    points: list[tuple[float, float]], lon: float, lat: float, radius_m: float
) -> dict[int, float]:
    index = PointIndex([p[0] for p in points], [p[1] for p in points])
    rows, metres = index.within(lon, lat, radius_m)
    return dict(zip(rows.tolist(), metres.tolist(), strict=True))


def assert_same(got: dict[int, float], expected: dict[int, float]) -> None:
    assert got.keys() == expected.keys()
    for row, metres in expected.items():
        assert got[row] == pytest.approx(metres, abs=0.002)
        assert round(got[row]) == round(metres)


@given(
    lon=LON,
    lat=LAT,
    radius_m=st.floats(1, 50_000),
    offsets=st.lists(
        st.tuples(st.floats(-0.7, 0.7), st.floats(-0.6, 0.6)), min_size=0, max_size=40
    ),
)
@settings(max_examples=examples(300), deadline=None)
def test_equals_brute_force_anywhere_in_japan(lon, lat, radius_m, offsets):
    points = [(lon + dx, lat + dy) for dx, dy in offsets]
    assert_same(ask(points, lon, lat, radius_m), brute_force(points, lon, lat, radius_m))


@given(
    azimuth=st.floats(0, 360),
    radius_m=st.integers(1, 50_000),
    lat=LAT,
    slip=st.sampled_from([-1e-4, -1e-6, 0.0, 1e-6, 1e-4]),
)
@example(azimuth=0.0, radius_m=16_000, lat=33.88, slip=0.0)
@example(azimuth=180.0, radius_m=50_000, lat=45.5, slip=0.0)
@settings(max_examples=examples(300), deadline=None)
def test_decides_as_the_geodesic_does_right_on_the_rim(azimuth, radius_m, lat, slip):
    lon = 130.8751
    x, y, _ = ORACLE.fwd(lon, lat, azimuth, radius_m + slip)
    assert_same(ask([(x, y)], lon, lat, radius_m), brute_force([(x, y)], lon, lat, radius_m))


@pytest.mark.parametrize("azimuth", [0, 90, 180, 270])
def test_finds_the_poles_of_the_circle_and_not_beyond(azimuth):
    lon, lat, radius_m = 130.8751, 33.8834, 16_000
    inside = ORACLE.fwd(lon, lat, azimuth, radius_m - 0.01)[:2]
    outside = ORACLE.fwd(lon, lat, azimuth, radius_m + 0.01)[:2]
    assert set(ask([inside, outside], lon, lat, radius_m)) == {0}


def test_points_on_the_edges_of_bands_and_identical_points_are_all_found():
    points = [(130.87, 33.88), (130.87, 33.88), (130.87, 33.89), (130.88, 33.88)]
    assert set(ask(points, 130.87, 33.88, 1_200)) == {0, 1, 2, 3}


def test_an_empty_index_and_a_far_question_answer_nothing():
    assert ask([], 130.87, 33.88, 16_000) == {}
    assert ask([(130.87, 33.88)], 141.35, 43.06, 50_000) == {}


def test_rows_that_are_not_allowed_are_never_returned():
    index = PointIndex([130.87, 130.871, 130.872], [33.88, 33.88, 33.88])
    rows, _ = index.within(130.87, 33.88, 1_000, np.array([False, True, False]))
    assert rows.tolist() == [1]


def test_a_box_holds_its_edges():
    index = PointIndex([130.0, 130.5, 131.0, 131.1], [33.0, 33.5, 34.0, 33.5])
    assert sorted(index.in_box(130.0, 33.0, 131.0, 34.0).tolist()) == [0, 1, 2]


@given(
    azimuth=st.floats(0, 360),
    edge_m=st.sampled_from([1_000.0, 4_000.0, 2_345.5, 3_210.123]),
    slip=st.floats(-0.002, 0.002),
)
@settings(max_examples=examples(200), deadline=None)
def test_shorter_radii_divide_as_the_geodesic_does(azimuth, edge_m, slip):
    lon, lat = 130.88, 33.88
    x, y, _ = ORACLE.fwd(lon, lat, azimuth, edge_m + slip)
    (metres,) = PointIndex([x], [y]).within(lon, lat, 16_000, edges_m=(edge_m, 8_000))[1]
    exact = ORACLE.inv(lon, lat, x, y)[2]
    assert (metres <= edge_m) == (exact <= edge_m)
    assert round(metres) == round(exact)
