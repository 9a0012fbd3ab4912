"""The staff's tables: as the migrations make them, apart from the data, the trail only added to."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from geoportal.desk.domain.account import COMMAND_LINE
from geoportal.desk.store.audit import read_audit, record
from geoportal.desk.store.database import VERSION_TABLE, has_desk, open_desk
from geoportal.desk.store.schema import metadata
from geoportal.errors import NotFoundError
from geoportal.store.database import open_database
from geoportal.store.schema import metadata as of_the_data

SUBJECT = ("account", "1")


def test_the_migrations_make_the_tables_of_the_schema(desk):
    with desk.database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        assert compare_metadata(context, metadata) == []


def test_opening_again_changes_nothing(desk, desk_database):
    where = desk_database.engine.url
    location = where.render_as_string(hide_password=False)
    if where.get_backend_name() == "sqlite":
        location = str(where.database).removesuffix(".desk")
    with desk.database.writing() as connection:
        record(connection, desk.clock(), COMMAND_LINE, "try", SUBJECT)
    again = open_desk(location.replace("+psycopg", ""), create=True)
    with again.reading() as connection:
        assert len(read_audit(connection)) == 1
    again.engine.dispose()
    assert has_desk(location.replace("+psycopg", ""))


def test_no_table_is_one_of_the_data():
    assert not set(metadata.tables) & set(of_the_data.tables)
    assert all(name.startswith("desk_") for name in metadata.tables)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE desk_audit SET actor_id = 'somebody else'",
        "DELETE FROM desk_audit",
        "DELETE FROM desk_audit WHERE id = 1",
        "TRUNCATE desk_audit",
        "INSERT OR REPLACE INTO desk_audit SELECT * FROM desk_audit",
    ],
)
def test_the_audit_trail_cannot_be_edited(desk, statement):
    with desk.database.writing() as connection:
        record(
            connection, desk.clock(), COMMAND_LINE, "try", SUBJECT,
            before={"値": "前"}, after={"値": "後"},
        )  # fmt: skip
    with pytest.raises(sa.exc.DBAPIError), desk.database.writing() as connection:
        connection.execute(sa.text(statement))
    with desk.database.reading() as connection:
        (entry,) = read_audit(connection, subject=SUBJECT)
    assert (entry.actor, entry.action) == (COMMAND_LINE, "try")
    assert (entry.before, entry.after) == ({"値": "前"}, {"値": "後"})
    assert entry.at.startswith("2026-11-24T10:00:00")


def test_what_fails_leaves_nothing(desk):
    def fail() -> None:
        with desk.database.writing() as connection:
            record(connection, desk.clock(), COMMAND_LINE, "try", SUBJECT)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with desk.database.reading() as connection:
        assert read_audit(connection) == []


def test_staff_do_not_wait_for_an_import(tmp_path):
    """SQLite: the data's file has one writer, an import, for as long as it takes."""
    data = open_database(tmp_path / "city.db", create=True)
    desk = open_desk(str(tmp_path / "city.db"), create=True)
    with data.engine.connect() as importing, importing.begin():
        importing.exec_driver_sql("INSERT INTO meta VALUES ('held', '1')")
        began = time.monotonic()
        with desk.writing() as connection:
            connection.exec_driver_sql("DELETE FROM desk_attempts")
        assert time.monotonic() - began < 5
    data.engine.dispose()
    desk.engine.dispose()


def test_two_that_write_come_one_after_the_other(desk):
    """What is read in a transaction that writes stays true until its end (SQLite)."""
    if desk.database.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL locks rows")
    order: list[str] = []
    entered = threading.Event()

    def second() -> None:
        entered.wait()
        with desk.database.writing():
            order.append("second")

    thread = threading.Thread(target=second)
    thread.start()
    with desk.database.writing():
        entered.set()
        time.sleep(0.1)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]


def test_the_file_is_the_owners_alone_and_beside_the_data(tmp_path):
    location = str(tmp_path / "city.db")
    assert not has_desk(location)
    with pytest.raises(NotFoundError, match="geoportal user add"):
        open_desk(location)
    open_desk(location, create=True).engine.dispose()
    path = Path(f"{location}.desk")
    assert path.stat().st_mode & 0o077 == 0
    assert has_desk(location)
    assert not Path(location).exists()
