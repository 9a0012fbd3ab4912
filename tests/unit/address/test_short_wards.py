"""Wards written without 区 and without their city: found, and a person is asked to confirm."""

from __future__ import annotations

import pytest

from geoportal.address.geocode import Geocoder
from tests.unit.address.conftest import of_towns

TABLE = """
13104 東京都 新宿区 西新宿二丁目 . 139.6917 35.6895
27111 大阪府 大阪市浪速区 若松二丁目 . 135.4990 34.6600
40101 福岡県 北九州市門司区 清滝一丁目 . 130.9600 33.9450
40101 福岡県 北九州市門司区 大字門司 . 130.9700 33.9500
40103 福岡県 北九州市若松区 二島二丁目 . 130.7650 33.8820
40106 福岡県 北九州市小倉北区 大手町 . 130.8730 33.8810
40106 福岡県 北九州市小倉北区 中央町 . 130.8740 33.8820
40108 福岡県 北九州市八幡東区 中央二丁目 . 130.8110 33.8640
40109 福岡県 北九州市八幡西区 黒崎三丁目 . 130.7660 33.8660
40133 福岡県 福岡市中央区 大濠一丁目 . 130.3800 33.5850
40132 福岡県 福岡市博多区 博多駅前一丁目 . 130.4170 33.5900
40133 福岡県 福岡市中央区 福岡 . 130.3900 33.5850
"""


@pytest.fixture(scope="module")
def geocoder(tmp_path_factory: pytest.TempPathFactory) -> Geocoder:
    return of_towns(tmp_path_factory.mktemp("wards"), TABLE)


@pytest.mark.parametrize(
    ("text", "code", "town"),
    [
        ("八幡東中央2-1", "40108", "中央二丁目"),
        ("門司清滝1-1", "40101", "清滝一丁目"),
        ("小倉北大手町1-1", "40106", "大手町"),
        ("八幡西黒崎3丁目", "40109", "黒崎三丁目"),
        ("中央大濠1丁目", "40133", "大濠一丁目"),
        ("新宿西新宿2-8-1", "13104", "西新宿二丁目"),
        ("北九州小倉北大手町1-1", "40106", "大手町"),
        ("北九州 小倉北 大手町1-1", "40106", "大手町"),
        ("福岡 小倉北 大手町1-1", "40106", "大手町"),
        ("若松二島2丁目", "40103", "二島二丁目"),
    ],
)
def test_a_ward_is_found_without_its_last_letter(
    geocoder: Geocoder, text: str, code: str, town: str
) -> None:
    answer = geocoder.geocode(text)
    assert (answer.municipality_code, answer.town) == (code, town)
    assert answer.lon is not None
    assert answer.needs_confirmation
    assert "municipality_completed" in answer.warnings


@pytest.mark.parametrize(
    ("text", "code", "town"),
    [
        ("中央町1-1", "40106", "中央町"),
        ("中央2丁目1-1", "40108", "中央二丁目"),
        ("若松2丁目3-1", "27111", "若松二丁目"),
    ],
)
def test_a_town_that_begins_like_a_ward_is_that_town(
    geocoder: Geocoder, text: str, code: str, town: str
) -> None:
    answer = geocoder.geocode(text)
    assert (answer.municipality_code, answer.town) == (code, town)


@pytest.mark.parametrize("text", ["門司港1丁目", "中央大手町1", "八幡西99"])
def test_a_town_of_another_ward_is_not_put_into_a_ward_that_is_not_written_out(
    geocoder: Geocoder, text: str
) -> None:
    answer = geocoder.geocode(text)
    assert answer.town == ""
    assert answer.candidates == ()
    assert answer.status in {"not_found", "partial"}


def test_a_name_of_an_area_and_of_a_town_leaves_both_the_area_first(geocoder: Geocoder) -> None:
    for text, first in (("門司", "福岡県北九州市門司区"), ("福岡", "福岡県福岡市")):
        answer = geocoder.geocode(text)
        assert (answer.status, answer.lon, answer.municipality) == ("ambiguous", None, "")
        names = [candidate.text for candidate in answer.candidates]
        assert names[0] == first
        assert len(names) >= 2
    assert geocoder.geocode("福岡", "福岡市").town == "福岡"
