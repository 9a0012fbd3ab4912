"""The coverage pack: everything a coordinator hands to a committee, in one folder.

Same input, same bytes: dates come from the data, files carry no clock, numbers are rounded
to 12 significant digits.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import geopandas as gpd
import numpy as np
import orjson
import pyogrio
import shapely

from geoportal.coverage.baseline import baseline_bytes
from geoportal.coverage.distance_zones import Progress, no_progress
from geoportal.coverage.report import CoverageReport
from geoportal.coverage.tables import (
    CELL_COLUMNS,
    Row,
    cell_rows,
    demand_rows,
    district_rows,
    facility_rows,
)
from geoportal.errors import UsageError
from geoportal.export.coverage_shapes import gap_rows, geojson_geometry, part_shapes
from geoportal.export.map_html import write_map_html
from geoportal.export.method import FORMATS, readme_text
from geoportal.export.table import harmless
from geoportal.export.workbook import write_workbook

CRS = "EPSG:4326"
BASELINE = "baseline.json"
README = "README.txt"


def write_pack(
    directory: Path,
    report: CoverageReport,
    formats: Sequence[str] = FORMATS,
    comparison: Sequence[Row] = (),
    progress: Progress = no_progress,
) -> list[str]:
    """Write the pack.

    Parameters
    ----------
    directory : Path
        Made when missing; files of the same name are replaced, when all are written.
    report : CoverageReport
    formats : sequence of str
        Of `FORMATS`. README.txt and baseline.json are always written.
    comparison : sequence of dict
        What changed against a baseline or a what-if.
    progress : callable
        ``(label, done, total)``.

    Returns
    -------
    list of str
        Names of the files.

    Raises
    ------
    UsageError
        When a format is not known, or the directory cannot be written.
    """
    unknown = [item for item in formats if item not in FORMATS]
    if unknown:
        raise UsageError(f"--format {unknown[0]!r}: expected {', '.join(FORMATS)}", "format")
    with _aside(directory) as draft:
        names = _write_files(draft, report, formats, comparison, progress)
        for name in names:
            (draft / name).replace(directory / name)
    return names


def _write_files(
    directory: Path,
    report: CoverageReport,
    formats: Sequence[str],
    comparison: Sequence[Row],
    progress: Progress,
) -> list[str]:
    steps = [step for item in FORMATS if item in formats for step in _STEPS[item]]
    written = []
    for done, (name, write) in enumerate(steps):
        progress("資料", done, len(steps))
        write(directory / name, report)
        written.append(name)
    if "xlsx" in formats:
        write_workbook(directory / "figures.xlsx", report, comparison)
        written.append("figures.xlsx")
    if comparison and "csv" in formats:
        _write_rows(directory / "comparison.csv", comparison, list(comparison[0]))
        written.append("comparison.csv")
    (directory / BASELINE).write_bytes(baseline_bytes(report))
    names = [*written, BASELINE, README]
    (directory / README).write_text(
        readme_text(report, names), encoding="utf-8-sig", newline="\r\n"
    )
    progress("資料", len(steps), len(steps))
    return names


@contextmanager
def _aside(directory: Path) -> Iterator[Path]:
    """Give a folder to write in, so that a pack is there whole or not at all.

    Raises
    ------
    UsageError
        When the pack's folder cannot be made or written.
    """
    made = not directory.exists()
    try:
        directory.mkdir(parents=True, exist_ok=True)
        draft = TemporaryDirectory(prefix=".coverage-", dir=directory)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise UsageError(f"{directory}: cannot be written ({reason})", "out") from None
    try:
        with draft as name:
            yield Path(name)
    except BaseException:
        if made and not any(directory.iterdir()):
            directory.rmdir()
        raise


def _write_png(path: Path, report: CoverageReport) -> None:
    from geoportal.export.map_image import write_map_png  # matplotlib takes a second to load

    write_map_png(path, report)


def _write_pdf(path: Path, report: CoverageReport) -> None:
    from geoportal.export.map_image import write_map_pdf

    write_map_pdf(path, report)


def _write_cells(path: Path, report: CoverageReport) -> None:
    """Write coverage.csv: columns as in the contract."""
    _write_rows(path, cell_rows(report.study), CELL_COLUMNS, _cell_encoding(report))


def _write_districts(path: Path, report: CoverageReport) -> None:
    rows = district_rows(report.study)
    _write_rows(path, rows, list(rows[0]))


def _write_facilities(path: Path, report: CoverageReport) -> None:
    rows = facility_rows(report.study)
    _write_rows(path, rows, list(rows[0]) if rows else ["id"])


def _write_demand(path: Path, report: CoverageReport) -> None:
    columns = ("cell", "lon", "lat", "pop75")
    _write_rows(path, demand_rows(report.study), columns, _cell_encoding(report))


def _cell_encoding(report: CoverageReport) -> str:
    """Return plain ASCII where cells have numbers, else UTF-8 with BOM for the towns' names."""
    return "utf-8-sig" if report.study.by_towns else "ascii"


def _write_rows(
    path: Path, rows: Iterable[Row], columns: Sequence[str], encoding: str = "utf-8-sig"
) -> None:
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        for row in rows:
            writer.writerow([_csv_cell(row.get(key)) for key in columns])


def _csv_cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return harmless(value)


def _write_geojson(path: Path, report: CoverageReport) -> None:
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


def _write_geopackage(path: Path, report: CoverageReport) -> None:
    """Write layers cells, districts, facilities and gaps; the file's date is the data's."""
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
    with _dated(report.as_of):
        for name, rows, geometry in layers:
            if not rows:
                continue
            multi = [_multi(shape) for shape in geometry]
            frame = gpd.GeoDataFrame(rows, geometry=multi, crs=CRS)
            frame.to_file(
                path,
                layer=name,
                driver="GPKG",
                engine="pyogrio",
                layer_options={"IDENTIFIER": name, "DESCRIPTION": report.title},
            )


def _multi(shape: Any) -> Any:
    """Return polygons as multi-polygons: a layer has one kind of geometry."""
    if shape.geom_type == "Point":
        return shape
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    return shapely.MultiPolygon(parts)


@contextmanager
def _dated(as_of: str) -> Iterator[None]:
    """Have GDAL write a date of the data for "last change" in place of the clock."""
    option = "OGR_CURRENT_DATE"
    before = pyogrio.get_gdal_config_option(option)
    pyogrio.set_gdal_config_options({option: f"{as_of or '1970-01-01'}T00:00:00.000Z"})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({option: before})


_Write = Callable[[Path, CoverageReport], None]
_STEPS: dict[str, tuple[tuple[str, _Write], ...]] = {
    "html": (("map.html", write_map_html),),
    "png": (("map.png", _write_png),),
    "pdf": (("map.pdf", _write_pdf),),
    "xlsx": (),
    "gpkg": (("coverage.gpkg", _write_geopackage),),
    "geojson": (("coverage.geojson", _write_geojson),),
    "csv": (
        ("coverage.csv", _write_cells),
        ("districts.csv", _write_districts),
        ("facilities.csv", _write_facilities),
        ("demand.csv", _write_demand),
    ),
}
