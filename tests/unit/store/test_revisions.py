"""Revisions told without Alembic are those that Alembic tells."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

import geoportal
from geoportal.store.revisions import newest_revision, revision_of

PACKAGE = Path(geoportal.__file__).parent


@pytest.mark.parametrize("migrations", ["store/migrations", "desk/store/migrations"])
def test_the_newest_revision_is_the_head_of_the_migrations(migrations: str):
    config = Config()
    config.set_main_option("script_location", str(PACKAGE / migrations))
    head = ScriptDirectory.from_config(config).get_current_head()
    assert newest_revision(PACKAGE / migrations) == head


@pytest.mark.parametrize("table", ["alembic_version", "desk_version"])
@pytest.mark.parametrize("revision", [None, "", "0007"])
def test_the_revision_of_a_database_is_the_one_it_keeps(table: str, revision: str | None):
    with sa.create_engine("sqlite://").connect() as connection:
        if revision is not None:
            connection.exec_driver_sql(f"CREATE TABLE {table} (version_num TEXT)")
        if revision:
            kept = sa.table(table, sa.column("version_num"))
            connection.execute(sa.insert(kept).values(version_num=revision))
        options = {"version_table": table}
        told = MigrationContext.configure(connection, opts=options).get_current_revision()
        assert revision_of(connection, table) == (told or "")
