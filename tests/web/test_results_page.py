"""Order, reasons, opening hours and downloads of results."""

from __future__ import annotations

import csv
import io
import zipfile

import pytest
from flask import Flask
from flask.testing import FlaskClient

from geoportal.address.result import GeocodeResult
from geoportal.services.view import View
from geoportal.web.pages import search_form
from tests.factories import KOKURA
from tests.web.test_pages import HOME, cards

AROUND = {"lon": str(KOKURA[0]), "lat": str(KOKURA[1])}


@pytest.fixture
def client(app: Flask, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    def geocode(_view: View, address: str, hint: str = "") -> GeocodeResult:
        if address != HOME:
            return GeocodeResult("not_found")
        return GeocodeResult("ok", "chome", "chome", *KOKURA, 400.0, "町丁目まで")

    monkeypatch.setattr(View, "geocode", geocode)
    return app.test_client()


def test_cards_say_todays_hours_and_when_next(client: FlaskClient) -> None:
    html = client.get("/?district=40106").text
    assert "本日 9:00–17:00" in html
    assert "受付中" in html
    assert "次は 11月25日（水）9:00 から" in html
    assert "新しい方は条件つきで受け入れ" in html


def test_open_first_moves_nobody_between_the_bands(client: FlaskClient) -> None:
    near = cards(client.get("/?district=40106&need=VM.REG"))
    first = cards(client.get("/?district=40106&need=VM.REG&order=open"))
    assert sorted(near) == sorted(first)
    plain = cards(client.get("/?district=40106"))
    opened = cards(client.get("/?district=40106&order=open"))
    assert opened[0] == "open"
    rest = [item for item in plain if item not in {"open", "shut"}]
    assert [item for item in opened if item in rest] == rest


def test_no_order_is_offered_that_a_name_could_win() -> None:
    assert search_form.ORDERS == ("near", "open")
    form = search_form.SearchForm
    assert form().order == "near"


def test_reasons_are_given_when_asked_for(client: FlaskClient) -> None:
    assert "card__why" not in client.get("/?district=40106").text
    assert "日替わりの抽選" in client.get("/?district=40106&why=1").text


def download(client: FlaskClient, **sent: str) -> list[dict[str, str]]:
    response = client.post("/export", data={"format": "csv", **sent})
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    assert response.data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(response.data.decode("utf-8-sig"))))


def test_a_download_holds_every_result_in_the_order_shown(client: FlaskClient) -> None:
    shown = cards(client.get("/?district=40106"))
    assert [row["ID"] for row in download(client, district="40106")] == shown


def test_a_download_does_not_give_the_home_away(client: FlaskClient) -> None:
    for sent in ({"address": HOME}, AROUND):
        rows = download(client, **sent)
        assert rows
        assert all(int(float(row["距離m"])) % 100 == 0 for row in rows)
        response = client.post("/export", data={"format": "csv", **sent})
        assert HOME not in response.text
        assert response.headers["Content-Disposition"].count("facilities-20261124.csv") == 1


def test_names_that_look_like_formulas_are_harmless(client: FlaskClient) -> None:
    for row in download(client, district="40106"):
        assert not any(cell.startswith(("=", "+", "@")) for cell in row.values())


def test_excel(client: FlaskClient) -> None:
    response = client.post("/export", data={"format": "xlsx", "district": "40106"})
    assert zipfile.ZipFile(io.BytesIO(response.data)).testzip() is None


@pytest.mark.parametrize(
    "sent",
    [
        {"format": "exe", "district": "40106"},
        {"format": "csv"},
        {"district": "40106"},
        {"format": "csv", "district": "x"},
        {"format": "csv", "lon": "999", "lat": "1"},
    ],
)
def test_other_downloads_are_refused(client: FlaskClient, sent: dict[str, str]) -> None:
    assert client.post("/export", data=sent).status_code == 400


def test_a_download_cannot_be_asked_for_by_url(client: FlaskClient) -> None:
    assert client.get("/export?format=csv&district=40106").status_code == 405
