"""Municipalities that were renamed, merged or divided: found by both names and both codes."""

from __future__ import annotations

from pathlib import Path

import pytest

from geoportal.address.geocode import Geocoder
from geoportal.domain.place import Postcode
from geoportal.services.portal import shipped_reference
from tests.unit.address.conftest import make_gazetteer, make_place

REFERENCE = shipped_reference()
BEFORE = """
22131 静岡県 浜松市中区 元城町 . 137.7250 34.7110
22135 静岡県 浜松市北区 細江町気賀 . 137.6500 34.8050
22136 静岡県 浜松市浜北区 貴布祢 . 137.7900 34.7930
28221 兵庫県 丹波篠山市 北新町 . 135.2190 35.0750
40231 福岡県 那珂川市 西隈一丁目 . 130.4180 33.5030
40230 福岡県 糸島市 前原中央一丁目 . 130.1990 33.5570
09411 栃木県 那須郡那珂川町 馬頭 . 140.1690 36.7430
"""
AFTER = """
22138 静岡県 浜松市中央区 元城町 . 137.7250 34.7110
22139 静岡県 浜松市浜名区 細江町気賀 . 137.6500 34.8050
22139 静岡県 浜松市浜名区 貴布祢 . 137.7900 34.7930
"""
POSTCODES = [Postcode("4300946", "22138", "元城町", "モトシロチョウ")]


def compiled(directory: Path, table: str) -> Geocoder:
    places = [make_place(line) for line in table.strip().splitlines()]
    known = REFERENCE.municipalities.values()
    changes = REFERENCE.municipality_changes
    return Geocoder(
        make_gazetteer(
            directory, places, municipalities=known, changes=changes, postcodes=POSTCODES
        )
    )


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Geocoder:
    """Return a geocoder over towns as they were published before 2024."""
    return compiled(tmp_path_factory.mktemp("before"), BEFORE)


@pytest.fixture(scope="module")
def after(tmp_path_factory: pytest.TempPathFactory) -> Geocoder:
    return compiled(tmp_path_factory.mktemp("after"), AFTER)


@pytest.mark.parametrize(
    ("address", "code", "town"),
    [
        ("静岡県浜松市中区元城町103-2", "22131", "元城町"),
        ("静岡県浜松市中央区元城町103-2", "22131", "元城町"),
        ("浜松市浜名区細江町気賀305", "22135", "細江町気賀"),
        ("浜松市浜名区貴布祢3000", "22136", "貴布祢"),
        ("兵庫県篠山市北新町41", "28221", "北新町"),
        ("兵庫県丹波篠山市北新町41", "28221", "北新町"),
        ("福岡県筑紫郡那珂川町西隈1-1-1", "40231", "西隈一丁目"),
        ("福岡県那珂川町西隈1-1-1", "40231", "西隈一丁目"),
        ("那珂川市西隈1-1-1", "40231", "西隈一丁目"),
        ("栃木県那珂川町馬頭409", "09411", "馬頭"),
        ("前原市前原中央1-1-1", "40230", "前原中央一丁目"),
        ("〒430-0946", "22131", "元城町"),
    ],
)
def test_both_names_lead_to_what_is_held(before, address, code, town):
    answer = before.geocode(address)
    assert (answer.municipality_code, answer.town) == (code, town)


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("静岡県浜松市中区元城町103-2", "22138"),
        ("静岡県浜松市中央区元城町103-2", "22138"),
        ("浜松市北区細江町気賀305", "22139"),
        ("浜松市浜北区貴布祢3000", "22139"),
        ("浜松市浜名区貴布祢3000", "22139"),
    ],
)
def test_former_wards_lead_to_the_present_ones(after, address, code):
    answer = after.geocode(address)
    assert (answer.status, answer.municipality_code) == ("ok", code)


@pytest.mark.parametrize(
    "hint", ["22131", "22138", "221384", "浜松市中央区", "浜松市中区", "22130"]
)
def test_both_codes_and_names_are_hints(before, after, hint):
    for geocoder in (before, after):
        answer = geocoder.geocode("元城町103-2", hint)
        assert (answer.status, answer.town) == ("ok", "元城町")
        assert "hint_used" in answer.warnings


@pytest.mark.parametrize(("name", "code"), [("浜松市浜名区", "22139"), ("浜松市中央区", "22138")])
def test_a_ward_of_today_is_itself_where_its_towns_are_held(after, name, code):
    assert after.geocode(name).municipality_code == code


def test_a_new_ward_by_itself_has_the_extent_of_what_it_was_formed_of(before):
    answer = before.geocode("浜松市浜名区")
    assert (answer.match_level, answer.municipality_code) == ("municipality", "22139")
    assert answer.lon is not None
    assert answer.uncertainty_m > 6_000  # from one former ward to the other


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Geocoder:
    """Return a geocoder over towns of another prefecture than those that are asked for."""
    return compiled(
        tmp_path_factory.mktemp("elsewhere"), "40230 福岡県 糸島市 前原 . 130.199 33.557"
    )


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("静岡県浜松市中区元城町103-2", "22138"),
        ("浜松市浜北区", "22139"),
        ("浜松市天竜区二俣町", "22140"),
        ("千葉県香取郡小見川町小見川4793", "12236"),
        ("熊本県牛深市牛深町", "43215"),
        ("大阪府南河内郡美原町黒山", "27147"),
        ("長野県木曽郡山口村", "21206"),  # into another prefecture
        ("静岡県引佐郡細江町気賀", "22139"),  # 浜松市 in 2005, 北区 in 2007, 浜名区 in 2024
    ],
)
def test_areas_of_the_past_are_known_where_no_town_of_theirs_is_held(elsewhere, address, code):
    assert elsewhere.geocode(address).municipality_code == code


@pytest.mark.parametrize("address", ["浜松市北区", "山梨県西八代郡上九一色村"])
def test_what_was_divided_is_no_single_place(elsewhere, address):
    answer = elsewhere.geocode(address)
    assert (answer.status, answer.municipality_code) == ("ambiguous", "")


def test_every_change_leads_to_a_municipality_of_the_list():
    cities = REFERENCE.designated_cities
    for change in REFERENCE.municipality_changes:
        names = {**cities, **{c: m.name for c, m in REFERENCE.municipalities.items()}}
        assert names[change.new_code] == change.new_name
        assert change.date >= "2001-01-01"
        assert change.source
    dates = [change.date for change in REFERENCE.municipality_changes]
    assert dates == sorted(dates, reverse=True)
