"""Cities of wards and what is above them, from the shipped list."""

from __future__ import annotations

from collections import Counter

from geoportal.index.hierarchy import district_members, upper_districts
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
