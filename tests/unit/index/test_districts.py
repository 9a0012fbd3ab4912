"""District questions equal shapely's own answer, islands and shared edges included."""

from __future__ import annotations

import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Point, Polygon, box

from geoportal.domain.district import District
from geoportal.index.districts import DistrictIndex, with_unions
from tests.rounds import examples

MAINLAND = Polygon([(0, 0), (4, 0), (4, 4), (2, 2.5), (0, 4)], [[(1, 1), (1, 2), (2, 2), (2, 1)]])
ISLAND = box(5, 5, 6, 6)
NEIGHBOUR = box(-3, 0, 0, 4)
WARD_A = District("40101", "A区", "ward", "40100")
WARD_B = District("40102", "B区", "ward", "40100")
CITY = District("40100", "市", "municipality")
OUTLINES = [
    (WARD_A, MultiPolygon([MAINLAND, ISLAND])),
    (WARD_B, MultiPolygon([NEIGHBOUR])),
]


@given(x=st.floats(-4, 7), y=st.floats(-1, 7))
@settings(max_examples=examples(400), deadline=None)
def test_containing_equals_shapely(x, y):
    index = DistrictIndex(OUTLINES)
    expected = {d.code for d, outline in OUTLINES if outline.covers(Point(x, y))}
    assert {d.code for d in index.containing(x, y)} == expected
    assert {d.code for d, _ in OUTLINES if index.covers(d.code, x, y)} == expected


def test_an_island_belongs_to_its_district_and_a_hole_does_not():
    index = DistrictIndex(OUTLINES)
    assert index.municipality_at(5.5, 5.5) == WARD_A
    assert index.municipality_at(1.5, 1.5) is None


def test_a_point_on_a_shared_edge_goes_to_the_lowest_code_whatever_the_order():
    for outlines in (OUTLINES, OUTLINES[::-1]):
        assert DistrictIndex(outlines).municipality_at(0, 1) == WARD_A


def test_a_ward_is_preferred_to_its_city():
    index = DistrictIndex(with_unions(OUTLINES, {CITY: ("40101", "40102")}))
    assert index.municipality_at(3, 1) == WARD_A
    assert [d.code for d in index.containing(3, 1)] == ["40101", "40100"]


def test_a_larger_district_is_held_only_when_all_its_members_are():
    whole = dict(with_unions(OUTLINES, {CITY: ("40101", "40102")}))
    assert whole[CITY].equals(shapely.union_all([o for _, o in OUTLINES]))
    part = dict(with_unions(OUTLINES[:1], {CITY: ("40101", "40102")}))
    assert CITY not in part


def test_distance_outside_is_about_right_and_zero_inside():
    index = DistrictIndex([(WARD_A, MultiPolygon([box(130, 33, 131, 34)]))])
    assert index.distance_to_m("40101", 130.5, 33.5) == 0
    assert 9_000 < index.distance_to_m("40101", 131.1, 33.5) < 9_600


def test_an_index_without_districts_knows_nothing():
    assert DistrictIndex([]).containing(130, 33) == []


def test_a_drawing_keeps_every_vertex_unless_it_may_stray():
    wavy = Polygon([(0, 0), (0.5, 0.0001), (1, 0), (1, 1), (0, 1)])
    index = DistrictIndex([(WARD_A, MultiPolygon([wavy]))])
    whole, light = index.drawing("40101"), index.drawing("40101", 100)
    assert shapely.geometry.shape(whole).equals(MultiPolygon([wavy]))
    assert len(light["coordinates"][0][0]) == 5
    assert index.municipality_at(0.5, 0.00005) is None
