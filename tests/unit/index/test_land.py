"""Land beyond the outlines held: rough, without strips along their coasts."""

from __future__ import annotations

import pytest
from shapely.geometry import MultiPolygon, Point, box

from geoportal.domain.district import District
from geoportal.index.districts import DistrictIndex
from geoportal.index.land import REACH_DEGREES, land_around, land_beyond, rough_land
from geoportal.settings import shipped_directory

ROUGH = MultiPolygon([box(130, 33, 132, 34)])


def test_what_an_outline_covers_is_left_out_and_the_neighbour_stays() -> None:
    land = land_beyond(ROUGH, [MultiPolygon([box(130, 33, 131, 34)])])
    assert not land.covers(Point(130.5, 33.5))
    assert land.covers(Point(131.01, 33.5))  # up to the border
    assert land.area == pytest.approx(1.0, abs=0.01)


def test_a_strip_by_which_two_coasts_differ_is_no_land() -> None:
    held = MultiPolygon([box(130, 33.02, 131, 33.98)])  # its coasts lie 0.02° inside the rough ones
    land = land_beyond(ROUGH, [held])
    assert not land.intersects(box(130.1, 33.0, 130.9, 33.019))
    assert not land.intersects(box(130.1, 33.981, 130.9, 34.0))
    broad = land_beyond(ROUGH, [MultiPolygon([box(130, 33.03, 131, 34)])])  # 0.03° of land
    assert broad.covers(Point(130.5, 33.015))


def test_without_outlines_all_of_it_is_drawn_and_with_some_what_is_near() -> None:
    assert land_beyond(ROUGH, []) is ROUGH
    far = MultiPolygon([box(130, 33, 132, 34), box(140, 33, 141, 34)])
    land = land_beyond(far, [MultiPolygon([box(130, 33, 131, 34)])])
    assert land.bounds[2] <= 131 + REACH_DEGREES


def test_the_largest_districts_held_are_cut_out_local_areas_are_not() -> None:
    path = shipped_directory("data") / "reference" / "land.csv"
    sea, fukuoka = Point(130.0, 34.5), Point(130.6, 33.6)
    all_land = rough_land(path)
    assert all_land.covers(fukuoka)
    assert not all_land.covers(sea)
    prefecture = (District("40", "福岡県", "prefecture"), MultiPolygon([box(130, 33, 131, 34)]))
    ward = (District("40106", "小倉北区", "ward", "40"), MultiPolygon([box(130.8, 33.8, 131, 34)]))
    area = (District("n1", "見本圏域", "日常生活圏域"), MultiPolygon([box(132, 34, 133, 35)]))
    land = land_around(DistrictIndex([prefecture, ward, area]), path)
    assert not land.covers(fukuoka)
    assert land.covers(Point(132.5, 34.5))  # 広島, in the local area
    assert not land_around(DistrictIndex([ward]), path).covers(Point(130.9, 33.85))
