"""Feeds of changes: valid Atom and JSON Feed 1.1, whatever a name is made of."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any
from xml.etree import ElementTree

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.unit.ingest.test_changes import FIRST, SECOND, office
from tests.unit.ingest.test_linking_order import take

ATOM = "{http://www.w3.org/2005/Atom}"
HOSTILE = "]]><script>alert(1)</script>&amp;\"'"
SOURCE = "/data/changes/sources/bureau"
WARD = "/data/changes/districts/40106"


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def editions(city) -> None:
    take(city, "bureau", FIRST, office(1), office(2))
    moved = "福岡県北九州市小倉北区魚町３丁目２番１号"
    new = office(3, name=HOSTILE)
    take(city, "bureau", SECOND, office(1, address=moved, filings=("在医総管１",)), new)


def atom(client: FlaskClient, path: str) -> Any:
    response = client.get(f"{path}.atom")
    assert response.status_code == 200
    assert response.mimetype == "application/atom+xml"
    feed = ElementTree.fromstring(response.data)  # noqa: S314 - an answer of our own
    assert feed.tag == f"{ATOM}feed"
    for one in (feed, *feed.findall(f"{ATOM}entry")):  # RFC 4287, 4.1.1 and 4.1.2
        for name in ("id", "title", "updated"):
            assert len(one.findall(f"{ATOM}{name}")) == 1
            assert one.findtext(f"{ATOM}{name}")
        assert datetime.fromisoformat(one.findtext(f"{ATOM}updated")).tzinfo
        assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", one.findtext(f"{ATOM}id"))
    links = {one.get("rel"): one.get("href") for one in feed.findall(f"{ATOM}link")}
    assert links["self"] == f"http://localhost{path}.atom"
    assert client.get(links["alternate"]).status_code == 200
    return feed


def json_feed(client: FlaskClient, path: str) -> dict[str, Any]:
    response = client.get(f"{path}.json")
    assert response.status_code == 200
    assert response.mimetype == "application/feed+json"
    feed: dict[str, Any] = json.loads(response.data)
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["title"]
    assert feed["feed_url"] == f"http://localhost{path}.json"
    assert len({item["id"] for item in feed["items"]}) == len(feed["items"])
    for item in feed["items"]:
        assert isinstance(item["id"], str)
        assert item["content_text"]
        assert datetime.fromisoformat(item["date_published"]).tzinfo
    return feed


@pytest.mark.parametrize("path", [SOURCE, WARD])
def test_both_feeds_tell_every_change(client: FlaskClient, editions: None, path: str) -> None:
    api = client.get(f"/api/v1/changes?source=bureau&from={FIRST}&to={SECOND}").get_json()
    entries = atom(client, path).findall(f"{ATOM}entry")
    items = json_feed(client, path)["items"]
    assert len(api["changes"]) >= 4
    assert len(entries) == len(items) == len(api["changes"])
    assert [one.findtext(f"{ATOM}id") for one in entries] == [one["id"] for one in items]
    assert [one.findtext(f"{ATOM}title") for one in entries] == [one["title"] for one in items]
    assert f"新規: {HOSTILE}（北九州市小倉北区）" in [one["title"] for one in items]
    for item in items:
        assert client.get(item["url"]).status_code == 200


def test_an_entry_keeps_its_id(client: FlaskClient, editions: None) -> None:
    of_source = {item["id"] for item in json_feed(client, SOURCE)["items"]}
    assert {item["id"] for item in json_feed(client, WARD)["items"]} == of_source
    first = client.get(f"{SOURCE}.atom")
    again = client.get(f"{SOURCE}.atom", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_elsewhere_nothing_has_changed(client: FlaskClient, editions: None) -> None:
    assert not atom(client, "/data/changes/districts/40107").findall(f"{ATOM}entry")
    assert json_feed(client, "/data/changes/districts/40107")["items"] == []


@pytest.mark.parametrize(
    "path",
    [
        *("sources/nothing.atom", "sources/bureau.xml", "sources/bureau"),
        *("districts/99999.atom", "all/facilities.atom", "sources/%3Cscript%3E.json"),
    ],
)
def test_there_is_no_other_feed(client: FlaskClient, editions: None, path: str) -> None:
    assert client.get(f"/data/changes/{path}").status_code == 404


def test_pages_lead_to_the_feeds(client: FlaskClient, editions: None) -> None:
    for page, path in (("/changes?source=bureau", SOURCE), ("/districts/40106", WARD)):
        links = re.findall(r"<link[^>]*>", client.get(page).text)
        found = [one for one in links if 'rel="alternate"' in one and "type=" in one]
        hrefs = {re.search(r'href="([^"]*)"', one)[1] for one in found}
        assert hrefs == {f"{path}.atom", f"{path}.json"}
    page = client.get("/data").text
    files = set(re.findall(r'"/data/files/sources/([a-z-]+)\.csv"', page))
    assert set(re.findall(r'"/data/changes/sources/([a-z-]+)\.atom"', page)) == files


def catalogued(client: FlaskClient) -> dict[str, list[str]]:
    return {
        dataset["dct:identifier"]: [
            one["dcat:accessURL"]["@id"].removeprefix("http://localhost")
            for one in dataset["dcat:distribution"]
            if "dcat:accessURL" in one
        ]
        for dataset in client.get("/data/catalog.jsonld").get_json()["dcat:dataset"]
    }


def linked(client: FlaskClient, page: str) -> list[str]:
    link = r'<link rel="alternate" type="application/(?:atom|feed)[^>]*href="([^"]+)"'
    return re.findall(link, client.get(page).text)


def test_catalogue_and_pages_lead_to_feeds_that_are_there(client: FlaskClient, editions) -> None:
    feeds = catalogued(client)
    assert feeds["sources/bureau"] == [f"{SOURCE}.atom", f"{SOURCE}.json"]
    assert feeds["districts/40106"] == [f"{WARD}.atom", f"{WARD}.json"]
    assert feeds["all/facilities"] == []
    for path in feeds["sources/bureau"] + feeds["districts/40106"]:
        assert client.get(path).status_code == 200
    assert linked(client, "/districts/40106") == feeds["districts/40106"]
    assert linked(client, "/changes?source=bureau") == feeds["sources/bureau"]


@pytest.mark.slow
def test_the_page_of_the_data_leads_to_the_feeds_of_its_sources(sample_city: FlaskClient) -> None:
    feeds = catalogued(sample_city)
    of_sources = {path for name in feeds if name.startswith("sources/") for path in feeds[name]}
    assert set(linked(sample_city, "/data")) == of_sources != set()
