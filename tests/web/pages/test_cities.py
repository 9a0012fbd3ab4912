"""Another city: its pages are its own, and where several are held one is chosen."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pyproj import Geod
from shapely.geometry import MultiPolygon, Point, box

from geoportal.domain.centre import Centre
from geoportal.domain.district import District
from geoportal.domain.facility import Facility
from geoportal.domain.place import Place
from geoportal.services.portal import Portal, shipped_reference
from geoportal.settings import Settings
from geoportal.store.centres import write_centres
from geoportal.store.database import Database, advance_dataset_version
from geoportal.store.facilities import write_facilities
from geoportal.store.outlines import StoredOutline, write_outlines
from geoportal.store.places import PlaceSet, replace_places
from geoportal.web.app import create_app
from tests.conftest import NOW
from tests.factories import KOKURA, make_facility

ELSEWHERE = re.compile("北九州|小倉|門司|八幡|若松|戸畑|Kitakyushu|Kokura|きたきゅうしゅう")
IN_CHIBA = {"municipality_code": "12101", "address": "千葉県千葉市中央区弁天1-1", "phone": "043-1"}
OFFICES = [
    Centre(
        f"anshin-{number}",
        "community_support_centre",
        f"千葉市あんしんケアセンター{name}",
        phone=f"043-000-000{number}",
        districts=("12101",),
        area=area,
        municipality="12101",
    )
    for number, (name, area) in enumerate([("弁天", "院内、弁天"), ("浜野", "浜野町、村田町")])
]


def site(database: Database, facilities: Iterable[Facility], centres: Iterable[Centre]) -> Flask:
    with database.engine.begin() as connection:
        write_facilities(connection, list(facilities))
        write_centres(connection, list(centres))
        advance_dataset_version(connection, "another city")
    return create_app(Portal(database, shipped_reference(), clock=lambda: NOW), Settings())


@pytest.fixture
def chiba(database: Database) -> Flask:
    return site(database, [make_facility("chiba", (140.12, 35.61), **IN_CHIBA)], OFFICES)


def links_of(text: str) -> set[str]:
    found = re.findall(r'(?:href|src|action|data-[a-z]+)="(/[^"]*)"', text)
    return {link.replace("&amp;", "&").partition("#")[0] for link in found}


def crawl(client: FlaskClient) -> dict[str, str]:
    """Return the texts of all pages that links lead to, in three languages."""
    seen: dict[str, str] = {}
    ahead = [f"/?lang={language}" for language in ("ja", "ja-easy", "en")]
    ahead += ["/help", "/privacy", "/accessibility", "/offline", "/sitemap.xml", "/robots.txt"]
    ahead += ["/api/v1/centres", "/api/v1/sources", "/api/v1/vocabulary", "/api/v1/districts"]
    while ahead and len(seen) < 400:
        path = ahead.pop()
        if path in seen or path.startswith(("/static", "/tiles")) or path.endswith((".xlsx",)):
            continue
        answer = client.get(path)
        text = answer.get_data(as_text=True) if "text" in answer.content_type else ""
        text = text or (answer.get_data(as_text=True) if "json" in answer.content_type else "")
        seen[path] = text
        if answer.content_type.startswith("text/html"):
            ahead += sorted(links_of(text) - seen.keys())
    return seen


@pytest.mark.slow
def test_no_page_of_another_city_speaks_of_kitakyushu(chiba: Flask) -> None:
    client = chiba.test_client()
    pages = crawl(client)
    assert {"/centres", "/help", "/data", "/districts/12101"} <= {
        p.partition("?")[0] for p in pages
    }
    pages["found"] = client.post("/", data={"district": "12101"}).get_data(as_text=True)
    pages["team"] = client.get("/team").get_data(as_text=True)
    said = {path: ELSEWHERE.findall(text)[:5] for path, text in pages.items()}
    assert {path: found for path, found in said.items() if found} == {}


def test_the_centres_page_says_what_is_asked_of_whom(chiba: Flask) -> None:
    text = chiba.test_client().get("/centres").get_data(as_text=True)
    assert "千葉市在宅医療・介護連携支援センター" in text
    assert "福祉まるごとサポートセンター" in text
    assert "院内、弁天" in text
    assert "40歳以上" not in text
    assert "おひとりさま支援の手引き" in text
    assert "g-motty" not in text


def test_where_no_centre_is_held_people_are_sent_to_the_town_hall(database: Database) -> None:
    place = {"municipality_code": "43101", "address": "熊本県熊本市中央区新町2-4", "phone": ""}
    client = site(database, [make_facility("k", (130.70, 32.80), **place)], ()).test_client()
    for data, words in (({"district": "43101"}, "役所"), ({"text": "内科"}, "決めると")):
        answer = client.post("/?lang=ja", data=data, follow_redirects=True)
        box = answer.get_data(as_text=True).split('id="centre"')[1].split("</section>")[0]
        assert words in box


@pytest.mark.slow
def test_one_city_is_not_asked_for_and_two_are(database: Database, tmp_path: Path) -> None:
    facilities = [make_facility("chiba", (140.12, 35.61), **IN_CHIBA)]
    client = site(database, facilities, ()).test_client()
    assert 'id="cities-title"' not in client.get("/").get_data(as_text=True)
    both = site(database, [make_facility("kokura", KOKURA)], ()).test_client()
    text = both.get("/").get_data(as_text=True)
    assert {"/?city=12100", "/?city=40100"} <= links_of(text)
    chosen = both.get("/?city=12100").get_data(as_text=True)
    config = chosen.split('id="config">')[1].split("</script>")[0]
    assert '"12101"' in config
    assert '"40106"' not in config
    assert '"lat": 35.61' in config


@pytest.fixture
def hamamatsu(database: Database) -> FlaskClient:
    address = "静岡県浜松市中央区元城町103-2"
    facility = make_facility(
        "hamamatsu", (137.725, 34.711), municipality_code="22138", address=address
    )
    return site(database, [facility], []).test_client()


@pytest.mark.parametrize("path", ["22131", "浜松市中区", "22202", "静岡県浜松市中央区"])
def test_a_code_or_name_of_the_past_leads_to_the_page_of_today(
    hamamatsu: FlaskClient, path: str
) -> None:
    answer = hamamatsu.get(f"/districts/{path}?lang=en")
    code = "22130" if path == "22202" else "22138"
    assert (answer.status_code, answer.headers["Location"]) == (301, f"/districts/{code}?lang=en")
    assert hamamatsu.get(f"/districts/{code}").status_code == 200


def test_the_page_of_a_ward_that_was_divided_names_the_choices(hamamatsu: FlaskClient) -> None:
    for path in ("22135", "浜松市北区"):
        page = hamamatsu.get(f"/districts/{path}")
        assert page.status_code == 200
        text = page.get_data(as_text=True)
        assert 'href="/districts/22138"' in text
        assert 'href="/districts/22139"' in text
    assert hamamatsu.get("/districts/浜松市南南区").status_code == 404


def test_the_api_leads_from_a_code_of_the_past_to_that_of_today(hamamatsu: FlaskClient) -> None:
    moved = hamamatsu.get("/api/v1/districts/22131?geometry=false")
    assert moved.status_code == 301
    assert moved.headers["Location"] == "/api/v1/districts/22138?geometry=false"
    divided = hamamatsu.get("/api/v1/districts/22135")
    assert divided.status_code == 404
    assert "22138, 22139" in divided.get_json()["detail"]


@pytest.mark.parametrize("address", [IN_CHIBA["address"], ""])
def test_a_facility_has_the_office_of_its_own_town_or_all_of_its_ward_as_not_certain(
    database: Database, address: str
) -> None:
    place = Place("12101", "千葉県", "千葉市中央区", "弁天一丁目", 140.12, 35.61)
    with database.engine.begin() as connection:
        held = PlaceSet("towns", "12101", "2025-01-01", 1, "x")
        replace_places(connection, held, [place])
    facility = make_facility("chiba", (140.12, 35.61), **{**IN_CHIBA, "address": address})
    client = site(database, [facility], OFFICES).test_client()
    said = client.get("/api/v1/facilities/chiba").get_json()["properties"]
    (support,) = (one for one in said["responsible"] if one["kind"] != "liaison_centre")
    assert [centre["id"] for centre in support["centres"]] == ["anshin-0"]
    assert support["certain"] is bool(address)
    offices = [centre["id"] for centre in said["centres"] if centre["kind"] == support["kind"]]
    assert offices == (["anshin-0"] if address else [])
    page = client.get("/facilities/chiba").get_data(as_text=True)
    assert "あんしんケアセンター弁天" in page
    assert "あんしんケアセンター浜野" not in page
    assert ("地図の位置に近い町の担当です" in page) is not bool(address)


def test_a_ward_is_known_by_name_without_towns_and_placed_by_its_outline(
    database: Database,
) -> None:
    facility = make_facility("osaka", None, municipality_code="27115", address="")
    client = site(database, [facility], []).test_client()
    named = client.post("/api/v1/locate", json={"address": "大阪市東成区大今里1-2"}).get_json()
    assert (named["status"], named["match_level"]) == ("partial", "municipality")
    assert (named["municipality_code"], named["lon"]) == ("27115", None)
    assert named["needs_confirmation"]
    several = client.post("/api/v1/locate", json={"address": "府中市"}).get_json()
    assert (several["status"], several["lon"]) == ("ambiguous", None)
    assert len(several["candidates"]) == 2

    square = box(135.53, 34.66, 135.57, 34.68)
    with database.engine.begin() as connection:
        ward = District("27115", "東成区", "ward", "27100", "大阪府大阪市東成区")
        whole = MultiPolygon([square])
        write_outlines(connection, [StoredOutline(ward, whole, "boundary", "2026-01-01")])
    client = site(database, [], []).test_client()
    placed = client.post("/api/v1/locate", json={"address": "大阪市東成区"}).get_json()
    assert placed["coordinate_level"] == "municipality"
    assert square.contains(Point(placed["lon"], placed["lat"]))
    farthest = max(
        Geod(ellps="GRS80").inv(placed["lon"], placed["lat"], lon, lat)[2]
        for lon, lat in square.exterior.coords
    )
    assert placed["uncertainty_m"] == pytest.approx(farthest, rel=0.01)
