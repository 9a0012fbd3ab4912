"""The what-if form of /coverage: what it says equals a recomputation with its own geodesics."""

from __future__ import annotations

import html
import math
import re
from functools import cache
from typing import Any

import pytest
from flask.testing import FlaskClient
from pyproj import Geod
from werkzeug.test import TestResponse

from geoportal.address.result import Candidate, GeocodeResult
from geoportal.coverage.service import NO_CHANGE
from geoportal.services.view import View
from geoportal.web.coverage.plan import read_plan
from geoportal.web.language.messages import messages

GEOD = Geod(ellps="GRS80")
DOCTORS: dict[str, Any] = {"area": "40100", "kind": ["hospital", "clinic"], "need": ["VM.REG"]}
QUERY = "area=40100&kind=hospital&kind=clinic&need=VM.REG"
TOBATA = (130.829, 33.896)
PLANNED = "130.88,33.88,2,見本"
HOSTILE = "<script>alert(1)</script>\"'&"


def post(client: FlaskClient, language: str = "ja", **fields: Any) -> TestResponse:
    return client.post(f"/coverage?lang={language}", data={**DOCTORS, **fields})


def result(response: TestResponse) -> str:
    """Return the part of the page that tells what the what-if leads to, as text."""
    assert response.status_code == 200
    page = response.get_data(as_text=True)
    found = re.search(r'<section class="coverage-result".*?</section>', page, re.DOTALL)
    assert found
    return html.unescape(re.sub(r"<rp>.*?</rp>|<rt>.*?</rt>|<[^>]+>", "", found[0]))


def hidden(response: TestResponse, name: str) -> list[str]:
    page = response.get_data(as_text=True)
    found = re.findall(rf'<input type="hidden" name="{name}" value="([^"]*)">', page)
    return [html.unescape(value) for value in found]


@cache
def held_cells(client: FlaskClient) -> dict[str, Any]:
    return client.get(f"/api/v1/coverage?{QUERY}").get_json()["cells"]


def lacking(client: FlaskClient, *sites: tuple[float, float], possible: bool = False) -> int:
    """Count who has none within 2 km, cell by cell, with facilities added at the sites."""
    cells = held_cells(client)
    counts = cells["within_2000_m_possible" if possible else "within_2000_m"]
    people = [
        cells["pop75"][n]
        for n, count in enumerate(counts)
        if count == 0
        and all(
            GEOD.inv(lon, lat, cells["lon"][n], cells["lat"][n])[2] > 2000 for lon, lat in sites
        )
    ]
    return round(math.fsum(people))


@pytest.mark.slow
def test_a_place_from_the_map_is_told_before_and_after(sample_city):
    answer = post(sample_city, point="130.829,33.896", place="", capacity="1")
    told = result(answer)
    before, after = lacking(sample_city), lacking(sample_city, TOBATA)
    assert after < before
    assert (
        "この場所に訪問診療（病院・診療所）が1か所増えると、北九州市の75歳以上で 2 km 以内に"
        f"1か所もない人が {before:,} 人から {after:,} 人に減ります。" in told
    )
    low, high = (lacking(sample_city, *at, possible=True) for at in ((), (TOBATA,)))
    assert f"対応が未確認の施設も数えると、{low:,} 人から {high:,} 人です。" in told
    assert "戸畑区（地図で選んだ場所）" in told
    assert hidden(answer, "planned") == ["130.829000,33.896000,1,戸畑区（地図で選んだ場所）"]
    assert "場所が入っていません" not in told


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("ja", "に減ります"),
        ("en", "fall from"),
        ("ja-easy", "へります"),
    ],
)
def test_every_language_tells_it(sample_city, language, words):
    assert words in result(post(sample_city, language, point="130.829,33.896"))


def test_each_district_stands_beside_what_it_was(sample_city):
    page = post(sample_city, point="130.829,33.896").get_data(as_text=True)
    section = re.search(r'<section class="coverage-plan".*?</section>', page, re.DOTALL)[0]
    rows = re.findall(r"<tr[^>]*><th scope=\"row\">(.*?)</th>(.*?)</tr>", section)
    assert len(rows) == 8
    changed = {
        name: [int(n.replace(",", "")) for n in re.findall(r"[\d,]+(?= <span|<|</strong>)", cells)]
        for name, cells in rows
    }
    assert changed["戸畑区"][0] > changed["戸畑区"][1]
    assert changed["門司区"][0] == changed["門司区"][1]
    assert sum(changed[name][0] for name, _ in rows[:-1]) == pytest.approx(
        changed["北九州市"][0], abs=4
    )


def test_an_address_is_placed_at_its_town_and_no_finer(sample_city):
    answer = post(sample_city, place="北九州市門司区松風町一丁目2番3号")
    value = hidden(answer, "planned")[0]
    assert "松風町一丁目" in value
    assert "2番" not in value
    lon, lat = (float(part) for part in value.split(",")[:2])
    place = sample_city.post(
        "/api/v1/locate", json={"address": "北九州市門司区松風町一丁目2番3号"}
    ).get_json()
    assert GEOD.inv(lon, lat, place["lon"], place["lat"])[2] < 1
    assert f"{lacking(sample_city, (lon, lat)):,} 人" in result(answer)


