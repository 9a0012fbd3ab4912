"""Floors of accuracy on official addresses, measured as ``measure.py`` does."""

from __future__ import annotations

import csv
from collections import defaultdict

import numpy as np
import pytest

from geoportal.address.geocode import Geocoder
from tests.accuracy.measure import (
    JUDGED_PREFECTURES,
    compile_official,
    measure_positions,
    measure_towns,
    open_compiled,
    peer_cases,
)
from tests.accuracy.official import SHARED, Case, cases, places_like
from tests.accuracy.place_words import is_right, place_words, station_directory

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not SHARED.is_dir(), reason=f"no official files at {SHARED}"),
    pytest.mark.long,
]
KITAKYUSHU = [f"4010{ward}" for ward in (1, 3, 5, 6, 7, 8, 9)]
FLOORS = {
    "Kitakyushu kaigo": (0.998, 0.998),
    "Kitakyushu navii": (0.998, 0.998),
    "Kitakyushu bureau": (0.998, 0.998),
    "other Fukuoka kaigo": (0.993, 0.993),
    "Kumamoto pharmacies": (0.99, 0.99),
    "Yamaguchi bureau": (0.99, 0.99),
}


@pytest.fixture(scope="module")
def geocoder(tmp_path_factory: pytest.TempPathFactory) -> Geocoder:
    return compile_official(tmp_path_factory.mktemp("official"), *JUDGED_PREFECTURES)


@pytest.fixture(scope="module")
def official() -> list[Case]:
    return cases()


def test_towns_are_reached(geocoder: Geocoder, official: list[Case]) -> None:
    tallies = measure_towns(geocoder, official, hints=True)
    assert set(tallies) == set(FLOORS)
    for name, tally in tallies.items():
        assert tally.share() >= FLOORS[name][0], (name, tally.failures)
        assert tally.other_ward_but_ok == 0, name
        assert tally.chome_right == tally.chome_stated, name


def test_towns_are_reached_without_a_hint(geocoder: Geocoder, official: list[Case]) -> None:
    named = [
        case
        for case in official
        if (case.city.rpartition("市")[2][:2] or case.city[:2]) in case.address
    ]
    for name, tally in measure_towns(geocoder, named, hints=False).items():
        assert tally.share() >= 0.995, (name, tally.failures)
        assert tally.other_ward_but_ok == 0, name


def test_positions_lie_within_the_stated_uncertainty(
    geocoder: Geocoder, official: list[Case]
) -> None:
    inside: dict[str, list[np.ndarray]] = defaultdict(list)
    for (name, kind), (away, stated) in measure_positions(geocoder, official).items():
        inside[name].append(away <= stated)
        if len(away) > 30:
            assert np.mean(away <= stated) >= 0.94, (name, kind)
            if kind == "chome":
                assert np.median(away) < 170, name
                assert np.percentile(away, 95) < 400, name
    for name, held in inside.items():
        assert np.concatenate(held).mean() >= 0.95, name


def test_towns_of_two_wards_are_never_guessed(geocoder: Geocoder) -> None:
    wards: dict[str, set[str]] = defaultdict(set)
    path = SHARED / "addresses" / "kitakyushu_towns_geolonia.csv"
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            wards[row["大字町丁目名"].removeprefix("大字")].add(row["市区町村名"])
    doubled = [town for town, where in wards.items() if len(where) > 1]
    assert len(doubled) >= 2
    for town in doubled:
        answer = geocoder.geocode(f"福岡県北九州市{town}")
        assert (answer.status, answer.lon) == ("ambiguous", None), town
        for ward in wards[town]:
            assert geocoder.geocode(f"福岡県{ward}{town}").municipality == ward
            assert geocoder.geocode(f"福岡県北九州市{town}", ward).municipality == ward


def test_every_town_of_the_city_is_found_by_its_own_name(geocoder: Geocoder) -> None:
    path = SHARED / "addresses" / "kitakyushu_towns_geolonia.csv"
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            address = "福岡県" + row["市区町村名"] + row["大字町丁目名"]
            answer = geocoder.geocode(address)
            assert (answer.status, answer.municipality_code) == ("ok", row["市区町村コード"])
            assert answer.town == row["大字町丁目名"]


@pytest.fixture(scope="module")
def japan(tmp_path_factory: pytest.TempPathFactory) -> Geocoder:
    """Return a geocoder over the towns of Japan that the texts tried below may mean."""
    texts = [case[0] for case in peer_cases()] + [word[0] for word in place_words()]
    return open_compiled(tmp_path_factory.mktemp("japan"), places_like(texts))


@pytest.mark.slow
def test_the_tricky_cases_of_other_geocoders(japan: Geocoder) -> None:
    wrong = []
    for address, town, must in peer_cases():
        answer = japan.geocode(address)
        if answer.town != town and (must or answer.status == "ok"):
            wrong.append(f"{address} {town} {answer.status} {answer.town}")
    assert wrong == []


@pytest.mark.slow
def test_places_as_people_write_them(japan: Geocoder) -> None:
    here = japan.preferring(KITAKYUSHU).with_stations(station_directory)
    wrong = [
        f"{text} | {expected} {municipality} {town}"
        for text, expected, municipality, town in place_words()
        if not is_right(here.geocode(text), expected, municipality, town)
    ]
    assert wrong == []
