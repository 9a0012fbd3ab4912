"""A guess is never presented as certain."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyproj import Geod

from geoportal.address.geocode import Geocoder
from geoportal.address.parsing.hypothesis import CERTAIN, CONFLICT, municipality_doubts
from geoportal.address.parsing.municipality_parser import MunicipalityParse, MunicipalitySet
from geoportal.address.parsing.town_parse import DOUBTFUL
from tests.unit.address.conftest import make_gazetteer, make_place, of_towns


def test_a_town_in_two_wards_is_ambiguous_without_its_ward(geocoder: Geocoder) -> None:
    answer = geocoder.geocode("福岡県北九州市大字畑1808-5")
    assert (answer.status, answer.lon, answer.lat) == ("ambiguous", None, None)
    assert answer.uncertainty_m is None
    assert answer.needs_confirmation
    assert [one.municipality_code for one in answer.candidates] == ["40101", "40109"]
    assert all(one.lon is not None for one in answer.candidates)
    assert (answer.town, answer.prefecture, answer.municipality) == ("大字畑", "福岡県", "")


@pytest.mark.parametrize("hint", ["北九州市八幡西区", "八幡西区", "40109", "401099"])
def test_a_hint_decides_what_the_text_leaves_open(geocoder: Geocoder, hint: str) -> None:
    for text in ("福岡県北九州市大字畑1808-5", "北九州市畑1808", "大字畑1808-5"):
        answer = geocoder.geocode(text, hint)
        assert (answer.status, answer.municipality_code) == ("ok", "40109")
        assert "hint_used" in answer.warnings


def test_a_postal_code_decides_as_well(geocoder: Geocoder) -> None:
    answer = geocoder.geocode("〒807-1101 福岡県北九州市大字畑1808-5")
    assert (answer.status, answer.municipality_code) == ("ok", "40109")
    assert "postal_used" in answer.warnings


@pytest.mark.parametrize(
    "text", ["〒802-0065 三萩野2-1", "8020065三萩野2丁目1", "〒８０２－００６５　三萩野２の１"]
)
def test_a_postal_code_ends_before_a_town_that_begins_with_a_numeral(
    geocoder: Geocoder, text: str
) -> None:
    answer = geocoder.geocode(text)
    assert (answer.municipality_code, answer.town) == ("40106", "三萩野二丁目")
    assert answer.remainder in ("1", "１")


def test_a_name_of_several_municipalities_leaves_them_as_candidates(geocoder: Geocoder) -> None:
    answer = geocoder.geocode("府中市")
    assert (answer.status, answer.lon, answer.municipality_code) == ("ambiguous", None, "")
    assert [one.text for one in answer.candidates] == ["東京都府中市", "広島県府中市"]
    assert geocoder.geocode("東京都府中市").municipality_code == "13206"
    assert geocoder.geocode("北九州市").status == "partial", "a city of wards is one place"
    near = geocoder.preferring(["34208"]).geocode("府中市")
    assert [one.municipality_code for one in near.candidates] == ["34208", "13206"]


@pytest.mark.parametrize(
    ("text", "hint", "beside"),
    [
        ("府中市畑", "門司区", ["福岡県北九州市門司区大字畑"]),
        ("府中市青葉1-2", "福岡県", ["福岡県北九州市小倉北区青葉一丁目"]),
        ("府中市畑", "", []),
    ],
)
def test_a_hint_elsewhere_adds_to_the_municipalities_named(geocoder, text, hint, beside):
    answer = geocoder.geocode(text, hint)
    assert answer.status == "ambiguous"
    named = ["東京都府中市", "広島県府中市"]
    assert [one.text for one in answer.candidates] == [*named, *beside]


def test_a_hint_does_not_override_the_text(geocoder: Geocoder) -> None:
    answer = geocoder.geocode("北九州市八幡西区大字畑1808-5", "北九州市門司区")
    assert (answer.municipality_code, answer.town) == ("40109", "大字畑")
    assert "hint_conflict" in answer.warnings
    assert answer.needs_confirmation
    assert answer.status != "ok"


def test_a_hint_that_fits_the_text_says_nothing(geocoder: Geocoder) -> None:
    for hint in ("北九州市門司区", "北九州市", "福岡県", "40100", "40"):
        answer = geocoder.geocode("福岡県北九州市門司区大字畑1", hint)
        assert (answer.status, answer.municipality_code) == ("ok", "40101")
        assert answer.warnings == ()


def test_an_unknown_hint_is_no_hint(geocoder: Geocoder) -> None:
    assert geocoder.geocode("門司区畑1", "どこか") == geocoder.geocode("門司区畑1")


def test_a_number_behind_a_name_that_is_oaza_and_chome_means_both(geocoder: Geocoder) -> None:
    answer = geocoder.geocode("北九州市若松区二島1-19")
    assert (answer.status, answer.coordinate_level) == ("partial", "town")
    assert {"oaza_chome_ambiguous", "several_close"} <= set(answer.warnings)
    assert {one.town for one in answer.candidates} == {"大字二島", "二島一丁目"}
    assert answer.needs_confirmation
    for one in answer.candidates:  # the range covers each of them with its own
        away = Geod(ellps="GRS80").inv(answer.lon, answer.lat, one.lon, one.lat)[2]
        assert away + one.uncertainty_m <= answer.uncertainty_m + 5


def test_towns_of_one_name_far_apart_have_no_position(tmp_path: Path) -> None:
    towns = """
    40103 福岡県 北九州市若松区 大字二島 . 130.7550 33.8850
    40103 福岡県 北九州市若松区 二島一丁目 . 130.7800 33.8850
    """
    answer = of_towns(tmp_path, towns).geocode("北九州市若松区二島1-19")
    assert (answer.status, answer.lon) == ("ambiguous", None)
    assert len(answer.candidates) == 2


def test_candidates_of_preferred_places_stand_first(tmp_path: Path) -> None:
    """A town that every municipality has: the ten listed are not simply the first by code."""
    towns = "".join(
        f"{code} 北海道 見本{code}市 大手町 . {140 + i / 10:.2f} 43.00\n"
        for i, code in enumerate(range(1201, 1230))
        for code in [f"{code:05d}"]
    )
    towns += "40106 福岡県 北九州市小倉北区 大手町 . 130.8750 33.8800\n"
    towns += "40203 福岡県 久留米市 大手町 . 130.5100 33.3100\n"
    geocoder = of_towns(tmp_path, towns)
    codes = [one.municipality_code for one in geocoder.geocode("大手町1-1").candidates]
    assert codes == [f"{code:05d}" for code in range(1201, 1211)]
    answer = geocoder.preferring(["40106"], ["40106", "40203"]).geocode("大手町1-1")
    assert answer.status == "ambiguous"
    codes = [one.municipality_code for one in answer.candidates]
    assert codes[:3] == ["40106", "40203", "01201"]
    assert len(codes) == 10
    hinted = geocoder.geocode("大手町1-1", codes=["40106"])
    assert (hinted.status, hinted.municipality_code) == ("ok", "40106")


@pytest.mark.parametrize(
    ("address", "town", "remainder"),
    [
        ("北九州市若松区二島市民センター", "大字二島", "市民センター"),
        ("北九州市門司区青葉台市営住宅3", "青葉台", "市営住宅3"),
        ("北九州市門司区青葉台区役所前", "青葉台", "区役所前"),
    ],
)
def test_a_public_building_behind_a_town_is_no_municipality(
    geocoder: Geocoder, address: str, town: str, remainder: str
) -> None:
    answer = geocoder.geocode(address)
    assert (answer.town, answer.remainder) == (town, remainder)
    assert answer.needs_confirmation
    assert "text_after_town" in answer.warnings


def test_no_digit_of_a_number_is_passed_over(tmp_path: Path) -> None:
    towns = """
    01453 北海道 上川郡東神楽町 九号 南 142.4285 43.7025
    01453 北海道 上川郡東神楽町 基線 . 142.4058 43.7002
    """
    answer = of_towns(tmp_path, towns).geocode("北海道上川郡東神楽町19号南3番地")
    assert (answer.municipality_code, answer.town) == ("01453", "")


@pytest.mark.parametrize(
    ("address", "town"),
    [
        ("北九州市若松区大字二島1-19", "大字二島"),
        ("北九州市若松区二島1丁目19", "二島一丁目"),
        ("北九州市若松区二島1-19-2", "二島一丁目"),
        ("北九州市若松区二島1819-2", "大字二島"),
        ("北九州市若松区二島3-19", "大字二島"),
        ("北九州市若松区二島1番地19", "大字二島"),
    ],
)
def test_but_not_when_the_text_tells_them_apart(
    geocoder: Geocoder, address: str, town: str
) -> None:
    answer = geocoder.geocode(address)
    assert (answer.status, answer.town) == ("ok", town)


def test_oaza_and_chome_of_two_wards_are_not_called_one_name(tmp_path: Path) -> None:
    lines = [
        "40106 福岡県 北九州市小倉北区 見本一丁目 . 130.86 33.87",
        "40107 福岡県 北九州市小倉南区 大字見本 . 130.88 33.80",
    ]
    geocoder = Geocoder(make_gazetteer(tmp_path, [make_place(line) for line in lines]))
    answer = geocoder.geocode("北九州市見本1-19")
    assert (answer.status, answer.lon, answer.municipality_code) == ("ambiguous", None, "")
    assert {candidate.municipality_code for candidate in answer.candidates} == {"40106", "40107"}
    assert "oaza_chome_ambiguous" not in answer.warnings


def test_two_oaza_of_one_name_are_not_called_oaza_and_chome(geocoder: Geocoder) -> None:
    answer = geocoder.geocode("北九州市大字畑1808")
    assert answer.status == "ambiguous"
    assert "oaza_chome_ambiguous" not in answer.warnings


def test_the_bare_name_covers_both(geocoder: Geocoder) -> None:
    answer = geocoder.geocode("北九州市若松区二島")
    assert (answer.status, answer.match_level, answer.town) == ("ok", "town", "二島")
    assert answer.needs_confirmation
    oaza = geocoder.geocode("北九州市若松区大字二島")
    assert answer.uncertainty_m >= oaza.uncertainty_m


def test_a_town_published_whole_and_by_chome_is_answered_whole(geocoder: Geocoder) -> None:
    answer = geocoder.geocode("北九州市小倉北区中井1-5")
    assert (answer.status, answer.match_level, answer.town) == ("ok", "town", "中井")
    assert answer.needs_confirmation
    assert "oaza_chome_ambiguous" in answer.warnings
    assert geocoder.geocode("北九州市小倉北区中井1-5-2").town == "中井一丁目"


def test_a_town_of_another_ward_is_only_a_candidate(geocoder: Geocoder) -> None:
    answer = geocoder.geocode("北九州市門司区則松7-22-1")
    assert (answer.status, answer.match_level) == ("partial", "municipality")
    assert (answer.municipality_code, answer.town) == ("40101", "")
    assert [one.town for one in answer.candidates] == ["則松七丁目"]
    assert "town_in_other_municipality" in answer.warnings


def test_the_hinted_ward_does_not_replace_the_written_one(geocoder: Geocoder) -> None:
    answer = geocoder.geocode("北九州市門司区則松7-22-1", "北九州市八幡西区")
    assert (answer.status, answer.municipality_code) == ("partial", "40101")


def test_a_misspelt_town_is_only_a_candidate(geocoder: Geocoder) -> None:
    answer = geocoder.geocode("北九州市若松区栄成川町11-15")
    assert (answer.status, answer.town) == ("partial", "")
    assert [one.town for one in answer.candidates] == ["栄盛川町"]


def test_an_unreadable_letter_may_be_filled_in(geocoder: Geocoder) -> None:
    answer = geocoder.geocode("北九州市小倉北区\ue0e9葉2-3-7")
    assert (answer.status, answer.town) == ("partial", "青葉二丁目")
    assert "letter_unreadable" in answer.warnings


def test_a_postal_code_of_another_place_is_warned_of(geocoder: Geocoder) -> None:
    answer = geocoder.geocode("807-1101 北九州市門司区青葉台1")
    assert (answer.status, answer.municipality_code) == ("ok", "40101")
    assert "postal_mismatch" in answer.warnings
    assert answer.needs_confirmation
    assert "postal_mismatch" not in geocoder.geocode("800-0045 門司区青葉台1").warnings


def test_a_postal_code_alone_is_a_start(geocoder: Geocoder) -> None:
    answer = geocoder.geocode("〒800-0045")
    assert (answer.status, answer.town) == ("partial", "青葉台")
    assert answer.needs_confirmation


def test_a_municipality_is_not_read_as_a_town_of_another(geocoder: Geocoder) -> None:
    answer = geocoder.geocode("広島県安芸郡府中町315")
    assert (answer.status, answer.municipality_code) == ("partial", "34302")


def test_a_town_without_municipality_needs_confirmation(geocoder: Geocoder) -> None:
    assert geocoder.geocode("則松7-22-1").needs_confirmation


def test_a_prefecture_that_contradicts_its_municipality_costs_certainty(
    geocoder: Geocoder,
) -> None:
    answer = geocoder.geocode("広島県北九州市門司区青葉台1")
    assert (answer.status, answer.town) == ("partial", "青葉台")
    assert "prefecture_mismatch" in answer.warnings
    assert answer.needs_confirmation


def test_a_contradicting_prefecture_weighs_more_than_a_completed_name() -> None:
    members = MunicipalitySet(frozenset([0]), ((0, 1),))
    conflict = MunicipalityParse(3, members, named=True, prefecture_conflict=True)
    completed = MunicipalityParse(3, members, named=True, in_full=False)
    assert municipality_doubts(conflict) == (CONFLICT, ("prefecture_mismatch",))
    assert municipality_doubts(completed) == (DOUBTFUL, ("municipality_completed",))
    assert municipality_doubts(MunicipalityParse(3, members, named=True)) == (0, ())
    assert CONFLICT > CERTAIN >= DOUBTFUL  # a conflict alone is never "ok"


def test_directions_are_not_taken_for_each_other(geocoder: Geocoder) -> None:
    answer = geocoder.geocode("東京都港区東赤坂1-2")
    assert "spelling_corrected" not in answer.warnings
    assert answer.town == ""
