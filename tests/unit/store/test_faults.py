"""What breaks below: full, read-only, damaged and absent databases are told in words."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import tempfile

import pytest
import sqlalchemy as sa

from geoportal.domain.query import Query
from geoportal.errors import BusyError, GeoportalError
from geoportal.services.portal import Portal, shipped_reference
from geoportal.store.database import open_database, require_whole, set_meta, shown_location
from geoportal.store.faults import database_fault, disk_fault
from geoportal.store.staff_facts import facts_of
from tests.unit.ingest.official import TOWNS, TOWNS_HEADER, import_into, write_csv


def fault(act) -> GeoportalError:
    with pytest.raises(sa.exc.DBAPIError) as raised:
        act()
    found = database_fault(raised.value)
    assert found is not None
    return found


def test_a_full_disk_is_told(database):
    def fill():
        with database.engine.begin() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count = 60")
            for number in range(100):
                set_meta(connection, f"key {number}", "x" * 100_000)

    assert "full" in str(fault(fill))


def test_a_database_that_another_program_writes_is_busy(database, tmp_path):
    other = sqlite3.connect(tmp_path / "test.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    def write():
        with database.engine.begin() as connection:
            connection.exec_driver_sql("PRAGMA busy_timeout = 10")
            set_meta(connection, "key", "value")

    assert isinstance(fault(write), BusyError)
    other.close()


@pytest.mark.parametrize("damage", ["head", "pages", "cut"])
def test_a_damaged_database_is_told(city, tmp_path, damage):
    city.engine.dispose()
    data = bytearray((tmp_path / "test.db").read_bytes())
    if damage == "head":
        data[:7] = b"garbage"
    elif damage == "pages":
        data[4096:] = bytes(len(data) - 4096)
    else:
        del data[9000:]
    path = tmp_path / "damaged.db"
    path.write_bytes(data)
    with pytest.raises(GeoportalError, match="damaged"):
        open_database(path)


def test_a_page_damaged_in_the_middle_is_found_by_who_looks(city, tmp_path):
    require_whole(city)
    with city.engine.begin() as connection:
        page = connection.exec_driver_sql(
            "SELECT rootpage FROM sqlite_master WHERE name = 'claims'"
        ).scalar()
    city.engine.dispose()
    with (tmp_path / "test.db").open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\xff" * 4096)
    with pytest.raises(GeoportalError, match="damaged"):
        require_whole(open_database(tmp_path / "test.db"))


def test_a_folder_is_no_database(tmp_path):
    (tmp_path / "folder.db").mkdir()
    assert "no file" in str(fault(lambda: open_database(tmp_path / "folder.db", create=True)))


def test_a_password_is_not_shown():
    shown = shown_location("postgresql://mapper:s3cret@db.example/geo?sslmode=require")
    assert "s3cret" not in shown
    assert "mapper" in shown
    assert shown_location("var/geoportal.db") == "var/geoportal.db"


def test_a_server_that_is_away_is_told():
    with pytest.raises(GeoportalError, match="server does not answer"):
        open_database("postgresql://nobody@127.0.0.1:9/nothing")


def test_what_is_our_own_fault_stays_one(database):
    with (
        pytest.raises(sa.exc.DBAPIError) as raised,
        database.engine.connect() as connection,
    ):
        connection.exec_driver_sql("SELECT nothing FROM nowhere")
    assert database_fault(raised.value) is None


def test_disks_of_files(tmp_path, monkeypatch):
    assert "full" in str(disk_fault(OSError(errno.ENOSPC, "No space left on device")))
    assert "x.csv" in str(disk_fault(PermissionError(errno.EACCES, "Permission denied", "x.csv")))
    assert "no such folder" in str(disk_fault(FileNotFoundError(errno.ENOENT, "", "gone/x.csv")))
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setattr(tempfile, "_candidate_tempdir_list", lambda: [str(tmp_path / "none")])
    with pytest.raises(FileNotFoundError) as nowhere:
        tempfile.gettempdir()
    assert "TMPDIR" in str(disk_fault(nowhere.value))
    assert disk_fault(FileNotFoundError(errno.ENOENT, "No such file or directory")) is None
    assert disk_fault(OSError(errno.EINVAL, "odd")) is None
    assert disk_fault(ValueError("ours")) is None


def test_the_gazetteer_is_compiled_elsewhere_where_nothing_can_be_written(database, tmp_path):
    import_into(database, write_csv(tmp_path / "towns.csv", TOWNS_HEADER, TOWNS))
    shutil.rmtree(database.derived_directory)
    database.derived_directory.write_text("a file where the folder should be")
    geocoder = Portal(database, shipped_reference()).view().geocoder
    assert geocoder.geocode("小倉北区浅野1丁目").town == "浅野一丁目"


def test_on_a_read_only_disk_questions_are_answered(city, tmp_path, monkeypatch):
    city.engine.dispose()
    folder = tmp_path / "只読 ?#%"
    folder.mkdir()
    shutil.copy(tmp_path / "test.db", folder / "city.db")
    shutil.copy(tmp_path / "test.db", folder / "city.db.desk")  # of staff; without facts
    really = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK and really(path, mode))
    portal = Portal(open_database(folder / "city.db"), shipped_reference())
    assert portal.view().search(Query(districts=("40106",))).number_matched > 3

    def write():
        with portal.database.engine.begin() as connection:
            set_meta(connection, "key", "value")

    assert "read-only" in str(fault(write))
    # The directory itself can be written here: beside the database is only what derives from it.
    assert {path.name for path in folder.iterdir()} <= {
        *("city.db", "city.db.derived", "city.db.desk"),
    }


def test_a_damaged_file_of_staff_is_explained(tmp_path):
    database = open_database(tmp_path / "test.db", create=True)
    (tmp_path / "test.db.desk").write_text("no database " * 400, encoding="utf-8")
    with pytest.raises(GeoportalError, match="staff's file"), facts_of(database):
        pass
    database.engine.dispose()
