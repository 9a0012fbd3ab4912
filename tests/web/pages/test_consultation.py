"""Search from a note and for a team, as a browser without JavaScript does them."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

from geoportal.address.result import Candidate, GeocodeResult
from geoportal.services.view import View
from geoportal.web.pages import note as note_page
from geoportal.web.pages import team as team_form
from tests.factories import KOKURA
from tests.web.api.test_interpret import DISCHARGE, DOCTOR
from tests.web.pages.test_pages import read

HOME = "福岡県北九州市小倉北区秘密町9丁目8番7号"


@pytest.fixture
def client(app: Flask, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    def geocode(_view: View, address: str, hint: str = "") -> GeocodeResult:
        if address == "同名町":
            twins = (
                Candidate(
                    *(130.9, 33.9, "town", "福岡県", "北九州市門司区", "40101", "同名町", 400.0),
                    text="福岡県北九州市門司区同名町",
                ),
            )
            return GeocodeResult("ambiguous", candidates=twins)
        if address != HOME:
            return GeocodeResult("not_found")
        lon, lat = KOKURA
        return GeocodeResult("ok", "chome", "chome", lon, lat, 400.0, "町丁目まで")

    monkeypatch.setattr(View, "geocode", geocode)
    return app.test_client()


def ticked(client: FlaskClient, text: str) -> dict[str, list[str]]:
    page = read(client.post("/note", data={"note": text, "address": HOME}))
    boxes = [a for a in page.all("input") if a.get("type") == "checkbox" and "checked" in a]
    return {n: [a["value"] for a in boxes if a["name"] == n] for n in ("kind", "need")}


def test_a_note_proposes_what_to_tick_with_the_words_it_came_from(client: FlaskClient) -> None:
    response = client.post("/note", data={"note": DOCTOR})
    html = response.get_data(as_text=True)
    assert '<mark class="mark mark--asked">じょくそう</mark>' in html
    assert "「じょくそう」" in html
    assert ticked(client, DOCTOR) == {
        "kind": ["hospital", "clinic"],
        "need": ["VM.REG", "AC.ULCER"],
    }
    assert response.headers["Cache-Control"] == "no-store"


def test_what_a_note_needs_of_its_team_is_ticked(client: FlaskClient) -> None:
    """Proposals left unticked are taken out of the team: none the note asks for may be."""
    note = "末期がん。緩和ケア病棟から自宅へ退院予定。痛み、麻薬。24時間の訪問看護、看取りまで。"
    found = ticked(client, note + "ケアマネとヘルパーも必要。")
    assert {"VM.EOL", "AC.PAIN", "AC.OPIOID_RX"} <= set(found["need"])


def test_the_marked_note_is_the_note(view: View) -> None:
    for text in (DOCTOR, DISCHARGE, "<b>胃ろう</b>\n吸引なし"):
        runs = note_page.reading(view, text, "ja")["segments"]
        assert "".join(run["text"] for run in runs) == text


def test_a_hostile_note_is_text(client: FlaskClient) -> None:
    html = client.post("/note", data={"note": "<script>alert(1)</script>胃ろう"}).text
    assert "<script>alert" not in html


def test_an_empty_note_is_asked_for_again_and_a_link_is_no_mistake(client: FlaskClient) -> None:
    assert client.post("/note", data={"note": " "}).status_code == 400
    assert client.post("/note", data={"address": HOME}).status_code == 200
    assert client.get("/note?note=x&address=y").text.count('value="y"') == 0


def test_the_note_is_neither_kept_nor_logged(client: FlaskClient, capsys) -> None:
    client.post("/note", data={"note": "ひみつの患者。胃ろうあり", "address": HOME})
    said = capsys.readouterr()
    assert "ひみつ" not in said.out + said.err
    assert "秘密町" not in said.out + said.err


def test_a_confirmed_note_leads_to_its_team(client: FlaskClient, view: View) -> None:
    sent = MultiDict(
        [("from_note", "1"), ("opened", "1"), ("preset", "discharge"), ("address", HOME)]
        + [("kind", "visiting_nursing"), ("kind", "care_management")]
        + [("need", code) for code in ("VM.24VN", "AC.PALL", "VM.EOL", "AC.SUCTION")]
        + [("proposed", code) for code in ("VM.24VN", "AC.PALL", "AC.PAIN", "VM.EOL")]
        + [("proposed", kind) for kind in ("visiting_nursing", "home_help", "care_management")]
    )
    roles = team_form.read_form(view, sent).roles
    assert "home_help" not in roles
    assert set(roles["nursing"]) == {"VM.24VN", "AC.PALL", "VM.EOL", "AC.SUCTION"}
    assert roles["care_management"] == ()
    assert client.post("/team", data=sent).status_code == 200


def test_roles_and_needs_that_do_not_exist_are_passed_over(client: FlaskClient, view: View) -> None:
    sent = MultiDict(
        {
            "opened": "1",
            "address": HOME,
            "role": ["nursing", "wizard"],
            "needs-nursing": ["VM.24VN", "NO.SUCH"],
            "needs-wizard": "VM.REG",
        }
    )
    assert team_form.read_form(view, sent).roles == {"nursing": ("VM.24VN",)}
    assert client.post("/team", data=sent).status_code == 200


def test_teams_name_what_is_missing(client: FlaskClient) -> None:
    response = client.post("/team", data={"address": HOME, "opened": "1", "role": ["nursing"]})
    assert response.status_code == 200
    assert "team--short" in response.text
    assert response.text.count(HOME) == 1
    assert response.headers["Cache-Control"] == "no-store"


def test_the_home_is_written_in_its_field_only(client: FlaskClient) -> None:
    """What is printed is what follows the form; the home is put there on demand, by the browser."""
    html = client.post("/team", data={"address": HOME}).text
    assert html.count(HOME) == 1
    assert html.index(HOME) < html.index('<section id="teams"')
    assert '<p class="on-paper" id="paper-home" hidden></p>' in html


def test_an_address_alone_asks_for_the_usual_team(client: FlaskClient) -> None:
    page = read(client.post("/team", data={"address": HOME}))
    chosen = [a["value"] for a in page.all("input") if a.get("name") == "role" and "checked" in a]
    assert {"nursing", "doctor", "pharmacy"} <= set(chosen)


@pytest.mark.parametrize(
    "sent",
    [
        {"opened": "1", "role": "nursing"},
        {"opened": "1", "address": HOME},
        {"opened": "1", "address": "どこでもない", "role": "nursing"},
    ],
)
def test_what_cannot_be_answered_leads_back_to_the_form(client: FlaskClient, sent) -> None:
    response = client.post("/team", data=sent)
    assert response.status_code == 400
    assert read(response).all("h2")


def test_an_ambiguous_home_is_offered_not_guessed(client: FlaskClient) -> None:
    response = client.post("/team", data={"opened": "1", "address": "同名町", "role": "nursing"})
    choices = [a["value"] for a in read(response).all("button") if a.get("name") == "choice"]
    assert choices == ["福岡県北九州市門司区同名町"]


def test_no_home_can_come_in_by_url(client: FlaskClient) -> None:
    assert HOME not in client.get("/team", query_string={"address": HOME}).text
