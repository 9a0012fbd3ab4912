"""The facility export: one list of formats, which the command line and the web follow.

Adding a format takes one writer, one line in `FORMATS` and one check in
``tests/unit/export/test_facilities.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import orjson
from shapely.geometry import Point

from geoportal.errors import UsageError
from geoportal.export.table import Row, flat_row, headings, write_csv, write_xlsx
from geoportal.store.reference import Reference


@dataclass(frozen=True)
class FacilityTable:
    """GeoJSON features to write, and the reference lists for labels.

    Features have the properties of ``GET /api/v1/facilities/{id}``.
    """

    features: list[dict[str, Any]]
    reference: Reference

    @cached_property
    def rows(self) -> list[Row]:
        """One flat row per facility."""
        kinds = self.reference.kinds
        return [flat_row(f, kinds[f["properties"]["kind"]].label_ja) for f in self.features]

    @cached_property
    def columns(self) -> dict[str, str]:
        """Keys in use and their headings, in order."""
        return headings(self.rows, self.reference.vocabulary)


@dataclass(frozen=True, slots=True)
class FacilityFormat:
    """A format of the facility export.

    Attributes
    ----------
    name : str
        As in the form of the results page.
    ending : str
        Of file names; chooses the format.
    label : str
        What people call it.
    media_type : str
        Content type of a download.
    write : callable
        ``(path, table) -> None``.
    download : bool
        Whether the results page offers it.
    """

    name: str
    ending: str
    label: str
    media_type: str
    write: Callable[[Path, FacilityTable], None]
    download: bool = False


def _write_geojson(path: Path, table: FacilityTable) -> None:
    """Write a FeatureCollection (RFC 7946); facilities without a position have a null geometry."""
    path.write_bytes(orjson.dumps({"type": "FeatureCollection", "features": table.features}))


def _write_geopackage(path: Path, table: FacilityTable) -> None:
    """Write a GeoPackage with one point layer, EPSG:4326; columns by their keys."""
    import geopandas as gpd  # slow to import, and only this format needs it

    geometry = [
        None if row["lon"] is None or row["lat"] is None else Point(row["lon"], row["lat"])
        for row in table.rows
    ]
    data = {
        key.replace(".", "_"): [None if row.get(key) == "" else row.get(key) for row in table.rows]
        for key in table.columns
    }
    path.unlink(missing_ok=True)
    frame = gpd.GeoDataFrame(data, geometry=geometry, crs="EPSG:4326")
    frame.to_file(path, layer="facilities", driver="GPKG", engine="pyogrio")


# fmt: off
FORMATS: tuple[FacilityFormat, ...] = (
    FacilityFormat("csv", ".csv", "CSV", "text/csv; charset=utf-8",
                   lambda path, table: write_csv(path, table.rows, table.columns), download=True),
    FacilityFormat("xlsx", ".xlsx", "Excel",
                   "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                   lambda path, table: write_xlsx(path, table.rows, table.columns), download=True),
    FacilityFormat("geojson", ".geojson", "GeoJSON", "application/geo+json",
                   _write_geojson),
    FacilityFormat("gpkg", ".gpkg", "GeoPackage", "application/geopackage+sqlite3",
                   _write_geopackage),
)
# fmt: on

ENDINGS = ", ".join(entry.ending for entry in FORMATS)
"""The endings, for messages and help."""

DOWNLOADS = {entry.name: entry for entry in FORMATS if entry.download}
"""The formats that the results page offers, by name."""


def export_facilities(path: Path, features: list[dict[str, Any]], reference: Reference) -> None:
    """Write facilities to a file whose ending chooses the format (`FORMATS`).

    ``features`` as in `FacilityTable`; none makes a file with headings only.

    Raises
    ------
    UsageError
        When the ending is not known.
    """
    chosen = next((entry for entry in FORMATS if entry.ending == path.suffix.lower()), None)
    if chosen is None:
        raise UsageError(f"--out must end in one of {ENDINGS}", "out")
    chosen.write(path, FacilityTable(features, reference))
