"""What the place box is taken for: an address, a ward, a name, words, or nothing yet."""

from __future__ import annotations

import json
import re
from datetime import date
from types import SimpleNamespace

import pytest
from flask.testing import FlaskClient

from geoportal.address.result import Candidate, GeocodeResult
from geoportal.documents.search import home_document
from geoportal.domain.query import Origin, Query
from geoportal.index.kept_parts import KeptParts
from geoportal.search.interpret import Interpreter
from geoportal.services.portal import shipped_reference
from geoportal.web.pages.place_words import without_care_words
from geoportal.web.pages.search_answer import looks_like_phone, phone_digits, read_place
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

    def geocode(self, text, districts=()):
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


def visible(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", "", html))


def test_a_chosen_ward_decides_between_places(sample_city: FlaskClient) -> None:
    """茜町一丁目 lies in two wards: the one chosen is taken, the other stays one press away."""
    html = sample_city.post("/results", data={"address": "茜町一丁目", "district": "40109"}).text
    assert "「福岡県北九州市八幡西区茜町一丁目」付近 ±" in visible(html)
    assert "選んだ地域の中でさがしました" in html
    assert 'name="choice" value="福岡県北九州市小倉南区茜町一丁目"' in html
    elsewhere = sample_city.post(
        "/results", data={"address": "小倉南区茜町一丁目", "district": "40109"}
    ).text
    assert "「福岡県北九州市小倉南区茜町一丁目」付近 ±" in visible(elsewhere)
    assert "選んだ地域の中で" not in elsewhere


def test_the_api_says_what_place_was_understood(sample_city: FlaskClient) -> None:
    near = {"address": "茜町一丁目3-2"}
    assert sample_city.post("/api/v1/search", json={"near": near}).status_code == 422
    answer = sample_city.post("/api/v1/search", json={"near": near, "district": "40109"})
    origin = answer.get_json()["origin"]
    assert origin["place"] == "福岡県北九州市八幡西区茜町一丁目"
    assert origin["remainder"] == "3-2"
    assert origin["others"] == ["福岡県北九州市小倉南区茜町一丁目"]
    point = {"lon": 130.88, "lat": 33.88}
    origin = sample_city.post("/api/v1/search", json={"near": point}).get_json()["origin"]
    assert (origin["place"], origin["others"]) == ("", [])


def test_a_chome_that_does_not_exist_is_said(sample_city: FlaskClient) -> None:
    for path in ("/results", "/team"):
        sent = {"address": "小倉南区茜町99丁目3", "role": "doctor", "opened": "1"}
        text = visible(sample_city.post(path, data=sent).text)
        assert "「福岡県北九州市小倉南区茜町」付近 ±" in text, path
        assert "書かれた丁目は見つかりません" in text, path


@pytest.mark.parametrize(
    ("typed", "dialled"),
    [
        ("093-582-0101", "0935820101"),
        ("（０９３）５８２ー０１０１", "0935820101"),
        ("TEL：093.582.0101", "0935820101"),
        ("電話 093 582 0101", "0935820101"),
        ("+81 93 582 0101", "0935820101"),
        ("+81-(0)93-582-0101", "0935820101"),
    ],
)
def test_a_telephone_number_in_any_form(typed, dialled):
    assert looks_like_phone(typed)
    assert phone_digits(typed) == dialled


@pytest.mark.parametrize("typed", ["802-0065", "8020065", "〒802-0065", "８０２－００６５"])
def test_a_postal_code_is_a_place(typed):
    view = View(GeocodeResult("partial", match_level="town", **POINT))
    assert read_place(view, SearchForm(address=typed)).place == "address"
    assert view.asked == [typed]


def test_needs_kinds_and_departments_beside_a_place_are_filters(sample_city: FlaskClient) -> None:
    html = sample_city.post(
        "/results", data={"address": "小倉南区茜町一丁目 褥瘡　内科、診療所"}
    ).text
    assert "「福岡県北九州市小倉南区茜町一丁目」付近 ±" in visible(html)
    chips = re.findall(r'<li class="chip">.*?<span>(.*?)</span>', html)
    assert {"内科", "診療所"} <= set(chips)
    assert 'name="department" value="内科"' in html
    told = json.loads(html.split('id="answer">')[1].split("</script>")[0])["form"]
    assert (told["address"], told["needs"], told["kinds"]) == (
        "小倉南区茜町一丁目",
        ["AC.ULCER"],
        ["clinic"],
    )


def test_a_department_is_a_filter_of_its_own(sample_city: FlaskClient) -> None:
    asked = {"district": "40106", "include": "all", "limit": 500}
    every = sample_city.post("/api/v1/search", json=asked).get_json()["features"]
    full = [sample_city.get(f"/api/v1/facilities/{f['id']}").get_json() for f in every]
    with_it = {f["id"] for f in full if "内科" in f["properties"]["departments"]}
    answer = sample_city.post("/api/v1/search", json={**asked, "departments": ["内科"]})
    assert {f["id"] for f in answer.get_json()["features"]} == with_it
    assert 0 < len(with_it) < len(every)
    none = sample_city.post("/api/v1/search", json={**asked, "departments": ["無い科"]})
    assert none.get_json()["numberMatched"] == 0
    listed = sample_city.get("/api/v1/facilities?district=40106&department=内科&limit=500")
    assert {f["id"] for f in listed.get_json()["features"]} == with_it


def test_what_is_not_found_below_a_ward_is_said():
    result = GeocodeResult("partial", **WARD, **POINT, remainder="中央99丁目1-1")
    outcome = read_place(View(result), SearchForm(address="小倉北区中央99丁目1-1"))
    assert (outcome.notice, outcome.unread) == ("address-ward", "中央99丁目1-1")


REFERENCE = shipped_reference()
READER = Interpreter(
    REFERENCE.vocabulary,
    REFERENCE.reading_rules,
    {info.term: kind for kind, info in REFERENCE.kinds.items() if info.term},
)


@pytest.mark.parametrize(
    ("typed", "place", "kinds", "needs"),
    [
        ("dentist Kokurakita-ku", "Kokurakita-ku", ("dental_clinic",), ()),
        ("Kokura pharmacy", "Kokura", ("pharmacy",), ()),
        ("visiting nurse Moji", "Moji", ("visiting_nursing",), ()),
        ("home visit, Otemachi", "Otemachi", (), ("VM.REG",)),
        ("小倉北区 褥瘡", "小倉北区", (), ("AC.ULCER",)),
        ("home visit", "home visit", (), ()),
        ("1-1 Otemachi, Kitakyushu", "1-1 Otemachi, Kitakyushu", (), ()),
    ],
)
def test_words_of_care_beside_a_place_become_filters(typed, place, kinds, needs):
    departments = SimpleNamespace(departments=frozenset())
    view = SimpleNamespace(reference=REFERENCE, terms_of=READER.lookup, snapshot=departments)
    form = without_care_words(view, SearchForm(address=typed))
    assert (form.address, form.kinds, form.needs) == (place, kinds, needs)


@pytest.mark.parametrize(("held", "said"), [((), True), ((0,), False)])
def test_a_home_where_no_list_is_held_is_told_whom_to_ask(held, said):
    snapshot = SimpleNamespace(
        knows_district=lambda _code: True,
        in_district=lambda _code: held,
        facilities=[object()],
        holdings=None,
        centres_ever_for=lambda _code: (),
        centres=(),
        today=date(2026, 11, 22),
        districts=SimpleNamespace(touching=lambda *_box: set()),
        kept=KeptParts(),
    )
    view = SimpleNamespace(responsible_for=lambda *_: (), reference=REFERENCE, snapshot=snapshot)
    origin = Origin(135.5, 34.7, "point", 0.0, municipality_code="27127")
    document = home_document(view, Query(origin=origin, radius_m=1_000.0), None)
    assert ("unlisted" in document) is said
    if said:
        assert document["unlisted"]["municipality"] == "大阪府大阪市北区"
        assert document["unlisted"]["publisher"] == "近畿厚生局"
        assert set(document["unlisted"]["sites"]) == {"navii-facility", "kaigo"}
