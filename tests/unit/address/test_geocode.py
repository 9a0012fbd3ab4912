"""Addresses as people write them, and the one place each means."""

from __future__ import annotations

import json

import pytest

from geoportal.address.geocode import Geocoder

CONTRACT_KEYS = [
    *("status", "match_level", "coordinate_level", "lon", "lat", "uncertainty_m", "matched"),
    *("remainder", "prefecture", "municipality", "municipality_code", "town", "candidates"),
    *("needs_confirmation", "warnings", "source", "dataset_date"),
    *("station", "lines"),
]
CANDIDATE_KEYS = {
    *("lon", "lat", "match_level", "prefecture", "municipality", "municipality_code", "town"),
    *("uncertainty_m", "text", "station", "lines"),
}

CERTAIN = """
福岡県北九州市小倉北区青葉一丁目2番3号        | 40106 | 青葉一丁目 | 2番3号
福岡県北九州市小倉北区青葉１丁目２－３        | 40106 | 青葉一丁目 | ２－３
福岡県北九州市小倉北区青葉1-2-3               | 40106 | 青葉一丁目 | 2-3
福岡県北九州市小倉北区青葉１ー２ー３          | 40106 | 青葉一丁目 | ２ー３
福岡県北九州市小倉北区青葉1の2の3             | 40106 | 青葉一丁目 | 2の3
福岡県北九州市小倉北区青葉1―2‐3               | 40106 | 青葉一丁目 | 2‐3
福岡県北九州市小倉北区青葉 1丁目 2-3          | 40106 | 青葉一丁目 | 2-3
福岡県北九州市小倉北区青葉ー丁目2-3           | 40106 | 青葉一丁目 | 2-3
北九州市小倉北区青葉ニ丁目4一40               | 40106 | 青葉二丁目 | 4一40
福岡県　北九州市　小倉北区　青葉３丁目        | 40106 | 青葉三丁目 |
〒802-0000 北九州市小倉北区青葉3-1            | 40106 | 青葉三丁目 | 1
福岡県小倉北区青葉1-2                         | 40106 | 青葉一丁目 | 2
小倉北区青葉1-2                               | 40106 | 青葉一丁目 | 2
北九州市小倉北区小倉北区青葉1-2               | 40106 | 青葉一丁目 | 2
福岡県北九州市福岡県北九州市小倉北区青葉1-2   | 40106 | 青葉一丁目 | 2
福岡県北九州市小倉北区青葉1-2ハートビル303号  | 40106 | 青葉一丁目 | 2ハートビル303号
福岡県北九州市小倉北区青葉1丁目2-3山田様方    | 40106 | 青葉一丁目 | 2-3山田様方
北九州市門司区青葉台付近                      | 40101 | 青葉台 | 付近
北九州市小倉北区三萩野2-7-7                   | 40106 | 三萩野二丁目 | 7-7
北九州市門司区大字今津1234番地の5             | 40101 | 大字今津 | 1234番地の5
北九州市門司区今津1234番地の5                 | 40101 | 大字今津 | 1234番地の5
北九州市門司区大字今津字浜1234                | 40101 | 大字今津 | 字浜1234
北九州市門司区大字今津甲12                    | 40101 | 大字今津 | 甲12
北九州市門司区大字今津イ12番地                | 40101 | 大字今津 | イ12番地
北九州市八幡西区自由ヶ丘1                     | 40109 | 自由ケ丘 | 1
北九州市八幡西区自由が丘1                     | 40109 | 自由ケ丘 | 1
北九州市八幡西区堀川之内1                     | 40109 | 堀川の内 | 1
北九州市八幡西区堀川ノ内1                     | 40109 | 堀川の内 | 1
福岡県糟屋郡須惠町上須恵112-3                 | 40341 | 大字上須惠 | 112-3
福岡県粕屋郡須恵町上須恵112-3                 | 40341 | 大字上須惠 | 112-3
須恵町上須恵112-3                             | 40341 | 大字上須惠 | 112-3
福岡県宗像市上八７６２番地                    | 40220 | 上八 | ７６２番地
うきは市浮羽町朝田100                         | 40225 | 浮羽町朝田 | 100
京都郡苅田町新津石走り1519-1                  | 40621 | 大字新津 | 1519-1
苅田町大字新津字石走り1519-1                  | 40621 | 大字新津 | 1519-1
佐賀県佐賀市富士町古場1                       | 41201 | 富士町大字古場 | 1
鹿児島県垂水市本町1-2                         | 46206 | 本町 | 1-2
京都市中京区寺町通御池上る上本能寺前町488番地 | 26104 | 上本能寺前町 | 488番地
京都府京都市上京区小川通今出川下ル針屋町370   | 26102 | 針屋町 | 370
上京区下立売通新町西入薮ノ内町                | 26102 | 藪之内町 |
中京区油小路通御池押油小路町238-1             | 26104 | 押油小路町 | 238-1
札幌市中央区北3条西3丁目1-56                  | 01101 | 北三条西三丁目 | 1-56
札幌市中央区北3西3-1                          | 01101 | 北三条西三丁目 | 1
札幌市中央区北一一条西一三丁目                | 01101 | 北十一条西十三丁目 |
大阪府堺市北区新金岡町4丁1−8                  | 27146 | 新金岡町四丁 | 1−8
静岡市葵区与一四－１                          | 22101 | 与一四丁目 | １
東京都新宿区西新宿二ノ８                      | 13104 | 西新宿二丁目 | ８
広島県府中市府川町315                         | 34208 | 府川町 | 315
府中市府川町315                               | 34208 | 府川町 | 315
府中市宮西町2丁目24番地                       | 13206 | 宮西町二丁目 | 24番地
府中町本町1-2                                 | 34302 | 本町一丁目 | 2
"""


