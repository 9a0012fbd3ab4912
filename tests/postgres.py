"""A worker's database on the server of the tests, brought back to what it was for each test."""

from __future__ import annotations

import os

import sqlalchemy as sa

POSTGRES = os.environ.get("GEOPORTAL_TEST_POSTGRES", "")
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "alone")
_OF_EXTENSIONS = {"spatial_ref_sys"}


def own_postgres(purpose: str = "") -> str:
    """Return the URL of this worker's database for a purpose, empty, on the server of the tests."""
    server = sa.make_url(POSTGRES).set(drivername="postgresql+psycopg")
    own = server.set(drivername="postgresql", database=f"geoportal_test_{WORKER}{purpose}")
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(f"DROP DATABASE IF EXISTS {own.database} WITH (FORCE)"))
        connection.execute(sa.text(f"CREATE DATABASE {own.database}"))
    engine.dispose()
    return own.render_as_string(hide_password=False)


def sql_as_new(connection: sa.Connection) -> str:
    """Return the SQL after which a database holds what it holds now, and counts from the start.

    Rows are deleted where there are any: truncating two dozen tables takes the server fifty times
    as long. Triggers, which protect rows of the staff's tables from being deleted, rest meanwhile.
    """
    tables = [
        table
        for table in sa.inspect(connection).get_table_names()
        if table not in _OF_EXTENSIONS and not table.endswith("_version")
    ]
    full = [t for t in tables if connection.scalar(sa.text(f"SELECT count(*) FROM {t}"))]  # noqa: S608
    connection.execute(sa.text("CREATE SCHEMA as_new"))
    for table in full:
        connection.execute(sa.text(f"CREATE TABLE as_new.{table} AS TABLE {table}"))
    emptied = [f"IF EXISTS (TABLE {t}) THEN DELETE FROM {t}; END IF;" for t in tables]  # noqa: S608
    filled = [f"INSERT INTO {t} SELECT * FROM as_new.{t};" for t in full]  # noqa: S608
    counters = (
        "FOR counter IN SELECT concat(quote_ident(schemaname), '.', quote_ident(sequencename)) "
        "FROM pg_sequences WHERE last_value IS NOT NULL "
        "LOOP PERFORM setval(counter, 1, false); END LOOP;"
    )
    steps = " ".join([*emptied, *filled, counters])
    return (
        "SET LOCAL session_replication_role = replica; "
        f"DO $$ DECLARE counter regclass; BEGIN {steps} END $$"
    )
