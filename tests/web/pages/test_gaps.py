"""What pages say where a list that would answer is not imported."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from flask import Flask

from geoportal.domain.facility import SourceMention
from geoportal.services.portal import shipped_reference
from geoportal.store.database import Database, advance_dataset_version
from geoportal.store.editions import add_scope_editions
from geoportal.store.facilities import write_facilities
from geoportal.web.language.gaps import gap_sentences
from tests.factories import KOKURA, make_claim, make_facility

LINE = {
    "source": "bureau",
    "area": "40106",
    "area_name": "小倉北区",
    "prefecture": "福岡県",
    "kinds": ["hospital", "clinic"],
    "tells": "needs",
    "needs": ["VM.REG"],
    "facilities": 320,
    "unknown": 318,
    "publisher": "九州厚生局",
    "gap": True,
}
NEEDS_MISSING = (
    "訪問診療（定期）の届出（九州厚生局）は、福岡県の分が取り込まれていません。"
    "小倉北区の病院、診療所 318か所が対応しているかどうかは、未確認です。"
)


def say(language: str = "ja", **changes: object) -> str:
    [sentence] = gap_sentences(
        shipped_reference(), language, [{**LINE, "state": "missing", **changes}]
    )
    return sentence["text"].source.replace("\u2068", "").replace("\u2069", "")


def test_what_is_held_needs_no_sentence() -> None:
    assert gap_sentences(shipped_reference(), "ja", [{**LINE, "state": "held", "gap": False}]) == []


def test_missing_filings_are_said_with_publisher_prefecture_and_number() -> None:
    assert say() == NEEDS_MISSING
    assert say(state="partial").startswith(
        "訪問診療（定期）の届出（九州厚生局）は、小倉北区の一部しか"
    )


def test_a_missing_list_of_places_is_never_a_nought() -> None:
    assert say(tells="places", needs=[], facilities=0) == (
        "小倉北区の病院、診療所の一覧は取り込まれていません。0件ではなく、データなしです。"
    )
    assert "今は 12件" in say(tells="places", needs=[], facilities=12, state="partial")


def test_of_many_kinds_three_are_named() -> None:
    kinds = ["hospital", "clinic", "dental_clinic", "pharmacy"]
    assert "病院、診療所、歯科など" in say(tells="places", needs=[], kinds=kinds).replace(
        "歯科診療所", "歯科"
    )


@pytest.mark.parametrize("language", ["en", "ja-easy"])
def test_other_languages_name_number_and_publisher(language: str) -> None:
    assert "318" in say(language)
    assert "九州厚生局" in say(language)


def test_results_say_what_is_missing_and_set_the_neighbours_apart(
    city: Database, app: Flask
) -> None:
    filed = make_claim("VM.REG", evidence="filed", source="bureau")
    south = (KOKURA[0], KOKURA[1] - 0.005)
    mentions = (SourceMention("bureau", "35", "2025-10-01"),)
    with city.engine.begin() as connection:
        neighbour = make_facility(
            "neighbour", south, [filed], municipality_code="35201", sources=mentions
        )
        neighbour = replace(neighbour, location=replace(neighbour.location, level="chome"))
        write_facilities(connection, [neighbour])
        add_scope_editions(connection, "bureau", {"35/医科"}, "2025-10-01")
        advance_dataset_version(connection, "a neighbour that has filed")
    form = {"lon": str(KOKURA[0]), "lat": str(KOKURA[1]), "need": "VM.REG", "kind": "clinic"}
    html = app.test_client().post("/", data=form).text
    assert 'data-state="missing" data-source="bureau"' in html
    assert "九州厚生局" in html
    assert "市外・県外で対応がわかっている所" in html
    order = re.findall(r'data-id="(\w+)"', html)
    assert order[-1] == "neighbour"
    assert "すべてに対応（1件）" in html.split("市外・県外で対応がわかっている所")[1]
    head = re.search(r'results__summary">(\d+)件（([^）]*)）', html)
    assert head
    match, possible, away = map(int, re.findall(r"(\d+)件", head[2]))
    assert away == 1
    assert match + possible + away == int(head[1])
    folded = html.split('<div class="gaps"')[1].split("</summary>")[0]
    assert "届出が未取込のため" in folded
    assert "data-state" not in folded  # the full sentences are behind the short one


def test_an_area_without_any_list_has_no_data_rather_than_nought(app: Flask) -> None:
    html = app.test_client().get("/?district=40107&kind=visiting_nursing").text
    assert "データなし" in html
    assert "介護サービス情報公表システム" in html
    assert 'href="https://www.kaigokensaku.mhlw.go.jp/"' in html


@pytest.mark.parametrize(
    ("typed", "said"),
    [("門司駅", True), ("Moji Station", True), ("門司駅北口", True), ("とまり木クリニック", False)],
)
def test_a_station_is_not_found_for_want_of_a_list_of_stations(
    app: Flask, typed: str, said: bool
) -> None:
    html = app.test_client().post("/results", data={"address": typed}).text
    assert ("駅の一覧が取り込まれていない" in html) == said


def test_a_need_that_is_not_about_the_kind_is_said_with_whom_to_ask(app: Flask) -> None:
    html = app.test_client().get("/?district=40106&kind=pharmacy&need=VM.REG").text
    assert "病院、診療所にたずねることです" in html.replace("\u2068", "").replace("\u2069", "")
    assert "たずねられる種類でさがし直す" in html
    assert "条件に合う施設は見つかりませんでした" not in html


def test_coverage_of_a_need_that_is_not_about_the_kind_is_refused(app: Flask) -> None:
    client = app.test_client()
    query = "area=40106&kind=pharmacy&need=VM.REG"
    assert "えらんだ種類の施設にたずねることではありません" in client.get(f"/coverage?{query}").text
    problem = client.get(f"/api/v1/coverage?{query}")
    assert problem.status_code == 400
    assert problem.get_json()["errors"][0]["field"] == "need"
