"""Order, reasons, opening hours and downloads of results."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from html import unescape
from typing import Any
from urllib.parse import parse_qs, quote

import pytest
from flask import Flask, g
from flask.testing import FlaskClient

from geoportal.address.result import GeocodeResult
from geoportal.services.portal import Portal
from geoportal.services.view import View
from geoportal.web.pages import search_form
from geoportal.web.pages.relaxation_words import relaxation_words
from geoportal.web.pages.search_answer import looks_like_phone
from tests.factories import KOKURA
from tests.web.pages.test_pages import HOME, cards

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
    assert search_form.ORDERS == ("near", "road", "open")
    form = search_form.SearchForm
    assert form().order == "near"


def test_the_search_box_is_folded_where_there_are_results(client: FlaskClient) -> None:
    folded = '<details class="search-more" id="search-more">'
    assert folded in client.get("/?district=40106").text
    assert folded in client.post("/", data={"address": HOME}).text
    for without in ("/", "/?kind=clinic", "/?district=99999"):
        assert '<details class="search-more" id="search-more" open>' in client.get(without).text


@pytest.mark.parametrize(
    ("sent", "order"),
    [
        ({"district": "40106"}, "日替わりの抽選"),
        (
            {"district": "40106", "need": "VM.REG"},
            "対応がわかっている順、見込み順、日替わりの抽選",
        ),
        ({"address": HOME}, "近い順"),
        ({"address": HOME, "need": "VM.REG"}, "対応がわかっている順、見込み順、近い順"),
        ({"address": HOME, "order": "open"}, "いま受付中のところが先、近い順"),
    ],
)
def test_the_heading_names_the_order_in_force(
    client: FlaskClient, sent: dict[str, str], order: str
) -> None:
    html = client.post("/results", data=sent).text
    assert f'<p class="results__order">並び順：{order}</p>' in html


def test_whom_to_ask_about_what_is_not_confirmed(client: FlaskClient) -> None:
    html = client.get("/?district=40106&need=VM.REG").text
    assert "対応していないという情報はありません。 電話でおたずねください。" in html


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
        assert (
            quote("指定の場所の周辺_施設_2026-11-24.csv") in response.headers["Content-Disposition"]
        )
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


def fragment(client: FlaskClient, **sent: str) -> tuple[str, dict[str, Any]]:
    """Return the parts of the page that scripts ask for, and what they are told besides."""
    response = client.post("/results", data=sent)
    assert response.headers["Cache-Control"] == "no-store"
    beside = response.text.split('id="answer">')[1].split("</script>")[0]
    return response.text, json.loads(beside)


def test_scripts_get_the_list_of_the_page(client: FlaskClient) -> None:
    whole = client.get("/?district=40106&need=VM.REG")
    html, beside = fragment(client, district="40106", need="VM.REG")
    assert re.findall('data-id="([^"]+)"', html) == cards(whole)
    assert (beside["understood"], beside["answered"], beside["place"]) == (True, True, "")
    assert beside["url"] == "/?district=40106&need=VM.REG"
    assert beside["origin"] is None


def test_scripts_are_told_where_the_home_was_understood_to_be(client: FlaskClient) -> None:
    html, beside = fragment(client, address=HOME, district="")
    assert beside["place"] == "address"
    assert beside["origin"] == {"lon": KOKURA[0], "lat": KOKURA[1], "uncertainty_m": 400.0}
    assert HOME not in html
    assert beside["url"] == "/"


@pytest.mark.parametrize("page", ["/", "/results"])
@pytest.mark.parametrize(
    "phone", ["093-581-0001", "０９３ー５８１－０００１", "(093) 581 0001", "0935810001"]
)
def test_a_telephone_number_is_told_from_an_address_in_one_place(
    client: FlaskClient, page: str, phone: str
) -> None:
    html = client.post(page, data={"address": phone}).text
    assert '"place": "words"' in html
    assert "施設の名前・電話番号などからさがしました" not in html


def test_a_filter_is_taken_away_without_losing_the_home(client: FlaskClient) -> None:
    html, _ = fragment(client, address=HOME, need="VM.REG", kind="clinic", radius_m="4000")
    chips = re.findall(r'name="filters" value="([^"]*)"', html.split('id="notice"')[0])
    without_home, without_kind, without_need = (unescape(chip) for chip in chips)
    assert "home=none" in without_home
    _, beside = fragment(client, address=HOME, kind="clinic", filters=without_need)
    assert (beside["place"], beside["form"]["needs"]) == ("address", [])
    assert beside["form"]["kinds"] == ["clinic"]
    assert beside["form"]["radius_m"] == 4000
    _, beside = fragment(client, address=HOME, filters=without_home)
    assert (beside["place"], beside["form"]["kinds"]) == ("", ["clinic"])
    page = client.post("/", data={"address": HOME, "filters": without_kind})
    assert 'name="filters"' in page.text
    assert cards(page)


def test_what_cannot_be_understood_leaves_the_list_as_it_is(client: FlaskClient) -> None:
    html, beside = fragment(client, district="99999")
    assert beside["understood"] is False
    assert 'id="notice" class="notice">' in html
    assert client.post("/results", data={"district": "99999"}).status_code == 400


def test_the_page_holds_each_result_once(client: FlaskClient) -> None:
    html = client.get("/?district=40106").text
    name = "見本ハートクリニック"
    assert html.count(f">{name}<") == 1
    assert f'"{name}"' not in html


@pytest.mark.parametrize("path", ["/", "/results"])
def test_words_typed_into_the_place_box_are_in_no_address(client: FlaskClient, path: str) -> None:
    typed = "秘密町9丁目"
    html = client.post(path, data={"address": typed, "kind": "clinic"}).text
    chips = [unescape(value) for value in re.findall(r'name="filters" value="([^"]*)"', html)]
    assert len(chips) == 2
    for filters in chips:
        response = client.post("/", data={"filters": filters})
        assert "q=" not in response.headers["Location"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("581-000", True),
        ("58100", False),
        ("０９３（５８１）", True),
        ("+81 93 581", True),
        ("093-581-0001 見本医院", False),
        ("小倉北区1-2-3", False),
        ("123456a", False),
        ("", False),
    ],
)
def test_a_telephone_number_has_six_digits_and_no_letters(text: str, expected: bool) -> None:
    assert looks_like_phone(text) is expected


def _words(app: Flask, view: View, language: str, needs: tuple[str, ...], **said: Any) -> str:
    with app.test_request_context("/"):
        g.language = language
        return relaxation_words(view, {"adds": 6, **said}, needs)


ULCER, WIDER = {"drop": "AC.ULCER"}, {"district": "40100"}


@pytest.mark.parametrize(
    ("said", "ja", "en"),
    [
        (ULCER, "「褥瘡処置」を条件から外す（＋6件）", "Remove “Pressure-ulcer care” (+6)"),
        ({"radius_m": 24000}, "範囲を 24 km に広げる（＋6件）", "Widen to 24 km (+6)"),
        ({"any_kind": True}, "種類を問わずにさがす（＋6件）", "Search for any kind (+6)"),
        (
            {"together": [ULCER, WIDER]},
            "「褥瘡処置」を条件から外して、北九州市全体に広げる（＋6件）",
            "Remove “Pressure-ulcer care” and widen to all of Kitakyushu City (北九州市) (+6)",
        ),
        (
            {"together": [WIDER, {"any_time": True}]},
            "北九州市全体に広げて、時間を問わずにさがす（＋6件）",
            "Widen to all of Kitakyushu City (北九州市) and search for any time (+6)",
        ),
        (
            {"together": [{"any_kind": True}, {"any_words": True}]},
            "種類を問わず、ことばを条件から外す（＋6件）",
            "Search for any kind and remove the words (+6)",
        ),
    ],
)
def test_a_relaxation_is_one_sentence_whatever_it_combines(
    app: Flask, portal: Portal, said: dict[str, Any], ja: str, en: str
) -> None:
    asked = ("AC.ULCER", "VM.REG")
    assert _words(app, portal.view(), "ja", asked, **said) == ja
    assert _words(app, portal.view(), "en", asked, **said) == en


def test_dropping_the_last_need_says_that_nothing_is_confirmed(app: Flask, portal: Portal) -> None:
    view = portal.view()
    alone = _words(app, view, "ja", ("AC.ULCER",), unconfirmed=True, **ULCER)
    assert alone == "褥瘡処置に対応しているかは未確認です。確認なしで見る（＋6件）"
    wider = _words(app, view, "ja", ("AC.ULCER",), unconfirmed=True, together=[ULCER, WIDER])
    assert wider == (
        "褥瘡処置に対応しているかは未確認です。北九州市全体に広げて、確認なしで見る（＋6件）"
    )


def test_without_the_last_need_the_kinds_it_is_about_are_still_asked(client: FlaskClient) -> None:
    html = client.post("/results", data={"district": "40106", "need": "VM.24DR"}).text
    [look] = [
        parse_qs(unescape(value))
        for value, text in re.findall(r'value="([^"]*)">([^<]*確認なしで見る)', html)
    ]
    assert "need" not in look
    assert "clinic" in look["kind"]
    assert "pharmacy" not in look["kind"]
