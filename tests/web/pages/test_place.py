"""What the place box is taken for: an address, a ward, a name, words, or nothing yet."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from geoportal.address.result import Candidate, GeocodeResult
from geoportal.web.pages.search_answer import read_place
from geoportal.web.pages.search_form import SearchForm

POINT = {"lon": 130.88, "lat": 33.88}
WARD = {"match_level": "municipality", "municipality_code": "40106"}
TWO = tuple(
    Candidate(130.9, 33.9, "town", "福岡県", ward, code, "畑", 900.0, f"福岡県{ward}畑")
    for ward, code in (("北九州市門司区", "40101"), ("北九州市八幡西区", "40109"))
)


class View:
    """A view that takes every address for one place, with one ward that has an outline."""

    def __init__(self, result: GeocodeResult) -> None:
        self.result, self.asked = result, []
        self.snapshot = SimpleNamespace(
            districts={"40106"}, knows_district=lambda _code: False, in_district=lambda _code: ()
        )

    def geocode(self, text):
        self.asked.append(text)
        return self.result


@pytest.mark.parametrize(
    ("result", "taken_for", "notice", "district"),
    [
        (GeocodeResult("ok", match_level="town", **POINT), "address", "", ""),
        (GeocodeResult("partial", match_level="town", **POINT), "address", "", ""),
        (GeocodeResult("ok", **WARD, **POINT), "ward", "address-ward", "40106"),
        (
            GeocodeResult("ok", match_level="municipality", municipality_code="1", **POINT),
            *("address", "", ""),
        ),
        (GeocodeResult("ok", match_level="prefecture", **POINT), "", "address-partial", ""),
        (GeocodeResult("partial", match_level="town"), "", "address-partial", ""),
        (GeocodeResult("ambiguous", candidates=TWO), "", "address-ambiguous", ""),
        (GeocodeResult("ambiguous"), "", "address-partial", ""),
        (GeocodeResult("not_found"), "words", "searched-as-name", ""),
        (GeocodeResult("invalid"), "words", "searched-as-name", ""),
    ],
)
def test_what_an_address_leads_to(result, taken_for, notice, district):
    outcome = read_place(View(result), SearchForm(address="畑1"))
    assert (outcome.place, outcome.notice) == (taken_for, notice)
    assert outcome.form.district == district
    if taken_for == "words":
        assert (outcome.form.text, outcome.form.address) == ("畑1", "")
    if notice == "address-ambiguous":
        assert outcome.candidates == tuple(candidate.text for candidate in TWO)


@pytest.mark.parametrize(
    ("form", "taken_for"),
    [
        (SearchForm(), ""),
        (SearchForm(text="見本"), "words"),
        (SearchForm(address="畑1", point=(130.88, 33.88)), "point"),
        (SearchForm(address="見本クリニック", by_name=True), "words"),
        (SearchForm(address="093-000-0000"), "words"),
    ],
)
def test_what_needs_no_geocoding_is_not_geocoded(form, taken_for):
    view = View(GeocodeResult("ok", match_level="town", **POINT))
    outcome = read_place(view, form)
    assert (outcome.place, view.asked) == (taken_for, [])
    assert outcome.form.address == ""
