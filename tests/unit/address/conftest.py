"""A small country to geocode in, written as a table a person can read."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from geoportal.address.compiling.compiler import compile_gazetteer
from geoportal.address.gazetteer.gazetteer import Gazetteer
from geoportal.address.geocode import Geocoder
from geoportal.domain.place import Municipality, Place, Postcode

# A line: code, prefecture, municipality, town, 小字 or ".", lon, lat; "-" where unknown.
TOWNS = """
13103 東京都 港区 赤坂一丁目 . 139.7420 35.6690
13103 東京都 港区 赤坂二丁目 . 139.7390 35.6710
13103 東京都 港区 芝一丁目 . 139.7530 35.6480
13104 東京都 新宿区 西新宿二丁目 . 139.6917 35.6895
22101 静岡県 静岡市葵区 与一四丁目 . 138.3500 34.9900
26102 京都府 京都市上京区 針屋町 . 135.7550 35.0300
26102 京都府 京都市上京区 藪之内町 . 135.7560 35.0230
26104 京都府 京都市中京区 上本能寺前町 . 135.7679 35.0116
26104 京都府 京都市中京区 押油小路町 . 135.7540 35.0110
01101 北海道 札幌市中央区 北三条西三丁目 . 141.3517 43.0651
01101 北海道 札幌市中央区 北十一条西十三丁目 . 141.3380 43.0700
27146 大阪府 堺市北区 新金岡町四丁 . 135.5194 34.5682
34208 広島県 府中市 府川町 . 133.2369 34.5676
13206 東京都 府中市 宮西町二丁目 . 139.4776 35.6698
34302 広島県 安芸郡府中町 本町一丁目 . 132.5070 34.3920
40101 福岡県 北九州市門司区 大字畑 . 130.9500 33.9000
40101 福岡県 北九州市門司区 大字今津 . 130.9833 33.8823
40101 福岡県 北九州市門司区 青葉台 . 130.9300 33.9100
40101 福岡県 北九州市門司区 大里本町三丁目 . 130.9350 33.9040
40103 福岡県 北九州市若松区 栄盛川町 . 130.8060 33.9020
40103 福岡県 北九州市若松区 二島一丁目 . 130.7600 33.8800
40103 福岡県 北九州市若松区 二島二丁目 . 130.7650 33.8820
40103 福岡県 北九州市若松区 大字二島 . 130.7550 33.8850
40106 福岡県 北九州市小倉北区 青葉一丁目 . 130.8600 33.8700
40106 福岡県 北九州市小倉北区 青葉二丁目 . 130.8620 33.8690
40106 福岡県 北九州市小倉北区 青葉三丁目 . 130.8640 33.8680
40106 福岡県 北九州市小倉北区 三萩野二丁目 . 130.8850 33.8700
40106 福岡県 北九州市小倉北区 鍛冶町一丁目 . 130.8830 33.8860
40106 福岡県 北九州市小倉北区 中井 . 130.8450 33.8900
40106 福岡県 北九州市小倉北区 中井一丁目 . 130.8460 33.8910
40109 福岡県 北九州市八幡西区 大字畑 . 130.7300 33.8000
40109 福岡県 北九州市八幡西区 則松七丁目 . 130.7229 33.8514
40109 福岡県 北九州市八幡西区 自由ケ丘 . 130.7100 33.8600
40109 福岡県 北九州市八幡西区 堀川の内 . 130.7200 33.8650
40220 福岡県 宗像市 上八 . 130.5000 33.8700
40225 福岡県 うきは市 浮羽町朝田 . 130.7921 33.3305
40341 福岡県 糟屋郡須恵町 大字上須惠 . 130.5100 33.5870
40621 福岡県 京都郡苅田町 大字新津 石走り 130.9510 33.7610
40621 福岡県 京都郡苅田町 大字新津 . 130.9500 33.7600
40621 福岡県 京都郡苅田町 若久町一丁目 . 130.9700 33.7700
40621 福岡県 京都郡苅田町 磯浜町一丁目 . - -
41201 佐賀県 佐賀市 富士町大字古場 . 130.2000 33.4000
46206 鹿児島県 垂水市 （大字なし） 本町 130.7010 31.4930
"""
WITHOUT_TOWNS = [
    Municipality("40105", "福岡県", "北九州市戸畑区"),
    Municipality("40205", "福岡県", "飯塚市"),
    Municipality("40621", "福岡県", "苅田町"),
]
POSTCODES = [
    Postcode("8000045", "40101", "青葉台", "アオバダイ"),
    Postcode("8000102", "40101", "畑", "ハタ"),
    Postcode("8071101", "40109", "畑", "ハタ"),
    Postcode("8040000", "40105", ""),
]


def _number(text: str) -> float:
    return math.nan if text == "-" else float(text)


def make_place(line: str, **overrides: str | float) -> Place:
    """Make a place from one line of the table."""
    code, prefecture, municipality, town, koaza, lon, lat = line.split()
    values: dict[str, str | float] = {
        "municipality_code": code,
        "prefecture": prefecture,
        "municipality": municipality,
        "town": town,
        "koaza": "" if koaza == "." else koaza,
        "lon": _number(lon),
        "lat": _number(lat),
    }
    return Place(**{**values, **overrides})  # type: ignore[arg-type]


def make_gazetteer(directory: Path, places: list[Place], **options: object) -> Gazetteer:
    """Compile and open a gazetteer."""
    values: dict[str, object] = {
        "municipalities": WITHOUT_TOWNS,
        "source": "見本",
        "dataset_date": "2026-01-01",
        "postcodes": POSTCODES,
    }
    compile_gazetteer(places, directory=directory, **{**values, **options})  # type: ignore[arg-type]
    return Gazetteer.open(directory)


def of_towns(directory: Path, table: str) -> Geocoder:
    """Return a geocoder over the places of a table, written as `TOWNS`."""
    lines = [line for line in map(str.strip, table.splitlines()) if line]
    return Geocoder(make_gazetteer(directory, [make_place(line) for line in lines]))


def small_country() -> list[Place]:
    """Return the places of the table."""
    return [make_place(line) for line in TOWNS.strip().splitlines()]


@pytest.fixture(scope="session")
def gazetteer(tmp_path_factory: pytest.TempPathFactory) -> Gazetteer:
    return make_gazetteer(tmp_path_factory.mktemp("gazetteer"), small_country())


@pytest.fixture(scope="session")
def geocoder(gazetteer: Gazetteer) -> Geocoder:
    return Geocoder(gazetteer)
