"""The city as official files tell it, imported once per run."""

from __future__ import annotations

import gzip
from datetime import date
from pathlib import Path

import pytest

from geoportal.ingest.pipeline import ImportOptions, import_files
from geoportal.services.portal import shipped_reference
from geoportal.store.database import open_database
from tests.conftest import BuildOnce
from tests.rounds import IS_LONG

SHARED = Path(__file__).parents[3] / "shared" / "data"
WARDS = SHARED / "boundaries" / "kitakyushu_wards_detailed.geojson"


COUNTED = {"110", "130", "140", "150", "160", "430", "720", "730", "760", "780"}
"""Services, by their numbers, whose offices `test_official_files` counts: two thirds of all."""


def kaigo_files() -> list[Path]:
    """Return the files of care services: those that are counted, all of them by ``make long``."""
    folder = SHARED / "kaigo"
    every = sorted([*folder.glob("jigyosho_*.csv"), *(folder / "rebuilt").glob("*.csv")])
    return [path for path in every if IS_LONG or COUNTED & set(path.stem.split("_"))]


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


@pytest.fixture(scope="session")
def filings_city(built_once: BuildOnce) -> Path:
    """Return a directory with ``city.db``: the filings of 山口県, towns of 下関市, wards."""
    filings = SHARED / "bureau" / "35_yamaguchi_todokede_2025-10.xlsx"
    towns = SHARED / "addresses" / "towns_japan.csv.gz"
    if not (filings.is_file() and towns.is_file()):
        pytest.skip("official files are not here (../shared/data)")

    def fill(directory: Path) -> None:
        few = directory / "towns.csv"
        with (
            gzip.open(towns, "rt", encoding="utf-8") as every,
            few.open("w", encoding="utf-8") as some,
        ):
            some.writelines(
                line for n, line in enumerate(every) if n == 0 or line.startswith("山口県,下関市")
            )
        database = open_database(directory / "city.db", create=True)
        report = import_files(
            database,
            shipped_reference(),
            [filings, few, WARDS],
            ImportOptions(),
            today=date(2025, 11, 22),
        )
        assert not report.refused
        database.engine.dispose()

    return built_once("filings", fill)
