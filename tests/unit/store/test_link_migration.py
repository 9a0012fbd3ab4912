"""A database from before links: brought up to date it can be linked and compared."""

from __future__ import annotations

from alembic import command

from geoportal.ingest.revise.relink import relink
from geoportal.store.database import _alembic_config, migrate
from geoportal.store.postgis import drop_views
from tests.unit.ingest.test_linking_order import EDITIONS, content, refresh, take


def test_records_get_their_own_ids_blocks_and_a_first_history(database):
    for source, as_of, items in EDITIONS:
        take(database, source, as_of, *items)
    before = content(database)
    config = _alembic_config()
    with database.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            drop_views(connection)
        config.attributes["connection"] = connection
        command.downgrade(config, "0003")
    migrate(database)
    with database.engine.begin() as connection:
        refresh(database, connection, relink(connection))
    after = content(database)
    assert len(after["record_history"]) == len(after["records"])
    del before["record_history"], after["record_history"]
    assert after == before
