"""Names a map writes: in the page's language, of what is held and of what lies around."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient


@pytest.mark.parametrize(
    ("language", "ward", "strait"),
    [
        ("ja", "小倉北区", "関門海峡"),
        ("ja-easy", "小倉北区《こくらきたく》", "関門海峡《かんもんかいきょう》"),
        ("en", "Kokurakita Ward", "Kanmon Strait"),
    ],
)
def test_names_are_in_the_language_of_the_page(
    sample_city: FlaskClient, language: str, ward: str, strait: str
) -> None:
    names = sample_city.get(f"/map/names?lang={language}").get_json()
    assert names["districts"]["40106"] == ward
    assert "40106-w1" not in names["districts"]  # local areas have no name on the map
    water = next(place for place in names["places"] if place["text"] == strait)
    assert water["kind"] == "water"
    assert 130.7 < water["lon"] < 131.3
    assert 33.85 < water["lat"] < 34.08
    waters = [place["text"] for place in names["places"] if place["kind"] == "water"]
    assert len(waters) == 2, "the sea around an island has no name of its own"


def test_only_municipalities_without_an_outline_are_named_at_their_towns(
    sample_city: FlaskClient,
) -> None:
    names = sample_city.get("/map/names?lang=ja").get_json()
    around = {place["text"] for place in names["places"] if place["kind"] != "water"}
    assert around.isdisjoint(names["districts"].values())
