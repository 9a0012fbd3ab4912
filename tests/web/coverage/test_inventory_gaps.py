"""The inventory where a list, or the filings, are not imported."""

from __future__ import annotations

from flask import Flask

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
