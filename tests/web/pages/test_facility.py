"""A facility's page besides its facts: same place, nearby, what became of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask

from geoportal.domain.facility import SourceMention
from geoportal.services.view import View
from geoportal.store.history import past_of
from geoportal.web.current_view import view_here
from geoportal.web.pages import surroundings as facility_page
from tests.factories import KOKURA, make_facility, make_snapshot

NAVII_MENTION = SourceMention("navii-facility", "4020000000001", "2026-06-01")


@pytest.fixture
def near(view: View):
    facility = view.snapshot.by_id.get("near")
    assert facility is not None
    return facility


def test_neighbours_are_others_nearest_first(view: View, near) -> None:
    around = facility_page.surroundings(view, near)
    found = around["institution"] + around["same_place"] + around["near"]
    assert found
    assert near.id not in [item["id"] for item in found]
    distances = [item["distance_m"] for item in around["near"]]
    assert distances == sorted(distances)
    assert all(metres <= facility_page.NEAR_M for metres in distances)


def test_without_a_position_there_are_no_neighbours(view: View) -> None:
    lost = view.snapshot.by_id.get("lost")
    assert lost is not None
    assert facility_page.surroundings(view, lost)["near"] == []


def around_of(view: View, facilities, asked: str):
    snapshot = make_snapshot(facilities)
    found = facility_page.surroundings(replace(view, snapshot=snapshot), snapshot.by_id[asked])
    return {key: [item["id"] for item in items] for key, items in found.items()}


def test_a_hospital_names_its_services_its_pharmacy_and_its_neighbours(view) -> None:
    hospital = {"medical_institution_code": "4017719999"}
    office = {"care_office_number": "4017719999"}
    east = (KOKURA[0] + 0.005, KOKURA[1])
    facilities = [
        make_facility("hospital", kind="hospital", identifiers=hospital, address="浅野1丁目2-3"),
        make_facility("nursing", None, kind="visiting_nursing", identifiers=office, address=""),
        make_facility("gone", kind="home_help", identifiers=office, status="closed"),
        make_facility("pharmacy", None, kind="pharmacy", address="浅野一丁目２番３号 見本ビル１階"),
        make_facility("beside", address="小倉北区浅野1-2-9"),
        make_facility("slip", address="小倉北区魚町4-5-6"),
        make_facility("further", east, address="小倉北区浅野2-8-1"),
    ]
    assert around_of(view, facilities, "hospital") == {
        "institution": ["nursing"],
        "same_place": ["beside", "pharmacy"],
        "near": ["slip", "further"],
    }
    assert around_of(view, facilities, "nursing") == {
        "institution": ["hospital"],
        "same_place": [],
        "near": [],
    }
    assert around_of(view, facilities, "pharmacy")["same_place"] == ["hospital"]


def test_changes_between_editions_are_told_and_mere_spelling_is_not(
    view: View, near, monkeypatch: pytest.MonkeyPatch
) -> None:
    phones = ("093-000-0001", "０９３-000-0001", "093-000-0002")
    past = [
        (f"2026-0{month}-01", {"name": "甲", "address": "乙1丁目", "phone": phone})
        for month, phone in enumerate(phones, start=1)
    ]
    monkeypatch.setattr(facility_page, "past_of", lambda *_: past)
    changes = [e for e in facility_page.history(view, near) if e["what"] != "first"]
    assert {(e["what"], e["as_of"], e["after"]) for e in changes} == {
        ("phone", "2026-03-01", "093-000-0002")
    }


def test_no_edition_kept_is_an_empty_past(view: View) -> None:
    with view.database.engine.connect() as connection:
        assert past_of(connection, "nowhere", "x") == []


def test_a_closed_facilitys_past_ends_with_its_closing(view: View, app: Flask) -> None:
    gone = view.snapshot.by_id.get("gone")
    assert gone is not None
    assert facility_page.history(view, gone)[-1]["what"] == "closed"
    assert "廃止または休止。" in app.test_client().get("/facilities/gone").text


def test_why_a_position_is_not_the_published_one(app: Flask) -> None:
    """``coarse`` has no published coordinates: nobody is accused of wrong ones."""
    html = app.test_client().get("/facilities/coarse").text
    assert "座標が公表されていないため、住所から求めました。" in html
    assert "照らし合わせ" not in html
    assert "座標が公表され" not in app.test_client().get("/facilities/near").text


def test_only_who_has_a_telephone_is_to_be_called(app: Flask, monkeypatch) -> None:
    snapshot = make_snapshot(
        [
            make_facility("called", phone="093-000-0001"),
            make_facility("silent", phone="", sources=(NAVII_MENTION,)),
        ]
    )
    monkeypatch.setattr("geoportal.web.pages.facility.view_here", lambda: view)
    with app.test_request_context():
        view = replace(view_here(), snapshot=snapshot)
    pages = {
        id_: app.test_client().get(f"/facilities/{id_}").get_data(as_text=True)
        for id_ in ("called", "silent")
    }
    assert "時間の情報はありません。 電話でおたずねください。" in pages["called"]
    assert (
        "時間の情報はありません。 医療情報ネット（ナビイ）でお確かめください。" in pages["silent"]
    )
    assert "電話番号を医療情報ネット（ナビイ）で見る" in pages["silent"]
    assert "prefCd=40&amp;kikanCd=0000000001&amp;kikanKbn=2" in pages["silent"]
