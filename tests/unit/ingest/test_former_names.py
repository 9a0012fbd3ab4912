"""Names of the past in files: what several had, or what was divided, is no municipality."""

from __future__ import annotations

import pytest

from geoportal.ingest.reading.municipalities import municipality_finder
from geoportal.services.portal import shipped_reference

FINDER = municipality_finder(shipped_reference())


@pytest.mark.parametrize(
    ("prefecture", "name", "code"),
    [
        ("千葉県", "香取郡小見川町", "12236"),
        ("千葉県", "小見川町", "12236"),
        ("兵庫県", "宍粟郡一宮町", "28227"),
        ("兵庫県", "津名郡一宮町", "28226"),
        ("兵庫県", "一宮町", ""),
        ("群馬県", "東村", ""),
        ("山梨県", "上九一色村", ""),
        ("千葉県", "旭市", "12215"),
    ],
)
def test_names_of_the_past_lead_to_one_place_or_none(prefecture, name, code):
    found = FINDER.by_name(prefecture, name)
    assert (found.code if found else "") == code
    assert FINDER.by_address(f"{prefecture}{name}123") == code


@pytest.mark.parametrize(
    ("text", "prefecture", "read"),
    [
        ("12344", "", ("12236", False)),
        ("123447", "千葉県", ("12236", False)),
        ("12343", "", ("01234", True)),  # 012343 is 北広島市, 12343 was 香取郡大栄町
        ("12343", "千葉県", ("12211", False)),
        ("12106", "", ("12106", False)),
        ("12106", "北海道", ("01210", True)),
    ],
)
def test_codes_of_today_come_before_those_of_the_past(text, prefecture, read):
    assert FINDER.by_code(text, prefecture) == read
