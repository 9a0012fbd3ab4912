"""Places written by their sound, in kana and in Latin letters."""

from __future__ import annotations

from pathlib import Path

import pytest

from geoportal.address.geocode import Geocoder
from geoportal.domain.place import PlaceReadings, Postcode
from tests.unit.address.conftest import make_gazetteer, make_place

TOWNS = """
40101 福岡県 北九州市門司区 青葉台 . 130.9300 33.9100
40106 福岡県 北九州市小倉北区 大手町 . 130.8700 33.8800
40106 福岡県 北九州市小倉北区 青葉一丁目 . 130.8600 33.8700
40106 福岡県 北九州市小倉北区 青葉二丁目 . 130.8620 33.8690
40107 福岡県 北九州市小倉南区 十条町 . 130.8900 33.8400
40205 福岡県 飯塚市 大手町 . 130.6900 33.6400
40205 福岡県 飯塚市 新町 . 130.6910 33.6410
"""
POSTCODES = [
    Postcode("8000045", "40101", "青葉台", "アオバダイ"),
    Postcode("8030814", "40106", "大手町", "オオテマチ"),
    Postcode("8030801", "40106", "青葉", "アオバ"),
    Postcode("8020001", "40107", "十条町", "ジユウジヨウチヨウ"),
    Postcode("8020002", "40107", "十条町", "ジュウジョウチョウ"),
    Postcode("8200004", "40205", "大手町", "オオテマチ"),
    Postcode("8200005", "40205", "新町", "シンマチ"),
]
READINGS = PlaceReadings(
    {
        "40": ("福岡県", "ふくおかけん"),
        "40100": ("北九州市", "きたきゅうしゅうし"),
        "40101": ("門司区", "もじく"),
        "40106": ("小倉北区", "こくらきたく"),
        "40107": ("小倉南区", "こくらみなみく"),
        "40205": ("飯塚市", "いいづかし"),
    }
)


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Geocoder:
    lines = [line for line in map(str.strip, TOWNS.splitlines()) if line]
    places = [make_place(line) for line in lines]
    directory: Path = tmp_path_factory.mktemp("spoken")
    gazetteer = make_gazetteer(directory, places, municipalities=[], postcodes=POSTCODES)
    return Geocoder(gazetteer, readings=READINGS)


@pytest.mark.parametrize(
    ("text", "code", "town"),
    [
        ("こくらきたく", "40106", ""),
        ("コクラキタク", "40106", ""),
        ("Kokurakita-ku", "40106", ""),
        ("Kokura Kita Ward", "40106", ""),
        ("KOKURA-KITA-KU, KITAKYUSHU CITY, JAPAN", "40106", ""),
        ("きたきゅうしゅうし もじく", "40101", ""),
        ("Moji", "40101", ""),
        ("Iizuka", "40205", ""),
        ("Īzuka-shi", "40205", ""),
        ("こくらきたくおおてまち1-1", "40106", "大手町"),
        ("Kokurakita-ku Ōtemachi 1-1", "40106", "大手町"),
        ("1-1 Otemachi, Kokurakita-ku, Kitakyushu, Fukuoka", "40106", "大手町"),
        ("Ohte-cho, Kokurakita-ku", "40106", "大手町"),
        ("小倉北区おおてまち1-1", "40106", "大手町"),
        ("こくらきたく大手町1-1", "40106", "大手町"),
        ("Kokurakita-ku 大手町1-1", "40106", "大手町"),
        ("Aoba 2-chome 3-4, Kokura-kita-ku, Kitakyushu", "40106", "青葉二丁目"),
        ("こくらきたく あおば 2ちょうめ", "40106", "青葉二丁目"),
        ("ふくおかけん いいづかし しんまち", "40205", "新町"),
        ("Juujoucho", "40107", "十条町"),
        ("Zyuzyo-tyo", "40107", "十条町"),
    ],
)
def test_names_are_found_by_their_sound(spoken: Geocoder, text: str, code: str, town: str) -> None:
    result = spoken.geocode(text)
    assert (result.municipality_code, result.town) == (code, town)
    assert "reading_used" in result.warnings
    assert not town or result.status in ("ok", "partial")


