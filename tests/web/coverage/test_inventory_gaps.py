"""The inventory where a list, or the filings, are not imported."""

from __future__ import annotations

from flask import Flask

from geoportal.documents.coverage import CoverageQuery
from geoportal.errors import NotFoundError
from geoportal.services.view import View
from geoportal.store.database import Database, advance_dataset_version
from geoportal.store.editions import add_scope_editions
from geoportal.web.coverage.inventory import inventory_table


def row(view: View, kind: str) -> dict[str, object]:
    return next(row for row in inventory_table(view)["rows"] if row["kind"] == kind)


def test_what_was_never_imported_has_no_count(view: View) -> None:
    nursing = row(view, "visiting_nursing")
    assert nursing["counts"] == [None, None]
    assert nursing["total"] is None


def test_a_held_list_without_an_entry_counts_nought(city: Database, app: Flask) -> None:
    with city.engine.begin() as connection:
        add_scope_editions(connection, "kaigo", {"130/40106"}, "2026-10-01")
        advance_dataset_version(connection, "nursing stations of one ward")
    html = app.test_client().get("/coverage").text
    assert "データなし" in html
    district = app.test_client().get("/districts/40106").text
    assert "データなし" in district


def test_facilities_that_some_source_names_are_counted_but_not_who_visits(view: View) -> None:
    clinics = row(view, "clinic")
    assert clinics["counts"][1] is None  # type: ignore[index]
    assert clinics["counts"][0]  # type: ignore[index]
    assert clinics["visits"] == [None, None]
    assert clinics["visits_total"] is None


def test_of_many_districts_only_those_of_the_area_have_a_column(view: View, monkeypatch) -> None:
    monkeypatch.setattr("geoportal.web.coverage.inventory.MOST_COLUMNS", 1)
    assert [one.code for one in inventory_table(view, "40107")["districts"]] == ["40107"]
    assert inventory_table(view)["districts"] == []


def test_where_many_districts_are_held_an_area_is_asked_for_and_none_is_measured(
    app: Flask, monkeypatch
) -> None:
    measured: list[str | None] = []

    def report(_view: View, asked: CoverageQuery, *_changes: object) -> None:
        measured.append(asked.area)
        raise NotFoundError("not here")

    monkeypatch.setattr("geoportal.web.coverage.page.coverage_report", report)
    monkeypatch.setattr("geoportal.web.coverage.question.MOST_DISTRICTS", 1)
    client = app.test_client()
    html = client.get("/coverage?need=VM.REG&kind=clinic").text
    assert measured == []
    assert 'href="/coverage?area=40106&amp;kind=clinic&amp;need=VM.REG"' in html
    assert 'id="coverage-data"' not in html
    client.get("/coverage?area=40106")
    client.get("/coverage?district=40107")
    assert measured == ["40106", "40107"]