def test_a_district_gets_the_cell_that_reaches_most(sample_city):
    value = hidden(post(sample_city, place_district="40105"), "planned")[0]
    lon, lat = (float(part) for part in value.split(",")[:2])
    cells = held_cells(sample_city)
    own = [n for n, code in enumerate(cells["district"]) if code == "40105"]

    def reached(lon: float, lat: float) -> float:
        return math.fsum(
            cells["pop75"][n]
            for n in own
            if cells["within_2000_m"][n] == 0
            and GEOD.inv(lon, lat, cells["lon"][n], cells["lat"][n])[2] <= 2000
        )

    best = max(reached(cells["lon"][n], cells["lat"][n]) for n in own)
    assert reached(lon, lat) == pytest.approx(best)


def test_places_join_and_can_be_undone_one_by_one(sample_city):
    first = hidden(post(sample_city, point="130.829,33.896"), "planned")
    both = post(sample_city, planned=first, point="130.75,33.80", capacity="２０")
    held = hidden(both, "planned")
    assert len(held) == 2
    assert "（定員 20）" in result(both)
    sites = [tuple(float(part) for part in item.split(",")[:2]) for item in held]
    assert f"{lacking(sample_city, *sites):,} 人" in result(both)
    left = post(sample_city, planned=held, undo=held[0])
    assert hidden(left, "planned") == held[1:]
    none = post(sample_city, planned=held[1:], undo=held[1])
    assert none.status_code == 303
    assert "planned" not in none.location


def test_what_only_closes_becomes_a_url_to_keep(sample_city):
    page = sample_city.get(f"/coverage?{QUERY}").get_data(as_text=True)
    worst = re.search(r'name="remove" value="([^"]+)">', page)[1]
    answer = post(sample_city, remove=worst)
    assert answer.status_code == 303
    assert f"remove={worst}" in answer.location
    assert answer.location.startswith("/coverage?")
    told = result(sample_city.get(answer.location.partition("#")[0]))
    assert "がなくなると" in told
    both = result(post(sample_city, remove=worst, point="130.829,33.896"))
    assert "がなくなり、訪問診療（病院・診療所）が1か所増えると" in both


def test_capacity_moves_accessibility_and_nothing_else(sample_city):
    def figures(capacity: float) -> dict[str, Any]:
        body = {**WHAT_IF, "add": [{"lon": 130.829, "lat": 33.896, "capacity": capacity}]}
        return sample_city.post("/api/v1/coverage", json=body).get_json()["total"]

    one, ten = figures(1), figures(10)
    moved = {key for key in one if one[key] != ten[key]}
    assert moved == {"floating_catchment", "floating_catchment_possible"}
    assert ten["floating_catchment"] > one["floating_catchment"]


WHAT_IF = {
    "area": "40100",
    "kind": ["hospital", "clinic"],
    "need": ["VM.REG"],
    "cells": False,
}


def test_page_and_api_tell_the_same(sample_city):
    body = {**WHAT_IF, "add": [{"lon": 130.829, "lat": 33.896}]}
    answer = sample_city.post("/api/v1/coverage", json=body)
    assert answer.headers["Cache-Control"] == "no-store"
    total = answer.get_json()["total"]
    left = total["pop75"] - total["pop75_with_1_within_2000_m"]
    assert round(left) == lacking(sample_city, TOBATA)
    assert f"{round(left):,} 人に減ります" in result(post(sample_city, point="130.829,33.896"))


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"add": [{"lon": 230, "lat": 33}]}, 400),
        ({"add": [{"lon": 130, "lat": 33, "capacity": 0}]}, 400),
        ({"add": [{"lon": 130, "lat": 33, "name": "家"}]}, 400),
        ({"add": [{"lon": 130, "lat": 33}] * 21}, 400),
        ({"add": [{"lon": 2.35, "lat": 48.85}]}, 400),
        ({"add": [{"lon": 33.88, "lat": 130.87}]}, 400),
        ({"ring": 3000}, 400),
        ({"area": "99999"}, 404),
        ({"remove": ["nobody"]}, 404),
    ],
)
def test_the_api_refuses_what_cannot_be_meant(sample_city, fields, status):
    answer = sample_city.post("/api/v1/coverage", json={**WHAT_IF, **fields})
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    assert "家" not in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"place": ""}, "場所が入っていません"),
        ({"place": "ヌヌヌ県ヌヌヌ市1-1"}, "見つかりませんでした"),
        ({"place": "北九州市門司区"}, "市区町村名だけでは場所が決まりません"),
        ({"place": "北九州市門司区松風町一丁目", "capacity": "たくさん"}, "定員は"),
        ({"point": "130.8,33.8", "capacity": "-1"}, "定員は"),
        ({"point": "130.8,33.8", "capacity": "nan"}, "定員は"),
        ({"point": "230.8,33.8"}, "読み取れませんでした"),
        ({"point": "nan,nan"}, "読み取れませんでした"),
        ({"point": HOSTILE}, "読み取れませんでした"),
        ({"place_district": "13101"}, "場所を決められません"),
    ],
)
def test_a_place_that_cannot_be_used_says_why(sample_city, fields, words):
    answer = post(sample_city, **fields)
    assert words in result(answer)
    assert hidden(answer, "planned") == []
    if fields.get("place"):
        assert f'value="{fields["place"]}"' in answer.get_data(as_text=True)


