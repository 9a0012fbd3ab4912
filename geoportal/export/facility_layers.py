"""Facilities as layers of map programs: GeoJSON, GeoPackage, GeoParquet, KML."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from xml.etree import ElementTree as ET

import orjson
import shapely

from geoportal.text.contact import visible

if TYPE_CHECKING:
    from geoportal.export.facilities import FacilityTable

LAYER: Final = "facilities"
_CRS: Final = "EPSG:4326"
_KML: Final = "http://www.opengis.net/kml/2.2"
_NUMBERS: Final = frozenset(
    {"lon", "lat", "distance_m", "location_uncertainty_m", "beds", "capacity"}
)
_CLAIMS: Final = "claims"


def write_geojson(path: Path, table: FacilityTable) -> None:
    """Write a FeatureCollection (RFC 7946); facilities without a position have a null geometry."""
    document = {
        "type": "FeatureCollection",
        "licences": table.licences,
        "features": table.features,
    }
    path.write_bytes(orjson.dumps(document))


def write_geopackage(path: Path, table: FacilityTable) -> None:
    """Write a GeoPackage with one point layer, EPSG:4326; claims are one column of JSON.

    Columns are called by their keys, a need's by its code with ``_`` for the dot; the headings of
    people are their alternative names, which QGIS shows (GeoPackage extension ``gpkg_schema``).
    """
    import geopandas as gpd  # slow to import, and only this format needs it

    path.unlink(missing_ok=True)
    headings = _headings(table)
    columns = {_name(key): _values(key, table.rows) for key in headings}
    columns[_CLAIMS] = _claims(table)
    frame = gpd.GeoDataFrame(columns, geometry=_points(table.rows), crs=_CRS)
    licences = " ".join(f"{one['attribution']}（{one['licence']}）" for one in table.licences)
    frame.to_file(
        path,
        layer=LAYER,
        driver="GPKG",
        engine="pyogrio",
        geometry_type="Point",
        layer_options={"DESCRIPTION": licences},
    )
    _describe_columns(path, {_name(key): heading for key, heading in headings.items()})


def _describe_columns(path: Path, headings: Mapping[str, str]) -> None:
    """Give the columns of the layer their alternative names."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            "CREATE TABLE IF NOT EXISTS gpkg_data_columns (table_name TEXT NOT NULL,"
            " column_name TEXT NOT NULL, name TEXT, title TEXT, description TEXT, mime_type TEXT,"
            " constraint_name TEXT, CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name),"
            " CONSTRAINT gdc_tn UNIQUE (table_name, name))"
        )
        connection.execute(
            "CREATE TABLE IF NOT EXISTS gpkg_extensions (table_name TEXT, column_name TEXT,"
            " extension_name TEXT NOT NULL, definition TEXT NOT NULL, scope TEXT NOT NULL,"
            " CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name))"
        )
        connection.execute(
            "INSERT INTO gpkg_extensions VALUES ('gpkg_data_columns', NULL, 'gpkg_schema',"
            " 'http://www.geopackage.org/spec/#extension_schema', 'read-write')"
        )
        connection.executemany(
            "INSERT INTO gpkg_data_columns (table_name, column_name, name) VALUES (?, ?, ?)",
            [(LAYER, name, heading) for name, heading in headings.items()],
        )


def write_geoparquet(path: Path, table: FacilityTable) -> None:
    """Write GeoParquet 1.1: points as WKB in OGC:CRS84, columns as of GeoPackage."""
    from arro3.core import Array, DataType, Table  # loaded for this format only
    from arro3.io import write_parquet

    points = _points(table.rows)
    arrays: dict[str, Any] = {}
    for key in _headings(table):
        kind = DataType.float64() if key in _NUMBERS else DataType.utf8()
        arrays[_name(key)] = Array(_values(key, table.rows), type=kind)
    arrays[_CLAIMS] = Array(_claims(table), type=DataType.utf8())
    wkb = [None if point is None else shapely.to_wkb(point) for point in points]
    arrays["geometry"] = Array(wkb, type=DataType.binary())
    bounds = shapely.total_bounds([p for p in points if p is not None]).tolist()
    column = {
        "encoding": "WKB",
        "geometry_types": ["Point"],
        **({"bbox": bounds} if bounds[0] == bounds[0] else {}),
    }
    geo = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}
    licences = orjson.dumps(table.licences).decode()
    write_parquet(
        Table.from_pydict(arrays),
        str(path),
        key_value_metadata={"geo": orjson.dumps(geo).decode(), "licences": licences},
    )


def write_kml(path: Path, table: FacilityTable) -> None:
    """Write KML 2.2 for Google My Maps and Google Earth, with the columns of people as data.

    Facilities without a position are placemarks without a point.
    """
    ET.register_namespace("", _KML)
    root = ET.Element(f"{{{_KML}}}kml")
    document = _child(root, "Document")
    _child(document, "name", table.words.say("sheet-facilities"))
    licences = "\n".join(f"{one['attribution']}（{one['licence']}）" for one in table.licences)
    _child(document, "description", licences)
    headings = table.people_columns
    for row in table.rows:
        placemark = _child(document, "Placemark")
        placemark.set("id", row["id"])
        _child(placemark, "name", row["name"])
        data = _child(placemark, "ExtendedData")
        for key, heading in ({"id": "ID"} | headings).items():
            if row.get(key) not in (None, ""):
                entry = _child(data, "Data")
                entry.set("name", heading)
                _child(entry, "value", str(row[key]))
        if row["lon"] is not None and row["lat"] is not None:
            point = _child(placemark, "Point")
            _child(point, "coordinates", f"{row['lon']},{row['lat']}")
    ET.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)


def _child(parent: ET.Element, name: str, text: str = "") -> ET.Element:
    element = ET.SubElement(parent, f"{{{_KML}}}{name}")
    element.text = visible(text) or None
    return element


def _headings(table: FacilityTable) -> dict[str, str]:
    """Return the columns of a layer: words without facts, which are in the codes, then codes."""
    words = {k: v for k, v in table.people_columns.items() if not k.startswith("fact:")}
    labels = {code: table.words.label("need", code) for code in table.code_columns}
    asked = {f"need:{code}" for code in table.needs}
    named = {
        key: (labels[key] if "." in key else heading)
        + (f" [{key}]" if f"need:{key}" in asked else "")
        for key, heading in table.code_columns.items()
    }
    return words | named


def _claims(table: FacilityTable) -> list[str]:
    """Return every claim of each facility as JSON, derived ones with the rule they follow from."""
    return [orjson.dumps(f["properties"]["claims"]).decode() for f in table.features]


def _name(key: str) -> str:
    return key.replace(".", "_").replace(":", "_")


def _values(key: str, rows: Sequence[Mapping[str, Any]]) -> list[Any]:
    values = [None if row.get(key) == "" else row.get(key) for row in rows]
    if key in _NUMBERS:
        return [None if value is None else float(value) for value in values]
    return [None if value is None else str(value) for value in values]


def _points(rows: Sequence[Mapping[str, Any]]) -> list[shapely.Point | None]:
    return [
        None if row["lon"] is None or row["lat"] is None else shapely.Point(row["lon"], row["lat"])
        for row in rows
    ]
