"""The city as official files tell it, imported once per run."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from geoportal.ingest.pipeline import ImportOptions, import_files
from geoportal.services.portal import shipped_reference
from geoportal.store.database import open_database
from tests.conftest import BuildOnce

SHARED = Path(__file__).parents[3] / "shared" / "data"
WARDS = SHARED / "boundaries" / "kitakyushu_wards_detailed.geojson"


def kaigo_files() -> list[Path]:
    folder = SHARED / "kaigo"
    return sorted([*folder.glob("jigyosho_*.csv"), *(folder / "rebuilt").glob("*.csv")])


@pytest.fixture(scope="session")
def official_city(built_once: BuildOnce) -> Path:
    """Return a directory with ``city.db``: care offices, wards and towns of official files."""
    if not WARDS.is_file():
        pytest.skip("official files are not here (../shared/data)")

    def fill(directory: Path) -> None:
        database = open_database(directory / "city.db", create=True)
        files = [*kaigo_files(), WARDS, SHARED / "addresses" / "fukuoka_towns_geolonia.csv"]
        options = ImportOptions(as_of="2026-09-30")
        today = date(2026, 11, 22)
        report = import_files(database, shipped_reference(), files, options, today=today)
        assert not report.refused
        database.engine.dispose()

    return built_once("official", fill)
