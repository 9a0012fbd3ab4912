"""Stations by name: one is a place, several are a question, and no address is overridden."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoportal.address.geocode import Geocoder
from geoportal.address.stations.directory import StationDirectory, StationMunicipality
from geoportal.domain.station import RailOperator, Station
from tests.rounds import examples
from tests.unit.address.conftest import make_gazetteer, make_place

JR, SUBWAY, TRAM = "九州旅客鉄道", "福岡市", "架空電気軌道"
OPERATORS = {
    JR: RailOperator(JR, "JR", ("JR九州",)),
    SUBWAY: RailOperator(SUBWAY, "福岡市地下鉄", ("地下鉄",)),
}
KOKURA, WAKAMATSU, MOJI = "40106", "40103", "40101"
TOWNS = {
    KOKURA: StationMunicipality(KOKURA, "福岡県", "北九州市小倉北区", by_outline=True),
    WAKAMATSU: StationMunicipality(WAKAMATSU, "福岡県", "北九州市若松区", by_outline=True),
    MOJI: StationMunicipality(MOJI, "福岡県", "北九州市門司区", by_outline=True),
    "13103": StationMunicipality("13103", "東京都", "港区", by_outline=False),
}


def make(name, code, *lines, extent=60):
    """Return a station whose position is made of its number, so that answers can be told apart."""
    return name, code, extent, lines


LIST = [
    make("小倉", KOKURA, (JR, "鹿児島線"), (JR, "山陽新幹線"), extent=230),
    make("小倉", "13103", (TRAM, "本線")),
    make("中井駅前", KOKURA, (TRAM, "本線")),
    make("中井", KOKURA, (JR, "日豊線")),
    make("二島", WAKAMATSU, (JR, "筑豊線")),
    make("八ケ岳", MOJI, (JR, "小海線")),
    make("すみれ台", MOJI, (JR, "小海線")),
    make("三萩野", KOKURA, (TRAM, "本線")),
    make("西福岡(天神)", WAKAMATSU, (SUBWAY, "空港線")),
    make("並木", MOJI, (JR, "鹿児島線")),
    make("並木", MOJI, (TRAM, "本線")),
    make("青葉", MOJI, (JR, "鹿児島線")),
]
STATIONS = [
    Station(f"{number:03}", name, 130 + number / 100, 33.0, extent, lines)
    for number, (name, _, extent, lines) in enumerate(LIST)
]


def whereabouts(lon, _lat):
    return TOWNS[LIST[round((lon - 130) * 100)][1]]


@pytest.fixture(scope="module")
def with_stations(geocoder: Geocoder) -> Geocoder:
    return geocoder.with_stations(
        lambda: StationDirectory(STATIONS, OPERATORS, whereabouts, "鉄道データ", "2023-12-31")
    )


def number_of(result):
    return None if result.lon is None else round((result.lon - 130) * 100)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("中井駅", 3),
        ("中井駅前", 2),
        ("中井駅前駅", 2),
        ("中井えき", 3),
        ("ＪＲ中井駅", 3),
        ("JR九州 中井駅", 3),
        ("日豊本線中井駅", 3),
        ("JR日豊線 中井駅", 3),
        ("小倉駅（福岡県）", 0),
        ("小倉駅(北九州市)", 0),
        ("小倉（小倉北区）駅", 0),
        ("福岡県北九州市小倉北区小倉駅", 0),
        ("小倉北区 小倉駅", 0),
        ("北九州市の小倉駅", 0),
        ("新幹線小倉駅", 0),
        ("小倉駅（東京都・架空電気軌道本線）", 1),
        ("八ヶ岳駅", 5),
        ("スミレ台駅", 6),
        ("３萩野駅", 7),
        ("西福岡駅", 8),
        ("西福岡（天神）駅", 8),
        ("地下鉄西福岡駅", 8),
        ("並木駅（架空電気軌道本線）", 10),
        ("青葉駅", 11),
    ],
)
def test_one_station_is_a_point_with_its_extent(with_stations, text, number):
    found = with_stations.geocode(text)
    assert (found.status, found.match_level, found.coordinate_level) == ("ok", "point", "point")
    assert number_of(found) == number
    station = STATIONS[number]
    assert found.uncertainty_m == max(100, station.extent_m)
    assert (found.matched, found.remainder, found.town) == (text, "", "")
    assert found.municipality_code == LIST[number][1]
    assert "station_position" in found.warnings
    assert (found.source, found.dataset_date) == ("鉄道データ", "2023-12-31")
    assert found.station == f"{station.name}駅"


def test_lines_are_called_as_people_call_them(with_stations):
    assert with_stations.geocode("小倉駅（福岡県）").lines == ("JR鹿児島線", "山陽新幹線")
    assert with_stations.geocode("西福岡駅").lines == ("福岡市地下鉄空港線",)
    assert with_stations.geocode("三萩野駅").lines == ("架空電気軌道本線",)


def test_one_name_in_two_cities_is_a_question(with_stations):
    found = with_stations.geocode("小倉駅")
    assert (found.status, found.lon, found.lat, found.match_level) == (
        "ambiguous",
        None,
        None,
        None,
    )
    assert [(one.station, one.municipality) for one in found.candidates] == [
        ("小倉駅", "北九州市小倉北区"),
        ("小倉駅", "港区"),
    ]
    assert found.candidates[0].lines == ("JR鹿児島線", "山陽新幹線")


def test_two_of_a_name_in_one_ward_are_told_apart_by_their_lines(with_stations):
    found = with_stations.geocode("門司区並木駅")
    assert found.status == "ambiguous"
    assert [one.text for one in found.candidates] == [
        "並木駅（福岡県北九州市門司区・JR鹿児島線）",
        "並木駅（福岡県北九州市門司区・架空電気軌道本線）",
    ]


@pytest.mark.parametrize("text", ["若松区小倉駅", "小倉駅（大阪府）", "小倉駅（筑豊線）"])
def test_a_station_that_is_not_where_the_text_says_is_only_proposed(with_stations, text):
    found = with_stations.geocode(text)
    assert (found.status, found.lon) == ("ambiguous", None)
    assert found.warnings == ("station_elsewhere",)
    assert {one.station for one in found.candidates} == {"小倉駅"}


def test_a_hint_chooses_and_a_contradicted_hint_is_told(with_stations):
    assert number_of(with_stations.geocode("小倉駅", hint="北九州市小倉北区")) == 0
    assert number_of(with_stations.geocode("小倉駅", hint="13103")) == 1
    against = with_stations.geocode("二島駅", hint="門司区")
    assert (against.status, number_of(against)) == ("partial", 4)
    assert "hint_conflict" in against.warnings
    assert against.needs_confirmation


@pytest.mark.parametrize("behind", ["の近く", "周辺", "前", "北口"])
def test_words_behind_are_left_over(with_stations, behind):
    found = with_stations.geocode(f"二島駅{behind}")
    assert (found.status, found.matched, found.remainder) == ("partial", "二島駅", behind)
    assert number_of(found) == 4
    assert found.needs_confirmation


@pytest.mark.parametrize(
    "text",
    [
        "",
        "青葉",
        "中井",
        "小倉北区青葉1丁目",
        "小倉北区中井1-2-3 駅前ビル",
        "小倉北区三萩野2丁目 小倉駅",
        "中井駅前クリニック",
        "中井駅クリニック",
        "駅",
        "駅前",
        "ない駅",
        "大中井駅",
        "国鉄中井駅",
    ],
)
def test_what_is_no_station_is_answered_as_before(geocoder, with_stations, text):
    assert with_stations.geocode(text) == geocoder.geocode(text)
    assert with_stations.geocode(text).station == ""


def test_a_town_called_after_a_station_stays_a_town(tmp_path):
    line = "40106 福岡県 北九州市小倉北区 中井駅前 . 130.8450 33.8900"
    table = make_gazetteer(tmp_path, [make_place(line)])
    town = Geocoder(table).with_stations(lambda: StationDirectory(STATIONS, OPERATORS, whereabouts))
    for text in ("中井駅前", "小倉北区中井駅前", "小倉北区中井駅前1-2"):
        assert town.geocode(text) == Geocoder(table).geocode(text)
        assert town.geocode(text).town == "中井駅前"
    assert town.geocode("中井駅前駅").station == "中井駅前駅"


def test_many_at_once_know_stations_too(with_stations):
    answers = list(with_stations.geocode_many(["二島駅", "小倉駅"], ["", "小倉北区"]))
    assert [number_of(one) for one in answers] == [4, 0]


AREAS = {
    "": None,
    "福岡県": {KOKURA, WAKAMATSU, MOJI},
    "北九州市": {KOKURA, WAKAMATSU, MOJI},
    "門司区": {MOJI},
    "北九州市小倉北区": {KOKURA},
    "東京都港区": {"13103"},
}
WORDS = {
    "": None,
    "JR": {JR},
    "地下鉄": {SUBWAY},
    "架空電気軌道": {TRAM},
}


@settings(deadline=None, max_examples=examples(200))
@given(
    name=st.sampled_from([*(name for name, *_ in LIST), "知らぬ"]),
    area=st.sampled_from(sorted(AREAS)),
    behind=st.booleans(),
    word=st.sampled_from(sorted(WORDS)),
    gap=st.sampled_from(["", " ", "　"]),
)
def test_what_is_found_is_what_looking_at_every_station_finds(
    with_stations, name, area, behind, word, gap
):
    """The oracle goes by the parts the text is made of, never by the text."""
    head, bracket = ("", f"（{area}）") if behind and area else (area, "")
    short = name.replace("(天神)", "")
    found = with_stations.geocode(f"{head}{gap}{word}{short}駅{bracket}")
    named = [n for n, (other, *_) in enumerate(LIST) if other == name]
    named = [n for n in named if not word or {c for c, _ in LIST[n][3]} & WORDS[word]]
    within = [n for n in named if not area or LIST[n][1] in AREAS[area]]
    if len(within) == 1:
        assert (found.status, number_of(found)) == ("ok", within[0])
    else:
        assert found.lon is None or not found.station
        expected = {STATIONS[n].lon for n in within or named}
        assert {c.lon for c in found.candidates if c.station} == expected


@given(st.text(alphabet="小倉中井駅前えきJR（）()・ 、北九州市1一-", max_size=14))
@settings(deadline=None, max_examples=examples(200))
def test_no_text_raises_and_no_position_comes_without_the_station_s_name(with_stations, text):
    found = with_stations.geocode(text)
    if found.station:
        assert found.lon is not None
        assert found.station.removesuffix("駅").removesuffix("駅前") in text


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("小", ["小倉", "小倉"]),
        ("小倉", ["小倉", "小倉"]),
        ("JR小", ["小倉"]),
        ("港区小", ["小倉"]),
        ("中井", ["中井", "中井駅前"]),
        ("中井駅", ["中井", "中井駅前"]),
        ("中井駅前", ["中井駅前"]),
        ("すみれ", ["すみれ台"]),
        ("地下鉄西", ["西福岡(天神)"]),
        ("倉", []),
        ("", []),
    ],
)
def test_suggestions_begin_with_what_is_typed(with_stations, typed, names):
    found = with_stations.suggest_stations(typed, 8)
    assert [STATIONS[number_of(one)].name for one in found] == names


def test_suggestions_stay_in_the_district_asked_for_unless_another_is_named(with_stations):
    inside = with_stations.suggest_stations("小", 8, codes=[KOKURA])
    assert [number_of(one) for one in inside] == [0]
    named = with_stations.suggest_stations("港区小", 8, codes=[KOKURA])
    assert [number_of(one) for one in named] == [1]
    assert len(with_stations.suggest_stations("小", 1)) == 1


def test_every_suggestion_can_be_written_and_means_its_station(with_stations):
    for number, station in enumerate(STATIONS):
        offered = with_stations.suggest_stations(station.name.partition("(")[0], 8)
        (own,) = [one for one in offered if number_of(one) == number]
        found = with_stations.geocode(own.text)
        assert (found.status, number_of(found)) == ("ok", number), own.text


def test_a_station_in_no_outline_says_that_its_municipality_is_the_nearest_town_s(with_stations):
    found = with_stations.geocode("小倉駅（東京都）")
    assert "municipality_by_nearest_town" in found.warnings
    assert "municipality_by_nearest_town" not in with_stations.geocode("二島駅").warnings


def test_the_answer_is_plain_json(with_stations):
    document = with_stations.geocode("小倉駅").as_dict()
    assert document["candidates"][0]["lines"] == ["JR鹿児島線", "山陽新幹線"]
    assert document["lines"] == []
    names = {field.name for field in dataclasses.fields(with_stations.geocode("小倉駅"))}
    assert set(document) == names
