"""Writers of the coverage pack's data files: CSV, GeoJSON, GeoPackage and the baseline.

Same report, same bytes: dates come from the data, never from the clock.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import orjson
import pyogrio
import shapely

from geoportal.coverage.baseline import baseline_bytes
from geoportal.coverage.report import CoverageReport
from geoportal.coverage.tables import (
    Row,
    cell_columns,
    cell_rows,
    demand_rows,
    district_rows,
    facility_rows,
)
from geoportal.export.coverage_shapes import gap_rows, geojson_geometry, part_shapes
from geoportal.text.spreadsheet import harmless

CRS = "EPSG:4326"


def write_cells(path: Path, report: CoverageReport) -> None:
    """Write coverage.csv, one row per part of a cell, columns `cell_columns`."""
    study = report.study
    _write_rows(path, cell_rows(study), cell_columns(study))


def write_districts(path: Path, report: CoverageReport) -> None:
    """Write districts.csv, one row per district and one for the whole."""
    rows = district_rows(report.study)
    _write_rows(path, rows, list(rows[0]))


def write_facilities(path: Path, report: CoverageReport) -> None:
    """Write facilities.csv; the column ``id`` alone when no facility counts."""
    rows = facility_rows(report.study)
    _write_rows(path, rows, list(rows[0]) if rows else ["id"])


def write_demand(path: Path, report: CoverageReport) -> None:
    """Write demand.csv, one row per cell that shares in the capacity."""
    columns = ("cell", "lon", "lat", "pop75")
    _write_rows(path, demand_rows(report.study), columns)


def write_comparison(path: Path, report: CoverageReport) -> None:
    """Write comparison.csv; the report must have a comparison."""
    _write_rows(path, report.comparison, list(report.comparison[0]))


def write_baseline(path: Path, report: CoverageReport) -> None:
    """Write baseline.json; see `geoportal.coverage.baseline`."""
    path.write_bytes(baseline_bytes(report))


def write_geojson(path: Path, report: CoverageReport) -> None:
    """Write the parts of meshes, or the points of towns, as a FeatureCollection (RFC 7946)."""
    study = report.study
    features = [
        {
            "type": "Feature",
            "id": f"{row['cell']}-{row['district']}",
            "geometry": geojson_geometry(shape),
            "properties": row,
        }
        for row, shape in zip(cell_rows(study), part_shapes(study), strict=True)
    ]
    document = {
        "type": "FeatureCollection",
        "title": report.title,
        "as_of": report.as_of,
        "dataset_version": report.dataset_version,
        "attribution": [line.attribution or line.label for line in report.sources],
        "features": features,
    }
    path.write_bytes(orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE))


def write_geopackage(path: Path, report: CoverageReport) -> None:
    """Write the layers cells, districts, facilities and gaps, EPSG:4326; empty ones are left out.

    The file's date of change is the date of the data.
    """
    study = report.study
    shapes, cells = part_shapes(study), cell_rows(study)
    outlines = np.array(study.target.outlines, dtype=object)
    facilities = facility_rows(study)
    points = shapely.points([[row["lon"], row["lat"]] for row in facilities] or np.empty((0, 2)))
    gaps = gap_rows(study)
    layers: tuple[tuple[str, list[Row], Any], ...] = (
        ("cells", cells, shapes),
        ("districts", district_rows(study)[:-1], outlines),
        ("facilities", facilities, points),
        ("gaps", [cells[n] for n in gaps], shapes[gaps]),
    )
    with _gdal_date(report.as_of):
        for name, rows, geometry in layers:
            if not rows:
                continue
            frame = gpd.GeoDataFrame(rows, geometry=[_multi(shape) for shape in geometry], crs=CRS)
            frame.to_file(
                path,
                layer=name,
                driver="GPKG",
                engine="pyogrio",
                layer_options={"IDENTIFIER": name, "DESCRIPTION": report.title},
            )


def _write_rows(path: Path, rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> None:
    """Write UTF-8 with BOM, as every CSV file of ours is."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        for row in rows:
            values = (row.get(key) for key in columns)
            writer.writerow(
                [str(v).lower() if isinstance(v, bool) else harmless(v) for v in values]
            )


def _multi(shape: Any) -> Any:
    """Return polygons as multi-polygons: a layer has one kind of geometry."""
    if shape.geom_type == "Point":
        return shape
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    return shapely.MultiPolygon(parts)


@contextmanager
def _gdal_date(as_of: str) -> Iterator[None]:
    """Make GDAL write the date of the data, not of the clock, as the date of change."""
    option = "OGR_CURRENT_DATE"
    before = pyogrio.get_gdal_config_option(option)
    pyogrio.set_gdal_config_options({option: f"{as_of or '1970-01-01'}T00:00:00.000Z"})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({option: before})
