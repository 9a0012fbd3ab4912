"""Demand: suppressed figures spread without loss, cells shared among districts by area."""

import numpy as np
import pytest
from shapely.geometry import MultiPolygon, box

from geoportal.coverage.area import choose_target
from geoportal.coverage.mesh_demand import clip, spread_suppressed
from geoportal.domain.district import District
from geoportal.geo.equal_area import EqualArea
from geoportal.geo.mesh import (
    half_mesh_boxes,
    half_mesh_centres,
    half_mesh_rows,
    is_half_mesh,
)
from geoportal.index.districts import DistrictIndex
from geoportal.store.population import MeshCell
from tests.unit.coverage.town import half_mesh_code

CODE = 503066393  # in 小倉北区


def cell_box():
    return half_mesh_boxes([CODE])[0]


def half(left: bool) -> MultiPolygon:
    west, south, east, north = cell_box().bounds
    middle = (west + east) / 2
    return MultiPolygon(
        [box(west - 1, south - 1, middle, north + 1)]
        if left
        else [box(middle, south - 1, east + 1, north + 1)]
    )


def shares(districts, land=(), *, sea_known=False):
    parts = clip(np.array([CODE]), districts, land, sea_known=sea_known)
    return dict(zip(parts.districts.tolist(), parts.shares.tolist(), strict=True))


def test_a_code_is_a_place_by_the_standard():
    # JIS X 0410: 5030 66 39 3 = latitude 33 1/3 + 6*5' + 3*30" + 15", longitude 130 + 6*7'30" …
    lon, lat = half_mesh_centres([CODE])
    assert lat[0] == pytest.approx(50 / 1.5 + 6 / 12 + 3 / 120 + 1 / 240 + 1 / 480, abs=1e-12)
    assert lon[0] == pytest.approx(130 + 6 / 8 + 9 / 80 + 0 / 160 + 1 / 320, abs=1e-12)
    (row,), (column,) = half_mesh_rows([CODE])
    assert half_mesh_code(int(row), int(column)) == CODE


@pytest.mark.parametrize("text", ["50306639", "503066395", "503086391", "5030663931", "x", ""])
def test_other_codes_are_no_half_meshes(text):
    assert not is_half_mesh(text)


def test_merged_ages_go_back_to_where_people_live():
    demand = spread_suppressed(
        [
            MeshCell(503000011, 50, 20, 10, 4, 2),
            MeshCell(503000012, 30, None, None, None, None, 503000011),
            MeshCell(503000013, 9, 3, 2, 1, 0),
        ]
    )
    assert demand.people[:, 0].tolist() == [50, 30, 9]
    assert demand.group("pop75").tolist() == pytest.approx([10 * 50 / 80, 10 * 30 / 80, 2])
    assert demand.people[:, 1:].sum(axis=0).tolist() == pytest.approx([23, 12, 5, 2])
    assert demand.suppressed.tolist() == [True, True, False]


def test_a_receiver_that_is_not_held_is_counted_as_lost():
    demand = spread_suppressed([MeshCell(503000012, 2, None, None, None, None, 503000011)])
    assert demand.lost_groups == 1
    assert demand.people[0].tolist() == [2, 0, 0, 0, 0]


def test_two_halves_share_a_cell():
    found = shares([half(True), half(False)])
    assert found[0] == pytest.approx(0.5, rel=1e-9)
    assert sum(found.values()) == pytest.approx(1.0, rel=1e-9)


def test_beyond_the_outlines_may_be_a_neighbour():
    assert shares([half(True)], [half(True)]) == {0: pytest.approx(0.5)}


def test_beyond_the_outlines_is_sea_when_every_municipality_is_held():
    assert shares([half(True)], [half(True)], sea_known=True) == {0: 1.0}


def test_a_local_district_gets_its_share_of_the_land():
    west, south, east, north = cell_box().bounds
    quarter = MultiPolygon([box(west, south, west + (east - west) / 4, north)])
    assert shares([quarter], [half(True)], sea_known=True) == {0: pytest.approx(0.5)}


def test_nothing_overlaps_nothing():
    assert shares([MultiPolygon([box(140, 36, 141, 37)])]) == {}
    empty = clip(np.empty(0, dtype=np.int64), [half(True)], [], sea_known=False)
    assert empty.cells.size == 0


def test_areas_are_those_of_the_ellipsoid():
    from pyproj import Geod

    shape = cell_box()
    expected = abs(Geod(ellps="GRS80").geometry_area_perimeter(shape.segmentize(0.0001))[0])
    found = EqualArea(130.9, 33.9).areas_m2(np.array([shape], dtype=object))[0]
    assert found == pytest.approx(expected, rel=1e-6)


def test_the_sea_is_known_where_the_prefecture_is_imported_whole():
    """Else what lies beyond a district may be land of one whose outline is missing."""
    ward = (District("40106", "見本区", "ward"), MultiPolygon([box(130.8, 33.8, 130.9, 33.9)]))
    prefecture = (
        District("40", "見本県", "prefecture"),
        MultiPolygon([box(130.0, 33.0, 131.0, 34.0)]),
    )
    local = (
        District("w1", "見本圏域", "日常生活圏域", "40106"),
        MultiPolygon([box(130.82, 33.82, 130.88, 33.88)]),
    )

    def known(code, *outlines):
        index = DistrictIndex(list(outlines))
        return choose_target(index, {code: [code]}, {}, code).sea_known

    assert known("40106", ward, prefecture)
    assert not known("40106", ward)
    assert known("w1", local, ward, prefecture)
    assert not known("w1", local, ward)
    assert not known("w1", local)
