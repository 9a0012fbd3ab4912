"""Facts of staff as the staff side leaves them for the public."""

from __future__ import annotations

import sqlalchemy as sa

from geoportal.domain.staff_facts import StaffFacts
from geoportal.store.database import Database
from geoportal.store.staff_facts import TABLES, facts_of, write_facts


def write_public_facts(database: Database, *facts: StaffFacts, at: float = 0.0) -> None:
    """Write facts for the public at a moment, seconds since 1970."""
    beside = f"sqlite:///{database.derived_directory.with_suffix('.desk')}"
    engine = sa.create_engine(beside) if database.is_sqlite else database.engine
    with facts_of(database) as execute, engine.begin() as connection:
        for statement in () if execute else TABLES:
            connection.exec_driver_sql(statement)
        write_facts(connection, facts, at)
    if database.is_sqlite:
        engine.dispose()
