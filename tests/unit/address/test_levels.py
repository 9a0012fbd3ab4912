"""Blocks (街区・番地) and houses (住居番号), where the gazetteer has them."""

from __future__ import annotations

import pytest

from geoportal.address.geocode import Geocoder
from tests.unit.address.conftest import make_gazetteer, make_place, small_country

AOBA = "40106 福岡県 北九州市小倉北区 青葉一丁目 . 130.8600 33.8700"
IMAZU = "40101 福岡県 北九州市門司区 大字今津 . 130.9833 33.8823"
NEW = "40106 福岡県 北九州市小倉北区 新町 . - -"


@pytest.fixture(scope="module")
def fine(tmp_path_factory: pytest.TempPathFactory) -> Geocoder:
    finer = [
        make_place(AOBA, block="2", lon=130.8601, lat=33.8701),
        make_place(AOBA, block="12", lon=130.8605, lat=33.8705),
        make_place(AOBA, block="2", house="3", lon=130.86012, lat=33.87012),
        make_place(AOBA, block="2", house="13", lon=130.86013, lat=33.87013),
        make_place(AOBA, block="2", house="13-4", lon=130.86014, lat=33.87014),
        make_place(AOBA, block="9", lon=131.8600, lat=33.8700),  # 90 km off
        make_place(IMAZU, block="1234", house="5", lon=130.9834, lat=33.8824),
        make_place(IMAZU, block="甲12", lon=130.9835, lat=33.8825),
        make_place(NEW, block="1", lon=130.8700, lat=33.8800),
        make_place(NEW, block="2", lon=130.8702, lat=33.8802),
    ]
    directory = tmp_path_factory.mktemp("fine")
    return Geocoder(make_gazetteer(directory, [*small_country(), *finer]))


@pytest.mark.parametrize(
    ("tail", "level", "lon", "remainder"),
    [
        ("2番3号", "house", 130.86012, ""),
        ("2-3", "house", 130.86012, ""),
        ("2-3ハートビル101", "house", 130.86012, "ハートビル101"),
        ("2-13", "house", 130.86013, ""),
        ("2-13-4", "house", 130.86014, ""),
        ("2-13-5", "house", 130.86013, "5"),
        ("2番地の3", "house", 130.86012, ""),
        ("2-4", "block", 130.8601, "4"),
        ("2番", "block", 130.8601, ""),
        ("12-3", "block", 130.8605, "3"),
        ("112-3", "chome", 130.8600, "112-3"),
        ("", "chome", 130.8600, ""),
    ],
)
def test_numbers_lead_down(
    fine: Geocoder, tail: str, level: str, lon: float, remainder: str
) -> None:
    for chome in ("一丁目", "1丁目", "1-" if tail else "1"):
        answer = fine.geocode(f"北九州市小倉北区青葉{chome}{tail}")
        assert (answer.status, answer.match_level, answer.coordinate_level) == ("ok", level, level)
        assert (answer.lon, answer.remainder) == (lon, remainder)
        assert answer.town == "青葉一丁目"


def test_finer_is_surer(fine: Geocoder) -> None:
    chome, block, house = (
        fine.geocode(f"北九州市小倉北区青葉一丁目{tail}").uncertainty_m
        for tail in ("", "2番", "2番3号")
    )
    assert house <= block <= chome


def test_lots_of_an_oaza(fine: Geocoder) -> None:
    answer = fine.geocode("北九州市門司区今津1234番地5")
    assert (answer.match_level, answer.lon, answer.town) == ("house", 130.9834, "大字今津")
    assert fine.geocode("北九州市門司区今津甲12番地").match_level == "block"


def test_an_implausible_position_is_dropped_to_the_coarser_level(fine: Geocoder) -> None:
    answer = fine.geocode("北九州市小倉北区青葉一丁目9番")
    assert (answer.match_level, answer.coordinate_level) == ("block", "chome")
    assert (answer.lon, answer.lat) == (130.8600, 33.8700)
    assert "coordinate_implausible" in answer.warnings
    assert answer.needs_confirmation


def test_a_town_known_by_its_blocks_only(fine: Geocoder) -> None:
    town = fine.geocode("北九州市小倉北区新町")
    assert (town.status, town.match_level) == ("ok", "town")
    assert town.lon in {130.8700, 130.8702}
    assert fine.geocode("北九州市小倉北区新町2-5").match_level == "block"