@pytest.mark.parametrize("line", CERTAIN.strip().splitlines())
def test_the_place_is_found(geocoder: Geocoder, line: str) -> None:
    address, code, town, remainder = (part.strip() for part in line.split("|"))
    answer = geocoder.geocode(address)
    assert (answer.status, answer.municipality_code, answer.town) == ("ok", code, town)
    assert answer.remainder == remainder
    assert answer.lon is not None
    assert answer.uncertainty_m is not None


WITH_ASSUMPTIONS = """
北九州市若松区栄盛川11-15          | ok      | 栄盛川町     | town_suffix_inferred
北九州市門司区青葉台町1            | ok      | 青葉台       | town_suffix_ignored
うきは市朝田100                    | ok      | 浮羽町朝田   | former_municipality_inferred
北九州市八幡西区自由丘1            | ok      | 自由ケ丘     | spelling_inferred
北九州八幡西区則松七丁目22番1号    | ok      | 則松七丁目   | municipality_completed
北九州市立八幡西区則松7-22-1       | ok      | 則松七丁目   | municipality_completed
北九州市八幡西則松七丁目22番1      | ok      | 則松七丁目   | municipality_completed
北九州市則松7-22-1                 | ok      | 則松七丁目   | municipality_inferred
福岡県則松7-22-1                   | partial | 則松七丁目   | municipality_inferred
則松7-22-1                         | partial | 則松七丁目   | gazetteer_incomplete
福岡件うきは市浮羽町朝田100        | ok      | 浮羽町朝田   | text_skipped
北九州市門司区1大里本町3-12-10     | partial | 大里本町三丁目 | text_skipped
北九州市小倉北区青葉9丁目1-2       | partial | 青葉         | chome_not_found
北九州市小倉北区青葉9-1-2          | partial | 青葉         | chome_not_found
北九州市小倉北区青葉5番2号         | ok      | 青葉         | chome_missing
北九州市小倉北区大字青葉590-1      | ok      | 青葉         | oaza_not_listed
北九州市小倉北区鍛治町１丁目3-10   | ok      | 鍛冶町一丁目 |
北九州市門司区青葉台ヶ原1-2        | partial | 青葉台       | text_after_town
広島県北九州市門司区青葉台1        | partial | 青葉台       | prefecture_mismatch
"""


@pytest.mark.parametrize("line", WITH_ASSUMPTIONS.strip().splitlines())
def test_what_was_assumed_is_said(geocoder: Geocoder, line: str) -> None:
    address, status, town, warning = (part.strip() for part in line.split("|"))
    answer = geocoder.geocode(address)
    assert (answer.status, answer.town) == (status, town)
    assert warning in (*answer.warnings, "")


@pytest.mark.parametrize(
    ("address", "town", "remainder"),
    [
        ("北九州市門司区青葉ケ台12-3", "青葉台", "12-3"),
        ("北九州市八幡西区則ノ松七丁目22-1", "則松七丁目", "22-1"),
        ("北九州市若松区栄の盛川町7-8", "栄盛川町", "7-8"),
        ("北九州市八幡西区堀川内5-6", "堀川の内", "5-6"),
    ],
)
def test_kana_added_or_left_out_does_not_move_what_follows(
    geocoder: Geocoder, address: str, town: str, remainder: str
) -> None:
    answer = geocoder.geocode(address)
    assert (answer.town, answer.remainder) == (town, remainder)
    assert "spelling_inferred" in answer.warnings


