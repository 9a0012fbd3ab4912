"""What commands make of their arguments, without a database."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from pyproj import Geod
from shapely.geometry import MultiPolygon, Polygon, box

from geoportal.cli.coverage import _planned
from geoportal.cli.team import _grid
from geoportal.domain.district import District
from geoportal.errors import UsageError
from geoportal.index.districts import DistrictIndex

GEOD = Geod(ellps="GRS80")


def view_of(outline: Polygon) -> Any:
    """Return a view of one district."""
    districts = DistrictIndex([(District("1", "見本", "ward"), MultiPolygon([outline]))])
    return SimpleNamespace(snapshot=SimpleNamespace(districts=districts))


@pytest.mark.parametrize(
    ("text", "capacity"), [("130.88,33.88", 1.0), ("130.88,33.88,25", 25.0), (" 130.88, 33.88", 1)]
)
def test_a_planned_facility_is_longitude_latitude_and_places(text, capacity):
    planned = _planned(text)
    assert (planned.lon, planned.lat, planned.capacity) == (130.88, 33.88, capacity)


@pytest.mark.parametrize(
    "text",
    [
        *("", "130.88", "a,b", "130.88,33.88,5,6", "130.88,33.88,0", "130.88,33.88,-1"),
        *("130.88,33.88,nan", "nan,33.88", "33.88,130.88", "181,33", "130,91", "2.35,48.85"),
    ],
)
def test_what_is_no_planned_facility_is_refused(text):
    with pytest.raises(UsageError, match="LON,LAT"):
        _planned(text)


@pytest.mark.parametrize("south", [26.2, 33.8, 43.0])
def test_homes_of_a_grid_are_a_step_apart_both_ways_and_inside(south):
    homes = list(_grid(view_of(box(130.0, south, 130.1, south + 0.1)), "1", 1_000.0))
    assert all(130 < lon < 130.1 and south < lat < south + 0.1 for lon, lat in homes)
    east = sorted({lon for lon, _ in homes})
    north = sorted({lat for _, lat in homes})
    assert len(homes) == len(east) * len(north)
    across = GEOD.inv(east[0], north[0], east[1], north[0])[2]
    upward = GEOD.inv(east[0], north[0], east[0], north[1])[2]
    assert across == pytest.approx(1_000, rel=0.02)
    assert upward == pytest.approx(1_000, rel=0.02)


@pytest.mark.parametrize(("code", "step_m"), [("2", 1_000.0), ("1", 0.0), ("1", -5.0), ("1", 1.0)])
def test_no_outline_or_too_small_a_step_is_refused(code, step_m):
    with pytest.raises(UsageError):
        list(_grid(view_of(box(130.0, 33.8, 130.1, 33.9)), code, step_m))