def test_a_sound_of_several_towns_leaves_them_open(spoken: Geocoder) -> None:
    result = spoken.geocode("Otemachi")
    assert (result.status, result.lon) == ("ambiguous", None)
    texts = {candidate.text for candidate in result.candidates}
    assert texts == {"福岡県北九州市小倉北区大手町", "福岡県飯塚市大手町"}


def test_a_part_of_two_wards_names_leaves_them_open(spoken: Geocoder) -> None:
    result = spoken.geocode("Kokura")
    assert result.status == "ambiguous"
    codes = [candidate.municipality_code for candidate in result.candidates]
    assert codes == ["40106", "40107"]


def test_a_hint_decides_between_towns_of_one_sound(spoken: Geocoder) -> None:
    result = spoken.geocode("おおてまち", hint="飯塚市")
    assert (result.municipality_code, result.town) == ("40205", "大手町")


def test_a_town_without_its_municipality_is_to_be_confirmed(spoken: Geocoder) -> None:
    assert spoken.geocode("しんまち").needs_confirmation
    assert "municipality_inferred" in spoken.geocode("しんまち").warnings
    assert not spoken.geocode("いいづかし しんまち").needs_confirmation


@pytest.mark.parametrize("text", ["Springfield", "ほげほげ", "Otemachi Garden Palace Hotel", "abc"])
def test_what_names_nothing_is_not_found(spoken: Geocoder, text: str) -> None:
    assert spoken.geocode(text).status in ("not_found", "invalid")


@pytest.mark.parametrize(
    ("prefix", "first"),
    [
        ("kokura", "福岡県北九州市小倉北区"),
        ("こくら", "福岡県北九州市小倉北区"),
        ("小倉", "福岡県北九州市小倉北区"),
        ("mo", "福岡県北九州市門司区"),
        ("おおて", "福岡県北九州市小倉北区大手町"),
        ("ohtem", "福岡県北九州市小倉北区大手町"),
        ("kokurakita-ku a", "福岡県北九州市小倉北区青葉"),
        ("小倉北区あお", "福岡県北九州市小倉北区青葉"),
    ],
)
def test_what_is_typed_by_its_sound_is_completed(spoken: Geocoder, prefix: str, first: str) -> None:
    held = spoken.preferring(["40101", "40106", "40107"])
    assert [place.text for place in held.suggest(prefix)][:1] == [first]


@pytest.mark.parametrize(
    ("code", "town", "letters"),
    [
        ("40106", "大手町", "Otemachi"),
        ("40106", "青葉二丁目", "Aoba 2-chome"),
        ("40107", "十条町", "Jujocho"),
        ("40101", "大手町", ""),
        ("40106", "", ""),
        ("40106", "存在町", ""),
    ],
)
def test_a_town_is_written_in_letters_where_its_reading_is_held(spoken, code, town, letters):
    assert spoken.in_letters(code, town) == letters


def test_a_town_read_in_two_ways_is_not_written_in_letters(tmp_path):
    places = [make_place("40106 福岡県 北九州市小倉北区 新町 . 130.87 33.88")]
    codes = [
        Postcode(f"803081{n}", "40106", "新町", kana)
        for n, kana in enumerate(("シンマチ", "アラマチ"))
    ]
    gazetteer = make_gazetteer(tmp_path, places, municipalities=[], postcodes=codes)
    assert Geocoder(gazetteer, readings=READINGS).in_letters("40106", "新町") == ""


def test_stations_are_written_in_letters(tmp_path):
    gazetteer = make_gazetteer(tmp_path, [], municipalities=[], postcodes=[])
    readings = PlaceReadings({}, {"門司港": "もじこう"})
    geocoder = Geocoder(gazetteer, readings=readings)
    assert geocoder.in_letters("", station="門司港駅") == "Mojiko Station"
    assert geocoder.in_letters("", station="無名駅") == ""
