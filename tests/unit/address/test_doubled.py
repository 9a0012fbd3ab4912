"""Two towns of one name in one ward: 京都市上京区近衛町."""

from __future__ import annotations

from pathlib import Path

import pytest

from geoportal.address.geocode import Geocoder, GeocodeResult
from geoportal.domain.place import DoubledTown, Postcode
from geoportal.geo.equirectangular import distance_m
from geoportal.services.portal import shipped_reference
from tests.unit.address.conftest import make_gazetteer, make_place

FIRST = DoubledTown("26102", "近衛町", "6028046", ("油小路通出水下る",), 135.7533, 35.0206)
SECOND = DoubledTown("26102", "近衛町", "6028019", ("下長者町通室町西入",), 135.7576, 35.0222)
FAR = DoubledTown("26102", "亀屋町", "6028284", ("千本通中立売上る",), 135.7420, 35.0260)
FARTHER = DoubledTown("26102", "亀屋町", "6020854", ("河原町通荒神口東入",), 135.7700, 35.0215)
UNPLACED = DoubledTown("26102", "東町", "6028346", ("一条通下ノ森西入",))
TOWNS = """
26102 京都府 京都市上京区 近衛町 . 135.7534 35.0207
26102 京都府 京都市上京区 亀屋町 . 135.7421 35.0261
26102 京都府 京都市上京区 東町 . 135.7590 35.0250
26102 京都府 京都市上京区 針屋町 . 135.7550 35.0300
"""


def _point(place: DoubledTown | GeocodeResult) -> tuple[float, float]:
    assert place.lon is not None
    assert place.lat is not None
    return place.lon, place.lat


@pytest.fixture(scope="module")
def kyoto(tmp_path_factory: pytest.TempPathFactory) -> Geocoder:
    directory: Path = tmp_path_factory.mktemp("doubled")
    places = [make_place(line) for line in TOWNS.strip().splitlines()]
    codes = [Postcode(town.postal_code, "26102", town.town) for town in (FIRST, SECOND)]
    gazetteer = make_gazetteer(directory, places, municipalities=[], postcodes=codes)
    return Geocoder(gazetteer, [FIRST, SECOND, FAR, FARTHER, UNPLACED])


def test_a_name_that_two_towns_have_covers_both(kyoto: Geocoder) -> None:
    result = kyoto.geocode("京都市上京区近衛町161")
    assert (result.status, result.town, result.needs_confirmation) == ("partial", "近衛町", True)
    for town in (FIRST, SECOND):
        away = distance_m(*_point(result), *_point(town))
        assert away < (result.uncertainty_m or 0)
    assert [place.text for place in result.candidates] == [
        "京都府京都市上京区油小路通出水下る近衛町",
        "京都府京都市上京区下長者町通室町西入近衛町",
    ]


@pytest.mark.parametrize(
    ("text", "town"),
    [
        ("京都市上京区油小路通出水下る近衛町161", FIRST),
        ("京都市上京区油小路出水下ル近衛町161", FIRST),
        ("京都市上京区下長者町通室町西入ル近衛町", SECOND),
        ("602-8019 京都市上京区近衛町", SECOND),
        ("〒6028046 京都市上京区近衛町", FIRST),
    ],
)
def test_street_or_postal_code_decides(kyoto: Geocoder, text: str, town: DoubledTown) -> None:
    result = kyoto.geocode(text)
    assert (result.status, result.lon, result.lat) == ("ok", town.lon, town.lat)
    assert not result.candidates


def test_each_candidate_means_its_own_town(kyoto: Geocoder) -> None:
    candidates = kyoto.geocode("京都市上京区近衛町").candidates
    found = [kyoto.geocode(place.text) for place in candidates]
    assert [(place.lon, place.lat) for place in found] == [(p.lon, p.lat) for p in candidates]


def test_towns_far_apart_share_no_position(kyoto: Geocoder) -> None:
    result = kyoto.geocode("京都市上京区亀屋町")
    assert (result.status, result.lon) == ("ambiguous", None)
    assert len(result.candidates) == 2


def test_a_town_that_could_not_be_placed_lies_anywhere_in_its_ward(kyoto: Geocoder) -> None:
    result = kyoto.geocode("京都市上京区東町")
    assert (result.coordinate_level, result.match_level) == ("municipality", "town")


def test_a_single_town_stays_as_it_is(kyoto: Geocoder) -> None:
    assert kyoto.geocode("京都市上京区針屋町").warnings == ()


def test_each_shipped_name_has_several_codes_and_streets() -> None:
    towns = shipped_reference().doubled_towns
    by_name: dict[tuple[str, str], set[str]] = {}
    for town in towns:
        by_name.setdefault((town.municipality_code, town.town), set()).add(town.postal_code)
        assert town.streets
    assert len(by_name) == 106
    assert all(len(codes) > 1 for codes in by_name.values())
