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

from geoportal.errors import UsageError
from geoportal.export.geofile import write_geojson, write_geopackage
from geoportal.export.table import Row, flat_row, headings, write_csv, write_xlsx
from geoportal.store.reference import Reference


@dataclass(frozen=True)
class FacilityTable:
    """Facilities to write.

    Attributes
    ----------
    features : list of dict
        GeoJSON features with the properties of ``GET /api/v1/facilities/{id}``.
    reference : Reference
        For labels.
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


# fmt: off
FORMATS: tuple[FacilityFormat, ...] = (
    FacilityFormat("csv", ".csv", "CSV", "text/csv; charset=utf-8",
                   lambda path, table: write_csv(path, table.rows, table.columns), download=True),
    FacilityFormat("xlsx", ".xlsx", "Excel",
                   "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                   lambda path, table: write_xlsx(path, table.rows, table.columns), download=True),
    FacilityFormat("geojson", ".geojson", "GeoJSON", "application/geo+json",
                   lambda path, table: write_geojson(path, table.features)),
    FacilityFormat("gpkg", ".gpkg", "GeoPackage", "application/geopackage+sqlite3",
                   lambda path, table: write_geopackage(path, table.rows, table.columns)),
)
# fmt: on

ENDINGS = ", ".join(each.ending for each in FORMATS)
"""The endings, for messages and help."""

DOWNLOADS = {each.name: each for each in FORMATS if each.download}
"""The formats that the results page offers, by name."""


def export_facilities(path: Path, features: list[dict[str, Any]], reference: Reference) -> None:
    """Write facilities to a file.

    Parameters
    ----------
    path : Path
        Its ending chooses the format (`FORMATS`).
    features : list of dict
        As `FacilityTable`; none makes a file with headings only.
    reference : Reference
        For labels.

    Raises
    ------
    UsageError
        When the ending is not known.
    """
    chosen = next((each for each in FORMATS if each.ending == path.suffix.lower()), None)
    if chosen is None:
        raise UsageError(f"--out must end in one of {ENDINGS}", "out")
    chosen.write(path, FacilityTable(features, reference))
