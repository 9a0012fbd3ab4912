"""Views of the data in a PostgreSQL database that a geographic information system opens directly.

They lie in the schema ``gis``, where PostGIS is installed or may be: geometries in degrees,
EPSG:4326, with spatial indexes on the tables behind them. They show what files say; facts of staff
are not in them.
"""

from __future__ import annotations

import logging
from typing import Final

import sqlalchemy as sa

SCHEMA: Final = "gis"
_POINT: Final = "ST_SetSRID(ST_MakePoint({table}lon, {table}lat), 4326)::geometry(Point, 4326)"
_OUTLINE: Final = "ST_Multi(ST_GeomFromWKB(geometry, 4326))::geometry(MultiPolygon, 4326)"
_DOCUMENT: Final = "f.document::jsonb"
_FACILITY: Final = f"""
    f.id, f.kind, f.name, f.municipality_code, f.status,
    {_DOCUMENT} ->> 'address' AS address, {_DOCUMENT} ->> 'postal_code' AS postal_code,
    {_DOCUMENT} ->> 'phone' AS phone, {_DOCUMENT} ->> 'fax' AS fax, {_DOCUMENT} ->> 'url' AS url,
    {_DOCUMENT} ->> 'operator' AS operator,
    {_DOCUMENT} #>> '{{location,level}}' AS position_level,
    ({_DOCUMENT} #>> '{{location,uncertainty_m}}')::float8 AS position_uncertainty_m,
    f.lon, f.lat, {_POINT.format(table="f.")} AS geom"""
_FACT: Final = f"""
    c.source || '/' || c.record_id || '/' || c.ordinal AS id, c.facility_id, f.kind, f.name,
    c.code, c.value, c.evidence, c.source, c.as_of, c.valid_until,
    {_POINT.format(table="f.")} AS geom"""
_VIEWS: Final = {
    "facilities": (_FACILITY, "facilities f"),
    "facts": (_FACT, "claims c JOIN facilities f ON f.id = c.facility_id"),
    "districts": (
        f"code, name, full_name, level, parent, source, as_of, {_OUTLINE} AS geom",
        "outlines",
    ),
    "stations": (
        f"id, name, lines, source, as_of, {_POINT.format(table='')} AS geom",
        "stations",
    ),
}
"""Columns and tables of each view."""
_INDEXES: Final = {
    "ix_gis_facilities": f"facilities USING gist (({_POINT.format(table='')}))",
    "ix_gis_outlines": f"outlines USING gist (({_OUTLINE}))",
}
_LOG: Final = logging.getLogger(__name__)


def drop_views(connection: sa.Connection) -> None:
    """Take out the views and indexes of this program, which a change of the tables would break."""
    for name in _VIEWS:
        connection.exec_driver_sql(f"DROP VIEW IF EXISTS {SCHEMA}.{name}")
    for name in _INDEXES:
        connection.exec_driver_sql(f"DROP INDEX IF EXISTS {name}")


def make_views(connection: sa.Connection) -> bool:
    """Make the views and indexes where they are not there; say whether there are any.

    None without PostGIS, or where this user may not have it installed.
    """
    if not _has_postgis(connection):
        return False
    connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
    for name, (columns, tables) in _VIEWS.items():
        query = f"SELECT {columns} FROM {tables}"  # noqa: S608 - constants of this module
        connection.exec_driver_sql(f"CREATE OR REPLACE VIEW {SCHEMA}.{name} AS {query}")
    for name, on in _INDEXES.items():
        connection.exec_driver_sql(f"CREATE INDEX IF NOT EXISTS {name} ON {on}")
    return True


def _has_postgis(connection: sa.Connection) -> bool:
    installed = "SELECT installed_version FROM pg_available_extensions WHERE name = 'postgis'"
    found = connection.exec_driver_sql(installed).one_or_none()
    if found is None:
        return False
    if found[0] is None:
        try:
            with connection.begin_nested():
                connection.exec_driver_sql("CREATE EXTENSION postgis")
        except sa.exc.DBAPIError as error:
            _LOG.warning(
                "PostGIS is there, but not in this database (%s); for layers in a GIS have an "
                "administrator run CREATE EXTENSION postgis, then geoportal init",
                type(error.orig).__name__,
            )
            return False
    return True
