"""Which districts a map draws, and how finely."""

from __future__ import annotations

import json
import math

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, shape

from geoportal.domain.district import District
from geoportal.index.districts import DistrictIndex
from geoportal.index.drawn import drawn_districts, main_box, pixel_m


def square(west: float, south: float, side: float) -> MultiPolygon:
    return MultiPolygon([shapely.box(west, south, west + side, south + side)])


def district(code: str, level: str, parent: str = "") -> District:
    return District(code, code, level, parent, code)


INDEX = DistrictIndex(
    [
        (district("40", "prefecture"), square(130, 33, 2)),
        (district("4013", "medical_area", "40"), square(130, 33, 1)),
        (district("40100", "municipality", "4013"), square(130, 33, 1)),
        (district("40106", "ward", "40100"), square(130, 33, 0.5)),
        (district("40202", "municipality", "40"), square(131, 33, 0.5)),
        (district("35201", "municipality", "35"), square(131, 34.2, 0.5)),
        (district("m1", "日常生活圏域", "40106"), square(130, 33, 0.2)),
    ]
)


def codes(zoom: int) -> set[str]:
    return {district.code for district in drawn_districts(INDEX, zoom)}


def test_near_the_ground_wards_municipalities_and_local_areas_are_drawn() -> None:
    assert codes(9) == codes(18) == {"40106", "40202", "35201", "m1"}


def test_from_afar_a_prefecture_stands_for_its_own_and_what_has_none_for_itself() -> None:
    assert codes(8) == codes(5) == {"40", "35201"}


def test_a_pixel_is_that_of_the_projection() -> None:
    parallel = 2 * math.pi * 6_378_137 * math.cos(math.radians(36))
    assert pixel_m(10) == pytest.approx(parallel / 256 / 1024, rel=1e-4)
    assert pixel_m(18) == pixel_m(12)


def test_the_view_goes_to_the_main_part() -> None:
    islands = MultiPolygon([shapely.box(127, 26, 128, 27), shapely.box(123, 24, 123.2, 24.2)])
    index = DistrictIndex([(district("47000", "municipality"), islands)])
    assert main_box(index, "47000") == (127, 26, 128, 27)


def test_two_districts_of_one_code_are_refused() -> None:
    with pytest.raises(ValueError, match="one code"):
        DistrictIndex([(district("1", "ward"), square(0, 0, 1))] * 2)


@given(
    st.floats(125, 145),
    st.floats(25, 45),
    st.floats(0.01, 2),
    st.integers(5, 14),
    st.integers(8, 300),
)
def test_a_sketch_strays_less_than_a_pixel_and_keeps_the_largest_part(
    lon: float, lat: float, size: float, zoom: int, corners: int
) -> None:
    main = shapely.Point(lon, lat).buffer(size, quad_segs=corners)
    islet = shapely.box(lon + 3 * size, lat, lon + 3 * size + 1e-6, lat + 1e-6)
    index = DistrictIndex([(district("1", "ward"), MultiPolygon([main, islet]))])
    pixel = pixel_m(zoom)
    drawn = shape(json.loads(index.sketch("1", pixel)))
    assert len(drawn.geoms) == 1
    strayed = shapely.hausdorff_distance(
        drawn.exterior if drawn.geom_type == "Polygon" else drawn.geoms[0].exterior, main.exterior
    )
    assert strayed * 111_000 <= pixel


@given(st.floats(129, 133), st.floats(32, 36), st.floats(0, 1), st.floats(0, 1))
def test_what_touches_a_box(west: float, south: float, wide: float, high: float) -> None:
    box = shapely.box(west, south, west + wide, south + high)
    expected = {
        code
        for code in ("40", "4013", "40100", "40106", "40202", "35201", "m1")
        if INDEX.outline(code).envelope.intersects(box)
    }
    assert INDEX.touching(west, south, west + wide, south + high) == expected
