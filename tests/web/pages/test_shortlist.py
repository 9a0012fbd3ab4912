"""The shortlist's page: the home comes in a body and stays in the answer."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from geoportal.services.view import View
from tests.factories import KOKURA
from tests.web.pages.test_pages import HOME, placed, read

__all__ = ["placed"]
AROUND = {"lon": str(KOKURA[0]), "lat": str(KOKURA[1])}


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def home_fields(html: str) -> dict[str, str]:
    form = html.split('<form id="home" hidden>')[1].split("</form>")[0]
    return dict(re.findall(r'name="(.*?)" value="(.*?)"', form))


def test_a_home_that_is_brought_along_is_in_one_form_only(client: FlaskClient) -> None:
    response = client.post("/shortlist", data={"address": HOME, "need": "VM.REG"})
    assert response.headers["Cache-Control"] == "no-store"
    assert response.text.count(HOME) == 1
    assert home_fields(response.text) == {"address": HOME}
    assert 'data-asked="VM.REG"' in response.text
    assert home_fields(client.post("/shortlist", data=AROUND).text) == AROUND


def test_without_a_home_the_page_has_an_address_to_keep(client: FlaskClient) -> None:
    response = client.post("/shortlist?lang=en", data={"need": ["VM.REG", "AC.ULCER"]})
    assert response.status_code == 303
    assert response.headers["Location"] == "/shortlist?need=VM.REG&need=AC.ULCER&lang=en"
    page = client.get("/shortlist?need=VM.REG&address=x&lon=130&lat=33").text
    assert home_fields(page) == {}
    assert 'data-asked="VM.REG"' in page


def lines(client: FlaskClient, **sent: object) -> dict[str, str]:
    response = client.post("/shortlist/lines", data=sent)
    assert response.headers["Cache-Control"] == "no-store"
    assert HOME not in response.text
    kept = re.findall(r'<div data-id="(.*?)">(.*?)</div>', response.text, re.DOTALL)
    return {facility: re.sub(r"\s+", " ", re.sub("<.*?>", " ", html)) for facility, html in kept}


def test_distance_and_opening_of_what_was_kept(client: FlaskClient, view: View) -> None:
    ids = ["open", "shut", "lost", "gone", "nowhere"]
    told = lines(client, id=ids, **AROUND)
    assert list(told) == ids[:-1]
    assert "受付中 本日 9:00–17:00" in told["open"]
    assert "時間外" in told["shut"]
    assert "直線" in told["open"]
    assert "直線" not in told["lost"]


@pytest.mark.usefixtures("placed")
def test_distance_from_an_address_is_said_with_its_error(client: FlaskClient) -> None:
    assert "±" in lines(client, id="near", address=HOME)["near"]
    for nowhere in ({}, {"address": "どこでもない"}, {"lon": "999", "lat": "1"}):
        assert "直線" not in lines(client, id="near", **nowhere)["near"]


def test_the_page_speaks_every_language(client: FlaskClient) -> None:
    for language in ("ja", "ja-easy", "en"):
        page = read(client.post(f"/shortlist?lang={language}", data=AROUND))
        assert page.all("form")[0]["id"] == "home"
