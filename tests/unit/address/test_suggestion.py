"""Completion while typing."""

from __future__ import annotations

import pytest

from geoportal.address.geocode import Geocoder


@pytest.mark.parametrize(
    ("typed", "hint", "towns"),
    [
        ("青葉", "", ["青葉", "青葉台"]),
        ("あお", "", ["青葉台"]),
        ("ｱｵﾊﾞ", "", ["青葉台"]),
        ("青", "北九州市門司区", ["青葉台"]),
        ("門司区青", "", ["青葉台"]),
        ("北九州市青", "", ["青葉", "青葉台"]),
        ("北九州市小倉北区青", "", ["青葉"]),
        ("大字畑", "40109", ["大字畑"]),
        ("畑", "", ["大字畑", "大字畑"]),
        ("青葉1", "", ["青葉一丁目"]),
        ("小倉北区青葉２丁", "", ["青葉二丁目"]),
        ("門司区青葉1", "", []),
        ("青葉0", "", []),
        ("", "", []),
        ("存在しない", "", []),
    ],
)
def test_towns_by_their_beginning(
    geocoder: Geocoder, typed: str, hint: str, towns: list[str]
) -> None:
    assert [one.town for one in geocoder.suggest(typed, hint=hint)] == towns


def test_no_more_than_asked_for(geocoder: Geocoder) -> None:
    assert len(geocoder.suggest("大字", limit=2, hint="福岡県")) <= 2
    assert len(geocoder.suggest("青葉", limit=1)) == 1
