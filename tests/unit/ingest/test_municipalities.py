"""Municipalities by code and name: a lost zero is put back only where one was lost."""

from __future__ import annotations

import pytest

from geoportal.ingest.reading.municipalities import (
    MunicipalityFinder,
    check_digit,
    complete_address,
)
from tests.unit.ingest.official import REFERENCE

FINDER = MunicipalityFinder(REFERENCE)


@pytest.mark.parametrize(
    ("text", "code", "padded"),
    [
        ("40106", "40106", False),
        ("401064", "40106", False),
        ("４０１０６", "40106", False),
        ("401063", "", False),  # wrong check digit
        ("1101", "01101", True),
        ("11011", "01101", True),  # six digits that lost their zero, and no municipality 11011
        ("011011", "01101", False),
        ("40100", "", False),  # a designated city as a whole
        ("400009", "", False),  # a prefecture
        ("4010", "", False),
        ("40106x", "", False),
        ("", "", False),
    ],
)
def test_codes(text, code, padded):
    assert FINDER.by_code(text) == (code, padded)


def test_check_digits_of_published_codes():
    published = ("011002", "131016", "401005", "401064", "471909")
    assert [check_digit(code[:5]) for code in published] == [code[5] for code in published]


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("福岡県北九州市小倉北区城内1-1", "40106"),
        ("福岡県京都郡苅田町富久町1", "40621"),
        ("福岡県苅田町富久町1", "40621"),
        ("山口県北九州市小倉北区城内1-1", ""),  # no such ward in this prefecture
        ("北九州市小倉北区城内1-1", ""),
    ],
)
def test_an_address_names_its_municipality_with_its_prefecture(address, code):
    assert FINDER.by_address(address) == code


def test_a_name_of_two_prefectures_is_no_municipality_by_itself():
    assert FINDER.by_bare_address("府中市本町1") == ""
    assert FINDER.by_bare_address("北九州市小倉北区城内1-1") == "40106"


@pytest.mark.parametrize(
    ("address", "whole"),
    [
        ("浅野1-1", "福岡県北九州市小倉北区浅野1-1"),
        ("小倉北区浅野1-1", "福岡県北九州市小倉北区浅野1-1"),
        ("北九州市浅野1-1", "福岡県北九州市小倉北区浅野1-1"),
        ("福岡県北九州市小倉北区浅野1-1", "福岡県北九州市小倉北区浅野1-1"),
        ("山口県下関市竹崎町1", "山口県下関市竹崎町1"),  # another prefecture is never corrected
        ("", ""),
    ],
)
def test_an_address_is_completed_and_nothing_named_twice(address, whole):
    assert complete_address(address, "福岡県", "北九州市小倉北区") == whole


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("40106", "40106"),
        ("401064.0", "40106"),
        ("401063", ""),  # wrong check digit
        ("401005", "40100"),  # a designated city as a whole
        ("11002", "01100"),  # the same, Sapporo, that lost its zero
        ("400009", "40"),
        ("10006", "01"),
        ("4010x", ""),
        ("", ""),
    ],
)
def test_codes_of_areas(text, code):
    assert FINDER.area_code(text) == code
    assert FINDER.area_code(text, listed=False) == code


def test_a_code_of_no_area_of_today_is_taken_on_demand_only():
    assert FINDER.area_code("40999") == ""
    assert FINDER.area_code("40999", listed=False) == "40999"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("401064", "40106"),
        ("40106", "40106"),
        ("40", "40"),
        ("４０", "40"),
        ("1", "01"),
        ("01.0", "01"),
        ("48", ""),
        ("0", ""),
        ("401", ""),
        ("x", ""),
        ("", ""),
    ],
)
def test_a_published_code_is_of_a_municipality_or_a_prefecture(text, code):
    assert FINDER.area_or_prefecture_code(text) == code


def test_former_names_and_codes_lead_to_the_present_municipality():
    finder = MunicipalityFinder(REFERENCE)
    assert finder.by_code("40305") == ("40231", False)
    assert finder.by_code("403059") == ("40231", False)
    assert finder.by_code("22131") == ("22131", False)
    assert finder.by_code("22138") == ("22138", False)
    for name in ("筑紫郡那珂川町", "那珂川町", "那珂川市"):
        assert finder.by_name("福岡県", name).code == "40231"
    assert finder.by_name("栃木県", "那須郡那珂川町").code == "09411"
    assert finder.by_address("兵庫県篠山市北新町41") == "28221"
    assert finder.by_address("静岡県浜松市中央区元城町103-2") == "22138"