@pytest.mark.parametrize(
    "address",
    ["北九州市若松区二島区1", "北九州市門司区青葉台区1-2", "北九州市門司区畑郡1"],
)
def test_a_name_with_the_unit_of_a_municipality_behind_it_is_no_town(
    geocoder: Geocoder, address: str
) -> None:
    answer = geocoder.geocode(address)
    assert (answer.status, answer.match_level, answer.town) == ("partial", "municipality", "")


def test_a_chome_that_does_not_exist_is_not_another_chome(geocoder: Geocoder) -> None:
    answer = geocoder.geocode("福岡県北九州市小倉北区青葉9丁目1-2")
    assert (answer.match_level, answer.coordinate_level) == ("town", "town")
    assert answer.remainder == "9丁目1-2"
    assert answer.needs_confirmation


def test_a_town_without_its_chome_reaches_over_all_of_them(geocoder: Geocoder) -> None:
    answer = geocoder.geocode("北九州市小倉北区青葉")
    assert (answer.status, answer.match_level, answer.town) == ("ok", "town", "青葉")
    assert (answer.lon, answer.lat) == (130.862, 33.869)
    one = geocoder.geocode("北九州市小倉北区青葉一丁目")
    assert answer.uncertainty_m > one.uncertainty_m


def test_a_place_without_position_has_that_of_its_municipality(geocoder: Geocoder) -> None:
    answer = geocoder.geocode("京都郡苅田町磯浜町1-2")
    assert (answer.status, answer.match_level, answer.town) == ("ok", "chome", "磯浜町一丁目")
    assert answer.coordinate_level == "municipality"
    assert answer.uncertainty_m > 1000


@pytest.mark.parametrize(
    ("address", "level", "municipality", "code"),
    [
        ("北九州市門司区", "municipality", "北九州市門司区", "40101"),
        ("福岡県北九州市", "municipality", "北九州市", "40100"),
        ("福岡県", "prefecture", "", ""),
        ("福岡県飯塚市", "municipality", "飯塚市", "40205"),
        ("福岡県飯塚市新立岩5-5", "municipality", "飯塚市", "40205"),
        ("苅田町", "municipality", "京都郡苅田町", "40621"),
        ("東京都港区あいうえお", "municipality", "港区", "13103"),
    ],
)
def test_only_the_municipality_is_partial(
    geocoder: Geocoder, address: str, level: str, municipality: str, code: str
) -> None:
    answer = geocoder.geocode(address)
    assert (answer.status, answer.match_level) == ("partial", level)
    assert (answer.municipality, answer.municipality_code, answer.town) == (municipality, code, "")
    assert answer.needs_confirmation


def test_a_municipality_without_towns_has_no_position(geocoder: Geocoder) -> None:
    answer = geocoder.geocode("福岡県飯塚市")
    assert (answer.lon, answer.lat, answer.uncertainty_m) == (None, None, None)
    assert answer.coordinate_level is None


def test_a_city_reaches_over_its_wards(geocoder: Geocoder) -> None:
    answer = geocoder.geocode("福岡県北九州市")
    assert answer.lon is not None
    assert answer.uncertainty_m > 10_000


def test_the_parts_are_cut_from_the_original(geocoder: Geocoder) -> None:
    answer = geocoder.geocode("福岡県北九州市小倉北区青葉１丁目２−３　ﾊｰﾄﾋﾞﾙ")
    assert answer.matched == "福岡県北九州市小倉北区青葉１丁目"
    assert answer.remainder == "２−３　ﾊｰﾄﾋﾞﾙ"


def test_the_answer_names_its_source_and_is_plain_json(geocoder: Geocoder) -> None:
    plain = geocoder.geocode("北九州市畑1").as_dict()
    assert (plain["source"], plain["dataset_date"]) == ("見本", "2026-01-01")
    assert json.loads(json.dumps(plain)) == plain
    assert list(plain) == CONTRACT_KEYS
    assert set(plain["candidates"][0]) == CANDIDATE_KEYS


def test_many_at_once_are_what_each_is_alone(geocoder: Geocoder) -> None:
    texts = ["畑1", "青葉1-2", "二島1-2", ""]
    hints = ["北九州市門司区", "40106", "", ""]
    alone = [geocoder.geocode(text, hint) for text, hint in zip(texts, hints, strict=True)]
    assert list(geocoder.geocode_many(texts, hints)) == alone
    assert list(geocoder.geocode_many(texts)) == [geocoder.geocode(text) for text in texts]
    with pytest.raises(ValueError, match="zip"):
        list(geocoder.geocode_many(texts, hints[:1]))


def test_a_name_of_one_letter_is_not_completed_to_a_city(geocoder):
    """堺 alone may stand for anything; 堺市 says the city."""
    assert geocoder.geocode("堺").status == "not_found"
    assert geocoder.geocode("新金岡町四丁", "堺") == geocoder.geocode("新金岡町四丁")
