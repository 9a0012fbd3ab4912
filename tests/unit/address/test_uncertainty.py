"""Uncertainty: distances to neighbours, against brute force."""

from __future__ import annotations

import numpy as np
import pytest
from pyproj import Geod

from geoportal.address.compiling.uncertainty import (
    LARGEST_UNIT_M,
    SMALLEST_UNIT_M,
    neighbour_distances_m,
    unit_uncertainty_m,
)
from geoportal.geo.equirectangular import distance_m, medoid

ORACLE = Geod(ellps="GRS80")


def test_distances_are_good_to_one_percent() -> None:
    for lon, lat in ((130.9, 33.9), (131.5, 34.2), (130.88, 33.0)):
        exact = ORACLE.inv(130.88, 33.88, lon, lat)[2]
        assert distance_m(130.88, 33.88, lon, lat) == pytest.approx(exact, rel=0.01)


def test_neighbours_are_those_of_brute_force() -> None:
    random = np.random.default_rng(3)
    lon = np.concatenate(
        [random.uniform(130, 131, 300), random.normal(130.88, 0.004, 100), [141.0]]
    )
    lat = np.concatenate([random.uniform(33, 34, 300), random.normal(33.88, 0.004, 100), [43.0]])
    found = neighbour_distances_m(lon, lat, 4)
    for at in range(0, 400, 7):
        _, _, away = ORACLE.inv(np.full(401, lon[at]), np.full(401, lat[at]), lon, lat)
        assert found[at] == pytest.approx(np.sort(away)[1:5].mean(), rel=0.01, abs=2)
    assert np.isinf(found[400])  # nothing within 300 km


def test_uncertainty_has_bounds_and_bears_missing_positions() -> None:
    lon = np.array([130.0, 130.0001, 130.0002, 130.0, 130.0, 130.0, 130.0001, np.nan])
    lat = np.array([33.0, 33.0, 33.0, 33.0001, 33.0002, 33.0003, 33.0001, np.nan])
    found = unit_uncertainty_m(lon, lat, np.ones(8))
    assert found[0] == SMALLEST_UNIT_M
    assert found[7] == LARGEST_UNIT_M
    assert unit_uncertainty_m(lon[:1], lat[:1], np.ones(1))[0] == LARGEST_UNIT_M
    assert len(unit_uncertainty_m(np.empty(0), np.empty(0), np.empty(0))) == 0


def test_the_medoid_is_one_of_the_points() -> None:
    lon, lat = np.array([130.0, 130.1, 130.2, 135.0]), np.array([33.0, 33.0, 33.0, 33.0])
    assert medoid(lon, lat) in {1, 2}