def test_no_more_than_five_can_be_added(sample_city):
    held = [f"130.8{n},33.85,1,仮" for n in range(5)]
    answer = post(sample_city, planned=held, point="130.9,33.85")
    assert "増やせるのは 5 か所まで" in result(answer)
    assert len(hidden(answer, "planned")) == 5


@pytest.mark.parametrize("sent", ["", "1,2,3", "x,y,1,仮", "130,33,0,仮", HOSTILE])
def test_a_broken_hidden_field_is_passed_over(view, sent):
    values = {"planned": [sent], "point": ["130.829,33.896"]}
    plan = read_plan(view, values, lambda _: None, messages("ja"))
    assert [planned.lon for planned in plan.changes.add] == [130.829]


def test_a_hostile_label_is_only_text(sample_city):
    page = post(sample_city, planned=f"130.829,33.896,1,{HOSTILE}").get_data(as_text=True)
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_a_planned_place_stands_in_no_url_log_or_cache(sample_city, capsys):
    answer = post(sample_city, point="130.829111,33.896222", place="")
    page = answer.get_data(as_text=True)
    assert answer.headers["Cache-Control"] == "no-store"
    assert not [url for url in re.findall(r'(?:href|src|action)="([^"]*)"', page) if "130.8" in url]
    assert "130.829111" not in "".join(capsys.readouterr())


@pytest.mark.parametrize("name", ["planned", "point", "place", "chosen", "place_district"])
def test_a_place_in_a_url_is_passed_over(sample_city, name):
    page = sample_city.get(f"/coverage?{QUERY}&{name}=130.829,33.896,1,x").get_data(as_text=True)
    assert "coverage-result" not in page
    assert "130.829,33.896" not in page


def test_an_ambiguous_address_is_asked_about(sample_city, monkeypatch):
    view = sample_city.application.extensions["geoportal"].view()
    place = view.geocode("北九州市門司区松風町一丁目")
    other = view.geocode("北九州市門司区松風町二丁目")
    unsure = GeocodeResult("ambiguous", candidates=(_candidate(place), _candidate(other)))
    with monkeypatch.context() as patch:
        patch.setattr(View, "geocode", lambda *_: unsure)
        asked = post(sample_city, place="松風町", capacity="3")
    assert "何か所かにあります" in result(asked)
    offered = re.findall(r'name="chosen" value="([^"]+)"', asked.get_data(as_text=True))
    assert len(offered) == 2
    chosen = post(sample_city, place="松風町", chosen=html.unescape(offered[1]))
    assert hidden(chosen, "planned") == [html.unescape(offered[1])]
    assert ",3," in offered[1]


def _candidate(found: GeocodeResult) -> Candidate:
    return Candidate(
        found.lon,
        found.lat,
        found.match_level,
        found.prefecture,
        found.municipality,
        found.municipality_code,
        found.town,
        found.uncertainty_m,
        f"{found.prefecture}{found.municipality}{found.town}",
    )


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({}, "coverage-plan-nothing"),
        ({"remove": ["no-such-facility"]}, "coverage-plan-nothing"),
        ({"planned": ["damaged"]}, "coverage-plan-nothing"),
        ({"chosen": [PLANNED]}, ""),
        ({"planned": [PLANNED]}, ""),
        ({"undo": [PLANNED], "planned": [PLANNED]}, ""),
        ({"point": ["130.88,33.88"]}, ""),
        ({"point": ["130.88,33.88"], "capacity": ["0"]}, "coverage-plan-capacity-wrong"),
        ({"point": ["130.88"]}, "coverage-plan-point"),
        ({"point": ["181,33.88"]}, "coverage-plan-point"),
    ],
)
def test_only_a_form_that_changes_nothing_is_told_so(view, values, problem):
    plan = read_plan(view, values, lambda _: None, messages("ja"))
    assert plan.problem == problem
    if problem:
        assert plan.changes == NO_CHANGE
    elif "undo" not in values:
        assert [planned.lon for planned in plan.changes.add] == [130.88]


def test_a_facility_is_closed_and_opened_again(view):
    id_ = view.snapshot.facilities[0].id

    def changes(**values):
        plan = read_plan(view, values, lambda _: None, messages("ja"))
        assert plan.problem == ""
        return plan.changes

    assert changes(remove=[id_, id_]).remove == (id_,)
    assert changes(remove=[id_], undo=[id_]) == NO_CHANGE
