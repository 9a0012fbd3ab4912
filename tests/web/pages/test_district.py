"""The list on a district's page: complete, grouped by kind, page by page."""

from __future__ import annotations

import re
from collections import Counter
from types import SimpleNamespace
from typing import cast

import pytest
from flask.testing import FlaskClient
from shapely.geometry import MultiPolygon, box

from geoportal.domain.centre import Centre
from geoportal.domain.district import District
from geoportal.services.portal import shipped_reference
from geoportal.services.view import View
from geoportal.web.pages import district, listing
from geoportal.web.pages.district import district_groups, home_districts
from tests.factories import make_snapshot

WARD = "40106"
_LINK = re.compile(r'href="/facilities/([^"?]+)')


def listed(client: FlaskClient, query: str = "") -> list[str]:
    """Return the ids a district's pages list, followed from page to page."""
    path, ids = f"/districts/{WARD}{query}", []
    while path:
        html = client.get(path).get_data(as_text=True)
        ids += _LINK.findall(html.split('id="district-list"')[1])
        following = re.search(r'rel="next" href="([^"]+)"', html)
        path = following[1].replace("&amp;", "&") if following else ""
    return ids


def answered(client: FlaskClient) -> dict[str, str]:
    """Return the kind of every facility that the API finds in the ward, by id."""
    found: dict[str, str] = {}
    total = 1
    while len(found) < total:
        question = {"district": WARD, "include": "all", "limit": 200, "offset": len(found)}
        answer = client.post("/api/v1/search", json=question).get_json()
        total = answer["numberMatched"]
        found |= {f["id"]: f["properties"]["kind"] for f in answer["features"]}
    return found


@pytest.mark.parametrize("per_page", [7, 10_000])
def test_the_pages_of_a_ward_list_each_facility_of_the_api_once(
    sample_city: FlaskClient, monkeypatch: pytest.MonkeyPatch, per_page: int
) -> None:
    monkeypatch.setattr(listing, "PER_PAGE", per_page)
    kinds = answered(sample_city)
    ids = listed(sample_city)
    assert sorted(ids) == sorted(kinds)
    order = [kinds[id_] for id_ in ids]
    assert len(list(dict.fromkeys(order))) == sum(
        1 for number, kind in enumerate(order) if number == 0 or order[number - 1] != kind
    ), "each kind is one run"
    for kind in ("clinic", "visiting_nursing"):
        of_kind = [id_ for id_, other in kinds.items() if other == kind]
        assert set(listed(sample_city, f"?kind={kind}")) == set(of_kind)


def test_counts_stand_beside_the_kinds(sample_city: FlaskClient) -> None:
    counts = Counter(answered(sample_city).values())
    html = sample_city.get(f"/districts/{WARD}").get_data(as_text=True)
    shown = {
        kind: int(count)
        for kind, count in re.findall(r"kind=(\w+)\".*?</a> <span>(\d+)件</span>", html)
    }
    assert shown == counts
    assert f"この地区の施設は{sum(counts.values())}件です" in html


def test_a_list_is_by_town_then_number(sample_city: FlaskClient) -> None:
    html = sample_city.get(f"/districts/{WARD}?kind=clinic").get_data(as_text=True)
    addresses = re.findall(r'rows__address"><span lang="ja">([^<]+)', html)
    split = [re.fullmatch(r".*?小倉北区(\D+)(\d+)(\D+)(\d+)(\D+)(\d+).*", a) for a in addresses]
    keys = [(m[1], int(m[2]), int(m[4]), int(m[6])) for m in split if m]
    assert len(keys) > 10
    towns = [key[0] for key in keys]
    assert len(list(dict.fromkeys(towns))) == len(set(towns))
    for town in set(towns):
        numbers = [key[1:] for key in keys if key[0] == town]
        assert numbers == sorted(numbers)


@pytest.mark.parametrize("query", ["kind=shop", "page=0", "page=99", "page=x", "page=-1"])
def test_a_page_that_is_none_is_not_found(sample_city: FlaskClient, query: str) -> None:
    assert sample_city.get(f"/districts/{WARD}?{query}").status_code == 404


def test_a_district_without_data_says_so(sample_city: FlaskClient) -> None:
    html = sample_city.get("/districts/01101").get_data(as_text=True)
    assert "この地区の施設のデータはありません" in html
    assert "0件" not in html


def test_breadcrumbs_and_centres_are_read_in_the_language_of_the_page(
    sample_city: FlaskClient,
) -> None:
    def crumbs(language: str) -> str:
        html = sample_city.get(f"/districts/40106?lang={language}").text
        return re.sub(r"<[^>]+>", "", re.search(r'class="crumbs">(.*?)</p>', html, re.DOTALL)[1])

    assert crumbs("ja").endswith("福岡県 › 北九州市 › 小倉北区")
    assert "Kokurakita Ward 小倉北区" in crumbs("en")
    assert "Kitakyushu City 北九州市" in crumbs("en")


def _view(count: int, *, served: str) -> View:
    """Return a view on the wards of 北九州市 and so many municipalities of 北海道."""
    reference = shipped_reference()
    north = [code for code in sorted(reference.municipalities) if "01202" <= code < "02"][:count]
    areas = [
        *(District(code, code, "municipality", "01") for code in north),
        District("40100", "北九州市", "municipality", "4013"),
        District("40106", "小倉北区", "ward", "40100"),
    ]
    square = MultiPolygon([box(0, 0, 1, 1)])
    snapshot = make_snapshot(
        [],
        outlines=[(area, square) for area in areas],
        centres=[Centre("c", "liaison_centre", "窓口", districts=(served,))],
    )
    return cast("View", SimpleNamespace(snapshot=snapshot, reference=reference))


def test_places_stand_under_their_city_or_prefecture_those_of_a_centre_first() -> None:
    groups = district_groups(_view(2, served="40106"))
    assert [group["label"] for group in groups] == ["福岡県", "北九州市", "北海道"]
    assert [d.code for d in groups[2]["districts"]] == ["01202", "01203"]
    assert [g["label"] for g in district_groups(_view(0, served="40106"))] == ["北九州市", ""]


def test_of_many_places_elsewhere_the_start_page_names_the_prefectures(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    view = _view(3, served="40106")
    home, others, are_prefectures = home_districts(view)
    assert [d["code"] for d in home] == ["40100", "40106"]
    assert ([d["code"] for d in others], are_prefectures) == (["01202", "01203", "01204"], False)
    monkeypatch.setattr(district, "MOST_DOORS", 2)
    home, others, are_prefectures = home_districts(view)
    assert (len(home), others, are_prefectures) == (2, [{"code": "01", "name": "北海道"}], True)
