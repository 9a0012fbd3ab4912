"""The real official files, where they lie beside the repository."""

from __future__ import annotations

import csv
import time
from pathlib import Path

import pytest
from pyproj import Geod

from geoportal.store.database import open_database
from geoportal.store.facilities import iter_facilities
from tests.unit.ingest.official import codes, import_into

SHARED = Path(__file__).parents[4] / "shared" / "data"
GEOD = Geod(ellps="GRS80")
pytestmark = [
    pytest.mark.shared,
    pytest.mark.long,
    pytest.mark.slow,
    pytest.mark.skipif(not SHARED.is_dir(), reason=f"no official files in {SHARED}"),
]


def official_files():
    return [
        *sorted((SHARED / "kaigo").glob("*.csv")),
        *sorted((SHARED / "kaigo" / "rebuilt").glob("*.csv")),
        *sorted((SHARED / "navii").glob("0*.csv")),
        *sorted((SHARED / "navii").glob("TRIMMED*.csv")),
        *sorted((SHARED / "navii" / "rebuilt").glob("0?-1*.csv")),
        SHARED / "navii" / "rebuilt" / "05_pharmacy_facility_info_REBUILT.csv",
        *sorted((SHARED / "boundaries").glob("*.geojson")),
        SHARED / "addresses" / "fukuoka_towns_geolonia.csv",
    ]


@pytest.fixture(scope="module")
def imported(tmp_path_factory):
    database = open_database(tmp_path_factory.mktemp("official") / "all.db", create=True)
    started = time.process_time()  # the machine may be busy with other things
    report = import_into(database, *official_files())
    seconds = time.process_time() - started
    yield database, report, seconds
    database.engine.dispose()


@pytest.fixture(scope="module")
def facilities(imported):
    with imported[0].engine.connect() as connection:
        return {facility.id: facility for facility in iter_facilities(connection)}


def rows_of(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def kaigo_rows():
    paths = [*(SHARED / "kaigo").glob("jig*.csv"), *(SHARED / "kaigo" / "rebuilt").glob("*.csv")]
    return [row for path in sorted(paths) for row in rows_of(path)]


def test_every_file_is_imported_whole_and_quickly(imported):
    _, report, seconds = imported
    assert not report.refused
    for item in report.files:
        assert item.rows_read == item.accepted + item.rejected
        assert item.rejected == 0, item.file
    assert seconds < 60  # about 6 s on two free cores


def test_every_row_is_a_facility_and_none_is_invented(facilities):
    care = {row["事業所番号"] for row in kaigo_rows()}
    held = {f.identifiers.get("care_office_number") for f in facilities.values()} - {None}
    assert held == care
    assert sum(f.id.startswith("k") for f in facilities.values()) == len(kaigo_rows())
    rebuilt = SHARED / "navii" / "rebuilt"
    medical = [
        row["ID"] for p in (*rebuilt.glob("0?-1*.csv"), *rebuilt.glob("05*")) for row in rows_of(p)
    ]
    assert {f"n{number}" for number in medical} <= facilities.keys()


def test_no_far_position_is_served_as_if_right(facilities):
    """Independent of the outlines: a point far from all of its ward's towns is wrong."""
    towns: dict[str, list[tuple[float, float]]] = {}
    for row in rows_of(SHARED / "addresses" / "kitakyushu_towns_geolonia.csv"):
        towns.setdefault(row["市区町村コード"], []).append((float(row["経度"]), float(row["緯度"])))
    far = 0
    for row in kaigo_rows():
        code = row["都道府県コード又は市町村コード"][:5]
        if code not in towns or not row["緯度"]:
            continue
        lon, lat = float(row["経度"]), float(row["緯度"])
        nearest = min(GEOD.inv(lon, lat, *town)[2] for town in towns[code])
        if nearest <= 5_000:
            continue
        far += 1
        found = [
            f
            for f in facilities.values()
            if f.identifiers.get("care_office_number") == row["事業所番号"]
            and row["サービスの種類"] in f.services
        ]
        for facility in found:
            location = facility.location
            assert {"outside_municipality", "outside_japan"} & set(location.warnings)
            if location.known:
                assert (location.lon, location.lat) != (lon, lat)
                away = min(GEOD.inv(location.lon, location.lat, *town)[2] for town in towns[code])
                assert away < 1_000
    assert far >= 30


def test_medical_facilities_without_position_are_located_and_marked(facilities):
    medical = [f for f in facilities.values() if f.kind in ("clinic", "dental_clinic", "pharmacy")]
    located = [f for f in medical if f.location.known]
    assert len(medical) == 829 + 563 + 596
    assert len(located) / len(medical) > 0.99
    assert all("geocoded" in f.location.warnings for f in located)
    assert all((f.location.uncertainty_m or 0) >= 50 for f in located)


def test_trimmed_files_say_what_is_missing(imported):
    trimmed = [item for item in imported[1].files if item.file.startswith("TRIMMED")]
    assert len(trimmed) == 2
    assert all("missing_column" in codes(item) for item in trimmed)
    assert [item.accepted for item in trimmed] == [89, 12]


def test_importing_everything_again_changes_nothing(imported):
    database, report, _ = imported
    again = import_into(database, *official_files())
    assert again.dataset_version == report.dataset_version
    assert sum(f.created + f.updated + f.removed for f in again.files) == 0
