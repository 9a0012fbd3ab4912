"""``map.png`` and ``map.pdf``: the map on paper, A4 and A3, legible in monochrome by pattern.

Own district polygons are the base map: no tiles, no licence questions. The Japanese font (IPAex
Gothic, shipped with matplotlib-fontja) is embedded in the PDF.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure

from geoportal.coverage.report import CoverageReport
from geoportal.domain.hours import JST
from geoportal.export.map_drawing import (
    draw_cells,
    draw_districts,
    draw_facilities,
    draw_ground,
    draw_north,
    draw_scale_bar,
    frame,
    projection_of,
)
from geoportal.export.map_margin import write_around
from geoportal.export.map_sheet import A3, A4, MAP_FRAME, MM, Sheet

PNG_DPI = 200
_RC = {
    "pdf.fonttype": 42,
    "hatch.linewidth": 0.5,
    "axes.unicode_minus": False,
    "text.parse_math": False,
    "svg.hashsalt": "geoportal",
}


def write_map_png(path: Path, report: CoverageReport) -> None:
    """Write the A4 map as a picture, 200 dots per inch."""
    with _style():
        figure = draw_map(report, A4)
        buffer = io.BytesIO()
        about = {"Software": "geoportal", "Title": report.title}
        figure.savefig(buffer, format="png", dpi=PNG_DPI, metadata=about)
    path.write_bytes(buffer.getvalue())


def write_map_pdf(path: Path, report: CoverageReport) -> None:
    """Write the map as a document of two pages, A4 and A3; dated by the data."""
    day = datetime.fromisoformat(report.as_of or "1970-01-01").replace(tzinfo=JST)
    about: dict[str, Any] = {
        "Title": report.title,
        "Author": "geoportal",
        "Creator": "geoportal",
        "Producer": "geoportal (matplotlib)",
        "Subject": report.source_line,
        "CreationDate": day,
        "ModDate": None,
    }
    with _style(), PdfPages(path, metadata=about) as pages:
        for sheet in (A4, A3):
            pages.savefig(draw_map(report, sheet))


def draw_map(report: CoverageReport, sheet: Sheet) -> Figure:
    """Draw the map on a sheet.

    Parameters
    ----------
    report : CoverageReport
    sheet : Sheet

    Returns
    -------
    Figure
        With map, legend, scale bar, north arrow, small table, source and date.
    """
    size = (sheet.width_mm * MM, sheet.height_mm * MM)
    figure = Figure(figsize=size, dpi=PNG_DPI, facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.add_axes(MAP_FRAME)
    projection = projection_of(report)
    draw_ground(axes, report, projection, sheet)
    draw_cells(axes, report, projection)
    draw_districts(axes, report, projection, sheet)
    draw_facilities(axes, report, projection, sheet)
    frame(axes)
    draw_scale_bar(axes, sheet)
    draw_north(axes, sheet)
    write_around(figure, report, sheet)
    return figure


@contextmanager
def _style() -> Iterator[None]:
    with mpl.rc_context(cast("Any", _RC)):
        yield
