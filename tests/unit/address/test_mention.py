"""An address mentioned in a note: found with its numbers, or nothing."""

from __future__ import annotations

import pytest

from geoportal.address.geocode import Geocoder
from geoportal.address.mention import find_address


@pytest.mark.parametrize(
    ("note", "place"),
    [
        ("自宅は小倉北区青葉2丁目3-4で独居。訪看を探しています。", "小倉北区青葉2丁目3-4"),
        ("福岡県北九州市門司区大里本町３丁目在住の85歳男性", "福岡県北九州市門司区大里本町３丁目"),
        ("門司区の青葉台に住む母。往診を希望", "門司区"),
        ("八幡西区則松七丁目。褥瘡あり", "八幡西区則松七丁目"),
        ("訪看希望（門司区青葉台5-6）", "門司区青葉台5-6"),
        ("八幡西区の病院に入院中、自宅は門司区青葉台です", "門司区青葉台"),
        ("青葉3丁目で一人暮らし", "青葉3丁目"),
        ("褥瘡2か所、吸引1日3回。訪問看護を週2回希望", ""),
        ("地区の民生委員から。市役所にも相談済み", ""),
        ("", ""),
    ],
)
def test_the_place_of_a_note(geocoder: Geocoder, note: str, place: str) -> None:
    found = find_address(geocoder, note)
    assert (note[slice(*found)] if found else "") == place


def test_a_long_note_is_read_at_once(geocoder: Geocoder) -> None:
    assert find_address(geocoder, "区は1" * 1300) is None
