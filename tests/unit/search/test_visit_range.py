"""The 16 km rule is three-valued and widens with uncertainty."""

import pytest

from geoportal.search.visit_range import visit_range


@pytest.mark.parametrize(
    ("distance_m", "home_m", "place_m", "expected"),
    [
        (0, 0, 0, "inside"),
        (15_949, 0, 0, "inside"),
        (15_950, 0, 0, "borderline"),
        (16_050, 0, 50, "borderline"),
        (16_051, 0, 50, "outside"),
        (15_700, 350, 0, "borderline"),
        (15_640, 350, 0, "inside"),
        (16_500, 300, 400, "borderline"),
        (16_501, 300, 400, "outside"),
    ],
)
def test_visit_range(distance_m, home_m, place_m, expected):
    assert visit_range(distance_m, home_m, place_m) == expected
