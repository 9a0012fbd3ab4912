"""Copies of a database in use, and their way back."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import sqlite3
import threading
from datetime import datetime, timedelta

import pytest

from geoportal.desk.domain.account import COMMAND_LINE
from geoportal.desk.store.audit import read_audit, record
from geoportal.desk.store.database import open_desk
from geoportal.domain.hours import JST
from geoportal.errors import BusyError, GeoportalError, InputRefusedError, NotFoundError, UsageError
from geoportal.services.portal import Portal, shipped_reference
from geoportal.store import backup
from geoportal.store.backup import back_up, restore
from geoportal.store.database import (
    advance_dataset_version,
    dataset_version,
    import_lock,
    open_database,
    read_through,
)
from geoportal.store.staff_facts import facts_of

NOW = datetime(2026, 11, 29, 3, 15, 0, tzinfo=JST)


def rows(path):
    with sqlite3.connect(path) as connection:
        names = [
            n for (n,) in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")
        ]
        return {name: connection.execute(f"SELECT * FROM {name}").fetchall() for name in names}  # noqa: S608


def version_of(database):
    with database.engine.connect() as connection:
        return dataset_version(connection)


def test_a_copy_holds_the_same_rows_and_says_which_version(city, tmp_path):
    copy = back_up(city, tmp_path / "copy.db", NOW)
    assert sorted(p.name for p in tmp_path.glob("copy*")) == ["copy.db"]
    assert rows(copy.path) == rows(tmp_path / "test.db")
    assert copy.dataset_version == version_of(city)
    assert copy.sha256 == hashlib.sha256(copy.path.read_bytes()).hexdigest()
    assert copy.size_bytes == copy.path.stat().st_size


def test_in_a_folder_copies_are_named_by_the_moment_and_the_newest_kept(city, tmp_path):
    folder = tmp_path / "copies"
    folder.mkdir()
    (folder / "notes.db").write_text("mine")
    for day in range(4):
        back_up(city, folder, NOW + timedelta(days=day), keep=2)
    assert sorted(path.name for path in folder.iterdir()) == [
        "geoportal-20261201-031500.db",
        "geoportal-20261202-031500.db",
        "notes.db",
    ]


def test_a_copy_overwrites_nothing(city, tmp_path):
    (tmp_path / "copy.db").write_text("mine")
    with pytest.raises(UsageError, match="exists already"):
        back_up(city, tmp_path / "copy.db", NOW)
    with pytest.raises(UsageError, match="folder"):
        back_up(city, tmp_path / "nowhere" / "copy.db", NOW)
    assert (tmp_path / "copy.db").read_text() == "mine"


def test_a_copy_taken_while_another_writes_has_one_state(city, tmp_path):
    stop = threading.Event()

    def write():
        while not stop.is_set():
            with city.engine.begin() as connection:
                advance_dataset_version(connection, "again")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        copy = back_up(city, tmp_path / "copy.db", NOW)
    finally:
        stop.set()
        writer.join()
    opened = open_database(copy.path)
    assert version_of(opened) == copy.dataset_version
    opened.engine.dispose()


def test_what_was_lost_comes_back_and_a_running_portal_follows(city, tmp_path):
    portal = Portal(city, shipped_reference(), clock=lambda: NOW)
    before = version_of(city)
    held = len(portal.view().snapshot)
    copy = back_up(city, tmp_path / "copy.db", NOW)
    with city.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM facilities")
        advance_dataset_version(connection, "a mistake")
    portal._checked_at = 0.0
    assert len(portal.view().snapshot) == 0
    assert restore(copy.path, str(tmp_path / "test.db")).dataset_version == before
    portal._checked_at = 0.0
    assert len(portal.view().snapshot) == held


def test_a_damaged_database_is_set_aside(city, tmp_path):
    copy = back_up(city, tmp_path / "copy.db", NOW)
    whole = rows(copy.path)
    city.engine.dispose()
    path = tmp_path / "test.db"
    path.write_bytes(path.read_bytes()[:5000])
    restore(copy.path, str(path))
    assert rows(path) == whole
    assert (tmp_path / "test.db.damaged").stat().st_size == 5000


def test_into_nothing(city, tmp_path):
    copy = back_up(city, tmp_path / "copy.db", NOW)
    restore(copy.path, str(tmp_path / "new" / "city.db"))
    assert rows(tmp_path / "new" / "city.db") == rows(copy.path)


def test_what_is_no_whole_copy_changes_nothing(city, tmp_path):
    copy = back_up(city, tmp_path / "copy.db", NOW).path
    before = version_of(city)
    cut, middle, other = (tmp_path / name for name in ("cut.db", "middle.db", "other.db"))
    content = bytearray(copy.read_bytes())
    cut.write_bytes(content[: len(content) // 2])
    content[len(content) // 2 : len(content) // 2 + 20_000] = b"\xff" * 20_000
    middle.write_bytes(content)
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE t (a)")
    for bad in (cut, middle, other):
        with pytest.raises(InputRefusedError, match=bad.name):
            restore(bad, str(tmp_path / "test.db"))
    with pytest.raises(NotFoundError):
        restore(tmp_path / "nothing.db", str(tmp_path / "test.db"))
    assert version_of(city) == before


def test_a_damaged_database_is_not_copied_as_if_it_were_whole(city, tmp_path):
    city.engine.dispose()
    path = tmp_path / "test.db"
    content = bytearray(path.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 20_000] = b"\xff" * 20_000
    path.write_bytes(content)
    with pytest.raises(GeoportalError, match=r"test\.db cannot be copied: its pages are damaged"):
        back_up(city, tmp_path / "copy.db", NOW)
    assert not list(tmp_path.glob("copy*"))


def test_not_during_an_import(city, tmp_path):
    copy = back_up(city, tmp_path / "copy.db", NOW).path
    shutil.copy(copy, tmp_path / "kept.db")
    with import_lock(city), pytest.raises(BusyError):
        restore(copy, str(tmp_path / "test.db"))


@pytest.fixture
def staffed(city, tmp_path):
    """Return a city whose staff have written one thing, in use."""
    desk = open_desk(str(tmp_path / "test.db"), create=True)
    note(desk, "first")
    yield desk
    desk.engine.dispose()


def note(desk, action):
    with desk.writing() as connection:
        record(connection, NOW, COMMAND_LINE, action, ("account", "a"))


def noted(location):
    desk = open_desk(str(location))
    with desk.reading() as connection:
        found = [entry.action for entry in reversed(read_audit(connection))]
    desk.engine.dispose()
    return found


def test_what_staff_wrote_is_in_the_copy_which_only_its_owner_reads(city, staffed, tmp_path):
    copy = back_up(city, tmp_path / "copy.db", NOW)
    assert copy.staff == tmp_path / "copy.db.desk"
    assert sorted(p.name for p in tmp_path.glob("copy*")) == ["copy.db", "copy.db.desk"]
    assert copy.staff.stat().st_mode & 0o077 == 0
    assert noted(copy.path) == ["first"]


def test_restoring_keeps_what_staff_wrote_since_unless_asked(city, staffed, tmp_path):
    copy = back_up(city, tmp_path / "copy.db", NOW)
    note(staffed, "second")
    assert not restore(copy.path, str(tmp_path / "test.db")).staff
    assert noted(tmp_path / "test.db") == ["first", "second"]
    assert restore(copy.path, str(tmp_path / "test.db"), staff=True).staff
    assert noted(tmp_path / "test.db") == ["first"]


def test_what_staff_wrote_comes_back_where_it_is_lost_or_damaged(city, staffed, tmp_path):
    copy = back_up(city, tmp_path / "copy.db", NOW)
    assert restore(copy.path, str(tmp_path / "new" / "city.db")).staff
    assert noted(tmp_path / "new" / "city.db") == ["first"]
    staffed.engine.dispose()
    beside = tmp_path / "test.db.desk"
    beside.write_bytes(beside.read_bytes()[:5000])
    assert restore(copy.path, str(tmp_path / "test.db")).staff
    assert noted(tmp_path / "test.db") == ["first"]
    assert (tmp_path / "test.db.desk.damaged").stat().st_size == 5000
    assert beside.stat().st_mode & 0o077 == 0


def test_a_damaged_file_of_staff_is_neither_copied_nor_put_back(city, staffed, tmp_path):
    copy = back_up(city, tmp_path / "copy.db", NOW)
    before = version_of(city)
    staffed.engine.dispose()
    content = copy.staff.read_bytes()
    for path in (copy.staff, tmp_path / "test.db.desk"):
        path.write_bytes(content[: len(content) // 2])
    with pytest.raises(GeoportalError, match=r"test\.db\.desk cannot be copied: its pages"):
        back_up(city, tmp_path / "again.db", NOW)
    assert not list(tmp_path.glob("again*"))
    with pytest.raises(InputRefusedError, match=r"copy\.db\.desk"):
        restore(copy.path, str(tmp_path / "test.db"))
    assert version_of(city) == before


def test_old_copies_go_with_what_staff_wrote(city, staffed, tmp_path):
    folder = tmp_path / "copies"
    folder.mkdir()
    for day in range(3):
        back_up(city, folder, NOW + timedelta(days=day), keep=1)
    name = "geoportal-20261201-031500.db"
    assert sorted(path.name for path in folder.iterdir()) == [name, f"{name}.desk"]


def test_the_staff_of_a_copy_that_has_none_cannot_be_asked_for(city, tmp_path):
    copy = back_up(city, tmp_path / "copy.db", NOW)
    with pytest.raises(UsageError, match="staff"):
        restore(copy.path, str(tmp_path / "test.db"), staff=True)


def test_reading_through_says_how_far_it_is(tmp_path):
    file = tmp_path / "large.db"
    with file.open("wb") as made:
        made.truncate(70 * 1024 * 1024)
    told = []
    read_through(str(file), lambda label, done, total: told.append((label, done, total)))
    assert [done for _label, done, _total in told] == [0, 1, 2, 3, 4, 6]
    assert {total for _label, _done, total in told} == {6}
    for nothing in (tmp_path / "none.db", tmp_path, "postgresql://127.0.0.1:1/none"):
        read_through(str(nothing), lambda *_: pytest.fail("nothing is read"))


@pytest.mark.parametrize("name", ["test.db", "test.db.desk"])
def test_a_damaged_file_whose_damage_is_no_text_is_explained(city, staffed, tmp_path, name):
    """The driver quotes the name of the table, and fails at that."""
    for engine in (city.engine, staffed.engine):
        engine.dispose()
    path, table = tmp_path / name, b"desk_sessions" if name.endswith(".desk") else b"facilities"
    content = path.read_bytes()
    path.write_bytes(content.replace(b"table" + table, b"table\x9c" + table[1:]))
    with pytest.raises(GeoportalError, match="damaged"):
        back_up(city, tmp_path / "copy.db", NOW)
    for read in (lambda: noted(path.with_suffix("")), lambda: list(_facts(city))):
        with pytest.raises(GeoportalError, match="damaged"):
            read() if name.endswith(".desk") else version_of(city)


def _facts(city):
    with facts_of(city) as execute:
        yield execute


def test_a_copy_killed_between_two_names_needs_no_cleaning(city, staffed, tmp_path):
    for left in ("copy.db.part", "copy.db.part-journal", "copy.db.desk", "copy.db.desk.part"):
        (tmp_path / left).write_text("half")
    assert noted(back_up(city, tmp_path / "copy.db", NOW).path) == ["first"]
    assert sorted(p.name for p in tmp_path.glob("copy*")) == ["copy.db", "copy.db.desk"]


def test_the_staff_of_another_copy_are_not_overwritten(city, staffed, tmp_path):
    (tmp_path / "copy.db.desk").write_text("mine")
    with pytest.raises(UsageError, match="exists already"):
        back_up(city, tmp_path / "copy.db", NOW)
    assert (tmp_path / "copy.db.desk").read_text() == "mine"


@pytest.mark.parametrize("fails", [1, 2, 3])
def test_a_copy_that_cannot_be_flushed_leaves_nothing(city, staffed, tmp_path, monkeypatch, fails):
    flushed = []

    def flush(path):
        flushed.append(path)
        if len(flushed) == fails:
            raise OSError(errno.EIO, "input/output error")

    monkeypatch.setattr(backup, "_flush", flush)
    with pytest.raises(OSError, match="input/output"):
        back_up(city, tmp_path / "copy.db", NOW)
    assert list(tmp_path.glob("copy*")) == []
    assert noted(back_up(city, tmp_path / "copy.db", NOW).path) == ["first"]


def test_what_killed_copies_left_in_a_folder_goes_after_a_day(city, staffed, tmp_path):
    folder = tmp_path / "copies"
    folder.mkdir()
    for day in (1, 3):
        when = NOW - timedelta(days=day, hours=-1)
        copy = folder / f"geoportal-{when:%Y%m%d-%H%M%S}.db"
        for ending in (".part", ".part-wal", ".desk", ".desk.part"):
            left = copy.with_name(copy.name + ending)
            left.write_text("half")
            os.utime(left, (when.timestamp(),) * 2)
    (folder / "other.db.part").write_text("mine")
    back_up(city, folder, NOW)
    assert sorted(p.name for p in folder.iterdir()) == [
        *(f"geoportal-20261128-041500.db{end}" for end in (".desk", ".desk.part", ".part")),
        "geoportal-20261128-041500.db.part-wal",
        "geoportal-20261129-031500.db",
        "geoportal-20261129-031500.db.desk",
        "other.db.part",
    ]
