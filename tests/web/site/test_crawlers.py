"""Search engines find every published page, and no invented facility."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient

from geoportal.web.site import crawlers

SITEMAPS = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
LOC = f"{SITEMAPS}loc"


def parsed(response):
    return ElementTree.fromstring(response.get_data())  # noqa: S314 - an answer of our own


@pytest.fixture
def client(app, monkeypatch):
    monkeypatch.setattr(crawlers, "is_fictional", lambda portal: False)
    return app.test_client()


def listed(client: FlaskClient) -> list[str]:
    robots = client.get("/robots.txt").get_data(as_text=True)
    lines = [line for line in robots.splitlines() if line.startswith("Sitemap: ")]
    maps = [line.split(" ", 1)[1] for line in lines if line.endswith(".txt")]
    assert len(lines) in (0, len(maps) + 1)  # the index in XML besides
    return [
        url
        for sitemap in maps
        for url in client.get(urlsplit(sitemap).path).get_data(as_text=True).splitlines()
    ]


def test_every_address_of_the_sitemap_is_absolute_and_answers(client: FlaskClient) -> None:
    urls = listed(client)
    paths = [unquote(urlsplit(url).path) for url in urls]
    assert all(url.startswith("http://localhost/") for url in urls)
    assert {"/", "/centres", "/districts/40106", "/facilities/near"} <= set(paths)
    assert "/facilities/gone" not in paths  # closed: kept for who has the link, not to be found
    assert len(set(paths)) == len(paths)
    assert {client.get(path).status_code for path in paths} == {200}


def test_a_sitemap_is_cut_where_the_protocol_ends(client: FlaskClient, monkeypatch) -> None:
    whole = listed(client)
    monkeypatch.setattr(crawlers, "MOST_URLS", 4)
    assert len(whole) > 8
    assert listed(client) == whole
    assert len(client.get("/sitemaps/1.txt").get_data(as_text=True).splitlines()) == 4
    assert client.get(f"/sitemaps/{len(whole)}.txt").status_code == 404
    assert client.get("/sitemaps/0.txt").status_code == 404


def test_the_sample_city_is_not_to_be_found(sample_city: FlaskClient) -> None:
    assert "Disallow: /\n" in sample_city.get("/robots.txt").get_data(as_text=True)
    assert listed(sample_city) == []


def test_sitemaps_in_xml_list_the_same(client: FlaskClient, monkeypatch) -> None:
    monkeypatch.setattr(crawlers, "MOST_URLS", 4)
    index = parsed(client.get("/sitemap.xml"))
    assert index.tag == f"{SITEMAPS}sitemapindex"
    urls = []
    for part in index.iter(f"{SITEMAPS}loc"):
        response = client.get(urlsplit(part.text).path)
        assert response.mimetype == "application/xml"
        urls += [url.text for url in parsed(response).iter(LOC)]
    assert urls == listed(client)


def test_no_sitemap_under_another_name_or_of_invented_places(
    client: FlaskClient, sample_city: FlaskClient, monkeypatch
) -> None:
    for path in ("/sitemap.xml", "/sitemaps/1.xml", "/sitemaps/1.txt"):
        assert client.get(path, headers={"Host": "evil.example"}).status_code == 404
    assert "evil" not in client.get("/robots.txt", headers={"Host": "evil.example"}).text
    monkeypatch.undo()
    assert sample_city.get("/sitemap.xml").status_code == 404
