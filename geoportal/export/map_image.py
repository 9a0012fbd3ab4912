"""``map.png`` and ``map.pdf``: the printed map, A4 and A3, legible in monochrome by pattern.

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
from geoportal.export.map_drawing import MapDrawing
from geoportal.export.map_margin import write_margin
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
    """Write the A4 map as an image of 200 dots per inch."""
    with _style():
        figure = draw_map(report, A4)
        buffer = io.BytesIO()
        metadata = {"Software": "geoportal", "Title": report.title}
        figure.savefig(buffer, format="png", dpi=PNG_DPI, metadata=metadata)
    path.write_bytes(buffer.getvalue())


def write_map_pdf(path: Path, report: CoverageReport) -> None:
    """Write the map as a document of two pages, A4 and A3; dated by the data."""
    day = datetime.fromisoformat(report.as_of or "1970-01-01").replace(tzinfo=JST)
    metadata: dict[str, Any] = {
        "Title": report.title,
        "Author": "geoportal",
        "Creator": "geoportal",
        "Producer": "geoportal (matplotlib)",
        "Subject": report.source_line,
        "CreationDate": day,
        "ModDate": None,
    }
    with _style(), PdfPages(path, metadata=metadata) as pages:
        for sheet in (A4, A3):
            pages.savefig(draw_map(report, sheet))


def draw_map(report: CoverageReport, sheet: Sheet) -> Figure:
    """Draw the map with legend, scale bar, north arrow, small table, source and date."""
    size = (sheet.width_mm * MM, sheet.height_mm * MM)
    figure = Figure(figsize=size, dpi=PNG_DPI, facecolor="white")
    FigureCanvasAgg(figure)
    MapDrawing(figure.add_axes(MAP_FRAME), report.study, sheet).draw()
    write_margin(figure, report, sheet)
    return figure


@contextmanager
def _style() -> Iterator[None]:
    with mpl.rc_context(cast("Any", _RC)):
        yield
