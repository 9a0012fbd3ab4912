"""Where stations lie: by outline, else by the nearest town, checked against every town."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from geoportal.address.gazetteer.gazetteer import Gazetteer
from geoportal.domain.station import Station
from geoportal.index.districts import DistrictIndex
from geoportal.index.stations import NEAR_TOWN_M, NearestTown, station_directory
from geoportal.services.portal import shipped_reference
from tests.factories import make_outline
from tests.rounds import examples
from tests.unit.address.conftest import make_gazetteer, make_place

GEOD = Geod(ellps="GRS80")
TOWNS = [
    ("40106", "北九州市小倉北区", "青葉", 130.86, 33.87),
    ("40106", "北九州市小倉北区", "中井", 130.84, 33.89),
    ("40107", "北九州市小倉南区", "青山", 130.90, 33.84),
    ("40101", "北九州市門司区", "畑", 130.95, 33.90),
    ("01101", "札幌市中央区", "北三条", 141.35, 43.06),
]


@pytest.fixture(scope="module")
def gazetteer(tmp_path_factory) -> Gazetteer:
    lines = [
        f"{code} {'北海道' if code < '02' else '福岡県'} {city} {town} . {lon} {lat}"
        for code, city, town, lon, lat in TOWNS
    ]
    lines.append("40101 福岡県 北九州市門司区 不明町 . - -")
    return make_gazetteer(tmp_path_factory.mktemp("g"), [make_place(line) for line in lines])


points = st.one_of(
    st.tuples(st.floats(130.80, 131.00), st.floats(33.80, 33.95)),
    st.tuples(st.floats(141.30, 141.40), st.floats(43.02, 43.10)),
    st.tuples(st.floats(120, 155), st.floats(20, 46)),
)


@given(points)
@settings(deadline=None, max_examples=examples(200))
def test_the_nearest_town_is_that_of_looking_at_all_of_them(gazetteer, point):
    away = {GEOD.inv(*point, lon, lat)[2]: code for code, _, _, lon, lat in TOWNS}
    nearest = min(away)
    found = NearestTown(gazetteer).region(*point)
    assert (found.code if found else None) == (away[nearest] if nearest <= NEAR_TOWN_M else None)


def test_without_towns_nothing_is_near():
    assert NearestTown(Gazetteer.empty()).region(130.86, 33.87) is None


def test_an_outline_is_believed_before_a_town(gazetteer):
    outline = make_outline("40107", (130.85, 33.86, 130.87, 33.88))
    stations = [Station("1", "見本", 130.86, 33.87, 50)]
    directory = station_directory(
        "stations",
        "2023-12-31",
        stations,
        DistrictIndex([outline]),
        gazetteer,
        shipped_reference(),
    )
    inside, outside, nowhere = (
        directory.municipality_at(*point)
        for point in ((130.86, 33.87), (130.84, 33.89), (135.0, 35.0))
    )
    assert (inside.code, inside.municipality, inside.by_outline) == (
        "40107",
        "北九州市小倉南区",
        True,
    )
    assert (outside.code, outside.municipality, outside.by_outline) == (
        "40106",
        "北九州市小倉北区",
        False,
    )
    assert (nowhere.code, nowhere.municipality) == ("", "")
    assert (directory.as_of, directory.source) == ("2023-12-31", "国土数値情報 鉄道データ（N02）駅")
