"""The facility export: one function, the format from the file's ending."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from geoportal.errors import UsageError
from geoportal.export.geofile import write_geojson, write_geopackage
from geoportal.export.table import flat_row, headings, write_csv, write_xlsx
from geoportal.store.reference import Reference

FORMATS = (".csv", ".xlsx", ".geojson", ".gpkg")


def export_facilities(path: Path, features: list[dict[str, Any]], reference: Reference) -> None:
    """Write facilities to a file.

    Parameters
    ----------
    path : Path
        Its ending chooses the format (`FORMATS`).
    features : list of dict
        GeoJSON features with the properties of ``GET /api/v1/facilities/{id}``.
    reference : Reference
        For labels.

    Raises
    ------
    UsageError
        When the ending is not known.
    """
    ending = path.suffix.lower()
    if ending not in FORMATS:
        raise UsageError(f"--out must end in one of {', '.join(FORMATS)}", "out")
    if ending == ".geojson":
        write_geojson(path, features)
        return
    kinds = reference.kinds
    rows = [flat_row(item, kinds[item["properties"]["kind"]].label_ja) for item in features]
    columns = headings(rows, reference.vocabulary)
    write = {".csv": write_csv, ".xlsx": write_xlsx, ".gpkg": write_geopackage}[ending]
    write(path, rows, columns)
