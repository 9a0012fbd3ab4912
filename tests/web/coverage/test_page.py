"""The coverage page: sentences, table and map agree with each other and with the API's figures."""

from __future__ import annotations

import html
import json
import math
import re
from functools import cache
from typing import Any

import pytest
from flask.testing import FlaskClient

DOCTORS = "area=40100&kind=hospital&kind=clinic&need=VM.REG"
RINGS = (1000, 2000, 4000, 8000, 16000)


@cache
def text(client: FlaskClient, query: str = DOCTORS, language: str = "ja") -> str:
    response = client.get(f"/coverage?lang={language}&{query}")
    assert response.status_code == 200
    return response.get_data(as_text=True)


@cache
def figures(client: FlaskClient, query: str = DOCTORS) -> Any:
    return client.get(f"/api/v1/coverage?{query}").get_json()


def rows(page: str, table: str = "coverage-compared") -> list[list[str]]:
    """Return the rows of a table's body and foot as text, cell by cell."""
    found = re.search(rf'<table class="counts {table}".*?</table>', page, re.DOTALL)
    body = found[0].partition("</thead>")[2]
    return [
        [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<t[hd][^>]*>(.*?)</t", row)]
        for row in re.findall(r"<tr.*?</tr>", body, re.DOTALL)
    ]


def drawn(page: str) -> Any:
    found = re.search(r'id="coverage-data">(.*?)</script>', page, re.DOTALL)
    return json.loads(found[1])["map"]


@pytest.mark.parametrize("ring", RINGS)
def test_the_table_holds_the_figures_of_the_api_at_every_distance(sample_city, ring):
    answer = figures(sample_city)
    held = {row["name"]: row for row in (*answer["districts"], answer["total"])}
    shown = rows(text(sample_city, f"{DOCTORS}&ring={ring}"))
    assert len(shown) == 8
    for name, _rank, people, *cells in shown:
        row = held[name]
        with_one = [row[f"pop75_with_1_within_{ring}_m{mark}"] for mark in ("_possible", "")]
        low, high = (row["pop75"] - value for value in with_one)
        assert people == f"{row['pop75']:,.0f}"
        assert cells[3].split("–")[-1] == f"{high:,.0f}"
        assert cells[3].split("–")[0] == f"{low:,.0f}"
        mean = row[f"within_{ring}_m"]
        assert cells[2].split("–")[0] == f"{mean:,.1f}"
        assert cells[7].split("–")[0] == f"{10000 * row['floating_catchment']:,.1f}"
    shares = [
        round(1 - held[row[0]][f"pop75_with_1_within_{ring}_m"] / held[row[0]]["pop75"], 9)
        for row in shown[:-1]
    ]
    assert shares == sorted(shares, reverse=True)
    ranks = [int(row[1]) for row in shown[:-1]]
    assert ranks == [1 + sum(other > share for other in shares) for share in shares]


@pytest.mark.parametrize("ring", [1000, 4000])
def test_the_map_draws_the_figures_of_the_api(sample_city, ring):
    answer = figures(sample_city)
    cells, held = answer["cells"], drawn(text(sample_city, f"{DOCTORS}&ring={ring}"))
    for mark in ("", "_possible"):
        assert held["cells"][f"count{mark}"] == cells[f"within_{ring}_m{mark}"]
        for mine, theirs in zip(
            held["cells"][f"nearest{mark}"], cells[f"nearest_m{mark}"], strict=True
        ):
            assert mine == pytest.approx(theirs, abs=0.5)
        for mine, row in zip(held["districts"], answer["districts"], strict=True):
            share = 1 - row[f"pop75_with_1_within_{ring}_m{mark}"] / row["pop75"]
            assert mine[f"lack{mark}"] == pytest.approx(share, abs=1e-5)
            assert mine[f"per{mark}"] == pytest.approx(row[f"per_10000_pop75{mark}"], abs=1e-3)
    assert "was_count" not in held["cells"]


def test_the_map_of_a_what_if_draws_before_and_after(sample_city):
    fields = {"area": "40100", "kind": ["hospital", "clinic"], "need": "VM.REG"}
    answer = sample_city.post("/coverage", data={**fields, "point": "130.829,33.896"})
    held = drawn(answer.get_data(as_text=True))
    before = figures(sample_city)["cells"]["within_2000_m"]
    assert held["cells"]["was_count"] == before
    more = [now - was for now, was in zip(held["cells"]["count"], before, strict=True)]
    assert set(more) == {0, 1}
    assert [(place["lon"], place["lat"]) for place in held["planned"]] == [(130.829, 33.896)]


def test_evidence_and_night_are_other_questions(sample_city):
    wholes = {
        query: re.search(r'class="coverage-whole">(.*?)</p>', text(sample_city, DOCTORS + query))[1]
        for query in ("", "&evidence=filed", "&evidence=confirmed", "&time=night")
    }
    assert len(set(wholes.values())) == 4
    page = text(sample_city, f"{DOCTORS}&evidence=filed")
    assert '<option value="filed" selected>' in page
    assert "情報の確かさ：届出だけ" in page
    assert "evidence=filed" in re.search(r'href="(/coverage/figures.xlsx[^"]*)"', page)[1]


def test_a_ward_is_compared_by_its_local_areas(sample_city):
    query = "area=40106&local=日常生活圏域&kind=visiting_nursing"
    shown = rows(text(sample_city, query))
    assert {row[0] for row in shown} == {"見本圏域w1", "見本圏域w2", "区域外", "小倉北区"}
    people = {row[0]: float(row[2].replace(",", "")) for row in shown}
    ward = rows(text(sample_city, "area=40106&kind=visiting_nursing"))
    assert people["小倉北区"] == float(ward[0][2].replace(",", ""))
    assert sum(people.values()) == pytest.approx(2 * people["小倉北区"], abs=2)
    data = sample_city.get(f"/coverage/districts.csv?{query}").get_data(as_text=True)
    assert "見本圏域w1" in data
    assert "見本圏域" not in sample_city.get(
        "/coverage/districts.csv?area=40106&kind=visiting_nursing"
    ).get_data(as_text=True)


def test_without_local_areas_the_page_says_what_to_do(sample_city):
    page = text(sample_city, "area=40101&local=日常生活圏域&kind=visiting_nursing")
    assert "「分け方」を市区町村ごとにしてください" in page
    assert '<option value="日常生活圏域" selected>' in page


def test_people_can_be_counted_by_town(sample_city):
    page = text(sample_city, f"{DOCTORS}&demand=towns")
    held = drawn(page)
    assert held["unit"] == "towns"
    assert len(held["cells"]["lon"]) < len(drawn(text(sample_city))["cells"]["lon"])
    assert "町丁目別の人口です" in page
    assert "町丁目の代表点から、施設までの" in page
    assert "500 m メッシュの中心から" not in page
    assert '<option value="towns" selected>' in page
    assert "demand=towns" in re.search(r'href="(/coverage/figures.xlsx[^"]*)"', page)[1]


def test_the_population_is_set_against_the_register(sample_city):
    page = text(sample_city)
    cells = figures(sample_city)["cells"]
    section = page.partition('id="coverage-register-title"')[2] or page
    table = re.search(r"住民基本台帳（人）.*?</table>", section, re.DOTALL)[0]
    told = re.findall(r"<th scope=\"row\">(.*?)</th><td>([\d,]+)</td><td>([\d,]+)</td>", table)
    assert len(told) >= 7
    tobata = math.fsum(
        people
        for people, code in zip(cells["pop75"], cells["district"], strict=True)
        if code == "40105"
    )
    assert ("戸畑区", f"{tobata:,.0f}") in {(name, people) for name, people, _ in told}
    assert re.search(r"75歳以上の人のうち \d+%.* は、人数が少ないため", page)


def test_who_relies_on_one_or_on_neighbours_is_told_by_district(sample_city):
    page = text(sample_city)
    cells = figures(sample_city)["cells"]
    alone: dict[str, float] = {}
    for count, people, code in zip(
        cells["within_2000_m"], cells["pop75"], cells["district"], strict=True
    ):
        alone[code] = alone.get(code, 0.0) + (people if count == 1 else 0.0)
    section = re.search(r'id="coverage-single-title".*?</section>', page, re.DOTALL)[0]
    told = dict(re.findall(r'<th scope="row">([^<]+)</th><td>([\d,]+) \(', section))
    names = {row["name"]: row["district"] for row in figures(sample_city)["districts"]}
    assert set(told) == set(names)
    for name, people in told.items():
        assert people == f"{alone[names[name]]:,.0f}"
    assert re.search(r'<ol class="coverage-shares"><li><a href="/facilities/', section)


def test_a_facility_across_the_border_is_named_with_its_town(sample_city):
    section = text(sample_city, "area=40105&kind=visiting_nursing")
    listed = re.findall(r"</a>（([^）]+)） <span class=\"coverage-shares__people\"", section)
    assert any(name.endswith("区") and name != "戸畑区" for name in listed)


@pytest.mark.parametrize("language", ["ja", "ja-easy", "en"])
def test_the_question_is_carried_by_every_control(sample_city, language):
    query = "area=40106&kind=clinic&need=VM.REG&need=AC.ULCER&time=night&evidence=filed&ring=4000"
    page = text(sample_city, query, language)
    form = re.search(r'<form id="plan-form".*?</form>', page, re.DOTALL)[0]
    kept = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form)
    assert set(kept) == {
        ("area", "40106"),
        ("kind", "clinic"),
        ("need", "VM.REG"),
        ("need", "AC.ULCER"),
        ("time", "night"),
        ("evidence", "filed"),
        ("ring", "4000"),
    }
    assert f'action="/coverage?lang={language}#plan"' in form
    assert 'name="need" value="AC.ULCER" checked' in page
    presets = re.search(r'<nav class="coverage-presets".*?</nav>', page, re.DOTALL)[0]
    links = [html.unescape(link) for link in re.findall(r'href="([^"]+)"', presets)]
    assert all("area=40106" in link and "ring=4000" in link for link in links)
    assert len({link for link in links if "time=night" in link}) == 2


def test_no_kind_means_every_kind(sample_city):
    page = text(sample_city, "area=40106&kind=")
    assert figures(sample_city, "area=40106")["total"]["facilities"] > 100
    every = figures(sample_city, "area=40106")["total"]["facilities"]
    assert rows(page)[0][3] == str(every)
