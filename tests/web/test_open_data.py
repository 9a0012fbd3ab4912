"""Files of facilities at lasting addresses, and the catalogue that lists them."""

from __future__ import annotations

import csv
import io
import json
import re
from email.utils import parsedate_to_datetime
from pathlib import PurePath
from urllib.parse import unquote

import pytest
from flask import Flask
from flask.testing import FlaskClient

from geoportal.export.facilities import FORMATS
from geoportal.settings import shipped_directory

WARD = "/data/files/districts/40106"


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def rows(client: FlaskClient, path: str) -> list[dict[str, str]]:
    response = client.get(path)
    assert response.status_code == 200
    assert response.data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(response.data.decode("utf-8-sig"))))


@pytest.mark.parametrize("chosen", FORMATS, ids=lambda chosen: chosen.name)
def test_a_district_is_there_in_every_format(client: FlaskClient, chosen) -> None:
    response = client.get(WARD + chosen.ending)
    assert response.status_code == 200
    assert response.content_type == chosen.media_type
    name = unquote(response.headers["Content-Disposition"])
    subject, ending = chosen.subject or "施設", PurePath(chosen.ending).suffix
    assert f"地区40106_{subject}_2026-11-24{ending}" in name
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert parsedate_to_datetime(response.headers["Last-Modified"])


def test_a_file_holds_what_the_api_lists(client: FlaskClient) -> None:
    listed = client.get("/api/v1/facilities?district=40106&limit=500").get_json()["features"]
    assert {row["ID"] for row in rows(client, WARD + ".csv")} == {f["id"] for f in listed}
    features = json.loads(client.get(WARD + ".geojson").data)["features"]
    assert features[0] == client.get(f"/api/v1/facilities/{features[0]['id']}").get_json()
    every = rows(client, "/data/files/all/facilities.csv")
    for source in {name for row in every for name in row["出典"].split("、")}:
        assert source
    assert len(every) >= len(listed)


def test_a_file_that_has_not_changed_is_not_sent_again(client: FlaskClient) -> None:
    first = client.get(WARD + ".csv")
    again = client.get(WARD + ".csv", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert client.get(WARD + ".geojson").headers["ETag"] != first.headers["ETag"]


@pytest.mark.parametrize(
    "path",
    [
        "districts/40106",
        "districts/99999.csv",
        "districts/40106.exe",
        "sources/nobody.csv",
        "all/others.csv",
        "homes/40106.csv",
        "districts/40106.CSV",
    ],
)
def test_other_files_are_not_there(client: FlaskClient, path: str) -> None:
    assert client.get(f"/data/files/{path}").status_code == 404


def test_the_catalogue_lists_files_that_are_there(client: FlaskClient) -> None:
    response = client.get("/data/catalog.jsonld")
    assert response.mimetype == "application/ld+json"
    catalogue = response.get_json()
    assert catalogue["@type"] == "dcat:Catalog"
    files = {
        dataset["dct:identifier"]: [
            one["dcat:downloadURL"]["@id"]
            for one in dataset["dcat:distribution"]
            if "dcat:downloadURL" in one
        ]
        for dataset in catalogue["dcat:dataset"]
    }
    urls = [url for own in files.values() for url in own]
    assert len(urls) == len(set(urls))
    for dataset in catalogue["dcat:dataset"]:
        assert all([dataset.get("dct:rights", "-"), *dataset.get("dct:license", ())])
    for name, own in files.items():
        assert len(own) == len(FORMATS) or name.startswith("sources/")
    offices = " ".join(files["sources/kaigo"])
    assert "municipal-care" in offices
    assert "municipal-medical" not in offices
    for url in [url for url in urls if url.endswith(".csv")]:
        path = re.sub(r"^https?://[^/]+", "", url)
        assert client.get(path).status_code == 200, url


def test_pages_link_to_the_files(client: FlaskClient) -> None:
    for page in ("/data", "/districts/40106"):
        links = re.findall(r'href="(/data/files/[^"]+\.csv)"', client.get(page).text)
        assert links
        assert all(client.get(link).status_code == 200 for link in links)


def test_examples_have_the_address_of_this_site(client: FlaskClient) -> None:
    page = client.get("/data", base_url="http://localhost:8123").text
    linked = re.findall(r'href="/data/examples/([^"?]+)', page)
    folder = shipped_directory("data")
    shipped = {one.name for one in (folder / "examples").iterdir()} | {"geoportal.qgs"}
    assert set(linked) == shipped
    for name in linked:
        response = client.get(f"/data/examples/{name}", base_url="http://localhost:8123")
        assert response.status_code == 200
        assert "http://localhost:8123" in response.text
        assert "127.0.0.1:8000" not in response.text
        assert name in response.headers["Content-Disposition"]
        ours = "http://127.0.0.1:8000"
        path = folder / ("qgis" if name.endswith(".qgs") else "examples") / name
        assert response.text.replace("http://localhost:8123", ours) == path.read_text("utf-8")
    for other in ("make_project.py", "..%2Fsources.toml", "nothing"):
        assert client.get(f"/data/examples/{other}").status_code == 404


def test_examples_name_no_site_that_is_not_trusted(client: FlaskClient) -> None:
    response = client.get("/data/examples/frames.py", base_url="http://evil.example")
    assert "evil.example" not in response.text
