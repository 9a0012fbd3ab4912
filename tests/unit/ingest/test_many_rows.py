"""Files with many rows are read in worker processes: what comes of it is the same."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from geoportal import packed
from geoportal.ingest import plan
from geoportal.ingest.pipeline import ImportOptions, import_files
from geoportal.ingest.reading import extract
from geoportal.ingest.revise import gazetteer, records, refresh
from geoportal.services.portal import shipped_reference
from geoportal.store.database import open_database
from geoportal.store.schema import metadata
from geoportal.workers import WorkerDiedError, usable_processes
from tests.unit.ingest.official import (
    KAIGO_HEADER,
    NAVII_HEADER,
    TOWNS,
    TOWNS_HEADER,
    kaigo_row,
    navii_row,
    write_csv,
)

pytestmark = pytest.mark.skipif(usable_processes() < 2, reason="needs a machine that forks")


@pytest.fixture
def many(monkeypatch):
    """Take three rows and facilities for many."""
    monkeypatch.setattr(plan, "_LARGE_BYTES", 1)
    monkeypatch.setattr(extract, "_PART", 3)
    monkeypatch.setattr(extract, "_FEWEST_PARTS", 2)
    monkeypatch.setattr(packed, "BLOCK", 2)
    monkeypatch.setattr(packed, "_LOOSE", 5)
    monkeypatch.setattr(records, "_PORTION", 4)
    monkeypatch.setattr(records, "_FEWEST_IN_WORKERS", 4)
    monkeypatch.setattr(gazetteer, "_FEWEST_APART", 1)
    monkeypatch.setattr(refresh, "_BATCH", 3)
    monkeypatch.setattr(refresh, "_FEWEST_IN_WORKERS", 4)


@pytest.fixture
def editions(tmp_path):
    """Return files with sound, damaged, repeated and contradictory rows; the last one is later."""
    offices = [kaigo_row(事業所番号=f"40677{i:05}", 事業所名=f"見本{i}") for i in range(12)]
    offices[3] |= {"緯度": "", "経度": ""}
    offices[5] |= {"事業所番号": "4.06E+09"}
    offices[7] |= {"緯度": "53.41291", "経度": "-8.24389"}
    offices += [offices[0], offices[1] | {"事業所名": "別の名前"}]
    clinics = [navii_row(ID=f"40201{i:05}", 正式名称=f"見本{i}医院") for i in range(8)]
    later = [row | {"電話番号": "093-000-0009"} for row in offices[2:9]]
    return [
        write_csv(tmp_path / "towns_20250401.csv", TOWNS_HEADER, TOWNS),
        write_csv(tmp_path / "02-1_clinic_20250601.csv", NAVII_HEADER, clinics),
        write_csv(tmp_path / "kaigo_20250601.csv", KAIGO_HEADER, offices),
        write_csv(tmp_path / "kaigo_20251201.csv", KAIGO_HEADER, later),
    ]


def taken(folder, editions, processes):
    """Return what a database holds in all its tables after imports, and what these said.

    The compiled gazetteer stands among the tables.
    """
    database = open_database(folder / f"{processes}.db", create=True)
    options = ImportOptions(processes=processes, max_rejected_percent=50)
    try:
        said = [
            import_files(database, shipped_reference(), files, options, today=date(2026, 11, 30))
            for files in (editions[:3], editions[3:])
        ]
        with database.engine.connect() as connection:
            held = {
                table.name: sorted(map(repr, connection.execute(sa.select(table))))
                for table in metadata.sorted_tables
            }
        (compiled,) = database.derived_directory.glob("gazetteer-*/*")
        held["gazetteer"] = [compiled.read_bytes().hex()]
    finally:
        database.engine.dispose()
    return held, [report.as_dict() for report in said]


@pytest.fixture
def at_once(tmp_path, editions):
    """Return what comes of the files when nothing is many."""
    (tmp_path / "at_once").mkdir()
    return taken(tmp_path / "at_once", editions, 1)


@pytest.mark.usefixtures("at_once", "many")
def test_every_table_and_every_issue_is_the_same(tmp_path, at_once, editions):
    alone, in_workers = taken(tmp_path, editions, 1), taken(tmp_path, editions, 2)
    assert in_workers == alone == at_once
    held, said = alone
    assert len(held["facilities"]) > 15
    codes = {issue["code"] for report in said for one in report["files"] for issue in one["issues"]}
    assert codes >= {"number_damaged_by_excel", "repeated_row", "duplicate_key", "outside_japan"}


@pytest.mark.usefixtures("many")
def test_without_a_worker_nothing_of_the_file_is_taken(tmp_path, editions, monkeypatch):
    database = open_database(tmp_path / "a.db", create=True)
    reference, today = shipped_reference(), date(2026, 11, 30)
    import_files(database, reference, editions[:1], ImportOptions(), today=today)

    def die(*_):
        raise WorkerDiedError

    with monkeypatch.context() as patch:
        patch.setattr(refresh, "facility_row", die)
        with pytest.raises(WorkerDiedError):
            import_files(
                database, reference, editions[2:3], ImportOptions(processes=2), today=today
            )
    with database.engine.connect() as connection:
        assert not connection.scalar(sa.text("select count(*) from records"))
    database.engine.dispose()
