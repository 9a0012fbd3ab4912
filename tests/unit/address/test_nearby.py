"""Which towns a point may lie in: by the points of the towns, the nearest first."""

from __future__ import annotations

import pyproj
import pytest

from geoportal.address.geocode import Geocoder
from tests.unit.address.conftest import TOWNS

GEOD = pyproj.Geod(ellps="GRS80")


def expected(code: str, lon: float, lat: float, around: float) -> list[str]:
    """Return the towns within 2.5 times the least distance and 200 m more, by geodesics."""
    rows = [line.split() for line in TOWNS.strip().splitlines()]
    away = {
        row[3]: GEOD.inv(lon, lat, float(row[5]), float(row[6]))[2]
        for row in rows
        if row[0] == code and row[5] != "-" and row[4] == "."
    }
    reach = 2.5 * (min(away.values()) + around) + 200
    return sorted((town for town in away if away[town] <= reach), key=lambda town: away[town])


@pytest.mark.parametrize(
    ("lon", "lat", "around"),
    [
        (130.8600, 33.8700, 0),  # the point of 青葉一丁目
        (130.8620, 33.8695, 0),
        (130.8620, 33.8695, 300),
        (130.8500, 33.8850, 0),
    ],
)
def test_a_point_may_lie_in_the_towns_about_as_near_as_the_nearest(
    geocoder: Geocoder, lon: float, lat: float, around: float
) -> None:
    towns = geocoder.towns_near("40106", lon, lat, around)
    assert list(towns) == expected("40106", lon, lat, around)


def test_towns_of_other_municipalities_and_of_none_are_not_named(geocoder: Geocoder) -> None:
    assert "大字畑" not in geocoder.towns_near("40106", 130.95, 33.9)
    assert geocoder.towns_near("99999", 130.95, 33.9) == ()
    assert geocoder.towns_near("", 130.95, 33.9) == ()
