"""Cities of wards and what is above them, from the shipped list."""

from __future__ import annotations

from collections import Counter

import pytest

from geoportal.index.hierarchy import (
    codes_of_name,
    district_members,
    successors,
    upper_districts,
)
from geoportal.services.portal import shipped_reference


def test_every_upper_district_is_one_and_has_all_its_members() -> None:
    reference = shipped_reference()
    upper = upper_districts(reference)
    assert max(Counter(district.code for district in upper).values()) == 1
    for prefecture in (d for d in upper if d.level == "prefecture"):
        own = {code for code in reference.municipalities if code[:2] == prefecture.code}
        assert set(upper[prefecture]) == own


def test_a_city_with_wards_in_two_medical_areas_has_all_wards_and_belongs_to_its_prefecture() -> (
    None
):
    reference = shipped_reference()
    kawasaki = next(d for d in upper_districts(reference) if d.code == "14130")
    assert (kawasaki.name, kawasaki.parent) == ("川崎市", "14")
    wards = {f"1413{n}" for n in range(1, 8)}
    assert set(district_members(reference)["14130"]) == wards
    kitakyushu = next(d for d in upper_districts(reference) if d.code == "40100")
    assert kitakyushu.parent == reference.municipalities["40106"].medical_area_code


@pytest.mark.parametrize(
    ("code", "today"),
    [
        ("22131", ("22138",)),
        ("22135", ("22138", "22139")),
        ("22202", ("22130",)),  # 浜松市 before its wards
        ("11226", ("11203",)),
        ("22138", ()),
        ("28221", ()),  # only its name changed
        ("99999", ()),
    ],
)
def test_a_code_of_the_past_leads_to_those_of_today(code: str, today: tuple[str, ...]) -> None:
    assert successors(shipped_reference(), code) == today


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("浜松市中区", {"22138"}),
        ("静岡県浜松市北区", {"22138", "22139"}),
        ("浜北市", {"22139"}),  # a ward until 2024, a city until 2005
        ("鳩ヶ谷市", {"11203"}),
        ("鳩ケ谷市", {"11203"}),
        ("熊本県鹿本郡植木町", {"43105"}),
        ("植木町", {"43105"}),
        ("北九州市", {"40100"}),
        ("小倉北区", {"40106"}),
        ("府中市", {"13206", "34208"}),
        ("那珂川町", {"09411", "40231"}),  # one of today, and one that is 那珂川市 now
        ("なにか市", set()),
        ("", set()),
    ],
)
def test_a_name_of_today_or_of_the_past_leads_to_the_districts_of_today(
    name: str, codes: set[str]
) -> None:
    assert set(codes_of_name(shipped_reference(), name)) == codes
