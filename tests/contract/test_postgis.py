"""Layers of a PostgreSQL database as a geographic information system sees them."""

from __future__ import annotations

from collections.abc import Iterator

import geopandas
import pytest
import sqlalchemy as sa
from shapely.geometry import Point, box

from geoportal.store.database import Database, open_database
from geoportal.store.facilities import iter_facilities
from geoportal.store.outlines import read_outlines
from geoportal.store.postgis import drop_views, make_views
from tests.contract.test_databases import load
from tests.postgres import POSTGRES, own_postgres

pytestmark = [
    pytest.mark.slow,
    pytest.mark.postgres,
    pytest.mark.skipif(not POSTGRES, reason="GEOPORTAL_TEST_POSTGRES is not set"),
]
LAYERS = {"facilities": "POINT", "facts": "POINT", "districts": "MULTIPOLYGON", "stations": "POINT"}
BOX = (130.85, 33.86, 130.90, 33.90)


@pytest.fixture(scope="module")
def loaded() -> Iterator[Database]:
    """Yield the sample city on a server that has PostGIS."""
    database = open_database(own_postgres("_gis"), create=True)
    with database.engine.connect() as connection:
        if not layers(connection):
            pytest.skip("PostGIS is not installed")
    load(database)
    yield database
    database.engine.dispose()


def layers(connection: sa.Connection) -> dict[str, str]:
    """Return name and type of the layers that a GIS lists."""
    known = "SELECT to_regclass('geometry_columns') IS NOT NULL"
    if not connection.scalar(sa.text(known)):
        return {}
    listed = "SELECT f_table_name, type FROM geometry_columns WHERE f_table_schema = 'gis'"
    return dict(map(tuple, connection.execute(sa.text(listed))))


def read(database: Database, query: str) -> geopandas.GeoDataFrame:
    with database.engine.connect() as connection:
        return geopandas.read_postgis(sa.text(query), connection)


def test_every_layer_is_listed_with_its_type(loaded):
    with loaded.engine.connect() as connection:
        assert layers(connection) == LAYERS


def test_facilities_are_where_they_are(loaded):
    frame = read(loaded, "SELECT * FROM gis.facilities")
    assert frame.crs.to_epsg() == 4326
    with loaded.engine.connect() as connection:
        held = {one.id: one for one in iter_facilities(connection)}
    assert set(frame["id"]) == set(held)
    for row in frame.itertuples():
        facility = held[row.id]
        told = (row.kind, row.name, row.address, row.phone, row.status)
        assert told == (
            *(facility.kind, facility.name, facility.address, facility.phone, facility.status),
        )
        place = facility.location
        assert (row.geom is None) == (not place.known)
        if place.known:
            assert row.geom == Point(place.lon, place.lat)


def test_what_is_within_a_box_is_found_as_by_looking_at_all(loaded):
    query = "SELECT id FROM gis.{} WHERE geom && ST_MakeEnvelope({}, {}, {}, {}, 4326)"
    with loaded.engine.connect() as connection:
        connection.execute(sa.text("SET enable_seqscan = off"))  # by the index
        plan = connection.execute(sa.text("EXPLAIN " + query.format("facilities", *BOX))).all()
        found = set(connection.scalars(sa.text(query.format("facilities", *BOX))))
        everywhere = list(iter_facilities(connection))
    assert "ix_gis_facilities" in str(plan)
    known = [one for one in everywhere if one.location.known]
    inside = {f.id for f in known if box(*BOX).covers(Point(f.location.lon, f.location.lat))}
    assert found == inside
    assert 0 < len(inside) < len(known)


def test_districts_have_their_outlines(loaded):
    frame = read(loaded, "SELECT * FROM gis.districts").set_index("code")
    with loaded.engine.connect() as connection:
        outlines = read_outlines(connection)
    assert {outline.district.code for outline in outlines} == set(frame.index)
    for outline in outlines:
        assert frame.loc[outline.district.code, "geom"].equals(outline.geometry)


def test_facts_have_their_evidence(loaded):
    frame = read(loaded, "SELECT * FROM gis.facts WHERE code = 'VM.REG'")
    assert len(frame)
    assert frame["evidence"].all()
    assert frame["as_of"].str.fullmatch(r"\d{4}-\d\d-\d\d").all()
    assert frame["id"].is_unique


def test_they_are_made_again_with_the_tables(loaded):
    with loaded.engine.begin() as connection:
        drop_views(connection)
        assert layers(connection) == {}
        drop_views(connection)
        assert make_views(connection)
        assert make_views(connection)
        assert layers(connection) == LAYERS


def test_who_may_not_install_it_has_the_tables_alone(loaded):
    location = sa.make_url(own_postgres("_closed"))
    administrator = sa.create_engine(location.set(drivername="postgresql+psycopg"))
    with administrator.begin() as connection:
        connection.exec_driver_sql("DROP ROLE IF EXISTS geoportal_closed")
        connection.exec_driver_sql("CREATE ROLE geoportal_closed LOGIN")
        connection.exec_driver_sql("GRANT CREATE ON SCHEMA public TO geoportal_closed")
    closed = location.set(username="geoportal_closed", password=None)
    database = open_database(closed.render_as_string(hide_password=False), create=True)
    with database.engine.connect() as connection:
        assert layers(connection) == {}
        assert list(iter_facilities(connection)) == []
    database.engine.dispose()
    with administrator.begin() as connection:
        connection.exec_driver_sql("DROP OWNED BY geoportal_closed")
        connection.exec_driver_sql("DROP ROLE geoportal_closed")
    administrator.dispose()
