"""The pages as a browser without JavaScript gets them."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterable
from dataclasses import replace
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from geoportal.address.result import Candidate, GeocodeResult
from geoportal.services.portal import Portal
from geoportal.services.view import View
from geoportal.web.current_view import view_here
from geoportal.web.language.messages import LANGUAGES
from tests.conftest import HOSTILE
from tests.factories import KOKURA

PAGES = (
    "/",
    "/?district=40106",
    "/?district=40106&kind=clinic&need=VM.REG&need=AC.ULCER&view=list",
    "/?kind=clinic&need=VM.REG",
    "/facilities/near",
    "/facilities/coarse",
    "/facilities/lost",
    "/facilities/hostile",
    "/facilities/gone",
    "/facilities/sample",
    "/districts/40106",
    "/centres",
    "/coverage",
    "/data",
    "/about",
    "/privacy",
    "/accessibility",
    "/help",
    "/shortlist",
    "/note",
    "/team",
)
HOME = "福岡県北九州市小倉北区秘密町9丁目8番7号"


class Document(HTMLParser):
    """A page taken apart: elements, headings, ids, data blocks, visible text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text: list[str] = []
        self._inside: list[str] = []
        self.blocks: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag in {"script", "style"}:
            self._inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._inside and self._inside[-1] == tag:
            self._inside.pop()

    def handle_data(self, data: str) -> None:
        (self.blocks if self._inside else self.text).append(data)

    def all(self, *tags: str) -> list[dict[str, str]]:
        return [attributes for tag, attributes in self.elements if tag in tags]


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def placed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the one address of these tests be found; everything else stays unknown."""

    def geocode(_view: View, address: str, districts: Iterable[str] = ()) -> GeocodeResult:
        if address != HOME:
            return GeocodeResult("not_found")
        lon, lat = KOKURA
        names = {"prefecture": "福岡県", "municipality": "北九州市小倉北区", "town": "見本町"}
        return GeocodeResult("ok", "chome", "chome", lon, lat, 400.0, "町丁目まで", **names)

    monkeypatch.setattr(View, "geocode", geocode)


def read(response: TestResponse) -> Document:
    return Document(response.get_data(as_text=True))


def cards(response: TestResponse) -> list[str]:
    return [a["data-id"] for a in read(response).all("li") if "data-id" in a]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_in_every_language(client: FlaskClient, language: str) -> None:
    for path in PAGES:
        check_page(client, path, language)


def check_page(client: FlaskClient, path: str, language: str) -> None:
    joint = "&" if "?" in path else "?"
    response = client.get(f"{path}{joint}lang={language}")
    assert response.status_code == 200
    page = read(response)
    assert page.all("html")[0]["lang"] == language[:2]
    assert response.headers["Content-Language"] == language[:2]
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    headings = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert headings.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(headings)), path


def test_nothing_inline_and_nothing_from_elsewhere(client: FlaskClient) -> None:
    for tag, attributes in (e for path in PAGES for e in read(client.get(path)).elements):
        assert "style" not in attributes, tag
        assert not [name for name in attributes if name.startswith("on")], tag
        assert tag != "style"
        if tag == "script" and "src" not in attributes:
            assert attributes["type"] in {"application/json", "application/ld+json"}
        if tag in {"script", "img", "iframe"} or (
            tag == "link" and attributes.get("rel") in {"stylesheet", "icon", "manifest"}
        ):
            address = attributes.get("src") or attributes.get("href") or "/"
            assert address.startswith("/"), address


@pytest.mark.slow
def test_links_lead_somewhere(client: FlaskClient) -> None:
    inside: set[str] = set()
    for path in PAGES:
        page = read(client.get(path))
        hrefs = {a["href"] for a in page.all("a") if "href" in a}
        inside |= {href for href in hrefs if href.startswith("/")}
        ids = {attributes.get("id") for _, attributes in page.elements}
        assert {href[1:] for href in hrefs if href.startswith("#")} <= ids, path
    for href in sorted(inside - {"/api/docs"}):
        assert client.get(href).status_code == 200, href


@pytest.mark.parametrize("path", ["/?district=40106", "/facilities/hostile", "/districts/40106"])
def test_hostile_names_are_text(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    assert "<script>alert" not in response.get_data(as_text=True)
    assert HOSTILE in "".join(read(response).text)


def test_structured_data_of_a_hostile_name_stays_data(client: FlaskClient) -> None:
    html = client.get("/facilities/hostile").get_data(as_text=True)
    block = html.split('<script type="application/ld+json">')[1].split("</script>")[0]
    assert json.loads(block)["name"] == HOSTILE


def test_search_by_ward(client: FlaskClient) -> None:
    response = client.get("/?district=40106&need=VM.REG&need=AC.ULCER")
    assert response.status_code == 200
    assert cards(response)[0] == "near"
    text = "".join(read(response).text)
    assert "すべてに対応（1件）" in text
    assert "対応は未確認" in text
    assert "093-932-7141" in text
    assert "地図上の位置は未確認" in text


def test_unknown_stands_apart_from_match_and_no_is_left_out(client: FlaskClient) -> None:
    response = client.get("/?district=40106&need=VM.REG&kind=clinic")
    listed = cards(response)
    assert "refuses" not in listed
    assert set(listed[:2]) == {"near", "maybe"}
    everything = client.get("/?district=40106&need=VM.REG&kind=clinic&include=all")
    assert cards(everything)[-1] == "refuses"


def test_search_by_address_without_javascript(client: FlaskClient, placed: None) -> None:
    response = client.post("/", data={"address": HOME, "kind": "clinic", "radius_m": "4000"})
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    assert cards(response)[0] == "near"
    assert "「福岡県北九州市小倉北区見本町」付近 ±400 m" in "".join(read(response).text)


def test_the_address_is_echoed_in_its_field_only(client: FlaskClient, placed: None) -> None:
    response = client.post("/?lang=en", data={"address": HOME, "need": "AC.ULCER"})
    html = response.get_data(as_text=True)
    assert html.count(HOME) == 1
    page = read(response)
    assert [a["value"] for a in page.all("input") if a.get("name") == "address"] == [HOME]
    assert not [
        value for values in response.headers.values() for value in [values] if HOME in value
    ]
    place = re.compile(rf"{KOKURA[0]}|{KOKURA[1]}")
    links = [a.get("href", "") for a in page.all("a", "link")]
    assert not [href for href in links if place.search(href) or "address" in href]
    assert "Set-Cookie" not in response.headers


def test_a_form_without_address_leads_to_a_url_to_keep(client: FlaskClient) -> None:
    data = {"address": " ", "district": "40106", "kind": ["clinic", "hospital"], "need": "VM.REG"}
    response = client.post("/?lang=en", data=data)
    assert response.status_code == 303
    asked = parse_qs(urlsplit(response.headers["Location"]).query)
    assert asked == {
        "district": ["40106"],
        "kind": ["clinic", "hospital"],
        "need": ["VM.REG"],
        "lang": ["en"],
    }


def test_a_text_that_is_no_address_is_searched_as_a_name(client: FlaskClient, placed: None) -> None:
    response = client.post("/", data={"address": "ハートクリニック"})
    assert cards(response) == ["near"]
    assert "施設の名前・電話番号などからさがしました" in "".join(read(response).text)


def test_ambiguous_addresses_are_not_guessed(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = [("八幡西区", "40109"), ("小倉南区", "40107")]
    candidates = tuple(
        Candidate(
            *(*KOKURA, "chome", "福岡県", f"北九州市{name}", code, "本町一丁目", 300.0),
            text=f"福岡県北九州市{name}本町一丁目",
        )
        for name, code in places
    )
    ambiguous = GeocodeResult("ambiguous", candidates=candidates)
    monkeypatch.setattr(View, "geocode", lambda _view, address, hint="": ambiguous)
    response = client.post("/", data={"address": "本町1丁目"})
    assert response.status_code == 200
    assert cards(response) == []
    text = "".join(read(response).text)
    assert "あてはまる場所がいくつかあります" in text
    assert "福岡県北九州市小倉南区本町一丁目" in text


def test_an_address_known_to_the_ward_only_searches_the_ward(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    ward = GeocodeResult(
        "partial", "municipality", "municipality", *KOKURA, 9000.0, municipality_code="40106"
    )
    monkeypatch.setattr(View, "geocode", lambda _view, address, hint="": ward)
    response = client.post("/", data={"address": "小倉北区"})
    assert "near" in cards(response)
    assert "区・市までしか分からなかった" in "".join(read(response).text)


@pytest.mark.parametrize(
    "query", ["district=99999", "district=40106&need=XX.NONE", "district=40106&kind=shop"]
)
def test_unknown_codes_are_refused_with_a_way_on(client: FlaskClient, query: str) -> None:
    response = client.get(f"/?{query}")
    assert response.status_code == 400
    assert "もう一度、入力を確かめてください" in response.get_data(as_text=True)


def test_pages_follow_one_another(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("geoportal.web.pages.search_form.PAGE", 2)
    first = client.get("/?district=40106")
    more = [b["value"] for b in read(first).all("button") if b.get("name") == "offset"]
    assert more == ["2"]
    sent = {"district": "40106", "offset": more[0]}
    second = client.post("/", data=sent, follow_redirects=True)
    assert not set(cards(first)) & set(cards(second))
    assert [o["start"] for o in read(second).all("ol") if "start" in o] == ["3"]


def test_fictional_facilities_say_so(client: FlaskClient) -> None:
    page = client.get("/facilities/sample").get_data(as_text=True)
    assert "架空のデータ" in page
    assert "これは架空の施設です" in page
    assert "架空の施設" not in client.get("/facilities/near").get_data(as_text=True)


def test_a_facilitys_page_gives_evidence_and_date(client: FlaskClient) -> None:
    text = "".join(read(client.get("/facilities/near")).text)
    assert "訪問診療" in text
    assert "根拠" in text
    assert "小倉在宅医療・介護連携支援センター" in text


def test_a_closed_facility_says_so(client: FlaskClient) -> None:
    response = client.get("/facilities/gone")
    assert "廃止または休止しています" in response.get_data(as_text=True)


def test_old_ids_redirect(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "geoportal.web.pages.facility.view_here",
        lambda: replace(view_here(), redirects={"older": "near"}),
    )
    response = client.get("/facilities/older?lang=en")
    assert response.status_code == 301
    assert response.headers["Location"].endswith("/facilities/near?lang=en")


@pytest.mark.parametrize("path", ["/facilities/nobody", "/districts/00000", "/nowhere"])
def test_missing_pages(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert "ページが見つかりません" in response.get_data(as_text=True)


def test_a_fault_still_gives_a_page(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: Portal) -> View:
        raise RuntimeError("no data")

    monkeypatch.setattr(Portal, "view", broken)
    response = client.get("/centres")
    assert response.status_code == 500
    assert "こちらの不具合" in response.get_data(as_text=True)


def test_the_language_is_carried_along_and_offered(client: FlaskClient) -> None:
    page = read(client.get("/?lang=en&district=40106"))
    links = [a["href"] for a in page.all("a") if a.get("href", "").startswith("/facilities/")]
    assert links
    assert all(href.endswith("?lang=en") for href in links)
    offered = {a["hreflang"]: a["href"] for a in page.all("link") if "hreflang" in a}
    assert {"ja", "ja-x-yasashii", "en"} <= set(offered)
    assert set(offered) == {language.hreflang for language in LANGUAGES.values()}
    assert offered["ja"] == "?district=40106&lang=ja"


@pytest.mark.parametrize("asked", ["", "xx", "EN", "en%26x=1", "%22%3E%3Cscript%3E"])
def test_a_language_there_is_none_of_is_not_carried_along(client: FlaskClient, asked: str) -> None:
    page = read(client.get(f"/?district=40106&lang={asked}"))
    links = [a["href"] for a in page.all("a") if a.get("href", "").startswith("/facilities/")]
    assert links
    assert not [href for href in links if "lang" in href]


def test_the_browsers_language_is_used_when_the_url_names_none(client: FlaskClient) -> None:
    response = client.get("/help", headers={"Accept-Language": "en-US,en;q=0.9"})
    assert "How to use" in response.get_data(as_text=True)
    assert "Accept-Language" in response.headers["Vary"]


def test_no_position_of_a_home_can_come_in_by_url(client: FlaskClient) -> None:
    response = client.get("/?address=" + HOME + "&lon=130.1&lat=33.1")
    assert HOME not in response.get_data(as_text=True)


def test_the_manifest_speaks_the_visitors_language(client: FlaskClient) -> None:
    response = client.get("/manifest.webmanifest?lang=en")
    assert response.mimetype == "application/manifest+json"
    manifest = json.loads(response.data)
    assert manifest["name"] == "Home Care Map"
    for icon in manifest["icons"]:
        with client.get(icon["src"]) as picture:
            assert picture.mimetype == icon["type"]
            if icon["type"] == "image/png":
                sides = (int.from_bytes(picture.data[start : start + 4]) for start in (16, 20))
                assert icon["sizes"] == "x".join(map(str, sides))


def test_the_worker_keeps_what_is_published_only(client: FlaskClient) -> None:
    response = client.get("/sw.js")
    assert response.mimetype == "text/javascript"
    listed = re.findall(r'"(/[^"]*)"', response.get_data(as_text=True))
    assert any(re.fullmatch(r"/static/[0-9a-f]{12}/(js|built)/main\.js", path) for path in listed)
    assert not [path for path in listed if "search" in path and not path.startswith("/static/")]
    for path in listed:
        if path not in {"/static/", "/api/v1/facilities/"}:  # beginnings, no addresses
            with client.get(path) as answer:
                assert answer.status_code == 200, path


@pytest.mark.parametrize("path", ["/", "/team"])
def test_the_example_beside_the_box_is_a_place_of_this_data(
    sample_city: FlaskClient, path: str
) -> None:
    text = sample_city.get(path).get_data(as_text=True)
    hint = re.search(r'id="address-hint">例：(.+?)。', text)
    assert hint is not None
    found = sample_city.post("/api/v1/locate", json={"address": hint[1]}).get_json()
    assert (found["status"], found["remainder"]) == ("ok", "")


def test_without_places_there_is_no_example(client: FlaskClient) -> None:
    assert (
        "例：" not in client.get("/").get_data(as_text=True).partition('id="address-hint"')[2][:40]
    )
