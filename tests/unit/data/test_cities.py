"""The folders of cities are whole, in three languages, and say from when centres answer."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from geoportal.domain.centre import LIAISON, Centre
from geoportal.errors import UsageError
from geoportal.index.hierarchy import district_members
from geoportal.ingest.resolve.centres import shipped_centres, with_city_rules, with_shipped
from geoportal.search.responsible import HomePlace, responsible_centres
from geoportal.services.portal import shipped_reference
from geoportal.store.cities import read_cities
from tests.factories import make_snapshot

REFERENCE = shipped_reference()
LANGUAGES = {"ja", "ja-easy", "en"}
MEMBERS = district_members(REFERENCE)
OSAKA = MEMBERS["27100"]


def test_the_shipped_cities() -> None:
    assert set(REFERENCE.cities) == {"40100", "27100", "12100", "43100"}
    for city in REFERENCE.cities.values():
        assert set(city.name) == LANGUAGES
        assert city.name["ja"] == REFERENCE.designated_cities[city.code]
        assert city.code[:2] in city.prefectures
        assert city.view
        for one in city.asked:
            assert set(one.text) == LANGUAGES
            assert one.kind or set(one.name) == LANGUAGES
        for guide in city.guides:
            assert set(guide.name) == set(guide.text) == LANGUAGES
            assert not guide.url or guide.url.startswith(("https://", "http://"))
        for said in city.centres.values():
            for term in said.terms:
                assert ("centre-term", term) in REFERENCE.labels
        for stage in city.stages:
            assert stage.districts <= set(MEMBERS[city.code])


@pytest.mark.parametrize(
    ("day", "wards"),
    [
        ("2015-07-31", 0),
        ("2015-08-01", 1),
        ("2016-07-31", 1),
        ("2016-08-01", 11),
        ("2017-04-01", 22),
        ("2017-09-30", 22),
        ("2017-10-01", 24),
        ("2026-11-29", 24),
    ],
)
def test_osaka_opened_ward_by_ward(day: str, wards: int) -> None:
    held = with_city_rules(shipped_centres(REFERENCE), REFERENCE)
    snapshot = make_snapshot([], centres=held, members=MEMBERS, today=date(2026, 11, 29))
    answered = [
        ward
        for ward in OSAKA
        for one in responsible_centres(snapshot, HomePlace(ward), day)
        if one.kind == LIAISON and one.certain
    ]
    assert len(answered) == len(set(answered)) == wards


def test_what_a_city_says_of_its_centres_completes_what_they_say() -> None:
    bare = Centre("kita", LIAISON, "北区相談支援室", districts=("27127",))
    (told,) = with_city_rules([bare], REFERENCE)
    assert (told.age_from, told.residents_of, told.valid_from) == (65, ("27100",), "2016-08-01")
    assert "from-40-specified-disease" in told.terms
    own = replace(bare, age_from=40, valid_from="2020-01-01")
    assert with_city_rules([own], REFERENCE) == [own]
    elsewhere = Centre("else", LIAISON, "見本", districts=("13101",))
    assert with_city_rules([elsewhere], REFERENCE) == [elsewhere]


def test_only_the_city_with_facilities_lends_its_centres() -> None:
    shipped = shipped_centres(REFERENCE)
    found = with_shipped([], shipped, MEMBERS, {"12103"})
    assert [centre.id for centre in found] == ["chiba-liaison"]
    assert {centre.id for centre in with_shipped([], shipped, MEMBERS, {"43101"})} == set()


def test_a_folder_that_is_wrong_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "40100"
    folder.mkdir()
    for text in ('code = "27100"\n[name]\nja = "x"\n', "code = 1", 'code = "40100"\nnmae = 1\n'):
        (folder / "city.toml").write_text(text, encoding="utf-8")
        with pytest.raises(UsageError, match=r"cities/40100/city\.toml"):
            read_cities(tmp_path)
    assert read_cities(tmp_path / "nothing") == {}


def test_no_telephone_is_made_up() -> None:
    for city in ("27100", "12100"):
        path = REFERENCE.cities_directory / city / "centres.csv"
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                assert row["phone"] == row["address"] == row["lon"] == ""
